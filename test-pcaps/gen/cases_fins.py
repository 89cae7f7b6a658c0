"""cases_fins: controllers of Omron, and what is said to them."""

import struct

import fins as f
from cases import case
from talk import Path, Tcp, Udp, host


class Talk:
    """A panel and a controller; tcp: frames in FINS/TCP."""

    def __init__(self, flow, tcp=False, to=(0, 20, 0)):
        self.flow, self.tcp, self.to, self.sid = flow, tcp, to, 0

    def wrap(self, frame):
        return f.tcp(2, frame) if self.tcp else frame

    def ask(self, command, data=b"", back=b"", end=0):
        """back None: it is not answered."""
        self.sid += 1
        self.flow.req(self.wrap(f.frame(command, data, self.to,
                                        sid=self.sid)))
        if back is not None:
            self.flow.rsp(self.wrap(f.answer(
                command, back, end, sender=self.to, sid=self.sid)))
        return self


@case("fins/identity")
def identity():
    """By datagrams: a controller's model and version, both parts of its data,
    its units, mode, name; what is wrong with it; a controller in another
    network, and a unit beside the CPU."""
    path = Path()
    t = Talk(Udp(path, port=9600, cport=9600))
    t.ask(0x0501, b"", f.controller(b"CJ2M-CPU33", b"02.01"))
    t.ask(0x0501, b"\0", f.controller(b"CJ2M-CPU33", b"02.01"))
    t.ask(0x0501, b"\1", bytes(64) + b"\1\2")
    t.ask(0x0502, b"\0\2", b"\x82\x10" + b"CJ1W-ETN21".ljust(20) +
          b"\x11" + b"CJ1W-SCU41-V1".ljust(20))
    t.ask(0x0601, b"", f.status(1, 4))
    t.ask(0x0601, b"", f.status(0, 0, 0x0040, 0x0010))
    t.ask(0x2603, b"", b"PUMP_2\0\0")
    t.ask(0x0501, b"", b"", 0x0401)
    far = Talk(Udp(path, port=9600, cport=9600, t=t.flow.t), to=(3, 5, 0))
    far.ask(0x0501, b"", f.controller(b"CS1G-CPU44H", b"01.50"))
    unit = Talk(Udp(path, port=9600, cport=9600, t=far.flow.t),
                to=(0, 20, 16))
    unit.ask(0x0501, b"", f.controller(b"CJ1W-ETN21", b"01.50"))
    return path.cap


@case("fins/operations")
def operations():
    """FINS/TCP: nodes; memory read, written, filled, moved, words and bits, an
    area that is not known; refused; parameters, programs, their protection with
    a password right and wrong; run, stop, reset; the clock, files, points
    forced; a command without answer, one that nobody knows."""
    t = Talk(Tcp(Path(), port=9600).open(), tcp=True)
    t.flow.req(f.tcp(0, bytes(4)))
    t.flow.rsp(f.tcp(1, struct.pack("!II", 10, 20)))
    t.ask(0x0101, f.memory(0x82, 100, 2), struct.pack("!HH", 7, 65535))
    t.ask(0x0101, f.memory(0x30, 5, 3, 14), b"\1\0\1")
    t.ask(0x0101, f.memory(0xA3, 10, 1), b"\x12\x34")
    t.ask(0x0101, f.memory(0xDC, 0, 1), b"\0\0\x12\x34")
    t.ask(0x0101, f.memory(0x04, 10, 1), b"\1")
    t.ask(0x0101, f.memory(0x82, 40000, 1), b"", 0x1103)
    t.ask(0x0102, f.memory(0x82, 100, 2) + struct.pack("!HH", 7, 8))
    t.ask(0x0102, f.memory(0x31, 100, 1, 3) + b"\1", b"", 0x2101)
    t.ask(0x0103, f.memory(0xB0, 0, 10) + b"\xab\xcd")
    t.ask(0x0104, b"\xb1\0\0\0\x82\x27\x11\0\x31\0\2\5",
          b"\xb1\0\1\x82\4\6\x31\1")
    t.ask(0x0105, b"\xb0\0\1\0\x82\0\2\0\0\3")
    t.ask(0x0201, b"\x80\x10\0\0\x80\x10", b"\x80\x10\0\0\x80\x10" +
          bytes(32))
    t.ask(0x0202, b"\x80\x10\0\0\x80\1\0\1")
    t.ask(0x0306, b"\xff\xff\0\0\0\0\2\0", bytes(520))
    t.ask(0x0307, b"\xff\xff\0\0\0\0\x80\4\1\2\3\4")
    t.ask(0x0305, b"\xff\xff\0\0\0\0\xff\xff\xff\xff\0WORD", b"", 0x2602)
    t.ask(0x0305, b"\xff\xff\0\0\0\0\xff\xff\xff\xff\0PASS")
    t.ask(0x0402).ask(0x0401, b"\xff\xff\2").ask(0x0401, b"\xff\xff\4", b"",
                                                  0x2502)
    t.ask(0x0403)
    t.ask(0x0701, b"", bytes.fromhex("26031415092606"))
    t.ask(0x0702, bytes.fromhex("260314150926"))
    t.ask(0x2202, b"\x80\0" + f.name(b"PROGRAM .OBJ") + bytes(4) + b"\2\0",
          bytes(12))
    t.ask(0x2203, b"\x80\0\0\0" + f.name(b"PROGRAM .OBJ") + bytes(4) +
          b"\0\2\1\2")
    t.ask(0x2205, b"\x80\0\0\1" + f.name(b"OLD     .IOM"), b"\0\1", 0x2106)
    t.ask(0x2301, b"\0\2\0\1\x30\0\1\5\x80\1\x31\0\2\0")
    t.ask(0x2302).ask(0x0920, b"\0\1", b"\0\1" + b"OIL LOW".ljust(32))
    t.ask(0x7777, b"\1", b"", 0x0401)
    t.flow.req(f.tcp(2, f.frame(0x0102, f.memory(0x82, 0, 1) + b"\0\1",
                                icf=0x81)))
    t.flow.req(f.tcp(6)).rsp(f.tcp(3, error=0x20))
    t.flow.close()
    return t.flow.path.cap


@case("fins/violations")
def violations():
    """Frames that end in their header, data that are too short, more and fewer
    elements than are said, in requests and answers; lengths and functions that
    are none, noise, a good frame behind each; datagrams; on odd ports, and
    others' datagrams on its own."""
    t = Talk(Tcp(Path(), port=9600).open(), tcp=True)
    flow = t.flow

    def good():
        t.ask(0x0101, f.memory(0x82, 100, 1), b"\0\7")

    good()
    flow.req(f.tcp(2, b"\x80\0\2\0"))
    flow.req(f.tcp(2, f.frame(0x0101, b"\x82\0\1")))
    flow.rsp(f.tcp(2, f.frame(0x0101, b"\0", icf=0xC0)))
    good()
    flow.req(f.tcp(2, f.frame(0x0102, f.memory(0x82, 0, 2) + b"\0\1")))
    t.ask(0x0101, f.memory(0x82, 0, 2), b"\0\1")
    t.ask(0x0501, b"", b"CJ2M")
    flow.rsp(f.tcp(1, b"\0\0"))
    flow.req(f.tcp(2, length=7))
    good()
    flow.req(f.tcp(5))
    good()
    flow.req(b"\xffFI\xff" + f.tcp(6))
    good()
    flow.close()
    u = Talk(Udp(flow.path, port=9600, t=flow.t))
    u.ask(0x0101, f.memory(0x82, 0, 1), b"\0\1")
    u.flow.req(f.frame(0x0102, f.memory(0x82, 0, 1)))
    odd = Talk(Udp(flow.path, port=9601, server=host(21), t=u.flow.t))
    odd.ask(0x0501, b"", f.controller(b"CP1L-EM40DT1-D", b"01.00"))
    more = Tcp(flow.path, port=20001, server=host(21), cport=49153,
               t=odd.flow.t).open()
    more.req(f.tcp(0, bytes(4))).rsp(f.tcp(1, struct.pack("!II", 10, 21)))
    other = Udp(flow.path, port=9600, server=host(22), cport=49154, t=more.t)
    other.req(b"\x80\0\2" + bytes(9), b"hello, are you there?")
    return flow.path.cap

"""cases_gesrtp: controllers of GE, and what is said to them."""

import struct

import gesrtp as g
from cases import case
from talk import Path, Tcp, host


class Talk:
    def __init__(self, tcp, seq=0):
        self.tcp, self.seq = tcp, seq
        self.word = 0x0100

    def connect(self):
        self.tcp.req(g.CONNECT).rsp(g.CONNECTED)
        return self

    def ask(self, service, params=b"", text=b"", back=b"", error=None, **more):
        """back None: no reply; longer than 6: with text."""
        self.seq += 1
        self.tcp.req(g.ask(self.seq, service, params, text, **more))
        if error is not None:
            self.tcp.rsp(g.nack(self.seq, *error))
        elif back is not None and len(back) > 6:
            self.tcp.rsp(g.ack_text(self.seq, back, self.word))
        elif back is not None:
            self.tcp.rsp(g.ack(self.seq, back, self.word))
        return self


def words(*values):
    return struct.pack("<%dH" % len(values), *values)


@case("gesrtp/operations")
def operations():
    """Connect, status, the name of the program, controller type, the clock;
    words, octets and bits read and written, short and with text, an area that
    is not known, a task's memory; refused; a session request; log-ins and
    levels of privilege, right and wrong; stop, run, faults as they come; the
    clock set, a program stored in packets and loaded, a point forced, memory
    cleared; symbols, a service that nobody knows; a CPU in slot 2, a request
    without reply, an error."""
    t = Talk(Tcp(Path(), port=18245).open()).connect()
    t.ask(0x00, back=b"\1\0\2\0\3\0")
    t.ask(0x01, b"\0\0\0\2\0", back=g.long_status(b"PAC400"))
    t.ask(0x43, back=b"\x90\x30" + bytes(14))
    t.ask(0x03, back=b"MAIN\0\0\0\0")
    t.ask(0x25, b"\0\0\0\2", back=bytes.fromhex("261509140326"))
    t.ask(0x04, g.memory(0x08, 99, 3), back=words(7, 65535, 3))
    t.ask(0x04, g.memory(0x0A, 0, 8), back=words(*range(8)))
    t.ask(0x04, g.memory(0x10, 2, 2), back=b"\x81\1")
    t.ask(0x04, g.memory(0x48, 13, 5), back=b"\xa0\3")
    t.ask(0x04, g.memory(0x56, 0, 64), back=bytes(range(8)))
    t.ask(0x04, g.memory(0xC4, 16, 1), back=b"\x12\x34")
    t.ask(0x05, b"MAIN\0\0\0\0\1\0", back=b"\1\2")
    t.ask(0x04, g.memory(0x08, 40000, 1), error=(5, 0xF9))
    t.ask(0x07, g.memory(0x08, 14, 2) + words(4660, 2))
    t.ask(0x07, g.memory(0x4C, 14, 1) + b"\xff")
    t.ask(0x07, g.memory(0x08, 200, 5), words(1, 2, 3, 4, 5))
    t.ask(0x07, g.memory(0x12, 0, 1) + b"\5", error=(2, 2))
    t.ask(0x4F, b"\1", kind=8, back=None)
    t.ask(0x20, b"\1\2SECRET\0", error=(5, 0xF5))
    t.ask(0x20, b"\1\2SECRET\0").ask(0x21, b"\4LEVEL4\0")
    t.ask(0x21, b"\4LEVEL4\0", error=(2, 4))
    t.word = 0x2140
    t.ask(0x23, b"\1")
    t.word = 0x3150
    t.ask(0x00).ask(0x39)
    t.word = 0x0160
    t.ask(0x23, b"\0")
    t.ask(0x24, bytes.fromhex("00261509140326"))
    t.ask(0x22, b"PUMP2\0\0\0")
    t.ask(0x3F, b"\1\2\3\4\5", bytes(900), packets=2)
    t.ask(0x40, b"\1", back=bytes(1200))
    t.ask(0x44, g.memory(0x48, 3, 1)).ask(0x35)
    t.ask(0x0C, b"\1\0", b"TANK_LEVEL\0", back=words(1, 2))
    t.ask(0x7F, b"\1", error=(1, 0)).ask(0x00, slot=2)
    t.ask(0x00, kind=4, back=None)
    t.tcp.rsp(b"\5\0\2\0" + bytes(52))
    t.tcp.req(b"\6" + bytes(55)).rsp(b"\7" + bytes(55)).close()
    return t.tcp.path.cap


@case("gesrtp/violations")
def violations():
    """Fewer elements than are said, in a request, a short one and a reply;
    data in a connect, a mailbox message that its PDU may not carry, a packet
    beyond the last; a length that is none, noise, a type that is none, a good
    PDU behind each; a reply to nobody, a reply that says no; on another port,
    and what is not SRTP there and on its own."""
    t = Talk(Tcp(Path(), port=18245).open()).connect()

    def good():
        t.ask(0x04, g.memory(0x08, 0, 1), back=words(1))

    good()
    t.ask(0x07, g.memory(0x08, 0, 9), words(1, 2))
    t.ask(0x07, g.memory(0x08, 0, 9) + words(1), back=None)
    t.ask(0x04, g.memory(0x08, 0, 9), back=words(1, 2))
    t.ask(0x04, g.memory(0x0A, 0, 9), back=words(1, 2, 3, 4, 5, 6))
    good()
    t.tcp.req(b"\0" * 4 + b"\2" + bytes(51) + b"xx")
    good()
    t.tcp.req(g.pdu(2, 50, 0xD4, bytes(14)))
    t.tcp.rsp(g.pdu(3, 50, 0xC0, bytes(14)))
    good()
    t.ask(0x00, packet=3, packets=2, back=None)
    t.tcp.req(g.ask(99, 0x00, length=70000))
    good()
    t.tcp.req(b"\xffGE" + g.ask(98, 0x00)).rsp(g.ack(98))
    t.tcp.req(b"\x0a" + bytes(55))
    good()
    t.tcp.rsp(g.ack(1234, b"\1"), g.ack_text(1235, b"text of it"))
    t.seq += 1
    t.tcp.req(g.ask(t.seq, 0x00)).rsp(g.ack(t.seq, code=6))
    t.tcp.close()

    odd = Talk(Tcp(t.tcp.path, port=4660, server=host(21), cport=40001,
                   t=t.tcp.t).open())
    odd.tcp.req(g.CONNECT).rsp(g.CONNECTED)
    odd.ask(0x04, g.memory(0x08, 0, 1), back=words(1))
    odd.tcp.close()
    other = Tcp(t.tcp.path, port=18245, server=host(22), cport=40002,
                t=odd.tcp.t).open()
    other.req(b"\2\0GET / HTTP/1.1\r\n" + bytes(40)).close()
    return other.path.cap

"""cases_slmp: controllers of Mitsubishi Electric, and what is said to them."""

import struct

import slmp as s
from cases import case
from talk import CLIENT, Path, Tcp, Udp, host
from wire import Host

BROADCAST = Host("ff:ff:ff:ff:ff:ff", "255.255.255.255")


class Talk:
    """A panel and a controller; four: in 4E frames, with serial numbers."""

    def __init__(self, flow, c=s.Binary, four=False, r=s.LOCAL):
        self.flow, self.c, self.r = flow, c, r
        self.serial = 0 if four else None

    def ask(self, command, data=b"", back=b"", sub=0, end=0):
        """back None: it is not answered."""
        if self.serial is not None:
            self.serial += 1
        kw = {"c": self.c, "serial": self.serial, "r": self.r}
        self.flow.req(s.ask(command, data, sub, **kw))
        if end:
            self.flow.rsp(s.fail(end, command, sub, **kw))
        elif back is not None:
            self.flow.rsp(s.back(back, **kw))
        return self


@case("slmp/identity")
def identity():
    """Controllers say which they are: in 3E and 4E, binary and ASCII, by TCP
    and datagrams; one in another network, one that is another maker's; a CPU's
    state in its register; nodes that are looked for, one that gets an
    address."""
    path = Path()
    fx = b"FX5U-32MT/ES    " + struct.pack("<H", 0x4A29)
    t = Talk(Tcp(path, port=5007).open())
    t.ask(0x0101, b"", fx)
    t.ask(0x0401, s.batch("SD", 203, 1), s.words(0))
    t.ask(0x0401, s.batch("SD", 200, 5), s.words(0, 0, 0, 2, 0))
    t.flow.close()
    far = Talk(Tcp(path, port=5007, cport=49153, t=t.flow.t).open(),
               r=(1, 3, 0x03FF, 0))
    far.ask(0x0101, b"", b"R04CPU          " + struct.pack("<H", 0x4800))
    far.flow.close()
    u = Talk(Udp(path, port=5010, server=host(21), t=far.flow.t), four=True)
    u.ask(0x0101, b"", b"Q03UDVCPU       " + struct.pack("<H", 0x0366))
    a = Talk(Tcp(path, port=8501, server=host(22), t=u.flow.t).open(),
             c=s.Ascii)
    a.ask(0x0101, b"", b"KV-8000         " + b"5501")
    a.flow.close()
    asker = s.turned(2, 0, 0, 0, 0, 10) + b"\4" + s.turned(10, 0, 0, 10)
    look = Udp(path, port=61451, server=BROADCAST, cport=49160, t=a.flow.t)
    look.req(s.ask(0x0E30, asker, serial=1))
    for n, name in ((31, b""), (32, b"REMOTE-32")):
        found = Udp(path, port=61451, cport=49160, server=host(n),
                    client=BROADCAST, t=look.t)
        found.rsp(s.back(s.node(
            (2, 0, 0, 0, 0, n), (10, 0, 0, n), (255, 255, 255, 0), name,
            asker=asker), serial=1))
        look.t = found.t
    look.req(s.ask(0x0E31, asker + s.turned(2, 0, 0, 0, 0, 31) + b"\4" +
                   s.turned(10, 0, 0, 131) + s.turned(255, 255, 255, 0) +
                   b"\xff" * 4 + b"\0\4" + bytes(7), serial=2))
    return path.cap


@case("slmp/operations")
def operations():
    """Devices in batches, at random and in blocks, words and bits, long
    numbers, extensions, kinds that are not known; labels, buffers, monitors;
    refused; remote control and what became of it; a password right and wrong;
    files; errors cleared; what a controller sends unasked; cyclic data."""
    path = Path()
    t = Talk(Tcp(path, port=5002).open())
    t.ask(0x0401, s.batch("D", 100, 2), s.words(7, 65535))
    t.ask(0x0401, s.batch("M", 100, 3), s.Binary.bits([1, 0, 1]), sub=1)
    t.ask(0x0401, s.batch("X", 0x20, 1), s.words(0x8001))
    t.ask(0x0401, s.batch("D", 12288, 1, long=True), s.words(5), sub=2)
    t.ask(0x0401, s.batch("?", 1, 1), s.words(1))
    t.ask(0x0401, bytes(2) + s.device("D", 0) + bytes(5) + b"\1\0",
          s.words(1), sub=0x80)
    t.ask(0x0401, s.batch("D", 99999, 1), end=0xC056)
    t.ask(0x1401, s.batch("D", 100, 2) + s.words(7, 8))
    t.ask(0x1401, s.batch("Y", 0x10, 3) + s.Binary.bits([1, 1, 0]), sub=1)
    t.ask(0x1401, s.batch("D", 0, 1) + s.words(1), end=0xC062)
    t.ask(0x0403, b"\2\1" + s.device("D", 0) + s.device("TN", 3) +
          s.device("D", 10), s.words(1, 2) + b"\x78\x56\x34\x12")
    t.ask(0x1402, b"\1\1" + s.device("D", 0) + s.words(9) + s.device("R", 10) +
          b"\x78\x56\x34\x12")
    t.ask(0x1402, b"\2" + s.device("M", 1) + b"\1" + s.device("Y", 0x20) +
          b"\0", sub=1)
    t.ask(0x0406, b"\1\1" + s.batch("D", 0, 2) + s.batch("M", 0, 1),
          s.words(1, 2, 0x8001))
    t.ask(0x1406, b"\2\0" + s.batch("D", 0, 1) + s.words(5) +
          s.batch("W", 0x1F, 2) + s.words(6, 7))
    t.ask(0x0801, b"\1\0" + s.device("D", 0)).ask(0x0802, b"", s.words(3))
    t.ask(0x041C, b"\2\0\0\0" + s.label("Speed") + s.label("Pump.Run"),
          b"\2\0\1\0\2\0\7\0\1\0\2\0\1\0")
    t.ask(0x141B, b"\1\0\0\0" + s.label("Speed") + b"\2\0\x2a\0")
    t.ask(0x0613, struct.pack("<IH", 0x100, 2), s.words(1, 2))
    t.ask(0x1601, struct.pack("<IHH", 0x700, 2, 3) + s.words(9))
    t.ask(0x0619, b"\4\0ABCD", b"\4\0ABCD")
    t.ask(0x1630, b"\4\0WORD", end=0xC200).ask(0x1630, b"\4\0PASS")
    t.ask(0x1001, b"\3\0\2\0").ask(0x1002, b"\1\0").ask(0x1003, b"\1\0")
    t.ask(0x1005, b"\1\0", end=0x4010).ask(0x1006, b"\1\0", None)
    t.ask(0x1617).ask(0x1631, b"\4\0PASS")
    t.ask(0x1827, b"    \1\0\4\0" + s.label("MAIN.PRG"), b"\5\0", sub=0x40)
    t.ask(0x1829, b"\5\0" + struct.pack("<IH", 0, 4) + b"abcd", b"\4\0")
    t.ask(0x182A, b"\5\0\0\0")
    t.ask(0x1822, b"    \4\0\7\0OLD.CSV", end=0x4022)
    t.ask(0x7777, b"\1", end=0xC059)
    t.flow.rsp(s.ask(0x2101, b"AB"))
    t.flow.close()
    a = Talk(Tcp(path, port=5002, cport=49155, t=t.flow.t).open(), c=s.Ascii,
             four=True)
    a.ask(0x0401, s.batch("W", 0x1F, 2, c=s.Ascii),
          s.words(7, 0xABCD, c=s.Ascii))
    a.ask(0x0401, s.batch("B", 0x10, 3, c=s.Ascii), b"101", sub=1)
    a.ask(0x1401, s.batch("D", 100, 1, c=s.Ascii) +
          s.words(42, c=s.Ascii))
    a.ask(0x0403, b"0101" + s.device("D", 0, c=s.Ascii) +
          s.device("D", 10, c=s.Ascii), b"000112345678")
    a.ask(0x0401, s.batch("D", 70000, 1, c=s.Ascii), end=0xC056)
    a.flow.close()
    master = Udp(path, port=61450, cport=61450, server=BROADCAST, t=a.flow.t)
    master.req(s.ask(0x0E70, b"\1\0\0\0" + bytes(24), timer=0))
    slave = Udp(path, port=61450, cport=61450, server=host(31), client=CLIENT,
                t=master.t)
    slave.rsp(s.back(b"\1\0\0\0" + bytes(24)))
    return path.cap


@case("slmp/melsoft")
def melsoft():
    """An engineering tool and its controllers: who is there, by datagrams to
    all and by TCP, with headers of two lengths; a user who may and one who may
    not; a file each way, a stop, one command that fails, commands that nobody
    has published."""
    path = Path()
    look = Udp(path, port=5560, server=BROADCAST, cport=49201)
    look.req(b"\x5a\0\0\1")
    back = Udp(path, port=5560, cport=49201, client=BROADCAST, t=look.t)
    back.rsp(b"\xda\0\0\1\x14\0" + bytes([10, 0, 0, 10] * 2))
    back.rsp(s.m_back(0x0121, s.cpu(b"FX5U-32MT/ES", 0x4A29)))
    q = Tcp(path, port=5007, server=host(21), t=back.t).open()
    q.req(s.m_ask(0x0101, b"\0\1", size=8))
    q.rsp(s.m_back(0x0101, s.cpu(b"Q03UDECPU", 0x0268), size=8))
    q.close()
    t = Tcp(path, port=5562, cport=49203, t=q.t).open()
    ref = 0
    for command, data, answer, status in (
            (0x0121, b"\0\1", s.cpu(b"FX5U-32MT/ES", 0x4A29), 0),
            (0x0131, "ada".encode("utf-16-le").ljust(40, b"\0"), b"t" * 16, 0),
            (0x0132, bytes(48), b"", 0x4408),
            (0x0132, bytes(48), b"t" * 16, 0),
            (0x0410, bytes(20), bytes(4), 0),
            (0x1859, bytes(16), bytes(32), 0),
            (0x1868, bytes(8), bytes(64), 0),
            (0x1869, bytes(64), b"\x40\0", 0),
            (0x1002, b"\1\0", b"", 0),
            (0x1001, b"\1\0", b"", 0x4010)):
        ref += 1
        t.req(s.m_ask(command, data, ref))
        t.rsp(s.m_back(command, answer, ref, status=status))
    t.close()
    return path.cap


@case("slmp/violations")
def violations():
    """Data that are too short, more and fewer points than are said, digits
    that are none; lengths that are none, noise, a good frame behind each;
    answers that nobody asked for, one that comes after its time, one in
    another's place; on odd ports, and what is not SLMP there."""
    path = Path()
    t = Talk(Tcp(path, port=5007).open())
    flow = t.flow

    def good():
        t.ask(0x0401, s.batch("D", 100, 1), s.words(7))

    good()
    flow.req(s.ask(0x0401, s.device("D", 100)))
    flow.req(s.ask(0x1401, s.batch("D", 100, 2) + s.words(7)))
    good()
    t.ask(0x0401, s.batch("D", 100, 2), s.words(7))
    t.ask(0x0101, b"", b"FX5U")
    good()
    flow.req(s.ask(0x0101, length=5))
    good()
    flow.req(b"\x50\1noise\xff" + s.ask(0x0101))
    flow.rsp(s.back(s.cpu(b"L02CPU", 0x0541)))
    flow.rsp(s.back(b"\1\2"))
    good()
    flow.close()
    a = Tcp(path, port=5007, cport=49154, t=flow.t).open()
    a.req(s.ask(0x0401, s.batch("D", 1, 1, c=s.Ascii), c=s.Ascii))
    a.rsp(s.back(b"0007", c=s.Ascii))
    a.req(b"500000FF03FF0000180010040100*0D*0000010001")
    a.req(s.ask(0x0401, s.batch("D", 1, 1, c=s.Ascii), c=s.Ascii))
    a.close()
    u = Udp(path, port=5000, t=a.t)
    u.req(s.ask(0x0401, s.batch("D", 1, 1)))
    u.wait(10 ** 10)
    u.req(s.ask(0x0401, s.batch("W", 1, 1)))
    u.rsp(s.back(s.words(1)), s.back(s.words(2)))
    u.req(s.ask(0x0401, s.batch("R", 1, 1)))
    u.rsp(s.back(s.words(1, 2)))
    odd = Talk(Udp(path, port=20001, server=host(21), t=u.t))
    odd.ask(0x0401, s.batch("D", 1, 1), s.words(1))
    other = Udp(path, port=20002, server=host(22), cport=49156, t=odd.flow.t)
    other.req(s.ask(0x7777), s.ask(0x0101) + b"\0", b"\x5a\0\0\1", b"P\0")
    return path.cap

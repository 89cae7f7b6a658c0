"""cases_dnp3: what DNP3 can say: functions, objects, links, violations."""

import struct

import dn
from capfile import Capture
from cases import case
from talk import Path, Tcp, Udp

PORT = 20000


class Talk:
    """A master and an outstation on one connection."""

    def __init__(self, conn, master=1, outstation=10):
        self.conn = conn
        self.m = dn.End(master, True)
        self.o = dn.End(outstation, False)
        self.seq = 0

    def say(self, fc, objects=b"", dst=None, ctl=0xC0):
        for f in self.m.send(self.o.addr if dst is None else dst,
                             dn.request(self.seq, fc, objects, ctl)):
            self.conn.req(f)
        return self

    def answer(self, objects=b"", iin=0, size=249, **kw):
        for f in self.o.send(self.m.addr, dn.response(
                self.seq, objects, iin, **kw), size):
            self.conn.rsp(f)
        self.seq = (self.seq + 1) & 15
        return self

    def ask(self, fc, objects=b"", answer=b"", **kw):
        return self.say(fc, objects).answer(answer, **kw)

    def done(self):
        if isinstance(self.conn, Tcp):
            self.conn.close()
        return self.conn.path.cap


def tcp(**kw):
    return Talk(Tcp(Path(), port=PORT).open(), **kw)


@case("dnp3/functions")
def functions():
    """Every function code 0 to 33 once, with its answer where it has one, an
    unsolicited response and its confirm."""
    t = tcp()
    t.ask(1, dn.all_of(60, 1), dn.ranged(1, 2, 0, 0, b"\x81"))
    t.ask(2, dn.ranged(80, 1, 7, 7, b"\0"))
    point = dn.indexed(12, 1, (5, dn.crob(3)))
    for fc in (3, 4, 5):
        t.ask(fc, point, point)
    t.say(6, point)
    for fc in (7, 9):
        t.ask(fc, dn.all_of(20, 0))
        t.say(fc + 1, dn.all_of(20, 0))
    freeze = dn.counted(50, 2, dn.time() + struct.pack("<I", 1000))
    t.ask(11, freeze + dn.all_of(20, 0))
    t.say(12, freeze + dn.all_of(20, 0))
    t.ask(13, b"", dn.counted(52, 1, b"\x0a\0"))
    t.ask(14, b"", dn.counted(52, 2, b"\xe8\x03"))
    t.ask(15, b"", iin=0x0100)
    for fc in (16, 17, 18):
        t.ask(fc, dn.sized(90, 1, b"app"))
    t.ask(19, b"", dn.counted(52, 2, b"\xe8\x03"))
    t.ask(21, dn.all_of(60, 2))
    t.ask(20, dn.all_of(60, 2) + dn.all_of(60, 3))
    t.ask(22, dn.all_of(60, 2) + dn.all_of(1, 0))
    t.ask(23, b"", dn.counted(52, 2, b"\x05\0"))
    t.ask(24)
    t.ask(31, dn.sized(70, 8, b"config.xml"), dn.counted(
        91, 1, dn.activation(2000, (0, b"config.xml"))))
    for f in t.o.send(1, dn.response(3, dn.indexed(2, 1, (4, b"\x01")),
                                     fc=130, ctl=0xF0)):
        t.conn.rsp(f)
    for f in t.m.send(10, dn.request(3, 0, ctl=0xD0)):
        t.conn.req(f)
    return t.done()


@case("dnp3/objects")
def objects():
    """One point of every static, event, frozen and string variation."""
    t = tcp()
    i, h, f, d = (struct.pack(x, v) for x, v in
                  (("<i", -70000), ("<h", -7), ("<f", 21.3), ("<d", 2.5)))
    u, w, ts = struct.pack("<I", 70000), struct.pack("<H", 7), dn.time()
    on, q = b"\x81", b"\x01"
    static = [(1, 2, on), (3, 2, on), (10, 2, on), (20, 1, q + u),
              (20, 2, q + w), (20, 5, u), (20, 6, w), (21, 1, q + u),
              (21, 5, q + u + ts), (21, 9, u), (30, 1, q + i), (30, 2, q + h),
              (30, 3, i), (30, 4, h), (30, 5, q + f), (30, 6, q + d),
              (31, 1, q + i), (31, 3, q + i + ts), (34, 1, w), (34, 3, f),
              (40, 1, q + i), (40, 2, q + h), (40, 3, q + f), (40, 4, q + d),
              (101, 1, b"\x34\x12"), (102, 1, b"\x09"), (110, 4, b"text"),
              (121, 1, q + b"\1\0" + u)]
    event = [(2, 1, on), (2, 2, on + ts), (4, 2, on + ts), (11, 2, on + ts),
             (13, 2, b"\x80" + ts), (22, 1, q + u), (22, 5, q + u + ts),
             (23, 6, q + w + ts), (32, 1, q + i), (32, 3, q + i + ts),
             (32, 5, q + f), (32, 7, q + f + ts), (32, 8, q + d + ts),
             (33, 4, q + h + ts), (42, 3, q + i + ts), (42, 7, q + f + ts),
             (43, 1, b"\0" + i), (43, 7, b"\0" + f + ts), (111, 4, b"ding"),
             (113, 2, b"ok"), (122, 2, q + b"\1\0" + u + ts)]
    t.ask(1, dn.all_of(60, 1), b"".join(
        dn.ranged(g, v, 3, 3, x) for g, v, x in static))
    t.ask(1, dn.all_of(60, 2), b"".join(
        dn.indexed(g, v, (3, x)) for g, v, x in event))
    t.ask(1, dn.all_of(1, 1) + dn.all_of(3, 1), dn.ranged(
        1, 1, 0, 39, b"\x01\x02\x03\x04\x05") + dn.ranged(3, 1, 0, 3, b"\xe4"))
    t.ask(1, dn.all_of(2, 3), dn.counted(51, 1, ts) + dn.indexed(
        2, 3, (1, on + b"\x0a\0"), (2, q + b"\x14\0")))
    t.ask(1, dn.all_of(200, 1), dn.ranged(200, 1, 0, 0, b"\1\2\3"))
    return t.done()


@case("dnp3/identity")
def identity():
    """Device attributes of two outstations behind one address; all that may
    be text of the standard set, numbers, and a set of the user's own."""
    t = tcp()
    for addr, name in ((10, b"North"), (11, b"South")):
        t.o.addr = addr
        t.ask(1, dn.ranged(0, 254, 0, 0), b"".join(
            dn.attribute(v, x) for v, x in (
                (252, b"Example Works"), (250, b"RTU-9"), (248, b"000%d" %
                                                           addr),
                (242, b"2.11"), (243, b"B"), (245, b"Station 4"),
                (247, name), (246, b"id-%d" % addr), (249, b"2:2012"))))
    t.ask(1, dn.ranged(0, 254, 0, 0), b"".join(
        dn.attribute(v, x) for v, x in (
            (196, b"feeder 7"), (197, b"14"), (206, b"relief"),
            (207, b"operator"), (208, b"district"), (244, b"owner"))) +
        dn.ranged(0, 240, 0, 0, b"\2\2\0\x08") +
        dn.ranged(0, 216, 0, 0, b"\3\1\x0a") +
        dn.ranged(0, 203, 0, 0, b"\4\4" + struct.pack("<f", 431.5)) +
        dn.ranged(0, 198, 0, 0, b"\7\6" + dn.time()) +
        dn.ranged(0, 200, 0, 0, b"\5\2\xab\xcd"))
    t.ask(1, dn.ranged(0, 254, 1, 1),
          dn.ranged(0, 252, 1, 1, b"\1\4line"))
    return t.done()


@case("dnp3/files")
def files():
    """A file read in two blocks, one written, one deleted, one not there, and
    a log-in with user name."""
    t = tcp()
    t.ask(29, dn.sized(70, 2, struct.pack("<HHHHI", 12, 4, 16, 6, 0) +
                       b"user" + b"secret"),
          dn.sized(70, 2, struct.pack("<HHHHI", 12, 0, 12, 0, 77)))
    t.ask(25, dn.sized(70, 3, dn.file_command(b"log/today.txt", 1)),
          dn.sized(70, 4, dn.file_status(7, 10)))
    t.ask(1, dn.sized(70, 5, dn.file_block(7, 0)),
          dn.sized(70, 5, dn.file_block(7, 0, b"12345")))
    t.ask(1, dn.sized(70, 5, dn.file_block(7, 1)),
          dn.sized(70, 5, dn.file_block(7, 1, b"67890", True)))
    t.ask(26, dn.sized(70, 4, dn.file_status(7, 0)),
          dn.sized(70, 4, dn.file_status(7, 0)))
    t.ask(25, dn.sized(70, 3, dn.file_command(b"firmware.bin", 2, 4)),
          dn.sized(70, 4, dn.file_status(8, 4)))
    t.ask(2, dn.sized(70, 5, dn.file_block(8, 0, b"\1\2\3\4", True)),
          dn.sized(70, 6, struct.pack("<IIB", 8, 0, 0)))
    t.ask(27, dn.sized(70, 3, dn.file_command(b"old.txt", 0)),
          dn.sized(70, 4, dn.file_status(0, 0)))
    t.ask(28, dn.sized(70, 7, struct.pack("<HHHI6sHH", 20, 3, 1, 0, bytes(6),
                                          0, 1) + b"a.b"),
          dn.sized(70, 7, struct.pack("<HHHI6sHH", 20, 3, 1, 99, bytes(6), 0,
                                      1) + b"a.b"))
    t.ask(25, dn.sized(70, 3, dn.file_command(b"none", 1)),
          dn.sized(70, 4, dn.file_status(0, 0, 3)))
    t.ask(30, dn.sized(70, 4, dn.file_status(9, 0)),
          dn.sized(70, 4, dn.file_status(9, 0, 9)))
    return t.done()


def entry(name, is_file=True, size=0):
    """A descriptor of group 70 variation 7."""
    return struct.pack("<HHHI6sHH", 20, len(name), is_file, size, dn.time(),
                       0x1A4, 0) + name


@case("dnp3/directory")
def directory():
    """A directory that is read: its entries go over the ends of its blocks,
    once within a name, once before one; then a log-in that is refused."""
    t = tcp()
    t.ask(25, dn.sized(70, 3, dn.file_command(b"log", 1)),
          dn.sized(70, 4, dn.file_status(9, 3)))
    data = (entry(b"old", False, 2) + entry(b"today.txt", True, 10) +
            entry(b"firmware.bin", True, 4096) + entry(b"a", True, 1))
    for n, (at, end) in enumerate(((0, 47), (47, 90), (90, len(data)))):
        t.ask(1, dn.sized(70, 5, dn.file_block(9, n)),
              dn.sized(70, 5, dn.file_block(9, n, data[at:end],
                                            end == len(data))))
    t.ask(26, dn.sized(70, 4, dn.file_status(9, 0)),
          dn.sized(70, 4, dn.file_status(9, 0)))
    t.ask(29, dn.sized(70, 2, struct.pack("<HHHHI", 12, 3, 15, 2, 0) +
                       b"eveno"),
          dn.sized(70, 2, struct.pack("<HHHHI", 12, 0, 12, 0, 0)))
    return t.done()


def element(code, kind, size, value):
    """Of a data set's descriptor."""
    return bytes([3 + len(value), code, kind, size]) + value


@case("dnp3/sets")
def sets():
    """What is no point: data sets with prototype, descriptor and values,
    private registration, applications, a virtual terminal, storage."""
    t = tcp()
    t.ask(1, dn.all_of(85, 1) + dn.all_of(86, 1), dn.sized(
        85, 1, element(2, 5, 16, bytes(range(16))) +
        element(3, 1, 0, b"org.example") + element(4, 1, 0, b"pump") +
        element(5, 2, 4, b"speed")) + dn.sized(
            86, 1, element(1, 2, 1, b"\7") + element(6, 5, 16, b"")) +
        dn.sized(86, 2, b"\x11") + dn.sized(86, 3, b"\x1e\4\0\0\0"))
    t.ask(1, dn.all_of(87, 1) + dn.all_of(88, 1), dn.sized(
        87, 1, b"\1\7" + b"\6" + dn.time() + b"\4" + b"\1\2\3\4") +
        dn.sized(88, 1, b"\1\7" + b"\6" + dn.time()))
    t.ask(1, dn.all_of(83, 1), dn.sized(
        83, 1, b"EXMP" + struct.pack("<HH", 3, 2) + b"\1\2") + dn.sized(
            83, 2, b"EXMP" + struct.pack("<HH", 3, 1)))
    t.ask(1, dn.all_of(90, 1) + dn.all_of(81, 1), dn.sized(90, 1, b"alarms") +
          dn.counted(81, 1, b"\x50\2\2"))
    t.ask(2, dn.indexed(112, 5, (0, b"login")))
    t.ask(1, dn.all_of(60, 2), dn.indexed(113, 9, (0, b"password:")))
    return t.done()


@case("dnp3/stations")
def stations():
    """An outstation that dials its master and reports; who is asked by the
    self-address; commands to each broadcast address; two outstations and two
    masters over one connection."""
    conn = Tcp(Path(), port=PORT).open()
    t = Talk(conn, master=1, outstation=10)
    t.conn = Dialled(conn)
    for f in t.o.send(1, dn.response(0, b"", 0x80, fc=130, ctl=0xF0)):
        conn.req(f)
    for f in t.m.send(10, dn.request(0, 0, ctl=0xD0)):
        conn.rsp(f)
    t.say(1, dn.all_of(60, 2), dst=0xFFFC).answer()
    for n, dst in enumerate((0xFFFF, 0xFFFE, 0xFFFD)):
        t.say(2 if n else 13, dn.counted(50, 1, dn.time()) if n else b"",
              dst=dst)
        t.seq += 1
    t.ask(23, answer=dn.counted(52, 2, b"\5\0"), iin=1)
    t.o.addr, t.m.addr = 11, 2
    t.ask(1, dn.all_of(60, 2))
    conn.close()
    return conn.path.cap


class Dialled:
    """A connection whose server is the master."""

    def __init__(self, conn):
        self.conn = conn

    def req(self, data):
        self.conn.rsp(data)

    def rsp(self, data):
        self.conn.req(data)


@case("dnp3/udp")
def udp():
    """A session on UDP: polls, a control selected and operated, a report and
    its confirm, a fragment of several datagrams, one that was sent twice."""
    t = Talk(Udp(Path(), port=PORT))
    t.ask(1, dn.all_of(60, 2) + dn.all_of(60, 1), dn.ranged(
        30, 1, 0, 99, b"".join(b"\1" + struct.pack("<i", n)
                               for n in range(100))))
    point = dn.indexed(12, 1, (5, dn.crob(0x81)))
    t.ask(3, point, point).ask(4, point, point)
    report = dn.response(7, dn.indexed(2, 1, (5, b"\1")), fc=130, ctl=0xF0)
    for f in t.o.send(1, report) + t.o.send(1, report):
        t.conn.rsp(f)
    for f in t.m.send(10, dn.request(7, 0, ctl=0xD0)):
        t.conn.req(f)
    return t.done()


@case("dnp3/truncated")
def truncated():
    """Datagrams of which the capture has the first octets only: within
    objects, a control, a first and a middle segment; then a whole one."""
    t = Talk(Udp(Path(Capture(snaplen=42 + 30)), port=PORT))
    points = dn.ranged(30, 1, 0, 79, b"".join(
        b"\1" + struct.pack("<i", n) for n in range(80)))
    control = dn.indexed(12, 1, (5, dn.crob(3)))
    t.ask(1, dn.all_of(60, 1), dn.ranged(30, 1, 0, 9, points[5:55]))
    t.ask(5, control, control)
    t.ask(1, dn.all_of(60, 1), points)
    t.ask(23, answer=dn.counted(52, 2, b"\5\0"))
    return t.done()


@case("dnp3/authentication")
def authentication():
    """Session keys changed, an operate challenged, one in aggressive mode, an
    error and a user that is changed (g120)."""
    t = tcp()
    key = struct.pack("<IHBBBH", 1, 1, 1, 2, 4, 4) + b"\1\2\3\4"
    t.say(32, dn.counted(120, 4, b"\1\0"))
    t.answer(dn.sized(120, 5, key), fc=131)
    t.say(32, dn.sized(120, 6, struct.pack("<IH", 1, 1) + bytes(16)))
    t.answer(dn.sized(120, 5, key), fc=131)
    point = dn.indexed(12, 1, (5, dn.crob(0x41)))
    t.say(5, point)
    for f in t.o.send(1, dn.response(t.seq, dn.sized(
            120, 1, struct.pack("<IHBB", 2, 1, 4, 1) + b"\1\2\3\4"), fc=131)):
        t.conn.rsp(f)
    t.say(32, dn.sized(120, 2, struct.pack("<IH", 2, 1) + bytes(10)))
    t.answer(point)
    t.ask(5, dn.counted(120, 3, struct.pack("<IH", 3, 1)) + point +
          dn.sized(120, 9, bytes(10)), point)
    t.say(33, dn.sized(120, 7, struct.pack("<IHHB", 3, 1, 0, 1) + dn.time()))
    t.say(32, dn.sized(120, 10, struct.pack("<BBIHHHHH", 4, 1, 0, 1, 9, 4, 0,
                                            0) + b"anna"))
    t.answer(fc=131)
    return t.done()


@case("dnp3/segments")
def segments():
    """A response of three frames and one of two fragments; the transport
    sequence wraps; a confirm between."""
    t = tcp()
    t.o.seq = 62
    t.ask(1, dn.all_of(60, 1), dn.ranged(30, 1, 0, 119, b"".join(
        b"\1" + struct.pack("<i", n) for n in range(120))))
    t.say(1, dn.all_of(60, 2))
    t.answer(dn.indexed(2, 1, (1, b"\x81")), ctl=0xA0)
    t.seq -= 1
    t.say(0)
    t.seq += 1
    t.answer(dn.indexed(2, 1, (2, b"\x01")), ctl=0x40)
    return t.done()


@case("dnp3/links")
def links():
    """Link functions each way, on UDP: reset, test, status, confirmed user
    data, ack, nack, not supported; two frames in a datagram; a broadcast."""
    conn = Udp(Path(), port=PORT)
    for ask, say in ((0xC0, 0x00), (0xF2, 0x00), (0xC9, 0x0B), (0xD2, 0x01),
                     (0xC1, 0x0F)):
        conn.req(dn.frame(ask, 10, 1)).rsp(dn.frame(say, 1, 10))
    conn.req(dn.frame(0xF3, 10, 1, b"\xc0" + dn.request(0, 23)))
    conn.rsp(dn.frame(0x00, 1, 10) + dn.frame(
        0x44, 1, 10, b"\xc0" + dn.response(0, dn.counted(52, 2, b"\x05\0"))))
    conn.req(dn.frame(0xC4, 0xFFFF, 1, b"\xc1" + dn.request(1, 24)))
    return conn.path.cap


@case("dnp3/violations")
def violations():
    """Each rule broken once: lengths, CRCs, link functions, transport
    sequences, application bits, qualifiers, ranges, objects, controls."""
    t = tcp()

    def raw(data):
        t.conn.req(data)

    raw(dn.frame(0xC5, 10, 1, b"\xc0\xc0\x17"))
    raw(dn.frame(0xC9, 10, 1, b"\xc0\xc0\x17"))
    raw(dn.frame(0xC4, 10, 1))
    raw(dn.frame(0xC4, 10, 1, b"\x80\xc0\x17"))
    raw(dn.frame(0xC4, 10, 1, b"\x40\xc0\x17"))
    raw(dn.frame(0xC4, 10, 1, b"\x83\xc0\x17"))
    raw(dn.frame(0x44, 10, 1, b"\xc0\xc0\x17"))
    for user in ("c0", "c022", "8001", "e001", "d001", "c0013c01",
                 "c0013c0186", "c0013c010a", "c0011e01000504",
                 "c0050c012801000500 0f0164000000c800000000",
                 "c1040c012801000500 030164000000c800000000",
                 "c01946035b0102001a00"):
        raw(dn.frame(0xC4, 10, 1, b"\xc0" + bytes.fromhex(user)))
    for user in ("c08100", "c0820000", "c0810040",
                 "c08100001e0100000101000000", "c0810000010100001000"):
        t.conn.rsp(dn.frame(0x44, 1, 10, b"\xc0" + bytes.fromhex(user)))
    good = dn.frame(0xC4, 10, 1, b"\xc0" + dn.request(2, 23))
    raw(good[:-1] + b"\0")
    raw(good)
    raw(good[:8] + b"\0\0" + good[10:])
    raw(good)
    raw(b"no DNP3" + good)
    t.conn.rsp(dn.frame(0x44, 1, 0xFFFD, b"\xc0" + dn.response(2)))
    raw(dn.frame(0xC4, 10, 1, b"\xc0" + dn.request(3, 32, dn.sized(
        120, 1, b"\1\0\0\0"))))
    return t.done()


@case("dnp3/violation_long")
def violation_long():
    """A fragment of more than 64 KiB, which is given up; then a good one."""
    t = tcp()
    for n in range(266):
        t.conn.rsp(dn.frame(0x44, 1, 10, bytes([(n == 0) << 6 | n & 63]) +
                            bytes(249)))
    t.ask(1, dn.all_of(60, 1))
    return t.done()

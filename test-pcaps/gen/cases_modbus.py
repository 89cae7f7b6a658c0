"""cases_modbus: what Modbus itself can say, function by function.

Each capture is one connection in good order; transport trouble is in
cases_stream.
"""

import mb
from cases import case
from talk import Path, Tcp, Udp, host
from wire import MS, S


def connection(**kw):
    """An open connection in a capture of its own."""
    return Tcp(Path(), **kw).open()


class Master:
    """Numbers the transactions of one connection."""

    def __init__(self, tcp, unit=1, txn=0):
        self.tcp, self.unit, self.txn = tcp, unit, txn

    def ask(self, pdu, answer=None, unit=None):
        unit = self.unit if unit is None else unit
        self.txn = (self.txn + 1) & 0xFFFF
        self.tcp.req(mb.tcp(self.txn, unit, pdu))
        if answer is not None:
            self.tcp.rsp(mb.tcp(self.txn, unit, answer))
        return self

    def done(self):
        self.tcp.close()
        return self.tcp.path.cap


@case("modbus/functions")
def functions():
    """Every public function code once with its reply: 1 to 8, 11, 12, 15 to
    17, 20 to 24, 43/13, 43/14."""
    m = Master(connection())
    m.ask(mb.read(1, 0x13, 19), mb.read_bits_rsp(1, [1, 0, 1, 1, 0, 0, 1, 1,
                                                    1, 1, 0, 1, 0, 1, 1, 0,
                                                    1, 0, 1]))
    m.ask(mb.read(2, 0xC4, 22), mb.read_bits_rsp(2, [0, 0, 1, 1] * 5 + [1, 0]))
    m.ask(mb.read(3, 0x6B, 3), mb.read_regs_rsp(3, [555, 0, 100]))
    m.ask(mb.read(4, 8, 1), mb.read_regs_rsp(4, [10]))
    m.ask(mb.write_coil(0xAC, True), mb.write_coil(0xAC, True))
    m.ask(mb.write_coil(0xAC, False), mb.write_coil(0xAC, False))
    m.ask(mb.write_reg(1, 3), mb.write_reg(1, 3))
    m.ask(mb.head(7), b"\x07\x6d")
    m.ask(mb.diag(0, b"\xa5\x37"), mb.diag(0, b"\xa5\x37"))
    m.ask(mb.head(11), mb.head(11, 0xFFFF, 0x0108))
    m.ask(mb.head(12), mb.counted(12, mb.regs([0, 0x0108, 0x0121]) +
                                  b"\x20\x00"))
    m.ask(mb.write_coils(0x13, [1, 0, 1, 1, 0, 0, 1, 1, 1, 0]),
          mb.write_rsp(15, 0x13, 10))
    m.ask(mb.write_regs(1, [10, 258]), mb.write_rsp(16, 1, 2))
    m.ask(mb.head(17), mb.server_id_rsp(b"otus-test", True, b"v1.0"))
    m.ask(mb.read_file([(4, 1, 2), (3, 9, 2)]),
          mb.read_file_rsp([[0x0DFE, 0x0020], [0x33CD, 0x0040]]))
    m.ask(mb.write_file([(4, 7, [0x06AF, 0x04BE, 0x100D])]),
          mb.write_file([(4, 7, [0x06AF, 0x04BE, 0x100D])]))
    m.ask(mb.mask_write(4, 0x00F2, 0x0025), mb.mask_write(4, 0x00F2, 0x0025))
    m.ask(mb.read_write(3, 6, 14, [255, 255, 255]),
          mb.read_regs_rsp(23, [254, 2757, 1, 3, 13, 255]))
    m.ask(mb.read_fifo(0x04DE), mb.read_fifo_rsp([0x01B8, 0x1284]))
    m.ask(mb.canopen(bytes.fromhex("0000010040000000")),
          mb.canopen(bytes.fromhex("00000100400000001234")))
    m.ask(mb.device_id(1), mb.device_id_rsp(1, 1, [
        (0, b"Example Works"), (1, b"EX-100"), (2, b"V2.11")]))
    return m.done()


@case("modbus/diagnostics")
def diagnostics():
    """Function 8 with every sub-function (0 to 4, 10 to 18, 20), three
    reserved ones, and a force-listen-only that rightly gets no reply."""
    m = Master(connection())
    m.ask(mb.diag(0, b"\x12\x34\x56\x78"), mb.diag(0, b"\x12\x34\x56\x78"))
    m.ask(mb.diag(1, b"\0\0"), mb.diag(1, b"\0\0"))
    m.ask(mb.diag(1, b"\xff\0"), mb.diag(1, b"\xff\0"))
    m.ask(mb.diag(2), mb.diag(2, b"\x00\x81"))
    m.ask(mb.diag(3, b";\0"), mb.diag(3, b";\0"))
    for sub in range(10, 19):
        m.ask(mb.diag(sub), mb.diag(sub, bytes([0, sub])
                                    if sub != 10 else b"\0\0"))
    m.ask(mb.diag(20), mb.diag(20))
    for sub in (5, 19, 0xFFFF):
        m.ask(mb.diag(sub), mb.exc(8, 1))
    m.ask(mb.diag(4))
    m.tcp.wait(40 * S)
    m.ask(mb.diag(1, b"\0\0"), mb.diag(1, b"\0\0"))
    return m.done()


@case("modbus/device_id")
def device_id():
    """Function 43/14: basic, regular and extended streams with continuation,
    individual access, an unknown object, text in UTF-8 and Latin-1 and with
    control characters, an empty object."""
    m = Master(connection())
    m.ask(mb.device_id(1), mb.device_id_rsp(1, 0x81, [
        (0, b"Example Works"), (1, b"EX-100")], more=0xFF, following=2))
    m.ask(mb.device_id(1, 2), mb.device_id_rsp(1, 0x81, [(2, b"V2.11")]))
    m.ask(mb.device_id(2), mb.device_id_rsp(2, 0x82, [
        (0, b"Example Works"), (1, b"EX-100"), (2, b"V2.11"),
        (3, b"http://example.org"), (4, "Pumpe S\u00fcd".encode()),
        (5, b"EX-100/24DC"), (6, "Wasserwerk K\u00f6ln".encode("latin-1"))]))
    m.ask(mb.device_id(3), mb.device_id_rsp(3, 0x83, [
        (0, b"Example Works"), (1, b"EX-100"), (2, b"V2.11"),
        (0x80, b"SN 004711"), (0x81, b""), (0xFF, bytes(range(16)))]))
    m.ask(mb.device_id(4, 2), mb.device_id_rsp(4, 0x83, [(2, b"V2.11")]))
    m.ask(mb.device_id(4, 0x7F), mb.exc(43, 2))
    m.ask(mb.device_id(4, 5), mb.device_id_rsp(4, 0x83, [
        (5, b"Line one\r\nLine \"two\"\t<b>&amp;</b>")]))
    return m.done()


@case("modbus/server_id")
def server_id():
    """Function 17: run indicator on and off, an id of one byte, a long text,
    and a reply too short to hold an indicator."""
    m = Master(connection(), unit=7)
    m.ask(mb.head(17), mb.server_id_rsp(b"\x2a", True))
    m.ask(mb.head(17), mb.server_id_rsp(b"\x2a", False))
    m.ask(mb.head(17), mb.server_id_rsp(b"Controller 7, hall 3", True))
    m.ask(mb.head(17), mb.server_id_rsp(b"M" * 200, False, b"text"))
    m.ask(mb.head(17), mb.counted(17, b"\xff"))
    m.ask(mb.head(17), mb.counted(17, b""))
    return m.done()


@case("modbus/files")
def files():
    """Functions 20, 21 and 24 at their limits: one and many groups, longest
    record, extended memory, an empty and a full FIFO."""
    m = Master(connection())
    m.ask(mb.read_file([(1, 0, 1)]), mb.read_file_rsp([[0x1111]]))
    many = [(n, n * 10, 1) for n in range(1, 36)]
    m.ask(mb.read_file(many), mb.read_file_rsp([[n] for n, _, _ in many]))
    m.ask(mb.read_file([(6, 9999, 120)]),
          mb.read_file_rsp([list(range(120))]))
    m.ask(mb.read_file([(0xFFFF, 0x270F, 2)]),
          mb.read_file_rsp([[0xFFFF, 0]]))
    echo = mb.write_file([(1, 0, [1]), (2, 5, [1, 2, 3])])
    m.ask(echo, echo)
    echo = mb.write_file([(10, 100, list(range(119)))])
    m.ask(echo, echo)
    m.ask(mb.read_fifo(0x0100), mb.read_fifo_rsp([]))
    m.ask(mb.read_fifo(0x0100), mb.read_fifo_rsp(range(31)))
    m.ask(mb.read_fifo(0x0100), mb.exc(24, 3))
    return m.done()


@case("modbus/canopen")
def canopen():
    """Function 43/13, CANopen general reference: read, write, an error, and
    43 with MEI types that nobody has assigned."""
    m = Master(connection(), unit=3)
    m.ask(mb.canopen(bytes.fromhex("000003001018 0001 0004".replace(" ", ""))),
          mb.canopen(bytes.fromhex("0000030010180001000400000195")))
    m.ask(mb.canopen(bytes.fromhex("020003006040 0000 0002 000f"
                                   .replace(" ", ""))),
          mb.canopen(bytes.fromhex("02000300604000000002")))
    m.ask(mb.canopen(bytes.fromhex("00000300ffff00000004")), mb.exc(43, 0xFF))
    m.ask(b"\x2b\x0c\x01\x02", mb.exc(43, 1))
    m.ask(b"\x2b\x00", mb.exc(43, 3))
    return m.done()


@case("modbus/umas")
def umas():
    """Function 90 (UMAS): each known sub-function with an accepting reply, a
    refused one, and sub-functions without a known name."""
    m = Master(connection(), unit=0)
    text = b"\x00\x00\x00\x00BMX P34 2020\x00"
    bodies = {
        0x02: (b"", b"\x00\x11" + text), 0x03: (b"\x00", text),
        0x04: (b"", b"\x04\x00\x02\x01"), 0x10: (b"\x39\x17\x00\x00" +
                                                 b"\x08ENGINEER", b"\x55"),
        0x20: (b"\x01\x21\x00\x00\x00\x00\x00\x08\x00",
               b"\x01\x08\x00ABCDEFGH"),
        0x22: (b"\x7c\x14\x9e\x5f\x01\x02\x21\x00\x01\x00\x10", b"\x2a\x00"),
        0x40: (b"\xff\x00", b""), 0x41: (b"\xff\x00", b""),
    }
    known = (0x01, 0x02, 0x03, 0x04, 0x06, 0x0A, 0x10, 0x11, 0x12, 0x20, 0x21,
             0x22, 0x23, 0x24, 0x25, 0x26, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35,
             0x36, 0x39, 0x40, 0x41, 0x50, 0x58, 0x70, 0x73)
    for sub in known:
        ask, answer = bodies.get(sub, (b"\x01\x02", b"\x01"))
        m.ask(mb.umas(sub, ask, 0x55), mb.umas(0xFE, answer, 0x55))
    m.ask(mb.umas(0x41, b"\xff\x00", 0), mb.umas(0xFD, b"\x80\x81", 0))
    m.ask(mb.umas(0x99, b"\x00", 0), mb.umas(0xFD, b"\x80\x00", 0))
    m.ask(mb.umas(0x02), mb.exc(90, 1))
    m.ask(b"\x5a\x00", mb.exc(90, 3))
    return m.done()


@case("modbus/user_defined")
def user_defined():
    """Function codes without a public meaning: user-defined (65 to 72, 100
    to 110), those some vendors gave one (9, 10, 13, 14, 18, 19, 40, 91, 125,
    126), and unassigned ones; answered, refused and ignored."""
    m = Master(connection())
    for fc in (*range(65, 73), *range(100, 111), 9, 10, 13, 14, 18, 19, 40,
               91, 125, 126):
        m.ask(bytes([fc, 1, 2, 3]), bytes([fc, 4, 5]))
    for fc in (25, 39, 42, 44, 64, 73, 99, 111, 124, 127):
        m.ask(bytes([fc]), mb.exc(fc, 1))
    m.ask(bytes([100]) + bytes(252), bytes([100]) + bytes(252))
    m.ask(bytes([65]))
    return m.done()


@case("modbus/exceptions")
def exceptions():
    """Every exception code (1 to 8, 10, 11), codes nobody assigned, and an
    exception to each public function."""
    m = Master(connection())
    for code in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 0, 9, 12, 0x80, 0xFF):
        m.ask(mb.read(3, 0x9C40, 2), mb.exc(3, code))
    asks = (mb.read(1, 0, 8), mb.read(2, 0, 8), mb.read(4, 0, 2),
            mb.write_coil(1, True), mb.write_reg(1, 2), mb.head(7),
            mb.diag(0), mb.head(11), mb.head(12), mb.write_coils(0, [1, 0]),
            mb.write_regs(0, [1]), mb.head(17), mb.read_file([(1, 1, 1)]),
            mb.write_file([(1, 1, [1])]), mb.mask_write(1, 2, 3),
            mb.read_write(0, 1, 0, [1]), mb.read_fifo(1), mb.device_id(1),
            mb.canopen(b"\0\0"), mb.umas(2))
    for ask in asks:
        m.ask(ask, mb.exc(ask[0], 1 + m.txn % 4))
    return m.done()


@case("modbus/limits")
def limits():
    """The largest and smallest of everything that is allowed: quantities,
    addresses at the end of the range, unit 0, 247, 248 and 255, values."""
    m = Master(connection(), txn=0xFFF8)
    m.ask(mb.read(1, 0, 2000), mb.read_bits_rsp(1, [1, 0, 0] * 666 + [1, 1]))
    m.ask(mb.read(2, 63536, 2000), mb.read_bits_rsp(2, [0, 1] * 1000))
    m.ask(mb.read(1, 65535, 1), mb.read_bits_rsp(1, [1]))
    m.ask(mb.read(3, 0, 125), mb.read_regs_rsp(3, range(65411, 65536)))
    m.ask(mb.read(4, 65535, 1), mb.read_regs_rsp(4, [0xFFFF]))
    m.ask(mb.write_coils(0, [1] * 1968), mb.write_rsp(15, 0, 1968))
    m.ask(mb.write_coils(65535, [0]), mb.write_rsp(15, 65535, 1))
    m.ask(mb.write_regs(0, range(123)), mb.write_rsp(16, 0, 123))
    m.ask(mb.write_regs(65535, [0xFFFF]), mb.write_rsp(16, 65535, 1))
    m.ask(mb.read_write(0, 125, 0, range(121)),
          mb.read_regs_rsp(23, range(125)))
    m.ask(mb.write_coil(65535, True), mb.write_coil(65535, True))
    m.ask(mb.write_reg(65535, 65535), mb.write_reg(65535, 65535))
    for unit in (0, 247, 248, 255):
        m.ask(mb.read(3, 0, 1), mb.read_regs_rsp(3, [unit]), unit=unit)
    return m.done()


@case("modbus/pairing")
def pairing():
    """Requests and replies that do not simply alternate: pipelined, answered
    out of order, all with transaction 0, repeated transaction, a late reply,
    an unanswered request, a reply to nothing, a reply with another unit."""
    t = connection()
    asks = [mb.tcp(n, 1, mb.read(3, n, 1)) for n in range(1, 9)]
    answers = [mb.tcp(n, 1, mb.read_regs_rsp(3, [n])) for n in range(1, 9)]
    t.req(*asks).rsp(*answers)
    t.req(*asks[:4]).rsp(*reversed(answers[:4]))
    for value in (11, 22, 33):                      # all with transaction 0
        t.req(mb.tcp(0, 1, mb.read(3, value, 1)))
        t.rsp(mb.tcp(0, 1, mb.read_regs_rsp(3, [value])))
    for addr in (100, 101):                         # equal ones, in order
        t.req(mb.tcp(5, 1, mb.read(4, addr, 1)))
    for addr in (100, 101):
        t.rsp(mb.tcp(5, 1, mb.read_regs_rsp(4, [addr])))
    t.req(mb.tcp(20, 1, mb.write_reg(7, 70))).wait(9 * S)
    t.rsp(mb.tcp(20, 1, mb.write_reg(7, 70)))
    t.req(mb.tcp(21, 1, mb.read(3, 21, 1))).wait(45 * S)
    t.req(mb.tcp(22, 1, mb.read(3, 22, 1)))
    t.rsp(mb.tcp(22, 1, mb.read_regs_rsp(3, [22])))
    t.rsp(mb.tcp(77, 1, mb.read_regs_rsp(3, [77])))
    t.req(mb.tcp(23, 4, mb.read(3, 23, 1)))
    t.rsp(mb.tcp(23, 9, mb.read_regs_rsp(3, [23])))
    t.req(mb.tcp(24, 1, mb.read(3, 24, 1)))
    t.rsp(mb.tcp(24, 1, mb.read_regs_rsp(4, [24])))
    t.req(mb.tcp(25, 1, mb.read(3, 25, 1)))
    t.rsp(mb.tcp(25, 1, mb.read_regs_rsp(3, [25])))
    return t.close().path.cap


@case("modbus/gateway")
def gateway():
    """A gateway with serial units behind it: units answer with different
    identities, one path is down (0A), one unit does not answer (0B); beside
    it a server that ignores the unit id and always answers the same."""
    path = Path()
    gw = Master(Tcp(path, server=host(30)).open())
    for unit in (1, 2, 5):
        gw.ask(mb.read(3, 0, 2), mb.read_regs_rsp(3, [unit, unit * 100]),
               unit=unit)
        gw.ask(mb.head(17), mb.server_id_rsp(b"meter %d" % unit, True),
               unit=unit)
    gw.ask(mb.device_id(1), mb.device_id_rsp(1, 1, [
        (0, b"Example Meters"), (1, b"EM-1"), (2, b"1.0")]), unit=1)
    gw.ask(mb.device_id(1), mb.device_id_rsp(1, 1, [
        (0, b"Another Maker"), (1, b"AM-9"), (2, b"4.2")]), unit=2)
    gw.ask(mb.read(3, 0, 2), mb.exc(3, 0x0A), unit=8)
    gw.ask(mb.read(3, 0, 2), mb.exc(3, 0x0B), unit=9)
    gw.ask(mb.read(4, 0, 1), mb.exc(4, 0x0B), unit=5)
    gw.tcp.close()
    plain = Master(Tcp(path, server=host(31), cport=49153, t=gw.tcp.t).open())
    for unit in (0, 1, 255):
        plain.ask(mb.head(17), mb.server_id_rsp(b"plain", True), unit=unit)
    return plain.done()


@case("modbus/clients")
def clients():
    """Three clients on one server at the same time, one server with another
    port beside it, transactions equal on all connections."""
    path = Path()
    talks = [Tcp(path, client=host(10 + n), server=host(20), cport=50000 + n,
                 port=(502, 502, 502, 1502)[n], t=1_700_000_000 * S + n * MS,
                 isn=(n * 1000, n * 5000)).open() for n in range(4)]
    for txn in range(10):
        for n, t in enumerate(talks):
            t.req(mb.tcp(txn, 1, mb.read(3, 10 * n, 2)))
        for n, t in enumerate(talks):
            t.rsp(mb.tcp(txn, 1, mb.read_regs_rsp(3, [n, txn])))
    for t in talks:
        t.close()
    return path.cap


@case("modbus/udp")
def udp():
    """Modbus in UDP datagrams: plain exchanges, a repeat of a request 200 ms
    later, two PDUs in one datagram, a datagram that ends early, one with
    bytes behind the PDU."""
    u = Udp(Path())
    for n in range(1, 6):
        u.req(mb.tcp(n, 1, mb.read(3, n, 2)))
        u.rsp(mb.tcp(n, 1, mb.read_regs_rsp(3, [n, n])))
    u.req(mb.tcp(6, 1, mb.write_reg(9, 1))).wait(200 * MS)
    u.req(mb.tcp(6, 1, mb.write_reg(9, 1)))
    u.rsp(mb.tcp(6, 1, mb.write_reg(9, 1)))
    u.req(mb.tcp(7, 1, mb.read(1, 0, 8)) + mb.tcp(8, 1, mb.read(2, 0, 8)))
    u.rsp(mb.tcp(7, 1, mb.read_bits_rsp(1, [1] * 8)) +
          mb.tcp(8, 1, mb.read_bits_rsp(2, [0] * 8)))
    u.req(mb.tcp(9, 1, mb.read(3, 0, 2))[:10])
    u.req(mb.tcp(10, 1, mb.read(3, 0, 2)) + b"\0\0\0")
    u.rsp(mb.tcp(10, 1, mb.read_regs_rsp(3, [1, 2])))
    return u.path.cap


@case("modbus/rtu_tcp")
def rtu_tcp():
    """RTU frames inside TCP (a serial server in transparent mode, port
    4001): reads, writes, exceptions, an answer in two segments, a wrong CRC,
    line noise between frames, a broadcast write without a reply."""
    t = connection(port=4001)
    for n in range(6):
        t.req(mb.rtu(17, mb.read(3, 0x6B + n, 3)))
        t.rsp(mb.rtu(17, mb.read_regs_rsp(3, [555, n, 100])))
    t.req(mb.rtu(17, mb.read(1, 0x13, 10)))
    t.rsp(mb.rtu(17, mb.read_bits_rsp(1, [1, 0] * 5)))
    t.req(mb.rtu(17, mb.write_reg(1, 3)))
    t.rsp(mb.rtu(17, mb.write_reg(1, 3)))
    t.req(mb.rtu(17, mb.write_regs(1, [10, 258])))
    t.rsp(mb.rtu(17, mb.write_rsp(16, 1, 2)))
    t.req(mb.rtu(17, mb.read(3, 0xFFFF, 1)))
    t.rsp(mb.rtu(17, mb.exc(3, 2)))
    t.req(mb.rtu(18, mb.read(4, 0, 20)))
    t.send("s", mb.rtu(18, mb.read_regs_rsp(4, range(20))), size=17)
    t.req(mb.rtu(0, mb.write_coil(5, True)))
    t.req(mb.rtu(17, mb.read(3, 1, 1), bad=True))
    t.req(mb.rtu(17, mb.read(3, 2, 1)))
    t.rsp(mb.rtu(17, mb.read_regs_rsp(3, [2])))
    t.rsp(b"\xff\xfe\xfd")
    t.req(mb.rtu(17, mb.read(3, 3, 1)))
    t.rsp(mb.rtu(17, mb.read_regs_rsp(3, [3])))
    t.req(mb.rtu(17, mb.head(17)))
    t.rsp(mb.rtu(17, mb.server_id_rsp(b"rtu", True)))
    return t.close().path.cap


@case("modbus/odd_ports")
def odd_ports():
    """Modbus where it is not expected (1502, 20000, 102) and something else
    on 502 (HTTP, TLS, noise); a client that uses source port 502."""
    path = Path()
    t0 = 1_700_000_000 * S
    for n, (port, cport) in enumerate(((1502, 49200), (20000, 49201),
                                       (102, 49202), (8502, 502))):
        m = Master(Tcp(path, server=host(40 + n), port=port, cport=cport,
                       t=t0 + n * S).open())
        for i in range(10):
            m.ask(mb.read(3, i, 2), mb.read_regs_rsp(3, [i, n]))
        m.done()
    http = Tcp(path, server=host(50), cport=49300, t=t0 + 10 * S).open()
    http.req(b"GET / HTTP/1.1\r\nHost: 10.0.0.50:502\r\n\r\n")
    http.rsp(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").close()
    tls = Tcp(path, server=host(51), cport=49301, t=t0 + 11 * S).open()
    tls.req(bytes.fromhex("16030100310100002d0303") + bytes(range(32)) +
            bytes.fromhex("000006130113021303 0100".replace(" ", "")))
    tls.rsp(bytes.fromhex("15030100020228")).reset()
    noise = Tcp(path, server=host(52), cport=49302, t=t0 + 12 * S).open()
    noise.req(bytes((7 * i * i + 13 * i) & 0xFF for i in range(300)))
    noise.rsp(bytes((11 * i * i + 5) & 0xFF for i in range(300))).reset("c")
    return path.cap

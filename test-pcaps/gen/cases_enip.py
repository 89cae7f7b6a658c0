"""cases_enip: what EtherNet/IP, CIP and PCCC can say, kind by kind.

Each capture is one connection in good order; what is wrong in them is wrong in
the protocol.
"""

import struct

import eip
from cases import case
from talk import Path, Tcp, Udp
from wire import MS


def connection():
    return Tcp(Path(), port=44818).open()


class Client:
    """Numbers the messages of one session."""

    def __init__(self, tcp=None):
        self.tcp, self.n = tcp or connection(), 0
        self.tcp.req(eip.encap(0x65, b"\1\0\0\0", session=0))
        self.tcp.rsp(eip.encap(0x65, b"\1\0\0\0"))

    def ask(self, request, answer=None):
        self.n += 1
        self.tcp.req(eip.rr(request, self.n))
        if answer is not None:
            self.tcp.rsp(eip.rr(answer, self.n))
        return self

    def unit(self, request, answer=None):
        self.n += 1
        self.tcp.req(eip.unit(0x5, self.n, request))
        if answer is not None:
            self.tcp.rsp(eip.unit(0x11, self.n, answer))
        return self

    def done(self):
        self.tcp.req(eip.encap(0x66))
        self.tcp.close()
        return self.tcp.path.cap


@case("enip/commands")
def commands():
    """Every encapsulation command once with its reply."""
    tcp = connection()
    tcp.req(eip.encap(0x04, session=0))
    tcp.rsp(eip.encap(0x04, eip.items((0x100, struct.pack(
        "<HH16s", 1, 0x120, b"Communications"))), session=0))
    tcp.req(eip.encap(0x63, session=0))
    tcp.rsp(eip.encap(0x63, eip.items((0x0C, struct.pack("<H", 1) +
            eip.sockaddr("10.0.0.2", 44818) +
            eip.identity("1756-ENBT/A") + b"\x03")), session=0))
    tcp.req(eip.encap(0x64, session=0))
    tcp.rsp(eip.encap(0x64, b"\0\0", session=0))
    tcp.req(eip.encap(0, b"abc"))
    c = Client(tcp)
    c.tcp.req(eip.encap(0x6F, struct.pack("<IH", 0, 0) + eip.items(
        (0, b""), (0xB2, eip.req(1, eip.path(1, 1)))), session=99))
    c.tcp.rsp(eip.encap(0x6F, session=99, status=0x64))
    c.tcp.req(eip.encap(0xC8))
    c.tcp.rsp(eip.encap(0xC8))
    return c.done()


@case("enip/udp")
def udp():
    """ListIdentity and ListServices in datagrams; a repeat; one too short."""
    u = Udp(Path(), port=44818)
    u.req(eip.encap(0x63, session=0))
    u.rsp(eip.encap(0x63, eip.items((0x0C, struct.pack("<H", 1) +
          eip.sockaddr("10.0.0.2", 44818) +
          eip.identity("PowerFlex 525", kind=2, product=9, status=0x70,
                       serial=0xC0FFEE) + b"\x03")), session=0))
    u.req(eip.encap(0x04, session=0))
    u.req(eip.encap(0x63, b"ab", session=0, length=4))
    return u.path.cap


@case("enip/identity")
def identity():
    """Identity, TCP/IP Interface and Ethernet Link objects; the same by a
    route to slot 3, and one whose route leads nowhere."""
    c = Client()
    c.ask(eip.req(1, eip.path(1, 1)),
          eip.rsp(1, eip.identity("1756-ENBT/A")))
    for attr, value in ((1, b"\1\0"), (2, b"\x0c\0"), (4, b"\x0a\5"),
                        (5, b"\x60\0"), (6, b"\x6c\xa3\x46\0"),
                        (7, b"\x04ENBT")):
        c.ask(eip.req(0x0E, eip.path(1, 1, attr)), eip.rsp(0x0E, value))
    c.ask(eip.req(3, eip.path(1, 1), struct.pack("<HHH", 2, 6, 7)),
          eip.rsp(3, struct.pack("<HHHIHH", 2, 6, 0, 0x46A36C, 7, 0) +
                  b"\x04ENBT"))
    c.ask(eip.req(0x0E, eip.path(0xF5, 1, 5)),
          eip.rsp(0x0E, struct.pack("<5IH", 0x0A000002, 0xFFFFFF00,
                                    0x0A000001, 0, 0, 0)))
    c.ask(eip.req(0x0E, eip.path(0xF5, 1, 6)),
          eip.rsp(0x0E, b"\4\0line"))
    c.ask(eip.req(0x0E, eip.path(0xF6, 1, 3)),
          eip.rsp(0x0E, bytes.fromhex("0000bc3eebe4")))
    c.ask(eip.routed(eip.req(1, eip.path(1, 1)), b"\1\3"),
          eip.rsp(1, eip.identity("1756-L61/B LOGIX5561", kind=14, product=54,
                                  rev=(20, 11), status=0x3060,
                                  serial=0x51823F)))
    c.ask(eip.routed(eip.req(1, eip.path(1, 1)), b"\1\7"),
          eip.rsp(0x52, b"\1", 1, (0x0204,)))
    c.ask(eip.req(0x10, eip.path(0xF5, 1, 6), b"\3\0new\0"),
          eip.rsp(0x10, status=0x0F))
    return c.done()


@case("enip/tags")
def tags():
    """Forward Open of class 3, tags read and written over it, several
    services in one packet, Forward Close."""
    c = Client()
    c.ask(eip.forward_open(bytes.fromhex("340401000e0036009403") +
                           b"\1\0" + eip.path(2, 1), 0xA3), eip.opened(5))
    c.unit(eip.req(0x4C, eip.symbol("Speed"), b"\1\0"),
           eip.rsp(0x4C, b"\xc4\0" + struct.pack("<i", -42)))
    c.unit(eip.req(0x4D, eip.symbol("Program:Main") + eip.symbol("Limit"),
                   b"\xca\0\1\0" + struct.pack("<f", 21.3)), eip.rsp(0x4D))
    c.unit(eip.req(0x52, eip.symbol("Table") + b"\x28\2", b"\2\0\0\0\0\0"),
           eip.rsp(0x52, b"\xc3\0" + struct.pack("<hh", 1, -1)))
    c.unit(eip.req(0x53, eip.symbol("Table"), b"\xc3\0\1\0\4\0\0\0\7\0"),
           eip.rsp(0x53))
    c.unit(eip.req(0x4E, eip.symbol("Flags"), b"\1\0\x01\xfe"), eip.rsp(0x4E))
    c.unit(eip.req(0x55, eip.path(0x6B, 0), b"\2\0\1\0\2\0"),
           eip.rsp(0x55, b"\1\0\0\0\5\0Speed\xc4\0"))
    c.unit(eip.req(0x0A, eip.path(2, 1), eip.multiple(
        eip.req(0x4C, eip.symbol("A"), b"\1\0"),
        eip.req(0x4C, eip.symbol("Missing"), b"\1\0"))),
        eip.rsp(0x0A, eip.multiple(
        eip.rsp(0x4C, b"\xc1\0\1"), eip.rsp(0x4C, status=5)), 0x1E))
    c.ask(eip.req(0x4E, eip.path(6, 1), b"\x07\xf9" + eip.TRIPLE + b"\0\0"),
          eip.rsp(0x4E, eip.TRIPLE + b"\0\0"))
    return c.done()


@case("enip/io")
def class_1():
    """Large Forward Open of class 1 with socket addresses, its data both ways
    with a datagram lost, the run bit falling, a silence, and the end."""
    c = Client()
    c.tcp.req(eip.rr(eip.forward_open(eip.path(4, 0x64) + b"\x2c\x65\x2c\x66",
                                      1, 10, large=True), 50))
    c.tcp.rsp(eip.rr(eip.opened(0x55, service=0x5B), 50, (
        (0x8000, eip.sockaddr("10.0.0.2", 2222)),)))
    u = Udp(c.tcp.path, port=2222, t=c.tcp.t)
    for n, run in ((1, 1), (2, 1), (4, 1), (5, 0)):
        u.req(eip.io(0x55, n, struct.pack("<HI", n, run) + b"\1\2\3\4"))
        u.rsp(eip.io(0x11, n, struct.pack("<H", n) + b"\5\6\7\x08"))
    u.wait(2000 * MS)
    u.req(eip.io(0x55, 6, struct.pack("<HI", 6, 0) + b"\1\2\3\4"))
    c.tcp.wait(2500 * MS)
    c.ask(eip.req(0x4E, eip.path(6, 1), b"\x07\xf9" + eip.TRIPLE + b"\0\0"),
          eip.rsp(0x4E, eip.TRIPLE + b"\0\0"))
    return c.done()


@case("enip/control")
def control():
    """What changes a device: reset, start, stop, create, delete, save,
    restore, apply, firmware, forces, files, safety, download."""
    c = Client()
    for service, cls, data in (
            (5, 1, b"\0"), (5, 1, b"\1"), (6, 0x8E, b""), (7, 0x8E, b""),
            (8, 4, b""), (9, 4, b""), (0x0D, 0xF3, b""), (0x15, 0x0F, b""),
            (0x16, 0x0F, b""), (2, 4, b"\1"), (4, 0x43, b"\1\0\6\0" + bytes(8)),
            (0x19, 4, b"\1"), (0x1A, 4, b"\1"), (0x1B, 4, b""),
            (0x4B, 0xA1, bytes(8)), (0x4D, 0xA1, bytes(16)),
            (0x4D, 0x69, b"\1"), (0x4E, 0x69, b"\1"), (8, 0xAC, b"\1"),
            (0x51, 0x6A, b"\1"), (0x5C, 0x8E, b""),
            (0x4C, 0x37, bytes(8)), (0x50, 0x37, b"\0\2end"),
            (0x50, 0x39, b"\1"), (0x4C, 0x72, b"")):
        c.unit(eip.req(service, eip.path(cls, 1), data),
               eip.rsp(service, struct.pack("<3H", 1, 6, 0)
                       if service == 4 else b""))
    c.unit(eip.req(0x4B, eip.path(0x8E) + eip.path(0x74, 1)), eip.rsp(0x4B))
    c.unit(eip.req(0x4C, eip.path(0x8E) + eip.path(0x74, 1)), eip.rsp(0x4C))
    return c.done()


@case("enip/objects")
def objects():
    """Attributes of objects, one by one, in lists and all at once, read and
    written; of classes themselves, of objects unknown, with errors among."""
    c = Client()
    face = struct.pack("<5I", 0x0A000014, 0xFFFFFF00, 0x0A000001, 0x0A000003,
                       0)
    c.ask(eip.req(1, eip.path(1, 1)), eip.rsp(1, eip.identity(
        "1756-L85E/B", kind=14, product=168, rev=(33, 11), status=0x3070,
        serial=0x01234567) + b"\x03\x12\0\x0a"))
    c.ask(eip.req(3, eip.path(1, 1), struct.pack("<6H", 5, 1, 5, 15, 17, 99)),
          eip.rsp(3, eip.values((1, b"\1\0"), (5, b"\x60\x10"),
                                (15, eip.stringi("Press 1")),
                                (17, eip.stringi("Hall 2")), (99, None)),
                  0x0A))
    c.ask(eip.req(0x0E, eip.path(1, 1, 16)),
          eip.rsp(0x0E, eip.stringi("Main press")))
    c.ask(eip.req(0x0E, eip.path(1, 1, 5)), eip.rsp(0x0E, b"\x70\x25"))
    c.ask(eip.req(1, eip.path(2, 1)), eip.rsp(1, struct.pack(
        "<H3HHH", 3, 1, 2, 6, 128, 4)))
    c.ask(eip.req(1, eip.path(6, 1)), eip.rsp(1, struct.pack(
        "<8H", 100, 0, 1, 0, 90, 0, 0, 3)))
    c.ask(eip.req(0x0E, eip.path(4, 100, 3)), eip.rsp(0x0E, b"\1\2\3\4"))
    c.ask(eip.req(0x10, eip.path(4, 100, 3), b"\5\6\7\x08"),
          eip.rsp(0x10))
    c.ask(eip.req(0x0E, eip.path(4, 0, 2)), eip.rsp(0x0E, b"\x64\0"))
    c.ask(eip.req(1, eip.path(0xF5, 1)), eip.rsp(1, struct.pack(
        "<III", 2, 0x14, 0) + b"\2\0\x20\xf6\x24\1" + face +
        eip.string("plant", True) + eip.string("press", True) + bytes(6) +
        b"\1" + bytes(8) + b"\1" + bytes(35) + b"\0\x78\0"))
    c.ask(eip.req(3, eip.path(0xF5, 1), struct.pack("<3H", 2, 5, 6)),
          eip.rsp(3, eip.values((5, face + b"\0\0"),
                                (6, eip.string("press", True)))))
    c.ask(eip.req(4, eip.path(0xF5, 1), struct.pack("<HHIH", 2, 3, 2, 8) +
                  b"\x20"),
          eip.rsp(4, struct.pack("<H4H", 2, 3, 0, 8, 0)))
    c.ask(eip.req(1, eip.path(0xF6, 1)), eip.rsp(1, struct.pack(
        "<II", 1000, 0x2F) + bytes.fromhex("0000bc3eebe4") +
        struct.pack("<11I", *range(11)) + struct.pack("<12I", *range(12)) +
        b"\1\0\0\0\2\1\1" + eip.short_string("Port 1")))
    c.ask(eip.req(0x0E, eip.path(0xF4, 1, 4)),
          eip.rsp(0x0E, eip.short_string("Backplane")))
    c.ask(eip.req(3, eip.path(0x43, 1), struct.pack("<3H", 2, 2, 4)),
          eip.rsp(3, eip.values((2, b"\1"), (4, struct.pack(
              "<Q", 1_700_000_000_000_000_000)))))
    c.ask(eip.req(4, eip.path(0x8B, 1), struct.pack(
        "<HHQ", 1, 6, 1_700_000_000_000_000)),
        eip.rsp(4, struct.pack("<3H", 1, 6, 0)))
    c.ask(eip.req(1, eip.path(0x64, 1)), eip.rsp(
        1, eip.string("Line_4") + eip.string("Filler, 2019")))
    c.ask(eip.req(0x10, eip.path(0x48, 1, 8), b"\x1b"), eip.rsp(0x10))
    c.ask(eip.req(3, eip.path(0x300, 7), struct.pack("<2H", 1, 5)),
          eip.rsp(3, eip.values((5, b"\1\2\3"))))
    c.ask(eip.req(3, eip.path(0x300, 7), struct.pack("<3H", 2, 5, 6)),
          eip.rsp(3, eip.values((5, b"\1\2\3"), (6, b"\4"))))
    return c.done()


@case("enip/symbols")
def symbols():
    """What a client asks a Logix controller before it reads: symbols of
    controller and program, a template in two pieces; then strings,
    structures, symbols by their numbers."""
    c = Client()
    ids = struct.pack("<5H", 4, 1, 2, 7, 8)
    c.ask(eip.req(0x55, eip.path(0x6B, 0), ids), eip.rsp(0x55, (
        eip.symbol_entry(1, "Speed", 0x00CA, 4) +
        eip.symbol_entry(2, "Levels", 0x20C4, 4, (10, 0, 0)) +
        eip.symbol_entry(3, "Pump", 0x82E9, 12)), 6))
    c.ask(eip.req(0x55, b"\x20\x6b\x25\0\4\0", ids), eip.rsp(
        0x55, eip.symbol_entry(9, "Run", 0x03C1, 1) +
        eip.symbol_entry(11, "__sys", 0x10C4, 4)))
    c.ask(eip.req(0x55, eip.symbol("Program:Main") + eip.path(0x6B, 0), ids),
          eip.rsp(0x55, eip.symbol_entry(
              5, "Grid", 0x40C3, 2, (3, 4, 0))))
    c.ask(eip.req(3, eip.path(0x6C, 0x2E9), struct.pack("<5H", 4, 4, 5, 2, 1)),
          eip.rsp(3, eip.values((4, struct.pack("<I", 18)),
                                (5, struct.pack("<I", 12)),
                                (2, b"\3\0"), (1, b"\xcd\x9e"))))
    body = eip.template("PUMP", ("Speed", 0, 0xCA, 0), ("Hits", 2, 0x20C3, 4),
                        ("Running", 0, 0xC1, 8))
    c.ask(eip.req(0x4C, eip.path(0x6C, 0x2E9), struct.pack("<IH", 0, 49)),
          eip.rsp(0x4C, body[:20], 6))
    c.ask(eip.req(0x4C, eip.path(0x6C, 0x2E9), struct.pack("<IH", 20, 29)),
          eip.rsp(0x4C, body[20:]))
    c.ask(eip.req(0x4C, eip.symbol("Pump"), b"\1\0"),
          eip.rsp(0x4C, b"\xa0\2\xcd\x9e" + bytes(12)))
    text = struct.pack("<I", 5) + b"Mixer" + bytes(79)
    c.ask(eip.req(0x4C, eip.symbol("Recipe"), b"\1\0"),
          eip.rsp(0x4C, b"\xa0\2\xce\x0f" + text))
    c.ask(eip.req(0x4D, eip.symbol("Recipe"), b"\xa0\2\xce\x0f\1\0" + text),
          eip.rsp(0x4D))
    c.ask(eip.req(0x4C, eip.path(0x6B, 2) + b"\x28\3", b"\1\0"),
          eip.rsp(0x4C, b"\xc4\0" + struct.pack("<i", 7)))
    c.ask(eip.req(0x4C, eip.symbol("Program:Main") + eip.path(0x6B, 5) +
                  b"\x28\1\x28\2", b"\1\0"),
          eip.rsp(0x4C, b"\xc3\0" + struct.pack("<h", -7)))
    for kind, data in ((0xC1, b"\1"), (0xC2, b"\xff"), (0xC5, bytes(7) +
                       b"\x80"), (0xC6, b"\xff"), (0xC7, b"\xff\xff"),
                       (0xC8, b"\xff" * 4), (0xC9, b"\xff" * 8),
                       (0xCB, struct.pack("<d", 0.25)), (0xD3, b"\1\0\0\x80")):
        c.ask(eip.req(0x4C, eip.symbol("T%x" % kind), b"\1\0"),
              eip.rsp(0x4C, struct.pack("<H", kind) + data))
    return c.done()


@case("enip/routes")
def routes():
    """Unconnected Send and Forward Open on their way: slots, slots behind
    other slots, an IP address and what is behind it, a name, ways too long to
    be told, a send within a send."""
    c = Client()
    who = eip.req(1, eip.path(1, 1))
    for n, route in enumerate((
            b"\1\0", b"\1\0\2\4", eip.port_link(2, "10.0.1.9"),
            eip.port_link(2, "10.0.1.9") + b"\1\3",
            b"\1\1" + eip.port_link(2, "10.0.1.7") + b"\1\2" +
            eip.port_link(3, "10.0.2.7"),
            eip.port_link(2, "press.plant"), eip.port_link(2, "a" * 60) +
            b"\1\1", eip.port_link(2, "a" * 60) + b"\1\2",
            b"\x0f\x12\0\x05")):
        c.ask(eip.routed(who, route), eip.rsp(1, eip.identity(
            "M%d" % n, serial=0x1000 + n)))
    c.ask(eip.routed(eip.routed(who, b"\2\5"), b"\1\0"),
          eip.rsp(1, eip.identity("M", serial=0x2000)))
    c.ask(eip.routed(eip.req(3, eip.path(0xF5, 1), struct.pack("<HH", 1, 6)),
                     eip.port_link(2, "10.0.1.9")),
          eip.rsp(3, eip.values((6, eip.string("nine", True)))))
    c.ask(eip.forward_open(eip.port_link(2, "10.0.1.9") + bytes.fromhex(
        "340401000e0036009403") + b"\1\0" + eip.path(2, 1), 0xA3),
        eip.opened(5))
    c.unit(who, eip.rsp(1, eip.identity("1756-L61", kind=14, status=0x3060,
                                        serial=0x3000)))
    c.unit(eip.req(7, eip.path(0x8E, 1)), eip.rsp(7))
    return c.done()


@case("enip/transfers")
def transfers():
    """Files up and down by the File object, firmware, a program, each with
    its beginning, pieces and end; one that is refused."""
    c = Client()
    file = eip.path(0x37, 0xC8)
    c.ask(eip.req(0x0E, file + b"\x30\4"),
          eip.rsp(0x0E, eip.stringi("EDS.gz")))
    c.ask(eip.req(0x4B, file, b"\xff"), eip.rsp(0x4B, struct.pack(
        "<IB", 700, 255)))
    for n, kind in ((0, 0), (1, 1), (2, 2)):
        c.ask(eip.req(0x4F, file, bytes((n,))),
              eip.rsp(0x4F, bytes((n, kind)) + bytes(200)))
    c.ask(eip.req(0x4C, file, struct.pack("<IHBB", 70000, 1, 1, 2) +
                  eip.stringi("new.bin")), eip.rsp(0x4C, struct.pack(
                      "<IBH", 0, 16, 200)))
    c.ask(eip.req(0x50, file, b"\0\0" + bytes(200)), eip.rsp(0x50, b"\0"))
    c.ask(eip.req(0x50, file, b"\1\3" + bytes(20)), eip.rsp(0x50, b"\1"))
    c.ask(eip.req(0x51, file), eip.rsp(0x51, status=0x0F))
    flash = eip.path(0xA1, 1)
    size = struct.pack("<I", 700)
    c.ask(eip.req(0x51, flash, size + bytes(12)), eip.rsp(0x51))
    c.ask(eip.req(0x4B, flash, size + bytes(4)), eip.rsp(0x4B, bytes(12)))
    for at in (0, 350):
        c.ask(eip.req(0x4D, flash, struct.pack("<I", at) + bytes(350)),
              eip.rsp(0x4D, bytes(6)))
    c.ask(eip.req(5, flash), eip.rsp(5))
    c.ask(eip.req(8, eip.path(0xAC, 1), b"\1\0"), eip.rsp(8, b"\1\0\0\0"))
    c.ask(eip.req(0x4B, eip.path(0x68, 0)),
          eip.rsp(0x4B, struct.pack("<2I", 9248, 22820)))
    c.ask(eip.req(0x50, eip.path(0x6A, 7), struct.pack("<IH", 0, 4) +
                  b"text"), eip.rsp(0x50))
    c.ask(eip.req(0x4F, eip.path(0x6A, 7), struct.pack("<IH", 0, 4)),
          eip.rsp(0x4F, b"text"))
    return c.done()


@case("enip/safety")
def safety():
    """CIP Safety: connections that own their target's configuration, the
    Safety Supervisor's passwords, locks and modes, safety data."""
    c = Client()
    for n, extended in enumerate((False, True)):
        c.ask(eip.forward_open(b"\x20\4\x24\1" + eip.safety_segment(extended),
                               0, 14, to_id=0x21 + n), eip.opened(
                                   0x61 + n, to_id=0x21 + n))
    for service, data, status in ((0x51, bytes(32), 0), (0x52, b"\1", 0),
                                  (0x53, b"\4", 0), (0x54, b"\0", 0),
                                  (0x55, bytes(16), 0x0F),
                                  (0x56, bytes(10), 0), (0x57, bytes(10), 0),
                                  (0x4F, b"", 0), (0x50, b"", 0),
                                  (0x4D, b"", 0), (5, b"\1", 0)):
        c.ask(eip.req(service, eip.path(0x39, 1), data),
              eip.rsp(service, status=status))
    c.ask(eip.req(0x10, eip.path(0x3C, 1, 3), b"\1"), eip.rsp(0x10))
    c.ask(eip.req(0x4B, eip.path(0x61, 1), bytes(8)), eip.rsp(0x4B))
    u = Udp(c.tcp.path, port=2222, t=c.tcp.t)
    for n in (1, 2):
        u.req(eip.io(0x62, n, bytes(14)))
        u.rsp(eip.io(0x22, n, bytes(6)))
    c.tcp.wait(20 * MS)
    return c.done()


@case("enip/services")
def services():
    """Every service that has a name here, common ones and those of classes,
    each asked and answered."""
    c = Client()
    for service in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0D, 0x0E, 0x10, 0x11, 0x15,
                    0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x31):
        c.ask(eip.req(service, eip.path(0x0F, 1), b"\0\0"),
              eip.rsp(service, b"\0\0" if service in (3, 4) else b""))
    for cls, known in (
            (5, (0x4B, 0x4C, 0x4E, 0x54)), (6, (0x56, 0x57, 0x59, 0x5A)),
            (0x37, (0x4D, 0x4E)), (0x39, (0x4D, 0x4E, 0x58, 0x59)),
            (0x3A, (0x4B,)), (0x44, tuple(range(0x4B, 0x52))),
            (0x47, (0x4B, 0x4C, 0x4D, 0x4E)), (0x68, (0x4B, 0x4D, 0x4E)),
            (0x69, (0x4B, 0x4D, 0x4E)), (0x6A, (0x4B, 0x4F, 0x50, 0x51)),
            (0x6B, (0x4B, 0x4C, 0x4D, 0x4E, 0x52, 0x53, 0x55)),
            (0x6C, (0x4B, 0x4C)), (0x72, (0x4C,)), (0x8E, (6, 7, 0x5C)),
            (0xA1, (0x4B, 0x4D, 0x51)), (0xAC, (8,)),
            (0xF3, tuple(range(0x4B, 0x53))), (0xF6, (0x4C,)),
            (0x99, (0x4B,))):
        for service in known:
            data = bytes(6) if cls in (0x6B, 0x6C) else b""
            data = b"\xc3\0\1\0" + bytes(6) if service == 0x53 else data
            c.ask(eip.req(service, eip.path(cls, 1), data),
                  eip.rsp(service, status=8))
    return c.done()


@case("enip/segments")
def segments():
    """A session whose segments end anywhere, header or not, and hold several
    messages; read as if each had one of its own."""
    tcp = connection()
    asked, answered = b"", b""
    who = eip.req(1, eip.path(1, 1))
    for n in range(12):
        asked += eip.rr(eip.req(0x4C, eip.symbol("Tag%d" % n), b"\1\0"), n)
        answered += eip.rr(eip.rsp(0x4C, b"\xc4\0" + struct.pack("<i", n)), n)
    asked += eip.rr(who, 50) + eip.encap(0x66)
    answered += eip.rr(eip.rsp(1, eip.identity("1756-EN2T/D")), 50)
    tcp.req(eip.encap(0x65, b"\1\0\0\0", session=0))
    tcp.rsp(eip.encap(0x65, b"\1\0\0\0"))
    for size in (1, 2, 3, 5, 11, 23, 24, 25, 40, 61, 97, 300, 1000):
        tcp.send("c", asked[:size], size)
        asked = asked[size:]
    tcp.send("c", asked, 37)
    for size in (29, 7, 1, 100, 23):
        tcp.send("s", answered[:size], size)
        answered = answered[size:]
    tcp.send("s", answered, 64)
    tcp.close()
    return tcp.path.cap


@case("enip/violations")
def violations():
    """What breaks the rules of encapsulation, items, paths and packed
    services, a good message behind each."""
    c = Client()
    for bad in (
            eip.encap(0x65, b"\1\0", session=0),
            eip.encap(0x65, b"\7\0\0\0", session=0),
            eip.encap(0x66, b"x"),
            eip.encap(0x6F, struct.pack("<IH", 1, 0) + eip.items((0, b""))),
            eip.encap(0x6F, struct.pack("<IHHHH", 0, 0, 1, 0, 9)),
            eip.encap(0x6F, struct.pack("<IHHHH", 0, 0, 2, 0, 0)),
            eip.rr(b"\x0e\x09\x20\x01"), eip.rr(b"\0\2\x20\1\x24\1"),
            eip.rr(eip.req(0x0E, b"\xf0\1")),
            eip.rr(eip.req(0x0A, eip.path(2, 1), b"\2\0\6\0\6\0" + bytes(8))),
            eip.rr(eip.req(0x0A, eip.path(2, 1), b"\xff\0")),
            eip.rr(eip.req(3, eip.path(1, 1), b"\5\0\1\0")),
            eip.rr(eip.req(0x52, eip.path(6, 1), b"\7\xf9\xff\0")),
            eip.encap(0x65, b"\1\0\0\0", session=0, options=7),
            eip.rr(b"\x8e\0"),
            eip.rr(eip.forward_open(eip.path(4, 1), 0x0F)),
            eip.rr(eip.req(0x4D, eip.symbol("A"), b"\xc4\0\1\0\1\2\3")),
            eip.rr(eip.req(0x0A, eip.path(2, 1), eip.multiple(eip.req(
                0x0A, eip.path(2, 1), eip.multiple(eip.req(
                    0x0A, eip.path(2, 1), eip.multiple(eip.req(
                        0x0A, eip.path(2, 1), eip.multiple(
                            eip.req(1, eip.path(1, 1)))))))))))):
        c.tcp.req(bad)
        c.ask(eip.req(0x0E, eip.path(1, 1, 1)), eip.rsp(0x0E, b"\1\0"))
    c.tcp.req(b"what is no message at all, and longer than a header is")
    c.ask(eip.req(0x0E, eip.path(1, 1, 1)), eip.rsp(0x0E, b"\1\0"))
    return c.done()


@case("enip/datagrams_bad")
def datagrams_bad():
    """Datagrams that break a rule: commands of TCP, commands that do not
    exist, class 1 data with a header before it, without its items, too
    short."""
    u = Udp(Path(), port=44818)
    u.req(eip.encap(0x63, session=0))
    u.rsp(eip.encap(0x63, eip.items((0x0C, struct.pack("<H", 1) +
          eip.sockaddr("10.0.0.20", 44818) + eip.identity("X") + b"\x03")),
          session=0))
    u.req(eip.rr(eip.req(1, eip.path(1, 1))))
    u.req(eip.encap(0x99, b"ab"))
    u.req(b"ab")
    d = Udp(u.path, port=2222, t=u.t)
    d.req(eip.io(5, 1, b"\1\0\1\0\0\0\1"))
    d.req(eip.encap(0x70, struct.pack("<IH", 0, 0) +
                    eip.io(5, 2, b"\2\0\1\0\0\0\1")))
    d.req(eip.io(5, 3, b"\3\0\1\0\0\0\1")[:-3])
    d.req(eip.items((0, b""), (0xB2, b"\1")))
    d.req(eip.io(5, 4, b"\4\0\1\0\0\0\1"))
    return u.path.cap


@case("pccc/commands")
def pccc():
    """PCCC in Execute PCCC: diagnostic status, files by type, PLC-5
    addresses, modes, a program going down and up."""
    c = Client()
    way = eip.path(0x67, 1)

    def ask(txn, cmd, data, answer=b"", sts=0):
        c.ask(eip.req(0x4B, way, eip.pccc(txn, cmd, data)),
              eip.rsp(0x4B, eip.pccc(txn, cmd | 0x40, answer, sts)))

    ask(1, 6, b"\3", bytes.fromhex("00ee4a9c23") + b"1763-LEC   " +
        bytes.fromhex("000026007800"))
    ask(2, 0x0F, b"\xa2\4\7\x89\x0a\0", struct.pack("<hh", -1, 42))
    ask(3, 0x0F, b"\xaa\4\x08\x8a\xff\x2c\1\0" + struct.pack("<f", 21.3))
    ask(4, 0x0F, b"\xab\2\3\x85\0\0\xff\0\x0f\0")
    ask(5, 0x0F, b"\xa1\2\2\x84\1", b"\x26\0")
    ask(6, 0x0F, b"\x68\0\0\1\0\0$N7:0\0\1\0", b"\x42\7\0")
    ask(7, 0x0F, b"\x01\0\0\1\0\x06\7\0\2", b"\7\0")
    ask(8, 0x0F, b"\x26\0$B3:0\0\xff\xff\1\0")
    ask(9, 0x0F, b"\x80\6")
    ask(10, 0x0F, b"\x3a\0", sts=0x10)
    ask(11, 0x0F, b"\x50")
    ask(12, 0x0F, b"\x52")
    ask(13, 0x0F, b"\x53")
    ask(14, 0x0F, b"\x55")
    ask(15, 0x0F, b"\x57")
    ask(16, 0x0F, b"\x41")
    ask(17, 6, b"\0echo", b"echo")
    ask(18, 6, b"\7")
    ask(19, 1, b"\0\0\2", b"\1\2")
    ask(20, 0x0F, b"\xa7\1\2\3", b"\0", 0xF0)
    c.ask(eip.req(0x4B, way, b"\3\0\0"))
    ask(21, 0x4F, b"\xa2")
    ask(22, 0x0F, b"\xa2\4\7\x89\x0a\0", b"\1\0")
    ask(23, 0x0F, b"\x88\3\2\x80\6")
    ask(24, 0x0F, b"\xf7")
    c.ask(eip.req(0x4B, way, eip.pccc(25, 0x0F)[:-1]))
    return c.done()


@case("pccc/values")
def pccc_values():
    """Elements of every type of file, read and written, as SLC 500 and PLC-5
    are asked for them; several functions in one message."""
    c = Client()
    way = eip.path(0x67, 1)

    def ask(txn, data, answer=b"", sts=0, cmd=0x0F):
        c.ask(eip.req(0x4B, way, eip.pccc(txn, cmd, data)),
              eip.rsp(0x4B, eip.pccc(txn, cmd | 0x40, answer, sts)))

    text = struct.pack("<H", 5) + b"iMex\0r" + bytes(76)
    for n, (kind, file, number, sub, data) in enumerate((
            (0x82, 0, 3, 1, b"\1\0"), (0x83, 1, 2, 0, b"\xff\xff"),
            (0x84, 2, 1, 0, b"\x26\0"), (0x85, 3, 300, 0, b"\x0f\xf0"),
            (0x86, 4, 2, 0, b"\0\xe0\x64\0\x32\0"),
            (0x87, 5, 0, 2, b"\7\0"), (0x88, 6, 1, 1, b"\x0a\0\3\0"),
            (0x89, 7, 0, 0, struct.pack("<3h", 1, -2, 300)),
            (0x8A, 8, 9, 0, struct.pack("<2f", 1.5, -0.25)),
            (0x8D, 9, 0, 0, text), (0x8E, 10, 4, 0, b"BA"),
            (0x8F, 11, 0, 0, b"\x34\x12"), (0x91, 12, 1, 0, b"\xfe" * 4),
            (0x92, 13, 0, 0, bytes(50)), (0x93, 14, 0, 2, b"\1\0"),
            (0x94, 15, 0, 0, bytes(12)), (0x90, 16, 0, 0, b"\1\2\3"))):
        address = eip.element(kind, file, number, sub, len(data))
        ask(2 * n, b"\xa2" + address, data)
        ask(2 * n + 1, b"\xaa" + address + data)
    ask(60, b"\xab" + eip.element(0x89, 7, 0, 0, 2) + b"\xff\xff\x2a\0")
    ask(61, b"\xab" + eip.element(0x89, 7, 0, 0, 2) + b"\x0f\0\x2a\0")
    ask(62, b"\xa9\2\7\x89\5\1\0")
    ask(63, b"\xa1\2\7\x89\5", b"\1\0")
    ask(64, b"\x68\0\0\2\0\0$N7:9\0\2\0", b"\x99\x09\5\x42\x2a\0\xff\xff")
    ask(65, b"\x68\0\0\1\0\x06\x08\2\1\0", b"\x94\x08\0\0\xc0\x3f")
    ask(66, b"\x68\0\0\1\0\0$T4:0\0\1\0", b"\x59\x0a" + bytes(10))
    ask(67, b"\x67\1\0\3\0\0$N7:0\0\x42\7\0")
    ask(68, b"\x67\0\0\1\0\0$F8:0\0\x94\x08\0\0\x80\x3f")
    ask(69, b"\x01\0\0\2\0\x06\7\0\4", b"\1\0\2\0")
    ask(70, b"\x00\0\0\1\0\0$B3:1\0\xff\0")
    ask(71, b"\x02\x06\3\0\1\0\2\0")
    ask(72, b"\x88\2\6\xa2\2\7\x89\0\0\x08\xaa\2\7\x89\1\0\x2a\0")
    ask(73, b"\x88\1\2\x80\1", sts=0x10)
    return c.done()


@case("pccc/multiple")
def pccc_multiple():
    """Several functions in one message, and their replies: each with its own
    status and values; refused in part; replies that do not add up; an empty
    one, which agrees to what was written."""
    c = Client()
    way = eip.path(0x67, 1)
    asked = (b"\xa2" + eip.element(0x89, 7, 5, 0, 4),
             b"\xaa" + eip.element(0x8A, 8, 1, 0, 4) + struct.pack("<f", 55.5),
             b"\xa2" + eip.element(0x86, 4, 2, 2, 2), b"\x80\6")

    def several(parts):
        return bytes((len(parts),)) + b"".join(
            bytes((len(p),)) + p for p in parts)

    def ask(txn, parts, answer=b"", sts=0):
        c.ask(eip.req(0x4B, way, eip.pccc(txn, 0x0F, b"\x88" +
                                          several(parts))),
              eip.rsp(0x4B, eip.pccc(txn, 0x4F, answer, sts)))

    words = struct.pack("<hh", -1, 300)
    ask(1, asked, several((b"\0" + words, b"\0", b"\0\x32\0", b"\0")))
    ask(2, asked, several((b"\x50", b"\x10", b"\0\x33\0", b"\xf0\x0c")))
    ask(3, asked, several((b"\0" + words, b"\0", b"\0\x32\0")))
    ask(4, asked, several((b"\0" + words[:2], b"\0", b"\0\x32\0", b"\0")))
    ask(5, asked, several((b"\0" + words, b"\0", b"\0\x32\0", b"\0")) + b"\0")
    ask(6, asked)
    ask(7, (asked[1], b"\x80\1"))
    ask(8, (asked[1], b"\x80\6"), sts=0x10)
    ask(9, (b"\x68\0\0\1\0\0$N7:9\0\1\0", b"\x50", b"\x52"),
        several((b"\0\x42\x09\0", b"\0", b"\0")))
    ask(10, tuple(b"\xa2" + eip.element(0x89, 7, n, 0, 2) for n in range(30)),
        several(tuple(struct.pack("<BH", 0, n) for n in range(30))))
    ask(11, (b"\x88\1\2\x80\6",), several((b"\0",)))
    return c.done()


@case("pccc/processors")
def pccc_processors():
    """Diagnostic status of MicroLogix, SLC 500, PLC-5 and an interface
    module, in all modes; modes asked for and taken up; programs and files
    going down and up."""
    c = Client()
    way = eip.path(0x67, 1)
    n = 0

    def ask(data, answer=b"", sts=0, cmd=0x0F):
        nonlocal n
        n += 1
        c.ask(eip.req(0x4B, way, eip.pccc(n, cmd, data)),
              eip.rsp(0x4B, eip.pccc(n, cmd | 0x40, answer, sts)))

    for name, processor, mode in (
            (b"1763-LEC   ", 0x9C, 0x26), (b"1761-NET   ", 0x58, 0x01),
            (b"5/04       ", 0x5B, 0x1E), (b"5/05       ", 0x78, 0x11),
            (b"500-20     ", 0x1A, 0x03), (b"5/03       ", 0x49, 0x47),
            (b"5/02       ", 0x25, 0x00)):
        ask(b"\3", struct.pack("<BBBBB11sHHHB", 0, 0xEE, 0x34, processor,
                               0x42, name, 0, mode, 0x1A78, 8), cmd=6)
    ask(b"\3", struct.pack("<BBBBB11sHHH", 0, 0xEE, 0x34, 0x5B, 0x42,
                           b"5/04       ", 0x20, 0x2001, 1), cmd=6)
    for status in (0, 2, 4, 5, 6, 0x0E, 0x14):
        ask(b"\3", struct.pack("<BBBIBBBBHHBBB", status, 0xEB, 0x4B, 0x10000,
                               0x62, 1, 0xFD, 0, 20, 20, 0x11, 0, 0), cmd=6)
    ask(b"\3", b"\0\xee\x30\x2f", cmd=6)
    for data in (b"\x80\1", b"\x80\6", b"\x80\x08", b"\x3a\0", b"\x3a\1",
                 b"\x3a\2", b"\x3a\3", b"\x07", b"\x0a", b"\x05", b"\x06",
                 b"\x11", b"\x12", b"\x41", b"\x50", b"\x52", b"\x53", b"\x55",
                 b"\x57", b"\x8f", b"\x5e\7\0", b"\x29\0", b"\x79\0",
                 b"\x03\0", b"\x04\0", b"\x08\0", b"\x09\0", b"\x17\0",
                 b"\x18\0"):
        ask(data)
    ask(b"\x80\6", sts=0x60)
    ask(b"\x81\3\x22\x10", b"\1\0")
    ask(b"\xa7\4\1\0\0\0\x22", b"\1\2\3\4")
    ask(b"\xaf\4\1\0\0\0\x22\1\2\3\4")
    ask(b"\x82\1\0")
    for data in (b"\0", b"\1", b"\2\0", b"\4\0", b"\5\0", b"\6\0",
                 b"\x08\0", b"\x09", b"\x0a"):
        ask(data, cmd=6)
    for data in (b"\0", b"\1", b"\3", b"\4", b"\5", b"\6"):
        ask(data, cmd=7)
    for cmd in (0, 1, 2, 3, 4, 5, 8):
        ask(b"\x10\0\2", b"\1\0" if cmd in (1, 4) else b"", cmd=cmd)
    for sts in (0x01, 0x07, 0x20, 0x70, 0xB0):
        ask(b"\x80\6", sts=sts)
    return c.done()

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
    c.tcp.req(eip.encap(0x6F, session=99))
    c.tcp.rsp(eip.encap(0x6F, session=99, status=0x64))
    c.tcp.req(eip.encap(0xC8))
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
                   b"\xca\0\1\0" + struct.pack("<f", 1.5)), eip.rsp(0x4D))
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
        c.unit(eip.req(service, eip.path(cls, 1), data), eip.rsp(service))
    c.unit(eip.req(0x4B, eip.path(0x8E) + eip.path(0x74, 1)), eip.rsp(0x4B))
    c.unit(eip.req(0x4C, eip.path(0x8E) + eip.path(0x74, 1)), eip.rsp(0x4C))
    return c.done()


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
            eip.rr(eip.req(0x52, eip.path(6, 1), b"\7\xf9\xff\0"))):
        c.tcp.req(bad)
        c.ask(eip.req(0x0E, eip.path(1, 1, 1)), eip.rsp(0x0E, b"\1\0"))
    return c.done()


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
    ask(3, 0x0F, b"\xaa\4\x08\x8a\xff\x2c\1\0" + struct.pack("<f", 1.5))
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
    return c.done()

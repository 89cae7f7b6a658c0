"""cases_bacnet_forms: BACnet values with a form of their own (clause 21): the
parameters of each type of event, the records of logs, the tables of ports;
and what follows from them for devices behind routers.
"""

import bn
import wire
from capfile import Capture
from cases import case
from cases_bacnet import (AI, AO, DEV, PORT_OBJ, PV, STAMP_SEQ, STAMP_TIME,
                          TREND, WHEN, Client, pieces, talk)
from talk import SERVER, Path, Udp, host
from wire import MS, S

FLAGS1 = bn.ctx(1, bn.bits("1000"))
EVENT_LOG, TREND_MULTIPLE, AUDIT_LOG = 25, 27, 61
LOG_BUFFER = 131


def event(kind, *values):
    """EventNotification of analog-input 3; values of the event's type."""
    out = bn.cuint(0, 9) + bn.coid(1, DEV, 100) + bn.coid(2, AI, 3) + \
        bn.group(3, STAMP_TIME) + bn.cuint(4, 7) + bn.cuint(5, 120) + \
        bn.cuint(6, kind) + bn.cuint(8, 0) + bn.cuint(9, 1) + \
        bn.cuint(10, 0) + bn.cuint(11, 3)
    return out + bn.group(12, bn.group(kind, *values)) if values else out


def ranges(make, band):
    return make(0, 100) + FLAGS1 + band(2, 1) + make(3, 90)


@case("bacnet/events")
def events():
    """An event of each type with its parameters (clause 21, 13.3), one of a
    type that nobody has assigned, an acknowledgement told; one that lacks
    what its type has."""
    u = talk()
    for kind, values in (
            (0, bn.ctx(0, bn.bits("10110")) + FLAGS1),
            (1, bn.group(0, bn.cuint(1, 1)) + FLAGS1),
            (1, bn.group(0, bn.csint(41, -7)) + FLAGS1),
            (2, bn.group(0, bn.ctx(0, bn.bits("01"))) + FLAGS1),
            (2, bn.group(0, bn.creal(1, 21.5)) + FLAGS1),
            (3, bn.group(0, bn.enum(1)) + FLAGS1 + bn.group(2, bn.enum(0))),
            (4, bn.creal(0, 25) + FLAGS1 + bn.creal(2, 20) + bn.creal(3, 4)),
            (5, ranges(bn.creal, bn.creal)),
            (6, bn.property_value(PV, bn.real(1), prio=8) +
             bn.property_value(87, bn.null(), 3)),
            (8, bn.cuint(0, 2) + bn.cuint(1, 3) + bn.ctx(2, bn.bits("0100")) +
             bn.cuint(3, 4)),
            (9, bn.cuint(0, 7) + bn.cuint(1, 3) +
             bn.group(2, bn.real(1), bn.text("x"))),
            (10, bn.group(0, bn.coid(0, TREND, 2) + bn.cuint(1, LOG_BUFFER) +
                          bn.coid(3, DEV, 100)) + bn.cuint(1, 50) +
             bn.cuint(2, 100)),
            (11, bn.cuint(0, 9) + FLAGS1 + bn.cuint(2, 8)),
            (13, bn.cuint(0, 1) + FLAGS1 + bn.cuint(2, 4) +
             bn.group(3, STAMP_SEQ) +
             bn.group(4, bn.coid(0, DEV, 100) + bn.coid(1, 32, 5)) +
             bn.group(5, bn.cuint(0, 3) + bn.cuint(1, 0) +
                      bn.ctx(2, b"s3cret"))),
            (14, ranges(bn.cdouble, bn.cdouble)),
            (15, ranges(bn.csint, bn.cuint)),
            (16, ranges(bn.cuint, bn.cuint)),
            (17, bn.ctx(0, bn.chars("off")) + FLAGS1 +
             bn.ctx(2, bn.chars("off"))),
            (18, bn.group(0, bn.real(3)) + bn.ctx(1, bn.bits("0110"))),
            (18, bn.ctx(1, bn.bits("0000"))),
            (19, bn.cuint(0, 7) + FLAGS1 +
             bn.group(2, bn.property_value(PV, bn.real(2)))),
            (21, bn.group(0, bn.uint(3)) + FLAGS1),
            (22, bn.cuint(0, 2) + FLAGS1 + bn.group(2, WHEN) +
             bn.cuint(3, 5) + bn.cuint(4, 600) + bn.group(5, WHEN)),
            (40, bn.uint(5) + bn.group(1, bn.real(1)))):
        u.rsp(bn.broadcast(bn.unconfirmed(3, event(kind, values))))
    # An acknowledgement says less: 13.8.1.
    u.rsp(bn.broadcast(bn.unconfirmed(
        3, bn.cuint(0, 9) + bn.coid(1, DEV, 100) + bn.coid(2, AI, 3) +
        bn.group(3, STAMP_TIME) + bn.cuint(4, 7) + bn.cuint(5, 120) +
        bn.cuint(6, 5) + bn.cuint(8, 2) + bn.cuint(11, 3))))
    u.rsp(bn.broadcast(bn.unconfirmed(3, event(5, bn.creal(0, 1), FLAGS1))))
    return u.path.cap


def records(c, kind, *data, flags=b""):
    """ReadRange by sequence number, and what is there."""
    c.ask(26, bn.coid(0, kind, 2) + bn.cuint(1, LOG_BUFFER) +
          bn.group(6, bn.uint(70000), bn.sint(len(data))),
          bn.coid(0, kind, 2) + bn.cuint(1, LOG_BUFFER) +
          bn.ctx(3, bn.bits("110")) + bn.cuint(4, len(data)) +
          bn.group(5, *[bn.group(0, WHEN) + bn.group(1, d) + flags
                        for d in data]) + bn.cuint(6, 70000))


@case("bacnet/logs")
def logs():
    """Records of trend logs, of several values, of events and of audits, with
    a datum of each kind (15.8, clause 21); a record that is none."""
    c = Client(talk())
    err = bn.enum(2) + bn.enum(31)
    records(c, TREND, bn.ctx(0, bn.bits("100")), bn.cuint(1, 1),
            bn.creal(2, 20.5), bn.cuint(3, 2), bn.cuint(4, 70000),
            bn.csint(5, -4), bn.ctx(6, bn.bits("101")), bn.ctx(7, b""),
            bn.group(8, err), bn.creal(9, 3600),
            bn.group(10, bn.text("any")))
    records(c, TREND, bn.creal(2, 21), bn.creal(2, 22),
            flags=bn.ctx(2, bn.bits("0100")))
    records(c, TREND_MULTIPLE, bn.ctx(0, bn.bits("010")),
            bn.group(1, bn.cuint(0, 1), bn.creal(1, 20.5), bn.cuint(2, 2),
                     bn.cuint(3, 70000), bn.csint(4, -4),
                     bn.ctx(5, bn.bits("101")), bn.ctx(6, b""),
                     bn.group(7, err), bn.group(8, bn.text("any"))),
            bn.creal(2, -3600))
    records(c, EVENT_LOG, bn.ctx(0, bn.bits("001")),
            bn.group(1, event(5, ranges(bn.creal, bn.creal))),
            bn.creal(2, 1))
    records(c, AUDIT_LOG, bn.ctx(0, bn.bits("001")),
            bn.group(1, bn.audit(full=True)), bn.creal(2, 1))
    records(c, TREND, bn.cuint(99, 1))
    c.ask(26, bn.coid(0, TREND, 2) + bn.cuint(1, LOG_BUFFER),
          bn.coid(0, TREND, 2) + bn.cuint(1, LOG_BUFFER) +
          bn.ctx(3, bn.bits("110")) + bn.cuint(4, 1) +
          bn.group(5, bn.real(20)))
    return c.done()


def at(ip, port=bn.PORT):
    """BACnetHostNPort"""
    return bn.group(0, bn.ctx(1, bn.bip(ip)[:-2])) + bn.cuint(1, port)


@case("bacnet/network_port")
def network_port():
    """What Network Ports say (12.56): addresses of Ethernet, IPv4, IPv6 and
    MS/TP ports, the tables of a broadcast manager, where one registers as a
    foreign device; read one by one, together, by range, and written."""
    c = Client(talk())
    mac = bytes.fromhex("020000000014")

    def port(n, *said):
        c.ask(14, bn.coid(0, PORT_OBJ, n) + bn.group(1, bn.cuint(0, 8)),
              bn.coid(0, PORT_OBJ, n) + bn.group(1, *[
                  bn.cuint(2, p) + bn.group(4, v) for p, v in said]))

    def read(prop, value):
        c.ask(12, bn.coid(0, PORT_OBJ, 1) + bn.cuint(1, prop),
              bn.read_ack(PORT_OBJ, 1, prop, value))

    port(1, (427, bn.enum(5)), (400, bn.octets(bytes([10, 0, 0, 20]))),
         (411, bn.octets(bytes([255, 255, 0, 0]))),
         (401, bn.octets(bytes([0, 0, 0, 0]))),
         (423, bn.octets(bn.bip("10.0.0.20", 50000))), (425, bn.uint(3)))
    port(2, (423, bn.octets(mac)), (427, bn.enum(0)))
    port(3, (427, bn.enum(2)), (423, bn.octets(b"\x07")), (425, bn.uint(5)))
    port(4, (427, bn.enum(9)), (436, bn.octets(bn.bip("fd00::14")[:-2])),
         (439, bn.octets(bn.bip("fd00::1")[:-2])),
         (423, bn.octets(b"\x01\x02\x03")))
    read(423, bn.octets(mac))
    bdt = bn.group(0, at("10.0.0.20")) + \
        bn.ctx(1, bytes([255, 255, 255, 255])) + bn.group(0, at("10.0.1.20"))
    read(414, bdt)
    read(414, bn.group(0, bn.group(0, bn.ctx(2, bn.chars("bbmd.example"))) +
                       bn.cuint(1, 47809)) +
         bn.group(0, bn.group(0, bn.ctx(0, b"")) + bn.cuint(1, 0)))
    fdt = bn.ctx(0, bn.bip("10.0.9.9")) + bn.cuint(1, 60) + bn.cuint(2, 45)
    read(415, fdt + bn.ctx(0, bn.bip("10.0.9.10")) + bn.cuint(1, 600) +
         bn.cuint(2, 30))
    read(415, b"")
    read(418, at("10.0.0.66"))
    read(428, b"".join(
        bn.cuint(0, net) + bn.ctx(1, bn.bip(ip)) + bn.cuint(2, state) + rest
        for net, ip, state, rest in (
            (5, "10.0.0.66", 0, b""), (6, "10.0.0.67", 1, bn.cuint(3, 10)),
            (7, "10.0.0.67", 2, b""))))
    read(429, bn.ctx(0, b"\x01\x02\x03") + bn.ctx(1, bn.bip("fd00::77")))
    read(414, bn.uint(1))
    c.ask(26, bn.coid(0, PORT_OBJ, 1) + bn.cuint(1, 415) +
          bn.group(3, bn.uint(1), bn.sint(1)),
          bn.coid(0, PORT_OBJ, 1) + bn.cuint(1, 415) +
          bn.ctx(3, bn.bits("110")) + bn.cuint(4, 1) + bn.group(5, fdt))
    c.ask(15, bn.write(PORT_OBJ, 1, 414, bdt))
    return c.done()


@case("bacnet/bindings")
def bindings():
    """Whom devices have bound to (12.11.30), by themselves and from behind a
    router: on networks whose router was seen, on their own, by a B/IP
    address, on one nobody routes to; by ReadProperty and ReadRange."""
    u = talk()
    u.req(bn.bvlc(bn.BROADCAST, bn.message(1, bn.nets(13, 14))))
    bound = b"".join(
        bn.obj(DEV, n) + bn.uint(net) + bn.octets(mac) for n, net, mac in (
            (200, 0, bn.bip("10.0.0.66")), (201, 13, b"\x07"),
            (202, 14, b"\x08"), (203, 99, b"\x09"), (204, 0, b"\x0a"),
            (205, 14, bn.bip("10.0.0.10"))))
    c = Client(u)
    c.ask(12, bn.coid(0, DEV, 100) + bn.cuint(1, 30),
          bn.read_ack(DEV, 100, 30, bound))
    c.ask(26, bn.coid(0, DEV, 100) + bn.cuint(1, 30),
          bn.coid(0, DEV, 100) + bn.cuint(1, 30) + bn.ctx(3, bn.bits("110")) +
          bn.cuint(4, 6) + bn.group(5, bound))
    u.rsp(bn.unicast(bn.ack(12, bn.read_ack(DEV, 61, 30, bound), 99),
                     source=(15, b"\x3d")))
    return u.path.cap


@case("bacnet/origins")
def origins():
    """What is told of devices whose messages a broadcast manager carries:
    values, names, states, of one with a B/IP address and one behind it."""
    u = talk()
    told = [bn.unconfirmed(2, bn.cov(
                0, 88, AI, 3, 0, bn.property_value(PV, bn.real(20)),
                bn.property_value(111, bn.bitstring("0000")))),
            bn.unconfirmed(1, bn.obj(DEV, 88) + bn.obj(DEV, 88) +
                           bn.text("AHU")),
            bn.unconfirmed(13, bn.uint(8) + bn.text("M-1") + bn.text("7"))]
    for apdu in told:
        u.rsp(bn.forwarded("10.0.0.88", bn.npdu(apdu)))
        u.rsp(bn.forwarded("10.0.0.88", bn.npdu(
            apdu, source=(15, b"\x07"), dest=(0xFFFF, b""))))
    u.rsp(bn.forwarded("10.0.0.89", bn.message(1, bn.nets(21))))
    u.req(bn.unicast(bn.unconfirmed(14, bn.uint(8) + bn.text("M-1") +
                                    bn.text("7") + bn.obj(DEV, 301))))
    return u.path.cap


@case("bacnet/transfers")
def transfers():
    """Segmented transfers that cross: of both sides under one invoke id, of
    two devices behind one router, of several invoke ids in turn; one that is
    late by a segment around the 256th; one asked for again at once."""
    u = talk()
    big = bn.read_ack(DEV, 1, 76, b"".join(bn.obj(AI, n) for n in range(60)))
    ask = bn.confirmed(12, bn.coid(0, DEV, 1) + bn.cuint(1, 76), 9)
    parts = pieces(big, 100)
    last = len(parts) - 1

    def part(n, invoke=9, **kw):
        return bn.unicast(bn.ack(12, parts[n], invoke, (n, 4), n < last),
                          **kw)

    u.req(bn.unicast(ask, expect=True)).rsp(bn.unicast(ask, expect=True))
    for n in range(last + 1):
        u.rsp(part(n)).req(part(n))
    for mac in (b"\x3d", b"\x3e"):
        u.req(bn.unicast(ask, dest=(13, mac), expect=True))
    for n in range(last + 1):
        for mac in (b"\x3d", b"\x3e"):
            u.rsp(part(n, source=(13, mac)))
    for invoke in (1, 2, 3):
        u.req(bn.unicast(ask[:2] + bytes([invoke]) + ask[3:], expect=True))
    for n in range(last + 1):
        for invoke in (1, 2, 3):
            u.rsp(part(n, invoke))
    for _ in range(2):
        u.req(bn.unicast(ask, expect=True))
        for n in range(last + 1):
            u.rsp(part(n))
    u.wait(10 * S)
    long = pieces(bn.read_ack(DEV, 1, 76, b"".join(
        bn.obj(AI, n) for n in range(300))), 5)
    order = list(range(len(long)))
    order[254:258] = [255, 256, 254, 257]
    u.req(bn.unicast(ask, expect=True))
    for n in order:
        u.rsp(bn.unicast(bn.ack(12, long[n], 9, (n & 255, 8),
                                n < len(long) - 1)))
    # Of both types at once: what is written is long, and what is answered.
    body = pieces(bn.cuint(0, 7) + bn.cuint(1, 9) +
                  bn.group(2, bn.octets(bytes(120))), 50)
    for n, data in enumerate(body):
        u.req(bn.unicast(bn.confirmed(18, data, 11, seg=(n, 2),
                                      more=n < len(body) - 1)))
    for n, data in enumerate(body):
        u.rsp(bn.unicast(bn.ack(18, data, 11, (n, 2), n < len(body) - 1)))
        u.wait(MS)
    other = Udp(u.path, client=host(77, "10.0.0.77"), server=SERVER,
                port=bn.PORT, cport=bn.PORT, t=u.t)
    other.rsp(bn.unicast(bn.ack(12, bn.read_ack(AO, 1, PV, bn.real(1)), 9)))
    return u.path.cap


def everything(u):
    """A message of each layer, and long answers."""
    big = bn.read_ack(DEV, 1, 76, b"".join(bn.obj(AI, n) for n in range(60)))
    u.req(bn.broadcast(bn.unconfirmed(8), dest=(0xFFFF, b"")))
    u.rsp(bn.forwarded("10.0.0.88", bn.npdu(bn.unconfirmed(
        0, bn.obj(DEV, 88) + bn.uint(1476) + bn.enum(3) + bn.uint(8)))))
    u.req(bn.bvlc(2)).rsp(bn.bvlc(3, (bn.bip("10.0.0.20") + b"\xff" * 4) * 9))
    u.rsp(bn.bvlc(bn.BROADCAST, bn.message(1, bn.nets(*range(1, 60)))))
    for invoke in (1, 2):
        u.req(bn.unicast(bn.confirmed(12, bn.coid(0, DEV, 1) +
                                      bn.cuint(1, 76), invoke), expect=True))
        u.rsp(bn.unicast(bn.ack(12, big, invoke)))
    parts = pieces(big, 100)
    u.req(bn.unicast(bn.confirmed(12, bn.coid(0, DEV, 1) + bn.cuint(1, 76), 3),
                     expect=True))
    for n, part in enumerate(parts):
        u.rsp(bn.unicast(bn.ack(12, part, 3, (n, 4), n < len(parts) - 1)))
    u.req(bn.unicast(bn.confirmed(15, bn.write(AO, 1, PV, bn.real(50), 8), 4),
                     expect=True))
    u.rsp(bn.unicast(bn.simple_ack(15, 4)))
    u.rsp(bn.broadcast(bn.unconfirmed(3, event(5, ranges(bn.creal,
                                                         bn.creal)))))
    return u.path.cap


@case("bacnet/cut")
def cut():
    """Frames cut at 80 bytes: what is there is told, marked, and nothing is
    concluded from it."""
    return everything(talk(path=Path(Capture(snaplen=80))))


@case("bacnet/fragments")
def fragments():
    """Datagrams in IP fragments, in order, the last one first, overlapping;
    one whose middle is missing."""
    cap = Capture()
    u = None
    for order in ("up", "down", "overlap"):
        u = talk(path=Path(cap, net=wire.Fragments(64, order)),
                 **({"t": u.t + 10 * S} if u else {}))
        everything(u)
    u.req(bn.unicast(bn.confirmed(12, bn.coid(0, DEV, 1) + bn.cuint(1, 76)),
                     expect=True))
    at = len(cap.frames)
    u.rsp(bn.unicast(bn.ack(12, bn.read_ack(DEV, 1, 28, bn.text("x" * 200)))))
    del cap.frames[at + 1]
    return cap

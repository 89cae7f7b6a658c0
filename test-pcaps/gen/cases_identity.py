"""cases_identity: whose identity it is, where one address stands for many:
behind routers, in slots, by link address.
"""

import struct

import bn
import dn
import eip
from cases import case
from cases_enip import Client
from talk import CLIENT, Path, Tcp, Udp, host

DEV = 8


# --- EtherNet/IP --------------------------------------------------------------

LOGIX = dict(kind=14, product=54, rev=(20, 11), status=0x3060)


def opens(client, slot, serial, ot, to):
    """A connection of class 3 to a slot; answers by ids ot and to."""
    triple = struct.pack("<HHI", serial, 77, 0x07AA23D3)
    route = bytes.fromhex("340401000e0036009403") + bytes((1, slot)) + \
        eip.path(2, 1)
    client.ask(eip.forward_open(route, 0xA3, to_id=to).replace(
        eip.TRIPLE, triple), eip.opened(ot, to).replace(eip.TRIPLE, triple))


@case("enip/identity_routes")
def identity_routes():
    """Identity asked for over two connections to two slots at a time, several
    services in one packet there and in an Unconnected Send, routes of two
    hops and by address, a module that answers with an error."""
    c = Client()
    opens(c, 0, 1, 0x50, 0x60)
    opens(c, 4, 2, 0x51, 0x61)
    ask = eip.req(1, eip.path(1, 1))
    c.tcp.req(eip.unit(0x50, 1, ask), eip.unit(0x51, 1, ask))
    c.tcp.rsp(eip.unit(0x61, 1, eip.rsp(1, eip.identity(
        "1756-L72/B", serial=0x4444, **LOGIX))))
    c.tcp.rsp(eip.unit(0x60, 1, eip.rsp(1, eip.identity(
        "1756-L61/B", serial=0x1111, **LOGIX))))
    single = [eip.req(0x0E, eip.path(1, 1, a)) for a in (1, 4, 6, 7)]
    values = [b"\1\0", b"\x14\x0b", struct.pack("<I", 0x1111), b"\x03L61"]
    answer = eip.rsp(0x0A, eip.multiple(*[eip.rsp(0x0E, v) for v in values]))
    several = eip.req(0x0A, eip.path(2, 1), eip.multiple(*single))
    c.tcp.req(eip.unit(0x50, 2, several))
    c.tcp.rsp(eip.unit(0x60, 2, answer))
    c.tcp.req(eip.unit(0x51, 2, eip.req(3, eip.path(1, 1), struct.pack(
        "<HHHH", 3, 6, 99, 7))))
    c.tcp.rsp(eip.unit(0x61, 2, eip.rsp(3, struct.pack(
        "<HHHIHHHH", 3, 6, 0, 0x4444, 99, 0x14, 7, 0) + b"\x03L72", 0x0A)))
    c.ask(eip.routed(several, b"\1\0"), answer)
    c.ask(eip.routed(ask, b"\1\2\2\5\1\1"), eip.rsp(1, eip.identity(
        "1734-AENT/B", serial=0x2222)))
    c.ask(eip.routed(ask, b"\x12\x0a10.0.0.123"), eip.rsp(1, eip.identity(
        "PowerFlex 755", kind=2, serial=0x3333)))
    c.ask(eip.routed(eip.req(0x0E, eip.path(0xF5, 1, 6)), b"\1\3"),
          eip.rsp(0x0E, b"\x05\0cell3\0"))
    c.ask(eip.routed(eip.req(0x0E, eip.path(0xF6, 1, 3)), b"\1\3"),
          eip.rsp(0x0E, bytes.fromhex("0000bc3eebe5")))
    c.ask(eip.routed(eip.req(3, eip.path(0xF5, 1), struct.pack(
        "<HHHH", 3, 1, 4, 6)), b"\1\6"), eip.rsp(3, struct.pack(
            "<HHHIHHH", 3, 1, 0, 2, 4, 0, 2) + eip.path(0xF6, 1) +
            b"\6\0\0\0\5\0cell6\0"))
    c.ask(eip.routed(eip.req(3, eip.path(0xF6, 1), struct.pack(
        "<HHHH", 3, 1, 99, 3)), b"\1\6"), eip.rsp(3, struct.pack(
            "<HHHIHH", 3, 1, 0, 100, 99, 0x14) +
            b"\3\0\0\0" + bytes.fromhex("0000bc3eebe6"), 0x0A))
    c.ask(eip.routed(ask, b"\1\x05"), eip.rsp(1, status=0x08))
    c.ask(eip.req(0x0E, eip.path(0xF5, 1, 6)), eip.rsp(0x0E, b"\x04\0cell"))
    return c.done()


# --- BACnet -------------------------------------------------------------------

def device(number, name, serial, charset=0):
    """What a ReadPropertyMultiple of a device answers."""
    said = ((75, bn.obj(DEV, number)), (77, bn.text(name, charset)),
            (121, bn.text("Example Works")),
            (120, bn.uint(8)), (70, bn.text("VAV-2", charset)),
            (44, bn.text("6.%d" % number)), (12, bn.text("1.0")),
            (58, bn.text("floor %d" % number)), (139, bn.uint(22)),
            (372, bn.text(serial)))
    return bn.coid(0, DEV, number) + bn.group(
        1, *[bn.cuint(2, p) + bn.group(4, v) for p, v in said])


def ask_all(number):
    return bn.coid(0, DEV, number) + bn.group(1, bn.cuint(0, 8))


@case("bacnet/identity_routed")
def identity_routed():
    """The same network and address behind two routers, each with all that a
    device says, in segments that go across each other with equal invoke ids;
    names in three character sets; I-Am and I-Have from behind a router that a
    broadcast manager carries; a new device behind a router."""
    path = Path()
    routers = [Udp(path, client=CLIENT, server=host(n), port=bn.PORT,
                   cport=bn.PORT) for n in (20, 21)]
    one, two = routers
    behind = (13, b"\x3d")

    def says(apdu, source):
        for udp in routers:
            udp.t = max(r.t for r in routers)
        return bn.unicast(apdu, source=source)

    answers = [device(61, "VAV north", "S-61"),
               device(62, "VAV s\u00fcd", "S-62", 4)]
    for udp, number in ((one, 61), (two, 62)):
        udp.req(bn.unicast(bn.confirmed(14, ask_all(number), 9), dest=behind,
                           expect=True))
    parts = [[a[i:i + 50] for i in range(0, len(a), 50)] for a in answers]
    for n in range(max(map(len, parts))):
        for udp, part in zip(routers, parts):
            if n < len(part):
                udp.rsp(says(bn.ack(14, part[n], 9, (n, 4),
                                    n < len(part) - 1), behind))
    one.rsp(says(bn.ack(12, bn.read_ack(DEV, 1, 77, bn.text("Router")), 10),
                 None))
    one.rsp(says(bn.ack(12, bn.read_ack(DEV, 63, 77, bn.text("L\u00fcfter",
                                                             5)), 11),
                 (13, b"\x3e")))
    i_am = bn.unconfirmed(0, bn.obj(DEV, 64) + bn.uint(480) + bn.enum(3) +
                          bn.uint(24))
    i_have = bn.unconfirmed(1, bn.obj(DEV, 64) + bn.obj(DEV, 64) +
                            bn.text("Roof"))
    who_am_i = bn.unconfirmed(13, bn.uint(8) + bn.text("VAV-9") +
                              bn.text("S-99"))
    for apdu in (i_am, i_have):
        one.t = max(r.t for r in routers)
        one.rsp(bn.forwarded("10.0.0.88", bn.npdu(apdu, source=(15, b"\7"))))
        one.rsp(bn.forwarded("10.0.0.89", bn.npdu(apdu)))
    two.rsp(says(who_am_i, (16, b"\x01")))
    two.rsp(says(bn.unconfirmed(2, bn.cov(0, 61, DEV, 61, 0,
                                          bn.property_value(77, bn.text(
                                              "VAV new")))), behind))
    return path.cap


# --- DNP3 ---------------------------------------------------------------------

@case("dnp3/identity_shared")
def identity_shared():
    """Two outstations behind one address, whose frames go across each other;
    attributes told unasked, and by datagram; a name that the master writes,
    which is no identity of the master."""
    path = Path()
    t = Tcp(path, port=20000).open()
    master = dn.End(1, True)
    stations = [dn.End(addr, False) for addr in (10, 11)]
    frames = []
    for end in stations:
        t.req(*master.send(end.addr, dn.request(0, 1, dn.ranged(0, 254, 0,
                                                                0))))
        frames.append(end.send(1, dn.response(0, b"".join(
            dn.attribute(v, x) for v, x in (
                (252, b"Example Works"), (250, b"RTU-%d" % end.addr),
                (248, b"S-%04d" % end.addr), (242, b"2.%d" % end.addr),
                (243, b"B"), (247, b"Feeder %d" % end.addr)))), size=40))
    for both in zip(*frames):
        t.rsp(*both)
    t.rsp(*stations[1].send(1, dn.response(
        3, dn.attribute(242, b"2.12"), fc=130, ctl=0xF0)))
    t.req(*master.send(11, dn.request(3, 0, ctl=0xD0)))
    t.req(*master.send(10, dn.request(1, 2, dn.attribute(247, b"Renamed"))))
    t.rsp(*stations[0].send(1, dn.response(1)))
    t.close()
    u = Udp(path, port=20000, cport=20000, t=t.t)
    other = dn.End(12, False)
    u.req(*master.send(12, dn.request(2, 1, dn.ranged(0, 250, 0, 0))))
    u.rsp(*other.send(1, dn.response(2, dn.attribute(250, b"RTU-12"))))
    return path.cap

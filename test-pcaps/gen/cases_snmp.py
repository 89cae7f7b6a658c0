"""cases_snmp: what SNMP agents say of themselves, what managers ask, traps.

Normative: RFC 1157, 3416, 3418, 6933 (ENTITY-MIB), 3412 and 3414 (version 3),
ITU-T X.690 for the encoding.
"""

import struct

from capfile import Capture
from cases import case
from talk import CLIENT, SERVER, SERVER6, CLIENT6, Path, Udp, host

GET, NEXT, RESPONSE, SET, TRAP, BULK, INFORM, TRAP_V2 = range(0xA0, 0xA8)
COMMUNITY = b"not-told"
SYSTEM, PHYSICAL = "1.3.6.1.2.1.1", "1.3.6.1.2.1.47.1.1.1.1"
TRAP_OID, TRAPS = "1.3.6.1.6.3.1.1.4.1.0", "1.3.6.1.6.3.1.1.5"
ENTERPRISES = "1.3.6.1.4.1"


def ber(tag, body):
    n = len(body)
    size = bytes([n]) if n < 0x80 else \
        bytes([0x81, n]) if n < 0x100 else struct.pack("!BH", 0x82, n)
    return bytes([tag]) + size + body


def seq(*parts):
    return ber(0x30, b"".join(parts))


def integer(v, tag=2):
    return ber(tag, v.to_bytes(v.bit_length() // 8 + 1, "big", signed=True))


def text(s):
    return ber(4, s if isinstance(s, bytes) else s.encode())


def arc(n):
    out = [n & 0x7F]
    while n > 0x7F:
        n >>= 7
        out.append(0x80 | n & 0x7F)
    return bytes(out[::-1])


def oid(dotted):
    n = [int(x) for x in dotted.split(".")]
    return ber(6, b"".join(arc(x) for x in [n[0] * 40 + n[1]] + n[2:]))


NULL = ber(5, b"")


def binds(*pairs):
    """Each an object id, or one with its value."""
    return seq(*(seq(oid(p), NULL) if isinstance(p, str)
                 else seq(oid(p[0]), p[1]) for p in pairs))


def pdu(tag, n, *pairs, error=0, index=0):
    return ber(tag, integer(n) + integer(error) + integer(index) +
               binds(*pairs))


def message(version, body, community=COMMUNITY):
    return seq(integer(version), text(community), body)


def trap_v1(enterprise, agent, generic, specific, *pairs):
    return ber(TRAP, oid(enterprise) + ber(0x40, agent.ip_bytes) +
               integer(generic) + integer(specific) + integer(4711, 0x43) +
               binds(*pairs))


class Talk:
    """A manager and an agent; counts request ids."""

    def __init__(self, version=1, community=COMMUNITY, n=1000, **kw):
        kw.setdefault("port", 161)
        self.udp = Udp(kw.pop("path", None) or Path(), **kw)
        self.version, self.community, self.n = version, community, n

    def ask(self, tag, asked, answer=(), error=0, index=0):
        self.n += 1
        more = {"index": 10} if tag == BULK else {}
        self.udp.req(message(self.version, pdu(tag, self.n, *asked, **more),
                             self.community))
        if answer is not None:
            self.udp.rsp(message(self.version, pdu(
                RESPONSE, self.n, *answer, error=error, index=index),
                self.community))
        return self

    def done(self):
        return self.udp.path.cap


@case("snmp/identity")
def identity():
    """Three agents that say who they are: a switch asked object by object, one
    whose chassis is a row of a table, a Linux host over IPv6."""
    t = Talk(0, b"public")
    who = [("1.0", text("Managed switch, 8 ports\r\nboot 2.1")),
           ("2.0", oid(ENTERPRISES + ".8691.7.42")),
           ("3.0", integer(4711, 0x43)), ("4.0", text("Anna, phone 12")),
           ("5.0", text("SW-07")), ("6.0", text("Hall 3, cabinet 2 "))]
    for at, value in who:
        t.ask(GET, [SYSTEM + "." + at], [(SYSTEM + "." + at, value)])
    cap = t.udp.path
    far = host(21)
    t = Talk(path=cap, server=far, t=t.udp.t)
    rows = [(1, 11, "Stack", "S-0"), (2, 3, "Chassis", "FOC1234"),
            (3, 10, "Port", "P-1")]
    t.ask(BULK, [PHYSICAL + ".5"], [
        (PHYSICAL + ".5.%d" % n, integer(kind)) for n, kind, _, _ in rows])
    for col, word in ((8, "V03"), (9, "12.2(1r)"), (10, "15.0(2)"),
                      (12, "Example Works"), (13, "EX-2960")):
        t.ask(BULK, [PHYSICAL + ".%d" % col], [
            (PHYSICAL + ".%d.%d" % (col, n), text(word if n == 2 else ""))
            for n in (1, 2, 3)])
    # a flow of its own: the row is known of the agent
    t = Talk(path=cap, server=far, cport=49200, t=t.udp.t)
    t.ask(BULK, [PHYSICAL + ".11"], [
        (PHYSICAL + ".11.%d" % n, text(serial)) for n, _, _, serial in rows])
    t = Talk(path=cap, client=CLIENT6, server=SERVER6, t=t.udp.t)
    t.ask(NEXT, [SYSTEM, SYSTEM + ".5"], [
        (SYSTEM + ".2.0", oid(ENTERPRISES + ".8072.3.2.10")),
        (SYSTEM + ".5.0", text(b"edge\0"))])
    return t.done()


@case("snmp/operations")
def operations():
    """Each PDU of both versions, each type of value, errors by name, values
    that nobody is told: of a community table, of a maker's own objects."""
    t = Talk(community=b"private")
    mine = ENTERPRISES + ".4329.6"
    t.ask(GET, ["1.3.6.1.2.1.2.2.1.6.1", "1.3.6.1.2.1.2.2.1.5.1"], [
        ("1.3.6.1.2.1.2.2.1.6.1", text(SERVER.mac_bytes)),
        ("1.3.6.1.2.1.2.2.1.5.1", ber(0x42, b"\x3b\x9a\xca\x00"))])
    t.ask(NEXT, [mine], [(mine + ".1", text("secret words"))])
    t.ask(BULK, [SYSTEM + ".3", mine], [
        (SYSTEM + ".3.0", integer(99, 0x43)),
        (mine + ".1", integer(-5)), (mine + ".2", ber(0x41, b"\xff" * 4)),
        (mine + ".3", ber(0x46, b"\0" + b"\xff" * 8)),
        (mine + ".4", ber(0x40, SERVER.ip_bytes)),
        (mine + ".5", ber(0x44, b"\x9f\x78\x04\0\0\0\0")),
        (mine + ".6", ber(0x80, b"")), (mine + ".7", ber(0x81, b"")),
        (mine + ".8", ber(0x82, b"")), (mine + ".9", text(b""))])
    t.ask(NEXT, ["1.3.6.1.6.3.18.1.1.1.2"], [
        ("1.3.6.1.6.3.18.1.1.1.2.7.115.101.99.114.101.116.115",
         text("secrets"))])
    t.ask(SET, [(SYSTEM + ".6.0", text("Hall 4"))],
          [(SYSTEM + ".6.0", text("Hall 4"))])
    t.ask(SET, [(mine + ".1", integer(1)), (mine + ".2", text("word"))],
          [(mine + ".1", integer(1)), (mine + ".2", text("word"))],
          error=17, index=2)
    t.ask(GET, [SYSTEM + ".5.0"], [SYSTEM + ".5.0"], error=99, index=1)
    t.ask(GET, [SYSTEM + ".5.0"], None)
    # who answers unasked, and the sender of another's inform
    t.udp.rsp(message(1, pdu(RESPONSE, 77, (SYSTEM + ".5.0", text("late")))))
    v1 = Talk(0, path=t.udp.path, cport=49300, t=t.udp.t)
    v1.ask(GET, [SYSTEM + ".9.0"], [SYSTEM + ".9.0"], error=2, index=1)
    return v1.done()


@case("snmp/traps")
def traps():
    """Notifications: a cold start, a wrong community, a maker's own, one that
    another station passes on, links, an inform and its response."""
    path = Path()
    v1 = Udp(path, client=SERVER, server=CLIENT, port=162, cport=161)
    maker = ENTERPRISES + ".248.14.10.35"
    v1.req(message(0, trap_v1(maker, SERVER, 0, 0)),
           message(0, trap_v1(maker, SERVER, 4, 0)),
           message(0, trap_v1(maker, SERVER, 6, 12, (
               "1.3.6.1.2.1.2.2.1.1.3", integer(3)))),
           message(0, trap_v1(maker, host(40), 1, 0)))
    v2 = Udp(path, client=host(22), server=CLIENT, port=162, t=v1.t)
    up = ("1.3.6.1.2.1.1.3.0", integer(4711, 0x43))

    def trap(n):
        return (TRAP_OID, oid(n))

    v2.req(message(1, pdu(TRAP_V2, 1, up, trap(TRAPS + ".2"))),
           message(1, pdu(TRAP_V2, 2, up, trap(TRAPS + ".3"), (
               "1.3.6.1.2.1.2.2.1.8.3", integer(2)))),
           message(1, pdu(TRAP_V2, 3, up, trap(ENTERPRISES + ".9.9.1"),
                          (SYSTEM + ".5.0", text("GW-2")))),
           message(1, pdu(TRAP_V2, 4, up, trap(TRAPS + ".1"), (
               "1.3.6.1.6.3.18.1.3.0", ber(0x40, host(41).ip_bytes)), (
                   "1.3.6.1.6.3.18.1.4.0", text("hush")))))
    told = (up, trap(TRAPS + ".5"), (SYSTEM + ".5.0", text("GW-2")))
    v2.req(message(1, pdu(INFORM, 5, *told)))
    v2.rsp(message(1, pdu(RESPONSE, 5, *told)))
    return path.cap


ENGINE = bytes.fromhex("800010e9" "03") + SERVER.mac_bytes


def v3(n, flags, engine=ENGINE, model=3, body=None, user=b"operator"):
    usm = seq(text(engine), integer(3 if engine else 0),
              integer(4711 if engine else 0), text(user), text(b""),
              text(b""))
    if body is None:
        body = text(bytes(24)) if flags & 2 else \
            seq(text(engine), text(b""), pdu(GET, n))
    return seq(integer(3), seq(integer(n), integer(65507),
                               text(bytes([flags])), integer(model)),
               text(usm), body)


@case("snmp/v3")
def version_3():
    """Version 3: the engine is asked for and says who it is; messages
    authenticated, encrypted; a trap; an inform; a model that is none."""
    u = Udp(Path(), port=161)
    u.req(v3(1, 4, b"", user=b"")).rsp(v3(1, 0, user=b""))
    u.req(v3(2, 5)).rsp(v3(2, 1)).req(v3(3, 7)).rsp(v3(3, 3))
    u.req(v3(4, 7)).rsp(v3(4, 7))
    t = Udp(u.path, client=SERVER, server=CLIENT, port=162, cport=40001,
            t=u.t)
    taker = bytes.fromhex("80001f8804") + b"collector"
    t.req(v3(9, 3), v3(10, 7, taker)).rsp(v3(10, 3, taker))
    u.req(v3(11, 4, model=99))
    return u.path.cap


@case("snmp/violations")
def violations():
    """Each rule broken once: lengths, tags, numbers, object ids, values,
    PDUs of the other version, version 3's header; good ones around them."""
    t = Talk()
    good = message(1, pdu(GET, 1, SYSTEM + ".1.0"))
    raw = t.udp.req
    raw(good, good[:1] + b"\x80" + good[2:] + b"\0\0",
        b"\x30\x05\x02\x01\x07\x04\0",
        good[:-3], good + b"\0", good[:1] + b"\x85\0\0\0\0" + good[1:],
        b"\x30\x84\xff\xff\xff\xff" + good[2:])

    def body(tag, *parts, version=1):
        raw(message(version, ber(tag, b"".join(parts))))

    zero = integer(0)
    body(GET, ber(2, b"\0" * 5), zero, zero, binds())
    body(GET, ber(2, b""), zero, zero, binds())
    body(GET, text("1"), zero, zero, binds())
    body(GET, zero, zero, zero)
    body(GET, zero, zero, zero, binds(), b"\0")
    body(TRAP, zero, zero, zero, binds())
    body(BULK, zero, zero, zero, binds(), version=0)
    body(0xA9, zero, zero, zero, binds())
    for bad in (b"", b"\x2b\x80\x01", b"\x2b\x86", b"\x2b\x90\x80\x80\x80\x00",
                b"\x2b" + b"\1" * 127):
        body(GET, zero, zero, zero, seq(seq(ber(6, bad), NULL)))
    name = oid(SYSTEM + ".5.0")
    for rest in (b"", NULL + NULL, ber(5, b"\0"), ber(0x40, b"\1\2\3"),
                 ber(0x41, b"\1\0\0\0\0"), ber(0x46, b""), ber(6, b""),
                 ber(2, bytes(5)), ber(0x1F, b""), ber(0x80, b"\0"),
                 ber(0x4F, b""), b"\x04\x80\0\0", b"\x04\x7f"):
        t.udp.rsp(message(1, ber(RESPONSE, zero * 3 + seq(
            seq(oid(SYSTEM + ".6.0"), text("no")), seq(name + rest)))))
    raw(message(0, trap_v1(ENTERPRISES + ".9", SERVER6, 0, 0)),
        message(0, ber(TRAP, ber(6, b"\x80"))))
    raw(v3(1, 2), v3(2, 4, b"\x80\0\0"), v3(3, 4, body=text("?")),
        v3(4, 4)[:-1], v3(5, 4) + b"\0")
    t.ask(GET, [SYSTEM + ".5.0"], [(SYSTEM + ".5.0", text("SW-9"))])
    return t.done()


@case("snmp/truncated")
def truncated():
    """Datagrams of which the capture has the first octets only: within a
    value, the numbers, the community, version 3's engine; then whole ones."""
    t = Talk(path=Path(Capture(snaplen=42 + 60)))
    long = [(SYSTEM + ".5.0", text("SW-9")), (SYSTEM + ".1.0", text("x" * 90))]
    t.ask(GET, [SYSTEM + ".5.0"], long)
    t.community = b"c" * 40
    t.ask(GET, [SYSTEM + ".5.0"], long)
    t.community = b"c" * 70
    t.ask(GET, [SYSTEM + ".5.0"], long)
    t.udp.req(v3(1, 4)).rsp(v3(1, 0))
    t.community = b"public"
    t.ask(GET, [SYSTEM + ".6.0"], [(SYSTEM + ".6.0", text("Hall 3"))])
    return t.done()

"""cases_link: the same five exchanges below every link layer, tag, tunnel
and IP form that otus reads; capture file forms at the end.

What changes from capture to capture is what lies below TCP or UDP.
"""

import struct

import capfile
import mb
import wire
from capfile import Capture, T0
from cases import case
from cases_stream import answer, ask, exchanges
from talk import (CLIENT, CLIENT6, SERVER, SERVER6, Path, Tcp, Udp, host)
from wire import MS, S


def talk(link=wire.ether, net=None, v6=False, linktype=capfile.ETHERNET,
         cap=None, count=5, **kw):
    """A capture with one connection of `count` exchanges over that link."""
    cap = cap if cap is not None else Capture(linktype)
    a, b = (CLIENT6, SERVER6) if v6 else (CLIENT, SERVER)
    t = Tcp(Path(cap, link, net), a, b, **kw).open()
    return exchanges(t, 1, count).close().path.cap


def both(link, linktype=capfile.ETHERNET):
    """IPv4 and IPv6 over the same link."""
    cap = talk(link, linktype=linktype)
    return talk(link, v6=True, cap=cap, t=T0 + S)


@case("link/vlan")
def vlan():
    """One 802.1Q tag."""
    return both(wire.vlan(100))


@case("link/vlan_priority")
def vlan_priority():
    """Priority tags (VLAN id 0) from one side, VLAN 5 from the other; then
    VLAN 6 against 7, over UDP, from the middle of a connection, and from a
    side that turns out to use both."""
    def tags(one, other):
        def link(src, dst, packet):
            return wire.vlan(one if src == CLIENT else other)(
                src, dst, packet)
        return link
    cap = talk(tags(0, 5))
    exchanges(Udp(Path(cap, tags(6, 7)), t=T0 + S), 1, 5)
    t = Tcp(Path(cap, tags(6, 7)), cport=50001, t=T0 + 2 * S)
    exchanges(t, 1, 5)
    t = Tcp(Path(cap, tags(6, 7)), cport=50002, t=T0 + 3 * S).open()
    exchanges(t, 1, 2)
    t.path.link = wire.vlan(6)
    exchanges(t, 3, 2)
    t.path.link = wire.vlan(7)
    exchanges(t, 5, 2)
    return cap


@case("link/vlan_clones")
def vlan_clones():
    """Cells with one address plan, same ports and sequence numbers, each in
    a VLAN of its own: two are seen whole, of the third only requests and of
    the fourth only replies."""
    cap = Capture()
    cells = []
    for n in range(4):
        a = wire.Host("02:00:00:00:%02x:0a" % (n + 1), CLIENT.ip)
        b = wire.Host("02:00:00:00:%02x:14" % (n + 1), SERVER.ip)
        path = Path(cap, wire.vlan(11 + n))
        kw = {"client": a, "server": b}
        cells.append([Tcp(path, t=T0 + n * MS, **kw),
                      Udp(path, t=T0 + S + n * MS, **kw)])
    for n in range(1, 6):
        for i in range(2):
            for cell, talks in enumerate(cells):
                if cell != 3:
                    talks[i].req(ask(n + 100 * cell))
                elif i == 0:
                    talks[i].lose("c", ask(n))
            for cell, talks in enumerate(cells):
                if cell != 2:
                    talks[i].rsp(answer(n + 100 * cell))
                elif i == 0:
                    talks[i].lose("s", answer(n))
    return cap


@case("link/qinq")
def qinq():
    """802.1ad: a service tag outside a customer tag, and three tags."""
    cap = both(wire.vlan(200, 300, outer=wire.ET_QINQ))
    return talk(wire.vlan(1, 2, 3), cap=cap, t=T0 + 2 * S, cport=50001)


@case("link/mpls")
def mpls():
    """MPLS with one label and with a stack of three."""
    cap = both(wire.mpls(16))
    return talk(wire.mpls(100, 200, 300), cap=cap, t=T0 + 2 * S, cport=50001)


@case("link/pppoe")
def pppoe():
    """PPPoE session, IPv4 and IPv6."""
    return both(wire.pppoe(0x1234))


@case("link/llc_snap")
def llc_snap():
    """IEEE 802.3 with LLC and SNAP instead of Ethernet II, and frames of
    spanning tree and a DSAP without a protocol between them."""
    cap = both(wire.llc_snap)
    stp = bytes.fromhex("424203000000000080000200000001100000000080000200"
                        "00000110800100000014000200 0f00".replace(" ", ""))
    for n in range(3):
        cap.add(T0 + n * 2 * S, wire.eth(bytes.fromhex("0180c2000000"),
                                         host(99).mac_bytes, len(stp), stp))
    cap.add(T0 + S, wire.eth(host(1).mac_bytes, host(2).mac_bytes, 8,
                             b"\x04\x04\x03hello"))
    return cap


@case("link/sll")
def sll():
    """Linux cooked capture, version 1."""
    return both(wire.sll, capfile.SLL)


@case("link/sll2")
def sll2():
    """Linux cooked capture, version 2."""
    return both(wire.sll2, capfile.SLL2)


@case("link/raw")
def raw():
    """Raw IP, both versions in one file (link type 101)."""
    return both(wire.raw, capfile.RAW)


@case("link/raw_ip4")
def raw_ip4():
    """Raw IPv4 (link type 228)."""
    return talk(wire.raw, linktype=capfile.IPV4)


@case("link/raw_ip6")
def raw_ip6():
    """Raw IPv6 (link type 229)."""
    return talk(wire.raw, v6=True, linktype=capfile.IPV6)


@case("link/null")
def null():
    """BSD loopback, family in little-endian order; IPv6 as 30, 28 and 24."""
    cap = both(wire.null("<"), capfile.NULL)
    for n, family in enumerate((28, 24)):
        talk(wire.null("<", family), v6=True, cap=cap, t=T0 + (2 + n) * S,
             cport=50001 + n)
    return cap


@case("link/null_big")
def null_big():
    """BSD loopback written by a big-endian machine."""
    cap = both(wire.null(">"), capfile.NULL)
    cap.order = ">"
    return cap


@case("link/loop")
def loop():
    """OpenBSD loopback, family in network order."""
    return both(wire.null(">", 24), capfile.LOOP)


@case("tunnel/gre")
def gre():
    """GRE: plain, with key, sequence and checksum, and with Ethernet
    inside."""
    cap = both(wire.gre())
    talk(wire.gre(key=7, seq=True, csum=True), cap=cap, t=T0 + 2 * S,
         cport=50001)
    return talk(wire.gre(transparent=True), cap=cap, t=T0 + 3 * S,
                cport=50002)


@case("tunnel/erspan1")
def erspan1():
    """ERSPAN type I: GRE without sequence, frame at once."""
    return both(wire.erspan(1))


@case("tunnel/erspan2")
def erspan2():
    """ERSPAN type II with a VLAN in its header, and a tagged frame inside."""
    cap = both(wire.erspan(2, vid=30))
    return talk(wire.erspan(2, inner=wire.vlan(40)), cap=cap, t=T0 + 2 * S,
                cport=50001)


@case("tunnel/erspan3")
def erspan3():
    """ERSPAN type III, without and with the platform sub-header."""
    cap = both(wire.erspan(3, vid=30))
    return talk(wire.erspan(3, sub=True), cap=cap, t=T0 + 2 * S, cport=50001)


@case("tunnel/vxlan")
def vxlan():
    """VXLAN, plain and with a VLAN tag inside."""
    cap = both(wire.vxlan(5000))
    return talk(wire.vxlan(5001, wire.vlan(7)), cap=cap, t=T0 + 2 * S,
                cport=50001)


@case("tunnel/ipip")
def ipip():
    """IPv4 in IPv4 and IPv6 in IPv4."""
    return both(wire.ipip)


@case("tunnel/deep")
def deep():
    """VXLAN in GRE in VLAN tags, and a frame with more tags than anybody
    needs (cut off, counted, not followed)."""
    def nested(src, dst, packet):
        out = []
        for frame in wire.vxlan(1, wire.gre(transparent=True,
                                            inner=wire.vlan(9)))(
                src, dst, packet):
            out.append(frame)
        return out
    cap = talk(nested)
    tags = wire.tag(1, wire.ET_VLAN) * 40 + wire.tag(1, wire.ET_IP4)
    cap.add(T0 + S, wire.eth(SERVER.mac_bytes, CLIENT.mac_bytes, wire.ET_VLAN,
                             tags + b"E" + bytes(60)))
    return cap


@case("redundancy/prp")
def prp():
    """Both LANs of a PRP network in one capture: every frame twice with its
    trailer; four frames were lost on LAN B."""
    return talk(wire.prp(lose=(3, 6, 7, 12)), count=10)


@case("redundancy/hsr")
def hsr():
    """An HSR ring: every frame twice, once a direction."""
    return talk(wire.hsr(), count=10)


@case("ip/fragments4")
def fragments4():
    """Modbus over UDP in IPv4 fragments: in order, last first, overlapping;
    a datagram whose middle is missing."""
    cap = Capture()
    big = mb.tcp(1, 1, mb.read_regs_rsp(3, range(100)))
    for n, order in enumerate(("up", "down", "overlap")):
        u = Udp(Path(cap, net=wire.Fragments(64, order)), t=T0 + n * S,
                cport=50000 + n)
        for txn in range(1, 6):
            u.req(mb.tcp(txn, 1, mb.read(3, 0, 100)))
            u.rsp(mb.tcp(txn, *struct.unpack("!B", big[6:7]), big[7:]))
    u = Udp(Path(cap, net=wire.Fragments(64)), t=T0 + 4 * S, cport=50009)
    u.req(mb.tcp(7, 1, mb.read(3, 0, 100)))
    at = len(cap.frames)
    u.rsp(mb.tcp(7, 1, big[7:]))
    del cap.frames[at + 1]
    u.req(mb.tcp(8, 1, mb.read(3, 0, 1)))
    u.rsp(mb.tcp(8, 1, mb.read_regs_rsp(3, [1])))
    return cap


@case("ip/fragments6")
def fragments6():
    """The same with IPv6 fragment headers, once behind hop-by-hop
    options."""
    cap = Capture()
    reply = mb.read_regs_rsp(3, range(100))
    hop = (0, wire.ip6_options(b"\x05\x02\0\0"))
    for n, net in enumerate((wire.Fragments(64), wire.Fragments(64, "down"),
                             wire.Fragments(64, ext=(hop,)))):
        u = Udp(Path(cap, net=net), CLIENT6, SERVER6, t=T0 + n * S,
                cport=50000 + n)
        for txn in range(1, 6):
            u.req(mb.tcp(txn, 1, mb.read(3, 0, 100)))
            u.rsp(mb.tcp(txn, 1, reply))
    return cap


@case("ip/fragments_tcp")
def fragments_tcp():
    """TCP segments in IP fragments, the first too small for ports and
    flags."""
    cap = talk(net=wire.Fragments(16))
    return talk(net=wire.Fragments(8, "down"), cap=cap, t=T0 + S,
                cport=50001)


@case("ip/options4")
def options4():
    """IPv4 with options: router alert, record route, a time stamp."""
    cap = talk(net=wire.Net(options=b"\x94\x04\0\0"))
    return talk(net=wire.Net(options=b"\x07\x0b\x04" + bytes(8) + b"\0"),
                cap=cap, t=T0 + S, cport=50001)


@case("ip/extensions6")
def extensions6():
    """IPv6 with hop-by-hop options, routing header, destination options, and
    an atomic fragment."""
    hop = (0, wire.ip6_options(b"\x05\x02\0\0"))
    dest = (60, wire.ip6_options(b"\x1e\x04abcd"))
    routing = (43, b"\x02\x00\x00" + bytes(4) + bytes(16))
    atomic = (44, struct.pack("!BHI", 0, 0, 77))
    cap = talk(net=wire.Net(ext=(hop,)), v6=True)
    talk(net=wire.Net(ext=(hop, routing, dest)), v6=True, cap=cap, t=T0 + S,
         cport=50001)
    return talk(net=wire.Net(ext=(atomic,)), v6=True, cap=cap, t=T0 + 2 * S,
                cport=50002)


@case("ip/icmp")
def icmp():
    """Echo, and errors that carry the head of a Modbus packet: those bytes
    are a quotation, no traffic."""
    cap = talk()
    path = Path(cap)
    quoted = next(f.data[14:] for f in cap.frames if len(f.data) == 66)
    for n, (kind, code) in enumerate(((8, 0), (0, 0))):
        src, dst = (CLIENT, SERVER) if kind == 8 else (SERVER, CLIENT)
        path.send(T0 + S + n * MS, src, dst, wire.ICMP,
                  wire.icmp4(kind, code, b"\0\1\0\1", b"ping" * 8))
    for n, (kind, code) in enumerate(((3, 3), (3, 1), (11, 0))):
        path.send(T0 + 2 * S + n * MS, SERVER, CLIENT, wire.ICMP,
                  wire.icmp4(kind, code, b"\0\0\0\0", quoted))
    path.send(T0 + 3 * S, SERVER6, CLIENT6, wire.ICMP6,
              wire.icmp6(SERVER6, CLIENT6, 1, 4, b"\0\0\0\0" + bytes(48)))
    return cap


@case("link/arp_nd")
def arp_nd():
    """ARP request and reply, gratuitous ARP, a probe, an ARP without sense,
    neighbour solicitation and advertisement."""
    cap = Capture()
    a, b = host(10), host(20)
    cap.add(T0, wire.arp(1, a, b))
    cap.add(T0 + MS, wire.arp(2, b, a))
    cap.add(T0 + S, wire.arp(1, b, b))
    cap.add(T0 + 2 * S, wire.arp(1, wire.Host(a.mac, "0.0.0.0"), a))
    cap.add(T0 + 3 * S, wire.arp(1, a, host(77), vid=12))
    cap.add(T0 + 4 * S, wire.eth(b"\xff" * 6, a.mac_bytes, wire.ET_ARP,
                                 struct.pack("!HHBBH", 1, 0x0800, 6, 40, 1)))
    path = Path(cap)
    sol = b"\0\0\0\0" + SERVER6.ip_bytes + b"\x01\x01" + CLIENT6.mac_bytes
    path.send(T0 + 5 * S, CLIENT6, SERVER6, wire.ICMP6,
              wire.icmp6(CLIENT6, SERVER6, 135, 0, sol))
    adv = b"\x60\0\0\0" + SERVER6.ip_bytes + b"\x02\x01" + SERVER6.mac_bytes
    path.send(T0 + 5 * S + MS, SERVER6, CLIENT6, wire.ICMP6,
              wire.icmp6(SERVER6, CLIENT6, 136, 0, adv))
    return cap


@case("link/unknown")
def unknown():
    """Ethertypes that nobody decodes, a frame of 10 bytes, an IPv4 header
    that lies about its length, TCP with a data offset of 3."""
    cap = Capture()
    for n, kind in enumerate((0x88B8, 0x88BA, 0x8892, 0x88CA, 0x9000, 0xFFFF)):
        cap.add(T0 + n * MS, wire.eth(host(1).mac_bytes, host(2).mac_bytes,
                                      kind, bytes(50)))
    cap.add(T0 + S, bytes(10))
    good = wire.ip4(CLIENT, SERVER, wire.TCP,
                    wire.tcp(CLIENT, SERVER, 1, 502, 1, 1, 16, ask(1)))
    for at, value in ((0, 0x44), (0, 0x4F), (2, 0xFF), (3, 0x05), (32, 0x30),
                      (32, 0xF0), (0, 0x55)):
        bad = bytearray(good)
        bad[at] = value
        cap.add(T0 + 2 * S + at, wire.eth(
            SERVER.mac_bytes, CLIENT.mac_bytes, wire.ET_IP4, bytes(bad)))
    return talk(cap=cap, t=T0 + 5 * S)


# --- forms of capture files ---------------------------------------------------

@case("file/us_big")
def us_big():
    """pcap, microseconds, big-endian."""
    return talk(cap=Capture(order=">"))


@case("file/ns_little")
def ns_little():
    """pcap, nanoseconds, little-endian, stamps off the microsecond."""
    return talk(cap=Capture(nanos=True), t=T0 + 123_456_789,
                delay=1_000_001)


@case("file/ns_big")
def ns_big():
    """pcap, nanoseconds, big-endian."""
    return talk(cap=Capture(nanos=True, order=">"), t=T0 + 987_654_321,
                delay=1_000_003)


@case("file/ng_big")
def ng_big():
    """pcapng, big-endian."""
    return talk(cap=Capture(ng=True, order=">"))


@case("file/ng_interfaces")
def ng_interfaces():
    """pcapng with three interfaces of different resolution; one connection
    is seen with each direction on an interface of its own (a TAP)."""
    cap = Capture(ifaces=[(capfile.ETHERNET, 6, "tap-a"),
                          (capfile.ETHERNET, 9, "tap-b"),
                          (capfile.ETHERNET, 3, "span")])
    path = Path(cap)
    t = Tcp(path)
    for n in range(1, 11):
        path.iface = 0
        t.req(ask(n))
        path.iface = 1
        t.rsp(answer(n))
    path.iface = 2
    exchanges(Tcp(path, server=host(21), t=T0 + S).open(), 1, 5)
    return cap


@case("file/ng_linktypes")
def ng_linktypes():
    """pcapng that mixes link types: Ethernet, cooked, raw, and one that
    otus does not know."""
    cap = Capture(ifaces=[(capfile.ETHERNET, 6, "eth0"),
                          (capfile.SLL2, 6, "any"),
                          (capfile.RAW, 9, "tun0"),
                          (105, 6, "wlan0")])
    for n, link in enumerate((wire.ether, wire.sll2, wire.raw, wire.raw)):
        path = Path(cap, link, iface=n)
        exchanges(Tcp(path, server=host(20 + n), t=T0 + n * S).open(), 1, 5)
    return cap


@case("file/snaplen")
def snaplen():
    """Frames cut at 68 bytes: requests are whole, replies are not; what
    follows on the same connection is found again."""
    cap = Capture(snaplen=68)
    t = Tcp(Path(cap)).open()
    for n in range(1, 11):
        t.req(ask(n, 20)).rsp(answer(n, 20))
    for n in range(11, 16):
        t.req(mb.tcp(n, 1, mb.write_reg(n, n)))
        t.rsp(mb.tcp(n, 1, mb.write_reg(n, n)))
    u = Udp(Path(cap), t=t.t + S)
    for n in range(1, 4):
        u.req(mb.tcp(n, 1, mb.read(3, n, 40)))
        u.rsp(mb.tcp(n, 1, mb.read_regs_rsp(3, range(40))))
    return t.close().path.cap


class Damaged(Capture):
    """A capture whose bytes are spoiled after they were written."""

    def __init__(self, spoil, **kw):
        super().__init__(**kw)
        self.spoil = spoil

    def bytes(self):
        return self.spoil(super().bytes())


@case("file/damaged_cut")
def damaged_cut():
    """pcap that ends in the middle of a frame."""
    return talk(cap=Damaged(lambda b: b[:-30]))


@case("file/damaged_header")
def damaged_header():
    """pcap that ends in the middle of a record header."""
    return talk(cap=Damaged(lambda b: b[:24 + 76 + 5]))


@case("file/damaged_length")
def damaged_length():
    """pcap with a frame length of 2 GiB after the tenth frame."""
    def spoil(data):
        at = 24
        for _ in range(10):
            at += 16 + struct.unpack_from("<I", data, at + 8)[0]
        return data[:at + 8] + b"\0\0\0\x80" + data[at + 12:]
    return talk(cap=Damaged(spoil))


@case("file/damaged_block")
def damaged_block():
    """pcapng with a block length that is no multiple of four."""
    def spoil(data):
        at = 0
        for _ in range(12):
            at += struct.unpack_from("<I", data, at + 4)[0]
        return data[:at + 4] + b"\x33\0\0\0" + data[at + 8:]
    return talk(cap=Damaged(spoil, ng=True))


@case("file/damaged_iface")
def damaged_iface():
    """pcapng whose last packet names an interface that does not exist, and
    which ends in the middle of a block."""
    def spoil(data):
        tail = struct.pack("<IIIIIII", 6, 36, 9, 0, 0, 4, 4) + b"abcd" + \
            struct.pack("<I", 36)
        return data + tail + data[-20:-10]
    return talk(cap=Damaged(spoil, ng=True))


@case("file/empty")
def empty():
    """A capture without a frame."""
    return Capture()

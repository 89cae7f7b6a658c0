"""wire: packet layers as plain functions from fields to bytes.

One function a layer, lengths and checksums filled in, nothing remembered.
A host is an address pair; a path (class Path) says how an IP payload of one
host reaches a capture: first which IP packets (options, fragments,
extension headers), then which frames (tags, tunnels, redundancy).

Normative: IEEE 802.3, 802.1Q, RFC 791, 8200, 768, 9293, 826, 792, 4861,
3032 (MPLS), 2516 (PPPoE), 2784 and 2890 (GRE), 7348 (VXLAN),
draft-foschiano-erspan-03, IEC 62439-3 (PRP, HSR), tcpdump.org/linktypes.
"""

import ipaddress
import struct
from dataclasses import dataclass

TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
ET_IP4, ET_ARP, ET_IP6 = 0x0800, 0x0806, 0x86DD
ET_VLAN, ET_QINQ = 0x8100, 0x88A8

US, MS, S = 1_000, 1_000_000, 1_000_000_000


@dataclass(frozen=True)
class Host:
    """One station: MAC and IP, both as text."""

    mac: str
    ip: str

    @property
    def mac_bytes(self):
        return bytes.fromhex(self.mac.replace(":", ""))

    @property
    def ip_bytes(self):
        return ipaddress.ip_address(self.ip).packed

    @property
    def is_v6(self):
        return ":" in self.ip


def checksum(data):
    """Internet checksum, RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


# --- network and transport ----------------------------------------------------

def _pseudo(src, dst, proto, length):
    if src.is_v6:
        return src.ip_bytes + dst.ip_bytes + struct.pack("!II", length, proto)
    return src.ip_bytes + dst.ip_bytes + struct.pack("!BBH", 0, proto, length)


def tcp(src, dst, sport, dport, seq, ack, flags, data=b"", window=8192,
        options=b""):
    options += b"\0" * (-len(options) % 4)
    head = struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF,
                       ack & 0xFFFFFFFF, (5 + len(options) // 4) << 4, flags,
                       window, 0, 0) + options
    full = _pseudo(src, dst, TCP, len(head) + len(data)) + head + data
    return head[:16] + struct.pack("!H", checksum(full)) + head[18:] + data


def udp(src, dst, sport, dport, data):
    size = 8 + len(data)
    head = struct.pack("!HHHH", sport, dport, size, 0)
    sum_ = checksum(_pseudo(src, dst, UDP, size) + head + data) or 0xFFFF
    return head[:6] + struct.pack("!H", sum_) + data


def icmp4(kind, code, rest, data=b""):
    body = struct.pack("!BBH", kind, code, 0) + rest + data
    return body[:2] + struct.pack("!H", checksum(body)) + body[4:]


def icmp6(src, dst, kind, code, body):
    msg = struct.pack("!BBH", kind, code, 0) + body
    sum_ = checksum(_pseudo(src, dst, ICMP6, len(msg)) + msg)
    return msg[:2] + struct.pack("!H", sum_) + msg[4:]


def ip4(src, dst, proto, data, ident=0, ttl=64, offset=0, more=False,
        options=b"", df=True):
    options += b"\0" * (-len(options) % 4)
    frag = offset // 8 | (0x2000 if more else 0) | \
        (0x4000 if df and not more and not offset else 0)
    head = struct.pack("!BBHHHBBH", 0x40 | (5 + len(options) // 4), 0,
                       20 + len(options) + len(data), ident & 0xFFFF, frag,
                       ttl, proto, 0) + src.ip_bytes + dst.ip_bytes + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + data


def ip6(src, dst, proto, data, hop=64, ext=()):
    """ext: extension headers as (type, body without next-header octet)."""
    body = data
    following = proto
    for kind, rest in reversed(ext):
        body = bytes([following]) + rest + body
        following = kind
    return struct.pack("!IHBB", 6 << 28, len(body), following, hop) + \
        src.ip_bytes + dst.ip_bytes + body


def ip6_options(body):
    """Hop-by-hop or destination options without the next-header octet."""
    total = -(-(2 + len(body)) // 8) * 8
    pad = total - 2 - len(body)
    if pad == 1:
        body += b"\0"
    elif pad:
        body += bytes([1, pad - 2]) + bytes(pad - 2)
    return bytes([total // 8 - 1]) + body


# --- IP packets of one transport payload -------------------------------------

class Net:
    """Plain IP; counts IPv4 identifications per sender, as hosts do."""

    def __init__(self, ttl=64, options=b"", ext=()):
        self.ttl, self.options, self.ext = ttl, options, ext
        self.ids = {}

    def ident(self, src):
        self.ids[src.ip] = self.ids.get(src.ip, 0x1000) + 1
        return self.ids[src.ip]

    def packets(self, src, dst, proto, data):
        if src.is_v6:
            return [ip6(src, dst, proto, data, self.ttl, self.ext)]
        return [ip4(src, dst, proto, data, self.ident(src), self.ttl,
                    options=self.options)]


class Fragments(Net):
    """Every payload in pieces of at most `size` bytes.

    order: "up", "down" (last piece first) or "overlap" (each piece repeats
    the eight bytes before it)."""

    def __init__(self, size, order="up", **kw):
        super().__init__(**kw)
        self.size, self.order = size // 8 * 8, order

    def packets(self, src, dst, proto, data):
        ident = self.ident(src)
        out = []
        for off in range(0, len(data), self.size):
            end = min(off + self.size, len(data))
            more = end < len(data)
            start = off - 8 if self.order == "overlap" and off else off
            piece = data[start:end]
            if src.is_v6:
                frag = struct.pack("!BHI", 0, start | more, ident)
                out.append(ip6(src, dst, proto, piece, self.ttl,
                               self.ext + ((44, frag),)))
            else:
                out.append(ip4(src, dst, proto, piece, ident, self.ttl,
                               start, more, df=False))
        return out[::-1] if self.order == "down" else out


# --- link layers --------------------------------------------------------------

def ethertype_of(packet):
    return ET_IP6 if packet[0] >> 4 == 6 else ET_IP4


def eth(dst_mac, src_mac, ethertype, data):
    frame = dst_mac + src_mac + struct.pack("!H", ethertype) + data
    return frame.ljust(60, b"\0")


def tag(vid, inner, pcp=0):
    """TCI and the type that follows it."""
    return struct.pack("!HH", pcp << 13 | vid, inner)


def ether(src, dst, packet):
    return [eth(dst.mac_bytes, src.mac_bytes, ethertype_of(packet), packet)]


def vlan(*vids, outer=ET_VLAN):
    """802.1Q stack, outermost first; outer=ET_QINQ for 802.1ad."""
    def link(src, dst, packet):
        body, kind = packet, ethertype_of(packet)
        for vid in reversed(vids[1:]):
            body, kind = tag(vid, kind) + body, ET_VLAN
        return [eth(dst.mac_bytes, src.mac_bytes, outer,
                    tag(vids[0], kind) + body)]
    return link


def mpls(*labels):
    def link(src, dst, packet):
        stack = b"".join(
            struct.pack("!I", lab << 12 | (i == len(labels) - 1) << 8 | 63)
            for i, lab in enumerate(labels))
        return [eth(dst.mac_bytes, src.mac_bytes, 0x8847, stack + packet)]
    return link


def pppoe(session):
    def link(src, dst, packet):
        ppp = struct.pack("!H", 0x57 if packet[0] >> 4 == 6 else 0x21)
        head = struct.pack("!BBHH", 0x11, 0, session, len(packet) + 2)
        return [eth(dst.mac_bytes, src.mac_bytes, 0x8864,
                    head + ppp + packet)]
    return link


def llc_snap(src, dst, packet):
    body = b"\xaa\xaa\x03\0\0\0" + struct.pack("!H", ethertype_of(packet)) + \
        packet
    return [eth(dst.mac_bytes, src.mac_bytes, len(body), body)]


def sll(src, dst, packet):
    """LINKTYPE_LINUX_SLL: packets as the `any` device sees them."""
    return [struct.pack("!HHH", 0, 1, 6) + src.mac_bytes + b"\0\0" +
            struct.pack("!H", ethertype_of(packet)) + packet]


def sll2(src, dst, packet):
    return [struct.pack("!HHIHBB", ethertype_of(packet), 0, 3, 1, 0, 6) +
            src.mac_bytes + b"\0\0" + packet]


def raw(src, dst, packet):
    return [packet]


def null(order="<", family6=30):
    """LINKTYPE_NULL: address family in the byte order of the writer;
    LINKTYPE_LOOP is the same in network order."""
    def link(src, dst, packet):
        return [struct.pack(order + "I", family6 if packet[0] >> 4 == 6
                            else 2) + packet]
    return link


# --- tunnels: what a remote mirror port sends ---------------------------------

PROBE = Host("02:00:5e:00:00:01", "172.31.0.1")     # the mirroring switch
SINK = Host("02:00:5e:00:00:02", "172.31.0.2")      # where it sends to


def _carry(proto, body, ident=[0]):
    ident[0] = (ident[0] + 1) & 0xFFFF
    return ether(PROBE, SINK, ip4(PROBE, SINK, proto, body, ident[0]))


def gre(key=None, seq=False, csum=False, transparent=False, inner=ether):
    """IP in GRE, or (transparent) Ethernet in GRE."""
    state = [0]

    def link(src, dst, packet):
        out = []
        for frame in inner(src, dst, packet) if transparent else [packet]:
            flags = (0x8000 if csum else 0) | (0x2000 if key is not None
                                              else 0) | (0x1000 if seq else 0)
            kind = 0x6558 if transparent else ethertype_of(packet)
            rest = b""
            if csum:
                rest += b"\0\0\0\0"
            if key is not None:
                rest += struct.pack("!I", key)
            if seq:
                rest += struct.pack("!I", state[0])
                state[0] += 1
            head = struct.pack("!HH", flags, kind) + rest
            if csum:
                sum_ = checksum(head + frame)
                head = head[:4] + struct.pack("!H", sum_) + head[6:]
            out += _carry(47, head + frame)
        return out
    return link


def erspan(version, session=100, vid=0, inner=ether, sub=False):
    """ERSPAN type I (no header of its own), II or III."""
    state = [0]

    def link(src, dst, packet):
        out = []
        for frame in inner(src, dst, packet):
            state[0] += 1
            if version == 1:
                head = struct.pack("!HH", 0, 0x88BE)
            elif version == 2:
                head = struct.pack("!HHI", 0x1000, 0x88BE, state[0]) + \
                    struct.pack("!HHI", 1 << 12 | vid, session, 5)
            else:
                head = struct.pack("!HHI", 0x1000, 0x22EB, state[0]) + \
                    struct.pack("!HHIHH", 2 << 12 | vid, session,
                                state[0] * 100, 0, 0x0001 if sub else 0)
                if sub:             # platform specific sub-header, 8 bytes
                    head += struct.pack("!II", 1 << 26, 0)
            out += _carry(47, head + frame)
        return out
    return link


def vxlan(vni, inner=ether):
    def link(src, dst, packet):
        out = []
        for frame in inner(src, dst, packet):
            body = struct.pack("!II", 0x08000000, vni << 8) + frame
            out += _carry(UDP, udp(PROBE, SINK, 50000, 4789, body))
        return out
    return link


def ipip(src, dst, packet):
    return _carry(41 if packet[0] >> 4 == 6 else 4, packet)


# --- redundancy: every frame twice --------------------------------------------

def prp(lose=()):
    """PRP redundancy control trailer (IEC 62439-3, 4.2.7) on both LANs; the
    frames numbered in `lose` were seen on LAN A only."""
    seqs, count = {}, [0]

    def link(src, dst, packet):
        frame = ether(src, dst, packet)[0]
        seqs[src.mac] = seq = (seqs.get(src.mac, -1) + 1) & 0xFFFF
        count[0] += 1
        size = len(frame) - 14 + 6
        out = []
        for lan in (0xA, 0xB):
            if lan == 0xB and count[0] in lose:
                continue
            out.append(frame + struct.pack("!HHH", seq, lan << 12 | size,
                                           0x88FB))
        return out
    return link


def hsr():
    """HSR tag (IEC 62439-3, 5.7) on both directions of the ring."""
    seqs = {}

    def link(src, dst, packet):
        seqs[src.mac] = seq = (seqs.get(src.mac, -1) + 1) & 0xFFFF
        lsdu = packet.ljust(40, b"\0")
        out = []
        for path in (0, 1):
            head = struct.pack("!HHH", path << 12 | (len(lsdu) + 6), seq,
                               ethertype_of(packet))
            out.append(eth(dst.mac_bytes, src.mac_bytes, 0x892F,
                           head + lsdu))
        return out
    return link


def twice(link=ether, delay_frames=1):
    """A mirror port that copies ingress and egress: every frame twice."""
    def out(src, dst, packet):
        frames = link(src, dst, packet)
        return [f for f in frames for _ in range(1 + delay_frames)]
    return out


def arp(op, sender, target, vid=None):
    """op 1 asks, 2 answers; a request goes to everybody."""
    zero = b"\0" * 6
    body = struct.pack("!HHBBH", 1, ET_IP4, 6, 4, op) + sender.mac_bytes + \
        sender.ip_bytes + (zero if op == 1 else target.mac_bytes) + \
        target.ip_bytes
    to = b"\xff" * 6 if op == 1 else target.mac_bytes
    if vid is None:
        return eth(to, sender.mac_bytes, ET_ARP, body)
    return eth(to, sender.mac_bytes, ET_VLAN, tag(vid, ET_ARP) + body)

"""cases_standby: redundancy groups: routers that stand in for each other.

Normative: RFC 3768 (VRRP 2), RFC 9568 (VRRP 3), RFC 2281 (HSRP), Cisco's
HSRP 2 as Wireshark documents it, OpenBSD's ip_carp.h.
"""

import struct

import wire
from capfile import T0
from cases import case
from talk import Path
from wire import MS, S, Host

VRRP = 112
A, B = (Host("02:00:00:00:00:%02x" % n, "10.0.0.%d" % n) for n in (2, 3))
A6, B6 = (Host("02:00:00:00:00:%02x" % n, "fe80::%d" % n) for n in (2, 3))
PC = Host("02:00:00:00:00:0a", "10.0.0.10")
ALL_VRRP = Host("01:00:5e:00:00:12", "224.0.0.18")
ALL_VRRP6 = Host("33:33:00:00:00:12", "ff02::12")


def virtual(mac, ip="10.0.0.1"):
    return Host(mac, ip)


class Scene:
    def __init__(self, link=wire.ether, ttl=255):
        self.path, self.t = Path(link=link, net=wire.Net(ttl=ttl)), T0

    def wait(self, ns):
        self.t += ns
        return self

    def arp(self, *hosts):
        for h in hosts:
            self.path.frame(self.t, wire.arp(1, h, h))
            self.t += 10 * MS

    def send(self, mac, router, to, proto, data):
        self.path.send(self.t, Host(mac, router.ip), to, proto, data)
        self.t += S


def vrrp2(group, priority, *ips):
    body = struct.pack("!BBBBBBH", 0x21, group, priority, len(ips), 0, 1, 0) \
        + b"".join(Host("", ip).ip_bytes for ip in ips) + bytes(8)
    return body[:6] + struct.pack("!H", wire.checksum(body)) + body[8:]


def vrrp3(group, priority, *ips):
    return struct.pack("!BBBBHH", 0x31, group, priority, len(ips), 100, 0) + \
        b"".join(Host("", ip).ip_bytes for ip in ips)


@case("standby/vrrp")
def vrrp():
    """VRRP 2: the second router takes over for a while and gives back; at
    the end a lone message without priority, and a short one."""
    s, mac = Scene(), "00:00:5e:00:01:0a"
    vip = virtual(mac)
    s.arp(A, B, PC, vip)
    for who, priority, n in ((A, 200, 3), (B, 100, 3), (A, 200, 3)):
        for _ in range(n):
            s.send(mac, who, ALL_VRRP, VRRP, vrrp2(10, priority, vip.ip))
        s.wait(600 * S).arp(vip)
    s.send(mac, A, ALL_VRRP, VRRP, vrrp2(10, 0, vip.ip))
    s.send(mac, B, ALL_VRRP, VRRP, vrrp2(10, 100, vip.ip)[:10])
    return s.path.cap


@case("standby/vlans")
def vlans():
    """VRRP 3 in two VLANs: one group number, and another master in each; and
    over IPv6."""
    s, mac = Scene(), "00:00:5e:00:01:0a"
    for vlan, who in ((10, A), (20, B)):
        s.path.link = wire.vlan(vlan)
        for h in (A, B):
            s.path.frame(s.t, wire.arp(1, h, h, vlan))
            s.t += 10 * MS
        for _ in range(2):
            s.send(mac, who, ALL_VRRP, VRRP, vrrp3(
                10, 150, "10.0.0.1", "10.0.0.254"))
    s.path.link = wire.ether
    s.send("00:00:5e:00:02:0b", A6, ALL_VRRP6, VRRP,
           vrrp3(11, 150, "fe80::1"))
    return s.path.cap


@case("standby/carp")
def carp():
    """CARP: one master, then the other."""
    s, mac = Scene(), "00:00:5e:00:01:05"
    s.arp(A, B, virtual(mac))
    for who in (A, A, B, B):
        s.send(mac, who, ALL_VRRP, VRRP, struct.pack(
            "!BBBBBBH", 0x21, 5, 0, 7, 0, 1, 0) + bytes(28))
    return s.path.cap


@case("standby/hsrp")
def hsrp():
    """HSRP 1 and 2: who is active, and who waits; one speaks only."""
    s = Scene(ttl=1)
    s.arp(A, B, virtual("00:00:0c:07:ac:01"))

    def udp(mac, who, to, data):
        src = Host(mac, who.ip)
        s.send(mac, who, to, wire.UDP,
               wire.udp(src, to, 1985, 1985, data))

    def one(state, priority):
        return struct.pack("!8B", 0, 0, state, 3, 10, priority, 1, 0) + \
            b"cisco\0\0\0" + bytes((10, 0, 0, 1))

    def two(state, priority):
        return struct.pack("!BBBBBBH", 1, 40, 2, 0, state, 4, 300) + \
            bytes(6) + struct.pack("!III", priority, 3000, 10000) + \
            bytes((10, 0, 0, 254)) + bytes(12)

    old = Host("01:00:5e:00:00:02", "224.0.0.2")
    new = Host("01:00:5e:00:00:66", "224.0.0.102")
    for _ in range(2):
        udp("00:00:0c:07:ac:01", A, old, one(16, 110))
        udp(B.mac, B, old, one(8, 100))
        udp("00:00:0c:9f:f1:2c", B, new, two(6, 120))
        udp(A.mac, A, new, two(5, 100))
    udp(PC.mac, PC, old, one(4, 90))
    return s.path.cap

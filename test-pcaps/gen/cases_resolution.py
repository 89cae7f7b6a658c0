"""cases_resolution: which addresses are one device, and which only look it
(../test_resolution says what each capture must come to).

Normative: RFC 1027 (proxy ARP), RFC 8981 (temporary addresses), RFC 1122,
3.2.1.7 (TTL), IEEE 802.1AB (chassis), ASHRAE 135, 12.11 (device identity).
"""

import struct

import bn
import cases_enip
import eip
import ld
import mb
import wire
from cases import case
from talk import Path, Tcp, Udp
from wire import MS, S, Host

PC = Host("00:1b:1b:00:00:0a", "10.0.0.10")
PLC = Host("00:1d:9c:00:00:20", "10.0.0.20")
SPARE = Host("00:1d:9c:00:00:21", "10.0.0.20")      # in its place
ROUTER = "00:1d:9c:00:00:01"
LATER = 4000 * S
DAY = 86400 * S


def far(n):
    """Behind the router, one hop away."""
    return Host(ROUTER, "10.9.0.%d" % n)


class Hops:
    """Like Path; what comes from 10.9/16 has passed a router."""

    def __init__(self):
        self.near = Path()
        self.cap = self.near.cap
        self.routed = Path(self.cap, net=wire.Net(ttl=63))
        self.bridged = ()

    def send(self, ts, src, dst, proto, payload):
        hop = src.ip.startswith("10.9.") or src.ip in self.bridged
        way = self.routed if hop else self.near
        return way.send(ts, src, dst, proto, payload)


class Scene:
    def __init__(self):
        self.path, self.t, self.port = Hops(), 1_700_000_000 * S, 50000
        self.cap = self.path.cap

    def wait(self, ns):
        self.t += ns
        return self

    def frame(self, data):
        self.cap.add(self.t, data, 0)
        self.t += 10 * MS
        return self

    def arp(self, *hosts):
        for h in hosts:
            self.frame(wire.arp(1, h, h))
        return self

    def send(self, src, dst, proto, data):
        self.path.send(self.t, src, dst, proto, data)
        self.t += 10 * MS
        return self

    def ping(self, a, b):
        for src, dst, kind in ((a, b, 8), (b, a, 0)):
            self.send(src, dst, 1, wire.icmp4(
                kind, 0, struct.pack("!HH", 1, 1), b"x" * 32))
        return self

    def talk(self, a, b):
        """A datagram of a conversation that is new."""
        self.port += 1
        return self.send(a, b, wire.UDP,
                         wire.udp(a, b, self.port, 5000, b"x" * 32))

    def cip(self, server, serial, model="1756-L72/B", client=PC, **more):
        """Who are you."""
        self.port += 1
        ask = eip.req(1, eip.path(1, 1))
        answer = eip.rsp(1, eip.identity(model, serial=serial, **more))
        c = cases_enip.Client(Tcp(self.path, client, server, 44818, self.port,
                                  self.t).open())
        c.ask(ask, answer)
        c.done()
        self.t = c.tcp.t + S
        return self

    def modbus(self, server, *said):
        """The first objects of the device identification."""
        self.port += 1
        t = Tcp(self.path, PC, server, 502, self.port, self.t).open()
        t.req(mb.tcp(1, 1, mb.device_id(1)))
        t.rsp(mb.tcp(1, 1, mb.device_id_rsp(1, 1, list(enumerate(said)))))
        t.close()
        self.t = t.t + S
        return self

    def bacnet(self, server, instance, *said):
        """Each property asked for by itself; said: (number, value)."""
        u = Udp(self.path, PC, server, 47808, 47808, self.t)
        for prop, value in said:
            u.req(bn.unicast(bn.confirmed(
                12, bn.coid(0, 8, instance) + bn.cuint(1, prop), prop & 255),
                expect=True))
            u.rsp(bn.unicast(bn.ack(
                12, bn.read_ack(8, instance, prop, value), prop & 255)))
        self.t = u.t + S
        return self

    def lldp(self, mac, name, ip):
        return self.frame(ld.frame(mac, ld.start(
            (4, ld.mac(mac)), (5, b"1")) + ld.tlv(5, name) +
            ld.capabilities(4, 4) + ld.management(ip) + ld.END))

    def nd(self, kind, src, dst, target, mac):
        """136: target is at mac; 135: src, at mac, asks for target."""
        flags = 0x20000000 if kind == 136 else 0
        body = struct.pack("!I", flags) + Host("", target).ip_bytes
        if src.ip != "::":
            body += bytes((2 if kind == 136 else 1, 1)) + \
                Host(mac, target).mac_bytes
        Path(self.cap, net=wire.Net(ttl=255)).send(
            self.t, src, dst, 58, wire.icmp6(src, dst, kind, 0, body))
        self.t += 10 * MS
        return self


ALL6 = Host("33:33:00:00:00:01", "ff02::1")


@case("resolution/replaced_speaking_first")
def replaced_speaking_first():
    """The new PLC is heard by a packet before its ARP: the old one goes."""
    s = Scene().arp(PC, PLC).cip(PLC, 0xAAAA01)
    s.wait(LATER).ping(PC, SPARE)
    for _ in range(3):
        s.wait(600 * S).arp(SPARE)
    return s.cip(SPARE, 0xBBBB01).cap


@case("resolution/replaced_unheard")
def replaced_unheard():
    """The same, and no ARP of the new one at all: it says who it is."""
    s = Scene().arp(PC, PLC).cip(PLC, 0xAAAA01)
    for _ in range(3):
        s.wait(LATER).cip(SPARE, 0xBBBB01, "1756-L85E/B")
    return s.cap


@case("resolution/replaced_same_model")
def replaced_same_model():
    """The same model with another firmware, which it says before its serial
    number; it has an address of its own by IPv6, and had the factory's."""
    s = Scene().arp(PC, PLC).cip(PLC, 0xAAAA01, rev=(20, 11)).wait(LATER)
    local = Host(SPARE.mac, "fe80::21d:9cff:fe00:21")
    s.arp(Host(SPARE.mac, "192.168.1.1")).wait(600 * S)
    s.nd(136, local, ALL6, local.ip, SPARE.mac)
    for _ in range(3):
        s.cip(SPARE, 0xBBBB01, rev=(33, 5)).wait(LATER)
    return s.cap


@case("resolution/replaced_modbus")
def replaced_modbus():
    """Another maker's, which says so as unit 1."""
    s = Scene().arp(PC, PLC).modbus(PLC, b"WAGO", b"750-881", b"v2.5")
    for _ in range(3):
        s.wait(LATER).modbus(SPARE, b"Schneider Electric", b"BME P58 2040",
                             b"v3.1")
    return s.cap


@case("resolution/other_maker")
def other_maker():
    """No ARP, and nothing that says who it is: the MAC is another maker's, and
    what comes with it has passed no router."""
    s = Scene().talk(PLC, PC).wait(60 * S).talk(PLC, PC).wait(LATER)
    other = Host("00:0c:29:00:00:66", PLC.ip)
    for _ in range(3):
        s.talk(other, PC).wait(60 * S)
    return s.cap


@case("resolution/passed_on_by_itself")
def passed_on_by_itself():
    """Two machines with a bridge inside: the first packet of each has passed
    it.  Then one says ARP, the other sends without the bridge."""
    a = Host("00:50:56:00:00:50", "10.0.0.50")
    b = Host("00:50:56:00:00:51", "10.0.0.51")
    s = Scene().arp(PC)
    s.path.bridged = (a.ip, b.ip)
    s.talk(a, PC).talk(b, PC).wait(60 * S)
    s.path.bridged = ()
    return s.arp(a).talk(a, PC).talk(b, PC).talk(b, PC).cap


@case("resolution/team")
def team():
    """A server sends from two ports in turns, one of which answers ARP; it says
    the same of itself from both."""
    s = Scene().arp(PC, PLC)
    for i in range(6):
        s.cip(SPARE if i % 2 else PLC, 0xAAAA01).wait(60 * S)
    return s.cap


def robbed(s):
    thief = Host("00:0c:29:00:00:66", PLC.ip)
    for _ in range(8):
        s.talk(PLC, PC).wait(S)
    s.wait(DAY + LATER).talk(PLC, PC)
    for _ in range(8):
        s.wait(3 * S).arp(thief).wait(9 * S).talk(PLC, PC)
        s.wait(3 * S).talk(PLC, PC)
    return s.cap


@case("resolution/spoofed")
def spoofed():
    """A stranger takes the PLC's address by ARP, again and again, while the
    PLC goes on and says no ARP of its own."""
    return robbed(Scene().arp(PC, PLC))


@case("resolution/taken_over")
def taken_over():
    """The same, of a PLC that was only ever heard by its packets."""
    return robbed(Scene().arp(PC))


@case("resolution/one_behind_a_router")
def one_behind_a_router():
    """All that a router brings is one PLC; a switch brings two later."""
    s = Scene().arp(PC).cip(far(20), 0x1111AA)
    switch = "00:1d:9c:00:00:02"
    s.lldp(switch, b"core", "10.0.0.2")
    return s.cip(Host(switch, "10.9.1.20"), 0x1111BB) \
        .cip(Host(switch, "10.9.1.21"), 0x1111CC).cap


@case("resolution/bridge")
def bridge():
    """A wireless bridge answers ARP for the two PLCs behind it."""
    s, mac = Scene().arp(PC), "00:90:e8:11:22:33"
    for n in (91, 92):
        h = Host(mac, "10.0.0.%d" % n)
        s.arp(h).cip(h, 0xBB0000 + n)
    return s.cap


@case("resolution/temporary")
def temporary():
    """A workstation takes a temporary IPv6 address each day for 20 days."""
    s, mac = Scene(), "3c:52:82:00:00:07"
    gate = Host(ROUTER, "fe80::1")
    s.nd(136, gate, ALL6, gate.ip, ROUTER)
    for i in range(20):
        me = Host(mac, "2001:db8:1::%x:%x" % (0x1111 + i, i * 791 + 1))
        s.nd(135, Host(mac, "::"), ALL6, me.ip, mac)
        s.nd(135, me, ALL6, gate.ip, mac).nd(136, gate, me, gate.ip, ROUTER)
        s.wait(DAY)
    return s.cap


@case("resolution/modules_swapped")
def modules_swapped():
    """Behind a router a PLC is replaced; the old one comes back elsewhere."""
    s = Scene().arp(PC, Host(ROUTER, "10.0.0.1"))
    s.cip(far(40), 0xC0FFE1).cip(far(20), 0x51A901)
    return s.wait(LATER).cip(far(20), 0x53A903).wait(LATER) \
        .cip(far(30), 0x51A901).cap


@case("resolution/equal_serials")
def equal_serials():
    """Two controllers whose maker gave both the same serial number, which they
    say before what tells them apart; and one that has two ways."""
    s = Scene().arp(PC)
    maker = (121, bn.text("Acme")), (70, bn.text("VAV-2"))
    for n, mac, serial, more in (
            (21, "00:aa:00:00:00:21", "SN-4711", [(77, bn.text("VAV 1"))]),
            (22, "00:bb:00:00:00:22", "SN-4711", [(77, bn.text("VAV 2"))]),
            (23, "00:aa:00:00:00:23", "SN-5812", []),
            (24, "00:bb:00:00:00:24", "SN-5812", [])):
        h = Host(mac, "10.0.0.%d" % n)
        s.arp(h).bacnet(h, 100 + n % 2 if more else 110, *maker,
                        (372, bn.text(serial)), *more)
    return s.cap


@case("resolution/default_management")
def default_management():
    """Two switches that both tell the factory's management address."""
    s = Scene().arp(PC)
    for mac, name in (("00:1d:9c:00:01:31", b"sw-31"),
                      ("00:1d:9c:00:01:41", b"sw-41")):
        s.lldp(mac, name, "192.168.0.1")
    return s.cap


@case("resolution/virtual_first")
def virtual_first():
    """Addresses of router groups, heard before ARP or ND tells them."""
    s = Scene().arp(PC)
    for mac in "00:00:5e:00:01:0a", "00:00:0c:07:ac:01":
        vip = Host(mac, "10.0.0.%d" % (1 if mac[1] == "0" and "5e" in mac
                                       else 2))
        s.ping(PC, vip).arp(vip).ping(PC, vip)
    for mac in "00:00:5e:00:02:0a", "00:05:73:a0:00:01":
        vip = Host(mac, "fe80::%x" % int(mac[-2:], 16))
        s.nd(136, vip, ALL6, vip.ip, mac)
    return s.cap


@case("resolution/common_address")
def common_address():
    """The address that two servers share goes to the second one; the first is
    not heard again.  A host that moved is not heard again, either, when
    another takes what it had before."""
    a, b = (Host("00:1d:9c:00:00:%02x" % n, "10.0.0.%d" % n) for n in (2, 3))
    s = Scene().arp(PC, a, b, Host(a.mac, "10.0.0.1")).ping(PC, a)
    moves, takes = "3c:52:82:00:00:07", "3c:52:82:00:00:08"
    s.arp(Host(moves, "10.0.0.31")).wait(LATER)
    s.arp(Host(moves, "10.0.0.32")).ping(PC, Host(moves, "10.0.0.32"))
    s.ping(PC, a).wait(LATER).arp(Host(b.mac, "10.0.0.1"))
    return s.ping(PC, b).arp(Host(takes, "10.0.0.31")).wait(S).cap

"""site_office: what connects the works, and what any network speaks: ARP,
LLDP, CDP, VRRP, DHCP, names, SNMP, the offices.

VRRP: RFC 3768 (version 2).  Browser announcements: NetBIOS datagrams (RFC
1002, 4.4) with MS-BRWS 2.2.1 in them.
"""

import struct

import cases_dhcp as dhcp
import cases_nbns as nbns
import cases_snmp as snmp
import cd
import ld
import ns
import plant_it
import wire
from cases_dns import MDNS, service
from site_core import (END, FAILOVER, FAR, MINUTE, PLANT, START, mac,
                       subnet_of, times)
from wire import MS, S, US, Host

# Static entries in both ends: they are never asked for.
NO_ARP = ("mb-plc-3", "mb-plc-4")


def run(s):
    arp(s)
    vrrp(s)
    lldp(s)
    cdp(s)
    leases(s)
    relayed(s)
    managed(s)
    windows(s)
    multicast_dns(s)
    ipv6(s)
    far_away(s)
    clocks(s)


# --- who has which address ----------------------------------------------------

def gateway(s, vlan, t):
    if vlan in PLANT:
        return Host(s.h("plant-router").mac, "10.%d.0.1" % vlan)
    return s.h("vrrp-%d" % vlan)


def arp(s):
    """Each asks for its gateway, which asks for it, every hour or so."""
    special = ("scada-a", "scada-b", "packer-old", "packer-new", "ws-1",
               "ws-2", "twin-a", "twin-b", "bms-client", "edge")
    n = 0
    for d in s.devices.values():
        if d.state in ("ghost", "group") or d.key in NO_ARP + special or \
                d.key.startswith(("switch", "core", "plant-router", "meter")):
            continue
        for nic, (vlan, own, ips) in enumerate(d.nics):
            if vlan == FAR or not own:
                continue
            n += 1
            for ip in range(len(ips)):
                if ":" in ips[ip]:
                    continue
                me = d.host(nic, ip)
                for t in times(0.2 + n / 40, 61):
                    gw = gateway(s, vlan, t)
                    s.arp(t, me, gw)
                    s.arp(t + 5 * S, gw if vlan in PLANT else
                          Host(s.core(t), "10.%d.0.2" % vlan if s.core(t) ==
                               s.h("core-1").mac else "10.%d.0.3" % vlan), me)
    for t in times(0.1, 45):
        s.arp(t, Host(s.h("plant-router").mac, "10.60.0.4"), s.h("vrrp-60"))
        s.arp(t + S, s.h("edge"), s.h("vrrp-60"))
        s.arp(t + 2 * S, Host(s.core(t), "10.60.0.3" if FAILOVER[0] <= t <
                              FAILOVER[1] else "10.60.0.2"), s.h("edge"))
    for t in times(3, 50):
        for nic, ip in ((0, "10.60.0."), (1, "10.10.0.")):
            s.arp(t, s.h("core-1", nic), s.h("core-2", nic))
            s.arp(t + S, s.h("core-2", nic), s.h("core-1", nic))
    # two hold one address at the same time
    for t in times(20.5, 9):
        s.arp(t, s.h("hmi-1"), s.h("twin-a"))
        s.frame(t + 900 * US, 10, wire.arp(2, s.h("twin-b"), s.h("hmi-1")))
    # asked for, and nobody answers
    for t in times(7, 10):
        s.arp(t, s.h("hmi-1"), s.h("mb-missing"), answer=False)
    # who answers for all that are behind it
    for key in s.devices:
        if key.startswith("meter"):
            n += 1
            for t in times(1 + n / 60, 70):
                s.arp(t, s.h("scada-a"), s.h(key))


def vrrp(s):
    all_ = Host("01:00:5e:00:00:12", "224.0.0.18")
    for v in (60, 10):
        nic = (60, 10).index(v)
        for t in times(0.05, 2):
            late = FAILOVER[0] <= t < FAILOVER[1]
            me = s.h("core-2" if late else "core-1", nic)
            body = struct.pack("!BBBBBBH", 0x21, v, 100 if late else 200, 1,
                               0, 1, 0) + s.h("vrrp-%d" % v).ip_bytes + \
                bytes(8)
            body = body[:6] + struct.pack("!H", wire.checksum(body)) + body[8:]
            # RFC 3768, 7.3: from the virtual router's MAC
            s.ether(t, v, s.h("vrrp-%d" % v).mac, all_.mac, wire.ip4(
                me, all_, 112, body, t // S & 0xFFFF, 255))
        for t in FAILOVER:
            late = t == FAILOVER[0]
            group = s.h("vrrp-%d" % v)
            s.frame(t + S, v, wire.arp(1, group, group))
            s.arp(t + 2 * S, s.h("core-2" if late else "core-1", nic),
                  s.h("dc") if v == 60 else s.h("hmi-1"))


def lldp(s):
    def advert(t, src, chassis, port, name, descr, caps, ip=None, more=b""):
        body = ld.start((4, mac(chassis)), (5, port)) + \
            ld.tlv(5, name.encode()) + ld.tlv(6, descr) + \
            ld.capabilities(caps, caps) + \
            (ld.management(ip) if ip else b"") + more + ld.END
        s.frame(t, None, ld.frame(src, body))

    for n in (1, 2):
        d = s["switch-%d" % n]
        base, ip = d.nics[0][1], d.nics[0][2][0]
        for p, src in enumerate(d.wire["ports"], 1):
            for t in times(0.5 + p / 9, 5):
                advert(t, src, base, b"1/%d" % p, d.say("name"),
                       b"Managed switch, 16 ports, release 8.7", 4, ip,
                       ld.port_vlan(60))
    for key, caps, descr in (("plant-router", 0x14, b"Layer 3 switch"),
                             ("edge", 0x10, b"Edge router, release 7.0"),
                             ("access-point", 0x0C, b"Access point 2x2")):
        d = s[key]
        own = d.nics[-1][1]
        for t in times(0.9, 5):
            advert(t, own, own, b"uplink", d.say("name"), descr, caps,
                   d.nics[-1][2][0])
    d = s["switch-4"]
    for t in times(0.7, 5):
        advert(t, d.nics[1][1], d.nics[0][1], b"G1", d.say("name"),
               b"Moxa EDS-510E", 4, d.nics[0][2][0])
    for key, port in (("switch-3", 1), ("switch-3", 2), ("pn-io-1", 1)):
        d = s[key]
        base = d.nics[0][1]
        who = b"%s" % d.say("name").encode()
        if key == "pn-io-1":
            system = "%-25s %-20s %-16s %5s %c%3d%3d%3d" % (
                d.says["model"][1], d.say("order_number"), d.say("serial"),
                d.say("hardware"), "V", 4, 2, 1)
            d.say("firmware")
            ids = (7, system.encode()), (7, b"port-001." + who)
        else:
            ids = (7, who), (7, b"port-00%d" % port)
        body = ld.start(*ids, 20) + (
            ld.capabilities(4, 4) if key == "switch-3" else
            ld.capabilities(0x80, 0x80)) + \
            ld.management(d.nics[0][2][0]) + ld.org(ld.O_PNIO, 2, bytes(4)) + \
            ld.org(ld.O_PNIO, 5, mac(base)) + ld.END
        for t in times(0.6 + port / 10, 5):
            s.frame(t, None, ld.frame(d.nics[port][1], body))
    d = s["phone"]
    med = [d.say("hardware"), d.say("firmware"), d.say("software"),
           d.say("serial"), "Cisco Systems, Inc.", d.say("model")]
    body = ld.start((5, b"\x01" + d.host().ip_bytes),
                    (7, mac(d.host().mac).hex().encode() + b":P1")) + \
        ld.tlv(5, d.say("name").encode()) + ld.capabilities(0x24, 0x24) + \
        ld.med(1, b"\0\x33\x03") + b"".join(
            ld.med(5 + i, x.encode()) for i, x in enumerate(med)) + ld.END
    for t in times(1.1, 5):
        s.frame(t, None, ld.frame(d.host().mac, body))


def cdp(s):
    descr = b"Cisco IOS Software [Bengaluru], Version %s, RELEASE " \
        b"SOFTWARE (fc3)"
    for key, caps in (("switch-5", 0x28), ("core-1", 0x29), ("core-2", 0x29),
                      ("phone", 0x490)):
        d = s[key]
        h = d.host()
        d.say("vendor")
        version = d.say("software").encode()
        model = "Cisco IP Phone 8841" if key == "phone" else d.say("model")
        body = cd.tlv(1, d.say("name").encode()) + cd.addresses(2, h.ip) + \
            cd.tlv(3, b"Port 1") + cd.tlv(4, struct.pack("!I", caps)) + \
            cd.tlv(5, version if key == "phone" else descr % version) + \
            cd.tlv(6, model.encode())
        for t in times(0.8, 5):
            s.frame(t, None, cd.frame(h.mac, cd.message(body)))


# --- leases -------------------------------------------------------------------

NOBODY = Host("02:00:00:00:00:00", "0.0.0.0")
GIVEN = (dhcp.ips(1, "255.255.255.0"), dhcp.ips(3, "10.60.0.1"),
         dhcp.u32(51, 7200))


def lease(s, t, key, ip, xid, first=True):
    """Asked for by broadcast and given; not first: renewed."""
    me, server = s.h(key), s.h("dc")
    me = Host(me.mac, ip)
    name = dhcp.opt(12, s[key].say("name"))
    more = (name, dhcp.opt(60, "MSFT 5.0"), dhcp.opt(61, b"\1" + me.mac_bytes))
    mine = dhcp.ips(54, server.ip)

    def say(after, src, dst, data, ports):
        s.send(START + t + after, src, dst, wire.UDP,
               wire.udp(src, dst, *ports, data))

    ask, tell = (68, 67), (67, 68)
    if not first:
        say(0, me, server, dhcp.message(1, xid, me, dhcp.kind(
            dhcp.REQUEST, *more), ci=ip), ask)
        say(2 * MS, server, me, dhcp.message(2, xid, me, dhcp.kind(
            dhcp.ACK, mine, *GIVEN), ci=ip, yi=ip), tell)
        return
    empty = Host(me.mac, "0.0.0.0")
    say(0, empty, dhcp.ALL, dhcp.message(1, xid, me, dhcp.kind(
        dhcp.DISCOVER, *more)), ask)
    say(2 * MS, server, me, dhcp.message(2, xid, me, dhcp.kind(
        dhcp.OFFER, mine, *GIVEN), yi=ip), tell)
    say(4 * MS, empty, dhcp.ALL, dhcp.message(1, xid, me, dhcp.kind(
        dhcp.REQUEST, mine, dhcp.ips(50, ip), *more)), ask)
    say(6 * MS, server, me, dhcp.message(2, xid, me, dhcp.kind(
        dhcp.ACK, mine, *GIVEN), yi=ip), tell)
    s.frame(t + S, 60, wire.arp(1, me, me))
    s.arp(t + 2 * S, me, s.h("vrrp-60"))


def leases(s):
    """ws-1 has .101 for two hours; later ws-2 gets it, and ws-1 .121."""
    one = s.h("ws-1").mac
    lease(s, 2 * MINUTE, "ws-1", "10.60.0.101", 0x101)
    lease(s, 3 * MINUTE, "ws-3", "10.60.0.103", 0x301)
    lease(s, 62 * MINUTE, "ws-1", "10.60.0.101", 0x102, False)
    lease(s, 63 * MINUTE, "ws-3", "10.60.0.103", 0x302, False)
    gone = Host(one, "10.60.0.101")
    s.send(START + 118 * MINUTE, gone, s.h("dc"), wire.UDP, wire.udp(
        gone, s.h("dc"), 68, 67, dhcp.message(1, 0x103, gone, dhcp.kind(
            dhcp.RELEASE, dhcp.ips(54, s.h("dc").ip)), ci=gone.ip)))
    lease(s, 150 * MINUTE, "ws-2", "10.60.0.101", 0x201)
    lease(s, 155 * MINUTE, "ws-1", "10.60.0.121", 0x104)
    lease(s, 215 * MINUTE, "ws-1", "10.60.0.121", 0x105, False)
    for t in times(4, 15, 110):
        web(s, t, Host(one, "10.60.0.101"), "10.60.0.101")
    for t in times(156, 15):
        web(s, t, s.h("ws-1"), "new")
        web(s, t + 20 * S, s.h("ws-2"), "ws-2")
    for t in times(5, 15):
        web(s, t, s.h("ws-3"), "ws-3")


def web(s, t, client, _who):
    """A page of a server far away, by its name."""
    u = s.udp(t, client, s.h("dc"), 53)
    name = "portal.example"
    u.req(plant_it.dns_query(t // S & 0xFFFF, name))
    u.rsp(plant_it.dns_answer(t // S & 0xFFFF, name, s.h("cloud").ip))
    c = s.tcp(t + S, client, s.h("cloud"), 80)
    c.req(b"GET /news HTTP/1.1\r\nHost: portal.example\r\n\r\n")
    c.send("s", b"HTTP/1.1 304 Not Modified\r\nServer: nginx\r\n\r\n")
    s.drop(client, s.h("cloud"), 80)


def relayed(s):
    """The client of the building network gets its address by the router."""
    me, server = s.h("bms-client"), s.h("dc")
    relay = s.h("plant-router", 2)
    uplink = s.h("plant-router", 6)
    name = dhcp.opt(12, s["bms-client"].say("name"))
    empty = Host(me.mac, "0.0.0.0")
    mine = dhcp.ips(54, server.ip)
    t = 4 * MINUTE
    assert relay.ip == "10.30.0.1" and uplink.ip == "10.60.0.4"
    for n, (ask, tell) in enumerate(((dhcp.DISCOVER, dhcp.OFFER),
                                     (dhcp.REQUEST, dhcp.ACK))):
        at = START + t + n * 20 * MS

        def say(after, src, dst, data, ports):
            s.send(at + after, src, dst, wire.UDP,
                   wire.udp(src, dst, *ports, data))
        more = (name,) if n == 0 else (name, mine, dhcp.ips(50, me.ip))
        say(0, empty, dhcp.ALL, dhcp.message(1, 0x30, me, dhcp.kind(
            ask, *more)), (68, 67))
        say(MS, uplink, server, dhcp.message(1, 0x30, me, dhcp.kind(
            ask, *more), gi=relay.ip, hops=1), (67, 67))
        given = (mine, dhcp.ips(1, "255.255.255.0"), dhcp.ips(3, relay.ip),
                 dhcp.u32(51, 86400))
        say(3 * MS, server, uplink, dhcp.message(2, 0x30, me, dhcp.kind(
            tell, *given), yi=me.ip, gi=relay.ip), (67, 67))
        say(4 * MS, relay, me, dhcp.message(2, 0x30, me, dhcp.kind(
            tell, *given), yi=me.ip, gi=relay.ip), (67, 68))
    for t in times(5, 60):
        s.arp(t, me, relay)
        s.arp(t + S, relay, me)


# --- SNMP ---------------------------------------------------------------------

def managed(s):
    """The management station asks switches, the printer and the UPS."""
    def ask(t, key, *pairs):
        u = s.udp(t, s.h("nms"), s.h(key), 161, delay=3 * MS)
        n = t // S & 0x7FFF
        for i, (oid, value) in enumerate(pairs):
            u.req(snmp.message(1, snmp.pdu(snmp.GET, n + i, oid), b"public"))
            u.rsp(snmp.message(1, snmp.pdu(snmp.RESPONSE, n + i,
                                           (oid, value)), b"public"))

    def text(oid, value):
        return oid, snmp.text(value)

    sys_, phys = snmp.SYSTEM, snmp.PHYSICAL
    for n, key in enumerate(("switch-1", "switch-4", "printer", "ups")):
        s.arp(40 * S + n * S, s.h("nms"), s.h(key))
        s.arp(60 * MINUTE + n * S, s.h("nms"), s.h(key))
    for t in times(10, 60):
        ask(t, "switch-1", (sys_ + ".3.0", snmp.integer(t // (10 * MS), 0x43)))
        d = s["switch-4"]
        ask(t + 2 * S, "switch-4",
            text(sys_ + ".1.0", "Moxa EDS-510E"),
            (sys_ + ".2.0", snmp.oid(snmp.ENTERPRISES + ".8691.7.86")),
            text(sys_ + ".5.0", d.say("name")),
            text(sys_ + ".6.0", d.say("location")),
            (phys + ".5.1", snmp.integer(3)),
            text(phys + ".8.1", d.say("hardware")),
            text(phys + ".9.1", d.say("firmware")),
            text(phys + ".11.1", d.say("serial")),
            text(phys + ".12.1", d.say("vendor")),
            text(phys + ".13.1", d.say("model")))
        d = s["printer"]
        ask(t + 4 * S, "printer",
            text(sys_ + ".1.0", "Office laser printer"),
            (sys_ + ".2.0", snmp.oid(snmp.ENTERPRISES + ".11.2.3.9.1")),
            text(sys_ + ".5.0", d.say("name")),
            text(sys_ + ".6.0", d.say("location")))
        d = s["ups"]
        ups = "1.3.6.1.2.1.33.1.1"
        ask(t + 6 * S, "ups", text(sys_ + ".1.0", "UPS network card"),
            (sys_ + ".2.0", snmp.oid(snmp.ENTERPRISES + ".318.1.3.27")),
            text(sys_ + ".5.0", d.say("name")),
            text(sys_ + ".6.0", d.say("location")),
            text(ups + ".1.0", d.say("vendor")),
            text(ups + ".2.0", d.say("model")),
            text(ups + ".3.0", d.say("firmware")),
            text(ups + ".4.0", d.say("software")))


# --- names --------------------------------------------------------------------

def coded(name, suffix):
    return nbns.letters(name, suffix)


def browser(name, kind):
    """A host announcement in a mail-slot message (SMB's Transaction)."""
    frame = struct.pack("<BBI16sBBIBBH", 1, 0, 720_000, name.encode(), 10, 0,
                        kind, 15, 1, 0xAA55) + b"\0"
    slot = b"\\MAILSLOT\\BROWSE\0"
    words = struct.pack("<HHHHBBHIHHHHHBB", 0, len(frame), 0, 0, 0, 0, 0, 1000,
                        0, 0, 0, len(frame), 0x56, 3, 0) + \
        struct.pack("<HHH", 1, 0, 2)
    body = slot + frame
    return b"\xffSMB\x25" + bytes(27) + bytes([len(words) // 2]) + words + \
        struct.pack("<H", len(body)) + body


def windows(s):
    """Stations register their names; the file server only announces itself."""
    for n, key in enumerate(("hmi-1", "scada-a", "scada-b", "historian",
                             "engineering", "operator", "bms", "dc", "nms",
                             "ws-4")):
        d = s[key]
        for t in times(1.5 + n / 8, 90):
            for i, suffix in enumerate((0x00, 0x20)):
                s.shout(t + i * MS, d.host(), 137, nbns.ask(
                    t // S & 0xFFFF, nbns.REGISTER, d.say("name"), suffix,
                    nbns.entry(d.host())))
    d = s["files"]
    me = d.host()
    for t in times(3, 12):
        smb = browser(d.say("name"), 0x9003)
        names = coded(d.says["name"], 0x20) + coded("OFFICE", 0x1D)
        head = struct.pack("!BBH4sHHH", 0x11, 2, t // S & 0xFFFF,
                           me.ip_bytes, 138, len(names) + len(smb), 0)
        s.shout(t, me, 138, head + names + smb)


def multicast_dns(s):
    says = ns.QR | ns.AA
    d = s["printer"]
    host = d.says["name"] + ".local"
    m = ns.Message(flags=says)
    service(m, d.say("name"), "_ipp._tcp", host, 631,
            "usb_MFG=" + d.say("vendor"), "usb_MDL=" + d.say("model"),
            "note=" + d.say("location"))
    m.more(host, ns.A, d.host().ip, cls=ns.TOP | 1)
    c = s["camera"]
    host = c.say("name") + ".local"
    n = ns.Message(flags=says)
    service(n, c.say("name"), "_axis-video._tcp", host, 80,
            "macaddress=00408C600032")
    service(n, c.say("name"), "_rtsp._tcp", host, 554, "")
    n.more(host, ns.A, c.host().ip, cls=ns.TOP | 1)
    for t in times(2.2, 30):
        s.shout(t, d.host(), 5353, m.bytes(), MDNS, 255)
        s.shout(t + 7 * S, c.host(), 5353, n.bytes(), MDNS, 255)


def ipv6(s):
    """ws-4 looks whether its address is taken, and asks for a router."""
    me = s.h("ws-4", 0, 1)
    own = b"\x02\x01" + me.mac_bytes
    for t in times(6, 80):
        node = Host("33:33:ff:3c:00:64", "ff02::1:ff3c:64")
        none = Host(me.mac, "::")
        s.ether(t, 60, me.mac, node.mac, wire.ip6(
            none, node, wire.ICMP6, wire.icmp6(
                none, node, 135, 0, bytes(4) + me.ip_bytes), 255))
        all_ = Host("33:33:00:00:00:01", "ff02::1")
        s.ether(t + S, 60, me.mac, all_.mac, wire.ip6(
            me, all_, wire.ICMP6, wire.icmp6(
                me, all_, 136, 0, b"\x20\0\0\0" + me.ip_bytes + own), 255))


# --- the rest of what offices do ----------------------------------------------

def far_away(s):
    for n, (key, asks) in enumerate((("erp", "files"), ("mes", "dc"),
                                     ("archive", "dc"), ("updates", "nms"),
                                     ("cloud", "dc"))):
        for t in times(9 + n, 40):
            c = s.tcp(t, s.h(asks), s.h(key), 80)
            c.req(b"GET / HTTP/1.1\r\nHost: %s.example\r\n\r\n" %
                  key.encode())
            c.send("s", b"HTTP/1.1 204 No Content\r\n\r\n")
            s.drop(s.h(asks), s.h(key), 80)
    for t in times(14, 25):
        for key in ("phone", "access-point", "camera"):
            c = s.udp(t, s.h(key), s.h("dc"), 123, 123)
            c.req(plant_it.ntp(3, START + t)).rsp(plant_it.ntp(4, START + t))


def clocks(s):
    """Stations and controllers that ask the server for the time."""
    quiet = ("printer", "ups", "camera", "phone", "access-point", "dc")
    for n, d in enumerate(s.devices.values()):
        if d.state != "present" or not d.nics or not d.nics[0][1] or \
                d.nics[0][0] == FAR or not d.nics[0][2] or d.key in quiet or \
                d.key.startswith(("ws-", "switch", "core", "nameless",
                                  "twin-a", "packer")):
            continue
        assert subnet_of(d.host().ip) != FAR
        for t in times(11 + n / 10, 97, END):
            u = s.udp(t, d.host(), s.h("dc"), 123, 123)
            u.req(plant_it.ntp(3, START + t)).rsp(plant_it.ntp(4, START + t))

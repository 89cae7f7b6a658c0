"""site_core: a works of more than a hundred devices, and the truth of them.

Each device is described once (site_devices.py): its addresses, what it is,
what it says of itself.  The conversations (site_*.py) put on the wire what
the description has; the truth file is written from the same description.
Nothing here knows what a monitor makes of it.  Two checks hold both together:
whatever a description says has been said in a frame, and whatever address a
device has was seen in use.

Five hours of a trunk port that carries all networks: what is routed is seen
before and behind the router.
"""

import ipaddress
import json
import struct

import wire
from capfile import ETHERNET, Capture
from cases import case
from talk import Tcp, Udp
from wire import S, US, Host

MINUTE = 60 * S
START = 1_718_000_000 * S
END = 300 * MINUTE
FAILOVER = (140 * MINUTE, 160 * MINUTE)         # the second core router works

ATTRIBUTES = ("name", "vendor", "model", "firmware", "hardware", "software",
              "serial", "location", "order_number")

NETWORKS = {
    10: ("10.10.0.0/24", "process"), 20: ("10.20.0.0/24", "packaging"),
    22: ("10.22.0.0/24", "press"), 30: ("10.30.0.0/24", "building, main"),
    31: ("10.31.0.0/24", "building, annex"),
    32: ("10.32.0.0/24", "building, laboratory"),
    50: ("10.50.0.0/24", "control room and remote stations"),
    60: ("10.60.0.0/24", "backbone and offices"),
}
FAR = "far"                     # not a network that is seen: behind the router
PLANT = (20, 22, 30, 31, 32, 50)

# What a role suggests (ISA-95, as the Purdue model has it).
LEVELS = (("plc", 1), ("building_controller", 1), ("rtu", 1), ("io", [0, 1]),
          ("drive", [0, 1]), ("gateway", 1), ("bbmd", 1),
          ("bacnet_router", 1), ("hmi", 2), ("scada", 2),
          ("engineering_station", 2), ("historian", 3), ("server", [3, 4]),
          ("workstation", 4), ("printer", 4), ("camera", [3, 4]),
          ("phone", 4))


class Device:
    """See site_devices.py."""

    def __init__(self, key, nics=(), roles=(), says=None, parent=None,
                 subs=(), may=(), state="present", wire_=None, level=None,
                 roles_may=(), note=None):
        self.key, self.roles, self.parent = key, tuple(roles), parent
        self.nics = [(vlan, mac, tuple([ip] if isinstance(ip, str) else ip))
                     for vlan, mac, ip in nics]
        self.says, self.subs, self.may = says or {}, tuple(subs), tuple(may)
        self.state, self.wire, self.note = state, wire_ or {}, note
        self.roles_may, self.told = tuple(roles_may), set()
        self.level = level if level is not None else next(
            (v for role, v in LEVELS if role in roles), None)

    def say(self, key):
        """What it says, and that it said so."""
        self.told.add(key)
        value = self.says[key]
        return value[0] if isinstance(value, list) else value

    def has(self, key):
        return key in self.says

    def host(self, nic=0, ip=0):
        _, mac, ips = self.nics[nic]
        return Host(mac or self.wire.get("mac", "00:00:00:00:00:00"),
                    ips[ip] if ips else "0.0.0.0")

    def addresses(self):
        out = []
        for vlan, mac, ips in self.nics:
            out += [{"mac": mac}] if mac and vlan != FAR else []
            out += [{"ip": ip} for ip in ips]
        out += [dict(s) for s in self.subs]
        return [a for n, a in enumerate(out) if a not in out[:n]]

    def truth(self):
        out = {"key": self.key, "state": self.state,
               "addresses": self.addresses(), "parent": self.parent,
               "roles": sorted(self.roles), "level": self.level,
               "attributes": {k: self.says.get(k) for k in ATTRIBUTES}}
        if self.may:
            out["may"] = [dict(a) for a in self.may]
        if self.roles_may:
            out["roles_may"] = sorted(self.roles_may)
        if self.note:
            out["note"] = self.note
        return out


def is_group(host):
    return int(host.mac[:2], 16) & 1


def subnet_of(ip):
    """The number of its network; FAR for all that is none of ours."""
    for vlan, (net, _) in NETWORKS.items():
        if ipaddress.ip_address(ip) in ipaddress.ip_network(net):
            return vlan
    return FAR


class Site:
    """The capture, and who can be reached how.  It is a path for Tcp and
    Udp, which routes."""

    def __init__(self, devices):
        self.devices = {d.key: d for d in devices}
        self.cap = Capture(ifaces=[(ETHERNET, 6, "trunk")])
        self.ids, self.ports, self.conns = {}, 49152, {}
        self.isn = 1_000_000

    def __getitem__(self, key):
        return self.devices[key]

    def h(self, key, nic=0, ip=0):
        return self.devices[key].host(nic, ip)

    # --- frames ---------------------------------------------------------------

    def frame(self, t, vlan, data):
        """An untagged frame, as the trunk has it; vlan None: as it is."""
        if vlan is None:
            self.cap.add(START + t, data)
            return
        tagged = data[:12] + struct.pack("!HH", wire.ET_VLAN, vlan) + data[12:]
        self.cap.add(START + t, tagged)

    def ether(self, t, vlan, src_mac, dst_mac, packet):
        self.frame(t, vlan, wire.eth(mac(dst_mac), mac(src_mac),
                                     wire.ethertype_of(packet), packet))

    def core(self, t):
        late = FAILOVER[0] <= t < FAILOVER[1]
        return self.h("core-2" if late else "core-1").mac

    def legs(self, t, src, dst):
        """(vlan, from, to) for each time that a packet is seen."""
        a, b = subnet_of(src.ip), subnet_of(dst.ip)
        if src.ip == "0.0.0.0" or is_group(dst) or a == b or ":" in src.ip:
            return [(self.vlan_of(src), src.mac, dst.mac)]
        plant, far = self.h("plant-router").mac, self.h("edge").mac
        core, virtual = self.core(t), self.h("vrrp-60").mac
        if a in PLANT:
            out = [(a, src.mac, plant)]
            if b in PLANT or b == 60:
                return out + [(b, plant, dst.mac)]
            out.append((60, plant, virtual))
        elif a == FAR:
            out = [(60, far, virtual)]
        else:
            out = [(a, src.mac, self.h("vrrp-%d" % a).mac)]
        if b in PLANT:
            return out + [(60, core, plant), (b, plant, dst.mac)]
        if b == FAR:
            return out + [(60, core, far)]
        return out + [(b, core, dst.mac)]

    def vlan_of(self, host):
        if ":" not in host.ip and host.ip != "0.0.0.0":
            return subnet_of(host.ip)
        return next(v for d in self.devices.values() for v, m, _ in d.nics
                    if m == host.mac)

    def send(self, ts, src, dst, proto, payload, ttl=64):
        """The path's: ts is absolute."""
        t = ts - START
        self.ids[src.ip] = ident = self.ids.get(src.ip, 0x100) + 1
        for n, (vlan, a, b) in enumerate(self.legs(t, src, dst)):
            packet = wire.ip6(src, dst, proto, payload, 255) if src.is_v6 \
                else wire.ip4(src, dst, proto, payload, ident, ttl - n)
            self.ether(t + n * 40 * US, vlan, a, b, packet)
        return ts

    # --- conversations --------------------------------------------------------

    def port(self):
        self.ports = 49152 + (self.ports - 49151) % 16000
        return self.ports

    def tcp(self, t, client, server, port, **kw):
        """A connection that lasts: opened when first used."""
        key = client, server, port
        if key not in self.conns:
            self.isn += 7_000_001
            self.conns[key] = Tcp(self, client, server, port, self.port(),
                                  START + t, (self.isn, self.isn + 999),
                                  **kw).open()
        c = self.conns[key]
        c.t = max(c.t, START + t)
        return c

    def drop(self, client, server, port):
        self.conns.pop((client, server, port)).close()

    def udp(self, t, client, server, port, cport=None, **kw):
        return Udp(self, client, server, port, cport or self.port(),
                   START + t, **kw)

    def broadcast(self, host):
        net = ipaddress.ip_network(NETWORKS[subnet_of(host.ip)][0])
        return Host("ff:ff:ff:ff:ff:ff", str(net.broadcast_address))

    def shout(self, t, src, port, data, to=None, ttl=64):
        """A datagram to everybody, or to a group."""
        to = to or self.broadcast(src)
        self.send(START + t, src, to, wire.UDP,
                  wire.udp(src, to, port, port, data), ttl)

    def arp(self, t, asker, asked, answer=True):
        vlan = subnet_of(asked.ip)
        self.frame(t, vlan, wire.arp(1, asker, asked))
        if answer:
            self.frame(t + 300 * US, vlan, wire.arp(2, asked, asker))


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def times(first, period, last=END):
    """Every period; in minutes."""
    return range(int(first * MINUTE), int(last if last == END
                                          else last * MINUTE),
                 int(period * MINUTE))


# --- the two checks -----------------------------------------------------------

def unsaid(devices):
    return ["%s: %s" % (d.key, k) for d in devices
            for k in sorted(set(d.says) - d.told)]


def seen(frames):
    """Every MAC that sent something, every IP that did."""
    macs, ips = set(), set()
    for f in frames:
        macs.add(f.data[6:12])
        kind, body = struct.unpack_from("!H", f.data, 16)[0], f.data[18:]
        if kind == wire.ET_IP4:
            ips.add(body[12:16])
        elif kind == wire.ET_IP6:
            ips.add(body[8:24])
        elif kind == wire.ET_ARP:
            ips.add(body[14:18])
    return macs, ips


def unseen(devices, frames):
    macs, ips = seen(frames)
    out = []
    for d in devices:
        if d.state == "ghost":
            continue
        for a in d.addresses():
            if "mac" in a and mac(a["mac"]) not in macs and \
                    a["mac"] not in d.wire.get("named", ()):
                out.append("%s: %s" % (d.key, a["mac"]))
            if set(a) == {"ip"} and ipaddress.ip_address(
                    a["ip"]).packed not in ips and \
                    a["ip"] not in d.wire.get("named", ()):
                out.append("%s: %s" % (d.key, a["ip"]))
    return out


_once = []


def simulated():
    import site_devices
    import site_automation
    import site_building
    import site_control
    import site_office
    if not _once:
        s = Site(site_devices.devices())
        for part in (site_office, site_automation, site_control,
                     site_building):
            part.run(s)
        s.cap.frames = [f for f in s.cap.frames if f.ts < START + END]
        devices = list(s.devices.values())
        wrong = unsaid(devices) + unseen(devices, s.cap.frames)
        if wrong:
            raise ValueError("described and not in the capture: " +
                             ", ".join(wrong))
        _once.append(s)
    return _once[0]


@case("site/site")
def site():
    """A works of more than a hundred devices on eight networks: who is there
    is in site/truth.json."""
    return simulated().cap


def extra_files():
    """The truth."""
    truth = {
        "start": START // S, "end_s": END // S,
        "networks": [{"vlan": v, "net": n, "name": what}
                     for v, (n, what) in NETWORKS.items()],
        "devices": [d.truth() for d in simulated().devices.values()],
    }
    return {"site/truth.json": (json.dumps(truth, indent=1) + "\n").encode()}

"""site_control: the control room: DNP3 to a concentrator and an outstation,
meters behind a radio gateway, an address that goes from one server to the
other and back."""

import dn
import wire
from site_core import MINUTE, Site, times
from wire import MS, S, Host

VIRTUAL = "10.50.0.12"
TAKEN = (110 * MINUTE, 170 * MINUTE)    # by the second server


def run(s: Site):
    floating(s)
    outstations(s)
    meters(s)
    screens(s)


def active(s, t):
    return s.h("scada-b" if TAKEN[0] <= t < TAKEN[1] else "scada-a")


def floating(s):
    for n, key in enumerate(("scada-a", "scada-b")):
        for t in times(0.3 + n / 10, 60):
            s.arp(t, s.h(key), s.h("plant-router", 5))
            s.arp(t + S, s.h("plant-router", 5), s.h(key))
    for t in (MINUTE, *TAKEN):
        me = Host(active(s, t).mac, VIRTUAL)
        for n in range(2):
            s.frame(t + n * S, 50, wire.arp(1, me, me))
    for t in times(2, 20):
        s.arp(t, s.h("operator"), Host(active(s, t).mac, VIRTUAL))


def outstations(s):
    """A master on the server at work; who they are is read now and then."""
    ends = {k: dn.End(s[k].wire["addr"], False)
            for k in ("dnp-11", "dnp-12", "dnp-13", "dnp-direct")}
    for key in ("scada-a", "scada-b"):
        master, opened = dn.End(1, True), False
        for k, t in enumerate(times(4, 5)):
            if active(s, t) != s.h(key):
                continue
            for name, end in ends.items():
                front = s.h("dnp-front" if name == "dnp-direct"
                            else "dnp-concentrator")
                c = s.tcp(t, s.h(key), front, 20000)
                if not opened or k % 25 == 0:
                    attributes(c, master, end, s[name])
                c.req(*master.send(end.addr, dn.request(
                    k, 1, dn.all_of(60, 1))))
                c.rsp(*end.send(1, dn.response(k, dn.ranged(
                    30, 2, 0, 1, b"\1" + bytes([k & 7, 0]) + b"\1\x20\0"))))
            opened = True


def attributes(c, master, end, d):
    c.req(*master.send(end.addr, dn.request(0, 1, dn.ranged(0, 254, 0, 0))))
    c.rsp(*end.send(1, dn.response(0, b"".join(
        dn.attribute(v, d.say(key).encode()) for v, key in (
            (252, "vendor"), (250, "model"), (248, "serial"),
            (242, "software"), (243, "hardware"), (247, "name"),
            (245, "location")))), size=240))


def meters(s):
    """Modbus through the radio gateway, a short connection each."""
    import mb
    far = [k for k in s.devices if k.startswith("meter")]
    for n, key in enumerate(far):
        for k, t in enumerate(times(12 + n / 4, 70)):
            c = s.tcp(t, active(s, t), s.h(key), 502)
            c.delay = 40 * MS
            c.req(mb.tcp(k, 1, mb.read(4, 0, 3)))
            c.rsp(mb.tcp(k, 1, mb.read_regs_rsp(4, [n, k, 17])))
            s.drop(active(s, t), s.h(key), 502)


def screens(s):
    """The operator's station shows what the server at work has."""
    for k, t in enumerate(times(3, 12)):
        me = Host(active(s, t).mac, VIRTUAL)
        c = s.tcp(t, s.h("operator"), me, 5450)
        c.req(b"\x05\x45GET SCREEN %03d\0" % (k % 40))
        c.send("s", b"\x05\x45OK" + bytes(200))
        s.drop(s.h("operator"), me, 5450)

"""site_building: BACnet on three networks: two that broadcast managers join,
a third behind a router between two IP networks; MS/TP lines; a foreign
device."""

import struct

import bn
import wire
from site_core import START, times
from wire import MS, S

DEV = 8
LAB = 3                         # the network behind lab-router
TABLE = ("10.30.0.5", "10.31.0.5", "10.33.0.5")


def run(s):
    announcements(s)
    readings(s)
    tables(s)
    foreign(s)
    laboratory(s)


def i_am(d):
    d.say("vendor")
    return bn.unconfirmed(0, bn.obj(DEV, d.wire["instance"]) +
                          bn.uint(480) + bn.enum(3) +
                          bn.uint(d.wire["vendor"]))


def source(d):
    return (d.wire["net"], bytes([d.wire["mac"]])) if "net" in d.wire else None


def to_all(s, t, sender, npdu):
    """By broadcast; the manager of the network sends it to the other one's,
    which repeats it there."""
    other = {"10.30": "bbmd-2", "10.31": "bbmd-1"}.get(sender.ip[:5])
    near = {"10.30": "bbmd-1", "10.31": "bbmd-2"}.get(sender.ip[:5])
    s.shout(t, sender, bn.PORT, bn.bvlc(bn.BROADCAST, npdu))
    if other is None:
        return
    carried = bn.forwarded(sender.ip, npdu)
    a, b = s.h(near), s.h(other)
    s.send(START + t + MS, a, b, wire.UDP,
           wire.udp(a, b, bn.PORT, bn.PORT, carried))
    s.send(START + t + MS, a, s.h("bbmd-missing"), wire.UDP, wire.udp(
        a, s.h("bbmd-missing"), bn.PORT, bn.PORT, carried))
    s.shout(t + 2 * MS, b, bn.PORT, carried)


def announcements(s):
    """Who-Is of the server; everybody answers, those on lines by their
    router."""
    order = ("bbmd-1", "mstp-router-1", "ahu-1", "ahu-2", "ahu-4", "vav-1",
             "vav-2", "vav-3", "vav-4", "bbmd-2", "mstp-router-2", "ahu-3",
             "fcu-1", "fcu-2", "fcu-3")
    for t in times(2, 90):
        to_all(s, t, s.h("bms"), bn.npdu(bn.unconfirmed(8),
                                         dest=(0xFFFF, b"")))
        for n, key in enumerate(order):
            d = s[key]
            front = s.h(d.wire.get("router", key))
            to_all(s, t + (n + 1) * 50 * MS, front, bn.npdu(
                i_am(d), source=source(d), dest=(0xFFFF, b"")))
        for n, key in enumerate(("mstp-router-1", "mstp-router-2")):
            to_all(s, t + 2 * S + n * S, s.h(key), bn.message(
                1, bn.nets(2001 + n)))


def read_all(s, t, client, d, front=None, there=None):
    """ReadPropertyMultiple of all that says who it is."""
    texts = ((77, "name"), (121, "vendor"), (70, "model"), (44, "firmware"),
             (12, "software"), (58, "location"), (372, "serial"))
    said = [(75, bn.obj(DEV, d.wire["instance"])),
            (120, bn.uint(d.wire["vendor"]))]
    said += [(p, bn.text(d.say(key))) for p, key in texts if d.has(key)]
    if "filler" in d.wire:
        said.append((372, bn.text(d.wire["filler"])))
    asked = bn.coid(0, DEV, d.wire["instance"])
    refs = bn.group(1, *(bn.cuint(0, p) for p, _ in said))
    values = bn.group(1, *(bn.cuint(2, p) + bn.group(4, v) for p, v in said))
    there = there or source(d)
    u = s.udp(t, client, front or d.host(), bn.PORT, bn.PORT, delay=20 * MS)
    invoke = (t // S + d.wire["instance"]) & 0xFF
    u.req(bn.unicast(bn.confirmed(14, asked + refs, invoke), dest=there,
                     expect=True))
    u.rsp(bn.unicast(bn.ack(14, asked + values, invoke), source=there))


def present_value(s, t, client, d, k, front=None, there=None):
    there = there or source(d)
    u = s.udp(t, client, front or d.host(), bn.PORT, bn.PORT, delay=20 * MS)
    u.req(bn.unicast(bn.confirmed(12, bn.coid(0, 0, 1) + bn.cuint(1, 85),
                                  k & 0xFF), dest=there, expect=True))
    u.rsp(bn.unicast(bn.ack(12, bn.read_ack(0, 1, 85, bn.real(
        20.5 + k % 4)), k & 0xFF), source=there))


def readings(s):
    bms = s.h("bms")
    keys = [k for k in s.devices if k.startswith(("ahu", "vav", "fcu"))]
    for n, key in enumerate(keys):
        d = s[key]
        front = s.h(d.wire["router"]) if "router" in d.wire else None
        for t in times(13 + n / 7, 100):
            read_all(s, t, bms, d, front)
        for k, t in enumerate(times(15 + n / 9, 12)):
            present_value(s, t, bms, d, k, front)
            if k % 8 == 7:
                write(s, t + S, bms, d, 20 + k % 3, front)
    for n, key in enumerate(("bbmd-1", "mstp-router-1", "bbmd-2",
                             "mstp-router-2")):
        for t in times(14 + n / 5, 130):
            read_all(s, t, bms, s[key])
    for k, t in enumerate(times(26, 18)):
        present_value(s, t, s.h("bms-client"), s["ahu-1"], k)


def write(s, t, client, d, value, front=None):
    u = s.udp(t, client, front or d.host(), bn.PORT, bn.PORT, delay=20 * MS)
    n = t // S & 0xFF
    u.req(bn.unicast(bn.confirmed(15, bn.write(2, 1, 85, bn.real(value), 8),
                                  n), dest=source(d), expect=True))
    u.rsp(bn.unicast(bn.simple_ack(15, n), source=source(d)))


def tables(s):
    """The server reads who broadcasts are carried to."""
    body = b"".join(bn.bip(ip) + b"\xff" * 4 for ip in TABLE)
    for n, key in enumerate(("bbmd-1", "bbmd-2")):
        for t in times(17 + n, 140):
            u = s.udp(t, s.h("bms"), s.h(key), bn.PORT, bn.PORT)
            u.req(bn.bvlc(2)).rsp(bn.bvlc(3, body))


def foreign(s):
    """A contractor far away is registered for half an hour, again and
    again, and looks who is there."""
    me, bbmd = s.h("contractor"), s.h("bbmd-1")
    for k, t in enumerate(times(45, 10, 95)):
        u = s.udp(t, me, bbmd, bn.PORT, bn.PORT)
        u.req(bn.bvlc(5, struct.pack("!H", 900))).rsp(bn.bvlc(0, b"\0\0"))
        if k == 0:
            asks = bn.npdu(bn.unconfirmed(8), dest=(0xFFFF, b""))
            u.req(bn.bvlc(bn.DISTRIBUTE, asks))
            s.shout(u.t - START, bbmd, bn.PORT, bn.forwarded(me.ip, asks))
    for k, t in enumerate(times(46, 15, 95)):
        present_value(s, t, me, s["ahu-1"], k)


def laboratory(s):
    """A controller of its own IP network is a source behind the router
    there, by its IP and port (135, J.1.2); the router is read on both
    sides."""
    d, router = s["lab-1"], s["lab-router"]
    h, near, far = d.host(), router.host(0), router.host(1)
    there = (LAB, h.ip_bytes + struct.pack("!H", bn.PORT))
    bms = s.h("bms")
    for t in times(5, 85):
        to_all(s, t, h, bn.npdu(i_am(d)))
        s.shout(t + 2 * MS, near, bn.PORT, bn.bvlc(bn.BROADCAST, bn.npdu(
            i_am(d), source=there)))
        for nic in (0, 1):
            s.shout(t + S, router.host(nic), bn.PORT, bn.bvlc(
                bn.BROADCAST, bn.npdu(i_am(router))))
            s.shout(t + 2 * S, router.host(nic), bn.PORT, bn.bvlc(
                bn.BROADCAST, bn.message(1, bn.nets((LAB, 1)[nic]))))
        read_all(s, t + 5 * S, bms, d, near, there)
        # what the router asks on the other side
        u = s.udp(t + 5 * S + 2 * MS, far, h, bn.PORT, bn.PORT)
        back = (1, bms.ip_bytes + struct.pack("!H", bn.PORT))
        u.req(bn.unicast(bn.confirmed(12, bn.coid(0, DEV, 4021) +
                                      bn.cuint(1, 77), 9), source=back,
                         expect=True))
        u.rsp(bn.unicast(bn.ack(12, bn.read_ack(DEV, 4021, 77, bn.text(
            d.say("name"))), 9), dest=back))
        read_all(s, t + 9 * S, bms, router)
        read_all(s, t + 12 * S, bms, router, far)

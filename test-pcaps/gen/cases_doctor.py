"""cases_doctor: one small plant, seen by mirrors with one fault each.

Three stations ask four controllers, each over a connection of its own; all
ask by ARP first.  What differs from capture to capture is what the mirror made
of these frames.
"""

import struct

import wire
from capfile import Capture, T0
from cases import case
from cases_stream import exchanges
from talk import Path, Tcp, Udp, host
from wire import MS, S, US

CLIENTS = [host(n) for n in (11, 12, 13)]
SERVERS = [host(n) for n in (21, 22, 23, 24)]
EVERYBODY = host(0, ip="10.0.0.255", mac="ff:ff:ff:ff:ff:ff")


def healthy_frames():
    """[(ns since the start, frame)]"""
    cap, t = Capture(), T0
    for a in CLIENTS:
        for b in SERVERS:
            cap.add(t, wire.arp(1, a, host(0, b.ip, "00:00:00:00:00:00")))
            cap.add(t + 100 * US, wire.arp(2, b, a))
            talk = Tcp(Path(cap), a, b, t=t + MS, acks=True,
                       cport=50000 + t // S % 1000).open()
            exchanges(talk, 1, 5).close()
            t += S
    return [(f.ts, f.data) for f in cap.sorted()]


def capture(frames):
    cap = Capture()
    for ts, data in frames:
        cap.add(ts, data)
    return cap


def mac(data, at):
    return ":".join("%02x" % b for b in data[at:at + 6])


@case("doctor/healthy")
def healthy():
    """A mirror that shows all of the plant."""
    return capture(healthy_frames())


@case("doctor/oneway")
def oneway():
    """Of the connections of two of three stations only what they say."""
    silent = {h.mac for h in CLIENTS[1:]}
    return capture((ts, data) for ts, data in healthy_frames()
                   if mac(data, 0) not in silent)


def again(change):
    cap = Capture()
    for ts, data in healthy_frames():
        one, two = change(data)
        cap.add(ts, one)
        cap.add(ts + 5 * US, two)
    return cap


@case("doctor/doubled")
def doubled():
    """Both ends of each link are mirrored: every frame comes twice."""
    return again(lambda data: (data, data))


@case("doctor/doubled_vlans")
def doubled_vlans():
    """The same, with the tag of another VLAN on the second copy."""
    def tagged(data, vid):
        return data[:12] + struct.pack("!HH", wire.ET_VLAN, vid) + data[12:]
    return again(lambda data: (tagged(data, 10), tagged(data, 20)))


@case("doctor/routed")
def routed():
    """Before and behind a router: the second copy has other MAC addresses
    and one hop less."""
    near, far = host(1).mac_bytes, host(2).mac_bytes

    def hop(data):
        if data[12:14] != b"\x08\x00":
            return data, data[:6] + far + data[12:]
        head = data[14:22] + bytes([data[22] - 1]) + data[23:24] + b"\0\0" + \
            data[26:34]
        head = head[:10] + struct.pack("!H", wire.checksum(head)) + head[12:]
        return near + data[6:], data[:6] + far + data[12:14] + head + data[34:]
    return again(hop)


@case("doctor/cut")
def cut():
    """Frames cut to 60 bytes."""
    cap = Capture(snaplen=60)
    for ts, data in healthy_frames():
        cap.add(ts, data)
    return cap


@case("doctor/gaps")
def gaps():
    """One reply of each connection was lost on its way to the mirror port;
    the client acknowledges it."""
    seen, kept = {}, []
    for ts, data in healthy_frames():
        if len(data) > 60 and mac(data, 6) in {h.mac for h in SERVERS}:
            ends = data[:12]
            seen[ends] = seen.get(ends, 0) + 1
            if seen[ends] == 3:
                continue
        kept.append((ts, data))
    return capture(kept)


@case("doctor/broadcasts")
def broadcasts():
    """A port of the switch that is no mirror: questions of ARP, and reports
    to everybody."""
    cap, t = Capture(), T0
    for n in range(30):
        for a in CLIENTS:
            b = SERVERS[n % 4]
            cap.add(t, wire.arp(1, a, host(0, b.ip, "00:00:00:00:00:00")))
            Udp(Path(cap), a, EVERYBODY, port=9999, cport=9999,
                t=t + MS).send("c", b"here I am %d" % n)
            t += S
    return cap


@case("doctor/own")
def own():
    """What one station sees on its own port."""
    me = CLIENTS[0].mac
    return capture((ts, data) for ts, data in healthy_frames()
                   if me in (mac(data, 0), mac(data, 6)) or data[0] & 1)


@case("doctor/pause")
def pause():
    """In the middle nothing is seen for ten minutes."""
    frames = healthy_frames()
    half = T0 + 6 * S
    return capture((ts + (600 * S if ts >= half else 0), data)
                   for ts, data in frames)

"""cases_doctor: one small plant, seen by mirrors with one fault each.

Three stations ask four controllers, each over a connection of its own; all
ask by ARP first.  What differs from capture to capture is what the mirror made
of these frames.
"""

import struct

import ld
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


@case("doctor/master")
def master():
    """A mirror that shows all of a plant whose stations all speak with one,
    and with nobody else."""
    me = CLIENTS[0].mac
    return capture((ts, data) for ts, data in healthy_frames()
                   if me in (mac(data, 0), mac(data, 6)))


@case("doctor/pause")
def pause():
    """In the middle nothing is seen for ten minutes."""
    frames = healthy_frames()
    half = T0 + 6 * S
    return capture((ts + (600 * S if ts >= half else 0), data)
                   for ts, data in frames)


def greetings(start, end):
    """What a switch says on a mirror port, too: LLDP and spanning tree."""
    switch, t = host(99), start
    hello = ld.frame(switch.mac, ld.start((4, ld.mac(switch.mac)),
                                          (5, b"port-9")) + ld.END)
    tree = b"\x01\x80\xc2\0\0\0" + switch.mac_bytes + \
        struct.pack("!H", 38) + b"\x42\x42\x03" + bytes(35)
    while t < end:
        yield t, hello if (t - start) // S % 30 == 0 else tree
        t += 2 * S


@case("doctor/dark")
def dark():
    """In the middle nothing is seen for ten minutes but LLDP and spanning tree
    of the switch."""
    frames = [(f.ts, f.data) for f in pause().sorted()]
    return capture(frames + list(greetings(T0, frames[-1][0])))


@case("doctor/dark_end")
def dark_end():
    """In the last ten minutes nothing is seen but LLDP and spanning tree of
    the switch."""
    frames = healthy_frames()
    return capture(frames + list(greetings(T0, frames[-1][0] + 600 * S)))


def tagged(data, vid):
    return data[:12] + struct.pack("!HH", wire.ET_VLAN, vid) + data[12:]


def look_for(cap, asker, target, t):
    """Twice, as nobody answers; when it would have come."""
    for _ in range(2):
        cap.add(t, wire.arp(1, asker, host(0, target.ip,
                                           "00:00:00:00:00:00")))
        t += 2 * S
    return t


@case("doctor/unheard")
def unheard():
    """Three devices of a switch that is not mirrored: of a server, a client
    and one that is told things over UDP nothing is seen but what others say
    to them."""
    hidden = {SERVERS[3].mac, host(14).mac, host(25).mac}
    far = {c.mac_bytes for c in CLIENTS[1:]}
    cap = capture((ts, data) for ts, data in healthy_frames()
                  if not (SERVERS[3].mac in (mac(data, 0), mac(data, 6)) and
                          (data[:6] in far or data[6:12] in far)))
    t = T0 + 20 * S
    exchanges(Tcp(Path(cap), host(14), SERVERS[0], t=t, acks=True,
                  cport=50100).open(), 1, 5).close()
    t = look_for(cap, CLIENTS[0], host(25), t)
    for n in range(10):
        Udp(Path(cap), CLIENTS[0], host(25), port=9999, cport=9999,
            t=t + 3 * n * S).send("c", b"here I am %d" % n)
    return capture((f.ts, tagged(f.data, 30)) for f in cap.sorted()
                   if mac(f.data, 6) not in hidden)


@case("doctor/unheard_apart")
def unheard_apart():
    """The same, each of two interfaces with some of the servers."""
    cap = Capture(ifaces=[(1, 6, "eth1"), (1, 6, "eth2")])
    one = {s.mac for s in SERVERS[:2]}
    for f in unheard().sorted():
        cap.add(f.ts, f.data,
                int(not {mac(f.data, 0), mac(f.data, 6)} & one))
    return cap


@case("doctor/absent")
def absent():
    """The mirror shows all, and some are not there: who is looked for by a
    scan, who is asked in vain behind a router, and one that went away while
    it was asked."""
    cap = capture(healthy_frames())
    router = "02:00:00:00:00:fe"
    t = T0 + 20 * S
    for n in range(100, 140):
        look_for(cap, CLIENTS[0], host(n), t + n * MS)
    far = host(0, ip="10.9.0.7", mac=router)
    for n in range(6):
        talk = Tcp(Path(cap), CLIENTS[1], far, t=t + n * S, acks=True,
                   cport=50200 + n)
        syn = talk.make("c", flags=wire.SYN)
        talk.emit(syn, syn, syn, gap=200 * MS)
    poll = Udp(Path(cap), CLIENTS[1], host(0, ip="10.9.0.8", mac=router),
               port=9999, cport=9999, t=t)
    for n in range(30):
        poll.t = t + n * S
        poll.send("c", b"are you there %d" % n)
    gone = Capture()
    exchanges(Tcp(Path(gone), CLIENTS[2], host(26), t=t, acks=True,
                  cport=50300).open(), 1, 1)
    asked = [f.data for f in gone.sorted() if mac(f.data, 6) ==
             CLIENTS[2].mac and len(f.data) > 60][:1]
    for n in range(8):
        cap.add(t + (S << n) // 4, asked[0])
    look_for(cap, CLIENTS[2], host(26), t + 70 * S)
    return cap

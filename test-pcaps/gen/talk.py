"""talk: conversations, and the captures they end up in.

A Path is one way into a capture: which IP packets and which frames a payload
becomes.  A Tcp is one connection; segments are made (which moves the
sequence number) and emitted (which puts them into the capture), so that
loss, repetition and reordering are what happens between the two.
"""

import wire
from capfile import Capture, T0
from wire import ACK, FIN, MS, PSH, RST, SYN, US, Host


def host(n, ip=None, mac=None):
    """The n-th station of a made-up plant."""
    return Host(mac or "02:00:00:00:%02x:%02x" % (n >> 8, n & 0xFF),
                ip or "10.0.%d.%d" % (n >> 8, n & 0xFF))


CLIENT, SERVER = host(10), host(20)
CLIENT6 = Host("02:00:00:00:06:10", "fd00:6::10")
SERVER6 = Host("02:00:00:00:06:20", "fd00:6::20")


class Path:
    def __init__(self, cap=None, link=wire.ether, net=None, iface=0,
                 copy_ns=3 * US):
        self.cap = cap if cap is not None else Capture()
        self.link, self.net = link, net or wire.Net()
        self.iface, self.copy_ns = iface, copy_ns

    def send(self, ts, src, dst, proto, payload):
        for packet in self.net.packets(src, dst, proto, payload):
            for frame in self.link(src, dst, packet):
                self.cap.add(ts, frame, self.iface)
                ts += self.copy_ns
        return ts

    def frame(self, ts, data):
        self.cap.add(ts, data, self.iface)


class Segment:
    __slots__ = ("side", "seq", "ack", "flags", "data")

    def __init__(self, side, seq, ack, flags, data):
        self.side, self.seq, self.ack = side, seq, ack
        self.flags, self.data = flags, data


class Tcp:
    """One connection; sides are "c" (client) and "s" (server)."""

    def __init__(self, path, client=CLIENT, server=SERVER, port=502,
                 cport=49152, t=T0, isn=(1000, 900_000), delay=2 * MS,
                 acks=False):
        self.path, self.t, self.delay, self.acks = path, t, delay, acks
        self.ends = {"c": (client, cport), "s": (server, port)}
        self.next = {"c": isn[0], "s": isn[1]}

    def other(self, side):
        return "s" if side == "c" else "c"

    def make(self, side, data=b"", flags=ACK):
        if data:
            flags |= PSH
        seg = Segment(side, self.next[side], self.next[self.other(side)]
                      if flags & ACK else 0, flags, data)
        self.next[side] += len(data) + bool(flags & (SYN | FIN))
        return seg

    def emit(self, *segs, gap=None):
        for s in segs:
            src, sport = self.ends[s.side]
            dst, dport = self.ends[self.other(s.side)]
            options = b"\x02\x04\x05\xb4" if s.flags & SYN else b""
            self.path.send(self.t, src, dst, wire.TCP, wire.tcp(
                src, dst, sport, dport, s.seq, s.ack, s.flags, s.data,
                options=options))
            self.t += self.delay if gap is None else gap
        return self

    def open(self):
        return self.emit(self.make("c", flags=SYN),
                         self.make("s", flags=SYN | ACK), self.make("c"),
                         gap=200 * US)

    def send(self, side, data, size=1460):
        """Data in segments of at most `size` bytes, one acknowledgement."""
        for at in range(0, len(data), size):
            self.emit(self.make(side, data[at:at + size]))
        if self.acks:
            self.emit(self.make(self.other(side)), gap=50 * US)
        return self

    def req(self, *pdus):
        for p in pdus:
            self.send("c", p)
        return self

    def rsp(self, *pdus):
        for p in pdus:
            self.send("s", p)
        return self

    def lose(self, side, data):
        """Sent, but the capture did not get it."""
        self.make(side, data)
        return self

    def wait(self, ns):
        self.t += ns
        return self

    def close(self):
        return self.emit(self.make("c", flags=FIN | ACK),
                         self.make("s", flags=FIN | ACK), self.make("c"),
                         gap=100 * US)

    def reset(self, side="s"):
        return self.emit(self.make(side, flags=RST | ACK))


class Udp:
    """Datagrams between two ports."""

    def __init__(self, path, client=CLIENT, server=SERVER, port=502,
                 cport=49152, t=T0, delay=2 * MS):
        self.path, self.t, self.delay = path, t, delay
        self.ends = {"c": (client, cport), "s": (server, port)}

    def send(self, side, data):
        src, sport = self.ends[side]
        dst, dport = self.ends["s" if side == "c" else "c"]
        self.path.send(self.t, src, dst, wire.UDP,
                       wire.udp(src, dst, sport, dport, data))
        self.t += self.delay
        return self

    def req(self, *pdus):
        for p in pdus:
            self.send("c", p)
        return self

    def rsp(self, *pdus):
        for p in pdus:
            self.send("s", p)
        return self

    def wait(self, ns):
        self.t += ns
        return self

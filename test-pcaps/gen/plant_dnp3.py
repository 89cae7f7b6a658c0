"""plant_dnp3: the substations of a distribution network on DNP3, as `bench`
replicates it.

A front end polls ten outstations on TCP, the events of all classes every two
seconds and everything (class 0) every five minutes: 60 to 500 points each; a
terminal server has four more behind one connection, one is on UDP.  Three
report by themselves.  Operators switch (select, then operate), set points are
sent, a clock is set, idle links are tested.  Dense: everything every minute,
which is what events are there to spare, and small stations change as much as
large ones.
"""

import math
import struct

import dn
from plant_sim import Plant, station
from wire import MS, S

SECONDS = 900
PORT = 20000
MASTER = 1
FRONT_END = station(10, "00:50:56")
RTU = [station(20 + n, ("00:30:a7", "00:90:69", "00:a0:45")[n % 3])
       for n in range(10)]
SERVER = station(40, "00:90:e8")        # serial lines behind it
LONELY = station(41, "00:30:a7")        # on UDP
# binary inputs, analogues, counters, outputs of each size of station
SIZES = ((30, 20, 4, 6), (96, 60, 12, 16), (240, 180, 40, 40))
# so many of each kind change in three seconds, less one at the most
CHANGES = (2, 4, 6)


class Network(Plant):
    def __init__(self):
        super().__init__(20000, SECONDS)


class Outstation:
    """What it has, and what it says of it."""

    def __init__(self, net, addr, size):
        self.net, self.addr = net, addr
        self.binaries, self.analogs, self.counters, self.outputs = SIZES[size]
        self.changes = CHANGES[size]
        self.master, self.end = dn.End(MASTER, True), dn.End(addr, False)
        self.seq, self.uns = addr & 15, 0
        self.events = []                # packed objects that wait

    def analog(self, t, n):
        return int(5000 + 100 * n + 400 * math.sin(t / (60 * S) + n))

    def flags(self, t, n):
        return 0x81 if (t // (120 * S) + n) % 3 == 0 else 0x01

    def class_0(self, t):
        """Class 0 as headers with two octets of range."""
        yield wide(1, 2, self.binaries, bytes(
            self.flags(t, n) for n in range(self.binaries)))
        yield wide(10, 2, self.outputs, bytes(
            self.flags(t, n) for n in range(self.outputs)))
        half = self.analogs // 2
        yield wide(30, 1, half, b"".join(
            struct.pack("<Bi", 1, self.analog(t, n)) for n in range(half)))
        yield wide(30, 5, self.analogs - half, b"".join(
            struct.pack("<Bf", 1, self.analog(t, n) / 10)
            for n in range(half, self.analogs)), half)
        yield wide(20, 1, self.counters, b"".join(
            struct.pack("<BI", 1, t // S + 100 * n)
            for n in range(self.counters)))

    def happens(self, t, binaries, analogs):
        """Events that the next poll fetches, as they would be packed."""
        rng, when = self.net.rng, dn.time(1_709_625_600_000 + t // MS)
        if binaries:
            self.events.append(indexes(2, 2, [
                (n, bytes((self.flags(t, n),)) + when) for n in
                rng.sample(range(self.binaries), binaries)]))
        if analogs:
            self.events.append(indexes(32, 3, [
                (n, struct.pack("<Bi", 1, self.analog(t, n)) + when)
                for n in rng.sample(range(self.analogs), analogs)]))

    def ask(self, fc, objects=b""):
        self.seq = (self.seq + 1) & 15
        return b"".join(self.master.send(
            self.addr, dn.request(self.seq, fc, objects)))

    def answer(self, objects=b"", ctl=0xC0, iin=0):
        return b"".join(self.end.send(
            MASTER, dn.response(self.seq, objects, iin, ctl=ctl)))

    def confirm(self, seq=None, ctl=0xC0):
        return b"".join(self.master.send(self.addr, dn.request(
            self.seq if seq is None else seq, 0, ctl=ctl)))


def wide(group, var, count, data, first=0):
    """A range of indexes with two octets each."""
    return struct.pack("<BBBHH", group, var, 1, first,
                       first + count - 1) + data


def indexes(group, var, points):
    """Points with an index of two octets each before them."""
    return struct.pack("<BBBH", group, var, 0x28, len(points)) + b"".join(
        struct.pack("<H", n) + d for n, d in sorted(points))


class Wire:
    """A connection; UDP needs no acknowledgements."""

    def __init__(self, net, t, server, udp=False):
        self.net, self.server, self.udp = net, server, udp
        self.tcp = None if udp else net.session(t, FRONT_END, server, PORT)

    def say(self, t, side, data, think=(4000, 25000)):
        if self.tcp is not None:
            self.tcp.say(t, side, data, think)
            return t
        src, dst = (FRONT_END, self.server) if side == "c" else \
            (self.server, FRONT_END)
        for at in range(0, len(data), 1168):    # four frames
            self.net.datagram(t, src, dst, PORT, data[at:at + 1168])
            t += MS
        return t + self.net.rng.randrange(*think) * 1000

    def rest(self, side="c"):
        if self.tcp is not None:
            self.tcp.rest(side)


CLASS_0 = dn.all_of(60, 1)
EVENTS = dn.all_of(60, 2) + dn.all_of(60, 3) + dn.all_of(60, 4)


def event_poll(t, wire, o):
    t = wire.say(t, "c", o.ask(1, EVENTS))
    if not o.events:
        wire.say(t, "s", o.answer())
        wire.rest()
        return
    objects, o.events = b"".join(o.events), []
    t = wire.say(t, "s", o.answer(objects, ctl=0xE0))
    wire.say(t, "c", o.confirm())
    wire.rest("s")


def integrity(t, wire, o):
    """Everything, in fragments of 2048 octets at most; all but the last are
    confirmed."""
    t = wire.say(t, "c", o.ask(1, CLASS_0))
    parts = [b""]
    for part in o.class_0(t):
        if len(parts[-1]) + len(part) > 2000:
            parts.append(b"")
        parts[-1] += part
    for n, part in enumerate(parts):
        last = n == len(parts) - 1
        ctl = (0x80 if n == 0 else 0) | (0x40 if last else 0x20)
        t = wire.say(t, "s", o.answer(part, ctl=ctl))
        if not last:
            t = wire.say(t, "c", o.confirm())
            o.seq = (o.seq + 1) & 15
    wire.rest()


def happen(t, o, most):
    o.happens(t, o.net.rng.randrange(most), o.net.rng.randrange(most))


def unsolicited(t, wire, o):
    o.happens(t, 1, o.net.rng.randrange(1, 6))
    objects, o.events = b"".join(o.events), []
    o.uns = (o.uns + 1) & 15
    data = b"".join(o.end.send(MASTER, dn.response(
        o.uns, objects, fc=130, ctl=0xF0)))
    t = wire.say(t, "s", data)
    wire.say(t, "c", o.confirm(o.uns, 0xD0))
    wire.rest("s")


def switch(t, wire, o):
    """Select before operate of one output."""
    n = o.net.rng.randrange(o.outputs)
    point = dn.indexed(12, 1, (n, dn.crob(0x41 if t // S % 2 else 0x81, 1,
                                          500, 0)))
    for fc in (3, 4):
        t = wire.say(t, "c", o.ask(fc, point))
        t = wire.say(t, "s", o.answer(point))
    wire.rest()


def set_point(t, wire, o):
    n = o.net.rng.randrange(4)
    point = dn.indexed(41, 3, (n, struct.pack("<fB", 50 + n, 0)))
    t = wire.say(t, "c", o.ask(5, point))
    wire.say(t, "s", o.answer(point))
    wire.rest()


def set_clock(t, wire, o):
    """LAN procedure: record current time, then write it."""
    t = wire.say(t, "c", o.ask(24))
    t = wire.say(t, "s", o.answer())
    t = wire.say(t, "c", o.ask(2, dn.counted(
        50, 3, dn.time(1_709_625_600_000 + t // MS))))
    wire.say(t, "s", o.answer())
    wire.rest()


def test_link(t, wire, o):
    t = wire.say(t, "c", dn.frame(0xC9, o.addr, MASTER))
    wire.say(t, "s", dn.frame(0x0B, MASTER, o.addr))
    wire.rest()


def begin(t, wire, o):
    """Restart cleared, who it is, unsolicited reports allowed."""
    t = wire.say(t, "c", o.ask(2, dn.ranged(80, 1, 7, 7, b"\0")))
    t = wire.say(t, "s", o.answer())
    t = wire.say(t, "c", o.ask(1, dn.ranged(0, 254, 0, 0)))
    t = wire.say(t, "s", o.answer(b"".join(
        dn.attribute(v, x) for v, x in (
            (252, b"Example Works"), (250, b"RTU-9"), (242, b"2.11"),
            (243, b"B"), (245, b"Station %d" % o.addr),
            (247, b"RTU%03d" % o.addr)))))
    t = wire.say(t, "c", o.ask(20, EVENTS))
    wire.say(t, "s", o.answer())
    integrity(t, wire, o)


def outstation(net, n, wire, o, period, dense):
    first = 3 * S + n * 170 * MS
    net.at(first, begin, first, wire, o)
    net.every(first + 2 * S, 3 * S, happen, o,
              6 if dense else o.changes, jitter=S)
    net.every(first + 4 * S, period, event_poll, wire, o, jitter=50 * MS)
    net.every(first + 10 * S, (60 if dense else 300) * S, integrity, wire, o,
              jitter=S)
    net.every(first + 25 * S, 300 * S, set_clock, wire, o, jitter=9 * S)
    net.every(first + 33 * S, 20 * S, test_link, wire, o, jitter=S)


def build(dense=False):
    net = Network()
    for n, rtu in enumerate(RTU):
        wire = Wire(net, (n + 1) * 90 * MS, rtu)
        o = Outstation(net, 10 + n, n % 3)
        outstation(net, n, wire, o, 2 * S, dense)
        if n < 3:
            net.every(20 * S + n * 310 * MS, 3 * S, unsolicited, wire, o,
                      jitter=S)
        if n < 5:
            net.every(50 * S + n * 7 * S, 60 * S, switch, wire, o)
            net.every(55 * S + n * 7 * S, 30 * S, set_point, wire, o)
    shared = Wire(net, 1200 * MS, SERVER)
    for n in range(4):
        outstation(net, 10 + n, shared, Outstation(net, 30 + n, 0), 5 * S,
                   dense)
    outstation(net, 15, Wire(net, 0, LONELY, True),
               Outstation(net, 50, 1), 3 * S, dense)
    net.resolve([(FRONT_END, h) for h in RTU + [SERVER, LONELY]])
    return net.run()

#!/usr/bin/python3
"""plant_sim: the clock of a made-up plant that `bench` replicates.

    plant_sim.py NAME OUT         writes the plant of plant_NAME.py
    plant_sim.py NAME-dense OUT   the same, with as much in a packet as its
                                  clients can have there

One seed, one clock: a list of (time, action), run in order, each action
putting frames into the capture and asking to be run again.  The same plant
comes out each time.

Every station has an address of its own in 10.58.94.0/24.  replicate_tool
gives its copies others and rewrites, beside the headers, what a payload says
of a station: its IP address, and a mark(), from which device instances and
serial numbers are made, for no two devices of a plant have the same.
"""

import heapq
import importlib
import random
import sys

import wire
from capfile import Capture
from talk import Path, Tcp
from wire import ACK, MS, S, US, Host

START = 1_709_625_600 * S               # a Tuesday, 08:00 UTC
NET = "10.58.94.%d"
EVERYBODY = Host("ff:ff:ff:ff:ff:ff", NET % 255)


def mark(n):
    """Four octets that differ in each copy; as a number, high octet first,
    a BACnet device's object identifier."""
    return bytes((0x02, 0x3A, 0x5E, n))


def instance(n):
    """What that device's instance is."""
    return 0x3A5E00 | n


def station(n, maker):
    return Host("%s:00:00:%02x" % (maker, n), NET % n)


class Plant:
    def __init__(self, seed, seconds):
        self.rng, self.end = random.Random(seed), seconds * S
        self.cap = Capture()
        self.path = Path(self.cap)
        self.queue, self.order, self.ports = [], 0, 49152

    def at(self, t, action, *args):
        self.order += 1
        heapq.heappush(self.queue, (t, self.order, action, args))

    def every(self, first, period, action, *args, jitter=0):
        """action(t, ...) each period until the end."""
        def again(t):
            action(t + (self.rng.randrange(jitter) if jitter else 0), *args)
            if t + period < self.end:
                self.at(t + period, again, t + period)
        self.at(first, again, first)

    def run(self):
        while self.queue:
            t, _, action, args = heapq.heappop(self.queue)
            action(*args)
        return self.cap

    def port(self):
        self.ports += 1
        return self.ports

    def session(self, t, client, server, port):
        return Session(self, t, client, server, port)

    def datagram(self, t, src, dst, port, data, sport=None):
        self.path.send(START + t, src, dst, wire.UDP,
                       wire.udp(src, dst, sport or port, port, data))

    def resolve(self, pairs):
        """Who has that address, every four minutes."""
        def ask(t, a, b):
            self.cap.add(START + t, wire.arp(1, a, b))
            self.cap.add(START + t + 300 * US, wire.arp(2, b, a))
        for n, (a, b) in enumerate(pairs):
            self.every(n * 150 * MS, 240 * S, ask, a, b, jitter=30 * S)


class Session(Tcp):
    """A lasting connection with the acknowledgements of usual stacks: with
    the answer, for every second full segment, else after 40 ms."""

    def __init__(self, plant, t, client, server, port):
        super().__init__(plant.path, client, server, port, plant.port(),
                         START + t, (plant.rng.getrandbits(32),
                                     plant.rng.getrandbits(32)))
        self.rng = plant.rng
        self.open()
        self.t += 2 * MS

    def say(self, t, side, data, think=(500, 3000)):
        """Data at time t or when the side is done; think is what passes
        until the other one answers, in microseconds."""
        self.t = max(self.t, START + t)
        for n, at in enumerate(range(0, len(data), 1460)):
            if n and n % 2 == 0:
                self.emit(self.make(self.other(side)), gap=30 * US)
            self.emit(self.make(side, data[at:at + 1460]), gap=15 * US)
        self.t += self.rng.randrange(*think) * US
        return self

    def ask(self, t, request, answer, think=(500, 3000)):
        return self.say(t, "c", request, think).say(0, "s", answer)

    def rest(self, side="c"):
        """The last data said is acknowledged by itself."""
        self.t += 40 * MS
        return self.emit(self.make(side, flags=ACK), gap=100 * US)


def main(argv):
    if len(argv) != 2:
        sys.exit(__doc__)
    name, _, dense = argv[0].partition("-")
    plant = importlib.import_module("plant_" + name)
    with open(argv[1], "wb") as fp:
        fp.write(plant.build(dense == "dense").bytes())


if __name__ == "__main__":
    main(sys.argv[1:])

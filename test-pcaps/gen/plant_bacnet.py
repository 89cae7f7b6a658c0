"""plant_bacnet: a building on BACnet/IP, as `bench` replicates it.

A management server and an operator station, eight controllers on IP, a router
to an MS/TP line with eight room controllers, a BBMD that carries another
subnet's broadcasts.  The server polls three of the controllers and the line
with ReadPropertyMultiple, and the five older ones property by property, as
most do in the captures of real buildings at hand (1.0 messages and 0.2 values
a packet, 70 octets); the station asks for those of the graphic at hand; two
controllers notify changes; then Who-Is, I-Am, trends, the time of day, set
points now and then.  Dense: all are polled with ReadPropertyMultiple.
"""

import math

import bn
from plant_sim import EVERYBODY, Plant, instance, station
from wire import MS, S

AI, AO, AV, BI, BO, DEV, SCHED, TREND, MSV = 0, 1, 2, 3, 4, 8, 17, 20, 19
PV, FLAGS, NAME, OOS, PRIO_ARRAY = 85, 111, 77, 81, 87
SECONDS = 900
POINTS = 48                             # of each controller on IP
ROOM = 12                               # of each room controller
LINE = 2001                             # network number of the MS/TP line

SERVER = station(10, "00:50:56")
OPERATOR = station(11, "00:14:22")
CONTROLLERS = [station(20 + n, ("00:a0:03", "00:40:ae", "00:10:8d")[n % 3])
               for n in range(8)]
ROUTER = station(40, "00:e0:c9")
BBMD = station(41, "00:40:ae")
AWAY = [station(60 + n, "00:40:ae") for n in range(3)]


def point(n):
    """Kind and instance of a controller's n-th point: half of them analogue
    inputs, then outputs, values, contacts, modes."""
    kind = (AI, AI, AI, BI, AI, AO, AV, BO, AI, AV, MSV, BI)[n % 12]
    return kind, n // 12 + 1 + 100 * (n % 12)


class Building(Plant):
    def __init__(self):
        super().__init__(47808, SECONDS)
        self.invokes = {}

    def invoke(self, client, device):
        n = (self.invokes.get((client, device), 0) + 1) & 0xFF
        self.invokes[client, device] = n
        return n

    def value(self, t, device, n):
        kind, _ = point(n)
        if kind in (BI, BO):
            return bn.enum((t // (45 * S) + n + device) % 2)
        if kind == MSV:
            return bn.uint(1 + (t // (90 * S) + n) % 4)
        wave = math.sin(t / (200 * S) + n + device)
        return bn.real(20 + n % 7 + 3 * wave)

    def send(self, t, src, dst, data):
        self.datagram(t, src, dst, bn.PORT, data)

    def ask(self, t, client, device, service, body, answer, mac=None,
            invoke=None):
        """A confirmed request and its answer (bytes; None: a simple one);
        mac is that of a device on the line behind `device`."""
        n = self.invoke(client, device) if invoke is None else invoke
        there = {"dest": (LINE, mac)} if mac else {}
        back = {"source": (LINE, mac)} if mac else {}
        self.send(t, client, device, bn.unicast(
            bn.confirmed(service, body, n), expect=True, **there))
        t += self.rng.randrange(2, 12) * MS
        if mac:
            t += self.rng.randrange(20, 90) * MS
        self.send(t, device, client, bn.unicast(
            bn.simple_ack(service, n) if answer is None else
            answer(n) if callable(answer) else
            bn.ack(service, answer, n), **back))
        return t + MS


def wanted(numbers, props):
    return b"".join(bn.coid(0, *point(n)) + bn.group(1, b"".join(
        bn.cuint(0, p) for p in props)) for n in numbers)


def result(prop, value):
    return bn.cuint(2, prop) + bn.group(4, value)


def told(b, t, device, numbers, props):
    """Results of ReadPropertyMultiple; an input has no priority array."""
    out = []
    for n in numbers:
        one = b""
        for p in props:
            if p == PV:
                one += result(p, b.value(t, device, n))
            elif p == FLAGS:
                one += result(p, bn.bitstring("0000"))
            elif p == OOS:
                one += result(p, bn.boolean(False))
            elif p == NAME:
                one += result(p, bn.text("AHU%d.POINT%02d" % (device % 8, n)))
            else:
                one += bn.cuint(2, p) + bn.group(5, bn.enum(2), bn.enum(32))
        out.append(bn.coid(0, *point(n)) + bn.group(1, one))
    return b"".join(out)


def poll(t, b, client, at, device, props, size, count, mac=None):
    """All points of a device, so many a request."""
    for first in range(0, count, size):
        numbers = range(first, min(first + size, count))
        key = at * 16 + (mac[0] if mac else 0)
        t = b.ask(t, client, device, 14, wanted(numbers, props),
                  told(b, t, key, numbers, props), mac)


def poll_singly(t, b, client, at, device, count):
    """Likewise, of a device that can tell one property at a time."""
    for n in range(count):
        kind, inst = point(n)
        t = b.ask(t, client, device, 12,
                  bn.coid(0, kind, inst) + bn.cuint(1, PV),
                  bn.read_ack(kind, inst, PV, b.value(t, at * 16, n)))


def look(t, b, at, device):
    """What a graphic reads property by property."""
    for n in range(at, POINTS, 7):
        kind, inst = point(n)
        t = b.ask(t, OPERATOR, device, 12,
                  bn.coid(0, kind, inst) + bn.cuint(1, PV),
                  bn.read_ack(kind, inst, PV, b.value(t, at * 16, n)))


def subscribe(t, b, at, device):
    for n in range(0, 20):
        kind, inst = point(n)
        t = b.ask(t, SERVER, device, 5, bn.cuint(0, 18) +
                  bn.coid(1, kind, inst) + bn.cuint(2, at % 2) +
                  bn.cuint(3, 300), None)


def notify(t, b, at, device):
    n = b.rng.randrange(20)
    kind, inst = point(n)
    body = bn.cov(18, instance(20 + at), kind, inst,
                  300 - t // S % 240, bn.property_value(PV, b.value(t, at, n)),
                  bn.property_value(FLAGS, bn.bitstring("0000")))
    if at % 2 == 0:
        b.send(t, device, SERVER, bn.unicast(bn.unconfirmed(2, body)))
        return
    n = b.invoke(device, SERVER)
    b.send(t, device, SERVER, bn.unicast(bn.confirmed(1, body, n),
                                         expect=True))
    b.send(t + 2 * MS, SERVER, device, bn.unicast(bn.simple_ack(1, n)))


def iam(n, vendor, maxapdu=1476):
    return bn.unconfirmed(0, bn.obj(DEV, instance(n)) + bn.uint(maxapdu) +
                          bn.enum(0) + bn.uint(vendor))


def announce(t, b):
    """Who is there, and everybody's answer, the line's and the away ones'."""
    b.send(t, SERVER, EVERYBODY, bn.broadcast(
        bn.unconfirmed(8), dest=(0xFFFF, b"")))
    for n, device in enumerate(CONTROLLERS):
        b.send(t + (3 + 5 * n) * MS, device, EVERYBODY,
               bn.broadcast(iam(20 + n, VENDORS[n % 3][0])))
    for n in range(8):
        b.send(t + (60 + 30 * n) * MS, ROUTER, EVERYBODY, bn.broadcast(
            iam(100 + n, LINE_VENDOR[0], 480), source=(LINE, bytes([n + 1]))))
    for n, device in enumerate(AWAY):
        b.send(t + (20 + 9 * n) * MS, BBMD, EVERYBODY, bn.forwarded(
            device.ip, bn.npdu(iam(60 + n, 24))))


def routes(t, b):
    b.send(t, SERVER, EVERYBODY, bn.bvlc(bn.BROADCAST, bn.message(0)))
    b.send(t + 4 * MS, ROUTER, EVERYBODY, bn.bvlc(
        bn.BROADCAST, bn.message(1, bn.nets(LINE))))


def clock(t, b):
    s = t // S
    b.send(t, SERVER, EVERYBODY, bn.broadcast(bn.unconfirmed(
        6, bn.date(2024, 3, 5, 2) + bn.time(8, s // 60, s % 60))))


# the name that the number in I-Am has: one does not contradict the other
VENDORS = ((7, "Siemens Schweiz AG"), (24, "Automated Logic Corporation"),
           (5, "Johnson Controls, Inc."))
LINE_VENDOR = 8, "Delta Controls"
IDENTITY = ((NAME, "AHU-%d"), (121, None), (70, "AS-%d"),
            (44, "3.3.0"), (12, "1.%d"), (28, "air handling"),
            (58, "plant room %d"))


def introduce(t, b, at, device, mac=None):
    """Who a device is, and how many objects it has."""
    n = at + (100 if mac else 20)
    who = bn.coid(0, DEV, instance(n))
    body = who + bn.group(1, b"".join(bn.cuint(0, p) for p, _ in IDENTITY))
    vendor = LINE_VENDOR if mac else VENDORS[at % 3]
    answer = who + bn.group(1, b"".join(
        result(p, bn.text(vendor[1] if text is None else
                          text % n if "%" in text else text))
        for p, text in IDENTITY))
    t = b.ask(t, SERVER, device, 14, body, answer, mac)
    if not mac:
        objects(t, b, n, device)


def objects(t, b, n, device):
    """The object list, in two segments."""
    who = bn.coid(0, DEV, instance(n)) + bn.cuint(1, 76)
    whole = who + bn.group(3, b"".join(
        bn.obj(*point(p)) for p in range(400)))
    invoke = b.invoke(SERVER, device)
    b.send(t, SERVER, device, bn.unicast(
        bn.confirmed(12, who, invoke), expect=True))
    for seq, at in enumerate(range(0, len(whole), 1400)):
        t += 5 * MS
        b.send(t, device, SERVER, bn.unicast(bn.ack(
            12, whole[at:at + 1400], invoke, (seq, 1),
            at + 1400 < len(whole)), expect=True))
        b.send(t + 2 * MS, SERVER, device, bn.unicast(
            bn.segment_ack(invoke, seq, 1)))


def trend(t, b, at, device):
    log = 1 + at % 4
    head = bn.coid(0, TREND, log) + bn.cuint(1, 131)
    first = 1000 + t // (15 * S)
    records = b"".join(
        bn.group(0, bn.date(2024, 3, 5, 2), bn.time(8, n, 0)) +
        bn.group(1, bn.ctx(2, bn.real(20 + n)[1:])) +
        bn.ctx(2, bn.bits("0000")) for n in range(20))
    b.ask(t, SERVER, device, 26, head + bn.group(6, bn.uint(first),
                                                 bn.sint(20)),
          head + bn.ctx(3, bn.bits("110")) + bn.cuint(4, 20) +
          bn.group(5, records) + bn.cuint(6, first))


def set_point(t, b):
    at = b.rng.randrange(len(CONTROLLERS))
    n = 6 + 12 * b.rng.randrange(4)
    kind, inst = point(n)
    b.ask(t, OPERATOR, CONTROLLERS[at], 15, bn.write(
        kind, inst, PV, bn.real(19 + b.rng.randrange(8) / 2), 8), None)


def release(t, b):
    """The operator lets go of an output; it was held a minute."""
    kind, inst = point(5)
    b.ask(t, OPERATOR, CONTROLLERS[1], 15,
          bn.write(kind, inst, PV, bn.real(50), 8), None)
    b.ask(t + 60 * S, OPERATOR, CONTROLLERS[1], 15,
          bn.write(kind, inst, PV, bn.null(), 8), None)


def missing(t, b):
    """A graphic asks for what that device does not have."""
    b.ask(t, OPERATOR, CONTROLLERS[2], 12,
          bn.coid(0, AI, 999) + bn.cuint(1, PV),
          lambda n: bn.error(12, 1, 31, n))


def build(dense=False):
    b = Building()
    for n, device in enumerate(CONTROLLERS):
        b.at((2 + n) * S, introduce, (2 + n) * S, b, n, device)
        # everything every five seconds, what a graphic shows every two
        if dense or n % 3 == 0:
            b.every(10 * S + n * 570 * MS, 5 * S, poll, b, SERVER, n, device,
                    (PV, FLAGS), 16, POINTS, jitter=40 * MS)
        else:
            b.every(10 * S + n * 570 * MS, 5 * S, poll_singly, b, SERVER, n,
                    device, POINTS, jitter=40 * MS)
        b.every(30 * S + n * 900 * MS, 30 * S, trend, b, n, device,
                jitter=S)
    for n in range(8):
        mac = bytes([n + 1])
        b.at((12 + n) * S, introduce, (12 + n) * S, b, n, ROUTER, mac)
        b.every(20 * S + n * 1300 * MS, 10 * S, poll, b, SERVER, 8 + n,
                ROUTER, (PV, FLAGS), 6, ROOM, mac, jitter=200 * MS)
    for n in (0, 1):
        b.every(5 * S + n * 330 * MS, 2 * S, poll, b, OPERATOR, n,
                CONTROLLERS[n], (PV, FLAGS, OOS, PRIO_ARRAY), 10, 20,
                jitter=20 * MS)
    for n in (2, 3):
        b.every(6 * S + n * 250 * MS, 2 * S, look, b, n, CONTROLLERS[n],
                jitter=20 * MS)
    for n in (4, 5):
        b.every((3 + n) * S, 240 * S, subscribe, b, n, CONTROLLERS[n])
        b.every(15 * S + n * 70 * MS, 200 * MS, notify, b, n,
                CONTROLLERS[n], jitter=90 * MS)
    b.every(S, 60 * S, announce, b)
    b.every(1500 * MS, 120 * S, routes, b)
    b.every(30 * S, 60 * S, clock, b)
    b.every(40 * S, 20 * S, set_point, b, jitter=5 * S)
    b.every(70 * S, 140 * S, release, b)
    b.every(25 * S, 10 * S, missing, b)
    b.resolve([(SERVER, d) for d in CONTROLLERS + [ROUTER, BBMD]] +
              [(OPERATOR, d) for d in CONTROLLERS[:4]])
    return b.run()

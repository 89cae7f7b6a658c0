"""plant_enip: a packaging line on EtherNet/IP, as `bench` replicates it.

Two controllers own the racks of remote inputs and outputs and the drives by
connections of class 1 (UDP 2222, every 10, 20 or 40 ms); one gets the
other's tags that way.  Panels and a historian read tags, several services a
packet, over connections of class 3; the historian asks the drives for
attributes and an old controller for its data files (PCCC) without connection,
and the second controller for its identity through the backplane.  A panel asks
four times a second and the historian once, so that nearly nine of ten packets
are class 1 data.  Dense: ten and four times, and six of ten packets.
"""

import math
import struct

import eip
from plant_sim import EVERYBODY, Plant, mark, station
from wire import MS, S

SECONDS = 60
PORT, IO = 44818, 2222
BACKPLANE = b"\x01\x00"
VENDOR = 1

PLC = [station(10, "00:00:bc"), station(11, "00:1d:9c")]
OLD = station(12, "00:0f:73")
RACK = [station(20 + n, "00:1d:9c") for n in range(4)]
DRIVE = [station(30 + n, "00:1d:9c") for n in range(3)]
PANEL = [station(40 + n, "00:00:bc") for n in range(2)]
HISTORIAN = station(50, "00:50:56")
CARDS = {                       # product name, device type, code, revision
    PLC[0]: ("1756-EN2T/D", 12, 166, (11, 2)),
    PLC[1]: ("1756-EN2T/D", 12, 166, (11, 2)),
    OLD: ("1763-L16BWA B/7.00", 14, 90, (2, 7)),
    **{r: ("1734-AENTR/B", 12, 196, (5, 18)) for r in RACK},
    **{d: ("PowerFlex 525 1P 240V", 2, 9, (5, 1)) for d in DRIVE},
}
# Who opens to whom: interval in ms, octets each way, assembly instances.
CYCLIC = (
    (0, RACK[0], 20, 12, 28, (1, 102, 101)),
    (0, RACK[1], 20, 12, 44, (1, 102, 101)),
    (0, DRIVE[0], 20, 8, 16, (6, 2, 1)),
    (0, PLC[1], 40, 0, 484, (1, 190, 191)),
    (1, RACK[2], 10, 20, 36, (1, 102, 101)),
    (1, RACK[3], 40, 12, 28, (1, 102, 101)),
    (1, DRIVE[1], 40, 8, 16, (6, 2, 1)),
    (1, DRIVE[2], 40, 8, 16, (6, 2, 1)),
)
TAGS = ["Conveyor_Speed", "Filler.Level", "Filler.Setpoint", "Capper_Torque",
        "Reject_Count", "Batch_Id", "Zone1_Temp", "Zone2_Temp", "Zone3_Temp",
        "Line_State", "Good_Count", "Motor_Current", "Air_Pressure",
        "Label_Offset", "Recipe_No", "Door_Closed"]
DINT, REAL, INT = 0xC4, 0xCA, 0xC3


def identity(host):
    name, kind, product, rev = CARDS[host]
    serial = struct.unpack("<I", mark(int(host.ip.split(".")[3])))[0]
    return eip.identity(name, VENDOR, kind, product, rev, 0x60, serial)


class Line(Plant):
    def __init__(self):
        super().__init__(44818, SECONDS)
        self.serials = 0x0100

    def triple(self, host):
        """Connection serial number, originator's vendor and serial."""
        self.serials += 1
        return struct.pack("<HH", self.serials, VENDOR) + \
            mark(int(host.ip.split(".")[3]))

    def value(self, t, n):
        wave = math.sin(t / (20 * S) + n)
        if n % 3 == 0:
            return struct.pack("<Hi", DINT, 1000 + n * 10 + t // (4 * S))
        if n % 3 == 1:
            return struct.pack("<Hf", REAL, 40 + n + 5 * wave)
        return struct.pack("<Hh", INT, int(100 * wave) + n)


def forward_open(triple, route, trigger, to_id, sizes, rpi_us):
    """Large Forward Open ([1] 3-5.5.2), point to point, fixed size; the two
    octets of the sequence count, and of the header of four outwards, count."""
    body = b"\x07\xf9" + struct.pack("<II", 0, to_id) + triple + \
        b"\x02\0\0\0"
    for size in sizes:
        body += struct.pack("<II", rpi_us, 0x48000000 | size)
    return eip.req(0x5B, eip.path(6, 1),
                   body + bytes((trigger, len(route) // 2)) + route)


def opened(triple, ot_id, to_id, rpi_us):
    return eip.rsp(0x5B, struct.pack("<II", ot_id, to_id) + triple +
                   struct.pack("<II", rpi_us, rpi_us) + b"\0\0")


def close(triple, route):
    return eip.req(0x4E, eip.path(6, 1), b"\x07\xf9" + triple +
                   bytes((len(route) // 2, 0)) + route)


class Peer:
    """One session of encapsulation, and the connections opened in it."""

    def __init__(self, line, t, client, server):
        self.line, self.client = line, client
        self.tcp = line.session(t, client, server, PORT)
        self.session, self.n = line.rng.getrandbits(32), 0
        self.to_id = self.ot_id = None
        self.seq = 0
        self.open_with = None
        self.tcp.ask(t, eip.encap(0x65, b"\1\0\0\0", session=0),
                     self.wrap(eip.encap(0x65, b"\1\0\0\0")))

    def wrap(self, message):
        """With this session's handle."""
        return message[:4] + struct.pack("<I", self.session) + message[8:]

    def ucmm(self, t, request, answer, more=()):
        self.n += 1
        self.tcp.ask(t, self.wrap(eip.rr(request, self.n)),
                     self.wrap(eip.rr(answer, self.n, more)))

    def open(self, t, route, trigger, sizes, rpi_us, more=()):
        self.open_with = self.line.triple(self.client), route
        self.to_id = self.line.rng.getrandbits(32)
        self.ot_id = self.line.rng.getrandbits(32)
        self.ucmm(t, forward_open(self.open_with[0], route, trigger,
                                  self.to_id, sizes, rpi_us),
                  opened(self.open_with[0], self.ot_id, self.to_id, rpi_us),
                  more)

    def unit(self, t, request, answer):
        """Over the connection of class 3."""
        self.seq = (self.seq + 1) & 0xFFFF
        self.tcp.ask(t, self.wrap(eip.unit(self.ot_id, self.seq, request)),
                     self.wrap(eip.unit(self.to_id, self.seq, answer)))

    def finish(self, t):
        if self.open_with:
            triple, route = self.open_with
            self.ucmm(t, close(triple, route),
                      eip.rsp(0x4E, triple + b"\0\0"))
        self.tcp.say(t, "c", self.wrap(eip.encap(0x66)))
        self.tcp.close()


# --- class 1 ------------------------------------------------------------------

class Cyclic:
    def __init__(self, line, n):
        plc, self.target, rpi, self.out, self.into, points = CYCLIC[n]
        self.line, self.owner, self.rpi = line, PLC[plc], rpi * MS
        self.count = 0
        config, out, into = points
        route = b"\x20\x04\x24" + bytes((config,)) + \
            b"\x2c" + bytes((out,)) + b"\x2c" + bytes((into,))
        t = (500 + 37 * n) * MS
        self.peer = Peer(line, t, self.owner, self.target)
        where = eip.sockaddr("0.0.0.0", IO)
        self.peer.open(t, route, 0x01, (self.out + 6, self.into + 2),
                       rpi * 1000, ((0x8000, where),))
        first = 800 * MS + n * 3 * MS
        for side in (0, 1):
            line.every(first + side * self.rpi // 2, self.rpi, self.data,
                       side, jitter=200_000)
        line.at(line.end + S, self.peer.finish, line.end + S)

    def data(self, t, back):
        self.count += not back
        n = self.count
        changing = struct.pack("<HHf", n & 0xFFFF, t // S & 0xFFFF,
                               math.sin(t / (3 * S)))
        if back:
            body = struct.pack("<H", n & 0xFFFF) + \
                (changing * (self.into // 8 + 1))[:self.into]
            src, dst, conn = self.target, self.owner, self.peer.to_id
        else:
            body = struct.pack("<HI", n & 0xFFFF, 1) + \
                (changing * (self.out // 8 + 1))[:self.out]
            src, dst, conn = self.owner, self.target, self.peer.ot_id
        self.line.datagram(t, src, dst, IO, eip.io(conn, n, body))


# --- class 3 and unconnected --------------------------------------------------

def tag(name):
    return b"".join(eip.symbol(part) for part in name.split("."))


def several(line, t, peer, first, count):
    """One Multiple Service Packet of Read Tags."""
    names = [(first + n) % len(TAGS) for n in range(count)]
    peer.unit(t, eip.req(0x0A, eip.path(2, 1), eip.multiple(*(
        eip.req(0x4C, tag(TAGS[n]), b"\1\0") for n in names))),
        eip.rsp(0x0A, eip.multiple(*(
            eip.rsp(0x4C, line.value(t, n)) for n in names))))


def panel(t, line, peer, n):
    for first in (0, 5, 10):
        several(line, t, peer, first + n, 10)
    peer.unit(t, eip.req(0x4C, tag(TAGS[9]), b"\1\0"),
              eip.rsp(0x4C, line.value(t, 9)))
    if line.rng.random() < 0.02:
        peer.unit(t, eip.req(0x4D, tag(TAGS[2]), struct.pack(
            "<HHf", REAL, 1, 50 + line.rng.randrange(5))), eip.rsp(0x4D))
    peer.tcp.rest()


def archive(t, line, peer, n):
    """Four packets of 16 tags, and an array of 100 in one reply."""
    for first in range(0, 64, 16):
        several(line, t, peer, first, 16)
    values = b"".join(line.value(t, 3 * i)[2:] for i in range(100))
    peer.unit(t, eip.req(0x52, eip.symbol("History_%d" % n),
                         struct.pack("<HI", 100, 0)),
              eip.rsp(0x52, struct.pack("<H", DINT) + values))
    peer.tcp.rest()


def attributes(t, line, peer):
    """A drive's speed, current and state."""
    for cls, attr in ((0x2A, 7), (0x29, 6), (0x28, 7)):
        peer.ucmm(t, eip.req(0x0E, eip.path(cls, 1, attr)),
                  eip.rsp(0x0E, struct.pack("<H", 1000 + t // S)))
    peer.ucmm(t, eip.req(3, eip.path(0x29, 1),
                         struct.pack("<HHHH", 3, 3, 6, 10)),
              eip.rsp(3, struct.pack("<HHHBHHBHHB", 3, 3, 0, 1, 6, 0, 3,
                                     10, 0, 0)))
    peer.tcp.rest()


def files(t, line, peer):
    """PCCC typed reads of words and floats."""
    for txn, (kind, number, size) in enumerate(
            ((0x89, 7, 40), (0x8A, 8, 40), (0x85, 3, 16))):
        way = eip.path(0x67, 1)
        n = peer.n & 0xFFF0 | txn
        data = bytes((t // S + i) & 0xFF for i in range(size))
        peer.ucmm(t, eip.req(0x4B, way, eip.pccc(n, 0x0F, bytes(
            (0xA2, size, number, kind, 0, 0)))),
            eip.rsp(0x4B, eip.pccc(n, 0x4F, data)))
    peer.tcp.rest()


def introduce(line, t, peer, server):
    peer.ucmm(t, eip.req(1, eip.path(1, 1)), eip.rsp(1, identity(server)))


def through_backplane(t, line, peer):
    peer.ucmm(t, eip.routed(eip.req(1, eip.path(1, 1)), BACKPLANE),
              eip.rsp(1, eip.identity("1756-L73/B LOGIX5573", VENDOR, 14, 94,
                                      (33, 11), 0x3060, 0x00C0FFEE)))


def browse(t, line):
    """ListIdentity to everybody, and the answers."""
    line.datagram(t, PANEL[0], EVERYBODY, PORT, eip.encap(0x63, session=0),
                  line.port())
    port = line.ports
    for n, host in enumerate(CARDS):
        item = struct.pack("<H", 1) + eip.sockaddr(host.ip, PORT) + \
            identity(host) + b"\x03"
        line.datagram(t + (2 + 3 * n) * MS, host, PANEL[0], port, eip.encap(
            0x63, eip.items((0x0C, item)), session=0), PORT)


def explicit(line, dense):
    seen, kept = (100, 250) if dense else (250, 1000)
    for n, client in enumerate(PANEL):
        t = (100 + 61 * n) * MS
        peer = Peer(line, t, client, PLC[n])
        peer.open(t, BACKPLANE + eip.path(2, 1), 0xA3, (504, 504), 2_000_000)
        line.every(2 * S + 31 * n * MS, seen * MS, panel, line, peer, n,
                   jitter=5 * MS)
        line.at(line.end + S, peer.finish, line.end + S)
    for n, server in enumerate(PLC):
        t = (200 + 61 * n) * MS
        peer = Peer(line, t, HISTORIAN, server)
        introduce(line, t, peer, server)
        peer.open(t, BACKPLANE + eip.path(2, 1), 0xA3, (504, 4002), 4_000_000)
        line.every(2 * S + 97 * n * MS, kept * MS, archive, line, peer, n,
                   jitter=9 * MS)
        line.at(line.end + S, peer.finish, line.end + S)
    for n, server in enumerate(DRIVE):
        t = (300 + 61 * n) * MS
        peer = Peer(line, t, HISTORIAN, server)
        introduce(line, t, peer, server)
        line.every(2 * S + 53 * n * MS, kept * MS, attributes, line, peer,
                   jitter=9 * MS)
    old = Peer(line, 400 * MS, HISTORIAN, OLD)
    introduce(line, 400 * MS, old, OLD)
    line.every(2500 * MS, 500 * MS, files, line, old, jitter=9 * MS)
    route = Peer(line, 450 * MS, HISTORIAN, PLC[0])
    line.every(3 * S, 5 * S, through_backplane, line, route)


def build(dense=False):
    line = Line()
    explicit(line, dense)
    cyclic = [Cyclic(line, n) for n in range(len(CYCLIC))]
    assert len(cyclic) == len(CYCLIC)
    line.every(5 * S, 30 * S, browse, line)
    line.resolve([(HISTORIAN, h) for h in CARDS] +
                 [(PANEL[n], PLC[n]) for n in (0, 1)])
    return line.run()

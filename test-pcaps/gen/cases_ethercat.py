"""cases_ethercat: masters and the slaves that their frames pass."""

import struct

import ec
import wire
from capfile import Capture, T0
from cases import case
from talk import Path, Udp, host
from wire import MS

US = 1000


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


PLC = mac("00:01:05:2a:b0:01")
EK1100 = dict(product=0x044C2C52, revision=0x00110000)
EL1008 = dict(product=0x03F03052, revision=0x00100000)
EL1904 = dict(product=0x07703052, revision=0x00120000, serial=471142)
DRIVE = dict(vendor=0x1DD, product=0x10305070, revision=0x02040608,
             serial=305419)


class Wire:
    """A master; what it sends passes the segment and comes back."""

    def __init__(self, *slaves, src=PLC, snaplen=262144, out=True):
        self.cap, self.t = Capture(snaplen=snaplen), T0
        self.segment = ec.Segment(*slaves)
        self.src, self.idx, self.out = src, 0, out

    def raw(self, payload, src=None):
        self.cap.add(self.t, ec.ether(src or self.src, payload))
        self.t += MS
        return self

    def send(self, *datagrams, lost=False):
        """datagrams: (command, address, data or how many octets)."""
        self.idx = (self.idx + 1) & 0xFF
        going = [(cmd, self.idx, at,
                  bytes(data) if isinstance(data, int) else data, 0)
                 for cmd, at, data in datagrams]
        if self.out:
            self.cap.add(self.t, ec.ether(self.src, ec.frame(*going)))
        back = [self.segment.pass_(d) for d in going]
        self.t += 30 * US
        if not lost:
            self.cap.add(self.t, ec.ether(ec.back(self.src),
                                          ec.frame(*back)))
        self.t += MS
        return self

    def sii(self, cmd, adp, *words, size=8):
        write, read = (ec.APWR, ec.APRD) if cmd == "ap" else \
            (ec.FPWR, ec.FPRD)
        for word in words:
            self.send((write, (adp, 0x502), struct.pack("<HI", 0x100, word)))
            self.send((read, (adp, 0x508), size))
        return self

    def ask(self, station, kind, body, answer=None, count=1, size=128):
        slave = next(s for s in self.segment.slaves if s.station == station)
        slave.answer = None if answer is None else \
            ec.mailbox(kind, answer, count, size=size)
        self.send((ec.FPWR, (station, ec.OUT),
                   ec.mailbox(kind, body, count, size=size)))
        if answer is not None:
            self.send((ec.FPRD, (station, ec.IN), size))
        return self

    def state(self, station, state):
        self.send((ec.FPWR, (station, 0x120), struct.pack("<H", state)))
        return self.send((ec.FPRD, (station, 0x130), 6))


def addressed(*slaves, **kw):
    """A segment whose stations have addresses, seen from then on."""
    for i, s in enumerate(slaves):
        struct.pack_into("<H", s.mem, 0x10, 1001 + i)
    return Wire(*slaves, **kw)


@case("ethercat/startup")
def startup():
    """A master counts its slaves, reads who they are by position, gives
    addresses, sets up memory, and takes them to OP: coupler, digital
    inputs, a safety terminal, a drive; one of them refuses first."""
    slaves = [ec.Slave(**x) for x in (EK1100, EL1008, EL1904, DRIVE)]
    w = Wire(*slaves)
    w.send((ec.BRD, (0, 0), 1))
    w.send((ec.BWR, (0, 0x120), b"\x11\0"), (ec.BWR, (0, 0x10), b"\0\0"))
    for i in range(4):
        w.sii("ap", -i & 0xFFFF, 8, 10, size=4)
    for i in range(4):
        w.send((ec.APWR, (-i & 0xFFFF, 0x10), struct.pack("<H", 1001 + i)))
        w.sii("fp", 1001 + i, 12)
    w.send((ec.FPWR, (1004, 0x800), struct.pack("<HHBBBB", ec.OUT, 128, 0x26,
                                                0, 1, 0)),
           (ec.FPWR, (1004, 0x600), bytes(16)),
           (ec.FPRD, (1004, 0x110), 2))
    w.send((ec.APRD, (-3 & 0xFFFF, 0x130), 2))
    for i in range(4):
        w.state(1001 + i, ec.PREOP)
    slaves[3].write(0x134, b"\x1e\0")
    w.state(1004, ec.SAFEOP | 0x10)
    slaves[3].mem[0x130] = ec.PREOP | 0x10
    w.send((ec.FPRD, (1004, 0x130), 6))
    slaves[3].write(0x134, b"\0\0")
    for i in range(4):
        w.state(1001 + i, ec.SAFEOP)
    w.send((ec.FRMW, (1001, 0x910), 8), (ec.LRW, 0x01000000, b"\1\2\3\4"))
    w.send((ec.BWR, (0, 0x120), struct.pack("<H", ec.OP)))
    for _ in range(3):
        w.send((ec.LRW, 0x01000000, b"\1\2\3\4"), (ec.BRD, (0, 0x130), 2))
    return w.cap


@case("ethercat/scan")
def scan():
    """Who is there is read by position, four octets at a time or eight, and
    no address is given: after ten seconds it is told of the positions."""
    w = Wire(ec.Slave(**EK1100), ec.Slave(**EL1008, eight=False))
    for i in range(2):
        for word in (8, 10, 12, 14):
            w.send((ec.APWR, (-i & 0xFFFF, 0x502),
                    struct.pack("<HI", 0x100, word)))
            w.send((ec.APRD, (-i & 0xFFFF, 0x502), 14))
    w.send((ec.BRD, (0, 0x130), 2))
    w.t += 11000 * MS
    w.send((ec.BRD, (0, 0x130), 2))
    return w.cap


@case("ethercat/mailbox")
def mailbox():
    """What a drive is asked by CoE: names, versions, identity, a value that
    is set, one that is refused, segments, an emergency; a mailbox that is
    empty; SoE, EoE, AoE and VoE by name; an object of FSoE."""
    w = addressed(ec.Slave(**DRIVE), ec.Slave(**EL1904))
    for index, sub, value in (
            (0x1000, 0, struct.pack("<I", 0x00020192)),
            (0x1008, 0, b"ASDA-A2-E"), (0x1009, 0, b"1.0\0"),
            (0x100A, 0, b"V1.645 sub 01"), (0x1018, 1, b"\xdd\1\0\0"),
            (0x1018, 2, bytes.fromhex("70503010")),
            (0x1018, 3, bytes.fromhex("08060402")),
            (0x1018, 4, bytes.fromhex("0ba90400")), (0x6041, 0, b"\x37\2")):
        w.ask(1001, ec.COE, ec.upload(index, sub),
              ec.uploaded(index, sub, value))
    w.ask(1001, ec.COE, ec.download(0x6060, 0, b"\x08"),
          ec.downloaded(0x6060, 0), 2)
    w.ask(1001, ec.COE, ec.download(0x1C12, 1, b"\0\x16"),
          ec.downloaded(0x1C12, 1), 3)
    w.ask(1001, ec.COE, ec.download(0x1011, 1, b"load"),
          ec.abort(0x1011, 1, 0x08000022), 4)
    w.ask(1001, ec.COE, ec.upload(0x2000, 5),
          ec.abort(0x2000, 5, 0x06020000), 5)
    w.ask(1001, ec.COE, ec.coe(2, b"\x60" + bytes(7)),
          ec.coe(3, b"\x01segment"), 6)
    w.ask(1001, ec.COE, ec.coe(8, struct.pack("<BBHH", 1, 0, 0, 1)),
          ec.coe(8, struct.pack("<BBHHH", 2, 0, 0, 1, 0x1000)), 7)
    w.send((ec.FPRD, (1001, ec.IN), 128))
    w.segment.slaves[0].answer = ec.mailbox(ec.COE, ec.coe(
        1, bytes.fromhex("1083 08 0102030405".replace(" ", ""))))
    w.send((ec.FPRD, (1001, ec.IN), 128))
    w.ask(1002, ec.COE, ec.upload(0xF980, 1),
          ec.uploaded(0xF980, 1, b"\x05\0"))
    w.ask(1001, ec.SOE, ec.soe(1, 0x8001), ec.soe(2, 0x8001, b"\1\2"))
    w.ask(1001, ec.SOE, ec.soe(3, 36, b"\0\0\1\0", 1),
          ec.soe(4, 36, b"\5\x10", 1, error=True))
    w.ask(1001, ec.EOE, struct.pack("<HHI", 2, 0, 0x17) + bytes(24),
          struct.pack("<HH", 3, 0))
    w.ask(1001, ec.EOE, struct.pack("<HH", 0x100, 0) + bytes(60))
    w.ask(1001, ec.AOE, bytes(32))
    w.ask(1001, ec.VOE, struct.pack("<IH", 2, 1) + b"hello")
    w.segment.slaves[0].answer = ec.mailbox(0, struct.pack("<HH", 1, 2))
    w.send((ec.FPRD, (1001, ec.IN), 128))
    return w.cap


@case("ethercat/firmware")
def firmware():
    """A drive is taken to bootstrap and gets a firmware by FoE, with a
    password; the next one is refused; then a file is read from it, its SII
    is written and reloaded, and it is reset."""
    w = addressed(ec.Slave(**DRIVE))
    w.state(1001, ec.INIT)
    w.state(1001, ec.BOOT)
    w.ask(1001, ec.FOE, ec.foe(2, 0x12345678, b"drive_v2.efw"),
          ec.foe(4, 0))
    w.ask(1001, ec.FOE, ec.foe(3, 1, bytes(116)), ec.foe(4, 1), 2)
    w.ask(1001, ec.FOE, ec.foe(3, 2, bytes(40)), ec.foe(4, 2), 3)
    w.ask(1001, ec.FOE, ec.foe(2, 0, b"other.efw"),
          ec.foe(5, 0x8003, b"Disk full"), 4)
    w.state(1001, ec.INIT)
    w.state(1001, ec.PREOP)
    w.ask(1001, ec.FOE, ec.foe(1, 0, b"log.txt"), ec.foe(3, 1, bytes(116)),
          5)
    w.ask(1001, ec.FOE, ec.foe(4, 1), ec.foe(3, 2, b"end"), 6)
    w.ask(1001, ec.FOE, ec.foe(4, 2), None, 7)
    w.send((ec.FPWR, (1001, 0x502), struct.pack("<HIH", 0x201, 4, 77)))
    w.send((ec.FPWR, (1001, 0x502), struct.pack("<H", 0x400)))
    w.send((ec.FPWR, (1001, 0x40), b"R"))
    return w.cap


@case("ethercat/one_way")
def one_way():
    """What comes back alone, as a tap of one direction has it; a slave that
    is not there; a master whose own address is a local one; one that has a
    group's."""
    w = addressed(ec.Slave(**EK1100), ec.Slave(**EL1008), out=False)
    w.state(1001, ec.OP)
    w.send((ec.FPRD, (1009, 0x130), 2))
    w.sii("fp", 1002, 8)
    w.sii("ap", 0xFFFF, 10)
    w.out = True
    for w.src in (mac("02:42:0a:00:00:01"), mac("01:01:01:01:01:01")):
        w.send((ec.BRD, (0, 0x130), 2))
        w.sii("fp", 1002, 8)
        w.send((ec.FPRD, (1009, 0x130), 2))
    return w.cap


@case("ethercat/violations")
def violations():
    """Frames with each rule broken once; a good one last."""
    w = addressed(ec.Slave(**EK1100))
    read = ec.datagram(ec.FPRD, 7, (1001, 0x130), bytes(2))
    w.raw(ec.frame((ec.FPRD, 1, (1001, 0x130), bytes(2))))
    w.raw(ec.head(1, read, 900))
    w.raw(ec.head(7, read))
    w.raw(ec.head(1, read[:-1]))
    w.raw(ec.head(1, read[:6]))
    w.raw(ec.head(1, read + read))
    w.raw(ec.head(1, ec.datagram(ec.FPRD, 7, (1001, 0x130), bytes(2),
                                 more=True)))
    w.raw(ec.head(1, b""))
    w.raw(ec.head(1, ec.datagram(0x20, 7, (1001, 0x130), bytes(2))))
    w.raw(ec.head(4, bytes.fromhex("0501020301010200000000000100")))
    w.raw(ec.head(2, b"\0" * 40))
    w.raw(ec.head(3, b"\0" * 40))
    w.raw(ec.head(4, bytes.fromhex(
        "050102030101 0100 0700 0000 0100 0000 0400 0000 01020304"
        .replace(" ", ""))))
    w.send((ec.FPRD, (1001, 0x130), 2))
    return w.cap


@case("ethercat/short")
def short():
    """Frames of which the capture has 60 bytes: the first datagrams are
    whole."""
    w = addressed(ec.Slave(**EK1100), snaplen=60)
    w.send((ec.FPRD, (1001, 0x130), 2), (ec.LRW, 0x01000000, bytes(200)))
    w.send((ec.FPRD, (1001, 0x130), 2))
    return w.cap


@case("ethercat/gateway")
def gateway():
    """A tool asks slaves by the mailbox gateway, over UDP: a name, an object
    that is not there, the master itself; and a mailbox that ends early."""
    u = Udp(Path(), client=host(2), server=host(1), port=ec.PORT)

    def ask(station, body, answer=None):
        u.req(ec.head(5, ec.mailbox(ec.COE, body, address=station, size=0)))
        if answer:
            u.rsp(ec.head(5, ec.mailbox(ec.COE, answer, address=station,
                                        size=0)))
    ask(1002, ec.upload(0x1008, 0), ec.uploaded(0x1008, 0, b"EL6695"))
    ask(1002, ec.upload(0x1018, 1), ec.uploaded(0x1018, 1, b"\2\0\0\0"))
    ask(1002, ec.upload(0x1018, 2),
        ec.uploaded(0x1018, 2, bytes.fromhex("5230271a")))
    ask(1003, ec.upload(0x1008, 0), ec.abort(0x1008, 0, 0x06020000))
    ask(1003, ec.download(0x8000, 1, b"\1"), ec.downloaded(0x8000, 1))
    ask(0, ec.upload(0x1008, 0), ec.uploaded(0x1008, 0, b"EtherCAT Master"))
    u.req(ec.head(5, ec.mailbox(ec.COE, ec.upload(0x1008, 0), address=1002,
                                size=0, length=99)))
    u.req(ec.head(5, ec.mailbox(ec.COE, b"\0\x20\x40", address=1002,
                                size=0)))
    return u.path.cap


@case("ethercat/udp")
def udp():
    """Frames in datagrams of UDP, whose sender's address the first slave
    marks as it does any other."""
    master = wire.Host("00:01:05:2a:b0:01", "192.168.1.1")
    to = wire.Host("ff:ff:ff:ff:ff:ff", "192.168.1.255")
    cap, t = Capture(), T0
    segment = ec.Segment(ec.Slave(**EK1100))
    for n in range(3):
        d = (ec.BRD, n, (0, 0x130), bytes(2))
        for src, pdu in ((master.mac_bytes, ec.frame(d)),
                         (ec.back(master.mac_bytes),
                          ec.frame(segment.pass_(d)))):
            cap.add(t, wire.eth(
                to.mac_bytes, src, wire.ET_IP4, wire.ip4(
                    master, to, wire.UDP, wire.udp(
                        master, to, ec.PORT, ec.PORT, pdu), ident=n)))
            t += MS
    return cap

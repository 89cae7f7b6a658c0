"""ec: EtherCAT frames, and a segment of slaves that they pass.

IEC 61158-4-12: frames and datagrams (5), registers (6); IEC 61158-6-12:
states (5.3), mailboxes (5.6), SII (6.4).  A Slave counts itself in what is
for it and answers from its memory, so that what comes back is what the wire
has; what a test needs beyond that is given as bytes.
"""

import struct

import wire

ETHERTYPE, PORT = 0x88A4, 34980
TO_ALL = b"\xff" * 6
NOP, APRD, APWR, APRW, FPRD, FPWR, FPRW, BRD, BWR, BRW, LRD, LWR, LRW, \
    ARMW, FRMW = range(15)
READS = (APRD, APRW, FPRD, FPRW, BRD, BRW, LRD, LRW)
WRITES = (APWR, APRW, FPWR, FPRW, BWR, BRW, LWR, LRW)
INIT, PREOP, BOOT, SAFEOP, OP = 1, 2, 3, 4, 8
AOE, EOE, COE, FOE, SOE, VOE = 1, 2, 3, 4, 5, 15
OUT, IN = 0x1000, 0x1080    # mailboxes


def head(kind, body, length=None):
    return struct.pack("<H", (len(body) if length is None else length) |
                       kind << 12) + body


def datagram(cmd, idx, address, data, wkc=0, more=False, circle=False):
    """address: (adp, ado), or a logical one."""
    if not isinstance(address, tuple):
        address = (address & 0xFFFF, address >> 16)
    return struct.pack("<BBHHHH", cmd, idx, *address, len(data) |
                       circle << 14 | more << 15, 0) + data + \
        struct.pack("<H", wkc)


def frame(*datagrams):
    """datagrams: argument lists of datagram()."""
    out = b""
    for i, d in enumerate(datagrams):
        out += datagram(*d, more=i + 1 < len(datagrams))
    return head(1, out)


def ether(src, payload, dst=TO_ALL):
    return wire.eth(dst, src, ETHERTYPE, payload)


def back(mac):
    """The sender's address, as the first slave marks it."""
    return bytes([mac[0] | 2]) + mac[1:]


class Slave:
    """Four numbers, four kilobytes, a mailbox where it has one."""

    def __init__(self, vendor=2, product=0x07D83052, revision=0x00110000,
                 serial=0, eight=True):
        self.mem = bytearray(8192)
        self.sii = {8: vendor, 10: product, 12: revision, 14: serial}
        self.eight = eight
        self.mem[0x130] = INIT
        self.answer = None      # what the next read of IN gives

    @property
    def station(self):
        return struct.unpack_from("<H", self.mem, 0x10)[0]

    def write(self, at, data):
        self.mem[at:at + len(data)] = data
        if at <= 0x120 < at + len(data):
            self.mem[0x130] = self.mem[0x120] & 0x0F
        if at == 0x502 and data[1] & 1:
            word = struct.unpack_from("<I", self.mem, 0x504)[0]
            self.mem[0x502:0x504] = b"\x40\0" if self.eight else b"\0\0"
            struct.pack_into("<II", self.mem, 0x508, self.sii.get(word, 0),
                             self.sii.get(word + 2, 0) if self.eight else 0)
        return True

    def read(self, at, n):
        if at == IN:
            if self.answer is None:
                return None
            data, self.answer = self.answer, None
            return data.ljust(n, b"\0")
        return bytes(self.mem[at:at + n])


class Segment:
    """Slaves in a row; pass_() is a frame's way through them."""

    def __init__(self, *slaves):
        self.slaves = slaves

    def _one(self, slave, at, cmd, address, data):
        adp, ado = address
        wkc = 0
        mine = cmd in (BRD, BWR, BRW) or \
            cmd in (APRD, APWR, APRW) and (adp + at) & 0xFFFF == 0 or \
            cmd in (FPRD, FPWR, FPRW) and adp == slave.station
        if not mine:
            return data, 0
        new = data
        if cmd in READS:
            got = slave.read(ado, len(data))
            if got is not None:
                wkc += 1
                new = got
                if cmd in (BRD, BRW):
                    new = bytes(a | b for a, b in zip(data, got))
        if cmd in WRITES and slave.write(ado, data):
            wkc += 1 if cmd in (APWR, FPWR, BWR) else 2
        return new, wkc

    def pass_(self, d):
        cmd, idx, address, data = d[:4]
        wkc = 0
        if cmd in (LRD, LWR, LRW):
            return (cmd, idx, address, data, 3 if cmd == LRW else 1)
        for at, slave in enumerate(self.slaves):
            if cmd in (ARMW, FRMW):
                wkc += 1
            else:
                data, n = self._one(slave, at, cmd, address, data)
                wkc += n
        if cmd in (APRD, APWR, APRW, BRD, BWR, BRW, ARMW):
            address = ((address[0] + len(self.slaves)) & 0xFFFF, address[1])
        return (cmd, idx, address, data, wkc)


# --- mailboxes ----------------------------------------------------------------

def mailbox(kind, body, count=1, address=0, size=128, length=None):
    n = len(body) if length is None else length
    return (struct.pack("<HHBB", n, address, 0, kind | count << 4) +
            body).ljust(size, b"\0")


def coe(service, body):
    return struct.pack("<H", service << 12) + body


def sdo(service, command, index, sub, data=b"\0" * 4):
    return coe(service, struct.pack("<BHB", command, index, sub) +
               data.ljust(4, b"\0"))


def upload(index, sub):
    return sdo(2, 0x40, index, sub)


def uploaded(index, sub, value):
    if len(value) <= 4:
        return sdo(3, 0x43 | (4 - len(value)) << 2, index, sub, value)
    return sdo(3, 0x41, index, sub, struct.pack("<I", len(value)) + value)


def download(index, sub, value):
    if len(value) <= 4:
        return sdo(2, 0x23 | (4 - len(value)) << 2, index, sub, value)
    return sdo(2, 0x21, index, sub, struct.pack("<I", len(value)) + value)


def downloaded(index, sub):
    return sdo(3, 0x60, index, sub)


def abort(index, sub, code):
    return sdo(2, 0x80, index, sub, struct.pack("<I", code))


def foe(op, number, data=b""):
    return struct.pack("<BBI", op, 0, number) + data


def soe(op, idn, data=b"", drive=0, error=False):
    return struct.pack("<BBH", op | error << 4 | drive << 5, 0x40, idn) + data

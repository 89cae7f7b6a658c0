"""capfile: capture files out and in.

Frames are collected, sorted by time (stable: what was added first stays
first) and written as pcap or pcapng.  The reader is for our own tools and
takes both formats; what it does not know it refuses.

Normative: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
"""

import struct

ETHERNET, LOOP, NULL, RAW, SLL, SLL2, IPV4, IPV6 = \
    1, 108, 0, 101, 113, 276, 228, 229

T0 = 1_700_000_000 * 1_000_000_000      # every capture starts here


class Frame:
    __slots__ = ("ts", "data", "wire", "iface")

    def __init__(self, ts, data, wire=None, iface=0):
        self.ts, self.data, self.iface = ts, data, iface
        self.wire = len(data) if wire is None else wire


class Capture:
    """Frames of one file, and how the file is to be written."""

    def __init__(self, linktype=ETHERNET, snaplen=262144, nanos=False,
                 order="<", ng=False, ifaces=None):
        self.snaplen, self.nanos, self.order = snaplen, nanos, order
        self.ng = ng or ifaces is not None
        # per interface: linktype, ticks per second (10^n), name
        self.ifaces = ifaces or [(linktype, 9 if nanos else 6, None)]
        self.frames = []
        self.tail = b""                 # written behind everything

    def add(self, ts, data, iface=0, wire=None):
        self.frames.append(Frame(ts, data[:self.snaplen],
                                 len(data) if wire is None else wire, iface))

    def sorted(self):
        return sorted(self.frames, key=lambda f: f.ts)

    def bytes(self):
        body = self._pcapng() if self.ng else self._pcap()
        return body + self.tail

    def _pcap(self):
        o, unit = self.order, 1 if self.nanos else 1000
        magic = 0xA1B23C4D if self.nanos else 0xA1B2C3D4
        out = [struct.pack(o + "IHHiIII", magic, 2, 4, 0, 0, self.snaplen,
                           self.ifaces[0][0])]
        for f in self.sorted():
            out.append(struct.pack(o + "IIII", f.ts // 10**9,
                                   f.ts % 10**9 // unit, len(f.data),
                                   f.wire) + f.data)
        return b"".join(out)

    def _block(self, kind, body):
        body += b"\0" * (-len(body) % 4)
        size = len(body) + 12
        return struct.pack(self.order + "II", kind, size) + body + \
            struct.pack(self.order + "I", size)

    def _option(self, code, value):
        return struct.pack(self.order + "HH", code, len(value)) + value + \
            b"\0" * (-len(value) % 4)

    def _pcapng(self):
        o = self.order
        out = [self._block(0x0A0D0D0A,
                           struct.pack(o + "IHHq", 0x1A2B3C4D, 1, 0, -1))]
        for linktype, digits, name in self.ifaces:
            opts = self._option(2, name.encode()) if name else b""
            if digits != 6:
                opts += self._option(9, bytes([digits]))
            if opts:
                opts += self._option(0, b"")
            out.append(self._block(1, struct.pack(
                o + "HHI", linktype, 0, self.snaplen) + opts))
        for f in self.sorted():
            ticks = f.ts // 10**(9 - self.ifaces[f.iface][1])
            out.append(self._block(6, struct.pack(
                o + "IIIII", f.iface, ticks >> 32, ticks & 0xFFFFFFFF,
                len(f.data), f.wire) + f.data))
        return b"".join(out)


def read(path):
    """A Capture from a file of either format; stops quietly at damage."""
    with open(path, "rb") as fp:
        data = fp.read()
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        return _read_pcapng(data)
    return _read_pcap(data)


def _read_pcap(data):
    magics = {b"\xd4\xc3\xb2\xa1": ("<", False),
              b"\xa1\xb2\xc3\xd4": (">", False),
              b"\x4d\x3c\xb2\xa1": ("<", True),
              b"\xa1\xb2\x3c\x4d": (">", True)}
    if data[:4] not in magics:
        raise ValueError("not a capture file")
    order, nanos = magics[data[:4]]
    snaplen, linktype = struct.unpack_from(order + "II", data, 16)
    cap = Capture(linktype & 0xFFFF, snaplen or 262144, nanos, order)
    at, unit = 24, 1 if nanos else 1000
    while at + 16 <= len(data):
        sec, frac, size, wire = struct.unpack_from(order + "IIII", data, at)
        at += 16
        if at + size > len(data):
            break
        cap.frames.append(Frame(sec * 10**9 + frac * unit,
                                data[at:at + size], wire))
        at += size
    return cap


def _options(data, order):
    at = 0
    while at + 4 <= len(data):
        code, size = struct.unpack_from(order + "HH", data, at)
        if code == 0:
            return
        yield code, data[at + 4:at + 4 + size]
        at += 4 + size + -size % 4


def _read_pcapng(data):
    cap = Capture(ng=True)
    cap.ifaces = []
    at, order = 0, "<"
    while at + 12 <= len(data):
        if data[at:at + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" \
                else ">"
        kind, size = struct.unpack_from(order + "II", data, at)
        if size < 12 or at + size > len(data):
            break
        body = data[at + 8:at + size - 4]
        if kind == 1:
            linktype, _, snaplen = struct.unpack_from(order + "HHI", body)
            digits, name = 6, None
            for code, value in _options(body[8:], order):
                if code == 2:
                    name = value.decode("utf-8", "replace")
                elif code == 9:
                    digits = value[0]
            if digits > 9:
                raise ValueError("interface resolution %d" % digits)
            cap.ifaces.append((linktype, digits, name))
            cap.snaplen = max(cap.snaplen, snaplen)
        elif kind == 6:
            iface, hi, lo, size_, wire = struct.unpack_from(order + "IIIII",
                                                            body)
            ts = (hi << 32 | lo) * 10**(9 - cap.ifaces[iface][1])
            cap.frames.append(Frame(ts, body[20:20 + size_], wire, iface))
        at += size
    cap.order = order
    return cap

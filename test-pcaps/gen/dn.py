"""dn: DNP3 frames, segments and fragments (IEEE 1815-2012)."""

import struct


def _table():
    out = []
    for i in range(256):
        for _ in range(8):
            i = i >> 1 ^ 0xA6BC if i & 1 else i >> 1
        out.append(i)
    return out


TABLE = _table()


def crc(data):
    c = 0
    for b in data:
        c = c >> 8 ^ TABLE[(c ^ b) & 255]
    return struct.pack("<H", ~c & 0xFFFF)


def frame(ctl, dst, src, user=b""):
    head = struct.pack("<BBBBHH", 5, 0x64, 5 + len(user), ctl, dst, src)
    out = head + crc(head)
    for at in range(0, len(user), 16):
        block = user[at:at + 16]
        out += block + crc(block)
    return out


def segments(fragment, seq=0, size=249):
    """User data of the frames that carry a fragment."""
    parts = [fragment[at:at + size]
             for at in range(0, len(fragment), size)] or [b""]
    return [bytes([(0x40 if i == 0 else 0) |
                   (0x80 if i == len(parts) - 1 else 0) | (seq + i) & 63]) + p
            for i, p in enumerate(parts)]


class End:
    """One station; what it sends is numbered by itself."""

    def __init__(self, addr, master):
        self.addr, self.master, self.seq = addr, master, 0

    def send(self, dst, fragment, size=249, func=4):
        ctl = (0x80 if self.master else 0) | 0x40 | func
        parts = segments(fragment, self.seq, size)
        self.seq = (self.seq + len(parts)) & 63
        return [frame(ctl, dst, self.addr, p) for p in parts]


def request(seq, fc, objects=b"", ctl=0xC0):
    return bytes([ctl | seq & 15, fc]) + objects


def response(seq, objects=b"", iin=0, fc=129, ctl=0xC0):
    return bytes([ctl | seq & 15, fc]) + struct.pack("<H", iin) + objects


def all_of(group, var):
    return bytes([group, var, 6])


def ranged(group, var, start, stop, data=b""):
    return bytes([group, var, 0, start, stop]) + data


def indexed(group, var, *points):
    """Points (index, data) with a prefix of one octet."""
    return bytes([group, var, 0x17, len(points)]) + b"".join(
        bytes([i]) + d for i, d in points)


def counted(group, var, *objects):
    return bytes([group, var, 7, len(objects)]) + b"".join(objects)


def sized(group, var, data):
    return bytes([group, var, 0x5B, 1]) + struct.pack("<H", len(data)) + data


def crob(code, count=1, on=100, off=100, status=0):
    return struct.pack("<BBIIB", code, count, on, off, status)


def time(ms=1_600_000_000_000):
    return struct.pack("<Q", ms)[:6]


def attribute(var, text):
    return ranged(0, var, 0, 0, bytes([1, len(text)]) + text)


def file_command(name, mode, size=0):
    return struct.pack("<HH6sHIIHHH", 26, len(name), bytes(6), 0, 0, size,
                       mode, 1024, 1) + name


def file_status(handle, size, status=0):
    return struct.pack("<IIHHB", handle, size, 1024, 1, status)


def file_block(handle, block, data=b"", last=False):
    return struct.pack("<II", handle, block | (last << 31)) + data


def activation(delay_ms, *statuses):
    """Group 91 variation 1: statuses (number, text)."""
    return struct.pack("<IB", delay_ms, len(statuses)) + b"".join(
        bytes([1 + len(text), status]) + text for status, text in statuses)

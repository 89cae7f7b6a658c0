"""slmp: frames of SLMP (3E, 4E, binary, ASCII) and of MELSOFT, as the sender
writes them."""

import struct

LOCAL = (0, 0xFF, 0x03FF, 0)


class Binary:
    """Low octet first."""
    request, response = {3: b"\x50\0", 4: b"\x54\0"}, \
        {3: b"\xd0\0", 4: b"\xd4\0"}

    @staticmethod
    def num(v, n):
        return v.to_bytes(n, "little")

    @staticmethod
    def device(code, name, number, long=False):
        n, c = (4, 2) if long else (3, 1)
        return number.to_bytes(n, "little") + code.to_bytes(c, "little")

    @staticmethod
    def bits(values):
        values = list(values) + [0] * (len(values) % 2)
        return bytes(a << 4 | b for a, b in zip(values[::2], values[1::2]))


class Ascii:
    """Hexadecimal digits, the high one first."""
    request, response = {3: b"5000", 4: b"5400"}, {3: b"D000", 4: b"D400"}

    @staticmethod
    def num(v, n):
        return (b"%0" + str(2 * n).encode() + b"X") % v

    @staticmethod
    def device(code, name, number, long=False):
        letters, digits = (4, 8) if long else (2, 6)
        form = "X" if name in ("X", "Y", "B", "W", "SB", "SW") else "d"
        return name.ljust(letters, "*").encode() + \
            format(number, "0%d%s" % (digits, form)).encode()

    @staticmethod
    def bits(values):
        return bytes(48 + v for v in values)


DEVICES = {"D": 0xA8, "W": 0xB4, "R": 0xAF, "ZR": 0xB0, "M": 0x90, "X": 0x9C,
           "Y": 0x9D, "B": 0xA0, "SD": 0xA9, "SM": 0x91, "TN": 0xC2,
           "LTN": 0x52, "?": 0x77}


def route(c, r):
    net, station, io, drop = r
    return c.num(net, 1) + c.num(station, 1) + c.num(io, 2) + c.num(drop, 1)


def head(c, magic, serial, r, body, length=None):
    number = b"" if serial is None else c.num(serial, 2) + c.num(0, 2)
    return magic[3 if serial is None else 4] + number + route(c, r) + \
        c.num(len(body) if length is None else length, 2) + body


def ask(command, data=b"", sub=0, c=Binary, serial=None, r=LOCAL, timer=16,
        length=None):
    return head(c, c.request, serial, r, c.num(timer, 2) + c.num(command, 2) +
                c.num(sub, 2) + data, length)


def back(data=b"", end=0, c=Binary, serial=None, r=LOCAL, length=None):
    return head(c, c.response, serial, r, c.num(end, 2) + data, length)


def fail(end, command, sub=0, c=Binary, serial=None, r=LOCAL):
    return back(route(c, r) + c.num(command, 2) + c.num(sub, 2), end, c,
                serial, r)


def device(name, number, c=Binary, long=False):
    return c.device(DEVICES[name], name, number, long)


def batch(name, number, count, c=Binary, long=False):
    return device(name, number, c, long) + c.num(count, 2)


def words(*values, c=Binary):
    return b"".join(c.num(v, 2) for v in values)


def label(text):
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def turned(*octets):
    return bytes(reversed(octets))


def node(mac, ip, mask, name=b"", vendor=0x1234, model=0x78563412, asker=b""):
    """What a device says to a search; addresses last octet first."""
    return asker + turned(*mac) + b"\4" + turned(*ip) + turned(*mask) + \
        b"\xff" * 4 + bytes([len(name)]) + name + \
        struct.pack("<HIH", vendor, model, 1) + b"\4" + bytes(4) + \
        bytes(9)


def m_ask(command, data=b"", ref=1, size=0x14):
    """A request of MELSOFT; size: what is fixed in its header."""
    body = bytes([0x1C, 10, size + 2, size]) + bytes(size) + \
        struct.pack(">H", command) + struct.pack("<HH", ref, 0) + data
    return b"\x57\1\0\0\0\x11\x11\7" + bytes.fromhex(
        "0000ffff030000fe030000") + struct.pack("<H", len(body)) + body


def m_back(command, data=b"", ref=1, size=0x14, status=0):
    body = bytes([0x9C, 10, size + 4, size]) + struct.pack("<H", status) + \
        bytes(size) + struct.pack(">H", command) + \
        struct.pack("<HH", ref, 0) + data
    return b"\xd7\1\0\0\0\x11\x11\x7f" + bytes.fromhex(
        "000000a80300ffff030000") + struct.pack("<H", len(body)) + body


def cpu(name, code):
    return name.ljust(16, b"\0") + struct.pack("<H", code) + \
        bytes.fromhex("000800000000")

"""hart: messages of HART-IP and frames of HART, as the sender writes them."""

import struct
from functools import reduce

REQUEST, RESPONSE, PUBLISH, NAK = 0, 1, 2, 15
INITIATE, CLOSE, ALIVE, TOKEN, DIRECT, AUDIT = range(6)
STX, ACK, BACK = 2, 6, 1
FRAMES = {REQUEST: STX, RESPONSE: ACK, PUBLISH: BACK}


def message(kind, what, seq, body=b"", status=0, count=None):
    n = 8 + len(body) if count is None else count
    return struct.pack("!BBBBHH", 1, kind, what, status, seq, n) + body


def initiate(kind, seq, ms=30000, status=0, master=1):
    return message(kind, INITIATE, seq, struct.pack("!BI", master, ms), status)


def frame(kind, to, command, data=b"", check=True, wrong=0):
    """to: a polling address, or the five bytes of an identifier."""
    if isinstance(to, int):
        head = bytes([kind, 0x80 | to])
    else:
        head = bytes([kind | 0x80, to[0] | 0x80]) + to[1:]
    if command > 255:
        data = data[:2] * (kind != STX) + struct.pack("!H", command) + \
            data[2 * (kind != STX):]
        command = 31
    head += bytes([command, len(data)]) + data
    if not check:
        return head
    return head + bytes([reduce(lambda a, b: a ^ b, head) ^ wrong])


def token(kind, seq, to, command, data=b"", wrong=0, status=0):
    return message(kind, TOKEN, seq,
                   frame(FRAMES[kind], to, command, data, wrong=wrong), status)


def answer(data=b"", code=0, status=0):
    return bytes([code, status]) + data


def identity(kind, ident, universal=7, device=4, software=1, hardware=2,
             vendor=0x26, profile=132):
    """Command 0's data; before revision 7 without what is behind the id."""
    data = bytes([254]) + struct.pack("!H", kind) + \
        bytes([5, universal, device, software, hardware << 3 | 1, 4]) + ident
    if universal < 6:
        return data
    data += bytes([5, 3, 0, 42, 0])
    return data + struct.pack("!HHB", vendor, vendor, profile) * \
        (universal >= 7)


def packed(text, n):
    """Characters of six bits."""
    bits = reduce(lambda v, c: v << 6 | ord(c) & 0x3F, text.ljust(n), 0)
    return bits.to_bytes(n * 6 // 8, "big")


def real(v):
    return struct.pack("!f", v)


def sub_identity(index, card, channel, vendor, kind, ident, tag, profile):
    return struct.pack("!HBBHH", index, card, channel, vendor, kind) + \
        ident + b"\7" + tag.encode("latin-1").ljust(32, b"\0") + \
        struct.pack("!BBH", 3, profile, vendor)


def direct(kind, seq, *commands, status=0):
    """commands: (number, data); data of answers begin with their code."""
    return message(kind, DIRECT, seq, bytes([status, 0]) + b"".join(
        struct.pack("!HB", n, len(data)) + data for n, data in commands))

"""codesys: frames of CODESYS V3, datagrams and services, and the first question
of V2, as the sender writes them."""

import struct
import zlib

NODE = 0xC280


def datagram(service, payload, receiver=b"\0\x15", sender=b"\0\x0a",
             message=0, broadcast=None):
    """broadcast: a header of four words, not three."""
    words = 3 if broadcast is None else 4
    head = bytes([0xC5, 13 << 3 | words, 0x40, service, message,
                  len(sender) // 2 << 4 | len(receiver) // 2])
    if broadcast is not None:
        head += struct.pack(">H", broadcast)
    head += receiver + sender
    return head + bytes(-len(head) % 4) + payload


def tcp(frame, length=None):
    n = 8 + len(frame) if length is None else length
    return b"\0\1\x17\xe8" + struct.pack("<I", n) + frame


def name(package, request, body=b"", version=0x0400):
    return struct.pack("<HHI", package, version, request) + body


def wide(text):
    return text.encode("utf-16-le") + b"\0\0"


def node(node_name, device, vendor, target=0x10061204, version=(3, 5, 17, 30),
         serial=b"", kind=0x1000, parent=b""):
    return struct.pack("<HBBHHHHIIBBBBIBBBBQ", 6, 1, 0, len(parent),
                       len(node_name), len(device), len(vendor), kind, target,
                       *reversed(version), 0, len(serial), 0, 0, 0, 0) + \
        parent + wide(node_name) + wide(device) + wide(vendor) + serial + b"\0"


def opening(request=7):
    return b"\xc3\0\1\1" + struct.pack("<IIII", 0x11223344, request, 0x1F4000,
                                       5)


def opened(channel, request=7, reason=0):
    return b"\x83\0\1\1" + struct.pack("<IIHHII", 0x11223344, request, reason,
                                       channel, 0x1F4000, 4)


def close(channel, reason=0):
    return b"\xc4\0\1\1" + struct.pack("<IHH", 0x11223344, channel, reason)


def ack(channel, block, opener=True):
    return b"\2" + bytes([0x80 * opener]) + struct.pack("<HI", channel, block)


def alive(channel, opener=True):
    return b"\3" + bytes([0x80 * opener]) + struct.pack("<H", channel)


def block(channel, number, acked, data, opener=True, size=None, first=True):
    out = b"\1" + bytes([0x80 * opener | first]) + \
        struct.pack("<HII", channel, number, acked)
    if first:
        out += struct.pack("<II", len(data) if size is None else size,
                           zlib.crc32(data))
    return out + data


def tag_number(v):
    out = b""
    while v > 0x7F:
        out += bytes([v & 0x7F | 0x80])
        v >>= 7
    return out + bytes([v])


def tag(number, data):
    return tag_number(number) + tag_number(len(data)) + data


def service(group, number, tags=b"", session=0x11, answer=False, size=None,
            magic=0xCD55, left=16):
    tail = b"\0\0\0\0" if left == 16 else b""
    return struct.pack("<HHHHII", magic, left, group | answer << 7, number,
                       session, len(tags) if size is None else size) + \
        tail + tags


def v2(data):
    return b"\xbb\xbb" + struct.pack("<I", len(data)) + data


def v2_node(system, version, product):
    return bytes(58) + system.ljust(32, b"\0") + version.ljust(32, b"\0") + \
        product.ljust(32, b"\0")

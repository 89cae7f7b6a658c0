"""eip: EtherNet/IP, CIP and PCCC messages, as the sender writes them.

Normative: The CIP Networks Library, Volume 1 (CIP) and Volume 2 (EtherNet/IP);
DF1 Protocol and Command Set Reference Manual for PCCC.
"""

import struct

SESSION = 0x11020100


def encap(command, data=b"", session=SESSION, status=0, context=bytes(8),
          options=0, length=None):
    return struct.pack("<HHII8sI", command,
                       len(data) if length is None else length, session,
                       status, context, options) + data


def items(*pairs):
    out = struct.pack("<H", len(pairs))
    for kind, data in pairs:
        out += struct.pack("<HH", kind, len(data)) + data
    return out


def rr(cip, context=1, more=(), status=0):
    """SendRRData: an unconnected message."""
    return encap(0x6F, struct.pack("<IH", 0, 10) +
                 items((0, b""), (0xB2, cip), *more), status=status,
                 context=struct.pack("<Q", context))


def unit(conn, seq, cip):
    """SendUnitData: a connected one."""
    return encap(0x70, struct.pack("<IH", 0, 0) +
                 items((0xA1, struct.pack("<I", conn)),
                       (0xB1, struct.pack("<H", seq) + cip)))


def sockaddr(ip, port):
    return struct.pack("!HH4s8x", 2, port, bytes(map(int, ip.split("."))))


def io(conn, eseq, data):
    """A class 0 or 1 datagram."""
    return items((0x8002, struct.pack("<II", conn, eseq)), (0xB1, data))


def path(cls=None, inst=None, attr=None):
    out = b""
    for kind, value in ((0x20, cls), (0x24, inst), (0x30, attr)):
        if value is None:
            continue
        if value < 256:
            out += bytes((kind, value))
        else:
            out += struct.pack("<BxH", kind + 1, value)
    return out


def symbol(text):
    data = text.encode()
    return bytes((0x91, len(data))) + data + bytes(len(data) % 2)


def req(service, epath, data=b""):
    return bytes((service, len(epath) // 2)) + epath + data


def rsp(service, data=b"", status=0, ext=()):
    return bytes((service | 0x80, 0, status, len(ext))) + \
        b"".join(struct.pack("<H", e) for e in ext) + data


def multiple(*parts):
    """Count, offsets, messages: of a Multiple Service Packet."""
    at = 2 + 2 * len(parts)
    out = struct.pack("<H", len(parts))
    for p in parts:
        out += struct.pack("<H", at)
        at += len(p)
    return out + b"".join(parts)


def routed(message, route):
    return req(0x52, path(6, 1), b"\x07\xf9" + struct.pack("<H", len(message))
               + message + bytes(len(message) % 2) +
               bytes((len(route) // 2, 0)) + route)


def identity(name, vendor=1, kind=12, product=58, rev=(10, 5), status=0x60,
             serial=0x46A36C):
    return struct.pack("<HHHBBHI", vendor, kind, product, *rev, status,
                       serial) + bytes((len(name),)) + name.encode()


TRIPLE = struct.pack("<HHI", 7, 77, 0x07AA23D3)


def forward_open(route, trigger, size=500, rpi=10000, to_id=0x11, large=False):
    param = struct.pack("<I", 0x42000000 | size) if large \
        else struct.pack("<H", 0x4200 | size)
    body = b"\x07\xf9" + struct.pack("<II", 0, to_id) + TRIPLE + \
        b"\x01\0\0\0" + struct.pack("<I", rpi) + param + \
        struct.pack("<I", rpi) + param + bytes((trigger, len(route) // 2)) + \
        route
    return req(0x5B if large else 0x54, path(6, 1), body)


def opened(ot, to_id=0x11, rpi=10000, service=0x54):
    return rsp(service, struct.pack("<II", ot, to_id) + TRIPLE +
               struct.pack("<II", rpi, rpi) + b"\0\0")


def pccc(txn, cmd, data=b"", sts=0):
    """A PCCC message with its requestor; fnc is data's first byte."""
    return b"\x07" + struct.pack("<HI", 77, 0x07AA23D3) + \
        struct.pack("<BBH", cmd, sts, txn) + data


def short_string(text):
    return bytes((len(text),)) + text.encode()


def string(text, pad=False):
    out = struct.pack("<H", len(text)) + text.encode()
    return out + bytes(len(out) % 2 if pad else 0)


def stringi(text):
    """In English, as a SHORT_STRING."""
    return b"\x01eng\xda" + struct.pack("<H", 4) + short_string(text)


def values(*pairs):
    """Of a Get_Attribute_List reply: id, value; None: not supported."""
    out = struct.pack("<H", len(pairs))
    for attr, value in pairs:
        out += struct.pack("<HH", attr, 0x14 if value is None else 0)
        out += value or b""
    return out


def port_link(port, address):
    """A port segment with a link address that is text."""
    data = address.encode()
    return bytes((0x10 | port, len(data))) + data + bytes(len(data) % 2)


def symbol_entry(instance, name, kind, size, dims=(0, 0, 0)):
    return struct.pack("<I", instance) + string(name) + \
        struct.pack("<HH3I", kind, size, *dims)


def template(name, *members):
    """Info, type, offset of each member, then the names."""
    out = b"".join(struct.pack("<HHI", *m[1:]) for m in members)
    return out + name.encode() + b";n\0" + \
        b"".join(m[0].encode() + b"\0" for m in members)


def safety_segment(extended=False):
    """Of a Forward Open: who owns whose configuration."""
    unid = bytes.fromhex("4d0f4a02f703"), bytes.fromhex("4d0f4a02f704")
    body = struct.pack("<BBI6sIH", 2 if extended else 0, 0, 0xCAFE0001,
                       b"\1\2\3\4\5\6", 0, 0) + \
        unid[0] + struct.pack("<I", 0xC0A8010A) + \
        unid[1] + struct.pack("<I", 0xC0A80105) + \
        struct.pack("<HHHBB", 50, 2, 9, 2, 1)
    body += struct.pack("<H", 5) if extended else b""
    body += struct.pack("<II", 0x01020304, 0)
    body += struct.pack("<HH", 7, 8) if extended else b""
    return bytes((0x50, len(body) // 2)) + body


def element(kind, file, number, sub, size):
    """Address of a logical command of SLC 500: N7:0 and the like."""
    def one(v):
        return bytes((v,)) if v < 255 else struct.pack("<BH", 255, v)
    return bytes((size,)) + one(file) + bytes((kind,)) + one(number) + one(sub)

"""s7: S7comm with TPKT (RFC 1006) and COTP (ISO 8073), as the sender writes
them."""

import struct


def tpkt(body):
    return struct.pack("!BBH", 3, 0, len(body) + 4) + body


def connect(called, calling=0x0100, kind=0xE0):
    """A connect request (kind 0xD0: its confirmation) with two-byte TSAPs."""
    rest = struct.pack("!BHHB", kind, 0 if kind == 0xE0 else 1, 1, 0) + \
        b"\xc0\1\x0a" + struct.pack("!BBHBBH", 0xC1, 2, calling, 0xC2, 2,
                                    called)
    return tpkt(bytes([len(rest)]) + rest)


def data(user):
    return tpkt(b"\2\xf0\x80" + user)


def pdu(rosctr, ref, param=b"", body=b"", error=None):
    head = struct.pack("!BBHHHH", 0x32, rosctr, 0, ref, len(param), len(body))
    if error is not None:
        head += struct.pack("!H", error)
    return data(head + param + body)


def job(ref, param, body=b""):
    return pdu(1, ref, param, body)


def ack(ref, error):
    return pdu(2, ref, error=error)


def ack_data(ref, param, body=b"", error=0):
    return pdu(3, ref, param, body, error)


def setup(size):
    return struct.pack("!BBHHH", 0xF0, 0, 1, 1, size)


def item(kind, count, db, area, address):
    return struct.pack("!BBBBHHB", 0x12, 10, 0x10, kind, count, db, area) + \
        struct.pack("!I", address)[1:]


def value(result, size, bits, body=b""):
    return struct.pack("!BBH", result, size, bits) + body


def block(name, dest="P"):
    """A file name: type and number, as "0A00001"."""
    return ("_" + name + dest).encode()


def file_job(func, name, sizes=None):
    out = struct.pack("!BBHI", func, 0, 0x0100, 0) + bytes([len(name)]) + name
    if sizes is not None:
        text = b"1%06d%06d" % sizes
        out += bytes([len(text)]) + text
    return out


def pi(name, argument=b""):
    return b"\x28\0\0\0\0\0\0\xfd" + struct.pack("!H", len(argument)) + \
        argument + bytes([len(name)]) + name


STOP = b"\x29\0\0\0\0\0\x09P_PROGRAM"


def ask(group, sub, payload=b"", seq=0):
    """Userdata's request as parameter and data."""
    good = b"\xff\x09" if payload else b"\x0a\0"
    return (b"\0\1\x12\4\x11" + bytes([0x40 | group, sub, seq]),
            good + struct.pack("!H", len(payload)) + payload)


def answer(group, sub, payload=b"", seq=1, more=0, error=0):
    good = b"\xff\x09" if payload else b"\x0a\0"
    return (b"\0\1\x12\x08\x12" + bytes([0x80 | group, sub, seq, 0, more]) +
            struct.pack("!H", error),
            good + struct.pack("!H", len(payload)) + payload)


def szl(number, index, length, *records):
    return struct.pack("!HHHH", number, index, length, len(records)) + \
        b"".join(records)


def module(index, order, version):
    return struct.pack("!H", index) + order.ljust(20) + b"\0\xc0" + version


def component(index, text):
    return struct.pack("!H", index) + text.ljust(32, b"\0")

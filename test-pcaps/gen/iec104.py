"""iec104: frames and ASDUs of IEC 60870-5-104, as the sender writes them."""

import struct

START, START_OK, STOP, STOP_OK, TEST, TEST_OK = 7, 11, 0x13, 0x23, 0x43, 0x83
# 2026-03-14 15:09:26.535, a Saturday
TIME = struct.pack("<HBBBBB", 26535, 9, 15, 6 << 5 | 14, 3, 26)
SHORT_TIME = TIME[:3]


def frame(control, asdu=b""):
    return struct.pack("<BB", 0x68, 4 + len(asdu)) + control + asdu


def u(function):
    return frame(bytes([function, 0, 0, 0]))


def s(received):
    return frame(struct.pack("<HH", 1, received << 1))


def i(sent, received, asdu):
    return frame(struct.pack("<HH", sent << 1, received << 1), asdu)


def ioa(address):
    return struct.pack("<I", address)[:3]


def asdu(kind, cause, objects, station=47, count=None, sequence=False,
         originator=0):
    """objects: (address, element) each; of a sequence only the first has an
    address."""
    body = b"".join(
        (ioa(at) if not sequence or n == 0 else b"") + element
        for n, (at, element) in enumerate(objects))
    n = len(objects) if count is None else count
    return struct.pack("<BBBBH", kind, sequence << 7 | n, cause, originator,
                       station) + body

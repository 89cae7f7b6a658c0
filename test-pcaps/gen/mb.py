"""mb: Modbus PDUs and their framings, as the sender writes them.

Normative: MODBUS Application Protocol V1.1b3 (section numbers below),
MODBUS Messaging on TCP/IP Implementation Guide V1.0b, MODBUS over Serial
Line V1.02.  UMAS sub-functions are from captures and public analyses.
"""

import struct


def tcp(txn, unit, pdu, length=None, proto=0):
    """MBAP header and PDU; length and proto to lie about them."""
    return struct.pack("!HHHB", txn, proto,
                       len(pdu) + 1 if length is None else length, unit) + pdu


def crc16(data):
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def rtu(unit, pdu, bad=False):
    adu = bytes([unit]) + pdu
    return adu + struct.pack("<H", crc16(adu) ^ (0x5555 if bad else 0))


def regs(values):
    return b"".join(struct.pack("!H", v & 0xFFFF) for v in values)


def bits(values):
    out = bytearray(-(-len(values) // 8))
    for i, v in enumerate(values):
        out[i // 8] |= bool(v) << i % 8
    return bytes(out)


def head(fc, *words):
    return bytes([fc]) + regs(words)


def counted(fc, data):
    return bytes([fc, len(data)]) + data


def exc(fc, code):
    return bytes([fc | 0x80, code])


# 6.1 to 6.4
def read(fc, addr, qty):
    return head(fc, addr, qty)


def read_bits_rsp(fc, values):
    return counted(fc, bits(values))


def read_regs_rsp(fc, values):
    return counted(fc, regs(values))


# 6.5, 6.6: the reply is the request
def write_coil(addr, on):
    return head(5, addr, 0xFF00 if on else 0)


def write_reg(addr, value):
    return head(6, addr, value)


# 6.11, 6.12
def write_coils(addr, values):
    return head(15, addr, len(values)) + bytes([len(bits(values))]) + \
        bits(values)


def write_regs(addr, values):
    return head(16, addr, len(values)) + bytes([2 * len(values)]) + \
        regs(values)


def write_rsp(fc, addr, qty):
    return head(fc, addr, qty)


# 6.16, 6.17
def mask_write(addr, and_, or_):
    return head(22, addr, and_, or_)


def read_write(raddr, rqty, waddr, values):
    return head(23, raddr, rqty, waddr, len(values)) + \
        bytes([2 * len(values)]) + regs(values)


# 6.8
def diag(sub, data=b"\0\0"):
    return head(8, sub) + data


# 6.14, 6.15: groups are (file, record, count) and (file, record, values)
def read_file(groups):
    return counted(20, b"".join(struct.pack("!BHHH", 6, *g) for g in groups))


def read_file_rsp(records):
    return counted(20, b"".join(bytes([1 + 2 * len(r), 6]) + regs(r)
                                for r in records))


def write_file(groups):
    return counted(21, b"".join(
        struct.pack("!BHHH", 6, f, r, len(v)) + regs(v) for f, r, v in groups))


# 6.18
def read_fifo(addr):
    return head(24, addr)


def read_fifo_rsp(values):
    return bytes([24]) + struct.pack("!HH", 2 + 2 * len(values),
                                     len(values)) + regs(values)


# 6.20, 6.21
def device_id(code, object_=0):
    return bytes([43, 14, code, object_])


def device_id_rsp(code, conformity, objects, more=0, following=0):
    body = b"".join(bytes([n, len(v)]) + v for n, v in objects)
    return bytes([43, 14, code, conformity, more, following,
                  len(objects)]) + body


def canopen(data):
    return bytes([43, 13]) + data


# 6.13
def server_id_rsp(ident, running, more=b""):
    return counted(17, ident + (b"\xff" if running else b"\0") + more)


def umas(sub, data=b"", session=0):
    return bytes([90, session, sub]) + data

"""rdp: connections of Remote Desktop and what goes before the screens
(MS-RDPBCGR 2.2.1), as the sender writes them."""

import struct

TLS, NLA, RDSTLS, EXTENDED, ENTRA = 1, 2, 4, 8, 16


def tpkt(data):
    return struct.pack(">BBH", 3, 0, 4 + len(data)) + data


def x224(pdu, rest, dst=0, src=0, klass=0):
    body = struct.pack(">BHHB", pdu, dst, src, klass) + rest
    return tpkt(bytes([len(body)]) + body)


def negotiation(kind, value, flags=0):
    return struct.pack("<BBHI", kind, flags, 8, value)


def request(cookie=b"", protocols=None, flags=0):
    """cookie: with its end; protocols None: it does not negotiate."""
    rest = b"" if protocols is None else negotiation(1, protocols, flags)
    return x224(0xE0, cookie + rest)


def confirm(chosen=None, failure=None):
    rest = b""
    if chosen is not None:
        rest = negotiation(2, chosen, 0x1F)
    if failure is not None:
        rest = negotiation(3, failure)
    return x224(0xD0, rest, src=0x1234)


def user(name):
    return b"Cookie: mstshash=" + name + b"\r\n"


def data(mcs):
    return tpkt(b"\x02\xf0\x80" + mcs)


def ber(tag, body):
    n = len(body)
    size = bytes([n]) if n < 0x80 else b"\x82" + struct.pack(">H", n)
    return bytes.fromhex(tag) + size + body


def per(n):
    return bytes([n]) if n < 0x80 else struct.pack(">H", 0x8000 | n)


def block(kind, body):
    return struct.pack("<HH", kind, 4 + len(body)) + body


def ucs2(text, size):
    return text.encode("utf-16-le").ljust(size, b"\0")


def core(name, build, version=0x80004, size=(1920, 1080), keyboard=0x407,
         product=None):
    body = struct.pack("<IHHHHII", version, *size, 0xCA01, 0xAA03, keyboard,
                       build)
    body += ucs2(name, 32) + struct.pack("<III", 4, 0, 12) + bytes(64)
    if product is not None:
        body += struct.pack("<HHIHHH", 0xCA01, 1, 0, 24, 7, 1)
        body += ucs2(product, 64) + struct.pack("<BBI", 6, 0, 0)
    return block(0xC001, body)


def security(methods):
    return block(0xC002, struct.pack("<II", methods, 0))


def net(*names):
    return block(0xC003, struct.pack("<I", len(names)) + b"".join(
        n.ljust(8, b"\0") + struct.pack("<I", 0x80800000) for n in names))


PARAMETERS = ber("30", bytes.fromhex(
    "020122 020102 020100 020101 020100 020101 0202ffff 020102"))


def initial(*blocks):
    body = b"".join(blocks)
    ask = bytes.fromhex("00080010 0001c000") + b"Duca" + per(len(body)) + body
    gcc = bytes.fromhex("000500147c0001") + per(len(ask)) + ask
    return data(ber("7f65", ber("04", b"\1") + ber("04", b"\1") +
                    ber("01", b"\xff") + PARAMETERS * 3 + ber("04", gcc)))


def response(method, level, result=0, version=0x80004):
    body = block(0x0C01, struct.pack("<III", version, 0, 0)) + \
        block(0x0C03, struct.pack("<HHHH", 1003, 2, 1004, 1005)) + \
        block(0x0C02, struct.pack("<II", method, level))
    say = bytes.fromhex("14760a01010001c000") + b"McDn" + per(len(body)) + body
    gcc = bytes.fromhex("000500147c0001") + per(len(say)) + say
    return data(ber("7f66", ber("0a", bytes([result])) + ber("02", b"\0") +
                    PARAMETERS + ber("04", gcc)))


ERECT = data(bytes.fromhex("0401000100"))
ATTACH = data(b"\x28")
ATTACHED = data(bytes.fromhex("2e000006"))


def join(channel):
    return data(struct.pack(">BHH", 0x38, 6, channel))


def joined(channel, refused=False):
    if refused:
        return data(struct.pack(">BBHH", 0x3C, 0x20, 6, channel))
    return data(struct.pack(">BBHHH", 0x3E, 0, 6, channel, channel))


def send(flags, body, kind=0x64):
    body = struct.pack("<HH", flags, 0) + body
    return data(struct.pack(">BHHB", kind, 6, 1003, 0x70) + per(len(body)) +
                body)


def info(name, password="", domain="", shell="", address=None, wide=True):
    def text(t):
        return t.encode("utf-16-le" if wide else "latin-1")
    end = b"\0\0" if wide else b"\0"
    parts = [text(t) for t in (domain, name, password, shell, "")]
    body = struct.pack("<II", 0x407, 0x10 if wide else 0)
    body += b"".join(struct.pack("<H", len(p)) for p in parts)
    body += b"".join(p + end for p in parts)
    if address is not None:
        body += struct.pack("<HH", 2, 2 * len(address) + 2) + \
            address.encode("utf-16-le") + b"\0\0"
    return body


LEAVE = data(b"\x21\x80")

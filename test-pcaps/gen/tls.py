"""tls: records, hellos and certificates (RFC 5246, 8446, 5280)."""

import struct


def record(kind, data, version=0x0303):
    return struct.pack(">BHH", kind, version, len(data)) + data


def message(kind, body):
    return bytes([kind]) + struct.pack(">I", len(body))[1:] + body


def handshake(*messages, version=0x0303, size=16384):
    """Messages in as many records as it takes."""
    data = b"".join(messages)
    return b"".join(record(22, data[at:at + size], version)
                    for at in range(0, len(data), size))


def alert(level, what):
    return record(21, bytes([level, what]))


CHANGE = record(20, b"\1")


def vec(n, data):
    return len(data).to_bytes(n, "big") + data


def ext(kind, data):
    return struct.pack(">H", kind) + vec(2, data)


def sni(name):
    return ext(0, vec(2, b"\0" + vec(2, name)))


def alpn(*names):
    return ext(16, vec(2, b"".join(vec(1, n) for n in names)))


def versions(*all_):
    return ext(43, vec(1, b"".join(struct.pack(">H", v) for v in all_)))


def client_hello(*exts, version=0x0303, ciphers=(0x1301, 0xC02F)):
    body = struct.pack(">H", version) + bytes(range(32)) + vec(1, b"")
    body += vec(2, b"".join(struct.pack(">H", c) for c in ciphers))
    body += vec(1, b"\0") + (vec(2, b"".join(exts)) if exts else b"")
    return message(1, body)


RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891"
                      "c2a211167abb8c5e079e09e2c8a8339c")


def server_hello(cipher, *exts, version=0x0303, random=bytes(range(32, 64))):
    body = struct.pack(">H", version) + random + vec(1, b"")
    body += struct.pack(">HB", cipher, 0)
    return message(2, body + (vec(2, b"".join(exts)) if exts else b""))


# --- certificates ----------------------------------------------------------

def der(tag, *parts):
    data = b"".join(parts)
    n = len(data)
    size = (bytes([n]) if n < 128 else b"\x81" + bytes([n]) if n < 256
            else b"\x82" + struct.pack(">H", n))
    return bytes([tag]) + size + data


def oid(hexed):
    return der(6, bytes.fromhex(hexed))


ATTRS = {"CN": "550403", "serialNumber": "550405", "C": "550406",
         "L": "550407", "O": "55040a", "OU": "55040b", "category": "55040f"}
RSA, SHA1_RSA, SHA256_RSA = ("2a864886f70d01010" + x for x in "15b")
EC, SHA256_EC = "2a8648ce3d0201", "2a8648ce3d040302"


def name(**attrs):
    return der(0x30, *(der(0x31, der(0x30, oid(ATTRS[k]), der(
        0x0C, v.encode()))) for k, v in attrs.items()))


def time(text):
    return der(0x17 if len(text) == 13 else 0x18, text.encode())


def rsa(bits):
    return der(0x30, der(0x30, oid(RSA), der(5)), der(3, b"\0" + der(
        0x30, der(2, b"\0" + b"\xa5" * (bits // 8)), der(2, b"\1\0\1"))))


def ec():
    return der(0x30, der(0x30, oid(EC), oid("2a8648ce3d030107")),
               der(3, b"\0\4" + b"\x5a" * 64))


def certificate(subject, issuer, before, after, key=None, sign=SHA256_RSA,
                names=()):
    alg = der(0x30, oid(sign), der(5))
    tbs = [der(0xA0, der(2, b"\2")), der(2, b"\x11\x22"), alg, issuer,
           der(0x30, time(before), time(after)), subject, key or rsa(2048)]
    exts = [der(0x30, oid("551d13"), der(1, b"\xff"), der(4, der(0x30)))]
    if names:
        exts.append(der(0x30, oid("551d11"), der(4, der(0x30, *(
            der(0x82, n.encode()) for n in names)))))
    tbs.append(der(0xA3, der(0x30, *exts)))
    return der(0x30, der(0x30, *tbs), alg, der(3, b"\0" + bytes(64)))


def certificates(*all_):
    return message(11, vec(3, b"".join(vec(3, c) for c in all_)))

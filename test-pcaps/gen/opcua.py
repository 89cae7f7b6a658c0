"""opcua: OPC UA's binary messages (OPC 10000-6), as the sender writes them."""

import struct

NONE = b"http://opcfoundation.org/UA/SecurityPolicy#None"
BASIC = b"http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256"
TIME = struct.pack("<Q", 133000000000000000)


def string(text):
    if text is None:
        return b"\xff\xff\xff\xff"
    return struct.pack("<I", len(text)) + text


def array(items):
    return struct.pack("<I", len(items)) + b"".join(items)


def localized(text):
    return b"\2" + string(text)


def node(number, ns=0):
    if isinstance(number, bytes):
        return struct.pack("<BH", 3, ns) + string(number)
    return struct.pack("<BBH", 1, ns, number)


def body(type_id, *parts):
    return node(type_id) + b"".join(parts)


EMPTY = b"\0\0\0"                       # an extension object of nothing


def request_header(handle=1, token=b"\0\0"):
    return token + TIME + struct.pack("<II", handle, 0) + string(None) + \
        struct.pack("<I", 5000) + EMPTY


def response_header(result=0, handle=1):
    return TIME + struct.pack("<II", handle, result) + b"\0" + \
        string(None) + EMPTY


def request(type_id, *parts):
    return body(type_id, request_header(), *parts)


def response(type_id, *parts, result=0):
    return body(type_id, response_header(result), *parts)


def pdu(kind, rest, chunk=b"F"):
    return kind + chunk + struct.pack("<I", len(rest) + 8) + rest


def hello(url):
    return pdu(b"HEL", struct.pack("<IIIII", 0, 65536, 65536, 0, 0) +
               string(url))


def ack():
    return pdu(b"ACK", struct.pack("<IIIII", 0, 65536, 65536, 0, 0))


def error(code, reason):
    return pdu(b"ERR", struct.pack("<I", code) + string(reason))


def reverse(server, url):
    return pdu(b"RHE", string(server) + string(url))


def opn(channel, seq, req, inner, policy=NONE, cert=None):
    head = struct.pack("<I", channel) + string(policy) + string(cert) + \
        string(b"\x5a" * 20 if cert else None)
    return pdu(b"OPN", head + struct.pack("<II", seq, req) + inner)


def msg(channel, seq, req, inner, chunk=b"F", kind=b"MSG"):
    return pdu(kind, struct.pack("<IIII", channel, 1, seq, req) + inner,
               chunk)


def open_request(mode=1):
    return request(446, struct.pack("<III", 0, 0, mode), string(None),
                   struct.pack("<I", 3600000))


def open_response(channel):
    return response(449, struct.pack("<III", 0, channel, 1), TIME,
                    struct.pack("<I", 3600000), string(None))


def application(uri, product, name, kind, urls=()):
    return string(uri) + string(product) + localized(name) + \
        struct.pack("<I", kind) + string(None) + string(None) + \
        array([string(u) for u in urls])


def endpoint(url, app, mode, policy, tokens):
    """tokens: kinds of UserTokenPolicy, 0 anonymous, 1 user name."""
    return string(url) + app + string(None) + struct.pack("<I", mode) + \
        string(policy) + array([
            string(b"t%d" % t) + struct.pack("<I", t) + string(None) * 3
            for t in tokens]) + string(b"uatcp-uasc-uabinary") + b"\0"


def variant(kind, raw):
    return bytes([kind]) + raw


def text(value):
    return variant(12, string(value))


def double(value):
    return variant(11, struct.pack("<d", value))


def data(value=None, status=0):
    mask = (value is not None) | (2 if status else 0)
    return bytes([mask]) + (value or b"") + \
        (struct.pack("<I", status) if status else b"")


def extension(type_id, inner):
    return node(type_id) + b"\1" + string(inner)


def read(*nodes):
    return request(631, struct.pack("<dI", 0, 0), array([
        n + struct.pack("<I", 13) + string(None) + b"\0\0" + string(None)
        for n in nodes]))


def read_ok(*values):
    return response(634, array(values), array([]))


def write(*pairs):
    return request(673, array([
        n + struct.pack("<I", 13) + string(None) + v for n, v in pairs]))


def statuses(type_id, *codes):
    return response(type_id, array([struct.pack("<I", c) for c in codes]),
                    array([]))


def activate(token):
    return request(467, string(None) * 2, array([]), array([]), token,
                   string(None) * 2)


def user(name, password, algorithm=None):
    return extension(324, string(b"user") + string(name) + string(password) +
                     string(algorithm))


def der(tag, inner):
    size = len(inner)
    head = bytes([size]) if size < 128 else struct.pack("!BH", 0x82, size)
    return bytes([tag]) + head + inner


def name(*parts):
    """A distinguished name: (last octet of the attribute's OID, text)."""
    return der(0x30, b"".join(der(0x31, der(0x30, der(
        6, bytes([0x55, 4, n])) + der(12, t))) for n, t in parts))


def certificate(common):
    """Everything in front of the subject, the subject, and no key."""
    tbs = der(0xA0, der(2, b"\2")) + der(2, b"\x11") + der(0x30, b"") + \
        name((3, b"Plant CA")) + der(0x30, b"") + \
        name((10, b"Example Works"), (3, common))
    return der(0x30, der(0x30, tbs))

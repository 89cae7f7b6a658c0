"""mqtt: MQTT's packets (OASIS, 3.1.1 and 5.0), as the sender writes them."""

import struct

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, \
    SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH = \
    range(1, 16)


def varint(n):
    out = b""
    while True:
        n, octet = n >> 7, n & 0x7F
        out += bytes([octet | (0x80 if n else 0)])
        if not n:
            return out


def text(s):
    s = s.encode() if isinstance(s, str) else s
    return struct.pack("!H", len(s)) + s


def packet(kind, body=b"", flags=0, length=None):
    return bytes([kind << 4 | flags]) + \
        varint(len(body) if length is None else length) + body


def properties(*items):
    """Each is an id and the octets of its value."""
    body = b"".join(bytes([i]) + v for i, v in items)
    return varint(len(body)) + body


def connect(client, version=4, keep=60, clean=True, will=None, user=None,
            password=None, props=b"\0", name=None, flags=0, bridge=False):
    """will: topic, payload, QoS, retained."""
    flags |= 2 * clean
    rest = text(client)
    if will is not None:
        flags |= 4 | will[2] << 3 | will[3] << 5
        rest += (b"\0" if version == 5 else b"") + text(will[0]) + \
            text(will[1])
    if user is not None:
        flags |= 0x80
        rest += text(user)
    if password is not None:
        flags |= 0x40
        rest += text(password)
    head = text(name or ("MQIsdp" if version == 3 else "MQTT"))
    return packet(CONNECT, head + bytes([version | 0x80 * bridge, flags]) +
                  struct.pack("!H", keep) +
                  (props if version == 5 else b"") + rest)


def connack(code=0, present=False, props=None):
    return packet(CONNACK, bytes([present, code]) +
                  (props if props is not None else b""))


def publish(topic, payload=b"", qos=0, ident=0, retain=False, again=False,
            props=None):
    body = text(topic) + (struct.pack("!H", ident) if qos else b"") + \
        (props if props is not None else b"") + payload
    return packet(PUBLISH, body, again << 3 | qos << 1 | retain)


def ack(kind, ident, rest=b""):
    return packet(kind, struct.pack("!H", ident) + rest,
                  2 if kind == PUBREL else 0)


def subscribe(ident, *filters, props=b""):
    return packet(SUBSCRIBE, struct.pack("!H", ident) + props +
                  b"".join(text(f) + bytes([o]) for f, o in filters), 2)


def unsubscribe(ident, *filters, props=b""):
    return packet(UNSUBSCRIBE, struct.pack("!H", ident) + props +
                  b"".join(text(f) for f in filters), 2)

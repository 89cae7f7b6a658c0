"""bn: BACnet messages as plain functions from fields to bytes.

Normative: ANSI/ASHRAE 135-2020, clauses 6 (network layer), 20 (encoding),
annexes J and U (BACnet/IP and BACnet/IPv6).
"""

import ipaddress
import struct

PORT = 47808


# --- tags (20.2) --------------------------------------------------------------

def tag(number, length, context=False):
    first = (number if number < 15 else 15) << 4 | (8 if context else 0)
    ext = bytes([number]) if number >= 15 else b""
    if length < 5:
        return bytes([first | length]) + ext
    if length < 254:
        return bytes([first | 5]) + ext + bytes([length])
    if length < 65536:
        return bytes([first | 5]) + ext + b"\xfe" + struct.pack("!H", length)
    return bytes([first | 5]) + ext + b"\xff" + struct.pack("!I", length)


def number(n):
    return n.to_bytes(max(1, (n.bit_length() + 7) // 8), "big")


def signed(n):
    return n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True)


def oid(kind, instance):
    return struct.pack("!I", kind << 22 | instance)


def bits(text):
    pad = -len(text) % 8
    return bytes([pad]) + bytes(int((text + "0" * pad)[i:i + 8], 2)
                                for i in range(0, len(text), 8))


def chars(text, charset=0):
    coding = {0: "utf-8", 3: "utf-32-be", 4: "utf-16-be", 5: "latin-1"}
    return bytes([charset]) + text.encode(coding[charset])


def app(kind, content):
    return tag(kind, len(content)) + content


def null():
    return b"\x00"


def boolean(on):
    return bytes([0x10 | on])


def uint(n):
    return app(2, number(n))


def sint(n):
    return app(3, signed(n))


def real(x):
    return app(4, struct.pack("!f", x))


def double(x):
    return app(5, struct.pack("!d", x))


def octets(b):
    return app(6, b)


def text(s, charset=0):
    return app(7, chars(s, charset))


def bitstring(s):
    return app(8, bits(s))


def enum(n):
    return app(9, number(n))


def date(y, m, d, w=255):
    return app(10, bytes([255 if y is None else y - 1900, m, d, w]))


def time(h, m, s, x=0):
    return app(11, bytes([h, m, s, x]))


def obj(kind, instance):
    return app(12, oid(kind, instance))


def ctx(n, content):
    return tag(n, len(content), True) + content


def cuint(n, v):
    return ctx(n, number(v))


def coid(n, kind, instance):
    return ctx(n, oid(kind, instance))


def creal(n, x):
    return ctx(n, struct.pack("!f", x))


def cdouble(n, x):
    return ctx(n, struct.pack("!d", x))


def csint(n, v):
    return ctx(n, signed(v))


def group(n, *parts):
    """Opening tag, parts, closing tag."""
    if n >= 15:
        return bytes([0xFE, n]) + b"".join(parts) + bytes([0xFF, n])
    return bytes([n << 4 | 0x0E]) + b"".join(parts) + bytes([n << 4 | 0x0F])


# --- APDU (20.1) --------------------------------------------------------------

def confirmed(service, body=b"", invoke=1, flags=2, maxima=0x75, seg=None,
              more=False):
    """seg: (sequence number, window)."""
    if seg:
        return bytes([0x08 | (4 if more else 0) | flags, maxima, invoke,
                      seg[0], seg[1], service]) + body
    return bytes([flags, maxima, invoke, service]) + body


def unconfirmed(service, body=b""):
    return bytes([0x10, service]) + body


def simple_ack(service, invoke=1):
    return bytes([0x20, invoke, service])


def ack(service, body, invoke=1, seg=None, more=False):
    if seg:
        return bytes([0x38 | (4 if more else 0), invoke, seg[0], seg[1],
                      service]) + body
    return bytes([0x30, invoke, service]) + body


def segment_ack(invoke, seq, window, nak=False, server=False):
    return bytes([0x40 | nak << 1 | server, invoke, seq, window])


def error(service, cls, code, invoke=1, rest=None):
    """rest: where the error itself is in a group 0."""
    body = enum(cls) + enum(code)
    if rest is not None:
        body = group(0, body) + rest
    return bytes([0x50, invoke, service]) + body


def reject(reason, invoke=1):
    return bytes([0x60, invoke, reason])


def abort(reason, invoke=1, server=True):
    return bytes([0x70 | server, invoke, reason])


# --- NPDU (6.2) ---------------------------------------------------------------

def npdu(body, dest=None, source=None, hop=255, expect=False, prio=0,
         message=False, version=1, extra=0):
    """dest, source: (network, MAC bytes)."""
    control = (0x80 if message else 0) | (0x20 if dest else 0) | \
        (0x08 if source else 0) | (4 if expect else 0) | prio | extra
    out = bytes([version, control])
    for end in (dest, source):
        if end:
            out += struct.pack("!HB", end[0], len(end[1])) + end[1]
    if dest:
        out += bytes([hop])
    return out + body


def message(kind, body=b"", **kw):
    return npdu(bytes([kind]) + body, message=True, **kw)


def nets(*numbers):
    return struct.pack("!%dH" % len(numbers), *numbers)


# --- BVLC (J.2, U.2) ----------------------------------------------------------

UNICAST, BROADCAST, FORWARDED, DISTRIBUTE = 10, 11, 4, 9


def bvlc(function, body=b"", length=None, kind=0x81):
    return struct.pack("!BBH", kind, function,
                       4 + len(body) if length is None else length) + body


def bvlc6(function, body=b""):
    return bvlc(function, body, kind=0x82)


def bip(ip, port=PORT):
    """A B/IP or B/IPv6 address."""
    return ipaddress.ip_address(ip).packed + struct.pack("!H", port)


def unicast(apdu, **kw):
    return bvlc(UNICAST, npdu(apdu, **kw))


def broadcast(apdu, **kw):
    return bvlc(BROADCAST, npdu(apdu, **kw))


def forwarded(ip, data):
    return bvlc(FORWARDED, bip(ip) + data)


# --- what several services share ----------------------------------------------

def property_ref(prop, index=None, first=0):
    out = cuint(first, prop)
    return out if index is None else out + cuint(first + 1, index)


def property_value(prop, value, index=None, prio=None):
    out = property_ref(prop, index) + group(2, value)
    return out if prio is None else out + cuint(3, prio)


def read_ack(kind, instance, prop, value, index=None):
    out = coid(0, kind, instance) + cuint(1, prop)
    if index is not None:
        out += cuint(2, index)
    return out + group(3, value)


def write(kind, instance, prop, value, prio=None, index=None):
    out = read_ack(kind, instance, prop, value, index)
    return out if prio is None else out + cuint(4, prio)


def cov(process, device, kind, instance, left, *values):
    return cuint(0, process) + coid(1, 8, device) + \
        coid(2, kind, instance) + cuint(3, left) + group(4, *values)


def audit(full=False):
    """BACnetAuditNotification: a write of analog-output 1."""
    when = ctx(0, bytes([12, 30, 15, 50]))
    if not full:
        return group(2, coid(0, 8, 4)) + cuint(4, 1) + \
            group(10, coid(0, 8, 100))
    return group(0, when) + group(1, cuint(1, 42)) + \
        group(2, group(1, uint(5) + octets(b"\x07"))) + coid(3, 16, 2) + \
        cuint(4, 1) + ctx(5, chars("by hand")) + ctx(6, chars("done")) + \
        cuint(7, 9) + cuint(8, 1000) + cuint(9, 3) + \
        group(10, coid(0, 8, 100)) + coid(11, 1, 1) + \
        group(12, cuint(0, 87) + cuint(1, 8)) + cuint(13, 8) + \
        group(14, real(50)) + group(15, null()) + \
        group(16, enum(2), enum(40))

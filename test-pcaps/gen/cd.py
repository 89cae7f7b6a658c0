"""cd: CDP messages as functions from fields to bytes, in SNAP."""

import ipaddress
import struct

import ld
import wire

GROUP = bytes.fromhex("01000ccccccc")
CISCO = bytes.fromhex("00000c")
VTP, DTP, UDLD, CDP = 0x2003, 0x2004, 0x0111, 0x2000


def tlv(kind, value=b""):
    return struct.pack("!HH", kind, len(value) + 4) + value


def addresses(kind, *ips):
    body = struct.pack("!I", len(ips))
    for ip in ips:
        a = ipaddress.ip_address(ip).packed
        body += b"\x01\x01\xcc" if len(a) == 4 else \
            bytes.fromhex("0208aaaa0300000086dd")
        body += struct.pack("!H", len(a)) + a
    return tlv(kind, body)


def last_word(octet, rfc):
    """An odd last octet: as RFC 1071 says, or as Cisco adds it."""
    if rfc:
        return octet << 8
    return octet if octet < 0x80 else 0xFF00 + octet - 1


def message(tlvs, ttl=180, version=2, rfc=False):
    body = struct.pack("!BBH", version, ttl, 0) + tlvs
    even = body[:len(body) // 2 * 2]
    total = sum(struct.unpack("!%dH" % (len(even) // 2), even))
    if len(body) % 2:
        total += last_word(body[-1], rfc)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return body[:2] + struct.pack("!H", ~total & 0xFFFF) + body[4:]


def frame(src, body, kind=CDP):
    llc = b"\xaa\xaa\x03" + CISCO + struct.pack("!H", kind) + body
    return wire.eth(GROUP, ld.mac(src), len(llc), llc)

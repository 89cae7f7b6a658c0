"""ld: LLDP messages (IEEE 802.1AB-2016) as functions from fields to bytes."""

import ipaddress
import struct

import wire

GROUP = bytes.fromhex("0180c200000e")
O_8021, O_8023, O_MED, O_PNIO = (bytes.fromhex(o) for o in (
    "0080c2", "00120f", "0012bb", "000ecf"))
END = b"\0\0"


def tlv(kind, value=b""):
    return struct.pack("!H", kind << 9 | len(value)) + value


def org(oui, subtype, value=b""):
    return tlv(127, oui + bytes([subtype]) + value)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def start(chassis, port, ttl=120):
    """The three that must be; chassis and port as (subtype, bytes)."""
    return b"".join(tlv(kind, bytes([sub]) + value)
                    for kind, (sub, value) in ((1, chassis), (2, port))) + \
        tlv(3, struct.pack("!H", ttl))


def capabilities(has, enabled):
    return tlv(7, struct.pack("!HH", has, enabled))


def management(ip, interface=1, oid=b""):
    a = ipaddress.ip_address(ip)
    family = 1 if a.version == 4 else 2
    return tlv(8, bytes([1 + len(a.packed), family]) + a.packed +
               struct.pack("!BIB", 2, interface, len(oid)) + oid)


def port_vlan(vid):
    return org(O_8021, 1, struct.pack("!H", vid))


def vlan_name(vid, name):
    return org(O_8021, 3, struct.pack("!HB", vid, len(name)) + name)


def mac_phy(autoneg=3, advertised=0x6C00, mau=16):
    return org(O_8023, 1, struct.pack("!BHH", autoneg, advertised, mau))


def med(subtype, text):
    return org(O_MED, subtype, text)


def frame(src, body, dst=GROUP):
    return wire.eth(dst, mac(src), 0x88CC, body)

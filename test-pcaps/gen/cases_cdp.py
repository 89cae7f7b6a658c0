"""cases_cdp: Cisco's way of telling the neighbour who one is."""

import struct

import cd
from capfile import Capture, T0
from cases import case
from wire import MS, S

SWITCH, PHONE, OTHER = "02:00:00:00:00:81", "02:00:00:00:00:82", \
    "02:00:00:00:00:83"

IOS = b"Cisco IOS Software, EX Software (EX-LANBASE-M), " \
    b"Version 15.2(7)E3, RELEASE SOFTWARE (fc2)\n" \
    b"Compiled by nobody"

SWITCH_SAYS = cd.tlv(1, b"cell-4-switch.plant.example") + cd.tlv(5, IOS) + \
    cd.tlv(6, b"cisco EX-2960-8TC") + \
    cd.addresses(2, "10.0.0.81", "fd00:6::81") + \
    cd.tlv(3, b"FastEthernet0/3") + cd.tlv(4, struct.pack("!I", 0x28)) + \
    cd.tlv(8, cd.CISCO + b"\x01\x12" + bytes(27)) + cd.tlv(9, b"plant") + \
    cd.tlv(0xA, struct.pack("!H", 10)) + cd.tlv(0xB, b"\x01") + \
    cd.tlv(0xE, b"\x01" + struct.pack("!H", 100)) + \
    cd.addresses(0x16, "10.0.0.80") + cd.tlv(0x17, b"\0panel 12")


@case("cdp/devices")
def devices():
    """A switch, behind protocols of the same vendor with the same addresses; a
    telephone; another vendor's device, whose checksum is RFC 1071's; version
    1; a switch that shuts a port down."""
    cap = Capture()
    for n, kind in enumerate((cd.DTP, cd.VTP, cd.UDLD) * 6):
        cap.add(T0 + 50 * n * MS, cd.frame(SWITCH, b"\x01" + bytes(30), kind))
    t = T0 + S
    phone = cd.tlv(1, b"SEP020000000082") + cd.tlv(3, b"Port 1") + \
        cd.tlv(4, struct.pack("!I", 0x490)) + cd.tlv(5, b"SCCP41.9-4-2S") + \
        cd.tlv(6, b"Cisco IP Phone 7941")
    other = cd.tlv(1, b"\x02\0\0\0\0\x83") + cd.tlv(0x14, b"gateway-2") + \
        cd.addresses(2, "10.0.0.83") + cd.tlv(3, b"ether1") + \
        cd.tlv(4, struct.pack("!I", 1)) + cd.tlv(6, b"Example GW") + \
        cd.tlv(5, b"6.44\xe9")
    for src, body in (
            (SWITCH, cd.message(SWITCH_SAYS)),
            (PHONE, cd.message(phone)),
            (OTHER, cd.message(other, rfc=True)),
            (OTHER, cd.message(cd.tlv(1, b"gateway-2"), version=1)),
            (SWITCH, cd.message(cd.tlv(1, b"cell-4-switch"), ttl=0))):
        cap.add(t, cd.frame(src, body))
        t += S
    return cap


@case("cdp/violations")
def violations():
    """Checksums, lengths and lists that are wrong, each followed by a good
    message; at last messages that the capture cut, which are no violation."""
    name = cd.tlv(1, b"sw")
    broken = bytearray(cd.message(SWITCH_SAYS))
    broken[20] ^= 0x40
    bad = [b"\x02\xb4", cd.message(name, version=9), bytes(broken),
           cd.message(name + b"\0\x05\0\x03"),
           cd.message(name + b"\0\x05\0\x30ab"),
           cd.message(name + cd.tlv(2, b"\0\0")),
           cd.message(name + cd.tlv(0x16, b"\0\0\0\x05\x01\x01\xcc")),
           cd.message(name + cd.tlv(4, b"\0\x28") + cd.tlv(6, b"cisco X")),
           cd.message(name + cd.addresses(2, *["10.0.0.81"] * 40))]
    cap, t = Capture(), T0
    for body in bad:
        cap.add(t, cd.frame(SWITCH, body))
        cap.add(t + 100 * MS, cd.frame(SWITCH, cd.message(name)))
        t += S
    whole = cd.frame(SWITCH, cd.message(SWITCH_SAYS))
    for n in (24, 40, 120, len(whole) - 5):
        cap.add(t, whole[:n], wire=len(whole))
        t += S
    return cap

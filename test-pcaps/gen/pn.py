"""pn: PROFINET frames of ethertype 0x8892, as the sender writes them.

IEC 61158-6-10: FrameIDs (4.2.2.2), DCP (4.3), alarms (4.5).
"""

import struct

import wire

ETHERTYPE = 0x8892
HELLO, GET_SET, IDENTIFY, IDENTIFIED = 0xFEFC, 0xFEFD, 0xFEFE, 0xFEFF
GET, SET, IDENT, HELLO_SERVICE = 3, 4, 5, 6
TO_ALL = bytes.fromhex("010ecf000000")
HELLO_TO = bytes.fromhex("010ecf000001")
LLDP_TO = bytes.fromhex("0180c200000e")


def frame(dst, src, frame_id, data, vid=None, pcp=6):
    """An Ethernet frame; dst is a MAC, src a Host; vid 0 is a priority tag."""
    body = struct.pack("!H", frame_id) + data
    if vid is None:
        return wire.eth(dst, src.mac_bytes, ETHERTYPE, body)
    return wire.eth(dst, src.mac_bytes, wire.ET_VLAN,
                    wire.tag(vid, ETHERTYPE, pcp) + body)


def dcp(service, kind, xid, blocks=b"", delay=0, length=None):
    return struct.pack("!BBIHH", service, kind, xid, delay,
                       len(blocks) if length is None else length) + blocks


def block(option, sub, value=b"", info=None, length=None):
    """A block with its BlockInfo or BlockQualifier, where it has one."""
    if info is not None:
        value = struct.pack("!H", info) + value
    head = struct.pack("!BBH", option, sub,
                       len(value) if length is None else length)
    return head + value + b"\0" * (len(value) % 2)


def ip(address, mask, gateway, info=1):
    octets = "%s.%s.%s" % (address, mask, gateway)
    return block(1, 2, bytes(int(x) for x in octets.split(".")), info)


def name(text, info=0):
    return block(2, 2, text.encode(), info)


def station(text, kind, vendor, device, role, address, info=0, ip_info=1):
    """What a device says of itself in answer to Identify."""
    return name(text, info) + block(2, 5, bytes.fromhex(
        "010202010202020302040601"), info) + \
        block(2, 1, kind.encode(), info) + \
        block(2, 3, struct.pack("!HH", vendor, device), info) + \
        block(2, 4, bytes([role, 0]), info) + ip(*address, info=ip_info)


def response(of, error=0):
    """What came of one block of a Set, or of a Get that was refused."""
    return block(5, 4, bytes([of[0], of[1], error]))


def cyclic(data, cycle, status=0x35, transfer=0):
    return data.ljust(36, b"\0") + struct.pack("!HBB", cycle, status,
                                               transfer)


def alarm(kind, slot, subslot, seq=0):
    """An alarm notification of low priority, without items."""
    body = struct.pack("!HHBBHIHHIIH", 2, 0x18, 1, 0, kind, 0, slot, subslot,
                       1, 2, seq)
    return struct.pack("!HHBBHHH", 1, 2, 0x11, 1, seq, 0xFFFE,
                       len(body)) + body

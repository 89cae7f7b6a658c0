"""goose: frames of ethertype 0x88b8 (IEC 61850-8-1, annexes A and C), as the
publisher writes them."""

import struct

import mms
import wire

ETHERTYPE = 0x88B8
GROUP = bytes.fromhex("010ccd010001")


def message(ref="AA1E1Q01FP2LD0/LLN0$GO$gcb1", state=1, seq=0, values=(),
            dataset=None, ident="gcb1", test=False, revision=1,
            commission=False, entries=None, lives=2000, drop=(), t=None):
    """Its elements; drop leaves out those with these tags."""
    parts = [
        mms.tlv(0x80, ref.encode()), mms.number(0x81, lives),
        mms.tlv(0x82, (dataset or ref.split("$")[0] + "$trip").encode()),
        mms.tlv(0x83, ident.encode()),
        mms.tlv(0x84, struct.pack("!I", 1767225600 + state % 1000) +
                b"\x80\0\0\x0a" if t is None else t),
        mms.number(0x85, state), mms.number(0x86, seq),
        mms.tlv(0x87, bytes([test])), mms.number(0x88, revision),
        mms.tlv(0x89, bytes([commission])),
        mms.number(0x8A, len(values) if entries is None else entries),
        mms.tlv(0xAB, *values)]
    return mms.tlv(0x61, *[p for p in parts if p[0] not in drop])


def frame(src, body, appid=1, length=None, reserved=0, vid=None, pcp=4,
          dst=GROUP):
    """An Ethernet frame; src is a Host, vid 0 a priority tag."""
    n = 8 + len(body) if length is None else length
    data = struct.pack("!HHHH", appid, n, reserved, 0) + body
    data = data.ljust(46, b"\0")
    if vid is None:
        return wire.eth(dst, src.mac_bytes, ETHERTYPE, data)
    return wire.eth(dst, src.mac_bytes, wire.ET_VLAN,
                    wire.tag(vid, ETHERTYPE, pcp) + data)

"""plant_it: what else is heard in a plant network, as payloads.

Enough of each protocol for a reader to recognise it: DNS (RFC 1035), DHCP
(RFC 2131), NTP (RFC 5905), SNMP (RFC 3416), TLS (RFC 8446), NetBIOS names
(RFC 1002), LLDP (IEEE 802.1AB), spanning tree (IEEE 802.1D).
"""

import struct

import wire


def dns_name(name):
    return b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + \
        b"\0"


def dns_query(txn, name):
    return struct.pack("!HHHHHH", txn, 0x0100, 1, 0, 0, 0) + \
        dns_name(name) + struct.pack("!HH", 1, 1)


def dns_answer(txn, name, ip):
    return struct.pack("!HHHHHH", txn, 0x8580, 1, 1, 0, 0) + \
        dns_name(name) + struct.pack("!HH", 1, 1) + \
        struct.pack("!HHHIH", 0xC00C, 1, 1, 3600, 4) + \
        bytes(map(int, ip.split(".")))


def ntp(mode, stamp_ns):
    seconds = stamp_ns // 10**9 + 2_208_988_800
    frac = (stamp_ns % 10**9 << 32) // 10**9
    now = struct.pack("!II", seconds & 0xFFFFFFFF, frac)
    stratum = 2 if mode == 4 else 0
    return struct.pack("!BBbb", 4 << 3 | mode, stratum, 6, -20) + \
        struct.pack("!II", 0x100, 0x200) + bytes(4) + now * 4


def dhcp(kind, xid, mac, name, options=()):
    head = struct.pack("!BBBBIHH", 1, 1, 6, 0, xid, 0, 0x8000) + bytes(16) + \
        mac + bytes(10 + 64 + 128) + b"\x63\x82\x53\x63"
    body = bytes([53, 1, kind, 12, len(name)]) + name.encode()
    for code, value in options:
        body += bytes([code, len(value)]) + value
    return head + body + b"\xff"


def netbios_register(txn, name, ip):
    padded = name.upper().ljust(15).encode() + b"\0"
    coded = bytes(c for b in padded for c in (65 + (b >> 4), 65 + (b & 15)))
    label = b"\x20" + coded + b"\0"
    return struct.pack("!HHHHHH", txn, 0x2910, 1, 0, 0, 1) + label + \
        struct.pack("!HH", 32, 1) + b"\xc0\x0c" + \
        struct.pack("!HHIHH", 32, 1, 300000, 6, 0) + \
        bytes(map(int, ip.split(".")))


def ber(tag, body):
    return bytes([tag, len(body)]) + body


def snmp(pdu_tag, request, ticks=None):
    """sysUpTime.0 asked (0xA0) or answered (0xA2), version 2c."""
    oid = ber(6, bytes([0x2B, 6, 1, 2, 1, 1, 3, 0]))
    value = ber(5, b"") if ticks is None else \
        ber(0x43, struct.pack("!I", ticks))
    pdu = ber(2, struct.pack("!H", request)) + ber(2, b"\0") + \
        ber(2, b"\0") + ber(0x30, ber(0x30, oid + value))
    return ber(0x30, ber(2, b"\1") + ber(4, b"public") + ber(pdu_tag, pdu))


def client_hello(rng, name):
    sni = name.encode()
    entry = b"\0" + struct.pack("!H", len(sni)) + sni
    exts = struct.pack("!HHH", 0, len(entry) + 2, len(entry)) + entry + \
        bytes.fromhex("000a00040002001d" "000d000600040403 0804"
                      "002b0003020304".replace(" ", ""))
    body = b"\x03\x03" + rng.randbytes(32) + b"\x20" + rng.randbytes(32) + \
        bytes.fromhex("0006130113021303" "0100") + \
        struct.pack("!H", len(exts)) + exts
    shake = b"\x01" + struct.pack("!I", len(body))[1:] + body
    return b"\x16\x03\x01" + struct.pack("!H", len(shake)) + shake


def server_hello(rng):
    exts = bytes.fromhex("002b00020304")
    body = b"\x03\x03" + rng.randbytes(32) + b"\x20" + rng.randbytes(32) + \
        b"\x13\x01\0" + struct.pack("!H", len(exts)) + exts
    shake = b"\x02" + struct.pack("!I", len(body))[1:] + body
    return b"\x16\x03\x03" + struct.pack("!H", len(shake)) + shake + \
        tls_data(rng, 900)


def tls_data(rng, size):
    return b"\x17\x03\x03" + struct.pack("!H", size) + rng.randbytes(size)


def lldp(host, name, port):
    def tlv(kind, body):
        return struct.pack("!H", kind << 9 | len(body)) + body
    text = name.encode()
    body = tlv(1, b"\x04" + host.mac_bytes) + \
        tlv(2, b"\x07" + port.encode()) + tlv(3, struct.pack("!H", 120)) + \
        tlv(5, text) + tlv(6, b"Industrial Ethernet switch, 10 ports") + \
        tlv(7, struct.pack("!HH", 4, 4)) + \
        tlv(8, b"\x05\x01" + host.ip_bytes + b"\x02\0\0\0\1\0") + tlv(0, b"")
    return wire.eth(bytes.fromhex("0180c200000e"), host.mac_bytes, 0x88CC,
                    body)


def rstp(host):
    bridge = struct.pack("!H", 0x8000) + host.mac_bytes
    body = b"\x42\x42\x03\0\0\x02\x02\x3c" + bridge + struct.pack("!I", 0) + \
        bridge + struct.pack("!HHHHH", 0x8001, 0, 20 << 8, 2 << 8,
                             15 << 8) + b"\0"
    return wire.eth(bytes.fromhex("0180c2000000"), host.mac_bytes, len(body),
                    body)

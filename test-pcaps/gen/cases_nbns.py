"""cases_nbns: NetBIOS names registered, asked for, answered, given back; a
station's status; what breaks the rules."""

import struct

import wire
from cases import case
from talk import Path, host
from capfile import T0
from wire import MS, Host

PANEL, SERVER, WINS = host(41), host(42), host(43)
ALL = Host("ff:ff:ff:ff:ff:ff", "10.0.0.255")
NB, STATUS = 0x20, 0x21
QUERY, REGISTER, RELEASE, WACK, REFRESH, MULTI = 0, 5, 6, 7, 8, 15
UNIQUE, GROUP = 0x0000, 0x8000


def raw(name, suffix):
    if name == "*":
        return b"*" + bytes(15)
    return name.encode().ljust(15) + bytes([suffix])


def letters(name, suffix, scope=""):
    coded = bytes(c for b in raw(name, suffix)
                  for c in (65 + (b >> 4), 65 + (b & 15)))
    out = b"\x20" + coded
    for label in scope.split(".") if scope else ():
        out += bytes([len(label)]) + label.encode()
    return out + b"\0"


def entry(at, flags=UNIQUE):
    return struct.pack("!H", flags) + at.ip_bytes


def ask(txn, op, name, suffix, data=None, kind=NB, flags=0x0110, scope=""):
    out = struct.pack("!HHHHHH", txn, op << 11 | flags, 1, 0, 0,
                      data is not None) + letters(name, suffix, scope) + \
        struct.pack("!HH", kind, 1)
    if data is not None:
        out += b"\xc0\x0c" + struct.pack("!HHIH", NB, 1, 300000,
                                         len(data)) + data
    return out


def answer(txn, op, name, suffix, data, kind=NB, rcode=0, flags=0x8500):
    return struct.pack("!HHHHHH", txn, flags | op << 11 | rcode, 0, 1, 0,
                       0) + letters(name, suffix) + \
        struct.pack("!HHIH", kind, 1, 300000, len(data)) + data


def status(names, mac):
    out = bytes([len(names)])
    for name, suffix, flags in names:
        out += raw(name, suffix) + struct.pack("!H", flags | 0x0400)
    return out + mac + bytes(40)


class Lan:
    def __init__(self):
        self.path, self.t = Path(), T0

    def say(self, src, dst, data, sport=137, dport=137):
        self.path.send(self.t, src, dst, wire.UDP,
                       wire.udp(src, dst, sport, dport, data))
        self.t += 2 * MS
        return self


@case("nbns/names")
def names():
    """A panel registers its names and its workgroup; queries that the owner
    and a name server answer; a status with MAC and roles; names given back,
    refreshed, refused, in conflict."""
    lan = Lan()
    for n, (name, suffix, kind) in enumerate((
            ("HMI-2", 0x00, UNIQUE), ("HMI-2", 0x20, UNIQUE),
            ("PLANT", 0x00, GROUP), ("PLANT", 0x1C, GROUP),
            ("PLANT", 0x1B, UNIQUE), ("PLANT", 0x1E, GROUP))):
        lan.say(PANEL, ALL, ask(0x100 + n, REGISTER, name, suffix,
                                entry(PANEL, kind), flags=0x0110))
    lan.say(PANEL, ALL, ask(0x200, QUERY, "SRV-1", 0x20))
    lan.say(SERVER, PANEL, answer(0x200, QUERY, "SRV-1", 0x20,
                                  entry(SERVER)))
    lan.say(PANEL, WINS, ask(0x201, QUERY, "SRV-1", 0x00, flags=0x0100))
    lan.say(WINS, PANEL, answer(0x201, QUERY, "SRV-1", 0x00,
                                entry(SERVER, 0x6000)))
    lan.say(PANEL, WINS, ask(0x202, QUERY, "NOBODY", 0x20, flags=0x0100))
    lan.say(WINS, PANEL, answer(0x202, QUERY, "NOBODY", 0x20, b"",
                                kind=0x0A, rcode=3))
    lan.say(PANEL, SERVER, ask(0x203, QUERY, "*", 0, kind=STATUS, flags=0),
            1025)
    lan.say(SERVER, PANEL, answer(0x203, QUERY, "*", 0, status((
        ("SRV-1", 0x00, UNIQUE), ("SRV-1", 0x20, UNIQUE),
        ("PLANT", 0x00, GROUP), ("OPERATOR", 0x03, UNIQUE),
        ("\x01\x02__MSBROWSE__\x02", 0x01, GROUP)), SERVER.mac_bytes),
        kind=STATUS, flags=0x8400), 137, 1025)
    lan.say(PANEL, WINS, ask(0x204, MULTI, "HMI-2", 0x00, entry(PANEL),
                             flags=0x0100))
    lan.say(WINS, PANEL, answer(0x204, WACK, "HMI-2", 0x00, b"\x29\0"))
    lan.say(WINS, PANEL, answer(0x204, MULTI, "HMI-2", 0x00, entry(PANEL)))
    lan.say(PANEL, WINS, ask(0x205, REFRESH, "HMI-2", 0x00, entry(PANEL),
                             flags=0))
    lan.say(WINS, PANEL, answer(0x205, REFRESH, "HMI-2", 0x00,
                                entry(PANEL)))
    lan.say(PANEL, WINS, ask(0x206, REGISTER, "SRV-1", 0x00, entry(PANEL),
                             flags=0x0100))
    lan.say(WINS, PANEL, answer(0x206, REGISTER, "SRV-1", 0x00,
                                entry(PANEL), rcode=6))
    lan.say(PANEL, ALL, ask(0x207, RELEASE, "HMI-2", 0x00, entry(PANEL),
                            flags=0x0010))
    lan.say(PANEL, ALL, ask(0x208, QUERY, "SRV-1", 0x1D, scope="cell.7"))
    return lan.path.cap


@case("nbns/violations")
def violations():
    """Each rule broken once, a good message between."""
    lan = Lan()
    good = ask(1, QUERY, "SRV-1", 0x20, flags=0x0100)
    bad = (good[:12] + b"\x1f" + good[13:], good[:20] + b"a" + good[21:],
           good[:40], good[:7], good[:2] + b"\x10\0" + good[4:],
           good[:4] + bytes(8) + good[12:],
           ask(2, REGISTER, "X", 0, entry(PANEL) + b"\0"),
           ask(3, REGISTER, "X", 0, entry(PANEL))[:-1],
           answer(4, QUERY, "*", 0, b"\2" + raw("X", 0) + b"\4\0",
                  kind=STATUS))
    lan.say(PANEL, SERVER, good)
    for data in bad:
        lan.say(PANEL, SERVER, data).say(PANEL, SERVER, good)
    return lan.path.cap

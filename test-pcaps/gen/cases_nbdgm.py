"""cases_nbdgm: hosts, masters and workgroups announced; elections and lists;
datagrams that carry something else; what breaks the rules."""

import struct

import wire
from cases import case
from cases_nbns import ALL, PANEL, SERVER, letters
from talk import Path, host
from capfile import T0
from wire import MS

OLD, SAMBA, BOX = host(44), host(45), host(46)
ANY = ("\x01\x02__MSBROWSE__\x02", 0x01)
HOST, REQUEST, ELECTION, GET, LIST = 1, 2, 8, 9, 10
BACKUP, DOMAIN, MASTER, RESET, LOCAL = 11, 12, 13, 14, 15


def datagram(me, source, to, user, kind=0x11, flags=2, ident=7, offset=0):
    names = letters(*source) + letters(*to)
    return struct.pack("!BBH4sHHH", kind, flags, ident, me.ip_bytes, 138,
                       len(names) + len(user), offset) + names + user


def slot(data, name="\\MAILSLOT\\BROWSE"):
    """A mailslot's message: SMB's transaction, one way (MS-MAIL, 2.2.1)."""
    name = name.encode() + b"\0"
    at = 32 + 1 + 34 + 2 + len(name)
    return b"\xffSMB\x25" + bytes(27) + b"\x11" + struct.pack(
        "<HHHHBBHIHHHHHBB", 0, len(data), 0, 0, 0, 0, 0, 1000, 0, 0, 0,
        len(data), at, 3, 0) + struct.pack(
        "<HHHH", 1, 0, 2, len(name) + len(data)) + name + data


def announce(op, name, version, kind, comment="", period=720_000):
    return struct.pack("<BBI16sBBIBBH", op, 0, period, name.encode(),
                       version[0], version[1], kind, 15, 1, 0xAA55) + \
        comment.encode() + b"\0"


class Lan:
    def __init__(self):
        self.path, self.t = Path(), T0

    def say(self, me, data, to=ALL, port=138):
        self.path.send(self.t, me, to, wire.UDP,
                       wire.udp(me, to, port, port, data))
        self.t += 2 * MS
        return self

    def browse(self, me, source, to, data):
        return self.say(me, datagram(me, source, to, slot(data)))


@case("nbdgm/browser")
def browser():
    """Announcements of a server, a domain controller, a work station, an old
    one, Samba and a print server; a local master and the workgroup that it
    announces; elections, backup lists, requests."""
    lan = Lan()
    group, elect = ("PLANT", 0x1D), ("PLANT", 0x1E)
    lan.browse(SERVER, ("SRV-1", 0x20), group,
               announce(HOST, "SRV-1", (10, 0), 0x9003, "Historian, hall 2"))
    lan.browse(SERVER, ("SRV-1", 0x20), group,
               announce(HOST, "SRV-1", (6, 3), 0x80102B))
    lan.browse(PANEL, ("HMI-2", 0x20), group,
               announce(HOST, "HMI-2", (6, 1), 0x1003))
    lan.browse(OLD, ("MIXER", 0), group,
               announce(HOST, "MIXER", (4, 0), 0x402003))
    lan.browse(SAMBA, ("NAS", 0), elect,
               announce(LOCAL, "NAS", (4, 9), 0x849A03, "Samba 4.17"))
    lan.browse(SAMBA, ("NAS", 0), ANY,
               announce(DOMAIN, "PLANT", (4, 9), 0x80001000, "NAS"))
    lan.browse(BOX, ("PRINT-7", 0), group,
               announce(HOST, "PRINT-7", (1, 0), 0x203))
    lan.browse(BOX, ("PRINT-8", 0), group,
               announce(HOST, "PRINT-8", (6, 1), 0x1003))
    lan.browse(PANEL, ("HMI-2", 0), elect, struct.pack(
        "<BBIII", ELECTION, 1, 0x20010F03, 3_600_000, 0) + b"HMI-2\0")
    lan.browse(PANEL, ("HMI-2", 0), ("PLANT", 0), b"\x02\0HMI-2\0")
    lan.browse(PANEL, ("HMI-2", 0), group, struct.pack("<BBI", GET, 4, 9))
    lan.browse(SAMBA, ("NAS", 0), ("HMI-2", 0),
               struct.pack("<BBI", LIST, 2, 9) + b"NAS\0SRV-1\0")
    lan.browse(SAMBA, ("NAS", 0), elect, bytes([BACKUP]) + b"HMI-2\0")
    lan.browse(SAMBA, ("NAS", 0), ("PLANT", 0x1B), bytes([MASTER]) + b"NAS\0")
    lan.browse(PANEL, ("HMI-2", 0), group, bytes([RESET, 2]))
    return lan.path.cap


@case("nbdgm/datagrams")
def datagrams():
    """A log-on in another mailslot, a message in none, pieces, an error, a
    query and its answers; one that somebody forwards, of whom nothing is
    said; on an odd port."""
    lan = Lan()
    here, there = ("HMI-2", 0), ("SRV-1", 0x20)
    lan.say(PANEL, datagram(PANEL, here, ("PLANT", 0x1C), slot(
        b"\x07\0", "\\MAILSLOT\\NET\\NETLOGON")))
    lan.say(PANEL, datagram(PANEL, here, there, b"hello", 0x10), SERVER)
    lan.say(PANEL, datagram(PANEL, here, there, b"x" * 8, 0x10, 3), SERVER)
    lan.say(PANEL, datagram(PANEL, here, there, b"y" * 8, 0x10, 0, offset=8),
            SERVER)
    head = struct.pack("!H4sH", 7, PANEL.ip_bytes, 138)
    lan.say(SERVER, b"\x13\2" + head + b"\x82", PANEL)
    for kind in 0x14, 0x15, 0x16:
        lan.say(SERVER, bytes([kind, 2]) + head + letters(*there), PANEL)
    lan.say(SERVER, datagram(PANEL, here, ("PLANT", 0x1D), slot(
        announce(HOST, "HMI-2", (6, 1), 0x1003))))
    lan.say(PANEL, datagram(PANEL, here, ("PLANT", 0x1D), slot(
        announce(HOST, "HMI-2", (6, 1), 0x1003))), port=1138)
    return lan.path.cap


@case("nbdgm/violations")
def violations():
    """Each rule broken once, a good datagram between; cut short."""
    lan = Lan()
    said = announce(HOST, "SRV-1", (10, 0), 0x9003)

    def made(user):
        return datagram(SERVER, ("SRV-1", 0x20), ("PLANT", 0x1D), user)
    good = made(slot(said))
    at = 82         # of the user data
    bad = (good[:7], b"\x20" + good[1:], good[:12], good + b"\0", good[:-4],
           good[:14] + b"\x1f" + good[15:], good[:48] + b"\x21" + good[49:],
           made(slot(said)[:32] + b"\x08" + slot(said)[33:]),
           good[:at + 57] + b"\xff\xff" + good[at + 59:],
           made(slot(said[:20])), made(slot(b"")),
           made(slot(b"\x08\1")), made(slot(b"\x09")),
           made(slot(b"\x0a\2\0\0\0\0A\0")), made(slot(b"\x63\1")))
    lan.say(SERVER, good)
    for data in bad:
        lan.say(SERVER, data).say(SERVER, good)
    return lan.path.cap

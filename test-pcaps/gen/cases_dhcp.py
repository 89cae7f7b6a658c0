"""cases_dhcp: leases as they are asked for, given, renewed and refused,
through relays and by broadcast; what breaks the rules; cut captures."""

import struct

import wire
from capfile import Capture, T0
from cases import case
from talk import Path, host
from wire import MS, S, Host

COOKIE = b"\x63\x82\x53\x63"
ALL = Host("ff:ff:ff:ff:ff:ff", "255.255.255.255")
PLC = host(31)
SERVER = host(2)
RELAY = Host("02:00:00:00:00:fe", "10.0.0.254")
FAR = Host("02:00:00:00:09:02", "10.9.0.2")
DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)


def opt(code, *values):
    body = b"".join(v.encode() if isinstance(v, str) else v for v in values)
    return bytes([code, len(body)]) + body


def ips(code, *addresses):
    return opt(code, *(bytes(map(int, a.split("."))) for a in addresses))


def u32(code, value):
    return opt(code, struct.pack("!I", value))


def wire_name(name):
    return b"".join(opt(len(p), p)[:1] + p.encode()
                    for p in name.split(".")) + b"\0"


def message(op, xid, client, body, ci="0.0.0.0", yi="0.0.0.0", si="0.0.0.0",
            gi="0.0.0.0", hops=0, flags=0, sname=b"", file=b"", secs=0):
    four = b"".join(bytes(map(int, a.split("."))) for a in (ci, yi, si, gi))
    return struct.pack("!BBBBIHH", op, 1, 6, hops, xid, secs, flags) + \
        four + client.mac_bytes + bytes(10) + sname.ljust(64, b"\0") + \
        file.ljust(128, b"\0") + body


def kind(n, *options, end=b"\xff"):
    return COOKIE + opt(53, bytes([n])) + b"".join(options) + end


class Lan:
    def __init__(self):
        self.path, self.t = Path(), T0

    def say(self, src, dst, data, sport=68, dport=67, after=2 * MS):
        self.path.send(self.t, src, dst, wire.UDP,
                       wire.udp(src, dst, sport, dport, data))
        self.t += after
        return self

    def ask(self, client, data):
        """By broadcast, of a client without address."""
        return self.say(Host(client.mac, "0.0.0.0"), ALL, data)

    def answer(self, dst, data, src=SERVER):
        return self.say(src, dst, data, 67, 68)

    def lease(self, client, xid, *options, given=None):
        """The four messages of a first lease."""
        server = ips(54, SERVER.ip)
        given = (ips(1, "255.255.255.0"), ips(3, RELAY.ip),
                 ips(6, "10.0.0.3", "10.0.0.4"), opt(15, "plant.example"),
                 u32(51, 86400)) if given is None else given
        self.ask(client, message(1, xid, client, kind(DISCOVER, *options)))
        self.answer(client, message(2, xid, client, kind(
            OFFER, server, *given), yi=client.ip))
        self.ask(client, message(1, xid, client, kind(
            REQUEST, server, ips(50, client.ip), *options)))
        return self.answer(client, message(2, xid, client, kind(
            ACK, server, *given), yi=client.ip))


def full_name(name, flags=0x04):
    return opt(81, bytes([flags, 0, 0]), wire_name(name) if flags & 4
               else name)


@case("dhcp/leases")
def leases():
    """First leases of a PLC, a panel with Windows and a phone, each with what
    it says of itself; then what ARP says; a renewal, a question for settings
    only, an address in use, one given back, one refused."""
    lan = Lan()
    panel, phone, box = host(32), host(33), host(34)
    asks = opt(55, bytes([1, 3, 6, 15, 42]))
    lan.lease(PLC, 0x1001, opt(12, "PLC-MIXER-1"), opt(60, "S7-1500 CPU"),
              opt(61, b"\x01" + PLC.mac_bytes), asks)
    lan.path.frame(lan.t, wire.arp(1, PLC, SERVER))
    lan.t += MS
    lan.lease(panel, 0x1002, opt(12, "HMI-2"), full_name("hmi-2.plant.example"),
              opt(60, "MSFT 5.0"), asks)
    lan.lease(phone, 0x1003, opt(60, "android-dhcp-11"),
              opt(57, b"\x05\xdc"), asks)
    lan.lease(box, 0x1004, opt(60, "dhcpcd-8.1.2:Linux-4.19.75:armv7l"),
              full_name("gateway-box", 0), given=(
                  ips(1, "255.255.255.0"), opt(12, "gw7"), u32(51, 600),
                  u32(58, 300), u32(59, 525), opt(66, "tftp.example"),
                  opt(67, "boot.bin"), ips(150, "10.0.0.5")))
    lan.t += S
    lan.say(PLC, SERVER, message(1, 0x1005, PLC, kind(
        REQUEST, opt(12, "PLC-MIXER-1")), ci=PLC.ip))
    lan.answer(PLC, message(2, 0x1005, PLC, kind(
        ACK, ips(54, SERVER.ip), u32(51, 86400), ips(1, "255.255.255.0")),
        ci=PLC.ip, yi=PLC.ip))
    lan.say(panel, ALL, message(1, 0x1006, panel, kind(
        INFORM, opt(12, "HMI-2"), opt(60, "MSFT 5.0"), asks), ci=panel.ip))
    lan.answer(panel, message(2, 0x1006, panel, kind(
        ACK, ips(54, SERVER.ip), ips(1, "255.255.255.0"),
        opt(43, b"\x01\x04\0\0\0\2"),
        opt(125, b"\0\0\x01\x37\x03abc")), ci=panel.ip))
    lan.ask(phone, message(1, 0x1007, phone, kind(
        DECLINE, ips(54, SERVER.ip), ips(50, phone.ip),
        opt(56, "in use"))))
    lan.say(box, SERVER, message(1, 0x1008, box, kind(
        RELEASE, ips(54, SERVER.ip)), ci=box.ip))
    lan.ask(box, message(1, 0x1009, box, kind(
        REQUEST, ips(50, "192.168.7.7"))))
    lan.answer(ALL, message(2, 0x1009, box, kind(
        NAK, ips(54, SERVER.ip), opt(56, "wrong network")), flags=0x8000))
    lan.say(SERVER, PLC, message(2, 0, PLC, kind(9)), 67, 68)
    return lan.path.cap


@case("dhcp/relay")
def relay():
    """A lease through a relay that says where the client is attached: the
    client's side and the server's; a question for a lease by its MAC."""
    lan = Lan()
    where = opt(82, opt(1, b"\0\4\0\x0a\1\3"),
                opt(2, b"\0\6" + RELAY.mac_bytes), opt(6, "cell 7"))
    given = (ips(54, FAR.ip), ips(1, "255.255.255.0"), ips(3, RELAY.ip),
             u32(51, 3600))
    for ask, ack in ((DISCOVER, OFFER), (REQUEST, ACK)):
        own = (opt(12, "RIO-7"), opt(60, "ET200SP"))
        lan.ask(PLC, message(1, 0x2001, PLC, kind(ask, *own)))
        lan.say(RELAY, FAR, message(1, 0x2001, PLC, kind(
            ask, *own, where), gi=RELAY.ip, hops=1), 67, 67)
        lan.say(FAR, RELAY, message(2, 0x2001, PLC, kind(
            ack, *given, where), yi=PLC.ip, gi=RELAY.ip), 67, 67)
        lan.answer(PLC, message(2, 0x2001, PLC, kind(
            ack, *given), yi=PLC.ip, gi=RELAY.ip), RELAY)
    lan.say(RELAY, FAR, message(1, 0x2002, PLC, kind(10), gi=RELAY.ip),
            67, 67)
    for n in (13, 11, 12):
        lan.say(FAR, RELAY, message(2, 0x2002, PLC, kind(
            n, ips(54, FAR.ip)), ci=PLC.ip, gi=RELAY.ip), 67, 67)
    return lan.path.cap


@case("dhcp/bootp")
def bootp():
    """A device as it leaves the factory asks by BOOTP again and again, and is
    given an address and a file to start with."""
    lan = Lan()
    for n in range(2):
        lan.ask(PLC, message(1, 0x3001 + n, PLC, bytes(64), secs=n * 4))
        lan.t += 4 * S
    lan.answer(PLC, message(
        2, 0x3002, PLC, COOKIE + ips(1, "255.255.255.0") +
        ips(3, RELAY.ip) + opt(12, "drive-3") + b"\xff" + bytes(40),
        yi=PLC.ip, si=SERVER.ip, sname=b"boot", file=b"/fw/drive.bin"))
    return lan.path.cap


@case("dhcp/options")
def options():
    """Options in the fields file and sname, options in pieces, a name that is
    longer than one option, on the usual ports and on others."""
    lan = Lan()
    lan.ask(PLC, message(1, 0x4001, PLC, kind(
        REQUEST, opt(12, "mix"), opt(52, b"\3")),
        file=opt(12, "er-") + b"\0\0" + opt(15, "plant") + b"\xff",
        sname=opt(12, "1") + opt(15, ".example") + b"\xff"))
    lan.ask(PLC, message(1, 0x4002, PLC, kind(
        REQUEST, opt(43, b"\x11" * 255), opt(12, "mixer-1"),
        opt(43, b"\x22" * 20))))
    lan.say(PLC, SERVER, message(1, 0x4003, PLC, kind(
        INFORM, opt(12, "mixer-1")), ci=PLC.ip), 4067, 4068)
    lan.say(PLC, SERVER, message(1, 0x4004, PLC, kind(
        REQUEST, opt(60, "PXEClient:Arch:00000")), ci=PLC.ip), 68, 4011)
    return lan.path.cap


@case("dhcp/violations")
def violations():
    """Each rule broken once, a good message between; a server's message from
    a client; whose address is everybody's."""
    lan = Lan()
    bad = (
        kind(REQUEST, b"\x0c\x20short", end=b""),
        kind(REQUEST, opt(12, "x"), end=b""),
        kind(REQUEST, opt(50, b"\x0a\0\0")),
        kind(REQUEST, opt(12, b"")),
        kind(REQUEST, opt(52, b"\4")),
        kind(REQUEST, opt(52, b"\1")),
        kind(99),
        kind(OFFER, ips(54, SERVER.ip)),
        kind(REQUEST, opt(81, b"\4\0\0\x09abc")),
        kind(REQUEST, opt(82, b"\1\x09ab")),
        kind(REQUEST, *(opt(12, "x" * 250) for _ in range(5))),
    )
    for n, body in enumerate(bad):
        lan.ask(PLC, message(1, 0x5000 + n, PLC, body))
        lan.ask(PLC, message(1, 0x5100 + n, PLC, kind(
            REQUEST, opt(12, "good"))))
    lan.answer(PLC, message(2, 0x5200, PLC, kind(ACK), yi=PLC.ip))
    lan.answer(ALL, message(2, 0x5201, PLC, kind(
        ACK, ips(54, SERVER.ip)), yi="255.255.255.255"))
    lan.answer(ALL, message(2, 0x5202, ALL, kind(
        ACK, ips(54, SERVER.ip)), yi=PLC.ip))
    lan.say(PLC, SERVER, b"\1\1\6\0" + bytes(20))
    lan.say(PLC, SERVER, b"\7" + bytes(300))
    return lan.path.cap


@case("dhcp/cut")
def cut():
    """A capture that keeps the first bytes of each frame: up to inside the
    head, up to the type, up to inside a name."""
    cap = Capture()
    t = T0
    for keep in (100, 42 + 236, 42 + 243, 42 + 250):
        for n, (src, dst, ports, data) in enumerate((
                (Host(PLC.mac, "0.0.0.0"), ALL, (68, 67), message(
                    1, 0x6001, PLC, kind(REQUEST, opt(12, "PLC-MIXER-1")))),
                (SERVER, PLC, (67, 68), message(2, 0x6001, PLC, kind(
                    ACK, ips(54, SERVER.ip), ips(1, "255.255.255.0")),
                    yi=PLC.ip)))):
            packet = wire.ip4(src, dst, wire.UDP, wire.udp(
                src, dst, *ports, data), keep + n)
            frame = wire.ether(src, dst, packet)[0]
            cap.add(t, frame[:keep], wire=len(frame))
            t += S
    return cap

"""cases_dns: what DNS, mDNS with DNS-SD, and LLMNR can say."""

import struct

import ns
from capfile import Capture, T0
from cases import case
from ns import A, AAAA, ANY, HINFO, PTR, SRV, TOP, TXT, Message
from talk import CLIENT, CLIENT6, SERVER, SERVER6, Path, Tcp, Udp, host
from wire import S, Host

MDNS = Host("01:00:5e:00:00:fb", "224.0.0.251")
MDNS6 = Host("33:33:00:00:00:fb", "ff02::fb")
LLMNR = Host("01:00:5e:00:00:fc", "224.0.0.252")
LLMNR6 = Host("33:33:00:01:00:03", "ff02::1:3")
SAYS = ns.QR | ns.AA


class Link:
    """Stations of one network, and what they say, a second apart."""

    def __init__(self, cap=None):
        self.path, self.t = Path(cap), T0

    def say(self, src, dst, message, sport=5353, dport=5353):
        data = message if isinstance(message, bytes) else message.bytes()
        Udp(self.path, src, dst, dport, sport, self.t).req(data)
        self.t += S
        return self


def service(m, instance, kind, target, port, *texts, way="answer"):
    """PTR, SRV and TXT of an instance."""
    name = (instance,) + ns.labels(kind + ".local")
    say = getattr(m, way)
    m.answer(kind + ".local", PTR, name, ttl=4500)
    say(name, SRV, (target, port), cls=TOP | 1)
    return say(name, TXT, texts or ("",), ttl=4500, cls=TOP | 1)


@case("dns/lookups")
def lookups():
    """DNS: names, addresses, an alias, a name that is not there, types that
    are not looked into; an answer that is cut and asked for again on TCP, two
    questions in one segment; notify; update, of the own name and of another."""
    u = Udp(Path(), port=53, cport=40001)

    def ask(txn, name, kind, *answers, code=0, flags=ns.RD):
        u.req(Message(txn, flags).ask(name, kind).bytes())
        m = Message(txn, ns.QR | flags | ns.RA | code).ask(name, kind)
        for a in answers:
            m.answer(*a)
        u.rsp(m.bytes())

    ask(1, "historian.plant.example", A,
        ("historian.plant.example", ns.CNAME, "srv7.plant.example"),
        ("srv7.plant.example", A, "10.0.0.77"))
    ask(2, "srv7.plant.example", AAAA,
        ("srv7.plant.example", AAAA, "fd00:6::77"))
    ask(3, "nowhere.plant.example", A, code=3)
    ask(4, ns.reverse("10.0.0.77"), PTR,
        (ns.reverse("10.0.0.77"), PTR, "srv7.plant.example"))
    ask(5, "_opcua-tcp._tcp.plant.example", SRV,
        ("_opcua-tcp._tcp.plant.example", SRV, ("srv7.plant.example", 4840)))
    ask(6, "plant.example", TXT, ("plant.example", TXT, ("v=1", "line two")))
    ask(7, "plant.example", 257, ("plant.example", 257, b"\0\5issueca"))
    ask(8, "plant.example", ns.MX, ("plant.example", ns.MX, b"\0\x0a\0"))
    ask(9, "", ns.NS, code=5)
    u.req(Message(10, ns.RD).ask("big.plant.example", TXT).bytes())
    u.rsp(Message(10, ns.QR | ns.TC | ns.RD | ns.RA).ask(
        "big.plant.example", TXT).bytes())
    t = Tcp(u.path, port=53, cport=40002, t=u.t).open()
    two = [Message(n, ns.RD).ask("big.plant.example", TXT) for n in (10, 11)]
    t.req(b"".join(m.on_tcp() for m in two))
    for n in (11, 10):
        t.rsp(Message(n, SAYS | ns.RD | ns.RA).ask(
            "big.plant.example", TXT).answer("big.plant.example", TXT, tuple(
                "%d " % i * 40 for i in range(20))).on_tcp())
    t.close()
    u.t = t.t
    zone = ("plant.example", ns.SOA)
    u.req(Message(12, ns.NOTIFY | ns.AA).ask(*zone).bytes())
    u.rsp(Message(12, SAYS | ns.NOTIFY).ask(*zone).bytes())
    u.req(Message(13, ns.UPDATE).ask(*zone).say(
        ns.AUTHORITY, "hmi3.plant.example", A, b"", ttl=0, cls=255).say(
            ns.AUTHORITY, "hmi3.plant.example", A, CLIENT.ip).bytes())
    u.rsp(Message(13, ns.QR | ns.UPDATE).bytes())
    u.req(Message(14, ns.UPDATE).ask(*zone).say(
        ns.AUTHORITY, "plc9.plant.example", A, "10.0.0.9").bytes())
    u.rsp(Message(14, ns.QR | ns.UPDATE | 5).bytes())
    u = Udp(u.path, port=5300, cport=40003, t=u.t)
    u.req(Message(15, ns.RD).ask("odd.plant.example", A).bytes())
    u.rsp(Message(15, SAYS).ask("odd.plant.example", A).answer(
        "odd.plant.example", A, "10.0.0.5").bytes())
    return u.path.cap


@case("dns/services")
def services():
    """mDNS: a printer takes its name, tells its services, answers later in
    few words, and leaves; an instrument, an OPC UA server, a work station, a
    loudspeaker and a cast receiver; IPv6; one to one."""
    n = Link()
    printer, me = host(30), "PRT-3F.local"
    texts = ("txtvers=1", "ty=Example LaserJet 4200", "product=(LaserJet 4200)",
             "usb_MFG=Example", "usb_MDL=LaserJet 4200", "note=Hall 3, east")
    n.say(printer, MDNS, Message().ask(me, ANY, TOP | 1).say(
        ns.AUTHORITY, me, A, printer.ip))
    m = Message(flags=SAYS)
    service(m, "Office. 3F", "_ipp._tcp", me, 631, *texts)
    service(m, "Office. 3F", "_http._tcp", me, 80)
    m.answer("_services._dns-sd._udp.local", PTR, "_ipp._tcp.local")
    m.answer(me, A, printer.ip, cls=TOP | 1)
    m.answer(ns.reverse(printer.ip), PTR, me, cls=TOP | 1)
    n.say(printer, MDNS, m)
    n.say(CLIENT, MDNS, Message().ask("_ipp._tcp.local", PTR).answer(
        "_ipp._tcp.local", PTR, "Other._ipp._tcp.local"))
    n.say(CLIENT, MDNS, Message().ask("_lxi._tcp.local", PTR, TOP | 1))
    n.say(printer, MDNS, Message(flags=SAYS).answer(
        ("Office. 3F", "_device-info", "_tcp", "local"), TXT,
        ("model=LJ42",)))
    meter = host(31)
    m = service(Message(flags=SAYS), "Scope 2", "_lxi._tcp", "scope2.local",
                80, "txtvers=1", "Manufacturer=Example Instruments",
                "Model=XO-2040", "SerialNumber=MY0815",
                "FirmwareVersion=1.20-7", way="more")
    n.say(meter, CLIENT, m.more("scope2.local", A, meter.ip))
    ua = host(32)
    m = service(Message(flags=SAYS), "UA Server line 4", "_opcua-tcp._tcp",
                "ipc4.local", 4840, "path=/", "caps=DA,HD")
    n.say(ua, MDNS, m.answer("ipc4.local", A, ua.ip, cls=TOP | 1).answer(
        "ipc4.local", HINFO, ("X86_64", "LINUX"), cls=TOP | 1))
    pc = host(33)
    m = service(Message(flags=SAYS), "eng1 [02:00:00:00:00:21]",
                "_workstation._tcp", "eng1.local", 9)
    n.say(pc, MDNS, m.answer("eng1.local", A, pc.ip))
    box = host(34)
    m = service(Message(flags=SAYS), "020000000022@Hall", "_raop._tcp",
                "hall.local", 7000, "am=Speaker1,2", "fv=p20.1", "md=0,1,2")
    m = service(m, "Cast-0815", "_googlecast._tcp", "hall.local", 8009,
                "id=0815", "md=Cast One", "fn=Canteen")
    n.say(box, MDNS, m.answer("hall.local", A, box.ip))
    m = service(Message(flags=SAYS), "Gate", "_http._tcp", "gate6.local", 80)
    n.say(SERVER6, MDNS6, m.answer("gate6.local", AAAA, SERVER6.ip).answer(
        "gate6.local", A, "10.0.0.35"))
    n.say(printer, MDNS, Message(flags=SAYS).answer(
        "_ipp._tcp.local", PTR, ("Office. 3F", "_ipp", "_tcp", "local"),
        ttl=0))
    return n.path.cap


@case("dns/others")
def others():
    """mDNS that speaks of others: a proxy's answers, a reflector's, a service
    that leads to another host, what comes from another port, what is only
    proposed, what ends now."""
    n = Link()
    proxy = host(40)
    m = service(Message(flags=SAYS), "Sleeper", "_ipp._tcp", "asleep.local",
                631, "ty=Another Printer")
    n.say(proxy, MDNS, m.answer("asleep.local", A, "10.0.0.41"))
    m = service(Message(flags=SAYS), "Mine", "_http._tcp", "proxy.local", 80)
    service(m, "Theirs", "_ipp._tcp", "asleep.local", 631, "ty=Another")
    m.answer("proxy.local", A, proxy.ip).answer(
        "asleep.local", A, "10.0.0.41")
    n.say(proxy, MDNS, m.answer(("Sleeper", "_device-info", "_tcp", "local"),
                                TXT, ("model=Another",)))
    n.say(proxy, MDNS, Message(flags=SAYS).answer(
        ("Sleeper", "_device-info", "_tcp", "local"), TXT,
        ("model=Another",)))
    n.say(proxy, MDNS, Message(flags=SAYS).answer(
        "asleep.local", HINFO, ("ARM", "LINUX")))
    far = host(42)
    n.say(far, MDNS, Message(flags=SAYS).answer("odd.local", A, far.ip),
          sport=40042)
    n.say(far, MDNS, Message(flags=SAYS).answer("gone.local", A, far.ip,
                                                ttl=0))
    n.say(far, MDNS, Message(flags=SAYS).answer("chaos.local", A, far.ip,
                                                cls=3))
    n.say(far, MDNS, Message(flags=SAYS | 3).answer("bad.local", A, far.ip))
    return n.path.cap


@case("dns/llmnr")
def llmnr():
    """LLMNR: who answers for the own name, backwards too, on IPv6, on TCP; who
    gives another address, or is not sure of its name yet."""
    n = Link()

    def ask(src, dst, txn, name, kind):
        n.say(src, dst, Message(txn).ask(name, kind), 50001, 5355)

    def tell(src, txn, name, kind, value, flags=0, dst=CLIENT):
        n.say(src, dst, Message(txn, ns.QR | flags).ask(name, kind).answer(
            name, kind, value, ttl=30), 5355, 50001)

    ask(CLIENT, LLMNR, 1, "ENG-STATION-7", A)
    tell(SERVER, 1, "ENG-STATION-7", A, SERVER.ip)
    ask(CLIENT6, LLMNR6, 1, "ENG-STATION-7", AAAA)
    tell(SERVER6, 1, "ENG-STATION-7", AAAA, SERVER6.ip, dst=CLIENT6)
    for host_, to in ((SERVER, CLIENT), (SERVER6, CLIENT6)):
        tell(host_, 2, ns.reverse(host_.ip), PTR, "ENG-STATION-7", dst=to)
    tell(SERVER, 3, ns.reverse("10.0.0.99"), PTR, "SOMEBODY")
    tell(host(50), 4, "TWO-CARDS", A, "10.0.1.50")
    tell(host(51), 5, "UNSURE", A, "10.0.0.51", flags=ns.RD)
    t = Tcp(n.path, port=5355, t=n.t).open()
    t.req(Message(6).ask("SERVER-TCP", A).on_tcp())
    t.rsp(Message(6, ns.QR).ask("SERVER-TCP", A).answer(
        "SERVER-TCP", A, SERVER.ip).on_tcp())
    return t.close().path.cap


def raw(txn, flags, counts, body):
    return struct.pack("!6H", txn, flags, *counts) + body


@case("dns/violations")
def violations():
    """Messages that break the format, each once and a good one between:
    pointers forwards, to themselves, into the header, too many; names and
    labels too long; data that is none of its type; counts; bytes behind."""
    u = Udp(Path(), port=53, cport=40001)
    tail = struct.pack("!HH", A, 1)
    txn = iter(range(100, 200))

    def good():
        return Message(next(txn), ns.RD).ask("good.example", A)

    rr = struct.pack("!HHI", A, 1, 60)
    chain, at = b"\1a\0", 12 + 1 + 10
    for _ in range(18):         # each name goes on where the one before began
        chain, at = chain + struct.pack("!BBH", 1, 98, 0xC000 | at), \
            12 + 1 + 10 + len(chain)
    broken = [
        raw(1, 0, (1, 0, 0, 0), b"\xc0\x20" + tail + bytes(20)),
        raw(2, 0, (1, 0, 0, 0), b"\xc0\x0c" + tail),
        raw(3, 0, (1, 0, 0, 0), b"\xc0\x02" + tail),
        raw(4, 0, (1, 0, 0, 0), (b"\x3f" + b"n" * 63) * 4 + b"\0" + tail),
        raw(5, 0, (1, 0, 0, 0), b"\x41a\0" + tail),
        raw(6, ns.QR, (0, 1, 0, 0), b"\1a\0" + rr + b"\0\3\1\2\3"),
        raw(7, ns.QR, (0, 1, 0, 0), b"\1a\0" + struct.pack(
            "!HHI", TXT, 1, 60) + b"\0\3\5ab"),
        raw(8, ns.QR, (0, 1, 0, 0), b"\1a\0" + struct.pack(
            "!HHI", SRV, 1, 60) + b"\0\6\0\0\0\0\0\1"),
        raw(9, ns.QR, (0, 1, 0, 0), b"\1a\0" + rr + b"\0\x09\1\2\3\4"),
        raw(10, 0, (1, 9, 0, 0), b"\1a\0" + tail),
        raw(11, 0, (1, 0, 0, 0), b"\1a\0" + tail + b"junk"),
        raw(12, 0, (2, 0, 0, 0), b"\1a\0" + tail + b"\1b"),
        raw(13, ns.QR, (0, 2, 0, 0), b"\0" + struct.pack("!HHIH", 10, 1, 0, len(
            chain)) + chain + struct.pack("!H", 0xC000 | at) + rr + b"\0\0"),
        b"\0\1\2",
        raw(14, 3 << 11, (1, 0, 0, 0), b"\1a\0" + tail),
    ]
    u.req(good().bytes())
    for b in broken:
        (u.rsp if b[2:3] == b"\x80" else u.req)(b).req(good().bytes())
    u.req(raw(15, ns.QR, (0, 1, 0, 0), b"\1a\0" + rr + b"\0\4\1\2\3\4"))
    t = Tcp(u.path, port=53, cport=40002, t=u.t).open()
    t.req(good().on_tcp(), struct.pack("!H", len(broken[0])) + broken[0],
          good().on_tcp(), b"\0\3abc" + good().on_tcp(),
          b"\xff" * 40 + good().on_tcp())
    return t.close().path.cap


@case("dns/truncated")
def truncated():
    """A small snap length cuts answers, one inside its header; and an
    announcement, of which nothing is concluded."""
    cap = Capture(snaplen=42 + 60)
    n = Link(cap)
    n.say(CLIENT, SERVER, Message(1, ns.RD).ask("a.example", A), 40001, 53)
    n.say(SERVER, CLIENT, Message(1, SAYS).ask("a.example", A).answer(
        "a.example", A, "10.0.0.1").answer("a.example", A, "10.0.0.2").answer(
            "a.example", A, "10.0.0.3"), 53, 40001)
    m = service(Message(flags=SAYS), "Cut", "_http._tcp", "cut.local", 80)
    n.say(host(30), MDNS, Message(flags=SAYS).answer(
        "cut.local", A, host(30).ip).answer("more.local", TXT,
                                            ("x" * 60,)))
    n.say(host(30), MDNS, m.answer("cut.local", A, host(30).ip))
    return cap

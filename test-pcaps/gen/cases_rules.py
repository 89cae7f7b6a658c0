"""cases_rules: what each shipped rule is for, and what it must not be told
of (../rules.txt says which alerts each capture raises, ../test_rules asks).

Most rules tell what was not so while the baseline was learned.  Their
captures are stories: a normal hour, a day later the same again, and then the
incident.  The counterpart of a story is one in which the incident was normal,
too, and which therefore raises nothing.  The other rules tell what is bad by
itself; their counterparts show what is like it and good.
"""

import cases_enip
import eip
import ld
import mb
import plant_it
import wire
from cases import case
from cases_modbus import Master
from talk import Path, Tcp, Udp, host
from wire import MS, S, SYN, Host

DAY = 25 * 3600 * S                     # learning takes 24 hours
HMI, HMI2, ENGINEER = host(10), host(11), host(12)
PLC, PLC2, GATEWAY = host(20), host(21), host(22)
OFFICE, LAPTOP = host(30), host(66)
EVERYBODY = Host("ff:ff:ff:ff:ff:ff", "255.255.255.255")


class Scene:
    """One capture; what is said happens one after another."""

    def __init__(self):
        self.path, self.t = Path(), 1_700_000_000 * S
        self.ports = 49151

    def wait(self, ns):
        self.t += ns
        return self

    def here(self, *hosts):
        """Everybody announces himself (RFC 5227, 2.3)."""
        for h in hosts:
            self.path.frame(self.t, wire.arp(1, h, h))
            self.t += 10 * MS

    def tcp(self, client, server, port=502):
        self.ports += 1
        return Tcp(self.path, client, server, port, self.ports, self.t)

    def talk(self, client, server, *asks, unit=1, port=502):
        """A connection with these (request, reply); no reply is None."""
        m = Master(self.tcp(client, server, port).open(), unit)
        for ask, answer in asks:
            m.ask(ask, answer)
        m.tcp.close()
        self.t = m.tcp.t + S
        return self

    def read(self, client, server, addr=0, qty=10, fc=3, **kw):
        return self.talk(client, server, (
            mb.read(fc, addr, qty), mb.read_regs_rsp(fc, range(qty))), **kw)

    def write(self, client, server, addr, *values):
        return self.talk(client, server, *(
            (mb.write_reg(addr, v), mb.write_reg(addr, v)) for v in values))

    def datagram(self, src, dst, port, data, reply=None):
        u = Udp(self.path, src, dst, port, 40000 + port % 1000, self.t)
        u.req(data)
        if reply is not None:
            u.rsp(reply)
        self.t = u.t + S
        return self

    @property
    def cap(self):
        return self.path.cap


def story(name):
    """Two captures of a class that has normal(s) and incident(s)."""
    def register(cls):
        def strange():
            s = Scene()
            cls.normal(s)
            s.wait(DAY)
            cls.normal(s)
            cls.incident(s)
            return s.cap

        def known():
            s = Scene()
            for _ in range(2):
                cls.normal(s)
                cls.incident(s)
                s.wait(DAY)
            return s.cap

        strange.__doc__ = cls.__doc__
        known.__doc__ = "The counterpart of `%s`: all of it was there while " \
            "the baseline was learned." % name
        case("rules/" + name)(strange)
        case("rules/%s_known" % name)(known)
        return cls
    return register


def scene(name):
    """A capture of a function of a scene."""
    def register(fn):
        def build():
            s = Scene()
            fn(s)
            return s.cap
        build.__doc__ = fn.__doc__
        return case("rules/" + name)(build)
    return register


# --- who is here, and who talks to whom ---------------------------------------

@story("strangers")
class Strangers:
    """A device that was never there; a link, a service, a group of receivers
    and a public address that nobody here talked to before."""

    @staticmethod
    def normal(s):
        s.here(HMI, HMI2, PLC, PLC2, OFFICE)
        s.read(HMI, PLC).read(HMI2, PLC)
        s.datagram(HMI, OFFICE, 30123, b"what time", b"noon")

    @staticmethod
    def incident(s):
        s.here(LAPTOP)
        s.read(HMI2, PLC2)
        s.read(HMI, PLC, port=1502)
        s.datagram(HMI2, OFFICE, 30123, b"what time", b"noon")
        group = Host("01:00:5e:01:01:01", "239.1.1.1")
        s.datagram(HMI, group, 30000, b"status")
        outside = Host("02:00:00:00:00:01", "8.8.8.8")
        s.datagram(HMI, outside, 53, plant_it.dns_query(7, "a.example"),
                   plant_it.dns_answer(7, "a.example", "10.0.0.1"))


# --- what is asked of devices -------------------------------------------------

@story("commands")
class Commands:
    """Stations that are known do what they never did: write, load a program,
    use another function, ask another unit, other addresses, give a set point
    a value far outside of the usual ones; and one is refused."""

    @staticmethod
    def normal(s):
        s.here(HMI, HMI2, ENGINEER, PLC, PLC2)
        s.read(HMI, PLC).read(HMI2, PLC).read(HMI2, PLC2)
        s.read(ENGINEER, PLC2)
        s.write(HMI, PLC, 40, *(400 + 50 * (n % 5) for n in range(12)))

    @staticmethod
    def incident(s):
        s.write(HMI2, PLC, 40, 450)
        s.talk(ENGINEER, PLC2, (mb.umas(0x30, bytes(4)), mb.umas(0xFE)),
               (mb.umas(0x31, bytes(8)), mb.umas(0xFE)), unit=0)
        s.read(HMI, PLC, fc=4)
        s.read(HMI, PLC, unit=2)
        s.read(HMI, PLC, addr=100)
        s.write(HMI, PLC, 50, 450)
        s.write(HMI, PLC, 40, *[9000] * 12)
        s.talk(HMI2, PLC2, (mb.read(4, 7, 1), mb.exc(4, 2)))


@story("diagnostics")
class Diagnostics:
    """Function 8: silence, restart, another line ending, counters cleared, a
    test, by a station that only ever read."""

    @staticmethod
    def normal(s):
        s.here(ENGINEER, PLC)
        s.read(ENGINEER, PLC)

    @staticmethod
    def incident(s):
        s.talk(ENGINEER, PLC, (mb.diag(0), mb.diag(0)))
        for sub, data in ((10, b"\0\0"), (20, b"\0\0"), (3, b"\x0a\0")):
            s.talk(ENGINEER, PLC, (mb.diag(sub, data), mb.diag(sub, data)))
        s.talk(ENGINEER, PLC, (mb.diag(4), None))
        s.talk(ENGINEER, PLC, (mb.diag(1), mb.diag(1)))


# --- what is bad whenever it comes --------------------------------------------

UMAS_OK = mb.umas(0xFE)


@scene("controller")
def controller(s):
    """A controller is started, stopped and started again by UMAS, and gets
    new firmware by function 125."""
    s.here(ENGINEER, PLC)
    for sub in (0x40, 0x41, 0x40):
        s.talk(ENGINEER, PLC, (mb.umas(sub, b"\xff\0"), UMAS_OK), unit=0)
    s.talk(ENGINEER, PLC, (mb.head(125, 0x1234), mb.head(125, 0)))


@scene("controller_watched")
def controller_watched(s):
    """The counterpart of `controller`: it is watched, checked, and its
    reservation kept alive, by UMAS; a program is loaded by function 126."""
    s.here(ENGINEER, PLC)
    for sub in (0x01, 0x12, 0x50, 0x58):
        s.talk(ENGINEER, PLC, (mb.umas(sub, b"\0\0"), UMAS_OK), unit=0)
    s.talk(ENGINEER, PLC, (mb.head(126, 0x1234), mb.head(126, 0)))


@scene("controller_stopped")
def controller_stopped(s):
    """A controller of which nothing was known is stopped, twice; one is
    started, twice: neither changes what it says of itself."""
    s.here(ENGINEER, PLC, PLC2)
    for _ in range(2):
        s.talk(ENGINEER, PLC, (mb.umas(0x41, b"\xff\0"), UMAS_OK), unit=0)
        s.talk(ENGINEER, PLC2, (mb.umas(0x40, b"\xff\0"), UMAS_OK), unit=0)


def identified(s, server, vendor, product, revision):
    s.talk(ENGINEER, server, (mb.device_id(1), mb.device_id_rsp(1, 1, [
        (0, vendor), (1, product), (2, revision)])))


@scene("identity")
def identity(s):
    """One device has other firmware a day later; at the address of another
    one answers something else."""
    s.here(ENGINEER, PLC, PLC2)
    for day, (revision, product) in enumerate(((b"V1.0", b"EX-100"),
                                               (b"V2.0", b"EX-200"))):
        s.wait(day * DAY)
        identified(s, PLC, b"Example Works", b"EX-100", revision)
        identified(s, PLC2, b"Example Works", product, b"V1.0")


@scene("identity_same")
def identity_same(s):
    """The counterpart of `identity`: both say the same a day later, the one
    a placeholder among it."""
    s.here(ENGINEER, PLC, PLC2)
    for day, revision in enumerate((b"V1.0", b"?")):
        s.wait(day * DAY)
        identified(s, PLC, b"Example Works", b"EX-100", b"V1.0")
        identified(s, PLC2, b"Example Works", b"EX-200", revision)
        s.read(ENGINEER, PLC)


def page(s, port, browser, server):
    """A page, and the programs that show it and have it."""
    t = s.tcp(HMI, PLC, port).open()
    t.req(b"GET / HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n\r\n" %
          (PLC.ip.encode(), browser))
    t.rsp(b"HTTP/1.1 200 OK\r\nServer: %s\r\nContent-Length: 2\r\n\r\nok" %
          server)
    t.close()
    s.t = t.t + S


@scene("programs")
def programs(s):
    """Every day two browsers of one station look at two web servers of one
    device, and two shells are opened: nothing has changed."""
    s.here(HMI, PLC)
    for _ in range(3):
        page(s, 80, b"Mozilla/5.0 (Windows NT 10.0)", b"Apache/2.4.57")
        page(s, 8080, b"Microsoft-CryptoAPI/10.0", b"nginx/1.18.0")
        for port, client, server in ((22, b"PuTTY_0.78", b"OpenSSH_8.4"),
                                     (2222, b"WinSCP_5.21", b"dropbear_2020")):
            t = s.tcp(HMI, PLC, port).open()
            t.rsp(b"SSH-2.0-" + server + b"\r\n")
            t.req(b"SSH-2.0-" + client + b"\r\n")
            t.close()
            s.t = t.t + S
        s.wait(DAY)


def often(s, minutes, *plcs):
    for _ in range(0, minutes, 2):
        for plc in plcs:
            s.read(HMI, plc)
        s.wait(2 * 60 * S)


@scene("absent")
def absent(s):
    """Two controllers are polled every two minutes; a day later one of them
    does not take part for half an hour, and then does again."""
    s.here(HMI, PLC, PLC2)
    often(s, 40, PLC, PLC2)
    s.wait(DAY)
    often(s, 30, PLC2)
    often(s, 4, PLC, PLC2)


@scene("absent_not")
def absent_not(s):
    """The counterpart of `absent`: both are there; and between the days
    nobody is heard at all, which is nobody's silence."""
    s.here(HMI, PLC, PLC2)
    often(s, 40, PLC, PLC2)
    s.wait(DAY)
    often(s, 34, PLC, PLC2)


@scene("absent_dark")
def absent_dark(s):
    """Another counterpart of `absent`: the mirror port shows nothing for an
    hour but the switch that it is of, which announces itself."""
    switch = "02:00:00:00:77:01"
    announced = ld.frame(switch, ld.start(
        (4, ld.mac(switch)), (5, b"port-9")) + ld.END)
    s.path.frame(s.t, announced)
    s.here(HMI, PLC, PLC2)
    often(s, 40, PLC, PLC2)
    s.wait(DAY)
    often(s, 6, PLC, PLC2)
    for _ in range(120):
        s.path.frame(s.t, announced)
        s.wait(30 * S)
    often(s, 6, PLC, PLC2)


@scene("absent_asker")
def absent_asker(s):
    """Who asks a controller is switched off for half an hour, and it is silent
    as well: only he is missed.  Another pair goes on."""
    s.here(HMI, HMI2, PLC, PLC2)
    def minutes(n, *pairs):
        for _ in range(0, n, 2):
            for client, server in pairs:
                s.read(client, server)
            s.wait(2 * 60 * S)

    one, other = (HMI, PLC), (HMI2, PLC2)
    minutes(40, one, other)
    s.wait(DAY)
    minutes(4, one, other)
    minutes(30, other)
    minutes(4, one, other)


@story("moved")
class Moved:
    """A device gets another address, and at the address of another one stands
    another network card."""

    @staticmethod
    def normal(s):
        s.here(HMI, PLC, PLC2)
        s.read(HMI, PLC)
        s.read(HMI, PLC2)

    @staticmethod
    def incident(s):
        s.here(Host(PLC.mac, "10.0.0.29"))
        s.wait(10 * S)
        s.here(Host("02:00:00:00:00:99", PLC2.ip))


@scene("two_at_once")
def two_at_once(s):
    """Two devices have one address, and announce it in turns, seconds
    apart."""
    s.here(HMI, PLC)
    for _ in range(2):
        s.wait(20 * S).here(Host("02:00:00:00:00:99", PLC.ip))
        s.wait(20 * S).here(PLC)


@scene("two_at_once_not")
def two_at_once_not(s):
    """The counterpart of `two_at_once`: a pair, of which the other one has
    the address every hour."""
    s.here(HMI, PLC)
    for _ in range(2):
        s.wait(3600 * S).here(Host("02:00:00:00:00:99", PLC.ip))
        s.wait(3600 * S).here(PLC)


def browsed(s, slots):
    """Someone looks what is in the rack; slots: serial numbers, None where
    nobody is."""
    c = cases_enip.Client(s.tcp(ENGINEER, PLC, 44818).open())
    for slot, serial in enumerate(slots):
        c.ask(eip.routed(eip.req(1, eip.path(1, 1)), bytes((1, slot))),
              eip.rsp(0x52, b"\1", 1, (0x0312,)) if serial is None else
              eip.rsp(1, eip.identity("Example module", serial=serial)))
    c.done()
    s.t = c.tcp.t + S


@scene("rack")
def rack(s):
    """Of a rack with three modules one is pulled a day later, and another one
    is put in where nothing was."""
    s.here(ENGINEER, PLC)
    browsed(s, (0xC0FFEE, 0xC0FFE1, 0xC0FFE2, None))
    s.wait(DAY)
    browsed(s, (0xC0FFEE, None, 0xC0FFE2, 0xC0FFE3))


@scene("rack_same")
def rack_same(s):
    """The counterpart of `rack`: as it was, and an empty slot is one."""
    s.here(ENGINEER, PLC)
    browsed(s, (0xC0FFEE, 0xC0FFE1, 0xC0FFE2, None))
    s.wait(DAY)
    browsed(s, (0xC0FFEE, 0xC0FFE1, 0xC0FFE2, None))


def renamed(s, day, name):
    s.wait(day * DAY)
    s.path.frame(s.t, ld.frame(PLC.mac, ld.start(
        (4, ld.mac(PLC.mac)), (5, b"port-1")) + ld.tlv(5, name) + ld.END))


@scene("name")
def name(s):
    """A device announces another name a day later."""
    renamed(s, 0, b"mixer-1")
    renamed(s, 1, b"mixer-2")


@scene("name_same")
def name_same(s):
    """The counterpart of `name`: the same one."""
    renamed(s, 0, b"mixer-1")
    renamed(s, 1, b"mixer-1")


@scene("failures")
def failures(s):
    """Exception 4 from a device that failed; 0A and 0B from a gateway."""
    s.here(HMI, PLC, GATEWAY)
    s.talk(HMI, PLC, (mb.read(3, 0, 1), mb.exc(3, 4)))
    s.talk(HMI, GATEWAY, (mb.read(3, 0, 1), mb.exc(3, 10)), unit=8)
    s.talk(HMI, GATEWAY, (mb.read(3, 0, 1), mb.exc(3, 11)), unit=9)


@scene("failures_not")
def failures_not(s):
    """The counterpart of `failures`: a request that is refused, one that
    takes long (exception 5), one to a busy device (6)."""
    s.here(HMI, PLC, GATEWAY)
    for n, code in enumerate((1, 2, 3, 5, 6, 8)):
        s.talk(HMI, PLC, (mb.read(3, n, 1), mb.exc(3, code)))
        s.talk(HMI, GATEWAY, (mb.read(3, n, 1), mb.exc(3, code)), unit=8)


@scene("broken")
def broken(s):
    """A laptop sends what no Modbus client sends: a quantity of 60000, the
    function 0, an exception."""
    s.here(LAPTOP, PLC)
    t = s.tcp(LAPTOP, PLC).open()
    t.req(mb.tcp(1, 1, mb.read(3, 0, 1)))
    t.rsp(mb.tcp(1, 1, mb.read_regs_rsp(3, [1])))
    for txn, pdu in ((2, mb.read(3, 0, 60000)), (3, b"\0"),
                     (4, mb.exc(3, 2))):
        t.req(mb.tcp(txn, 1, pdu)).wait(500 * MS)
    t.reset("s")


@scene("broken_not")
def broken_not(s):
    """The counterpart of `broken`: the largest quantity, a function that is
    not assigned, the exceptions that answer it; two messages in a segment,
    one in two."""
    s.here(LAPTOP, PLC)
    t = s.tcp(LAPTOP, PLC).open()
    t.req(mb.tcp(1, 1, mb.read(3, 0, 125)))
    t.rsp(mb.tcp(1, 1, mb.read_regs_rsp(3, range(125))))
    t.req(mb.tcp(2, 1, mb.head(66, 1)))
    t.rsp(mb.tcp(2, 1, mb.exc(66, 1)))
    both = mb.tcp(3, 1, mb.read(3, 0, 1)) + mb.tcp(4, 1, mb.read(3, 1, 1))
    t.req(both)
    t.send("s", mb.tcp(3, 1, mb.read_regs_rsp(3, [1])) +
           mb.tcp(4, 1, mb.read_regs_rsp(3, [2])), size=15)
    t.close()


@scene("addresses")
def addresses(s):
    """Packets with port 0; a device that uses the loopback address."""
    s.here(LAPTOP, PLC)
    t = s.tcp(LAPTOP, PLC, port=0)
    t.emit(t.make("c", flags=SYN), gap=MS).reset("s")
    s.t = t.t + S
    s.datagram(Host("02:00:00:00:00:71", "127.0.0.1"), PLC, 9, b"x")


@scene("addresses_not")
def addresses_not(s):
    """The counterpart of `addresses`: ICMP, which has no ports; a device
    that has no address yet, one with a link-local one."""
    s.here(LAPTOP, PLC)
    for kind, a, b in ((8, LAPTOP, PLC), (0, PLC, LAPTOP)):
        s.path.send(s.t, a, b, wire.ICMP, wire.icmp4(
            kind, 0, b"\0\1\0\1", bytes(32)))
        s.wait(MS)
    fresh = Host("02:00:00:00:00:70", "0.0.0.0")
    s.path.send(s.t, fresh, EVERYBODY, wire.UDP, wire.udp(
        fresh, EVERYBODY, 68, 67, plant_it.dhcp(1, 7, fresh.mac_bytes, "new")))
    s.wait(S).here(Host("02:00:00:00:00:71", "169.254.7.1"))


# --- what the sensor sees of it -----------------------------------------------

def polled(t, txn, ask=True, answer=True):
    """One poll on an open connection; what is not there nobody sent."""
    if ask:
        t.req(mb.tcp(txn, 1, mb.read(3, 0, 4)))
    if answer:
        t.rsp(mb.tcp(txn, 1, mb.read_regs_rsp(3, range(4))))
    return t


@scene("silent_device")
def silent_device(s):
    """A device is polled, and after a minute does not answer any more."""
    s.here(HMI, PLC)
    t = s.tcp(HMI, PLC).open()
    for n in range(60):
        polled(t, n, answer=n < 12).wait(5 * S)


@scene("silent_device_not")
def silent_device_not(s):
    """The counterpart of `silent_device`: one that answers every fourth
    request, and a mirror port that never shows what the other one says."""
    s.here(HMI, PLC, PLC2)
    t, other = s.tcp(HMI, PLC).open(), s.tcp(HMI, PLC2)
    for n in range(60):
        polled(t, n, answer=n % 4 == 0).wait(5 * S)
        other.t = t.t
        polled(other, n, answer=False)


@scene("lost")
def lost(s):
    """A reply, and later two requests with theirs, that the mirror port left
    out."""
    s.here(HMI, PLC)
    t = s.tcp(HMI, PLC).open()
    for n in range(12):
        polled(t, n, answer=n != 4).wait(S)
        if n == 4:
            t.lose("s", mb.tcp(n, 1, mb.read_regs_rsp(3, range(4))))
        if n == 8:
            t.lose("c", mb.tcp(50, 1, mb.read(3, 0, 4)))
            t.lose("s", mb.tcp(50, 1, mb.read_regs_rsp(3, range(4))))
    t.close()


@scene("lost_not")
def lost_not(s):
    """The counterpart of `lost`: segments that overtake each other, one that
    is sent again."""
    s.here(HMI, PLC)
    t = s.tcp(HMI, PLC).open()
    for n in range(12):
        polled(t, n, answer=False)
        late = t.make("s", mb.tcp(n, 1, mb.read_regs_rsp(3, range(4)))[:9])
        early = t.make("s", mb.tcp(n, 1, mb.read_regs_rsp(3, range(4)))[9:])
        t.emit(early, late)
        if n == 8:
            t.wait(200 * MS).emit(late, early)
        t.wait(S)
    t.close()


def cut(s, size):
    """What this and `cut_not` share; frames longer than size are cut."""
    s.here(HMI, PLC)
    s.read(HMI, PLC, qty=100).read(HMI, PLC, qty=60)
    for f in s.cap.frames:
        f.data = f.data[:size]


@scene("cut")
def cut_short(s):
    """Frames are captured with a snap length of 96 bytes, and replies are
    longer."""
    cut(s, 96)


@scene("cut_not")
def cut_not(s):
    """The counterpart of `cut`: a snap length that is enough."""
    cut(s, 300)

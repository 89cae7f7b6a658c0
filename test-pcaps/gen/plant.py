"""plant: the sample that `make run` shows: a small waterworks, twenty
normal minutes, then a bad five.

Everything comes from one seed and one clock: a list of (time, action), run
in order, each action putting frames into the capture and asking to be run
again.  What happens when, and what a monitor should say about it, is written
to plant.truth.json from the same tables.
"""

import heapq
import json
import random

import mb
import plant_it
import wire
from capfile import ETHERNET, Capture
from cases import case
from plant_talk import Poller
from talk import Path, Tcp, Udp
from wire import MS, S, SYN, Host

START = 1_709_625_600 * S               # a Tuesday, 08:00 UTC
MINUTE = 60 * S
NORMAL = 20 * MINUTE
END = 25 * MINUTE + 30 * S
LOST = (24 * MINUTE + 20 * S, 24 * MINUTE + 50 * S)

ROUTER = "00:1b:54:0a:01:01"
HOSTS = {
    "plc1": Host("00:80:f4:1a:00:11", "10.10.1.11"),
    "plc2": Host("00:80:f4:1a:00:12", "10.10.1.12"),
    "plc3": Host("00:30:de:22:00:13", "10.10.1.13"),
    "gateway": Host("00:90:e8:33:00:20", "10.10.1.20"),
    "hmi1": Host("00:d0:c9:44:00:31", "10.10.1.31"),
    "hmi2": Host("00:d0:c9:44:00:32", "10.10.1.32"),
    "engineering": Host("00:14:22:55:00:40", "10.10.1.40"),
    "switch": Host("00:80:63:66:00:02", "10.10.1.2"),
    "router": Host(ROUTER, "10.10.1.1"),
    "laptop": Host("3c:97:0e:77:00:77", "10.10.1.77"),
    # behind the router: its MAC, their addresses
    "historian": Host(ROUTER, "10.10.2.50"),
    "server": Host(ROUTER, "10.10.2.10"),
    "intranet": Host(ROUTER, "10.10.2.80"),
}
ROLES = {
    "plc1": "PLC, intake pumps", "plc2": "PLC, filters",
    "plc3": "PLC, high-lift pumps", "gateway": "serial gateway, units 1 to 4",
    "hmi1": "operator station", "hmi2": "operator station",
    "engineering": "engineering station", "switch": "managed switch",
    "router": "router to 10.10.2.0/24", "laptop": "not part of the plant",
    "historian": "historian, behind the router",
    "server": "name and time server, behind the router",
    "intranet": "web server, behind the router",
}
IDENTITY = {
    "plc1": (b"Telemecanique", b"BMX P34 2020", b"v2.70", b"INTAKE"),
    "plc2": (b"Telemecanique", b"BMX P34 2020", b"v2.70", b"FILTER"),
    "plc3": (b"WAGO", b"750-881", b"01.09.20", b"HIGHLIFT"),
}

UNITS = range(1, 5)                     # behind the gateway
SILENT = 2 * S                          # a restarted device's pause


class Sim:
    def __init__(self, seed=20):
        self.rng, self.start = random.Random(seed), START
        self.cap = Capture(ifaces=[(ETHERNET, 6, "span1")])
        self.path = Path(self.cap)
        self.queue, self.order, self.now = [], 0, 0
        self.ports = 49152
        self.pollers = []
        self.truth = []

    def at(self, t, action, *args):
        self.order += 1
        heapq.heappush(self.queue, (t, self.order, action, args))

    def every(self, first, period, action, *args, until=END, jitter=0):
        def again(t):
            action(t, *args)
            if t + period < until:
                spread = self.rng.randrange(jitter) if jitter else 0
                self.at(t + period + spread - jitter // 2, again, t + period)
        self.at(first, again, first)

    def run(self):
        while self.queue:
            t, _, action, args = heapq.heappop(self.queue)
            self.now = t
            action(*args)

    def port(self):
        self.ports = 49152 + (self.ports - 49151) % 16000
        return self.ports

    def tcp(self, t, client, server, port=502):
        return Tcp(self.path, HOSTS[client], HOSTS[server], port,
                   self.port(), START + t, (self.rng.getrandbits(32),
                                            self.rng.getrandbits(32)))

    def poller(self, *args, **kw):
        poller = Poller(self, *args, **kw)
        self.pollers.append(poller)
        return poller

    def frame(self, t, data):
        self.cap.add(START + t, data)

    def happened(self, t, until, what, alerts=(), **facts):
        """alerts: (rule, src, dst), the ends by their names."""
        told = [{"rule": rule, "src": src and HOSTS[src].ip,
                 "dst": dst and HOSTS[dst].ip} for rule, src, dst in alerts]
        self.truth.append({"from_s": t // S, "to_s": until // S,
                           "what": what, **facts,
                           **({"alerts": told} if told else {})})


# --- the normal day -----------------------------------------------------------

def polls(sim):
    """Who reads what, how often."""
    for n, (client, server, period, blocks) in enumerate((
            ("hmi1", "plc1", S, ((3, 0, 20), (1, 0, 16))),
            ("hmi1", "plc2", S, ((3, 0, 20), (2, 0, 16))),
            ("hmi2", "plc3", S, ((4, 0, 12), (3, 40, 4))),
            ("hmi2", "plc1", 2 * S, ((3, 0, 20),)),
            ("historian", "plc1", 5 * S, ((3, 0, 40), (4, 0, 12))),
            ("historian", "plc2", 5 * S, ((3, 0, 40), (4, 0, 12))),
            ("historian", "plc3", 5 * S, ((4, 0, 12),)))):
        p = sim.poller(client, server, blocks)
        sim.every((300 + 137 * n) * MS, period, p.round, jitter=20 * MS)
    # a controller tells another its pumps' state, cyclically
    beat = sim.poller("plc1", "plc3", ())
    sim.every(2 * S, 5 * S, beat.heartbeat, jitter=10 * MS)
    # four meters behind the gateway, a connection each round
    for unit in UNITS:
        sim.every(3 * S + unit * 700 * MS, 10 * S, meter, sim, unit,
                  jitter=30 * MS)
    sim.happened(0, END, "now and then the gateway does not reach unit 4",
                 [("modbus-gateway-failure", "gateway", "historian")])


def meter(t, sim, unit):
    c = sim.tcp(t, "historian", "gateway").open()
    c.delay = sim.rng.randrange(40, 110) * MS
    txn = sim.rng.getrandbits(16)
    c.req(mb.tcp(txn, unit, mb.read(3, 0, 10)))
    c.delay = MS
    if unit == 4 and sim.rng.random() < 0.08:
        c.wait(900 * MS).rsp(mb.tcp(txn, unit, mb.exc(3, 0x0B)))
    else:
        values = [2300 + sim.rng.randrange(-30, 30), unit * 11,
                  5000 + sim.rng.randrange(9), 0, unit,
                  *(sim.rng.randrange(100) for _ in range(5))]
        c.rsp(mb.tcp(txn, unit, mb.read_regs_rsp(3, values)))
    c.close()


def operators(sim):
    """Set points now and then, pumps on and off, always from hmi1."""
    writer = next(p for p in sim.pollers
                  if (p.client, p.server) == ("hmi1", "plc1"))
    pumps = next(p for p in sim.pollers
                 if (p.client, p.server) == ("hmi1", "plc2"))
    for n in range(1, 25):
        t = n * MINUTE + sim.rng.randrange(20 * S)
        if not LOST[0] - S < t < LOST[1]:
            sim.at(t, writer.write_reg, t, 40, sim.rng.randrange(400, 600))
        if n % 3 == 1:
            sim.at(t + 5 * S, pumps.write_coil, t + 5 * S, 5, n % 2)


def commissioning(sim):
    """Early on the engineering station asks every controller who it is."""
    for n, plc in enumerate(IDENTITY):
        t = 3 * MINUTE + n * 20 * S
        sim.at(t, identify, sim, "engineering", plc, t)


def identify(sim, client, plc, t):
    c = sim.tcp(t, client, plc).open()
    vendor, product, revision, name = IDENTITY[plc]
    c.req(mb.tcp(1, 255, mb.device_id(1)))
    c.rsp(mb.tcp(1, 255, mb.device_id_rsp(1, 0x81, [
        (0, vendor), (1, product), (2, revision)])))
    c.req(mb.tcp(2, 255, mb.head(17)))
    if plc == "plc3":
        c.rsp(mb.tcp(2, 255, mb.exc(17, 1)))
    else:
        c.rsp(mb.tcp(2, 255, mb.server_id_rsp(product, True, b" " + name)))
        c.req(mb.tcp(3, 0, mb.umas(2)))
        c.rsp(mb.tcp(3, 0, mb.umas(0xFE, bytes(8) + product + b"\0")))
    c.close()


def office(sim):
    """What else is on the wire."""
    rng, h = sim.rng, HOSTS

    def ask(t, a, b):
        sim.frame(t, wire.arp(1, h[a], h[b]))
        sim.frame(t + 300_000, wire.arp(2, h[b], h[a]))

    pairs = [("hmi1", "plc1"), ("hmi1", "plc2"), ("hmi2", "plc3"),
             ("hmi2", "plc1"), ("engineering", "router"), ("plc1", "plc3"),
             ("hmi2", "router"), ("router", "plc1"), ("router", "plc2"),
             ("router", "plc3"), ("router", "gateway"), ("router", "switch")]
    for n, (a, b) in enumerate(pairs):
        sim.every(n * 15 * MS, 240 * S, ask, a, b, jitter=30 * S)

    def datagram(t, client, server, port, q, r):
        u = Udp(sim.path, h[client], h[server], port,
                123 if port == 123 else sim.port(), START + t,
                rng.randrange(1, 9) * MS)
        u.req(q).rsp(r)

    def clock(t, who):
        datagram(t, who, "server", 123, plant_it.ntp(3, START + t),
                 plant_it.ntp(4, START + t))
    for n, who in enumerate(("plc1", "plc2", "plc3", "hmi1", "hmi2",
                             "switch", "engineering")):
        sim.every((11 + 7 * n) * S, 64 * S, clock, who, jitter=S)

    def names(t, who):
        txn, name = rng.getrandbits(16), rng.choice(
            ("intranet.works.example", "historian.works.example",
             "update.works.example"))
        datagram(t, who, "server", 53, plant_it.dns_query(txn, name),
                 plant_it.dns_answer(txn, name, "10.10.2.80"))
    sim.every(25 * S, 75 * S, names, "hmi2", jitter=9 * S)
    sim.every(40 * S, 90 * S, names, "engineering", jitter=9 * S)

    def uptime(t):
        n = rng.randrange(1000, 30000)
        datagram(t, "historian", "switch", 161, plant_it.snmp(0xA0, n),
                 plant_it.snmp(0xA2, n, 100_000_000 + t // 10_000_000))
    sim.every(8 * S, 30 * S, uptime, jitter=S)

    def page(t):
        c = sim.tcp(t, "hmi2", "intranet", 80).open()
        c.req(b"GET /shift/plan.html HTTP/1.1\r\nHost: intranet.works.example"
              b"\r\nUser-Agent: Mozilla/5.0\r\nAccept: text/html\r\n\r\n")
        body = b"<html><body>" + b"<p>shift plan</p>" * 80 + b"</body></html>"
        c.send("s", b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: "
               b"text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        c.close()
    sim.every(50 * S, 150 * S, page, jitter=20 * S)

    def secure(t):
        c = sim.tcp(t, "engineering", "intranet", 443).open()
        c.req(plant_it.client_hello(rng, "intranet.works.example"))
        c.send("s", plant_it.server_hello(rng))
        for _ in range(3):
            c.req(plant_it.tls_data(rng, rng.randrange(80, 400)))
            c.send("s", plant_it.tls_data(rng, rng.randrange(200, 1300)))
        c.close()
    sim.every(70 * S, 200 * S, secure, jitter=20 * S)

    everybody = Host("ff:ff:ff:ff:ff:ff", "10.10.1.255")

    def announce(t, who):
        sim.path.send(START + t, h[who], everybody, wire.UDP, wire.udp(
            h[who], everybody, 137, 137, plant_it.netbios_register(
                rng.getrandbits(16), who[:8], h[who].ip)))
    for n, who in enumerate(("hmi1", "hmi2", "engineering")):
        sim.every((5 + 4 * n) * S, 300 * S, announce, who, jitter=9 * S)

    sim.every(S, 30 * S, lambda t: sim.frame(t, plant_it.lldp(
        h["switch"], "SW-CELL-1", "1/7")))
    sim.every(500 * MS, 2 * S, lambda t: sim.frame(t, plant_it.rstp(
        h["switch"])))


# --- the bad five minutes -----------------------------------------------------

def arrives(sim, t):
    lap = HOSTS["laptop"]
    nobody = Host(lap.mac, "0.0.0.0")
    all_ = Host("ff:ff:ff:ff:ff:ff", "255.255.255.255")
    for n, kind in enumerate((1, 3)):
        body = plant_it.dhcp(kind, 0x7A11CE, lap.mac_bytes, "MAINT-LT-07",
                             ((50, lap.ip_bytes), (55, b"\x01\x03\x06\x0f")))
        sim.path.send(START + t + n * 30 * MS, nobody, all_, wire.UDP,
                      wire.udp(nobody, all_, 68, 67, body))
    sim.frame(t + S, wire.arp(1, lap, lap))
    sim.frame(t + 2 * S, wire.arp(1, lap, HOSTS["router"]))
    sim.frame(t + 2 * S + MS, wire.arp(2, HOSTS["router"], lap))
    sim.happened(t, t + 3 * S, "a laptop that was never there asks for an "
                 "address and announces itself",
                 [("new-talker", "laptop", None)], src=lap.ip, mac=lap.mac)


def scans(sim, t):
    lap, answered, alerts = HOSTS["laptop"], [], []
    by_ip = {h.ip: n for n, h in HOSTS.items()}
    for n in range(1, 61):
        ip = "10.10.1.%d" % n
        name = by_ip.get(ip)
        at = t + n * 150 * MS
        there = Host("ff:ff:ff:ff:ff:ff", ip) if name is None else HOSTS[name]
        sim.frame(at, wire.arp(1, lap, there))
        if name is None:
            continue
        sim.frame(at + MS, wire.arp(2, there, lap))
        c = sim.tcp(at + 2 * MS, "laptop", name)
        if name not in IDENTITY and name != "gateway":
            c.emit(c.make("c", flags=SYN), gap=MS).reset("s")
            continue
        answered.append(ip)
        alerts.append(("new-link", "laptop", name))
        c.open()
        c.req(mb.tcp(0, 255, mb.device_id(1)))
        if name in IDENTITY:
            vendor, product, revision, _ = IDENTITY[name]
            c.rsp(mb.tcp(0, 255, mb.device_id_rsp(1, 0x81, [
                (0, vendor), (1, product), (2, revision)])))
        else:
            c.rsp(mb.tcp(0, 255, mb.exc(43, 0x0A)))
        c.close()
    sim.happened(t, t + 10 * S, "the laptop sweeps 60 addresses and asks "
                 "those with Modbus who they are",
                 [*alerts, ("modbus-gateway-failure", "gateway", "laptop")],
                 src=lap.ip, dst=answered,
                 expect=[{"src": lap.ip, "kind": "operation", "fc": 43,
                          "dir": "request", "count": len(answered)}])


def writes(sim, t):
    c = sim.tcp(t, "laptop", "plc2").open()
    values = [9000, 9000, 0]
    for n, addr in enumerate((40, 41)):
        c.req(mb.tcp(n, 1, mb.write_regs(addr, values)))
        c.rsp(mb.tcp(n, 1, mb.write_rsp(16, addr, len(values))))
        c.wait(S)
    c.close()
    sim.happened(t, t + 3 * S, "the laptop writes set points of the filters",
                 [("write-unlearned", "laptop", "plc2")],
                 src=c.ends["c"][0].ip, dst=c.ends["s"][0].ip,
                 expect=[{"src": "10.10.1.77", "dst": "10.10.1.12", "fc": 16,
                          "kind": "operation", "dir": "request",
                          "class": "write", "count": 2}])


def forces(sim, t):
    c = sim.tcp(t, "laptop", "plc1").open()
    c.req(mb.tcp(9, 1, mb.write_coil(7, True)))
    c.rsp(mb.tcp(9, 1, mb.write_coil(7, True))).close()
    sim.happened(t, t + S, "the laptop forces coil 7 of the intake pumps",
                 [("write-unlearned", "laptop", "plc1")],
                 src="10.10.1.77", dst="10.10.1.11",
                 expect=[{"src": "10.10.1.77", "dst": "10.10.1.11", "fc": 5,
                          "kind": "operation", "dir": "request",
                          "class": "control", "count": 1}])


def breaks(sim, t):
    c = sim.tcp(t, "laptop", "plc3").open()
    bad = (mb.tcp(1, 1, mb.read(3, 0, 60000)),
           mb.tcp(2, 1, mb.head(5, 1, 0x1234)),
           mb.tcp(3, 1, b"\x00"),
           mb.tcp(4, 1, mb.read(3, 0, 1), proto=0x4D42))
    for pdu in bad:
        c.req(pdu).wait(500 * MS)
    c.reset("s")
    sim.happened(t, t + 4 * S, "the laptop sends what no Modbus client sends",
                 [("malformed", "laptop", "plc3"),
                  ("modbus-function-zero", "laptop", "plc3"),
                  ("write-unlearned", "laptop", "plc3")],
                 src="10.10.1.77", dst="10.10.1.13",
                 expect=[{"src": "10.10.1.77", "dst": "10.10.1.13",
                          "kind": "malformed", "count": len(bad)}])


def restarts(sim, t):
    c = sim.tcp(t, "engineering", "plc2").open()
    c.req(mb.tcp(1, 1, mb.diag(1)))
    c.rsp(mb.tcp(1, 1, mb.diag(1)))
    c.reset("s")
    for p in sim.pollers:
        if "plc2" in (p.client, p.server):
            p.cut(t + 100 * MS, SILENT)
    sim.happened(t, t + SILENT, "the engineering station restarts the "
                 "communications of the filters' controller",
                 [("modbus-restart", "engineering", "plc2")],
                 src="10.10.1.40", dst="10.10.1.12",
                 expect=[{"src": "10.10.1.40", "dst": "10.10.1.12", "fc": 8,
                          "kind": "operation", "dir": "request", "sub": 1,
                          "count": 1}])


def exceeds(sim, t):
    writer = next(p for p in sim.pollers
                  if (p.client, p.server) == ("hmi1", "plc1"))
    writer.write_reg(t, 40, 9000)
    sim.happened(t, t + S, "an operator station writes a set point far "
                 "outside what it always wrote",
                 [("write-value-unlearned", "hmi1", "plc1")],
                 src="10.10.1.31", dst="10.10.1.11",
                 expect=[{"src": "10.10.1.31", "dst": "10.10.1.11", "fc": 6,
                          "kind": "operation", "dir": "request", "addr": 40,
                          "values": [9000], "count": 1}])


INCIDENTS = ((21 * MINUTE, arrives), (21 * MINUTE + 30 * S, scans),
             (22 * MINUTE + 15 * S, writes), (22 * MINUTE + 40 * S, forces),
             (23 * MINUTE + 10 * S, breaks), (23 * MINUTE + 40 * S, restarts),
             (25 * MINUTE + 5 * S, exceeds))


def simulate():
    sim = Sim()
    polls(sim)
    operators(sim)
    commissioning(sim)
    office(sim)
    for t, action in INCIDENTS:
        sim.at(t, action, sim, t)
    sim.run()
    first, last = START + LOST[0], START + LOST[1]
    sim.cap.frames = [f for f in sim.cap.frames
                      if not first <= f.ts < last and f.ts < START + END]
    sim.happened(*LOST, "the capture loses everything",
                 [("mirror-loss", "hmi1", "plc1")],
                 expect=[{"kind": "gap", "at_least": 5}])
    sim.truth.sort(key=lambda e: e["from_s"])
    return sim


_once = []


def simulated():
    if not _once:
        _once.append(simulate())
    return _once[0]


@case("plant")
def plant():
    """A small waterworks: twenty normal minutes, then incidents; the time
    line is in plant.truth.json."""
    return simulated().cap


def extra_files():
    """plant.truth.json: who is there, and what happens when."""
    truth = {
        "start": START // S, "normal_until_s": NORMAL // S,
        "end_s": END // S,
        "stations": [{"name": n, "ip": h.ip, "mac": h.mac, "role": ROLES[n],
                      **({"units": list(UNITS)} if n == "gateway" else {})}
                     for n, h in HOSTS.items()],
        "timeline": simulated().truth,
    }
    return {"plant.truth.json":
            (json.dumps(truth, indent=1) + "\n").encode()}

"""site_automation: process (Modbus), packaging (EtherNet/IP), press (PROFINET
and S7): who polls whom, and how each comes to say who it is."""

import struct

import eip
import mb
import pn
import s7
from site_core import MINUTE, mac, times
from wire import MS, S


def run(s):
    modbus_polls(s)
    modbus_names(s)
    gateways(s)
    rockwell(s)
    replaced(s)
    profinet(s)
    simatic(s)


# --- Modbus -------------------------------------------------------------------

def ask(s, t, client, server, unit, *pairs, port=502):
    c = s.tcp(t, client, server, port)
    for n, (req, rsp) in enumerate(pairs):
        txn = (t // S + n) & 0xFFFF
        c.req(mb.tcp(txn, unit, req))
        c.rsp(mb.tcp(txn, unit, rsp))


def read(addr, count, base):
    return mb.read(3, addr, count), mb.read_regs_rsp(
        3, [base + i for i in range(count)])


def modbus_polls(s):
    for n, (client, server, unit) in enumerate((
            ("hmi-1", "mb-plc-1", 1), ("hmi-1", "mb-plc-2", 1),
            ("hmi-2", "mb-plc-3", 1), ("hmi-1", "mb-plc-4", 1),
            ("hmi-2", "twin-a", 1), ("historian", "mb-plc-1", 1),
            ("historian", "mb-plc-2", 1), ("historian", "mb-plc-4", 255),
            ("scada-a", "mb-plc-1", 1))):
        for k, t in enumerate(times(1 + n / 8, 4)):
            pairs = [read(0, 6, 100 * n + k % 7)]
            if client.startswith("hmi") and k % 5 == 4:
                pairs.append((mb.write_reg(40, 500 + k % 3),) * 2)
            if client == "hmi-1" and k % 9 == 8:
                pairs.append((mb.write_coil(5, k % 2),) * 2)
            ask(s, t, s.h(client), s.h(server), unit, *pairs)


def device_id(d, *more):
    objects = [(0, d.say("vendor").encode()), (1, d.say("model").encode()),
               (2, d.say("firmware").encode()), *more]
    return mb.device_id(1), mb.device_id_rsp(1, 0x81, objects)


def modbus_names(s):
    for n, key in enumerate(("mb-plc-1", "mb-plc-2", "mb-plc-4")):
        for t in times(16 + n, 130):
            ask(s, t, s.h("engineering"), s.h(key), 1, device_id(s[key]))
            if key == "mb-plc-4":
                ask(s, t + S, s.h("engineering"), s.h(key), 255,
                    device_id(s[key]))
            s.drop(s.h("engineering"), s.h(key), 502)


def gateways(s):
    """Units one after the other; the fourth of the first gateway is silent.
    The second gateway never says that it is one."""
    for n, (gw, units) in enumerate((("mb-gateway-1", (1, 2, 3, 4)),
                                     ("mb-gateway-2", (5, 6)))):
        for k, t in enumerate(times(2.5 + n, 5)):
            for i, unit in enumerate(units):
                answer = read(0, 4, 1000 * unit + k % 11)
                if unit == 4:
                    answer = answer[0], mb.exc(3, 0x0B)
                ask(s, t + i * S, s.h("historian"), s.h(gw), unit, answer)
                if k % 30 == 3 and unit not in (3, 4):
                    ask(s, t + i * S + 100 * MS, s.h("historian"), s.h(gw),
                        unit, device_id(s["mb-unit-%d" % unit]))


    for n in (1, 2):
        for k, t in enumerate(times(4.3 + n / 10, 7)):
            pairs = [read(0, 2, 50 * n + k % 3)]
            if k % 15 == 2:
                pairs.append(device_id(s["port-%d" % n]))
            ask(s, t, s.h("historian"), s.h("terminal-server"), 1, *pairs,
                port=4000 + n)


# --- EtherNet/IP --------------------------------------------------------------

def identity(d):
    """Its Identity object; who has no serial number says 0."""
    w = d.wire
    d.say("vendor")
    major, minor = d.say("firmware").split(".")
    for key in ("order_number", "hardware"):
        if d.has(key):
            d.say(key)                  # both stand in the name
    return eip.identity(
        d.say("model") if d.has("model") else "Unknown", vendor=w["vendor"],
        kind=w["kind"], product=w["product"], rev=(int(major), int(minor)),
        serial=int(d.say("serial"), 16) if d.has("serial") else 0)


def list_identity(s, t, client, d, nic=0):
    h = d.host(nic)
    u = s.udp(t, client, h, 44818)
    u.req(eip.encap(0x63, session=0))
    u.rsp(eip.encap(0x63, eip.items((0x0C, struct.pack("<H", 1) +
                                     eip.sockaddr(h.ip, 44818) +
                                     identity(d) + b"\x03")), session=0))


class Session:
    """Unconnected messages of a client to one target."""

    def __init__(self, s, t, client, server):
        self.s, self.key, self.n = s, (client, server, 44818), 0
        self.c = s.tcp(t, *self.key)
        self.c.req(eip.encap(0x65, b"\1\0\0\0", session=0))
        self.c.rsp(eip.encap(0x65, b"\1\0\0\0"))

    def ask(self, req, rsp):
        self.n += 1
        self.c.req(eip.rr(req, self.n)).rsp(eip.rr(rsp, self.n))
        return self

    def done(self):
        self.c.req(eip.encap(0x66))
        self.s.drop(*self.key)


def rockwell(s):
    ask_all = eip.req(1, eip.path(1, 1))
    slots = [(0, "cpu-1"), (1, "enet-1"), (2, "enet-2"), (3, "input-1"),
             (4, "output-1")]
    for t in times(18, 90):
        for front, reach in (("enet-1", slots), ("enet-2", slots[:3])):
            x = Session(s, t, s.h("engineering"), s.h(front))
            x.ask(ask_all, eip.rsp(1, identity(s[front])))
            for n, key in reach:
                x.ask(eip.routed(ask_all, bytes((1, n))),
                      eip.rsp(1, identity(s[key])))
            if front == "enet-1":       # no such link address; no path left
                x.ask(eip.routed(ask_all, b"\1\6"),
                      eip.rsp(0x52, b"\0\0", 1, (0x0312,)))
                x.ask(eip.routed(ask_all, eip.port_link(2, s.h(
                    "drive-1").ip)), eip.rsp(1, identity(s["drive-1"])))
            x.done()
            t += 10 * S
    for n, (key, nic) in enumerate((
            ("drive-1", 0), ("two-ports", 0), ("two-ports", 1),
            ("panel-1", 0), ("nameless-1", 0), ("nameless-2", 0),
            ("enet-1", 0), ("enet-2", 0))):
        for t in times(19 + n / 5, 120):
            list_identity(s, t, s.h("engineering"), s[key], nic)
    tags(s)


def tags(s):
    """The panel reads and writes tags of the CPU; the historian reads."""
    for client, front, rate in (("panel-1", "enet-1", 4),
                                ("historian", "enet-2", 6)):
        x = Session(s, 21 * MINUTE, s.h(client), s.h(front))
        for k, t in enumerate(times(22, rate)):
            x.c.t = max(x.c.t, s.tcp(t, *x.key).t)
            x.ask(eip.routed(eip.req(0x4C, eip.symbol("Speed"), b"\1\0"),
                             b"\1\0"),
                  eip.rsp(0x4C, struct.pack("<Hf", 0xCA, 80 + k % 5)))
            if client == "panel-1" and k % 6 == 5:
                x.ask(eip.routed(eip.req(0x4D, eip.symbol("SetSpeed"),
                                         struct.pack("<HHf", 0xCA, 1, 82.5)),
                                 b"\1\0"), eip.rsp(0x4D))
    for key in ("drive-1", "two-ports"):
        x = Session(s, 23 * MINUTE, s.h("panel-1"), s.h(key))
        for k, t in enumerate(times(24, 6)):
            x.c.t = max(x.c.t, s.tcp(t, *x.key).t)
            x.ask(eip.req(0x0E, eip.path(4, 100, 3)),
                  eip.rsp(0x0E, struct.pack("<HH", 7, 400 + k % 9)))


def replaced(s):
    """After two hours another takes the packer's place, with its address."""
    for key, first, last in (("packer-old", 5, 121), ("packer-new", 131,
                                                      299)):
        d, panel = s[key], s.h("panel-1")
        s.arp(int(first * MINUTE), d.host(), s.h("plant-router"))
        s.arp(int(first * MINUTE) + S, panel, d.host())
        s.arp(int((first + 62) * MINUTE), panel, d.host())
        for t in times(first + 1, 45, last):
            list_identity(s, t, s.h("engineering"), d)
        x = Session(s, int((first + 2) * MINUTE), panel, d.host())
        for k, t in enumerate(times(first + 3, 5, last)):
            x.c.t = max(x.c.t, s.tcp(t, *x.key).t)
            x.ask(eip.req(0x4C, eip.symbol("Packs"), b"\1\0"),
                  eip.rsp(0x4C, struct.pack("<Hi", 0xC4, 1200 + k)))
        x.done()


# --- PROFINET and S7 ----------------------------------------------------------

def profinet(s):
    tool, plc = s.h("hmi-press"), s["pn-plc"]
    roles = {"pn-plc": 2, "switch-3": 1, "pn-io-1": 1, "pn-io-2": 1,
             "hmi-press": 1}
    for x, t in enumerate(times(8, 75), 0x100):
        s.frame(t, 22, pn.frame(pn.TO_ALL, plc.host(), pn.IDENTIFY, pn.dcp(
            pn.IDENT, 0, x, pn.block(255, 255), 1)))
        for n, (key, role) in enumerate(roles.items()):
            d = s[key]
            to = tool if key == "pn-plc" else plc.host()
            d.say("vendor")
            s.frame(t + (n + 1) * 3 * MS, 22, pn.frame(
                to.mac_bytes, d.host(), pn.IDENTIFIED, pn.dcp(
                    pn.IDENT, 1, x, pn.station(
                        d.say("name"), d.say("model"), d.wire["vendor"],
                        d.wire["device"], role,
                        (d.nics[0][2][0], "255.255.255.0", "10.22.0.1")))))
    for k, t in enumerate(times(9, 3)):
        for key in ("pn-io-1", "pn-io-2"):
            a, b = plc.host(), s.h(key)
            for src, dst, number in ((a, b, 0x8001), (b, a, 0x8002)):
                s.frame(t, 22, pn.frame(mac(dst.mac), src, number, pn.cyclic(
                    bytes([k & 7, 1]), k * 32 & 0xFFFF), vid=0))


def s7_open(s, t, client, server):
    c = s.tcp(t, client, server, 102)
    c.req(s7.connect(0x0102)).rsp(s7.connect(0x0102, kind=0xD0))
    c.req(s7.job(1, s7.setup(480))).rsp(s7.ack_data(1, s7.setup(240)))
    return c


def simatic(s):
    d, ref = s["s7-plc"], 10
    plc = d.host()
    hmi = s7_open(s, 6 * MINUTE, s.h("hmi-press"), plc)
    for k, t in enumerate(times(7, 3)):
        hmi.t = max(hmi.t, s.tcp(t, s.h("hmi-press"), plc, 102).t)
        hmi.req(s7.job(ref + k, b"\4\1" + s7.item(4, 1, 5, 0x84, 80)))
        hmi.rsp(s7.ack_data(ref + k, b"\4\1", s7.value(
            0xFF, 4, 16, struct.pack("!H", 300 + k % 9))))
        if k % 7 == 6:
            hmi.req(s7.job(500 + k, b"\5\1" + s7.item(4, 1, 5, 0x84, 96),
                           s7.value(0, 4, 16, b"\1\x2c")))
            hmi.rsp(s7.ack_data(500 + k, b"\5\1", b"\xff"))
    hist = s7_open(s, 6 * MINUTE + S, s.h("historian"), plc)
    for k, t in enumerate(times(8, 6)):
        hist.t = max(hist.t, s.tcp(t, s.h("historian"), plc, 102).t)
        hist.req(s7.job(k, b"\4\1" + s7.item(4, 1, 5, 0x84, 0)))
        hist.rsp(s7.ack_data(k, b"\4\1", s7.value(0xFF, 4, 16, b"\0\7")))
    for t in times(30, 110):
        programs(s, t, d)


def programs(s, t, d):
    """The engineering station asks who the PLC is, and loads a block."""
    ews, plc = s.h("engineering"), d.host()
    c = s7_open(s, t, ews, plc)
    order = d.say("order_number").encode()
    d.say("vendor")                     # "Original Siemens Equipment"
    c.req(s7.pdu(7, 2, *s7.ask(4, 1, b"\0\x11\0\0")))
    d.say("hardware"), d.say("firmware")
    c.rsp(s7.pdu(7, 2, *s7.answer(4, 1, s7.szl(
        0x11, 0, 28, s7.module(1, order, b"\0\4\0\1"),
        s7.module(6, order, b"\0\4\0\1"),
        s7.module(7, b"", b"V\3\2\6")))))
    lines = ((1, d.say("name")), (3, d.say("location")),
             (4, "Original Siemens Equipment"), (5, d.say("serial")),
             (7, d.say("model")))
    c.req(s7.pdu(7, 3, *s7.ask(4, 1, b"\0\x1c\0\0")))
    c.rsp(s7.pdu(7, 3, *s7.answer(4, 1, s7.szl(0x1C, 0, 34, *(
        s7.component(n, text.encode()) for n, text in lines)))))
    name = s7.block("0A00001")
    c.req(s7.job(4, s7.file_job(0x1A, name, (216, 88))))
    c.rsp(s7.ack_data(4, b"\x1a"))
    for ref, func, back in ((5, 0x1B, b"\0\4\0\xfbpp\1\1"), (6, 0x1C, b"")):
        c.rsp(s7.job(ref, s7.file_job(func, name)))
        c.req(s7.ack_data(ref, bytes([func]), back))
    c.req(s7.job(7, s7.pi(b"_INSE", b"\1\x000A00001P")))
    c.rsp(s7.ack_data(7, b"\x28"))
    s.drop(ews, plc, 102)

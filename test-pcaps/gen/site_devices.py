"""site_devices: who is in the works: the one description that the wire and
the truth are made of.

A Device has network interfaces (network, MAC, IPs), a set of roles, and
`says`: what it says of itself in some message of the capture, in the words of
the protocol; nothing that it does not say.  A list is one value in the words
of several protocols.  `parent` is the device that it is reached through or is
a part of, `subs` are its addresses behind others, `may` holds addresses that
it had or that are its own in other words.  `wire_` is what messages need
besides: numbers of registries, instances.

state: present; retired, when another took its place; ghost, when others ask
for it and nobody hears it; group, an address that several devices share by
agreement.

Numbers of vendors are those of the registries; models are plausible, serial
numbers are made up, and so are most MACs.
"""

from site_core import FAR, Device

AB = "Rockwell Automation/Allen-Bradley"
HMS = "HMS Industrial Networks AB"
DELTA, ALC = "Delta Controls", "Automated Logic Corporation"
PI_SIEMENS = ["SIEMENS AG", "Siemens"]
METERS = 17                     # behind the radio gateway, each with its IP


def made_up(vlan, n):
    return "02:00:5e:%02x:%02x:%02x" % (vlan, n >> 8, n & 255)


def sub(ip, port, **kw):
    return {"ip": ip, "port": port, "sub": kw}


def slot(ip, n):
    return sub(ip, 44818, path="1,%d" % n)


def named(*macs):
    """Addresses that are said, and seen in no header."""
    return tuple(macs)


# --- what connects the others -------------------------------------------------

def network():
    cell = [("SW-CELL-1", "00:80:63:4a:10:00", "10.60.0.51"),
            ("SW-CELL-2", "00:80:63:4a:20:00", "10.60.0.52")]
    for n, (name, base, ip) in enumerate(cell, 1):
        ports = [base[:-1] + "%d" % p for p in (1, 2, 3)]
        yield Device(
            "switch-%d" % n, [(60, base, ip)] + [(60, p, ()) for p in ports],
            {"switch"}, {"name": name},
            wire_={"ports": ports, "named": named(base, ip)},
            note="chassis id and management address are said in LLDP; each "
                 "port sends from a MAC of its own")
    yield Device(
        "switch-3", [(22, "28:63:36:7a:00:10", "10.22.0.5"),
                     (22, "28:63:36:7a:00:11", ()),
                     (22, "28:63:36:7a:00:12", ())],
        {"switch"}, {"name": "sw-press", "model": "SCALANCE X-200",
                     "vendor": PI_SIEMENS},
        wire_={"vendor": 42, "device": 0x0A01, "named": named("10.22.0.5")},
        note="its address is said in DCP and LLDP only")
    yield Device(
        "switch-4", [(60, "00:90:e8:51:00:40", "10.60.0.54"),
                     (60, "00:90:e8:51:00:41", ())],
        {"switch"}, {
            "name": "SW-CELL-4", "vendor": "Moxa", "model": "EDS-510E-3GTXSFP",
            "firmware": "V5.3", "hardware": "V1.1.0", "serial": "TAEEB1041877",
            "location": "Hall 2, cabinet 4"})
    yield Device(
        "switch-5", [(60, "00:1b:54:c2:05:01", "10.60.0.55")],
        {"switch"}, {"name": "SW-CELL-5", "vendor": "Cisco",
                     "model": "cisco IE-3300-8T2S", "software": "17.6.3"},
        wire_={"named": named("10.60.0.55")},
        note="its address is said in CDP only")
    yield Device(
        "plant-router",
        [(20, "00:1b:54:0a:10:01", "10.20.0.1")] +
        [(v, "00:1b:54:0a:10:01", "10.%d.0.1" % v)
         for v in (22, 30, 31, 32, 50)] +
        [(60, "00:1b:54:0a:10:01", "10.60.0.4")],
        {"router"}, {"name": "PLANT-RT"})
    for n in (1, 2):
        yield Device(
            "core-%d" % n, [(v, "00:1b:54:0a:20:0%d" % n,
                             "10.%d.0.%d" % (v, n + 1)) for v in (60, 10)],
            {"router"}, {"name": "CORE-%d" % n, "vendor": "Cisco",
                         "model": "cisco C9300-24T", "software": "17.9.4"})
    for v in (60, 10):
        yield Device("vrrp-%d" % v, [(v, "00:00:5e:00:01:%02x" % v,
                                      "10.%d.0.1" % v)], {"router"},
                     state="group", note="core-1 and core-2, VRRP")
    yield Device("edge", [(60, made_up(60, 254), "10.60.0.254")],
                 {"router"}, {"name": "EDGE-RT"})
    yield Device("access-point", [(60, made_up(60, 41), "10.60.0.41")],
                 {"wireless"}, {"name": "AP-HALL-1"})


# --- process: Modbus ----------------------------------------------------------

def process():
    for n, name in ((1, "00:80:f4:1a:01:11"), (2, "00:80:f4:1a:01:12")):
        yield Device("mb-plc-%d" % n, [(10, name, "10.10.0.1%d" % n)],
                     {"plc"}, {"vendor": "Schneider Electric",
                               "model": "BMX P34 2020",
                               "firmware": "v2.7%d" % n})
    yield Device("mb-plc-3", [(10, made_up(10, 13), "10.10.0.13")], {"plc"},
                 note="one unit, 1; says nothing; written to")
    yield Device("mb-plc-4", [(10, made_up(10, 14), "10.10.0.14")], {"plc"},
                 {"vendor": "WAGO", "model": "750-881",
                  "firmware": "01.09.20"},
                 note="answers as unit 1 and as unit 255, alike")
    gw = "10.10.0.20"
    yield Device("mb-gateway-1", [(10, "00:90:e8:33:00:20", gw)],
                 {"gateway"}, note="0B for unit 4")
    for unit in (1, 2, 3):
        says = {} if unit == 3 else {
            "vendor": "Janitza electronics", "model": "UMG 96RM",
            "firmware": "2.%d" % unit}
        yield Device("mb-unit-%d" % unit, (), (), says, "mb-gateway-1",
                     [sub(gw, 502, unit=unit)], level=[0, 1],
                     roles_may=("io", "rtu", "plc"))
    yield Device("mb-unit-4", (), (), {}, "mb-gateway-1",
                 [sub(gw, 502, unit=4)], state="ghost")
    gw = "10.10.0.21"
    yield Device("mb-gateway-2", [(10, made_up(10, 21), gw)], {"gateway"},
                 note="never an exception; units that say different things")
    for unit, model in ((5, "TAC-4"), (6, "PMX-20")):
        yield Device("mb-unit-%d" % unit, (), (), {
            "vendor": "Example Drives", "model": model, "firmware": "1.4"},
            "mb-gateway-2", [sub(gw, 502, unit=unit)], level=[0, 1],
            roles_may=("io", "rtu", "plc", "drive"))
    ports = "10.10.0.22"
    yield Device("terminal-server", [(10, "00:90:e8:33:00:22", ports)],
                 {"gateway"}, note="unit 1 on port after port, each another")
    for n in (1, 2):
        yield Device("port-%d" % n, (), (), {
            "vendor": "Example Drives", "model": "FIT-%d0" % n,
            "firmware": "1.%d" % n}, "terminal-server",
            [sub(ports, 4000 + n, unit=1)], level=[0, 1],
            roles_may=("io", "rtu", "plc"))
    yield Device("hmi-1", [(10, "00:d0:c9:44:00:31", "10.10.0.31")], {"hmi"},
                 {"name": "HMI-LINE1"})
    yield Device("hmi-2", [(10, made_up(10, 32), "10.10.0.32")], {"hmi"})
    for n in "ab":
        yield Device("twin-" + n, [(10, made_up(10, 0x660 + ord(n)),
                                    "10.10.0.66")], {"plc"}
                     if n == "a" else (), level=1 if n == "a" else None,
                     roles_may=("plc", "workstation"),
                     note="two devices hold one address at once")
    yield Device("mb-missing", [(10, None, "10.10.0.99")], state="ghost",
                 note="asked for by ARP, never answers")


# --- packaging: EtherNet/IP ---------------------------------------------------

def packaging():
    a, b = "10.20.0.11", "10.20.0.12"

    def module(key, model, kind, product, serial, n, nics=(), role=(),
               more=(), **kw):
        return Device(key, nics, role, {
            "vendor": AB, "model": model, "serial": serial,
            "order_number": model.split("/")[0],
            "hardware": model.split("/")[1], "firmware": "31.011"},
            "chassis-1", [slot(a, n), *more],
            wire_={"vendor": 1, "kind": kind, "product": product}, **kw)

    yield Device("chassis-1", level=1, roles_may=("plc",),
                 note="no address of its own")
    yield module("cpu-1", "1756-L73/B", 14, 94, "0x00c0aa01", 0,
                 role={"plc"}, more=[slot(b, 0)])
    yield module("enet-1", "1756-EN2T/D", 12, 166, "0x00c0aa02", 1,
                 [(20, "00:00:bc:31:20:11", a)], (), [slot(b, 1)],
                 level=1, roles_may=("gateway", "io", "plc"))
    yield module("enet-2", "1756-EN2T/D", 12, 166, "0x00c0aa03", 2,
                 [(20, "00:00:bc:31:20:12", b)], (), [slot(b, 2)],
                 level=1, roles_may=("gateway", "io", "plc"))
    yield module("input-1", "1756-IB32/B", 7, 4, "0x00c0aa04", 3,
                 role={"io"})
    yield module("output-1", "1756-OB32/A", 7, 12, "0x00c0aa05", 4,
                 role={"io"})
    yield Device("slot-6", (), (), {}, "chassis-1", [slot(a, 6)],
                 state="ghost", note="asked for, and the path leads nowhere")

    def eip(key, nics, model, kind, product, serial, role, fw="12.001",
            **kw):
        says = {"vendor": AB, "model": model, "serial": serial,
                "firmware": fw}
        if "/" in model:
            says["order_number"], says["hardware"] = model.split("/")
        return Device(key, nics, role, says, wire_={
            "vendor": 1, "kind": kind, "product": product}, **kw)

    yield eip("drive-1", [(20, "00:00:bc:31:20:30", "10.20.0.30")],
              "PowerFlex 525 3P 400V 2.00HP", 2, 9, "0x00c0bb30", {"drive"},
              may=[sub(a, 44818, path="2,10.20.0.30")],
              note="read at its address and by a route that ends there")
    yield eip("two-ports", [(20, "00:00:bc:31:20:33", "10.20.0.33"),
                            (20, "00:00:bc:31:20:34", "10.20.0.34")],
              "1734-AENTR/C", 12, 196, "0x00c0bb33", {"io"},
              note="vendor and serial are told at two addresses")
    yield eip("panel-1", [(20, "00:00:bc:31:20:40", "10.20.0.40")],
              "PanelView Plus 7", 24, 60, "0x00c0bb40", {"hmi"})
    for n in (1, 2):
        yield Device("nameless-%d" % n, [(20, made_up(20, 0x50 + n),
                                          "10.20.0.5%d" % n)], (),
                     {"vendor": HMS, "firmware": "1.005"},
                     wire_={"vendor": 90, "kind": 43, "product": 1},
                     roles_may=("io",), level=[None, 1],
                     note='its model is "Unknown", its serial number 0')
    yield eip("packer-old", [(20, "00:00:bc:31:20:15", "10.20.0.15")],
              "1769-L33ER/A", 14, 107, "0x00c0cc01", {"plc"}, "20.012",
              state="retired", note="replaced after two hours")
    yield eip("packer-new", [(20, "00:00:bc:31:20:16", "10.20.0.15")],
              "1769-L33ER/A", 14, 107, "0x00c0cc02", {"plc"}, "32.011")


# --- press: PROFINET and S7 ---------------------------------------------------

def press():
    yield Device("pn-plc", [(22, "28:63:36:7a:00:01", "10.22.0.11")], {"plc"},
                 {"name": "plc-press", "model": "S7-1500",
                  "vendor": PI_SIEMENS}, wire_={"vendor": 42, "device": 0x10E})
    yield Device("s7-plc", [(22, "00:0e:8c:7a:00:02", "10.22.0.12")], {"plc"},
                 {"name": "Hydraulics", "vendor": PI_SIEMENS,
                  "model": "CPU 315-2 PN/DP", "serial": "S C-B1U393142011",
                  "order_number": "6ES7 315-2EH14-0AB0", "hardware": "4",
                  "firmware": "V3.2.6", "location": "Press hall"})
    yield Device("pn-io-1", [(22, "28:63:36:7a:00:20", "10.22.0.21"),
                             (22, "28:63:36:7a:00:21", ())], {"io"}, {
        "name": "io-press-1", "vendor": PI_SIEMENS,
        "model": ["ET200SP", "IM155-6PN ST"], "hardware": "2",
        "order_number": "6ES7 155-6AU01-0BN0", "firmware": "V4.2.1",
        "serial": "S C-K7U208772017"}, wire_={"vendor": 42, "device": 0x313})
    yield Device("pn-io-2", [(22, "28:63:36:7a:00:30", "10.22.0.22")], {"io"},
                 {"name": "io-press-2", "vendor": PI_SIEMENS,
                  "model": "ET200SP"}, wire_={"vendor": 42, "device": 0x313})
    yield Device("hmi-press", [(22, "00:0e:8c:7a:00:40", "10.22.0.40")],
                 {"hmi"}, {"name": "hmi-press", "vendor": PI_SIEMENS,
                           "model": "SIMATIC-HMI"},
                 wire_={"vendor": 42, "device": 0x300})


# --- control room and remote stations: DNP3 and the rest ----------------------

def control():
    for n in "ab":
        yield Device("scada-" + n,
                     [(50, made_up(50, 0x10 + (n == "b")),
                       ("10.50.0.1%d" % (n == "b"), "10.50.0.12"))],
                     {"scada"}, {"name": "SCADA-" + n.upper()},
                     roles_may=("server",),
                     note="10.50.0.12 is with a, then b, then a")
    yield Device("historian", [(50, made_up(50, 0x20),
                                ("10.50.0.20", "10.50.0.21"))],
                 {"historian"}, {"name": "HISTORIAN"}, roles_may=("server",))
    yield Device("engineering", [(50, made_up(50, 0x40), "10.50.0.40")],
                 {"engineering_station"}, {"name": "EWS-01"},
                 roles_may=("workstation",))
    yield Device("operator", [(50, made_up(50, 0x41), "10.50.0.41")],
                 {"workstation"}, {"name": "OPS-1"}, level=[2, 4],
                 roles_may=("hmi",))
    conc = "10.50.0.30"
    yield Device("dnp-concentrator", [(50, made_up(50, 0x30), conc)],
                 {"gateway"})

    def outstation(key, addr, nics=(), **kw):
        return Device(key, nics, {"rtu"}, {
            "vendor": "Example Grid", "model": "FRTU-8",
            "serial": "FR-%04d" % (7000 + addr), "software": "3.%d" % addr,
            "hardware": "B", "name": "Feeder %d" % addr,
            "location": "Pole %d" % (100 + addr)},
            wire_={"addr": addr}, **kw)

    for addr in (11, 12, 13):
        yield outstation("dnp-%d" % addr, addr, parent="dnp-concentrator",
                         subs=[sub(conc, 20000, addr=addr)])
    yield Device("dnp-front", [(50, made_up(50, 0x31), "10.50.0.31")],
                 {"rtu"})
    yield outstation("dnp-direct", 4, parent="dnp-front",
                     subs=[sub("10.50.0.31", 20000, addr=4)],
                     note="the only link address of its IP")
    for n in "ab":
        yield Device("scada-%s-master" % n, (), {"scada"},
                     parent="scada-" + n, subs=[sub(
                         "10.50.0.1%d" % (n == "b"), 0, addr=1)],
                     note="the link address that the master sends from")
    yield Device("radio-gateway", [(50, made_up(50, 9), "10.50.0.9")],
                 {"router"}, roles_may=("gateway",),
                 note="answers ARP for the meters")
    for n in range(METERS):
        yield Device("meter-%d" % n, [(50, None, "10.50.0.%d" % (200 + n))],
                     level=[0, 1], roles_may=("io", "rtu", "plc"),
                     parent=[None, "radio-gateway"],
                     wire_={"mac": made_up(50, 9)})


# --- building: BACnet ---------------------------------------------------------

def bacnet(key, nics, instance, roles, model, vendor=DELTA, serial=None,
           **kw):
    says = {"vendor": vendor, "model": model, "name": key.upper(),
            "firmware": "6.%d" % (instance % 97), "software": "1.0",
            "location": "Room %d" % instance}
    if serial:
        says["serial"] = serial
    extra = kw.pop("wire_", {})
    return Device(key, nics, roles, says, wire_={
        "instance": instance, "vendor": 8 if vendor == DELTA else 24,
        **extra}, **kw)


def building():
    yield Device("bms", [(30, "00:50:56:9a:30:10", "10.30.0.10")],
                 {"scada"}, {"name": "BMS-SRV"}, roles_may=("server",))
    yield bacnet("bbmd-1", [(30, "00:40:ae:10:30:05", "10.30.0.5")], 1005,
                 {"bbmd", "building_controller"}, "DSM-RTR",
                 serial="DC-1005")
    yield bacnet("mstp-router-1", [(30, "00:40:ae:10:30:06", "10.30.0.6")],
                 1006, {"bacnet_router"}, "DSM-050", serial="DC-1006",
                 roles_may=("building_controller",))
    yield bacnet("ahu-1", [(30, "00:e0:c9:10:30:21", "10.30.0.21")], 1021,
                 {"building_controller"}, "ME812u-LGR", ALC,
                 serial="ALC-1021")
    yield bacnet("ahu-2", [(30, "00:e0:c9:10:30:22", "10.30.0.22")], 1022,
                 {"building_controller"}, "ME812u-LGR", ALC,
                 wire_={"filler": "000000"},
                 note='its serial number is "000000", and so is ahu-4\'s')
    yield bacnet("ahu-4", [(30, "00:e0:c9:10:30:24", "10.30.0.24")], 1024,
                 {"building_controller"}, "ME812u-LGR", ALC,
                 wire_={"filler": "000000"})
    yield bacnet("lab-router", [(30, "00:40:ae:10:30:07", "10.30.0.7"),
                                (32, "00:40:ae:10:32:07", "10.32.0.7")],
                 1007, {"bacnet_router"}, "DSM-RTR", serial="DC-1007",
                 roles_may=("building_controller",),
                 note="vendor and serial are told at two addresses")
    for n in range(1, 5):
        yield bacnet("vav-%d" % n, (), 2000 + n, {"building_controller"},
                     "DVC-304", serial="DV-20%02d" % n,
                     parent="mstp-router-1", subs=[sub(
                         "10.30.0.6", 47808, net=2001, mac="%02x" % n)],
                     wire_={"net": 2001, "mac": n, "router": "mstp-router-1"})
    yield Device("bms-client", [(30, made_up(30, 0x50), "10.30.0.50")],
                 (), {"name": "BMS-WS1"}, level=2,
                 roles_may=("hmi", "supervisor", "workstation"),
                 note="what it is beside one that asks, nothing tells")
    yield bacnet("bbmd-2", [(31, "00:40:ae:10:31:05", "10.31.0.5")], 3005,
                 {"bbmd", "building_controller"}, "DSM-RTR",
                 serial="DC-3005")
    yield bacnet("mstp-router-2", [(31, "00:40:ae:10:31:06", "10.31.0.6")],
                 3006, {"bacnet_router"}, "DSM-050", serial="DC-3006",
                 roles_may=("building_controller",))
    yield bacnet("ahu-3", [(31, "00:e0:c9:10:31:21", "10.31.0.21")], 3021,
                 {"building_controller"}, "ME812u-LGR", ALC,
                 serial="DL-4021", note="lab-1 has this number, too, and is "
                 "of another vendor")
    for n in range(1, 4):
        yield bacnet("fcu-%d" % n, (), 2003 if n == 3 else 3100 + n,
                     {"building_controller"}, "DFC-305",
                     serial="DF-31%02d" % n, parent="mstp-router-2",
                     subs=[sub("10.31.0.6", 47808, net=2002, mac="%02x" % n)],
                     wire_={"net": 2002, "mac": n, "router": "mstp-router-2"},
                     note="vav-3 has this instance, too" if n == 3 else None)
    yield bacnet("lab-1", [(32, "00:40:ae:10:32:21", "10.32.0.21")], 4021,
                 {"building_controller"}, "DLC-1212", serial="DL-4021",
                 may=[sub("10.30.0.7", 47808, net=3, mac="0a200015bac0")],
                 note="seen on its own network and as a source behind "
                      "lab-router")
    yield Device("bbmd-missing", [(33, None, "10.33.0.5")], state="ghost",
                 note="in the table of both BBMDs, never heard")
    yield Device("contractor", [(FAR, None, "10.99.0.77")],
                 (), level=2, parent=[None, "edge"],
                 roles_may=("hmi", "scada", "supervisor", "workstation"),
                 note="a foreign device at bbmd-1")


# --- offices and what is far away ---------------------------------------------

def office():
    def pc(key, n, ip, name, role, **kw):
        return Device(key, [(60, made_up(60, n), ip)], {role},
                      {"name": name}, **kw)

    yield pc("dc", 0x10, "10.60.0.10", "IT-DC01", "server")
    yield pc("nms", 0x12, "10.60.0.12", "NMS-01", "server",
             roles_may=("workstation",))
    yield pc("files", 0x13, "10.60.0.13", "FILESRV", "server")
    yield Device("printer", [(60, "3c:d9:2b:60:00:30", "10.60.0.30")],
                 {"printer"}, {
        "name": "PRN-OFFICE", "vendor": "Hewlett-Packard",
        "model": "LaserJet 600 M602", "location": "Office, 1st floor"})
    yield Device("ups", [(60, "00:c0:b7:60:00:31", "10.60.0.31")], (), {
        "name": "UPS-SERVER-ROOM",
        "vendor": ["APC", "American Power Conversion Corp."],
        "model": "Smart-UPS 3000", "firmware": "UPS 15.0",
        "software": "AOS 6.8.2", "location": "Server room"})
    yield Device("camera", [(60, "00:40:8c:60:00:32", "10.60.0.32")],
                 {"camera"}, {"name": "axis-00408c600032"})
    yield Device("phone", [(60, made_up(60, 0x33), "10.60.0.33")], {"phone"},
                 {"name": "SEP02005E3C0033", "vendor": "Cisco",
                  "model": ["CP-8841", "Cisco IP Phone 8841"],
                  "serial": "FCH21412A7Q", "hardware": "12",
                  "firmware": "sboot.8845", "software": "sip88xx.12-8-1"})
    yield pc("ws-1", 0x61, "10.60.0.121", "WS-PLANNING", "workstation",
             may=[{"ip": "10.60.0.101"}],
             note="moved from 10.60.0.101 by DHCP")
    yield pc("ws-2", 0x62, "10.60.0.101", "WS-QUALITY", "workstation",
             note="has the address that ws-1 had")
    yield pc("ws-3", 0x63, "10.60.0.103", "WS-STORES", "workstation")
    yield Device("ws-4", [(60, made_up(60, 0x64), (
        "10.60.0.104", "fe80::5eff:fe3c:64"))], {"workstation"},
        {"name": "WS-LAB"})
    for key, ip in (("erp", "10.99.0.10"), ("mes", "10.99.0.11"),
                    ("archive", "10.99.0.12"), ("updates", "203.0.113.10"),
                    ("cloud", "198.51.100.7")):
        yield Device(key, [(FAR, None, ip)], parent=[None, "edge"],
                     level=[None, 5] if ip[:3] != "10." else None,
                     roles_may=("server", "external"))


def devices():
    return [d for part in (network, process, packaging, press, control,
                           building, office) for d in part()]

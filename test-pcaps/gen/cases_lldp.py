"""cases_lldp: devices that tell their neighbours who they are."""

import struct

import ld
from capfile import Capture, T0
from cases import case
from wire import MS, S

SWITCH, PLC, PHONE = "02:00:00:00:00:40", "02:00:00:00:00:50", \
    "02:00:00:00:00:60"
VIA_MAC = (4, ld.mac(SWITCH))


def port_of(base, n):
    return base[:-2] + "%02x" % (int(base[-2:], 16) + n)


def switch(n, ttl=120, more=b""):
    return ld.start(VIA_MAC, (5, b"GigabitEthernet0/%d" % n), ttl) + more


SWITCH_SAYS = ld.tlv(4, b"uplink to the control room") + \
    ld.tlv(5, b"cell-3-switch") + \
    ld.tlv(6, b"Example managed switch, 8 ports\nrelease 4.2") + \
    ld.capabilities(0x14, 0x04) + \
    ld.management("10.0.0.40", 7, b"\x2b\x06\x01\x04\x01") + \
    ld.management("fd00:6::40") + ld.port_vlan(10) + \
    ld.vlan_name(10, b"cell 3") + ld.vlan_name(20, b"cameras") + \
    ld.mac_phy() + ld.org(ld.O_8023, 4, struct.pack("!H", 1522)) + \
    ld.org(ld.O_8023, 3, b"\x01\0\0\0\0") + ld.END


def profinet(base, n):
    return ld.org(ld.O_PNIO, 2, bytes(4)) + \
        ld.org(ld.O_PNIO, 5, ld.mac(base)) + ld.mac_phy() + ld.END


@case("lldp/devices")
def devices():
    """A switch at two ports with MACs of their own; PROFINET devices, one by
    its name of station, one by its identification; a telephone with LLDP-MED;
    a station that says the least; a switch that shuts a port down; a VLAN."""
    cap = Capture()
    for n in (1, 2):
        cap.add(T0 + n * MS, ld.frame(port_of(SWITCH, n),
                                      switch(n, more=SWITCH_SAYS)))
    # IEC 61158-6-10, 4.3: the name of station is the chassis id.
    cap.add(T0 + 3 * MS, ld.frame(
        port_of(PLC, 1), ld.start((7, b"press-12"), (7, b"port-001"), 20) +
        ld.capabilities(0x80, 0x80) + ld.management("10.0.0.50") +
        profinet(PLC, 1)))
    # The same edition's other form: the port id has it.
    system = "%-25s %-20s %-16s %5s %c%3d%3d%3d" % (
        "Example CPU 1512", "EX1 512-1AB00", "SN C-H4711", 5, "V", 2, 9, 4)
    cap.add(T0 + 4 * MS, ld.frame(
        "02:00:00:00:00:59", ld.start((7, system.encode()),
                                      (7, b"port-002.mixer-1"), 20) +
        profinet("02:00:00:00:00:58", 2)))
    med = [b"EX-7", b"1.0.8", b"sip 9.4", b"FCH0042", b"Example", b"T-41",
           b"asset 118"]
    cap.add(T0 + 5 * MS, ld.frame(
        PHONE, ld.start((5, b"\x01\x0a\0\0\x3c"), (3, ld.mac(PHONE))) +
        ld.tlv(5, b"SEP020000000060") + ld.capabilities(0x24, 0x24) +
        ld.med(1, b"\0\x33\x03") + ld.med(2, b"\x01\x40\x0a\x2e") +
        b"".join(ld.med(5 + i, text) for i, text in enumerate(med)) +
        ld.END))
    cap.add(T0 + 6 * MS, ld.frame("02:00:00:00:00:70", ld.start(
        (4, ld.mac("02:00:00:00:00:70")), (3, ld.mac("02:00:00:00:00:70")))))
    cap.add(T0 + 30 * S, ld.frame(port_of(SWITCH, 1),
                                  switch(1, more=SWITCH_SAYS)))
    cap.add(T0 + 31 * S, ld.frame(port_of(SWITCH, 2), switch(2, 0) + ld.END))
    tagged = ld.frame(port_of(SWITCH, 3), switch(3) + ld.END)
    cap.add(T0 + 32 * S, tagged[:12] + b"\x81\x00\x00\x0a" + tagged[12:])
    return cap


@case("lldp/violations")
def violations():
    """What the standard forbids, each followed by a good message; at last
    messages that the capture cut, which are no violation."""
    good = switch(1) + ld.END
    chassis, port, ttl = (switch(1)[:9], switch(1)[9:-4], switch(1)[-4:])
    bad = [port + chassis + ttl, chassis + ttl + port, chassis + port + ld.END,
           ld.tlv(1, b"\x04\x02\0\0") + port + ttl,
           chassis + ld.tlv(2, b"\x04\x01\x0a\0") + ttl,
           chassis + port + ld.tlv(3, b"\x78"),
           switch(1) + ttl + ld.END,
           switch(1) + ld.tlv(5, b"sw") + ld.tlv(7, b"\0\x14\0") + ld.END,
           switch(1) + ld.tlv(8, b"\x05\x01\x0a\0\0") + ld.END,
           switch(1) + ld.tlv(127, ld.O_8021) + ld.END,
           switch(1) + ld.org(ld.O_8021, 3, b"\0\5\7ops") + ld.END,
           switch(1) + ld.tlv(0, b"\0"),
           switch(1) + ld.tlv(5, b"x" * 300)[:40]]
    cap, t = Capture(), T0
    for body in bad:
        cap.add(t, ld.frame(port_of(SWITCH, 1), body))
        cap.add(t + 100 * MS, ld.frame(port_of(SWITCH, 1), good))
        t += S
    whole = ld.frame(port_of(SWITCH, 1), switch(1, more=SWITCH_SAYS))
    for n in (20, 30, 60, 100, len(whole) - 5):
        cap.add(t, whole[:n], wire=len(whole))
        t += S
    return cap

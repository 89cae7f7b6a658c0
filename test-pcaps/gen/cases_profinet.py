"""cases_profinet: what PROFINET stations say on the wire, DCP before all."""

import struct

import pn
from capfile import Capture, T0
from cases import case
from talk import host
from wire import MS

PLC, DEVICE, TOOL, SWITCH = host(1), host(2), host(3), host(4)


class Wire:
    """Frames between stations, two milliseconds apart."""

    def __init__(self, snaplen=262144):
        self.cap, self.t = Capture(snaplen=snaplen), T0

    def send(self, dst, src, frame_id, data, vid=None):
        to = dst if isinstance(dst, bytes) else dst.mac_bytes
        self.cap.add(self.t, pn.frame(to, src, frame_id, data, vid))
        self.t += 2 * MS
        return self

    def identify(self, src, xid, blocks, vid=None):
        return self.send(pn.TO_ALL, src, pn.IDENTIFY,
                         pn.dcp(pn.IDENT, 0, xid, blocks, 1), vid)

    def identified(self, dst, src, xid, blocks, vid=None):
        return self.send(dst, src, pn.IDENTIFIED,
                         pn.dcp(pn.IDENT, 1, xid, blocks), vid)

    def ask(self, service, xid, blocks, answer=None, kind=1):
        self.send(DEVICE, TOOL, pn.GET_SET, pn.dcp(service, 0, xid, blocks))
        if answer is not None:
            self.send(TOOL, DEVICE, pn.GET_SET,
                      pn.dcp(service, kind, xid, answer))
        return self


ADDRESS = ("192.168.0.2", "255.255.255.0", "192.168.0.254")


@case("profinet/identify")
def identify():
    """Who is there: all, answered by a controller, a device and a switch
    without address; one by name, tagged; a device of nobody's vendor id
    whose address is in conflict; Hello."""
    w = Wire().identify(TOOL, 1, pn.block(255, 255))
    w.identified(TOOL, PLC, 1, pn.station(
        "plc-1", "S7-1500", 42, 0x010E, 2,
        ("192.168.0.1", "255.255.255.0", "0.0.0.0")))
    w.identified(TOOL, DEVICE, 1, pn.station(
        "pump-io", "IC200PNS001", 346, 3, 1, ADDRESS))
    w.identified(TOOL, SWITCH, 1, pn.station(
        "", "SCALANCE X-200", 42, 0x0A01, 1, ("0.0.0.0",) * 3, ip_info=0))
    w.identify(PLC, 2, pn.block(2, 2, b"pump-io"), vid=0)
    w.identified(PLC, DEVICE, 2, pn.station(
        "pump-io", "IC200PNS001", 346, 3, 1, ADDRESS), vid=0)
    w.identify(PLC, 3, pn.block(2, 2, b"valve-io"))
    w.identify(PLC, 4, pn.block(2, 6, b"port-001.plc-1"), vid=20)
    w.identified(PLC, host(5), 4, pn.station(
        "drive", "X", 0xDEAD, 1, 9,
        ("192.168.0.1", "255.255.255.0", "192.168.0.1"), ip_info=0x81) +
        pn.block(2, 8, struct.pack("!HH", 42, 1), 0) +
        pn.block(1, 1, host(5).mac_bytes, 0), vid=20)
    w.send(pn.HELLO_TO, host(6), pn.HELLO, pn.dcp(
        pn.HELLO_SERVICE, 0, 5, pn.name("robot") + pn.ip(
            "192.168.0.6", "255.255.255.0", "192.168.0.254", info=2) +
        pn.block(2, 3, struct.pack("!HH", 42, 0x0301), 0) +
        pn.block(6, 1, b"\0\1", 0)))
    return w.cap


@case("profinet/configure")
def configure():
    """A tool reads, flashes, names and addresses a device, is refused for
    each reason that there is, and resets it to factory settings."""
    w = Wire().ask(pn.GET, 16, b"\2\2\1\2\2\x0a", pn.name("pump-io") +
                   pn.ip(*ADDRESS) + pn.response((2, 10), 2))
    w.ask(pn.SET, 17, pn.block(5, 3, b"\1\0", 0), pn.response((5, 3)))
    w.ask(pn.SET, 18, pn.name("pump-io-2", 1), pn.response((2, 2)))
    w.ask(pn.SET, 19, pn.block(5, 1, info=0) + pn.ip(
        "192.168.0.12", "255.255.255.0", "192.168.0.254", info=0) +
        pn.block(5, 2, info=0),
        pn.response((5, 1)) + pn.response((1, 2)) + pn.response((5, 2)))
    for error in (1, 2, 3, 4, 5, 6, 7):
        w.ask(pn.SET, 0x20 + error, pn.name("other", 1),
              pn.response((2, 2), error))
    w.ask(pn.SET, 0x30, pn.block(3, 255, b"\2\0", 1), b"", kind=5)
    w.ask(pn.SET, 0x31, pn.block(5, 6, info=4), pn.response((5, 6)))
    w.ask(pn.SET, 0x32, pn.block(5, 5, info=0))
    w.ask(pn.SET, 0x33, pn.block(128, 1, b"\1\2\3", 0),
          pn.response((128, 1)))
    return w.cap


@case("profinet/cyclic")
def cyclic():
    """A controller and its device: data both ways in priority tags, a stop
    and a run, an alarm with its acknowledgement, time, a fragment, and a
    Set from the controller among all that."""
    w = Wire()
    for n in range(3):
        w.send(DEVICE, PLC, 0x8001, pn.cyclic(b"\1\2", n * 32), 0)
        w.send(PLC, DEVICE, 0x8000, pn.cyclic(b"\3\4\5", n * 32), 0)
    w.send(DEVICE, PLC, 0x8001, pn.cyclic(b"\0\0", 96, 0x25), 0)
    w.send(DEVICE, PLC, 0x8001, pn.cyclic(b"\0\0", 128, 0x25), 0)
    w.send(DEVICE, PLC, 0x8001, pn.cyclic(b"\1\2", 160, 0x35), 0)
    w.send(PLC, DEVICE, 0x8000, pn.cyclic(b"\3\4\5", 160, 0x15), 0)
    w.send(PLC, DEVICE, 0xFE01, pn.alarm(1, 3, 0x8001), 0)
    w.send(DEVICE, PLC, 0xFE01, bytes.fromhex("000200011300fffeffff0000"), 0)
    w.send(DEVICE, PLC, pn.GET_SET, pn.dcp(
        pn.SET, 0, 64, pn.ip(*ADDRESS, info=0)), 0)
    w.send(PLC, DEVICE, pn.GET_SET, pn.dcp(
        pn.SET, 1, 64, pn.response((1, 2))), 0)
    w.send(pn.LLDP_TO, PLC, 0xFF40, b"\0" * 42)
    w.send(DEVICE, PLC, 0xFF83, b"\0" * 42)
    return w.cap


@case("profinet/violations")
def violations():
    """DCP with each rule broken once: a service that is not the FrameID's,
    an unknown type, lengths of message and block that are too large, a block
    that is too short, a frame that is all header; a good one last."""
    w = Wire()
    good = pn.name("pump-io", 1)
    w.send(DEVICE, TOOL, pn.IDENTIFY, pn.dcp(pn.SET, 0, 1, good))
    w.send(DEVICE, TOOL, pn.GET_SET, pn.dcp(pn.SET, 2, 2, good))
    w.send(DEVICE, TOOL, pn.GET_SET, pn.dcp(9, 0, 3, good))
    w.send(DEVICE, TOOL, pn.GET_SET, pn.dcp(pn.SET, 0, 4, good, length=999))
    w.send(DEVICE, TOOL, pn.GET_SET, pn.dcp(
        pn.SET, 0, 5, pn.block(2, 2, b"pump", 1, length=99)))
    w.send(DEVICE, TOOL, pn.GET_SET, pn.dcp(
        pn.SET, 0, 6, pn.block(1, 2, b"\xc0\xa8\0\2", 0)))
    w.send(DEVICE, TOOL, pn.GET_SET, pn.dcp(pn.SET, 0, 7, good))
    return w.cap


@case("profinet/short")
def short():
    """An answer to Identify of which the capture has 60 bytes."""
    w = Wire(snaplen=60)
    w.identified(TOOL, DEVICE, 1, pn.station(
        "pump-io", "IC200PNS001", 346, 3, 1, ADDRESS))
    w.identify(TOOL, 2, pn.block(255, 255))
    return w.cap

"""cases_stack: how TCP/IP stacks open connections, and answer.

The options of each are those that its SYN has in any capture, in its order
(RFC 9293, 7323, 2018).
"""

import struct

import wire
from capfile import Capture, T0
from cases import case
from talk import CLIENT6, SERVER6, host
from wire import ACK, MS, SYN, Host

SOK, NOP, EOL = b"\x04\x02", b"\x01", b"\x00"
TS = b"\x08\x0a" + struct.pack("!II", 77, 0)
WS = b"\x03\x03\x07"


def mss(size=1460):
    return b"\x02\x04" + struct.pack("!H", size)


LINUX = mss() + SOK + TS + NOP + WS
WINDOWS = mss() + NOP + WS + NOP + NOP + SOK
APPLE = mss() + NOP + WS + NOP + NOP + TS + SOK + EOL + EOL
BSD = mss() + NOP + WS + SOK + TS


class Wire:
    def __init__(self):
        self.cap, self.t, self.port = Capture(), T0, 49152

    def packet(self, src, dst, ports, flags, ttl, window, options, df=True):
        seg = wire.tcp(src, dst, *ports, 1000, 2000 if flags & ACK else 0,
                       flags, b"", window, options)
        ip = wire.ip6(src, dst, wire.TCP, seg, ttl) if src.is_v6 else \
            wire.ip4(src, dst, wire.TCP, seg, ident=self.port, ttl=ttl,
                     df=df)
        for frame in wire.ether(src, dst, ip):
            self.cap.add(self.t, frame)
        self.t += MS
        return self

    def opens(self, src, dst, *syn, answer=None):
        """syn, answer: TTL, window, options"""
        self.port += 1
        self.packet(src, dst, (self.port, 502), SYN, *syn)
        if answer:
            self.packet(dst, src, (502, self.port), SYN | ACK, *answer)
        return self


@case("ip/stacks")
def stacks():
    """SYNs and answers of Linux, Windows, macOS, FreeBSD, Cisco IOS and
    lwIP, one behind two routers, one over IPv6; one that comes twice; and
    forms that several have: none, another's time to live, fragments allowed,
    a router too many, an address of the Internet."""
    w = Wire()
    plc = host(1)
    w.opens(host(2), plc, 64, 64240, LINUX, answer=(255, 5840, mss()))
    w.opens(host(2), plc, 64, 64240, LINUX, answer=(255, 5840, mss()))
    w.opens(host(3), host(4), 128, 64240, WINDOWS,
            answer=(64, 64240, mss() + NOP + NOP + SOK + NOP + WS))
    w.opens(host(5), host(6), 126, 64240, WINDOWS,
            answer=(128, 65535, WINDOWS))
    w.opens(host(7), host(8), 64, 65535, APPLE,
            answer=(64, 65535, BSD))
    w.opens(host(9), host(10), 64, 65535, BSD, answer=(255, 4128, mss(536)))
    w.opens(CLIENT6, SERVER6, 64, 64800, LINUX,
            answer=(128, 65535, WINDOWS))
    # Whose these are nobody can say.
    w.opens(host(21), host(22), 64, 8192, b"", answer=(64, 8192, mss()))
    w.opens(host(23), host(24), 64, 64240, WINDOWS,
            answer=(128, 64240, LINUX))
    w.opens(host(25), host(26), 55, 64240, LINUX,
            answer=(64, 65160, LINUX, False))
    w.opens(host(27, "203.0.113.9"), host(28), 64, 64240, LINUX + b"\x22\x02")
    w.opens(Host("02:00:00:00:00:29", "198.51.100.9"), host(28), 64, 64240,
            LINUX)
    return w.cap

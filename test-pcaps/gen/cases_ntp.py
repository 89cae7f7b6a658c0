"""cases_ntp: who asks whom for the time, and about it."""

import socket
import struct

from capfile import Capture
from cases import case
from talk import CLIENT, Path, Udp, host
from wire import Host

GROUP = Host("01:00:5e:00:01:01", "224.0.1.1")
SENT = 0xE000000100000001


def time(mode, stratum=0, reference=b"\0\0\0\0", origin=0, sent=SENT,
         version=4):
    return struct.pack("!BBbbII4sQQQQ", version << 3 | mode, stratum, 6, -20,
                       0, 0, reference, 0, origin, 0, sent)


def control(op, seq, data=b"", flags=0, association=0, count=None):
    return struct.pack("!BBHHHHH", 0x16, flags | op, seq, 0, association, 0,
                       len(data) if count is None else count) + data


@case("ntp/servers")
def servers():
    """A client of a server that has its time from another one; of one with a
    clock, by SNTP 3; of one that refuses; symmetric peers; a broadcast; the
    variables of a server and of an association; a list of clients asked
    for."""
    path = Path()
    u = Udp(path, server=host(20), port=123, cport=123)
    u.req(time(3)).rsp(time(4, 2, socket.inet_aton("10.0.0.9"), SENT))
    u.req(control(2, 7)).rsp(control(2, 7, (
        b'version="ntpd 4.2.8p15", processor="armv7l",\r\n'
        b'system="Linux/5.10", leap=0, stratum=2, refid=10.0.0.9'), 0x80))
    u.req(control(2, 8, association=3)).rsp(control(
        2, 8, b'srcadr=10.0.0.9, system="x"', 0x80, 3))
    u.req(control(1, 9)).rsp(control(1, 9, flags=0xC0))
    u.req(bytes([0x17, 0, 3, 42, 0, 0, 0, 0]))
    v = Udp(path, server=host(21), port=123, cport=40001, t=u.t)
    v.req(time(3, version=3)).rsp(time(4, 1, b"GPS\0", SENT, 0, 3))
    v = Udp(path, server=host(22), port=123, cport=40002, t=v.t)
    v.req(time(3)).rsp(time(4, 0, b"RATE", SENT))
    v = Udp(path, host(23), host(24), 123, 123, v.t)
    v.req(time(1, 3, socket.inet_aton("10.0.0.20"))).rsp(
        time(2, 2, socket.inet_aton("10.0.0.9"), SENT))
    Udp(path, host(21), GROUP, 123, 123, v.t).req(time(5, 1, b"GPS\0"))
    return path.cap


@case("ntp/violations")
def violations():
    """Modes and versions that are none, messages that end too early, data that
    is not all there; a snap length that cuts an answer."""
    path = Path(Capture(snaplen=42 + 60))
    u = Udp(path, CLIENT, host(20), 123, 123)
    u.req(time(3), b"\3" + bytes(47), b"\x20" + bytes(47), b"\x23\0\6")
    u.rsp(control(2, 7, b"a=1", 0x80, count=9))
    u.rsp(control(2, 7, b'system="' + b"x" * 80 + b'"', 0x80))
    u.rsp(time(4, 2, socket.inet_aton("10.0.0.9"), SENT))
    return path.cap

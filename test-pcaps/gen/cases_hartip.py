"""cases_hartip: gateways, and the field devices behind them, by HART-IP."""

import hart as h
from cases import case
from talk import Path, Tcp, Udp, host

GATEWAY = bytes.fromhex("264e0000d2")
SENSOR = bytes.fromhex("26060a0b0c")
VALVE = bytes.fromhex("13f2000777")


class Talk:
    def __init__(self, flow):
        self.flow, self.seq = flow, 0

    def ask(self, to, command, data=b"", back=None, code=0, status=0):
        """back: the answer's data; None where there is none."""
        self.seq += 1
        self.flow.req(h.token(h.REQUEST, self.seq, to, command, data))
        if back is not None:
            self.flow.rsp(h.token(h.RESPONSE, self.seq, to, command,
                                  h.answer(back, code, status)))
        return self

    def session(self, what, body=b"", back=b""):
        self.seq += 1
        self.flow.req(h.message(h.REQUEST, what, self.seq, body))
        self.flow.rsp(h.message(h.RESPONSE, what, self.seq, back))
        return self

    def open(self):
        self.flow.req(h.initiate(h.REQUEST, self.seq))
        self.flow.rsp(h.initiate(h.RESPONSE, self.seq, 60000))
        return self


@case("hartip/identity")
def identity():
    """A gateway asked at its polling address, then by its identifier: tags,
    descriptor, message; what it has and keeps of devices behind it; one polled,
    one asked through it, one by its own identifier; an old device; commands
    without frames, one and several."""
    t = Talk(Tcp(Path(), port=5094).open()).open()
    t.ask(0, 0, back=h.identity(0x264E, b"\0\0\xd2"))
    t.ask(GATEWAY, 20, back=b"GW Tank farm".ljust(32, b"\0"))
    t.ask(GATEWAY, 13, back=h.packed("TKF-GW", 8) +
          h.packed("TANK FARM EAST", 16) + b"\x0e\x03\x7e")
    t.ask(GATEWAY, 12, back=h.packed("CALL 4711 BEFORE RESET", 32))
    t.ask(GATEWAY, 74, back=b"\1\1\x64\0\3\2\1\3")
    t.ask(GATEWAY, 84, b"\0\1", h.sub_identity(
        1, 251, 251, 0x26, 0xE606, SENSOR[2:], "TT-101 Jüngling", 129))
    t.ask(GATEWAY, 75, b"\0\0\0", h.identity(
        0x13F2, VALVE[2:], 7, 2, 5, 1, 0x13, 1), status=0)
    t.ask(GATEWAY, 75, b"\0\0\1", b"", code=9)
    inner = h.frame(h.STX, VALVE, 20, check=False)
    back = h.frame(h.ACK, VALVE, 20, h.answer(b"FV-7".ljust(32)), check=False)
    t.ask(GATEWAY, 77, b"\0\1\5" + inner, b"\0\1" + back)
    t.ask(GATEWAY, 77, b"\0\1\5" + inner, b"", code=33)
    t.ask(SENSOR, 0, back=h.identity(
        0xE606, SENSOR[2:], 7, 3, 8, 1, 0x26, 129), status=0x20)
    t.ask(SENSOR, 13, back=h.packed("????????", 8) + h.packed("", 16) +
          b"\1\1\0")
    t.ask(bytes.fromhex("1106123456"), 0, back=h.identity(
        0x1106, b"\x12\x34\x56", 5))
    t.ask(bytes(5), 11, h.packed("TT-101", 8), back=h.identity(
        0xE606, SENSOR[2:], 7, 3, 8, 1, 0x26, 129))
    t.seq += 1
    t.flow.req(h.direct(h.REQUEST, t.seq, (0, b"")))
    t.flow.rsp(h.direct(h.RESPONSE, t.seq, (0, b"\0" + h.identity(
        0x264E, b"\0\0\xd2"))))
    t.seq += 1
    t.flow.req(h.direct(h.REQUEST, t.seq, (20, b""), (1, b""), (42, b"")))
    t.flow.rsp(h.direct(
        h.RESPONSE, t.seq, (20, b"\0" + b"GW Tank farm".ljust(32)),
        (1, b"\0\x39" + h.real(50)), (42, b"\7"), status=0x80))
    t.session(h.AUDIT, b"\0\xff").session(h.ALIVE).session(h.CLOSE)
    t.flow.close()
    return t.flow.path.cap


@case("hartip/operations")
def operations():
    """By datagrams, answered from another port: variables read and published,
    one that a device has not; units, tags and ranges written, refused; outputs
    held, a device reset; a long command number, a key that is not told; a busy
    device, a damaged frame at the device."""
    path = Path()
    first = Udp(path, port=5094, cport=49905)
    first.req(h.initiate(h.REQUEST, 1))
    udp = Udp(path, port=5095, cport=49905, t=first.t)
    udp.rsp(h.initiate(h.RESPONSE, 1, 60000))
    t = Talk(udp)
    t.seq = 1
    t.ask(0, 0, back=h.identity(0x2606, SENSOR[2:], 7, 3, 8, 1, 0x26, 1))
    for _ in range(2):
        t.ask(SENSOR, 1, back=b"\x20" + h.real(21.3), status=0x80)
    t.ask(SENSOR, 2, back=h.real(12.5) + h.real(53.125))
    t.ask(SENSOR, 3, back=h.real(12.5) + b"\x20" + h.real(21.3) + b"\x21" +
          h.real(70.34) + b"\xfb" + bytes.fromhex("7fa00000"))
    t.ask(SENSOR, 9, b"\0\xf4\7", b"\0" + b"\0\x40\x20" + h.real(21.3) +
          b"\xc0" + b"\xf4\x5f\x39" + h.real(53.125) + b"\x80" +
          b"\7\0\xfb" + bytes.fromhex("7fa00000") + b"\x30" + bytes(4))
    t.ask(SENSOR, 33, b"\1", b"\1\x27" + h.real(4))
    udp.rsp(h.token(h.PUBLISH, 1, SENSOR, 1, h.answer(b"\x20" +
                                                       h.real(21.4))))
    udp.rsp(h.token(h.PUBLISH, 2, b"\0" + SENSOR[1:], 1, h.answer(
        b"\x20" + h.real(21.5))))
    t.ask(SENSOR, 6, b"\0\1", b"\0\1")
    t.ask(SENSOR, 17, h.packed("NEW", 32), h.packed("NEW", 32), status=0x40)
    t.ask(SENSOR, 18, h.packed("TT-9", 8) + h.packed("", 16) + b"\1\1\x7e",
          b"", code=7)
    t.ask(SENSOR, 22, b"TT-9 new".ljust(32, b"\0"), b"TT-9 new".ljust(32))
    t.ask(SENSOR, 34, h.real(2), h.real(2), code=8)
    t.ask(SENSOR, 35, b"\x20" + h.real(100) + h.real(0), b"", code=16)
    t.ask(SENSOR, 36, back=b"")
    t.ask(SENSOR, 40, h.real(20), h.real(20))
    t.ask(SENSOR, 42, back=b"", status=0x20)
    t.ask(SENSOR, 79, b"\0\1\x20" + h.real(99) + b"\xc0", b"", code=64)
    t.ask(SENSOR, 41, back=b"", code=32)
    t.ask(SENSOR, 48, back=b"", code=0x88)
    t.ask(SENSOR, 768, b"\1\2\3\4" * 4, b"", code=16)
    t.ask(SENSOR, 130, b"\1")
    t.seq += 1
    udp.req(h.message(h.REQUEST, h.ALIVE, t.seq))
    udp.rsp(h.message(h.NAK, h.ALIVE, t.seq, status=6))
    return path.cap


@case("hartip/violations")
def violations():
    """Bodies that end too early, frames that are not what the message is for,
    a wrong check byte, a count that is none; noise between messages, a good one
    behind each; a session refused; on an odd port, a session and a frame."""
    t = Talk(Tcp(Path(), port=5094).open()).open()
    f = t.flow

    def good():
        t.ask(0, 0, back=h.identity(0x264E, b"\0\0\xd2"))

    good()
    f.req(h.message(h.REQUEST, h.INITIATE, 90, b"\1\0"))
    good()
    f.req(h.token(h.REQUEST, 91, GATEWAY, 1, wrong=0x40))
    good()
    f.req(h.message(h.REQUEST, h.TOKEN, 92, b"\x82\xa6\x4e"))
    f.req(h.message(h.REQUEST, h.TOKEN, 93))
    f.req(h.message(h.REQUEST, h.TOKEN, 94, h.frame(h.ACK, GATEWAY, 1,
                                                     b"\0\0")))
    f.rsp(h.message(h.RESPONSE, h.TOKEN, 94, h.frame(h.ACK, GATEWAY, 1,
                                                      b"\0")))
    f.req(h.token(h.REQUEST, 95, GATEWAY, 77, b"\0\1\5\x82"))
    f.req(h.message(h.REQUEST, h.DIRECT, 96, b"\0"))
    f.req(h.message(h.REQUEST, h.DIRECT, 97, b"\0\0\0\1\5\0"))
    good()
    f.req(b"\1\0\3\0\0\1\0\7", h.message(h.REQUEST, h.ALIVE, 98))
    f.req(b"\1\0\7\0\xff", h.message(h.REQUEST, h.ALIVE, 99))
    good()
    t.session(h.CLOSE)
    f.close()
    more = Tcp(f.path, port=5094, cport=49153, t=f.t).open()
    more.req(h.initiate(h.REQUEST, 1, master=2))
    more.rsp(h.message(h.RESPONSE, h.INITIATE, 1, status=15))
    odd = Talk(Tcp(f.path, port=20004, server=host(21), cport=49154,
                   t=more.t).open()).open()
    odd.ask(VALVE, 0, back=h.identity(0x13F2, VALVE[2:], 7, 2, 5, 1, 0x13, 1))
    frame = Talk(Udp(f.path, port=20005, server=host(21), cport=49155,
                     t=odd.flow.t))
    frame.ask(0, 0, back=h.identity(0x264E, b"\0\0\xd3"))
    return f.path.cap

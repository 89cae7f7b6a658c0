"""cases_s7comm: what S7-300 and their clients say to each other."""

import s7
from cases import case
from talk import Path, Tcp


class Talk:
    """A client and a PLC on one connection, rack 0 and slot 2."""

    def __init__(self):
        self.tcp = Tcp(Path(), port=102).open()
        self.ref = 0
        self.tcp.req(s7.connect(0x0102)).rsp(s7.connect(0x0102, kind=0xD0))
        self.ask(s7.setup(480), s7.setup(240))

    def ask(self, param, answer=None, body=b"", back=b"", error=0):
        self.ref += 1
        self.tcp.req(s7.job(self.ref, param, body))
        if answer is not None:
            self.tcp.rsp(s7.ack_data(self.ref, answer, back, error))
        return self

    def refuse(self, param, error):
        self.ask(param)
        self.tcp.rsp(s7.ack(self.ref, error))
        return self

    def user(self, request, *answers):
        """Userdata; of an answer in pieces each is asked for."""
        for n, one in enumerate(answers):
            self.ref += 1
            again = (request[0][:7] + one[0][7:8], b"\x0a\0\0\0")
            self.tcp.req(s7.pdu(7, self.ref, *(again if n else request)))
            self.tcp.rsp(s7.pdu(7, self.ref, *one))
        return self

    def done(self):
        self.tcp.close()
        return self.tcp.path.cap


@case("s7comm/identity")
def identity():
    """Connect and setup; lists of identification and components (this one in
    two pieces), the mode selector, the operating mode running and stopped, an
    unknown list; a mode transition that is pushed."""
    t = Talk()
    t.user(s7.ask(4, 1, b"\0\x11\0\0"), s7.answer(4, 1, s7.szl(
        0x11, 0, 28, s7.module(1, b"6ES7 315-2EH14-0AB0", b"\0\4\0\1"),
        s7.module(6, b"6ES7 315-2EH14-0AB0", b"\0\4\0\1"),
        s7.module(7, b"", b"V\3\2\6"))))
    whole = s7.szl(0x1C, 0, 34, s7.component(1, b"Water works"),
                   s7.component(2, b"PLC_1"),
                   s7.component(3, b"Pump house 2"),
                   s7.component(4, b"Original Siemens Equipment"),
                   s7.component(5, b"S C-B1U393142011"),
                   s7.component(7, b"CPU 315-2 PN/DP"),
                   s7.component(8, b"MMC 267FF11F"),
                   s7.component(9, b"\0\x2a\xf6\0\0\1"),
                   s7.component(11, b""))
    t.user(s7.ask(4, 1, b"\0\x1c\0\0"),
           s7.answer(4, 1, whole[:210], seq=2, more=1),
           s7.answer(4, 1, whole[210:], seq=2))
    t.user(s7.ask(4, 1, b"\1\x32\0\4"), s7.answer(4, 1, s7.szl(
        0x132, 4, 40, bytes.fromhex("0004000100030003000200000000").ljust(
            40, b"\0"))))
    for mode in (b"\x51\x44\xff\x08", b"\x51\x43\xff\x84"):
        t.user(s7.ask(4, 1, b"\4\x24\0\0"), s7.answer(4, 1, s7.szl(
            0x424, 0, 20, mode.ljust(20, b"\0"))))
    t.user(s7.ask(4, 1, b"\x0f\x99\0\0"), s7.answer(4, 1, error=0xD401))
    t.tcp.rsp(s7.pdu(7, 0, bytes.fromhex("0100101000000200")))
    return t.done()


@case("s7comm/jobs")
def jobs():
    """Variables of each simple type written and read, refused, by symbol;
    stop, start and cold start; a block down, inserted and deleted, one up,
    one that is protected; the clock, blocks, a password right and wrong."""
    t = Talk()
    for kind, size, raw in ((1, 3, b"\1"), (2, 4, b"\x7f"),
                            (4, 4, b"\x12\x34"), (5, 5, b"\xff\xfe"),
                            (6, 4, b"\0\1\0\0"), (7, 5, b"\xff\xff\xff\xff"),
                            (8, 7, b"\x41\xac\0\0")):
        bits = 1 if size == 3 else len(raw) if size == 7 else 8 * len(raw)
        t.ask(b"\5\1" + s7.item(kind, 1, 5, 0x84, 80), b"\5\1",
              s7.value(0, size, bits, raw), b"\xff")
    t.ask(b"\4\2" + s7.item(1, 1, 0, 0x83, 25) + s7.item(2, 4, 0, 0x81, 0),
          b"\4\2", back=s7.value(0xFF, 3, 1, b"\1\0") +
          s7.value(0xFF, 4, 32, b"\1\2\3\4"))
    t.ask(b"\4\2" + s7.item(2, 1, 99, 0x84, 0) + s7.item(0x1D, 1, 0, 0x1D, 7),
          b"\4\2", back=s7.value(10, 0, 4) + s7.value(5, 0, 0))
    t.ask(b"\4\1" + bytes.fromhex("120eb2ff00000052e5f1a2ba40000009"),
          b"\4\1", back=s7.value(0xFF, 4, 16, b"\0\1"))
    t.ask(s7.STOP, b"\x29")
    t.ask(s7.pi(b"P_PROGRAM"), b"\x28").ask(s7.STOP, b"\x29")
    t.ask(s7.pi(b"P_PROGRAM", b"C "), b"\x28")
    t.refuse(s7.pi(b"P_PROGRAM"), 0x8402)
    name = s7.block("0A00001")
    t.ask(s7.file_job(0x1A, name, (216, 88)), b"\x1a")
    for func, back in ((0x1B, b"\0\4\0\xfbpp\1\1"), (0x1C, b"")):
        t.ref += 1
        t.tcp.rsp(s7.job(t.ref, s7.file_job(func, name)))
        t.tcp.req(s7.ack_data(t.ref, bytes([func]), back))
    t.ask(s7.pi(b"_INSE", b"\1\x000A00001P"), b"\x28")
    t.ask(s7.pi(b"_DELE", b"\1\x000A00001B"), b"\x28")
    t.ask(s7.file_job(0x1D, s7.block("0800001", "A")),
          b"\x1d\0\1\0\0\0\0\7\7" + b"0000216")
    t.ask(b"\x1e\0\0\0\0\0\0\7", b"\x1e\0", back=b"\0\4\0\xfbpp\1\1")
    t.ask(b"\x1f\0\0\0\0\0\0\7", b"\x1f")
    t.refuse(s7.file_job(0x1D, s7.block("0B00000", "A")), 0xD241)
    t.user(s7.ask(7, 1), s7.answer(7, 1, bytes.fromhex("00199401290236309557")))
    t.user(s7.ask(7, 2, bytes.fromhex("00199401290236309557")),
           s7.answer(7, 2))
    t.user(s7.ask(3, 1), s7.answer(3, 1, b"08\0\1"))
    t.user(s7.ask(5, 1, b"!:\x1b\x1dnh\x1b\x1d"), s7.answer(5, 1))
    t.user(s7.ask(5, 1, b"!:\x1b\x1dnh\x1b\x1d"),
           s7.answer(5, 1, error=0xD602))
    return t.done()


@case("s7comm/violations")
def violations():
    """Lengths that do not add up, a kind of PDU that is not, parameters,
    items and values that are cut off; noise between messages; S7comm-plus on
    another connection, and one of MMS, which is left to that."""
    t = Talk()
    good = s7.job(99, b"\4\1" + s7.item(1, 1, 0, 0x83, 25))
    t.tcp.req(s7.data(b"\x32\1\0\0\0\1\0\x09\0\0" + s7.setup(480)))
    t.tcp.req(s7.pdu(4, 2), s7.job(3, b"\xf0"), s7.job(4, b"\4\1\x12"))
    t.tcp.req(s7.job(5, b"\5\1" + s7.item(4, 1, 5, 0x84, 80)))
    t.tcp.req(s7.pdu(7, 6, b"\0\1\x12"))
    t.tcp.req(b"\xff\3\0\xff" + good, good)
    t.tcp.close()
    plus = Tcp(t.tcp.path, port=102, cport=49153, t=t.tcp.t).open()
    plus.req(s7.data(b"\x72\1\0\2\xaa\xbb")).close()
    mms = Tcp(t.tcp.path, port=102, cport=49154, t=plus.t).open()
    mms.req(s7.connect(0x0001, 0)).rsp(s7.connect(0x0001, 0, 0xD0))
    mms.req(s7.data(b"\x0d\2\5\6")).close()
    return t.tcp.path.cap

"""cases_violations: every way to break Modbus, each followed by good PDUs.

After each violation the flow must go on, so every capture ends with an
exchange that has to be seen.
"""

import mb
from cases import case
from cases_modbus import connection, Master
from wire import S


class Breaker:
    """Sends something bad, then a good exchange on the same connection."""

    def __init__(self):
        self.t = connection()
        self.txn = 0
        self.good()

    def good(self):
        self.txn += 1
        self.t.req(mb.tcp(self.txn, 1, mb.read(3, self.txn, 1)))
        self.t.rsp(mb.tcp(self.txn, 1, mb.read_regs_rsp(3, [self.txn])))

    def bad(self, request=None, reply=None, ask=None):
        """request: a bad ADU from the client; reply: a bad one from the
        server, after the good request `ask`."""
        if request is not None:
            self.t.req(request)
        if ask is not None:
            self.t.req(ask)
        if reply is not None:
            self.t.rsp(reply)
        self.t.wait(S)
        self.good()

    def pdu(self, pdu):
        self.txn += 1
        self.bad(mb.tcp(self.txn, 1, pdu))

    def answer(self, pdu, to):
        self.txn += 1
        self.bad(reply=mb.tcp(self.txn, 1, pdu),
                 ask=mb.tcp(self.txn, 1, to))

    def done(self):
        return self.t.close().path.cap


@case("modbus/violation_mbap")
def violation_mbap():
    """MBAP header: length 0, 1, 2, 255, 65535, shorter and longer than what
    follows; protocol id other than 0; each in a segment of its own."""
    b = Breaker()
    pdu = mb.read(3, 0, 1)
    for length in (0, 1, 255, 300, 0xFFFF):
        b.bad(mb.tcp(100, 1, pdu, length=length))
    b.bad(mb.tcp(101, 1, pdu, length=5))
    b.bad(mb.tcp(102, 1, pdu, proto=1))
    b.bad(mb.tcp(103, 1, pdu, proto=0xFFFF))
    b.bad(reply=mb.tcp(104, 1, mb.read_regs_rsp(3, [1]), proto=7))
    b.bad(reply=mb.tcp(105, 1, mb.read_regs_rsp(3, [1]), length=1))
    return b.done()


@case("modbus/violation_length")
def violation_length():
    """An MBAP length that says more than the sender sends: the next PDU of
    the same side is swallowed or found, never misread."""
    b = Breaker()
    b.bad(mb.tcp(100, 1, mb.read(3, 0, 1), length=12))
    b.bad(reply=mb.tcp(101, 1, mb.read_regs_rsp(3, [1, 2]), length=40),
          ask=mb.tcp(101, 1, mb.read(3, 0, 2)))
    for _ in range(4):
        b.good()
    return b.done()


@case("modbus/violation_quantity")
def violation_quantity():
    """Quantities of zero and above the limit in every function that has one,
    and address ranges that run past 65535."""
    b = Breaker()
    for fc, most in ((1, 2000), (2, 2000), (3, 125), (4, 125)):
        for qty in (0, most + 1, 0xFFFF):
            b.pdu(mb.read(fc, 0, qty))
        b.pdu(mb.read(fc, 0xFFFF, 2))
    b.pdu(mb.head(15, 0, 0) + b"\0")
    b.pdu(mb.head(15, 0, 1969) + b"\xf7" + bytes(247))
    b.pdu(mb.head(16, 0, 0) + b"\0")
    b.pdu(mb.head(16, 0, 124) + b"\xf8" + bytes(244))
    b.pdu(mb.head(23, 0, 0, 0, 1) + b"\x02\0\0")
    b.pdu(mb.head(23, 0, 126, 0, 1) + b"\x02\0\0")
    b.pdu(mb.head(23, 0, 1, 0, 0) + b"\0")
    b.pdu(mb.head(23, 0, 1, 0, 122) + b"\xf4" + bytes(240))
    b.pdu(mb.write_coils(0xFFF8, [1] * 9))
    b.pdu(mb.write_regs(0xFFFF, [1, 2]))
    return b.done()


@case("modbus/violation_value")
def violation_value():
    """Values the standard excludes: coil values other than 0000 and FF00,
    byte counts that disagree with the quantity or the PDU, reserved
    reference types, function 0, a FIFO of 32."""
    b = Breaker()
    b.pdu(mb.head(5, 1, 1))
    b.pdu(mb.head(5, 1, 0x00FF))
    b.pdu(mb.head(5, 1, 0xFFFF))
    b.pdu(b"\x00")
    b.pdu(b"\x00\x01\x02\x03")
    b.pdu(mb.head(15, 0, 10) + b"\x01\xff")
    b.pdu(mb.head(15, 0, 10) + b"\x03\xff\xff\xff")
    b.pdu(mb.head(16, 0, 2) + b"\x02\0\1")
    b.pdu(mb.head(16, 0, 1) + b"\x04\0\1\0\2")
    b.pdu(mb.head(23, 0, 1, 0, 2) + b"\x02\0\0")
    b.pdu(b"\x14\x07\x05\0\1\0\1\0\1")              # reference type 5
    b.pdu(b"\x14\x06\x06\0\1\0\1\0")                # byte count below a group
    b.pdu(b"\x15\x09\x06\0\1\0\1\0\2\0\1")          # group longer than PDU
    b.pdu(b"\x14\x07\x06\0\1\x27\x10\0\1")          # record 10000
    b.pdu(b"\x2b\x0e\x05\0")                        # read device id code 5
    b.pdu(b"\x2b\x0e\0\0")                          # and 0
    return b.done()


@case("modbus/violation_pdu_size")
def violation_pdu_size():
    """PDUs shorter or longer than their function needs, in both directions,
    with a correct MBAP length."""
    b = Breaker()
    for pdu in (mb.read(1, 0, 8), mb.read(3, 0, 1), mb.write_coil(1, True),
                mb.write_reg(1, 1), mb.diag(0), mb.write_regs(0, [1, 2]),
                mb.mask_write(1, 2, 3), mb.read_fifo(1),
                mb.read_write(0, 1, 0, [1])):
        b.pdu(pdu[:-1])
        b.pdu(pdu + b"\0")
    b.pdu(mb.head(7) + b"\0")
    b.pdu(mb.head(17) + b"\0\0")
    b.pdu(b"\x2b")
    b.answer(b"\x03\x04\0\1", to=mb.read(3, 0, 2))
    b.answer(b"\x03\x02\0\1\0\2", to=mb.read(3, 0, 2))
    b.answer(b"\x03", to=mb.read(3, 0, 2))
    b.answer(b"\x01\x00", to=mb.read(1, 0, 8))
    b.answer(b"\x83", to=mb.read(3, 0, 2))
    b.answer(b"\x83\x02\x00", to=mb.read(3, 0, 2))
    b.answer(b"\x10\0\0\0", to=mb.write_regs(0, [1]))
    b.answer(b"\x2b\x0e\x01\x01\0\0\x03\0\x20Example", to=mb.device_id(1))
    return b.done()


@case("modbus/violation_reply")
def violation_reply():
    """Replies that contradict their request: another count of values, an
    odd byte count, another echo, another function, an exception for another
    function, a second reply to one request."""
    b = Breaker()
    b.answer(mb.read_regs_rsp(3, [1, 2, 3]), to=mb.read(3, 0, 2))
    b.answer(b"\x03\x03\0\1\0", to=mb.read(3, 0, 2))
    b.answer(mb.read_bits_rsp(1, [1] * 24), to=mb.read(1, 0, 8))
    b.answer(mb.write_coil(2, True), to=mb.write_coil(1, True))
    b.answer(mb.write_coil(1, False), to=mb.write_coil(1, True))
    b.answer(mb.write_reg(1, 3), to=mb.write_reg(1, 2))
    b.answer(mb.write_rsp(16, 0, 1), to=mb.write_regs(0, [1, 2]))
    b.answer(mb.mask_write(1, 2, 4), to=mb.mask_write(1, 2, 3))
    b.answer(mb.read_regs_rsp(4, [1]), to=mb.read(3, 0, 1))
    b.answer(mb.exc(4, 2), to=mb.read(3, 0, 1))
    b.answer(mb.diag(1), to=mb.diag(0))
    b.txn += 1
    b.t.req(mb.tcp(b.txn, 1, mb.read(3, 0, 1)))
    b.t.rsp(mb.tcp(b.txn, 1, mb.read_regs_rsp(3, [1])))
    b.bad(reply=mb.tcp(b.txn, 1, mb.read_regs_rsp(3, [2])))
    return b.done()


@case("modbus/violation_direction")
def violation_direction():
    """Exceptions sent by the client, requests sent by the server, and a
    function code of 0x80."""
    b = Breaker()
    b.pdu(mb.exc(3, 2))
    b.pdu(mb.exc(16, 4))
    b.pdu(b"\x80")
    b.pdu(b"\x80\x01")
    b.bad(reply=mb.tcp(500, 1, mb.read(3, 0, 10)))
    b.bad(reply=mb.tcp(501, 1, mb.write_regs(0, [1, 2, 3])))
    return b.done()


@case("modbus/noise")
def noise():
    """A good connection with lumps of noise between PDUs, on both sides:
    the next header is found again."""
    m = Master(connection())
    for n in range(12):
        m.ask(mb.read(3, n, 4), mb.read_regs_rsp(3, range(n, n + 4)))
        lump = bytes((n * 37 + i * i * 11 + 3) & 0xFF
                     for i in range(1 + 9 * n))
        if n % 3 == 1:
            m.tcp.req(lump)
        elif n % 3 == 2:
            m.tcp.rsp(lump)
    for n in range(5):
        m.ask(mb.read(3, n, 4), mb.read_regs_rsp(3, range(n, n + 4)))
    return m.done()

"""cases_bacnet: what BACnet can say, layer by layer and service by service.
"""

import bn
import wire
from capfile import Capture, T0
from cases import case
from talk import CLIENT, CLIENT6, SERVER, SERVER6, Path, Udp, host
from wire import MS, S

AI, AO, AV, BI, BO, BV, DEV, FILE, NC, PROG, SCHED, TREND, PORT_OBJ = \
    0, 1, 2, 3, 4, 5, 8, 10, 15, 16, 17, 20, 56
PV, FLAGS = 85, 111
STAMP_TIME = bn.ctx(0, bytes([12, 30, 15, 50]))
STAMP_SEQ = bn.cuint(1, 42)
WHEN = bn.date(2024, 2, 29, 4) + bn.time(12, 30, 15, 50)
STAMP_DATE = bn.group(2, WHEN)


def talk(path=None, **kw):
    kw.setdefault("port", bn.PORT)
    kw.setdefault("cport", bn.PORT)
    return Udp(path or Path(), **kw)


class Client:
    """Numbers its confirmed requests."""

    def __init__(self, udp, **kw):
        self.udp, self.invoke, self.kw = udp, 0, kw

    def ask(self, service, body=b"", answer=None):
        """answer: None, bytes (an acknowledgement's body), or a function of
        the invoke id."""
        self.invoke = (self.invoke + 1) & 0xFF
        n = self.invoke
        self.udp.req(bn.unicast(bn.confirmed(service, body, n), expect=True,
                                **self.kw))
        if callable(answer):
            self.udp.rsp(bn.unicast(answer(n)))
        elif answer is not None:
            self.udp.rsp(bn.unicast(bn.ack(service, answer, n)))
        else:
            self.udp.rsp(bn.unicast(bn.simple_ack(service, n)))
        return self

    def done(self):
        return self.udp.path.cap


def event_body():
    return bn.cuint(0, 9) + bn.coid(1, DEV, 100) + bn.coid(2, AI, 3) + \
        bn.group(3, STAMP_DATE) + bn.cuint(4, 7) + bn.cuint(5, 120) + \
        bn.cuint(6, 5) + bn.ctx(7, bn.chars("too hot")) + bn.cuint(8, 0) + \
        bn.cuint(9, 1) + bn.cuint(10, 0) + bn.cuint(11, 3) + \
        bn.group(12, bn.group(5, bn.creal(0, 100), bn.ctx(1, bn.bits("1000")),
                              bn.creal(2, 0.5), bn.creal(3, 90)))


def cov_multiple():
    return bn.cuint(0, 18) + bn.coid(1, DEV, 4) + bn.cuint(2, 27) + \
        bn.group(3, bn.date(2024, 2, 29, 4), bn.time(9, 8, 7, 6)) + \
        bn.group(4, bn.coid(0, AI, 10) + bn.group(
            1, bn.cuint(0, PV) + bn.group(2, bn.real(65)) +
            bn.ctx(3, bytes([9, 8, 7, 0]))))


@case("bacnet/alarms")
def alarms():
    """Services 0, 2, 3, 4, 27, 29 and 19: alarms acknowledged, told, listed;
    life safety; text messages."""
    c = Client(talk())
    c.ask(0, bn.cuint(0, 9) + bn.coid(1, AI, 3) + bn.cuint(2, 3) +
          bn.group(3, STAMP_TIME) + bn.ctx(4, bn.chars("operator")) +
          bn.group(5, STAMP_SEQ))
    c.ask(2, event_body())
    c.ask(3, b"", bn.obj(AI, 3) + bn.enum(3) + bn.bitstring("011") +
          bn.obj(BI, 4) + bn.enum(2) + bn.bitstring("111"))
    c.ask(4, bn.cuint(0, 1) + bn.cuint(2, 1) + bn.cuint(3, 5) +
          bn.group(4, bn.cuint(0, 1), bn.cuint(1, 200)) + bn.cuint(5, 7),
          bn.obj(AI, 3) + bn.enum(5) + bn.enum(3) + bn.uint(100) +
          bn.uint(7) + bn.obj(AI, 4) + bn.enum(5) + bn.enum(0) + bn.uint(9))
    c.ask(27, bn.cuint(0, 18) + bn.ctx(1, bn.chars("MDL")) + bn.cuint(2, 4) +
          bn.coid(3, 21, 1))
    c.ask(29, bn.coid(0, AI, 1), bn.group(
        0, bn.coid(0, AI, 3) + bn.cuint(1, 3) + bn.ctx(2, bn.bits("011")) +
        bn.group(3, STAMP_TIME, STAMP_SEQ, STAMP_DATE) + bn.cuint(4, 0) +
        bn.ctx(5, bn.bits("111")) +
        bn.group(6, bn.uint(1), bn.uint(2), bn.uint(3))) + bn.cuint(1, 0))
    c.ask(19, bn.coid(0, DEV, 5) + bn.group(1, bn.cuint(0, 3)) +
          bn.cuint(2, 1) + bn.ctx(3, bn.chars("check the pump")))
    c.ask(19, bn.coid(0, DEV, 5) +
          bn.group(1, bn.ctx(1, bn.chars("service"))) + bn.cuint(2, 0) +
          bn.ctx(3, bn.chars("P\u00fcmpe", 5)))
    return c.done()


@case("bacnet/subscriptions")
def subscriptions():
    """Services 1, 5, 28, 30, 31: changes of value subscribed to, renewed,
    cancelled and told, of one value, a property, several; 32 and 33."""
    c = Client(talk())
    c.ask(5, bn.cuint(0, 18) + bn.coid(1, AI, 10) + bn.cuint(2, 1) +
          bn.cuint(3, 300))
    c.ask(5, bn.cuint(0, 18) + bn.coid(1, AI, 10))
    c.ask(28, bn.cuint(0, 18) + bn.coid(1, AI, 10) + bn.cuint(2, 1) +
          bn.cuint(3, 60) + bn.group(4, bn.cuint(0, PV)) +
          bn.ctx(5, b"\x3f\x80\0\0"))
    c.ask(30, bn.cuint(0, 18) + bn.cuint(1, 1) + bn.cuint(2, 60) +
          bn.cuint(3, 5) + bn.group(4, bn.coid(0, AI, 10) + bn.group(
              1, bn.group(0, bn.cuint(0, PV)) + bn.ctx(1, b"\x3f\x80\0\0") +
              bn.cuint(2, 1) + bn.group(0, bn.cuint(0, 103)) +
              bn.cuint(2, 0)) + bn.coid(0, AO, 8) + bn.group(
                  1, bn.group(0, bn.cuint(0, 87) + bn.cuint(1, 8)) +
                  bn.cuint(2, 1))))
    u = c.udp
    u.rsp(bn.unicast(bn.confirmed(1, bn.cov(
        18, 4, AI, 10, 300, bn.property_value(PV, bn.real(21.3)),
        bn.property_value(FLAGS, bn.bitstring("0000"))), 70)))
    u.req(bn.unicast(bn.simple_ack(1, 70)))
    u.rsp(bn.unicast(bn.confirmed(31, cov_multiple(), 71)))
    u.req(bn.unicast(bn.simple_ack(31, 71)))
    u.rsp(bn.unicast(bn.unconfirmed(2, bn.cov(
        18, 4, BI, 2, 0, bn.property_value(PV, bn.enum(1)),
        bn.property_value(FLAGS, bn.bitstring("1101"))))))
    u.rsp(bn.unicast(bn.unconfirmed(2, bn.cov(
        18, 4, BI, 2, 0, bn.property_value(FLAGS, bn.bitstring("0100"))))))
    audit = bn.group(0, bn.audit() + bn.audit(full=True))
    u.rsp(bn.unicast(bn.confirmed(32, audit, 72)))
    u.req(bn.unicast(bn.simple_ack(32, 72)))
    c.ask(33, bn.coid(0, 61, 1) + bn.group(1, bn.group(
        0, bn.coid(0, DEV, 100) + bn.group(1, bn.uint(0) + bn.octets(
            bn.bip("10.0.0.20"))) + bn.coid(2, AO, 1) + bn.cuint(3, PV) +
        bn.cuint(4, 1) + bn.cuint(5, 8) + bn.ctx(6, bn.bits("0100")) +
        bn.cuint(7, 1))) + bn.cuint(2, 70000) + bn.cuint(3, 10),
        bn.coid(0, 61, 1) + bn.group(1, *[
            bn.cuint(0, 70000 + n) +
            bn.group(1, bn.group(0, WHEN) + bn.group(1, datum))
            for n, datum in enumerate((
                bn.ctx(0, bn.bits("001")), bn.group(1, bn.audit(full=True)),
                bn.creal(2, -3.5)))]) + bn.cuint(2, 1))
    c.ask(33, bn.coid(0, 61, 1) + bn.group(1, bn.group(
        1, bn.coid(0, DEV, 4) + bn.cuint(4, 0))) + bn.cuint(3, 10),
        bn.coid(0, 61, 1) + bn.group(1) + bn.cuint(2, 0))
    return c.done()


@case("bacnet/files")
def files():
    """Services 6 and 7: a file read to its end and written, as a stream and
    by records; 14.1, 14.2."""
    c = Client(talk())
    for start, data, eof in ((0, b"first", 0), (5, b"second", 0),
                             (11, b"end", 1)):
        c.ask(6, bn.obj(FILE, 2) + bn.group(0, bn.sint(start), bn.uint(6)),
              bn.boolean(eof) + bn.group(0, bn.sint(start), bn.octets(data)))
    c.ask(6, bn.obj(FILE, 3) + bn.group(1, bn.sint(0), bn.uint(2)),
          bn.boolean(1) + bn.group(1, bn.sint(0), bn.uint(2),
                                   bn.octets(b"one"), bn.octets(b"two")))
    c.ask(7, bn.obj(FILE, 2) + bn.group(0, bn.sint(0), bn.octets(b"new")),
          bn.ctx(0, bn.signed(0)))
    c.ask(7, bn.obj(FILE, 2) + bn.group(0, bn.sint(-1), bn.octets(b"more")),
          bn.ctx(0, bn.signed(3)))
    c.ask(7, bn.obj(FILE, 3) + bn.group(1, bn.sint(-1), bn.uint(2),
                                        bn.octets(b"x"), bn.octets(b"y")),
          bn.ctx(1, bn.signed(2)))
    return c.done()


@case("bacnet/objects")
def objects():
    """Services 8 to 16 and 26: lists, objects made and deleted, properties
    read and written one and several, ranges; errors of single properties."""
    c = Client(talk())
    for service in (8, 9):
        c.ask(service, bn.coid(0, NC, 1) + bn.cuint(1, 102) +
              bn.group(3, bn.bitstring("1111111"), bn.uint(1)))
    c.ask(10, bn.group(0, bn.cuint(0, AV)) + bn.group(
        1, bn.property_value(77, bn.text("new one")) +
        bn.property_value(PV, bn.real(1))), bn.obj(AV, 77))
    c.ask(10, bn.group(0, bn.coid(1, AV, 78)), bn.obj(AV, 78))
    c.ask(11, bn.obj(AV, 78))
    c.ask(12, bn.coid(0, AO, 1) + bn.cuint(1, 87) + bn.cuint(2, 16),
          bn.read_ack(AO, 1, 87, bn.null(), 16))
    c.ask(13, bn.group(0, bn.cuint(0, 1) + bn.group(
        1, bn.cuint(0, PV) + bn.cuint(2, 3) + bn.group(3, bn.real(50)) +
        bn.property_ref(87, 8) + bn.cuint(2, 1) + bn.group(3, bn.null()))) +
        bn.group(1, bn.cuint(0, PV)),
        bn.coid(0, AI, 1) + bn.group(
            1, bn.cuint(2, PV) + bn.group(4, bn.real(51))))
    c.ask(14, bn.coid(0, AI, 1) + bn.group(1, bn.cuint(0, PV),
                                           bn.cuint(0, FLAGS),
                                           bn.cuint(0, 4711)) +
          bn.coid(0, DEV, 100) + bn.group(1, bn.property_ref(76, 3)),
          bn.coid(0, AI, 1) + bn.group(
              1, bn.cuint(2, PV) + bn.group(4, bn.real(20.25)) +
              bn.cuint(2, FLAGS) + bn.group(4, bn.bitstring("0001")) +
              bn.cuint(2, 4711) + bn.group(5, bn.enum(2), bn.enum(32))) +
          bn.coid(0, DEV, 100) + bn.group(
              1, bn.cuint(2, 76) + bn.cuint(3, 3) +
              bn.group(4, bn.obj(AI, 7))))
    c.ask(15, bn.write(AO, 1, PV, bn.real(50), 8))
    c.ask(16, bn.coid(0, AO, 1) + bn.group(
        1, bn.property_value(PV, bn.real(10), prio=8)) +
        bn.coid(0, AV, 2) + bn.group(
            1, bn.property_value(PV, bn.real(11)) +
            bn.property_value(81, bn.boolean(1))))
    c.ask(26, bn.coid(0, TREND, 2) + bn.cuint(1, 131) +
          bn.group(3, bn.uint(1), bn.sint(2)),
          bn.coid(0, TREND, 2) + bn.cuint(1, 131) +
          bn.ctx(3, bn.bits("101")) + bn.cuint(4, 1) + bn.group(
              5, bn.group(0, bn.date(2024, 1, 2), bn.time(3, 4, 5)),
              bn.group(1, bn.creal(2, 20))))
    c.ask(26, bn.coid(0, TREND, 2) + bn.cuint(1, 131) +
          bn.group(6, bn.uint(70000), bn.sint(-3)),
          bn.coid(0, TREND, 2) + bn.cuint(1, 131) +
          bn.ctx(3, bn.bits("010")) + bn.cuint(4, 0) + bn.group(5) +
          bn.cuint(6, 70000))
    c.ask(26, bn.coid(0, TREND, 2) + bn.cuint(1, 131) +
          bn.group(7, bn.date(2024, 1, 2), bn.time(3, 4, 5), bn.sint(9)),
          bn.coid(0, TREND, 2) + bn.cuint(1, 131) +
          bn.ctx(3, bn.bits("010")) + bn.cuint(4, 0) + bn.group(5))
    return c.done()


@case("bacnet/writes")
def writes():
    """What writes count as: outputs, settings, programs, schedules; with and
    without priority, relinquished (Null)."""
    c = Client(talk())
    c.ask(15, bn.write(AO, 1, PV, bn.real(50), 1))
    c.ask(15, bn.write(AO, 1, PV, bn.null(), 1))
    c.ask(15, bn.write(BO, 2, PV, bn.enum(1)))
    c.ask(15, bn.write(BO, 2, PV, bn.null()))
    c.ask(15, bn.write(AV, 3, PV, bn.real(1.5)))
    c.ask(15, bn.write(AI, 4, 81, bn.boolean(1)))
    c.ask(15, bn.write(AI, 4, 45, bn.real(99)))
    c.ask(15, bn.write(NC, 1, 102, b""))
    c.ask(15, bn.write(PROG, 1, 90, bn.enum(3)))
    c.ask(15, bn.write(SCHED, 1, 123, bn.group(0, bn.time(8, 0, 0),
                                               bn.real(21)), index=1))
    c.ask(15, bn.write(PORT_OBJ, 1, 400, bn.octets(bytes([10, 0, 0, 9]))))
    c.ask(15, bn.write(AI, 4, 28, bn.text("a name")))
    c.ask(15, bn.write(AO, 1, PV, bn.real(5), 17),
          lambda n: bn.error(15, 2, 37, n))
    return c.done()


@case("bacnet/values")
def values():
    """A property of each application type (20.2.2 to 20.2.14), lists, nested
    values, every character set."""
    c = Client(talk())
    for value in (bn.null(), bn.boolean(1), bn.boolean(0), bn.uint(0),
                  bn.uint(2**32 - 1), bn.uint(2**64 - 1), bn.sint(-1),
                  bn.sint(-40000), bn.real(-0.5), bn.real(float("nan")),
                  bn.double(1e300), bn.octets(b""), bn.octets(b"\x01\x02"),
                  bn.text("plain"), bn.text("\u00b0C", 0),
                  bn.text("\u00b0C", 3), bn.text("\u00b0C", 4),
                  bn.text("\u00b0C", 5), bn.app(7, b"\x01\x03\xa4\x83X"),
                  bn.app(7, b"\x00\xff"), bn.bitstring("10110"),
                  bn.app(8, b"\x00"), bn.enum(3), bn.date(2024, 2, 29, 4),
                  bn.date(None, 255, 32), bn.time(23, 59, 59, 99),
                  bn.time(255, 255, 255, 255), bn.obj(AI, 3),
                  bn.obj(900, 4194303), bn.uint(1) + bn.uint(2),
                  bn.group(0, bn.group(1, bn.group(2, bn.uint(5)))),
                  bn.group(30, bn.ctx(40, b"\x01")), b""):
        c.ask(12, bn.coid(0, AV, 1) + bn.cuint(1, PV),
              bn.read_ack(AV, 1, PV, value))
    return c.done()


@case("bacnet/control")
def control():
    """Services 17 and 20, with password, without, with a wrong one; private
    transfers; virtual terminals; the old security services."""
    c = Client(talk())
    c.ask(17, bn.cuint(0, 60) + bn.cuint(1, 1) + bn.ctx(2, bn.chars("s3cret")))
    c.ask(17, bn.cuint(1, 2))
    c.ask(17, bn.cuint(1, 0))
    for state in range(8):
        c.ask(20, bn.cuint(0, state))
    c.ask(20, bn.cuint(0, 0) + bn.ctx(1, bn.chars("s3cret")))
    c.ask(20, bn.cuint(0, 1) + bn.ctx(1, bn.chars("wrong")),
          lambda n: bn.error(20, 4, 26, n))
    c.ask(18, bn.cuint(0, 7) + bn.cuint(1, 9) + bn.group(2, bn.uint(1)),
          bn.cuint(0, 7) + bn.cuint(1, 9) + bn.group(2, bn.real(2)))
    c.ask(21, bn.enum(1) + bn.uint(5), bn.uint(6))
    c.ask(23, bn.uint(6) + bn.octets(b"login:") + bn.uint(0),
          bn.cuint(0, 1))
    c.ask(22, bn.uint(5) + bn.uint(6))
    c.ask(24, bn.cuint(0, 12345) + bn.ctx(2, bn.chars("operator")) +
          bn.ctx(3, bn.chars("s3cret")), bn.uint(54321))
    c.ask(25, bn.obj(DEV, 1) + bn.uint(0) + bn.octets(bn.bip("10.0.0.10")) +
          bn.obj(DEV, 2) + bn.uint(5) + bn.octets(b"\x07"))
    c.ask(34, bn.group(0, bn.cuint(0, 100), bn.group(
        1, bn.sint(5), bn.sint(-1)), bn.group(
            2, bn.bitstring("1" + "0" * 23), bn.group(0, bn.text("hvac")))),
        bn.group(0, bn.cuint(0, 1), bn.ctx(1, b"s3cret")))
    return c.done()


@case("bacnet/unconfirmed")
def unconfirmed():
    """Every unconfirmed service, Who-Is with and without limits."""
    u = talk()
    for service, body in (
            (8, b""), (8, bn.cuint(0, 100) + bn.cuint(1, 200)),
            (0, bn.obj(DEV, 100) + bn.uint(1476) + bn.enum(3) + bn.uint(8)),
            (7, bn.coid(2, AI, 3)),
            (7, bn.cuint(0, 1) + bn.cuint(1, 9) + bn.ctx(3, bn.chars("AHU"))),
            (1, bn.obj(DEV, 100) + bn.obj(AI, 3) + bn.text("AHU")),
            (1, bn.obj(DEV, 100) + bn.obj(DEV, 100) + bn.text("RTU-1")),
            (2, bn.cov(0, 100, AI, 3, 0,
                       bn.property_value(PV, bn.real(1)))),
            (3, event_body()), (4, bn.cuint(0, 8) + bn.cuint(1, 1)),
            (5, bn.coid(0, DEV, 5) + bn.cuint(2, 0) +
             bn.ctx(3, bn.chars("hello"))),
            (6, bn.date(2024, 2, 29, 4) + bn.time(12, 0, 0)),
            (9, bn.date(2024, 2, 29, 4) + bn.time(11, 0, 0)),
            (10, bn.cuint(0, 23) + bn.cuint(1, 8) + bn.group(
                2, bn.cuint(0, 268) + bn.real(1) + bn.cuint(0, 269) +
                bn.cuint(1, 10) + bn.null()) + bn.cuint(3, 1)),
            (11, cov_multiple()),
            (12, bn.group(0, bn.audit())),
            (13, bn.uint(8) + bn.text("M-1") + bn.text("SN 7")),
            (14, bn.uint(8) + bn.text("M-1") + bn.text("SN 7") +
             bn.obj(DEV, 300) + bn.octets(b"\x2a"))):
        u.req(bn.broadcast(bn.unconfirmed(service, body),
                           dest=(0xFFFF, b"")))
    return u.path.cap


@case("bacnet/identity")
def identity():
    """All that a Device and a Network Port say of themselves, read one by one
    and together; whom the device has bound to; a restart told."""
    c = Client(talk())
    said = [(77, bn.text("RTU-1")), (121, bn.text("Example Works ")),
            (120, bn.uint(8)), (70, bn.text("EX-100")), (44, bn.text("4.2")),
            (12, bn.text("1.7")), (28, bn.text("roof unit")),
            (58, bn.text("K\u00f6ln", 5)), (98, bn.uint(1)),
            (139, bn.uint(22)), (97, bn.bitstring("1" * 41)),
            (112, bn.enum(0)), (155, bn.uint(17)), (196, bn.enum(2)),
            (168, bn.text("8-RTU")), (372, bn.text("SN 4711")),
            (76, bn.obj(DEV, 100) + bn.obj(AI, 1)),
            (30, bn.obj(DEV, 200) + bn.uint(0) +
             bn.octets(bn.bip("10.0.0.66")) + bn.obj(DEV, 201) +
             bn.uint(5) + bn.octets(b"\x07"))]
    for prop, value in said:
        c.ask(12, bn.coid(0, DEV, 100) + bn.cuint(1, prop),
              bn.read_ack(DEV, 100, prop, value))
    port = [(400, bn.octets(bytes([10, 0, 0, 20]))),
            (401, bn.octets(bytes([10, 0, 0, 1]))),
            (411, bn.octets(bytes([255, 255, 255, 0]))),
            (423, bn.octets(bn.bip("10.0.0.20"))), (425, bn.uint(3))]
    c.ask(14, bn.coid(0, DEV, 100) + bn.group(1, bn.cuint(0, 8)) +
          bn.coid(0, PORT_OBJ, 1) + bn.group(1, bn.cuint(0, 8)),
          bn.coid(0, DEV, 100) + bn.group(
              1, *[bn.cuint(2, p) + bn.group(4, v) for p, v in said]) +
          bn.coid(0, PORT_OBJ, 1) + bn.group(
              1, *[bn.cuint(2, p) + bn.group(4, v) for p, v in port]))
    c.udp.rsp(bn.broadcast(bn.unconfirmed(2, bn.cov(
        0, 100, DEV, 100, 0, bn.property_value(112, bn.enum(0)),
        bn.property_value(203, bn.group(2, bn.date(2024, 1, 1),
                                        bn.time(1, 2, 3))),
        bn.property_value(196, bn.enum(1))))))
    for prop, last in ((112, 6), (196, 9)):
        for v in range(last + 1):
            c.ask(12, bn.coid(0, DEV, 100) + bn.cuint(1, prop),
                  bn.read_ack(DEV, 100, prop, bn.enum(v)))
    c.ask(14, bn.coid(0, DEV, 100) + bn.group(1, bn.cuint(0, 8)),
          bn.coid(0, DEV, 100) + bn.group(
              1, bn.cuint(2, 196) + bn.group(4, bn.enum(2)) + bn.cuint(2, 203) +
              bn.group(4, STAMP_DATE) + bn.cuint(2, 28) +
              bn.group(4, bn.text("x" * 255 + "\u00b0C"))))
    # Nobody has given it a number yet: 4194303 is none.
    c.udp.rsp(bn.broadcast(bn.unconfirmed(
        0, bn.obj(DEV, 4194303) + bn.uint(480) + bn.enum(3) + bn.uint(8))))
    return c.done()


@case("bacnet/errors")
def errors():
    """Errors of every form, a code that nobody has assigned and a vendor's;
    Reject and Abort, paired and not."""
    c = Client(talk())
    c.ask(12, bn.coid(0, AI, 9) + bn.cuint(1, PV),
          lambda n: bn.error(12, 1, 31, n))
    c.ask(12, bn.coid(0, AI, 9) + bn.cuint(1, PV),
          lambda n: bn.error(12, 1, 250, n))
    c.ask(12, bn.coid(0, AI, 9) + bn.cuint(1, PV),
          lambda n: bn.error(12, 64, 300, n))
    c.ask(8, bn.coid(0, NC, 1) + bn.cuint(1, 102) + bn.group(3, bn.uint(1)),
          lambda n: bn.error(8, 5, 80, n, bn.cuint(1, 1)))
    c.ask(10, bn.group(0, bn.cuint(0, AV)),
          lambda n: bn.error(10, 1, 23, n, bn.cuint(1, 0)))
    c.ask(16, bn.coid(0, AO, 1) + bn.group(
        1, bn.property_value(PV, bn.real(1))),
        lambda n: bn.error(16, 2, 40, n, bn.group(
            1, bn.coid(0, AO, 1) + bn.cuint(1, PV))))
    c.ask(18, bn.cuint(0, 7) + bn.cuint(1, 9),
          lambda n: bn.error(18, 5, 0, n, bn.cuint(1, 7) + bn.cuint(2, 9)))
    c.ask(22, bn.uint(5),
          lambda n: bn.error(22, 6, 35, n, bn.group(1, bn.uint(5))))
    c.ask(30, bn.cuint(0, 18) + bn.group(4), lambda n: bytes(
        [0x50, n, 30]) + bn.group(1, bn.group(
            0, bn.coid(0, AI, 1) + bn.group(1, bn.cuint(0, PV))) +
            bn.group(1, bn.enum(2), bn.enum(44))))
    for reason in list(range(11)) + [64, 20]:
        c.ask(12, bn.coid(0, AI, 9) + bn.cuint(1, PV),
              lambda n, r=reason: bn.reject(r, n))
    for reason in list(range(12)) + [64, 20]:
        c.ask(12, bn.coid(0, AI, 9) + bn.cuint(1, PV),
              lambda n, r=reason: bn.abort(r, n))
    c.udp.rsp(bn.unicast(bn.reject(1, 200)))
    c.udp.rsp(bn.unicast(bn.abort(1, 201)))
    c.udp.req(bn.unicast(bn.abort(10, 202, server=False)))
    return c.done()


@case("bacnet/network")
def network():
    """Every message of the network layer, a vendor's own, an unassigned."""
    u = talk()
    for kind, body in (
            (0, b""), (0, bn.nets(5)), (1, bn.nets(5, 6, 7)),
            (2, bn.nets(8) + b"\x20"), (3, b"\x01" + bn.nets(9)),
            (4, bn.nets(5, 6)), (4, b""), (5, bn.nets(5)),
            (6, b"\x01" + bn.nets(5) + b"\x01\x00"), (6, b"\x00"),
            (8, bn.nets(12) + b"\x05"), (9, bn.nets(12)), (0x12, b""),
            (0x13, bn.nets(3) + b"\x01")):
        u.req(bn.bvlc(bn.BROADCAST, bn.message(kind, body)))
    u.rsp(bn.bvlc(bn.UNICAST, bn.message(
        7, b"\x02" + bn.nets(5) + b"\x01\x00" + bn.nets(6) + b"\x02\x02ab")))
    u.rsp(bn.bvlc(bn.UNICAST, bn.message(7, b"")))
    for kind in range(0x0A, 0x12):
        u.req(bn.bvlc(bn.UNICAST, bn.message(kind, b"\x01\x02")))
    u.req(bn.bvlc(bn.UNICAST, bn.message(0x80, bn.nets(260) + b"\x01")))
    u.req(bn.bvlc(bn.UNICAST, bn.message(0x40, b"")))
    return u.path.cap


@case("bacnet/bvlc")
def bvlc():
    """Every function of the virtual link layer (J.2): tables read, written
    and refused, foreign devices registered and deleted, a secured message."""
    u = talk()
    bdt = b"".join(bn.bip(ip) + b"\xff\xff\xff\xff"
                   for ip in ("10.0.0.20", "10.0.1.20"))
    fdt = bn.bip("10.0.9.9") + b"\x00\x3c\x00\x1e"
    u.req(bn.bvlc(1, bdt)).rsp(bn.bvlc(0, b"\0\0"))
    u.req(bn.bvlc(1, bdt)).rsp(bn.bvlc(0, b"\0\x10"))
    u.req(bn.bvlc(2)).rsp(bn.bvlc(3, bdt))
    u.req(bn.bvlc(2)).rsp(bn.bvlc(0, b"\0\x20"))
    u.req(bn.bvlc(5, b"\x00\x3c")).rsp(bn.bvlc(0, b"\0\0"))
    u.req(bn.bvlc(5, b"\x00\x3c")).rsp(bn.bvlc(0, b"\0\x30"))
    u.req(bn.bvlc(6)).rsp(bn.bvlc(7, fdt))
    u.req(bn.bvlc(6)).rsp(bn.bvlc(0, b"\0\x40"))
    u.req(bn.bvlc(8, bn.bip("10.0.9.9"))).rsp(bn.bvlc(0, b"\0\0"))
    u.req(bn.bvlc(8, bn.bip("10.0.9.9"))).rsp(bn.bvlc(0, b"\0\x50"))
    u.req(bn.bvlc(9, bn.npdu(bn.unconfirmed(8))))
    u.rsp(bn.bvlc(0, b"\0\x60"))
    u.req(bn.bvlc(12, b"\x01\x02\x03\x04"))
    return u.path.cap


@case("bacnet/ipv6")
def ipv6():
    """Every function of BACnet/IPv6 (U.2)."""
    u = Udp(Path(), client=CLIENT6, server=SERVER6, port=bn.PORT,
            cport=bn.PORT)
    a, b = b"\x01\x02\x03", b"\x0a\x0b\x0c"
    there = bn.bip("fd00:6::99")
    u.req(bn.bvlc6(1, a + b + bn.npdu(bn.confirmed(
        12, bn.coid(0, DEV, 1) + bn.cuint(1, 77), 5), expect=True)))
    u.rsp(bn.bvlc6(1, b + a + bn.npdu(bn.ack(
        12, bn.read_ack(DEV, 1, 77, bn.text("six")), 5))))
    u.req(bn.bvlc6(2, a + bn.npdu(bn.unconfirmed(8))))
    u.req(bn.bvlc6(3, a + b)).rsp(bn.bvlc6(5, b + a))
    u.wait(50 * MS)
    u.req(bn.bvlc6(3, a + b)).rsp(bn.bvlc6(0, b + b"\0\x30"))
    u.req(bn.bvlc6(4, a + b + there))
    u.req(bn.bvlc6(6, a)).rsp(bn.bvlc6(7, b + a))
    u.req(bn.bvlc6(8, a + there + bn.npdu(bn.unconfirmed(
        0, bn.obj(DEV, 66) + bn.uint(1476) + bn.enum(3) + bn.uint(8)))))
    u.req(bn.bvlc6(9, a + b"\x00\x3c")).rsp(bn.bvlc6(0, b + b"\0\0"))
    u.wait(50 * MS)
    u.req(bn.bvlc6(9, a + b"\x00\x3c")).rsp(bn.bvlc6(0, b + b"\0\x90"))
    u.req(bn.bvlc6(10, a + there)).rsp(bn.bvlc6(0, b + b"\0\xa0"))
    u.req(bn.bvlc6(11, b"\x01\x02"))
    u.req(bn.bvlc6(12, a + bn.npdu(bn.unconfirmed(8))))
    return u.path.cap


@case("bacnet/ethernet")
def ethernet():
    """BACnet on Ethernet, LLC with SAP 82 (clause 7)."""
    cap = Capture()
    ends = [CLIENT, SERVER]
    for n, (way, data) in enumerate((
            (0, bn.npdu(bn.unconfirmed(8))),
            (1, bn.npdu(bn.unconfirmed(0, bn.obj(DEV, 7) + bn.uint(480) +
                                       bn.enum(3) + bn.uint(8)))),
            (0, bn.npdu(bn.confirmed(12, bn.coid(0, DEV, 7) +
                                     bn.cuint(1, 77), 1), expect=True)),
            (1, bn.npdu(bn.ack(12, bn.read_ack(
                DEV, 7, 77, bn.text("wire")), 1))))):
        body = b"\x82\x82\x03" + data
        cap.add(T0 + n * MS, wire.eth(
            ends[1 - way].mac_bytes, ends[way].mac_bytes, len(body), body))
    return cap


@case("bacnet/routed")
def routed():
    """Devices behind a router, one network number repeated; a device that
    the router puts in front by its own B/IP address, before and after that
    one was seen; messages carried by a broadcast manager."""
    u = talk()
    i_am = bn.unconfirmed(0, bn.obj(DEV, 61) + bn.uint(480) + bn.enum(3) +
                          bn.uint(8))
    u.rsp(bn.broadcast(i_am, source=(13, b"\x3d"), dest=(0xFFFF, b""),
                       hop=254))
    c = Client(u, dest=(13, b"\x3d"))
    c.invoke = 8
    u.req(bn.unicast(bn.confirmed(12, bn.coid(0, DEV, 61) + bn.cuint(1, 77),
                                  9), dest=(13, b"\x3d"), expect=True))
    u.rsp(bn.unicast(bn.ack(12, bn.read_ack(DEV, 61, 77, bn.text("VAV")), 9),
                     source=(13, b"\x3d")))
    # The same invoke id of another device behind the router.
    u.req(bn.unicast(bn.confirmed(12, bn.coid(0, DEV, 62) + bn.cuint(1, 77),
                                  9), dest=(13, b"\x3e"), expect=True))
    u.rsp(bn.unicast(bn.ack(12, bn.read_ack(DEV, 61, 77, bn.text("VAV")), 9),
                     source=(13, b"\x3d")))
    u.rsp(bn.unicast(bn.error(12, 1, 31, 9), source=(13, b"\x3e")))
    u.rsp(bn.broadcast(i_am, source=(14, bn.bip("10.0.0.77"))))
    other = Udp(u.path, client=host(77, "10.0.0.77"), server=SERVER,
                port=bn.PORT, cport=bn.PORT, t=u.t)
    other.req(bn.unicast(bn.unconfirmed(8)))
    u.wait(50 * MS)
    u.rsp(bn.broadcast(i_am, source=(14, bn.bip("10.0.0.77"))))
    u.rsp(bn.forwarded("10.0.0.88", bn.npdu(i_am)))
    u.rsp(bn.forwarded("10.0.0.88", bn.npdu(i_am, source=(15, b"\x07"))))
    return u.path.cap


def pieces(data, size):
    return [data[i:i + size] for i in range(0, len(data), size)]


@case("bacnet/segments")
def segments():
    """Segmented answers and requests: in order, with one repeated, with two
    exchanged, cut off by an Abort and begun again, one beyond 256 segments;
    a segment that never came; windows and negative acknowledgements."""
    u = talk()
    big = bn.read_ack(DEV, 1, 76, b"".join(bn.obj(AI, n) for n in range(60)))
    ask = bn.coid(0, DEV, 1) + bn.cuint(1, 76)

    def answer(invoke, order, size=100, body=big):
        parts = pieces(body, size)
        u.req(bn.unicast(bn.confirmed(12, ask, invoke), expect=True))
        for n in order(len(parts)):
            u.rsp(bn.unicast(bn.ack(12, parts[n], invoke, (n & 255, 4),
                                    n < len(parts) - 1)))
            if n % 4 == 3:
                u.req(bn.unicast(bn.segment_ack(invoke, n & 255, 4)))

    answer(1, range)
    answer(2, lambda n: [0, 1, 1, 2, 2] + list(range(3, n)))
    answer(3, lambda n: [0, 2, 1] + list(range(3, n)))
    answer(4, lambda n: [0, 1])
    u.req(bn.unicast(bn.segment_ack(4, 1, 4, nak=True)))
    u.rsp(bn.unicast(bn.abort(10, 4)))
    answer(4, range)
    answer(5, lambda n: [0, 2, 3])
    u.wait(90 * S)
    answer(5, range)
    long = bn.read_ack(DEV, 1, 76, b"".join(bn.obj(AI, n)
                                           for n in range(300)))
    answer(6, range, 5, long)
    parts = pieces(bn.write(AV, 1, 28, bn.text("x" * 200), 8), 80)
    for n, part in enumerate(parts):
        u.req(bn.unicast(bn.confirmed(15, part, 7, seg=(n, 2),
                                      more=n < len(parts) - 1)))
        u.rsp(bn.unicast(bn.segment_ack(7, n, 2, server=True)))
    u.rsp(bn.unicast(bn.simple_ack(15, 7)))
    return u.path.cap


@case("bacnet/ports")
def ports():
    """Another port; next to other datagrams that begin like BACnet's."""
    u = talk(port=50123, cport=49999)
    u.req(bn.unicast(bn.confirmed(12, bn.coid(0, DEV, 1) + bn.cuint(1, 77)),
                     expect=True))
    u.rsp(bn.unicast(bn.ack(12, bn.read_ack(DEV, 1, 77, bn.text("odd")))))
    for n, data in enumerate((b"\x81\x0a\x00\x05\x01", b"\x81\x0a\x00\x08xxxx",
                              b"\x82\x63\x00\x04", b"\x81" + bytes(20))):
        w = talk(port=51000 + n, cport=49000, t=u.t)
        w.path = u.path
        w.req(data)
        u.wait(5 * MS)
    return u.path.cap


@case("bacnet/violations")
def violations():
    """Each rule broken once, and a good message after each."""
    u = talk()
    good = bn.unicast(bn.unconfirmed(8))
    read = bn.coid(0, AI, 1) + bn.cuint(1, PV)
    bad = [
        b"\x80\x0a\x00\x08\x01\x00\x10\x08",                # bvlc_type
        bn.bvlc(0x20, b"\0\0"),                             # bvlc_function
        bn.bvlc(10, bn.npdu(bn.unconfirmed(8)), length=4),  # bvlc_length
        bn.bvlc(10, bn.npdu(bn.unconfirmed(8)), length=99),
        b"\x81\x0a",
        bn.bvlc(4, b"\x0a\0"), bn.bvlc(3, bytes(13)),       # bvlc_body
        bn.bvlc(5, b"\0"), bn.bvlc(2, b"\0"),
        bn.bvlc(0, b"\0\x77"),                              # bvlc_result
        bn.unicast(bn.unconfirmed(8), version=16),          # npdu_version
        bn.unicast(bn.unconfirmed(8), extra=0x40),          # npdu_control
        bn.unicast(bn.unconfirmed(8), dest=(0, b"\x01")),   # npdu_network
        bn.unicast(bn.unconfirmed(8), source=(0xFFFF, b"\x01")),
        bn.unicast(bn.unconfirmed(8), source=(5, b"")),     # npdu_source
        bn.bvlc(10, b"\x01"), bn.bvlc(10, b"\x01\x20\0"),   # npdu_short
        bn.bvlc(10, bn.message(3, b"\x01")),                # network_message
        bn.bvlc(10, bn.message(1, b"\0")),
        bn.bvlc(10, bn.message(6, b"\x02" + bn.nets(5) + b"\0\0")),
        bn.unicast(b"\x90\x00"),                            # apdu_type
        bn.unicast(b""), bn.unicast(b"\x00\x05"),           # apdu_short
        bn.unicast(b"\x1f\x08"),                            # apdu_flags
        bn.unicast(bn.ack(12, b"", 1, (0, 0))),             # segment_window
        bn.unicast(bn.confirmed(99)),                       # service_unknown
        bn.unicast(bn.unconfirmed(99)),
        bn.unicast(bn.ack(15, b"")),                        # reply_service
        bn.unicast(bn.confirmed(12, bn.coid(0, AI, 1))),    # parameter_missing
        bn.unicast(bn.confirmed(14, bn.uint(1))),
        bn.unicast(bn.confirmed(12, read + bn.uint(1))),    # parameter_extra
        bn.unicast(bn.simple_ack(15) + b"\0"),
        bn.unicast(bn.confirmed(15, read + b"\x3e\x44")),   # tag
        bn.unicast(bn.confirmed(15, read + b"\x3e\x21\x01")),
        bn.unicast(bn.confirmed(12, bn.ctx(0, b"\0\0") +    # value
                                bn.cuint(1, PV))),
        bn.unicast(bn.unconfirmed(1, bn.obj(AI, 1) + bn.obj(AI, 3) +
                                  bn.text("x"))),
        bn.unicast(bn.confirmed(15, bn.write(AO, 1, PV, bn.real(1), 17))),
        bn.unicast(bn.unconfirmed(8, bn.cuint(0, 9) + bn.cuint(1, 8))),
        bn.unicast(bn.unconfirmed(8, bn.cuint(0, 9))),      # device_range
        bn.unicast(bn.unconfirmed(7, bn.cuint(0, 0) + bn.cuint(1, 4194304) +
                                  bn.coid(2, AI, 1))),
        bn.bvlc(10, bn.message(3, b"\x07" + bn.nets(5))),   # reject_reason
    ]
    u.req(good)
    for data in bad:
        u.req(data, good)
    return u.path.cap

"""cases_mms: IEDs of IEC 61850, peers of TASE.2, and what they say by MMS."""

import mms as m
import s7
from cases import case
from talk import Path, Tcp, host


class Talk:
    """A client and an IED; association: the whole opening."""

    def __init__(self, tcp=None, association=True, password=None):
        self.tcp = tcp or Tcp(Path(), port=102).open()
        self.invoke = 0
        if association:
            self.connect().tcp.req(m.associate(m.initiate(), password))
            self.tcp.rsp(m.associated(m.initiate(0xA9, 64000)))

    def connect(self):
        self.tcp.req(s7.connect(1, 0))
        self.tcp.rsp(s7.connect(1, 0, 0xD0))
        return self

    def ask(self, service, *body, answer=(), primitive=False, prim=False):
        """answer None: there is none; bytes: the whole message."""
        self.invoke += 1
        self.tcp.req(m.data(m.request(self.invoke, service, *body,
                                      primitive=primitive)))
        if isinstance(answer, bytes):
            self.tcp.rsp(m.data(answer))
        elif answer is not None:
            self.tcp.rsp(m.data(m.response(self.invoke, service, *answer,
                                           primitive=prim)))
        return self

    def refuse(self, service, *body, cls=7, code=3):
        self.invoke += 1
        self.tcp.req(m.data(m.request(self.invoke, service, *body)))
        self.tcp.rsp(m.data(m.error(self.invoke, cls, code)))
        return self

    def read(self, names, *results):
        return self.ask(4, m.tlv(0xA1, m.variables(*names)),
                        answer=(m.tlv(0xA1, *results),))

    def write(self, names, values, *results):
        return self.ask(5, m.variables(*names), m.tlv(0xA0, *values),
                        answer=results or (b"\x81\0",) * len(names))

    def told(self, *body):
        self.tcp.rsp(m.data(m.report(*body)))
        return self

    def done(self):
        self.tcp.req(m.data(m.CONCLUDE)).rsp(m.data(m.CONCLUDED))
        self.tcp.req(m.RELEASE).rsp(m.RELEASED).close()
        return self.tcp.path.cap


LD = "AA1E1Q01FP2LD0"


@case("mms/identity")
def identity():
    """An association with a password; vendor, model, revision, status, the
    logical devices that tell the IED's name, their variables and a data set's
    members in more answers than one; attributes, a capability list; one that
    is refused, one that is rejected; an end in order."""
    t = Talk(password=b"otus")
    t.ask(2, primitive=True, answer=(
        m.tlv(0x80, b"Otus Relays"), m.tlv(0x81, b"OR-61850"),
        m.tlv(0x82, b"4.2")))
    t.ask(0, b"\0", primitive=True, answer=(b"\x80\1\0", b"\x81\1\0"))
    t.ask(0, b"\xff", primitive=True, answer=(b"\x80\1\2", b"\x81\1\3"))
    t.ask(1, m.tlv(0xA0, b"\x80\1\x09"), m.tlv(0xA1, b"\x80\0"), answer=(
        m.tlv(0xA0, m.tlv(0x1A, LD.encode()),
              m.tlv(0x1A, b"AA1E1Q01FP2LD1")), b"\x81\1\0"))
    scope = m.tlv(0xA1, m.tlv(0x81, LD.encode()))
    t.ask(1, m.tlv(0xA0, b"\x80\1\0"), scope, answer=(
        m.tlv(0xA0, m.tlv(0x1A, b"LLN0"), m.tlv(0x1A, b"LLN0$ST")),))
    t.ask(1, m.tlv(0xA0, b"\x80\1\0"), scope, m.tlv(0x82, b"LLN0$ST"),
          answer=(m.tlv(0xA0, m.tlv(0x1A, b"PTRC1")), b"\x81\1\0"))
    t.ask(6, m.tlv(0xA0, m.name(LD + "/LLN0$ST$Mod")), answer=(
        b"\x80\1\0", m.tlv(0xA2, m.tlv(0x85, b"\x08"))))
    t.ask(12, m.name(LD + "/LLN0$events"), answer=(
        b"\x80\1\0", m.variables(LD + "/PTRC1$ST$Tr$general", tag=0xA1)))
    t.ask(71, m.tlv(0x80, b"x"), answer=(m.tlv(0xA0), b"\x81\1\0"))
    t.refuse(6, m.tlv(0xA0, m.name("nobody")), cls=7, code=2)
    t.ask(17, m.tlv(0x80, b"HMI"), answer=m.reject(t.invoke + 1, 1, 1))
    return t.done()


@case("mms/values")
def values():
    """Each type of value read and written, one by one and several at once,
    of the device, of a domain and of the association; a structure, a list by
    its name, a failure among values; 40 values in segments of a message."""
    t = Talk()
    for item, value in (
            ("GGIO1$ST$Ind1$stVal", m.boolean(True)),
            ("GGIO1$ST$Ind1$q", m.bits("0000000000000")),
            ("GGIO1$ST$IntIn1$stVal", m.number(0x85, -70000)),
            ("GGIO1$ST$CntIn1$actVal", m.number(0x86, 4000000000)),
            ("MMXU1$MX$TotW$mag$f", m.real(21.3)),
            ("MMXU1$MX$TotW$t", m.utc(1767225600, 0x800000)),
            ("LPHD1$DC$PhyNam$vendor", m.visible("Otus Relays")),
            ("LPHD1$DC$PhyNam$d", m.tlv(0x90, "Schütz".encode())),
            ("LTMS1$ST$Day$x", m.tlv(0x8C, bytes.fromhex("026ca5003be9"))),
            ("GGIO1$ST$Raw$x", m.tlv(0x89, b"\1\2\xff"))):
        t.read([LD + "/" + item], value)
    t.read([LD + "/MMXU1$MX$TotW"], m.structure(
        m.structure(m.real(-1.5)), m.bits("0100000000000"),
        m.utc(1767225600)))
    t.read([LD + "/GGIO1$ST$Ind1$stVal", "TASE2_Version", "@own"],
           m.boolean(False), m.structure(m.number(0x85, 1996),
                                         m.number(0x85, 8)),
           m.tlv(0x80, b"\x0a"))
    t.ask(4, m.tlv(0xA1, m.a_list(LD + "/LLN0$events")), answer=(
        m.tlv(0xA1, m.boolean(True), m.boolean(False)),))
    t.read([LD + "/Nobody"], m.tlv(0x80, b"\x0a"))
    t.write([LD + "/GGIO1$SP$Set1$setVal"], [m.number(0x85, 7)])
    t.write([LD + "/GGIO1$SP$Set1$setVal", "@own"],
            [m.number(0x85, 8), m.boolean(True)], b"\x81\0", b"\x80\1\3")
    t.write([LD + "/PTOC1$SE$StrVal$setMag$f"], [m.real(1.2)])
    t.write([LD + "/LLN0$BR$brcbA01$RptEna"], [m.boolean(True)])
    names = ["%s/GGIO1$ST$Ind%d$stVal" % (LD, n) for n in range(40)]
    t.invoke += 1
    whole = m.request(t.invoke, 4, m.tlv(0xA1, m.variables(*names)))
    t.tcp.req(*m.segments(b"\1\0\1\0" + m.presented(whole), 500))
    whole = m.response(t.invoke, 4, m.tlv(0xA1, *[m.boolean(n % 2)
                                                  for n in range(40)]))
    t.tcp.rsp(*m.segments(b"\1\0\1\0" + m.presented(whole), 50))
    return t.done()


@case("mms/control")
def control():
    """A breaker of IEC 61850 selected, in vain, directly and with what it is
    to be, and operated; refused, why that is told, cancelled; programs,
    semaphores, domains up and down, files read, listed, renamed and deleted;
    variable lists made and deleted."""
    t = Talk()
    pos = LD + "/CSWI1$CO$Pos"
    t.read([pos + "$SBO"], m.visible(LD + "/CSWI1$CO$Pos$SBO"))
    t.read([pos + "$SBO"], m.visible(""))
    t.write([pos + "$SBOw"], [m.oper(m.boolean(True))])
    t.write([pos + "$Oper"], [m.oper(m.boolean(True))])
    t.told(m.variables(pos + "$Oper"), m.tlv(
        0xA0, m.oper(m.boolean(True))))
    t.told(m.variables("LastApplError"), m.tlv(0xA0, m.structure(
        m.visible(pos + "$Oper"), m.number(0x85, 0),
        m.structure(m.number(0x85, 2), m.tlv(0x89, b"")),
        m.number(0x86, 1), m.number(0x85, 10))))
    t.write([pos + "$Oper"], [m.oper(m.boolean(False), 2)], b"\x80\1\3")
    t.write([pos + "$Cancel"], [m.oper(m.boolean(False), 2)])
    t.ask(19, m.tlv(0xA0, m.name("winch")), answer=(b"",))
    t.ask(20, m.tlv(0xA0, m.name("winch")), primitive=False, prim=True)
    for service in (40, 41, 42, 43, 44):
        t.ask(service, m.tlv(0x80, b"pumps"), prim=True)
    t.ask(38, m.tlv(0x80, b"pumps"), m.tlv(0xA1, m.tlv(0x1A, b"logic")),
          prim=True)
    t.ask(39, b"pumps", primitive=True, prim=True)
    t.ask(26, m.tlv(0x80, b"logic"), m.tlv(0xA1), b"\x82\1\0", prim=True)
    t.invoke += 1
    t.tcp.rsp(m.data(m.request(90, 27, b"logic", primitive=True)))
    t.tcp.req(m.data(m.response(90, 27, m.tlv(0x80, b"code"), b"\x81\1\0")))
    t.tcp.rsp(m.data(m.request(91, 28, m.tlv(0x80, b"logic"))))
    t.tcp.req(m.data(m.response(91, 28, primitive=True)))
    t.ask(29, b"logic", primitive=True, answer=(b"\x80\1\5", b"\xa1\0"))
    t.ask(30, b"\5", primitive=True, answer=(m.tlv(0x80, b"code"),
                                             b"\x81\1\0"))
    t.ask(31, b"\5", primitive=True, prim=True)
    t.ask(36, b"logic", primitive=True, prim=True)
    t.ask(77, m.tlv(0xA0, m.file_name("/COMTRADE/")), answer=(m.tlv(
        0xA0, m.tlv(0x30, *[m.tlv(0x30, m.tlv(0xA0, m.file_name(n)), m.tlv(
            0xA1, b"\x80\2\4\0")) for n in ("1.cfg", "1.dat")])),))
    t.ask(72, m.tlv(0xA0, m.file_name("1.dat")), b"\x81\1\0", answer=(
        b"\x80\1\7", m.tlv(0xA1, b"\x80\2\4\0")))
    t.ask(73, b"\7", primitive=True, answer=(m.tlv(0x80, b"x" * 100),))
    t.ask(73, b"\7", primitive=True, answer=(m.tlv(0x80, b"x" * 10),
                                             b"\x81\1\0"))
    t.ask(74, b"\7", primitive=True, prim=True)
    t.ask(75, m.tlv(0xA0, m.file_name("1.dat")), m.tlv(
        0xA1, m.file_name("2.dat")), prim=True)
    t.ask(76, m.file_name("2.dat"), prim=True)
    t.ask(46, m.tlv(0xA1, m.file_name("new.bin")), m.tlv(
        0xA2, m.file_name("fw.bin")), prim=True)
    t.ask(11, m.name(LD + "/LLN0$mine"), m.variables(
        LD + "/GGIO1$ST$Ind1"), prim=True)
    t.ask(11, m.name("@mine"), m.variables(LD + "/GGIO1$ST$Ind1"), prim=True)
    t.ask(13, b"\x80\1\0", m.tlv(0xA1, m.name(LD + "/LLN0$mine")), answer=(
        b"\x80\1\1", b"\x81\1\1"))
    t.tcp.req(m.data(b"\x85\1\x63")).rsp(m.data(b"\x86\1\x63"))
    return t.done()


@case("mms/reports")
def reports():
    """Reports of IEC 61850 with all that they may have, with less, and of two
    values of five; those of TASE.2 by a list and by names; the status that
    nobody asked for, an event; requests of either end."""
    t = Talk()
    ref = LD + "/GGIO1$ST$Ind%d$stVal"
    t.told(m.a_list("RPT"), m.tlv(
        0xA0, m.visible("brcbA"), m.bits("0111111110"), m.number(0x86, 17),
        m.tlv(0x8C, bytes.fromhex("026ca5003be9")), m.visible(
            LD + "/LLN0$events"), m.boolean(False), m.tlv(0x89, b"\0" * 8),
        m.number(0x86, 1), m.bits("01001"), m.visible(ref % 2),
        m.visible(ref % 5), m.boolean(True), m.boolean(False),
        m.bits("010000"), m.bits("010000")))
    t.told(m.a_list("RPT"), m.tlv(
        0xA0, m.visible("urcbA"), m.bits("0000000000"), m.bits("11"),
        m.boolean(True), m.structure(m.boolean(True), m.bits("00"))))
    t.told(m.a_list("KIRK/STATUS"), m.tlv(0xA0, m.number(0x85, 3),
                                          m.bits("00110000")))
    t.told(m.variables("KIRK/Cond", "TP29"), m.tlv(
        0xA0, m.bits("00100"), m.real(50.02)))
    t.tcp.rsp(m.data(m.tlv(0xA3, m.tlv(0xA1, b"\x80\1\0", b"\x81\1\2"))))
    t.tcp.rsp(m.data(m.tlv(0xA3, m.tlv(0xA2, m.tlv(0xA0, m.name("en")),
                                       m.tlv(0xA1, m.name("alarm"))))))
    t.tcp.rsp(m.data(m.request(700, 2, primitive=True)))
    t.tcp.req(m.data(m.response(700, 2, m.tlv(0x80, b"Otus"),
                                m.tlv(0x81, b"Centre"), m.tlv(0x82, b"1"))))
    return t.done()


@case("mms/ways")
def ways():
    """Without a session; an association that is refused, one that is
    rejected, one that is aborted; a connection that opens as S7's does, and
    is MMS; one that opens as MMS's does, and is S7; from the middle."""
    path = Path()
    t = Talk(Tcp(path, port=102).open(), association=False).connect()
    t.tcp.req(s7.data(m.initiate())).rsp(s7.data(m.initiate(0xA9)))
    t.tcp.req(s7.data(m.request(1, 2, primitive=True)))
    t.tcp.rsp(s7.data(m.response(1, 2, m.tlv(0x80, b"Otus"))))
    t.tcp.req(s7.data(m.CONCLUDE)).rsp(s7.data(m.CONCLUDED)).close()
    answers = (m.REFUSED, m.associated(None, 1), m.ABORT)
    for n, answer in enumerate(answers):
        tcp = Tcp(path, port=102, cport=49160 + n, t=t.tcp.t).open()
        t = Talk(tcp, association=False).connect()
        tcp.req(m.associate(m.initiate(), b"x")).rsp(answer)
        tcp.close()
    tcp = Tcp(path, port=102, cport=49170, t=tcp.t, server=host(21)).open()
    tcp.req(s7.connect(0x0102)).rsp(s7.connect(0x0102, kind=0xD0))
    t = Talk(tcp, association=False)
    tcp.req(m.associate(m.initiate())).rsp(m.associated(m.initiate(0xA9)))
    t.read([LD + "/GGIO1$ST$Ind1$stVal"], m.boolean(True))
    tcp.close()
    tcp = Tcp(path, port=102, cport=49171, t=tcp.t, server=host(22)).open()
    Talk(tcp, association=False).connect()
    tcp.req(s7.job(1, s7.setup(480)))
    tcp.rsp(s7.ack_data(1, s7.setup(240)))
    tcp.req(s7.job(2, s7.STOP)).rsp(s7.ack_data(2, b"\x29")).close()
    tcp = Tcp(path, port=102, cport=49172, t=tcp.t, server=host(23))
    t = Talk(tcp, association=False)
    t.read([LD + "/GGIO1$ST$Ind1$stVal"], m.boolean(True))
    tcp = Tcp(path, port=10102, cport=49173, t=tcp.t, server=host(24))
    t = Talk(tcp, association=False)
    t.read([LD + "/GGIO1$ST$Ind1$stVal"], m.boolean(True))
    return path.cap


@case("mms/violations")
def violations():
    """Each layer broken once, a good message behind each: lengths of the
    session, presentation and association without content, kinds of message
    and services that there are none of, arguments that are not the service's,
    values of lengths that their types have not, more values than variables,
    answers to another service; noise, a value too deep."""
    t = Talk()
    one = LD + "/GGIO1$ST$Ind1$stVal"

    def good():
        t.read([one], m.boolean(True))

    good()
    t.tcp.req(s7.data(b"\x0d\xff"))
    good()
    t.tcp.req(s7.data(b"\1\0\1\0" + m.tlv(0x61, m.tlv(0x30, b"\2\1\3"))))
    good()
    t.tcp.req(s7.data(m.spdu(13, m.user_data(m.tlv(0x31, m.tlv(
        0xA2, m.presented(b"\x65\0", 1)))))))
    good()
    t.tcp.req(m.data(b"\xaf\0"))
    good()
    t.tcp.req(m.data(b"\xa0\x03\x02\x01\x63"))
    t.tcp.req(m.data(m.request(98, 99)))
    t.tcp.req(m.data(m.request(97, 5, m.tlv(0xA5))))
    t.tcp.req(m.data(m.request(96, 36, primitive=True)))
    good()
    t.tcp.req(m.data(m.request(95, 5, m.variables(one),
                               m.tlv(0xA0, b"\x83\2\1\1"))))
    t.tcp.req(m.data(m.request(94, 5, m.variables(one), m.tlv(
        0xA0, m.boolean(True), m.boolean(True)))))
    good()
    t.ask(4, m.tlv(0xA1, m.variables(one)),
          answer=m.response(t.invoke + 1, 5, b"\x81\0"))
    t.ask(4, m.tlv(0xA1, m.variables(one)),
          answer=m.response(t.invoke + 1, 4, b"\x82\0"))
    t.ask(4, m.tlv(0xA1, m.variables(one)),
          answer=m.tlv(0xA1, m.number(2, t.invoke + 1), b"\x30"))
    good()
    t.told(m.a_list("RPT"), m.tlv(0xA0, m.visible("r"), m.bits("0000000000"),
                                  m.bits("111"), m.boolean(True)))
    t.told(m.tlv(0xA5), m.tlv(0xA0))
    deep = m.boolean(True)
    for _ in range(8):
        deep = m.structure(deep)
    t.read([one], deep)
    t.tcp.req(b"\xff\3\0\xff")
    good()
    return t.done()

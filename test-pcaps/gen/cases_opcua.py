"""cases_opcua: what OPC UA clients and servers say to each other."""

import struct

import opcua as ua
from cases import case
from talk import Path, Tcp

URL = b"opc.tcp://press7.plant.example:4840/UA"
SERVER = ua.application(b"urn:press7:example:server", b"urn:example:PressUA",
                        b"Press line 7", 0, [URL])
HMI = ua.application(b"urn:hmi3:example:client", b"urn:example:Panel",
                     b"Panel 3", 1)
ENDPOINTS = ua.array([
    ua.endpoint(URL, SERVER, 1, ua.NONE, [0, 1]),
    ua.endpoint(URL, SERVER, 3, ua.BASIC, [1])])


class Talk:
    """A client and a server on one channel without security."""

    def __init__(self, tcp=None, port=4840):
        self.tcp = tcp or Tcp(Path(), port=port).open()
        self.n = 1
        self.tcp.req(ua.hello(URL)).rsp(ua.ack())
        self.tcp.req(ua.opn(0, 1, 1, ua.open_request()))
        self.tcp.rsp(ua.opn(9, 1, 1, ua.open_response(9)))

    def ask(self, request, response=None):
        self.n += 1
        self.tcp.req(ua.msg(9, self.n, self.n, request))
        if response is not None:
            self.tcp.rsp(ua.msg(9, self.n, self.n, response))
        return self

    def session(self):
        self.ask(ua.request(461, HMI, ua.string(b"urn:press7:example:server"),
                            ua.string(URL), ua.string(b"panel-3"),
                            ua.string(b"\x11" * 8), ua.string(None),
                            struct.pack("<dI", 60000, 0)),
                 ua.response(464, ua.node(1, 1), ua.node(2, 1),
                             struct.pack("<d", 60000), ua.string(None),
                             ua.string(ua.certificate(b"Press UA")),
                             ENDPOINTS, ua.array([]), ua.string(None) * 2,
                             struct.pack("<I", 0)))
        return self

    def activate(self, token, result=0):
        return self.ask(ua.activate(token), ua.response(
            470, ua.string(None), ua.array([]), ua.array([]), result=result))

    def done(self):
        self.tcp.close()
        return self.tcp.path.cap


@case("opcua/session")
def session():
    """Servers found, endpoints, a session; anonymous, with a password that can
    be read, refused; what product the server is; a point read, written and
    refused; a method; a subscription; a fault; another server listed."""
    t = Talk()
    other = ua.application(b"urn:robot", b"", b"Robot", 0,
                           [b"opc.tcp://10.0.0.77:4840"])
    t.ask(ua.request(422, ua.string(URL), ua.array([]), ua.array([])),
          ua.response(425, ua.array([SERVER, other])))
    t.ask(ua.request(428, ua.string(URL), ua.array([]), ua.array([])),
          ua.response(431, ENDPOINTS))
    t.session()
    t.activate(ua.extension(321, ua.string(b"anonymous")))
    t.activate(ua.user(b"operator", b"hidden"))
    t.activate(ua.user(b"guest", b"hidden", b"rsa"), 0x801F0000)
    info = ua.string(b"urn:example:PressUA") + ua.string(b"Example Works") + \
        ua.string(b"PressUA") + ua.string(b"2.4.1") + ua.string(b"77") + \
        ua.TIME
    status = ua.TIME * 2 + struct.pack("<I", 0) + info
    t.ask(ua.read(ua.node(2261), ua.node(2263), ua.node(2264),
                  ua.node(2259)),
          ua.read_ok(ua.data(ua.text(b"PressUA")),
                     ua.data(ua.text(b"Example Works")),
                     ua.data(ua.text(b"2.4.1")),
                     ua.data(ua.variant(6, struct.pack("<i", 3)))))
    t.ask(ua.read(ua.node(2256)), ua.read_ok(ua.data(
        ua.variant(22, ua.extension(864, status)))))
    point, guid = ua.node(b"Press.Force", 2), b"\4\2\0" + bytes(range(16))
    t.ask(ua.read(point), ua.read_ok(ua.data(ua.double(12.5))))
    t.ask(ua.read(point, guid), ua.read_ok(
        ua.data(ua.double(12.75), 0x40920000),
        ua.data(status=0x80340000)))
    t.ask(ua.write((point, ua.data(ua.double(50)))), ua.statuses(676, 0))
    t.ask(ua.write((ua.node(7, 2), ua.data(ua.variant(1, b"\1")))),
          ua.statuses(676, 0x803B0000))
    t.ask(ua.request(527, b"\0\0", ua.TIME, struct.pack("<II", 0, 0),
                     ua.array([ua.node(85) + struct.pack("<I", 0) +
                               ua.node(33) + b"\1" +
                               struct.pack("<II", 0, 63)])),
          ua.response(530, ua.array([]), ua.array([])))
    t.ask(ua.request(712, ua.array([ua.node(b"Press", 2) +
                                    ua.node(b"Start", 2) +
                                    ua.array([ua.double(1)])])),
          ua.response(715, ua.array([struct.pack("<I", 0) + ua.array([]) +
                                     ua.array([]) + ua.array([])]),
                      ua.array([])))
    t.ask(ua.request(787, struct.pack("<dIIIBB", 500, 30, 10, 0, 1, 0)),
          ua.response(790, struct.pack("<IdII", 5, 500, 30, 10)))
    item = point + struct.pack("<I", 13) + ua.string(None) + b"\0\0" + \
        ua.string(None) + struct.pack("<IId", 2, 1, 100) + ua.EMPTY + \
        struct.pack("<IB", 1, 1)
    t.ask(ua.request(751, struct.pack("<II", 5, 2), ua.array([item])),
          ua.response(754, ua.array([struct.pack("<IIdI", 0, 1, 100, 1) +
                                     ua.EMPTY]), ua.array([])))
    t.ask(ua.request(826, ua.array([])), ua.response(
        829, struct.pack("<I", 5), ua.array([]), b"\0",
        struct.pack("<I", 1), ua.TIME, ua.array([ua.extension(811, b"")]),
        ua.array([]), ua.array([])))
    t.ask(ua.request(826, ua.array([])),
          ua.response(397, result=0x80790000))
    t.ask(ua.request(473, b"\1"), ua.response(476))
    t.tcp.req(ua.msg(9, 99, 99, ua.request(452), kind=b"CLO"))
    return t.done()


@case("opcua/secured")
def secured():
    """An encrypted channel on an odd port; one that is only signed; a message
    in three chunks, one that is given up; a server that calls its client, and
    one that refuses."""
    cert = ua.certificate(b"Press UA")
    seal = bytes((7 * n) & 0xFF for n in range(90))
    t = Tcp(Path(), port=48010).open()
    t.req(ua.hello(URL)).rsp(ua.ack())
    t.req(ua.opn(0, 1, 1, seal, ua.BASIC, ua.certificate(b"Panel 3")))
    t.rsp(ua.opn(4, 1, 1, seal, ua.BASIC, cert))
    for n in range(2):
        t.req(ua.msg(4, n, n, seal)).rsp(ua.msg(4, n, n, seal))
    t.close()
    t = Tcp(t.path, port=4840, cport=49153, t=t.t).open()
    t.req(ua.hello(URL)).rsp(ua.ack())
    t.req(ua.opn(0, 1, 1, seal, ua.BASIC, ua.certificate(b"Panel 3")))
    t.rsp(ua.opn(5, 1, 1, seal, ua.BASIC, cert))
    t.req(ua.msg(5, 2, 2, ua.request(428, ua.string(URL), ua.array([]),
                                     ua.array([])) + seal[:32]))
    whole = ua.response(431, ENDPOINTS)
    for at, chunk in ((0, b"C"), (200, b"C"), (400, b"F")):
        piece = whole[at:at + 200] if chunk == b"C" else whole[at:]
        t.rsp(ua.msg(5, 2 + at // 200, 2, piece + seal[:32], chunk))
    t.close()
    talk = Talk(Tcp(t.path, port=4840, cport=49154, t=t.t).open())
    talk.tcp.req(ua.msg(9, 3, 3, ua.read(ua.node(7, 2))[:30], b"C"))
    talk.tcp.req(ua.msg(9, 4, 3, struct.pack("<I", 0x80200000) +
                        ua.string(b"too much"), b"A"))
    talk.tcp.rsp(ua.error(0x80820000, b"bye"))
    talk.tcp.close()
    back = Tcp(t.path, client=talk.tcp.ends["s"][0],
               server=talk.tcp.ends["c"][0], port=4843, t=talk.tcp.t).open()
    back.req(ua.reverse(b"urn:press7:example:server", URL))
    back.rsp(ua.hello(URL)).close()
    return t.path.cap


@case("opcua/violations")
def violations():
    """A string and an array that are longer than the message, node ids and
    values of no known encoding, a service that is none, bodies that end too
    early; noise between messages; a size that is too small."""
    t = Talk()
    good = ua.msg(9, 9, 9, ua.read(ua.node(2261)))
    t.ask(ua.request(428, struct.pack("<I", 999)))
    t.ask(ua.request(631, struct.pack("<dII", 0, 0, 9999)))
    t.ask(ua.read(b"\x0f\0\0"))
    t.ask(ua.write((ua.node(7, 2), ua.data(b"\x3f"))))
    t.ask(ua.body(9999, ua.request_header()))
    t.ask(ua.node(b"no number", 2))
    t.ask(ua.read(ua.node(2261))[:40])
    t.ask(ua.request(461, HMI))
    t.tcp.req(ua.pdu(b"MSG", b"\1\0\0\0"))
    t.tcp.req(ua.pdu(b"HEL", b"\0\0\0\0"), ua.pdu(b"ERR", b"\0"))
    t.tcp.req(ua.pdu(b"OPN", b"\0\0\0\0\xff\0\0\0"))
    t.tcp.req(b"MSGX\0\0" + good, good)
    t.tcp.req(b"MSGF\7\0\0\0", good)
    t.tcp.close()
    return t.tcp.path.cap

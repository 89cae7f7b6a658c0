"""cases_codesys: controllers that run CODESYS, their tools, what they say."""

import codesys as c
from cases import case
from talk import Path, Tcp, Udp, host
from wire import Host

BROADCAST = Host("ff:ff:ff:ff:ff:ff", "255.255.255.255")


class Talk:
    """A tool and a runtime, in a channel; blocks are counted by either."""

    def __init__(self, flow, tcp=True, channel=0x51):
        self.flow, self.tcp, self.channel = flow, tcp, channel
        self.blocks = [0, 0]

    def send(self, opener, payload):
        frame = c.datagram(0x40, payload)
        frame = c.tcp(frame) if self.tcp else frame
        (self.flow.req if opener else self.flow.rsp)(frame)
        return self

    def open(self):
        return self.send(True, c.opening()).send(False, c.opened(self.channel))

    def data(self, opener, data, **kw):
        self.blocks[not opener] += 1
        return self.send(opener, c.block(
            self.channel, self.blocks[not opener], self.blocks[opener], data,
            opener, **kw))

    def ask(self, group, number, tags=b"", back=b"", **kw):
        """back None: it is not answered."""
        self.data(True, c.service(group, number, tags, **kw))
        if back is not None:
            self.data(False, c.service(group, number, back, answer=True, **kw))
        return self


def login(user):
    return c.tag(0x22, b"\1\0\0\0") + c.tag(
        0x81, c.tag(0x10, user + b"\0") + c.tag(0x11, b"hidden" * 4))


def logged_in(result):
    return c.tag(0x82, c.tag(0x20, result) + c.tag(0x21, b"\x11\0\0\0"))


@case("codesys/identity")
def identity():
    """Runtimes that are looked for, by datagrams to all and to one, on other
    ports, by TCP; headers of three and four words, an older version, one that
    is no controller; a tool that says what it is; V2."""
    path = Path()
    look = Udp(path, port=1740, cport=1741, server=BROADCAST)
    look.req(c.datagram(3, c.name(0xC202, 0x420), b"", b"\0\x0a",
                        broadcast=0x1234))
    pfc = c.node("PFC200V3-4538EF", "WAGO 750-8215 PFC200 G2", "WAGO",
                 version=(5, 15, 4, 0), serial=b"0123456789")
    back = Udp(path, port=1740, cport=1741, t=look.t)
    back.rsp(c.datagram(4, c.name(c.NODE, 0x420, pfc), b"\0\x0a", b"\0\x14",
                        broadcast=0x1234))
    one = Udp(path, port=1742, cport=49200, server=host(21), t=back.t)
    one.req(c.datagram(3, c.name(0xC201, 1)))
    one.req(c.datagram(3, c.name(0xC202, 2)))
    one.rsp(c.datagram(4, c.name(c.NODE, 2, c.node(
        "Pumpe 2", "CPX-E-CEC-C1", "Festo", version=(3, 5, 7, 0),
        parent=b"\0\1\0\2"), version=0x0103)))
    t = Tcp(path, port=11740, server=host(22), t=one.t).open()
    six = b"\x2d\xdc\x0a\0\0\x0a", b"\xc0\2\x0a\0\0\x16"
    t.req(c.tcp(c.datagram(3, c.name(0xC202, 3), *six)))
    t.rsp(c.tcp(c.datagram(4, c.name(c.NODE, 3, c.node(
        "GATEWAY-PC", "Gateway", "", kind=0x1001, version=(0,) * 4)), *six)))
    t.close()
    tool = Talk(Tcp(path, port=11740, cport=49201, t=t.t).open()).open()
    tool.ask(1, 0x0A, c.tag(0x83, c.tag(0x40, b"\1\0\0\0") +
                            c.tag(0x41, c.wide("CODESYS")) +
                            c.tag(0x42, c.wide("3S")) +
                            c.tag(0x43, c.wide("ENG-07"))),
             c.tag(0x84, b"\0\0\0\0"))
    tool.flow.close()
    old = Tcp(path, port=2455, server=host(23), t=tool.flow.t).open()
    old.req(c.v2(b"\1"))
    old.rsp(c.v2(c.v2_node(b"Nucleus PLUS", b"Nucleus PLUS version unknown",
                           b"3S-Smart Software Solutions")))
    old.req(b"\xcc\xcc\1\0" + bytes(40)).rsp(b"\xcc\xcc\1\0" + bytes(60))
    old.close()
    return path.cap


@case("codesys/operations")
def operations():
    """A channel from its opening to its closing, one that is refused; a log-in
    that is wrong, one that is right; the application stopped, started, reset,
    loaded in blocks; files both ways; variables read and written; components
    without published services; what is secured; addresses; by datagrams."""
    path = Path()
    refused = Talk(Tcp(path, port=11740).open())
    refused.send(True, c.opening(6)).send(False, c.opened(0, 6, 1))
    t = Talk(refused.flow)
    t.send(True, b"\xc2\0\1\1").open()
    t.ask(1, 1, b"", c.tag(1, b"\0\x10\0\0"))
    t.ask(1, 2, login(b"ada"), logged_in(b"\1\0"))
    t.ask(1, 2, login(b"ada"), logged_in(b"\0\0"))
    t.send(True, c.ack(t.channel, 3)).send(True, c.alive(t.channel))
    t.send(False, c.alive(t.channel, False))
    app = c.tag(0x10, b"Application\0")
    for number in (0x01, 0x14, 0x11, 0x05):
        t.ask(2, number, app, c.tag(1, b"\0\0"))
    load = c.service(2, 0x05, b"x" * 480, size=900)
    t.data(True, load, size=916)
    t.data(True, b"y" * 420, first=False)
    t.data(False, c.service(2, 0x05, c.tag(1, b"\0\0"), answer=True))
    for number in (0x23, 0x10, 0x12, 0x02):
        t.ask(2, number, app, c.tag(1, b"\0\0"))
    for number in (0x01, 0x02, 0x04, 0x08, 0x05, 0x07, 0x08, 0x0C, 0x0E):
        t.ask(8, number, c.tag(1, b"a.app\0"), c.tag(1, b"\0"))
    t.ask(9, 5).ask(9, 6).ask(0x1B, 1).ask(0x1B, 2).ask(0x0F, 7).ask(5, 1)
    t.ask(0x0C, 1).ask(0x11, 1, c.tag(1, b"?")).ask(0x7F, 9)
    t.ask(2, 0x77).ask(1, 4, left=12).ask(1, 3, b"", None)
    t.data(True, c.service(1, 1, b"secret", magic=0x7557))
    t.send(True, c.close(t.channel))
    t.send(True, b"\x99\0\1\1")
    t.flow.close()
    u = Udp(path, port=1740, cport=1741, t=t.flow.t)
    u.req(c.datagram(1, b"\0\0\0\0")).rsp(c.datagram(2, b"\0\0\0\0"))
    v = Talk(u, tcp=False, channel=9).open()
    v.ask(2, 0x11, app, c.tag(1, b"\0\0"))
    return path.cap


@case("codesys/violations")
def violations():
    """Headers that end too early, in every layer; names that are longer than
    what is there; lengths that are none, noise, a good frame behind each; on
    odd ports, and what is not CODESYS there."""
    path = Path()
    t = Talk(Tcp(path, port=11740).open()).open()
    flow = t.flow

    def good():
        t.ask(2, 0x14)

    good()
    t.send(True, b"\1").send(True, b"\1\x81\1\0").send(True, b"\2\x80\1")
    t.send(False, b"\x83\0\1\1\0\0").send(True, b"\xc3\0\1\1\0")
    t.send(True, b"\xc4\0\1").send(True, b"")
    good()
    t.data(True, c.service(2, 0x14)[:10])
    flow.req(c.tcp(c.datagram(3, b"\2\xc2\0")))
    flow.rsp(c.tcp(c.datagram(4, c.name(c.NODE, 1, c.node(
        "NODE", "DEVICE", "VENDOR")[:-20]))))
    good()
    flow.req(c.tcp(c.datagram(0x40, b""), length=9))
    good()
    flow.req(c.tcp(b"\xc4" + bytes(20)))
    good()
    flow.req(b"\0\1\x17noise" + c.tcp(c.datagram(0x40, c.alive(t.channel))))
    good()
    flow.close()
    odd = Talk(Tcp(path, port=20001, t=flow.t).open()).open()
    odd.flow.close()
    one = Udp(path, port=20002, server=host(21), t=odd.flow.t)
    one.req(c.datagram(3, c.name(0xC202, 2)))
    one.rsp(c.datagram(4, c.name(c.NODE, 2, c.node("N", "D", "V"))))
    other = Udp(path, port=20003, server=host(22), cport=49156, t=one.t)
    other.req(c.datagram(1, b"\0\0\0\0"), b"\xc5" + bytes(30))
    more = Tcp(path, port=1200, server=host(23), t=other.t).open()
    more.req(b"\xbb\xbb\2\0\0\0\x51\x10").rsp(b"\xbb\xbb\1\0\0\0\2")
    more.close()
    return path.cap

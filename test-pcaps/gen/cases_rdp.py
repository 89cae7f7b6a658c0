"""cases_rdp: remote desktops, and who opens them."""

import rdp as r
import tls
from cases import case
from talk import Path, Tcp, host


def desk(last, n, server=20, port=3389):
    """The n-th connection, behind the last one."""
    return Tcp(last.path if last else Path(), client=host(10 + n),
               server=host(server + n), port=port, cport=40000 + n,
               **({"t": last.t} if last else {})).open()


def channels(t, *numbers):
    t.req(r.ERECT + r.ATTACH).rsp(r.ATTACHED)
    for n in numbers:
        t.req(r.join(n)).rsp(r.joined(n))


def begins_tls(t, name):
    own = tls.certificate(tls.name(CN=name), tls.name(CN=name),
                          "230601000000Z", "231201000000Z")
    t.req(tls.handshake(tls.client_hello(tls.sni(b"hist1.plant.example")),
                        version=0x0301))
    t.rsp(tls.handshake(tls.server_hello(0xC02F), tls.certificates(own),
                        tls.message(14, b"")))
    t.req(tls.handshake(tls.message(16, bytes(66))) + tls.CHANGE +
          tls.record(22, bytes(40)))
    t.rsp(tls.CHANGE + tls.record(22, bytes(40)), tls.record(23, bytes(900)))


@case("rdp/sessions")
def sessions():
    """Log-in at the network's level, with the TLS behind it: hellos, the
    certificate; the same without it, credentials kept back, a token for a load
    balancer, in two segments; what the server refuses; RDP's own security:
    the settings of both ends, channels, keys, an encrypted log-in; a log-in in
    the clear, of an old client, too; a client whose build proves nothing; on
    another port; TLS that is refused."""
    t = desk(None, 0)
    t.req(r.request(r.user(b"operator1"), r.TLS | r.NLA | r.EXTENDED))
    t.rsp(r.confirm(r.EXTENDED))
    begins_tls(t, "HIST1")
    t.close()

    u = desk(t, 1)
    ask = r.request(b"Cookie: msts=3640205228.15629.0000\r\n", r.TLS, 1)
    u.req(ask[:30], ask[30:]).rsp(r.confirm(r.TLS))
    u.req(tls.handshake(tls.client_hello(tls.versions(0x0304)),
                        version=0x0301))
    u.rsp(tls.handshake(tls.server_hello(0x1301, tls.ext(43, b"\3\4"))) +
          tls.CHANGE + tls.record(23, bytes(900))).close()

    f = desk(u, 2)
    f.req(r.request(r.user(b"scan"), 0)).rsp(r.confirm(failure=5)).close()

    o = desk(f, 3)
    o.req(r.request(r.user(b"hmi"))).rsp(r.confirm())
    o.req(r.initial(r.core("ENG-LAPTOP7", 7601, 0x80004,
                           product="55274-640-1234567-23001"),
                    r.security(0x1B), r.net(b"rdpdr", b"rdpsnd", b"cliprdr")))
    o.rsp(r.response(2, 2))
    channels(o, 1007, 1003, 1004)
    o.req(r.send(1, bytes(72)), r.send(0x48, bytes(300)))
    o.rsp(r.send(0x80, bytes(200), 0x68), r.send(0x08, bytes(400), 0x68))
    o.close()

    c = desk(o, 4)
    c.req(r.request(r.user(b"PLANT\\hmi"))).rsp(r.confirm())
    c.req(r.initial(r.core("PANEL-PC", 2600, 0x80001, (800, 600), 0x409),
                    r.security(0)))
    c.rsp(r.response(0, 0))
    channels(c, 1003)
    c.req(r.send(0x40, r.info("hmi", "secret", "PLANT", "C:\\scada\\view.exe",
                              "192.168.7.4")))
    c.close()

    w = desk(c, 5)
    w.req(r.request()).rsp(r.confirm())
    w.req(r.initial(r.core("W\u00fcrzburg", 19045, 0x80011), r.security(3),
                    r.net(b"drdynvc")))
    w.rsp(r.response(0, 0))
    w.req(r.ERECT + r.ATTACH).rsp(r.ATTACHED)
    w.req(r.join(1003)).rsp(r.joined(1003, True))
    w.req(r.send(0x40, r.info("guest", wide=False)), r.LEAVE)
    w.close()

    p = desk(w, 6, port=33890)
    p.req(r.request(r.user(b"vendor"), r.TLS | r.NLA))
    p.rsp(r.confirm(r.NLA))
    p.req(tls.handshake(tls.client_hello(), version=0x0301))
    p.rsp(tls.alert(2, 40)).close()

    q = desk(p, 7)
    q.req(r.request(b"", r.ENTRA | r.RDSTLS)).rsp(r.confirm(failure=99))
    q.close()
    return q.path.cap


@case("rdp/violations")
def violations():
    """A negotiation of another length, a reference to nobody, both answered;
    settings whose blocks or envelopes end too late, one without its main
    block; channels that end too early; a log-in whose texts are longer than
    it; noise behind a connection that was agreed on; a result of no; a good PDU
    behind each.  On its port a bare request, elsewhere a connection of
    MMS."""
    t = desk(None, 0)
    bad = r.x224(0xE0, r.user(b"hmi") + b"\1\0\7\0\0\0\0\0")
    t.req(bad, r.request(r.user(b"hmi"), 0)).rsp(r.confirm(0))
    t.rsp(r.x224(0xD0, b"\2\0\7\0\0\0\0\0", src=7))
    broken = r.core("ENG", 7601)
    t.req(r.initial(broken[:-1]))
    t.req(r.initial(r.security(3)))
    t.req(r.initial(r.core("ENG", 7601), b"\2\xc0\3\0"))
    t.req(r.initial(r.core("ENG", 7601)).replace(b"Duca", b"Luca"))
    t.req(r.initial(r.core("ENG", 7601), r.security(3)))
    t.rsp(r.response(2, 2, 14))
    t.req(r.ATTACH).rsp(r.data(b"\x2e"), r.ATTACHED)
    t.req(r.data(b"\x38\0\6\3"), r.join(1003)).rsp(r.joined(1003))
    t.req(r.data(b"\x7c\0"), r.data(b"\x64\0\6\3\xeb\x70\2\0\0"))
    t.req(b"\xffnoise" + r.join(1004)).rsp(r.joined(1004))
    t.req(r.send(0x40, r.info("hmi", "x" * 10)[:24]))
    t.close()

    u = desk(t, 1)
    u.req(r.x224(0xE0, b"", dst=3), r.request()).rsp(r.confirm()).close()

    m = desk(u, 2, port=1020)
    m.req(r.x224(0xE0, bytes.fromhex("c1020000c2020001c0010a"), src=1))
    m.rsp(r.x224(0xD0, bytes.fromhex("c1020000c2020001c0010a"), 1, 2)).close()

    n = desk(m, 3)
    n.req(r.request(r.user(b"late"), r.TLS)).rsp(r.confirm(r.TLS))
    n.req(b"GET / HTTP/1.1\r\n\r\n").close()
    return n.path.cap

"""cases_tls: handshakes with the devices of a plant."""

import tls
from cases import case
from talk import Path, Tcp, host

# Captures begin on 2023-11-14.
PLC = tls.name(C="DE", O="Example Automation", CN="PLC-1500 pump 3",
               serialNumber="S C-X4U421302009")
CA = tls.name(O="Example CA", CN="Plant CA 1")
HMI = tls.name(CN="hmi2.plant.example")


def data(n):
    return tls.record(23, bytes(n))


@case("tls/handshakes")
def handshakes():
    """TLS 1.2 with a PLC whose certificate is its own and has expired, then
    data; TLS 1.3 with a retry, early records of change; 1.0 at the Modbus
    security port with an old cipher, a certificate in three records, one asked
    of the client, who sends it; a client that does not know who issued it; a
    session that goes on; one whose beginning was not seen."""
    t = Tcp(Path(), port=443).open()
    own = tls.certificate(PLC, PLC, "180101000000Z", "230101000000Z",
                          key=tls.rsa(1024), sign=tls.SHA1_RSA)
    t.req(tls.handshake(tls.client_hello(tls.sni(b"plc7.plant.example"),
          tls.alpn(b"h2", b"http/1.1")), version=0x0301))
    t.rsp(tls.handshake(tls.server_hello(0xC02F, tls.alpn(b"http/1.1")),
          tls.certificates(own), tls.message(12, bytes(90)),
          tls.message(14, b"")))
    t.req(tls.handshake(tls.message(16, bytes(66))) + tls.CHANGE +
          tls.record(22, bytes(40)))
    t.rsp(tls.CHANGE + tls.record(22, bytes(40)), data(3000)).close()

    u = Tcp(t.path, client=host(11), server=host(21), port=8443, cport=40002,
            t=t.t).open()
    offer = tls.client_hello(tls.sni(b"10.0.0.21"), tls.versions(
        0x8A8A, 0x0304, 0x0303), ciphers=(0x8A8A, 0x1301))
    u.req(tls.handshake(offer, version=0x0301))
    u.rsp(tls.handshake(tls.server_hello(0x1301, tls.ext(43, b"\3\4"),
                                         random=tls.RETRY)) + tls.CHANGE)
    u.req(tls.CHANGE + tls.handshake(offer))
    u.rsp(tls.handshake(tls.server_hello(0x1301, tls.ext(43, b"\3\4"))) +
          tls.CHANGE + data(900)).req(data(60)).close()

    m = Tcp(t.path, client=host(12), server=host(22), port=802, cport=40003,
            t=u.t).open()
    m.req(tls.handshake(tls.client_hello(version=0x0301, ciphers=(5, 10)),
                        version=0x0301))
    m.rsp(tls.handshake(tls.server_hello(0x0005, version=0x0301),
          tls.certificates(tls.certificate(
              tls.name(CN="*.plant.example"), CA, "230101000000Z",
              "20990101000000Z", names=("*.plant.example",
                                        "gw4.plant.example")),
              tls.certificate(CA, CA, "230101000000Z", "330101000000Z")),
          tls.message(13, bytes(6)), tls.message(14, b""),
          version=0x0301, size=600))
    m.req(tls.handshake(tls.certificates(tls.certificate(
        HMI, CA, "240101000000Z", "250101000000Z", key=tls.ec(),
        sign=tls.SHA256_EC)), tls.message(16, bytes(66)), version=0x0301))
    m.req(tls.CHANGE + tls.record(22, bytes(40))).rsp(tls.CHANGE).close()

    f = Tcp(t.path, client=host(12), server=host(23), port=40443, cport=40004,
            t=m.t).open()
    f.req(tls.handshake(tls.client_hello(), version=0x0301))
    f.rsp(tls.handshake(tls.server_hello(0x009C), tls.certificates(
        tls.certificate(tls.name(CN="10.0.0.23", serialNumber="HRB 1",
                                 category="Private"), CA, "230101000000Z",
                        "99991231235959Z"))))
    f.req(tls.alert(2, 48)).close()

    r = Tcp(t.path, client=host(12), server=host(20), port=443, cport=40005,
            t=f.t).open()
    r.req(tls.handshake(tls.client_hello()))
    r.rsp(tls.handshake(tls.server_hello(0xC0AE)) + tls.CHANGE + data(40))
    r.close()
    x = Tcp(t.path, client=host(13), server=host(20), port=443, cport=40006,
            t=r.t)
    x.req(data(200)).rsp(data(900)).req(data(10))
    return t.path.cap


@case("tls/violations")
def violations():
    """Hellos that end inside one of their parts, a certificate that does, an
    empty one; records with nothing in them and none at all, a good one behind;
    what only looks like TLS."""
    t = Tcp(Path(), port=443).open()
    good = tls.client_hello(tls.sni(b"plc7"))
    t.req(tls.handshake(good))
    for cut in (30, 20, 4, 1):
        t.req(tls.handshake(tls.message(1, good[4:-cut])))
    t.req(tls.record(22, b""), b"\x16\x03\x09 no record", tls.handshake(good))
    hello = tls.server_hello(0xC02F)
    t.rsp(tls.handshake(tls.message(2, hello[4:-2])))
    own = tls.certificate(PLC, CA, "230101000000Z", "330101000000Z")
    for body in (own[:100], b"", own[:4] + b"\xff" * 200):
        t.rsp(tls.handshake(tls.certificates(body)))
    t.rsp(tls.handshake(tls.message(11, b"\0\0\0")),
          tls.handshake(tls.message(11, b"\0\0\7\0\0\7")))
    t.rsp(tls.handshake(hello)).close()
    u = Tcp(t.path, client=host(11), port=5000, cport=40002, t=t.t).open()
    u.req(tls.record(23, bytes(20)), b"\x16\x03\x01\0\5hello").close()
    return t.path.cap

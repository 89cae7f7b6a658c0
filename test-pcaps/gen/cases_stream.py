"""cases_stream: Modbus over TCP streams in every state of health.

Normative: RFC 9293.  The PDUs are plain reads, so that what changes from
capture to capture is the transport alone.
"""

import mb
from cases import case
from cases_modbus import connection
from talk import Path, Tcp, CLIENT6, SERVER6
from wire import ACK, FIN, MS, PSH, RST, S


def ask(n, qty=2):
    return mb.tcp(n, 1, mb.read(3, n, qty))


def answer(n, qty=2):
    return mb.tcp(n, 1, mb.read_regs_rsp(3, [n + i for i in range(qty)]))


def exchanges(t, first, count):
    for n in range(first, first + count):
        t.req(ask(n)).rsp(answer(n))
    return t


@case("stream/packed")
def packed():
    """Several PDUs in a segment, in both directions, up to a full one."""
    t = connection()
    for count in (2, 3, 10, 100):
        t.req(b"".join(ask(n) for n in range(count)))
        t.rsp(b"".join(answer(n) for n in range(count)))
    return t.close().path.cap


@case("stream/split")
def split():
    """PDUs across segments: cut at every byte of the header and of the PDU,
    and a stream of 40 PDUs in segments of 7 and of 100 bytes."""
    t = connection()
    for cut in range(1, 12):
        t.send("c", ask(cut)[:cut]).send("c", ask(cut)[cut:])
        t.send("s", answer(cut)[:cut]).send("s", answer(cut)[cut:])
    t.send("c", b"".join(ask(n, 100) for n in range(20)), size=7)
    t.send("s", b"".join(answer(n, 100) for n in range(20)), size=100)
    return t.close().path.cap


@case("stream/bytewise")
def bytewise():
    """One byte a segment, both directions taking turns byte by byte."""
    t = connection(delay=MS)
    a, b = b"".join(map(ask, range(5))), b"".join(map(answer, range(5)))
    for i in range(max(len(a), len(b))):
        if i < len(a):
            t.send("c", a[i:i + 1])
        if i >= 12 and i - 12 < len(b):
            t.send("s", b[i - 12:i - 11])
    t.send("s", b[max(len(a), len(b)) - 12:])
    return t.close().path.cap


@case("stream/retransmit")
def retransmit():
    """Whole segments again after 3 ms, 250 ms and 3 s, with the
    acknowledged data growing (a retransmission that carries more)."""
    t = exchanges(connection(), 1, 3)
    for n, wait in ((10, 3 * MS), (11, 250 * MS), (12, 3 * S)):
        q = t.make("c", ask(n))
        t.emit(q).wait(wait).emit(q)
        r = t.make("s", answer(n))
        t.emit(r).wait(wait).emit(r, r)
    q = t.make("c", ask(20))
    t.emit(q)
    more = t.make("c", ask(21))
    q.data += more.data
    t.wait(200 * MS).emit(q).rsp(answer(20), answer(21))
    return exchanges(t, 30, 3).close().path.cap


@case("stream/overlap")
def overlap():
    """Segments that overlap what is there: from the left, inside, and with
    other bytes at the same place (the first ones count)."""
    t = exchanges(connection(), 1, 3)
    base = t.next["c"]
    data = b"".join(ask(n) for n in range(10, 14))
    s = t.make("c", data)
    s.data = data[:18]
    t.emit(s)
    s.seq, s.data = base + 12, data[12:30]
    t.emit(s)
    s.seq, s.data = base + 6, data[6:20]
    t.emit(s)
    s.seq, s.data = base + 30, data[30:]
    t.emit(s)
    t.rsp(*map(answer, range(10, 14)))
    q = t.make("c", ask(20))
    t.emit(q)
    q.data = mb.tcp(20, 9, mb.write_reg(666, 666))
    t.emit(q).rsp(answer(20))
    return exchanges(t, 30, 3).close().path.cap


@case("stream/reorder")
def reorder():
    """Segments out of order: two swapped, five reversed, a PDU's halves
    swapped, the reply seen before its request, an acknowledgement between
    two swapped requests, a request 7 segments later."""
    t = exchanges(connection(), 1, 3)
    a, b = t.make("c", ask(10)), t.make("c", ask(11))
    t.emit(b, a).rsp(answer(10), answer(11))
    five = [t.make("c", ask(n)) for n in range(20, 25)]
    t.emit(*reversed(five)).rsp(*map(answer, range(20, 25)))
    a, b = t.make("c", ask(30)[:5]), t.make("c", ask(30)[5:])
    t.emit(b, a).rsp(answer(30))
    q = t.make("c", ask(40))
    t.rsp(answer(40)).emit(q)
    a, b = t.make("c", ask(45)), t.make("c", ask(46))
    t.emit(b, t.make("s"), a).rsp(answer(45), answer(46))
    late = t.make("c", ask(50))
    exchanges(t.rsp(answer(50)), 51, 3).emit(late)
    return exchanges(t, 100, 3).close().path.cap


@case("stream/late")
def late():
    """A request 160 ms after its reply, with forty exchanges between; then
    one that never comes: those behind it do not wait for ever."""
    t = exchanges(connection(), 1, 3)
    q = t.make("c", ask(50))
    exchanges(t.rsp(answer(50)), 51, 40).emit(q)
    t.lose("c", ask(100)).rsp(answer(100))
    exchanges(t, 101, 3).wait(S)
    return exchanges(t, 110, 3).close().path.cap


@case("stream/loss")
def loss():
    """Bytes that the capture missed: a whole reply, half a PDU, the first
    half of a PDU of which the second is there, 300 exchanges, the end."""
    t = exchanges(connection(acks=True), 1, 3)
    t.req(ask(10)).lose("s", answer(10)).wait(S)
    exchanges(t, 11, 3)
    t.lose("c", ask(20)[:6]).send("c", ask(20)[6:]).rsp(answer(20)).wait(S)
    exchanges(t, 21, 3)
    t.send("c", ask(30)[:6]).lose("c", ask(30)[6:]).rsp(answer(30)).wait(S)
    exchanges(t, 31, 3)
    for n in range(300):
        t.lose("c", ask(n)).lose("s", answer(n))
    t.wait(20 * S)
    exchanges(t, 400, 5)
    t.send("c", ask(500)[:9])
    return t.reset("c").path.cap


@case("stream/wrap")
def wrap():
    """Sequence numbers pass 2^32 on both sides, the client's in the middle
    of a PDU; later again out of order across the wrap."""
    t = connection(isn=(2**32 - 20, 2**32 - 31))
    exchanges(t, 1, 5)
    path = t.close().path
    u = Tcp(path, cport=49153, t=t.t + S, isn=(2**32 - 15, 2**32 - 40)).open()
    a, b = u.make("c", ask(10)), u.make("c", ask(11))
    u.emit(b, a).rsp(answer(10), answer(11))
    return exchanges(u, 20, 3).close().path.cap


@case("stream/midstream")
def midstream():
    """Three connections without their beginning: seen from a request on,
    from a reply on, and from the middle of a PDU on."""
    path = Path()
    exchanges(Tcp(path, cport=50001), 1, 10).close()
    t = Tcp(path, cport=50002, t=1_700_000_001 * S)
    exchanges(t.rsp(answer(99)), 1, 10).close()
    t = Tcp(path, cport=50003, t=1_700_000_002 * S)
    t.send("s", answer(99, 60)[50:])
    exchanges(t, 1, 10)
    return path.cap


@case("stream/oneway_requests")
def oneway_requests():
    """A mirror that shows one direction only: requests, from mid-stream."""
    t = Tcp(Path())
    for n in range(20):
        t.req(ask(n)).lose("s", answer(n))
    return t.path.cap


@case("stream/oneway_replies")
def oneway_replies():
    """The other direction only: replies, from mid-stream."""
    t = Tcp(Path())
    for n in range(20):
        t.lose("c", ask(n)).rsp(answer(n))
    return t.path.cap


@case("stream/resets")
def resets():
    """Connections cut short: reset by the server with a request open, by
    the client, refused, reset with data behind it, and the same ports used
    again at once with other sequence numbers."""
    path = Path()
    t = exchanges(Tcp(path, cport=50001).open(), 1, 2)
    t.req(ask(3)).reset("s")
    t = exchanges(Tcp(path, cport=50001, t=t.t + MS,
                      isn=(70_000, 2_000_000)).open(), 1, 2)
    t.reset("c")
    u = Tcp(path, cport=50002, t=t.t)
    u.emit(u.make("c", flags=2)).reset("s")
    v = exchanges(Tcp(path, cport=50003, t=u.t).open(), 1, 2)
    v.emit(v.make("s", b"reset with text", flags=RST | ACK))
    w = exchanges(Tcp(path, cport=50001, t=v.t, isn=(5, 6)).open(), 1, 2)
    w.emit(w.make("c", ask(7), flags=FIN | ACK | PSH))
    w.rsp(answer(7)).emit(w.make("s", flags=FIN | ACK))
    return path.cap


@case("stream/keepalive")
def keepalive():
    """Keep-alives with and without their garbage byte, zero windows and
    probes, a window update, duplicate acknowledgements."""
    t = exchanges(connection(), 1, 2)
    for _ in range(3):
        k = t.make("c")
        k.seq -= 1
        t.wait(10 * S).emit(k)
        t.emit(t.make("s"))
        k.data = b"\0"
        t.wait(10 * S).emit(k)
        t.emit(t.make("s"), t.make("s"))
    return exchanges(t, 10, 3).close().path.cap


@case("stream/duplicates")
def duplicates():
    """A mirror port that copies ingress and egress: every frame twice,
    3 us apart, the second with the TTL one less and other MACs, as behind a
    router; one real retransmission among them."""
    path = Path()
    t = exchanges(Tcp(path).open(), 1, 8)
    q = t.make("c", ask(50))
    t.emit(q).wait(300 * MS).emit(q).rsp(answer(50))
    t.close()
    for f in list(path.cap.frames):
        data = bytearray(f.data)
        data[0:6], data[6:12] = b"\2\0\0\0\xee\2", b"\2\0\0\0\xee\1"
        data[22] -= 1                               # TTL
        total = int.from_bytes(data[24:26], "big") + 0x0100
        data[24:26] = ((total & 0xFFFF) + (total >> 16)).to_bytes(2, "big")
        path.cap.add(f.ts + 3000, bytes(data))
    return path.cap


@case("stream/ip6")
def ip6():
    """The same over IPv6."""
    t = Tcp(Path(), CLIENT6, SERVER6).open()
    return exchanges(t, 1, 10).close().path.cap


@case("stream/scan")
def scan():
    """One station opens and resets 300 connections to port 502 of 50
    addresses, three answer, one of them with Modbus."""
    from talk import host
    path = Path()
    ts = 1_700_000_000 * S
    for n in range(300):
        t = Tcp(path, client=host(10), server=host(100 + n % 50),
                cport=20000 + n, t=ts + n * 5 * MS, delay=100_000)
        if n % 50 in (7, 8, 9):
            t.open()
            if n % 50 == 7:
                t.req(mb.tcp(0, 255, mb.device_id(1)))
                t.rsp(mb.tcp(0, 255, mb.exc(43, 1)))
            t.reset("c")
        else:
            t.emit(t.make("c", flags=2))
    return path.cap

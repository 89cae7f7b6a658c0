"""cases_iec104: what control centres and substations say to each other."""

import struct

import iec104 as t
from cases import case
from talk import Path, Tcp


class Talk:
    """A controlling and a controlled station; each counts what it sends."""

    def __init__(self, port=2404):
        self.tcp = Tcp(Path(), port=port).open()
        self.sent = {"c": 0, "s": 0}
        self.tcp.req(t.u(t.START)).rsp(t.u(t.START_OK))

    def send(self, side, *asdus):
        for one in asdus:
            other = self.tcp.other(side)
            self.tcp.send(side, t.i(self.sent[side], self.sent[other], one))
            self.sent[side] += 1
        return self

    def command(self, kind, element, at=0, station=47, term=True, **kw):
        """Activated, confirmed and terminated."""
        for side, cause in (("c", 6), ("s", 7), ("s", 10))[:2 + term]:
            self.send(side, t.asdu(kind, cause, [(at, element)], station,
                                   **kw))
        return self

    def done(self):
        self.tcp.close()
        return self.tcp.path.cap


@case("iec104/points")
def points():
    """A station that starts, is interrogated and reports: points, steps,
    strings of bits, measured values, counters, with and without times, in a
    sequence; qualities; protection; one point read; tests both ways; a second
    station behind the same end."""
    talk = Talk()
    talk.send("s", t.asdu(70, 4, [(0, b"\2")]))
    talk.command(100, b"\x14", term=False)
    talk.send("s", t.asdu(1, 20, [(101, b"\1"), (102, b"\0"), (104, b"\x81")]),
              t.asdu(3, 20, [(201, b"\2"), (0, b"\x51")], sequence=True),
              t.asdu(5, 20, [(301, b"\x7d\0")]),
              t.asdu(7, 20, [(401, struct.pack("<IB", 0xC0FFEE, 0))]))
    talk.send("s", t.asdu(100, 10, [(0, b"\x14")]))
    talk.tcp.req(t.s(7))
    real = struct.pack("<fB", 21.3, 0)
    talk.send("s", t.asdu(9, 3, [(501, struct.pack("<hB", -16384, 1))]),
              t.asdu(11, 3, [(502, struct.pack("<hB", -1500, 0x10))]),
              t.asdu(13, 3, [(503, real), (0, real)], sequence=True),
              t.asdu(21, 1, [(505, struct.pack("<h", 8192))]),
              t.asdu(36, 3, [(506, real + t.TIME)]),
              t.asdu(10, 3, [(507, struct.pack("<hB", 1, 0) + t.SHORT_TIME)]),
              t.asdu(30, 3, [(103, b"\1" + t.TIME)]),
              t.asdu(31, 3, [(203, b"\1" + t.TIME[:2] + b"\x89" +
                              t.TIME[3:])]),
              t.asdu(38, 3, [(601, b"\2\5\0" + t.TIME)]),
              t.asdu(13, 3, [(503, struct.pack("<fB", 22.5, 0))], 48))
    talk.send("s", t.asdu(20, 20, [(701, b"\1\0\1\0\0")]))
    talk.command(101, b"\x05", term=False)
    talk.send("s", t.asdu(15, 37, [(801, struct.pack("<iB", 123456, 3))]),
              t.asdu(101, 10, [(0, b"\x05")]))
    talk.send("c", t.asdu(102, 5, [(503, b"")]))
    talk.send("s", t.asdu(13, 5, [(503, real)]))
    talk.send("c", t.asdu(102, 5, [(999, b"")]))
    talk.send("s", t.asdu(102, 47 | 0x40, [(999, b"")]))
    talk.tcp.rsp(t.u(t.TEST)).req(t.u(t.TEST_OK))
    talk.tcp.req(t.u(t.TEST)).rsp(t.u(t.TEST_OK))
    talk.tcp.req(t.u(t.STOP)).rsp(t.u(t.STOP_OK))
    return talk.done()


@case("iec104/commands")
def commands():
    """Selected and executed, refused, undone, only tested; set points; the
    clock, counters frozen, a reset, parameters, a file; of all stations at
    once; on an odd port."""
    talk = Talk(port=20104)
    talk.command(45, b"\x81", 1001, term=False, originator=3)
    talk.command(45, b"\1", 1001)
    talk.command(46, b"\x06", 1002)
    talk.command(47, b"\2", 1003)
    talk.command(48, struct.pack("<hB", 16384, 0), 1004)
    talk.command(49, struct.pack("<hB", -20, 0), 1005)
    talk.command(50, struct.pack("<fB", 48.75, 0x80), 1006, term=False)
    talk.command(63, struct.pack("<fB", 48.75, 0) + t.TIME, 1006)
    talk.command(51, struct.pack("<I", 5), 1007)
    talk.send("c", t.asdu(46, 6, [(1002, b"\x81")]))
    talk.send("s", t.asdu(46, 7 | 0x40, [(1002, b"\x81")]))
    talk.send("c", t.asdu(45, 6, [(9999, b"\1")]))
    talk.send("s", t.asdu(45, 47 | 0x40, [(9999, b"\1")]))
    talk.send("c", t.asdu(45, 8, [(1001, b"\x81")]))
    talk.send("s", t.asdu(45, 9, [(1001, b"\x81")]))
    talk.send("c", t.asdu(45, 0x86, [(1001, b"\1")]))
    talk.send("s", t.asdu(45, 0x87, [(1001, b"\1")]))
    talk.command(103, t.TIME, station=0xFFFF, term=False)
    talk.command(101, b"\x45", term=False)
    talk.command(105, b"\1", term=False)
    talk.command(110, struct.pack("<hB", 100, 1), 501, term=False)
    talk.command(112, struct.pack("<fB", 0.5, 3), 503, term=False)
    talk.command(113, b"\1", 501, term=False)
    talk.send("c", t.asdu(122, 13, [(0, b"\1\0\0\1")]))
    talk.send("s", t.asdu(120, 13, [(0, b"\1\0\x20\0\0\0")]),
              t.asdu(121, 13, [(0, b"\1\0\1\x20\0\0\0")]),
              t.asdu(125, 13, [(0, b"\1\0\1\4" + b"ABCD")]),
              t.asdu(123, 13, [(0, b"\1\0\1\3\x0a")]))
    talk.send("c", t.asdu(124, 13, [(0, b"\1\0\1\3")]))
    return talk.done()


@case("iec104/violations")
def violations():
    """Frames of no format, too short and too long; objects that are not what
    the length says, none at all; no cause, no station, a type that is not;
    noise between frames, a good one behind each."""
    talk = Talk()
    good = t.asdu(13, 3, [(503, struct.pack("<fB", 21.3, 0))])
    talk.send("s", good, t.asdu(13, 3, [(503, b"\0" * 5)], count=2), good,
              t.asdu(1, 3, [(1, b"\0\0")]), good, t.asdu(1, 3, []), good,
              t.asdu(1, 0, [(1, b"\0")]), good,
              t.asdu(1, 3, [(1, b"\0")], 0), good,
              t.asdu(200, 3, [(1, b"\0")]), good)
    talk.tcp.rsp(t.frame(b"\3\0\0\0"), t.frame(b"\7\0\1\0"),
                 t.frame(b"\1\0\0\0", good), t.frame(b"\0\0\0\0"))
    talk.tcp.rsp(b"\x68\3\0\0\0", t.s(1), b"\x68\xfe\0\0\0\0", t.s(2))
    talk.tcp.rsp(b"\x67\x68\x68", t.s(3))
    return talk.done()

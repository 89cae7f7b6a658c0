"""cases_goose: what publishers of IEC 61850 say to everybody."""

import goose as g
import mms as m
from capfile import Capture, T0
from cases import case
from talk import host
from wire import MS

IED, OTHER = host(31), host(32)
ON, OFF = m.boolean(True), m.boolean(False)


class Wire:
    """Frames, four milliseconds apart."""

    def __init__(self, snaplen=262144):
        self.cap, self.t = Capture(snaplen=snaplen), T0

    def send(self, src, body, **how):
        self.cap.add(self.t, g.frame(src, body, **how))
        self.t += 4 * MS
        return self


@case("goose/publish")
def publish():
    """Two publishers, one tagged: a state that is repeated, the next one, a
    restart, numbers that begin anew at their end; a test, by either mark of
    it, and its end; one that needs commissioning; values of each type; two
    control blocks to one address."""
    w = Wire()
    for n in range(3):
        w.send(IED, g.message(state=5, seq=n, values=(ON, OFF)))
    w.send(IED, g.message(state=6, values=(OFF, OFF)))
    w.send(IED, g.message(state=1, values=(OFF, OFF)))
    w.send(IED, g.message(state=0xFFFFFFFF, values=(OFF, OFF)))
    w.send(IED, g.message(state=1, values=(ON, OFF)))
    w.send(IED, g.message(state=1, seq=1, values=(ON, OFF), test=True))
    w.send(IED, g.message(state=1, seq=2, values=(ON, OFF)), reserved=0x8000)
    w.send(IED, g.message(state=1, seq=3, values=(ON, OFF)))
    w.send(IED, g.message(state=1, seq=4, values=(ON, OFF), commission=True,
                          revision=2))
    many = dict(ref="simpleIOGenericIO/LLN0$GO$gcbAnalog", values=(
        m.real(21.3), m.number(0x85, -5), m.bits("0000000000000"),
        m.utc(1767225600, 0x400000), m.structure(ON, m.bits("00")),
        m.visible("open"), m.number(0x86, 7)))
    w.send(OTHER, g.message(**many), vid=100, appid=0x0003)
    w.send(OTHER, g.message(seq=1, **many), vid=100, appid=0x0003)
    w.send(OTHER, g.message(ref="simpleIOGenericIO/LLN0$GO$gcbTrip",
                            values=(ON,)), vid=100, appid=0x8001)
    return w.cap


@case("goose/violations")
def violations():
    """Lengths that are not the message's, an APPID of sampled values, a
    message that ends inside, without what each one has, with values that are
    none, and fewer than it says; a good one behind each; a cut one; what is no
    GOOSE under its ethertype."""
    w = Wire()
    n = 0

    def good():
        nonlocal n
        n += 1
        w.send(IED, g.message(state=n, values=(ON,)))

    good()
    w.send(IED, g.message(state=50, values=(ON,)), length=20)
    w.send(IED, g.message(state=51, values=(ON,)), length=1400)
    good()
    w.send(IED, g.message(state=52, values=(ON,)), appid=0x4001)
    good()
    w.send(IED, b"\x61\x81\xff" + g.message(values=(ON,))[3:])
    w.send(IED, g.message(values=(ON,))[:-1] + b"\x7f")
    for tag in (0x80, 0x85, 0xAB):
        w.send(IED, g.message(values=(ON,), drop=(tag,)))
    good()
    w.send(IED, g.message(values=(b"\x83\0",)))
    w.send(IED, g.message(values=(ON,), t=b"\1\2\3"))
    w.send(IED, g.message(values=(ON,), entries=4))
    good()
    w.send(OTHER, b"\x62\3\1\2\3")
    return w.cap


@case("goose/short")
def short():
    """Messages of which the capture has 90 bytes."""
    w = Wire(snaplen=90)
    w.send(IED, g.message(state=7, values=(ON, OFF)))
    w.send(IED, g.message(state=7, seq=1, values=(ON, OFF)))
    return w.cap

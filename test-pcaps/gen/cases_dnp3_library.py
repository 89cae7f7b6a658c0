"""cases_dnp3_library: the object library, and what objects have to say."""

import struct

import dn
from cases import case
from cases_dnp3 import tcp


@case("dnp3/activation")
def activation():
    """Configurations that are activated: at once, after a while, one of two
    files that fails, a failure without a word, and one that is refused."""
    t = tcp()
    files = dn.sized(70, 8, b"points.xml"), dn.sized(70, 8, b"comms.xml")
    t.ask(31, files[0], dn.counted(91, 1, dn.activation(0, (0, b""))))
    t.ask(31, files[0], dn.counted(91, 1, dn.activation(
        2000, (0, b"points.xml"))))
    t.ask(31, files[0] + files[1], dn.counted(91, 1, dn.activation(
        0, (0, b"points.xml"), (1, b"comms.xml: line 12"))))
    t.ask(31, files[1], dn.sized(91, 1, dn.activation(0, (1, b""))))
    t.ask(31, files[1], b"", iin=0x0400)
    return t.done()

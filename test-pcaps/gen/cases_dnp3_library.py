"""cases_dnp3_library: the object library, and what objects have to say."""

import struct

import dn
from cases import case
from cases_dnp3 import element, tcp


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


ON, Q, NO = b"\x81", b"\x01", b"\0"
I32, I16, F32, F64 = (struct.pack(x, v) for x, v in (
    ("<i", -70000), ("<h", -7), ("<f", 21.5), ("<d", -2.5)))
U32, U16, TS = struct.pack("<I", 70000), struct.pack("<H", 7), dn.time()

# What a point of each variation is made of, from the first one on.
STATIC = {
    20: (Q + U32, Q + U16) * 2 + (U32, U16) * 2,
    21: (Q + U32, Q + U16) * 2 + (Q + U32 + TS, Q + U16 + TS) * 2 +
        (U32, U16) * 2,
    30: (Q + I32, Q + I16, I32, I16, Q + F32, Q + F64),
    31: (Q + I32, Q + I16, Q + I32 + TS, Q + I16 + TS, I32, I16, Q + F32,
         Q + F64),
    34: (U16, U32, F32),
    40: (Q + I32, Q + I16, Q + F32, Q + F64),
    101: (b"\x34\x12", b"\x78\x56\x34\x12", b"\x90\x78\x56\x34\x12\0\0\0"),
    102: (b"\x09",),
    121: (Q + b"\2\0" + U32,),
}
ANALOG = (Q + I32, Q + I16, Q + I32 + TS, Q + I16 + TS, Q + F32, Q + F64,
          Q + F32 + TS, Q + F64 + TS)
COUNTER = (Q + U32, Q + U16) * 2 + (Q + U32 + TS, Q + U16 + TS) * 2
EVENTS = {
    4: (ON, ON + TS),
    11: (ON, ON + TS),
    13: (b"\x80", b"\x04" + TS),
    22: COUNTER,
    23: COUNTER,
    32: ANALOG,
    33: ANALOG,
    42: ANALOG,
    43: tuple(NO + x[1:] for x in ANALOG),
    122: (Q + b"\2\0" + U32, Q + b"\2\0" + U32 + TS),
}
COMMANDS = (I32 + NO, I16 + NO, F32 + NO, F64 + NO)

TEXTS = (196, 197, 201, 202, 206, 207, 208, 211, 242, 243, 244, 245, 246, 247,
         248, 249, 250, 252)
FLAGS = (219, 222, 225, 226, 227, 230, 231, 234, 237)


def attribute(var):
    """One of the standard set, of the type that it has."""
    if var in TEXTS:
        value = 1, b"text %d" % var
    elif var in FLAGS:
        value = 3, b"\1"
    elif var in (198, 199):
        value = 7, TS
    elif var in (203, 204, 205):
        value = 4, F32
    elif var == 200:
        value = 5, b"\xab\xcd\xef"
    else:
        value = 2, struct.pack("<H", var)
    return dn.ranged(0, var, 0, 0, bytes([value[0], len(value[1])]) + value[1])


@case("dnp3/library")
def library():
    """Each group and variation of the object library that has values: points,
    their events and commands, times, classes, device attributes and the list
    of them, storage, what is of a form of its own and what is told as bytes."""
    t = tcp()
    for group, points in STATIC.items():
        t.ask(1, dn.all_of(group, 0), b"".join(
            dn.ranged(group, v + 1, 3, 3, x) for v, x in enumerate(points)))
    for group, points in EVENTS.items():
        t.ask(1, dn.all_of(group, 0), b"".join(
            dn.indexed(group, v + 1, (3, x)) for v, x in enumerate(points)))
    t.ask(1, dn.all_of(4, 3), dn.counted(51, 2, TS) + dn.indexed(
        4, 3, (1, ON + b"\x0a\0")))
    for v, x in enumerate(COMMANDS):
        point = dn.indexed(41, v + 1, (3, x))
        t.ask(5, point, point)
    pattern = (dn.counted(12, 2, dn.crob(1)) +
               dn.ranged(12, 3, 0, 7, b"\xa5"))
    t.ask(5, pattern, pattern)
    t.ask(1, b"".join(dn.all_of(60, v) for v in (1, 2, 3, 4)),
          dn.ranged(80, 1, 0, 15, b"\x90\0"))
    t.ask(1, dn.ranged(0, 254, 0, 0), b"".join(
        attribute(v) for v in range(196, 253) if v != 251))
    t.ask(1, dn.ranged(0, 255, 0, 0), dn.ranged(0, 255, 0, 0, bytes(
        [254, 8, 240, 1, 242, 0, 247, 1, 252, 0])))
    t.ask(1, dn.all_of(50, 0), dn.counted(50, 1, TS) + dn.counted(
        50, 3, TS))
    t.ask(2, dn.indexed(50, 4, (3, TS + struct.pack("<IB", 6, 4))))
    t.ask(2, dn.counted(50, 2, TS + struct.pack("<I", 60000)))
    t.ask(23, b"", dn.counted(52, 2, U16) + dn.counted(52, 1, U16))
    for group, var, data in (
            (82, 1, b"\1\2\3\4"),
            (83, 1, b"EXMP" + struct.pack("<HH", 3, 2) + b"\1\2"),
            (83, 2, b"EXMP" + struct.pack("<HH", 3, 1)),
            (85, 1, element(2, 0, 0, bytes(range(16))) +
             element(5, 2, 4, b"flow") + element(5, 4, 4, b"level")),
            (86, 1, element(1, 2, 1, b"\7") + element(6, 0, 0, bytes(
                range(16)))),
            (86, 3, b"\1\7" + b"\2\x1e\3" + b"\3\x14\0\1" + b"\1\0"),
            (87, 1, b"\1\7" + b"\6" + TS + b"\2\x64\0" + b"\4" + F32),
            (88, 1, b"\1\7" + b"\6" + TS + b"\2\x65\0" + b"\0"),
            (90, 1, b"alarms")):
        t.ask(1, dn.all_of(group, var), dn.sized(group, var, data))
    t.ask(1, dn.all_of(86, 2), dn.ranged(86, 2, 7, 7, b"\x0d"))
    t.ask(1, dn.all_of(81, 1), dn.counted(81, 1, b"\x50\x20\3",
                                          b"\xe4\2\0"))
    for group in (110, 111):
        t.ask(1, dn.all_of(group, 0), dn.indexed(group, 3, (1, b"abc")))
    t.ask(1, dn.all_of(113, 0), dn.indexed(113, 3, (1, b"abc")))
    t.ask(2, dn.indexed(112, 3, (1, b"abc")))
    for var, data in ((8, b"\4\1" + bytes(8)),
                      (11, struct.pack("<BHH", 4, 4, 4) + b"anna" + bytes(4)),
                      (12, struct.pack("<IHH", 1, 7, 4) + bytes(4)),
                      (13, struct.pack("<IHH", 1, 7, 8) + bytes(8)),
                      (14, bytes(8)), (15, bytes(8))):
        t.say(32, dn.sized(120, var, data))
        t.answer(fc=131)
    t.ask(1, dn.all_of(100, 0), dn.ranged(100, 1, 3, 3, Q + F32))
    return t.done()

"""cases_enip_structures: structures of Logix, whose templates a client reads
before it reads and writes them.
"""

import struct

import eip
from cases import case
from cases_enip import Client

BOOL, SINT, INT, DINT, REAL, DWORD = 0xC1, 0xC2, 0xC3, 0xC4, 0xCA, 0xD3
ARRAY, NESTED, STRING = 0x2000, 0x8000, 0x8FCE


class Type:
    """A template: number, handle, size; members with info, type, offset."""

    def __init__(self, number, handle, size, name, *members):
        self.number, self.handle, self.size = number, handle, size
        self.count = len(members)
        self.body = eip.template(name, *members)
        self.body += bytes(-(len(self.body) + 23) % 4)

    def describe(self, c, pieces=(0,)):
        """The client asks for its attributes, then for it, in pieces."""
        way = b"\x20\x6c\x25\0" + struct.pack("<H", self.number)
        c.ask(eip.req(3, way, struct.pack("<5H", 4, 4, 5, 2, 1)),
              eip.rsp(3, eip.values(
                  (4, struct.pack("<I", (len(self.body) + 23) // 4)),
                  (5, struct.pack("<I", self.size)),
                  (2, struct.pack("<H", self.count)),
                  (1, struct.pack("<H", self.handle)))))
        ends = list(pieces[1:]) + [len(self.body)]
        for at, end in zip(pieces, ends):
            c.ask(eip.req(0x4C, way, struct.pack("<IH", at,
                                                 len(self.body) - at)),
                  eip.rsp(0x4C, self.body[at:end],
                          0 if end == len(self.body) else 6))

    def data(self, values):
        """As tag services carry it."""
        return struct.pack("<HH", 0x02A0, self.handle) + values


def text(value, room=82, size=88):
    return (struct.pack("<I", len(value)) + value.encode() +
            bytes(room - len(value))).ljust(size, b"\0")


def read(c, name, answer, count=1, status=0, offset=None):
    service, more = (0x4C, b"") if offset is None else (
        0x52, struct.pack("<I", offset))
    c.ask(eip.req(service, name, struct.pack("<H", count) + more),
          eip.rsp(service, answer, status))


def write(c, name, kind, values, count=1, offset=None, status=0):
    service, more = (0x4D, b"") if offset is None else (
        0x53, struct.pack("<I", offset))
    c.ask(eip.req(service, name, kind + struct.pack("<H", count) + more +
                  values), eip.rsp(service, b"", status))


STEP = Type(0x2A1, 0x51EB, 12, "STEP", ("ZZZZZZZZZZSTEP0", 0, SINT, 0),
            ("Done", 0, BOOL, 0), ("Held", 1, BOOL, 0), ("Time", 0, DINT, 4),
            ("Limits", 2, ARRAY | INT, 8))
TAG8 = Type(0x2A3, 0x7A68, 12, "TAG8", ("LEN", 0, DINT, 0),
            ("DATA", 8, ARRAY | SINT, 4))
RECIPE = Type(0x2A2, 0xB0C4, 148, "RECIPE", ("Speed", 0, REAL, 0),
              ("Steps", 2, ARRAY | NESTED | 0x2A1, 4),
              ("Name", 0, STRING, 28), ("Unit", 0, NESTED | 0x2A3, 116),
              ("Flags", 2, ARRAY | DWORD, 128), ("__Sum", 0, DINT, 136),
              ("Total", 0, 0xC5, 140))


def step(done, held, time, low, high):
    return struct.pack("<Bxxxihh", done | held << 1, time, low, high)


def recipe(speed, name="Mixer"):
    return struct.pack("<f", speed) + step(1, 0, 1500, -5, 5) + \
        step(0, 1, 900, 0, 9) + text(name) + text("kg/h", 8, 12) + \
        struct.pack("<IIIq", 5, 0x80000000, 0x5555, 1 << 40)


@case("enip/structures")
def structures():
    """Tags of structures before and after their templates are read: nested
    ones, arrays, bits, strings; read, written, in fragments; several in one
    packet; more values than are told; a program that goes down, and templates
    that are others then."""
    c = Client()
    tag = eip.symbol("Recipe")
    read(c, tag, RECIPE.data(recipe(40.0)))
    RECIPE.describe(c, (0, 60))
    read(c, tag, RECIPE.data(recipe(40.0)))
    STEP.describe(c)
    TAG8.describe(c)
    read(c, tag, RECIPE.data(recipe(40.0)))
    write(c, tag, RECIPE.data(b""), recipe(55.5, "Mixer 2"))
    write(c, tag + eip.symbol("Speed"), b"\xca\0", struct.pack("<f", 60))
    write(c, tag + eip.symbol("Steps") + b"\x28\1" + eip.symbol("Time"),
          b"\xc4\0", struct.pack("<i", 1200))
    read(c, eip.symbol("Steps") + b"\x28\3", STEP.data(
        step(1, 1, 7, 1, 2) + step(0, 0, 8, 3, 4)), count=2)
    read(c, tag + eip.symbol("Unit"), TAG8.data(text("kg", 8, 12)))
    write(c, tag + eip.symbol("Unit"), TAG8.data(b""), text("lb", 8, 12))
    read(c, eip.symbol("Names"), b"\xa0\2\xce\x0f" + text("a") + text("b")[:20],
         count=2, status=6, offset=0)
    # fragments: the first ends within a name, the second begins there
    whole = recipe(41.0)
    read(c, tag, RECIPE.data(whole[:70]), status=6, offset=0)
    read(c, tag, RECIPE.data(whole[70:]), offset=70)
    write(c, tag, RECIPE.data(b""), whole[:120], offset=0)
    write(c, tag, RECIPE.data(b""), whole[120:], offset=120)
    c.ask(eip.req(0x0A, eip.path(2, 1), eip.multiple(
        eip.req(0x4C, eip.symbol("Step"), b"\1\0"),
        eip.req(0x4C, eip.symbol("Speed"), b"\1\0"))),
        eip.rsp(0x0A, eip.multiple(
            eip.rsp(0x4C, STEP.data(step(1, 0, 3, 4, 5))),
            eip.rsp(0x4C, b"\xca\0" + struct.pack("<f", 2.5)))))
    big = Type(0x2A4, 0xB16B, 300, "BIG", ("Bytes", 300, ARRAY | SINT, 0))
    big.describe(c)
    read(c, eip.symbol("Big"), big.data(bytes(range(100)) * 3))
    # neither is of the length that it should be
    read(c, eip.symbol("Step"), STEP.data(step(1, 0, 3, 4, 5)[:-2]))
    read(c, eip.symbol("Step"), STEP.data(step(1, 0, 3, 4, 5) * 2))
    # a template of the same handle under another number
    twin = Type(0x2A5, 0x51EB, 12, "TWIN", ("A", 3, ARRAY | DINT, 0))
    twin.describe(c)
    read(c, eip.symbol("Step"), STEP.data(step(1, 0, 3, 4, 5)))
    # another program: numbers and handles are given anew
    c.ask(eip.req(0x08, eip.path(0xAC, 1)), eip.rsp(0x08))
    other = Type(0x2A1, 0x0DD5, 12, "OTHER", ("Rate", 3, ARRAY | REAL, 0))
    other.describe(c)
    read(c, eip.symbol("Step"), STEP.data(step(1, 0, 3, 4, 5)))
    read(c, eip.symbol("Rates"), other.data(struct.pack("<3f", 1, 2.5, 3)))
    read(c, tag, RECIPE.data(recipe(42.0)))
    RECIPE.describe(c)
    TAG8.describe(c)
    read(c, tag, RECIPE.data(recipe(43.0)))
    return c.done()


@case("enip/structures_bad")
def structures_bad():
    """Templates that cannot be, each with a tag of it: one that holds itself,
    members beyond the end, types of no size, names that are missing or no
    names, one without a size, one that is cut short."""
    c = Client()
    for n, (size, members) in enumerate((
            (8, (("A", 0, DINT, 0), ("Me", 0, NESTED | 0x300, 0))),
            (8, (("A", 3, ARRAY | DINT, 0), ("B", 0, DINT, 6),
                 ("C", 40, BOOL, 4), ("D", 0, INT, 6))),
            (8, (("A", 0, 0xDA, 0), ("B", 0, 0xCF, 0), ("C", 0, 0x0F, 4),
                 ("D", 0, 0xCC4, 4), ("E", 0, DINT, 4))),
            (8, (("", 0, DINT, 0), ("a b", 0, DINT, 4), ("C", 0, INT, 4))),
            (8, (("x" * 120, 0, DINT, 0), ("D", 0, DINT, 4))),
            (0, (("A", 0, DINT, 0),)),
            (8, (("In", 2, ARRAY | NESTED | 0x305, 0),)),
            (8, (("LEN", 0, DINT, 0), ("DATA", 5, ARRAY | SINT, 4))),
            (8, tuple(("Same", 0, DINT, 0) for _ in range(30))))):
        kind = Type(0x300 + n, 0x4000 + n, size, "BAD%d" % n, *members)
        kind.describe(c)
        read(c, eip.symbol("Bad%d" % n), kind.data(
            struct.pack("<ii", 7, -1)))
    cut = Type(0x310, 0x4010, 8, "CUT", ("A", 0, DINT, 0), ("B", 0, DINT, 4))
    cut.body = cut.body[:20]
    cut.describe(c)
    read(c, eip.symbol("Cut"), cut.data(bytes(8)))
    return c.done()

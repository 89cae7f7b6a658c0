"""dnp3: what otus and tshark must agree on, fragment by fragment.

Keys are those of events.md, "How to compare with tshark".  tshark shows a
`dnp3` element for each link frame; a frame within a fragment (its transport
header is there, an application header is not) is none of ours, and one
without transport header is link-only.

Objects are compared header by header, in order, but for frames that tshark
calls malformed (events.md says so): it shows what it makes of octets that are
none of the message.  Of control relay output blocks code and index count, too.

tshark 4.0 does not decode the objects of some function codes (NO_OBJECTS; of
131 not even the internal indications), and gives up behind variations that it
does not know (GIVES_UP), so that whole keys cannot agree there.  The second
figure leaves those out.

tshark gives the internal indications as one number, first octet high, and a
control code in three parts.
"""

PROTO = "dnp3"
REQUIRED = 99.5         # per cent of PDUs of recorded captures
# what TCP sends again prints nothing (events.md, "Order and repeats")
FILTER = ("dnp3 && !icmp && !icmpv6 && !tcp.analysis.retransmission && "
          "!tcp.analysis.fast_retransmission")
ELEMENTS = ("dnp3", "_ws.malformed")
FIELDS = ("dnp3.src", "dnp3.dst", "dnp3.tr.fin", "dnp3.al.func",
          "dnp3.al.seq", "dnp3.al.iin")
# fields of which all count, in order
LISTS = ("dnp3.al.obj", "dnp3.ctl.op", "dnp3.ctl.clr", "dnp3.ctl.trip")

# a control's index is the last one before it, of the same header
AT = {"dnp3.ctl.op": ("dnp3.al.index", "dnp3.al.obj")}

IIN = ("broadcast", "class_1_events", "class_2_events", "class_3_events",
       "need_time", "local_control", "device_trouble", "device_restart",
       "no_func_code_support", "object_unknown", "parameter_error",
       "event_buffer_overflow", "already_executing", "config_corrupt",
       "reserved_1", "reserved_2")
# octets of the sixteen indications as tshark writes them
BIT = [1 << (8 + i) if i < 8 else 1 << (i - 8) for i in range(16)]

NO_OBJECTS = (11, 12, 16, 17, 18, 22, 28, 29, 30, 31, 32, 33, 131)
GIVES_UP = ("51v2", "83v1", "85v1", "86v1", "87v1", "88v1", "90v1", "120v3")


def key(**fields):
    return tuple((k, v) for k, v in fields.items() if v is not None)


def number(fields, name):
    return int(fields[name], 0) if name in fields else None


def numbers(fields, name):
    return [int(x, 0) for x in fields.get(name, "").split(",") if x]


def is_wary(elements):
    return any(name == "_ws.malformed" for name, _ in elements)


def loosen(pdu):
    return tuple((k, v) for k, v in pdu if k not in ("objects", "controls"))


def decoded(pdu):
    """What of a key tshark can know."""
    fields = dict(pdu)
    if fields.get("fc") in NO_OBJECTS:
        pdu = loosen(pdu)
        return tuple(x for x in pdu if fields["fc"] != 131 or x[0] != "iin")
    objects = fields.get("objects", "").split()
    for at, name in enumerate(objects):
        if name in GIVES_UP:
            kept = (("objects", " ".join(objects[:at + 1])),)
            return loosen(pdu) + kept
    return pdu


def full(fc, objects, controls, iin, **rest):
    """Key of a fragment."""
    return key(fc=fc, iin=iin, objects=" ".join(objects) or None,
               controls=" ".join(controls) or None, **rest)


def tshark_pdus(elements):
    """Keys of one frame from its elements [(name, {field: text})]."""
    out = []
    for name, f in elements:
        if name != "dnp3" or "dnp3.src" not in f:
            continue                    # not even a header
        if "dnp3.al.func" in f:
            out.append(fragment(f))
        elif "dnp3.tr.fin" not in f:
            out.append(key(src=number(f, "dnp3.src"),
                           dst=number(f, "dnp3.dst")))
    return out


def fragment(f):
    ops = [x.partition("@") for x in f.get("dnp3.ctl.op", "").split(",") if x]
    codes = ["%d@%s" % (int(op, 0) | clr << 4 | trip << 6, index)
             for (op, _, index), clr, trip in
             zip(ops, numbers(f, "dnp3.ctl.clr"), numbers(f, "dnp3.ctl.trip"))]
    objects = ["%dv%d" % (o >> 8, o & 255)
               for o in numbers(f, "dnp3.al.obj")]
    return full(number(f, "dnp3.al.func"), objects, codes,
                number(f, "dnp3.al.iin"), src=number(f, "dnp3.src"),
                dst=number(f, "dnp3.dst"), seq=number(f, "dnp3.al.seq"))


def event_key(e):
    """Key of one operation line; None when it is not compared."""
    link = e["link"]
    if "fc" not in e:
        return key(src=link["src"], dst=link["dst"])
    iin = None
    if "iin" in e:
        iin = sum(BIT[IIN.index(name)] for name in e["iin"])
    # an element without `qual` is one more object of the header before it
    objects = ["%dv%d" % (o["group"], o["var"])
               for o in e.get("objects", ()) if "qual" in o]
    codes = ["%d@%s" % (c["code"], c.get("index", ""))
             for c in e.get("controls", ()) if "code" in c]
    return full(e["fc"], objects, codes, iin, src=link["src"],
                dst=link["dst"], seq=e["seq"])

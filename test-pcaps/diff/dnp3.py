"""dnp3: what otus and tshark must agree on, fragment by fragment.

Keys are those of events.md, "How to compare with tshark".  tshark shows a
`dnp3` element for each link frame; a frame within a fragment (its transport
header is there, an application header is not) is none of ours, and one
without transport header is link-only.

Objects are compared header by header, in order, with three exceptions:

* in frames that tshark calls malformed (events.md says so): it shows what it
  makes of octets that are none of the message;
* with the function codes of NO_OBJECTS, whose objects tshark 4.0 does not
  decode (and of 131 not even the internal indications);
* behind g51v2 and g120v3, which it does not know: there it gives up.

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

IIN = ("broadcast", "class_1_events", "class_2_events", "class_3_events",
       "need_time", "local_control", "device_trouble", "device_restart",
       "no_func_code_support", "object_unknown", "parameter_error",
       "event_buffer_overflow", "already_executing", "config_corrupt",
       "reserved_1", "reserved_2")
# octets of the sixteen indications as tshark writes them
BIT = [1 << (8 + i) if i < 8 else 1 << (i - 8) for i in range(16)]

NO_OBJECTS = (11, 12, 16, 17, 18, 22, 28, 29, 30, 31, 32, 33, 131)
GIVES_UP = ("51v2", "120v3")


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


def full(fc, objects, controls, iin, **rest):
    """Key of a fragment, with what tshark can know of it."""
    if fc in NO_OBJECTS:
        objects = controls = []
        iin = None if fc == 131 else iin
    for at, name in enumerate(objects):
        if name in GIVES_UP:
            objects, controls = objects[:at + 1], []
            break
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
    codes = ["%d" % (op | clr << 4 | trip << 6) for op, clr, trip in
             zip(numbers(f, "dnp3.ctl.op"), numbers(f, "dnp3.ctl.clr"),
                 numbers(f, "dnp3.ctl.trip"))]
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
    codes = ["%d" % c["code"] for c in e.get("controls", ()) if "code" in c]
    return full(e["fc"], objects, codes, iin, src=link["src"],
                dst=link["dst"], seq=e["seq"])

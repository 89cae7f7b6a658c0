"""bacnet: what otus and tshark must agree on, message by message.

Keys are those of events.md, "How to compare with tshark".  tshark's part is
the `bvlc` element (absent on Ethernet), `bacnet` and `bacapp`; ours is one
operation line.  Of objects only the first counts, and of its properties the
first: object lists pollute the rest.

Beyond the APDU the network layer's message number is compared too.  What a
segment says is compared where the whole is there.
"""

PROTO = "bacnet"
FILTER = "(bvlc || bacnet) && !icmp && !icmpv6"
ELEMENTS = ("bvlc", "bacnet", "bacapp")
FIELDS = ("bvlc.function", "bvlc.function_ipv6", "bacnet.mesgtyp",
          "bacapp.type", "bacapp.confirmed_service",
          "bacapp.unconfirmed_service", "bacapp.invoke_id",
          "bacapp.sequence_number", "bacapp.objectType",
          "bacapp.instance_number", "bacapp.property_identifier")
DEVICE = 8


def key(**fields):
    return tuple((k, v) for k, v in fields.items() if v is not None)


def number(fields, *names):
    for name in names:
        if name in fields:
            return int(fields[name], 0)
    return None


def tshark_pdus(elements):
    """Keys of one frame from its elements [(name, {field: text})]."""
    out = []
    held = None
    for name, fields in elements:
        if held is not None and (name == "bvlc" or
                                 (name == "bacnet" and "bacnet" in held[1])):
            out.append(tshark_key(held[0]))
            held = None
        if held is None:
            held = ({}, set())
        held[0].update(fields)
        held[1].add(name)
    if held is not None:
        out.append(tshark_key(held[0]))
    return out


def tshark_key(f):
    return key(bvlc=number(f, "bvlc.function", "bvlc.function_ipv6"),
               msg=number(f, "bacnet.mesgtyp"),
               apdu=number(f, "bacapp.type"),
               service=number(f, "bacapp.confirmed_service",
                              "bacapp.unconfirmed_service"),
               invoke=number(f, "bacapp.invoke_id"),
               seq=number(f, "bacapp.sequence_number"),
               type=number(f, "bacapp.objectType"),
               instance=number(f, "bacapp.instance_number"),
               property=number(f, "bacapp.property_identifier"))


def first_of(e):
    """The first object, and the first property anywhere behind it."""
    args, objects = e.get("args", {}), e.get("objects", [])
    named = {}
    for o in objects:
        for name in ("type", "instance", "property"):
            if name in o:
                named.setdefault(name, o[name])
    if "device" in args:        # stands before the objects
        device = args["device"]
        named.update(device if isinstance(device, dict) else
                     dict(type=DEVICE, instance=device))
    return named


def event_key(e):
    """Key of one operation line."""
    named = first_of(e)
    return key(bvlc=e.get("bvlc"), msg=e.get("npdu", {}).get("msg"),
               apdu=e.get("apdu"), service=e.get("service"),
               invoke=e.get("invoke"), seq=e.get("seg", {}).get("seq"),
               type=named.get("type"), instance=named.get("instance"),
               property=named.get("property"))

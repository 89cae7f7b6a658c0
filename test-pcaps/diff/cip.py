"""cip: what otus and tshark must agree on, message by message.

Keys are those of events.md, "How to compare with tshark": direction, service,
the path on requests and the general status on replies, of each `cip` element;
messages within messages are elements of their own (NESTED).

tshark gives a path as one string of bytes, otus by segments.
"""

PROTO = "cip"
GROUP = "enip"          # one run of tshark tells them all
FILTER = "cip && !icmp && !icmpv6"
ELEMENTS = ("cip", "cipcm")    # what cipcm holds counts
FIELDS = ("cip.rr", "cip.sc", "cip.epath", "cip.genstat")
NESTED = True


def tshark_pdus(elements):
    """Keys of one frame from its elements [(name, {field: text})]."""
    out = []
    for name, f in elements:
        if name != "cip" or "cip.sc" not in f:
            continue
        reply = int(f.get("cip.rr", "0"), 0)
        if reply:
            more = ("status", int(f.get("cip.genstat", "-1"), 0))
        else:
            more = ("path", f.get("cip.epath", "").replace(":", ""))
        out.append((("reply", reply), ("service", int(f["cip.sc"], 0)), more))
    return out


def event_key(e):
    """Key of one operation line."""
    reply = int(e.get("dir") == "response")
    if reply:
        more = ("status", e.get("cip_status", -1))
    else:
        more = ("path", "".join(e.get("epath", [])))
    return (("reply", reply), ("service", e.get("service")), more)

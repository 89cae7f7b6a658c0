"""pccc: what otus and tshark must agree on, message by message.

Keys are those of events.md, "How to compare with tshark": the transaction,
command and function on requests, the command alone on replies.
"""

PROTO = "pccc"
GROUP = "enip"          # one run of tshark tells them all
CATALOG = "cip"          # the catalogue counts them there
FILTER = "cippccc && !icmp && !icmpv6"
ELEMENTS = ("cippccc",)
FIELDS = ("cip.pccc.tns.code", "cip.pccc.cmd.code", "cip.pccc.resp.code",
          "cip.pccc.fnc.code_06", "cip.pccc.fnc.code_07",
          "cip.pccc.fnc.code_0f")


def tshark_pdus(elements):
    """Keys of one frame from its elements [(name, {field: text})]."""
    out = []
    for _, f in elements:
        if "cip.pccc.tns.code" not in f:
            continue
        key = [("txn", int(f["cip.pccc.tns.code"], 0))]
        if "cip.pccc.resp.code" in f:
            key.append(("reply", int(f["cip.pccc.resp.code"], 0) & ~0x40))
        else:
            key.append(("cmd", int(f.get("cip.pccc.cmd.code", "-1"), 0)))
            key += [("fnc", int(f[n], 0)) for n in FIELDS[3:] if n in f]
        out.append(tuple(key))
    return out


def event_key(e):
    """Key of one operation line."""
    key = [("txn", e.get("txn"))]
    if e.get("dir") == "response":
        key.append(("reply", e.get("cmd")))
    else:
        key.append(("cmd", e.get("cmd")))
        if "fnc" in e:
            key.append(("fnc", e["fnc"]))
    return tuple(key)

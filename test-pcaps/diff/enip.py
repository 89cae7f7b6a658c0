"""enip: what otus and tshark must agree on, message by message.

Keys are those of events.md, "How to compare with tshark": command, session
and status of each `enip` element.  One without a command is an I/O datagram
(UDP 2222): those are cipio's.
"""

PROTO = "enip"
GROUP = "enip"          # one run of tshark tells them all
FILTER = "enip && !icmp && !icmpv6"
ELEMENTS = ("enip",)
FIELDS = ("enip.command", "enip.session", "enip.status")


def tshark_pdus(elements):
    """Keys of one frame from its elements [(name, {field: text})]."""
    out = []
    for _, f in elements:
        if "enip.command" in f:
            out.append(tuple(
                (n, int(f["enip." + n], 0) if "enip." + n in f else None)
                for n in ("command", "session", "status")))
    return out


def event_key(e):
    """Key of one operation line."""
    return (("command", e.get("cmd")), ("session", int(e["session"], 16)),
            ("status", e.get("enip_status")))

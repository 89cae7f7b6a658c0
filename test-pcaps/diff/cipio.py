"""cipio: what otus and tshark must agree on, datagram by datagram.

Connection id and encapsulation sequence number of the sequenced address item
(events.md, "How to compare with tshark").
"""

PROTO = "cipio"
GROUP = "enip"          # one run of tshark tells them all
FILTER = "enip.cpf.sai.connid && !icmp && !icmpv6"
ELEMENTS = ("enip",)
MUST = "enip.cpf.sai.connid"
FIELDS = ("enip.cpf.sai.connid", "enip.cpf.sai.seq", "enip.command")


def tshark_pdus(elements):
    """Keys of one frame from its elements [(name, {field: text})]."""
    return [(("conn", int(f["enip.cpf.sai.connid"], 0)),
             ("eseq", int(f.get("enip.cpf.sai.seq", "-1"), 0)))
            for _, f in elements
            if "enip.cpf.sai.connid" in f and "enip.command" not in f]


def event_key(e):
    """Key of one operation line."""
    return (("conn", int(e["conn"], 16)), ("eseq", e.get("eseq")))

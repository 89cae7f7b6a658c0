"""modbus: what otus and tshark must agree on, PDU by PDU.

Keys are those of events.md, "How to compare with tshark".  tshark's part is
one `modbus` element with the `mbtcp` (TCP) or `mbudp` (UDP) before it; ours
is one operation line.  A key is a tuple of (name, number), so that a
disagreement can be read.

RTU framing is left out: tshark decodes it on demand only (decode-as).
"""

PROTO = "modbus"
FILTER = "modbus && !icmp && !icmpv6"
ELEMENTS = ("mbtcp", "mbudp", "modbus")
FIELDS = ("mbtcp.trans_id", "mbtcp.unit_id", "modbus.func_code",
          "modbus.exception_code", "modbus.reference_num",
          "modbus.word_cnt", "modbus.bit_cnt",
          "modbus.read_reference_num", "modbus.read_word_cnt",
          "modbus.write_reference_num", "modbus.write_word_cnt")

READS = (1, 2, 3, 4)
SINGLE = (5, 6)         # address in request and reply
MULTI = (15, 16)        # address and quantity in request and reply


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
    header = {}
    for name, fields in elements:
        if name != "modbus":
            header = fields
            continue
        out.append(tshark_key({**header, **fields}))
        header = {}
    return out


def tshark_key(f):
    fc = number(f, "modbus.func_code")
    exception = number(f, "modbus.exception_code")
    ref = number(f, "modbus.reference_num")
    count = number(f, "modbus.word_cnt", "modbus.bit_cnt")
    more = {}
    if exception is not None:
        pass
    elif fc in READS:
        if count is not None:           # a reply counts bytes
            more = dict(addr=ref, qty=count)
    elif fc in SINGLE or fc == 22:
        more = dict(addr=ref)
    elif fc in MULTI:
        more = dict(addr=ref, qty=count)
    elif fc == 23:
        more = dict(addr=number(f, "modbus.read_reference_num"),
                    qty=number(f, "modbus.read_word_cnt"),
                    waddr=number(f, "modbus.write_reference_num"),
                    wqty=number(f, "modbus.write_word_cnt"))
    return key(txn=number(f, "mbtcp.trans_id"),
               unit=number(f, "mbtcp.unit_id"), fc=fc, exception=exception,
               **more)


def event_key(e):
    """Key of one operation line; None when it is not compared."""
    if e.get("framing") == "rtu":
        return None
    fc, exception = e.get("fc"), e.get("exception")
    reply = e.get("dir") == "response"
    names = ()
    if exception is not None:
        pass
    elif fc in READS:
        names = () if reply else ("addr", "qty")
    elif fc in SINGLE or fc == 22:
        names = ("addr",)
    elif fc in MULTI:
        names = ("addr", "qty")
    elif fc == 23:
        names = () if reply else ("addr", "qty", "waddr", "wqty")
    return key(txn=e.get("txn"), unit=e.get("unit"), fc=fc,
               exception=exception, **{n: e.get(n) for n in names})

"""cip: what tshark shows of an EtherNet/IP device.

ListIdentity; the objects Identity, TCP/IP Interface and Ethernet Link however
they are asked for; who opens a connection (originator) and what module it
expects there (keys with "expected" before them).  The device is the sender,
and what a route leads to where tshark shows one with the reply: that of an
Unconnected Send, or that of the connection.
"""

import re

import words

PROTO = "cip"
PROTOS = ("enip", "cip")
BY_FRAME = True
MAY_CLAIM = False
CATALOG = {"enip", "cip"}
FILTER = ("enip.lir.vendor || cip.id.vendor_id || cip.id.device_type || "
          "cip.id.product_code || cip.id.major_rev || cip.id.serial_number ||"
          " cip.id.product_name || cip.tcpip.hostname || "
          "cip.tcpip.subnet_mask || cip.elink.physical_address || "
          "cip.cm.orig_serial_num")
ELEMENTS = ("enip", "cip", "cipcm", "cipcls", "cippccc", "cipsafety")
NUMBERS = {"enip.lir.vendor": "vendor_id", "cip.id.vendor_id": "vendor_id",
           "enip.lir.devtype": "device_type",
           "cip.id.device_type": "device_type",
           "enip.lir.prodcode": "product_code",
           "cip.id.product_code": "product_code",
           "enip.lir.serial": "serial", "cip.id.serial_number": "serial"}
TEXTS = {"enip.lir.name": "model", "cip.id.product_name": "model",
         "cip.tcpip.hostname": "hostname"}
ADDRESSES = {"cip.tcpip.subnet_mask": "netmask",
             "cip.tcpip.gateway": "gateway"}
KEY = {"cip.ekey.vendor": "vendor_id", "cip.ekey.devtype": "device_type",
       "cip.ekey.product_code": "product_code"}
OPENS = (0x54, 0x5B)
VENDORS = words.names("cip/vendors_1.def", "cip/vendors_2.def",
                      "cip/vendors_3.def")
TYPES = words.names("cip/device_types.def")
DEVICE_TYPES = {name: number for number, name in TYPES.items()}
NAMES = (("CIP vendors", VENDORS, "odva_enip_vendor_ids.csv",
          "cip.id.vendor_id"),
         ("CIP device types", TYPES, "cip_device_types.csv",
          "cip.id.device_type"))
KEYS = {"firmware", "mac", "originator", "vendor", *NUMBERS.values(),
        *TEXTS.values(), *ADDRESSES.values()}


def value(key, text):
    """otus's value, as a number where it is one."""
    if key == "firmware":
        return "%d.%d" % tuple(int(n) for n in text.split("."))
    if key == "serial":
        return str(int(text, 0))
    if key == "device_type":
        return str(DEVICE_TYPES.get(text, text))
    if key == "originator":
        found = re.search(r"\((\d+)\), serial (0x[0-9a-f]+)$", text)
        return "%s/%d" % (found[1], int(found[2], 0))
    return words.trim(text)


def reached(front, nodes):
    """The device at the end of a path: what is behind its last IP address, or
    behind the one that was asked."""
    steps = []                  # [port, address]
    for node in nodes:
        for n in node.all("cip.port", "cip.linkaddress.byte",
                          "cip.linkaddress.string"):
            if n.name == "cip.port" and steps and n.show.startswith("0x"):
                # the extended one, instead of 15 (CIP Vol 1, C-1.4.1)
                steps[-1][0] = str(int(n.show, 0))
            elif n.name == "cip.port":
                steps.append([n.show, None])
            elif steps:
                steps[-1][1] = n.show
    for at, (_, address) in reversed(list(enumerate(steps))):
        if re.fullmatch(r"\d+\.\d+\.\d+\.\d+", address or ""):
            front, steps = address, steps[at + 1:]
            break
    path = ",".join("%s,%s" % (port, address) for port, address in steps)
    return front + ("/path " + path if path else "")


def ways(group, *titles):
    """The parts of a message where tshark shows a path of such a title."""
    for proto in group:
        for node in proto.all(""):
            if node.show.startswith(titles):
                yield node


def leaves(proto, *names):
    """Fields of a reply, but for those in messages within requests."""
    for node in proto.inside:
        if node.name in names:
            yield node
        yield from leaves(node, *names)


def said(group):
    for proto in group:
        major = None
        for n in leaves(proto, *NUMBERS, *TEXTS, *ADDRESSES,
                        "enip.lir.revision", "cip.id.major_rev",
                        "cip.id.minor_rev", "cip.elink.physical_address"):
            if n.name in NUMBERS:
                yield NUMBERS[n.name], str(int(n.show, 0))
            elif n.name in TEXTS:
                text = words.trim(words.decode(bytes.fromhex(n.value),
                                               "latin-1"))
                if text:
                    yield TEXTS[n.name], text
            elif n.name in ADDRESSES:
                if n.show != "0.0.0.0":
                    yield ADDRESSES[n.name], n.show
            elif n.name == "enip.lir.revision":
                yield "firmware", "%d.%d" % tuple(bytes.fromhex(n.value))
            elif n.name == "cip.id.major_rev":
                major = n.show
            elif n.name == "cip.id.minor_rev":
                yield "firmware", "%s.%s" % (major, n.show)
            else:
                yield "mac", n.show


def opened(group, ends):
    """What a Forward Open says of both ends."""
    for proto in group:
        serial = proto.first("cip.cm.orig_serial_num")
        if serial is None or proto.number("cip.cm.sc") not in OPENS:
            continue
        who = proto.number("cip.cm.vendor"), int(serial.show, 0)
        if who != (0, 0):           # says nothing
            yield ends.src, "originator", "%d/%d" % who
        to = reached(ends.dst, ways(group, "Connection Path:"))
        for name, key in KEY.items():
            number = proto.number(name)
            if number:
                yield to, "expected " + key, str(number)
        major = proto.number("cip.ekey.major_rev")
        if major:
            yield to, "expected firmware", "%d.%d" % (
                major, proto.number("cip.ekey.minor_rev"))


def groups(frame):
    """A frame's protocols, message by message."""
    out = []
    for node in frame.inside:
        if node.name == "enip":
            out.append([])
        if out and node.name in ELEMENTS:
            out[-1].append(node)
    return out


def is_reply(group):
    """Of the outermost message; ListIdentity's facts are a reply's."""
    first = next((n for p in group for n in p.all("cip.rr")), None)
    return first is None or int(first.show, 0) == 1


def facts(frame, ends):
    for group in groups(frame):
        if is_reply(group):
            who = reached(ends.src, ways(group, "Route/Connection Path:",
                                         "Forward Open Connection Path:"))
            for key, text in said(group):
                yield who, key, text
        else:
            yield from opened(group, ends)

"""cdp: what tshark shows of who sends CDP, which is the frame's source: CDP
names no MAC of the device.

With a time to live of 0 a port takes back what it said, and says nothing.
What a checksum shows to be damaged is nobody's word.
"""

import re

import neighbour
import words

PROTO = "cdp"
PROTOS = ("cdp",)
BY_FRAME = False
MAY_CLAIM = True        # of addresses: kept.py, is_anothers
CATALOG = {"cdp"}
FILTER = "cdp"
ELEMENTS = ("cdp",)
KEYS = {"name", "model", "vendor", "software", "description", "location"}
VENDORS = {}
NAMES = ()
ADDRESSES, SOFTWARE, MANAGEMENT = 2, 5, 0x16
BAD = 0


def value(_key, text):
    return words.trim(text)


def first_text(message, *fields):
    """Of the fields, in their order; the id may be a MAC's octets, which are
    no name."""
    for field in fields:
        node = message.first(field)
        if node is not None and neighbour.text_of(node):
            data = bytes.fromhex(node.value)
            return neighbour.text_of(node) if data.isascii() and words.decode(
                data).isprintable() else ""
    return ""


def software(text):
    """The version alone, and all of it where there is more."""
    found = re.search(r"Version (\d[^, \r\n\0]*)", text)
    only = found[1] if found else re.split("[\r\n\0]", text)[0]
    yield "software", words.trim(only)
    if words.trim(only) != text:
        yield "description", text


def of_element(node, who):
    kind = node.number("cdp.tlv.type")
    if kind == SOFTWARE:
        # tshark shows it line by line
        text = words.trim(words.decode(bytes.fromhex(node.value)[4:]))
        for key, part in software(text):
            yield who, key, part
    elif kind in (ADDRESSES, MANAGEMENT):
        yield from neighbour.addresses(
            who, "managed_at" if kind == MANAGEMENT else "has_address",
            [n.show for n in node.all("cdp.nrgyz.ip_address",
                                      "cdp.nrgyz.ipv6_address")])


def of_message(message, who):
    yield who, "name", first_text(message, "cdp.system_name", "cdp.deviceid")
    for node in message.all("cdp.platform"):
        text = neighbour.text_of(node)
        yield who, "model", text
        if text.lower().startswith("cisco "):
            yield who, "vendor", "Cisco"
    for node in message.all("cdp.location"):
        yield who, "location", neighbour.text_of(node)
    for node in message.all("cdp.portid"):
        yield who, "port", neighbour.text_of(node)
    for node in message.inside:
        if node.first("cdp.tlv.type") is not None:
            yield from of_element(node, who)


def is_said(message):
    return (message.number("cdp.ttl") != 0 and
            message.number("cdp.checksum.status") != BAD)


def facts(frame, ends):
    for message in frame.inside:
        if message.name == "cdp" and is_said(message):
            yield from (f for f in of_message(message, ends.src_mac)
                        if neighbour.is_fact(f[2]))

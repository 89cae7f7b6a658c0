"""bacnet: what tshark shows of a BACnet device.

I-Am, I-Have and Who-Am-I, and the properties of Device and Network Port
objects in acks of ReadProperty and ReadPropertyMultiple and in notifications
of changes.  The device is a Forwarded-NPDU's originator, else the sender;
behind a router, the source network and address.

A property is read from the order in which tshark shows things: an object, a
property, and between the brackets its value, a text's bytes or a number.
"""

import re

import words

PROTO = "bacnet"
PROTOS = ("bacnet",)
BY_FRAME = True
MAY_CLAIM = False
CATALOG = {"bacnet", "bvlc"}
FILTER = ("bacapp.unconfirmed_service in {0, 1, 13} || "
          "(bacapp.objectType in {8, 56} && (bacapp.type == 3 || "
          "bacapp.unconfirmed_service in {2, 11} || "
          "bacapp.confirmed_service in {1, 31}))")
ELEMENTS = ("bvlc", "bacnet", "bacapp")
DEVICE, NETWORK_PORT = 8, 56
OBJECT_ID = 75
TEXTS = {77: "name", 121: "vendor", 70: "model", 44: "firmware",
         12: "software", 28: "description", 58: "location", 372: "serial",
         168: "device_type"}
NUMBERS = {120: "vendor_id", 139: "protocol_revision", 155: "config_version"}
ADDRESSES = {401: "gateway", 411: "netmask"}
KEYS = {"device_instance", *TEXTS.values(), *NUMBERS.values(),
        *ADDRESSES.values()}
# a wildcard (135, 20.2.14), and addresses that are not there
NOTHING = {("device_instance", "4194303"), ("gateway", "0.0.0.0"),
           ("netmask", "0.0.0.0")}
CHARSETS = {0: "utf-8", 3: "utf-32-be", 4: "utf-16-be", 5: "latin-1"}
VENDORS = words.names("bacnet/vendors.def")
NAMES = (("BACnet vendors", VENDORS, "bacnet_vendor_ids.csv",
          "bacapp.vendor_identifier"),)
# services whose message tells properties, by the type of PDU
REPORTS = {3: (12, 14), 0: (1, 31)}


def value(_key, text):
    return words.trim(text)


def device(frame, ends):
    ip = frame.first("bvlc.fwd_ip", "bvlc.orig_source_addr")
    front = ends.src
    if ip is not None:
        port = frame.number("bvlc.fwd_port", "bvlc.orig_source_port")
        front = "%s:%d" % (ip.show, port)
    net = frame.number("bacnet.snet")
    if net is None:
        return front
    mac = next((n.value for n in frame.all(
        "bacnet.sadr_eth", "bacnet.sadr_mstp", "bacnet.sadr_tmp")), "")
    return "%s/%d:%s" % (front, net, mac)


def text_of(node):
    """A character string's text, None when the node is none."""
    charset = node.first("bacapp.string_character_set")
    if charset is None:
        return None
    coding = CHARSETS.get(int(charset.show, 0))
    if coding is None:
        return None
    return words.trim(words.decode(bytes.fromhex(node.value), coding))


def said(kind, prop, node):
    """(key, value) of a property's value, where it is one of ours."""
    if kind == DEVICE and prop in TEXTS:
        text = text_of(node)
        return (TEXTS[prop], text) if text else None
    if kind == DEVICE and prop in NUMBERS:
        found = re.search(r"\(Unsigned\) (\d+)$", node.show)
        if not found and node.first("bacapp.vendor_identifier"):
            return NUMBERS[prop], node.first("bacapp.vendor_identifier").show
        return (NUMBERS[prop], found[1]) if found else None
    if kind == DEVICE and prop == OBJECT_ID:
        number = node.first("bacapp.instance_number")
        return ("device_instance", number.show) if number else None
    if kind == NETWORK_PORT and prop in ADDRESSES and len(node.value) == 8:
        return ADDRESSES[prop], ".".join(
            str(b) for b in bytes.fromhex(node.value))
    return None


def properties(apdu):
    """(key, value) of a message with objects and properties."""
    kind = prop = closing = None
    for node in apdu.all(""):
        if closing is not None:
            if node.show == closing:
                closing = prop = None
            else:
                found = said(kind, prop, node)
                if found:
                    yield found
        elif re.match("(Object|Device) ?Identifier:", node.show):
            kind, prop = node.number("bacapp.objectType"), None
        elif node.show.startswith("Property Identifier:"):
            prop = node.number("bacapp.property_identifier")
        elif prop is not None and re.match(r"\{\[[234]\]", node.show):
            closing = "}" + node.show[1:]


def i_am(apdu):
    if apdu.number("bacapp.objectType") == DEVICE:
        yield "device_instance", apdu.first("bacapp.instance_number").show
        vendor = apdu.first("bacapp.vendor_identifier")
        if vendor is not None:
            yield "vendor_id", vendor.show


def i_have(apdu):
    kinds = [int(n.show, 0) for n in apdu.all("bacapp.objectType")]
    numbers = [n.show for n in apdu.all("bacapp.instance_number")]
    if kinds[:1] != [DEVICE]:
        return
    yield "device_instance", numbers[0]
    if kinds[1:2] == [DEVICE] and numbers[1] == numbers[0]:
        for node in apdu.all(""):
            if node.show == "Object Name" and text_of(node):
                yield "name", text_of(node)


def who_am_i(apdu):
    for node in apdu.all(""):
        found = re.match(r"Vendor ID: .*?\(?(\d+)\)?$", node.show)
        if found:
            yield "vendor_id", found[1]
        elif node.show.startswith("Model name:") and text_of(node):
            yield "model", text_of(node)
        elif node.show.startswith("Serial number:") and text_of(node):
            yield "serial", text_of(node)


def facts(frame, ends):
    for apdu in frame.all("bacapp"):
        kind = apdu.number("bacapp.type")
        if kind == 1:
            service = apdu.number("bacapp.unconfirmed_service")
            how = {0: i_am, 1: i_have, 13: who_am_i, 2: properties,
                   11: properties}.get(service)
        else:
            service = apdu.number("bacapp.confirmed_service")
            how = properties if service in REPORTS.get(kind, ()) else None
        if how is not None:
            who = device(frame, ends)
            for key, text in how(apdu):
                if (key, text) not in NOTHING:
                    yield who, key, text

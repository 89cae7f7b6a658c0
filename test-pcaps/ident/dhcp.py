"""dhcp: what tshark shows of a DHCP or BOOTP client and of who serves it.

The client is whom the message names, by its MAC (chaddr): a relay or a
broadcast may have carried it.  What it says in DISCOVER, REQUEST, INFORM and
BOOTP is of itself; the name that a server gives to it is the server's word,
"peer".  An address that is leased is on the client's asset.  Who offers or
leases one is a server, by the IP that the message comes from; where a relay
brings it to the client, that sender is a router.

What only asks about others (lease queries, RFC 4388), and what a client may
not say (RFC 2131, table 5: names in DECLINE and RELEASE), is nobody's name.
"""

import re

import neighbour
import words

PROTO = "dhcp"
PROTOS = ("dhcp",)
BY_FRAME = False
MAY_CLAIM = False
CATALOG = {"dhcp"}
FILTER = "dhcp.hw.len"
ELEMENTS = ("dhcp",)
KEYS = {"hostname", "os", "description"}
VENDORS = {}
NAMES = ()
BOOTP, DISCOVER, OFFER, REQUEST, ACK, NAK, INFORM = None, 1, 2, 3, 5, 6, 8
HOST_NAME, VENDOR_CLASS, FQDN = 12, 60, 81
CLIENT_PORT = "68"
SYSTEMS = {"MSFT 5.0": "Windows", "MSFT 98": "Windows 98"}
# of boot ROMs, and of a client that is in everything: they tell nothing of
# the device, and are no fact
NOBODYS = ("udhcp ", "PXEClient", "HTTPClient")


def value(_key, text):
    return words.trim(text)


def child(node, name):
    return next((n for n in node.inside if n.name == name), None)


def shown(message, name):
    node = child(message, name)
    return node.show if node is not None else "0.0.0.0"


def options(message):
    """{code: the first field of that name}"""
    out = {}
    for o in message.all("dhcp.option.type"):
        # what runs beyond the captured bytes has no value
        if re.fullmatch("([0-9a-f]{2})+", o.value):
            out.setdefault(int(o.value[:2], 16), o)
    return out


def text_of(option, name):
    node = option.first(name)
    if node is None:
        return ""
    return words.trim(words.decode(bytes.fromhex(node.value).rstrip(b"\0")))


def names(has):
    if HOST_NAME in has:
        yield "hostname", text_of(has[HOST_NAME], "dhcp.option.hostname")
    if FQDN in has:
        name = has[FQDN].first("dhcp.fqdn.name")
        if name is not None:
            # With the dot of the root or without is one name (RFC 4702, 2.3).
            yield "hostname", words.trim(name.show).rstrip(".")


def system(text):
    """(key, value) of a vendor class: some are those of a system's client."""
    if text in SYSTEMS:
        return "os", SYSTEMS[text]
    if text.startswith("android-dhcp-"):
        return "os", "Android " + text.partition("android-dhcp-")[2]
    if text.startswith("dhcpcd-"):
        # dhcpcd-8.1.2:Linux-5.4:x86_64:...
        return "os", (text.split(":") + [""])[1]
    return None if text.startswith(NOBODYS) else ("description", text)


def client(message):
    """Its MAC, where it has one of Ethernet."""
    kind, mac = child(message, "dhcp.hw.type"), child(message,
                                                      "dhcp.hw.mac_addr")
    if kind is None or mac is None or int(kind.show, 0) != 1:
        return None
    group = int(mac.show[:2], 16) & 1
    return None if group or mac.value == "0" * 12 else mac.show


def of_client(message, has, kind):
    who = client(message) or shown(message, "dhcp.ip.client")
    if kind not in (BOOTP, DISCOVER, REQUEST, INFORM) or who == "0.0.0.0":
        return
    for key, text in names(has):
        yield who, key, text
    if VENDOR_CLASS in has:
        found = system(text_of(has[VENDOR_CLASS],
                               "dhcp.option.vendor_class_id"))
        if found:
            yield who, found[0], found[1]


def of_server(message, has, kind, ends):
    who, given = client(message), shown(message, "dhcp.ip.your")
    if kind in (BOOTP, ACK) and who:
        for key, text in names(has):
            yield who, "peer " + key, text
        if neighbour.is_hosts(given):
            yield who, "address", given
    relayed = (shown(message, "dhcp.ip.relay") != "0.0.0.0" and
               ends.dst_port == CLIENT_PORT)
    if relayed:
        yield ends.src_host, "role", "router"
    elif kind in (OFFER, ACK):
        yield ends.src_host, "role", "server"


def facts(frame, ends):
    for message in frame.inside:
        if message.name != "dhcp":
            continue
        has = options(message)
        kind = message.number("dhcp.option.dhcp")
        if message.number("dhcp.type") == 2:
            found = of_server(message, has, kind, ends)
        else:
            found = of_client(message, has, kind)
        yield from (f for f in found if f[2])

"""lldp: what tshark shows of who sends LLDP.

The device is the MAC that it gives as its own: the chassis id, or PROFINET's
chassis MAC where that id is a name; else the frame's source.  The source,
which is one of its ports, is of the same asset.  PROFINET puts a name, or 80
columns of an identification, into the chassis id, and the name of the station
behind the port's.

With a time to live of 0 a port takes back what it said, and says nothing.
"""

import re

import neighbour
import words

PROTO = "lldp"
PROTOS = ("lldp",)
BY_FRAME = False
MAY_CLAIM = True        # of addresses: kept.py, is_anothers
CATALOG = {"lldp"}
FILTER = "lldp"
ELEMENTS = ("lldp",)
TEXTS = {"lldp.tlv.system.name": "name",
         "lldp.tlv.system.desc": "description",
         "lldp.media.hardware": "hardware", "lldp.media.firmware": "firmware",
         "lldp.media.software": "software", "lldp.media.sn": "serial",
         "lldp.media.manufacturer": "vendor", "lldp.media.model": "model",
         "lldp.media.asset": "user_text"}
KEYS = {*TEXTS.values(), "order_number"}
VENDORS = {}
NAMES = ()
LOCAL = 7
COLUMNS = re.compile("(.{25}) (.{20}) (.{16}) (.{5}) (.)(...)(...)(...)")


def value(_key, text):
    return words.trim(text)


def own_mac(message):
    for node in message.all("lldp.chassis.id.mac", "lldp.profinet.cm_mac_add"):
        if neighbour.is_station(node.show):
            return node.show
    return None


def station(message):
    """(key, value) of what PROFINET puts into the ids."""
    if message.first("lldp.profinet.subtype") is None:
        return
    chassis, port = message.first("lldp.chassis.id"), message.first(
        "lldp.port.id")
    name = ""
    if port is not None and message.number("lldp.port.subtype") == LOCAL:
        found = re.match(r"port-[^.]*\.(.*)", neighbour.text_of(port))
        name = found[1] if found else ""
    if chassis is not None and message.number(
            "lldp.chassis.subtype") == LOCAL:
        text = words.decode(bytes.fromhex(chassis.value))
        columns = COLUMNS.fullmatch(text)
        if columns:
            yield from zip(("model", "order_number", "serial", "hardware"),
                           columns.groups())
            yield "firmware", columns[5] + ".".join(
                n.strip() for n in columns.groups()[5:])
        elif not name:
            name = text
    if message.first("lldp.tlv.system.name") is None:
        yield "name", name


def port_id(message):
    node = message.first("lldp.port.id.mac", "lldp.port.id.ip4",
                         "lldp.port.id.ip6")
    if node is not None:
        return node.show
    node = message.first("lldp.port.id")
    return neighbour.text_of(node) if node is not None else ""


def of_message(message, source):
    mac = own_mac(message)
    who = mac or source
    for node in message.all(*TEXTS):
        yield who, TEXTS[node.name], neighbour.text_of(node)
    for key, text in station(message):
        yield who, key, words.trim(text)
    yield who, "port", port_id(message)
    if mac and neighbour.is_station(source):
        yield who, "address", source
    yield from neighbour.addresses(
        who, "managed_at",
        [n.show for n in message.all("lldp.mgn.addr.ip4",
                                     "lldp.mgn.addr.ip6")])


def facts(frame, ends):
    for message in frame.inside:
        if message.name == "lldp" and message.number(
                "lldp.time_to_live") != 0:
            yield from (f for f in of_message(message, ends.src_mac)
                        if neighbour.is_fact(f[2]))

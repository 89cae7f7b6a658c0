"""profinet: what tshark shows of a station in PROFINET DCP.

Hello and the responses to Identify and Get are the word of the station that
sends them; what a Set gives to a station is "expected" of the one it goes to.
What Identify asks for is nobody's word.
"""

import words

PROTO = "profinet"
PROTOS = ("profinet",)
BY_FRAME = False
MAY_CLAIM = False
CATALOG = {"pn_dcp"}
FILTER = "pn_dcp"
ELEMENTS = ("pn_dcp",)
KEYS = {"name", "model", "vendor_id", "product_code", "netmask", "gateway",
        "vendor"}
VENDORS = words.names("profinet/vendors_1.def", "profinet/vendors_2.def",
                      "profinet/vendors_3.def")
NAMES = ()
GET, SET, IDENTIFY, HELLO = 3, 4, 5, 6
REQUEST, SUCCESS = 0, 1
TEXTS = {"pn_dcp.suboption_device_nameofstation": "name",
         "pn_dcp.suboption_device_devicevendorvalue": "model"}
NUMBERS = {"pn_dcp.suboption_vendor_id": "vendor_id",
           "pn_dcp.suboption_device_id": "product_code"}
IP, MASK, GATEWAY = ("pn_dcp.suboption_ip_ip",
                     "pn_dcp.suboption_ip_subnetmask",
                     "pn_dcp.suboption_ip_standard_gateway")
NOWHERE = "0.0.0.0"
NOT_SET = 0


def value(_key, text):
    return words.trim(text)


def of_ip(block):
    """No address is set: none is.  Its own as its gateway: it has none."""
    ip, mask, gateway = (block.first(f) for f in (IP, MASK, GATEWAY))
    info = block.number("pn_dcp.suboption_ip_block_info")
    if ip is None:
        return
    if ip.show != NOWHERE and info is not None and info & 3 != NOT_SET:
        yield "address", ip.show
    if mask is not None and mask.show != NOWHERE:
        yield "netmask", mask.show
    if gateway is not None and gateway.show not in (NOWHERE, ip.show):
        yield "gateway", gateway.show


def of_block(block):
    for node in block.all(*TEXTS):
        yield TEXTS[node.name], words.trim(
            words.decode(bytes.fromhex(node.value)))
    for node in block.all(*NUMBERS):
        yield NUMBERS[node.name], str(int(node.show, 0))
    yield from of_ip(block)


def facts(frame, ends):
    for message in frame.inside:
        if message.name != "pn_dcp":
            continue
        service = message.number("pn_dcp.service_id")
        kind = message.number("pn_dcp.service_type")
        if service == SET and kind == REQUEST:
            who, claim = ends.dst_mac, "expected "
        elif service == HELLO or (service in (GET, IDENTIFY) and
                                  kind == SUCCESS):
            who, claim = ends.src_mac, ""
        else:
            continue
        for block in message.all("pn_dcp.block"):
            for key, text in of_block(block):
                if text and not (claim and key == "address"):
                    yield who, claim + key, text

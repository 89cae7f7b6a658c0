"""modbus: what tshark shows of a Modbus device: the objects of Read Device
Identification (43/14), by unit.  What Report Server ID (17) tells is bytes to
tshark 4.0, and so is no fact.
"""

import words

PROTO = "modbus"
PROTOS = ("modbus",)
BY_FRAME = True
MAY_CLAIM = False
CATALOG = {"modbus", "mbtcp"}
FILTER = "modbus.object_str_value"
ELEMENTS = ("mbtcp", "modbus")
OBJECTS = {0: "vendor", 1: "product_code", 2: "firmware", 4: "description",
           5: "model", 6: "user_text"}
VENDORS = {}
NAMES = ()
KEYS = set(OBJECTS.values())


def value(_key, text):
    return words.trim(text)


def facts(frame, ends):
    unit = None
    for node in frame.inside:
        if node.name == "mbtcp":
            unit = node.number("mbtcp.unit_id")
        if node.name != "modbus":
            continue
        number = None
        for n in node.all("modbus.object_id", "modbus.object_str_value"):
            if n.name == "modbus.object_id":
                number = int(n.show, 0)
                continue
            text = words.trim(words.decode(bytes.fromhex(n.value)))
            if number in OBJECTS and text:
                yield "%s/unit %s" % (ends.src, unit), OBJECTS[number], text

"""s7comm: what tshark shows of a controller in system status lists: 0x11, the
identification of a module and its firmware, and 0x1c, the names of its
components.  The device is who answers.

A list that is longer than a message comes in several, which tshark does not
put together: of the first it shows the whole records, of the others none.
"""

import words

PROTO = "s7comm"
PROTOS = ("s7comm",)
BY_FRAME = False
MAY_CLAIM = False
CATALOG = {"s7comm"}
FILTER = ("s7comm.param.userdata.type in {2, 8} && "
          "(s7comm.szl.xy11.0001.index || s7comm.szl.001c.000x.index)")
ELEMENTS = ("s7comm",)
KEYS = {"order_number", "hardware", "firmware", "name", "user_text",
        "location", "description", "serial", "model", "vendor_id"}
VENDORS = {}
NAMES = ()
TREE = "s7comm.data.userdata.szl_data_tree"
MODULE, FIRMWARE = 1, 7
COMPONENTS = {"s7comm.szl.001c.0001.name": "name",
              "s7comm.szl.001c.0002.name": "user_text",
              "s7comm.szl.001c.0003.tag": "location",
              "s7comm.szl.001c.0004.copyright": "description",
              "s7comm.szl.001c.0005.serialn": "serial",
              "s7comm.szl.001c.0007.cputypname": "model",
              "s7comm.szl.001c.000b.loc_id": "location"}
MAKER = "s7comm.szl.001c.0009.manufacturer_id"


def value(_key, text):
    return words.trim(text)


def text_of(node):
    """Up to the first NUL, as a fixed field is filled up."""
    return words.trim(words.decode(
        bytes.fromhex(node.value).partition(b"\0")[0]))


def of_module(record):
    index = record.number("s7comm.szl.xy11.0001.index")
    version = record.number("s7comm.szl.xy11.0001.ausbg")
    release = record.number("s7comm.szl.xy11.0001.ausbe")
    if index == MODULE:
        yield "order_number", text_of(
            record.first("s7comm.szl.xy11.0001.anz"))
        if version:
            yield "hardware", str(version)
    elif index == FIRMWARE and version >> 8 == ord("V"):
        yield "firmware", "V%d.%d.%d" % (version & 255, release >> 8,
                                         release & 255)


def of_component(record):
    for node in record.all(*COMPONENTS):
        yield COMPONENTS[node.name], text_of(node)
    maker = record.number(MAKER)
    if maker:
        yield "vendor_id", str(maker)


def facts(frame, ends):
    for record in frame.all(TREE):
        if record.first("s7comm.szl.xy11.0001.index") is not None:
            found = of_module(record)
        else:
            found = of_component(record)
        yield from ((ends.src_host, key, text) for key, text in found if text)

"""dnp3: what tshark shows of an outstation: the attributes of group 0 in
responses, where they are text, by the outstation's link address.
"""

import words

PROTO = "dnp3"
PROTOS = ("dnp3",)
BY_FRAME = True
MAY_CLAIM = False
CATALOG = {"dnp3"}
FILTER = "dnp3.al.da.length && dnp3.al.func in {129, 130}"
ELEMENTS = ("dnp3",)
ATTRIBUTES = {196: "program_name", 197: "config_version", 206: "user_text",
              207: "user_text", 208: "user_text", 242: "software",
              243: "hardware", 244: "user_text", 245: "location",
              246: "user_text", 247: "name", 248: "serial",
              249: "protocol_revision", 250: "model", 252: "vendor"}
VENDORS = {}
NAMES = ()
KEYS = set(ATTRIBUTES.values())
RESPONSES = (129, 130)


def value(_key, text):
    return words.trim(text)


def facts(frame, ends):
    for link in frame.all("dnp3"):
        if link.number("dnp3.al.func") not in RESPONSES:
            continue
        who = "%s/addr %d" % (ends.src, link.number("dnp3.src"))
        for obj in link.all("dnp3.al.obj"):
            number = int(obj.show, 0)
            text = obj.first("dnp3.al.da.value")
            if number >> 8 or number & 255 not in ATTRIBUTES or text is None:
                continue
            shown = words.trim(words.decode(bytes.fromhex(text.value)))
            # the other sets are the user's, whatever tshark calls them
            own = obj.number("dnp3.al.point_index", "dnp3.al.range.start")
            if shown:
                yield who, "user_text" if own else ATTRIBUTES[
                    number & 255], shown

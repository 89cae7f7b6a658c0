"""mms: messages of MMS (ISO 9506-2) with what carries them, as the sender
writes them: presentation and session (X.226, X.225), COTP and TPKT (s7.py)."""

import struct

import s7

ARCS = b"\x28\xca\x22"                  # 1.0.9506
BASIC = b"\x06\2\x51\1"                 # basic encoding
ACSE, MMS = b"\x52\1\0\1", ARCS + b"\2\1"


def tlv(tag, *parts):
    """Of the shortest length that there is; tag is a number."""
    body = b"".join(parts)
    n = len(body)
    size = bytes([n]) if n < 128 else b"\x81" + bytes([n]) if n < 256 else \
        b"\x82" + struct.pack("!H", n)
    head = bytes([tag]) if tag < 256 else struct.pack("!H", tag)
    return head + size + body


def number(tag, value):
    n = max(1, (value.bit_length() + 8) // 8)
    return tlv(tag, value.to_bytes(n, "big", signed=True))


def tag_of(service, primitive=False):
    """A service's tag: context-specific, and constructed or not."""
    form = 0x80 if primitive else 0xA0
    return form | service if service < 31 else (form | 0x1F) << 8 | service


# --- what carries messages ---------------------------------------------------

def segments(user, size):
    """Data units of COTP, of which only the last ends the message."""
    parts = [user[at:at + size] for at in range(0, len(user), size)]
    return [s7.tpkt(b"\2\xf0" + (b"\x80" if p is parts[-1] else b"\0") + p)
            for p in parts]


def presented(message, context=3):
    return tlv(0x61, tlv(0x30, number(2, context), tlv(0xA0, message)))


def data(message):
    return s7.data(b"\1\0\1\0" + presented(message))


def spdu(si, *params):
    body = b"".join(params)
    n = len(body)
    return bytes([si]) + (bytes([n]) if n < 255 else b"\xff" +
                          struct.pack("!H", n)) + body


def user_data(body):
    n = len(body)
    return b"\xc1" + (bytes([n]) if n < 255 else b"\xff" +
                      struct.pack("!H", n)) + body


def external(message):
    return tlv(0xBE, tlv(0x28, BASIC, number(2, 3), tlv(0xA0, message)))


def associate(message, password=None):
    """A session's connect with the association's request."""
    auth = b"" if password is None else \
        tlv(0x8A, b"\7\x80") + tlv(0x8B, b"\x52\3\1") + \
        tlv(0xAC, tlv(0x80, password))
    asked = tlv(0x60, tlv(0xA1, tlv(6, ARCS + b"\2\3")),
               tlv(0xA2, tlv(6, b"\x29\1\x87\x67\1")),
               tlv(0xA3, number(2, 12)),
               tlv(0xA6, tlv(6, b"\x29\1\x87\x67")), auth, external(message))
    syntaxes = tlv(0xA4, tlv(0x30, number(2, 1), tlv(6, ACSE),
                             tlv(0x30, BASIC)),
                   tlv(0x30, number(2, 3), tlv(6, MMS), tlv(0x30, BASIC)))
    cp = tlv(0x31, tlv(0xA0, b"\x80\1\1"), tlv(
        0xA2, tlv(0x81, b"\0\0\0\1"), tlv(0x82, b"\0\0\0\1"), syntaxes,
        presented(asked, 1)))
    return s7.data(spdu(13, b"\5\6\x13\1\0\x16\1\2", b"\x14\2\0\2",
                        b"\x33\2\0\1", b"\x34\2\0\1", user_data(cp)))


def associated(message, result=0):
    info = b"" if message is None else external(message)
    answer = tlv(0x61, tlv(0xA1, tlv(6, ARCS + b"\2\3")),
               tlv(0xA2, number(2, result)),
               tlv(0xA3, tlv(0xA1, number(2, result))), info)
    good = tlv(0x30, b"\x80\1\0", b"\x81\2\x51\1")
    cpa = tlv(0x31, tlv(0xA0, b"\x80\1\1"), tlv(
        0xA2, tlv(0x83, b"\0\0\0\1"), tlv(0xA5, good, good),
        presented(answer, 1)))
    return s7.data(spdu(14, b"\5\6\x13\1\0\x16\1\2", b"\x14\2\0\2",
                        user_data(cpa)))


RELEASE = s7.data(spdu(9, user_data(presented(b"\x62\3\x80\1\0", 1))))
RELEASED = s7.data(spdu(10, user_data(presented(b"\x63\3\x80\1\0", 1))))
REFUSED = s7.data(spdu(12, b"\x32\1\1"))
ABORT = s7.data(spdu(25, b"\x11\1\x0b", user_data(
    tlv(0xA0, presented(b"\x64\3\x80\1\1", 1)))))


# --- messages ----------------------------------------------------------------

def initiate(tag=0xA8, size=65000):
    return tlv(tag, number(0x80, size), number(0x81, 5), number(0x82, 5),
               number(0x83, 10), tlv(0xA4, number(0x80, 1),
                                     b"\x81\3\5\xf1\0",
                                     b"\x82\x0c\3\xee\x1c\0\0\4\x02\0\0\x79"
                                     b"\xef\x18"))


def request(invoke, service, *body, primitive=False):
    return tlv(0xA0, number(2, invoke), tlv(tag_of(service, primitive), *body))


def response(invoke, service, *body, primitive=False):
    return tlv(0xA1, number(2, invoke), tlv(tag_of(service, primitive), *body))


def error(invoke, cls, code, *more):
    return tlv(0xA2, number(0x80, invoke),
               tlv(0xA2, tlv(0xA0, number(0x80 | cls, code)), *more))


def reject(invoke, cls, code):
    return tlv(0xA4, number(0x80, invoke), number(0x80 | cls, code))


def report(*body):
    return tlv(0xA3, tlv(0xA0, *body))


CONCLUDE, CONCLUDED = b"\x8b\0", b"\x8c\0"


# --- names and values --------------------------------------------------------

def name(text):
    """A name of the device, or "domain/item"; "@name": the association's."""
    if text[:1] == "@":
        return tlv(0x82, text[1:].encode())
    if "/" not in text:
        return tlv(0x80, text.encode())
    domain, item = text.split("/")
    return tlv(0xA1, tlv(0x1A, domain.encode()), tlv(0x1A, item.encode()))


def variables(*names, tag=0xA0):
    return tlv(tag, *[tlv(0x30, tlv(0xA0, name(n))) for n in names])


def a_list(text):
    return tlv(0xA1, name(text))


def structure(*values):
    return tlv(0xA2, *values)


def boolean(v):
    return tlv(0x83, b"\1" if v else b"\0")


def bits(text):
    n = len(text)
    pad = -n % 8
    return tlv(0x84, bytes([pad]) + int((text + "0" * pad) or "0", 2).to_bytes(
        (n + pad) // 8, "big"))


def real(v):
    return tlv(0x87, b"\x08" + struct.pack("!f", v))


def visible(text):
    return tlv(0x8A, text.encode())


def utc(seconds, fraction=0, quality=0x0A):
    return tlv(0x91, struct.pack("!I", seconds) +
               struct.pack("!I", fraction)[1:] + bytes([quality]))


def oper(value, number_=1, test=False):
    """What a control is given: value, origin, number, time, test, check."""
    return structure(value, structure(number(0x85, 2), tlv(0x89, b"OTUS")),
                     number(0x86, number_), utc(1767225600), boolean(test),
                     bits("00"))


def file_name(text):
    return tlv(0x19, text.encode())

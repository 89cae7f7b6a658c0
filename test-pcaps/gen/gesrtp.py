"""gesrtp: PDUs of GE-SRTP, as open clients and recorded servers write them."""

import struct

MASTER, TASK = bytes(4), b"\x10\x0e\0\0"
ME = b"\x20\x5a\0\0"

CONNECT = bytes(56)
CONNECTED = b"\1" + bytes(7) + b"\x0f" + bytes(47)


def pdu(kind, seq, mail, rest, text=b"", sender=MASTER, to=TASK, packets=1,
        length=None, packet=1):
    """rest: behind the mailbox, 14 octets."""
    has_text = mail in (0x80, 0x94)
    n = len(text) if length is None else length
    flag = packets + has_text if kind in (2, 8) else 0
    head = struct.pack("<BBHI", kind, 0, seq, n)
    head += struct.pack("<BB7xB8x", 0, flag, flag or 1)
    head += bytes([0x20, 0x10, 0x09, 0, 9 if has_text else 6, mail])
    body = sender + to
    if has_text:
        body += bytes([packet, packets]) + \
            struct.pack("<I", len(text)) + b"\0\0" + bytes([packet, packets])
    else:
        body += bytes([packet, packets])
    return (head + body + rest).ljust(56, b"\0") + text


def memory(selector, offset, count):
    return struct.pack("<BHH", selector, offset, count)


def ask(seq, service, params=b"", text=b"", kind=2, slot=1, **more):
    mail = 0x80 if text else 0xC0
    return pdu(kind, seq, mail, bytes([service]) + params, text,
               to=bytes([slot << 4, 0x0E, 0, 0]), **more)


def status(word=0x0100, privilege=2, program=0, sweep=3):
    return struct.pack("<bBHH", program, privilege, sweep, word)


def ack(seq, data=b"", word=0x0100, code=0, kind=3, **more):
    return pdu(kind, seq, 0xD4, bytes([code, 0]) + data.ljust(6, b"\0") +
               status(word), sender=TASK, to=ME, **more)


def ack_text(seq, text, word=0x0100, **more):
    return pdu(3, seq, 0x94, status(word), text, sender=TASK, to=ME, **more)


def nack(seq, major, minor):
    return pdu(3, seq, 0xD1, bytes([major, minor]), sender=TASK, to=ME)


def long_status(program):
    return bytes(8) + b"\1" + bytes(9) + program.ljust(16, b"\0") + \
        bytes.fromhex("0300015005180121")

"""fins: frames of FINS and messages of FINS/TCP, as the sender writes them."""

import struct


def frame(command, data=b"", to=(0, 20, 0), sender=(0, 10, 0), sid=0, icf=0x80,
          gateways=2):
    return bytes([icf, 0, gateways, *to, *sender, sid]) + \
        struct.pack("!H", command) + data


def answer(command, data=b"", end=0, to=(0, 10, 0), sender=(0, 20, 0), sid=0):
    return frame(command, struct.pack("!H", end) + data, to, sender, sid,
                 0xC0)


def tcp(function, body=b"", error=0, length=None):
    n = 8 + len(body) if length is None else length
    return b"FINS" + struct.pack("!III", n, function, error) + body


def memory(area, addr, count, bit=0):
    return struct.pack("!BHBH", area, addr, bit, count)


def controller(model, version):
    return model.ljust(20) + version.ljust(20) + bytes(40) + \
        bytes.fromhex("0a17 8000 01 0000 00 0000 00 00".replace(" ", ""))


def status(running, mode, fatal=0, other=0):
    return struct.pack("!BBHHHH", running, mode, fatal, other, 0, 0) + \
        b" " * 16


def name(text):
    return text.ljust(12)

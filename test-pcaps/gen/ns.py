"""ns: messages of DNS, mDNS and LLMNR (RFC 1035, 6762, 6763, 4795)."""

import ipaddress
import struct

A, NS, CNAME, SOA, PTR, HINFO, MX, TXT, AAAA, SRV, ANY = \
    1, 2, 5, 6, 12, 13, 15, 16, 28, 33, 255
ANSWER, AUTHORITY, ADDITIONAL = 1, 2, 3
QR, AA, TC, RD, RA = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080
UPDATE, NOTIFY, STATUS = 5 << 11, 4 << 11, 2 << 11
TOP = 0x8000            # mDNS: unicast answer wanted; others are flushed


def labels(name):
    """A text with dots, or a tuple of labels that may have some inside."""
    parts = name if isinstance(name, tuple) else \
        tuple(p for p in name.split(".") if p)
    return tuple(p if isinstance(p, bytes) else p.encode() for p in parts)


class Message:
    """Names are compressed as they come, as responders do."""

    def __init__(self, txn=0, flags=0):
        self.txn, self.flags = txn, flags
        self.count, self.body, self.seen = [0, 0, 0, 0], b"", {}

    def name(self, name, at):
        """Its octets, as they stand at an offset of the message."""
        out, rest = b"", labels(name)
        while rest:
            if rest in self.seen:
                return out + struct.pack("!H", 0xC000 | self.seen[rest])
            if at + len(out) < 0x4000:
                self.seen[rest] = at + len(out)
            out += bytes([len(rest[0])]) + rest[0]
            rest = rest[1:]
        return out + b"\0"

    def _add(self, data):
        self.body += data
        return self

    def ask(self, name, kind, cls=1):
        self.count[0] += 1
        return self._add(self.name(name, 12 + len(self.body)) +
                         struct.pack("!HH", kind, cls))

    def data(self, kind, value, at):
        if isinstance(value, bytes):
            return value
        if kind in (A, AAAA):
            return ipaddress.ip_address(value).packed
        if kind in (PTR, CNAME, NS):
            return self.name(value, at)
        if kind == SRV:
            return struct.pack("!HHH", 0, 0, value[1]) + \
                self.name(value[0], at + 6)
        return b"".join(bytes([len(s.encode())]) + s.encode() for s in value)

    def say(self, section, name, kind, value, ttl=120, cls=1):
        self.count[section] += 1
        self._add(self.name(name, 12 + len(self.body)) +
                  struct.pack("!HHI", kind, cls, ttl))
        data = self.data(kind, value, 12 + len(self.body) + 2)
        return self._add(struct.pack("!H", len(data)) + data)

    def answer(self, *args, **kw):
        return self.say(ANSWER, *args, **kw)

    def more(self, *args, **kw):
        return self.say(ADDITIONAL, *args, **kw)

    def bytes(self):
        return struct.pack("!6H", self.txn, self.flags, *self.count) + \
            self.body

    def on_tcp(self):
        data = self.bytes()
        return struct.pack("!H", len(data)) + data


def reverse(ip):
    return ipaddress.ip_address(ip).reverse_pointer

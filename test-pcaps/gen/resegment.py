"""resegment: the same TCP streams in other segments.

Works on Ethernet captures with TCP directly in IPv4 or IPv6.  Everything
else in the capture stays where it is.  A run is what one side sent in one go:
contiguous segments with nothing from the other side between them.  A run is
cut anew, and its pieces may be repeated or shuffled; a piece carries the
time of the original segment that held its last byte, so that PDUs complete
when they did before.

Flags: SYN and RST segments stay whole; FIN moves to a run's last piece.
"""

import random
import struct

import wire
from capfile import ETHERNET, Frame
from wire import FIN, MS, RST, SYN

KINDS = ("bytewise", "random", "duplicated", "reordered")


class Segment:
    """A TCP segment in a frame, and how to write it with other data."""

    def __init__(self, frame):
        data = frame.data
        self.frame = frame
        kind, at = struct.unpack_from("!H", data, 12)[0], 14
        while kind in (wire.ET_VLAN, wire.ET_QINQ):
            kind = struct.unpack_from("!H", data, at + 2)[0]
            at += 4
        self.ip_at, self.v6 = at, kind == wire.ET_IP6
        if self.v6:
            size = 40 + struct.unpack_from("!H", data, at + 4)[0]
            self.tcp_at, proto = at + 40, data[at + 6]
        else:
            size, = struct.unpack_from("!H", data, at + 2)
            self.tcp_at = at + (data[at] & 15) * 4
            proto = data[at + 9]
            if struct.unpack_from("!H", data, at + 6)[0] & 0x3FFF:
                raise ValueError("fragment")
        if kind not in (wire.ET_IP4, wire.ET_IP6) or proto != wire.TCP or \
                at + size > len(data):
            raise ValueError("no whole TCP segment")
        tcp = data[self.tcp_at:at + size]
        self.ports = struct.unpack_from("!HH", tcp)
        self.seq, self.ack = struct.unpack_from("!II", tcp, 4)
        self.flags = tcp[13]
        head = (tcp[12] >> 4) * 4
        if head < 20 or head > len(tcp):
            raise ValueError("TCP header length")
        self.header, self.payload = tcp[:head], tcp[head:]
        ends = data[at + 8:at + 40] if self.v6 else data[at + 12:at + 20]
        half = len(ends) // 2
        self.flow = (ends[:half], ends[half:]) + self.ports
        self.back = (ends[half:], ends[:half]) + self.ports[::-1]

    def write(self, ts, seq, data, flags, ident):
        """A frame like this one with other contents."""
        old = self.frame.data
        tcp = self.header[:4] + struct.pack("!I", seq & 0xFFFFFFFF) + \
            self.header[8:13] + bytes([flags]) + self.header[14:16] + \
            b"\0\0" + self.header[18:] + data
        ends = self.flow[0] + self.flow[1]
        pseudo = ends + (struct.pack("!II", len(tcp), wire.TCP) if self.v6
                         else struct.pack("!BBH", 0, wire.TCP, len(tcp)))
        tcp = tcp[:16] + struct.pack("!H", wire.checksum(pseudo + tcp)) + \
            tcp[18:]
        ip = bytearray(old[self.ip_at:self.tcp_at])
        if self.v6:
            struct.pack_into("!H", ip, 4, len(tcp))
        else:
            struct.pack_into("!HH", ip, 2, len(ip) + len(tcp),
                             (struct.unpack_from("!H", ip, 4)[0] + ident)
                             & 0xFFFF)
            struct.pack_into("!H", ip, 10, 0)
            struct.pack_into("!H", ip, 10, wire.checksum(bytes(ip)))
        out = old[:self.ip_at] + bytes(ip) + tcp
        return Frame(ts, out.ljust(60, b"\0"), iface=self.frame.iface)


def segment_of(frame):
    if frame.wire != len(frame.data):
        return None
    try:
        return Segment(frame)
    except (ValueError, IndexError, struct.error):
        return None


class Run:
    """Contiguous data of one side, sent within less time than otus waits for
    a missing piece."""

    def __init__(self, seg):
        self.segs = [seg]

    def takes(self, seg):
        last = self.segs[-1]
        return seg.seq == (last.seq + len(last.payload)) & 0xFFFFFFFF and \
            not last.flags & FIN and \
            seg.frame.ts - self.segs[0].frame.ts < 400 * MS

    def sizes(self, kind, rng, total):
        if kind == "bytewise":
            return [1] * total
        out = []
        while total:
            n = min(total, rng.choice((1, 2, 5, 7, 8, 11, 30, 200, 1400)))
            out.append(n)
            total -= n
        return out

    def write(self, kind, rng, calm):
        """Frames; calm: neither repeats nor shuffles."""
        data = b"".join(s.payload for s in self.segs)
        ends, at = [], 0                # where each original segment ends
        for s in self.segs:
            at += len(s.payload)
            ends.append((at, s))
        pieces, at = [], 0
        for n, size in enumerate(self.sizes(kind, rng, len(data))):
            at += size
            origin = next(s for end, s in ends if at <= end)
            flags = origin.flags & ~FIN
            if at == len(data):
                flags |= self.segs[-1].flags & FIN
            pieces.append((origin, (self.segs[0].seq + at - size), flags,
                           data[at - size:at], n))
        frames = [o.write(o.frame.ts, seq, part, flags, n)
                  for o, seq, flags, part, n in pieces]
        if calm:
            return frames
        if kind == "duplicated":
            return [f for f in frames for _ in range(rng.choice((1, 1, 2,
                                                                 3)))]
        if kind == "reordered":
            stamps = [f.ts for f in frames]
            for i in range(len(frames)):
                j = min(len(frames) - 1, i + rng.randrange(8))
                frames[i], frames[j] = frames[j], frames[i]
            for f, ts in zip(frames, stamps):
                f.ts = ts
        return frames


def resegment(cap, kind, seed=1):
    """Changes the capture; the number of segments cut anew (0 = none)."""
    if any(link != ETHERNET for link, _, _ in cap.ifaces):
        return 0
    rng = random.Random(seed)
    slots, open_, calm, done = [], {}, {}, 0
    for frame in cap.frames:
        seg = segment_of(frame)
        if seg is None:
            slots.append(frame)
            continue
        if not seg.payload or seg.flags & (SYN | RST):
            if seg.flags & SYN:
                calm[seg.flow] = False
            # what the other side acknowledges must have been seen by then
            open_.pop(seg.back, None)
            if seg.flags & (SYN | RST | FIN):
                open_.pop(seg.flow, None)
            slots.append(frame)
            continue
        done += 1
        open_.pop(seg.back, None)
        run = open_.get(seg.flow)
        if run and run.takes(seg):
            run.segs.append(seg)
            # the run is written where its last segment was
            slots[slots.index(run)] = None
            slots.append(run)
        else:
            run = open_[seg.flow] = Run(seg)
            run.calm = calm.get(seg.flow, True)
            calm[seg.flow] = False
            slots.append(run)
    out = []
    for slot in slots:
        if isinstance(slot, Run):
            out += slot.write(kind, rng, slot.calm)
        elif slot is not None:
            out.append(slot)
    # merged runs stand at their end: no piece may be older than what came
    latest = 0
    for f in out:
        latest = f.ts = max(f.ts, latest)
    cap.frames = out
    return done

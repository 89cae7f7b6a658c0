"""smb: messages of SMB 1 and 2 and of NTLM ([MS-CIFS], [MS-SMB2], [MS-NLMP]),
and of the session service below them (RFC 1002, 4.3)."""

import struct

REQUEST, GRANTED, REFUSED, KEEP_ALIVE = 0x81, 0x82, 0x83, 0x85
MORE, DENIED, FAILED, PENDING = 0xC0000016, 0xC0000022, 0xC000006D, 0x103
NEGOTIATE, SETUP, LOGOFF, TREE, UNTREE, CREATE, CLOSE = range(7)
READ, WRITE, IOCTL, ECHO, FIND, NOTIFY, SET = 8, 9, 11, 13, 14, 15, 17
OURS, THEIRS = b"\x11" * 16, b"\x22" * 16
ID = struct.pack("<QQ", 5, 9)


def wide(text):
    return text.encode("utf-16-le")


def session(kind, data=b""):
    return struct.pack("!BBH", kind, len(data) >> 16, len(data) & 0xFFFF) + \
        data


def message(*parts):
    """Messages of SMB2, chained, or one of SMB1."""
    out = b""
    for n, p in enumerate(parts):
        if n + 1 < len(parts):
            p += bytes(-len(p) % 8)
            p = p[:20] + struct.pack("<I", len(p)) + p[24:]
        out += p
    return session(0, out)


# --- NTLM ---------------------------------------------------------------------

VERSION, UNICODE = 0x02000000, 1


def _texts(head, texts, rest):
    """Texts behind the head; `head` has a place for each in turn."""
    at = len(head) + 8 * len(texts) + len(rest)
    places, data = b"", b""
    for t in texts:
        places += struct.pack("<HHI", len(t), len(t), at + len(data))
        data += t
    return head + places + rest + data


def version(major, minor, build):
    return struct.pack("<BBH3xB", major, minor, build, 15)


def offer(windows=(10, 0, 19041)):
    return b"NTLMSSP\0" + struct.pack("<II", 1, VERSION | UNICODE) + \
        bytes(16) + version(*windows)


def challenge(computer, domain, dns="", forest="", windows=(10, 0, 17763)):
    info = b""
    for n, t in (2, domain), (1, computer), (4, forest), (3, dns):
        if t:
            info += struct.pack("<HH", n, len(wide(t))) + wide(t)
    info += bytes(4)
    target = wide(domain)
    return b"NTLMSSP\0" + struct.pack(
        "<IHHII8s8xHHI", 2, len(target), len(target), 56, VERSION | UNICODE,
        b"CHALLENG", len(info), len(info), 56 + len(target)) + \
        version(*windows) + target + info


def logon(user, domain, station, windows=(10, 0, 19041)):
    return _texts(b"NTLMSSP\0" + struct.pack("<I", 3), [
        b"L" * 24, b"N" * 48, wide(domain), wide(user), wide(station), b""],
        struct.pack("<I", VERSION | UNICODE) + version(*windows))


# --- SMB2 ---------------------------------------------------------------------

def two(cmd, mid, body, status=0, response=False, signed=False, tree=1):
    return b"\xfeSMB" + struct.pack(
        "<HHIHHIIQIIQ", 64, 1, status, cmd, 1, response | signed << 3, 0, mid,
        0xFEFF, tree, 0x4000) + bytes(16) + body


def negotiate(mid, dialects, mode=1):
    return two(NEGOTIATE, mid, struct.pack(
        "<HHHHI16sQ", 36, len(dialects), mode, 0, 0, OURS, 0) +
        b"".join(struct.pack("<H", d) for d in dialects))


def negotiated(mid, dialect, mode=1):
    return two(NEGOTIATE, mid, struct.pack(
        "<HHHH16sIIIIQQHHI", 65, mode, dialect, 0, THEIRS, 7, 1 << 20,
        1 << 20, 1 << 20, 0, 0, 128, 0, 0), response=True)


def setup(mid, blob):
    return two(SETUP, mid, struct.pack("<HBBIIHHQ", 25, 0, 1, 0, 0, 88,
                                       len(blob), 0) + blob)


def setup_done(mid, status, blob=b"", flags=0):
    return two(SETUP, mid, struct.pack("<HHHH", 9, flags, 72, len(blob)) +
               (blob or b"\0"), status, True)


def error(cmd, mid, status):
    return two(cmd, mid, struct.pack("<HHIB", 9, 0, 0, 0), status, True)


def tree(mid, path):
    return two(TREE, mid, struct.pack("<HHHH", 9, 0, 72, len(wide(path))) +
               wide(path))


def tree_done(mid, kind=1):
    return two(TREE, mid, struct.pack("<HBBIII", 16, kind, 0, 0, 0, 0),
               response=True)


def create(mid, name, access=0x120089, disposition=1, options=0):
    return two(CREATE, mid, struct.pack(
        "<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, access, 0, 7, disposition,
        options, 120, len(wide(name)), 0, 0) + (wide(name) or b"\0"))


def created(mid):
    return two(CREATE, mid, struct.pack("<HBBI", 89, 0, 0, 1) + bytes(56) +
               ID + bytes(9), response=True)


def write(mid, at, data):
    return two(WRITE, mid, struct.pack("<HHIQ16sIIHHI", 49, 112, len(data),
                                       at, ID, 0, 0, 0, 0, 0) + data)


def written(mid, n):
    return two(WRITE, mid, struct.pack("<HHIIHH", 17, 0, n, 0, 0, 0) + b"\0",
               response=True)


def read(mid, at, n):
    return two(READ, mid, struct.pack("<HBBIQ16sIIIHH", 49, 80, 0, n, at, ID,
                                      0, 0, 0, 0, 0) + b"\0")


def was_read(mid, data):
    return two(READ, mid, struct.pack("<HBBIII", 17, 80, 0, len(data), 0, 0) +
               data, response=True)


def close(mid):
    return two(CLOSE, mid, struct.pack("<HHI16s", 24, 0, 0, ID))


def closed(mid):
    return two(CLOSE, mid, struct.pack("<H", 60) + bytes(58), response=True)


def set_info(mid, kind, data):
    return two(SET, mid, struct.pack("<HBBIHHI16s", 33, 1, kind, len(data),
                                     96, 0, 0, ID) + data)


def find(mid, pattern):
    return two(FIND, mid, struct.pack(
        "<HBBI16sHHI", 33, 37, 0, 0, ID, 96, len(wide(pattern)), 65536) +
        wide(pattern))


def renamed(name):
    return struct.pack("<B7xQI", 0, 0, len(wide(name))) + wide(name)


# --- SMB1 ---------------------------------------------------------------------

def one(cmd, mid, words, data, status=0, response=False, flags2=0xC001):
    return b"\xffSMB" + struct.pack(
        "<BIBHH8xHHHHH", cmd, status, 0x80 if response else 0x18, flags2, 0,
        0, 1, 77, 0, mid) + bytes([len(words) // 2]) + words + \
        struct.pack("<H", len(data)) + data


def dialects(mid, *names):
    return one(0x72, mid, b"", b"".join(b"\2" + n.encode() + b"\0"
                                        for n in names))


def pad(n_words):
    """Bytes begin behind 32, the count, words and their own count."""
    return b"\0" * ((33 + 2 * n_words + 2) % 2)


def texts(*names):
    return b"".join(wide(n) + b"\0\0" for n in names)

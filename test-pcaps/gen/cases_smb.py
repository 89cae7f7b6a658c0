"""cases_smb: sessions of SMB 1, 2 and 3, and what breaks the rules."""

import struct

import smb
from cases import case
from cases_nbns import letters
from smb import message, session
from talk import Path, Tcp, host

DESK, SERVER, OLD, BOX = host(51), host(52), host(53), host(54)


def log_on(c, mid=1, status=0):
    """The three messages of NTLM, and what the server says of them."""
    c.req(message(smb.setup(mid, b"\x60\x48" + smb.offer())))
    c.rsp(message(smb.setup_done(mid, smb.MORE, b"\xa1\x81" + smb.challenge(
        "HIST-1", "PLANT", "hist-1.plant.example", "plant.example"))))
    c.req(message(smb.setup(mid + 1, b"\xa1\x81" + smb.logon(
        "meyer", "PLANT", "ENG-4"))))
    return c.rsp(message(smb.setup_done(mid + 1, status) if status == 0 else
                         smb.error(smb.SETUP, mid + 1, status)))


@case("smb/files")
def files():
    """SMB2 from 1's negotiation on: dialect, NTLM, shares; a file made,
    written in messages longer than their head, read, renamed, deleted; a
    chain; what is pending; encrypted and compressed messages of SMB3."""
    c = Tcp(Path(), DESK, SERVER, 445).open()
    c.req(message(smb.dialects(0, "NT LM 0.12", "SMB 2.002", "SMB 2.???")))
    c.rsp(message(smb.negotiated(0, 0x02FF)))
    c.req(message(smb.negotiate(1, [0x0202, 0x0210, 0x0300, 0x0302, 0x0311])))
    c.rsp(message(smb.negotiated(1, 0x0311, 3)))
    log_on(c, 2)
    c.req(message(smb.tree(4, "\\\\HIST-1\\recipes")))
    c.rsp(message(smb.tree_done(4)))
    c.req(message(smb.tree(5, "\\\\HIST-1\\IPC$")))
    c.rsp(message(smb.tree_done(5, 2)))
    c.req(message(smb.create(6, "line 3\\mix.csv", 0x120116, 2)))
    c.rsp(message(smb.created(6)))
    c.req(message(smb.write(7, 0, b"a;b\n" * 5000)))
    c.rsp(message(smb.written(7, 20000)))
    c.req(message(smb.read(8, 4096, 9000)))
    c.rsp(message(smb.was_read(8, b"x" * 9000)))
    c.req(message(smb.set_info(9, 10, smb.renamed("line 3\\mix.old"))))
    c.rsp(message(smb.two(smb.SET, 9, b"\2\0", response=True)))
    c.req(message(smb.set_info(10, 13, b"\1")))
    c.rsp(message(smb.two(smb.SET, 10, b"\2\0", response=True)))
    c.req(message(smb.create(11, "gone.txt", 0x10000, 1, 0x1000),
                  smb.find(12, "*.csv"), smb.close(13)))
    c.rsp(message(smb.error(smb.CREATE, 11, 0xC0000034),
                  smb.error(smb.FIND, 12, 0xC0000008),
                  smb.error(smb.CLOSE, 13, 0xC0000008)))
    c.req(message(smb.two(smb.NOTIFY, 14, struct.pack(
        "<HHI16sII", 32, 0, 100, smb.ID, 3, 0))))
    c.rsp(message(smb.error(smb.NOTIFY, 14, smb.PENDING)))
    c.rsp(message(smb.error(smb.NOTIFY, 14, 0xC0000120)))
    c.req(message(smb.two(smb.IOCTL, 15, struct.pack(
        "<HHI16s", 57, 0, 0x140204, smb.ID) + bytes(33))))
    c.req(message(smb.close(16))).rsp(message(smb.closed(16)))
    c.rsp(message(smb.two(18, (1 << 64) - 1, struct.pack(
        "<HBBI16s", 24, 1, 0, 0, smb.ID), response=True)))
    c.req(message(b"\xfdSMB" + bytes(48) + b"secret"))
    c.req(message(b"\xfcSMB" + bytes(12) + b"packed"))
    c.req(message(smb.two(smb.LOGOFF, 17, b"\4\0\0\0", signed=True)))
    return c.close().path.cap


@case("smb/logons")
def logons():
    """Log-ons refused, of a guest and of nobody; a second connection."""
    c = Tcp(Path(), DESK, SERVER, 445).open()
    log_on(c, 1, smb.FAILED)
    c.req(message(smb.setup(3, smb.logon("", "", "ENG-4"))))
    c.rsp(message(smb.setup_done(3, 0, b"", 2)))
    c.req(message(smb.setup(4, smb.logon("gast", "", "ENG-4", (6, 1, 0)))))
    c.rsp(message(smb.setup_done(4, 0, b"", 1)))
    c.req(message(smb.setup(5, smb.offer((6, 1, 0)))))
    c.rsp(message(smb.setup_done(5, smb.MORE, smb.challenge(
        "NAS", "NAS", "nas", "", (6, 1, 0)))))
    return c.close().path.cap


@case("smb/old")
def old():
    """SMB1 with names asked for, NTLM and without: native systems, shares,
    a file opened, written, renamed, deleted; an error of DOS."""
    c = Tcp(Path(), OLD, BOX, 139).open()
    c.req(session(smb.REQUEST, letters("BOX-7", 0x20) + letters("MIXER", 0)))
    c.rsp(session(smb.GRANTED))
    c.req(message(smb.dialects(1, "LANMAN1.0", "NT LM 0.12")))
    c.rsp(message(smb.one(0x72, 1, struct.pack(
        "<HBHHIIIIQhB", 1, 7, 50, 1, 16644, 65536, 0, 0x43FD, 0, 0, 8),
        b"CHALLENG" + smb.texts("PLANT", "BOX-7"), response=True)))
    c.req(message(smb.one(0x73, 2, struct.pack(
        "<BBHHHHIHHII", 0xFF, 0, 0, 16644, 50, 1, 0, 24, 24, 0, 0xD4),
        b"L" * 24 + b"N" * 24 + smb.pad(13) + smb.texts(
            "operator", "PLANT", "Windows 2002 2600", "Windows 2002 5.1"))))
    c.rsp(message(smb.one(0x73, 2, struct.pack("<BBHH", 0xFF, 0, 0, 1),
                          smb.pad(3) + smb.texts("Unix", "Samba 3.0.37",
                                                 "PLANT"), response=True)))
    c.req(message(smb.one(0x75, 3, struct.pack("<BBHHH", 0xFF, 0, 0, 0, 1),
                          b"\0" + smb.texts("\\\\BOX-7\\RECIPES") +
                          b"?????\0")))
    c.rsp(message(smb.one(0x75, 3, struct.pack("<BBHH", 0xFF, 0, 0, 1),
                          b"A:\0" + smb.texts("FAT"), response=True)))
    c.req(message(smb.one(0xA2, 4, struct.pack(
        "<BBHBHIIIQIIIIIB", 0xFF, 0, 0, 0, 24, 0, 0, 0x12019F, 0, 0, 7, 5, 0,
        2, 0), smb.pad(24) + smb.texts("\\MIX.CSV"))))
    c.rsp(message(smb.one(0xA2, 4, struct.pack("<BBHBHI", 0xFF, 0, 0, 0, 0x4001,
                                               2) + bytes(57), b"",
                          response=True)))
    c.req(message(smb.one(0x2F, 5, struct.pack(
        "<BBHHIIHHHHHI", 0xFF, 0, 0, 0x4001, 512, 0, 0, 0, 0, 4, 64, 0),
        b"\0data")))
    c.req(message(smb.one(0x07, 6, b"\6\0", b"\4" + smb.texts("\\MIX.CSV") +
                          b"\4\0" + smb.texts("\\MIX.OLD"))))
    c.req(message(smb.one(0x06, 7, b"\6\0", b"\4MIX.OLD\0", flags2=0x0001)))
    c.rsp(message(smb.one(0x06, 7, b"", b"", 0x00020001, True, 0x0001)))
    c.req(session(smb.KEEP_ALIVE))
    c.close()
    c = Tcp(c.path, DESK, BOX, 139, cport=49200, t=c.t).open()
    c.req(session(smb.REQUEST, letters("*SMBSERVER", 0x20) +
                  letters("ENG-4", 0)))
    c.rsp(session(smb.REFUSED, b"\x82")).close()
    c = Tcp(c.path, DESK, SERVER, 445, cport=49201, t=c.t).open()
    c.req(message(smb.dialects(1, "NT LM 0.12")))
    c.rsp(message(smb.one(0x72, 1, struct.pack(
        "<HBHHIIIIQhB", 0, 3, 50, 1, 16644, 65536, 0, 0x8000E3FD, 0, 0, 0),
        smb.THEIRS + b"\x60\x28", response=True)))
    words = struct.pack("<BBHHHHI", 0xFF, 0, 0, 16644, 50, 1, 0)
    blob = smb.offer((5, 1, 2600))
    c.req(message(smb.one(0x73, 2, words + struct.pack(
        "<HII", len(blob), 0, 0x800000D4), blob + b"\0" * (1 - len(blob) % 2) +
        smb.texts("Windows 2002 Service Pack 3 2600", "Windows 2002 5.1"))))
    blob = smb.challenge("HIST-1", "PLANT")
    c.rsp(message(smb.one(0x73, 2, struct.pack(
        "<BBHHH", 0xFF, 0, 0, 0, len(blob)), blob + b"\0" * (
            1 - len(blob) % 2) + smb.texts(
            "Windows Server 2019 Standard 17763",
            "Windows Server 2019 Standard 6.3"), smb.MORE, True)))
    return c.close().path.cap


@case("smb/violations")
def violations():
    """Each rule broken once, a good message behind; noise between; a log-on
    whose texts are not there; a long write."""
    c = Tcp(Path(), DESK, SERVER, 445).open()
    good = message(smb.two(smb.ECHO, 99, b"\4\0\0\0"))
    tree = smb.tree(1, "\\\\A\\B")
    blob = smb.logon("u", "D", "W")
    c.req(good)
    for bad in (
            message(smb.two(smb.ECHO, 1, b"\5\0\0\0")),
            message(smb.two(smb.TREE, 1, b"\x09\0\0\0")),
            message(tree[:68] + b"\xff\xff" + tree[70:]),
            message(tree[:70] + b"\xff\xff" + tree[72:]),
            message(tree[:20] + b"\x10\0\0\0" + tree[24:]),
            message(tree + bytes(-len(tree) % 8), b"\xfdSMB" + bytes(64)),
            message(smb.setup(2, blob[:36] + b"\xff\xff" + blob[38:])),
            message(smb.setup(2, b"NTLMSSP\0\x09\0\0\0")),
            message(smb.negotiate(3, [0x0202, 0x0210])[:-2]),
            message(smb.one(0x75, 1, b"\xff\0\0\0\0\0\1\0", b"")[:40]),
            message(smb.one(0x72, 1, b"", b"\3LANMAN\0")),
            message(smb.two(0x44, 1, b"\4\0\0\0")),
            b"\0\0\0\x08nonsense", b"GET / HTTP/1.1\r\n\r\n"):
        c.req(bad, good)
    c.req(message(smb.write(7, 0, b"a" * 6000)), good)
    return c.close().path.cap

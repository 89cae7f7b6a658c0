"""cases_fox: what Niagara stations and their tools say to each other."""

import fox as f
from cases import case
from talk import Path, Tcp, host

TOOL = (("hostName", "engineering-2"), ("hostAddress", "10.0.0.40"),
        ("app.name", "Workbench"), ("app.version", "4.10.2.36"),
        ("vm.name", "OpenJDK 64-Bit Server VM"), ("vm.version", "25.302"),
        ("os.name", "Windows 10"), ("os.version", "10.0"),
        ("lang", "en"), ("timeZone", "Europe/Berlin;3600000;3600000"),
        ("hostId", "Win-0A1B-2C3D-4E5F-6071"), ("brandId", "vykon"))
STATION = (("hostName", "10.0.0.50"), ("hostAddress", "10.0.0.50"),
           ("app.name", "Station"), ("app.version", "4.10.2.36"),
           ("vm.name", "OpenJDK Client VM"), ("vm.version", "25.302"),
           ("os.name", "QNX"), ("os.version", "6.5.0"),
           ("station.name", "K#e4;lte#23;1"),
           ("hostId", "Qnx-TITAN-1111-2222-3333-4444"),
           ("vmUuid", "11e4d864-cd0e-664a-0000-00000000b83b"),
           ("brandId", "vykon"),
           ("sysInfo", f.obj(b"bog", b"<bog version=\"1.0\">\n};;\n</bog>")))


def greeted(path, n, port=1911, tool=TOOL, station=STATION):
    t = Tcp(path, client=host(n), server=host(50), port=port,
            cport=49000 + n).open()
    return t.req(f.hello(1, *tool)).rsp(f.hello(0, *station))


@case("fox/sessions")
def sessions():
    """A tool greets a station and logs in, opens a file, is refused another,
    keeps alive and closes; one whose password is wrong; a scanner's greeting
    on an odd port; a frame longer than what is looked at."""
    path = Path()
    t = greeted(path, 40)
    t.req(f.frame("a", 2, -1, "fox", "username", ("username", "anna"),
                  ("kerbKey", "hidden")))
    t.rsp(f.frame("a", 1, -1, "fox", "challenge", ("method", "scram-sha256"),
                  ("nonce", f.blob(b"\0];;\n\xff"))))
    t.req(f.frame("a", 3, -1, "fox", "authMessage1",
                  ("authHandshake1", "hidden")))
    t.rsp(f.frame("a", 2, -1, "fox", "authMessage1",
                  ("authHandshake1", "hidden")))
    t.rsp(f.frame("a", 3, -1, "fox", "welcome",
                  ("session", f.inner(("station.name", "within")))))
    t.req(f.frame("s", 4, 1, "file", "open", ("path", "!stations/config")))
    t.rsp(f.frame("r", 4, 1, "file", "open", ("size", b"i:17")))
    t.req(f.frame("s", 5, 2, "file", "open", ("path", "!lib/licence")))
    t.rsp(f.frame("e", 5, 2, "file", "open", ("cause", "denied")))
    t.rsp(f.frame("a", 6, -1, "circuit", "chunk",
                  ("data", f.blob(b"<x/>};;\n" * 900))))
    t.req(f.frame("k", -1, -1, "fox", "keepalive"))
    t.rsp(f.frame("s", 7, 1, "sys", "ping"))
    t.req(f.frame("n", 6, 1, "sys", "ping"))
    t.req(f.frame("c", 7, -1, "fox", "close")).close()
    t = greeted(path, 41)
    t.req(f.frame("a", 2, -1, "fox", "username", ("username", "admin")))
    t.rsp(f.frame("a", 1, -1, "fox", "challenge", ("method", "digest-md5")))
    t.rsp(f.frame("a", 2, -1, "fox", "rejected",
                  ("authfail_reason", "User Lockout"))).close()
    greeted(path, 42, 31911, tool=())
    return path.cap


@case("fox/violations")
def violations():
    """Bodies that are none, octets without their bracket, names with blanks,
    messages in messages, an end that is none, a header of five words, a hole
    in a frame; a good one behind each."""
    path = Path()
    t = greeted(path, 60)
    good = f.frame("k", -1, -1, "fox", "keepalive")
    head = b"fox a 5 -1 sys x\n"
    for one in (b"nothing;;\n", b"{\na=b:x[];;\n", b"{\na=b:2[12};;\n",
                b"{\na b=s:1\n};;\n", b"{\na=s1\n};;\n", b"{\n};\n};;\n",
                b"{\n" + b"a=m:{\n" * 9 + b"};;\n"):
        t.req(head + one, good)
    t.req(b"fox a 5 -1 sys\n", good)
    t.lose("c", f.frame("a", 6, -1, "sys", "x", ("a", "lost"))).req(good)
    return path.cap

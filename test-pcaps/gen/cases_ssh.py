"""cases_ssh: the lines with which SSH begins, and what comes behind them."""

import struct

from cases import case
from talk import CLIENT, Path, Tcp, host
from wire import S


def packet(n, kind=20):
    """A packet of RFC 4253, 6, in clear; what is in it does not matter."""
    return struct.pack("!IBB", n + 2, 4, kind) + bytes(n)


class Talk:
    """Connections of one client, a second apart."""

    def __init__(self, cap=None):
        self.path, self.n = Path(cap), 0

    def tcp(self, server, port=22):
        self.n += 1
        t = Tcp(self.path, CLIENT, server, port, 49151 + self.n)
        return t.wait(self.n * S)

    def lines(self, server, line, client=b"SSH-2.0-PuTTY_Release_0.78\r\n",
              port=22):
        t = self.tcp(server, port).open().rsp(line).req(client)
        t.req(packet(200)).rsp(packet(200)).close()
        return self


@case("ssh/lines")
def lines():
    """Servers of several makers, one behind a notice and one on another port;
    a line in two segments; a gap in what is encrypted, of which nothing is
    said; a connection of which the capture missed the beginning."""
    t = Talk()
    t.lines(host(20), b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n")
    t.lines(host(21), b"SSH-2.0-Cisco-1.25\n")
    t.lines(host(22), b"SSH-1.99-Comware-7.1.045\r\n",
            b"SSH-2.0-libssh2_1.10.0\r\n")
    t.lines(host(23), b"Authorized use only.\r\nAll is recorded.\r\n"
            b"SSH-2.0-dropbear_2019.78\r\n")
    t.lines(host(24), b"SSH-2.0-ROSSSH\r\n", port=2200)
    c = t.tcp(host(25)).open()
    c.rsp(b"SSH-2.0-OpenSSH_for", b"_Windows_8.1\r\n")
    c.req(b"SSH-2.0-JSCH-0.1.54\n").lose("s", bytes(500))
    c.rsp(packet(100)).req(packet(100)).rsp(packet(100)).close()
    t.tcp(host(26)).rsp(packet(300, 94)).req(packet(300, 94)).close()
    return t.path.cap


@case("ssh/violations")
def violations():
    """Lines that are none: no software, no version, characters that are not
    text, no end; nothing behind them is looked at."""
    t = Talk()
    for n, line in enumerate((
            b"SSH-2.0\r\n", b"SSH--x\r\n", b"SSH-2.0-a\tb\r\n",
            b"SSH-2.0-x \1\r\n", b"SSH-2.0-" + b"x" * 300 + b"\r\n")):
        t.lines(host(30 + n), line)
    t.tcp(host(40)).open().rsp(b"SSH-2.0-cut").close()
    return t.path.cap

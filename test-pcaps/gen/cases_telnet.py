"""cases_telnet: sessions of Telnet up to where somebody is in."""

from cases import case
from talk import CLIENT, Path, Tcp, host
from wire import S

WILL, WONT, DO, DONT = 251, 252, 253, 254
ECHO, SGA, TERMINAL, COM_PORT = 1, 3, 24, 44


def iac(command, option):
    return bytes([255, command, option])


def sub(option, data):
    return bytes([255, 250, option]) + data + b"\xff\xf0"


class Talk:
    """Connections of one client, a second apart."""

    def __init__(self):
        self.path, self.n = Path(), 0

    def open(self, server, port=23):
        self.n += 1
        return Tcp(self.path, CLIENT, server, port, 49151 + self.n).wait(
            self.n * S).open()


def types(tcp, text, echo=True):
    """Key by key, as it was in the time of terminals."""
    for c in text:
        key = bytes([c])
        tcp.req(key)
        if echo:
            tcp.rsp(key)
    return tcp.req(b"\r\0").rsp(b"\r\n")


@case("telnet/sessions")
def sessions():
    """A serial server with a greeting, typed key by key, refused and let in;
    a prompt with a host name; a password alone; a shell for everybody; a
    server of a serial port; on another port; a gap before the password."""
    t = Talk()
    c = t.open(host(20)).rsp(iac(WILL, ECHO) + iac(WILL, SGA)).req(
        iac(DO, ECHO) + iac(DO, SGA) + iac(WONT, TERMINAL))
    c.rsp(b"\r\nModel name  : NPort 5110\r\nSerial No.  : 4711\r\n"
          b"Firmware version : 2.10\r\n\r\nlogin: ")
    types(c, b"adx\x08min").rsp(b"Password: ")
    types(c, b"wrong", False).rsp(b"Login incorrect\r\n\r\nlogin: ")
    types(c, b"admin").rsp(b"Password: ")
    types(c, b"s3cret", False).rsp(b"Welcome\r\n> ")
    types(c, b"show").rsp(b"login: password: \r\n> ").close()
    c = t.open(host(21)).rsp(iac(DO, TERMINAL)).req(iac(WILL, TERMINAL))
    c.rsp(sub(TERMINAL, b"\1")).req(sub(TERMINAL, b"\0XTERM"))
    c.rsp(b"Debian GNU/Linux 12\r\nplc7 login: ").req(b"root\r\n").close()
    c = t.open(host(22)).rsp(iac(WILL, ECHO)).rsp(
        b"\r\n\r\nUser Access Verification\r\n\r\nPassword: ")
    c.req(b"s3cret\r\n").rsp(b"\r\nswitch>").req(b"en\r\n").close()
    c = t.open(host(23)).rsp(b"Example gateway 7\r\nEnter command: ")
    c.req(b"help\r\n").rsp(b"none\r\n").close()
    c = t.open(host(24), 2217).rsp(
        iac(WILL, COM_PORT) + iac(DO, SGA) + iac(WILL, SGA)).req(
            sub(COM_PORT, b"\0")).rsp(sub(COM_PORT, b"\x64Port server 2"))
    c.close()
    c = t.open(host(25)).rsp(iac(WILL, ECHO) + b"login: ")
    c.lose("c", b"operator\r\n").lose("s", b"operator\r\nPassword: ")
    c.req(b"s3cret\r\n").rsp(b"\r\n> ").close()
    return t.path.cap


@case("telnet/violations")
def violations():
    """Commands that are none, a subnegotiation without end; a server that asks
    nothing and says much, a client that types into it."""
    t = Talk()
    c = t.open(host(30)).rsp(iac(WILL, ECHO) + b"\xff\x41login: ")
    c.req(b"\xff\x20user\r\n").rsp(b"\xff\xfa\x18" + b"x" * 600 + b"\r\n")
    c.close()
    c = t.open(host(31)).rsp(b"".join(
        b"line %d\r\n" % n for n in range(60))).close()
    c = t.open(host(32)).rsp(iac(WILL, ECHO) + b"> ").req(
        b"1\r\n2\r\n3\r\n4\r\n").close()
    c = t.open(host(33)).rsp(b"\1\2\3\4 login: ").close()
    return t.path.cap

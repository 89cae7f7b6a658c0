"""cases_ftp: control connections of FTP."""

from cases import case
from talk import CLIENT, Path, Tcp, host
from wire import S


class Talk:
    """Control connections of one client, a second apart."""

    def __init__(self):
        self.path, self.n, self.tcp = Path(), 0, None

    def open(self, server, greeting, port=21):
        self.n += 1
        self.tcp = Tcp(self.path, CLIENT, server, port, 49151 + self.n)
        self.tcp.wait(self.n * S).open()
        return self.rsp(greeting)

    def rsp(self, *lines):
        for line in lines:
            self.tcp.rsp(line.encode("latin-1") + b"\r\n")
        return self

    def ask(self, command, *replies):
        self.tcp.req(command.encode("latin-1") + b"\r\n")
        return self.rsp(*replies)

    def login(self, user, password, reply="230 Logged in"):
        return self.ask("USER " + user, "331 Password for " + user).ask(
            "PASS " + password, reply)

    def close(self):
        self.ask("QUIT", "221 Goodbye").tcp.close()
        return self


@case("ftp/sessions")
def sessions():
    """A controller's files listed, fetched, written, renamed and removed; a
    log-in that is refused, one that goes on in TLS; greetings that name
    software, that say nothing, on another port; a transfer that is broken off;
    a reply in many lines; a connection without its beginning."""
    t = Talk()
    t.open(host(20), "220 Plant PLC 7 FTP server (VxWorks 5.4.2) ready.")
    t.login("engineer", "s3cret").ask("SYST", "215 VxWorks Type: L8")
    t.ask("FEAT", "211-Extensions:", " SIZE", " REST STREAM", "211 End")
    t.ask("CWD /FLASH0/wwwroot", "250 Changed").ask(
        "PASV", "227 Entering Passive Mode (10,0,0,20,195,80)")
    t.ask("LIST", "150 Here it comes", "226 Done")
    t.ask("RETR main.st", "150 Opening main.st (1164 bytes).", "226 Done")
    t.ask("STOR new.st", "125 Go on", "226 Stored")
    t.ask("RNFR new.st", "350 And to?").ask("RNTO main.st", "250 Renamed")
    t.ask("DELE old.st", "250 Deleted").ask("MKD backup", "257 \"backup\"")
    t.ask("RETR none.st", "550 No such file").close()
    t.open(host(21), "220 FTP server ready.").login(
        "admin", "wrong", "530 Login incorrect").close()
    t.open(host(22), "220 ProFTPD 1.3.5e Server (Historian) [10.0.0.22]")
    t.ask("AUTH TLS", "234 Go on").tcp.req(b"\x16\3\1\0\5hello").rsp(
        b"\x16\3\3\0\5hello").close()
    t.open(host(23), "220-FileZilla Server 0.9.60 beta", 2121)
    t.rsp("220 Please visit us").login("anonymous", "me@example")
    t.ask("STOR big.bin", "150 Go on").ask(
        "\xff\xf4\xff\xf2ABOR", "426 Broken off", "226 Aborted").close()
    t.n += 1
    t.tcp = Tcp(t.path, CLIENT, host(24), 21, 49151 + t.n).wait(t.n * S)
    t.rsp("226 Transfer complete").ask("SITE PSWD old new", "200 Changed")
    t.close()
    return t.path.cap


@case("ftp/violations")
def violations():
    """Lines that are neither command nor reply, a line without end, a good
    one behind each."""
    t = Talk().open(host(20), "220 vsFTPd 3.0.3")
    t.ask("12", "500 What?").ask("NOOP", "all is well", "200 OK")
    t.ask("NOOP", "700 x", "200 OK").ask("NOOP " + "x" * 2000, "200 OK")
    t.ask("PASSWORD s3cret", "500 PASSWORD s3cret: what?")
    t.ask("PAS s3cret", "500 PAS s3cret: what?")
    t.ask("NOOP", "200 OK").close()
    return t.path.cap

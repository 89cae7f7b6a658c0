"""cases_ssdp: devices that announce themselves by UPnP, and searches."""

from capfile import Capture, T0
from cases import case
from talk import CLIENT, Path, Udp, host
from wire import S, Host

GROUP = Host("01:00:5e:7f:ff:fa", "239.255.255.250")
DEVICE = "urn:schemas-upnp-org:device:"


class Link:
    """Stations of one network, and what they say, a second apart."""

    def __init__(self, cap=None):
        self.path, self.t = Path(cap), T0

    def say(self, src, dst, start, *headers, sport=1900, dport=1900):
        lines = [start] + ["%s: %s" % h for h in headers] + ["", ""]
        Udp(self.path, src, dst, dport, sport, self.t).req(
            "\r\n".join(lines).encode())
        self.t += S
        return self

    def notify(self, src, nt, server="", nts="alive", at=None):
        about = [("LOCATION", "http://%s:80/d.xml" % (at or src.ip)),
                 ("CACHE-CONTROL", "max-age=1800"), ("SERVER", server)]
        return self.say(src, GROUP, "NOTIFY * HTTP/1.1", ("HOST", "x"),
                        ("NT", nt), ("NTS", "ssdp:" + nts),
                        ("USN", "uuid:0815::" + nt),
                        *(about if server else ()))

    def search(self, src, dst, target, *more):
        return self.say(src, dst, "M-SEARCH * HTTP/1.1", ("HOST", "x"),
                        ("MAN", '"ssdp:discover"'), ("MX", "2"),
                        ("ST", target), *more, sport=50000)

    def answer(self, src, dst, target, server, sport=1900):
        return self.say(src, dst, "HTTP/1.1 200 OK", ("ST", target),
                        ("USN", "uuid:4711::" + target), ("EXT", ""),
                        ("SERVER", server), sport=sport, dport=50000)


@case("ssdp/discovery")
def discovery():
    """A gateway with its parts comes and goes; a camera; one that speaks for
    another; a search of all, answered from two ports; one of a single device
    by a panel that has a name."""
    n = Link()
    gate, server = host(30), "Linux/3.14 UPnP/1.0 Gate/1.2"
    for nt in ("upnp:rootdevice", DEVICE + "InternetGatewayDevice:1",
               DEVICE + "WANDevice:1"):
        n.notify(gate, nt, server)
    n.notify(host(31), DEVICE + "DigitalSecurityCamera:1",
             "Linux, UPnP/1.0, Camera SDK/2.1")
    n.notify(host(32), DEVICE + "Printer:1", "Proxy/1", at="10.0.0.33")
    n.search(CLIENT, GROUP, "ssdp:all",
             ("USER-AGENT", "Windows/10.0 UPnP/1.1 Browser/7"))
    n.answer(gate, CLIENT, DEVICE + "InternetGatewayDevice:1", server)
    n.answer(host(34), CLIENT, "upnp:rootdevice", "UPnP/1.0 BLR/1.0", 1901)
    n.search(host(11), gate, "upnp:rootdevice",
             ("CPFN.UPNP.ORG", "Panel hall 3"))
    n.answer(gate, host(11), "upnp:rootdevice", server)
    n.notify(gate, "upnp:rootdevice", nts="byebye")
    return n.path.cap


@case("ssdp/violations")
def violations():
    """Messages without what they are about, a line that is no header, a start
    that is none of SSDP's; good ones before and behind; a snap length that
    cuts what comes last."""
    n = Link(Capture(snaplen=42 + 160))
    start = "NOTIFY * HTTP/1.1"
    n.notify(host(30), "upnp:rootdevice")
    n.say(host(30), GROUP, start, ("NT", "a"), ("NTS", "ssdp:hello"))
    n.say(host(30), GROUP, start, ("NTS", "ssdp:alive"))
    n.say(host(30), GROUP, start, ("NT", "a"), ("NTS", "ssdp:alive"), ("", ""))
    n.say(host(30), GROUP, "M-SEARCH * HTTP/1.1", ("ST", "a"))
    n.say(host(30), GROUP, "GET / HTTP/1.1")
    n.notify(host(30), "upnp:rootdevice", "Linux UPnP/1.0 " + "x" * 80)
    return n.path.cap

"""cases_http: a browser and the web servers of devices."""

from cases import case
from talk import Path, Tcp, host
from wire import MS

AGENT = "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/2010\r\n"


def ask(method, path, *fields, body=""):
    return ("%s %s HTTP/1.1\r\nHost: 10.0.0.20\r\n%s\r\n%s" % (
        method, path, "".join(f + "\r\n" for f in fields), body)).encode()


def answer(status, *fields, body="", length=True):
    if length:
        fields += ("Content-Length: %d" % len(body),)
    return ("HTTP/1.1 %s\r\n%s\r\n%s" % (
        status, "".join(f + "\r\n" for f in fields), body)).encode()


def chunks(*parts):
    return "".join("%x\r\n%s\r\n" % (len(p), p) for p in parts + ("",))


UPNP = """<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major>
</specVersion><device>
<deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType>
<friendlyName>Camera gate 3 &amp; yard</friendlyName>
<manufacturer>Example Cameras</manufacturer>
<modelDescription>Dome camera</modelDescription>
<modelName>EC-1065</modelName><modelNumber>EC1065-L</modelNumber>
<serialNumber>00408C123456</serialNumber><UDN>uuid:1</UDN>
<deviceList><device><serialNumber>INNER</serialNumber></device></deviceList>
</device></root>
"""


@case("http/devices")
def devices():
    """A browser at a PLC: a start page in chunks and two segments, a log-in
    refused and accepted (Basic), then Digest; a page that has not changed, one
    that is not there, a form that is sent; requests in a row; a UPnP
    description, on a port of its own, until the connection ends; a switch to
    WebSocket; a proxy's tunnel."""
    t = Tcp(Path(), port=80).open()
    realm = 'WWW-Authenticate: Basic realm="WAGO 750-881"'
    html = "Content-Type: text/html; charset=iso-8859-1"
    t.req(ask("GET", "/index.htm?lang=de", AGENT.strip()))
    page = answer("200 OK", "Server: webserv/2.1", html,
                  "Transfer-Encoding: chunked", length=False, body=chunks(
                      "<html><head>\n<!-- <title>old</title> --><ti",
                      "tle>\n WAGO Ethernet\n 750-881 &amp; IO </ti",
                      "tle></head><body>%s</body>" % ("x" * 1800)))
    t.rsp(page)
    t.req(ask("GET", "/etc/device.htm"))
    t.rsp(answer("401 Unauthorized", "Server: webserv/2.1", realm, html,
                 body="<title>401</title>"))
    for cred, status in (("YWRtaW46d3Jvbmc=", "401 Unauthorized"),
                         ("YWRtaW46c2VjcmV0", "200 OK")):
        t.req(ask("GET", "/etc/device.htm", "Authorization: Basic " + cred,
                  "Cookie: sid=4711"))
        t.rsp(answer(status, realm, html, body="<title>Device</title>"))
    t.req(ask("GET", "/etc/user.htm", 'Authorization: Digest username='
              '"operator", realm="x", nonce="n", response="0"'))
    t.rsp(answer("302 Found", "Location: /"))
    t.req(ask("GET", "/logo.gif"))
    t.rsp(answer("304 Not Modified"))
    t.req(ask("GET", "/favicon.ico")).rsp(answer("404 Not Found"))
    t.req(ask("POST", "/cgi/set;sid=1", "Content-Length: 9",
              'SOAPAction: "urn:x#Set"', body="GET / HTT"))
    t.rsp(b"HTTP/1.1 100 Continue\r\n\r\n" + answer("500 Error", body="no"))
    t.req(ask("GET", "/a") + ask("HEAD", "/b") + ask("PUT", "/c", "Content-"
          "Length: 3", body="abc"))
    t.rsp(answer("200 OK", body="a") + b"HTTP/1.1 200 OK\r\nContent-Length: 9"
          b"\r\n\r\n" + answer("204 No Content", length=False))
    t.close()
    u = Tcp(t.path, client=host(11), server=host(21), port=49152, cport=40002,
            t=t.t).open()
    u.req(b"GET /rootDesc.xml HTTP/1.1\r\nHost: cam3.plant.example:49152\r\n"
          b"User-Agent: Linux/5.10 UPnP/1.1 tool/1\r\n\r\n")
    u.rsp(b"HTTP/1.0 200 OK\r\nServer: Linux/4.9 UPnP/1.0 ECam/7.2\r\n"
          b"Content-Type: text/xml\r\n\r\n" + UPNP.encode()).close()
    w = Tcp(t.path, client=host(11), port=8080, cport=40003, t=u.t).open()
    w.req(ask("GET", "/ws", "Connection: Upgrade", "Upgrade: websocket"))
    w.rsp(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
          b"Upgrade: websocket\r\n\r\n")
    w.req(b"\x81\x85mask" + bytes(5)).rsp(b"\x81\x05hello").close()
    p = Tcp(t.path, client=host(11), server=host(3), port=3128, cport=40004,
            t=w.t).open()
    p.req(b"GET http://u:geheim@plc.example/x HTTP/1.1\r\n"
          b"Host: plc.example\r\n\r\n")
    p.rsp(answer("200 OK", "Server: origin/1", "Via: 1.1 proxy"))
    p.req(b"CONNECT plc.example:443 HTTP/1.1\r\nHost: plc.example\r\n\r\n")
    p.rsp(b"HTTP/1.1 200 Connection established\r\n\r\n")
    p.req(b"\x16\x03\x01\x00\x05\x01\0\0\1\0").rsp(b"\x15\x03\x01\0\2\2\x28")
    p.close()
    return t.path.cap


@case("http/violations")
def violations():
    """Heads and chunks that are none, each with a good request behind it; two
    lengths; a response without its request, after a loss; a segment that the
    capture did not get, within a body."""
    t = Tcp(Path(), port=80).open()
    good = ask("GET", "/good")
    t.req(good, b"\x16\x03\x01\x00\x05 what is this\r\n", good)
    t.req(ask("GET", "/field", "no field") + good)
    for field in ("Content-Length: 1x", "Content-Length: 0\r\n"
                  "Content-Length: 1", "Content-Length: "):
        t.req(ask("GET", "/length", field), good)
    t.req(ask("POST", "/two", "Content-Length: 5", "Transfer-Encoding: "
              "chunked", body="0\r\n\r\n"), good)
    for body in ("x", "2\r\nabc\r\n", "1234567890123456\r\n", "1;" + "x" * 300):
        t.req(ask("POST", "/chunk", "Transfer-Encoding: chunked", body=body),
              good)
    t.req(b"GET /long HTTP/1.1\r\nA: " + b"x" * 17000 + b"\r\n\r\n", good)
    t.rsp(answer("200 OK", body="hi"))
    t.close()
    u = Tcp(t.path, client=host(11), port=80, cport=40002, t=t.t).open()
    u.req(good).lose("s", answer("200 OK", body="hi"))
    u.req(ask("PUT", "/next")).rsp(answer("200 OK", body="hi"))
    u.wait(1500 * MS)
    u.req(good).rsp(answer("200 OK", body="x" * 400)[:100])
    u.lose("s", b"x" * 310).rsp(b"x" * 30).wait(1500 * MS).req(good)
    u.rsp(answer("404 Not Found")).close()
    return t.path.cap

#!/usr/bin/python3
"""test_api: the interface is what its description says, and stands up to
clients that mean harm.  Prints TAP.
"""

import copy
import json
import re
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True
import harness  # noqa: E402

try:
    import jsonschema
except ImportError:
    print("1..0 # skip python3-jsonschema is not installed")
    sys.exit(0)

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; "
          "img-src 'self'; connect-src 'self'; base-uri 'none'; "
          "form-action 'none'; frame-ancestors 'none'")
HEADERS = {"content-security-policy": POLICY,
           "x-content-type-options": "nosniff",
           "referrer-policy": "no-referrer",
           "cross-origin-resource-policy": "same-origin"}

T = None


def get(server, path, **headers):
    status, head, body = server.ask("GET", path, headers)
    return status, head, body


def load(server, path):
    status, _, body = get(server, path)
    if status != 200:
        raise SystemExit("%s: %d %s" % (path, status, body))
    return json.loads(body)


def has_headers(head):
    return [k for k, v in HEADERS.items() if head.get(k) != v]


# --- the description ----------------------------------------------------------

def contract(s):
    doc = load(s, "/api/openapi.json")
    schemas = doc["components"]["schemas"]

    def check(value, schema):
        whole = {**copy.deepcopy(schema),
                 "components": {"schemas": schemas}}
        errors = jsonschema.Draft202012Validator(whole).iter_errors(value)
        return "\n".join("%s: %s" % (list(e.path), e.message)
                         for e in errors)

    asset = load(s, "/api/assets")["items"][0]["id"]
    alert = load(s, "/api/alerts")["items"][0]["id"]
    for path, item in doc["paths"].items():
        if path == "/api/stream":
            continue
        real = path.replace("{id}", alert if "alerts" in path else asset)
        status, head, body = get(s, real)
        schema = item["get"]["responses"]["200"]["content"][
            "application/json"]["schema"]
        wrong = check(json.loads(body), schema)
        T.ok(status == 200 and not wrong and not has_headers(head) and
             head["content-type"] == "application/json",
             path + " answers as described", wrong or head)
    keys = set(load(s, "/api/status"))
    T.ok(keys == set(schemas["Status"]["properties"]),
         "each key of the status is described and there", keys)
    for name, path in (("Asset", "assets"), ("Link", "links"),
                       ("Alert", "alerts"), ("Ghost", "ghosts")):
        seen = set().union(*load(s, "/api/" + path)["items"])
        want = set(schemas[name]["required"])
        T.ok(want <= seen <= set(schemas[name]["properties"]),
             "each key of an object in %s is described" % path,
             seen ^ want)
    stream = harness.Stream(s, "0.0.0")
    told = {}
    while len(told) < 4:
        e = stream.event(3)
        if e is None:
            break
        told.setdefault(e[0], json.loads(e[1]))
    stream.close()
    wrong = {n: check(v, schemas[n.capitalize()]) for n, v in told.items()}
    T.ok(len(told) == 4 and not any(wrong.values()),
         "events of the stream are as described", wrong)
    parameters(s, doc)


def example(schema):
    if "enum" in schema:
        return schema["enum"][-1]
    return {"integer": 1, "string": "1"}[schema["type"]]


def parameters(s, doc):
    refused = []
    for path, item in doc["paths"].items():
        if "{" in path or path == "/api/openapi.json":
            continue
        known = [p for p in item["get"].get("parameters", [])
                 if p["in"] == "query"]
        for p in known:
            url = "%s?%s=%s" % (path, p["name"], example(p["schema"]))
            if get(s, url)[0] != 200:
                refused.append(url)
        if get(s, path + "?nosuch=1")[0] != 400:
            refused.append(path + "?nosuch")
    T.ok(not refused, "described parameters are taken, others refused",
         refused)


def bad_values(s):
    bad = ["limit=0", "limit=501", "limit=-1", "limit=1e3", "limit=+1",
           "limit=", "limit=99999999999999999999999", "limit=1&limit=2",
           "after=x", "after=-1", "after=0", "after=1%20", "after",
           "after=18446744073709551616", "severity=worst", "state=gone",
           "order=random", "q=" + "a" * 101, "q=%0a", "q=%1b[31m", "Q=1"]
    wrong = []
    for b in bad:
        status, head, body = get(s, "/api/alerts?" + b)
        try:
            e = json.loads(body)
        except ValueError:
            e = {}
        if status != 400 or set(e) != {"error", "detail"} or \
                has_headers(head):
            wrong.append((b, status, body))
    T.ok(not wrong, "%d bad values give 400 and say why" % len(bad), wrong)
    _, _, body = get(s, "/api/alerts?limit=9999")
    T.ok("limit" in json.loads(body)["detail"] and
         "500" in json.loads(body)["detail"], "the detail names it", body)


# --- lists --------------------------------------------------------------------

def walk(s, path, limit):
    out, after = [], ""
    while True:
        p = load(s, "%s%slimit=%d%s" % (
            path, "&" if "?" in path else "?", limit, after))
        if len(p["items"]) > limit:
            raise SystemExit("more than asked for")
        out += p["items"]
        if p["next"] is None:
            return out
        after = "&after=" + p["next"]


def lists(s):
    for path in ("/api/assets", "/api/links", "/api/alerts",
                 "/api/alerts?order=newest"):
        whole = load(s, path)
        T.ok(walk(s, path, 1) == whole["items"] == walk(s, path, 2) and
             whole["total"] == len(whole["items"]) > 3,
             path + " in pages is the same as at once")
    T.ok(load(s, "/api/alerts?order=newest")["items"] ==
         load(s, "/api/alerts")["items"][::-1], "newest is the other way")
    alerts = load(s, "/api/alerts?severity=high")["items"]
    T.ok(alerts and all(a["severity"] == "high" for a in alerts),
         "severity restricts")
    T.ok(load(s, "/api/alerts?state=closed")["total"] == 0, "state restricts")
    laptop = load(s, "/api/assets?q=10.9.9.77")["items"]
    T.ok(len(laptop) == 1 and laptop[0]["ips"] == ["10.9.9.77"],
         "q finds by address", laptop)
    links = load(s, "/api/links?asset=" + laptop[0]["id"])["items"]
    T.ok(len(links) == 1 and links[0]["src"] == laptop[0]["id"],
         "asset restricts links", links)
    T.ok(load(s, "/api/links?proto=dnp3")["total"] == 0 and
         load(s, "/api/links?proto=modbus")["total"] == 6, "proto restricts")
    gateway = load(s, "/api/assets?role=gateway")["items"]
    T.ok(len(gateway) == 1 and
         len(load(s, "/api/assets?parent=" + gateway[0]["id"])["items"]) == 2,
         "role and parent restrict", gateway)
    T.ok(all(a["facts"] == [] for a in load(s, "/api/assets?facts=0")["items"])
         and any(a["facts"] for a in load(s, "/api/assets")["items"]),
         "facts=0 leaves out the evidence")
    T.ok(load(s, "/api/assets?q=%25")["total"] == 0 and
         load(s, "/api/assets?q=%27;--")["total"] == 0,
         "signs of SQL are text")


def large():
    with harness.Server("big", 1300) as s:
        begin = time.monotonic()
        assets = walk(s, "/api/assets", 500)
        took = time.monotonic() - begin
        T.ok(len(assets) == len({a["id"] for a in assets}) == 1301 and
             len(walk(s, "/api/links", 500)) == 1300,
             "1300 rows come whole, each once (%.1f s)" % took)
        pages, path = 0, "/plain/assets"
        rows = 0
        while path:
            body = get(s, path)[2].decode()
            rows += body.count("<tr><td>")
            more = re.search('rel=next href="([^"]+)"', body)
            path = more and more.group(1).replace("&amp;", "&")
            pages += 1
        T.ok(rows == 1301 and pages == 14,
             "so do the plain pages, by their links", (rows, pages))


# --- who may ask, and how -----------------------------------------------------

def hosts(s):
    port = s.port
    good = ["127.0.0.1:%d" % port, "localhost:%d" % port,
            "LOCALHOST:%d" % port, "[::1]:%d" % port]
    bad = ["evil.example:%d" % port, "127.0.0.1", "localhost", "localhost:80",
           "127.0.0.1.evil.example:%d" % port, "127.0.0.1:%d@evil" % port,
           "localhost.:%d" % port, "0.0.0.0:%d" % port, "", "[::1",
           "127.0.0.1:0%d" % (port + 65536), "127.0.0.2:%d" % port]
    wrong = [h for h in good if get(s, "/api/status", Host=h)[0] != 200]
    wrong += [h for h in bad
              if get(s, "/api/status", Host=h)[0] not in (400, 421)]
    T.ok(not wrong, "only this machine's own names are answered", wrong)
    two = s.raw(b"GET /api/status HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                b"Host: evil\r\n\r\n" % port)
    none = s.raw(b"GET /api/status HTTP/1.1\r\n\r\n")
    old = s.raw(b"GET /api/status HTTP/1.0\r\n\r\n")
    T.ok(all(b" 200 " not in x.split(b"\r\n")[0] and x
             for x in (two, none, old)),
         "two Host headers or none are refused", (two[:80], none[:80], old))
    T.ok(get(s, "/api/alerts", **{"Sec-Fetch-Site": "cross-site"})[0] == 403
         and get(s, "/", **{"Sec-Fetch-Site": "cross-site"})[0] == 200,
         "another site's page may link here, not use the interface")


def methods(s):
    wrong = []
    for m in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"):
        status, head, _ = s.ask(m, "/api/status")
        if status != 405 or head.get("allow") != "GET, HEAD" or \
                has_headers(head):
            wrong.append((m, status))
    T.ok(not wrong, "anything but GET and HEAD is 405 with Allow", wrong)
    T.ok(s.ask("POST", "/api/status", {"Origin": "http://evil.example"})[0]
         == 403 and s.ask("POST", "/api/status", {"Origin": "null"})[0] == 403
         and s.ask("POST", "/api/status", {"Origin": s.url})[0] == 405,
         "a foreign origin is 403")
    wrong = []
    for path in ("/", "/main.js", "/api/openapi.json", "/api/status",
                 "/api/assets", "/plain", "/api/stream", "/nosuch"):
        _, a, body = s.ask("HEAD", path)
        if body != b"":
            wrong.append(path)
        if path == "/api/stream":
            continue
        b = get(s, path)[1]
        for k in ("content-type", "etag", "content-length"):
            if a.get(k) != b.get(k) and path != "/api/assets":
                wrong.append((path, k, a.get(k), b.get(k)))
    T.ok(not wrong, "HEAD is GET without the body", wrong)


def files(s):
    status, head, body = get(s, "/")
    T.ok(status == 200 and not has_headers(head) and
         head["content-type"] == "text/html; charset=utf-8" and
         b"/plain" in body, "the page is there")
    tag = head["etag"]
    again = get(s, "/", **{"If-None-Match": tag})
    T.ok(again[0] == 304 and again[2] == b"" and
         get(s, "/", **{"If-None-Match": '"other", W/' + tag})[0] == 304 and
         get(s, "/", **{"If-None-Match": '"other"'})[0] == 200,
         "an entity tag that is known gives 304")
    names = re.findall(rb'(?:src|href)="(/[^"]*)"', body)
    wrong = [n for n in names if get(s, n.decode())[0] != 200]
    T.ok(len(names) > 4 and not wrong, "what it names is there", wrong)
    gone = ["/nosuch", "/api", "/api/", "/api/nosuch", "/api/assets/",
            "/api/assets/a-0000000000", "/api/assets/x", "/api/alerts/e-",
            "/api/links/1", "/index.html/", "//", "/plain/", "/ui/main.js",
            "/api/assets/" + "a" * 500, "/etc/passwd"]
    wrong = [(p, get(s, p)[0]) for p in gone if get(s, p)[0] != 404]
    T.ok(not wrong, "what is not there is 404", wrong)
    wrong = []
    for p in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
              "/..%2f..%2fetc/passwd", "/.//../web/ui.sh",
              "/api/assets/../../../etc/passwd", "/\\..\\etc\\passwd"):
        out = s.raw(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                    b"Connection: close\r\n\r\n" % (p.encode(), s.port))
        if b" 404 " not in out.split(b"\r\n")[0] or b"root:" in out:
            wrong.append((p, out[:60]))
    T.ok(not wrong, "no path leads out", wrong)


def plain(s):
    for what in ("alerts", "assets", "links"):
        status, head, body = get(s, "/plain/" + what)
        T.ok(status == 200 and not has_headers(head) and
             b"<script" not in body and b"<img src=x" not in body and
             b"onerror=\"" not in body and body.count(b"<tr>") > 3,
             "/plain/%s has rows and no markup of others" % what, body[:400])
    T.ok(b"&lt;img src=x onerror=&quot;" in get(s, "/plain/assets")[2],
         "a name that is markup is shown as text")


# --- hostile ------------------------------------------------------------------

def hostile(s):
    head = b"Host: 127.0.0.1:%d\r\n" % s.port

    def line(data):
        return s.raw(data).split(b"\r\n")[0]

    big = line(b"GET / HTTP/1.1\r\n" + head + b"X: " + b"a" * 40000 +
               b"\r\n\r\n")
    many = line(b"GET / HTTP/1.1\r\n" + head + b"X: a\r\n" * 5000 + b"\r\n")
    T.ok(b" 200 " not in big and b" 200 " not in many,
         "headers of 40 kB are refused", (big, many))
    T.ok(get(s, "/api/assets?q=" + "a" * 2100)[0] == 414 and
         b" 200 " not in line(b"GET /" + b"a" * 60000 + b" HTTP/1.1\r\n" +
                              head + b"\r\n"), "long addresses are refused")
    T.ok(get(s, "/api/assets/a%00b")[0] == 400 and
         get(s, "/api/assets?q=a%00b")[0] == 400, "a zero byte is refused")
    T.ok(b" 400 " in line(b"GET /api/status HTTP/1.1\r\n" + head +
                          b"Content-Length: 5\r\n\r\nhello") and
         b" 200 " not in line(b"GET / HTTP/1.1\r\n" + head +
                              b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello"
                              b"\r\n0\r\n\r\n") and
         s.raw(b"POST / HTTP/1.1\r\n" + head + b"Content-Length: 99999999"
               b"\r\n\r\n" + b"x" * 100000).count(b"HTTP/1.1 ") == 1,
         "bodies are refused, and nothing in them is a request")
    for junk in (b"\x16\x03\x01\x02\x00\x01\x00", b"\0" * 4096,
                 b"GET\r\n\r\n", b"\r\n" * 5000, b"GET / HTTP/9.9\r\n\r\n",
                 b"A" * 100000, b"GET / HTTP/1.1\r\nHost\r\n\r\n"):
        s.raw(junk, 0.3)
    T.ok(get(s, "/api/status")[0] == 200, "noise changes nothing")
    out = s.raw((b"GET /api/status HTTP/1.1\r\n" + head + b"\r\n") * 2 +
                b"GET /nosuch HTTP/1.1\r\n" + head + b"\r\n" +
                b"GET /icon.svg HTTP/1.1\r\n" + head +
                b"Connection: close\r\n\r\n")
    codes = re.findall(rb"HTTP/1.1 (\d+)", out)
    T.ok(codes == [b"200", b"200", b"404", b"200"],
         "requests in one piece are answered in order", codes)
    pid = s.child()
    for _ in range(300):
        c = s.connect()
        c.sendall(b"GET /api/assets HTTP/1.1\r\n" + head + b"\r\n")
        c.close()
    with open("/proc/%d/status" % pid, encoding="ascii") as fp:
        text = fp.read()
    resident = int(re.search(r"VmRSS:\s+(\d+)", text).group(1))
    # A sanitizer keeps what was freed.
    most = 64 * 1024 if "asan" not in harness.BUILD else 1 << 20
    T.ok(get(s, "/api/status")[0] == 200 and s.child() == pid and
         resident < most,
         "300 clients that leave at once: the same process, small",
         resident)
    T.ok("Seccomp:\t2" in text and "NoNewPrivs:\t1" in text,
         "the process is locked in", text)


def slow(result):
    """Connections that send a byte now and then, and one silent stream."""
    with harness.Server("new") as s:
        begin = time.monotonic()
        stream = harness.Stream(s, timeout=30)
        while stream.event(1):
            pass
        lazy = []
        for _ in range(80):
            c = s.connect()
            c.sendall(b"GET / HTTP/1.1\r\nX: ")
            lazy.append(c)
        result["served"] = get(s, "/api/status")[0] == 200
        open_ = set(lazy)
        while open_ and time.monotonic() - begin < 25:
            for c in list(open_):
                try:
                    c.sendall(b"a")
                    c.setblocking(False)
                    if c.recv(1) == b"":
                        open_.discard(c)
                except BlockingIOError:
                    pass
                except OSError:
                    open_.discard(c)
                c.setblocking(True)
            time.sleep(0.5)
        result["left"] = len(open_)
        result["seconds"] = time.monotonic() - begin
        for c in lazy:
            c.close()
        block = stream.block(time.monotonic() + 18)
        result["beat"] = block is not None and block.startswith(":")
        stream.close()
        # A client that asks for much and reads nothing.
        c = socket.socket()
        c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        c.connect((s.address, s.port))
        c.sendall(b"GET /main.js HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n"
                  % s.port)
        c.close()
        result["after"] = get(s, "/api/status")[0] == 200


# --- streams ------------------------------------------------------------------

def streams(s):
    stream = harness.Stream(s)
    first = stream.event(2)
    T.ok(stream.status == 200 and first and first[0] == "status",
         "a stream begins with the status", first)
    quiet = stream.event(0.7)
    T.ok(quiet is None, "and then is silent until something changes", quiet)
    s.fixture("alert", 5)
    done = time.monotonic()
    told, last = {}, None
    while True:
        e = stream.event(2)
        if e is None:
            break
        told.setdefault(e[0], (time.monotonic() - done, e))
        last = e[2] or last
    T.ok(told.get("alert", (9,))[0] < 2,
         "a new alert is told within two seconds (%.2f s)" %
         told.get("alert", (9,))[0], told)
    T.ok({"asset", "link", "status"} <= set(told),
         "and the new asset, link and figures", list(told))
    T.ok(all(t[1][2] for n, t in told.items() if n != "status"),
         "rows have ids")
    stream.close()
    s.fixture("alert", 6)
    resumed = harness.Stream(s, last)
    news = []
    while True:
        e = resumed.event(1)
        if e is None:
            break
        news.append(e)
    resumed.close()
    alerts = [json.loads(e[1]) for e in news if e[0] == "alert"]
    T.ok(len(alerts) == len({a["id"] for a in alerts}) >= 2 and
         all(a["src_ip"] == "10.9.9.6" for a in alerts),
         "who comes back gets what it missed, and only that",
         [a["title"] for a in alerts])
    total = load(s, "/api/alerts")["total"]
    again = harness.Stream(s, "0.0.0")
    n = 0
    while True:
        e = again.event(1)
        if e is None:
            break
        n += e[0] == "alert"
    again.close()
    T.ok(n == total, "from the beginning it is all of them", (n, total))
    ahead = harness.Stream(s, "999999.999999.999999")
    s.fixture("alert", 7)
    e = None
    until = time.monotonic() + 3
    while time.monotonic() < until and (e is None or e[0] != "alert"):
        e = ahead.event(1)
    ahead.close()
    T.ok(e is not None and e[0] == "alert",
         "an id of another database hides nothing", e)
    wrong = []
    for i in ("x", "1.2", "1.2.3.4", "-1.0.0", "1..2", "9" * 30 + ".0.0"):
        if s.ask("GET", "/api/stream", {"Last-Event-ID": i})[0] != 400:
            wrong.append(i)
    T.ok(not wrong, "ids that are not ours are refused", wrong)
    time.sleep(1.5)
    many = [harness.Stream(s) for _ in range(33)]
    T.ok([m.status for m in many] == [200] * 32 + [503],
         "there are 32 places", [m.status for m in many])
    T.ok(get(s, "/api/status")[0] == 200, "and lists beside them")
    for m in many:
        m.close()
    time.sleep(1.5)
    next_ = harness.Stream(s)
    T.ok(next_.status == 200, "places of those who left are free again")
    next_.close()


def addresses():
    with harness.Server("new", address="::1") as s:
        T.ok(get(s, "/api/status", Host="[::1]:%d" % s.port)[0] == 200,
             "IPv6 loopback is served")


def main():
    global T
    T = harness.Tap(73)
    result = {}
    thread = threading.Thread(target=slow, args=(result,))
    thread.start()
    with harness.Server("new") as s:
        contract(s)
        bad_values(s)
        lists(s)
        hosts(s)
        methods(s)
        files(s)
        plain(s)
        hostile(s)
        streams(s)
    large()
    addresses()
    thread.join()
    T.ok(result.get("served"), "80 slow clients do not keep others out")
    T.ok(result.get("left") == 0 and result["seconds"] < 16,
         "they are shut out after ten seconds (%.0f s)" %
         result.get("seconds", 99), result)
    T.ok(result.get("beat"), "a silent stream shows that it lives")
    T.ok(result.get("after"), "the server goes on")
    return T.end()


if __name__ == "__main__":
    sys.exit(main())

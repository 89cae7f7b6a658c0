"""harness: the real web process over a recorded database, for the tests of
this folder; and TAP.
"""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TOP, os.environ.get("BUILD", "build"))


class Tap:
    def __init__(self, planned):
        self.n = self.bad = 0
        self.planned = planned
        print("1..%d" % planned, flush=True)

    def ok(self, good, name, why=""):
        self.n += 1
        self.bad += not good
        print("%sok %d - %s" % ("" if good else "not ", self.n, name))
        if not good and why != "":
            for line in str(why).splitlines()[:20]:
                print("#   " + line[:300])
        sys.stdout.flush()
        return good

    def end(self):
        return 1 if self.bad or self.n != self.planned else 0


def free_port(address="127.0.0.1"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.bind((address, 0))
        return s.getsockname()[1]


class Server:
    """What a `with` statement starts and ends, its folder included."""

    def __init__(self, *recipe, address="127.0.0.1"):
        self.dir = tempfile.mkdtemp(prefix="otus-web-")
        self.address, self.port = address, free_port(address)
        self.fixture(*(recipe or ("new",)))
        where = "[%s]" % address if ":" in address else address
        self.proc = subprocess.Popen(
            [os.path.join(BUILD, "web/serve_tool"),
             "%s:%d" % (where, self.port), self.dir],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if self.proc.stdout.readline() != b"ready\n":
            said = self.proc.stderr.read().decode()
            self.__exit__()
            raise SystemExit("serve_tool did not start: " + said)

    def fixture(self, *recipe):
        subprocess.run([os.path.join(BUILD, "web/fixture_tool"), self.dir,
                        *map(str, recipe)], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.proc.terminate()
        try:
            self.proc.wait(10)
        except subprocess.TimeoutExpired:
            self.proc.kill()
        shutil.rmtree(self.dir)

    @property
    def url(self):
        return "http://%s:%d" % (self.address, self.port)

    def child(self):
        """The process id of the web process."""
        with open("/proc/%d/task/%d/children" % (self.proc.pid,
                                                 self.proc.pid),
                  encoding="ascii") as fp:
            return int(fp.read().split()[0])

    def connect(self, timeout=10):
        return socket.create_connection((self.address, self.port), timeout)

    def ask(self, method, path, headers=None, body=None):
        """Status, headers in lower case, body."""
        c = http.client.HTTPConnection(self.address, self.port, timeout=10)
        try:
            c.request(method, path, body=body, headers=headers or {})
            r = c.getresponse()
            return (r.status,
                    {k.lower(): v for k, v in r.getheaders()}, r.read())
        finally:
            c.close()

    def raw(self, data, wait=5):
        """All that comes back until the server closes or is silent."""
        out = b""
        with self.connect(wait) as s:
            try:
                s.sendall(data)
                while True:
                    part = s.recv(65536)
                    if not part:
                        break
                    out += part
            except (socket.timeout, ConnectionError):
                pass
        return out


class Stream:
    """A reader of server-sent events."""

    def __init__(self, server, last_id=None, timeout=5):
        self.sock = server.connect(timeout)
        extra = "Last-Event-ID: %s\r\n" % last_id if last_id else ""
        self.sock.sendall(("GET /api/stream HTTP/1.1\r\nHost: %s:%d\r\n%s\r\n"
                           % (server.address, server.port, extra)).encode())
        self.raw = self.text = b""
        until = time.monotonic() + timeout
        while b"\r\n\r\n" not in self.raw and self.more(until):
            pass
        head, self.raw = self.raw.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])

    def more(self, until):
        left = until - time.monotonic()
        if left <= 0:
            return False
        self.sock.settimeout(left)
        try:
            part = self.sock.recv(65536)
        except OSError:
            return False
        self.raw += part
        return part != b""

    def chunk(self):
        """Takes one whole chunk (RFC 9112, section 7.1) out of what came."""
        size, mark, rest = self.raw.partition(b"\r\n")
        if not mark or len(rest) < int(size, 16) + 2:
            return False
        self.text += rest[:int(size, 16)]
        self.raw = rest[int(size, 16) + 2:]
        return True

    def block(self, until):
        """The next block of lines, or None when it is late."""
        while b"\n\n" not in self.text:
            if not self.chunk() and not self.more(until):
                return None
        one, self.text = self.text.split(b"\n\n", 1)
        return one.decode()

    def event(self, seconds):
        """(event, data, id) of the next event; None when it is late."""
        until = time.monotonic() + seconds
        while True:
            block = self.block(until)
            if block is None:
                return None
            f = dict(line.split(": ", 1) for line in block.splitlines()
                     if ": " in line and not line.startswith(":"))
            if "event" in f:
                return f["event"], f["data"], f.get("id")

    def close(self):
        self.sock.close()

"""witness: what `differential` and `identities` share: running the second
witness, tshark, and keeping what it said; known disagreements; the captures;
TAP.
"""

import concurrent.futures
import csv
import functools
import hashlib
import json
import os
import re
import subprocess
import xml.parsers.expat

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
CACHE = os.path.join(TOP, "build", "differential-cache")
OTUS = os.path.join(TOP, os.environ.get("BUILD", "build"), "otus")
TSHARK = os.environ.get("TSHARK", "tshark")
DEAD_MAX = 100          # frames of a capture that tshark may die of


# --- tshark -------------------------------------------------------------------

def numbers(version):
    """(4, 0) of "4.0.17": patches change nothing."""
    return tuple(int(n) for n in version.split(".")[:2])


@functools.lru_cache(maxsize=1)
def tshark_version():
    out = subprocess.run([TSHARK, "--version"], capture_output=True,
                         text=True, check=True).stdout
    return out.split()[2]


# control characters and bytes that are not UTF-8 are no XML
CONTROLS = bytes(32 if c < 32 and c not in (9, 10, 13) else c
                 for c in range(256))


def clean(data):
    return data.translate(CONTROLS).decode("utf-8", "replace").encode()


@functools.lru_cache(maxsize=1)
def known_protocols():
    """Those that this version has, by the names that filters use."""
    out = subprocess.run([TSHARK, "-G", "protocols"], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=True,
                         encoding="utf-8").stdout
    return {line.split("\t")[2] for line in out.splitlines()}


def to_print(elements):
    """What a version refuses to be asked for it does not print, either."""
    # newer ones always print it, and do not know it as a protocol
    info = ["geninfo"] if numbers(tshark_version()) < (4, 4) else []
    return " ".join(info + [e for e in elements if e in known_protocols()])


class Frames:
    """Between tshark's XML and who reads it: notes which frame comes."""

    def __init__(self, start, end):
        self.start, self.end, self.number = start, end, 0
        self.parser = xml.parsers.expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self.note
        self.parser.EndElementHandler = end

    def note(self, tag, attrs):
        if attrs.get("name") == "num" and tag == "field":
            self.number = int(attrs["show"])
        self.start(tag, attrs)

    def read(self, cmd):
        """tshark's exit code."""
        env = {**os.environ, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
        said = False
        with subprocess.Popen(cmd, stdout=subprocess.PIPE, env=env,
                              stderr=subprocess.DEVNULL) as proc:
            for line in proc.stdout:
                said = True
                self.parser.Parse(clean(line))
            try:
                self.parser.Parse(b"", True)
            except xml.parsers.expat.ExpatError:
                # tshark ends without closing the document on a damaged file
                pass
        if not said:
            raise SystemExit("tshark says nothing: " + " ".join(cmd))
        return proc.returncode


def tshark_pdml(path, display, elements, start, end):
    """Gives the two functions the starts and ends of PDML's elements.  Returns
    the frames of which tshark died; it is started again behind each."""
    dead = []
    while len(dead) < DEAD_MAX:
        behind = dead[-1] if dead else 0
        frames = Frames(start, end)
        code = frames.read([
            TSHARK, "-r", path, "-T", "pdml", "-J", to_print(elements), "-Y",
            "(%s) && frame.number > %d" % (display, behind)])
        if code >= 0 and code < 128:
            return dead
        if frames.number <= behind:
            break
        dead.append(frames.number)
    raise SystemExit("tshark dies again and again: " + path)


def cached(path, about, name, make):
    """{frame: what make() says of it}, from the cache where it is: by the
    capture's content and about, bytes that tell how it was asked for."""
    with open(path, "rb") as fp:
        digest = hashlib.sha256(fp.read())
    digest.update(about)
    file = os.path.join(CACHE, "%s-%s.json" % (digest.hexdigest()[:32], name))
    try:
        with open(file, encoding="utf-8") as fp:
            return {int(k): v for k, v in json.load(fp).items()}
    except (OSError, ValueError):
        pass
    frames = make()
    os.makedirs(CACHE, exist_ok=True)
    with open(file + ".new", "w", encoding="utf-8") as fp:
        json.dump(frames, fp)
    os.replace(file + ".new", file)
    return frames


def protocols(path, version):
    """The protocols that tshark finds anywhere in a capture."""
    def ask():
        env = {**os.environ, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
        out = subprocess.run(
            [TSHARK, "-r", path, "-T", "fields", "-e", "frame.protocols"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env,
            text=True, errors="replace", check=False).stdout
        return {0: sorted({p for line in set(out.split())
                           for p in line.replace(",", ":").split(":")})}
    return set(cached(path, version.encode(), "protocols", ask)[0])


# --- otus ---------------------------------------------------------------------

def otus_events(program, path, kind):
    """The events of a kind; RuntimeError when otus fails."""
    mark = b'"kind":"%s"' % kind.encode()
    with subprocess.Popen([program, "dissect", path], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as proc:
        for line in proc.stdout:
            if mark in line[:32]:
                yield json.loads(line)
        said = proc.stderr.read().decode("utf-8", "replace")
    if proc.returncode < 0:
        raise RuntimeError("otus died of signal %d: %s" %
                           (-proc.returncode, said))
    if proc.returncode and not os.path.basename(path).startswith("damaged_"):
        raise RuntimeError("otus exit code %d: %s" % (proc.returncode, said))


# --- known disagreements ------------------------------------------------------

class Reason:
    """capture | protocol | frames | how many | why

    How many may end in "before 4.4" or "from 4.4": of tshark.
    """

    def __init__(self, line, where):
        parts = [p.strip() for p in line.split("|")]
        if len(parts) != 5 or not parts[4]:
            raise SystemExit("%s: want capture | protocol | frames | count | "
                             "reason" % where)
        self.capture, self.proto, ranges, count, self.text = parts
        said = re.fullmatch(r"(\d+)(?: (before|from) (\d+\.\d+))?", count)
        if not said:
            raise SystemExit("%s: how many is %r" % (where, count))
        self.count, self.used, self.where = int(said[1]), 0, where
        self.side, self.bound = said[2], numbers(said[3] or "0.0")
        self.ranges = []
        for part in ranges.split(","):
            first, _, last = part.strip().partition("-")
            self.ranges.append((int(first), int(last or first)))

    def holds(self, version):
        if self.side is None:
            return True
        return (numbers(version) < self.bound) == (self.side == "before")

    def covers(self, frame):
        return any(a <= frame <= b for a, b in self.ranges)


def load_reasons(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as fp:
        reasons = [Reason(line, "%s:%d" % (name, n))
                   for n, line in enumerate(fp, 1)
                   if line.strip() and not line.startswith("#")]
    version = tshark_version()
    return [r for r in reasons if r.holds(version)]


def explain(reasons, wrong):
    """What no reason explains, of wrong [(frame, how many, text)], and the
    reasons that say another number than there is."""
    open_ = []
    for frame, count, text in wrong:
        reason = next((r for r in reasons if r.covers(frame)), None)
        if reason:
            reason.used += count
        else:
            open_.append((frame, text))
    return open_, [r for r in reasons if r.used != r.count]


def tell_open(open_, stale, most):
    for frame, text in open_[:most]:
        print("#   frame %d: %s" % (frame, text))
    if len(open_) > most:
        print("#   and %d more frames" % (len(open_) - most))
    for r in stale:
        print("#   %s says %d disagreements, there are %d" %
              (r.where, r.count, r.used))


# --- the captures -------------------------------------------------------------

def own_captures():
    out = []
    for folder, dirs, files in os.walk(HERE):
        dirs.sort()
        out += [os.path.join(folder, f) for f in sorted(files)
                if f.endswith((".pcap", ".pcapng"))]
    return out


def shared_captures(folder, wanted):
    with open(os.path.join(folder, "CATALOG.csv"), newline="",
              encoding="utf-8") as fp:
        for row in csv.DictReader(fp):
            protos = {p.partition(":")[0] for p in row["protocols"].split()}
            if protos & wanted:
                yield os.path.join(folder, row["file"])


def sets_of_captures(given, protos):
    """[(name, folder, captures)]; captures None: no such folder.  Of the
    shared ones those whose catalogue names one of the protocols."""
    if given:
        paths = [os.path.abspath(p) for p in given]
        inside = all(p.startswith(HERE + os.sep) for p in paths)
        return [("given", HERE if inside else os.path.dirname(paths[0]),
                 paths)]
    # site/: what is routed is there twice, which otus tells once
    own = [p for p in own_captures() if not os.path.relpath(
        p, HERE).startswith("site" + os.sep)]
    real = [p for p in own if os.path.relpath(p, HERE).startswith(
        ("real" + os.sep, "plant."))]
    folder = os.environ.get("OTUS_PCAPS") or os.path.join(
        os.path.dirname(TOP), "shared", "pcaps")
    have = os.path.isfile(os.path.join(folder, "CATALOG.csv"))
    return [("generated", HERE, [p for p in own if p not in real]),
            ("recorded and sample", HERE, real),
            ("shared", folder, list(shared_captures(folder, protos))
             if have else None)]


def side_by_side(fn, jobs):
    """{path: fn(job)} for {path: job}: captures are shared among the
    processors, large ones first."""
    order = sorted(jobs, key=lambda path: (-os.path.getsize(path), path))
    with concurrent.futures.ProcessPoolExecutor(
            len(os.sched_getaffinity(0))) as pool:
        return dict(zip(order, pool.map(fn, [jobs[p] for p in order])))


class Tap:
    def __init__(self):
        self.n, self.failed = 0, 0

    def test(self, good, text):
        self.n += 1
        self.failed += not good
        print("%sok %d - %s" % ("" if good else "not ", self.n, text),
              flush=True)

    def skip(self, text, why):
        self.n += 1
        print("ok %d - %s # SKIP %s" % (self.n, text, why), flush=True)

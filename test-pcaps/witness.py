"""witness: what `differential` and `identities` share: running the second
witness, tshark, and keeping what it said; known disagreements; the captures;
TAP.
"""

import concurrent.futures
import csv
import hashlib
import json
import os
import subprocess
import xml.parsers.expat

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
CACHE = os.path.join(TOP, "build", "differential-cache")
OTUS = os.path.join(TOP, os.environ.get("BUILD", "build"), "otus")


# --- tshark -------------------------------------------------------------------

def tshark_version():
    out = subprocess.run(["tshark", "--version"], capture_output=True,
                         text=True, check=True).stdout
    return out.split()[2]


# control characters and bytes that are not UTF-8 are no XML
CONTROLS = bytes(32 if c < 32 and c not in (9, 10, 13) else c
                 for c in range(256))


def clean(data):
    return data.translate(CONTROLS).decode("utf-8", "replace").encode()


def tshark_pdml(path, display, elements, start, end):
    """Gives the two functions the starts and ends of PDML's elements."""
    parser = xml.parsers.expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    env = {**os.environ, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
    cmd = ["tshark", "-r", path, "-Y", display, "-T", "pdml", "-J",
           " ".join(("geninfo",) + tuple(elements))]
    with subprocess.Popen(cmd, stdout=subprocess.PIPE, env=env,
                          stderr=subprocess.DEVNULL) as proc:
        for line in proc.stdout:
            parser.Parse(clean(line))
        try:
            parser.Parse(b"", True)
        except xml.parsers.expat.ExpatError:
            # tshark ends without closing the document on a damaged file
            pass


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
            ["tshark", "-r", path, "-T", "fields", "-e", "frame.protocols"],
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
    """capture | protocol | frames | how many | why"""

    def __init__(self, line, where):
        parts = [p.strip() for p in line.split("|")]
        if len(parts) != 5 or not parts[4]:
            raise SystemExit("%s: want capture | protocol | frames | count | "
                             "reason" % where)
        self.capture, self.proto, ranges, count, self.text = parts
        self.count, self.used, self.where = int(count), 0, where
        self.ranges = []
        for part in ranges.split(","):
            first, _, last = part.strip().partition("-")
            self.ranges.append((int(first), int(last or first)))

    def covers(self, frame):
        return any(a <= frame <= b for a, b in self.ranges)


def load_reasons(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as fp:
        return [Reason(line, "%s:%d" % (name, n))
                for n, line in enumerate(fp, 1)
                if line.strip() and not line.startswith("#")]


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
    own = own_captures()
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

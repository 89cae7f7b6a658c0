"""kept: what `otus read` keeps of a capture, for `identities`: whose each fact
is.

An asset is found by an address: an IP, a MAC, or what is behind one of them.
Beside what devices say of themselves (and, with "peer" or "expected" before
the key, what others say of them), an asset's facts are here: its addresses,
its roles, and what LLDP and CDP told of its ports.
"""

import collections
import ipaddress
import json
import os
import re
import sqlite3
import subprocess
import tempfile

import witness

MAC = re.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}")
MAKER = 8               # characters of a MAC that tell its maker
PORTS_SQL = ("SELECT a.mac, t.relation, t.peer FROM topology AS t "
             "JOIN addresses AS a ON a.id = t.addr WHERE a.kind = 1")


def sub_text(sub):
    if "net" in sub:
        return "/%d:%s" % (sub["net"], sub.get("mac", "").replace(":", ""))
    for name in ("addr", "unit", "path"):
        if name in sub:
            return "/%s %s" % (name, sub[name])
    return ""


def plain(text):
    """As the store keeps it: one line, without what fills a field up."""
    return re.sub("[\0-\x1f]", " ", text).strip()


# shown: facts; on: with the right asset; spared: {why: how many} rightly are
# not; wrong: [(frame, 1, text)]
Result = collections.namedtuple("Result", "shown devices on spared wrong")


class Asset:
    def __init__(self, row):
        self.name = " ".join(row["ips"] + row["macs"]) or row["id"]
        self.macs, self.ips = set(row["macs"]), set(row["ips"])
        self.places = self.macs | self.ips | {
            (way["ip"] or way["mac"]) + sub_text(way["sub"])
            for way in row["behind"]}
        self.facts = [("" if f["claim"] == "self" else f["claim"] + " ",
                       f["key"], f["value"], f["proto"])
                      for f in row["facts"]]
        self.known = {("role", r["role"]) for r in row["roles"]}
        self.known |= {("address", a) for a in self.macs | self.ips}

    def said(self, table):
        """{(key, value)} as the table compares them, whoever said so."""
        out = set(self.known)
        for claim, key, text, _ in self.facts:
            if key in table.KEYS:
                try:
                    out.add((claim + key, plain(table.value(key, text))))
                except (TypeError, ValueError):
                    pass        # another protocol's, of another form
        return out

    def own(self, table):
        """Those of the table's protocol alone."""
        return {(claim + key, plain(table.value(key, text)))
                for claim, key, text, proto in self.facts
                if proto in table.PROTOS and key in table.KEYS}


class Kept:
    """The assets of a capture; RuntimeError when otus fails."""

    def __init__(self, program, path):
        with tempfile.TemporaryDirectory() as folder:
            run(path, program, "read", "--data", folder, path)
            rows = run(path, program, "assets", "--data", folder, "--json")
            self.assets = [Asset(json.loads(r)) for r in rows.splitlines()]
            self.at = collections.defaultdict(list)
            for a in self.assets:
                for place in a.places:
                    self.at[place].append(a)
            db = sqlite3.connect(os.path.join(folder, "otus.db"))
            for mac, relation, peer in db.execute(PORTS_SQL):
                for a in self.at[mac]:
                    a.known.add((relation, plain(peer)))
            db.close()

    def of(self, device, key=""):
        """The assets that are a device; most often one."""
        found = self.at.get(device, [])
        # nothing tells Modbus units apart, so the port's asset has their
        # facts; what is behind a port and only expected there is no asset
        if not found and ("/unit " in device or key.startswith("expected ")):
            found = self.at.get(device.partition("/")[0], [])
        return found

    def compare(self, table, theirs, ours):
        """{frame: {(device, key, value)}} of tshark, and of otus what was
        compared with that frame by frame."""
        first, also = once(table, theirs), once(table, ours)
        said = {a: a.said(table) for a in self.assets}
        spared, wrong, on = collections.Counter(), [], 0
        for (device, key, value), frame in first.items():
            mine = self.of(device, key)
            # what another says adds nothing to the device's own word
            if any(fact in said[a] for a in mine
                   for fact in ((key, value), (own_key(key), value))):
                on += 1
                continue
            why = self.spare(table, mine, key, value)
            if why:
                spared[why] += 1
                continue
            wrong.append((frame, 1, "%s %s=%r: %s" % (
                device, key, value,
                self.instead(mine, key, value, said))))
        wrong += self.strays(table, first, also)
        return Result(len(first), len({f[0] for f in first}), on, spared,
                      sorted(wrong))

    def spare(self, table, mine, key, value):
        """Why a fact is rightly not on its asset; None: it should be."""
        if not mine:
            return None
        if (key == "address" and table.MAY_CLAIM and
                is_anothers(value, mine, self)):
            return "another maker's MAC has that address"
        return None

    def instead(self, mine, key, value, said):
        if not mine:
            return "no asset has that address"
        others = sorted(a.name for a in self.assets if (key, value) in said[a])
        values = sorted(repr(v) for a in mine for k, v in said[a] if k == key)
        if others:
            return "it is on " + ", ".join(others)
        return "the asset says " + (", ".join(values) or "nothing")

    def strays(self, table, first, also):
        """Facts that are on an asset of which tshark shows another value, or
        that tshark shows of another device alone."""
        shown, keys, frames = set(), {}, {}
        for (device, key, value), frame in first.items():
            frames.setdefault((key, value), frame)
            for a in self.of(device, key):
                keys.setdefault((a, key), frame)
        for device, key, value in (*first, *also):
            shown |= {(a, key, value) for a in self.of(device, key)}
        for a in self.assets:
            for key, value in a.own(table):
                if (a, key, value) in shown:
                    continue
                if (key, value) in frames:
                    yield (frames[key, value], 1, "%s=%r: it is on %s, too" %
                           (key, value, a.name))
                elif (a, key) in keys:
                    yield (keys[a, key], 1, "%s %s=%r: only otus says it" %
                           (a.name, key, value))


def once(table, facts):
    """{(device, key, value): the first frame}, as assets have them."""
    first = {}
    for frame in sorted(facts):
        for device, key, value in facts[frame]:
            where = place(device) if table.BY_FRAME else device
            first.setdefault((where, key, plain(value)), frame)
    return first


def run(path, *cmd):
    done = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    if done.returncode < 0 or (
            done.returncode and
            not os.path.basename(path).startswith("damaged_")):
        raise RuntimeError("%s %s: exit code %d: %s" % (
            cmd[0], cmd[1], done.returncode,
            done.stderr.decode("utf-8", "replace")))
    return done.stdout


def own_key(key):
    return re.sub("^(expected|peer) ", "", key)


def place(device):
    """An end's address without its port, and what is behind it."""
    front, slash, sub = device.partition("/")
    if not MAC.fullmatch(front):
        front = front.rpartition(":")[0] or front
    return front + slash + sub


def is_ip(text):
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_anothers(value, mine, kept):
    """An address that a MAC of another maker speaks from is not joined to who
    claims it in LLDP or CDP: a stranger must not slip into another's row
    (store/proof.c)."""
    makers = {m[:MAKER] for a in mine for m in a.macs}
    if MAC.fullmatch(value):
        return value[:MAKER] not in makers
    return any({m[:MAKER] for m in a.macs} - makers
               for a in kept.at.get(value, []))

"""census: an inventory beside the truth: device by device, attribute by
attribute.

A device of the truth is found when there is an asset with exactly its
addresses: one that was joined to another or split in two is missed, and what
is there instead is too much.  An asset may have the addresses that the truth
calls `may`; a group, which is nobody's, has no asset; a ghost is counted by
itself.  Attributes
are compared with the asset that has most of the device's addresses.

Of each row: how many the truth has, how many the inventory says, how many of
these are right.  Precision is right / said, recall is right / truth.  Where
the truth has a list, each of it is right, and with null in it silence is.  A
maker that is only known by the MAC address is no vendor.
"""

import json
import os
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
OTUS = os.path.join(os.path.dirname(HERE), os.environ.get("BUILD", "build"),
                    "otus")
CAPTURE = os.path.join(HERE, "site", "site.pcapng")
TRUTH = os.path.join(HERE, "site", "truth.json")

ATTRIBUTES = ("name", "vendor", "model", "firmware", "hardware", "software",
              "serial", "location", "order_number")
ROWS = ("devices", "addresses", "parent", "role", "level", *ATTRIBUTES,
        "retired", "ghosts")
# A ghost has an address and nothing else.
GHOST = {"state": "ghost", "parent": None, "role": None, "roles": [],
         "level": None, "facts": []}
# Where the program has another word for a role of the truth: a chassis is a
# kind of thing, not what it is for.
WORDS = {"engineering": "engineering_station", "controller": "plc",
         "chassis": None}


def inventory(capture):
    """What `otus assets` and `otus ghosts` print of a capture that is read
    into nothing."""
    with tempfile.TemporaryDirectory() as data:
        subprocess.run([OTUS, "read", "-q", "-d", data, capture], check=True)
        return rows("assets", data) + [
            dict(GHOST, id="ghost %d" % n, addresses=[g["behind"] or g])
            for n, g in enumerate(rows("ghosts", data))]


def rows(command, data):
    lines = subprocess.run([OTUS, command, "--json", "-d", data],
                           stdout=subprocess.PIPE,
                           check=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


# --- addresses, in one form ---------------------------------------------------

def words_of(sub):
    return " ".join("%s=%s" % item for item in sorted(sub.items()))


def address(a):
    """{"mac"}, {"ip"}, or {"ip","port","sub"}: a place behind an IP."""
    if a.get("sub"):
        return "%s:%d %s" % (a["ip"], a["port"], words_of(a["sub"]))
    return a.get("ip") or a["mac"]


def addresses_of(asset):
    """Those of an asset.  A chassis has none: what is printed as its own is
    the way to its slots."""
    if "addresses" in asset:
        return {address(a) for a in asset["addresses"]}
    if asset["role"] == "chassis":
        return set()
    return {*asset["macs"], *asset["ips"], *map(address, asset["behind"])}


# --- who is who ---------------------------------------------------------------

def pairs(truth, assets):
    """[(device, asset)], the likest first, each once."""
    likeness = []
    for d in truth:
        for a in assets:
            both = len(d["at"] & a["at"])
            if both:
                likeness.append((-both / len(d["at"] | a["at"]), d["n"],
                                 a["n"], d, a))
    out, taken = [], set()
    for _, n, m, d, a in sorted(likeness, key=lambda x: x[:3]):
        if ("d", n) not in taken and ("a", m) not in taken:
            taken |= {("d", n), ("a", m)}
            out.append((d, a))
    return out


def frames(truth, assets, found):
    """Who has no address of its own is known by what is in it."""
    mine = {a["id"]: d["key"] for d, a in found}
    rest = [a for a in assets if a["id"] not in mine]
    out = []
    for d in truth:
        if d["at"] or d["state"] == "ghost":
            continue
        for a in rest:
            inside = [x for x, y in found if y["parent"] == a["id"]]
            if inside and all(d["key"] in parents(x) for x in inside):
                out.append((d, a))
                rest.remove(a)
                break
    return out


def parents(d):
    return d["parent"] if isinstance(d["parent"], list) else [d["parent"]]


class Row:
    def __init__(self):
        self.truth = self.said = self.right = 0

    def precision(self):
        return self.right / self.said if self.said else \
            0.0 if self.truth else 1.0

    def recall(self):
        return self.right / self.truth if self.truth else 1.0


class Census:
    """rows: {name: Row}; different: a line each."""

    def __init__(self, truth, printed):
        self.rows = {name: Row() for name in ROWS}
        self.different = []
        self.truth = [dict(d, n=n, at={address(a) for a in d["addresses"]},
                           ok={address(a) for a in d.get("may", ())})
                      for n, d in enumerate(truth["devices"])
                      if d["state"] != "group"]
        self.assets = [dict(a, n=n, at=addresses_of(a))
                       for n, a in enumerate(printed)]
        self.found = pairs(self.truth, self.assets)
        self.found += frames(self.truth, self.assets, self.found)
        self.asset_of = {d["key"]: a for d, a in self.found}
        self.device_of = {a["id"]: d for d, a in self.found}
        self.devices()
        for d in self.truth:
            self.attributes(d, self.asset_of.get(d["key"]))
        for a in self.assets:
            if a["id"] not in self.device_of:
                self.attributes(None, a)

    def tell(self, row, who, text):
        self.different.append("%-12s %s: %s" % (row, who, text))

    def who(self, d, a):
        return d["key"] if d else "(%s, %s)" % (
            a["id"], ", ".join(sorted(a["at"])[:3]) or "no address")

    # --- devices --------------------------------------------------------------

    def devices(self):
        row, ghosts = self.rows["devices"], self.rows["ghosts"]
        for d in self.truth:
            a = self.asset_of.get(d["key"])
            is_ghost = d["state"] == "ghost"
            (ghosts if is_ghost else row).truth += 1
            if a is None:
                self.tell("ghosts" if is_ghost else "devices", d["key"],
                          "is missing (%s)" % ", ".join(sorted(d["at"])))
            elif is_ghost != (state_of(a) == "ghost"):
                self.tell("ghosts", d["key"], "is said to be %s" %
                          state_of(a))
            elif is_ghost:
                ghosts.right += 1
            elif a["at"] - d["ok"] == d["at"]:
                row.right += 1
            else:
                self.tell("devices", d["key"], self.how_they_differ(d, a))
        for a in self.assets:
            (ghosts if state_of(a) == "ghost" else row).said += 1
            if a["id"] not in self.device_of:
                self.tell("ghosts" if state_of(a) == "ghost" else "devices",
                          self.who(None, a), "is nobody%s" % self.parts(a))

    def how_they_differ(self, d, a):
        out = []
        for text, some in (("lacks", d["at"] - a["at"]),
                           ("has, too,", a["at"] - d["at"] - d["ok"])):
            if some:
                out.append("%s %s" % (text, ", ".join(sorted(some))))
        return "; ".join(out)

    def parts(self, a):
        """Whose addresses it has."""
        whose = sorted({d["key"] for d in self.truth
                        if (d["at"] | d["ok"]) & a["at"]})
        return " but a part of " + ", ".join(whose) if whose else ""

    # --- attributes -----------------------------------------------------------

    def attributes(self, d, a):
        if (d or {}).get("state") == "ghost":
            d = None                # what is said of one is too much
        if d is None and (a is None or state_of(a) == "ghost"):
            return
        self.sets("addresses", d, a, d["at"] if d else set(),
                  a["at"] if a else set(), d["ok"] if d else set())
        self.sets("role", d, a, set(d["roles"]) if d else set(),
                  roles_of(a) if a else set(),
                  set(d.get("roles_may", ())) if d else set())
        self.one("parent", d, a, d["parent"] if d else None,
                 self.parent(a) if a else None)
        self.one("level", d, a, d["level"] if d else None,
                 a["level"] if a else None)
        for key in ATTRIBUTES:
            self.one(key, d, a, d["attributes"][key] if d else None,
                     value_of(a, key) if a else None)
        self.one("retired", d, a,
                 "yes" if d and d["state"] == "retired" else None,
                 "yes" if a and state_of(a) == "retired" else None)

    def parent(self, a):
        if not a["parent"]:
            return None
        d = self.device_of.get(a["parent"])
        return d["key"] if d else "(%s)" % a["parent"]

    def one(self, name, d, a, want, have):
        row = self.rows[name]
        wanted = want if isinstance(want, list) else [want]
        row.truth += None not in wanted or have in wanted and have is not None
        row.said += have is not None
        if have in wanted:
            row.right += have is not None
        else:
            self.tell(name, self.who(d, a), "%s, and not %s" % (
                "nothing" if have is None else have, " or ".join(
                    "anything" if w is None else str(w) for w in wanted)))

    def sets(self, name, d, a, want, have, tolerated):
        row = self.rows[name]
        have = have - (tolerated - want)
        row.truth += len(want)
        row.said += len(have)
        row.right += len(want & have)
        if want != have and name != "addresses":
            self.tell(name, self.who(d, a), "%s, and not %s" % (
                ", ".join(sorted(have)) or "nothing",
                ", ".join(sorted(want)) or "anything"))

    # --- what comes of it -----------------------------------------------------

    def table(self):
        yield "%-13s %6s %6s %6s %10s %7s" % (
            "", "truth", "said", "right", "precision", "recall")
        for name, r in self.rows.items():
            yield "%-13s %6d %6d %6d %10.3f %7.3f" % (
                name, r.truth, r.said, r.right, r.precision(), r.recall())

    def below(self, line):
        """Rows below their line."""
        return [name for name, r in self.rows.items()
                if min(r.precision(), r.recall()) < line(name)]


def state_of(a):
    return a.get("state") or "present"


def roles_of(a):
    words = (r if isinstance(r, str) else r["role"] for r in a["roles"])
    return {WORDS.get(w, w) for w in words} - {None}


def value_of(a, key):
    """What is shown; of what has no column the best thing that it said."""
    if key in a:
        return None if key == "vendor" and a.get("vendor_by_mac") else a[key]
    facts = [f for f in a["facts"] if f["key"] == key and
             f["claim"] == "self" and f["confidence"] > 0]
    return max(facts, key=lambda f: (f["confidence"], f["last"]))["value"] \
        if facts else None


def load(path=TRUTH):
    with open(path, encoding="utf-8") as fp:
        return json.load(fp)

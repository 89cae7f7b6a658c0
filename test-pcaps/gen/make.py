#!/usr/bin/python3
"""make: writes the generated captures, or checks that they are unchanged.

    make.py             writes all below test-pcaps/, and CAPTURES.md
    make.py NAME...     writes these
    make.py --check     writes nothing; TAP, one test a capture
"""

import glob
import importlib
import os
import sys

GEN = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, GEN)

import cases                                                    # noqa: E402
import plant                                                    # noqa: E402
import site_core                                                # noqa: E402

# Whatever is called so adds captures to the registry.
for _file in sorted(glob.glob(os.path.join(GEN, "cases_*.py"))):
    importlib.import_module(os.path.basename(_file)[:-3])

HERE = os.path.dirname(GEN)
LIST = "CAPTURES.md"


def listing(files):
    """The list of generated captures, for people."""
    out = ["# Generated captures", "",
           "Written by `gen/make.py` from the descriptions in `gen/`; "
           "do not edit.", "",
           "| capture | what it shows |", "|---|---|"]
    out += ["| `%s` | %s |" % (path, cases.about(cases.CASES[name]))
            for name, path in sorted(files.items())]
    return ("\n".join(out) + "\n").encode()


def same(path, data):
    try:
        with open(path, "rb") as fp:
            return fp.read() == data
    except OSError:
        return False


def main(argv):
    check = argv == ["--check"]
    names = [] if check else argv
    todo, files = {}, {}
    for name in sorted(cases.CASES):
        if names and name not in names:
            continue
        path, data = cases.build(name)
        files[name] = path
        todo[path] = data
    unknown = set(names) - set(cases.CASES)
    if unknown:
        sys.exit("no such capture: " + ", ".join(sorted(unknown)))
    if not names:
        todo[LIST] = listing(files)
        todo.update(plant.extra_files())
        todo.update(site_core.extra_files())
    if check:
        print("1..%d" % len(todo))
    ok = True
    for n, (path, data) in enumerate(sorted(todo.items()), 1):
        full = os.path.join(HERE, path)
        if check:
            good = same(full, data)
            ok = ok and good
            print("%sok %d - %s is what the generator writes" %
                  ("" if good else "not ", n, path))
        elif not same(full, data):
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as fp:
                fp.write(data)
            print("wrote " + path)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

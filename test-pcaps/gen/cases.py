"""cases: the registry of generated captures.

A capture is a function that returns a Capture; its name is the path below
test-pcaps/ without the ending, its docstring what the list says of it.
"""

CASES = {}


def case(name):
    def register(fn):
        if name in CASES:
            raise ValueError("two captures are called " + name)
        CASES[name] = fn
        return fn
    return register


def about(fn):
    return " ".join(fn.__doc__.split())


def build(name):
    """Path below test-pcaps/, and the bytes."""
    cap = CASES[name]()
    return name + (".pcapng" if cap.ng else ".pcap"), cap.bytes()

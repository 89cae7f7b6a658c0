"""words: texts, numbers and names of both sides in one form."""

import os
import re

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def decode(data, charset="utf-8"):
    """As events.md says: each bad byte is one U+FFFD."""
    out = ""
    while data:
        try:
            return out + data.decode(charset)
        except UnicodeDecodeError as e:
            out += data[:e.start].decode(charset) + "\ufffd"
            data = data[e.start + 1:]
    return out


def trim(text):
    """Without what fills a field up."""
    return text.strip(" \0")


def names(*files):
    """{number: name} of the tree's tables."""
    out = {}
    for file in files:
        with open(os.path.join(TOP, "dissectors", file),
                  encoding="utf-8") as fp:
            for number, name in re.findall(
                    r'^[A-Z]\((\d+), "((?:[^"\\]|\\.)*)"\)', fp.read(), re.M):
                out[int(number)] = re.sub(r"\\(.)", r"\1", name)
    return out

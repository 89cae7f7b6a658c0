"""fox: frames of Niagara Fox, as the sender writes them."""


def blob(data):
    return b"b:%d[" % len(data) + data + b"]"


def obj(encoding, data):
    return b"o:" + encoding + b" %d[" % len(data) + data + b"]"


def inner(*tuples):
    return b"m:{\n" + body(tuples) + b"}"


def body(tuples):
    return b"".join(k.encode() + b"=" +
                    (v if isinstance(v, bytes) else b"s:" + v.encode()) +
                    b"\n" for k, v in tuples)


def frame(kind, seq, reply, channel, command, *tuples):
    return b"fox %c %d %d " % (ord(kind), seq, reply) + channel.encode() + \
        b" " + command.encode() + b"\n{\n" + body(tuples) + b"};;\n"


def hello(seq, *tuples):
    return frame("a", seq, -1, "fox", "hello", ("fox.version", "1.0.2"),
                 ("id", b"i:%d" % (seq + 4)), *tuples)

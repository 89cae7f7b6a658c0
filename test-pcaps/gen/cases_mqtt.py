"""cases_mqtt: what clients and brokers say to each other."""

import struct

import mqtt as m
from cases import case
from talk import Path, Tcp, host

BROKER = host(30)


class Session(Tcp):
    def __init__(self, path, n, port=1883):
        super().__init__(path, client=host(n), server=BROKER, port=port,
                         cport=49000 + n)
        self.open()


def ping(s):
    return s.req(m.packet(m.PINGREQ)).rsp(m.packet(m.PINGRESP))


@case("mqtt/sessions")
def sessions():
    """A gauge logs in and publishes with each quality of service; a panel
    subscribes, is refused one filter, and is told; one whose password is
    wrong; one of version 3.1 that a library named; a bridge; the broker's
    version; a long publication."""
    path = Path()
    gauge = Session(path, 40)
    gauge.req(m.connect("gauge-7", user="gauge", password="hidden",
                        will=("plant/gauge-7/state", b"lost", 1, True)))
    gauge.rsp(m.connack())
    panel = Session(path, 41)
    panel.req(m.connect("panel-2", keep=30, clean=False))
    panel.rsp(m.connack(present=True))
    panel.req(m.subscribe(1, ("plant/+/level", 2), ("plant/#", 0),
                          ("$SYS/broker/version", 0)))
    panel.rsp(m.packet(m.SUBACK, b"\0\1\2\x80\0"))
    panel.rsp(m.publish("$SYS/broker/version", b"mosquitto version 2.0.11",
                        retain=True))
    topic = "plant/gauge-7/level"
    gauge.req(m.publish(topic, b"3.14"))
    gauge.req(m.publish(topic, b"3.15", 1, 1, retain=True))
    gauge.rsp(m.ack(m.PUBACK, 1))
    gauge.req(m.publish(topic, b"3.16", 2, 2)).rsp(m.ack(m.PUBREC, 2))
    gauge.req(m.ack(m.PUBREL, 2)).rsp(m.ack(m.PUBCOMP, 2))
    panel.rsp(m.publish(topic, b"3.14") + m.publish(topic, b"3.16", 2, 9))
    panel.req(m.ack(m.PUBREC, 9)).rsp(m.ack(m.PUBREL, 9))
    panel.req(m.ack(m.PUBCOMP, 9))
    panel.req(m.unsubscribe(2, "plant/#")).rsp(m.ack(m.UNSUBACK, 2))
    ping(panel)
    gauge.req(m.publish("plant/gauge-7/trend", b"\x5a" * 6000, 1, 3))
    gauge.rsp(m.ack(m.PUBACK, 3))
    gauge.req(m.packet(m.DISCONNECT)).close()
    wrong = Session(path, 42)
    wrong.req(m.connect("gauge-8", user="gauge", password="guessed"))
    wrong.rsp(m.connack(5)).close()
    old = Session(path, 43)
    old.req(m.connect("mosqpub|4711-office", 3)).rsp(m.connack())
    old.req(m.publish("plant/order", b"17")).req(m.packet(m.DISCONNECT))
    bridge = Session(path, 44)
    bridge.req(m.connect("works2.north", bridge=True)).rsp(m.connack())
    bridge.req(m.publish("spBv1.0/works2/NBIRTH/edge9", b"\x08\1"))
    return path.cap


@case("mqtt/version5")
def version5():
    """Properties both ways: limits, an id that the broker gives, a topic by
    its alias, why not; log-in by a method of its own; another server to use;
    on a port of nobody's; and a connection whose beginning is not there."""
    path = Path()
    s = Session(path, 50, port=21883)
    s.req(m.connect("", 5, props=m.properties(
        (0x11, struct.pack("!I", 3600)), (0x21, b"\0\x14"),
        (0x27, struct.pack("!I", 65536)), (0x15, m.text("SCRAM-SHA-256")),
        (0x16, m.text("n,,n=anna,r=nonce")),
        (0x26, m.text("site") + m.text("north")))))
    s.rsp(m.packet(m.AUTH, b"\x18" + m.properties(
        (0x15, m.text("SCRAM-SHA-256")), (0x16, m.text("r=nonce2")))))
    s.req(m.packet(m.AUTH, b"\x18" + m.properties(
        (0x15, m.text("SCRAM-SHA-256")), (0x16, m.text("p=proof")))))
    s.rsp(m.connack(0, props=m.properties(
        (0x12, m.text("auto-2F1C")), (0x13, b"\0\x1e"), (0x24, b"\1"),
        (0x25, b"\1"))))
    s.req(m.subscribe(1, ("a/#", 0x2D), props=m.properties((0x0B, b"\x05"))))
    s.rsp(m.packet(m.SUBACK, b"\0\1\0\1"))
    s.req(m.publish("a/b", b"{}", 1, 2, props=m.properties(
        (0x02, struct.pack("!I", 5)), (0x03, m.text("application/json")),
        (0x08, m.text("a/answer")), (0x09, m.text(b"\7\7")),
        (0x23, b"\0\3"))))
    s.rsp(m.ack(m.PUBACK, 2, b"\x10\0"))
    s.req(m.publish("", b"{}", 1, 3, props=m.properties((0x23, b"\0\3"))))
    s.rsp(m.ack(m.PUBACK, 3, b"\x97" + m.properties(
        (0x1F, m.text("quota of today")))))
    s.rsp(m.publish("a/answer", b"{}", props=m.properties((0x0B, b"\x05"))))
    s.req(m.unsubscribe(4, "a/#", props=b"\0"))
    s.rsp(m.packet(m.UNSUBACK, b"\0\4\0\x11"))
    s.rsp(m.packet(m.DISCONNECT, b"\x9d" + m.properties(
        (0x1C, m.text("broker2.works:1883"))))).close()
    denied = Session(path, 51)
    denied.req(m.connect("gauge-9", 5, user="gauge", password="guessed"))
    denied.rsp(m.connack(0x86, props=b"\0")).close()
    late = Tcp(path, client=host(52), server=BROKER, port=1883, cport=49052)
    late.req(m.publish("plant/x", b"1", props=b"\0"))
    late.req(m.subscribe(7, ("plant/y", 1), props=b"\0"))
    late.rsp(m.packet(m.SUBACK, b"\0\7\0\1"))
    late.req(m.publish("plant/x", b"2", props=b"\0"))
    return path.cap


@case("mqtt/sparkplug")
def sparkplug():
    """A node of Sparkplug B with its will, births and data, its own and a
    device's; the host's state, a command to the node and one to the device,
    each as the host publishes it and as the broker passes it on."""
    path = Path()
    node, scada = Session(path, 60), Session(path, 61)
    node.req(m.connect("c5d2f1a8-1111-4222-8333-0123456789ab", will=(
        "spBv1.0/works/NDEATH/edge1", b"\x18\0", 1, False)))
    node.rsp(m.connack())
    node.req(m.subscribe(1, ("spBv1.0/works/NCMD/edge1", 1),
                         ("spBv1.0/works/DCMD/edge1/#", 1)))
    node.rsp(m.packet(m.SUBACK, b"\0\1\1\1"))
    scada.req(m.connect("scada", will=("spBv1.0/STATE/scada1", b"{}", 1,
                                       True)))
    scada.rsp(m.connack())
    scada.req(m.publish("spBv1.0/STATE/scada1", b"{\"online\":true}", 1, 1,
                        True)).rsp(m.ack(m.PUBACK, 1))
    for kind in ("NBIRTH/edge1", "DBIRTH/edge1/pump7", "NDATA/edge1",
                 "DDATA/edge1/pump7"):
        node.req(m.publish("spBv1.0/works/" + kind, b"\x08\1\x18\0"))
        scada.rsp(m.publish("spBv1.0/works/" + kind, b"\x08\1\x18\0"))
    for kind in ("NCMD/edge1", "DCMD/edge1/pump7"):
        scada.req(m.publish("spBv1.0/works/" + kind, b"\x08\2"))
        node.rsp(m.publish("spBv1.0/works/" + kind, b"\x08\2"))
    node.reset("c")
    scada.rsp(m.publish("spBv1.0/works/NDEATH/edge1", b"\x18\0"))
    return path.cap


@case("mqtt/violations")
def violations():
    """Types and flags that are not, names and versions of no protocol,
    qualities of service, ids of 0, topics for many, lengths that disagree,
    properties that are not; a length of five octets and a hole in a long
    packet, a good one behind each."""
    path = Path()
    s = Session(path, 70)
    good = m.publish("plant/x", b"1")
    s.req(m.connect("bad-1")).rsp(m.connack())
    for one in (m.packet(0, b"\0"), m.packet(m.AUTH),
                m.packet(m.SUBSCRIBE, b"\0\1\0\1a\0"),
                m.packet(m.PUBLISH, m.text("plant/x") + b"\0\1", 6),
                m.publish("plant/x", b"1", 1, 0), m.publish("plant/#", b"1"),
                m.publish("", b"1"), m.packet(m.PUBLISH, b"\0\x09plant"),
                m.ack(m.PUBACK, 0), m.packet(m.PUBACK, b"\1"),
                m.subscribe(1), m.subscribe(2, ("plant/x", 3)),
                m.packet(m.PINGREQ, b"\0"), m.packet(m.DISCONNECT, b"\0"),
                b"\x30\xff\xff\xff\xff\x7f\1\2\3"):
        s.req(one, good)
    five = Session(path, 71)
    five.req(m.connect("bad-2", 5)).rsp(m.connack(0, props=b"\0"))
    good5 = m.publish("plant/x", b"1", props=b"\0")
    for props in (b"\3\x7e\0\1", m.properties((0x23, b"\0\1"),
                                              (0x23, b"\0\1")),
                  b"\x7f\x23\0\1", b"\2\x23\0", b"\xff\xff\xff\xff\x01"):
        five.req(m.publish("plant/x", b"", props=props), good5)
    for one in (m.connect("bad-3", name="MQTS"), m.connect("bad-4", 6),
                m.connect("bad-5", flags=1),
                m.connect("bad-6", flags=0x18),
                m.connect("bad-7", password="hidden")):
        Session(path, 80 + one[-1] % 16).req(one).rsp(m.connack(2))
    s.req(m.connect("bad-8", name="MQTS"), good)
    long = m.publish("plant/long", b"\x5a" * 7100)
    s.send("c", long[:4000]).lose("c", long[4000:]).req(good)
    return path.cap

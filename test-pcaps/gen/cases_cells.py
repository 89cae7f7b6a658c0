"""cases_cells: machines that are there several times, with equal addresses.

A cell is a PLC at 192.168.1.10, an HMI at 192.168.1.100 and a drive at
192.168.1.20, as their maker delivers it, in a VLAN of its own.  One router has
192.168.1.1 in all of them and translates: what SCADA asks of 10.0.0.1n0 goes
to the PLC of cell n.  test_cells has what of each is to be told.
"""

import cases_enip
import capfile
import eip
import mb
import wire
from capfile import Capture
from cases import case
from cases_modbus import Master
from talk import Path, Tcp
from wire import MS, S, Host

T0 = 1_700_000_000 * S
ROUTER = "02:00:00:00:01:01"
SCADA = Host("02:00:00:00:01:32", "10.0.0.50")


class Cell:
    """Its hosts; each time with MACs of its own."""

    def __init__(self, cap, n, vlan=None, iface=0):
        link = wire.vlan(vlan) if vlan else wire.ether
        self.n, self.vlan = n, vlan
        self.path = Path(cap, link, iface=iface)
        self.far = Path(cap, link, wire.Net(ttl=63), iface)
        self.plc, self.drive, self.hmi = (
            Host("02:00:00:00:%02x:%02x" % (n, ip), "192.168.1.%d" % ip)
            for ip in (10, 20, 100))
        self.router = Host(ROUTER, "192.168.1.1")

    def arp(self, t, *hosts):
        for h in hosts:
            self.path.frame(t, wire.arp(1, h, h, self.vlan))
            t += 10 * MS

    def resolve(self, t, asker, target, answers=True):
        self.path.frame(t, wire.arp(1, asker, target, self.vlan))
        if answers:
            self.path.frame(t + MS, wire.arp(2, target, asker, self.vlan))

    def poll(self, t, client=None, server=None, cport=49152, opened=True):
        """All cells do the same, from the same ports."""
        x = Tcp(self.path, client or self.hmi, server or self.plc, 502, cport,
                t)
        m = Master(x.open() if opened else x)
        for i in range(3):
            m.ask(mb.read(3, 0, 4), mb.read_regs_rsp(3, (self.n, i, 0, 0)))
        return m

    def write(self, t, value, cport):
        m = self.poll(t, cport=cport)
        m.ask(mb.write_reg(7, value), mb.write_reg(7, value))
        m.tcp.close()

    def identify(self, t):
        """Modbus tells the PLC's version, CIP the drive's serial number."""
        m = self.poll(t, cport=49200)
        m.ask(mb.device_id(1), mb.device_id_rsp(1, 1, (
            (0, b"Example Works"), (1, b"X-100"),
            (2, b"V%d.0" % self.n))))
        m.tcp.close()
        c = cases_enip.Client(Tcp(self.path, self.hmi, self.drive, 44818,
                                  49201, t + S).open())
        c.ask(eip.req(1, eip.path(1, 1)), eip.rsp(1, eip.identity(
            "PowerFlex 525", kind=2, product=9, serial=0xCE110000 + self.n)))
        c.done()

    def routed(self, t, cport):
        """SCADA's connection on the cell's side of the router."""
        x = Tcp(self.path, Host(ROUTER, SCADA.ip), self.plc, 502, cport, t)
        m = Master(x)
        for i in range(2):
            x.path = self.far
            x.req(mb.tcp(i + 1, 1, mb.read(3, 0, 2)))
            x.path = self.path
            x.rsp(mb.tcp(i + 1, 1, mb.read_regs_rsp(3, (self.n, i))))
        return m


def from_outside(cap, t, n):
    """The same on SCADA's side, which has no tag: the addresses differ."""
    near, far = Path(cap), Path(cap, net=wire.Net(ttl=63))
    nat = Host(ROUTER, "10.0.0.1%d0" % n)
    near.frame(t, wire.arp(1, SCADA, nat))
    near.frame(t + MS, wire.arp(2, nat, SCADA))
    x = Tcp(near, SCADA, nat, 502, 50000 + n, t + 2 * MS)
    for i in range(2):
        x.path = near
        x.req(mb.tcp(i + 1, 1, mb.read(3, 0, 2)))
        x.path = far
        x.rsp(mb.tcp(i + 1, 1, mb.read_regs_rsp(3, (n, i))))


def day(cap, cells):
    """Begins amid conversations; ARP, which would tell who is who, later."""
    for i, c in enumerate(cells):
        c.poll(T0 + i * 40 * MS, opened=False)
    for i, c in enumerate(cells):
        c.identify(T0 + 5 * S + i * 300 * MS)
        c.arp(T0 + 20 * S + i * 100 * MS, c.plc, c.drive, c.hmi)
    for i, c in enumerate(cells):
        c.write(T0 + 30 * S + i * 50 * MS, 100 * c.n, 49300)
        if c.vlan:
            c.arp(T0 + 39 * S + i * 50 * MS, c.router)
            c.routed(T0 + 40 * S + i * 500 * MS, 50000 + c.n)
            from_outside(cap, T0 + 50 * S + i * 500 * MS, c.n)


@case("cells/three")
def three():
    """Three cells on one trunk, in VLANs 10, 20 and 30, the router between
    them and SCADA; the second one's PLC is switched off for a while, asked
    for in vain, and on again."""
    cap = Capture()
    cells = [Cell(cap, n, 10 * n) for n in (1, 2, 3)]
    day(cap, cells)
    for minute in range(1, 11):
        for i, c in enumerate(cells):
            t = T0 + minute * 60 * S + i * 200 * MS
            on = c.n != 2 or minute < 3 or minute > 8
            c.resolve(t, c.hmi, c.plc, on)
            if on:
                c.poll(t + 20 * MS, cport=49400 + minute).tcp.close()
            else:
                x = Tcp(c.path, c.hmi, c.plc, 502, 49400 + minute,
                        t + 20 * MS)
                x.emit(x.make("c", flags=wire.SYN))
    return cap


@case("cells/conflict")
def conflict():
    """As cells/three, but in the second cell somebody else has the PLC's
    address, too: that is a conflict, and its own alone."""
    cap = Capture()
    cells = [Cell(cap, n, 10 * n) for n in (1, 2, 3)]
    day(cap, cells)
    rogue = Host("02:00:00:00:02:66", cells[1].plc.ip)
    for n in range(1, 4):
        t = T0 + (60 + 40 * n) * S
        cells[1].arp(t, rogue)
        for c in cells:
            c.arp(t + 20 * S, c.plc)
    return cap


@case("cells/moved")
def moved():
    """In the second of three cells the PLC is replaced: the new one has the
    address there, and nobody has retired elsewhere."""
    cap = Capture()
    cells = [Cell(cap, n, 10 * n) for n in (1, 2, 3)]
    day(cap, cells)
    cells[1].plc = Host("02:00:00:00:02:77", cells[1].plc.ip)
    for i, c in enumerate(cells):
        c.arp(T0 + 4000 * S + i * 30 * MS, c.plc)
        c.poll(T0 + 4001 * S + i * 200 * MS, cport=49500).tcp.close()
    return cap


@case("cells/mirrors")
def mirrors():
    """Two cells without tags, each behind a mirror port of its own."""
    cap = Capture(ifaces=[(capfile.ETHERNET, 9, "cell-1"),
                          (capfile.ETHERNET, 9, "cell-2")])
    cells = [Cell(cap, n + 1, iface=n) for n in (0, 1)]
    for i, c in enumerate(cells):
        # One network, as far as anybody can know yet.
        c.poll(T0 + i * 2 * S, cport=49152 + i)
    for i, c in enumerate(cells):
        c.poll(T0 + (5 + i * 2) * S, c.hmi, c.drive, 49180 + i)
    for n in range(1, 5):
        for i, c in enumerate(cells):
            t = T0 + 20 * n * S + i * 2 * S
            c.arp(t, c.plc, c.drive, c.hmi)
            c.poll(t + 200 * MS, cport=49300 + 10 * n + i).tcp.close()
    return cap

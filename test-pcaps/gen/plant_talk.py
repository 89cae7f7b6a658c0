"""plant_talk: a lasting Modbus connection of the sample plant, and what the
controllers answer."""

import math

import mb
from wire import ACK, MS, RST, S

ACK_AFTER = 40 * MS                     # delayed acknowledgement


def process(t, server, addr, rng):
    """What register `addr` of a controller holds at that time."""
    phase = t / (90 * S) + addr + len(server) + int(server[-1])
    if addr in (40, 41, 42, 43):
        return 500                      # set points
    if addr % 4 == 3:
        return addr * 7                 # constants
    return int(1000 + 10 * addr + 200 * math.sin(phase)) + rng.randrange(3)


class Poller:
    def __init__(self, sim, client, server, blocks):
        self.sim, self.client, self.server = sim, client, server
        self.blocks, self.txn = blocks, sim.rng.getrandbits(12)
        self.tcp, self.quiet_until = None, 0
        self.held = {}                  # registers that were written

    def connect(self, t):
        """False while the other side does not answer."""
        if t < self.quiet_until:
            return False
        if self.tcp is None:
            self.tcp = self.sim.tcp(t, self.client, self.server).open()
            self.tcp.t += 5 * MS
        else:
            self.tcp.t = max(self.tcp.t, self.sim.start + t)
        return True

    def exchange(self, ask, answer):
        c, rng = self.tcp, self.sim.rng
        self.txn = (self.txn + 1) & 0xFFFF
        c.emit(c.make("c", mb.tcp(self.txn, 1, ask)),
               gap=rng.randrange(1500, 9000) * 1000)
        c.emit(c.make("s", mb.tcp(self.txn, 1, answer)), gap=ACK_AFTER)

    def acknowledge(self):
        self.tcp.emit(self.tcp.make("c"), gap=MS)

    def values(self, t, addr, count):
        return [self.held.get(a, process(t, self.server, a, self.sim.rng))
                for a in range(addr, addr + count)]

    def round(self, t):
        if not self.connect(t):
            return
        for fc, addr, count in self.blocks:
            if fc in (1, 2):
                bits = [(t // (60 * S) + i) % 3 == 0 for i in range(count)]
                answer = mb.read_bits_rsp(fc, bits)
            else:
                answer = mb.read_regs_rsp(fc, self.values(t, addr, count))
            self.exchange(mb.read(fc, addr, count), answer)
        self.acknowledge()

    def heartbeat(self, t):
        if not self.connect(t):
            return
        values = [t // S & 0xFFFF, 1, 0]
        self.exchange(mb.write_regs(100, values),
                      mb.write_rsp(16, 100, len(values)))
        self.acknowledge()

    def write_reg(self, t, addr, value):
        if self.connect(t):
            self.held[addr] = value
            self.exchange(mb.write_reg(addr, value),
                          mb.write_reg(addr, value))
            self.acknowledge()

    def write_coil(self, t, addr, on):
        if self.connect(t):
            self.exchange(mb.write_coil(addr, on), mb.write_coil(addr, on))
            self.acknowledge()

    def cut(self, t, silence):
        """The server drops the connection and is away for a while."""
        if self.tcp is not None:
            self.tcp.t = max(self.tcp.t, self.sim.start + t)
            self.tcp.emit(self.tcp.make("s", flags=RST | ACK))
        self.tcp, self.quiet_until = None, t + silence

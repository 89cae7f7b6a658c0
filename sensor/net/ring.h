/*
 * ring: EtherCAT's frames, which come back to who sent them.
 *
 * The frame goes through all slaves and back to its master, on the same wire
 * and with the same addresses, but for the bit of the sender's by which an
 * address is locally administered: the first slave sets that
 * (IEC 61158-4-12, 5.3.2).  A mirror port shows both.  Taken as it stands, what
 * comes back would be the frame of a second master, which there is not; so it
 * is turned: from where the first went to, to its master.
 *
 * A master whose own address is a local one cannot be told so.  Its frames come
 * back when a slave has counted itself in one of their datagrams.
 *
 * In a datagram of UDP the master has an address that the slaves leave as it
 * is: of that only the mark is taken away, where the master was heard without.
 */
#ifndef OTUS_NET_RING_H
#define OTUS_NET_RING_H

#include "net/flow.h"
#include "net/pkt.h"

#define RING_ETHERTYPE 0x88a4
#define RING_PORT      34980

static inline bool
ring_is(const struct pkt *p)
{
	return p->ethertype == RING_ETHERTYPE ||
	       (p->l4 == PKT_L4_UDP && p->dport == RING_PORT);
}

/* Turns a frame that has come back, and seeks the flow of that; master is
 * where its address is kept. */
void ring_turn(const struct flow_table *, struct pkt *, struct flow_seek *,
    uint8_t master[6]);

#endif

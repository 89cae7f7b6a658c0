/*
 * opinion: what nDPI takes a flow for that no dissector claims.
 *
 * A second opinion for IT traffic and a name for its links, nothing more: OT
 * classification is ours.  nDPI gets packets with payload of at most
 * NDPI_FLOW_MAX flows at once, until it has decided or NDPI_PACKETS have
 * passed.  Its memory comes from a bounded heap of its own (heap.h).
 */
#ifndef OTUS_NET_OPINION_H
#define OTUS_NET_OPINION_H

#include "base/err.h"
#include "net/flow.h"
#include "net/pkt.h"

struct opinion;

int opinion_new(struct opinion **ret) MUST_CHECK;
void opinion_free(struct opinion *); /* accepts NULL */
/* Looks at one packet with payload; sets flow->label once decided. */
void opinion_packet(
    struct opinion *, struct flow_table *, struct flow *, const struct pkt *);
/* The flow is going. */
void opinion_leave(struct opinion *, struct flow *);

#endif

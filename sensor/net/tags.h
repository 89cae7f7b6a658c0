/*
 * tags: conversations whose two directions carry different VLAN tags.
 *
 * Some mirrors show them so: one direction is copied before its tag is put on,
 * or a port's VLAN is a private one of its own.  So before a packet begins a
 * new flow, one is looked for that has heard the other end only: the same
 * addresses and ports between the same two network cards, in one other VLAN,
 * and of TCP with an acknowledgement that fits.  That flow is joined: one side
 * with these tags, one with those; events have the tags of their packet.
 *
 * Cloned machines with one address plan in VLAN after VLAN stay apart: what is
 * heard both ways under one tag is never joined, and a joined flow of which
 * that turns out later is parted.  Nothing of this is asked for a packet whose
 * flow is known by its own tags, nor before tags have been seen to differ at
 * all: most mirrors show one VLAN, or none, and pay nothing.
 */
#ifndef OTUS_NET_TAGS_H
#define OTUS_NET_TAGS_H

#include "net/flow.h"

/* The flow that the packet belongs to though its tags are others, or NULL. */
struct flow *tags_find(
    struct flow_table *, const struct pkt *, const struct flow_seek *);
/* A flow that is new, and one that goes. */
void tags_add(struct flow_table *, struct flow *);
void tags_remove(struct flow_table *, struct flow *);
/* The side whose tags are other ones speaks under the flow's own. */
void tags_part(struct flow_table *, struct flow *);

#endif

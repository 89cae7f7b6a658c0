/*
 * standby: who is master of a redundancy group (VRRP, CARP, HSRP).
 */
#ifndef OTUS_NET_STANDBY_H
#define OTUS_NET_STANDBY_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "net/pkt.h"

#define STANDBY_MAX 64 /* groups, and their waiting ones, at a time */

/* Who told last that he has it, or waits for it. */
struct standby {
	uint64_t key[2]; /* the group's MAC; VLANs, and whether he waits */
	uint64_t told_ns;
	struct ev_ip who;
};

struct net;

#define STANDBY_VRRP 112 /* and CARP's, unregistered */
#define STANDBY_HSRP 1985

static inline bool
standby_is(const struct pkt *p)
{
	return p->l4 == PKT_L4_UDP
		   ? p->dport == STANDBY_HSRP
		   : p->ipver != 0 && p->ip_proto == STANDBY_VRRP;
}

void standby_packet(struct net *, const struct pkt *);

#endif

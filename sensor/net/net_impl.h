/*
 * net_impl: what the files of this folder share.  Nobody else includes it.
 */
#ifndef OTUS_NET_NET_IMPL_H
#define OTUS_NET_NET_IMPL_H

#include "net/cover.h"
#include "net/flow.h"
#include "net/frag.h"
#include "net/host.h"
#include "net/link.h"
#include "net/opinion.h"
#include "net/net.h"
#include "net/partial.h"
#include "net/pending.h"
#include "net/reasm.h"
#include "net/red.h"
#include "net/service.h"
#include "net/shared.h"
#include "net/standby.h"
#include "net/state.h"
#include "net/tcp.h"

#define NET_OWN_FIELDS 64 /* fields of an event that net itself makes */

struct net {
	struct net_options opt;
	struct net_sink sink;
	struct ev_memos memos; /* of the sink; base is NULL: it keeps none */
	struct hash_key hash_key;
	struct net_counters counters;
	uint64_t stream_ns; /* highest stamp seen                        */
	uint64_t tick_s;    /* last whole second told                    */
	uint64_t traffic_s; /* last report of the links                  */
	const struct frame *frame; /* NULL between frames               */
	uint32_t input, iface;     /* of it, or of the last one         */
	uint16_t lane;             /* likewise (cover.h)                */
	/* The frame at hand, and those read ahead of it. */
	const struct pkt *pkt;
	uint8_t master[6]; /* of a frame that came back (ring.h) */
	struct ahead {
		struct pkt pkt;
		struct flow_seek seek;
		bool has_flow; /* and no fragment: seek is filled in */
	} ahead[NET_AHEAD];
	/* tables */
	struct hosts hosts;
	struct flow_table flows;
	struct tcp tcp;
	struct partials partials;
	struct pending pending;
	struct states states;
	struct services services;
	struct links links;
	struct shared shared;
	struct reasm reasm;
	struct frag *frag;
	struct red *red;
	struct cover cover;
	struct standby standby[STANDBY_MAX];
	struct opinion *opinion;
	uint32_t dirty, dirty_last; /* flows with counters, oldest first   */
	/* the dissector at work */
	struct dis_ctx ctx;
	struct flow *flow;
	struct ev_end ends[2];
	struct ev ev;
	struct ev_field fields[EV_FIELDS_MAX];
	/* events of net itself, while the dissector's is being built */
	struct ev own;
	struct ev_field own_fields[NET_OWN_FIELDS];
};

#endif

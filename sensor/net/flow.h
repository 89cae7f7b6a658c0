/*
 * flow: who talks with whom right now.
 *
 * A flow is an unordered pair of (address, port) with transport and VLANs;
 * its two ends are sides A and B, where A is the smaller of the two, so that
 * a side is a label and says nothing about who is client.  Ethernet and LLC
 * conversations have MAC addresses in the key instead.
 *
 * VLAN ids are part of the key because cloned machines with one address plan
 * in VLAN after VLAN are common in plants; the interface is not, because the
 * two directions of a TAP arrive on two interfaces.  Where a mirror gives the
 * two directions different tags, tags.c joins them.
 *
 * Everything is bounded (limits.h): when the table is full the flow that was
 * silent longest goes; a source that holds FLOW_PER_SOURCE flows loses its
 * own oldest one first, so that a scanner evicts itself and not the plant.
 */
#ifndef OTUS_NET_FLOW_H
#define OTUS_NET_FLOW_H

#include <stddef.h>

#include "base/hash.h"
#include "base/ht.h"
#include "base/pool.h"
#include "dissectors/dissector.h"
#include "net/host.h"
#include "limits.h"
#include "net/pkt.h"

#define FLOW_KEY_WORDS 6
#define FLOW_KEY_TAGS  2 /* the word that has the VLAN ids */
#define FLOW_RECENT    4 /* datagrams a side remembers, for duplicates */

struct flow_key {
	uint64_t w[FLOW_KEY_WORDS];
};

/* A datagram seen lately (dup.c). */
struct flow_recent {
	uint64_t hash;
	uint64_t ts_ns;
	uint32_t ip_id;
};

enum flow_side_flag {
	SIDE_SEQ = 1 << 0,   /* next_seq is known                       */
	SIDE_ACKED = 1 << 1, /* acked is known                          */
	SIDE_FIN = 1 << 2,
	SIDE_SEARCHING = 1 << 3, /* the next PDU's header must be found     */
	SIDE_AFTER_GAP = 1 << 4, /* the dissector has yet to be told        */
	SIDE_MAC = 1 << 5,       /* mac is known                            */
	SIDE_SYN = 1 << 6,       /* SYN seen from this side                 */
	SIDE_HEARD = 1 << 7,     /* mac is from its own frames              */
	SIDE_FRESH = 1 << 8,     /* first bytes in view, or after a gap: most
				    likely a PDU's first                    */
	SIDE_DONE = 1 << 9,      /* its dissector wants no more of it       */
};

/* What each packet touches comes first: one cache line. */
struct flow_side {
	_Alignas(64) uint32_t
	    next_seq;   /* of the stream in view; TCP                   */
	uint32_t acked; /* what the other side has acknowledged of it   */
	uint16_t flags;
	uint8_t mac[6];   /* of this side, as last seen                   */
	uint32_t chunk;   /* first waiting chunk, POOL_NONE = none (tcp.c) */
	uint32_t partial; /* buffer of an incomplete PDU (partial.h)      */
	uint32_t packets; /* since the last report; so are bytes          */
	uint32_t clean;   /* PDUs without violation since the last one    */
	uint64_t bytes;
	uint32_t retransmits, duplicates;
	uint32_t partial_used;
	uint32_t need; /* bytes from the partial's first before parse  */
	uint32_t chunks;
	uint32_t hole; /* entry among the open holes, POOL_NONE = none */
	/* --- */
	uint64_t partial_frame, partial_ts; /* latest frame in it          */
	uint32_t searched; /* bytes passed over while searching            */
	uint8_t probes;    /* deliveries looked at before the claim        */
	uint8_t recent_at;
	struct flow_recent recent[FLOW_RECENT];
};

/* How a conversation was counted (cover.c). */
enum flow_talk { FLOW_TALK_NONE, FLOW_TALK_ONE, FLOW_TALK_BOTH };

enum flow_claim {
	FLOW_OPEN,    /* dissectors are still asked                         */
	FLOW_CLAIMED, /* by dis                                             */
	FLOW_DONE,    /* by dis, which has seen what it wants               */
	FLOW_NOBODY,  /* by none of them: nDPI may look                     */
};

/*
 * Tables of flows are larger than any cache, so what each packet needs stands
 * in five lines of it: three here and the first of each side.  flow_warm()
 * asks for these.
 */
struct flow {
	struct flow_key key;
	uint64_t last_ns;    /* last packet                                */
	uint64_t touched_ns; /* last time that it was made youngest        */
	/* --- second line: what it is */
	const struct dissector *dis;
	void *state;   /* dis->state_size bytes, or NULL             */
	uint32_t link; /* link.h, POOL_NONE until direction is known */
	uint16_t link_proto;
	uint8_t link_client; /* the side that is client there              */
	uint8_t claim;       /* enum flow_claim                            */
	uint8_t transport;   /* enum dis_transport                         */
	uint8_t ip_proto;
	uint8_t ipver;  /* 0 for Ethernet and LLC                     */
	uint8_t client; /* enum dis_side                              */
	uint8_t opener; /* side of the first packet or of the SYN     */
	bool client_sure, confirmed;
	bool syn;             /* its beginning was seen                     */
	bool asked, answered; /* service told so                           */
	bool dirty;           /* has counters to fold                       */
	bool joined;          /* a side has other tags than vlan: see other */
	uint8_t hints;        /* a bit a side whose port dis hints at       */
	uint8_t vlan_n;
	uint16_t pend_count;
	uint32_t pend_head, pend_tail; /* pending.h                        */
	struct ev_memo memo;           /* what the sink remembers          */
	/* --- third line: what is read for events */
	struct ev_ip ip[2];
	uint16_t port[2];
	uint16_t vlan[EV_VLANS_MAX];
	uint16_t ethertype; /* or SAP, where ipver is 0                   */
	uint32_t state_at;  /* place of state in its pool (state.h)       */
	const char *label;  /* nDPI's verdict, static text                */
	/* --- */
	struct flow_side side[2];
	/* --- who else knows it, and when */
	uint32_t host; /* source that pays for it                    */
	uint32_t host_prev, host_next;
	uint32_t opinion; /* opinion.h, POOL_NONE                       */
	uint32_t dirty_prev, dirty_next;   /* report.c's flows with counters */
	uint32_t closed_prev, closed_next; /* flow_table's closed ones       */
	struct {
		uint64_t word; /* of the key, with these tags        */
		uint16_t vlan[EV_VLANS_MAX];
		uint8_t vlan_n, side; /* whose packets have them     */
	} other;
	uint64_t hash; /* of the key                                 */
	uint64_t bare; /* its hash in flow_table.bare; 0: not there  */
	uint64_t first_ns;
	uint64_t closed_ns; /* when it joined the closed ones; 0: open    */
	/* --- for the view as a whole (cover.h) */
	uint16_t lane;   /* of its first packet, 0: none               */
	uint8_t said[2]; /* packets a side, as far as that goes        */
	uint8_t talk;    /* enum flow_talk                             */
};

/* One side is heard, and it shows that the other one speaks.  Over UDP a
 * question may go to nobody; an answer has somebody who asked. */
static inline bool
flow_is_half(const struct flow *f)
{
	return f->talk == FLOW_TALK_ONE &&
	       (f->transport == DIS_TCP || f->answered);
}

#define FLOW_LINE 64 /* a cache line, on what otus runs on */
_Static_assert(offsetof(struct flow, dis) == FLOW_LINE &&
		   offsetof(struct flow, ip) == 2 * FLOW_LINE &&
		   offsetof(struct flow, side) == 3 * FLOW_LINE &&
		   sizeof(struct flow_side) % FLOW_LINE == 0 &&
		   offsetof(struct flow_side, partial_frame) <= FLOW_LINE,
    "five cache lines");
_Static_assert(LIMIT_PENDING_PER_FLOW < UINT16_MAX, "fits pend_count");

enum flow_tags { FLOW_TAGS_NONE, FLOW_TAGS_ONE, FLOW_TAGS_MIXED };

struct flow_stats {
	uint64_t made, expired, evicted, evicted_quota, joined, parted;
};

struct flow_table {
	struct pool pool;
	struct ht ht;
	/* By the key without tags, once not all flows have the same (tags.c). */
	struct ht bare;
	enum flow_tags made_tags;
	uint64_t tags;
	struct hash_key hash_key;
	struct hosts *hosts;
	uint32_t closed, closed_last; /* connections that ended, oldest first */
	struct flow_stats stats;
	/* Called with each flow before it goes, for whoever holds a part. */
	void (*gone)(void *arg, struct flow *);
	void *arg;
};

int flow_table_init(struct flow_table *, uint32_t max, struct hosts *,
    const struct hash_key *, void (*gone)(void *, struct flow *),
    void *arg) MUST_CHECK;
void flow_table_done(struct flow_table *);

/*
 * What a packet's flow is looked up by.  It depends on nothing but the packet
 * and can be had some packets ahead: the tables are larger than any cache,
 * and while earlier packets are dealt with the memory answers.  In order:
 * flow_seek() asks for the slot, flow_warm() for the flow that it points at,
 * flow_get() uses both.  The first is needed, the second is for speed only.
 */
struct flow_seek {
	struct flow_key key;
	uint64_t hash;
	uint8_t side; /* who sent the packet */
};

void flow_seek(
    const struct flow_table *, const struct pkt *, struct flow_seek *ret);
/* Most likely it, perhaps another one, or NULL. */
const struct flow *flow_warm(
    const struct flow_table *, const struct flow_seek *);
/* The flow of a packet, made when it is new (*ret_new). */
/* NULL: there is none. */
const struct flow *flow_known(
    const struct flow_table *, const struct flow_seek *);
struct flow *flow_get(struct flow_table *, const struct pkt *,
    const struct flow_seek *, uint64_t now_ns, bool *ret_new);
void flow_drop(struct flow_table *, struct flow *);
/* The connection is over: it goes soon, and first where room is wanted. */
void flow_close(struct flow_table *, struct flow *, uint64_t now_ns);
/* Lets go of idle flows; on ticks.  All of them with UINT64_MAX. */
void flow_expire(struct flow_table *, uint64_t now_ns);

static inline uint32_t
flow_index(const struct flow_table *t, const struct flow *f)
{
	return pool_index(&t->pool, f);
}

static inline struct flow *
flow_at(const struct flow_table *t, uint32_t i)
{
	return pool_at(&t->pool, i);
}

#endif

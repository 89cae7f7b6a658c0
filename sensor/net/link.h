/*
 * link: who talks to whom over what, counted.
 *
 * A link is (client, server, VLANs, transport, server port, protocol).  Flows
 * count their own packets and fold them in here every TRAFFIC_S seconds of
 * stream time and when they end; by then it is known who is client.  Each
 * link that has something to say then tells one `traffic` event.
 *
 * A link that flows refer to is pinned.  There are as many links as flows, so
 * one can always be had.
 */
#ifndef OTUS_NET_LINK_H
#define OTUS_NET_LINK_H

#include "base/err.h"
#include "base/hash.h"
#include "base/ht.h"
#include "base/mem.h"
#include "base/pool.h"
#include "event/event.h"
#include "net/flow.h"

struct link_side {
	uint64_t packets, bytes;
};

#define LINK_WORDS 8 /* of a link's key */

/* Two parts: what tells a link from others and what is told of it now and then;
 * and what is asked for with each message, which net.c fetches ahead. */
struct link {
	uint64_t key[LINK_WORDS];
	uint64_t hash;
	/* who: index 0 is the client */
	struct ev_ip ip[2];
	uint8_t mac[2][6];
	bool has_mac[2];
	uint8_t ipver, ip_proto, transport, vlan_n;
	uint16_t port, proto;
	uint16_t vlan[EV_VLANS_MAX];
	bool initiator_sure; /* the beginning of one of its flows was seen */
	/* of a flow only one end is heard, and it shows that the other speaks */
	bool half;
	uint32_t flows;
	const char *label; /* nDPI's, static text                        */
	uint64_t due_ns;   /* next report; later each time               */
	uint32_t every_s;
	/* the novelty filter's budget (novelty.c) */
	uint16_t budget_used, reports_used;
	uint64_t budget_ns;
	uint64_t first_ns, last_ns;
	/* --- with each message --- */
	uint64_t id __attribute__((aligned(MEM_LINE))); /* by first sight */
	/* who is behind the server and answered: that was told (novelty.c) */
	uint64_t answered[4];
	void *begins; /* what its last new flow began with (behaviour.c)    */
	/* values: what the last one was of, what comes next (points.c) */
	void *series, *point;
	/* since the last report */
	struct link_side side[2];
	uint32_t ops[EV_CLASS_COUNT];
	uint32_t replies, unanswered, errors, retransmits, duplicates;
	uint32_t rtt_count, rtt_max_us;
	uint64_t rtt_sum_us;
	uint32_t dirty_next;
	bool dirty;
	/* the first good reply of who has no units was told, or does not count */
	bool served;
};

struct links {
	struct pool pool;
	struct ht ht;
	struct hash_key hash_key;
	uint32_t dirty, dirty_last; /* links with counters, oldest first */
	uint64_t made, evicted;
	/* Tells a link's counters; called before they are cleared. */
	void (*report)(void *arg, struct link *);
	void *arg;
};

int link_table_init(struct links *, uint32_t max, const struct hash_key *,
    void (*report)(void *, struct link *), void *arg) MUST_CHECK;
void link_table_done(struct links *);

/*
 * The link of a flow, found or made, and pinned by it.  The flow's client is
 * taken as it stands; when unknown, it is guessed from the ports.  A flow
 * whose client or protocol changed gets another link.
 */
struct link *link_seek(struct links *, struct flow *);

/* As link_seek(); asked several times a packet, and nearly always at hand. */
static inline struct link *
link_of(struct links *l, struct flow *f)
{
	if (f->link != POOL_NONE && f->link_client == f->client &&
	    f->link_proto == (f->dis != NULL ? f->dis->proto : 0)) {
		return pool_at(&l->pool, f->link);
	}
	return link_seek(l, f);
}

/* Folds the flow's counters into its link. */
void link_fold(struct links *, struct flow *);
/* The link at a place, if it is still the one with that id; else NULL. */
struct link *link_by_id(struct links *, uint32_t at, uint64_t id);
/* One end as events show it: the client (0) or the server (1). */
void link_end(const struct link *, int which, struct ev_end *ret);
/* The flow is going: fold and unpin. */
void link_leave(struct links *, struct flow *);
void link_mark(struct links *, struct link *);
/* Tells and clears the links that have counters and are due; all of them
 * with UINT64_MAX. */
void link_table_report(struct links *, uint64_t now_ns);

#endif

/*
 * net: see net.h.  A frame's way through the sensor stands here; each station
 * has a file of its own.
 */
#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dissectors/registry.h"
#include "limits.h"
#include "net/arp.h"
#include "net/decode.h"
#include "net/dup.h"
#include "net/engine.h"
#include "net/net_impl.h"
#include "net/report.h"
#include "net/ring.h"
#include "net/stack.h"
#include "net/stream.h"

/* --- flows come and go --------------------------------------------------- */

static void
count_unanswered(void *arg, struct flow *f)
{
	struct net *n = arg;

	n->counters.unanswered++;
	/* A mirror that shows one direction only says nothing of replies. */
	if (n->opt.links && f->dis != NULL && f->answered) {
		struct link *x = link_of(&n->links, f);

		x->unanswered++;
		link_mark(&n->links, x);
	}
}

static void
flow_gone(void *arg, struct flow *f)
{
	struct net *n = arg;

	tcp_close(n, f);
	stream_close(n, f);
	pending_clear(&n->pending, f);
	if (f->dis != NULL && f->state != NULL) {
		state_put(&n->states, f->dis->state_size, f->state_at);
	}
	if (n->opinion != NULL) {
		opinion_leave(n->opinion, f);
	}
	if (n->opt.links) {
		report_forget(n, f);
		cover_flow(&n->cover, f);
		link_leave(&n->links, f);
	}
}

/* --- time ---------------------------------------------------------------- */

static void
tick(struct net *n, uint64_t now_s)
{
	uint64_t now_ns = now_s * NS_PER_SEC;

	n->tick_s = now_s;
	tcp_expire(n, now_ns);
	pending_expire(&n->pending, &n->flows, now_ns, count_unanswered, n);
	frag_expire(n->frag, now_ns);
	reasm_expire(&n->reasm, now_ns);
	flow_expire(&n->flows, now_ns);
	if (n->opt.links && now_s >= n->traffic_s + LIMIT_TRAFFIC_S) {
		n->traffic_s = now_s;
		report_traffic(n, now_ns);
	}
	n->sink.tick(n->sink.arg, now_ns);
}

/*
 * Stream time is the highest stamp seen.  Each whole second gives one tick;
 * after a long silence the ticks in between would say the same, so only the
 * last is given.
 */
static void
advance(struct net *n, uint64_t ts_ns)
{
	uint64_t s = ts_ns / NS_PER_SEC;

	n->stream_ns = ts_ns;
	if (n->tick_s == 0) {
		n->tick_s = n->traffic_s = s;
	} else if (s > n->tick_s) {
		tick(n, s);
	}
}

/* --- the packet's way ---------------------------------------------------- */

static void
bind_source(struct net *n, struct flow *f, uint8_t side, const struct pkt *p)
{
	struct flow_side *s = &f->side[side];
	struct host *h;

	if (p->smac == NULL) {
		return;
	}
	if ((s->flags & SIDE_HEARD) && bytes_equal(s->mac, p->smac, 6)) {
		return;
	}
	memcpy(s->mac, p->smac, 6);
	s->flags |= SIDE_MAC | SIDE_HEARD;
	if (f->ipver == 0 || !report_is_unicast(p->ipver, &p->src)) {
		return;
	}
	h = host_get(
	    &n->hosts, p->ipver, &p->src, p->vlan, p->vlan_n, n->stream_ns);
	if (h != NULL && report_shows(n, h)) {
		report_endpoint(n, p->smac, p->ipver, &p->src, "traffic");
	}
}

/* The other end's MAC is learned from the frame, not claimed by it. */
static void
note_destination(struct flow *f, uint8_t side, const struct pkt *p)
{
	struct flow_side *o = &f->side[!side];

	if (p->dmac != NULL && !(o->flags & SIDE_MAC)) {
		memcpy(o->mac, p->dmac, 6);
		o->flags |= SIDE_MAC;
	}
}

static void
count_packet(struct net *n, struct flow *f, uint8_t side, const struct pkt *p)
{
	struct flow_side *s = &f->side[side];

	s->packets++;
	s->bytes += p->frame->len;
	n->counters.packets++;
	n->counters.flow_bytes += p->frame->len;
	if (n->opt.links && !f->dirty) {
		report_mark(n, f);
	}
}

static void
udp(struct net *n, struct flow *f, uint8_t side, const struct pkt *p)
{
	struct stream_piece piece = {
	    p->payload, p->frame->number, p->frame->ts_ns};
	enum dup_verdict v;

	/* A master says the same each millisecond. */
	v = ring_is(p) ? DUP_NEW
		       : dup_datagram(
			     &n->hash_key, &f->side[side], p, p->frame->ts_ns);
	if (v == DUP_MIRRORED) {
		f->side[side].duplicates++;
		n->counters.span_duplicates++;
		return;
	}
	n->counters.udp_repeats += v == DUP_REPEAT;
	count_packet(n, f, side, p);
	if (rd_left(&p->payload) > 0 && f->claim != FLOW_NOBODY) {
		stream_datagram(
		    n, f, side, &piece, p->missing, v == DUP_REPEAT);
	}
}

/* True when the segment can bring nothing that was not there. */
static bool
is_old(const struct flow_side *s, const struct pkt *p)
{
	uint32_t end = p->seq + (uint32_t)rd_left(&p->payload);

	return rd_left(&p->payload) == 0 ||
	       ((s->flags & SIDE_SEQ) && (int32_t)(end - s->next_seq) <= 0);
}

static void
tcp(struct net *n, struct flow *f, uint8_t side, const struct pkt *p)
{
	if (is_old(&f->side[side], p) &&
	    dup_segment(&f->side[side], p, p->frame->ts_ns) == DUP_MIRRORED) {
		f->side[side].duplicates++;
		n->counters.span_duplicates++;
		return;
	}
	count_packet(n, f, side, p);
	if (__builtin_expect(p->tcp_flags & PKT_SYN, 0)) {
		stack_syn(n, p);
	}
	tcp_segment(n, f, side, p);
}

/* Ports are used again: a SYN that does not fit begins another flow, unless the
 * mirror only delivers it late. */
static bool
begins_anew(const struct flow *f, uint8_t side, const struct pkt *p)
{
	const struct flow_side *s = &f->side[side];

	if ((p->tcp_flags & (PKT_SYN | PKT_ACK)) != PKT_SYN ||
	    !(s->flags & SIDE_SEQ)) {
		return false;
	}
	return (!(s->flags & SIDE_SYN) || s->next_seq != p->seq + 1 ||
		   (s->flags & SIDE_FIN) != 0) &&
	       !dup_is_copy(s, p, p->frame->ts_ns);
}

static const struct flow *
packet(struct net *n, const struct pkt *p, const struct flow_seek *seek)
{
	const uint8_t side = seek->side;
	struct flow *f;
	bool is_new;

	f = flow_get(&n->flows, p, seek, n->stream_ns, &is_new);
	if (p->l4 == PKT_L4_TCP && !is_new && begins_anew(f, side, p)) {
		flow_drop(&n->flows, f);
		f = flow_get(&n->flows, p, seek, n->stream_ns, &is_new);
	}
	if (p->l4 == PKT_L4_ICMP) {
		/* First, as it says more than that the packet came. */
		arp_neighbour(n, p);
	}
	bind_source(n, f, side, p);
	if (is_new) {
		f->lane = n->lane;
		note_destination(f, side, p);
	}
	if (p->l4 == PKT_L4_TCP) {
		tcp(n, f, side, p);
	} else if (p->l4 == PKT_L4_UDP || p->ipver == 0) {
		udp(n, f, side, p);
		if (__builtin_expect(standby_is(p), 0)) {
			standby_packet(n, p);
		}
	} else {
		count_packet(n, f, side, p);
		if (standby_is(p)) {
			standby_packet(n, p);
		}
	}
	if (f->claim == FLOW_NOBODY && n->opinion != NULL && f->label == NULL &&
	    rd_left(&p->payload) > 0) {
		opinion_packet(n->opinion, &n->flows, f, p);
	}
	return f;
}

static void
fragment(struct net *n, struct pkt *p)
{
	struct flow_seek seek;
	struct rd whole;
	uint8_t proto;

	n->counters.fragments++;
	if (frag_push(n->frag, p, n->stream_ns, &whole, &proto) != 1) {
		return;
	}
	p->ip_proto = proto;
	decode_transport(p, whole);
	if (p->end == PKT_OK && p->l3 != PKT_L3_ARP) {
		flow_seek(&n->flows, p, &seek);
		(void)packet(n, p, &seek);
	} else if (p->end == PKT_BAD) {
		report_broken(n, p);
	}
}

static void
count_end(struct net *n, const struct pkt *p)
{
	switch (p->end) {
	case PKT_OK: break;
	case PKT_CUT: n->counters.cut_header++; break;
	case PKT_BAD: n->counters.bad++; break;
	case PKT_UNKNOWN: break; /* a dissector may know it yet */
	case PKT_DEEP: n->counters.deep++; break;
	}
	n->counters.tunnelled += p->tunnels > 0;
	n->counters.not_ip += p->ipver == 0;
}

static bool
has_flow(const struct pkt *p)
{
	return (p->end == PKT_OK || p->end == PKT_UNKNOWN) &&
	       p->l3 != PKT_L3_ARP && p->l4 != PKT_L4_FRAG &&
	       (p->ipver != 0 || p->smac != NULL);
}

/* Of a type that decode does not know: its flow, or NULL. */
static void
unknown(struct net *n, const struct flow *f)
{
	if (f == NULL || f->dis == NULL) {
		n->counters.unknown++;
		cover_unknown(&n->cover, n->lane);
	}
}

/* All that does not depend on the frames before: pure, but for the caches. */
static void
look_ahead(struct net *n, const struct frame *frame, struct ahead *a)
{
	decode_frame(frame, &a->pkt);
	a->has_flow = has_flow(&a->pkt);
	if (a->has_flow) {
		flow_seek(&n->flows, &a->pkt, &a->seek);
	}
}

static void
one_frame(struct net *n, const struct frame *frame, struct ahead *a)
{
	const struct flow *f = NULL;
	struct pkt *p = &a->pkt;

	n->frame = frame;
	n->input = frame->input;
	n->iface = frame->iface;
	n->pkt = p;
	n->counters.frames++;
	n->counters.bytes += frame->len;
	n->counters.cut_frames += frame->caplen < frame->len;
	n->lane = cover_frame(&n->cover, p);
	if (frame->ts_ns < n->stream_ns) {
		n->counters.backwards++;
	} else {
		advance(n, frame->ts_ns);
	}
	/* Not before: what a tick delivers has frames of its own. */
	n->ctx.frame = frame->number;
	n->ctx.ts_ns = frame->ts_ns;
	if (p->has_red && red_is_duplicate(n->red, p, n->stream_ns)) {
		n->counters.red_duplicates++;
		return;
	}
	count_end(n, p);
	if (a->has_flow) {
		if (__builtin_expect(ring_is(p), 0)) {
			ring_turn(&n->flows, p, &a->seek, n->master);
		}
		cover_packet(&n->cover, n->lane, p);
		f = packet(n, p, &a->seek);
	} else if (p->end == PKT_BAD) {
		report_broken(n, p);
	} else if (p->end != PKT_OK && p->end != PKT_UNKNOWN) {
		return;
	} else if (p->l3 == PKT_L3_ARP) {
		n->counters.arp++;
		arp_frame(n, p);
	} else if (p->l4 == PKT_L4_FRAG) {
		fragment(n, p);
	}
	if (__builtin_expect(p->end == PKT_UNKNOWN, 0)) {
		unknown(n, f);
	}
}

/* What the flow's next packet will ask for; any flow does no harm. */
static void
warm(const struct net *n, const struct flow *f)
{
	if (n->memos.base != NULL) {
		const char *next = ev_memo_next(&n->memos, &f->memo);
		const char *last = ev_memo_last(&n->memos, &f->memo);

		__builtin_prefetch(next);
		__builtin_prefetch(next + MEM_LINE);
		__builtin_prefetch(last);
		__builtin_prefetch(last + MEM_LINE);
	}
	__builtin_prefetch(f->state);
	if (f->pend_head != POOL_NONE) {
		__builtin_prefetch(pool_at(&n->pending.pool, f->pend_head));
	}
	if (f->link != POOL_NONE) {
		const struct link *l = pool_at(&n->links.pool, f->link);

		for (size_t i = offsetof(struct link, id); i < sizeof *l;
		     i += MEM_LINE) {
			__builtin_prefetch((const char *)l + i);
		}
	}
}

/* What its link will ask for then. */
static void
warm_points(const struct net *n, const struct flow *f)
{
	const struct link *l;

	if (f->link == POOL_NONE) {
		return;
	}
	l = pool_at(&n->links.pool, f->link);
	__builtin_prefetch(l->series);
	__builtin_prefetch(l->point);
}

void
net_frames(struct net *n, const struct frame *frame, size_t count)
{
	const struct flow *likely[NET_AHEAD] = {NULL};

	assert(count <= NET_AHEAD);
	for (size_t i = 0; i < count; i++) {
		look_ahead(n, &frame[i], &n->ahead[i]);
	}
	for (size_t i = 0; count > 1 && i < count; i++) {
		if (n->ahead[i].has_flow) {
			likely[i] = flow_warm(&n->flows, &n->ahead[i].seek);
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (likely[i] != NULL) {
			warm(n, likely[i]);
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (likely[i] != NULL) {
			warm_points(n, likely[i]);
		}
	}
	for (size_t i = 0; i < count; i++) {
		one_frame(n, &frame[i], &n->ahead[i]);
	}
	n->frame = NULL;
}

void
net_idle(struct net *n, uint64_t now_ns)
{
	if (n->stream_ns != 0 && now_ns > n->stream_ns) {
		advance(n, now_ns);
	}
}

void
net_finish(struct net *n)
{
	tcp_expire(n, UINT64_MAX);
	flow_expire(&n->flows, UINT64_MAX);
	if (n->opt.links) {
		report_traffic(n, UINT64_MAX);
	}
	n->sink.tick(n->sink.arg, n->stream_ns);
}

/* --- made and unmade ----------------------------------------------------- */

static int
init_tables(struct net *n)
{
	const struct hash_key *k = &n->hash_key;
	int err;

	if ((err = hosts_init(&n->hosts, LIMIT_HOST_MAX, k)) < 0 ||
	    (err = flow_table_init(
		 &n->flows, LIMIT_FLOW_MAX, &n->hosts, k, flow_gone, n)) < 0 ||
	    (err = tcp_init(&n->tcp)) < 0 ||
	    (err = partials_init(&n->partials)) < 0 ||
	    (err = pending_init(&n->pending, LIMIT_PENDING_MAX)) < 0 ||
	    (err = states_init(&n->states, LIMIT_FLOW_MAX)) < 0 ||
	    (err = services_init(&n->services, LIMIT_SERVICE_MAX, k)) < 0 ||
	    (err = link_table_init(
		 &n->links, LIMIT_LINK_MAX, k, report_link, n)) < 0 ||
	    (err = shared_init(&n->shared, LIMIT_SHARED_MAX, k)) < 0 ||
	    (err = reasm_init(&n->reasm, LIMIT_REASM_MAX, k)) < 0 ||
	    (err = frag_new(NULL, k, &n->frag)) < 0 ||
	    (err = red_new(LIMIT_RED_SEQ_MAX, k, &n->red)) < 0 ||
	    (err = cover_init(&n->cover)) < 0) {
		return err;
	}
	return n->opt.second ? opinion_new(&n->opinion) : 0;
}

int
net_new(const struct net_options *opt, const struct net_sink *sink,
    struct net **ret)
{
	struct net *n = calloc(1, sizeof *n);
	int err;

	if (n == NULL) {
		return ERR_NOMEM;
	}
	n->opt = *opt;
	n->sink = *sink;
	n->dirty = n->dirty_last = POOL_NONE;
	n->pkt = &n->ahead[0].pkt;
	hash_key_init(&n->hash_key);
	if ((err = init_tables(n)) < 0) {
		net_free(n);
		return err;
	}
	engine_init(n);
	*ret = n;
	return 0;
}

void
net_free(struct net *n)
{
	if (n == NULL) {
		return;
	}
	opinion_free(n->opinion);
	cover_done(&n->cover);
	red_free(n->red);
	frag_free(n->frag);
	reasm_done(&n->reasm);
	shared_done(&n->shared);
	link_table_done(&n->links);
	services_done(&n->services);
	states_done(&n->states);
	pending_done(&n->pending);
	partials_done(&n->partials);
	tcp_done(&n->tcp);
	flow_table_done(&n->flows);
	hosts_done(&n->hosts);
	free(n);
}

const struct net_counters *
net_counters(struct net *n)
{
	struct net_counters *c = &n->counters;

	c->flows = n->flows.stats.made;
	c->flows_evicted = n->flows.stats.evicted;
	c->flows_quota = n->flows.stats.evicted_quota;
	c->flows_joined = n->flows.stats.joined;
	c->hosts_evicted = n->hosts.evicted;
	c->retransmits = n->tcp.stats.retransmits;
	c->out_of_order = n->tcp.stats.out_of_order;
	c->gaps = n->tcp.stats.gaps;
	c->gap_bytes = n->tcp.stats.gap_bytes;
	c->overflow = n->tcp.stats.overflow;
	c->conflicts = n->tcp.stats.conflicts;
	c->reassembled = frag_stats(n->frag)->whole;
	c->frag_lost = frag_stats(n->frag)->expired +
		       frag_stats(n->frag)->evicted +
		       frag_stats(n->frag)->evicted_quota;
	return c;
}

struct cover *
net_cover(struct net *n)
{
	return &n->cover;
}

void
net_memos(struct net *n, const struct ev_memos *m)
{
	n->memos = *m;
}

struct links *
net_links(struct net *n)
{
	return &n->links;
}

uint64_t
net_stream_ns(const struct net *n)
{
	return n->stream_ns;
}

bool
net_waits(const struct net *n, uint64_t *ret_frame, uint64_t *ret_ts_ns)
{
	return tcp_oldest(&n->tcp, ret_frame, ret_ts_ns);
}

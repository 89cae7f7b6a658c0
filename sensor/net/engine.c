/*
 * engine: see engine.h.
 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "dissectors/registry.h"
#include "net/engine.h"
#include "net/net_impl.h"
#include "net/report.h"

#define INNER_DEPTH_MAX 6

/* --- ends and envelopes -------------------------------------------------- */

void
engine_ends(const struct flow *f, struct ev_end ret[2])
{
	for (int i = 0; i < 2; i++) {
		const struct flow_side *s = &f->side[i];
		struct ev_end *e = &ret[i];

		e->has_mac = s->flags & SIDE_MAC;
		memcpy(e->mac, s->mac, 6);
		e->ipver = f->ipver;
		e->ip = f->ip[i];
		e->port = f->port[i];
		e->has_port =
		    f->transport == DIS_TCP || f->transport == DIS_UDP;
		e->sub.kind = EV_SUB_NONE;
	}
}

static void
envelope(struct net *n, struct flow *f, uint8_t side, struct ev *e)
{
	e->frame = n->ctx.frame;
	e->ts_ns = n->ctx.ts_ns;
	e->input = n->input;
	e->iface = n->iface;
	e->memo = NULL;
	if (f != NULL) {
		bool other = f->joined && f->other.side == side;

		e->memo = &f->memo;
		e->vlan_n = other ? f->other.vlan_n : f->vlan_n;
		memcpy(
		    e->vlan, other ? f->other.vlan : f->vlan, sizeof e->vlan);
	}
}

/* Of what a side sends, as far as it is known who is client. */
static uint8_t
dir_of(const struct flow *f, uint8_t side)
{
	return f->client == DIS_SIDE_UNKNOWN ? EV_DIR_UNKNOWN
	       : f->client == side           ? EV_DIR_REQUEST
					     : EV_DIR_RESPONSE;
}

struct ev *
engine_event(struct net *n, struct flow *f, uint8_t src_side, enum ev_kind kind)
{
	struct ev *e = &n->own;
	struct ev_end ends[2];

	memset(e, 0, offsetof(struct ev, src));
	e->src = e->dst = (struct ev_end){0};
	e->kind = (uint8_t)kind;
	e->op = e->status = NULL;
	e->f = n->own_fields;
	e->max_fields = NET_OWN_FIELDS;
	e->nfields = 0;
	e->overflow = false;
	envelope(n, f, src_side, e);
	if (f != NULL) {
		memset(ends, 0, sizeof ends);
		engine_ends(f, ends);
		e->src = ends[src_side];
		e->dst = ends[!src_side];
		e->proto = f->dis != NULL ? f->dis->proto : 0;
		e->dir = dir_of(f, src_side);
		if (f->dis != NULL && !f->confirmed) {
			e->flags |= EV_TENTATIVE;
		}
	}
	return e;
}

static struct link *
link_at_hand(struct net *n, struct flow *f)
{
	return n->opt.links && f != NULL && f->dis != NULL
		   ? link_of(&n->links, f)
		   : NULL;
}

void
engine_tell(struct net *n, struct flow *f, struct ev *e)
{
	if (e->overflow) {
		n->counters.overfull++;
		ev_close(e);
	}
	n->counters.events++;
	n->sink.event(n->sink.arg, e, link_at_hand(n, f));
}

/* --- what the dissector asks for ----------------------------------------- */

/*
 * `service`: on first sight, and when what was asked answers.  Nobody answers
 * from an address of many: what is said to all may still be a response.
 */
static void
tell_service(struct net *n, struct flow *f, uint8_t dir)
{
	bool answers = dir == EV_DIR_RESPONSE && f->confirmed;
	uint8_t server;
	struct ev *e;

	if (f->client == DIS_SIDE_UNKNOWN) {
		return;
	}
	server = !f->client;
	answers = answers && (f->side[server].mac[0] & 1) == 0;
	if (answers ? f->answered : f->asked) {
		return;
	}
	f->asked = true;
	f->answered |= answers;
	if (!service_is_news(&n->services, f, server, answers)) {
		return;
	}
	e = engine_event(n, f, f->client, EV_SERVICE);
	if (answers) {
		e->flags &= (uint16_t)~EV_TENTATIVE;
	}
	ev_name(e, EVF_TRANSPORT,
	    f->transport == DIS_TCP   ? "tcp"
	    : f->transport == DIS_UDP ? "udp"
				      : "ethernet");
	ev_uint(e, EVF_PORT, f->port[server]);
	ev_bool(e, EVF_ANSWERS, answers);
	engine_tell(n, f, e);
}

static void
count_reply(struct net *n, struct flow *f, bool good, const uint32_t *rtt_us)
{
	struct link *x;

	n->counters.unpaired += rtt_us == NULL;
	if (!n->opt.links) {
		return;
	}
	x = link_of(&n->links, f);
	x->replies++;
	x->errors += !good;
	if (rtt_us != NULL) {
		x->rtt_count++;
		x->rtt_sum_us += *rtt_us;
		if (*rtt_us > x->rtt_max_us) {
			x->rtt_max_us = *rtt_us;
		}
	}
	link_mark(&n->links, x);
}

static void
count_operation(struct net *n, struct flow *f, const struct ev *e)
{
	struct link *x;

	n->counters.operations++;
	if (e->dir == EV_DIR_RESPONSE) {
		count_reply(n, f,
		    e->status == NULL || strcmp(e->status, "ok") == 0,
		    e->flags & EV_HAS_RTT ? &e->rtt_us : NULL);
	} else if (n->opt.links) {
		x = link_of(&n->links, f);
		x->ops[e->cls]++;
		link_mark(&n->links, x);
	}
}

static void
learn(struct flow *f, const struct dis_ctx *ctx)
{
	f->client = ctx->client;
	f->client_sure = ctx->client_sure;
	f->confirmed |= ctx->confirmed;
}

/* Of no link: it is a fact of the network. */
static void
tell_binding(struct net *n, struct flow *f, uint8_t side, struct ev *e)
{
	if (report_binds(n, e->src.mac, e->src.ipver, &e->src.ip, HOST_LEASE)) {
		envelope(n, f, side, e);
		e->memo = NULL;
		engine_tell(n, NULL, e);
	}
}

static void
sv_emit(struct dis_ctx *ctx, struct ev *e)
{
	struct net *n = ctx->arg;
	struct flow *f = n->flow;

	if (e->kind == EV_ENDPOINT) {
		tell_binding(n, f, ctx->side, e);
		return;
	}
	learn(f, ctx);
	envelope(n, f, ctx->side, e);
	if (e->kind == EV_OPERATION) {
		tell_service(n, f, e->dir);
		count_operation(n, f, e);
	} else if (e->kind == EV_MALFORMED) {
		n->counters.malformed++;
	}
	engine_tell(n, f, e);
}

/* Counted like those that are told: `read` and `dissect` count the same. */
static bool
sv_known(struct dis_ctx *ctx, const struct ev *e)
{
	struct net *n = ctx->arg;
	struct flow *f = n->flow;

	if (n->sink.knows == NULL) {
		return false;
	}
	learn(f, ctx);
	if (!n->sink.knows(n->sink.arg, e, link_at_hand(n, f))) {
		return false;
	}
	n->counters.events++;
	return true;
}

static bool
sv_fresh(struct dis_ctx *ctx, const struct dis_reading *r)
{
	struct net *n = ctx->arg;
	struct flow *f = n->flow;

	if (n->sink.fresh == NULL) {
		return false;
	}
	learn(f, ctx);
	if (!n->sink.fresh(n->sink.arg, ctx, r, link_at_hand(n, f))) {
		return false;
	}
	n->counters.events++;
	return true;
}

static void
sv_answered(struct dis_ctx *ctx, const struct dis_pair *p)
{
	struct net *n = ctx->arg;
	struct flow *f = n->flow;

	learn(f, ctx);
	tell_service(n, f, EV_DIR_RESPONSE);
	n->counters.operations++;
	n->counters.events++;
	count_reply(n, f, true, &p->rtt_us);
}

static bool
sv_wanted(struct dis_ctx *ctx, const struct dis_pair *p)
{
	struct net *n = ctx->arg;

	return n->sink.wants != NULL &&
	       n->sink.wants(n->sink.arg, &ctx->src->sub, p->frame,
		   link_at_hand(n, n->flow));
}

static bool
sv_put(struct dis_ctx *ctx, uint64_t key, const void *blob, size_t len)
{
	struct net *n = ctx->arg;

	if (pending_put(&n->pending, &n->flows, n->flow, ctx->side, key, blob,
		len, ctx->frame, ctx->ts_ns) > 0) {
		n->counters.unanswered++;
	}
	return true;
}

static bool
sv_take(struct dis_ctx *ctx, uint64_t key, void *ret_blob, size_t len,
    struct dis_pair *ret)
{
	struct net *n = ctx->arg;

	return pending_take(&n->pending, n->flow, ctx->side, key, ret_blob, len,
	    ctx->ts_ns, ret);
}

static void *
sv_shared(
    struct dis_ctx *ctx, const void *key, size_t key_n, size_t size, bool make)
{
	struct net *n = ctx->arg;

	return shared_get(&n->shared, key, key_n, size, make);
}

static void
sv_shared_drop(struct dis_ctx *ctx, const void *key, size_t key_n)
{
	struct net *n = ctx->arg;

	shared_drop(&n->shared, key, key_n);
}

static enum dis_rc
sv_reassemble(struct dis_ctx *ctx, const void *key, size_t key_n, uint32_t off,
    struct rd piece, bool last, struct rd *ret_whole)
{
	struct net *n = ctx->arg;

	return reasm_push(&n->reasm, flow_index(&n->flows, n->flow), key, key_n,
	    off, piece, last, n->stream_ns, ret_whole);
}

static enum dis_rc
sv_inner(struct dis_ctx *ctx, uint16_t proto, struct rd *r, void *state)
{
	const struct dissector *d = registry_get(proto);
	void *outer = ctx->state;
	enum dis_rc rc = DIS_OK;

	if (d == NULL || ctx->depth >= INNER_DEPTH_MAX) {
		return DIS_NOT_MINE;
	}
	ctx->depth++;
	ctx->state = state;
	while (rc == DIS_OK && rd_left(r) > 0) {
		rc = d->parse(ctx, r);
	}
	ctx->state = outer;
	ctx->depth--;
	return rc;
}

static const struct dis_services services = {
    .emit = sv_emit,
    .known = sv_known,
    .fresh = sv_fresh,
    .answered = sv_answered,
    .wanted = sv_wanted,
    .put = sv_put,
    .take = sv_take,
    .shared = sv_shared,
    .shared_drop = sv_shared_drop,
    .reassemble = sv_reassemble,
    .inner = sv_inner,
};

/* --- claims -------------------------------------------------------------- */

void
engine_init(struct net *n)
{
	n->ctx.sv = &services;
	n->ctx.arg = n;
	n->ctx.ev = &n->ev;
	n->ctx.brief = n->opt.brief;
	n->ev.f = n->fields;
	n->ev.max_fields = EV_FIELDS_MAX;
}

void
engine_claim(struct net *n, struct flow *f, const struct dissector *d)
{
	f->dis = d;
	f->claim = FLOW_CLAIMED;
	f->state = NULL;
	if (d->state_size != 0) {
		f->state = state_get(&n->states, d->state_size, &f->state_at);
	}
	f->hints = 0;
	for (int i = 0; i < DIS_HINTS_MAX; i++) {
		const struct dis_match *m = &d->hints[i];

		for (int s = 0; s < 2 && m->port != 0; s++) {
			uint16_t at = f->ipver != 0 ? f->port[s] : f->ethertype;

			if (m->transport == f->transport && m->port == at) {
				f->hints |= (uint8_t)(1u << s);
			}
		}
	}
	n->counters.claimed++;
}

static void
release(struct net *n, struct flow *f)
{
	if (f->dis != NULL && f->state != NULL) {
		state_put(&n->states, f->dis->state_size, f->state_at);
	}
	f->state = NULL;
	f->state_at = POOL_NONE;
	pending_clear(&n->pending, f);
}

void
engine_unclaim(struct net *n, struct flow *f)
{
	release(n, f);
	n->counters.claimed--;
	f->dis = NULL;
	f->confirmed = f->asked = f->answered = false;
	f->client = DIS_SIDE_UNKNOWN;
	f->client_sure = false;
	for (int i = 0; i < 2; i++) {
		f->side[i].flags &= (uint16_t) ~(SIDE_SEARCHING | SIDE_DONE);
	}
	f->claim = FLOW_OPEN;
	if (++f->side[0].probes >= 4) {
		engine_unclaimable(n, f);
	}
}

void
engine_unclaimable(struct net *n, struct flow *f)
{
	f->claim = FLOW_NOBODY;
	n->counters.unclaimed++;
}

void
engine_confirm(struct net *n, struct flow *f)
{
	(void)n;
	f->confirmed = true;
}

/* --- parsing ------------------------------------------------------------- */

enum dis_rc
engine_parse(struct net *n, struct flow *f, uint8_t side, struct rd *r,
    uint64_t frame, uint64_t ts_ns)
{
	struct dis_ctx *ctx = &n->ctx;
	struct flow_side *s = &f->side[side];
	enum dis_rc rc;

	n->flow = f;
	ctx->transport = f->transport;
	ctx->side = side;
	ctx->client = f->client;
	ctx->client_sure = f->client_sure;
	ctx->opened = f->syn ? f->opener : DIS_SIDE_UNKNOWN;
	if (ctx->client == DIS_SIDE_UNKNOWN) {
		ctx->client = ctx->opened;
	}
	ctx->confirmed = f->confirmed;
	ctx->after_gap = s->flags & SIDE_AFTER_GAP;
	s->flags &= (uint16_t)~SIDE_AFTER_GAP;
	ctx->depth = 0;
	ctx->need = 0;
	ctx->done = DIS_GOES_ON;
	ctx->frame = frame;
	ctx->ts_ns = ts_ns;
	ctx->state = f->state;
	engine_ends(f, n->ends);
	ctx->src = &n->ends[side];
	ctx->dst = &n->ends[!side];
	ctx->to_hint = f->hints >> !side & 1;
	ctx->from_hint = f->hints >> side & 1;
	ctx->hinted = f->hints != 0;
	rc = f->dis->parse(ctx, r);
	f->client = ctx->client;
	f->client_sure = ctx->client_sure;
	if (ctx->confirmed && !f->confirmed) {
		engine_confirm(n, f);
	}
	if (ctx->done == DIS_ALL_DONE) {
		f->claim = FLOW_DONE;
	} else if (ctx->done == DIS_SIDE_DONE) {
		s->flags |= SIDE_DONE;
	}
	return rc;
}

/* --- gaps and short datagrams -------------------------------------------- */

void
engine_gap_at(struct net *n, struct flow *f, uint8_t side, uint64_t lost,
    const char *cause, uint64_t frame, uint64_t ts_ns)
{
	struct ev *e = engine_event(n, f, side, EV_GAP);

	e->frame = frame;
	e->ts_ns = ts_ns;
	ev_uint(e, EVF_LOST, lost);
	ev_name(e, EVF_CAUSE, cause);
	engine_tell(n, f, e);
}

void
engine_gap(struct net *n, struct flow *f, uint8_t side, uint64_t lost,
    const char *cause)
{
	engine_gap_at(n, f, side, lost, cause, n->ctx.frame, n->ctx.ts_ns);
}

void
engine_short_datagram(
    struct net *n, struct flow *f, uint8_t side, const uint64_t *frame)
{
	struct ev *e = engine_event(n, f, side, EV_MALFORMED);

	e->frame = *frame;
	n->counters.malformed++;
	ev_name(e, EVF_REASON, "datagram ends inside the message");
	ev_uint(e, EVF_OFFSET, rd_left(&n->pkt->payload));
	engine_tell(n, f, e);
}

/*
 * stream: see stream.h.
 *
 * Claiming.  Dissectors whose hint names a port of the flow are asked first,
 * then all others in the order of registry.def.  A port alone proves
 * nothing: on its own port a dissector may be lenient, and may search for a
 * header (mid-stream pick-up), but what it does not recognise stays open.
 * After a few looks the flow belongs to nobody and nDPI gets it.
 *
 * Handing over.  Protocols that share a port may share the layers below, too
 * (S7comm and MMS have TPKT and COTP): whoever took the connection's opening
 * says DIS_NOT_MINE to the first PDU that is another's.  While nothing has
 * confirmed the flow, the others that hint at the port are asked from that PDU
 * on, and who knows it has the flow from there.
 */
#include <assert.h>
#include <string.h>

#include "dissectors/registry.h"
#include "net/engine.h"
#include "net/net_impl.h"
#include "net/stream.h"

/* Payload deliveries of a side that dissectors look at before they give up;
 * on a hinted port as many bytes may be searched. */
#define LOOKS_MAX        4
#define LOOKS_HINTED_MAX 16
#define SEARCH_MAX       16384
/* A flow that nobody hints at waits for this much before it must decide. */
#define WAIT_MAX 512
/* PDUs one way without violation that confirm a flow (architecture, 4.7). */
#define CLEAN_CONFIRMS 8

/* Whether nobody wants what comes on the flow. */
static bool
is_over(const struct flow *f)
{
	return f->claim == FLOW_NOBODY || f->claim == FLOW_DONE;
}

struct cursor {
	struct net *n;
	struct flow *f;
	struct flow_side *s;
	uint8_t side;
	bool cut; /* the capture cut what follows the bytes at hand */
	uint64_t frame, ts_ns;
};

static void
probe_init(const struct flow *f, uint8_t side, const struct dissector *d,
    bool searching, struct dis_probe *ret)
{
	ret->transport = f->transport;
	ret->cut = false;
	ret->searching = searching;
	ret->ret_len = NULL;
	ret->to_hint = ret->from_hint = false;
	for (int i = 0; i < DIS_HINTS_MAX; i++) {
		const struct dis_match *m = &d->hints[i];

		if (m->port == 0 || m->transport != f->transport) {
			continue;
		}
		if (f->ipver == 0) {
			ret->to_hint |= m->port == f->ethertype;
			continue;
		}
		ret->to_hint |= f->port[!side] == m->port;
		ret->from_hint |= f->port[side] == m->port;
	}
	ret->hinted = ret->to_hint || ret->from_hint;
}

/* --- partial PDUs -------------------------------------------------------- */

static void
drop_partial(struct net *n, struct flow_side *s)
{
	partial_put(&n->partials, s->partial);
	s->partial = POOL_NONE;
	s->partial_used = 0;
	s->need = 0;
}

static void
latest(struct cursor *c)
{
	if (c->frame > c->s->partial_frame) {
		c->s->partial_frame = c->frame;
		c->s->partial_ts = c->ts_ns;
	}
}

/* Keeps what r has left (in the packet or in the partial itself). */
static void
keep_partial(struct cursor *c, const struct rd *r, size_t need)
{
	struct flow_side *s = c->s;
	size_t left = rd_left(r);
	size_t want = need > left ? need : left + 1;
	struct partials *p = &c->n->partials;

	assert(left <= PARTIAL_LARGE);
	if (s->partial == POOL_NONE) {
		s->partial = partial_get(p, want);
		if (s->partial == POOL_NONE) {
			engine_gap(c->n, c->f, c->side, left, "overflow");
			s->flags |= SIDE_AFTER_GAP;
			return;
		}
		memcpy(partial_bytes(p, s->partial), r->p, left);
		s->partial_frame = c->frame;
		s->partial_ts = c->ts_ns;
	} else {
		memmove(partial_bytes(p, s->partial), r->p, left);
		if (partial_size(s->partial) < want) {
			uint32_t to = partial_grow(p, s->partial, left, want);

			if (to == POOL_NONE) {
				drop_partial(c->n, s);
				engine_gap(
				    c->n, c->f, c->side, left, "overflow");
				s->flags |= SIDE_AFTER_GAP;
				return;
			}
			s->partial = to;
		}
		latest(c);
	}
	s->partial_used = (uint32_t)left;
	s->need = (uint32_t)want;
}

/* --- claiming ------------------------------------------------------------ */

static enum dis_rc
ask(struct cursor *c, const struct dissector *d, const struct rd *r,
    bool hinted, bool searching, size_t *ret_len)
{
	struct dis_probe pr;

	probe_init(c->f, c->side, d, searching, &pr);
	if (pr.hinted != hinted || d->probe == NULL) {
		return DIS_NOT_MINE;
	}
	pr.cut = c->cut;
	pr.ret_len = ret_len;
	return d->probe(*r, &pr);
}

/* Asks all of one group but who has the flow: the first that says OK, else
 * MORE if any does. */
static enum dis_rc
ask_group(struct cursor *c, const struct rd *r, bool hinted, bool searching,
    size_t *ret_len, const struct dissector **ret_d)
{
	bool more = false;

	for (uint16_t i = 1; i < PROTO_COUNT; i++) {
		const struct dissector *d = registry_get(i);
		enum dis_rc rc = DIS_NOT_MINE;

		if (d != c->f->dis) {
			rc = ask(c, d, r, hinted, searching, ret_len);
		}
		if (rc == DIS_OK) {
			if (ret_d != NULL) {
				*ret_d = d;
			}
			return DIS_OK;
		}
		more |= rc == DIS_MORE;
	}
	return more ? DIS_MORE : DIS_NOT_MINE;
}

static bool
is_hinted(const struct flow *f)
{
	struct dis_probe pr;

	for (uint16_t i = 1; i < PROTO_COUNT; i++) {
		probe_init(f, 0, registry_get(i), false, &pr);
		if (pr.hinted) {
			return true;
		}
	}
	return false;
}

/*
 * Where the next PDU begins.  A header may be seen in what is none, and its
 * "PDU" would then swallow good ones; so of all that look like one the PDU
 * that ends first is taken.  Until its end is there another may yet end before
 * it: however the bytes were cut, the same one is found.  Longer ones than
 * WAIT_MAX are not waited for, since every new byte means another search.
 * DIS_OK: *r stands at it.  DIS_MORE: *r stands where one may begin.
 * DIS_NOT_MINE: nothing here, *r is empty.
 */
static enum dis_rc
search(struct cursor *c, struct rd *r,
    enum dis_rc (*probe)(struct cursor *, const struct rd *, size_t *ret_len))
{
	size_t left = rd_left(r), best = left, best_end = SIZE_MAX;
	size_t maybe = left;
	struct rd at = *r;

	for (size_t off = 0; off < left && off < best_end; off++) {
		size_t len = 0;
		enum dis_rc rc = probe(c, &at, &len);

		if (rc == DIS_OK && off + len < best_end) {
			best = off;
			best_end = off + len;
		}
		if (rc != DIS_NOT_MINE && maybe == left) {
			maybe = off;
		}
		rd_skip(&at, 1);
	}
	if (best_end > left && best_end - best <= WAIT_MAX) {
		best = left;
		best_end = SIZE_MAX;
	}
	if (best == left) {
		best = maybe;
		/* What still wants more after so much is no header. */
		if (left - maybe >= WAIT_MAX) {
			best = maybe + 1;
		}
	}
	rd_skip(r, best);
	c->s->searched += (uint32_t)best;
	c->n->counters.resync_bytes += best;
	if (best_end != SIZE_MAX) {
		return DIS_OK;
	}
	return rd_left(r) > 0 ? DIS_MORE : DIS_NOT_MINE;
}

static enum dis_rc
ask_hinted(struct cursor *c, const struct rd *r, size_t *ret_len)
{
	return ask_group(c, r, true, true, ret_len, NULL);
}

/* The first bytes in view: lenient with whoever hints, strict with others. */
static enum dis_rc
claim_first(struct cursor *c, struct rd *r, bool hinted)
{
	const struct dissector *d = NULL;
	enum dis_rc rc = DIS_NOT_MINE, other;

	if (hinted) {
		rc = ask_group(c, r, true, false, NULL, &d);
	}
	if (rc == DIS_NOT_MINE) {
		other = ask_group(c, r, false, false, NULL, &d);
		if (other == DIS_OK ||
		    (other == DIS_MORE && rd_left(r) < WAIT_MAX)) {
			rc = other;
		}
	}
	if (rc == DIS_OK) {
		engine_claim(c->n, c->f, d);
	}
	return rc;
}

/* True when the flow is claimed and *r stands at the first PDU. */
static bool
claim(struct cursor *c, struct rd *r)
{
	struct flow *f = c->f;
	bool hinted = is_hinted(f), tcp = f->transport == DIS_TCP;
	const struct dissector *d = NULL;
	enum dis_rc rc = DIS_NOT_MINE;

	if (c->s->searched == 0) {
		rc = claim_first(c, r, hinted);
	}
	if (rc == DIS_NOT_MINE && hinted && tcp) {
		rc = search(c, r, ask_hinted);
		if (rc == DIS_OK &&
		    ask_group(c, r, true, true, NULL, &d) == DIS_OK) {
			engine_claim(c->n, f, d);
		}
	}
	if (rc == DIS_OK) {
		c->s->flags &= (uint16_t) ~(SIDE_SEARCHING | SIDE_FRESH);
		return true;
	}
	if (rc == DIS_MORE && tcp && rd_left(r) < PARTIAL_SMALL) {
		keep_partial(c, r, 0);
		return false;
	}
	drop_partial(c->n, c->s);
	if (++c->s->probes >= (hinted ? LOOKS_HINTED_MAX : LOOKS_MAX) ||
	    c->s->searched > SEARCH_MAX) {
		engine_unclaimable(c->n, f);
	}
	return false;
}

/* --- parsing ------------------------------------------------------------- */

static enum dis_rc
ask_own(struct cursor *c, const struct rd *r, size_t *ret_len)
{
	struct dis_probe pr;

	probe_init(c->f, c->side, c->f->dis, true, &pr);
	pr.ret_len = ret_len;
	return c->f->dis->probe(*r, &pr);
}

/* Finds the next header of the flow's own protocol; false: not here. */
static bool
resync(struct cursor *c, struct rd *r)
{
	struct dis_probe pr;
	enum dis_rc rc;

	if (c->s->flags & SIDE_FRESH) {
		probe_init(c->f, c->side, c->f->dis, false, &pr);
		rc = c->f->dis->probe(*r, &pr);
		if (rc == DIS_MORE && rd_left(r) < WAIT_MAX) {
			return false;
		}
		c->s->flags &= (uint16_t)~SIDE_FRESH;
		if (rc == DIS_OK) {
			c->s->flags &= (uint16_t)~SIDE_SEARCHING;
			return true;
		}
	}
	if (search(c, r, ask_own) != DIS_OK) {
		return false;
	}
	c->s->flags &= (uint16_t)~SIDE_SEARCHING;
	return true;
}

/*
 * The PDU at hand is none of the flow's dissector.  DIS_OK: it is another's,
 * who has the flow now, or nobody has after too many of these.  DIS_MORE: that
 * cannot be said yet.
 */
static enum dis_rc
hand_over(struct cursor *c, const struct rd *r)
{
	const struct dissector *d = NULL;
	enum dis_rc rc;

	if (c->f->confirmed || c->f->hints == 0) {
		return DIS_NOT_MINE;
	}
	rc = ask_group(c, r, true, false, NULL, &d);
	if (rc == DIS_MORE && rd_left(r) >= WAIT_MAX) {
		return DIS_NOT_MINE;
	}
	if (rc == DIS_OK) {
		engine_unclaim(c->n, c->f);
		if (!is_over(c->f)) {
			engine_claim(c->n, c->f, d);
		}
	}
	return rc;
}

static void
clean(struct cursor *c)
{
	if (++c->s->clean >= CLEAN_CONFIRMS && !c->f->confirmed) {
		engine_confirm(c->n, c->f);
	}
}

/* Of a PDU that is none, or whose end is not known, the next header. */
static void
skip_on(struct cursor *c, struct rd *r, const uint8_t *at)
{
	c->s->clean = 0;
	if (r->p == at) {
		rd_skip(r, 1);
		c->s->flags |= SIDE_SEARCHING;
	}
}

/* Parses PDU after PDU; what is incomplete stays in *r. */
static void
parse_all(struct cursor *c, struct rd *r, size_t *ret_need)
{
	struct net *n = c->n;
	struct flow_side *s = c->s;

	*ret_need = 0;
	while (rd_left(r) > 0) {
		const uint8_t *at;
		enum dis_rc rc;

		if (s->flags & SIDE_DONE) {
			(void)rd_rest(r);
			return;
		}
		if ((s->flags & SIDE_SEARCHING) && !resync(c, r)) {
			return;
		}
		at = r->p;
		rc = engine_parse(n, c->f, c->side, r, c->frame, c->ts_ns);
		if (is_over(c->f)) {
			return;
		}
		switch (rc) {
		case DIS_OK:
			assert(r->p != at);
			clean(c);
			break;
		case DIS_MORE:
			*ret_need = n->ctx.need;
			if (*ret_need > DIS_NEED_MAX) {
				*ret_need = 0;
			}
			if (rd_left(r) >= DIS_NEED_MAX) {
				rd_skip(r, 1);
				s->flags |= SIDE_SEARCHING;
				break;
			}
			return;
		case DIS_NOT_MINE:
			n->counters.not_mine++;
			rc = hand_over(c, r);
			if (rc == DIS_MORE || is_over(c->f)) {
				return;
			}
			if (rc != DIS_OK) {
				skip_on(c, r, at);
			}
			break;
		case DIS_BAD: skip_on(c, r, at); break;
		}
	}
}

/* A flow that was claimed on little and has shown nothing since. */
static void
reconsider(struct cursor *c)
{
	struct flow *f = c->f;

	if (f->confirmed || f->side[0].clean + f->side[1].clean > 0) {
		return;
	}
	if (c->s->flags & SIDE_SEARCHING) {
		engine_unclaim(c->n, f);
	}
}

static void
run(struct cursor *c, struct rd *r)
{
	size_t need = 0;

	if (c->f->claim == FLOW_OPEN && !claim(c, r)) {
		return;
	}
	if (c->f->claim != FLOW_CLAIMED) {
		return;
	}
	parse_all(c, r, &need);
	if (is_over(c->f)) {
		drop_partial(c->n, &c->f->side[0]);
		drop_partial(c->n, &c->f->side[1]);
		(void)rd_rest(r);
		return;
	}
	if (rd_left(r) > 0) {
		keep_partial(c, r, need);
	} else {
		drop_partial(c->n, c->s);
	}
	reconsider(c);
}

/* Adds bytes to the partial PDU until it may be whole, then runs on it. */
static void
fill_partial(struct cursor *c, struct rd *in)
{
	struct flow_side *s = c->s;
	struct partials *p = &c->n->partials;
	size_t room = partial_size(s->partial) - s->partial_used;
	size_t want = s->need > s->partial_used ? s->need - s->partial_used : 1;
	size_t take = rd_left(in);
	struct rd r;

	/* Only what the PDU at hand needs: the rest is read in place. */
	if (take > want) {
		take = want;
	}
	if (take > room) {
		uint32_t to = partial_grow(
		    p, s->partial, s->partial_used, s->partial_used + take);

		if (to == POOL_NONE) {
			engine_gap(
			    c->n, c->f, c->side, s->partial_used, "overflow");
			drop_partial(c->n, s);
			s->flags |= SIDE_AFTER_GAP;
			return;
		}
		s->partial = to;
	}
	memcpy(partial_bytes(p, s->partial) + s->partial_used,
	    rd_bytes(in, take), take);
	s->partial_used += (uint32_t)take;
	latest(c);
	if (s->partial_used < s->need) {
		return;
	}
	c->frame = s->partial_frame;
	c->ts_ns = s->partial_ts;
	r = rd_make(partial_bytes(p, s->partial), s->partial_used);
	run(c, &r);
}

static void
cursor_init(struct cursor *c, struct net *n, struct flow *f, uint8_t side,
    const struct stream_piece *piece)
{
	c->n = n;
	c->f = f;
	c->s = &f->side[side];
	c->side = side;
	c->cut = false;
	c->frame = piece->frame;
	c->ts_ns = piece->ts_ns;
}

void
stream_data(struct net *n, struct flow *f, uint8_t side,
    const struct stream_piece *piece)
{
	struct rd in = piece->bytes;
	struct cursor c;

	if (is_over(f) || (f->side[side].flags & SIDE_DONE)) {
		return;
	}
	cursor_init(&c, n, f, side, piece);
	while (rd_left(&in) > 0 && !is_over(f)) {
		cursor_init(&c, n, f, side, piece);
		if (c.s->partial == POOL_NONE) {
			run(&c, &in);
			return;
		}
		fill_partial(&c, &in);
	}
}

void
stream_gap(struct net *n, struct flow *f, uint8_t side, uint64_t lost,
    const char *cause, const struct stream_piece *next)
{
	struct flow_side *s = &f->side[side];

	if (lost == 0) { /* another connection */
		s->flags &= (uint16_t)~SIDE_DONE;
		f->claim = f->claim == FLOW_DONE ? FLOW_CLAIMED : f->claim;
	}
	if (s->flags & SIDE_DONE) {
		return;
	}
	drop_partial(n, s);
	s->flags |= SIDE_AFTER_GAP;
	if (f->claim == FLOW_CLAIMED) {
		s->flags |= SIDE_SEARCHING | SIDE_FRESH;
		engine_gap_at(n, f, side, lost, cause,
		    next != NULL ? next->frame : n->frame->number,
		    next != NULL ? next->ts_ns : n->frame->ts_ns);
	}
}

/* True when the bytes at hand begin a PDU, as far as can be said of a cut one. */
static bool
begins_pdu(struct cursor *c, struct rd *r)
{
	struct flow_side *s = c->s;
	const struct dissector *d = NULL;
	struct dis_probe pr;

	if (c->f->claim == FLOW_OPEN) {
		if (s->searched != 0 ||
		    ask_group(c, r, true, false, NULL, &d) != DIS_OK) {
			return false;
		}
		engine_claim(c->n, c->f, d);
	} else if (s->flags & SIDE_SEARCHING) {
		probe_init(c->f, c->side, c->f->dis, false, &pr);
		pr.cut = true;
		if (!(s->flags & SIDE_FRESH) ||
		    c->f->dis->probe(*r, &pr) != DIS_OK) {
			return false;
		}
	}
	s->flags &= (uint16_t) ~(SIDE_SEARCHING | SIDE_FRESH);
	return true;
}

/* Tells the head of a PDU; the whole PDU's length, 0 when it is not told. */
static size_t
tell_cut(struct net *n, struct flow *f, uint8_t side)
{
	struct flow_side *s = &f->side[side];
	struct stream_piece piece;
	struct cursor c;
	struct rd r;
	enum dis_rc rc;

	piece.bytes = r =
	    rd_make(partial_bytes(&n->partials, s->partial), s->partial_used);
	piece.frame = s->partial_frame;
	piece.ts_ns = s->partial_ts;
	cursor_init(&c, n, f, side, &piece);
	c.cut = true;
	if (!begins_pdu(&c, &r)) {
		return 0;
	}
	n->ctx.cut = true;
	rc = engine_parse(n, f, side, &r, c.frame, c.ts_ns);
	n->ctx.cut = false;
	return rc == DIS_OK ? n->ctx.need : 0;
}

void
stream_cut(struct net *n, struct flow *f, uint8_t side, uint32_t missing)
{
	struct flow_side *s = &f->side[side];
	size_t have = s->partial_used, whole = 0;

	if (s->partial != POOL_NONE && !is_over(f)) {
		whole = tell_cut(n, f, side);
	}
	/* Where the PDU ends with the segment, the next one begins there. */
	if (whole != 0 && whole == have + missing) {
		drop_partial(n, s);
		engine_gap_at(n, f, side, missing, "short", n->frame->number,
		    n->frame->ts_ns);
		return;
	}
	stream_gap(n, f, side, missing, "short", NULL);
}

void
stream_datagram(struct net *n, struct flow *f, uint8_t side,
    const struct stream_piece *piece, uint32_t missing, bool dup)
{
	struct rd r = piece->bytes;
	struct cursor c;
	const uint8_t *at;
	enum dis_rc rc;

	if (is_over(f)) {
		return;
	}
	cursor_init(&c, n, f, side, piece);
	c.cut = missing > 0;
	n->counters.cut_payload += c.cut;
	if (f->claim == FLOW_OPEN && !claim(&c, &r)) {
		return;
	}
	n->ctx.cut = c.cut;
	n->ctx.dup = dup;
	while (rd_left(&r) > 0 && !is_over(f)) {
		at = r.p;
		rc = engine_parse(n, f, side, &r, c.frame, c.ts_ns);
		if (rc == DIS_OK) {
			clean(&c);
			continue;
		}
		if (rc == DIS_MORE && missing == 0) {
			engine_short_datagram(n, f, side, &c.frame);
			c.s->clean = 0;
		} else if (rc == DIS_MORE) {
			break;
		} else if (rc == DIS_NOT_MINE) {
			n->counters.not_mine++;
			if (!f->confirmed) {
				engine_unclaim(n, f);
			}
		} else {
			c.s->clean = 0;
			if (r.p != at) {
				continue;
			}
		}
		break;
	}
	n->ctx.cut = n->ctx.dup = false;
}

void
stream_close(struct net *n, struct flow *f)
{
	drop_partial(n, &f->side[0]);
	drop_partial(n, &f->side[1]);
}

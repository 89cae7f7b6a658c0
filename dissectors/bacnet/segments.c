/*
 * segments: segmented APDUs made whole (5.4).
 *
 * Sequence numbers count to 255 and start over; segments have no offset, so
 * one is made: in order, the sum of the lengths before; ahead of a hole, as if
 * all had the length of the first, which is what devices do.  Where that was
 * wrong the pieces contradict each other and the message is given up.
 *
 * A transfer is of one direction, one type (request or answer), one invoke id
 * and the addresses behind both ends; so many go on at once.  A first segment
 * begins a new one, unless it is the one before again: an answer's when its
 * request was asked anew, a request's when it was answered.  What was not
 * whole is abandoned.  So it is after an Abort, and after WAIT_NS.
 */
#include "dissectors/bacnet/bacnet.h"

#define WAIT_NS   60000000000ull
#define REPEAT_NS 5000000000ull /* a segment sent again; 5.3: 3 s timers */

struct transfer {
	uint64_t last_ns, first_hash;
	uint64_t ahead[2]; /* bit n: segment next + n is there; the largest
			      window is 127 (20.1.2.8) */
	uint32_t epoch;
	uint32_t next; /* segments in order so far */
	uint32_t off;  /* their bytes */
	uint32_t len;  /* of the first */
	bool ended, has_pair;
	struct dis_pair pair;
	struct bn_wait wait;
};

static uint64_t
mix(uint64_t h, const void *p, size_t n)
{
	struct rd r = rd_make(p, n);

	while (rd_left(&r) > 0) {
		h = (h ^ rd_u8(&r)) * 0x100000001b3ull; /* FNV-1a */
	}
	return h;
}

static uint64_t
mix_end(uint64_t h, const struct ev_end *e, const struct bn_addr *a)
{
	h = mix(h, e->ipver != 0 ? e->ip.a : e->mac,
	    e->ipver == 0   ? 6
	    : e->ipver == 4 ? 4
			    : 16);
	h = mix(h, &e->port, sizeof(e->port));
	h = mix(h, &a->net, sizeof(a->net));
	return mix(h, a->mac, a->len);
}

/* back: as the other side would send it. */
static uint64_t
key_of(const struct bn_pdu *p, uint8_t type, bool back)
{
	const struct dis_ctx *ctx = p->ctx;
	uint64_t h = 0xcbf29ce484222325ull;

	h = mix_end(h, back ? ctx->dst : ctx->src, back ? &p->d : &p->s);
	h = mix_end(h, back ? ctx->src : ctx->dst, back ? &p->s : &p->d);
	h = mix(h, &type, 1);
	return mix(h, &p->invoke, 1);
}

static void
begin(struct transfer *t, uint64_t hash, size_t len)
{
	uint32_t epoch = t->epoch + 1;

	memset(t, 0, sizeof(*t));
	t->epoch = epoch;
	t->first_hash = hash;
	t->len = (uint32_t)len;
}

/* A first segment: of a new transfer, unless it is the one before again. */
static bool
first(struct bn_pdu *p, struct transfer *t, bool stale)
{
	size_t len = rd_left(&p->body);
	uint64_t hash = mix(0, p->body.p, len);

	if (!stale && !p->has_pair && t->next != 0 && hash == t->first_hash &&
	    p->ctx->ts_ns <= t->last_ns + REPEAT_NS) {
		p->repeat = true;
		return false;
	}
	p->abandoned = t->next != 0 && !t->ended;
	begin(t, hash, len);
	return true;
}

/*
 * Number 0 comes again as the 257th.  That is told from a new beginning by the
 * window: further than that a sender neither goes ahead nor goes back (5.4).
 */
static bool
is_beginning(const struct bn_pdu *p, const struct transfer *t, int ahead)
{
	bool near = ahead < p->window && -ahead <= p->window;

	return p->seq == 0 && (t->next == 0 || p->has_pair || !near ||
				  (int64_t)t->next + ahead <= 0);
}

static bool
is_there(const struct transfer *t, unsigned n)
{
	return t->ahead[n / 64] >> (n % 64) & 1;
}

/* The one that was waited for, and those that came before their turn. */
static void
advance(struct transfer *t, size_t len)
{
	t->off += (uint32_t)len;
	do {
		t->next++;
		t->ahead[0] = t->ahead[0] >> 1 | t->ahead[1] << 63;
		t->ahead[1] >>= 1;
		t->off += is_there(t, 0) ? t->len : 0;
	} while (is_there(t, 0));
}

/*
 * Which segment of its transfer it is, counted from the one that is waited
 * for; false when it cannot be placed.
 */
static bool
place(struct bn_pdu *p, struct transfer *t, unsigned *ret)
{
	int8_t ahead = (int8_t)(p->seq - (uint8_t)t->next);
	bool stale = t->epoch == 0 || p->ctx->ts_ns > t->last_ns + WAIT_NS;

	if (p->seq == 0 && (stale || is_beginning(p, t, ahead))) {
		*ret = 0;
		return first(p, t, stale);
	}
	if (stale || t->next == 0) {
		return false; /* its beginning was not seen */
	}
	if (ahead < 0 || t->ended || is_there(t, (unsigned)ahead)) {
		p->repeat = true;
		return false;
	}
	*ret = (unsigned)ahead;
	return true;
}

/* The request of an answer's first segment is that of all. */
static void
pair(struct bn_pdu *p, struct transfer *t)
{
	if (p->type != BN_COMPLEX_ACK) {
		return;
	}
	if (p->has_pair) {
		t->has_pair = true;
		t->pair = p->pair;
		t->wait = p->wait;
	} else if (t->has_pair) {
		p->pair = t->pair;
		p->pair.rtt_us =
		    p->ctx->ts_ns > t->pair.ts_ns
			? (uint32_t)((p->ctx->ts_ns - t->pair.ts_ns) / 1000)
			: 0;
		p->wait = t->wait;
		p->has_pair = true;
	}
}

void
bn_segment(struct bn_pdu *p)
{
	struct dis_ctx *ctx = p->ctx;
	uint64_t key = key_of(p, p->type, false);
	struct transfer *t =
	    ctx->sv->shared(ctx, &key, sizeof(key), sizeof(*t), true);
	unsigned ahead = 0;
	bool placed;
	uint32_t off;
	struct rd whole;
	struct {
		uint64_t key;
		uint64_t epoch;
	} id;

	p->whole = false;
	if (p->type == BN_COMPLEX_ACK) {
		p->has_pair = bn_take(p, bn_key(p, 'a', p->invoke), p->service);
	}
	if (t == NULL) {
		return;
	}
	placed = place(p, t, &ahead);
	pair(p, t);
	if (!placed) {
		return;
	}
	t->last_ns = ctx->ts_ns;
	off = t->off + ahead * t->len;
	if (ahead == 0) {
		advance(t, rd_left(&p->body));
	} else {
		t->ahead[ahead / 64] |= 1ull << (ahead % 64);
	}
	if (p->cut) {
		return;
	}
	id.key = key;
	id.epoch = t->epoch;
	if (ctx->sv->reassemble(ctx, &id, sizeof(id), off, p->body, !p->more,
		&whole) == DIS_OK) {
		t->ended = true;
		p->body = whole;
		p->whole = true;
	}
}

static void
drop(struct bn_pdu *p, uint8_t type, bool back)
{
	uint64_t key = key_of(p, type, back);
	struct transfer *t =
	    p->ctx->sv->shared(p->ctx, &key, sizeof(key), sizeof(*t), false);

	if (t != NULL) {
		/* The epoch stays: late pieces are not mixed in. */
		begin(t, 0, 0);
	}
}

void
bn_segments_answered(struct bn_pdu *p)
{
	drop(p, BN_CONFIRMED, true);
}

void
bn_segments_drop(struct bn_pdu *p)
{
	drop(p, BN_CONFIRMED, false);
	drop(p, BN_CONFIRMED, true);
	drop(p, BN_COMPLEX_ACK, false);
	drop(p, BN_COMPLEX_ACK, true);
}

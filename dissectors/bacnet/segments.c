/*
 * segments: segmented APDUs made whole (5.4).
 *
 * Sequence numbers count to 255 and start over; segments have no offset, so
 * one is made: in order, the sum of the lengths before; ahead of a hole, as if
 * all had the length of the first, which is what devices do.  Where that was
 * wrong the pieces contradict each other and the message is given up.
 *
 * A first segment that is not the one before again begins a new transfer; what
 * was incomplete is abandoned.  So it is after an Abort, and after WAIT_NS.
 */
#include "dissectors/bacnet/bacnet.h"

#define WAIT_NS   60000000000ull
#define REPEAT_NS 5000000000ull /* a segment sent again; 5.3: 3 s timers */

struct transfer {
	uint64_t last_ns, first_hash;
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

	if (!stale && t->next != 0 && hash == t->first_hash &&
	    p->ctx->ts_ns <= t->last_ns + REPEAT_NS) {
		p->repeat = true;
		return false;
	}
	p->abandoned = t->next != 0 && !t->ended;
	begin(t, hash, len);
	return true;
}

/*
 * Which segment of its transfer it is, counted beyond 255; false when it
 * cannot be placed.
 */
static bool
place(struct bn_pdu *p, struct transfer *t, uint32_t *ret)
{
	int8_t ahead = (int8_t)(p->seq - (uint8_t)t->next);
	bool stale = t->epoch == 0 || p->ctx->ts_ns > t->last_ns + WAIT_NS;

	if (p->seq == 0 && (stale || t->ended || ahead != 0 || t->next == 0)) {
		*ret = 0;
		return first(p, t, stale);
	}
	if (stale || t->next == 0) {
		return false; /* its beginning was not seen */
	}
	if (ahead < 0 || t->ended) {
		p->repeat = true;
		return false;
	}
	*ret = t->next + (uint32_t)ahead;
	return true;
}

static void
pair(struct bn_pdu *p, struct transfer *t)
{
	if (p->type != BN_COMPLEX_ACK) {
		return;
	}
	if (t->has_pair) {
		p->pair = t->pair;
		p->pair.rtt_us =
		    p->ctx->ts_ns > t->pair.ts_ns
			? (uint32_t)((p->ctx->ts_ns - t->pair.ts_ns) / 1000)
			: 0;
		p->wait = t->wait;
		p->has_pair = true;
		return;
	}
	p->has_pair = bn_take(p, bn_key(p, 'a', p->invoke), p->service);
	t->has_pair = p->has_pair;
	t->pair = p->pair;
	t->wait = p->wait;
}

void
bn_segment(struct bn_pdu *p)
{
	struct dis_ctx *ctx = p->ctx;
	uint64_t key = key_of(p, p->type, false);
	struct transfer *t =
	    ctx->sv->shared(ctx, &key, sizeof(key), sizeof(*t), true);
	uint32_t index = 0, off;
	struct rd whole;
	struct {
		uint64_t key;
		uint64_t epoch;
	} id;

	p->whole = false;
	if (t == NULL) {
		return;
	}
	if (!place(p, t, &index)) {
		pair(p, t);
		return;
	}
	pair(p, t);
	t->last_ns = ctx->ts_ns;
	off = t->off + (index - t->next) * t->len;
	if (index == t->next) {
		t->next++;
		t->off += (uint32_t)rd_left(&p->body);
	}
	id.key = key;
	id.epoch = t->epoch;
	if (p->cut) {
		return;
	}
	if (ctx->sv->reassemble(ctx, &id, sizeof(id), off, p->body, !p->more,
		&whole) == DIS_OK) {
		t->ended = true;
		p->body = whole;
		p->whole = true;
	}
}

void
bn_segments_drop(struct bn_pdu *p)
{
	static const uint8_t types[] = {BN_CONFIRMED, BN_COMPLEX_ACK};

	for (int i = 0; i < 4; i++) {
		uint64_t key = key_of(p, types[i / 2], i % 2 != 0);
		struct transfer *t = p->ctx->sv->shared(
		    p->ctx, &key, sizeof(key), sizeof(*t), false);

		if (t != NULL) {
			/* The epoch stays: late pieces are not mixed in. */
			begin(t, 0, 0);
		}
	}
}

/*
 * transport: the transport function, IEEE 1815-2012 clause 8: segments of at
 * most 249 octets become an application fragment.
 *
 *	first octet of the user data:  FIN | FIR | sequence (6 bits)
 *
 * Segments of one fragment have rising sequence numbers, modulo 64, from any
 * first one; FIR throws away what was begun before (8.2).  Each pair of link
 * addresses has a fragment of its own.
 */
#include <string.h>

#include "dissectors/dnp3/dnp3.h"

#define TR_FIN 0x80
#define TR_FIR 0x40
#define TR_SEQ 0x3f

/* Also the key under which net keeps the pieces. */
struct key {
	uint16_t proto, src, dst, gen;
	uint8_t side, zero[3];
};

static struct dn_seg *
slot(struct dn_state *st, uint8_t side, const struct dn_link *l, bool make)
{
	struct dn_seg *s = st->seg[side];

	for (int i = 0; i < DN_SEGS; i++) {
		if (s[i].used && s[i].src == l->src && s[i].dst == l->dst) {
			return &s[i];
		}
	}
	if (!make) {
		return NULL;
	}
	s = &s[st->next_seg[side]];
	st->next_seg[side] = (uint8_t)((st->next_seg[side] + 1) % DN_SEGS);
	*s = (struct dn_seg){.src = l->src, .dst = l->dst};
	return s;
}

void
dn_forget(struct dn_state *st, uint8_t side)
{
	for (int i = 0; i < DN_SEGS; i++) {
		st->seg[side][i].used = 0;
	}
	st->seen[side] = false;
}

static enum dis_rc
add(struct dis_ctx *ctx, struct dn_seg *s, struct rd piece, bool fin,
    struct rd *ret, const char **ret_bad)
{
	struct key key = {.proto = PROTO_DNP3,
	    .src = s->src,
	    .dst = s->dst,
	    .gen = s->gen,
	    .side = ctx->side};
	size_t n = rd_left(&piece);
	enum dis_rc rc;

	rc = ctx->sv->reassemble(
	    ctx, &key, sizeof(key), s->off, piece, fin, ret);
	s->off += (uint32_t)n;
	s->next = (s->next + 1) & TR_SEQ;
	if (rc != DIS_MORE) {
		s->used = 0;
	}
	if (rc == DIS_BAD) {
		*ret_bad = DN_BAD_LONG;
	}
	return rc;
}

enum dis_rc
dn_segment(struct dis_ctx *ctx, const struct dn_link *l, struct rd user,
    struct rd *ret, const char **ret_bad)
{
	struct dn_state *st = ctx->state;
	struct dn_seg *s = slot(st, ctx->side, l, false);
	uint8_t head = rd_u8(&user), seq = head & TR_SEQ;
	bool seen = st->seen[ctx->side], begun = s != NULL;

	*ret_bad = NULL;
	st->seen[ctx->side] = true;
	if (head & TR_FIR) {
		if (begun) {
			s->used = 0;
		}
		if (head & TR_FIN) {
			*ret = user;
			return DIS_OK;
		}
		s = slot(st, ctx->side, l, true);
		s->used = 1;
		s->next = seq;
		s->off = 0;
		/* Pieces of what was never finished stay under the old key. */
		s->gen = st->gen++;
		return add(ctx, s, user, false, ret, ret_bad);
	}
	if (!begun) {
		*ret_bad = seen ? DN_BAD_TR_FIRST : NULL;
		return DIS_BAD;
	}
	if (seq != s->next) {
		/* A repeat of the last one is allowed, and nothing new. */
		if (seq == ((s->next - 1) & TR_SEQ)) {
			return DIS_MORE;
		}
		s->used = 0;
		*ret_bad = DN_BAD_TR_SEQ;
		return DIS_BAD;
	}
	return add(ctx, s, user, head & TR_FIN, ret, ret_bad);
}

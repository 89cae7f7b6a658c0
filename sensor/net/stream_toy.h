/*
 * stream_toy: a protocol that exists for stream_fuzz alone, and the endless
 * stream that every side of every flow sends.
 *
 *	 0      1      2        4        6         8
 *	+------+------+--------+--------+---------+---- - -
 *	| 0xc5 | kind | length |  place | check   | any bytes
 *	+------+------+--------+--------+---------+---- - -
 *
 * length counts from the first byte; place is where in the stream the PDU
 * stands, so whoever reads it can say what its bytes must be.  Every way in
 * which a dissector may answer has a kind.  PDUs have others in their midst,
 * whole ones and ones that reach beyond them; a reader that begins in the
 * middle meets those first.
 *
 * There are two such streams.  The second has PDUs as well that are longer
 * than stream.c waits for while it searches, and headers without an end; what
 * is found there after a loss may depend on how the bytes were cut.
 */
#ifndef OTUS_NET_STREAM_TOY_H
#define OTUS_NET_STREAM_TOY_H

#include <stdlib.h>
#include <string.h>

#include "dissectors/registry.h"

/* The bytes repeat after so many; a power of two. */
#define TOY_BYTES 32768
#define TOY_HEAD  8
#define TOY_MAGIC 0xc5
#define TOY_PORT  7000
#define TOY_PROTO 1

enum toy_kind {
	TOY_PLAIN,    /* MORE says how much it needs              */
	TOY_UNKNOWN,  /* MORE does not say                        */
	TOY_BAD,      /* wrong, but it is known where it ends     */
	TOY_NOT_MINE, /* the header is right and the rest foreign */
	TOY_ENDLESS,  /* needs more than may be waited for        */
	TOY_KINDS
};

struct toy_stream {
	uint8_t bytes[TOY_BYTES];
	/* Length of the PDU that begins here, but for those inside others. */
	uint16_t length[TOY_BYTES];
};

static struct toy_stream toy_streams[2];
/* What parse tells: a PDU with its header right, n bytes at p. */
static void (*toy_seen)(
    uint8_t side, enum toy_kind, uint16_t place, const uint8_t *p, size_t n);

static void
toy_put(struct toy_stream *t, uint32_t at, enum toy_kind kind, uint16_t length)
{
	const uint16_t word[4] = {(uint16_t)(TOY_MAGIC << 8 | kind), length,
	    (uint16_t)at,
	    (uint16_t)(0x5a5a ^ TOY_MAGIC << 8 ^ kind ^ length ^ at)};

	for (int i = 0; i < 4; i++) {
		t->bytes[(at + 2 * i) % TOY_BYTES] = (uint8_t)(word[i] >> 8);
		t->bytes[(at + 2 * i + 1) % TOY_BYTES] = (uint8_t)word[i];
	}
}

/* One PDU in its place, with others inside. */
static void
toy_make_one(struct toy_stream *t, uint32_t at, uint32_t n, uint32_t random)
{
	static const uint8_t kinds[16] = {[3] = TOY_UNKNOWN,
	    [7] = TOY_BAD,
	    [11] = TOY_NOT_MINE,
	    [13] = TOY_UNKNOWN};
	uint8_t kind = kinds[random % 16];

	if (kind == TOY_UNKNOWN && n > 300) {
		kind = TOY_PLAIN;
	}
	toy_put(t, at, kind, (uint16_t)n);
	t->length[at] = (uint16_t)n;
	if (n >= 40) {
		toy_put(t, at + 12, TOY_PLAIN, 12);
		toy_put(t, at + 28, random & 16 ? TOY_UNKNOWN : TOY_PLAIN,
		    (uint16_t)(random >> 5 & 127));
	}
	if (n >= 200 && t == &toy_streams[1]) {
		toy_put(t, at + 100, TOY_PLAIN, 6000);
		toy_put(t, at + 150, TOY_ENDLESS, 30);
	}
}

static void
toy_make(struct toy_stream *t)
{
	bool is_long = t == &toy_streams[1];
	uint32_t random = 1, at = 0, n;

	for (uint32_t i = 0; i < TOY_BYTES; i++) {
		random = random * 1103515245 + 12345;
		t->bytes[i] = (uint8_t)(random >> 16);
	}
	for (; at < TOY_BYTES; at += n) {
		random = random * 1103515245 + 12345;
		n = TOY_HEAD + (random >> 8) % 56;
		n += random >> 28 == 0 ? (random >> 16) % (is_long ? 300 : 60)
				       : 0;
		/* More than a small buffer, and more than two. */
		n = is_long && at < 3000 && at + n >= 3000 ? 2100 : n;
		n = is_long && at < 9000 && at + n >= 9000 ? 5000 : n;
		if (TOY_BYTES - at < 200) {
			n = TOY_BYTES - at;
		}
		toy_make_one(t, at, n, random >> 7);
	}
}

/* The header; DIS_MORE and DIS_NOT_MINE are sure with the first bytes. */
static enum dis_rc
toy_head(
    struct rd *r, uint8_t *ret_kind, uint16_t *ret_length, uint16_t *ret_place)
{
	struct rd look = *r;
	uint16_t sum;

	if (rd_u8(&look) != TOY_MAGIC) {
		return DIS_NOT_MINE;
	}
	*ret_kind = rd_u8(&look);
	if (rd_ok(&look) && *ret_kind >= TOY_KINDS) {
		return DIS_NOT_MINE;
	}
	*ret_length = rd_be16(&look);
	*ret_place = rd_be16(&look);
	sum = rd_be16(&look);
	if (!rd_ok(&look)) {
		return DIS_MORE;
	}
	if ((sum ^ TOY_MAGIC << 8 ^ *ret_kind ^ *ret_length ^ *ret_place) !=
		0x5a5a ||
	    *ret_length < TOY_HEAD) {
		return DIS_NOT_MINE;
	}
	*r = look;
	return DIS_OK;
}

static enum dis_rc
toy_probe(struct rd in, const struct dis_probe *pr)
{
	uint16_t length = 0, place;
	uint8_t kind = 0;
	enum dis_rc rc = toy_head(&in, &kind, &length, &place);

	if (rc == DIS_OK && pr->ret_len != NULL) {
		*pr->ret_len = length;
	}
	return rc;
}

static enum dis_rc
toy_parse(struct dis_ctx *ctx, struct rd *in)
{
	uint16_t length = 0, place = 0;
	uint8_t kind = 0;
	struct rd r = *in;
	enum dis_rc rc = toy_head(&r, &kind, &length, &place);
	struct ev *e;

	/* What is said to be needed must be: nothing is judged before. */
	if (rd_left(in) < TOY_HEAD) {
		ctx->need = TOY_HEAD;
		return DIS_MORE;
	}
	if (rc != DIS_OK) {
		dis_malformed(ctx, TOY_PROTO, EV_DIR_UNKNOWN, "no header", 0);
		return DIS_BAD;
	}
	if (kind == TOY_NOT_MINE) {
		toy_seen(ctx->side, kind, place, in->p, 0);
		return DIS_NOT_MINE;
	}
	if (ctx->cut && kind == TOY_PLAIN && rd_left(in) < length) {
		(void)rd_rest(in);
		ctx->need = length;
		e = dis_event(ctx, EV_VALUE, TOY_PROTO, EV_DIR_UNKNOWN);
		e->code = TOY_BYTES + place;
		dis_emit(ctx, e);
		return DIS_OK;
	}
	if (kind == TOY_ENDLESS || rd_left(in) < length) {
		ctx->need = kind == TOY_ENDLESS ? DIS_NEED_MAX + 1
			    : kind == TOY_PLAIN ? length
						: 0;
		return DIS_MORE;
	}
	toy_seen(ctx->side, kind, place, in->p, length);
	rd_skip(in, length);
	if (kind == TOY_BAD) {
		dis_malformed(ctx, TOY_PROTO, EV_DIR_UNKNOWN, "known end", 8);
		return DIS_BAD;
	}
	e = dis_event(ctx, EV_VALUE, TOY_PROTO, EV_DIR_UNKNOWN);
	e->code = place;
	dis_emit(ctx, e);
	return DIS_OK;
}

static const struct dissector toy = {
    .name = "toy",
    .proto = TOY_PROTO,
    .hints = {{DIS_TCP, TOY_PORT}},
    .probe = toy_probe,
    .parse = toy_parse,
};

/* In the place of registry.c: no other protocol is there. */
const struct dissector *
registry_get(uint16_t proto)
{
	static const struct dissector none = {.name = "none"};

	return proto == TOY_PROTO ? &toy : &none;
}

#endif

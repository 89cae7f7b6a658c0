/*
 * pieces: for fuzzers of protocols on TCP.  The input is
 *
 *	way  { what len bytes }...
 *
 * way tells the ports, and how long the pieces are when the same is read
 * again; what tells the side, and whether a gap goes before the piece.  The
 * harness holds the parser to its contract, and its events are printed; in
 * other pieces they must be the same.
 */
#ifndef OTUS_DISSECTORS_PIECES_H
#define OTUS_DISSECTORS_PIECES_H

#include <stdio.h>
#include <stdlib.h>

#include "dissectors/harness.h"

#define PIECES_ODD 0x02 /* neither end has the protocol's port */
#define PIECES_LEN 0x30

#define PIECES_B    0x80
#define PIECES_GAP  0x40
#define PIECES_LONG 0x20 /* 256 bytes more */

/* True when one side spoke while the other one's PDU was incomplete: what
 * comes first then depends on the pieces. */
static bool
pieces_play(struct harness *h, uint8_t way, struct rd in)
{
	bool crossed = false;

	h->port[A] = 40001;
	h->port[B] = way & PIECES_ODD ? 40002 : h->d->hints[0].port;
	harness_reset(h);
	h->ts_ns = 1000000000;
	while (rd_left(&in) > 2) {
		uint8_t what = rd_u8(&in), side = what & PIECES_B ? B : A;
		size_t n = rd_u8(&in) + (what & PIECES_LONG ? 256u : 0u);

		crossed |= h->side[!side].n > 0;
		n = n < rd_left(&in) ? n : rd_left(&in);
		if (what & PIECES_GAP) {
			harness_gap(h, side);
		}
		harness_send(h, side, rd_bytes(&in, n), n);
	}
	return crossed;
}

/* Which other dissector it hands bytes to, if any. */
static const struct dissector *pieces_inner;

/* A flow that nobody hints at is claimed by its first bytes at hand. */
static void
pieces_check(const struct dissector *d, const uint8_t *data, size_t size)
{
	static const size_t pieces[] = {0, 1, 3, 16};
	static struct harness *h, *again;
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);
	bool crossed;

	if (h == NULL) {
		h = harness_new(d, DIS_TCP);
		again = harness_new(d, DIS_TCP);
		if (pieces_inner != NULL) {
			harness_add_inner(h, pieces_inner);
			harness_add_inner(again, pieces_inner);
		}
	}
	crossed = pieces_play(h, way, in);
	again->segment = pieces[(way & PIECES_LEN) / 0x10];
	if (crossed || again->segment == 0 || way & PIECES_ODD) {
		return;
	}
	(void)pieces_play(again, way, in);
	if (!h->failed && !again->failed &&
	    strcmp(harness_take(h), harness_take(again)) != 0) {
		fprintf(
		    stderr, "whole:\n%sin pieces:\n%s", h->taken, again->taken);
		abort();
	}
}

#endif

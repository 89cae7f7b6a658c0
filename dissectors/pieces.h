/*
 * pieces: for fuzzers of protocols on TCP.  The input is that of feed.h; way
 * tells the ports, and how long the segments are when the same is read again:
 * then the events must be the same.
 */
#ifndef OTUS_DISSECTORS_PIECES_H
#define OTUS_DISSECTORS_PIECES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissectors/feed.h"

static inline bool
pieces_play(struct harness *h, uint8_t way, struct rd in)
{
	static const struct feed feed = {.gap = 0x40, .far = 0x20};

	h->port[A] = 40001;
	h->port[B] = way & FEED_ODD ? 40002 : h->d->hints[0].port;
	harness_reset(h);
	h->ts_ns = 1000000000;
	return feed_play(h, in, &feed);
}

/* Both were told the same, and must have said the same. */
static inline void
pieces_compare(struct harness *h, struct harness *again)
{
	if (!h->failed && !again->failed &&
	    strcmp(harness_take(h), harness_take(again)) != 0) {
		fprintf(
		    stderr, "whole:\n%sin pieces:\n%s", h->taken, again->taken);
		abort();
	}
}

/* Which other dissector it hands bytes to, if any. */
static const struct dissector *pieces_inner;

/* A flow that nobody hints at is claimed by its first bytes at hand. */
static inline void
pieces_check(const struct dissector *d, const uint8_t *data, size_t size)
{
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
	again->segment = feed_segment(way);
	if (crossed || again->segment == 0 || way & FEED_ODD) {
		return;
	}
	(void)pieces_play(again, way, in);
	pieces_compare(h, again);
}

#endif

/*
 * ssh_fuzz: arbitrary pieces of a connection, both sides, as net would hand
 * them over.
 *
 *	way  { what len bytes }...
 *
 * way tells ports; what tells the side, and whether a gap goes before the
 * piece.  The harness holds the parser to its contract, and its events are
 * printed; the same in other pieces must tell the same.
 *
 * libFuzzer: -max_len=600 -entropic_scale_per_exec_time=1
 * Two lines of the greatest length.
 */
#include <stdio.h>
#include <stdlib.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_ssh;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_ODD    0x02 /* neither end has the protocol's port */
#define WAY_PIECES 0x30 /* how long the pieces are the second time */

#define WHAT_B    0x80
#define WHAT_GAP  0x40
#define WHAT_LONG 0x20 /* 256 bytes more */

/* True when one side spoke while the other one's line was incomplete. */
static bool
play(struct harness *h, uint8_t way, struct rd in)
{
	bool crossed = false;

	h->port[A] = 40001;
	h->port[B] = way & WAY_ODD ? 40002 : 22;
	harness_reset(h);
	h->ts_ns = 1000000000;
	while (rd_left(&in) > 2) {
		uint8_t what = rd_u8(&in), side = what & WHAT_B ? B : A;
		size_t n = rd_u8(&in) + (what & WHAT_LONG ? 256u : 0u);

		crossed |= h->side[!side].n > 0;
		n = n < rd_left(&in) ? n : rd_left(&in);
		if (what & WHAT_GAP) {
			harness_gap(h, side);
		}
		harness_send(h, side, rd_bytes(&in, n), n);
	}
	return crossed;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = {0, 1, 3, 16};
	static struct harness *h, *again;
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);
	bool crossed;

	if (h == NULL) {
		h = harness_new(&dissector_ssh, DIS_TCP);
		again = harness_new(&dissector_ssh, DIS_TCP);
	}
	crossed = play(h, way, in);
	again->segment = pieces[(way & WAY_PIECES) / 0x10];
	if (crossed || again->segment == 0 || way & WAY_ODD) {
		return 0;
	}
	(void)play(again, way, in);
	if (strcmp(harness_take(h), harness_take(again)) != 0) {
		fprintf(
		    stderr, "whole:\n%sin pieces:\n%s", h->taken, again->taken);
		abort();
	}
	return 0;
}

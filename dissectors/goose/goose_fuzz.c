/*
 * goose_fuzz: arbitrary frames of a pair of stations, as net would hand them
 * over.
 *
 *	way  { what len bytes }...
 *
 * way tells whether a probe was asked and who listens; what tells the side, and
 * whether the frame is a repeat or cut.  The harness holds the parser to its
 * contract, and its events are printed.
 *
 * libFuzzer: -max_len=300 -entropic_scale_per_exec_time=1
 * A few messages of one publisher; long ones take long.
 */
#include "dissectors/harness.h"

extern const struct dissector dissector_goose;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_BRIEF   0x04 /* as the novelty filter wants it */
#define WAY_CLAIMED 0x08 /* no probe asked before */

#define WHAT_B   0x80
#define WHAT_DUP 0x10
#define WHAT_CUT 0x08

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct harness *h;
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);

	if (h == NULL) {
		h = harness_new(&dissector_goose, DIS_ETHER);
		h->port[A] = h->port[B] = 0x88b8;
	}
	harness_reset(h);
	h->ts_ns = 1000000000;
	h->brief = h->filtered = way & WAY_BRIEF;
	h->claimed = way & WAY_CLAIMED;
	while (rd_left(&in) > 2) {
		uint8_t what = rd_u8(&in);
		uint8_t side = what & WHAT_B ? B : A;
		size_t n = rd_u8(&in);
		const uint8_t *p;

		n = n < rd_left(&in) ? n : rd_left(&in);
		p = rd_bytes(&in, n);
		if (what & WHAT_DUP) {
			harness_send_dup(h, side, p, n);
		} else if (what & WHAT_CUT) {
			harness_send_cut(h, side, p, n);
		} else {
			harness_send(h, side, p, n);
		}
	}
	return 0;
}

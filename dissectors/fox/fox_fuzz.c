/*
 * fox_fuzz: arbitrary pieces of a connection, both sides, as net would hand
 * them over.
 *
 *	way  { what len bytes }...
 *
 * way tells ports and who listens; what tells the side, and whether a gap or a
 * cut goes before or with the piece.  The harness holds the parser to its
 * contract, and its events are printed.
 *
 * libFuzzer: -max_len=700 -entropic_scale_per_exec_time=1
 */
#include "dissectors/harness.h"

extern const struct dissector dissector_fox;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_ODD     0x02 /* neither end has its port */
#define WAY_BRIEF   0x04 /* as the novelty filter wants it */
#define WAY_CLAIMED 0x08 /* no probe asked before */
#define WAY_PIECES  0x30 /* how long the pieces are */

#define WHAT_B   0x80
#define WHAT_GAP 0x40
#define WHAT_CUT 0x20

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = {0, 1, 3, 16};
	static struct harness *h;
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);

	if (h == NULL) {
		h = harness_new(&dissector_fox, DIS_TCP);
	}
	h->port[A] = 40001;
	h->port[B] = way & WAY_ODD ? 40002 : 1911;
	harness_reset(h);
	h->ts_ns = 1000000000;
	h->brief = h->filtered = way & WAY_BRIEF;
	h->claimed = way & WAY_CLAIMED;
	h->segment = pieces[(way & WAY_PIECES) / 0x10];
	while (rd_left(&in) > 2) {
		uint8_t what = rd_u8(&in);
		uint8_t side = what & WHAT_B ? B : A;
		size_t n = rd_u8(&in);

		n = n < rd_left(&in) ? n : rd_left(&in);
		if (what & WHAT_GAP) {
			harness_gap(h, side);
		}
		if (what & WHAT_CUT) {
			harness_send_cut(h, side, rd_bytes(&in, n), n);
		} else {
			harness_send(h, side, rd_bytes(&in, n), n);
		}
	}
	return 0;
}

/*
 * codesys_fuzz: arbitrary pieces of a connection, or datagrams, of both sides,
 * as net would hand them over.
 *
 *	way  { what len bytes }...
 *
 * way tells transport, ports and who listens; what tells the side, and whether
 * a gap or a cut goes before or with the piece.  The harness holds the parser
 * to its contract, and its events are printed.  What has WAY_PIECES is sent a
 * second time in others (pieces.h), and must say the same.
 *
 * libFuzzer: -max_len=500 -entropic_scale_per_exec_time=1
 */
#include <string.h>

#include "dissectors/harness.h"
#include "dissectors/pieces.h"

extern const struct dissector dissector_codesys;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_UDP     0x01
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
	static struct harness *hs[2];
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);
	struct harness *h = hs[way & WAY_UDP];

	if (way & WAY_PIECES && !(way & WAY_UDP)) {
		pieces_check(&dissector_codesys, data, size);
		return 0;
	}
	if (h == NULL) {
		h = harness_new(
		    &dissector_codesys, way & WAY_UDP ? DIS_UDP : DIS_TCP);
		hs[way & WAY_UDP] = h;
	}
	h->port[A] = 40001;
	h->port[B] = way & WAY_ODD ? 40002 : way & WAY_UDP ? 1740 : 11740;
	harness_reset(h);
	h->ts_ns = 1000000000;
	h->brief = h->filtered = way & WAY_BRIEF;
	h->claimed = way & WAY_CLAIMED;
	while (rd_left(&in) > 2) {
		uint8_t what = rd_u8(&in);
		uint8_t side = what & WHAT_B ? B : A;
		size_t n = rd_u8(&in);

		n = n < rd_left(&in) ? n : rd_left(&in);
		if (what & WHAT_GAP && !(way & WAY_UDP)) {
			harness_gap(h, side);
		}
		if (what & WHAT_CUT) {
			harness_send_cut(h, side, rd_bytes(&in, n), n);
		} else {
			harness_send(h, side, rd_bytes(&in, n), n);
		}
	}
	(void)harness_take(h);
	return 0;
}

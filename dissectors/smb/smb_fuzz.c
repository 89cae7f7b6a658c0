/*
 * smb_fuzz: pieces of both sides of a connection.
 *
 *	way  { what len bytes }...
 *
 * way tells the port; what tells the side, whether the piece is cut, and
 * whether bytes were lost before it.
 *
 * libFuzzer: -max_len=600 -entropic_scale_per_exec_time=1
 */
#include "dissectors/harness.h"

extern const struct dissector dissector_smb;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_ODD     0x01 /* neither side has the port */
#define WAY_CLAIMED 0x02 /* no probe asked before */
#define WAY_BYTES   0x04 /* byte by byte */

#define WHAT_B   0x80
#define WHAT_GAP 0x40
#define WHAT_CUT 0x20

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct harness *h;
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);

	if (h == NULL) {
		h = harness_new(&dissector_smb, DIS_TCP);
	}
	h->port[B] = way & WAY_ODD ? 40001 : 445;
	harness_reset(h);
	h->segment = way & WAY_BYTES ? 1 : 0;
	h->claimed = way & WAY_CLAIMED;
	while (rd_left(&in) > 2) {
		uint8_t what = rd_u8(&in), side = what & WHAT_B ? B : A;
		size_t n = rd_u8(&in);
		const uint8_t *p;

		n = n < rd_left(&in) ? n : rd_left(&in);
		p = rd_bytes(&in, n);
		if (what & WHAT_GAP) {
			harness_gap(h, side);
		}
		if (what & WHAT_CUT) {
			harness_send_cut(h, side, p, n);
		} else {
			harness_send(h, side, p, n);
		}
	}
	return 0;
}

/*
 * lldp_fuzz: arbitrary frames.
 *
 *	{ what len 2 bytes }...
 *
 * what tells the side, and whether the capture cut the frame.  The harness
 * holds the parser to its contract, and its events are printed.
 *
 * libFuzzer: -max_len=600
 */
#include "dissectors/harness.h"

extern const struct dissector dissector_lldp;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WHAT_B   0x80
#define WHAT_CUT 0x08

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct harness *h;
	struct rd in = rd_make(data, size);

	if (h == NULL) {
		h = harness_new(&dissector_lldp, DIS_ETHER);
	}
	harness_reset(h);
	while (rd_left(&in) > 3) {
		uint8_t what = rd_u8(&in);
		size_t n = rd_be16(&in);
		const uint8_t *p;

		n = n < rd_left(&in) ? n : rd_left(&in);
		p = rd_bytes(&in, n);
		if (what & WHAT_CUT) {
			harness_send_cut(h, what & WHAT_B ? B : A, p, n);
		} else {
			harness_send(h, what & WHAT_B ? B : A, p, n);
		}
	}
	return 0;
}

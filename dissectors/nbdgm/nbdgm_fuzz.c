/*
 * nbdgm_fuzz: datagrams of both sides, as net would hand them over.
 *
 *	way  { what len bytes }...
 *
 * way tells the ports; what tells the side, and whether the datagram is a
 * repeat or cut.
 *
 * libFuzzer: -max_len=300 -entropic_scale_per_exec_time=1
 */
#include "dissectors/harness.h"

extern const struct dissector dissector_nbdgm;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_ODD     0x01 /* neither side has the port */
#define WAY_CLAIMED 0x02 /* no probe asked before */

#define WHAT_B   0x80
#define WHAT_DUP 0x40
#define WHAT_CUT 0x20

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct harness *h;
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);

	if (h == NULL) {
		h = harness_new(&dissector_nbdgm, DIS_UDP);
	}
	h->port[A] = h->port[B] = way & WAY_ODD ? 40001 : 138;
	harness_reset(h);
	h->claimed = way & WAY_CLAIMED;
	while (rd_left(&in) > 2) {
		uint8_t what = rd_u8(&in), side = what & WHAT_B ? B : A;
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

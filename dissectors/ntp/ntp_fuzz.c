/*
 * ntp_fuzz: arbitrary datagrams of both sides.
 *
 *	way  { what len bytes }...
 *
 * way tells ports; what tells the side, and whether the datagram is cut or a
 * repeat.  The harness holds the parser to its contract, and its events are
 * printed.
 *
 * libFuzzer: -max_len=600 -entropic_scale_per_exec_time=1
 */
#include "dissectors/harness.h"

extern const struct dissector dissector_ntp;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_ODD 0x02 /* neither end has the protocol's port */

#define WHAT_B    0x80
#define WHAT_CUT  0x40
#define WHAT_DUP  0x20
#define WHAT_LONG 0x10 /* 256 bytes more */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct harness *h;
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);

	if (h == NULL) {
		h = harness_new(&dissector_ntp, DIS_UDP);
	}
	h->port[A] = 40001;
	h->port[B] = way & WAY_ODD ? 40002 : 123;
	harness_reset(h);
	h->ts_ns = 1000000000;
	while (rd_left(&in) > 2) {
		uint8_t what = rd_u8(&in), side = what & WHAT_B ? B : A;
		size_t n = rd_u8(&in) + (what & WHAT_LONG ? 256u : 0u);
		const uint8_t *p;

		n = n < rd_left(&in) ? n : rd_left(&in);
		p = rd_bytes(&in, n);
		if (what & WHAT_CUT) {
			harness_send_cut(h, side, p, n);
		} else if (what & WHAT_DUP) {
			harness_send_dup(h, side, p, n);
		} else {
			harness_send(h, side, p, n);
		}
	}
	return 0;
}

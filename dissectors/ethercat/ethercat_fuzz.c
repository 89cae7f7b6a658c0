/*
 * ethercat_fuzz: arbitrary frames of a master and of what came back, as net
 * would hand them over.
 *
 *	way  { what len bytes }...
 *
 * way tells transport, ports and who listens; what tells the side, and whether
 * the frame is a repeat or cut, or comes much later.  The harness holds the
 * parser to its contract, and its events are printed.
 *
 * libFuzzer: -max_len=600 -entropic_scale_per_exec_time=1
 * A start of one slave fits; long frames have many datagrams and take long.
 */
#include "dissectors/harness.h"

extern const struct dissector dissector_ethercat;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_UDP     0x01
#define WAY_ODD     0x02 /* neither end has its port */
#define WAY_BRIEF   0x04 /* as the novelty filter wants it */
#define WAY_CLAIMED 0x08 /* no probe asked before */

#define WHAT_B     0x80
#define WHAT_LATER 0x20
#define WHAT_DUP   0x10
#define WHAT_CUT   0x08

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct harness *hs[2];
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);
	bool udp = way & WAY_UDP;
	struct harness *h = hs[udp];

	if (h == NULL) {
		h = harness_new(&dissector_ethercat, udp ? DIS_UDP : DIS_ETHER);
		hs[udp] = h;
	}
	/* The Ethernet type and the UDP port are one number. */
	h->port[A] = udp ? 40001 : 34980;
	h->port[B] = way & WAY_ODD ? 40002 : 34980;
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
		h->ts_ns += what & WHAT_LATER ? 11000000000u : 1000;
		if (what & WHAT_DUP) {
			harness_send_dup(h, side, p, n);
		} else if (what & WHAT_CUT) {
			harness_send_cut(h, side, p, n);
		} else {
			harness_send(h, side, p, n);
		}
	}
	(void)harness_take(h);
	return 0;
}

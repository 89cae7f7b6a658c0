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
#include "dissectors/feed.h"

extern const struct dissector dissector_ethercat;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_UDP     0x01
#define WAY_ODD     0x02 /* neither end has its port */
#define WAY_BRIEF   0x04 /* as the novelty filter wants it */
#define WAY_CLAIMED 0x08 /* no probe asked before */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct feed feed = {.dup = 0x10,
	    .cut = 0x08,
	    .later = 0x20,
	    .later_ns = 11000000000 - 1000,
	    .step_ns = 1000};
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
	(void)feed_play(h, in, &feed);
	(void)harness_take(h);
	return 0;
}

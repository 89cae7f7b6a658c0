/*
 * bacnet_fuzz: arbitrary datagrams of a flow, both sides, as net would hand
 * them over.
 *
 *	way  { what len bytes }...
 *
 * way tells transport, ports and who listens; what tells the side, and whether
 * the datagram is a repeat or cut, or comes later.  The harness holds the
 * parser to its contract, and its events are printed.
 *
 * libFuzzer: -max_len=320 -entropic_scale_per_exec_time=1
 * A few datagrams of the size that each service needs; long ones take long.
 */
#include "dissectors/feed.h"

extern const struct dissector dissector_bacnet;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_LLC     0x01
#define WAY_ODD     0x02 /* neither end has BACnet's port */
#define WAY_BRIEF   0x04 /* as the novelty filter wants it */
#define WAY_CLAIMED 0x08 /* no probe asked before */

static void
play(struct harness *h, uint8_t way, struct rd in)
{
	static const struct feed feed = {
	    .dup = 0x10, .cut = 0x08, .later = 0x20, .later_ns = 70000000000};
	h->port[A] = way & WAY_ODD ? 40001 : 47808;
	h->port[B] = way & WAY_ODD ? 40002 : 47808;
	if (way & WAY_LLC) {
		h->port[A] = h->port[B] = 0x82;
	}
	harness_reset(h);
	h->ts_ns = 1000000000;
	h->brief = way & WAY_BRIEF;
	h->filtered = h->brief;
	h->claimed = way & WAY_CLAIMED;
	(void)feed_play(h, in, &feed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct harness *udp, *llc;
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);

	if (udp == NULL) {
		udp = harness_new(&dissector_bacnet, DIS_UDP);
		llc = harness_new(&dissector_bacnet, DIS_LLC);
	}
	play(way & WAY_LLC ? llc : udp, way, in);
	return 0;
}

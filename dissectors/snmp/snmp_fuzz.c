/*
 * snmp_fuzz: arbitrary datagrams of both sides, as net would hand them over.
 *
 *	way  { what len bytes }...
 *
 * way tells ports and whether a probe is asked; what tells the side, and a
 * repeat or a cut.  The harness holds the parser to its contract, and its
 * events are printed.
 *
 * libFuzzer: -max_len=600
 */
#include "dissectors/feed.h"

extern const struct dissector dissector_snmp;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_A_IS    0x02 /* A has SNMP's port */
#define WAY_B_IS    0x04
#define WAY_TRAPS   0x08 /* it is that of traps */
#define WAY_CLAIMED 0x10 /* no probe asked before */
#define WAY_BRIEF   0x40 /* as before a novelty filter */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct feed feed = {.dup = 0x10, .cut = 0x08};
	static struct harness *h;
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);
	uint16_t port = way & WAY_TRAPS ? 162 : 161;

	if (h == NULL) {
		h = harness_new(&dissector_snmp, DIS_UDP);
	}
	h->port[A] = way & WAY_A_IS ? port : 40001;
	h->port[B] = way & WAY_B_IS ? port : 40002;
	harness_reset(h);
	h->claimed = way & WAY_CLAIMED;
	h->brief = h->filtered = way & WAY_BRIEF;
	(void)feed_play(h, in, &feed);
	(void)harness_take(h);
	return 0;
}

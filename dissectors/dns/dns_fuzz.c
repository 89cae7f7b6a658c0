/*
 * dns_fuzz: arbitrary pieces of a flow, both sides, as net would hand them
 * over, to each of the three.
 *
 *	way  { what len bytes }...
 *
 * way tells protocol, transport and ports; what tells the side, and whether a
 * gap, a repeat or a cut goes before or with the piece.  The harness holds the
 * parser to its contract, and its events are printed.  A stream may be read
 * again in other pieces, down to single bytes, and must tell the same.
 *
 * libFuzzer: -max_len=600 -entropic_scale_per_exec_time=1
 * Two messages of the length that UDP once had.  Byte by byte takes long.
 */
#include "dissectors/dns/dns.h"
#include "dissectors/pieces.h"

extern const struct dissector dissector_dns, dissector_mdns, dissector_llmnr;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_PROTO 0x03
#define WAY_TCP   0x04
#define WAY_ODD   0x08 /* ports that mean nothing */
#define WAY_AGAIN 0x30 /* into which pieces it is cut the second time */
#define WAY_BRIEF 0x40
#define WAY_GROUP 0x80 /* B is a group */

#define PROTOS 3

static bool
play(struct harness *h, uint8_t way, struct rd in)
{
	static const uint8_t group[] = {224, 0, 0, 251};
	static const struct feed tcp = {.gap = 0x40, .far = 0x08};
	static const struct feed udp = {.dup = 0x20, .cut = 0x10, .far = 0x08};
	uint16_t own = h->d->hints[0].port;

	h->port[A] = way & WAY_GROUP ? own : 40001;
	h->port[B] = way & WAY_ODD ? 40002 : own;
	harness_reset(h);
	if (way & WAY_GROUP) {
		memcpy(h->end[B].ip.a, group, sizeof(group));
	}
	h->ts_ns = 1000000000;
	h->brief = h->filtered = way & WAY_BRIEF;
	return feed_play(h, in, way & WAY_TCP ? &tcp : &udp);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dissector *const all[PROTOS] = {
	    &dissector_dns, &dissector_mdns, &dissector_llmnr};
	static struct harness *tcp[PROTOS], *udp[PROTOS], *again[PROTOS];
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in), i = way & WAY_PROTO;
	bool crossed;

	i = i < PROTOS ? i : 0;
	if (tcp[i] == NULL) {
		tcp[i] = harness_new(all[i], DIS_TCP);
		udp[i] = harness_new(all[i], DIS_UDP);
		again[i] = harness_new(all[i], DIS_TCP);
	}
	if (!(way & WAY_TCP)) {
		(void)play(udp[i], way, in);
		return 0;
	}
	crossed = play(tcp[i], way, in);
	again[i]->segment = feed_segment(way);
	if (crossed || again[i]->segment == 0 || way & WAY_ODD) {
		return 0;
	}
	(void)play(again[i], way, in);
	pieces_compare(tcp[i], again[i]);
	return 0;
}

/*
 * modbus_fuzz: arbitrary pieces of a flow, both sides, as net would hand them
 * over.
 *
 *	way  { what len bytes }...
 *
 * way tells transport and ports; what tells the side, and whether a gap, a
 * pause, a repeat or a cut goes before or with the piece.  The harness holds
 * the parser to its contract, and its events are printed.  A stream may then
 * be read again in other pieces, down to single bytes, and must tell the same.
 *
 * libFuzzer: -max_len=300 -entropic_scale_per_exec_time=1
 * The longest PDU (260 bytes), and some more.  Byte by byte takes long.
 */
#include "dissectors/pieces.h"

extern const struct dissector dissector_modbus;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_UDP     0x01
#define WAY_A_IS    0x02 /* A has Modbus's port */
#define WAY_B_IS    0x04
#define WAY_CLAIMED 0x08 /* no probe asked before */
#define WAY_AGAIN   0x30 /* into which pieces it is cut the second time */
#define WAY_BRIEF   0x40 /* as before a novelty filter */

static bool
play(struct harness *h, uint8_t way, struct rd in)
{
	static const struct feed tcp = {
	    .gap = 0x40, .later = 0x20, .later_ns = 150000000};
	static const struct feed udp = {
	    .dup = 0x10, .cut = 0x08, .later = 0x20, .later_ns = 150000000};

	h->port[A] = way & WAY_A_IS ? 502 : 40001;
	h->port[B] = way & WAY_B_IS ? 502 : 40002;
	harness_reset(h);
	h->ts_ns = 1000000000;
	h->claimed = way & WAY_CLAIMED;
	h->brief = h->filtered = way & WAY_BRIEF;
	return feed_play(h, in, way & WAY_UDP ? &udp : &tcp);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct harness *tcp, *udp, *again;
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);
	bool crossed;

	if (tcp == NULL) {
		tcp = harness_new(&dissector_modbus, DIS_TCP);
		udp = harness_new(&dissector_modbus, DIS_UDP);
		again = harness_new(&dissector_modbus, DIS_TCP);
	}
	if (way & WAY_UDP) {
		(void)play(udp, way, in);
		return 0;
	}
	crossed = play(tcp, way, in);
	again->segment = feed_segment(way);
	if (crossed || again->segment == 0 ||
	    !(way & (WAY_CLAIMED | WAY_A_IS | WAY_B_IS))) {
		return 0;
	}
	(void)play(again, way, in);
	pieces_compare(tcp, again);
	return 0;
}

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
#include <stdio.h>
#include <stdlib.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_modbus;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_UDP     0x01
#define WAY_A_IS    0x02 /* A has Modbus's port */
#define WAY_B_IS    0x04
#define WAY_CLAIMED 0x08 /* no probe asked before */
#define WAY_AGAIN   0x30 /* into which pieces it is cut the second time */
#define WAY_BRIEF   0x40 /* as before a novelty filter */

#define WHAT_B     0x80
#define WHAT_GAP   0x40
#define WHAT_LATER 0x20
#define WHAT_DUP   0x10
#define WHAT_CUT   0x08

/*
 * True when one side spoke while the other one's PDU was incomplete.  What it
 * says can change how that one is read, and when the parser is asked again
 * depends on the pieces.
 */
static bool
play(struct harness *h, uint8_t way, struct rd in)
{
	bool crossed = false;

	h->port[A] = way & WAY_A_IS ? 502 : 40001;
	h->port[B] = way & WAY_B_IS ? 502 : 40002;
	harness_reset(h);
	h->ts_ns = 1000000000;
	h->claimed = way & WAY_CLAIMED;
	h->brief = h->filtered = way & WAY_BRIEF;
	while (rd_left(&in) > 2) {
		uint8_t what = rd_u8(&in);
		uint8_t side = what & WHAT_B ? B : A;
		size_t n = rd_u8(&in);
		const uint8_t *p;

		crossed |= h->side[!side].n > 0;
		n = n < rd_left(&in) ? n : rd_left(&in);
		p = rd_bytes(&in, n);
		if (what & WHAT_GAP && !(way & WAY_UDP)) {
			harness_gap(h, side);
		}
		if (what & WHAT_LATER) {
			h->ts_ns += 150000000;
		}
		if (way & WAY_UDP && what & WHAT_DUP) {
			harness_send_dup(h, side, p, n);
		} else if (way & WAY_UDP && what & WHAT_CUT) {
			harness_send_cut(h, side, p, n);
		} else {
			harness_send(h, side, p, n);
		}
	}
	return crossed;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t cut[] = {0, 1, 3, 16};
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
	again->segment = cut[(way & WAY_AGAIN) / 0x10];
	if (crossed || again->segment == 0 ||
	    !(way & (WAY_CLAIMED | WAY_A_IS | WAY_B_IS))) {
		return 0;
	}
	(void)play(again, way, in);
	if (!tcp->failed && !again->failed &&
	    strcmp(harness_take(tcp), harness_take(again)) != 0) {
		fprintf(stderr, "whole:\n%sin pieces:\n%s", tcp->taken,
		    again->taken);
		abort();
	}
	return 0;
}

/*
 * dnp3_fuzz: arbitrary pieces of a flow, both sides, as net would hand them
 * over.
 *
 *	way  { what len bytes }...
 *
 * way tells transport and ports, and whether what follows are whole streams or
 * the user data of frames, which are then wrapped (header, CRCs): no fuzzer
 * finds a CRC by itself.  The harness holds the parser to its contract, and its
 * events are printed.  A stream may be read again in other pieces, down to
 * single bytes, and must tell the same.
 *
 * libFuzzer: -max_len=300 -entropic_scale_per_exec_time=1
 * The longest frame (292 bytes).  Byte by byte takes long.
 */
#include "dissectors/dnp3/dnp3_test.h"
#include "dissectors/pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_UDP   0x01
#define WAY_ODD   0x02 /* ports that mean nothing */
#define WAY_RAW   0x04 /* not wrapped */
#define WAY_BRIEF 0x08 /* nothing is printed: few values, no details */
#define WAY_AGAIN 0x30

#define WHAT_B     0x80
#define WHAT_GAP   0x40
#define WHAT_CUT   0x20
#define WHAT_FIRST 0x10 /* wrapped: what first octet of the transport */
#define WHAT_LAST  0x08
#define WHAT_SEQ   0x07

static bool
play(struct harness *h, uint8_t way, struct rd in)
{
	bool crossed = false;

	h->port[A] = 40001;
	h->port[B] = way & WAY_ODD ? 40002 : 20000;
	harness_reset(h);
	h->ts_ns = 1000000000;
	h->brief = way & WAY_BRIEF;
	h->filtered = h->brief;
	while (rd_left(&in) > 2) {
		uint8_t what = rd_u8(&in);
		uint8_t side = what & WHAT_B ? B : A;
		size_t n = rd_u8(&in);
		uint8_t frame[DN_FRAME_MAX];
		const uint8_t *p;

		crossed |= h->side[!side].n > 0;
		n = n < rd_left(&in) ? n : rd_left(&in);
		p = rd_bytes(&in, n);
		if (!(way & WAY_RAW)) {
			n = dn_wrap(side == A, what << 3, p, n, frame);
			p = frame;
		}
		if (what & WHAT_GAP && !(way & WAY_UDP)) {
			harness_gap(h, side);
		}
		if (way & WAY_UDP && what & WHAT_CUT) {
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
	static struct harness *tcp, *udp, *again;
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);
	bool crossed;

	if (tcp == NULL) {
		tcp = harness_new(&dissector_dnp3, DIS_TCP);
		udp = harness_new(&dissector_dnp3, DIS_UDP);
		again = harness_new(&dissector_dnp3, DIS_TCP);
	}
	if (way & WAY_UDP) {
		(void)play(udp, way, in);
		return 0;
	}
	crossed = play(tcp, way, in);
	again->segment = feed_segment(way);
	if (crossed || again->segment == 0 || way & WAY_ODD) {
		return 0;
	}
	(void)play(again, way, in);
	pieces_compare(tcp, again);
	return 0;
}

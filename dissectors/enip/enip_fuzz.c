/*
 * enip_fuzz: arbitrary pieces of a flow, both sides, as net would hand them
 * over; and of what such a flow carries.
 *
 *	way  { what len bytes }...
 *
 * way tells what the pieces are: bytes of a stream, datagrams, CIP messages,
 * PCCC messages, or class 1 data.  The last three are wrapped here, because
 * no fuzzer finds a header's lengths by itself; data comes after an opening
 * that is always the same.  what tells the side, which exchange a message
 * belongs to, and whether a gap, a pause, a repeat or a cut goes before or
 * with the piece.
 *
 * The harness holds the parser to its contract, and its events are printed.
 * A stream may then be read again in other pieces, down to single bytes, and
 * must tell the same.
 *
 * libFuzzer: -max_len=300 -entropic_scale_per_exec_time=1
 * Several messages, nested.  Byte by byte takes long.
 */
#include <stdio.h>
#include <stdlib.h>

#include "dissectors/enip/enip.h"
#include "dissectors/harness.h"
#include "dissectors/pccc/pccc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_KIND    0x07
#define WAY_A_IS    0x08 /* A has the port */
#define WAY_B_IS    0x10
#define WAY_CLAIMED 0x20 /* no probe asked before */
#define WAY_AGAIN   0xc0 /* into which pieces it is cut the second time */
#define WAY_BRIEF   0x40 /* where it is not: as before a novelty filter */

enum kind {
	KIND_STREAM,
	KIND_DATAGRAM,
	KIND_IO, /* datagrams of cipio, nothing opened */
	KIND_CIP,
	KIND_PCCC,
	KIND_DATA, /* class 1 data of what was opened */
};

#define WHAT_B     0x80
#define WHAT_GAP   0x40
#define WHAT_LATER 0x20
#define WHAT_DUP   0x10
#define WHAT_CUT   0x08 /* wrapped: the message is connected */
#define WHAT_WHICH 0x07

#define WRAP_MAX 512

struct out {
	uint8_t bytes[WRAP_MAX];
	size_t n;
};

static void
put(struct out *o, const void *p, size_t n)
{
	if (n != 0 && n <= sizeof(o->bytes) - o->n) {
		memcpy(o->bytes + o->n, p, n);
		o->n += n;
	}
}

static void
put16(struct out *o, size_t v)
{
	const uint8_t b[2] = {(uint8_t)v, (uint8_t)(v >> 8)};

	put(o, b, sizeof(b));
}

static void
put32(struct out *o, uint32_t v)
{
	put16(o, v & 0xffff);
	put16(o, v >> 16);
}

/* A message within SendRRData, or SendUnitData. */
static void
wrap_cip(struct out *o, uint8_t what, const uint8_t *p, size_t n)
{
	bool connected = what & WHAT_CUT;
	size_t extra = connected ? 22 : 16;

	o->n = 0;
	put16(o, connected ? ENIP_SEND_UNIT : ENIP_SEND_RR);
	put16(o, n + extra);
	put32(o, 1); /* session */
	put32(o, 0); /* status */
	put32(o, what & WHAT_WHICH);
	put32(o, 0);
	put32(o, 0); /* options */
	put32(o, 0); /* interface */
	put16(o, 0); /* timeout */
	put16(o, 2);
	put16(o, connected ? ENIP_ITEM_CONNECTED_ADDRESS : ENIP_ITEM_NULL);
	put16(o, connected ? 4 : 0);
	if (connected) {
		put32(o, what & WHAT_B ? 0x11 : 0x55);
	}
	put16(o,
	    connected ? ENIP_ITEM_CONNECTED_DATA : ENIP_ITEM_UNCONNECTED_DATA);
	put16(o, connected ? n + 2 : n);
	if (connected) {
		put16(o, what & WHAT_WHICH);
	}
	put(o, p, n);
}

static void
wrap_pccc(struct out *o, uint8_t what, const uint8_t *p, size_t n)
{
	static const uint8_t ask[] = {
	    0x4b, 2, 0x20, 0x67, 0x24, 1, 7, 0x4d, 0, 0xd3, 0x23, 0xaa, 7};
	static const uint8_t answer[] = {
	    0xcb, 0, 0, 0, 7, 0x4d, 0, 0xd3, 0x23, 0xaa, 7};
	struct out inner = {.n = 0};

	put(&inner, what & WHAT_B ? answer : ask,
	    what & WHAT_B ? sizeof(answer) : sizeof(ask));
	put(&inner, p, n);
	wrap_cip(o, what, inner.bytes, inner.n);
}

static void
wrap_data(struct out *o, uint8_t what, const uint8_t *p, size_t n)
{
	struct rd r = rd_make(p, n);
	uint8_t seq = rd_u8(&r);

	o->n = 0;
	put16(o, 2);
	put16(o, ENIP_ITEM_SEQUENCED);
	put16(o, 8);
	put32(o, what & WHAT_B ? 0x11 : 0x55);
	put32(o, seq);
	put16(o, ENIP_ITEM_CONNECTED_DATA);
	put16(o, rd_left(&r));
	put(o, r.p, rd_left(&r));
}

static void
wrap(struct out *o, uint8_t kind, uint8_t what, const uint8_t *p, size_t n)
{
	switch (kind) {
	case KIND_CIP: wrap_cip(o, what, p, n); break;
	case KIND_PCCC: wrap_pccc(o, what, p, n); break;
	case KIND_DATA: wrap_data(o, what, p, n); break;
	default:
		o->n = 0;
		put(o, p, n);
		break;
	}
}

/*
 * True when one side spoke while the other one's PDU was incomplete.  What it
 * says can change how that one is read, and when the parser is asked again
 * depends on the pieces.
 */
static bool
play(struct harness *h, uint8_t way, struct rd in)
{
	uint8_t kind = way & WAY_KIND;
	bool crossed = false, stream = h->ctx.transport == DIS_TCP;
	struct out o;

	while (rd_left(&in) > 2) {
		uint8_t what = rd_u8(&in);
		uint8_t side = what & WHAT_B ? B : A;
		size_t n = rd_u8(&in);

		crossed |= h->side[!side].n > 0;
		n = n < rd_left(&in) ? n : rd_left(&in);
		wrap(&o, kind, what, rd_bytes(&in, n), n);
		if (what & WHAT_GAP && stream) {
			harness_gap(h, side);
		}
		if (what & WHAT_LATER) {
			h->ts_ns += 150000000;
		}
		if (!stream && what & WHAT_DUP) {
			harness_send_dup(h, side, o.bytes, o.n);
		} else if (!stream && what & WHAT_CUT) {
			harness_send_cut(h, side, o.bytes, o.n);
		} else {
			harness_send(h, side, o.bytes, o.n);
		}
	}
	return crossed;
}

static void
start(struct harness *h, uint8_t way)
{
	h->port[A] = way & WAY_A_IS ? 44818 : 40001;
	h->port[B] = way & WAY_B_IS ? 44818 : 40002;
	harness_reset(h);
	h->ts_ns = 1000000000;
	h->claimed = way & WAY_CLAIMED || (way & WAY_KIND) >= KIND_CIP;
	h->brief = way & WAY_BRIEF && (way & WAY_KIND) != KIND_STREAM;
	h->filtered = h->brief;
}

/* Forward Open of class 1 and its reply: 55 one way, 11 the other. */
static void
open_connection(struct harness *h)
{
	static const uint8_t ask[] = {0x54, 2, 0x20, 6, 0x24, 1, 7, 0xf9, 0, 0,
	    0, 0, 0x11, 0, 0, 0, 7, 0, 77, 0, 1, 2, 3, 4, 1, 0, 0, 0, 0x10,
	    0x27, 0, 0, 0xf4, 0x43, 0x10, 0x27, 0, 0, 0xf4, 0x43, 1, 3, 1, 0,
	    0x20, 4, 0x24, 1};
	static const uint8_t answer[] = {0xd4, 0, 0, 0, 0x55, 0, 0, 0, 0x11, 0,
	    0, 0, 7, 0, 77, 0, 1, 2, 3, 4, 0x10, 0x27, 0, 0, 0x10, 0x27, 0, 0,
	    0, 0};
	struct out o;

	wrap_cip(&o, 0, ask, sizeof(ask));
	harness_send(h, A, o.bytes, o.n);
	wrap_cip(&o, WHAT_B, answer, sizeof(answer));
	harness_send(h, B, o.bytes, o.n);
	h->d = &dissector_cipio;
	h->ctx.transport = DIS_UDP;
}

static struct harness *
flow(uint8_t transport)
{
	struct harness *h = harness_new(&dissector_enip, transport);

	harness_add_inner(h, &dissector_cip);
	harness_add_inner(h, &dissector_pccc);
	return h;
}

static void
play_stream(
    struct harness *tcp, struct harness *again, uint8_t way, struct rd in)
{
	static const size_t cut[] = {0, 1, 3, 16};
	bool crossed;

	start(tcp, way);
	crossed = play(tcp, way, in);
	again->segment = cut[(way & WAY_AGAIN) / 0x40];
	if (crossed || again->segment == 0 ||
	    !(way & (WAY_CLAIMED | WAY_A_IS | WAY_B_IS))) {
		return;
	}
	start(again, way);
	(void)play(again, way, in);
	if (!tcp->failed && !again->failed &&
	    strcmp(harness_take(tcp), harness_take(again)) != 0) {
		fprintf(stderr, "whole:\n%sin pieces:\n%s", tcp->taken,
		    again->taken);
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct harness *tcp, *udp, *io, *opened, *again;
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);

	if (tcp == NULL) {
		tcp = flow(DIS_TCP);
		udp = flow(DIS_UDP);
		again = flow(DIS_TCP);
		opened = flow(DIS_TCP);
		io = harness_new(&dissector_cipio, DIS_UDP);
	}
	switch (way & WAY_KIND) {
	case KIND_STREAM: play_stream(tcp, again, way, in); break;
	case KIND_DATAGRAM:
		start(udp, way);
		(void)play(udp, way, in);
		break;
	case KIND_IO:
		start(io, way);
		(void)play(io, way, in);
		break;
	case KIND_CIP:
	case KIND_PCCC:
		start(tcp, way);
		(void)play(tcp, way, in);
		break;
	case KIND_DATA:
		opened->d = &dissector_enip;
		opened->ctx.transport = DIS_TCP;
		start(opened, way);
		open_connection(opened);
		(void)play(opened, way, in);
		break;
	default: break;
	}
	return 0;
}

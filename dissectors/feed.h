/*
 * feed: for fuzzers: what two ends say to each other, as net would hand it
 * over.  The input is
 *
 *	way  { what len bytes }...
 *
 * The first octet tells the transport, the ports and who listens (FEED_); a
 * piece's tells its side, and by the bits that a fuzzer names what becomes of
 * it: they differ, as old inputs keep their meaning.  The harness holds the
 * parser to its contract, and its events are printed.
 */
#ifndef OTUS_DISSECTORS_FEED_H
#define OTUS_DISSECTORS_FEED_H

#include "dissectors/harness.h"

#define FEED_UDP     0x01 /* of a protocol over both                       */
#define FEED_ODD     0x02 /* neither end has the protocol's port           */
#define FEED_BRIEF   0x04 /* as the novelty filter wants it                */
#define FEED_CLAIMED 0x08 /* no probe asked before                         */
#define FEED_PIECES  0x30 /* TCP: how long the segments are (feed_segment) */

#define FEED_B 0x80 /* of a piece: B sends it */

struct feed {
	/* Bits of a piece; 0: that does not happen to it. */
	uint8_t gap;                /* TCP: bytes were lost before it */
	uint8_t dup;                /* net takes it for a repeat      */
	uint8_t cut;                /* the capture has no more of it  */
	uint8_t far;                /* it is 256 bytes longer         */
	uint8_t later;              /* it comes later_ns later        */
	uint64_t later_ns, step_ns; /* the latter before each */
};

static inline size_t
feed_segment(uint8_t way)
{
	static const size_t n[] = {0, 1, 3, 16};

	return n[(way & FEED_PIECES) / 0x10];
}

/* True when one side spoke while the other one's PDU was incomplete: what
 * comes first then depends on the segments. */
static inline bool
feed_play(struct harness *h, struct rd in, const struct feed *f)
{
	bool crossed = false;

	while (rd_left(&in) > 2) {
		uint8_t what = rd_u8(&in), side = what & FEED_B ? B : A;
		size_t n = rd_u8(&in) + (what & f->far ? 256u : 0u);
		const uint8_t *p;

		crossed |= h->side[!side].n > 0;
		n = n < rd_left(&in) ? n : rd_left(&in);
		p = rd_bytes(&in, n);
		h->ts_ns += f->step_ns + (what & f->later ? f->later_ns : 0);
		if (what & f->gap && h->ctx.transport == DIS_TCP) {
			harness_gap(h, side);
		}
		if (what & f->dup) {
			harness_send_dup(h, side, p, n);
		} else if (what & f->cut) {
			harness_send_cut(h, side, p, n);
		} else {
			harness_send(h, side, p, n);
		}
	}
	return crossed;
}

/* A protocol with one server's port, or one Ethernet type. */
struct feed_of {
	const struct dissector *dis;
	uint16_t tcp, udp, ether; /* 0: not over that */
	bool peers;               /* A has the port, too */
	struct feed feed;
	struct harness *h[2]; /* over UDP; over another */
};

static inline void
feed_check(struct feed_of *f, const uint8_t *data, size_t size)
{
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);
	bool udp = f->udp != 0 && (f->tcp == 0 || way & FEED_UDP);
	struct harness *h = f->h[!udp];

	if (h == NULL) {
		h = harness_new(f->dis, udp           ? DIS_UDP
					: f->tcp != 0 ? DIS_TCP
						      : DIS_ETHER);
		f->h[!udp] = h;
	}
	if (f->ether != 0) {
		h->port[A] = h->port[B] = f->ether;
	} else {
		h->port[B] = way & FEED_ODD ? 40002 : udp ? f->udp : f->tcp;
		h->port[A] = f->peers ? h->port[B] : 40001;
	}
	harness_reset(h);
	h->ts_ns = 1000000000;
	h->brief = h->filtered = way & FEED_BRIEF;
	h->claimed = way & FEED_CLAIMED;
	h->segment = feed_segment(way);
	(void)feed_play(h, in, &f->feed);
	(void)harness_take(h);
}

#endif

/*
 * tcp: from segments to bytes in order, for each side of a flow.
 *
 * In order: zero-copy.  What comes early waits in 2 KiB chunks, bounded for a
 * side and over all; where bytes overlap, those seen first stand.  A hole is
 * told as a gap when its data has waited HOLE_WAIT_MS of stream time, when the
 * receiver has acknowledged it HOLE_ACKED_MS ago, or when chunks run out.
 *
 * An acknowledged hole was lost on the way to us, or is late: a mirror copies
 * the two directions through two queues, and what acknowledges can overtake
 * what it acknowledges.  While a hole is open, data that was sent in the
 * knowledge of the bytes behind it waits as well: replies stay behind their
 * requests.
 *
 * Mid-stream pick-up is the normal case on a mirror port: the first segment
 * seen begins the stream in view.
 */
#ifndef OTUS_NET_TCP_H
#define OTUS_NET_TCP_H

#include "base/err.h"
#include "base/pool.h"
#include "net/flow.h"
#include "net/pkt.h"

struct net;

struct tcp_stats {
	uint64_t segments, out_of_order, retransmits, duplicates, gaps,
	    gap_bytes, overflow, conflicts;
};

struct tcp {
	struct pool chunks;
	struct pool holes; /* age list = order in which they opened */
	struct tcp_stats stats;
};

int tcp_init(struct tcp *) MUST_CHECK;
void tcp_done(struct tcp *);

void tcp_segment(struct net *, struct flow *, uint8_t side, const struct pkt *);
/* Gives up on holes older than HOLE_WAIT_MS; all of them at the end. */
void tcp_expire(struct net *, uint64_t now_ns);
/* Delivers what waits and gives the flow's chunks back. */
void tcp_close(struct net *, struct flow *);
/* The first frame whose data waits; false when none does. */
bool tcp_oldest(const struct tcp *, uint64_t *ret_frame, uint64_t *ret_ts_ns);

#endif

/*
 * net: the pipeline from a frame to events.
 *
 * One struct net is one sensor: it decodes, follows flows, asks the
 * dissectors and hands each event to its sink, in frame order but for data
 * that waited behind a hole.  Purely a function of the frames it is given:
 * time is their time (architecture.md, section 2).
 */
#ifndef OTUS_NET_NET_H
#define OTUS_NET_NET_H

#include "base/err.h"
#include "capture/capture.h"
#include "event/event.h"
#include "net/counters.h"

struct dis_ctx;
struct dis_reading;
struct cover;
struct net;
struct link;
struct links;

struct net_options {
	bool links;  /* keep links and tell `traffic` (not for dissect)  */
	bool brief;  /* the novelty filter takes the events (dis_ctx)     */
	bool second; /* nDPI's second opinion on unclaimed flows          */
	bool several_inputs; /* events carry input and interface numbers     */
};

struct net_sink {
	/* link is NULL unless options.links; e lives until this returns. */
	void (*event)(void *arg, struct ev *e, struct link *link);
	/* Every whole second of stream time, after all events before it. */
	void (*tick)(void *arg, uint64_t stream_ns);
	void *arg;
	/* Unless NULL, asked before a value becomes an event: true when it is
	 * no news.  Of the ends of e there is sub alone. */
	bool (*knows)(void *arg, const struct ev *e, struct link *link);
	/* Likewise before a number is even read, whatever it may be. */
	bool (*fresh)(void *arg, const struct dis_ctx *,
	    const struct dis_reading *, struct link *link);
	/* Unless NULL, asked before a good reply is only counted: true when it
	 * has to be an event, for who answers or for the request that was in
	 * that frame. */
	bool (*wants)(void *arg, const struct ev_sub *who, uint64_t req_frame,
	    struct link *link);
};

int net_new(const struct net_options *, const struct net_sink *,
    struct net **ret) MUST_CHECK;
void net_free(struct net *); /* accepts NULL */

/*
 * Frames in the order of their arrival, at most NET_AHEAD at once; the same
 * comes of them as of one at a time, in less time.
 */
#define NET_AHEAD 16
void net_frames(struct net *, const struct frame *, size_t count);

static inline void
net_frame(struct net *n, const struct frame *frame)
{
	net_frames(n, frame, 1);
}

/* An idle live sensor: lets stream time go on from the clock. */
void net_idle(struct net *, uint64_t now_ns);
/* No more frames: what waits is delivered, counters are told. */
void net_finish(struct net *);

/* What the sink guesses by: net asks memory for it. */
void net_memos(struct net *, const struct ev_memos *);
const struct net_counters *net_counters(struct net *);
struct links *net_links(struct net *);
/* How well interfaces and VLANs are seen: cover_next(). */
struct cover *net_cover(struct net *);
uint64_t net_stream_ns(const struct net *);
/*
 * True while data waits behind a hole: events of that frame or later ones may
 * still come, after those of the frame at hand.
 */
bool net_waits(const struct net *, uint64_t *ret_frame, uint64_t *ret_ts_ns);

#endif

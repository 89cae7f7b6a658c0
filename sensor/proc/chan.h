/*
 * chan: whole messages between two processes that do not trust each other,
 * over a SOCK_SEQPACKET pair.
 *
 * Sending never waits: what the kernel does not take at once waits in a
 * bounded queue and is dropped from there by priority (queue.h).  A message
 * that was received lies in private memory that the peer cannot change, its
 * header checked; its body is hostile input and comes as a bounded reader.
 *
 * A channel is used by one thread.  It does not own its descriptor.
 */
#ifndef OTUS_PROC_CHAN_H
#define OTUS_PROC_CHAN_H

#include "base/rd.h"
#include "proc/queue.h"

#define CHAN_VERSION  1
#define CHAN_HEADER   8
#define CHAN_BODY_MAX (64 * 1024) /* one event record, EV_WIRE_MAX */
#define CHAN_MSG_MAX  (CHAN_HEADER + CHAN_BODY_MAX)

struct chan {
	int fd;
	uint8_t *in, *out; /* CHAN_MSG_MAX each */
	struct queue queue;
	uint64_t sent, received;
	uint64_t bad; /* messages whose header was wrong */
};

struct chan_msg {
	uint16_t type;
	struct rd body; /* valid until the next chan_recv() */
};

/* Both ends non-blocking and close-on-exec; sockets of the kernel's unix
 * family with room for at least a few messages of the greatest size. */
int chan_pair(int ret_fd[2]) MUST_CHECK;

/* queue_bytes: what may wait.  fd is made non-blocking. */
int chan_init(struct chan *, int fd, size_t queue_bytes) MUST_CHECK;
void chan_done(struct chan *); /* accepts a zeroed channel */

/*
 * Sends, or queues behind what waits already.  prio and kind as in
 * queue_put(): prio 0 is dropped last, kind is what a drop is counted by
 * (queue.dropped).  0 also when something was dropped; ERR_LOST when the
 * peer is gone.
 */
int chan_send(struct chan *, uint16_t type, unsigned prio, unsigned kind,
    const void *body, size_t n) MUST_CHECK;
/* Sends what waits, as far as the kernel takes it; on POLLOUT. */
int chan_flush(struct chan *) MUST_CHECK;

static inline bool
chan_is_pending(const struct chan *c)
{
	return !queue_is_empty(&c->queue);
}

/* What to poll for. */
short chan_events(const struct chan *);

/*
 * 1 and a message; 0: nothing there now; ERR_PEER: a message was there that
 * is not one of ours (it is gone, counted in bad); ERR_LOST: the peer is gone.
 */
int chan_recv(struct chan *, struct chan_msg *ret) MUST_CHECK;

#endif

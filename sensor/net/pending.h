/*
 * pending: requests that wait for their reply (architecture.md, 4.9).
 *
 * Requests of one flow stand in order of arrival; a reply takes the oldest
 * one under its key that the other side sent, since some masters use one
 * transaction id for everything.  What is not answered within PENDING_S of
 * stream time is let go and counted.
 */
#ifndef OTUS_NET_PENDING_H
#define OTUS_NET_PENDING_H

#include "base/err.h"
#include "base/pool.h"
#include "net/flow.h"

struct pending_item {
	uint64_t key, frame, ts_ns;
	uint32_t flow, next;
	uint8_t side, blob_n;
	uint8_t blob[DIS_BLOB_MAX];
};

struct pending {
	struct pool pool;
	uint64_t unanswered, refused;
};

int pending_init(struct pending *, uint32_t max) MUST_CHECK;
void pending_done(struct pending *);

/* flow_at is the flow's index.  When the flow's quota is used up its oldest
 * request makes room and counts as unanswered (returned as 1). */
int pending_put(struct pending *, struct flow_table *, struct flow *,
    uint8_t side, uint64_t key, const void *blob, size_t n, uint64_t frame,
    uint64_t ts_ns);
bool pending_take(struct pending *, struct flow *, uint8_t asking_side,
    uint64_t key, void *ret_blob, size_t n, uint64_t now_ns,
    struct dis_pair *ret);
/* Lets go of all of a flow's requests; returns how many there were. */
uint32_t pending_clear(struct pending *, struct flow *);
/* Expires old ones; calls back once for each. */
void pending_expire(struct pending *, struct flow_table *, uint64_t now_ns,
    void (*unanswered)(void *arg, struct flow *), void *arg);

#endif

/*
 * outbox: the deliveries that wait, as the process that sends them asks for
 * them, and its word that they arrived.
 *
 * Rows go out in the order in which they came in.  What is given out is
 * committed: an alert that a receiver has is in the database.  A row that was
 * sent stays until the outbox is full (STORE_OUTBOX); those go first then.
 */
#ifndef OTUS_STORE_OUTBOX_H
#define OTUS_STORE_OUTBOX_H

#include "store/query.h"
#include "store/store.h"

#define OUTBOX_EVENT_MAX 48 /* an event id with its NUL */

struct outbox_item {
	int64_t id;        /* rises from row to row                        */
	const char *event; /* the same at every repetition                 */
	uint64_t count;    /* the alert's, when the delivery was asked for */
	struct query_alert alert;
};

/*
 * Calls row() for what waits behind after, at most max of them; what it
 * returns but 0 ends the call: a positive value with 0, a negative as it is.
 * Texts live until row() returns, which may not call into store.
 */
int store_outbox_next(struct store *, int64_t after, unsigned max,
    int (*row)(void *, const struct outbox_item *), void *arg) MUST_CHECK;

/*
 * Everything up to id has been sent; event is id's, so that nobody can tell
 * of what was never given out.  ERR_PEER: it is not.  0 also when the row is
 * gone: it was dropped for want of room, and all before it.
 */
int store_outbox_sent(struct store *, int64_t id, const char *event) MUST_CHECK;

/* How many wait, those of the open transaction included. */
int store_outbox_waiting(struct store *, uint64_t *ret) MUST_CHECK;

#endif

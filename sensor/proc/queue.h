/*
 * queue: records that wait for a slow reader, in memory of fixed size.
 *
 * What does not fit is dropped by priority: a record makes room for itself
 * at the cost of waiting ones that matter less (the oldest of the least
 * first), and when that is not enough it is itself what is dropped.  Every
 * drop is counted by the kind that the caller gave.  What is left goes out
 * in the order in which it came in, whatever its priority: a tick must not
 * overtake the events before it.
 */
#ifndef OTUS_PROC_QUEUE_H
#define OTUS_PROC_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define QUEUE_PRIOS 4  /* 0 is dropped last                         */
#define QUEUE_KINDS 32 /* what drops are counted by; the caller's   */

struct queue_list {
	uint32_t head, tail; /* first blocks of its records */
	uint32_t blocks;     /* that its records hold       */
};

struct queue {
	uint8_t *mem;   /* blocks of equal size                       */
	uint32_t *next; /* of each block: the next of its record, or
			   the next free one                          */
	uint32_t nblocks, nfree, free;
	uint64_t seq; /* of the next record */
	struct queue_list list[QUEUE_PRIOS];
	uint64_t dropped[QUEUE_KINDS];
	uint32_t records;
};

/* Room for about that many bytes; 0 or negative err. */
int queue_init(struct queue *, size_t bytes) MUST_CHECK;
void queue_done(struct queue *); /* accepts a zeroed queue */

/*
 * Appends a record of two parts (b may be NULL with bn 0).  False when it was
 * dropped; it is then counted, as are those that it displaced.
 */
bool queue_put(struct queue *, unsigned prio, unsigned kind, const void *a,
    size_t an, const void *b, size_t bn);

/*
 * Copies the oldest record into buf and returns its length; 0 when the queue
 * is empty.  Asserts that size suffices.
 */
size_t queue_peek(const struct queue *, void *buf, size_t size);
/* Forgets the record that queue_peek() gave; asserts that there is one. */
void queue_pop(struct queue *);

static inline bool
queue_is_empty(const struct queue *q)
{
	return q->records == 0;
}

#endif

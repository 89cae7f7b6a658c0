/*
 * points: the last value that each point was seen to have.
 *
 * A plant tells thousands of values a second, most of which say what they said
 * before: so a point takes one cache line, and is guessed from the one before
 * it on the same link, without hashing.  As masters ask for points in the same
 * order round after round, that may be the one that came behind it the last
 * time; else, as they were first seen in the order of their numbers, the one as
 * many places further on as its number is higher.
 */
#ifndef OTUS_NET_POINTS_H
#define OTUS_NET_POINTS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/ht.h"
#include "base/pool.h"
#include "event/event.h"
#include "net/link.h"

/* What tells one point from another. */
struct point_key {
	uint64_t link;   /* its id                                      */
	uint64_t object; /* static text before a number, or a text's hash */
	uint64_t sub;    /* the sender's                                */
	uint32_t number;
	uint16_t proto, type; /* type of the object's field             */
};

struct point {
	struct point_key key;
	uint64_t value;   /* or its hash                                 */
	uint64_t due_ns;  /* when it is told again; 0: never told        */
	uint32_t next;    /* which came behind it, POOL_NONE             */
	uint32_t quality; /* hash                                        */
	uint32_t every_s;
	uint32_t hash; /* the half that ht.h takes                       */
};

_Static_assert(sizeof(struct point) == 64, "a cache line");

#define POINTS_STRAY_BITS 14

struct points {
	struct pool pool;
	struct ht ht;
	struct hash_key hash_key;
	uint64_t evicted;
	uint32_t stray[1 << POINTS_STRAY_BITS]; /* places in the pool */
};

int points_init(
    struct points *, uint32_t max, const struct hash_key *) MUST_CHECK;
void points_done(struct points *);
/* The point of a value event, found or made; link may be NULL. */
struct point *point_of(struct points *, const struct ev *, struct link *);
/* Its value is told now: of all points it is dropped last. */
void point_told(struct points *, struct point *, uint64_t now_ns);
/* What an event says the value is, as a number that differs when it does. */
uint64_t point_value(const struct points *, const struct ev_field *);

#endif

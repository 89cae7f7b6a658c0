/*
 * points: the last value that each point was seen to have.
 *
 * A plant tells thousands of values a second, most of which say what they said
 * before: so a point takes half a cache line.  What the points of one kind of
 * one device share stands once, in their series: a point has its number, or a
 * hash of its name.
 *
 * It is guessed from the one before it in the series, without hashing.  As
 * masters ask for points in the same order round after round, that may be the
 * one that came behind it the last time; else, as they were first seen in the
 * order of their numbers, the one as many places further on as its number is
 * higher.
 */
#ifndef OTUS_NET_POINTS_H
#define OTUS_NET_POINTS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/ht.h"
#include "base/pool.h"
#include "dissectors/dissector.h"
#include "event/event.h"
#include "limits.h"
#include "net/link.h"

/* What tells the points of one series from those of another. */
struct series_key {
	uint64_t link;        /* its id                               */
	uint64_t name;        /* static text before a number, or none */
	uint64_t sub;         /* whose                                */
	uint16_t proto, type; /* type of the object's field           */
	uint32_t zero;
};

struct series {
	struct series_key key;
	uint32_t id;     /* in order of first sight, from 1      */
	uint32_t hash;   /* the half that ht.h takes             */
	uint32_t at;     /* the place of its last point and 1    */
	uint32_t number; /* its number                           */
	uint32_t next;   /* what came behind it then             */
	bool used;       /* since it was sought                  */
};

struct point {
	uint64_t what;     /* number, hash of a text, or static text       */
	uint64_t value;    /* or its hash                                  */
	uint32_t series;   /* its id                                       */
	uint32_t due_s;    /* when it is told again; 0: never told         */
	uint32_t next;     /* which came behind it, POOL_NONE              */
	uint32_t told : 8; /* so often, as far as it matters               */
	uint32_t
	    how : 24; /* hash of the quality, and what else it is told by */
};

#define POINT_HOW_MAX 0xffffff

_Static_assert(sizeof(struct point) == 32, "half a cache line");

struct points {
	struct pool pool, series;
	struct ht ht, series_ht;
	struct hash_key hash_key;
	uint32_t last_id;
	uint64_t evicted, series_evicted;
	uint32_t stray[1 << LIMIT_POINT_GUESS_BITS];  /* places in pool */
	uint16_t recent[1 << LIMIT_POINT_GUESS_BITS]; /* of series      */
};

int points_init(
    struct points *, uint32_t max, const struct hash_key *) MUST_CHECK;
void points_done(struct points *);
/*
 * The point of a value event, found or made.  object: its field of that name,
 * or NULL; link may be NULL, and remembers where it was.  Of the event's ends
 * only sub is looked at.
 */
struct point *point_of(struct points *, const struct ev *,
    const struct ev_field *object, struct link *);
/* The same of a point that has a number, by what would be in the event. */
struct point *point_numbered(struct points *, const struct dis_ctx *,
    const struct dis_reading *, struct link *);
/* Its value is told now: of all points it is dropped last. */
void point_told(struct points *, struct point *, uint64_t now_ns);
/* What an event says the value is, as a number that differs when it does. */
uint64_t point_value(const struct points *, const struct ev_field *);
/* Likewise of several: that of those before, and of the next. */
uint64_t point_more(const struct points *, uint64_t before, uint64_t next);

#endif

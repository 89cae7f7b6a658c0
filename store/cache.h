/*
 * cache: rows of one table at hand, and what has yet to be written of them.
 *
 * A fixed number of rows; the one that was not asked for longest makes room.
 * A row that changed is written when the transaction commits or when it makes
 * room, so a row that changes a thousand times in a transaction is written
 * once, and a new row costs one insertion with what it has become by then.
 * A crash loses what the transaction would have lost anyway.
 *
 * While no row ever made room and the table was empty when it was opened,
 * the cache holds the whole table: what is not here is not there, and a first
 * sight needs no question to the database.  From then on a filter (Bloom 1970)
 * knows the hashes of all rows that ever were: nearly all first sights still
 * need none.
 *
 * Keys and their comparison are the owner's, as with ht:
 *
 *	HT_FOREACH (&c->ht, hash, i) {
 *		struct addr *a = pool_at(&c->pool, i);
 *		...
 */
#ifndef OTUS_STORE_CACHE_H
#define OTUS_STORE_CACHE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/ht.h"
#include "base/pool.h"

/* First member of every row. */
struct cache_row {
	uint64_t hash;
	uint32_t listed_next, asked_next, asked_prev;
	bool listed; /* among those that changed                        */
	bool asked;  /* among those of them that a statement would miss */
	bool dirty;
};

/* Rows, in the order in which they changed. */
struct cache_list {
	uint32_t first, last;
};

struct cache {
	struct pool pool;
	struct ht ht;
	struct cache_list listed, asked;
	uint64_t *seen; /* the filter; used while all_seen */
	bool complete, all_seen;
	uint64_t evicted;
	/* Writes one row; 0 or negative err. */
	int (*write)(void *arg, void *row);
	void *arg;
};

int cache_init(struct cache *, uint32_t max, size_t size,
    int (*write)(void *, void *), void *arg) MUST_CHECK;
void cache_done(struct cache *);
/* Forgets all rows, unwritten ones too; complete: the table is empty. */
void cache_clear(struct cache *, bool complete);

/*
 * A zeroed row under hash.  Rows used last stay where they are, so a caller
 * may hold some pointers across a call.
 */
int cache_add(struct cache *, uint64_t hash, void **ret) MUST_CHECK;
void cache_dirty(struct cache *, void *row);
/* As cache_dirty(), for columns that the writer itself never asks for: what
 * is counted and when it was last.  cache_settle() does not wait for them. */
void cache_counted(struct cache *, void *row);
/* A row was written that was never in the cache. */
void cache_passed_by(struct cache *);
/* Writes all that changed. */
int cache_flush(struct cache *) MUST_CHECK;
/* Before a statement reads the table: writes what it could ask for. */
int cache_settle(struct cache *) MUST_CHECK;
/* Of what is not in the cache: false when the table has not got it either. */
bool cache_may_be_stored(const struct cache *, uint64_t hash);

static inline void
cache_touch(struct cache *c, void *row)
{
	pool_touch(&c->pool, pool_index(&c->pool, row));
}

#endif

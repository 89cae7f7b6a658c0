/*
 * cache: see cache.h.
 *
 * When the oldest row is unwritten, it is written with those that changed
 * before it and some of the next, which will be the oldest soon; what changes
 * all the time waits for the commit.
 */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "store/cache.h"

/*
 * Bits of the filter.  At a million rows each has sixteen: three are set, and
 * of what was never seen one in 200 asks in vain.
 */
#define SEEN_LOG2  24
#define SEEN_WORDS ((size_t)1 << (SEEN_LOG2 - 6))
#define SEEN_BITS  3

/* Of the rows, so many are written beyond the one that has to make room. */
#define AHEAD(c) ((c)->pool.max / 8)

static const struct cache_list none = {POOL_NONE, POOL_NONE};

int
cache_init(struct cache *c, uint32_t max, size_t size,
    int (*write)(void *, void *), void *arg)
{
	int rc;

	memset(c, 0, sizeof(*c));
	rc = pool_init(&c->pool, max, size);
	if (rc == 0) {
		rc = ht_init(&c->ht, max);
	}
	if (rc == 0) {
		c->seen = mem_map(SEEN_WORDS * sizeof(*c->seen));
		rc = c->seen != NULL ? 0 : ERR_NOMEM;
	}
	if (rc != 0) {
		cache_done(c);
		return rc;
	}
	c->listed = c->asked = none;
	c->write = write;
	c->arg = arg;
	return 0;
}

void
cache_done(struct cache *c)
{
	if (c->seen != NULL) {
		mem_unmap(c->seen, SEEN_WORDS * sizeof(*c->seen));
		c->seen = NULL;
	}
	ht_done(&c->ht);
	if (c->pool.item != NULL) {
		pool_done(&c->pool);
	}
}

void
cache_clear(struct cache *c, bool complete)
{
	/* Of an empty one the memory stays untouched. */
	if (pool_oldest(&c->pool) != POOL_NONE) {
		ht_clear(&c->ht);
	}
	while (pool_oldest(&c->pool) != POOL_NONE) {
		pool_put(&c->pool, pool_oldest(&c->pool));
	}
	c->listed = c->asked = none;
	c->complete = complete;
	/* A transaction that failed took rows away, and the filter knows more
	 * than there are: that costs a question, and no more. */
	if (complete) {
		c->all_seen = false;
	}
}

/* --- what was ever there -------------------------------------------------- */

static uint64_t
seen_bit(uint64_t hash, unsigned i)
{
	/* Three parts of one hash, mixed: rows are found by its low bits. */
	return (hash * 0x9e3779b97f4a7c15ULL >> (i * (SEEN_LOG2 - 4))) &
	       (((uint64_t)1 << SEEN_LOG2) - 1);
}

static void
keep_seen(struct cache *c, uint64_t hash)
{
	for (unsigned i = 0; i < SEEN_BITS; i++) {
		uint64_t bit = seen_bit(hash, i);

		c->seen[bit / 64] |= (uint64_t)1 << bit % 64;
	}
}

/* The cache holds the whole table for the last time. */
static void
begin_filter(struct cache *c)
{
	memset(c->seen, 0, SEEN_WORDS * sizeof(*c->seen));
	for (uint32_t i = pool_oldest(&c->pool); i != POOL_NONE;
	     i = pool_younger(&c->pool, i)) {
		const struct cache_row *r = pool_at(&c->pool, i);

		keep_seen(c, r->hash);
	}
	c->complete = false;
	c->all_seen = true;
}

bool
cache_may_be_stored(const struct cache *c, uint64_t hash)
{
	if (c->complete) {
		return false;
	}
	for (unsigned i = 0; c->all_seen && i < SEEN_BITS; i++) {
		uint64_t bit = seen_bit(hash, i);

		if ((c->seen[bit / 64] >> bit % 64 & 1) == 0) {
			return false;
		}
	}
	return true;
}

void
cache_passed_by(struct cache *c)
{
	c->complete = c->all_seen = false;
}

/* --- what changed --------------------------------------------------------- */

void
cache_counted(struct cache *c, void *row)
{
	struct cache_row *r = row;
	uint32_t at;

	r->dirty = true;
	if (r->listed) {
		return;
	}
	at = pool_index(&c->pool, row);
	r->listed = true;
	r->listed_next = POOL_NONE;
	if (c->listed.last != POOL_NONE) {
		struct cache_row *last = pool_at(&c->pool, c->listed.last);

		last->listed_next = at;
	} else {
		c->listed.first = at;
	}
	c->listed.last = at;
}

void
cache_dirty(struct cache *c, void *row)
{
	struct cache_row *r = row;
	uint32_t at;

	cache_counted(c, row);
	if (r->asked) {
		return;
	}
	at = pool_index(&c->pool, row);
	r->asked = true;
	r->asked_next = POOL_NONE;
	r->asked_prev = c->asked.last;
	if (c->asked.last != POOL_NONE) {
		struct cache_row *last = pool_at(&c->pool, c->asked.last);

		last->asked_next = at;
	} else {
		c->asked.first = at;
	}
	c->asked.last = at;
}

static int
write_row(struct cache *c, struct cache_row *r)
{
	int rc = r->dirty ? c->write(c->arg, r) : 0;

	r->dirty = r->dirty && rc != 0;
	return rc;
}

static void
take_off_asked(struct cache *c, struct cache_row *r)
{
	uint32_t *to_it = &c->asked.first, *from_it = &c->asked.last;

	if (r->asked_prev != POOL_NONE) {
		struct cache_row *prev = pool_at(&c->pool, r->asked_prev);

		to_it = &prev->asked_next;
	}
	if (r->asked_next != POOL_NONE) {
		struct cache_row *next = pool_at(&c->pool, r->asked_next);

		from_it = &next->asked_prev;
	}
	*to_it = r->asked_next;
	*from_it = r->asked_prev;
	r->asked = false;
}

/* They remain listed: written twice is what changes twice. */
int
cache_settle(struct cache *c)
{
	while (c->asked.first != POOL_NONE) {
		struct cache_row *r = pool_at(&c->pool, c->asked.first);
		int rc = write_row(c, r);

		if (rc != 0) {
			return rc;
		}
		take_off_asked(c, r);
	}
	return 0;
}

/* Writes the one that waits longest, which then is in no list any more. */
static int
write_first(struct cache *c)
{
	struct cache_row *r = pool_at(&c->pool, c->listed.first);
	int rc = write_row(c, r);

	if (rc != 0) {
		return rc;
	}
	if (r->asked) {
		take_off_asked(c, r);
	}
	r->listed = false;
	c->listed.first = r->listed_next;
	if (c->listed.first == POOL_NONE) {
		c->listed = none;
	}
	return 0;
}

/* All that changed before r, and what comes behind it, AHEAD of need. */
static int
write_until(struct cache *c, const struct cache_row *r)
{
	int rc = 0;

	while (rc == 0 && r->listed) {
		rc = write_first(c);
	}
	for (uint32_t i = 0;
	     rc == 0 && i < AHEAD(c) && c->listed.first != POOL_NONE; i++) {
		rc = write_first(c);
	}
	return rc;
}

int
cache_flush(struct cache *c)
{
	int rc = cache_settle(c);

	while (rc == 0 && c->listed.first != POOL_NONE) {
		rc = write_first(c);
	}
	return rc;
}

/* --- rows ----------------------------------------------------------------- */

static int
make_room(struct cache *c)
{
	uint32_t at = pool_oldest(&c->pool);
	struct cache_row *r = pool_at(&c->pool, at);
	int rc = r->listed ? write_until(c, r) : 0;

	if (rc != 0) {
		return rc;
	}
	if (c->complete) {
		begin_filter(c);
	}
	ht_remove(&c->ht, r->hash, at);
	pool_put(&c->pool, at);
	c->evicted++;
	return 0;
}

int
cache_add(struct cache *c, uint64_t hash, void **ret)
{
	struct cache_row *r;
	uint32_t at;

	if (pool_is_full(&c->pool)) {
		int rc = make_room(c);

		if (rc != 0) {
			return rc;
		}
	}
	at = pool_get(&c->pool);
	r = pool_at(&c->pool, at);
	r->hash = hash;
	ht_insert(&c->ht, hash, at);
	if (c->all_seen) {
		keep_seen(c, hash);
	}
	*ret = r;
	return 0;
}

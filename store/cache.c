/*
 * cache: see cache.h.
 *
 * When the oldest row is unwritten, all unwritten ones are written: it has
 * waited since before the others changed, so this happens once in a cacheful.
 */
#include <assert.h>
#include <string.h>

#include "store/cache.h"

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
	if (rc != 0) {
		cache_done(c);
		return rc;
	}
	c->dirty = c->dirty_last = POOL_NONE;
	c->write = write;
	c->arg = arg;
	return 0;
}

void
cache_done(struct cache *c)
{
	ht_done(&c->ht);
	if (c->pool.item != NULL) {
		pool_done(&c->pool);
	}
}

void
cache_clear(struct cache *c, bool complete)
{
	while (pool_oldest(&c->pool) != POOL_NONE) {
		pool_put(&c->pool, pool_oldest(&c->pool));
	}
	ht_clear(&c->ht);
	c->dirty = c->dirty_last = POOL_NONE;
	c->complete = complete;
	c->unsettled = false;
}

static int
make_room(struct cache *c)
{
	uint32_t at = pool_oldest(&c->pool);
	struct cache_row *r = pool_at(&c->pool, at);
	int rc = r->dirty ? cache_flush(c) : 0;

	if (rc != 0) {
		return rc;
	}
	ht_remove(&c->ht, r->hash, at);
	pool_put(&c->pool, at);
	c->complete = false;
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
	*ret = r;
	return 0;
}

void
cache_dirty(struct cache *c, void *row)
{
	c->unsettled = true;
	cache_counted(c, row);
}

void
cache_counted(struct cache *c, void *row)
{
	struct cache_row *r = row;
	uint32_t at;

	if (r->dirty) {
		return;
	}
	at = pool_index(&c->pool, row);
	r->dirty = true;
	r->dirty_next = POOL_NONE;
	if (c->dirty_last != POOL_NONE) {
		struct cache_row *last = pool_at(&c->pool, c->dirty_last);

		last->dirty_next = at;
	} else {
		c->dirty = at;
	}
	c->dirty_last = at;
}

void
cache_rehash(struct cache *c, void *row, uint64_t hash)
{
	struct cache_row *r = row;
	uint32_t at = pool_index(&c->pool, row);

	ht_remove(&c->ht, r->hash, at);
	r->hash = hash;
	ht_insert(&c->ht, hash, at);
}

int
cache_flush(struct cache *c)
{
	while (c->dirty != POOL_NONE) {
		struct cache_row *r = pool_at(&c->pool, c->dirty);
		int rc = c->write(c->arg, r);

		if (rc != 0) {
			return rc;
		}
		r->dirty = false;
		c->dirty = r->dirty_next;
	}
	c->dirty_last = POOL_NONE;
	c->unsettled = false;
	return 0;
}

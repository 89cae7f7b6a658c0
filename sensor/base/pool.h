/*
 * pool: a fixed number of equal items, allocated once, addressed by index,
 * with an age list threaded through them.
 *
 * Everything that grows with the network lives in one of these: when it is
 * full the oldest item makes room, in O(1), and that is counted.  Index 0 is
 * a valid item; POOL_NONE is no item.
 *
 * A pool has one age list (oldest first).  An item that must not be evicted
 * is taken off the list (pool_pin) and put back when it may (pool_unpin).
 */
#ifndef OTUS_BASE_POOL_H
#define OTUS_BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POOL_NONE UINT32_MAX

struct pool_link {
	uint32_t prev, next; /* next doubles as the free list */
};

struct pool {
	uint8_t *item;
	struct pool_link *link;
	size_t size;
	uint32_t max, used;
	uint32_t free, fresh; /* fresh: items never handed out start here */
	uint32_t oldest, newest;
};

/* max items of size bytes (rounded up to 16), zeroed; 0 or negative err. */
int pool_init(struct pool *, uint32_t max, size_t size)
    __attribute__((warn_unused_result));
/* Likewise, for a pool that will be full and is read at random (mem.h). */
int pool_init_random(struct pool *, uint32_t max, size_t size)
    __attribute__((warn_unused_result));
void pool_done(struct pool *);

/* A zeroed item, youngest on the age list; POOL_NONE when full. */
uint32_t pool_get(struct pool *);
/* Likewise, but not zeroed: for buffers that the caller fills. */
uint32_t pool_get_raw(struct pool *);
/* Gives an item back; it must be on the age list. */
void pool_put(struct pool *, uint32_t idx);
/* Makes the item the youngest. */
void pool_touch(struct pool *, uint32_t idx);
void pool_pin(struct pool *, uint32_t idx);
/* Whether an item is on the age list: neither free nor pinned.  For who goes
 * through the items as they stand in memory, up to fresh. */
bool pool_is_listed(const struct pool *, uint32_t idx);
void pool_unpin(struct pool *, uint32_t idx);

static inline void *
pool_at(const struct pool *p, uint32_t idx)
{
	return p->item + (size_t)idx * p->size;
}

static inline uint32_t
pool_index(const struct pool *p, const void *item)
{
	return (uint32_t)((size_t)((const uint8_t *)item - p->item) / p->size);
}

static inline uint32_t
pool_oldest(const struct pool *p)
{
	return p->oldest;
}

/* Next younger, POOL_NONE at the end. */
static inline uint32_t
pool_younger(const struct pool *p, uint32_t idx)
{
	return p->link[idx].next;
}

static inline bool
pool_is_full(const struct pool *p)
{
	return p->free == POOL_NONE && p->fresh == p->max;
}

#endif

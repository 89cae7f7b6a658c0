/*
 * pool: equal items in one block, their links in another.
 *
 * The links stand apart from the items so that walking or mending the age
 * list of large items touches 8 bytes of each.  An item is in exactly one of
 * three states, kept in its prev link, which assertions hold callers to:
 *
 *	on the age list    prev = older item, or POOL_NONE at the old end
 *	pinned             prev = POOL_PINNED
 *	free               prev = POOL_FREE, next = next free item
 *
 * Items are zeroed when they are handed out again, not when they come back:
 * giving back must be cheap, since a flood causes many of them.
 */
#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/pool.h"

#define POOL_FREE   (UINT32_MAX - 1)
#define POOL_PINNED (UINT32_MAX - 2)

static void
list_append(struct pool *p, uint32_t idx)
{
	p->link[idx] = (struct pool_link){p->newest, POOL_NONE};
	if (p->newest != POOL_NONE) {
		p->link[p->newest].next = idx;
	} else {
		p->oldest = idx;
	}
	p->newest = idx;
}

static void
list_remove(struct pool *p, uint32_t idx)
{
	struct pool_link l = p->link[idx];

	if (l.prev != POOL_NONE) {
		p->link[l.prev].next = l.next;
	} else {
		p->oldest = l.next;
	}
	if (l.next != POOL_NONE) {
		p->link[l.next].prev = l.prev;
	} else {
		p->newest = l.prev;
	}
}

bool
pool_is_listed(const struct pool *p, uint32_t idx)
{
	return idx < p->fresh && p->link[idx].prev != POOL_FREE &&
	       p->link[idx].prev != POOL_PINNED;
}

static int
init(struct pool *p, uint32_t max, size_t size, void *(*map)(size_t))
{
	struct pool n = {.max = max,
	    .free = POOL_NONE,
	    .oldest = POOL_NONE,
	    .newest = POOL_NONE};

	if (max >= POOL_PINNED || size > SIZE_MAX - 15) {
		return ERR_TOOBIG;
	}
	n.size = (size + 15) & ~(size_t)15;
	if (n.size != 0 && max > SIZE_MAX / n.size) {
		return ERR_TOOBIG;
	}
	n.item = map(max * n.size);
	n.link = map(max * sizeof(n.link[0]));
	if (n.item == NULL || n.link == NULL) {
		pool_done(&n);
		return ERR_NOMEM;
	}
	*p = n;
	return 0;
}

int
pool_init(struct pool *p, uint32_t max, size_t size)
{
	return init(p, max, size, mem_map);
}

int
pool_init_random(struct pool *p, uint32_t max, size_t size)
{
	return init(p, max, size, mem_map_huge);
}

void
pool_done(struct pool *p)
{
	mem_unmap(p->item, p->max * p->size);
	mem_unmap(p->link, p->max * sizeof(p->link[0]));
	*p = (struct pool){0};
}

uint32_t
pool_get_raw(struct pool *p)
{
	uint32_t idx = p->free;

	if (idx != POOL_NONE) {
		p->free = p->link[idx].next;
	} else if (p->fresh < p->max) {
		idx = p->fresh++;
	} else {
		return POOL_NONE;
	}
	list_append(p, idx);
	p->used++;
	return idx;
}

uint32_t
pool_get(struct pool *p)
{
	/* What was never handed out is zero from the kernel. */
	bool used_before = p->free != POOL_NONE;
	uint32_t idx = pool_get_raw(p);

	if (idx != POOL_NONE && used_before) {
		memset(pool_at(p, idx), 0, p->size);
	}
	return idx;
}

void
pool_put(struct pool *p, uint32_t idx)
{
	assert(pool_is_listed(p, idx));
	list_remove(p, idx);
	p->link[idx] = (struct pool_link){POOL_FREE, p->free};
	p->free = idx;
	p->used--;
}

void
pool_touch(struct pool *p, uint32_t idx)
{
	if (idx == p->newest) {
		return; /* the usual case within a burst of one flow */
	}
	assert(pool_is_listed(p, idx));
	list_remove(p, idx);
	list_append(p, idx);
}

void
pool_pin(struct pool *p, uint32_t idx)
{
	assert(pool_is_listed(p, idx));
	list_remove(p, idx);
	p->link[idx] = (struct pool_link){POOL_PINNED, POOL_NONE};
}

void
pool_unpin(struct pool *p, uint32_t idx)
{
	assert(idx < p->fresh && p->link[idx].prev == POOL_PINNED);
	list_append(p, idx);
}

/*
 * partial: see partial.h.  The top bit of a handle tells the pool.
 */
#include <string.h>

#include "limits.h"
#include "net/partial.h"

#define LARGE_BIT 0x80000000u

int
partials_init(struct partials *p)
{
	int err;

	memset(p, 0, sizeof *p);
	err = pool_init(&p->small, LIMIT_PARTIAL_SMALL_MAX, PARTIAL_SMALL);
	if (err < 0) {
		return err;
	}
	err = pool_init(&p->large, LIMIT_PARTIAL_LARGE_MAX, PARTIAL_LARGE);
	if (err < 0) {
		pool_done(&p->small);
	}
	return err;
}

void
partials_done(struct partials *p)
{
	pool_done(&p->small);
	pool_done(&p->large);
}

uint32_t
partial_get(struct partials *p, size_t size)
{
	uint32_t at = POOL_NONE;

	if (size <= PARTIAL_SMALL) {
		at = pool_get_raw(&p->small);
	} else if (size <= PARTIAL_LARGE) {
		at = pool_get_raw(&p->large);
		if (at != POOL_NONE) {
			at |= LARGE_BIT;
		}
	}
	if (at == POOL_NONE) {
		p->exhausted++;
	}
	return at;
}

void
partial_put(struct partials *p, uint32_t at)
{
	if (at == POOL_NONE) {
		return;
	}
	if (at & LARGE_BIT) {
		pool_put(&p->large, at & ~LARGE_BIT);
	} else {
		pool_put(&p->small, at);
	}
}

uint8_t *
partial_bytes(const struct partials *p, uint32_t at)
{
	return at & LARGE_BIT ? pool_at(&p->large, at & ~LARGE_BIT)
			      : pool_at(&p->small, at);
}

size_t
partial_size(uint32_t at)
{
	return at & LARGE_BIT ? PARTIAL_LARGE : PARTIAL_SMALL;
}

uint32_t
partial_grow(struct partials *p, uint32_t at, size_t used, size_t size)
{
	uint32_t to = partial_get(p, size);

	if (to == POOL_NONE) {
		return POOL_NONE;
	}
	memcpy(partial_bytes(p, to), partial_bytes(p, at), used);
	partial_put(p, at);
	return to;
}

/*
 * arena: scratch that lives as long as one packet.  Bump allocation from a
 * fixed block; when it is full the answer is NULL and the caller does less.
 */
#ifndef OTUS_BASE_ARENA_H
#define OTUS_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena {
	uint8_t *base;
	size_t size, used;
};

int arena_init(struct arena *, size_t size) __attribute__((warn_unused_result));
void arena_done(struct arena *);

static inline void
arena_clear(struct arena *a)
{
	a->used = 0;
}

/* n bytes aligned to 8, not zeroed; NULL when the arena is full. */
static inline void *
arena_get(struct arena *a, size_t n)
{
	size_t at = (a->used + 7) & ~(size_t)7;

	if (at > a->size || n > a->size - at) {
		return NULL;
	}
	a->used = at + n;
	return a->base + at;
}

static inline void *
arena_copy(struct arena *a, const void *p, size_t n)
{
	void *q = arena_get(a, n);

	if (q != NULL && n != 0) {
		memcpy(q, p, n);
	}
	return q;
}

#endif

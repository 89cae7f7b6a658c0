/*
 * arena: the block behind the bump allocator; the allocator itself is inline
 * (arena.h), since every packet starts with a clear and does a few gets.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"

int
arena_init(struct arena *a, size_t size)
{
	void *p = mem_map(size);

	if (p == NULL) {
		return ERR_NOMEM;
	}
	*a = (struct arena){.base = p, .size = size};
	return 0;
}

void
arena_done(struct arena *a)
{
	mem_unmap(a->base, a->size);
	*a = (struct arena){0};
}

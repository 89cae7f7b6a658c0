/*
 * heap: see heap.h.  After the seal each block starts with its class; free
 * blocks of a class form a list.  Before, blocks are cut from slabs one behind
 * the other and are never given back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/heap.h"

#define CLASS_MIN 6  /* 64 bytes, header included */
#define CLASS_MAX 17 /* 128 KiB                   */

struct block {
	size_t class;
	struct block *next; /* while free; else the first bytes of payload */
};

#define HEADER 16 /* keeps payloads aligned for any type */

#define SLAB ((size_t)1 << 20)

/* Memory of the time before the seal. */
struct slab {
	struct slab *next;
	size_t size, used; /* bytes, this head included */
};

static struct {
	uint8_t *base;
	size_t size, fresh, used, refused;
	bool sealed;
	struct block *free[CLASS_MAX + 1];
	struct slab *slabs;
} heap;

int
heap_init(size_t bytes)
{
	heap.base = mem_map(bytes);
	if (heap.base == NULL) {
		return ERR_NOMEM;
	}
	heap.size = bytes;
	return 0;
}

void
heap_done(void)
{
	struct slab *s, *next;

	for (s = heap.slabs; s != NULL; s = next) {
		next = s->next;
		mem_unmap(s, s->size);
	}
	if (heap.base != NULL) {
		mem_unmap(heap.base, heap.size);
	}
	memset(&heap, 0, sizeof heap);
}

void
heap_seal(void)
{
	heap.sealed = true;
}

static bool
is_ours(const void *p)
{
	const uint8_t *b = p;

	return heap.base != NULL && b >= heap.base && b < heap.base + heap.size;
}

static void *
slab_alloc(size_t n)
{
	struct slab *s = heap.slabs;
	size_t size;
	void *p;

	if (n > SIZE_MAX / 2) {
		return NULL;
	}
	n = (n + 15) & ~(size_t)15;
	if (s == NULL || s->size - s->used < n) {
		size = n + HEADER * 2 > SLAB ? n + HEADER * 2 : SLAB;
		s = mem_map(size);
		if (s == NULL) {
			return NULL;
		}
		s->size = size;
		s->used = HEADER * 2;
		/* The one with more room is cut from next. */
		if (heap.slabs != NULL && size > SLAB) {
			s->next = heap.slabs->next;
			heap.slabs->next = s;
		} else {
			s->next = heap.slabs;
			heap.slabs = s;
		}
	}
	p = (uint8_t *)s + s->used;
	s->used += n;
	return p;
}

void *
heap_alloc(size_t n)
{
	size_t class = CLASS_MIN;
	struct block *b;

	if (!heap.sealed) {
		return slab_alloc(n);
	}
	while (class <= CLASS_MAX && ((size_t)1 << class) - HEADER < n) {
		class ++;
	}
	if (class > CLASS_MAX) {
		heap.refused++;
		return NULL;
	}
	b = heap.free[class];
	if (b != NULL) {
		heap.free[class] = b->next;
	} else if (heap.size - heap.fresh >= (size_t)1 << class) {
		b = (struct block *)(void *)(heap.base + heap.fresh);
		heap.fresh += (size_t)1 << class;
	} else {
		heap.refused++;
		return NULL;
	}
	b->class = class;
	heap.used += (size_t)1 << class;
	return (uint8_t *)b + HEADER;
}

void
heap_release(void *p)
{
	struct block *b;

	/* A slab goes as a whole, in the end. */
	if (p == NULL || !is_ours(p)) {
		return;
	}
	b = (struct block *)(void *)((uint8_t *)p - HEADER);
	heap.used -= (size_t)1 << b->class;
	b->next = heap.free[b->class];
	heap.free[b->class] = b;
}

size_t
heap_used(void)
{
	return heap.used;
}

size_t
heap_refused(void)
{
	return heap.refused;
}

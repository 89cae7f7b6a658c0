/*
 * heap: see heap.h.  Each block starts with its class; free blocks of a class
 * form a list.
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

static struct {
	uint8_t *base;
	size_t size, fresh, used, refused;
	bool sealed;
	struct block *free[CLASS_MAX + 1];
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

void *
heap_alloc(size_t n)
{
	size_t class = CLASS_MIN;
	struct block *b;

	if (!heap.sealed) {
		return malloc(n);
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

	if (p == NULL) {
		return;
	}
	if (!is_ours(p)) {
		free(p);
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

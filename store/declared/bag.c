/*
 * bag: see bag.h.  Blocks in a row, each filled before the next is taken.
 */
#include <stdlib.h>
#include <string.h>

#include "store/declared/bag.h"

#define BLOCK (64 * 1024)

struct bag_block {
	struct bag_block *before;
	size_t used, size;
	char text[];
};

const char *
bag_keep(struct bag *b, const char *s)
{
	size_t n = strlen(s) + 1;
	struct bag_block *k = b->last;
	char *p;

	if (k == NULL || k->size - k->used < n) {
		size_t size = n > BLOCK ? n : BLOCK;

		k = malloc(sizeof(*k) + size);
		if (k == NULL) {
			return NULL;
		}
		k->before = b->last;
		k->used = 0;
		k->size = size;
		b->last = k;
	}
	p = k->text + k->used;
	memcpy(p, s, n);
	k->used += n;
	b->bytes += n;
	return p;
}

void
bag_free(struct bag *b)
{
	while (b->last != NULL) {
		struct bag_block *k = b->last;

		b->last = k->before;
		free(k);
	}
	b->bytes = 0;
}

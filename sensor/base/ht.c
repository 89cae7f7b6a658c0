/*
 * ht: bounded open addressing with linear probing (Knuth, The Art of
 * Computer Programming, volume 3, section 6.4, algorithms L and R).
 *
 * Linear probing reads neighbours that the cache line brought along anyway,
 * and with a load of at most one half a run stays short.  Algorithm R closes
 * the hole that a removal leaves, so the table is at every moment what it
 * would be if the removed item had never been there.
 *
 * Not here: keys, their comparison, growth.
 */
#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "base/ht.h"
#include "base/mem.h"

/* Above this the slot array would not be addressable by 32 bits. */
#define HT_ITEMS_MAX ((uint32_t)1 << 30)

static size_t
slot_bytes(const struct ht *t)
{
	return ((size_t)t->mask + 1) * sizeof(t->slot[0]);
}

int
ht_init(struct ht *t, uint32_t max)
{
	struct ht n = {.mask = 1};

	if (max > HT_ITEMS_MAX) {
		return ERR_TOOBIG;
	}
	while (n.mask + 1 < 2 * max) {
		n.mask = n.mask << 1 | 1;
	}
	n.slot = mem_map_huge(slot_bytes(&n));
	if (n.slot == NULL) {
		return ERR_NOMEM;
	}
	*t = n;
	return 0;
}

void
ht_done(struct ht *t)
{
	if (t->slot != NULL) {
		mem_unmap(t->slot, slot_bytes(t));
	}
	*t = (struct ht){0};
}

void
ht_clear(struct ht *t)
{
	memset(t->slot, 0, slot_bytes(t));
	t->count = 0;
}

void
ht_insert(struct ht *t, uint64_t hash, uint32_t idx)
{
	uint32_t pos = (uint32_t)hash & t->mask;

	/* One slot stays empty for ever: it ends every search. */
	assert(idx != HT_NONE && t->count < t->mask);
	while (t->slot[pos].past != 0) {
		pos = (pos + 1) & t->mask;
	}
	t->slot[pos] = (struct ht_slot){(uint32_t)hash, idx + 1};
	t->count++;
}

void
ht_remove(struct ht *t, uint64_t hash, uint32_t idx)
{
	uint32_t hole = (uint32_t)hash & t->mask;
	uint32_t pos;

	while (t->slot[hole].past != idx + 1 ||
	       t->slot[hole].tag != (uint32_t)hash) {
		assert(t->slot[hole].past != 0);
		hole = (hole + 1) & t->mask;
	}
	/*
	 * An item behind the hole may move into it unless its home lies
	 * cyclically in (hole, pos]: searches for it start behind the hole.
	 */
	for (pos = (hole + 1) & t->mask; t->slot[pos].past != 0;
	     pos = (pos + 1) & t->mask) {
		uint32_t home = t->slot[pos].tag & t->mask;

		if (((pos - home) & t->mask) >= ((pos - hole) & t->mask)) {
			t->slot[hole] = t->slot[pos];
			hole = pos;
		}
	}
	t->slot[hole] = (struct ht_slot){0, 0};
	t->count--;
}

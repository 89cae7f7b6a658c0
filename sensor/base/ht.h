/*
 * ht: bounded open-addressing table from a keyed hash to a pool index.
 *
 * The table holds (tag, index) pairs; the keys live in the caller's pool and
 * the caller compares them, so one table serves every kind of key and the
 * comparison is inlined:
 *
 *	HT_FOREACH (&t, hash, i) {
 *		if (key_equal(&pool[i], key)) {
 *			return &pool[i];
 *		}
 *	}
 *
 * The slot array is twice the pool rounded up to a power of two, so an
 * insertion for a pooled item never fails.  Removal shifts the run back:
 * no tombstones, no degradation with age.  Never iterate over the slots for
 * anything that a person sees: their order depends on the random key.
 */
#ifndef OTUS_BASE_HT_H
#define OTUS_BASE_HT_H

#include <stddef.h>
#include <stdint.h>

#define HT_NONE UINT32_MAX

/* All zero is empty, as fresh memory is: most of a table is never touched. */
struct ht_slot {
	uint32_t tag;  /* low half of the hash: gives the home slot too */
	uint32_t past; /* the index, plus one; 0 = empty                */
};

struct ht {
	struct ht_slot *slot;
	uint32_t mask;
	uint32_t count;
};

/* Room for max items; 0 or negative enum err.  ht_done accepts a zeroed ht. */
int ht_init(struct ht *, uint32_t max) __attribute__((warn_unused_result));
void ht_done(struct ht *);
void ht_clear(struct ht *);
void ht_insert(struct ht *, uint64_t hash, uint32_t idx);
/* Removes the pair; asserts that it is there. */
void ht_remove(struct ht *, uint64_t hash, uint32_t idx);

static inline void
ht_prefetch(const struct ht *t, uint64_t hash)
{
	__builtin_prefetch(&t->slot[(uint32_t)hash & t->mask]);
}

/* Next slot at or after *pos whose tag matches; advances *pos past it. */
static inline uint32_t
ht_next(const struct ht *t, uint64_t hash, uint32_t *pos)
{
	uint32_t tag = (uint32_t)hash;

	for (;;) {
		const struct ht_slot *s = &t->slot[*pos & t->mask];

		if (s->past == 0) {
			return HT_NONE;
		}
		(*pos)++;
		if (s->tag == tag) {
			return s->past - 1;
		}
	}
}

#define HT_FOREACH(t, hash, i)                            \
	for (uint32_t ht_pos_ = (uint32_t)(hash),         \
		      i = ht_next((t), (hash), &ht_pos_); \
	     i != HT_NONE; i = ht_next((t), (hash), &ht_pos_))

#endif

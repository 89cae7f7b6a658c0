/*
 * shared: see shared.h.
 */
#include <string.h>

#include "net/shared.h"

struct entry {
	uint64_t hash;
	uint32_t made; /* how many there were when it was touched last */
	uint8_t key_n; /* 0: nobody's                                  */
	uint8_t key[SHARED_KEY_MAX];
	_Alignas(16) uint8_t bytes[SHARED_SIZE_MAX];
};

int
shared_init(struct shared *s, uint32_t max, const struct hash_key *key)
{
	int err;

	memset(s, 0, sizeof *s);
	s->hash_key = *key;
	if ((err = pool_init(&s->pool, max, sizeof(struct entry))) < 0) {
		return err;
	}
	if ((err = ht_init(&s->ht, max)) < 0) {
		pool_done(&s->pool);
	}
	return err;
}

void
shared_done(struct shared *s)
{
	ht_done(&s->ht);
	pool_done(&s->pool);
}

static uint32_t
find(const struct shared *s, uint64_t hash, const void *key, size_t key_n)
{
	HT_FOREACH (&s->ht, hash, i) {
		const struct entry *e = pool_at(&s->pool, i);

		if (e->key_n == key_n && memcmp(e->key, key, key_n) == 0) {
			return i;
		}
	}
	return POOL_NONE;
}

/*
 * Where the place of a key that was asked for is kept: a datagram of a
 * connection asks for the same one each time.  The hash has no key of ours, for
 * whoever finds two that share a place makes both of them be looked for, which
 * is what would be done without.
 */
static uint32_t *
recent(struct shared *s, const uint8_t *key, size_t key_n)
{
	uint64_t hash = key_n, w;

	for (; key_n >= sizeof w; key += sizeof w, key_n -= sizeof w) {
		memcpy(&w, key, sizeof w);
		hash = (hash ^ w) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
	}
	if (key_n != 0) {
		w = 0;
		memcpy(&w, key, key_n);
		hash = (hash ^ w) * 0x9e3779b97f4a7c15ULL;
	}
	return &s->recent[hash >> (64 - SHARED_RECENT_BITS)];
}

static void
drop(struct shared *s, uint32_t at)
{
	struct entry *e = pool_at(&s->pool, at);

	ht_remove(&s->ht, e->hash, at);
	e->key_n = 0;
	pool_put(&s->pool, at);
}

/*
 * Only what is made drives others out: until a quarter of the room was made
 * anew, it makes no difference which of two was asked for last.
 */
static void
touch(struct shared *s, struct entry *e)
{
	if (s->made - e->made >= s->pool.max / 4) {
		e->made = s->made;
		pool_touch(&s->pool, pool_index(&s->pool, e));
	}
}

void *
shared_get(
    struct shared *s, const void *key, size_t key_n, size_t size, bool make)
{
	uint32_t at, *last;
	struct entry *e;
	uint64_t hash;

	if (key_n == 0 || key_n > SHARED_KEY_MAX || size > SHARED_SIZE_MAX) {
		return NULL;
	}
	last = recent(s, key, key_n);
	e = pool_at(&s->pool, *last);
	if (e->key_n == key_n && memcmp(e->key, key, key_n) == 0) {
		touch(s, e);
		return e->bytes;
	}
	hash = hash_bytes(&s->hash_key, key, key_n);
	at = find(s, hash, key, key_n);
	if (at != POOL_NONE) {
		*last = at;
		e = pool_at(&s->pool, at);
		touch(s, e);
		return e->bytes;
	}
	if (!make) {
		return NULL;
	}
	if (pool_is_full(&s->pool)) {
		drop(s, pool_oldest(&s->pool));
		s->evicted++;
	}
	at = pool_get(&s->pool);
	e = pool_at(&s->pool, at);
	e->hash = hash;
	e->made = ++s->made;
	e->key_n = (uint8_t)key_n;
	memcpy(e->key, key, key_n);
	ht_insert(&s->ht, hash, at);
	*last = at;
	return e->bytes;
}

void
shared_drop(struct shared *s, const void *key, size_t key_n)
{
	uint32_t at;

	if (key_n > SHARED_KEY_MAX) {
		return;
	}
	at = find(s, hash_bytes(&s->hash_key, key, key_n), key, key_n);
	if (at != POOL_NONE) {
		drop(s, at);
	}
}

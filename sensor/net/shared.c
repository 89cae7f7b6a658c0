/*
 * shared: see shared.h.
 */
#include <string.h>

#include "net/shared.h"

struct entry {
	uint64_t hash;
	uint8_t key_n;
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

static void
drop(struct shared *s, uint32_t at)
{
	const struct entry *e = pool_at(&s->pool, at);

	ht_remove(&s->ht, e->hash, at);
	pool_put(&s->pool, at);
}

void *
shared_get(
    struct shared *s, const void *key, size_t key_n, size_t size, bool make)
{
	struct entry *e;
	uint64_t hash;
	uint32_t at;

	if (key_n > SHARED_KEY_MAX || size > SHARED_SIZE_MAX) {
		return NULL;
	}
	hash = hash_bytes(&s->hash_key, key, key_n);
	at = find(s, hash, key, key_n);
	if (at != POOL_NONE) {
		pool_touch(&s->pool, at);
		return ((struct entry *)pool_at(&s->pool, at))->bytes;
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
	e->key_n = (uint8_t)key_n;
	memcpy(e->key, key, key_n);
	ht_insert(&s->ht, hash, at);
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

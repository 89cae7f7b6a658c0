/*
 * service: see service.h.
 */
#include <string.h>

#include "net/service.h"

#define KEY_WORDS 5

/* A hundred thousand devices have more than one each: what tells them apart
 * is kept as its hash. */
struct service {
	uint64_t hash;
	bool answers;
};

int
services_init(struct services *s, uint32_t max, const struct hash_key *key)
{
	int err;

	memset(s, 0, sizeof *s);
	s->hash_key = *key;
	if ((err = pool_init(&s->pool, max, sizeof(struct service))) < 0) {
		return err;
	}
	if ((err = ht_init(&s->ht, max)) < 0) {
		pool_done(&s->pool);
	}
	return err;
}

void
services_done(struct services *s)
{
	ht_done(&s->ht);
	pool_done(&s->pool);
}

static void
make_key(const struct flow *f, uint8_t server, uint64_t key[KEY_WORDS])
{
	memset(key, 0, KEY_WORDS * sizeof key[0]);
	if (f->ipver == 0) {
		memcpy(&key[0], f->side[server].mac, 6);
	} else {
		memcpy(&key[0], f->ip[server].a, 16);
		/* Two machines may have the same addresses. */
		if (f->side[server].flags & SIDE_MAC) {
			memcpy(&key[4], f->side[server].mac, 6);
		}
	}
	key[2] = (uint64_t)f->dis->proto << 32 |
		 (uint64_t)f->port[server] << 16 | (uint64_t)f->transport << 8 |
		 f->ipver;
	for (uint8_t i = 0; i < f->vlan_n; i++) {
		key[3] = key[3] << 12 | f->vlan[i];
	}
}

bool
service_is_news(
    struct services *s, const struct flow *f, uint8_t server, bool answers)
{
	uint64_t key[KEY_WORDS], hash;
	struct service *x;
	uint32_t at;

	make_key(f, server, key);
	hash = hash_words(&s->hash_key, key, KEY_WORDS);
	HT_FOREACH (&s->ht, hash, i) {
		x = pool_at(&s->pool, i);
		if (x->hash != hash) {
			continue;
		}
		pool_touch(&s->pool, i);
		if (x->answers || !answers) {
			return false;
		}
		x->answers = true;
		return true;
	}
	if (pool_is_full(&s->pool)) {
		at = pool_oldest(&s->pool);
		x = pool_at(&s->pool, at);
		ht_remove(&s->ht, x->hash, at);
		pool_put(&s->pool, at);
	}
	at = pool_get(&s->pool);
	x = pool_at(&s->pool, at);
	x->hash = hash;
	x->answers = answers;
	ht_insert(&s->ht, hash, at);
	return true;
}

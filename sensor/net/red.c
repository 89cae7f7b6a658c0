/*
 * red: see red.h.
 *
 * IEC 62439-3:2016, 4.2.7 (PRP) and 5.4.2 (HSR): a receiver knows a duplicate
 * by the source's MAC and its sequence number, and forgets both after
 * EntryForgetTime.  LAN id and path say by which way a copy came and do not
 * tell frames apart: the same frame by one way twice was mirrored twice, or
 * went round a ring.
 *
 * The age list is by first sight and a second copy does not renew it, so the
 * window begins with the first copy.  Each call forgets two at most: a burst
 * after silence costs no more than any other frame.
 *
 * Not here: which LAN is silent; red_stats has the counts that tell.
 */
#include <string.h>

#include "base/clock.h"
#include "base/ht.h"
#include "base/mem.h"
#include "base/pool.h"
#include "limits.h"
#include "net/red.h"

enum { FORGET_MAX = 2 };

struct entry {
	uint64_t key;     /* MAC address and sequence number */
	uint64_t content; /* hash of what both copies share  */
	uint64_t since_ns;
	uint32_t lans; /* bit for each LAN or path        */
};

struct red {
	struct pool entries;
	struct ht ht;
	struct hash_key hash_key;
	struct red_stats stats;
};

int
red_new(uint32_t max, const struct hash_key *key, struct red **ret_red)
{
	struct red *r = mem_map(sizeof(*r));
	int err = ERR_NOMEM;

	if (r == NULL ||
	    (err = pool_init(&r->entries, max, sizeof(struct entry))) < 0 ||
	    (err = ht_init(&r->ht, max)) < 0) {
		red_free(r);
		return err;
	}
	r->hash_key = *key;
	*ret_red = r;
	return 0;
}

void
red_free(struct red *r)
{
	if (r == NULL) {
		return;
	}
	pool_done(&r->entries);
	ht_done(&r->ht);
	mem_unmap(r, sizeof(*r));
}

const struct red_stats *
red_stats(const struct red *r)
{
	return &r->stats;
}

static uint64_t
mac_word(const uint8_t *mac)
{
	uint64_t w = 0;

	for (int i = 0; mac != NULL && i < 6; i++) {
		w = w << 8 | mac[i];
	}
	return w;
}

/*
 * What a RedBox or a ring leaves alone: not the trailer, the tag and the
 * padding.
 */
static uint64_t
hash_content(const struct red *r, const struct pkt *p)
{
	const struct rd *body = p->ipver != 0 ? &p->ip_rest : &p->payload;
	uint64_t w[7] = {mac_word(p->dmac) << 16 | p->ethertype,
	    (uint64_t)p->ip_id << 32 | (uint32_t)p->dsap << 8 | p->ssap,
	    hash_bytes(&r->hash_key, body->p, rd_left(body))};

	memcpy(&w[3], p->src.a, 16);
	memcpy(&w[5], p->dst.a, 16);
	return hash_words(&r->hash_key, w, sizeof(w) / sizeof(w[0]));
}

static struct entry *
entry_at(const struct red *r, uint32_t i)
{
	return pool_at(&r->entries, i);
}

static bool
is_over(const struct entry *e, uint64_t now_ns)
{
	return now_ns > e->since_ns + LIMIT_RED_WAIT_MS * NS_PER_MS;
}

static void
drop(struct red *r, uint32_t i)
{
	uint64_t key = entry_at(r, i)->key;

	ht_remove(&r->ht, hash_words(&r->hash_key, &key, 1), i);
	pool_put(&r->entries, i);
}

static void
make_room(struct red *r, uint64_t now_ns)
{
	for (int n = 0; n < FORGET_MAX; n++) {
		uint32_t i = pool_oldest(&r->entries);

		if (i == POOL_NONE || !is_over(entry_at(r, i), now_ns)) {
			break;
		}
		drop(r, i);
	}
	if (pool_is_full(&r->entries)) {
		r->stats.evicted++;
		drop(r, pool_oldest(&r->entries));
	}
}

static struct entry *
find(const struct red *r, uint64_t key, uint64_t hash)
{
	HT_FOREACH (&r->ht, hash, i) {
		if (entry_at(r, i)->key == key) {
			return entry_at(r, i);
		}
	}
	return NULL;
}

static void
begin(struct entry *e, uint64_t content, uint32_t lan, uint64_t now_ns)
{
	e->content = content;
	e->lans = lan;
	e->since_ns = now_ns;
}

bool
red_is_duplicate(struct red *r, const struct pkt *p, uint64_t now_ns)
{
	uint64_t key, hash, content;
	struct entry *e;
	uint32_t lan;

	if (!p->has_red) {
		return false;
	}
	(p->red_hsr ? r->stats.hsr : r->stats.prp)[p->red_lan % RED_LANS]++;
	if (p->smac == NULL) {
		return false;
	}
	lan = 1u << p->red_lan % RED_LANS;
	key = mac_word(p->smac) << 16 | p->red_seq;
	hash = hash_words(&r->hash_key, &key, 1);
	content = hash_content(r, p);
	e = find(r, key, hash);
	if (e == NULL) {
		uint32_t i;

		make_room(r, now_ns);
		i = pool_get(&r->entries);
		e = entry_at(r, i);
		e->key = key;
		begin(e, content, lan, now_ns);
		ht_insert(&r->ht, hash, i);
		return false;
	}
	if (is_over(e, now_ns)) {
		/* The sender's numbers have come round. */
		pool_touch(&r->entries, pool_index(&r->entries, e));
		begin(e, content, lan, now_ns);
		return false;
	}
	if (e->content != content) {
		r->stats.conflicts++;
		return false;
	}
	r->stats.duplicates++;
	r->stats.same_lan += (e->lans & lan) != 0;
	e->lans |= lan;
	return true;
}

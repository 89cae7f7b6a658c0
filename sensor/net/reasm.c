/*
 * reasm: see reasm.h.  Which bytes are there is kept as a sorted list of
 * islands, short because pieces mostly come in order.
 */
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "net/reasm.h"

#define WAIT_NS (60 * NS_PER_SEC)

struct island {
	uint32_t from, to;
};

struct message {
	uint64_t hash, last_ns;
	uint32_t flow;
	uint32_t end; /* length, once the last piece was seen */
	bool ended;
	uint8_t key_n;
	uint8_t key[REASM_KEY_MAX];
	uint16_t islands;
	struct island island[REASM_PIECES_MAX];
	uint8_t bytes[REASM_BYTES_MAX];
};

int
reasm_init(struct reasm *r, uint32_t max, const struct hash_key *key)
{
	int err;

	memset(r, 0, sizeof *r);
	r->hash_key = *key;
	if ((err = pool_init(&r->pool, max, sizeof(struct message))) < 0) {
		return err;
	}
	if ((err = ht_init(&r->ht, max)) < 0) {
		pool_done(&r->pool);
	}
	return err;
}

void
reasm_done(struct reasm *r)
{
	ht_done(&r->ht);
	pool_done(&r->pool);
}

static void
drop(struct reasm *r, uint32_t at)
{
	const struct message *m = pool_at(&r->pool, at);

	ht_remove(&r->ht, m->hash, at);
	pool_put(&r->pool, at);
}

static uint64_t
hash_of(const struct reasm *r, uint32_t flow, const void *key, size_t key_n)
{
	return hash_bytes(&r->hash_key, key, key_n) ^
	       (uint64_t)flow * 0x9e3779b97f4a7c15ULL;
}

static struct message *
get(struct reasm *r, uint32_t flow, const void *key, size_t key_n)
{
	uint64_t hash = hash_of(r, flow, key, key_n);
	struct message *m;
	uint32_t at;

	HT_FOREACH (&r->ht, hash, i) {
		m = pool_at(&r->pool, i);
		if (m->flow == flow && m->key_n == key_n &&
		    memcmp(m->key, key, key_n) == 0) {
			pool_touch(&r->pool, i);
			return m;
		}
	}
	if (pool_is_full(&r->pool)) {
		drop(r, pool_oldest(&r->pool));
		r->evicted++;
	}
	/* Not zeroed: the islands say which bytes are valid. */
	at = pool_get_raw(&r->pool);
	m = pool_at(&r->pool, at);
	memset(m, 0, offsetof(struct message, island));
	m->hash = hash;
	m->flow = flow;
	m->key_n = (uint8_t)key_n;
	memcpy(m->key, key, key_n);
	ht_insert(&r->ht, hash, at);
	return m;
}

/* Copies the bytes that are not there yet and joins the islands. */
static bool
add(struct message *m, uint32_t from, const uint8_t *p, uint32_t n)
{
	uint32_t to = from + n, at = from, i = 0, k;

	while (i < m->islands && m->island[i].to < from) {
		i++;
	}
	for (k = i; k < m->islands && m->island[k].from <= to; k++) {
		if (at < m->island[k].from) {
			memcpy(m->bytes + at, p + (at - from),
			    m->island[k].from - at);
		}
		if (at < m->island[k].to) {
			at = m->island[k].to;
		}
	}
	if (at < to) {
		memcpy(m->bytes + at, p + (at - from), to - at);
	}
	if (k == i) {
		if (m->islands == REASM_PIECES_MAX) {
			return false;
		}
		memmove(&m->island[i + 1], &m->island[i],
		    (m->islands - i) * sizeof m->island[0]);
		m->islands++;
		m->island[i] = (struct island){from, to};
		return true;
	}
	if (m->island[i].from > from) {
		m->island[i].from = from;
	}
	m->island[i].to = m->island[k - 1].to > to ? m->island[k - 1].to : to;
	memmove(&m->island[i + 1], &m->island[k],
	    (m->islands - k) * sizeof m->island[0]);
	m->islands = (uint16_t)(m->islands - (k - i - 1));
	return true;
}

static bool
contradicts(const struct message *m, uint32_t to, bool last)
{
	if (m->ended && (to > m->end || (last && to != m->end))) {
		return true;
	}
	return last && m->islands > 0 && m->island[m->islands - 1].to > to;
}

enum dis_rc
reasm_push(struct reasm *r, uint32_t flow, const void *key, size_t key_n,
    uint32_t off, struct rd piece, bool last, uint64_t now_ns,
    struct rd *ret_whole)
{
	size_t n = rd_left(&piece);
	struct message *m;
	uint32_t to;

	if (key_n > REASM_KEY_MAX) {
		return DIS_BAD;
	}
	m = get(r, flow, key, key_n);
	if (off > REASM_BYTES_MAX || n > REASM_BYTES_MAX - off) {
		r->too_big++;
		drop(r, pool_index(&r->pool, m));
		return DIS_BAD;
	}
	to = off + (uint32_t)n;
	if (contradicts(m, to, last) ||
	    (n > 0 && !add(m, off, piece.p, (uint32_t)n))) {
		drop(r, pool_index(&r->pool, m));
		return DIS_BAD;
	}
	m->last_ns = now_ns;
	if (last) {
		m->ended = true;
		m->end = to;
	}
	if (!m->ended ||
	    (m->end > 0 && (m->islands != 1 || m->island[0].from != 0 ||
			       m->island[0].to != m->end))) {
		return DIS_MORE;
	}
	/* The bytes stay where they are until the slot is used again. */
	*ret_whole = rd_make(m->bytes, m->end);
	drop(r, pool_index(&r->pool, m));
	return DIS_OK;
}

void
reasm_expire(struct reasm *r, uint64_t now_ns)
{
	uint32_t at;

	while ((at = pool_oldest(&r->pool)) != POOL_NONE) {
		const struct message *m = pool_at(&r->pool, at);

		if (now_ns < m->last_ns + WAIT_NS) {
			break;
		}
		r->expired++;
		drop(r, at);
	}
}

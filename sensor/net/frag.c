/*
 * frag: see frag.h.
 *
 * Fragments begin at multiples of 8 bytes and all but the last are multiples
 * of 8 long (RFC 791, 3.1), so a bit for each 8 bytes tells what is there:
 *
 *	datagram  | chunk 0: 2 KiB, 256 bits | chunk 1 | ... | chunk 31 |
 *
 * Every datagram holds at least one chunk.  The pool's age list is by birth,
 * so time-out and eviction both begin at its old end; each source has a list
 * of its own through the datagrams for its quota.
 *
 * What was whole is remembered for a moment: a mirror that shows each frame
 * twice brings the last fragment again, which would otherwise begin a
 * datagram that never ends and spoil the next one with its identification.
 *
 * Not here: checksums, and RFC 5722's demand that hosts drop IPv6 datagrams
 * with overlaps; a monitor keeps what it has and counts.
 */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/ht.h"
#include "base/mem.h"
#include "base/pool.h"
#include "limits.h"
#include "net/frag.h"

enum {
	UNIT = 8,
	CHUNK = 2048,
	CHUNK_UNITS = CHUNK / UNIT,
	CHUNKS = (LIMIT_DATAGRAM_MAX + CHUNK - 1) / CHUNK,
	KEY_WORDS = 6,
	SOURCE_WORDS = 3,
	LATE_MAX = 64, /* datagrams that were whole lately */
	LATE_MS = 10,  /* as for other mirrored packets    */
};

struct chunk {
	uint8_t bytes[CHUNK];
	uint64_t has[CHUNK_UNITS / 64];
};

struct datagram {
	uint64_t key[KEY_WORDS];
	uint64_t hash, born_ns;
	uint32_t source, older, newer; /* and its neighbours there          */
	uint32_t size;  /* known from the last fragment; 0 = not yet        */
	uint32_t seen;  /* end of the farthest fragment                     */
	uint32_t units; /* that are there                                   */
	uint8_t proto;  /* of the first fragment: RFC 8200, 4.5             */
	uint32_t chunk[CHUNKS];
};

/* Somebody with at least one datagram. */
struct source {
	uint64_t key[SOURCE_WORDS];
	uint64_t hash;
	uint32_t oldest, newest, count;
};

struct late {
	uint64_t key[KEY_WORDS];
	uint64_t ns;
};

struct frag {
	struct pool datagrams, sources, chunks;
	struct ht by_key, by_source;
	struct hash_key hash_key;
	uint32_t per_source;
	struct late late[LATE_MAX];
	uint32_t late_at;
	struct frag_stats stats;
	uint8_t whole[LIMIT_DATAGRAM_MAX + 1];
};

/* --- made and unmade ----------------------------------------------------- */

int
frag_new(const struct frag_limits *given, const struct hash_key *key,
    struct frag **ret_frag)
{
	static const struct frag_limits limits = {
	    LIMIT_FRAG_MAX, LIMIT_FRAG_PER_SOURCE, LIMIT_FRAG_CHUNK_MAX};
	const struct frag_limits *l = given != NULL ? given : &limits;
	struct frag *f = mem_map(sizeof(*f));
	int err = ERR_NOMEM;

	assert(l->datagrams > 0 && l->per_source > 0 && l->chunks >= CHUNKS);
	if (f == NULL ||
	    (err = pool_init(
		 &f->datagrams, l->datagrams, sizeof(struct datagram))) < 0 ||
	    (err = pool_init(
		 &f->sources, l->datagrams, sizeof(struct source))) < 0 ||
	    (err = pool_init(&f->chunks, l->chunks, sizeof(struct chunk))) <
		0 ||
	    (err = ht_init(&f->by_key, l->datagrams)) < 0 ||
	    (err = ht_init(&f->by_source, l->datagrams)) < 0) {
		frag_free(f);
		return err;
	}
	f->hash_key = *key;
	f->per_source = l->per_source;
	*ret_frag = f;
	return 0;
}

void
frag_free(struct frag *f)
{
	if (f == NULL) {
		return;
	}
	pool_done(&f->datagrams);
	pool_done(&f->sources);
	pool_done(&f->chunks);
	ht_done(&f->by_key);
	ht_done(&f->by_source);
	mem_unmap(f, sizeof(*f));
}

const struct frag_stats *
frag_stats(const struct frag *f)
{
	return &f->stats;
}

/* --- keys ---------------------------------------------------------------- */

/* VLANs belong to both keys: cloned machines share one address plan. */
static uint64_t
vlan_word(const struct pkt *p)
{
	uint64_t w = p->vlan_n;

	for (uint8_t i = 0; i < p->vlan_n; i++) {
		w = w << 12 | p->vlan[i];
	}
	return w;
}

static void
make_keys(
    const struct pkt *p, uint64_t key[KEY_WORDS], uint64_t source[SOURCE_WORDS])
{
	/* In IPv6 the protocol does not tell datagrams apart. */
	uint8_t proto = p->ipver == 4 ? p->ip_proto : 0;

	memcpy(&key[0], p->src.a, 16);
	memcpy(&key[2], p->dst.a, 16);
	key[4] = (uint64_t)p->ip_id << 32 | (uint64_t)proto << 8 | p->ipver;
	key[5] = vlan_word(p);
	source[0] = key[0];
	source[1] = key[1];
	source[2] = key[5] << 8 | p->ipver;
}

static struct datagram *
datagram_at(const struct frag *f, uint32_t i)
{
	return pool_at(&f->datagrams, i);
}

static uint32_t
find(const struct frag *f, const uint64_t key[KEY_WORDS], uint64_t hash)
{
	HT_FOREACH (&f->by_key, hash, i) {
		if (memcmp(datagram_at(f, i)->key, key,
			KEY_WORDS * sizeof(key[0])) == 0) {
			return i;
		}
	}
	return POOL_NONE;
}

static bool
is_late(const struct frag *f, const uint64_t key[KEY_WORDS], uint64_t now_ns)
{
	for (int i = 0; i < LATE_MAX; i++) {
		const struct late *l = &f->late[i];

		if (l->ns != 0 && now_ns - l->ns <= LATE_MS * NS_PER_MS &&
		    memcmp(l->key, key, sizeof(l->key)) == 0) {
			return true;
		}
	}
	return false;
}

/* --- sources and their quota --------------------------------------------- */

static struct source *
source_at(const struct frag *f, uint32_t i)
{
	return pool_at(&f->sources, i);
}

/* There are as many sources as datagrams, so one is always free here. */
static uint32_t
source_get(struct frag *f, const uint64_t key[SOURCE_WORDS])
{
	uint64_t hash = hash_words(&f->hash_key, key, SOURCE_WORDS);
	struct source *s;
	uint32_t at;

	HT_FOREACH (&f->by_source, hash, i) {
		if (memcmp(source_at(f, i)->key, key,
			SOURCE_WORDS * sizeof(key[0])) == 0) {
			return i;
		}
	}
	at = pool_get(&f->sources);
	assert(at != POOL_NONE);
	s = source_at(f, at);
	memcpy(s->key, key, sizeof(s->key));
	s->hash = hash;
	s->oldest = s->newest = POOL_NONE;
	ht_insert(&f->by_source, hash, at);
	return at;
}

static void
source_join(struct frag *f, uint32_t source, uint32_t at)
{
	struct source *s = source_at(f, source);
	struct datagram *d = datagram_at(f, at);

	d->source = source;
	d->older = s->newest;
	d->newer = POOL_NONE;
	if (s->newest != POOL_NONE) {
		datagram_at(f, s->newest)->newer = at;
	} else {
		s->oldest = at;
	}
	s->newest = at;
	s->count++;
}

static void
source_leave(struct frag *f, struct datagram *d)
{
	struct source *s = source_at(f, d->source);

	if (d->older != POOL_NONE) {
		datagram_at(f, d->older)->newer = d->newer;
	} else {
		s->oldest = d->newer;
	}
	if (d->newer != POOL_NONE) {
		datagram_at(f, d->newer)->older = d->older;
	} else {
		s->newest = d->older;
	}
	if (--s->count == 0) {
		ht_remove(&f->by_source, s->hash, d->source);
		pool_put(&f->sources, d->source);
	}
}

/* --- datagrams ----------------------------------------------------------- */

static void
drop(struct frag *f, uint32_t at)
{
	struct datagram *d = datagram_at(f, at);

	for (int i = 0; i < CHUNKS; i++) {
		if (d->chunk[i] != POOL_NONE) {
			pool_put(&f->chunks, d->chunk[i]);
		}
	}
	source_leave(f, d);
	ht_remove(&f->by_key, d->hash, at);
	pool_put(&f->datagrams, at);
}

static uint32_t
begin(struct frag *f, const uint64_t key[KEY_WORDS], uint64_t hash,
    const uint64_t source_key[SOURCE_WORDS], uint64_t now_ns)
{
	struct datagram *d;
	uint32_t source, at;

	if (pool_is_full(&f->datagrams)) {
		f->stats.evicted++;
		drop(f, pool_oldest(&f->datagrams));
	}
	source = source_get(f, source_key);
	if (source_at(f, source)->count >= f->per_source) {
		f->stats.evicted_quota++;
		drop(f, source_at(f, source)->oldest);
		/* With a quota of one the source went with it. */
		source = source_get(f, source_key);
	}
	at = pool_get(&f->datagrams);
	d = datagram_at(f, at);
	memcpy(d->key, key, sizeof(d->key));
	d->hash = hash;
	d->born_ns = now_ns;
	for (int i = 0; i < CHUNKS; i++) {
		d->chunk[i] = POOL_NONE;
	}
	ht_insert(&f->by_key, hash, at);
	source_join(f, source, at);
	return at;
}

void
frag_expire(struct frag *f, uint64_t now_ns)
{
	const uint64_t wait_ns = LIMIT_FRAG_WAIT_S * NS_PER_SEC;
	uint32_t at;

	while ((at = pool_oldest(&f->datagrams)) != POOL_NONE) {
		if (now_ns != UINT64_MAX &&
		    now_ns < datagram_at(f, at)->born_ns + wait_ns) {
			break;
		}
		f->stats.expired++;
		drop(f, at);
	}
}

/*
 * The datagram's chunk for a unit, made when it is new.  When the pool is
 * empty the oldest other datagram gives its chunks: there is one, since the
 * pool holds more than a single datagram can.
 */
static struct chunk *
chunk_for(struct frag *f, struct datagram *d, uint32_t unit)
{
	uint32_t *at = &d->chunk[unit / CHUNK_UNITS];
	uint32_t self = pool_index(&f->datagrams, d);
	struct chunk *c;

	if (*at != POOL_NONE) {
		return pool_at(&f->chunks, *at);
	}
	while ((*at = pool_get_raw(&f->chunks)) == POOL_NONE) {
		uint32_t victim = pool_oldest(&f->datagrams);

		if (victim == self) {
			victim = pool_younger(&f->datagrams, self);
		}
		assert(victim != POOL_NONE);
		f->stats.evicted++;
		drop(f, victim);
	}
	c = pool_at(&f->chunks, *at);
	memset(c->has, 0, sizeof(c->has));
	return c;
}

/* Puts the piece in its place, but for what is there already. */
static void
fill(struct frag *f, struct datagram *d, uint32_t off, struct rd piece)
{
	uint32_t before = d->units;
	bool differs = false;
	size_t n;

	for (uint32_t unit = off / UNIT; (n = rd_left(&piece)) > 0; unit++) {
		uint32_t in = unit % CHUNK_UNITS;
		uint64_t bit = (uint64_t)1 << in % 64;
		struct chunk *c = chunk_for(f, d, unit);
		uint8_t *to = c->bytes + (size_t)in * UNIT;
		uint8_t bytes[UNIT];

		n = n < UNIT ? n : UNIT;
		rd_copy(&piece, bytes, n);
		if ((c->has[in / 64] & bit) == 0) {
			memcpy(to, bytes, n);
			c->has[in / 64] |= bit;
			d->units++;
		} else {
			differs |= memcmp(to, bytes, n) != 0;
		}
	}
	f->stats.conflicts += differs;
	f->stats.repeats += d->units == before;
}

/*
 * Whether the fragment agrees with what is known of the datagram's end.  The
 * first statement stands; a later one that contradicts it is not used.
 */
static bool
fits(const struct datagram *d, const struct pkt *p, uint32_t end)
{
	if (p->frag_more) {
		return d->size == 0 || end < d->size;
	}
	return d->size == 0 ? end >= d->seen : end == d->size;
}

static void
assemble(struct frag *f, const struct datagram *d)
{
	for (uint32_t off = 0; off < d->size; off += CHUNK) {
		const struct chunk *c =
		    pool_at(&f->chunks, d->chunk[off / CHUNK]);
		size_t n = d->size - off;

		memcpy(f->whole + off, c->bytes, n < CHUNK ? n : CHUNK);
	}
}

static void
remember(struct frag *f, const struct datagram *d, uint64_t now_ns)
{
	struct late *l = &f->late[f->late_at++ % LATE_MAX];

	memcpy(l->key, d->key, sizeof(l->key));
	l->ns = now_ns;
}

/* RFC 791, 3.2 and RFC 8200, 4.5; empty ones would be nothing but work. */
static bool
is_bad(const struct pkt *p)
{
	size_t n = rd_left(&p->payload) + p->missing;

	return n == 0 || (p->frag_more && n % UNIT != 0) ||
	       p->frag_off + n > LIMIT_DATAGRAM_MAX;
}

int
frag_push(struct frag *f, const struct pkt *p, uint64_t now_ns,
    struct rd *ret_whole, uint8_t *ret_proto)
{
	uint64_t key[KEY_WORDS], source[SOURCE_WORDS], hash;
	struct datagram *d;
	uint32_t at, end;

	f->stats.fragments++;
	if (is_bad(p)) {
		f->stats.bad++;
		return ERR_PEER;
	}
	if (p->missing > 0) {
		f->stats.cut++;
		return 0;
	}
	make_keys(p, key, source);
	hash = hash_words(&f->hash_key, key, KEY_WORDS);
	at = find(f, key, hash);
	if (at == POOL_NONE) {
		if (is_late(f, key, now_ns)) {
			f->stats.late++;
			return 0;
		}
		at = begin(f, key, hash, source, now_ns);
	}
	d = datagram_at(f, at);
	end = p->frag_off + (uint32_t)rd_left(&p->payload);
	if (!fits(d, p, end)) {
		f->stats.conflicts++;
		return 0;
	}
	if (p->frag_off == 0 && d->proto == 0) {
		d->proto = p->ip_proto;
	}
	d->seen = end > d->seen ? end : d->seen;
	if (!p->frag_more) {
		d->size = end;
	}
	fill(f, d, p->frag_off, p->payload);
	if (d->size == 0 || d->units < (d->size + UNIT - 1) / UNIT) {
		return 0;
	}
	assemble(f, d);
	f->stats.whole++;
	remember(f, d, now_ns);
	*ret_whole = rd_make(f->whole, d->size);
	*ret_proto = d->proto;
	drop(f, at);
	return 1;
}

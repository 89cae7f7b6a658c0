/*
 * points: see points.h.
 */
#include <string.h>

#include "base/clock.h"
#include "net/points.h"

_Static_assert(LIMIT_POINT_SERIES_MAX <= UINT16_MAX + 1, "places in recent");

/* As many points as are judged while memory answers. */
#define AHEAD 6
/* Series in use that are passed over when one has to make room. */
#define SECOND_CHANCES 16

int
points_init(struct points *t, uint32_t max, const struct hash_key *key)
{
	int err;

	memset(t, 0, sizeof *t);
	t->hash_key = *key;
	if ((err = pool_init_random(&t->pool, max, sizeof(struct point))) < 0 ||
	    (err = ht_init(&t->ht, max)) < 0 ||
	    (err = pool_init(&t->series, LIMIT_POINT_SERIES_MAX,
		 sizeof(struct series))) < 0 ||
	    (err = ht_init(&t->series_ht, LIMIT_POINT_SERIES_MAX)) < 0) {
		points_done(t);
	}
	return err;
}

void
points_done(struct points *t)
{
	ht_done(&t->series_ht);
	if (t->series.item != NULL) {
		pool_done(&t->series);
	}
	ht_done(&t->ht);
	if (t->pool.item != NULL) {
		pool_done(&t->pool);
	}
}

/* --- what tells them apart ------------------------------------------------ */

static bool
has_bytes(const struct ev_field *f)
{
	return f->type >= EV_T_TEXT && f->type < EV_T_NULL &&
	       f->type != EV_T_HEXNUM;
}

static uint64_t
bytes_hash(const struct points *t, const struct ev_field *f)
{
	size_t n = f->type == EV_T_BITS ? ((size_t)f->len + 7) / 8 : f->len;

	return f->p != NULL ? hash_name(&t->hash_key, f->p, n) : 0;
}

static uint64_t
sub_word(const struct points *t, const struct ev_sub *s)
{
	size_t n = ev_sub_len(s);
	uint64_t w = 0;

	if (n > 5) {
		w = hash_name(&t->hash_key, s->mac, n);
	} else {
		memcpy(&w, s->mac, n);
		w |= (uint64_t)n << 40;
	}
	return w ^ (uint64_t)s->net << 48 ^ (uint64_t)s->kind << 45 ^ s->num;
}

static uint64_t
of_ends(
    const struct points *t, const struct ev_sub *src, const struct ev_sub *dst)
{
	uint64_t at = sub_word(t, dst);

	return sub_word(t, src) ^ (at << 29 | at >> 35);
}

/*
 * Whose point it is: who is behind the ends, for what is written is the
 * receiver's; or the subject, which somebody else may have carried.
 */
static uint64_t
whose(const struct points *t, const struct ev *e)
{
	uint64_t w[4];

	if (!(e->flags & EV_HAS_SUBJECT)) {
		return of_ends(t, &e->src.sub, &e->dst.sub);
	}
	memcpy(w, e->subject.ip.a, 16);
	w[2] = (uint64_t)e->subject.port << 8 | e->subject.ipver;
	w[3] = sub_word(t, &e->subject.sub);
	return hash_words(&t->hash_key, w, 4);
}

/* The key of its series; returns which of the points in that it is. */
static uint64_t
read_key(const struct points *t, const struct ev *e, const struct ev_field *f,
    const struct link *l, struct series_key *k)
{
	memset(k, 0, sizeof *k);
	k->link = l != NULL ? l->id : 0;
	k->proto = e->proto;
	k->sub = whose(t, e);
	if (f == NULL) {
		return 0;
	}
	k->type = f->type;
	if (f->type == EV_T_NUMBERED) {
		k->name = f->u;
		return f->len;
	}
	return has_bytes(f) ? bytes_hash(t, f) : f->u;
}

uint64_t
point_value(const struct points *t, const struct ev_field *f)
{
	if (f == NULL) {
		return 0;
	}
	return has_bytes(f) ? bytes_hash(t, f) : f->u;
}

uint64_t
point_more(const struct points *t, uint64_t before, uint64_t next)
{
	return hash_mul((before << 1 | before >> 63) ^ t->hash_key.k0,
	    next ^ t->hash_key.k1);
}

/* --- series --------------------------------------------------------------- */

static bool
is_series(const struct series *s, const struct series_key *k)
{
	return s->key.name == k->name && s->key.link == k->link &&
	       s->key.sub == k->sub && s->key.proto == k->proto &&
	       s->key.type == k->type;
}

/*
 * The one sought longest ago, but for those that are in use; they are not
 * sought as long as `recent` leads to them, so they may stay once more.
 */
static void
make_series_room(struct points *t)
{
	uint32_t at = pool_oldest(&t->series);
	struct series *s = pool_at(&t->series, at);

	for (int i = 0; i < SECOND_CHANCES && s->used; i++) {
		s->used = false;
		pool_touch(&t->series, at);
		at = pool_oldest(&t->series);
		s = pool_at(&t->series, at);
	}
	ht_remove(&t->series_ht, s->hash, at);
	pool_put(&t->series, at);
	t->series_evicted++;
}

/* Points of a series that made room are nobody's, and make room in turn. */
static uint32_t
find_series(struct points *t, const struct series_key *k)
{
	uint64_t w[sizeof *k / sizeof(uint64_t)], hash;
	struct series *s;
	uint32_t at;

	memcpy(w, k, sizeof w);
	hash = hash_place(&t->hash_key, w, sizeof w / sizeof w[0]);
	HT_FOREACH (&t->series_ht, hash, i) {
		if (is_series(pool_at(&t->series, i), k)) {
			pool_touch(&t->series, i);
			return i;
		}
	}
	if (pool_is_full(&t->series)) {
		make_series_room(t);
	}
	at = pool_get(&t->series);
	s = pool_at(&t->series, at);
	s->key = *k;
	s->id = ++t->last_id;
	s->hash = (uint32_t)hash;
	ht_insert(&t->series_ht, hash, at);
	return at;
}

/* Mostly the one that the link had last, which is at hand (net.c). */
static struct series *
series_of(struct points *t, const struct series_key *k, struct link *l)
{
	struct series *s = l != NULL ? l->series : NULL;
	uint64_t hash;
	uint16_t *at;

	if (s != NULL && is_series(s, k)) {
		return s;
	}
	hash = k->name ^ k->sub ^ k->link << 40;
	at = &t->recent[(hash * 0x9e3779b97f4a7c15ULL) >>
			(64 - LIMIT_POINT_GUESS_BITS)];
	if (!is_series(pool_at(&t->series, *at), k)) {
		*at = (uint16_t)find_series(t, k);
	}
	s = pool_at(&t->series, *at);
	if (l != NULL) {
		l->series = s;
	}
	return s;
}

/* --- the table ------------------------------------------------------------ */

static struct point *
at_(const struct points *t, uint32_t i)
{
	return pool_at(&t->pool, i);
}

static bool
is_it(const struct point *x, const struct series *s, uint64_t what)
{
	return x->what == what && x->series == s->id;
}

static uint64_t
hash_of(const struct points *t, uint32_t series, uint64_t what)
{
	uint64_t w[2] = {series, what};

	return hash_place(&t->hash_key, w, 2);
}

static void
make_room(struct points *t)
{
	uint32_t i = pool_oldest(&t->pool);
	struct point *x = at_(t, i);

	ht_remove(&t->ht, hash_of(t, x->series, x->what), i);
	memset(x, 0, sizeof *x); /* others still name it as their next */
	pool_put(&t->pool, i);
	t->evicted++;
}

static uint32_t
find(struct points *t, const struct series *s, uint64_t what)
{
	uint64_t hash = hash_of(t, s->id, what);
	struct point *x;
	uint32_t at;

	HT_FOREACH (&t->ht, hash, i) {
		if (is_it(at_(t, i), s, what)) {
			return i;
		}
	}
	if (pool_is_full(&t->pool)) {
		make_room(t);
	}
	at = pool_get(&t->pool);
	x = at_(t, at);
	x->what = what;
	x->series = s->id;
	x->next = POOL_NONE;
	ht_insert(&t->ht, hash, at);
	return at;
}

/*
 * The place of a point, guessed from that of the last one (which may be
 * another's by now) without looking at that; POOL_NONE when it is not there.
 */
static uint32_t
guess(struct points *t, const struct series *s, uint64_t what)
{
	uint32_t at = s->next;

	if (at != POOL_NONE && is_it(at_(t, at), s, what)) {
		return at;
	}
	if (is_it(at_(t, s->at - 1), s, what)) {
		return s->at - 1; /* once more: nothing came between */
	}
	at = s->at - 1 + ((uint32_t)what - s->number);
	if (s->key.type == EV_T_NUMBERED && at < t->pool.max &&
	    is_it(at_(t, at), s, what)) {
		if (s->next != POOL_NONE) {
			/* that way it is found, too */
			at_(t, s->at - 1)->next = POOL_NONE;
		}
		return at;
	}
	return POOL_NONE;
}

/* Where the place of a point is kept that no order led to the last time. */
static uint32_t *
stray(struct points *t, const struct series *s, uint64_t what)
{
	uint64_t hash = what ^ (uint64_t)s->id << 40;

	return &t->stray[(hash * 0x9e3779b97f4a7c15ULL) >>
			 (64 - LIMIT_POINT_GUESS_BITS)];
}

/* Found otherwise than by a guess; made when it is not there. */
static uint32_t
seek(struct points *t, const struct series *s, uint64_t what)
{
	uint32_t *at = stray(t, s, what);

	if (!is_it(at_(t, *at), s, what)) {
		*at = find(t, s, what);
	}
	return *at;
}

static struct point *
point_by(
    struct points *t, const struct series_key *k, uint64_t what, struct link *l)
{
	struct series *s = series_of(t, k, l);
	uint32_t at = s->at != 0 ? guess(t, s, what) : POOL_NONE;
	struct point *x;

	if (at == POOL_NONE) {
		at = seek(t, s, what);
		if (s->at != 0) {
			at_(t, s->at - 1)->next = at;
		}
	}
	x = at_(t, at);
	s->at = at + 1;
	s->number = (uint32_t)what;
	s->next = x->next;
	s->used = true;
	if (x->next != POOL_NONE) {
		__builtin_prefetch(at_(t, x->next));
	}
	if (l != NULL) {
		l->point = x->next != POOL_NONE ? at_(t, x->next) : NULL;
	}
	if (at + AHEAD < t->pool.max) { /* polls of all there is */
		__builtin_prefetch(at_(t, at + AHEAD));
	}
	return x;
}

struct point *
point_of(struct points *t, const struct ev *e, const struct ev_field *object,
    struct link *l)
{
	struct series_key k;
	uint64_t what = read_key(t, e, object, l, &k);

	return point_by(t, &k, what, l);
}

struct point *
point_numbered(struct points *t, const struct dis_ctx *ctx,
    const struct dis_reading *r, struct link *l)
{
	const struct series_key k = {.link = l != NULL ? l->id : 0,
	    .name = (uintptr_t)r->name,
	    .sub = of_ends(t, &ctx->src->sub, &ctx->dst->sub),
	    .proto = r->proto,
	    .type = EV_T_NUMBERED};

	return point_by(t, &k, r->number, l);
}

void
point_told(struct points *t, struct point *x, uint64_t now_ns)
{
	uint64_t every_s = (uint64_t)LIMIT_POINT_S << x->told;

	if (every_s < LIMIT_POINT_MAX_S) {
		x->told++;
	} else {
		every_s = LIMIT_POINT_MAX_S;
	}
	x->due_s = (uint32_t)(now_ns / NS_PER_SEC + every_s);
	pool_touch(&t->pool, pool_index(&t->pool, x));
}

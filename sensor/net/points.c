/*
 * points: see points.h.
 */
#include <string.h>

#include "base/clock.h"
#include "limits.h"
#include "net/points.h"

int
points_init(struct points *t, uint32_t max, const struct hash_key *key)
{
	int err;

	memset(t, 0, sizeof *t);
	t->hash_key = *key;
	if ((err = pool_init_random(&t->pool, max, sizeof(struct point))) < 0 ||
	    (err = ht_init(&t->ht, max)) < 0) {
		points_done(t);
	}
	return err;
}

void
points_done(struct points *t)
{
	ht_done(&t->ht);
	pool_done(&t->pool);
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

/*
 * Whose point it is: who is behind the ends, for what is written is the
 * receiver's; or the subject, which somebody else may have carried.
 */
static uint64_t
whose(const struct points *t, const struct ev *e)
{
	uint64_t w[4], at = sub_word(t, &e->dst.sub);

	if (!(e->flags & EV_HAS_SUBJECT)) {
		return sub_word(t, &e->src.sub) ^ (at << 29 | at >> 35);
	}
	memcpy(w, e->subject.ip.a, 16);
	w[2] = (uint64_t)e->subject.port << 8 | e->subject.ipver;
	w[3] = sub_word(t, &e->subject.sub);
	return hash_words(&t->hash_key, w, 4);
}

static void
read_key(const struct points *t, const struct ev *e, const struct link *l,
    struct point_key *k)
{
	const struct ev_field *f = ev_find(e, EVF_OBJECT);

	memset(k, 0, sizeof *k);
	k->link = l != NULL ? l->id : 0;
	k->proto = e->proto;
	k->sub = whose(t, e);
	if (f == NULL) {
		return;
	}
	k->type = f->type;
	if (f->type == EV_T_NUMBERED) {
		k->object = f->u;
		k->number = f->len;
	} else if (has_bytes(f)) {
		k->object = bytes_hash(t, f);
	} else {
		k->object = f->u;
	}
}

uint64_t
point_value(const struct points *t, const struct ev_field *f)
{
	if (f == NULL) {
		return 0;
	}
	return has_bytes(f) ? bytes_hash(t, f) : f->u;
}

static bool
is_it(const struct point *x, const struct point_key *k)
{
	return x->key.object == k->object && x->key.number == k->number &&
	       x->key.link == k->link && x->key.sub == k->sub &&
	       x->key.proto == k->proto && x->key.type == k->type;
}

/* --- the table ------------------------------------------------------------ */

static void
make_room(struct points *t)
{
	uint32_t i = pool_oldest(&t->pool);
	struct point *x = pool_at(&t->pool, i);

	ht_remove(&t->ht, x->hash, i);
	memset(x, 0, sizeof *x); /* others still name it as their next */
	pool_put(&t->pool, i);
	t->evicted++;
}

static uint32_t
find(struct points *t, const struct point_key *k)
{
	uint64_t w[sizeof *k / sizeof(uint64_t)], hash;
	struct point *x;
	uint32_t at;

	memcpy(w, k, sizeof w);
	hash = hash_words(&t->hash_key, w, sizeof w / sizeof w[0]);
	HT_FOREACH (&t->ht, hash, i) {
		x = pool_at(&t->pool, i);
		if (is_it(x, k)) {
			return i;
		}
	}
	if (pool_is_full(&t->pool)) {
		make_room(t);
	}
	at = pool_get(&t->pool);
	x = pool_at(&t->pool, at);
	x->key = *k;
	x->hash = (uint32_t)hash;
	x->next = POOL_NONE;
	ht_insert(&t->ht, hash, at);
	return at;
}

static struct point *
at_(const struct points *t, uint32_t i)
{
	return pool_at(&t->pool, i);
}

/*
 * The place of a point, guessed from that of the last one (which may be
 * another's by now) without looking at that; POOL_NONE when it is not there.
 */
static uint32_t
guess(
    struct points *t, const struct link_point *last, const struct point_key *k)
{
	uint32_t at = last->next;

	if (at != POOL_NONE && is_it(at_(t, at), k)) {
		return at;
	}
	at = last->at - 1 + (k->number - last->number);
	if (at < t->pool.max && is_it(at_(t, at), k)) {
		if (last->next != POOL_NONE) {
			/* that way it is found, too */
			at_(t, last->at - 1)->next = POOL_NONE;
		}
		return at;
	}
	return POOL_NONE;
}

/* Where the place of a point is kept that no order led to the last time. */
static uint32_t *
stray(struct points *t, const struct point_key *k)
{
	uint64_t hash = k->object ^ k->sub ^ k->link << 40 ^ k->number;

	return &t->stray[(hash * 0x9e3779b97f4a7c15ULL) >>
			 (64 - POINTS_STRAY_BITS)];
}

/* Found otherwise than by a guess; made when it is not there. */
static uint32_t
seek(struct points *t, const struct point_key *k)
{
	uint32_t *at = stray(t, k);

	if (!is_it(at_(t, *at), k)) {
		*at = find(t, k);
	}
	return *at;
}

/*
 * Each kind of object has an order of its own.  Of names all have one: what
 * stands for a name says nothing about its kind.
 */
static struct link_point *
last_of(struct link *l, const struct point_key *k)
{
	uint64_t kind = k->type == EV_T_TEXT ? 0 : k->object;

	return &l->point[(kind >> 4 ^ kind >> 7 ^ k->sub) % LINK_POINTS];
}

struct point *
point_of(struct points *t, const struct ev *e, struct link *l)
{
	struct link_point none = {0}, *last = &none;
	uint32_t at = POOL_NONE;
	struct point_key k;
	struct point *x;

	read_key(t, e, l, &k);
	if (l != NULL) {
		last = last_of(l, &k);
	}
	if (last->at != 0) {
		at = guess(t, last, &k);
	}
	if (at == POOL_NONE) {
		at = seek(t, &k);
		if (last->at != 0) {
			at_(t, last->at - 1)->next = at;
		}
	}
	x = at_(t, at);
	*last = (struct link_point){at + 1, k.number, x->next};
	if (x->next != POOL_NONE) {
		__builtin_prefetch(at_(t, x->next));
	}
	return x;
}

void
point_told(struct points *t, struct point *x, uint64_t now_ns)
{
	unsigned every_s = x->every_s;

	every_s = every_s == 0 ? LIMIT_POINT_S : 2 * every_s;
	every_s = every_s < LIMIT_POINT_MAX_S ? every_s : LIMIT_POINT_MAX_S;
	x->every_s = every_s;
	x->due_ns = now_ns + every_s * NS_PER_SEC;
	pool_touch(&t->pool, pool_index(&t->pool, x));
}

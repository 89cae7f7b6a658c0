/*
 * behaviour: see behaviour.h.
 */
#include <assert.h>
#include <string.h>

#include "base/rd.h"
#include "limits.h"
#include "net/behaviour_key.h"

/* Reads of one server that a write looks through. */
#define LOOK_MAX 128
/*
 * Values that move: more than so many writes outside of what was told, and
 * more than half of all.  A set point moved at random n times widens its range
 * 2 ln n times: 14 of a thousand.
 */
#define MOVING     16
#define WRITES_MAX 256

struct image {
	uint32_t owner;
	uint32_t len; /* bytes, or bits */
	uint8_t type;
	uint8_t bytes[BEHAVIOUR_IMAGE];
};

/*
 * Bits are taken sixteen at a time, as registers are: of those, lo has what
 * was set always, hi what was set at all.
 */
struct span {
	uint32_t owner, words;
	uint16_t lo[BEHAVIOUR_WORDS], hi[BEHAVIOUR_WORDS];
};

int
behaviours_init(struct behaviours *b, const struct hash_key *key)
{
	int err;

	memset(b, 0, sizeof *b);
	b->hash_key = *key;
	b->dirty = b->dirty_last = POOL_NONE;
	if ((err = pool_init_random(&b->pool, LIMIT_BEHAVIOUR_MAX,
		 sizeof(struct behaviour))) < 0 ||
	    (err = pool_init(
		 &b->images, LIMIT_IMAGE_MAX, sizeof(struct image))) < 0 ||
	    (err = pool_init(&b->spans, LIMIT_SPAN_MAX, sizeof(struct span))) <
		0 ||
	    (err = ht_init(&b->ht, LIMIT_BEHAVIOUR_MAX)) < 0 ||
	    (err = ht_init(&b->servers, LIMIT_BEHAVIOUR_MAX)) < 0) {
		behaviours_done(b);
	}
	return err;
}

void
behaviours_done(struct behaviours *b)
{
	ht_done(&b->servers);
	ht_done(&b->ht);
	pool_done(&b->spans);
	pool_done(&b->images);
	pool_done(&b->pool);
}

static struct behaviour *
at_(const struct behaviours *b, uint32_t i)
{
	return pool_at(&b->pool, i);
}

/* --- making one ---------------------------------------------------------- */

static void
keep_key(struct behaviour *x, const struct ev_field *f, uint32_t *text)
{
	struct behaviour_key *k;

	if (x->nkeys == BEHAVIOUR_KEYS || f->type >= EV_T_OBJECT) {
		return;
	}
	k = &x->key[x->nkeys++];
	k->id = f->id;
	k->type = f->type;
	k->u = f->u;
	if (behaviour_is_text(f)) {
		uint32_t room = BEHAVIOUR_TEXT - *text;

		k->len = (uint8_t)(f->len < room ? f->len : room);
		k->at = *text;
		memcpy(x->text + *text, f->p, k->len);
		*text += k->len;
	}
}

static void
describe(struct behaviours *b, struct behaviour *x, const struct ev *e)
{
	const struct ev_proto *p = ev_proto(e->proto);
	const struct ev_keys *keys = ev_keys(e->proto);
	const struct ev_field *f;
	uint32_t text = 0;
	uint16_t at = 0;

	x->kind = e->kind;
	x->cls = e->cls;
	x->dir = e->dir;
	x->proto = e->proto;
	x->flags = e->flags & (EV_HAS_CODE | EV_TENTATIVE);
	x->code = e->code;
	x->op = e->op;
	x->status = e->status;
	x->space = e->space;
	x->stations = behaviour_stations(b, e);
	x->src_sub = e->src.sub;
	x->dst_sub = e->dst.sub;
	while ((f = behaviour_next_key(e, keys, &at)) != NULL) {
		keep_key(x, f, &text);
		if (e->kind == EV_OPERATION && f->id >= EV_PROTO_BASE) {
			uint8_t role = p->fields[f->id - EV_PROTO_BASE].role;

			if (role == EV_R_ADDR) {
				x->addr = f->u;
				x->qty = x->qty == 0 ? 1 : x->qty;
			} else if (role == EV_R_QTY) {
				x->qty = f->u;
			}
		}
	}
	if (e->space != 0) {
		x->server = behaviour_server(
		    b, e, e->dir == EV_DIR_RESPONSE ? &e->src : &e->dst);
	}
}

static void
list_read(struct behaviours *b, struct behaviour *x)
{
	uint32_t at = pool_index(&b->pool, x);

	HT_FOREACH (&b->servers, x->server, i) {
		struct behaviour *head = at_(b, i);

		if (head->server == x->server) {
			x->server_next = head->server_next;
			head->server_next = at;
			x->listed = true;
			return;
		}
	}
	ht_insert(&b->servers, x->server, at);
	x->server_next = POOL_NONE;
	x->listed = true;
}

static void
unlist_read(struct behaviours *b, struct behaviour *x)
{
	uint32_t at = pool_index(&b->pool, x);

	HT_FOREACH (&b->servers, x->server, i) {
		struct behaviour *prev = at_(b, i);

		if (prev->server != x->server) {
			continue;
		}
		if (i == at) {
			ht_remove(&b->servers, x->server, at);
			if (x->server_next != POOL_NONE) {
				ht_insert(
				    &b->servers, x->server, x->server_next);
			}
			return;
		}
		while (prev->server_next != at) {
			assert(prev->server_next != POOL_NONE);
			prev = at_(b, prev->server_next);
		}
		prev->server_next = x->server_next;
		return;
	}
}

static void
make_room(struct behaviours *b)
{
	uint32_t i = pool_oldest(&b->pool);
	struct behaviour *x;

	x = at_(b, i);
	/* The caller tells counts before it comes here (behaviours_full). */
	assert(!x->dirty);
	if (x->listed) {
		unlist_read(b, x);
	}
	if (x->image != POOL_NONE) {
		pool_put(&b->images, x->image);
	}
	if (x->span != POOL_NONE) {
		pool_put(&b->spans, x->span);
	}
	ht_remove(&b->ht, x->hash, i);
	x->hash = x->link_id = 0; /* memos may still point here */
	pool_put(&b->pool, i);
	b->evicted++;
}

bool
behaviours_full(const struct behaviours *b)
{
	return pool_is_full(&b->pool) && at_(b, pool_oldest(&b->pool))->dirty;
}

static bool
is_it(const struct behaviour *x, uint64_t hash, uint64_t link_id,
    const struct ev *e)
{
	return x->hash == hash && x->link_id == link_id && x->code == e->code;
}

/* What keep_key() has kept of a field is all of it, and the same. */
static bool
is_same_key(const struct behaviour *x, const struct behaviour_key *k,
    const struct ev_field *f)
{
	if (k->id != f->id || k->type != f->type) {
		return false;
	}
	if (!behaviour_is_text(f)) {
		/* of a name the place is looked at: it is static */
		return (f->type <= EV_T_NAME || f->type == EV_T_HEXNUM) &&
		       k->u == f->u;
	}
	return k->len == f->len &&
	       (f->len == 0 || bytes_equal(x->text + k->at, f->p, f->len));
}

/* As is_it(), without hashing: of an operation all of whose keys are kept. */
static bool
recurs(const struct behaviours *b, const struct behaviour *x,
    const struct ev *e, const struct link *l)
{
	const struct ev_keys *keys = ev_keys(e->proto);
	const struct ev_field *f;
	uint16_t at = 0;
	uint8_t n = 0;

	if (l == NULL || x->link_id != l->id || x->kind != EV_OPERATION ||
	    e->kind != EV_OPERATION || x->code != e->code || x->op != e->op ||
	    x->cls != e->cls ||
	    (x->status != e->status &&
		behaviour_error(x->status) != behaviour_error(e->status)) ||
	    x->stations != behaviour_stations(b, e) ||
	    x->nkeys == BEHAVIOUR_KEYS) {
		return false;
	}
	while ((f = behaviour_next_key(e, keys, &at)) != NULL) {
		if (n == x->nkeys || !is_same_key(x, &x->key[n], f)) {
			return false;
		}
		n++;
	}
	return n == x->nkeys;
}

/* Where memos say that it is. */
static uint32_t
memo_of(const struct behaviours *b, const struct behaviour *x)
{
	return (uint32_t)(((const uint8_t *)x - b->pool.item) / EV_MEMO_UNIT);
}

static void *
at_place(const struct behaviours *b, uint32_t place)
{
	return b->pool.item + (size_t)place * EV_MEMO_UNIT;
}

/* What came last was followed by x. */
static void
remember(struct behaviours *b, const struct ev_memo *m, struct behaviour *x)
{
	struct behaviour *last = at_place(b, m->last);
	uint32_t at = memo_of(b, x);

	if (m->next != at) {
		b->seen[ev_memo_slot(m->past)] = at;
	}
	if (last->then != at) {
		last->other = last->then;
		last->then = at;
	}
	last->then_past = (uint32_t)ev_memo_folded(m->past);
}

/*
 * The guess for the next time: what came the last time that six behaviours
 * came one behind the other as they did now, in whatever flow; of a new flow
 * what the one before it on the link began with.  One alone would not do: the
 * request that several services are packed in is the same whichever they are,
 * and lists of tags overlap.  But the last one, which is at hand, knows what
 * followed it in the flow that was here last; mostly it is the same six.
 */
static void
follow(struct behaviours *b, struct ev_memo *m, struct link *l,
    struct behaviour *x)
{
	const char *next;

	if (m->past != 0) {
		remember(b, m, x);
	} else if (l != NULL) {
		l->begins = x;
	}
	m->past = m->past << 10 ^ (x->hash | 1);
	m->last = memo_of(b, x);
	if (x->then_past != (uint32_t)ev_memo_folded(m->past)) {
		m->next = EV_MEMO_ASK;
		__builtin_prefetch(&b->seen[ev_memo_slot(m->past)]);
		return;
	}
	m->next = x->then;
	/* One packet may have many: net asks for the first of them. */
	next = at_place(b, m->next);
	__builtin_prefetch(next);
	__builtin_prefetch(next + 64);
}

static struct behaviour *
guess(const struct behaviours *b, const struct ev_memo *m, const struct link *l)
{
	uint32_t at = m->next;

	if (m->past == 0 && l != NULL) {
		return l->begins;
	}
	return at_place(
	    b, at != EV_MEMO_ASK ? at : b->seen[ev_memo_slot(m->past)]);
}

/*
 * Where six are not enough: a confirmation comes only when there was something
 * to confirm.  So what followed the last one, whatever came before it; NULL
 * when neither did.
 */
static struct behaviour *
guess_again(struct behaviours *b, const struct ev *e, const struct link *l,
    const struct behaviour *tried)
{
	const struct behaviour *last = at_place(b, e->memo->last);
	const uint32_t next[2] = {last->then, last->other};

	for (size_t i = 0; i < 2; i++) {
		struct behaviour *x = at_place(b, next[i]);

		if (x != tried && recurs(b, x, e, l)) {
			return x;
		}
	}
	return NULL;
}

struct behaviour *
behaviour_of(
    struct behaviours *b, const struct ev *e, struct link *l, bool *ret_new)
{
	uint64_t hash, link_id = l != NULL ? l->id : 0;
	struct behaviour *x = e->memo != NULL ? guess(b, e->memo, l) : NULL;
	uint32_t at;

	if (x != NULL && recurs(b, x, e, l)) {
		follow(b, e->memo, l, x);
		*ret_new = false;
		return x;
	}
	if (x != NULL && e->memo->past != 0) {
		struct behaviour *again = guess_again(b, e, l, x);

		if (again != NULL) {
			follow(b, e->memo, l, again);
			*ret_new = false;
			return again;
		}
	}
	hash = behaviour_hash(b, e, l);
	if (x != NULL && is_it(x, hash, link_id, e)) {
		follow(b, e->memo, l, x);
		*ret_new = false;
		return x;
	}
	HT_FOREACH (&b->ht, hash, i) {
		x = at_(b, i);
		if (is_it(x, hash, link_id, e)) {
			if (e->memo != NULL) {
				follow(b, e->memo, l, x);
			}
			*ret_new = false;
			return x;
		}
	}
	if (pool_is_full(&b->pool)) {
		make_room(b);
	}
	at = pool_get(&b->pool);
	x = at_(b, at);
	x->hash = hash;
	x->link_id = link_id;
	x->image = x->dirty_next = x->server_next = x->span = POOL_NONE;
	x->every_s = LIMIT_BEHAVIOUR_S;
	describe(b, x, e);
	ht_insert(&b->ht, hash, at);
	if (e->memo != NULL) {
		follow(b, e->memo, l, x);
	}
	*ret_new = true;
	return x;
}

void
behaviour_mark(struct behaviours *b, struct behaviour *x)
{
	uint32_t at;

	if (x->dirty) {
		return;
	}
	at = pool_index(&b->pool, x);
	x->dirty = true;
	x->dirty_next = POOL_NONE;
	pool_touch(&b->pool, at);
	if (b->dirty_last != POOL_NONE) {
		at_(b, b->dirty_last)->dirty_next = at;
	} else {
		b->dirty = at;
	}
	b->dirty_last = at;
}

/* --- images -------------------------------------------------------------- */

static size_t
image_bytes(const struct ev_field *f)
{
	return f->type == EV_T_BITS ? (f->len + 7) / 8 : f->len;
}

void
behaviour_keep_image(struct behaviours *b, struct behaviour *x,
    const struct ev_field *values, uint64_t now_ns)
{
	size_t n = image_bytes(values);
	struct image *im;

	if (n > BEHAVIOUR_IMAGE) {
		return;
	}
	if (x->image == POOL_NONE) {
		if (pool_is_full(&b->images)) {
			uint32_t old = pool_oldest(&b->images);

			im = pool_at(&b->images, old);
			at_(b, im->owner)->image = POOL_NONE;
			pool_put(&b->images, old);
		}
		x->image = pool_get_raw(&b->images);
		if (!x->listed) {
			list_read(b, x);
		}
	}
	pool_touch(&b->images, x->image);
	im = pool_at(&b->images, x->image);
	im->owner = pool_index(&b->pool, x);
	im->type = values->type;
	im->len = values->len;
	memcpy(im->bytes, values->p, n);
	x->image_ns = now_ns;
}

static void
copy_points(const struct image *im, uint64_t from, uint64_t qty, uint8_t *ret,
    uint32_t *ret_len)
{
	if (im->type == EV_T_REGS) {
		memcpy(ret, im->bytes + 2 * from, 2 * qty);
		*ret_len = (uint32_t)(2 * qty);
		return;
	}
	memset(ret, 0, (qty + 7) / 8);
	for (uint64_t i = 0; i < qty; i++) {
		uint64_t bit = from + i;

		if (im->bytes[bit / 8] >> (bit % 8) & 1) {
			ret[i / 8] |= (uint8_t)(1u << (i % 8));
		}
	}
	*ret_len = (uint32_t)qty;
}

bool
behaviour_before(struct behaviours *b, const struct behaviour *w,
    enum ev_type type, uint8_t ret[BEHAVIOUR_IMAGE], uint32_t *ret_len)
{
	const struct behaviour *best = NULL;
	uint32_t i = POOL_NONE;
	const struct image *im;
	int looked = 0;

	HT_FOREACH (&b->servers, w->server, k) {
		if (at_(b, k)->server == w->server) {
			i = k;
			break;
		}
	}
	for (; i != POOL_NONE && looked < LOOK_MAX; looked++) {
		const struct behaviour *x = at_(b, i);

		i = x->server_next;
		if (x->image == POOL_NONE || w->addr < x->addr) {
			continue;
		}
		im = pool_at(&b->images, x->image);
		uint64_t have = im->type == EV_T_REGS ? im->len / 2 : im->len;

		if (im->type != type || w->qty > have ||
		    w->addr - x->addr > have - w->qty) {
			continue;
		}
		if (best == NULL || x->image_ns > best->image_ns) {
			best = x;
		}
	}
	if (best == NULL) {
		return false;
	}
	copy_points(pool_at(&b->images, best->image), w->addr - best->addr,
	    w->qty, ret, ret_len);
	return true;
}

/* --- values that were written -------------------------------------------- */

static size_t
words_of(const struct ev_field *f, uint16_t w[BEHAVIOUR_WORDS])
{
	struct rd r = rd_make(f->p, image_bytes(f));
	size_t n = 0;

	for (; n < BEHAVIOUR_WORDS && rd_left(&r) >= 2; n++) {
		w[n] = rd_be16(&r);
	}
	if (n < BEHAVIOUR_WORDS && rd_left(&r) == 1) {
		w[n++] = (uint16_t)(rd_u8(&r) << 8);
	}
	return n;
}

/* One point, and its value. */
static bool
is_lone(const struct ev_field *f, uint16_t *ret)
{
	struct rd r = rd_make(f->p, image_bytes(f));

	if (f->type == EV_T_REGS) {
		*ret = rd_be16(&r);
		return f->len == 2;
	}
	*ret = rd_u8(&r) & 1;
	return f->len == 1;
}

static bool
has_points(const struct ev_field *f)
{
	return f != NULL && f->len != 0 &&
	       (f->type == EV_T_REGS || f->type == EV_T_BITS);
}

enum place { WITHIN, OUTSIDE, FAR_OUTSIDE };

static enum place
place_of(uint16_t v, uint16_t min, uint16_t max)
{
	unsigned half = (unsigned)(max - min) / 2;

	if (v >= min && v <= max) {
		return WITHIN;
	}
	return v + half < min || v > max + half ? FAR_OUTSIDE : OUTSIDE;
}

static enum place
place_in_span(const struct span *s, const struct ev_field *values)
{
	uint16_t w[BEHAVIOUR_WORDS];
	size_t n = words_of(values, w);
	enum place far = n > s->words ? FAR_OUTSIDE : WITHIN;

	for (size_t i = 0; i < n && far != FAR_OUTSIDE; i++) {
		enum place at;

		if (values->type == EV_T_REGS) {
			at = place_of(w[i], s->lo[i], s->hi[i]);
		} else {
			at = (w[i] & s->lo[i]) != s->lo[i] ||
				     (w[i] | s->hi[i]) != s->hi[i]
				 ? FAR_OUTSIDE
				 : WITHIN;
		}
		far = at > far ? at : far;
	}
	return far;
}

static enum place
place_in(const struct behaviours *b, const struct behaviour *x,
    const struct ev_field *values)
{
	uint16_t v;

	if (is_lone(values, &v)) {
		return x->has_range ? place_of(v, x->min, x->max) : FAR_OUTSIDE;
	}
	return x->span != POOL_NONE
		   ? place_in_span(pool_at(&b->spans, x->span), values)
		   : FAR_OUTSIDE;
}

bool
behaviour_written(const struct behaviours *b, struct behaviour *x,
    const struct ev_field *values)
{
	enum place place;

	if (!has_points(values)) {
		return false;
	}
	place = place_in(b, x, values);
	if (x->writes == WRITES_MAX) {
		x->writes /= 2;
		x->outside /= 2;
	}
	x->writes++;
	x->outside += place != WITHIN;
	if (x->outside > MOVING && x->outside > x->writes / 2) {
		return place == FAR_OUTSIDE;
	}
	return place != WITHIN;
}

/* An empty span; the one that was widened longest ago makes room. */
static void
span_make(struct behaviours *b, struct behaviour *x)
{
	struct span *s;

	if (pool_is_full(&b->spans)) {
		uint32_t old = pool_oldest(&b->spans);

		s = pool_at(&b->spans, old);
		at_(b, s->owner)->span = POOL_NONE;
		pool_put(&b->spans, old);
	}
	x->span = pool_get_raw(&b->spans);
	s = pool_at(&b->spans, x->span);
	s->owner = pool_index(&b->pool, x);
	s->words = 0;
}

void
behaviour_widen(
    struct behaviours *b, struct behaviour *x, const struct ev_field *values)
{
	uint16_t w[BEHAVIOUR_WORDS], v;
	struct span *s;
	size_t n;

	if (!has_points(values)) {
		return;
	}
	if (is_lone(values, &v)) {
		x->min = !x->has_range || v < x->min ? v : x->min;
		x->max = !x->has_range || v > x->max ? v : x->max;
		x->has_range = true;
		return;
	}
	if (x->span == POOL_NONE) {
		span_make(b, x);
	}
	pool_touch(&b->spans, x->span);
	s = pool_at(&b->spans, x->span);
	n = words_of(values, w);
	for (size_t i = 0; i < n; i++) {
		if (i >= s->words) {
			s->lo[i] = s->hi[i] = w[i];
			s->words = (uint32_t)i + 1;
		} else if (values->type == EV_T_BITS) {
			s->lo[i] &= w[i];
			s->hi[i] |= w[i];
		} else {
			s->lo[i] = w[i] < s->lo[i] ? w[i] : s->lo[i];
			s->hi[i] = w[i] > s->hi[i] ? w[i] : s->hi[i];
		}
	}
}

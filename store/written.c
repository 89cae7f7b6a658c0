/*
 * written: which values are written to a point, learned for learned('value').
 *
 * A set point has a range; a counter or a clock that a controller writes to
 * another has none.  Both are told apart by how the range came about.  A row
 * counts the writes that made it wider, and knows the last one that leapt:
 * that gave a value further outside than half of what the range was wide.
 * Only a point that has settled is judged: it was written often enough, most
 * of its writes did not widen the range, and nothing leapt in the last half
 * of them.  What is judged then is the next leap.
 *
 * The sensor tells a write when a value lies outside of those told before; of
 * a counter, only when it lies far outside, as here.  The other writes are
 * counted, and their count is told before the next one is (EV_REPEAT): so what
 * leaps is known to have leapt late.
 *
 * Bounded: STORE_POINTS_PER_ADDRESS rows of one server, and the first POINTS
 * of one write.
 */
#include "base/rd.h"
#include "store/store_priv.h"
#include "store/text.h"

/* As many registers as fit into one message, with room; of coils, a part. */
#define POINTS 128

/* The points of a write, and the field that has their values, or NULL. */
struct points {
	const struct ev_field *values;
	int64_t lo, hi;
};

/* False when the event is no write of points that have numbers. */
static bool
points_of(const struct judged *n, struct points *ret)
{
	const struct ev *e = n->ev;
	const struct object *o = &n->object;
	const struct ev_field *f;
	const char *name;
	uint8_t role;
	size_t at = 0;

	if (e->kind != EV_OPERATION || n->server == NULL || o->ranges == 0 ||
	    (e->cls != EV_CLASS_WRITE && e->cls != EV_CLASS_CONTROL)) {
		return false;
	}
	/* Of two ranges the second is what is written (object.c). */
	ret->values = NULL;
	ret->lo = o->lo[o->ranges - 1];
	ret->hi = o->hi[o->ranges - 1];
	if (ret->hi - ret->lo >= POINTS) {
		ret->hi = ret->lo + POINTS - 1;
	}
	while ((f = field_next(e, &at, &role, &name)) != NULL) {
		if (role == EV_R_VALUES && ret->values != NULL) {
			return false; /* masks, not values */
		}
		if (role == EV_R_VALUES) {
			ret->values = f;
		}
	}
	return true;
}

/* What the write gives to its points, in their order; how many. */
static size_t
values_of(const struct points *p, double ret[POINTS])
{
	const struct ev_field *f = p->values;
	size_t max = (size_t)(p->hi - p->lo) + 1, n = 0;
	struct rd r;

	if (f == NULL) {
		return 0;
	}
	switch (f->type) {
	case EV_T_REGS:
		r = rd_make(f->p, f->len);
		while (n < max && rd_left(&r) >= 2) {
			ret[n++] = rd_be16(&r);
		}
		return n;
	case EV_T_BITS:
		r = rd_make(f->p, (f->len + 7) / 8);
		while (n < max && n < f->len) {
			uint8_t byte = rd_u8(&r);

			for (int i = 0; i < 8 && n < max && n < f->len; i++) {
				ret[n++] = byte >> i & 1;
			}
		}
		return n;
	case EV_T_UINT: ret[0] = (double)f->u; return 1;
	case EV_T_INT: ret[0] = (double)f->i; return 1;
	case EV_T_DOUBLE: ret[0] = f->d; return f->d == f->d;
	default: return 0;
	}
}

static void
bind_points(struct store *s, sqlite3_stmt *st, int64_t lo, int64_t hi)
{
	db_bind(st, 1, s->now.server->id);
	db_bind_text(st, 2, s->now.object.sub);
	db_bind_text(st, 3, s->now.object.space);
	db_bind(st, 4, lo);
	db_bind(st, 5, hi);
}

/* How many rows the server may have more. */
static int
room(struct store *s, int64_t *ret)
{
	sqlite3_stmt *st = s->st[ST_WRITTEN_ROWS];
	int rc;

	db_bind(st, 1, s->now.server->id);
	rc = db_step(st);
	if (rc == 1) {
		*ret = LIMIT_STORE_POINTS_PER_ADDRESS - db_get(st, 0);
		db_reset(st);
		rc = 0;
	}
	return rc;
}

/* left: room as far as it is known, -1 before. */
static int
learn(struct store *s, int64_t point, double v, int64_t *left)
{
	sqlite3_stmt *st = s->st[ST_WRITTEN_AGAIN];
	int rc;

	bind_points(s, st, point, point);
	(void)sqlite3_bind_double(st, 5, v);
	rc = db_run(st);
	if (rc != 0 || sqlite3_changes(s->db) != 0) {
		return rc;
	}
	if (*left < 0) {
		rc = room(s, left);
	}
	if (rc != 0 || *left <= 0) {
		return rc;
	}
	st = s->st[ST_WRITTEN_NEW];
	bind_points(s, st, point, point);
	(void)sqlite3_bind_double(st, 5, v);
	(*left)--;
	return db_run(st);
}

int
written_store(struct store *s)
{
	const struct ev *e = s->now.ev;
	int64_t left = -1;
	double v[POINTS];
	struct points p;
	size_t n;
	int rc = 0;

	if (!s->learning || e->dir == EV_DIR_RESPONSE ||
	    !points_of(&s->now, &p)) {
		return 0;
	}
	if (e->flags & EV_REPEAT) {
		sqlite3_stmt *st = s->st[ST_WRITTEN_COUNT];
		uint64_t more = field_uint(e, EVF_COUNT, 1);

		bind_points(s, st, p.lo, p.hi);
		db_bind(st, 6, more < UINT32_MAX ? (int64_t)more : UINT32_MAX);
		return db_run(st);
	}
	n = values_of(&p, v);
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = learn(s, p.lo + (int64_t)i, v[i], &left);
	}
	return rc;
}

/*
 * Walks over the points that have settled until one is given a value outside
 * of its range; then *ret is ANSWER_NO, and the statement stands on it.
 */
static int
find_outside(struct store *s, enum answer *ret)
{
	sqlite3_stmt *st = s->st[ST_WRITTEN_SETTLED];
	double v[POINTS];
	struct points p;
	size_t n;
	int rc;

	*ret = ANSWER_NONE;
	if (!points_of(&s->now, &p) || (n = values_of(&p, v)) == 0) {
		return 0;
	}
	*ret = s->learning ? ANSWER_YES : ANSWER_NONE;
	if (s->learning) {
		return 0;
	}
	bind_points(s, st, p.lo, p.lo + (int64_t)n - 1);
	while ((rc = db_step(st)) == 1) {
		double value = v[db_get(st, 0) - p.lo];

		*ret = ANSWER_YES;
		if (value < sqlite3_column_double(st, 1) ||
		    value > sqlite3_column_double(st, 2)) {
			*ret = ANSWER_NO;
			return 0;
		}
	}
	return rc;
}

int
written_learned(struct store *s, enum answer *ret)
{
	int rc = find_outside(s, ret);

	if (rc == 0 && *ret == ANSWER_NO) {
		db_reset(s->st[ST_WRITTEN_SETTLED]);
	}
	return rc;
}

int
written_words(struct store *s, char *buf, size_t size)
{
	sqlite3_stmt *st = s->st[ST_WRITTEN_SETTLED];
	enum answer a;
	struct text t;
	int rc = find_outside(s, &a);

	if (rc != 0 || a != ANSWER_NO) {
		return rc != 0 ? rc : ERR_NOTFOUND;
	}
	text_start(&t, buf, size);
	text_put(&t, db_text(st, 3));
	if (sqlite3_column_double(st, 4) > sqlite3_column_double(st, 3)) {
		text_put(&t, " to ");
		text_put(&t, db_text(st, 4));
	}
	db_reset(st);
	return 0;
}

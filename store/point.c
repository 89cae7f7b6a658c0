/*
 * point: the last value of each point that reported one or was commanded.
 *
 * What a transaction says of a point is kept at hand and written once, when it
 * commits: devices are asked for all of their points again and again, and rows
 * that are found by name cost more than all else that is done with a value.
 * So a row here is what is still to be written, not what stands in the table.
 *
 * A value too long for that is written at once; it is rare.  One address has
 * STORE_POINTS_PER_ADDRESS points at most.
 */
#include <string.h>

#include "store/store_priv.h"
#include "store/text.h"

/* The number that stmt.def has as text. */
_Static_assert(LIMIT_STORE_POINTS_PER_ADDRESS == 16384, "POINTS in stmt.def");

#define PARTS_MAX 112

/* What is said in one text, part behind part, each with its NUL; sub and
 * object are what makes the point the same again. */
enum part { SUB, OBJECT, VALUE, QUALITY, SOURCE, PARTS };

struct point {
	struct cache_row row;
	int64_t addr;
	uint64_t first, last;
	int64_t frame;  /* as frame.h has it */
	uint32_t count; /* said so often since it was written */
	uint16_t proto;
	bool is_new; /* the table does not have it yet */
	uint8_t at[PARTS];
	char text[PARTS_MAX];
};

/* The same of one event, however long. */
struct said {
	struct addr *addr;
	const char *part[PARTS];
	char sub[EV_SUB_TEXT], object[OBJECT_MAX], value[EV_TEXT_MAX];
	char quality[32], source[16];
};

/* --- rows ------------------------------------------------------------------ */

static int
put(struct store *s, enum stmt which, const struct point *x,
    const char *const part[PARTS])
{
	sqlite3_stmt *st = s->st[which];

	db_bind(st, 1, x->addr);
	db_bind_text(st, 2, part[SUB]);
	db_bind_text(st, 3, part[OBJECT]);
	db_bind_text(st, 4, part[VALUE]);
	db_bind_text(st, 5, part[QUALITY][0] != '\0' ? part[QUALITY] : NULL);
	db_bind_text(st, 6, part[SOURCE]);
	db_bind(st, 7, x->count);
	db_bind(st, 8, (int64_t)x->last);
	db_bind(st, 9, x->frame);
	if (which == ST_POINT_NEW) {
		db_bind_text(st, 10, ev_proto_name(x->proto));
		db_bind(st, 11, (int64_t)x->first);
	}
	return db_run(st);
}

static int
write_row(void *arg, void *row)
{
	struct store *s = arg;
	struct point *x = row;
	const char *part[PARTS];
	int rc;

	for (int i = 0; i < PARTS; i++) {
		part[i] = x->text + x->at[i];
	}
	rc = put(s, x->is_new ? ST_POINT_NEW : ST_POINT_AGAIN, x, part);
	if (rc == 0) {
		x->is_new = false;
		x->count = 0;
	}
	return rc;
}

int
point_rows_init(struct store *s)
{
	return cache_init(&s->points, cache_rows_of(s, LIMIT_STORE_CACHE),
	    sizeof(struct point), write_row, s);
}

/* --- new ones -------------------------------------------------------------- */

/* How many the address has, when that is not known. */
static int
count_points(struct store *s, struct addr *a)
{
	sqlite3_stmt *st = s->st[ST_POINT_COUNT];
	int rc;

	if (a->points != 0) {
		return 0;
	}
	a->points = 1;
	if (s->points.complete && s->addrs.evicted == 0) {
		return 0; /* none of it would be forgotten */
	}
	rc = cache_settle(&s->points);
	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, a->id);
	rc = db_step(st);
	if (rc == 1) {
		a->points = (uint32_t)db_get(st, 0) + 1;
		db_reset(st);
		rc = 0;
	}
	return rc;
}

/* Of a point that is not at hand; 1 when it finds no room. */
static int
is_new(struct store *s, const struct said *x, bool may_be_stored, bool *ret)
{
	sqlite3_stmt *st = s->st[ST_POINT_GET];
	int rc = 0;

	*ret = true;
	if (may_be_stored) {
		db_bind(st, 1, x->addr->id);
		db_bind_text(st, 2, x->part[SUB]);
		db_bind_text(st, 3, x->part[OBJECT]);
		rc = db_step(st);
		if (rc == 1) {
			db_reset(st);
			*ret = false;
			return 0;
		}
	}
	rc = rc == 0 ? count_points(s, x->addr) : rc;
	if (rc != 0) {
		return rc;
	}
	if (x->addr->points > LIMIT_STORE_POINTS_PER_ADDRESS) {
		return 1;
	}
	x->addr->points++;
	return 0;
}

/* --- what is said ----------------------------------------------------------- */

/* Whose point it is: the subject's, which others may have carried; of what
 * is commanded the receiver's.  False: nobody's in particular. */
static bool
find_owner(const struct judged *n, struct said *x)
{
	const struct ev *e = n->ev;
	bool commands =
	    e->dir == EV_DIR_REQUEST && strcmp(x->source, ev_commanded) == 0;
	bool subject = e->flags & EV_HAS_SUBJECT;
	const struct ev_end *end;

	x->addr = subject ? n->subject : commands ? n->dst : n->src;
	end = subject ? &e->subject : commands ? &e->dst : &e->src;
	(void)text_sub(&end->sub, x->sub, sizeof(x->sub));
	return x->addr != NULL && x->addr->kind != ADDR_GROUP;
}

static bool
read_said(const struct judged *n, struct said *x)
{
	const struct ev *e = n->ev;

	x->part[SUB] = x->sub;
	x->part[OBJECT] = x->object;
	x->part[VALUE] = x->value;
	x->part[QUALITY] = x->quality;
	x->part[SOURCE] = x->source;
	(void)field_text(e, EVF_SOURCE, x->source, sizeof(x->source));
	if (field_text(e, EVF_OBJECT, x->object, sizeof(x->object)) == 0 ||
	    !find_owner(n, x)) {
		return false;
	}
	(void)field_text(e, EVF_VALUE, x->value, sizeof(x->value));
	(void)field_text(e, EVF_QUALITY, x->quality, sizeof(x->quality));
	return true;
}

/* Puts it into a row; *ret_key is the length of sub and object.  False: it is
 * too long. */
static bool
pack(const struct said *x, struct point *p, size_t *ret_key)
{
	size_t n = 0;

	for (int i = 0; i < PARTS; i++) {
		size_t len = strlen(x->part[i]) + 1;

		if (n + len > PARTS_MAX) {
			return false;
		}
		p->at[i] = (uint8_t)n;
		memcpy(p->text + n, x->part[i], len);
		n += len;
		if (i == OBJECT) {
			*ret_key = n;
		}
	}
	return true;
}

/* --- points at hand --------------------------------------------------------- */

static uint64_t
hash_of(const struct store *s, const struct point *x, size_t key)
{
	uint64_t w[2] = {(uint64_t)x->addr, hash_name(&s->key, x->text, key)};

	return hash_place(&s->key, w, 2);
}

static struct point *
cached(struct store *s, uint64_t h, const struct point *x, size_t key)
{
	HT_FOREACH (&s->points.ht, h, i) {
		struct point *p = pool_at(&s->points.pool, i);

		if (p->addr == x->addr && p->at[VALUE] == key &&
		    memcmp(p->text, x->text, key) == 0) {
			cache_touch(&s->points, p);
			return p;
		}
	}
	return NULL;
}

static int
enter(struct store *s, uint64_t h, const struct said *said, struct point **ret)
{
	struct point *p;
	bool is_first;
	void *row;
	bool may = cache_may_be_stored(&s->points, h);
	int rc = is_new(s, said, may, &is_first);

	rc = rc == 0 ? cache_add(&s->points, h, &row) : rc;
	if (rc != 0) {
		return rc;
	}
	p = row;
	p->addr = said->addr->id;
	p->is_new = is_first;
	*ret = p;
	return 0;
}

static void
say(const struct store *s, const struct point *x, struct point *p)
{
	const struct judged *n = &s->now;

	memcpy(p->at, x->at, sizeof(p->at));
	memcpy(p->text, x->text, sizeof(p->text));
	p->proto = n->ev->proto;
	if (p->count++ == 0) {
		p->first = n->ev->ts_ns;
	}
	p->last = n->ev->ts_ns;
	p->frame = frame_at_hand(s);
}

/* As the row would be written, but for one part that has no room in it. */
static int
write_long(struct store *s, const struct said *said)
{
	const struct ev *e = s->now.ev;
	struct point x = {.addr = said->addr->id,
	    .first = e->ts_ns,
	    .last = e->ts_ns,
	    .frame = frame_at_hand(s),
	    .count = 1,
	    .proto = e->proto};
	bool is_first;
	int rc = cache_settle(&s->points);

	cache_passed_by(&s->points);
	rc = rc == 0 ? is_new(s, said, true, &is_first) : rc;
	return rc == 0 ? put(s, is_first ? ST_POINT_NEW : ST_POINT_AGAIN, &x,
			     said->part)
		       : rc;
}

int
point_store(struct store *s)
{
	struct said said;
	struct point x, *p;
	uint64_t h;
	size_t key = 0;
	int rc = 0;

	if (!read_said(&s->now, &said)) {
		return 0;
	}
	if (!pack(&said, &x, &key)) {
		rc = write_long(s, &said);
		return rc < 0 ? rc : 0;
	}
	x.addr = said.addr->id;
	h = hash_of(s, &x, key);
	p = cached(s, h, &x, key);
	if (p == NULL) {
		rc = enter(s, h, &said, &p);
	}
	if (rc == 0) {
		say(s, &x, p);
		cache_dirty(&s->points, p);
	}
	return rc < 0 ? rc : 0;
}

/*
 * behave: what a link does: the rows of the baseline, one for each operation,
 * address behind the server and object.
 *
 * Requests and notifications make rows; what a device answers is its own
 * doing and counted with the link.  Rows made while the baseline learns are
 * learned; later ones are not, however often they come again.
 */
#include <string.h>

#include "store/store_priv.h"
#include "store/text.h"

static uint64_t
hash_of(
    const struct store *s, int64_t link, const char *op, const struct object *o)
{
	const char *part[] = {op, o->sub, o->text};
	char buf[sizeof(link) + EV_NAME_MAX + EV_SUB_TEXT + OBJECT_MAX];
	size_t n = sizeof(link);

	memcpy(buf, &link, sizeof(link));
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		size_t len = strlen(part[i]) + 1;

		memcpy(buf + n, part[i], len);
		n += len;
	}
	return hash_bytes(&s->key, buf, n);
}

static struct behave *
cached(struct store *s, uint64_t h, int64_t link, const char *op,
    const struct object *o)
{
	HT_FOREACH (&s->behaves.ht, h, i) {
		struct behave *b = pool_at(&s->behaves.pool, i);

		if (b->link == link && strcmp(b->op, op) == 0 &&
		    strcmp(b->o.sub, o->sub) == 0 &&
		    strcmp(b->o.text, o->text) == 0) {
			cache_touch(&s->behaves, b);
			return b;
		}
	}
	return NULL;
}

static int
enter(struct store *s, uint64_t h, int64_t link, const char *op,
    const struct object *o, struct behave **ret)
{
	struct behave *b;
	void *p;
	int rc = cache_add(&s->behaves, h, &p);

	if (rc != 0) {
		return rc;
	}
	b = p;
	b->link = link;
	memcpy(b->op, op, strlen(op) + 1);
	b->o = *o;
	b->o.value[0] = '\0';
	*ret = b;
	return 0;
}

static void
load(struct behave *b, sqlite3_stmt *st)
{
	b->stored = true;
	b->learned = db_get(st, 0) != 0;
	b->count = (uint64_t)db_get(st, 1);
	b->has_range = sqlite3_column_type(st, 2) != SQLITE_NULL;
	b->min = sqlite3_column_double(st, 2);
	b->max = sqlite3_column_double(st, 3);
	db_copy(st, 4, b->o.value, sizeof(b->o.value));
	b->frame = db_get(st, 5);
	b->first = (uint64_t)db_get(st, 6);
	b->last = (uint64_t)db_get(st, 7);
	b->code = (uint32_t)db_get(st, 8);
}

static int
find(struct store *s, uint64_t h, int64_t link, const char *op,
    const struct object *o, struct behave **ret)
{
	sqlite3_stmt *st = s->st[ST_BEHAVE_GET];
	int rc;

	*ret = cached(s, h, link, op, o);
	if (*ret != NULL || !cache_may_be_stored(&s->behaves, h)) {
		return 0;
	}
	db_bind(st, 1, link);
	db_bind_text(st, 2, op);
	db_bind_text(st, 3, o->sub);
	db_bind_text(st, 4, o->text);
	rc = db_step(st);
	if (rc != 1) {
		return rc;
	}
	rc = enter(s, h, link, op, o, ret);
	if (rc == 0) {
		load(*ret, st);
	}
	db_reset(st);
	return rc;
}

static int
write_row(void *arg, void *row)
{
	struct store *s = arg;
	struct behave *b = row;
	sqlite3_stmt *st = s->st[b->stored ? ST_BEHAVE_AGAIN : ST_BEHAVE_NEW];
	int rc;

	(void)sqlite3_clear_bindings(st);
	db_bind(st, 1, b->link);
	db_bind_text(st, 2, b->op);
	db_bind_text(st, 3, b->o.sub);
	db_bind_text(st, 4, b->o.text);
	db_bind(st, 5, b->code);
	db_bind_text(st, 6, ev_class_name((enum ev_class)b->cls));
	db_bind_text(st, 7, b->o.space);
	for (int i = 0; i < b->o.ranges; i++) {
		db_bind(st, 8 + 2 * i, b->o.lo[i]);
		db_bind(st, 9 + 2 * i, b->o.hi[i]);
	}
	db_bind(st, 12, b->learned);
	db_bind(st, 13, (int64_t)b->count);
	if (b->has_range) {
		(void)sqlite3_bind_double(st, 14, b->min);
		(void)sqlite3_bind_double(st, 15, b->max);
	}
	db_bind_text(st, 16, b->o.value[0] != '\0' ? b->o.value : NULL);
	db_bind(st, 17, b->frame);
	db_bind(st, 18, (int64_t)b->first);
	db_bind(st, 19, (int64_t)b->last);
	rc = db_run(st);
	b->stored = b->stored || rc == 0;
	return rc;
}

int
behaves_init(struct store *s)
{
	return cache_init(&s->behaves, cache_rows_of(s, LIMIT_STORE_CACHE),
	    sizeof(struct behave), write_row, s);
}

static void
note_value(struct behave *b, const struct object *o)
{
	if (o->value[0] != '\0') {
		memcpy(b->o.value, o->value, sizeof(b->o.value));
	}
	if (!o->has_number) {
		return;
	}
	if (!b->has_range || o->number < b->min) {
		b->min = o->number;
	}
	if (!b->has_range || o->number > b->max) {
		b->max = o->number;
	}
	b->has_range = true;
}

static int
make(struct store *s, uint64_t h, const char *op, struct behave **ret)
{
	const struct ev *e = s->now.ev;
	struct slink *l = s->now.link;
	int rc;

	if (l->behaviours >= LIMIT_STORE_BEHAVIOURS_PER_LINK) {
		return 0;
	}
	rc = enter(s, h, l->id, op, &s->now.object, ret);
	if (rc != 0) {
		return rc;
	}
	(*ret)->code = e->code;
	(*ret)->cls = e->cls;
	(*ret)->frame = frame_at_hand(s);
	(*ret)->first = e->ts_ns;
	(*ret)->learned = s->learning;
	l->behaviours++;
	if (s->learning) {
		l->classes |= 1U << e->cls;
	}
	cache_dirty(&s->links, l);
	return 0;
}

int
behave_store(struct store *s)
{
	const struct ev *e = s->now.ev;
	struct slink *l = s->now.link;
	struct behave *b;
	char op[EV_NAME_MAX];
	uint64_t h, more = 1;
	int rc;

	if (l == NULL || e->dir == EV_DIR_RESPONSE) {
		return 0;
	}
	(void)text_fit(op, sizeof(op), e->op != NULL ? e->op : "",
	    e->op != NULL ? strnlen(e->op, EV_NAME_MAX) : 0);
	h = hash_of(s, l->id, op, &s->now.object);
	rc = find(s, h, l->id, op, &s->now.object, &b);
	if (rc == 0 && b == NULL) {
		rc = make(s, h, op, &b);
	}
	if (rc != 0 || b == NULL) {
		return rc;
	}
	if (e->flags & EV_REPEAT) {
		more = field_uint(e, EVF_COUNT, 1);
	}
	if (more <= INT64_MAX - b->count) {
		b->count += more;
	}
	if (e->ts_ns > b->last) {
		b->last = e->ts_ns;
		note_value(b, &s->now.object);
	}
	cache_dirty(&s->behaves, b);
	return 0;
}

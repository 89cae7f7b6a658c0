/*
 * outbox: see outbox.h.  Rows are put in by alert.c, with the alert.
 *
 * Reading happens on the writer's own connection, which sees what is not
 * committed yet; so the last row that is gets noted before each transaction
 * begins, and nothing behind it is given out.
 */
#include <string.h>

#include "store/outbox.h"
#include "store/store_priv.h"

int
outbox_begin(struct store *s)
{
	sqlite3_stmt *st = s->st[ST_OUTBOX_MAX];
	int rc = db_step(st);

	if (rc == 1) {
		s->outbox_done = db_get(st, 0); /* NULL reads as 0 */
		db_reset(st);
		rc = 0;
	}
	return rc;
}

static void
fill_end(sqlite3_stmt *st, int col, struct query_end *ret)
{
	ret->id[0] = '\0';
	if (sqlite3_column_type(st, col) != SQLITE_NULL) {
		uid_text(ret->id, 'a', db_get(st, col));
	}
	ret->ip = db_text(st, col + 1);
	ret->mac = db_text(st, col + 2);
	ret->name = db_text(st, col + 3);
	ret->at = "";
}

static void
fill(sqlite3_stmt *st, struct outbox_item *i)
{
	struct query_alert *a = &i->alert;

	i->id = db_get(st, 0);
	i->event = db_text(st, 1);
	i->count = (uint64_t)db_get(st, 2);
	a->row = db_get(st, 3);
	uid_text(a->id, 'e', db_get(st, 4));
	a->rule = db_text(st, 5);
	a->severity = db_text(st, 6);
	a->state = db_text(st, 7);
	a->count = i->count;
	a->first = (uint64_t)db_get(st, 8);
	a->last = (uint64_t)db_get(st, 9);
	a->title = db_text(st, 10);
	a->soc = db_text(st, 11);
	a->ot = db_text(st, 12);
	a->check = db_text(st, 13);
	a->attack = db_text(st, 14);
	a->frames = db_text(st, 15);
	a->files = db_text(st, 16);
	fill_end(st, 17, &a->src);
	fill_end(st, 21, &a->dst);
}

int
store_outbox_next(struct store *s, int64_t after, unsigned max,
    int (*row)(void *, const struct outbox_item *), void *arg)
{
	sqlite3_stmt *st = s->st[ST_OUTBOX_NEXT];
	struct outbox_item item;
	int rc = s->in_txn ? 0 : outbox_begin(s);

	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, after);
	db_bind(st, 2, s->outbox_done);
	db_bind(st, 3, max);
	while ((rc = db_step(st)) == 1) {
		fill(st, &item);
		rc = row(arg, &item);
		if (rc != 0) {
			db_reset(st);
			return rc < 0 ? rc : 0;
		}
	}
	return rc;
}

int
store_outbox_sent(struct store *s, int64_t id, const char *event)
{
	sqlite3_stmt *st = s->st[ST_OUTBOX_EVENT];
	bool same, news;
	int rc;

	db_bind(st, 1, id);
	rc = db_step(st);
	if (rc != 1) {
		return rc;
	}
	same = strcmp(db_text(st, 0), event) == 0;
	news = db_get(st, 1) != 0;
	db_reset(st);
	if (!same || !news) {
		return same ? 0 : ERR_PEER;
	}
	rc = store_begin(s);
	if (rc == 0) {
		st = s->st[ST_OUTBOX_SENT];
		db_bind(st, 1, id);
		rc = db_run(st);
		if (rc != 0) {
			store_fail(s);
		}
	}
	return rc;
}

int
store_outbox_waiting(struct store *s, uint64_t *ret)
{
	sqlite3_stmt *st = s->st[ST_OUTBOX_WAITING];
	int rc = db_step(st);

	if (rc == 1) {
		*ret = (uint64_t)db_get(st, 0);
		db_reset(st);
		rc = 0;
	}
	return rc;
}

/*
 * query_alert: alerts with both their ends.
 */
#include <string.h>

#include "store/query_priv.h"

#define COLUMNS                                                \
	"l.id, l.uid, l.rule, l.severity, l.state, l.count, "  \
	"l.first, l.last, l.title, l.soc, l.ot, l.\"check\", " \
	"l.attack, " ALERT_FRAMES ", " SRC_COLUMNS ", " DST_COLUMNS

enum { SRC = 15, DST = SRC + END_COLUMNS };

static void
build(struct sql *s, const char *columns, const struct query_filter *f)
{
	sql_start_ends(s, columns, "alerts", f);
	sql_if(s, f->text != NULL,
	    " AND (l.title" LIKE " OR l.soc" LIKE " OR l.ot" LIKE
	    " OR l.rule" LIKE " OR " ENDS_LIKE ")");
	sql_if(s, f->state != NULL, " AND l.state = :state");
	sql_if(s, f->severity != NULL, " AND l.severity = :severity");
	sql_if(s, f->rule != NULL, " AND l.rule = :rule");
	sql_if(s, f->since_ns != 0, " AND l.last > :since");
	sql_if(s, f->asset != NULL, AT_EITHER_END);
}

static void
fill(sqlite3_stmt *st, struct query_alert *a)
{
	a->row = db_get(st, 0);
	uid_text(a->id, 'e', db_get(st, 1));
	a->rule = db_text(st, 2);
	a->severity = db_text(st, 3);
	a->state = db_text(st, 4);
	a->count = (uint64_t)db_get(st, 5);
	a->first = (uint64_t)db_get(st, 6);
	a->last = (uint64_t)db_get(st, 7);
	a->title = db_text(st, 8);
	a->soc = db_text(st, 9);
	a->ot = db_text(st, 10);
	a->check = db_text(st, 11);
	a->attack = db_text(st, 12);
	a->frames = db_text(st, 13);
	a->files = db_text(st, 14);
	query_end(st, SRC, &a->src);
	query_end(st, DST, &a->dst);
}

static int
run(struct query *q, const struct sql *s, const struct query_filter *f,
    struct query_page *page, int (*row)(void *, const struct query_alert *),
    void *arg)
{
	struct query_alert a;
	sqlite3_stmt *st;
	unsigned n = 0;
	int rc = query_prepare(q, s, f, page, &st);

	if (rc != 0) {
		return rc;
	}
	while ((rc = db_step(st)) == 1) {
		fill(st, &a);
		rc = row(arg, &a);
		if (rc != 0) {
			break;
		}
		page->after = a.row;
		n++;
	}
	(void)sqlite3_finalize(st);
	if (page->limit == 0 || n < page->limit) {
		page->after = 0;
	}
	return rc;
}

int
query_alerts(struct query *q, const struct query_filter *f,
    struct query_page *page, int (*row)(void *, const struct query_alert *),
    void *arg)
{
	struct sql s;

	build(&s, COLUMNS, f);
	if (f->newest_first) {
		sql_if(&s, page->after != 0, " AND l.id < :after");
		sql_add(&s, " ORDER BY l.id DESC LIMIT :limit");
	} else {
		sql_add(&s, " AND l.id > :after ORDER BY l.id LIMIT :limit");
	}
	return run(q, &s, f, page, row, arg);
}

int
query_alerts_count(struct query *q, const struct query_filter *f, uint64_t *ret)
{
	struct sql s;

	build(&s, NULL, f);
	return query_count(q, &s, f, ret);
}

/* Tells whether a row came by. */
struct one {
	int (*row)(void *, const struct query_alert *);
	void *arg;
	bool found;
};

static int
take_one(void *arg, const struct query_alert *a)
{
	struct one *o = arg;

	o->found = true;
	return o->row(o->arg, a);
}

int
query_alert(struct query *q, const char *id,
    int (*row)(void *, const struct query_alert *), void *arg)
{
	const struct query_filter f = {0};
	struct one o = {.row = row, .arg = arg};
	/* The number takes :after's place: it is the one that is bound. */
	struct query_page page = {.after = uid_parse(id, 'e'), .limit = 1};
	struct sql s;
	int rc;

	if (page.after < 0) {
		return ERR_NOTFOUND;
	}
	build(&s, COLUMNS, &f);
	sql_add(&s, " AND l.uid = :after LIMIT :limit");
	rc = run(q, &s, &f, &page, take_one, &o);
	return rc == 0 && !o.found ? ERR_NOTFOUND : rc;
}

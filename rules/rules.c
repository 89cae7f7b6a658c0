/*
 * rules: INI sections whose `when` is SQL, asked for each event of the kind
 * and class that they name.
 *
 * Loading: load.c reads, guard.c compiles, and what stays is indexed by kind
 * and class.  Judging: the event becomes the one row of `ev` (evtab.c), each
 * rule whose plain comparisons do not refute it (plain.c) has its statement
 * stepped once and reset, and the texts of those that hold are rendered.
 *
 * A change of the schema makes the statements stale; SQLite says so when one
 * is stepped, and all are then compiled again under the guard.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rules/clean.h"
#include "rules/func.h"
#include "rules/guard.h"
#include "rules/learning.h"
#include "rules/load.h"

/* The rules that want one kind and class: part of rules.list. */
struct slot {
	uint32_t at, n;
};

struct rules {
	sqlite3 *db;
	struct evtab *tab;
	struct load set;
	struct slot slot[EV_KIND_COUNT][EV_CLASS_COUNT];
	uint16_t *list;
	/* texts of the hit at hand */
	char key[TEXT_SIZE], title[TEXT_SIZE], soc[TEXT_SIZE], ot[TEXT_SIZE],
	    check[TEXT_SIZE];
	const struct entry *at_hit; /* whose hit() runs */
};

static bool
wants(const struct entry *e, unsigned kind, unsigned cls)
{
	return e->kinds >> kind & 1 &&
	       (kind != EV_OPERATION || e->classes >> cls & 1);
}

/* Fills the slots; with a list, too. */
static size_t
fill_slots(struct rules *r, uint16_t *list)
{
	size_t used = 0;

	for (unsigned k = 0; k < EV_KIND_COUNT; k++) {
		for (unsigned c = 0; c < EV_CLASS_COUNT; c++) {
			r->slot[k][c].at = (uint32_t)used;
			for (size_t i = 0; i < r->set.n; i++) {
				if (!wants(r->set.rule[i], k, c)) {
					continue;
				}
				if (list != NULL) {
					list[used] = (uint16_t)i;
				}
				used++;
			}
			r->slot[k][c].n = (uint32_t)used - r->slot[k][c].at;
		}
	}
	return used;
}

static int
make_index(struct rules *r)
{
	size_t n = fill_slots(r, NULL);

	r->list = calloc(n + 1, sizeof(*r->list));
	if (r->list == NULL) {
		return ERR_NOMEM;
	}
	(void)fill_slots(r, r->list);
	return 0;
}

static int
compile(struct rules *r, struct guard *g, struct entry *e)
{
	int offset, rc;

	(void)sqlite3_finalize(e->stmt);
	e->stmt = NULL;
	rc = guard_compile(g, e->pub.when, &e->stmt, &offset);
	if (rc == ERR_CONFIG) {
		load_problem(&r->set, e->pub.file, entry_when_line(e, offset),
		    e, g->why);
		return 0;
	}
	e->replies = e->replies || g->reads_dir;
	e->dups = g->reads_dup;
	e->rests = learning_silences(e->pub.when);
	return rc;
}

static int
compile_all(struct rules *r)
{
	struct guard g;
	int rc;

	rc = guard_enter(&g, r->db);
	if (rc != 0) {
		return rc;
	}
	for (size_t i = 0; i < r->set.n && rc == 0; i++) {
		struct entry *e = r->set.rule[i];

		if (!e->bad && e->enabled) {
			rc = compile(r, &g, e);
		}
	}
	guard_leave(&g);
	return rc;
}

/* Everything but what reads the files. */
static int
prepare(sqlite3 *db, void (*problem)(void *, const struct rules_problem *),
    void *arg, struct rules **ret)
{
	struct rules *r = calloc(1, sizeof(*r));
	int rc;

	if (r == NULL) {
		return ERR_NOMEM;
	}
	r->db = db;
	r->set.problem = problem;
	r->set.arg = arg;
	rc = evtab_new(db, &r->tab);
	if (rc == 0) {
		r->set.cols = r->tab->cols;
		rc = func_register(db, r->tab);
	}
	if (rc != 0) {
		rules_free(r);
		return rc;
	}
	*ret = r;
	return 0;
}

/* Compiles and indexes what was read; takes the rules over. */
static int
finish(struct rules *r, int rc, struct rules **ret)
{
	rc = rc != 0 ? rc : compile_all(r);
	if (rc == 0) {
		load_sift(&r->set);
		rc = make_index(r);
	}
	if (rc != 0) {
		rules_free(r);
		return rc;
	}
	*ret = r;
	return 0;
}

int
rules_load(sqlite3 *db, const char *dir,
    void (*problem)(void *, const struct rules_problem *), void *arg,
    struct rules **ret)
{
	struct rules *r;
	int rc;

	rc = prepare(db, problem, arg, &r);
	if (rc != 0) {
		return rc;
	}
	return finish(r, load_dir(&r->set, dir), ret);
}

int
rules_load_text(sqlite3 *db, const char *name, const char *text, size_t n,
    void (*problem)(void *, const struct rules_problem *), void *arg,
    struct rules **ret)
{
	struct rules *r;
	int rc;

	rc = prepare(db, problem, arg, &r);
	if (rc != 0) {
		return rc;
	}
	return finish(r, load_text(&r->set, name, text, n), ret);
}

void
rules_free(struct rules *r)
{
	if (r == NULL) {
		return;
	}
	load_done(&r->set);
	evtab_free(r->tab);
	free(r->list);
	free(r);
}

size_t
rules_count(const struct rules *r)
{
	return r->set.n;
}

const struct rule *
rules_get(const struct rules *r, size_t i)
{
	assert(i < r->set.n);
	return &r->set.rule[i]->pub;
}

void
rules_stat(const struct rules *r, size_t i, struct rules_stat *ret)
{
	assert(i < r->set.n);
	*ret = r->set.rule[i]->stat;
}

/* One step of a rule's statement: SQLite's result code, and the answer. */
static int
step(struct rules *r, struct entry *e, bool *ret_holds)
{
	if (e->stmt == NULL) {
		return SQLITE_ERROR; /* failed to compile after a change */
	}
	r->tab->budget = LIMIT_RULE_STEPS;
	*ret_holds = sqlite3_step(e->stmt) == SQLITE_ROW;
	return sqlite3_reset(e->stmt); /* what step had to say */
}

/* What is the matter with the database, and not with the rule. */
static int
database_error(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_NOMEM: return ERR_NOMEM;
	case SQLITE_IOERR:
	case SQLITE_FULL:
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN: return ERR_DB;
	default: return 0;
	}
}

/* Counts a failure, and lets a rule rest that has too many. */
static void
fail(struct rules *r, struct entry *e, int rc)
{
	uint64_t now = r->tab->subject->stream_ns;
	char why[256];
	struct clean o = {.buf = why, .size = sizeof(why)};

	e->stat.failed++;
	if (e->stat.failed % LIMIT_RULE_FAILURES != 0) {
		return;
	}
	e->stat.rest_until_ns = now + LIMIT_RULE_REST_S * NS_PER_SEC;
	clean_puts(&o, "failed again and rests for a while: ");
	clean_puts(&o, rc == SQLITE_INTERRUPT ? "takes too many instructions"
		       : e->stmt == NULL      ? "no longer compiles"
					      : sqlite3_errmsg(r->db));
	clean_end(&o);
	if (r->set.problem != NULL) {
		const struct rules_problem p = {.file = e->pub.file,
		    .line = e->line[ENTRY_WHEN],
		    .rule = e->id,
		    .reason = why};

		r->set.problem(r->set.arg, &p);
	}
}

static int
ask(struct rules *r, struct entry *e, bool *ret_holds)
{
	bool holds = false;
	int rc = step(r, e, &holds);

	if (rc == SQLITE_SCHEMA) {
		int err = compile_all(r);

		if (err != 0) {
			return err;
		}
		rc = step(r, e, &holds);
	}
	e->stat.asked++;
	if (rc != SQLITE_OK) {
		int err = database_error(rc);

		if (err != 0) {
			return err;
		}
		fail(r, e, rc);
		holds = false;
	}
	e->stat.held += holds;
	*ret_holds = holds;
	return 0;
}

/* What the index does not know. */
static bool
skips(const struct entry *e, const struct rules_subject *sub)
{
	const struct ev *ev = sub->ev;
	bool reply = ev->dir == EV_DIR_RESPONSE;

	return (sub->learning && e->rests) ||
	       (ev->kind == EV_OPERATION &&
		   !(reply ? e->replies : e->requests)) ||
	       (ev->flags & EV_DUP && !e->dups) ||
	       sub->stream_ns < e->stat.rest_until_ns;
}

void
rules_texts(const struct rules_hit *h)
{
	struct rules *r = h->from;
	const struct rules_subject *sub = r->tab->subject;
	struct evcols *c = r->tab->cols;
	const struct entry *e = r->at_hit;

	text_render(e->title, c, sub, r->title);
	text_render(e->soc, c, sub, r->soc);
	text_render(e->ot, c, sub, r->ot);
	text_render(e->check, c, sub, r->check);
}

static int
tell_hit(struct rules *r, const struct entry *e,
    int (*hit)(void *, const struct rules_hit *), void *arg)
{
	const struct rules_hit h = {.rule = &e->pub,
	    .group_key = r->key,
	    .title = r->title,
	    .soc = r->soc,
	    .ot = r->ot,
	    .check = r->check,
	    .from = r};

	text_render(e->group, r->tab->cols, r->tab->subject, r->key);
	r->at_hit = e;
	r->title[0] = r->soc[0] = r->ot[0] = r->check[0] = '\0';
	return hit(arg, &h);
}

bool
rules_ask_for(const struct rules *r, const struct ev *ev)
{
	return r->slot[ev->kind][ev->cls].n != 0 && !(ev->flags & EV_REPEAT);
}

int
rules_judge(struct rules *r, const struct rules_subject *sub,
    int (*hit)(void *, const struct rules_hit *), void *arg)
{
	const struct ev *ev = sub->ev;
	const struct slot *s;
	struct guard_run run;
	bool guarded = false;
	int rc = 0;

	assert(r->tab->subject == NULL); /* hit() must not judge */
	assert(ev->kind < EV_KIND_COUNT && ev->cls < EV_CLASS_COUNT);
	s = &r->slot[ev->kind][ev->cls];
	if (!rules_ask_for(r, ev)) {
		return 0;
	}
	r->tab->subject = sub;
	for (uint32_t i = s->at; i < s->at + s->n && rc == 0; i++) {
		struct entry *e = r->set.rule[r->list[i]];
		bool holds = false;

		if (skips(e, sub)) {
			continue;
		}
		if (plain_refutes(&e->plain, r->tab->cols, sub)) {
			e->stat.asked++;
			continue;
		}
		if (!guarded) {
			guard_run_enter(&run, r->db, &r->tab->budget);
			guarded = true;
		}
		rc = ask(r, e, &holds);
		if (rc == 0 && holds) {
			guard_run_leave(&run);
			guarded = false;
			rc = tell_hit(r, e, hit, arg);
		}
	}
	if (guarded) {
		guard_run_leave(&run);
	}
	r->tab->subject = NULL;
	return rc;
}

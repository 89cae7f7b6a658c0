/*
 * guard: what SQL a rule may be.
 *
 * A rule file is written by whoever runs otus, but it is evaluated inside
 * the writer's open transaction, for every new event.  So it must not write,
 * not wait, not depend on chance or on the clock, and not take long:
 *
 *   authorizer       lists what is allowed: reading `ev` and json_each(),
 *                    calling the functions below.  All else is refused:
 *                    other tables, writes, PRAGMA, ATTACH, recursion
 *   limits           length of texts, depth and size of the statement
 *   one statement    no parameters, nothing behind it
 *   instruction      a statement that runs longer than its budget is
 *   budget           interrupted; being read-only, that leaves the
 *                    transaction as it was
 *
 * Statements are prepared with sqlite3_prepare(), the interface that does
 * NOT compile them again by itself when the schema changes: it would do so
 * while a rule runs, without the authorizer.  It fails with SQLITE_SCHEMA
 * instead, and rules.c compiles all rules again in here.
 *
 * References: sqlite.org/c3ref/set_authorizer.html, limit.html,
 * progress_handler.html, prepare.html; security.html, section 1.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/clean.h"
#include "rules/guard.h"
#include "limits.h"

/* What stands before a condition. */
static const char head[] = "SELECT 1 FROM ev WHERE (";
/*
 * What stands behind it.  The line end closes a -- comment.  Compiling must
 * end just before the last character: not at a semicolon of the rule's, and
 * not at the end of a comment that it left open.
 */
static const char tail_mark[] = "\n);.";

/* LIKE and GLOB with many wildcards are slow on long texts. */
#define PATTERN_MAX 256

/* The tables that a rule may read; functions.md tells people. */
static const char *const tables[] = {"ev", "json_each", "json_tree"};

/* Sorted; store's functions, ours, and SQLite's (functions.md). */
static const char *const functions[] = {"->", "->>", "abs", "answered", "asset",
    "avg", "changed", "char", "coalesce", "count", "first", "glob",
    "group_concat", "hex", "ifnull", "iif", "in_learning", "instr", "ip_scope",
    "json_array_length", "json_extract", "json_type", "json_valid", "learned",
    "length", "like", "lower", "ltrim", "max", "min", "nullif", "replace",
    "round", "rtrim", "sign", "stream_time", "substr", "substring", "sum",
    "total", "trim", "typeof", "unicode", "upper"};

/* What is narrowed while rules compile. */
static const struct {
	int id, value;
} limits[] = {
    {SQLITE_LIMIT_SQL_LENGTH, LIMIT_RULE_WHEN_MAX + 64},
    {SQLITE_LIMIT_EXPR_DEPTH, 100},
    {SQLITE_LIMIT_COMPOUND_SELECT, 8},
    {SQLITE_LIMIT_VDBE_OP, 20000},
    {SQLITE_LIMIT_FUNCTION_ARG, 32},
    {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 1},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 0},
    {SQLITE_LIMIT_LENGTH, LIMIT_RULE_VALUE_KIB * 1024},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN_MAX},
};

/*
 * Makes SQLite read what it needs to know of the schema, which may be larger
 * than the limits that follow, and meet the tables, which for it is a change
 * of the schema and would be refused.
 */
static int
prime(sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(
	    db, "SELECT 1 FROM ev, json_each(1), json_tree(1)", -1, &st, NULL);

	(void)sqlite3_finalize(st);
	return rc == SQLITE_OK ? 0 : rc == SQLITE_NOMEM ? ERR_NOMEM : ERR_DB;
}

#define LIMITS_N (sizeof(limits) / sizeof(limits[0]))

static int
compare(const void *key, const void *item)
{
	return sqlite3_stricmp(key, *(const char *const *)item);
}

static bool
is_function(const char *name)
{
	return bsearch(name, functions,
		   sizeof(functions) / sizeof(functions[0]),
		   sizeof(functions[0]), compare) != NULL;
}

static bool
is_table(const char *name)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (sqlite3_stricmp(name, tables[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* Keeps the first reason: later ones follow from it. */
static int
refuse(struct guard *g, const char *what, const char *name, const char *end)
{
	if (g->why[0] == '\0') {
		(void)snprintf(g->why, sizeof(g->why), "a rule may %s%s%s",
		    what, name != NULL ? name : "", end);
	}
	return SQLITE_DENY;
}

static int
authorize(void *arg, int action, const char *a, const char *b, const char *db,
    const char *trigger)
{
	struct guard *g = arg;

	switch (action) {
	case SQLITE_SELECT: return SQLITE_OK;
	case SQLITE_READ:
		if (a == NULL || !is_table(a)) {
			return refuse(g, "not read ", a, "");
		}
		if (b != NULL && sqlite3_stricmp(a, "ev") == 0) {
			g->reads_dir |= sqlite3_stricmp(b, "dir") == 0;
			g->reads_dup |= sqlite3_stricmp(b, "dup") == 0;
		}
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return b != NULL && is_function(b)
			   ? SQLITE_OK
			   : refuse(g, "not call ", b, "()");
	case SQLITE_RECURSIVE: return refuse(g, "not recurse", "", "");
	default: return refuse(g, "only read the event", "", "");
	}
}

int
guard_enter(struct guard *g, sqlite3 *db)
{
	int rc = prime(db);

	if (rc != 0) {
		return rc;
	}
	_Static_assert(LIMITS_N <= sizeof(g->limit) / sizeof(g->limit[0]),
	    "room for every limit");
	*g = (struct guard){.db = db};
	for (size_t i = 0; i < LIMITS_N; i++) {
		g->limit[i] = sqlite3_limit(db, limits[i].id, limits[i].value);
	}
	/*
	 * Else a misspelt "column" would be taken for a string.  It stays
	 * off: changing it makes SQLite compile every statement anew.
	 */
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	(void)sqlite3_set_authorizer(db, authorize, g);
	return 0;
}

void
guard_leave(struct guard *g)
{
	(void)sqlite3_set_authorizer(g->db, NULL, NULL);
	for (size_t i = 0; i < LIMITS_N; i++) {
		(void)sqlite3_limit(g->db, limits[i].id, g->limit[i]);
	}
}

/* Of a compiled statement: what the authorizer does not see. */
static int
check(struct guard *g, sqlite3_stmt *st, bool whole)
{
	const char *what = NULL;

	if (st == NULL || !whole) {
		what = "not one SQL expression";
	} else if (sqlite3_bind_parameter_count(st) != 0) {
		what = "a rule has no parameters";
	}
	assert(st == NULL || sqlite3_stmt_readonly(st));
	if (what == NULL) {
		return 0;
	}
	(void)snprintf(g->why, sizeof(g->why), "%s", what);
	return ERR_CONFIG;
}

/* Why SQLite does not take the text; *ret_offset as in guard_compile(). */
static int
explain(struct guard *g, int rc, const char *when, int *ret_offset)
{
	int at = sqlite3_error_offset(g->db) - (int)(sizeof(head) - 1);
	bool behind = at >= 0 && (size_t)at >= strlen(when);
	struct clean o = {.buf = g->why, .size = sizeof(g->why)};
	const char *msg = sqlite3_errmsg(g->db);

	if (rc == SQLITE_NOMEM) {
		return ERR_NOMEM;
	}
	*ret_offset = at < 0 ? -1 : at;
	if (g->why[0] != '\0') {
		return ERR_CONFIG; /* the authorizer knows better */
	}
	/* SQLite must not quote what stands behind the rule's text. */
	if (strstr(msg, tail_mark) != NULL) {
		msg = "a quote is not closed";
	} else if (behind) {
		msg = "the expression ends too early";
	}
	clean_puts(&o, msg);
	clean_end(&o);
	return ERR_CONFIG;
}

int
guard_compile(
    struct guard *g, const char *when, sqlite3_stmt **ret, int *ret_offset)
{
	sqlite3_stmt *st = NULL;
	const char *tail = NULL;
	char *sql;
	int rc;

	g->why[0] = '\0';
	g->reads_dir = g->reads_dup = false;
	*ret_offset = -1;
	sql = sqlite3_mprintf("%s%s%s", head, when, tail_mark);
	if (sql == NULL) {
		return ERR_NOMEM;
	}
	rc = sqlite3_prepare(g->db, sql, -1, &st, &tail);
	if (rc != SQLITE_OK) {
		rc = explain(g, rc, when, ret_offset);
	} else {
		rc = check(g, st, strcmp(tail, ".") == 0);
	}
	sqlite3_free(sql);
	if (rc != 0) {
		(void)sqlite3_finalize(st);
		return rc;
	}
	*ret = st;
	return 0;
}

static int
spend(void *arg)
{
	int64_t *budget = arg;

	*budget -= GUARD_STRIDE;
	return *budget < 0; /* true interrupts */
}

void
guard_run_enter(struct guard_run *r, sqlite3 *db, int64_t *budget)
{
	r->db = db;
	r->length =
	    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LIMIT_RULE_VALUE_KIB * 1024);
	r->pattern =
	    sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN_MAX);
	sqlite3_progress_handler(db, GUARD_STRIDE, spend, budget);
}

void
guard_run_leave(struct guard_run *r)
{
	sqlite3_progress_handler(r->db, 0, NULL, NULL);
	(void)sqlite3_limit(
	    r->db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, r->pattern);
	(void)sqlite3_limit(r->db, SQLITE_LIMIT_LENGTH, r->length);
}

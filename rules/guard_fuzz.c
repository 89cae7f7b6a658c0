/*
 * Any text as a rule's condition: compiled under the guard, and asked about
 * an event.
 *
 * Whatever the text says: the connection is as it was afterwards, its one row
 * untouched, its transaction open; a refusal has a reason that can be shown
 * and a place in the text; what compiles is one statement that only reads,
 * ends within its budget, and answers the same when it is asked again.  What
 * holds was not refuted by its plain comparisons.
 *
 * The guard is entered once, since that is most of what loading a rule takes;
 * rules_fuzz enters it for each file.
 *
 * libFuzzer: -max_len=256
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "limits.h"
#include "rules/func.h"
#include "rules/guard.h"
#include "rules/harness.h"
#include "rules/plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Less than a rule may spend: a loop shall not take a run's time. */
#define BUDGET    4000
#define LOOK_EACH 256 /* runs */

static struct world w;
static struct evtab *tab;
static struct guard guard;

static void
must(int rc)
{
	if (rc != 0) {
		abort();
	}
}

static void
start(void)
{
	struct ev *e;

	world_open(&w);
	w.link = w.operation = 0;
	w.range = WORLD_NULL;
	must(sqlite3_exec(w.db,
	    "CREATE TABLE guarded (a); INSERT INTO guarded VALUES (1)", NULL,
	    NULL, NULL));
	must(sqlite3_exec(w.db, "BEGIN", NULL, NULL, NULL));
	must(evtab_new(w.db, &tab));
	must(func_register(w.db, tab));
	must(guard_enter(&guard, w.db));
	e = world_request(&w, "write_multiple_registers", 16, EV_CLASS_WRITE);
	ev_uint(e, H_ADDR, 100);
	ev_uint(e, H_QTY, 2);
	ev_bytes(e, H_VALUES, EV_T_REGS, "\0\1\xff\xff", 4);
}

/* The row can be looked at only outside the guard. */
static void
look_inside(void)
{
	static const char sql[] = "SELECT 1 FROM guarded WHERE a = 1 AND "
				  "(SELECT count(*) FROM guarded) = 1 AND "
				  "(SELECT count(*) FROM sqlite_schema) = 1";
	sqlite3_stmt *st;

	guard_leave(&guard);
	must(sqlite3_prepare_v2(w.db, sql, -1, &st, NULL));
	assert(sqlite3_step(st) == SQLITE_ROW);
	must(sqlite3_finalize(st));
	must(guard_enter(&guard, w.db));
}

static void
check_database(void)
{
	static unsigned runs;

	assert(sqlite3_get_autocommit(w.db) == 0);
	assert(sqlite3_total_changes(w.db) == 1);
	assert(sqlite3_next_stmt(w.db, NULL) == NULL);
	if (runs++ % LOOK_EACH == 0) {
		look_inside();
	}
}

static void
check_refusal(const char *when, int offset)
{
	char copy[sizeof(guard.why) * 3];
	bool bad = false;

	assert(guard.why[0] != '\0');
	(void)utf8_clean(
	    copy, sizeof(copy), guard.why, strlen(guard.why), &bad);
	/* What SQLite quotes may be cut in the middle of a character. */
	assert(strpbrk(guard.why, "\n\r\t\x1b\x7f") == NULL && !bad);
	assert(
	    offset >= -1 && (offset < 0 || (size_t)offset <= strlen(when) + 8));
}

/* SQLite's answer to one question, and what it cost. */
static int
ask(sqlite3_stmt *st, int64_t *ret_left)
{
	struct guard_run run;
	int rc;

	tab->budget = BUDGET;
	tab->subject = &w.sub;
	guard_run_enter(&run, w.db, &tab->budget);
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		(void)sqlite3_reset(st);
	} else {
		rc = sqlite3_reset(st);
	}
	guard_run_leave(&run);
	tab->subject = NULL;
	assert(tab->budget >= -GUARD_STRIDE);
	*ret_left = tab->budget;
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sqlite3_stmt *st = NULL;
	int offset = -1, rc, again;
	int64_t first, second;
	struct plain plain;
	char *when;

	if (w.db == NULL) {
		start();
	}
	/* What ini.c and entry.c let through has no NUL. */
	if (memchr(data, '\0', size) != NULL || size > LIMIT_RULE_WHEN_MAX) {
		return 0;
	}
	when = strndup((const char *)data, size);
	assert(when != NULL);
	rc = guard_compile(&guard, when, &st, &offset);
	assert(rc == 0 || rc == ERR_CONFIG);
	if (rc == 0) {
		assert(sqlite3_stmt_readonly(st) && sqlite3_sql(st) != NULL);
		assert(sqlite3_bind_parameter_count(st) == 0);
		rc = ask(st, &first);
		again = ask(st, &second);
		/* SQLite counts on from one question to the next, and looks
		 * at the budget every GUARD_STRIDE. */
		assert(llabs(first - second) <= GUARD_STRIDE);
		assert(rc == again || first < GUARD_STRIDE ||
		       second < GUARD_STRIDE);
		plain_read(&plain, tab->cols, when);
		assert(rc != SQLITE_ROW ||
		       !plain_refutes(&plain, tab->cols, &w.sub));
		(void)sqlite3_finalize(st);
	} else {
		assert(st == NULL);
		check_refusal(when, offset);
	}
	check_database();
	free(when);
	return 0;
}

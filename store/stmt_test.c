/*
 * stmt_test: no statement of the writer walks through a whole table, and none
 * is prepared anew for another value: what an event costs must not grow with
 * the plant.
 */
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "store/db.h"
#include "store/frame.h"
#include "store/migrate.h"
#include "store/model.h"

static const struct {
	const char *name, *sql;
} statements[] = {
#define STMT(name, sql) {#name, sql},
#include "store/stmt.def"
#undef STMT
};

/* What may be walked: rows of a subquery, which has a LIMIT or is one
 * asset's, the few frames of an alert, and the outbox, which is bounded as a
 * whole. */
static bool
is_bounded(const char *detail)
{
	static const char *const known[] = {"SCAN CONSTANT ROW", "SCAN l",
	    "SCAN r", "SCAN (subquery", "SCAN own", "SCAN outbox",
	    "SCAN json_each"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strncmp(detail, known[i], strlen(known[i])) == 0) {
			return true;
		}
	}
	return strncmp(detail, "SCAN ", 5) != 0;
}

static void
test_no_statement_scans_a_table(void **state)
{
	sqlite3 *db;
	int bad = 0;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(migrate(db), 0);
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]);
	     i++) {
		char sql[4096];
		sqlite3_stmt *st;

		(void)snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s",
		    statements[i].sql);
		assert_int_equal(db_prepare(db, sql, &st), 0);
		while (db_step(st) == 1) {
			if (!is_bounded(db_text(st, 3))) {
				print_error("%s: %s\n", statements[i].name,
				    db_text(st, 3));
				bad++;
			}
		}
		(void)sqlite3_finalize(st);
	}
	(void)sqlite3_close(db);
	assert_int_equal(bad, 0);
}

/* Once with each of two values everywhere; what it finds or breaks is of no
 * interest. */
static void
run_with(sqlite3_stmt *st, const char *value)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(st); i++) {
		(void)sqlite3_bind_text(st, i, value, -1, SQLITE_STATIC);
	}
	(void)sqlite3_step(st);
	(void)sqlite3_reset(st);
}

static void
test_no_value_has_a_statement_prepared_again(void **state)
{
	sqlite3 *db;
	int bad = 0;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(migrate(db), 0);
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]);
	     i++) {
		sqlite3_stmt *st;

		assert_int_equal(db_prepare(db, statements[i].sql, &st), 0);
		run_with(st, "1");
		run_with(st, "2");
		if (sqlite3_stmt_status(st, SQLITE_STMTSTATUS_REPREPARE, 0) !=
		    0) {
			print_error("%s: again\n", statements[i].name);
			bad++;
		}
		(void)sqlite3_finalize(st);
	}
	(void)sqlite3_close(db);
	assert_int_equal(bad, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_value_has_a_statement_prepared_again),
	    cmocka_unit_test(test_no_statement_scans_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Unit tests of the guard: what SQL a rule may not be, how long it may take,
 * and that it leaves the connection as it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "base/clock.h"
#include "limits.h"
#include "rules/harness.h"

static struct world w;

/* The condition does not load, for this reason. */
static void
refuse(const char *when, const char *reason)
{
	const char *told;

	w.problems = 0;
	assert_int_equal(world_load_when(&w, when), 0);
	if (w.problems != 1) {
		fail_msg("%s: %zu problems", when, w.problems);
	}
	assert_int_equal(rules_count(w.rules), 0);
	told = strstr(w.problem, "[test] ");
	assert_non_null(told);
	assert_string_equal(told + 7, reason);
}

static void
load(const char *when)
{
	w.problems = 0;
	assert_int_equal(world_load_when(&w, when), 0);
	if (w.problems != 0) {
		fail_msg("%s: %s", when, w.problem);
	}
	assert_int_equal(rules_count(w.rules), 1);
}

static bool
holds(const char *when)
{
	load(when);
	assert_int_equal(world_judge(&w), 0);
	assert_int_equal(w.problems, 0);
	return w.hits == 1;
}

static void
test_what_a_rule_may_say(void **state)
{
	struct ev *e =
	    world_request(&w, "write_multiple_registers", 16, EV_CLASS_WRITE);

	ev_uint(e, H_ADDR, 100);
	ev_bytes(e, H_VALUES, EV_T_REGS, "\0\1\1\0", 4);
	assert_true(holds("fc = 16 AND addr BETWEEN 90 AND 110"));
	assert_true(holds("FC = 16 AND ev.unit IN (1, 2)"));
	assert_true(holds("CASE class WHEN 'write' THEN 1 ELSE 0 END"));
	assert_true(holds("json_extract(\"values\", '$[1]') = 256"));
	assert_true(holds("\"values\" ->> 1 = 256 AND \"or\" IS NULL"));
	assert_true(holds("EXISTS (SELECT 1 FROM json_each(\"values\") j "
			  "WHERE j.value > 255)"));
	assert_true(holds("(SELECT max(value) FROM json_tree(\"values\") "
			  "WHERE type = 'integer') = 256"));
	assert_true(holds("op LIKE 'write%' AND op GLOB '*reg*'"));
	assert_true(holds("round(ts) = 1093521682 AND stream_time() = "
			  "1093521681"));
	assert_true(holds("ip_scope(src_ip) = 'private'"));
	assert_true(holds("NOT in_learning() AND learned('link')"));
	assert_true(holds("1 -- a comment"));
	assert_true(holds("asset('dst', 'id') = 2"));
	assert_false(holds("0"));
	assert_false(holds("NULL"));
	assert_false(holds("'text'"));
	assert_false(holds("fc = '16'")); /* numbers are numbers */
}

static void
test_chance_clock_and_code_are_refused(void **state)
{
	refuse("random() > 0", "a rule may not call random()");
	refuse("RANDOM() > 0", "a rule may not call random()");
	refuse("length(randomblob(9)) > 0", "a rule may not call randomblob()");
	refuse("load_extension('x') IS NULL",
	    "a rule may not call load_extension()");
	refuse(
	    "CURRENT_TIMESTAMP > 0", "a rule may not call current_timestamp()");
	refuse("CURRENT_DATE > 0", "a rule may not call current_date()");
	refuse("datetime('now') > 0", "a rule may not call datetime()");
	refuse("date() > 0", "a rule may not call date()");
	refuse("time() > 0", "a rule may not call time()");
	refuse("julianday('now') > 0", "a rule may not call julianday()");
	refuse("strftime('%s') > 0", "a rule may not call strftime()");
	refuse("unixepoch() > 0", "a rule may not call unixepoch()");
	refuse(
	    "last_insert_rowid()", "a rule may not call last_insert_rowid()");
	refuse("changes()", "a rule may not call changes()");
	refuse("sqlite_version()", "a rule may not call sqlite_version()");
	refuse(
	    "length(zeroblob(1000000000))", "a rule may not call zeroblob()");
	refuse("length(printf('%1000000000d', 1))",
	    "a rule may not call printf()");
	refuse("length(format('%d', 1))", "a rule may not call format()");
	refuse("op MATCH 'x'", "a rule may not call match()");
	refuse("op REGEXP 'x'", "no such function: REGEXP");
	refuse("fts3_tokenizer('x') IS NULL",
	    "a rule may not call fts3_tokenizer()");
	refuse("nosuch()", "no such function: nosuch");
}

static void
test_other_tables_are_refused(void **state)
{
	assert_int_equal(
	    sqlite3_exec(w.db, "CREATE TABLE IF NOT EXISTS secrets (a)", NULL,
		NULL, NULL),
	    SQLITE_OK);
	refuse("EXISTS (SELECT a FROM secrets)", "a rule may not read secrets");
	refuse("EXISTS (SELECT count(*) FROM secrets)",
	    "a rule may not read secrets");
	refuse("EXISTS (SELECT 1 FROM sqlite_schema)",
	    "a rule may not read sqlite_schema");
	refuse("EXISTS (SELECT 1 FROM sqlite_master)",
	    "a rule may not read sqlite_master");
	/* Tables that SQLite would make at first sight. */
	refuse("EXISTS (SELECT 1 FROM pragma_database_list)",
	    "a rule may only read the event");
	refuse(
	    "EXISTS (SELECT 1 FROM dbstat)", "a rule may only read the event");
	refuse("EXISTS (SELECT 1 FROM sqlite_stmt)",
	    "a rule may only read the event");
	refuse("EXISTS (SELECT 1 FROM nosuch)", "no such table: nosuch");
}

static void
test_only_one_expression(void **state)
{
	refuse("1); DELETE FROM secrets; --", "not one SQL expression");
	refuse("1); ATTACH ':memory:' AS x; --", "not one SQL expression");
	refuse("1); PRAGMA journal_mode = OFF; --", "not one SQL expression");
	refuse("1) /*", "not one SQL expression");
	refuse("1); --", "not one SQL expression");
	refuse("1);", "not one SQL expression");
	refuse("1; 1", "near \";\": syntax error");
	refuse("", "the value is missing: when");
	refuse("DELETE FROM ev", "near \"DELETE\": syntax error");
	refuse("(INSERT INTO ev VALUES (1))", "near \"INSERT\": syntax error");
	refuse("EXISTS (DELETE FROM ev RETURNING 1)",
	    "near \"DELETE\": syntax error");
	refuse("PRAGMA user_version", "near \"user_version\": syntax error");
	refuse("fc = ?", "a rule has no parameters");
	refuse("fc = :x", "a rule has no parameters");
	refuse("fc = ?99", "variable number must be between ?1 and ?1");
}

static void
test_recursion_is_refused(void **state)
{
	refuse("EXISTS (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT "
	       "i + 1 FROM n) SELECT i FROM n)",
	    "a rule may not recurse");
}

/* Repeats a piece between a head and a tail. */
static char *
repeated(const char *head, const char *piece, int n, const char *tail)
{
	static char s[LIMIT_RULE_WHEN_MAX * 2];
	int at = snprintf(s, sizeof(s), "%s", head);

	for (int i = 0; i < n; i++) {
		/* Lines, since those of a file are short. */
		at += snprintf(s + at, sizeof(s) - (size_t)at, "%s%s", piece,
		    i % 8 == 7 ? "\n " : "");
	}
	(void)snprintf(s + at, sizeof(s) - (size_t)at, "%s", tail);
	return s;
}

static void
test_huge_expressions_are_refused(void **state)
{
	assert_true(holds(repeated("", "NOT ", 50, "NOT NOT 1")));
	refuse(repeated("", "NOT ", 200, "1"), "parser stack overflow");
	refuse(repeated("0", "+1+1", 60, ""),
	    "Expression tree is too large (maximum depth 100)");
	refuse(repeated("", "(", 50, "1"), "the expression ends too early");
	refuse(repeated("", "(", 99, "1"), "parser stack overflow");
	refuse(repeated("(", "SELECT 1 UNION ", 20, "SELECT 1)"),
	    "too many terms in compound SELECT");
	refuse(repeated("max(1", ",1,1", 40, ")"),
	    "too many arguments on function max");
}

#define FORTY   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define FORTY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
test_long_texts_are_bounded(void **state)
{
	struct rules_stat st;
	int length = sqlite3_limit(w.db, SQLITE_LIMIT_LENGTH, -1);

	(void)world_request(&w, "read_coils", 1, EV_CLASS_READ);
	/* 10 times 40 ** 4 bytes, if it could. */
	load("length(replace(replace(replace(replace('aaaaaaaaaa',\n"
	     " 'a', '" FORTY "'),\n 'b', '" FORTY_A "'),\n"
	     " 'a', '" FORTY "'),\n 'b', '" FORTY_A "')) > 0");
	assert_int_equal(world_judge(&w), 0);
	assert_int_equal(w.hits, 0);
	rules_stat(w.rules, 0, &st);
	assert_int_equal(st.failed, 1);
	assert_int_equal(sqlite3_limit(w.db, SQLITE_LIMIT_LENGTH, -1), length);
	/* LIKE with a pattern longer than is sensible. */
	load("op LIKE (\"values\" || \"values\")");
	ev_bytes(&w.ev, H_VALUES, EV_T_REGS, repeated("", "zz", 60, ""), 120);
	assert_int_equal(world_judge(&w), 0);
	rules_stat(w.rules, 0, &st);
	assert_int_equal(st.failed, 1);
}

static int64_t
count_rows(const char *sql)
{
	sqlite3_stmt *st;
	int64_t n;

	assert_int_equal(
	    sqlite3_prepare_v2(w.db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	return n;
}

static void
run(const char *sql)
{
	assert_int_equal(sqlite3_exec(w.db, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* A loop over everything that a rule can loop over. */
#define LOOP                                                    \
	"(SELECT count(*) FROM json_each(\"values\") a,\n"      \
	"  json_each(\"values\") b, json_each(\"values\") c,\n" \
	"  json_each(\"values\") d) > 0"

static void
test_endless_rules_are_stopped(void **state)
{
	static uint8_t regs[400];
	uint64_t start = clock_mono_ns();
	struct rules_stat st;
	struct ev *e;

	e = world_request(&w, "write_multiple_registers", 16, EV_CLASS_WRITE);
	ev_bytes(e, H_VALUES, EV_T_REGS, regs, sizeof(regs));
	load(LOOP);
	run("DELETE FROM secrets; BEGIN; INSERT INTO secrets VALUES (1)");
	assert_int_equal(world_judge(&w), 0);
	assert_int_equal(w.hits, 0);
	rules_stat(w.rules, 0, &st);
	assert_int_equal(st.asked, 1);
	assert_int_equal(st.failed, 1);
	/* The writer's transaction is open and whole. */
	assert_int_equal(sqlite3_get_autocommit(w.db), 0);
	run("INSERT INTO secrets VALUES (2); COMMIT");
	assert_int_equal(count_rows("SELECT count(*) FROM secrets"), 2);
	/* Some 2 ms; a sanitizer on a busy machine may take a hundred times. */
	assert_true(clock_mono_ns() - start < 5 * NS_PER_SEC);
}

/* Work that hides in few instructions: long columns read over and over. */
static void
test_long_columns_are_counted(void **state)
{
	static uint8_t bits[EV_BLOB_MAX];
	struct rules_stat st;
	struct ev *e;

	e = world_request(&w, "write_multiple_coils", 15, EV_CLASS_CONTROL);
	ev_bytes(e, H_VALUES, EV_T_BITS, bits, 8 * sizeof(bits));
	load("length(\"values\") = 65537");
	assert_int_equal(world_judge(&w), 0);
	assert_int_equal(w.hits, 1);
	load("(SELECT sum(length(b.\"values\")) FROM json_each(\n"
	     " '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]') a, ev b) > 0");
	assert_int_equal(world_judge(&w), 0);
	assert_int_equal(w.hits, 0);
	rules_stat(w.rules, 0, &st);
	assert_int_equal(st.failed, 1);
}

static void
test_the_connection_stays_as_it_was(void **state)
{
	static const int ids[] = {SQLITE_LIMIT_SQL_LENGTH,
	    SQLITE_LIMIT_EXPR_DEPTH, SQLITE_LIMIT_COMPOUND_SELECT,
	    SQLITE_LIMIT_VDBE_OP, SQLITE_LIMIT_FUNCTION_ARG,
	    SQLITE_LIMIT_ATTACHED, SQLITE_LIMIT_VARIABLE_NUMBER,
	    SQLITE_LIMIT_TRIGGER_DEPTH, SQLITE_LIMIT_LENGTH,
	    SQLITE_LIMIT_LIKE_PATTERN_LENGTH};
	int before[sizeof(ids) / sizeof(ids[0])];
	sqlite3_stmt *st;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		before[i] = sqlite3_limit(w.db, ids[i], -1);
	}
	assert_int_equal(
	    sqlite3_prepare_v2(
		w.db, "INSERT INTO secrets VALUES (random())", -1, &st, NULL),
	    SQLITE_OK);
	load("1");
	refuse("random()", "a rule may not call random()");
	(void)world_request(&w, "read_coils", 1, EV_CLASS_READ);
	load("1");
	assert_int_equal(world_judge(&w), 0);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		assert_int_equal(sqlite3_limit(w.db, ids[i], -1), before[i]);
	}
	/* Store's statements, old and new, are nobody's rules. */
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	(void)sqlite3_finalize(st);
	run("INSERT INTO secrets VALUES (datetime('now'))");
	run("PRAGMA user_version");
	run("ATTACH ':memory:' AS other; DETACH other");
	/* No progress handler is left to stop a long statement of store's. */
	assert_int_equal(count_rows("WITH RECURSIVE n (i) AS (SELECT 1 UNION "
				    "ALL SELECT i + 1 FROM n LIMIT 100000) "
				    "SELECT count(*) FROM n"),
	    100000);
}

static void
test_a_large_schema_does_not_matter(void **state)
{
	char *sql = malloc(40000);
	int n;

	assert_non_null(sql);
	n = snprintf(sql, 40000, "CREATE TABLE wide (c0");
	for (int i = 1; i < 1500; i++) {
		n += snprintf(sql + n, 40000 - (size_t)n, ", column%d", i);
	}
	(void)snprintf(sql + n, 40000 - (size_t)n, ")");
	run(sql);
	free(sql);
	/* Forgets the schema, so that compiling a rule must read it. */
	run("PRAGMA writable_schema = RESET");
	load("fc = 1");
	run("DROP TABLE wide");
}

static int
setup(void **state)
{
	world_open(&w);
	return 0;
}

static int
teardown(void **state)
{
	world_close(&w);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_a_rule_may_say),
	    cmocka_unit_test(test_chance_clock_and_code_are_refused),
	    cmocka_unit_test(test_other_tables_are_refused),
	    cmocka_unit_test(test_only_one_expression),
	    cmocka_unit_test(test_recursion_is_refused),
	    cmocka_unit_test(test_huge_expressions_are_refused),
	    cmocka_unit_test(test_long_texts_are_bounded),
	    cmocka_unit_test(test_endless_rules_are_stopped),
	    cmocka_unit_test(test_long_columns_are_counted),
	    cmocka_unit_test(test_the_connection_stays_as_it_was),
	    cmocka_unit_test(test_a_large_schema_does_not_matter),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/*
 * Unit tests of plain: conditions that are refuted without SQLite, those that
 * are not, and that SQLite is always of the same opinion.
 */
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "rules/harness.h"
#include "rules/plain.h"

static struct world w;
static struct evcols *cols;

/* A request with exception 4, address 0 and no quantity. */
static void
make_event(void)
{
	struct ev *e = world_request(&w, "read_coils", 1, EV_CLASS_READ);

	ev_uint(e, H_EXCEPTION, 4);
	ev_uint(e, H_ADDR, 0);
	ev_double(e, EVF_COUNT, 2.5);
	ev_name(e, EVF_KEY, "vendor");
}

static bool
is_refuted(const char *when)
{
	struct plain x;

	plain_read(&x, cols, when);
	return plain_refutes(&x, cols, &w.sub);
}

/* What SQLite says; fails the test when the condition does not compile. */
static bool
holds(const char *when)
{
	char hidden[600];

	(void)snprintf(hidden, sizeof(hidden), "NOT NOT (%s\n )", when);
	if (world_load_when(&w, hidden) != 0 || w.problems != 0) {
		fail_msg("%s: %s", when, w.problem);
	}
	make_event();
	assert_int_equal(world_judge(&w), 0);
	return w.hits > 0;
}

static void
test_what_is_surely_untrue_is_refuted(void **state)
{
	static const char *const whens[] = {
	    "exception = 5",
	    "exception = 5 AND learned('link')",
	    "learned('link') AND exception > 4",
	    "EXCEPTION==3",
	    "exception <> 4",
	    "exception != 4 AND 1",
	    "exception < 4",
	    "exception <= 3",
	    "exception >= 5",
	    " ( exception >= 5 ) ",
	    "qty = 4",
	    "qty <> 4",
	    "qty < 4",
	    "qty",
	    "addr",
	    "addr AND 1",
	    "qty IS NOT NULL",
	    "exception IS NULL",
	    "exception IN (1, 2,3)",
	    "qty IN (1, 2)",
	    "proto = 'dnp3'",
	    "proto IN ('dnp3', 'bacnet') AND 1",
	    "\"key\" = 'name' AND changed()",
	    "(exception = 1 OR qty = 2 OR addr IN (7, 8))",
	    "exception = 1 OR qty = 2",
	    "proto = 'modbus' AND (exception = 1 OR qty = 2) AND abs(1)",
	    "proto = 'modbus'\n AND op = 'write_coil'\n",
	    "op = ''",
	    "exception = 999999999999999999",
	};

	for (size_t i = 0; i < sizeof(whens) / sizeof(whens[0]); i++) {
		make_event();
		if (!is_refuted(whens[i])) {
			fail_msg("not refuted: %s", whens[i]);
		}
		if (holds(whens[i])) {
			fail_msg("holds: %s", whens[i]);
		}
	}
}

static void
test_the_rest_is_for_sqlite(void **state)
{
	static const char *const whens[] = {
	    "1",
	    "exception = 4",
	    "exception = 4 AND addr = 0",
	    "NOT exception = 5",
	    "NOT addr",
	    "NOT (exception = 5 AND qty = 1)",
	    "(exception = 5) IS NOT NULL",
	    "(exception = 5) + (addr = 0) = 1",
	    "(exception = 5) + (addr = 0)",
	    "exception = 5 = 0",
	    "exception = 5 OR abs(1)",
	    "(exception = 5 OR abs(1))",
	    "exception = 5 OR addr = 0",
	    "exception IN (1, 2) OR addr = 0 AND 1",
	    "exception IN (1, 2 + 2)",
	    "exception NOT IN (1, 2)",
	    "exception BETWEEN 4 AND 5 AND 1",
	    "exception BETWEEN 0 AND exception = 5 OR 1",
	    "CASE WHEN exception = 5 THEN 0 ELSE 1 END",
	    "exception = 4.0",
	    "exception < 4.5",
	    "exception > 3e0",
	    "exception = 0x4",
	    "exception < '3'", /* a number is less than any text */
	    "exception <> '4'",
	    "op <> 1",
	    "op > 'a'",
	    "op <> 'x'",
	    "count > 2",
	    "count = 2.5",
	    "op = 'read_coils' COLLATE nocase",
	    "op = 'READ_COILS' COLLATE nocase",
	    "exception = 5 - 1",
	    "exception = -4 + 8",
	    "exception = 5 -- AND\n - 1",
	    "exception = 5 /* x */ - 1",
	    "exception IS 4",
	    "coalesce(qty, 1) = 1",
	    "ev.exception = 4",
	    "\"key\" = 'vendor'",
	    "(((exception = 4)))",
	    "(addr = 0 AND exception = 4)",
	    "op = 'it''s' OR 1",
	    "op <> 'it''s'",
	    "(addr = 0) AND (exception = 4)",
	};

	for (size_t i = 0; i < sizeof(whens) / sizeof(whens[0]); i++) {
		make_event();
		if (is_refuted(whens[i])) {
			fail_msg("refuted: %s", whens[i]);
		}
		if (!holds(whens[i])) {
			fail_msg("does not hold: %s", whens[i]);
		}
	}
}

static void
test_too_many_are_left_to_sqlite(void **state)
{
	char when[512], list[256] = "0";

	for (size_t n = 1, i = 0; i < PLAIN_MAX; i++) {
		n += (size_t)snprintf(
		    list + n, sizeof(list) - n, ", %zu", 100 + i);
	}
	(void)snprintf(
	    when, sizeof(when), "exception IN (%s) AND addr = 1", list);
	make_event();
	assert_true(is_refuted(when)); /* by the other part */
	*strstr(when, " AND") = '\0';
	assert_false(is_refuted(when));
	assert_false(holds(when));
}

static void
test_who_was_refuted_was_asked(void **state)
{
	struct rules_stat stat;

	assert_int_equal(world_load_when(&w, "exception = 5"), 0);
	make_event();
	assert_int_equal(world_judge(&w), 0);
	assert_int_equal(w.hits, 0);
	rules_stat(w.rules, 0, &stat);
	assert_int_equal(stat.asked, 1);
	assert_int_equal(stat.held, 0);
}

static int
setup(void **state)
{
	world_open(&w);
	return evcols_new(&cols);
}

static int
teardown(void **state)
{
	evcols_free(cols);
	world_close(&w);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_surely_untrue_is_refuted),
	    cmocka_unit_test(test_the_rest_is_for_sqlite),
	    cmocka_unit_test(test_too_many_are_left_to_sqlite),
	    cmocka_unit_test(test_who_was_refuted_was_asked),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

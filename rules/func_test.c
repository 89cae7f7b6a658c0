/*
 * Unit tests of the functions that need no store.
 */
#include <string.h>

#include "base/test.h"
#include "rules/func.h"

static void
expect(const char *ip, const char *scope)
{
	const char *s = func_ip_scope(ip);

	assert_non_null(s);
	assert_string_equal(s, scope);
}

/* Each prefix at its first and last address, and beside it. */
static void
test_ip_scope_v4(void **state)
{
	expect("0.0.0.0", "none");
	expect("0.0.0.1", "reserved");
	expect("0.255.255.255", "reserved");
	expect("1.0.0.0", "public");
	expect("9.255.255.255", "public");
	expect("10.0.0.0", "private");
	expect("10.255.255.255", "private");
	expect("11.0.0.0", "public");
	expect("100.63.255.255", "public");
	expect("100.64.0.0", "private");
	expect("100.127.255.255", "private");
	expect("100.128.0.0", "public");
	expect("127.0.0.1", "loopback");
	expect("169.254.0.1", "link");
	expect("169.255.0.1", "public");
	expect("172.15.255.255", "public");
	expect("172.16.0.0", "private");
	expect("172.31.255.255", "private");
	expect("172.32.0.0", "public");
	expect("192.0.2.1", "reserved");
	expect("192.167.255.255", "public");
	expect("192.168.0.0", "private");
	expect("192.169.0.0", "public");
	expect("198.17.255.255", "public");
	expect("198.18.0.0", "reserved");
	expect("198.19.255.255", "reserved");
	expect("198.20.0.0", "public");
	expect("198.51.100.1", "reserved");
	expect("203.0.113.1", "reserved");
	expect("223.255.255.255", "public");
	expect("224.0.0.0", "multicast");
	expect("239.255.255.255", "multicast");
	expect("240.0.0.0", "reserved");
	expect("255.255.255.254", "reserved");
	expect("255.255.255.255", "broadcast");
}

static void
test_ip_scope_v6(void **state)
{
	expect("::", "none");
	expect("::1", "loopback");
	expect("::2", "reserved");
	expect("fe80::1", "link");
	expect("febf::1", "link");
	expect("fec0::1", "reserved");
	expect("fc00::1", "private");
	expect("fdff::1", "private");
	expect("ff02::1", "multicast");
	expect("2001:db8::1", "reserved");
	expect("2001:db9::1", "public");
	expect("2000::", "public");
	expect("3fff:ffff::", "public");
	expect("4000::", "reserved");
	expect("::ffff:10.0.0.1", "private");
	expect("::ffff:8.8.8.8", "public");
}

static void
test_ip_scope_of_no_address(void **state)
{
	assert_null(func_ip_scope(""));
	assert_null(func_ip_scope("10.0.0"));
	assert_null(func_ip_scope("10.0.0.256"));
	assert_null(func_ip_scope("00:02:b3:ce:70:51"));
	assert_null(func_ip_scope("1::2::3"));
}

/* One value from a fresh connection with the functions. */
static void
expect_sql(sqlite3 *db, const char *sql, const char *expected)
{
	sqlite3_stmt *st;
	const char *s;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	s = (const char *)sqlite3_column_text(st, 0);
	if (expected == NULL) {
		assert_null(s);
	} else {
		assert_non_null(s);
		assert_string_equal(s, expected);
	}
	(void)sqlite3_finalize(st);
}

static void
test_sql(void **state)
{
	struct ev ev = {.kind = EV_GAP};
	struct rules_subject sub = {
	    .ev = &ev, .stream_ns = 1093521681999999999};
	struct evtab *t;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(evtab_new(db, &t), 0);
	assert_int_equal(func_register(db, t), 0);
	expect_sql(db, "SELECT ip_scope('8.8.8.8')", "public");
	expect_sql(db, "SELECT ip_scope(NULL)", NULL);
	expect_sql(db, "SELECT ip_scope(x'ff00')", NULL);
	expect_sql(db, "SELECT ip_scope(5)", NULL);
	expect_sql(db, "SELECT stream_time()", NULL);
	expect_sql(db, "SELECT count(*) FROM ev", "0");
	t->subject = &sub;
	t->budget = 100;
	expect_sql(db, "SELECT stream_time()", "1093521681");
	expect_sql(db, "SELECT count(*) FROM ev", "1");
	expect_sql(db, "SELECT kind FROM ev", "gap");
	expect_sql(db, "SELECT a.kind FROM ev a, ev b, ev c", "gap");
	expect_sql(db, "SELECT rowid FROM ev", "1");
	evtab_free(t);
	/* The connection has its share, and shows nothing now. */
	expect_sql(db, "SELECT count(*) FROM ev", "0");
	expect_sql(db, "SELECT stream_time()", NULL);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ip_scope_v4),
	    cmocka_unit_test(test_ip_scope_v6),
	    cmocka_unit_test(test_ip_scope_of_no_address),
	    cmocka_unit_test(test_sql),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

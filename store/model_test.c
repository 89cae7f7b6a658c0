/*
 * model_test: stable ids, roles, and texts made fit.
 */
#include <string.h>

#include "base/test.h"
#include "store/model.h"
#include "store/text.h"

static void
test_id_is_the_same_everywhere(void **state)
{
	char buf[UID_TEXT];

	(void)state;
	/* BLAKE2b-128 of the text, the first 50 bits: fixed for ever. */
	uid_text(buf, 'a', uid_make("10.0.0.3", 0));
	assert_string_equal(buf, "a-wrzmff3cj3");
	assert_int_not_equal(uid_make("10.0.0.3", 0), uid_make("10.0.0.3", 1));
}

static void
test_id_reads_back(void **state)
{
	char buf[UID_TEXT];

	(void)state;
	for (int64_t v = 1; v < (int64_t)1 << UID_BITS; v *= 7) {
		uid_text(buf, 'e', v);
		assert_int_equal(uid_parse(buf, 'e'), v);
		assert_int_equal(uid_parse(buf, 'a'), -1);
	}
}

static void
test_id_that_is_none_is_refused(void **state)
{
	static const char *const bad[] = {"", "a", "a-", "a-000000000",
	    "a-00000000000", "a-000000000i", "a_0000000000", "A-0000000000",
	    "a-00000 0000"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(uid_parse(bad[i], 'a'), -1);
	}
}

static void
test_role_is_the_most_telling_one(void **state)
{
	(void)state;
	assert_null(role_name(0));
	assert_int_equal(role_level(0), -1);
	assert_string_equal(role_name(ROLE_SERVER), "controller");
	assert_int_equal(role_level(ROLE_SERVER | ROLE_CLIENT), 1);
	assert_string_equal(
	    role_name(ROLE_CLIENT | ROLE_ENGINEER), "engineering");
	assert_string_equal(role_name(ROLE_SERVER | ROLE_GATEWAY), "gateway");
}

static void
test_long_texts_that_differ_stay_two(void **state)
{
	char a[200], b[200], x[32], y[32];

	(void)state;
	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	b[199] = 'y';
	assert_int_equal(text_fit(x, sizeof(x), a, sizeof(a)), 31);
	assert_int_equal(text_fit(y, sizeof(y), b, sizeof(b)), 31);
	assert_string_not_equal(x, y);
	assert_memory_equal(x, y, 14);
}

static void
test_text_is_made_valid(void **state)
{
	char x[32];

	(void)state;
	assert_int_equal(text_fit(x, sizeof(x),
			     "a\x00\x1b\xff"
			     "b",
			     5),
	    7);
	assert_string_equal(x, "a  \xef\xbf\xbd"
			       "b");
	/* Cut at a character's edge, with the hash behind. */
	(void)text_fit(x, 23,
	    "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
	    "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac",
	    30);
	assert_int_equal(strlen(x), 3 + 17);
	assert_memory_equal(x, "\xe2\x82\xac~", 4);
}

static void
test_text_that_grows_stops_at_its_end(void **state)
{
	struct text t;
	char buf[8];

	(void)state;
	text_start(&t, buf, sizeof(buf));
	text_put(&t, "1234");
	text_put_uint(&t, 5678901);
	text_put(&t, "x");
	assert_string_equal(buf, "1234567");
	assert_true(t.full);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_id_is_the_same_everywhere),
	    cmocka_unit_test(test_id_reads_back),
	    cmocka_unit_test(test_id_that_is_none_is_refused),
	    cmocka_unit_test(test_role_is_the_most_telling_one),
	    cmocka_unit_test(test_long_texts_that_differ_stay_two),
	    cmocka_unit_test(test_text_is_made_valid),
	    cmocka_unit_test(test_text_that_grows_stops_at_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * args_test: what stands behind the question mark.
 */
#include <string.h>

#include "base/test.h"
#include "web/web_priv.h"

#define ALL (ARG_AFTER | ARG_LIMIT | ARG_TEXT | ARG_STATE | ARG_ORDER)

static int
take(struct args *a, const char *name, const char *value)
{
	return args_take(a, ALL, name, value);
}

static void
test_nothing_given_restricts_nothing(void **state)
{
	struct query_filter f;
	struct args a;

	args_init(&a);
	args_filter(&a, &f);
	assert_int_equal(a.limit, LIMIT_WEB_PAGE_MAX);
	assert_int_equal(a.after, 0);
	assert_true(a.facts);
	assert_null(f.text);
	assert_null(f.state);
	assert_false(f.newest_first);
}

static void
test_given_ones_reach_the_filter(void **state)
{
	struct query_filter f;
	struct args a;

	args_init(&a);
	assert_int_equal(take(&a, "q", "pump 7"), 0);
	assert_int_equal(take(&a, "state", "open"), 0);
	assert_int_equal(take(&a, "order", "newest"), 0);
	assert_int_equal(take(&a, "limit", "500"), 0);
	assert_int_equal(take(&a, "after", "9223372036854775807"), 0);
	args_filter(&a, &f);
	assert_string_equal(f.text, "pump 7");
	assert_string_equal(f.state, "open");
	assert_true(f.newest_first);
	assert_int_equal(a.limit, 500);
	assert_true(a.after == INT64_MAX);
}

static void
test_wrong_ones_are_named(void **state)
{
	static const struct {
		const char *name, *value, *wrong;
	} bad[] = {
	    {"limit", "0", "limit"},
	    {"limit", "501", "limit"},
	    {"after", "0", "after"},
	    {"after", "9223372036854775808", "after"},
	    {"state", "Open", "state"},
	    {"order", "", "order"},
	    {"q", NULL, "q"},
	    {"q", "a\tb", "q"},
	    {"role", "router", ""}, /* known, but not here */
	    {"Limit", "1", ""},
	    {"", "1", ""},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct args a;

		args_init(&a);
		assert_int_equal(
		    take(&a, bad[i].name, bad[i].value), ERR_FORMAT);
		assert_string_equal(a.wrong, bad[i].wrong);
		assert_non_null(a.reason);
	}
}

static void
test_twice_is_wrong(void **state)
{
	struct args a;

	args_init(&a);
	assert_int_equal(take(&a, "q", "a"), 0);
	assert_int_equal(take(&a, "q", "a"), ERR_FORMAT);
	assert_string_equal(a.wrong, "q");
}

static void
test_longest_text_fits(void **state)
{
	char text[LIMIT_WEB_QUERY_MAX + 2];
	struct query_filter f;
	struct args a;

	memset(text, 'x', sizeof(text));
	text[LIMIT_WEB_QUERY_MAX] = '\0';
	args_init(&a);
	assert_int_equal(take(&a, "q", text), 0);
	args_filter(&a, &f);
	assert_string_equal(f.text, text);
	text[LIMIT_WEB_QUERY_MAX] = 'x';
	text[LIMIT_WEB_QUERY_MAX + 1] = '\0';
	args_init(&a);
	assert_int_equal(take(&a, "q", text), ERR_FORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_given_restricts_nothing),
	    cmocka_unit_test(test_given_ones_reach_the_filter),
	    cmocka_unit_test(test_wrong_ones_are_named),
	    cmocka_unit_test(test_twice_is_wrong),
	    cmocka_unit_test(test_longest_text_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Unit tests of learning: conditions that rest while the baseline is learned,
 * and those of which a look cannot tell.
 */
#include "base/test.h"
#include "rules/learning.h"

static void
test_what_needs_the_unlearned_rests(void **state)
{
	static const char *const whens[] = {
	    "NOT learned('link')",
	    " not  Learned ( 'link' ) ",
	    "proto IS NOT NULL AND NOT learned('link')",
	    "NOT learned('class') AND NOT (proto = 'modbus' OR code = 8)",
	    "learned('code')\nAND NOT learned('operation') AND a = 'OR'",
	    "\"or\" = 1 AND NOT learned('it''s')",
	    "android = 1 AND NOT learned('x')",
	};

	for (size_t i = 0; i < sizeof(whens) / sizeof(whens[0]); i++) {
		if (!learning_silences(whens[i])) {
			fail_msg("asked: %s", whens[i]);
		}
	}
}

static void
test_the_rest_is_asked(void **state)
{
	static const char *const whens[] = {
	    "",
	    "1",
	    "learned('link')",
	    "NOT learned('link') OR code = 8",
	    "code = 8 OR a AND NOT learned('link')",
	    "(NOT learned('link'))",
	    "NOT (a AND NOT learned('link'))",
	    "NOT learned('link') IS NULL",
	    "NOT learned('link') = 1",
	    "a BETWEEN 1 AND NOT learned('link')",
	    "CASE WHEN a AND NOT learned('link') THEN 0 ELSE 1 END",
	    "a -- AND\n AND NOT learned('link')",
	    "a /* b */ AND NOT learned('link')",
	    "a = 'x AND NOT learned(''link'')'",
	    "a = 'x AND NOT learned('link')",
	    "coalesce(NOT learned('link'), 1)",
	    "NOT learned('link') AND [b] = ' OR 1'",
	    "NOT learned('link' || x)",
	    "NOT learned(x)",
	    "a) AND NOT learned('link'",
	};

	for (size_t i = 0; i < sizeof(whens) / sizeof(whens[0]); i++) {
		if (learning_silences(whens[i])) {
			fail_msg("rests: %s", whens[i]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_needs_the_unlearned_rests),
	    cmocka_unit_test(test_the_rest_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Unit tests of the error list. */
#include <limits.h>
#include <string.h>

#include "base/test.h"
#include "base/err.h"

static void
test_either_sign_is_the_same_error(void **state)
{
	assert_string_equal(err_name(ERR_TRUNC), "TRUNC");
	assert_string_equal(err_name(-ERR_TRUNC), "TRUNC");
	assert_string_equal(err_text(ERR_NOMEM), "out of memory");
	assert_int_equal(err_exit_code(ERR_USAGE), 64);
	assert_true(ERR_USAGE < 0);
}

static void
test_zero_is_no_error(void **state)
{
	assert_string_equal(err_name(0), "OK");
	assert_int_equal(err_exit_code(0), 0);
}

static void
test_every_error_has_its_own_name(void **state)
{
	for (int i = 1; i < ERR_COUNT_; i++) {
		assert_true(err_text(-i)[0] != '\0');
		assert_in_range(err_exit_code(-i), 1, 125);
		for (int k = 0; k < i; k++) {
			assert_string_not_equal(err_name(-i), err_name(-k));
		}
	}
}

static void
test_what_is_no_error_of_ours_is_unknown(void **state)
{
	static const int strange[] = {
	    ERR_COUNT_, -(int)ERR_COUNT_, INT_MAX, INT_MIN};

	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
		assert_string_equal(err_name(strange[i]), "UNKNOWN");
		assert_int_equal(err_exit_code(strange[i]), 70);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_either_sign_is_the_same_error),
	    cmocka_unit_test(test_zero_is_no_error),
	    cmocka_unit_test(test_every_error_has_its_own_name),
	    cmocka_unit_test(test_what_is_no_error_of_ours_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

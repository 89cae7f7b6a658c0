/* Unit tests of digits: as printf() has them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "base/digits.h"

static void
test_numbers_are_as_printf_has_them(void **state)
{
	for (uint64_t v = 1; v != 0; v = v > UINT64_MAX / 3 ? 0 : v * 3) {
		for (uint64_t i = v - 1; i <= v + 1; i++) {
			char buf[DIGITS_MAX + 1] = {0}, want[24];
			size_t n = digits_put(buf, i);

			(void)snprintf(want, sizeof(want), "%" PRIu64, i);
			assert_string_equal(buf, want);
			assert_int_equal(n, strlen(want));
		}
	}
}

static void
test_tens_and_the_largest_are_whole(void **state)
{
	static const struct {
		uint64_t v;
		const char *text;
	} cases[] = {{0, "0"}, {9, "9"}, {10, "10"}, {99, "99"}, {100, "100"},
	    {101, "101"}, {999, "999"}, {1000, "1000"},
	    {UINT64_MAX, "18446744073709551615"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char buf[DIGITS_MAX + 1] = {0};
		size_t n = digits_put(buf, cases[i].v);

		assert_string_equal(buf, cases[i].text);
		assert_int_equal(n, strlen(cases[i].text));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_numbers_are_as_printf_has_them),
	    cmocka_unit_test(test_tens_and_the_largest_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

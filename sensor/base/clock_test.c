/* Unit tests of stamps, against the C library where it does the same. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/test.h"
#include "base/clock.h"

static void
check_stamp(uint64_t ts, const char *want)
{
	char buf[CLOCK_STAMP_MAX];

	assert_int_equal(clock_stamp(buf, ts), strlen(want));
	assert_string_equal(buf, want);
}

static void
test_stamp_has_nine_decimals(void **state)
{
	check_stamp(0, "0.000000000");
	check_stamp(1, "0.000000001");
	check_stamp(999999999, "0.999999999");
	check_stamp(10 * NS_PER_SEC, "10.000000000");
	check_stamp(1093521681696827000, "1093521681.696827000");
	check_stamp(UINT64_MAX, "18446744073.709551615");
}

static void
check_date(uint64_t ts)
{
	char buf[CLOCK_STAMP_MAX], want[64];
	time_t s = (time_t)(ts / NS_PER_SEC);
	struct tm tm;
	size_t n;

	assert_non_null(gmtime_r(&s, &tm));
	n = strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(want + n, sizeof(want) - n, ".%03uZ",
	    (unsigned)(ts % NS_PER_SEC / NS_PER_MS));
	assert_int_equal(clock_rfc3339(buf, ts), 24);
	assert_string_equal(buf, want);
}

static void
test_date_equals_the_library(void **state)
{
	uint64_t seed = 3;
	char buf[CLOCK_STAMP_MAX];

	/* Every day that 64 bits reach: 584 years. */
	for (uint64_t day = 0; day <= UINT64_MAX / NS_PER_SEC / 86400; day++) {
		check_date(day * 86400 * NS_PER_SEC);
	}
	for (int i = 0; i < 100000; i++) {
		check_date(test_random(&seed));
	}
	check_date(UINT64_MAX);
	(void)clock_rfc3339(buf, 1093521681696827000);
	assert_string_equal(buf, "2004-08-26T12:01:21.696Z");
}

static void
test_clocks_run_forward(void **state)
{
	uint64_t mono = clock_mono_ns(), wall = clock_wall_ns();

	assert_true(mono > 0);
	assert_true(wall > 1700000000 * NS_PER_SEC);
	for (int i = 0; i < 1000; i++) {
		uint64_t now = clock_mono_ns();

		assert_true(now >= mono);
		mono = now;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_stamp_has_nine_decimals),
	    cmocka_unit_test(test_date_equals_the_library),
	    cmocka_unit_test(test_clocks_run_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

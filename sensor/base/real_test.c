/*
 * Unit tests of real: against printf and strtof.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/test.h"
#include "base/real.h"

static uint32_t
bits_of(float f)
{
	uint32_t w;

	memcpy(&w, &f, sizeof(w));
	return w;
}

/* The shortest that reads back, by trying. */
static double
shortest(float f)
{
	char buf[64];

	for (int digits = 1; digits <= 9; digits++) {
		(void)snprintf(buf, sizeof(buf), "%.*g", digits, (double)f);
		if (strtof(buf, NULL) == f) {
			return strtod(buf, NULL);
		}
	}
	return (double)f;
}

static void
test_what_was_set_is_what_is_read(void **state)
{
	static const double set[] = {21.3, 0.1, -0.7, 99.99, 1234.5, 0.0001,
	    -40.05, 65.4321, 3.14159, 999999.5, 0.00012345, 9.99999, 1e6 + 0.1,
	    16777.216, 100.000001};

	(void)state;
	for (size_t i = 0; i < sizeof(set) / sizeof(set[0]); i++) {
		float f = (float)set[i];

		assert_true(real_of_float(f) == shortest(f));
	}
	assert_true(real_from32(bits_of(21.3f)) == 21.3);
	assert_true(real_from64(0x4035333333333333) == 0x1.5333333333333p4);
}

static void
test_same_number_of_32_bits(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 2000000; i++) {
		uint32_t w = (uint32_t)test_random(&seed);
		double d = real_from32(w);
		float back = (float)d;

		assert_true(bits_of(back) == w || isnan(d));
	}
}

/* Nine digits may differ in the last: any of them reads back. */
static void
test_shortest_in_the_usual_range(void **state)
{
	uint64_t seed = 2;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		int32_t n = (int32_t)(test_random(&seed) % 2000000) - 1000000;
		float f =
		    (float)(n / pow(10, (double)(test_random(&seed) % 6)));

		if (fabsf(f) >= 1e-4f) {
			assert_true(real_of_float(f) == shortest(f));
		}
	}
}

static void
test_others_are_widened(void **state)
{
	static const float f[] = {0, 1e-30f, 3.4e38f, 16777216, 5e-5f, -1e10f};

	(void)state;
	for (size_t i = 0; i < sizeof(f) / sizeof(f[0]); i++) {
		assert_true(real_of_float(f[i]) == (double)f[i]);
	}
	assert_true(signbit(real_of_float(-0.0f)));
	assert_true(isnan(real_of_float(NAN)));
	assert_true(isinf(real_of_float(-INFINITY)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_was_set_is_what_is_read),
	    cmocka_unit_test(test_same_number_of_32_bits),
	    cmocka_unit_test(test_shortest_in_the_usual_range),
	    cmocka_unit_test(test_others_are_widened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

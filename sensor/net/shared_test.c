/*
 * What flows share is found by its key, whatever was found before it.
 */
#include <string.h>

#include "base/test.h"
#include "net/shared.h"

#define MAX 64

static struct shared s;

static int
setup(void **state)
{
	struct hash_key key;

	(void)state;
	hash_key_init(&key);
	return shared_init(&s, MAX, &key);
}

static int
teardown(void **state)
{
	(void)state;
	shared_done(&s);
	return 0;
}

static uint32_t *
get(uint32_t n, bool make)
{
	uint8_t key[22] = {'l'};

	memcpy(key + 18, &n, sizeof n);
	return shared_get(&s, key, sizeof key, sizeof n, make);
}

static void
drop(uint32_t n)
{
	uint8_t key[22] = {'l'};

	memcpy(key + 18, &n, sizeof n);
	shared_drop(&s, key, sizeof key);
}

static void
test_what_was_made_is_found(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < MAX; n++) {
		assert_null(get(n, false));
		assert_int_equal(*get(n, true), 0);
		*get(n, true) = n + 1;
	}
	for (int again = 0; again < 2; again++) {
		for (uint32_t n = 0; n < MAX; n++) {
			assert_int_equal(*get(n, false), n + 1);
		}
	}
	assert_int_equal(s.evicted, 0);
}

static void
test_what_was_dropped_is_not_found(void **state)
{
	(void)state;
	*get(1, true) = 1;
	*get(2, true) = 2;
	assert_int_equal(*get(1, false), 1);
	drop(1);
	assert_null(get(1, false));
	/* Its place is another's. */
	*get(3, true) = 3;
	assert_null(get(1, false));
	assert_int_equal(*get(2, false), 2);
	assert_int_equal(*get(1, true), 0);
}

static void
test_what_is_in_use_is_not_driven_out(void **state)
{
	(void)state;
	*get(1, true) = 1;
	for (uint32_t n = 2; n < 10 * MAX; n++) {
		*get(n, true) = n;
		assert_int_equal(*get(1, false), 1);
	}
	assert_int_not_equal(s.evicted, 0);
	assert_null(get(2, false));
	assert_int_equal(*get(10 * MAX - 1, false), 10 * MAX - 1);
}

static void
test_keys_of_other_lengths_are_others(void **state)
{
	static const uint8_t key[SHARED_KEY_MAX + 1];

	(void)state;
	for (size_t n = 1; n <= SHARED_KEY_MAX; n++) {
		uint8_t *x = shared_get(&s, key, n, 1, true);

		assert_int_equal(*x, 0);
		*x = (uint8_t)n;
	}
	for (size_t n = 1; n <= SHARED_KEY_MAX; n++) {
		uint8_t *x = shared_get(&s, key, n, 1, false);

		assert_int_equal(*x, n);
	}
	assert_null(shared_get(&s, key, 0, 1, true));
	assert_null(shared_get(&s, key, sizeof key, 1, true));
	assert_null(shared_get(&s, key, 1, SHARED_SIZE_MAX + 1, true));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_what_was_made_is_found),
	    T(test_what_was_dropped_is_not_found),
	    T(test_what_is_in_use_is_not_driven_out),
	    T(test_keys_of_other_lengths_are_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Unit tests of the hash table: against a list that is searched linearly,
 * with hashes chosen so that runs collide, wrap and shift.
 */
#include <string.h>

#include "base/test.h"
#include "base/err.h"
#include "base/ht.h"

static bool
has(const struct ht *t, uint64_t hash, uint32_t idx)
{
	HT_FOREACH (t, hash, i) {
		if (i == idx) {
			return true;
		}
	}
	return false;
}

static void
test_finds_what_was_inserted(void **state)
{
	struct ht t;

	assert_int_equal(ht_init(&t, 3), 0);
	assert_false(has(&t, 7, 0));
	ht_insert(&t, 7, 0);
	ht_insert(&t, 7, 2); /* equal hashes: the caller compares keys */
	ht_insert(&t, 8, 1);
	assert_true(has(&t, 7, 0));
	assert_true(has(&t, 7, 2));
	assert_true(has(&t, 8, 1));
	assert_false(has(&t, 8, 2));
	assert_int_equal(t.count, 3);
	ht_done(&t);
}

static void
test_done_accepts_zeroed_and_twice(void **state)
{
	struct ht t = {0};

	ht_done(&t);
	assert_int_equal(ht_init(&t, 1), 0);
	ht_done(&t);
	ht_done(&t);
	assert_null(t.slot);
}

static void
test_init_refuses_absurd_size(void **state)
{
	struct ht t = {.count = 42};

	assert_int_equal(ht_init(&t, UINT32_MAX), ERR_TOOBIG);
	assert_int_equal(t.count, 42); /* not written on failure */
}

static void
test_clear_empties(void **state)
{
	struct ht t;

	assert_int_equal(ht_init(&t, 100), 0);
	for (uint32_t i = 0; i < 100; i++) {
		ht_insert(&t, i * 3, i);
	}
	ht_clear(&t);
	assert_int_equal(t.count, 0);
	for (uint32_t i = 0; i < 100; i++) {
		assert_false(has(&t, i * 3, i));
	}
	ht_done(&t);
}

static void
test_table_takes_what_it_was_made_for(void **state)
{
	for (uint32_t max = 1; max < 70; max++) {
		struct ht t;

		assert_int_equal(ht_init(&t, max), 0);
		assert_true(t.mask + 1 >= 2 * max);
		for (uint32_t i = 0; i < max; i++) {
			ht_insert(&t, UINT32_MAX, i); /* all in one run */
		}
		for (uint32_t i = 0; i < max; i++) {
			assert_true(has(&t, UINT32_MAX, i));
		}
		assert_false(has(&t, UINT32_MAX, max));
		ht_done(&t);
	}
}

#define MODEL_MAX 64

/* hash_range small: long runs that wrap around the end of the slots. */
static void
run_model(uint64_t seed, uint64_t hash_range)
{
	uint64_t hash[MODEL_MAX];
	bool in[MODEL_MAX] = {false};
	struct ht t;

	assert_int_equal(ht_init(&t, MODEL_MAX), 0);
	for (int step = 0; step < 4000; step++) {
		uint32_t idx = (uint32_t)(test_random(&seed) % MODEL_MAX);

		if (in[idx]) {
			ht_remove(&t, hash[idx], idx);
		} else {
			/* Around the last slot, and with high bits. */
			hash[idx] = (uint64_t)t.mask - 5 +
				    test_random(&seed) % hash_range +
				    (test_random(&seed) << 32);
			ht_insert(&t, hash[idx], idx);
		}
		in[idx] = !in[idx];
		if (step % 16 != 0) {
			continue;
		}
		for (uint32_t i = 0; i < MODEL_MAX; i++) {
			if (in[i]) {
				assert_true(has(&t, hash[i], i));
			}
		}
	}
	for (uint32_t i = 0; i < MODEL_MAX; i++) {
		if (in[i]) {
			ht_remove(&t, hash[i], i);
			assert_false(has(&t, hash[i], i));
		}
	}
	assert_int_equal(t.count, 0);
	for (size_t i = 0; i <= t.mask; i++) {
		assert_int_equal(t.slot[i].past, 0);
	}
	ht_done(&t);
}

static void
test_table_agrees_with_a_list(void **state)
{
	for (uint64_t seed = 0; seed < 20; seed++) {
		run_model(seed, 1);
		run_model(seed, 12);
		run_model(seed, 1000);
		run_model(seed, UINT64_MAX);
	}
}

static void
remove_absent(void *arg)
{
	ht_remove(arg, 5, 1);
}

static void
remove_under_another_hash(void *arg)
{
	ht_insert(arg, 5, 1);
	ht_remove(arg, 5 + (1u << 31), 1); /* same home slot */
}

static void
insert_beyond(void *arg)
{
	ht_insert(arg, 5, 1);
	ht_insert(arg, 5, 2);
	ht_insert(arg, 5, 3);
}

static void
test_misuse_asserts(void **state)
{
	struct ht t;

	assert_int_equal(ht_init(&t, 1), 0);
	assert_true(test_dies(remove_absent, &t));
	assert_true(test_dies(remove_under_another_hash, &t));
	assert_true(test_dies(insert_beyond, &t));
	ht_done(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_finds_what_was_inserted),
	    cmocka_unit_test(test_done_accepts_zeroed_and_twice),
	    cmocka_unit_test(test_init_refuses_absurd_size),
	    cmocka_unit_test(test_clear_empties),
	    cmocka_unit_test(test_table_takes_what_it_was_made_for),
	    cmocka_unit_test(test_table_agrees_with_a_list),
	    cmocka_unit_test(test_misuse_asserts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

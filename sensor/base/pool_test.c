/* Unit tests of the pool: order of age, reuse, pins, and misuse. */
#include <string.h>

#include "base/test.h"
#include "base/err.h"
#include "base/pool.h"

struct thing {
	uint64_t a, b, c;
};

static void
test_full_pool_says_so(void **state)
{
	struct pool p;

	assert_int_equal(pool_init(&p, 2, sizeof(struct thing)), 0);
	assert_false(pool_is_full(&p));
	assert_int_equal(pool_get(&p), 0);
	assert_int_equal(pool_get(&p), 1);
	assert_true(pool_is_full(&p));
	assert_int_equal(pool_get(&p), POOL_NONE);
	assert_int_equal(p.used, 2);
	pool_put(&p, 0);
	assert_false(pool_is_full(&p));
	assert_int_equal(pool_get(&p), 0);
	pool_done(&p);
}

static void
test_items_are_zero_apart_and_aligned(void **state)
{
	struct thing *t;
	struct pool p;

	assert_int_equal(pool_init(&p, 3, sizeof(struct thing)), 0);
	assert_int_equal(p.size, 32);
	for (uint32_t i = 0; i < 3; i++) {
		t = pool_at(&p, pool_get(&p));
		assert_int_equal((uintptr_t)t % 16, 0);
		assert_int_equal(t->a | t->b | t->c, 0);
		memset(t, 0xff, p.size);
		assert_int_equal(pool_index(&p, t), i);
	}
	pool_put(&p, 1);
	t = pool_at(&p, pool_get(&p));
	assert_int_equal(pool_index(&p, t), 1);
	assert_int_equal(t->a | t->b | t->c, 0); /* zero again */
	pool_done(&p);
}

static void
test_raw_item_keeps_its_bytes(void **state)
{
	struct pool p;

	assert_int_equal(pool_init(&p, 1, 16), 0);
	assert_int_equal(pool_get_raw(&p), 0);
	memset(pool_at(&p, 0), 0xff, 16);
	pool_put(&p, 0);
	assert_int_equal(pool_get_raw(&p), 0);
	assert_int_equal(*(uint8_t *)pool_at(&p, 0), 0xff);
	assert_int_equal(pool_get_raw(&p), POOL_NONE);
	assert_int_equal(p.used, 1);
	pool_done(&p);
}

/* The age list from oldest to youngest must be want, and whole. */
static void
check_ages(const struct pool *p, const uint32_t *want, size_t n)
{
	uint32_t i = pool_oldest(p), prev = POOL_NONE;

	for (size_t k = 0; k < n; k++) {
		assert_int_equal(i, want[k]);
		assert_int_equal(p->link[i].prev, prev);
		prev = i;
		i = pool_younger(p, i);
	}
	assert_int_equal(i, POOL_NONE);
	assert_int_equal(p->newest, prev);
}

static void
test_touch_makes_the_youngest(void **state)
{
	struct pool p;

	assert_int_equal(pool_init(&p, 4, 1), 0);
	for (int i = 0; i < 4; i++) {
		(void)pool_get(&p);
	}
	check_ages(&p, (const uint32_t[]){0, 1, 2, 3}, 4);
	pool_touch(&p, 0); /* from the old end */
	check_ages(&p, (const uint32_t[]){1, 2, 3, 0}, 4);
	pool_touch(&p, 2); /* from the middle */
	check_ages(&p, (const uint32_t[]){1, 3, 0, 2}, 4);
	pool_touch(&p, 2); /* is the youngest */
	check_ages(&p, (const uint32_t[]){1, 3, 0, 2}, 4);
	pool_put(&p, 3);
	check_ages(&p, (const uint32_t[]){1, 0, 2}, 3);
	pool_done(&p);
}

static void
test_pinned_item_has_no_age(void **state)
{
	struct pool p;

	assert_int_equal(pool_init(&p, 3, 1), 0);
	for (int i = 0; i < 3; i++) {
		(void)pool_get(&p);
	}
	pool_pin(&p, 0);
	pool_pin(&p, 2);
	check_ages(&p, (const uint32_t[]){1}, 1);
	assert_true(pool_is_listed(&p, 1));
	assert_false(pool_is_listed(&p, 0));
	pool_pin(&p, 1);
	check_ages(&p, NULL, 0);
	assert_int_equal(pool_oldest(&p), POOL_NONE);
	assert_int_equal(p.used, 3);
	assert_true(pool_is_full(&p));
	pool_unpin(&p, 2);
	pool_unpin(&p, 0);
	check_ages(&p, (const uint32_t[]){2, 0}, 2);
	pool_put(&p, 2);
	assert_false(pool_is_listed(&p, 2)); /* free */
	assert_false(pool_is_listed(&p, 3)); /* no item */
	pool_done(&p);
}

#define MODEL_MAX 12
enum model { FREE, LISTED, PINNED };

static void
model_drop(uint32_t *order, size_t *n, uint32_t idx)
{
	size_t k = 0;

	while (k < *n && order[k] != idx) {
		k++;
	}
	assert_true(k < *n);
	memmove(&order[k], &order[k + 1], (*n - k - 1) * sizeof(order[0]));
	(*n)--;
}

static void
run_model(uint64_t seed)
{
	enum model state[MODEL_MAX] = {FREE};
	uint32_t order[MODEL_MAX];
	size_t n = 0;
	struct pool p;

	assert_int_equal(pool_init(&p, MODEL_MAX, 8), 0);
	for (int step = 0; step < 3000; step++) {
		uint32_t idx = (uint32_t)(test_random(&seed) % MODEL_MAX);
		unsigned what = test_random(&seed) % 4;

		if (what == 0) {
			idx = pool_get(&p);
			if (idx != POOL_NONE) {
				assert_int_equal(state[idx], FREE);
				state[idx] = LISTED;
				order[n++] = idx;
			}
		} else if (state[idx] == PINNED) {
			pool_unpin(&p, idx);
			state[idx] = LISTED;
			order[n++] = idx;
		} else if (state[idx] == LISTED) {
			model_drop(order, &n, idx);
			if (what == 1) {
				pool_put(&p, idx);
				state[idx] = FREE;
			} else if (what == 2) {
				pool_pin(&p, idx);
				state[idx] = PINNED;
			} else {
				pool_touch(&p, idx);
				order[n++] = idx;
			}
		}
		check_ages(&p, order, n);
	}
	pool_done(&p);
}

static void
test_pool_agrees_with_an_array(void **state)
{
	for (uint64_t seed = 0; seed < 20; seed++) {
		run_model(seed);
	}
}

static void
put_free(void *arg)
{
	pool_put(arg, 0);
}

static void
put_never_given(void *arg)
{
	pool_put(arg, 3);
}

static void
put_pinned(void *arg)
{
	pool_put(arg, 1);
}

static void
touch_pinned(void *arg)
{
	pool_touch(arg, 1);
}

static void
unpin_listed(void *arg)
{
	pool_unpin(arg, 2);
}

static void
test_misuse_asserts(void **state)
{
	struct pool p;

	assert_int_equal(pool_init(&p, 4, 8), 0);
	for (int i = 0; i < 3; i++) {
		(void)pool_get(&p);
	}
	pool_put(&p, 0);
	pool_pin(&p, 1);
	assert_true(test_dies(put_free, &p));
	assert_true(test_dies(put_never_given, &p));
	assert_true(test_dies(put_pinned, &p));
	assert_true(test_dies(touch_pinned, &p));
	assert_true(test_dies(unpin_listed, &p));
	pool_done(&p);
}

static void
test_init_refuses_absurd_size(void **state)
{
	struct pool p = {.max = 42};

	assert_int_equal(pool_init(&p, POOL_NONE, 1), ERR_TOOBIG);
	assert_int_equal(pool_init(&p, 2, SIZE_MAX), ERR_TOOBIG);
	assert_int_equal(pool_init(&p, 16, SIZE_MAX / 8), ERR_TOOBIG);
	assert_int_equal(pool_init(&p, 2, SIZE_MAX / 4), ERR_NOMEM);
	assert_int_equal(p.max, 42); /* not written on failure */
}

static void
test_done_accepts_zeroed(void **state)
{
	struct pool p = {0};

	pool_done(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_full_pool_says_so),
	    cmocka_unit_test(test_items_are_zero_apart_and_aligned),
	    cmocka_unit_test(test_raw_item_keeps_its_bytes),
	    cmocka_unit_test(test_touch_makes_the_youngest),
	    cmocka_unit_test(test_pinned_item_has_no_age),
	    cmocka_unit_test(test_pool_agrees_with_an_array),
	    cmocka_unit_test(test_misuse_asserts),
	    cmocka_unit_test(test_init_refuses_absurd_size),
	    cmocka_unit_test(test_done_accepts_zeroed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

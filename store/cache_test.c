/*
 * cache_test: what is kept, what makes room, and what is written when.
 */
#include <string.h>

#include "base/hash.h"
#include "base/test.h"
#include "store/cache.h"

#define ROWS 8

struct row {
	struct cache_row row;
	unsigned value;
};

static struct {
	unsigned n, value[64];
	int fail;
} written;

static int
write_row(void *arg, void *row)
{
	struct row *r = row;

	if (written.fail != 0) {
		return written.fail;
	}
	written.value[written.n++] = r->value;
	return 0;
}

static int
setup(void **state)
{
	static struct cache c;

	memset(&written, 0, sizeof(written));
	*state = &c;
	return cache_init(&c, ROWS, sizeof(struct row), write_row, NULL);
}

static int
teardown(void **state)
{
	cache_done(*state);
	return 0;
}

static struct row *
find(struct cache *c, unsigned value)
{
	HT_FOREACH (&c->ht, value, i) {
		struct row *r = pool_at(&c->pool, i);

		if (r->value == value) {
			cache_touch(c, r);
			return r;
		}
	}
	return NULL;
}

static struct row *
add(struct cache *c, unsigned value)
{
	struct row *r;
	void *p = NULL;

	assert_int_equal(cache_add(c, value, &p), 0);
	assert_non_null(p);
	r = p;
	r->value = value;
	return r;
}

static void
test_oldest_makes_room(void **state)
{
	struct cache *c = *state;

	cache_clear(c, true);
	for (unsigned i = 0; i < ROWS; i++) {
		(void)add(c, i);
	}
	assert_true(c->complete);
	assert_non_null(find(c, 0)); /* now 1 is the oldest */
	(void)add(c, 100);
	assert_null(find(c, 1));
	assert_non_null(find(c, 0));
	assert_false(c->complete);
	assert_int_equal(c->evicted, 1);
}

static void
test_changed_rows_are_written_once_in_order(void **state)
{
	struct cache *c = *state;
	struct row *a = add(c, 1), *b = add(c, 2);

	cache_dirty(c, b);
	cache_dirty(c, a);
	cache_dirty(c, b);
	assert_int_equal(cache_flush(c), 0);
	assert_int_equal(written.n, 2);
	assert_int_equal(written.value[0], 2);
	assert_int_equal(written.value[1], 1);
	assert_int_equal(cache_flush(c), 0);
	assert_int_equal(written.n, 2);
}

static void
test_counts_wait_for_the_next_flush(void **state)
{
	struct cache *c = *state;
	struct row *a = add(c, 1), *b = add(c, 2);

	cache_counted(c, a);
	assert_int_equal(cache_settle(c), 0);
	assert_int_equal(written.n, 0);
	cache_dirty(c, b);
	assert_int_equal(cache_settle(c), 0);
	assert_int_equal(written.n, 1);
	assert_int_equal(written.value[0], 2);
	cache_counted(c, b);
	cache_dirty(c, b);
	assert_int_equal(cache_settle(c), 0);
	assert_int_equal(written.n, 2);
	assert_int_equal(cache_settle(c), 0);
	assert_int_equal(written.n, 2);
	cache_counted(c, b);
	assert_int_equal(cache_flush(c), 0);
	assert_int_equal(written.n, 4);
	assert_int_equal(written.value[2], 1);
	assert_int_equal(written.value[3], 2);
	assert_int_equal(cache_flush(c), 0);
	assert_int_equal(written.n, 4);
}

/* Settled, and making room: its place in the list goes with it. */
static void
test_settled_row_makes_room(void **state)
{
	struct cache *c = *state;

	cache_dirty(c, add(c, 0));
	assert_int_equal(cache_settle(c), 0);
	for (unsigned i = 1; i <= 2 * ROWS; i++) {
		(void)add(c, i);
	}
	cache_dirty(c, find(c, 2 * ROWS));
	assert_int_equal(cache_flush(c), 0);
	assert_int_equal(written.n, 2);
	assert_int_equal(written.value[1], 2 * ROWS);
}

/* Hashes as they are in use: all of their bits differ. */
static uint64_t
hash_of(unsigned value)
{
	return hash_words(&(struct hash_key){1, 2}, &(uint64_t){value}, 1);
}

static unsigned
wrongly_believed(const struct cache *c, unsigned from, unsigned n)
{
	unsigned found = 0;

	for (unsigned i = from; i < from + n; i++) {
		found += cache_may_be_stored(c, hash_of(i));
	}
	return found;
}

static void
test_what_was_never_there_is_known(void **state)
{
	struct cache *c = *state;
	void *p;

	cache_clear(c, true);
	for (unsigned i = 0; i < ROWS; i++) {
		assert_int_equal(cache_add(c, hash_of(i), &p), 0);
	}
	assert_int_equal(wrongly_believed(c, 0, 2 * ROWS), 0);
	for (unsigned i = ROWS; i < 100 * ROWS; i++) {
		assert_int_equal(cache_add(c, hash_of(i), &p), 0);
	}
	/* All that ever was, first of all what the cache forgot. */
	assert_int_equal(wrongly_believed(c, 0, 100 * ROWS), 100 * ROWS);
	assert_true(wrongly_believed(c, 100 * ROWS, 100000) < 10);
	/* Taken back, it is still believed; that costs a question only. */
	cache_clear(c, false);
	assert_true(cache_may_be_stored(c, hash_of(0)));
	assert_false(cache_may_be_stored(c, hash_of(2000000)));
	cache_passed_by(c);
	assert_true(cache_may_be_stored(c, hash_of(2000000)));
}

static void
test_of_a_table_with_rows_nothing_is_known(void **state)
{
	struct cache *c = *state;
	void *p;

	cache_clear(c, false);
	for (unsigned i = 0; i < 3 * ROWS; i++) {
		assert_int_equal(cache_add(c, hash_of(i), &p), 0);
	}
	assert_true(cache_may_be_stored(c, hash_of(1000000)));
}

static void
test_changed_row_is_written_before_it_makes_room(void **state)
{
	struct cache *c = *state;

	for (unsigned i = 0; i < 3 * ROWS; i++) {
		cache_dirty(c, add(c, i));
	}
	assert_int_equal(cache_flush(c), 0);
	assert_int_equal(written.n, 3 * ROWS);
	for (unsigned i = 0; i < 3 * ROWS; i++) {
		assert_int_equal(written.value[i], i);
	}
}

/* What changes all the time is not written each time that one makes room. */
static void
test_making_room_writes_what_waits_longest(void **state)
{
	struct cache *c = *state;

	for (unsigned i = 0; i < ROWS; i++) {
		cache_counted(c, add(c, i));
	}
	assert_non_null(find(c, 0)); /* now 1 is the oldest, 0 changed first */
	(void)add(c, 100);
	assert_null(find(c, 1));
	assert_int_equal(written.n, 2 + ROWS / 8);
	for (unsigned i = 0; i < written.n; i++) {
		assert_int_equal(written.value[i], i);
	}
	(void)add(c, 101); /* 2 is written already */
	assert_null(find(c, 2));
	assert_int_equal(written.n, 2 + ROWS / 8);
	assert_int_equal(cache_flush(c), 0);
	assert_int_equal(written.n, ROWS);
}

/* Those that a statement would miss are no haste when one makes room. */
static void
test_making_room_settles_nothing(void **state)
{
	struct cache *c = *state;

	for (unsigned i = 0; i < ROWS; i++) {
		cache_dirty(c, add(c, i));
	}
	(void)add(c, 100);
	assert_int_equal(written.n, 1 + ROWS / 8);
	/* What was written is asked for no more, what was not, is. */
	assert_int_equal(cache_settle(c), 0);
	assert_int_equal(written.n, ROWS);
	for (unsigned i = 0; i < ROWS; i++) {
		assert_int_equal(written.value[i], i);
	}
	cache_dirty(c, find(c, 3));
	cache_dirty(c, find(c, 5));
	cache_dirty(c, find(c, 4));
	for (unsigned i = 200; i < 200 + ROWS; i++) {
		cache_dirty(c, add(c, i));
	}
	assert_int_equal(cache_settle(c), 0);
	assert_int_equal(cache_flush(c), 0);
	assert_int_equal(written.n, 2 * ROWS + 3);
}

static void
test_failed_writing_is_told_and_kept(void **state)
{
	struct cache *c = *state;
	void *p = NULL;

	for (unsigned i = 0; i < ROWS; i++) {
		cache_dirty(c, add(c, i));
	}
	written.fail = ERR_FULL;
	assert_int_equal(cache_add(c, 100, &p), ERR_FULL);
	assert_null(p);
	written.fail = 0;
	assert_int_equal(cache_flush(c), 0);
	assert_int_equal(written.n, ROWS);
}

static void
test_clear_forgets_what_is_not_written(void **state)
{
	struct cache *c = *state;

	cache_dirty(c, add(c, 1));
	cache_clear(c, false);
	assert_null(find(c, 1));
	assert_int_equal(cache_flush(c), 0);
	assert_int_equal(written.n, 0);
	assert_false(c->complete);
	for (unsigned i = 0; i < ROWS; i++) {
		(void)add(c, i);
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_oldest_makes_room),
	    T(test_changed_rows_are_written_once_in_order),
	    T(test_counts_wait_for_the_next_flush),
	    T(test_of_a_table_with_rows_nothing_is_known),
	    T(test_what_was_never_there_is_known),
	    T(test_settled_row_makes_room),
	    T(test_changed_row_is_written_before_it_makes_room),
	    T(test_making_room_writes_what_waits_longest),
	    T(test_making_room_settles_nothing),
	    T(test_failed_writing_is_told_and_kept),
	    T(test_clear_forgets_what_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

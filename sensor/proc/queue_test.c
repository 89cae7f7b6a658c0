/*
 * queue_test: order, budget, and who is dropped for whom.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proc/queue.h"

/* Records carry a number and are filled up to their length with it. */
static bool
put(struct queue *q, unsigned prio, unsigned kind, uint8_t mark, size_t len)
{
	uint8_t buf[4096];

	memset(buf, mark, sizeof(buf));
	assert_true(len >= 1 && len <= sizeof(buf));
	return queue_put(q, prio, kind, buf, 1, buf, len - 1);
}

static uint8_t
get(struct queue *q, size_t *ret_len)
{
	uint8_t buf[4096];
	size_t n = queue_peek(q, buf, sizeof(buf));

	assert_true(n > 0);
	for (size_t i = 1; i < n; i++) {
		assert_int_equal(buf[i], buf[0]);
	}
	queue_pop(q);
	if (ret_len != NULL) {
		*ret_len = n;
	}
	return buf[0];
}

static void
test_order_is_of_arrival_whatever_the_priority(void **state)
{
	static const size_t lens[] = {1, 231, 232, 233, 488, 489, 4000};
	struct queue q;
	size_t len;

	assert_int_equal(queue_init(&q, 64 * 1024), 0);
	assert_true(queue_is_empty(&q));
	for (unsigned i = 0; i < 7; i++) {
		assert_true(put(&q, i % QUEUE_PRIOS, 0, (uint8_t)i, lens[i]));
	}
	for (unsigned i = 0; i < 7; i++) {
		assert_int_equal(get(&q, &len), i);
		assert_int_equal(len, lens[i]);
	}
	assert_true(queue_is_empty(&q));
	assert_int_equal(queue_peek(&q, &len, sizeof(len)), 0);
	assert_int_equal(q.nfree, q.nblocks);
	queue_done(&q);
}

static void
test_low_priority_makes_room_oldest_first(void **state)
{
	struct queue q;

	/* Eight blocks; each record takes one. */
	assert_int_equal(queue_init(&q, 8 * 256), 0);
	for (uint8_t i = 0; i < 4; i++) {
		assert_true(put(&q, 3, 30, i, 100));
		assert_true(put(&q, 2, 20, (uint8_t)(10 + i), 100));
	}
	/* Prio 3 goes before 2, and of it the oldest. */
	assert_true(put(&q, 0, 1, 50, 100));
	assert_int_equal(q.dropped[30], 1);
	assert_int_equal(q.dropped[20], 0);
	/* Four more use up the rest of 3, then the oldest of 2. */
	for (uint8_t i = 0; i < 4; i++) {
		assert_true(put(&q, 1, 2, (uint8_t)(60 + i), 100));
	}
	assert_int_equal(q.dropped[30], 4);
	assert_int_equal(q.dropped[20], 1);
	assert_int_equal(q.dropped[1] + q.dropped[2], 0);
	assert_int_equal(get(&q, NULL), 11);
	assert_int_equal(get(&q, NULL), 12);
	assert_int_equal(get(&q, NULL), 13);
	assert_int_equal(get(&q, NULL), 50);
	assert_int_equal(get(&q, NULL), 60);
	queue_done(&q);
}

static void
test_full_of_equals_drops_the_new_one(void **state)
{
	struct queue q;

	assert_int_equal(queue_init(&q, 2 * 256), 0);
	assert_true(put(&q, 1, 5, 1, 100));
	assert_true(put(&q, 1, 5, 2, 100));
	assert_false(put(&q, 1, 6, 3, 100));
	assert_false(put(&q, 3, 7, 4, 100));
	assert_int_equal(q.dropped[6], 1);
	assert_int_equal(q.dropped[7], 1);
	assert_int_equal(q.dropped[5], 0);
	assert_int_equal(get(&q, NULL), 1);
	assert_int_equal(get(&q, NULL), 2);
	queue_done(&q);
}

static void
test_what_cannot_fit_displaces_nothing(void **state)
{
	struct queue q;

	assert_int_equal(queue_init(&q, 4 * 256), 0);
	assert_true(put(&q, 0, 0, 1, 100));
	assert_true(put(&q, 3, 3, 2, 100));
	/* Needs four blocks; three can be had at most. */
	assert_false(put(&q, 1, 9, 3, 1000));
	assert_int_equal(q.dropped[9], 1);
	assert_int_equal(q.dropped[3], 0);
	assert_int_equal(q.records, 2);
	/* Three blocks: the one of priority 3 goes. */
	assert_true(put(&q, 1, 9, 4, 700));
	assert_int_equal(q.dropped[3], 1);
	assert_int_equal(get(&q, NULL), 1);
	assert_int_equal(get(&q, NULL), 4);
	queue_done(&q);
}

/* Random traffic: no block is lost, the count adds up, order holds. */
static void
test_random_traffic_keeps_the_books(void **state)
{
	uint64_t in = 0, out = 0, lost = 0;
	uint8_t buf[4096];
	struct queue q;
	uint32_t x = 1;

	assert_int_equal(queue_init(&q, 32 * 1024), 0);
	for (unsigned i = 0; i < 200000; i++) {
		x = x * 1664525U + 1013904223U;
		if ((x >> 24) % 3 != 0) {
			size_t len = 8 + (x >> 8) % 2000;

			memset(buf, 0, len);
			memcpy(buf, &i, sizeof(i));
			(void)queue_put(&q, (x >> 20) % QUEUE_PRIOS,
			    (x >> 12) % QUEUE_KINDS, buf, 4, buf + 4, len - 4);
			in++;
		} else if (queue_peek(&q, buf, sizeof(buf)) > 0) {
			static unsigned last;
			unsigned got;

			memcpy(&got, buf, sizeof(got));
			assert_true(got >= last);
			last = got;
			queue_pop(&q);
			out++;
		}
	}
	while (!queue_is_empty(&q)) {
		queue_pop(&q);
		out++;
	}
	for (unsigned k = 0; k < QUEUE_KINDS; k++) {
		lost += q.dropped[k];
	}
	assert_true(lost > 0);
	assert_int_equal(in, out + lost);
	assert_int_equal(q.nfree, q.nblocks);
	queue_done(&q);
	queue_done(&q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order_is_of_arrival_whatever_the_priority),
	    cmocka_unit_test(test_low_priority_makes_room_oldest_first),
	    cmocka_unit_test(test_full_of_equals_drops_the_new_one),
	    cmocka_unit_test(test_what_cannot_fit_displaces_nothing),
	    cmocka_unit_test(test_random_traffic_keeps_the_books),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

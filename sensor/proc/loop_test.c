/*
 * loop_test: dispatch, deadlines, and handlers that change the table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "proc/loop.h"

static struct loop l;
static int calls, pipes[2][2];

static int
setup(void **state)
{
	loop_init(&l);
	calls = 0;
	return pipe(pipes[0]) != 0 || pipe(pipes[1]) != 0;
}

static int
teardown(void **state)
{
	for (int i = 0; i < 4; i++) {
		close(pipes[i / 2][i % 2]);
	}
	return 0;
}

static void
count(void *arg, short revents)
{
	calls++;
	if (arg != NULL) {
		*(short *)arg = revents;
	}
}

static void
remove_other(void *arg, short revents)
{
	calls++;
	loop_del(&l, pipes[1][0]);
}

static void
tick(void *arg)
{
	calls += 100;
}

static void
rearm(void *arg)
{
	struct loop_timer *t = arg;

	calls++;
	t->at_ns = 0;
}

static void
test_ready_descriptor_is_told(void **state)
{
	short got = 0;

	assert_int_equal(loop_add(&l, pipes[0][0], POLLIN, count, &got), 0);
	assert_int_equal(loop_wait(&l, 0), 0);
	assert_int_equal(calls, 0);
	assert_int_equal(write(pipes[0][1], "x", 1), 1);
	assert_int_equal(loop_wait(&l, LOOP_NEVER), 0);
	assert_int_equal(calls, 1);
	assert_int_equal(got, POLLIN);
	loop_events(&l, pipes[0][0], 0);
	assert_int_equal(loop_wait(&l, 0), 0);
	assert_int_equal(calls, 1);
}

static void
test_removed_in_the_same_round_is_not_told(void **state)
{
	assert_int_equal(
	    loop_add(&l, pipes[0][0], POLLIN, remove_other, NULL), 0);
	assert_int_equal(loop_add(&l, pipes[1][0], POLLIN, count, NULL), 0);
	assert_int_equal(write(pipes[0][1], "x", 1), 1);
	assert_int_equal(write(pipes[1][1], "x", 1), 1);
	assert_int_equal(loop_wait(&l, LOOP_NEVER), 0);
	assert_int_equal(calls, 1);
	assert_int_equal(loop_wait(&l, 0), 0);
	assert_int_equal(l.nfds, 1);
	loop_del(&l, -1);
	loop_del(&l, 12345);
	assert_int_equal(l.nfds, 1);
}

static void
test_timer_fires_once_at_its_time(void **state)
{
	struct loop_timer t = {.fn = tick};
	uint64_t at = clock_mono_ns() + 20 * NS_PER_MS;

	assert_int_equal(loop_timer_add(&l, &t), 0);
	assert_int_equal(loop_wait(&l, 0), 0);
	assert_int_equal(calls, 0);
	t.at_ns = at;
	assert_int_equal(loop_wait(&l, LOOP_NEVER), 0);
	assert_true(clock_mono_ns() >= at);
	assert_int_equal(calls, 100);
	assert_true(t.at_ns == LOOP_NEVER);
	assert_int_equal(loop_wait(&l, 0), 0);
	assert_int_equal(calls, 100);
}

/* A timer that is due again at once does not keep the round from ending. */
static void
test_round_ends_for_a_timer_always_due(void **state)
{
	struct loop_timer t = {.fn = rearm, .arg = &t};

	assert_int_equal(loop_timer_add(&l, &t), 0);
	t.at_ns = 0;
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(loop_wait(&l, LOOP_NEVER), 0);
		assert_int_equal(calls, i);
	}
}

static void
test_tables_are_bounded(void **state)
{
	static struct loop_timer t[LOOP_TIMERS_MAX + 1];

	for (int i = 0; i < LOOP_FDS_MAX; i++) {
		assert_int_equal(loop_add(&l, 1000 + i, 0, count, NULL), 0);
	}
	assert_int_equal(loop_add(&l, 5, 0, count, NULL), ERR_FULL);
	for (int i = 0; i < LOOP_TIMERS_MAX; i++) {
		assert_int_equal(loop_timer_add(&l, &t[i]), 0);
	}
	assert_int_equal(loop_timer_add(&l, &t[LOOP_TIMERS_MAX]), ERR_FULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(test_ready_descriptor_is_told),
	    T(test_removed_in_the_same_round_is_not_told),
	    T(test_timer_fires_once_at_its_time),
	    T(test_round_ends_for_a_timer_always_due),
	    T(test_tables_are_bounded),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

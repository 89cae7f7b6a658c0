/*
 * Unit tests of the merge of several interfaces, with legs and a clock of
 * the test's own.
 */
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "base/clock.h"
#include "capture/leg.h"
#include "limits.h"

#define MS   NS_PER_MS
#define HOLD (2 * (uint64_t)LIMIT_LIVE_WAIT_MS * NS_PER_MS)
#define LEGS 3

/* A leg with frames that come into sight at a time of the clock. */
struct leg {
	struct {
		uint64_t visible_ns, ts_ns;
	} v[64];
	size_t n, at;
	uint64_t lost_ns; /* 0: never */
	int closed, started;
	uint16_t group;
};

static struct leg legs[LEGS];
static uint64_t now;
static size_t asked; /* calls of leg_next() */

uint64_t
clock_wall_ns(void)
{
	return now;
}

int
live_tell(char *why, int err, const char *fmt, ...)
{
	memcpy(why, "told", sizeof("told"));
	return err;
}

int
leg_open(const char *name, const struct live_options *o, uint16_t group,
    struct leg **ret_leg, char *why)
{
	struct leg *l = &legs[name[0] - 'a'];

	*ret_leg = l;
	l->group = group;
	return name[1] == '!' ? ERR_PERM : 0;
}

int
leg_start(struct leg *l, const char *filter, char *why)
{
	l->started++;
	return 0;
}

void
leg_close(struct leg *l)
{
	l->closed++;
}

int
leg_next(struct leg *l, struct frame *ret)
{
	asked++;
	if (l->at < l->n && l->v[l->at].visible_ns <= now) {
		*ret = (struct frame){.ts_ns = l->v[l->at].ts_ns};
		l->at++;
		return 1;
	}
	return l->lost_ns != 0 && l->lost_ns <= now ? ERR_LOST : 0;
}

int
leg_stats(struct leg *l, struct live_stats *ret)
{
	return ERR_LOST;
}

int
leg_fd(const struct leg *l)
{
	return (int)(l - legs) + 100;
}

const char *
leg_name(const struct leg *l)
{
	static const char *const names[LEGS] = {"a", "b", "c"};

	return names[l - legs];
}

static void
put(int leg, uint64_t visible_ns, uint64_t ts_ns)
{
	struct leg *l = &legs[leg];

	l->v[l->n].visible_ns = visible_ns;
	l->v[l->n++].ts_ns = ts_ns;
}

static struct live *
start(const char *const *names, size_t n, uint16_t fanout)
{
	const struct live_options o = {
	    .iface = names, .ifaces = n, .fanout = fanout};
	char why[LIVE_WHY_MAX];
	struct live *live = NULL;

	assert_int_equal(live_open(&o, &live, why), 0);
	return live;
}

static int
reset(void **state)
{
	memset(legs, 0, sizeof(legs));
	now = 1000 * MS;
	asked = 0;
	return 0;
}

static const char *const names[] = {"a", "b", "c"};

static void
expect(struct live *live, uint64_t ts_ns, uint32_t iface, uint64_t number)
{
	struct frame f;

	assert_int_equal(live_next(live, &f), 1);
	assert_true(f.ts_ns == ts_ns);
	assert_int_equal(f.iface, iface);
	assert_int_equal(f.number, number);
}

static void
expect_none(struct live *live)
{
	struct frame f;

	assert_int_equal(live_next(live, &f), 0);
}

static void
test_one_interface_does_not_wait(void **state)
{
	struct live *live = start(names, 1, 0);

	put(0, now, now - 1);
	expect(live, now - 1, 0, 1);
	expect_none(live);
	live_close(live);
	assert_int_equal(legs[0].closed, 1);
}

static void
test_interfaces_are_merged(void **state)
{
	struct live *live = start(names, 2, 0);

	put(0, now, now - 5 * MS);
	put(0, now, now - 3 * MS);
	put(1, now, now - 4 * MS);
	put(1, now, now - 2 * MS);
	expect(live, now - 5 * MS, 0, 1);
	expect(live, now - 4 * MS, 1, 2);
	expect(live, now - 3 * MS, 0, 3);
	/* Now a is empty: its next frame could be earlier than b's. */
	expect_none(live);
	now += HOLD;
	expect(live, now - HOLD - 2 * MS, 1, 4);
	expect_none(live);
	live_close(live);
}

/* A frame that the kernel held back in a block comes in its place. */
static void
test_late_block_comes_in_its_place(void **state)
{
	struct live *live = start(names, 2, 0);

	put(0, now, now - 1);
	put(1, now + HOLD / 2, now - 2);
	expect_none(live);
	now += HOLD / 2;
	expect(live, now - HOLD / 2 - 2, 1, 1);
	expect_none(live);
	now += HOLD / 2;
	expect(live, now - HOLD - 1, 0, 2);
	live_close(live);
}

/* A busy interface beside an idle one: not a wait for each frame, nor a look
 * at the idle one. */
static void
test_busy_interface_is_not_slowed_by_an_idle_one(void **state)
{
	struct live *live = start(names, 2, 0);

	for (uint64_t i = 0; i < 60; i++) {
		put(0, now, now - 60 + i);
	}
	expect_none(live);
	now += HOLD;
	asked = 0;
	for (uint64_t i = 0; i < 60; i++) {
		expect(live, now - HOLD - 60 + i, 0, i + 1);
	}
	assert_in_range(asked, 59, 61);
	live_close(live);
}

static void
test_stamp_ahead_of_the_clock_does_not_wait(void **state)
{
	struct live *live = start(names, 2, 0);

	put(0, now, now + 3600 * NS_PER_SEC);
	put(0, now, now + 3601 * NS_PER_SEC);
	expect(live, now + 3600 * NS_PER_SEC, 0, 1);
	expect(live, now + 3601 * NS_PER_SEC, 0, 2);
	live_close(live);
}

static void
test_equal_stamps_go_by_interface(void **state)
{
	struct live *live = start(names, 3, 0);

	for (int i = 2; i >= 0; i--) {
		put(i, now, now - HOLD);
	}
	expect(live, now - HOLD, 0, 1);
	expect(live, now - HOLD, 1, 2);
	expect(live, now - HOLD, 2, 3);
	live_close(live);
}

static void
test_fds_leave_out_what_waits(void **state)
{
	struct live *live = start(names, 2, 0);
	struct pollfd fds[LEGS];
	int timeout;

	expect_none(live);
	assert_int_equal(live_fds(live, fds, LEGS, &timeout), 2);
	assert_int_equal(timeout, -1);
	put(0, now, now - 5 * MS);
	expect_none(live);
	assert_int_equal(live_fds(live, fds, LEGS, &timeout), 1);
	assert_int_equal(fds[0].fd, 101);
	assert_int_equal(fds[0].events, POLLIN);
	assert_int_equal(timeout, HOLD / MS - 5);
	now += HOLD - 5 * MS;
	assert_int_equal(live_fds(live, fds, LEGS, &timeout), 1);
	assert_int_equal(timeout, 0);
	expect(live, now - HOLD, 0, 1);
	live_close(live);
}

static void
test_lost_interface_is_named_after_what_was_taken(void **state)
{
	struct live *live = start(names, 2, 0);
	struct frame f;

	put(0, now, now - 1);
	expect_none(live);
	assert_null(live_lost(live));
	legs[1].lost_ns = now;
	expect(live, now - 1, 0, 1);
	assert_int_equal(live_next(live, &f), ERR_LOST);
	assert_int_equal(live_next(live, &f), ERR_LOST);
	assert_string_equal(live_lost(live), "b");
	live_close(live);
}

static void
test_lost_only_interface_is_told(void **state)
{
	struct live *live = start(names, 1, 0);
	struct frame f;

	expect_none(live);
	put(0, now, now);
	legs[0].lost_ns = now;
	expect(live, now, 0, 1);
	assert_int_equal(live_next(live, &f), ERR_LOST);
	put(0, now, now);
	assert_int_equal(live_next(live, &f), ERR_LOST);
	assert_string_equal(live_lost(live), "a");
	live_close(live);
}

static void
test_fanout_groups_follow_the_interfaces(void **state)
{
	char why[LIVE_WHY_MAX];
	struct live *live;

	live = start(names, 2, 700);
	assert_int_equal(legs[0].group, 700);
	assert_int_equal(legs[1].group, 701);
	assert_int_equal(legs[0].started, 0);
	assert_int_equal(live_start(live, why), 0);
	assert_int_equal(legs[0].started, 1);
	assert_int_equal(legs[1].started, 1);
	live_close(live);
	live = start(names, 2, 0);
	assert_int_equal(legs[1].group, 0);
	assert_int_equal(live_start(live, why), 0);
	assert_int_equal(legs[0].started, 1);
	live_close(live);
}

static void
refuse(const struct live_options *o, int err)
{
	char why[LIVE_WHY_MAX] = "";
	struct live *live = NULL;

	assert_int_equal(live_open(o, &live, why), err);
	assert_null(live);
	assert_true(err == ERR_PERM || why[0] != '\0');
}

static void
test_wrong_options_are_refused(void **state)
{
	const char *any[] = {"any"}, *longer[] = {"a234567890123456"};
	const char *many[LIMIT_LIVE_IFACES_MAX + 1], *bad[] = {"a", "b!"};

	for (size_t i = 0; i < LIMIT_LIVE_IFACES_MAX + 1; i++) {
		many[i] = "a";
	}
	refuse(&(struct live_options){.iface = many}, ERR_USAGE);
	refuse(&(struct live_options){.iface = many,
		   .ifaces = LIMIT_LIVE_IFACES_MAX + 1},
	    ERR_USAGE);
	refuse(&(struct live_options){.iface = any, .ifaces = 1}, ERR_USAGE);
	refuse(&(struct live_options){.iface = longer, .ifaces = 1}, ERR_NOENT);
	refuse(
	    &(struct live_options){
		.iface = many, .ifaces = 1, .snaplen = LIMIT_FRAME_MAX + 1},
	    ERR_TOOBIG);
	refuse(&(struct live_options){.iface = many,
		   .ifaces = 1,
		   .ring_bytes = ((size_t)LIMIT_LIVE_RING_MAX_MIB << 20) + 1},
	    ERR_TOOBIG);
	/* The legs that were opened are closed again. */
	refuse(&(struct live_options){.iface = bad, .ifaces = 2}, ERR_PERM);
	assert_int_equal(legs[0].closed, 1);
	assert_int_equal(legs[1].closed, 1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup(name, reset)
	const struct CMUnitTest tests[] = {
	    T(test_one_interface_does_not_wait),
	    T(test_interfaces_are_merged),
	    T(test_late_block_comes_in_its_place),
	    T(test_busy_interface_is_not_slowed_by_an_idle_one),
	    T(test_stamp_ahead_of_the_clock_does_not_wait),
	    T(test_equal_stamps_go_by_interface),
	    T(test_fds_leave_out_what_waits),
	    T(test_lost_interface_is_named_after_what_was_taken),
	    T(test_lost_only_interface_is_told),
	    T(test_fanout_groups_follow_the_interfaces),
	    T(test_wrong_options_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * points_test: which values the novelty filter tells, and that points are told
 * apart however they are found.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/test.h"
#include "limits.h"
#include "net/novelty.h"
#include "net/points.h"

#define PROTO 1

struct rig {
	struct links links;
	struct link link;
	struct novelty *novelty;
	struct ev ev;
	struct ev_field fields[8];
	uint64_t now_ns;
	unsigned told;
};

static void
on_pass(void *arg, const struct ev *e)
{
	struct rig *r = arg;

	assert_int_equal(e->kind, EV_VALUE);
	r->told++;
}

static void
no_report(void *arg, struct link *l)
{
	(void)arg;
	(void)l;
}

static int
setup(void **state)
{
	static struct rig r;
	struct hash_key key;

	memset(&r, 0, sizeof r);
	hash_key_init(&key);
	assert_int_equal(
	    link_table_init(&r.links, 16, &key, no_report, NULL), 0);
	assert_int_equal(novelty_new(&r.links, on_pass, &r, &r.novelty), 0);
	r.link.id = 7;
	r.now_ns = 1000 * NS_PER_SEC;
	*state = &r;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *r = *state;

	novelty_free(r->novelty);
	link_table_done(&r->links);
	return 0;
}

static struct ev *
value_of(struct rig *r, const char *object, uint32_t number)
{
	struct ev *e = &r->ev;

	memset(e, 0, sizeof *e);
	e->f = r->fields;
	e->max_fields = 8;
	e->kind = EV_VALUE;
	e->dir = EV_DIR_RESPONSE;
	e->proto = PROTO;
	e->ts_ns = r->now_ns;
	ev_numbered(e, EVF_OBJECT, object, number);
	return e;
}

/* Whether no number would be told of this point now. */
static bool
is_fresh(
    struct rig *r, const char *object, uint32_t number, const char *quality)
{
	struct ev_end src = r->ev.src, dst = r->ev.dst;
	const struct dis_ctx ctx = {
	    .ts_ns = r->now_ns, .src = &src, .dst = &dst};
	const struct dis_reading reading = {.proto = PROTO,
	    .name = object,
	    .number = number,
	    .quality = quality};

	return novelty_fresh(r->novelty, &ctx, &reading, &r->link);
}

/* Whether it was told. */
static bool
send(struct rig *r, struct ev *e)
{
	unsigned before = r->told;
	bool known = novelty_knows(r->novelty, e, &r->link);

	novelty_event(r->novelty, e, &r->link);
	assert_false(known && r->told != before);
	return r->told != before;
}

static bool
reports(struct rig *r, uint32_t number, double v, const char *quality)
{
	struct ev *e = value_of(r, "analog_input", number);
	bool fresh, told;

	ev_double(e, EVF_VALUE, v);
	ev_name(e, EVF_QUALITY, quality);
	ev_name(e, EVF_SOURCE, ev_reported);
	fresh = is_fresh(r, "analog_input", number, quality);
	told = send(r, e);
	assert_false(fresh && told);
	return told;
}

static void
wait_s(struct rig *r, uint64_t s)
{
	r->now_ns += s * NS_PER_SEC;
}

static void
test_first_value_is_told_and_its_repeats_are_not(void **state)
{
	assert_true(reports(*state, 1, 1.5, "good"));
	assert_false(reports(*state, 1, 1.5, "good"));
	assert_true(reports(*state, 2, 1.5, "good"));
	wait_s(*state, 2 * LIMIT_POINT_MAX_S);
	assert_false(reports(*state, 1, 1.5, "good"));
}

static void
test_number_is_fresh_until_it_is_due(void **state)
{
	struct rig *r = *state;

	assert_true(reports(r, 1, 1, "good"));
	assert_true(is_fresh(r, "analog_input", 1, "good"));
	assert_false(is_fresh(r, "analog_input", 1, "offline"));
	assert_false(is_fresh(r, "analog_input", 2, "good"));
	assert_false(is_fresh(r, "counter", 1, "good"));
	wait_s(r, LIMIT_POINT_S - 1);
	assert_true(is_fresh(r, "analog_input", 1, "good"));
	wait_s(r, 1);
	assert_false(is_fresh(r, "analog_input", 1, "good"));
	assert_true(reports(r, 1, 2, "good"));
	/* whose it is */
	assert_true(is_fresh(r, "analog_input", 1, "good"));
	r->ev.src.sub.kind = EV_SUB_UNIT;
	r->ev.src.sub.num = 9;
	assert_false(is_fresh(r, "analog_input", 1, "good"));
}

static void
test_value_that_moves_is_told_less_and_less_often(void **state)
{
	double v = 1;

	assert_true(reports(*state, 1, v++, "good"));
	for (uint64_t s = LIMIT_POINT_S; s <= LIMIT_POINT_MAX_S; s *= 2) {
		wait_s(*state, s - 1);
		assert_false(reports(*state, 1, v++, "good"));
		wait_s(*state, 1);
		assert_true(reports(*state, 1, v++, "good"));
	}
	wait_s(*state, LIMIT_POINT_MAX_S);
	assert_true(reports(*state, 1, v, "good"));
}

static void
test_quality_is_told_when_it_changes(void **state)
{
	assert_true(reports(*state, 1, 1, "good"));
	assert_true(reports(*state, 1, 2, "comm_lost"));
	assert_false(reports(*state, 1, 3, "comm_lost"));
	assert_true(reports(*state, 1, 3, "good"));
}

static void
test_states_and_commands_are_told_when_they_change(void **state)
{
	struct rig *r = *state;

	for (unsigned n = 0; n < 6; n++) {
		struct ev *e = value_of(r, "binary_input", 1);

		ev_bool(e, EVF_VALUE, n / 2 % 2);
		ev_name(e, EVF_SOURCE, ev_reported);
		assert_int_equal(send(r, e), n % 2 == 0);
	}
	for (unsigned n = 0; n < 6; n++) {
		struct ev *e = value_of(r, "analog_output", 1);

		ev_uint(e, EVF_VALUE, n / 2);
		ev_name(e, EVF_SOURCE, ev_commanded);
		assert_int_equal(send(r, e), n % 2 == 0);
	}
}

/* They have the same network and the same instances. */
static void
test_devices_behind_one_router_are_told_apart(void **state)
{
	struct rig *r = *state;

	for (unsigned n = 0; n < 6; n++) {
		struct ev *e = value_of(r, "analog-input", 1);

		e->src.sub.kind = EV_SUB_BACNET;
		e->src.sub.net = 2001;
		e->src.sub.len = n % 3 == 2 ? 6 : 1;
		e->src.sub.mac[0] = n % 3 == 0 ? 1 : 2;
		ev_uint(e, EVF_VALUE, n % 3);
		ev_name(e, EVF_SOURCE, ev_reported);
		assert_int_equal(send(r, e), n < 3);
	}
}

/* Whoever carries them: receivers, and subjects, are not one. */
static void
test_what_is_written_is_the_receivers_point(void **state)
{
	struct rig *r = *state;

	for (unsigned n = 0; n < 12; n++) {
		struct ev *e = value_of(r, "analog-output", 3);

		if (n < 6 && n % 3 != 0) {
			e->dst.sub.kind = EV_SUB_BACNET;
			e->dst.sub.net = 12;
			e->dst.sub.len = 1;
			e->dst.sub.mac[0] = (uint8_t)(n % 3);
		} else if (n >= 6) {
			e->flags |= EV_HAS_SUBJECT;
			e->subject.ipver = 4;
			e->subject.ip.a[3] = (uint8_t)(n % 3);
		}
		ev_uint(e, EVF_VALUE, 20);
		ev_name(e, EVF_SOURCE, ev_commanded);
		assert_int_equal(send(r, e), n % 6 < 3);
	}
}

static void
test_list_is_told_when_any_of_it_changes(void **state)
{
	static const double lists[][2] = {{1, 2}, {1, 2}, {1, 3}, {3, 1}};
	static const bool told[] = {true, false, true, true};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		struct ev *e = value_of(r, "structured", 1);

		ev_array(e, EVF_VALUE);
		ev_double(e, EVF_ELEM, lists[i][0]);
		ev_double(e, EVF_ELEM, lists[i][1]);
		ev_end(e);
		ev_name(e, EVF_SOURCE, ev_reported);
		assert_int_equal(send(r, e), told[i]);
	}
}

/* The same value at another priority is another command. */
static void
test_priorities_of_commands_are_told_apart(void **state)
{
	static const unsigned prio[] = {8, 8, 16, 16, 8};
	static const bool told[] = {true, false, true, false, true};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		struct ev *e = value_of(r, "analog-output", 1);

		ev_double(e, EVF_VALUE, 5);
		ev_name(e, EVF_SOURCE, ev_commanded);
		ev_uint(e, EVF_PRIORITY, prio[i]);
		assert_int_equal(send(r, e), told[i]);
	}
}

/* A command among hundreds of reports is told all the same. */
static void
test_reports_leave_the_budget_to_commands(void **state)
{
	struct rig *r = *state;
	struct ev *e;

	for (uint32_t n = 0; n < 2 * LIMIT_NEWS_BUDGET; n++) {
		(void)reports(r, n, 1, "good");
	}
	assert_false(reports(r, 2 * LIMIT_NEWS_BUDGET, 1, "good"));
	e = value_of(r, "analog_output", 1);
	ev_double(e, EVF_VALUE, 5);
	ev_name(e, EVF_SOURCE, ev_commanded);
	assert_true(send(r, e));
}

static void
test_value_over_the_budget_is_told_later(void **state)
{
	unsigned told = 0;

	for (uint32_t n = 0; n < LIMIT_NEWS_BUDGET + 10; n++) {
		told += reports(*state, n, 1, "good");
	}
	assert_int_equal(told, LIMIT_NEWS_BUDGET);
	wait_s(*state, 61);
	for (uint32_t n = 0; n < LIMIT_NEWS_BUDGET + 10; n++) {
		told += reports(*state, n, 1, "good");
	}
	assert_int_equal(told, LIMIT_NEWS_BUDGET + 10);
}

static struct point *
seek(struct points *t, const struct ev *e, struct link *l)
{
	return point_of(t, e, ev_find(e, EVF_OBJECT), l);
}

/* In order, backwards, by leaps: the guess never takes one for another. */
static void
test_points_are_themselves_in_any_order(void **state)
{
	static const uint32_t steps[] = {1, 96, 7, 50, 13};
	static const char *const objects[] = {"a", "b", "c"};
	struct rig *r = *state;
	struct points t;
	struct hash_key key;

	hash_key_init(&key);
	assert_int_equal(points_init(&t, 300, &key), 0);
	for (size_t k = 0; k < 5; k++) {
		for (uint32_t i = 0; i < 97 * 3; i++) {
			uint32_t n = i * steps[k] % 97, o = i * steps[k] % 3;
			struct ev *e = value_of(r, objects[o], n);
			struct point *x = seek(&t, e, &r->link);

			assert_int_equal(x->what, n);
			if (x->due_s == 0) {
				x->value = 100 * o + n;
				point_told(&t, x, 1);
			}
			assert_int_equal(x->value, 100 * o + n);
		}
	}
	assert_int_equal(t.evicted, 0);
	points_done(&t);
}

/* Names that differ in their length, or in a single character of it. */
static void
test_names_are_told_apart(void **state)
{
	static char names[50 * 51 / 2 + 50][50];
	struct rig *r = *state;
	struct hash_key key;
	struct points t;
	uint32_t n = 0, none = 0;

	hash_key_init(&key);
	assert_int_equal(points_init(&t, 2000, &key), 0);
	for (unsigned len = 0; len <= 50; len++) {
		for (unsigned at = 0; at < len; at++) {
			names[n][at] = 1;

			struct ev *e = value_of(r, NULL, 0);

			e->nfields = 0;
			ev_bytes(e, EVF_OBJECT, EV_T_TEXT, names[n++], len);
			struct point *x = seek(&t, e, &r->link);

			none += x->due_s == 0;
			point_told(&t, x, 1);
			assert_ptr_equal(seek(&t, e, &r->link), x);
		}
	}
	assert_int_equal(none, n);
	points_done(&t);
}

static void
test_point_told_longest_ago_makes_room(void **state)
{
	struct rig *r = *state;
	struct points t;
	struct hash_key key;

	hash_key_init(&key);
	assert_int_equal(points_init(&t, 4, &key), 0);
	for (uint32_t n = 0; n < 4; n++) {
		point_told(&t, seek(&t, value_of(r, "a", n), &r->link), 1);
	}
	point_told(&t, seek(&t, value_of(r, "a", 0), &r->link), 2);
	(void)seek(&t, value_of(r, "a", 9), &r->link);
	assert_int_equal(t.evicted, 1);
	assert_int_not_equal(seek(&t, value_of(r, "a", 0), &r->link)->due_s, 0);
	assert_int_equal(seek(&t, value_of(r, "a", 1), &r->link)->due_s, 0);
	points_done(&t);
}

/* Its points are nobody's then, and are told once more. */
static void
test_series_sought_longest_ago_makes_room(void **state)
{
	struct rig *r = *state;
	struct points t;
	unsigned gone = 0;
	struct hash_key key;

	hash_key_init(&key);
	assert_int_equal(points_init(&t, LIMIT_POINT_SERIES_MAX + 8, &key), 0);
	for (uint32_t n = 0; n <= LIMIT_POINT_SERIES_MAX; n++) {
		r->link.id = n + 1;
		point_told(&t, seek(&t, value_of(r, "a", 1), NULL), 1);
		point_told(&t, seek(&t, value_of(r, "a", 1), &r->link), 1);
	}
	assert_int_not_equal(seek(&t, value_of(r, "a", 1), &r->link)->due_s, 0);
	assert_int_not_equal(seek(&t, value_of(r, "a", 1), NULL)->due_s, 0);
	assert_int_not_equal(t.series_evicted, 0);
	for (r->link.id = 1; r->link.id < 64; r->link.id++) {
		gone += seek(&t, value_of(r, "a", 1), &r->link)->due_s == 0;
	}
	assert_int_not_equal(gone, 0);
	assert_int_equal(t.series.used, LIMIT_POINT_SERIES_MAX);
	points_done(&t);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_first_value_is_told_and_its_repeats_are_not),
	    T(test_number_is_fresh_until_it_is_due),
	    T(test_value_that_moves_is_told_less_and_less_often),
	    T(test_quality_is_told_when_it_changes),
	    T(test_states_and_commands_are_told_when_they_change),
	    T(test_devices_behind_one_router_are_told_apart),
	    T(test_what_is_written_is_the_receivers_point),
	    T(test_list_is_told_when_any_of_it_changes),
	    T(test_priorities_of_commands_are_told_apart),
	    T(test_reports_leave_the_budget_to_commands),
	    T(test_value_over_the_budget_is_told_later),
	    T(test_points_are_themselves_in_any_order),
	    T(test_names_are_told_apart),
	    T(test_point_told_longest_ago_makes_room),
	    T(test_series_sought_longest_ago_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

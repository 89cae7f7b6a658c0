/*
 * verdict_test: each reason has its threshold, below which nothing is said,
 * and its points.
 */
#include <string.h>

#include "base/clock.h"
#include "base/test.h"
#include "store/export/verdict.h"

#define START_NS (1700000000 * NS_PER_SEC)

static struct view
good(void)
{
	struct view v = {.whole = true};
	uint64_t *n = v.c.count;

	n[COVERAGE_FRAMES] = 100000;
	n[COVERAGE_BYTES] = 10000000;
	n[COVERAGE_GROUPS] = 5000;
	n[COVERAGE_TCP] = 2000000;
	n[COVERAGE_GAPS] = 3;
	n[COVERAGE_LOOKED] = 10000;
	n[COVERAGE_TALKS] = n[COVERAGE_BOTH] = 1000;
	v.c.first_ns = START_NS;
	v.c.last_ns = v.c.spoke_ns = v.now_ns = START_NS + 3600 * NS_PER_SEC;
	return v;
}

static int
score(const struct view *v)
{
	struct verdict r;

	view_judge(v, &r);
	return r.score;
}

/* Its points, when it is the only reason; -1 else. */
static int
only(const struct view *v, const char *check)
{
	struct verdict r;

	view_judge(v, &r);
	if (r.n != 1 || strcmp(r.reason[0].check, check) != 0) {
		return -1;
	}
	assert_int_equal(r.score, 100 - (int)r.reason[0].points);
	return (int)r.reason[0].points;
}

static void
test_shares_have_thresholds(void **state)
{
	static const struct {
		const char *check;
		enum coverage_count counter;
		uint64_t below, some, much;
		int some_points, much_points;
	} t[] = {
	    {"mirror", COVERAGE_GROUPS, 94999, 95000, 98000, 30, 60},
	    {"one-way", COVERAGE_BOTH, 901, 900, 500, 20, 40},
	    {"gaps", COVERAGE_LOST, 1000, 1001, 20203, 10, 30},
	    {"copies", COVERAGE_COPIES, 499, 500, 2000, 10, 20},
	    {"across", COVERAGE_ACROSS, 499, 500, 2000, 10, 20},
	    {"cut", COVERAGE_CUT, 999, 1000, 20000, 10, 30},
	    {"broken", COVERAGE_BROKEN, 999, 1000, 10000, 10, 20},
	    {"dropped", COVERAGE_DROPPED, 0, 2, 1100, 10, 30},
	    {"missed", COVERAGE_MISSED, 0, 2, 1100, 10, 30},
	    {"host", COVERAGE_COOKED, 49999, 50000, 90000, 20, 20},
	    {"long", COVERAGE_LONG, 99, 100, 90000, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct view v = good();

		v.c.count[t[i].counter] = t[i].below;
		assert_int_equal(score(&v), 100);
		v.c.count[t[i].counter] = t[i].some;
		assert_int_equal(only(&v, t[i].check), t[i].some_points);
		v.c.count[t[i].counter] = t[i].much;
		assert_int_equal(only(&v, t[i].check), t[i].much_points);
	}
}

/* Two conversations of ten may have just begun; the only one has not. */
static void
test_few_are_chance_unless_they_are_all(void **state)
{
	struct view v = good();

	(void)state;
	v.c.count[COVERAGE_TALKS] = 10;
	v.c.count[COVERAGE_BOTH] = 8;
	assert_int_equal(score(&v), 100);
	v.c.count[COVERAGE_TALKS] = 1;
	v.c.count[COVERAGE_BOTH] = 0;
	assert_int_equal(only(&v, "one-way"), 40);
	/* Holes, not the bytes in them. */
	v = good();
	v.c.count[COVERAGE_LOST] = 1001;
	v.c.count[COVERAGE_GAPS] = 2;
	assert_int_equal(score(&v), 100);
	/* Of a tenth of all that is said nothing is whole. */
	v.c.count[COVERAGE_GAPS] = 3000;
	v.c.count[COVERAGE_LOST] = 222221;
	assert_int_equal(only(&v, "gaps"), 30);
	v.c.count[COVERAGE_LOST] = 222224;
	assert_int_equal(only(&v, "gaps"), 60);
}

static void
test_a_port_without_frames_is_dead(void **state)
{
	struct view v = {.whole = true};

	(void)state;
	assert_int_equal(only(&v, "dead"), 100);
	v.whole = false; /* a VLAN: nothing to say */
	assert_int_equal(score(&v), -1);
	v.whole = true;
	v.c.count[COVERAGE_FRAMES] = VERDICT_FRAMES_MIN - 1;
	assert_int_equal(score(&v), -1);
}

static void
test_silence_is_longer_than_what_is_usual(void **state)
{
	struct view v = good();

	(void)state;
	v.now_ns += 59 * NS_PER_SEC;
	assert_int_equal(score(&v), 100);
	v.now_ns += NS_PER_SEC;
	assert_int_equal(only(&v, "silent"), 30);
	v.c.count[COVERAGE_FRAMES] = 1000; /* one in 3.6 s */
	v.c.count[COVERAGE_GROUPS] = 0;
	assert_int_equal(score(&v), 100);
	v = good();
	v.c.pause_ns = 59 * NS_PER_SEC;
	assert_int_equal(score(&v), 100);
	v.c.pause_ns = 60 * NS_PER_SEC;
	assert_int_equal(only(&v, "pause"), 10);
	v.whole = false;
	assert_int_equal(score(&v), 100);
}

static void
test_a_clock_that_leaps_is_no_pause(void **state)
{
	struct view v = good();

	(void)state;
	v.c.count[COVERAGE_COPIES] = 2000;
	v.c.first_ns = v.c.last_ns = v.now_ns = 0;
	assert_int_equal(only(&v, "clock"), 20);
	v = good();
	v.c.pause_ns = 3650 * 86400 * NS_PER_SEC;
	v.c.last_ns = v.now_ns = v.c.spoke_ns += v.c.pause_ns;
	assert_int_equal(only(&v, "pause"), 10);
	v.backwards = 9999;
	assert_int_equal(only(&v, "pause"), 10);
	v.backwards = 10000;
	v.c.count[COVERAGE_COPIES] = 2000;
	assert_int_equal(only(&v, "clock"), 20);
}

/* Few frames, but long enough, and none of them from one station to another. */
static void
test_groups_alone_for_long_show_nothing(void **state)
{
	struct view v = {.whole = true};
	struct verdict r;

	(void)state;
	v.c.count[COVERAGE_FRAMES] = v.c.count[COVERAGE_GROUPS] = 50;
	v.c.first_ns = NS_PER_SEC;
	v.c.last_ns = v.now_ns = 600 * NS_PER_SEC;
	assert_int_equal(score(&v), -1);
	v.now_ns = 1501 * NS_PER_SEC;
	assert_int_equal(only(&v, "mirror"), 60);
	view_judge(&v, &r);
	assert_int_equal(r.score, 40);
	assert_string_equal(r.reason[0].what,
	    "nothing between stations came in 25 min, only what the switch "
	    "says by itself or what goes to everybody");
	v.c.count[COVERAGE_GROUPS] = 49;
	assert_int_equal(score(&v), -1);
	v.c.count[COVERAGE_GROUPS] = 50;
	v.whole = false;
	assert_int_equal(score(&v), -1);
}

static void
test_a_switch_that_greets_shows_nothing(void **state)
{
	struct view v = good();
	struct verdict r;

	(void)state;
	v.now_ns += 90 * NS_PER_SEC;
	v.c.last_ns = v.now_ns;
	assert_int_equal(only(&v, "silent"), 30);
	view_judge(&v, &r);
	assert_string_equal(r.reason[0].what,
	    "nothing has come for 1 min 30 s, but what the switch says "
	    "itself");
	/* Stations that speak every 5 min, and a switch that always does. */
	v.c.count[COVERAGE_UPKEEP] = v.c.count[COVERAGE_FRAMES] - 12;
	assert_int_equal(score(&v), 100);
	/* Nothing but greetings. */
	v.c.count[COVERAGE_UPKEEP] = v.c.count[COVERAGE_FRAMES];
	v.c.spoke_ns = 0;
	assert_int_equal(score(&v), 100);
}

static void
test_one_station_in_all_frames(void **state)
{
	struct view v = good();

	(void)state;
	v.c.stations = 1;
	v.c.station[0][5] = 1;
	assert_int_equal(only(&v, "station"), 0); /* one master */
	v.heard = 10;
	v.groups = 1;
	assert_int_equal(only(&v, "station"), 0);
	v.groups = 2;
	assert_int_equal(only(&v, "station"), 20);
	v.heard = 11;
	assert_int_equal(only(&v, "station"), 0);
	v.c.station[0][5] = 0; /* loopback */
	assert_int_equal(only(&v, "host"), 20);
	v.whole = false; /* a VLAN may well be one station's */
	assert_int_equal(score(&v), 100);
	v.whole = true;
	v.c.station[0][5] = 1;
	v.c.count[COVERAGE_FRAMES] = 149;
	v.c.count[COVERAGE_GROUPS] = 100;
	assert_int_equal(score(&v), 100);
}

static void
test_untagged_frames_of_a_trunk_are_groups(void **state)
{
	struct view v = good();

	(void)state;
	v.whole = false;
	v.c.count[COVERAGE_GROUPS] = v.c.count[COVERAGE_FRAMES];
	assert_int_equal(only(&v, "mirror"), 60);
	v.native = true;
	assert_int_equal(score(&v), 100);
}

static void
test_points_end_at_zero(void **state)
{
	struct view v = good();

	(void)state;
	v.c.count[COVERAGE_GROUPS] = v.c.count[COVERAGE_FRAMES];
	v.c.count[COVERAGE_CUT] = v.c.count[COVERAGE_FRAMES];
	v.c.count[COVERAGE_BROKEN] = v.c.count[COVERAGE_FRAMES];
	assert_int_equal(score(&v), 0);
}

static void
test_rows_are_put_together(void **state)
{
	struct view v = {.whole = true};
	struct coverage a = good().c, b = a;

	(void)state;
	a.stations = 2;
	memcpy(a.station, "aaaaaabbbbbb", 12);
	a.pause_ns = 5;
	a.protos = 1;
	b.stations = 2;
	memcpy(b.station, "bbbbbbcccccc", 12);
	b.vlan = 3;
	b.first_ns -= 1;
	b.last_ns += 1;
	b.protos = 2;
	view_add(&v, &a);
	view_add(&v, &b);
	assert_int_equal(v.c.count[COVERAGE_FRAMES], 200000);
	assert_int_equal(v.c.stations, 1);
	assert_memory_equal(v.c.station[0], "bbbbbb", 6);
	assert_int_equal(v.c.first_ns, b.first_ns);
	assert_int_equal(v.c.last_ns, b.last_ns);
	assert_int_equal(v.c.pause_ns, 5);
	assert_int_equal(v.c.protos, 3);
	/* Nothing between stations strikes nobody out. */
	b.count[COVERAGE_GROUPS] = b.count[COVERAGE_FRAMES];
	b.stations = 0;
	view_add(&v, &b);
	assert_int_equal(v.c.stations, 1);
}

static void
test_figures_are_readable(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} t[] = {{0, "0.0 s"}, {59900000000ULL, "59.9 s"},
	    {60 * NS_PER_SEC, "1 min"}, {1529 * NS_PER_SEC, "25 min 29 s"},
	    {3600 * NS_PER_SEC, "1 h"}, {90000 * NS_PER_SEC, "1 d 1 h"}};
	char buf[64];
	struct text x;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		text_start(&x, buf, sizeof(buf));
		verdict_duration(&x, t[i].ns);
		assert_string_equal(buf, t[i].text);
	}
	text_start(&x, buf, sizeof(buf));
	verdict_share(&x, verdict_ppm(142, 180));
	text_put(&x, ", ");
	verdict_share(&x, verdict_ppm(3, 1000));
	text_put(&x, ", ");
	verdict_share(&x, verdict_ppm(1, 10000));
	assert_string_equal(buf, "78 %, 0.3 %, 0.010 %");
}

/* What the text of its only reason is; "" when there is none. */
static const char *
said_of(struct unheard *u, struct verdict *r)
{
	r->n = 0;
	unheard_judge(u, r);
	return r->n == 0 ? "" : r->reason[0].what;
}

static void
test_who_speaks_unheard_counts(void **state)
{
	struct query_ghost g = {
	    .ip = "10.0.0.21", .why = "asked,there", .there = true};
	struct unheard u = {.heard = 30};
	struct view v = good();
	struct verdict r;

	(void)state;
	g.asker = (struct query_end){.ip = "10.0.0.11", .name = "HMI-1"};
	g.vlans = "20";
	v.unheard = &u;
	assert_string_equal(said_of(&u, &r), "");
	assert_int_equal(score(&v), 100);
	assert_int_equal(unheard_add(&u, &g), 0);
	assert_string_equal(said_of(&u, &r),
	    "1 of 31 devices is talked to, and nothing of what comes back is "
	    "seen: 10.0.0.21 (with HMI-1 in VLAN 20)");
	assert_int_equal(only(&v, "unheard"), 10);
	g.asker.name = NULL;
	g.vlans = "20,30";
	for (int i = 0; i < 3; i++) {
		assert_int_equal(unheard_add(&u, &g), 0);
	}
	assert_string_equal(said_of(&u, &r),
	    "4 of 34 devices are talked to, and nothing of what comes back is "
	    "seen: 10.0.0.21 (with HMI-1 in VLAN 20), 10.0.0.21 (with "
	    "10.0.0.11 in VLANs 20,30), 10.0.0.21 (with 10.0.0.11 in VLANs "
	    "20,30) and 1 more");
	assert_int_equal(only(&v, "unheard"), 20);
}

static void
test_who_may_be_off_does_not(void **state)
{
	static const struct {
		const char *why;
		uint64_t named;
	} t[] = {{"asked", 1}, {"table", 1}, {"table,asked", 1}, {"foreign", 1},
	    {"bound", 1}, {"arp", 0}, {"sought", 0}, {"behind", 0}};
	struct verdict r;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct query_ghost g = {.ip = "10.0.0.9", .why = t[i].why};
		struct unheard u = {.heard = 1};

		assert_int_equal(unheard_add(&u, &g), 0);
		assert_int_equal(u.named, t[i].named);
		assert_string_equal(said_of(&u, &r), "");
	}
}

/* As long as names may be. */
static void
test_long_names_are_cut(void **state)
{
	char name[256];
	struct query_ghost g = {.ip = "2001:db8:1111:2222:3333:4444:5555:6666",
	    .why = "there",
	    .there = true,
	    .vlans = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20"};
	struct unheard u = {0};
	struct verdict r;

	(void)state;
	for (size_t i = 0; i < sizeof(name) - 1; i++) {
		name[i] = i % 3 == 0 ? '\xe2' : i % 3 == 1 ? '\x82' : '\xac';
	}
	name[sizeof(name) - 1] = '\0';
	g.asker.name = name;
	for (int i = 0; i < 99; i++) {
		assert_int_equal(unheard_add(&u, &g), 0);
	}
	assert_non_null(
	    strstr(said_of(&u, &r), "\xac... in 20 VLANs) and 96 more"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_shares_have_thresholds),
	    cmocka_unit_test(test_few_are_chance_unless_they_are_all),
	    cmocka_unit_test(test_a_port_without_frames_is_dead),
	    cmocka_unit_test(test_silence_is_longer_than_what_is_usual),
	    cmocka_unit_test(test_a_switch_that_greets_shows_nothing),
	    cmocka_unit_test(test_a_clock_that_leaps_is_no_pause),
	    cmocka_unit_test(test_groups_alone_for_long_show_nothing),
	    cmocka_unit_test(test_one_station_in_all_frames),
	    cmocka_unit_test(test_untagged_frames_of_a_trunk_are_groups),
	    cmocka_unit_test(test_points_end_at_zero),
	    cmocka_unit_test(test_rows_are_put_together),
	    cmocka_unit_test(test_figures_are_readable),
	    cmocka_unit_test(test_who_speaks_unheard_counts),
	    cmocka_unit_test(test_who_may_be_off_does_not),
	    cmocka_unit_test(test_long_names_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

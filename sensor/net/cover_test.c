/*
 * cover_test: frames are counted where they belong, copies are known again,
 * and whoever sends what tags soever gets no more than the table.
 */
#include <string.h>

#include "base/clock.h"
#include "base/test.h"
#include "net/cover.h"

static const uint8_t a[6] = {2, 0, 0, 0, 0, 1}, b[6] = {2, 0, 0, 0, 0, 2},
		     c[6] = {2, 0, 0, 0, 0, 3},
		     all[6] = {255, 255, 255, 255, 255, 255};

struct rig {
	struct cover cover;
	struct frame f;
	struct pkt p;
};

static int
setup(void **state)
{
	static struct rig r;

	memset(&r, 0, sizeof(r));
	r.f.len = r.f.caplen = 100;
	r.f.linktype = LINKTYPE_ETHERNET;
	r.f.ts_ns = NS_PER_SEC;
	r.p.frame = &r.f;
	r.p.smac = a;
	r.p.dmac = b;
	r.p.ipver = 4;
	r.p.l4 = PKT_L4_UDP;
	r.p.ip_id = 1;
	*state = &r;
	return cover_init(&r.cover);
}

static int
teardown(void **state)
{
	struct rig *r = *state;

	cover_done(&r->cover);
	return 0;
}

static void
see(struct rig *r, uint16_t vlan)
{
	r->p.vlan[0] = vlan;
	r->p.vlan_n = vlan != 0;
	cover_packet(&r->cover, cover_frame(&r->cover, &r->p), &r->p);
}

/* The row of a VLAN of the first interface; false when it has no news. */
static bool
row(struct rig *r, uint16_t vlan, struct coverage *ret)
{
	uint32_t at = 0, iface;
	struct coverage x = {0};
	bool found = false;

	while (cover_next(&r->cover, &at, &x, &iface)) {
		if (iface == 0 && x.vlan == vlan) {
			*ret = x;
			found = true;
		}
	}
	return found;
}

static void
test_a_frame_is_counted_in_its_vlan(void **state)
{
	struct rig *r = *state;
	struct coverage x = {0};

	see(r, 7);
	r->f.caplen = 60;
	r->p.dmac = all;
	r->p.ip_id++;
	see(r, 7);
	assert_true(row(r, 7, &x));
	assert_int_equal(x.count[COVERAGE_FRAMES], 2);
	assert_int_equal(x.count[COVERAGE_BYTES], 200);
	assert_int_equal(x.count[COVERAGE_CUT], 1);
	assert_int_equal(x.count[COVERAGE_GROUPS], 1);
	assert_int_equal(x.count[COVERAGE_LOOKED], 2);
	assert_int_equal(x.count[COVERAGE_COPIES], 0);
	/* Told, and counted anew. */
	assert_false(row(r, 7, &x));
	see(r, 7);
	assert_true(row(r, 7, &x));
	assert_int_equal(x.count[COVERAGE_FRAMES], 1);
}

static void
test_copies_are_known_by_where_they_come(void **state)
{
	struct rig *r = *state;
	struct coverage x = {0};

	see(r, 10);
	r->f.ts_ns += NS_PER_MS;
	see(r, 10); /* the same again */
	see(r, 20); /* with another tag */
	r->p.smac = c;
	see(r, 20); /* and behind a router */
	r->f.ts_ns += 11 * NS_PER_MS;
	r->p.smac = a;
	see(r, 20); /* too late */
	assert_true(row(r, 20, &x));
	assert_int_equal(x.count[COVERAGE_LOOKED], 3);
	assert_int_equal(x.count[COVERAGE_ACROSS], 1);
	assert_int_equal(x.count[COVERAGE_ROUTED], 1);
	assert_int_equal(x.count[COVERAGE_COPIES], 0);
}

static void
test_copies_in_one_place(void **state)
{
	struct rig *r = *state;
	struct coverage x = {0};

	see(r, 0);
	see(r, 0);
	r->p.ip_id++;
	see(r, 0);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.count[COVERAGE_COPIES], 1);
}

/* A pure acknowledgement without identification may well come twice. */
static void
test_bare_acknowledgements_are_not_compared(void **state)
{
	struct rig *r = *state;
	struct coverage x = {0};

	r->p.l4 = PKT_L4_TCP;
	r->p.ip_id = 0;
	see(r, 0);
	see(r, 0);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.count[COVERAGE_LOOKED], 0);
	r->p.ip_id = 1;
	see(r, 0);
	see(r, 0);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.count[COVERAGE_COPIES], 1);
}

/* One in 64, and of those the copy, too. */
static void
test_later_one_in_64_is_compared(void **state)
{
	struct rig *r = *state;
	struct coverage x = {0};

	r->cover.looked = LIMIT_COVER_ALL;
	for (int i = 0; i < 64000; i++) {
		r->p.ip_id = (uint32_t)i;
		r->f.ts_ns += NS_PER_MS;
		see(r, 0);
		see(r, 0);
	}
	assert_true(row(r, 0, &x));
	assert_in_range(x.count[COVERAGE_LOOKED], 1800, 2200);
	assert_int_equal(
	    2 * x.count[COVERAGE_COPIES], x.count[COVERAGE_LOOKED]);
}

static void
test_stations_are_those_of_every_frame(void **state)
{
	struct rig *r = *state;
	struct coverage x = {0};

	see(r, 0);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.stations, 2);
	r->p.dmac = c;
	see(r, 0);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.stations, 1);
	assert_memory_equal(x.station[0], a, 6);
	/* Broadcasts of others strike nobody out. */
	r->p.smac = b;
	r->p.dmac = all;
	see(r, 0);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.stations, 1);
	r->p.dmac = c;
	see(r, 0);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.stations, 0);
	r->p.smac = a;
	see(r, 0);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.stations, 0);
}

static void
test_the_longest_pause_is_the_interfaces(void **state)
{
	struct rig *r = *state;
	struct coverage x = {0};

	see(r, 5);
	r->f.ts_ns += 70 * NS_PER_SEC;
	see(r, 6);
	r->f.ts_ns += 7 * NS_PER_SEC;
	see(r, 5);
	r->f.ts_ns -= 50 * NS_PER_SEC; /* goes back: no pause */
	see(r, 5);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.count[COVERAGE_FRAMES], 0);
	assert_int_equal(x.pause_ns, 70 * NS_PER_SEC);
	assert_int_equal(x.pause_end_ns, 71 * NS_PER_SEC);
}

/* A switch greets a mirror port, and says nothing about its session. */
static void
test_who_greets_ends_no_pause(void **state)
{
	static const uint8_t lldp[6] = {1, 0x80, 0xc2, 0, 0, 0x0e},
			     pvst[6] = {1, 0, 0x0c, 0xcc, 0xcc, 0xcd},
			     dcp[6] = {1, 0x0e, 0xcf, 0, 0, 0};
	const uint8_t *const greets[] = {lldp, pvst, a};
	struct rig *r = *state;
	struct coverage x = {0};

	see(r, 5);
	r->p.ipver = 0;
	for (int i = 0; i < 9; i++) {
		r->f.ts_ns += 20 * NS_PER_SEC;
		r->p.dmac = greets[i % 3];
		r->p.ethertype = i % 3 == 2 ? 0x9000 : 0;
		see(r, 0);
	}
	assert_true(row(r, 0, &x));
	assert_int_equal(x.count[COVERAGE_UPKEEP], 9);
	assert_int_equal(x.spoke_ns, 0);
	assert_int_equal(x.pause_ns, 0);
	/* Told with what is untagged, though nothing of that came. */
	r->p.ethertype = 0;
	r->p.dmac = dcp;
	see(r, 5);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.count[COVERAGE_FRAMES], 0);
	assert_int_equal(x.pause_ns, 180 * NS_PER_SEC);
	assert_false(row(r, 0, &x));
	see(r, 5);
	assert_true(row(r, 5, &x));
	assert_int_equal(x.count[COVERAGE_UPKEEP], 0);
	assert_int_equal(x.spoke_ns, r->f.ts_ns);
}

static void
test_between_two_files_is_no_pause(void **state)
{
	struct rig *r = *state;
	struct coverage x = {0};

	see(r, 0);
	r->f.input = 1;
	r->f.ts_ns += 70 * NS_PER_SEC;
	see(r, 0);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.pause_ns, 0);
}

static void
test_tags_without_number_stay_in_the_table(void **state)
{
	struct rig *r = *state;
	uint64_t frames = 0;
	uint32_t at = 0, iface;
	struct coverage x = {0};

	for (r->f.iface = 0; r->f.iface < LIMIT_COVER_PORT_MAX + 4;
	     r->f.iface++) {
		for (uint16_t v = 0; v < COVER_VLANS; v++) {
			see(r, v);
		}
	}
	assert_in_range(r->cover.lanes, 1, LIMIT_COVER_LANE_MAX);
	while (cover_next(&r->cover, &at, &x, &iface)) {
		assert_in_range(iface, 0, LIMIT_COVER_PORT_MAX - 1);
		frames += x.count[COVERAGE_FRAMES];
	}
	assert_int_equal(frames, (LIMIT_COVER_PORT_MAX + 4ULL) * COVER_VLANS);
}

/* Running totals; a quiet interface has a row, too. */
static void
test_losses_are_the_difference(void **state)
{
	struct rig *r = *state;
	struct coverage x = {0};

	cover_losses(&r->cover, 0, 0, 0);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.count[COVERAGE_FRAMES], 0);
	cover_losses(&r->cover, 0, 5, 1);
	cover_losses(&r->cover, 0, 7, 1);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.count[COVERAGE_DROPPED], 7);
	assert_int_equal(x.count[COVERAGE_MISSED], 1);
	cover_losses(&r->cover, 0, 7, 1);
	assert_false(row(r, 0, &x));
}

/* Counters of a flow between two stations since they were folded last. */
static void
fold(struct rig *r, struct flow *f, uint32_t from, uint32_t back)
{
	f->side[0].packets = from;
	f->side[1].packets = back;
	f->side[0].bytes = 100ULL * from;
	f->side[1].bytes = 100ULL * back;
	cover_flow(&r->cover, f);
}

static void
test_conversations_are_counted_once_by_direction(void **state)
{
	struct rig *r = *state;
	static struct flow f[3];
	struct coverage x = {0};

	see(r, 0);
	memset(f, 0, sizeof(f));
	for (int i = 0; i < 3; i++) {
		f[i].lane = 1;
		f[i].ipver = 4;
		f[i].transport = DIS_TCP;
	}
	f[0].side[1].flags = f[1].side[1].flags = SIDE_ACKED;
	fold(r, &f[0], 2, 0); /* too few yet */
	fold(r, &f[0], 1, 0); /* one way ... */
	fold(r, &f[0], 1, 0);
	fold(r, &f[0], 0, 1); /* ... and then both */
	fold(r, &f[0], 3, 3);
	fold(r, &f[1], 3, 0); /* one way for good */
	fold(r, &f[2], 3, 0); /* SYN after SYN: nobody is there */
	assert_false(flow_is_half(&f[0]));
	assert_true(flow_is_half(&f[1]));
	assert_false(flow_is_half(&f[2]));
	assert_true(row(r, 0, &x));
	assert_int_equal(x.count[COVERAGE_TALKS], 2);
	assert_int_equal(x.count[COVERAGE_BOTH], 1);
	assert_int_equal(x.count[COVERAGE_OTHER], 1700);
}

/* Nobody may be there who is asked over UDP; who is answered is. */
static void
test_an_answer_has_somebody_who_asked(void **state)
{
	struct rig *r = *state;
	static const struct dissector dis;
	static struct flow f;

	see(r, 0);
	memset(&f, 0, sizeof(f));
	f.lane = 1;
	f.ipver = 4;
	f.transport = DIS_UDP;
	f.dis = &dis;
	f.asked = true;
	fold(r, &f, 3, 0);
	assert_false(flow_is_half(&f));
	f.answered = true;
	assert_true(flow_is_half(&f));
	fold(r, &f, 0, 1);
	assert_false(flow_is_half(&f));
}

static void
test_groups_and_reports_are_no_conversations(void **state)
{
	struct rig *r = *state;
	static struct flow f;
	struct coverage x = {0};

	see(r, 0);
	memset(&f, 0, sizeof(f));
	f.lane = 1;
	f.ipver = 4;
	f.transport = DIS_UDP;
	fold(r, &f, 9, 0); /* a log that nobody confirms */
	assert_false(flow_is_half(&f));
	f.transport = DIS_TCP;
	f.side[1].flags = SIDE_ACKED;
	f.ip[1].a[0] = 239;
	fold(r, &f, 9, 0);
	f.label = "TLS";
	fold(r, &f, 1, 0);
	assert_true(row(r, 0, &x));
	assert_int_equal(x.count[COVERAGE_TALKS], 0);
	assert_int_equal(x.count[COVERAGE_SECRET], 100);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_a_frame_is_counted_in_its_vlan),
	    T(test_copies_are_known_by_where_they_come),
	    T(test_copies_in_one_place),
	    T(test_bare_acknowledgements_are_not_compared),
	    T(test_later_one_in_64_is_compared),
	    T(test_stations_are_those_of_every_frame),
	    T(test_the_longest_pause_is_the_interfaces),
	    T(test_who_greets_ends_no_pause),
	    T(test_between_two_files_is_no_pause),
	    T(test_tags_without_number_stay_in_the_table),
	    T(test_losses_are_the_difference),
	    T(test_conversations_are_counted_once_by_direction),
	    T(test_an_answer_has_somebody_who_asked),
	    T(test_groups_and_reports_are_no_conversations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

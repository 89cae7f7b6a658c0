/*
 * coverage_test: rows add up over reports, runs and sensors, and come out as
 * they went in.
 */
#include <string.h>

#include "base/test.h"
#include "store/harness.h"
#include "store/query.h"

static int
setup(void **state)
{
	static struct rig r;

	rig_start(&r, RIG_LEARNS, NULL);
	*state = &r;
	return 0;
}

static int
teardown(void **state)
{
	rig_stop(*state);
	return 0;
}

static struct coverage
sample(void)
{
	struct coverage c = {.iface = "eth1", .vlan = 7};

	for (unsigned i = 0; i < COVERAGE_COUNTS; i++) {
		c.count[i] = 100 * (COVERAGE_COUNTS - i);
	}
	c.first_ns = 1000;
	c.last_ns = 2000;
	c.pause_ns = 50;
	c.pause_end_ns = 1500;
	c.protos = 1ULL << 3;
	c.spoke_ns = 1900;
	c.stations = 2;
	memcpy(c.station, "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
	return c;
}

struct seen {
	unsigned n;
	struct coverage c;
	char sensor[32];
};

static int
take(void *arg, const struct query_coverage *x)
{
	struct seen *s = arg;

	s->n++;
	s->c = x->c;
	(void)snprintf(s->sensor, sizeof(s->sensor), "%s", x->sensor);
	return 0;
}

/* All rows; the last one is kept. */
static struct seen
rows(struct rig *r)
{
	struct seen s = {0};
	struct query *q;

	assert_int_equal(store_commit(r->s), 0);
	assert_int_equal(query_open(r->dir, &q), 0);
	assert_int_equal(query_coverage(q, take, &s), 0);
	query_close(q);
	return s;
}

static void
put(struct rig *r, const struct coverage *c)
{
	assert_int_equal(store_coverage(r->s, "s1", c), 0);
}

static void
test_a_row_comes_out_as_it_went_in(void **state)
{
	struct coverage c = sample();
	struct seen s;

	put(*state, &c);
	s = rows(*state);
	assert_int_equal(s.n, 1);
	assert_string_equal(s.sensor, "s1");
	assert_memory_equal(&s.c, &c, sizeof(c));
}

static void
test_reports_add_up(void **state)
{
	struct coverage c = sample();
	struct seen s;

	put(*state, &c);
	c.first_ns = 500;
	c.last_ns = 3000;
	c.pause_ns = 40;
	c.pause_end_ns = 2500;
	c.protos = 1;
	c.spoke_ns = 1700;
	put(*state, &c);
	s = rows(*state);
	assert_int_equal(s.n, 1);
	for (unsigned i = 0; i < COVERAGE_COUNTS; i++) {
		assert_int_equal(s.c.count[i], 2 * c.count[i]);
	}
	assert_int_equal(s.c.first_ns, 500);
	assert_int_equal(s.c.last_ns, 3000);
	assert_int_equal(s.c.pause_ns, 50);
	assert_int_equal(s.c.pause_end_ns, 1500);
	assert_int_equal(s.c.protos, 1 | 1 << 3);
	assert_int_equal(s.c.spoke_ns, 1900);
	c.pause_ns = 60;
	put(*state, &c);
	s = rows(*state);
	assert_int_equal(s.c.pause_ns, 60);
	assert_int_equal(s.c.pause_end_ns, 2500);
}

/* A sensor that has just started has seen no frame of a quiet interface. */
static void
test_no_frame_is_no_time(void **state)
{
	struct coverage c = sample(), none = {.iface = "eth1", .vlan = 7};
	struct seen s;

	put(*state, &none);
	put(*state, &c);
	put(*state, &none);
	s = rows(*state);
	assert_int_equal(s.c.first_ns, 1000);
	assert_int_equal(s.c.last_ns, 2000);
	assert_int_equal(s.c.stations, 2);
}

static void
test_stations_are_those_of_all_reports(void **state)
{
	struct coverage c = sample(), groups = sample();
	struct seen s;

	put(*state, &c);
	c.stations = 1;
	memcpy(c.station[0], "\2\0\0\0\0\2", 6);
	put(*state, &c);
	s = rows(*state);
	assert_int_equal(s.c.stations, 1);
	assert_memory_equal(s.c.station[0], "\2\0\0\0\0\2", 6);
	/* After a restart, before anybody spoke to anybody. */
	groups.stations = 0;
	groups.count[COVERAGE_GROUPS] = groups.count[COVERAGE_FRAMES];
	put(*state, &groups);
	c = sample();
	put(*state, &c);
	s = rows(*state);
	assert_int_equal(s.c.stations, 1);
	c.stations = 1;
	memcpy(c.station[0], "\2\0\0\0\0\1", 6);
	put(*state, &c);
	put(*state, &c);
	s = rows(*state);
	assert_int_equal(s.c.stations, 0);
}

static void
test_places_and_sensors_are_apart(void **state)
{
	struct rig *r = *state;
	struct coverage c = sample();

	put(r, &c);
	c.vlan = 0;
	put(r, &c);
	assert_int_equal(store_coverage(r->s, "s2", &c), 0);
	(void)snprintf(c.iface, sizeof(c.iface), "eth\n2");
	put(r, &c);
	assert_int_equal(rows(r).n, 4);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM coverage WHERE "
				    "iface = 'eth 2'"),
	    1);
}

static void
test_those_who_speak_to_groups_only(void **state)
{
	struct rig *r = *state;
	struct host a = sample_host(10, 0, 0, 1), b = sample_host(10, 0, 0, 2);
	struct host c = sample_host(10, 0, 0, 3);
	struct host g = sample_group(239, 0, 0, 1);
	struct query_blind x;
	struct query *q;

	assert_int_equal(sample_endpoint(&r->x, &a, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &b, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &c, "arp"), 0);
	assert_int_equal(sample_traffic(&r->x, &a, &b, 5), 0);
	assert_int_equal(sample_traffic(&r->x, &c, &g, 5), 0);
	assert_int_equal(store_commit(r->s), 0);
	assert_int_equal(query_open(r->dir, &q), 0);
	assert_int_equal(query_blind(q, &x), 0);
	query_close(q);
	assert_int_equal(x.heard, 3);
	assert_int_equal(x.groups, 1);
	assert_int_equal(x.behind, 0);
}

/* Three behind a router, and one on the Internet;
 * and the router and its neighbour, who are here. */
static void
test_those_whom_routers_alone_pass_on(void **state)
{
	struct rig *r = *state;
	struct host router = sample_via(sample_host(10, 0, 0, 1), 1);
	struct host near = sample_host(10, 0, 0, 2);
	struct host far[] = {sample_via(sample_host(10, 30, 0, 5), 1),
	    sample_via(sample_host(10, 30, 0, 6), 1),
	    sample_via(sample_host(172, 16, 0, 7), 1),
	    sample_via(sample_host(9, 9, 9, 9), 1)};
	struct query_blind x;
	struct query *q;

	assert_int_equal(sample_endpoint(&r->x, &router, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &near, "arp"), 0);
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		assert_int_equal(sample_endpoint(&r->x, &far[i], "traffic"), 0);
		assert_int_equal(sample_traffic(&r->x, &near, &far[i], 5), 0);
	}
	assert_int_equal(store_commit(r->s), 0);
	assert_int_equal(query_open(r->dir, &q), 0);
	assert_int_equal(query_blind(q, &x), 0);
	query_close(q);
	assert_int_equal(x.routed, 3);
	assert_int_equal(x.shown, 2);
	assert_string_equal(x.example[0], "10.30.0.5");
	assert_string_equal(x.example[1], "172.16.0.7");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_a_row_comes_out_as_it_went_in),
	    T(test_reports_add_up),
	    T(test_no_frame_is_no_time),
	    T(test_stations_are_those_of_all_reports),
	    T(test_places_and_sensors_are_apart),
	    T(test_those_who_speak_to_groups_only),
	    T(test_those_whom_routers_alone_pass_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * group_test: addresses that several share, who has them, and since when.
 */
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "store/harness.h"
#include "store/query.h"

#define GROUP_MAC "00:00:5e:00:01:0a"

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

/* What the sensor tells when the group passes to h (net/standby.c). */
static void
master(struct rig *r, const struct host *h, const char *peer, const char *of)
{
	struct ev *e = sample_start(&r->x, EV_TOPOLOGY, h, NULL);

	ev_name(e, EVF_RELATION, of);
	ev_bytes(e, EVF_PEER, EV_T_TEXT, peer, strlen(peer));
	ev_bytes(e, EVF_DETAIL, EV_T_TEXT, "vrrp group 10, 10.0.0.1", 23);
	assert_int_equal(sample_send(&r->x), 0);
	sample_wait(&r->x, SAMPLE_SECOND);
}

struct wanted {
	size_t found, groups, members;
	uint64_t since, frame;
	bool by_turns, held;
	char address[64];
};

static int
take(void *arg, const struct query_asset *a)
{
	struct wanted *w = arg;

	w->found++;
	w->groups = a->ngroups;
	if (a->ngroups != 0) {
		const struct query_group *g = &a->groups[0];

		w->members = g->nmembers;
		w->since = g->since;
		w->frame = g->frame.number;
		w->by_turns = g->by_turns;
		w->held = strcmp(g->holder.id, a->id) == 0;
		(void)snprintf(
		    w->address, sizeof(w->address), "%s", g->address);
	}
	return 0;
}

static struct wanted
ask(struct rig *r, const char *what)
{
	struct wanted w = {0};

	rig_find(r, what, take, &w);
	return w;
}

static void
test_a_group_has_members_and_a_master(void **state)
{
	struct rig *r = *state;
	struct host a = sample_host(10, 0, 0, 2), b = sample_host(10, 0, 0, 3);
	struct wanted w;
	uint64_t at, frame;

	assert_int_equal(sample_endpoint(&r->x, &a, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &b, "arp"), 0);
	master(r, &a, GROUP_MAC, "master_of");
	master(r, &b, GROUP_MAC, "standby_of");
	w = ask(r, "10.0.0.3");
	assert_int_equal(w.groups, 1);
	assert_int_equal(w.members, 2);
	assert_false(w.held);
	assert_false(w.by_turns);
	assert_string_equal(w.address, GROUP_MAC);
	/* To the other one and back. */
	sample_wait(&r->x, 100 * SAMPLE_SECOND);
	master(r, &b, GROUP_MAC, "master_of");
	assert_true(ask(r, "10.0.0.3").held);
	sample_wait(&r->x, 100 * SAMPLE_SECOND);
	at = r->x.ts_ns;
	frame = r->x.frame + 1;
	master(r, &a, GROUP_MAC, "master_of");
	w = ask(r, "10.0.0.2");
	assert_true(w.held);
	assert_int_equal(w.since, at);
	assert_int_equal(w.frame, frame);
	/* Told again after a restart: since when, is as it was. */
	rig_restart(r);
	sample_wait(&r->x, 100 * SAMPLE_SECOND);
	master(r, &a, GROUP_MAC, "master_of");
	w = ask(r, "10.0.0.2");
	assert_int_equal(w.since, at);
	assert_int_equal(w.frame, frame);
	assert_int_equal(w.members, 2);
}

/* Its addresses are nobody's, and lead to its members. */
static void
test_its_address_finds_the_members(void **state)
{
	struct rig *r = *state;
	struct host a = sample_host(10, 0, 0, 2), b = sample_host(10, 0, 0, 3);
	struct host vip = sample_host(10, 0, 0, 1);

	memcpy(vip.end.mac, "\x00\x00\x5e\x00\x01\x0a", 6);
	assert_int_equal(sample_endpoint(&r->x, &a, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &b, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &vip, "arp"), 0);
	master(r, &a, GROUP_MAC, "master_of");
	master(r, &b, GROUP_MAC, "standby_of");
	assert_int_equal(ask(r, "10.0.0.1").found, 2);
	assert_int_equal(ask(r, GROUP_MAC).found, 2);
	assert_int_equal(ask(r, "10.0.0").found, 0);
	assert_int_equal(ask(r, "vrrp").found, 0);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM assets WHERE joined IS NULL"), 2);
}

/* Groups are numbered in each VLAN anew. */
static void
test_groups_of_two_vlans_are_two(void **state)
{
	struct rig *r = *state;
	struct host a = sample_host(10, 0, 0, 2), b = sample_host(10, 0, 0, 3);

	assert_int_equal(sample_endpoint(&r->x, &a, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &b, "arp"), 0);
	master(r, &a, GROUP_MAC " VLAN 10", "master_of");
	master(r, &b, GROUP_MAC " VLAN 20", "master_of");
	assert_true(ask(r, "10.0.0.2").held);
	assert_true(ask(r, "10.0.0.3").held);
	assert_int_equal(ask(r, "10.0.0.3").members, 1);
}

static void
test_an_address_that_goes_back_and_forth(void **state)
{
	struct rig *r = *state;
	struct host a = sample_host(10, 0, 0, 7), b = sample_via(a, 8);
	struct wanted w;

	assert_int_equal(sample_endpoint(&r->x, &a, "arp"), 0);
	sample_wait(&r->x, 4000 * SAMPLE_SECOND);
	assert_int_equal(sample_endpoint(&r->x, &b, "arp"), 0);
	/* As yet it may have been replaced. */
	assert_int_equal(ask(r, "02:00:0a:00:00:07").groups, 0);
	sample_wait(&r->x, 4000 * SAMPLE_SECOND);
	assert_int_equal(sample_endpoint(&r->x, &a, "arp"), 0);
	w = ask(r, "02:ee:00:00:00:08");
	assert_int_equal(w.groups, 1);
	assert_true(w.by_turns);
	assert_false(w.held);
	assert_int_equal(w.members, 2);
	assert_string_equal(w.address, "10.0.0.7");
	assert_int_equal(w.since, r->x.ts_ns);
	assert_int_equal(w.frame, r->x.frame);
	/* Half an hour later it is the other's again. */
	sample_wait(&r->x, 1800 * SAMPLE_SECOND);
	assert_int_equal(sample_endpoint(&r->x, &b, "arp"), 0);
	w = ask(r, "02:ee:00:00:00:08");
	assert_true(w.held);
	assert_int_equal(w.since, r->x.ts_ns);
	/* Who has the IP beside them is no member: 10.0.0.70 is another. */
	a = sample_host(10, 0, 0, 70);
	b = sample_via(a, 9);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(
		    sample_endpoint(&r->x, i % 2 == 0 ? &a : &b, "arp"), 0);
		sample_wait(&r->x, 4000 * SAMPLE_SECOND);
	}
	assert_int_equal(ask(r, "02:ee:00:00:00:09").members, 2);
	assert_int_equal(ask(r, "02:ee:00:00:00:08").members, 2);
}

/* That is a conflict, and no pair. */
static void
test_two_at_once_are_no_group(void **state)
{
	struct rig *r = *state;
	struct host a = sample_host(10, 0, 0, 7), b = sample_via(a, 8);

	for (int i = 0; i < 3; i++) {
		assert_int_equal(sample_endpoint(&r->x, &a, "arp"), 0);
		sample_wait(&r->x, (i == 1 ? 20 : 4000) * SAMPLE_SECOND);
		assert_int_equal(sample_endpoint(&r->x, &b, "arp"), 0);
		sample_wait(&r->x, (i == 1 ? 20 : 4000) * SAMPLE_SECOND);
	}
	assert_int_equal(ask(r, "02:ee:00:00:00:08").groups, 0);
	assert_int_equal(ask(r, "02:00:0a:00:00:07").groups, 0);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_a_group_has_members_and_a_master),
	    T(test_its_address_finds_the_members),
	    T(test_groups_of_two_vlans_are_two),
	    T(test_an_address_that_goes_back_and_forth),
	    T(test_two_at_once_are_no_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

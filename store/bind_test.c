/*
 * bind_test: which addresses become one asset, and which do not.
 */
#include <string.h>

#include "base/test.h"
#include "store/harness.h"

/* Assets that are shown. */
#define ASSETS                                                        \
	"SELECT count(*) FROM assets WHERE joined IS NULL AND id IN " \
	"(SELECT asset FROM addresses)"
#define ASSET_OF(key) "SELECT asset FROM addresses WHERE key = '" key "'"

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

static void
test_arp_binds_mac_and_ip(void **state)
{
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1);

	assert_int_equal(sample_endpoint(&r->x, &h, "arp"), 0);
	assert_int_equal(rig_int(r, ASSETS), 1);
	assert_int_equal(rig_int(r, ASSET_OF("10.0.0.1")),
	    rig_int(r, ASSET_OF("02:00:0a:00:00:01")));
}

static void
test_traffic_then_arp_stays_one_asset_with_its_id(void **state)
{
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1);
	int64_t uid;

	assert_int_equal(sample_endpoint(&r->x, &h, "traffic"), 0);
	uid = rig_int(r, "SELECT uid FROM assets");
	assert_int_equal(sample_endpoint(&r->x, &h, "arp"), 0);
	assert_int_equal(rig_int(r, ASSETS), 1);
	assert_int_equal(rig_int(r, "SELECT uid FROM assets"), uid);
	assert_int_equal(rig_int(r, "SELECT flags & 2 FROM addresses "
				    "WHERE ip IS NOT NULL"),
	    2);
}

static void
test_sole_ip_shows_its_mac(void **state)
{
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1);

	assert_int_equal(sample_endpoint(&r->x, &h, "traffic"), 0);
	assert_int_equal(rig_int(r, ASSET_OF("02:00:0a:00:00:01")), 1);
}

/* Four hosts behind one MAC, and the router's own address by ARP. */
static void
test_router_is_not_its_hosts(void **state)
{
	struct rig *r = *state;
	struct host own = sample_via(sample_host(10, 0, 0, 254), 9);

	for (uint8_t i = 1; i <= 4; i++) {
		struct host h = sample_via(sample_host(10, 9, 0, i), 9);

		assert_int_equal(sample_endpoint(&r->x, &h, "traffic"), 0);
	}
	/* Four hosts and the router, by its MAC. */
	assert_int_equal(rig_int(r, ASSETS), 5);
	assert_int_equal(
	    rig_int(r, "SELECT roles & 16 FROM addresses WHERE kind = 1"), 16);
	assert_int_equal(sample_endpoint(&r->x, &own, "arp"), 0);
	assert_int_equal(rig_int(r, ASSETS), 5);
	assert_int_equal(rig_int(r, ASSET_OF("10.0.0.254")),
	    rig_int(r, ASSET_OF("02:ee:00:00:00:09")));
	assert_int_equal(rig_int(r, "SELECT count(DISTINCT asset) FROM "
				    "addresses WHERE ip LIKE '10.9.%'"),
	    4);
}

static void
test_public_address_is_outside_only_behind_a_router(void **state)
{
	struct rig *r = *state;
	struct host in = sample_host(141, 81, 0, 1);
	struct host a = sample_via(sample_host(8, 8, 8, 8), 9);
	struct host b = sample_via(sample_host(9, 9, 9, 9), 9);

	assert_int_equal(sample_endpoint(&r->x, &in, "traffic"), 0);
	assert_int_equal(sample_endpoint(&r->x, &a, "traffic"), 0);
	assert_int_equal(
	    rig_int(r, "SELECT sum(roles & 32) FROM addresses"), 0);
	assert_int_equal(sample_endpoint(&r->x, &b, "traffic"), 0);
	assert_int_equal(
	    rig_int(r, "SELECT sum(roles & 32) / 32 FROM addresses"), 2);
	/* By ARP it is here after all. */
	assert_int_equal(sample_endpoint(&r->x, &b, "arp"), 0);
	assert_int_equal(
	    rig_int(r, "SELECT sum(roles & 32) / 32 FROM addresses"), 1);
}

/* Before anybody knows that it is a router: two are enough to doubt. */
static void
test_second_ip_takes_the_mac_away(void **state)
{
	struct rig *r = *state;
	struct host a = sample_via(sample_host(10, 9, 0, 1), 9);
	struct host b = sample_via(sample_host(10, 9, 0, 2), 9);

	assert_int_equal(sample_endpoint(&r->x, &a, "traffic"), 0);
	assert_int_equal(rig_int(r, ASSET_OF("02:ee:00:00:00:09")), 1);
	assert_int_equal(sample_endpoint(&r->x, &b, "traffic"), 0);
	assert_int_equal(rig_int(r, ASSET_OF("02:ee:00:00:00:09")), 0);
	assert_int_equal(rig_int(r, ASSETS), 2);
}

/* Each as old as its first packet, whatever the second one parts. */
static void
test_each_is_as_old_as_its_first_packet(void **state)
{
	struct rig *r = *state;
	struct host a = sample_via(sample_host(10, 9, 0, 1), 9);
	struct host b = sample_via(sample_host(10, 9, 0, 2), 9);
	struct host m = sample_mac(9);

	memcpy(m.end.mac, a.end.mac, sizeof(m.end.mac));
	assert_int_equal(sample_endpoint(&r->x, &a, "traffic"), 0);
	assert_int_equal(sample_endpoint(&r->x, &m, "traffic"), 0);
	assert_int_equal(sample_endpoint(&r->x, &b, "traffic"), 0);
	assert_int_equal(rig_int(r, ASSETS), 3);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM assets WHERE first = 0"), 0);
}

/* A core switch's mirror shows each routed packet twice. */
static void
test_own_mac_and_router_mac_are_one_ip(void **state)
{
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1);

	for (int i = 0; i < 10; i++) {
		struct host via = sample_via(h, 9);

		assert_int_equal(
		    sample_endpoint(&r->x, &h, i == 0 ? "arp" : "traffic"), 0);
		assert_int_equal(sample_endpoint(&r->x, &via, "traffic"), 0);
	}
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM addresses WHERE kind = 2"), 1);
	/* Alternation counts nobody twice. */
	assert_int_equal(rig_int(r, "SELECT max(ips) FROM addresses"), 1);
	assert_int_equal(rig_int(r, ASSET_OF("02:ee:00:00:00:09")), 0);
}

/* Seen through the router first, then at home. */
static void
test_arp_takes_an_ip_off_the_router(void **state)
{
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1), via = sample_via(h, 9);

	assert_int_equal(sample_endpoint(&r->x, &via, "traffic"), 0);
	assert_int_equal(rig_int(r, ASSET_OF("02:ee:00:00:00:09")), 1);
	assert_int_equal(sample_endpoint(&r->x, &h, "arp"), 0);
	assert_int_equal(rig_int(r, ASSET_OF("02:ee:00:00:00:09")), 0);
	assert_int_equal(rig_int(r, ASSET_OF("02:00:0a:00:00:01")), 1);
	assert_int_equal(rig_int(r, ASSETS), 1);
}

static void
test_link_local_belongs_to_its_mac(void **state)
{
	struct rig *r = *state;
	struct host h4 = sample_via(sample_host(10, 0, 0, 1), 7);
	struct host h6 = sample_ip6("fe80::1", 7);

	assert_int_equal(sample_endpoint(&r->x, &h4, "traffic"), 0);
	assert_int_equal(sample_endpoint(&r->x, &h6, "traffic"), 0);
	assert_int_equal(rig_int(r, ASSETS), 1);
}

static void
test_link_local_first_takes_the_sole_ip(void **state)
{
	struct rig *r = *state;
	struct host h4 = sample_via(sample_host(10, 0, 0, 1), 7);
	struct host h6 = sample_ip6("fe80::1", 7);

	assert_int_equal(sample_endpoint(&r->x, &h6, "nd"), 0);
	assert_int_equal(sample_endpoint(&r->x, &h4, "traffic"), 0);
	assert_int_equal(rig_int(r, ASSETS), 1);
}

/* It was a router after all: its link-local address goes with the MAC. */
static void
test_router_with_link_local_parts_from_the_first_host(void **state)
{
	struct rig *r = *state;
	struct host a = sample_via(sample_host(10, 9, 0, 1), 7);
	struct host b = sample_via(sample_host(10, 9, 0, 2), 7);
	struct host h6 = sample_ip6("fe80::1", 7);

	for (int order = 0; order < 2; order++) {
		const struct host *first = order == 0 ? &a : &h6;
		const struct host *then = order == 0 ? &h6 : &a;

		assert_int_equal(sample_endpoint(&r->x, first, "traffic"), 0);
		assert_int_equal(sample_endpoint(&r->x, then, "traffic"), 0);
		assert_int_equal(rig_int(r, ASSETS), 1);
		assert_int_equal(sample_endpoint(&r->x, &b, "traffic"), 0);
		assert_int_equal(rig_int(r, ASSETS), 3);
		assert_int_equal(rig_int(r, ASSET_OF("fe80::1")),
		    rig_int(r, ASSET_OF("02:ee:00:00:00:07")));
		assert_int_not_equal(rig_int(r, ASSET_OF("fe80::1")),
		    rig_int(r, ASSET_OF("10.9.0.1")));
		/* The id stays with the address that it was made of. */
		assert_int_equal(
		    rig_int(r, "SELECT id FROM assets WHERE origin = "
			       "'10.9.0.1' AND id <= 1"),
		    order == 0 ? rig_int(r, ASSET_OF("10.9.0.1")) : 0);
		(void)teardown(state);
		(void)setup(state);
	}
}

static void
test_arp_joins_two_assets_and_keeps_the_older_id(void **state)
{
	struct rig *r = *state;
	struct host h4 = sample_via(sample_host(10, 0, 0, 1), 7);
	struct host second = sample_via(sample_host(10, 0, 0, 2), 7);

	assert_int_equal(sample_endpoint(&r->x, &h4, "traffic"), 0);
	assert_int_equal(sample_endpoint(&r->x, &second, "arp"), 0);
	/* 10.0.0.1 may be behind the device that holds 10.0.0.2. */
	assert_int_equal(rig_int(r, ASSETS), 2);
	assert_int_equal(sample_identity(&r->x, &second, -1, "name", "two"), 0);
	assert_int_equal(sample_endpoint(&r->x, &h4, "arp"), 0);
	assert_int_equal(rig_int(r, ASSETS), 1);
	assert_int_equal(rig_int(r, ASSET_OF("10.0.0.2")), 1);
	assert_int_equal(
	    rig_int(r, "SELECT joined FROM assets WHERE id = 2"), 1);
	/* Facts come along. */
	assert_int_equal(rig_int(r, "SELECT name = 'two' FROM assets "
				    "WHERE id = 1"),
	    1);
}

static void
test_two_macs_on_one_ip_are_two_assets(void **state)
{
	struct rig *r = *state;
	struct host a = sample_host(10, 0, 0, 1);
	struct host b = sample_via(a, 8);
	struct host c = sample_host(10, 0, 0, 3);

	assert_int_equal(sample_endpoint(&r->x, &a, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &b, "arp"), 0);
	assert_int_equal(rig_int(r, ASSETS), 2);
	/* Each goes on under its own MAC, whoever spoke last. */
	assert_int_equal(sample_traffic(&r->x, &a, &c, 1), 0);
	assert_int_equal(sample_traffic(&r->x, &b, &c, 1), 0);
	assert_int_equal(rig_int(r, "SELECT count(DISTINCT asset) FROM links "
				    "JOIN addresses ON addresses.id = src"),
	    2);
	/* Back and forth makes no third one. */
	assert_int_equal(sample_endpoint(&r->x, &a, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &b, "arp"), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets"), 3);
}

static void
test_holders_of_one_ip_are_bounded(void **state)
{
	struct rig *r = *state;

	for (uint8_t i = 0; i < 100; i++) {
		struct host h = sample_via(sample_host(10, 0, 0, 1), i);

		assert_int_equal(sample_endpoint(&r->x, &h, "arp"), 0);
	}
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM addresses WHERE kind = 2"), 8);
}

static void
test_proxy_arp_does_not_swallow_a_network(void **state)
{
	struct rig *r = *state;

	for (uint8_t i = 1; i <= 100; i++) {
		struct host h = sample_via(sample_host(10, 0, 0, i), 7);

		assert_int_equal(sample_endpoint(&r->x, &h, "arp"), 0);
	}
	assert_true(rig_int(r, ASSETS) > 80);
}

static void
test_groups_and_nobodies_are_no_assets(void **state)
{
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1);
	struct host group = sample_group(224, 0, 0, 251);
	struct host all = sample_group(255, 255, 255, 255);
	struct host subnet = sample_host(10, 0, 0, 255);
	struct host none = sample_host(0, 0, 0, 0);
	struct host ghost = sample_host(10, 0, 0, 99);

	memset(subnet.end.mac, 0xff, 6);
	assert_int_equal(sample_endpoint(&r->x, &h, "arp"), 0);
	for (int i = 0; i < 4; i++) {
		const struct host *to[] = {&group, &all, &subnet, &ghost};
		struct ev *e = sample_start(&r->x, EV_TRAFFIC, &h, to[i]);

		ev_uint(e, EVF_PACKETS, 1);
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_int_equal(rig_int(r, ASSETS), 1);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM addresses WHERE "
				    "kind = 3 AND asset = 0"),
	    3);
	/* A sender that has no address yet is known by its MAC. */
	assert_int_equal(sample_endpoint(&r->x, &none, "traffic"), 0);
	assert_int_equal(rig_int(r, ASSETS), 2);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM addresses WHERE "
				    "ip = '0.0.0.0'"),
	    0);
}

static void
test_ghost_becomes_an_asset_when_it_speaks(void **state)
{
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1);
	struct host ghost = sample_host(10, 0, 0, 99);
	struct ev *e = sample_start(&r->x, EV_TRAFFIC, &h, &ghost);

	ev_uint(e, EVF_PACKETS, 1);
	assert_int_equal(sample_send(&r->x), 0);
	assert_int_equal(rig_int(r, ASSET_OF("10.0.0.99")), 0);
	assert_int_equal(sample_endpoint(&r->x, &ghost, "arp"), 0);
	assert_int_not_equal(rig_int(r, ASSET_OF("10.0.0.99")), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM addresses WHERE "
				    "ip = '10.0.0.99'"),
	    1);
}

static void
test_loopback_zero_macs_are_no_device(void **state)
{
	struct rig *r = *state;
	struct host a = sample_host(127, 0, 0, 1);

	memset(a.end.mac, 0, 6);
	assert_int_equal(sample_endpoint(&r->x, &a, "traffic"), 0);
	assert_int_equal(rig_int(r, ASSETS), 1);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM addresses WHERE kind = 1"), 0);
}

static void
test_vlans_are_those_of_the_mac(void **state)
{
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1);
	char buf[32];

	r->x.vlan = 10;
	assert_int_equal(sample_endpoint(&r->x, &h, "arp"), 0);
	r->x.vlan = 20;
	assert_int_equal(sample_endpoint(&r->x, &h, "arp"), 0);
	assert_string_equal(
	    rig_text(r, "SELECT vlans FROM addresses WHERE kind = 1", buf,
		sizeof(buf)),
	    "10,20");
	assert_int_equal(rig_int(r, ASSETS), 1);
}

/* The same after a restart, when nothing is in the caches. */
static void
test_restart_changes_nothing(void **state)
{
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1);
	struct host far = sample_via(sample_host(10, 9, 0, 1), 9);
	struct host far2 = sample_via(sample_host(10, 9, 0, 2), 9);
	struct host h6 = sample_ip6("fe80::5", 5);

	for (int i = 0; i < 3; i++) {
		assert_int_equal(sample_endpoint(&r->x, &h, "arp"), 0);
		assert_int_equal(sample_endpoint(&r->x, &far, "traffic"), 0);
		assert_int_equal(sample_endpoint(&r->x, &far2, "traffic"), 0);
		assert_int_equal(sample_endpoint(&r->x, &h6, "nd"), 0);
		assert_int_equal(rig_int(r, ASSETS), 4);
		assert_int_equal(
		    rig_int(r, "SELECT count(*) FROM addresses"), 7);
		rig_restart(r);
	}
}

/* Traffic first, which tells nothing yet: then both say that they hold it. */
static void
test_rivals_part_though_a_packet_came_first(void **state)
{
	struct rig *r = *state;
	struct host a = sample_via(sample_host(10, 0, 0, 1), 1);
	struct host b = sample_via(sample_host(10, 0, 0, 1), 2);

	assert_int_equal(sample_endpoint(&r->x, &a, "traffic"), 0);
	assert_int_equal(sample_endpoint(&r->x, &b, "traffic"), 0);
	assert_int_equal(sample_endpoint(&r->x, &a, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &b, "arp"), 0);
	assert_int_equal(rig_int(r, ASSETS), 2);
	assert_int_equal(rig_int(r, ASSET_OF("10.0.0.1")),
	    rig_int(r, ASSET_OF("02:ee:00:00:00:01")));
	assert_int_equal(rig_int(r, ASSET_OF("10.0.0.1#1")),
	    rig_int(r, ASSET_OF("02:ee:00:00:00:02")));
}

/* A router brings packets from an IP that two have held: it is the later's. */
static void
test_a_routed_packet_is_of_the_present_holder(void **state)
{
	struct rig *r = *state;
	struct host a = sample_via(sample_host(10, 0, 0, 1), 1);
	struct host b = sample_via(sample_host(10, 0, 0, 1), 2);
	struct host via = sample_via(sample_host(10, 0, 0, 1), 9);

	assert_int_equal(sample_endpoint(&r->x, &a, "arp"), 0);
	sample_wait(&r->x, 60 * SAMPLE_SECOND);
	assert_int_equal(sample_endpoint(&r->x, &b, "arp"), 0);
	sample_wait(&r->x, 60 * SAMPLE_SECOND);
	assert_int_equal(sample_endpoint(&r->x, &via, "traffic"), 0);
	assert_int_equal(rig_int(r, "SELECT last - first FROM addresses "
				    "WHERE key = '10.0.0.1'"),
	    0);
	assert_int_equal(rig_int(r, "SELECT (last - first) / 1000000000 FROM "
				    "addresses WHERE key = '10.0.0.1#1'"),
	    60);
}

/* Each of its own before it is known for what it is. */
static void
test_a_proxy_gives_back_what_it_answered_for(void **state)
{
	struct rig *r = *state;

	for (uint8_t i = 1; i <= 20; i++) {
		struct host h = sample_via(sample_host(10, 0, 0, i), 9);

		assert_int_equal(sample_endpoint(&r->x, &h, "arp"), 0);
	}
	assert_int_equal(rig_int(r, ASSETS), 20);
	assert_int_equal(rig_int(r, ASSET_OF("10.0.0.1")),
	    rig_int(r, ASSET_OF("02:ee:00:00:00:09")));
	assert_int_equal(rig_int(r, "SELECT count(DISTINCT asset) FROM "
				    "addresses WHERE kind = 2"),
	    20);
}

/* VRRP: the master of the moment answers for the MAC and for the IP. */
static void
test_a_virtual_router_is_nobody(void **state)
{
	struct rig *r = *state;
	struct host vip = sample_host(10, 0, 0, 254), real, far;

	memcpy(vip.end.mac, "\x00\x00\x5e\x00\x01\x0a", 6);
	real = sample_host(10, 0, 0, 2);
	memcpy(real.end.mac, vip.end.mac, 6);
	far = sample_host(10, 9, 0, 7);
	memcpy(far.end.mac, vip.end.mac, 6);
	assert_int_equal(sample_endpoint(&r->x, &vip, "arp"), 0);
	assert_int_equal(rig_int(r, ASSETS), 0);
	/* Its own message, from the router's own address, and forwarded. */
	assert_int_equal(sample_endpoint(&r->x, &real, "traffic"), 0);
	assert_int_equal(sample_endpoint(&r->x, &far, "traffic"), 0);
	assert_int_equal(sample_endpoint(&r->x, &vip, "traffic"), 0);
	assert_int_equal(rig_int(r, ASSETS), 2);
	assert_int_equal(rig_int(r, ASSET_OF("10.0.0.254")), 0);
	assert_int_equal(rig_int(r, ASSET_OF("00:00:5e:00:01:0a")), 0);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_arp_binds_mac_and_ip),
	    T(test_traffic_then_arp_stays_one_asset_with_its_id),
	    T(test_sole_ip_shows_its_mac),
	    T(test_router_is_not_its_hosts),
	    T(test_public_address_is_outside_only_behind_a_router),
	    T(test_second_ip_takes_the_mac_away),
	    T(test_each_is_as_old_as_its_first_packet),
	    T(test_own_mac_and_router_mac_are_one_ip),
	    T(test_arp_takes_an_ip_off_the_router),
	    T(test_link_local_belongs_to_its_mac),
	    T(test_link_local_first_takes_the_sole_ip),
	    T(test_router_with_link_local_parts_from_the_first_host),
	    T(test_arp_joins_two_assets_and_keeps_the_older_id),
	    T(test_two_macs_on_one_ip_are_two_assets),
	    T(test_holders_of_one_ip_are_bounded),
	    T(test_proxy_arp_does_not_swallow_a_network),
	    T(test_groups_and_nobodies_are_no_assets),
	    T(test_ghost_becomes_an_asset_when_it_speaks),
	    T(test_loopback_zero_macs_are_no_device),
	    T(test_vlans_are_those_of_the_mac),
	    T(test_restart_changes_nothing),
	    T(test_rivals_part_though_a_packet_came_first),
	    T(test_a_routed_packet_is_of_the_present_holder),
	    T(test_a_proxy_gives_back_what_it_answered_for),
	    T(test_a_virtual_router_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * place_test: one IP at several places: cells of one machine with the same
 * addresses, apart by VLAN or by interface, and what only looks like that.
 */
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "store/harness.h"

#define HOLDERS(ip)                                                          \
	"SELECT count(DISTINCT asset) FROM addresses WHERE kind = 2 AND ip " \
	"= '" ip "' AND asset <> 0"
#define CHANGES "SELECT count(*) FROM changes"

#define CLASHES "SELECT count(*) FROM changes WHERE what = 'duplicate-ip'"

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

/* 192.168.1.n of a cell: each has MACs of its own. */
static struct host
in_cell(uint8_t cell, uint8_t n)
{
	struct host h = sample_via(sample_host(192, 168, 1, n), n);

	h.end.mac[4] = cell;
	return h;
}

static void
arp(struct rig *r, uint16_t vlan, const struct host *h)
{
	r->x.vlan = vlan;
	assert_int_equal(sample_endpoint(&r->x, h, "arp"), 0);
}

/* A packet that no router has passed on. */
static void
direct(struct rig *r, uint16_t vlan, const struct host *h)
{
	r->x.vlan = vlan;
	r->x.flags = EV_UNROUTED;
	assert_int_equal(sample_endpoint(&r->x, h, "traffic"), 0);
	r->x.flags = 0;
}

static void
routed(struct rig *r, uint16_t vlan, const struct host *h)
{
	r->x.vlan = vlan;
	assert_int_equal(sample_endpoint(&r->x, h, "traffic"), 0);
}

static int64_t
asset_of(struct rig *r, const struct host *h)
{
	char sql[128], mac[EV_MAC_TEXT];

	(void)ev_mac_text(mac, h->end.mac);
	(void)snprintf(sql, sizeof(sql),
	    "SELECT coalesce(max(asset), -1) FROM addresses WHERE kind = 2 "
	    "AND mac = '%s'",
	    mac);
	return rig_int(r, sql);
}

static void
test_cells_with_equal_addresses_are_kept_apart(void **state)
{
	struct rig *r = *state;

	/* More than fit one place, again and again, and one of them goes. */
	for (int round = 0; round < 3; round++) {
		for (uint8_t c = 1; c <= 20; c++) {
			struct host plc = in_cell(c, 10);

			if (round == 0 || c != 1) {
				arp(r, c, &plc);
			}
		}
		sample_wait(&r->x, 60 * SAMPLE_SECOND);
	}
	assert_int_equal(rig_int(r, HOLDERS("192.168.1.10")), 20);
	assert_int_equal(rig_int(r, CHANGES), 0);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM addresses WHERE kind = 2 AND "
		       "current <> slot"),
	    0);
}

static void
test_links_and_facts_go_to_the_cell(void **state)
{
	struct rig *r = *state;
	struct host plc[3], hmi[3];

	for (uint8_t c = 0; c < 3; c++) {
		plc[c] = in_cell(c + 1, 10);
		hmi[c] = in_cell(c + 1, 100);
		arp(r, 10 * (c + 1), &plc[c]);
		arp(r, 10 * (c + 1), &hmi[c]);
	}
	for (uint8_t c = 0; c < 3; c++) {
		char name[8];

		r->x.vlan = 10 * (c + 1);
		/* Without a MAC the VLAN tells. */
		hmi[c].end.has_mac = plc[c].end.has_mac = c == 1;
		(void)snprintf(name, sizeof(name), "PLC%d", c + 1);
		assert_int_equal(
		    sample_write(&r->x, &hmi[c], &plc[c], 1, 7, c), 0);
		assert_int_equal(
		    sample_identity(&r->x, &plc[c], -1, "name", name), 0);
		hmi[c].end.has_mac = plc[c].end.has_mac = true;
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links"), 3);
	for (uint8_t c = 0; c < 3; c++) {
		char sql[160];

		(void)snprintf(sql, sizeof(sql),
		    "SELECT name = 'PLC%d' FROM assets WHERE id = %lld", c + 1,
		    (long long)asset_of(r, &plc[c]));
		assert_int_equal(rig_int(r, sql), 1);
		(void)snprintf(sql, sizeof(sql),
		    "SELECT count(*) FROM links JOIN addresses AS s ON s.id = "
		    "src JOIN addresses AS d ON d.id = dst WHERE s.asset = "
		    "%lld AND d.asset = %lld",
		    (long long)asset_of(r, &hmi[c]),
		    (long long)asset_of(r, &plc[c]));
		assert_int_equal(rig_int(r, sql), 1);
	}
}

/* In one of the cells, beside another cell. */
static void
test_a_conflict_at_one_place_is_one(void **state)
{
	struct rig *r = *state;
	struct host one = in_cell(1, 10), two = in_cell(2, 10);
	struct host rogue = in_cell(9, 10);

	arp(r, 10, &one);
	arp(r, 20, &two);
	sample_wait(&r->x, 10 * SAMPLE_SECOND);
	arp(r, 20, &rogue);
	sample_wait(&r->x, 10 * SAMPLE_SECOND);
	arp(r, 10, &one);
	arp(r, 20, &two);
	assert_int_equal(rig_int(r, CHANGES), 2);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM changes WHERE what = "
		       "'duplicate-ip' AND old LIKE '%:09:0a' AND new LIKE "
		       "'%:02:0a'"),
	    1);
	assert_int_equal(rig_int(r, HOLDERS("192.168.1.10")), 3);
}

/* It is told of its own cell, and the others are not retired by it. */
static void
test_a_replaced_device_is_of_its_cell(void **state)
{
	struct rig *r = *state;
	struct host one = in_cell(1, 10), two = in_cell(2, 10);
	struct host heir = in_cell(8, 10);

	arp(r, 10, &one);
	arp(r, 20, &two);
	sample_wait(&r->x, 3600 * SAMPLE_SECOND);
	arp(r, 20, &heir);
	assert_int_equal(rig_int(r, "SELECT current FROM addresses WHERE key = "
				    "'192.168.1.10'"),
	    0);
	assert_int_equal(rig_int(r, "SELECT current FROM addresses WHERE key = "
				    "'192.168.1.10#1'"),
	    2);
	assert_int_equal(rig_int(r, CHANGES), 1);
}

/* Mirrored on both sides: by its own MAC at home, by the router's elsewhere. */
static void
test_a_routed_device_stays_one(void **state)
{
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 10, 5), via = sample_via(h, 9);

	for (int order = 0; order < 2; order++) {
		routed(r, order == 0 ? 20 : 30, &via);
		direct(r, 10, &h);
		arp(r, 10, &h);
		routed(r, 20, &via);
		routed(r, 30, &via);
		assert_int_equal(rig_int(r, HOLDERS("10.0.10.5")), 1);
		assert_int_equal(rig_int(r, "SELECT count(*) FROM addresses "
					    "WHERE kind = 2"),
		    1);
	}
}

/* A firewall has one address in all VLANs; a station has a leg in two. */
static void
test_one_mac_in_two_vlans_is_one_device(void **state)
{
	struct rig *r = *state;
	struct host gw = in_cell(7, 1);

	arp(r, 10, &gw);
	arp(r, 20, &gw);
	direct(r, 30, &gw);
	assert_int_equal(rig_int(r, HOLDERS("192.168.1.1")), 1);
	assert_int_equal(rig_int(r, CHANGES), 0);
}

/* ... and does not hide that in a third one somebody else has it. */
static void
test_a_leg_elsewhere_is_no_conflict(void **state)
{
	struct rig *r = *state;
	struct host fw = in_cell(7, 1), inner = in_cell(2, 1);
	struct host leg = sample_via(sample_host(10, 20, 0, 1), 1);

	memcpy(leg.end.mac, fw.end.mac, 6);
	arp(r, 10, &fw);
	arp(r, 20, &leg); /* the firewall's address there */
	arp(r, 20, &inner);
	arp(r, 10, &fw);
	assert_int_equal(rig_int(r, HOLDERS("192.168.1.1")), 2);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM changes WHERE what <> "
		       "'new-address'"),
	    0);
}

/* Before any ARP: identities of two cells must not end up in one device. */
static void
test_packets_that_no_router_passed_are_enough(void **state)
{
	struct rig *r = *state;
	struct host one = in_cell(1, 10), two = in_cell(2, 10);
	struct host via = sample_via(sample_host(192, 168, 1, 10), 99);

	direct(r, 10, &one);
	direct(r, 20, &two);
	assert_int_equal(rig_int(r, HOLDERS("192.168.1.10")), 2);
	r->x.vlan = 20;
	assert_int_equal(sample_identity(&r->x, &two, -1, "name", "two"), 0);
	r->x.vlan = 10;
	assert_int_equal(sample_identity(&r->x, &one, -1, "name", "one"), 0);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM facts AS f JOIN facts "
		       "AS g ON g.addr = f.addr AND g.value <> "
		       "f.value"),
	    0);
	/* ARP says so in the end, in the other order. */
	arp(r, 20, &two);
	arp(r, 10, &one);
	assert_int_equal(rig_int(r, HOLDERS("192.168.1.10")), 2);
	assert_int_equal(rig_int(r, "SELECT name = 'two' FROM assets WHERE id "
				    "= (SELECT asset FROM addresses WHERE "
				    "key = '192.168.1.10#1')"),
	    1);
	/* What a router brings to a third VLAN is no third one. */
	routed(r, 30, &via);
	assert_int_equal(rig_int(r, HOLDERS("192.168.1.10")), 2);
	assert_int_equal(rig_int(r, CHANGES), 0);
}

/* Its router is in one of the cells. */
static void
test_a_routed_packet_is_of_the_routers_cell(void **state)
{
	struct rig *r = *state;
	struct host one = in_cell(1, 10), two = in_cell(2, 10);
	struct host gate = in_cell(2, 1), via = in_cell(2, 10);

	arp(r, 10, &one);
	arp(r, 20, &two);
	arp(r, 20, &gate);
	memcpy(via.end.mac, gate.end.mac, 6);
	sample_wait(&r->x, SAMPLE_SECOND);
	arp(r, 10, &one); /* who claimed it last */
	sample_wait(&r->x, SAMPLE_SECOND);
	routed(r, 1, &via);
	assert_int_equal(rig_int(r, HOLDERS("192.168.1.10")), 2);
	assert_int_equal(rig_int(r, "SELECT (last - first) / 1000000000 FROM "
				    "addresses WHERE key = '192.168.1.10#1'"),
	    2);
	assert_int_equal(rig_int(r, "SELECT (last - first) / 1000000000 FROM "
				    "addresses WHERE key = '192.168.1.10'"),
	    1);
}

/* The cell's HMI asks its own PLC, which is off, and not another cell's. */
static void
test_a_silent_one_is_its_cells_ghost(void **state)
{
	struct rig *r = *state;
	struct host plc = in_cell(1, 10), hmi = in_cell(1, 100);
	struct host hmi2 = in_cell(2, 100), off = in_cell(2, 10);

	arp(r, 10, &plc);
	arp(r, 10, &hmi);
	arp(r, 20, &hmi2);
	r->x.vlan = 20;
	assert_int_equal(sample_service(&r->x, &hmi2, &off, false), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links JOIN addresses "
				    "AS d ON d.id = dst WHERE d.asset = 0 AND "
				    "d.ip = '192.168.1.10'"),
	    1);
	/* Switched on, it is the one that was asked for. */
	arp(r, 20, &off);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM addresses WHERE ip "
				    "= '192.168.1.10'"),
	    2);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links JOIN addresses "
				    "AS d ON d.id = dst WHERE d.asset = 0"),
	    0);
}

/* A tag may be missing on one side of a mirror. */
static void
test_no_tag_is_apart_from_nothing(void **state)
{
	struct rig *r = *state;
	struct host one = in_cell(1, 10), two = in_cell(2, 10);

	arp(r, 10, &one);
	sample_wait(&r->x, SAMPLE_SECOND);
	arp(r, 0, &two);
	sample_wait(&r->x, SAMPLE_SECOND);
	arp(r, 10, &one);
	assert_int_equal(rig_int(r, CLASHES), 1);
}

/* --- interfaces -------------------------------------------------------------- */

static void
at(struct rig *r, uint32_t iface, const struct host *h)
{
	r->x.iface = iface;
	arp(r, 0, h);
}

/* They have one IP, and say so by turns: a, b, a. */
static void
in_turn(struct rig *r, const struct host *a, const struct host *b)
{
	at(r, 0, a);
	sample_wait(&r->x, SAMPLE_SECOND);
	at(r, 1, b);
	sample_wait(&r->x, SAMPLE_SECOND);
	at(r, 0, a);
}

static void
talk(struct rig *r, const struct host *a, const struct host *b)
{
	r->x.vlan = 0;
	assert_int_equal(sample_traffic(&r->x, a, b, 5), 0);
}

/* Each mirror port shows a cell of its own: whole conversations, of others. */
static void
test_cells_behind_two_mirrors_are_kept_apart(void **state)
{
	struct rig *r = *state;
	struct host plc[2], hmi[2];

	for (uint8_t i = 0; i < 2; i++) {
		plc[i] = in_cell(i + 1, 10);
		hmi[i] = in_cell(i + 1, 100);
		at(r, i, &hmi[i]);
		at(r, i, &plc[i]);
	}
	talk(r, &hmi[0], &plc[0]);
	talk(r, &hmi[1], &plc[1]);
	rig_restart(r); /* what interfaces show is kept */
	sample_wait(&r->x, SAMPLE_SECOND);
	for (uint8_t i = 0; i < 2; i++) {
		at(r, i, &hmi[i]);
		at(r, i, &plc[i]);
	}
	/* The first look was one network's, as far as anybody knew. */
	assert_int_equal(rig_int(r, CLASHES), 0);
	assert_int_equal(rig_int(r, HOLDERS("192.168.1.10")), 2);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM links AS l JOIN addresses AS s "
		       "ON s.id = l.src JOIN addresses AS d ON d.id = l.dst "
		       "WHERE substr(s.mac, 13, 2) = substr(d.mac, 13, 2)"),
	    2);
}

/* Half of each conversation at each port. */
static void
test_the_sides_of_a_tap_are_one_network(void **state)
{
	struct rig *r = *state;
	struct host a = in_cell(1, 10), b = in_cell(2, 10);
	struct host left = in_cell(1, 100), right = in_cell(2, 101);

	at(r, 0, &left);
	at(r, 1, &right);
	talk(r, &left, &right);
	in_turn(r, &a, &b);
	assert_int_equal(rig_int(r, CLASHES), 1);
}

/* Each shows whole conversations, but some go from the one to the other. */
static void
test_who_talks_across_joins_two_mirrors(void **state)
{
	struct rig *r = *state;
	struct host a = in_cell(1, 10), b = in_cell(2, 10);
	struct host near[2][2];

	for (uint8_t i = 0; i < 2; i++) {
		near[i][0] = in_cell(i + 1, 40 + i);
		near[i][1] = in_cell(i + 1, 50 + i);
		at(r, i, &near[i][0]);
		at(r, i, &near[i][1]);
		talk(r, &near[i][0], &near[i][1]);
	}
	talk(r, &near[0][0], &near[1][1]);
	in_turn(r, &a, &b);
	assert_int_equal(rig_int(r, CLASHES), 1);
}

/* Nobody knows yet what they show. */
static void
test_interfaces_are_one_network_at_first(void **state)
{
	struct rig *r = *state;
	struct host a = in_cell(1, 10), b = in_cell(2, 10);

	in_turn(r, &a, &b);
	assert_int_equal(rig_int(r, CLASHES), 1);
}

/* Who is heard at both mirrors of one network shows that it is one. */
static void
test_two_mirrors_of_one_network_are_one(void **state)
{
	struct rig *r = *state;
	struct host a = in_cell(1, 10), b = in_cell(2, 10);
	struct host common[2] = {in_cell(3, 30), in_cell(3, 31)};
	struct host near[2] = {in_cell(1, 40), in_cell(2, 41)};

	for (uint32_t i = 0; i < 2; i++) {
		at(r, i, &common[0]);
		at(r, i, &common[1]);
		at(r, i, &near[i]);
		talk(r, &near[i], &common[0]);
	}
	in_turn(r, &a, &b);
	assert_int_equal(rig_int(r, CLASHES), 1);
}

static void
test_rows_of_one_ip_are_bounded(void **state)
{
	struct rig *r = *state;

	for (uint16_t v = 1; v <= 300; v++) {
		struct host h = in_cell((uint8_t)(v % 250), 10);

		h.end.mac[3] = (uint8_t)(v / 250);
		arp(r, v, &h);
	}
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM addresses WHERE kind = 2"), 64);
}

/* Whatever is known of places is known after a restart. */
static void
test_restarts_change_nothing(void **state)
{
	struct rig *r = *state;
	struct host one = in_cell(1, 10), two = in_cell(2, 10);
	struct host heir = in_cell(3, 10);

	for (int i = 0; i < 3; i++) {
		arp(r, 10, &one);
		arp(r, 20, &two);
		sample_wait(&r->x, 1000 * SAMPLE_SECOND);
		arp(r, 20, &heir);
		sample_wait(&r->x, 1000 * SAMPLE_SECOND);
		assert_int_equal(
		    rig_int(r, "SELECT count(*) FROM addresses"), 6);
		rig_restart(r);
	}
	/* To the heir and back, in one cell alone. */
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM addresses WHERE flags & 256"), 2);
	assert_int_equal(rig_int(r, "SELECT flags & 256 FROM addresses WHERE "
				    "key = '192.168.1.10'"),
	    0);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_cells_with_equal_addresses_are_kept_apart),
	    T(test_links_and_facts_go_to_the_cell),
	    T(test_a_conflict_at_one_place_is_one),
	    T(test_a_replaced_device_is_of_its_cell),
	    T(test_a_routed_device_stays_one),
	    T(test_one_mac_in_two_vlans_is_one_device),
	    T(test_a_leg_elsewhere_is_no_conflict),
	    T(test_packets_that_no_router_passed_are_enough),
	    T(test_a_routed_packet_is_of_the_routers_cell),
	    T(test_a_silent_one_is_its_cells_ghost),
	    T(test_no_tag_is_apart_from_nothing),
	    T(test_cells_behind_two_mirrors_are_kept_apart),
	    T(test_the_sides_of_a_tap_are_one_network),
	    T(test_who_talks_across_joins_two_mirrors),
	    T(test_interfaces_are_one_network_at_first),
	    T(test_two_mirrors_of_one_network_are_one),
	    T(test_rows_of_one_ip_are_bounded),
	    T(test_restarts_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

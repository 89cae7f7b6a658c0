/*
 * unit_test: when what is behind an address is a device of its own.
 */
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "store/harness.h"

#define CHILDREN                                                           \
	"SELECT count(*) FROM assets WHERE carrier IS NOT NULL AND id IN " \
	"(SELECT asset FROM addresses)"

static struct host hmi, plc;

static int
setup(void **state)
{
	static struct rig r;

	rig_start(&r, RIG_LEARNS, NULL);
	hmi = sample_host(10, 0, 0, 57);
	plc = sample_host(10, 0, 0, 3);
	*state = &r;
	if (sample_endpoint(&r.x, &hmi, "arp") != 0 ||
	    sample_endpoint(&r.x, &plc, "arp") != 0) {
		return -1;
	}
	return sample_service(&r.x, &hmi, &plc, true);
}

static int
teardown(void **state)
{
	rig_stop(*state);
	return 0;
}

static void
test_one_unit_is_an_attribute(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 0, 1), 0);
	assert_int_equal(sample_reply(&r->x, &hmi, &plc, 1, "ok"), 0);
	assert_int_equal(sample_identity(&r->x, &plc, 1, "model", "M340"), 0);
	assert_int_equal(rig_int(r, CHILDREN), 0);
	/* What the unit says is the device's. */
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets WHERE "
				    "model = 'M340' AND carrier IS NULL"),
	    1);
}

static void
test_units_that_answer_alike_are_one_device(void **state)
{
	struct rig *r = *state;

	for (uint8_t u = 1; u < 10; u++) {
		assert_int_equal(sample_reply(&r->x, &hmi, &plc, u, "ok"), 0);
		assert_int_equal(
		    sample_identity(&r->x, &plc, u, "model", "M340"), 0);
	}
	assert_int_equal(rig_int(r, CHILDREN), 0);
}

static void
test_gateway_exception_makes_children_of_those_who_answer(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sample_reply(&r->x, &hmi, &plc, 1, "ok"), 0);
	assert_int_equal(
	    sample_reply(&r->x, &hmi, &plc, 2, "illegal_function"), 0);
	assert_int_equal(rig_int(r, CHILDREN), 0);
	assert_int_equal(
	    sample_reply(&r->x, &hmi, &plc, 3, "gateway_target_failed"), 0);
	assert_int_equal(rig_int(r, CHILDREN), 2);
	assert_int_equal(sample_reply(&r->x, &hmi, &plc, 4, "ok"), 0);
	assert_int_equal(rig_int(r, CHILDREN), 3);
	assert_int_equal(rig_int(r, "SELECT max(roles & 8) FROM addresses "
				    "WHERE ip = '10.0.0.3'"),
	    8);
	rig_restart(r);
	assert_int_equal(sample_reply(&r->x, &hmi, &plc, 4, "ok"), 0);
	assert_int_equal(sample_reply(&r->x, &hmi, &plc, 5, "ok"), 0);
	assert_int_equal(rig_int(r, CHILDREN), 4);
}

static void
test_gateway_itself_is_no_child(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sample_reply(&r->x, &hmi, &plc, 0, "ok"), 0);
	assert_int_equal(sample_reply(&r->x, &hmi, &plc, 255, "ok"), 0);
	assert_int_equal(
	    sample_reply(&r->x, &hmi, &plc, 3, "gateway_path_unavailable"), 0);
	assert_int_equal(rig_int(r, CHILDREN), 0);
}

/* Asked for, however long: the gateway may have nobody to report it. */
static void
test_unit_that_is_only_asked_for_is_no_child(void **state)
{
	struct rig *r = *state;

	for (uint8_t u = 1; u <= 3; u++) {
		assert_int_equal(sample_read(&r->x, &hmi, &plc, u, 0, 1), 0);
	}
	assert_int_equal(
	    sample_reply(&r->x, &hmi, &plc, 3, "gateway_target_failed"), 0);
	sample_wait(&r->x, 40 * SAMPLE_SECOND);
	for (uint8_t u = 1; u <= 3; u++) {
		assert_int_equal(
		    sample_repeat(&r->x, &hmi, &plc, u, 0, 1, 30), 0);
	}
	assert_int_equal(rig_int(r, CHILDREN), 0);
	/* The one that failed may come back. */
	assert_int_equal(sample_reply(&r->x, &hmi, &plc, 1, "ok"), 0);
	assert_int_equal(sample_reply(&r->x, &hmi, &plc, 3, "ok"), 0);
	assert_int_equal(rig_int(r, CHILDREN), 2);
}

static void
test_units_that_say_different_things_are_children(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sample_identity(&r->x, &plc, 1, "model", "A"), 0);
	assert_int_equal(sample_identity(&r->x, &plc, 2, "run_state", "1"), 0);
	assert_int_equal(rig_int(r, CHILDREN), 0);
	assert_int_equal(sample_identity(&r->x, &plc, 2, "model", "B"), 0);
	assert_int_equal(rig_int(r, CHILDREN), 2);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets WHERE "
				    "model = 'A' AND carrier IS NOT NULL"),
	    1);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets WHERE "
				    "model IS NOT NULL AND carrier IS NULL"),
	    0);
}

/* Terminal servers use unit 1 on port after port. */
static void
test_ports_are_told_apart(void **state)
{
	struct rig *r = *state;

	for (uint16_t port = 502; port <= 503; port++) {
		struct ev *e;

		for (int gw = 0; gw < 2; gw++) {
			assert_int_equal(
			    sample_reply(&r->x, &hmi, &plc, 1, "ok"), 0);
			e = &r->x.ev;
			e->src.port = port;
			e->src.sub.num = gw == 0 ? 1 : 9;
			e->status = gw == 0 ? "ok" : "gateway_target_failed";
			assert_int_equal(sample_send(&r->x), 0);
		}
	}
	assert_int_equal(rig_int(r, CHILDREN), 2);
	assert_int_equal(rig_int(r, "SELECT count(DISTINCT uid) FROM assets "
				    "WHERE carrier IS NOT NULL"),
	    2);
}

/* Somebody's model, by a packet of plc. */
static int
says(struct rig *r, const struct ev_end *who, const char *model)
{
	struct ev *e = sample_start(&r->x, EV_IDENTITY, &plc, NULL);

	e->dir = EV_DIR_NOTIFY;
	e->flags |= EV_HAS_SUBJECT;
	e->subject = *who;
	ev_name(e, EVF_KEY, "model");
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, model, strlen(model));
	ev_name(e, EVF_VIA, "i_am");
	ev_name(e, EVF_CLAIM, "self");
	return sample_send(&r->x);
}

static struct ev_end
behind(const struct ev_end *front, uint8_t kind, uint8_t n, const char *bytes)
{
	struct ev_end who = *front;

	who.sub.kind = kind;
	if (bytes == NULL) {
		who.sub.num = n;
	} else {
		who.sub.net = kind == EV_SUB_BACNET ? n : 0;
		who.sub.len = (uint8_t)strlen(bytes);
		memcpy(who.sub.mac, bytes, who.sub.len);
	}
	return who;
}

static void
test_what_speaks_behind_an_address_is_a_child(void **state)
{
	struct rig *r = *state;
	struct ev_end who[] = {
	    behind(&plc.end, EV_SUB_BACNET, 13, "="),
	    behind(&plc.end, EV_SUB_BACNET, 13, ">"),
	    behind(&plc.end, EV_SUB_ADDR, 0, NULL),
	    behind(&plc.end, EV_SUB_ADDR, 11, NULL),
	    behind(&plc.end, EV_SUB_PATH, 0, "1,0"),
	    behind(&plc.end, EV_SUB_PATH, 0, "1,4"),
	};
	char model[16];

	for (int i = 0; i < 6; i++) {
		(void)snprintf(model, sizeof(model), "M%d", i);
		assert_int_equal(says(r, &who[i], model), 0);
		/* The second slot makes a chassis beside itself. */
		assert_int_equal(rig_int(r, CHILDREN), i + 1 + (i == 5));
	}
	rig_restart(r);
	assert_int_equal(says(r, &who[0], "M0"), 0);
	assert_int_equal(rig_int(r, CHILDREN), 6 + 1);
	assert_int_equal(rig_int(r, "SELECT count(DISTINCT model) FROM assets "
				    "WHERE carrier IS NOT NULL"),
	    6);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets WHERE "
				    "model IS NOT NULL AND carrier IS NULL"),
	    0);
}

/* What a broadcast manager forwards is its originator's, not its own. */
static void
test_originator_is_a_device(void **state)
{
	struct rig *r = *state;
	struct host other = sample_host(10, 0, 0, 88), group;
	struct ev_end who, child;

	other.end.has_mac = false;
	who = other.end;
	child = behind(&who, EV_SUB_BACNET, 15, "7");
	assert_int_equal(says(r, &who, "A"), 0);
	assert_int_equal(says(r, &child, "B"), 0);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM assets AS a JOIN addresses AS x "
		       "ON x.asset = a.id WHERE x.ip = '10.0.0.88' AND "
		       "model = 'A'"),
	    1);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM assets AS a JOIN addresses AS x "
		       "ON x.id = a.carrier WHERE x.ip = '10.0.0.88' AND "
		       "a.model = 'B'"),
	    1);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM assets AS a JOIN addresses AS x "
		       "ON x.asset = a.id WHERE x.ip = '10.0.0.3' AND "
		       "model IS NOT NULL"),
	    0);
	/* A group is nobody. */
	group = sample_host(239, 0, 0, 1);
	group.end.has_mac = false;
	assert_int_equal(says(r, &group.end, "C"), 0);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM assets WHERE model = 'C'"), 0);
}

/* LLDP: the port speaks, by a MAC of its own, for the whole switch. */
static void
test_device_behind_its_port_is_a_device(void **state)
{
	struct rig *r = *state;
	struct host device = sample_mac(77), group = sample_mac(78);

	assert_int_equal(says(r, &device.end, "A"), 0);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM assets AS a JOIN addresses AS x "
		       "ON x.asset = a.id WHERE x.mac = '02:ee:00:00:00:4d' "
		       "AND model = 'A'"),
	    1);
	group.end.mac[0] |= 1;
	assert_int_equal(says(r, &group.end, "B"), 0);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM assets WHERE model = 'B'"), 0);
}

/* BACnet over Ethernet: a router without an IP. */
static void
test_children_of_a_mac(void **state)
{
	struct rig *r = *state;
	struct ev_end who = {.has_mac = true, .mac = {2, 0, 0, 0, 0, 9}};
	struct ev_end child = behind(&who, EV_SUB_BACNET, 5, "1");

	assert_int_equal(says(r, &child, "A"), 0);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM assets AS a JOIN addresses AS x "
		       "ON x.id = a.carrier WHERE x.kind = 1 AND "
		       "x.mac = '02:00:00:00:00:09' AND model = 'A'"),
	    1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_one_unit_is_an_attribute),
	    T(test_units_that_answer_alike_are_one_device),
	    T(test_gateway_exception_makes_children_of_those_who_answer),
	    T(test_gateway_itself_is_no_child),
	    T(test_unit_that_is_only_asked_for_is_no_child),
	    T(test_units_that_say_different_things_are_children),
	    T(test_ports_are_told_apart),
	    T(test_what_speaks_behind_an_address_is_a_child),
	    T(test_originator_is_a_device),
	    T(test_device_behind_its_port_is_a_device),
	    T(test_children_of_a_mac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

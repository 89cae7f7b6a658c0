/*
 * change_test: what is written down of a device's changes, and who counts as
 * silent.
 */
#include <stdlib.h>
#include <string.h>

#include "dissectors/registry.h"
#include "store/pair_test.h"

#define MINUTE      (60 * SAMPLE_SECOND)
#define COUNT(what) "SELECT count(*) FROM changes WHERE what = '" what "'"
#define LAST                                                                 \
	"SELECT what || ': ' || old || ' -> ' || new FROM changes ORDER BY " \
	"id DESC LIMIT 1"

static void
assert_last(struct rig *r, const char *want)
{
	char buf[256];

	assert_string_equal(rig_text(r, LAST, buf, sizeof(buf)), want);
}

/* As a sensor does: what was said on the wire, then that time passes. */
static void
pass(struct rig *r, const struct host *talks, unsigned minutes, unsigned every)
{
	for (unsigned i = 1; i <= minutes; i++) {
		sample_wait(&r->x, MINUTE);
		assert_int_equal(sample_endpoint(&r->x, &hmi, "traffic"), 0);
		if (talks != NULL && i % every == 0) {
			assert_int_equal(
			    sample_endpoint(&r->x, talks, "traffic"), 0);
		}
		assert_int_equal(store_tick(r->s, r->x.ts_ns), 0);
	}
}

static void
test_silent_and_back(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	pass(r, &plc, 40, 1);
	pass(r, NULL, 9, 1);
	assert_int_equal(rig_int(r, COUNT("silent")), 0);
	pass(r, NULL, 3, 1);
	assert_last(r, "silent: every 1 min -> ");
	pass(r, NULL, 60, 1);
	assert_int_equal(rig_int(r, COUNT("silent")), 1);
	pass(r, &plc, 1, 1);
	assert_last(r, "returned: after 73 min -> ");
	assert_int_equal(rig_int(r, COUNT("returned")), 1);
}

/* Who reports every twenty minutes is not missed after thirty. */
static void
test_by_its_own_rhythm(void **state)
{
	struct rig *r = *state;

	pass(r, &plc, 200, 20);
	pass(r, NULL, 59, 1);
	assert_int_equal(rig_int(r, COUNT("silent")), 0);
	pass(r, NULL, 3, 1);
	assert_last(r, "silent: every 20 min -> ");
}

static void
test_who_was_here_for_a_moment_has_no_rhythm(void **state)
{
	struct rig *r = *state;

	pass(r, &plc, 20, 1);
	pass(r, NULL, 300, 1);
	assert_int_equal(rig_int(r, COUNT("silent")), 0);
}

/* The mirror port is unplugged: nobody has gone. */
static void
test_the_dark_makes_nobody_silent(void **state)
{
	struct rig *r = *state;

	pass(r, &plc, 60, 1);
	sample_wait(&r->x, 600 * MINUTE);
	assert_int_equal(store_tick(r->s, r->x.ts_ns), 0);
	pass(r, NULL, 9, 1);
	assert_int_equal(rig_int(r, COUNT("silent")), 0);
	pass(r, NULL, 3, 1);
	assert_int_equal(rig_int(r, COUNT("silent")), 1);
}

/* After a restart it is in the database alone. */
static void
test_who_left_while_the_sensor_was_off_is_missed(void **state)
{
	struct rig *r = *state;

	pass(r, &plc, 60, 1);
	rig_restart(r);
	sample_wait(&r->x, 600 * MINUTE);
	pass(r, NULL, 9, 1);
	assert_int_equal(rig_int(r, COUNT("silent")), 0);
	pass(r, NULL, 3, 1);
	assert_last(r, "silent: every 1 min -> ");
	assert_int_equal(rig_int(r, COUNT("silent")), 1);
}

/* A device is heard at one of its addresses as long as at any. */
static void
test_another_address_is_a_sign_of_life(void **state)
{
	struct rig *r = *state;
	struct host mac = plc;

	mac.end.ipver = 0;
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	pass(r, &plc, 40, 1);
	pass(r, &mac, 60, 1);
	assert_int_equal(rig_int(r, COUNT("silent")), 0);
	pass(r, NULL, 12, 1);
	assert_int_equal(rig_int(r, COUNT("silent")), 1);
}

static void
test_another_address(void **state)
{
	struct rig *r = *state;
	struct host moved = sample_host(10, 0, 0, 99);

	memcpy(moved.end.mac, plc.end.mac, 6);
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes"), 0);
	assert_int_equal(sample_endpoint(&r->x, &moved, "dhcp"), 0);
	assert_last(r, "new-address: 10.0.0.3 -> 10.0.0.99");
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes"), 1);
}

static void
test_another_mac_and_two_at_once(void **state)
{
	struct rig *r = *state;
	struct host other = sample_via(plc, 0x77);

	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	sample_wait(&r->x, 60 * MINUTE);
	assert_int_equal(sample_endpoint(&r->x, &other, "arp"), 0);
	assert_last(r, "mac-changed: 02:00:0a:00:00:03 -> 02:ee:00:00:00:77");
	/* An hour later the first one has it again: they take turns. */
	sample_wait(&r->x, 60 * MINUTE);
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	assert_int_equal(rig_int(r, COUNT("duplicate-ip")), 0);
	assert_int_equal(rig_int(r, COUNT("mac-changed")), 2);
	/* But not within a minute. */
	sample_wait(&r->x, SAMPLE_SECOND);
	assert_int_equal(sample_endpoint(&r->x, &other, "arp"), 0);
	sample_wait(&r->x, SAMPLE_SECOND);
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	assert_last(r, "duplicate-ip: 02:ee:00:00:00:77 -> 02:00:0a:00:00:03");
	assert_int_equal(rig_int(r, "SELECT count(*) FROM alerts WHERE rule = "
				    "'duplicate-ip'"),
	    1);
}

static void
test_a_lease_that_passes_on_is_no_change(void **state)
{
	struct rig *r = *state;
	struct host other = sample_via(plc, 0x77);

	assert_int_equal(sample_endpoint(&r->x, &plc, "dhcp"), 0);
	sample_wait(&r->x, 60 * MINUTE);
	assert_int_equal(sample_endpoint(&r->x, &other, "dhcp"), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes"), 0);
}

/* Nobody leased it to him, and its holder was there a moment ago. */
static void
test_a_lease_is_taken_away(void **state)
{
	struct rig *r = *state;
	struct host thief = sample_via(plc, 0x77);

	assert_int_equal(sample_endpoint(&r->x, &plc, "dhcp"), 0);
	sample_wait(&r->x, 10 * MINUTE);
	assert_int_equal(sample_endpoint(&r->x, &thief, "arp"), 0);
	assert_last(r, "mac-changed: 02:00:0a:00:00:03 -> 02:ee:00:00:00:77");
}

/* Who leased it is long gone: whether the other leases it was not seen. */
static void
test_a_lease_that_was_left_is_no_change(void **state)
{
	struct rig *r = *state;
	struct host other = sample_via(plc, 0x77);

	assert_int_equal(sample_endpoint(&r->x, &plc, "dhcp"), 0);
	sample_wait(&r->x, 600 * MINUTE);
	assert_int_equal(sample_endpoint(&r->x, &other, "arp"), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes"), 0);
}

/* Yesterday's capture is read after today's: who has it now is known. */
static void
test_yesterday_is_no_change(void **state)
{
	struct rig *r = *state;
	struct host old = sample_via(plc, 0x77);
	uint64_t yesterday = r->x.ts_ns;

	sample_wait(&r->x, 1440 * MINUTE);
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	sample_at(&r->x, yesterday);
	assert_int_equal(sample_endpoint(&r->x, &old, "arp"), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes"), 0);
}

static void
test_another_firmware_and_back(void **state)
{
	struct rig *r = *state;

	for (int i = 0; i < 4; i++) {
		assert_int_equal(sample_says(&r->x, PROTO_ENIP, &plc, NULL,
				     "firmware", i % 2 == 0 ? "1.2" : "1.3"),
		    0);
		sample_wait(&r->x, 61 * MINUTE);
	}
	/* The fourth is no news: both come and go. */
	assert_int_equal(rig_int(r, COUNT("firmware")), 2);
	assert_last(r, "firmware: 1.3 -> 1.2");
	assert_int_equal(
	    sample_says(&r->x, PROTO_ENIP, &plc, NULL, "run_state", "run"), 0);
	assert_int_equal(
	    sample_says(&r->x, PROTO_ENIP, &plc, NULL, "run_state", "idle"), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes"), 2);
}

/* Two that share an address and ask in turns fill no table. */
static void
test_the_same_again_within_the_hour_is_one(void **state)
{
	struct rig *r = *state;

	for (int i = 0; i < 40; i++) {
		assert_int_equal(sample_says(&r->x, PROTO_ENIP, &plc, NULL,
				     "firmware", i % 2 == 0 ? "1.2" : "1.3"),
		    0);
		sample_wait(&r->x, SAMPLE_SECOND);
	}
	assert_int_equal(rig_int(r, COUNT("firmware")), 1);
}

static void
module(
    struct rig *r, const struct host *h, const char *path, const char *serial)
{
	assert_int_equal(
	    sample_says(&r->x, PROTO_ENIP, h, path, "vendor_id", "1"), 0);
	assert_int_equal(
	    sample_says(&r->x, PROTO_ENIP, h, path, "serial", serial), 0);
}

/* The id of the field by its name. */
static uint16_t
ext_name(void)
{
	const struct ev_proto *p = ev_proto(PROTO_CIP);

	for (uint16_t i = 0; i < p->nfields; i++) {
		if (strcmp(p->fields[i].name, "ext_name") == 0) {
			return (uint16_t)(EV_PROTO_BASE + i);
		}
	}
	abort();
}

static void
ask_module(struct rig *r, const char *path, const char *status, const char *why)
{
	struct ev *e = sample_start(&r->x, EV_OPERATION, &plc, &hmi);

	e->proto = PROTO_CIP;
	e->dir = EV_DIR_RESPONSE;
	e->op = "unconnected_send";
	e->cls = EV_CLASS_SESSION;
	e->status = status;
	e->src.sub.kind = EV_SUB_PATH;
	e->src.sub.len = (uint8_t)strlen(path);
	memcpy(e->src.sub.path, path, strlen(path));
	e->src.port = 44818;
	e->dst.port = 40000;
	e->src.has_port = e->dst.has_port = true;
	ev_name(e, EVF_TRANSPORT, "tcp");
	ev_name(e, ext_name(), why);
	assert_int_equal(sample_send(&r->x), 0);
}

static void
test_modules_come_and_go(void **state)
{
	struct rig *r = *state;

	module(r, &plc, "1,0", "0x00c0ffee");
	module(r, &plc, "1,4", "0x00c0fff0");
	/* Browsed for the first time. */
	module(r, &plc, "1,5", "0x00c0fff1");
	ask_module(r, "1,6", "connection_failure", "link_address_not_valid");
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes"), 0);
	sample_wait(&r->x, 60 * MINUTE);
	/* Nobody had asked there: it may have been in all the time. */
	module(r, &plc, "1,8", "0x00c0fff8");
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes"), 0);
	module(r, &plc, "1,6", "0x00c0fff2");
	assert_last(r, "module-added:  -> path 1,6");
	/* Slot 7 never had one. */
	ask_module(r, "1,7", "connection_failure", "link_address_not_valid");
	assert_int_equal(rig_int(r, COUNT("module-removed")), 0);
	/* It may be busy. */
	ask_module(
	    r, "1,4", "connection_failure", "unconnected_request_timed_out");
	assert_int_equal(rig_int(r, COUNT("module-removed")), 0);
	ask_module(r, "1,4", "connection_failure", "link_address_not_valid");
	assert_last(r, "module-removed: path 1,4 -> ");
	ask_module(r, "1,4", "connection_failure", "link_address_not_valid");
	assert_int_equal(rig_int(r, COUNT("module-removed")), 1);
	sample_wait(&r->x, 30 * MINUTE);
	ask_module(r, "1,4", "ok", "");
	assert_last(r, "returned: after 30 min -> ");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_silent_and_back),
	    T(test_by_its_own_rhythm),
	    T(test_who_was_here_for_a_moment_has_no_rhythm),
	    T(test_the_dark_makes_nobody_silent),
	    T(test_who_left_while_the_sensor_was_off_is_missed),
	    T(test_another_address_is_a_sign_of_life),
	    T(test_another_address),
	    T(test_another_mac_and_two_at_once),
	    T(test_a_lease_that_passes_on_is_no_change),
	    T(test_a_lease_is_taken_away),
	    T(test_a_lease_that_was_left_is_no_change),
	    T(test_yesterday_is_no_change),
	    T(test_another_firmware_and_back),
	    T(test_the_same_again_within_the_hour_is_one),
	    T(test_modules_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

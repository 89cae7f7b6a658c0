/*
 * fact_test: which value is shown, which are kept beside it.
 */
#include <string.h>

#include "base/test.h"
#include "dissectors/registry.h"
#include "limits.h"
#include "store/harness.h"
#include "store/store_priv.h"

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

static int
say_via(struct rig *r, const char *key, const char *value, const char *claim,
    uint16_t flags, const char *via)
{
	struct host plc = sample_host(10, 0, 0, 3);
	struct ev *e = sample_start(&r->x, EV_IDENTITY, &plc, NULL);

	e->proto = PROTO_MODBUS;
	e->flags |= flags;
	ev_name(e, EVF_KEY, key);
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, value, strlen(value));
	ev_name(e, EVF_VIA, via);
	ev_name(e, EVF_CLAIM, claim);
	sample_wait(&r->x, SAMPLE_SECOND);
	return sample_send(&r->x);
}

static int
say(struct rig *r, const char *key, const char *value, const char *claim,
    uint16_t flags)
{
	return say_via(r, key, value, claim, flags, "test");
}

static void
assert_shown(struct rig *r, const char *column, const char *want)
{
	char sql[64], buf[256];

	(void)snprintf(sql, sizeof(sql), "SELECT %s FROM assets", column);
	assert_string_equal(rig_text(r, sql, buf, sizeof(buf)), want);
}

static void
test_only_what_a_device_says_of_itself_is_shown(void **state)
{
	struct rig *r = *state;

	assert_int_equal(say(r, "vendor", "Peer Inc", "peer", 0), 0);
	assert_int_equal(say(r, "vendor", "Plan Inc", "expected", 0), 0);
	assert_shown(r, "vendor", "NULL");
	assert_int_equal(say(r, "vendor", "Self Inc", "self", 0), 0);
	assert_int_equal(say(r, "vendor", "Peer Inc", "peer", 0), 0);
	assert_shown(r, "vendor", "Self Inc");
	assert_int_equal(rig_int(r, "SELECT count(*) FROM facts"), 3);
}

/* Nobody says it: less than that somebody expects so. */
static void
test_guess_is_the_weakest(void **state)
{
	struct rig *r = *state;

	assert_int_equal(say(r, "os", "Windows", "guess", 0), 0);
	assert_int_equal(say(r, "os", "Windows", "expected", 0), 0);
	assert_int_equal(
	    rig_int(r, "SELECT confidence FROM facts WHERE claim = 'guess'"),
	    10);
	assert_int_equal(rig_int(r, "SELECT min(confidence) FROM facts"), 10);
	assert_int_equal(say(r, "vendor", "Guess Inc", "guess", 0), 0);
	assert_shown(r, "vendor", "NULL");
}

/* However often each is said: a list whose names come and go is of no use. */
static void
test_own_spelling_stands_before_the_name_of_a_number(void **state)
{
	struct rig *r = *state;

	assert_int_equal(say_via(r, "vendor", "Acme", "self", 0, "i_am"), 0);
	assert_shown(r, "vendor", "Acme");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    say_via(r, "vendor", "ACME Ltd", "self", 0, "read"), 0);
		assert_shown(r, "vendor", "ACME Ltd");
		assert_int_equal(
		    say_via(r, "vendor", "Acme", "self", 0, "i_am"), 0);
		assert_shown(r, "vendor", "ACME Ltd");
		assert_int_equal(say_via(r, "vendor", "Acme", "self", 0,
				     "vendor_identifier"),
		    0);
		assert_shown(r, "vendor", "ACME Ltd");
	}
}

static void
test_latest_of_equal_confidence_wins(void **state)
{
	struct rig *r = *state;

	assert_int_equal(say(r, "firmware", "1.0", "self", 0), 0);
	assert_int_equal(say(r, "firmware", "2.0", "self", 0), 0);
	assert_shown(r, "firmware", "2.0");
	assert_int_equal(say(r, "firmware", "1.0", "self", 0), 0);
	assert_shown(r, "firmware", "1.0");
	assert_int_equal(rig_int(r, "SELECT count FROM facts WHERE "
				    "value = '1.0'"),
	    2);
}

static void
test_tentative_does_not_replace_what_is_sure(void **state)
{
	struct rig *r = *state;

	assert_int_equal(say(r, "model", "M340", "self", 0), 0);
	assert_int_equal(say(r, "model", "X", "self", EV_TENTATIVE), 0);
	assert_shown(r, "model", "M340");
}

/* What a program has made up stands behind the name that people gave. */
static void
test_a_generated_name_is_weak(void **state)
{
	static const char *const made[] = {
	    "Chromecast-0123456789abcdef0123456789abcdef",
	    "3f8a2b1c-0d4e-4f5a-8b9c-0123456789ab.local",
	    "station 3F8A2B1C-0D4E-4F5A-8B9C-0123456789AB"};
	struct rig *r = *state;

	assert_int_equal(say(r, "name", made[0], "self", 0), 0);
	assert_shown(r, "name", made[0]);
	assert_int_equal(say(r, "hostname", "pc-3", "self", 0), 0);
	assert_shown(r, "name", "pc-3");
	assert_int_equal(say(r, "name", "Hall 3", "self", 0), 0);
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		assert_int_equal(say(r, "name", made[i], "self", 0), 0);
		assert_shown(r, "name", "Hall 3");
	}
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM changes WHERE what = 'name'"), 0);
}

static void
test_placeholders_never_win(void **state)
{
	static const char *const bad[] = {"", " ", "N/A", "unknown", "0000000",
	    "ffffffff", "XXXX", "---", "To Be Filled By O.E.M.", "123456789"};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(say(r, "serial", bad[i], "self", 0), 0);
	}
	assert_shown(r, "serial", "NULL");
	assert_int_equal(say(r, "serial", "SN0000042", "self", 0), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(say(r, "serial", bad[i], "self", 0), 0);
	}
	assert_shown(r, "serial", "SN0000042");
}

/* Some factories name everything alike. */
static void
test_what_a_thing_is_called_by_nobody(void **state)
{
	static const char *const none[] = {"Switch", "(none)", "<none>",
	    "Router", "localhost.localdomain", "localhost6", "device",
	    "HOSTNAME", "unnamed", "Not Configured", "default-name",
	    "localhost.local"};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert_int_equal(say(r, "name", none[i], "self", 0), 0);
		assert_int_equal(say(r, "hostname", none[i], "self", 0), 0);
	}
	assert_shown(r, "name", "NULL");
	assert_int_equal(say(r, "name", "PUMP-SW-7", "self", 0), 0);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert_int_equal(say(r, "name", none[i], "self", 0), 0);
	}
	assert_shown(r, "name", "PUMP-SW-7");
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes"), 0);
	/* A type is what it says it is. */
	assert_true(placeholder_is("name", "00:00:00:00:00:00"));
	assert_true(placeholder_is("name", "sysName Not Set"));
	assert_true(placeholder_is("name", "DEFAULT SNMP Name"));
	assert_true(placeholder_is("name", "system"));
	assert_true(placeholder_is("name", "Managed Redundant Switch 00001"));
	assert_false(placeholder_is("name", "00:00:00:00:00:01"));
	assert_true(
	    placeholder_is("location", "Unknown (edit /etc/snmp/snmpd.conf)"));
	assert_true(placeholder_is("location", "Hirschmann Location"));
	assert_true(placeholder_is("location", "Switch Location"));
	assert_true(placeholder_is("location", "location not set"));
	assert_true(placeholder_is("location", "DEFAULT LOCATION"));
	assert_true(placeholder_is("location", "0"));
	assert_true(
	    placeholder_is("location", "Sitting on the Dock of the Bay"));
	assert_false(placeholder_is("location", "Dock 7"));
	assert_false(placeholder_is("location", "Switch room"));
	assert_false(placeholder_is("firmware", "0.0.0"));
	assert_false(placeholder_is("device_type", "Switch"));
	assert_false(placeholder_is("name", "Switch 7"));
	assert_false(placeholder_is("name", "pump.local"));
}

static void
test_serial_numbers_that_are_made_up(void **state)
{
	static const char *const bad[] = {"0x075bcd15", "0x12345678",
	    "0x11111111", "0xdeadbeef", "0123456789", "12345678", "305419896",
	    "3735928559", "11111", "SERIAL NUMBER", "S/N", "(serial)"};
	static const char *const good[] = {"0x00c0ffee", "A-47110815",
	    "1234576", "135792468", "0x6000a1b2", "SN0000042", "112"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(placeholder_is("serial", bad[i]));
		assert_false(placeholder_is("firmware", bad[i]));
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_false(placeholder_is("serial", good[i]));
	}
}

static void
test_zero_is_a_value_where_it_can_be_one(void **state)
{
	(void)state;
	assert_true(placeholder_is("serial", "0"));
	assert_false(placeholder_is("slot", "0"));
	assert_false(placeholder_is("firmware", "1111"));
	assert_false(placeholder_is("serial", "00042"));
}

static void
test_rivals_are_bounded_and_the_strong_stay(void **state)
{
	struct rig *r = *state;
	char value[32];

	for (int i = 0; i < 3; i++) {
		assert_int_equal(say(r, "name", "press 7", "self", 0), 0);
	}
	for (int i = 0; i < 100; i++) {
		(void)snprintf(value, sizeof(value), "guess %d", i);
		assert_int_equal(say(r, "name", value, "peer", 0), 0);
		(void)snprintf(value, sizeof(value), "claim %d", i);
		assert_int_equal(say(r, "name", value, "self", 0), 0);
	}
	assert_int_equal(say(r, "name", "one more", "peer", 0), 0);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM facts WHERE claim = 'peer'"), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM facts"),
	    LIMIT_STORE_FACTS_PER_KEY);
	assert_int_equal(rig_int(r, "SELECT count FROM facts WHERE "
				    "value = 'press 7'"),
	    3);
}

static void
test_keys_are_a_closed_list(void **state)
{
	struct rig *r = *state;

	assert_int_equal(say(r, "shoe_size", "42", "self", 0), 0);
	assert_int_equal(say(r, "", "42", "self", 0), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM facts"), 0);
}

static void
test_name_stands_before_hostname_and_model_before_code(void **state)
{
	struct rig *r = *state;

	assert_int_equal(say(r, "hostname", "plc-3", "self", 0), 0);
	assert_int_equal(say(r, "product_code", "BMX P34", "self", 0), 0);
	assert_shown(r, "name", "plc-3");
	assert_shown(r, "model", "BMX P34");
	assert_int_equal(say(r, "name", "Press 7", "self", 0), 0);
	assert_int_equal(say(r, "model", "M340", "self", 0), 0);
	assert_int_equal(say(r, "hostname", "plc-4", "self", 0), 0);
	assert_shown(r, "name", "Press 7");
	assert_shown(r, "model", "M340");
}

static void
test_padding_is_cut(void **state)
{
	struct rig *r = *state;

	assert_int_equal(say(r, "vendor", "  ACME   ", "self", 0), 0);
	assert_shown(r, "vendor", "ACME");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_only_what_a_device_says_of_itself_is_shown),
	    T(test_guess_is_the_weakest),
	    T(test_own_spelling_stands_before_the_name_of_a_number),
	    T(test_latest_of_equal_confidence_wins),
	    T(test_tentative_does_not_replace_what_is_sure),
	    T(test_a_generated_name_is_weak),
	    T(test_placeholders_never_win),
	    T(test_what_a_thing_is_called_by_nobody),
	    cmocka_unit_test(test_serial_numbers_that_are_made_up),
	    cmocka_unit_test(test_zero_is_a_value_where_it_can_be_one),
	    T(test_rivals_are_bounded_and_the_strong_stay),
	    T(test_keys_are_a_closed_list),
	    T(test_name_stands_before_hostname_and_model_before_code),
	    T(test_padding_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

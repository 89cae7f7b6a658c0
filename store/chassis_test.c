/*
 * chassis_test: what is a chassis, what is in it, and what only looks so.
 */
#include <string.h>

#include "dissectors/registry.h"
#include "store/pair_test.h"

#define ASSETS                                                        \
	"SELECT count(*) FROM assets WHERE joined IS NULL AND id IN " \
	"(SELECT asset FROM addresses)"
#define CHASSIS "SELECT count(DISTINCT asset) FROM addresses WHERE roles & 64"
/* Whose carrier is a chassis. */
#define MODULES                                                      \
	"SELECT count(*) FROM assets JOIN addresses AS c ON c.id = " \
	"assets.carrier WHERE c.roles & 64 AND assets.joined IS NULL"

static void
module(
    struct rig *r, const struct host *h, const char *path, const char *serial)
{
	assert_int_equal(
	    sample_says(&r->x, PROTO_ENIP, h, path, "vendor_id", "1"), 0);
	assert_int_equal(
	    sample_says(&r->x, PROTO_ENIP, h, path, "serial", serial), 0);
}

static void
test_two_modules_make_a_chassis(void **state)
{
	struct rig *r = *state;

	module(r, &plc, "1,0", "0x00c0ffee");
	assert_int_equal(rig_int(r, CHASSIS), 0);
	module(r, &plc, "1,4", "0x00c0fff0");
	assert_int_equal(rig_int(r, CHASSIS), 1);
	/* The way in is a module, too. */
	assert_int_equal(rig_int(r, MODULES), 3);
	assert_int_equal(rig_int(r, ASSETS), 4);
}

static void
test_the_way_in_and_the_processor_make_a_chassis(void **state)
{
	struct rig *r = *state;

	module(r, &plc, NULL, "0x00c0aaaa");
	module(r, &plc, "1,0", "0x00c0ffee");
	assert_int_equal(rig_int(r, CHASSIS), 1);
	assert_int_equal(rig_int(r, MODULES), 2);
}

static void
test_in_the_other_order_too(void **state)
{
	struct rig *r = *state;

	module(r, &plc, "1,0", "0x00c0ffee");
	assert_int_equal(rig_int(r, CHASSIS), 0);
	module(r, &plc, NULL, "0x00c0aaaa");
	assert_int_equal(rig_int(r, CHASSIS), 1);
	assert_int_equal(rig_int(r, MODULES), 2);
}

/* A compact controller answers for itself in slot 0. */
static void
test_slot_0_alone_is_the_controller(void **state)
{
	struct rig *r = *state;

	module(r, &plc, NULL, "0x00c0ffee");
	module(r, &plc, "1,0", "0x00c0ffee");
	assert_int_equal(rig_int(r, CHASSIS), 0);
	assert_int_equal(rig_int(r, ASSETS), 1);
	/* It is behind nothing, least of all behind itself. */
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets WHERE "
				    "joined IS NULL AND carrier IS NOT NULL"),
	    0);
}

/* The module with the IP was asked for by its slot, too. */
static void
test_the_way_in_is_found_in_its_slot(void **state)
{
	struct rig *r = *state;

	module(r, &plc, NULL, "0x00c0aaaa");
	module(r, &plc, "1,0", "0x00c0ffee");
	module(r, &plc, "1,3", "0x00c0aaaa");
	assert_int_equal(rig_int(r, CHASSIS), 1);
	assert_int_equal(rig_int(r, ASSETS), 3);
	assert_int_equal(rig_int(r, MODULES), 2);
	assert_int_equal(
	    rig_int(r, "SELECT asset FROM addresses WHERE sub_text = '1,3'"),
	    rig_int(r, "SELECT asset FROM addresses WHERE key = '10.0.0.3'"));
}

/* Two ways in: one processor, so one chassis. */
static void
test_two_ways_lead_to_one_chassis(void **state)
{
	struct rig *r = *state;

	module(r, &plc, NULL, "0x00c0aaaa");
	module(r, &plc, "1,0", "0x00c0ffee");
	module(r, &hmi, NULL, "0x00c0bbbb");
	assert_int_equal(rig_int(r, CHASSIS), 1);
	module(r, &hmi, "1,0", "0x00c0ffee");
	assert_int_equal(rig_int(r, CHASSIS), 1);
	assert_int_equal(rig_int(r, ASSETS), 4);
	assert_int_equal(rig_int(r, MODULES), 3);
}

static void
test_a_chassis_behind_a_chassis(void **state)
{
	struct rig *r = *state;

	module(r, &plc, "1,2,2,5,1,1", "0x00c0ffee");
	module(r, &plc, "1,2,2,5,1,2", "0x00c0ffef");
	assert_int_equal(rig_int(r, CHASSIS), 1);
	/* 10.0.0.3 leads there, and is not in it. */
	assert_int_equal(rig_int(r, MODULES), 2);
}

static void
test_other_ports_are_no_backplane(void **state)
{
	struct rig *r = *state;

	module(r, &plc, "2,5", "0x00c0ffee");
	module(r, &plc, "2,6", "0x00c0ffef");
	module(r, &plc, "11,7", "0x00c0fff0");
	module(r, &plc, "1,a", "0x00c0fff1");
	module(r, &plc, "1", "0x00c0fff2");
	module(r, &plc, "1,", "0x00c0fff3");
	assert_int_equal(rig_int(r, CHASSIS), 0);
}

static void
test_it_is_the_same_after_a_restart(void **state)
{
	struct rig *r = *state;

	module(r, &plc, NULL, "0x00c0aaaa");
	module(r, &plc, "1,0", "0x00c0ffee");
	rig_restart(r);
	module(r, &plc, "1,3", "0x00c0aaaa");
	rig_restart(r);
	module(r, &hmi, NULL, "0x00c0bbbb");
	module(r, &hmi, "1,0", "0x00c0ffee");
	assert_int_equal(rig_int(r, CHASSIS), 1);
	assert_int_equal(rig_int(r, ASSETS), 4);
	assert_int_equal(rig_int(r, MODULES), 3);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_two_modules_make_a_chassis),
	    T(test_the_way_in_and_the_processor_make_a_chassis),
	    T(test_in_the_other_order_too),
	    T(test_slot_0_alone_is_the_controller),
	    T(test_the_way_in_is_found_in_its_slot),
	    T(test_two_ways_lead_to_one_chassis),
	    T(test_a_chassis_behind_a_chassis),
	    T(test_other_ports_are_no_backplane),
	    T(test_it_is_the_same_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

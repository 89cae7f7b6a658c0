/*
 * unit_test: when Modbus units are devices of their own.
 */
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

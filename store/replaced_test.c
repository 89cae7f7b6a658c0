/*
 * replaced_test: who says another serial number with another MAC, of which
 * there is no ARP, is another device; who only has another MAC is not.
 */
#include <string.h>

#include "dissectors/registry.h"
#include "store/pair_test.h"

#define ASSETS                                                        \
	"SELECT count(*) FROM assets WHERE joined IS NULL AND id IN " \
	"(SELECT asset FROM addresses)"
#define SAYS(serial)                                                      \
	"SELECT a.asset FROM facts AS f JOIN addresses AS a ON f.addr = " \
	"a.id WHERE f.key = 'serial' AND f.value = '" serial "'"
#define HOLDER "SELECT asset FROM addresses WHERE key = '02:00:0a:00:00:03'"

static void
says(struct rig *r, const struct host *h, const char *key, const char *value)
{
	assert_int_equal(
	    sample_says(&r->x, PROTO_ENIP, h, NULL, key, value), 0);
	sample_wait(&r->x, 3600 * SAMPLE_SECOND);
}

static void
heard(struct rig *r, const struct host *h)
{
	assert_int_equal(sample_endpoint(&r->x, h, "traffic"), 0);
}

/* The controller is there, and has said who it is. */
static void
known(struct rig *r)
{
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	says(r, &plc, "model", "1756-L75/B");
	says(r, &plc, "serial", "0x00aaaa01");
}

static void
test_another_serial_is_another_device(void **state)
{
	struct rig *r = *state;
	struct host spare = sample_via(plc, 7);

	known(r);
	heard(r, &spare);
	says(r, &spare, "serial", "0x00bbbb01");
	assert_int_equal(rig_int(r, ASSETS), 2);
	assert_int_equal(rig_int(r, SAYS("0x00aaaa01")), rig_int(r, HOLDER));
	assert_int_not_equal(
	    rig_int(r, SAYS("0x00bbbb01")), rig_int(r, HOLDER));
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes WHERE "
				    "what = 'mac-changed'"),
	    1);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM changes WHERE what = 'serial'"),
	    0);
	says(r, &spare, "serial", "0x00bbbb01");
	assert_int_equal(rig_int(r, ASSETS), 2);
}

static struct host
made_by(struct host h, uint8_t a, uint8_t b, uint8_t c)
{
	h.end.mac[0] = a;
	h.end.mac[1] = b;
	h.end.mac[2] = c;
	return h;
}

/* A packet with its first TTL. */
static void
sends(struct rig *r, const struct host *h)
{
	r->x.flags = EV_UNROUTED;
	heard(r, h);
	r->x.flags = 0;
	sample_wait(&r->x, 3600 * SAMPLE_SECOND);
}

/* Siemens has 00:1b:1b and 28:63:36; 00:0c:29 is VMware's. */
static void
test_another_maker_is_another_device(void **state)
{
	struct rig *r = *state;
	struct host a = made_by(plc, 0x00, 0x1b, 0x1b);
	struct host same = made_by(plc, 0x28, 0x63, 0x36);
	struct host other = made_by(plc, 0x00, 0x0c, 0x29);

	sends(r, &a);
	sends(r, &same);
	assert_int_equal(rig_int(r, ASSETS), 1);
	sends(r, &other);
	assert_int_equal(rig_int(r, ASSETS), 2);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes WHERE "
				    "what = 'mac-changed'"),
	    1);
}

/* A router brings it, or the firewall answers in its place. */
static void
test_another_maker_outside_or_routed_is_nobody_new(void **state)
{
	struct rig *r = *state;
	struct host a = made_by(plc, 0x00, 0x1b, 0x1b);
	struct host other = made_by(plc, 0x00, 0x0c, 0x29);
	struct host out = made_by(sample_host(8, 8, 8, 8), 0x00, 0x1b, 0x1b);
	struct host wall = made_by(out, 0x00, 0x0c, 0x29);

	sends(r, &a);
	heard(r, &other);
	sends(r, &out);
	sends(r, &wall);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM addresses WHERE "
				    "ip IS NOT NULL"),
	    2);
}

/* A team sends from either port. */
static void
test_the_same_with_another_mac_is_one(void **state)
{
	struct rig *r = *state;
	struct host port = sample_via(plc, 7);

	known(r);
	heard(r, &port);
	for (int i = 0; i < 4; i++) {
		says(r, &port, "serial", "0x00aaaa01");
		says(r, &plc, "serial", "0x00aaaa01");
	}
	assert_int_equal(rig_int(r, ASSETS), 1);
}

/* An update through another port of it. */
static void
test_another_firmware_is_the_same_device(void **state)
{
	struct rig *r = *state;
	struct host port = sample_via(plc, 7);

	known(r);
	heard(r, &port);
	says(r, &port, "serial", "0x00aaaa01");
	says(r, &plc, "firmware", "32.11");
	says(r, &port, "firmware", "32.12");
	assert_int_equal(rig_int(r, ASSETS), 1);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM changes WHERE what = 'firmware'"),
	    1);
}

/* What is said before it is clear who says it is the new one's, too. */
static void
test_all_that_was_said_is_the_new_ones(void **state)
{
	struct rig *r = *state;
	struct host spare = sample_via(plc, 7);

	known(r);
	says(r, &plc, "firmware", "20.11");
	heard(r, &spare);
	says(r, &spare, "model", "1756-L75/B");
	says(r, &spare, "firmware", "33.05");
	assert_int_equal(rig_int(r, ASSETS), 1);
	says(r, &spare, "serial", "0x00bbbb01");
	assert_int_equal(rig_int(r, ASSETS), 2);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM changes WHERE what = 'firmware'"),
	    0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets WHERE "
				    "serial = '0x00aaaa01' AND firmware = "
				    "'20.11' AND model = '1756-L75/B'"),
	    1);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets WHERE "
				    "serial = '0x00bbbb01' AND firmware = "
				    "'33.05' AND model = '1756-L75/B'"),
	    1);
}

/* Of a pair, what either side says is not the other's. */
static void
test_what_the_holder_said_in_between_is_his(void **state)
{
	struct rig *r = *state;
	struct host spare = sample_via(plc, 7);

	known(r);
	heard(r, &spare);
	says(r, &spare, "hardware", "B");
	says(r, &plc, "firmware", "20.11");
	says(r, &spare, "serial", "0x00bbbb01");
	assert_int_equal(rig_int(r, ASSETS), 2);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets WHERE "
				    "serial = '0x00aaaa01' AND firmware = "
				    "'20.11'"),
	    1);
}

/* What comes through a router says nothing of the router's MAC. */
static void
test_a_router_replaces_nobody(void **state)
{
	struct rig *r = *state;
	struct host far = sample_via(plc, 7);

	known(r);
	heard(r, &far);
	for (uint8_t i = 1; i < 6; i++) {
		struct host h = sample_via(sample_host(10, 7, 0, i), 7);

		heard(r, &h);
	}
	says(r, &far, "serial", "0x00bbbb01");
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM addresses WHERE "
		       "ip LIKE '10.0.0.3%' AND mac = '02:ee:00:00:00:07'"),
	    0);
	assert_int_equal(rig_int(r, SAYS("0x00bbbb01")), rig_int(r, HOLDER));
}

/* The IP of a pair, and what either side says of itself. */
static void
test_both_of_a_pair_keep_their_own(void **state)
{
	struct rig *r = *state;
	struct host spare = sample_via(plc, 7);

	known(r);
	heard(r, &spare);
	for (int i = 0; i < 3; i++) {
		says(r, &spare, "serial", "0x00bbbb01");
		says(r, &plc, "serial", "0x00aaaa01");
	}
	assert_int_equal(rig_int(r, ASSETS), 2);
	assert_int_equal(rig_int(r, SAYS("0x00aaaa01")), rig_int(r, HOLDER));
	assert_int_not_equal(
	    rig_int(r, SAYS("0x00bbbb01")), rig_int(r, HOLDER));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_another_serial_is_another_device),
	    T(test_another_maker_is_another_device),
	    T(test_another_maker_outside_or_routed_is_nobody_new),
	    T(test_the_same_with_another_mac_is_one),
	    T(test_another_firmware_is_the_same_device),
	    T(test_all_that_was_said_is_the_new_ones),
	    T(test_what_the_holder_said_in_between_is_his),
	    T(test_a_router_replaces_nobody),
	    T(test_both_of_a_pair_keep_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

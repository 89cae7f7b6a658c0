/*
 * proof_test: what makes one device of two, and what does not.
 */
#include <string.h>

#include "dissectors/registry.h"
#include "store/pair_test.h"

#define ASSET_OF(key) "SELECT asset FROM addresses WHERE key = '" key "'"
#define ASSETS                                                        \
	"SELECT count(*) FROM assets WHERE joined IS NULL AND id IN " \
	"(SELECT asset FROM addresses)"

static void
both_here(struct rig *r)
{
	assert_int_equal(sample_endpoint(&r->x, &hmi, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	assert_int_equal(rig_int(r, ASSETS), 2);
}

static void
says(struct rig *r, uint16_t proto, const struct host *h, const char *key,
    const char *value)
{
	assert_int_equal(sample_says(&r->x, proto, h, NULL, key, value), 0);
}

static void
test_vendor_and_serial_are_proof(void **state)
{
	struct rig *r = *state;

	both_here(r);
	says(r, PROTO_ENIP, &hmi, "vendor_id", "1");
	says(r, PROTO_ENIP, &hmi, "serial", "0x00c0ffee");
	says(r, PROTO_ENIP, &plc, "serial", "0x00c0ffee");
	assert_int_equal(rig_int(r, ASSETS), 2);
	says(r, PROTO_ENIP, &plc, "vendor_id", "1");
	assert_int_equal(rig_int(r, ASSETS), 1);
	assert_int_equal(rig_int(r, ASSET_OF("10.0.0.57")),
	    rig_int(r, ASSET_OF("10.0.0.3")));
}

static void
test_a_vendor_by_name_is_one_in_all_protocols(void **state)
{
	struct rig *r = *state;

	both_here(r);
	says(r, PROTO_ENIP, &hmi, "vendor", "Example Controls");
	says(r, PROTO_ENIP, &hmi, "serial", "A-47110815");
	says(r, PROTO_DNP3, &plc, "vendor", "EXAMPLE CONTROLS");
	says(r, PROTO_DNP3, &plc, "serial", "A-47110815");
	assert_int_equal(rig_int(r, ASSETS), 1);
}

/* BACnet's vendor 5 is another than ODVA's. */
static void
test_an_id_is_of_its_protocol(void **state)
{
	struct rig *r = *state;

	both_here(r);
	says(r, PROTO_ENIP, &hmi, "vendor_id", "5");
	says(r, PROTO_ENIP, &hmi, "serial", "A-47110815");
	says(r, PROTO_BACNET, &plc, "vendor_id", "5");
	says(r, PROTO_BACNET, &plc, "serial", "A-47110815");
	assert_int_equal(rig_int(r, ASSETS), 2);
}

static void
test_what_every_device_says_proves_nothing(void **state)
{
	static const char *const serials[] = {"0", "0x00000000", "000000",
	    "ffffffff", "unknown", "1", "0x00000011", "123", "1234567890",
	    "0x075bcd15", "0x12345678", "12345678", "Serial Number"};
	struct rig *r = *state;

	both_here(r);
	says(r, PROTO_ENIP, &hmi, "vendor_id", "1");
	says(r, PROTO_ENIP, &plc, "vendor_id", "1");
	for (size_t i = 0; i < sizeof(serials) / sizeof(serials[0]); i++) {
		says(r, PROTO_ENIP, &hmi, "serial", serials[i]);
		says(r, PROTO_ENIP, &plc, "serial", serials[i]);
		assert_int_equal(rig_int(r, ASSETS), 2);
	}
}

static void
test_another_model_contradicts(void **state)
{
	struct rig *r = *state;

	both_here(r);
	says(r, PROTO_ENIP, &hmi, "vendor_id", "1");
	says(r, PROTO_ENIP, &hmi, "product_code", "54");
	says(r, PROTO_ENIP, &hmi, "serial", "0x00c0ffee");
	says(r, PROTO_ENIP, &plc, "vendor_id", "1");
	says(r, PROTO_ENIP, &plc, "product_code", "55");
	says(r, PROTO_ENIP, &plc, "serial", "0x00c0ffee");
	assert_int_equal(rig_int(r, ASSETS), 2);
}

static void
test_a_name_or_a_model_alone_is_no_proof(void **state)
{
	static const char *const keys[] = {
	    "name", "hostname", "model", "device_instance", "vendor"};
	struct rig *r = *state;

	both_here(r);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		says(r, PROTO_BACNET, &hmi, keys[i], "AHU-3");
		says(r, PROTO_BACNET, &plc, keys[i], "AHU-3");
	}
	assert_int_equal(rig_int(r, ASSETS), 2);
}

/* --- LLDP ------------------------------------------------------------------- */

static void
neighbour(
    struct rig *r, const struct host *h, const char *relation, const char *peer)
{
	assert_int_equal(
	    sample_relation(&r->x, PROTO_LLDP, h, relation, peer), 0);
}

static void
test_a_port_is_its_switch(void **state)
{
	struct rig *r = *state;
	struct host one = sample_mac(1), two = sample_mac(2);

	neighbour(r, &one, "port_of", "02:ee:00:00:00:40");
	neighbour(r, &two, "port_of", "02:ee:00:00:00:40");
	assert_int_equal(rig_int(r, ASSETS), 1);
	assert_int_equal(rig_int(r, ASSET_OF("02:ee:00:00:00:01")),
	    rig_int(r, ASSET_OF("02:ee:00:00:00:02")));
	assert_int_equal(rig_int(r, ASSET_OF("02:ee:00:00:00:40")),
	    rig_int(r, ASSET_OF("02:ee:00:00:00:02")));
}

/* A stranger that says it is a port of the switch. */
static void
test_another_maker_is_no_port(void **state)
{
	struct rig *r = *state;
	struct host one = sample_mac(1), stranger = sample_host(9, 9, 9, 9);

	stranger.end.ipver = 0;
	neighbour(r, &one, "port_of", "02:ee:00:00:00:40");
	neighbour(r, &stranger, "port_of", "02:ee:00:00:00:40");
	assert_int_equal(rig_int(r, ASSETS), 2);
}

/* An IP that a MAC says is its own stays so when it carries a second one. */
static void
test_an_own_address_stays_beside_a_second(void **state)
{
	struct rig *r = *state;
	struct host one = sample_mac(1), ip = sample_host(10, 0, 0, 40),
		    other = sample_host(10, 0, 0, 41);

	memcpy(ip.end.mac, one.end.mac, sizeof(ip.end.mac));
	memcpy(other.end.mac, one.end.mac, sizeof(other.end.mac));
	assert_int_equal(sample_endpoint(&r->x, &ip, "traffic"), 0);
	neighbour(r, &one, "has_address", "10.0.0.40");
	assert_int_equal(sample_endpoint(&r->x, &other, "traffic"), 0);
	assert_int_equal(rig_int(r, ASSETS), 2);
	assert_int_equal(rig_int(r, ASSET_OF("02:ee:00:00:00:01")),
	    rig_int(r, "SELECT asset FROM addresses WHERE kind = 2 AND "
		       "ip = '10.0.0.40'"));
}

static void
test_a_management_address_is_the_switch(void **state)
{
	struct rig *r = *state;
	struct host one = sample_mac(1), ip = sample_host(10, 0, 0, 40);

	neighbour(r, &one, "managed_at", "10.0.0.40");
	assert_int_equal(
	    sample_endpoint(&r->x, &ip, "traffic"), 0); /* by a router */
	assert_int_equal(rig_int(r, ASSET_OF("10.0.0.40")),
	    rig_int(r, ASSET_OF("02:ee:00:00:00:01")));
}

/* What a router forwards came first with the switch's MAC; with a second such
 * address that is known, and the switch keeps what LLDP says of it. */
static void
test_a_switch_keeps_its_port_and_address(void **state)
{
	struct rig *r = *state;
	struct host port = sample_mac(1), chassis = sample_mac(0x40),
		    first = sample_host(10, 9, 0, 1),
		    second = sample_host(10, 9, 0, 2);

	memcpy(first.end.mac, chassis.end.mac, sizeof(first.end.mac));
	memcpy(second.end.mac, chassis.end.mac, sizeof(second.end.mac));
	assert_int_equal(sample_endpoint(&r->x, &first, "traffic"), 0);
	neighbour(r, &port, "port_of", "02:ee:00:00:00:40");
	neighbour(r, &chassis, "managed_at", "10.0.0.40");
	assert_int_equal(sample_endpoint(&r->x, &second, "traffic"), 0);
	assert_int_equal(rig_int(r, ASSET_OF("02:ee:00:00:00:40")),
	    rig_int(r, ASSET_OF("02:ee:00:00:00:01")));
	assert_int_equal(rig_int(r, ASSET_OF("02:ee:00:00:00:40")),
	    rig_int(r, ASSET_OF("10.0.0.40")));
	assert_int_not_equal(rig_int(r, ASSET_OF("02:ee:00:00:00:40")),
	    rig_int(r, ASSET_OF("10.9.0.1")));
}

/* The address of a controller, which another maker's MAC holds. */
static void
test_a_forged_management_address_draws_nobody_in(void **state)
{
	struct rig *r = *state;
	struct host one = sample_mac(1);

	both_here(r);
	neighbour(r, &one, "managed_at", "10.0.0.3");
	assert_int_equal(rig_int(r, ASSETS), 3);
	neighbour(r, &one, "managed_at", "224.0.0.1");
	neighbour(r, &one, "managed_at", "0.0.0.0");
	neighbour(r, &one, "managed_at", "no address");
	assert_int_equal(rig_int(r, ASSETS), 3);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_vendor_and_serial_are_proof),
	    T(test_a_vendor_by_name_is_one_in_all_protocols),
	    T(test_an_id_is_of_its_protocol),
	    T(test_what_every_device_says_proves_nothing),
	    T(test_another_model_contradicts),
	    T(test_a_name_or_a_model_alone_is_no_proof),
	    T(test_a_port_is_its_switch),
	    T(test_another_maker_is_no_port),
	    T(test_an_own_address_stays_beside_a_second),
	    T(test_a_management_address_is_the_switch),
	    T(test_a_switch_keeps_its_port_and_address),
	    T(test_a_forged_management_address_draws_nobody_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

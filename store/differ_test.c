/*
 * differ_test: what is another thing than before, and what only sounds so.
 */
#include <string.h>

#include "dissectors/registry.h"
#include "store/pair_test.h"

#define MINUTE       (60 * SAMPLE_SECOND)
#define COUNT(what)  "SELECT count(*) FROM changes WHERE what = '" what "'"
#define ALERTS(rule) "SELECT count(*) FROM alerts WHERE rule = '" rule "'"

static void
says(struct rig *r, uint16_t proto, const struct host *h, const char *key,
    const char *value)
{
	assert_int_equal(sample_says(&r->x, proto, h, NULL, key, value), 0);
	sample_wait(&r->x, SAMPLE_SECOND);
}

/* Values, one a day, each said a while. */
static void
says_daily(struct rig *r, uint16_t proto, const struct host *h, const char *key,
    const char *const *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (int k = 0; k < 24; k++) {
			says(r, proto, h, key, values[i]);
			sample_wait(&r->x, 60 * MINUTE);
		}
	}
}

#define DAILY(r, proto, h, key, ...)                                \
	says_daily(r, proto, h, key, (const char *[]){__VA_ARGS__}, \
	    sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *))

static void
test_another_firmware_and_the_old_one_again(void **state)
{
	struct rig *r = *state;

	DAILY(r, PROTO_ENIP, &plc, "firmware", "1.2", "1.3", "1.2", "1.4");
	assert_int_equal(rig_int(r, COUNT("firmware")), 3);
	assert_int_equal(rig_int(r, "SELECT count FROM alerts WHERE rule = "
				    "'firmware-changed'"),
	    3);
}

/* Captures are not always read in the order of their days. */
static void
test_what_was_said_yesterday(void **state)
{
	struct rig *r = *state;
	uint64_t yesterday = r->x.ts_ns;

	sample_wait(&r->x, 1440 * MINUTE);
	says(r, PROTO_ENIP, &plc, "firmware", "1.3");
	sample_at(&r->x, yesterday);
	says(r, PROTO_ENIP, &plc, "firmware", "1.2");
	assert_int_equal(rig_int(r, COUNT("firmware")), 0);
	sample_wait(&r->x, 2880 * MINUTE);
	says(r, PROTO_ENIP, &plc, "firmware", "1.3");
	assert_int_equal(rig_int(r, COUNT("firmware")), 0);
	says(r, PROTO_ENIP, &plc, "firmware", "1.2");
	assert_int_equal(rig_int(r, COUNT("firmware")), 1);
	assert_int_equal(rig_int(r, ALERTS("firmware-changed")), 1);
}

/* Both sides of a redundant pair: the other one is told, not each turn. */
static void
test_two_in_turns(void **state)
{
	struct rig *r = *state;

	for (int i = 0; i < 20; i++) {
		says(r, PROTO_ENIP, &plc, "firmware", i % 2 ? "1.3" : "1.2");
		sample_wait(&r->x, i % 2 ? 60 * MINUTE : 0);
	}
	assert_int_equal(rig_int(r, COUNT("firmware")), 1);
	assert_int_equal(rig_int(r, "SELECT count FROM alerts WHERE rule = "
				    "'firmware-changed'"),
	    1);
}

static void
test_programs_are_not_the_device(void **state)
{
	static const struct {
		uint16_t proto;
		const char *key, *value[2];
	} said[] = {
	    {PROTO_HTTP, "software", {"Apache/2.4", "nginx/1.18"}},
	    {PROTO_SMB, "software", {"SMBFS 3.0.0", "Samba"}},
	    {PROTO_SSH, "software", {"OpenSSH 8.4", "dropbear 2020.81"}},
	    {PROTO_TLS, "name", {"Web Server 1", "Vendor Agent"}},
	    {PROTO_MQTT, "name", {"historian", "alarms"}},
	    {PROTO_OPCUA, "name", {"Server A", "Client B"}},
	    {PROTO_MDNS, "name", {"Printer", "Scanner"}},
	};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		DAILY(r, said[i].proto, &plc, said[i].key, said[i].value[0],
		    said[i].value[1], said[i].value[0]);
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes WHERE what "
				    "IN ('software', 'name')"),
	    0);
	assert_int_equal(rig_int(r, ALERTS("firmware-changed")), 0);
	assert_int_equal(rig_int(r, ALERTS("name-changed")), 0);
}

static void
test_the_same_in_other_words(void **state)
{
	struct rig *r = *state;

	DAILY(r, PROTO_ENIP, &plc, "firmware", "V1.0", "v1.0", "1.0", "V01.00");
	DAILY(r, PROTO_SNMP, &plc, "name", "sw-1", "SW-1", "sw-1.plant.example",
	    "Sw-1");
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes"), 0);
	DAILY(r, PROTO_ENIP, &plc, "firmware", "1.0.1");
	DAILY(r, PROTO_SNMP, &plc, "name", "sw-10");
	DAILY(r, PROTO_BACNET, &hmi, "name", "B1.AHU1", "B1.AHU2");
	assert_int_equal(rig_int(r, COUNT("firmware")), 1);
	assert_int_equal(rig_int(r, COUNT("name")), 2);
}

static void
test_a_host_has_another_name(void **state)
{
	struct rig *r = *state;

	for (int i = 0; i < 3; i++) {
		says(r, PROTO_NBNS, &plc, "hostname", "HMI-2");
		says(r, PROTO_NBNS, &plc, "hostname", "IS~HMI-2");
		sample_wait(&r->x, 60 * MINUTE);
	}
	assert_int_equal(rig_int(r, COUNT("hostname")), 0);
	says(r, PROTO_NBNS, &plc, "hostname", "HMI-9");
	assert_int_equal(rig_int(r, COUNT("hostname")), 1);
	assert_int_equal(rig_int(r, ALERTS("name-changed")), 1);
}

/* Who is beyond a router is nobody of the plant's. */
static void
test_nobody_outside_changes(void **state)
{
	struct rig *r = *state;
	struct host outside = sample_via(sample_host(8, 8, 8, 8), 0x77);

	DAILY(r, PROTO_SNMP, &outside, "firmware", "1.2", "1.3");
	assert_int_equal(rig_int(r, "SELECT count(*) FROM changes"), 0);
	assert_int_equal(rig_int(r, ALERTS("firmware-changed")), 0);
	/* A plant that uses public addresses asks for them by ARP. */
	outside = sample_host(9, 9, 9, 9);
	assert_int_equal(sample_endpoint(&r->x, &outside, "arp"), 0);
	DAILY(r, PROTO_SNMP, &outside, "firmware", "1.2", "1.3");
	assert_int_equal(rig_int(r, COUNT("firmware")), 1);
}

static void
answers_at(struct rig *r, struct host *h, uint16_t proto, uint16_t port)
{
	struct ev *e = sample_start(&r->x, EV_SERVICE, &hmi, h);

	e->proto = proto;
	ev_name(e, EVF_TRANSPORT, "udp");
	ev_uint(e, EVF_PORT, port);
	ev_bool(e, EVF_ANSWERS, true);
	h->end.port = e->dst.port = port;
	h->end.has_port = e->dst.has_port = true;
	assert_int_equal(sample_send(&r->x), 0);
}

/* Two that share an IP, by their ports. */
static void
test_two_at_two_ports(void **state)
{
	struct rig *r = *state;
	struct host other = plc;

	answers_at(r, &plc, PROTO_BACNET, 47808);
	DAILY(r, PROTO_BACNET, &plc, "firmware", "1.2", "1.3");
	assert_int_equal(rig_int(r, COUNT("firmware")), 1);
	other.end.port = 47809; /* not asked yet: it announces itself */
	other.end.has_port = true;
	DAILY(r, PROTO_BACNET, &other, "firmware", "3.4");
	answers_at(r, &other, PROTO_BACNET, 47809);
	DAILY(r, PROTO_BACNET, &plc, "firmware", "1.3");
	DAILY(r, PROTO_BACNET, &other, "firmware", "3.4");
	assert_int_equal(rig_int(r, COUNT("firmware")), 1);
	/* Another protocol's port is the same device. */
	answers_at(r, &plc, PROTO_SNMP, 161);
	DAILY(r, PROTO_SNMP, &plc, "firmware", "1.2", "1.3");
	assert_int_equal(rig_int(r, COUNT("firmware")), 2);
}

static int
setup_short(void **state)
{
	static struct rig r;

	rig_start(&r, MINUTE, NULL);
	plc = sample_host(10, 0, 0, 3);
	assert_int_equal(sample_endpoint(&r.x, &plc, "arp"), 0);
	rig_learned(&r);
	*state = &r;
	return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_another_firmware_and_the_old_one_again),
	    T(test_what_was_said_yesterday),
	    T(test_two_in_turns),
	    cmocka_unit_test_setup_teardown(
		test_programs_are_not_the_device, setup_short, teardown),
	    T(test_the_same_in_other_words),
	    cmocka_unit_test_setup_teardown(
		test_a_host_has_another_name, setup_short, teardown),
	    T(test_nobody_outside_changes),
	    T(test_two_at_two_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

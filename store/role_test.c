/*
 * role_test: what shows which role, and how a set of them is put into words.
 */
#include <string.h>

#include "dissectors/registry.h"
#include "store/model.h"
#include "store/pair_test.h"
#include "store/query.h"

static int64_t
roles_of(struct rig *r, const char *ip)
{
	char sql[160];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT roles FROM addresses WHERE key = '%s'", ip);
	return rig_int(r, sql);
}

static const char *
says(struct rig *r, uint16_t proto, const char *key, const char *value)
{
	assert_int_equal(sample_says(&r->x, proto, &plc, NULL, key, value), 0);
	return role_name(roles_of(r, "10.0.0.3"));
}

static void
test_what_it_says_it_is(void **state)
{
	static const struct {
		uint16_t proto;
		const char *key, *value, *role;
	} cases[] = {
	    {PROTO_ENIP, "device_type", "Programmable Logic Controller", "plc"},
	    {PROTO_ENIP, "device_type", "AC Drive", "drive"},
	    {PROTO_ENIP, "device_type", "Human-Machine Interface", "hmi"},
	    {PROTO_ENIP, "device_type", "General Purpose Discrete I/O", "io"},
	    {PROTO_ENIP, "device_type", "Limit Switch", "io"},
	    {PROTO_ENIP, "device_type", "Managed Ethernet Switch", "switch"},
	    {PROTO_ENIP, "device_type", "Communications Adapter", NULL},
	    {PROTO_ENIP, "device_type", "Inductive Proximity Switch", "io"},
	    {PROTO_CDP, "device_type", "switch", "switch"},
	    {PROTO_PROFINET, "device_type", "IO controller", "plc"},
	    {PROTO_PROFINET, "device_type", "IO device", "io"},
	    {PROTO_LLDP, "device_type", "bridge", "switch"},
	    {PROTO_LLDP, "device_type", "bridge, telephone", "phone"},
	    {PROTO_LLDP, "device_type", "layer 3 switch", "switch"},
	    {PROTO_CDP, "device_type", "router", "router"},
	    {PROTO_CDP, "model", "cisco AIR-CAP2602I-Q-K9", "wireless"},
	    {PROTO_LLDP, "description", "SIMATIC NET, SCALANCE W788-1",
		"wireless"},
	    {PROTO_DHCP, "os", "Windows", "workstation"},
	    {PROTO_SNMP, "os", "Windows Server 2019", "server"},
	    {PROTO_SMB, "os", "Windows NT 10.0 build 17763", NULL},
	    {PROTO_NBDGM, "device_type", "server", "server"},
	    {PROTO_NBDGM, "device_type", "domain controller", "server"},
	    {PROTO_NBDGM, "device_type", "workstation", "workstation"},
	    {PROTO_SNMP, "description", "Example LaserJet 9", "printer"},
	    {PROTO_SNMP, "description", "Printer, model 9", "printer"},
	    {PROTO_LLDP, "description", "AWK-1 Industrial Access Point",
		"wireless"},
	    {PROTO_LLDP, "description", "TL-1 access point mode disabled",
		NULL},
	    {PROTO_LLDP, "description", "TL-1 (firewall: off)", NULL},
	    {PROTO_NBDGM, "description", "label printer attached", NULL},
	    {PROTO_HTTP, "description", "Network camera recordings", NULL},
	    {PROTO_HTTP, "description", "P3245 Network Camera", "camera"},
	    {PROTO_BACNET, "description", "Supply fan, firewall damper",
		"building_controller"},
	    {PROTO_LLDP, "model", "CPU 1516-3 PN/DP", "plc"},
	    {PROTO_LLDP, "model", "SIMATIC CPU 1516", "plc"},
	    {PROTO_SLMP, "model", "Q03UDECPU", "plc"},
	    {PROTO_FINS, "model", "CJ2M-CPU33", "plc"},
	    {PROTO_BACNET, "model", "Multi CPU Plant Controller",
		"building_controller"},
	    {PROTO_BACNET, "model", "VAV-3", "building_controller"},
	    {PROTO_S7COMM, "order_number", "6ES7 512-1DK01-0AB0", "plc"},
	    {PROTO_LLDP, "description", "Siemens, SIMATIC NET, SCALANCE X212-2",
		"switch"},
	    {PROTO_PROFINET, "model", "SCALANCE X-200", "switch"},
	    {PROTO_LLDP, "model", "CODESYS PN-Controller", "plc"},
	    {PROTO_SSDP, "device_type", "InternetGatewayDevice", "router"},
	    {PROTO_LLDP, "description", "Siemens, SIMOCODE pro V PN, 3UF7 011",
		"drive"},
	};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *role;

		role = says(r, cases[i].proto, cases[i].key, cases[i].value);
		if (cases[i].role == NULL) {
			assert_null(role);
		} else {
			assert_string_equal(role, cases[i].role);
		}
		rig_stop(r);
		assert_int_equal(setup(state), 0);
	}
}

static void
test_the_first_reason_is_kept_with_its_frame(void **state)
{
	struct rig *r = *state;
	char buf[128];

	(void)says(r, PROTO_ENIP, "device_type", "AC Drive");
	(void)says(r, PROTO_ENIP, "device_type", "Safety Drive Device");
	assert_string_equal(rig_text(r,
				"SELECT why || ', ' || proto || ', ' || frame "
				"FROM reasons WHERE role = 2048",
				buf, sizeof(buf)),
	    "device_type: AC Drive, enip, 1");
	/* A mark beside the roles, not one of them. */
	assert_int_equal(roles_of(r, "10.0.0.3"), ROLE_DRIVE | ROLE_SAFETY);
	assert_string_equal(role_name(roles_of(r, "10.0.0.3")), "drive");
}

static void
test_parts_of_safety_systems_are_marked(void **state)
{
	static const struct {
		const char *key, *value;
		bool marked;
	} cases[] = {
	    {"model", "CPU 1516F-3 PN/DP", true},
	    {"model", "CPU 1516-3 PN/DP", false},
	    {"model", "CPU 1214FC DC/DC/DC", true},
	    {"model", "CPU 1214C DC/DC/DC", false},
	    {"model", "CPU 1512SP F-1 PN", true},
	    {"model", "CPU 1512SP-1 PN", false},
	    {"model", "CPU 1515TF-2 PN", true},
	    {"model", "CPU 1515T-2 PN", false},
	    {"model", "CPU Family", false},
	    {"model", "CPU 3 FOR TESTS", false},
	    {"order_number", "6ES7 315-2FJ14-0AB0", true},
	    {"order_number", "6ES7 315-2AF03-0AB0", false},
	    {"order_number", "6ES7 313-5BF03-0AB0", false},
	    {"order_number", "6ES7 416-3FS06-0AB0", true},
	    {"order_number", "6ES7 416-3XS07-0AB0", false},
	    {"order_number", "6ES7 512-1SK01-0AB0", true},
	    {"order_number", "6ES7 512-1DK01-0AB0", false},
	    {"order_number", "6ES7 214-1AF40-0XB0", true},
	    {"order_number", "6ES7 214-1AG40-0XB0", false},
	    {"description",
		"Siemens, SIMATIC S7, CPU-1500, 6ES7 516-3FN01-0AB0, HW: 3",
		true},
	    {"description",
		"Siemens, SIMATIC S7, CPU-1500, 6ES7 516-3AN01-0AB0, HW: 3",
		false},
	    {"order_number", "1756-L73S", true},
	    {"order_number", "1756-L73", false},
	    {"order_number", "1756-L83ES", true},
	    {"order_number", "1756-L83E", false},
	    {"model", "1756-L71S/B LOGIX5571S", true},
	    {"order_number", "5069-L306ERMS2", true},
	    {"order_number", "5069-L3100ERS2", true},
	    {"order_number", "5069-L306ERM", false},
	    {"order_number", "1734-IB8S", true},
	    {"order_number", "1734-IB8", false},
	    {"model", "BME P58 4040S", true},
	    {"model", "BME P58 4040", false},
	    {"model", "Triconex Tricon", true},
	    {"model", "SM560-S-FD-1", true},
	    {"model", "PM573-ETH", false},
	    {"model", "NX-SL3300", true},
	    {"model", "NX102-1200", false},
	    {"model", "FX3-CPU320002", true},
	    {"model", "FX3U-32MT/ES", false},
	    {"protocols", "CIP Safety", true},
	    {"protocols", "FSoE", true},
	    {"protocols", "CoE", false},
	    {"name", "1756-L73S", false},
	};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t roles;

		(void)says(r, PROTO_LLDP, cases[i].key, cases[i].value);
		roles = roles_of(r, "10.0.0.3");
		if (((roles & ROLE_SAFETY) != 0) != cases[i].marked) {
			fail_msg("%s", cases[i].value);
		}
		rig_stop(r);
		assert_int_equal(setup(state), 0);
	}
}

/* Who asks how many, and whether it writes. */
static void
test_a_supervisor_by_what_it_asks(void **state)
{
	struct rig *r = *state;

	for (uint8_t i = 1; i <= 8; i++) {
		struct host to = sample_host(10, 0, 1, i);

		assert_int_equal(sample_read(&r->x, &hmi, &to, 1, 100, 10), 0);
		assert_int_equal(sample_read(&r->x, &hmi, &to, 1, 200, 10), 0);
		assert_string_equal(role_name(roles_of(r, "10.0.0.57")),
		    i < 3 ? "supervisor" : "historian");
		rig_restart(r);
	}
	assert_int_equal(sample_write(&r->x, &hmi, &plc, 1, 100, 7), 0);
	assert_string_equal(role_name(roles_of(r, "10.0.0.57")), "scada");
	assert_int_equal(
	    rig_int(r, "SELECT servers FROM addresses WHERE ip = '10.0.0.57'"),
	    8);
}

static int
ask(struct rig *r, const struct host *to, uint16_t proto, uint16_t port)
{
	struct ev *e = sample_start(&r->x, EV_OPERATION, &hmi, to);

	e->proto = proto;
	e->dir = EV_DIR_REQUEST;
	e->op = "get";
	e->cls = EV_CLASS_READ;
	e->dst.port = port;
	e->dst.has_port = true;
	return sample_send(&r->x);
}

/* A write, the first request of its connection, or what answers it. */
static int
write_of(struct rig *r, const struct host *to, enum ev_dir dir, uint16_t flags)
{
	bool asks = dir == EV_DIR_REQUEST;
	struct ev *e = sample_start(
	    &r->x, EV_OPERATION, asks ? &hmi : to, asks ? to : &hmi);

	e->proto = PROTO_MODBUS;
	e->dir = dir;
	e->op = "write_single_coil";
	e->cls = EV_CLASS_CONTROL;
	e->flags |= flags;
	e->src.port = asks ? 40000 : 502;
	e->dst.port = asks ? 502 : 40000;
	e->src.has_port = e->dst.has_port = true;
	return sample_send(&r->x);
}

static void
test_what_is_answered_was_asked(void **state)
{
	static const uint16_t answers[] = {0, EV_TENTATIVE | EV_HAS_RTT};
	struct rig *r = *state;
	char buf[128];

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(
		    write_of(r, &plc, EV_DIR_REQUEST, EV_TENTATIVE), 0);
		assert_int_equal(
		    write_of(r, &plc, EV_DIR_RESPONSE, EV_TENTATIVE), 0);
		assert_int_equal(roles_of(r, "10.0.0.57"), 0);
		assert_int_equal(
		    write_of(r, &plc, EV_DIR_RESPONSE, answers[i]), 0);
		assert_string_equal(role_name(roles_of(r, "10.0.0.57")), "hmi");
		assert_string_equal(
		    rig_text(r,
			"SELECT why || ', ' || frame FROM reasons "
			"WHERE role = 33554432",
			buf, sizeof(buf)),
		    "sent write_single_coil, 3");
		rig_stop(r);
		assert_int_equal(setup(state), 0);
	}
}

/* Each time over a connection of its own: each time as the first request. */
static void
test_a_proven_link_proves_what_goes_over_it(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 0, 1), 0);
	rig_restart(r);
	assert_int_equal(write_of(r, &plc, EV_DIR_REQUEST, EV_TENTATIVE), 0);
	assert_string_equal(role_name(roles_of(r, "10.0.0.57")), "hmi");
}

static void
test_who_has_agents_answer_manages_them(void **state)
{
	struct rig *r = *state;

	for (uint8_t i = 0; i < 3; i++) {
		struct host to = sample_host(10, 0, 2, i);
		struct ev *e;

		assert_int_equal(roles_of(r, "10.0.0.57"), 0);
		e = sample_start(&r->x, EV_SERVICE, &hmi, &to);
		e->proto = PROTO_SNMP;
		e->dst.port = 161;
		e->dst.has_port = true;
		ev_name(e, EVF_TRANSPORT, "udp");
		ev_uint(e, EVF_PORT, 161);
		ev_bool(e, EVF_ANSWERS, true);
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_int_equal(roles_of(r, "10.0.0.57"), ROLE_HOST);
}

/* However many protocols, ports and addresses each of them has. */
static void
test_devices_are_counted_and_not_links(void **state)
{
	static const uint16_t protos[] = {
	    PROTO_MODBUS, PROTO_ENIP, PROTO_CIP, PROTO_PCCC};
	struct rig *r = *state;
	struct host other = sample_host(10, 0, 0, 4);
	struct host second = sample_host(10, 0, 0, 5);
	const struct host *const all[] = {&plc, &other, &second};

	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(sample_endpoint(&r->x, all[i], "arp"), 0);
	}
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(sample_says(&r->x, PROTO_ENIP, all[i], NULL,
				     "vendor_id", "1"),
		    0);
		assert_int_equal(sample_says(&r->x, PROTO_ENIP, all[i], NULL,
				     "serial", "0x00c0ffee"),
		    0);
	}
	assert_int_equal(rig_int(r, "SELECT count(DISTINCT asset) FROM "
				    "addresses WHERE kind = 2"),
	    2);
	for (uint16_t i = 0; i < 4; i++) {
		for (size_t k = 0; k < 3; k++) {
			assert_int_equal(
			    ask(r, all[k], protos[i], (uint16_t)(502 + i)), 0);
		}
		if (i == 1) {
			rig_restart(r);
		}
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links"), 12);
	assert_string_equal(role_name(roles_of(r, "10.0.0.57")), "supervisor");
	/* What is asked by SNMP is no device of the process. */
	for (uint8_t i = 0; i < 3; i++) {
		struct host to = sample_host(10, 0, 2, i);

		assert_int_equal(ask(r, &to, PROTO_SNMP, 161), 0);
		assert_int_equal(ask(r, &to, PROTO_SNMP, 162), 0);
		assert_int_equal(roles_of(r, "10.0.0.57") & ROLE_HOST,
		    i == 2 ? ROLE_HOST : 0);
	}
	assert_int_equal(roles_of(r, "10.0.0.57") & ROLE_MANY, 0);
	second = sample_host(10, 0, 0, 6);
	assert_int_equal(ask(r, &second, PROTO_MODBUS, 502), 0);
	assert_int_equal(roles_of(r, "10.0.0.57") & ROLE_MANY, ROLE_MANY);
}

static void
test_one_that_writes_to_one_is_a_panel(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sample_write(&r->x, &hmi, &plc, 1, 100, 7), 0);
	assert_string_equal(role_name(roles_of(r, "10.0.0.57")), "hmi");
}

/* A device that looks whether its name is taken is no supervisor; the master
 * of slaves is what it is from its first look for them on. */
static void
test_who_only_seeks_asks_nobody(void **state)
{
	static const uint16_t protos[] = {PROTO_PROFINET, PROTO_ETHERCAT};
	struct rig *r = *state;

	for (uint8_t i = 0; i < 2; i++) {
		struct host from = sample_mac((uint8_t)(i + 1));
		struct host all = sample_mac(9);
		struct ev *e;

		e = sample_start(&r->x, EV_OPERATION, &from, &all);
		e->proto = protos[i];
		e->dir = EV_DIR_REQUEST;
		e->op = "identify";
		e->cls = EV_CLASS_DISCOVERY;
		e->src.has_port = e->dst.has_port = false;
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_int_equal(
	    rig_int(r, "SELECT roles FROM addresses WHERE mac LIKE "
		       "'%:01' AND kind = 1"),
	    0);
	assert_int_equal(
	    rig_int(r, "SELECT roles FROM addresses WHERE mac LIKE "
		       "'%:02' AND kind = 1"),
	    ROLE_PLC);
}

struct shown {
	char why[128], proto[16];
	uint64_t frame;
};

static int
show(void *arg, const struct query_asset *a)
{
	struct shown *x = arg;
	const struct query_role *r = &a->roles[0];

	(void)snprintf(x->why, sizeof(x->why), "%s", r->why);
	(void)snprintf(
	    x->proto, sizeof(x->proto), "%s", r->proto != NULL ? r->proto : "");
	x->frame = r->frame.number;
	return 0;
}

static struct shown
shown(struct rig *r)
{
	struct shown x = {0};

	rig_find(r, "10.0.0.57", show, &x);
	return x;
}

/* What several things show together is shown by the last of them. */
static void
test_what_several_show_has_the_frame_of_the_last(void **state)
{
	struct rig *r = *state;
	struct shown x;
	uint64_t frame = 0;

	assert_int_equal(sample_endpoint(&r->x, &hmi, "arp"), 0);
	for (uint8_t i = 1; i <= 5; i++) {
		struct host to = sample_host(10, 0, 1, i);

		assert_int_equal(sample_read(&r->x, &hmi, &to, 1, 0, 1), 0);
		frame = i == 3 ? r->x.frame : frame;
		sample_wait(&r->x, SAMPLE_SECOND);
	}
	x = shown(r);
	assert_string_equal(
	    x.why, "asks three devices or more, and was not seen to write");
	assert_string_equal(x.proto, "modbus");
	assert_int_equal(x.frame, frame);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sample_write(&r->x, &hmi, &plc, 1, 0, 7), 0);
		frame = i == 0 ? r->x.frame : frame;
		sample_wait(&r->x, SAMPLE_SECOND);
	}
	x = shown(r);
	assert_string_equal(
	    x.why, "asks devices by an OT protocol, and writes");
	assert_int_equal(x.frame, frame);
}

static void
test_a_netbios_name_alone_is_weak(void **state)
{
	static const uint8_t beckhoff[3] = {0x00, 0x01, 0x05};
	struct rig *r = *state;

	assert_int_equal(
	    sample_says(&r->x, PROTO_NBNS, &hmi, NULL, "hostname", "PC1"), 0);
	assert_string_equal(role_name(roles_of(r, "10.0.0.57")), "workstation");
	/* Who asks controllers supervises them, computer or not. */
	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 0, 1), 0);
	assert_string_equal(role_name(roles_of(r, "10.0.0.57")), "supervisor");
	memcpy(plc.end.mac, beckhoff, sizeof(beckhoff));
	assert_int_equal(
	    sample_says(&r->x, PROTO_NBNS, &plc, NULL, "hostname", "CX_1"), 0);
	assert_int_equal(roles_of(r, "10.0.0.3") & ROLE_WORKSTATION, 0);
}

static void
test_what_others_say_of_where_it_stands(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	assert_int_equal(sample_relation(&r->x, PROTO_DHCP, &hmi,
			     "names_gateway", "10.0.0.3"),
	    0);
	assert_string_equal(role_name(roles_of(r, "10.0.0.3")), "router");
	assert_int_equal(sample_relation(&r->x, PROTO_BACNET, &hmi,
			     "registers_at", "10.0.0.3:47808"),
	    0);
	assert_int_equal(roles_of(r, "10.0.0.3"), ROLE_ROUTER | ROLE_BBMD);
	/* Whom nobody has heard is no device. */
	assert_int_equal(sample_relation(&r->x, PROTO_DHCP, &hmi,
			     "names_gateway", "10.0.0.4"),
	    0);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM addresses WHERE ip = '10.0.0.4'"),
	    0);
}

static void
test_who_tells_the_time_is_a_server(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	assert_int_equal(
	    sample_relation(&r->x, PROTO_NTP, &plc, "time_source", "GPS"), 0);
	assert_string_equal(role_name(roles_of(r, "10.0.0.3")), "server");
}

static void
test_words_of_one_family_are_said_once(void **state)
{
	const struct role_word *list[8];

	(void)state;
	assert_int_equal(role_words(ROLE_SERVER | ROLE_PLC | ROLE_CLIENT |
					ROLE_MANY | ROLE_WRITER | ROLE_BBMD,
			     list, 8),
	    2);
	assert_string_equal(list[0]->name, "plc");
	assert_string_equal(list[1]->name, "bbmd");
	assert_int_equal(role_words(ROLE_SERVER | ROLE_BUILDING | ROLE_CLIENT |
					ROLE_MANY | ROLE_MOST | ROLE_WRITER,
			     list, 8),
	    2);
	assert_string_equal(list[0]->name, "scada");
	assert_string_equal(list[1]->name, "building_controller");
	/* A switch that is seen to route. */
	assert_int_equal(role_words(ROLE_SWITCH | ROLE_ROUTER, list, 8), 1);
	assert_string_equal(list[0]->name, "router");
	assert_int_equal(role_words(ROLE_SERVER | ROLE_BBMD, list, 1), 1);
	assert_int_equal(role_words(0, list, 8), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_what_it_says_it_is),
	    T(test_the_first_reason_is_kept_with_its_frame),
	    T(test_parts_of_safety_systems_are_marked),
	    T(test_a_supervisor_by_what_it_asks),
	    T(test_what_is_answered_was_asked),
	    T(test_a_proven_link_proves_what_goes_over_it),
	    T(test_who_has_agents_answer_manages_them),
	    T(test_devices_are_counted_and_not_links),
	    T(test_one_that_writes_to_one_is_a_panel),
	    T(test_who_only_seeks_asks_nobody),
	    T(test_what_several_show_has_the_frame_of_the_last),
	    T(test_a_netbios_name_alone_is_weak),
	    T(test_what_others_say_of_where_it_stands),
	    T(test_who_tells_the_time_is_a_server),
	    T(test_words_of_one_family_are_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

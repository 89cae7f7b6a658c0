/*
 * Unit tests of the shipped rules: each fires on the event that it is for, and
 * rests on the one beside it.  The last test fails when a rule has not been
 * seen to do both.
 */
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "limits.h"
#include "rules/harness.h"

static struct world w;
static bool fired[LIMIT_RULES_MAX], rested[LIMIT_RULES_MAX];

/* The event makes these rules fire, in this order, and no others. */
static void
expect(const char *rules)
{
	assert_int_equal(world_judge(&w), 0);
	assert_string_equal(w.rule, rules);
	assert_int_equal(w.problems, 0);
	for (size_t i = 0; i < rules_count(w.rules); i++) {
		char id[64];

		(void)snprintf(
		    id, sizeof(id), "%s ", rules_get(w.rules, i)->id);
		fired[i] = fired[i] || strstr(w.rule, id) != NULL;
	}
}

/* The event that stands does not make this rule fire. */
static void
rests(const char *rule)
{
	assert_false(world_fires(&w, rule));
	for (size_t i = 0; i < rules_count(w.rules); i++) {
		rested[i] =
		    rested[i] || strcmp(rules_get(w.rules, i)->id, rule) == 0;
	}
}

/* What the baseline holds of the event; 1, 0 or WORLD_NULL each. */
static void
knows(int talker, int link, int class, int code, int operation, int range)
{
	w.talker = talker;
	w.link = link;
	w.class = class;
	w.code = code;
	w.operation = operation;
	w.range = range;
}

static void
knows_all(void)
{
	knows(1, 1, 1, 1, 1, 1);
	w.service = 1;
	w.value = 1;
	w.changed = 0;
	w.answered = 1;
	w.in_learning = 0;
	w.level = 1;
	w.src_name = w.dst_name = w.old = w.usual = w.learned = NULL;
}

static void
set_ip(struct ev_end *end, uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	end->ip = (struct ev_ip){{a, b, c, d}};
}

static void
test_new_talker(void **state)
{
	struct ev *e = world_event(&w, EV_ENDPOINT);

	e->dst = (struct ev_end){0};
	rests("new-talker");
	w.talker = 0;
	expect("new-talker ");
	assert_string_equal(w.key, "src=#1");
	assert_string_equal(w.title, "New device 10.0.0.5");
	e->src.ipver = 0; /* nothing but a MAC */
	expect("new-talker ");
	assert_string_equal(w.title, "New device 00:02:b3:ce:70:51");
	e->src.ipver = 4;
	set_ip(&e->src, 8, 8, 8, 8);
	rests("new-talker");
	/* A public address that answers ARP is in the plant. */
	ev_name(e, EVF_HOW, "arp");
	expect("new-talker ");
	w.talker = WORLD_NULL;
	set_ip(&e->src, 10, 0, 0, 5);
	rests("new-talker");
}

static void
add_traffic(struct ev *e, const char *transport, uint64_t port)
{
	ev_name(e, EVF_TRANSPORT, transport);
	ev_uint(e, EVF_PORT, port);
	e->dst.port = (uint16_t)port;
}

static void
test_new_link(void **state)
{
	struct ev *e = world_event(&w, EV_TRAFFIC);

	add_traffic(e, "tcp", 502);
	e->proto = H_PROTO;
	rests("new-link");
	w.link = 0;
	expect("new-link ");
	assert_string_equal(w.title, "10.0.0.5 now talks modbus to 10.0.0.3");
	assert_string_equal(w.key, "client=#1|server=#2|proto=modbus");
	/* Whom a new device talks to matters, too. */
	w.talker = 0;
	expect("new-link ");
	w.talker = 1;
	(void)world_request(&w, "read_coils", 1, EV_CLASS_READ);
	expect("new-link ");
	/* Old plants number themselves with other people's addresses. */
	set_ip(&w.ev.src, 141, 81, 0, 10);
	set_ip(&w.ev.dst, 141, 81, 0, 86);
	expect("new-link ");
	w.ev.dst.ipver = 0;
	rests("new-link");
}

static void
test_new_it_link(void **state)
{
	struct ev *e = world_event(&w, EV_TRAFFIC);

	add_traffic(e, "tcp", 443);
	ev_name(e, EVF_LABEL, "TLS");
	rests("new-it-link");
	w.link = 0;
	expect("new-it-link ");
	/* Of a new device these are not told. */
	w.talker = 0;
	rests("new-it-link");
	w.talker = 1;
	expect("new-it-link ");
	assert_string_equal(w.soc,
	    "10.0.0.5 talks to 10.0.0.3 by tcp port 443 (seen as: TLS), which "
	    "was never seen while the baseline was learned");
	e->proto = H_PROTO;
	rests("new-it-link");
	expect("new-link ");
}

static void
test_new_multicast(void **state)
{
	struct ev *e = world_event(&w, EV_TRAFFIC);

	add_traffic(e, "udp", 5353);
	set_ip(&e->dst, 224, 0, 0, 251);
	w.sub.dst_asset = 0;
	rests("new-multicast");
	w.link = 0;
	expect("new-multicast ");
	assert_string_equal(w.key, "src=#1|dst_ip=224.0.0.251");
	set_ip(&e->dst, 255, 255, 255, 255);
	expect("new-multicast ");
	set_ip(&e->dst, 10, 0, 0, 3);
	rests("new-multicast");
}

static void
test_public_address(void **state)
{
	struct ev *e = world_event(&w, EV_TRAFFIC);

	add_traffic(e, "tcp", 443);
	set_ip(&e->dst, 8, 8, 8, 8);
	rests("public-address");
	w.link = 0;
	expect("public-address ");
	set_ip(&e->dst, 10, 0, 0, 3);
	set_ip(&e->src, 8, 8, 8, 8);
	expect("public-address ");
	/* Two public addresses are someone else's business; so is none. */
	set_ip(&e->dst, 9, 9, 9, 9);
	rests("public-address");
	e = world_event(&w, EV_TRAFFIC);
	rests("public-address");
	e->dst.ipver = 0;
	rests("public-address");
}

static void
test_new_service(void **state)
{
	struct ev *e = world_event(&w, EV_SERVICE);

	add_traffic(e, "tcp", 502);
	w.server = w.service = 0;
	rests("new-service"); /* nobody answers */
	ev_bool(e, EVF_ANSWERS, true);
	expect("new-service ");
	assert_string_equal(w.key, "dst=#2|transport=tcp|port=502");
	w.sub.dst_asset = INT64_MAX; /* here it stands for when it came, too */
	rests("new-service");
	w.server = 1;
	expect("new-service ");
	w.service = 1;
	rests("new-service");
}

static struct ev *
write_request(void)
{
	struct ev *e =
	    world_request(&w, "write_multiple_registers", 16, EV_CLASS_WRITE);

	ev_uint(e, H_ADDR, 100);
	ev_uint(e, H_QTY, 2);
	ev_bytes(e, H_VALUES, EV_T_REGS, "\0\1\0\2", 4);
	return e;
}

static struct ev *
read_request(void)
{
	struct ev *e =
	    world_request(&w, "read_holding_registers", 3, EV_CLASS_READ);

	ev_uint(e, H_ADDR, 100);
	ev_uint(e, H_QTY, 10);
	return e;
}

static void
test_write_unlearned(void **state)
{
	(void)write_request();
	rests("write-unlearned");
	w.src_name = "Laptop";
	w.dst_name = "Boiler PLC";
	w.old = "[0,0]";
	w.usual = "HMI 1";
	/* From the coarsest unknown to the finest: one alert each time. */
	knows(1, 0, 0, 0, 0, 0);
	expect("new-link write-unlearned ");
	knows(0, 0, 0, 0, 0, 0);
	expect("new-link write-unlearned ");
	knows(1, 1, 0, 0, 0, 0);
	expect("write-unlearned ");
	assert_string_equal(w.severity, "high");
	assert_string_equal(w.key, "client=#1|server=#2|proto=modbus");
	assert_string_equal(w.title,
	    "Write from a station that never wrote "
	    "here: Laptop (10.0.0.5) to Boiler PLC (10.0.0.3)");
	assert_string_equal(w.ot,
	    "addr 100 to 101 on Boiler PLC: [0,0] -> "
	    "[1,2], written by Laptop; usual writer: HMI 1");
	assert_string_equal(w.check,
	    "Ask who worked on Boiler PLC at "
	    "2004-08-26T12:01:21.696Z; compare with the work order");
	(void)world_request(&w, "write_single_coil", 5, EV_CLASS_CONTROL);
	expect("write-unlearned ");
	/* The device's echo is not a second write. */
	(void)world_reply(&w, "write_single_coil", 5, EV_CLASS_CONTROL, "ok");
	rests("write-unlearned");
}

static void
test_code_unlearned(void **state)
{
	(void)read_request();
	rests("code-unlearned");
	knows(1, 1, 1, 0, 0, 0);
	expect("code-unlearned ");
	knows(1, 1, 0, 0, 0, 0);
	expect("code-unlearned ");
	(void)write_request();
	rests("code-unlearned"); /* write-unlearned says it */
	knows(1, 1, 1, 0, 0, 0);
	expect("code-unlearned ");
	knows(1, 0, 0, 0, 0, 0);
	rests("code-unlearned");
	(void)world_request(&w, "umas_read_id", 90, EV_CLASS_DISCOVERY);
	knows(1, 1, 0, 0, 0, 0);
	expect("code-unlearned ");
	(void)world_request(&w, "umas_keep_alive", 90, EV_CLASS_SESSION);
	rests("code-unlearned");
}

static void
test_unit_unlearned(void **state)
{
	(void)read_request();
	rests("unit-unlearned");
	knows(1, 1, 1, 1, 0, 0);
	expect("unit-unlearned ");
	(void)write_request();
	expect("unit-unlearned ");
	assert_string_equal(w.title, "10.0.0.5 asks for a device behind "
				     "10.0.0.3 that it never asked for");
	assert_non_null(strstr(w.ot, "asks for unit 1 at 10.0.0.3"));
}

static void
test_range_unlearned(void **state)
{
	(void)read_request();
	rests("read-range-unlearned");
	rests("write-range-unlearned");
	knows(1, 1, 1, 1, 1, 0);
	expect("read-range-unlearned ");
	assert_string_equal(w.title, "10.0.0.5 reads what it never read: addr "
				     "100 to 109 of 10.0.0.3");
	(void)write_request();
	expect("write-range-unlearned ");
	knows(1, 1, 1, 1, 1, WORLD_NULL);
	rests("write-range-unlearned");
}

static void
test_value_unlearned(void **state)
{
	(void)write_request();
	rests("write-value-unlearned");
	w.value = WORLD_NULL;
	rests("write-value-unlearned");
	w.value = 0;
	w.learned = "4 to 7";
	expect("write-value-unlearned ");
	assert_string_equal(
	    w.key, "client=#1|server=#2|server_sub=unit 1|addr=100");
	assert_non_null(strstr(w.ot, "-> [1,2], written by 10.0.0.5; "
				     "usual: 4 to 7"));
	knows(1, 1, 1, 1, 1, 0);
	expect("write-range-unlearned "); /* which says it */
	(void)world_reply(
	    &w, "write_multiple_registers", 16, EV_CLASS_WRITE, "ok");
	knows(1, 1, 1, 1, 1, 1);
	rests("write-value-unlearned");
}

static void
test_program_firmware_config(void **state)
{
	(void)world_request(&w, "umas_begin_download", 90, EV_CLASS_PROGRAM);
	rests("program-unlearned");
	knows(1, 1, 0, 0, 0, 0);
	expect("program-unlearned ");
	assert_string_equal(w.severity, "critical");
	knows_all();
	(void)world_request(&w, "firmware_replacement", 125, EV_CLASS_FIRMWARE);
	expect("firmware-command "); /* learned or not */
	(void)world_reply(
	    &w, "firmware_replacement", 125, EV_CLASS_FIRMWARE, "ok");
	rests("firmware-command");
	(void)world_request(&w, "set_something", 7, EV_CLASS_CONFIG);
	rests("config-unlearned");
	knows(1, 1, 0, 0, 0, 0);
	expect("config-unlearned ");
}

static void
test_refused(void **state)
{
	struct ev *e;

	(void)world_reply(&w, "read_coils", 1, EV_CLASS_READ, "ok");
	knows(1, 1, 1, 1, 0, 0);
	rests("refused");
	e = world_reply(
	    &w, "read_coils", 1, EV_CLASS_READ, "illegal_data_address");
	ev_uint(e, H_EXCEPTION, 2);
	expect("refused ");
	assert_string_equal(w.title, "10.0.0.3 refuses what 10.0.0.5 asks");
	assert_string_equal(w.key, "client=#1|server=#2|proto=modbus|"
				   "status=illegal_data_address");
	knows_all();
	rests("refused");
}

/* Function 8 with a sub-function, never seen before. */
static void
diagnostics(const char *op, uint64_t sub, enum ev_class cls)
{
	struct ev *e = world_request(&w, op, 8, cls);

	ev_uint(e, H_SUB, sub);
}

static void
test_modbus_diagnostics(void **state)
{
	static const struct {
		const char *op;
		uint64_t sub;
		enum ev_class cls;
		const char *rule;
	} cases[] = {
	    {"force_listen_only", 4, EV_CLASS_CONTROL, "modbus-listen-only"},
	    {"restart_communications", 1, EV_CLASS_CONTROL, "modbus-restart"},
	    {"change_ascii_delimiter", 3, EV_CLASS_CONFIG, "modbus-delimiter"},
	    {"clear_counters", 10, EV_CLASS_CONFIG, "modbus-counters-cleared"},
	    {"clear_overrun_counter", 20, EV_CLASS_CONFIG,
		"modbus-counters-cleared"},
	    {"return_query_data", 0, EV_CLASS_DIAGNOSTIC, "modbus-diagnostics"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char only[64];

		(void)snprintf(only, sizeof(only), "%s ", cases[i].rule);
		diagnostics(cases[i].op, cases[i].sub, cases[i].cls);
		knows(1, 1, 0, 0, 0, 0);
		expect(only);
		knows(1, 1, 1, 0, 0, 0);
		expect(only);
		knows(1, 1, 1, 1, 0, 0);
		expect(only);
		knows_all();
		rests(cases[i].rule);
	}
}

static void
test_controller_mode(void **state)
{
	(void)world_request(&w, "umas_stop_plc", 90, EV_CLASS_CONTROL);
	rests("controller-start");
	expect("controller-stop ");
	(void)world_request(&w, "umas_start_plc", 90, EV_CLASS_CONTROL);
	rests("controller-stop");
	expect("controller-start ");
}

static void
test_modbus_failures(void **state)
{
	struct ev *e = world_reply(
	    &w, "read_coils", 1, EV_CLASS_READ, "server_device_failure");

	ev_uint(e, H_EXCEPTION, 4);
	knows(1, 1, 1, 1, 0, 0);
	expect("modbus-device-failure ");
	rests("modbus-gateway-failure");
	assert_string_equal(w.key, "server=#2|unit=1");
	for (uint64_t x = 10; x <= 11; x++) {
		e = world_reply(&w, "read_coils", 1, EV_CLASS_READ,
		    "gateway_target_failed");
		ev_uint(e, H_EXCEPTION, x);
		expect("modbus-gateway-failure ");
		rests("modbus-device-failure");
	}
}

static struct ev *
malformed(const char *reason)
{
	struct ev *e = world_event(&w, EV_MALFORMED);

	e->proto = H_PROTO;
	e->dir = EV_DIR_REQUEST;
	ev_name(e, EVF_REASON, reason);
	ev_uint(e, EVF_OFFSET, 7);
	return e;
}

static void
test_malformed(void **state)
{
	struct ev *e = malformed("quantity");

	expect("malformed ");
	assert_string_equal(w.soc,
	    "10.0.0.5 broke the modbus protocol "
	    "towards 10.0.0.3: quantity, at byte 7 of the message");
	rests("modbus-function-zero");
	rests("modbus-exception-in-request");
	e->flags = EV_TENTATIVE;
	expect("malformed ");
	(void)malformed("budget");
	rests("malformed");
	(void)malformed("function_zero");
	expect("modbus-function-zero ");
	(void)malformed("exception_in_request");
	expect("modbus-exception-in-request ");
}

static void
test_port_zero(void **state)
{
	struct ev *e = world_event(&w, EV_TRAFFIC);

	add_traffic(e, "tcp", 80);
	rests("port-zero");
	e = world_event(&w, EV_TRAFFIC);
	add_traffic(e, "udp", 0);
	expect("port-zero ");
	e = world_event(&w, EV_TRAFFIC);
	add_traffic(e, "icmp", 0);
	rests("port-zero");
}

static void
test_impossible_source(void **state)
{
	struct ev *e = world_event(&w, EV_ENDPOINT);

	rests("impossible-source");
	set_ip(&e->src, 224, 0, 0, 1);
	expect("impossible-source ");
	set_ip(&e->src, 0, 0, 0, 0); /* asks DHCP for one */
	rests("impossible-source");
	set_ip(&e->src, 127, 0, 0, 1);
	expect("impossible-source ");
	memset(e->src.mac, 0, 6);
	rests("impossible-source");
}

static void
test_states(void **state)
{
	struct ev *e = world_event(&w, EV_STATE);

	ev_name(e, EVF_STATE, "stopped");
	rests("device-stopped");
	w.changed = 1;
	w.old = "running";
	expect("device-stopped ");
	assert_string_equal(
	    w.soc, "10.0.0.5 reports that it is stopped; before: running");
	rests("device-running");
	e->nfields = 0;
	ev_name(e, EVF_STATE, "running");
	expect("device-running ");
}

static void
change(const char *what, const char *old, const char *value)
{
	struct ev *e = world_event(&w, EV_STATE);

	w.old = old;
	ev_name(e, EVF_STATE, what);
	ev_bytes(e, EVF_OLD, EV_T_TEXT, old, strlen(old));
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, value, strlen(value));
}

static void
test_changes(void **state)
{
	static const struct {
		const char *what, *old, *value, *rule;
		bool learns; /* told while the baseline learns, too */
	} list[] = {
	    {"silent", "every 20 min", "", "device-silent", false},
	    {"returned", "after 3 h", "", "device-returned", false},
	    {"new-address", "10.0.0.1", "10.0.0.5", "new-address", false},
	    {"duplicate-ip", "02:00:00:00:00:01", "02:00:00:00:00:02",
		"duplicate-ip", true},
	    {"mac-changed", "02:00:00:00:00:01", "02:00:00:00:00:02",
		"mac-changed", false},
	    {"module-added", "", "path 1,4", "module-added", false},
	    {"module-removed", "path 1,4", "", "module-removed", false},
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		char want[64];

		(void)snprintf(want, sizeof(want), "%s ", list[i].rule);
		w.talker = 0;
		change(list[i].what, list[i].old, list[i].value);
		expect(want);
		w.ev.proto = H_PROTO; /* a device says that of itself */
		rests(list[i].rule);
		change("running", "stopped", "");
		rests(list[i].rule);
		change(list[i].what, list[i].old, list[i].value);
		w.in_learning = 1;
		w.talker = 1;
		expect(list[i].learns ? want : "");
		w.in_learning = 0;
	}
	w.level = WORLD_NULL; /* what comes and goes is not the process's */
	change("silent", "20 min", "");
	rests("device-silent");
}

static void
identity(const char *key, const char *value, const char *claim)
{
	struct ev *e = world_event(&w, EV_IDENTITY);

	ev_name(e, EVF_KEY, key);
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, value, strlen(value));
	ev_name(e, EVF_CLAIM, claim);
}

static void
test_identity(void **state)
{
	identity("firmware", "V2.0", "self");
	rests("firmware-changed");
	w.changed = 1;
	w.old = "V1.0";
	expect("firmware-changed ");
	assert_string_equal(
	    w.ot, "The firmware of 10.0.0.5 changed from V1.0 to V2.0");
	assert_string_equal(w.key, "src=#1|key=firmware");
	identity("firmware", "V2.0", "peer");
	rests("firmware-changed");
	identity("name", "PLC-2", "self");
	expect("name-changed ");
	w.in_learning = 1;
	rests("name-changed");
	w.in_learning = 0;
	identity("serial", "2", "self");
	expect("identity-changed ");
	identity("run_state", "stop", "self");
	rests("identity-changed");
}

static void
test_unresponsive(void **state)
{
	struct ev *e = world_event(&w, EV_TRAFFIC);

	e->proto = H_PROTO;
	add_traffic(e, "tcp", 502);
	ev_uint(e, EVF_UNANSWERED, 3);
	ev_uint(e, EVF_REPLIES, 0);
	expect("unresponsive ");
	w.answered = 0; /* a mirror of one direction */
	rests("unresponsive");
	w.answered = 1;
	e->nfields = 0;
	add_traffic(e, "tcp", 502);
	ev_uint(e, EVF_UNANSWERED, 3);
	ev_uint(e, EVF_REPLIES, 1);
	rests("unresponsive");
}

static void
gap(const char *cause)
{
	struct ev *e = world_event(&w, EV_GAP);

	ev_name(e, EVF_CAUSE, cause);
	ev_uint(e, EVF_COUNT, 12);
	ev_name(e, EVF_LABEL, "eth1");
}

static void
test_capture(void **state)
{
	gap("mid_stream");
	expect("");
	rests("capture-loss");
	rests("mirror-loss");
	rests("capture-cut");
	gap("dropped");
	expect("capture-loss ");
	assert_string_equal(w.key, "label=eth1|cause=dropped");
	assert_string_equal(w.title, "The sensor eth1 loses packets");
	gap("queue");
	expect("capture-loss ");
	gap("loss");
	expect("mirror-loss ");
	assert_string_equal(w.key, "all");
	gap("overflow");
	expect("mirror-loss ");
	gap("cut");
	expect("capture-cut ");
	gap("short");
	expect("capture-cut ");
}

/* While the baseline learns, everything is learned and nothing has changed. */
static void
test_learning_is_quiet(void **state)
{
	(void)read_request();
	expect("");
	(void)write_request();
	expect("");
	(void)world_event(&w, EV_ENDPOINT);
	expect("");
	(void)world_event(&w, EV_TRAFFIC);
	expect("");
	(void)world_event(&w, EV_SERVICE);
	expect("");
	identity("firmware", "V1.0", "self");
	expect("");
}

/* Only techniques of ATT&CK for ICS that we know by name. */
static void
test_techniques_exist(void **state)
{
	static const char known[] =
	    "T0800 T0801 T0803 T0804 T0806 T0809 T0814 T0816 T0821 T0830 "
	    "T0831 T0835 T0836 T0838 T0840 T0843 T0845 T0846 T0848 T0855 "
	    "T0856 T0857 T0858 T0861 T0868 T0872 T0877 T0878 T0881 T0888 "
	    "T0889 T0892 ";

	for (size_t i = 0; i < rules_count(w.rules); i++) {
		const char *s = rules_get(w.rules, i)->attack;

		for (; *s != '\0'; s += strspn(s, "T0123456789")) {
			char id[8];

			s += strspn(s, ", ");
			(void)snprintf(id, sizeof(id), "%.5s ", s);
			if (strstr(known, id) == NULL) {
				fail_msg(
				    "%s: %s", rules_get(w.rules, i)->id, id);
			}
		}
	}
}

static void
test_every_rule_was_tested(void **state)
{
	for (size_t i = 0; i < rules_count(w.rules); i++) {
		if (!fired[i] || !rested[i]) {
			fail_msg("%s: %s", rules_get(w.rules, i)->id,
			    fired[i] ? "never rested" : "never fired");
		}
	}
}

static int
each(void **state)
{
	knows_all();
	return 0;
}

static int
setup(void **state)
{
	world_open(&w);
	if (world_load(&w, NULL) != 0) {
		return -1;
	}
	if (w.problems != 0) {
		print_error("%s\n", w.problem);
		return -1;
	}
	return 0;
}

static int
teardown(void **state)
{
	world_close(&w);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup(f, each)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_new_talker),
	    TEST(test_new_link),
	    TEST(test_new_it_link),
	    TEST(test_new_multicast),
	    TEST(test_public_address),
	    TEST(test_new_service),
	    TEST(test_write_unlearned),
	    TEST(test_code_unlearned),
	    TEST(test_unit_unlearned),
	    TEST(test_range_unlearned),
	    TEST(test_value_unlearned),
	    TEST(test_program_firmware_config),
	    TEST(test_refused),
	    TEST(test_modbus_diagnostics),
	    TEST(test_controller_mode),
	    TEST(test_modbus_failures),
	    TEST(test_malformed),
	    TEST(test_port_zero),
	    TEST(test_impossible_source),
	    TEST(test_states),
	    TEST(test_changes),
	    TEST(test_identity),
	    TEST(test_unresponsive),
	    TEST(test_capture),
	    TEST(test_learning_is_quiet),
	    TEST(test_techniques_exist),
	    TEST(test_every_rule_was_tested),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

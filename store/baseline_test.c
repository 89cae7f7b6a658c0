/*
 * baseline_test: what a rule is told, through rules of its own: each asks one
 * thing, and its alert says that the answer was yes.
 */
#include <string.h>

#include "base/test.h"
#include "dissectors/bacnet/bacnet.h"
#include "dissectors/dnp3/dnp3.h"
#include "dissectors/registry.h"
#include "store/harness.h"

#define LEARN (60 * SAMPLE_SECOND)

static struct host hmi, plc, other;

static int
setup(void **state)
{
	static struct rig r;

	rig_start(&r, LEARN, NULL);
	hmi = sample_host(10, 0, 0, 57);
	plc = sample_host(10, 0, 0, 3);
	other = sample_host(10, 0, 0, 66);
	*state = &r;
	return 0;
}

static int
teardown(void **state)
{
	rig_stop(*state);
	return 0;
}

/* The rule "t" holds when the condition does. */
static void
rule(struct rig *r, const char *on, const char *when, const char *more)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
	    "[t]\ntitle = t\non = %s\n%s\nwhen = %s\nseverity = low\n"
	    "group = frame\nsoc = s\not = {old}|{new}|{usual}|{object}\n"
	    "check = c\n",
	    on, more, when);
	(void)rig_rules(r, text);
}

#define ALERTS "SELECT count(*) FROM alerts"

static void
learn_a_little(struct rig *r)
{
	assert_int_equal(sample_endpoint(&r->x, &hmi, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	assert_int_equal(sample_service(&r->x, &hmi, &plc, true), 0);
	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 100, 10), 0);
	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 110, 10), 0);
	assert_int_equal(sample_write(&r->x, &hmi, &plc, 1, 5, 7), 0);
	rig_learned(r);
}

static void
test_everything_is_learned_while_learning(void **state)
{
	struct rig *r = *state;

	rule(r, "operation, endpoint, service",
	    "NOT learned('talker') OR NOT learned('link') OR "
	    "NOT learned('class') OR NOT learned('code') OR NOT "
	    "learned('operation') OR NOT learned('range') OR "
	    "NOT learned('service') OR NOT in_learning()",
	    "");
	assert_int_equal(sample_endpoint(&r->x, &hmi, "arp"), 0);
	assert_int_equal(sample_service(&r->x, &hmi, &plc, true), 0);
	assert_int_equal(sample_write(&r->x, &hmi, &plc, 1, 5, 7), 0);
	assert_int_equal(rig_int(r, ALERTS), 0);
}

static void
test_talker_of_later_is_not_learned(void **state)
{
	struct rig *r = *state;

	rule(r, "endpoint", "NOT learned('talker')", "");
	learn_a_little(r);
	assert_int_equal(sample_endpoint(&r->x, &hmi, "arp"), 0);
	assert_int_equal(rig_int(r, ALERTS), 0);
	assert_int_equal(sample_endpoint(&r->x, &other, "arp"), 0);
	assert_int_equal(rig_int(r, ALERTS), 1);
	/* A second sight does not make it normal, a restart neither. */
	rig_restart(r);
	assert_int_equal(sample_endpoint(&r->x, &other, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	assert_int_equal(rig_int(r, ALERTS), 2);
}

static void
test_server_of_later_is_not_learned(void **state)
{
	struct rig *r = *state;

	rule(r, "operation", "NOT learned('server')", "");
	learn_a_little(r);
	assert_int_equal(sample_endpoint(&r->x, &other, "arp"), 0);
	assert_int_equal(sample_read(&r->x, &other, &plc, 1, 100, 10), 0);
	assert_int_equal(rig_int(r, ALERTS), 0);
	assert_int_equal(sample_read(&r->x, &plc, &other, 1, 100, 10), 0);
	assert_int_equal(rig_int(r, ALERTS), 1);
}

static void
transfers(struct rig *r, const struct host *from, uint16_t port)
{
	struct ev *e = sample_start(&r->x, EV_TRAFFIC, from, &plc);

	e->dst.port = port;
	e->dst.has_port = true;
	ev_name(e, EVF_TRANSPORT, "tcp");
	ev_uint(e, EVF_PORT, port);
	assert_int_equal(sample_send(&r->x), 0);
}

static void
test_ports_given_out_anew_are_one(void **state)
{
	struct rig *r = *state;

	rule(r, "traffic", "NOT learned('link') AND NOT learned('ports')", "");
	assert_int_equal(sample_endpoint(&r->x, &other, "arp"), 0);
	transfers(r, &hmi, 50001);
	transfers(r, &other, 8080);
	learn_a_little(r);
	transfers(r, &hmi, 52011);
	assert_int_equal(rig_int(r, ALERTS), 0);
	transfers(r, &hmi, 4000);
	assert_int_equal(rig_int(r, ALERTS), 1);
	transfers(r, &other, 52012);
	assert_int_equal(rig_int(r, ALERTS), 2);
	/* One that is known only now is no baseline. */
	transfers(r, &other, 52013);
	assert_int_equal(rig_int(r, ALERTS), 3);
}

static void
test_link_of_later_is_not_learned(void **state)
{
	struct rig *r = *state;

	rule(r, "operation, traffic", "NOT learned('link')", "");
	learn_a_little(r);
	assert_int_equal(sample_traffic(&r->x, &hmi, &plc, 1), 0);
	assert_int_equal(rig_int(r, ALERTS), 0);
	assert_int_equal(sample_read(&r->x, &other, &plc, 1, 100, 10), 0);
	assert_int_equal(rig_int(r, ALERTS), 1);
}

static void
test_class_code_and_unit(void **state)
{
	static const struct {
		const char *what;
		int alerts[3];
	} cases[] = {
	    /* write by hmi; same to unit 2; a class that is new */
	    {"class", {0, 0, 1}},
	    {"code", {0, 0, 1}},
	    {"operation", {0, 1, 1}},
	};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char when[64];
		struct ev *e;
		int n = 0;

		(void)snprintf(
		    when, sizeof(when), "NOT learned('%s')", cases[i].what);
		rule(r, "operation", when, "");
		learn_a_little(r);
		assert_int_equal(sample_write(&r->x, &hmi, &plc, 1, 900, 1), 0);
		assert_int_equal(rig_int(r, ALERTS), n += cases[i].alerts[0]);
		assert_int_equal(sample_write(&r->x, &hmi, &plc, 2, 5, 1), 0);
		assert_int_equal(rig_int(r, ALERTS), n += cases[i].alerts[1]);
		assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 100, 10), 0);
		e = &r->x.ev;
		e->cls = EV_CLASS_DIAGNOSTIC;
		e->op = "report_server_id";
		e->code = 17;
		assert_int_equal(sample_send(&r->x), 0);
		assert_int_equal(rig_int(r, ALERTS), n += cases[i].alerts[2]);
		(void)teardown(state);
		(void)setup(state);
	}
}

/* Written anew after a restart, it is no more learned than before. */
static void
test_restart_does_not_learn(void **state)
{
	struct rig *r = *state;

	learn_a_little(r);
	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 900, 1), 0);
	rig_restart(r);
	assert_int_equal(sample_repeat(&r->x, &hmi, &plc, 1, 900, 1, 5), 0);
	assert_int_equal(sample_repeat(&r->x, &hmi, &plc, 1, 100, 10, 5), 0);
	assert_int_equal(rig_int(r, "SELECT count FROM behaviours WHERE "
				    "learned = 0"),
	    6);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM behaviours WHERE "
				    "learned = 1"),
	    3);
}

static void
test_range_is_a_union_and_reads_count_for_writes(void **state)
{
	static const struct {
		uint16_t addr, qty;
		int alert;
	} reads[] = {
	    {100, 20, 0}, /* two reads side by side */
	    {105, 1, 0},
	    {109, 2, 0},
	    {99, 1, 1},
	    {119, 2, 1},
	    {5, 1, 0}, /* written, so known */
	    {6, 1, 1},
	};
	struct rig *r = *state;
	int n = 0;

	rule(r, "operation", "NOT learned('range')", "");
	learn_a_little(r);
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		assert_int_equal(sample_read(&r->x, &hmi, &plc, 1,
				     reads[i].addr, reads[i].qty),
		    0);
		assert_int_equal(rig_int(r, ALERTS), n += reads[i].alert);
	}
	assert_int_equal(sample_write(&r->x, &hmi, &plc, 1, 118, 1), 0);
	assert_int_equal(rig_int(r, ALERTS), n);
	assert_int_equal(sample_read(&r->x, &hmi, &plc, 2, 100, 1), 0);
	assert_int_equal(rig_int(r, ALERTS), n + 1);
}

static void
test_what_has_no_meaning_is_null(void **state)
{
	struct rig *r = *state;

	rule(r, "endpoint",
	    "learned('link') IS NULL AND learned('class') IS NULL AND "
	    "learned('range') IS NULL AND learned('service') IS NULL AND\n "
	    "first('link') IS NULL AND changed() IS NULL AND answered() IS "
	    "NULL AND asset('dst', 'id') IS NULL AND learned('talker')",
	    "");
	assert_int_equal(sample_endpoint(&r->x, &hmi, "arp"), 0);
	assert_int_equal(rig_int(r, ALERTS), 1);
}

static void
test_first_is_first_once(void **state)
{
	struct rig *r = *state;

	rule(r, "endpoint, operation", "first('talker') OR first('link')", "");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sample_endpoint(&r->x, &hmi, "arp"), 0);
		assert_int_equal(sample_endpoint(&r->x, &plc, "traffic"), 0);
		assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 100, 10), 0);
	}
	assert_int_equal(rig_int(r, ALERTS), 3);
}

static void
test_service_that_was_asked_in_vain_is_not_learned(void **state)
{
	struct rig *r = *state;

	rule(r, "service", "NOT learned('service')", "");
	assert_int_equal(sample_service(&r->x, &hmi, &plc, false), 0);
	rig_learned(r);
	assert_int_equal(sample_service(&r->x, &hmi, &plc, false), 0);
	assert_int_equal(rig_int(r, ALERTS), 0);
	assert_int_equal(sample_service(&r->x, &hmi, &plc, true), 0);
	assert_int_equal(rig_int(r, ALERTS), 1);
}

static void
test_answered_remembers(void **state)
{
	struct rig *r = *state;

	rule(r, "operation", "answered()", "");
	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 1, 1), 0);
	assert_int_equal(rig_int(r, ALERTS), 0);
	assert_int_equal(sample_traffic(&r->x, &hmi, &plc, 1), 0);
	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 2, 1), 0);
	assert_int_equal(rig_int(r, ALERTS), 1);
}

static void
test_changed_is_a_change_of_what_was_known(void **state)
{
	struct rig *r = *state;
	char buf[64];

	rule(r, "identity", "changed()", "");
	assert_int_equal(sample_identity(&r->x, &plc, -1, "firmware", "1"), 0);
	assert_int_equal(sample_identity(&r->x, &plc, -1, "firmware", "1"), 0);
	assert_int_equal(sample_identity(&r->x, &plc, -1, "firmware", "?"), 0);
	assert_int_equal(rig_int(r, ALERTS), 0);
	sample_wait(&r->x, SAMPLE_SECOND);
	assert_int_equal(sample_identity(&r->x, &plc, -1, "firmware", "2"), 0);
	assert_int_equal(rig_int(r, ALERTS), 1);
	assert_string_equal(rig_text(r, "SELECT substr(ot, 1, 4) FROM alerts",
				buf, sizeof(buf)),
	    "1|2|");
}

/* A BACnet device's vendor: by the table of its id, by its own spelling. */
static void
test_two_messages_with_two_spellings_are_no_change(void **state)
{
	static const struct {
		const char *via, *value;
		int64_t alerts;
	} says[] = {
	    {"i-am", "ACME", 0},
	    {"read-property", "Acme Ltd.", 0},
	    {"i-am", "ACME", 0},
	    {"read-property", "Acme Ltd.", 0},
	    {"read-property", "Other", 1},
	    {"i-am", "OTHER", 2},
	    {"i-am", "OTHER", 2},
	    {"read-property", "Other", 2},
	    {"i-am", "ACME", 3},
	};
	struct rig *r = *state;
	char buf[64];

	rule(r, "identity", "changed()", "");
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		r->x.via = says[i].via;
		assert_int_equal(
		    sample_identity(&r->x, &plc, -1, "vendor", says[i].value),
		    0);
		assert_int_equal(rig_int(r, ALERTS), says[i].alerts);
		sample_wait(&r->x, 3600 * SAMPLE_SECOND);
	}
	assert_string_equal(
	    rig_text(r,
		"SELECT substr(ot, 1, 10) FROM alerts ORDER BY id LIMIT 1", buf,
		sizeof(buf)),
	    "Acme Ltd.|");
}

static void
test_old_new_usual_and_object_are_told(void **state)
{
	struct rig *r = *state;
	char buf[128];

	learn_a_little(r);
	rule(r, "operation", "NOT learned('link')", "class = write");
	assert_int_equal(sample_identity(&r->x, &hmi, -1, "name", "HMI"), 0);
	assert_int_equal(sample_write(&r->x, &other, &plc, 1, 5, 9), 0);
	assert_string_equal(
	    rig_text(r, "SELECT ot FROM alerts", buf, sizeof(buf)),
	    "[7]|[9]|HMI|register 5 (unit 1)");
}

/* Nobody wrote it before, but the device told it; it need not have been
 * written to the database yet. */
static void
test_old_is_what_the_point_told(void **state)
{
	struct rig *r = *state;
	char buf[128];
	struct ev *e;

	learn_a_little(r);
	rule(r, "operation", "NOT learned('operation')", "class = write");
	for (unsigned v = 20; v < 23; v++) {
		e = sample_start(&r->x, EV_VALUE, &plc, &hmi);
		e->proto = PROTO_BACNET;
		e->dir = EV_DIR_RESPONSE;
		ev_numbered(e, EVF_OBJECT, "analog-output", 1);
		ev_uint(e, EVF_VALUE, v);
		ev_name(e, EVF_SOURCE, "reported");
		assert_int_equal(sample_send(&r->x), 0);
	}
	e = sample_start(&r->x, EV_OPERATION, &hmi, &plc);
	e->proto = PROTO_BACNET;
	e->dir = EV_DIR_REQUEST;
	e->op = "write_property";
	e->cls = EV_CLASS_WRITE;
	ev_bytes(e, BNF_ABOUT, EV_T_TEXT, "analog-output 1", 15);
	ev_array(e, BNF_OBJECTS);
	ev_object(e, EVF_ELEM);
	ev_uint(e, BNF_INSTANCE, 1);
	ev_uint(e, EVF_VALUE, 50);
	ev_uint(e, BNF_PRIORITY, 8);
	ev_end(e);
	ev_end(e);
	assert_int_equal(sample_send(&r->x), 0);
	assert_string_equal(
	    rig_text(r, "SELECT ot FROM alerts", buf, sizeof(buf)),
	    "22|50|10.0.0.57|analog-output 1");
}

/* Its point's name is not what makes a control the same again. */
static void
test_old_of_a_control_is_its_points(void **state)
{
	struct rig *r = *state;
	char buf[128];
	struct ev *e;

	learn_a_little(r);
	rule(r, "operation", "NOT learned('operation')", "class = control");
	e = sample_start(&r->x, EV_VALUE, &plc, &hmi);
	e->proto = PROTO_DNP3;
	e->dir = EV_DIR_RESPONSE;
	ev_numbered(e, EVF_OBJECT, "binary_output", 8);
	ev_uint(e, EVF_VALUE, 1);
	ev_name(e, EVF_SOURCE, "reported");
	assert_int_equal(sample_send(&r->x), 0);
	for (int i = 0; i < 2; i++) {
		e = sample_start(&r->x, EV_OPERATION, &hmi, &plc);
		e->proto = PROTO_DNP3;
		e->dir = EV_DIR_REQUEST;
		e->op = i == 0 ? "select" : "operate";
		e->cls = EV_CLASS_CONTROL;
		ev_bytes(e, DNF_ABOUT, EV_T_TEXT, "12v1 8 trip", 11);
		ev_numbered(e, DNF_POINT, "binary_output", 8);
		ev_array(e, DNF_CONTROLS);
		ev_object(e, EVF_ELEM);
		ev_name(e, DNF_VALUE, "trip");
		ev_end(e);
		ev_end(e);
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_string_equal(rig_text(r, "SELECT group_concat(ot) FROM alerts",
				buf, sizeof(buf)),
	    "1|trip|unknown|binary_output 8,1|trip|unknown|binary_output 8");
	assert_string_equal(
	    rig_text(r,
		"SELECT group_concat(object) FROM behaviours WHERE "
		"class = 'control'",
		buf, sizeof(buf)),
	    "12v1 8 trip,12v1 8 trip");
}

/* Only of a MAC that is the device's own. */
static void
test_vendor_may_be_the_makers(void **state)
{
	struct rig *r = *state;
	struct host a = sample_host(10, 0, 1, 1), b = sample_host(10, 0, 1, 2);

	memcpy(a.end.mac, "\x00\x00\xbc\x12\x34\x56", 6);
	memcpy(b.end.mac, a.end.mac, 6);
	rule(r, "endpoint", "asset('src', 'vendor') = 'Rockwell Automation'",
	    "");
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	assert_int_equal(rig_int(r, ALERTS), 0);
	assert_int_equal(sample_endpoint(&r->x, &a, "traffic"), 0);
	assert_int_equal(rig_int(r, ALERTS), 1);
	/* A second IP: the MAC may be a router's. */
	assert_int_equal(sample_endpoint(&r->x, &b, "traffic"), 0);
	assert_int_equal(rig_int(r, ALERTS), 1);
}

static void
test_asset_is_asked_by_end(void **state)
{
	struct rig *r = *state;

	rule(r, "operation",
	    "asset('client', 'role') = 'supervisor' AND asset('dst', 'level') "
	    "= 1 AND asset('server', 'vendor') = 'ACME' AND\n "
	    "asset('src', 'approved') = 0 AND asset('src', 'id') LIKE 'a-%' "
	    "AND asset('src', 'first') = 1093521681 AND "
	    "asset('src', 'nonsense') IS NULL",
	    "");
	assert_int_equal(sample_endpoint(&r->x, &hmi, "arp"), 0);
	assert_int_equal(sample_identity(&r->x, &plc, -1, "vendor", "ACME"), 0);
	assert_int_equal(sample_service(&r->x, &hmi, &plc, true), 0);
	assert_int_equal(sample_reply(&r->x, &hmi, &plc, 1, "ok"), 0);
	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 1, 1), 0);
	assert_int_equal(rig_int(r, ALERTS), 1);
}

static void
test_learning_ends_once(void **state)
{
	struct rig *r = *state;

	rule(r, "endpoint", "in_learning()", "");
	assert_int_equal(sample_endpoint(&r->x, &hmi, "arp"), 0);
	assert_int_equal(rig_int(r, ALERTS), 1);
	rig_learned(r);
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	assert_int_equal(rig_int(r, ALERTS), 1);
	/* Not again for an older capture, nor after a restart. */
	rig_restart(r);
	sample_at(&r->x, SAMPLE_START - 1000 * LEARN);
	assert_int_equal(sample_endpoint(&r->x, &other, "arp"), 0);
	assert_int_equal(rig_int(r, ALERTS), 1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_everything_is_learned_while_learning),
	    T(test_talker_of_later_is_not_learned),
	    T(test_server_of_later_is_not_learned),
	    T(test_link_of_later_is_not_learned),
	    T(test_ports_given_out_anew_are_one),
	    T(test_class_code_and_unit),
	    T(test_restart_does_not_learn),
	    T(test_range_is_a_union_and_reads_count_for_writes),
	    T(test_what_has_no_meaning_is_null),
	    T(test_first_is_first_once),
	    T(test_service_that_was_asked_in_vain_is_not_learned),
	    T(test_answered_remembers),
	    T(test_changed_is_a_change_of_what_was_known),
	    T(test_two_messages_with_two_spellings_are_no_change),
	    T(test_old_new_usual_and_object_are_told),
	    T(test_old_is_what_the_point_told),
	    T(test_old_of_a_control_is_its_points),
	    T(test_vendor_may_be_the_makers),
	    T(test_asset_is_asked_by_end),
	    T(test_learning_ends_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

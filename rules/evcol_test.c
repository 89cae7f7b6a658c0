/*
 * Unit tests of the columns: every envelope column, every field type.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "rules/evcol.h"

enum { P = 3, F_A = EV_PROTO_BASE, F_VALUES, F_CODE, F_NAME };

/* "code" is the envelope's, "name" is event.def's, too. */
static const struct ev_field_info fields[] = {{"a", 0, ""}, {"values", 0, ""},
    {"code", 0, ""}, {"name", 0, ""}, {"", 0, ""}};
static const struct ev_proto proto = {
    .name = "test", .fields = fields, .nfields = 5};
static const struct ev_field_info others[] = {{"b", 0, ""}, {"a", 0, ""}};
static const struct ev_proto other = {
    .name = "other", .fields = others, .nfields = 2};

static struct evcols *cols;
static struct ev_field field[16];
static struct ev ev;
static struct rules_subject sub;

static struct ev *
event(void)
{
	ev = (struct ev){
	    .kind = EV_OPERATION, .proto = P, .f = field, .max_fields = 16};
	sub = (struct rules_subject){.ev = &ev};
	return &ev;
}

static struct evval
get(const char *name)
{
	struct evval v;
	int col = evcols_find(cols, name);

	assert_true(col >= 0);
	evcols_get(cols, &sub, (size_t)col, &v);
	return v;
}

static void
expect_null(const char *name)
{
	assert_int_equal(get(name).type, EVVAL_NULL);
}

static void
expect_int(const char *name, int64_t i)
{
	struct evval v = get(name);

	assert_int_equal(v.type, EVVAL_INT);
	assert_true(v.i == i);
}

static void
expect_text(const char *name, const char *s)
{
	struct evval v = get(name);

	assert_int_equal(v.type, EVVAL_TEXT);
	assert_int_equal(v.n, strlen(s));
	assert_memory_equal(v.s, s, v.n);
}

static void
test_bare_event_is_null(void **state)
{
	static const char *const names[] = {"class", "op", "code", "status",
	    "rtt_us", "req_frame", "vlan", "vlans", "src_ip", "src_mac",
	    "src_port", "src_sub", "src_asset", "dst_ip", "client_ip",
	    "server_asset", "origin_ip", "origin_port", "subject_ip", "a",
	    "values", "b", "key"};

	(void)event();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		expect_null(names[i]);
	}
	expect_text("kind", "operation");
	expect_text("dir", "unknown");
	expect_int("tentative", 0);
	expect_int("dup", 0);
	expect_int("cut", 0);
}

static void
test_envelope(void **state)
{
	struct ev *e = event();

	e->dir = EV_DIR_RESPONSE;
	e->cls = EV_CLASS_WRITE;
	e->op = "write_it";
	e->status = "ok";
	e->code = 6;
	e->flags = EV_HAS_CODE | EV_HAS_RTT | EV_TENTATIVE | EV_DUP | EV_CUT;
	e->rtt_us = 1200;
	e->req_frame = 8;
	e->frame = 9;
	e->input = 1;
	e->iface = 2;
	e->ts_ns = 1500000000;
	e->vlan_n = 2;
	e->vlan[0] = 10;
	e->vlan[1] = 20;
	expect_text("proto", "test");
	expect_text("dir", "response");
	expect_text("class", "write");
	expect_text("op", "write_it");
	expect_text("status", "ok");
	expect_int("code", 6);
	expect_int("tentative", 1);
	expect_int("dup", 1);
	expect_int("cut", 1);
	expect_int("rtt_us", 1200);
	expect_int("req_frame", 8);
	expect_int("frame", 9);
	expect_int("input", 1);
	expect_int("iface", 2);
	expect_int("vlan", 10);
	expect_text("vlans", "[10,20]");
	assert_true(get("ts").d == 1.5);
}

static void
test_ends_follow_the_direction(void **state)
{
	struct ev *e = event();

	e->src = (struct ev_end){.has_mac = true,
	    .has_port = true,
	    .port = 1000,
	    .ipver = 4,
	    .ip = {{10, 0, 0, 5}},
	    .mac = {0, 1, 2, 3, 4, 0xff}};
	e->dst = (struct ev_end){.has_port = true,
	    .port = 502,
	    .ipver = 6,
	    .ip = {{0x20, 1, 0xd, 0xb8, [15] = 1}},
	    .sub = {.kind = EV_SUB_UNIT, .num = 10}};
	sub.src_asset = 7;
	sub.dst_asset = 8;
	e->dir = EV_DIR_REQUEST;
	expect_text("src_ip", "10.0.0.5");
	expect_text("src_mac", "00:01:02:03:04:ff");
	expect_int("src_port", 1000);
	expect_null("src_sub");
	expect_text("dst_ip", "2001:db8::1");
	expect_null("dst_mac");
	expect_text("dst_sub", "unit 10");
	expect_text("client_ip", "10.0.0.5");
	expect_text("server_sub", "unit 10");
	expect_int("client_asset", 7);
	expect_int("server_asset", 8);
	e->dir = EV_DIR_RESPONSE;
	expect_text("server_ip", "10.0.0.5");
	expect_int("server_asset", 7);
	expect_int("src_asset", 7);
	e->dir = EV_DIR_NOTIFY;
	expect_int("client_port", 502);
	e->dst.ip.a[0] = 0xff; /* told to a group, which asks nobody */
	expect_int("client_port", 1000);
	e->dst.ip.a[0] = 0x20;
	e->dir = EV_DIR_UNKNOWN;
	expect_int("client_port", 1000);
	e->flags = EV_HAS_ORIGIN | EV_HAS_SUBJECT;
	e->origin = e->dst;
	e->subject = e->src;
	expect_text("origin_ip", "2001:db8::1");
	expect_text("subject_mac", "00:01:02:03:04:ff");
}

static void
test_numbers(void **state)
{
	struct ev *e = event();

	ev_uint(e, F_A, INT64_MAX);
	ev_int(e, EVF_OLD, -5);
	ev_bool(e, EVF_ANSWERS, true);
	ev_double(e, EVF_BYTES, 0.25);
	ev_double(e, EVF_COUNT, NAN);
	expect_int("a", INT64_MAX);
	expect_int("old", -5);
	expect_int("answers", 1);
	assert_true(get("bytes").d == 0.25);
	expect_null("count");
	e->nfields = 0;
	ev_uint(e, F_A, UINT64_MAX);
	expect_text("a", "18446744073709551615");
	e->nfields = 0;
	ev_hexnum(e, F_A, 0xab, 4);
	expect_text("a", "0x000000ab");
	e->nfields = 0;
	ev_add(e, F_A, EV_T_NULL);
	expect_null("a");
}

static void
test_texts(void **state)
{
	struct ev *e = event();

	ev_name(e, EVF_KEY, "vendor");
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, "a\"\\/\n\x01\x7f\xc2\x80z\xff", 11);
	ev_bytes(e, EVF_REASON, EV_T_LATIN1, "K\xfchl", 4);
	ev_bytes(e, EVF_DETAIL, EV_T_UCS2LE, "\x53\x00\xac\x20", 4);
	ev_bytes(e, EVF_LABEL, EV_T_HEX, "\xde\xad", 2);
	ev_bytes(e, EVF_PEER, EV_T_MAC, "\1\2\3\4\5\6", 6);
	ev_bytes(e, EVF_USER, EV_T_IP, "\x0a\0\0\x01", 4);
	ev_bytes(e, EVF_PHASE, EV_T_IP, "\x0a\0\0", 3);
	expect_text("key", "vendor");
	/* As it was sent, apart from the bad byte; render.c cleans. */
	expect_text("value", "a\"\\/\n\x01\x7f\xc2\x80z\xef\xbf\xbd");
	expect_text("reason", "Kühl");
	expect_text("detail", "S€");
	expect_text("label", "dead");
	expect_text("peer", "01:02:03:04:05:06");
	expect_text("user", "10.0.0.1");
	expect_null("phase");
}

static void
test_lists_are_json(void **state)
{
	struct ev *e = event();

	ev_bytes(e, F_VALUES, EV_T_REGS, "\x00\x01\xff\xff", 4);
	expect_text("values", "[1,65535]");
	e->nfields = 0;
	ev_bytes(e, F_VALUES, EV_T_BITS, "\x05", 3);
	expect_text("values", "[1,0,1]");
	e->nfields = 0;
	ev_object(e, F_VALUES);
	ev_uint(e, F_A, 5);
	ev_array(e, EVF_OPS);
	ev_uint(e, EVF_ELEM, 6);
	ev_end(e);
	ev_end(e);
	ev_uint(e, F_A, 9);
	expect_text("values", "{\"a\":5,\"ops\":[6]}");
	/* Nested fields are not the event's own. */
	expect_int("a", 9);
}

static void
test_one_name_is_one_column(void **state)
{
	struct ev *e = event();

	assert_int_equal(evcols_find(cols, "A"), evcols_find(cols, "a"));
	assert_int_equal(evcols_find(cols, "nonsense"), -1);
	assert_int_equal(evcols_find(cols, ""), -1);
	ev_uint(e, F_CODE, 1);
	ev_uint(e, F_NAME, 2);
	ev_uint(e, EVF_NAME, 3);
	expect_null("code"); /* the envelope's, which is not set */
	expect_int("name", 2);
	e->proto = 4; /* "a" is its second field */
	e->nfields = 0;
	ev_uint(e, EV_PROTO_BASE + 1, 77);
	expect_int("a", 77);
	expect_null("b");
	e->proto = 9; /* nobody registered it */
	expect_null("a");
	expect_null("proto");
	for (size_t i = 0; i < evcols_count(cols); i++) {
		const char *name = evcols_name(cols, i);

		assert_int_equal(evcols_find(cols, name), i);
		assert_true(name[0] != '\0');
	}
}

/* The longest values there are; one beyond the limit is NULL. */
static void
test_long_values_are_bounded(void **state)
{
	static uint8_t bytes[EV_BLOB_MAX];
	static struct ev_field many[EV_FIELDS_MAX];
	struct ev *e = event();

	ev_bytes(e, F_VALUES, EV_T_BITS, bytes, 8 * sizeof(bytes));
	assert_int_equal(get("values").n, 16 * sizeof(bytes) + 1);
	e->f = many;
	e->max_fields = EV_FIELDS_MAX;
	e->nfields = 0;
	ev_array(e, F_VALUES);
	while (e->nfields + 1 < EV_FIELDS_MAX) {
		ev_bytes(e, EVF_ELEM, EV_T_HEX, bytes, 1024);
	}
	ev_end(e);
	expect_null("values");
}

static int
setup(void **state)
{
	ev_proto_register(P, &proto);
	ev_proto_register(4, &other);
	return evcols_new(&cols);
}

static int
teardown(void **state)
{
	evcols_free(cols);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bare_event_is_null),
	    cmocka_unit_test(test_envelope),
	    cmocka_unit_test(test_ends_follow_the_direction),
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_lists_are_json),
	    cmocka_unit_test(test_one_name_is_one_column),
	    cmocka_unit_test(test_long_values_are_bounded),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/* Unit tests of the vocabulary, of finding and closing, and of text forms. */
#include <string.h>

#include "base/test.h"
#include "event/ev_sample.h"

static struct ev_sample s;

static void
test_names_parse_back(void **state)
{
	for (int k = 0; k < EV_KIND_COUNT; k++) {
		assert_int_equal(ev_kind_parse(ev_kind_name(k)), k);
	}
	for (int c = 1; c < EV_CLASS_COUNT; c++) {
		assert_int_equal(ev_class_parse(ev_class_name(c)), c);
	}
	assert_string_equal(ev_kind_name(EV_TRAFFIC), "traffic");
	assert_string_equal(ev_class_name(EV_CLASS_WRITE), "write");
	assert_string_equal(ev_dir_name(EV_DIR_NOTIFY), "notify");
	assert_int_equal(ev_kind_parse("operations"), -1);
	assert_int_equal(ev_class_parse(""), -1);
	assert_string_equal(ev_kind_name(EV_KIND_COUNT), "");
	assert_string_equal(ev_class_name(EV_CLASS_COUNT), "");
	assert_string_equal(ev_dir_name(EV_DIR_COUNT), "");
}

static void
test_fields_have_names(void **state)
{
	assert_string_equal(ev_field_name(0, EVF_KEY), "key");
	assert_string_equal(ev_field_name(SAMPLE_PROTO, EVF_LABEL), "label");
	assert_string_equal(ev_field_name(SAMPLE_PROTO, SAMPLE_QTY), "qty");
	assert_null(ev_field_name(SAMPLE_PROTO, SAMPLE_END));
	assert_null(ev_field_name(0, SAMPLE_QTY));
	assert_null(ev_field_name(SAMPLE_PROTO, EVF_COMMON_COUNT));
	assert_null(ev_field_name(SAMPLE_PROTO, EV_PROTO_BASE - 1));
	assert_null(ev_field_name(UINT16_MAX, SAMPLE_QTY));
}

static void
test_protocols_are_known_by_id(void **state)
{
	assert_string_equal(ev_proto_name(SAMPLE_PROTO), "sample");
	assert_string_equal(ev_proto_name(0), "");
	assert_string_equal(ev_proto_name(SAMPLE_PROTO + 1), "");
	assert_string_equal(ev_proto_name(EV_PROTOS_MAX), "");
	assert_null(ev_proto(UINT16_MAX));
}

static void
register_beyond(void *arg)
{
	ev_proto_register(EV_PROTOS_MAX, ev_proto(SAMPLE_PROTO));
}

static void
register_none(void *arg)
{
	ev_proto_register(0, ev_proto(SAMPLE_PROTO));
}

static void
test_impossible_protocol_asserts(void **state)
{
	assert_true(test_dies(register_beyond, NULL));
	assert_true(test_dies(register_none, NULL));
}

static void
test_find_sees_the_top_level(void **state)
{
	ev_sample_init(&s, EV_VALUE);
	ev_object(&s.ev, EVF_OPS);
	ev_uint(&s.ev, EVF_VALUE, 1);
	ev_array(&s.ev, EVF_OBJECT);
	ev_end(&s.ev);
	ev_uint(&s.ev, EVF_QUALITY, 2);
	ev_end(&s.ev);
	ev_uint(&s.ev, EVF_VALUE, 3);
	ev_uint(&s.ev, EVF_VALUE, 4);
	assert_int_equal(ev_find(&s.ev, EVF_VALUE)->u, 3);
	assert_ptr_equal(ev_find(&s.ev, EVF_OPS), &s.f[0]);
	assert_null(ev_find(&s.ev, EVF_QUALITY));
	assert_null(ev_find(&s.ev, EVF_OBJECT));
	assert_null(ev_find(&s.ev, EVF_ELEM)); /* an END is no field */
}

static void
test_overflow_is_told_and_harmless(void **state)
{
	ev_sample_init(&s, EV_VALUE);
	s.ev.max_fields = 2;
	ev_uint(&s.ev, EVF_FIRST, 1);
	ev_uint(&s.ev, EVF_LAST, 2);
	assert_false(s.ev.overflow);
	ev_uint(&s.ev, EVF_COUNT, 3);
	ev_bytes(&s.ev, EVF_DETAIL, EV_T_TEXT, "x", 1);
	assert_true(s.ev.overflow);
	assert_int_equal(s.ev.nfields, 2);
	assert_int_equal(s.f[1].u, 2);
}

/* Nesting as text: ( and [ open, ) closes, . is a value. */
static void
build(const char *marks, uint16_t max)
{
	ev_sample_init(&s, EV_VALUE);
	s.ev.max_fields = max;
	for (; *marks != '\0'; marks++) {
		switch (*marks) {
		case '(': ev_object(&s.ev, EVF_OPS); break;
		case '[': ev_array(&s.ev, EVF_OPS); break;
		case ')': ev_end(&s.ev); break;
		default: ev_uint(&s.ev, EVF_VALUE, 1); break;
		}
	}
}

static const char *
marks_of(const struct ev *e)
{
	static char text[EV_SAMPLE_FIELDS + 1];
	size_t i;

	for (i = 0; i < e->nfields; i++) {
		text[i] = e->f[i].type == EV_T_OBJECT  ? '('
			  : e->f[i].type == EV_T_ARRAY ? '['
			  : e->f[i].type == EV_T_END   ? ')'
						       : '.';
	}
	text[i] = '\0';
	return text;
}

static const struct {
	const char *in;
	uint16_t max;
	const char *want;
	bool lost;
} closings[] = {
    {"", 0, "", false},
    {"(", 0, "", true},
    {".(.[.).).", 48, ".(.[.).).", false}, /* nothing to do */
    {"(.", 3, "(.)", false},               /* room for the mark */
    {"(..", 3, "(.)", true},               /* a value makes room */
    {"((..", 4, "(())", true},
    {"(((", 3, "()", true}, /* a mark makes room */
    {"((((((((", 4, "(())", true},
    {"([.).", 5, "([.))", true}, /* cut in the outer object */
    {"([).", 4, "([))", true},
    {"([))", 3, "()", true},     /* dropping an END opens again */
    {"..)..", 48, "....", true}, /* closes nothing */
    {").", 48, ".", true},
    {"((((((((.))))))))", 48, "((((((((.))))))))", false},   /* 8 deep */
    {"(((((((([.).))))))))", 48, "((((((((.))))))))", true}, /* 9 deep */
    {"(((((((([(.)(.).)))))))))", 48, "(((((((())))))))", true},
};

static void
test_close_balances(void **state)
{
	for (size_t i = 0; i < sizeof(closings) / sizeof(closings[0]); i++) {
		build(closings[i].in, closings[i].max);
		ev_close(&s.ev);
		assert_string_equal(marks_of(&s.ev), closings[i].want);
		assert_true(s.ev.nfields <= s.ev.max_fields);
		assert_int_equal(s.ev.overflow, closings[i].lost);
	}
}

static void
test_close_balances_anything(void **state)
{
	uint64_t seed = 6;

	for (int round = 0; round < 100000; round++) {
		char in[EV_SAMPLE_FIELDS + 8] = "";
		size_t n = test_random(&seed) % (sizeof(in) - 1);
		unsigned depth = 0;

		for (size_t i = 0; i < n; i++) {
			in[i] = "(([)).."[test_random(&seed) % 7];
		}
		build(in, (uint16_t)(test_random(&seed) % EV_SAMPLE_FIELDS));
		ev_close(&s.ev);
		assert_true(s.ev.nfields <= s.ev.max_fields);
		for (const char *p = marks_of(&s.ev); *p != '\0'; p++) {
			assert_true(*p != ')' || depth > 0);
			depth += *p == '(' || *p == '[';
			depth -= *p == ')';
			assert_true(depth <= EV_DEPTH_MAX);
		}
		assert_int_equal(depth, 0);
	}
}

static void
test_lengths_are_cut_to_the_limits(void **state)
{
	struct ev_field f = {
	    .type = EV_T_HEX, .len = EV_BLOB_MAX + 1, .p = "x"};

	assert_int_equal(ev_len(&f), EV_BLOB_MAX);
	f.type = EV_T_BITS;
	f.len = 8 * EV_BLOB_MAX;
	assert_int_equal(ev_len(&f), 8 * EV_BLOB_MAX);
	f.len++;
	assert_int_equal(ev_len(&f), 8 * EV_BLOB_MAX);
	f.type = EV_T_REGS;
	f.len = 7; /* half a register is none */
	assert_int_equal(ev_len(&f), 6);
}

static void
check_ip(uint8_t ipver, const uint8_t *a, const char *want)
{
	char buf[EV_IP_TEXT];
	struct ev_ip ip = {{0}};

	memcpy(ip.a, a, ipver == 4 ? 4 : 16);
	assert_int_equal(ev_ip_text(buf, ipver, &ip), strlen(want));
	assert_string_equal(buf, want);
}

static void
test_addresses_as_text(void **state)
{
	static const uint8_t v4[] = {192, 168, 0, 10};
	static const uint8_t max4[] = {255, 255, 255, 255};
	static const uint8_t v6[16] = {0xfe, 0x80, [15] = 0x01};
	static const uint8_t full6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2,
	    0xab, 0xcd, 0, 3, 0, 4, 0xff, 0xff};
	static const uint8_t mac[] = {0x00, 0x80, 0xf4, 0x0a, 0xbc, 0xff};
	char buf[EV_IP_TEXT];

	check_ip(4, v4, "192.168.0.10");
	check_ip(4, max4, "255.255.255.255");
	check_ip(6, v6, "fe80::1");
	check_ip(6, full6, "2001:db8:1:2:abcd:3:4:ffff");
	check_ip(0, v6, "");
	assert_int_equal(ev_mac_text(buf, mac), 17);
	assert_string_equal(buf, "00:80:f4:0a:bc:ff");
}

static void
test_subs_as_text(void **state)
{
	struct ev_sub net = {
	    .kind = EV_SUB_BACNET, .len = 2, .net = 5, .mac = {0x0a, 0xff}};
	struct ev_sub all = {.kind = EV_SUB_BACNET, .net = 65535};
	struct ev_sub unit = {.kind = EV_SUB_UNIT, .num = 10};
	struct ev_sub addr = {.kind = EV_SUB_ADDR, .num = UINT32_MAX};
	struct ev_sub path = {.kind = EV_SUB_PATH, .len = 3, .path = "1,0"};
	struct ev_sub none = {0};
	char buf[EV_SUB_TEXT];

	assert_int_equal(ev_sub_text(buf, &net), 14);
	assert_string_equal(buf, "net 5 mac 0aff");
	(void)ev_sub_text(buf, &all);
	assert_string_equal(buf, "net 65535");
	(void)ev_sub_text(buf, &unit);
	assert_string_equal(buf, "unit 10");
	(void)ev_sub_text(buf, &addr);
	assert_string_equal(buf, "addr 4294967295");
	(void)ev_sub_text(buf, &path);
	assert_string_equal(buf, "path 1,0");
	assert_int_equal(ev_sub_text(buf, &none), 0);
	assert_string_equal(buf, "");
	/* The longest of each kind. */
	all.len = EV_SUB_MAC_MAX;
	assert_int_equal(ev_sub_text(buf, &all), 14 + 36);
	path.len = EV_SUB_PATH_MAX;
	memset(path.path, '1', sizeof(path.path));
	assert_int_equal(ev_sub_text(buf, &path), 5 + 64);
}

static int
setup(void **state)
{
	ev_sample_register();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names_parse_back),
	    cmocka_unit_test(test_fields_have_names),
	    cmocka_unit_test(test_protocols_are_known_by_id),
	    cmocka_unit_test(test_impossible_protocol_asserts),
	    cmocka_unit_test(test_find_sees_the_top_level),
	    cmocka_unit_test(test_overflow_is_told_and_harmless),
	    cmocka_unit_test(test_close_balances),
	    cmocka_unit_test(test_close_balances_anything),
	    cmocka_unit_test(test_lengths_are_cut_to_the_limits),
	    cmocka_unit_test(test_addresses_as_text),
	    cmocka_unit_test(test_subs_as_text),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

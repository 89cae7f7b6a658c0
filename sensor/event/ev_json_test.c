/*
 * Unit tests of events as JSON: exact lines, since names and order are an
 * interface (events.md), and validity for anything that can be built.
 */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "event/ev_json.h"
#include "event/ev_sample.h"

static struct ev_sample s;
static char out[512 * 1024];

static const char *
line(const char *file, const char *iface)
{
	struct json j;

	json_init(&j, out, sizeof(out) - 1, NULL, NULL);
	ev_json(&j, &s.ev, file, iface);
	assert_int_equal(json_flush(&j), 0);
	out[j.used] = '\0';
	return out;
}

/* What is behind the envelope of an event that has none to speak of. */
static void
check_fields(const char *want)
{
	static const char head[] =
	    "{\"kind\":\"value\",\"frame\":0,\"ts\":\"0.000000000\"";
	char all[8192];

	(void)snprintf(all, sizeof(all), "%s%s%s}", head,
	    want[0] != '\0' ? "," : "", want);
	assert_string_equal(line(NULL, NULL), all);
}

/* The sample's fields can be named on any event of its protocol. */
static struct ev *
begin(void)
{
	ev_sample_init(&s, EV_VALUE);
	return &s.ev;
}

static void
test_example_of_the_interface(void **state)
{
	static const uint8_t smac[] = {0x00, 0x02, 0xb3, 0xce, 0x70, 0x51};
	static const uint8_t dmac[] = {0x00, 0x20, 0x78, 0x00, 0x62, 0x0d};
	struct ev *e = &s.ev;

	ev_sample_init(&s, EV_OPERATION);
	e->frame = 4;
	e->ts_ns = 1093521681696827000;
	e->src = (struct ev_end){.has_mac = true,
	    .ipver = 4,
	    .ip = {{10, 0, 0, 57}},
	    .has_port = true,
	    .port = 2578};
	memcpy(e->src.mac, smac, 6);
	e->dst = (struct ev_end){.has_mac = true,
	    .ipver = 4,
	    .ip = {{10, 0, 0, 3}},
	    .has_port = true,
	    .port = 502,
	    .sub = {.kind = EV_SUB_UNIT, .num = 10}};
	memcpy(e->dst.mac, dmac, 6);
	e->proto = SAMPLE_PROTO;
	e->dir = EV_DIR_REQUEST;
	e->op = "read_coils";
	e->flags = EV_HAS_CODE;
	e->code = 1;
	e->cls = EV_CLASS_READ;
	ev_uint(e, SAMPLE_ADDR, 0);
	ev_uint(e, SAMPLE_QTY, 8);
	assert_string_equal(line(NULL, NULL),
	    "{\"kind\":\"operation\",\"frame\":4,"
	    "\"ts\":\"1093521681.696827000\","
	    "\"src\":{\"mac\":\"00:02:b3:ce:70:51\",\"ip\":\"10.0.0.57\","
	    "\"port\":2578},"
	    "\"dst\":{\"mac\":\"00:20:78:00:62:0d\",\"ip\":\"10.0.0.3\","
	    "\"port\":502,\"sub\":{\"unit\":10}},\"proto\":\"sample\","
	    "\"dir\":\"request\",\"op\":\"read_coils\",\"code\":1,"
	    "\"class\":\"read\",\"addr\":0,\"qty\":8}");
}

static void
test_everything_in_its_order(void **state)
{
	struct ev *e = &s.ev;

	ev_sample_init(&s, EV_OPERATION);
	e->frame = 7;
	e->ts_ns = 1;
	e->vlan_n = 2;
	e->vlan[0] = 100;
	e->vlan[1] = 7;
	e->src.sub = (struct ev_sub){
	    .kind = EV_SUB_BACNET, .net = 5, .len = 2, .mac = {0x0a, 0xff}};
	e->dst.sub = (struct ev_sub){.kind = EV_SUB_BACNET, .net = 65535};
	e->origin = (struct ev_end){
	    .ipver = 6, .ip = {{0xfe, 0x80}}, .has_port = true, .port = 47808};
	e->subject.sub =
	    (struct ev_sub){.kind = EV_SUB_PATH, .len = 3, .path = "1,0"};
	e->proto = SAMPLE_PROTO;
	e->dir = EV_DIR_RESPONSE;
	e->flags = EV_TENTATIVE | EV_DUP | EV_HAS_CODE | EV_HAS_RTT |
		   EV_HAS_ORIGIN | EV_HAS_SUBJECT | EV_CUT;
	e->op = "read";
	e->code = 3;
	e->cls = EV_CLASS_READ;
	e->status = "ok";
	e->rtt_us = 1500;
	e->req_frame = 6;
	ev_uint(e, EVF_COUNT, 1);
	assert_string_equal(line("a \"b\".pcap", "eth0"),
	    "{\"kind\":\"operation\",\"file\":\"a \\\"b\\\".pcap\","
	    "\"iface\":\"eth0\",\"frame\":7,\"ts\":\"0.000000001\","
	    "\"vlan\":[100,7],\"src\":{\"sub\":{\"net\":5,\"mac\":\"0aff\"}},"
	    "\"dst\":{\"sub\":{\"net\":65535}},"
	    "\"origin\":{\"ip\":\"fe80::\",\"port\":47808},"
	    "\"proto\":\"sample\",\"dir\":\"response\",\"tentative\":true,"
	    "\"dup\":true,\"cut\":true,\"subject\":{\"sub\":{\"path\":\"1,0\"}}"
	    ","
	    "\"op\":\"read\",\"code\":3,\"class\":\"read\",\"status\":\"ok\","
	    "\"rtt_us\":1500,\"req_frame\":6,\"count\":1}");
}

static void
test_a_field_called_file_leaves_the_input_another_name(void **state)
{
	struct ev *e = &s.ev;

	ev_sample_init(&s, EV_OPERATION);
	e->proto = SAMPLE_PROTO;
	e->dir = EV_DIR_REQUEST;
	ev_object(e, SAMPLE_ITEM); /* one within is no clash */
	ev_uint(e, SAMPLE_FILE, 1);
	ev_end(e);
	assert_non_null(strstr(line("a.pcap", NULL), "\"file\":\"a.pcap\""));
	ev_uint(e, SAMPLE_FILE, 7);
	assert_non_null(strstr(line("a.pcap", NULL), "\"input\":\"a.pcap\""));
	assert_null(strstr(line("a.pcap", NULL), "\"file\":\"a.pcap\""));
	assert_non_null(strstr(line("a.pcap", NULL), ",\"file\":7}"));
}

static void
test_what_is_absent_is_not_printed(void **state)
{
	struct ev *e = begin();

	e->dir = EV_DIR_REQUEST; /* of no protocol */
	e->origin.has_port = true;
	e->subject.has_port = true;
	e->op = "read"; /* of no operation */
	e->code = 3;
	check_fields("");
	e->flags = EV_HAS_SUBJECT;
	e->subject.has_port = false; /* a subject of whom nothing is known */
	check_fields("");
	ev_sample_init(&s, EV_OPERATION);
	assert_string_equal(line(NULL, NULL),
	    "{\"kind\":\"operation\",\"frame\":0,\"ts\":\"0.000000000\"}");
}

static void
test_other_ends(void **state)
{
	struct ev *e = begin();

	e->src.sub = (struct ev_sub){.kind = EV_SUB_ADDR, .num = 65519};
	e->dst.has_port = true;
	check_fields("\"src\":{\"sub\":{\"addr\":65519}},\"dst\":{\"port\":0}");
}

static void
test_numbers(void **state)
{
	struct ev *e = begin();

	ev_uint(e, EVF_FIRST, UINT64_MAX);
	ev_uint(e, EVF_LAST, 9007199254740992);
	ev_int(e, EVF_OFFSET, -5);
	ev_double(e, EVF_VALUE, 21.5);
	ev_bool(e, EVF_ANSWERS, true);
	ev_bool(e, EVF_INITIATOR, false);
	ev_add(e, EVF_OLD, EV_T_NULL);
	check_fields("\"first\":\"18446744073709551615\","
		     "\"last\":9007199254740992,\"offset\":-5,\"value\":21.5,"
		     "\"answers\":true,\"initiator\":false,\"old\":null");
}

static void
test_hex_numbers_have_their_width(void **state)
{
	struct ev *e = begin();

	ev_array(e, EVF_OPS);
	ev_hexnum(e, EVF_ELEM, 0, 0);
	ev_hexnum(e, EVF_ELEM, 0, 1);
	ev_hexnum(e, EVF_ELEM, 0xab, 2);
	ev_hexnum(e, EVF_ELEM, 0xabcdef, 2); /* does not lose digits */
	ev_hexnum(e, EVF_ELEM, UINT64_MAX, 8);
	ev_hexnum(e, EVF_ELEM, 1, 200);
	ev_end(e);
	check_fields("\"ops\":[\"0x0\",\"0x00\",\"0x00ab\",\"0xabcdef\","
		     "\"0xffffffffffffffff\",\"0x0000000000000001\"]");
}

static void
test_numbered_names(void **state)
{
	struct ev *e = begin();

	ev_array(e, EVF_OPS);
	ev_numbered(e, EVF_ELEM, "analog_input", 0);
	ev_numbered(e, EVF_ELEM, "analog-input", 4194303);
	ev_numbered(e, EVF_ELEM, "x", UINT32_MAX);
	ev_end(e);
	check_fields("\"ops\":[\"analog_input 0\",\"analog-input 4194303\","
		     "\"x 4294967295\"]");
}

static void
test_registers_and_bits(void **state)
{
	static const uint8_t b[] = {
	    0x00, 0x0a, /* register 10 */
	    0xff, 0xff, /* register 65535 */
	    0x01,       /* half a register: not one */
	};
	static const uint8_t coils[] = {
	    0xcd, /* 1 0 1 1 0 0 1 1, low bit first */
	    0x01, /* 1 0 */
	};
	struct ev *e = begin();

	ev_bytes(e, EVF_VALUE, EV_T_REGS, b, sizeof(b));
	ev_bytes(e, EVF_OLD, EV_T_BITS, coils, 10);
	ev_bytes(e, EVF_OPS, EV_T_BITS, NULL, 0);
	ev_bytes(e, EVF_DETAIL, EV_T_HEX, b, 3);
	check_fields("\"value\":[10,65535],\"old\":[1,0,1,1,0,0,1,1,1,0],"
		     "\"ops\":[],\"detail\":\"000aff\"");
}

static void
test_addresses(void **state)
{
	static const uint8_t b[16] = {0xc0, 0xa8, 0x00, 0x01, 0xab, 0xcd};
	struct ev *e = begin();

	ev_array(e, EVF_PEER);
	ev_bytes(e, EVF_ELEM, EV_T_MAC, b, 6);
	ev_bytes(e, EVF_ELEM, EV_T_IP, b, 4);
	ev_bytes(e, EVF_ELEM, EV_T_IP, b, 16);
	ev_bytes(e, EVF_ELEM, EV_T_MAC, b, 5);
	ev_bytes(e, EVF_ELEM, EV_T_IP, b, 6);
	ev_end(e);
	check_fields("\"peer\":[\"c0:a8:00:01:ab:cd\",\"192.168.0.1\","
		     "\"c0a8:1:abcd::\",null,null]");
}

static void
test_no_bytes_are_no_value(void **state)
{
	struct ev *e = begin();

	ev_name(e, EVF_CAUSE, NULL);
	ev_bytes(e, EVF_DETAIL, EV_T_TEXT, NULL, 5);
	ev_bytes(e, EVF_OLD, EV_T_HEX, NULL, 5);
	ev_bytes(e, EVF_OPS, EV_T_BITS, NULL, 5);
	ev_bytes(e, EVF_PEER, EV_T_MAC, NULL, 6);
	check_fields("\"cause\":null,\"detail\":\"\",\"old\":\"\","
		     "\"ops\":[],\"peer\":null");
}

static void
test_nesting(void **state)
{
	struct ev *e = begin();

	e->proto = SAMPLE_PROTO;
	ev_array(e, SAMPLE_VALUES);
	ev_object(e, EVF_ELEM);
	ev_uint(e, SAMPLE_ADDR, 1);
	ev_array(e, SAMPLE_VALUES);
	ev_end(e);
	ev_end(e);
	ev_array(e, EVF_ELEM);
	ev_name(e, EVF_ELEM, "x");
	ev_end(e);
	ev_end(e);
	ev_uint(e, SAMPLE_QTY, 2);
	check_fields("\"proto\":\"sample\",\"dir\":\"unknown\","
		     "\"values\":[{\"addr\":1,\"values\":[]},[\"x\"]],"
		     "\"qty\":2");
}

#define FFFD "\xef\xbf\xbd"

static void
check_text(enum ev_type type, const char *bytes, size_t n, const char *want)
{
	char all[8192];
	struct ev *e = begin();

	ev_bytes(e, EVF_VALUE, type, bytes, n);
	(void)snprintf(all, sizeof(all), "\"value\":%s", want);
	check_fields(all);
}

static void
test_text_is_decoded_by_its_charset(void **state)
{
	check_text(EV_T_TEXT, "K\xc3\xbchler\n", 8, "\"K\xc3\xbchler\\n\"");
	check_text(
	    EV_T_LATIN1, "K\xfchler \xff", 8, "\"K\xc3\xbchler \xc3\xbf\"");
	check_text(EV_T_LATIN1, "\x85", 1, "\"\\u0085\"");
	check_text(
	    EV_T_UCS2BE, "\0K\0\xfc\x20\xac", 6, "\"K\xc3\xbc\xe2\x82\xac\"");
	check_text(
	    EV_T_UCS2LE, "K\0\xfc\0\xac\x20", 6, "\"K\xc3\xbc\xe2\x82\xac\"");
	check_text(
	    EV_T_UCS4BE, "\0\0\0K\0\x01\xf3\xed", 8, "\"K\xf0\x9f\x8f\xad\"");
	check_text(EV_T_TEXT, NULL, 0, "\"\"");
	/* U+FFFD that the sender wrote is no bad byte. */
	check_text(EV_T_TEXT, FFFD, 3, "\"" FFFD "\"");
	check_text(EV_T_UCS2BE, "\xff\xfd", 2, "\"" FFFD "\"");
}

static void
test_bad_text_has_its_raw_bytes(void **state)
{
	check_text(EV_T_TEXT, "a\xff", 2, "\"a" FFFD "\",\"raw\":\"61ff\"");
	check_text(EV_T_UCS2BE, "\0a\xd8\x3c\xdf\xed", 6, /* surrogates */
	    "\"a" FFFD FFFD "\",\"raw\":\"0061d83cdfed\"");
	check_text(EV_T_UCS2LE, "a\0b", 3,
	    "\"a" FFFD "\",\"raw\":\"610062\""); /* half a unit */
	check_text(
	    EV_T_UCS4BE, "\0\x11\0\0", 4, "\"" FFFD "\",\"raw\":\"00110000\"");
	check_text(
	    EV_T_UCS4BE, "\0\0\xd8\0", 4, "\"" FFFD "\",\"raw\":\"0000d800\"");
}

static void
test_raw_is_named_after_its_field(void **state)
{
	struct ev *e = begin();

	ev_bytes(e, EVF_NAME, EV_T_TEXT, "\xff", 1);
	ev_bytes(e, EVF_USER, EV_T_TEXT, "\xfe", 1);
	ev_array(e, EVF_OBJECT); /* elements have no room for it */
	ev_bytes(e, EVF_ELEM, EV_T_TEXT, "\xff", 1);
	ev_end(e);
	ev_object(e, EVF_DETAIL);
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, "\xff", 1);
	ev_end(e);
	check_fields("\"name\":\"" FFFD "\",\"name_raw\":\"ff\","
		     "\"user\":\"" FFFD "\",\"user_raw\":\"fe\","
		     "\"object\":[\"" FFFD "\"],"
		     "\"detail\":{\"value\":\"" FFFD "\",\"raw\":\"ff\"}");
	/* The event's own raw stands. */
	e = begin();
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, "\xff", 1);
	ev_bytes(e, EVF_RAW, EV_T_HEX, "\x01", 1);
	check_fields("\"value\":\"" FFFD "\",\"raw\":\"01\"");
}

static void
test_long_text_is_cut_at_a_character(void **state)
{
	static char in[EV_TEXT_MAX + 100];
	struct ev *e = begin();
	cJSON *doc, *v;

	memset(in, 'x', sizeof(in));
	memcpy(in + EV_TEXT_MAX - 2, "\xe2\x82\xac", 3);
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, in, sizeof(in));
	doc = cJSON_Parse(line(NULL, NULL));
	v = cJSON_GetObjectItemCaseSensitive(doc, "value");
	assert_int_equal(strlen(v->valuestring), EV_TEXT_MAX - 2);
	/* What is not shown needs no raw. */
	assert_null(cJSON_GetObjectItemCaseSensitive(doc, "raw"));
	cJSON_Delete(doc);

	e = begin();
	for (size_t i = 0; i + 1 < sizeof(in); i += 2) {
		memcpy(in + i, "\x01\x00", 2); /* U+0100: two bytes of UTF-8 */
	}
	memcpy(in, "\0x", 2); /* ... from an odd place on */
	ev_bytes(e, EVF_VALUE, EV_T_UCS2BE, in, sizeof(in));
	doc = cJSON_Parse(line(NULL, NULL));
	v = cJSON_GetObjectItemCaseSensitive(doc, "value");
	assert_int_equal(strlen(v->valuestring), EV_TEXT_MAX - 1);
	cJSON_Delete(doc);

	e = begin();
	memset(in, '\xff', sizeof(in));
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, in, sizeof(in));
	doc = cJSON_Parse(line(NULL, NULL));
	v = cJSON_GetObjectItemCaseSensitive(doc, "value");
	assert_int_equal(strlen(v->valuestring), EV_TEXT_MAX / 3 * 3);
	v = cJSON_GetObjectItemCaseSensitive(doc, "raw");
	assert_int_equal(strlen(v->valuestring), 2 * EV_TEXT_MAX);
	cJSON_Delete(doc);
}

static void
test_long_names_and_blobs_are_cut(void **state)
{
	static char name[EV_NAME_MAX + 10];
	static uint8_t blob[EV_BLOB_MAX + 10];
	struct ev *e = begin();
	cJSON *doc;

	memset(name, 'n', sizeof(name) - 1);
	ev_name(e, EVF_CAUSE, name);
	ev_bytes(e, EVF_DETAIL, EV_T_HEX, blob, sizeof(blob));
	ev_bytes(e, EVF_OPS, EV_T_BITS, blob, 8 * sizeof(blob));
	doc = cJSON_Parse(line(NULL, NULL));
	assert_int_equal(
	    strlen(cJSON_GetStringValue(cJSON_GetObjectItem(doc, "cause"))),
	    EV_NAME_MAX);
	assert_int_equal(
	    strlen(cJSON_GetStringValue(cJSON_GetObjectItem(doc, "detail"))),
	    2 * EV_BLOB_MAX);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(doc, "ops")),
	    8 * EV_BLOB_MAX);
	cJSON_Delete(doc);
}

static void
test_not_a_number_has_a_quality(void **state)
{
	struct ev *e = begin();

	ev_double(e, EVF_VALUE, NAN);
	check_fields("\"value\":null,\"quality\":\"nan\"");
	e = begin();
	ev_double(e, EVF_VALUE, INFINITY);
	ev_double(e, EVF_OLD, -INFINITY); /* one key a level */
	check_fields("\"value\":null,\"quality\":\"inf\",\"old\":null");
	e = begin();
	ev_object(e, EVF_DETAIL);
	ev_double(e, EVF_VALUE, -INFINITY);
	ev_end(e);
	ev_array(e, EVF_OPS);
	ev_double(e, EVF_ELEM, NAN);
	ev_end(e);
	check_fields("\"detail\":{\"value\":null,\"quality\":\"-inf\"},"
		     "\"ops\":[null]");
}

static void
test_own_quality_stands(void **state)
{
	struct ev *e = begin();

	ev_name(e, EVF_QUALITY, "bad");
	ev_double(e, EVF_VALUE, NAN);
	check_fields("\"quality\":\"bad\",\"value\":null");
	e = begin();
	ev_double(e, EVF_VALUE, NAN);
	ev_object(e, EVF_DETAIL);
	ev_end(e);
	ev_name(e, EVF_QUALITY, "bad");
	check_fields("\"value\":null,\"detail\":{},\"quality\":\"bad\"");
	e = begin();
	e->proto = SAMPLE_PROTO;
	ev_double(e, SAMPLE_VALUE, NAN);
	ev_name(e, SAMPLE_QUALITY, "bad"); /* the protocol's own name */
	check_fields("\"proto\":\"sample\",\"dir\":\"unknown\","
		     "\"value\":null,\"quality\":\"bad\"");
	/* That of another level is not one's own. */
	e = begin();
	ev_object(e, EVF_DETAIL);
	ev_name(e, EVF_QUALITY, "bad");
	ev_end(e);
	ev_double(e, EVF_VALUE, NAN);
	check_fields("\"detail\":{\"quality\":\"bad\"},\"value\":null,"
		     "\"quality\":\"nan\"");
}

static void
check_field(size_t at, const char *want)
{
	struct json j;

	json_init(&j, out, sizeof(out) - 1, NULL, NULL);
	ev_json_field(&j, &s.ev, at);
	assert_int_equal(json_flush(&j), 0);
	out[j.used] = '\0';
	assert_string_equal(out, want);
}

static void
test_one_field_alone(void **state)
{
	struct ev *e = begin();

	ev_uint(e, EVF_COUNT, 5);
	ev_array(e, EVF_OPS);
	ev_object(e, EVF_ELEM);
	ev_double(e, EVF_VALUE, NAN);
	ev_end(e);
	ev_uint(e, EVF_ELEM, 2);
	ev_end(e);
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, "a\xff", 2);
	ev_double(e, EVF_OLD, NAN);
	check_field(0, "5");
	check_field(1, "[{\"value\":null,\"quality\":\"nan\"},2]");
	check_field(2, "{\"value\":null,\"quality\":\"nan\"}");
	check_field(7, "\"a" FFFD "\"");
	check_field(8, "null");
}

/* No key twice at any level: a reader would see one of them. */
static void
check_keys(const cJSON *top)
{
	for (const cJSON *a = top->child; a != NULL; a = a->next) {
		for (const cJSON *b = a->next; cJSON_IsObject(top) && b != NULL;
		     b = b->next) {
			assert_string_not_equal(a->string, b->string);
		}
		check_keys(a);
	}
}

static void
test_any_event_is_valid_json(void **state)
{
	for (uint64_t seed = 0; seed < 4000; seed++) {
		cJSON *doc;

		ev_sample_random(&s, seed);
		doc = cJSON_Parse(line("f", NULL));
		assert_true(cJSON_IsObject(doc));
		check_keys(doc);
		assert_string_equal(doc->child->string, "kind");
		cJSON_Delete(doc);
	}
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
	    cmocka_unit_test(test_example_of_the_interface),
	    cmocka_unit_test(test_everything_in_its_order),
	    cmocka_unit_test(
		test_a_field_called_file_leaves_the_input_another_name),
	    cmocka_unit_test(test_what_is_absent_is_not_printed),
	    cmocka_unit_test(test_other_ends),
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_hex_numbers_have_their_width),
	    cmocka_unit_test(test_numbered_names),
	    cmocka_unit_test(test_registers_and_bits),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_no_bytes_are_no_value),
	    cmocka_unit_test(test_nesting),
	    cmocka_unit_test(test_text_is_decoded_by_its_charset),
	    cmocka_unit_test(test_bad_text_has_its_raw_bytes),
	    cmocka_unit_test(test_raw_is_named_after_its_field),
	    cmocka_unit_test(test_long_text_is_cut_at_a_character),
	    cmocka_unit_test(test_long_names_and_blobs_are_cut),
	    cmocka_unit_test(test_not_a_number_has_a_quality),
	    cmocka_unit_test(test_own_quality_stands),
	    cmocka_unit_test(test_one_field_alone),
	    cmocka_unit_test(test_any_event_is_valid_json),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

/*
 * HART-IP: sessions, frames, identity, whom facts are of; violations,
 * truncations, others' traffic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"
#include "dissectors/hartip/hartip.h"
#include "dissectors/mutate.h"

extern const struct dissector dissector_hartip;

#define OPEN    "01 00 00 00 0001 000d 01 00007530" /* primary, 30 s */
#define OPEN_OK "01 01 00 00 0001 000d 01 0000ea60"
/* Polling address 0, command 0, no data; check byte. */
#define ASK "01 00 03 00 0002 000d 02 80 00 00 82"
#define TYPE_AND_REVISIONS \
	"fe 264e 05 07 04 01 11 04" /* hardware 2, a bridge */
#define SELF                                                           \
	"01 01 03 00 0002 0025 06 80 00 18 00 00" TYPE_AND_REVISIONS   \
	"0000d2 05 03 002a 00 0026 0026 84" /* Rosemount, a gateway */ \
	"60"
#define READ_PV \
	"01 00 03 00 0003 0011 82 a60600000f 01 00 2c" /* PV of another */

static struct harness *
flow(void)
{
	return harness_new(&dissector_hartip, DIS_TCP);
}

static struct harness *
session(void)
{
	struct harness *h = flow();

	harness_hex(h, A, OPEN);
	harness_hex(h, B, OPEN_OK);
	(void)harness_take(h);
	return h;
}

static void
test_session(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, OPEN);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'session_initiate','code':0,'class':'session','seq':1,"
	    "'master':'primary','close_ms':30000}\n");
	harness_hex(h, B, OPEN_OK);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'session_initiate',"
	    "'code':0,'class':'session','status':'ok','rtt_us':0,"
	    "'req_frame':1,'seq':1,'master':'primary','close_ms':60000}\n");
	assert_int_equal(h->ctx.client, DIS_SIDE_A);
	harness_hex(h, A, OPEN);
	harness_hex(h, B, "01 01 00 0f 0001 0008");
	assert_true(harness_has(h, "'status':'all_sessions_in_use'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

#define FACT(key, value)                                    \
	"{'kind':'identity','dir':'response','subject':"    \
	"{'mac':'02:00:00:00:00:02','ip':'10.0.0.2',"       \
	"'port':5094},'key':'" key "','value':'" value "'," \
	"'via':'read_unique_identifier','claim':'self'}\n"

static void
test_identity_of_the_server(void **state)
{
	struct harness *h = session();

	harness_hex(h, A, ASK);
	harness_assert(h,
	    "{'kind':'operation','dir':'request',"
	    "'op':'read_unique_identifier','code':0,'class':'discovery',"
	    "'message':'token_passing','seq':2,'frame_type':'request',"
	    "'poll':0,'command':0}\n");
	harness_hex(h, B, SELF);
	harness_assert(h,
	    "{'kind':'operation','dir':'response',"
	    "'op':'read_unique_identifier','code':0,'class':'discovery',"
	    "'status':'ok','rtt_us':0,'req_frame':3,"
	    "'message':'token_passing','seq':2,'frame_type':'answer',"
	    "'poll':0,'command':0,'device_revision':4}\n" FACT("vendor_id",
		"38") FACT("vendor", "Rosemount") FACT("product_code", "0x264e")
		FACT("serial", "264e0000d2") FACT("protocol_revision", "7")
		    FACT("firmware", "1") FACT("hardware", "2")
			FACT("device_type", "WirelessHART gateway"));
	harness_free(h);
}

static void
test_a_device_behind_the_server(void **state)
{
	struct harness *h = session();

	h->full = true;
	harness_hex(h, A, ASK);
	harness_hex(h, B, SELF);
	(void)harness_take(h);
	harness_hex(h, A, READ_PV);
	assert_true(harness_has(h, "'port':5094,'sub':{'path':'260600000f'}}"));
	harness_hex(h, B, /* 21.3 degrees; a malfunction */
	    "01 01 03 00 0003 0018 86 a60600000f 01 07 00 80 20 41aa6666"
	    "64");
	assert_true(harness_has(h, "'port':5094,'sub':{'path':'260600000f'}},"
				   "'dst'"));
	assert_true(harness_has(h, "'device_status':['malfunction']"));
	assert_true(harness_has(h, "'variables':[{'variable':'primary',"
				   "'value':21.3,'unit':'degC'}]"));
	assert_true(harness_has(h, "'object':'primary','value':21.3,"
				   "'source':'reported'"));
	assert_true(harness_has(h, "'object':'device','state':'trouble'"));
	/* The server's own identifier is not behind it. */
	(void)harness_take(h);
	harness_hex(h, A, "01 00 03 00 0004 0011 82 a64e0000d2 01 00 b9");
	assert_false(harness_has(h, "'sub'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

/* At polling address 0 is the server, whatever it is. */
static void
test_a_field_device_is_the_server(void **state)
{
	struct harness *h = session();

	h->full = true;
	harness_hex(h, A, ASK);
	harness_hex(h, B,
	    "01 01 03 00 0002 001b 06 80 00 0e 00 00" /* revision 5 */
	    "fe 2606 05 05 04 01 11 00 00000f 4d");
	assert_true(harness_has(h, "'key':'serial','value':'260600000f'"));
	(void)harness_take(h);
	harness_hex(h, A, READ_PV);
	assert_false(harness_has(h, "'sub'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

/* Who answers for itself says nothing of whom it stands in front of. */
static void
test_without_knowledge_it_is_behind(void **state)
{
	struct harness *h = session();

	h->full = true;
	harness_hex(h, A, "01 00 03 00 0004 0011 82 a64e0000d2 01 00 b9");
	assert_true(harness_has(h, "'sub':{'path':'264e0000d2'}"));
	harness_free(h);
}

static void
test_writes_have_their_class(void **state)
{
	struct harness *h = session();

	harness_hex(h, A, "01 00 03 00 0005 0011 82 a64e0000d2 2a 00 92");
	assert_true(harness_has(h, "'op':'device_reset','code':42,"
				   "'class':'control'"));
	harness_hex(h, B, "01 01 03 00 0005 0013 86 a64e0000d2 2a 02 07 00 93");
	assert_true(harness_has(h, "'status':'write_protected'"));
	assert_true(harness_has(h, "'response_code':7"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

/* Of commands for wireless networks, which write keys, no data are told. */
static void
test_keys_are_not_told(void **state)
{
	struct harness *h = session();

	harness_hex(
	    h, A, "01 00 03 00 0006 0015 82 a64e0000d2 1f 04 0300 cafe 94");
	assert_true(harness_has(h, "'op':'write_join_key','code':768,"
				   "'class':'config'"));
	assert_false(harness_has(h, "cafe"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_through_the_gateway(void **state)
{
	struct harness *h = session();

	h->full = true;
	harness_hex(h, A,
	    "01 00 03 00 0007 001c 82 a64e0000d2 4d 0b"
	    "00 01 05 82 a60600000f 2a 00 fd");
	assert_true(harness_has(h, "'op':'device_reset'"));
	assert_true(harness_has(h, "'sub':{'path':'260600000f'}"));
	assert_true(harness_has(h, "'card':0,'channel':1"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_direct_commands(void **state)
{
	struct harness *h = session();

	/* Two commands: it is called after the one that does more. */
	harness_hex(h, A, "01 00 04 00 0008 0010 00 00 0001 00 002a 00");
	assert_true(harness_has(h, "'op':'device_reset','code':42,"
				   "'class':'control','message':'direct',"
				   "'seq':8,'command':42,'commands':[1,42]"));
	harness_hex(h, B, /* PV 21.3 degrees; the device has no such */
	    "01 01 04 00 0008 0017 00 00 0001 06 00 20 41aa6666"
	    "002a 01 40");
	assert_true(harness_has(h, "'status':'command_not_implemented'"));
	assert_true(harness_has(h, "'object':'primary','value':21.3"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *hex, *what;
	} all[] = {
	    {"01 00 00 00 0009 000a 01 00", "'reason':'body','offset':8"},
	    {"01 00 03 00 0009 000d 02 80 00 00 83",
		"'reason':'check_byte','offset':12"},
	    {"01 00 03 00 0009 000c 02 80 00 00",
		"'reason':'check_byte','offset':12"},
	    {"01 00 03 00 0009 000a 02 80", "'reason':'body','offset':8"},
	    {"01 00 03 00 0009 000f 06 80 00 02 00 00 84",
		"'reason':'frame_type','offset':8"},
	    {"01 00 03 00 0009 000e 02 80 4d 01 00 ce",
		"'reason':'data','offset':12"},
	    {"01 00 04 00 0009 0009 00", "'reason':'body','offset':8"},
	    {"01 00 04 00 0009 000d 00 00 0001 05",
		"'reason':'data','offset':10"},
	    {"01 00 07", "'reason':'no_header','offset':0"},
	    {"01 00 03 00 0009 0007", "'reason':'no_header','offset':0"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = session();

		harness_hex(h, A, all[i].hex);
		assert_true(harness_has(h, all[i].what));
		harness_hex(h, A, ASK);
		assert_true(harness_has(h, "'poll':0"));
		harness_free(h);
	}
}

static void
test_segmentation_changes_nothing(void **state)
{
	static const char *const refused[] = {"03", "01 04", "01 00 06"};
	struct harness *h = flow();

	h->segment = 1;
	harness_hex(h, A, OPEN ASK READ_PV);
	harness_hex(h, B, OPEN_OK SELF);
	assert_int_equal(h->ok, 5);
	assert_int_equal(harness_waiting(h), 1);
	/* What is none is told as soon as it can be known. */
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		harness_reset(h);
		harness_hex(h, A, OPEN);
		harness_hex(h, B, OPEN_OK);
		harness_hex(h, A, refused[i]);
		assert_true(harness_has(h, "'reason':'no_header'"));
	}
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	static const char *const others[] = {
	    "16 03 01 00c8 01 0000c4", /* TLS, on its port */
	    "474554202f20485454502f312e31",
	};
	struct harness *h = flow();

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		harness_reset(h);
		harness_hex(h, A, others[i]);
		assert_false(h->claimed);
	}
	/* Elsewhere a header alone is no proof, nor is a wrong check byte. */
	h->port[B] = 9999;
	harness_reset(h);
	harness_hex(h, A, "01 00 02 00 0001 0008");
	assert_false(h->claimed);
	harness_reset(h);
	harness_hex(h, A, "01 00 03 00 0009 000d 02 80 00 00 83");
	assert_false(h->claimed);
	harness_reset(h);
	harness_hex(h, A, ASK);
	assert_true(h->claimed);
	harness_free(h);
}

/* A tag as it leaves the works: question marks, or nothing but zeros. */
static void
test_packed_text_that_nobody_wrote_is_none(void **state)
{
	static const struct {
		uint8_t packed[6];
		const char *text;
	} is[] = {
	    {{0}, ""},
	    {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, ""},
	    {{0x50, 0x90, 0xe0, 0x82, 0x08, 0x20}, "TIC"}, /* and blanks */
	    {{0, 0, 0x01, 0x82, 0x08, 0x20}, "@@@A"},
	};
	char text[8];

	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		struct rd r = rd_make(is[i].packed, sizeof(is[i].packed));
		size_t n = hart_unpack(r, text, sizeof(text));

		assert_int_equal(n, strlen(is[i].text));
		assert_memory_equal(text, is[i].text, n);
	}
}

static void
test_cut(void **state)
{
	struct harness *h = harness_new(&dissector_hartip, DIS_UDP);
	uint8_t msg[64];
	size_t n = harness_unhex(SELF, msg, sizeof(msg));

	harness_send_cut(h, B, msg, n - 4);
	assert_true(harness_has(h, "'op':"));
	assert_false(harness_has(h, "'identity'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_mutations(void **state)
{
	static const char nested[] = "01 00 03 00 0007 001c 82 a64e0000d2 4d 0b"
				     "00 01 05 82 a60600000f 2a 00 fd";
	static const char *const golden[] = {OPEN, OPEN_OK, ASK, SELF, READ_PV,
	    "01 01 04 00 0008 0017 00 00 0001 06 00 20 41aa6666 002a 01 40",
	    nested};
	const struct mutate m = {.message = golden,
	    .n = sizeof(golden) / sizeof(golden[0]),
	    .of_b = ~0u,
	    .before = {OPEN}};
	struct harness *h = flow();

	mutate_all(h, &m);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_session),
	    cmocka_unit_test(test_identity_of_the_server),
	    cmocka_unit_test(test_a_device_behind_the_server),
	    cmocka_unit_test(test_a_field_device_is_the_server),
	    cmocka_unit_test(test_without_knowledge_it_is_behind),
	    cmocka_unit_test(test_writes_have_their_class),
	    cmocka_unit_test(test_keys_are_not_told),
	    cmocka_unit_test(test_through_the_gateway),
	    cmocka_unit_test(test_direct_commands),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_segmentation_changes_nothing),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_packed_text_that_nobody_wrote_is_none),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

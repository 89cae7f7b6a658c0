/*
 * CODESYS: name service, channels, services in them, log-ins, tools; V2;
 * violations, truncations, others' traffic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"
#include "dissectors/mutate.h"

extern const struct dissector dissector_codesys;

/* magic, three words and 13 hops, priority, service, id, a word each; to, from
 * and what fills up */
#define DATAGRAM(service) "c5 6b 40" service "00 11 0015 000a 0000"
#define TCP(length)       "000117e8" length "000000"
/* block driver, datagram of channels: 20 octets */
#define CHANNEL(length) TCP(length) DATAGRAM("40")
/* first block of one who opened; channel 0x51, number, what came, size, CRC */
#define ASK  "01 81 5100 01000000 00000000 20000000 00000000"
#define BACK "01 01 5100 01000000 01000000 20000000 00000000"
/* ... group and service; session 0x11, size; customer */
#define SERVICE(group, number, size) \
	"55cd 1000" group number "11000000" size "000000 0000 0000"

#define START    CHANNEL("3c") ASK SERVICE("0200", "1000", "00")
#define START_OK CHANNEL("3c") BACK SERVICE("8200", "1000", "00")

#define LOOK                                                              \
	"c5 6c 40 03 00 10 1234 000a 0000" /* four words: broadcast id */ \
	"02c2 0004 20040000"
#define NODE                                                               \
	"c5 6b 40 04 00 11 000a 0014 0000"                                 \
	"80c2 0004 20040000" /* package, version, id                    */ \
	"0600 01 00 0000"    /* channels, order, parent's size          */ \
	"0200 0300 0100"     /* letters of node, device, vendor         */ \
	"00100000 04120610 00040f05 00000000" /* target: 5.15.4.0       */ \
	"03 00 00 00 0000000000000000"                                     \
	"4e003100 0000 440045005600 0000 5600 0000 393837 00"

static struct harness *
flow(uint8_t transport)
{
	struct harness *h = harness_new(&dissector_codesys, transport);

	if (transport == DIS_UDP) {
		h->port[B] = 1740;
		harness_reset(h);
	}
	return h;
}

static void
test_node_is_told(void **state)
{
	struct harness *h = flow(DIS_UDP);

	harness_hex(h, A, LOOK);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'resolve_name','code':49666,'class':'discovery',"
	    "'layer':'name_service','request_id':'0x00000420'}\n");
	harness_hex(h, B, NODE);
	assert_true(harness_has(h,
	    "'op':'node_info','code':49792,'class':'discovery','rtt_us':0,"
	    "'req_frame':1,'layer':'name_service','request_id':'0x00000420',"
	    "'channels':6,'node':'N1','device':'DEV',"
	    "'target_type':'0x00001000','target_id':'0x10061204'}"));
	assert_true(harness_has(h, "'key':'vendor','value':'V'"));
	assert_true(harness_has(h, "'key':'model','value':'DEV'"));
	assert_true(harness_has(h, "'key':'name','value':'N1'"));
	assert_true(harness_has(h, "'key':'firmware','value':'5.15.4.0'"));
	assert_true(harness_has(h, "'key':'serial','value':'987'"));
	assert_true(
	    harness_has(h, "'key':'product_code','value':'0x10061204'"));
	assert_true(
	    harness_has(h, "'key':'device_type','value':'CODESYS runtime'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_application_is_started(void **state)
{
	struct harness *h = flow(DIS_TCP);

	harness_hex(h, A, START);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'app_start',"
	    "'code':131088,'class':'control','layer':'channel',"
	    "'channel':81,'block':1,'ack':0,'group':'app',"
	    "'service':'0x10','session':'0x00000011','size':0}\n");
	harness_hex(h, B, START_OK);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'app_start',"
	    "'code':131088,'class':'control','rtt_us':0,'req_frame':1,"
	    "'layer':'channel','channel':81,'block':1,'ack':1,"
	    "'group':'app','service':'0x10','session':'0x00000011',"
	    "'size':0}\n");
	/* what follows a first block; nobody's service; secured */
	harness_hex(
	    h, A, CHANNEL("24") "01 80 5100 02000000 01000000 78797a7a");
	assert_true(harness_has(h, "'op':'block','code':1,'class':'other'"));
	harness_hex(h, A, CHANNEL("3c") ASK SERVICE("0c00", "0300", "00"));
	assert_true(harness_has(h, "'op':'user_manager'"));
	harness_hex(h, A, CHANNEL("2c") ASK "5775 0000");
	assert_true(harness_has(h, "'op':'block'"));
	assert_true(harness_has(h, "'secured':true"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_channel_opens_and_closes(void **state)
{
	struct harness *h = flow(DIS_TCP);

	harness_hex(h, A,
	    CHANNEL("28") "c3 00 0101 44332211 07000000 00401f00 05000000");
	assert_true(harness_has(h, "'op':'channel_open','code':195,"
				   "'class':'session'"));
	harness_hex(h, B,
	    CHANNEL("2c") "83 00 0101 44332211 07000000 0000 5100"
			  "00401f00 04000000");
	assert_true(harness_has(h, "'status':'ok','rtt_us':0,'req_frame':1,"));
	assert_true(harness_has(h, "'channel':81,'reason_code':0"));
	harness_hex(h, A, CHANNEL("1c") "02 80 5100 03000000");
	assert_true(harness_has(h, "'dir':'notify','op':'acknowledge'"));
	harness_hex(h, B, CHANNEL("18") "03 00 5100");
	assert_true(harness_has(h, "'op':'keep_alive'"));
	harness_hex(h, A, CHANNEL("20") "c4 00 0101 44332211 5100 0000");
	assert_true(harness_has(h, "'op':'channel_close'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_password_is_not_told(void **state)
{
	struct harness *h = flow(DIS_TCP);

	/* One without a user, one with 81 { 10 "ada", 11 "pass" }. */
	harness_hex(
	    h, A, CHANNEL("3f") ASK SERVICE("0100", "0200", "03") "22 01 01");
	assert_true(harness_has(h, "'op':'device_login'"));
	assert_false(harness_has(h, "pass"));
	harness_hex(h, A,
	    CHANNEL("4a") ASK SERVICE(
		"0100", "0200", "0e") "8101 0b 10 03 616461 11 04 70617373");
	assert_true(harness_has(h, "'user':'ada'"));
	assert_false(harness_has(h, "pass"));
	(void)harness_take(h);
	/* the first has no user; 82 { 20 result } */
	harness_hex(h, B,
	    CHANNEL("43")
		BACK SERVICE("8100", "0200", "07") "8201 04 20 02 0100");
	assert_true(harness_has(h, "'action':'fail'"));
	harness_hex(h, B,
	    CHANNEL("43")
		BACK SERVICE("8100", "0200", "07") "8201 04 20 02 0000");
	assert_true(harness_has(h, "'action':'login','user':'ada'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_tool_says_what_it_is(void **state)
{
	struct harness *h = flow(DIS_TCP);

	/* 83 { 41 "IDE" wide, 43 "pc" } */
	harness_hex(h, A,
	    CHANNEL("4d") ASK SERVICE("0100", "0a00",
		"11") "8301 0e 41 08 490044004500 0000 43 02 7063");
	assert_true(harness_has(h, "'op':'device_session_create'"));
	assert_true(harness_has(h, "'key':'software','value':'IDE'"));
	assert_true(harness_has(h, "'key':'hostname','value':'pc'"));
	harness_free(h);
}

static void
test_v2(void **state)
{
	struct harness *h = flow(DIS_TCP);
	uint8_t answer[6 + 154] = {0xbb, 0xbb, 154};

	h->port[B] = 2455;
	harness_reset(h);
	memcpy(answer + 64, "WIN32", 5);
	memcpy(answer + 96, "NT", 2);
	memcpy(answer + 128, "3S", 2);
	harness_hex(h, A, "bbbb 01000000 01");
	assert_true(harness_has(h, "'op':'v2_identify'"));
	harness_send(h, B, answer, sizeof(answer));
	assert_true(harness_has(
	    h, "'system':'WIN32','system_version':'NT','product':'3S'"));
	assert_true(harness_has(h, "'key':'os','value':'WIN32'"));
	(void)harness_take(h);
	harness_hex(h, A, "cccc 0100");
	harness_assert(h, "");
	harness_free(h);
	/* Nowhere else. */
	h = flow(DIS_TCP);
	h->port[B] = 40002;
	harness_reset(h);
	harness_hex(h, A, "bbbb 01000000 01");
	assert_false(h->claimed);
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *hex, *what;
	} all[] = {
	    {CHANNEL("15") "01", "'reason':'data','offset':20"},
	    {CHANNEL("18") "01 81 5100", "'reason':'data','offset':22"},
	    {CHANNEL("17") "02 80 51", "'reason':'data','offset':22"},
	    {CHANNEL("1a") "c3 00 0101 4433", "'reason':'data','offset':22"},
	    {CHANNEL("1a") "83 00 0101 4433", "'reason':'data','offset':22"},
	    {CHANNEL("17") "c4 00 01", "'reason':'data','offset':22"},
	    {CHANNEL("2c") ASK "55cd 1000", "'reason':'data','offset':40"},
	    {TCP("16") DATAGRAM("03") "02c2", "'reason':'data','offset':20"},
	    {TCP("09") DATAGRAM("03"), "'reason':'no_header','offset':0"},
	    {TCP("14") DATAGRAM("05"), "'reason':'no_header','offset':0"},
	    {TCP("14") "c56a40 03 00 11 0015 000a 0000",
		"'reason':'no_header','offset':0"},
	    {"000118", "'reason':'no_header','offset':0"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = flow(DIS_TCP);

		harness_hex(h, A, START);
		harness_hex(h, B, START_OK);
		(void)harness_take(h);
		harness_hex(h, A, all[i].hex);
		assert_true(harness_has(h, all[i].what));
		(void)harness_take(h);
		harness_hex(h, A, START);
		assert_true(harness_has(h, "'op':'app_start'"));
		harness_free(h);
	}
}

static void
test_name_beyond_the_end(void **state)
{
	struct harness *h = flow(DIS_UDP);
	uint8_t msg[128];
	size_t n = harness_unhex(NODE, msg, sizeof(msg));

	harness_send(h, B, msg, n - 10);
	assert_true(harness_has(h, "'reason':'size','offset':20"));
	assert_false(harness_has(h, "'identity'"));
	harness_free(h);
	h = flow(DIS_UDP);
	harness_send_cut(h, B, msg, n - 10);
	assert_int_equal(h->bad, 0);
	assert_false(harness_has(h, "'identity'"));
	harness_free(h);
}

static void
test_segmentation_changes_nothing(void **state)
{
	struct harness *h = flow(DIS_TCP);

	h->segment = 1;
	harness_hex(h, A, START);
	harness_hex(h, B, START_OK);
	assert_int_equal(h->ok, 2);
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	struct harness *h = flow(DIS_UDP);

	harness_hex(h, A, "c5 6b 40 09 00 11 0015 000a 0000");
	assert_false(h->claimed);
	harness_hex(h, A, "68656c6c6f2c20617265");
	assert_false(h->claimed);
	/* Elsewhere an address is no proof; who is looked for is. */
	h->port[B] = 40002;
	harness_reset(h);
	harness_hex(h, A, DATAGRAM("01") "00000000");
	assert_false(h->claimed);
	harness_hex(h, A, LOOK);
	assert_true(h->claimed);
	harness_free(h);
}

static void
test_mutations(void **state)
{
	static const char *const golden[] = {START, START_OK,
	    CHANNEL("4a") ASK SERVICE(
		"0100", "0200", "0e") "8101 0b 10 03 616461 11 04 70617373",
	    CHANNEL("43")
		BACK SERVICE("8100", "0200", "07") "8201 04 20 02 0000",
	    TCP("70") NODE, "bbbb 01000000 01"};
	const struct mutate m = {.message = golden,
	    .n = sizeof(golden) / sizeof(golden[0]),
	    .of_b = ~0u,
	    .before = {START}};
	struct harness *h = flow(DIS_TCP);

	mutate_all(h, &m);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_node_is_told),
	    cmocka_unit_test(test_application_is_started),
	    cmocka_unit_test(test_channel_opens_and_closes),
	    cmocka_unit_test(test_password_is_not_told),
	    cmocka_unit_test(test_tool_says_what_it_is),
	    cmocka_unit_test(test_v2),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_name_beyond_the_end),
	    cmocka_unit_test(test_segmentation_changes_nothing),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

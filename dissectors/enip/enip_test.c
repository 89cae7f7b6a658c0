/*
 * Encapsulation: commands, framing, directions, violations.
 */
#include "dissectors/enip/enip_test.h"

#define REGISTER                                                 \
	"6500 0400 00000000 00000000 0102030405060708 00000000 " \
	"0100 0000"
#define REGISTERED                                               \
	"6500 0400 2a000000 00000000 0102030405060708 00000000 " \
	"0100 0000"
#define ASK_IDENTITY "6300 0000 00000000 00000000 0000000000000000 00000000"
#define IDENTITY                                                        \
	"6300 2f00 00000000 00000000 0000000000000000 00000000"         \
	"0100"                                /* items               */ \
	"0c00 2900 0100"                      /* identity, version   */ \
	"0002 af12 0a000002 0000000000000000" /* socket address */      \
	"0100 0c00 3a00 0a05"                 /* vendor to revision  */ \
	"6000 6ca34600"                       /* status, serial      */ \
	"08 313735362d454e42 03"              /* name, state         */

static void
test_session_is_paired(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	harness_hex(h, A, REGISTER);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'register_session','code':101,'class':'session','cmd':101,"
	    "'session':'0x00000000','enip_status':0,"
	    "'context':'0102030405060708','version':1,'flags':0}\n");
	harness_hex(h, B, REGISTERED);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'register_session',"
	    "'code':101,'class':'session','status':'ok','rtt_us':0,"
	    "'req_frame':1,'cmd':101,'session':'0x0000002a','enip_status':0,"
	    "'context':'0102030405060708','version':1,'flags':0}\n");
	harness_free(h);
}

static void
test_identity_list_tells_who(void **state)
{
	struct harness *h = enip_flow(DIS_UDP);

	harness_hex(h, A, ASK_IDENTITY);
	harness_hex(h, B, IDENTITY);
	HAS(h, "'op':'list_identity','code':99,'class':'discovery'");
	HAS(h, "'key':'vendor','value':'Rockwell Automation/Allen-Bradley'");
	HAS(h, "'key':'device_type','value':'Communications Adapter'");
	HAS(h, "'key':'product_code','value':'58'");
	HAS(h, "'key':'firmware','value':'10.005'");
	HAS(h, "'key':'serial','value':'0x0046a36c'");
	HAS(h, "'key':'model','value':'1756-ENB'");
	HAS(h, "'state':'running'");
	harness_free(h);
}

static void
test_bytes_and_two_in_a_segment_are_the_same(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);
	char whole[4096];

	harness_hex(h, A, REGISTER);
	harness_hex(h, B, REGISTERED REGISTERED);
	snprintf(whole, sizeof(whole), "%s", harness_take(h));
	assert_true(strlen(whole) > 400);
	harness_reset(h);
	h->segment = 1;
	harness_hex(h, A, REGISTER);
	harness_hex(h, B, REGISTERED REGISTERED);
	assert_string_equal(harness_take(h), whole);
	harness_free(h);
}

static void
violation(uint8_t transport, const char *digits, const char *reason)
{
	struct harness *h = enip_flow(transport);

	harness_hex(h, A, REGISTER);
	(void)harness_take(h);
	harness_hex(h, A, digits);
	HAS(h, reason);
	(void)harness_take(h);
	harness_hex(h, A, REGISTER);
	HAS(h, "'op':'register_session'");
	harness_free(h);
}

static void
test_violations_are_told(void **state)
{
	violation(DIS_TCP,
	    "6500 0200 00000000 00000000 0102030405060708 00000000 0100",
	    "'reason':'length','offset':2");
	violation(DIS_TCP,
	    "6500 0400 00000000 00000000 0102030405060708 00000000 0200 0000",
	    "'reason':'protocol_version','offset':24");
	violation(DIS_TCP,
	    "6500 0400 00000000 00000000 0102030405060708 01000000 0100 0000",
	    "'reason':'options','offset':20");
	violation(DIS_TCP,
	    "6f00 0c00 01000000 00000000 0102030405060708 00000000"
	    "01000000 0000 0100 0000 0000",
	    "'reason':'interface_handle','offset':24");
	violation(DIS_TCP,
	    "6f00 0c00 01000000 00000000 0102030405060708 00000000"
	    "00000000 0000 0200 0000 0000",
	    "'reason':'item_count'");
	violation(DIS_TCP,
	    "6f00 0c00 01000000 00000000 0102030405060708 00000000"
	    "00000000 0000 0100 0000 0900",
	    "'reason':'item_length'");
	violation(DIS_UDP,
	    "6f00 0c00 01000000 00000000 0102030405060708 00000000"
	    "00000000 0000 0100 0000 0000",
	    "'reason':'transport'");
	violation(DIS_UDP,
	    "6500 0400 00000000 00000000 0102030405060708 00000000 0100",
	    "'reason':'datagram_short','offset':2");
	violation(DIS_TCP, "ffff 0000 00000000 00000000", "'reason':'header'");
}

static void
test_foreign_traffic_is_left_alone(void **state)
{
	static const char *const foreign[] = {
	    "474554202f20485454502f312e310d0a0d0a474554202f2048",
	    "0001 0000 0006 0a 01 0000 0008 00000000000000000000000000",
	    "0000000000000000000000000000000000000000000000000000",
	};

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		struct harness *h = enip_flow(DIS_TCP);

		h->port[B] = 8080;
		harness_hex(h, A, foreign[i]);
		assert_string_equal(harness_take(h), "");
		assert_false(h->claimed);
		harness_free(h);
	}
}

static void
test_cut_message_is_told(void **state)
{
	static const uint8_t bytes[] = {0x6f, 0, 0x20, 0, 1, 0, 0, 0, 0, 0, 0,
	    0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0};
	struct harness *h = enip_flow(DIS_TCP);

	harness_hex(h, A, REGISTER);
	harness_send_cut(h, A, bytes, sizeof(bytes));
	HAS(h, "'op':'send_rr_data'");
	assert_false(harness_has(h, "malformed"));
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_session_is_paired),
	    cmocka_unit_test(test_identity_list_tells_who),
	    cmocka_unit_test(test_bytes_and_two_in_a_segment_are_the_same),
	    cmocka_unit_test(test_violations_are_told),
	    cmocka_unit_test(test_foreign_traffic_is_left_alone),
	    cmocka_unit_test(test_cut_message_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

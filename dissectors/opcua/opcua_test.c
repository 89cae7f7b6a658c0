/*
 * OPC UA: channels, discovery, sessions, reads and writes, chunks; what is
 * encrypted; violations, damage, others' traffic.
 *
 * Messages are as test-pcaps/gen/opcua.py makes them: head (type, chunk,
 * size), channel, token, sequence and request number, type, header, body.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_opcua;

#define HELLO                                                         \
	"48454c46 2b000000"               /* HEL, 43 octets */        \
	"00000000 00000100 00000100"      /* version, both buffers */ \
	"00000000 00000000"               /* no limits */             \
	"0b000000 6f70632e7463703a2f2f70" /* opc.tcp://p */
#define ACK "41434b46 1c000000 00000000 00000100 00000100 00000000 00000000"
#define OPN_ASK                                                        \
	"4f504e4684000000000000002f000000687474703a2f2f6f7063666f756e" \
	"646174696f6e2e6f72672f55412f5365637572697479506f6c696379234e" \
	"6f6e65ffffffffffffffff01000000010000000100be0100000080209bcb" \
	"82d8010100000000000000ffffffff881300000000000000000000000000" \
	"01000000ffffffff80ee3600"
#define OPN_OK                                                         \
	"4f504e4687000000090000002f000000687474703a2f2f6f7063666f756e" \
	"646174696f6e2e6f72672f55412f5365637572697479506f6c696379234e" \
	"6f6e65ffffffffffffffff01000000010000000100c1010080209bcb82d8" \
	"01010000000000000000ffffffff00000000000000090000000100000000" \
	"80209bcb82d80180ee3600ffffffff"
#define ENDPOINTS                                                      \
	"4d5347465a000000090000000100000002000000020000000100ac010000" \
	"0080209bcb82d8010100000000000000ffffffff88130000000000150000" \
	"006f70632e7463703a2f2f7072657373373a343834300000000000000000"
#define ENDPOINTS_OK                                                   \
	"4d5347461f010000090000000100000002000000020000000100af010080" \
	"209bcb82d801010000000000000000ffffffff0000000100000015000000" \
	"6f70632e7463703a2f2f7072657373373a343834300600000075726e3a70" \
	"370800000075726e3a783a554102070000005072657373203700000000ff" \
	"ffffffffffffff01000000150000006f70632e7463703a2f2f7072657373" \
	"373a34383430ffffffff010000002f000000687474703a2f2f6f7063666f" \
	"756e646174696f6e2e6f72672f55412f5365637572697479506f6c696379" \
	"234e6f6e650200000002000000743000000000ffffffffffffffffffffff" \
	"ff02000000743101000000ffffffffffffffffffffffff13000000756174" \
	"63702d756173632d756162696e61727900"
#define ENDPOINTS_1                                                    \
	"4d5347437c000000090000000100000002000000020000000100af010080" \
	"209bcb82d801010000000000000000ffffffff0000000100000015000000" \
	"6f70632e7463703a2f2f7072657373373a343834300600000075726e3a70" \
	"370800000075726e3a783a554102070000005072657373203700000000ff" \
	"ffffffff"
#define ENDPOINTS_2                                                    \
	"4d534746bb00000009000000010000000300000002000000ffffff010000" \
	"00150000006f70632e7463703a2f2f7072657373373a34383430ffffffff" \
	"010000002f000000687474703a2f2f6f7063666f756e646174696f6e2e6f" \
	"72672f55412f5365637572697479506f6c696379234e6f6e650200000002" \
	"000000743000000000ffffffffffffffffffffffff020000007431010000" \
	"00ffffffffffffffffffffffff1300000075617463702d756173632d7561" \
	"62696e61727900"
#define LOGIN                                                          \
	"4d5347467c000000090000000100000003000000030000000100d3010000" \
	"0080209bcb82d8010100000000000000ffffffff88130000000000ffffff" \
	"ffffffffff00000000000000000100440101220000000400000075736572" \
	"080000006f70657261746f720600000068696464656effffffffffffffff" \
	"ffffffff"
#define LOGIN_OK                                                       \
	"4d53474640000000090000000100000003000000030000000100d6010080" \
	"209bcb82d801010000000000000000ffffffff000000ffffffff00000000" \
	"00000000"
#define LOGIN_BAD                                                      \
	"4d534746340000000900000001000000030000000300000001008d010080" \
	"209bcb82d8010100000000001f8000ffffffff000000"
#define READ_INFO                                                      \
	"4d5347468300000009000000010000000400000004000000010077020000" \
	"0080209bcb82d8010100000000000000ffffffff88130000000000000000" \
	"000000000000000000030000000100d7080d000000ffffffff0000ffffff" \
	"ff03020001000000460d000000ffffffff0000ffffffff0100d5080d0000" \
	"00ffffffff0000ffffffff"
#define READ_INFO_OK                                                   \
	"4d5347465e0000000900000001000000040000000400000001007a020080" \
	"209bcb82d801010000000000000000ffffffff00000003000000010c0500" \
	"0000576f726b73010b0000000000002940010c0700000050726573735541" \
	"00000000"
#define WRITE                                                          \
	"4d53474657000000090000000100000005000000050000000100a1020000" \
	"0080209bcb82d8010100000000000000ffffffff88130000000000010000" \
	"0003020001000000460d000000ffffffff010b0000000000004940"
#define WRITE_BAD                                                      \
	"4d53474640000000090000000100000005000000050000000100a4020080" \
	"209bcb82d801010000000000000000ffffffff0000000100000000003b80" \
	"00000000"
#define PUBLISH                                                        \
	"4d5347463d0000000900000001000000060000000600000001003a030000" \
	"0080209bcb82d8010100000000000000ffffffff88130000000000000000" \
	"00"
#define PUBLISH_OK                                                     \
	"4d534746550000000900000001000000060000000600000001003d030080" \
	"209bcb82d801010000000000000000ffffffff0000000500000000000000" \
	"00010000000080209bcb82d801000000000000000000000000"
#define LONG_STRING                                                    \
	"4d5347463d000000090000000100000007000000070000000100ac010000" \
	"0080209bcb82d8010100000000000000ffffffff88130000000000e70300" \
	"00"
#define LONG_ARRAY                                                     \
	"4d5347464900000009000000010000000700000007000000010077020000" \
	"0080209bcb82d8010100000000000000ffffffff88130000000000000000" \
	"0000000000000000000f270000"
#define NESTED                                                         \
	"4d5347465c000000090000000100000007000000070000000100a1020000" \
	"0080209bcb82d8010100000000000000ffffffff88130000000000010000" \
	"0003020001000000460d000000ffffffff0198010000000b000000000000" \
	"0000"
#define SEALED                                                         \
	"4f504e46e60000000000000039000000687474703a2f2f6f7063666f756e" \
	"646174696f6e2e6f72672f55412f5365637572697479506f6c6963792342" \
	"6173696332353653686132353651000000304f304da00302010202011130" \
	"0030133111300f06035504030c08506c616e742043413000302a31163014" \
	"060355040a0c0d4578616d706c6520576f726b733110300e06035504030c" \
	"0750616e656c2033140000005a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a" \
	"5a5a01000000010000000000000000000000000000000000000000000000" \
	"0000000000000000000000000000000000000000"
#define SEALED_MSG                                                     \
	"4d5347464a0000000400000001000000010000000100000028292a2b2c2d" \
	"2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b" \
	"4c4d4e4f50515253545556575859"

static struct harness *
flow(void)
{
	struct harness *h = harness_new(&dissector_opcua, DIS_TCP);

	harness_hex(h, A, HELLO);
	harness_hex(h, B, ACK);
	harness_hex(h, A, OPN_ASK);
	harness_hex(h, B, OPN_OK);
	assert_int_equal(h->bad, 0);
	return h;
}

static void
test_hello_and_channel(void **state)
{
	struct harness *h = harness_new(&dissector_opcua, DIS_TCP);

	harness_hex(h, A, HELLO);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'hello','code':0,'class':'session','message':'HEL',"
	    "'version':0,'url':'opc.tcp://p'}\n");
	harness_hex(h, B, ACK);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'hello','code':0,"
	    "'class':'session','status':'ok','rtt_us':0,'req_frame':1,"
	    "'message':'ACK','version':0}\n");
	harness_hex(h, A, OPN_ASK);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'open_secure_channel',"
	    "'code':446,'class':'session','message':'OPN','request':1,"
	    "'service':446,'policy':'None','mode':'none','renew':false,"
	    "'lifetime':3600000}\n");
	harness_hex(h, B, OPN_OK);
	assert_true(harness_has(h, "'req_frame':3"));
	assert_true(harness_has(h, "'channel':9,'lifetime':3600000"));
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

#define SERVER_FACT(key, value)                                      \
	"{'kind':'identity','dir':'response','subject':"             \
	"{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':4840},"   \
	"'key':'" key "','value':'" value "','via':'get_endpoints'," \
	"'claim':'self'}\n"
#define SERVER_FACTS                             \
	SERVER_FACT("name", "Press 7")           \
	SERVER_FACT("description", "urn:x:UA")   \
	SERVER_FACT("application_uri", "urn:p7") \
	SERVER_FACT("hostname", "press7")        \
	SERVER_FACT("endpoint_security", "no security")
#define SERVER_ANSWER                                                        \
	"'op':'get_endpoints','code':431,'class':'discovery','status':'ok'," \
	"'rtt_us':0,'req_frame':5,'message':'MSG','request':2,"              \
	"'service':428,'endpoints':[{'url':'opc.tcp://press7:4840',"         \
	"'application':'Press 7','application_uri':'urn:p7',"                \
	"'product_uri':'urn:x:UA','application_type':'server',"              \
	"'mode':'none','policy':'None','tokens':['anonymous',"               \
	"'user_name']}]}\n" SERVER_FACTS

static void
test_endpoints_say_who_the_server_is(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, ENDPOINTS);
	(void)harness_take(h);
	harness_hex(h, B, ENDPOINTS_OK);
	harness_assert(
	    h, "{'kind':'operation','dir':'response'," SERVER_ANSWER);
	harness_free(h);
}

static void
test_chunks_are_put_together(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, ENDPOINTS);
	(void)harness_take(h);
	harness_hex(h, B, ENDPOINTS_1);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'message_chunk',"
	    "'code':0,'class':'other','message':'MSG','chunk':'more',"
	    "'channel':9}\n");
	harness_hex(h, B, ENDPOINTS_2);
	harness_assert(
	    h, "{'kind':'operation','dir':'response'," SERVER_ANSWER);
	/* Without its first chunk it is nobody's. */
	harness_hex(h, A, ENDPOINTS);
	harness_hex(h, B, ENDPOINTS_1);
	harness_gap(h, B);
	(void)harness_take(h);
	harness_hex(h, B, ENDPOINTS_2 PUBLISH_OK);
	assert_false(harness_has(h, "identity"));
	assert_true(harness_has(h, "'op':'publish'"));
	harness_free(h);
}

static void
test_password_is_not_told(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, LOGIN);
	assert_true(harness_has(h, "'token':'user_name','clear':true"));
	harness_hex(h, B, LOGIN_OK);
	assert_true(harness_has(h, "{'kind':'auth','dir':'response',"
				   "'action':'login','user':'operator',"
				   "'detail':'user_name'}"));
	assert_false(harness_has(h, "hidden"));
	harness_hex(h, A, LOGIN);
	(void)harness_take(h);
	harness_hex(h, B, LOGIN_BAD);
	assert_true(harness_has(h, "'op':'activate_session','code':397"));
	assert_true(harness_has(h, "'action':'fail','user':'operator'"));
	harness_free(h);
}

/* The answer does not repeat the nodes. */
static void
test_reads_say_what_product_it_is(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, READ_INFO);
	assert_true(harness_has(h, "'about':'i=2263, ns=2;s=F, i=2261'"));
	(void)harness_take(h);
	harness_hex(h, B, READ_INFO_OK);
	assert_true(harness_has(h, "{'node':'ns=2;s=F','type':'Double',"
				   "'value':12.5}"));
	assert_true(harness_has(h, "'key':'vendor','value':'Works'"));
	assert_true(harness_has(h, "'key':'model','value':'PressUA'"));
	assert_true(harness_has(h, "{'kind':'value','dir':'response',"
				   "'object':'ns=2;s=F','value':12.5,"
				   "'source':'reported'}"));
	/* Without its request it is a list of values of nothing. */
	(void)harness_take(h);
	harness_hex(h, B, READ_INFO_OK);
	assert_false(harness_has(h, "identity"));
	assert_false(harness_has(h, "'kind':'value'"));
	harness_free(h);
}

static void
test_write(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, WRITE);
	assert_true(harness_has(h, "'op':'write','code':673,'class':'write'"));
	assert_true(harness_has(h, "{'kind':'value','dir':'request',"
				   "'object':'ns=2;s=F','value':50,"
				   "'source':'commanded'}"));
	harness_hex(h, B, WRITE_BAD);
	assert_true(harness_has(h, "'status':'bad_not_writable'"));
	harness_free(h);
}

static void
test_sealed_channel_names_its_ends(void **state)
{
	struct harness *h = harness_new(&dissector_opcua, DIS_TCP);

	harness_hex(h, A, HELLO);
	harness_hex(h, B, ACK);
	(void)harness_take(h);
	harness_hex(h, A, SEALED);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'open_secure_channel',"
	    "'code':446,'class':'session','message':'OPN','channel':0,"
	    "'policy':'Basic256Sha256','certificate':'Panel 3'}\n"
	    "{'kind':'identity','dir':'request','subject':"
	    "{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':49152},"
	    "'key':'name','value':'Panel 3','via':'open_secure_channel',"
	    "'claim':'self'}\n");
	harness_hex(h, A, SEALED_MSG SEALED_MSG);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'secured_message',"
	    "'code':0,'class':'other','message':'MSG','channel':4}\n"
	    "{'kind':'auth','dir':'request','action':'encrypted',"
	    "'detail':'secure_channel'}\n"
	    "{'kind':'operation','dir':'request','op':'secured_message',"
	    "'code':0,'class':'other','message':'MSG','channel':4}\n");
	harness_free(h);
}

/* Publications come all the time. */
static void
test_brief_publications_are_counted(void **state)
{
	struct harness *h = flow();

	h->brief = h->filtered = true;
	harness_hex(h, A, PUBLISH);
	(void)harness_take(h);
	harness_hex(h, B, PUBLISH_OK);
	assert_false(harness_has(h, "publish"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *pdu, *says;
	} bad[] = {
	    {LONG_STRING, "'reason':'string_length','offset':57"},
	    {LONG_ARRAY, "'reason':'array_length','offset':69"},
	    {"4d534746 0c000000 01000000", "'reason':'size','offset':8"},
	    {"48454c46 0c000000 00000000", "'reason':'short_body'"},
	    {"4d534746 07000000", "'reason':'no_header','offset':0"},
	    {"4d534758 00", "'reason':'no_header','offset':0"},
	};
	struct harness *h = flow();

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)harness_take(h);
		harness_hex(h, A, bad[i].pdu);
		assert_true(harness_has(h, bad[i].says));
		harness_hex(h, A, WRITE);
		assert_true(harness_has(h, "'op':'write'"));
	}
	harness_free(h);
}

/* A value that holds any values: not read, and nobody's fault. */
static void
test_values_of_values_are_left_alone(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, NESTED);
	assert_true(harness_has(h, "'op':'write'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	static const char *const others[] = {
	    "48454144 202f20485454502f312e30", /* HEAD / HTTP/1.0 */
	    "4d534720 68656c6c6f",             /* MSG hello */
	    "4d534746 ffffffff 00",            /* a length that is none */
	    "41434b00 0d0a",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct harness *h = harness_new(&dissector_opcua, DIS_TCP);

		harness_hex(h, A, others[i]);
		assert_false(h->claimed);
		harness_free(h);
	}
}

#define ALL_A HELLO OPN_ASK ENDPOINTS LOGIN READ_INFO WRITE PUBLISH
#define ALL_B ACK OPN_OK ENDPOINTS_1 ENDPOINTS_2 LOGIN_OK READ_INFO_OK WRITE_BAD

static void
test_segmentation_changes_nothing(void **state)
{
	struct harness *h = harness_new(&dissector_opcua, DIS_TCP);
	char *whole;

	harness_hex(h, A, ALL_A);
	harness_hex(h, B, ALL_B);
	whole = strdup(harness_take(h));
	assert_non_null(whole);
	harness_reset(h);
	h->segment = 1;
	harness_hex(h, A, ALL_A);
	harness_hex(h, B, ALL_B);
	assert_string_equal(harness_take(h), whole);
	free(whole);
	/* No header, said as soon as that is sure: the stream may end there. */
	harness_hex(h, A, "4d534758");
	assert_true(harness_has(h, "'reason':'no_header'"));
	harness_free(h);
}

/* Each octet damaged, whole and in pieces: the contract holds. */
static void
test_mutations(void **state)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xff};
	struct harness *h = harness_new(&dissector_opcua, DIS_TCP);
	uint8_t a[2048], b[2048];
	size_t na = harness_unhex(ALL_A, a, sizeof(a));
	size_t nb = harness_unhex(ALL_B, b, sizeof(b));

	for (size_t i = 0; i < na + nb; i++) {
		uint8_t *at = i < na ? &a[i] : &b[i - na];

		for (size_t k = 0; k < sizeof(masks); k++) {
			harness_reset(h);
			*at ^= masks[k];
			harness_send(h, A, a, na);
			harness_send(h, B, b, nb);
			*at ^= masks[k];
			(void)harness_take(h);
		}
	}
	for (size_t i = 0; i < nb; i++) {
		harness_reset(h);
		harness_send_cut(h, B, b, i);
		(void)harness_take(h);
	}
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_hello_and_channel),
	    cmocka_unit_test(test_endpoints_say_who_the_server_is),
	    cmocka_unit_test(test_chunks_are_put_together),
	    cmocka_unit_test(test_password_is_not_told),
	    cmocka_unit_test(test_reads_say_what_product_it_is),
	    cmocka_unit_test(test_write),
	    cmocka_unit_test(test_sealed_channel_names_its_ends),
	    cmocka_unit_test(test_brief_publications_are_counted),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_values_of_values_are_left_alone),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_segmentation_changes_nothing),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

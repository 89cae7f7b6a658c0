/*
 * nbns: messages to the letter, whose a name is, violations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_nbns;

/* "P1", suffix 00, 20, 1c */
#define BLANKS     "4341434143414341434143414341434143414341434143414341"
#define P1(suffix) "20 46414442" BLANKS suffix "00"
#define IS_00      "4141"
#define IS_20      "4341"
#define IS_1C      "424d"
#define NB         "0020 0001"
#define TTL        "0000003c"

#define ASK(flags, suffix) "0007" flags "0001 0000 0000 0000" P1(suffix) NB
#define REGISTER(suffix, kind, ip)                                  \
	"0007 2910 0001 0000 0000 0001" P1(suffix) NB "c00c" NB TTL \
						      "0006" kind ip
#define ANSWER(rcode, suffix, kind, ip) \
	"0007 850" rcode "0000 0001 0000 0000" P1(suffix) NB TTL "0006" kind ip

static struct harness *
flow(void)
{
	struct harness *h = harness_new(&dissector_nbns, DIS_UDP);

	h->port[A] = 137;
	return h;
}

static void
test_registration(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, REGISTER(IS_00, "0000", "0a000001"));
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'name_registration',"
	    "'code':5,'class':'session','txn':7,'broadcast':true,"
	    "'name':'P1','suffix':'0x00','use':'workstation','group':false,"
	    "'ttl':60,'addresses':['10.0.0.1']}\n"
	    "{'kind':'identity','dir':'request','subject':"
	    "{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':137},"
	    "'key':'hostname','value':'P1','via':'name_registration',"
	    "'claim':'self'}\n");
	assert_int_equal(harness_waiting(h), 0);
	/* A group is no host's name. */
	harness_hex(h, A, REGISTER(IS_00, "8000", "0a000001"));
	assert_true(harness_has(h, "'use':'domain','group':true"));
	assert_true(harness_has(h, "'relation':'member_of','peer':'P1'"));
	assert_false(harness_has(h, "identity"));
	(void)harness_take(h);
	harness_hex(h, A, REGISTER(IS_1C, "8000", "0a000001"));
	assert_true(
	    harness_has(h, "'relation':'domain_controller_of','peer':'P1'"));
	/* Nor is what programs look for: WPAD. */
	(void)harness_take(h);
	harness_hex(h, A,
	    "0007 8500 0000 0001 0000 0000 20 4648 4641 4542 4545"
	    "43414341 43414341 43414341 43414341 43414341 4341 4141 00" NB TTL
	    "0006 0000 0a000001");
	assert_true(harness_has(h, "'name':'WPAD'"));
	assert_false(harness_has(h, "identity"));
	/* Nor is a name of another address. */
	(void)harness_take(h);
	harness_hex(h, A, REGISTER(IS_20, "0000", "0a000009"));
	assert_true(harness_has(h, "'use':'file_server'"));
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

/* What a name server is asked for is not given yet. */
static void
test_granted(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    "0007 2900 0001 0000 0000 0001" P1(IS_00) NB "c00c" NB TTL
							 "0006 0000 0a000001");
	assert_false(harness_has(h, "identity"));
	assert_int_equal(harness_waiting(h), 1);
	harness_hex(h, B,
	    "0007 ad86 0000 0001 0000 0000" P1(IS_00) NB TTL
	    "0006 0000 0a000001");
	assert_true(harness_has(h, "'status':'active'"));
	assert_false(harness_has(h, "identity"));
	harness_hex(h, B,
	    "0007 ad80 0000 0001 0000 0000" P1(IS_00) NB TTL
	    "0006 0000 0a000001");
	assert_true(harness_has(h,
	    "'subject':{'mac':'02:00:00:00:00:01','ip':'10.0.0.1',"
	    "'port':137},'key':'hostname','value':'P1'"));
	/* That a group was granted is no role of the server's. */
	(void)harness_take(h);
	harness_hex(h, B,
	    "0007 ad80 0000 0001 0000 0000" P1(IS_00) NB TTL
	    "0006 8000 0a000001");
	assert_false(harness_has(h, "topology"));
	harness_free(h);
}

static void
test_query(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, ASK("0100", IS_20));
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'name_query',"
	    "'code':0,'class':'discovery','txn':7,'name':'P1',"
	    "'suffix':'0x20','use':'file_server'}\n");
	harness_hex(h, B, ANSWER("0", IS_20, "0000", "0a000002"));
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'name_query',"
	    "'code':0,'class':'discovery','status':'ok','rtt_us':0,"
	    "'req_frame':1,'txn':7,'name':'P1','suffix':'0x20',"
	    "'use':'file_server','group':false,'ttl':60,"
	    "'addresses':['10.0.0.2']}\n"
	    "{'kind':'identity','dir':'response','subject':"
	    "{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':137},"
	    "'key':'hostname','value':'P1','via':'name_query',"
	    "'claim':'self'}\n");
	/* A name server's word is of another. */
	harness_hex(h, B, ANSWER("0", IS_20, "0000", "0a000009"));
	assert_true(harness_has(h,
	    "'subject':{'ip':'10.0.0.9'},'key':'hostname','value':'P1',"
	    "'via':'name_query','claim':'peer'"));
	(void)harness_take(h);
	harness_hex(h, B, ANSWER("3", IS_20, "0000", "0a000002"));
	assert_true(harness_has(h, "'status':'name_error'"));
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

static void
test_status(void **state)
{
	struct harness *h = flow();

	harness_hex(h, B,
	    "0007 8400 0000 0001 0000 0000" P1(
		IS_00) "0021 0001 00000000"
		       "003d 03"
		       "503120202020202020202020202020 00 0400" /* P1, ours */
		       "503120202020202020202020202020 20 0400" /* P1, ours */
		       "473120202020202020202020202020 00 8400" /* G1, a group */
		       "0200000000aa");
	assert_true(harness_has(h,
	    "'op':'node_status','code':0,'class':'discovery','status':'ok'"));
	assert_true(harness_has(h,
	    "'names':[{'name':'P1','suffix':'0x00','use':'workstation',"
	    "'group':false},{'name':'P1','suffix':'0x20',"
	    "'use':'file_server','group':false},{'name':'G1',"
	    "'suffix':'0x00','use':'domain','group':true}],"
	    "'unit_id':'02:00:00:00:00:aa'}"));
	assert_true(harness_has(
	    h, "'key':'mac','value':'02:00:00:00:00:aa','via':'node_status'"));
	assert_true(harness_has(h, "'relation':'member_of','peer':'G1'"));
	assert_int_equal(h->events, 4); /* P1 once */
	/* A group's MAC is nobody's; fewer names than are counted. */
	(void)harness_take(h);
	harness_hex(h, B,
	    "0007 8400 0000 0001 0000 0000" P1(IS_00) "0021 0001 00000000"
						      "0007 00 0300000000aa");
	assert_true(harness_has(h, "'unit_id':'03:00:00:00:00:aa'"));
	assert_false(harness_has(h, "'key':'mac'"));
	(void)harness_take(h);
	harness_hex(h, B,
	    "0007 8400 0000 0001 0000 0000" P1(IS_00) "0021 0001 00000000"
						      "0007 01 0200000000aa");
	assert_true(harness_has(h, "'reason':'data_length','offset':56"));
	assert_false(harness_has(h, "unit_id"));
	harness_free(h);
}

static void
test_every_bit(void **state)
{
	static const char *const is[] = {ASK("0100", IS_20),
	    REGISTER(IS_00, "0000", "0a000001"),
	    ANSWER("0", IS_20, "0000", "0a000002")};
	struct harness *h = flow();
	uint8_t b[256];

	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		size_t n = harness_unhex(is[i], b, sizeof(b));

		for (size_t bit = 0; bit < n * 8; bit++) {
			b[bit / 8] ^= (uint8_t)(1 << bit % 8);
			harness_reset(h);
			h->claimed = true;
			harness_send(h, A, b, n);
			assert_int_equal(h->ok + h->bad, 1);
			b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t len = 0; len < n; len++) {
			harness_reset(h);
			harness_send(h, A, b, len);
			assert_false(harness_has(h, "identity"));
			harness_reset(h);
			harness_send_cut(h, A, b, len);
			assert_false(harness_has(h, "identity"));
			assert_int_equal(h->bad, 0);
		}
	}
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *message, *told;
	} is[] = {
	    {"0007 0100 0001", "'header','offset':0"},
	    {"0007 0100 0001 0000 0000 0000 1f41", "'name','offset':12"},
	    {"0007 0100 0000 0000 0000 0000", "'count','offset':4"},
	    {ASK("1000", IS_20), "'opcode','offset':2"},
	    {"0007 2910 0001 0000 0000 0001" P1(IS_20) NB "c00c",
		"'record','offset':50"},
	    {"0007 2910 0001 0000 0000 0001" P1(IS_20) NB
		"c00c" NB TTL "0007 0000 0a000001 00",
		"'data_length','offset':62"},
	};
	struct harness *h = flow();
	char want[128];

	harness_hex(h, A, ASK("0100", IS_20));
	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		(void)harness_take(h);
		harness_hex(h, A, is[i].message);
		(void)snprintf(want, sizeof(want), "'reason':%s}", is[i].told);
		assert_true(harness_has(h, want));
		(void)harness_take(h);
		harness_hex(h, A, ASK("0100", IS_20));
		assert_true(harness_has(h, "'op':'name_query'"));
		assert_false(harness_has(h, "malformed"));
	}
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	struct harness *h = flow();

	/* DNS: a name as long, not in these letters; another type. */
	harness_hex(h, A,
	    "0007 0100 0001 0000 0000 0000 20 61414442" BLANKS IS_20 "00" NB);
	assert_false(h->claimed);
	harness_hex(
	    h, A, "0007 0100 0001 0000 0000 0000" P1(IS_20) "0001 0001");
	assert_false(h->claimed);
	harness_hex(h, A, ASK("1800", IS_20));
	assert_false(h->claimed);
	h->port[A] = h->port[B] = 40000;
	harness_hex(h, A, ASK("0100", IS_20));
	assert_true(h->claimed);
	harness_free(h);
}

int
main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
	    T(test_registration),
	    T(test_granted),
	    T(test_query),
	    T(test_status),
	    T(test_every_bit),
	    T(test_violations),
	    T(test_others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * S7comm: connections, jobs, userdata and what follows from them; violations,
 * truncations, others' traffic on the same layers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"
#include "dissectors/mutate.h"

extern const struct dissector dissector_s7comm;

#define CR                                                               \
	"0300 0016 11 e0 0000 0001 00"   /* length, references, class */ \
	"c0 01 0a c1 02 0100 c2 02 0102" /* 1024; TSAPs: slot 2 */
#define CC      "0300 0016 11 d0 0001 0002 00 c0 01 0a c1 02 0100 c2 02 0102"
#define DT(len) "0300 00" len "02 f080"

#define SETUP    DT("19") "32 01 0000 0001 0008 0000 f0 00 0001 0001 01e0"
#define SETUP_OK DT("1b") "32 03 0000 0001 0008 0000 0000 f0 00 0001 0001 00f0"
#define WRITE                                             \
	DT("25")                                          \
	"32 01 0000 0002 000e 0006 05 01"                 \
	"12 0a 10 04 0001 0005 84 000050" /* DB 5.10.0 */ \
	"00 04 0010 1234"
#define WRITE_OK DT("16") "32 03 0000 0002 0002 0001 0000 05 01 ff"

static struct harness *
flow(void)
{
	return harness_new(&dissector_s7comm, DIS_TCP);
}

static void
test_connect_and_setup(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, CR);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'connect','code':224,'class':'session','cotp':224,"
	    "'calling':'0100','called':'0102','connection':'pg','rack':0,"
	    "'slot':2,'tpdu':1024}\n");
	harness_hex(h, B, CC);
	assert_true(harness_has(h, "'status':'ok','rtt_us':0,'req_frame':1"));
	(void)harness_take(h);
	harness_hex(h, A, SETUP);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'setup_communication','code':240,'class':'session',"
	    "'rosctr':1,'ref':1,'func':240,'amq_calling':1,'amq_called':1,"
	    "'pdu':480}\n");
	/* The pair proves S7. */
	harness_hex(h, B, SETUP_OK);
	harness_assert(h,
	    "{'kind':'operation','dir':'response',"
	    "'op':'setup_communication','code':240,'class':'session',"
	    "'status':'ok','rtt_us':0,'req_frame':3,'rosctr':3,'ref':1,"
	    "'func':240,'amq_calling':1,'amq_called':1,'pdu':240}\n");
	harness_free(h);
}

static void
test_write_and_read(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, WRITE);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'write_var','code':5,'class':'write','rosctr':1,'ref':2,"
	    "'func':5,'items':[{'area':'DB','db':5,'addr':10,'bit':0,"
	    "'type':'WORD','count':1,'value':4660}],"
	    "'about':'DB 5.10.0 WORD'}\n");
	harness_hex(h, B, WRITE_OK);
	assert_true(harness_has(h, "'status':'ok'"));
	assert_true(harness_has(h, "'results':['ok']"));
	harness_hex(h, A,
	    DT("1f") "32 01 0000 0003 000e 0000 04 01"
		     "12 0a 10 01 0001 0000 83 000019"); /* M 3.1 */
	assert_true(harness_has(h, "'about':'M 3.1 BIT'"));
	harness_hex(h, B, /* refused, with a length and no bytes */
	    DT("19") "32 03 0000 0003 0002 0004 0000 04 01 0a 00 0004");
	assert_true(harness_has(h, "'op':'read_var','code':4,'class':'read',"
				   "'status':'no_object'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

/* Answers that say no function have their request's. */
static void
test_stop_and_start(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    DT("21") "32 01 0000 0004 0010 0000 29 0000000000"
		     "09 505f50524f4752414d"); /* P_PROGRAM */
	assert_true(harness_has(h, "'op':'plc_stop','code':41,"
				   "'class':'control'"));
	harness_hex(h, B, DT("14") "32 03 0000 0004 0001 0000 0000 29");
	assert_true(harness_has(h, "'state':'stopped','via':'plc_stop'"));
	(void)harness_take(h);
	harness_hex(h, A,
	    DT("25") "32 01 0000 0005 0014 0000 28 000000000000fd 0000"
		     "09 505f50524f4752414d");
	assert_true(harness_has(h, "'op':'plc_start','code':40,"
				   "'class':'control'"));
	harness_hex(h, B, DT("13") "32 02 0000 0005 0000 0000 8402");
	assert_true(harness_has(h, "'op':'plc_start'"));
	assert_true(harness_has(h, "'status':'wrong_state'"));
	assert_false(harness_has(h, "'state'"));
	harness_free(h);
}

static void
test_download_and_insert(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    DT("31") "32 01 0000 0083 0020 0000 1a 00 0100 00000000"
		     "09 5f30413030303031 50" /* _0A00001P: DB 1 */
		     "0d 31 303030323136 303030303838");
	assert_true(harness_has(h, "'op':'request_download','code':26,"
				   "'class':'program'"));
	assert_true(harness_has(h, "'block':'DB 1','bytes':216"));
	harness_hex(h, B, DT("14") "32 03 0000 0083 0001 0000 0000 1a");
	assert_true(harness_has(h, "'phase':'begin','direction':'to_device',"
				   "'name':'DB 1'"));
	/* The PLC asks for the end itself and does not become the client. */
	harness_hex(h, B,
	    DT("23") "32 01 0000 0067 0012 0000 1c 00 0000 00000000"
		     "09 5f3041303030303150");
	assert_int_equal(h->ctx.client, DIS_SIDE_A);
	harness_hex(h, A, DT("14") "32 03 0000 0067 0001 0000 0000 1c");
	assert_true(harness_has(h, "'phase':'end','direction':'to_device'"));
	harness_hex(h, A,
	    DT("2b") "32 01 0000 0084 001a 0000 28 000000000000fd 000a"
		     "0100 3041303030303150 05 5f494e5345"); /* _INSE */
	assert_true(harness_has(h, "'op':'insert_block','code':40,"
				   "'class':'program'"));
	harness_free(h);
}

#define ASK_SZL(id) \
	DT("21")    \
	"32 07 0000 0005 0008 0008 000112 04 11 44 01 00 ff 09 0004" id
#define SZL_HEAD "000112 08 12 84 01 "

static void
test_identity(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, ASK_SZL("0011 0000"));
	assert_true(harness_has(h, "'op':'read_szl','code':1025,"
				   "'class':'diagnostic'"));
	harness_hex(h, B,
	    DT("61") "32 07 0000 0005 000c 0044" SZL_HEAD "01 00 00 0000"
		     "ff 09 0040 0011 0000 001c 0002"
		     "0001 36455337203331352d32454831342d3041423020"
		     "00c0 0004 0001" /* order number, version 4 */
		     "0007 2020202020202020202020202020202020202020"
		     "00c0 5603 0206"); /* V3.2.6 */
	assert_true(
	    harness_has(h, "'key':'order_number','value':'6ES7 315-2EH14-0AB0',"
			   "'via':'read_szl','claim':'self'"));
	assert_true(harness_has(h, "'key':'hardware','value':'4'"));
	assert_true(harness_has(h, "'key':'firmware','value':'V3.2.6'"));
	assert_true(harness_has(h, "'subject':{'mac':'02:00:00:00:00:02'"));
	harness_free(h);
}

/* One record in two pieces: name of the station, then its serial number. */
static void
test_a_list_in_pieces(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, ASK_SZL("001c 0000"));
	harness_hex(h, B,
	    DT("47") "32 07 0000 0005 000c 002a" SZL_HEAD "02 01 01 0000"
		     "ff 09 0026 001c 0000 0022 0002"
		     "0001 53312020202020202020202020202020"
		     "202020202020202000000000"); /* S1 */
	assert_false(harness_has(h, "'identity'"));
	harness_hex(h, A,
	    DT("21") "32 07 0000 0006 000c 0004 000112 08 12 44 01 02"
		     "00 00 0000 0a 00 0000");
	harness_hex(h, B,
	    DT("47") "32 07 0000 0006 000c 002a" SZL_HEAD "02 01 00 0000"
		     "ff 09 0026 00000000 0005"
		     "5320432d42315500000000000000000000000000"
		     "000000000000000000000000");
	assert_true(harness_has(h, "'key':'name','value':'S1'"));
	assert_true(harness_has(h, "'key':'serial','value':'S C-B1U'"));
	harness_free(h);
}

static void
test_operating_mode(void **state)
{
	struct harness *h = flow();

	harness_hex(h, B,
	    DT("3d") "32 07 0000 0005 000c 0020" SZL_HEAD "00 01 00 0000"
		     "ff 09 001c 0424 0000 0014 0001 5143ff84"
		     "00000000000000009401290236309557");
	assert_true(harness_has(h, "'state':'stopped','via':'read_szl'"));
	assert_true(harness_has(h, "'key':'run_state','value':'stop'"));
	(void)harness_take(h);
	harness_hex(h, B, /* pushed: the mode is now RUN */
	    DT("19") "32 07 0000 0000 0008 0000 01001010 00 00 02 00");
	assert_true(harness_has(h, "'dir':'notify','tentative':true,"
				   "'op':'mode_transition'"));
	assert_true(harness_has(h, "'state':'running'"));
	harness_free(h);
}

static void
test_password_is_not_told(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    DT("25") "32 07 0000 0006 0008 000c 000112 04 11 45 01 00"
		     "ff 09 0008 213a1b1d6e681b1d");
	assert_true(harness_has(h, "'op':'password'"));
	assert_false(harness_has(h, "213a"));
	harness_hex(h, B,
	    DT("21") "32 07 0000 0006 000c 0004 000112 08 12 85 01 01"
		     "00 00 0000 0a 00 0000");
	assert_true(harness_has(h, "'action':'login','detail':'password'"));
	harness_hex(h, B,
	    DT("21") "32 07 0000 0006 000c 0004 000112 08 12 85 01 01"
		     "00 00 d602 0a 00 0000");
	assert_true(harness_has(h, "'action':'fail'"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *hex, *what;
	} all[] = {
	    {DT("19") "32 01 0000 0001 0009 0000 f0 00 0001 0001 01e0",
		"'reason':'length','offset':13"},
	    {DT("11") "32 04 0000 0001 0000 0000",
		"'reason':'rosctr','offset':8"},
	    {DT("12") "32 01 0000 0001 0001 0000 f0",
		"'reason':'parameter','offset':17"},
	    {DT("14") "32 01 0000 0001 0003 0000 04 01 12",
		"'reason':'item','offset':19"},
	    {DT("1f") "32 01 0000 0002 000e 0000 05 01"
		      "12 0a 10 04 0001 0005 84 000050",
		"'reason':'data','offset':31"},
	    {DT("14") "32 07 0000 0001 0003 0000 000112",
		"'reason':'parameter','offset':17"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = flow();

		harness_hex(h, A, SETUP);
		harness_hex(h, B, SETUP_OK);
		harness_hex(h, A, all[i].hex);
		assert_true(harness_has(h, all[i].what));
		harness_hex(h, A, WRITE);
		assert_true(harness_has(h, "'op':'write_var'"));
		harness_free(h);
	}
}

static void
test_next_header_is_found(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, SETUP);
	harness_hex(h, B, SETUP_OK);
	harness_hex(h, A, "ff0300ff" WRITE);
	assert_true(harness_has(h, "'reason':'no_header','offset':0"));
	assert_true(harness_has(h, "'op':'write_var'"));
	harness_free(h);
}

static void
test_segmentation_changes_nothing(void **state)
{
	struct harness *h = flow();

	h->segment = 1;
	harness_hex(h, A, CR);
	harness_hex(h, B, CC);
	harness_hex(h, A, SETUP WRITE);
	harness_hex(h, B, SETUP_OK WRITE_OK);
	assert_int_equal(h->ok, 6);
	assert_int_equal(harness_waiting(h), 0);
	(void)harness_take(h);
	/* What is none is told as soon as it can be known. */
	harness_hex(h, A, "03 05");
	assert_true(harness_has(h, "'reason':'no_header'"));
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	static const char *const others[] = {
	    /* MMS: a connect to TSAP 0001, a session connect */
	    "0300 0016 11 e0 0000 0001 00 c0 01 0a c1 02 0000 c2 02 0001",
	    "0300 000b 02 f080 0d 02 05 06",
	    "474554202f20485454502f312e31",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct harness *h = flow();

		harness_hex(h, A, others[i]);
		assert_false(h->claimed);
		harness_free(h);
	}
}

static void
test_s7_plus_is_named(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, "0300 000d 02 f080 72 01 0002 aabb");
	assert_true(harness_has(h, "'op':'s7comm_plus'"));
	assert_true(harness_has(h, "'protocol':'0x72','version':1"));
	harness_free(h);
}

static void
test_mutations(void **state)
{
	static const char *const golden[] = {
	    CR, SETUP, SETUP_OK, WRITE, WRITE_OK, ASK_SZL("0011 0000")};
	const struct mutate m = {.message = golden,
	    .n = sizeof(golden) / sizeof(golden[0]),
	    .before = {SETUP}};
	struct harness *h = flow();

	mutate_all(h, &m);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_connect_and_setup),
	    cmocka_unit_test(test_write_and_read),
	    cmocka_unit_test(test_stop_and_start),
	    cmocka_unit_test(test_download_and_insert),
	    cmocka_unit_test(test_identity),
	    cmocka_unit_test(test_a_list_in_pieces),
	    cmocka_unit_test(test_operating_mode),
	    cmocka_unit_test(test_password_is_not_told),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_next_header_is_found),
	    cmocka_unit_test(test_segmentation_changes_nothing),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_s7_plus_is_named),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

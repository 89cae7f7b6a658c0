/*
 * MMS: associations, services, controls of IEC 61850, reports, segments; what
 * breaks the rules, what is another's, mutations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"
#include "dissectors/mutate.h"

extern const struct dissector dissector_mms;

static struct harness *
flow(void)
{
	struct harness *h = harness_new(&dissector_mms, DIS_TCP);

	h->port[A] = 40001;
	h->port[B] = 102;
	return h;
}

#define IED "{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':102}"

#define CR                                                   \
	"0300 0016 11 e0 0000 0001 00"   /* TPKT, connect */ \
	"c0 01 0a c1 02 0000 c2 02 0001" /* 1024 octets, TSAPs */
#define CC "0300 0016 11 d0 0001 0002 00 c0 01 0a c1 02 0000 c2 02 0001"

/* What goes before a message of so many octets, in a list of so many more. */
#define DATA(tpkt, list, pdv, one)                                         \
	"0300 00" tpkt " 02 f0 80 01 00 01 00" /* COTP, tokens and data */ \
	"61" list " 30" pdv " 02 01 03 a0" one " "

#define SPEAKS " 28ca220203 " /* 1.0.9506.2.3 */

/* The association's request, with what calls and is called. */
#define ASSOCIATE                                                        \
	"0300 0082 02 f080"                                              \
	"0d 79"                           /* connect */                  \
	"05 06 13 01 00 16 01 02"         /* options, version 2 */       \
	"14 02 0002 c1 6b"                /* duplex; user's data */      \
	"31 69 a0 03 800101 a2 62"        /* normal mode */              \
	"61 60 30 5e 02 01 01 a0 59"      /* data in context 1 */        \
	"60 57"                           /* an association's request */ \
	"a1 07 06 05" SPEAKS              /* what is spoken */           \
	"a2 07 06 05 2901876701"          /* called 1.1.1.999.1 */       \
	"a6 06 06 04 29018767"            /* calling 1.1.1.999 */        \
	"ac 06 80 04 6f747573"            /* a password */               \
	"be 33 28 31 06 02 5101"          /* in basic encoding, */       \
	"02 01 03 a0 28"                  /* context 3 */                \
	"a8 26 80 03 00fde8 81 01 05"     /* initiate: 65000, 5 */       \
	"82 01 05 83 01 0a"               /* 5, nesting 10 */            \
	"a4 16 80 01 01 81 03 05 f100"    /* version 1, parameters */    \
	"82 0c 03 ee1c00000402000079ef18" /* services */

#define ASSOCIATED                                               \
	"0300 0054 02 f080 0e 4b c1 49 31 47 a0 03 800101 a2 40" \
	"61 3e 30 3c 02 01 01 a0 37 61 35 a1 07 06 05" SPEAKS    \
	"a2 03 02 01 00 a3 05 a1 03 02 01 00" /* accepted */     \
	"be 1e 28 1c 02 01 03 a0 17"                             \
	"a9 15 80 03 00fa00 81 01 05 82 01 05" /* 64000, 5, 5 */ \
	"a4 08 80 01 01 81 03 05 e100"

static void
test_association(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, CR);
	harness_hex(h, B, CC);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'connect','code':224,'class':'session','cotp':224,"
	    "'calling':'0000','called':'0001','tpdu':1024}\n"
	    "{'kind':'operation','dir':'response','tentative':true,"
	    "'op':'connect','code':208,'class':'session','status':'ok',"
	    "'rtt_us':0,'req_frame':1,'cotp':208,'calling':'0000',"
	    "'called':'0001','tpdu':1024}\n");
	harness_hex(h, A, ASSOCIATE);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'initiate','code':8,'class':'session',"
	    "'calling_ap':'1.1.1.999','called_ap':'1.1.1.999.1',"
	    "'max_pdu':65000,'max_calling':5,'max_called':5,'nesting':10,"
	    "'version':1,'parameters':'f100',"
	    "'services':'ee1c00000402000079ef18'}\n");
	harness_hex(h, B, ASSOCIATED);
	/* The password is nowhere; that there was one is. */
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'initiate','code':9,"
	    "'class':'session','status':'ok','rtt_us':0,'req_frame':3,"
	    "'max_pdu':64000,'max_calling':5,'max_called':5,'version':1,"
	    "'parameters':'e100'}\n"
	    "{'kind':'auth','dir':'response','action':'login',"
	    "'detail':'clear text'}\n");
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

#define IDENTIFY DATA("1b", "0e", "0c", "07") "a0 05 02 01 07 82 00"
#define IDENTIFIED                                \
	DATA("2a", "1d", "1b", "16")              \
	"a1 14 02 01 07" /* response, invoke 7 */ \
	"a2 0f 80 04 4f747573 81 02 5235 82 03 342e32" /* Otus, R5, 4.2 */

static void
test_identify(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, IDENTIFY);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'identify','code':2,'class':'discovery','invoke':7,"
	    "'service':2}\n");
	harness_hex(h, B, IDENTIFIED);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'identify','code':2,"
	    "'class':'discovery','status':'ok','rtt_us':0,'req_frame':1,"
	    "'invoke':7,'service':2,'vendor':'Otus','model':'R5',"
	    "'revision':'4.2'}\n"
	    "{'kind':'identity','dir':'response','subject':" IED ","
	    "'key':'vendor','value':'Otus','via':'identify',"
	    "'claim':'self'}\n"
	    "{'kind':'identity','dir':'response','subject':" IED ","
	    "'key':'model','value':'R5','via':'identify',"
	    "'claim':'self'}\n"
	    "{'kind':'identity','dir':'response','subject':" IED ","
	    "'key':'firmware','value':'4.2','via':'identify',"
	    "'claim':'self'}\n");
	harness_free(h);
}

/* Messages on their own, without a session: n is the whole's length. */
#define ALONE(n) "0300 00" n " 02 f080 "

#define READ                                                                \
	ALONE("26")                                                         \
	"a0 1d 02 01 01"                    /* request, invoke 1 */         \
	"a4 18 a1 16 a0 14 30 12"           /* read: a list of variables */ \
	"a0 10 a1 0e"                       /* by name, in a domain */      \
	"1a 05 5859314c44 1a 05 4724435824" /* XY1LD, G$CX$ */

static void
test_read(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, READ);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'read','code':4,'class':'read','invoke':1,'service':4,"
	    "'object':'XY1LD/G$CX$'}\n");
	harness_hex(h, B,
	    ALONE("17") "a1 0e 02 01 01 a4 09"
			"a1 07 87 05 08 41aa6666"); /* result: 21.3 */
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'read','code':4,"
	    "'class':'read','status':'ok','rtt_us':0,'req_frame':1,"
	    "'invoke':1,'service':4,'object':'XY1LD/G$CX$',"
	    "'values':[21.3]}\n"
	    "{'kind':'value','dir':'response','object':'XY1LD/G$CX$',"
	    "'value':21.3,'source':'reported'}\n");
	harness_free(h);
}

static void
test_values(void **state)
{
	static const struct {
		const char *hex, *text;
	} values[] = {
	    {"83 01 01", "true"},
	    {"84 02 05 40", "'010'"},
	    {"85 02 ff38", "-200"},
	    {"86 05 00ee6b2800", "4000000000"},
	    {"87 05 08 41aa6666", "21.3"},
	    {"87 09 0b 3ff8000000000000", "1.5"},
	    {"89 02 01ff", "'01ff'"},
	    {"8a 03 6f6666", "'off'"},
	    {"8c 06 026ca500 3be9", "'2025-12-28T11:17:54.560000Z'"},
	    {"91 08 6955b900 800000 0a", "'2026-01-01T00:00:00.500000Z'"},
	    {"a2 06 83 01 00 85 01 07", "[false,7]"},
	    {"80 01 03", "{'reason':'object_access_denied'}"},
	};
	struct harness *h = flow();
	char hex[200], text[200];

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		uint8_t bytes[32];
		unsigned n = (unsigned)harness_unhex(
		    values[i].hex, bytes, sizeof(bytes));

		harness_hex(h, A, READ);
		(void)harness_take(h);
		(void)snprintf(hex, sizeof(hex),
		    "0300 00%02x 02 f080 a1 %02x 02 01 01 a4 %02x a1 %02x %s",
		    n + 16, n + 7, n + 2, n, values[i].hex);
		harness_hex(h, B, hex);
		(void)snprintf(
		    text, sizeof(text), "'values':[%s]}", values[i].text);
		if (!harness_has(h, text)) {
			print_error("%s", harness_take(h));
		}
		assert_true(harness_has(h, text));
		/* Structures and failures are no values of points. */
		assert_int_equal(harness_has(h, "'kind':'value'"),
		    i < sizeof(values) / sizeof(values[0]) - 2);
		assert_false(harness_has(h, "malformed"));
	}
	harness_free(h);
}

/* A Write of XY1LD0/C$CO$P$ and what is to be told, of ctlVal and more. */
static void
write_control(struct harness *h, const char *last)
{
	char hex[400];
	unsigned n = (unsigned)strlen(last) / 2;

	(void)snprintf(hex, sizeof(hex),
	    "0300 00%02x 02 f080 a0 %02x 02 01 05"
	    "a5 %02x a0 %02x 30 %02x a0 %02x a1 %02x"
	    "1a 06 5859314c4430 1a %02x 4324434f245024 %s" /* C$CO$P$... */
	    "a0 08 a2 06 83 01 01 86 01 09",               /* on, 9 */
	    n + 49, n + 40, n + 35, n + 23, n + 21, n + 19, n + 17, n + 7,
	    last);
	harness_hex(h, A, hex);
}

static void
test_control(void **state)
{
	struct harness *h = flow();

	write_control(h, "4f706572"); /* Oper */
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'operate','code':5,'class':'control','invoke':5,"
	    "'service':5,'object':'XY1LD0/C$CO$P$Oper','values':[[true,9]]}\n"
	    "{'kind':'value','dir':'request','tentative':true,"
	    "'object':'XY1LD0/C$CO$P$Oper','value':true,"
	    "'source':'commanded'}\n");
	/* The answer has the class of what was asked, and the IED its name. */
	harness_hex(h, B, ALONE("10") "a1 07 02 01 05 a5 02 81 00");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'operate','code':5,"
	    "'class':'control','status':'ok','rtt_us':0,'req_frame':1,"
	    "'invoke':5,'service':5,'object':'XY1LD0/C$CO$P$Oper'}\n"
	    "{'kind':'identity','dir':'response','subject':" IED ","
	    "'key':'name','value':'XY1','via':'operate',"
	    "'claim':'self'}\n");
	write_control(h, "53424f77"); /* SBOw */
	assert_true(harness_has(h, "'op':'select','code':5,'class':'control'"));
	(void)harness_take(h);
	write_control(h, "43616e63656c"); /* Cancel */
	assert_true(harness_has(h, "'op':'cancel_control'"));
	assert_false(harness_has(h, "'kind':'value'"));
	harness_free(h);
}

/* To read SBO selects, and gives nothing where it does not. */
static void
test_select_in_vain(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    ALONE("2c") "a0 23 02 01 06 a4 1e a1 1c a0 1a 30 18 a0 16 a1 14"
			"1a 06 5859314c4430"           /* XY1LD0 */
			"1a 0a 4324434f24502453424f"); /* C$CO$P$SBO */
	assert_true(harness_has(h, "'op':'select','code':4,'class':'control'"));
	(void)harness_take(h);
	harness_hex(h, B, ALONE("12") "a1 09 02 01 06 a4 04 a1 02 8a 00");
	assert_true(harness_has(h, "'op':'select','code':4,'class':'control',"
				   "'status':'select_failed'"));
	harness_free(h);
}

static void
test_refused(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, READ);
	(void)harness_take(h);
	harness_hex(h, B,
	    ALONE("13") "a2 0a 80 01 01"         /* error, invoke 1 */
			"a2 05 a0 03 87 01 03"); /* access: denied */
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'read','code':4,"
	    "'class':'read','status':'object_access_denied','rtt_us':0,"
	    "'req_frame':1,'invoke':1,'service':4,'object':'XY1LD/G$CX$',"
	    "'error_class':'access','error':3}\n");
	harness_hex(h, A, READ);
	(void)harness_take(h);
	harness_hex(h, B,
	    ALONE("0f") "a4 06 80 01 01" /* reject, invoke 1 */
			"81 01 01");     /* a service that is not known */
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'read','code':4,"
	    "'class':'read','status':'unrecognized_service','rtt_us':0,"
	    "'req_frame':3,'invoke':1,'service':4,"
	    "'detail':'unrecognized_service'}\n");
	harness_free(h);
}

static void
test_program_and_file(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    ALONE("16") "a0 0d 02 01 03 bf29 07 80 05 70756d7073"); /* stop */
	assert_true(
	    harness_has(h, "'op':'stop','code':41,'class':'control','invoke':3,"
			   "'service':41,'object':'pumps'}"));
	(void)harness_take(h);
	harness_hex(h, B, ALONE("0f") "a1 06 02 01 03 9f29 00");
	assert_true(
	    harness_has(h, "'object':'pumps','state':'stopped','via':'stop'}"));
	(void)harness_take(h);
	harness_hex(h, A,
	    ALONE("18") "a0 0f 02 01 04 bf48 09"
			"a0 04 19 02 612e 81 01 00"); /* open "a." at 0 */
	assert_true(harness_has(h, "'op':'file_open','code':72,"
				   "'class':'file','invoke':4,'service':72,"
				   "'file':'a.'}"));
	(void)harness_take(h);
	harness_hex(h, B,
	    ALONE("18") "a1 0f 02 01 04 bf48 09"
			"80 01 07 a1 04 80 02 0400"); /* handle 7, 1024 */
	assert_true(harness_has(h, "'file':'a.','handle':7,'size':1024}"));
	assert_true(harness_has(h, "'kind':'transfer','dir':'response',"
				   "'phase':'begin','direction':"
				   "'from_device','name':'a.'}"));
	harness_free(h);
}

static void
test_report(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, IDENTIFY);
	(void)harness_take(h);
	harness_hex(h, B,
	    ALONE("31") "a3 28 a0 26"          /* unconfirmed: information */
			"a1 05 80 03 525054"   /* of RPT */
			"a0 1d 8a 01 72"       /* id: r */
			"84 03 06 4400"        /* with number and names */
			"86 01 11 84 02 05 a0" /* 17; members 1 and 3 */
			"8a 02 7831 8a 02 7833 83 01 01 83 01 00");
	harness_assert(h,
	    "{'kind':'operation','dir':'notify','tentative':true,"
	    "'op':'report','code':0,'class':'report','report':'r','seq':17,"
	    "'values':[true,false]}\n"
	    "{'kind':'value','dir':'notify','tentative':true,'object':'x1',"
	    "'value':true,'source':'reported'}\n"
	    "{'kind':'value','dir':'notify','tentative':true,'object':'x3',"
	    "'value':false,'source':'reported'}\n");
	harness_free(h);
}

static void
test_segments_are_one_message(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, IDENTIFY);
	(void)harness_take(h);
	harness_hex(h, B,
	    "0300 0019 02 f0 00" /* more follows */
	    "01 00 01 00 61 1d 30 1b 02 01 03 a0 16 a1 14 02 01 07");
	assert_string_equal(harness_take(h), "");
	harness_hex(h, B,
	    "0300 0018 02 f0 80"
	    "a2 0f 80 04 4f747573 81 02 5235 82 03 342e32");
	assert_true(harness_has(h, "'vendor':'Otus','model':'R5'"));
	assert_true(harness_has(h, "'req_frame':1"));
	(void)harness_take(h);
	/* What is left of a message behind a gap is passed over. */
	harness_gap(h, B);
	harness_hex(h, B, "0300 000a 02 f0 80 82 03 34");
	harness_hex(h, A, IDENTIFY);
	harness_hex(h, B, IDENTIFIED);
	assert_false(harness_has(h, "malformed"));
	assert_true(harness_has(h, "'vendor':'Otus'"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *hex, *what;
	} bad[] = {
	    {"0300 0009 02 f080 0d ff", "'reason':'session','offset':7}"},
	    {"0300 000d 02 f080 01 00 01 00 61 00",
		"'reason':'presentation','offset':11}"},
	    {DATA("16", "09", "07", "02") "af 00",
		"'reason':'pdu','offset':20}"},
	    {ALONE("0c") "a0 03 02 01 09", "'reason':'pdu','offset':12}"},
	    {ALONE("0f") "a0 06 02 01 09 bf63 00",
		"'reason':'service','offset':12}"},
	    {ALONE("10") "a0 07 02 01 09 a5 02 a5 00",
		"'reason':'argument','offset':14}"},
	    {ALONE("1b") "a0 12 02 01 09 a5 0d a0 07 30 05 a0 03 80 01 78"
			 "a0 02 83 00",
		"'reason':'data','offset':25}"},
	    {ALONE("1f") "a0 16 02 01 09 a5 11 a0 07 30 05 a0 03 80 01 78"
			 "a0 06 83 01 01 83 01 01",
		"'reason':'count','offset':25}"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct harness *h = flow();

		harness_hex(h, A, IDENTIFY);
		harness_hex(h, B, IDENTIFIED);
		(void)harness_take(h);
		harness_hex(h, A, bad[i].hex);
		if (!harness_has(h, bad[i].what)) {
			print_error("%s", harness_take(h));
		}
		assert_true(harness_has(h, bad[i].what));
		(void)harness_take(h);
		harness_hex(h, A, IDENTIFY);
		assert_true(harness_has(h, "'op':'identify'"));
		assert_false(harness_has(h, "malformed"));
		harness_free(h);
	}
}

/* S7: setup of communication. */
#define S7_SETUP                                      \
	"0300 0019 02 f080 32 01 0000 0001 0008 0000" \
	"f0 00 0001 0001 01e0"

static void
test_others_are_left_alone(void **state)
{
	static const char *const others[] = {
	    /* S7: a connect to rack 0, slot 2; a job */
	    "0300 0016 11 e0 0000 0001 00 c0 01 0a c1 02 0100 c2 02 0102",
	    S7_SETUP,
	    /* a connect without TSAPs, as remote desktops have it */
	    "0300 000b 06 e0 0000 0000 00",
	    /* a session of something else */
	    "0300 0015 02 f080 0d 0c 05 06 13 01 00 16 01 02 14 02 0002",
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
test_a_connection_that_is_anothers(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, CR);
	harness_hex(h, B, CC);
	(void)harness_take(h);
	harness_hex(h, A, S7_SETUP);
	assert_int_equal(h->not_mine, 1);
	assert_string_equal(harness_take(h), "");
	harness_free(h);
}

static void
test_segmentation_changes_nothing(void **state)
{
	struct harness *h = flow();

	h->segment = 1;
	harness_hex(h, A, CR);
	harness_hex(h, B, CC);
	harness_hex(h, A, ASSOCIATE);
	harness_hex(h, B, ASSOCIATED);
	harness_hex(h, A, IDENTIFY READ);
	harness_hex(h, B, IDENTIFIED);
	assert_int_equal(h->ok, 7);
	assert_int_equal(harness_waiting(h), 1);
	harness_free(h);
}

static void
test_odd_port(void **state)
{
	struct harness *h = flow();

	h->port[B] = 10102;
	harness_reset(h);
	harness_hex(h, A, IDENTIFY);
	assert_true(h->claimed);
	harness_reset(h);
	harness_hex(h, A, ASSOCIATE);
	assert_true(h->claimed);
	/* Without a session it might be anybody's. */
	harness_reset(h);
	harness_hex(h, A, READ);
	assert_false(h->claimed);
	harness_free(h);
}

static void
test_mutations(void **state)
{
	static const char *const golden[] = {
	    CR, ASSOCIATE, ASSOCIATED, IDENTIFY, IDENTIFIED, READ};
	const struct mutate m = {.message = golden,
	    .n = sizeof(golden) / sizeof(golden[0]),
	    .of_b = 0x2a,
	    .before = {IDENTIFY}};
	struct harness *h = flow();

	mutate_all(h, &m);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_association),
	    cmocka_unit_test(test_identify),
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_control),
	    cmocka_unit_test(test_select_in_vain),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_program_and_file),
	    cmocka_unit_test(test_report),
	    cmocka_unit_test(test_segments_are_one_message),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_a_connection_that_is_anothers),
	    cmocka_unit_test(test_segmentation_changes_nothing),
	    cmocka_unit_test(test_odd_port),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

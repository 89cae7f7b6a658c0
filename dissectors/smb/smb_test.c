/*
 * smb: who says what of whom; long messages, chains, violations, pieces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_smb;

/* SMB2's header: command, flags, next, message id. */
#define TWO(status, cmd, flags, next, mid)                    \
	"fe534d42 4000 0100" status cmd "0100" flags next mid \
	"00000000000000 00000000 01000000"                    \
	"0000000000000000 00000000000000000000000000000000"
#define ASKS(cmd, mid)         TWO("00000000", cmd, "00000000", "00000000", mid)
#define SAYS(status, cmd, mid) TWO(status, cmd, "01000000", "00000000", mid)
#define OK                     "00000000"
#define MORE                   "160000c0"

#define ECHO(mid) "00000044" ASKS("0d00", mid) "04000000"
/* \\A\B; 12 bytes at 72 */
#define TREE                                                \
	"00000052" ASKS("0300", "02") "0900 0000 4800 0a00" \
				      "5c005c0041005c004200"
/* 48 bytes and the version: target G1 at 56, info at 60 */
#define CHALLENGE                                               \
	"4e544c4d53535000 02000000 0400 0400 38000000 01000002" \
	"0102030405060708 0000000000000000 1e00 1e00 3c000000"  \
	"0a00 6345 0000000f 47003100"                           \
	"0200 0400 47003100 0100 0400 53003100"                 \
	"0300 0600 53002e00 4400 00000000"
#define CHALLENGED \
	"000000a2" SAYS(MORE, "0100", "03") "0900 0000 4800 5a00" CHALLENGE
/* LM and NT are 2 bytes each: their texts are not told. */
#define LOGON                                                      \
	"4e544c4d53535000 03000000"                                \
	"0200 0200 48000000 0200 0200 4a000000"                    \
	"0400 0400 4c000000 0200 0200 50000000 0400 0400 52000000" \
	"0000 0000 56000000 01000002 0a00 614a 0000000f"           \
	"aabb ccdd 47003100 7500 45003400"
#define LOGS_ON                                                      \
	"000000ae" ASKS("0100", "04") "1900 00 02 00000000 00000000" \
				      "5800 5600 0000000000000000" LOGON

#define SRC_A "{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':40000}"
#define SRC_B "{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':445}"

static struct harness *
flow(void)
{
	struct harness *h = harness_new(&dissector_smb, DIS_TCP);

	h->port[A] = 40000;
	h->port[B] = 445;
	return h;
}

static void
test_a_server_says_who_it_is(void **state)
{
	struct harness *h = flow();

	harness_hex(h, B, CHALLENGED);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'session_setup',"
	    "'code':1,'class':'session','status':'more_processing_required',"
	    "'version':'2','mid':3,'ntlm':'challenge','target':'G1',"
	    "'computer':'S1','domain':'G1','dns_computer':'S.D',"
	    "'os_version':[10,0,17763]}\n"
	    "{'kind':'identity','dir':'response','subject':" SRC_B
	    ",'key':'hostname','value':'S1','via':'session_setup',"
	    "'claim':'self'}\n"
	    "{'kind':'identity','dir':'response','subject':" SRC_B
	    ",'key':'name','value':'S.D','via':'session_setup',"
	    "'claim':'self'}\n"
	    "{'kind':'topology','dir':'response','subject':" SRC_B
	    ",'relation':'member_of','peer':'G1'}\n"
	    "{'kind':'identity','dir':'response','subject':" SRC_B
	    ",'key':'os','value':'Windows NT 10.0 build 17763',"
	    "'via':'session_setup','claim':'self'}\n");
	harness_free(h);
}

/* What proves it is in no event. */
static void
test_who_logs_on(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, LOGS_ON);
	assert_false(harness_has(h, "aabb"));
	assert_false(harness_has(h, "ccdd"));
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'session_setup',"
	    "'code':1,'class':'session','version':'2','mid':4,"
	    "'signing':'required','ntlm':'authenticate','user':'u',"
	    "'user_domain':'G1','workstation':'E4',"
	    "'os_version':[10,0,19041]}\n"
	    "{'kind':'identity','dir':'request','subject':" SRC_A
	    ",'key':'hostname','value':'E4','via':'session_setup',"
	    "'claim':'self'}\n"
	    "{'kind':'identity','dir':'request','subject':" SRC_A
	    ",'key':'os','value':'Windows NT 10.0 build 19041',"
	    "'via':'session_setup','claim':'self'}\n"
	    "{'kind':'auth','dir':'request','action':'login','user':'u',"
	    "'detail':'ntlm'}\n");
	harness_hex(h, B,
	    "00000049" SAYS("6d0000c0", "0100", "04") "0900 0000 00000000"
						      "00");
	assert_true(harness_has(h, "'status':'logon_failure'"));
	assert_true(harness_has(h, "'req_frame':1"));
	assert_true(harness_has(h, "'action':'fail','detail':'logon_failure'"));
	harness_free(h);
}

static void
test_pieces_change_nothing(void **state)
{
	static const char *const all[] = {ECHO("01"), TREE, LOGS_ON};
	static const size_t pieces[] = {0, 1, 3, 7};
	struct harness *h = flow();
	char *first = NULL;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		harness_reset(h);
		h->segment = pieces[i];
		for (size_t k = 0; k < 3; k++) {
			harness_hex(h, A, all[k]);
		}
		assert_int_equal(h->bad + h->not_mine, 0);
		if (first == NULL) {
			first = strdup(harness_take(h));
			assert_non_null(strstr(first, "\\\\A\\\\B"));
		} else {
			assert_string_equal(first, harness_take(h));
		}
	}
	free(first);
	harness_free(h);
}

/* What refuses a header is asked for byte by byte. */
static void
test_a_header_refused_in_pieces(void **state)
{
	static const char *const heads[] = {
	    "00000044fd41", "86", "000001", "0000000f", "00000044fe53", "8102"};
	struct harness *h = flow();

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		bool bad[2];

		for (size_t k = 0; k < 2; k++) {
			harness_reset(h);
			h->segment = k;
			harness_hex(h, A, ECHO("01"));
			harness_hex(h, A, heads[i]);
			bad[k] = harness_has(h, "no_header");
			(void)harness_take(h);
		}
		assert_int_equal(bad[0], bad[1]);
		assert_int_equal(bad[0], i != 2 && i != 4);
	}
	harness_free(h);
}

/* A write of 20000 bytes: its head is told, the rest passed over. */
static void
test_long_messages(void **state)
{
	static uint8_t msg[4 + 20112];
	struct harness *h = flow();
	size_t n =
	    harness_unhex("00004e90" ASKS("0900", "05") "3100 7000 204e0000"
							"0000000000000000",
		msg, sizeof(msg));

	assert_int_equal(n, 4 + 64 + 16);
	harness_send(h, A, msg, 4000);
	assert_int_equal(h->events, 0);
	harness_send(h, A, msg + 4000, 100);
	assert_true(harness_has(h, "'op':'write'"));
	assert_true(harness_has(h, "'at':0,'length':20000"));
	(void)harness_take(h);
	harness_send(h, A, msg + 4100, sizeof(msg) - 4100);
	assert_int_equal(h->bad, 0);
	assert_string_equal(harness_take(h), "");
	harness_hex(h, A, ECHO("06"));
	assert_true(harness_has(h, "'op':'echo'"));
	(void)harness_take(h);
	/* Lost in the middle: the next header is looked for. */
	harness_send(h, A, msg, 5000);
	harness_gap(h, A);
	(void)harness_take(h);
	harness_hex(h, A, "616161" ECHO("07"));
	assert_true(harness_has(h, "'op':'echo'"));
	assert_true(harness_has(h, "'mid':7"));
	harness_free(h);
}

static void
test_chains(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    "0000008c" TWO(OK, "0d00", "00000000", "48000000",
		"01") "04000000 00000000" ASKS("0d00", "02") "04000000");
	assert_int_equal(h->events, 2);
	assert_true(harness_has(h, "'mid':1"));
	assert_true(harness_has(h, "'mid':2"));
	assert_int_equal(harness_waiting(h), 2);
	(void)harness_take(h);
	/* Behind the end; and what is none. */
	harness_hex(h, A,
	    "00000044" TWO(
		OK, "0d00", "00000000", "48000000", "03") "04000000");
	assert_true(harness_has(h, "'reason':'chain','offset':4"));
	(void)harness_take(h);
	harness_hex(h, A,
	    "0000004c" TWO(OK, "0d00", "00000000", "44000000",
		"03") "04000000 fd534d4240000100");
	assert_true(harness_has(h, "'reason':'chain','offset':72"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *hex, *what;
	} cases[] = {
	    {"00000044" ASKS("0d00", "01") "05000000",
		"'reason':'structure','offset':68"},
	    {"00000044" ASKS("0300", "01") "09000000",
		"'reason':'length','offset':68"},
	    {"00000048" ASKS("0300", "01") "0900 0000 4800 0a00",
		"'reason':'offset'"},
	    {"00000064" ASKS("0100", "01") "1900 00 02 00000000 00000000"
					   "5800 0c00 0000000000000000"
					   "4e544c4d53535000 09000000",
		"'reason':'ntlm','offset':92"},
	    {"00000023 ff534d42 72 00000000 18 0100 000000000000000000000000"
	     "0000 0000 0000 0000 01 0000",
		"'reason':'length','offset':36"},
	    {"8100004420" /* too short a name, in 68 bytes */
	     "00000000000000000000000000000000000000000000000000000000000000"
	     "00000000000000000000000000000000000000000000000000000000000000"
	     "0000000000",
		"'reason':'name','offset':4"},
	    {"474554202f", "'reason':'no_header','offset':0"},
	};
	struct harness *h = flow();

	harness_hex(h, A, ECHO("01"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)harness_take(h);
		harness_hex(h, A, cases[i].hex);
		assert_true(harness_has(h, cases[i].what));
		assert_false(harness_has(h, "identity"));
		(void)harness_take(h);
		harness_hex(h, A, ECHO("01"));
		assert_true(harness_has(h, "'op':'echo'"));
	}
	harness_free(h);
}

static void
test_cut_is_not_broken(void **state)
{
	uint8_t msg[256];
	size_t n = harness_unhex(CHALLENGED, msg, sizeof(msg));
	struct harness *h = flow();

	for (size_t i = 69; i < n; i++) {
		harness_reset(h);
		harness_send_cut(h, B, msg, i);
		assert_true(harness_has(h, "'cut':true"));
		assert_false(harness_has(h, "malformed"));
		assert_false(harness_has(h, "identity"));
		(void)harness_take(h);
	}
	harness_free(h);
}

static void
test_encrypted(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    "00000034 fd534d42 00000000000000000000000000000000"
	    "0000000000000000 0000000000000000 0000000000000000"
	    "0000000000000000");
	harness_assert(h,
	    "{'kind':'operation','dir':'unknown','op':'encrypted',"
	    "'code':253,'class':'other','version':'3'}\n");
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	struct harness *h = flow();

	h->port[B] = 8080;
	harness_hex(h, A, "474554202f20485454502f312e310d0a0d0a");
	assert_false(h->claimed);
	harness_reset(h);
	harness_hex(h, A, "00000010 fe534d43 00000000");
	assert_false(h->claimed);
	/* The session service's own messages are anybody's. */
	harness_reset(h);
	harness_hex(h, A, "82000000");
	assert_false(h->claimed);
	harness_reset(h);
	harness_hex(h, A, ECHO("01"));
	assert_true(h->claimed);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_server_says_who_it_is),
	    cmocka_unit_test(test_who_logs_on),
	    cmocka_unit_test(test_pieces_change_nothing),
	    cmocka_unit_test(test_a_header_refused_in_pieces),
	    cmocka_unit_test(test_long_messages),
	    cmocka_unit_test(test_chains),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_cut_is_not_broken),
	    cmocka_unit_test(test_encrypted),
	    cmocka_unit_test(test_others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

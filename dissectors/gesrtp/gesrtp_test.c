/*
 * What PDUs of GE-SRTP tell, to the letter; that no password is among it; what
 * changes in a controller's state; each violation; what the probe leaves
 * alone; all of it byte by byte and damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"
#include "dissectors/mutate.h"

extern const struct dissector dissector_gesrtp;

/* octets 8 to 30 of requests: marks at 9 and 17, a time, number 6 */
#define MARKS "00 01 00000000000000 01 0000000000000000 201009 00 06"
#define BACK  "00 00 00000000000000 01 0000000000000000 201009 00 06"
#define TO    "00000000 100e0000" /* from, to: slot 1, service requests */
#define FROM  "100e0000 205a0000"
#define ZERO  "00000000000000"

#define HEAD(type, seq, len) type "00 " seq len "0000"
/* n of n, then 14 octets */
#define ASK(seq, rest) HEAD("02", seq, "0000") MARKS "c0" TO "01 01" rest
#define ACK(seq, rest) HEAD("03", seq, "0000") BACK "d4" FROM "01 01" rest
/* program -1, privilege 2, sweep 3, word: running, switch at run */
#define STATUS "ff 02 0300 0001"

#define CONNECT "0000000000000000" ZERO ZERO ZERO ZERO ZERO ZERO "000000000000"
#define CONNECTED \
	"0100000000000000" ZERO ZERO ZERO ZERO ZERO ZERO "000000000000"
/* %R100 to 102 */
#define READ     ASK("0100", "04 08 6300 0300 0000000000000000")
#define READ_ACK ACK("0100", "00 00 0700 ffff 0300" STATUS)
/* %I17 to %I24, by octet */
#define OCTET     ASK("0200", "04 10 0200 0100 0000000000000000")
#define OCTET_ACK ACK("0200", "00 00 81 0000000000" STATUS)
/* %Q14 to %Q18, by bit: 3 of the first octet, 2 of the next */
#define BITS     ASK("0300", "04 48 0d00 0500 0000000000000000")
#define BITS_ACK ACK("0300", "00 00 a003 00000000" STATUS)
/* %R100 and 101 with text: length 4, 1 of 1, service, parameters */
#define WRITE                                       \
	HEAD("02", "0400", "0400")                  \
	MARKS "80" TO "0101"                        \
	      "04000000 0000 01 01 07 08 6300 0200" \
	      "3412 0200"
#define WRITE_NACK                 \
	HEAD("03", "0400", "0000") \
	BACK "d1" FROM "01 01"     \
	     "05 f9 000000000000000000000000"
/* the program's name at 18 of 34 octets */
#define LONG ASK("0500", "01" ZERO "000000000000")
#define LONG_ACK                                      \
	HEAD("03", "0500", "2200")                    \
	BACK "94" FROM "0000"                         \
	     "22000000 0000 01 01" STATUS             \
	     "0000000000000000 01 000000000000000000" \
	     "50414334303000000000000000000000"

#define WHO                                                     \
	"'subject':{'mac':'02:00:00:00:00:02','ip':'10.0.0.2'," \
	"'port':18245},"

static struct harness *
flow(void)
{
	return harness_new(&dissector_gesrtp, DIS_TCP);
}

static void
connect(struct harness *h)
{
	harness_hex(h, A, CONNECT);
	harness_hex(h, B, CONNECTED);
	harness_hex(h, A, READ);
	harness_hex(h, B, READ_ACK);
	(void)harness_take(h);
}

static void
test_words(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, CONNECT);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'connect','code':0,'class':'session','seq':0}\n");
	harness_hex(h, B, CONNECTED);
	(void)harness_take(h);
	harness_hex(h, A, READ);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'read_system_memory',"
	    "'code':4,'class':'read','seq':1,'mailbox':'0xc0','slot':1,"
	    "'area':'%R','unit':'word','addr':100,'count':3}\n");
	harness_hex(h, B, READ_ACK);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'read_system_memory',"
	    "'code':4,'class':'read','status':'ok','rtt_us':0,'req_frame':3,"
	    "'seq':1,'mailbox':'0xd4','area':'%R','unit':'word','addr':100,"
	    "'count':3,'values':[7,65535,3],'privilege':2,"
	    "'status_word':'0x0100','plc_state':'run_io_enabled'}\n"
	    "{'kind':'identity','dir':'response'," WHO "'key':'run_state',"
	    "'value':'run_io_enabled','via':'read_system_memory',"
	    "'claim':'self'}\n"
	    "{'kind':'state','dir':'response'," WHO "'state':'running',"
	    "'detail':'run_io_enabled','via':'read_system_memory'}\n");
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_octets_and_bits(void **state)
{
	struct harness *h = flow();

	connect(h);
	harness_hex(h, A, OCTET);
	harness_hex(h, B, OCTET_ACK);
	assert_true(
	    harness_has(h, "'area':'%I','unit':'byte','addr':17,'count':8,"
			   "'values':[1,0,0,0,0,0,0,1]"));
	harness_hex(h, A, BITS);
	harness_hex(h, B, BITS_ACK);
	assert_true(
	    harness_has(h, "'area':'%Q','unit':'bit','addr':14,'count':5,"
			   "'values':[1,0,1,1,1]"));
	assert_false(harness_has(h, "malformed"));
	harness_free(h);
}

static void
test_write_and_why_not(void **state)
{
	struct harness *h = flow();

	connect(h);
	harness_hex(h, A, WRITE);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'write_system_memory',"
	    "'code':7,'class':'write','seq':4,'mailbox':'0x80','slot':1,"
	    "'area':'%R','unit':'word','addr':100,'count':2,"
	    "'values':[4660,2]}\n");
	harness_hex(h, B, WRITE_NACK);
	harness_assert(h,
	    "{'kind':'operation','dir':'response',"
	    "'op':'write_system_memory','code':7,'class':'write',"
	    "'status':'address_range','rtt_us':0,'req_frame':5,'seq':4,"
	    "'mailbox':'0xd1','major':'0x05','minor':'0xf9','area':'%R',"
	    "'unit':'word','addr':100,'count':2}\n");
	harness_free(h);
}

static void
test_program_name(void **state)
{
	struct harness *h = flow();

	connect(h);
	harness_hex(h, A, LONG);
	harness_hex(h, B, LONG_ACK);
	assert_true(harness_has(h,
	    "{'kind':'identity','dir':'response'," WHO
	    "'key':'program_name','value':'PAC400','via':'plc_long_status',"
	    "'claim':'self'}\n"));
	harness_free(h);
}

static void
test_password_is_not_told(void **state)
{
	struct harness *h = flow();

	connect(h);
	/* SECRET */
	harness_hex(h, A, ASK("0600", "20 01 534543524554 000000000000"));
	harness_hex(h, B,
	    HEAD("03", "0600", "0000") BACK "d1" FROM "01 01"
					    "05 f5 000000000000000000000000");
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'programmer_logon',"
	    "'code':32,'class':'session','seq':6,'mailbox':'0xc0',"
	    "'slot':1}\n"
	    "{'kind':'operation','dir':'response','op':'programmer_logon',"
	    "'code':32,'class':'session','status':'wrong_password',"
	    "'rtt_us':0,'req_frame':5,'seq':6,'mailbox':'0xd1',"
	    "'major':'0x05','minor':'0xf5'}\n"
	    "{'kind':'auth','dir':'response','action':'fail',"
	    "'detail':'programmer_logon'}\n");
	harness_free(h);
}

/* Once; a fault when it comes, and not when it goes. */
static void
test_state_when_it_changes(void **state)
{
	struct harness *h = flow();

	connect(h);
	harness_hex(h, A, READ);
	harness_hex(h, B, READ_ACK);
	assert_false(harness_has(h, "'kind':'state'"));
	harness_hex(h, A, READ);
	harness_hex(h, B, ACK("0100", "00 00 0700 ffff 0300 ff 02 0300 1030"));
	assert_true(
	    harness_has(h, "'state':'stopped','detail':'stop_faulted'"));
	assert_true(harness_has(h, "'state':'trouble','detail':'plc_fault'"));
	(void)harness_take(h);
	harness_hex(h, A, READ);
	harness_hex(h, B, READ_ACK);
	assert_true(harness_has(h, "'state':'running'"));
	assert_false(harness_has(h, "trouble"));
	harness_free(h);
}

static void
test_brief_still_tells_states(void **state)
{
	struct harness *h = flow();

	connect(h);
	h->brief = true;
	harness_hex(h, A, READ);
	(void)harness_take(h);
	harness_hex(h, B, ACK("0100", "00 00 0700 ffff 0300 ff 02 0300 0020"));
	assert_true(harness_has(h, "'detail':'stop_io_disabled'"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *bytes, *said;
		uint8_t side;
	} cases[] = {
	    /* 9 words in 2 octets of text; in 8 octets; in 6 of a reply */
	    {HEAD("02", "0700", "0200") MARKS
		"80" TO "0101 02000000 0000 01 01 07 08 0000 0900 3412",
		"'count','offset':56", A},
	    {ASK("0700", "07 08 0000 0900 0000000000000000"),
		"'count','offset':48", A},
	    {ACK("0800", "00 00 000000000000" STATUS), "'count','offset':44",
		B},
	    {"00000000 02000000" ZERO ZERO ZERO ZERO ZERO ZERO "000000000000"
	     "ffff",
		"'data_length','offset':4", A},
	    {HEAD("02", "0700", "0000") MARKS "d4" TO "0101" ZERO ZERO,
		"'mailbox','offset':31", A},
	    {HEAD("02", "0700", "0000") MARKS "c0" TO "0201 00" ZERO
					      "000000000000",
		"'packet','offset':40", A},
	    {HEAD("02", "0700", "0000") MARKS
		"80" TO "0101 00000000 0000 0201 000000000000",
		"'packet','offset':48", A},
	    {"0a", "'no_header','offset':0", A},
	    {"0201", "'no_header','offset':0", A},
	    {"0200 0000 00000100", "'no_header','offset':0", A},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t piece = 0; piece < 2; piece++) {
			struct harness *h = flow();
			char text[80];

			h->segment = piece;
			connect(h);
			/* 9 words that a reply may have too few of */
			harness_hex(h, A,
			    ASK("0800", "04 08 0000 0900 0000000000000000"));
			harness_hex(h, cases[i].side, cases[i].bytes);
			harness_hex(h, A, ZERO READ);
			harness_hex(h, B, READ_ACK);
			(void)snprintf(
			    text, sizeof(text), "'reason':%s}", cases[i].said);
			assert_true(harness_has(h, text));
			assert_true(harness_has(h, "'values':[7,65535,3]"));
			harness_free(h);
		}
	}
}

static void
test_cut_is_not_broken(void **state)
{
	struct harness *h = flow();
	uint8_t bytes[128];
	size_t n = harness_unhex(WRITE, bytes, sizeof(bytes));

	connect(h);
	harness_send_cut(h, A, bytes, n - 2);
	assert_true(harness_has(h, "'op':'write_system_memory'"));
	assert_true(harness_has(h, "'values':[4660]"));
	assert_false(harness_has(h, "malformed"));
	harness_free(h);
}

static void
test_reply_to_nobody(void **state)
{
	struct harness *h = flow();

	harness_hex(h, B, READ_ACK);
	assert_true(harness_has(h, "'op':'reply','code':212,'class':'other',"
				   "'status':'ok','seq':1,'mailbox':'0xd4'"));
	assert_true(harness_has(h, "'state':'running'"));
	harness_free(h);
}

static void
test_foreign_traffic_is_left_alone(void **state)
{
	static const struct {
		const char *bytes;
		uint16_t port;
	} cases[] = {
	    {CONNECT, 4660},
	    {CONNECTED, 4660},
	    {"0a" CONNECT, 18245},
	    {"0001" CONNECT, 18245},
	    /* a request whose mailbox message is none */
	    {HEAD("02", "0100", "0000") MARKS "00" TO ZERO ZERO "0000", 18245},
	    /* whom nobody knows, elsewhere */
	    {HEAD("02", "0100", "0000") MARKS "c0 00000000 10000000" ZERO ZERO
					      "0000",
		4660},
	    {"03 00 000b 06 e0 0000 0000 00", 18245},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct harness *h = flow();

		h->port[B] = cases[i].port;
		harness_hex(h, A, cases[i].bytes);
		assert_false(h->claimed);
		assert_int_equal(h->events, 0);
		harness_free(h);
	}
}

static void
test_other_ports(void **state)
{
	struct harness *h = flow();

	h->port[B] = 4660;
	harness_hex(h, A, READ);
	harness_hex(h, B, READ_ACK);
	assert_true(harness_has(h, "'values':[7,65535,3]"));
	harness_free(h);
}

/* Whole and byte by byte: every bit flipped, every length. */
static void
test_mutations(void **state)
{
	static const char *const pdus[] = {
	    READ, READ_ACK, WRITE, WRITE_NACK, BITS, LONG_ACK};
	const struct mutate m = {.message = pdus,
	    .n = sizeof(pdus) / sizeof(pdus[0]),
	    .of_b = 0x2a,
	    .before = {CONNECT, CONNECTED, READ, READ_ACK},
	    .after = READ};
	struct harness *h = flow();

	mutate_all(h, &m);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_octets_and_bits),
	    cmocka_unit_test(test_write_and_why_not),
	    cmocka_unit_test(test_program_name),
	    cmocka_unit_test(test_password_is_not_told),
	    cmocka_unit_test(test_state_when_it_changes),
	    cmocka_unit_test(test_brief_still_tells_states),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_cut_is_not_broken),
	    cmocka_unit_test(test_reply_to_nobody),
	    cmocka_unit_test(test_foreign_traffic_is_left_alone),
	    cmocka_unit_test(test_other_ports),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

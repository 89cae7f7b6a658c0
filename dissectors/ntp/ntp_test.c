/*
 * What NTP tells, to the letter; each violation once; what the probe leaves
 * alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_ntp;

#define SUBJECT \
	"'subject':{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':123},"
#define ZERO8 "0000000000000000"
#define SENT  "e000000100000001"
#define ASK   "23 00 06 ec 00000000 00000000 00000000 " ZERO8 ZERO8 ZERO8 SENT
#define ANSWER(stratum, reference) \
	"24" stratum "06 ec 00000000 00000000" reference ZERO8 SENT ZERO8 ZERO8

static struct harness *
ntp_new(void)
{
	return harness_new(&dissector_ntp, DIS_UDP);
}

static void
test_time_and_where_it_is_from(void **state)
{
	struct harness *h = ntp_new();

	harness_hex(h, A, ASK);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'time','code':3,'class':'read','mode':3,'version':4,"
	    "'leap':0,'stratum':0,'poll':6}\n");
	h->ts_ns += 1000000;
	harness_hex(h, B, ANSWER("02", "0a000009"));
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'time','code':4,"
	    "'class':'read','status':'ok','rtt_us':1000,'req_frame':1,"
	    "'mode':4,'version':4,'leap':0,'stratum':2,'poll':6,"
	    "'reference':'10.0.0.9'}\n"
	    "{'kind':'topology','dir':'response'," SUBJECT
	    "'relation':'time_source','peer':'10.0.0.9'}\n");
	harness_free(h);
}

static void
test_clock_and_kiss(void **state)
{
	struct harness *h = ntp_new();

	harness_hex(h, A, ASK);
	harness_hex(h, B, ANSWER("01", "47505300"));
	assert_true(harness_has(h, "'stratum':1,'poll':6,'reference':'GPS'}"));
	assert_true(harness_has(h, "'relation':'time_source','peer':'GPS'"));
	(void)harness_take(h);
	harness_hex(h, B, ANSWER("00", "52415445"));
	assert_true(harness_has(h, "'status':'kiss_of_death'"));
	assert_true(harness_has(h, "'reference':'RATE'"));
	assert_false(harness_has(h, "topology"));
	assert_false(harness_has(h, "req_frame"));
	harness_free(h);
}

static void
test_unsynchronised_has_no_source(void **state)
{
	struct harness *h = ntp_new();

	harness_hex(h, B, ANSWER("10", "0a000009"));
	harness_hex(h, B, ANSWER("02", "00000000"));
	assert_false(harness_has(h, "topology"));
	harness_free(h);
}

static void
test_control_names_the_server(void **state)
{
	static const char text[] =
	    "version=\"ntpd 4.2.8p15@1.3728-o\", processor=\"armv7l\",\r\n"
	    "system=\"Linux/5.10\", leap=0, stratum=2, refid=10.0.0.9";
	struct harness *h = ntp_new();
	uint8_t b[12 + sizeof(text)] = {0x16, 0x82, 0, 7};

	harness_hex(h, A, "16 02 0007 0000 0000 0000 0000");
	assert_true(harness_has(h,
	    "'op':'read_variables','code':6,'class':'diagnostic',"
	    "'mode':6,'version':2,'seq':7,'association':0}"));
	b[11] = sizeof(text) - 1;
	memcpy(b + 12, text, sizeof(text) - 1);
	(void)harness_take(h);
	harness_send(h, B, b, 12 + sizeof(text) - 1);
	assert_true(harness_has(h, "'status':'ok','rtt_us':0,'req_frame':1"));
	assert_true(harness_has(
	    h, "'key':'software','value':'ntpd 4.2.8p15@1.3728-o'"));
	assert_true(harness_has(h, "'key':'hardware','value':'armv7l'"));
	assert_true(harness_has(h, "'key':'os','value':'Linux/5.10'"));
	/* Of an association, of an error, and not whole. */
	(void)harness_take(h);
	b[7] = 1;
	harness_send(h, B, b, 12 + sizeof(text) - 1);
	b[7] = 0;
	b[1] = 0xc2;
	harness_send(h, B, b, 12 + sizeof(text) - 1);
	b[1] = 0x82;
	b[11] = 20;
	harness_send(h, B, b, 12 + 20);
	assert_false(harness_has(h, "identity"));
	assert_true(harness_has(h, "'status':'error'"));
	harness_free(h);
}

static void
test_other_modes(void **state)
{
	struct harness *h = ntp_new();

	harness_hex(h, A, "17 00 03 2a 00000000");
	assert_true(harness_has(h,
	    "'dir':'request','tentative':true,'op':'monlist','code':7,"
	    "'class':'diagnostic','mode':7,'implementation':3,"
	    "'request':42}"));
	harness_hex(h, B, "97 00 03 00 00000000");
	assert_true(harness_has(h, "'op':'private'"));
	harness_hex(h, A, "16 08 0001 0000 0000 0000 0000");
	assert_true(harness_has(h, "'op':'configure','code':6,'class':'conf"));
	harness_hex(h, B,
	    "25 01 06 ec 00000000 00000000 47505300" ZERO8 ZERO8 ZERO8 SENT);
	assert_true(harness_has(h, "'dir':'notify'"));
	assert_true(harness_has(h, "'op':'broadcast'"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	struct harness *h = ntp_new();

	harness_hex(h, A, ASK);
	(void)harness_take(h);
	harness_hex(h, A, "03");
	assert_true(harness_has(h, "'reason':'version','offset':0"));
	harness_hex(h, A, "20");
	assert_true(harness_has(h, "'reason':'mode','offset':0"));
	harness_hex(h, A, "23 00 06");
	assert_true(harness_has(h, "'reason':'length','offset':3"));
	harness_hex(h, B, "16 82 0007 0000 0000 0000 0005 61");
	assert_true(harness_has(h, "'reason':'length','offset':10"));
	assert_int_equal(h->bad, 4);
	harness_hex(h, B, ANSWER("02", "0a000009"));
	assert_true(harness_has(h, "req_frame"));
	harness_free(h);
}

static void
test_cut_is_told_and_concludes_nothing(void **state)
{
	static const uint8_t control[] = {0x16, 0x82, 0, 7, 0, 0, 0, 0, 0, 0, 0,
	    9, 's', 'y', 's', 't', 'e', 'm', '=', 'a'};
	struct harness *h = ntp_new();

	harness_send_cut(h, B, control, sizeof(control));
	assert_true(harness_has(h, "'cut':true"));
	assert_false(harness_has(h, "identity"));
	assert_int_equal(h->bad, 0);
	harness_send_cut(h, B, control, 8);
	assert_int_equal(h->events, 1);
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	static const char *const texts[] = {
	    "00", "20 00 06", "3b 00", "23 00 06 ec 00", "16 82 00"};
	struct harness *h = ntp_new();

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		harness_reset(h);
		harness_hex(h, A, texts[i]);
		assert_false(h->claimed);
	}
	h->port[B] = 4000;
	harness_hex(h, A, ASK);
	assert_false(h->claimed);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_time_and_where_it_is_from),
	    cmocka_unit_test(test_clock_and_kiss),
	    cmocka_unit_test(test_unsynchronised_has_no_source),
	    cmocka_unit_test(test_control_names_the_server),
	    cmocka_unit_test(test_other_modes),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_cut_is_told_and_concludes_nothing),
	    cmocka_unit_test(test_others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

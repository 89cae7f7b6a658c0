/*
 * What a protocol's first tests look like: each message to the letter, each
 * violation, each truncation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_template;

#define ASK "5450 01 07 00" /* magic, ask, id 7, no text */
#define ANSWER           \
	"5450 81 07 04 " \
	"50312d41" /* magic, answer, id 7, 4 bytes: P1-A */

static void
test_ask_and_answer(void **state)
{
	struct harness *h = harness_new(&dissector_template, DIS_TCP);

	harness_hex(h, A, ASK);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'ask_name','code':1,'class':'discovery','id':7}\n");
	h->ts_ns += 1500000;
	harness_hex(h, B, ANSWER);
	/* The pair proves the protocol: no longer tentative. */
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'ask_name','code':1,"
	    "'class':'discovery','status':'ok','rtt_us':1500,'req_frame':1,"
	    "'id':7,'text':'P1-A'}\n"
	    "{'kind':'identity','dir':'response','subject':"
	    "{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':7777},"
	    "'key':'name','value':'P1-A','via':'ask_name','claim':'self'}\n");
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_segmentation_changes_nothing(void **state)
{
	struct harness *h = harness_new(&dissector_template, DIS_TCP);

	h->segment = 1;
	harness_hex(h, A, ASK ASK);
	harness_hex(h, B, ANSWER ANSWER);
	assert_int_equal(h->ok, 4);
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_answer_to_something_else_is_not_paired(void **state)
{
	struct harness *h = harness_new(&dissector_template, DIS_TCP);

	harness_hex(h, A, "5450 02 07 01 41");
	(void)harness_take(h);
	harness_hex(h, B, ANSWER);
	assert_true(harness_has(h, "'tentative':true,'op':'ask_name'"));
	assert_false(harness_has(h, "req_frame"));
	harness_free(h);
}

static void
test_violation_is_told_and_the_flow_goes_on(void **state)
{
	struct harness *h = harness_new(&dissector_template, DIS_TCP);

	harness_hex(h, A, "5450 02 01 01 41");
	(void)harness_take(h);
	harness_hex(h, B, "5450 82 01 01 41" ANSWER);
	assert_true(harness_has(h, "'reason':'text_in_reply','offset':5"));
	assert_true(harness_has(h, "'op':'ask_name'"));
	harness_free(h);
}

static void
test_next_header_is_found(void **state)
{
	struct harness *h = harness_new(&dissector_template, DIS_TCP);

	harness_hex(h, A, ASK);
	harness_hex(h, B, ANSWER);
	(void)harness_take(h);
	harness_hex(h, A, "ff545400" ASK);
	assert_true(harness_has(h, "'reason':'no_header','offset':0"));
	assert_true(harness_has(h, "'op':'ask_name'"));
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	struct harness *h = harness_new(&dissector_template, DIS_UDP);

	harness_hex(h, A, "474554202f");
	assert_false(h->claimed);
	harness_free(h);
}

static void
test_truncations(void **state)
{
	static const uint8_t msg[] = {'T', 'P', /* magic */
	    0x81,                               /* answer */
	    7,                                  /* id */
	    2,                                  /* length */
	    'P', '1'};                          /* text */
	struct harness *h = harness_new(&dissector_template, DIS_TCP);
	size_t len = 0;
	struct dis_probe pr = {.transport = DIS_TCP, .ret_len = &len};

	for (size_t n = 0; n < sizeof(msg); n++) {
		harness_reset(h);
		harness_send(h, B, msg, n);
		assert_int_equal(h->events, 0);
	}
	assert_int_equal(
	    dissector_template.probe(rd_make(msg, sizeof(msg)), &pr), DIS_OK);
	assert_int_equal(len, sizeof(msg));
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ask_and_answer),
	    cmocka_unit_test(test_segmentation_changes_nothing),
	    cmocka_unit_test(test_answer_to_something_else_is_not_paired),
	    cmocka_unit_test(test_violation_is_told_and_the_flow_goes_on),
	    cmocka_unit_test(test_next_header_is_found),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

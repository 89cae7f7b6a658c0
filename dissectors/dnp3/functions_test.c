/*
 * Function codes, pairs, phases, indications: fragments as request and
 * response.  Octets are application control, function, (IIN,) objects.
 */
#include <stdio.h>

#include "dissectors/dnp3/dnp3_test.h"

static void
test_read_and_response_to_the_letter(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, A, "c3 01 3c0206"); /* read class 1 */
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'read','code':1,"
	    "'class':'read','fc':1," LINK_A
	    ",'seq':3,'fir':1,'fin':1,'con':0,'uns':0,"
	    "'objects':[{'group':60,'var':2,'qual':6}]}\n");
	/* IIN1.4; g2v1, two indexes of one octet: on, off with restart */
	app(h, B, "c3 81 1000 0201 1702 05 81 07 02");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'response','code':129,"
	    "'class':'read','status':'ok','rtt_us':0,'req_frame':1,'fc':"
	    "129," LINK_B
	    ",'seq':3,'fir':1,'fin':1,'con':0,'uns':0,'iin':['need_time'],"
	    "'objects':[{'group':2,'var':1,'qual':23,'count':2,'index':5,"
	    "'value':1,'flags':129},{'group':2,'var':1,'index':7,'value':0,"
	    "'flags':2}]}\n"
	    "{'kind':'value','dir':'response','object':'binary_input 5',"
	    "'value':1,'quality':'good','source':'reported'}\n"
	    "{'kind':'value','dir':'response','object':'binary_input 7',"
	    "'value':0,'quality':'offline,restart','source':'reported'}\n"
	    "{'kind':'state','dir':'response','subject':{'mac':"
	    "'02:00:00:00:00:02','ip':'10.0.0.2','port':20000,'sub':{'addr':"
	    "10}},'object':'clock','state':'need_time','via':"
	    "'internal_indications'}\n");
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_every_function_has_its_name_and_class(void **state)
{
	static const struct {
		uint8_t fc;
		const char *name, *cls;
	} want[] = {
#define FN(code, name, class, what) {code, name, #class},
#include "dissectors/dnp3/functions.def"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct harness *h = flow(DIS_TCP);
		bool response = want[i].fc & 0x80;
		char text[64], line[96];

		snprintf(text, sizeof(text), "%s %02x %s",
		    want[i].fc == 130 ? "d1" : "c1", want[i].fc,
		    response ? "0000" : "");
		app(h, response ? B : A, text);
		snprintf(line, sizeof(line), "'op':'%s','code':%u,'class':'",
		    want[i].name, want[i].fc);
		assert_true(harness_has(h, line));
		assert_int_equal(h->bad, 0);
		harness_free(h);
	}
}

static void
test_class_follows_what_is_written(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, A, "c0 02 3201 0701 010203040506"); /* time */
	assert_true(harness_has(h, "'op':'write','code':2,'class':'session'"));
	app(h, A, "c1 02 5001 00 07 07 00"); /* IIN1.7 cleared */
	assert_true(harness_has(h, "'class':'session'"));
	assert_true(harness_has(h, "'start':7,'stop':7,'index':7,'value':0"));
	app(h, A, "c2 02 2201 1701 03 6400"); /* dead band */
	assert_true(harness_has(h, "'class':'write'"));
	assert_true(harness_has(h, "'object':'analog_deadband 3','value':100,"
				   "'source':'commanded'"));
	app(h, A, "c3 02 00f7 00 0000 01 02 4142"); /* g0v247 at 0 */
	assert_true(harness_has(h, "'class':'config'"));
	harness_free(h);
}

static void
test_select_before_operate_is_paired(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, A, "c0 03 0c01 2801 00 0500 03 01 64000000 c8000000 00");
	assert_true(harness_has(h,
	    "'controls':[{'group':12,'var':1,'index':5,'code':3,'op_type':3,"
	    "'trip_close':0,'clear':0,'count':1,'on_ms':100,'off_ms':200,"
	    "'status':0}],'phase':'select'}"));
	assert_false(harness_has(h, "'kind':'value'"));
	app(h, B, "c0 81 0000 0c01 2801 00 0500 03 01 64000000 c8000000 00");
	assert_true(harness_has(h, "'class':'control','status':'ok'"));
	assert_true(harness_has(h, "'phase':'select'"));
	(void)harness_take(h);
	app(h, A, "c1 04 0c01 2801 00 0500 03 01 64000000 c8000000 00");
	assert_true(harness_has(h, "'phase':'operate'"));
	assert_true(harness_has(h, "'select_frame':1"));
	assert_true(harness_has(h, "'object':'binary_output 5','value':"
				   "'latch_on','source':'commanded'"));
	/* status 7: the device is in local control */
	app(h, B, "c1 81 0000 0c01 2801 00 0500 03 01 64000000 c8000000 07");
	assert_true(harness_has(h, "'status':'local'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_operate_of_something_else_is_told(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, A, "c0 03 0c01 2801 00 0500 03 01 64000000 c8000000 00");
	app(h, A, "c1 04 0c01 2801 00 0600 03 01 64000000 c8000000 00");
	assert_true(harness_has(h, "'reason':'operate_without_select'"));
	harness_free(h);
}

static void
test_direct_operate_without_ack_waits_for_nothing(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, A, "c0 06 2902 2801 00 0200 e803 00"); /* g41v2: 1000 */
	assert_true(harness_has(h,
	    "'controls':[{'group':41,'var':2,'index':2,'value':1000,"
	    "'status':0}],'phase':'direct_no_ack'"));
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_unsolicited_is_a_report_and_is_confirmed(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, B, "f1 82 8000");
	assert_true(harness_has(h, "'dir':'notify','op':"
				   "'unsolicited_response','code':130,'class':"
				   "'report'"));
	assert_true(harness_has(h, "'state':'restarted'"));
	app(h, A, "d1 00");
	assert_true(harness_has(h, "'op':'confirm','code':0"));
	assert_int_equal(harness_waiting(h) + h->bad, 0);
	harness_free(h);
}

static void
test_indications_are_told_when_they_change(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, B, "c0 81 9020"); /* IIN1.4, 1.7, 2.5 */
	assert_true(harness_has(h, "'state':'config_corrupt'"));
	(void)harness_take(h);
	app(h, B, "c1 81 9020");
	assert_false(harness_has(h, "'kind':'state'"));
	app(h, B, "c2 81 2000"); /* IIN1.5 alone */
	assert_true(harness_has(h, "'state':'time_set'"));
	assert_true(harness_has(h, "'state':'local_control'"));
	assert_true(harness_has(h, "'state':'running'"));
	assert_true(harness_has(h, "'state':'config_ok'"));
	harness_free(h);
}

static void
test_errors_are_the_status(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, A, "c0 0d");
	app(h, B, "c0 81 0001");
	assert_true(harness_has(h, "'status':'no_func_code_support'"));
	app(h, A, "c1 01 3c0106");
	app(h, B, "c1 81 0004");
	assert_true(harness_has(h, "'status':'parameter_error'"));
	harness_free(h);
}

static void
test_answer_in_fragments_keeps_its_class(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, A, "c4 16 3c0206 010006"); /* assign class */
	app(h, B, "a4 81 0000");
	app(h, A, "c4 00");
	(void)harness_take(h);
	app(h, B, "65 81 0000");
	assert_true(harness_has(h, "'class':'config'"));
	harness_free(h);
}

static void
test_broadcast_is_not_answered(void **state)
{
	struct harness *h = flow(DIS_TCP);
	const uint8_t user[] = {0xc0, 0xc0, 0x0d};
	uint8_t frame[DN_FRAME_MAX];

	(void)state;
	harness_send(
	    h, A, frame, dn_frame(0xc4, 0xffff, 1, user, sizeof(user), frame));
	assert_true(harness_has(h, "'op':'cold_restart'"));
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_challenge_comes_between_request_and_answer(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, A, "c6 05 0c01 2801 00 0500 03 01 64000000 c8000000 00");
	/* g120v1: sequence, user 1, algorithm, reason, data */
	app(h, B, "c6 83 0000 7801 5b01 0c00 01000000 0100 04 01 a1a2a3a4");
	assert_true(harness_has(h,
	    "'kind':'auth','dir':'response','action':'challenge','user':'1'"));
	app(h, A, "c6 20 7802 5b01 0a00 01000000 0100 a1a2a3a4");
	assert_true(harness_has(h, "'action':'reply','user':'1'"));
	(void)harness_take(h);
	app(h, B, "c6 81 0000 0c01 2801 00 0500 03 01 64000000 c8000000 00");
	assert_true(harness_has(h, "'class':'control','status':'ok'"));
	assert_true(harness_has(h, "'phase':'direct'"));
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_and_response_to_the_letter),
	    cmocka_unit_test(test_every_function_has_its_name_and_class),
	    cmocka_unit_test(test_class_follows_what_is_written),
	    cmocka_unit_test(test_select_before_operate_is_paired),
	    cmocka_unit_test(test_operate_of_something_else_is_told),
	    cmocka_unit_test(test_direct_operate_without_ack_waits_for_nothing),
	    cmocka_unit_test(test_unsolicited_is_a_report_and_is_confirmed),
	    cmocka_unit_test(test_indications_are_told_when_they_change),
	    cmocka_unit_test(test_errors_are_the_status),
	    cmocka_unit_test(test_answer_in_fragments_keeps_its_class),
	    cmocka_unit_test(test_broadcast_is_not_answered),
	    cmocka_unit_test(test_challenge_comes_between_request_and_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

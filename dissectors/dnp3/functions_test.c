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
	    ",'seq':3,'fir':1,'fin':1,'con':0,'uns':0,'about':'60v2',"
	    "'objects':[{'group':60,'var':2,'qual':6}]}\n"
	    "{'kind':'topology','dir':'request','subject':{'mac':"
	    "'02:00:00:00:00:01','ip':'10.0.0.1','sub':{'addr':1}},"
	    "'relation':'master','detail':'addr 1','peer':'addr 10'}\n");
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
	    "'internal_indications'}\n"
	    "{'kind':'topology','dir':'response','subject':{'mac':"
	    "'02:00:00:00:00:02','ip':'10.0.0.2','port':20000,'sub':{'addr':"
	    "10}},'relation':'outstation','detail':'addr 10','peer':'addr 1'}"
	    "\n");
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
	(void)harness_take(h);
	app(h, A, "c4 20 780d 5b01 0a00 01000000 0700 0200 a1a2"); /* a key */
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
	    "'value':'latch_on','status':0}],'phase':'select'}"));
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
	assert_true(
	    harness_has(h, "'op':'confirm','code':0,'class':'session'"));
	assert_true(harness_has(h, "'uns':1,'confirms_frame':1}"));
	assert_int_equal(harness_waiting(h) + h->bad, 0);
	harness_free(h);
}

static void
test_confirm_belongs_to_what_has_its_number(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, B, "f1 82 0000"); /* unsolicited 1 */
	app(h, B, "e1 81 0000"); /* a response 1 that wants one, too */
	(void)harness_take(h);
	app(h, A, "c2 00"); /* of neither */
	assert_false(harness_has(h, "'confirms_frame'"));
	app(h, A, "c1 00");
	assert_true(harness_has(h, "'confirms_frame':2"));
	(void)harness_take(h);
	app(h, A, "d1 00");
	assert_true(harness_has(h, "'confirms_frame':1"));
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
	h->ts_ns += 5000000;
	app(h, B, "65 81 0000");
	assert_true(harness_has(h, "'class':'config','status':'ok',"
				   "'rtt_us':5000,'req_frame':1"));
	(void)harness_take(h);
	app(h, B, "66 81 0000"); /* there is no more of it */
	assert_false(harness_has(h, "'req_frame'"));
	harness_free(h);
}

static void
test_answer_alone_has_the_class_of_what_is_in_it(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, B, "c0 81 0000 0c01 2801 00 0500 03 01 64000000 c8000000 00");
	assert_true(harness_has(h, "'class':'control'"));
	(void)harness_take(h);
	app(h, B, "c1 81 0000 4604 5b01 0d00 07000000 04000000 0004 0100 00");
	assert_true(harness_has(h, "'class':'file'"));
	(void)harness_take(h);
	app(h, B, "c2 81 0000 0102 00 0000 81");
	assert_true(harness_has(h, "'class':'read'"));
	harness_free(h);
}

static void
test_operate_may_be_repeated(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, A, "c0 03 0c01 2801 00 0500 03 01 64000000 c8000000 00");
	for (int i = 0; i < 2; i++) {
		app(h, A, "c1 04 0c01 2801 00 0500 03 01 64000000 c8000000 00");
		assert_true(harness_has(h, "'select_frame':1"));
		(void)harness_take(h);
	}
	assert_int_equal(h->bad, 0);
	app(h, A, "c2 04 0c01 2801 00 0500 03 01 64000000 c8000000 00");
	assert_true(harness_has(h, "'reason':'operate_without_select'"));
	harness_free(h);
}

/* Sends a fragment with link addresses of its own. */
static void
between(struct harness *h, uint8_t side, uint16_t src, uint16_t dst,
    const char *digits)
{
	uint8_t user[DN_USER_MAX] = {0xc0}, frame[DN_FRAME_MAX];
	size_t n = 1 + harness_unhex(digits, user + 1, sizeof(user) - 1);

	n = dn_frame(side == A ? 0xc4 : 0x44, dst, src, user, n, frame);
	harness_send(h, side, frame, n);
}

static void
test_self_address_is_answered_under_the_own(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	between(h, A, 1, 0xfffc, "c0 01 3c0206");
	assert_true(harness_has(h, "'relation':'master','detail':'addr 1'}"));
	between(h, B, 10, 1, "c0 81 0000");
	assert_true(harness_has(h, "'class':'read','status':'ok','rtt_us':0,"
				   "'req_frame':1"));
	assert_int_equal(harness_waiting(h) + h->bad, 0);
	harness_free(h);
}

static void
test_reserved_addresses_are_nobody(void **state)
{
	static const uint16_t reserved[] = {
	    0xfff0, 0xfffb, 0xfffc, 0xfffd, 0xfffe, 0xffff};

	(void)state;
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		struct harness *h = flow(DIS_TCP);

		/* g0v250; IIN1.7 */
		between(h, B, reserved[i], 1,
		    "c0 81 8000 00fa 00 0000 01 03 583130");
		assert_true(harness_has(h, "'reason':'link_source'"));
		assert_false(harness_has(h, "'kind':'identity'"));
		assert_false(harness_has(h, "'kind':'state'"));
		assert_false(harness_has(h, "'kind':'topology'"));
		(void)harness_take(h);
		between(h, A, 1, reserved[i], "c0 0d");
		assert_true(harness_has(h, "'op':'cold_restart'"));
		assert_false(harness_has(h, "'peer'"));
		harness_free(h);
	}
}

static void
test_roles_are_told_once_and_again_on_change(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	h->ctx.opened = B; /* the outstation dials: its port is made up */
	app(h, B, "f1 82 0000");
	assert_true(harness_has(h,
	    "'subject':{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':20000,"
	    "'sub':{'addr':10}},'relation':'outstation'"));
	(void)harness_take(h);
	app(h, B, "f2 82 0000");
	assert_false(harness_has(h, "'kind':'topology'"));
	/* a station that is a master, too; its frame has DIR */
	between(h, A, 10, 1, "c0 01 3c0206");
	assert_true(harness_has(h, "'relation':'master','detail':'addr 10'"));
	harness_free(h);

	h = flow(DIS_TCP);
	h->port[A] = 20000;
	h->port[B] = 40001;
	h->ctx.opened = B;
	app(h, B, "f1 82 0000");
	assert_true(harness_has(h,
	    "'subject':{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','sub':{"
	    "'addr':10}},'relation':'outstation'"));
	app(h, A, "d1 00");
	assert_true(harness_has(h, "'ip':'10.0.0.1','port':20000,'sub':{'addr'"
				   ":1}},'relation':'master'"));
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

static void
test_authentication_is_told_without_secrets(void **state)
{
	static const struct {
		uint8_t side;
		const char *app, *auth, *event;
	} want[] = {
	    /* sequence, user, wrap, status, MAC, length, data */
	    {B,
		"c6 83 0000 7805 5b01 0f00 01000000 0100 02 02 04 0400 "
		"a1a2a3a4",
		"'auth':[{'var':5,'seq':1,'user':1,'key_wrap':2,'status':2,"
		"'mac':4}]",
		"'action':'key_status','user':'1','detail':'not_initialised'"},
	    {B, "c6 83 0000 7801 5b01 0c00 01000000 0100 04 01 a1a2a3a4",
		"'auth':[{'var':1,'seq':1,'user':1,'mac':4,'reason':1}]",
		"'action':'challenge','user':'1','detail':'hmac_sha256_16'"},
	    {A, "c6 20 7804 0701 0200", "'auth':[{'var':4,'user':2}]",
		"'action':'key_status_request','user':'2'"},
	    {A, "c6 20 7806 5b01 0a00 01000000 0100 a1a2a3a4",
		"'auth':[{'var':6,'seq':1,'user':1}]",
		"'action':'session_key_change','user':'1'"},
	    {A, "c6 20 7808 5b01 0400 46 01 a1a2",
		"'auth':[{'var':8,'method':70,'type':1}]",
		"'action':'user_certificate'"},
	    /* method, change, sequence, role, days, lengths, name */
	    {A,
		"c6 20 780a 5b01 1400 04 02 05000000 0100 1e00 0400 0000 0000 "
		"616e6e61",
		"'auth':[{'var':10,'method':4,'change':2,'seq':5,'role':1,"
		"'expiry_days':30,'name':'anna'}]",
		"'action':'user_delete','user':'anna'"},
	    {A, "c6 20 780b 5b01 0b00 04 0400 0200 616e6e61 a1a2",
		"'auth':[{'var':11,'method':4,'name':'anna'}]",
		"'action':'update_key_request','user':'anna'"},
	    {A, "c6 20 780d 5b01 0a00 01000000 0700 0200 a1a2",
		"'auth':[{'var':13,'seq':1,'user':7}]",
		"'action':'update_key_change','user':'7'"},
	    {B, "c6 83 0000 780f 5b01 0200 a1a2", "'auth':[{'var':15}]",
		"'action':'update_key_confirmation'"},
	    /* sequence, user, association, error, time, text */
	    {A,
		"c6 21 7807 5b01 1200 03000000 0100 0000 0b e80300000000 "
		"6e6f21",
		"'auth':[{'var':7,'seq':3,'user':1,'association':0,"
		"'error':11,'time':1000,'text':'no!'}]",
		"'action':'fail','user':'1','detail':'unknown_user'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct harness *h = flow(DIS_TCP);

		app(h, want[i].side, want[i].app);
		if (!harness_has(h, want[i].auth) ||
		    !harness_has(h, want[i].event) || harness_has(h, "a1a2")) {
			print_message("%s: %s", want[i].app, harness_take(h));
			fail();
		}
		assert_int_equal(h->bad, 0);
		harness_free(h);
	}
}

static void
test_terminal_is_engineering_and_not_overheard(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, A, "c0 02 7006 1701 00 736563726574"); /* g112v6 */
	assert_true(harness_has(h, "'class':'config'"));
	assert_true(harness_has(h, "'index':0,'size':6}"));
	assert_false(harness_has(h, "secret"));
	harness_free(h);
}

/* What makes a request the same again. */
static void
test_about(void **state)
{
	static const struct {
		const char *app, *about;
	} want[] = {
	    {"c0 01 3c0206 3c0306 3c0406", "'about':'60v2, 60v3, 60v4'"},
	    {"c0 01 1e01 00 0009", "'about':'30v1 0-9'"},
	    {"c0 01 0100 01 0401 0401", "'about':'1v0 260'"},
	    {"c0 05 0c01 2801 00 0500 41 01 64000000 c8000000 00",
		"'about':'12v1 5 close','point':'binary_output 5'"},
	    {"c0 05 2902 1702 01 0100 00 02 0100 00",
		"'about':'41v2 1 2','objects'"},
	    {"c0 05 2902 1701 02 0100 00",
		"'about':'41v2 2','point':'analog_output 2'"},
	    {"c0 02 2201 1701 03 6400",
		"'about':'34v1 3','point':'analog_deadband 3'"},
	    {"c0 02 5001 00 0707 00", "'about':'80v1 7','objects'"},
	    {"c0 01 1e01 00 0202", "'about':'30v1 2','objects'"},
	    {"c0 1b 4603 5b01 1d00 1a00 0300 000000000000 0000 00000000 "
	     "00000000 0000 0004 0100 612e62",
		"'about':'70v3 a.b'"},
	    /* longer than forty characters: a hash of all of it */
	    {"c0 01 1e01 00 0009 1e02 00 0009 1401 00 0009 1402 00 0009 1501 "
	     "00 0008",
		"'about':'30v1 0-9, 30v2 0-9, 20v~b31f91e10bc72e68'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct harness *h = flow(DIS_TCP);

		app(h, A, want[i].app);
		if (!harness_has(h, want[i].about)) {
			print_message("%s: %s", want[i].app, harness_take(h));
			fail();
		}
		harness_free(h);
	}
}

static void
test_brief_answers_tell_values_alone(void **state)
{
	static const char *const values[] = {"'object':'binary_input 0'",
	    "'object':'binary_input 1'", "'object':'binary_input 2'"};
	struct harness *h = flow(DIS_TCP);

	(void)state;
	h->brief = true;
	for (unsigned i = 0; i < 3; i++) {
		app(h, A, "c0 01 3c0106");
		(void)harness_take(h);
		app(h, B, "c0 81 0000 0102 00 0002 81 81 81");
		assert_true(harness_has(h, "'req_frame':"));
		assert_false(harness_has(h, "'objects'"));
		for (unsigned k = 0; k < 3; k++) {
			assert_true(harness_has(h, values[k]));
		}
		(void)harness_take(h);
	}
	/* but what is wrong is told in full */
	app(h, A, "c0 01 3c0106");
	(void)harness_take(h);
	app(h, B, "c0 81 0000 0102 00 0002 81 81");
	assert_true(harness_has(h, "'reason':'object_short','offset':11"));
	assert_true(harness_has(h, "'objects'"));
	(void)harness_take(h);
	/* who reports by himself does so of other points each time */
	app(h, B, "f1 82 0000 0201 1701 05 81");
	assert_true(harness_has(h, "'about':'2v1','objects':[{'group':2,'var'"
				   ":1,'qual':23,'count':1}]"));
	harness_free(h);
}

static bool
was_asked(
    struct harness *h, const char *name, uint32_t number, const char *quality)
{
	struct dis_reading r = h->reading;

	h->reading = (struct dis_reading){0};
	if (r.name == NULL || quality == NULL || r.quality == NULL) {
		return name == r.name && quality == r.quality;
	}
	return strcmp(r.name, name) == 0 && r.number == number &&
	       strcmp(r.quality, quality) == 0;
}

/* The filter is asked before a value is read, where it can be told as
 * shortly as that; a value that it has not seen is told as ever. */
static void
test_numbers_are_asked_about_first(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	h->brief = h->filtered = true;
	app(h, A, "c0 01 3c0106");
	h->asked = 0; /* the answer is counted, the number is fresh */
	app(h, B, "c0 81 0000 1e02 00 0707 01 1500");
	assert_true(was_asked(h, "analog_input", 7, "good"));
	assert_int_equal(h->asked, 2);
	assert_false(harness_has(h, "'value'"));
	(void)harness_take(h);
	h->asked = 0; /* neither fresh nor known */
	app(h, B, "f1 82 0000 0201 1701 05 81");
	assert_true(was_asked(h, "binary_input", 5, "good"));
	assert_false(harness_has(h, "'binary_input 5'"));
	h->asked = 1; /* fresh: nobody asks whether it is known */
	app(h, B, "f1 82 0000 0201 1701 05 81");
	assert_int_equal(h->asked, 2);
	/* its quality has to be read */
	app(h, B, "f1 82 0000 0201 1701 05 02");
	assert_int_equal(h->asked, 3);
	assert_true(was_asked(h, "binary_input", 5, "good"));
	app(h, B, "f1 82 0000 0201 1701 05 02");
	assert_true(was_asked(h, NULL, 0, NULL));
	harness_free(h);
}

/* Function 31 with one file; what g91 says of it. */
static void
test_activation_has_an_outcome(void **state)
{
	static const struct {
		const char *answer, *status, *told; /* NULL: no such event */
	} want[] = {
	    {"c0 81 0000 5b01 0701 00000000 01 01 00", "ok",
		"'state':'activated','via':'activate_config'}"},
	    {"c0 81 0000 5b01 0701 d0070000 01 03 00 6162", "ok",
		"'state':'activating','via':'activate_config',"
		"'detail':'in 2000 ms'}"},
	    {"c0 81 0000 5b01 0701 00000000 02 01 00 04 05 626164",
		"activation_failed",
		"'state':'activation_failed','via':'activate_config',"
		"'detail':'bad'}"},
	    {"c0 81 0000 5b01 5b01 0700 d0070000 01 01 05", "activation_failed",
		"'detail':'status 5'}"},
	    /* what the indications say comes first */
	    {"c0 81 0004 5b01 0701 00000000 01 01 05", "parameter_error",
		"'state':'activation_failed'"},
	    {"c0 81 0001", "no_func_code_support", NULL},
	    /* of no file, and of no form */
	    {"c0 81 0000 5b01 0701 00000000 00", "ok", NULL},
	    {"c0 81 0000 5b01 5b01 0100 05", "ok", NULL},
	};
	char line[64];

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(want) / sizeof(want[0]); i++) {
		struct harness *h = flow(DIS_TCP);
		const char *told = want[i / 2].told;

		h->brief = i % 2; /* told in full all the same */
		app(h, A, "c0 1f 4608 5b01 0300 612e62");
		(void)harness_take(h);
		app(h, B, want[i / 2].answer);
		snprintf(line, sizeof(line), "'class':'config','status':'%s'",
		    want[i / 2].status);
		assert_true(harness_has(h, line));
		if (harness_has(h, "'object':'configuration_file'") !=
			(told != NULL) ||
		    (told != NULL && !harness_has(h, told))) {
			print_message("%s", harness_take(h));
			fail();
		}
		if (told != NULL) {
			assert_true(harness_has(h, "'delay_ms':"));
		}
		assert_int_equal(h->bad, 0);
		harness_free(h);
	}
}

/* What is behind it is read, and an end within it is a violation. */
static void
test_status_of_an_operation_has_its_own_length(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, B,
	    "c0 81 0000 5b01 0702 00000000 01 02 00 61 01000000 00 "
	    "0102 00 0505 81");
	assert_true(harness_has(h, "'index':5,'value':1,'flags':129}]"));
	assert_int_equal(h->bad, 0);
	app(h, B, "c1 81 0000 5b01 0701 00000000 02 02 00 61 03 00 61");
	assert_true(harness_has(h, "'reason':'object_short','offset':8"));
	assert_int_equal(h->bad, 1);
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
	    cmocka_unit_test(test_confirm_belongs_to_what_has_its_number),
	    cmocka_unit_test(test_answer_alone_has_the_class_of_what_is_in_it),
	    cmocka_unit_test(test_operate_may_be_repeated),
	    cmocka_unit_test(test_self_address_is_answered_under_the_own),
	    cmocka_unit_test(test_reserved_addresses_are_nobody),
	    cmocka_unit_test(test_roles_are_told_once_and_again_on_change),
	    cmocka_unit_test(test_authentication_is_told_without_secrets),
	    cmocka_unit_test(test_terminal_is_engineering_and_not_overheard),
	    cmocka_unit_test(test_indications_are_told_when_they_change),
	    cmocka_unit_test(test_errors_are_the_status),
	    cmocka_unit_test(test_answer_in_fragments_keeps_its_class),
	    cmocka_unit_test(test_broadcast_is_not_answered),
	    cmocka_unit_test(test_about),
	    cmocka_unit_test(test_brief_answers_tell_values_alone),
	    cmocka_unit_test(test_numbers_are_asked_about_first),
	    cmocka_unit_test(test_challenge_comes_between_request_and_answer),
	    cmocka_unit_test(test_activation_has_an_outcome),
	    cmocka_unit_test(test_status_of_an_operation_has_its_own_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

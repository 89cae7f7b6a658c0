/*
 * Services to the letter (clauses 13 to 17, 20.1): requests, answers, classes
 * of writes, secrets.  The generated captures have every service.
 */
#include "dissectors/bacnet/bacnet_test.h"

static void
test_read_property_and_ack(void **state)
{
	struct harness *h = flow(DIS_UDP);

	apdu(h, A,
	    "02 75 01 0c" /* confirmed, maxima, invoke 1, ReadProperty */
	    "0c 00000003" /* analog-input 3 */
	    "19 55");     /* present-value */
	h->ts_ns += 2500;
	apdu(h, B,
	    "30 01 0c"
	    "0c 00000003 19 55"
	    "3e 44 41a20000 3f"); /* REAL 20.25 */
	harness_assert(h,
	    OP("request", "read_property", 12, "read",
		LAYERS
		",'apdu':0,'service':12,'invoke':1,"
		"'about':'analog-input 3',"
		"'objects':[{'type':0,'instance':3,'property':85}]") OP("respon"
									"se",
		"read_property", 12, "read",
		"'status':'ok','rtt_us':2,'req_frame':1," LAYERS
		",'apdu':3,'service':12,'invoke':1,'objects':[{'type':0,"
		"'instance':3,'property':85,'value':20.25}]") "{'kind':'value',"
							      "'dir':'response'"
							      ",'object':'"
							      "analog-input 3',"
							      "'value':20.25,'"
							      "source':'"
							      "reported'}\n");
	harness_free(h);
}

/* 15.7: an error for one property beside the value of another. */
static void
test_read_multiple_ack_has_errors(void **state)
{
	struct harness *h = flow(DIS_UDP);

	apdu(h, B,
	    "30 01 0e"
	    "0c 00000003 1e"
	    "29 55 4e 44 41a20000 4f"
	    "2a 1267 5e 91 02 91 20 5f"
	    "1f");
	assert_true(harness_has(h,
	    "'objects':[{'type':0,'instance':3,'property':85,'value':20.25},"
	    "{'type':0,'instance':3,'property':4711,'error':[2,32]}]"));
	harness_free(h);
}

static void
test_writes_are_classed_by_what_they_write(void **state)
{
	static const struct {
		const char *hex, *text;
	} all[] = {
	    /* present-value of analog-output 1, priority 8 */
	    {"0c 00400001 19 55 3e 44 42480000 3f 49 08", "'class':'control'"},
	    {"0c 00000001 19 2d 3e 44 42480000 3f", "'class':'config'"},
	    {"0c 04000001 19 5a 3e 91 03 3f", "'class':'program'"},
	    {"0c 00000001 19 1c 3e 75 02 00 78 3f", "'class':'write'"},
	    /* a Network Port is configured */
	    {"0c 0e000001 1a 0190 3e 64 0a000009 3f", "'class':'config'"},
	};
	struct harness *h = flow(DIS_UDP);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char buf[128];

		(void)snprintf(buf, sizeof(buf), "02 75 01 0f %s", all[i].hex);
		apdu(h, A, buf);
		assert_true(harness_has(h, all[i].text));
		(void)harness_take(h);
		apdu(h, B, "20 01 0f"); /* a reply has its request's class */
		assert_true(harness_has(h, all[i].text));
		(void)harness_take(h);
	}
	harness_free(h);
}

/* 19.2: Null gives a priority back. */
static void
test_relinquish_is_told_apart(void **state)
{
	struct harness *h = flow(DIS_UDP);

	apdu(h, A, "02 75 01 0f 0c 00400001 19 55 3e 00 3f 49 08");
	assert_true(harness_has(h,
	    "'object':'analog-output 1','value':null,'source':'commanded',"
	    "'detail':'relinquish priority 8','priority':8,"
	    "'relinquish':true}"));
	/* Without one it is the lowest, of what is commandable. */
	apdu(h, A, "02 75 02 0f 0c 00400001 19 55 3e 44 42480000 3f");
	assert_true(harness_has(h, "'detail':'priority 16','priority':16}"));
	harness_free(h);
}

static void
test_what_is_written_is_named(void **state)
{
	static const struct {
		const char *hex, *text;
	} all[] = {
	    {"0c 00000004 19 2d 3e 44 42c60000 3f",
		"'object':'analog-input 4 high-limit','value':99,"
		"'source':'commanded'}"},
	    {"0c 00400001 19 57 29 08 3e 00 3f",
		"'object':'analog-output 1 priority-array[8]','value':null,"
		"'source':'commanded'}"},
	    {"0c 00000004 1a 1267 3e 21 05 3f",
		"'object':'analog-input 4 property-4711','value':5,"},
	};
	struct harness *h = flow(DIS_UDP);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char buf[128];

		(void)snprintf(buf, sizeof(buf), "02 75 01 0f %s", all[i].hex);
		apdu(h, A, buf);
		if (!harness_has(h, all[i].text)) {
			fail_msg("%s: %s", all[i].text, harness_take(h));
		}
		(void)harness_take(h);
	}
	/* a list is told by the operation alone */
	apdu(h, A, "02 75 01 0f 0c 03c00001 19 66 3e 3f");
	assert_false(harness_has(h, "'kind':'value'"));
	harness_free(h);
}

static void
test_password_is_never_told(void **state)
{
	struct harness *h = flow(DIS_UDP);

	/* 16.4: coldstart, password "s3cret" */
	apdu(h, A, "02 75 01 14 09 00 1d 07 00 733363726574");
	apdu(h, B, "20 01 14");
	assert_true(harness_has(h, "'args':{'state':0,'password':true}"));
	assert_true(harness_has(h, "'action':'password_sent'"));
	assert_true(harness_has(h, "'action':'password_accepted'"));
	assert_true(harness_has(h, "'state':'restarted','detail':'coldstart'"));
	assert_false(harness_has(h, "s3cret"));
	assert_false(harness_has(h, "733363"));
	harness_free(h);
}

static void
test_cov_notification_has_quality(void **state)
{
	struct harness *h = flow(DIS_UDP);

	apdu(h, B,
	    "10 02"
	    "09 12 1c 02000004 2c 0000000a 39 00"
	    "4e 09 55 2e 44 42820000 2f" /* present-value 65 */
	    "09 6f 2e 82 04 40 2f 4f");  /* status-flags: fault */
	harness_assert(h,
	    OP("notify", "unconfirmed_cov_notification", 2, "report",
		LAYERS ",'apdu':1,'service':2,'objects':[{'type':0,"
		       "'instance':10,'property':85,'value':65},{'type':0,"
		       "'instance':10,'property':111,'value':[0,1,0,0]}],"
		       "'args':{'process':18,'device':4,"
		       "'time_remaining':0}") "{'kind':'value','dir':'notify','"
					      "object':'analog-input 10',"
					      "'value':65,'quality':'fault','"
					      "source':'reported'}\n");
	harness_free(h);
}

/* 5.4: an invoke id is used again; the newest request is the one. */
static void
test_retried_request_is_paired_with_the_last(void **state)
{
	struct harness *h = flow(DIS_UDP);

	apdu(h, A, "02 75 01 0c 0c 00000003 19 55");
	apdu(h, A, "02 75 01 0c 0c 00000003 19 55");
	(void)harness_take(h);
	apdu(h, B, "50 01 0c 91 01 91 1f");
	assert_true(harness_has(h, "'status':'unknown_object'"));
	assert_true(harness_has(h, "'req_frame':2"));
	assert_true(harness_has(h, "'error':[1,31]"));
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_abort_and_reject_are_named_by_their_request(void **state)
{
	struct harness *h = flow(DIS_UDP);

	apdu(h, A, "02 75 01 0c 0c 00000003 19 55");
	apdu(h, B, "60 01 04");
	assert_true(harness_has(h,
	    "'op':'read_property','class':'read','status':'reject_invalid_tag'"
	    ",'rtt_us':0,'req_frame':1"));
	apdu(h, B, "71 02 04"); /* of nothing that was seen */
	assert_true(
	    harness_has(h, "'op':'abort','class':'other',"
			   "'status':'abort_segmentation_not_supported'"));
	harness_free(h);
}

static void
test_about(void **state)
{
	static const struct {
		const char *hex, *about;
	} cases[] = {
	    {"02 75 01 0c 0c 00000003 19 55", "analog-input 3"},
	    {"02 75 01 0c 0c 02000005 19 4d", "device 5 object-name"},
	    {"02 75 01 0c 0c 00000003 19 55 29 02",
		"analog-input 3 present-value[2]"},
	    {"02 75 01 0c 0c 20000003 1a 0401",
		"object-type-128 3 property-1025"},
	    {"02 75 01 0f 0c 00800009 19 55 3e 44 41a00000 3f 49 08",
		"analog-value 9"},
	    {"02 75 01 0a 0e 09 02 0f", "analog-value"},
	    {"02 75 01 0e 0c 00000003 1e 09 55 1f 0c 00000004 1e 09 55 1f",
		"analog-input 3, analog-input 4"},
	    {"02 75 01 0e 0c 00000003 1e 09 55 09 6f 1f",
		"analog-input 3, analog-~4b28c5dd18b547d0"},
	    {"02 75 01 0e 0c 00000003 1e 09 55 09 70 1f",
		"analog-input 3, analog-~c35c1ac490c198c9"},
	};
	struct harness *h = flow(DIS_UDP);
	char want[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		apdu(h, A, cases[i].hex);
		(void)snprintf(
		    want, sizeof(want), "'about':'%s'", cases[i].about);
		if (!harness_has(h, want)) {
			fail_msg("%s: %s", want, harness_take(h));
		}
		(void)harness_take(h);
	}
	harness_free(h);
}

/* Who wants keys alone (dis_ctx) gets them, and all that follows. */
static void
test_brief(void **state)
{
	struct harness *h = flow(DIS_UDP);

	(void)state;
	h->brief = true;
	apdu(h, A, "02 75 01 0c 0c 00000003 19 55");
	harness_assert(h, OP("request", "read_property", 12, "read",
			      LAYERS ",'apdu':0,'service':12,'invoke':1,"
				     "'about':'analog-input 3'"));
	apdu(h, B, "30 01 0c 0c 00000003 19 55 3e 44 41a20000 3f");
	harness_assert(h,
	    OP("response", "read_property", 12, "read",
		"'status':'ok','rtt_us':0,'req_frame':1,'apdu':3") "{'kind':'"
								   "value','"
								   "dir':'"
								   "response','"
								   "object':'"
								   "analog-"
								   "input 3',"
								   "'value':20."
								   "25,'source'"
								   ":'reported'"
								   "}\n");
	apdu(h, A, "02 75 02 0f 0c 00800009 19 55 3e 44 41a00000 3f 49 08");
	assert_true(harness_has(h, "'objects':[{'type':2,'instance':9"));
	assert_true(harness_has(h, "'source':'commanded'"));
	(void)harness_take(h);
	/* what is wrong is told in full */
	apdu(h, A, "02 75 03 0c 0c 00000003 19 55 99");
	assert_true(harness_has(h, "'objects':[{'type':0,'instance':3"));
	assert_true(harness_has(h, "'malformed'"));
	harness_free(h);
}

/* A number that the filter calls fresh makes no event. */
static void
test_numbers_are_asked_about_first(void **state)
{
	struct harness *h = flow(DIS_UDP);

	(void)state;
	h->brief = h->filtered = true;
	apdu(h, A, "02 75 01 0c 0c 00000003 19 55");
	h->asked = 0; /* the answer is counted, the number is fresh */
	(void)harness_take(h);
	apdu(h, B, "30 01 0c 0c 00000003 19 55 3e 44 41a20000 3f");
	assert_string_equal(h->reading.name, "analog-input");
	assert_int_equal(h->reading.number, 3);
	assert_null(h->reading.quality);
	assert_int_equal(h->asked, 2);
	assert_false(harness_has(h, "'value'"));
	(void)harness_take(h);
	/* what is no number, and what is commanded, is no reading */
	h->reading.name = NULL;
	apdu(h, A, "02 75 02 0c 0c 00000003 19 55");
	apdu(h, B, "30 02 0c 0c 00000003 19 55 3e 75 02 00 41 3f");
	apdu(h, A, "02 75 03 0f 0c 00800009 19 55 3e 44 41a00000 3f 49 08");
	assert_null(h->reading.name);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_property_and_ack),
	    cmocka_unit_test(test_read_multiple_ack_has_errors),
	    cmocka_unit_test(test_writes_are_classed_by_what_they_write),
	    cmocka_unit_test(test_relinquish_is_told_apart),
	    cmocka_unit_test(test_what_is_written_is_named),
	    cmocka_unit_test(test_password_is_never_told),
	    cmocka_unit_test(test_cov_notification_has_quality),
	    cmocka_unit_test(test_retried_request_is_paired_with_the_last),
	    cmocka_unit_test(test_abort_and_reject_are_named_by_their_request),
	    cmocka_unit_test(test_about),
	    cmocka_unit_test(test_brief),
	    cmocka_unit_test(test_numbers_are_asked_about_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Whatever breaks the protocol is told once, with its reason and where it is;
 * what was understood is told as an operation; and the flow goes on.
 */
#include <stdio.h>

#include "dissectors/modbus/modbus_test.h"

/* Offsets count from the MBAP header: the unit is at 6, the function at 7. */
static const struct {
	const char *reason;
	unsigned at;
	const char *pdu;
} requests[] = {
    /* nothing where nothing belongs, and less or more than belongs */
    {"pdu_short", 8, "0a 01"},
    {"pdu_short", 11, "0a 01 0000 00"},
    {"pdu_long", 12, "0a 01 0000 0001 00"},
    {"pdu_short", 10, "0a 05 0000"},
    {"pdu_long", 12, "0a 06 0000 0001 00"},
    {"pdu_long", 8, "0a 07 00"},
    {"pdu_long", 8, "0a 0b 00"},
    {"pdu_long", 8, "0a 0c 00"},
    {"pdu_long", 8, "0a 11 00"},
    {"pdu_short", 10, "0a 0f 0000"},
    {"pdu_short", 12, "0a 10 0000 0001"},
    {"pdu_short", 12, "0a 16 0000 0001"},
    {"pdu_long", 14, "0a 16 0000 0001 0002 03"},
    {"pdu_short", 14, "0a 17 0000 0001 0000"},
    {"pdu_short", 9, "0a 18 00"},
    {"pdu_long", 10, "0a 18 0000 00"},
    {"pdu_short", 8, "0a 14"},
    {"pdu_short", 8, "0a 2b"},
    {"pdu_short", 10, "0a 2b 0e 01"},
    {"pdu_long", 11, "0a 2b 0e 01 00 00"},
    {"pdu_short", 8, "0a 5a"},
    /* quantities: 0 and one more than allowed */
    {"quantity", 10, "0a 01 0000 0000"},
    {"quantity", 10, "0a 01 0000 07d1"},
    {"quantity", 10, "0a 02 0000 07d1"},
    {"quantity", 10, "0a 03 0000 0000"},
    {"quantity", 10, "0a 03 0000 007e"},
    {"quantity", 10, "0a 04 0000 007e"},
    {"quantity", 10, "0a 0f 0000 0000 00"},
    {"quantity", 10, "0a 0f 0000 07b1 f7"},
    {"quantity", 10, "0a 10 0000 0000 00"},
    {"quantity", 10, "0a 10 0000 007c f8"},
    {"quantity", 10, "0a 17 0000 0000 0000 0001 02 0000"},
    {"quantity", 10, "0a 17 0000 007e 0000 0001 02 0000"},
    {"quantity", 14, "0a 17 0000 0001 0000 0000 00"},
    {"quantity", 14, "0a 17 0000 0001 0000 007a f4"},
    /* byte counts against the quantity, and against the bytes */
    {"byte_count", 12, "0a 0f 0000 0009 01 00"},
    {"byte_count", 12, "0a 0f 0000 0008 02 0000"},
    {"byte_count", 12, "0a 10 0000 0001 03 000000"},
    {"byte_count", 12, "0a 10 0000 0002 04 0000"},
    {"byte_count", 12, "0a 10 0000 0001 02 0000 00"},
    {"byte_count", 16, "0a 17 0000 0001 0000 0001 03 000000"},
    /* values */
    {"coil_value", 10, "0a 05 0000 ff01"},
    {"coil_value", 10, "0a 05 0000 0001"},
    {"coil_value", 10, "0a 05 0000 00ff"},
    {"function_zero", 7, "0a 00"},
    {"exception_in_request", 7, "0a 81 01"},
    {"exception_in_request", 7, "0a ff"},
    {"diagnostic_data", 10, "0a 08 0001 0001"},
    {"diagnostic_data", 10, "0a 08 0002 0001"},
    {"diagnostic_data", 10, "0a 08 0003 0a01"},
    {"diagnostic_data", 10, "0a 08 0004 ff00"},
    {"diagnostic_data", 10, "0a 08 000a 0001"},
    {"pdu_short", 10, "0a 08 000a"},
    {"pdu_long", 12, "0a 08 000a 0000 00"},
    /* files */
    {"byte_count", 8, "0a 14 06 06 0001 0000 00"},
    {"byte_count", 8, "0a 14 00"},
    {"byte_count", 8, "0a 14 0e 06 0001 0000 0001"},
    {"reference_type", 9, "0a 14 07 05 0001 0000 0001"},
    {"file_number", 10, "0a 14 07 06 0000 0000 0001"},
    {"record_number", 12, "0a 14 07 06 0001 2710 0001"},
    {"record_length", 14, "0a 14 07 06 0001 0000 0000"},
    {"reference_type", 9, "0a 15 09 07 0001 0000 0001 0000"},
    {"record_length", 14, "0a 15 09 06 0001 0000 0002 0000"},
    /* the encapsulated interface */
    {"mei_type", 8, "0a 2b 0f 00"},
    {"device_id_code", 9, "0a 2b 0e 00 00"},
    {"device_id_code", 9, "0a 2b 0e 05 00"},
};

/* Responses; where a request is given it goes before. */
static const struct {
	const char *reason;
	unsigned at;
	const char *asked, *pdu;
} responses[] = {
    {"pdu_short", 8, NULL, "0a 01"},
    {"byte_count", 8, NULL, "0a 01 00"},
    {"byte_count", 8, NULL, "0a 01 02 00"},
    {"byte_count", 8, NULL, "0a 01 01 0000"},
    {"byte_count", 8, NULL, "0a 03 03 000000"},
    {"byte_count", 8, NULL, "0a 17 01 00"},
    {"pdu_short", 11, NULL, "0a 05 0000 ff"},
    {"pdu_long", 12, NULL, "0a 06 0000 0001 00"},
    {"coil_value", 10, NULL, "0a 05 0000 1234"},
    {"pdu_short", 8, NULL, "0a 07"},
    {"pdu_short", 10, NULL, "0a 08 000b"},
    {"pdu_long", 12, NULL, "0a 08 000b 0000 00"},
    {"status_word", 8, NULL, "0a 0b 0001 0000"},
    {"pdu_short", 10, NULL, "0a 0b 0000"},
    {"byte_count", 8, NULL, "0a 0c 05 0000 0000 00"},
    {"byte_count", 8, NULL, "0a 0c 07 0000 0000 0000"},
    {"byte_count", 8, NULL,
	"0a 0c 47 0000 0000 0000"
	"0000000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000000"
	"00"},
    {"quantity", 10, NULL,
	"0a 18 0042 0020"
	"0000000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000000"},
    {"quantity", 10, NULL, "0a 10 0000 007c"},
    {"quantity", 10, NULL, "0a 0f 0000 0000"},
    {"byte_count", 8, NULL, "0a 11 00"},
    {"byte_count", 8, NULL, "0a 11 02 01"},
    {"pdu_short", 12, NULL, "0a 16 0000 0001"},
    {"byte_count", 8, NULL, "0a 18 0004 0002 0000 0000"},
    {"byte_count", 8, NULL, "0a 18 0006 0001 0000 0000"},
    {"byte_count", 8, NULL, "0a 14 00"},
    {"record_length", 9, NULL, "0a 14 04 02 06 0000"},
    {"record_length", 9, NULL, "0a 14 04 05 06 0000"},
    {"reference_type", 10, NULL, "0a 14 04 03 07 0000"},
    {"mei_type", 8, NULL, "0a 2b 00"},
    {"conformity", 10, NULL, "0a 2b 0e 01 04 00 00 00"},
    {"conformity", 10, NULL, "0a 2b 0e 01 00 00 00 00"},
    {"more_follows", 11, NULL, "0a 2b 0e 01 01 01 00 00"},
    {"object_count", 13, NULL, "0a 2b 0e 01 01 00 00 02 00 01 41"},
    {"object_count", 13, NULL, "0a 2b 0e 01 01 00 00 01 00 02 41"},
    {"pdu_long", 14, NULL, "0a 2b 0e 01 01 00 00 00 41"},
    {"umas_status", 9, NULL, "0a 5a 00 02"},
    {"exception_code", 8, NULL, "0a 83 00"},
    {"exception_code", 8, NULL, "0a 83 09"},
    {"exception_code", 8, NULL, "0a 83 0c"},
    {"pdu_short", 8, NULL, "0a 83"},
    {"pdu_long", 9, NULL, "0a 83 02 00"},
    /* against what was asked */
    {"response_quantity", 8, "0a 01 0000 0009", "0a 01 01 00"},
    {"response_quantity", 8, "0a 03 0000 0002", "0a 03 02 0000"},
    {"response_quantity", 8, "0a 17 0000 0002 0000 0001 02 0000",
	"0a 17 02 0000"},
    {"response_quantity", 9, "0a 14 07 06 0001 0000 0002",
	"0a 14 04 03 06 0000"},
    {"response_quantity", 13, "0a 14 0e 0600010000000106000100010001",
	"0a 14 04 03 06 0000"},
    {"response_function", 7, "0a 03 0000 0001", "0a 04 02 0000"},
    {"response_function", 8, "0a 08 000b 0000", "0a 08 000c 0000"},
    {"response_function", 8, "0a 2b 0e 01 00", "0a 2b 0d 00 00"},
    {"response_echo", 8, "0a 05 0000 ff00", "0a 05 0001 ff00"},
    {"response_echo", 8, "0a 06 0000 0001", "0a 06 0000 0002"},
    {"response_echo", 8, "0a 0f 0000 0001 01 00", "0a 0f 0000 0002"},
    {"response_echo", 8, "0a 10 0000 0001 02 0000", "0a 10 0001 0001"},
    {"response_echo", 8, "0a 16 0000 0001 0002", "0a 16 0000 0001 0003"},
    {"response_echo", 10, "0a 08 0000 1234", "0a 08 0000 1235"},
    {"response_echo", 10, "0a 08 0001 0000", "0a 08 0001 ff00"},
    {"device_id_code", 9, "0a 2b 0e 01 00", "0a 2b 0e 02 01 00 00 00"},
};

static void
expect_told(struct harness *h, const char *pdu, const char *dir,
    const char *reason, unsigned at)
{
	const char *lines = harness_take(h), *second;
	char want[200];

	(void)snprintf(want, sizeof(want),
	    "{'kind':'malformed','dir':'%s','reason':'%s','offset':%u}\n", dir,
	    reason, at);
	/* The operation, then the violation, and no more. */
	second = strchr(lines, '\n');
	if (strncmp(lines, "{\"kind\":\"operation\"", 19) != 0 ||
	    second == NULL || strcmp(second + 1, harness_quote(h, want)) != 0) {
		fail_msg("%s gave\n%swant %s", pdu, lines, want);
	}
}

/* The next message is as good as any. */
static void
expect_goes_on(struct harness *h)
{
	mbap(h, A, 99, "0a 01 0000 0001");
	mbap(h, B, 99, "0a 01 01 01");
	assert_true(harness_has(h, "'addr':0,'qty':1,'values':[1]"));
	assert_false(harness_has(h, "malformed"));
	(void)harness_take(h);
}

static void
test_requests(void **state)
{
	struct harness *h = flow(DIS_TCP);

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		mbap(h, A, (uint16_t)i, requests[i].pdu);
		expect_told(h, requests[i].pdu, "request", requests[i].reason,
		    requests[i].at);
		expect_goes_on(h);
	}
	harness_free(h);
}

static void
test_responses(void **state)
{
	for (size_t i = 0; i < sizeof(responses) / sizeof(responses[0]); i++) {
		struct harness *h = flow(DIS_TCP);

		if (responses[i].asked != NULL) {
			mbap(h, A, (uint16_t)(100 + i), responses[i].asked);
			assert_false(harness_has(h, "malformed"));
			(void)harness_take(h);
		}
		mbap(h, B, (uint16_t)(100 + i), responses[i].pdu);
		expect_told(h, responses[i].pdu, "response",
		    responses[i].reason, responses[i].at);
		expect_goes_on(h);
		harness_free(h);
	}
}

static void
test_at_the_limit_is_good(void **state)
{
	static const char *const all[] = {
	    "0a 01 0000 0001",
	    "0a 01 0000 07d0",
	    "0a 02 ffff 07d0",
	    "0a 03 0000 007d",
	    "0a 04 0000 007d",
	    "0a 08 0000",
	    "0a 08 0001 ff00",
	    "0a 2b 0e 04 ff",
	    "0a 14 07 06 ffff 270f 0001",
	};
	struct harness *h = flow(DIS_TCP);
	char pdu[1024];
	int n;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		mbap(h, A, (uint16_t)i, all[i]);
	}
	/* 1968 coils, 123 registers, 121 of 125 registers */
	n = snprintf(pdu, sizeof(pdu), "0a 0f 0000 07b0 f6 %0492d", 0);
	assert_true(n > 0);
	mbap(h, A, 100, pdu);
	n = snprintf(pdu, sizeof(pdu), "0a 10 0000 007b f6 %0492d", 0);
	assert_true(n > 0);
	mbap(h, A, 101, pdu);
	n = snprintf(
	    pdu, sizeof(pdu), "0a 17 0000 007d 0000 0079 f2 %0484d", 0);
	assert_true(n > 0);
	mbap(h, A, 102, pdu);
	assert_int_equal(h->ok, 12);
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_malformed_pdu_tells_what_was_understood(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "0a 10 0064 0002 04 0001 00");
	harness_assert(h,
	    REQUEST("write_multiple_registers", 16, "write",
		",'addr':100,'qty':2,'values':[1]") "{'kind':'malformed','dir':"
						    "'request','reason':'byte_"
						    "count',"
						    "'offset':12}\n");
	mbap(h, A, 1, "0a 83 02");
	harness_assert(h,
	    REQUEST("read_holding_registers", 3, "read",
		",'exception':2") "{'kind':'malformed','dir':'request',"
				  "'reason':'exception_in_request','offset':7}"
				  "\n");
	harness_free(h);
}

static void
test_header_violations(void **state)
{
	static const struct {
		const char *reason;
		unsigned at;
		const char *bytes;
	} all[] = {
	    {"protocol_id", 2, "0001 0001 0006 0a 01 0000 0001"},
	    {"protocol_id", 2, "0001 ff00 0006 0a 01 0000 0001"},
	    {"mbap_length", 4, "0001 0000 0000 0a 01 0000 0001"},
	    {"mbap_length", 4, "0001 0000 0001 0a 01 0000 0001"},
	    {"mbap_length", 4, "0001 0000 00ff 0a 01 0000 0001"},
	    {"mbap_length", 4, "0001 0000 ffff 0a 01 0000 0001"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = flow(DIS_TCP);
		char want[200];

		expect_goes_on(h);
		harness_hex(h, A, all[i].bytes);
		(void)snprintf(want, sizeof(want),
		    "{'kind':'malformed','dir':'request','reason':'%s',"
		    "'offset':%u}\n",
		    all[i].reason, all[i].at);
		harness_assert(h, want);
		/* The message behind a wrong protocol id is passed over. */
		assert_true(all[i].at != 2 || h->skipped == 0);
		expect_goes_on(h);
		/* As the first message on its port, too. */
		harness_reset(h);
		harness_hex(h, A, all[i].bytes);
		assert_true(harness_has(h, all[i].reason));
		mbap(h, A, 7, "0a 01 0000 0001");
		assert_true(harness_has(h, "'op':'read_coils'"));
		harness_free(h);
	}
}

static void
test_rubbish_is_told_once(void **state)
{
	struct harness *h = flow(DIS_TCP);

	expect_goes_on(h);
	harness_hex(h, A, "ffffffffffffffffffffffffffffffffffffffffffffffff");
	harness_hex(h, A, "ffffffffffffffffffffffffffffffffffffffffffffffff");
	harness_assert(h,
	    "{'kind':'malformed','dir':'request','reason':'protocol_id',"
	    "'offset':2}\n");
	expect_goes_on(h);
	harness_free(h);
}

static void
test_violation_in_a_datagram(void **state)
{
	struct harness *h = flow(DIS_UDP);

	mbap(h, A, 1, "0a 01 0000 0001");
	(void)harness_take(h);
	harness_hex(h, A, "0001 0001 0006 0a 01 0000 0001");
	harness_assert(h,
	    "{'kind':'malformed','dir':'request','reason':'protocol_id',"
	    "'offset':2}\n");
	harness_hex(h, A, "0001 0000 0007 0a 01 0000 0001");
	harness_assert(h,
	    "{'kind':'malformed','dir':'request','reason':'datagram_short',"
	    "'offset':12}\n");
	mbap(h, B, 1, "0a 01 01 01");
	assert_true(harness_has(h, "'values':[1]"));
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_requests),
	    cmocka_unit_test(test_responses),
	    cmocka_unit_test(test_at_the_limit_is_good),
	    cmocka_unit_test(test_malformed_pdu_tells_what_was_understood),
	    cmocka_unit_test(test_header_violations),
	    cmocka_unit_test(test_rubbish_is_told_once),
	    cmocka_unit_test(test_violation_in_a_datagram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

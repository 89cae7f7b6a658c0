/*
 * Who asks, who answers, and what belongs together.
 */
#include "dissectors/modbus/modbus_test.h"

#define MS 1000000ULL

/* Directions of the operations since the last look, a letter each. */
static const char *
dirs(struct harness *h)
{
	static char ret[64];
	const char *p = harness_take(h);
	size_t n = 0;

	while ((p = strstr(p, "\"kind\":\"operation\",\"dir\":\"")) != NULL &&
	       n + 1 < sizeof(ret)) {
		p += strlen("\"kind\":\"operation\",\"dir\":\"");
		ret[n++] = strncmp(p, "request", 7) == 0 ? 'q' : 'r';
	}
	ret[n] = '\0';
	return ret;
}

static void
test_port_tells(void **state)
{
	struct harness *h = harness_new(&dissector_modbus, DIS_TCP);

	/* Mid-stream, the server first. */
	mbap(h, B, 1, "0a 06 0000 0001");
	mbap(h, A, 2, "0a 06 0000 0001");
	assert_string_equal(dirs(h), "rq");
	assert_int_equal(h->ctx.client, A);
	assert_false(h->ctx.client_sure);
	mbap(h, B, 2, "0a 06 0000 0001");
	assert_string_equal(dirs(h), "r");
	assert_true(h->ctx.client_sure);
	harness_free(h);
}

static void
test_content_tells(void **state)
{
	static const struct {
		const char *pdu;
		char dir;
	} all[] = {
	    {"0a 01 0000 0001", 'q'},
	    {"0a 01 01 00", 'r'},
	    {"0a 01 03 000000", 'r'}, /* five bytes, but quantity 0 */
	    {"0a 03 02 0000", 'r'},
	    {"0a 83 02", 'r'},
	    {"0a 07", 'q'},
	    {"0a 07 00", 'r'},
	    {"0a 0b", 'q'},
	    {"0a 0b 0000 0000", 'r'},
	    {"0a 10 0000 0001 02 0000", 'q'},
	    {"0a 10 0000 0001", 'r'},
	    {"0a 11", 'q'},
	    {"0a 11 02 00ff", 'r'},
	    {"0a 14 07 06 0001 0000 0001", 'q'},
	    {"0a 14 04 03 06 0000", 'r'},
	    {"0a 17 0000 0001 0000 0001 02 0000", 'q'},
	    {"0a 17 02 0000", 'r'},
	    {"0a 18 0000", 'q'},
	    {"0a 18 0002 0000", 'r'},
	    {"0a 2b 0e 01 00", 'q'},
	    {"0a 2b 0e 01 01 00 00 00", 'r'},
	    {"0a 5a 00 02", 'q'},
	    {"0a 5a 00 fe", 'r'},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = odd_flow(DIS_TCP);

		mbap(h, A, 300, all[i].pdu);
		if (dirs(h)[0] != all[i].dir ||
		    h->ctx.client != (all[i].dir == 'q' ? A : B)) {
			fail_msg("%s is no %c", all[i].pdu, all[i].dir);
		}
		harness_free(h);
	}
}

static void
test_of_two_echoes_the_first_asks(void **state)
{
	struct harness *h = odd_flow(DIS_TCP);

	mbap(h, A, 300, "0a 06 0000 0001");
	mbap(h, B, 300, "0a 06 0000 0001");
	mbap(h, A, 301, "0a 06 0000 0002");
	mbap(h, B, 301, "0a 06 0000 0002");
	assert_string_equal(dirs(h), "qrqr");
	harness_free(h);
}

static void
test_wrong_first_guess_is_corrected(void **state)
{
	struct harness *h = odd_flow(DIS_TCP);

	/* Mid-stream: A's first is a response to what was not seen. */
	mbap(h, A, 300, "0a 06 0000 0001");
	mbap(h, B, 301, "0a 06 0000 0002");
	mbap(h, A, 301, "0a 06 0000 0002");
	assert_string_equal(dirs(h), "qqr");
	/* A read leaves no doubt, and its response proves it. */
	mbap(h, B, 302, "0a 03 0000 0001");
	mbap(h, A, 302, "0a 03 02 0000");
	assert_true(h->ctx.client_sure);
	assert_int_equal(h->ctx.client, B);
	mbap(h, A, 303, "0a 06 0000 0003");
	assert_string_equal(dirs(h), "qrr");
	harness_free(h);
}

static void
test_port_that_lies_is_corrected(void **state)
{
	struct harness *h = harness_new(&dissector_modbus, DIS_TCP);

	/* B has Modbus's port, and asks A. */
	mbap(h, B, 1, "0a 03 0000 0001");
	mbap(h, A, 1, "0a 03 02 0000");
	mbap(h, B, 2, "0a 03 0000 0001");
	mbap(h, A, 2, "0a 03 02 0000");
	assert_string_equal(dirs(h), "rqqr");
	assert_int_equal(h->ctx.client, B);
	harness_free(h);
}

/* A client whose own port is Modbus's. */
static void
test_port_that_the_syn_denies_tells_nothing(void **state)
{
	struct harness *h = harness_new(&dissector_modbus, DIS_TCP);

	h->ctx.opened = B;
	mbap(h, B, 1, "0a 06 0000 0001"); /* the same both ways: the SYN */
	mbap(h, A, 1, "0a 06 0000 0001");
	mbap(h, B, 2, "0a 03 0000 0001");
	mbap(h, A, 2, "0a 03 02 0000");
	assert_string_equal(dirs(h), "qrqr");
	assert_int_equal(h->bad, 0);
	harness_free(h);
	/* A device that dials out to port 502 of its master, and is asked. */
	h = harness_new(&dissector_modbus, DIS_TCP);
	h->ctx.opened = A;
	mbap(h, B, 1, "0a 03 0000 0001");
	mbap(h, A, 1, "0a 03 02 0000");
	mbap(h, B, 2, "0a 03 0000 0001");
	mbap(h, A, 2, "0a 03 02 0000");
	assert_string_equal(dirs(h), "rqqr");
	harness_free(h);
	/* ... and one that connects from port 502 and is asked. */
	h = harness_new(&dissector_modbus, DIS_TCP);
	h->ctx.opened = B;
	mbap(h, A, 1, "0a 03 0000 0001");
	mbap(h, B, 1, "0a 03 02 0000");
	assert_string_equal(dirs(h), "qr");
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_response_after_a_gap_may_be_of_another_request(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 0, "01 03 0001 0001");
	harness_gap(h, A);
	harness_gap(h, B);
	mbap(h, B, 0, "01 07 00");
	assert_false(harness_has(h, "malformed"));
	/* Without a gap it is a violation. */
	mbap(h, A, 0, "01 03 0001 0001");
	mbap(h, B, 0, "01 07 00");
	assert_true(harness_has(h, "'reason':'response_function'"));
	harness_free(h);
}

static void
test_attack_does_not_turn_a_flow_round(void **state)
{
	struct harness *h = harness_new(&dissector_modbus, DIS_TCP);

	for (uint16_t i = 0; i < 5; i++) {
		mbap(h, A, i, "0a 83 02");
		mbap(h, B, i, "0a 83 01");
	}
	assert_string_equal(dirs(h), "qrqrqrqrqr");
	assert_int_equal(h->ctx.client, A);
	harness_free(h);
}

static void
test_one_way_mirror(void **state)
{
	struct harness *h = odd_flow(DIS_TCP);

	for (uint16_t i = 0; i < 9; i++) {
		mbap(h, B, i, "0a 03 0000 0001");
	}
	assert_int_equal(h->ctx.client, B);
	assert_false(h->ctx.client_sure);
	/* Eight without violation confirm. */
	assert_true(h->ctx.confirmed);
	harness_free(h);
}

static void
test_valid_pair_confirms(void **state)
{
	struct harness *h = harness_new(&dissector_modbus, DIS_TCP);

	mbap(h, A, 1, "0a 03 0000 0001");
	assert_true(harness_has(h, "'tentative':true"));
	mbap(h, B, 2, "0a 03 02 0000"); /* answers nothing */
	assert_false(h->ctx.confirmed);
	mbap(h, A, 3, "0a 03 0000 0002");
	mbap(h, B, 3, "0a 03 02 0000"); /* not what was asked for */
	assert_false(h->ctx.confirmed);
	(void)harness_take(h);
	mbap(h, B, 1, "0a 03 02 0000");
	assert_true(h->ctx.confirmed);
	assert_false(harness_has(h, "tentative"));
	harness_free(h);
}

static void
test_transactions_may_cross(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "0a 03 0001 0001");
	mbap(h, A, 2, "0a 03 0002 0001");
	mbap(h, B, 2, "0a 03 02 0000");
	assert_true(harness_has(h, "'addr':2,'qty':1,'values'"));
	(void)harness_take(h);
	mbap(h, B, 1, "0a 03 02 0000");
	assert_true(harness_has(h, "'addr':1,'qty':1,'values'"));
	harness_free(h);
}

static void
test_equal_transactions_are_paired_in_order(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 0, "01 03 0001 0001");
	mbap(h, A, 0, "01 03 0002 0001");
	mbap(h, A, 0, "02 03 0003 0001");
	(void)harness_take(h);
	mbap(h, B, 0, "02 03 02 0000"); /* another unit */
	assert_true(harness_has(h, "'req_frame':3"));
	mbap(h, B, 0, "01 03 02 0000");
	assert_true(harness_has(h, "'req_frame':1"));
	mbap(h, B, 0, "01 03 02 0000");
	assert_true(harness_has(h, "'req_frame':2"));
	harness_free(h);
}

static void
test_lost_response_does_not_shift_the_others(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 0, "01 03 0001 0001");
	/* Nothing came; half a second later the client goes on. */
	h->ts_ns += 500 * MS;
	mbap(h, A, 0, "01 03 0002 0001");
	h->ts_ns += 5 * MS;
	mbap(h, B, 0, "01 03 02 0000");
	assert_true(harness_has(h, "'rtt_us':5000,'req_frame':2"));
	harness_free(h);
}

static void
test_slow_response_finds_its_transaction(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "01 03 0001 0001");
	h->ts_ns += 500 * MS;
	mbap(h, A, 2, "02 03 0002 0001");
	h->ts_ns += 500 * MS;
	mbap(h, B, 1, "01 03 02 0000");
	assert_true(harness_has(h, "'rtt_us':1000000,'req_frame':1"));
	harness_free(h);
}

static void
test_other_functions_are_passed_over(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 0, "01 01 0001 0001");
	mbap(h, A, 0, "01 03 0002 0001");
	mbap(h, B, 0, "01 03 02 0000");
	assert_true(harness_has(h, "'req_frame':2"));
	assert_false(harness_has(h, "malformed"));
	harness_free(h);
}

static void
test_rtu_pairs_by_unit_and_order(void **state)
{
	struct harness *h = flow(DIS_TCP);

	rtu(h, A, "01 03 0001 0001");
	h->ts_ns += 300 * MS;
	rtu(h, A, "01 03 0002 0001");
	rtu(h, B, "01 03 02 0000");
	assert_true(harness_has(h, "'req_frame':2,'framing':'rtu'"));
	(void)harness_take(h);
	rtu(h, A, "01 03 0003 0001");
	rtu(h, A, "02 03 0004 0001");
	rtu(h, B, "01 03 02 0000");
	assert_true(harness_has(h, "'addr':3,'qty':1,'values'"));
	rtu(h, B, "02 03 02 0000");
	assert_true(harness_has(h, "'addr':4,'qty':1,'values'"));
	harness_free(h);
}

static void
test_gap_forgets_what_order_alone_told(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 0, "01 03 0001 0001");
	harness_gap(h, B); /* with its response */
	mbap(h, B, 9, "01 07 00");
	mbap(h, A, 0, "01 03 0002 0001");
	(void)harness_take(h);
	mbap(h, B, 0, "01 03 02 0000");
	assert_true(harness_has(h, "'addr':2,'qty':1,'values'"));
	harness_free(h);
}

static void
test_broadcast_does_not_wait(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "00 06 0000 0001");
	assert_int_equal(harness_waiting(h), 0);
	mbap(h, A, 2, "00 03 0000 0001"); /* a read is none */
	assert_int_equal(harness_waiting(h), 1);
	harness_free(h);
}

static void
test_device_with_unit_0_is_paired(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "00 06 0000 0001");
	h->ts_ns += 3 * MS;
	mbap(h, B, 1, "00 06 0000 0001");
	assert_true(harness_has(h, "'rtt_us':3000,'req_frame':1"));
	/* From now on it is known to answer. */
	mbap(h, A, 2, "00 10 0000 0001 02 0000");
	mbap(h, A, 3, "00 10 0001 0001 02 0000");
	assert_int_equal(harness_waiting(h), 2);
	mbap(h, B, 2, "00 10 0000 0001");
	mbap(h, B, 3, "00 10 0001 0001");
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_listen_only_does_not_wait(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "0a 08 0004 0000");
	assert_int_equal(harness_waiting(h), 0);
	mbap(h, A, 2, "0a 08 0001 0000");
	assert_int_equal(harness_waiting(h), 1);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_port_tells),
	    cmocka_unit_test(test_content_tells),
	    cmocka_unit_test(test_of_two_echoes_the_first_asks),
	    cmocka_unit_test(test_wrong_first_guess_is_corrected),
	    cmocka_unit_test(test_port_that_lies_is_corrected),
	    cmocka_unit_test(test_port_that_the_syn_denies_tells_nothing),
	    cmocka_unit_test(
		test_response_after_a_gap_may_be_of_another_request),
	    cmocka_unit_test(test_attack_does_not_turn_a_flow_round),
	    cmocka_unit_test(test_one_way_mirror),
	    cmocka_unit_test(test_valid_pair_confirms),
	    cmocka_unit_test(test_transactions_may_cross),
	    cmocka_unit_test(test_equal_transactions_are_paired_in_order),
	    cmocka_unit_test(test_lost_response_does_not_shift_the_others),
	    cmocka_unit_test(test_slow_response_finds_its_transaction),
	    cmocka_unit_test(test_other_functions_are_passed_over),
	    cmocka_unit_test(test_rtu_pairs_by_unit_and_order),
	    cmocka_unit_test(test_gap_forgets_what_order_alone_told),
	    cmocka_unit_test(test_broadcast_does_not_wait),
	    cmocka_unit_test(test_device_with_unit_0_is_paired),
	    cmocka_unit_test(test_listen_only_does_not_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * What is told of messages that the capture cut: all that is there, no more,
 * and no judgement.
 */
#include "dissectors/modbus/modbus_test.h"

/* The first n bytes of a message as they were captured. */
static void
cut(struct harness *h, uint8_t side, uint16_t txn, const char *pdu, size_t n)
{
	uint8_t buf[WRAP_MAX];

	(void)wrap_mbap(txn, pdu, buf);
	harness_send_cut(h, side, buf, n);
}

/* Requests, and what answers them; each longer than its header. */
static const struct {
	const char *req, *rsp;
} all[] = {
    {"0a 01 0000 0008", "0a 01 01 ff"},
    {"0a 03 0000 0002", "0a 03 04 00010002"},
    {"0a 05 0001 ff00", "0a 05 0001 ff00"},
    {"0a 06 0001 0003", "0a 06 0001 0003"},
    {"0a 08 0000 1234", "0a 08 0000 1234"},
    {"0a 08 0001 0000", "0a 88 01"},
    {"0a 0f 0013 000a 02 cd01", "0a 0f 0013 000a"},
    {"0a 10 0001 0002 04 000a 0102", "0a 10 0001 0002"},
    {"0a 14 07 06 0004 0001 0002", "0a 14 06 05 06 0dfe 0020"},
    {"0a 15 0d 06 0004 0007 0003 06af 04be 100d",
	"0a 15 0d 06 0004 0007 0003 06af 04be 100d"},
    {"0a 16 0004 00f2 0025", "0a 16 0004 00f2 0025"},
    {"0a 17 0003 0002 000e 0001 02 00ff", "0a 17 04 0001 0002"},
    {"0a 18 04de", "0a 18 0006 0002 01b8 1284"},
    {"0a 2b 0e 01 00", "0a 2b 0e 01 01 00 00 01 00 03 616263"},
    {"0a 2b 0d 01 00 01 6042 00 0000 0002", "0a ab 03"},
    {"0a 5a 00 02", "0a 5a 00 fe 01020304"},
    {"0a 41 0102", "0a 41 0304"},
};

static void
one_cut(uint8_t transport, size_t i, size_t n, size_t m)
{
	struct harness *h = flow(transport);
	const char *lines;

	cut(h, A, 1, all[i].req, n);
	assert_int_equal(h->ctx.need,
	    harness_unhex(all[i].req, (uint8_t[64]){0}, 64) + MB_MBAP_LEN);
	lines = harness_take(h);
	assert_non_null(strstr(lines, "\"dir\":\"request\",\"cut\":true"));
	assert_int_equal(h->events, 1);
	/* With the same header it is answered, whatever is missing. */
	cut(h, B, 1, all[i].rsp, m);
	lines = harness_take(h);
	assert_non_null(strstr(lines, "\"dir\":\"response\",\"cut\":true"));
	assert_non_null(strstr(lines, "\"req_frame\":1"));
	assert_int_equal(h->events, 2);
	assert_int_equal(h->bad + h->not_mine, 0);
	/* Whole again: never a word about what the request did not show. */
	cut(h, A, 2, all[i].req, n);
	(void)harness_take(h);
	mbap(h, B, 2, all[i].rsp);
	lines = harness_take(h);
	assert_non_null(strstr(lines, "\"req_frame\":3"));
	assert_null(strstr(lines, "malformed"));
	if (n == MB_HEAD_LEN) {
		assert_null(strstr(lines, "\"qty\":0"));
		assert_null(strstr(lines, "\"umas\":0"));
	}
	harness_free(h);
}

static void
test_every_cut_tells_and_judges_nothing(void **state)
{
	uint8_t buf[WRAP_MAX];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		size_t n = wrap_mbap(1, all[i].req, buf);
		size_t m = wrap_mbap(1, all[i].rsp, buf);

		for (size_t j = MB_HEAD_LEN; j < n; j++) {
			for (size_t k = MB_HEAD_LEN; k < m; k++) {
				one_cut(DIS_TCP, i, j, k);
				one_cut(DIS_UDP, i, j, k);
			}
		}
	}
}

static void
test_what_is_there_is_told(void **state)
{
	struct harness *h = flow(DIS_TCP);

	cut(h, A, 1, "0a 10 0001 0002 04 000a 0102", 15);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','cut':true,"
	    "'op':'write_multiple_registers','code':16,'class':'write',"
	    "'framing':'tcp','txn':1,'unit':10,'fc':16,'addr':1,'qty':2,"
	    "'values':[10]}\n");
	harness_free(h);
}

static void
test_cut_request_leaves_its_response_without_address(void **state)
{
	struct harness *h = flow(DIS_TCP);

	cut(h, A, 1, "0a 03 0007 0001", 8);
	(void)harness_take(h);
	mbap(h, B, 1, "0a 03 02 0005");
	harness_assert(h,
	    "{'kind':'operation','dir':'response',"
	    "'op':'read_holding_registers','code':3,'class':'read',"
	    "'status':'ok','rtt_us':0,'req_frame':1,'framing':'tcp','txn':1,"
	    "'unit':10,'fc':3,'values':[5]}\n");
	harness_free(h);
}

/* The same of a request that is too short by its sender's fault. */
static void
test_short_request_leaves_its_response_without_function(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "00 5a 00");
	assert_true(harness_has(h, "'reason':'pdu_short'"));
	(void)harness_take(h);
	mbap(h, B, 1, "00 da 03");
	assert_true(harness_has(h, "'op':'umas'"));
	assert_true(harness_has(h, "'req_frame':1"));
	assert_true(harness_has(h, "'exception':3}"));
	mbap(h, A, 2, "00 03 00");
	(void)harness_take(h);
	mbap(h, B, 2, "00 83 03");
	assert_true(harness_has(h, "'exception':3}"));
	harness_free(h);
}

/* Text that goes on is no name yet; the byte that says "runs" may be its
 * last. */
static void
test_cut_message_says_nothing_of_the_device(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "0a 11");
	(void)harness_take(h);
	cut(h, B, 1, "0a 11 06 41 42 43 00 44 ff", 13);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','cut':true,"
	    "'op':'report_server_id','code':17,'class':'discovery',"
	    "'status':'ok','rtt_us':0,'req_frame':1,'framing':'tcp','txn':1,"
	    "'unit':10,'fc':17,'server_id':'41424300'}\n");
	harness_free(h);
}

static void
test_umas_length_is_that_of_the_wire(void **state)
{
	struct harness *h = flow(DIS_TCP);

	cut(h, A, 1, "00 5a 00 21 0102030405060708", 12);
	assert_true(harness_has(h, "'umas':33,'len':8}"));
	harness_free(h);
}

static void
test_without_a_header_nothing_is_told(void **state)
{
	for (size_t n = 1; n < MB_HEAD_LEN; n++) {
		struct harness *h = flow(DIS_TCP);

		h->claimed = true;
		cut(h, A, 1, "0a 03 0007 0001", n);
		harness_assert(h, "");
		assert_int_equal(h->bad, 0);
		harness_free(h);
	}
}

/* The first message of a flow: its place on our own port must do. */
static void
test_cut_message_claims_its_own_port_only(void **state)
{
	for (int transport = DIS_TCP; transport <= DIS_UDP; transport++) {
		struct harness *h =
		    harness_new(&dissector_modbus, (uint8_t)transport);

		cut(h, A, 1, "0a 03 0007 0001", 10);
		assert_true(harness_has(h, "'tentative':true,'cut':true"));
		harness_reset(h);
		h->port[1] = 40002;
		cut(h, A, 1, "0a 03 0007 0001", 10);
		harness_assert(h, "");
		assert_false(h->claimed);
		harness_free(h);
	}
}

static void
test_cut_behind_a_loss_is_not_believed(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, B, 1, "0a 03 02 0000");
	(void)harness_take(h);
	harness_gap(h, B);
	cut(h, B, 2, "0a 03 06 0001 0002 0003", 10);
	harness_assert(h, "");
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_cut_tells_and_judges_nothing),
	    cmocka_unit_test(test_what_is_there_is_told),
	    cmocka_unit_test(
		test_cut_request_leaves_its_response_without_address),
	    cmocka_unit_test(
		test_short_request_leaves_its_response_without_function),
	    cmocka_unit_test(test_cut_message_says_nothing_of_the_device),
	    cmocka_unit_test(test_umas_length_is_that_of_the_wire),
	    cmocka_unit_test(test_without_a_header_nothing_is_told),
	    cmocka_unit_test(test_cut_message_claims_its_own_port_only),
	    cmocka_unit_test(test_cut_behind_a_loss_is_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

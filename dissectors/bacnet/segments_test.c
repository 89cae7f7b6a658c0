/*
 * Segmented messages (5.4): order, repeats, holes, transfers given up.
 *
 * The message is a ReadProperty ack of analog-value 1, description, "abcdefg",
 * in segments of six bytes.
 */
#include "dissectors/bacnet/bacnet_test.h"

static const char *const part[] = {
    "0c 00800001 19",    /* object, property ... */
    "1c 3e 75 08 00 61", /* ... description, text "a" ... */
    "62 63 64 65 66 67", /* ... "bcdefg" */
    "3f",
};

static void
segment(struct harness *h, unsigned invoke, unsigned n)
{
	char buf[64];

	(void)snprintf(buf, sizeof(buf), "3%c %02x %02x 04 0c %s",
	    n == 3 ? '8' : 'c', invoke, n, part[n]);
	apdu(h, B, buf);
}

static void
play(const char *order, bool whole)
{
	struct harness *h = flow(DIS_UDP);
	unsigned lines = 0;

	apdu(h, A, "02 75 05 0c 0c 00800001 19 1c");
	(void)harness_take(h);
	for (const char *c = order; *c != '\0'; c++) {
		segment(h, 5, (unsigned)(*c - '0'));
	}
	assert_int_equal(harness_has(h, "'value':'abcdefg'"), whole);
	assert_false(harness_has(h, "malformed"));
	/* Each segment is one operation, paired with the one request. */
	for (const char *p = harness_take(h); *p != '\0'; p++) {
		lines += *p == '\n';
	}
	assert_int_equal(lines, strlen(order));
	harness_free(h);
}

static void
test_segments_become_whole(void **state)
{
	play("0123", true);
	play("00112233", true);
	play("0213", true);
	play("0132", true);
}

static void
test_what_is_lost_stays_lost(void **state)
{
	play("012", false);
	play("013", false);
	play("123", false);
	play("3", false);
}

static void
test_every_segment_has_the_request(void **state)
{
	struct harness *h = flow(DIS_UDP);

	apdu(h, A, "02 75 05 0c 0c 00800001 19 1c");
	(void)harness_take(h);
	for (unsigned n = 0; n < 4; n++) {
		segment(h, 5, n);
		assert_true(harness_has(h, "'req_frame':1"));
		(void)harness_take(h);
	}
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_abort_ends_a_transfer(void **state)
{
	struct harness *h = flow(DIS_UDP);

	segment(h, 5, 0);
	segment(h, 5, 1);
	apdu(h, B, "71 05 0a"); /* Abort of the server */
	segment(h, 5, 2);
	segment(h, 5, 3);
	assert_false(harness_has(h, "abcdefg"));
	for (unsigned n = 0; n < 4; n++) {
		segment(h, 5, n); /* begun again */
	}
	assert_true(harness_has(h, "abcdefg"));
	harness_free(h);
}

static void
test_new_transfer_abandons_the_old(void **state)
{
	struct harness *h = flow(DIS_UDP);

	segment(h, 5, 0);
	segment(h, 5, 1);
	h->ts_ns += 6000000000; /* no repeat comes that late */
	segment(h, 5, 0);
	assert_true(harness_has(h, "'more':true,'abandoned':true}"));
	for (unsigned n = 1; n < 4; n++) {
		segment(h, 5, n);
	}
	assert_true(harness_has(h, "abcdefg"));
	harness_free(h);
}

static void
test_old_transfer_is_given_up(void **state)
{
	struct harness *h = flow(DIS_UDP);

	segment(h, 5, 0);
	segment(h, 5, 1);
	h->ts_ns += 70000000000;
	segment(h, 5, 2);
	segment(h, 5, 3);
	assert_false(harness_has(h, "abcdefg"));
	harness_free(h);
}

static void
test_segment_ack_is_told(void **state)
{
	struct harness *h = flow(DIS_UDP);

	apdu(h, A, "42 05 03 04"); /* negative, from the client; 20.1.6 */
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'segment_ack',"
	    "'class':'other'," LAYERS ",'apdu':4,'invoke':5,'seg':{'seq':3,"
	    "'win':4,'nak':true,'server':false}}\n");
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_segments_become_whole),
	    cmocka_unit_test(test_what_is_lost_stays_lost),
	    cmocka_unit_test(test_every_segment_has_the_request),
	    cmocka_unit_test(test_abort_ends_a_transfer),
	    cmocka_unit_test(test_new_transfer_abandons_the_old),
	    cmocka_unit_test(test_old_transfer_is_given_up),
	    cmocka_unit_test(test_segment_ack_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

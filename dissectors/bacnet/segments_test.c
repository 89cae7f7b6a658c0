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

/* One of n segments of a ReadProperty ack: a text, 13 bytes each. */
static void
long_segment(struct harness *h, uint8_t side, unsigned invoke, unsigned i,
    unsigned n, const char *route)
{
	char body[64], buf[128];

	if (i == 0) {
		(void)snprintf(body, sizeof(body),
		    "0c 00800001 19 1c 3e 75 fe %04x 00", 1 + 13 * (n - 2));
	} else if (i == n - 1) {
		(void)snprintf(body, sizeof(body), "3f");
	} else {
		/* as long as the first one */
		(void)snprintf(body, sizeof(body), "%02x", 'a' + i % 26);
		for (int k = 1; k < 13; k++) {
			(void)snprintf(body + strlen(body),
			    sizeof(body) - strlen(body), "%02x", 'a' + i % 26);
		}
	}
	(void)snprintf(buf, sizeof(buf), "%s 3%c %02x %02x 04 0c %s",
	    route != NULL ? route : "01 00", i == n - 1 ? '8' : 'c', invoke,
	    i & 255, body);
	bvlc(h, side, "81 0a", buf);
}

static bool
is_told(struct harness *h)
{
	bool told = harness_has(h, "'type':2,'instance':1,'property':28");

	assert_false(harness_has(h, "malformed"));
	(void)harness_take(h);
	return told;
}

/* n segments, one of them late by a few: whole in the end. */
static void
late(unsigned n, unsigned which, unsigned by)
{
	struct harness *h = flow(DIS_UDP);
	bool told = false;

	for (unsigned i = 0; i < n; i++) {
		if (i != which) {
			long_segment(h, B, 5, i, n, NULL);
			told |= is_told(h);
		}
		if (i == which + by) {
			assert_false(told);
			long_segment(h, B, 5, which, n, NULL);
			told |= is_told(h);
			long_segment(h, B, 5, which, n, NULL);
			assert_true(harness_has(h, "'repeat':true"));
		}
		assert_false(harness_has(h, "abandoned"));
	}
	assert_true(told);
	harness_free(h);
}

static void
test_long_transfers_stand_a_late_segment(void **state)
{
	late(300, 2, 1);
	late(300, 2, 3);
	late(300, 250, 2);
	late(300, 254, 3); /* number 0 comes while 254 is missing */
	late(300, 255, 3);
	late(300, 256, 2); /* the 257th itself, numbered 0 */
	late(600, 511, 1);
}

#define SHUFFLED 40

/* Behind the first one in any order within a window, some of them twice. */
static void
shuffled(uint32_t seed)
{
	struct harness *h = flow(DIS_UDP);
	unsigned order[SHUFFLED], told = 0;

	for (unsigned i = 0; i < SHUFFLED; i++) {
		order[i] = i;
	}
	for (unsigned i = 1; i + 4 < SHUFFLED; i++) {
		unsigned k, was = order[i];

		seed = seed * 1664525 + 1013904223;
		k = i + (seed >> 16) % 4;
		order[i] = order[k];
		order[k] = was;
	}
	for (unsigned i = 0; i < SHUFFLED; i++) {
		seed = seed * 1664525 + 1013904223;
		for (unsigned n = 0; n <= (seed >> 16) % 2; n++) {
			long_segment(h, B, 5, order[i], SHUFFLED, NULL);
			assert_false(harness_has(h, "abandoned"));
			assert_int_equal(n, harness_has(h, "'repeat':true"));
			told += is_told(h);
		}
	}
	assert_int_equal(told, 1);
	harness_free(h);
}

static void
test_order_within_a_window_means_nothing(void **state)
{
	for (uint32_t seed = 0; seed < 50; seed++) {
		shuffled(seed);
	}
}

/* A request again, with the same invoke id and the same answer. */
static void
test_same_answer_to_a_new_request_is_new(void **state)
{
	struct harness *h = flow(DIS_UDP);

	for (int round = 0; round < 3; round++) {
		apdu(h, A, "02 75 05 0c 0c 00800001 19 1c");
		for (unsigned n = 0; n < 4; n++) {
			segment(h, 5, n);
		}
		assert_true(harness_has(h, "abcdefg"));
		assert_false(harness_has(h, "repeat"));
		(void)harness_take(h);
	}
	harness_free(h);
}

/* WriteProperty of analog-value 1, description, in two segments. */
static void
write_segment(struct harness *h, uint8_t side, unsigned n)
{
	apdu(h, side,
	    n == 0 ? "0e 75 05 00 02 0f 0c 00800001 19 1c 3e 75"
		   : "0a 75 05 01 02 0f 04 00 61 62 63 3f");
}

static void
test_same_request_after_its_answer_is_new(void **state)
{
	struct harness *h = flow(DIS_UDP);

	for (int round = 0; round < 2; round++) {
		write_segment(h, A, 0);
		write_segment(h, A, 1);
		assert_true(harness_has(h, "'value':'abc'"));
		assert_false(harness_has(h, "repeat"));
		apdu(h, B, "20 05 0f");
		(void)harness_take(h);
	}
	/* without an answer it is the client's second attempt */
	write_segment(h, A, 0);
	write_segment(h, A, 1);
	(void)harness_take(h);
	write_segment(h, A, 0);
	assert_true(harness_has(h, "'repeat':true"));
	harness_free(h);
}

/* Requests and answers of both sides, under one invoke id, interleaved. */
static void
test_transfers_of_both_directions_are_apart(void **state)
{
	struct harness *h = flow(DIS_UDP);

	write_segment(h, A, 0);
	write_segment(h, B, 0);
	segment(h, 5, 0);
	segment(h, 6, 0);
	segment(h, 5, 1);
	write_segment(h, B, 1);
	assert_true(harness_has(h, "'value':'abc'"));
	(void)harness_take(h);
	write_segment(h, A, 1);
	assert_true(harness_has(h, "'value':'abc'"));
	(void)harness_take(h);
	for (unsigned n = 1; n < 4; n++) {
		segment(h, 6, n);
	}
	assert_true(harness_has(h, "abcdefg"));
	(void)harness_take(h);
	segment(h, 5, 2);
	segment(h, 5, 3);
	assert_true(harness_has(h, "abcdefg"));
	assert_false(harness_has(h, "abandoned"));
	harness_free(h);
}

/* Two devices behind one router answer at once, with one invoke id. */
static void
test_transfers_behind_a_router_are_apart(void **state)
{
	static const char *const route[] = {
	    "01 08 000d 01 3d", "01 08 000d 01 3e"};
	struct harness *h = flow(DIS_UDP);
	unsigned told = 0;

	for (unsigned i = 0; i < 10; i++) {
		for (int k = 0; k < 2; k++) {
			long_segment(h, B, 5, i, 10, route[k]);
			assert_false(harness_has(h, "repeat"));
			told += is_told(h);
		}
	}
	assert_int_equal(told, 2);
	harness_free(h);
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
	    cmocka_unit_test(test_long_transfers_stand_a_late_segment),
	    cmocka_unit_test(test_order_within_a_window_means_nothing),
	    cmocka_unit_test(test_same_answer_to_a_new_request_is_new),
	    cmocka_unit_test(test_same_request_after_its_answer_is_new),
	    cmocka_unit_test(test_transfers_of_both_directions_are_apart),
	    cmocka_unit_test(test_transfers_behind_a_router_are_apart),
	    cmocka_unit_test(test_every_segment_has_the_request),
	    cmocka_unit_test(test_abort_ends_a_transfer),
	    cmocka_unit_test(test_new_transfer_abandons_the_old),
	    cmocka_unit_test(test_old_transfer_is_given_up),
	    cmocka_unit_test(test_segment_ack_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

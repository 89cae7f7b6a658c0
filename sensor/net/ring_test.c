/*
 * EtherCAT's frames, which come back marked: one flow, whoever the master is,
 * and however many frames are handed over at once.
 */
#include "net/wire_test.h"

/* Out or back: the state of slave 1001 is asked for, or told by it. */
static void
ring(struct wire *w, const char *smac, uint8_t al, uint8_t wkc)
{
	static const uint8_t ask[] = {0x0e, 0x10, 0x04, 0x07, 0xe9, 0x03, 0x30,
	    0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
	uint8_t *p = w->frame;
	struct frame f = {.data = p,
	    .len = 60,
	    .caplen = 60,
	    .ts_ns = w->ts_ns,
	    .number = ++w->number,
	    .linktype = LINKTYPE_ETHERNET};

	memset(p, 0, 60);
	memset(p, 0xff, 6);
	memcpy(p + 6, smac, 6);
	p[12] = 0x88;
	p[13] = 0xa4;
	memcpy(p + 14, ask, sizeof ask);
	p[26] = al;
	p[28] = wkc;
	wire_put(w, &f);
	w->ts_ns += NS_PER_MS;
}

#define MASTER "\x00\x01\x05\x00\x00\x01"
#define MARKED "\x02\x01\x05\x00\x00\x01"

static void
test_what_comes_back_answers(void **state)
{
	const char *t;

	(void)state;
	for (size_t at_once = 0; at_once < 3; at_once += 2) {
		struct wire *w = wire_new(false);

		w->at_once = at_once;
		ring(w, MASTER, 0, 0);
		ring(w, MARKED, 8, 1);
		ring(w, MASTER, 0, 0);
		ring(w, MARKED, 0, 0);
		t = wire_text(w);
		assert_int_equal(
		    wire_count(t, "\"dir\":\"response\",\"op\""), 2);
		assert_non_null(strstr(t, "\"req_frame\":1"));
		assert_non_null(strstr(t, "\"status\":\"not_processed\""));
		assert_null(strstr(t, "02:01:05:00:00:01"));
		wire_free(w);
	}
}

/* Its address is a local one: only what was counted has come back. */
static void
test_local_master_is_itself(void **state)
{
	struct wire *w = wire_new(false);
	const char *t;

	(void)state;
	ring(w, MARKED, 0, 0);
	ring(w, MARKED, 8, 1);
	t = wire_text(w);
	assert_int_equal(wire_count(t, "\"req_frame\":1"), 1);
	assert_null(strstr(t, "00:01:05:00:00:01"));
	wire_free(w);
}

/* The same question each millisecond is no copy of a mirror's. */
static void
test_the_same_again_is_no_copy(void **state)
{
	struct wire *w = wire_new(false);

	(void)state;
	for (int i = 0; i < 5; i++) {
		ring(w, MASTER, 0, 0);
	}
	assert_int_equal(w->events[EV_OPERATION], 5);
	wire_free(w);
}

/* A tap of one direction, whose frames are all marked. */
static void
test_one_way(void **state)
{
	struct wire *w = wire_new(false);
	const char *t;

	(void)state;
	ring(w, MARKED, 8, 1);
	ring(w, MARKED, 8, 1);
	t = wire_text(w);
	assert_int_equal(wire_count(t, "\"dir\":\"response\",\"op\""), 2);
	assert_null(strstr(t, "02:01:05:00:00:01"));
	wire_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_comes_back_answers),
	    cmocka_unit_test(test_local_master_is_itself),
	    cmocka_unit_test(test_the_same_again_is_no_copy),
	    cmocka_unit_test(test_one_way),
	};

	registry_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

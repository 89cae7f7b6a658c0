/*
 * Frames and segments: link functions, several frames a piece, frames over
 * pieces, reassembly, loss.
 */
#include "dissectors/dnp3/dnp3_test.h"

static void
link_frame(struct harness *h, uint8_t side, uint8_t ctl)
{
	uint8_t frame[DN_FRAME_MAX];
	size_t n = dn_frame(
	    ctl, side == A ? 10 : 1, side == A ? 1 : 10, NULL, 0, frame);

	harness_send(h, side, frame, n);
}

static void
test_link_status_is_asked_and_given(void **state)
{
	struct harness *h = harness_new(&dissector_dnp3, DIS_TCP);

	(void)state;
	link_frame(h, A, 0xc9);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,'op':"
	    "'request_link_status','code':9,'class':'session',"
	    "'link':{'src':1,'dst':10,'func':9,'dir':1,'prm':1,'fcb':0}}\n");
	link_frame(h, B, 0x0b);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'link_status','code':11,"
	    "'class':'session','status':'ok','rtt_us':0,'req_frame':1,"
	    "'link':{'src':10,'dst':1,'func':11,'dir':0,'prm':0,'dfc':0}}\n");
	harness_free(h);
}

static void
test_link_functions_by_name(void **state)
{
	static const struct {
		uint8_t ctl;
		const char *name;
	} all[] = {{0xc0, "reset_link_states"}, {0xc1, "reset_user_process"},
	    {0xf2, "test_link_states"}, {0x80, "ack"}, {0x81, "nack"},
	    {0x8f, "not_supported"}, {0x8e, "not_functioning"}};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = flow(DIS_TCP);

		link_frame(h, A, all[i].ctl);
		assert_true(harness_has(h, all[i].name));
		assert_int_equal(h->bad, 0);
		harness_free(h);
	}
}

/* 40 octets of g110v36 in three segments. */
static void
send_three(struct harness *h, int first, int second, int third)
{
	segment(h, B, first, "c0 81 0000 6e24 00 0000");
	segment(h, B, second, "414141414141414141414141414141414141");
	segment(h, B, third, "424242424242424242424242424242424242");
}

static void
test_segments_become_a_fragment(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	send_three(h, 0x40 | 63, 0, 0x80 | 1); /* the sequence wraps */
	assert_true(harness_has(h, "'value':'AAAAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB"
				   "BB'}]}"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_lost_segment_is_told_and_the_next_fragment_read(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	send_three(h, 0x40, 2, 0x80 | 3);
	assert_true(harness_has(h, "'reason':'transport_sequence'"));
	assert_true(harness_has(h, "'reason':'transport_no_first'"));
	assert_false(harness_has(h, "'op':'response'"));
	app(h, B, "c1 81 0000");
	assert_true(harness_has(h, "'op':'response'"));
	harness_free(h);
}

static void
test_a_new_first_segment_starts_anew(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	segment(h, B, 0x40, "c0 81 0000 6e24 00 0000 5858");
	send_three(h, 0x41, 2, 0x80 | 3);
	assert_true(harness_has(h, "'value':'AAAAAAAAAAAAAAAAAABB"));
	harness_free(h);
}

static void
test_middle_of_a_fragment_after_a_gap_is_no_violation(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, B, "c0 81 0000");
	harness_gap(h, B);
	segment(h, B, 0x81, "4242");
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_frames_over_pieces_and_several_in_one(void **state)
{
	struct harness *h = flow(DIS_TCP);
	uint8_t both[2 * DN_FRAME_MAX], one[] = {0xc0, 0x17};
	size_t n = dn_wrap(true, 0xc0, one, 2, both);

	(void)state;
	n += dn_wrap(true, 0xc1, one, 2, both + n);
	harness_send(h, A, both, n);
	assert_int_equal(h->ok, 2);
	for (size_t i = 0; i < n; i++) {
		harness_send(h, A, both + i, 1);
	}
	assert_int_equal(h->ok, 4);
	harness_free(h);
}

static void
test_any_port_is_claimed(void **state)
{
	struct harness *h = harness_new(&dissector_dnp3, DIS_UDP);

	(void)state;
	h->port[A] = 40001;
	h->port[B] = 40002;
	app(h, A, "c0 01 3c0106");
	assert_true(h->claimed);
	assert_true(harness_has(h, "'op':'read'"));
	harness_free(h);
}

static void
test_cut_frame_tells_what_is_there(void **state)
{
	struct harness *h = flow(DIS_UDP);
	uint8_t user[40] = {0xc0, 0x81, 0, 0, 0x6e, 0x1e, 0, 0, 0};
	uint8_t frame[DN_FRAME_MAX];

	(void)state;
	h->claimed = true;
	(void)dn_wrap(false, 0xc0, user, sizeof(user), frame);
	harness_send_cut(h, B, frame, 28);
	assert_true(harness_has(h, "'cut':true,'op':'response'"));
	assert_false(harness_has(h, "'malformed'"));
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_link_status_is_asked_and_given),
	    cmocka_unit_test(test_link_functions_by_name),
	    cmocka_unit_test(test_segments_become_a_fragment),
	    cmocka_unit_test(
		test_lost_segment_is_told_and_the_next_fragment_read),
	    cmocka_unit_test(test_a_new_first_segment_starts_anew),
	    cmocka_unit_test(
		test_middle_of_a_fragment_after_a_gap_is_no_violation),
	    cmocka_unit_test(test_frames_over_pieces_and_several_in_one),
	    cmocka_unit_test(test_any_port_is_claimed),
	    cmocka_unit_test(test_cut_frame_tells_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

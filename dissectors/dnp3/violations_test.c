/*
 * Each rule broken once, with reason and offset, and a good message after it.
 */
#include "dissectors/dnp3/dnp3_test.h"

static void
test_fragments(void **state)
{
	static const struct {
		uint8_t side;
		const char *app, *reason;
	} want[] = {
	    {A, "c0", "'reason':'fragment_short','offset':1"},
	    {B, "c0 81 00", "'reason':'fragment_short','offset':2"},
	    {A, "c0 22", "'reason':'function_code','offset':1"},
	    {A, "80 01 3c0106", "'reason':'request_fragments','offset':0"},
	    {A, "e0 01 3c0106", "'reason':'confirm_by_master','offset':0"},
	    {A, "d0 01 3c0106", "'reason':'unsolicited_bit','offset':0"},
	    {B, "c0 82 0000", "'reason':'unsolicited_bit','offset':0"},
	    {B, "c0 81 0040", "'reason':'reserved_iin','offset':3"},
	    {A, "c0 81 0000", "'reason':'link_direction','offset':0"},
	    {B, "c0 01 3c0106", "'reason':'link_direction','offset':0"},
	    {A, "c0 01 3c01", "'reason':'object_header','offset':2"},
	    {A, "c0 01 3c01 00", "'reason':'object_header','offset':5"},
	    {A, "c0 01 3c01 86", "'reason':'qualifier','offset':4"},
	    {A, "c0 01 3c01 0a", "'reason':'qualifier','offset':4"},
	    {A, "c0 01 1e01 00 0504", "'reason':'range','offset':5"},
	    {B, "c0 81 0000 1e01 00 0001 0100000000 01",
		"'reason':'object_short','offset':14"},
	    {B, "c0 81 0000 0101 00 0010 00",
		"'reason':'object_short','offset':9"},
	    {A, "c0 05 0c01 2801 00 0500 0f 01 64000000 c8000000 00",
		"'reason':'control_code','offset':9"},
	    {A, "c0 19 4603 5b01 0200 1a00", "'reason':'file_object'"},
	    {A, "c0 20 7804 5b01 0100 01", "'reason':'auth_object','offset':8"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct harness *h = flow(DIS_TCP);

		app(h, want[i].side, want[i].app);
		if (!harness_has(h, want[i].reason)) {
			print_message("%s: %s", want[i].app, harness_take(h));
			fail();
		}
		assert_int_equal(h->bad, 1);
		app(h, A, "c7 17");
		assert_true(harness_has(h, "'op':'delay_measure'"));
		harness_free(h);
	}
}

static void
test_frames(void **state)
{
	static const struct {
		size_t at;
		uint8_t to;
		const char *reason;
	} want[] = {
	    {8, 0x00, "'reason':'header_crc','offset':8"},
	    {15, 0x00, "'reason':'block_crc','offset':15"},
	    {0, 0x07, "'reason':'no_header','offset':0"},
	};
	const uint8_t user[] = {0xc0, 0x01, 0x3c, 0x01, 0x06};
	uint8_t frame[DN_FRAME_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		for (int way = 0; way < 2; way++) {
			struct harness *h = flow(way ? DIS_UDP : DIS_TCP);
			size_t n;

			h->claimed = true;
			n = dn_wrap(true, 0xc0, user, sizeof(user), frame);
			frame[want[i].at] ^= 0x55;
			harness_send(h, A, frame, n);
			assert_true(harness_has(h, "'kind':'malformed'"));
			app(h, A, "c7 17");
			assert_true(harness_has(h, "'op':'delay_measure'"));
			harness_free(h);
		}
	}
}

static void
test_links(void **state)
{
	struct harness *h = flow(DIS_TCP);
	const uint8_t user[] = {0xc0, 0xc0, 0x17};
	uint8_t frame[DN_FRAME_MAX];

	(void)state;
	/* a link function that is reserved; its data is read all the same */
	harness_send(h, A, frame, dn_frame(0xc5, 10, 1, user, 3, frame));
	assert_true(harness_has(h, "'op':'delay_measure'"));
	assert_true(harness_has(h, "'reason':'link_function','offset':3"));
	(void)harness_take(h);
	/* user data with a function that has none; without where there is */
	harness_send(h, A, frame, dn_frame(0xc9, 10, 1, user, 3, frame));
	assert_true(harness_has(h, "'reason':'link_length','offset':2"));
	(void)harness_take(h);
	harness_send(h, A, frame, dn_frame(0xc4, 10, 1, user, 0, frame));
	assert_true(harness_has(h, "'reason':'link_length','offset':2"));
	harness_free(h);
}

static void
test_points_beyond_the_fragment_are_bounded(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, B, "c0 81 0000 0102 09 ffffffff 81 81");
	assert_true(harness_has(h, "'count':4294967295"));
	assert_true(harness_has(h, "'reason':'object_short'"));
	app(h, B, "c1 81 0000 0101 02 00000000 ffffffff 81");
	assert_true(harness_has(h, "'reason':'object_short'"));
	harness_free(h);
}

static void
test_foreign_traffic_is_left_alone(void **state)
{
	struct harness *h = harness_new(&dissector_dnp3, DIS_TCP);

	(void)state;
	h->port[B] = 40002;
	harness_hex(h, A, "0001 0000 0006 0a 01 0000 0008");
	harness_hex(h, A, "0564 05c9 0a00 0100 0000 0000"); /* wrong CRC */
	assert_false(h->claimed);
	assert_string_equal(harness_take(h), "");
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fragments),
	    cmocka_unit_test(test_frames),
	    cmocka_unit_test(test_links),
	    cmocka_unit_test(test_points_beyond_the_fragment_are_bounded),
	    cmocka_unit_test(test_foreign_traffic_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

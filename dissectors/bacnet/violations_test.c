/*
 * Each rule broken once, with reason and offset, and a good message after it;
 * then truncations and flipped bits of good ones.
 */
#include "dissectors/bacnet/bacnet_test.h"

static void
test_each_rule_broken(void **state)
{
	static const struct {
		const char *hex, *reason;
		unsigned at;
	} all[] = {
	    {"80 0a 0008 01 00 10 08", "bvlc_type", 0},
	    {"81 20 0006 0000", "bvlc_function", 1},
	    {"81 0a 0004 01 00 10 08", "bvlc_length", 2},
	    {"81 0a", "bvlc_length", 0},
	    {"81 05 0005 00", "bvlc_body", 5},
	    {"81 02 0005 00", "bvlc_body", 4},
	    {"81 00 0006 0077", "bvlc_result", 4},
	    {"81 0a 0008 10 00 10 08", "npdu_version", 4},
	    {"81 0a 0008 01 40 10 08", "npdu_control", 5},
	    {"81 0a 000d 01 20 0000 01 01 ff 10 08", "npdu_network", 6},
	    {"81 0a 000b 01 08 0005 00 10 08", "npdu_source", 8},
	    {"81 0a 0005 01", "npdu_short", 5},
	    {"81 0a 0008 01 80 03 01", "network_message", 8},
	    {"81 0a 0007 01 80 40", "network_message", 6},
	    {"81 0a 0008 01 00 90 00", "apdu_type", 6},
	    {"81 0a 0006 01 00", "apdu_short", 6},
	    {"81 0a 0008 01 00 1f 08", "apdu_flags", 6},
	    {"81 0a 000b 01 00 38 01 00 00 0c", "segment_window", 10},
	    {"81 0a 0008 01 00 10 63", "service_unknown", 7},
	    {"81 0a 0009 01 00 30 01 0f", "reply_service", 8},
	    {"81 0a 000f 01 00 02 75 01 0c 0c 00000001", "parameter_missing",
		15},
	    {"81 0a 000a 01 00 20 01 0f 00", "parameter_extra", 9},
	    {"81 0a 0013 01 00 02 75 01 0f 0c 00000001 19 55 3e 44", "tag", 19},
	    /* 20.2.1.2: number 3 in an octet of its own */
	    {"81 0a 0016 01 00 02 75 01 0f 0c 00000001 19 55 fe 03 00 ff 03",
		"parameter_missing", 17},
	    {"81 0a 000f 01 00 02 75 01 0c 0a 0000 19 55", "value", 13},
	    {"81 0a 0016 01 00 02 75 01 0f 0c 00400001 19 55 3e 00 3f 49 11",
		"priority", 21},
	    {"81 0a 000c 01 00 10 08 09 09 19 08", "device_range", 8},
	    {"81 0a 000a 01 00 10 08 19 08", "device_range", 8},
	    {"81 0a 000e 01 00 10 08 09 00 1b 400000", "device_range", 8},
	    {"81 0a 000a 01 80 03 07 0005", "reject_reason", 7},
	    /* 15.8: a log's record without its time */
	    {"81 0a 001b 01 00 30 01 1a 0c 05000002 19 83 3a 05 c0 49 01 5e "
	     "1e 09 01 1f 5f",
		"parameter_missing", 22},
	};
	struct harness *h = flow(DIS_UDP);

	harness_hex(h, A, "81 0b 0008 01 00 10 08");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char text[128];

		(void)harness_take(h);
		harness_hex(h, A, all[i].hex);
		(void)snprintf(text, sizeof(text), "'reason':'%s','offset':%u",
		    all[i].reason, all[i].at);
		if (!harness_has(h, text)) {
			fail_msg("%s: %s", text, harness_take(h));
		}
		(void)harness_take(h);
		harness_hex(h, A, "81 0b 0008 01 00 10 08");
		assert_true(harness_has(h, "'op':'who_is'"));
	}
	harness_free(h);
}

static const uint8_t golden[][80] = {
    {34, 0x81, 0x0a, 0x00, 0x22, 0x01, 0x04, 0x02, 0x75, 0x01, 0x0f, 0x0c, 0x00,
	0x40, 0x00, 0x01, 0x19, 0x55, 0x29, 0x02, 0x3e, 0x44, 0x42, 0x48, 0x00,
	0x00, 0xc4, 0x00, 0x00, 0x00, 0x03, 0x10, 0x3f, 0x49, 0x08},
    {33, 0x81, 0x04, 0x00, 0x21, 0x0a, 0x00, 0x00, 0x58, 0xba, 0xc0, 0x01, 0x28,
	0x00, 0x0d, 0x01, 0x3d, 0x00, 0x05, 0x01, 0x02, 0xff, 0x10, 0x00, 0xc4,
	0x02, 0x00, 0x00, 0x42, 0x21, 0x05, 0x91, 0x03, 0x00},
    {24, 0x81, 0x03, 0x00, 0x18, 0x0a, 0x00, 0x00, 0x14, 0xba, 0xc0, 0xff, 0xff,
	0xff, 0xff, 0x0a, 0x00, 0x01, 0x14, 0xba, 0xc0, 0xff, 0xff, 0xff, 0xff},
    {17, 0x81, 0x0a, 0x00, 0x11, 0x01, 0x80, 0x07, 0x02, 0x00, 0x05, 0x01, 0x00,
	0x00, 0x06, 0x02, 0x01, 0x61},
    /* a log record, a table entry, an audit, an event */
    {45, 0x81, 0x0a, 0x00, 0x2d, 0x01, 0x00, 0x30, 0x01, 0x1a, 0x0c, 0x05, 0x00,
	0x00, 0x02, 0x19, 0x83, 0x3a, 0x05, 0xc0, 0x49, 0x01, 0x5e, 0x0e, 0xa4,
	0x7c, 0x02, 0x1d, 0x04, 0xb4, 0x0c, 0x1e, 0x0f, 0x32, 0x0f, 0x1e, 0x2c,
	0x41, 0xa4, 0x00, 0x00, 0x1f, 0x2a, 0x04, 0x40, 0x5f},
    {36, 0x81, 0x0a, 0x00, 0x24, 0x01, 0x00, 0x30, 0x01, 0x0c, 0x0c, 0x0e, 0x00,
	0x00, 0x01, 0x1a, 0x01, 0x9e, 0x3e, 0x0e, 0x0e, 0x1c, 0x0a, 0x00, 0x00,
	0x14, 0x0f, 0x1a, 0xba, 0xc0, 0x0f, 0x1c, 0xff, 0xff, 0xff, 0xff, 0x3f},
    {26, 0x81, 0x0a, 0x00, 0x1a, 0x01, 0x00, 0x10, 0x0c, 0x0e, 0x2e, 0x0c, 0x02,
	0x00, 0x00, 0x04, 0x2f, 0x49, 0x01, 0xae, 0x0c, 0x02, 0x00, 0x00, 0x64,
	0xaf, 0x0f},
    {63, 0x81, 0x0a, 0x00, 0x3f, 0x01, 0x00, 0x10, 0x03, 0x09, 0x09, 0x1c, 0x02,
	0x00, 0x00, 0x64, 0x2c, 0x00, 0x00, 0x00, 0x03, 0x3e, 0x0c, 0x0c, 0x1e,
	0x0f, 0x32, 0x3f, 0x49, 0x07, 0x59, 0x78, 0x69, 0x05, 0x89, 0x00, 0x99,
	0x01, 0xa9, 0x00, 0xb9, 0x03, 0xce, 0x5e, 0x0c, 0x42, 0xc8, 0x00, 0x00,
	0x1a, 0x04, 0x80, 0x2c, 0x3f, 0x80, 0x00, 0x00, 0x3c, 0x42, 0xb4, 0x00,
	0x00, 0x5f, 0xcf},
};

static void
test_mutations_are_survived(void **state)
{
	struct harness *h = flow(DIS_UDP);

	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		const uint8_t *g = golden[i] + 1;
		uint8_t b[80];
		size_t n = golden[i][0];

		for (size_t k = 0; k <= n; k++) {
			harness_send(h, A, g, k);
			harness_send_cut(h, A, g, k);
			(void)harness_take(h);
		}
		for (size_t bit = 0; bit < 8 * n; bit++) {
			memcpy(b, g, n);
			b[bit / 8] ^= (uint8_t)(1 << bit % 8);
			harness_send(h, A, b, n);
			harness_send(h, B, b, n);
			(void)harness_take(h);
		}
		for (size_t at = 0; at < n; at++) {
			static const uint8_t odd[] = {
			    0, 1, 0x0e, 0x0f, 0xfe, 0xff};

			for (size_t k = 0; k < sizeof(odd); k++) {
				memcpy(b, g, n);
				b[at] = odd[k];
				harness_send(h, A, b, n);
				(void)harness_take(h);
			}
		}
	}
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_rule_broken),
	    cmocka_unit_test(test_mutations_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

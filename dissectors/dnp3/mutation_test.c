/*
 * Golden fragments, behind the opening of a file (some are blocks of it), broken in every simple way: each truncation, each flipped
 * bit, each octet set to 0, 1 and its largest; wrapped anew, so that CRCs are
 * right.  The harness holds the parser to its contract; however the bytes are
 * cut into pieces, the lines are the same; and the next message is read.
 */
#include "dissectors/dnp3/dnp3_test.h"

static const struct {
	uint8_t side;
	const char *app;
} golden[] = {
    {A, "c3 01 3c0206 3c0306 1e0000 0005"},
    {B, "c3 81 1000 0201 1702 05 81 07 02 1e05 00 0001 010000c03f 010000c03f"},
    {B, "c3 81 1000 0101 00 0027 0102030405 0301 00 0005 e4 0f"},
    {A, "c0 03 0c01 2801 00 0500 03 01 64000000 c8000000 00"},
    {A, "c1 04 0c01 2801 00 0500 03 01 64000000 c8000000 00"},
    {A, "c0 05 2903 1701 02 0000c03f 00"},
    {B, "f1 82 8000 3301 0701 e80300000000 0203 1702 04 81 0a00 05 01 1400"},
    {A, "c0 02 3201 0701 010203040506"},
    {B, "c0 81 0000 00fc 00 0000 01 05 4f7475732e 6e03 00 0404 414243"},
    {A, "c0 19 4603 5b01 1d00 1a00 0300 000000000000 0000 00000000 00000000 "
	"0100 0004 0100 612e62"},
    {B, "c0 81 0000 4604 5b01 0d00 07000000 04000000 0004 0100 00"},
    {B, "c1 81 0000 4605 5b01 0c00 07000000 00000080 41424344"},
    {B, "c6 83 0000 7801 5b01 0c00 01000000 0100 04 01 a1a2a3a4"},
    {A, "c6 20 780a 5b01 1400 04 01 05000000 0100 1e00 0400 0000 0000 "
	"616e6e61"},
    {A, "c6 21 7807 5b01 1200 03000000 0100 0000 0b e80300000000 6e6f21"},
    {A, "c0 1d 4602 5b01 1000 0c00 0200 0e00 0200 00000000 6162 7071"},
    {B, "c0 81 0000 5501 5b01 0a00 05 04 01 00 4142 03 05 02 04"},
    {B, "c0 81 0000 5701 5b01 0500 01 07 02 0102 5301 5b01 0800 41434d45 0700 "
	"0200"},
    /* entries of a directory, the last one in part */
    {B, "c2 81 0000 4605 5b01 3800 07000000 00000080 1400 0200 0000 "
	"05000000 e80300000000 ff01 0000 6364 1400 0100 0100 05000000 "
	"e80300000000 ff01 0000 65 14 0003 0001"},
    {B, "c0 81 0000 5603 5b01 0900 01 07 02 1e 03 03 14 0102 5801 5b01 0a00 "
	"01 07 06 e80300000000 00"},
    {B, "c0 81 0000 5b01 0701 d0070000 02 03 00 6162 02 05 63 0102 00 0505 81"},
    {B, "c0 81 0000 00ff 00 0000 fe 04 f001 f200 5101 0701 e4 20 03 5602 00 "
	"0707 0d"},
    {A, "c0 02 3204 1701 03 e80300000000 06000000 04"},
    {A, "c0 0b 3202 0701 e80300000000 10270000 1400 06"},
    {A, "c0 16 3c0206 010006"},
};

static struct harness *whole, *bytewise;

static void
prepare(struct harness *h)
{
	harness_reset(h);
	h->claimed = true;
	app(h, A,
	    "c0 19 4603 5b01 1b00 1a00 0100 000000000000 0000 00000000 "
	    "00000000 0100 0004 0100 2e");
	app(h, B, "c0 81 0000 4604 5b01 0d00 07000000 04000000 0004 0100 00");
	(void)harness_take(h);
}

static void
run_one(uint8_t side, const uint8_t *user, size_t n)
{
	uint8_t frame[DN_FRAME_MAX];
	size_t len = dn_wrap(side == A, 0xc0, user, n, frame);
	char *lines;

	prepare(whole);
	prepare(bytewise);
	harness_send(whole, side, frame, len);
	lines = strdup(harness_take(whole));
	assert_non_null(lines);
	harness_send(bytewise, side, frame, len);
	assert_string_equal(lines, harness_take(bytewise));
	free(lines);
	app(whole, A, "c7 17");
	assert_true(harness_has(whole, "'op':'delay_measure'"));
	(void)harness_take(whole);
}

static void
test_mutations(void **state)
{
	static const uint8_t values[] = {0, 1, 0x7f, 0xff};
	uint8_t user[256];

	(void)state;
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		size_t n = harness_unhex(golden[i].app, user, sizeof(user));

		for (size_t k = 0; k <= n; k++) {
			run_one(golden[i].side, user, k);
		}
		for (size_t k = 0; k < n; k++) {
			uint8_t was = user[k];

			for (int b = 0; b < 8; b++) {
				user[k] = was ^ (uint8_t)(1 << b);
				run_one(golden[i].side, user, n);
			}
			for (size_t v = 0; v < sizeof(values); v++) {
				user[k] = values[v];
				run_one(golden[i].side, user, n);
			}
			user[k] = was;
		}
	}
}

static void
test_broken_frames(void **state)
{
	uint8_t user[256], frame[DN_FRAME_MAX];
	size_t n = harness_unhex(golden[1].app, user, sizeof(user));
	size_t len = dn_wrap(false, 0xc0, user, n, frame);

	(void)state;
	for (size_t k = 0; k < 8 * len; k++) {
		harness_reset(whole);
		whole->claimed = true;
		frame[k / 8] ^= (uint8_t)(1 << k % 8);
		harness_send(whole, B, frame, len);
		frame[k / 8] ^= (uint8_t)(1 << k % 8);
		harness_gap(whole, B);
		app(whole, B, "c7 81 0000");
		assert_true(harness_has(whole, "'seq':7"));
		(void)harness_take(whole);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mutations),
	    cmocka_unit_test(test_broken_frames),
	};
	int rc;

	whole = harness_new(&dissector_dnp3, DIS_TCP);
	bytewise = harness_new(&dissector_dnp3, DIS_TCP);
	bytewise->segment = 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	harness_free(whole);
	harness_free(bytewise);
	return rc;
}

/* Unit tests of the bounded reader: each accessor at its edge and past it. */
#include "base/test.h"
#include "base/rd.h"

static const uint8_t bytes[] = {
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88, /* one of each width */
};

static uint64_t
get_u8(struct rd *r)
{
	return rd_u8(r);
}

static uint64_t
get_be16(struct rd *r)
{
	return rd_be16(r);
}

static uint64_t
get_le16(struct rd *r)
{
	return rd_le16(r);
}

static uint64_t
get_be24(struct rd *r)
{
	return rd_be24(r);
}

static uint64_t
get_be32(struct rd *r)
{
	return rd_be32(r);
}

static uint64_t
get_le32(struct rd *r)
{
	return rd_le32(r);
}

static const struct {
	uint64_t (*get)(struct rd *);
	size_t width;
	uint64_t want;
} gets[] = {
    {get_u8, 1, 0x01},
    {get_be16, 2, 0x0102},
    {get_le16, 2, 0x0201},
    {get_be24, 3, 0x010203},
    {get_be32, 4, 0x01020304},
    {get_le32, 4, 0x04030201},
    {rd_be64, 8, 0x0102030405060788},
    {rd_le64, 8, 0x8807060504030201},
};

#define NGETS (sizeof(gets) / sizeof(gets[0]))

static void
test_numbers_read_their_width(void **state)
{
	for (size_t i = 0; i < NGETS; i++) {
		struct rd r = rd_make(bytes, gets[i].width);

		assert_int_equal(gets[i].get(&r), gets[i].want);
		assert_true(rd_ok(&r));
		assert_int_equal(rd_left(&r), 0);
	}
}

static void
test_short_read_is_zero_and_sticky(void **state)
{
	for (size_t i = 0; i < NGETS; i++) {
		for (size_t n = 0; n < gets[i].width; n++) {
			struct rd r = rd_make(bytes, n);

			assert_int_equal(gets[i].get(&r), 0);
			assert_false(rd_ok(&r));
			assert_int_equal(rd_left(&r), 0);
			assert_int_equal(gets[i].get(&r), 0);
			assert_int_equal(rd_u8(&r), 0);
			assert_false(rd_ok(&r));
		}
	}
}

static void
test_has_does_not_mark(void **state)
{
	struct rd r = rd_make(bytes, 4);

	assert_true(rd_has(&r, 4));
	assert_false(rd_has(&r, 5));
	assert_false(rd_has(&r, SIZE_MAX));
	assert_true(rd_ok(&r));
	assert_int_equal(rd_left(&r), 4);
}

static void
test_child_sees_its_own_end(void **state)
{
	struct rd r = rd_make(bytes, 8);
	struct rd c = rd_sub(&r, 3);

	assert_int_equal(rd_left(&c), 3);
	assert_int_equal(rd_left(&r), 5);
	assert_int_equal(rd_be32(&c), 0);
	assert_false(rd_ok(&c));
	assert_true(rd_ok(&r)); /* a child's failure is not the parent's */
	assert_int_equal(rd_u8(&r), 0x04);
}

static void
test_child_of_short_parent_has_failed(void **state)
{
	struct rd r = rd_make(bytes, 2);
	struct rd c = rd_sub(&r, 3);

	assert_false(rd_ok(&c));
	assert_false(rd_ok(&r));
	assert_int_equal(rd_left(&c), 0);
	assert_int_equal(rd_u8(&c), 0);
}

static void
test_rest_takes_all(void **state)
{
	struct rd r = rd_make(bytes, 8), c;

	rd_skip(&r, 6);
	c = rd_rest(&r);
	assert_int_equal(rd_left(&c), 2);
	assert_int_equal(rd_left(&r), 0);
	assert_true(rd_ok(&r));
	c = rd_rest(&r);
	assert_int_equal(rd_left(&c), 0);
	assert_true(rd_ok(&c));
}

static void
test_skip_past_end_fails(void **state)
{
	struct rd r = rd_make(bytes, 8);

	rd_skip(&r, 8);
	assert_true(rd_ok(&r));
	rd_skip(&r, 0);
	assert_true(rd_ok(&r));
	r = rd_make(bytes, 8);
	rd_skip(&r, SIZE_MAX);
	assert_false(rd_ok(&r));
}

static void
test_copy_zeroes_when_short(void **state)
{
	struct rd r = rd_make(bytes, 4);
	uint8_t out[6] = {9, 9, 9, 9, 9, 9};

	rd_copy(&r, out, 2);
	assert_int_equal(out[1], 0x02);
	assert_int_equal(out[2], 9);
	rd_copy(&r, out, 3);
	assert_false(rd_ok(&r));
	assert_int_equal(out[0] | out[1] | out[2], 0);
	assert_int_equal(out[3], 9);
}

static void
test_empty_reader_may_be_null(void **state)
{
	struct rd r = rd_make(NULL, 0), c;

	assert_int_equal(rd_left(&r), 0);
	assert_true(rd_ok(&r));
	c = rd_rest(&r);
	assert_true(rd_ok(&c));
	assert_null(rd_bytes(&r, 1));
	assert_false(rd_ok(&r));
}

static void
test_child_of_failed_parent_has_failed(void **state)
{
	struct rd r = rd_make(bytes, 2), c;

	(void)rd_be32(&r);
	c = rd_sub(&r, 0);
	assert_false(rd_ok(&c));
}

static void
test_copy_of_a_reader_looks_ahead(void **state)
{
	struct rd r = rd_make(bytes, 8), look = r;

	(void)rd_be64(&look);
	(void)rd_u8(&look);
	assert_false(rd_ok(&look));
	assert_true(rd_ok(&r));
	assert_int_equal(rd_left(&r), 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_numbers_read_their_width),
	    cmocka_unit_test(test_short_read_is_zero_and_sticky),
	    cmocka_unit_test(test_has_does_not_mark),
	    cmocka_unit_test(test_child_sees_its_own_end),
	    cmocka_unit_test(test_child_of_short_parent_has_failed),
	    cmocka_unit_test(test_rest_takes_all),
	    cmocka_unit_test(test_skip_past_end_fails),
	    cmocka_unit_test(test_copy_zeroes_when_short),
	    cmocka_unit_test(test_empty_reader_may_be_null),
	    cmocka_unit_test(test_child_of_failed_parent_has_failed),
	    cmocka_unit_test(test_copy_of_a_reader_looks_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

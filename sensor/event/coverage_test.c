/*
 * coverage_test: a row between processes: all of it arrives, and nothing that
 * is no row is taken.
 */
#include <string.h>

#include "base/test.h"
#include "event/coverage.h"

static struct coverage
sample(void)
{
	struct coverage c = {.iface = "eth1", .vlan = 4095};

	for (unsigned i = 0; i < COVERAGE_COUNTS; i++) {
		c.count[i] = 1ULL << 40 | i;
	}
	c.first_ns = 1;
	c.last_ns = UINT64_MAX;
	c.pause_ns = 3;
	c.pause_end_ns = 4;
	c.protos = 5;
	c.spoke_ns = 6;
	c.stations = 2;
	memcpy(c.station, "abcdefghijkl", 12);
	return c;
}

static void
test_a_row_arrives_as_it_was_sent(void **state)
{
	struct coverage in = sample(), out;
	uint8_t buf[COVERAGE_WIRE_MAX];
	size_t n = coverage_encode(&in, buf);

	(void)state;
	memset(&out, 0xff, sizeof(out));
	assert_int_equal(coverage_decode(rd_make(buf, n), &out), 0);
	assert_string_equal(out.iface, "eth1");
	assert_int_equal(out.vlan, 4095);
	assert_memory_equal(out.count, in.count, sizeof(in.count));
	assert_int_equal(out.first_ns, in.first_ns);
	assert_int_equal(out.last_ns, in.last_ns);
	assert_int_equal(out.pause_ns, in.pause_ns);
	assert_int_equal(out.pause_end_ns, in.pause_end_ns);
	assert_int_equal(out.protos, in.protos);
	assert_int_equal(out.spoke_ns, in.spoke_ns);
	assert_int_equal(out.stations, 2);
	assert_memory_equal(out.station, in.station, sizeof(in.station));
}

static int
decode(const uint8_t *buf, size_t n)
{
	struct coverage out;

	return coverage_decode(rd_make(buf, n), &out);
}

static void
test_what_is_no_row_is_refused(void **state)
{
	struct coverage in = sample();
	uint8_t buf[COVERAGE_WIRE_MAX + 1] = {0};
	size_t n = coverage_encode(&in, buf);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(decode(buf, i), ERR_PEER);
	}
	assert_int_equal(decode(buf, n + 1), ERR_PEER);
	buf[6] = 0x10; /* VLAN 4351 */
	assert_int_equal(decode(buf, n), ERR_PEER);
	buf[6] = 0x0f;
	buf[n - 13] = 3; /* stations */
	assert_int_equal(decode(buf, n), ERR_PEER);
	buf[n - 13] = 2;
	buf[2] = '\0'; /* inside the name */
	assert_int_equal(decode(buf, n), ERR_PEER);
	buf[2] = 't';
	assert_int_equal(decode(buf, n), 0);
	buf[0] = COVERAGE_NAME_MAX;
	assert_int_equal(decode(buf, n), ERR_PEER);
}

static void
test_columns_have_names(void **state)
{
	(void)state;
	assert_string_equal(coverage_name(COVERAGE_FRAMES), "frames");
	assert_string_equal(coverage_name(COVERAGE_MISSED), "missed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_row_arrives_as_it_was_sent),
	    cmocka_unit_test(test_what_is_no_row_is_refused),
	    cmocka_unit_test(test_columns_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

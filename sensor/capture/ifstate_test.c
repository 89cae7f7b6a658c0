/* Unit tests of an interface's state as text, which comes back from a file. */
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "capture/ifstate.h"

static const struct ifstate sample = {
    .iface = "eth1.10",
    .arp = true,
    .has_ipv6 = true,
    .ipv6 = true,
    .offload = {[OFFLOAD_GRO] = {.known = true, .on = true},
	[OFFLOAD_LRO] = {.known = true}},
};

static const char sample_text[] = "otus-silent 1\n"
				  "interface eth1.10\n"
				  "up 0\n"
				  "arp 1\n"
				  "ipv6 1\n"
				  "rx-gro 1\n"
				  "rx-lro 0\n"
				  "end 1\n";

static void
test_state_is_printed(void **state)
{
	char buf[256];

	assert_true(ifstate_print(&sample, buf, sizeof(buf)));
	assert_string_equal(buf, sample_text);
	for (size_t n = 0; n <= strlen(sample_text); n++) {
		assert_false(ifstate_print(&sample, buf, n));
	}
}

static void
test_text_is_read_back(void **state)
{
	struct ifstate s;
	char buf[256];

	assert_int_equal(ifstate_parse(sample_text, &s), 0);
	assert_true(ifstate_print(&s, buf, sizeof(buf)));
	assert_string_equal(buf, sample_text);
	assert_false(s.offload[OFFLOAD_GRO_HW].known);
}

/* What cannot be switched is not promised to be put back. */
static void
test_fixed_offload_is_left_out(void **state)
{
	struct ifstate s = sample;
	char buf[256];

	s.offload[OFFLOAD_GRO].fixed = true;
	assert_true(ifstate_print(&s, buf, sizeof(buf)));
	assert_null(strstr(buf, "rx-gro"));
}

static void
test_cut_text_is_refused(void **state)
{
	struct ifstate s = {.iface = "untouched"};
	char buf[256];

	for (size_t n = 0; n < strlen(sample_text); n++) {
		snprintf(buf, sizeof(buf), "%.*s", (int)n, sample_text);
		assert_int_equal(ifstate_parse(buf, &s), ERR_FORMAT);
		assert_string_equal(s.iface, "untouched");
	}
}

static void
test_wrong_text_is_refused(void **state)
{
	static const char *const wrong[] = {
	    "",
	    "otus-silent 2\ninterface eth1\nup 1\nend 1\n",
	    "otus-silent 1\nup 1\nend 1\n",
	    "otus-silent 1\ninterface eth1\nup 2\nend 1\n",
	    "otus-silent 1\ninterface eth1\nup 1 \nend 1\n",
	    "otus-silent 1\ninterface eth1\ndown 1\nend 1\n",
	    "otus-silent 1\ninterface ../etc\nend 1\n",
	    "otus-silent 1\ninterface a/b\nend 1\n",
	    "otus-silent 1\ninterface a;b\nend 1\n",
	    "otus-silent 1\ninterface a23456789012345678\nend 1\n",
	    "otus-silent 1\ninterface eth1\nend 1\n\n",
	    "otus-silent 1\ninterface eth1\nend 1\nup 1\n",
	};
	struct ifstate s;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(ifstate_parse(wrong[i], &s), ERR_FORMAT);
	}
}

static void
test_plain_names(void **state)
{
	static const char *const good[] = {"eth1", "enp0s31f6", "eth1.10",
	    "br-lan", "veth@if3", "a_b", "a23456789012345"};
	static const char *const bad[] = {"", ".", "..", "-x", "a/b", "a b",
	    "a;b", "a\nb", "a$b", "a2345678901234567", "caf\xc3\xa9"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(ifstate_is_plain_name(good[i]));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(ifstate_is_plain_name(bad[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_state_is_printed),
	    cmocka_unit_test(test_text_is_read_back),
	    cmocka_unit_test(test_fixed_offload_is_left_out),
	    cmocka_unit_test(test_cut_text_is_refused),
	    cmocka_unit_test(test_wrong_text_is_refused),
	    cmocka_unit_test(test_plain_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

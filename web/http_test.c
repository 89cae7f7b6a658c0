/*
 * http_test: who is answered and who is not, string by string.
 */
#include "base/test.h"
#include "web/http.h"

static void
test_host_own_names_with_port_are_ours(void **state)
{
	assert_true(http_host_is_ours("127.0.0.1:8080", 8080));
	assert_true(http_host_is_ours("localhost:8080", 8080));
	assert_true(http_host_is_ours("LocalHost:8080", 8080));
	assert_true(http_host_is_ours("[::1]:8080", 8080));
}

static void
test_host_without_port_is_port_80(void **state)
{
	assert_true(http_host_is_ours("localhost", 80));
	assert_true(http_host_is_ours("localhost:80", 80));
	assert_false(http_host_is_ours("localhost", 8080));
}

static void
test_host_of_others_is_refused(void **state)
{
	static const char *const bad[] = {"", "evil.example",
	    "evil.example:8080", "127.0.0.1:8081",
	    "127.0.0.1:", "127.0.0.1:8080 ", "127.0.0.1:+8080",
	    "127.0.0.1:8080x", "127.0.0.1:73616" /* 8080 + 65536 */,
	    "127.0.0.1.evil:8080", "127.0.0.2:8080", "localhost.:8080",
	    "localhost.evil:8080", "xlocalhost:8080", "user@localhost:8080",
	    "::1:8080", "[::1]8080", "[::2]:8080", "0.0.0.0:8080",
	    " localhost:8080", "0x7f.1:8080", "2130706433:8080"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(http_host_is_ours(bad[i], 8080));
	}
	assert_false(http_host_is_ours(NULL, 8080));
}

static void
test_origin_is_scheme_and_host(void **state)
{
	assert_true(http_origin_is_ours("http://localhost:8080", 8080));
	assert_false(http_origin_is_ours("https://localhost:8080", 8080));
	assert_false(http_origin_is_ours("null", 8080));
	assert_false(http_origin_is_ours("http://localhost:8080/", 8080));
	assert_false(http_origin_is_ours("http://", 8080));
	assert_false(http_origin_is_ours(NULL, 8080));
}

static void
test_number_is_digits_within_bounds(void **state)
{
	uint64_t v = 7;

	assert_int_equal(http_number("0", 0, 9, &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(
	    http_number("18446744073709551615", 0, UINT64_MAX, &v), 0);
	assert_true(v == UINT64_MAX);
	v = 7;
	assert_int_equal(
	    http_number("18446744073709551616", 0, UINT64_MAX, &v), ERR_FORMAT);
	assert_int_equal(http_number("", 0, 9, &v), ERR_FORMAT);
	assert_int_equal(http_number("-1", 0, 9, &v), ERR_FORMAT);
	assert_int_equal(http_number(" 1", 0, 9, &v), ERR_FORMAT);
	assert_int_equal(http_number("1 ", 0, 9, &v), ERR_FORMAT);
	assert_int_equal(http_number("1e3", 0, 9999, &v), ERR_FORMAT);
	assert_int_equal(http_number("0", 1, 9, &v), ERR_FORMAT);
	assert_int_equal(http_number("10", 1, 9, &v), ERR_FORMAT);
	assert_int_equal(v, 7); /* not written on failure */
}

static void
test_etag_in_lists(void **state)
{
	assert_true(http_etag_matches("\"a\"", "\"a\""));
	assert_true(http_etag_matches("\"b\", W/\"a\"", "\"a\""));
	assert_true(http_etag_matches("\"a\" , \"b\"", "\"a\""));
	assert_true(http_etag_matches("*", "\"a\""));
	assert_false(http_etag_matches("\"ab\"", "\"a\""));
	assert_false(http_etag_matches("\"a\"b", "\"a\""));
	assert_false(http_etag_matches("", "\"a\""));
	assert_false(http_etag_matches(", ,", "\"a\""));
	assert_false(http_etag_matches(NULL, "\"a\""));
}

static void
test_text_has_no_controls_and_an_end(void **state)
{
	assert_true(http_text_is_plain("", 3));
	assert_true(http_text_is_plain("a b", 3));
	assert_true(http_text_is_plain("\xc3\xa4", 3)); /* UTF-8 */
	assert_false(http_text_is_plain("abcd", 3));
	assert_false(http_text_is_plain("a\n", 3));
	assert_false(http_text_is_plain("\x1b[m", 9));
	assert_false(http_text_is_plain("\x7f", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_host_own_names_with_port_are_ours),
	    cmocka_unit_test(test_host_without_port_is_port_80),
	    cmocka_unit_test(test_host_of_others_is_refused),
	    cmocka_unit_test(test_origin_is_scheme_and_host),
	    cmocka_unit_test(test_number_is_digits_within_bounds),
	    cmocka_unit_test(test_etag_in_lists),
	    cmocka_unit_test(test_text_has_no_controls_and_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Unit tests of the section reader: what comes out, and at which line.
 */
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "rules/ini.h"

static char out[8192];

static void
add(const char *line)
{
	size_t n = strlen(out);

	(void)snprintf(out + n, sizeof(out) - n, "%s\n", line);
}

static void
on_section(void *arg, const char *name, int line)
{
	char s[256];

	if (name != NULL) {
		(void)snprintf(s, sizeof(s), "%d [%s]", line, name);
		add(s);
	}
}

static void
on_value(void *arg, const char *key, const char *value, int line, bool more)
{
	char s[512];

	(void)snprintf(
	    s, sizeof(s), "%d %s%s <%s>", line, key, more ? " +" : "", value);
	add(s);
}

static void
on_problem(void *arg, int line, const char *reason)
{
	char s[256];

	(void)snprintf(s, sizeof(s), "%d ! %s", line, reason);
	add(s);
}

static const struct ini_sink sink = {on_section, on_value, on_problem, NULL};

static void
expect_n(const char *text, size_t n, const char *expected)
{
	out[0] = '\0';
	ini_read(text, n, &sink);
	assert_string_equal(out, expected);
}

static void
expect(const char *text, const char *expected)
{
	expect_n(text, strlen(text), expected);
}

static void
test_values_have_their_lines(void **state)
{
	expect("[a]\nx = 1\n\n# comment\ny=2", "1 [a]\n2 x <1>\n5 y <2>\n");
	expect("[a]\r\nx = 1 \r\n", "1 [a]\n2 x <1>\n");
	expect("\xef\xbb\xbf[a]\nx = 1\n", "1 [a]\n2 x <1>\n");
	expect("[a]\nx : = y\n", "1 [a]\n2 x <= y>\n");
	expect("", "");
	expect("\n\n", "");
}

static void
test_indented_lines_continue(void **state)
{
	expect(
	    "[a]\nx = 1\n  AND y = 2 ;not a comment\n\n ; a comment\n\t[z]\n",
	    "1 [a]\n2 x <1>\n3 ! a comment must stand on a line of its own\n"
	    "6 x + <[z]>\n");
	/* The first key of a section continues nothing. */
	expect("[a]\n  x = 1\n", "1 [a]\n2 x <1>\n");
	expect(
	    "[a]\nx = 1\n[b]\n  y = 1\n", "1 [a]\n2 x <1>\n3 [b]\n4 y <1>\n");
	expect("[a]\n=1\n  y = 2\n", "1 [a]\n2  <1>\n3 y <2>\n");
}

static void
test_twin_and_empty_sections_are_told(void **state)
{
	expect("[a]\nx=1\n[a]\nx=2\n[b]\n[c]\n",
	    "1 [a]\n2 x <1>\n3 [a]\n4 x <2>\n5 [b]\n6 [c]\n");
}

static void
test_broken_headings_swallow_what_follows(void **state)
{
	expect("[a]\n[b\nx = 1\n[c] d\nx = 1\n[e]\ny = 1\n",
	    "1 [a]\n2 ! the section's name has no ]\n"
	    "4 ! text behind the section's ]\n6 [e]\n7 y <1>\n");
	expect("[12345678901234567890123456789012345678901234567890]\nx=1\n",
	    "1 ! the section's name is longer than 48 characters\n");
}

static void
test_useless_lines_are_told(void **state)
{
	expect("x = 1\n[a]\nhello\nx = 1 ; why\n",
	    "1 ! a value outside any section\n2 [a]\n"
	    "3 ! neither a [section] nor key = value\n"
	    "4 ! a comment must stand on a line of its own\n");
	expect(
	    "[a]\nhello", "1 [a]\n2 ! neither a [section] nor key = value\n");
}

static void
test_nul_is_told(void **state)
{
	static const char value[] = "[a]\nx = 1\0 2\n";
	static const char head[] = "[a]\nx = 1\n[b\0]\nx = 2\n";

	expect_n(value, sizeof(value) - 1, "1 [a]\n2 ! a NUL byte\n");
	expect_n(head, sizeof(head) - 1, "1 [a]\n2 x <1>\n3 ! a NUL byte\n");
}

/* A line of n bytes, "x = aaa...", after a heading. */
static void
read_long(size_t n)
{
	char text[1024] = "[a]\nx = ";

	memset(text + 8, 'a', n - 4);
	memcpy(text + 4 + n, "\ny = 1\n", 8);
	out[0] = '\0';
	ini_read(text, strlen(text), &sink);
}

static void
test_long_lines_are_told_and_not_split(void **state)
{
	/* libinih's buffer of 200 holds 198, a line end and the mark. */
	read_long(198);
	assert_null(strchr(out, '!'));
	read_long(199);
	assert_string_equal(out, "1 [a]\n2 ! longer than 198 bytes; go on in "
				 "the next line, indented\n3 y <1>\n");
	read_long(900);
	assert_non_null(strstr(out, "2 ! longer"));
	assert_non_null(strstr(out, "3 y <1>"));
}

static void
test_long_heading_is_no_heading(void **state)
{
	char text[512] = "[a]\n[";

	memset(text + 5, 'b', 250);
	memcpy(text + 255, "]\nx = 1\n", 9);
	expect(text, "1 [a]\n2 ! longer than 198 bytes; go on in the next "
		     "line, indented\n");
}

/* No input makes it lose count or read beyond its end. */
static void
test_any_bytes_end(void **state)
{
	static const char set[] = "[]=:;# \t\n\n\nab\r";
	uint64_t seed = 1;
	char text[64];

	for (int i = 0; i < 20000; i++) {
		size_t n = test_random(&seed) % sizeof(text);

		for (size_t j = 0; j < n; j++) {
			text[j] = set[test_random(&seed) % (sizeof(set) - 1)];
		}
		out[0] = '\0';
		ini_read(text, n, &sink);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values_have_their_lines),
	    cmocka_unit_test(test_indented_lines_continue),
	    cmocka_unit_test(test_twin_and_empty_sections_are_told),
	    cmocka_unit_test(test_broken_headings_swallow_what_follows),
	    cmocka_unit_test(test_useless_lines_are_told),
	    cmocka_unit_test(test_nul_is_told),
	    cmocka_unit_test(test_long_lines_are_told_and_not_split),
	    cmocka_unit_test(test_long_heading_is_no_heading),
	    cmocka_unit_test(test_any_bytes_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

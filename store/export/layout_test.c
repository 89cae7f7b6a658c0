/*
 * layout_test: widths, cuts, and CSV that a spreadsheet does not obey.
 */
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "store/export/layout.h"

struct row {
	const char *name;
	uint64_t n;
};

static const struct column columns[] = {
    {"name", IN_BOTH, false, 12, 4, CELL_TEXT, offsetof(struct row, name),
	NULL},
    {"n_pkts", IN_BOTH, true, 0, 0, CELL_COUNT, offsetof(struct row, n), NULL},
};

static char *
table(const struct row *rows, size_t n, unsigned width)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	struct layout l;

	assert_non_null(f);
	layout_start(&l, columns, 2);
	for (size_t i = 0; i < n; i++) {
		layout_measure(&l, &rows[i]);
	}
	layout_fit(&l, width);
	layout_head(&l, f);
	for (size_t i = 0; i < n; i++) {
		layout_row(&l, &rows[i], f);
	}
	assert_int_equal(fclose(f), 0);
	return text;
}

static void
test_columns_are_aligned(void **state)
{
	static const struct row rows[] = {{"a", 5}, {"press 7", 1234567}};
	char *text = table(rows, 2, 0);

	(void)state;
	assert_string_equal(text, "NAME      N PKTS\n"
				  "a              5\n"
				  "press 7  1234567\n");
	free(text);
}

static void
test_wide_and_combining_characters_count_as_shown(void **state)
{
	/* Two wide ones; e and a combining acute; plain */
	static const struct row rows[] = {
	    {"\xe6\xb0\xb4\xe6\xb3\xb5", 1}, {"cafe\xcc\x81", 2}, {"abcd", 3}};
	char *text = table(rows, 3, 0);

	(void)state;
	assert_int_equal(layout_width("\xe6\xb0\xb4\xe6\xb3\xb5"), 4);
	assert_int_equal(layout_width("cafe\xcc\x81"), 4);
	/* Half a character at the end is read no further than that. */
	assert_int_equal(layout_width("a\xe6\xb0"), 2);
	assert_int_equal(layout_width("\xf0"), 1);
	assert_int_equal(layout_width("\x80"), 1);
	assert_int_equal(layout_width("\xf0\x9f\x92\xa9"), 2);
	assert_string_equal(text, "NAME  N PKTS\n"
				  "\xe6\xb0\xb4\xe6\xb3\xb5       1\n"
				  "cafe\xcc\x81       2\n"
				  "abcd       3\n");
	free(text);
}

static void
test_what_is_too_long_is_cut_with_a_mark(void **state)
{
	static const struct row rows[] = {{"a name of some length", 1},
	    {"\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4",
		2}};
	char *text = table(rows, 2, 0);

	(void)state;
	assert_string_equal(text,
	    "NAME          N PKTS\n"
	    "a name of s\xe2\x80\xa6       1\n"
	    "\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4"
	    "         2\n");
	free(text);
	text = table(rows, 2, 14);
	/* Half a wide character is a blank. */
	assert_string_equal(text,
	    "NAME    N PKTS\n"
	    "a nam\xe2\x80\xa6       1\n"
	    "\xe6\xb0\xb4\xe6\xb0\xb4\xe2\x80\xa6        2\n");
	free(text);
}

static void
test_narrow_terminal_does_not_cut_below_the_least(void **state)
{
	static const struct row rows[] = {{"a name of some length", 1}};
	char *text = table(rows, 1, 5);

	(void)state;
	assert_string_equal(text, "NAME  N PKTS\na n\xe2\x80\xa6       1\n");
	free(text);
}

static void
test_control_characters_are_not_sent(void **state)
{
	static const struct row rows[] = {
	    {"a\x1b[2J\n\x7f\xc2\x85\xe2\x80\xae", 1}};
	char *text = table(rows, 1, 0);

	(void)state;
	assert_string_equal(text,
	    "NAME       N PKTS\n"
	    "a\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	    "       1\n");
	free(text);
}

static void
test_csv_is_quoted_and_harmless(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
	    {"plain", "plain,1\r\n"},
	    {"a,b", "\"a,b\",1\r\n"},
	    {"a\"b", "\"a\"\"b\",1\r\n"},
	    {"a\r\nb", "\"a\r\nb\",1\r\n"},
	    {"=1+1", "\"'=1+1\",1\r\n"},
	    {"+1", "\"'+1\",1\r\n"},
	    {"-1", "\"'-1\",1\r\n"},
	    {"@SUM(A1)", "\"'@SUM(A1)\",1\r\n"},
	    {"\t=1", "\"'\t=1\",1\r\n"},
	    {"\r=1", "\"'\r=1\",1\r\n"},
	    {"", ",1\r\n"},
	    {NULL, ",1\r\n"},
	    {"a=1", "a=1,1\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct row r = {cases[i].in, 1};
		char *text = NULL;
		size_t n = 0;
		FILE *f = open_memstream(&text, &n);

		assert_non_null(f);
		layout_csv_row(columns, 2, &r, f);
		assert_int_equal(fclose(f), 0);
		assert_string_equal(text, cases[i].out);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_columns_are_aligned),
	    cmocka_unit_test(test_wide_and_combining_characters_count_as_shown),
	    cmocka_unit_test(test_what_is_too_long_is_cut_with_a_mark),
	    cmocka_unit_test(test_narrow_terminal_does_not_cut_below_the_least),
	    cmocka_unit_test(test_control_characters_are_not_sent),
	    cmocka_unit_test(test_csv_is_quoted_and_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

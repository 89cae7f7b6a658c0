/*
 * csv_test: what spreadsheets write is read, what is broken is refused with
 * its place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "limits.h"
#include "store/declared/csv.h"

/* All rows as "a|b/c|d", or the error. */
static const char *
read_bytes(const void *bytes, size_t n)
{
	static char out[4096];
	struct csv_error e = {""};
	struct csv_row row;
	struct csv c;
	size_t used = 0;
	int rc = csv_open(&c, bytes, n, &e);

	out[0] = '\0';
	while (rc == 0 && (rc = csv_row(&c, &row, &e)) == 1) {
		for (size_t i = 0; i < row.n && used < sizeof(out); i++) {
			used += (size_t)snprintf(out + used, sizeof(out) - used,
			    "%s%s",
			    i != 0      ? "|"
			    : used != 0 ? "/"
					: "",
			    row.cell[i]);
		}
		rc = 0;
	}
	csv_close(&c);
	return rc < 0 ? memcpy(out, e.text, strlen(e.text) + 1) : out;
}

static const char *
read_text(const char *s)
{
	return read_bytes(s, strlen(s));
}

static void
test_rfc_4180_is_read(void **state)
{
	(void)state;
	assert_string_equal(
	    read_text("a,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n"), "a|b/1|x, \"y\"\nz");
	assert_string_equal(read_text("a,b\r\n,\r\n1,2"), "a|b/1|2");
	assert_string_equal(read_text("a,b,\r\n1,2,"), "a|b|/1|2|");
	assert_string_equal(read_text("\"\",\"\"\"\"\n"), "|\"");
	/* Not the standard's, and met: a quote inside, lone CRs. */
	assert_string_equal(read_text("12\" pipe,x\ry,z"), "12\" pipe|x/y|z");
}

static void
test_separator_is_guessed_or_told(void **state)
{
	(void)state;
	assert_string_equal(read_text("a;b,c\n1;2\n"), "a|b,c/1|2");
	assert_string_equal(read_text("a\tb\n1,5\t2\n"), "a|b/1,5|2");
	assert_string_equal(read_text("a|b\n1|2\n"), "a|b/1|2");
	assert_string_equal(
	    read_text("\"a,b,c\";d\n\"1,2,3\";4\n"), "a,b,c|d/1,2,3|4");
	assert_string_equal(read_text("sep=;\r\na,b;c\r\n"), "a,b|c");
	assert_string_equal(read_text("one\ntwo\n"), "one/two");
}

static void
test_encodings_become_utf8(void **state)
{
	(void)state;
	assert_string_equal(read_text("\xef\xbb\xbf"
				      "a,\xc3\xbc"),
	    "a|\xc3\xbc");
	/* An override is replaced, and the rest is still UTF-8. */
	assert_string_equal(
	    read_text("\xe2\x80\xae,\xc3\xbc"), "\xef\xbf\xbd|\xc3\xbc");
	/* Windows-1252: u with dots, euro. */
	assert_string_equal(read_text("\xfc,\x80"), "\xc3\xbc|\xe2\x82\xac");
	assert_string_equal(read_bytes("\xff\xfe"
				       "a\0\t\0\xfc\0\n\0"
				       "b\0\t\0\x3d\xd8\x00\xde",
				18),
	    "a|\xc3\xbc/b|\xf0\x9f\x98\x80");
	assert_string_equal(
	    read_bytes("\xfe\xff\0a\0,\xd8\0", 8), "a|\xef\xbf\xbd");
}

static void
test_mistakes_have_a_place(void **state)
{
	(void)state;
	assert_string_equal(read_text("a,b\n1,\"x\n\ny"),
	    "line 2, column 2: this quote is never closed");
	assert_string_equal(read_text("a,b\n\n\"1\"x,2\n"),
	    "line 3, column 1: text behind a closing quote");
	assert_string_equal(read_bytes("a,b\n1,\0", 7),
	    "line 2: a NUL character: this is no CSV text");
}

static void
test_limits_hold(void **state)
{
	size_t n = LIMIT_DECLARED_FILE_KIB * 1024ULL + 1;
	char wide[2 * (CSV_COLUMNS_MAX + 1) + 1];
	char *big = malloc(n);

	(void)state;
	assert_non_null(big);
	memset(big, 'x', n);
	assert_string_equal(read_bytes(big, n), "larger than 16 MiB");
	assert_string_equal(read_bytes(big, LIMIT_DECLARED_CELL + 1),
	    "line 1, column 1: longer than a cell may be");
	for (size_t i = 0; i < n; i++) {
		big[i] = i % 2 != 0 ? '\n' : 'x';
	}
	assert_string_equal(read_bytes(big, 2 * (LIMIT_DECLARED_ROWS + 1)),
	    "line 65537: more rows than are read");
	free(big);
	memset(wide, ',', sizeof(wide));
	assert_string_equal(read_bytes(wide, CSV_COLUMNS_MAX),
	    "line 1, column 65: more columns than are read");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rfc_4180_is_read),
	    cmocka_unit_test(test_separator_is_guessed_or_told),
	    cmocka_unit_test(test_encodings_become_utf8),
	    cmocka_unit_test(test_mistakes_have_a_place),
	    cmocka_unit_test(test_limits_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

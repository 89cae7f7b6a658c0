/*
 * html_test: nobody's text becomes markup, and the buffer has an end.
 */
#include <string.h>

#include "base/test.h"
#include "web/html.h"

static const char *
made(void (*fn)(struct html *, const char *), const char *s)
{
	static char buf[256];
	struct html h;

	html_init(&h, buf, sizeof(buf) - 1);
	fn(&h, s);
	assert_false(h.full);
	buf[h.used] = '\0';
	return buf;
}

static void
test_text_is_escaped(void **state)
{
	assert_string_equal(made(html_text, "<a href=\"x\">&'</a>"),
	    "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;");
	assert_string_equal(made(html_text, "plain"), "plain");
	assert_string_equal(made(html_text, ""), "");
	assert_string_equal(made(html_text, NULL), "");
}

static void
test_text_is_valid_utf8_without_controls(void **state)
{
	assert_string_equal(made(html_text, "a\xff"
					    "b"),
	    "a\xef\xbf\xbd"
	    "b");
	assert_string_equal(made(html_text, "a\x1b[1m"), "a\xef\xbf\xbd[1m");
	assert_string_equal(made(html_text, "\xc3\xa4"), "\xc3\xa4");
}

static void
test_url_is_encoded(void **state)
{
	assert_string_equal(made(html_url, "a-._~Z9"), "a-._~Z9");
	assert_string_equal(
	    made(html_url, "a b&c=\"<\xc3\xa4"), "a%20b%26c%3D%22%3C%C3%A4");
}

static void
test_full_stays_full_and_within(void **state)
{
	char buf[8] = "1234567";
	struct html h;

	html_init(&h, buf, 6);
	html_raw(&h, "abc");
	html_text(&h, "<"); /* four bytes, three are left */
	assert_true(h.full);
	html_raw(&h, "d");
	assert_int_equal(h.used, 3);
	assert_memory_equal(buf, "abc4567", 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text_is_escaped),
	    cmocka_unit_test(test_text_is_valid_utf8_without_controls),
	    cmocka_unit_test(test_url_is_encoded),
	    cmocka_unit_test(test_full_stays_full_and_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Unit tests of text cleaning: what may be shown, and where it is cut.
 */
#include <string.h>

#include "base/json.h"
#include "base/test.h"
#include "rules/clean.h"

static char buf[256];

static const char *
clean_n(const char *s, size_t n, size_t size)
{
	struct clean o = {.buf = buf, .size = size};

	clean_put(&o, s, n);
	clean_end(&o);
	return buf;
}

static const char *
clean(const char *s)
{
	return clean_n(s, strlen(s), sizeof(buf));
}

static void
test_plain_text_stays(void **state)
{
	assert_string_equal(clean(""), "");
	assert_string_equal(clean("Pumpe 1: 40 %"), "Pumpe 1: 40 %");
	assert_string_equal(clean("Kühlung"), "Kühlung");
	assert_string_equal(clean("温度 насос مضخة 🏭"), "温度 насос مضخة 🏭");
	/* NBSP is the first character behind C1. */
	assert_string_equal(clean("a\xc2\xa0z"), "a\xc2\xa0z");
}

static void
test_controls_go(void **state)
{
	assert_string_equal(clean("a\x1b[31mred\x07"), "a[31mred");
	assert_string_equal(clean("a\x7f\xc2\x9bz"), "az");
	assert_string_equal(clean("a\r\nb\tc"), "a  b c");
	assert_string_equal(
	    clean("a\xe2\x80\xa8z\xe2\x80\xa9y\xc2\x85x"), "a z y x");
	assert_string_equal(clean_n("a\0z", 3, sizeof(buf)), "az");
}

static void
test_reordering_marks_go(void **state)
{
	assert_string_equal(
	    clean("a\xe2\x80\xaetxt.exe"), "a\xef\xbf\xbdtxt.exe");
	assert_string_equal(clean("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"
				  "\xef\xbb\xbf."),
	    ".");
	assert_string_equal(clean("\xe2\x81\xa6."), "\xef\xbf\xbd.");
}

static void
test_bad_bytes_become_replacements(void **state)
{
	assert_string_equal(clean("a\xffz\xc3"), "a\xef\xbf\xbdz\xef\xbf\xbd");
	/* Overlong slash, surrogate. */
	assert_non_null(strstr(clean("\xc0\xaf"), "\xef\xbf\xbd"));
	assert_non_null(strstr(clean("\xed\xa0\x80"), "\xef\xbf\xbd"));
}

static void
test_long_text_ends_with_a_mark(void **state)
{
	char s[1000];

	memset(s, 'a', sizeof(s));
	assert_string_equal(clean_n(s, 15, 16), "aaaaaaaaaaaaaaa");
	assert_string_equal(clean_n(s, 16, 16), "aaaaaaaaaaaa\xe2\x80\xa6");
	assert_int_equal(
	    strlen(clean_n(s, sizeof(s), sizeof(buf))), sizeof(buf) - 1);
}

/* The mark never splits a character, wherever the cut falls. */
static void
test_cut_keeps_characters_whole(void **state)
{
	static const char s[] = "aé€🏭é€🏭aé€🏭é€🏭aé€🏭é€🏭";
	char copy[sizeof(buf)];
	bool bad;

	for (size_t size = 16; size < sizeof(s) + 8; size++) {
		(void)clean_n(s, sizeof(s) - 1, size);
		assert_true(strlen(buf) < size);
		bad = false;
		(void)utf8_clean(copy, sizeof(copy), buf, strlen(buf), &bad);
		assert_false(bad);
	}
}

static void
test_short_values_are_marked(void **state)
{
	struct clean o = {.buf = buf, .size = sizeof(buf)};

	clean_put_short(&o, "1234567890", 10, 10);
	assert_string_equal(buf, "1234567890");
	o.used = 0;
	clean_put_short(&o, "1234567890x", 11, 10);
	assert_string_equal(buf, "1234567890\xe2\x80\xa6");
	o.used = 0;
	/* The tenth byte is inside the last character. */
	clean_put_short(&o, "12345678€x", 12, 10);
	assert_string_equal(buf, "12345678\xe2\x80\xa6");
}

/* Characters that lie across the pieces it works in come out whole. */
static void
test_pieces_do_not_show(void **state)
{
	char s[1024], whole[4096];
	struct clean o = {.buf = whole, .size = sizeof(whole)};

	for (size_t shift = 0; shift < 4; shift++) {
		size_t n = shift;

		memset(s, 'a', shift);
		while (n + 4 <= sizeof(s)) {
			memcpy(s + n, "🏭", 4);
			n += 4;
		}
		o.used = 0;
		clean_put(&o, s, n);
		assert_int_equal(o.used, n);
		assert_memory_equal(whole, s, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plain_text_stays),
	    cmocka_unit_test(test_controls_go),
	    cmocka_unit_test(test_reordering_marks_go),
	    cmocka_unit_test(test_bad_bytes_become_replacements),
	    cmocka_unit_test(test_long_text_ends_with_a_mark),
	    cmocka_unit_test(test_cut_keeps_characters_whole),
	    cmocka_unit_test(test_short_values_are_marked),
	    cmocka_unit_test(test_pieces_do_not_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Unit tests of the JSON writer: exact output, every buffer size, and UTF-8
 * judged by a second decoder written the other way round.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "base/err.h"
#include "base/json.h"

static char buf[65536];

/* What fn writes, terminated. */
static const char *
text_of(void (*fn)(struct json *))
{
	struct json j;

	json_init(&j, buf, sizeof(buf) - 1, NULL, NULL);
	fn(&j);
	assert_int_equal(json_flush(&j), 0);
	buf[j.used] = '\0';
	return buf;
}

static void
write_nested(struct json *j)
{
	json_object(j);
	json_key(j, "a");
	json_array(j);
	json_array_end(j);
	json_key(j, "b");
	json_array(j);
	json_uint(j, 1);
	json_array(j);
	json_null(j);
	json_array_end(j);
	json_object(j);
	json_object_end(j);
	json_object(j);
	json_kuint(j, "x", 7);
	json_kint(j, "y", -7);
	json_object_end(j);
	json_array_end(j);
	json_kstr(j, "c", NULL);
	json_kbool(j, "d", true);
	json_key(j, "e");
	json_bool(j, false);
	json_kstr(j, "f", "");
	json_key(j, "g");
	json_hex(j, "\x00\xab\xff", 3);
	json_key(j, "h");
	json_hex(j, NULL, 0);
	json_key(j, "i");
	json_array(j);
	json_ascii(j, "plain text", 5);
	json_ascii(j, "b", 1);
	json_uint(j, UINT64_MAX);
	json_array_end(j);
	json_object_end(j);
}

static const char nested[] =
    "{\"a\":[],\"b\":[1,[null],{},{\"x\":7,\"y\":-7}],\"c\":null,\"d\":true,"
    "\"e\":false,\"f\":\"\",\"g\":\"00abff\",\"h\":\"\",\"i\":[\"plain\",\"b\","
    "\"18446744073709551615\"]}";

static void
test_commas_and_nesting(void **state)
{
	assert_string_equal(text_of(write_nested), nested);
}

static void
write_lines(struct json *j)
{
	json_uint(j, 1);
	json_line_end(j);
	json_object(j);
	json_object_end(j);
	json_line_end(j);
	json_raw(j, "{\"made\":\"before\"}\n", 18);
	json_str(j, "x");
	json_line_end(j);
}

static void
test_documents_are_lines(void **state)
{
	assert_string_equal(
	    text_of(write_lines), "1\n{}\n{\"made\":\"before\"}\n\"x\"\n");
}

static void
write_integers(struct json *j)
{
	json_array(j);
	json_uint(j, 0);
	json_uint(j, 9);
	json_uint(j, 10);
	json_uint(j, 99);
	json_uint(j, 100);
	json_uint(j, 12345);
	json_int(j, -1);
	json_uint(j, 9007199254740992);
	json_uint(j, 9007199254740993);
	json_uint(j, UINT64_MAX);
	json_int(j, -9007199254740992);
	json_int(j, -9007199254740993);
	json_int(j, INT64_MIN);
	json_int(j, INT64_MAX);
	json_array_end(j);
}

static void
test_integers_beyond_2_53_are_strings(void **state)
{
	assert_string_equal(text_of(write_integers),
	    "[0,9,10,99,100,12345,-1,9007199254740992,"
	    "\"9007199254740993\",\"18446744073709551615\","
	    "-9007199254740992,\"-9007199254740993\","
	    "\"-9223372036854775808\",\"9223372036854775807\"]");
}

static void
test_integers_equal_printf(void **state)
{
	uint64_t seed = 4;

	for (int i = 0; i < 200000; i++) {
		uint64_t v = test_random(&seed) >> test_random(&seed) % 64;
		char want[32], got[32];
		struct json j;

		v &= ((uint64_t)1 << 53) - 1;
		json_init(&j, got, sizeof(got) - 1, NULL, NULL);
		json_uint(&j, v);
		got[j.used] = '\0';
		(void)snprintf(want, sizeof(want), "%ju", (uintmax_t)v);
		assert_string_equal(got, want);
	}
}

static const char *
double_text(double d)
{
	struct json j;

	json_init(&j, buf, sizeof(buf) - 1, NULL, NULL);
	json_double(&j, d);
	buf[j.used] = '\0';
	return buf;
}

static void
test_doubles_are_short(void **state)
{
	assert_string_equal(double_text(0), "0");
	assert_string_equal(double_text(-0.0), "-0");
	assert_string_equal(double_text(-1), "-1");
	assert_string_equal(double_text(0.1), "0.1");
	assert_string_equal(double_text(21.5), "21.5");
	assert_string_equal(double_text(1e15), "1e+15");
	assert_string_equal(double_text(999999999999999), "999999999999999");
	assert_string_equal(double_text(1.0 / 3), "0.3333333333333333");
	assert_string_equal(double_text(0.1 + 0.2), "0.30000000000000004");
	assert_string_equal(double_text(DBL_MAX), "1.7976931348623157e+308");
	assert_string_equal(double_text(5e-324), "4.94065645841247e-324");
	assert_string_equal(double_text(NAN), "null");
	assert_string_equal(double_text(INFINITY), "null");
	assert_string_equal(double_text(-INFINITY), "null");
}

/* The short way prints what the long one does. */
static void
test_doubles_are_as_printf_has_them(void **state)
{
	uint64_t seed = 5;
	char want[64];

	(void)state;
	for (int i = 0; i < 300000; i++) {
		double power = pow(10, (double)(test_random(&seed) % 10));
		int64_t n = (int64_t)(test_random(&seed) %
				      (i % 2 != 0 ? 20000000000 : 100000)) -
			    50000;
		double d = (double)n / power;

		(void)snprintf(want, sizeof(want), "%.15g", d);
		assert_string_equal(double_text(d), want);
	}
}

static void
test_doubles_read_back(void **state)
{
	uint64_t seed = 5;

	for (int i = 0; i < 50000; i++) {
		uint64_t bits = test_random(&seed);
		double d, back;
		const char *s;

		memcpy(&d, &bits, sizeof(d));
		if (!isfinite(d)) {
			continue;
		}
		s = double_text(d);
		back = strtod(s, NULL);
		assert_memory_equal(&back, &d, sizeof(d));
		assert_true(strlen(s) <= 24);
	}
}

static const char *
string_text(const char *s, size_t n)
{
	struct json j;

	json_init(&j, buf, sizeof(buf) - 1, NULL, NULL);
	json_strn(&j, s, n);
	assert_int_equal(json_flush(&j), 0);
	buf[j.used] = '\0';
	return buf;
}

static void
test_controls_are_escaped(void **state)
{
	assert_string_equal(string_text("a\"b\\c/d", 7), "\"a\\\"b\\\\c/d\"");
	assert_string_equal(
	    string_text("\b\f\n\r\t", 5), "\"\\b\\f\\n\\r\\t\"");
	assert_string_equal(string_text("\0\x01\x1f\x7f", 4),
	    "\"\\u0000\\u0001\\u001f\\u007f\"");
	/* C1: a terminal may take U+009B for the start of a command. */
	assert_string_equal(string_text("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", 8),
	    "\"\\u0080\\u009b\\u009f\xc2\xa0\"");
}

#define FFFD "\xef\xbf\xbd"

static const struct {
	const char *in, *want;
} utf8[] = {
    {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
    {"\xe2\x82\xac \xf0\x9f\x8f\xad", "\xe2\x82\xac \xf0\x9f\x8f\xad"},
    {"\x80", FFFD},                            /* lone continuation    */
    {"\xc3", FFFD},                            /* cut off              */
    {"\xe2\x82", FFFD FFFD},                   /* each byte one        */
    {"\xf0\x9f\x8f", FFFD FFFD FFFD},          /* each byte one        */
    {"\xc3(", FFFD "("},                       /* next byte survives   */
    {"\xc0\x80", FFFD FFFD},                   /* overlong U+0000      */
    {"\xc1\xbf", FFFD FFFD},                   /* overlong U+007F      */
    {"\xe0\x9f\xbf", FFFD FFFD FFFD},          /* overlong U+07FF      */
    {"\xe0\xa0\x80", "\xe0\xa0\x80"},          /* U+0800               */
    {"\xf0\x8f\xbf\xbf", FFFD FFFD FFFD FFFD}, /* overlong U+FFFF      */
    {"\xed\xa0\x80", FFFD FFFD FFFD},          /* surrogate U+D800     */
    {"\xed\xbf\xbf", FFFD FFFD FFFD},          /* surrogate U+DFFF     */
    {"\xed\x9f\xbf", "\xed\x9f\xbf"},          /* U+D7FF               */
    {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},  /* U+10FFFF             */
    {"\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD}, /* U+110000             */
    {"\xf8\x88\x80\x80\x80", FFFD FFFD FFFD FFFD FFFD}, /* five bytes */
    {"\xff\xfe", FFFD FFFD},
    {"\xe2\x80\xae"
     "gnp.exe",
	FFFD "gnp.exe"}, /* U+202E, override */
    {"a\xe2\x80\xaa\xe2\x80\xa9", "a" FFFD "\xe2\x80\xa9"}, /* U+202A */
    {"\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa",
	FFFD FFFD "\xe2\x81\xaa"}, /* U+2066, U+2069, U+206A */
    {"\xe2\x81\xa5\xe2\x80\xaf", "\xe2\x81\xa5\xe2\x80\xaf"},
};

static void
test_bad_utf8_is_replaced_byte_by_byte(void **state)
{
	for (size_t i = 0; i < sizeof(utf8) / sizeof(utf8[0]); i++) {
		size_t n = strlen(utf8[i].in);
		char want[64], clean[64];
		bool bad = false;

		(void)snprintf(want, sizeof(want), "\"%s\"", utf8[i].want);
		assert_string_equal(string_text(utf8[i].in, n), want);
		assert_int_equal(
		    utf8_clean(clean, sizeof(clean), utf8[i].in, n, &bad),
		    strlen(utf8[i].want));
		assert_string_equal(clean, utf8[i].want);
		assert_int_equal(bad, strcmp(utf8[i].in, utf8[i].want) != 0);
	}
}

/* RFC 3629 the other way round: the length by which a code point that is
 * neither surrogate nor beyond U+10FFFF encodes to exactly these bytes. */
static size_t
reference_length(const uint8_t *p, size_t n)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = p[0] < 0x80             ? 1
		     : (p[0] & 0xe0) == 0xc0 ? 2
		     : (p[0] & 0xf0) == 0xe0 ? 3
		     : (p[0] & 0xf8) == 0xf0 ? 4
					     : 0;
	uint32_t c;

	if (len <= 1 || len > n) {
		return len == 1;
	}
	c = p[0] & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			return 0;
		}
		c = c << 6 | (p[i] & 0x3f);
	}
	return c < least[len] || c > 0x10ffff || (c >> 11) == 0x1b ? 0 : len;
}

static void
check_reference(const uint8_t *p, size_t n)
{
	char clean[32], want[32];
	bool bad = false, want_bad = false;
	size_t k = 0;

	for (size_t i = 0; i < n;) {
		size_t len = reference_length(p + i, n - i);

		memcpy(want + k, len != 0 ? (const void *)(p + i) : FFFD,
		    len != 0 ? len : 3);
		k += len != 0 ? len : 3;
		i += len != 0 ? len : 1;
		want_bad = want_bad || len == 0;
	}
	assert_int_equal(utf8_clean(clean, sizeof(clean), p, n, &bad), k);
	assert_memory_equal(clean, want, k);
	assert_int_equal(bad, want_bad);
}

static void
test_utf8_agrees_with_reference(void **state)
{
	/* Every byte at which a rule begins or ends. */
	static const uint8_t edge[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0,
	    0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef,
	    0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff};
	const size_t n = sizeof(edge);

	for (size_t i = 0; i < n * n * n * n; i++) {
		uint8_t b[4] = {edge[i % n], edge[i / n % n],
		    edge[i / n / n % n], edge[i / n / n / n]};

		check_reference(b, 4);
	}
	for (unsigned i = 0; i < 0x10000; i++) {
		uint8_t b[2] = {(uint8_t)(i >> 8), (uint8_t)i};

		check_reference(b, 2);
		check_reference(b, 1);
	}
}

static void
test_valid_is_what_the_encoding_allows(void **state)
{
	assert_true(utf8_is_valid("", 0));
	assert_true(utf8_is_valid("a\xe2\x80\xae", 4));
	assert_false(utf8_is_valid("a\xe2\x80\xae", 3));
	assert_false(utf8_is_valid("\xfc"
				   "ber",
	    4));
}

static void
test_clean_cuts_at_a_character(void **state)
{
	static const char in[] = "a\xe2\x82\xac\xff"
				 "b"; /* a, euro sign, a bad byte, b */
	static const char *const want[] = {"", "", "a", "a", "a",
	    "a\xe2\x82\xac", "a\xe2\x82\xac", "a\xe2\x82\xac",
	    "a\xe2\x82\xac" FFFD, "a\xe2\x82\xac" FFFD "b"};

	for (size_t size = 1; size < 10; size++) {
		bool bad = false;
		char out[10];

		memset(out, 'z', sizeof(out));
		assert_int_equal(
		    utf8_clean(out, size, in, sizeof(in) - 1, &bad),
		    strlen(want[size]));
		assert_string_equal(out, want[size]);
		assert_int_equal(bad, size >= 8); /* only what is shown */
	}
	assert_int_equal(utf8_clean(NULL, 0, in, 1, NULL), 0);
	assert_int_equal(utf8_clean(buf, 10, NULL, 0, NULL), 0);
}

static void
test_full_buffer_is_told_and_kept(void **state)
{
	for (size_t size = 0; size < sizeof(nested) - 1; size++) {
		char *exact = malloc(size);
		struct json j;

		json_init(&j, exact, size, NULL, NULL);
		write_nested(&j);
		assert_int_equal(json_flush(&j), ERR_FULL);
		assert_true(j.used <= size);
		assert_memory_equal(exact, nested, j.used);
		json_clear(&j);
		assert_int_equal(json_flush(&j), 0);
		free(exact);
	}
}

struct sink {
	char text[4096];
	size_t n;
	int err;
};

static int
sink_flush(void *arg, const char *p, size_t n)
{
	struct sink *s = arg;

	assert_true(n > 0 && n <= sizeof(s->text) - s->n);
	if (s->err != 0) {
		return s->err;
	}
	memcpy(s->text + s->n, p, n);
	s->n += n;
	return 0;
}

static void
write_much(struct json *j)
{
	write_nested(j);
	json_line_end(j);
	json_array(j);
	json_str(j, "\x01 a text that is longer than the buffer \xff\xc3\xbc");
	json_hex(j, nested, 50);
	json_double(j, 0.1);
	json_array_end(j);
	json_line_end(j);
}

static void
test_flush_gives_the_same_bytes(void **state)
{
	struct sink whole = {.n = 0};
	struct json j;

	json_init(&j, buf, sizeof(buf), sink_flush, &whole);
	write_much(&j);
	assert_int_equal(json_flush(&j), 0);
	assert_true(whole.n > 250);
	for (size_t size = 1; size < 260; size++) {
		char *exact = malloc(size);
		struct sink s = {.n = 0};

		json_init(&j, exact, size, sink_flush, &s);
		write_much(&j);
		assert_int_equal(json_flush(&j), 0);
		assert_int_equal(s.n, whole.n);
		assert_memory_equal(s.text, whole.text, s.n);
		free(exact);
	}
}

static void
test_flush_error_is_sticky(void **state)
{
	struct sink s = {.err = ERR_IO};
	struct json j;

	json_init(&j, buf, 16, sink_flush, &s);
	write_much(&j);
	s.err = 0;
	assert_int_equal(json_flush(&j), ERR_IO);
	assert_int_equal(s.n, 0);
}

static void
test_clear_starts_anew(void **state)
{
	struct json j;

	json_init(&j, buf, 64, NULL, NULL);
	json_object(&j);
	json_key(&j, "half");
	json_clear(&j);
	json_uint(&j, 1);
	assert_int_equal(j.used, 1);
}

static void
value_without_key(void *arg)
{
	json_object(arg);
	json_uint(arg, 1);
}

static void
close_wrong(void *arg)
{
	json_object(arg);
	json_array_end(arg);
}

static void
key_twice(void *arg)
{
	json_object(arg);
	json_key(arg, "a");
	json_key(arg, "b");
}

static void
too_deep(void *arg)
{
	for (int i = 0; i < JSON_DEPTH_MAX; i++) {
		json_array(arg);
	}
}

static void
close_nothing(void *arg)
{
	json_array_end(arg);
}

static void
test_misuse_asserts(void **state)
{
	static void (*const wrong[])(void *) = {
	    value_without_key, close_wrong, key_twice, too_deep, close_nothing};
	struct json j;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_init(&j, buf, sizeof(buf), NULL, NULL);
		assert_true(test_dies(wrong[i], &j));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_commas_and_nesting),
	    cmocka_unit_test(test_documents_are_lines),
	    cmocka_unit_test(test_integers_beyond_2_53_are_strings),
	    cmocka_unit_test(test_integers_equal_printf),
	    cmocka_unit_test(test_doubles_are_short),
	    cmocka_unit_test(test_doubles_are_as_printf_has_them),
	    cmocka_unit_test(test_doubles_read_back),
	    cmocka_unit_test(test_controls_are_escaped),
	    cmocka_unit_test(test_bad_utf8_is_replaced_byte_by_byte),
	    cmocka_unit_test(test_utf8_agrees_with_reference),
	    cmocka_unit_test(test_valid_is_what_the_encoding_allows),
	    cmocka_unit_test(test_clean_cuts_at_a_character),
	    cmocka_unit_test(test_full_buffer_is_told_and_kept),
	    cmocka_unit_test(test_flush_gives_the_same_bytes),
	    cmocka_unit_test(test_flush_error_is_sticky),
	    cmocka_unit_test(test_clear_starts_anew),
	    cmocka_unit_test(test_misuse_asserts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

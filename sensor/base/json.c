/*
 * json: streaming writer (RFC 8259), one pass, no allocation.
 *
 * Strings come out as valid UTF-8 (RFC 3629; well-formed sequences as in the
 * Unicode Standard, table 3-7) with every control character escaped, those
 * of C1 and DEL included: a line must be safe to show on a terminal.
 *
 * Most of what is printed is short keys, small integers and plain ASCII, so
 * those are copied in one piece; everything else may be slower.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/digits.h"
#include "base/json.h"

/* Beyond this a double does not hold every integer, nor do most readers. */
#define EXACT_MAX ((uint64_t)1 << 53)
/* Longest of the short pieces: 20 digits, sign, quotes, comma. */
#define PIECE_MAX 32
/* U+FFFD, replacement character */
#define REPLACEMENT "\xef\xbf\xbd"

static const char hex_digits[] = "0123456789abcdef";

/* Bytes that are not copied as they are: escaped, or UTF-8 to be checked. */
static const bool special[256] = {
    [0 ... 0x1f] = true, ['"'] = true, ['\\'] = true, [0x7f ... 0xff] = true};

void
json_init(struct json *j, char *buf, size_t size,
    int (*flush)(void *, const char *, size_t), void *arg)
{
	*j =
	    (struct json){.buf = buf, .size = size, .flush = flush, .arg = arg};
}

void
json_clear(struct json *j)
{
	j->used = 0;
	j->err = 0;
	j->depth = 0;
	j->comma[0] = false;
	j->after_key = false;
}

int
json_flush(struct json *j)
{
	int rc;

	if (j->err != 0 || j->flush == NULL || j->used == 0) {
		return j->err;
	}
	rc = j->flush(j->arg, j->buf, j->used);
	j->used = 0;
	if (rc < 0) {
		j->err = rc;
	}
	return j->err;
}

/* The slow half of put: what does not fit any more. */
static void
put_over(struct json *j, const char *p, size_t n)
{
	if (j->err == 0 && j->flush == NULL) {
		j->err = ERR_FULL;
	}
	while (j->err == 0 && n != 0) {
		size_t k = j->size - j->used;

		if (k == 0) {
			if (json_flush(j) != 0) {
				return;
			}
			k = j->size;
		}
		k = k < n ? k : n;
		memcpy(j->buf + j->used, p, k);
		j->used += k;
		p += k;
		n -= k;
	}
}

static inline void
put(struct json *j, const char *p, size_t n)
{
	if (__builtin_expect(j->err != 0 || n > j->size - j->used, 0)) {
		put_over(j, p, n);
		return;
	}
	memcpy(j->buf + j->used, p, n);
	j->used += n;
}

/* The comma before a value; says whether one is due and marks the next. */
static inline bool
take_comma(struct json *j)
{
	bool due = j->comma[j->depth] && !j->after_key;

	assert(!j->in_object[j->depth] || j->after_key);
	j->comma[j->depth] = true;
	j->after_key = false;
	return due;
}

static void
open_level(struct json *j, const char *mark, bool object)
{
	bool comma = take_comma(j);

	put(j, comma ? "," : "", comma);
	put(j, mark, 1);
	assert(j->depth + 1 < JSON_DEPTH_MAX);
	j->depth++;
	j->comma[j->depth] = false;
	j->in_object[j->depth] = object;
}

static void
close_level(struct json *j, const char *mark, bool object)
{
	assert(j->depth > 0 && j->in_object[j->depth] == object);
	assert(!j->after_key);
	j->depth--;
	put(j, mark, 1);
}

void
json_object(struct json *j)
{
	open_level(j, "{", true);
}

void
json_object_end(struct json *j)
{
	close_level(j, "}", true);
}

void
json_array(struct json *j)
{
	open_level(j, "[", false);
}

void
json_array_end(struct json *j)
{
	close_level(j, "]", false);
}

void
json_key(struct json *j, const char *key)
{
	size_t n = strlen(key);
	bool comma = j->comma[j->depth];
	char *p;

	assert(j->in_object[j->depth] && !j->after_key);
	j->comma[j->depth] = true;
	j->after_key = true;
	if (j->err != 0 || n + 4 > j->size - j->used) {
		put(j, &",\""[!comma], 1 + (size_t)comma);
		put(j, key, n);
		put(j, "\":", 2);
		return;
	}
	p = j->buf + j->used;
	*p = ',';
	p += comma;
	*p++ = '"';
	memcpy(p, key, n);
	p += n;
	*p++ = '"';
	*p++ = ':';
	j->used = (size_t)(p - j->buf);
}

/* A short value of trusted characters, in quotes or bare. */
static void
put_value(struct json *j, const char *s, size_t n, bool quoted)
{
	bool comma = take_comma(j);
	char *p;

	if (j->err != 0 || n + 3 > j->size - j->used) {
		put(j, ",", comma);
		put(j, "\"", quoted);
		put(j, s, n);
		put(j, "\"", quoted);
		return;
	}
	p = j->buf + j->used;
	*p = ',';
	p += comma;
	*p = '"';
	p += quoted;
	memcpy(p, s, n);
	p += n;
	*p = '"';
	p += quoted;
	j->used = (size_t)(p - j->buf);
}

static void
put_integer(struct json *j, uint64_t v, bool negative)
{
	char buf[1 + DIGITS_MAX] = "-";
	size_t n = digits_put(buf + negative, v);

	put_value(j, buf, n + negative, v > EXACT_MAX);
}

void
json_uint(struct json *j, uint64_t v)
{
	put_integer(j, v, false);
}

void
json_int(struct json *j, int64_t v)
{
	/* Unsigned negation: the smallest value has no positive twin. */
	put_integer(j, v < 0 ? -(uint64_t)v : (uint64_t)v, v < 0);
}

/*
 * Six places behind the point, or fewer, as most measured values have: the
 * same text as %.15g makes, in a tenth of the time.  Length, or 0.
 */
static size_t
put_places(double d, char buf[PIECE_MAX])
{
	const double million = 1e6, a = fabs(d) * million;
	uint64_t n = a < 1e15 ? (uint64_t)(a + 0.5) : 0;
	char *p = buf + PIECE_MAX, *end;

	if (n < 100 || (double)n / million != fabs(d)) {
		return 0;
	}
	for (int places = 0; n != 0 || places <= 6; places++) {
		if (places == 6) {
			*--p = '.';
		}
		*--p = (char)('0' + n % 10);
		n /= 10;
	}
	if (d < 0) {
		*--p = '-';
	}
	for (end = buf + PIECE_MAX; end[-1] == '0'; end--) {
	}
	memmove(buf, p, (size_t)(end - p));
	return (size_t)(end - p);
}

void
json_double(struct json *j, double d)
{
	char buf[PIECE_MAX];
	size_t n;

	if (!isfinite(d)) {
		json_null(j);
		return;
	}
	/* Whole numbers, which %.15g would print just so; not minus zero. */
	if (d == trunc(d) && fabs(d) < 1e15 && (d != 0 || !signbit(d))) {
		json_int(j, (int64_t)d);
		return;
	}
	n = put_places(d, buf);
	/* 17 digits always read back (IEEE 754, DBL_DECIMAL_DIG). */
	for (int digits = 15; n == 0 && digits <= 17; digits++) {
		int len = snprintf(buf, sizeof(buf), "%.*g", digits, d);

		n = strtod(buf, NULL) == d || digits == 17 ? (size_t)len : 0;
	}
	put_value(j, buf, n, false);
}

void
json_bool(struct json *j, bool b)
{
	put_value(j, b ? "true" : "false", b ? 4 : 5, false);
}

void
json_null(struct json *j)
{
	put_value(j, "null", 4, false);
}

void
json_ascii(struct json *j, const char *s, size_t n)
{
	put_value(j, s, n, true);
}

void
json_str(struct json *j, const char *s)
{
	if (s == NULL) {
		json_null(j);
		return;
	}
	json_strn(j, s, strlen(s));
}

/* Length of the well-formed sequence at p, 0 when there is none. */
static size_t
utf8_sequence(const uint8_t *p, size_t n)
{
	uint8_t lo = 0x80, hi = 0xbf; /* bounds of the second byte */
	size_t len;

	if (p[0] < 0x80) {
		return 1;
	}
	if (p[0] < 0xc2 || p[0] > 0xf4) {
		return 0; /* continuation, overlong C0 C1, above U+10FFFF */
	}
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	switch (p[0]) {
	case 0xe0: lo = 0xa0; break; /* else overlong */
	case 0xed: hi = 0x9f; break; /* else a surrogate */
	case 0xf0: lo = 0x90; break; /* else overlong */
	case 0xf4: hi = 0x8f; break; /* else above U+10FFFF */
	default: break;
	}
	if (n < len || p[1] < lo || p[1] > hi) {
		return 0;
	}
	for (size_t i = 2; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	return len;
}

/*
 * Embeddings, overrides and isolates, U+202A to U+202E and U+2066 to U+2069:
 * with them a name reads as another one, and so does what stands beside it.
 * len is the sequence's.
 */
static bool
turns_text(const uint8_t *p, size_t len)
{
	return len == 3 && p[0] == 0xe2 &&
	       ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
		   (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

static void
put_escape(struct json *j, uint8_t c)
{
	/* RFC 8259, section 7: the short forms. */
	static const char shorts[128] = {['"'] = '"',
	    ['\\'] = '\\',
	    ['\b'] = 'b',
	    ['\f'] = 'f',
	    ['\n'] = 'n',
	    ['\r'] = 'r',
	    ['\t'] = 't'};
	char e[6] = {'\\', 'u', '0', '0'};

	if (c < sizeof(shorts) && shorts[c] != '\0') {
		e[1] = shorts[c];
		put(j, e, 2);
		return;
	}
	e[4] = hex_digits[c >> 4];
	e[5] = hex_digits[c & 15];
	put(j, e, sizeof(e));
}

/* One character that is not plain ASCII; how many bytes it took. */
static size_t
put_special(struct json *j, const uint8_t *p, size_t n)
{
	size_t len;

	if (p[0] < 0x80) {
		put_escape(j, p[0]);
		return 1;
	}
	len = utf8_sequence(p, n);
	if (len == 0 || turns_text(p, len)) {
		put(j, REPLACEMENT, 3);
		return len != 0 ? len : 1;
	}
	if (p[0] == 0xc2 && p[1] < 0xa0) {
		put_escape(j, p[1]); /* C1: U+0080 to U+009F */
	} else {
		put(j, (const char *)p, len);
	}
	return len;
}

void
json_strn(struct json *j, const char *s, size_t n)
{
	const uint8_t *p = (const uint8_t *)s;
	bool comma = take_comma(j);
	size_t i = 0;

	put(j, &",\""[!comma], 1 + (size_t)comma);
	while (i < n) {
		size_t run = i;

		while (run < n && !special[p[run]]) {
			run++;
		}
		if (run > i) {
			put(j, s + i, run - i);
			i = run;
		} else {
			i += put_special(j, p + i, n - i);
		}
	}
	put(j, "\"", 1);
}

void
json_hex(struct json *j, const void *p, size_t n)
{
	const uint8_t *b = p;
	bool comma = take_comma(j);
	char piece[64];
	size_t k = 0;

	put(j, &",\""[!comma], 1 + (size_t)comma);
	for (size_t i = 0; i < n; i++) {
		piece[k++] = hex_digits[b[i] >> 4];
		piece[k++] = hex_digits[b[i] & 15];
		if (k == sizeof(piece)) {
			put(j, piece, k);
			k = 0;
		}
	}
	put(j, piece, k);
	put(j, "\"", 1);
}

void
json_raw(struct json *j, const char *s, size_t n)
{
	put(j, s, n);
}

void
json_line_end(struct json *j)
{
	assert(j->depth == 0 && !j->after_key);
	put(j, "\n", 1);
	j->comma[0] = false;
	if (j->flush != NULL && j->used > j->size / 2) {
		/* The error is sticky and told at the end. */
		int rc = json_flush(j);

		(void)rc;
	}
}

void
json_kuint(struct json *j, const char *key, uint64_t v)
{
	json_key(j, key);
	json_uint(j, v);
}

void
json_kint(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_int(j, v);
}

void
json_kstr(struct json *j, const char *key, const char *s)
{
	json_key(j, key);
	json_str(j, s);
}

void
json_kbool(struct json *j, const char *key, bool b)
{
	json_key(j, key);
	json_bool(j, b);
}

bool
utf8_is_valid(const void *s, size_t n)
{
	const uint8_t *p = s;
	size_t len;

	for (size_t i = 0; i < n; i += len) {
		len = utf8_sequence(p + i, n - i);
		if (len == 0) {
			return false;
		}
	}
	return true;
}

size_t
utf8_clean(char *buf, size_t size, const void *s, size_t n, bool *ret_bad)
{
	const uint8_t *p = s;
	size_t i = 0, out = 0;
	bool bad = false;

	if (size == 0) {
		return 0;
	}
	while (i < n) {
		size_t len, take;
		bool good;

		if (p[i] < 0x80 && out < size - 1) { /* most of it is ASCII */
			buf[out++] = (char)p[i++];
			continue;
		}
		len = utf8_sequence(p + i, n - i);
		good = len != 0 && !turns_text(p + i, len);
		take = good ? len : 3;
		if (take > size - 1 - out) {
			break;
		}
		memcpy(buf + out,
		    good ? (const void *)(p + i) : (const void *)REPLACEMENT,
		    take);
		bad = bad || !good;
		out += take;
		i += len != 0 ? len : 1;
	}
	buf[out] = '\0';
	if (ret_bad != NULL && bad) {
		*ret_bad = true;
	}
	return out;
}

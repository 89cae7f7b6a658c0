/*
 * clean: text that can be shown anywhere.
 *
 * What a device calls itself ends up in a terminal, a syslog line, a page.
 * So a value must not end the line, move the cursor or turn the reading
 * direction of what stands around it.  Kept is every character that merely
 * shows itself, in any script.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "rules/clean.h"

#define PIECE    256 /* bytes cleaned at a time; any number serves */
#define ELLIPSIS "\xe2\x80\xa6"

/* What becomes of a character. */
enum fate { SHOWN, BLANK, DROPPED };

/*
 * What is not shown.  Dropped: C0, DEL and C1 controls; the implicit marks of
 * the bidirectional algorithm (Unicode Standard Annex 9, section 2.6; its
 * embeddings, overrides and isolates utf8_clean() replaces); the byte order
 * mark.  Blank: whatever ends or divides a line.
 */
static const struct {
	uint16_t first, last;
	enum fate fate;
} hidden[] = {
    {0x0000, 0x0008, DROPPED}, {0x0009, 0x000d, BLANK}, /* tab, the line ends */
    {0x000e, 0x001f, DROPPED}, {0x007f, 0x0084, DROPPED},
    {0x0085, 0x0085, BLANK}, /* next line */
    {0x0086, 0x009f, DROPPED},
    {0x061c, 0x061c, DROPPED}, /* Arabic letter mark */
    {0x200e, 0x200f, DROPPED}, /* left-to-right, right-to-left mark */
    {0x2028, 0x2029, BLANK},   /* line, paragraph separator */
    {0xfeff, 0xfeff, DROPPED}, /* byte order mark */
};

static enum fate
judge(uint32_t c)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (c <= hidden[i].last) {
			return c >= hidden[i].first ? hidden[i].fate : SHOWN;
		}
	}
	return SHOWN;
}

/* The character at p, valid UTF-8 (RFC 3629, section 3). */
static uint32_t
decode(const char *s, size_t *ret_len)
{
	const uint8_t *p = (const uint8_t *)s;

	if (p[0] < 0x80) {
		*ret_len = 1;
		return p[0];
	}
	if (p[0] < 0xe0) {
		*ret_len = 2;
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	}
	if (p[0] < 0xf0) {
		*ret_len = 3;
		return (uint32_t)(p[0] & 0x0f) << 12 |
		       (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	}
	*ret_len = 4;
	return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
	       (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
}

static void
append(struct clean *o, const char *s, size_t n)
{
	assert(o->used < o->size);
	if (o->cut || n > o->size - o->used - 1) {
		o->cut = true;
		return;
	}
	memcpy(o->buf + o->used, s, n);
	o->used += n;
	o->buf[o->used] = '\0';
}

/* Valid UTF-8 already. */
static void
put_valid(struct clean *o, const char *s, size_t n)
{
	for (size_t i = 0, len; i < n; i += len) {
		enum fate fate = judge(decode(s + i, &len));

		if (fate == SHOWN) {
			append(o, s + i, len);
		} else if (fate == BLANK) {
			append(o, " ", 1);
		}
	}
}

/* How many of n bytes to take now, so that no character is torn apart. */
static size_t
piece(const char *s, size_t n, size_t max)
{
	size_t k = max;

	if (n <= max) {
		return n;
	}
	while (k > max - 4 && ((uint8_t)s[k] & 0xc0) == 0x80) {
		k--;
	}
	return k;
}

void
clean_put(struct clean *o, const char *s, size_t n)
{
	char tmp[3 * PIECE + 1]; /* a bad byte becomes three */

	o->buf[o->used] = '\0';
	while (n > 0 && !o->cut) {
		size_t k = piece(s, n, PIECE);

		put_valid(o, tmp, utf8_clean(tmp, sizeof(tmp), s, k, NULL));
		s += k;
		n -= k;
	}
}

void
clean_puts(struct clean *o, const char *s)
{
	clean_put(o, s, strlen(s));
}

void
clean_put_short(struct clean *o, const char *s, size_t n, size_t max)
{
	clean_put(o, s, piece(s, n, max));
	if (n > max) {
		clean_puts(o, ELLIPSIS);
	}
}

void
clean_end(struct clean *o)
{
	size_t room = o->size - sizeof(ELLIPSIS);

	if (!o->cut) {
		return;
	}
	if (o->used > room) {
		o->used = piece(o->buf, o->used, room);
	}
	o->cut = false;
	append(o, ELLIPSIS, sizeof(ELLIPSIS) - 1);
}

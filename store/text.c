/*
 * text: see text.h.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/digits.h"
#include "base/json.h"
#include "store/text.h"

#define HASH_DIGITS 16
#define WORK_MAX    (3 * EV_TEXT_MAX + 1)

/* Nothing to mend, and room for it. */
static bool
fits_as_it_is(const char *s, size_t n, size_t size)
{
	unsigned bad = n >= size;

	for (size_t i = 0; i < n && bad == 0; i++) {
		bad = (unsigned char)s[i] - 0x20u >= 0x7f - 0x20u;
	}
	return bad == 0;
}

size_t
text_fit(char *buf, size_t size, const char *s, size_t n)
{
	char work[WORK_MAX], tail[HASH_DIGITS + 2] = "~";
	uint8_t h[crypto_generichash_BYTES_MIN];
	size_t len, keep;

	if (n <= EV_TEXT_MAX && fits_as_it_is(s, n, size)) {
		if (n != 0) {
			memmove(buf, s, n);
		}
		buf[n] = '\0';
		return n;
	}
	len = utf8_clean(work, sizeof(work), s, n, NULL);
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)work[i] < 0x20 || work[i] == 0x7f) {
			work[i] = ' ';
		}
	}
	if (len < size && n <= EV_TEXT_MAX) {
		memcpy(buf, work, len + 1);
		return len;
	}
	(void)crypto_generichash(h, sizeof(h), (const uint8_t *)s, n, NULL, 0);
	(void)sodium_bin2hex(tail + 1, HASH_DIGITS + 1, h, HASH_DIGITS / 2);
	keep = size > sizeof(tail) ? size - sizeof(tail) : 0;
	keep = utf8_clean(buf, keep + 1, work, len, NULL);
	return keep + (size_t)snprintf(buf + keep, size - keep, "%s", tail);
}

size_t
text_sub(const struct ev_sub *sub, char *buf, size_t size)
{
	char raw[EV_SUB_TEXT];
	size_t n;

	if (sub->kind == EV_SUB_NONE) {
		buf[0] = '\0';
		return 0;
	}
	n = ev_sub_text(raw, sub);
	return text_fit(buf, size, raw, n);
}

void
text_start(struct text *t, char *buf, size_t size)
{
	*t = (struct text){buf, size, 0, 0};
	buf[0] = '\0';
}

void
text_putn(struct text *t, const char *s, size_t n)
{
	size_t room = t->size - t->n;

	if (t->full) {
		return;
	}
	t->full = n >= room;
	t->n += utf8_clean(t->buf + t->n, room, s, n, NULL);
}

void
text_put(struct text *t, const char *s)
{
	text_putn(t, s, strlen(s));
}

void
text_put_uint(struct text *t, uint64_t v)
{
	char buf[DIGITS_MAX];

	text_putn(t, buf, digits_put(buf, v));
}

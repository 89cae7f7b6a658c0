/*
 * fold: see fold.h.
 */
#include <ctype.h>
#include <string.h>

#include "store/declared/fold.h"

/* Two bytes of UTF-8 from U+00C0 on: its small letter, spelt out. */
static const char *
small_letter(unsigned char second, char buf[3])
{
	unsigned char c = second >= 0xa0 ? second : second + 0x20;

	switch (c) {
	case 0xa4: return "ae";
	case 0xb6: return "oe";
	case 0xbc: return "ue";
	case 0xbf: return second == 0x9f ? "ss" : "y"; /* sharp s; y */
	default: break;
	}
	buf[0] = (char)0xc3;
	buf[1] = (char)c;
	buf[2] = '\0';
	return buf;
}

size_t
fold(char *buf, size_t size, const char *text, size_t n)
{
	size_t used = 0;
	bool gap = false;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		char two[3], one[2] = {(char)tolower(c), '\0'};
		const char *add = one;
		size_t len;

		if (c < 0x80 && !isalnum(c)) {
			gap = used != 0;
			continue;
		}
		if (c == 0xc3 && i + 1 < n && (text[i + 1] & 0xc0) == 0x80) {
			add = small_letter((unsigned char)text[++i], two);
		} else if (c >= 0x80) {
			one[0] = (char)c;
		}
		len = strlen(add);
		if (used + len + gap >= size) {
			break;
		}
		if (gap) {
			buf[used++] = ' ';
			gap = false;
		}
		memcpy(buf + used, add, len);
		used += len;
	}
	buf[used] = '\0';
	return used;
}

bool
fold_has(const char *text, const char *words)
{
	size_t n = strlen(words);

	if (n == 0) {
		return false;
	}
	for (const char *p = text; (p = strstr(p, words)) != NULL; p++) {
		if ((p == text || p[-1] == ' ') &&
		    (p[n] == ' ' || p[n] == '\0')) {
			return true;
		}
	}
	return false;
}

size_t
fold_name(char *buf, size_t size, const char *text)
{
	size_t n = strlen(text), host = strcspn(text, ".");

	/* An address is no host name; nor is what has words. */
	if (host != 0 && strchr(text, ' ') == NULL &&
	    strspn(text, "0123456789.") != n) {
		n = host;
	}
	return fold(buf, size, text, n);
}

size_t
fold_serial(char *buf, size_t size, const char *text)
{
	size_t n = 0;

	text += strspn(text, " \t");
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		text += 2;
	}
	for (; *text != '\0' && n + 1 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= 0x80 || isalnum(c)) && !(n == 0 && c == '0')) {
			buf[n++] = (char)tolower(c);
		}
	}
	buf[n] = '\0';
	return n;
}

/*
 * line: lines of text, for protocols that are made of them.
 *
 * A line ends with LF, mostly with CR before it.  How long one may be is the
 * protocol's to say; what is longer is no line of it.
 */
#ifndef OTUS_DISSECTORS_LINE_H
#define OTUS_DISSECTORS_LINE_H

#include "dissectors/dissector.h"

/*
 * The line that r stands at, of at most max octets with its end.  DIS_OK:
 * *ret_text is what is before its end, *ret_len all of it.  DIS_MORE: its end
 * is not there yet.  DIS_BAD: it is longer.
 */
static inline enum dis_rc
line_find(const struct rd *r, size_t max, struct rd *ret_text, size_t *ret_len)
{
	size_t left = rd_left(r), n = left < max ? left : max;
	const uint8_t *lf = n != 0 ? memchr(r->p, '\n', n) : NULL;

	if (lf == NULL) {
		return left < max ? DIS_MORE : DIS_BAD;
	}
	n = (size_t)(lf - r->p);
	*ret_len = n + 1;
	*ret_text = rd_make(r->p, n != 0 && lf[-1] == '\r' ? n - 1 : n);
	return DIS_OK;
}

static inline char
line_lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* What r begins with is this lower-case text, in any case. */
static inline bool
line_has(const struct rd *r, const char *text)
{
	size_t n = strlen(text);

	if (!rd_has(r, n)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (line_lower(r->p[i]) != text[i]) {
			return false;
		}
	}
	return true;
}

static inline bool
line_is(const struct rd *r, const char *text)
{
	return rd_left(r) == strlen(text) && line_has(r, text);
}

/* Passes over blanks and tabs. */
static inline void
line_blanks(struct rd *r)
{
	while (rd_left(r) > 0 && (*r->p == ' ' || *r->p == '\t')) {
		rd_skip(r, 1);
	}
}

/* Up to a blank, which is passed over too, or the end. */
static inline struct rd
line_word(struct rd *r)
{
	size_t left = rd_left(r);
	const uint8_t *at = left != 0 ? memchr(r->p, ' ', left) : NULL;
	struct rd word = rd_sub(r, at != NULL ? (size_t)(at - r->p) : left);

	line_blanks(r);
	return word;
}

/* Without blanks at its end. */
static inline struct rd
line_trim(struct rd r)
{
	line_blanks(&r);
	while (rd_left(&r) > 0 && (r.end[-1] == ' ' || r.end[-1] == '\t')) {
		r.end--;
	}
	return r;
}

/* ASCII that can be seen, blanks, and what is beyond ASCII. */
static inline bool
line_is_text(struct rd r)
{
	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r);

		if ((c < 0x20 && c != '\t') || c == 0x7f) {
			return false;
		}
	}
	return true;
}

#endif

/*
 * csv: see csv.h.
 *
 * Cells are unquoted where they lie: what they become is never longer than
 * what they were, and the NUL at their end takes the separator's place.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "limits.h"
#include "store/declared/csv.h"

#define TITLE_ROWS 20
#define GUESS_ROWS 20

static int
fail(struct csv_error *e, int err, unsigned line, size_t column,
    const char *what)
{
	if (column != 0) {
		(void)snprintf(e->text, sizeof(e->text),
		    "line %u, column %zu: %s", line, column, what);
	} else if (line != 0) {
		(void)snprintf(
		    e->text, sizeof(e->text), "line %u: %s", line, what);
	} else {
		(void)snprintf(e->text, sizeof(e->text), "%s", what);
	}
	return err;
}

/* --- to UTF-8 ------------------------------------------------------------- */

static size_t
put_utf8(char *p, uint32_t c)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (char)(0xc0 | c >> 6);
		p[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (char)(0xe0 | c >> 12);
		p[1] = (char)(0x80 | (c >> 6 & 63));
		p[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	p[0] = (char)(0xf0 | c >> 18);
	p[1] = (char)(0x80 | (c >> 12 & 63));
	p[2] = (char)(0x80 | (c >> 6 & 63));
	p[3] = (char)(0x80 | (c & 63));
	return 4;
}

static uint32_t
unit16(const uint8_t *p, bool big)
{
	return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

/* RFC 2781; half of a pair is U+FFFD. */
static size_t
from_utf16(char *out, const uint8_t *p, size_t n, bool big)
{
	size_t used = 0;

	for (size_t i = 0; i + 1 < n; i += 2) {
		uint32_t c = unit16(p + i, big), d;

		if (c >= 0xd800 && c < 0xdc00 && i + 3 < n &&
		    (d = unit16(p + i + 2, big)) >= 0xdc00 && d < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10 | (d - 0xdc00));
			i += 2;
		} else if (c >= 0xd800 && c < 0xe000) {
			c = 0xfffd;
		}
		used += put_utf8(out + used, c);
	}
	return used;
}

/* Windows code page 1252; its five holes as they are in ISO 8859-1. */
static size_t
from_1252(char *out, const uint8_t *p, size_t n)
{
	static const uint16_t high[32] = {0x20ac, 0x81, 0x201a, 0x192, 0x201e,
	    0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d,
	    0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013,
	    0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178};
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t c = p[i];

		used += put_utf8(
		    out + used, c >= 0x80 && c < 0xa0 ? high[c - 0x80] : c);
	}
	return used;
}

static void
decode(struct csv *c, const uint8_t *p, size_t n)
{
	if (n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) ||
			  (p[0] == 0xfe && p[1] == 0xff))) {
		c->encoding = "UTF-16";
		c->n = from_utf16(c->text, p + 2, n - 2, p[0] == 0xfe);
		return;
	}
	c->encoding = "UTF-8";
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		n -= 3;
	}
	if (utf8_is_valid(p, n)) {
		c->n = utf8_clean(c->text, 3 * n + 1, p, n, NULL);
	} else {
		c->encoding = "Windows-1252";
		c->n = from_1252(c->text, p, n);
	}
}

/* --- what separates ------------------------------------------------------- */

static bool
is_end(char c)
{
	return c == '\n' || c == '\r' || c == '\0';
}

/* Cells of the row at p, and where the next row begins. */
static size_t
count(const char *p, char sep, const char **ret_next)
{
	size_t n = 1;
	bool quoted = false, fresh = true;

	for (; *p != '\0' && (quoted || !is_end(*p)); p++) {
		if (quoted) {
			quoted = *p != '"'; /* "" opens again at once */
		} else if (*p == sep) {
			n++;
			fresh = true;
			continue;
		} else if (*p == '"' && (fresh || p[-1] == '"')) {
			quoted = true;
		}
		fresh = false;
	}
	*ret_next = p + strspn(p, "\r\n");
	return n;
}

/* The separator that gives most of the first rows as many cells as the first:
 * of how many. */
static char
separator_from(const char *text, size_t *ret_same)
{
	static const char seps[] = ";,\t|";
	size_t best = 0, best_cells = 1;
	char ret = ',';

	for (const char *s = seps; *s != '\0'; s++) {
		const char *p = text + strspn(text, "\r\n");
		size_t cells = count(p, *s, &p), same = 1;

		for (int i = 1; i < GUESS_ROWS && *p != '\0'; i++) {
			same += count(p, *s, &p) == cells;
		}
		if (cells > 1 &&
		    (same > best || (same == best && cells > best_cells))) {
			best = same;
			best_cells = cells;
			ret = *s;
		}
	}
	*ret_same = best;
	return ret;
}

/* Where no row is like the first one, that may be a title above the rows. */
static char
guess_separator(const char *text)
{
	const char *p = text;
	size_t same, more;
	char ret = separator_from(text, &same);

	for (int i = 0; i < TITLE_ROWS && same < 2 && *p != '\0'; i++) {
		char sep;

		p += strspn(p, "\r\n");
		(void)count(p, ',', &p);
		sep = separator_from(p, &more);
		if (more > 1) {
			ret = sep;
			same = more;
		}
	}
	return ret;
}

int
csv_open(struct csv *c, const void *bytes, size_t n, struct csv_error *e)
{
	memset(c, 0, sizeof(*c));
	c->line = 1;
	if (n > LIMIT_DECLARED_FILE_KIB * 1024ULL) {
		return fail(e, ERR_TOOBIG, 0, 0, "larger than 16 MiB");
	}
	c->text = malloc(3 * n + 1);
	if (c->text == NULL) {
		return fail(e, ERR_NOMEM, 0, 0, "out of memory");
	}
	decode(c, bytes, n);
	c->text[c->n] = '\0';
	for (size_t i = 0; i < c->n; i++) {
		c->line += c->text[i] == '\n';
		if (c->text[i] == '\0') {
			(void)fail(e, ERR_FORMAT, c->line, 0,
			    "a NUL character: this is no CSV text");
			csv_close(c);
			return ERR_FORMAT;
		}
	}
	c->line = 1;
	if (strncasecmp(c->text, "sep=", 4) == 0 && c->n > 5 &&
	    strchr(";,\t|", c->text[4]) != NULL && is_end(c->text[5])) {
		c->sep = c->text[4];
		c->at = 5;
	} else {
		c->sep = guess_separator(c->text);
	}
	return 0;
}

void
csv_close(struct csv *c)
{
	free(c->text);
	c->text = NULL;
	c->n = c->at = 0;
}

/* --- rows ----------------------------------------------------------------- */

static void
newline(struct csv *c)
{
	if (c->text[c->at] == '\r' && c->text[c->at + 1] == '\n') {
		c->at++;
	}
	if (c->text[c->at] != '\0') {
		c->at++;
		c->line++;
	}
}

/* What stands between quotes; the place is behind the closing one after. */
static int
quoted(struct csv *c, size_t *to, size_t column, struct csv_error *e)
{
	unsigned line = c->line;

	for (c->at++; c->at < c->n; c->at++) {
		char ch = c->text[c->at];

		if (ch == '"' && c->text[++c->at] != '"') {
			return 0;
		}
		c->line += ch == '\n';
		c->text[(*to)++] = c->text[c->at];
	}
	return fail(e, ERR_FORMAT, line, column, "this quote is never closed");
}

static int
cell(struct csv *c, struct csv_row *row, struct csv_error *e)
{
	size_t start = c->at, to = c->at;
	char after;
	int rc = 0;

	if (row->n == CSV_COLUMNS_MAX) {
		return fail(e, ERR_TOOBIG, c->line, row->n + 1,
		    "more columns than are read");
	}
	if (c->text[c->at] == '"') {
		rc = quoted(c, &to, row->n + 1, e);
		if (rc == 0 && c->text[c->at] != c->sep &&
		    !is_end(c->text[c->at])) {
			rc = fail(e, ERR_FORMAT, c->line, row->n + 1,
			    "text behind a closing quote");
		}
	} else {
		while (c->text[c->at] != c->sep && !is_end(c->text[c->at])) {
			c->at++;
		}
		to = c->at;
	}
	if (rc == 0 && to - start > LIMIT_DECLARED_CELL) {
		rc = fail(e, ERR_TOOBIG, c->line, row->n + 1,
		    "longer than a cell may be");
	}
	if (rc != 0) {
		return rc;
	}
	row->cell[row->n++] = &c->text[start];
	after = c->text[c->at];
	if (after == c->sep && c->at < c->n) {
		c->at++;
		c->text[to] = '\0';
		return 1; /* another one follows */
	}
	newline(c);
	c->text[to] = '\0';
	return 0;
}

static bool
is_empty(const struct csv_row *row)
{
	for (size_t i = 0; i < row->n; i++) {
		if (row->cell[i][strspn(row->cell[i], " \t")] != '\0') {
			return false;
		}
	}
	return true;
}

int
csv_row(struct csv *c, struct csv_row *row, struct csv_error *e)
{
	while (c->at < c->n) {
		int rc;

		row->line = c->line;
		row->n = 0;
		do {
			rc = cell(c, row, e);
		} while (rc == 1);
		if (rc < 0) {
			return rc;
		}
		if (is_empty(row)) {
			continue;
		}
		if (++c->rows > LIMIT_DECLARED_ROWS) {
			return fail(e, ERR_TOOBIG, row->line, 0,
			    "more rows than are read");
		}
		return 1;
	}
	return 0;
}

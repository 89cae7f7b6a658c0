/*
 * layout: see layout.h.
 *
 * The texts are others' and the terminal obeys what it is sent, so control
 * characters, C1 codes and the marks that turn the writing direction are
 * shown as U+FFFD.  Widths are those of Unicode's East Asian Width in the
 * blocks that occur in practice; the locale is not asked, as it may not be
 * set where otus runs.
 *
 * A cell of a CSV file that begins like a formula gets an apostrophe in
 * front, which spreadsheets take as "this is text" (OWASP, CSV Injection).
 */
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "store/export/layout.h"

#define GAP "  "

struct range {
	uint32_t from, to;
};

static bool
is_in(uint32_t c, const struct range *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (c >= r[i].from && c <= r[i].to) {
			return true;
		}
	}
	return false;
}

/* One character; U+FFFD for what is not shown, or is no whole character. */
static uint32_t
next_char(const char **p)
{
	static const struct range hidden[] = {{0, 0x1f}, {0x7f, 0x9f},
	    {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
	    {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};
	const unsigned char *s = (const unsigned char *)*p;
	unsigned more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0;
	/* What is left of the first byte: seven bits, or five to three. */
	uint32_t c = s[0] & (more == 0 ? 0xffU : 0x3fU >> more);
	unsigned n = 1;

	while (n <= more && (s[n] & 0xc0) == 0x80) {
		c = c << 6 | (s[n++] & 0x3f);
	}
	*p += n;
	return n <= more || is_in(c, hidden, sizeof(hidden) / sizeof(hidden[0]))
		   ? 0xfffd
		   : c;
}

static unsigned
char_width(uint32_t c)
{
	static const struct range none[] = {{0x300, 0x36f}, {0x483, 0x489},
	    {0x591, 0x5bd}, {0x610, 0x61a}, {0x64b, 0x65f}, {0x1ab0, 0x1aff},
	    {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},
	    {0xfe20, 0xfe2f}};
	static const struct range wide[] = {{0x1100, 0x115f}, {0x2e80, 0x303e},
	    {0x3041, 0xa4cf}, {0xa960, 0xa97f}, {0xac00, 0xd7a3},
	    {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60},
	    {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff},
	    {0x1f900, 0x1faff}, {0x20000, 0x3fffd}};

	if (is_in(c, none, sizeof(none) / sizeof(none[0]))) {
		return 0;
	}
	return is_in(c, wide, sizeof(wide) / sizeof(wide[0])) ? 2 : 1;
}

unsigned
layout_width(const char *text)
{
	unsigned w = 0;

	while (*text != '\0') {
		w += char_width(next_char(&text));
	}
	return w;
}

static void
put_stamp(struct text *t, uint64_t ts_ns)
{
	char buf[CLOCK_STAMP_MAX];

	(void)clock_rfc3339(buf, ts_ns);
	text_put(t, buf);
}

/* The text of a cell, in buf. */
static const char *
cell(const struct column *c, const void *row, char buf[LAYOUT_CELL_MAX])
{
	const char *at = (const char *)row + c->at;
	const char *s = at;
	uint64_t v = 0;
	struct text t;

	text_start(&t, buf, LAYOUT_CELL_MAX);
	switch (c->cell) {
	case CELL_PUT: c->put(&t, row); break;
	case CELL_TEXT:
		memcpy(&s, at, sizeof(s));
		/* FALLTHROUGH */
	case CELL_CHARS: text_put(&t, s != NULL ? s : ""); break;
	case CELL_COUNT:
		memcpy(&v, at, sizeof(v));
		text_put_uint(&t, v);
		break;
	case CELL_STAMP:
		memcpy(&v, at, sizeof(v));
		put_stamp(&t, v);
		break;
	}
	return buf;
}

/* --- tables ------------------------------------------------------------------ */

void
layout_start(struct layout *l, const struct column *column, size_t n)
{
	memset(l, 0, sizeof(*l));
	l->column = column;
	l->n = n;
	for (size_t i = 0; i < n; i++) {
		if (column[i].where & IN_TABLE) {
			l->width[i] = (unsigned)strlen(column[i].name);
		}
		l->hidden[i] = (column[i].where & IN_TABLE) == 0 ||
			       column[i].where == IN_TABLE_USED;
	}
}

void
layout_measure(struct layout *l, const void *row)
{
	char buf[LAYOUT_CELL_MAX];

	l->any = true;
	for (size_t i = 0; i < l->n; i++) {
		const struct column *c = &l->column[i];
		unsigned w;

		if (!(c->where & IN_TABLE)) {
			continue;
		}
		w = layout_width(cell(c, row, buf));
		l->hidden[i] = l->hidden[i] && w == 0;
		w = c->max != 0 && w > c->max ? c->max : w;
		l->width[i] = w > l->width[i] ? w : l->width[i];
	}
}

static unsigned
line_width(const struct layout *l)
{
	unsigned w = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (!l->hidden[i]) {
			w += l->width[i] + (w != 0 ? sizeof(GAP) - 1 : 0);
		}
	}
	return w;
}

void
layout_fit(struct layout *l, unsigned columns)
{
	while (columns != 0 && line_width(l) > columns) {
		size_t widest = l->n;

		for (size_t i = 0; i < l->n; i++) {
			const struct column *c = &l->column[i];

			if (!l->hidden[i] && c->min != 0 &&
			    l->width[i] > c->min &&
			    (widest == l->n ||
				l->width[i] > l->width[widest])) {
				widest = i;
			}
		}
		if (widest == l->n) {
			return; /* let the terminal break the line */
		}
		l->width[widest]--;
	}
}

static void
put_char(uint32_t c, FILE *f)
{
	if (c < 0x80) {
		(void)fputc((int)c, f);
	} else if (c < 0x800) {
		(void)fputc((int)(0xc0 | c >> 6), f);
		(void)fputc((int)(0x80 | (c & 63)), f);
	} else if (c < 0x10000) {
		(void)fputc((int)(0xe0 | c >> 12), f);
		(void)fputc((int)(0x80 | (c >> 6 & 63)), f);
		(void)fputc((int)(0x80 | (c & 63)), f);
	} else {
		(void)fputc((int)(0xf0 | c >> 18), f);
		(void)fputc((int)(0x80 | (c >> 12 & 63)), f);
		(void)fputc((int)(0x80 | (c >> 6 & 63)), f);
		(void)fputc((int)(0x80 | (c & 63)), f);
	}
}

static void
put_blanks(unsigned n, FILE *f)
{
	while (n-- > 0) {
		(void)fputc(' ', f);
	}
}

/* The text in exactly width columns; what is cut off leaves an ellipsis. */
static void
put_cell(const char *text, unsigned width, bool right, bool last, FILE *f)
{
	unsigned w = layout_width(text), used = 0;
	bool cut = w > width;

	if (right && !cut) {
		put_blanks(width - w, f);
	}
	while (*text != '\0') {
		uint32_t c = next_char(&text);
		unsigned cw = char_width(c);

		if (cut && used + cw > (width != 0 ? width - 1 : 0)) {
			break;
		}
		put_char(c, f);
		used += cw;
	}
	if (cut && width != 0) {
		put_char(0x2026, f);
		used++;
	}
	if ((!right || cut) && !last) {
		put_blanks(width > used ? width - used : 0, f);
	}
}

void
layout_text(const char *text, FILE *f)
{
	while (*text != '\0') {
		put_char(next_char(&text), f);
	}
}

static size_t
last_column(const struct layout *l)
{
	size_t last = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (!l->hidden[i]) {
			last = i;
		}
	}
	return last;
}

static void
put_line(const struct layout *l, const void *row, FILE *f)
{
	size_t last = last_column(l);
	char buf[LAYOUT_CELL_MAX];
	bool any = false;

	for (size_t i = 0; i < l->n; i++) {
		const struct column *c = &l->column[i];
		const char *text;

		if (l->hidden[i]) {
			continue;
		}
		if (row == NULL) {
			size_t n = 0;

			for (; c->name[n] != '\0'; n++) {
				buf[n] = c->name[n] == '_'
					     ? ' '
					     : (char)toupper(
						   (unsigned char)c->name[n]);
			}
			buf[n] = '\0';
			text = buf;
		} else {
			text = cell(c, row, buf);
		}
		if (any) {
			(void)fputs(GAP, f);
		}
		any = true;
		put_cell(text, l->width[i], c->right, i == last, f);
	}
	(void)fputc('\n', f);
}

void
layout_head(const struct layout *l, FILE *f)
{
	put_line(l, NULL, f);
}

void
layout_row(const struct layout *l, const void *row, FILE *f)
{
	put_line(l, row, f);
}

/* --- CSV ---------------------------------------------------------------------- */

/* RFC 4180, section 2: quoted where it must be, quotes doubled. */
static void
put_field(const char *text, FILE *f)
{
	bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
	bool quote = formula || strpbrk(text, "\",\r\n") != NULL;

	if (!quote) {
		(void)fputs(text, f);
		return;
	}
	(void)fputc('"', f);
	if (formula) {
		(void)fputc('\'', f);
	}
	for (; *text != '\0'; text++) {
		if (*text == '"') {
			(void)fputc('"', f);
		}
		(void)fputc(*text, f);
	}
	(void)fputc('"', f);
}

static void
csv_line(const struct column *column, size_t n, const void *row, FILE *f)
{
	char buf[LAYOUT_CELL_MAX];
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (!(column[i].where & IN_CSV)) {
			continue;
		}
		if (any) {
			(void)fputc(',', f);
		}
		any = true;
		put_field(
		    row == NULL ? column[i].name : cell(&column[i], row, buf),
		    f);
	}
	(void)fputs("\r\n", f);
}

void
layout_csv_head(const struct column *column, size_t n, FILE *f)
{
	csv_line(column, n, NULL, f);
}

void
layout_csv_row(const struct column *column, size_t n, const void *row, FILE *f)
{
	csv_line(column, n, row, f);
}

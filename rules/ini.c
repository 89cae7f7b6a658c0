/*
 * ini: one rule file, cut into sections, keys and values, each with its line.
 *
 * libinih splits the lines.  What it does not do is done in the reader that
 * feeds it, which sees every line first:
 *
 *   - it counts lines (Debian builds the library without line numbers);
 *   - it tells sections apart even when two of one name follow each other,
 *     or when one is empty;
 *   - it reports what the library would take silently: a line that does not
 *     fit its buffer and would be read as two, a comment behind a value,
 *     which it strips from first lines and leaves in continued ones, text
 *     behind a section's bracket, a NUL byte;
 *   - it knows which lines gave neither a section nor a value.
 *
 * It does not know what the keys mean: spec.c does.
 */
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "rules/ini.h"

/* The library keeps section names in a buffer of 50 bytes. */
#define SECTION_MAX 48

struct feed {
	const char *p, *end;
	const struct ini_sink *sink;
	int line;
	bool more;    /* this line continues a value                    */
	bool has_key; /* the section has had a key: lines may continue  */
	bool waits;   /* this line should become a value ...            */
	bool got;     /* ... and did                                    */
	enum { OUTSIDE, BROKEN, INSIDE } where;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

static void
problem(struct feed *f, const char *reason)
{
	f->sink->problem(f->sink->arg, f->line, reason);
}

/* "[name]", n bytes from the bracket on. */
static void
heading(struct feed *f, const char *s, size_t n)
{
	const char *close = memchr(s, ']', n);
	char name[SECTION_MAX + 1];
	size_t len;

	if (close == NULL) {
		problem(f, "the section's name has no ]");
	} else if (close + 1 != s + n) {
		problem(f, "text behind the section's ]");
	} else if ((len = (size_t)(close - s) - 1) > SECTION_MAX) {
		problem(f, "the section's name is longer than 48 characters");
	} else {
		memcpy(name, s + 1, len);
		name[len] = '\0';
		f->where = INSIDE;
		f->sink->section(f->sink->arg, name, f->line);
	}
}

/* Whether libinih could hold the line. */
static bool
fits(struct feed *f, const char *s, size_t n, size_t room)
{
	char reason[96];

	if (memchr(s, '\0', n) != NULL) {
		problem(f, "a NUL byte");
		return false;
	}
	if (n + sizeof("\n") > room) {
		(void)snprintf(reason, sizeof(reason),
		    "longer than %zu bytes; go on in the next line, indented",
		    room - sizeof("\n"));
		problem(f, reason);
		return false;
	}
	return true;
}

/* A semicolon behind white space, which libinih takes for a comment. */
static bool
has_comment(const char *s, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (s[i] == ';' && is_blank(s[i - 1])) {
			return true;
		}
	}
	return false;
}

/*
 * Says what a line is before libinih sees it.  False: it must not see it.
 * s has no line end and no blanks at its end; room is libinih's buffer.
 */
static bool
classify(struct feed *f, const char *s, size_t n, size_t room)
{
	size_t skip = 0;

	while (skip < n && is_blank(s[skip])) {
		skip++;
	}
	if (skip == n || s[skip] == ';' || s[skip] == '#') {
		return false; /* empty or a comment, wherever it stands */
	}
	f->more = skip > 0 && f->has_key;
	if (s[skip] == '[' && !f->more) {
		f->has_key = false;
		f->where = BROKEN;
		f->sink->section(f->sink->arg, NULL, f->line);
		if (fits(f, s, n, room)) {
			heading(f, s + skip, n - skip);
		}
		return f->where == INSIDE;
	}
	if (!fits(f, s, n, room)) {
		return false;
	}
	if (has_comment(s + skip, n - skip)) {
		problem(f, "a comment must stand on a line of its own");
		return false;
	}
	f->waits = true;
	return true;
}

/* After a line: did it become a value? */
static void
settle(struct feed *f)
{
	if (f->waits && !f->got) {
		problem(f, "neither a [section] nor key = value");
	}
	f->waits = false;
	f->got = false;
}

/* ini_reader: the next line into buf, as fgets() would. */
static char *
feed_line(char *buf, int num, void *arg)
{
	struct feed *f = arg;
	const char *s = f->p, *eol;
	size_t n, room = num > 0 ? (size_t)num : 0;

	settle(f);
	if (s == f->end || room < sizeof("\n")) {
		return NULL;
	}
	eol = memchr(s, '\n', (size_t)(f->end - s));
	n = (size_t)((eol != NULL ? eol : f->end) - s);
	f->p = eol != NULL ? eol + 1 : f->end;
	f->line++;
	while (n > 0 && is_blank(s[n - 1])) {
		n--;
	}
	if (!classify(f, s, n, room)) {
		n = 0;
	}
	memcpy(buf, s, n);
	memcpy(buf + n, "\n", sizeof("\n"));
	return buf;
}

static int
handle(void *arg, const char *section, const char *key, const char *value)
{
	struct feed *f = arg;

	f->got = true;
	f->has_key = key[0] != '\0'; /* else libinih continues nothing */
	if (f->where == OUTSIDE) {
		problem(f, "a value outside any section");
	} else if (f->where == INSIDE) {
		f->sink->value(f->sink->arg, key, value, f->line, f->more);
	}
	return 1;
}

void
ini_read(const char *text, size_t n, const struct ini_sink *sink)
{
	struct feed f = {.p = text, .end = text + n, .sink = sink};

	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		f.p += 3; /* byte order mark */
	}
	/* Its answer, the first bad line, is known already. */
	(void)ini_parse_stream(feed_line, &f, handle, &f);
	settle(&f);
}

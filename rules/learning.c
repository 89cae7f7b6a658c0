/*
 * learning: see learning.h.
 *
 * Most rules ask for what is not learned, and on a fresh sensor most events
 * come while it learns: looking at their text once saves most questions to
 * SQLite of that time.  Only what is beyond doubt counts.  AND binds tighter
 * than OR and looser than NOT, so without OR at the outermost level each part
 * between two ANDs stands for itself; BETWEEN and CASE have ANDs of their
 * own, and comments could hide anything.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "rules/learning.h"

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' ||
	       (unsigned char)c >= 0x80;
}

static const char *
skip_space(const char *p)
{
	while (isspace((unsigned char)*p)) {
		p++;
	}
	return p;
}

/* Behind the word when it stands here, else NULL. */
static const char *
word(const char *p, const char *what)
{
	size_t n = strlen(what);

	p = skip_space(p);
	return strncasecmp(p, what, n) == 0 && !is_word(p[n]) ? p + n : NULL;
}

/* Behind the quoted text at p, or NULL: a doubled quote is part of it. */
static const char *
skip_quoted(const char *p)
{
	char quote = *p;

	for (p++; *p != '\0'; p++) {
		if (*p == quote && *++p != quote) {
			return p;
		}
	}
	return NULL;
}

static bool
is_not_learned(const char *p, const char *end)
{
	p = word(p, "NOT");
	p = p != NULL ? word(p, "learned") : NULL;
	p = p != NULL ? skip_space(p) : NULL;
	if (p == NULL || *p != '(') {
		return false;
	}
	p = skip_space(p + 1);
	p = *p == '\'' ? skip_quoted(p) : NULL;
	p = p != NULL ? skip_space(p) : NULL;
	return p != NULL && *p == ')' && skip_space(p + 1) == end;
}

/* Within parentheses words do not matter, but hidden text does. */
static bool
is_beyond_a_look(const char *p, int depth)
{
	return depth < 0 || strchr("[`;", *p) != NULL ||
	       strncmp(p, "--", 2) == 0 || strncmp(p, "/*", 2) == 0 ||
	       (depth == 0 &&
		   (word(p, "OR") != NULL || word(p, "BETWEEN") != NULL ||
		       word(p, "CASE") != NULL));
}

/* The end of the part that starts at p: its AND or the end of the text; NULL
 * when a look is not enough. */
static const char *
part_end(const char *p)
{
	int depth = 0;

	while (*p != '\0') {
		if (*p == '\'' || *p == '"') {
			p = skip_quoted(p);
			if (p == NULL) {
				return NULL;
			}
			continue;
		}
		depth += (*p == '(') - (*p == ')');
		if (is_beyond_a_look(p, depth)) {
			return NULL;
		}
		if (depth == 0 && word(p, "AND") != NULL &&
		    !isspace((unsigned char)*p)) {
			return p;
		}
		if (!is_word(*p)) {
			p++;
			continue;
		}
		while (is_word(*p)) {
			p++;
		}
	}
	return depth == 0 ? p : NULL;
}

bool
learning_silences(const char *when)
{
	const char *p = when, *end;
	bool silences = false;

	for (;;) {
		end = part_end(p);
		if (end == NULL) {
			return false;
		}
		silences |= is_not_learned(p, end);
		if (*end == '\0') {
			return silences;
		}
		p = end + strlen("AND");
	}
}

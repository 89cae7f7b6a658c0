/*
 * conjunct: see conjunct.h.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "rules/conjunct.h"

bool
sql_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' ||
	       (unsigned char)c >= 0x80;
}

const char *
sql_skip_space(const char *p)
{
	while (isspace((unsigned char)*p)) {
		p++;
	}
	return p;
}

const char *
sql_word(const char *p, const char *what)
{
	size_t n = strlen(what);

	p = sql_skip_space(p);
	return strncasecmp(p, what, n) == 0 && !sql_is_word(p[n]) ? p + n
								  : NULL;
}

const char *
sql_skip_quoted(const char *p)
{
	char quote = *p;

	for (p++; *p != '\0'; p++) {
		if (*p == quote && *++p != quote) {
			return p;
		}
	}
	return NULL;
}

/* Within parentheses words do not matter, but hidden text does. */
static bool
is_beyond_a_look(const char *p, int depth, const char *never)
{
	return depth < 0 || strchr("[`;", *p) != NULL ||
	       strncmp(p, "--", 2) == 0 || strncmp(p, "/*", 2) == 0 ||
	       (depth == 0 && (sql_word(p, never) != NULL ||
				  sql_word(p, "BETWEEN") != NULL ||
				  sql_word(p, "CASE") != NULL));
}

/* Where the next `by` stands, or end; NULL when there is a `never`. */
static const char *
part_end(const char *p, const char *end, const char *by, const char *never)
{
	int depth = 0;

	while (p < end) {
		if (*p == '\'' || *p == '"') {
			p = sql_skip_quoted(p);
			if (p == NULL) {
				return NULL;
			}
			continue;
		}
		depth += (*p == '(') - (*p == ')');
		if (is_beyond_a_look(p, depth, never)) {
			return NULL;
		}
		if (depth == 0 && sql_word(p, by) != NULL &&
		    !isspace((unsigned char)*p)) {
			return p;
		}
		if (!sql_is_word(*p)) {
			p++;
			continue;
		}
		while (sql_is_word(*p)) {
			p++;
		}
	}
	return depth == 0 && p == end ? p : NULL;
}

const char *
conjunct_end(const char *p)
{
	return part_end(p, p + strlen(p), "AND", "OR");
}

const char *
conjunct_next(const char *end)
{
	return *end != '\0' ? end + strlen("AND") : NULL;
}

const char *
alternative_end(const char *p, const char *end)
{
	return part_end(p, end, "OR", "AND");
}

const char *
alternative_next(const char *at, const char *end)
{
	return at != end ? at + strlen("OR") : NULL;
}

/*
 * learning: see learning.h.
 *
 * Most rules ask for what is not learned, and on a fresh sensor most events
 * come while it learns: looking at their text once saves most questions to
 * SQLite of that time.
 */
#include "rules/conjunct.h"
#include "rules/learning.h"

static bool
is_not_learned(const char *p, const char *end)
{
	p = sql_word(p, "NOT");
	p = p != NULL ? sql_word(p, "learned") : NULL;
	p = p != NULL ? sql_skip_space(p) : NULL;
	if (p == NULL || *p != '(') {
		return false;
	}
	p = sql_skip_space(p + 1);
	p = *p == '\'' ? sql_skip_quoted(p) : NULL;
	p = p != NULL ? sql_skip_space(p) : NULL;
	return p != NULL && *p == ')' && sql_skip_space(p + 1) == end;
}

bool
learning_silences(const char *when)
{
	bool silences = false;

	for (const char *p = when; p != NULL;) {
		const char *end = conjunct_end(p);

		if (end == NULL) {
			return false;
		}
		silences |= is_not_learned(p, end);
		p = conjunct_next(end);
	}
	return silences;
}

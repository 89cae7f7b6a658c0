/*
 * unsaid: see unsaid.h.
 */
#include <stdio.h>
#include <string.h>

#include "store/declared/unsaid.h"

/* FNV-1a (draft-eastlake-fnv, section 2), of which 24 bits tell an edited
 * text from the same one well enough. */
static unsigned
check(const char *text)
{
	uint32_t h = 0x811c9dc5;

	for (; *text != '\0'; text++) {
		h = (h ^ (unsigned char)*text) * 0x01000193;
	}
	return (h >> 24 ^ h) & 0xffffff;
}

void
unsaid_word(enum decl_key k, const char *value, char ret[UNSAID_MAX])
{
	char fit[DECL_VALUE_MAX] = "";
	const char *note = NULL;

	/* As `otus import` will read it; what it would not take, as it is. */
	if (decl_value_noted(k, value, strlen(value), fit, &note) != 0 ||
	    (fit[0] == '\0' && note == NULL)) {
		ret[0] = '\0';
		return;
	}
	(void)snprintf(ret, UNSAID_MAX, "%.20s:%06x", decl_word(k),
	    check(fit[0] != '\0' ? fit : value));
}

bool
unsaid_has(const char *list, enum decl_key k, const char *value)
{
	char word[UNSAID_MAX];
	size_t n;

	unsaid_word(k, value, word);
	n = strlen(word);
	for (const char *p = list; n != 0 && (p = strstr(p, word)) != NULL;
	     p++) {
		if ((p == list || p[-1] == ' ') &&
		    (p[n] == ' ' || p[n] == '\0')) {
			return true;
		}
	}
	return false;
}

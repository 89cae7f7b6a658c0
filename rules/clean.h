/*
 * clean: text that can be shown anywhere.
 */
#ifndef OTUS_RULES_CLEAN_H
#define OTUS_RULES_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

/* A text under construction, always terminated; starts with used = 0. */
struct clean {
	char *buf;
	size_t size, used;
	bool cut; /* something did not fit; nothing is added any more */
};

/*
 * Appends n bytes as valid UTF-8, line ends and tabs as spaces, without
 * control characters and marks that reorder text.
 */
void clean_put(struct clean *, const char *s, size_t n);
void clean_puts(struct clean *, const char *s);
/* Likewise at most max bytes of them, and a mark when there were more. */
void clean_put_short(struct clean *, const char *s, size_t n, size_t max);
/* When something was cut, ends the text with a mark that says so. */
void clean_end(struct clean *);

#endif

/*
 * ini: one rule file, cut into sections, keys and values, each with its line.
 */
#ifndef OTUS_RULES_INI_H
#define OTUS_RULES_INI_H

#include <stdbool.h>
#include <stddef.h>

/* Who is told, in the order of the file. */
struct ini_sink {
	/*
	 * The section so far ends (NULL), and another starts.  When its
	 * heading is broken, problem() is called instead of the second.
	 */
	void (*section)(void *arg, const char *name, int line);
	/* more: the line continues the value before it. */
	void (*value)(
	    void *arg, const char *key, const char *value, int line, bool more);
	/* The line says nothing that can be used. */
	void (*problem)(void *arg, int line, const char *reason);
	void *arg;
};

void ini_read(const char *text, size_t n, const struct ini_sink *);

#endif

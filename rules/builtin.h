/*
 * builtin: the rule files of this folder, inside the program.
 */
#ifndef OTUS_RULES_BUILTIN_H
#define OTUS_RULES_BUILTIN_H

#include <stddef.h>

struct builtin_file {
	const char *name; /* "baseline.rules" */
	const char *text;
	size_t n;
};

extern const struct builtin_file builtin_files[];
extern const size_t builtin_count;

#endif

/*
 * load: rule files into entries.
 */
#ifndef OTUS_RULES_LOAD_H
#define OTUS_RULES_LOAD_H

#include "limits.h"
#include "rules/entry.h"

struct load {
	const struct evcols *cols;
	void (*problem)(void *, const struct rules_problem *);
	void *arg;
	struct entry *rule[LIMIT_RULES_MAX];
	size_t n;
	char *file[LIMIT_RULE_FILES_MAX]; /* their names */
	size_t nfiles;
	struct entry *open; /* the section being read, one of rule[] or NULL */
	bool full;          /* told that there are too many                  */
};

/* All *.rules of a directory, or the built-in ones (NULL). */
int load_dir(struct load *, const char *dir) MUST_CHECK;
/* One file's text; name is copied. */
int load_text(
    struct load *, const char *name, const char *text, size_t n) MUST_CHECK;
/* Throws out what is bad or not enabled. */
void load_sift(struct load *);
void load_done(struct load *);

/* Tells a problem, and marks the rule (may be NULL) as bad. */
void load_problem(struct load *, const char *file, int line, struct entry *,
    const char *reason);

#endif

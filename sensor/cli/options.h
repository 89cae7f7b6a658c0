/*
 * options: the command line and the configuration file, from options.def.
 */
#ifndef OTUS_CLI_OPTIONS_H
#define OTUS_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

#define OPTIONS_MAX  40
#define OPTION_TIMES 16 /* times that an option may be repeated */

struct options {
	const char *command;
	/* value[i]: last value given to option i, its default, or NULL;
	 * "" for a switch that is on */
	const char *value[OPTIONS_MAX];
	const char *all[OPTIONS_MAX][OPTION_TIMES]; /* every one given */
	unsigned times[OPTIONS_MAX];
	bool by_file[OPTIONS_MAX]; /* values are the file's */
	char **args;               /* what is left: files */
	int nargs;
};

/*
 * Parses; on a mistake writes one line that says what to do to err and
 * returns ERR_USAGE.
 */
int options_parse(
    struct options *, int argc, char **argv, FILE *err) MUST_CHECK;
/* By long name; asserts that it exists. */
const char *options_get(const struct options *, const char *name);
bool options_has(const struct options *, const char *name);
/* The i-th value that was given; NULL behind the last. */
const char *options_each(const struct options *, const char *name, unsigned i);
/* Whether a command takes an option of that name. */
bool options_is_for(const char *name, const char *command);
/*
 * A value from the configuration file: counts only where the command line
 * said nothing; a switch takes yes or no.  The text is copied.
 */
int options_from_file(
    struct options *, const char *name, const char *value) MUST_CHECK;
/* "30s", "20m", "24h", "7d" to nanoseconds. */
int options_time(const char *text, uint64_t *ret_ns) MUST_CHECK;
/* A decimal number within bounds. */
int options_number(
    const char *text, uint64_t min, uint64_t max, uint64_t *ret) MUST_CHECK;

void options_help(FILE *, const char *command); /* NULL: the overview   */
/* The man page's command and option sections, in mdoc. */
void options_mdoc(FILE *);
size_t options_count(void);
const char *options_name(size_t i);

#endif

/*
 * who: the person who says something.
 */
#ifndef OTUS_CLI_WHO_H
#define OTUS_CLI_WHO_H

#include "cli/options.h"

#define WHO_MAX 128

/* --by, else the name of the user who runs this, also through sudo. */
int who_says(const struct options *, char ret[WHO_MAX]) MUST_CHECK;

#endif

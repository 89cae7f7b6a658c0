/*
 * list: what the commands that read the database share.
 */
#ifndef OTUS_CLI_LIST_H
#define OTUS_CLI_LIST_H

#include "cli/options.h"
#include "store/export/export.h"
#include "store/query.h"

/* Opens the database; says on standard error why not. */
int list_open(const struct options *, struct query **ret) MUST_CHECK;
/* --json, --csv, else a table; likewise. */
int list_format(const struct options *, enum export_format *ret) MUST_CHECK;

#endif

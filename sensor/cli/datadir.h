/*
 * datadir: where the state lives.
 */
#ifndef OTUS_CLI_DATADIR_H
#define OTUS_CLI_DATADIR_H

#include "cli/options.h"

#define DATADIR_MAX 4096

/*
 * --data, or ./otus-data when the program runs from a checkout, or
 * /var/lib/otus.  buf holds DATADIR_MAX bytes and is returned.
 */
const char *datadir(const struct options *, char *buf);

#endif

/*
 * cli: the commands of otus, one file each.  Each returns an exit code.
 */
#ifndef OTUS_CLI_CLI_H
#define OTUS_CLI_CLI_H

#include "cli/options.h"

int cmd_limits(const struct options *);
int cmd_help(const struct options *);
int cmd_version(const struct options *);

#endif

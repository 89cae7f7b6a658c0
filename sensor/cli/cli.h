/*
 * cli: the commands of otus, one file each.  Each returns an exit code.
 */
#ifndef OTUS_CLI_CLI_H
#define OTUS_CLI_CLI_H

#include <stdio.h>

#include "cli/options.h"

int cmd_dissect(const struct options *);
int cmd_read(const struct options *);
int cmd_assets(const struct options *);
int cmd_asset(const struct options *);
int cmd_ghosts(const struct options *);
int cmd_links(const struct options *);
int cmd_alerts(const struct options *);
int cmd_declare(const struct options *);
void declare_help(FILE *); /* the keys */
int cmd_approve(const struct options *);
int cmd_import(const struct options *);
int cmd_reconcile(const struct options *);
int cmd_export(const struct options *);
int cmd_status(const struct options *);
int cmd_doctor(const struct options *);
int cmd_check(const struct options *);
int cmd_limits(const struct options *);
int cmd_selftest(const struct options *);
int cmd_silence(const struct options *);
int cmd_unsilence(const struct options *);
int cmd_run(const struct options *);
int cmd_help(const struct options *);
int cmd_version(const struct options *);

#endif

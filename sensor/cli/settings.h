/*
 * settings: what `otus run` runs with: command line, then configuration
 * file, then defaults; every value checked before anything starts.
 */
#ifndef OTUS_CLI_SETTINGS_H
#define OTUS_CLI_SETTINGS_H

#include "cli/datadir.h"
#include "cli/options.h"

#define SETTINGS_IFACES_MAX  4
#define SETTINGS_IFACE_NAME  32
#define SETTINGS_SENSORS_MAX 16

struct settings {
	char dir[DATADIR_MAX];
	const char *rules; /* NULL: built in */
	char iface[SETTINGS_IFACES_MAX][SETTINGS_IFACE_NAME];
	unsigned nifaces;
	unsigned sensors;
	const char *filter; /* NULL: everything */
	uint32_t ring_mib, snaplen;
	const char *user;
	const char *listen;
	const char *syslog; /* NULL: alerts stay here */
	const char *syslog_format;
	uint64_t learn_ns;
	bool second;
};

/*
 * Adds what the configuration file says to options that the command line did
 * not give.  Mistakes go to err with file and line; ERR_CONFIG.
 */
int settings_load(struct options *, FILE *err) MUST_CHECK;
/* Checks every value; mistakes go to err, one line each; ERR_CONFIG. */
int settings_check(
    const struct options *, struct settings *ret, FILE *err) MUST_CHECK;
/* As a configuration file that gives the same settings. */
void settings_print(const struct settings *, FILE *);

#endif

/*
 * datadir: see datadir.h.  A checkout is told by the program's own place: it
 * is in a folder named build, beside the sources.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/datadir.h"

static bool
in_checkout(void)
{
	char exe[DATADIR_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

	if (n <= 0) {
		return false;
	}
	exe[n] = '\0';
	return strstr(exe, "/build/") != NULL;
}

const char *
datadir(const struct options *o, char *buf)
{
	const char *given = options_get(o, "data");

	if (given == NULL) {
		given = in_checkout() ? "./otus-data" : "/var/lib/otus";
	}
	snprintf(buf, DATADIR_MAX, "%s", given);
	return buf;
}

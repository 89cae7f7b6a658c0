/*
 * who: see who.h.  Nobody is authenticated here: who may write the state
 * directory may write any name into it.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/who.h"

int
who_says(const struct options *o, char ret[WHO_MAX])
{
	const char *by = options_get(o, "by");
	const struct passwd *pw;

	if (by == NULL && getuid() == 0) {
		by = getenv("SUDO_USER");
	}
	if (by == NULL) {
		pw = getpwuid(getuid());
		by = pw != NULL ? pw->pw_name : NULL;
	}
	if (by == NULL) {
		(void)snprintf(ret, WHO_MAX, "uid %u", (unsigned)getuid());
		return 0;
	}
	if (by[0] == '\0' || strlen(by) >= WHO_MAX / 3) {
		fprintf(stderr, "otus: --by takes a name of 1 to %d bytes\n",
		    WHO_MAX / 3 - 1);
		return ERR_USAGE;
	}
	(void)utf8_clean(ret, WHO_MAX, by, strlen(by), NULL);
	return 0;
}

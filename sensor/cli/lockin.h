/*
 * lockin: `read` and `dissect` parse hostile files with the caller's rights;
 * before the first frame they give up what they do not need.
 */
#ifndef OTUS_CLI_LOCKIN_H
#define OTUS_CLI_LOCKIN_H

#include "cli/options.h"

/*
 * The inputs read-only, dir (may be NULL) read-write, no sockets, no new
 * programs; for good.  --no-sandbox: does nothing.
 */
int lock_in(const struct options *, const char *dir) MUST_CHECK;

#endif

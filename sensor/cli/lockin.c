/*
 * lockin: see lockin.h.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/lockin.h"
#include "proc/priv.h"
#include "proc/sandbox.h"

#define NOFILE 256 /* inputs that are open at once, the database, its log */

static int
enter(const struct landlock_path *path, size_t n, const struct options *o)
{
	const struct sandbox_options so = {
	    .profile = SANDBOX_OFFLINE,
	    .action = SANDBOX_KILL,
	    .paths = path,
	    .npaths = n,
	};
	struct sandbox_state state;
	int err;

	if ((err = priv_harden(NOFILE)) < 0 ||
	    (err = sandbox_enter(&so, &state)) < 0) {
		fprintf(stderr,
		    "otus: cannot lock itself in (%s); --no-sandbox goes "
		    "without\n",
		    err_text(err));
		return err;
	}
	if (!state.landlock.fs && !options_has(o, "quiet")) {
		fprintf(stderr,
		    "otus: this kernel has no Landlock: files are not fenced "
		    "off, system calls are\n");
	}
	return 0;
}

int
lock_in(const struct options *o, const char *dir)
{
	size_t n = 0, max = (size_t)o->nargs + 1;
	struct landlock_path *path;
	int err;

	if (options_has(o, "no-sandbox")) {
		return 0;
	}
	path = calloc(max, sizeof *path);
	if (path == NULL) {
		return ERR_NOMEM;
	}
	for (int i = 0; i < o->nargs; i++) {
		if (strcmp(o->args[i], "-") != 0) {
			path[n++] = (struct landlock_path){
			    o->args[i], -1, LANDLOCK_READ};
		}
	}
	if (dir != NULL) {
		path[n++] = (struct landlock_path){dir, -1, LANDLOCK_WRITE};
	}
	err = enter(path, n, o);
	free(path);
	return err;
}

/*
 * otus silence, otus unsilence: makes a monitored interface silent, and puts
 * back what it was.
 *
 * The processes of `otus run` cannot do it: they hold no right to configure
 * anything.  So it happens before and after them, in commands of their own
 * (`make run IFACE=`, ExecStartPre and ExecStopPost of the unit).  What was
 * there before waits in /run, where a reboot, which undoes all of it, also
 * removes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "capture/silent.h"
#include "cli/cli.h"

#define SAVED_PATH_MAX 128

static void
saved_path(const char *iface, char path[SAVED_PATH_MAX])
{
	/* silent.c takes only names without a slash. */
	snprintf(path, SAVED_PATH_MAX, "/run/otus-silent-%.64s", iface);
}

/* What the first call found is what counts: it is never written over. */
static int
save(const char *iface, const char *saved)
{
	size_t n = strlen(saved);
	char path[SAVED_PATH_MAX];
	ssize_t k;
	int fd;

	saved_path(iface, path);
	fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		if (errno == EEXIST) {
			return 0;
		}
		fprintf(stderr, "otus: cannot keep in %s what %s was: %s\n",
		    path, iface, strerror(errno));
		return ERR_IO;
	}
	k = write(fd, saved, n);
	close(fd);
	return k == (ssize_t)n ? 0 : ERR_IO;
}

static int
silence(const char *iface)
{
	char saved[SILENT_SAVED_MAX] = "", why[SILENT_WHY_MAX] = "";
	int err = silent_apply(iface, saved, why), kept = 0;

	if (saved[0] != '\0') {
		kept = save(iface, saved);
	}
	if (err < 0) {
		fprintf(stderr, "otus: %s: %s\n", iface, why);
		return err;
	}
	if (kept < 0) {
		/* Nobody could put it back later: then rather now. */
		if (silent_restore(saved, why) < 0) {
			fprintf(stderr, "otus: %s: %s\n", iface, why);
		}
		return kept;
	}
	printf("%s is silent\n", iface);
	return 0;
}

static int
unsilence(const char *iface)
{
	char path[SAVED_PATH_MAX], saved[SILENT_SAVED_MAX];
	char why[SILENT_WHY_MAX] = "";
	ssize_t n;
	int fd, err;

	saved_path(iface, path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		if (errno == ENOENT) {
			return 0; /* it was not changed */
		}
		fprintf(stderr, "otus: %s: %s\n", path, strerror(errno));
		return ERR_IO;
	}
	n = read(fd, saved, sizeof saved - 1);
	close(fd);
	if (n < 0) {
		return ERR_IO;
	}
	saved[n] = '\0';
	if ((err = silent_restore(saved, why)) < 0) {
		fprintf(stderr, "otus: %s: %s\n", iface, why);
		return err;
	}
	(void)unlink(path);
	printf("%s is what it was\n", iface);
	return 0;
}

static int
each(const struct options *o, int (*what)(const char *))
{
	int err = 0, rc;

	if (o->nargs == 0) {
		fprintf(stderr, "otus: %s which interface?\n", o->command);
		return err_exit_code(ERR_USAGE);
	}
	for (int i = 0; i < o->nargs; i++) {
		if (strchr(o->args[i], '/') != NULL) {
			fprintf(
			    stderr, "otus: '%s' is no interface\n", o->args[i]);
			rc = ERR_USAGE;
		} else {
			rc = what(o->args[i]);
		}
		err = err == 0 ? rc : err;
	}
	return err == 0 ? 0 : err_exit_code(err);
}

int
cmd_silence(const struct options *o)
{
	return each(o, silence);
}

int
cmd_unsilence(const struct options *o)
{
	return each(o, unsilence);
}

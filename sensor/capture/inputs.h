/*
 * inputs: from the arguments of a replay to the list of its files.
 *
 * Folders are walked without recursion, to a bounded depth and a bounded
 * number of entries.  In them only regular files count, and symbolic links
 * to such; a symbolic link to a folder is not followed, so there are no
 * loops.  Named as an argument, a link, a pipe or a device is opened.
 */
#ifndef OTUS_CAPTURE_INPUTS_H
#define OTUS_CAPTURE_INPUTS_H

#include <sys/types.h>

#include "capture/capfile.h"
#include "capture/replay.h"

struct input {
	char *path; /* owned                                      */
	size_t arg; /* which argument it came from                */
	bool in_folder;
	bool stream;      /* cannot be opened twice                     */
	bool has_pending; /* `pending` is due and not handed out yet    */
	bool usable;      /* its head was good                          */
	bool done;
	int fd; /* -1: suspended or done                      */
	dev_t dev;
	ino_t ino;
	uint64_t size; /* 0: unknown                                 */
	uint64_t due;  /* stamp of the next frame                    */
	struct frame pending;
	struct capfile file;
};

struct inputs {
	struct input *v;
	size_t n, size;
	uint64_t skipped; /* regular files in folders, no captures      */
	void (*problem)(void *arg, const struct replay_problem *);
	void *problem_arg;
};

/* Appends what the arguments name; what cannot be walked or is too much is
 * told through problem.  Negative only when out of memory. */
int inputs_expand(struct inputs *, char *const *paths, size_t n) MUST_CHECK;
/* Opens a file for the first time, or again.  0 and fd set, or negative,
 * told through problem. */
int inputs_open(struct inputs *, struct input *) MUST_CHECK;
/* Closes the descriptor and forgets all but path and names. */
void inputs_finish(struct input *);
void inputs_free(struct inputs *);
void inputs_tell(struct inputs *, const char *path, uint64_t frame,
    uint64_t offset, int err, const char *reason);

#endif

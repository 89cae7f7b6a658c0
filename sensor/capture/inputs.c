/*
 * inputs: see inputs.h.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/inputs.h"
#include "limits.h"

/* A folder that waits to be walked. */
struct todo {
	struct todo *next;
	unsigned depth;
	char path[];
};

struct walk {
	struct inputs *in;
	size_t arg;
	struct todo *todo;
	uint64_t entries;
	bool deep, full; /* told already */
};

void
inputs_tell(struct inputs *in, const char *path, uint64_t frame,
    uint64_t offset, int err, const char *reason)
{
	const struct replay_problem p = {.file = path,
	    .frame = frame,
	    .offset = offset,
	    .err = err,
	    .reason = reason};

	if (in->problem != NULL) {
		in->problem(in->problem_arg, &p);
	}
}

static const char *
errno_text(int e)
{
	const char *s = strerrordesc_np(e);

	return s != NULL ? s : "cannot be opened";
}

static int
errno_err(int e)
{
	switch (e) {
	case ENOENT:
	case ENOTDIR: return ERR_NOENT;
	case EACCES:
	case EPERM: return ERR_PERM;
	case ENOMEM: return ERR_NOMEM;
	case EMFILE:
	case ENFILE: return ERR_FULL;
	default: return ERR_IO;
	}
}

/* Takes path over. */
static int
add_input(struct inputs *in, char *path, size_t arg, bool in_folder)
{
	struct input *grown;
	size_t size;

	if (path == NULL) {
		return ERR_NOMEM;
	}
	if (in->n == in->size) {
		size = in->size != 0 ? 2 * in->size : 16;
		grown = realloc(in->v, size * sizeof(*grown));
		if (grown == NULL) {
			free(path);
			return ERR_NOMEM;
		}
		in->v = grown;
		in->size = size;
	}
	in->v[in->n++] = (struct input){.path = path,
	    .arg = arg,
	    .in_folder = in_folder,
	    .due = UINT64_MAX,
	    .fd = -1};
	return 0;
}

/* Once, however many entries it concerns. */
static void
tell_once(struct walk *w, bool *told, const char *path, const char *reason)
{
	if (!*told) {
		inputs_tell(w->in, path, 0, 0, ERR_TOOBIG, reason);
	}
	*told = true;
}

static int
push_folder(struct walk *w, const char *path, unsigned depth)
{
	size_t n = strlen(path) + 1;
	struct todo *t;

	if (depth > LIMIT_REPLAY_DEPTH_MAX) {
		tell_once(w, &w->deep, path, "lies too deep; left out");
		return 0;
	}
	t = malloc(sizeof(*t) + n);
	if (t == NULL) {
		return ERR_NOMEM;
	}
	t->next = w->todo;
	t->depth = depth;
	memcpy(t->path, path, n);
	w->todo = t;
	return 0;
}

static char *
join(const char *folder, const char *name)
{
	size_t n = strlen(folder);
	char *path = NULL;

	while (n > 1 && folder[n - 1] == '/') {
		n--;
	}
	if (asprintf(&path, "%.*s%s%s", (int)n, folder,
		n == 1 && folder[0] == '/' ? "" : "/", name) < 0) {
		return NULL;
	}
	return path;
}

static int
walk_entry(struct walk *w, int dir, const struct todo *at, const char *name)
{
	struct stat st;
	char *path;
	int rc;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		return 0;
	}
	if (S_ISLNK(st.st_mode) &&
	    (fstatat(dir, name, &st, 0) != 0 || !S_ISREG(st.st_mode))) {
		return 0;
	}
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) {
		return 0;
	}
	if (S_ISREG(st.st_mode) && w->in->n >= LIMIT_REPLAY_FILES_MAX) {
		tell_once(w, &w->full, at->path,
		    "too many files; the rest is left out");
		return 0;
	}
	path = join(at->path, name);
	if (path == NULL) {
		return ERR_NOMEM;
	}
	if (S_ISREG(st.st_mode)) {
		return add_input(w->in, path, w->arg, true);
	}
	rc = push_folder(w, path, at->depth + 1);
	free(path);
	return rc;
}

static int
walk_folder(struct walk *w, const struct todo *at)
{
	struct dirent *e;
	DIR *d;
	int rc = 0;

	d = opendir(at->path);
	if (d == NULL) {
		inputs_tell(
		    w->in, at->path, 0, 0, errno_err(errno), errno_text(errno));
		return 0;
	}
	while (rc == 0 && (e = readdir(d)) != NULL) {
		if (++w->entries > LIMIT_REPLAY_ENTRIES_MAX) {
			tell_once(w, &w->full, at->path,
			    "too many entries; the rest is left out");
			break;
		}
		rc = walk_entry(w, dirfd(d), at, e->d_name);
	}
	closedir(d);
	return rc;
}

static int
expand_folder(struct inputs *in, const char *path, size_t arg)
{
	struct walk w = {.in = in, .arg = arg};
	struct todo *at;
	int rc;

	rc = push_folder(&w, path, 0);
	while ((at = w.todo) != NULL) {
		w.todo = at->next;
		if (rc == 0) {
			rc = walk_folder(&w, at);
		}
		free(at);
	}
	return rc;
}

int
inputs_expand(struct inputs *in, char *const *paths, size_t n)
{
	struct stat st;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (in->n >= LIMIT_REPLAY_FILES_MAX) {
			inputs_tell(in, paths[i], 0, 0, ERR_TOOBIG,
			    "too many files; the rest is left out");
			break;
		}
		if (strcmp(paths[i], "-") != 0 && stat(paths[i], &st) == 0 &&
		    S_ISDIR(st.st_mode)) {
			rc = expand_folder(in, paths[i], i);
		} else {
			rc = add_input(in, strdup(paths[i]), i, false);
		}
	}
	return rc;
}

static int
open_fd(const struct input *i)
{
	if (strcmp(i->path, "-") == 0 && !i->in_folder) {
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	}
	/* A folder's file may have become a pipe since: do not wait on it. */
	return open(i->path,
	    O_RDONLY | O_CLOEXEC | O_NOCTTY | (i->in_folder ? O_NONBLOCK : 0));
}

/* A file that was open before must be the same, and as long as it was. */
static int
check_same(
    const struct input *i, const struct stat *st, const char **ret_reason)
{
	if (st->st_dev != i->dev || st->st_ino != i->ino) {
		*ret_reason = "another file took its place while it was read";
		return ERR_DAMAGED;
	}
	if ((uint64_t)st->st_size < capfile_offset(&i->file)) {
		*ret_reason = "became shorter while it was read";
		return ERR_TRUNC;
	}
	return 0;
}

/* Looks at a file that is open; 0, or negative and what is wrong with it. */
static int
look_at(struct input *i, int fd, const char **ret_reason)
{
	bool again = i->ino != 0;
	struct stat st;
	int rc;

	if (fstat(fd, &st) != 0) {
		*ret_reason = errno_text(errno);
		return errno_err(errno);
	}
	if (S_ISDIR(st.st_mode)) {
		*ret_reason = "is a folder";
		return ERR_FORMAT;
	}
	if (i->in_folder && !S_ISREG(st.st_mode)) {
		*ret_reason = "is no file any more";
		return ERR_FORMAT;
	}
	rc = again ? check_same(i, &st, ret_reason) : 0;
	if (rc != 0) {
		return rc;
	}
	if (again && lseek(fd, (off_t)capfile_offset(&i->file), SEEK_SET) < 0) {
		*ret_reason = errno_text(errno);
		return ERR_IO;
	}
	i->dev = st.st_dev;
	i->ino = st.st_ino;
	i->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	i->stream = !S_ISREG(st.st_mode) || strcmp(i->path, "-") == 0;
	return 0;
}

int
inputs_open(struct inputs *in, struct input *i)
{
	bool again = i->ino != 0;
	const char *reason = NULL;
	int fd = open_fd(i), err;

	if (fd >= 0) {
		err = look_at(i, fd, &reason);
	} else {
		err = errno_err(errno);
		reason = errno_text(errno);
	}
	if (err != 0) {
		if (fd >= 0) {
			close(fd);
		}
		inputs_tell(in, i->path, i->file.number,
		    again ? capfile_offset(&i->file) : 0, err, reason);
		return err;
	}
	i->fd = fd;
	return 0;
}

void
inputs_finish(struct input *i)
{
	capfile_end(&i->file);
	if (i->fd >= 0) {
		close(i->fd);
	}
	i->fd = -1;
	i->done = true;
	i->has_pending = false;
	i->due = UINT64_MAX;
}

void
inputs_free(struct inputs *in)
{
	for (size_t k = 0; k < in->n; k++) {
		inputs_finish(&in->v[k]);
		capfile_free_names(&in->v[k].file);
		free(in->v[k].path);
	}
	free(in->v);
	in->v = NULL;
	in->n = in->size = 0;
}

/*
 * load: rule files into entries.
 *
 * Files are read whole, in the order of their names, so that the order of
 * rules, and with it the order of alerts, is that of the files and lines and
 * never that of a directory.  Whatever is wrong with one file or one rule is
 * told and left out; the rest goes on.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rules/builtin.h"
#include "rules/ini.h"
#include "rules/load.h"

#define SUFFIX   ".rules"
#define FILE_MAX ((size_t)LIMIT_RULE_FILE_KIB * 1024)

void
load_problem(struct load *l, const char *file, int line, struct entry *e,
    const char *reason)
{
	struct rules_problem p = {.file = file,
	    .line = line,
	    .rule = e != NULL ? e->id : "",
	    .reason = reason};

	if (e != NULL) {
		e->bad = true;
	}
	if (l->problem != NULL) {
		l->problem(l->arg, &p);
	}
}

/* One file while it is cut into sections. */
struct reading {
	struct load *l;
	const char *file;
	int err; /* ERR_NOMEM, sticky */
};

static void
tell(struct reading *r, int rc, const struct entry_problem *p)
{
	if (rc == ERR_NOMEM) {
		r->err = rc;
	} else if (rc != 0) {
		load_problem(r->l, r->file, p->line, r->l->open, p->reason);
	}
}

static void
end_section(struct reading *r)
{
	struct load *l = r->l;
	struct entry_problem p = {0};

	/* After a first problem, others would only follow from it. */
	if (l->open != NULL && !l->open->bad && r->err == 0) {
		tell(r, entry_finish(l->open, l->cols, &p), &p);
	}
	l->open = NULL;
}

static const struct entry *
find(const struct load *l, const char *id)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->rule[i]->id, id) == 0) {
			return l->rule[i];
		}
	}
	return NULL;
}

static void
start_section(struct reading *r, const char *id, int line)
{
	struct load *l = r->l;
	const struct entry *twin = find(l, id);
	char reason[160];
	struct entry *e;

	if (l->n == LIMIT_RULES_MAX) {
		if (!l->full) {
			load_problem(l, r->file, line, NULL,
			    "too many rules: this one and all that follow "
			    "are left out");
		}
		l->full = true;
		return;
	}
	e = entry_new(id, r->file, line);
	if (e == NULL) {
		r->err = ERR_NOMEM;
		return;
	}
	l->rule[l->n++] = e;
	l->open = e;
	if (twin != NULL) {
		(void)snprintf(reason, sizeof(reason),
		    "this rule stands in %.100s, line %d, already",
		    twin->pub.file, twin->pub.line);
		load_problem(l, r->file, line, e, reason);
	}
}

static void
on_section(void *arg, const char *name, int line)
{
	struct reading *r = arg;

	end_section(r);
	if (name != NULL && r->err == 0) {
		start_section(r, name, line);
	}
}

static void
on_value(void *arg, const char *key, const char *value, int line, bool more)
{
	struct reading *r = arg;
	struct entry_problem p = {0};

	if (r->l->open != NULL && r->err == 0) {
		tell(r, entry_set(r->l->open, key, value, line, more, &p), &p);
	}
}

static void
on_problem(void *arg, int line, const char *reason)
{
	struct reading *r = arg;

	load_problem(r->l, r->file, line, r->l->open, reason);
}

int
load_text(struct load *l, const char *name, const char *text, size_t n)
{
	struct reading r = {.l = l};
	const struct ini_sink sink = {on_section, on_value, on_problem, &r};

	if (l->nfiles == LIMIT_RULE_FILES_MAX) {
		return 0; /* told by load_dir */
	}
	l->file[l->nfiles] = strdup(name);
	if (l->file[l->nfiles] == NULL) {
		return ERR_NOMEM;
	}
	r.file = l->file[l->nfiles++];
	ini_read(text, n, &sink);
	end_section(&r);
	return r.err;
}

/* Reads what is there, at most one byte more than is allowed. */
static int
read_all(int fd, char *buf, size_t size, size_t *ret_n)
{
	size_t n = 0;

	while (n < size) {
		ssize_t k = read(fd, buf + n, size - n);

		if (k < 0 && errno == EINTR) {
			continue;
		}
		if (k < 0) {
			return ERR_IO;
		}
		if (k == 0) {
			break;
		}
		n += (size_t)k;
	}
	*ret_n = n;
	return 0;
}

/* What keeps a file from being read, in words; NULL: it was read. */
static const char *
slurp(const char *path, char *buf, size_t size, size_t *ret_n)
{
	/* A FIFO must not keep us waiting. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *why = NULL;
	struct stat st;

	if (fd < 0) {
		return strerror(errno);
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		why = "not a file";
	} else if (read_all(fd, buf, size, ret_n) != 0) {
		why = strerror(errno);
	} else if (*ret_n == size) {
		why = "the file is larger than the limit";
	}
	(void)close(fd);
	return why;
}

static int
load_file(struct load *l, const char *path)
{
	char *buf = malloc(FILE_MAX + 1);
	const char *why;
	size_t n = 0;
	int rc = 0;

	if (buf == NULL) {
		return ERR_NOMEM;
	}
	why = slurp(path, buf, FILE_MAX + 1, &n);
	if (why != NULL) {
		load_problem(l, path, 0, NULL, why);
	} else {
		rc = load_text(l, path, buf, n);
	}
	free(buf);
	return rc;
}

static int
load_builtin(struct load *l)
{
	char name[64];
	int rc = 0;

	for (size_t i = 0; i < builtin_count && rc == 0; i++) {
		const struct builtin_file *f = &builtin_files[i];

		(void)snprintf(name, sizeof(name), "built-in/%s", f->name);
		rc = load_text(l, name, f->text, f->n);
	}
	return rc;
}

/* Not hidden, and with the suffix. */
static int
is_rules(const struct dirent *d)
{
	size_t n = strlen(d->d_name), k = sizeof(SUFFIX) - 1;

	return d->d_name[0] != '.' && n > k &&
	       strcmp(d->d_name + n - k, SUFFIX) == 0;
}

/* Bytes, not the locale's order. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int
load_dir(struct load *l, const char *dir)
{
	struct dirent **list;
	char path[4096];
	int n, rc = 0;

	if (dir == NULL) {
		return load_builtin(l);
	}
	n = scandir(dir, &list, is_rules, by_name);
	if (n < 0) {
		return errno == ENOMEM   ? ERR_NOMEM
		       : errno == EACCES ? ERR_PERM
					 : ERR_NOENT;
	}
	if (n == 0) {
		load_problem(l, dir, 0, NULL, "no *.rules file is here");
	}
	if (n > LIMIT_RULE_FILES_MAX) {
		load_problem(l, dir, 0, NULL,
		    "too many *.rules files: the "
		    "last by name are left out");
	}
	for (int i = 0; i < n; i++) {
		int len =
		    snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);

		if (len < 0 || (size_t)len >= sizeof(path)) {
			load_problem(l, dir, 0, NULL, "the name is too long");
		} else if (rc == 0) {
			rc = load_file(l, path);
		}
		free(list[i]);
	}
	free(list);
	return rc;
}

void
load_sift(struct load *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->rule[i]->bad || !l->rule[i]->enabled) {
			entry_free(l->rule[i]);
		} else {
			l->rule[kept++] = l->rule[i];
		}
	}
	l->n = kept;
}

void
load_done(struct load *l)
{
	for (size_t i = 0; i < l->n; i++) {
		entry_free(l->rule[i]);
	}
	for (size_t i = 0; i < l->nfiles; i++) {
		free(l->file[i]);
	}
	l->n = l->nfiles = 0;
}

/*
 * otus import: a plant's own register.  Shows how each column is understood
 * and what would be done; does it with --apply.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/datadir.h"
#include "cli/who.h"
#include "limits.h"
#include "store/declared/import.h"
#include "store/export/layout.h"

#define FILE_MAX_ ((size_t)LIMIT_DECLARED_FILE_KIB * 1024)
#define SAMPLES   3

static int
read_all(FILE *f, char **ret, size_t *ret_n)
{
	char *buf = malloc(FILE_MAX_ + 1);
	size_t n;

	if (buf == NULL) {
		return ERR_NOMEM;
	}
	n = fread(buf, 1, FILE_MAX_ + 1, f);
	if (ferror(f)) {
		free(buf);
		return ERR_IO;
	}
	*ret = buf;
	*ret_n = n;
	return 0;
}

static int
read_file(const char *path, char **ret, size_t *ret_n)
{
	FILE *f;
	int err;

	if (strcmp(path, "-") == 0) {
		return read_all(stdin, ret, ret_n);
	}
	f = fopen(path, "rb");
	if (f == NULL) {
		return errno == EACCES ? ERR_PERM : ERR_NOENT;
	}
	err = read_all(f, ret, ret_n);
	(void)fclose(f);
	return err;
}

/* --- how it is understood ------------------------------------------------- */

struct shown_column {
	const char *name, *means, *how;
	char samples[256];
};

#define TEXT(member) CELL_TEXT, offsetof(struct shown_column, member), NULL

static const struct column columns[] = {
    {"column", IN_TABLE, false, 32, 6, TEXT(name)},
    {"means", IN_TABLE, false, 0, 0, TEXT(means)},
    {"because", IN_TABLE, false, 0, 0, TEXT(how)},
    {"values", IN_TABLE, false, 48, 8, CELL_CHARS,
	offsetof(struct shown_column, samples), NULL},
};

#define NCOLUMNS (sizeof(columns) / sizeof(columns[0]))

static const char *
how_text(enum guess_how how)
{
	switch (how) {
	case GUESS_NOT: return "not known";
	case GUESS_TAKEN: return "another column fits better";
	case GUESS_VALUES: return "its values";
	case GUESS_WORDS: return "part of the header";
	case GUESS_VAGUE:
	case GUESS_HEADER: return "the header";
	case GUESS_PERSON: return "--map";
	case GUESS_DROPPED: return "--map leaves it out";
	}
	return "";
}

/* The first values that differ. */
static void
samples(const struct import *im, size_t c, char *buf, size_t size)
{
	const char *last = "";
	struct text t;
	int n = 0;

	text_start(&t, buf, size);
	for (size_t i = 0; i < im->n && n < SAMPLES; i++) {
		const struct csv_row *row = &im->cells[i];
		const char *v = c < row->n ? row->cell[c] : "";

		if (v[0] != '\0' && strcmp(v, last) != 0) {
			text_put(&t, n++ != 0 ? " | " : "");
			text_put(&t, v);
			last = v;
		}
	}
}

static void
show_column(const struct import *im, size_t c, struct shown_column *s)
{
	const struct guess *g = &im->guess[c];

	s->name = im->head.cell[c];
	s->means = g->key != DECL_NONE ? decl_word(g->key) : "(not taken)";
	s->how = how_text(g->how);
	samples(im, c, s->samples, sizeof s->samples);
}

static void
show_columns(const struct import *im)
{
	struct shown_column s;
	struct layout l;

	layout_start(&l, columns, NCOLUMNS);
	for (size_t c = 0; c < im->head.n; c++) {
		show_column(im, c, &s);
		layout_measure(&l, &s);
	}
	layout_head(&l, stdout);
	for (size_t c = 0; c < im->head.n; c++) {
		show_column(im, c, &s);
		layout_row(&l, &s, stdout);
	}
}

static void
show_plan(const struct import *im, bool done)
{
	const char *will = done ? "" : "would be ";

	for (size_t i = 0; i < im->problems && i < IMPORT_PROBLEMS_MAX; i++) {
		printf("%s%s\n", i == 0 ? "\n" : "", im->problem[i]);
	}
	if (im->problems > IMPORT_PROBLEMS_MAX) {
		printf(
		    "... and %zu more\n", im->problems - IMPORT_PROBLEMS_MAX);
	}
	printf("\n%zu rows: %zu %snew, %zu %schanged, %zu as declared before, "
	       "%zu left out\n",
	    im->n, im->count[IMPORT_NEW], will, im->count[IMPORT_CHANGES], will,
	    im->count[IMPORT_SAME], im->count[IMPORT_LEFT_OUT]);
	if (im->count[IMPORT_UNSAID] != 0) {
		printf("%zu more %s nothing that a person has said, only what "
		       "was observed: not declared\n",
		    im->count[IMPORT_UNSAID],
		    im->count[IMPORT_UNSAID] == 1 ? "row has" : "rows have");
	}
	if (im->not_in_file != 0) {
		printf("%zu devices were declared before and are not in this "
		       "file; they stay\n",
		    im->not_in_file);
	}
}

/* --- doing it ------------------------------------------------------------- */

static bool
has_column(const struct import *im)
{
	for (size_t c = 0; c < im->head.n; c++) {
		if (im->guess[c].key != DECL_NONE) {
			return true;
		}
	}
	return false;
}

static int
correct(const struct options *o, struct import *im)
{
	const char *m;

	for (unsigned i = 0; (m = options_each(o, "map", i)) != NULL; i++) {
		int err = import_map(im, m);

		if (err < 0) {
			fprintf(stderr, "otus: --map %s: there is no such %s\n",
			    m, err == ERR_NOTFOUND ? "column" : "key");
			return ERR_USAGE;
		}
	}
	if (!has_column(im)) {
		fprintf(stderr, "otus: no column is known; say with --map "
				"what they are\n");
		return ERR_FORMAT;
	}
	return 0;
}

/* What it would do, told by what is declared now. */
static int
look(const struct options *o, struct import *im)
{
	char dir[DATADIR_MAX];
	struct declared reg = {0};
	sqlite3 *db = NULL;
	int err = register_open(datadir(o, dir), &db);

	if (err == ERR_HALFWAY && register_repair(dir) == 0) {
		err = register_open(dir, &db);
	}
	err = err == 0 ? register_read(db, &reg) : err;
	err = err == 0 ? import_plan(im, &reg) : err;
	register_free(&reg);
	(void)sqlite3_close_v2(db);
	return err;
}

static int
apply(const struct options *o, struct import *im, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct register_writer *w = NULL;
	struct declared reg = {0};
	char dir[DATADIR_MAX], who[WHO_MAX];
	int err;

	if ((err = who_says(o, who)) < 0) {
		return err;
	}
	err = register_begin(datadir(o, dir), &w);
	err = err == 0 ? register_now(w, &reg) : err;
	err = err == 0 ? import_plan(im, &reg) : err;
	err = err == 0
		  ? import_apply(im, &reg, w, slash != NULL ? slash + 1 : path,
			who, clock_wall_ns())
		  : err;
	register_free(&reg);
	if (err == 0) {
		return register_commit(w);
	}
	register_abort(w);
	return err;
}

static int
work(const struct options *o, struct import *im)
{
	bool done = options_has(o, "apply");
	const char *path = o->args[0];
	int err;

	if ((err = correct(o, im)) < 0) {
		return err;
	}
	err = done ? apply(o, im, path) : look(o, im);
	if (err < 0) {
		fprintf(stderr, "otus: %s\n", err_text(err));
		return err;
	}
	printf("%s: %zu rows of %zu columns, separated by %s, %s\n\n", path,
	    im->n, im->head.n,
	    im->csv.sep == ';'    ? "semicolons"
	    : im->csv.sep == '\t' ? "tabs"
	    : im->csv.sep == '|'  ? "bars"
				  : "commas",
	    im->csv.encoding);
	if (im->titles != 0) {
		printf("The header is line %u; what stands above it is not "
		       "taken.\n\n",
		    im->head.line);
	}
	show_columns(im);
	show_plan(im, done);
	if (!done) {
		printf("Nothing was changed; --apply does it.\n");
	}
	/* Some of it is not declared: scripts want to know. */
	return im->problems != 0 ? ERR_DAMAGED : 0;
}

int
cmd_import(const struct options *o)
{
	struct csv_error e = {""};
	struct import im;
	char *bytes = NULL;
	size_t n = 0;
	int err;

	if (o->nargs != 1) {
		fprintf(stderr, "otus: import: which file?\n");
		return err_exit_code(ERR_USAGE);
	}
	err = read_file(o->args[0], &bytes, &n);
	if (err < 0) {
		fprintf(stderr, "otus: %s: %s\n", o->args[0], err_text(err));
		return err_exit_code(err);
	}
	err = import_open(&im, bytes, n, &e);
	free(bytes);
	if (err < 0) {
		fprintf(stderr, "otus: %s: %s\n", o->args[0],
		    e.text[0] != '\0' ? e.text : err_text(err));
		return err_exit_code(err);
	}
	err = work(o, &im);
	import_close(&im);
	return err < 0 ? err_exit_code(err) : 0;
}

/*
 * otus declare, approve: a person's word about a device.
 *
 * It is kept apart from what the device says of itself (store/README.md,
 * "Declared"), so that a sensor may run meanwhile.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/datadir.h"
#include "cli/list.h"
#include "cli/target.h"
#include "cli/who.h"
#include "store/declared/register.h"

#define WORDS_MAX DECL_KEYS

/* Who does not see what was declared cannot say more: it would be twice. */
static int
open_known(const struct options *o, struct query **ret)
{
	int err = list_open(o, ret);

	if (err == 0 && (err = query_register_trouble(*ret)) < 0) {
		fprintf(stderr, "otus: so nothing is declared\n");
		query_close(*ret);
	}
	return err;
}

void
declare_help(FILE *f)
{
	fputs("\nkeys, and what a register may call their columns:\n", f);
	for (int k = 0; k < DECL_KEYS; k++) {
		const char *heads = decl_headers((enum decl_key)k);

		if (k != DECL_ASSET) {
			fprintf(f, "  %-13s %.*s\n",
			    decl_word((enum decl_key)k),
			    (int)strcspn(heads, "|"), heads);
		}
	}
}

/* --- what is said ----------------------------------------------------------- */

static int
parse_word(const char *arg, struct target_word *w)
{
	const char *eq = strchr(arg, '=');
	const char *note = NULL;
	int err;

	w->key = eq != NULL ? decl_key(arg, (size_t)(eq - arg)) : DECL_NONE;
	if (w->key == DECL_NONE || w->key == DECL_ASSET) {
		fprintf(stderr, "otus: %s: not KEY=VALUE; keys are", arg);
		for (int k = 0; k < DECL_KEYS; k++) {
			if (k != DECL_ASSET) {
				fprintf(
				    stderr, " %s", decl_word((enum decl_key)k));
			}
		}
		fputc('\n', stderr);
		return ERR_USAGE;
	}
	err = decl_value_noted(w->key, eq + 1, strlen(eq + 1), w->value, &note);
	if (err == 0 && note != NULL) {
		/* Not "": that would take back what was said. */
		fprintf(stderr, "otus: %s: %s\n", arg, note);
		return ERR_USAGE;
	}
	if (err < 0) {
		fprintf(stderr, "otus: %s: this is not %s\n", arg,
		    decl_expects(w->key));
		return ERR_USAGE;
	}
	return 0;
}

/* What an act says, and of whom. */
struct act {
	const char *const *name; /* of the devices; NULL: the words tell it */
	size_t names;
	const struct target_word *word;
	size_t words;
	bool remove;
};

static int
set_words(struct register_writer *w, const struct register_act *by,
    const struct target *t, const struct act *a)
{
	bool is_heard = t->asset[0] != '\0';
	int64_t id = t->device;
	char text[DECL_ID_TEXT];
	int err = 0;

	/* One act may name a device twice. */
	if (id == 0 && is_heard) {
		err = register_find(w, DECL_ASSET, t->asset, &id);
	}
	if (err == 0 && id == 0) {
		err = register_add(w, by, &id);
		if (err == 0 && is_heard) {
			err =
			    register_set(w, by, id, DECL_ASSET, t->asset, NULL);
		} else if (err == 0) {
			register_id(text, id);
			printf("%s: not heard yet\n", text);
		}
	}
	for (size_t i = 0; i < a->words && err == 0; i++) {
		err = register_set(
		    w, by, id, a->word[i].key, a->word[i].value, NULL);
	}
	return err;
}

/* Looked up while nobody else can write: two who speak of a device at once
 * speak of one row. */
static int
say_of(struct query *q, struct register_writer *w,
    const struct register_act *by, const struct act *a, size_t i)
{
	struct target t = {0};
	int err;

	if (a->name == NULL) {
		err = target_find_words(q, a->word, a->words, &t);
	} else {
		t.what = a->name[i];
		err = target_find(q, &t);
	}
	if (err < 0) {
		return err; /* told */
	}
	err = !a->remove      ? set_words(w, by, &t, a)
	      : t.device != 0 ? register_remove(w, by, t.device)
			      : 0;
	if (err < 0) {
		fprintf(stderr, "otus: %s: %s\n", t.what, err_text(err));
	}
	return err;
}

/* All of it, or nothing. */
static int
say(const struct options *o, struct query *q, const struct act *a)
{
	struct register_writer *w = NULL;
	char dir[DATADIR_MAX], who[WHO_MAX];
	const struct register_act by = {
	    who, a->remove ? "otus declare" : o->command, clock_wall_ns()};
	int err;

	if ((err = who_says(o, who)) < 0) {
		return err;
	}
	err = register_begin(datadir(o, dir), &w);
	if (err == 0) {
		for (size_t i = 0; i < a->names && err == 0; i++) {
			err = say_of(q, w, &by, a, i);
		}
		if (err < 0) {
			register_abort(w);
			return err;
		}
		err = register_commit(w);
	}
	if (err < 0) {
		fprintf(
		    stderr, "otus: %s/" DECL_FILE ": %s\n", dir, err_text(err));
	}
	return err;
}

/* --- what was said ------------------------------------------------------------ */

static int
print_change(void *arg, const struct register_change *c)
{
	char at[CLOCK_STAMP_MAX];

	(void)arg;
	clock_rfc3339(at, c->at_ns);
	printf("%.19sZ  %s  %s: %s%s%s  (%s)\n", at, c->who, c->key,
	    c->was != NULL ? c->was : "", c->was != NULL ? " -> " : "",
	    c->is != NULL ? c->is : "(taken back)", c->source);
	return 0;
}

static int
show_row(sqlite3 *db, int64_t device, const char *asset)
{
	char id[DECL_ID_TEXT];

	register_id(id, device);
	printf("%s  %s\n", id, asset);
	return register_history(db, device, print_change, NULL);
}

static int
count_change(void *arg, const struct register_change *c)
{
	(void)c;
	++*(size_t *)arg;
	return 0;
}

/* Rows that were taken back as a whole: who said what, and who took it. */
static int
show_gone(sqlite3 *db, const struct target *t, size_t *ret_n)
{
	int64_t gone[REGISTER_GONE_MAX] = {register_id_parse(t->what)};
	int err;

	*ret_n = 0;
	if (gone[0] > 0) {
		err = register_history(db, gone[0], count_change, ret_n);
		*ret_n = *ret_n != 0;
	} else {
		err = register_gone(db, t->asset, t->what, gone, ret_n);
	}
	for (size_t i = 0; i < *ret_n && err == 0; i++) {
		err = show_row(db, gone[i], "all of it taken back");
	}
	return err;
}

static int
show(sqlite3 *db, const struct target *t)
{
	size_t n = 0;
	int err;

	if (t->device != 0 && t->found != 0) {
		return show_row(db, t->device, t->asset);
	}
	err = db != NULL ? show_gone(db, t, &n) : 0;
	if (err == 0 && n == 0 && t->found == 0) {
		return target_none(t);
	}
	if (err == 0 && n == 0) {
		printf("Nothing was declared of %s.\n", t->what);
	}
	return err;
}

static int
show_one(const struct options *o, struct query *q)
{
	struct target t = {.what = o->args[0]};
	char dir[DATADIR_MAX];
	sqlite3 *db = NULL;
	int err = target_look(q, &t);

	if (err < 0) {
		return err; /* told */
	}
	err = register_open(datadir(o, dir), &db);
	err = err == 0 ? show(db, &t) : err;
	if (err < 0 && err != ERR_NOTFOUND) {
		fprintf(stderr, "otus: %s\n", err_text(err));
	}
	(void)sqlite3_close_v2(db);
	return err;
}

/* "ip=10.0.0.5": a device that need not have been heard. */
static bool
is_word(const char *arg)
{
	const char *eq = strchr(arg, '=');

	return eq != NULL && decl_key(arg, (size_t)(eq - arg)) != DECL_NONE;
}

/* From the first word on; as many as there are keys. */
static int
parse_words(const struct options *o, int first,
    struct target_word word[WORDS_MAX], size_t *ret_n)
{
	size_t n = 0;
	int err = 0;

	if (o->nargs - first > WORDS_MAX) {
		fprintf(stderr, "otus: declare: one word a key\n");
		return ERR_USAGE;
	}
	for (int i = first; o->args != NULL && i < o->nargs && err == 0; i++) {
		err = parse_word(o->args[i], &word[n++]);
	}
	if (err == 0) {
		*ret_n = n;
	}
	return err;
}

int
cmd_declare(const struct options *o)
{
	struct target_word word[WORDS_MAX];
	struct act a = {
	    .names = 1, .word = word, .remove = options_has(o, "remove")};
	struct query *q = NULL;
	int err;

	if (o->nargs < 1 || (a.remove && o->nargs != 1)) {
		fprintf(stderr, "otus: declare: which device, and what? See "
				"'otus help declare'\n");
		return err_exit_code(ERR_USAGE);
	}
	if (a.remove || !is_word(o->args[0])) {
		a.name = (const char *const *)o->args;
	}
	if ((err = parse_words(o, a.name != NULL, word, &a.words)) < 0 ||
	    (err = open_known(o, &q)) < 0) {
		return err_exit_code(err);
	}
	err = a.words == 0 && !a.remove ? show_one(o, q) : say(o, q, &a);
	query_close(q);
	return err < 0 ? err_exit_code(err) : 0;
}

int
cmd_approve(const struct options *o)
{
	static const struct target_word yes = {DECL_APPROVED, "yes"};
	const struct act a = {
	    (const char *const *)o->args, (size_t)o->nargs, &yes, 1, false};
	struct query *q = NULL;
	int err;

	if (o->nargs < 1 || o->nargs > 256) {
		fprintf(stderr, "otus: approve: which devices, up to 256? "
				"'otus assets' lists their ids\n");
		return err_exit_code(ERR_USAGE);
	}
	if ((err = open_known(o, &q)) < 0) {
		return err_exit_code(err);
	}
	err = say(o, q, &a);
	query_close(q);
	return err < 0 ? err_exit_code(err) : 0;
}

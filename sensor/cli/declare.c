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
#include "cli/who.h"
#include "store/declared/register.h"

#define WORDS_MAX DECL_KEYS

/* Whom a name means. */
struct target {
	const char *what;
	unsigned found;
	bool ambiguous;
	int64_t device;       /* in the register; 0: not yet */
	char asset[UID_TEXT]; /* "": known to the register only */
};

struct word {
	enum decl_key key;
	char value[DECL_VALUE_MAX];
};

static int
take(void *arg, const struct query_asset *a)
{
	struct target *t = arg;

	if (t->found++ == 0) {
		t->ambiguous = a->ambiguous;
		t->device =
		    a->declared[0] != '\0' ? register_id_parse(a->declared) : 0;
		memcpy(t->asset, a->id, sizeof(t->asset));
	}
	return 0;
}

static int
take_declared(void *arg, const struct query_declaration *d)
{
	struct target *t = arg;

	if (register_id_parse(d->id) == t->device) {
		t->found++;
	}
	return 0;
}

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

/* Exactly one device, or a line that says why not. */
static int
find(struct query *q, struct target *t)
{
	int64_t id = register_id_parse(t->what);
	int err;

	if (id > 0) {
		t->device = id;
		err = query_register(q, take_declared, t);
	} else {
		err = query_find(q, t->what, take, t);
	}
	if (err < 0 && err != ERR_NOTFOUND) {
		fprintf(stderr, "otus: %s\n", err_text(err));
		return err;
	}
	if (t->found == 1 && !t->ambiguous) {
		return 0;
	}
	if (t->found == 0) {
		fprintf(stderr,
		    "otus: no device has this id, name or address: %s\n",
		    t->what);
	} else if (t->found > 1) {
		fprintf(stderr,
		    "otus: %u devices are called %s; give one's id\n", t->found,
		    t->what);
	} else {
		fprintf(stderr,
		    "otus: several rows of the register may be %s: 'otus "
		    "reconcile' lists them; give one's id (d-...)\n",
		    t->what);
	}
	return ERR_NOTFOUND;
}

/* --- what is said ----------------------------------------------------------- */

static int
parse_word(const char *arg, struct word *w)
{
	const char *eq = strchr(arg, '=');
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
	err = decl_value(w->key, eq + 1, strlen(eq + 1), w->value);
	if (err < 0) {
		fprintf(stderr, "otus: %s: this is not %s\n", arg,
		    decl_expects(w->key));
		return ERR_USAGE;
	}
	return 0;
}

static int
set_words(struct register_writer *w, const struct register_act *act,
    const struct target *t, const struct word *word, size_t n)
{
	int64_t id = t->device;
	int err = 0;

	if (id == 0) {
		err = register_add(w, act, &id);
		err = err == 0
			  ? register_set(w, act, id, DECL_ASSET, t->asset, NULL)
			  : err;
	}
	for (size_t i = 0; i < n && err == 0; i++) {
		err =
		    register_set(w, act, id, word[i].key, word[i].value, NULL);
	}
	return err;
}

/* All of it, or nothing. */
static int
say(const struct options *o, const struct target *t, size_t ntargets,
    const struct word *word, size_t n, bool remove)
{
	struct register_writer *w = NULL;
	char dir[DATADIR_MAX], who[WHO_MAX];
	const struct register_act act = {
	    who, remove ? "otus declare" : o->command, clock_wall_ns()};
	int err;

	if ((err = who_says(o, who)) < 0) {
		return err;
	}
	err = register_begin(datadir(o, dir), &w);
	for (size_t i = 0; i < ntargets && err == 0; i++) {
		if (!remove) {
			err = set_words(w, &act, &t[i], word, n);
		} else if (t[i].device != 0) {
			err = register_remove(w, &act, t[i].device);
		}
	}
	if (err == 0) {
		err = register_commit(w);
	} else {
		register_abort(w);
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
show(const struct options *o, const struct target *t)
{
	char dir[DATADIR_MAX], id[DECL_ID_TEXT];
	sqlite3 *db = NULL;
	int err = register_open(datadir(o, dir), &db);

	if (err < 0) {
		fprintf(stderr, "otus: %s\n", err_text(err));
		return err;
	}
	if (t->device == 0 || db == NULL) {
		printf("Nothing was declared of %s.\n", t->what);
	} else {
		register_id(id, t->device);
		printf("%s  %s\n", id, t->asset);
		err = register_history(db, t->device, print_change, NULL);
	}
	(void)sqlite3_close_v2(db);
	return err;
}

int
cmd_declare(const struct options *o)
{
	struct word word[WORDS_MAX];
	struct target t = {0};
	struct query *q = NULL;
	bool remove = options_has(o, "remove");
	int err = 0, n = o->nargs - 1;

	if (n < 0 || n > WORDS_MAX || (remove && n != 0)) {
		fprintf(stderr, "otus: declare: which device, and what? See "
				"'otus help declare'\n");
		return err_exit_code(ERR_USAGE);
	}
	for (int i = 0; i < n && err == 0; i++) {
		err = parse_word(o->args[i + 1], &word[i]);
	}
	if (err < 0 || (err = open_known(o, &q)) < 0) {
		return err_exit_code(err);
	}
	t.what = o->args[0];
	err = find(q, &t);
	query_close(q);
	if (err == 0) {
		err = n == 0 && !remove
			  ? show(o, &t)
			  : say(o, &t, 1, word, (size_t)n, remove);
	}
	return err < 0 ? err_exit_code(err) : 0;
}

int
cmd_approve(const struct options *o)
{
	static const struct word yes = {DECL_APPROVED, "yes"};
	struct target t[256] = {0};
	struct query *q = NULL;
	int err = 0;

	if (o->nargs < 1 || o->nargs > (int)(sizeof(t) / sizeof(t[0]))) {
		fprintf(stderr, "otus: approve: which devices, up to 256? "
				"'otus assets' lists their ids\n");
		return err_exit_code(ERR_USAGE);
	}
	if ((err = open_known(o, &q)) < 0) {
		return err_exit_code(err);
	}
	for (int i = 0; i < o->nargs && err == 0; i++) {
		t[i].what = o->args[i];
		err = find(q, &t[i]);
	}
	query_close(q);
	err = err == 0 ? say(o, t, (size_t)o->nargs, &yes, 1, false) : err;
	return err < 0 ? err_exit_code(err) : 0;
}

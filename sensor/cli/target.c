/*
 * target: see target.h.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/target.h"

/* Ids of those that were found, as many as there is room for. */
static void
note(struct target *t, const char *id)
{
	size_t used = strlen(t->which), room = sizeof(t->which) - used;

	if (strlen(id) + sizeof(", ...") < room) {
		(void)snprintf(
		    t->which + used, room, "%s%s", used != 0 ? ", " : "", id);
	} else if (room > sizeof(", ...")) {
		(void)snprintf(t->which + used, room, ", ...");
	}
}

static int
take(void *arg, const struct query_asset *a)
{
	struct target *t = arg;

	note(t, a->id);
	if (t->found++ == 0) {
		t->ambiguous = a->ambiguous;
		t->device =
		    a->declared[0] != '\0' ? register_id_parse(a->declared) : 0;
		memcpy(t->asset, a->id, sizeof(t->asset));
	}
	return 0;
}

static const char *
word_of(const struct query_declaration *d, const char *key)
{
	for (size_t i = 0; i < d->nwords; i++) {
		if (strcmp(d->words[i].key, key) == 0) {
			return d->words[i].value;
		}
	}
	return NULL;
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

static bool
has(enum decl_key k, const char *said, const char *what)
{
	const char *at = said, *one;
	size_t n;

	if (strcasecmp(said, what) == 0) {
		return true;
	}
	while ((k == DECL_IP || k == DECL_MAC) &&
	       (one = decl_list_next(&at, &n)) != NULL) {
		if (strlen(what) == n && strncasecmp(one, what, n) == 0) {
			return true;
		}
	}
	return false;
}

/* A row that is called so, or has this address: nobody need have heard it. */
static int
take_called(void *arg, const struct query_declaration *d)
{
	static const enum decl_key keys[] = {
	    DECL_NUMBER, DECL_MAC, DECL_IP, DECL_NAME, DECL_HOSTNAME};
	struct target *t = arg;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *said = word_of(d, decl_word(keys[i]));

		if (said != NULL && has(keys[i], said, t->what)) {
			note(t, d->id);
			if (t->found++ == 0) {
				t->device = register_id_parse(d->id);
			}
			break;
		}
	}
	return 0;
}

/* None is no error here. */
static int
refuse_many(const struct target *t)
{
	if (t->found > 1) {
		fprintf(stderr,
		    "otus: %u devices are called %s; give one's id: %s\n",
		    t->found, t->what, t->which);
		return ERR_NOTFOUND;
	}
	if (t->ambiguous) {
		fprintf(stderr,
		    "otus: several rows of the register may be %s: 'otus "
		    "reconcile' lists them; give one's id (d-...)\n",
		    t->what);
		return ERR_NOTFOUND;
	}
	return 0;
}

static int
failed(int err)
{
	fprintf(stderr, "otus: %s\n", err_text(err));
	return err;
}

int
target_look(struct query *q, struct target *t)
{
	int64_t id = register_id_parse(t->what);
	int err;

	if (id > 0) {
		t->device = id;
		err = query_register(q, take_declared, t);
	} else {
		err = query_find(q, t->what, take, t);
		if ((err == 0 || err == ERR_NOTFOUND) && t->found == 0) {
			err = query_register(q, take_called, t);
		}
	}
	return err < 0 && err != ERR_NOTFOUND ? failed(err) : refuse_many(t);
}

int
target_none(const struct target *t)
{
	fprintf(stderr, "otus: no device has this id, name or address: %s\n",
	    t->what);
	return ERR_NOTFOUND;
}

int
target_find(struct query *q, struct target *t)
{
	int err = target_look(q, t);

	return err == 0 && t->found == 0 ? target_none(t) : err;
}

/* --- by words ------------------------------------------------------------- */

static const char *
value_of(const struct target_word *w, size_t n, enum decl_key k)
{
	for (size_t i = 0; i < n; i++) {
		if (w[i].key == k && w[i].value[0] != '\0') {
			return w[i].value;
		}
	}
	return NULL;
}

/* A row that says the same of the key that tells devices apart. */
struct same {
	struct target *t;
	const char *key, *value, *sub;
};

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcasecmp(a, b) == 0;
}

static int
take_same(void *arg, const struct query_declaration *d)
{
	const struct same *s = arg;

	if (is_same(s->value, word_of(d, s->key)) &&
	    is_same(s->sub, word_of(d, "sub"))) {
		note(s->t, d->id);
		if (s->t->found++ == 0) {
			s->t->device = register_id_parse(d->id);
		}
	}
	return 0;
}

int
target_find_words(
    struct query *q, const struct target_word *w, size_t n, struct target *t)
{
	/* The best proof first (match.h). */
	static const enum decl_key keys[] = {DECL_NUMBER, DECL_MAC, DECL_SERIAL,
	    DECL_IP, DECL_NAME, DECL_HOSTNAME};
	struct same same = {.t = t, .sub = value_of(w, n, DECL_SUB)};
	int err = 0;

	for (size_t i = 0; same.value == NULL; i++) {
		if (i == sizeof(keys) / sizeof(keys[0])) {
			fprintf(stderr, "otus: declare: which device? Its mac, "
					"ip, serial or name tells\n");
			return ERR_USAGE;
		}
		same.key = decl_word(keys[i]);
		same.value = value_of(w, n, keys[i]);
	}
	t->what = same.value;
	/* What is behind an address is not who has the address. */
	if (same.sub == NULL) {
		err = query_find(q, same.value, take, t);
	}
	if ((err == 0 || err == ERR_NOTFOUND) && t->found == 0) {
		err = query_register(q, take_same, &same);
	}
	return err < 0 && err != ERR_NOTFOUND ? failed(err) : refuse_many(t);
}

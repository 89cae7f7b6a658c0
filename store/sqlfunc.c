/*
 * sqlfunc: what a rule may ask of the store (rules/functions.md has the
 * contract): learned(), first(), changed(), answered(), in_learning(),
 * asset().
 *
 * They are about the event under judgement, so none of them is declared
 * deterministic: SQLite would ask once and keep the answer.  They write
 * nothing, not even what waits in the caches (alert.c, judge).
 */
#include <stdlib.h>
#include <string.h>

#include "store/store_priv.h"

static void
answer(sqlite3_context *ctx, int rc, enum answer a, const char *unknown)
{
	if (rc == ERR_NOTFOUND) {
		sqlite3_result_error(ctx, unknown, -1);
	} else if (rc != 0) {
		sqlite3_result_error(ctx, err_text(rc), -1);
	} else if (a == ANSWER_NONE) {
		sqlite3_result_null(ctx);
	} else {
		sqlite3_result_int(ctx, a == ANSWER_YES);
	}
}

static const char *
text_arg(sqlite3_value *v)
{
	const unsigned char *s = sqlite3_value_text(v);

	return s != NULL ? (const char *)s : "";
}

/* Rules are asked about the event at hand, or (at load) about none. */
static struct store *
store_of(sqlite3_context *ctx)
{
	struct store *s = sqlite3_user_data(ctx);

	if (s->now.ev == NULL) {
		sqlite3_result_null(ctx);
		return NULL;
	}
	return s;
}

static void
in_learning(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct store *s = sqlite3_user_data(ctx);

	(void)argc;
	(void)argv;
	sqlite3_result_int(ctx, s->learning);
}

static void
learned(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct store *s = store_of(ctx);
	enum answer a = ANSWER_NONE;

	(void)argc;
	if (s != NULL) {
		int rc = baseline_learned(s, text_arg(argv[0]), &a);

		answer(ctx, rc, a, "learned: unknown subject");
	}
}

static void
first(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct store *s = store_of(ctx);
	enum answer a = ANSWER_NONE;

	(void)argc;
	if (s != NULL) {
		int rc = baseline_first(s, text_arg(argv[0]), &a);

		answer(ctx, rc, a, "first: unknown subject");
	}
}

static void
changed(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct store *s = store_of(ctx);
	char old[EV_TEXT_MAX + 1];
	enum answer a = ANSWER_NONE;

	(void)argc;
	(void)argv;
	if (s != NULL) {
		int rc = baseline_changed(s, &a, old, sizeof(old));

		answer(ctx, rc, a, "changed");
	}
}

static void
answered(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct store *s = store_of(ctx);
	enum answer a = ANSWER_NONE;

	(void)argc;
	(void)argv;
	if (s != NULL) {
		if (s->now.link != NULL) {
			a = s->now.link->flags & LINK_ANSWERED ? ANSWER_YES
							       : ANSWER_NO;
		}
		answer(ctx, 0, a, "answered");
	}
}

static bool
is_number(const char *key)
{
	return strcmp(key, "level") == 0 || strcmp(key, "approved") == 0 ||
	       strcmp(key, "first") == 0 || strcmp(key, "last") == 0;
}

static const struct addr *
end_of(const struct judged *n, const char *name, bool *ret_known)
{
	*ret_known = true;
	if (strcmp(name, "src") == 0) {
		return n->src;
	}
	if (strcmp(name, "dst") == 0) {
		return n->dst;
	}
	if (strcmp(name, "client") == 0) {
		return n->client;
	}
	if (strcmp(name, "server") == 0) {
		return n->server;
	}
	*ret_known = false;
	return NULL;
}

static void
asset(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct store *s = store_of(ctx);
	char buf[EV_TEXT_MAX + 1];
	const struct addr *a;
	const char *key;
	bool known;
	int rc;

	(void)argc;
	if (s == NULL) {
		return;
	}
	a = end_of(&s->now, text_arg(argv[0]), &known);
	if (!known) {
		sqlite3_result_error(ctx, "asset: unknown end", -1);
		return;
	}
	key = text_arg(argv[1]);
	rc = asset_value(s, a, key, buf, sizeof(buf));
	if (rc == ERR_NOTFOUND) {
		sqlite3_result_null(ctx);
	} else if (rc != 0) {
		sqlite3_result_error(ctx, err_text(rc), -1);
	} else if (is_number(key)) {
		sqlite3_result_int64(ctx, strtoll(buf, NULL, 10));
	} else {
		sqlite3_result_text(ctx, buf, -1, SQLITE_TRANSIENT);
	}
}

int
sqlfunc_register(struct store *s)
{
	static const struct {
		const char *name;
		int args;
		void (*fn)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = {
	    {"in_learning", 0, in_learning},
	    {"learned", 1, learned},
	    {"first", 1, first},
	    {"changed", 0, changed},
	    {"answered", 0, answered},
	    {"asset", 2, asset},
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		int rc = sqlite3_create_function_v2(s->db, functions[i].name,
		    functions[i].args, SQLITE_UTF8, s, functions[i].fn, NULL,
		    NULL, NULL);

		if (rc != SQLITE_OK) {
			return db_err(rc);
		}
	}
	return 0;
}

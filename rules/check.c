/*
 * check: rules without a store, for `otus check` and for the fuzzer.
 *
 * The functions that store would register exist, with the same names and
 * arguments, and answer NULL.
 */
#include "rules/rules.h"

/* functions.md; store has a test that it registers just these. */
static const struct {
	const char *name;
	int args;
} functions[] = {
    {"in_learning", 0},
    {"learned", 1},
    {"first", 1},
    {"changed", 0},
    {"answered", 0},
    {"asset", 2},
};

static void
nothing(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	sqlite3_result_null(ctx);
}

struct counting {
	void (*problem)(void *, const struct rules_problem *);
	void *arg;
	size_t n;
};

static void
count(void *arg, const struct rules_problem *p)
{
	struct counting *c = arg;

	c->n++;
	if (c->problem != NULL) {
		c->problem(c->arg, p);
	}
}

static int
open_empty(sqlite3 **ret)
{
	sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(
	    ":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (rc == SQLITE_OK) {
			rc = sqlite3_create_function(db, functions[i].name,
			    functions[i].args, SQLITE_UTF8, NULL, nothing, NULL,
			    NULL);
		}
	}
	if (rc != SQLITE_OK) {
		(void)sqlite3_close(db);
		return rc == SQLITE_NOMEM ? ERR_NOMEM : ERR_DB;
	}
	*ret = db;
	return 0;
}

int
rules_check(const char *dir,
    void (*problem)(void *, const struct rules_problem *), void *arg,
    size_t *ret_count)
{
	struct counting c = {problem, arg, 0};
	struct rules *r;
	sqlite3 *db;
	int rc;

	rc = open_empty(&db);
	if (rc != 0) {
		return rc;
	}
	rc = rules_load(db, dir, count, &c, &r);
	if (rc == 0) {
		*ret_count = rules_count(r);
		rules_free(r);
		rc = c.n != 0 ? ERR_CONFIG : 0;
	}
	(void)sqlite3_close(db);
	return rc;
}

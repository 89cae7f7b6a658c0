/*
 * guard: what SQL a rule may be.
 */
#ifndef OTUS_RULES_GUARD_H
#define OTUS_RULES_GUARD_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* While a rule compiles (rules.h has the limits that people meet). */
struct guard {
	sqlite3 *db;
	int limit[16]; /* the connection's own, while ours are in force */
	bool reads_dir, reads_dup; /* what the rule at hand names */
	char why[160];             /* reason of a refusal, else ""  */
};

/*
 * Between these two the connection compiles rules, and nothing else: the
 * authorizer refuses whatever is not listed, for every statement.  Setting
 * it makes SQLite compile all prepared statements of the connection anew, so
 * compile all rules in one go.
 * ERR_NOMEM or ERR_DB: nothing was entered.
 */
int guard_enter(struct guard *, sqlite3 *) MUST_CHECK;
void guard_leave(struct guard *);

/*
 * Compiles one condition.  On failure why is set, and *ret_offset is where
 * in the text, or -1.
 */
int guard_compile(struct guard *, const char *when, sqlite3_stmt **ret,
    int *ret_offset) MUST_CHECK;

/* While rules run: bounds for texts, and the budget of instructions. */
struct guard_run {
	sqlite3 *db;
	int length, pattern;
};

/* Instructions between two looks at the budget. */
#define GUARD_STRIDE 1000

void guard_run_enter(struct guard_run *, sqlite3 *, int64_t *budget);
void guard_run_leave(struct guard_run *);

#endif

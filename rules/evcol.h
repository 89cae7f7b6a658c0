/*
 * evcol: an event as one row: which columns there are, and what an event has
 * in each of them.
 *
 * The `ev` table, templates and group keys ask here, so a name means the same
 * in all three.
 */
#ifndef OTUS_RULES_EVCOL_H
#define OTUS_RULES_EVCOL_H

#include "rules/rules.h"

/* Longest value made for one column; a longer array or object is NULL. */
#define EVCOL_TEXT_MAX (128 * 1024)

struct evcols;

struct evval {
	enum { EVVAL_NULL, EVVAL_INT, EVVAL_REAL, EVVAL_TEXT } type;
	int64_t i;
	double d;
	const char *s; /* n bytes of valid UTF-8, not terminated */
	size_t n;
	bool made; /* s is scratch: gone at the next call */
};

/* Columns of the protocols that are registered by now; accepts NULL. */
int evcols_new(struct evcols **ret) MUST_CHECK;
void evcols_free(struct evcols *);

size_t evcols_count(const struct evcols *);
const char *evcols_name(const struct evcols *, size_t col);
/* -1: no such column.  Upper and lower case are the same, as in SQL. */
int evcols_find(const struct evcols *, const char *name);
void evcols_get(struct evcols *, const struct rules_subject *, size_t col,
    struct evval *ret);

/* The protocol's client: whom a response or notification is for. */
bool evcols_client_is_dst(const struct ev *);

#endif

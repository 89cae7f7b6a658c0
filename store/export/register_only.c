/*
 * register_only: see register_only.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/export/register_only.h"

struct taker {
	int (*row)(void *, const struct query_asset *, const char *);
	void *arg;
	struct query_asset *a;
};

static int
take(void *arg, const struct query_declaration *d)
{
	struct taker *t = arg;
	struct query_asset *a = t->a;
	char why[64] = "no";

	if (d->row != 0) {
		return 0; /* has come with its device */
	}
	/* All but the facts, of which only nfacts count. */
	memset(a, 0, offsetof(struct query_asset, facts));
	memcpy(a->declared, d->id, sizeof(a->declared));
	memcpy(a->words, d->words, sizeof(a->words));
	a->nwords = d->nwords;
	a->name = query_declared(a, "name");
	a->vendor = query_declared(a, "vendor");
	a->model = query_declared(a, "model");
	a->firmware = query_declared(a, "firmware");
	a->hardware = query_declared(a, "hardware");
	a->software = query_declared(a, "software");
	a->serial = query_declared(a, "serial");
	a->role = query_declared(a, "role");
	a->level = -1;
	if (d->twin[0] != '\0') {
		(void)snprintf(why, sizeof(why), "double of %s", d->twin);
	} else if (d->ambiguous) {
		(void)snprintf(why, sizeof(why), "not known which");
	}
	return t->row(t->arg, a, why);
}

int
register_only(struct query *q,
    int (*row)(void *, const struct query_asset *, const char *why), void *arg)
{
	struct taker t = {row, arg, malloc(sizeof(*t.a))};
	int rc = query_register_trouble(q);

	if (t.a == NULL) {
		return ERR_NOMEM;
	}
	rc = rc == 0 ? query_register(q, take, &t) : rc == ERR_NOMEM ? rc : 0;
	free(t.a);
	return rc;
}

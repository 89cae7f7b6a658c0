/*
 * evtab: the event under judgement as the SQL table `ev`, one row.
 */
#ifndef OTUS_RULES_EVTAB_H
#define OTUS_RULES_EVTAB_H

#include "rules/evcol.h"

struct evtab {
	struct evcols *cols;
	/* NULL: nothing is being judged, the table is empty. */
	const struct rules_subject *subject;
	/* Instructions that the statement at hand may still spend. */
	int64_t budget;
	unsigned refs; /* whoever judges; what the connection keeps */
};

/*
 * Puts the table on the connection, in the place of one put there before.
 * The connection keeps what it needs of it after evtab_free().
 */
int evtab_new(sqlite3 *, struct evtab **ret) MUST_CHECK;
void evtab_free(struct evtab *); /* accepts NULL */
/* For what else the connection keeps: count refs up, and give this. */
void evtab_unref(void *evtab);

#endif

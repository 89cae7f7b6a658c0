/*
 * entry: one rule, from the keys of its section to what judging needs.
 */
#ifndef OTUS_RULES_ENTRY_H
#define OTUS_RULES_ENTRY_H

#include "rules/plain.h"
#include "rules/text.h"

#define ENTRY_ID_MAX 48

enum entry_key {
	ENTRY_TITLE,
	ENTRY_ON,
	ENTRY_CLASS,
	ENTRY_REPLIES,
	ENTRY_WHEN,
	ENTRY_SEVERITY,
	ENTRY_ATTACK,
	ENTRY_GROUP,
	ENTRY_SOC,
	ENTRY_OT,
	ENTRY_CHECK,
	ENTRY_ENABLED,
	ENTRY_KEYS
};

struct entry {
	struct rule pub; /* points into what follows                   */
	char id[ENTRY_ID_MAX + 1];
	char *value[ENTRY_KEYS];   /* owned; NULL: not given           */
	int line[ENTRY_KEYS];      /* where a key stands               */
	int last_line[ENTRY_KEYS]; /* where it goes on for the last time */
	uint32_t kinds, classes;   /* bits of enum ev_kind, ev_class   */
	bool enabled;
	bool requests, replies; /* of operations, judges these      */
	bool dups;              /* judges repeats, too              */
	bool rests;             /* while the baseline is learned    */
	bool bad;               /* a problem was told               */
	struct text *title, *soc, *ot, *check, *group;
	struct plain plain; /* asked before the statement       */
	sqlite3_stmt *stmt; /* NULL: could not be compiled      */
	struct rules_stat stat;
};

/* Why a rule is bad; line is where. */
struct entry_problem {
	int line;
	char reason[160];
};

struct entry *entry_new(const char *id, const char *file, int line);
void entry_free(struct entry *); /* accepts NULL */

/*
 * One value, or more of the one before.  ERR_CONFIG and *ret_problem when
 * the key or the length is not allowed, ERR_NOMEM.
 */
int entry_set(struct entry *, const char *key, const char *value, int line,
    bool more, struct entry_problem *ret_problem) MUST_CHECK;

/* All keys are there: understands everything but the SQL.  Likewise. */
int entry_finish(struct entry *, const struct evcols *,
    struct entry_problem *ret_problem) MUST_CHECK;

/* The line of a place in `when`. */
int entry_when_line(const struct entry *, int offset);

#endif

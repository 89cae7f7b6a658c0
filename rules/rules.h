/*
 * rules: INI sections whose `when` is SQL, compiled once and asked for each
 * event of the kind and class that they name (architecture.md, section 7).
 *
 * The event under judgement is the one-row eponymous virtual table `ev`, and
 * its columns can be named bare in `when`; a statement reads just the columns
 * that it names.  SQL functions about inventory and baseline (learned(),
 * asset(), ...) are registered on the connection by store, which calls
 * rules_judge() inside its open transaction.
 */
#ifndef OTUS_RULES_RULES_H
#define OTUS_RULES_RULES_H

#include <sqlite3.h>

#include "base/err.h"
#include "event/event.h"

struct rules;

/* One rule as loaded; texts live as long as the struct rules. */
struct rule {
	const char *id; /* section name                              */
	const char *title, *severity; /* info, low, medium, high, critical */
	const char *attack; /* "T0855, T0836" or ""                      */
	const char *group;  /* "src, dst, proto": what makes alerts one  */
	const char *soc, *ot, *check; /* templates                          */
	const char *on, *when; /* event kinds, and the condition            */
	const char *file;
	int line;
};

struct rules_problem {
	const char *file;
	int line;
	const char *rule; /* "" when outside a section */
	const char *reason;
};

/* What store knows about the event beyond the event itself. */
struct rules_subject {
	const struct ev *ev;
	int64_t src_asset, dst_asset; /* 0 = none */
	uint64_t stream_ns;
	bool learning; /* so learned() is never 0                          */
	/*
	 * Value of a template or column name that the event itself does not
	 * have ("src.name", "usual", "old", ...) into buf; 0, or
	 * ERR_NOTFOUND.
	 */
	int (*lookup)(void *arg, const char *name, char *buf, size_t size);
	void *arg;
};

/*
 * A rule that holds for the event.  The texts are rendered by rules_texts(),
 * which a repetition does not need; all live until the callback returns.
 */
struct rules_hit {
	const struct rule *rule;
	const char *group_key; /* rendered: equal keys are one alert      */
	const char *title, *soc, *ot, *check;
	struct rules *from;
};

/* Only within hit(). */
void rules_texts(const struct rules_hit *);

/* How often a rule was asked; for the health page. */
struct rules_stat {
	uint64_t asked, held, failed;
	uint64_t rest_until_ns; /* stream time; 0 = never rested */
};

/*
 * Loads all *.rules files of dir (or the built-in ones when NULL), by name.
 * A bad rule is told to problem and left out, one with `enabled = no` is left
 * out; the rest load, even if none is left.  A negative err when the
 * directory cannot be read at all.
 *
 * store registers its SQL functions (functions.md) first.  The connection's
 * authorizer and progress handler are used here and left unset, and strings
 * in double quotes are switched off for good.  problem and arg (problem may
 * be NULL) are kept for what goes wrong later.  A second load on one
 * connection replaces the first, which can then only be freed.
 */
int rules_load(sqlite3 *, const char *dir,
    void (*problem)(void *, const struct rules_problem *), void *arg,
    struct rules **ret) MUST_CHECK;
/* Likewise the text of one file, n bytes; name stands in problems. */
int rules_load_text(sqlite3 *, const char *name, const char *text, size_t n,
    void (*problem)(void *, const struct rules_problem *), void *arg,
    struct rules **ret) MUST_CHECK;
void rules_free(struct rules *); /* before sqlite3_close(); accepts NULL */
size_t rules_count(const struct rules *);
const struct rule *rules_get(const struct rules *, size_t);
void rules_stat(const struct rules *, size_t, struct rules_stat *ret);

/*
 * For `otus check`: loads without a store and forgets.  0, ERR_CONFIG when a
 * problem was told, or what rules_load says.
 */
int rules_check(const char *dir,
    void (*problem)(void *, const struct rules_problem *), void *arg,
    size_t *ret_count) MUST_CHECK;

/* Whether any rule wants to see events of this kind and class. */
bool rules_ask_for(const struct rules *, const struct ev *);
/*
 * Asks every rule that wants this event, in the order of files and lines;
 * hit() is called for those that hold, may use the connection as it likes,
 * and ends the judging with anything but 0, which is then returned.
 *
 * Never judged: EV_REPEAT.  Replies to operations and UDP repeats (dup) are
 * judged by rules that ask for them (README.md).
 *
 * A rule that fails or exceeds its instruction limit does not hold; after
 * LIMIT_RULE_FAILURES of them it rests for LIMIT_RULE_REST_S of stream time,
 * and problem is told.  When the database itself fails: ERR_DB, ERR_NOMEM.
 */
int rules_judge(struct rules *, const struct rules_subject *,
    int (*hit)(void *, const struct rules_hit *), void *arg) MUST_CHECK;

#endif

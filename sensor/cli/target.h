/*
 * target: which device a person means who declares something of it.
 */
#ifndef OTUS_CLI_TARGET_H
#define OTUS_CLI_TARGET_H

#include "store/declared/register.h"
#include "store/query.h"

#define TARGET_WHICH_MAX 128

struct target {
	const char *what;
	char which[TARGET_WHICH_MAX]; /* ids of the first ones found */
	unsigned found;
	bool ambiguous;
	int64_t device;       /* in the register; 0: not yet */
	char asset[UID_TEXT]; /* "": known to the register only */
};

struct target_word {
	enum decl_key key;
	char value[DECL_VALUE_MAX];
};

/* By an id, name or address: exactly one device, or a line that says why
 * not.  Who is heard goes before who is only declared. */
int target_find(struct query *, struct target *) MUST_CHECK;
/* Likewise, but that there may be none (found is 0), and what is said then. */
int target_look(struct query *, struct target *) MUST_CHECK;
int target_none(const struct target *);
/*
 * By what is declared of it: who is heard there, else whose row says the
 * same, else nobody yet (device 0, asset "").
 */
int target_find_words(struct query *, const struct target_word *, size_t n,
    struct target *) MUST_CHECK;

#endif

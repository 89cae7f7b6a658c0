/*
 * plain: what of a condition is a plain comparison of a column with a constant,
 * so that most events can be told not to meet it without asking SQLite.
 *
 * To begin a statement costs more than nearly all of them need, and most rules
 * begin with what few events have: `unanswered >= 3 AND ...`.
 */
#ifndef OTUS_RULES_PLAIN_H
#define OTUS_RULES_PLAIN_H

#include "rules/evcol.h"

#define PLAIN_MAX 12

struct plain_test {
	uint16_t col;
	uint8_t part; /* tests of one part are alternatives */
	uint8_t op;
	int64_t number;
	const char *text; /* of the condition; NULL: the number counts */
	size_t n;
};

struct plain {
	unsigned n;
	struct plain_test test[PLAIN_MAX];
};

/* The condition has to live as long; any text that does not compile may lead
 * to anything. */
void plain_read(struct plain *, const struct evcols *, const char *when);
/* True when the condition does not hold for sure. */
bool plain_refutes(
    const struct plain *, struct evcols *, const struct rules_subject *);

#endif

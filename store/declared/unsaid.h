/*
 * unsaid: cells of an exported row that no person has said.
 *
 * An export has what was observed beside what was declared, and is a register
 * itself: read back as it is, it must not make a person's word of a guess.  So
 * each of its rows lists the keys of the cells that were observed, each with
 * a check of its text.  Who edits a cell has said it; who does not, has not,
 * whatever the device is known to be by then.
 */
#ifndef OTUS_STORE_DECLARED_UNSAID_H
#define OTUS_STORE_DECLARED_UNSAID_H

#include "store/declared/key.h"

#define UNSAID_HEADER "Observed Columns"
#define UNSAID_MAX    32

/* "ip:3fa9c1"; "" for a value that says nothing. */
void unsaid_word(enum decl_key, const char *value, char ret[UNSAID_MAX]);
/* Whether the list, words with blanks between, has this one. */
bool unsaid_has(const char *list, enum decl_key, const char *value);

#endif

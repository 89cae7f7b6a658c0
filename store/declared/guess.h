/*
 * guess: what the columns of a plant's own register mean.
 *
 * A column is told by its header: a known one (key.def), else one that has a
 * known one as whole words in it; else, for addresses, by its values.  What
 * is told better takes a key from what is told worse; of two alike the first
 * one has it, unless the key takes several (two NICs, two MACs).  A person's
 * own word goes before all of it.
 */
#ifndef OTUS_STORE_DECLARED_GUESS_H
#define OTUS_STORE_DECLARED_GUESS_H

#include "store/declared/csv.h"
#include "store/declared/key.h"

enum guess_how {
	GUESS_NOT,     /* not known: not taken                  */
	GUESS_TAKEN,   /* known, but another column has the key */
	GUESS_VALUES,  /* its values are addresses              */
	GUESS_WORDS,   /* part of the header                    */
	GUESS_VAGUE,   /* all of it, a word of many meanings    */
	GUESS_HEADER,  /* all of it                             */
	GUESS_PERSON,  /* told by a person                      */
	GUESS_DROPPED, /* a person does not want it             */
};

struct guess {
	enum decl_key key; /* DECL_NONE: not taken */
	enum guess_how how;
};

/* One column for each of head's; rows are the first ones of the file. */
void guess_columns(const struct csv_row *head, const struct csv_row *rows,
    size_t nrows, struct guess ret[CSV_COLUMNS_MAX]);

/* How many columns of a row are headers in whole, or, all set, in part. */
size_t guess_count(const struct csv_row *, bool all);

/*
 * "COLUMN=key", "COLUMN=" to leave one out; COLUMN is a header, or "#3" the
 * third.  ERR_NOTFOUND: no such column; ERR_FORMAT: no such key.
 */
int guess_correct(const struct csv_row *head, const char *correction,
    struct guess ret[CSV_COLUMNS_MAX]) MUST_CHECK;

#endif

/*
 * import: a plant's own register, read, understood, and held against what was
 * declared before; nothing is written until that is asked for, and then all of
 * it or nothing.
 *
 * A cell that its key cannot take (a text where an IP address belongs) is left
 * out and told; so is a row that nothing identifies, that has the same key as
 * another row, or could be several devices.  An empty cell says nothing: it
 * takes back nothing.  Of a file that otus wrote, a cell that still is what was
 * observed is nobody's word (unsaid.h), and a row of which nothing else is left
 * declares no device: only people sign for one.
 */
#ifndef OTUS_STORE_DECLARED_IMPORT_H
#define OTUS_STORE_DECLARED_IMPORT_H

#include "store/declared/csv.h"
#include "store/declared/guess.h"
#include "store/declared/register.h"

#define IMPORT_PROBLEMS_MAX 200 /* told one by one */
#define IMPORT_TITLE_MAX    19  /* rows above the header */

enum import_state {
	IMPORT_NEW,
	IMPORT_CHANGES,
	IMPORT_SAME,
	IMPORT_UNSAID, /* which device, and nothing of it */
	IMPORT_LEFT_OUT,
	IMPORT_STATES
};

struct import_row {
	unsigned line;
	enum import_state state;
	int32_t device; /* of the register; -1: none */
	const char *value[DECL_KEYS];
};

struct import {
	struct csv csv;
	struct csv_row head, *cells;
	size_t titles; /* rows above head, which are not read */
	struct guess guess[CSV_COLUMNS_MAX];
	size_t unsaid; /* the column that unsaid.h tells of; head.n: none */
	struct import_row *row;
	size_t n, room;
	struct bag texts; /* of the values and keys */
	size_t count[IMPORT_STATES];
	size_t not_in_file; /* declared before, and no row is them */
	char (*problem)[256];
	size_t problems; /* all of them */
};

/* Reads the file and guesses. */
int import_open(struct import *, const void *bytes, size_t n,
    struct csv_error *ret_error) MUST_CHECK;
void import_close(struct import *);
/* As guess_correct(). */
int import_map(struct import *, const char *correction) MUST_CHECK;
/* What it would do to this register. */
int import_plan(struct import *, const struct declared *) MUST_CHECK;
/* Does it; source is the file's name. */
int import_apply(struct import *, const struct declared *,
    struct register_writer *, const char *source, const char *who,
    uint64_t at_ns) MUST_CHECK;

#endif

/*
 * csv: the rows of a file that a person's spreadsheet wrote.
 *
 * RFC 4180, and what is met beside it: separators ; TAB and | (guessed, or
 * told by a first line "sep=;"), LF or CR alone, rows shorter than the header,
 * UTF-8 with or without its mark, UTF-16 with its mark, else Windows-1252.
 * What is beyond doubt wrong is refused with line and column; so is what is
 * larger than the limits.  Everything lives in one copy of the file, which
 * the cells point into.
 */
#ifndef OTUS_STORE_DECLARED_CSV_H
#define OTUS_STORE_DECLARED_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define CSV_COLUMNS_MAX 64

struct csv {
	char *text; /* UTF-8, NUL at the end */
	size_t n, at;
	char sep;
	const char *encoding; /* for a person */
	unsigned line;        /* that comes next, from 1 */
	size_t rows;
};

struct csv_row {
	unsigned line; /* where it begins */
	size_t n;
	char *cell[CSV_COLUMNS_MAX];
};

/* What is wrong, and where: "line 3, column 2: ...". */
struct csv_error {
	char text[160];
};

/* Takes a copy.  On failure *ret_error says why and nothing is held. */
int csv_open(struct csv *, const void *bytes, size_t n,
    struct csv_error *ret_error) MUST_CHECK;
void csv_close(struct csv *); /* also of one that did not open */
/* 1 and a row that is not empty, 0 at the end, or negative err. */
int csv_row(
    struct csv *, struct csv_row *ret, struct csv_error *ret_error) MUST_CHECK;

#endif

/*
 * layout: rows of cells as a table for a terminal, or as CSV.  What the cells
 * are is told by columns.
 */
#ifndef OTUS_STORE_EXPORT_LAYOUT_H
#define OTUS_STORE_EXPORT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "store/text.h"

#define LAYOUT_COLUMNS_MAX 48
#define LAYOUT_CELL_MAX    2048

enum layout_where {
	IN_TABLE = 1,
	IN_CSV = 2,
	IN_BOTH = 3,
	IN_TABLE_USED = 5, /* only when a row has something there */
};

/* What a column shows: a member of the row, or what a function makes. */
enum cell {
	CELL_PUT,   /* put()                        */
	CELL_TEXT,  /* const char *, NULL = nothing */
	CELL_CHARS, /* char []                      */
	CELL_COUNT, /* uint64_t                     */
	CELL_STAMP, /* uint64_t, ns                 */
};

struct column {
	const char *name; /* the CSV header; the table's in capitals */
	enum layout_where where;
	bool right;   /* numbers                                 */
	unsigned max; /* widest in a table, 0 = as it comes      */
	unsigned min; /* a narrow terminal does not cut below    */
	enum cell cell;
	size_t at; /* offset of the member                    */
	void (*put)(struct text *, const void *row);
};

/* Columns of a terminal that text takes; what it may not show is U+FFFD. */
unsigned layout_width(const char *text);

/* How wide a table's columns are: measured over rows, then made to fit. */
struct layout {
	const struct column *column;
	size_t n;
	unsigned width[LAYOUT_COLUMNS_MAX];
	bool hidden[LAYOUT_COLUMNS_MAX];
	bool any;
};

void layout_start(struct layout *, const struct column *, size_t n);
void layout_measure(struct layout *, const void *row);
/* Cuts columns until a line has at most that many; 0 = no matter. */
void layout_fit(struct layout *, unsigned columns);
void layout_head(const struct layout *, FILE *);
void layout_row(const struct layout *, const void *row, FILE *);

/* A text by itself, as a table would show it. */
void layout_text(const char *, FILE *);

void layout_csv_head(const struct column *, size_t n, FILE *);
void layout_csv_row(const struct column *, size_t n, const void *row, FILE *);

#endif

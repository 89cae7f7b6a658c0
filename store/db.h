/*
 * db: SQLite as both sides use it, the writer and its readers: opening,
 * errors, binding and reading.  Nothing here knows a table.
 */
#ifndef OTUS_STORE_DB_H
#define OTUS_STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define DB_FILE "otus.db"

/* What SQLite's answer means to us; SQLITE_OK, ROW and DONE are 0. */
int db_err(int sqlite_rc);

/*
 * Opens path for writing or for reading only, with every setting that
 * matters made explicit.
 */
int db_open(const char *path, bool write, sqlite3 **ret) MUST_CHECK;
/* For writing, with a rollback journal: nothing stays beside the file. */
int db_open_small(const char *path, sqlite3 **ret) MUST_CHECK;
int db_exec(sqlite3 *, const char *sql) MUST_CHECK;
int db_prepare(sqlite3 *, const char *sql, sqlite3_stmt **ret) MUST_CHECK;

/* 1 and a row, 0 when there is none (then reset), or negative err. */
int db_step(sqlite3_stmt *) MUST_CHECK;
/* Runs a statement that gives no row, and resets it. */
int db_run(sqlite3_stmt *) MUST_CHECK;
/* The first column of the first row, or none; for statements at start. */
int db_int(sqlite3 *, const char *sql, int64_t none, int64_t *ret) MUST_CHECK;

static inline void
db_reset(sqlite3_stmt *st)
{
	(void)sqlite3_reset(st); /* tells again what step has told */
}

/* Binding cannot fail: the number of parameters is ours, the text stays. */
static inline void
db_bind(sqlite3_stmt *st, int at, int64_t v)
{
	(void)sqlite3_bind_int64(st, at, v);
}

/* Until the next reset and binding; NULL binds NULL. */
static inline void
db_bind_text(sqlite3_stmt *st, int at, const char *s)
{
	(void)sqlite3_bind_text(st, at, s, -1, SQLITE_STATIC);
}

static inline int64_t
db_get(sqlite3_stmt *st, int col)
{
	return sqlite3_column_int64(st, col);
}

/* "" for NULL; lives until the next step or reset. */
static inline const char *
db_text(sqlite3_stmt *st, int col)
{
	const unsigned char *s = sqlite3_column_text(st, col);

	return s != NULL ? (const char *)s : "";
}

/* Copies a text column, cut to size. */
void db_copy(sqlite3_stmt *, int col, char *buf, size_t size);

#endif

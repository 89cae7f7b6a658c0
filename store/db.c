/*
 * db: see db.h.
 *
 * Debian's SQLite is built with SECURE_DELETE, synchronous=FULL in WAL mode
 * and loadable extensions, so nothing is left to its defaults.  In WAL mode
 * synchronous=NORMAL cannot damage a database; a power failure may take the
 * last transactions, as it takes the frames that nobody was there to see.
 */
#include <string.h>

#include "limits.h"
#include "store/db.h"

#define BUSY_MS 5000 /* a reader's or checkpoint's short lock          */
#define MMAP_MAX \
	0 /* a mapped file that is cut by others kills with
			 SIGBUS; reads go through the page cache        */

int
db_err(int rc)
{
	if (rc == SQLITE_READONLY_ROLLBACK) {
		return ERR_HALFWAY; /* a journal that its writer left */
	}
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return 0;
	case SQLITE_FULL: return ERR_FULL;
	case SQLITE_IOERR: return ERR_IO;
	case SQLITE_NOMEM: return ERR_NOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return ERR_BUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return ERR_DAMAGED;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH: return ERR_PERM;
	case SQLITE_CANTOPEN: return ERR_NOENT;
	default: return ERR_DB;
	}
}

int
db_exec(sqlite3 *db, const char *sql)
{
	return db_err(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int
db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret)
{
	return db_err(sqlite3_prepare_v3(
	    db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL));
}

int
db_step(sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW) {
		return 1;
	}
	(void)sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_err(rc);
}

int
db_run(sqlite3_stmt *st)
{
	int rc = db_step(st);

	if (rc == 1) {
		db_reset(st);
		rc = 0;
	}
	return rc;
}

int
db_int(sqlite3 *db, const char *sql, int64_t none, int64_t *ret)
{
	sqlite3_stmt *st = NULL;
	int rc = db_prepare(db, sql, &st);

	if (rc == 0) {
		rc = db_step(st);
	}
	if (rc >= 0) {
		bool some =
		    rc == 1 && sqlite3_column_type(st, 0) != SQLITE_NULL;

		*ret = some ? db_get(st, 0) : none;
		rc = 0;
	}
	(void)sqlite3_finalize(st);
	return rc;
}

void
db_copy(sqlite3_stmt *st, int col, char *buf, size_t size)
{
	const char *s = db_text(st, col);
	size_t n = strnlen(s, size - 1);

	memcpy(buf, s, n);
	buf[n] = '\0';
}

static int
configure(sqlite3 *db, bool write)
{
	int off = 0;
	int rc;

	(void)sqlite3_extended_result_codes(db, 1);
	(void)sqlite3_busy_timeout(db, BUSY_MS);
	(void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	rc = sqlite3_db_config(
	    db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, &off);
	if (rc == SQLITE_OK) {
		rc = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	}
	if (rc == SQLITE_OK) {
		rc = sqlite3_db_config(
		    db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	}
	if (rc != SQLITE_OK) {
		return db_err(rc);
	}
	if (!write) {
		return db_exec(db,
		    "PRAGMA query_only=1; PRAGMA mmap_size=0;"
		    "PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY");
	}
	return 0;
}

/* In this order: auto_vacuum and WAL are written into a new file. */
static int
configure_writer(sqlite3 *db)
{
	char sql[512];
	int on = 1;
	int rc =
	    sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);

	if (rc != SQLITE_OK) {
		return db_err(rc);
	}
	(void)sqlite3_soft_heap_limit64(
	    (sqlite3_int64)LIMIT_STORE_HEAP_KIB * 1024);
	(void)sqlite3_snprintf((int)sizeof(sql), sql,
	    "PRAGMA auto_vacuum=NONE; PRAGMA journal_mode=WAL;"
	    "PRAGMA synchronous=NORMAL; PRAGMA secure_delete=0;"
	    "PRAGMA mmap_size=%d; PRAGMA cache_size=-%d;"
	    "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=0;"
	    "PRAGMA recursive_triggers=0; PRAGMA wal_autocheckpoint=1000;"
	    "PRAGMA journal_size_limit=67108864",
	    MMAP_MAX, LIMIT_STORE_PAGES_KIB);
	return db_exec(db, sql);
}

/* Few words, each worth more than the time that it takes to write it. */
static int
configure_small(sqlite3 *db)
{
	return db_exec(db,
	    "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL;"
	    "PRAGMA mmap_size=0; PRAGMA cache_size=-4096;"
	    "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=0;"
	    "PRAGMA recursive_triggers=0; PRAGMA secure_delete=0");
}

static int
open_db(const char *path, bool write, int (*more)(sqlite3 *), sqlite3 **ret)
{
	int flags = SQLITE_OPEN_NOMUTEX |
		    (write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	sqlite3 *db = NULL;
	int rc;

	/* No process of ours has threads; refused once SQLite is in use. */
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	rc = db_err(sqlite3_open_v2(path, &db, flags, NULL));
	if (rc == 0) {
		rc = configure(db, write);
	}
	if (rc == 0 && more != NULL) {
		rc = more(db);
	}
	if (rc != 0) {
		(void)sqlite3_close_v2(db);
		return rc;
	}
	*ret = db;
	return 0;
}

int
db_open(const char *path, bool write, sqlite3 **ret)
{
	return open_db(path, write, write ? configure_writer : NULL, ret);
}

int
db_open_small(const char *path, sqlite3 **ret)
{
	return open_db(path, true, configure_small, ret);
}

/*
 * migrate: from any released schema to this one, forward only.
 *
 * schema/NNNN.sql makes version NNNN out of the one before; user_version says
 * which one a database has.  A step and its number are one transaction, so a
 * migration that is cut short has not begun.  A database that is newer than
 * the program is refused: writing it by old rules would damage it.
 *
 * The build turns the files into the strings below (tests.mk).
 */
#include <stdio.h>

#include "base/log.h"
#include "store/db.h"
#include "store/migrate.h"

static const char *const steps[] = {
#include "store/schema.inc"
};

#define LATEST ((int)(sizeof(steps) / sizeof(steps[0])))

int
migrate_latest(void)
{
	return LATEST;
}

static int
step(sqlite3 *db, int to)
{
	char sql[64];
	int rc = db_exec(db, "BEGIN IMMEDIATE");

	if (rc != 0) {
		return rc;
	}
	rc = db_exec(db, steps[to - 1]);
	if (rc == 0) {
		(void)snprintf(
		    sql, sizeof(sql), "PRAGMA user_version = %d", to);
		rc = db_exec(db, sql);
	}
	if (rc == 0) {
		rc = db_exec(db, "COMMIT");
	}
	if (rc != 0) {
		log_error("migration to schema %d: %s", to, sqlite3_errmsg(db));
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	}
	return rc;
}

int
migrate_to(sqlite3 *db, int version)
{
	int64_t have;
	int rc = db_int(db, "PRAGMA user_version", 0, &have);

	if (rc == 0 && have > LATEST) {
		log_error("the database has schema %lld; this program knows %d "
			  "at most. Install the newer otus that wrote it",
		    (long long)have, LATEST);
		return ERR_UNSUPPORTED;
	}
	for (int v = (int)have + 1; rc == 0 && v <= version; v++) {
		rc = step(db, v);
	}
	return rc;
}

int
migrate(sqlite3 *db)
{
	return migrate_to(db, LATEST);
}

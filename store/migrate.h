/*
 * migrate: the schema, in numbered steps (schema/NNNN.sql).
 */
#ifndef OTUS_STORE_MIGRATE_H
#define OTUS_STORE_MIGRATE_H

#include <sqlite3.h>

#include "base/err.h"

/* ERR_UNSUPPORTED when the database is of a newer program. */
int migrate(sqlite3 *) MUST_CHECK;
/* No further than to version; for tests. */
int migrate_to(sqlite3 *, int version) MUST_CHECK;
int migrate_latest(void);

#endif

/*
 * open_test: the directory, its lock, the schema's steps.
 */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "base/test.h"
#include "store/db.h"
#include "store/harness.h"
#include "store/migrate.h"
#include "store/query.h"

static int
setup(void **state)
{
	static struct rig r;

	rig_start(&r, RIG_LEARNS, NULL);
	*state = &r;
	return 0;
}

static int
teardown(void **state)
{
	rig_stop(*state);
	return 0;
}

static void
path_of(const struct rig *r, const char *name, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%s/%s", r->dir, name);
}

static void
test_second_writer_is_refused(void **state)
{
	struct rig *r = *state;
	struct store *s = NULL;

	assert_int_equal(store_open(&r->opt, &s), ERR_BUSY);
	assert_null(s);
	/* The first one is none the worse for it. */
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets"), 0);
}

static void
test_lock_goes_with_its_process(void **state)
{
	struct rig *r = *state;
	int status;
	pid_t pid;

	assert_int_equal(store_close(r->s), 0);
	r->s = NULL;
	pid = fork();
	if (pid == 0) {
		struct store *s;

		_exit(store_open(&r->opt, &s) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(store_open(&r->opt, &r->s), 0);
}

static void
test_group_reads_and_others_do_not(void **state)
{
	static const char *const names[] = {
	    "otus.db", "otus.db-wal", "otus.db-shm", "lock"};
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1);
	char path[128];
	struct stat st;

	assert_int_equal(sample_endpoint(&r->x, &h, "arp"), 0);
	assert_int_equal(store_commit(r->s), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path_of(r, names[i], path, sizeof(path));
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777 & ~0040, 0600);
		assert_int_equal(st.st_mode & 0007, 0);
	}
}

/* A reader that may not write the directory needs them. */
static void
test_log_and_index_stay_behind(void **state)
{
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1);
	char path[128];
	struct stat st;

	assert_int_equal(sample_endpoint(&r->x, &h, "arp"), 0);
	assert_int_equal(store_close(r->s), 0);
	r->s = NULL;
	path_of(r, "otus.db-wal", path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	path_of(r, "otus.db-shm", path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(store_open(&r->opt, &r->s), 0);
}

static void
test_missing_parent_directory_is_told(void **state)
{
	struct rig *r = *state;
	struct store_options opt = r->opt;
	struct store *s;

	opt.dir = "/nonexistent/otus/data";
	assert_int_equal(store_open(&opt, &s), ERR_NOENT);
}

static void
test_what_is_no_database_is_told_and_kept(void **state)
{
	struct rig *r = *state;
	char path[128], buf[8] = "";
	struct store *s;
	FILE *f;

	assert_int_equal(store_close(r->s), 0);
	r->s = NULL;
	harness_remove(r->dir);
	assert_int_equal(mkdir(r->dir, 0700), 0);
	path_of(r, "otus.db", path, sizeof(path));
	f = fopen(path, "w");
	assert_non_null(f);
	for (int i = 0; i < 4096; i++) {
		(void)fputs("no db! ", f);
	}
	(void)fclose(f);
	assert_int_equal(store_open(&r->opt, &s), ERR_DAMAGED);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fread(buf, 1, 7, f), 7);
	assert_string_equal(buf, "no db! ");
	(void)fclose(f);
	(void)unlink(path);
	assert_int_equal(store_open(&r->opt, &r->s), 0);
}

/* --- schema ------------------------------------------------------------------- */

static sqlite3 *
open_file(const struct rig *r)
{
	sqlite3 *db = NULL;
	char path[128];

	path_of(r, "otus.db", path, sizeof(path));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	return db;
}

static void
set_version(const struct rig *r, int v)
{
	sqlite3 *db = open_file(r);
	char sql[64];

	(void)snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", v);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}

static void
test_newer_schema_is_refused_and_untouched(void **state)
{
	struct rig *r = *state;
	struct query *q;
	int64_t v;
	sqlite3 *db;

	assert_int_equal(store_close(r->s), 0);
	r->s = NULL;
	set_version(r, migrate_latest() + 1);
	assert_int_equal(store_open(&r->opt, &r->s), ERR_UNSUPPORTED);
	assert_int_equal(query_open(r->dir, &q), ERR_UNSUPPORTED);
	db = open_file(r);
	assert_int_equal(db_int(db, "PRAGMA user_version", 0, &v), 0);
	assert_int_equal(v, migrate_latest() + 1);
	(void)sqlite3_close(db);
	set_version(r, migrate_latest());
	assert_int_equal(store_open(&r->opt, &r->s), 0);
}

static void
schema_of(sqlite3 *db, char *buf, size_t size)
{
	sqlite3_stmt *st;

	buf[0] = '\0';
	assert_int_equal(db_prepare(db,
			     "SELECT group_concat(sql, ';') FROM (SELECT sql "
			     "FROM sqlite_schema ORDER BY name)",
			     &st),
	    0);
	assert_int_equal(db_step(st), 1);
	db_copy(st, 0, buf, size);
	(void)sqlite3_finalize(st);
}

/* From nothing and from every version that there was, to the same end. */
static void
test_every_version_migrates_to_the_latest(void **state)
{
	static char want[65536], got[65536];
	sqlite3 *db;
	int64_t v;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(migrate(db), 0);
	schema_of(db, want, sizeof(want));
	(void)sqlite3_close(db);
	for (int from = 0; from <= migrate_latest(); from++) {
		assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
		assert_int_equal(migrate_to(db, from), 0);
		assert_int_equal(db_int(db, "PRAGMA user_version", -1, &v), 0);
		assert_int_equal(v, from);
		assert_int_equal(migrate(db), 0);
		assert_int_equal(db_int(db, "PRAGMA user_version", -1, &v), 0);
		assert_int_equal(v, migrate_latest());
		schema_of(db, got, sizeof(got));
		assert_string_equal(got, want);
		(void)sqlite3_close(db);
	}
}

/* A step that cannot be done leaves no half of itself. */
static void
test_failed_migration_has_not_begun(void **state)
{
	sqlite3 *db;
	int64_t v;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "CREATE TABLE outbox (x)", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_not_equal(migrate(db), 0);
	assert_int_equal(db_int(db, "PRAGMA user_version", -1, &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(
	    db_int(db, "SELECT count(*) FROM sqlite_schema", -1, &v), 0);
	assert_int_equal(v, 1);
	assert_true(sqlite3_get_autocommit(db));
	(void)sqlite3_close(db);
}

static void
test_every_table_is_strict(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_int(r, "SELECT count(*) FROM pragma_table_list "
				    "WHERE schema = 'main' AND type = 'table' "
				    "AND strict = 0 AND name NOT LIKE "
				    "'sqlite_%'"),
	    0);
	assert_true(rig_int(r, "SELECT count(*) FROM pragma_table_list WHERE "
			       "strict = 1") > 10);
}

static void
test_reader_cannot_write(void **state)
{
	struct rig *r = *state;
	char path[128];
	sqlite3 *db;

	path_of(r, "otus.db", path, sizeof(path));
	assert_int_equal(db_open(path, false, &db), 0);
	assert_int_not_equal(db_exec(db, "DELETE FROM meta"), 0);
	assert_int_not_equal(
	    db_exec(db, "PRAGMA query_only=0; DELETE FROM meta"), 0);
	assert_int_not_equal(db_exec(db, "ATTACH '/tmp/x' AS x"), 0);
	assert_int_not_equal(db_exec(db, "SELECT load_extension('x')"), 0);
	(void)sqlite3_close(db);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_second_writer_is_refused),
	    T(test_lock_goes_with_its_process),
	    T(test_group_reads_and_others_do_not),
	    T(test_log_and_index_stay_behind),
	    T(test_missing_parent_directory_is_told),
	    T(test_what_is_no_database_is_told_and_kept),
	    T(test_newer_schema_is_refused_and_untouched),
	    cmocka_unit_test(test_every_version_migrates_to_the_latest),
	    cmocka_unit_test(test_failed_migration_has_not_begun),
	    T(test_every_table_is_strict),
	    T(test_reader_cannot_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

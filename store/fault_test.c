/*
 * fault_test: a full disk, a failing disk: what was committed stays, what
 * failed is taken back as a whole, and the store goes on when it can.
 *
 * A VFS stands between SQLite and the system's own; from a certain write or
 * sync on it fails, until it is told not to.  Every such moment of one
 * transaction is tried.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "store/harness.h"

/* --- the VFS ---------------------------------------------------------------------- */

static struct {
	sqlite3_vfs *real;
	long left; /* calls that still succeed; -1: all */
	int code;
	unsigned long failed;
} fault = {.left = -1};

struct file {
	sqlite3_file base;
	sqlite3_file *real;
};

#define REAL(f) (((struct file *)(void *)(f))->real)

static bool
fails(void)
{
	if (fault.left < 0) {
		return false;
	}
	if (fault.left > 0) {
		fault.left--;
		return false;
	}
	fault.failed++;
	return true;
}

static int
f_close(sqlite3_file *f)
{
	int rc = REAL(f)->pMethods->xClose(REAL(f));

	free(REAL(f));
	return rc;
}

static int
f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return REAL(f)->pMethods->xRead(REAL(f), p, n, at);
}

/* Half of it, as when the disk fills. */
static int
f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (fails()) {
		(void)REAL(f)->pMethods->xWrite(REAL(f), p, n / 2, at);
		return fault.code;
	}
	return REAL(f)->pMethods->xWrite(REAL(f), p, n, at);
}

static int
f_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	return REAL(f)->pMethods->xTruncate(REAL(f), n);
}

static int
f_sync(sqlite3_file *f, int flags)
{
	if (fails()) {
		return SQLITE_IOERR_FSYNC;
	}
	return REAL(f)->pMethods->xSync(REAL(f), flags);
}

static int
f_size(sqlite3_file *f, sqlite3_int64 *ret)
{
	return REAL(f)->pMethods->xFileSize(REAL(f), ret);
}

static int
f_lock(sqlite3_file *f, int l)
{
	return REAL(f)->pMethods->xLock(REAL(f), l);
}

static int
f_unlock(sqlite3_file *f, int l)
{
	return REAL(f)->pMethods->xUnlock(REAL(f), l);
}

static int
f_check(sqlite3_file *f, int *ret)
{
	return REAL(f)->pMethods->xCheckReservedLock(REAL(f), ret);
}

static int
f_control(sqlite3_file *f, int op, void *arg)
{
	return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}

static int
f_sector(sqlite3_file *f)
{
	return REAL(f)->pMethods->xSectorSize(REAL(f));
}

static int
f_device(sqlite3_file *f)
{
	return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static int
f_shm_map(sqlite3_file *f, int pg, int n, int ext, void volatile **ret)
{
	return REAL(f)->pMethods->xShmMap(REAL(f), pg, n, ext, ret);
}

static int
f_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return REAL(f)->pMethods->xShmLock(REAL(f), at, n, flags);
}

static void
f_shm_barrier(sqlite3_file *f)
{
	REAL(f)->pMethods->xShmBarrier(REAL(f));
}

static int
f_shm_unmap(sqlite3_file *f, int del)
{
	return REAL(f)->pMethods->xShmUnmap(REAL(f), del);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = f_close,
    .xRead = f_read,
    .xWrite = f_write,
    .xTruncate = f_truncate,
    .xSync = f_sync,
    .xFileSize = f_size,
    .xLock = f_lock,
    .xUnlock = f_unlock,
    .xCheckReservedLock = f_check,
    .xFileControl = f_control,
    .xSectorSize = f_sector,
    .xDeviceCharacteristics = f_device,
    .xShmMap = f_shm_map,
    .xShmLock = f_shm_lock,
    .xShmBarrier = f_shm_barrier,
    .xShmUnmap = f_shm_unmap,
};

static int
v_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *ret)
{
	struct file *x = (struct file *)(void *)f;
	int rc;

	x->real = calloc(1, (size_t)fault.real->szOsFile);
	if (x->real == NULL) {
		return SQLITE_NOMEM;
	}
	rc = fault.real->xOpen(fault.real, name, x->real, flags, ret);
	x->base.pMethods = rc == SQLITE_OK ? &methods : NULL;
	if (rc != SQLITE_OK) {
		free(x->real);
	}
	return rc;
}

static int
install(void **state)
{
	static sqlite3_vfs v;

	(void)sqlite3_initialize();
	fault.real = sqlite3_vfs_find(NULL);
	v = *fault.real;
	v.zName = "fault";
	v.szOsFile = sizeof(struct file);
	v.xOpen = v_open;
	v.pNext = NULL;
	return sqlite3_vfs_register(&v, 1);
}

/* --- the tests ---------------------------------------------------------------------- */

static void
fail_after(long n, int code)
{
	fault.left = n;
	fault.code = code;
	fault.failed = 0;
}

static void
heal(void)
{
	fault.left = -1;
}

/* Some 60 hosts with links and behaviours, from number at. */
static int
feed(struct rig *r, unsigned at)
{
	int rc = 0;

	for (unsigned i = at; i < at + 30 && rc == 0; i++) {
		struct host c =
		    sample_host(10, 0, (uint8_t)(i >> 8), (uint8_t)i);
		struct host v =
		    sample_host(10, 1, (uint8_t)(i >> 8), (uint8_t)i);

		rc = sample_endpoint(&r->x, &c, "arp");
		rc = rc == 0 ? sample_endpoint(&r->x, &v, "arp") : rc;
		rc = rc == 0 ? sample_read(&r->x, &c, &v, 1, 0, 10) : rc;
		rc =
		    rc == 0 ? sample_identity(&r->x, &v, -1, "model", "X") : rc;
		rc = rc == 0 ? sample_traffic(&r->x, &c, &v, 5) : rc;
	}
	return rc == 0 ? store_commit(r->s) : rc;
}

#define INTACT "PRAGMA integrity_check"

static void
check_at(struct rig *r, long n, int code, bool *ret_done)
{
	char buf[64];
	int64_t assets;
	int rc;

	assert_int_equal(feed(r, 0), 0);
	fail_after(n, code);
	rc = feed(r, 1000);
	*ret_done = fault.failed == 0;
	heal();
	/* All or nothing; an error is told, unless a checkpoint had it. */
	assert_string_equal(rig_text(r, INTACT, buf, sizeof(buf)), "ok");
	assets = rig_int(r, "SELECT count(*) FROM assets");
	assert_true(assets == 60 || assets == 120);
	if (rc == 0) {
		assert_int_equal(assets, 120);
	}
	assert_int_equal(
	    rig_int(r, "SELECT sum(packets) FROM links"), assets / 2 * 5);
	/* And on it goes. */
	assert_int_equal(feed(r, 2000), 0);
	assert_int_equal(feed(r, 1000), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets"), 180);
	assert_int_equal(rig_int(r, "SELECT count(DISTINCT key) FROM "
				    "addresses"),
	    rig_int(r, "SELECT count(*) FROM addresses"));
	if (rc != 0) {
		assert_true(rig_int(r, "SELECT value FROM counters WHERE "
				       "name = 'events.lost'") > 0);
	}
	assert_string_equal(rig_text(r, INTACT, buf, sizeof(buf)), "ok");
}

static void
every_moment(int code)
{
	bool done = false;
	long n = 0;

	/* Each one at first, where headers are; then in larger steps. */
	for (; !done && n < 100000; n += n < 20 ? 1 : 7) {
		struct rig r;

		rig_start(&r, RIG_LEARNS, NULL);
		check_at(&r, n, code, &done);
		rig_stop(&r);
	}
	assert_true(done);
	assert_true(n > 20);
}

static void
test_full_disk_keeps_what_was_there(void **state)
{
	(void)state;
	every_moment(SQLITE_FULL);
}

static void
test_failing_disk_keeps_what_was_there(void **state)
{
	(void)state;
	every_moment(SQLITE_IOERR_WRITE);
}

/* A disk that stays full: each attempt fails, nothing gets worse. */
static void
test_disk_that_stays_full_is_told_each_time(void **state)
{
	struct rig r;
	char buf[64];

	(void)state;
	rig_start(&r, RIG_LEARNS, NULL);
	assert_int_equal(feed(&r, 0), 0);
	fail_after(0, SQLITE_FULL);
	for (unsigned i = 1; i < 20; i++) {
		assert_int_equal(feed(&r, 100 * i), ERR_FULL);
	}
	heal();
	assert_string_equal(rig_text(&r, INTACT, buf, sizeof(buf)), "ok");
	assert_int_equal(rig_int(&r, "SELECT count(*) FROM assets"), 60);
	assert_int_equal(feed(&r, 100), 0);
	assert_int_equal(rig_int(&r, "SELECT count(*) FROM assets"), 120);
	rig_stop(&r);
}

/* From the first event on: nothing is half begun. */
static void
test_first_transaction_may_fail(void **state)
{
	struct rig r;

	(void)state;
	rig_start(&r, RIG_LEARNS, NULL);
	fail_after(0, SQLITE_FULL);
	assert_int_equal(feed(&r, 0), ERR_FULL);
	heal();
	assert_int_equal(feed(&r, 0), 0);
	assert_int_equal(rig_int(&r, "SELECT value FROM meta WHERE key = "
				     "'learn_from_ns'"),
	    SAMPLE_START);
	assert_int_equal(rig_int(&r, "SELECT min(id) FROM assets"), 1);
	rig_stop(&r);
}

static void
change(const struct rig *r, const char *sql)
{
	char path[128];
	sqlite3 *db;

	(void)snprintf(path, sizeof(path), "%s/otus.db", r->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}

/* A statement that fails by itself leaves the transaction open. */
static void
test_failed_statement_takes_all_back(void **state)
{
	struct host h = sample_host(10, 9, 9, 9);
	struct rig r;

	(void)state;
	rig_start(&r, RIG_LEARNS, NULL);
	assert_int_equal(feed(&r, 0), 0);
	change(&r, "CREATE TRIGGER no BEFORE INSERT ON facts BEGIN "
		   "SELECT RAISE(ABORT, 'no'); END");
	assert_int_equal(sample_endpoint(&r.x, &h, "arp"), 0);
	assert_int_equal(store_counter(r.s, "s", "a.b", 1), 0);
	assert_int_equal(sample_identity(&r.x, &h, -1, "name", "x"), ERR_DB);
	change(&r, "DROP TRIGGER no");
	assert_int_equal(rig_int(&r, "SELECT count(*) FROM assets"), 60);
	assert_int_equal(rig_int(&r, "SELECT count(*) FROM counters"), 0);
	assert_int_equal(sample_endpoint(&r.x, &h, "arp"), 0);
	assert_int_equal(sample_identity(&r.x, &h, -1, "name", "x"), 0);
	assert_int_equal(rig_int(&r, "SELECT count(*) FROM assets"), 61);
	rig_stop(&r);
}

/* Nor do names of captures that cannot be written, and the old ones stay. */
static void
test_failed_inputs_are_taken_back(void **state)
{
	const char *const first[] = {"a.pcap"}, *const more[] = {"b.pcap", "c"};
	struct rig r;

	(void)state;
	rig_start(&r, RIG_LEARNS, NULL);
	assert_int_equal(store_inputs(r.s, first, 1), 0);
	change(&r, "CREATE TRIGGER no BEFORE INSERT ON inputs WHEN NEW.name = "
		   "'c' BEGIN SELECT RAISE(ABORT, 'no'); END");
	assert_int_equal(store_inputs(r.s, more, 2), ERR_DB);
	assert_int_equal(rig_int(&r, "SELECT count(*) FROM inputs"), 1);
	change(&r, "DROP TRIGGER no");
	assert_int_equal(store_inputs(r.s, more, 2), 0);
	assert_int_equal(rig_int(&r, "SELECT count(*) FROM inputs"), 3);
	rig_stop(&r);
}

/* Killed at once: the next writer finds all that was committed. */
static void
test_killed_writer_leaves_its_commits(void **state)
{
	struct rig r;
	char buf[64];
	int status;
	pid_t pid;

	(void)state;
	rig_start(&r, RIG_LEARNS, NULL);
	assert_int_equal(store_close(r.s), 0);
	pid = fork();
	if (pid == 0) {
		if (store_open(&r.opt, &r.s) != 0) {
			_exit(1);
		}
		r.x.s = r.s;
		if (feed(&r, 0) != 0) {
			_exit(2);
		}
		(void)sample_endpoint(
		    &r.x, &(struct host){sample_host(1, 2, 3, 4).end}, "arp");
		(void)raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(store_open(&r.opt, &r.s), 0);
	r.x.s = r.s;
	assert_int_equal(rig_int(&r, "SELECT count(*) FROM assets"), 60);
	assert_string_equal(rig_text(&r, INTACT, buf, sizeof(buf)), "ok");
	rig_stop(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_full_disk_keeps_what_was_there),
	    cmocka_unit_test(test_failing_disk_keeps_what_was_there),
	    cmocka_unit_test(test_disk_that_stays_full_is_told_each_time),
	    cmocka_unit_test(test_first_transaction_may_fail),
	    cmocka_unit_test(test_failed_statement_takes_all_back),
	    cmocka_unit_test(test_failed_inputs_are_taken_back),
	    cmocka_unit_test(test_killed_writer_leaves_its_commits),
	};

	return cmocka_run_group_tests(tests, install, NULL);
}

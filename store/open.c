/*
 * open: a state directory and its one writer.
 *
 *	DIR/lock          held by flock for as long as the writer lives
 *	DIR/otus.db       the database, and beside it
 *	DIR/otus.db-wal   its log and
 *	DIR/otus.db-shm   its index, which stay when the writer goes, so that
 *	                  a reader without write permission can open them
 *
 * Files are 0640: the group reads.  The directory's mode is its maker's.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/migrate.h"
#include "store/store_priv.h"

static const char *const statements[] = {
#define STMT(name, sql) sql,
#include "store/stmt.def"
#undef STMT
};

static int
errno_err(void)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR: return ERR_NOENT;
	case EACCES:
	case EPERM:
	case EROFS: return ERR_PERM;
	case ENOSPC:
	case EDQUOT: return ERR_FULL;
	case ENOMEM: return ERR_NOMEM;
	default: return ERR_IO;
	}
}

/* --- transactions ---------------------------------------------------------- */

int
store_flush(struct store *s)
{
	int rc = cache_flush(&s->addrs);

	rc = rc == 0 ? cache_flush(&s->links) : rc;
	rc = rc == 0 ? cache_flush(&s->behaves) : rc;
	return rc == 0 ? cache_flush(&s->points) : rc;
}

int
store_meta_set(struct store *s, const char *key, int64_t v)
{
	sqlite3_stmt *st = s->st[ST_META_SET];

	db_bind_text(st, 1, key);
	db_bind(st, 2, v);
	return db_run(st);
}

/* Numbers to count on from, and whether the caches hold everything. */
static int
load(struct store *s)
{
	int64_t behaves = 0, points = 0;
	int rc = db_int(s->db, "SELECT max(id) FROM assets", 0, &s->asset_id);

	rc = rc == 0 ? db_int(s->db, "SELECT max(id) FROM addresses", 0,
			   &s->addr_id)
		     : rc;
	rc = rc == 0
		 ? db_int(s->db, "SELECT max(id) FROM links", 0, &s->link_id)
		 : rc;
	rc = rc == 0 ? db_int(s->db, "SELECT 1 FROM behaviours LIMIT 1", 0,
			   &behaves)
		     : rc;
	rc = rc == 0 ? db_int(s->db, "SELECT 1 FROM points LIMIT 1", 0, &points)
		     : rc;
	if (rc != 0) {
		return rc;
	}
	cache_clear(&s->addrs, s->addr_id == 0);
	cache_clear(&s->links, s->link_id == 0);
	cache_clear(&s->behaves, behaves == 0);
	cache_clear(&s->points, points == 0);
	rc = baseline_start(s);
	rc = rc == 0 ? rhythm_start(s) : rc;
	memset(s->held, 0, sizeof(s->held));
	memset(s->doubt, 0, sizeof(s->doubt));
	rc = rc == 0 ? place_start(s) : rc;
	return rc == 0 ? health_start(s) : rc;
}

int
store_begin(struct store *s)
{
	int rc = 0;

	if (s->in_txn) {
		return 0;
	}
	if (s->stale) {
		rc = load(s);
		s->stale = rc != 0;
	}
	said_refresh(s);
	rc = rc == 0 ? outbox_begin(s) : rc;
	rc = rc == 0 ? db_run(s->st[ST_BEGIN]) : rc;
	if (rc == 0) {
		s->in_txn = true;
		s->txn_events = 0;
		s->txn_mono_ns = s->deterministic ? 0 : clock_mono_ns();
	}
	return rc;
}

void
store_fail(struct store *s)
{
	int64_t lost = s->txn_events;

	log_error("transaction of %u events taken back: %s", s->txn_events,
	    sqlite3_errmsg(s->db));
	s->now.ev = NULL;
	s->changes = 0;
	for (size_t i = 0; i < ST_COUNT; i++) {
		db_reset(s->st[i]);
	}
	if (!sqlite3_get_autocommit(s->db)) {
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	}
	s->in_txn = false;
	s->txn_events = 0;
	s->lost_events += lost;
	/* Read again before the next transaction: now it may fail as well. */
	cache_clear(&s->addrs, false);
	cache_clear(&s->links, false);
	cache_clear(&s->behaves, false);
	cache_clear(&s->points, false);
	s->stale = true;
}

/* Events that a failed transaction took with it, told in a later one. */
static int
tell_lost(struct store *s)
{
	sqlite3_stmt *st = s->st[ST_COUNTER_ADD];
	int rc;

	if (s->lost_events == 0) {
		return 0;
	}
	db_bind_text(st, 1, "events.lost");
	db_bind(st, 2, s->lost_events);
	db_bind(st, 3, (int64_t)s->stream_ns);
	rc = db_run(st);
	if (rc == 0) {
		s->lost_events = 0;
	}
	return rc;
}

static int
write_all(struct store *s)
{
	int rc = store_flush(s);

	rc = rc == 0 ? alert_trim(s) : rc;
	rc = rc == 0 ? tell_lost(s) : rc;
	/* A writer that has heard nothing yet does not know better. */
	rc = rc == 0 && s->stream_ns != 0
		 ? store_meta_set(s, "stream_ns", (int64_t)s->stream_ns)
		 : rc;
	rc = rc == 0 ? rhythm_write(s) : rc;
	rc = rc == 0 ? place_write(s) : rc;
	return rc == 0 ? db_run(s->st[ST_COMMIT]) : rc;
}

int
store_commit(struct store *s)
{
	int rc;

	if (!s->in_txn) {
		return 0;
	}
	rc = write_all(s);
	if (rc != 0) {
		store_fail(s);
		return rc;
	}
	s->in_txn = false;
	return 0;
}

/* --- opening and closing ---------------------------------------------------- */

static int
take_lock(struct store *s, const char *dir)
{
	char path[4096];

	if (mkdir(dir, 0750) < 0 && errno != EEXIST) {
		return errno_err();
	}
	if (snprintf(path, sizeof(path), "%s/lock", dir) >= (int)sizeof(path)) {
		return ERR_TOOBIG;
	}
	s->lock_fd =
	    open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (s->lock_fd < 0) {
		return errno_err();
	}
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		return errno == EWOULDBLOCK ? ERR_BUSY : errno_err();
	}
	return 0;
}

/* SQLite gives the files beside it the mode of the database. */
static int
make_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd < 0) {
		return errno == EEXIST ? 0 : errno_err();
	}
	(void)close(fd);
	return 0;
}

static int
open_db(struct store *s, const char *dir)
{
	char path[4096];
	int rc;

	if (snprintf(path, sizeof(path), "%s/" DB_FILE, dir) >=
	    (int)sizeof(path)) {
		return ERR_TOOBIG;
	}
	rc = make_file(path);
	rc = rc == 0 ? db_open(path, true, &s->db) : rc;
	return rc == 0 ? migrate(s->db) : rc;
}

static void
rule_problem(void *arg, const struct rules_problem *p)
{
	(void)arg;
	log_warn("%s:%d: [%s] %s", p->file, p->line, p->rule, p->reason);
}

/* The rules first: loading them makes SQLite compile all the rest anew. */
static int
prepare(struct store *s, const char *rules_dir)
{
	int rc = sqlfunc_register(s);

	rc = rc == 0
		 ? rules_load(s->db, rules_dir, rule_problem, NULL, &s->rules)
		 : rc;
	for (size_t i = 0; i < ST_COUNT && rc == 0; i++) {
		rc = db_prepare(s->db, statements[i], &s->st[i]);
		if (rc != 0) {
			log_error(
			    "statement %zu: %s", i, sqlite3_errmsg(s->db));
		}
	}
	return rc;
}

static void
free_all(struct store *s)
{
	rules_free(s->rules);
	said_close(s);
	for (size_t i = 0; i < ST_COUNT; i++) {
		(void)sqlite3_finalize(s->st[i]);
	}
	(void)sqlite3_close_v2(s->db);
	cache_done(&s->addrs);
	cache_done(&s->links);
	cache_done(&s->behaves);
	cache_done(&s->points);
	free(s->input);
	if (s->lock_fd >= 0) {
		(void)close(s->lock_fd);
	}
	free(s);
}

int
store_open(const struct store_options *opt, struct store **ret)
{
	struct store *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL) {
		return ERR_NOMEM;
	}
	s->lock_fd = -1;
	s->deterministic = opt->deterministic;
	s->learn_ns = opt->learn_ns;
	s->addr_max = LIMIT_STORE_ADDRESS_MAX;
	s->cache_rows = opt->cache_rows;
	rc = sodium_init() < 0 ? ERR_INTERNAL : 0;
	hash_key_init(&s->key);
	rc = rc == 0 ? addrs_init(s) : rc;
	rc = rc == 0 ? links_init(s) : rc;
	rc = rc == 0 ? behaves_init(s) : rc;
	rc = rc == 0 ? point_rows_init(s) : rc;
	rc = rc == 0 ? take_lock(s, opt->dir) : rc;
	rc = rc == 0 ? open_db(s, opt->dir) : rc;
	rc = rc == 0 ? prepare(s, opt->rules_dir) : rc;
	rc = rc == 0 ? load(s) : rc;
	rc = rc == 0 ? said_open(s, opt->dir) : rc;
	if (rc != 0) {
		free_all(s);
		return rc;
	}
	*ret = s;
	return 0;
}

int
store_close(struct store *s)
{
	int rc;

	if (s == NULL) {
		return 0;
	}
	/* What was lost since the last tick would be told by nobody. */
	rc = store_begin(s);
	rc = rc == 0 ? health_tick(s) : rc;
	if (rc == 0) {
		rc = store_commit(s);
	} else {
		store_fail(s);
	}
	free_all(s);
	return rc;
}

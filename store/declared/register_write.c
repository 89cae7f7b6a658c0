/*
 * register: writing.
 *
 * The file has a rollback journal and no log: whoever may read the file may
 * read it, also where he may write nothing beside it, and words are few.  A
 * transaction takes SQLite's lock at its begin, so that what was read and
 * what is written are of one moment, and is on the disk when it is over.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limits.h"
#include "store/db.h"
#include "store/declared/register.h"
#include "store/declared/register_priv.h"

static const char schema[] = {
#include "store/declared/schema.inc"
};

enum {
	GET,
	PUT,
	DELETE,
	TELL,
	ADD,
	COUNT,
	KEYS,
	REMOVE,
	TRIM,
	FIND,
	STATEMENTS
};

static const char *const statements[STATEMENTS] = {
    [GET] = "SELECT value FROM words WHERE device = ?1 AND key = ?2",
    [PUT] = "INSERT INTO words (device, key, value, who, at, source) "
	    "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET "
	    "value = ?3, who = ?4, at = ?5, source = ?6",
    [DELETE] = "DELETE FROM words WHERE device = ?1 AND key = ?2",
    [TELL] = "INSERT INTO history (device, key, old, new, who, at, source) "
	     "VALUES (?1, ?2, ?7, ?3, ?4, ?5, ?6)",
    [ADD] = "INSERT INTO devices (made, source) VALUES (?1, ?2)",
    [COUNT] = "SELECT count(*) FROM devices",
    [KEYS] = "SELECT key FROM words WHERE device = ?1 ORDER BY key LIMIT 1",
    [REMOVE] = "DELETE FROM devices WHERE id = ?1",
    [TRIM] = "DELETE FROM history WHERE id <= "
	     "(SELECT max(id) FROM history) - ?1",
    [FIND] = "SELECT min(device) FROM words WHERE key = ?1 AND value = ?2",
};

struct register_writer {
	sqlite3 *db;
	sqlite3_stmt *st[STATEMENTS];
};

/* Root writes for whoever the directory belongs to. */
static int
make_file(const char *dir, const char *path)
{
	struct stat st;
	int rc = 0;
	int fd;

	/* A register may be there before the plant is listened to. */
	if (mkdir(dir, 0750) < 0 && errno != EEXIST) {
		return errno == ENOENT ? ERR_NOENT : ERR_PERM;
	}
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd < 0) {
		return errno == EEXIST   ? 0
		       : errno == ENOENT ? ERR_NOENT
		       : errno == EACCES || errno == EPERM || errno == EROFS
			   ? ERR_PERM
			   : ERR_IO;
	}
	if (geteuid() == 0 &&
	    (stat(dir, &st) < 0 || fchown(fd, st.st_uid, st.st_gid) < 0)) {
		rc = ERR_IO;
	}
	(void)close(fd);
	return rc;
}

static int
start(struct register_writer *w)
{
	char sql[64];
	int64_t version;
	int rc = db_exec(w->db, "BEGIN IMMEDIATE");

	rc = rc == 0 ? db_int(w->db, "PRAGMA user_version", 0, &version) : rc;
	if (rc == 0 && version > REGISTER_VERSION) {
		return ERR_UNSUPPORTED;
	}
	if (rc == 0 && version == 0) {
		rc = db_exec(w->db, schema);
		(void)snprintf(sql, sizeof(sql), "PRAGMA user_version = %d",
		    REGISTER_VERSION);
		rc = rc == 0 ? db_exec(w->db, sql) : rc;
	}
	for (int i = 0; i < STATEMENTS && rc == 0; i++) {
		rc = db_prepare(w->db, statements[i], &w->st[i]);
	}
	return rc;
}

static int
path_of(const char *dir, char path[4096])
{
	return snprintf(path, 4096, "%s/" DECL_FILE, dir) < 4096 ? 0
								 : ERR_TOOBIG;
}

int
register_repair(const char *dir)
{
	char path[4096];
	sqlite3 *db = NULL;
	int rc = path_of(dir, path);

	/* Who may write and begins to read rolls back (SQLite, "Atomic
	 * Commit", 4.2). */
	rc = rc == 0 ? db_open_small(path, &db) : rc;
	rc = rc == 0 ? db_exec(db, "BEGIN IMMEDIATE; ROLLBACK") : rc;
	(void)sqlite3_close_v2(db);
	return rc;
}

int
register_begin(const char *dir, struct register_writer **ret)
{
	struct register_writer *w = calloc(1, sizeof(*w));
	char path[4096];
	int rc = path_of(dir, path);

	if (w == NULL) {
		return ERR_NOMEM;
	}
	rc = rc == 0 ? make_file(dir, path) : rc;
	rc = rc == 0 ? db_open_small(path, &w->db) : rc;
	rc = rc == 0 ? start(w) : rc;
	if (rc != 0) {
		register_abort(w);
		return rc;
	}
	*ret = w;
	return 0;
}

int
register_now(struct register_writer *w, struct declared *ret)
{
	return register_read(w->db, ret);
}

/*
 * A write that failed (no room, a limit) leaves its journal, which this
 * connection would roll back when it reads next: so it reads.  Readers may
 * not be able to.
 */
static void
roll_back(sqlite3 *db)
{
	int64_t version;

	if (!sqlite3_get_autocommit(db)) {
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	}
	if (db_int(db, "PRAGMA user_version", 0, &version) != 0) {
		return; /* the next writer will */
	}
}

void
register_abort(struct register_writer *w)
{
	if (w == NULL) {
		return;
	}
	for (int i = 0; i < STATEMENTS; i++) {
		(void)sqlite3_finalize(w->st[i]);
	}
	if (w->db != NULL) {
		roll_back(w->db);
	}
	(void)sqlite3_close_v2(w->db);
	free(w);
}

int
register_commit(struct register_writer *w)
{
	int rc;

	db_bind(w->st[TRIM], 1, LIMIT_DECLARED_HISTORY);
	rc = db_run(w->st[TRIM]);
	for (int i = 0; i < STATEMENTS; i++) {
		db_reset(w->st[i]);
	}
	rc = rc == 0 ? db_exec(w->db, "COMMIT") : rc;
	register_abort(w);
	return rc;
}

int
register_add(struct register_writer *w, const struct register_act *a,
    int64_t *ret_device)
{
	int rc = db_step(w->st[COUNT]);
	bool full =
	    rc == 1 && db_get(w->st[COUNT], 0) >= LIMIT_DECLARED_DEVICES;

	db_reset(w->st[COUNT]);
	if (rc < 0 || full) {
		return rc < 0 ? rc : ERR_FULL;
	}
	db_bind(w->st[ADD], 1, (int64_t)a->at_ns);
	db_bind_text(w->st[ADD], 2, a->source);
	rc = db_run(w->st[ADD]);
	if (rc == 0) {
		*ret_device = sqlite3_last_insert_rowid(w->db);
	}
	return rc;
}

int
register_find(struct register_writer *w, enum decl_key k, const char *value,
    int64_t *ret_device)
{
	sqlite3_stmt *st = w->st[FIND];
	int rc;

	db_bind_text(st, 1, decl_word(k));
	db_bind_text(st, 2, value);
	rc = db_step(st);
	if (rc == 1) {
		*ret_device = db_get(st, 0); /* 0 for NULL */
		db_reset(st);
	}
	return rc < 0 ? rc : 0;
}

static void
bind_act(sqlite3_stmt *st, const struct register_act *a, int64_t device,
    const char *key, const char *value)
{
	db_bind(st, 1, device);
	db_bind_text(st, 2, key);
	db_bind_text(st, 3, value);
	db_bind_text(st, 4, a->who);
	db_bind(st, 5, (int64_t)a->at_ns);
	db_bind_text(st, 6, a->source);
}

int
register_set(struct register_writer *w, const struct register_act *a,
    int64_t device, enum decl_key k, const char *value, bool *ret_changed)
{
	const char *key = decl_word(k);
	char was[DECL_VALUE_MAX] = "";
	sqlite3_stmt *st = w->st[GET];
	bool had, changed;
	int rc;

	value = value != NULL ? value : "";
	db_bind(st, 1, device);
	db_bind_text(st, 2, key);
	rc = db_step(st);
	if (rc < 0) {
		return rc;
	}
	had = rc == 1;
	if (had) {
		db_copy(st, 0, was, sizeof(was));
		db_reset(st);
	}
	changed = strcmp(was, value) != 0;
	if (ret_changed != NULL) {
		*ret_changed = changed;
	}
	if (!changed) {
		return 0;
	}
	st = w->st[value[0] != '\0' ? PUT : DELETE];
	(void)sqlite3_clear_bindings(st);
	if (value[0] != '\0') {
		bind_act(st, a, device, key, value);
	} else {
		db_bind(st, 1, device);
		db_bind_text(st, 2, key);
	}
	rc = db_run(st);
	if (rc != 0) {
		return rc;
	}
	bind_act(w->st[TELL], a, device, key, value[0] != '\0' ? value : NULL);
	db_bind_text(w->st[TELL], 7, had ? was : NULL);
	return db_run(w->st[TELL]);
}

int
register_remove(
    struct register_writer *w, const struct register_act *a, int64_t device)
{
	int rc;

	for (;;) {
		char word[64];
		enum decl_key k;

		db_bind(w->st[KEYS], 1, device);
		rc = db_step(w->st[KEYS]);
		if (rc != 1) {
			break;
		}
		db_copy(w->st[KEYS], 0, word, sizeof(word));
		db_reset(w->st[KEYS]);
		k = decl_key(word, strlen(word));
		if (k == DECL_NONE) {
			return ERR_UNSUPPORTED; /* a newer program's word */
		}
		rc = register_set(w, a, device, k, NULL, NULL);
		if (rc != 0) {
			break;
		}
	}
	if (rc == 0) {
		db_bind(w->st[REMOVE], 1, device);
		rc = db_run(w->st[REMOVE]);
	}
	return rc;
}

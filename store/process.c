/*
 * process: see process.h.  These rows change a few times an hour, so their
 * statements are prepared when they are needed.
 */
#include "store/process.h"
#include "store/query_priv.h"
#include "store/store_priv.h"

#define IDLE_NS NS_PER_SEC

int
store_processes_clear(struct store *s)
{
	int rc = store_begin(s);

	return rc == 0 ? db_exec(s->db, "DELETE FROM processes") : rc;
}

int
store_process(struct store *s, const struct store_process *p)
{
	sqlite3_stmt *st = NULL;
	int rc = store_begin(s);

	if (rc != 0) {
		return rc;
	}
	rc = db_prepare(s->db,
	    "INSERT INTO processes (role, label, state, ended, status, "
	    "sandbox, pid, restarts, crashes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
	    "?7, ?8, ?9) ON CONFLICT (role, label) DO UPDATE SET "
	    "state = ?3, ended = ?4, status = ?5, sandbox = ?6, pid = ?7, "
	    "restarts = ?8, crashes = ?9",
	    &st);
	if (rc != 0) {
		return rc;
	}
	db_bind_text(st, 1, p->role);
	db_bind_text(st, 2, p->label);
	db_bind_text(st, 3, p->state);
	db_bind_text(st, 4, p->ended);
	db_bind_text(st, 5, p->status);
	db_bind_text(st, 6, p->sandbox);
	db_bind(st, 7, (int64_t)p->pid);
	db_bind(st, 8, (int64_t)p->restarts);
	db_bind(st, 9, (int64_t)p->crashes);
	rc = db_run(st);
	(void)sqlite3_finalize(st);
	return rc;
}

static int
put_evidence(struct store *s, const struct store_evidence *e)
{
	sqlite3_stmt *st = NULL;
	int rc = db_prepare(s->db,
	    "INSERT OR IGNORE INTO evidence (role, label, generation, reason, "
	    "wall, number, ts, linktype, len, data) VALUES (?1, ?2, ?3, ?4, "
	    "?5, ?6, ?7, ?8, ?9, ?10)",
	    &st);

	if (rc != 0) {
		return rc;
	}
	db_bind_text(st, 1, e->role);
	db_bind_text(st, 2, e->label);
	db_bind(st, 3, (int64_t)e->generation);
	db_bind_text(st, 4, e->reason);
	db_bind(st, 5, (int64_t)e->wall_ns);
	db_bind(st, 6, (int64_t)e->number);
	db_bind(st, 7, (int64_t)e->ts_ns);
	db_bind(st, 8, e->linktype);
	db_bind(st, 9, e->len);
	if (e->data != NULL) {
		(void)sqlite3_bind_blob(
		    st, 10, e->data, (int)e->data_len, SQLITE_STATIC);
	}
	rc = db_run(st);
	(void)sqlite3_finalize(st);
	return rc;
}

int
store_evidence(struct store *s, const struct store_evidence *e)
{
	int rc = store_begin(s);

	rc = rc == 0 ? put_evidence(s, e) : rc;
	if (rc == 0) {
		rc = db_exec(s->db,
		    "DELETE FROM evidence WHERE id NOT IN (SELECT id FROM "
		    "evidence ORDER BY id DESC LIMIT 20)");
	}
	return rc == 0 ? store_commit(s) : rc;
}

int
store_idle(struct store *s)
{
	if (!s->in_txn || s->deterministic ||
	    clock_mono_ns() < s->txn_mono_ns + IDLE_NS) {
		return 0;
	}
	return store_commit(s);
}

int
query_processes(struct query *q,
    int (*row)(void *, const struct store_process *), void *arg)
{
	struct store_process p;
	sqlite3_stmt *st = NULL;
	int rc = db_prepare(q->db,
	    "SELECT role, label, state, ended, status, sandbox, pid, "
	    "restarts, crashes FROM processes ORDER BY role, label",
	    &st);

	if (rc != 0) {
		return rc;
	}
	while ((rc = db_step(st)) == 1) {
		p.role = db_text(st, 0);
		p.label = db_text(st, 1);
		p.state = db_text(st, 2);
		p.ended = db_text(st, 3);
		p.status = db_text(st, 4);
		p.sandbox = db_text(st, 5);
		p.pid = (uint64_t)db_get(st, 6);
		p.restarts = (uint64_t)db_get(st, 7);
		p.crashes = (uint64_t)db_get(st, 8);
		if ((rc = row(arg, &p)) != 0) {
			break;
		}
	}
	(void)sqlite3_finalize(st);
	return rc;
}

int
query_evidence(struct query *q,
    int (*row)(void *, const struct store_evidence *), void *arg)
{
	struct store_evidence e;
	sqlite3_stmt *st = NULL;
	int rc = db_prepare(q->db,
	    "SELECT role, label, generation, reason, wall, number, ts, "
	    "linktype, len, data FROM evidence ORDER BY id DESC LIMIT 20",
	    &st);

	if (rc != 0) {
		return rc;
	}
	while ((rc = db_step(st)) == 1) {
		e.role = db_text(st, 0);
		e.label = db_text(st, 1);
		e.generation = (uint64_t)db_get(st, 2);
		e.reason = db_text(st, 3);
		e.wall_ns = (uint64_t)db_get(st, 4);
		e.number = (uint64_t)db_get(st, 5);
		e.ts_ns = (uint64_t)db_get(st, 6);
		e.linktype = (uint32_t)db_get(st, 7);
		e.len = (uint32_t)db_get(st, 8);
		e.data = sqlite3_column_blob(st, 9);
		e.data_len = (uint32_t)sqlite3_column_bytes(st, 9);
		if ((rc = row(arg, &e)) != 0) {
			break;
		}
	}
	(void)sqlite3_finalize(st);
	return rc;
}

/*
 * query_status: the database as a whole: its state, its sums, the sensors'
 * counters.
 */
#include "store/query_priv.h"

int
query_status(struct query *q, struct query_status *ret)
{
	static const struct {
		const char *sql;
		size_t at;
	} parts[] = {
#define META(key) "SELECT value FROM meta WHERE key = '" key "'"
	    {META("stream_ns"), offsetof(struct query_status, stream_ns)},
	    {META("learn_from_ns"),
		offsetof(struct query_status, learn_from_ns)},
#undef META
	    {"SELECT count(*) FROM assets WHERE joined IS NULL",
		offsetof(struct query_status, assets)},
	    {"SELECT count(*) FROM links",
		offsetof(struct query_status, links)},
	    {"SELECT sum(behaviours) FROM links",
		offsetof(struct query_status, behaviours)},
	    {"SELECT count(*) FROM alerts",
		offsetof(struct query_status, alerts)},
	    {"SELECT count(*) FROM alerts WHERE state <> 'closed'",
		offsetof(struct query_status, alerts_open)},
	    {"SELECT count(*) FROM outbox WHERE state <> 'sent'",
		offsetof(struct query_status, outbox)},
	    {"SELECT sum(count) FROM malformed",
		offsetof(struct query_status, malformed)},
	    {"SELECT sum(count) FROM gaps",
		offsetof(struct query_status, gaps)},
	};
	struct query_status s = {0};
	int64_t done = 0;
	int rc = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == 0;
	     i++) {
		int64_t v = 0;

		rc = db_int(q->db, parts[i].sql, 0, &v);
		*(uint64_t *)(void *)((char *)&s + parts[i].at) = (uint64_t)v;
	}
	rc = rc == 0 ? db_int(q->db,
			   "SELECT value FROM meta WHERE key = 'learn_done'", 0,
			   &done)
		     : rc;
	if (rc == 0) {
		s.learning = done == 0;
		*ret = s;
	}
	return rc;
}

int
query_totals(struct query *q, struct query_totals *ret)
{
	sqlite3_stmt *st = NULL;
	struct query_totals t = {0};
	int rc = db_prepare(q->db,
	    "SELECT sum(packets + packets_back), sum(bytes + bytes_back), "
	    "sum(replies), sum(errors), sum(unanswered), sum(op_read), "
	    "sum(op_write), sum(op_control), sum(op_program), "
	    "sum(op_firmware), sum(op_config), sum(op_diagnostic), "
	    "sum(op_discovery), sum(op_session), sum(op_report), "
	    "sum(op_file), sum(op_other) FROM links",
	    &st);

	if (rc != 0) {
		return rc;
	}
	rc = db_step(st);
	if (rc == 1) {
		t.packets = (uint64_t)db_get(st, 0);
		t.bytes = (uint64_t)db_get(st, 1);
		t.replies = (uint64_t)db_get(st, 2);
		t.errors = (uint64_t)db_get(st, 3);
		t.unanswered = (uint64_t)db_get(st, 4);
		t.operations = t.replies;
		for (int i = EV_CLASS_NONE + 1; i < EV_CLASS_COUNT; i++) {
			t.ops[i] = (uint64_t)db_get(st, 4 + i);
			t.operations += t.ops[i];
		}
		*ret = t;
		rc = 0;
	}
	(void)sqlite3_finalize(st);
	return rc;
}

int
query_counters(struct query *q,
    int (*row)(void *, const struct query_counter *), void *arg)
{
	sqlite3_stmt *st = NULL;
	int rc = db_prepare(q->db,
	    "SELECT sensor, name, value, changed FROM counters "
	    "ORDER BY sensor, name",
	    &st);

	while (rc == 0 && (rc = db_step(st)) == 1) {
		const struct query_counter c = {
		    .sensor = db_text(st, 0),
		    .name = db_text(st, 1),
		    .value = (uint64_t)db_get(st, 2),
		    .changed = (uint64_t)db_get(st, 3),
		};

		rc = row(arg, &c);
	}
	(void)sqlite3_finalize(st);
	return rc;
}

/*
 * query_detail: what an asset's links and services tell about it, as one text
 * each: for an export, not for a page.
 */
#include "store/query_priv.h"
#include "store/text.h"

static const char ports[] =
    "SELECT DISTINCT s.transport || '/' || s.port || CASE s.proto WHEN '' "
    "THEN coalesce(' ' || lower(s.label), '') ELSE ' ' || s.proto END "
    "FROM addresses AS a JOIN services AS s ON s.addr = a.id "
    "WHERE a.asset = ?1 AND s.answers = 1 "
    "ORDER BY s.transport, s.port LIMIT 256";
/* Whom it refused is no user of it. */
static const char accounts[] =
    "SELECT DISTINCT u.user FROM addresses AS a JOIN links AS l ON "
    "l.dst = a.id JOIN auths AS u ON u.link = l.id "
    "WHERE a.asset = ?1 AND u.user <> '' AND u.action <> 'fail' ORDER BY "
    "u.user LIMIT 256";
/* Port 514 is syslog's (RFC 5426), 6514 that over TLS (RFC 5425). */
static const char logging[] =
    "SELECT DISTINCT 'syslog to ' || coalesce(y.ip, y.mac) FROM addresses "
    "AS a JOIN links AS l ON l.src = a.id JOIN addresses AS y ON "
    "y.id = l.dst WHERE a.asset = ?1 AND (l.proto = 'syslog' OR "
    "lower(l.label) = 'syslog' OR (l.transport = 'udp' AND l.port = 514) OR "
    "(l.transport = 'tcp' AND l.port = 6514)) LIMIT 16";

int
query_detail(
    struct query *q, int64_t asset, enum query_detail what, struct text *t)
{
	static const char *const sql[] = {ports, accounts, logging};
	sqlite3_stmt *st = NULL;
	int rc = db_prepare(q->db, sql[what], &st);

	if (rc == 0) {
		db_bind(st, 1, asset);
	}
	while (rc == 0 && (rc = db_step(st)) == 1) {
		text_put(t, t->n != 0 ? ", " : "");
		text_put(t, db_text(st, 0));
		rc = 0;
	}
	(void)sqlite3_finalize(st);
	return rc;
}

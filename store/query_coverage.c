/*
 * query_coverage: how well the network is seen, and what cannot be seen.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "store/query_priv.h"

#define COLUMNS                                                          \
	"SELECT sensor, iface, vlan, frames, bytes, group_frames, cut, " \
	"broken, unknown, long_frames, cooked, looked, copies, across, " \
	"routed, talks, both_ways, gaps, lost, known, secret, other, "   \
	"dropped, missed, tcp, upkeep, first, last, pause, pause_end, "  \
	"protocols, spoke, station FROM coverage ORDER BY iface, vlan, sensor"

enum { COUNTS = 3, REST = COUNTS + COVERAGE_COUNTS };

_Static_assert(COVERAGE_COUNTS == 23, "as in COLUMNS");

/* "aa:bb:cc:dd:ee:ff" or two of them. */
static void
parse_stations(struct coverage *c, const char *text)
{
	for (; c->stations < 2 && strlen(text) >= 17; text += 17) {
		unsigned m[6];

		text += text[0] == ' ';
		if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &m[0], &m[1], &m[2],
			&m[3], &m[4], &m[5]) != 6) {
			return;
		}
		for (int i = 0; i < 6; i++) {
			c->station[c->stations][i] = (uint8_t)m[i];
		}
		c->stations++;
	}
}

static void
fill(sqlite3_stmt *st, struct query_coverage *ret)
{
	struct coverage *c = &ret->c;

	memset(ret, 0, sizeof(*ret));
	ret->sensor = db_text(st, 0);
	(void)snprintf(c->iface, sizeof(c->iface), "%s", db_text(st, 1));
	c->vlan = (uint16_t)db_get(st, 2);
	for (int i = 0; i < COVERAGE_COUNTS; i++) {
		c->count[i] = (uint64_t)db_get(st, COUNTS + i);
	}
	c->first_ns = (uint64_t)db_get(st, REST);
	c->last_ns = (uint64_t)db_get(st, REST + 1);
	c->pause_ns = (uint64_t)db_get(st, REST + 2);
	c->pause_end_ns = (uint64_t)db_get(st, REST + 3);
	c->protos = (uint64_t)db_get(st, REST + 4);
	c->spoke_ns = (uint64_t)db_get(st, REST + 5);
	parse_stations(c, db_text(st, REST + 6));
}

int
query_coverage(struct query *q,
    int (*row)(void *, const struct query_coverage *), void *arg)
{
	struct query_coverage c;
	sqlite3_stmt *st = NULL;
	int rc = db_prepare(q->db, COLUMNS, &st);

	if (rc != 0) {
		return rc;
	}
	while ((rc = db_step(st)) == 1) {
		fill(st, &c);
		rc = row(arg, &c);
		if (rc != 0) {
			break;
		}
	}
	(void)sqlite3_finalize(st);
	return rc;
}

/* --- what cannot be seen ------------------------------------------------------ */

/* kind 3 is ADDR_GROUP, 4 ADDR_SUB; flags 1 is ADDR_HEARD. */
#define HEARD                                                             \
	"SELECT DISTINCT asset FROM addresses WHERE asset <> 0 AND kind " \
	"IN (1, 2) AND (flags & 1) <> 0"
#define SPOKEN_TO                                                       \
	"SELECT x.asset FROM links AS l JOIN addresses AS x ON x.id = " \
	"l.src JOIN addresses AS y ON y.id = l.dst WHERE y.kind <> 3 "  \
	"UNION SELECT y.asset FROM links AS l JOIN addresses AS y ON "  \
	"y.id = l.dst JOIN addresses AS x ON x.id = l.src WHERE x.kind <> 3"
#define GROUPS_ONLY                                                            \
	"SELECT count(*) FROM (" HEARD " EXCEPT SELECT * FROM (" SPOKEN_TO ")" \
	")"
#define BEHIND                                                         \
	"FROM addresses AS u JOIN addresses AS f ON f.id = u.carrier " \
	"WHERE u.kind = 4 AND u.asset <> 0 AND f.asset <> u.asset"

/* flags: 1 ADDR_HEARD, 2 ADDR_FIRM, 64 ADDR_VIRTUAL, 2048 ADDR_DIRECT; kind 1
 * is ADDR_MAC, 2 ADDR_IP.  The MAC that they come from is another's, and no
 * other is theirs. */
#define BY_ROUTERS                                                       \
	"SELECT x.ip, x.asset FROM addresses AS x CROSS JOIN addresses " \
	"AS m ON m.key = x.mac WHERE x.kind = 2 AND x.asset <> 0 AND "   \
	"(x.flags & 2115) = 1 AND m.asset NOT IN (0, x.asset) AND NOT "  \
	"EXISTS (SELECT 1 FROM addresses AS o WHERE o.asset = x.asset "  \
	"AND o.kind = 1) ORDER BY x.asset, x.id"

_Static_assert(ADDR_GROUP == 3 && ADDR_SUB == 4 && ADDR_HEARD == 1 &&
		   ADDR_MAC == 1 && ADDR_IP == 2 && ADDR_FIRM == 2 &&
		   ADDR_VIRTUAL == 64 && ADDR_DIRECT == 2048,
    "as in the statements");

/* Up to the last dot or colon: mostly the same in a network. */
static size_t
net_len(const char *ip)
{
	const char *last = strrchr(ip, strchr(ip, ':') != NULL ? ':' : '.');

	return last != NULL ? (size_t)(last - ip) + 1 : 0;
}

static void
keep_example(struct query_blind *b, const char *ip)
{
	size_t n = net_len(ip);

	for (unsigned i = 0; i < b->shown; i++) {
		if (net_len(b->example[i]) == n &&
		    memcmp(b->example[i], ip, n) == 0) {
			return;
		}
	}
	if (b->shown < QUERY_ROUTED_SHOWN) {
		(void)snprintf(
		    b->example[b->shown++], sizeof(b->example[0]), "%s", ip);
	}
}

static bool
is_private(const char *ip)
{
	bool six = strchr(ip, ':') != NULL;
	struct ev_ip a = {0};

	return inet_pton(six ? AF_INET6 : AF_INET, ip, a.a) == 1 &&
	       !ev_ip_is_public(six ? 6 : 4, &a);
}

static int
count_routed(struct query *q, struct query_blind *ret)
{
	sqlite3_stmt *st = NULL;
	int64_t asset = 0;
	int rc = db_prepare(q->db, BY_ROUTERS, &st);

	ret->routed = 0;
	ret->shown = 0;
	while (rc == 0 && (rc = db_step(st)) == 1) {
		const char *ip = db_text(st, 0);

		if (db_get(st, 1) != asset && is_private(ip)) {
			asset = db_get(st, 1);
			ret->routed++;
			keep_example(ret, ip);
		}
		rc = 0;
	}
	(void)sqlite3_finalize(st);
	return rc;
}

int
query_blind(struct query *q, struct query_blind *ret)
{
	static const char *const sql[] = {
	    "SELECT count(*) FROM (" HEARD ")",
	    GROUPS_ONLY,
	    "SELECT count(DISTINCT f.asset) " BEHIND,
	    "SELECT count(DISTINCT u.asset) " BEHIND,
	};
	int64_t v[sizeof(sql) / sizeof(sql[0])];
	int rc = 0;

	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]) && rc == 0; i++) {
		rc = db_int(q->db, sql[i], 0, &v[i]);
	}
	if (rc == 0) {
		ret->heard = (uint64_t)v[0];
		ret->groups = (uint64_t)v[1];
		ret->gateways = (uint64_t)v[2];
		ret->behind = (uint64_t)v[3];
		rc = count_routed(q, ret);
	}
	return rc;
}

int
query_station(struct query *q, const char *mac, char *buf, size_t size)
{
	sqlite3_stmt *st = NULL;
	int rc = db_prepare(q->db,
	    "SELECT coalesce(a.name, (SELECT x.ip FROM addresses AS x WHERE "
	    "x.asset = a.id AND x.kind = 2 ORDER BY x.id LIMIT 1), '') FROM "
	    "addresses AS m JOIN assets AS a ON a.id = m.asset "
	    "WHERE m.key = ?1",
	    &st);

	if (rc != 0) {
		return rc;
	}
	buf[0] = '\0';
	db_bind_text(st, 1, mac);
	rc = db_step(st);
	if (rc == 1) {
		db_copy(st, 0, buf, size);
		rc = 0;
	}
	(void)sqlite3_finalize(st);
	return rc;
}

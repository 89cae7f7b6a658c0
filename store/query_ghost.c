/*
 * query_ghost: devices that others name or ask for and nobody hears.
 *
 * An address is a ghost while nothing came from it.  What speaks of it:
 *
 *	asked    a conversation that only one side is heard of
 *	arp      ARP or neighbour discovery asked for it in vain, and again
 *	table    a table of broadcast managers (BACnet) has it
 *	behind   a unit, slot or station behind a device that was asked for
 *	         there and never answered (a path that ends
 *	         in an IP address is that address)
 *
 * That nobody hears it has two reasons: it is not there, or this mirror port
 * does not show it.  Which one it is a person must find out; the row says who
 * asks, so that there is somebody to ask.  Public addresses are the Internet's
 * and no device of a plant.
 */
#include <arpa/inet.h>
#include <string.h>

#include "store/query_priv.h"

/* flags: 1 ADDR_HEARD, 64 ADDR_VIRTUAL; kinds: 2 ADDR_IP, 4 ADDR_SUB */
#define SILENT(a) "(" a ".flags & (1 | 64)) = 0"
/* The part of "10.0.0.1:47808" before the port. */
#define HOST_OF(t)                                                         \
	"CASE WHEN " t " GLOB '*.*:*' THEN substr(" t ", 1, instr(" t ", " \
	"':') - 1) ELSE " t " END"
#define ASKED                                                         \
	"SELECT a.ip AS ip, NULL AS front, 0 AS port, NULL AS kind, " \
	"0 AS num, NULL AS sub, 'asked' AS why, l.src AS who, "       \
	"l.first AS first, l.last AS last FROM addresses AS a "       \
	"JOIN links AS l ON l.dst = a.id WHERE a.asset = 0 AND "      \
	"a.kind = 2 AND " SILENT("a")
#define NAMED                                                                  \
	"SELECT " HOST_OF(                                                     \
	    "t.peer") ", NULL, 0, NULL, 0, NULL, "                             \
		      "CASE t.relation WHEN 'looks_for' THEN 'arp' ELSE "      \
		      "'table' END, "                                          \
		      "t.addr, t.first, t.last FROM topology AS t WHERE "      \
		      "t.relation IN "                                         \
		      "('looks_for', 'bbmd', 'bbmd_written') AND (t.peer "     \
		      "GLOB "                                                  \
		      "'[0-9]*.*.*.*' OR t.peer GLOB '*:*:*') AND NOT EXISTS " \
		      "(SELECT 1 "                                             \
		      "FROM addresses AS h WHERE h.key = " HOST_OF(            \
			  "t.peer") " AND NOT " SILENT("h") ")"
#define BEHIND                                                                \
	"SELECT NULL, f.ip, u.port, u.sub_kind, u.sub_num, u.sub_text, "      \
	"'behind', NULL, u.first, u.last FROM addresses AS f "                \
	"JOIN addresses AS u ON u.carrier = f.id WHERE f.kind = 2 AND "       \
	"u.kind = 4 AND u.asset = 0 AND u.sub_kind <> '' AND " SILENT(        \
	    "u") " AND coalesce(u.sub_text, '') NOT GLOB '*.*.*.*' AND "      \
		 "(u.sub_kind <> 'unit' OR (u.sub_num NOT IN "                \
		 "(0, 255) AND EXISTS (SELECT 1 FROM addresses AS p WHERE "   \
		 "p.carrier = f.id AND p.transport = u.transport AND "        \
		 "p.port = u.port AND p.sub_kind = '' AND (p.flags & 16) <> " \
		 "0)))"
#define GHOSTS                                                        \
	"SELECT g.ip, g.front, g.port, g.kind, g.num, g.sub, "        \
	"group_concat(DISTINCT g.why), count(DISTINCT g.who), "       \
	"min(g.first), max(g.last), w.uid, x.ip, "                    \
	"CASE WHEN x.ip IS NULL THEN x.mac END, w.name FROM (" ASKED  \
	" UNION ALL " NAMED " UNION ALL " BEHIND ") AS g "            \
	"LEFT JOIN addresses AS x ON x.id = g.who "                   \
	"LEFT JOIN assets AS w ON w.id = x.asset "                    \
	"GROUP BY g.ip, g.front, g.port, g.kind, g.num, g.sub "       \
	"ORDER BY min(g.first), g.ip, g.front, g.port, g.num, g.sub " \
	"LIMIT 10000"

_Static_assert(ADDR_HEARD == 1 && ADDR_VIRTUAL == 64 && ADDR_OWN == 16 &&
		   ADDR_IP == 2 && ADDR_SUB == 4,
    "as in GHOSTS");

static bool
is_of_the_internet(const char *ip)
{
	struct ev_ip a = {0};
	bool six = strchr(ip, ':') != NULL;

	return inet_pton(six ? AF_INET6 : AF_INET, ip, a.a) == 1 &&
	       ev_ip_is_public(six ? 6 : 4, &a);
}

static void
fill(sqlite3_stmt *st, struct query_ghost *g)
{
	memset(g, 0, sizeof(*g));
	g->ip = query_text(st, 0);
	g->sub.ip = query_text(st, 1);
	g->sub.port = (uint16_t)db_get(st, 2);
	g->sub.kind = query_text(st, 3);
	g->sub.num = db_get(st, 4);
	g->sub.text = query_text(st, 5);
	g->why = db_text(st, 6);
	g->askers = (uint64_t)db_get(st, 7);
	g->first = (uint64_t)db_get(st, 8);
	g->last = (uint64_t)db_get(st, 9);
	query_end(st, 10, &g->asker);
	if (g->sub.kind == NULL) {
		g->sub.kind = "";
	}
	if (g->sub.text == NULL) {
		g->sub.text = "";
	}
}

int
query_ghosts(struct query *q, const struct query_filter *f,
    struct query_page *page, int (*row)(void *, const struct query_ghost *),
    void *arg)
{
	struct query_ghost g;
	sqlite3_stmt *st;
	int rc = db_prepare(q->db, GHOSTS, &st);

	(void)f;
	page->after = 0; /* a list of few: all at once */
	if (rc != 0) {
		return rc;
	}
	while ((rc = db_step(st)) == 1) {
		fill(st, &g);
		if (g.ip != NULL && is_of_the_internet(g.ip)) {
			continue;
		}
		rc = row(arg, &g);
		if (rc != 0) {
			break;
		}
	}
	(void)sqlite3_finalize(st);
	return rc;
}

/*
 * query_ghost: devices that others name or ask for and nobody hears.
 *
 * An address is a ghost while nothing came from it.  What speaks of it:
 *
 *	asked    a conversation that only one side is heard of
 *	there    likewise, and what is heard shows that the other side speaks:
 *	         TCP beyond its opening, replies to it, or packets to it long
 *	         after ARP asked for it in vain, as it seemed
 *	arp      ARP or neighbour discovery asked for it in vain, and again
 *	table    a table of broadcast managers (BACnet) has it
 *	behind   a unit, slot or station behind a device that was asked for
 *	         there and never answered (a path that ends
 *	         in an IP address is that address)
 *
 * That nobody hears it has two reasons: it is not there, or this mirror port
 * does not show it.  Which one it is `there` says; else a person must find out,
 * and the row says who asks, so that there is somebody to ask.  Public
 * addresses are the Internet's and no device of a plant.
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
/* Whose end of the link is a, and who is heard at the other one.  Fewer packets
 * may be the last words to a device that went away, sent again and again. */
#define HALF(self, other, packets)                                       \
	"SELECT a.ip, NULL, 0, NULL, 0, NULL, 'there', l." other ", "    \
	"l.first, l.last FROM addresses AS a JOIN links AS l ON l." self \
	" = a.id WHERE a.asset = 0 AND a.kind = 2 AND " SILENT(          \
	    "a") " AND (l.flags & 16) <> 0 AND l." packets               \
		 " - l.retransmits >= 5"
/* Nobody sends to a neighbour whose MAC he was not told; what he knew before
 * is good for a moment only. */
#define ARP_TOLD                                                         \
	"SELECT a.ip, NULL, 0, NULL, 0, NULL, 'there', l.src, l.first, " \
	"l.last FROM addresses AS a JOIN links AS l ON l.dst = a.id "    \
	"JOIN topology AS t ON t.addr = l.src AND "                      \
	"t.relation = 'looks_for' AND t.peer = a.ip WHERE a.asset = 0 "  \
	"AND a.kind = 2 AND " SILENT("a") " AND "                        \
					  "l.last > t.last + 10000000000"
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
#define EACH                                                                  \
	ASKED " UNION ALL " HALF("dst", "src", "packets") " UNION ALL " HALF( \
	    "src", "dst", "packets_back") " UNION ALL " ARP_TOLD              \
					  " UNION ALL " NAMED                 \
					  " UNION ALL " BEHIND
/* Who is there comes first: a sweep may leave more ghosts than are listed.  Of
 * those who ask, rather one to whom it speaks. */
#define GHOSTS                                                                 \
	"SELECT g.ip, g.front, g.port, g.kind, g.num, g.sub, g.why, "          \
	"g.askers, g.first, g.last, w.uid, x.ip, "                             \
	"CASE WHEN x.ip IS NULL THEN x.mac END, w.name, " AT_PLACE(            \
	    "x") ", "                                                          \
		 "(SELECT m.vlans FROM addresses AS m WHERE m.asset = "        \
		 "x.asset "                                                    \
		 "AND x.asset <> 0 AND m.vlans <> '' ORDER BY m.id LIMIT 1) "  \
		 "FROM (SELECT e.ip, e.front, e.port, e.kind, e.num, e.sub, "  \
		 "group_concat(DISTINCT e.why) AS why, "                       \
		 "count(DISTINCT e.who) AS askers, min(e.first) AS first, "    \
		 "max(e.last) AS last, coalesce(min(CASE e.why WHEN 'there' "  \
		 "THEN "                                                       \
		 "e.who END), min(e.who)) AS who FROM (" EACH ") AS e "        \
		 "GROUP BY e.ip, e.front, e.port, e.kind, e.num, e.sub) AS g " \
		 "LEFT JOIN addresses AS x ON x.id = g.who "                   \
		 "LEFT JOIN assets AS w ON w.id = x.asset "                    \
		 "ORDER BY instr(g.why, 'there') = 0, g.first, g.ip, "         \
		 "g.front, g.port, "                                           \
		 "g.num, g.sub "                                               \
		 "LIMIT 10000"

_Static_assert(ADDR_HEARD == 1 && ADDR_VIRTUAL == 64 && ADDR_OWN == 16 &&
		   ADDR_IP == 2 && ADDR_SUB == 4 && LINK_HALF == 16,
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
	g->there = strstr(g->why, "there") != NULL;
	g->askers = (uint64_t)db_get(st, 7);
	g->first = (uint64_t)db_get(st, 8);
	g->last = (uint64_t)db_get(st, 9);
	query_end(st, 10, &g->asker);
	g->vlans = query_text(st, 15);
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

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
 *	foreign  a broadcast manager's table of foreign devices has it
 *	bound    a list of whom a device is bound to (BACnet) has it
 *	sought   a device instance (BACnet) was asked for alone, and again, and
 *	         nobody said that he is that one
 *	behind   a unit, slot or station behind a device that is heard, asked
 *	         for there and never answered (a path that ends
 *	         in an IP address is that address; a slot that its chassis says
 *	         is empty is no device, unless it is missed there)
 *
 * That nobody hears it has two reasons: it is not there, or this mirror port
 * does not show it.  Which one it is `there` says; else a person must find out,
 * and the row says who asks, so that there is somebody to ask.
 *
 * No device: public addresses, which are the Internet's; what stands for none
 * or for oneself; and what is a network's or is to all in one, by a MAC
 * that it was seen with, a mask that a table of broadcast managers has, or the
 * last byte: a device of that number stands in a larger network than plants
 * have.
 */
#include <arpa/inet.h>
#include <string.h>

#include "store/query_priv.h"

#define MASKS_MAX 256 /* networks of a site */

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
		      "CASE t.relation WHEN 'looks_for' THEN 'arp' "           \
		      "WHEN 'foreign_device' THEN 'foreign' ELSE 'table' "     \
		      "END, "                                                  \
		      "t.addr, t.first, t.last FROM topology AS t WHERE "      \
		      "t.relation IN "                                         \
		      "('looks_for', 'bbmd', 'bbmd_written', "                 \
		      "'foreign_device') AND (t.peer "                         \
		      "GLOB "                                                  \
		      "'[0-9]*.*.*.*' OR t.peer GLOB '*:*:*') AND NOT EXISTS " \
		      "(SELECT 1 "                                             \
		      "FROM addresses AS h WHERE h.key = " HOST_OF(            \
			  "t.peer") " AND NOT " SILENT("h") ")"
/* 135-2020, 12.11.30: who it is does not say it. */
#define BOUND                                                                \
	"SELECT a.ip, NULL, 0, NULL, 0, NULL, 'bound', NULL, f.first, "      \
	"f.last FROM addresses AS a CROSS JOIN facts AS f ON f.addr = a.id " \
	"AND f.key = 'device_instance' WHERE f.claim = 'peer' AND "          \
	"a.asset = 0 AND a.kind = 2 AND " SILENT("a")
/* 135-2020, 16.10: Who-Is of one instance.  Who has it has said so, or what is
 * read of that device object is read from him. */
#define OF_BACNET(column, what)                                         \
	"SELECT " column " FROM links AS m CROSS JOIN behaviours AS c " \
	"ON c.link = m.id WHERE m.proto = 'bacnet' AND " what
#define INSTANCE(t, from) "CAST(substr(" t ", " from ") AS INTEGER)"
#define SOUGHT                                                                \
	"SELECT NULL, NULL, 0, 'instance', " INSTANCE("b.object",             \
	    "5") " AS n, NULL, 'sought', l.src, b.first, b.last FROM links "  \
		 "AS l CROSS JOIN behaviours AS b ON b.link = l.id AND "      \
		 "b.op = 'who_is' WHERE l.proto = 'bacnet' AND b.count > 1 "  \
		 "AND n BETWEEN 0 AND 4194302 AND b.object = 'low=' || n || " \
		 "' high=' || n AND CAST(n AS TEXT) NOT IN (SELECT value "    \
		 "FROM facts WHERE key = 'device_instance') AND n NOT IN "    \
		 "(" OF_BACNET(INSTANCE("c.object", "8"),                     \
		     "c.object GLOB 'device [0-9]*'") ")"
/* Whoever browses a rack asks each slot who is there, and comes back; whoever
 * misses a module asks for more, or for that one slot again and again. */
#define BROWSED_MIN "3"
#define MISSED(u, f)                                                      \
	"EXISTS (SELECT 1 FROM links AS m CROSS JOIN behaviours AS c ON " \
	"c.link = m.id WHERE m.dst = " f ".id AND c.sub = " u             \
	".sub_kind || ' ' || " u ".sub_text AND (c.op NOT GLOB "          \
	"'get_attribute*' OR (c.count > 1 AND (SELECT count(*) FROM "     \
	"addresses AS v WHERE v.carrier = " f ".id AND (v.flags & 4097) " \
	"= 4096) < " BROWSED_MIN ")))"
/* Of DNP3 they are everybody's or nobody's (IEEE 1815, 9.2: from FFF0 on). */
#define NO_STATION "(u.sub_kind = 'addr' AND u.sub_num >= 65520)"
/* The gateway itself, or a port that is not known to be a gateway's. */
#define NO_UNIT                                                        \
	"(u.sub_kind = 'unit' AND (u.sub_num IN (0, 255) OR NOT "      \
	"EXISTS (SELECT 1 FROM addresses AS p WHERE p.carrier = f.id " \
	"AND p.transport = u.transport AND p.port = u.port AND "       \
	"p.sub_kind = '' AND (p.flags & 16) <> 0)))"
/* A terminal server has unit 1 on port after port; all others are the same
 * wherever they are asked for. */
#define HEARD_ELSEWHERE                                                   \
	"(u.sub_kind <> 'unit' AND (u.carrier, u.sub_kind, "              \
	"coalesce(u.sub_num, 0), coalesce(u.sub_text, '')) IN "           \
	"(SELECT h.carrier, h.sub_kind, coalesce(h.sub_num, 0), "         \
	"coalesce(h.sub_text, '') FROM addresses AS h WHERE "             \
	"h.carrier IS NOT NULL AND h.sub_kind <> 'unit' AND NOT " SILENT( \
	    "h") "))"
/* HART asks a device by its identifier before it has said that it is his. */
#define ITSELF                                                      \
	"EXISTS (SELECT 1 FROM facts AS i WHERE i.addr = f.id AND " \
	"i.key = 'serial' AND i.claim = 'self' AND i.value = u.sub_text)"
#define A_MODULE(u, f) "((" u ".flags & 4096) = 0 OR " MISSED(u, f) ")"
/* Where the front is silent, too, that is the ghost. */
#define BEHIND                                                                \
	"SELECT NULL, f.ip, u.port, u.sub_kind, u.sub_num, u.sub_text, "      \
	"'behind', NULL, u.first, u.last FROM addresses AS f JOIN "           \
	"addresses AS u ON u.carrier = f.id WHERE f.kind = 2 AND u.kind = 4 " \
	"AND u.asset = 0 AND u.sub_kind <> '' AND coalesce(u.sub_text, '') "  \
	"NOT GLOB '*.*.*.*' AND " SILENT("u") " AND NOT " SILENT(             \
	    "f") " AND "                                                      \
		 "NOT " NO_STATION " AND NOT " NO_UNIT                        \
		 " AND NOT " HEARD_ELSEWHERE " AND NOT " ITSELF               \
		 " AND " A_MODULE("u", "f")
#define EACH                                                                  \
	ASKED " UNION ALL " HALF("dst", "src", "packets") " UNION ALL " HALF( \
	    "src", "dst", "packets_back") " UNION ALL " ARP_TOLD              \
					  " UNION ALL " NAMED                 \
					  " UNION ALL " BOUND                 \
					  " UNION ALL " SOUGHT                \
					  " UNION ALL " BEHIND
/* Who is there comes first: a sweep may leave more ghosts than are listed.  Of
 * those who ask, rather one to whom it speaks. */
#define GHOSTS                                                                \
	"SELECT g.ip, g.front, g.port, g.kind, g.num, g.sub, g.why, "         \
	"g.askers, g.first, g.last, w.uid, x.ip, "                            \
	"CASE WHEN x.ip IS NULL THEN x.mac END, w.name, " AT_PLACE(           \
	    "x") ", "                                                         \
		 "(SELECT m.vlans FROM addresses AS m WHERE m.asset = "       \
		 "x.asset "                                                   \
		 "AND x.asset <> 0 AND m.vlans <> '' ORDER BY m.id LIMIT 1) " \
		 "FROM (SELECT e.ip, e.front, max(e.port) AS port, e.kind, "  \
		 "e.num, e.sub, "                                             \
		 "group_concat(DISTINCT e.why) AS why, "                      \
		 "count(DISTINCT e.who) AS askers, min(e.first) AS first, "   \
		 "max(e.last) AS last, coalesce(min(CASE e.why WHEN 'there' " \
		 "THEN "                                                      \
		 "e.who END), min(e.who)) AS who FROM (" EACH ") AS e "       \
		 "GROUP BY e.ip, e.front, CASE e.kind WHEN 'unit' THEN "      \
		 "e.port END, e.kind, e.num, e.sub) AS g "                    \
		 "LEFT JOIN addresses AS x ON x.id = g.who "                  \
		 "LEFT JOIN assets AS w ON w.id = x.asset "                   \
		 "WHERE g.ip IS NULL OR NOT EXISTS (SELECT 1 FROM addresses " \
		 "AS h WHERE h.key = 'to ' || g.ip) "                         \
		 "ORDER BY instr(g.why, 'there') = 0, g.first, g.ip, "        \
		 "g.front, g.port, "                                          \
		 "g.num, g.sub "                                              \
		 "LIMIT 10000"

_Static_assert(ADDR_HEARD == 1 && ADDR_VIRTUAL == 64 && ADDR_OWN == 16 &&
		   ADDR_EMPTY == 4096 && ADDR_IP == 2 && ADDR_SUB == 4 &&
		   LINK_HALF == 16,
    "as in GHOSTS");

/* Broadcasts of other networks, as tables of broadcast managers have them:
 * a distribution mask says which bits are the network's (135-2020, J.4.3.2). */
struct masks {
	size_t n;
	uint32_t broadcast[MASKS_MAX];
};

static int
read_masks(struct query *q, struct masks *ret)
{
	sqlite3_stmt *st;
	int rc = db_prepare(q->db,
	    "SELECT DISTINCT " HOST_OF("peer") ", substr(detail, 6) FROM "
					       "topology WHERE relation IN "
					       "('bbmd', 'bbmd_written') AND "
					       "detail GLOB 'mask *'",
	    &st);

	ret->n = 0;
	if (rc != 0) {
		return rc;
	}
	while (ret->n < MASKS_MAX && (rc = db_step(st)) == 1) {
		struct in_addr ip, mask;

		if (inet_pton(AF_INET, db_text(st, 0), &ip) == 1 &&
		    inet_pton(AF_INET, db_text(st, 1), &mask) == 1 &&
		    ~mask.s_addr != 0) {
			ret->broadcast[ret->n++] = ip.s_addr | ~mask.s_addr;
		}
	}
	(void)sqlite3_finalize(st);
	return rc < 0 ? rc : 0;
}

static bool
is_to_all(const uint8_t a[4], const struct masks *m)
{
	uint32_t ip;

	memcpy(&ip, a, 4);
	for (size_t i = 0; i < m->n; i++) {
		if (m->broadcast[i] == ip) {
			return true;
		}
	}
	return a[3] == 0 || a[3] == 255;
}

/* IANA's special-purpose addresses: this host, loopback, link-local, those
 * that no host has (RFC 6890, 2.2.2). */
static bool
is_no_host(const uint8_t a[4], const char *why)
{
	return a[0] == 0 || a[0] == 127 || a[0] >= 224 ||
	       (a[0] == 169 && a[1] == 254 && strcmp(why, "arp") == 0);
}

/* Of who is behind an address only that is looked at, which is heard. */
static bool
is_no_device(const struct query_ghost *g, const struct masks *m)
{
	struct ev_ip a = {0};
	bool six;

	if (g->ip == NULL) {
		return g->sub.ip != NULL &&
		       inet_pton(AF_INET, g->sub.ip, a.a) == 1 &&
		       is_no_host(a.a, g->why);
	}
	six = strchr(g->ip, ':') != NULL;
	if (inet_pton(six ? AF_INET6 : AF_INET, g->ip, a.a) != 1) {
		return false;
	}
	if (ev_ip_is_public(six ? 6 : 4, &a)) {
		return true;
	}
	return !six &&
	       (is_no_host(a.a, g->why) || (!g->there && is_to_all(a.a, m)));
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
	g->instance = -1;
	if (g->sub.kind != NULL && strcmp(g->sub.kind, "instance") == 0) {
		g->instance = g->sub.num;
		g->sub.kind = NULL;
		g->sub.num = 0;
	}
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
	struct masks masks;
	sqlite3_stmt *st;
	int rc = read_masks(q, &masks);

	(void)f;
	page->after = 0; /* a list of few: all at once */
	rc = rc == 0 ? db_prepare(q->db, GHOSTS, &st) : rc;
	if (rc != 0) {
		return rc;
	}
	while ((rc = db_step(st)) == 1) {
		fill(st, &g);
		if (is_no_device(&g, &masks)) {
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

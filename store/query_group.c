/*
 * query_group: whom an asset shares an address with, so that one can stand in
 * for another, and who has it now.
 *
 *	by protocol  what members say of a group (sensor/net/standby.h): its
 *	             MAC and IP are nobody's, and whoever told last that he is
 *	             master has them
 *	by turns     an IP that went to another MAC and back, and that two
 *	             have never had at the same time (hold.c)
 */
#include "store/query_priv.h"

_Static_assert(ADDR_IP == 2 && ADDR_SHARED == 256 && ADDR_CLASHED == 512,
    "as in TURNS_SQL");

static const char groups_sql[] =
    "SELECT t.peer, coalesce(m.detail, t.detail), h.uid, "
    "coalesce(declared_name(h.id), h.name, y.ip), m.last, m.frame "
    "FROM addresses AS x CROSS JOIN topology AS t ON t.addr = x.id AND "
    "t.relation IN ('master_of', 'standby_of') "
    "LEFT JOIN topology AS m ON " OF_GROUP(
	"m") " AND m.peer = t.peer "
	     "AND m.relation = 'master_of' AND m.last = (SELECT n.last FROM "
	     "topology "
	     "AS n WHERE " OF_GROUP(
		 "n") " AND n.peer = t.peer AND n.relation = "
		      "'master_of' ORDER BY n.last DESC LIMIT 1) "
		      "LEFT JOIN addresses AS y ON y.id = m.addr "
		      "LEFT JOIN assets AS h ON h.id = y.asset "
		      "WHERE x.asset = ?1 GROUP BY t.peer ORDER BY t.peer "
		      "LIMIT 16";
static const char members_sql[] =
    "SELECT DISTINCT a.uid, coalesce(declared_name(a.id), a.name, x.ip) "
    "FROM topology AS t CROSS JOIN addresses AS x ON x.id = t.addr "
    "JOIN assets AS a ON a.id = x.asset WHERE " OF_GROUP(
	"t") " AND "
	     "t.peer = ?1 ORDER BY a.id LIMIT 16";
/* A key is the IP, or that and # and a slot; $ comes behind #. */
static const char turns_sql[] =
    "SELECT x.ip, 'goes back and forth', h.uid, "
    "coalesce(declared_name(h.id), h.name, y.mac), y.taken, y.taken_frame, "
    "x.current FROM addresses AS x JOIN addresses AS y ON y.key = "
    "CASE x.current WHEN 0 THEN x.ip ELSE x.ip || '#' || x.current END "
    "LEFT JOIN assets AS h ON h.id = y.asset "
    "WHERE x.asset = ?1 AND x.kind = 2 AND (x.flags & 768) = 256 "
    "ORDER BY x.id LIMIT 16";
static const char rivals_sql[] =
    "SELECT DISTINCT a.uid, coalesce(declared_name(a.id), a.name, x.mac) "
    "FROM addresses AS x JOIN assets AS a ON a.id = x.asset "
    "WHERE x.key >= ?1 AND x.key < ?1 || '$' AND x.kind = 2 AND "
    "(x.flags & 768) = 256 AND x.current = ?2 ORDER BY a.id LIMIT 16";

_Static_assert(
    QUERY_GROUPS_MAX == 16 && QUERY_MEMBERS_MAX == 16, "as in the statements");

static void
member(struct query *q, sqlite3_stmt *st, int col, struct query_member *ret)
{
	ret->id[0] = '\0';
	if (sqlite3_column_type(st, col) != SQLITE_NULL) {
		uid_text(ret->id, 'a', db_get(st, col));
	}
	ret->name = query_keep(q, st, col + 1);
}

static int
members(struct query *q, struct query_group *g, bool by_turns, int64_t slot)
{
	sqlite3_stmt *st;
	int rc = db_prepare(q->db, by_turns ? rivals_sql : members_sql, &st);

	if (rc != 0) {
		return rc;
	}
	db_bind_text(st, 1, g->address);
	if (by_turns) {
		db_bind(st, 2, slot);
	}
	while ((rc = db_step(st)) == 1) {
		member(q, st, 0, &g->members[g->nmembers++]);
	}
	(void)sqlite3_finalize(st);
	return rc;
}

static int
groups(struct query *q, struct query_asset *a, bool by_turns)
{
	sqlite3_stmt *st;
	int rc = db_prepare(q->db, by_turns ? turns_sql : groups_sql, &st);

	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, a->row);
	while ((rc = db_step(st)) == 1 && a->ngroups < QUERY_GROUPS_MAX) {
		struct query_group *g = &a->groups[a->ngroups];

		g->nmembers = 0;
		g->by_turns = by_turns;
		g->address = query_keep(q, st, 0);
		g->detail = query_keep(q, st, 1);
		member(q, st, 2, &g->holder);
		g->since = (uint64_t)db_get(st, 4);
		query_frame(q, db_get(st, 5), &g->frame);
		if (g->address == NULL || g->detail == NULL) {
			break;
		}
		rc = members(q, g, by_turns, by_turns ? db_get(st, 6) : 0);
		if (rc != 0) {
			break;
		}
		a->ngroups++;
	}
	(void)sqlite3_finalize(st);
	return rc < 0 ? rc : 0;
}

int
query_groups(struct query *q, struct query_asset *a)
{
	int rc = groups(q, a, false);

	return rc == 0 ? groups(q, a, true) : rc;
}

/*
 * query: opening the database for reading, and what all lists have in common.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/maker.h"
#include "store/migrate.h"
#include "store/query_priv.h"

#define ARENA_SIZE  (1024 * 1024)
#define PATTERN_MAX 512

#define ADDRS_SQL                                                             \
	"SELECT x.kind, x.mac, x.ip, x.vlans, x.sub_kind, x.sub_num, "        \
	"x.sub_text, f.ip, f.mac, x.transport, x.port, " AT_PLACE(            \
	    "x") " "                                                          \
		 "FROM addresses AS x LEFT JOIN addresses AS f "              \
		 "ON f.id = x.carrier WHERE x.asset = ?1 ORDER BY x.current " \
		 "<> x.slot, x.id LIMIT "                                     \
		 "1024"
/*
 * It has been silent since another took the IP that it had to the last, and
 * that was no lease (128, ADDR_LEASED); and it had no other one then, as a
 * member of a pair has, whose common one went to the other.  To the last: in
 * the fifteen minutes before.  A row's key is its IP and its holder's slot.
 */
#define TO_THE_LAST(t) t ".last >= ?2 - 900000000000"
#define SUCCESSOR_SQL                                                          \
	"SELECT n.uid FROM addresses AS x "                                    \
	"JOIN addresses AS y ON y.key = CASE x.current "                       \
	"WHEN 0 THEN x.ip ELSE x.ip || '#' || x.current END "                  \
	"JOIN assets AS n ON n.id = y.asset WHERE x.asset = ?1 AND "           \
	"x.kind = 2 AND y.asset <> ?1 AND y.first >= ?2 AND "                  \
	"((x.flags | y.flags) & 128) = 0 AND " TO_THE_LAST(                    \
	    "x") " AND NOT EXISTS (SELECT 1 FROM addresses AS h WHERE "        \
		 "h.asset = ?1 AND h.kind = 2 AND instr(h.ip, ':') = 0 AND "   \
		 "h.current = h.slot AND (h.flags & 2) <> 0 AND " TO_THE_LAST( \
		     "h") ") ORDER BY x.id LIMIT 1"
#define REASONS_SQL                                                       \
	"SELECT role, why, proto, frame, at FROM reasons JOIN addresses " \
	"ON addresses.id = reasons.addr WHERE asset = ?1 "                \
	"ORDER BY role, at, addr LIMIT 256"
/* Its life: first seen, what change.c kept, of a chassis (64) also which
 * modules are gone, services, states.  Texts are cut: the facts have them
 * whole. */
#define CHANGES_SQL                                                          \
	"SELECT at, frame, what, substr(old, 1, 120), substr(new, 1, 120) "  \
	"FROM (SELECT first AS at, 0 AS frame, 'new' AS what, '' AS old, "   \
	"'' AS new, 0 AS n FROM assets WHERE id = ?1 "                       \
	"UNION ALL SELECT c.at, c.frame, c.what, c.old, c.new, c.id FROM "   \
	"addresses AS a JOIN changes AS c ON c.addr = a.id WHERE "           \
	"a.asset = ?1 "                                                      \
	"UNION ALL SELECT c.at, c.frame, c.what, c.old, c.new, c.id FROM "   \
	"addresses AS a JOIN addresses AS m ON m.carrier = a.carrier AND "   \
	"m.sub_kind = 'path' AND m.asset <> a.asset AND "                    \
	"substr(m.sub_text, 1, length(a.sub_text) + 1) = a.sub_text || ',' " \
	"JOIN changes AS c ON c.addr = m.id AND c.what = 'module-removed' "  \
	"WHERE a.asset = ?1 AND (a.roles & 64) <> 0 "                        \
	"UNION ALL SELECT s.first, 0, 'service', '', s.transport || ' ' || " \
	"s.port || CASE s.proto WHEN '' THEN coalesce(' ' || "               \
	"lower(s.label), '') ELSE ' ' || s.proto END, 0 FROM addresses AS "  \
	"a JOIN services AS s ON s.addr = a.id WHERE a.asset = ?1 AND "      \
	"s.answers = 1 "                                                     \
	"UNION ALL SELECT t.first, t.frame, 'state', '', trim(t.sub || ' ' " \
	"|| t.object || ' ' || t.state), t.id FROM addresses AS a JOIN "     \
	"states AS t ON t.addr = a.id WHERE a.asset = ?1) "                  \
	"ORDER BY at DESC, n DESC, what = 'new', what, new LIMIT 48"
/* What its addresses and the units that are no asset said, best first. */
#define FACTS_SQL                                                            \
	"SELECT facts.key, value, via, claim, proto, confidence, count, "    \
	"facts.first, facts.last, frame FROM " OWN_ADDRESSES                 \
	" JOIN facts ON facts.addr = own.id "                                \
	"ORDER BY facts.key, confidence DESC, facts.last DESC, value, via, " \
	"claim, facts.addr LIMIT 1024"
#define OWN "(SELECT id FROM addresses WHERE asset = ?1)"
#define SPOKEN                                                             \
	"SELECT CASE proto WHEN '' THEN lower(label) ELSE proto END AS p " \
	"FROM links WHERE dst <> 0 AND "
#define PROTOS_SQL                                                          \
	"SELECT p FROM (SELECT proto AS p FROM services WHERE answers = 1 " \
	"AND addr IN " OWN " UNION " SPOKEN "src IN " OWN " UNION " SPOKEN  \
	"(flags & 2) <> 0 AND dst IN " OWN " UNION SELECT s.proto FROM "    \
	"addresses AS u JOIN services AS s ON s.addr = u.carrier AND "      \
	"s.transport = u.transport AND s.port = u.port WHERE "              \
	"u.asset = ?1 AND u.kind = 4) WHERE p <> '' ORDER BY p LIMIT 256"

_Static_assert(LINK_ANSWERED == 2 && ADDR_SUB == 4, "as in PROTOS_SQL");
_Static_assert(ROLE_CHASSIS == 64, "as in CHANGES_SQL");
_Static_assert(ADDR_LEASED == 128 && ADDR_IP == 2 && ADDR_FIRM == 2,
    "as in SUCCESSOR_SQL");
_Static_assert(
    QUERY_FACTS_MAX == 1024 && QUERY_LIST_MAX == 256 && QUERY_CHANGES_MAX == 48,
    "as in FACTS_SQL, PROTOS_SQL and CHANGES_SQL");

/* Of an asset's row and the roles seen: a person's word, where it is one of
 * ours, else the most telling one. */
static void
role_of(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct query *q = sqlite3_user_data(ctx);
	const char *name = told_role(q, sqlite3_value_int64(argv[0]));

	(void)argc;
	if (name == NULL) {
		name = role_name(sqlite3_value_int64(argv[1]));
	}
	if (name != NULL) {
		sqlite3_result_text(ctx, name, -1, SQLITE_STATIC);
	}
}

/*
 * What tells an IP at this place from the same elsewhere, for people: of who
 * has it there its VLANs, "0/10,0/20" as addr_row.c writes them; of others,
 * and where there is no tag, the MAC.
 */
static void
at_place(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const char *p = (const char *)sqlite3_value_text(argv[0]);
	char buf[64] = "VLAN ";
	size_t n = strlen(buf);
	bool tagged = sqlite3_value_int(argv[2]) != 0;
	const char *sep = "";

	(void)argc;
	while (p != NULL && tagged && (p = strchr(p, '/')) != NULL) {
		unsigned long vlan = strtoul(p + 1, NULL, 10);
		char id[16];

		tagged = vlan != 0;
		p++;
		(void)snprintf(id, sizeof(id), "%s%lu", sep, vlan & 0xfff);
		if (n + strlen(id) < sizeof(buf)) {
			memcpy(buf + n, id, strlen(id) + 1);
			n += strlen(id);
		}
		sep = ", ";
	}
	if (tagged && sep[0] != '\0') {
		sqlite3_result_text(ctx, buf, -1, SQLITE_TRANSIENT);
	} else {
		sqlite3_result_value(ctx, argv[1]);
	}
}

/* Of a MAC's text, in a search. */
static void
maker(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const char *name =
	    maker_of_text((const char *)sqlite3_value_text(argv[0]));

	(void)argc;
	if (name != NULL) {
		sqlite3_result_text(ctx, name, -1, SQLITE_STATIC);
	}
}

/* What people declared of an asset's row, in a search. */
static void
declared(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct query *q = sqlite3_user_data(ctx);
	const char *text = told_text(q, sqlite3_value_int64(argv[0]));

	(void)argc;
	if (text != NULL) {
		sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
	}
}

/* The name that people gave it. */
static void
declared_name(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct query *q = sqlite3_user_data(ctx);
	const char *name = told_name(q, sqlite3_value_int64(argv[0]));

	(void)argc;
	if (name != NULL) {
		sqlite3_result_text(ctx, name, -1, SQLITE_TRANSIENT);
	}
}

static int
add_function(struct query *q, const char *name, int args,
    void (*f)(sqlite3_context *, int, sqlite3_value **))
{
	return db_err(sqlite3_create_function_v2(q->db, name, args,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC, q, f, NULL, NULL, NULL));
}

static int
check_schema(sqlite3 *db)
{
	int64_t version;
	int rc = db_int(db, "PRAGMA user_version", 0, &version);

	if (rc == 0 && version != migrate_latest()) {
		/* 0: the writer has made the file and no more. */
		return version == 0 ? ERR_NOENT : ERR_UNSUPPORTED;
	}
	return rc;
}

static int
prepare(struct query *q)
{
	static const char *const sql[QS_COUNT] = {
	    [QS_ADDRS] = ADDRS_SQL,
	    [QS_FACTS] = FACTS_SQL,
	    [QS_PROTOS] = PROTOS_SQL,
	    [QS_SUCCESSOR] = SUCCESSOR_SQL,
	    [QS_REASONS] = REASONS_SQL,
	    [QS_CHANGES] = CHANGES_SQL,
	    [QS_INPUT] = INPUT_SQL,
	};
	int rc = add_function(q, "role_of", 2, role_of);

	rc = rc == 0 ? add_function(q, "maker", 1, maker) : rc;
	rc = rc == 0 ? add_function(q, "at_place", 3, at_place) : rc;
	rc = rc == 0 ? add_function(q, "declared", 1, declared) : rc;
	rc = rc == 0 ? add_function(q, "declared_name", 1, declared_name) : rc;
	for (size_t i = 0; i < QS_COUNT && rc == 0; i++) {
		rc = db_prepare(q->db, sql[i], &q->st[i]);
	}
	return rc;
}

int
query_open(const char *dir, struct query **ret)
{
	struct query *q = calloc(1, sizeof(*q));
	char path[4096];
	int rc;

	if (q == NULL) {
		return ERR_NOMEM;
	}
	rc =
	    snprintf(path, sizeof(path), "%s/" DB_FILE, dir) < (int)sizeof(path)
		? 0
		: ERR_TOOBIG;
	/* SQLite says "cannot open" for everything; these are two things. */
	if (rc == 0 && access(path, R_OK) < 0) {
		rc = errno == EACCES ? ERR_PERM : ERR_NOENT;
	}
	rc = rc == 0 ? arena_init(&q->arena, ARENA_SIZE) : rc;
	rc = rc == 0 ? db_open(path, false, &q->db) : rc;
	rc = rc == 0 ? check_schema(q->db) : rc;
	rc = rc == 0 ? prepare(q) : rc;
	(void)snprintf(q->told.dir, sizeof(q->told.dir), "%s", dir);
	if (rc != 0) {
		query_close(q);
		return rc;
	}
	*ret = q;
	return 0;
}

void
query_close(struct query *q)
{
	if (q == NULL) {
		return;
	}
	for (size_t i = 0; i < QS_COUNT; i++) {
		(void)sqlite3_finalize(q->st[i]);
	}
	told_done(&q->told);
	(void)sqlite3_close_v2(q->db);
	arena_done(&q->arena);
	free(q);
}

int
query_version(struct query *q, int64_t *ret)
{
	return db_int(q->db, "PRAGMA data_version", 0, ret);
}

/* --- statements -------------------------------------------------------------- */

void
sql_start(struct sql *s, const char *text)
{
	s->n = 0;
	s->text[0] = '\0';
	sql_add(s, text);
}

void
sql_add(struct sql *s, const char *text)
{
	/* Cut off it would not compile: nothing of it is another's. */
	s->n += (size_t)snprintf(
	    s->text + s->n, sizeof(s->text) - s->n, "%s", text);
	if (s->n >= sizeof(s->text)) {
		s->n = sizeof(s->text) - 1;
	}
}

void
sql_if(struct sql *s, bool applies, const char *text)
{
	if (applies) {
		sql_add(s, text);
	}
}

void
sql_start_ends(struct sql *s, const char *columns, const char *table,
    const struct query_filter *f)
{
	sql_start(s, "SELECT ");
	sql_add(s, columns != NULL ? columns : "count(*)");
	sql_add(s, " FROM ");
	sql_add(s, table);
	sql_add(s, " AS l");
	/* Of a million rows that are only counted nobody asks for the ends. */
	sql_if(s, columns != NULL || f->text != NULL, ENDS_JOINED);
	sql_add(s, " WHERE 1");
}

static void
bind_named(sqlite3_stmt *st, const char *name, const char *text)
{
	int at = sqlite3_bind_parameter_index(st, name);

	if (at != 0) {
		(void)sqlite3_bind_text(st, at, text, -1, SQLITE_TRANSIENT);
	}
}

static void
bind_number(sqlite3_stmt *st, const char *name, int64_t v)
{
	int at = sqlite3_bind_parameter_index(st, name);

	if (at != 0) {
		db_bind(st, at, v);
	}
}

/* "%text%" with LIKE's own signs made plain. */
static void
bind_pattern(sqlite3_stmt *st, const char *text)
{
	char pattern[PATTERN_MAX];
	size_t n = 0;

	pattern[n++] = '%';
	for (; text != NULL && *text != '\0' && n < sizeof(pattern) - 4;
	     text++) {
		if (strchr("%_\\", *text) != NULL) {
			pattern[n++] = '\\';
		}
		pattern[n++] = *text;
	}
	pattern[n++] = '%';
	pattern[n] = '\0';
	bind_named(st, ":text", pattern);
}

static int
bind_asset(struct query *q, sqlite3_stmt *st, const char *name, const char *id)
{
	int64_t row = -1;
	int rc = 0;

	if (id != NULL) {
		rc = query_find_asset(q, id, &row);
		rc = rc == ERR_NOTFOUND ? 0 : rc;
	}
	bind_number(st, name, row);
	return rc;
}

int
query_prepare(struct query *q, const struct sql *s,
    const struct query_filter *f, const struct query_page *page,
    sqlite3_stmt **ret)
{
	sqlite3_stmt *st = NULL;
	int rc = told_refresh(q);

	rc = rc == 0 ? db_prepare(q->db, s->text, &st) : rc;
	if (rc != 0) {
		return rc;
	}
	bind_pattern(st, f->text);
	bind_named(st, ":role", f->role);
	bind_named(st, ":proto", f->proto);
	bind_named(st, ":state", f->state);
	bind_named(st, ":severity", f->severity);
	bind_named(st, ":rule", f->rule);
	bind_number(st, ":since", (int64_t)(f->since_ns & INT64_MAX));
	bind_number(st, ":after", page != NULL ? page->after : 0);
	bind_number(st, ":limit",
	    page != NULL && page->limit != 0 ? (int64_t)page->limit : -1);
	rc = bind_asset(q, st, ":asset", f->asset);
	rc = rc == 0 ? bind_asset(q, st, ":parent", f->parent) : rc;
	if (rc != 0) {
		(void)sqlite3_finalize(st);
		return rc;
	}
	*ret = st;
	return 0;
}

int
query_count(struct query *q, const struct sql *s, const struct query_filter *f,
    uint64_t *ret)
{
	sqlite3_stmt *st;
	int rc = query_prepare(q, s, f, NULL, &st);

	if (rc != 0) {
		return rc;
	}
	rc = db_step(st);
	if (rc == 1) {
		*ret = (uint64_t)db_get(st, 0);
		rc = 0;
	}
	(void)sqlite3_finalize(st);
	return rc;
}

int
query_find_asset(struct query *q, const char *id, int64_t *ret)
{
	int64_t uid = uid_parse(id, 'a');
	sqlite3_stmt *st = NULL;
	int rc;

	if (uid < 0) {
		return ERR_NOTFOUND;
	}
	rc = db_prepare(q->db,
	    "SELECT coalesce(joined, id) FROM assets WHERE uid = ?1", &st);
	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, uid);
	rc = db_step(st);
	if (rc == 1) {
		*ret = db_get(st, 0);
		rc = 0;
	} else if (rc == 0) {
		rc = ERR_NOTFOUND;
	}
	(void)sqlite3_finalize(st);
	return rc;
}

/* --- columns ------------------------------------------------------------------ */

const char *
query_text(sqlite3_stmt *st, int col)
{
	return (const char *)sqlite3_column_text(st, col);
}

const char *
query_keep(struct query *q, sqlite3_stmt *st, int col)
{
	const char *s = query_text(st, col);

	/* A full arena says less: unknown rather than cut. */
	return s != NULL ? arena_copy(&q->arena, s, strlen(s) + 1) : NULL;
}

void
query_frame(struct query *q, int64_t frame, struct query_frame *ret)
{
	sqlite3_stmt *st = q->st[QS_INPUT];
	int64_t input = frame >> FRAME_BITS;

	ret->number = (uint64_t)frame & FRAME_MASK;
	ret->file = NULL;
	if (input <= 0) {
		return;
	}
	db_bind(st, 1, input);
	if (db_step(st) == 1) {
		ret->file = query_keep(q, st, 0);
		db_reset(st);
	}
}

void
query_end(sqlite3_stmt *st, int col, struct query_end *ret)
{
	ret->id[0] = '\0';
	if (sqlite3_column_type(st, col) != SQLITE_NULL) {
		uid_text(ret->id, 'a', db_get(st, col));
	}
	ret->ip = db_text(st, col + 1);
	ret->mac = db_text(st, col + 2);
	ret->name = db_text(st, col + 3);
	ret->at = db_text(st, col + 4);
}

/*
 * query_priv: what the files behind query.h share.  Nobody else includes it.
 */
#ifndef OTUS_STORE_QUERY_PRIV_H
#define OTUS_STORE_QUERY_PRIV_H

#include "base/arena.h"
#include "store/db.h"
#include "store/frame.h"
#include "store/query.h"
#include "store/query_told.h"

enum query_stmt {
	QS_ADDRS,
	QS_FACTS,
	QS_PROTOS,
	QS_SUCCESSOR,
	QS_REASONS,
	QS_CHANGES,
	QS_INPUT,
	QS_COUNT
};

struct query {
	sqlite3 *db;
	sqlite3_stmt *st[QS_COUNT];
	struct arena arena; /* the texts of the row at hand */
	struct query_asset asset;
	bool one; /* the rows are of one that was asked for, not of a list */
	struct told told;
};

/* A statement put together from parts that are all ours. */
struct sql {
	char text[4096];
	size_t n;
};

void sql_start(struct sql *, const char *text);
void sql_add(struct sql *, const char *text);
/* Adds the condition when it applies. */
void sql_if(struct sql *, bool applies, const char *text);

/*
 * Starts the statement of a list with two ends, up to its first condition:
 * with these columns, or NULL to count its rows.
 */
void sql_start_ends(struct sql *, const char *columns, const char *table,
    const struct query_filter *);

/* What a filter's names mean to the statement. */
struct bound {
	const struct query_filter *filter;
	const struct query_page *page;
	int64_t asset; /* row of filter->asset, -1 = no such one */
	int64_t parent;
};

/* The row of the asset with that id, whatever it was joined to. */
int query_find_asset(struct query *, const char *id, int64_t *ret) MUST_CHECK;
/*
 * Prepares and binds :text, :role, :proto, :state, :severity, :rule, :asset,
 * :parent, :since, :after, :limit, those of them that the statement has.
 */
int query_prepare(struct query *, const struct sql *,
    const struct query_filter *, const struct query_page *,
    sqlite3_stmt **ret) MUST_CHECK;
/* What a statement counts. */
int query_count(struct query *, const struct sql *, const struct query_filter *,
    uint64_t *ret) MUST_CHECK;

/* query_group.c: fills in its groups. */
int query_groups(struct query *, struct query_asset *) MUST_CHECK;

/* A column's text kept until the arena is cleared; NULL for NULL. */
const char *query_keep(struct query *, sqlite3_stmt *, int col);
/* What a column `frame` says (frame.h). */
void query_frame(struct query *, int64_t frame, struct query_frame *ret);
/* Text of a column, NULL for NULL; until the next step. */
const char *query_text(sqlite3_stmt *, int col);
/* uid, ip, mac, name, at from END_COLUMNS columns. */
void query_end(sqlite3_stmt *, int col, struct query_end *ret);

/*
 * Whether others have or had the IP of the row, too; and what tells it from
 * theirs: the VLAN of who has it there now, else the MAC.
 */
#define SEVERAL(t) "(" t ".slot > 0 OR " t ".holders > 1)"
#define AT_PLACE(t)                                                          \
	"CASE WHEN " SEVERAL(t) " THEN at_place(" t ".places, " t ".mac, " t \
				".slot = " t ".current) END"

/*
 * For lists with two ends (l.src and l.dst): the same columns of each,
 * what they are joined from, and where a text may be found in them.
 */
#define LIKE " LIKE :text ESCAPE '\\'"
#define SRC_COLUMNS                                                \
	"s.uid, x.ip, CASE WHEN x.ip IS NULL OR " SEVERAL(         \
	    "x") " THEN x.mac END, coalesce(declared_name(s.id), " \
		 "s.name), " AT_PLACE("x")
#define DST_COLUMNS                                                \
	"d.uid, y.ip, CASE WHEN y.ip IS NULL OR " SEVERAL(         \
	    "y") " THEN y.mac END, coalesce(declared_name(d.id), " \
		 "d.name), " AT_PLACE("y")
#define END_COLUMNS 5
#define ENDS_JOINED                                 \
	" LEFT JOIN addresses AS x ON x.id = l.src" \
	" LEFT JOIN assets AS s ON s.id = x.asset"  \
	" LEFT JOIN addresses AS y ON y.id = l.dst" \
	" LEFT JOIN assets AS d ON d.id = y.asset"
#define ENDS_LIKE                                             \
	"x.ip" LIKE " OR x.mac" LIKE " OR s.name" LIKE " OR " \
	"y.ip" LIKE " OR y.mac" LIKE " OR d.name" LIKE        \
	" OR declared_name(s.id)" LIKE " OR declared_name(d.id)" LIKE
#define AT_EITHER_END                                            \
	" AND (l.src IN (SELECT id FROM addresses WHERE asset "  \
	"= :asset) OR l.dst IN (SELECT id FROM addresses WHERE " \
	"asset = :asset))"

#endif

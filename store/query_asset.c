/*
 * query_asset: assets with all that belongs to them.
 */
#include <stdlib.h>
#include <string.h>

#include "store/maker.h"
#include "store/query_priv.h"

#define COLUMNS                                                             \
	"SELECT a.id, a.uid, p.uid, a.name, a.vendor, a.model, "            \
	"a.firmware, a.hardware, a.software, a.serial, a.approved, "        \
	"a.first, (SELECT max(roles & 1) | max(roles & 2) | "               \
	"max(roles & 4) | max(roles & 8) | max(roles & 16) | "              \
	"max(roles & 32) FROM addresses WHERE asset = a.id) AS all_roles, " \
	"(SELECT max(last) FROM addresses WHERE asset = a.id) AS seen "     \
	"FROM assets AS a LEFT JOIN addresses AS c ON c.id = a.carrier "    \
	"LEFT JOIN assets AS p ON p.id = c.asset "                          \
	"WHERE a.joined IS NULL AND seen IS NOT NULL"

static void
build(struct sql *s, const struct query_filter *f)
{
	sql_start(s, COLUMNS);
	sql_if(s, f->text != NULL,
	    " AND (a.name" LIKE " OR a.vendor" LIKE " OR a.model" LIKE
	    " OR a.serial" LIKE " OR a.firmware" LIKE
	    " OR EXISTS (SELECT 1 FROM addresses AS x WHERE "
	    "x.asset = a.id AND (x.ip" LIKE " OR x.mac" LIKE
	    " OR (a.vendor IS NULL AND x.kind = 1 AND maker(x.mac)" LIKE
	    "))))");
	sql_if(s, f->role != NULL, " AND role_of(all_roles) = :role");
	sql_if(s, f->since_ns != 0, " AND seen > :since");
	sql_if(s, f->parent != NULL, " AND c.asset = :parent");
	sql_if(s, f->asset != NULL, " AND a.id = :asset");
	sql_if(s, f->proto != NULL,
	    " AND (EXISTS (SELECT 1 FROM addresses AS x JOIN links AS l ON "
	    "l.src = x.id WHERE x.asset = a.id AND l.proto = :proto) OR "
	    "EXISTS (SELECT 1 FROM addresses AS x JOIN links AS l ON "
	    "l.dst = x.id WHERE x.asset = a.id AND l.proto = :proto AND "
	    "(l.flags & 2) <> 0))");
}

/* Whether the list has it; lists are short. */
static bool
has(const char *const *list, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i], s) == 0) {
			return true;
		}
	}
	return false;
}

static void
add(struct query *q, const char **list, size_t *n, sqlite3_stmt *st, int col)
{
	const char *s = query_text(st, col);

	if (s == NULL || *n == QUERY_LIST_MAX || has(list, *n, s)) {
		return;
	}
	s = query_keep(q, st, col);
	if (s != NULL) {
		list[(*n)++] = s;
	}
}

static void
add_vlans(struct query_asset *a, const char *text)
{
	while (text != NULL && *text != '\0' && a->nvlans < QUERY_LIST_MAX) {
		char *end;
		uint16_t id = (uint16_t)strtoul(text, &end, 10);
		bool known = false;

		for (size_t i = 0; i < a->nvlans; i++) {
			known = known || a->vlans[i] == id;
		}
		if (!known) {
			a->vlans[a->nvlans++] = id;
		}
		text = *end == ',' ? end + 1 : end;
	}
}

static int
addresses(struct query *q, struct query_asset *a)
{
	sqlite3_stmt *st = q->st[QS_ADDRS];
	int rc;

	db_bind(st, 1, a->row);
	while ((rc = db_step(st)) == 1) {
		switch (db_get(st, 0)) {
		case ADDR_MAC:
			add(q, a->macs, &a->nmacs, st, 1);
			add_vlans(a, query_text(st, 3));
			break;
		case ADDR_IP: add(q, a->ips, &a->nips, st, 2); break;
		case ADDR_SUB:
			a->sub.kind = query_keep(q, st, 4);
			a->sub.num = db_get(st, 5);
			a->sub.text = query_keep(q, st, 6);
			break;
		default: break;
		}
	}
	if (a->sub.kind == NULL) {
		a->sub.kind = "";
	}
	if (a->sub.text == NULL) {
		a->sub.text = "";
	}
	return rc;
}

static int
facts(struct query *q, struct query_asset *a)
{
	sqlite3_stmt *st = q->st[QS_FACTS];
	int rc;

	db_bind(st, 1, a->row);
	while ((rc = db_step(st)) == 1) {
		struct query_fact *f = &a->facts[a->nfacts];

		f->key = query_keep(q, st, 0);
		f->value = query_keep(q, st, 1);
		f->via = query_keep(q, st, 2);
		f->claim = query_keep(q, st, 3);
		f->proto = query_keep(q, st, 4);
		f->confidence = (int)db_get(st, 5);
		f->count = (uint64_t)db_get(st, 6);
		f->first = (uint64_t)db_get(st, 7);
		f->last = (uint64_t)db_get(st, 8);
		f->frame = (uint64_t)db_get(st, 9);
		if (f->proto != NULL) { /* the last one that was copied */
			a->nfacts++;
		}
	}
	return rc;
}

static int
protocols(struct query *q, struct query_asset *a)
{
	sqlite3_stmt *st = q->st[QS_PROTOS];
	int rc;

	db_bind(st, 1, a->row);
	while ((rc = db_step(st)) == 1) {
		add(q, a->protocols, &a->nprotocols, st, 0);
	}
	return rc;
}

/*
 * Who made its interfaces, when that is one: a fact like others, and shown
 * where nobody has said better.
 */
static void
add_maker(struct query_asset *a)
{
	const char *name = NULL;

	for (size_t i = 0; i < a->nmacs; i++) {
		const char *m = maker_of_text(a->macs[i]);

		if (m == NULL || (name != NULL && strcmp(m, name) != 0)) {
			return;
		}
		name = m;
	}
	if (name == NULL) {
		return;
	}
	if (a->vendor == NULL) {
		a->vendor = name;
		a->vendor_by_mac = true;
	}
	if (a->nfacts < QUERY_FACTS_MAX) {
		a->facts[a->nfacts++] = (struct query_fact){.key = "vendor",
		    .value = name,
		    .via = "oui",
		    .claim = "registry",
		    .proto = "ethernet",
		    .confidence = MAKER_CONFIDENCE,
		    .count = 1,
		    .first = a->first,
		    .last = a->last};
	}
}

static int
fill(struct query *q, sqlite3_stmt *st, struct query_asset *a)
{
	int64_t roles = db_get(st, 12);
	int rc;

	arena_clear(&q->arena);
	/* All but the facts, of which only nfacts count. */
	memset(a, 0, offsetof(struct query_asset, facts));
	a->row = db_get(st, 0);
	uid_text(a->id, 'a', db_get(st, 1));
	if (sqlite3_column_type(st, 2) != SQLITE_NULL) {
		uid_text(a->parent, 'a', db_get(st, 2));
	}
	a->name = query_text(st, 3);
	a->vendor = query_text(st, 4);
	a->model = query_text(st, 5);
	a->firmware = query_text(st, 6);
	a->hardware = query_text(st, 7);
	a->software = query_text(st, 8);
	a->serial = query_text(st, 9);
	a->approved = db_get(st, 10) != 0;
	a->first = (uint64_t)db_get(st, 11);
	a->role = role_name(roles);
	a->role_reason = role_reason(roles);
	a->level = role_level(roles);
	a->last = (uint64_t)db_get(st, 13);
	rc = addresses(q, a);
	rc = rc == 0 ? facts(q, a) : rc;
	if (rc == 0) {
		add_maker(a);
	}
	return rc == 0 ? protocols(q, a) : rc;
}

int
query_assets(struct query *q, const struct query_filter *f,
    struct query_page *page, int (*row)(void *, const struct query_asset *),
    void *arg)
{
	unsigned n = 0;
	sqlite3_stmt *st;
	struct sql s;
	int rc;

	build(&s, f);
	sql_add(&s, " AND a.id > :after ORDER BY a.id LIMIT :limit");
	rc = query_prepare(q, &s, f, page, &st);
	if (rc != 0) {
		return rc;
	}
	while ((rc = db_step(st)) == 1) {
		rc = fill(q, st, &q->asset);
		if (rc == 0) {
			rc = row(arg, &q->asset);
		}
		if (rc != 0) {
			break;
		}
		page->after = q->asset.row;
		n++;
	}
	(void)sqlite3_finalize(st);
	if (page->limit == 0 || n < page->limit) {
		page->after = 0;
	}
	return rc;
}

int
query_assets_count(struct query *q, const struct query_filter *f, uint64_t *ret)
{
	struct sql s;

	build(&s, f);
	return query_count(q, &s, f, ret);
}

int
query_asset(struct query *q, const char *id,
    int (*row)(void *, const struct query_asset *), void *arg)
{
	const struct query_filter f = {.asset = id};
	struct query_page page = {.limit = 0};
	int64_t known;
	int rc = query_find_asset(q, id, &known);

	return rc == 0 ? query_assets(q, &f, &page, row, arg) : rc;
}

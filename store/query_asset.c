/*
 * query_asset: assets with all that belongs to them.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store/maker.h"
#include "store/query_priv.h"

#define COLUMNS                                                          \
	"SELECT a.id, a.uid, p.uid, a.name, a.vendor, a.model, "         \
	"a.firmware, a.hardware, a.software, a.serial, a.approved, "     \
	"a.first, (SELECT " ALL_ROLES                                    \
	" FROM addresses WHERE asset = a.id) AS all_roles, "             \
	"(SELECT max(last) FROM addresses WHERE asset = a.id) AS seen "  \
	"FROM assets AS a LEFT JOIN addresses AS c ON c.id = a.carrier " \
	"LEFT JOIN assets AS p ON p.id = c.asset "                       \
	"WHERE a.joined IS NULL AND EXISTS "                             \
	"(SELECT 1 FROM addresses WHERE asset = a.id)"

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
	    "))) OR EXISTS (SELECT 1 FROM addresses AS x CROSS JOIN topology "
	    "AS t ON t.addr = x.id AND t.relation IN ('master_of', "
	    "'standby_of') AND (t.peer" LIKE " OR t.detail" LIKE
	    ") WHERE x.asset = a.id) OR declared(a.id)" LIKE ")");
	sql_if(s, f->role != NULL, " AND role_of(a.id, all_roles) = :role");
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

/* The row of a port as such is no way to anything. */
static void
add_sub(struct query *q, struct query_asset *a, sqlite3_stmt *st)
{
	struct query_sub sub = {
	    .kind = query_keep(q, st, 4),
	    .num = db_get(st, 5),
	    .text = query_keep(q, st, 6),
	    .ip = query_keep(q, st, 7),
	    .mac = query_keep(q, st, 8),
	    .transport = query_keep(q, st, 9),
	    .port = (uint16_t)db_get(st, 10),
	};

	if (sub.kind != NULL && sub.kind[0] != '\0' &&
	    a->nsubs < QUERY_SUBS_MAX) {
		sub.text = sub.text != NULL ? sub.text : "";
		a->subs[a->nsubs++] = sub;
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
		case ADDR_IP:
			add(q, a->ips, &a->nips, st, 2);
			a->at = a->at == NULL ? query_keep(q, st, 11) : a->at;
			break;
		case ADDR_SUB: add_sub(q, a, st); break;
		default: break;
		}
	}
	return rc;
}

static int
successor(struct query *q, struct query_asset *a)
{
	sqlite3_stmt *st = q->st[QS_SUCCESSOR];
	int rc;

	db_bind(st, 1, a->row);
	db_bind(st, 2, (int64_t)a->last);
	rc = db_step(st);
	if (rc == 1) {
		uid_text(a->replaced_by, 'a', db_get(st, 0));
		db_reset(st);
		rc = 0;
	}
	return rc;
}

static void
set_roles(struct query_asset *a, int64_t roles)
{
	const struct role_word *list[QUERY_ROLES_MAX];

	a->nroles = role_words(roles, list, QUERY_ROLES_MAX);
	for (size_t i = 0; i < a->nroles; i++) {
		a->roles[i] = (struct query_role){.name = list[i]->name,
		    .why = list[i]->reason,
		    .level = list[i]->level};
	}
	a->role = a->nroles != 0 ? a->roles[0].name : NULL;
	a->level = a->nroles != 0 ? a->roles[0].level : -1;
}

/*
 * Puts in the recorded reason of a word that one thing showed.  What several
 * showed together has words of its own, and the frame of the last of them.
 */
static void
reason(struct query *q, struct query_role *r, const struct role_word *w,
    int64_t *at, sqlite3_stmt *st)
{
	bool alone = w->need == db_get(st, 0);

	if (!(w->need & db_get(st, 0)) ||
	    (r->proto != NULL && (alone || db_get(st, 4) < *at))) {
		return;
	}
	*at = db_get(st, 4);
	r->why = alone ? query_keep(q, st, 1) : r->why;
	r->proto = query_keep(q, st, 2);
	query_frame(q, db_get(st, 3), &r->frame);
}

static int
reasons(struct query *q, struct query_asset *a, int64_t roles)
{
	const struct role_word *list[QUERY_ROLES_MAX];
	size_t n = role_words(roles, list, QUERY_ROLES_MAX);
	int64_t at[QUERY_ROLES_MAX] = {0}, role = 0;
	sqlite3_stmt *st = q->st[QS_REASONS];
	int rc;

	db_bind(st, 1, a->row);
	while ((rc = db_step(st)) == 1) {
		if (db_get(st, 0) == role) {
			continue; /* it has been shown before */
		}
		role = db_get(st, 0);
		if (role == ROLE_SAFETY) {
			a->safety = query_keep(q, st, 1);
		}
		for (size_t i = 0; i < n; i++) {
			reason(q, &a->roles[i], list[i], &at[i], st);
		}
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
		query_frame(q, db_get(st, 9), &f->frame);
		if (f->proto != NULL) { /* the last one that was copied */
			a->nfacts++;
		}
	}
	return rc;
}

static int
changes(struct query *q, struct query_asset *a)
{
	sqlite3_stmt *st = q->st[QS_CHANGES];
	int rc;

	a->has_timeline = true;
	db_bind(st, 1, a->row);
	while ((rc = db_step(st)) == 1) {
		struct query_change *c = &a->changes[a->nchanges];

		c->at = (uint64_t)db_get(st, 0);
		query_frame(q, db_get(st, 1), &c->frame);
		c->what = query_keep(q, st, 2);
		c->old = query_keep(q, st, 3);
		c->value = query_keep(q, st, 4);
		if (c->value != NULL) { /* the last one that was copied */
			a->nchanges++;
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
	a->last = (uint64_t)db_get(st, 13);
	set_roles(a, roles);
	rc = addresses(q, a);
	rc = rc == 0 ? successor(q, a) : rc;
	rc = rc == 0 ? reasons(q, a, roles) : rc;
	rc = rc == 0 ? facts(q, a) : rc;
	rc = rc == 0 && q->one ? changes(q, a) : rc;
	rc = rc == 0 && q->one ? query_groups(q, a) : rc;
	if (rc == 0) {
		add_maker(a);
		told_fill(q, a);
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
	struct sql rows, s;

	build(&rows, f);
	sql_start(&s, "SELECT count(*) FROM (");
	sql_add(&s, rows.text);
	sql_add(&s, ")");
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

	if (rc != 0) {
		return rc;
	}
	q->one = true;
	rc = query_assets(q, &f, &page, row, arg);
	q->one = false;
	return rc;
}

/* --- by whatever a person calls it ----------------------------------------- */

#define FIND_ROWS 64

struct finder {
	const char *what;
	int (*row)(void *, const struct query_asset *);
	void *arg;
};

static bool
is_listed(const char *const *list, size_t n, const char *what)
{
	for (size_t i = 0; i < n; i++) {
		if (strcasecmp(list[i], what) == 0) {
			return true;
		}
	}
	return false;
}

static bool
is_called(const char *name, const char *what)
{
	return name != NULL && strcasecmp(name, what) == 0;
}

/* In whole, not as a part of another. */
static bool
is_word_of(const char *text, const char *what)
{
	const char *p = strcasestr(text, what);
	size_t n = strlen(what);

	return p != NULL && (p == text || p[-1] == ' ') &&
	       (p[n] == '\0' || p[n] == ' ' || p[n] == ',');
}

/* The address of one of its groups. */
static bool
is_shared(const struct query_asset *a, const char *what)
{
	for (size_t i = 0; i < a->ngroups; i++) {
		if (strpbrk(what, ".:") != NULL &&
		    (is_word_of(a->groups[i].detail, what) ||
			is_word_of(a->groups[i].address, what))) {
			return true;
		}
	}
	return false;
}

static int
take_meant(void *arg, const struct query_asset *a)
{
	struct finder *f = arg;

	if (is_called(a->name, f->what) ||
	    is_called(a->observed.name, f->what) ||
	    is_called(query_declared(a, "asset_number"), f->what) ||
	    is_listed(a->ips, a->nips, f->what) ||
	    is_listed(a->macs, a->nmacs, f->what) || is_shared(a, f->what)) {
		return f->row(f->arg, a);
	}
	return 0;
}

int
query_find(struct query *q, const char *what,
    int (*row)(void *, const struct query_asset *), void *arg)
{
	const struct query_filter f = {.text = what};
	struct query_page page = {.limit = FIND_ROWS};
	struct finder finder = {what, row, arg};
	int rc;

	if (uid_parse(what, 'a') >= 0) {
		return query_asset(q, what, row, arg);
	}
	q->one = true;
	do {
		rc = query_assets(q, &f, &page, take_meant, &finder);
	} while (rc == 0 && page.after != 0);
	q->one = false;
	return rc;
}

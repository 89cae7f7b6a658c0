/*
 * query_told: see query_told.h.
 *
 * One pass over assets and addresses finds who on the wire has a key of
 * somebody in the register; all others are of no interest here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/declared/compare.h"
#include "store/query_priv.h"
#include "store/text.h"

/* The wire's side of it may be as old as this: it is a pass over all assets. */
#define OLD_NS (5 * NS_PER_SEC)

#define ASSETS_SQL                                                   \
	"SELECT coalesce(joined, id), uid, serial, name, joined IS " \
	"NULL FROM assets"
#define ADDRS_SQL                                                     \
	"SELECT a.asset, a.kind, a.mac, coalesce(a.ip, c.ip), "       \
	"a.sub_kind, a.sub_num, a.sub_text FROM addresses AS a LEFT " \
	"JOIN addresses AS c ON c.id = a.carrier WHERE a.asset <> 0 " \
	"AND a.kind <> 3"
#define VENDOR_SQL "SELECT vendor FROM assets WHERE id = ?1"
/* Whether it has a serial number; whether it has a MAC. */
#define KNOWN_SQL                                                     \
	"SELECT serial IS NOT NULL, EXISTS (SELECT 1 FROM addresses " \
	"WHERE asset = ?1 AND kind = 1) FROM assets WHERE id = ?1"

_Static_assert(ADDR_GROUP == 3 && ADDR_MAC == 1, "as in the statements");

/* --- keys that both have -------------------------------------------------- */

static int
by_text(const void *a, const void *b)
{
	const struct match_key *x = a, *y = b;
	int c = x->proof - y->proof;

	return c != 0 ? c : strcmp(x->text, y->text);
}

static int
heard(struct told *t, int64_t asset, enum proof p, const char *value,
    const char *sub)
{
	char text[DECL_VALUE_MAX];
	struct match_key want = {.text = text, .proof = (uint8_t)p};
	const struct match_key *k;

	register_key(p, value, sub, text);
	k = text[0] == '\0' ? NULL
			    : bsearch(&want, t->match.key, t->match.nkeys,
				  sizeof(want), by_text);
	if (k == NULL) {
		return 0;
	}
	if (t->nwire == t->room) {
		size_t room = t->room == 0 ? 1024 : 2 * t->room;
		struct told_key *w = realloc(t->wire, room * sizeof(*w));

		if (w == NULL) {
			return ERR_NOMEM;
		}
		t->wire = w;
		t->room = room;
	}
	t->wire[t->nwire++] = (struct told_key){k, asset};
	return 0;
}

static int
read_assets(struct told *t, sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	int rc = db_prepare(db, ASSETS_SQL, &st);

	while (rc == 0 && (rc = db_step(st)) == 1) {
		int64_t row = db_get(st, 0);
		char id[UID_TEXT];

		uid_text(id, 'a', db_get(st, 1));
		rc = heard(t, row, PROOF_ASSET, id, NULL);
		if (rc == 0 && db_get(st, 4) != 0) {
			rc = heard(
			    t, row, PROOF_SERIAL, query_text(st, 2), NULL);
			rc = rc == 0 ? heard(t, row, PROOF_NAME,
					   query_text(st, 3), NULL)
				     : rc;
		}
	}
	(void)sqlite3_finalize(st);
	return rc;
}

void
query_put_sub(struct text *t, const struct query_sub *sub)
{
	if (sub->kind == NULL || sub->kind[0] == '\0') {
		return;
	}
	text_put(t, sub->kind);
	text_put(t, " ");
	if (sub->text[0] == '\0' || sub->num != 0) {
		text_put_uint(t, (uint64_t)sub->num);
		text_put(t, sub->text[0] != '\0' ? " " : "");
	}
	text_put(t, sub->text);
}

static int
read_addrs(struct told *t, sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	int rc = db_prepare(db, ADDRS_SQL, &st);

	while (rc == 0 && (rc = db_step(st)) == 1) {
		int64_t row = db_get(st, 0), kind = db_get(st, 1);
		struct query_sub sub = {.kind = db_text(st, 4),
		    .num = db_get(st, 5),
		    .text = db_text(st, 6)};
		char buf[DECL_VALUE_MAX];
		struct text behind;

		text_start(&behind, buf, sizeof(buf));
		query_put_sub(&behind, &sub);
		rc = kind == ADDR_MAC
			 ? heard(t, row, PROOF_MAC, query_text(st, 2), NULL)
			 : heard(t, row, PROOF_IP, query_text(st, 3),
			       kind == ADDR_SUB ? buf : NULL);
	}
	(void)sqlite3_finalize(st);
	return rc;
}

/* --- who is who ------------------------------------------------------------- */

/*
 * Makers number alike: a serial number is one only where the vendors can be
 * one.  A name is no proof against a MAC or serial number that differs.
 */
static bool
refuse(void *arg, uint32_t left, uint32_t right, enum proof p)
{
	struct told *t = arg;
	const struct decl_device *d = &t->reg.device[left];
	sqlite3_stmt *st = p == PROOF_SERIAL ? t->vendor
			   : p == PROOF_NAME ? t->known
					     : NULL;
	bool no = false;

	if (st == NULL) {
		return false;
	}
	db_bind(st, 1, t->asset[right]);
	if (db_step(st) == 1) {
		no = p == PROOF_SERIAL
			 ? !decl_agrees(DECL_VENDOR,
			       register_value(&t->reg, d, DECL_VENDOR),
			       query_text(st, 0))
			 : (db_get(st, 0) != 0 && d->has & 1U << DECL_SERIAL) ||
			       (db_get(st, 1) != 0 && d->has & 1U << DECL_MAC);
		db_reset(st);
	}
	return no;
}

static int
by_asset(const void *a, const void *b)
{
	const struct told_key *x = a, *y = b;

	return (x->asset > y->asset) - (x->asset < y->asset);
}

/* Numbers the assets that have a key, and hands their keys to the match. */
static int
join(struct told *t)
{
	struct match m;
	int rc;

	qsort(t->wire, t->nwire, sizeof(t->wire[0]), by_asset);
	t->asset = calloc(t->nwire + 1, sizeof(*t->asset));
	if (t->asset == NULL) {
		return ERR_NOMEM;
	}
	for (size_t i = 0; i < t->nwire; i++) {
		if (i == 0 || t->wire[i].asset != t->wire[i - 1].asset) {
			t->asset[t->nassets++] = t->wire[i].asset;
		}
	}
	rc = match_init(&m, t->reg.n, t->nassets);
	for (size_t i = 0; i < t->match.nkeys && rc == 0; i++) {
		const struct match_key *k = &t->match.key[i];

		rc = match_add(
		    &m, MATCH_LEFT, k->party, (enum proof)k->proof, k->text);
	}
	for (size_t i = 0, party = 0; i < t->nwire && rc == 0; i++) {
		const struct match_key *k = t->wire[i].key;

		party += i != 0 && t->wire[i].asset != t->wire[i - 1].asset;
		rc = match_add(&m, MATCH_RIGHT, (uint32_t)party,
		    (enum proof)k->proof, k->text);
	}
	match_done(&t->match);
	if (rc != 0) {
		match_done(&m);
		return rc;
	}
	t->match = m;
	t->match.refuse = refuse;
	t->match.arg = t;
	match_run(&t->match);
	return 0;
}

/*
 * Whether a row that found no device may be the one that another row is: it
 * has the address, and no MAC or serial number that would make it another,
 * which had the address before.
 */
static bool
is_twin(const struct told *t, uint32_t row, int32_t other, enum proof p)
{
	const struct decl_device *a = &t->reg.device[row];
	const struct decl_device *b = &t->reg.device[other];

	if (p == PROOF_MAC) {
		return true;
	}
	return p == PROOF_IP && !(a->has & 1U << DECL_MAC) &&
	       decl_agrees(DECL_SERIAL, register_value(&t->reg, a, DECL_SERIAL),
		   register_value(&t->reg, b, DECL_SERIAL));
}

/* Keys that are one, from a to end: the register's stand first. */
static void
find_twins(struct told *t, size_t a, size_t end)
{
	const struct match *m = &t->match;
	int32_t other = MATCH_NONE;

	for (size_t i = a; i < end; i++) {
		const struct match_key *k = &m->key[i];

		if (k->side == MATCH_RIGHT &&
		    m->party[MATCH_RIGHT][k->party].partner >= 0) {
			other = m->party[MATCH_RIGHT][k->party].partner;
		}
	}
	for (size_t i = a; i < end && other >= 0; i++) {
		const struct match_key *k = &m->key[i];

		if (k->side == MATCH_LEFT &&
		    m->party[MATCH_LEFT][k->party].partner == MATCH_NONE &&
		    t->twin[k->party].key == NULL &&
		    is_twin(t, k->party, other, (enum proof)k->proof)) {
			t->twin[k->party] = (struct told_twin){k, other};
		}
	}
}

static int
twins(struct told *t)
{
	size_t end;

	t->twin = calloc(t->reg.n + 1, sizeof(*t->twin));
	if (t->twin == NULL) {
		return ERR_NOMEM;
	}
	for (size_t a = 0; a < t->match.nkeys; a = end) {
		for (end = a + 1;
		     end < t->match.nkeys &&
		     by_text(&t->match.key[end], &t->match.key[a]) == 0;) {
			end++;
		}
		find_twins(t, a, end);
	}
	return 0;
}

static void
forget(struct told *t)
{
	free(t->twin);
	t->twin = NULL;
	match_done(&t->match);
	register_free(&t->reg);
	free(t->asset);
	t->asset = NULL;
	t->nassets = 0;
	t->fresh = false;
}

void
told_done(struct told *t)
{
	forget(t);
	(void)sqlite3_finalize(t->vendor);
	(void)sqlite3_finalize(t->known);
	(void)sqlite3_close_v2(t->db);
}

static int
work_out(struct query *q, struct told *t)
{
	int rc = register_read(t->db, &t->reg);

	rc = rc == 0 ? match_init(&t->match, 0, 0) : rc;
	rc =
	    rc == 0 ? register_keys(&t->reg, &t->match, MATCH_LEFT, false) : rc;
	if (rc != 0 || t->match.nkeys == 0) {
		return rc;
	}
	qsort(t->match.key, t->match.nkeys, sizeof(t->match.key[0]), by_text);
	t->nwire = 0;
	rc = read_assets(t, q->db);
	rc = rc == 0 ? read_addrs(t, q->db) : rc;
	rc = rc == 0 ? join(t) : rc;
	rc = rc == 0 ? twins(t) : rc;
	free(t->wire);
	t->wire = NULL;
	t->room = 0;
	return rc;
}

static int
prepare(struct query *q, struct told *t)
{
	int rc =
	    t->vendor == NULL ? db_prepare(q->db, VENDOR_SQL, &t->vendor) : 0;

	return rc == 0 && t->known == NULL
		   ? db_prepare(q->db, KNOWN_SQL, &t->known)
		   : rc;
}

static int
refresh(struct query *q)
{
	struct told *t = &q->told;
	uint64_t now = clock_mono_ns();
	int64_t version[2];
	int rc = t->db == NULL ? register_open(t->dir, &t->db) : 0;

	if (rc != 0 || t->db == NULL) {
		return rc;
	}
	rc = prepare(q, t);
	rc = rc == 0 ? query_version(q, &version[0]) : rc;
	rc =
	    rc == 0 ? db_int(t->db, "PRAGMA data_version", 0, &version[1]) : rc;
	if (rc != 0 ||
	    (t->fresh && version[1] == t->version[1] &&
		(version[0] == t->version[0] || now - t->mono_ns < OLD_NS))) {
		return rc;
	}
	forget(t);
	rc = work_out(q, t);
	if (rc != 0) {
		forget(t);
		return rc;
	}
	t->fresh = true;
	t->version[0] = version[0];
	t->version[1] = version[1];
	t->mono_ns = now;
	return 0;
}

/*
 * A register that cannot be read hides nothing that was observed.  While it is
 * written, or a write has to be rolled back, what was read before is right.
 */
int
told_refresh(struct query *q)
{
	int rc = refresh(q);

	if (q->told.fresh && (rc == ERR_HALFWAY || rc == ERR_BUSY)) {
		rc = 0;
	}
	q->told.trouble = rc;
	if (rc != 0) {
		forget(&q->told);
	}
	return rc == ERR_NOMEM ? rc : 0;
}

int
query_register_trouble(struct query *q)
{
	int rc = told_refresh(q);

	return rc != 0 ? rc : q->told.trouble;
}

/* --- what it is for -------------------------------------------------------------- */

static const struct match_party *
party_of(const struct told *t, int64_t asset)
{
	size_t lo = 0, hi = t->nassets;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (t->asset[mid] < asset) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return lo < t->nassets && t->asset[lo] == asset
		   ? &t->match.party[MATCH_RIGHT][lo]
		   : NULL;
}

static size_t
words_of(const struct declared *r, const struct decl_device *d,
    struct query_word words[QUERY_WORDS_MAX])
{
	size_t n = 0;

	for (int k = 0; k < DECL_KEYS; k++) {
		const struct decl_said *s =
		    register_said(r, d, (enum decl_key)k);

		if (s != NULL) {
			words[n++] =
			    (struct query_word){decl_word((enum decl_key)k),
				s->value, s->who, s->source, s->at_ns};
		}
	}
	return n;
}

_Static_assert(DECL_KEYS <= QUERY_WORDS_MAX, "QUERY_WORDS_MAX");

const char *
query_declared(const struct query_asset *a, const char *key)
{
	for (size_t i = 0; i < a->nwords; i++) {
		if (strcmp(a->words[i].key, key) == 0) {
			return a->words[i].value;
		}
	}
	return NULL;
}

static void
over(const struct query_asset *a, const char *key, const char **shown)
{
	const char *v = query_declared(a, key);

	*shown = v != NULL ? v : *shown;
}

/*
 * Before what was seen of it, which stays beside it: one of otus' words, in
 * otus' spelling, or a person's own.
 */
static void
declare_role(struct query_asset *a, const char *role)
{
	const struct role_word *known = role_known(role);

	if (known != NULL) {
		role = known->name;
	}
	if (a->nroles == QUERY_ROLES_MAX) {
		a->nroles--;
	}
	memmove(&a->roles[1], a->roles, a->nroles * sizeof(a->roles[0]));
	a->roles[0] = (struct query_role){
	    .name = role, .why = "declared", .level = a->level};
	a->nroles++;
	a->role = role;
}

/* A person's word; else that of his role, which may not say any; else as seen. */
static int
declared_level(const struct query_asset *a, const char *role)
{
	const char *v = query_declared(a, "level");
	const struct role_word *w = role != NULL ? role_known(role) : NULL;

	if (v != NULL) {
		return v[0] - '0';
	}
	return w != NULL && w->level >= 0 ? w->level : a->level;
}

void
told_fill(struct query *q, struct query_asset *a)
{
	const struct told *t = &q->told;
	const struct match_party *p = party_of(t, a->row);
	const struct decl_device *d;
	const char *v;

	a->observed =
	    (struct query_observed){a->name, a->vendor, a->model, a->firmware,
		a->hardware, a->software, a->serial, a->role, a->vendor_by_mac};
	if (p == NULL || p->partner == MATCH_NONE) {
		return;
	}
	a->proof = proof_name((enum proof)p->proof);
	a->proof_key = p->key;
	if (p->partner == MATCH_MANY) {
		a->ambiguous = true;
		return;
	}
	d = &t->reg.device[p->partner];
	register_id(a->declared, d->id);
	a->nwords = words_of(&t->reg, d, a->words);
	over(a, "name", &a->name);
	over(a, "vendor", &a->vendor);
	over(a, "model", &a->model);
	over(a, "firmware", &a->firmware);
	over(a, "hardware", &a->hardware);
	over(a, "software", &a->software);
	over(a, "serial", &a->serial);
	a->vendor_by_mac =
	    a->vendor_by_mac && query_declared(a, "vendor") == NULL;
	v = query_declared(a, "role");
	a->level = declared_level(a, v);
	if (v != NULL) {
		declare_role(a, v);
	} else if (a->nroles != 0) {
		a->roles[0].level = a->level; /* beside the role that is seen */
	}
	v = query_declared(a, "approved");
	a->approved = v != NULL ? strcmp(v, "yes") == 0 : a->approved;
}

const char *
told_text(struct query *q, int64_t asset)
{
	static const enum decl_key keys[] = {DECL_NUMBER, DECL_NAME,
	    DECL_HOSTNAME, DECL_VENDOR, DECL_MODEL, DECL_SERIAL, DECL_LOCATION,
	    DECL_ZONE, DECL_OWNER, DECL_TAGS};
	static char buf[sizeof(keys) / sizeof(keys[0]) * DECL_VALUE_MAX];
	const struct match_party *p = party_of(&q->told, asset);
	struct text t;

	if (p == NULL || p->partner < 0) {
		return NULL;
	}
	text_start(&t, buf, sizeof(buf));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *v = register_value(
		    &q->told.reg, &q->told.reg.device[p->partner], keys[i]);

		text_put(&t, v != NULL ? v : "");
		text_put(&t, "\n");
	}
	return buf;
}

static const char *
told_value(struct query *q, int64_t asset, enum decl_key k)
{
	const struct match_party *p = party_of(&q->told, asset);

	return p != NULL && p->partner >= 0
		   ? register_value(
			 &q->told.reg, &q->told.reg.device[p->partner], k)
		   : NULL;
}

const char *
told_name(struct query *q, int64_t asset)
{
	return told_value(q, asset, DECL_NAME);
}

const char *
told_role(struct query *q, int64_t asset)
{
	const char *v = told_value(q, asset, DECL_ROLE);
	const struct role_word *w = v != NULL ? role_known(v) : NULL;

	return w != NULL ? w->name : NULL;
}

int
query_register(struct query *q,
    int (*row)(void *, const struct query_declaration *), void *arg)
{
	const struct told *t = &q->told;
	int rc = query_register_trouble(q);

	for (size_t i = 0; rc == 0 && i < t->reg.n; i++) {
		const struct decl_device *d = &t->reg.device[i];
		const struct match_party *p =
		    t->match.n[MATCH_LEFT] != 0 ? &t->match.party[MATCH_LEFT][i]
						: NULL;
		struct query_declaration x = {
		    .made = d->made_ns, .source = d->source, .row = 0};

		register_id(x.id, d->id);
		x.nwords = words_of(&t->reg, d, x.words);
		if (p != NULL && p->partner != MATCH_NONE) {
			x.ambiguous = p->partner == MATCH_MANY;
			x.row = x.ambiguous || t->asset == NULL
				    ? 0
				    : t->asset[p->partner];
			x.proof = proof_name((enum proof)p->proof);
			x.proof_key = p->key;
		} else if (t->twin != NULL && t->twin[i].key != NULL) {
			const struct told_twin *w = &t->twin[i];

			register_id(x.twin, t->reg.device[w->row].id);
			x.proof = proof_name((enum proof)w->key->proof);
			x.proof_key = w->key->text;
		}
		rc = row(arg, &x);
	}
	return rc;
}

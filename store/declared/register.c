/*
 * register: reading.  See register.h; register_write.c writes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "limits.h"
#include "store/db.h"
#include "store/declared/fold.h"
#include "store/declared/register.h"
#include "store/declared/register_priv.h"

int
register_open(const char *dir, sqlite3 **ret)
{
	char path[4096];
	sqlite3 *db = NULL;
	int64_t version = 0;
	int rc;

	*ret = NULL;
	if (snprintf(path, sizeof(path), "%s/" DECL_FILE, dir) >=
	    (int)sizeof(path)) {
		return ERR_TOOBIG;
	}
	if (access(path, R_OK) < 0) {
		return errno == EACCES ? ERR_PERM : 0;
	}
	rc = db_open(path, false, &db);
	rc = rc == 0 ? db_int(db, "PRAGMA user_version", 0, &version) : rc;
	if (rc == 0 && version > REGISTER_VERSION) {
		rc = ERR_UNSUPPORTED;
	}
	if (rc != 0 || version == 0) { /* made, and nothing said yet */
		(void)sqlite3_close_v2(db);
		return rc;
	}
	*ret = db;
	return 0;
}

/* --- all of it in memory -------------------------------------------------- */

static struct decl_device *
device(struct declared *r, int64_t id)
{
	size_t lo = 0, hi = r->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (r->device[mid].id < id) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return lo < r->n && r->device[lo].id == id ? &r->device[lo] : NULL;
}

static int
read_devices(struct declared *r, sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	int64_t n = 0;
	int rc = db_int(db, "SELECT count(*) FROM devices", 0, &n);

	if (rc == 0 && n > LIMIT_DECLARED_DEVICES) {
		return ERR_TOOBIG;
	}
	r->device = calloc((size_t)n + 1, sizeof(*r->device));
	if (rc != 0 || r->device == NULL) {
		return rc != 0 ? rc : ERR_NOMEM;
	}
	rc = db_prepare(
	    db, "SELECT id, made, source FROM devices ORDER BY id", &st);
	while (rc == 0 && r->n < (size_t)n && (rc = db_step(st)) == 1) {
		struct decl_device *d = &r->device[r->n++];

		d->id = db_get(st, 0);
		d->made_ns = (uint64_t)db_get(st, 1);
		d->source = bag_keep(&r->texts, db_text(st, 2));
		rc = d->source != NULL ? 0 : ERR_NOMEM;
	}
	(void)sqlite3_finalize(st);
	return rc;
}

/* One word of the row at hand; rows come by device and key. */
static int
read_word(struct declared *r, sqlite3_stmt *st, struct decl_device *d,
    enum decl_key k, const struct decl_said *last)
{
	struct decl_said *s = &r->said[r->nsaid];
	const char *who = db_text(st, 3), *source = db_text(st, 5);

	s->value = bag_keep(&r->texts, db_text(st, 2));
	/* Mostly the same as those before it. */
	s->who = last != NULL && strcmp(last->who, who) == 0
		     ? last->who
		     : bag_keep(&r->texts, who);
	s->source = last != NULL && strcmp(last->source, source) == 0
			? last->source
			: bag_keep(&r->texts, source);
	s->at_ns = (uint64_t)db_get(st, 4);
	if (s->value == NULL || s->who == NULL || s->source == NULL) {
		return ERR_NOMEM;
	}
	if (r->texts.bytes > LIMIT_DECLARED_TEXT_KIB * 1024ULL) {
		return ERR_TOOBIG;
	}
	d->has |= 1U << k;
	r->nsaid++;
	return 0;
}

/* In the order of their keys, whatever that of their words is. */
struct place {
	uint8_t key;
	struct decl_said said;
};

static int
by_key(const void *a, const void *b)
{
	return ((const struct place *)a)->key - ((const struct place *)b)->key;
}

static void
order_words(struct declared *r, const struct decl_device *d,
    const uint8_t key[DECL_KEYS], size_t n)
{
	struct place p[DECL_KEYS] = {0};

	if (n < 2) {
		return;
	}
	for (size_t i = 0; i < n; i++) {
		p[i] = (struct place){key[i], r->said[d->first + i]};
	}
	qsort(p, n, sizeof(p[0]), by_key);
	for (size_t i = 0; i < n; i++) {
		r->said[d->first + i] = p[i].said;
	}
}

/* Where reading the words stands. */
struct reading {
	struct decl_device *d;
	uint8_t key[DECL_KEYS]; /* of d's words so far */
};

static void
end_device(struct declared *r, const struct reading *w)
{
	if (w->d != NULL) {
		order_words(r, w->d, w->key, r->nsaid - w->d->first);
	}
}

static int
read_row(struct declared *r, sqlite3_stmt *st, struct reading *w)
{
	const char *word = db_text(st, 1);
	enum decl_key k = decl_key(word, strlen(word));
	struct decl_device *of = device(r, db_get(st, 0));

	if (of == NULL || k == DECL_NONE) {
		return 0; /* a newer program's, or nobody's */
	}
	if (of != w->d) {
		end_device(r, w);
		of->first = r->nsaid;
		w->d = of;
	}
	w->key[r->nsaid - of->first] = (uint8_t)k;
	return read_word(
	    r, st, of, k, r->nsaid != 0 ? &r->said[r->nsaid - 1] : NULL);
}

static int
read_words(struct declared *r, sqlite3 *db)
{
	struct reading w = {0};
	sqlite3_stmt *st = NULL;
	int64_t n = 0;
	int rc = db_int(db, "SELECT count(*) FROM words", 0, &n);

	if (rc == 0 && n > (int64_t)LIMIT_DECLARED_DEVICES * DECL_KEYS) {
		return ERR_TOOBIG;
	}
	r->said = calloc((size_t)n + 1, sizeof(*r->said));
	if (rc != 0 || r->said == NULL) {
		return rc != 0 ? rc : ERR_NOMEM;
	}
	rc = db_prepare(db,
	    "SELECT device, key, value, who, at, source FROM words "
	    "ORDER BY device, key",
	    &st);
	while (rc == 0 && r->nsaid < (size_t)n && (rc = db_step(st)) == 1) {
		rc = read_row(r, st, &w);
	}
	end_device(r, &w);
	(void)sqlite3_finalize(st);
	return rc;
}

int
register_read(sqlite3 *db, struct declared *ret)
{
	struct declared r = {0};
	int rc = 0;

	/* One picture of both tables. */
	if (db != NULL) {
		bool own = sqlite3_get_autocommit(db) != 0;

		rc = own ? db_exec(db, "BEGIN") : 0;
		rc = rc == 0 ? read_devices(&r, db) : rc;
		rc = rc == 0 ? read_words(&r, db) : rc;
		if (own && !sqlite3_get_autocommit(db)) {
			int end = db_exec(db, "COMMIT");

			rc = rc == 0 ? end : rc;
		}
	}
	if (rc != 0) {
		register_free(&r);
		return rc;
	}
	*ret = r;
	return 0;
}

void
register_free(struct declared *r)
{
	bag_free(&r->texts);
	free(r->device);
	free(r->said);
	memset(r, 0, sizeof(*r));
}

/* --- asking it ------------------------------------------------------------ */

const struct decl_said *
register_said(
    const struct declared *r, const struct decl_device *d, enum decl_key k)
{
	uint32_t before = d->has & ((1U << k) - 1);

	if (!(d->has & 1U << k)) {
		return NULL;
	}
	return &r->said[d->first + (size_t)__builtin_popcount(before)];
}

const char *
register_value(
    const struct declared *r, const struct decl_device *d, enum decl_key k)
{
	const struct decl_said *s = register_said(r, d, k);

	return s != NULL ? s->value : NULL;
}

void
register_id(char buf[DECL_ID_TEXT], int64_t id)
{
	(void)snprintf(buf, DECL_ID_TEXT, "d-%lld", (long long)id);
}

int64_t
register_id_parse(const char *text)
{
	char *end;
	long long v;

	if (strncmp(text, "d-", 2) != 0 || text[2] < '1' || text[2] > '9' ||
	    strlen(text) > 18) {
		return -1;
	}
	v = strtoll(text + 2, &end, 10);
	return *end == '\0' ? v : -1;
}

/* Of lists one address is enough, so blanks are put around. */
static const char gone[] =
    "SELECT DISTINCT h.device FROM history h "
    "LEFT JOIN devices d ON d.id = h.device WHERE d.id IS NULL AND "
    "((h.key = 'asset' AND h.old = ?1) OR (h.key IN ('asset', 'name', "
    "'hostname', 'serial', 'asset_number', 'mac', 'ip') AND "
    "lower(h.old) = lower(?2)) OR (h.key IN ('mac', 'ip') AND "
    "instr(' ' || h.old || ' ', ' ' || lower(?2) || ' ') > 0)) "
    "ORDER BY h.device DESC LIMIT ?3";

int
register_gone(sqlite3 *db, const char *asset, const char *what,
    int64_t ret[REGISTER_GONE_MAX], size_t *ret_n)
{
	sqlite3_stmt *st = NULL;
	size_t n = 0;
	int rc = db_prepare(db, gone, &st);

	if (rc == 0) {
		db_bind_text(st, 1, asset);
		db_bind_text(st, 2, what);
		db_bind(st, 3, REGISTER_GONE_MAX);
	}
	while (rc == 0 && n < REGISTER_GONE_MAX && (rc = db_step(st)) == 1) {
		ret[n++] = db_get(st, 0);
		rc = 0;
	}
	(void)sqlite3_finalize(st);
	if (rc == 0) {
		*ret_n = n;
	}
	return rc;
}

int
register_history(sqlite3 *db, int64_t id,
    int (*row)(void *, const struct register_change *), void *arg)
{
	sqlite3_stmt *st = NULL;
	int rc = db_prepare(db,
	    "SELECT at, key, old, new, who, source FROM history "
	    "WHERE device = ?1 ORDER BY id",
	    &st);

	if (rc == 0) {
		db_bind(st, 1, id);
	}
	while (rc == 0 && (rc = db_step(st)) == 1) {
		const struct register_change c = {.device = id,
		    .at_ns = (uint64_t)db_get(st, 0),
		    .key = db_text(st, 1),
		    .was = (const char *)sqlite3_column_text(st, 2),
		    .is = (const char *)sqlite3_column_text(st, 3),
		    .who = db_text(st, 4),
		    .source = db_text(st, 5)};

		rc = row(arg, &c);
	}
	(void)sqlite3_finalize(st);
	return rc;
}

/* --- keys to match by ------------------------------------------------------- */

void
register_key(
    enum proof p, const char *value, const char *sub, char ret[DECL_VALUE_MAX])
{
	char behind[DECL_VALUE_MAX];

	ret[0] = '\0';
	if (value == NULL || decl_is_nothing(value)) {
		return;
	}
	switch (p) {
	case PROOF_SERIAL: (void)fold_serial(ret, DECL_VALUE_MAX, value); break;
	case PROOF_NAME: (void)fold_name(ret, DECL_VALUE_MAX, value); break;
	case PROOF_NUMBER:
		(void)fold(ret, DECL_VALUE_MAX, value, strlen(value));
		break;
	case PROOF_IP:
		behind[0] = '\0';
		if (sub != NULL) {
			(void)fold(behind, sizeof(behind), sub, strlen(sub));
		}
		(void)snprintf(ret, DECL_VALUE_MAX, "%.45s%s%.400s", value,
		    behind[0] != '\0' ? "|" : "", behind);
		break;
	default: (void)snprintf(ret, DECL_VALUE_MAX, "%s", value); break;
	}
}

static int
add_key(struct bag *texts, struct match *m, int side, uint32_t party,
    enum proof p, const char *value, const char *sub)
{
	char key[DECL_VALUE_MAX];
	const char *kept;

	register_key(p, value, sub, key);
	if (key[0] == '\0') {
		return 0;
	}
	kept = bag_keep(texts, key);
	return kept != NULL ? match_add(m, side, party, p, kept) : ERR_NOMEM;
}

static int
add_list(struct bag *texts, struct match *m, int side, uint32_t party,
    enum proof p, const char *list, const char *sub)
{
	const char *at = list, *one;
	int rc = 0;
	size_t n;

	while (rc == 0 && list != NULL &&
	       (one = decl_list_next(&at, &n)) != NULL) {
		char buf[64];

		(void)snprintf(buf, sizeof(buf), "%.*s", (int)n, one);
		rc = add_key(texts, m, side, party, p, buf, sub);
	}
	return rc;
}

int
register_keys(struct declared *r, struct match *m, int side, bool number)
{
	int rc = 0;

	for (size_t i = 0; i < r->n && rc == 0; i++) {
		const struct decl_device *d = &r->device[i];
		const char *value[DECL_KEYS];

		for (int k = 0; k < DECL_KEYS; k++) {
			value[k] = register_value(r, d, (enum decl_key)k);
		}
		rc = register_keys_of(
		    &r->texts, m, side, (uint32_t)i, value, number);
	}
	return rc;
}

int
register_keys_of(struct bag *texts, struct match *m, int side, uint32_t party,
    const char *const v[DECL_KEYS], bool number)
{
	const char *sub = v[DECL_SUB];
	int rc = 0;

	if (number) {
		rc = add_key(
		    texts, m, side, party, PROOF_NUMBER, v[DECL_NUMBER], NULL);
	}
	rc = rc == 0 ? add_key(texts, m, side, party, PROOF_ASSET,
			   v[DECL_ASSET], NULL)
		     : rc;
	/* A unit behind a gateway has the gateway's MAC. */
	rc = rc == 0 && sub == NULL
		 ? add_list(texts, m, side, party, PROOF_MAC, v[DECL_MAC], NULL)
		 : rc;
	rc = rc == 0 ? add_key(texts, m, side, party, PROOF_SERIAL,
			   v[DECL_SERIAL], NULL)
		     : rc;
	rc = rc == 0
		 ? add_list(texts, m, side, party, PROOF_IP, v[DECL_IP], sub)
		 : rc;
	rc = rc == 0 ? add_key(texts, m, side, party, PROOF_NAME, v[DECL_NAME],
			   NULL)
		     : rc;
	return rc == 0 ? add_key(texts, m, side, party, PROOF_NAME,
			     v[DECL_HOSTNAME], NULL)
		       : rc;
}

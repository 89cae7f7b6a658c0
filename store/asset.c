/*
 * asset: devices, as sets of addresses.
 *
 * An asset is made with its first address, whose text gives it its id for
 * good.  Joining moves the addresses of the younger asset to the older one
 * and leaves the younger's row behind, so that its id still leads somewhere;
 * splitting moves some addresses to an asset of their own.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "store/maker.h"
#include "store/store_priv.h"

#define SALT_MAX 64 /* ids tried for one asset; 2^-50 each, unless forged */

void
asset_make(struct store *s, struct addr *a)
{
	a->asset = ++s->asset_id;
	a->flags |= ADDR_ORIGIN;
	a->new_asset = true;
	if (s->learning) {
		a->flags |= ADDR_LEARNED;
	}
	cache_dirty(&s->addrs, a);
}

static void
put_slot(const struct addr *a, char *buf, size_t size)
{
	size_t n = strlen(buf);

	if (a->slot != 0) {
		(void)snprintf(buf + n, size - n, "#%u", a->slot);
	}
}

static void
origin_text(const struct addr *a, char *buf, size_t size)
{
	char sub[EV_SUB_TEXT];
	struct addr front = *a;

	if (a->kind == ADDR_SUB) {
		front.kind = a->ipver != 0 ? ADDR_IP : ADDR_MAC;
		addr_text(&front, buf, size);
		put_slot(a, buf, size);
		addr_text(a, sub, sizeof(sub));
		(void)snprintf(buf + strlen(buf), size - strlen(buf),
		    "/%s/%u/%s", transport_name(a->transport), a->port, sub);
		return;
	}
	addr_text(a, buf, size);
	put_slot(a, buf, size);
}

int
asset_write_new(struct store *s, struct addr *a)
{
	sqlite3_stmt *st = s->st[ST_ASSET_NEW];
	char origin[ADDR_KEY_TEXT];

	origin_text(a, origin, sizeof(origin));
	for (unsigned salt = 0; salt < SALT_MAX; salt++) {
		int rc;

		(void)sqlite3_clear_bindings(st);
		db_bind(st, 1, a->asset);
		db_bind(st, 2, uid_make(origin, salt));
		db_bind_text(st, 3, origin);
		if (a->kind == ADDR_SUB) {
			db_bind(st, 4, a->carrier);
		}
		db_bind(st, 5, (int64_t)a->first);
		rc = db_run(st);
		if (rc != 0) {
			return rc;
		}
		if (sqlite3_changes(s->db) == 1) {
			a->new_asset = false;
			return 0;
		}
	}
	return ERR_EXISTS;
}

/* --- shown facts ---------------------------------------------------------- */

enum shown { NAME, VENDOR, MODEL, FIRMWARE, HARDWARE, SOFTWARE, SERIAL, SHOWN };

/* Which facts may be shown as what; the later row stands in for the other. */
static const struct {
	const char *key;
	enum shown shown;
	int rank;
} shown_keys[] = {
    {"name", NAME, 3},
    {"hostname", NAME, 2},
    {"vendor", VENDOR, 1},
    {"model", MODEL, 2},
    {"product_code", MODEL, 1},
    {"firmware", FIRMWARE, 1},
    {"hardware", HARDWARE, 1},
    {"software", SOFTWARE, 1},
    {"serial", SERIAL, 1},
};

struct best {
	char value[EV_TEXT_MAX + 1];
	int rank;
};

/* A code that is a number is no name for a thing; Modbus' is a text. */
static bool
stands_in(const char *key, const char *value)
{
	return strcmp(key, "product_code") != 0 ||
	       value[strspn(value, "0123456789")] != '\0';
}

/* A name that a program has made up stands behind a host's. */
static int
rank_of(size_t i, const char *value)
{
	return shown_keys[i].shown == NAME && fact_is_generated(value)
		   ? 1
		   : shown_keys[i].rank;
}

/* Facts come weakest first, so the last one of a key is its best. */
static void
offer(struct best best[SHOWN], const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(shown_keys) / sizeof(shown_keys[0]);
	     i++) {
		struct best *b = &best[shown_keys[i].shown];

		if (strcmp(shown_keys[i].key, key) == 0 &&
		    rank_of(i, value) >= b->rank && stands_in(key, value)) {
			b->rank = rank_of(i, value);
			(void)snprintf(b->value, sizeof(b->value), "%s", value);
		}
	}
}

int
asset_refresh(struct store *s, int64_t asset)
{
	sqlite3_stmt *st = s->st[ST_FACTS_OF_ASSET];
	struct best best[SHOWN] = {0};
	int rc;

	if (asset == 0) {
		return 0;
	}
	rc = cache_settle(&s->addrs);
	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, asset);
	while ((rc = db_step(st)) == 1) {
		offer(best, db_text(st, 0), db_text(st, 1));
	}
	if (rc != 0) {
		return rc;
	}
	st = s->st[ST_ASSET_SHOW];
	db_bind(st, 1, asset);
	for (int i = 0; i < SHOWN; i++) {
		db_bind_text(
		    st, 2 + i, best[i].rank != 0 ? best[i].value : NULL);
	}
	return db_run(st);
}

/* Whether value is what is shown already. */
static int
shows(struct store *s, int64_t asset, enum shown what, const char *value,
    bool *ret)
{
	sqlite3_stmt *st = s->st[ST_ASSET_SHOWN];
	int rc;

	*ret = false;
	db_bind(st, 1, asset);
	rc = db_step(st);
	if (rc == 1) {
		*ret = strcmp(db_text(st, (int)what), value) == 0;
		db_reset(st);
		rc = 0;
	}
	return rc;
}

/* Most facts are the first of their kind, and have nothing to be held against:
 * the others need not be read.  *ret: that was all. */
static int
show_first(struct store *s, int64_t asset, enum shown what, const char *value,
    bool *ret)
{
	sqlite3_stmt *st = s->st[ST_ASSET_SHOW_FIRST];
	int rc;

	db_bind(st, 1, asset);
	db_bind(st, 2, what);
	db_bind_text(st, 3, value);
	rc = db_run(st);
	*ret = rc == 0 && sqlite3_changes(s->db) == 1;
	return rc;
}

int
asset_said(struct store *s, int64_t asset, const char *key, const char *value,
    bool again)
{
	size_t i = 0, n = sizeof(shown_keys) / sizeof(shown_keys[0]);
	bool done;
	int rc;

	while (i < n && strcmp(shown_keys[i].key, key) != 0) {
		i++;
	}
	if (i == n || asset == 0 || !stands_in(key, value)) {
		return 0;
	}
	rc = again ? shows(s, asset, shown_keys[i].shown, value, &done)
		   : show_first(s, asset, shown_keys[i].shown, value, &done);
	return rc != 0 || done ? rc : asset_refresh(s, asset);
}

/* --- one from two, two from one ------------------------------------------- */

int
asset_join(struct store *s, int64_t a, int64_t b)
{
	int64_t older = a < b ? a : b, younger = a < b ? b : a;
	sqlite3_stmt *st = s->st[ST_ADDR_JOIN];
	int64_t chassis[2] = {0, 0};
	int rc;

	if (a == b) {
		return 0;
	}
	rc = cache_settle(&s->addrs);
	rc = rc == 0 ? chassis_of(s, older, &chassis[0]) : rc;
	rc = rc == 0 ? chassis_of(s, younger, &chassis[1]) : rc;
	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, older);
	db_bind(st, 2, younger);
	rc = addr_moved(s, st);
	if (rc == 0) {
		st = s->st[ST_ASSET_JOINED];
		db_bind(st, 1, older);
		db_bind(st, 2, younger);
		rc = db_run(st);
	}
	if (rc == 0) {
		st = s->st[ST_ASSET_INHERIT];
		db_bind(st, 1, older);
		db_bind(st, 2, younger);
		rc = db_run(st);
	}
	rc = rc == 0 ? asset_refresh(s, older) : rc;
	/* A module is in one chassis, however many ways lead there.  What is
	 * in a chassis is none, so this ends here. */
	if (rc == 0 && chassis[0] != 0 && chassis[1] != 0) {
		rc = asset_join(s, chassis[0], chassis[1]);
	}
	return rc;
}

int
asset_move(struct store *s, int64_t asset, const struct addr *front)
{
	sqlite3_stmt *st = s->st[ST_ASSET_MOVE];
	int rc = cache_settle(&s->addrs);

	if (rc != 0) {
		return rc;
	}
	(void)sqlite3_clear_bindings(st);
	db_bind(st, 1, asset);
	if (front != NULL) {
		db_bind(st, 2, front->id);
	}
	return db_run(st);
}

int
asset_split(
    struct store *s, struct addr *mac, const struct addr *keep, bool chassis)
{
	sqlite3_stmt *st = s->st[ST_ADDR_SPLIT];
	int64_t old = mac->asset, young;
	char text[EV_MAC_TEXT];
	int rc;

	asset_make(s, mac);
	young = mac->asset;
	rc = cache_settle(&s->addrs);
	if (rc != 0) {
		return rc;
	}
	(void)ev_mac_text(text, mac->mac);
	db_bind(st, 1, young);
	db_bind(st, 2, old);
	db_bind_text(st, 3, text);
	db_bind(st, 4, keep->id);
	db_bind(st, 5, chassis);
	rc = addr_moved(s, st);
	if (rc == 0) {
		rc = asset_refresh(s, old);
	}
	return rc == 0 ? asset_refresh(s, young) : rc;
}

/* The asset that the address or its MAC was made for, if a join has it. */
static int
revive(struct store *s, struct addr *a, const char *mac, int64_t *ret)
{
	sqlite3_stmt *st = s->st[ST_ASSET_REVIVE];
	int rc;

	*ret = 0;
	(void)sqlite3_clear_bindings(st);
	db_bind(st, 1, a->asset);
	db_bind(st, 2, a->id);
	db_bind_text(st, 3, mac);
	while ((rc = db_step(st)) == 1) {
		*ret = *ret == 0 ? db_get(st, 0) : *ret;
	}
	return rc;
}

int
asset_part(struct store *s, struct addr *a)
{
	sqlite3_stmt *st = s->st[ST_ADDR_PART];
	char text[EV_MAC_TEXT], *mac = NULL;
	int64_t old = a->asset, young;
	int rc = cache_settle(&s->addrs);

	if (a->has_mac && a->flags & ADDR_FIRM) {
		(void)ev_mac_text(text, a->mac);
		mac = text;
	}
	rc = rc == 0 ? revive(s, a, mac, &young) : rc;
	if (rc != 0) {
		return rc;
	}
	if (young == 0) {
		asset_make(s, a);
		young = a->asset;
		rc = cache_settle(&s->addrs);
	}
	(void)sqlite3_clear_bindings(st);
	db_bind(st, 1, young);
	db_bind(st, 2, old);
	db_bind(st, 3, a->id);
	db_bind_text(st, 4, mac);
	rc = rc == 0 ? addr_moved(s, st) : rc;
	rc = rc == 0 ? asset_refresh(s, old) : rc;
	return rc == 0 ? asset_refresh(s, young) : rc;
}

/* --- what others ask of an asset ------------------------------------------ */

/* Where each key stands in ASSET_GET, and what it is there. */
static const struct {
	const char *key;
	enum { TEXT, UID, ROLE, LEVEL, NUMBER, FIRST, LAST } what;
} columns[] = {
    {"id", UID},
    {"name", TEXT},
    {"vendor", TEXT},
    {"model", TEXT},
    {"firmware", TEXT},
    {"hardware", TEXT},
    {"software", TEXT},
    {"serial", TEXT},
    {"role", ROLE},
    {"level", LEVEL},
    {"approved", NUMBER},
    {"first", FIRST},
    {"last", LAST},
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* What is known of an asset whose row is not written yet: its address. */
static int64_t
new_value(const struct addr *a, size_t i)
{
	char origin[ADDR_KEY_TEXT];

	switch (columns[i].what) {
	case UID:
		origin_text(a, origin, sizeof(origin));
		return uid_make(origin, 0);
	case FIRST: return (int64_t)a->first;
	default: return 0;
	}
}

static int
print_text(const char *text, char *buf, size_t size)
{
	if (text == NULL) {
		return ERR_NOTFOUND;
	}
	(void)utf8_clean(buf, size, text, strlen(text), NULL);
	return 0;
}

/* v and text are the row's; a has what the row may not have yet. */
static int
print_value(const struct addr *a, size_t i, int64_t v, const char *text,
    char *buf, size_t size)
{
	char uid[UID_TEXT];

	switch (columns[i].what) {
	case TEXT: return print_text(text, buf, size);
	case ROLE: return print_text(role_name(v | a->roles), buf, size);
	case UID: uid_text(uid, 'a', v); return print_text(uid, buf, size);
	case LEVEL:
		v = role_level(v | a->roles);
		if (v < 0) {
			return ERR_NOTFOUND;
		}
		break;
	case LAST:
		v = v > (int64_t)a->last ? v : (int64_t)a->last;
		v /= (int64_t)NS_PER_SEC;
		break;
	case FIRST: v /= (int64_t)NS_PER_SEC; break;
	case NUMBER: break;
	}
	(void)snprintf(buf, size, "%lld", (long long)v);
	return 0;
}

/* Who made the interface, where nobody has named the device's vendor and the
 * MAC is known to be its own. */
static int
print_maker(struct store *s, const struct addr *a, char *buf, size_t size)
{
	struct addr *m = NULL;
	const char *name = NULL;
	int rc = a->has_mac ? addr_mac(s, a->mac, false, &m) : 0;

	if (rc != 0) {
		return rc;
	}
	if (m != NULL && m->asset == a->asset) {
		name = maker_of(m->mac);
	}
	return print_text(name, buf, size);
}

static int
row_value(
    struct store *s, const struct addr *a, size_t i, char *buf, size_t size)
{
	sqlite3_stmt *st = s->st[ST_ASSET_GET];
	int rc;

	db_bind(st, 1, a->asset);
	rc = db_step(st);
	if (rc == 0) {
		return print_value(a, i, new_value(a, i), NULL, buf, size);
	}
	if (rc == 1) {
		bool null = sqlite3_column_type(st, (int)i) == SQLITE_NULL;

		rc = print_value(a, i, db_get(st, (int)i),
		    null ? NULL : db_text(st, (int)i), buf, size);
		db_reset(st);
	}
	return rc;
}

int
asset_observed(struct store *s, const struct addr *a, const char *key,
    char *buf, size_t size)
{
	size_t i = 0;
	int rc;

	while (i < COLUMNS && strcmp(columns[i].key, key) != 0) {
		i++;
	}
	if (a == NULL || a->asset == 0 || i == COLUMNS) {
		return ERR_NOTFOUND;
	}
	rc = row_value(s, a, i, buf, size);
	if (rc == ERR_NOTFOUND && strcmp(key, "vendor") == 0) {
		rc = print_maker(s, a, buf, size);
	}
	return rc;
}

int
asset_value(struct store *s, const struct addr *a, const char *key, char *buf,
    size_t size)
{
	int rc = a != NULL && a->asset != 0 ? said_value(s, a, key, buf, size)
					    : ERR_NOTFOUND;

	return rc == ERR_NOTFOUND ? asset_observed(s, a, key, buf, size) : rc;
}

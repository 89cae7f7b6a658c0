/*
 * addr: the places on the network that talk or are talked to, one row each.
 *
 * Links, facts and behaviours belong to addresses, not to assets.  So when
 * two addresses turn out to be one device, or one device to be two, a number
 * in the address's row changes and everything else stays as it is.
 *
 * An IP has one row for whoever has it; two MACs that claim it at the same
 * time have a row (slot) each.  What a MAC says about an IP and the other way
 * round is hold.c's.
 */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "store/store_priv.h"

static uint64_t
hash(const struct store *s, const struct addr *k)
{
	return hash_place(&s->key, k->key, ADDR_KEY_WORDS);
}

static struct addr *
cached(struct store *s, const struct addr *k, uint64_t h)
{
	HT_FOREACH (&s->addrs.ht, h, i) {
		struct addr *a = pool_at(&s->addrs.pool, i);

		if (memcmp(a->key, k->key, sizeof(k->key)) == 0) {
			cache_touch(&s->addrs, a);
			return a;
		}
	}
	return NULL;
}

/* A row for the key, filled from the statement's row where there is one. */
static int
enter(struct store *s, const struct addr *k, uint64_t h, sqlite3_stmt *st,
    struct addr **ret)
{
	struct cache_row row;
	struct addr *a;
	void *p;
	int rc = cache_add(&s->addrs, h, &p);

	if (rc != 0) {
		return rc;
	}
	a = p;
	row = a->row;
	*a = *k;
	a->row = row;
	if (st != NULL) {
		addr_row_load(a, st);
		rhythm_loaded(s, a);
	}
	*ret = a;
	return 0;
}

static int
make_row(struct store *s, const struct addr *k, uint64_t h, struct addr **ret)
{
	struct addr *a = NULL;
	int rc;

	*ret = NULL;
	if (s->addr_id >= s->addr_max) {
		return 0;
	}
	rc = enter(s, k, h, NULL, &a);
	if (rc == 0) {
		a->id = ++s->addr_id;
		if (a->kind == ADDR_IP && a->slot == 0) {
			a->holders = 1;
		}
		a->current = a->slot;
		a->points = 1; /* none */
		a->asked.known = true;
		cache_dirty(&s->addrs, a);
		*ret = a;
	}
	return rc;
}

static int
find(struct store *s, const struct addr *k, bool make, struct addr **ret)
{
	sqlite3_stmt *st = s->st[ST_ADDR_BY_KEY];
	uint64_t h = hash(s, k);
	struct addr *a = cached(s, k, h);
	char text[ADDR_KEY_TEXT];
	int rc;

	if (a != NULL) {
		*ret = a;
		return 0;
	}
	if (cache_may_be_stored(&s->addrs, h)) {
		addr_key_text(k, text);
		db_bind_text(st, 1, text);
		rc = db_step(st);
		if (rc < 0) {
			return rc;
		}
		if (rc == 1) {
			rc = enter(s, k, h, st, ret);
			db_reset(st);
			return rc;
		}
	}
	if (!make) {
		*ret = NULL;
		return 0;
	}
	return make_row(s, k, h, ret);
}

int
addr_mac(struct store *s, const uint8_t mac[6], bool make, struct addr **ret)
{
	struct addr k;

	addr_key_mac(&k, ADDR_MAC, mac);
	return find(s, &k, make, ret);
}

int
addr_ip(struct store *s, uint8_t ipver, const struct ev_ip *ip, uint8_t slot,
    bool make, struct addr **ret)
{
	struct addr k;

	addr_key_ip(&k, ADDR_IP, ipver, ip, slot);
	return find(s, &k, make, ret);
}

int
addr_group(
    struct store *s, const struct ev_end *e, bool make, struct addr **ret)
{
	struct addr k;

	if (addr_has_ip(e)) {
		addr_key_ip(&k, ADDR_GROUP, e->ipver, &e->ip, 0);
	} else {
		addr_key_mac(&k, ADDR_GROUP, e->mac);
	}
	return find(s, &k, make, ret);
}

int
addr_sub(struct store *s, const struct addr *carrier, uint8_t transport,
    uint16_t port, const struct ev_sub *sub, bool make, struct addr **ret)
{
	struct addr k;

	addr_key_sub(&k, carrier->id, transport, port, sub);
	k.slot = carrier->slot;
	k.ipver = carrier->ipver;
	k.ip = carrier->ip;
	k.has_mac = carrier->has_mac;
	memcpy(k.mac, carrier->mac, sizeof(k.mac));
	return find(s, &k, make, ret);
}

int
addr_by_id(struct store *s, int64_t id, struct addr **ret)
{
	sqlite3_stmt *st = s->st[ST_ADDR_BY_ID];
	struct addr k, *a;
	uint64_t h;
	int rc = cache_settle(&s->addrs);

	*ret = NULL;
	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, id);
	rc = db_step(st);
	if (rc != 1) {
		return rc;
	}
	if (addr_row_key(&k, st)) {
		h = hash(s, &k);
		a = cached(s, &k, h);
		/* A sub's row has its key, not all that it is made of. */
		if (a == NULL && k.kind != ADDR_SUB) {
			rc = enter(s, &k, h, st, &a);
		} else {
			rc = 0;
		}
		*ret = rc == 0 ? a : NULL;
	} else {
		rc = 0;
	}
	db_reset(st);
	return rc;
}

int
addr_moved(struct store *s, sqlite3_stmt *st)
{
	int rc;

	while ((rc = db_step(st)) == 1) {
		struct addr k, *a;

		if (addr_row_key(&k, st) &&
		    (a = cached(s, &k, hash(s, &k))) != NULL) {
			a->asset = a->stored_asset = db_get(st, 1);
			a->flags = (uint16_t)db_get(st, 5);
		}
	}
	return rc;
}

/* Lines of a row that most events look at. */
#define ROW_LINES 4

void
addrs_warm(struct store *s, const struct ev_end *const end[], size_t n)
{
	uint64_t h[ADDRS_WARM];
	struct addr k;

	assert(n <= ADDRS_WARM);
	for (size_t i = 0; i < n; i++) {
		addr_key_ip(&k, ADDR_IP, end[i]->ipver, &end[i]->ip, 0);
		h[i] = hash(s, &k);
		ht_prefetch(&s->addrs.ht, h[i]);
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t pos = (uint32_t)h[i];
		uint32_t at = ht_next(&s->addrs.ht, h[i], &pos);
		const char *row;

		if (at == HT_NONE) {
			continue;
		}
		row = pool_at(&s->addrs.pool, at);
		for (size_t line = 0; line < ROW_LINES; line++) {
			__builtin_prefetch(row + line * MEM_LINE);
		}
	}
}

int
addrs_init(struct store *s)
{
	return cache_init(&s->addrs,
	    cache_rows_of(s, LIMIT_STORE_ADDRESS_CACHE), sizeof(struct addr),
	    addr_row_write, s);
}

/* --- what events say of an address ----------------------------------------- */

void
addr_seen(struct store *s, struct addr *a, uint64_t ts_ns)
{
	if (a->first == 0 || ts_ns < a->first) {
		a->first = ts_ns;
	} else if (ts_ns <= a->last) {
		return;
	}
	a->last = ts_ns > a->last ? ts_ns : a->last;
	cache_counted(&s->addrs, a);
}

void
addr_role(struct store *s, struct addr *a, uint32_t role)
{
	if ((a->roles & role) != role) {
		a->roles |= role;
		cache_dirty(&s->addrs, a);
	}
}

/* The innermost VLAN: outer tags are the provider's. */
void
addr_vlan(struct store *s, struct addr *a, const struct ev *e)
{
	uint16_t id;

	if (e->vlan_n == 0) {
		return;
	}
	id = e->vlan[(e->vlan_n < EV_VLANS_MAX ? e->vlan_n : EV_VLANS_MAX) - 1];
	for (int i = 0; i < a->vlan_n; i++) {
		if (a->vlan[i] == id) {
			return;
		}
	}
	if (a->vlan_n < ADDR_VLANS_MAX) {
		a->vlan[a->vlan_n++] = id;
		cache_counted(&s->addrs, a);
	}
}

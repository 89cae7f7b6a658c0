/*
 * addr: the places on the network that talk or are talked to, one row each.
 *
 * Links, facts and behaviours belong to addresses, not to assets.  So when
 * two addresses turn out to be one device, or one device to be two, a number
 * in the address's row changes and everything else stays as it is.
 *
 *	kind   key                             how many rows
 *	MAC    the MAC                         one
 *	IP     the IP and a slot               one for whoever has the IP; two
 *	                                       MACs that claim it at the same
 *	                                       time have a slot each
 *	GROUP  a multicast or broadcast IP     one
 *	       or MAC
 *	SUB    address in front, transport,    one
 *	       server port, address behind
 *
 * What a MAC says about an IP and the other way round is bind.c's.
 */
#include <arpa/inet.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/store_priv.h"
#include "store/text.h"

static const char *const hows[] = {"", "traffic", "dhcp", "nd", "arp"};
static const char *const sub_kinds[EV_SUB_KIND_COUNT] = {
    [EV_SUB_NONE] = "",
    [EV_SUB_BACNET] = "bacnet",
    [EV_SUB_ADDR] = "addr",
    [EV_SUB_UNIT] = "unit",
    [EV_SUB_PATH] = "path",
};

bool
addr_ip_is_group(uint8_t ipver, const struct ev_ip *ip)
{
	static const uint8_t ones[4] = {255, 255, 255, 255};

	/* RFC 5771 and RFC 919; RFC 4291, 2.7 */
	return ipver == 4 ? (ip->a[0] & 0xf0) == 0xe0 ||
		memcmp(ip->a, ones, sizeof(ones)) == 0
			  : ip->a[0] == 0xff;
}

/* The unspecified address is a sender that has none yet (RFC 1122, 3.2.1.3). */
bool
addr_has_ip(const struct ev_end *e)
{
	static const uint8_t zero[16];

	return (e->ipver == 4 && memcmp(e->ip.a, zero, 4) != 0) ||
	    (e->ipver == 6 && memcmp(e->ip.a, zero, 16) != 0);
}

/* A loopback capture writes zeros where a MAC would be. */
bool
addr_has_mac(const struct ev_end *e)
{
	static const uint8_t zero[6];

	return e->has_mac && memcmp(e->mac, zero, sizeof(zero)) != 0;
}

/* --- keys ----------------------------------------------------------------- */

static void
key_ip(struct addr *k, uint8_t kind, uint8_t ipver, const struct ev_ip *ip,
    uint8_t slot)
{
	memset(k, 0, sizeof(*k));
	k->kind = kind;
	k->ipver = ipver;
	memcpy(k->ip.a, ip->a, ipver == 4 ? 4 : 16);
	k->slot = slot;
	k->key[0] = (uint64_t)kind | (uint64_t)ipver << 8 |
	    (uint64_t)slot << 16;
	memcpy(&k->key[1], k->ip.a, 16);
}

static void
key_mac(struct addr *k, uint8_t kind, const uint8_t mac[6])
{
	memset(k, 0, sizeof(*k));
	k->kind = kind;
	k->has_mac = true;
	memcpy(k->mac, mac, 6);
	k->key[0] = kind;
	memcpy(&k->key[1], mac, 6);
}

/*
 * Numbers as they are.  Other subs are another's bytes: their key is made of
 * the text that the row's key has, so that the two always agree.
 */
static void
key_sub(struct addr *k, int64_t carrier, uint8_t transport, uint16_t port,
    const struct ev_sub *sub)
{
	size_t max = sub->kind == EV_SUB_BACNET ? EV_SUB_MAC_MAX
	    : sub->kind == EV_SUB_PATH		? EV_SUB_PATH_MAX
						: 0;
	size_t n = sub->len < max ? sub->len : max;
	char text[EV_SUB_TEXT];

	memset(k, 0, sizeof(*k));
	k->kind = ADDR_SUB;
	k->carrier = carrier;
	k->transport = transport;
	k->port = port;
	k->sub.kind = sub->kind;
	k->sub.net = sub->kind == EV_SUB_BACNET ? sub->net : 0;
	k->sub.num = max == 0 ? sub->num : 0;
	k->sub.len = (uint8_t)n;
	memcpy(k->sub.path, sub->path, n);
	k->key[0] = (uint64_t)ADDR_SUB | (uint64_t)transport << 24 |
	    (uint64_t)port << 32 | (uint64_t)sub->kind << 48;
	k->key[1] = (uint64_t)carrier;
	k->key[2] = k->sub.num;
	if (max != 0) {
		size_t len = text_sub(&k->sub, text, sizeof(text));

		(void)crypto_generichash((uint8_t *)&k->key[3], 16,
		    (const uint8_t *)text, len, NULL, 0);
	}
}

void
addr_text(const struct addr *a, char *buf, size_t size)
{
	char text[EV_SUB_TEXT];

	if (a->kind == ADDR_SUB) {
		(void)text_sub(&a->sub, text, sizeof(text));
	} else if (a->ipver != 0) {
		(void)ev_ip_text(text, a->ipver, &a->ip);
	} else {
		(void)ev_mac_text(text, a->mac);
	}
	(void)snprintf(buf, size, "%s", text);
}

static void
key_text(const struct addr *a, char buf[ADDR_KEY_TEXT])
{
	char text[EV_SUB_TEXT];

	addr_text(a, text, sizeof(text));
	if (a->kind == ADDR_SUB) {
		(void)snprintf(buf, ADDR_KEY_TEXT, "%lld/%s/%u/%s",
		    (long long)a->carrier, transport_name(a->transport),
		    a->port, text);
	} else if (a->slot != 0) {
		(void)snprintf(buf, ADDR_KEY_TEXT, "%s#%u", text, a->slot);
	} else {
		(void)snprintf(buf, ADDR_KEY_TEXT, "%s%s",
		    a->kind == ADDR_GROUP ? "to " : "", text);
	}
}

/* --- rows ----------------------------------------------------------------- */

static uint64_t
hash(const struct store *s, const struct addr *k)
{
	return hash_words(&s->key, k->key, ADDR_KEY_WORDS);
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

static void
parse_mac(struct addr *a, const char *text)
{
	unsigned v[6];

	a->has_mac = sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &v[0], &v[1],
			 &v[2], &v[3], &v[4], &v[5]) == 6;
	for (int i = 0; a->has_mac && i < 6; i++) {
		a->mac[i] = (uint8_t)v[i];
	}
}

static void
parse_vlans(struct addr *a, const char *text)
{
	char *end;

	while (*text != '\0' && a->vlan_n < ADDR_VLANS_MAX) {
		a->vlan[a->vlan_n++] = (uint16_t)strtoul(text, &end, 10);
		text = *end == ',' ? end + 1 : end;
	}
}

static uint8_t
parse_name(const char *const *names, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], text) == 0) {
			return (uint8_t)i;
		}
	}
	return 0;
}

/* Columns as ADDR_COLUMNS of stmt.def has them; a holds the key already. */
static void
load(struct addr *a, sqlite3_stmt *st)
{
	a->id = db_get(st, 0);
	a->asset = db_get(st, 1);
	a->how = parse_name(hows, sizeof(hows) / sizeof(hows[0]),
	    db_text(st, 4));
	a->flags = (uint16_t)db_get(st, 5);
	a->roles = (uint16_t)db_get(st, 6);
	a->holders = (uint8_t)db_get(st, 7);
	a->current = (uint8_t)db_get(st, 8);
	a->ips = (uint32_t)db_get(st, 9);
	a->firm_ips = (uint32_t)db_get(st, 10);
	a->sole = db_get(st, 11);
	a->links = (uint32_t)db_get(st, 12);
	parse_vlans(a, db_text(st, 13));
	a->first = (uint64_t)db_get(st, 14);
	a->last = (uint64_t)db_get(st, 15);
	if (!a->has_mac) {
		parse_mac(a, db_text(st, 2));
	}
}

/* The key of a MAC's or an IP's row, from its columns. */
static bool
load_key(struct addr *k, sqlite3_stmt *st)
{
	const char *ip = db_text(st, 3);
	uint8_t kind = (uint8_t)db_get(st, 16);
	struct addr m = {0};
	struct ev_ip a = {0};

	if (kind != ADDR_MAC && kind != ADDR_IP) {
		return false;
	}
	if (kind == ADDR_IP) {
		bool six = strchr(ip, ':') != NULL;

		if (inet_pton(six ? AF_INET6 : AF_INET, ip, a.a) != 1) {
			return false;
		}
		key_ip(k, kind, six ? 6 : 4, &a, (uint8_t)db_get(st, 17));
		return true;
	}
	parse_mac(&m, db_text(st, 2));
	key_mac(k, kind, m.mac);
	return m.has_mac;
}

/* A row for the key, filled from the statement's row where there is one. */
static int
enter(struct store *s, const struct addr *k, uint64_t h, sqlite3_stmt *st,
    struct addr **ret)
{
	int rc = 0;
	struct addr *a = cache_add(&s->addrs, h, &rc);
	struct cache_row row;

	if (a == NULL) {
		return rc;
	}
	row = a->row;
	*a = *k;
	a->row = row;
	if (st != NULL) {
		load(a, st);
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
	if (!s->addrs.complete) {
		key_text(k, text);
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

	key_mac(&k, ADDR_MAC, mac);
	return find(s, &k, make, ret);
}

int
addr_ip(struct store *s, uint8_t ipver, const struct ev_ip *ip, uint8_t slot,
    bool make, struct addr **ret)
{
	struct addr k;

	key_ip(&k, ADDR_IP, ipver, ip, slot);
	return find(s, &k, make, ret);
}

int
addr_group(struct store *s, const struct ev_end *e, bool make,
    struct addr **ret)
{
	struct addr k;

	if (addr_has_ip(e)) {
		key_ip(&k, ADDR_GROUP, e->ipver, &e->ip, 0);
	} else {
		key_mac(&k, ADDR_GROUP, e->mac);
	}
	return find(s, &k, make, ret);
}

int
addr_sub(struct store *s, const struct addr *carrier, uint8_t transport,
    uint16_t port, const struct ev_sub *sub, bool make, struct addr **ret)
{
	struct addr k;

	key_sub(&k, carrier->id, transport, port, sub);
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
	int rc = cache_flush(&s->addrs);

	*ret = NULL;
	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, id);
	rc = db_step(st);
	if (rc != 1) {
		return rc;
	}
	if (load_key(&k, st)) {
		h = hash(s, &k);
		a = cached(s, &k, h);
		rc = a != NULL ? 0 : enter(s, &k, h, st, &a);
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

		if (load_key(&k, st) &&
		    (a = cached(s, &k, hash(s, &k))) != NULL) {
			a->asset = db_get(st, 1);
			a->flags = (uint16_t)db_get(st, 5);
		}
	}
	return rc;
}

/* --- writing -------------------------------------------------------------- */

static void
bind_sub(sqlite3_stmt *st, const struct addr *a, char *text, size_t size)
{
	const struct ev_sub *sub = &a->sub;

	db_bind(st, 7, a->carrier);
	db_bind_text(st, 8, transport_name(a->transport));
	db_bind(st, 9, a->port);
	db_bind_text(st, 10, sub_kinds[sub->kind < EV_SUB_KIND_COUNT
				     ? sub->kind : 0]);
	db_bind(st, 11, sub->kind == EV_SUB_BACNET ? sub->net : sub->num);
	if (sub->kind == EV_SUB_BACNET) {
		(void)sodium_bin2hex(text, size, sub->mac, sub->len);
	} else {
		(void)utf8_clean(text, size, sub->path, sub->len, NULL);
	}
	db_bind_text(st, 12, sub->len != 0 ? text : NULL);
}

static void
print_vlans(const struct addr *a, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (int i = 0; i < a->vlan_n; i++) {
		n += (size_t)snprintf(buf + n, size - n, "%s%u",
		    i != 0 ? "," : "", a->vlan[i]);
	}
}

static int
write_row(void *arg, void *row)
{
	struct store *s = arg;
	struct addr *a = row;
	sqlite3_stmt *st = s->st[ST_ADDR_PUT];
	char key[ADDR_KEY_TEXT], mac[EV_MAC_TEXT], ip[EV_IP_TEXT];
	char sub[3 * EV_SUB_PATH_MAX + 1], vlans[6 * ADDR_VLANS_MAX];

	if (a->new_asset) {
		int rc = asset_write_new(s, a);

		if (rc != 0) {
			return rc;
		}
	}
	key_text(a, key);
	print_vlans(a, vlans, sizeof(vlans));
	(void)sqlite3_clear_bindings(st);
	db_bind(st, 1, a->id);
	db_bind(st, 2, a->asset);
	db_bind(st, 3, a->kind);
	db_bind_text(st, 4, key);
	if (a->kind == ADDR_SUB) {
		bind_sub(st, a, sub, sizeof(sub));
	} else {
		if (a->has_mac) {
			(void)ev_mac_text(mac, a->mac);
			db_bind_text(st, 5, mac);
		}
		if (a->ipver != 0) {
			(void)ev_ip_text(ip, a->ipver, &a->ip);
			db_bind_text(st, 6, ip);
		}
	}
	db_bind_text(st, 13, hows[a->how]);
	db_bind(st, 14, a->flags);
	db_bind(st, 15, a->roles);
	db_bind(st, 16, a->slot);
	db_bind(st, 17, a->holders);
	db_bind(st, 18, a->current);
	db_bind(st, 19, a->ips);
	db_bind(st, 20, a->firm_ips);
	db_bind(st, 21, a->sole);
	db_bind(st, 22, a->links);
	db_bind_text(st, 23, vlans);
	db_bind(st, 24, (int64_t)a->first);
	db_bind(st, 25, (int64_t)a->last);
	return db_run(st);
}

int
addrs_init(struct store *s)
{
	return cache_init(&s->addrs, LIMIT_STORE_CACHE, sizeof(struct addr),
	    write_row, s);
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
	cache_dirty(&s->addrs, a);
}

void
addr_role(struct store *s, struct addr *a, uint16_t role)
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
	id = e->vlan[(e->vlan_n < EV_VLANS_MAX ? e->vlan_n : EV_VLANS_MAX) -
	    1];
	for (int i = 0; i < a->vlan_n; i++) {
		if (a->vlan[i] == id) {
			return;
		}
	}
	if (a->vlan_n < ADDR_VLANS_MAX) {
		a->vlan[a->vlan_n++] = id;
		cache_dirty(&s->addrs, a);
	}
}

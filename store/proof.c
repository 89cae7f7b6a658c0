/*
 * proof: what shows that two devices are one (architecture.md, section 6).
 *
 *	serial   both say of themselves the same serial number and the same
 *	         vendor, by id within one protocol or by name, neither said
 *	         another one before (it was replaced, or moved), and nothing
 *	         contradicts it: the same message with another model or name.
 *	         What contradicts it later parts them again
 *	port_of  LLDP: the frame's MAC is a port of the chassis that it names
 *	managed_at, has_address
 *	         LLDP, CDP: the sender gives this IP as its own
 *
 * Never a BACnet instance, a DNP3 address, a Modbus unit, a host name or a
 * MAC's maker: those are what conflicts in a plant.
 *
 * LLDP and CDP are as easily forged as ARP.  A stranger must not slip into a
 * switch's row, nor draw another's address into its own: MACs of one device
 * have one maker (the first three bytes), and an IP that another maker's MAC
 * holds stays where it is.
 */
#include <sodium.h>
#include <string.h>

#include "store/maker.h"
#include "store/store_priv.h"

#define TWINS_MAX 8
/* Characters that tell: a counter of one or two digits is no serial number. */
#define SERIAL_MIN 4

/* Leading zeros and a 0x are how it is printed. */
static bool
is_telling(const char *serial)
{
	const char *p = serial;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		p += 2;
	}
	p += strspn(p, "0");
	return strlen(p) >= SERIAL_MIN && !placeholder_is("serial", serial);
}

static bool
may_prove(const char *key)
{
	return strcmp(key, "serial") == 0 || strcmp(key, "vendor") == 0 ||
	       strcmp(key, "vendor_id") == 0;
}

static bool
may_part(const char *key)
{
	return strcmp(key, "name") == 0 || strcmp(key, "model") == 0 ||
	       strcmp(key, "device_instance") == 0 ||
	       strcmp(key, "product_code") == 0 ||
	       strcmp(key, "order_number") == 0;
}

/* 1 when another address says the same serial number, 0, negative err */
static int
has_rival(struct store *s, int64_t addr)
{
	sqlite3_stmt *st = s->st[ST_PROOF_SERIAL];
	int rc;

	db_bind(st, 1, addr);
	rc = db_step(st);
	if (rc == 1) {
		db_reset(st);
	}
	return rc;
}

/* 1 when the statement of an address, its asset and its MAC has a row. */
static int
ask(struct store *s, enum stmt which, const struct addr *a, int64_t *ret)
{
	sqlite3_stmt *st = s->st[which];
	char mac[EV_MAC_TEXT];
	int rc = cache_settle(&s->addrs);

	if (rc != 0) {
		return rc;
	}
	(void)sqlite3_clear_bindings(st);
	db_bind(st, 1, a->id);
	db_bind(st, 2, a->asset);
	if (a->has_mac) {
		(void)ev_mac_text(mac, a->mac);
		db_bind_text(st, 3, mac);
	}
	rc = db_step(st);
	if (rc == 1) {
		*ret = db_get(st, 0);
		db_reset(st);
	}
	return rc;
}

/* A serial number joined it with another, which now turns out to be one. */
static int
part(struct store *s, struct addr *a)
{
	struct addr *other = NULL;
	int64_t id = 0;
	bool is_unit = a->kind == ADDR_SUB && a->sub.kind == EV_SUB_UNIT;
	int rc = is_unit ? 0 : has_rival(s, a->id);

	rc = rc == 1 ? ask(s, ST_PROOF_STRANGER, a, &id) : rc;
	if (rc != 1) {
		return rc;
	}
	if (!(a->flags & ADDR_ORIGIN)) {
		return asset_part(s, a);
	}
	rc = addr_by_id(s, id, &other);
	return rc != 0 || other == NULL ? rc : asset_part(s, other);
}

/* Two IPs of one MAC have serial numbers of their own: it carries others. */
static int
carried(struct store *s, struct addr *a)
{
	struct addr *m = NULL;
	int64_t found;
	int rc = a->kind == ADDR_IP && a->has_mac && a->flags & ADDR_FIRM
		     ? addr_mac(s, a->mac, false, &m)
		     : 0;

	if (rc != 0 || m == NULL || m->asset != a->asset || m->firm_ips < 2) {
		return rc;
	}
	rc = ask(s, ST_PROOF_CARRIED, a, &found);
	return rc == 1 ? proxy_found(s, m, a) : rc;
}

int
proof_said(struct store *s, struct addr *a, const char *key)
{
	sqlite3_stmt *st = s->st[ST_PROOF_TWINS];
	int64_t id = a->id, asset = a->asset, twins[TWINS_MAX];
	size_t n = 0;
	int rc;

	if (asset == 0) {
		return 0;
	}
	if (!may_prove(key)) {
		return may_part(key) ? part(s, a) : 0;
	}
	rc = strcmp(key, "serial") == 0 ? carried(s, a) : 0;
	rc = rc == 0 ? has_rival(s, id) : rc;
	if (rc != 1) {
		return rc;
	}
	rc = cache_settle(&s->addrs);
	if (rc != 0) {
		return rc;
	}
	asset = a->asset;
	db_bind(st, 1, id);
	db_bind(st, 2, asset);
	while ((rc = db_step(st)) == 1) {
		if (n < TWINS_MAX && is_telling(db_text(st, 1))) {
			twins[n++] = db_get(st, 0);
		}
	}
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = asset_join(s, asset, twins[i]);
		asset = asset < twins[i] ? asset : twins[i];
	}
	return rc;
}

/* --- neighbours ------------------------------------------------------------ */

static bool
parse_mac(const char *text, uint8_t mac[6])
{
	size_t n = 0;

	return sodium_hex2bin(mac, 6, text, strlen(text), ":-", &n, NULL) ==
		   0 &&
	       n == 6 && !(mac[0] & 1);
}

/* b, which may have been silent so far, is of a's device. */
static int
be_one(struct store *s, struct addr *a, struct addr *b)
{
	if (a->asset == b->asset) {
		return 0;
	}
	if (b->asset != 0) {
		return asset_join(s, a->asset, b->asset);
	}
	b->asset = a->asset;
	b->flags |= a->flags & ADDR_LEARNED;
	cache_dirty(&s->addrs, b);
	return 0;
}

static int
port_of(struct store *s, struct addr *port, const char *peer)
{
	struct addr *chassis = NULL;
	uint8_t mac[6];
	int rc;

	if (!parse_mac(peer, mac) || !maker_is_same(mac, port->mac)) {
		return 0;
	}
	rc = addr_mac(s, mac, true, &chassis);
	if (rc != 0 || chassis == NULL) {
		return rc;
	}
	chassis->flags |= ADDR_OWN;
	port->flags |= ADDR_OWN;
	return be_one(s, port, chassis);
}

/* 1: the asset is of a neighbour with another name, or on another chassis. */
static int
is_of_other(struct store *s, const struct addr *mac, int64_t asset)
{
	sqlite3_stmt *st = s->st[ST_PROOF_CHASSIS];
	int rc = cache_settle(&s->addrs);

	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, mac->id);
	db_bind(st, 2, asset);
	rc = db_step(st);
	if (rc == 1) {
		db_reset(st);
	}
	return rc;
}

static int
own_ip(struct store *s, struct addr *mac, const char *peer)
{
	struct addr *a = NULL;
	struct ev_end end = {0};
	int rc;

	if (!addr_parse_ip(peer, &end.ipver, &end.ip)) {
		return 0;
	}
	rc = addr_ip(s, end.ipver, &end.ip, 0, true, &a);
	if (rc != 0 || a == NULL || a->holders > 1 ||
	    (a->flags & ADDR_VIRTUAL) ||
	    ((a->flags & ADDR_FIRM) && !maker_is_same(a->mac, mac->mac))) {
		return rc;
	}
	rc = a->asset != 0 && a->asset != mac->asset
		 ? is_of_other(s, mac, a->asset)
		 : 0;
	if (rc != 0) {
		/* A factory's default, or one of them is wrong. */
		return rc < 0 ? rc : 0;
	}
	a->flags |= ADDR_NAMED;
	cache_dirty(&s->addrs, a);
	if (mac->sole == a->id) {
		/* Proven, and not by being the only one: a second IP changes
		 * nothing. */
		mac->sole = 0;
		cache_dirty(&s->addrs, mac);
	}
	return be_one(s, mac, a);
}

int
proof_neighbour(
    struct store *s, struct addr *mac, const char *relation, const char *peer)
{
	if (mac->kind != ADDR_MAC || mac->asset == 0) {
		return 0;
	}
	if (strcmp(relation, "port_of") == 0) {
		return port_of(s, mac, peer);
	}
	return strcmp(relation, "managed_at") == 0 ||
		       strcmp(relation, "has_address") == 0
		   ? own_ip(s, mac, peer)
		   : 0;
}

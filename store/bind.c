/*
 * bind: which addresses are one asset (architecture.md, section 6).
 *
 * What is heard of a MAC m and an IP i is either firm: ARP, ND or DHCP said
 * that they belong together, or i is a link-local address, which no router
 * forwards (RFC 3927, 2.6.2; RFC 4291, 2.5.6).  Or it is traffic: a packet
 * from i came with m, which may as well be a router's.
 *
 *	firm      i is bound to m; both are one asset
 *	traffic   i is an asset of its own.  As long as it is the only IP
 *	          heard with m, m is shown with it (sole); with a second one
 *	          m is nobody's.  From ROUTER_IPS on m is a router, which is
 *	          an asset without them.
 *
 * A dual-stack host without ARP in sight: m's link-local address and its sole
 * other IP are taken for one asset, and parted when a second IP shows up.
 *
 * A second MAC that claims i firmly gets a row for i of its own (slot), with
 * its own asset: a replaced device, a redundant pair and a spoofer look alike
 * here, and none of them may take over the other's history.
 *
 * This file does not say who is right; rules do.
 */
#include <string.h>

#include "store/store_priv.h"

#define ROUTER_IPS  4  /* a host with as many addresses is rare, and ARP
			  tells it from a router                       */
#define FIRM_MAX    16 /* a MAC that answers ARP for more is a proxy
			  (RFC 1027): the others are behind it         */
#define HOLDERS_MAX 8  /* MACs that may hold one IP, kept apart        */

enum how { HOW_NONE, HOW_TRAFFIC, HOW_DHCP, HOW_ND, HOW_ARP };

static enum how
how_of(const struct ev *e)
{
	static const char *const names[] = {
	    [HOW_TRAFFIC] = "traffic",
	    [HOW_DHCP] = "dhcp",
	    [HOW_ND] = "nd",
	    [HOW_ARP] = "arp",
	};
	char text[16];

	(void)field_text(e, EVF_HOW, text, sizeof(text));
	for (int i = HOW_TRAFFIC; i <= HOW_ARP; i++) {
		if (strcmp(text, names[i]) == 0) {
			return (enum how)i;
		}
	}
	return HOW_TRAFFIC;
}

static bool
is_link_local(uint8_t ipver, const struct ev_ip *ip)
{
	return ipver == 4 ? ip->a[0] == 169 && ip->a[1] == 254
			  : ip->a[0] == 0xfe && (ip->a[1] & 0xc0) == 0x80;
}

/* RFC 1918, 6598, 1122 (loopback); RFC 4193, 4291: not the Internet's. */
static bool
is_public(uint8_t ipver, const struct ev_ip *ip)
{
	const uint8_t *a = ip->a;

	if (ipver == 4) {
		return !(a[0] == 10 || a[0] == 127 || a[0] == 0 ||
		    (a[0] == 172 && (a[1] & 0xf0) == 16) ||
		    (a[0] == 192 && a[1] == 168) ||
		    (a[0] == 100 && (a[1] & 0xc0) == 64) ||
		    (a[0] == 169 && a[1] == 254));
	}
	return (a[0] & 0xe0) == 0x20; /* 2000::/3 */
}

/*
 * MACs that routers share: VRRP and CARP (RFC 5798, 7.3), HSRP 1 and 2
 * (RFC 2281, 5.4), GLBP.
 */
static bool
is_virtual_router(const uint8_t m[6])
{
	static const uint8_t vrrp[5] = {0x00, 0x00, 0x5e, 0x00, 0x01};
	static const uint8_t vrrp6[5] = {0x00, 0x00, 0x5e, 0x00, 0x02};
	static const uint8_t hsrp[5] = {0x00, 0x00, 0x0c, 0x07, 0xac};
	static const uint8_t hsrp2[4] = {0x00, 0x00, 0x0c, 0x9f};
	static const uint8_t glbp[4] = {0x00, 0x07, 0xb4, 0x00};

	return memcmp(m, vrrp, 5) == 0 || memcmp(m, vrrp6, 5) == 0 ||
	    memcmp(m, hsrp, 5) == 0 ||
	    (memcmp(m, hsrp2, 4) == 0 && (m[4] & 0xf0) == 0xf0) ||
	    memcmp(m, glbp, 4) == 0;
}

/* An address speaks: from now on it is, or belongs to, an asset. */
static void
heard(struct store *s, struct addr *a, uint64_t ts_ns)
{
	addr_seen(s, a, ts_ns);
	if (a->asset == 0 && a->kind != ADDR_GROUP && a->kind != ADDR_MAC) {
		asset_make(s, a);
	}
	if (!(a->flags & ADDR_HEARD)) {
		a->flags |= ADDR_HEARD;
		if (s->learning) {
			a->flags |= ADDR_LEARNED;
		}
		cache_dirty(&s->addrs, a);
	}
}

/* a comes to the asset that b is of, and is as well known as b. */
static void
share_asset(struct store *s, struct addr *a, const struct addr *b)
{
	a->asset = b->asset;
	a->flags |= b->flags & ADDR_LEARNED;
	cache_dirty(&s->addrs, a);
}

/* --- traffic -------------------------------------------------------------- */

/* True when this IP was not seen with this MAC before. */
static int
note_sighting(struct store *s, const struct addr *m, const struct addr *a,
    bool *ret_new)
{
	sqlite3_stmt *st = s->st[ST_SIGHTING_NEW];
	char mac[EV_MAC_TEXT], ip[EV_IP_TEXT];
	int rc;

	(void)ev_mac_text(mac, m->mac);
	(void)ev_ip_text(ip, a->ipver, &a->ip);
	db_bind_text(st, 1, mac);
	db_bind_text(st, 2, ip);
	rc = db_run(st);
	*ret_new = rc == 0 && sqlite3_changes(s->db) == 1;
	return rc;
}

/* A second IP: what was m's by being the only one is so no longer. */
static int
part_sole(struct store *s, struct addr *m)
{
	struct addr *sole = NULL;
	int rc = addr_by_id(s, m->sole, &sole);

	m->sole = 0;
	cache_dirty(&s->addrs, m);
	if (rc != 0 || sole == NULL || (sole->flags & ADDR_FIRM) ||
	    sole->asset != m->asset || m->asset == 0) {
		return rc;
	}
	if (!(m->flags & ADDR_OWN)) {
		m->asset = 0;
		return 0;
	}
	if (sole->flags & ADDR_ORIGIN) {
		return asset_split(s, m, sole);
	}
	sole->asset = 0;
	asset_make(s, sole);
	return asset_refresh(s, m->asset);
}

/* A device known by its MAC, whose first IP this would be. */
static bool
may_lend(const struct addr *m)
{
	return m->asset != 0 && m->ips == 0 &&
	    !(m->flags & ADDR_BOUND) && !(m->roles & ROLE_ROUTER);
}

/*
 * m carries an IP that is not bound to it.  a has an asset, unless m may
 * lend it its own.
 */
static int
count_ip(struct store *s, struct addr *m, struct addr *a)
{
	int rc = 0;

	cache_dirty(&s->addrs, m);
	m->ips++;
	if (m->ips == 1) {
		bool weak = !(a->flags & ADDR_FIRM);

		m->sole = a->id;
		if (m->asset == 0 && weak) {
			share_asset(s, m, a);
		} else if (a->asset == 0) {
			share_asset(s, a, m);
		}
		return 0;
	}
	if (m->sole != 0) {
		rc = part_sole(s, m);
	}
	if (rc == 0 && m->ips >= ROUTER_IPS) {
		m->roles |= ROLE_ROUTER;
		if (m->asset == 0) {
			m->flags |= ADDR_OWN;
			asset_make(s, m);
		}
	}
	return rc;
}

static int
bind_traffic(struct store *s, struct addr *m, struct addr *a, uint64_t ts_ns)
{
	bool is_new = false;
	int rc = 0;

	if (!a->has_mac) {
		a->has_mac = true;
		memcpy(a->mac, m->mac, sizeof(a->mac));
		a->how = HOW_TRAFFIC;
		if (is_public(a->ipver, &a->ip)) {
			a->roles |= ROLE_EXTERNAL;
		}
		if (a->asset == 0 && !may_lend(m)) {
			asset_make(s, a);
		}
		rc = count_ip(s, m, a);
	} else if (memcmp(a->mac, m->mac, sizeof(a->mac)) != 0 &&
	    m->ips < ROUTER_IPS) {
		rc = note_sighting(s, m, a, &is_new);
		if (rc == 0 && is_new) {
			rc = count_ip(s, m, a);
		}
	}
	if (rc == 0) {
		heard(s, a, ts_ns);
	}
	return rc;
}

/* --- firm ----------------------------------------------------------------- */

/* Takes an IP that is not firm off the MAC that it was seen with. */
static int
take_off(struct store *s, struct addr *a)
{
	struct addr *m = NULL;
	int rc = a->has_mac ? addr_mac(s, a->mac, false, &m) : 0;

	if (rc != 0 || m == NULL) {
		return rc;
	}
	cache_dirty(&s->addrs, m);
	if (m->ips > 0 && m->ips < ROUTER_IPS) {
		m->ips--;
	}
	if (m->sole != a->id) {
		return 0;
	}
	m->sole = 0;
	if (m->asset != a->asset || m->asset == 0) {
		return 0;
	}
	if (!(m->flags & ADDR_OWN)) {
		m->asset = 0;
	} else if (a->flags & ADDR_ORIGIN) {
		rc = asset_split(s, m, a);
	} else {
		a->asset = 0;
		rc = asset_refresh(s, m->asset);
	}
	return rc;
}

/* Brings the asset of a and that of its holder m together. */
static int
unite(struct store *s, struct addr *m, struct addr *a)
{
	int rc = 0;

	if (m->sole == a->id) {
		m->sole = 0;
	} else if (m->sole != 0 && !is_link_local(a->ipver, &a->ip)) {
		/* Was m's only IP until now: it may be behind m. */
		rc = part_sole(s, m);
		if (rc != 0) {
			return rc;
		}
	}
	m->flags |= ADDR_OWN;
	cache_dirty(&s->addrs, m);
	if (m->asset == 0 && a->asset == 0) {
		asset_make(s, m);
	}
	if (m->asset == 0) {
		share_asset(s, m, a);
	} else if (a->asset == 0) {
		share_asset(s, a, m);
	} else if (m->asset != a->asset) {
		rc = asset_join(s, m->asset, a->asset);
	}
	return rc;
}

static void
hold(struct store *s, struct addr *m, struct addr *a, enum how how)
{
	a->has_mac = true;
	memcpy(a->mac, m->mac, sizeof(a->mac));
	a->how = (uint8_t)how;
	a->flags |= ADDR_FIRM;
	a->roles &= (uint16_t)~ROLE_EXTERNAL;
	m->firm_ips++;
	if (!is_link_local(a->ipver, &a->ip)) {
		m->flags |= ADDR_BOUND;
	}
	cache_dirty(&s->addrs, a);
}

/* The row of an IP that m holds firmly; NULL when m holds none. */
static int
held_by(struct store *s, struct addr *first, const uint8_t mac[6],
    struct addr **ret)
{
	*ret = NULL;
	for (uint8_t i = 0; i < first->holders; i++) {
		struct addr *a = first;
		int rc = i == 0 ? 0
				: addr_ip(s, first->ipver, &first->ip, i,
				      false, &a);

		if (rc != 0) {
			return rc;
		}
		if (a != NULL && (a->flags & ADDR_FIRM) &&
		    memcmp(a->mac, mac, sizeof(a->mac)) == 0) {
			*ret = a;
			return 0;
		}
	}
	return 0;
}

static int
bind_firm(struct store *s, struct addr *m, struct addr *first, enum how how,
    uint64_t ts_ns, struct addr **ret)
{
	bool same = first->has_mac &&
	    memcmp(first->mac, m->mac, sizeof(m->mac)) == 0;
	struct addr *a = NULL;
	int rc = held_by(s, first, m->mac, &a);

	if (rc == 0 && a == NULL && !(first->flags & ADDR_FIRM)) {
		a = first;
		if (same && m->ips > 0 && m->ips < ROUTER_IPS) {
			m->ips--;
		} else if (!same) {
			rc = take_off(s, a);
		}
		hold(s, m, a, how);
		rc = rc == 0 ? unite(s, m, a) : rc;
	} else if (rc == 0 && a == NULL && first->holders < HOLDERS_MAX) {
		rc = addr_ip(s, first->ipver, &first->ip, first->holders,
		    true, &a);
		if (rc == 0 && a != NULL) {
			first->holders++;
			hold(s, m, a, how);
			rc = unite(s, m, a);
		}
	}
	if (rc != 0) {
		return rc;
	}
	if (a == NULL) { /* more claim it than are kept */
		*ret = first;
		return 0;
	}
	if (a->how < how) {
		a->how = (uint8_t)how;
		cache_dirty(&s->addrs, a);
	}
	if (first->current != a->slot) {
		first->current = a->slot;
		cache_dirty(&s->addrs, first);
	}
	heard(s, a, ts_ns);
	*ret = a;
	return 0;
}

/* --- events --------------------------------------------------------------- */

/* A MAC that speaks without IP is a device, whatever it carries besides. */
static void
own_mac(struct store *s, struct addr *m)
{
	if (!(m->flags & ADDR_OWN)) {
		m->flags |= ADDR_OWN;
		cache_dirty(&s->addrs, m);
	}
	if (m->asset == 0) {
		asset_make(s, m);
	}
}

static int
mac_row(struct store *s, const struct ev *e, const struct ev_end *end,
    struct addr **ret)
{
	int rc = 0;

	*ret = NULL;
	if (!addr_has_mac(end) || (end->mac[0] & 1)) {
		return 0;
	}
	rc = addr_mac(s, end->mac, true, ret);
	if (rc == 0 && *ret != NULL) {
		struct addr *m = *ret;

		addr_seen(s, m, e->ts_ns);
		addr_vlan(s, m, e);
		if (!(m->flags & ADDR_HEARD)) {
			m->flags |= ADDR_HEARD |
			    (s->learning ? ADDR_LEARNED : 0);
			if (is_virtual_router(m->mac)) {
				m->roles |= ROLE_ROUTER;
			}
			cache_dirty(&s->addrs, m);
		}
	}
	return rc;
}

/* An end that sent something, with how its MAC and IP are known. */
static int
speaker(struct store *s, const struct ev *e, const struct ev_end *end,
    enum how how, struct addr **ret)
{
	struct addr *m, *a = NULL;
	int rc = mac_row(s, e, end, &m);

	*ret = NULL;
	if (rc != 0) {
		return rc;
	}
	if (!addr_has_ip(end) || addr_ip_is_group(end->ipver, &end->ip)) {
		if (m != NULL) {
			own_mac(s, m);
		}
		*ret = m;
		return 0;
	}
	rc = addr_ip(s, end->ipver, &end->ip, 0, true, &a);
	if (rc != 0 || a == NULL) {
		return rc;
	}
	if (m == NULL) {
		heard(s, a, e->ts_ns);
	} else if (m->firm_ips < FIRM_MAX &&
	    (how > HOW_TRAFFIC || is_link_local(end->ipver, &end->ip))) {
		return bind_firm(s, m, a, how, e->ts_ns, ret);
	} else {
		struct addr *held = NULL;

		rc = held_by(s, a, end->mac, &held);
		if (rc == 0 && held == NULL) {
			rc = bind_traffic(s, m, a, e->ts_ns);
		} else if (rc == 0) {
			a = held;
			heard(s, a, e->ts_ns);
		}
	}
	*ret = a;
	return rc;
}

int
bind_endpoint(struct store *s, const struct ev *e, struct addr **ret,
    bool *ret_new)
{
	int64_t assets = s->asset_id;
	int rc = speaker(s, e, &e->src, how_of(e), ret);

	*ret_new = s->asset_id != assets;
	return rc;
}

/* The IP's row, of the MAC at hand where several hold the IP. */
static int
known_ip(struct store *s, const struct ev_end *end, struct addr **ret)
{
	struct addr *first = NULL, *a = NULL;
	int rc = addr_ip(s, end->ipver, &end->ip, 0, false, &first);

	*ret = first;
	if (rc != 0 || first == NULL || first->holders < 2) {
		return rc;
	}
	if (end->has_mac) {
		rc = held_by(s, first, end->mac, &a);
	}
	if (rc == 0 && a == NULL && first->current != 0) {
		rc = addr_ip(
		    s, end->ipver, &end->ip, first->current, false, &a);
	}
	if (a != NULL) {
		*ret = a;
	}
	return rc;
}

/* make: what is not known yet gets a row. */
static int
listener(struct store *s, const struct ev *e, const struct ev_end *end,
    bool make, struct addr **ret)
{
	bool group_mac = addr_has_mac(end) && (end->mac[0] & 1);
	int rc = 0;

	if (addr_has_ip(end) ? addr_ip_is_group(end->ipver, &end->ip)
			     : group_mac) {
		rc = addr_group(s, end, make, ret);
	} else if (addr_has_ip(end)) {
		rc = known_ip(s, end, ret);
		if (rc == 0 && *ret == NULL) {
			/* A directed broadcast, or one that is not heard. */
			rc = group_mac ? addr_group(s, end, make, ret)
				       : addr_ip(s, end->ipver, &end->ip, 0,
					     make, ret);
		}
	} else if (addr_has_mac(end)) {
		rc = addr_mac(s, end->mac, make, ret);
	}
	if (rc == 0 && *ret != NULL) {
		addr_seen(s, *ret, e->ts_ns);
	}
	return rc;
}

int
bind_end(struct store *s, const struct ev *e, const struct ev_end *end,
    enum bind_as as, struct addr **ret, bool *ret_new)
{
	int64_t assets = s->asset_id;
	struct addr *a = NULL;
	int rc = 0;

	*ret = NULL;
	*ret_new = false;
	if (as != BIND_HEARD) {
		return listener(s, e, end, as == BIND_NAMED, ret);
	}
	/* The usual case: the endpoint event has said all there is. */
	if (addr_has_ip(end) && !addr_ip_is_group(end->ipver, &end->ip)) {
		rc = known_ip(s, end, &a);
	}
	if (rc == 0 && a != NULL && (a->flags & ADDR_HEARD)) {
		addr_seen(s, a, e->ts_ns);
		*ret = a;
		return 0;
	}
	if (rc == 0) {
		rc = speaker(s, e, end, HOW_TRAFFIC, ret);
	}
	*ret_new = s->asset_id != assets;
	return rc;
}

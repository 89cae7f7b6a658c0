/*
 * bind: who an event is about: its ends, found or made.
 *
 * An end that has sent something is a speaker: it is an asset from then on,
 * and what MAC and IP say of each other is told to hold.c.  An end that
 * something was sent to is only looked up; unknown, it gets an address
 * without an asset, a ghost.  Groups are never assets.
 */
#include <string.h>

#include "store/store_priv.h"

static enum how
how_of(const struct ev *e)
{
	static const char *const names[] = {
	    [HOW_TRAFFIC] = "traffic",
	    [HOW_DHCP] = "dhcp",
	    [HOW_DCP] = "dcp",
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

/* A MAC that speaks without IP is a device, whatever it carries besides. */
static void
own_mac(struct store *s, struct addr *m)
{
	if (!(m->flags & ADDR_OWN)) {
		m->flags |= ADDR_OWN;
		cache_dirty(&s->addrs, m);
	}
	if (m->asset == 0 && !(m->flags & ADDR_VIRTUAL)) {
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
		rhythm_heard(s, m, e->ts_ns);
		addr_vlan(s, m, e);
		if (!(m->flags & ADDR_HEARD)) {
			m->flags |=
			    ADDR_HEARD | (s->learning ? ADDR_LEARNED : 0);
			if (is_virtual_router(m->mac)) {
				m->flags |= ADDR_VIRTUAL;
			}
			cache_dirty(&s->addrs, m);
		}
	}
	return rc;
}

/* The row of who holds the IP now, of several. */
static int
holder(struct store *s, const struct addr *first, struct addr **ret)
{
	struct addr *a = NULL;
	int rc =
	    addr_ip(s, first->ipver, &first->ip, first->current, false, &a);

	if (a != NULL) {
		*ret = a;
	}
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
		rc = hold_find(s, first, end->mac, &a);
	}
	if (rc == 0 && a == NULL) {
		return holder(s, first, ret);
	}
	if (a != NULL) {
		*ret = a;
	}
	return rc;
}

/* A packet from the IP of *a came with m; gives the row of who has the IP. */
static int
by_packet(struct store *s, struct addr *m, const struct ev *e, struct addr **a)
{
	struct addr *held = NULL;
	int rc = hold_find(s, *a, m->mac, &held);

	if (rc == 0 && held == NULL && (*a)->holders > 1) {
		/* By a router: it is whoever has it now. */
		rc = holder(s, *a, &held);
	}
	if (rc != 0) {
		return rc;
	}
	if (held == NULL) {
		return hold_traffic(s, m, *a, e->ts_ns);
	}
	*a = held;
	hold_heard(s, held, e->ts_ns);
	return 0;
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
		hold_heard(s, a, e->ts_ns);
	} else if (m->flags & ADDR_VIRTUAL) {
		hold_virtual(s, m, a, how, e->ts_ns);
	} else if (hold_may_be_firm(m, how, end)) {
		return hold_firm(s, m, a, how, e->ts_ns, ret);
	} else {
		rc = by_packet(s, m, e, &a);
	}
	*ret = a;
	return rc;
}

int
bind_endpoint(
    struct store *s, const struct ev *e, struct addr **ret, bool *ret_new)
{
	int64_t assets = s->asset_id;
	int rc = speaker(s, e, &e->src, how_of(e), ret);

	*ret_new = s->asset_id != assets;
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
	/* From a group comes what has passed all of it (EtherCAT). */
	if (as != BIND_HEARD ||
	    (!addr_has_ip(end) && addr_has_mac(end) && (end->mac[0] & 1))) {
		return listener(s, e, end, as != BIND_KNOWN, ret);
	}
	/* The usual case: the endpoint event has said all there is. */
	if (addr_has_ip(end) && !addr_ip_is_group(end->ipver, &end->ip)) {
		rc = known_ip(s, end, &a);
	}
	if (rc == 0 && a != NULL && (a->flags & ADDR_HEARD)) {
		addr_seen(s, a, e->ts_ns);
		rhythm_heard(s, a, e->ts_ns);
		*ret = a;
		return 0;
	}
	if (rc == 0) {
		rc = speaker(s, e, end, HOW_TRAFFIC, ret);
	}
	*ret_new = s->asset_id != assets;
	return rc;
}

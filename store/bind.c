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
 * (RFC 2281, 5.4), 2 for IPv6, too, GLBP.
 */
static bool
is_virtual_router(const uint8_t m[6])
{
	static const uint8_t vrrp[5] = {0x00, 0x00, 0x5e, 0x00, 0x01};
	static const uint8_t vrrp6[5] = {0x00, 0x00, 0x5e, 0x00, 0x02};
	static const uint8_t hsrp[5] = {0x00, 0x00, 0x0c, 0x07, 0xac};
	static const uint8_t hsrp2[4] = {0x00, 0x00, 0x0c, 0x9f};
	static const uint8_t hsrp6[4] = {0x00, 0x05, 0x73, 0xa0};
	static const uint8_t glbp[4] = {0x00, 0x07, 0xb4, 0x00};

	return memcmp(m, vrrp, 5) == 0 || memcmp(m, vrrp6, 5) == 0 ||
	       memcmp(m, hsrp, 5) == 0 ||
	       (memcmp(m, hsrp2, 4) == 0 && (m[4] & 0xf0) == 0xf0) ||
	       (memcmp(m, hsrp6, 4) == 0 && (m[4] & 0xf0) == 0x00) ||
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
		if (e->kind == EV_ENDPOINT) {
			place_heard(s, m, place_of(e));
		}
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

/* The IP's row, of the MAC at hand or the place where several hold the IP. */
static int
known_ip(struct store *s, const struct ev *e, const struct ev_end *end,
    struct addr **ret)
{
	struct addr *first = NULL;
	bool here;
	int rc = addr_ip(s, end->ipver, &end->ip, 0, false, &first);

	*ret = first;
	if (rc != 0 || first == NULL || first->holders < 2) {
		return rc;
	}
	return hold_pick(
	    s, first, end->has_mac ? end->mac : NULL, place_of(e), ret, &here);
}

/* Whether m shows by this packet that it has the IP where it was heard. */
static bool
is_direct(const struct ev *e, const struct addr *m)
{
	return e->kind == EV_ENDPOINT && (e->flags & EV_UNROUTED) &&
	       !(m->roles & ROLE_ROUTER);
}

/* A packet came with m, which does not hold the IP; own: the row is m's. */
static int
by_other(struct store *s, struct addr *m, struct addr *first,
    const struct ev *e, struct addr **ret, bool *ret_own)
{
	struct addr *further = NULL;
	uint32_t place = place_of(e);
	bool here;
	int rc = hold_pick(s, first, m->mac, place, ret, &here);

	if (rc == 0 && is_direct(e, m)) {
		rc = here ? replaced_packet(s, *ret, m, &further)
			  : hold_new(s, first, place, &further);
	}
	*ret_own = further != NULL;
	if (further != NULL) {
		*ret = further;
	}
	return rc;
}

/* A packet from the holder of the row; own: with its MAC. */
static int
by_holder(struct store *s, struct addr *m, struct addr *first, struct addr *row,
    bool own, const struct ev *e)
{
	int rc = 0;

	if (own && row->current != row->slot && is_direct(e, m) &&
	    (row->flags & (ADDR_FIRM | ADDR_DIRECT))) {
		rc = hold_goes_on(s, first, row, e);
	}
	hold_heard(s, row, e->ts_ns);
	return rc;
}

/* A packet from an IP that nobody is known to hold. */
static int
by_traffic(
    struct store *s, struct addr *m, struct addr *row, const struct ev *e)
{
	int rc = hold_traffic(s, m, row, (e->flags & EV_ROUTED) != 0, e->ts_ns);

	if (rc == 0 && e->kind == EV_ENDPOINT && e->flags & EV_UNROUTED) {
		rc = hold_own(s, m, row);
	}
	if (rc == 0 && is_direct(e, m) && !(row->flags & ADDR_DIRECT) &&
	    memcmp(row->mac, m->mac, sizeof(m->mac)) == 0) {
		row->flags |= ADDR_DIRECT;
		cache_dirty(&s->addrs, row);
	}
	return rc;
}

/*
 * A packet from the IP of *a came with m; gives the row of who has the IP.
 * One that no router has passed on shows that m has the IP where it was heard,
 * unless somebody else has it there.
 */
static int
by_packet(struct store *s, struct addr *m, const struct ev *e, struct addr **a)
{
	struct addr *first = *a, *row = NULL;
	bool own;
	int rc = hold_find(s, first, m->mac, &row);

	own = row != NULL;
	if (rc == 0 && !own) {
		rc = by_other(s, m, first, e, &row, &own);
	}
	if (rc != 0) {
		return rc;
	}
	*a = row;
	if (is_direct(e, m) &&
	    (own || (!(row->flags & ADDR_FIRM) && row->place_n == 0))) {
		place_note(s, row, place_of(e));
	}
	/* Several, and not m's: by a router; it is whoever has it now. */
	return row->has_mac && (own || first->holders > 1)
		   ? by_holder(s, m, first, row, own, e)
		   : by_traffic(s, m, row, e);
}

/* An end that sent something, with how its MAC and IP are known. */
static int
speaker(struct store *s, const struct ev *e, const struct ev_end *end,
    enum how how, struct addr **ret)
{
	struct addr *m, *a = NULL;
	int rc = mac_row(s, e, end, &m);
	bool here;

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
	s->hand = m;
	rc = addr_ip(s, end->ipver, &end->ip, 0, true, &a);
	if (rc != 0 || a == NULL) {
		return rc;
	}
	if (m == NULL) {
		rc = hold_pick(s, a, NULL, place_of(e), &a, &here);
		if (rc == 0) {
			hold_heard(s, a, e->ts_ns);
		}
	} else if (m->flags & ADDR_VIRTUAL) {
		hold_virtual(
		    s, m, a, how, (e->flags & EV_UNROUTED) != 0, e->ts_ns);
	} else if (hold_may_be_firm(m, how, end)) {
		return hold_firm(s, m, a, how, e, ret);
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

	s->hand = NULL;
	*ret_new = s->asset_id != assets;
	return rc;
}

/* A MAC that has not sent anything: no router that would have been heard. */
static int
is_silent(struct store *s, const struct ev_end *end, bool *ret)
{
	struct addr *m = NULL;
	int rc = 0;

	*ret = false;
	if (addr_has_mac(end)) {
		rc = addr_mac(s, end->mac, false, &m);
		*ret = m == NULL || !(m->flags & ADDR_HEARD);
	}
	return rc;
}

/*
 * What is asked for where nobody is known to have the IP.  Where machines are
 * there more than once it is another one's, which is not heard yet; a router
 * that brings it to the one that is known has been heard itself.
 */
static int
unheard(struct store *s, const struct ev *e, const struct ev_end *end,
    struct addr **a)
{
	struct addr *first = NULL, *row = NULL;
	uint32_t place = place_of(e);
	bool here = true, silent;
	int rc;

	if ((!addr_is_of_several(*a) && !addr_is_of_several(s->now.src)) ||
	    !place_is_elsewhere(s, *a, place)) {
		return 0;
	}
	rc = is_silent(s, end, &silent);
	if (rc != 0 || !silent) {
		return rc;
	}
	rc = addr_ip(s, end->ipver, &end->ip, 0, false, &first);
	if (rc == 0 && first != NULL) {
		rc = hold_pick(s, first, NULL, place, &row, &here);
	}
	if (rc == 0 && !here) {
		rc = hold_new(s, first, place, &row);
	}
	*a = rc == 0 && row != NULL ? row : *a;
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
		rc = known_ip(s, e, end, ret);
		if (rc == 0 && *ret != NULL && make && !group_mac) {
			rc = unheard(s, e, end, ret);
		}
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
		rc = known_ip(s, e, end, &a);
	}
	if (rc == 0 && a != NULL && (a->flags & ADDR_HEARD)) {
		addr_seen(s, a, e->ts_ns);
		rhythm_heard(s, a, e->ts_ns);
		*ret = a;
		return 0;
	}
	if (rc == 0) {
		rc = speaker(s, e, end, HOW_TRAFFIC, ret);
		s->hand = NULL;
	}
	*ret_new = s->asset_id != assets;
	return rc;
}

/*
 * hold: which MAC holds which IP, and so which addresses are one asset
 * (architecture.md, section 6).
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
 *	          an asset without them; at once when the packet's TTL shows
 *	          that a router has passed it on.
 *
 * A dual-stack host without ARP in sight: m's link-local address and its sole
 * other IP are taken for one asset, and parted when a second IP shows up.
 *
 * A second MAC that claims i firmly gets a row for i of its own (slot), with
 * its own asset: a replaced device, a redundant pair and a spoofer look alike
 * here, and none of them may take over the other's history.
 *
 * Only at one place: where neither could hear the other (place.c) nobody is
 * the other's rival, and the IP has a holder at each place.  Each row's
 * current is the slot of who has the IP where the row's holder is (holder.c).
 *
 * This file does not say who is right; rules do (change.c).
 */
#include <string.h>

#include "store/maker.h"
#include "store/store_priv.h"

#define ROUTER_IPS \
	4               /* a host with as many addresses is rare, and ARP
			  tells it from a router                       */
#define HOLDERS_MAX   8 /* MACs that may hold one IP at one place       */
#define ON_ITS_WAY_NS (10 * NS_PER_SEC)
#define SHARED_NS     (300 * NS_PER_SEC)  /* in less nobody takes turns */
#define LEFT_NS       (3600 * NS_PER_SEC) /* a lease may be another's then */

static bool
is_link_local(uint8_t ipver, const struct ev_ip *ip)
{
	return ipver == 4 ? ip->a[0] == 169 && ip->a[1] == 254
			  : ip->a[0] == 0xfe && (ip->a[1] & 0xc0) == 0x80;
}

static void
note_heard(struct store *s, struct addr *a, uint64_t ts_ns)
{
	addr_seen(s, a, ts_ns);
	rhythm_heard(s, a, ts_ns);
	if (!(a->flags & ADDR_HEARD)) {
		a->flags |= ADDR_HEARD;
		if (s->learning) {
			a->flags |= ADDR_LEARNED;
		}
		cache_dirty(&s->addrs, a);
	}
}

void
hold_heard(struct store *s, struct addr *a, uint64_t ts_ns)
{
	if (a->asset == 0 && a->kind != ADDR_GROUP && a->kind != ADDR_MAC &&
	    !(a->flags & ADDR_VIRTUAL)) {
		asset_make(s, a);
	}
	note_heard(s, a, ts_ns);
}

/*
 * The MAC of a redundancy protocol is nobody's, and an IP that ARP gives to it
 * is nobody's either: the master of the moment answers there.  A packet with
 * it that no router has passed on is from such an IP, or from a member's own
 * by the protocol itself, which will be heard with the member's MAC: a device
 * it shows in neither case.  Another one was forwarded.
 */
void
hold_virtual(struct store *s, const struct addr *m, struct addr *a,
    enum how how, bool unrouted, uint64_t ts_ns)
{
	if (how > HOW_TRAFFIC && !(a->flags & (ADDR_FIRM | ADDR_VIRTUAL))) {
		a->flags |= ADDR_VIRTUAL;
		a->has_mac = true;
		memcpy(a->mac, m->mac, sizeof(a->mac));
		a->how = (uint8_t)how;
		a->asset = 0;
		cache_dirty(&s->addrs, a);
	}
	if (unrouted) {
		note_heard(s, a, ts_ns);
	} else {
		hold_heard(s, a, ts_ns);
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
note_sighting(
    struct store *s, const struct addr *m, const struct addr *a, bool *ret_new)
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

/*
 * A public address behind a MAC that carries others, too, is outside; alone
 * with its MAC it is a plant that uses public addresses.
 */
static void
note_external(struct store *s, struct addr *a)
{
	if (!(a->flags & ADDR_FIRM) && ev_ip_is_public(a->ipver, &a->ip)) {
		addr_role(s, a, ROLE_EXTERNAL);
	}
}

/* A second IP: what was m's by being the only one is so no longer. */
static int
part_sole(struct store *s, struct addr *m)
{
	struct addr *sole = NULL;
	int rc = addr_by_id(s, m->sole, &sole);

	m->sole = 0;
	cache_dirty(&s->addrs, m);
	if (rc != 0 || sole == NULL || (sole->flags & ADDR_FIRM)) {
		return rc;
	}
	note_external(s, sole);
	if (sole->asset != m->asset || m->asset == 0) {
		return 0;
	}
	if (!(m->flags & ADDR_OWN)) {
		m->asset = 0;
		return 0;
	}
	if (sole->flags & ADDR_ORIGIN) {
		return asset_split(s, m, sole, true);
	}
	sole->asset = 0;
	asset_make(s, sole);
	rc = asset_refresh(s, sole->asset);
	return rc == 0 ? asset_refresh(s, m->asset) : rc;
}

/* A device known by its MAC, whose first IP this would be. */
static bool
may_lend(const struct addr *m)
{
	return m->asset != 0 && m->ips == 0 && !(m->flags & ADDR_BOUND) &&
	       !(m->roles & ROLE_ROUTER);
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
		m->sole = a->id;
	}
	if (m->ips == 1 && !(m->roles & ROLE_ROUTER)) {
		bool weak = !(a->flags & ADDR_FIRM);

		if (m->asset == 0 && weak) {
			share_asset(s, m, a);
		} else if (a->asset == 0) {
			share_asset(s, a, m);
		}
		return 0;
	}
	note_external(s, a);
	if (m->sole != 0 && m->ips > 1) {
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

/* m passes on what comes from others, as a packet's TTL shows. */
static int
is_router(struct store *s, struct addr *m)
{
	int rc = m->sole != 0 ? part_sole(s, m) : 0;

	if (rc != 0) {
		return rc;
	}
	m->roles |= ROLE_ROUTER;
	m->flags |= ADDR_OWN | ADDR_FORWARDS;
	if (m->asset == 0) {
		asset_make(s, m);
	}
	cache_dirty(&s->addrs, m);
	return 0;
}

/*
 * The only IP heard with m is its own, though a packet of it had been passed
 * on: by m, for what runs on the same machine behind a bridge of its own.
 */
static bool
is_no_router(struct store *s, struct addr *m, const struct addr *a)
{
	if (!(m->flags & ADDR_FORWARDS) || m->ips != 1 || m->sole != a->id) {
		return false;
	}
	m->flags &= (uint16_t)~ADDR_FORWARDS;
	m->roles &= ~(uint32_t)ROLE_ROUTER;
	cache_dirty(&s->addrs, m);
	return true;
}

int
hold_own(struct store *s, struct addr *m, const struct addr *a)
{
	return is_no_router(s, m, a) && m->asset != a->asset
		   ? asset_join(s, m->asset, a->asset)
		   : 0;
}

int
hold_traffic(struct store *s, struct addr *m, struct addr *a, bool routed,
    uint64_t ts_ns)
{
	bool is_new = false;
	int rc = 0;

	addr_seen(s, a, ts_ns); /* an asset that is made of it is as old */
	if (routed && !(m->roles & ROLE_ROUTER)) {
		rc = is_router(s, m);
		if (rc != 0) {
			return rc;
		}
	}
	if (!a->has_mac) {
		a->has_mac = true;
		memcpy(a->mac, m->mac, sizeof(a->mac));
		a->how = HOW_TRAFFIC;
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
		hold_heard(s, a, ts_ns);
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
		rc = asset_split(s, m, a, false);
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
take_hold(struct store *s, struct addr *m, struct addr *a, enum how how)
{
	a->has_mac = true;
	memcpy(a->mac, m->mac, sizeof(a->mac));
	a->how = (uint8_t)how;
	a->flags |= ADDR_FIRM;
	a->roles &= ~(uint32_t)ROLE_EXTERNAL;
	m->firm_ips++;
	if (!is_link_local(a->ipver, &a->ip)) {
		m->flags |= ADDR_BOUND;
	}
	cache_dirty(&s->addrs, a);
}

/* --- claims ------------------------------------------------------------------ */

/* m was taken for a's device by a packet alone; another MAC holds it. */
static int
part_rival(struct store *s, struct addr *m, const struct addr *a)
{
	if (m->asset == 0 || m->asset != a->asset || m->firm_ips != 0 ||
	    memcmp(a->mac, m->mac, sizeof(m->mac)) == 0) {
		return 0;
	}
	if (m->sole == a->id) {
		m->sole = 0;
		cache_dirty(&s->addrs, m);
	}
	return asset_split(s, m, a, false);
}

/* Those that have the IP where m claims it. */
struct claims {
	unsigned firm; /* how many hold it            */
	int weak;      /* slot of who was only seen with it; -1: nobody */
};

/*
 * Packets that no router had passed on showed that another MAC has the IP.  The
 * ports of a team send with their own MACs, and one of them answers ARP; they
 * have one maker.
 */
static bool
is_anothers(const struct addr *a, const struct addr *m)
{
	return a->has_mac && (a->flags & ADDR_DIRECT) &&
	       !maker_is_same(a->mac, m->mac);
}

static int
look_round(struct store *s, struct addr *m, struct addr *first, uint32_t place,
    struct claims *ret)
{
	struct addr *a = NULL;

	ret->firm = 0;
	ret->weak = -1;
	for (uint8_t i = 0; i < first->holders; i++) {
		int rc = hold_row(s, first, i, &a);

		if (rc != 0) {
			return rc;
		}
		if (a == NULL || place_is_elsewhere(s, a, place)) {
			continue;
		}
		if (a->flags & ADDR_FIRM || is_anothers(a, m)) {
			ret->firm++;
		} else if (ret->weak < 0 ||
			   memcmp(a->mac, m->mac, sizeof(m->mac)) == 0) {
			ret->weak = i;
		}
	}
	return 0;
}

/* A row of its own for what m claims, beside those of others. */
static int
claim_beside(struct store *s, struct addr *m, struct addr *first,
    uint32_t place, struct addr **ret)
{
	struct addr *a = NULL;
	uint8_t others = first->holders;
	int rc = hold_new(s, first, place, ret);

	if (rc != 0 || *ret == NULL) {
		return rc;
	}
	for (uint8_t i = 0; i < others && rc == 0; i++) {
		rc = hold_row(s, first, i, &a);
		if (rc == 0 && a != NULL) {
			cache_touch(&s->addrs, *ret);
			rc = part_rival(s, m, a);
		}
	}
	return rc;
}

/* m's row of the IP, made or taken over; NULL when too many hold it. */
static int
claim(struct store *s, struct addr *m, struct addr *first, enum how how,
    uint32_t place, struct addr **ret)
{
	struct addr *a = NULL;
	struct claims c;
	int rc = look_round(s, m, first, place, &c);

	*ret = NULL;
	if (rc != 0) {
		return rc;
	}
	if (c.weak >= 0) {
		rc = hold_row(s, first, (uint8_t)c.weak, &a);
		if (rc != 0 || a == NULL) {
			return rc;
		}
		if (!a->has_mac ||
		    memcmp(a->mac, m->mac, sizeof(m->mac)) != 0) {
			rc = take_off(s, a);
		} else if (m->ips > 0 && m->ips < ROUTER_IPS) {
			(void)is_no_router(s, m, a);
			m->ips--;
		}
	} else if (c.firm < HOLDERS_MAX) {
		rc = claim_beside(s, m, first, place, &a);
	}
	if (rc != 0 || a == NULL) {
		return rc;
	}
	take_hold(s, m, a, how);
	*ret = a;
	return unite(s, m, a);
}

/* A MAC that has an IP has got another one.  Of IPv6 that is usual, by the
 * day (RFC 8981). */
static int
note_address(struct store *s, const struct addr *m, const struct addr *a)
{
	sqlite3_stmt *st = s->st[ST_IP_BEFORE];
	char ip[EV_IP_TEXT];
	int rc;

	if (a->ipver != 4 || is_link_local(a->ipver, &a->ip)) {
		return 0;
	}
	/* Which one was heard last is counted only. */
	rc = cache_flush(&s->addrs);
	if (rc != 0) {
		return rc;
	}
	(void)ev_ip_text(ip, a->ipver, &a->ip);
	db_bind(st, 1, m->asset);
	db_bind(st, 2, a->id);
	rc = db_step(st);
	if (rc == 1) {
		change_note(s, a, "new-address", db_text(st, 0), ip);
		db_reset(st);
		rc = 0;
	}
	return rc;
}

/* DHCP leased it to the new holder, as every day; or the old one, who had it
 * by DHCP, has left, and the new one's lease was not seen. */
static bool
is_leased(const struct addr *before, const struct addr *a, uint64_t ts_ns)
{
	return (a->flags & ADDR_LEASED) || ((before->flags & ADDR_LEASED) &&
					       ts_ns > before->heard + LEFT_NS);
}

/*
 * The IP passes from the MAC that held it to a's.  A pair that takes turns
 * does so now and then; when a was heard a moment ago and the other one took
 * it in between, both are there (true).  A capture of an earlier time says who
 * had it then.
 */
static bool
note_holder(struct store *s, const struct addr *before, const struct addr *a,
    uint64_t ts_ns)
{
	char old[EV_MAC_TEXT], value[EV_MAC_TEXT];
	uint64_t apart = ts_ns > a->heard ? ts_ns - a->heard : a->heard - ts_ns;
	bool both = a->heard != 0 && apart < SHARED_NS;

	if (!both && (is_leased(before, a, ts_ns) ||
			 ts_ns + SHARED_NS < before->heard)) {
		return false;
	}
	(void)ev_mac_text(old, before->mac);
	(void)ev_mac_text(value, a->mac);
	change_note(s, a, both ? "duplicate-ip" : "mac-changed", old, value);
	return both;
}

/* Whoever had the IP where a is has it no longer; known: a held it before. */
static int
pass_on(struct store *s, struct addr *first, struct addr *a, bool known,
    const struct ev *e)
{
	uint8_t slot = a->slot;
	bool taken = false;

	for (uint8_t i = 0; i < first->holders; i++) {
		struct addr *r = NULL;
		int rc = hold_row(s, first, i, &r);

		if (rc != 0) {
			return rc;
		}
		cache_touch(&s->addrs, a);
		if (r == NULL || i == slot || r->current == slot ||
		    !(r->flags & (ADDR_FIRM | ADDR_DIRECT)) ||
		    place_are_apart(s, r, a)) {
			continue;
		}
		if (r->current == i && r->has_mac) {
			bool both = note_holder(s, r, a, e->ts_ns);

			taken = true;
			if (both || known) {
				uint16_t flag =
				    both ? ADDR_CLASHED : ADDR_SHARED;

				r->flags |= flag;
				a->flags |= flag;
			}
		}
		r->current = slot;
		cache_dirty(&s->addrs, r);
	}
	if (taken || a->current != slot) {
		a->current = slot;
		a->taken = e->ts_ns;
		a->taken_frame = frame_at_hand(s);
		cache_dirty(&s->addrs, a);
	}
	return 0;
}

/*
 * Another took the IP by ARP, and a still sends with it: so does whoever is
 * spoofed.  What was on its way at the moment shows nothing.
 */
int
hold_goes_on(
    struct store *s, struct addr *first, struct addr *a, const struct ev *e)
{
	struct addr *r = NULL;
	int rc = hold_row(s, first, a->current, &r);

	if (rc != 0 || r == NULL || e->ts_ns < r->taken + ON_ITS_WAY_NS) {
		return rc;
	}
	cache_touch(&s->addrs, a);
	return pass_on(s, first, a, true, e);
}

/* m was shown with the asset of a, whose IP it seemed to carry. */
static void
take_mac(
    struct store *s, struct addr *m, const struct addr *a, struct addr *row)
{
	row->has_mac = true;
	memcpy(row->mac, m->mac, sizeof(row->mac));
	row->how = HOW_TRAFFIC;
	row->flags |= ADDR_DIRECT;
	if (m->asset == a->asset) {
		m->asset = 0;
	}
	if (m->asset == 0) {
		asset_make(s, row);
		share_asset(s, m, row);
	} else {
		share_asset(s, row, m);
	}
	m->sole = row->id;
	m->ips += m->ips == 0;
	cache_dirty(&s->addrs, m);
	cache_dirty(&s->addrs, row);
}

int
hold_replace(struct store *s, struct addr *m, struct addr *a, uint64_t since,
    struct addr **ret)
{
	const struct ev *e = s->now.ev;
	struct addr *first = NULL, *row = NULL, *hand = s->hand;
	int rc;

	*ret = NULL;
	s->hand = m;
	rc = addr_ip(s, a->ipver, &a->ip, 0, false, &first);
	rc = rc == 0 && first != NULL ? hold_new(s, first, place_of(e), &row)
				      : rc;
	s->hand = hand;
	if (rc != 0 || row == NULL) {
		return rc;
	}
	cache_touch(&s->addrs, m);
	cache_touch(&s->addrs, a);
	addr_seen(s, row, since);
	take_mac(s, m, a, row);
	rc = pass_on(s, first, row, false, e);
	hold_heard(s, row, e->ts_ns);
	*ret = rc == 0 ? row : NULL;
	return rc;
}

/* What the way in which it was said this time adds. */
static void
note_how(struct store *s, struct addr *a, enum how how)
{
	if (how == HOW_DHCP && !(a->flags & ADDR_LEASED)) {
		a->flags |= ADDR_LEASED;
		cache_dirty(&s->addrs, a);
	}
	if (a->how < how) {
		a->how = (uint8_t)how;
		cache_dirty(&s->addrs, a);
	}
}

int
hold_firm(struct store *s, struct addr *m, struct addr *first, enum how how,
    const struct ev *e, struct addr **ret)
{
	uint32_t place = place_of(e);
	struct addr *a;
	int rc = hold_find(s, first, m->mac, &a);
	bool known = a != NULL && (a->flags & ADDR_FIRM);
	bool bound = (m->flags & ADDR_BOUND) != 0, here;

	if (rc == 0 && !known) {
		rc = claim(s, m, first, how, place, &a);
		if (rc == 0 && a != NULL && bound) {
			rc = note_address(s, m, a);
		}
	}
	if (rc != 0) {
		return rc;
	}
	if (a == NULL) {
		return hold_pick(s, first, NULL, place, ret, &here);
	}
	note_how(s, a, how);
	place_note(s, a, place);
	if (first->holders > 1) {
		rc = pass_on(s, first, a, known, e);
		if (rc != 0) {
			return rc;
		}
	}
	hold_heard(s, a, e->ts_ns);
	*ret = a;
	return proxy_judge(s, m, first, a);
}

bool
hold_may_be_firm(const struct addr *m, enum how how, const struct ev_end *end)
{
	return m->firm_ips < PROXY_IPS &&
	       (how > HOW_TRAFFIC || is_link_local(end->ipver, &end->ip));
}

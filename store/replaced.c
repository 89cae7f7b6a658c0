/*
 * replaced: another device in the place of one, of which no ARP is heard.
 *
 * Who claims an IP by ARP, ND or DHCP gets a row of its own (hold.c).  A packet
 * alone shows little: it may come through a router, or from another port of a
 * team.  But no router has passed on what comes with a first TTL, and a team
 * has one maker: another maker's MAC that was never heard before is another
 * device's.  So is one with which another serial number or model is said than
 * the holder of the IP said of itself, and what it says is its own.
 *
 * A message says several things one after another.  Until it is clear who
 * sends with the other MAC, what it says is kept, and no change of the holder;
 * then the new one gets what was said since.
 */
#include <string.h>
#include <strings.h>

#include "store/maker.h"
#include "store/store_priv.h"

/* A MAC that has so many other IPs may be a router that takes nothing off. */
#define OTHERS_MAX 4

/* --- doubts ------------------------------------------------------------------ */

static struct doubt *
doubt_of(struct store *s, const struct addr *a, const struct addr *m)
{
	for (size_t i = 0; i < DOUBTS_MAX; i++) {
		struct doubt *d = &s->doubt[i];

		if (d->addr == a->id &&
		    memcmp(d->mac, m->mac, sizeof(d->mac)) == 0) {
			return d;
		}
	}
	return NULL;
}

static struct doubt *
doubt_make(struct store *s, const struct addr *a, const struct addr *m)
{
	struct doubt *d = doubt_of(s, a, m);

	if (d == NULL) {
		d = &s->doubt[s->doubts++ % DOUBTS_MAX];
		*d = (struct doubt){.addr = a->id, .since = s->now.ev->ts_ns};
		memcpy(d->mac, m->mac, sizeof(d->mac));
	}
	return d;
}

/* The holder of the IP speaks with its own MAC. */
static void
note_turn(struct store *s, const struct addr *a)
{
	for (size_t i = 0; i < DOUBTS_MAX; i++) {
		if (s->doubt[i].addr == a->id) {
			s->doubt[i].turns = true;
		}
	}
}

/* --- packets ----------------------------------------------------------------- */

/* Whoever has this IP has shown it: by ARP, or by what no router passed on. */
static bool
is_held(const struct addr *a)
{
	return a->kind == ADDR_IP && a->has_mac &&
	       (a->flags & (ADDR_FIRM | ADDR_DIRECT));
}

/* Known makers, and not the same: no team.  By the first word: a group has
 * many companies. */
static bool
is_of_other_maker(const struct addr *a, const struct addr *m)
{
	const char *one = maker_of(a->mac), *other = maker_of(m->mac);
	size_t n;

	if (one == NULL || other == NULL) {
		return false;
	}
	n = strcspn(one, " ,-.");
	return n != strcspn(other, " ,-.") || strncasecmp(one, other, n) != 0;
}

/* Of what is outside a firewall may answer with any TTL. */
static bool
is_inside(const struct addr *a)
{
	return (a->flags & ADDR_FIRM) || !ev_ip_is_public(a->ipver, &a->ip);
}

int
replaced_packet(
    struct store *s, struct addr *a, struct addr *m, struct addr **ret)
{
	*ret = NULL;
	if (!is_held(a) || memcmp(a->mac, m->mac, sizeof(m->mac)) == 0) {
		return 0;
	}
	if (is_of_other_maker(a, m) && is_inside(a) && m->ips == 0 &&
	    m->firm_ips == 0 && !(m->flags & ADDR_OWN)) {
		return hold_replace(s, m, a, s->now.ev->ts_ns, ret);
	}
	doubt_make(s, a, m)->direct = true;
	return 0;
}

/* --- what is said ------------------------------------------------------------ */

/* What stays as long as the device does. */
static bool
is_of_the_make(const char *key)
{
	static const char *const keys[] = {"serial", "model", "product_code",
	    "order_number", "vendor", "vendor_id"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i], key) == 0) {
			return true;
		}
	}
	return false;
}

/* The row by which a device says something of itself: that of its IP, or of a
 * unit that is the device; not of what is behind it. */
static struct addr *
speaker_of(const struct judged *n)
{
	struct addr *a = n->src, *sub = n->subject;

	if (a == NULL || !is_held(a) || !n->ev->src.has_mac) {
		return NULL;
	}
	if (sub == NULL || sub == a) {
		return a;
	}
	return sub->kind == ADDR_SUB && n->front == a && sub->asset == 0 ? sub
									 : NULL;
}

/* Whether m may be a device in the place of the holder, and no router. */
static bool
may_replace(const struct addr *m, const struct doubt *d)
{
	if (m->flags & ADDR_VIRTUAL || m->roles & ROLE_ROUTER) {
		return false;
	}
	return (m->ips <= 1 && m->firm_ips == 0) ||
	       (d->direct && m->ips < OTHERS_MAX && m->firm_ips < OTHERS_MAX);
}

/* --- what the new one gets --------------------------------------------------- */

/* What was said since then, by whom we know now; what both said they share. */
static int
give_facts(struct store *s, const struct addr *from, const struct addr *to,
    const struct doubt *d)
{
	sqlite3_stmt *give = s->st[ST_FACTS_GIVE], *take = s->st[ST_FACTS_TAKE];
	int rc;

	if (from == to || d->turns) {
		return 0;
	}
	db_bind(give, 1, from->id);
	db_bind(give, 2, to->id);
	db_bind(give, 3, (int64_t)d->since);
	db_bind(give, 4, frame_at_hand(s));
	db_bind(take, 1, from->id);
	db_bind(take, 2, (int64_t)d->since);
	rc = db_run(give);
	return rc == 0 ? db_run(take) : rc;
}

/* The service by which it spoke, and what that makes of it. */
static int
give_service(struct store *s, const struct addr *from, struct addr *to,
    const struct doubt *d)
{
	sqlite3_stmt *st = s->st[ST_SERVICE_GIVE];
	const struct ev *e = s->now.ev;
	int rc;

	db_bind(st, 1, from->id);
	db_bind(st, 2, to->id);
	db_bind(st, 3, (int64_t)d->since);
	db_bind(st, 4, e->src.has_port ? e->src.port : 0);
	rc = db_run(st);
	if (rc != 0) {
		return rc;
	}
	st = s->st[ST_REASONS_GIVE];
	db_bind(st, 1, from->id);
	db_bind(st, 2, to->id);
	db_bind(st, 3, (int64_t)e->ts_ns);
	db_bind(st, 4, frame_at_hand(s));
	db_bind_text(st, 5, ev_proto_name(e->proto));
	while ((rc = db_step(st)) == 1) {
		addr_role(s, to, (uint32_t)db_get(st, 0));
	}
	return rc;
}

/* The row in the place of sub behind the new one; sub itself when that is the
 * IP's. */
static int
counterpart(struct store *s, const struct addr *a, const struct addr *sub,
    struct addr *row, struct addr **ret)
{
	*ret = row;
	return sub == a ? 0
			: addr_sub(s, row, sub->transport, sub->port, &sub->sub,
			      true, ret);
}

static void
be_of(struct addr **end, const struct addr *old, struct addr *now)
{
	if (*end == old) {
		*end = now;
	}
}

/* From now on the event is the new one's. */
static int
pass_over(struct store *s, struct addr *a, struct addr *sub, struct addr *row,
    const struct doubt *d)
{
	struct judged *n = &s->now;
	struct addr *now = NULL;
	int rc = counterpart(s, a, sub, row, &now);

	rc = rc == 0 ? give_facts(s, a, row, d) : rc;
	rc = rc == 0 && now != NULL && now != row ? give_facts(s, sub, now, d)
						  : rc;
	rc = rc == 0 ? give_service(s, a, row, d) : rc;
	if (rc != 0 || now == NULL) {
		return rc;
	}
	if (!d->turns && a->last > d->since) {
		a->last = d->since;
		cache_dirty(&s->addrs, a);
	}
	be_of(&n->subject, sub, now);
	be_of(&n->front, a, row);
	be_of(&n->server, a, row);
	be_of(&n->client, a, row);
	be_of(&n->src, a, row);
	rc = asset_refresh(s, a->asset);
	return rc == 0 ? asset_refresh(s, row->asset) : rc;
}

static int
replace(struct store *s, struct addr *m, struct addr *sub, struct doubt *d)
{
	struct addr *a = s->now.src, *row = NULL;
	const struct doubt of = *d;
	int rc;

	cache_touch(&s->addrs, sub);
	rc = hold_replace(s, m, a, of.since, &row);
	if (rc != 0 || row == NULL) {
		return rc;
	}
	d->addr = 0;
	cache_touch(&s->addrs, sub);
	cache_touch(&s->addrs, a);
	return pass_over(s, a, sub, row, &of);
}

int
replaced_judge(struct store *s)
{
	struct judged *n = &s->now;
	struct addr *sub = speaker_of(n), *m = NULL;
	struct doubt *d;
	struct fact f;
	int rc;

	if (sub == NULL || !fact_parse(n->ev, &f) ||
	    strcmp(f.claim, "self") != 0) {
		return 0;
	}
	if (memcmp(n->src->mac, n->ev->src.mac, sizeof(n->src->mac)) == 0) {
		note_turn(s, n->src);
		return 0;
	}
	rc = addr_mac(s, n->ev->src.mac, false, &m);
	if (rc != 0 || m == NULL || m->flags & ADDR_TEAM) {
		return rc;
	}
	d = doubt_make(s, n->src, m);
	rc = may_replace(m, d) ? differ_find(s, sub, &f) : 1;
	if (rc != 0) {
		return rc < 0 ? rc : 0;
	}
	if (is_of_the_make(f.key) && n->fact_changes) {
		n->fact_known = false; /* it is another's */
		return replace(s, m, sub, d);
	}
	n->fact_changes = false;
	if (strcmp(f.key, "serial") == 0 && n->fact_same) {
		m->flags |= ADDR_TEAM;
		cache_dirty(&s->addrs, m);
	}
	return 0;
}

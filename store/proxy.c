/*
 * proxy: who answers ARP for others.
 *
 * A MAC that holds so many IPs is a proxy (RFC 1027): it has the first one, by
 * which it was known, and the others are behind it, those that were taken for
 * its own as well.
 */
#include "store/store_priv.h"

#define HELD_NS (24 * 3600 * NS_PER_SEC) /* since it was heard with it */

static int
give_back(struct store *s, struct addr *m, struct addr *a)
{
	a->flags &= (uint16_t)~ADDR_FIRM;
	cache_dirty(&s->addrs, a);
	if (a->asset != m->asset || (a->flags & ADDR_ORIGIN)) {
		return 0;
	}
	a->asset = 0;
	asset_make(s, a);
	return asset_refresh(s, a->asset);
}

/* What the caller has in hand stays in the cache, whatever is loaded. */
static void
keep_in_hand(struct store *s, struct addr *const hand[3])
{
	for (int i = 0; i < 3; i++) {
		cache_touch(&s->addrs, hand[i]);
	}
	if (s->now.src != NULL) {
		cache_touch(&s->addrs, s->now.src);
	}
}

/* The IPs that m has now, and for good: not those of last month, which another
 * may have by now, nor the addresses of a day (RFC 8981). */
static int
held_now(
    struct store *s, const struct addr *m, int64_t ids[PROXY_IPS], size_t *ret)
{
	sqlite3_stmt *st = s->st[ST_HELD_BY];
	char mac[EV_MAC_TEXT];
	uint64_t now = s->stream_ns;
	/* When it was heard is counted only. */
	int rc = cache_flush(&s->addrs);

	*ret = 0;
	if (rc != 0) {
		return rc;
	}
	(void)ev_mac_text(mac, m->mac);
	db_bind(st, 1, m->asset);
	db_bind_text(st, 2, mac);
	db_bind(st, 3, now > HELD_NS ? (int64_t)(now - HELD_NS) : 0);
	while ((rc = db_step(st)) == 1) {
		if (*ret < PROXY_IPS) {
			ids[(*ret)++] = db_get(st, 0);
		}
	}
	return rc;
}

static int
give_back_all(struct store *s, struct addr *const hand[3],
    const int64_t ids[PROXY_IPS], size_t n)
{
	struct addr *m = hand[0];
	int rc = 0;

	for (size_t i = 1; i < n && rc == 0; i++) {
		struct addr *a = NULL;

		keep_in_hand(s, hand);
		rc = addr_by_id(s, ids[i], &a);
		if (rc == 0 && a != NULL) {
			rc = give_back(s, m, a);
		}
	}
	m->firm_ips = PROXY_IPS;
	addr_role(s, m, ROLE_ROUTER);
	return rc == 0 ? asset_refresh(s, m->asset) : rc;
}

int
proxy_judge(struct store *s, struct addr *m, struct addr *first, struct addr *a)
{
	struct addr *const hand[3] = {m, first, a};
	int64_t ids[PROXY_IPS];
	size_t n;
	int rc;

	if (m->firm_ips != PROXY_IPS) {
		return 0;
	}
	rc = held_now(s, m, ids, &n);
	if (rc == 0 && n < PROXY_IPS) {
		m->firm_ips = n == 0 ? 1 : (uint32_t)n;
		cache_dirty(&s->addrs, m);
		return 0;
	}
	return rc == 0 ? give_back_all(s, hand, ids, n) : rc;
}

int
proxy_found(struct store *s, struct addr *m, struct addr *a)
{
	struct addr *const hand[3] = {m, a, a};
	int64_t ids[PROXY_IPS];
	size_t n;
	int rc = held_now(s, m, ids, &n);

	return rc == 0 ? give_back_all(s, hand, ids, n) : rc;
}

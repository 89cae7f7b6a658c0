/*
 * host: see host.h.  A host that holds flows is pinned: its quota list must
 * not vanish under them.
 */
#include <string.h>

#include "base/clock.h"
#include "net/host.h"

int
hosts_init(struct hosts *h, uint32_t max, const struct hash_key *key)
{
	int err;

	memset(h, 0, sizeof *h);
	h->hash_key = *key;
	if ((err = pool_init(&h->pool, max, sizeof(struct host))) < 0) {
		return err;
	}
	if ((err = ht_init(&h->ht, max)) < 0) {
		pool_done(&h->pool);
		return err;
	}
	return 0;
}

void
hosts_done(struct hosts *h)
{
	ht_done(&h->ht);
	pool_done(&h->pool);
}

static void
make_key(uint64_t key[3], uint8_t ipver, const struct ev_ip *ip,
    const uint16_t *vlan, uint8_t vlan_n)
{
	memcpy(key, ip->a, 16);
	key[2] = ipver;
	for (uint8_t i = 0; i < vlan_n; i++) {
		key[2] = key[2] << 12 | (vlan[i] & 0xfff);
	}
}

/* The oldest host without flows makes room; pinned ones are not listed. */
static bool
make_room(struct hosts *h)
{
	uint32_t i = pool_oldest(&h->pool);
	struct host *old;

	if (i == POOL_NONE) {
		return false;
	}
	old = host_at(h, i);
	ht_remove(&h->ht, old->hash, i);
	pool_put(&h->pool, i);
	h->evicted++;
	return true;
}

struct host *
host_get(struct hosts *h, uint8_t ipver, const struct ev_ip *ip,
    const uint16_t *vlan, uint8_t vlan_n, uint64_t now_ns)
{
	uint64_t key[3], hash;
	struct host *x;
	uint32_t at;

	make_key(key, ipver, ip, vlan, vlan_n);
	hash = hash_place(&h->hash_key, key, 3);
	HT_FOREACH (&h->ht, hash, i) {
		x = host_at(h, i);
		if (!words_equal(x->key, key, 3)) {
			continue;
		}
		if (x->flows == 0 && now_ns > x->last_ns + NS_PER_SEC) {
			pool_touch(&h->pool, i);
			x->last_ns = now_ns;
		}
		return x;
	}
	if (pool_is_full(&h->pool) && !make_room(h)) {
		return NULL;
	}
	at = pool_get(&h->pool);
	x = host_at(h, at);
	memcpy(x->key, key, sizeof key);
	x->hash = hash;
	x->last_ns = now_ns;
	x->flow_oldest = x->flow_newest = POOL_NONE;
	ht_insert(&h->ht, hash, at);
	return x;
}

bool
host_missed(struct host *x, uint64_t now_ns)
{
	uint64_t wait = x->asked == 2 ? 600 * NS_PER_SEC : NS_PER_SEC;

	if (x->has_mac) {
		return false;
	}
	if (x->asked == 0) {
		x->asked = 1;
		x->asked_ns = now_ns;
		return false;
	}
	if (now_ns < x->asked_ns + wait) {
		return false;
	}
	x->asked = 2;
	x->asked_ns = now_ns;
	return true;
}

/* A bit for the interface; those beyond the eighth have none. */
static uint8_t
iface_bit(uint32_t iface)
{
	return iface < 8 ? (uint8_t)(1u << iface) : 0;
}

bool
host_bind(struct host *x, const uint8_t mac[6], uint32_t iface, uint64_t now_ns)
{
	bool first = !x->has_mac;

	if (!first && memcmp(x->mac, mac, 6) == 0) {
		bool there = (x->ifaces & iface_bit(iface)) == iface_bit(iface);

		x->ifaces |= iface_bit(iface);
		return !there;
	}
	/* Two MACs that take turns (redundancy, a routed mirror) are told
	 * once a second at most. */
	if (!first && now_ns < x->told_ns + NS_PER_SEC) {
		return false;
	}
	memcpy(x->mac, mac, 6);
	x->has_mac = true;
	x->ifaces = iface_bit(iface);
	x->told = HOST_TRAFFIC; /* what was told is of the other one */
	x->told_ns = now_ns;
	return true;
}

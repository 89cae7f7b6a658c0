/*
 * host: the addresses that this sensor has heard, each with the MAC address
 * that last spoke for it.  Tells `endpoint` events on first sight and on
 * change, and carries each source's quota of flows.
 */
#ifndef OTUS_NET_HOST_H
#define OTUS_NET_HOST_H

#include "base/err.h"
#include "base/hash.h"
#include "base/ht.h"
#include "base/pool.h"
#include "event/event.h"

/* How an endpoint event says that a MAC and an IP belong together: by what a
 * router had passed on, by other traffic, by a lease, by ARP or ND. */
enum host_told { HOST_ROUTED, HOST_TRAFFIC, HOST_LEASE, HOST_FIRM };

struct host {
	uint64_t key[3]; /* address, VLANs and version                 */
	uint64_t hash;
	uint64_t last_ns; /* last packet that touched it (coarse)       */
	uint64_t told_ns; /* last endpoint event                        */
	uint32_t flow_oldest, flow_newest; /* that this source opened      */
	uint32_t flows;
	uint8_t mac[6];
	bool has_mac;
	uint8_t told;   /* enum host_told: the best that was told      */
	uint8_t asked;  /* ARP asked for it: 1 once, 2 told            */
	bool guessed;   /* which system it may have was told (stack.h) */
	uint8_t ifaces; /* a bit each of the first eight: mac was told there */
	uint64_t asked_ns;
};

struct hosts {
	struct pool pool;
	struct ht ht;
	struct hash_key hash_key;
	uint64_t evicted;
};

int hosts_init(
    struct hosts *, uint32_t max, const struct hash_key *) MUST_CHECK;
void hosts_done(struct hosts *);

/* The host of an address, made when new; never NULL once initialised. */
struct host *host_get(struct hosts *, uint8_t ipver, const struct ev_ip *,
    const uint16_t *vlan, uint8_t vlan_n, uint64_t now_ns);

/*
 * Says that mac speaks for the host, as heard at iface.  True when that is
 * worth telling: first sight, there too, or another MAC than before (at most
 * once a second).
 */
bool host_bind(
    struct host *, const uint8_t mac[6], uint32_t iface, uint64_t now_ns);

/*
 * Somebody asks for an address that nobody has been heard with.  True when it
 * has gone unanswered and is asked for again, at most every ten minutes.
 */
bool host_missed(struct host *, uint64_t now_ns);

static inline uint32_t
host_index(const struct hosts *h, const struct host *x)
{
	return pool_index(&h->pool, x);
}

static inline struct host *
host_at(const struct hosts *h, uint32_t i)
{
	return pool_at(&h->pool, i);
}

#endif

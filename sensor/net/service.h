/*
 * service: which server ports have been told, so that `service` events come
 * on first sight and on change, over all flows to the same server.
 */
#ifndef OTUS_NET_SERVICE_H
#define OTUS_NET_SERVICE_H

#include "base/err.h"
#include "base/hash.h"
#include "base/ht.h"
#include "base/pool.h"
#include "net/flow.h"

struct services {
	struct pool pool;
	struct ht ht;
	struct hash_key hash_key;
};

int services_init(
    struct services *, uint32_t max, const struct hash_key *) MUST_CHECK;
void services_done(struct services *);
/* True when this says more of the flow's server than was told before. */
bool service_is_news(
    struct services *, const struct flow *, uint8_t server, bool answers);

#endif

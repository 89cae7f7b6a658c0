/*
 * partial: buffers for the head of a PDU whose rest has not arrived.
 *
 * Two sizes, both pooled: nearly every OT PDU fits the small one; the large
 * one holds what a dissector may ask for at most (DIS_NEED_MAX).  When a size
 * has run out the caller drops the partial PDU and tells a gap.
 */
#ifndef OTUS_NET_PARTIAL_H
#define OTUS_NET_PARTIAL_H

#include "base/err.h"
#include "base/pool.h"
#include "dissectors/dissector.h"

#define PARTIAL_SMALL 2048
#define PARTIAL_LARGE DIS_NEED_MAX

struct partials {
	struct pool small, large;
	uint64_t exhausted;
};

int partials_init(struct partials *) MUST_CHECK;
void partials_done(struct partials *);
/* A buffer of at least size bytes; POOL_NONE when there is none. */
uint32_t partial_get(struct partials *, size_t size);
void partial_put(struct partials *, uint32_t at); /* accepts POOL_NONE */
uint8_t *partial_bytes(const struct partials *, uint32_t at);
size_t partial_size(uint32_t at);
/*
 * Moves the first used bytes into a buffer of at least size bytes; the old
 * buffer is given back.  POOL_NONE when there is none: the old one stays.
 */
uint32_t partial_grow(struct partials *, uint32_t at, size_t used, size_t size);

#endif

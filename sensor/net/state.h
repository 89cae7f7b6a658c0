/*
 * state: memory for the dissectors' state of their flows, in four sizes, so
 * that a small state does not pay for the largest (style.md, Memory).
 */
#ifndef OTUS_NET_STATE_H
#define OTUS_NET_STATE_H

#include "base/err.h"
#include "base/pool.h"

#define STATE_CLASSES 4 /* 64, 128, 256 and 512 bytes */

struct states {
	struct pool pool[STATE_CLASSES];
};

/* Room for max states of each size (untouched memory costs nothing). */
int states_init(struct states *, uint32_t max) MUST_CHECK;
void states_done(struct states *);
/* Zeroed; never NULL while there are no more states than flows. */
void *state_get(struct states *, size_t size, uint32_t *ret_at);
void state_put(struct states *, size_t size, uint32_t at);

#endif

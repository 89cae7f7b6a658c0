/*
 * shared: state that several flows share, found by a key that the protocol
 * makes: a Forward Open on TCP and its I/O on UDP, by connection id.
 *
 * Bounded; the entry that was used longest ago makes room.
 */
#ifndef OTUS_NET_SHARED_H
#define OTUS_NET_SHARED_H

#include <stdbool.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/ht.h"
#include "base/pool.h"

#define SHARED_KEY_MAX     64
#define SHARED_SIZE_MAX    192
#define SHARED_RECENT_BITS 12

struct shared {
	struct pool pool;
	struct ht ht;
	struct hash_key hash_key;
	uint64_t evicted;
	uint32_t made;
	uint32_t recent[1 << SHARED_RECENT_BITS]; /* places in the pool */
};

int shared_init(
    struct shared *, uint32_t max, const struct hash_key *) MUST_CHECK;
void shared_done(struct shared *);
/* The entry's bytes: found, or made zeroed; NULL when absent, or when key or
 * size are over the maximum. */
void *shared_get(
    struct shared *, const void *key, size_t key_n, size_t size, bool make);
void shared_drop(struct shared *, const void *key, size_t key_n);

#endif

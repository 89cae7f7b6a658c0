/*
 * hash: keyed hashing of table keys (SipHash, Aumasson and Bernstein 2012).
 *
 * Addresses and ports come from the network, so a table that hashes them
 * without a secret key can be made to degenerate.  libsodium's SipHash-2-4
 * takes bytes through a call; the packet path needs whole words inline, so
 * the round function stands here and the unit test holds it to libsodium's
 * answers.  Tables use the 1-3 variant, as the Linux kernel and the Rust
 * library do for the same purpose.
 *
 * The key is random at every start: nothing that is printed, ordered or
 * evicted may depend on a hash value (architecture.md, section 2).
 */
#ifndef OTUS_BASE_HASH_H
#define OTUS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_key {
	uint64_t k0, k1;
};

#define HASH_ROTL(x, b) ((x) << (b) | (x) >> (64 - (b)))
#define HASH_ROUND(v0, v1, v2, v3)      \
	do {                            \
		v0 += v1;               \
		v1 = HASH_ROTL(v1, 13); \
		v1 ^= v0;               \
		v0 = HASH_ROTL(v0, 32); \
		v2 += v3;               \
		v3 = HASH_ROTL(v3, 16); \
		v3 ^= v2;               \
		v0 += v3;               \
		v3 = HASH_ROTL(v3, 21); \
		v3 ^= v0;               \
		v2 += v1;               \
		v1 = HASH_ROTL(v1, 17); \
		v1 ^= v2;               \
		v2 = HASH_ROTL(v2, 32); \
	} while (0)

/* SipHash-c-d over n whole words (little-endian machines). */
static inline uint64_t
hash_sip(const struct hash_key *k, const uint64_t *w, size_t n, int c, int d)
{
	uint64_t v0 = k->k0 ^ 0x736f6d6570736575ULL;
	uint64_t v1 = k->k1 ^ 0x646f72616e646f6dULL;
	uint64_t v2 = k->k0 ^ 0x6c7967656e657261ULL;
	uint64_t v3 = k->k1 ^ 0x7465646279746573ULL;
	uint64_t last = (uint64_t)(n * 8) << 56;

	for (size_t i = 0; i <= n; i++) {
		uint64_t m = i < n ? w[i] : last;

		v3 ^= m;
		for (int j = 0; j < c; j++) {
			HASH_ROUND(v0, v1, v2, v3);
		}
		v0 ^= m;
	}
	v2 ^= 0xff;
	for (int j = 0; j < d; j++) {
		HASH_ROUND(v0, v1, v2, v3);
	}
	return v0 ^ v1 ^ v2 ^ v3;
}

static inline uint64_t
hash_words(const struct hash_key *k, const uint64_t *w, size_t n)
{
	return hash_sip(k, w, n, 1, 3);
}

/* Any bytes, any length. */
uint64_t hash_bytes(const struct hash_key *, const void *, size_t);
/* A fresh random key; OTUS_HASH_KEY (32 hex digits) fixes it for tests. */
void hash_key_init(struct hash_key *);

#endif

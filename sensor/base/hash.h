/*
 * hash: keyed hashing of table keys (SipHash, Aumasson and Bernstein 2012).
 *
 * Addresses and ports come from the network, so a table that hashes them
 * without a secret key can be made to degenerate.  libsodium's SipHash-2-4
 * takes bytes through a call; the packet path needs whole words inline, so
 * the round function stands here and the unit test holds it to libsodium's
 * answers.  The 1-3 variant is used, as by the Linux kernel and the Rust
 * library for the same purpose.
 *
 * Where the hash stands for what was hashed, it is SipHash, but for names.
 * Tables that compare whole keys take hash_place().
 *
 * The key is random at every start: nothing that is printed, ordered or
 * evicted may depend on a hash value (architecture.md, section 2).
 */
#ifndef OTUS_BASE_HASH_H
#define OTUS_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

static inline uint64_t
hash_mul(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Up to sixteen bytes as two words that differ when the bytes do, for one
 * length: the words overlap. */
static inline void
hash_pair(const uint8_t *p, size_t n, uint64_t ret[2])
{
	uint32_t w[2];

	if (n >= 8) {
		memcpy(&ret[0], p, 8);
		memcpy(&ret[1], p + n - 8, 8);
	} else if (n >= 4) {
		memcpy(&w[0], p, 4);
		memcpy(&w[1], p + n - 4, 4);
		ret[0] = w[0];
		ret[1] = w[1];
	} else {
		ret[0] = n == 0 ? 0
				: (uint64_t)p[0] << 16 |
				      (uint64_t)p[n / 2] << 8 | p[n - 1];
		ret[1] = 0;
	}
}

/*
 * A word that equals its half of the key makes a product of nothing, and what
 * came before it is forgotten: nobody can find one under a random key, but
 * zeros are frequent, and keys that tests fix may be simple.  So no half is.
 */
#define HASH_K0 0xc2b2ae3d27d4eb4fULL
#define HASH_K1 0x165667b19e3779f9ULL

/*
 * Where to look in a table whose keys are compared afterwards: of what is
 * looked up with every packet SipHash would be the dearest part.  Two words are
 * multiplied under the key at a time.  Who sees no hash cannot tell which keys
 * share a place, and if some do, they are told apart.
 */
static inline uint64_t
hash_place(const struct hash_key *k, const uint64_t *w, size_t n)
{
	const uint64_t k0 = k->k0 ^ HASH_K0, k1 = k->k1 ^ HASH_K1;
	uint64_t hash = (uint64_t)n * 0x9e3779b97f4a7c15ULL;
	size_t i = 0;

	for (; i + 1 < n; i += 2) {
		hash = hash_mul(hash ^ w[i] ^ k0, w[i + 1] ^ k1);
	}
	if (i < n) {
		hash = hash_mul(hash ^ w[i] ^ k0, k1);
	}
	return hash_mul(hash ^ k1, k0 ^ 0x9e3779b97f4a7c15ULL);
}

/*
 * For names, of which there is one in most values: sixteen bytes by one
 * multiplication under the key.  It is weaker than SipHash.  Who knows no hash
 * has nothing to search by for two names with the same; but what is kept under
 * it, and where nobody looks at the name again, may be no more than the last
 * value of a point or the count of a request.
 */
static inline uint64_t
hash_name(const struct hash_key *k, const void *name, size_t n)
{
	uint64_t hash = (uint64_t)n * 0x9e3779b97f4a7c15ULL, w[2];
	const uint64_t k0 = k->k0 ^ HASH_K0, k1 = k->k1 ^ HASH_K1;
	const uint8_t *p = name;

	for (; n > sizeof(w); p += sizeof(w), n -= sizeof(w)) {
		memcpy(w, p, sizeof(w));
		hash = hash_mul(hash ^ w[0] ^ k0, w[1] ^ k1);
	}
	hash_pair(p, n, w);
	hash = hash_mul(hash ^ w[0] ^ k0, w[1] ^ k1);
	return hash_mul(hash ^ k1, k0 ^ 0x9e3779b97f4a7c15ULL);
}

/*
 * For whole datagrams, that one is known again: as hash_name(), in two lanes.
 */
uint64_t hash_long(const struct hash_key *, const void *, size_t);
/* Any bytes, any length. */
uint64_t hash_bytes(const struct hash_key *, const void *, size_t);
/* A fresh random key; OTUS_HASH_KEY (32 hex digits) fixes it for tests. */
void hash_key_init(struct hash_key *);

/* Whether two keys of n words are the same; a call of memcmp costs more. */
static inline bool
words_equal(const uint64_t *a, const uint64_t *b, size_t n)
{
	uint64_t differs = 0;

	for (size_t i = 0; i < n; i++) {
		differs |= a[i] ^ b[i];
	}
	return differs == 0;
}

/* Likewise of n bytes, few of them. */
static inline bool
bytes_equal(const void *a, const void *b, size_t n)
{
	const uint8_t *p = a, *q = b;
	uint64_t v[2], w[2];

	for (; n > sizeof(v); p += sizeof(v), q += sizeof(v), n -= sizeof(v)) {
		memcpy(v, p, sizeof(v));
		memcpy(w, q, sizeof(w));
		if (v[0] != w[0] || v[1] != w[1]) {
			return false;
		}
	}
	hash_pair(p, n, v);
	hash_pair(q, n, w);
	return v[0] == w[0] && v[1] == w[1];
}

#endif

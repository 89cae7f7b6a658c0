/*
 * hash: SipHash over bytes, and where the key comes from.
 *
 * The words that hash.h takes are little-endian by the algorithm's
 * definition.  Values never leave the process, so another byte order would
 * only lose the comparison with libsodium; it is refused rather than left
 * untested.
 */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "otus is built and tested for little-endian machines only"
#endif

uint64_t
hash_bytes(const struct hash_key *k, const void *p, size_t n)
{
	const uint8_t *b = p;
	uint64_t v0 = k->k0 ^ 0x736f6d6570736575ULL;
	uint64_t v1 = k->k1 ^ 0x646f72616e646f6dULL;
	uint64_t v2 = k->k0 ^ 0x6c7967656e657261ULL;
	uint64_t v3 = k->k1 ^ 0x7465646279746573ULL;
	uint64_t last = (uint64_t)n << 56; /* the length modulo 256 */
	uint64_t w;

	for (; n >= sizeof(w); b += sizeof(w), n -= sizeof(w)) {
		memcpy(&w, b, sizeof(w));
		v3 ^= w;
		HASH_ROUND(v0, v1, v2, v3);
		v0 ^= w;
	}
	for (size_t i = 0; i < n; i++) {
		last |= (uint64_t)b[i] << (8 * i);
	}
	v3 ^= last;
	HASH_ROUND(v0, v1, v2, v3);
	v0 ^= last;
	v2 ^= 0xff;
	for (int i = 0; i < 3; i++) {
		HASH_ROUND(v0, v1, v2, v3);
	}
	return v0 ^ v1 ^ v2 ^ v3;
}

uint64_t
hash_long(const struct hash_key *k, const void *bytes, size_t n)
{
	uint64_t a = (uint64_t)n * 0x9e3779b97f4a7c15ULL, b = ~a, w[4];
	const uint64_t k0 = k->k0 ^ HASH_K0, k1 = k->k1 ^ HASH_K1;
	const uint8_t *p = bytes;

	/* Both multiply at once; each waits for its own product alone. */
	for (; n > sizeof(w); p += sizeof(w), n -= sizeof(w)) {
		memcpy(w, p, sizeof(w));
		a = hash_mul(a ^ w[0] ^ k0, w[1] ^ k1);
		b = hash_mul(b ^ w[2] ^ k1, w[3] ^ k0);
	}
	return hash_mul(a ^ k0, b ^ k1) ^ hash_name(k, p, n);
}

void
hash_key_init(struct hash_key *ret_key)
{
	const char *fixed = getenv("OTUS_HASH_KEY");
	uint8_t b[sizeof(*ret_key)];
	size_t n = 0;
	int rc;

	/* A value that is not 32 hex digits must not weaken the key. */
	if (fixed != NULL && strlen(fixed) == 2 * sizeof(b) &&
	    sodium_hex2bin(
		b, sizeof(b), fixed, 2 * sizeof(b), NULL, &n, NULL) == 0 &&
	    n == sizeof(b)) {
		memcpy(ret_key, b, sizeof(b));
		return;
	}
	rc = sodium_init();
	assert(rc >= 0); /* fails only where the system has no randomness */
	(void)rc;
	randombytes_buf(ret_key, sizeof(*ret_key));
}

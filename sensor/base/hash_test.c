/*
 * Unit tests of keyed hashing, against two other implementations: libsodium
 * for the 2-4 variant, CPython 3.11 for the 1-3 variant.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "base/hash.h"

static void
test_sip24_equals_libsodium(void **state)
{
	uint64_t seed = 1;

	for (int round = 0; round < 20000; round++) {
		size_t n = test_random(&seed) % 33;
		uint64_t w[32], want;
		struct hash_key k;
		uint8_t key[16];

		k.k0 = test_random(&seed);
		k.k1 = test_random(&seed);
		memcpy(key, &k, sizeof(key));
		for (size_t i = 0; i < n; i++) {
			w[i] = test_random(&seed);
		}
		crypto_shorthash(
		    (uint8_t *)&want, (const uint8_t *)w, 8 * n, key);
		assert_true(hash_sip(&k, w, n, 2, 4) == want);
	}
}

/*
 * PYTHONHASHSEED=0 python3 -c 'print([hex(hash(bytes(range(1, n + 1)))
 *     & 2**64 - 1) for n in range(1, 18)])': SipHash-1-3 with a zero key.
 */
static const uint64_t cpython[] = {
    0x44bc103b1f8540ed,
    0x1d6b299344bab347,
    0x60ec29c17db287a3,
    0xe7b1a066360ba9d4,
    0xde682ee70fbebc3f,
    0x12bad75bbd13f182,
    0xb1cd85cc334196fa,
    0x884ccc87cb0e5fb0,
    0x027ed508fe95acb3,
    0xcb7e0c6c167ecd44,
    0x170597e73eb4d0e9,
    0xb6258cdf4b014d08,
    0x7d687c47a4c316a7,
    0x7376b86f4e098b22,
    0x75e46d4257851550,
    0xe05d12a0a4b2d063,
    0x85e152444239b234,
};

static void
test_bytes_equal_cpython(void **state)
{
	const struct hash_key k = {0, 0};
	uint8_t b[17];

	for (size_t n = 0; n < sizeof(b); n++) {
		b[n] = (uint8_t)(n + 1);
		assert_true(hash_bytes(&k, b, n + 1) == cpython[n]);
	}
}

static void
test_words_equal_bytes(void **state)
{
	uint64_t seed = 2, w[40];
	struct hash_key k;

	k.k0 = test_random(&seed);
	k.k1 = test_random(&seed);
	for (size_t n = 0; n <= 40; n++) {
		assert_true(hash_words(&k, w, n) == hash_bytes(&k, w, 8 * n));
		if (n < 40) {
			w[n] = test_random(&seed);
		}
	}
}

static void
test_length_counts(void **state)
{
	const struct hash_key k = {1, 2};
	const uint8_t zero[16] = {0};

	for (size_t n = 0; n < sizeof(zero); n++) {
		assert_true(
		    hash_bytes(&k, zero, n) != hash_bytes(&k, zero, n + 1));
	}
}

static void
test_key_counts(void **state)
{
	struct hash_key a = {1, 2}, b = {1, 3}, c = {2, 2};
	uint64_t w = 7;

	assert_true(hash_words(&a, &w, 1) != hash_words(&b, &w, 1));
	assert_true(hash_words(&a, &w, 1) != hash_words(&c, &w, 1));
}

static void
test_key_can_be_fixed(void **state)
{
	struct hash_key k = {0, 0};

	assert_int_equal(
	    setenv("OTUS_HASH_KEY", "0102030405060708090a0b0c0d0e0f10", 1), 0);
	hash_key_init(&k);
	assert_true(k.k0 == 0x0807060504030201);
	assert_true(k.k1 == 0x100f0e0d0c0b0a09);
}

static void
test_key_is_random_otherwise(void **state)
{
	static const char *const no_key[] = {NULL, "", "00",
	    "0102030405060708090a0b0c0d0e0f1",
	    "0102030405060708090a0b0c0d0e0f101",
	    "0102030405060708090a0b0c0d0e0fxx"};

	for (size_t i = 0; i < sizeof(no_key) / sizeof(no_key[0]); i++) {
		struct hash_key a = {0, 0}, b = {0, 0};

		if (no_key[i] == NULL) {
			(void)unsetenv("OTUS_HASH_KEY");
		} else {
			(void)setenv("OTUS_HASH_KEY", no_key[i], 1);
		}
		hash_key_init(&a);
		hash_key_init(&b);
		assert_true(a.k0 != b.k0 && a.k1 != b.k1);
		assert_true(a.k0 != 0 && a.k1 != 0);
	}
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* One bit, or one more of the same byte, is another name. */
static void
test_names_have_hashes_of_their_own(void **state)
{
	struct hash_key key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
	static uint64_t all[65 * 8 * 64];
	uint8_t name[64] = {0};
	size_t count = 0;

	(void)state;
	for (size_t n = 0; n <= sizeof(name); n++) {
		all[count++] = hash_name(&key, name, n);
		for (size_t bit = 0; bit < 8 * n; bit++) {
			name[bit / 8] ^= (uint8_t)(1u << bit % 8);
			all[count++] = hash_name(&key, name, n);
			name[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	qsort(all, count, sizeof(all[0]), by_value);
	for (size_t i = 1; i < count; i++) {
		assert_true(all[i] != all[i - 1]);
	}
}

/* Every bit of every length counts, also among zeros under a simple key. */
static void
every_bit_counts(const struct hash_key *key)
{
	enum { LONGEST = 100 };
	static uint64_t all[LONGEST * (8 * LONGEST + 2)];
	uint8_t b[LONGEST] = {0};
	size_t count = 0;

	for (size_t n = 0; n < LONGEST; n++) {
		all[count++] = hash_long(key, b, n);
		for (size_t bit = 0; bit < 8 * n; bit++) {
			b[bit / 8] ^= (uint8_t)(1u << bit % 8);
			all[count++] = hash_long(key, b, n);
			b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	qsort(all, count, sizeof(all[0]), by_value);
	for (size_t i = 1; i < count; i++) {
		assert_true(all[i] != all[i - 1]);
	}
}

static void
test_datagrams_have_hashes_of_their_own(void **state)
{
	static const struct hash_key keys[] = {
	    {0x0123456789abcdefULL, 0xfedcba9876543210ULL}, {0, 0},
	    {0xa5a5a5a5a5a5a5a5ULL, 0xa5a5a5a5a5a5a5a5ULL}};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		every_bit_counts(&keys[i]);
	}
}

/*
 * Keys as networks have them, one bit of difference here or there, fill a table
 * as if by lot: of m places n keys take m (1 - e^(-n/m)), give or take sixty.
 */
static void
places_are_by_lot(const struct hash_key *key, size_t words, int shift)
{
	enum { PLACES = 1 << 16, KEYS = 1 << 15, MEAN = 25787, OFF = 400 };
	static bool taken[PLACES];
	int count = 0;

	memset(taken, 0, sizeof(taken));
	for (uint64_t i = 0; i < KEYS; i++) {
		uint64_t w[7] = {0x1f600c0a8000100 + (i & 0xff) * 0x100,
		    (i >> 8) << shift, i * 3, 0, i & 1, 0, i >> 3};
		bool *at = &taken[hash_place(key, w, words) % PLACES];

		count += !*at;
		*at = true;
	}
	assert_in_range(count, MEAN - OFF, MEAN + OFF);
}

static void
test_places_are_by_lot(void **state)
{
	static const struct hash_key keys[] = {
	    {0x0123456789abcdefULL, 0xfedcba9876543210ULL}, {0, 0}, {1, 0},
	    {0xa5a5a5a5a5a5a5a5ULL, 0xa5a5a5a5a5a5a5a5ULL}};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		for (size_t words = 2; words <= 7; words++) {
			for (int shift = 0; shift <= 56; shift += 8) {
				places_are_by_lot(&keys[i], words, shift);
			}
		}
	}
}

static void
test_bytes_are_equal_when_all_are(void **state)
{
	uint8_t a[50], b[50];

	(void)state;
	for (size_t n = 0; n < sizeof(a); n++) {
		memset(a, 'x', sizeof(a));
		memcpy(b, a, sizeof(b));
		b[n] = 'y'; /* the one behind them */
		assert_true(bytes_equal(a, b, n));
		for (size_t i = 0; i < n; i++) {
			b[i] ^= 1;
			assert_false(bytes_equal(a, b, n));
			b[i] ^= 1;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sip24_equals_libsodium),
	    cmocka_unit_test(test_bytes_equal_cpython),
	    cmocka_unit_test(test_words_equal_bytes),
	    cmocka_unit_test(test_names_have_hashes_of_their_own),
	    cmocka_unit_test(test_datagrams_have_hashes_of_their_own),
	    cmocka_unit_test(test_places_are_by_lot),
	    cmocka_unit_test(test_bytes_are_equal_when_all_are),
	    cmocka_unit_test(test_length_counts),
	    cmocka_unit_test(test_key_counts),
	    cmocka_unit_test(test_key_can_be_fixed),
	    cmocka_unit_test(test_key_is_random_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

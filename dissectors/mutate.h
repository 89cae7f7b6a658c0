/*
 * mutate: for tests of protocols on TCP: messages that are right but for one
 * bit, or end anywhere.  Of one that is only begun nothing is told.
 *
 * The harness holds the parser to its contract, whatever it makes of them.
 */
#ifndef OTUS_DISSECTORS_MUTATE_H
#define OTUS_DISSECTORS_MUTATE_H

#include "base/test.h"
#include "dissectors/harness.h"

struct mutate {
	const char *const *message; /* as hex digits                       */
	size_t n;
	unsigned of_b; /* a bit each: B sends it with a bit turned round     */
	/* What goes before it, of either side in turn, A first, and what A
	 * sends behind it; NULL: no more, nothing. */
	const char *before[4];
	const char *after;
};

static inline void
mutate_begin(struct harness *h, const struct mutate *m)
{
	harness_reset(h);
	for (size_t i = 0; i < 4 && m->before[i] != NULL; i++) {
		harness_hex(h, i % 2 == 0 ? A : B, m->before[i]);
	}
}

static inline void
mutate_one(struct harness *h, const struct mutate *m, uint8_t side,
    uint8_t *bytes, size_t n)
{
	for (size_t bit = 0; bit < 8 * n; bit++) {
		h->segment = bit % 3;
		mutate_begin(h, m);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		harness_send(h, side, bytes, n);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (m->after != NULL) {
			harness_hex(h, A, m->after);
		}
		assert_false(h->failed);
	}
	for (size_t have = 0; have < n; have++) {
		mutate_begin(h, m);
		harness_send_cut(h, side, bytes, have);
		assert_false(h->failed);
		harness_reset(h);
		harness_send(h, A, bytes, have);
		assert_int_equal(h->events, 0);
	}
}

static inline void
mutate_all(struct harness *h, const struct mutate *m)
{
	uint8_t bytes[512];

	for (size_t i = 0; i < m->n; i++) {
		size_t n = harness_unhex(m->message[i], bytes, sizeof(bytes));

		mutate_one(h, m, m->of_b >> i & 1 ? B : A, bytes, n);
	}
}

#endif

/*
 * Fuzzer of the bounded reader.  The input is a program: its first bytes
 * choose reads over the rest, and a plain offset beside the reader says what
 * each of them must do.
 */
#include <stdlib.h>

#include "base/rd.h"

#define STEPS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* n bytes at p as a number. */
static uint64_t
number(const uint8_t *p, size_t n, bool big)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++) {
		v = v << 8 | p[big ? i : n - 1 - i];
	}
	return v;
}

static uint64_t
read_number(struct rd *r, unsigned what, size_t *ret_n, bool *ret_big)
{
	static const uint8_t width[] = {1, 2, 3, 4, 8, 2, 4, 8};

	*ret_n = width[what];
	*ret_big = what < 5;
	switch (what) {
	case 0: return rd_u8(r);
	case 1: return rd_be16(r);
	case 2: return rd_be24(r);
	case 3: return rd_be32(r);
	case 4: return rd_be64(r);
	case 5: return rd_le16(r);
	case 6: return rd_le32(r);
	default: return rd_le64(r);
	}
}

/* One step on r, which has left bytes at p and has failed or not. */
static void
step(struct rd *r, unsigned op, size_t arg)
{
	const uint8_t *p = r->p;
	size_t left = rd_left(r), n = arg;
	bool failed = !rd_ok(r), big;
	uint8_t out[256];
	struct rd child;
	uint64_t v;

	require(!failed || left == 0);
	if (op < 8) {
		v = read_number(r, op, &n, &big);
		require(v == (n <= left ? number(p, n, big) : 0));
	} else if (op == 8) {
		rd_skip(r, n);
	} else if (op == 9) {
		child = rd_sub(r, n);
		require(rd_ok(&child) == (!failed && n <= left));
		require(rd_left(&child) == (n <= left ? n : 0));
		rd_skip(&child, n + 1); /* cannot leave its own end */
		require(!rd_ok(&child) && rd_left(&child) == 0);
	} else if (op == 10) {
		rd_copy(r, out, n);
		for (size_t i = 0; i < n; i++) {
			require(out[i] == (n <= left ? p[i] : 0));
		}
	} else {
		n = left;
		child = rd_rest(r);
		require(rd_left(&child) == left);
	}
	require(rd_left(r) == (n <= left ? left - n : 0));
	require(rd_ok(r) == (!failed && n <= left));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd program, r;
	size_t steps = size / 2 < STEPS_MAX ? size / 2 : STEPS_MAX;

	program = rd_make(data, size);
	r = rd_make(data + steps, size - steps);
	for (size_t i = 0; i < steps; i++) {
		unsigned op = rd_u8(&program);

		step(&r, op % 12, op / 12 * 3);
	}
	return 0;
}

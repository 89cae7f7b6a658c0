/*
 * Reassembly: order, overlap, ends, bounds, and who makes room for whom.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "limits.h"
#include "net/frag.h"

#define T0 (1000 * NS_PER_SEC)

static const struct hash_key hash_key = {0x0123456789abcdef, 42};

static struct frag *
make(uint32_t datagrams, uint32_t per_source, uint32_t chunks)
{
	struct frag_limits l = {datagrams, per_source, chunks};
	struct frag *f;

	assert_int_equal(frag_new(&l, &hash_key, &f), 0);
	return f;
}

/* An IPv4 fragment from 10.0.0.src with identification id. */
static struct pkt
piece(
    uint8_t src, uint32_t id, uint32_t off, bool more, const void *p, size_t n)
{
	return (struct pkt){.l3 = PKT_L3_IP4,
	    .l4 = PKT_L4_FRAG,
	    .ipver = 4,
	    .ip_proto = 17,
	    .src = {{10, 0, 0, src}},
	    .dst = {{10, 0, 0, 99}},
	    .ip_id = id,
	    .has_ip_id = true,
	    .frag_off = off,
	    .frag_more = more,
	    .payload = rd_make(p, n)};
}

static struct rd whole;
static uint8_t proto;

static int
push_at(struct frag *f, struct pkt p, uint64_t now_ns)
{
	whole = rd_failed();
	proto = 0;
	return frag_push(f, &p, now_ns, &whole, &proto);
}

static int
push(struct frag *f, struct pkt p)
{
	return push_at(f, p, T0);
}

static void
assert_whole(const char *text)
{
	assert_int_equal(rd_left(&whole), strlen(text));
	assert_memory_equal(whole.p, text, strlen(text));
}

/* --- order and overlap --------------------------------------------------- */

static void
test_two_in_order_are_whole(void **state)
{
	struct frag *f = make(4, 4, 32);

	assert_int_equal(push(f, piece(1, 7, 0, true, "abcdefgh", 8)), 0);
	assert_int_equal(push(f, piece(1, 7, 8, false, "xyz", 3)), 1);
	assert_whole("abcdefghxyz");
	assert_int_equal(proto, 17);
	assert_int_equal(frag_stats(f)->whole, 1);
	assert_int_equal(frag_stats(f)->fragments, 2);
	frag_free(f);
}

static void
test_any_order_is_whole(void **state)
{
	static const uint8_t order[6][3] = {
	    {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	static const char *const text = "abcdefghABCDEFGHxyz";

	for (int i = 0; i < 6; i++) {
		struct frag *f = make(4, 4, 32);

		for (int k = 0; k < 3; k++) {
			uint32_t at = order[i][k] * 8u;
			bool last = at == 16;

			assert_int_equal(push(f, piece(1, 7, at, !last,
						     text + at, last ? 3 : 8)),
			    k == 2);
		}
		assert_whole(text);
		frag_free(f);
	}
}

static void
test_repeat_is_counted(void **state)
{
	struct frag *f = make(4, 4, 32);

	assert_int_equal(push(f, piece(1, 7, 0, true, "abcdefgh", 8)), 0);
	assert_int_equal(push(f, piece(1, 7, 0, true, "abcdefgh", 8)), 0);
	assert_int_equal(frag_stats(f)->repeats, 1);
	assert_int_equal(frag_stats(f)->conflicts, 0);
	assert_int_equal(push(f, piece(1, 7, 8, false, "xyz", 3)), 1);
	assert_whole("abcdefghxyz");
	frag_free(f);
}

static void
test_bytes_seen_first_stand(void **state)
{
	struct frag *f = make(4, 4, 32);

	assert_int_equal(push(f, piece(1, 7, 8, true, "ABCDEFGH", 8)), 0);
	assert_int_equal(
	    push(f, piece(1, 7, 0, true, "abcdefghEVILEVIL", 16)), 0);
	assert_int_equal(frag_stats(f)->conflicts, 1);
	assert_int_equal(push(f, piece(1, 7, 16, false, "xyz", 3)), 1);
	assert_whole("abcdefghABCDEFGHxyz");
	frag_free(f);
}

/* --- ends ---------------------------------------------------------------- */

static void
test_end_before_what_was_seen_is_not_used(void **state)
{
	struct frag *f = make(4, 4, 32);

	assert_int_equal(push(f, piece(1, 7, 8, true, "ABCDEFGH", 8)), 0);
	assert_int_equal(push(f, piece(1, 7, 0, false, "ab", 2)), 0);
	assert_int_equal(frag_stats(f)->conflicts, 1);
	assert_int_equal(push(f, piece(1, 7, 0, true, "abcdefgh", 8)), 0);
	assert_int_equal(push(f, piece(1, 7, 16, false, "x", 1)), 1);
	assert_whole("abcdefghABCDEFGHx");
	frag_free(f);
}

static void
test_first_end_stands(void **state)
{
	struct frag *f = make(4, 4, 32);

	assert_int_equal(push(f, piece(1, 7, 8, false, "xyz", 3)), 0);
	assert_int_equal(push(f, piece(1, 7, 8, false, "xyzz", 4)), 0);
	assert_int_equal(push(f, piece(1, 7, 16, true, "ABCDEFGH", 8)), 0);
	assert_int_equal(frag_stats(f)->conflicts, 2);
	assert_int_equal(push(f, piece(1, 7, 0, true, "abcdefgh", 8)), 1);
	assert_whole("abcdefghxyz");
	frag_free(f);
}

static void
test_what_no_sender_may_send_is_bad(void **state)
{
	static const uint8_t bytes[16];
	struct frag *f = make(4, 4, 32);

	/* Not a multiple of 8 although more follow. */
	assert_int_equal(push(f, piece(1, 7, 0, true, bytes, 12)), ERR_PEER);
	assert_false(rd_ok(&whole)); /* not written */
	/* Nothing in it. */
	assert_int_equal(push(f, piece(1, 7, 8, false, bytes, 0)), ERR_PEER);
	/* Beyond the largest datagram by one. */
	assert_int_equal(
	    push(f, piece(1, 7, 65528, false, bytes, 8)), ERR_PEER);
	assert_int_equal(frag_stats(f)->bad, 3);
	assert_int_equal(push(f, piece(1, 7, 65528, false, bytes, 7)), 0);
	assert_int_equal(frag_stats(f)->bad, 3);
	frag_free(f);
}

static void
test_cut_fragment_is_counted_and_not_used(void **state)
{
	struct frag *f = make(4, 4, 32);
	struct pkt p = piece(1, 7, 0, true, "abcd", 4);

	p.missing = 4;
	assert_int_equal(push(f, p), 0);
	assert_int_equal(frag_stats(f)->cut, 1);
	assert_int_equal(push(f, piece(1, 7, 8, false, "xyz", 3)), 0);
	assert_int_equal(push(f, piece(1, 7, 0, true, "abcdefgh", 8)), 1);
	assert_whole("abcdefghxyz");
	frag_free(f);
}

/* --- whose --------------------------------------------------------------- */

static void
test_other_keys_do_not_mix(void **state)
{
	struct frag *f = make(16, 16, 64);
	struct pkt last = piece(1, 7, 8, false, "xyz", 3), p;

	assert_int_equal(push(f, piece(1, 7, 0, true, "abcdefgh", 8)), 0);
	p = last;
	p.ip_id = 8;
	assert_int_equal(push(f, p), 0);
	p = last;
	p.src.a[3] = 2;
	assert_int_equal(push(f, p), 0);
	p = last;
	p.dst.a[3] = 98;
	assert_int_equal(push(f, p), 0);
	p = last;
	p.ip_proto = 6;
	assert_int_equal(push(f, p), 0);
	p = last;
	p.ipver = 6;
	assert_int_equal(push(f, p), 0);
	p = last;
	p.vlan_n = 1;
	p.vlan[0] = 10;
	assert_int_equal(push(f, p), 0);
	assert_int_equal(push(f, last), 1);
	assert_whole("abcdefghxyz");
	frag_free(f);
}

static void
test_ip6_protocol_is_the_first_fragments(void **state)
{
	struct frag *f = make(4, 4, 32);
	struct pkt p = piece(1, 7, 8, false, "xyz", 3);

	p.ipver = 6;
	p.ip_proto = 59;
	assert_int_equal(push(f, p), 0);
	p = piece(1, 7, 0, true, "abcdefgh", 8);
	p.ipver = 6;
	p.ip_proto = 17;
	assert_int_equal(push(f, p), 1);
	assert_int_equal(proto, 17);
	frag_free(f);
}

static void
test_mirrored_twice_is_whole_once(void **state)
{
	struct frag *f = make(4, 4, 32);
	struct pkt first = piece(1, 7, 0, true, "abcdefgh", 8);
	struct pkt last = piece(1, 7, 8, false, "xyz", 3);

	assert_int_equal(push_at(f, first, T0), 0);
	assert_int_equal(push_at(f, last, T0), 1);
	assert_int_equal(push_at(f, first, T0 + 10 * NS_PER_MS), 0);
	assert_int_equal(push_at(f, last, T0 + 10 * NS_PER_MS), 0);
	assert_int_equal(frag_stats(f)->late, 2);
	/* Later it is another datagram with the same identification. */
	first = piece(1, 7, 0, true, "ABCDEFGH", 8);
	assert_int_equal(push_at(f, first, T0 + 10 * NS_PER_MS + 1), 0);
	assert_int_equal(push_at(f, last, T0 + 10 * NS_PER_MS + 1), 1);
	assert_whole("ABCDEFGHxyz");
	frag_free(f);
}

/* --- bounds -------------------------------------------------------------- */

static void
test_largest_datagram_of_smallest_fragments(void **state)
{
	struct frag *f = make(4, 4, 32);
	uint8_t *bytes = malloc(65535);

	assert_non_null(bytes);
	for (size_t i = 0; i < 65535; i++) {
		bytes[i] = (uint8_t)(i * 31 + i / 256);
	}
	assert_int_equal(
	    push(f, piece(1, 7, 65528, false, bytes + 65528, 7)), 0);
	for (uint32_t off = 0; off < 65528; off += 8) {
		assert_int_equal(
		    push(f, piece(1, 7, off, true, bytes + off, 8)),
		    off == 65520);
	}
	assert_int_equal(rd_left(&whole), 65535);
	assert_memory_equal(whole.p, bytes, 65535);
	free(bytes);
	frag_free(f);
}

static void
test_old_datagrams_expire(void **state)
{
	struct frag *f = make(4, 4, 32);
	const uint64_t wait = LIMIT_FRAG_WAIT_S * NS_PER_SEC;

	assert_int_equal(push(f, piece(1, 7, 0, true, "abcdefgh", 8)), 0);
	/* A later fragment does not renew the time. */
	assert_int_equal(
	    push_at(f, piece(1, 7, 8, true, "ABCDEFGH", 8), T0 + NS_PER_SEC),
	    0);
	frag_expire(f, T0 + wait - 1);
	assert_int_equal(frag_stats(f)->expired, 0);
	frag_expire(f, T0 + wait);
	assert_int_equal(frag_stats(f)->expired, 1);
	assert_int_equal(
	    push_at(f, piece(1, 7, 16, false, "xyz", 3), T0 + wait), 0);
	frag_expire(f, UINT64_MAX);
	assert_int_equal(frag_stats(f)->expired, 2);
	frag_free(f);
}

static void
test_oldest_makes_room(void **state)
{
	struct frag *f = make(2, 2, 64);

	assert_int_equal(push(f, piece(1, 1, 0, true, "abcdefgh", 8)), 0);
	assert_int_equal(push(f, piece(2, 2, 0, true, "abcdefgh", 8)), 0);
	assert_int_equal(push(f, piece(3, 3, 0, true, "abcdefgh", 8)), 0);
	assert_int_equal(frag_stats(f)->evicted, 1);
	assert_int_equal(push(f, piece(2, 2, 8, false, "2", 1)), 1);
	assert_int_equal(push(f, piece(3, 3, 8, false, "3", 1)), 1);
	assert_int_equal(push(f, piece(1, 1, 8, false, "1", 1)), 0);
	frag_free(f);
}

static void
test_source_over_its_quota_loses_its_own(void **state)
{
	struct frag *f = make(8, 2, 64);

	assert_int_equal(push(f, piece(9, 1, 0, true, "abcdefgh", 8)), 0);
	for (uint32_t id = 1; id <= 5; id++) {
		assert_int_equal(
		    push(f, piece(1, id, 0, true, "abcdefgh", 8)), 0);
	}
	assert_int_equal(frag_stats(f)->evicted_quota, 3);
	assert_int_equal(frag_stats(f)->evicted, 0);
	assert_int_equal(push(f, piece(9, 1, 8, false, "9", 1)), 1);
	assert_int_equal(push(f, piece(1, 5, 8, false, "5", 1)), 1);
	assert_int_equal(push(f, piece(1, 4, 8, false, "4", 1)), 1);
	frag_free(f);
}

static void
test_quota_of_one_works(void **state)
{
	struct frag *f = make(8, 1, 64);

	for (uint32_t id = 1; id <= 3; id++) {
		assert_int_equal(
		    push(f, piece(1, id, 0, true, "abcdefgh", 8)), 0);
	}
	assert_int_equal(frag_stats(f)->evicted_quota, 2);
	assert_int_equal(push(f, piece(1, 3, 8, false, "x", 1)), 1);
	frag_free(f);
}

static void
test_chunks_come_from_the_oldest(void **state)
{
	/* Room for one full datagram, and two small ones hold a chunk. */
	struct frag *f = make(8, 8, 32);
	static uint8_t bytes[2048];

	assert_int_equal(push(f, piece(1, 1, 0, true, "abcdefgh", 8)), 0);
	assert_int_equal(push(f, piece(2, 2, 0, true, "abcdefgh", 8)), 0);
	for (uint32_t i = 0; i < 31; i++) {
		assert_int_equal(
		    push(f, piece(3, 3, i * 2048, true, bytes, 2048)), 0);
	}
	assert_int_equal(frag_stats(f)->evicted, 1);
	assert_int_equal(
	    push(f, piece(3, 3, 31 * 2048, false, bytes, 2047)), 1);
	assert_int_equal(frag_stats(f)->evicted, 2);
	assert_int_equal(rd_left(&whole), 65535);
	frag_free(f);
}

static void
test_datagram_is_spared_by_its_own_need(void **state)
{
	/* The one that grows is the oldest itself: the younger one goes. */
	struct frag *f = make(8, 8, 32);
	static uint8_t bytes[2048];

	assert_int_equal(push(f, piece(3, 3, 0, true, bytes, 2048)), 0);
	assert_int_equal(push(f, piece(1, 1, 0, true, "abcdefgh", 8)), 0);
	for (uint32_t i = 1; i < 31; i++) {
		assert_int_equal(
		    push(f, piece(3, 3, i * 2048, true, bytes, 2048)), 0);
	}
	assert_int_equal(frag_stats(f)->evicted, 0);
	assert_int_equal(
	    push(f, piece(3, 3, 31 * 2048, false, bytes, 2047)), 1);
	assert_int_equal(frag_stats(f)->evicted, 1);
	frag_free(f);
}

static void
test_piece_may_lie_in_the_last_whole(void **state)
{
	struct frag *f = make(4, 4, 32);

	/* A tunnel carried fragments in fragments. */
	assert_int_equal(push(f, piece(1, 7, 0, true, "ABCDEFGH", 8)), 0);
	assert_int_equal(push(f, piece(2, 7, 0, true, "abcdefgh", 8)), 0);
	assert_int_equal(push(f, piece(2, 7, 8, false, "xyz", 3)), 1);
	assert_int_equal(push(f, piece(1, 7, 8, false, whole.p, 11)), 1);
	assert_whole("ABCDEFGHabcdefghxyz");
	frag_free(f);
}

static void
test_shipped_limits_fit(void **state)
{
	struct frag *f;

	assert_int_equal(frag_new(NULL, &hash_key, &f), 0);
	for (uint32_t id = 0; id < 3 * LIMIT_FRAG_MAX; id++) {
		assert_int_equal(push(f, piece((uint8_t)(id / 32), id, 0, true,
					     "abcdefgh", 8)),
		    0);
	}
	assert_int_equal(frag_stats(f)->evicted, 2 * LIMIT_FRAG_MAX);
	frag_free(f);
	frag_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_two_in_order_are_whole),
	    cmocka_unit_test(test_any_order_is_whole),
	    cmocka_unit_test(test_repeat_is_counted),
	    cmocka_unit_test(test_bytes_seen_first_stand),
	    cmocka_unit_test(test_end_before_what_was_seen_is_not_used),
	    cmocka_unit_test(test_first_end_stands),
	    cmocka_unit_test(test_what_no_sender_may_send_is_bad),
	    cmocka_unit_test(test_cut_fragment_is_counted_and_not_used),
	    cmocka_unit_test(test_other_keys_do_not_mix),
	    cmocka_unit_test(test_ip6_protocol_is_the_first_fragments),
	    cmocka_unit_test(test_mirrored_twice_is_whole_once),
	    cmocka_unit_test(test_largest_datagram_of_smallest_fragments),
	    cmocka_unit_test(test_old_datagrams_expire),
	    cmocka_unit_test(test_oldest_makes_room),
	    cmocka_unit_test(test_source_over_its_quota_loses_its_own),
	    cmocka_unit_test(test_quota_of_one_works),
	    cmocka_unit_test(test_chunks_come_from_the_oldest),
	    cmocka_unit_test(test_datagram_is_spared_by_its_own_need),
	    cmocka_unit_test(test_piece_may_lie_in_the_last_whole),
	    cmocka_unit_test(test_shipped_limits_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

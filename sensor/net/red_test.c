/*
 * Duplicates of PRP and HSR: what is one, what is none, and for how long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "limits.h"
#include "net/decode.h"
#include "net/red.h"

#define T0     (1000 * NS_PER_SEC)
#define WINDOW (LIMIT_RED_WAIT_MS * NS_PER_MS)

enum { A = 0xa, B = 0xb };

static const struct hash_key hash_key = {0x0123456789abcdef, 42};
static const uint8_t mac_1[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t mac_2[6] = {2, 0, 0, 0, 0, 2};

static struct red *
make(uint32_t max)
{
	struct red *r;

	assert_int_equal(red_new(max, &hash_key, &r), 0);
	return r;
}

static struct pkt
frame(const uint8_t *smac, uint8_t lan, uint16_t seq, const char *text)
{
	return (struct pkt){.smac = smac,
	    .dmac = mac_2,
	    .ethertype = 0x88b8,
	    .has_red = true,
	    .red_lan = lan,
	    .red_seq = seq,
	    .payload = rd_make(text, strlen(text))};
}

static bool
seen(struct red *r, struct pkt p, uint64_t now_ns)
{
	return red_is_duplicate(r, &p, now_ns);
}

static void
test_second_copy_is_duplicate(void **state)
{
	struct red *r = make(16);

	assert_false(seen(r, frame(mac_1, A, 1, "x"), T0));
	assert_true(seen(r, frame(mac_1, B, 1, "x"), T0 + 1));
	assert_false(seen(r, frame(mac_1, B, 2, "x"), T0 + 2));
	assert_true(seen(r, frame(mac_1, A, 2, "x"), T0 + 3));
	assert_int_equal(red_stats(r)->duplicates, 2);
	assert_int_equal(red_stats(r)->same_lan, 0);
	assert_int_equal(red_stats(r)->prp[A], 2);
	assert_int_equal(red_stats(r)->prp[B], 2);
	red_free(r);
}

static void
test_same_lan_twice_is_duplicate_too(void **state)
{
	struct red *r = make(16);

	assert_false(seen(r, frame(mac_1, A, 1, "x"), T0));
	assert_true(seen(r, frame(mac_1, A, 1, "x"), T0));
	assert_true(seen(r, frame(mac_1, B, 1, "x"), T0));
	assert_true(seen(r, frame(mac_1, B, 1, "x"), T0));
	assert_int_equal(red_stats(r)->duplicates, 3);
	assert_int_equal(red_stats(r)->same_lan, 2);
	red_free(r);
}

static void
test_other_station_or_number_is_none(void **state)
{
	struct red *r = make(16);

	assert_false(seen(r, frame(mac_1, A, 1, "x"), T0));
	assert_false(seen(r, frame(mac_2, B, 1, "x"), T0));
	assert_false(seen(r, frame(mac_1, B, 2, "x"), T0));
	assert_false(seen(r, frame(mac_1, B, 0x0100, "x"), T0));
	assert_false(seen(r, frame(mac_1, B, 0x0101, "x"), T0));
	assert_int_equal(red_stats(r)->duplicates, 0);
	red_free(r);
}

static void
test_other_content_is_kept_and_counted(void **state)
{
	struct red *r = make(16);
	struct pkt p;

	assert_false(seen(r, frame(mac_1, A, 1, "read"), T0));
	assert_false(seen(r, frame(mac_1, B, 1, "stop"), T0));
	assert_int_equal(red_stats(r)->conflicts, 1);
	/* The first one's twin still is one. */
	assert_true(seen(r, frame(mac_1, B, 1, "read"), T0));
	/* Content is more than the payload. */
	p = frame(mac_1, B, 1, "read");
	p.dmac = mac_1;
	assert_false(seen(r, p, T0));
	p = frame(mac_1, B, 1, "read");
	p.ethertype = 0x88ba;
	assert_false(seen(r, p, T0));
	assert_int_equal(red_stats(r)->conflicts, 3);
	red_free(r);
}

static void
test_ip_content_is_compared(void **state)
{
	struct red *r = make(16);
	struct pkt p = frame(mac_1, A, 1, "");

	p.ipver = 4;
	p.src.a[0] = 10;
	p.ip_rest = rd_make("abcd", 4);
	assert_false(seen(r, p, T0));
	p.ttl = 7; /* no part of it */
	p.red_lan = B;
	assert_true(seen(r, p, T0));
	p.ip_rest = rd_make("abce", 4);
	assert_false(seen(r, p, T0));
	p.ip_rest = rd_make("abcd", 4);
	p.src.a[0] = 11;
	assert_false(seen(r, p, T0));
	red_free(r);
}

static void
test_window_begins_with_the_first(void **state)
{
	struct red *r = make(16);

	assert_false(seen(r, frame(mac_1, A, 1, "x"), T0));
	assert_true(seen(r, frame(mac_1, B, 1, "x"), T0 + WINDOW));
	assert_false(seen(r, frame(mac_1, B, 1, "x"), T0 + WINDOW + 1));
	/* ... which is a first one again. */
	assert_true(seen(r, frame(mac_1, A, 1, "x"), T0 + 2 * WINDOW + 1));
	red_free(r);
}

static void
test_path_of_hsr_is_ignored(void **state)
{
	struct red *r = make(16);
	struct pkt p = frame(mac_1, 0, 1, "x");

	p.red_hsr = true;
	assert_false(seen(r, p, T0));
	p.red_lan = 1;
	assert_true(seen(r, p, T0));
	assert_int_equal(red_stats(r)->hsr[0], 1);
	assert_int_equal(red_stats(r)->hsr[1], 1);
	assert_int_equal(red_stats(r)->prp[0], 0);
	red_free(r);
}

static void
test_oldest_is_forgotten_first(void **state)
{
	struct red *r = make(4);

	for (uint16_t seq = 1; seq <= 5; seq++) {
		assert_false(seen(r, frame(mac_1, A, seq, "x"), T0 + seq));
	}
	assert_int_equal(red_stats(r)->evicted, 1);
	assert_true(seen(r, frame(mac_1, B, 2, "x"), T0 + 9));
	assert_false(seen(r, frame(mac_1, B, 1, "x"), T0 + 9));
	assert_int_equal(red_stats(r)->evicted, 2);
	red_free(r);
}

static void
test_old_numbers_make_room_uncounted(void **state)
{
	struct red *r = make(4);

	for (uint16_t seq = 1; seq <= 100; seq++) {
		assert_false(seen(
		    r, frame(mac_1, A, seq, "x"), T0 + seq * (WINDOW + 1)));
	}
	assert_int_equal(red_stats(r)->evicted, 0);
	red_free(r);
}

static void
test_returning_number_is_youngest(void **state)
{
	struct red *r = make(2);
	uint64_t later = T0 + WINDOW + 1;

	assert_false(seen(r, frame(mac_1, A, 1, "x"), T0));
	assert_false(seen(r, frame(mac_1, A, 2, "x"), T0 + 1));
	assert_false(seen(r, frame(mac_1, A, 1, "x"), later));
	/* 2 is the oldest now, and goes. */
	assert_false(seen(r, frame(mac_1, A, 3, "x"), later));
	assert_true(seen(r, frame(mac_1, B, 1, "x"), later));
	red_free(r);
}

static void
test_plain_frames_are_none_of_it(void **state)
{
	struct red *r = make(4);
	struct pkt p = frame(mac_1, A, 1, "x");

	p.has_red = false;
	assert_false(seen(r, p, T0));
	assert_false(seen(r, p, T0));
	assert_int_equal(red_stats(r)->prp[A], 0);
	/* Without a source there is no key; still it came by that LAN. */
	p = frame(NULL, A, 1, "x");
	assert_false(seen(r, p, T0));
	assert_false(seen(r, p, T0));
	assert_int_equal(red_stats(r)->prp[A], 2);
	red_free(r);
	red_free(NULL);
}

/* --- behind decode ------------------------------------------------------- */

/* One frame as LAN A and LAN B bring it; FCS and padding may differ. */
#define GOOSE(lan)                                                  \
	2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, /* to, from */          \
	    0x88, 0xb8, 'o', 't', 'u', 's', /* type, LSDU of 4 */   \
	    0x01, 0x02, (lan) << 4, 10,     /* number, LAN, size */ \
	    0x88, 0xfb

static void
test_decoded_twins_are_duplicates(void **state)
{
	static const uint8_t a[] = {GOOSE(A)};
	static const uint8_t b[] = {GOOSE(B), 1, 2, 3, 4}; /* FCS */
	struct frame f = {.linktype = LINKTYPE_ETHERNET};
	struct red *r = make(4);
	struct pkt p;

	f.data = a;
	f.caplen = f.len = sizeof(a);
	decode_frame(&f, &p);
	assert_false(red_is_duplicate(r, &p, T0));
	f.data = b;
	f.caplen = f.len = sizeof(b);
	decode_frame(&f, &p);
	assert_true(red_is_duplicate(r, &p, T0));
	assert_int_equal(red_stats(r)->prp[A], 1);
	assert_int_equal(red_stats(r)->prp[B], 1);
	red_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_second_copy_is_duplicate),
	    cmocka_unit_test(test_same_lan_twice_is_duplicate_too),
	    cmocka_unit_test(test_other_station_or_number_is_none),
	    cmocka_unit_test(test_other_content_is_kept_and_counted),
	    cmocka_unit_test(test_ip_content_is_compared),
	    cmocka_unit_test(test_window_begins_with_the_first),
	    cmocka_unit_test(test_path_of_hsr_is_ignored),
	    cmocka_unit_test(test_oldest_is_forgotten_first),
	    cmocka_unit_test(test_old_numbers_make_room_uncounted),
	    cmocka_unit_test(test_returning_number_is_youngest),
	    cmocka_unit_test(test_plain_frames_are_none_of_it),
	    cmocka_unit_test(test_decoded_twins_are_duplicates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

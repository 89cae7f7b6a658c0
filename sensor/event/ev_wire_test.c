/*
 * Unit tests of the binary form: what is encoded decodes to the same event,
 * and nothing else decodes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/test.h"
#include "event/ev_json.h"
#include "event/ev_sample.h"
#include "event/ev_wire.h"

static struct ev_sample s;
static struct arena arena;
static uint8_t wire[EV_WIRE_MAX], again[EV_WIRE_MAX];
static char json_a[512 * 1024], json_b[512 * 1024];

static size_t
encode(void)
{
	size_t n = 0;

	assert_int_equal(ev_wire_encode(&s.ev, wire, sizeof(wire), &n), 0);
	return n;
}

/* Decodes n bytes of wire; the event lives until the next call. */
static int
decode(size_t n, struct ev *ret)
{
	struct rd r = rd_make(wire, n);
	int rc;

	arena_clear(&arena);
	rc = ev_wire_decode(&r, &arena, ret);
	assert_int_equal(rd_left(&r), rc == 0 ? 0 : n);
	return rc;
}

static size_t
print(char *buf, size_t size, const struct ev *e)
{
	struct json j;

	json_init(&j, buf, size, NULL, NULL);
	ev_json(&j, e, NULL, NULL);
	assert_int_equal(json_flush(&j), 0);
	return j.used;
}

/* e must encode to the n bytes of wire. */
static void
check_encodes_back(const struct ev *e, const uint8_t *want, size_t n)
{
	size_t len = 0;

	assert_int_equal(ev_wire_encode(e, again, sizeof(again), &len), 0);
	assert_int_equal(len, n);
	assert_memory_equal(again, want, n);
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
check_same_field(const struct ev_field *a, const struct ev_field *b)
{
	uint32_t len = ev_len(a);

	assert_int_equal(a->id, b->id);
	assert_int_equal(a->type, b->type);
	switch ((enum ev_type)a->type) {
	case EV_T_NAME: assert_string_equal(a->s, b->s); break;
	case EV_T_HEXNUM:
		assert_int_equal(a->len, b->len);
		assert_true(a->u == b->u);
		break;
	case EV_T_UINT:
	case EV_T_INT:
	case EV_T_DOUBLE:
	case EV_T_BOOL: assert_true(a->u == b->u); break;
	case EV_T_NULL:
	case EV_T_OBJECT:
	case EV_T_ARRAY:
	case EV_T_END: break;
	default:
		assert_int_equal(len, b->len);
		/* Whole bytes; spare bits are not kept. */
		len = a->type == EV_T_BITS ? len / 8 : len;
		assert_memory_equal(a->p, b->p, len);
		break;
	}
}

static void
test_any_event_comes_back(void **state)
{
	for (uint64_t seed = 0; seed < 4000; seed++) {
		struct ev e;
		size_t n;

		ev_sample_random(&s, seed);
		n = encode();
		assert_int_equal(decode(n, &e), 0);
		assert_int_equal(e.kind, s.ev.kind);
		assert_int_equal(e.cls, s.ev.cls);
		assert_int_equal(e.flags, s.ev.flags);
		assert_int_equal(e.input, s.ev.input);
		assert_int_equal(e.iface, s.ev.iface);
		assert_int_equal(e.overflow, s.ev.overflow);
		assert_true(same_text(e.op, s.ev.op));
		assert_true(same_text(e.status, s.ev.status));
		assert_int_equal(e.nfields, s.ev.nfields);
		for (size_t i = 0; i < e.nfields; i++) {
			check_same_field(&s.f[i], &e.f[i]);
		}
		check_encodes_back(&e, wire, n);
		/* The rest of the envelope, as a person sees it. */
		n = print(json_a, sizeof(json_a), &s.ev);
		assert_int_equal(print(json_b, sizeof(json_b), &e), n);
		assert_memory_equal(json_a, json_b, n);
	}
}

/*
 * Decodes an exact-size copy of n bytes.  What decodes must be the encoding
 * of what it decodes to, and must print.
 */
static bool
decodes(const uint8_t *bytes, size_t n)
{
	uint8_t *exact = malloc(n);
	struct ev e = {.frame = 42};
	struct rd r;
	int rc;

	assert_non_null(exact);
	memcpy(exact, bytes, n);
	r = rd_make(exact, n);
	arena_clear(&arena);
	rc = ev_wire_decode(&r, &arena, &e);
	if (rc == 0) {
		check_encodes_back(&e, exact, n);
		(void)print(json_a, sizeof(json_a), &e);
	} else {
		assert_int_equal(rc, ERR_PEER);
		assert_int_equal(e.frame, 42);
		assert_int_equal(arena.used, 0);
	}
	free(exact);
	return rc == 0;
}

static void
test_no_truncation_decodes(void **state)
{
	for (uint64_t seed = 0; seed < 60; seed++) {
		size_t n;

		ev_sample_random(&s, seed);
		n = encode();
		for (size_t k = 0; k < n; k++) {
			assert_false(decodes(wire, k));
		}
		assert_true(decodes(wire, n));
	}
}

static void
test_no_bit_flip_harms(void **state)
{
	size_t good = 0, bad = 0;

	for (uint64_t seed = 0; seed < 12; seed++) {
		size_t n;

		ev_sample_random(&s, seed);
		n = encode();
		for (size_t bit = 0; bit < 8 * n; bit++) {
			wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
			*(decodes(wire, n) ? &good : &bad) += 1;
			wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	/* Most flips change a value, many break the form. */
	assert_true(good > 1000 && bad > 1000);
}

static void
test_no_byte_value_harms(void **state)
{
	static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xfe, 0xff};

	for (uint64_t seed = 100; seed < 112; seed++) {
		size_t n;

		ev_sample_random(&s, seed);
		n = encode();
		for (size_t i = 0; i < n; i++) {
			for (size_t k = 0; k < sizeof(edges); k++) {
				uint8_t was = wire[i];

				wire[i] = edges[k];
				(void)decodes(wire, n);
				wire[i] = was;
			}
		}
	}
}

static void
test_small_buffer_is_told(void **state)
{
	for (uint64_t seed = 0; seed < 50; seed++) {
		size_t n;

		ev_sample_random(&s, seed);
		n = encode();
		for (size_t k = 0; k < n; k++) {
			uint8_t *exact = malloc(k);
			size_t len = 42;

			assert_int_equal(
			    ev_wire_encode(&s.ev, exact, k, &len), ERR_TOOBIG);
			assert_int_equal(len, 42);
			free(exact);
		}
	}
}

static void
test_record_has_a_maximum(void **state)
{
	static uint8_t large[2 * EV_WIRE_MAX], blob[EV_BLOB_MAX];
	size_t n = 0;

	ev_sample_init(&s, EV_VALUE);
	for (int i = 0; i < 20; i++) {
		ev_bytes(&s.ev, EVF_DETAIL, EV_T_HEX, blob, sizeof(blob));
	}
	assert_int_equal(
	    ev_wire_encode(&s.ev, large, sizeof(large), &n), ERR_TOOBIG);
	s.ev.nfields = 15;
	assert_int_equal(ev_wire_encode(&s.ev, large, sizeof(large), &n), 0);
	assert_true(n > 60 * 1024 && n <= EV_WIRE_MAX);
}

/* Encodes what stands in s, which no honest sender would send. */
static void
check_refused(void)
{
	size_t n = encode();

	assert_false(decodes(wire, n));
}

static struct ev *
begin(void)
{
	ev_sample_init(&s, EV_OPERATION);
	s.ev.proto = SAMPLE_PROTO;
	return &s.ev;
}

static void
test_unknown_numbers_are_refused(void **state)
{
	begin()->kind = EV_KIND_COUNT;
	check_refused();
	begin()->cls = EV_CLASS_COUNT;
	check_refused();
	begin()->dir = EV_DIR_COUNT;
	check_refused();
	begin()->proto = SAMPLE_PROTO + 1;
	check_refused();
	begin()->proto = EV_PROTOS_MAX;
	check_refused();
	begin()->src.sub.kind = EV_SUB_KIND_COUNT;
	check_refused();
	ev_uint(begin(), SAMPLE_END, 1);
	check_refused();
	ev_uint(begin(), EVF_COMMON_COUNT, 1);
	check_refused();
	ev_uint(begin(), UINT16_MAX, 1);
	check_refused();
	ev_add(begin(), EVF_OLD, EV_T_COUNT);
	check_refused();
	ev_uint(begin(), SAMPLE_ADDR, 1);
	s.ev.proto = 0; /* whose field would that be? */
	check_refused();
	(void)begin();
	assert_true(decodes(wire, encode()));
}

static void
test_nesting_is_checked(void **state)
{
	ev_object(begin(), EVF_OPS);
	check_refused(); /* stays open */
	ev_end(begin());
	check_refused(); /* closes nothing */
	ev_uint(begin(), EVF_ELEM, 1);
	check_refused(); /* element of no array */
	ev_array(begin(), EVF_OPS);
	ev_uint(&s.ev, EVF_COUNT, 1); /* a named element */
	ev_end(&s.ev);
	check_refused();
	ev_object(begin(), EVF_OPS);
	ev_add(&s.ev, EVF_OPS, EV_T_END); /* a named end */
	check_refused();
	for (int depth = EV_DEPTH_MAX; depth <= EV_DEPTH_MAX + 1; depth++) {
		(void)begin();
		for (int i = 0; i < depth; i++) {
			ev_object(&s.ev, EVF_OPS);
		}
		for (int i = 0; i < depth; i++) {
			ev_end(&s.ev);
		}
		assert_int_equal(
		    decodes(wire, encode()), depth == EV_DEPTH_MAX);
		s.ev.nfields--; /* an END too few */
		check_refused();
	}
}

static void
test_names_are_plain(void **state)
{
	static const char *const ugly[] = {
	    "a\"b", "a\\b", "a\nb", "\x7f", "\x80", "\x1b"};

	for (size_t i = 0; i < sizeof(ugly) / sizeof(ugly[0]); i++) {
		begin()->op = ugly[i];
		check_refused();
		begin()->status = ugly[i];
		check_refused();
		ev_name(begin(), EVF_CAUSE, ugly[i]);
		check_refused();
		begin()->dst.sub.kind = EV_SUB_PATH;
		s.ev.dst.sub.len = (uint8_t)strlen(ugly[i]);
		memcpy(s.ev.dst.sub.path, ugly[i], strlen(ugly[i]));
		check_refused();
	}
	begin()->op = "all printable ~ ' ";
	assert_true(decodes(wire, encode()));
}

static void
test_long_name_is_cut_as_printed(void **state)
{
	static char name[EV_NAME_MAX + 10];
	struct ev e;

	memset(name, 'n', sizeof(name) - 1);
	begin()->op = name;
	assert_int_equal(decode(encode(), &e), 0);
	assert_int_equal(strlen(e.op), EV_NAME_MAX);
}

static void
test_impossible_lengths_are_refused(void **state)
{
	static const uint8_t b[6] = {1, 2, 3, 4, 5, 6};
	size_t n;

	/* The last field's length stands 2 bytes before its bytes. */
	ev_bytes(begin(), EVF_DETAIL, EV_T_REGS, b, 4);
	n = encode();
	wire[n - 6] = 3;
	assert_false(decodes(wire, n - 1));
	ev_bytes(begin(), EVF_DETAIL, EV_T_IP, b, 4);
	n = encode();
	wire[n - 5] = 3;
	assert_false(decodes(wire, n - 1));
	ev_bytes(begin(), EVF_DETAIL, EV_T_BITS, "\x07", 3);
	n = encode();
	wire[n - 1] = 0x08; /* a spare bit */
	assert_false(decodes(wire, n));
	ev_hexnum(begin(), EVF_DETAIL, 1, 8);
	n = encode();
	wire[n - 9] = 9;
	assert_false(decodes(wire, n));
	ev_bool(begin(), EVF_DETAIL, true);
	n = encode();
	wire[n - 1] = 2;
	assert_false(decodes(wire, n));
	begin()->src.sub.kind = EV_SUB_BACNET;
	s.ev.src.sub.len = EV_SUB_MAC_MAX;
	assert_true(decodes(wire, encode()));
}

static void
test_both_ip_versions_are_refused(void **state)
{
	static const size_t src_at = 4 + 4 + 8 + 16 + 1;
	size_t n;

	begin()->src.ipver = 4;
	n = encode();
	assert_true(decodes(wire, n));
	wire[src_at] |= 1 << 3;
	memset(wire + n, 0, 16);
	for (size_t more = 0; more <= 16; more++) {
		assert_false(decodes(wire, n + more));
	}
}

static void
test_strange_version_and_tail_are_refused(void **state)
{
	size_t n;

	(void)begin();
	n = encode();
	wire[n] = 0;
	assert_false(decodes(wire, n + 1));
	wire[0]++;
	assert_false(decodes(wire, n));
}

static void
test_count_beyond_the_record_is_refused(void **state)
{
	size_t n;

	(void)begin();
	n = encode();
	wire[n - 1] = 0xff; /* the count's high byte */
	wire[n - 2] = 0xff;
	assert_false(decodes(wire, n));
	/* As many as the record holds, but more than there may be. */
	memset(wire + n, 0, 3 * (EV_FIELDS_MAX + 1));
	for (size_t i = 0; i <= EV_FIELDS_MAX; i++) {
		wire[n + 3 * i] = EVF_OLD;
		wire[n + 3 * i + 2] = EV_T_NULL;
	}
	wire[n - 2] = EV_FIELDS_MAX & 0xff;
	wire[n - 1] = EV_FIELDS_MAX >> 8;
	assert_true(decodes(wire, n + 3 * EV_FIELDS_MAX));
	wire[n - 2]++;
	assert_false(decodes(wire, n + 3 * (EV_FIELDS_MAX + 1)));
	s.ev.nfields = EV_FIELDS_MAX + 1;
	assert_int_equal(
	    ev_wire_encode(&s.ev, wire, sizeof(wire), &n), ERR_TOOBIG);
}

static void
test_no_value_is_null(void **state)
{
	static const uint8_t b[16] = {0};
	struct ev e;

	ev_bytes(begin(), EVF_PEER, EV_T_MAC, b, 5);
	ev_bytes(&s.ev, EVF_PEER, EV_T_MAC, NULL, 6);
	ev_bytes(&s.ev, EVF_PEER, EV_T_IP, b, 5);
	ev_bytes(&s.ev, EVF_PEER, EV_T_IP, NULL, 4);
	ev_name(&s.ev, EVF_PEER, NULL);
	ev_bytes(&s.ev, EVF_PEER, EV_T_HEX, NULL, 4);
	assert_int_equal(decode(encode(), &e), 0);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(e.f[i].type, EV_T_NULL);
	}
	assert_int_equal(e.f[5].type, EV_T_HEX);
	assert_int_equal(e.f[5].len, 0);
}

static void
test_numbered_names_arrive_as_text(void **state)
{
	struct ev e;

	ev_numbered(begin(), EVF_OBJECT, "analog_input", 1234567890);
	ev_uint(&s.ev, EVF_VALUE, 1);
	assert_int_equal(decode(encode(), &e), 0);
	assert_int_equal(e.f[0].type, EV_T_TEXT);
	assert_int_equal(e.f[0].len, 23);
	assert_memory_equal(e.f[0].p, "analog_input 1234567890", 23);
	assert_int_equal(e.f[1].u, 1);
}

static void
test_full_arena_is_our_own_fault(void **state)
{
	struct ev e = {.frame = 42};
	struct arena small;
	size_t n;

	begin()->op = "read";
	s.ev.status = "ok";
	ev_name(&s.ev, EVF_CAUSE, "loss");
	n = encode();
	assert_int_equal(arena_init(&small, 256), 0);
	for (size_t room = 0; room <= 256; room++) {
		struct rd r = rd_make(wire, n);
		int rc;

		small.size = room;
		small.used = 1;
		rc = ev_wire_decode(&r, &small, &e);
		if (rc == 0) {
			assert_int_equal(room, 3 * 8 + sizeof(e.f[0]) + 5);
			small.size = 256;
			arena_done(&small);
			return;
		}
		assert_int_equal(rc, ERR_FULL);
		assert_int_equal(small.used, 1);
		assert_int_equal(e.frame, 42);
	}
	fail();
}

/* The arena that ev_wire.h names must hold the costliest record. */
static void
test_costliest_record_fits_the_arena(void **state)
{
	static struct ev_field f[EV_FIELDS_MAX];
	static const char name[] = "a name of twenty-eight bytes";
	struct ev e = {.kind = EV_VALUE, .f = f, .max_fields = EV_FIELDS_MAX};
	size_t worst = 0;

	for (size_t len = 0; len < sizeof(name); len++) {
		struct ev got;
		size_t n = 0;

		e.nfields = 0;
		while (e.nfields < EV_FIELDS_MAX) {
			ev_name(&e, EVF_CAUSE, name + sizeof(name) - 1 - len);
		}
		while (ev_wire_encode(&e, wire, sizeof(wire), &n) != 0) {
			e.nfields--;
		}
		assert_int_equal(decode(n, &got), 0);
		assert_int_equal(got.nfields, e.nfields);
		worst = arena.used > worst ? arena.used : worst;
	}
	assert_true(worst > 80 * 1024 && worst < EV_WIRE_ARENA);
}

static int
setup(void **state)
{
	ev_sample_register();
	return arena_init(&arena, EV_WIRE_ARENA);
}

static int
teardown(void **state)
{
	arena_done(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_any_event_comes_back),
	    cmocka_unit_test(test_no_truncation_decodes),
	    cmocka_unit_test(test_no_bit_flip_harms),
	    cmocka_unit_test(test_no_byte_value_harms),
	    cmocka_unit_test(test_small_buffer_is_told),
	    cmocka_unit_test(test_record_has_a_maximum),
	    cmocka_unit_test(test_unknown_numbers_are_refused),
	    cmocka_unit_test(test_nesting_is_checked),
	    cmocka_unit_test(test_names_are_plain),
	    cmocka_unit_test(test_long_name_is_cut_as_printed),
	    cmocka_unit_test(test_impossible_lengths_are_refused),
	    cmocka_unit_test(test_both_ip_versions_are_refused),
	    cmocka_unit_test(test_strange_version_and_tail_are_refused),
	    cmocka_unit_test(test_count_beyond_the_record_is_refused),
	    cmocka_unit_test(test_no_value_is_null),
	    cmocka_unit_test(test_numbered_names_arrive_as_text),
	    cmocka_unit_test(test_full_arena_is_our_own_fault),
	    cmocka_unit_test(test_costliest_record_fits_the_arena),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

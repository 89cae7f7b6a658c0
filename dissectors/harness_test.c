/*
 * The harness's services, tried through a dissector that does as it is told:
 * each message is one letter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissectors/harness.h"

#define PROTO_OUTER (EV_PROTOS_MAX - 1)
#define PROTO_INNER (EV_PROTOS_MAX - 2)

static const struct ev_proto outer_proto = {.name = "outer"};
static const struct ev_proto inner_proto = {.name = "inner"};

static enum dis_rc
inner_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct ev *e;

	rd_skip(in, 1);
	e = dis_operation(ctx, PROTO_INNER, EV_DIR_REQUEST, "inner", ctx->depth,
	    EV_CLASS_OTHER);
	dis_emit(ctx, e);
	/* Calls itself until the depth is used up. */
	while (rd_left(in) > 0 &&
	       ctx->sv->inner(ctx, PROTO_INNER, in, NULL) == DIS_OK) {
	}
	rd_skip(in, rd_left(in));
	return DIS_OK;
}

static enum dis_rc
outer_probe(struct rd in, const struct dis_probe *pr)
{
	return rd_u8(&in) == '!' ? DIS_NOT_MINE : DIS_OK;
}

static void
tell(struct dis_ctx *ctx, const char *op, uint32_t code,
    const struct dis_pair *pair)
{
	struct ev *e = dis_operation(
	    ctx, PROTO_OUTER, EV_DIR_REQUEST, op, code, EV_CLASS_OTHER);

	if (pair != NULL) {
		dis_paired(e, pair);
	}
	dis_emit(ctx, e);
}

/*
 * p put, t take; s make shared, f find, d drop; 0 to 2 pieces of a message
 * of three, the third its last; i calls the inner one; anything else is
 * malformed, and is the next header only when it is x.
 */
static enum dis_rc
outer_parse(struct dis_ctx *ctx, struct rd *in)
{
	const struct dis_services *sv = ctx->sv;
	struct rd look = *in, whole;
	struct dis_pair pair;
	uint8_t c = rd_u8(&look), blob[2] = {c, 0};
	uint8_t *shared;

	switch (c) {
	case 'p': (void)sv->put(ctx, 1, blob, 1); break;
	case 't':
		if (sv->take(ctx, 1, blob, sizeof(blob), &pair)) {
			tell(ctx, "took", blob[0] + blob[1], &pair);
		}
		break;
	case 's':
	case 'f':
		shared = sv->shared(ctx, "key", 3, 4, c == 's');
		if (shared != NULL) {
			tell(ctx, "shared", shared[0]++, NULL);
		}
		break;
	case 'd': sv->shared_drop(ctx, "key", 3); break;
	case '0':
	case '1':
	case '2':
		whole = rd_make(&c, 1);
		if (sv->reassemble(ctx, "m", 1, (uint32_t)(c - '0'), whole,
			c == '2', &whole) == DIS_OK) {
			tell(ctx, "whole", (uint32_t)rd_left(&whole), NULL);
			assert_memory_equal(whole.p, "012", 3);
		}
		break;
	case 'i': (void)sv->inner(ctx, PROTO_INNER, &look, NULL); break;
	case 'm':
		if (rd_left(&look) < 2) {
			ctx->need = 3;
			return DIS_MORE;
		}
		rd_skip(&look, 2);
		tell(ctx, "three", 0, NULL);
		break;
	default:
		dis_malformed(ctx, PROTO_OUTER, EV_DIR_REQUEST, "bad", 0);
		if (c == 'x') {
			*in = look;
		}
		return DIS_BAD;
	}
	*in = look;
	return DIS_OK;
}

static const struct dissector inner_dissector = {
    .name = "inner",
    .proto = PROTO_INNER,
    .parse = inner_parse,
    .fields = &inner_proto,
};

static const struct dissector outer_dissector = {
    .name = "outer",
    .proto = PROTO_OUTER,
    .hints = {{DIS_TCP, 99}},
    .probe = outer_probe,
    .parse = outer_parse,
    .fields = &outer_proto,
};

static struct harness *
begin(void)
{
	struct harness *h = harness_new(&outer_dissector, DIS_TCP);

	harness_add_inner(h, &inner_dissector);
	h->ctx.confirmed = true;
	return h;
}

static void
say(struct harness *h, uint8_t side, const char *text)
{
	harness_send(h, side, text, strlen(text));
}

static void
test_take_gives_the_oldest_of_the_other_side(void **state)
{
	struct harness *h = begin();

	say(h, A, "p");
	say(h, A, "p");
	say(h, A, "t"); /* nothing: its own */
	harness_assert(h, "");
	h->ts_ns = 5000;
	say(h, B, "tt");
	assert_true(
	    harness_has(h, "'op':'took','code':112,'class':'other','rtt_us':5,"
			   "'req_frame':1}"));
	assert_true(harness_has(h, "'req_frame':2}"));
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_pending_requests_are_bounded(void **state)
{
	struct harness *h = begin();

	for (int i = 0; i < HARNESS_PENDING + 3; i++) {
		say(h, A, "p");
	}
	assert_int_equal(harness_waiting(h), HARNESS_PENDING);
	assert_int_equal(h->unanswered, 3);
	say(h, B, "t");
	assert_true(harness_has(h, "'req_frame':4"));
	harness_free(h);
}

static void
test_shared_state(void **state)
{
	struct harness *h = begin();

	say(h, A, "f");
	harness_assert(h, "");
	say(h, A, "s");
	say(h, B, "f");
	assert_true(harness_has(h, "'op':'shared','code':1"));
	(void)harness_take(h);
	say(h, A, "df");
	harness_assert(h, "");
	harness_free(h);
}

static void
test_reassembly_in_any_order(void **state)
{
	struct harness *h = begin();

	say(h, A, "02");
	harness_assert(h, "");
	say(h, A, "1");
	assert_true(harness_has(h, "'op':'whole','code':3"));
	(void)harness_take(h);
	say(h, A, "210");
	assert_true(harness_has(h, "'op':'whole','code':3"));
	harness_free(h);
}

static void
test_inner_ends_at_its_depth(void **state)
{
	struct harness *h = begin();

	say(h, A, "iaaaaaaaa");
	assert_int_equal(h->events, HARNESS_DEPTH);
	assert_int_equal(h->ctx.depth, 0);
	harness_free(h);
}

static void
test_incomplete_message_waits_for_its_need(void **state)
{
	struct harness *h = begin();

	say(h, A, "m");
	say(h, A, "1");
	assert_int_equal(h->more, 1);
	say(h, A, "2p");
	assert_int_equal(h->ok, 2);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'three','code':0,"
	    "'class':'other'}\n");
	harness_free(h);
}

static void
test_search_after_damage(void **state)
{
	struct harness *h = begin();

	say(h, A, "x"); /* its end was known */
	assert_int_equal(h->skipped, 0);
	say(h, A, "y!!p"); /* this one's was not */
	assert_int_equal(h->bad, 2);
	assert_int_equal(h->skipped, 3);
	assert_int_equal(harness_waiting(h), 1);
	harness_free(h);
}

static void
test_probe_is_asked_first(void **state)
{
	struct harness *h = begin();

	h->port[1] = 98;
	say(h, A, "!p");
	assert_false(h->claimed);
	assert_int_equal(h->not_mine, 1);
	say(h, A, "p");
	assert_true(h->claimed);
	harness_free(h);
}

static void
test_own_port_is_searched(void **state)
{
	struct harness *h = begin();

	say(h, A, "!!p");
	assert_true(h->claimed);
	assert_int_equal(h->skipped, 2);
	assert_int_equal(harness_waiting(h), 1);
	harness_free(h);
}

static void
test_eight_good_ones_confirm(void **state)
{
	struct harness *h = harness_new(&outer_dissector, DIS_TCP);

	say(h, A, "ppppppp");
	assert_false(h->ctx.confirmed);
	say(h, B, "t");
	assert_true(harness_has(h, "'tentative':true"));
	say(h, A, "p");
	assert_true(h->ctx.confirmed);
	harness_free(h);
}

static void
test_hex_digits(void **state)
{
	struct harness *h = begin();

	harness_hex(h, A, "70 70");
	assert_int_equal(harness_waiting(h), 2);
	assert_string_equal(harness_quote(h, "{'a':1}"), "{\"a\":1}");
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_take_gives_the_oldest_of_the_other_side),
	    cmocka_unit_test(test_pending_requests_are_bounded),
	    cmocka_unit_test(test_shared_state),
	    cmocka_unit_test(test_reassembly_in_any_order),
	    cmocka_unit_test(test_inner_ends_at_its_depth),
	    cmocka_unit_test(test_incomplete_message_waits_for_its_need),
	    cmocka_unit_test(test_search_after_damage),
	    cmocka_unit_test(test_probe_is_asked_first),
	    cmocka_unit_test(test_own_port_is_searched),
	    cmocka_unit_test(test_eight_good_ones_confirm),
	    cmocka_unit_test(test_hex_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

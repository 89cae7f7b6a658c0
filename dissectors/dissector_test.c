/*
 * Events as every protocol starts them, and the registry.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissectors/registry.h"

static struct ev_field fields[16];
static struct ev event;
static struct ev_end src, dst;
static unsigned emitted;

static void
emit(struct dis_ctx *ctx, struct ev *e)
{
	assert_ptr_equal(e, &event);
	emitted++;
}

static const struct dis_services services = {.emit = emit};

static struct dis_ctx
context(void)
{
	struct dis_ctx ctx = {.sv = &services,
	    .ev = &event,
	    .src = &src,
	    .dst = &dst,
	    .frame = 7,
	    .ts_ns = 9};

	/* What an earlier event left behind. */
	memset(&event, 0xff, sizeof(event));
	event.f = fields;
	event.max_fields = 16;
	event.vlan_n = 2;
	event.input = 3;
	src = (struct ev_end){.has_port = true, .ipver = 4, .port = 1};
	dst = (struct ev_end){.has_port = true, .ipver = 4, .port = 2};
	emitted = 0;
	return ctx;
}

static void
test_event_starts_clean(void **state)
{
	struct dis_ctx ctx = context();
	struct ev *e;

	src.sub = (struct ev_sub){.kind = EV_SUB_ADDR, .num = 10};
	memcpy(dst.sub.path, "1,0", 3);
	dst.sub.kind = EV_SUB_PATH;
	dst.sub.len = 3;
	e = dis_event(&ctx, EV_STATE, 5, EV_DIR_NOTIFY);
	assert_ptr_equal(e, &event);
	assert_int_equal(e->kind, EV_STATE);
	assert_int_equal(e->proto, 5);
	assert_int_equal(e->dir, EV_DIR_NOTIFY);
	assert_int_equal(e->cls, EV_CLASS_NONE);
	assert_int_equal(e->flags, EV_TENTATIVE);
	assert_int_equal(e->nfields, 0);
	assert_false(e->overflow);
	assert_null(e->op);
	assert_null(e->status);
	assert_int_equal(e->frame, 7);
	assert_int_equal(e->ts_ns, 9);
	assert_int_equal(e->src.port, 1);
	assert_int_equal(e->src.sub.kind, EV_SUB_ADDR);
	assert_int_equal(e->src.sub.num, 10);
	assert_int_equal(e->dst.port, 2);
	assert_memory_equal(e->dst.sub.path, "1,0", 3);
	/* The packet's own, which net has set. */
	assert_int_equal(e->vlan_n, 2);
	assert_int_equal(e->input, 3);
}

static void
test_operation_has_code_and_class(void **state)
{
	struct dis_ctx ctx = context();
	struct dis_pair pair = {.frame = 3, .rtt_us = 12};
	struct ev *e;

	ctx.confirmed = true;
	ctx.dup = true;
	e = dis_operation(&ctx, 5, EV_DIR_REQUEST, "read", 0, EV_CLASS_READ);
	assert_int_equal(e->kind, EV_OPERATION);
	assert_int_equal(e->flags, EV_DUP | EV_HAS_CODE);
	assert_string_equal(e->op, "read");
	assert_int_equal(e->code, 0);
	assert_int_equal(e->cls, EV_CLASS_READ);
	dis_paired(e, &pair);
	assert_true(e->flags & EV_HAS_RTT);
	assert_int_equal(e->req_frame, 3);
	assert_int_equal(e->rtt_us, 12);
	dis_emit(&ctx, e);
	assert_int_equal(emitted, 1);
}

static void
test_confirming_event_is_not_tentative(void **state)
{
	struct dis_ctx ctx = context();
	struct ev *e = dis_event(&ctx, EV_VALUE, 5, EV_DIR_RESPONSE);

	dis_confirm(&ctx);
	assert_true(ctx.confirmed);
	assert_int_equal(e->flags, 0);
	e = dis_event(&ctx, EV_VALUE, 5, EV_DIR_RESPONSE);
	assert_int_equal(e->flags, 0);
}

static void
test_malformed_says_why_and_where(void **state)
{
	struct dis_ctx ctx = context();

	dis_malformed(&ctx, 5, EV_DIR_UNKNOWN, "length", 4);
	assert_int_equal(emitted, 1);
	assert_int_equal(event.kind, EV_MALFORMED);
	assert_int_equal(event.nfields, 2);
	assert_string_equal(ev_find(&event, EVF_REASON)->s, "length");
	assert_int_equal(ev_find(&event, EVF_OFFSET)->u, 4);
}

static void
test_identity_follows_its_operation(void **state)
{
	struct dis_ctx ctx = context();

	(void)dis_operation(&ctx, 5, EV_DIR_RESPONSE, "read", 0, EV_CLASS_READ);
	src.sub = (struct ev_sub){.kind = EV_SUB_UNIT, .num = 3};
	dis_identity(&ctx, 5, ctx.src, "vendor", EV_T_TEXT, "Acme", 4, "read");
	assert_int_equal(event.kind, EV_IDENTITY);
	assert_int_equal(event.dir, EV_DIR_RESPONSE);
	assert_true(event.flags & EV_HAS_SUBJECT);
	assert_int_equal(event.subject.port, 1);
	assert_int_equal(event.subject.sub.num, 3);
	assert_int_equal(ev_find(&event, EVF_VALUE)->len, 4);
	assert_string_equal(ev_find(&event, EVF_CLAIM)->s, "self");
	dis_identity(
	    &ctx, 5, ctx.dst, "run_state", EV_T_NAME, "run", 0, "read");
	assert_string_equal(ev_find(&event, EVF_VALUE)->s, "run");
	assert_int_equal(event.subject.port, 2);
	assert_int_equal(emitted, 2);
}

static void
test_endpoint_is_the_network_s(void **state)
{
	struct dis_ctx ctx = context();
	struct ev_end who = {.ipver = 4, .has_mac = true, .mac = {2}};

	dis_endpoint(&ctx, &who, "dhcp");
	assert_int_equal(event.kind, EV_ENDPOINT);
	assert_int_equal(event.proto, 0);
	assert_int_equal(event.src.mac[0], 2);
	assert_false(event.dst.has_mac || event.dst.has_port);
	assert_int_equal(event.dst.ipver, 0);
	assert_int_equal(event.dst.sub.kind, EV_SUB_NONE);
	assert_string_equal(ev_find(&event, EVF_HOW)->s, "dhcp");
	assert_int_equal(emitted, 1);
}

static void
test_registry_knows_every_protocol(void **state)
{
	registry_init();
	assert_null(registry_get(PROTO_NONE));
	assert_null(registry_get(PROTO_COUNT));
	for (uint16_t i = 1; i < PROTO_COUNT; i++) {
		const struct dissector *d = registry_get(i);

		assert_non_null(d);
		assert_int_equal(d->proto, i);
		assert_string_equal(ev_proto_name(i), d->name);
		assert_string_equal(d->fields->name, d->name);
		assert_non_null(d->parse);
		for (uint16_t f = 0; f < d->fields->nfields; f++) {
			assert_non_null(d->fields->fields[f].name);
			assert_non_null(d->fields->fields[f].section);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_event_starts_clean),
	    cmocka_unit_test(test_operation_has_code_and_class),
	    cmocka_unit_test(test_confirming_event_is_not_tentative),
	    cmocka_unit_test(test_malformed_says_why_and_where),
	    cmocka_unit_test(test_identity_follows_its_operation),
	    cmocka_unit_test(test_endpoint_is_the_network_s),
	    cmocka_unit_test(test_registry_knows_every_protocol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

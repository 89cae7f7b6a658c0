/*
 * What is read without tables is what the tables make of it: of every message
 * of the captures that BVLC frames, from each octet on, whole and cut short,
 * as each service.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissectors/bacnet/bacnet.h"

#define FILE_MAX (4 << 20)

static const struct {
	uint8_t type, service;
} services[] = {
    {BN_CONFIRMED, 1},
    {BN_CONFIRMED, 5},
    {BN_CONFIRMED, 12},
    {BN_CONFIRMED, 14},
    {BN_CONFIRMED, 15},
    {BN_UNCONFIRMED, 2},
    {BN_COMPLEX_ACK, 12},
    {BN_COMPLEX_ACK, 14},
};

#define SERVICES (sizeof(services) / sizeof(services[0]))

static struct bn_msg one, two;
static unsigned same[SERVICES];

static void
begin(struct bn_pdu *p, struct bn_msg *m, struct rd body, size_t k)
{
	memset(p, 0, sizeof(*p));
	memset(m->item, 0, 64 * sizeof(m->item[0]));
	p->m = m;
	p->start = body.p;
	p->end = body.end;
	p->body = body;
	p->type = services[k].type;
	p->service = services[k].service;
	m->n = 0;
	m->lost = false;
	m->scratch_n = 0;
	m->args = (struct ev){.f = m->fields, .max_fields = BN_ARGS_MAX};
}

static void
assert_same_item(const struct bn_item *a, const struct bn_item *b)
{
	assert_int_equal(a->has, b->has);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->instance, b->instance);
	assert_int_equal(a->property, b->property);
	assert_true(!(a->has & BN_HAS_INDEX) || a->index == b->index);
	assert_true(!(a->has & BN_HAS_PRIO) || a->priority == b->priority);
	if (a->has & BN_HAS_ERROR) {
		assert_int_equal(a->err_class, b->err_class);
		assert_int_equal(a->err_code, b->err_code);
	}
	if (a->has & BN_HAS_VALUE) {
		assert_ptr_equal(a->value.p, b->value.p);
		assert_ptr_equal(a->value.end, b->value.end);
		assert_int_equal(a->value.err, b->value.err);
	}
}

static void
assert_same(const struct bn_msg *a, const struct bn_msg *b)
{
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->lost, b->lost);
	for (uint16_t i = 0; i < a->n; i++) {
		assert_same_item(&a->item[i], &b->item[i]);
	}
	assert_int_equal(a->args.nfields, b->args.nfields);
	for (uint16_t i = 0; i < a->args.nfields; i++) {
		const struct ev_field *f = &a->args.f[i], *g = &b->args.f[i];

		assert_int_equal(f->id, g->id);
		assert_int_equal(f->type, g->type);
		assert_int_equal(f->len, g->len);
		assert_true(f->u == g->u);
	}
}

static void
both_ways(struct rd body, size_t k)
{
	struct bn_pdu p, q;
	const struct bn_step *steps;
	bool known;

	begin(&p, &one, body, k);
	if (!bn_direct(&p)) {
		assert_int_equal(one.n, 0);
		assert_int_equal(one.args.nfields, 0);
		assert_ptr_equal(p.body.p, body.p);
		return;
	}
	begin(&q, &two, body, k);
	steps = q.type == BN_COMPLEX_ACK ? bn_ack_steps(q.service, &known)
		: q.type == BN_UNCONFIRMED
		    ? bn_unconfirmed_steps(q.service, &known)
		    : bn_request_steps(q.service, &known);
	bn_steps(&q, steps);
	assert_null(q.bad);
	assert_null(p.bad);
	assert_false(q.has_error);
	assert_ptr_equal(p.body.p, q.body.p);
	assert_same(&one, &two);
	same[k]++;
}

/* Any octets behind a header of B/IP (J.2.1) that says how many there are. */
static void
message(struct rd r)
{
	struct rd body;
	size_t n;

	if (rd_u8(&r) != BN_BVLL4 || rd_u8(&r) > 12) {
		return;
	}
	n = rd_be16(&r);
	if (n < 4 || n > 1500 || !rd_has(&r, n - 4)) {
		return;
	}
	for (r = rd_sub(&r, n - 4); rd_left(&r) > 0; rd_skip(&r, 1)) {
		for (size_t k = 0; k < SERVICES; k++) {
			both_ways(r, k);
			for (size_t cut = 1; cut < 4; cut++) {
				struct rd all = r;

				if (rd_has(&all, cut)) {
					body =
					    rd_sub(&all, rd_left(&all) - cut);
					both_ways(body, k);
				}
			}
		}
	}
}

static void
test_all_captures(void **state)
{
	static const char *const names[] = {"alarms", "errors", "files",
	    "identity", "logs", "network_port", "objects", "routed",
	    "subscriptions", "values", "violations", "writes"};
	uint8_t *bytes = malloc(FILE_MAX);

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[64];
		struct rd r;
		FILE *f;

		(void)snprintf(
		    path, sizeof(path), "test-pcaps/bacnet/%s.pcap", names[i]);
		f = fopen(path, "rb");
		assert_non_null(f);
		r = rd_make(bytes, fread(bytes, 1, FILE_MAX, f));
		(void)fclose(f);
		for (; rd_left(&r) > 0; rd_skip(&r, 1)) {
			message(r);
		}
	}
	free(bytes);
	for (size_t k = 0; k < SERVICES; k++) {
		if (same[k] == 0) {
			fail_msg(
			    "service %u is never read", services[k].service);
		}
	}
}

/* Octets of these services at random, until many are whole. */
static void
test_invented(void **state)
{
	static const uint8_t often[] = {0x0c, 0x1c, 0x2c, 0x1e, 0x1f, 0x3e,
	    0x3f, 0x2e, 0x2f, 0x4e, 0x4f, 0x5e, 0x5f, 0x09, 0x0a, 0x19, 0x29,
	    0x2a, 0x39, 0x3a, 0x49, 0x91, 0x44, 0x21, 0x10, 0x11, 0x15, 0x00,
	    0x75, 0x82, 0xc4, 0xf0, 0xf9, 0x02};
	static const char *const seeds[] = {
	    "\x0c\x00\x00\x00\x01\x1e\x29\x55\x4e\x44\x41\xa0\x00\x00\x4f\x29"
	    "\x6f\x39\x01\x5e\x91\x02\x91\x1f\x5f\x1f",
	    "\x09\x01\x1c\x02\x00\x00\x05\x2c\x00\x00\x00\x01\x39\x3c\x4e\x09"
	    "\x55\x2e\x44\x41\xa0\x00\x00\x2f\x09\x6f\x2e\x82\x04\x00\x2f\x4f",
	    "\x0c\x00\x80\x00\x01\x19\x55\x29\x02\x3e\x44\x41\xa0\x00\x00\x3f"
	    "\x49\x08",
	    "\x0c\x00\x80\x00\x01\x1e\x09\x55\x19\x02\x09\x6f\x1f",
	    "\x09\x12\x1c\x00\x00\x00\x01\x29\x01\x39\x3c",
	    "\x0c\x00\x80\x00\x01\x19\x55\x29\x02",
	};
	static const uint8_t sizes[] = {26, 32, 18, 13, 11, 9};
	uint32_t x = 1;

	(void)state;
	for (unsigned round = 0; round < 400000; round++) {
		size_t s = round % (sizeof(sizes) / sizeof(sizes[0]));
		uint8_t buf[32];
		unsigned edits = round / 7 % 3;

		memcpy(buf, seeds[s], sizes[s]);
		while (edits-- > 0) {
			x = x * 1664525 + 1013904223;
			buf[(x >> 8) % sizes[s]] =
			    x >> 31 ? often[(x >> 16) % sizeof(often)]
				    : (uint8_t)(x >> 20);
		}
		for (size_t k = 0; k < SERVICES; k++) {
			both_ways(rd_make(buf, sizes[s]), k);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_captures),
	    cmocka_unit_test(test_invented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

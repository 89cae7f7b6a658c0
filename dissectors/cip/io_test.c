/*
 * Class 0 and 1 data, with and without the opening.
 */
#include "dissectors/enip/enip_test.h"

#define DATA(seq, run)                                     \
	"0200 0280 0800 05000000 " seq "000000 b100 0800 " \
	"0100 " run "000000 1234"

static void
test_without_opening_only_the_id_is_known(void **state)
{
	struct harness *h = harness_new(&dissector_cipio, DIS_UDP);

	harness_hex(h, A, DATA("07", "01"));
	harness_assert(h,
	    "{'kind':'operation','dir':'unknown','tentative':true,"
	    "'op':'io_data','class':'other','conn':'0x00000005','eseq':7,"
	    "'len':8,'data':'0100010000001234'}\n");
	harness_free(h);
}

/* The opening as a flow elsewhere has left it. */
static void
open_leg(struct harness *h)
{
	struct harness_shared *s = &h->shared[0];
	struct cip_leg *leg = calloc(1, sizeof(*leg));

	assert_non_null(leg);
	leg->id = 5;
	leg->o2t = true;
	leg->transport = 1;
	leg->timeout_ms = 100;
	leg->ipver = 4;
	leg->orig = h->end[A].ip;
	leg->targ = h->end[B].ip;
	s->p = leg;
	s->key_n = 22;
	memset(s->key, 0, sizeof(s->key));
	s->key[0] = 'l';
	s->key[1] = 4;
	memcpy(s->key + 2, h->end[B].ip.a, 4);
	s->key[18] = 5;
}

static void
test_opening_tells_way_and_run(void **state)
{
	struct harness *h = harness_new(&dissector_cipio, DIS_UDP);

	open_leg(h);
	h->ts_ns = 1000000000;
	harness_hex(h, A, DATA("07", "01"));
	HAS(h, "'dir':'notify','op':'io_data','class':'control'");
	HAS(h, "'seq':1,'leg':'o2t','orig':'10.0.0.1','targ':'10.0.0.2',"
	       "'run':true,'run_assumed':true");
	(void)harness_take(h);
	/* one was lost, and the controller is idle */
	harness_hex(h, A, DATA("09", "00"));
	HAS(h, "'missed':1");
	HAS(h, "'state':'stopped','detail':'idle'");
	(void)harness_take(h);
	harness_hex(h, A, DATA("09", "00"));
	HAS(h, "'repeat':true");
	(void)harness_take(h);
	h->ts_ns += 200000000;
	harness_hex(h, A, DATA("0a", "00"));
	HAS(h, "'detail':'connection_timeout'");
	harness_free(h);
}

static void
test_violations_are_told(void **state)
{
	struct harness *h = harness_new(&dissector_cipio, DIS_UDP);

	harness_hex(h, A, DATA("07", "01"));
	(void)harness_take(h);
	harness_hex(h, A, "0200 0280 0800 05000000 07000000 b100 0900 0100");
	HAS(h, "'reason':'item_length','offset':16");
	(void)harness_take(h);
	harness_hex(h, A, "0200 0280 0700 05000000 07000000 b100 0900 0100");
	HAS(h, "'reason':'items','offset':0");
	(void)harness_take(h);
	/* the header of SendUnitData before it */
	harness_hex(h, A,
	    "7000 1600 01000000 00000000 0000000000000000 00000000"
	    "00000000 0000 0200 a100 0400 05000000 b100 0200 0100");
	HAS(h, "'op':'io_data'");
	HAS(h, "'conn':'0x00000005','len':2");
	HAS(h, "'reason':'encapsulated'");
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_without_opening_only_the_id_is_known),
	    cmocka_unit_test(test_opening_tells_way_and_run),
	    cmocka_unit_test(test_violations_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * pair_test: what most tests of the writer stand on: a store of their own, an
 * operator's station and a controller.
 */
#ifndef OTUS_STORE_PAIR_TEST_H
#define OTUS_STORE_PAIR_TEST_H

#include "base/test.h"
#include "store/harness.h"

static struct host hmi, plc;

static inline int
setup(void **state)
{
	static struct rig r;

	rig_start(&r, RIG_LEARNS, NULL);
	hmi = sample_host(10, 0, 0, 57);
	plc = sample_host(10, 0, 0, 3);
	*state = &r;
	return 0;
}

static inline int
teardown(void **state)
{
	rig_stop(*state);
	return 0;
}

#endif

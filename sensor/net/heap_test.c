/*
 * Unit tests of the allocator behind nDPI: before the seal without bound,
 * after it from one region, and all of it given back at the end.
 */
#include <string.h>

#include "base/mem.h"
#include "base/test.h"
#include "net/heap.h"

#define REGION ((size_t)1 << 20)

static void
test_before_the_seal_there_is_no_bound(void **state)
{
	size_t before = mem_mapped();
	uint8_t *p[300], *big;

	assert_int_equal(heap_init(REGION), 0);
	for (int i = 0; i < 300; i++) {
		p[i] = heap_alloc(16000);
		assert_non_null(p[i]);
		memset(p[i], i, 16000);
	}
	big = heap_alloc(5 * REGION);
	assert_non_null(big);
	memset(big, 0xff, 5 * REGION);
	heap_release(p[7]);
	for (int i = 0; i < 300; i++) {
		assert_int_equal(p[i][0], (uint8_t)i);
		assert_int_equal(p[i][15999], (uint8_t)i);
		assert_int_equal((uintptr_t)p[i] % 16, 0);
	}
	assert_null(heap_alloc(SIZE_MAX - 8));
	heap_done();
	assert_int_equal(mem_mapped(), before);
}

static void
test_after_the_seal_blocks_come_back(void **state)
{
	uint8_t *old, *p[64] = {NULL};
	size_t n = 0;

	assert_int_equal(heap_init(REGION), 0);
	old = heap_alloc(100);
	old[99] = 42;
	heap_seal();
	while (n < 64 && (p[n] = heap_alloc(60000)) != NULL) {
		memset(p[n++], 0xee, 60000);
	}
	assert_int_equal(n, REGION / 65536);
	assert_int_equal(heap_refused(), 1);
	assert_int_equal(heap_used(), REGION);
	heap_release(old);
	assert_null(heap_alloc(100));
	heap_release(p[3]);
	assert_ptr_equal(heap_alloc(60000), p[3]);
	assert_int_equal(old[99], 42);
	heap_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_before_the_seal_there_is_no_bound),
	    cmocka_unit_test(test_after_the_seal_blocks_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

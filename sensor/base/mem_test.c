/* Unit tests of mem: alignment, accounting, refusal, growth after "ready". */
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "base/mem.h"

#define MIB ((size_t)1 << 20)

static void
test_memory_is_zero_and_writable(void **state)
{
	static const size_t sizes[] = {
	    0, 1, 4096, 4097, 2 * MIB - 1, 2 * MIB, 2 * MIB + 1, 7 * MIB};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *p = mem_map(sizes[i]);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 4096, 0);
		for (size_t k = 0; k < sizes[i]; k += 512) {
			assert_int_equal(p[k], 0);
		}
		memset(p, 0xff, sizes[i]);
		mem_unmap(p, sizes[i]);
	}
}

static void
test_large_memory_is_huge_page_aligned(void **state)
{
	for (size_t n = 2 * MIB; n <= 9 * MIB; n += MIB) {
		uint8_t *p = mem_map(n);

		assert_int_equal((uintptr_t)p % (2 * MIB), 0);
		mem_unmap(p, n);
	}
}

static void
test_mapped_is_the_sum(void **state)
{
	size_t before = mem_mapped();
	void *a = mem_map(1), *b = mem_map(3 * MIB);

	assert_int_equal(mem_mapped() - before, 4096 + 4 * MIB);
	mem_unmap(b, 3 * MIB);
	assert_int_equal(mem_mapped() - before, 4096);
	mem_unmap(a, 1);
	mem_unmap(NULL, 1);
	assert_int_equal(mem_mapped(), before);
}

static void
test_absurd_size_is_refused(void **state)
{
	size_t before = mem_mapped();

	assert_null(mem_map(SIZE_MAX));
	assert_null(mem_map(SIZE_MAX - 2 * MIB));
	assert_null(mem_map(SIZE_MAX / 2));
	assert_int_equal(mem_mapped(), before);
}

static void
test_growth_after_seal_is_told(void **state)
{
	void *volatile p;

	assert_int_equal(mem_grown(), 0);
	mem_seal();
	assert_int_equal(mem_grown(), 0);
	p = malloc(3 * MIB);
	assert_non_null(p);
	assert_true(TEST_SANITIZED || mem_grown() >= 3 * MIB);
	free(p);
	assert_true(mem_grown() < MIB);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_memory_is_zero_and_writable),
	    cmocka_unit_test(test_large_memory_is_huge_page_aligned),
	    cmocka_unit_test(test_mapped_is_the_sum),
	    cmocka_unit_test(test_absurd_size_is_refused),
	    cmocka_unit_test(test_growth_after_seal_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

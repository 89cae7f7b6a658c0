/* Unit tests of the arena. */
#include <string.h>

#include "base/test.h"
#include "base/arena.h"
#include "base/err.h"

static void
test_blocks_are_aligned_and_apart(void **state)
{
	struct arena a;
	uint8_t *p, *q;

	assert_int_equal(arena_init(&a, 64), 0);
	p = arena_get(&a, 3);
	q = arena_get(&a, 9);
	assert_int_equal((uintptr_t)p % 8, 0);
	assert_int_equal((uintptr_t)q % 8, 0);
	assert_ptr_equal(q, p + 8);
	assert_int_equal(a.used, 17);
	arena_done(&a);
}

static void
test_full_arena_gives_null(void **state)
{
	struct arena a;

	assert_int_equal(arena_init(&a, 64), 0);
	assert_null(arena_get(&a, 65));
	assert_null(arena_get(&a, SIZE_MAX));
	assert_non_null(arena_get(&a, 60));
	assert_null(arena_get(&a, 1)); /* 60 rounds up to 64 */
	assert_int_equal(a.used, 60);
	arena_clear(&a);
	assert_non_null(arena_get(&a, 64));
	assert_null(arena_get(&a, 1));
	arena_done(&a);
}

static void
test_size_that_is_no_multiple_is_kept(void **state)
{
	struct arena a;

	assert_int_equal(arena_init(&a, 61), 0);
	assert_non_null(arena_get(&a, 58));
	/* Rounding up goes past the end; that must not wrap. */
	assert_null(arena_get(&a, 0));
	assert_null(arena_get(&a, 1));
	arena_done(&a);
}

static void
test_copy_copies(void **state)
{
	struct arena a;
	char *s;

	assert_int_equal(arena_init(&a, 16), 0);
	s = arena_copy(&a, "plant", 6);
	assert_string_equal(s, "plant");
	assert_non_null(arena_copy(&a, NULL, 0));
	assert_null(arena_copy(&a, "too much", 9));
	arena_done(&a);
}

static void
test_init_failure_writes_nothing(void **state)
{
	struct arena a = {.used = 42};

	assert_int_equal(arena_init(&a, SIZE_MAX / 2), ERR_NOMEM);
	assert_int_equal(a.used, 42);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_blocks_are_aligned_and_apart),
	    cmocka_unit_test(test_full_arena_gives_null),
	    cmocka_unit_test(test_size_that_is_no_multiple_is_kept),
	    cmocka_unit_test(test_copy_copies),
	    cmocka_unit_test(test_init_failure_writes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Fault injection: memory that runs out at the n-th allocation, ours or
 * SQLite's, for every n, while rules load and judge.  Nothing may crash, leak
 * (a sanitizer looks) or hold by accident, and the error must say why.
 */
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "rules/harness.h"

/* Allocations until one fails; negative: none does. */
static long countdown = -1;

static bool
fails(void)
{
	return countdown >= 0 && countdown-- == 0;
}

/* Ours, by the linker's --wrap. */
void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
char *__real_strdup(const char *);
char *__real_strndup(const char *, size_t);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
char *__wrap_strdup(const char *);
char *__wrap_strndup(const char *, size_t);

void *
__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

char *
__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t n)
{
	return fails() ? NULL : __real_strndup(s, n);
}

/* SQLite's, by its own hook. */
static sqlite3_mem_methods plain;

static void *
sql_malloc(int n)
{
	return fails() ? NULL : plain.xMalloc(n);
}

static void *
sql_realloc(void *p, int n)
{
	return fails() ? NULL : plain.xRealloc(p, n);
}

static struct world w;

#define RULES                                                                 \
	"[a]\ntitle = {src} {op}\non = operation\nwhen = fc = 16 AND\n"       \
	" learned('link') AND EXISTS (SELECT 1 FROM json_each(\"values\"))\n" \
	"severity = low\ngroup = src, dst\nsoc = {object}\not = {new}\n"      \
	"check = {time}\n[b]\ntitle = t\non = operation\nwhen = op LIKE\n"    \
	" 'write%' || ''\nseverity = low\ngroup = all\nsoc = s\not = o\n"     \
	"check = c\n"

static void
test_loading_runs_out_of_memory(void **state)
{
	long n = 0, failed = 0;
	int rc;

	for (;; n++) {
		countdown = n;
		rc = world_load_text(&w, RULES);
		if (countdown >= 0) {
			break; /* it needs no more than that */
		}
		countdown = -1;
		/* SQLite can do without some of what it asks for. */
		assert_true(rc == 0 || rc == ERR_NOMEM);
		failed += rc != 0;
		if (rc == 0) {
			assert_int_equal(rules_count(w.rules), 2);
		}
		if (w.problems != 0) {
			fail_msg("%ld: %s", n, w.problem);
		}
	}
	countdown = -1;
	assert_int_equal(rc, 0);
	assert_int_equal(rules_count(w.rules), 2);
	/* Were nothing counted, the test would be worth nothing. */
	assert_true(n > 100 && failed > 50);
}

static void
test_files_run_out_of_memory(void **state)
{
	int rc;

	for (long n = 0;; n++) {
		countdown = n;
		rc = world_load(&w, "rules");
		if (countdown >= 0) {
			break;
		}
		countdown = -1;
		assert_true(rc == 0 || rc == ERR_NOMEM);
		if (w.problems != 0) {
			fail_msg("%ld: %s", n, w.problem);
		}
		n += n / 8; /* thousands of them: fewer and fewer */
	}
	countdown = -1;
	assert_int_equal(rc, 0);
}

static void
test_judging_runs_out_of_memory(void **state)
{
	struct ev *e;
	int rc;

	assert_int_equal(world_load_text(&w, RULES), 0);
	e = world_request(&w, "write_multiple_registers", 16, EV_CLASS_WRITE);
	ev_bytes(e, H_VALUES, EV_T_REGS, "\0\1\0\2", 4);
	for (long n = 0;; n++) {
		countdown = n;
		rc = world_judge(&w);
		if (countdown >= 0) {
			break;
		}
		countdown = -1;
		assert_true(rc == 0 || rc == ERR_NOMEM);
		if (rc == 0) {
			assert_string_equal(w.rule, "a b ");
		}
		if (w.problems != 0) {
			fail_msg("%ld: %s", n, w.problem);
		}
	}
	countdown = -1;
	assert_int_equal(rc, 0);
	assert_string_equal(w.rule, "a b ");
	/* It is the machine's failure, not the rules'. */
	for (size_t i = 0; i < 2; i++) {
		struct rules_stat st;

		rules_stat(w.rules, i, &st);
		assert_int_equal(st.failed, 0);
	}
}

static int
setup(void **state)
{
	sqlite3_mem_methods m;

	(void)sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain);
	m = plain;
	m.xMalloc = sql_malloc;
	m.xRealloc = sql_realloc;
	(void)sqlite3_config(SQLITE_CONFIG_MALLOC, &m);
	world_open(&w);
	return 0;
}

static int
teardown(void **state)
{
	world_close(&w);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_loading_runs_out_of_memory),
	    cmocka_unit_test(test_files_run_out_of_memory),
	    cmocka_unit_test(test_judging_runs_out_of_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/* Unit tests of the log: what one call puts on standard error. */
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "base/log.h"

static char out[4096];

/* Runs fn with standard error in a pipe; what came out is in out. */
static void
capture(void (*fn)(void))
{
	int fd[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe(fd), 0);
	assert_true(dup2(fd[1], STDERR_FILENO) >= 0);
	fn();
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(fd[1]);
	(void)close(saved);
	n = read(fd[0], out, sizeof(out) - 1);
	assert_true(n >= 0);
	out[n] = '\0';
	(void)close(fd[0]);
}

static void
say_all(void)
{
	log_error("no %s", "room");
	log_warn("%d left", 3);
	log_info("ready");
	log_debug("detail");
}

static void
test_person_reads_role_and_word(void **state)
{
	(void)unsetenv("INVOCATION_ID");
	log_init("store", LOG_LEVEL_DEBUG);
	capture(say_all);
	assert_string_equal(out, "store: error: no room\n"
				 "store: warning: 3 left\n"
				 "store: ready\n"
				 "store: debug: detail\n");
}

static void
test_journal_reads_priority(void **state)
{
	(void)setenv("INVOCATION_ID", "1", 1);
	log_init("store", LOG_LEVEL_DEBUG);
	capture(say_all);
	assert_string_equal(out, "<3>store: no room\n<4>store: 3 left\n"
				 "<6>store: ready\n<7>store: detail\n");
	(void)unsetenv("INVOCATION_ID");
}

static void
test_level_silences(void **state)
{
	log_init("web", LOG_LEVEL_WARN);
	capture(say_all);
	assert_string_equal(out, "web: error: no room\n"
				 "web: warning: 3 left\n");
}

static void
say_hostile(void)
{
	log_info("a\nb\r\x1b[2Jc\x7f%s", "\t");
}

static void
test_line_stays_one_line(void **state)
{
	log_init("web", LOG_LEVEL_INFO);
	capture(say_hostile);
	assert_string_equal(out, "web: a?b??[2Jc??\n");
}

static char text[3000];

static void
say_text(void)
{
	log_info("%s", text);
}

static void
test_long_line_is_cut_and_marked(void **state)
{
	size_t n;

	log_init("web", LOG_LEVEL_INFO);
	for (size_t len = 1000; len < 1040; len++) {
		memset(text, 'x', len);
		text[len] = '\0';
		capture(say_text);
		n = strlen(out);
		assert_true(n <= 1024);
		assert_int_equal(out[n - 1], '\n');
		/* Cut, or whole with "web: " and the newline. */
		if (n != len + 6) {
			assert_string_equal(out + n - 4, "...\n");
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_person_reads_role_and_word),
	    cmocka_unit_test(test_journal_reads_priority),
	    cmocka_unit_test(test_level_silences),
	    cmocka_unit_test(test_line_stays_one_line),
	    cmocka_unit_test(test_long_line_is_cut_and_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

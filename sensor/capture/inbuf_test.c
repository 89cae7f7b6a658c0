/* Unit tests of the sliding window: growth, short reads, ends, errors. */
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "base/test.h"
#include "capture/memfile.h"

static const uint8_t digits[] = "0123456789abcdef";

static void
test_fill_collects_short_reads(void **state)
{
	struct memfile m = {.p = digits, .n = 16, .step = 3};
	struct inbuf in = memfile_inbuf(&m, 0, 4);
	struct rd look;

	assert_int_equal(inbuf_fill(&in, 10), 1);
	look = in.win;
	assert_true(rd_left(&look) >= 10);
	assert_memory_equal(rd_bytes(&look, 10), digits, 10);
	assert_int_equal(inbuf_offset(&in, look.p), 10);
	in.win = look;
	assert_int_equal(inbuf_fill(&in, 6), 1);
	assert_memory_equal(in.win.p, "abcdef", 6);
	assert_int_equal(inbuf_offset(&in, in.win.p), 10);
	inbuf_drop(&in);
}

static void
test_fill_reuses_the_buffer(void **state)
{
	struct memfile m = {.p = digits, .n = 16};
	struct inbuf in = memfile_inbuf(&m, 0, 8);

	for (size_t i = 0; i < 16; i += 4) {
		assert_int_equal(inbuf_fill(&in, 4), 1);
		assert_int_equal(in.size, 8);
		assert_memory_equal(in.win.p, digits + i, 4);
		rd_skip(&in.win, 4);
	}
	assert_int_equal(inbuf_fill(&in, 1), 0);
	inbuf_drop(&in);
}

static void
test_end_leaves_what_there_is(void **state)
{
	struct memfile m = {.p = digits, .n = 5, .step = 2};
	struct inbuf in = memfile_inbuf(&m, 0, 4);

	assert_int_equal(inbuf_fill(&in, 6), 0);
	assert_int_equal(rd_left(&in.win), 5);
	assert_memory_equal(in.win.p, digits, 5);
	assert_int_equal(inbuf_fill(&in, 5), 1);
	inbuf_drop(&in);
}

static void
test_skip_goes_beyond_the_buffer(void **state)
{
	struct memfile m = {.p = digits, .n = 16, .step = 3};
	struct inbuf in = memfile_inbuf(&m, 0, 4);

	assert_int_equal(inbuf_skip(&in, 13), 1);
	assert_int_equal(in.size, 4);
	assert_int_equal(inbuf_fill(&in, 1), 1);
	assert_int_equal(*in.win.p, 'd');
	assert_int_equal(inbuf_offset(&in, in.win.p), 13);
	assert_int_equal(inbuf_skip(&in, UINT64_MAX), 0);
	inbuf_drop(&in);
}

static void
test_failing_read_is_told(void **state)
{
	struct memfile m = {.p = digits, .n = 16, .step = 4, .fail_at = 8};
	struct inbuf in = memfile_inbuf(&m, 0, 4);

	assert_int_equal(inbuf_fill(&in, 8), 1);
	assert_int_equal(inbuf_fill(&in, 9), ERR_IO);
	assert_int_equal(rd_left(&in.win), 8);
	inbuf_drop(&in);
}

/* A pipe that does not block is waited for, not taken for the end. */
static void
test_nonblocking_pipe_is_waited_for(void **state)
{
	struct inbuf in;
	int fd[2];
	pid_t pid;

	assert_int_equal(pipe2(fd, O_NONBLOCK | O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		for (size_t i = 0; i < 16; i++) {
			if (write(fd[1], digits + i, 1) != 1) {
				_exit(1);
			}
			(void)sched_yield();
		}
		_exit(0);
	}
	close(fd[1]);
	inbuf_init(&in, fd[0], 4, 0);
	assert_int_equal(inbuf_fill(&in, 16), 1);
	assert_memory_equal(in.win.p, digits, 16);
	assert_int_equal(inbuf_fill(&in, 17), 0);
	inbuf_drop(&in);
	close(fd[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fill_collects_short_reads),
	    cmocka_unit_test(test_fill_reuses_the_buffer),
	    cmocka_unit_test(test_end_leaves_what_there_is),
	    cmocka_unit_test(test_skip_goes_beyond_the_buffer),
	    cmocka_unit_test(test_failing_read_is_told),
	    cmocka_unit_test(test_nonblocking_pipe_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * crash_test: processes that die in every way a decoder can make them die, and
 * what the parent finds afterwards; then records that no honest process wrote.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "proc/crash.h"
#include "proc/sandbox.h"

/* Volatile, or the compiler sees what it points to. */
static int *volatile nowhere = (int *)8;

static int fd;
static uint8_t buf[CRASH_FILE_MAX];

static const uint8_t bytes[] = {0x01, 0x02, 0x03, 0x04, 0x05,
    0x06,                               /* to                 */
    0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, /* from               */
    0x08, 0x06,                         /* ARP, then damage   */
    0xde, 0xad, 0xbe, 0xef};

static const struct frame good = {.data = bytes,
    .caplen = sizeof(bytes),
    .len = 1518,
    .ts_ns = 1093521681696827000ULL,
    .number = 42,
    .iface = 3,
    .linktype = LINKTYPE_ETHERNET};

static int
setup(void **state)
{
	return crash_create(&fd);
}

static int
teardown(void **state)
{
	close(fd);
	return 0;
}

/* Runs f in a process with the handlers; returns the signal that killed it. */
static int
die_of(void (*f)(void))
{
	const struct rlimit no_core = {0, 0};
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &no_core);
		if (crash_init(fd) != 0) {
			_exit(1);
		}
		f();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
segv(void)
{
	crash_frame(&good);
	*nowhere = 1;
}

static void
abrt(void)
{
	crash_frame(&good);
	abort();
}

static void
trap(void)
{
	crash_frame(&good);
	__builtin_trap();
}

/* The stack pointer itself leads nowhere: the handler needs its own stack. */
static void
no_stack(void)
{
	crash_frame(&good);
#if defined(__x86_64__)
	__asm__ volatile("mov $16, %%rsp\n\tpush %%rax" ::: "memory");
#else
	*nowhere = 1;
#endif
}

static void
between_frames(void)
{
	crash_frame(&good);
	crash_frame(NULL);
	raise(SIGBUS);
}

static void
wild_frame(void)
{
	static struct frame f;

	f = good;
	f.data = (const uint8_t *)64;
	crash_frame(&f);
	abort();
}

static void
wild_pointer(void)
{
	crash_frame((const struct frame *)64);
	*nowhere = 1;
}

static void
sigkill(void)
{
	crash_frame(&good);
	raise(SIGKILL);
}

static void
forbidden_call(void)
{
	const int out[] = {2};
	struct sandbox_options o = {.profile = SANDBOX_SENSOR,
	    .action = SANDBOX_TRAP,
	    .write_fds = out,
	    .nwrite_fds = 1};
	struct sandbox_state st;

	crash_frame(&good);
	if (sandbox_enter(&o, &st) == 0) {
		(void)getppid();
	}
}

static void
large(void)
{
	static uint8_t data[CRASH_DATA_MAX + 5000];
	static struct frame f;

	memset(data, 0x77, sizeof(data));
	f = good;
	f.data = data;
	f.caplen = f.len = sizeof(data);
	crash_frame(&f);
	abort();
}

static void
check_frame(const struct crash_info *c)
{
	assert_true(c->has_frame);
	assert_int_equal(c->frame.number, 42);
	assert_true(c->frame.ts_ns == good.ts_ns);
	assert_int_equal(c->frame.len, 1518);
	assert_int_equal(c->frame.caplen, sizeof(bytes));
	assert_int_equal(c->frame.iface, 3);
	assert_int_equal(c->frame.linktype, LINKTYPE_ETHERNET);
	assert_int_equal(c->kept, sizeof(bytes));
	assert_memory_equal(c->frame.data, bytes, sizeof(bytes));
}

static void
test_nothing_before_a_death(void **state)
{
	struct crash_info c;

	assert_int_equal(crash_read(fd, buf, &c), ERR_NOTFOUND);
}

static void
test_each_signal_keeps_the_frame(void **state)
{
	static const struct {
		void (*f)(void);
		int signal;
	} ways[] = {{segv, SIGSEGV}, {abrt, SIGABRT}, {no_stack, SIGSEGV},
	    {trap, SIGILL}, {forbidden_call, SIGSYS}};
	struct crash_info c;
	char name[64];

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		assert_int_equal(die_of(ways[i].f), ways[i].signal);
		assert_int_equal(crash_read(fd, buf, &c), 0);
		assert_int_equal(c.signal, ways[i].signal);
		check_frame(&c);
		if (ways[i].f == segv) {
			assert_true(c.addr == 8);
		}
		if (ways[i].f == forbidden_call) {
			sandbox_call_name(c.sysno, name);
			assert_string_equal(name, "getppid");
		}
		assert_int_equal(crash_clear(fd), 0);
		assert_int_equal(crash_read(fd, buf, &c), ERR_NOTFOUND);
	}
}

static void
test_without_a_frame_the_signal_stands(void **state)
{
	struct crash_info c;

	assert_int_equal(die_of(between_frames), SIGBUS);
	assert_int_equal(crash_read(fd, buf, &c), 0);
	assert_int_equal(c.signal, SIGBUS);
	assert_false(c.has_frame);
	assert_int_equal(c.kept, 0);
}

/* The handler itself faults: what it had written by then is there. */
static void
test_broken_pointers_cost_only_what_they_hide(void **state)
{
	struct crash_info c;

	assert_int_equal(die_of(wild_frame), SIGSEGV);
	assert_int_equal(crash_read(fd, buf, &c), 0);
	assert_int_equal(c.signal, SIGABRT);
	assert_true(c.has_frame);
	assert_int_equal(c.frame.number, 42);
	assert_int_equal(c.kept, 0);
	assert_int_equal(crash_clear(fd), 0);

	assert_int_equal(die_of(wild_pointer), SIGSEGV);
	assert_int_equal(crash_read(fd, buf, &c), 0);
	assert_int_equal(c.signal, SIGSEGV);
	assert_false(c.has_frame);
}

static void
test_sigkill_leaves_nothing(void **state)
{
	struct crash_info c;

	assert_int_equal(die_of(sigkill), SIGKILL);
	assert_int_equal(crash_read(fd, buf, &c), ERR_NOTFOUND);
}

static void
test_large_frame_is_cut_to_what_fits(void **state)
{
	struct crash_info c;

	assert_int_equal(die_of(large), SIGABRT);
	assert_int_equal(crash_read(fd, buf, &c), 0);
	assert_int_equal(c.frame.caplen, CRASH_DATA_MAX + 5000);
	assert_int_equal(c.kept, CRASH_DATA_MAX);
	assert_int_equal(c.frame.data[CRASH_DATA_MAX - 1], 0x77);
}

/* A broken process can write anything into the page, but not resize it. */
static void
test_hostile_record_is_refused(void **state)
{
	/* offset, value: one word of a good record is replaced */
	static const struct {
		size_t off;
		uint32_t v;
	} bad[] = {
	    {0, 0x12345678},         /* magic                      */
	    {4, 0},                  /* stage before the first     */
	    {4, 9},                  /* stage after the last       */
	    {8, 0},                  /* signal 0                   */
	    {8, 0xffffffff},         /* signal -1                  */
	    {56, 0x10000},           /* link type of 17 bits       */
	    {60, sizeof(bytes) + 1}, /* more kept than captured    */
	    {60, 0xffffffff},        /* more kept than there is    */
	};
	struct crash_info c;

	assert_int_equal(die_of(segv), SIGSEGV);
	assert_int_equal(crash_read(fd, buf, &c), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t *copy = malloc(CRASH_FILE_MAX);

		assert_non_null(copy);
		memcpy(copy, buf, CRASH_FILE_MAX);
		memcpy(copy + bad[i].off, &bad[i].v, 4);
		assert_int_equal(
		    crash_parse(copy, CRASH_FILE_MAX, &c), ERR_PEER);
		free(copy);
	}
	for (size_t n = 0; n < 128 + sizeof(bytes); n++) {
		uint8_t *copy = malloc(n);

		assert_non_null(copy);
		if (n > 0) {
			memcpy(copy, buf, n);
		}
		assert_int_equal(crash_parse(copy, n, &c), ERR_PEER);
		free(copy);
	}
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 1 << 30), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(test_nothing_before_a_death),
	    T(test_each_signal_keeps_the_frame),
	    T(test_without_a_frame_the_signal_stands),
	    T(test_broken_pointers_cost_only_what_they_hide),
	    T(test_sigkill_leaves_nothing),
	    T(test_large_frame_is_cut_to_what_fits),
	    T(test_hostile_record_is_refused),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

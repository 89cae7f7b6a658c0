/*
 * parent_test: processes that die, hang, lie and lose their interface, under
 * a real parent.
 *
 *	this test --fork--> subject (parent_run) --exec of this file--> roles
 *	     ^                                                            |
 *	     +------------------ pipe "probe", lines of text -------------+
 *
 * The roles (parent_test_roles.h) do what their configuration says in one
 * word; they and the subject tell on the pipe what happens, and a test waits
 * for lines, each with a deadline.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "proc/parent.h"
#include "proc/parent_test_subject.h"
#include "proc/proc.h"

static int
setup(void **state)
{
	memset(&cfg, 0, sizeof(cfg));
	cfg.worker = "run";
	return 0;
}

/* A test that failed leaves its subject. */
static int
teardown(void **state)
{
	if (current.pid > 0) {
		kill(current.pid, SIGKILL);
		waitpid(current.pid, NULL, 0);
		close(current.fd);
		current.pid = 0;
	}
	return 0;
}

/* --- the tests -------------------------------------------------------------*/

static void
test_role_finds_what_the_contract_says(void **state)
{
	struct subject *s;

	cfg.worker = "environment";
	s = start();
	/* 0 to 2, the parent, crash memory, the probe; nothing else. */
	expect(s, "fds 0 1 2 3 4 5");
	expect(s, "null 1");
	expect(s, "name otus-worker label w0");
	expect(s, "ignores 1");
	expect(s, "hardened 1 0");
	expect(s, "home unset");
	expect(s, "missing -1");
	expect_both(s, "ready w0 0", "up");
	assert_int_equal(stop(s), 0);
}

static void
test_store_starts_first_and_stops_last(void **state)
{
	struct subject *s;
	const char *l;

	/* The parent's own lines are in order with what it does next. */
	cfg.keeper = "run";
	cfg.changed = tell_state;
	s = start();
	do {
		l = line(s);
		assert_null(strstr(l, "w0"));
		assert_null(strstr(l, "worker"));
	} while (strcmp(l, "state keeper running") != 0);
	expect_both(s, "ready w0 0", "up");
	assert_int_equal(kill(s->pid, SIGINT), 0);
	do {
		l = line(s);
		assert_null(strstr(l, "keeper"));
	} while (strcmp(l, "state worker stopped") != 0);
	expect(s, "state keeper stopped");
	assert_int_equal(end(s), 0);
}

static void
test_killed_child_is_back_within_a_second(void **state)
{
	struct subject *s;
	char want[32];
	uint64_t t;

	cfg.keeper = "run";
	s = start();
	expect(s, "up");
	for (unsigned i = 1; i <= 3; i++) {
		t = clock_mono_ns();
		assert_int_equal(kill(find_child(s, "w0"), SIGKILL), 0);
		snprintf(want, sizeof(want), "ready w0 %u", i);
		expect(s, want);
		assert_true(clock_mono_ns() - t < NS_PER_SEC);
	}
	t = clock_mono_ns();
	assert_int_equal(kill(find_child(s, "keeper"), SIGKILL), 0);
	expect(s, "ready keeper 1");
	assert_true(clock_mono_ns() - t < NS_PER_SEC);
	expect(s, "health running restarts 3: ");
	assert_int_equal(stop(s), 0);
}

/* 50, 100, 200, 400 ms: each wait at least its share, and no retry storm. */
static void
test_repeated_death_backs_off(void **state)
{
	uint64_t begin, end_of[5];
	struct subject *s;
	char want[32];

	cfg.worker = "kill";
	begin = clock_mono_ns();
	s = start();
	for (unsigned i = 0; i < 5; i++) {
		snprintf(want, sizeof(want), "start w0 %u", i);
		expect(s, want);
		end_of[i] = clock_mono_ns();
	}
	assert_true(end_of[4] - begin >= 750 * NS_PER_MS);
	assert_true(end_of[4] - end_of[3] >= 400 * NS_PER_MS);
	assert_int_equal(stop(s), 0);
}

/* Dies at once after READY, always: back within a second all the same. */
static void
test_what_can_run_is_never_kept_away_long(void **state)
{
	struct subject *s;
	char want[32];
	uint64_t t = 0;

	cfg.worker = "segv";
	s = start();
	for (unsigned i = 0; i < 7; i++) {
		uint64_t now;

		snprintf(want, sizeof(want), "ready w0 %u", i);
		expect(s, want);
		now = clock_mono_ns();
		assert_true(i == 0 || now - t < 2 * NS_PER_SEC);
		/* 50, 100, 200, 400, and then 800 ms each time. */
		assert_true(i < 6 || now - t >= 800 * NS_PER_MS);
		t = now;
	}
	assert_int_equal(stop(s), 0);
}

static void
test_failing_start_ends_everything(void **state)
{
	struct subject *s;

	cfg.keeper = "busy";
	s = start();
	assert_string_equal(line(s), "start keeper 0");
	/* The worker's phase never comes; the code is the child's. */
	assert_int_equal(end(s), err_exit_code(ERR_BUSY));

	cfg.keeper = "run";
	cfg.worker = "fail";
	s = start();
	expect(s, "start w0 0");
	expect(s, "stop keeper");
	assert_int_equal(end(s), err_exit_code(ERR_CONFIG));
}

static void
test_crash_evidence_reaches_the_store(void **state)
{
	struct subject *s;
	const char *l;

	cfg.keeper = "run";
	cfg.worker = "segv@0";
	s = start();
	l = expect_start(s, "crash worker 0 signal 11 frame 4711 bytes 4 ca: ");
	assert_non_null(strstr(l, "address 0x8"));
	expect(s, "health running restarts 1: ");
	assert_int_equal(stop(s), 0);

	cfg.worker = "forbidden@0";
	s = start();
	l = expect_start(s, "crash worker 0 signal 31 frame 4711 bytes 4 ca: ");
	assert_string_equal(l, "forbidden system call getppid");
	expect(s, "health running restarts 1: ");
	/* A death that leaves nothing is not told with the old frame. */
	assert_int_equal(kill(find_child(s, "w0"), SIGKILL), 0);
	expect_without(s, "health running restarts 2: ", "crash");
	assert_int_equal(kill(s->pid, SIGTERM), 0);
	expect_without(s, "stop keeper", "crash");
	assert_int_equal(end(s), 0);
}

/* Store dies with the evidence in hand: its next life gets it again. */
static void
test_evidence_is_sent_until_it_is_kept(void **state)
{
	struct subject *s;

	cfg.keeper = "forgetful@0";
	cfg.worker = "segv@0";
	s = start();
	expect_start(s, "crash worker 0");
	expect(s, "ready keeper 1");
	expect_start(s, "crash worker 0");
	/* Kept now: a third life gets none. */
	expect(s, "kept 0");
	assert_int_equal(kill(find_child(s, "keeper"), SIGKILL), 0);
	expect(s, "ready keeper 2");
	expect_start(s, "health running");
	assert_int_equal(kill(s->pid, SIGTERM), 0);
	expect_without(s, "stop keeper", "crash");
	assert_int_equal(end(s), 0);
}

static void
test_silent_child_is_ended_with_its_frame(void **state)
{
	struct subject *s;
	const char *l;

	cfg.keeper = "run";
	cfg.worker = "silent@0";
	cfg.silent_ms = 1500;
	s = start();
	l = expect_start(s, "crash worker 0 signal 6 frame 4711 bytes 4 ca: ");
	assert_string_equal(l, "no sign of life for 1500 ms");
	expect(s, "ready w0 1");
	assert_int_equal(stop(s), 0);
}

static void
test_protocol_breach_costs_the_process(void **state)
{
	struct subject *s;

	cfg.worker = "babble@0";
	s = start();
	expect(s, "ready w0 1");
	assert_int_equal(stop(s), 0);
	cfg.worker = "unknown@0";
	s = start();
	expect(s, "ready w0 1");
	assert_int_equal(stop(s), 0);
}

static void
test_deaf_child_is_killed_in_the_end(void **state)
{
	struct subject *s;
	uint64_t t;

	cfg.worker = "deaf";
	cfg.grace_ms = 300;
	s = start();
	expect_both(s, "ready w0 0", "up");
	t = clock_mono_ns();
	assert_int_equal(stop(s), 0);
	t = clock_mono_ns() - t;
	assert_true(t >= 300 * NS_PER_MS && t < 3 * NS_PER_SEC);
	/* Insisting does not wait. */
	cfg.grace_ms = 60000;
	cfg.changed = tell_state;
	s = start();
	expect(s, "up");
	assert_int_equal(kill(s->pid, SIGTERM), 0);
	expect(s, "state worker stopping");
	/* One that comes with the first is the same request (timeout(1)
	 * signals the group, too); one that comes later insists. */
	assert_int_equal(kill(s->pid, SIGTERM), 0);
	(void)poll(NULL, 0, 1200);
	assert_int_equal(kill(s->pid, 0), 0);
	assert_int_equal(stop(s), 0);
}

static void
test_children_end_with_their_parent(void **state)
{
	struct subject *s = start();
	int status;

	expect(s, "up");
	assert_int_equal(kill(s->pid, SIGKILL), 0);
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	s->pid = 0;
	expect(s, "stop w0");
	close(s->fd);
}

static void
test_channel_outlives_both_ends(void **state)
{
	struct subject *s;

	cfg.keeper = "run";
	cfg.link = true;
	s = start();
	expect(s, "keeper hears hello");
	/* A new worker speaks through the same channel. */
	assert_int_equal(kill(find_child(s, "w0"), SIGKILL), 0);
	expect(s, "keeper hears hello");
	/* A new keeper is announced to the old worker. */
	assert_int_equal(kill(find_child(s, "keeper"), SIGKILL), 0);
	expect(s, "peer link 1");
	assert_int_equal(stop(s), 0);
}

static void
test_group_passes_the_barrier_together(void **state)
{
	struct subject *s;
	unsigned joined = 0;
	const char *l;

	cfg.worker = "barrier";
	cfg.last = "late";
	cfg.workers = 3;
	cfg.group = 1;
	s = start();
	for (;;) {
		l = line(s);
		if (strncmp(l, "past", 4) == 0) {
			break;
		}
		joined += strncmp(l, "joined", 6) == 0;
	}
	assert_int_equal(joined, 3);
	expect(s, "up");
	/* One that comes later, alone, need not wait. */
	assert_int_equal(kill(find_child(s, "w1"), SIGKILL), 0);
	expect(s, "past w1");
	expect(s, "ready w1 1");
	assert_int_equal(stop(s), 0);
}

static int
new_word(void *arg, struct parent *p)
{
	say("reload");
	return parent_config(p, 0, "segvless", 8);
}

static int
bad_file(void *arg, struct parent *p)
{
	say("reload");
	return ERR_CONFIG;
}

static void
test_reload_restarts_what_changed(void **state)
{
	struct subject *s;

	cfg.reload = new_word;
	s = start();
	expect_both(s, "ready w0 0", "up");
	assert_int_equal(kill(s->pid, SIGHUP), 0);
	expect(s, "stop w0");
	expect(s, "ready w0 1");
	/* The same again changes nothing: what follows is the stop. */
	assert_int_equal(kill(s->pid, SIGHUP), 0);
	expect(s, "reload");
	assert_int_equal(kill(s->pid, SIGTERM), 0);
	assert_string_equal(line(s), "stop w0");
	assert_int_equal(end(s), 0);

	/* No way to reload: the terminal is gone, so stop. */
	cfg.reload = NULL;
	s = start();
	expect_both(s, "ready w0 0", "up");
	assert_int_equal(kill(s->pid, SIGHUP), 0);
	expect(s, "stop w0");
	assert_int_equal(end(s), 0);

	cfg.reload = bad_file;
	s = start();
	expect_both(s, "ready w0 0", "up");
	assert_int_equal(kill(s->pid, SIGHUP), 0);
	expect(s, "reload");
	assert_int_equal(kill(s->pid, SIGTERM), 0);
	assert_string_equal(line(s), "stop w0");
	assert_int_equal(end(s), 0);
}

/* Runs in the subject, in its own network namespace. */
static void
lo_up(void *arg, const struct proc_health *h)
{
	static bool seen;
	struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd;

	say("%s", proc_state_name(h->state));
	if (h->state == PROC_LOST && !seen) {
		seen = true;
		say("lost as %s", h->status);
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		say("set %d", ioctl(fd, SIOCSIFFLAGS, &r));
		close(fd);
	}
}

static void
test_lost_interface_is_waited_for(void **state)
{
	struct subject *s;
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (unshare(CLONE_NEWNET) != 0) {
		close(fd);
		print_message("needs root\n");
		skip();
	}
	cfg.worker = "lost@0";
	cfg.iface = "lo"; /* down in a new namespace */
	cfg.changed = lo_up;
	s = start();
	assert_int_equal(setns(fd, CLONE_NEWNET), 0);
	close(fd);
	expect(s, "lost as no carrier");
	/* A lost interface holds up nobody else. */
	expect(s, "set 0");
	expect_both(s, "ready w0 1", "up");
	assert_int_equal(stop(s), 0);
}

static void
test_users_and_capabilities(void **state)
{
	struct subject *s;
	pid_t pid;

	if (!priv_can_change()) {
		print_message("needs root\n");
		skip();
	}
	cfg.users = true;
	cfg.keeper = "run";
	cfg.worker = "user";
	s = start();
	expect(s, "user 1 group 1 capture yes");
	expect_both(s, "ready w0 0", "up");
	/* What the kernel says of the running processes. */
	pid = find_child(s, "w0");
	assert_true(has_status(pid, "Uid:\t1\t1\t1\t1"));
	assert_true(has_status(pid, "Gid:\t1\t1\t1\t1"));
	assert_true(has_status(pid, "CapPrm:\t0000000000000000"));
	assert_true(has_status(pid, "CapEff:\t0000000000000000"));
	assert_true(has_status(pid, "CapAmb:\t0000000000000000"));
	assert_true(has_status(pid, "NoNewPrivs:\t1"));
	assert_true(has_status(pid, "Seccomp:\t2"));
	/* CAP_KILL 5, SETGID 6, SETUID 7, NET_RAW 13. */
	assert_true(has_status(s->pid, "CapPrm:\t00000000000020e0"));
	assert_true(has_status(s->pid, "CapBnd:\t00000000000020e0"));
	assert_true(has_status(s->pid, "Uid:\t65534\t65534\t65534\t65534"));
	assert_true(has_status(s->pid, "Seccomp:\t2"));
	/* The keeper has the parent's user; the parent may still kill both. */
	assert_int_equal(kill(find_child(s, "w0"), SIGKILL), 0);
	expect(s, "user 1 group 1 capture yes");
	expect(s, "ready w0 1");
	assert_int_equal(kill(s->pid, SIGTERM), 0);
	expect(s, "stop w0");
	expect(s, "stop keeper");
	assert_int_equal(end(s), 0);
}

static void
test_role_argument_is_not_for_people(void **state)
{
	char *argv[] = {(char *)"otus", (char *)"--role=worker", NULL};
	int status, null;
	pid_t pid = fork();

	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		dup2(null, 2);
		closefrom(3);
		execv("/proc/self/exe", argv);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), err_exit_code(ERR_USAGE));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(test_role_finds_what_the_contract_says),
	    T(test_store_starts_first_and_stops_last),
	    T(test_killed_child_is_back_within_a_second),
	    T(test_repeated_death_backs_off),
	    T(test_what_can_run_is_never_kept_away_long),
	    T(test_failing_start_ends_everything),
	    T(test_crash_evidence_reaches_the_store),
	    T(test_evidence_is_sent_until_it_is_kept),
	    T(test_silent_child_is_ended_with_its_frame),
	    T(test_protocol_breach_costs_the_process),
	    T(test_deaf_child_is_killed_in_the_end),
	    T(test_children_end_with_their_parent),
	    T(test_channel_outlives_both_ends),
	    T(test_group_passes_the_barrier_together),
	    T(test_reload_restarts_what_changed),
	    T(test_lost_interface_is_waited_for),
	    T(test_users_and_capabilities),
	    T(test_role_argument_is_not_for_people),
#undef T
	};

	proc_child(argc, argv, roles, sizeof(roles) / sizeof(roles[0]));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

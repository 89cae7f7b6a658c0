/*
 * sandbox_test: each profile lets through what it must and kills on the rest.
 *
 * Each call of sandbox_test_calls.h is tried for real, by a child process that
 * has entered the profile with its production action.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "proc/sandbox.h"
#include "proc/sandbox_test_calls.h"

#define NATTEMPTS (sizeof(attempts) / sizeof(attempts[0]))

static int
setup(void **state)
{
	char path[96];
	int fd[2];

	if (!test_dir_make() ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd) != 0) {
		return -1;
	}
	chan_fd = fd[0];
	other_fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	snprintf(path, sizeof(path), "%s/w", test_dir);
	file_fd = open(path, O_RDWR | O_CREAT, 0600);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return chan_fd < 0 || other_fd < 0 || file_fd < 0 || page == MAP_FAILED;
}

static int
teardown(void **state)
{
	return !test_dir_remove();
}

static int
enter(enum sandbox_profile profile, enum sandbox_action action)
{
	const int write_fds[] = {2, chan_fd};
	const struct landlock_path p = {
	    .path = test_dir, .access = LANDLOCK_WRITE};
	struct sandbox_options o = {.profile = profile,
	    .action = action,
	    .paths = &p,
	    .npaths = 1,
	    .write_fds = write_fds,
	    .nwrite_fds = 2};
	struct sandbox_state st;

	return sandbox_enter(&o, &st);
}

/* Wait status of a child that made the attempt. */
static int
try(size_t i, enum sandbox_profile profile, enum sandbox_action action)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (enter(profile, action) != 0) {
			_exit(255);
		}
		_exit(attempts[i].f());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* Errors that only the filter would give for this attempt count as e. */
static char
judge(size_t i, int status)
{
	if (WIFSIGNALED(status)) {
		return WTERMSIG(status) == SIGSYS ? 'x' : '?';
	}
	if (WEXITSTATUS(status) == 255) {
		return '!';
	}
	return attempts[i].error != 0 &&
		       WEXITSTATUS(status) == attempts[i].error
		   ? 'e'
		   : '+';
}

static void
check_profile(enum sandbox_profile profile)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < NATTEMPTS; i++) {
		char got = judge(i, try(i, profile, SANDBOX_KILL));

		if (got != attempts[i].outcome[profile]) {
			print_error("%s: %s is %c, must be %c\n",
			    sandbox_profile_name(profile), attempts[i].name,
			    got, attempts[i].outcome[profile]);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static void
test_parent(void **state)
{
	check_profile(SANDBOX_PARENT);
}

static void
test_sensor(void **state)
{
	check_profile(SANDBOX_SENSOR);
}

static void
test_store(void **state)
{
	check_profile(SANDBOX_STORE);
}

static void
test_web(void **state)
{
	check_profile(SANDBOX_WEB);
}

static void
test_courier(void **state)
{
	check_profile(SANDBOX_COURIER);
}

static void
test_offline(void **state)
{
	check_profile(SANDBOX_OFFLINE);
}

static void
test_errno_action_refuses_instead(void **state)
{
	for (size_t i = 0; i < NATTEMPTS; i++) {
		int status;

		if (attempts[i].f != socket_inet) {
			continue;
		}
		status = try(i, SANDBOX_STORE, SANDBOX_ERRNO);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), EPERM);
		status = try(i, SANDBOX_STORE, SANDBOX_LOG);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

/* A write_fd that could reach a wire is a mistake that must not start. */
static void
test_network_socket_is_no_log(void **state)
{
	const int wrong[] = {2, other_fd};
	const int closed[] = {9999};
	struct sandbox_options o = {
	    .profile = SANDBOX_SENSOR, .write_fds = wrong, .nwrite_fds = 2};
	struct sandbox_state st;

	assert_int_equal(sandbox_enter(&o, &st), ERR_STATE);
	o.write_fds = closed;
	o.nwrite_fds = 1;
	assert_int_equal(sandbox_enter(&o, &st), ERR_STATE);
}

/* The promise itself: write() on a packet socket transmits, but not here. */
static void
test_packet_socket_cannot_be_written(void **state)
{
	int keep = other_fd, status = 0;

	other_fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (other_fd < 0) {
		other_fd = keep;
		print_message("needs CAP_NET_RAW\n");
		skip();
	}
	for (size_t i = 0; i < NATTEMPTS; i++) {
		if (attempts[i].f == write_other ||
		    attempts[i].f == send_other ||
		    attempts[i].f == sendmsg_other) {
			status = try(i, SANDBOX_SENSOR, SANDBOX_KILL);
			assert_true(WIFSIGNALED(status));
			assert_int_equal(WTERMSIG(status), SIGSYS);
		}
	}
	close(other_fd);
	other_fd = keep;
}

static void
test_description_says_what_is_missing(void **state)
{
	struct sandbox_state st = {.profile = SANDBOX_STORE, .calls = 60};
	char text[SANDBOX_TEXT];

	sandbox_describe(&st, text);
	assert_non_null(strstr(text, "NO Landlock"));
	st.landlock = (struct landlock_state){.abi = 2, .fs = true};
	sandbox_describe(&st, text);
	assert_non_null(strstr(text, "Landlock ABI 2"));
	assert_non_null(strstr(text, "NOT truncation"));
	assert_non_null(strstr(text, "NOT TCP ports"));
	st.landlock = (struct landlock_state){6, true, true, true, true, 0};
	sandbox_describe(&st, text);
	assert_null(strstr(text, "NO"));
	assert_non_null(strstr(text, "60 system calls"));
	assert_true(strlen(text) < SANDBOX_TEXT - 1);
}

static void
test_offer_names_both(void **state)
{
	char text[SANDBOX_TEXT];

	assert_true(sandbox_offered(text));
	assert_non_null(strstr(text, "seccomp: available"));
	assert_non_null(strstr(
	    text, landlock_abi() > 0 ? "Landlock: ABI" : "Landlock: NOT"));
}

static void
test_call_names(void **state)
{
	char name[64];

	sandbox_call_name(SYS_sendto, name);
	assert_string_equal(name, "sendto");
	sandbox_call_name(123456, name);
	assert_string_equal(name, "call 123456");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parent),
	    cmocka_unit_test(test_sensor),
	    cmocka_unit_test(test_store),
	    cmocka_unit_test(test_web),
	    cmocka_unit_test(test_courier),
	    cmocka_unit_test(test_offline),
	    cmocka_unit_test(test_errno_action_refuses_instead),
	    cmocka_unit_test(test_network_socket_is_no_log),
	    cmocka_unit_test(test_packet_socket_cannot_be_written),
	    cmocka_unit_test(test_description_says_what_is_missing),
	    cmocka_unit_test(test_offer_names_both),
	    cmocka_unit_test(test_call_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

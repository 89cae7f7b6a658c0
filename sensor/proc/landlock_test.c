/*
 * landlock_test: inside the allowed paths works, outside fails, per ABI.
 *
 * Each case confines a child process; its exit code is the number of the
 * check that failed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "proc/landlock.h"
#include "proc/test_dir.h"

static char in[80], out[80], file[96];

static int
setup(void **state)
{
	int fd;

	if (!test_dir_make()) {
		return -1;
	}
	snprintf(in, sizeof(in), "%s/in", test_dir);
	snprintf(out, sizeof(out), "%s/out", test_dir);
	snprintf(file, sizeof(file), "%s/file", in);
	fd = mkdir(in, 0755) == 0 && mkdir(out, 0755) == 0
		 ? open(file, O_WRONLY | O_CREAT, 0644)
		 : -1;
	if (fd < 0 || write(fd, "abc", 3) != 3) {
		return -1;
	}
	close(fd);
	return 0;
}

static int
teardown(void **state)
{
	return !test_dir_remove();
}

static int
child(int (*f)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
			_exit(99);
		}
		_exit(f());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 200;
}

/* 0 or the errno of an open. */
static int
try_open(const char *folder, const char *name, int flags)
{
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, flags | O_CLOEXEC, 0644);
	if (fd < 0) {
		return errno;
	}
	close(fd);
	return 0;
}

#define CHECK(n, cond)              \
	do {                        \
		if (!(cond)) {      \
			return (n); \
		}                   \
	} while (0)

static int
enter(int abi, enum landlock_access access, struct landlock_state *st)
{
	const struct landlock_path p = {.path = in, .access = access};

	return landlock_enter(abi, &p, 1, NULL, 0, st);
}

static int
read_only(void)
{
	struct landlock_state st;

	CHECK(1, enter(LANDLOCK_ABI_MAX, LANDLOCK_READ, &st) == 0 && st.fs);
	CHECK(2, try_open(in, "file", O_RDONLY) == 0);
	CHECK(3, try_open(in, ".", O_RDONLY | O_DIRECTORY) == 0);
	CHECK(4, try_open(in, "file", O_WRONLY) == EACCES);
	CHECK(5, try_open(in, "new", O_WRONLY | O_CREAT) == EACCES);
	CHECK(6, unlink(file) != 0 && errno == EACCES);
	CHECK(11, st.truncate == (st.abi >= 3));
	CHECK(7, !st.truncate || (truncate(file, 0) != 0 && errno == EACCES));
	CHECK(8, try_open(out, ".", O_RDONLY | O_DIRECTORY) == EACCES);
	CHECK(9, try_open("/etc", "passwd", O_RDONLY) == EACCES);
	CHECK(10, try_open("/proc", "self/status", O_RDONLY) == EACCES);
	return 0;
}

static int
read_write(void)
{
	struct landlock_state st;
	char new[160], other[160];

	CHECK(1, enter(LANDLOCK_ABI_MAX, LANDLOCK_WRITE, &st) == 0 && st.fs);
	CHECK(2, try_open(in, "file", O_RDWR) == 0);
	CHECK(3, try_open(in, "new", O_WRONLY | O_CREAT) == 0);
	CHECK(4, truncate(file, 1) == 0);
	snprintf(new, sizeof(new), "%s/sub", in);
	CHECK(5, mkdir(new, 0755) == 0);
	snprintf(new, sizeof(new), "%s/new", in);
	snprintf(other, sizeof(other), "%s/sub/new", in);
	/* Between folders: REFER, from ABI 2 on. */
	CHECK(6, rename(new, other) == 0 || st.abi < 2);
	CHECK(7, try_open(out, "new", O_WRONLY | O_CREAT) == EACCES);
	snprintf(other, sizeof(other), "%s/file", out);
	CHECK(8, rename(file, other) != 0);
	snprintf(new, sizeof(new), "%s/link", in);
	CHECK(9, symlink("/etc/passwd", new) != 0 && errno == EACCES);
	CHECK(10, mkfifo(new, 0644) != 0 && errno == EACCES);
	return 0;
}

static int
nothing(void)
{
	struct landlock_state st;

	CHECK(1, landlock_enter(LANDLOCK_ABI_MAX, NULL, 0, NULL, 0, &st) == 0);
	CHECK(2, try_open(in, "file", O_RDONLY) == EACCES);
	CHECK(3, try_open("/", ".", O_RDONLY | O_DIRECTORY) == EACCES);
	return 0;
}

static int
one_file(void)
{
	const struct landlock_path p[] = {
	    {.path = file, .access = LANDLOCK_READ},
	    {.path = "/nonexistent/ca.pem", .access = LANDLOCK_READ}};
	struct landlock_state st;

	CHECK(1, landlock_enter(LANDLOCK_ABI_MAX, p, 2, NULL, 0, &st) == 0);
	CHECK(2, st.missing == 1);
	CHECK(3, try_open(in, "file", O_RDONLY) == 0);
	CHECK(4, try_open(in, ".", O_RDONLY | O_DIRECTORY) == EACCES);
	return 0;
}

static int
by_descriptor(void)
{
	struct landlock_path p = {.access = LANDLOCK_WRITE};
	struct landlock_state st;

	p.fd = open(in, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(1, p.fd >= 0);
	CHECK(2, landlock_enter(LANDLOCK_ABI_MAX, &p, 1, NULL, 0, &st) == 0);
	CHECK(3, try_open(in, "file", O_RDWR) == 0);
	CHECK(4, try_open(out, ".", O_RDONLY | O_DIRECTORY) == EACCES);
	return 0;
}

/* An older kernel: files are fenced, and the rest is told to be missing. */
static int
abi_1(void)
{
	struct landlock_state st;

	CHECK(1, enter(1, LANDLOCK_READ, &st) == 0);
	CHECK(2, st.abi == 1 && st.fs && !st.truncate && !st.net && !st.scope);
	CHECK(3, try_open(in, "file", O_RDONLY) == 0);
	CHECK(4, try_open(in, "file", O_WRONLY) == EACCES);
	CHECK(5, try_open("/etc", "passwd", O_RDONLY) == EACCES);
	return 0;
}

/* A kernel without Landlock: nothing is fenced, and the state says so. */
static int
abi_0(void)
{
	struct landlock_state st;

	CHECK(1, enter(0, LANDLOCK_READ, &st) == 0);
	CHECK(2, st.abi == 0 && !st.fs && !st.truncate && !st.net);
	CHECK(3, try_open("/etc", "passwd", O_RDONLY) == 0);
	return 0;
}

static int
listen_on_loopback(uint16_t *ret_port)
{
	struct sockaddr_in sa = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, n) != 0 ||
	    listen(fd, 5) != 0 ||
	    getsockname(fd, (struct sockaddr *)&sa, &n) != 0) {
		return -1;
	}
	*ret_port = ntohs(sa.sin_port);
	return fd;
}

static int
try_connect(uint16_t port)
{
	struct sockaddr_in sa = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc =
	    connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 ? 0 : errno;

	close(fd);
	return rc;
}

static int
ports(void)
{
	struct landlock_state st;
	uint16_t good, bad, spare;

	CHECK(1, listen_on_loopback(&good) >= 0);
	CHECK(2, listen_on_loopback(&bad) >= 0);
	CHECK(3, landlock_enter(LANDLOCK_ABI_MAX, NULL, 0, &good, 1, &st) == 0);
	CHECK(4, st.net);
	CHECK(5, try_connect(good) == 0);
	CHECK(6, try_connect(bad) == EACCES);
	CHECK(7, listen_on_loopback(&spare) < 0);
	return 0;
}

static int
signals(void)
{
	struct landlock_state st;

	CHECK(1, landlock_enter(LANDLOCK_ABI_MAX, NULL, 0, NULL, 0, &st) == 0);
	CHECK(2, st.scope);
	CHECK(3, kill(getppid(), 0) != 0 && errno == EPERM);
	CHECK(4, kill(getpid(), 0) == 0);
	return 0;
}

static void
need_abi(int abi)
{
	if (landlock_abi() < abi) {
		print_message("needs Landlock ABI %d\n", abi);
		skip();
	}
}

static void
test_read_only_folder(void **state)
{
	need_abi(1);
	assert_int_equal(child(read_only), 0);
}

static void
test_read_write_folder(void **state)
{
	need_abi(1);
	assert_int_equal(child(read_write), 0);
}

static void
test_no_path_at_all(void **state)
{
	need_abi(1);
	assert_int_equal(child(nothing), 0);
}

static void
test_single_file_and_missing_one(void **state)
{
	need_abi(1);
	assert_int_equal(child(one_file), 0);
}

static void
test_folder_by_descriptor(void **state)
{
	need_abi(1);
	assert_int_equal(child(by_descriptor), 0);
}

static void
test_first_abi_says_what_it_lacks(void **state)
{
	need_abi(1);
	assert_int_equal(child(abi_1), 0);
}

static void
test_no_landlock_is_told(void **state)
{
	assert_int_equal(child(abi_0), 0);
}

static void
test_tcp_ports(void **state)
{
	need_abi(4);
	assert_int_equal(child(ports), 0);
}

static void
test_signals_stay_inside(void **state)
{
	need_abi(6);
	assert_int_equal(child(signals), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(test_read_only_folder),
	    T(test_read_write_folder),
	    T(test_no_path_at_all),
	    T(test_single_file_and_missing_one),
	    T(test_folder_by_descriptor),
	    T(test_first_abi_says_what_it_lacks),
	    T(test_no_landlock_is_told),
	    T(test_tcp_ports),
	    T(test_signals_stay_inside),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

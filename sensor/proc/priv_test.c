/*
 * priv_test: who a process becomes and what it keeps.  Each case runs in a
 * child; its exit code is the number of the check that failed.
 */
#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "proc/priv.h"

#define CHECK(n, cond)              \
	do {                        \
		if (!(cond)) {      \
			return (n); \
		}                   \
	} while (0)

static int
child(int (*f)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		_exit(f());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 200;
}

static void
need_root(void)
{
	if (!priv_can_change()) {
		print_message("needs root\n");
		skip();
	}
}

static unsigned
count_caps(capng_type_t set)
{
	unsigned n = 0;

	if (capng_get_caps_process() != 0) {
		return 999;
	}
	for (unsigned c = 0; c <= CAP_LAST_CAP; c++) {
		n += capng_have_capability(set, c) == 1;
	}
	return n;
}

static bool
can_capture(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd >= 0) {
		close(fd);
	}
	return fd >= 0;
}

static void
test_lookup(void **state)
{
	enum priv_found found;
	struct priv_id id;

	need_root();
	assert_int_equal(priv_lookup("daemon", NULL, 0, &id, &found), 0);
	assert_int_equal(found, PRIV_NAMED);
	assert_int_equal(id.uid, 1);
	assert_string_equal(id.user, "daemon");
	assert_int_equal(priv_lookup("daemon", "sys", 0, &id, &found), 0);
	assert_int_equal(id.gid, getgrnam("sys")->gr_gid);
	assert_int_equal(
	    priv_lookup("daemon", "no-such-group", 0, &id, &found), ERR_NOENT);
	/* No such user: the owner of the state, else nobody. */
	assert_int_equal(priv_lookup("no-such-user", "sys", 1, &id, &found), 0);
	assert_int_equal(found, PRIV_OWNER);
	assert_int_equal(id.uid, 1);
	assert_int_equal(id.gid, 1);
	assert_int_equal(priv_lookup("no-such-user", NULL, 0, &id, &found), 0);
	assert_int_equal(found, PRIV_NOBODY);
	assert_string_equal(id.user, "nobody");
}

static int
unprivileged(void)
{
	enum priv_found found;
	struct priv_id id;

	CHECK(1, getuid() != 0 || setresuid(65534, 65534, 65534) == 0);
	CHECK(2, !priv_can_change());
	CHECK(3, priv_lookup("no-such-user", "sys", 0, &id, &found) == 0);
	CHECK(4, found == PRIV_SELF && id.uid == getuid());
	CHECK(5, priv_hold(&id) == 0 && priv_assume(&id, true) == 0);
	CHECK(6, priv_harden(64) == 0 && priv_drop() == 0);
	id.uid = 1;
	CHECK(7, priv_assume(&id, false) == ERR_PERM);
	return 0;
}

static void
test_ordinary_user_does_what_it_can(void **state)
{
	assert_int_equal(child(unprivileged), 0);
}

static int
hold(void)
{
	const gid_t groups[] = {4, 5};
	enum priv_found found;
	struct priv_id id;

	CHECK(1, priv_lookup("daemon", NULL, 0, &id, &found) == 0);
	CHECK(13, setgroups(2, groups) == 0);
	CHECK(2, priv_hold(&id) == 0);
	CHECK(3, getuid() == 1 && geteuid() == 1 && getgid() == 1);
	CHECK(4, getgroups(0, NULL) == 0);
	CHECK(5, count_caps(CAPNG_EFFECTIVE) == 4);
	CHECK(6, count_caps(CAPNG_PERMITTED) == 4);
	CHECK(7, count_caps(CAPNG_BOUNDING_SET) == 4);
	CHECK(8, count_caps(CAPNG_INHERITABLE) == 0);
	CHECK(9, count_caps(CAPNG_AMBIENT) == 0);
	CHECK(10, can_capture() && priv_has_net_raw() && priv_can_change());
	CHECK(11, kill(getppid(), 0) == 0); /* of another user: CAP_KILL */
	CHECK(12, chown("/tmp", 1, 1) != 0 && errno == EPERM);
	return 0;
}

static void
test_parent_holds_four(void **state)
{
	need_root();
	assert_int_equal(child(hold), 0);
}

static int
assume(void)
{
	struct priv_id parent = {.uid = 1, .gid = 1};
	struct priv_id role = {.uid = 65534, .gid = 65534};

	CHECK(1, priv_hold(&parent) == 0);
	CHECK(2, priv_assume(&role, true) == 0);
	CHECK(3, getuid() == 65534 && getgid() == 65534);
	CHECK(4, count_caps(CAPNG_PERMITTED) == 1 && priv_has_net_raw());
	CHECK(5, count_caps(CAPNG_AMBIENT) == 1);
	CHECK(6, can_capture() && !priv_can_change());
	CHECK(7, setresuid(1, 1, 1) != 0 && errno == EPERM);
	CHECK(8, priv_drop() == 0);
	CHECK(9, !can_capture() && count_caps(CAPNG_PERMITTED) == 0);
	CHECK(10, count_caps(CAPNG_AMBIENT) == 0);
	CHECK(11, count_caps(CAPNG_INHERITABLE) == 0);
	return 0;
}

static int
assume_nothing(void)
{
	struct priv_id parent = {.uid = 1, .gid = 1};
	struct priv_id role = {.uid = 65534, .gid = 65534};

	CHECK(1, priv_hold(&parent) == 0);
	CHECK(2, priv_assume(&role, false) == 0);
	CHECK(3, count_caps(CAPNG_PERMITTED) == 0 && !can_capture());
	return 0;
}

static void
test_child_takes_its_own(void **state)
{
	need_root();
	assert_int_equal(child(assume), 0);
	assert_int_equal(child(assume_nothing), 0);
}

static int
harden(void)
{
	struct rlimit r;

	CHECK(1, priv_harden(32) == 0);
	CHECK(2, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	CHECK(3, prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	CHECK(4, getrlimit(RLIMIT_CORE, &r) == 0 && r.rlim_max == 0);
	CHECK(5, getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_max == 32 &&
		     r.rlim_cur == 32);
	CHECK(6, umask(0) == 027);
	return 0;
}

static void
test_harden(void **state)
{
	assert_int_equal(child(harden), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lookup),
	    cmocka_unit_test(test_ordinary_user_does_what_it_can),
	    cmocka_unit_test(test_parent_holds_four),
	    cmocka_unit_test(test_child_takes_its_own),
	    cmocka_unit_test(test_harden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

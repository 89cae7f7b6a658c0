/*
 * landlock: the three system calls, by number, since glibc 2.36 wraps none.
 *
 * The kernel headers of Debian 12 end at ABI 2; the constants of the later
 * ones are given here with the kernel that brought them, and whether the
 * running kernel has them is asked at run time.
 *
 * Rights that no path is ever given: executing, making devices, sockets, pipes
 * or symbolic links, ioctl on devices.
 *
 * Not here: calls that Landlock does not govern (chmod, stat, ...); seccomp
 * decides about those.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proc/landlock.h"

/* Linux 6.2 (ABI 3), 6.7 (4), 6.10 (5), 6.12 (6). */
#define FS_TRUNCATE    (1ULL << 14)
#define FS_IOCTL_DEV   (1ULL << 15)
#define NET_BIND       (1ULL << 0)
#define NET_CONNECT    (1ULL << 1)
#define RULE_NET_PORT  2
#define SCOPE_ABSTRACT (1ULL << 0)
#define SCOPE_SIGNAL   (1ULL << 1)

#define FS_ABI1 ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1) /* the first 13 */

#define RIGHTS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RIGHTS_WRITE                                                         \
	(RIGHTS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE |                       \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |      \
	    LANDLOCK_ACCESS_FS_REFER | FS_TRUNCATE)
/* Of these, what makes sense for a file; the kernel refuses the others. */
#define RIGHTS_FILE                                                     \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	    FS_TRUNCATE)

/* struct landlock_ruleset_attr as of ABI 6; earlier kernels take a prefix. */
struct ruleset_attr {
	uint64_t fs, net, scope;
};

struct port_attr {
	uint64_t access, port;
};

int
landlock_abi(void)
{
	long v = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	if (v < 0) {
		return 0; /* ENOSYS: not built in; EOPNOTSUPP: switched off */
	}
	return v < LANDLOCK_ABI_MAX ? (int)v : LANDLOCK_ABI_MAX;
}

static struct ruleset_attr
handled(int abi)
{
	struct ruleset_attr a = {.fs = FS_ABI1};

	if (abi >= 2) {
		a.fs |= LANDLOCK_ACCESS_FS_REFER;
	}
	if (abi >= 3) {
		a.fs |= FS_TRUNCATE;
	}
	if (abi >= 4) {
		a.net = NET_BIND | NET_CONNECT;
	}
	if (abi >= 5) {
		a.fs |= FS_IOCTL_DEV;
	}
	if (abi >= 6) {
		a.scope = SCOPE_ABSTRACT | SCOPE_SIGNAL;
	}
	return a;
}

/* Before ABI 4 the structure had one member, before ABI 6 two. */
static size_t
attr_size(int abi)
{
	return abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
}

static int
add_path(int ruleset, const struct ruleset_attr *a,
    const struct landlock_path *p, unsigned *missing)
{
	struct landlock_path_beneath_attr rule = {.parent_fd = p->fd};
	struct stat st;
	int err = 0;

	if (p->path != NULL) {
		rule.parent_fd = open(p->path, O_PATH | O_CLOEXEC);
		if (rule.parent_fd < 0) {
			if (errno == ENOENT || errno == EACCES) {
				(*missing)++;
				return 0;
			}
			return ERR_IO;
		}
	}
	rule.allowed_access =
	    a->fs & (p->access == LANDLOCK_WRITE ? RIGHTS_WRITE : RIGHTS_READ);
	if (fstat(rule.parent_fd, &st) != 0) {
		err = ERR_IO;
		goto out;
	}
	if (!S_ISDIR(st.st_mode)) {
		rule.allowed_access &= RIGHTS_FILE;
	}
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		&rule, 0) != 0) {
		err = ERR_IO;
	}
out:
	if (p->path != NULL) {
		close(rule.parent_fd);
	}
	return err;
}

static int
add_port(int ruleset, uint16_t port)
{
	struct port_attr rule = {NET_CONNECT, port};

	return syscall(
		   SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0) == 0
		   ? 0
		   : ERR_IO;
}

int
landlock_enter(int max_abi, const struct landlock_path *paths, size_t n,
    const uint16_t *ports, size_t nports, struct landlock_state *ret)
{
	struct landlock_state st = {0};
	struct ruleset_attr a;
	int fd, err = 0;

	st.abi = landlock_abi();
	if (st.abi > max_abi) {
		st.abi = max_abi;
	}
	if (st.abi == 0) {
		*ret = st;
		return 0;
	}
	a = handled(st.abi);
	fd =
	    (int)syscall(SYS_landlock_create_ruleset, &a, attr_size(st.abi), 0);
	if (fd < 0) {
		return ERR_IO;
	}
	for (size_t i = 0; i < n && err == 0; i++) {
		err = add_path(fd, &a, &paths[i], &st.missing);
	}
	for (size_t i = 0; i < nports && a.net != 0 && err == 0; i++) {
		err = add_port(fd, ports[i]);
	}
	if (err == 0 && syscall(SYS_landlock_restrict_self, fd, 0) != 0) {
		err = errno == EPERM ? ERR_PERM : ERR_IO;
	}
	close(fd);
	if (err != 0) {
		return err;
	}
	st.fs = true;
	st.truncate = (a.fs & FS_TRUNCATE) != 0;
	st.net = a.net != 0;
	st.scope = a.scope != 0;
	*ret = st;
	return 0;
}

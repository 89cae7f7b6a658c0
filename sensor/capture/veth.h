/*
 * veth: a network of the test's own, for tests that need root.  Tests only.
 *
 * The process moves into a network namespace of its own, with its own /sys,
 * so that names cannot clash and everything is gone when it ends.  Without
 * root, veth_ready() is false and the tests skip themselves.
 */
#ifndef OTUS_CAPTURE_VETH_H
#define OTUS_CAPTURE_VETH_H

#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"

static bool veth_is_ready;

static inline bool
veth_sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 &&
		  write(fd, value, strlen(value)) == (ssize_t)strlen(value);

	if (fd >= 0) {
		close(fd);
	}
	return ok;
}

/* Group set-up: never fails, so that the tests can say that they skip. */
static inline int
veth_enter(void **state)
{
	veth_is_ready =
	    geteuid() == 0 && unshare(CLONE_NEWNET | CLONE_NEWNS) == 0 &&
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("sysfs", "/sys", "sysfs", 0, NULL) == 0;
	if (!veth_is_ready) {
		print_message("# needs root and network namespaces\n");
	}
	return 0;
}

#define VETH_NEED()                   \
	do {                          \
		if (!veth_is_ready) { \
			skip();       \
		}                     \
	} while (0)

/* Runs a command; true when it succeeded. */
static inline bool veth_sh(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

static inline bool
veth_sh(const char *fmt, ...)
{
	char command[512];
	int status = -1;
	va_list ap;
	pid_t pid;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* A pair, both ends up, neither saying anything of its own. */
static inline void
veth_pair(const char *a, const char *b)
{
	(void)veth_sysctl("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	assert_true(veth_sh("ip link add %s type veth peer name %s", a, b));
	assert_true(veth_sh("ip link set %s arp off up", a));
	assert_true(veth_sh("ip link set %s arp off up", b));
}

static inline void
veth_delete(const char *a)
{
	assert_true(veth_sh("ip link del %s", a));
}

/* Takes an interface down without starting a program; fd: any socket. */
static inline void
veth_down(int fd, const char *iface)
{
	struct ifreq ifr = {0};

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", iface);
	assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &ifr), 0);
	ifr.ifr_flags = (short)(ifr.ifr_flags & ~IFF_UP);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
}

/* A socket that sends whole frames out of an interface. */
static inline int
veth_sender(const char *iface)
{
	struct sockaddr_ll at = {
	    .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(iface)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static inline void
veth_send(int fd, const void *p, size_t n)
{
	assert_int_equal(send(fd, p, n, 0), n);
}

/* Frames that an interface has received, whoever sent them. */
static inline uint64_t
veth_received(const char *iface)
{
	unsigned long long v = 0;
	char path[128];
	FILE *in;

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/rx_packets",
	    iface);
	in = fopen(path, "re");
	assert_non_null(in);
	assert_int_equal(fscanf(in, "%llu", &v), 1);
	assert_int_equal(fclose(in), 0);
	return v;
}

#endif

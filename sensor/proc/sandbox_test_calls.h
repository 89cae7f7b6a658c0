/*
 * sandbox_test_calls: system calls to be tried under each profile, and what
 * must come of them; included by sandbox_test.c alone.
 *
 * A row's text has one letter a profile, in the order of enum sandbox_profile:
 * parent, sensor, store, web, courier, offline.
 *
 *	+  reaches the kernel     x  kills (SIGSYS)     e  refused with an errno
 */
#ifndef OTUS_PROC_SANDBOX_TEST_CALLS_H
#define OTUS_PROC_SANDBOX_TEST_CALLS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "proc/test_dir.h"

/* What a process has open when it is confined. */
static int chan_fd;  /* one of write_fds                             */
static int other_fd; /* a socket that is not: stands for the capture */
static int file_fd;  /* an unlinked file                             */

static void *page; /* readable and writable */

#define CALL(...) (syscall(__VA_ARGS__) >= 0 ? 0 : errno)

static int
write_chan(void)
{
	return CALL(SYS_write, chan_fd, "x", 1);
}

static int
write_log(void)
{
	return CALL(SYS_write, 2, "", 0);
}

static int
write_other(void)
{
	return CALL(SYS_write, other_fd, "x", 1);
}

static int
writev_other(void)
{
	struct iovec v = {(void *)"x", 1};

	return CALL(SYS_writev, other_fd, &v, 1);
}

static int
pwritev2_other(void)
{
	struct iovec v = {(void *)"x", 1};

	return CALL(SYS_pwritev2, other_fd, &v, 1, -1, -1, 0);
}

static int
send_other(void)
{
	return CALL(SYS_sendto, other_fd, "x", 1, MSG_DONTWAIT, NULL, 0);
}

static int
send_chan(void)
{
	return CALL(SYS_sendto, chan_fd, "x", 1, MSG_DONTWAIT, NULL, 0);
}

static int
sendto_address(void)
{
	struct sockaddr_in sa = {.sin_family = AF_INET};

	return CALL(
	    SYS_sendto, other_fd, "x", 1, MSG_DONTWAIT, &sa, sizeof(sa));
}

static int
sendmsg_other(void)
{
	struct msghdr m = {0};

	return CALL(SYS_sendmsg, other_fd, &m, MSG_DONTWAIT);
}

static int
sendmmsg_other(void)
{
	struct mmsghdr m = {0};

	return CALL(SYS_sendmmsg, other_fd, &m, 1, MSG_DONTWAIT);
}

static int
sendfile_other(void)
{
	return CALL(SYS_sendfile, other_fd, file_fd, NULL, 1);
}

static int
splice_other(void)
{
	return CALL(SYS_splice, file_fd, NULL, other_fd, NULL, 1, 0);
}

static int
recv_other(void)
{
	char c;

	return CALL(SYS_recvfrom, other_fd, &c, 1, MSG_DONTWAIT, NULL, NULL);
}

static int
recvmsg_other(void)
{
	struct msghdr m = {0};

	return CALL(SYS_recvmsg, other_fd, &m, MSG_DONTWAIT);
}

static int
getsockopt_other(void)
{
	int v;
	socklen_t n = sizeof(v);

	return CALL(SYS_getsockopt, other_fd, SOL_SOCKET, SO_ERROR, &v, &n);
}

static int
attach_filter(void)
{
	struct sock_filter pass = {BPF_RET | BPF_K, 0, 0, 0xffff};
	struct sock_fprog prog = {1, &pass};

	return CALL(SYS_setsockopt, other_fd, SOL_SOCKET, SO_ATTACH_FILTER,
	    &prog, sizeof(prog));
}

static int
socket_inet(void)
{
	return CALL(SYS_socket, AF_INET, SOCK_DGRAM, 0);
}

static int
socket_unix(void)
{
	return CALL(SYS_socket, AF_UNIX, SOCK_DGRAM, 0);
}

static int
socket_packet(void)
{
	return CALL(SYS_socket, AF_PACKET, SOCK_RAW, 0);
}

static int
socket_vsock(void)
{
	return CALL(SYS_socket, AF_VSOCK, SOCK_STREAM, 0);
}

static int
socket_pair(void)
{
	int fd[2];

	return CALL(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, fd);
}

static int
connect_other(void)
{
	struct sockaddr_in sa = {.sin_family = AF_INET};

	return CALL(SYS_connect, other_fd, &sa, sizeof(sa));
}

static int
bind_other(void)
{
	struct sockaddr_in sa = {.sin_family = AF_INET};

	return CALL(SYS_bind, other_fd, &sa, sizeof(sa));
}

static int
listen_other(void)
{
	return CALL(SYS_listen, other_fd, 1);
}

static int
accept_other(void)
{
	return CALL(SYS_accept4, other_fd, NULL, NULL, SOCK_NONBLOCK);
}

static int
open_read(void)
{
	return CALL(SYS_openat, AT_FDCWD, test_dir, O_RDONLY | O_DIRECTORY, 0);
}

static int
open_write(void)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/w", test_dir);
	return CALL(SYS_openat, AT_FDCWD, path, O_WRONLY, 0);
}

static int
open_create(void)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/new", test_dir);
	return CALL(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT, 0600);
}

static int
open_truncate(void)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/w", test_dir);
	return CALL(SYS_openat, AT_FDCWD, path, O_RDONLY | O_TRUNC, 0);
}

static int
openat2_read(void)
{
	uint64_t how[3] = {O_RDONLY, 0, 0};

	return CALL(SYS_openat2, AT_FDCWD, test_dir, how, sizeof(how));
}

static int
truncate_name(void)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/w", test_dir);
	return CALL(SYS_truncate, path, 0);
}

static int
ftruncate_file(void)
{
	return CALL(SYS_ftruncate, file_fd, 0);
}

static int
unlink_name(void)
{
	return CALL(SYS_unlinkat, AT_FDCWD, "/nonexistent", 0);
}

static int
pwrite_file(void)
{
	return CALL(SYS_pwrite64, file_fd, "x", 1, 0);
}

static int
chmod_name(void)
{
	return CALL(SYS_fchmodat, AT_FDCWD, test_dir, 0700);
}

static int
link_name(void)
{
	return CALL(SYS_linkat, AT_FDCWD, "/x", AT_FDCWD, "/y", 0);
}

static int
dup_chan(void)
{
	return CALL(SYS_dup, chan_fd);
}

static int
dup3_chan(void)
{
	return CALL(SYS_dup3, other_fd, chan_fd, 0);
}

static int
fcntl_dup(void)
{
	return CALL(SYS_fcntl, other_fd, F_DUPFD, 0);
}

static int
pidfd_take(void)
{
	return CALL(SYS_pidfd_open, getppid(), 0);
}

static int
make_pipe(void)
{
	int fd[2];

	return CALL(SYS_pipe2, fd, 0);
}

static int
memory_file(void)
{
	return CALL(SYS_memfd_create, "x", 0);
}

static int
execute(void)
{
	char *argv[] = {(char *)"true", NULL};

	return CALL(SYS_execve, "/nonexistent/true", argv, argv);
}

static int
fork_it(void)
{
	long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0) {
		_exit(0);
	}
	return pid > 0 ? 0 : errno;
}

static int
new_namespace(void)
{
	long pid =
	    syscall(SYS_clone, SIGCHLD | CLONE_NEWUSER, NULL, NULL, NULL, NULL);

	if (pid == 0) {
		_exit(0);
	}
	return pid > 0 ? 0 : errno;
}

static int
unshare_net(void)
{
	return CALL(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNET);
}

static int
clone3_it(void)
{
	return CALL(SYS_clone3, NULL, 0);
}

static int
trace_parent(void)
{
	return CALL(SYS_ptrace, PTRACE_ATTACH, getppid(), NULL, NULL);
}

static int
write_memory(void)
{
	struct iovec v = {page, 1};

	return CALL(SYS_process_vm_writev, getppid(), &v, 1, &v, 1, 0);
}

static int
kill_parent(void)
{
	return CALL(SYS_kill, getppid(), 0);
}

static int
tgkill_self(void)
{
	return CALL(SYS_tgkill, getpid(), gettid(), 0);
}

static int
tgkill_other(void)
{
	return CALL(SYS_tgkill, 1, 1, 0);
}

static int
map_memory(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED && munmap(p, 4096) == 0 ? 0 : errno;
}

static int
map_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED ? 0 : errno;
}

static int
make_code(void)
{
	return CALL(SYS_mprotect, page, 4096, PROT_READ | PROT_EXEC);
}

static int
become_root(void)
{
	return CALL(SYS_setuid, 0);
}

static int
new_handler(void)
{
	struct sigaction sa = {.sa_handler = SIG_IGN};

	return sigaction(SIGUSR1, &sa, NULL) == 0 ? 0 : errno;
}

static int
ioctl_flags(void)
{
	struct ifreq r = {.ifr_name = "lo"};

	return CALL(SYS_ioctl, other_fd, SIOCGIFFLAGS, &r);
}

static int
ioctl_set_flags(void)
{
	struct ifreq r = {.ifr_name = "nope"};

	return CALL(SYS_ioctl, other_fd, SIOCSIFFLAGS, &r);
}

static int
ioctl_inject(void)
{
	char c = 'x';

	return CALL(SYS_ioctl, other_fd, TIOCSTI, &c);
}

static int
uring(void)
{
	return CALL(SYS_io_uring_setup, 1, page);
}

static int
aio(void)
{
	unsigned long ctx = 0;

	return CALL(SYS_io_setup, 1, &ctx);
}

static int
load_bpf(void)
{
	return CALL(SYS_bpf, 0, NULL, 0);
}

static int
mount_it(void)
{
	return CALL(SYS_mount, "x", "/x", "tmpfs", 0, NULL);
}

static int
change_prctl(void)
{
	return CALL(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static int
time_and_memory(void)
{
	struct timespec ts;
	char *p = malloc(300000);

	free(p);
	return p != NULL && CALL(SYS_clock_gettime, CLOCK_MONOTONIC, &ts) == 0
		   ? 0
		   : 1;
}

/* The 32-bit interface, where other numbers mean other calls. */
static int
foreign_interface(void)
{
#if defined(__x86_64__)
	long rc;

	__asm__ volatile("int $0x80" : "=a"(rc) : "a"(20) : "memory");
	return 0;
#else
	raise(SIGSYS);
	return 0;
#endif
}

static const struct {
	const char *name;
	int (*f)(void);
	const char *outcome; /* parent sensor store web courier offline */
	int error;           /* of the e's */
} attempts[] = {
    /*                            PSDWCO */
    {"time and memory", time_and_memory, "++++++", 0},
    {"mmap", map_memory, "++++++", 0},
    {"mmap code", map_code, "+xxxex", EPERM},
    {"mprotect code", make_code, "+xxxxx", 0},
    {"tgkill self", tgkill_self, "++++++", 0},
    {"tgkill another", tgkill_other, "+xxxxx", 0},
    {"kill the parent", kill_parent, "+xxxxx", 0},
    {"write log", write_log, "++++++", 0},
    {"write channel", write_chan, "++++++", 0},
    {"write capture", write_other, "+x++++", 0},
    {"writev capture", writev_other, "+x++++", 0},
    {"pwritev2 capture", pwritev2_other, "xxxxxx", 0},
    {"send capture", send_other, "+xx++x", 0},
    {"send channel", send_chan, "+xx++x", 0},
    {"sendto an address", sendto_address, "+xxxxx", 0},
    {"sendmsg", sendmsg_other, "+xx++x", 0},
    {"sendmmsg", sendmmsg_other, "+xxx+x", 0},
    {"sendfile", sendfile_other, "xxxxxx", 0},
    {"splice", splice_other, "xxxxxx", 0},
    {"recv", recv_other, "+++++x", 0},
    {"recvmsg", recvmsg_other, "+xx++x", 0},
    {"getsockopt", getsockopt_other, "+++++x", 0},
    {"attach filter", attach_filter, "+xx++x", 0},
    {"socket inet", socket_inet, "+xxx+x", 0},
    {"socket unix", socket_unix, "+xxxex", EAFNOSUPPORT},
    {"socket packet", socket_packet, "+xxxxx", 0},
    {"socket vsock", socket_vsock, "xxxxxx", 0},
    {"socketpair", socket_pair, "+xxxxx", 0},
    {"connect", connect_other, "+xxx+x", 0},
    {"bind", bind_other, "+xxxxx", 0},
    {"listen", listen_other, "+xxxxx", 0},
    {"accept", accept_other, "+xx+xx", 0},
    {"open read", open_read, "+x++++", EACCES},
    {"open write", open_write, "+x+ee+", EACCES},
    {"open create", open_create, "+x+ee+", EACCES},
    {"open truncate", open_truncate, "+x+ee+", EACCES},
    {"openat2", openat2_read, "xxxxxx", 0},
    {"truncate", truncate_name, "xxxxxx", 0},
    {"ftruncate", ftruncate_file, "+x+xx+", 0},
    {"unlink", unlink_name, "+x+xx+", 0},
    {"pwrite", pwrite_file, "+x+xx+", 0},
    {"chmod", chmod_name, "+xxxxx", 0},
    {"link", link_name, "xxxxxx", 0},
    {"dup", dup_chan, "+xxxxx", 0},
    {"dup3 over channel", dup3_chan, "+xxxxx", 0},
    {"fcntl dup", fcntl_dup, "+x++++", 0},
    {"pidfd_open", pidfd_take, "xxxxxx", 0},
    {"pipe", make_pipe, "+xxxxx", 0},
    {"memfd", memory_file, "+xxxxx", 0},
    {"execve", execute, "+xxxxx", 0},
    {"fork", fork_it, "+xxxxx", 0},
    {"clone into a namespace", new_namespace, "xxxxxx", 0},
    {"unshare", unshare_net, "xxxxxx", 0},
    {"clone3", clone3_it, "exxxxx", ENOSYS},
    {"ptrace", trace_parent, "xxxxxx", 0},
    {"process_vm_writev", write_memory, "xxxxxx", 0},
    {"setuid", become_root, "xxxxxx", 0},
    {"sigaction", new_handler, "+x++++", 0},
    {"ioctl interface flags", ioctl_flags, "++xxxx", 0},
    {"ioctl set flags", ioctl_set_flags, "+xxxxx", 0},
    {"ioctl inject input", ioctl_inject, "+xxxxx", 0},
    {"io_uring", uring, "xxxxxx", 0},
    {"aio", aio, "xxxxxx", 0},
    {"bpf", load_bpf, "xxxxxx", 0},
    {"mount", mount_it, "xxxxxx", 0},
    {"prctl", change_prctl, "+xxxxx", 0},
    {"32-bit interface", foreign_interface, "xxxxxx", 0},
};

#endif

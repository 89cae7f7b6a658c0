/*
 * sandbox_rules: which process may use which system call, in one table.
 *
 * A call without a row kills.  Rows say who may (the profiles), on which
 * arguments, and a few refuse with an error instead: those are calls that a
 * library makes, is refused, and does without; each says which.
 *
 * The parent's filter is inherited by every child, so sandbox.c gives the
 * parent each call of this table unconditionally, unless rows of the parent's
 * own say on which arguments.  A child's filter narrows that.
 *
 * seccomp sees numbers, not what pointers lead to: which file is opened is
 * Landlock's matter, and the address in connect(2) or sendmsg(2) cannot be
 * judged here at all, so those calls go only to profiles that need them.
 *
 * Behind the names: seccomp(2), syscalls(2); "legacy" are the calls that newer
 * architectures lack and libraries on x86-64 still make.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <linux/sockios.h>

#include "proc/sandbox.h"
#include "proc/sandbox_rules.h"

#define P     (1U << SANDBOX_PARENT)
#define S     (1U << SANDBOX_SENSOR)
#define D     (1U << SANDBOX_STORE) /* the database's writer */
#define W     (1U << SANDBOX_WEB)
#define C     (1U << SANDBOX_COURIER)
#define O     (1U << SANDBOX_OFFLINE)
#define ALL   (S | D | W | C | O)
#define FILES (D | O) /* change files          */
#define READS (D | O | W | C)
#define NET   (W | C)

#define A(name, profiles)                                      \
	{                                                      \
		SCMP_SYS(name), profiles, WHEN_ALWAYS, 0, 0, 0 \
	}
#define A_IF(name, profiles, when, arg, value)                \
	{                                                     \
		SCMP_SYS(name), profiles, when, arg, 0, value \
	}
#define NO(name, profiles, error)                                  \
	{                                                          \
		SCMP_SYS(name), profiles, WHEN_ALWAYS, 0, error, 0 \
	}
#define NO_IF(name, profiles, error, when, arg, value)            \
	{                                                         \
		SCMP_SYS(name), profiles, when, arg, error, value \
	}

/* What of open(2) changes a file, bit by bit; O_TMPFILE needs one of them. */
#define O_CHANGES (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND)

const struct sandbox_rule sandbox_rules[] = {
    /* Memory: never executable.  The courier's resolver may try to load
     * modules for name services and goes on without them. */
    A(brk, ALL),
    A_IF(mmap, ALL, WHEN_NO_BITS, 2, PROT_EXEC),
    NO_IF(mmap, C, EPERM, WHEN_BITS, 2, PROT_EXEC),
    A_IF(mprotect, ALL, WHEN_NO_BITS, 2, PROT_EXEC),
    A(munmap, ALL),
    A(mremap, ALL),
    A(madvise, ALL),

    /* Time, waiting, randomness, the end. */
    A(clock_gettime, ALL),
    A(clock_getres, ALL),
    A(gettimeofday, ALL),
    A(time, ALL), /* legacy */
    A(nanosleep, ALL),
    A(clock_nanosleep, ALL),
    A(restart_syscall, ALL),
    A(poll, ALL), /* legacy */
    A(ppoll, ALL),
    A(futex, ALL),
    A(sched_yield, ALL),
    A(getrandom, ALL),
    A(getpid, ALL),
    A(gettid, ALL),
    A(getrusage, ALL),
    A_IF(tgkill, ALL, WHEN_SELF, 0, 0), /* abort(3), raise(3) */
    A(rt_sigprocmask, ALL),
    A(rt_sigreturn, ALL),
    A(sigaltstack, ALL), /* AddressSanitizer gives its stack back at exit */
    A(exit, ALL),
    A(exit_group, ALL),

    /* Reading what is open already.  recvfrom without control data brings
     * no new descriptor, and a sensor has no other way to get one. */
    A(read, ALL),
    A(pread64, ALL),
    A(recvfrom, S | D | W | C),
    A(getsockopt, S | D | W | C),
    A(getsockname, S | W | C), /* sensor: libpcap when the link goes down */
    A(lseek, READS),
    A(readv, READS),
    A(close, READS),
    A(fcntl, READS),
    A(rt_sigaction, READS),

    /* Writing.  The one rule that keeps a sensor passive: a plain write() to
     * a packet socket transmits. */
    A_IF(write, S, WHEN_FD, 0, 0),
    A(write, READS),
    A(writev, READS),
    A(pwrite64, FILES),
    A(pwritev, FILES),

    /* ioctl: libpcap asks whether its interface is up. */
    A_IF(ioctl, S, WHEN_EQ, 1, SIOCGIFFLAGS),
    A_IF(ioctl, READS, WHEN_EQ, 1, TCGETS), /* isatty(3) */
    A_IF(ioctl, READS, WHEN_EQ, 1, TIOCGWINSZ),
    A_IF(ioctl, NET, WHEN_EQ, 1, FIONBIO),
    A_IF(ioctl, NET, WHEN_EQ, 1, FIONREAD),
    A_IF(ioctl, C, WHEN_EQ, 1, SIOCOUTQ), /* what is not acknowledged */

    /* Files by name. */
    A(openat, FILES),
    A_IF(openat, NET, WHEN_NO_BITS, 2, O_CHANGES),
    /* SQLite tries to open for writing first, then for reading. */
    NO_IF(openat, NET, EACCES, WHEN_BITS, 2, O_WRONLY),
    NO_IF(openat, NET, EACCES, WHEN_BITS, 2, O_RDWR),
    NO_IF(openat, NET, EACCES, WHEN_BITS, 2, O_CREAT),
    NO_IF(openat, NET, EACCES, WHEN_BITS, 2, O_TRUNC),
    NO_IF(openat, NET, EACCES, WHEN_BITS, 2, O_APPEND),
    A(fstat, READS), /* legacy */
    A(newfstatat, READS),
    A(statx, READS),
    A(access, READS), /* legacy */
    A(faccessat, READS),
    A(faccessat2, READS),
    A(readlink, READS), /* legacy */
    A(readlinkat, READS),
    A(getcwd, READS),
    A(getdents64, READS),
    A(statfs, READS),
    A(fstatfs, READS),
    A(fadvise64, READS),
    A(getuid, READS),
    A(geteuid, READS),
    A(getgid, READS),
    A(getegid, READS),
    A(uname, READS),
    A(sysinfo, READS),
    A(flock, FILES),
    A(fsync, FILES),
    A(fdatasync, FILES),
    A(ftruncate, FILES),
    A(fallocate, FILES),
    A(unlink, FILES), /* legacy */
    A(unlinkat, FILES),
    A(rename, FILES), /* legacy */
    A(renameat, FILES),
    A(renameat2, FILES),
    A(mkdir, FILES), /* legacy */
    A(mkdirat, FILES),
    A(rmdir, FILES), /* legacy */
    A(fchmod, FILES),
    /* SQLite, when it runs as root: its files shall have one owner. */
    A(fchown, FILES),
    NO(fchown, W, EPERM),
    A(umask, FILES),

    /* Network: only on sockets that were passed (web) or are TCP, UDP
     * clients (courier).  sendto may not name an address. */
    A(accept, W),
    A(accept4, W),
    A(connect, C),
    A_IF(socket, C, WHEN_EQ, 0, AF_INET),
    A_IF(socket, C, WHEN_EQ, 0, AF_INET6),
    /* getaddrinfo(3): name service cache, list of own addresses. */
    NO_IF(socket, C, EAFNOSUPPORT, WHEN_EQ, 0, AF_UNIX),
    NO_IF(socket, C, EAFNOSUPPORT, WHEN_EQ, 0, AF_NETLINK),
    A_IF(sendto, NET, WHEN_EQ, 4, 0),
    A(sendmsg, NET), /* GnuTLS, libmicrohttpd: header and body at once */
    A(sendmmsg, C),  /* getaddrinfo(3): two questions at once          */
    A(recvmsg, NET),
    A(setsockopt, NET),
    A(getpeername, NET),
    A(shutdown, NET),
    A(epoll_ctl, W),
    A(epoll_wait, W), /* legacy */
    A(epoll_pwait, W),

    /* The parent: starting processes, and what a process does before it
     * confines itself: loading, opening its interface or its database. */
    A_IF(socket, P, WHEN_EQ, 0, AF_UNIX),
    A_IF(socket, P, WHEN_EQ, 0, AF_INET),
    A_IF(socket, P, WHEN_EQ, 0, AF_INET6),
    A_IF(socket, P, WHEN_EQ, 0, AF_NETLINK),
    A_IF(socket, P, WHEN_EQ, 0, AF_PACKET),
    /* glibc tries clone3, whose flags cannot be seen, and falls back. */
    NO(clone3, P, ENOSYS),
    A_IF(clone, P, WHEN_NO_BITS, 0,
	CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID |
	    CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP),
    A(fork, P),  /* legacy */
    A(vfork, P), /* legacy */
    A(execve, P),
    A(wait4, P),
    A(waitid, P),
    A(kill, P),
    A(socketpair, P),
    A(bind, P),
    A(listen, P),
    A(sendto, P),
    A(memfd_create, P),
    A(signalfd4, P),
    A(eventfd2, P),
    A(timerfd_create, P),
    A(timerfd_settime, P),
    A(epoll_create1, P),
    A(pipe, P), /* legacy */
    A(pipe2, P),
    A(dup, P),
    A(dup2, P), /* legacy */
    A(dup3, P),
    A(close_range, P),
    A(chdir, P),
    A(fchdir, P),
    A(chmod, P), /* legacy */
    A(fchmodat, P),
    A(utimensat, P),
    A(open, P), /* legacy, as are the next two */
    A(stat, P),
    A(lstat, P),
    A(arch_prctl, P),
    A(set_tid_address, P),
    A(set_robust_list, P),
    A(rseq, P),
    A(membarrier, P),
    A(prctl, P),
    A(prlimit64, P),
    A(getrlimit, P), /* legacy */
    A(setrlimit, P), /* legacy */
    A(sched_getaffinity, P),
    A(sched_setaffinity, P),
    A(sched_getparam, P),
    A(sched_getscheduler, P),
    A(mlock, P),
    A(munlock, P),
    A(msync, P),
    A(mincore, P),
    A(capget, P),
    A(capset, P),
    A(setgroups, P),
    A(setresgid, P),
    A(setresuid, P),
    A(getgroups, P),
    A(getresuid, P),
    A(getresgid, P),
    A(getppid, P),
    A(getpgrp, P),
    A(getpgid, P),
    A(setpgid, P),
    A(setsid, P),
    A(times, P),
    A(seccomp, P),
    A(landlock_create_ruleset, P),
    A(landlock_add_rule, P),
    A(landlock_restrict_self, P),
};

const size_t sandbox_nrules = sizeof(sandbox_rules) / sizeof(sandbox_rules[0]);

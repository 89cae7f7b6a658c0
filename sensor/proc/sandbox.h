/*
 * sandbox: what a process may still ask of the kernel once it has opened
 * what it needs: Landlock for files and ports, then seccomp for everything.
 *
 * Each kind of process has a profile (sandbox_rules.c), a list of the system
 * calls that it needs; any other call kills the process.  Passivity is such a
 * list: a sensor cannot open a socket, has no send call, and may write only to
 * the descriptors named in write_fds, of which none may be a network socket.
 */
#ifndef OTUS_PROC_SANDBOX_H
#define OTUS_PROC_SANDBOX_H

#include "base/err.h"
#include "proc/landlock.h"

enum sandbox_profile {
	/* Filters are inherited, so the parent's is the union of all, and
	 * what starting a process takes; Landlock is left to the children. */
	SANDBOX_PARENT,
	SANDBOX_SENSOR,  /* capture descriptors and channels; no files      */
	SANDBOX_STORE,   /* files below its paths; no network               */
	SANDBOX_WEB,     /* accepts and answers; reads files; no connect    */
	SANDBOX_COURIER, /* connects; reads files; no bind, listen, accept  */
	SANDBOX_OFFLINE, /* read and dissect: as store; no sockets at all   */
	SANDBOX_PROFILES
};

enum sandbox_action {
	SANDBOX_KILL,  /* the whole process, SIGSYS, at once                */
	SANDBOX_TRAP,  /* SIGSYS to its handler (crash.h), which ends it    */
	SANDBOX_ERRNO, /* tests: EPERM                                      */
	SANDBOX_LOG,   /* development: the kernel's log tells, nothing else */
};

struct sandbox_options {
	enum sandbox_profile profile;
	enum sandbox_action action;
	const struct landlock_path *paths; /* files and folders             */
	size_t npaths;
	const uint16_t *ports; /* courier: TCP ports to connect to          */
	size_t nports;
	const int *write_fds; /* sensor: where write(2) may go              */
	size_t nwrite_fds;
};

struct sandbox_state {
	enum sandbox_profile profile;
	enum sandbox_action action;
	unsigned calls; /* system calls that are allowed in some form */
	struct landlock_state landlock;
};

/*
 * For good.  ERR_UNSUPPORTED: this kernel has no seccomp filters, and otus
 * does not run without; missing Landlock is not an error (see *ret).
 * ERR_STATE: a write_fd is a network socket or not open.
 */
int sandbox_enter(
    const struct sandbox_options *, struct sandbox_state *ret) MUST_CHECK;

#define SANDBOX_TEXT 256
/* "seccomp sensor, 31 calls; Landlock ABI 6: ..." */
void sandbox_describe(const struct sandbox_state *, char buf[SANDBOX_TEXT]);
/*
 * What this system could enforce, without entering anything: "seccomp:
 * available; Landlock: ABI 6, of 6 that otus
 * makes use of".  False when otus cannot run here.
 */
bool sandbox_offered(char buf[SANDBOX_TEXT]);
/* "sendto", or "call 310": needs 64 bytes. */
void sandbox_call_name(int sysno, char *buf);
const char *sandbox_profile_name(enum sandbox_profile);

#endif

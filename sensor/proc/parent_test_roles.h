/*
 * parent_test_roles: the roles that parent_test's processes play; included by
 * parent_test.c alone.
 *
 * They do what their configuration says in one word, and tell on the pipe
 * "probe" what they find and what happens to them, a line each.
 */
#ifndef OTUS_PROC_PARENT_TEST_ROLES_H
#define OTUS_PROC_PARENT_TEST_ROLES_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc/crash.h"
#include "proc/proc.h"

static int probe;

static void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	line[n] = '\n';
	if (write(probe, line, (size_t)n + 1) != n + 1) {
		_exit(44);
	}
}

/* The configuration is one word; "word@0" holds in the first life alone. */
static bool
is_mode(const struct proc_env *env, const char *word)
{
	struct rd r = env->config;
	size_t n = rd_left(&r), k = strlen(word);
	const char *p = (const char *)rd_bytes(&r, n);

	if (n == k + 2 && memcmp(p + k, "@0", 2) == 0 && env->generation == 0) {
		n = k;
	}
	return n == k && memcmp(p, word, k) == 0;
}

static const uint8_t bytes[] = {0xca, 0xfe, 0xba, 0xbe};
static const struct frame frame = {.data = bytes,
    .caplen = sizeof(bytes),
    .len = 60,
    .number = 4711,
    .linktype = LINKTYPE_ETHERNET};

static void
wait_parent(struct proc_env *env)
{
	struct pollfd p = {
	    .fd = env->parent.fd, .events = chan_events(&env->parent)};

	(void)poll(&p, 1, 200);
}

/* What a role finds: the contract of proc.h. */
static void
tell_environment(struct proc_env *env)
{
	struct sigaction sa;
	struct stat null, in, out;
	char fds[128] = "", comm[17] = "";
	size_t n = 0;

	for (int fd = 0; fd < 1024; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 && n < sizeof(fds) - 8) {
			n += (size_t)snprintf(
			    fds + n, sizeof(fds) - n, " %d", fd);
		}
	}
	say("fds%s", fds);
	say("null %d", stat("/dev/null", &null) == 0 && fstat(0, &in) == 0 &&
			   fstat(1, &out) == 0 && in.st_rdev == null.st_rdev &&
			   out.st_rdev == null.st_rdev);
	prctl(PR_GET_NAME, comm, 0, 0, 0);
	say("name %s label %s", comm, env->label);
	say("ignores %d",
	    sigaction(SIGTERM, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN &&
		sigaction(SIGPIPE, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN);
	say("hardened %d %d", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
	    prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	say("home %s", getenv("HOME") == NULL ? "unset" : "set");
	say("missing %d", proc_fd(env, "nothing of that name"));
}

static void
tell_user(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	say("user %u group %u capture %s", getuid(), getgid(),
	    fd >= 0 ? "yes" : "no");
	if (fd >= 0) {
		close(fd);
	}
}

/* Deaths after READY, with a frame at hand. */
static void
die_if_asked(struct proc_env *env)
{
	static int *volatile nowhere = (int *)8;

	crash_frame(&frame);
	if (is_mode(env, "segv")) {
		*nowhere = 1;
	}
	if (is_mode(env, "forbidden")) {
		(void)getppid();
	}
	if (is_mode(env, "silent")) {
		for (;;) {
			wait_parent(env);
		}
	}
	if (is_mode(env, "babble")) {
		(void)!write(PROC_FD_PARENT, "\x07garbage", 8);
	}
	if (is_mode(env, "unknown")) {
		(void)!write(PROC_FD_PARENT, "\x01\0\xff\0\0\0\0\0", 8);
	}
	crash_frame(NULL);
}

/* Until READY: what can go wrong in opening.  1: go on. */
static int
opening(struct proc_env *env)
{
	if (is_mode(env, "environment")) {
		tell_environment(env);
	}
	if (is_mode(env, "user")) {
		tell_user();
	}
	if (is_mode(env, "fail")) {
		return ERR_CONFIG;
	}
	if (is_mode(env, "lost")) {
		proc_status(env, "no carrier");
		return ERR_LOST;
	}
	if (is_mode(env, "kill")) {
		raise(SIGKILL);
	}
	if (is_mode(env, "late")) {
		(void)poll(NULL, 0, 150);
	}
	if (is_mode(env, "barrier") || is_mode(env, "late")) {
		say("joined %s", env->label);
		if (proc_barrier(env) != 0) {
			return 0;
		}
		say("past %s", env->label);
	}
	return proc_confine(env, NULL) == 0 ? 1 : ERR_INTERNAL;
}

/* Stands for sensor. */
static int
worker(struct proc_env *env)
{
	int link = proc_fd(env, "link");
	struct proc_note note;
	/* Deaf, but not for ever: a failed test must not leave it behind. */
	uint64_t until = clock_mono_ns() + 60 * NS_PER_SEC;
	int rc;

	probe = proc_fd(env, "probe");
	say("pid %s %d", env->label, getpid());
	say("start %s %u", env->label, env->generation);
	rc = opening(env);
	if (rc <= 0) {
		return rc;
	}
	say("ready %s %u", env->label, env->generation);
	if (link >= 0) {
		(void)!write(link, "hello", 5);
	}
	die_if_asked(env);
	while (
	    !env->stop || (is_mode(env, "deaf") && clock_mono_ns() < until)) {
		rc = proc_next(env, &note);
		if (rc == 1 && note.kind == PROC_NOTE_PEER) {
			say("peer %s %u", note.fd == link ? "link" : "?",
			    note.generation);
		}
		proc_alive(env);
		wait_parent(env);
	}
	say("stop %s", env->label);
	return 0;
}

static void
take_crash(struct proc_env *env, const struct proc_crash *c)
{
	say("crash %s %u signal %u frame %llu bytes %u %02x: %s", c->role,
	    c->generation, c->signal, (unsigned long long)c->number,
	    c->data_len, c->data_len > 0 ? c->data[0] : 0, c->reason);
	if (is_mode(env, "forgetful")) {
		_exit(9);
	}
	proc_kept(env, c);
	say("kept %u", c->generation);
}

/* Stands for store: gets health and evidence, and hears the worker. */
static int
keeper(struct proc_env *env)
{
	struct proc_note note;
	int link = proc_fd(env, "worker");
	char buf[16];

	probe = proc_fd(env, "probe");
	say("pid keeper %d", getpid());
	say("start keeper %u", env->generation);
	if (is_mode(env, "busy")) {
		return ERR_BUSY;
	}
	if (proc_confine(env, NULL) != 0) {
		return ERR_INTERNAL;
	}
	say("ready keeper %u", env->generation);
	while (!env->stop) {
		if (link >= 0 &&
		    recv(link, buf, sizeof(buf), MSG_DONTWAIT) > 0) {
			say("keeper hears %.5s", buf);
		}
		while (proc_next(env, &note) == 1) {
			if (note.kind == PROC_NOTE_HEALTH &&
			    strcmp(note.health.role, "worker") == 0) {
				say("health %s restarts %u: %s",
				    proc_state_name(note.health.state),
				    note.health.restarts, note.health.status);
			}
			if (note.kind == PROC_NOTE_CRASH) {
				take_crash(env, &note.crash);
			}
		}
		wait_parent(env);
	}
	say("stop keeper");
	return 0;
}

static const struct proc_role roles[] = {
    {"worker", worker, SANDBOX_SENSOR},
    {"keeper", keeper, SANDBOX_STORE},
};

#endif

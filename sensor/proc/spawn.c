/*
 * spawn: fork, arrange, execute /proc/self/exe.
 *
 *	0, 1  /dev/null          3   channel to the parent
 *	2     the parent's       4.. the role's descriptors, in their order
 *
 * Executing again rather than going on in the fork gives every process its
 * own address space layout and stack canary, and leaves nothing of the
 * parent's memory in a process that reads packets.  The link
 * /proc/self/exe leads to the very file that runs, also when a package upgrade
 * has replaced it under the same name.
 *
 * The role stands in an argument (the name in the process list), everything
 * else in the START message, where length and content are free.
 *
 * Not here: restarting (child.c), what the child does first (proc.c).
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "proc/proc.h"
#include "proc/spawn.h"

/* What a child may know of the parent's environment. */
static const char *const passed_on[] = {
    "INVOCATION_ID", "TZ", "OTUS_HASH_KEY", "ASAN_OPTIONS", "UBSAN_OPTIONS"};

#define NPASSED (sizeof(passed_on) / sizeof(passed_on[0]))

static int
send_start(int fd, const struct msg_start *start)
{
	uint8_t *body = malloc(CHAN_BODY_MAX);
	struct chan c = {0};
	int err;

	if (body == NULL) {
		return ERR_NOMEM;
	}
	err = chan_init(&c, fd, 0);
	if (err == 0) {
		size_t n = msg_start_encode(body, CHAN_BODY_MAX, start);

		err = chan_send(&c, PM_START, 0, 0, body, n);
		/* A fresh socket takes it at once, or never will. */
		if (err == 0 && chan_is_pending(&c)) {
			err = ERR_INTERNAL;
		}
		chan_done(&c);
	}
	free(body);
	return err;
}

/* Copies of all descriptors above their places, then down to them. */
static int
place_fds(const struct spawn *s, int chan_fd)
{
	const int base = PROC_FD_FIRST + s->start->nfds;
	int from[PROC_FDS_MAX + 1];
	int null_fd;

	null_fd = fcntl(s->null_fd, F_DUPFD_CLOEXEC, base);
	from[0] = fcntl(chan_fd, F_DUPFD_CLOEXEC, base);
	for (int i = 0; i < s->start->nfds; i++) {
		from[i + 1] = fcntl(s->start->fd[i].fd, F_DUPFD_CLOEXEC, base);
	}
	if (null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 ||
	    dup2(null_fd, STDOUT_FILENO) < 0) {
		return ERR_IO;
	}
	/* A closed standard error must not become somebody's socket. */
	if (fcntl(STDERR_FILENO, F_GETFD) < 0 &&
	    dup2(null_fd, STDERR_FILENO) < 0) {
		return ERR_IO;
	}
	for (int i = 0; i <= s->start->nfds; i++) {
		if (from[i] < 0 || dup2(from[i], PROC_FD_PARENT + i) < 0) {
			return ERR_IO;
		}
	}
	closefrom(base);
	return 0;
}

static int
reset_signals(void)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	sigset_t none;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
		if (signal(ignored[i], SIG_IGN) == SIG_ERR) {
			return ERR_IO;
		}
	}
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) == 0 ? 0 : ERR_IO;
}

static void
execute(const struct msg_start *start)
{
	char name[PROC_ROLE_MAX + PROC_LABEL_MAX + 8];
	char role[PROC_ROLE_MAX + 8];
	char *argv[] = {name, role, NULL};
	char var[NPASSED][256];
	char *env[NPASSED + 1];
	size_t n = 0;

	snprintf(name, sizeof(name), "otus: %s%s%s", start->role,
	    start->label[0] != '\0' ? " " : "", start->label);
	snprintf(role, sizeof(role), "--role=%s", start->role);
	for (size_t i = 0; i < NPASSED; i++) {
		const char *v = getenv(passed_on[i]);

		if (v != NULL &&
		    (size_t)snprintf(var[n], sizeof(var[n]), "%s=%s",
			passed_on[i], v) < sizeof(var[n])) {
			env[n] = var[n];
			n++;
		}
	}
	env[n] = NULL;
	execve("/proc/self/exe", argv, env);
}

static void __attribute__((noreturn))
become_child(const struct spawn *s, int chan_fd)
{
	const char *step = "arrange its descriptors";

	if (place_fds(s, chan_fd) != 0 || reset_signals() != 0) {
		goto out;
	}
	step = "change its user";
	if (priv_assume(s->id, s->net_raw) != 0) {
		goto out;
	}
	step = "execute itself (is /proc mounted?)";
	execute(s->start);
out:
	log_error("%s %s: could not %s: %s", s->start->role, s->start->label,
	    step, strerror(errno));
	_exit(PROC_EXIT_SPAWN);
}

int
spawn_child(const struct spawn *s, pid_t *ret_pid, int *ret_fd)
{
	int fd[2] = {-1, -1};
	pid_t pid;
	int err;

	assert(s->start->nfds <= PROC_FDS_MAX);
	err = chan_pair(fd);
	if (err != 0) {
		return err;
	}
	err = send_start(fd[0], s->start);
	if (err != 0) {
		goto out;
	}
	pid = fork();
	if (pid == 0) {
		become_child(s, fd[1]);
	}
	if (pid < 0) {
		err = ERR_NOMEM;
		goto out;
	}
	close(fd[1]);
	*ret_pid = pid;
	*ret_fd = fd[0];
	return 0;
out:
	close(fd[0]);
	close(fd[1]);
	return err;
}

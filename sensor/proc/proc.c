/*
 * proc: a child's frame, from its first instruction to its last.
 *
 *	channel is ours? -> START -> descriptors are there? -> crash memory ->
 *	harden -> role's main -> exit code
 *
 * The parent is trusted more than other peers and still parsed like them.
 * A process ends with _exit(): what the C library does at exit is not in any
 * profile, and there is nothing to flush.
 *
 * Not here: what roles do.
 */
#include <assert.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "limits.h"
#include "proc/crash.h"
#include "proc/priv.h"
#include "proc/proc.h"

#define START_WAIT_NS (10 * NS_PER_SEC) /* the message is there before us */
#define ALIVE_NS      NS_PER_SEC
#define QUEUE_BYTES   (16 * 1024) /* chan.c makes it two messages */

/* Waits for a message; ERR_LOST when none comes or the parent is gone. */
static int
wait_msg(struct chan *c, uint64_t until_ns, struct chan_msg *ret)
{
	for (;;) {
		uint64_t now = clock_mono_ns();
		struct pollfd p = {.fd = c->fd, .events = POLLIN};
		int rc = chan_recv(c, ret);

		if (rc != 0) {
			return rc;
		}
		if (now >= until_ns) {
			return ERR_LOST;
		}
		(void)poll(&p, 1,
		    until_ns == UINT64_MAX
			? -1
			: (int)((until_ns - now) / NS_PER_MS + 1));
	}
}

static bool
is_channel(int fd)
{
	socklen_t n = sizeof(int);
	int type = 0, domain = 0;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) == 0 &&
	       type == SOCK_SEQPACKET && domain == AF_UNIX;
}

/* Reads START into env; texts and configuration into memory of our own. */
static int
take_start(struct proc_env *env)
{
	struct chan_msg msg;
	size_t n;
	int rc;

	rc = wait_msg(&env->parent, clock_mono_ns() + START_WAIT_NS, &msg);
	if (rc < 0) {
		return rc;
	}
	if (msg.type != PM_START) {
		return ERR_PEER;
	}
	rc = msg_start_decode(msg.body, &env->start);
	if (rc != 0 || strcmp(env->start.role, env->role->name) != 0 ||
	    env->start.log_level > LOG_LEVEL_DEBUG) {
		return ERR_PEER;
	}
	n = rd_left(&env->start.config);
	env->config_copy = malloc(n + 1);
	if (env->config_copy == NULL) {
		return ERR_NOMEM;
	}
	memcpy(env->config_copy, env->start.config.p, n);
	env->config = rd_make(env->config_copy, n);
	env->start.config = env->config;
	env->label = env->start.label;
	env->generation = env->start.generation;
	for (int i = 0; i < env->start.nfds; i++) {
		env->start.fd[i].fd = PROC_FD_FIRST + i;
		if (fcntl(PROC_FD_FIRST + i, F_GETFD) < 0) {
			return ERR_PEER;
		}
	}
	return 0;
}

static int
exit_code(const struct proc_env *env, int err)
{
	if (err == 0 || env->stop) {
		return 0;
	}
	return err == ERR_LOST ? PROC_EXIT_LOST : err_exit_code(err);
}

static int
run(struct proc_env *env)
{
	int fd, err;

	err = chan_init(&env->parent, PROC_FD_PARENT, QUEUE_BYTES);
	if (err == 0) {
		err = take_start(env);
	}
	if (err != 0) {
		log_error("no start message: %s", err_text(err));
		return PROC_EXIT_SPAWN;
	}
	log_init(env->role->name, (enum log_level)env->start.log_level);
	fd = proc_fd(env, "crash");
	err = fd >= 0 ? crash_init(fd) : 0;
	if (err == 0) {
		err = priv_harden(LIMIT_PROC_FILES);
	}
	if (err != 0) {
		log_error("could not prepare: %s", err_text(err));
		return PROC_EXIT_SPAWN;
	}
	err = env->role->main(env);
	env->stop |= chan_flush(&env->parent) != 0;
	if (err != 0 && !env->stop) {
		log_error("%s%sends: %s", env->label,
		    env->label[0] != '\0' ? " " : "", err_text(err));
	}
	return exit_code(env, err);
}

void
proc_child(int argc, char **argv, const struct proc_role *roles, size_t n)
{
	static const char prefix[] = "--role=";
	static struct proc_env env;
	char name[16]; /* prctl(2): 16 bytes with the NUL */

	if (argc != 2 || strncmp(argv[1], prefix, sizeof(prefix) - 1) != 0) {
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (strcmp(argv[1] + sizeof(prefix) - 1, roles[i].name) == 0) {
			env.role = &roles[i];
		}
	}
	if (env.role == NULL || !is_channel(PROC_FD_PARENT)) {
		log_error("--role is how otus starts its own processes; "
			  "use otus run");
		_exit(err_exit_code(ERR_USAGE));
	}
	/* Executing /proc/self/exe has named the process "exe". */
	snprintf(name, sizeof(name), "otus-%s", env.role->name);
	(void)prctl(PR_SET_NAME, name, 0, 0, 0);
	log_init(env.role->name, LOG_LEVEL_INFO);
	_exit(run(&env));
}

int
proc_fd(const struct proc_env *env, const char *name)
{
	for (int i = 0; i < env->start.nfds; i++) {
		if (strcmp(env->start.fd[i].name, name) == 0) {
			return env->start.fd[i].fd;
		}
	}
	return -1;
}

int
proc_fd_at(const struct proc_env *env, const char *prefix, size_t i,
    const char **ret_name)
{
	for (int k = 0; k < env->start.nfds; k++) {
		const struct proc_fd *f = &env->start.fd[k];

		if (strncmp(f->name, prefix, strlen(prefix)) == 0 && i-- == 0) {
			*ret_name = f->name;
			return f->fd;
		}
	}
	return -1;
}

static void
tell(struct proc_env *env, uint16_t type, const void *body, size_t n)
{
	/* It fails when the parent is gone. */
	env->stop |= chan_send(&env->parent, type, 0, 0, body, n) != 0;
}

int
proc_barrier(struct proc_env *env)
{
	struct chan_msg msg;
	int rc;

	assert(!env->confined);
	tell(env, PM_BARRIER, NULL, 0);
	do {
		rc = wait_msg(&env->parent, UINT64_MAX, &msg);
	} while (rc == 1 && msg.type == PM_PEER);
	if (rc == 1 && msg.type == PM_GO) {
		return 0;
	}
	if (rc == ERR_LOST || (rc == 1 && msg.type == PM_STOP)) {
		env->stop = true;
		return ERR_STATE;
	}
	return ERR_PEER;
}

int
proc_confine(struct proc_env *env, const struct proc_needs *needs)
{
	struct sandbox_options o = {.profile = env->role->profile};
	int fds[PROC_FDS_MAX + 2];
	char text[SANDBOX_TEXT];
	uint8_t body[MSG_SMALL_MAX];
	size_t n = 0;
	int err;

	assert(!env->confined);
	if (needs != NULL) {
		o.paths = needs->paths;
		o.npaths = needs->npaths;
		o.ports = needs->ports;
		o.nports = needs->nports;
	}
	fds[n++] = STDERR_FILENO;
	fds[n++] = PROC_FD_PARENT;
	for (int i = 0; i < env->start.nfds; i++) {
		if (env->start.fd[i].kind == PROC_FD_CHANNEL) {
			fds[n++] = env->start.fd[i].fd;
		}
	}
	o.write_fds = fds;
	o.nwrite_fds = n;
	o.action = proc_fd(env, "crash") >= 0 ? SANDBOX_TRAP : SANDBOX_KILL;
	err = priv_drop();
	if (err == 0) {
		err = sandbox_enter(&o, &env->sandbox);
	}
	if (err != 0) {
		return err;
	}
	env->confined = true;
	sandbox_describe(&env->sandbox, text);
	tell(env, PM_READY, body, msg_text_encode(body, sizeof(body), text));
	return 0;
}

/* The parent says so, or is gone. */
static int
stopped(struct proc_env *env, struct proc_note *ret)
{
	env->stop = true;
	ret->kind = PROC_NOTE_STOP;
	return 1;
}

/* A message as a note; 0 when there is nothing to tell the role. */
static int
take_note(
    struct proc_env *env, const struct chan_msg *msg, struct proc_note *ret)
{
	struct msg_peer peer;
	int err = 0;

	switch (msg->type) {
	case PM_STOP: return stopped(env, ret);
	case PM_GO: return 0;
	case PM_PEER:
		err = msg_peer_decode(msg->body, &peer);
		if (err == 0) {
			ret->kind = PROC_NOTE_PEER;
			ret->fd = proc_fd(env, peer.name);
			ret->generation = peer.generation;
		}
		break;
	case PM_HEALTH:
		ret->kind = PROC_NOTE_HEALTH;
		err = msg_health_decode(msg->body, &ret->health);
		break;
	case PM_CRASH:
		ret->kind = PROC_NOTE_CRASH;
		err = msg_crash_decode(msg->body, &ret->crash);
		break;
	default: return ERR_PEER;
	}
	return err == 0 ? 1 : err;
}

int
proc_next(struct proc_env *env, struct proc_note *ret)
{
	struct chan_msg msg;
	int rc;

	if (env->stop) {
		return 0;
	}
	if (chan_is_pending(&env->parent) && chan_flush(&env->parent) != 0) {
		return stopped(env, ret);
	}
	do {
		rc = chan_recv(&env->parent, &msg);
		if (rc == ERR_LOST) {
			return stopped(env, ret);
		}
		if (rc == 1) {
			rc = take_note(env, &msg, ret);
			if (rc == 0) {
				continue;
			}
		}
		return rc;
	} while (true);
}

void
proc_alive(struct proc_env *env)
{
	uint64_t now = clock_mono_ns();

	if (now - env->alive_ns >= ALIVE_NS) {
		env->alive_ns = now;
		tell(env, PM_ALIVE, NULL, 0);
	}
}

void
proc_status(struct proc_env *env, const char *fmt, ...)
{
	char text[PROC_TEXT_MAX];
	uint8_t body[MSG_SMALL_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tell(env, PM_STATUS, body, msg_text_encode(body, sizeof(body), text));
}

void
proc_kept(struct proc_env *env, const struct proc_crash *crash)
{
	struct msg_kept m = {.generation = crash->generation};
	uint8_t body[MSG_SMALL_MAX];

	memcpy(m.role, crash->role, sizeof(m.role));
	memcpy(m.label, crash->label, sizeof(m.label));
	tell(env, PM_KEPT, body, msg_kept_encode(body, sizeof(body), &m));
}

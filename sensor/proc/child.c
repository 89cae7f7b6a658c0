/*
 * child: starting, hearing, burying one process.
 *
 * Back-off: a death within CHILD_STABLE_NS of READY, or before it, doubles the
 * wait (50 ms, 100 ms, ...); a life that lasted longer clears it.  A process
 * that reached READY can work, so it never waits longer than 0.8 s: whoever
 * can make it die, with a frame or a signal, must not be able to keep it
 * away.  One that does not get that far waits up to LIMIT_PROC_RESTART_S and
 * does not burn the machine.
 *
 * Not here: order among children (parent.c), fork and exec (spawn.c), what a
 * dead process left (evidence.c).
 */
#include <assert.h>
#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/child.h"
#include "proc/spawn.h"

#define QUEUE_BYTES   (512 * 1024) /* some evidence and much health */
#define ABORT_WAIT_NS (2 * NS_PER_SEC)
#define MSGS_A_ROUND  64 /* of one child, before others get their turn */

static void on_timer(void *arg);
static void on_chan(void *arg, short revents);

const char *
child_name(const struct child *c, char buf[CHILD_NAME_MAX])
{
	snprintf(buf, CHILD_NAME_MAX, "%s%s%s", c->start.role,
	    c->start.label[0] != '\0' ? " " : "", c->start.label);
	return buf;
}

static void
event(struct child *c, enum child_event ev)
{
	c->news = true;
	c->common->event(c->common->arg, c, ev);
}

static void
set_state(struct child *c, enum proc_state s)
{
	c->state = s;
	c->since_ns = clock_mono_ns();
	c->timer.at_ns = LOOP_NEVER;
}

static uint64_t
in_ms(unsigned ms)
{
	return clock_mono_ns() + ms * NS_PER_MS;
}

int
child_set_config(struct child *c, const void *config, size_t len)
{
	uint8_t *copy;

	if (len > PROC_CONFIG_MAX) {
		return ERR_TOOBIG;
	}
	copy = malloc(len + 1);
	if (copy == NULL) {
		return ERR_NOMEM;
	}
	if (len > 0) {
		memcpy(copy, config, len);
	}
	free(c->config);
	c->config = copy;
	c->start.config = rd_make(copy, len);
	return 0;
}

int
child_init(struct child *c, const struct child_common *common,
    const struct parent_spec *s)
{
	int err;

	memset(c, 0, sizeof(*c));
	c->common = common;
	c->crash_fd = -1;
	c->chan.fd = -1;
	c->state = PROC_WAITING;
	c->since_ns = clock_mono_ns();
	memset(c->peer, -1, sizeof(c->peer));
	snprintf(c->start.role, sizeof(c->start.role), "%s", s->role);
	snprintf(c->start.label, sizeof(c->start.label), "%s",
	    s->label != NULL ? s->label : "");
	c->start.log_level = (uint8_t)common->log_level;
	c->phase = s->phase;
	c->group = s->group;
	c->silent_ms = s->silent_ms;
	c->grace_ms =
	    s->grace_ms != 0 ? s->grace_ms : LIMIT_PROC_STOP_S * 1000U;
	c->net_raw = s->net_raw;
	c->takes_health = s->health;
	c->has_id = s->id != NULL;
	if (s->id != NULL) {
		c->id = *s->id;
	}
	assert(s->phase < PARENT_PHASES && s->nifaces <= LIMIT_LIVE_IFACES_MAX);
	for (size_t i = 0; i < s->nifaces; i++) {
		snprintf(c->iface[i], sizeof(c->iface[i]), "%s", s->ifaces[i]);
	}
	c->nifaces = s->nifaces;
	c->timer.fn = on_timer;
	c->timer.arg = c;
	err = child_set_config(c, s->config, s->config_len);
	if (err == 0 && s->crash) {
		err = evidence_init(c);
	}
	if (err == 0) {
		err = loop_timer_add(common->loop, &c->timer);
	}
	if (err != 0) {
		child_done(c);
	}
	return err;
}

static void
close_chan(struct child *c)
{
	int fd = c->chan.fd;

	if (fd >= 0) {
		loop_del(c->common->loop, fd);
		chan_done(&c->chan);
		close(fd);
	}
}

void
child_done(struct child *c)
{
	if (c->common == NULL) {
		return;
	}
	close_chan(c);
	for (unsigned i = 0; i < c->start.nfds; i++) {
		close(c->start.fd[i].fd);
	}
	evidence_done(c);
	free(c->config);
	c->config = NULL;
	c->start.nfds = 0;
}

/* --- starting --------------------------------------------------------------*/

static void
back_off(struct child *c)
{
	uint64_t wait = CHILD_BACKOFF_MIN_NS;
	char name[CHILD_NAME_MAX];

	for (unsigned i = 0; i < c->level && wait < CHILD_BACKOFF_MAX_NS; i++) {
		wait *= 2;
	}
	if (wait > CHILD_BACKOFF_MAX_NS) {
		wait = CHILD_BACKOFF_MAX_NS;
	} else {
		c->level++;
	}
	set_state(c, PROC_WAITING);
	c->timer.at_ns = c->since_ns + wait;
	if (wait >= NS_PER_SEC) {
		log_warn("%s: next attempt in %llu s", child_name(c, name),
		    (unsigned long long)(wait / NS_PER_SEC));
	}
}

static int
attach(struct child *c, int fd)
{
	int err = chan_init(&c->chan, fd, QUEUE_BYTES);

	if (err == 0) {
		err = loop_add(c->common->loop, fd, POLLIN, on_chan, c);
	}
	if (err != 0) {
		chan_done(&c->chan);
		close(fd);
	}
	return err;
}

void
child_start(struct child *c)
{
	const struct child_common *common = c->common;
	struct spawn s = {.start = &c->start,
	    .net_raw = c->net_raw,
	    .id = c->has_id && common->can_change ? &c->id : &common->self,
	    .null_fd = common->null_fd};
	char name[CHILD_NAME_MAX];
	int fd, err;

	assert(c->pid == 0);
	c->at_barrier = c->past_barrier = c->aborted = c->again = false;
	c->fault = false;
	c->status[0] = c->sandbox[0] = '\0';
	err = c->crash_fd >= 0 ? crash_clear(c->crash_fd) : 0;
	if (err == 0) {
		err = spawn_child(&s, &c->pid, &fd);
	}
	if (err == 0) {
		err = attach(c, fd);
	}
	if (err != 0) {
		log_error("%s: cannot be started: %s", child_name(c, name),
		    err_text(err));
		if (c->pid != 0) {
			/* Forked, but we cannot talk to it. */
			(void)kill(c->pid, SIGKILL);
			set_state(c, PROC_STARTING);
		} else {
			back_off(c);
		}
	} else {
		set_state(c, PROC_STARTING);
	}
	event(c, CHILD_EV_STATE);
}

/* --- talking ---------------------------------------------------------------*/

static void
watch(struct child *c)
{
	loop_events(c->common->loop, c->chan.fd, chan_events(&c->chan));
}

void
child_send(struct child *c, uint16_t type, const void *body, size_t n)
{
	int err;

	if (c->chan.fd < 0) {
		return;
	}
	err = chan_send(&c->chan, type, 0, 0, body, n);
	if (err == 0) {
		watch(c);
	}
	/* Else it is gone, and SIGCHLD says so presently. */
}

void
child_go(struct child *c)
{
	c->at_barrier = false;
	c->past_barrier = true;
	child_send(c, PM_GO, NULL, 0);
}

static void
arm_watchdog(struct child *c)
{
	if (c->state == PROC_RUNNING && c->silent_ms != 0 && !c->aborted) {
		c->timer.at_ns = in_ms(c->silent_ms);
	}
}

static int
take_ready(struct child *c, struct rd body)
{
	char name[CHILD_NAME_MAX];
	int err = msg_text_decode(body, c->sandbox);

	if (err != 0 || c->state != PROC_STARTING) {
		/* While stopping it may well come too late. */
		return err != 0 || c->state != PROC_STOPPING ? ERR_PEER : 0;
	}
	set_state(c, PROC_RUNNING);
	c->ready_ns = c->since_ns;
	c->ever_ready = c->past_barrier = true;
	c->at_barrier = false;
	arm_watchdog(c);
	log_info("%s: running (%s)", child_name(c, name), c->sandbox);
	event(c, CHILD_EV_READY);
	return 0;
}

static int
take_msg(struct child *c, const struct chan_msg *msg)
{
	int err;

	switch (msg->type) {
	case PM_BARRIER:
		if (c->group == 0 || c->past_barrier) {
			child_go(c);
		} else {
			c->at_barrier = true;
			event(c, CHILD_EV_BARRIER);
		}
		return 0;
	case PM_READY: return take_ready(c, msg->body);
	case PM_ALIVE: arm_watchdog(c); return 0;
	case PM_STATUS:
		err = msg_text_decode(msg->body, c->status);
		if (err == 0) {
			event(c, CHILD_EV_STATE);
		}
		return err;
	case PM_KEPT:
		err = msg_kept_decode(msg->body, &c->kept);
		if (err == 0 && c->takes_health) {
			event(c, CHILD_EV_KEPT);
		}
		return err;
	default: return ERR_PEER;
	}
}

/* Hears it out; false when the channel is at its end. */
static bool
hear(struct child *c)
{
	char name[CHILD_NAME_MAX];
	struct chan_msg msg;

	for (int i = 0; i < MSGS_A_ROUND; i++) {
		int rc = chan_recv(&c->chan, &msg);

		if (rc == 1) {
			rc = take_msg(c, &msg);
		} else if (rc == 0) {
			return true;
		}
		if (rc == ERR_LOST) {
			return false;
		}
		if (rc < 0) {
			log_error(
			    "%s: %s", child_name(c, name), err_text(ERR_PEER));
			c->fault = true;
			child_kill(c);
			return false;
		}
	}
	return true;
}

static void
on_chan(void *arg, short revents)
{
	struct child *c = arg;
	bool open = true;

	if ((revents & POLLOUT) != 0) {
		open = chan_flush(&c->chan) == 0;
	}
	if ((revents & ~POLLOUT) != 0 && open) {
		open = hear(c);
	}
	if (open) {
		watch(c);
		return;
	}
	/* Closed by a process that may still live: that is of no use. */
	close_chan(c);
	child_kill(c);
}

/* --- ending ----------------------------------------------------------------*/

void
child_kill(struct child *c)
{
	if (c->pid != 0) {
		(void)kill(c->pid, SIGKILL);
	}
}

void
child_stop(struct child *c, bool again)
{
	if (c->pid == 0) {
		set_state(c, PROC_STOPPED);
		event(c, CHILD_EV_STATE);
		return;
	}
	c->again = again;
	if (c->state != PROC_STOPPING) {
		child_send(c, PM_STOP, NULL, 0);
		set_state(c, PROC_STOPPING);
		c->timer.at_ns = in_ms(c->grace_ms);
		event(c, CHILD_EV_STATE);
	}
}

/* What a death that nobody asked for leads to. */
static void
unexpected(struct child *c)
{
	char name[CHILD_NAME_MAX], how[64];

	proc_end_text(how, c->end, c->end_value);
	if (c->end == PROC_END_EXIT && c->end_value == PROC_EXIT_LOST &&
	    c->nifaces > 0) {
		log_warn("%s: its interface is gone; waiting for its return",
		    child_name(c, name));
		c->level = 0;
		set_state(c, PROC_LOST);
		c->timer.at_ns = clock_mono_ns() + CHILD_LOOK_NS;
		return;
	}
	if (c->ready_ns != 0) {
		bool stable = clock_mono_ns() - c->ready_ns >= CHILD_STABLE_NS;
		unsigned most = stable ? 0 : CHILD_READY_LEVEL;

		c->level = c->level < most ? c->level : most;
	}
	log_warn("%s: %s", child_name(c, name), how);
	back_off(c);
}

bool
child_reap(struct child *c)
{
	bool asked = c->state == PROC_STOPPING;
	int status;
	pid_t pid;

	if (c->pid == 0) {
		return false;
	}
	pid = waitpid(c->pid, &status, WNOHANG);
	if (pid != c->pid || !(WIFEXITED(status) || WIFSIGNALED(status))) {
		return false;
	}
	c->pid = 0;
	/* Its last words are still in the socket. */
	while (c->chan.fd >= 0 && !c->fault && hear(c)) {
		struct pollfd p = {.fd = c->chan.fd, .events = POLLIN};

		if (poll(&p, 1, 0) <= 0) {
			break;
		}
	}
	close_chan(c);
	c->end = WIFEXITED(status) ? PROC_END_EXIT : PROC_END_SIGNAL;
	c->end_value = (uint16_t)(WIFEXITED(status) ? WEXITSTATUS(status)
						    : WTERMSIG(status));
	evidence_collect(c);
	c->start.generation++;
	if (asked) {
		set_state(c, PROC_STOPPED);
	} else {
		c->restarts++;
		unexpected(c);
	}
	c->ready_ns = 0;
	event(c, CHILD_EV_DEAD);
	return true;
}

/* --- time ------------------------------------------------------------------*/

/* All of its interfaces there and up? */
static bool
ifaces_up(const struct child *c)
{
	for (size_t i = 0; i < c->nifaces; i++) {
		struct ifreq req = {0};

		memcpy(req.ifr_name, c->iface[i], sizeof(c->iface[i]));
		if (ioctl(c->common->net_fd, SIOCGIFFLAGS, &req) != 0 ||
		    (req.ifr_flags & IFF_UP) == 0) {
			return false;
		}
	}
	return true;
}

static void
on_timer(void *arg)
{
	struct child *c = arg;
	char name[CHILD_NAME_MAX];

	switch (c->state) {
	case PROC_WAITING: child_start(c); break;
	case PROC_LOST:
		if (ifaces_up(c)) {
			log_info(
			    "%s: its interface is back", child_name(c, name));
			child_start(c);
		} else {
			c->timer.at_ns = clock_mono_ns() + CHILD_LOOK_NS;
		}
		break;
	case PROC_RUNNING:
		if (c->aborted) {
			child_kill(c);
			break;
		}
		log_error("%s: no sign of life for %u ms; ending it",
		    child_name(c, name), c->silent_ms);
		c->aborted = true;
		(void)kill(c->pid, SIGABRT);
		c->timer.at_ns = clock_mono_ns() + ABORT_WAIT_NS;
		break;
	case PROC_STOPPING:
		log_warn("%s: did not end in %u ms; killed",
		    child_name(c, name), c->grace_ms);
		child_kill(c);
		break;
	case PROC_STARTING:
	case PROC_STOPPED:
	case PROC_STATES: break;
	}
}

void
child_health(const struct child *c, struct proc_health *ret)
{
	*ret = (struct proc_health){
	    .state = (uint8_t)c->state,
	    .end = c->end,
	    .value = c->end_value,
	    .pid = (uint32_t)c->pid,
	    .generation = c->start.generation,
	    .restarts = c->restarts,
	    .crashes = c->crashes,
	    .since_ns = clock_mono_ns() - c->since_ns,
	};
	memcpy(ret->role, c->start.role, sizeof(ret->role));
	memcpy(ret->label, c->start.label, sizeof(ret->label));
	memcpy(ret->status, c->status, sizeof(ret->status));
	memcpy(ret->sandbox, c->sandbox, sizeof(ret->sandbox));
}

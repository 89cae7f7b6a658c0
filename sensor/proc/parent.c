/*
 * parent: the order among the processes.
 *
 * Handlers only note what happened; settle() then does what follows from it,
 * after each round of the loop, in one place: next phase, barrier, stop,
 * health.  So nothing is started or stopped from inside a child's own handler.
 *
 * The parent holds the descriptors of all, and both ends of the channels
 * between children; of these it never reads a byte.  What it parses are START
 * replies and one-line messages on its own channels (child.c, msg.c).
 *
 * Not here: what the configuration means; the caller turns it into
 * descriptors and bytes.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/child.h"

#define NOFILE    1024 /* of LIMIT_PROC_MAX x PROC_FDS_MAX: ample */
#define INSIST_NS NS_PER_SEC
#define HEALTH_NS (10 * NS_PER_SEC) /* at least that often, also unchanged */

struct parent {
	struct parent_options o;
	struct priv_id id;
	struct loop loop;
	struct child_common common;
	struct child child[LIMIT_PROC_MAX];
	unsigned n;
	int signal_fd;
	struct loop_timer health;
	unsigned phase; /* being started                 */
	bool up;        /* all phases are                */
	bool stopping;
	uint64_t stop_ns;    /* since when */
	unsigned stop_phase; /* being stopped; those above are */
	bool done;
	int exit_code;
	char sandbox[SANDBOX_TEXT];
	uint8_t body[CHAN_BODY_MAX];
};

static void on_event(void *arg, struct child *, enum child_event);
static void on_health(void *arg);

int
parent_new(const struct parent_options *o, struct parent **ret)
{
	struct parent *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		return ERR_NOMEM;
	}
	p->o = *o;
	if (o->id != NULL) {
		p->id = *o->id;
		p->o.id = &p->id;
	}
	snprintf(p->sandbox, sizeof(p->sandbox), "not confined");
	p->signal_fd = -1;
	loop_init(&p->loop);
	p->common = (struct child_common){.loop = &p->loop,
	    .log_level = o->log_level,
	    .event = on_event,
	    .arg = p};
	p->health = (struct loop_timer){.fn = on_health, .arg = p};
	p->common.null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* Any socket answers for interface flags; this one reaches nobody. */
	p->common.net_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (p->common.null_fd < 0 || p->common.net_fd < 0 ||
	    loop_timer_add(&p->loop, &p->health) != 0) {
		parent_free(p);
		return ERR_IO;
	}
	*ret = p;
	return 0;
}

void
parent_free(struct parent *p)
{
	if (p == NULL) {
		return;
	}
	for (unsigned i = 0; i < p->n; i++) {
		child_done(&p->child[i]);
	}
	close(p->signal_fd);
	close(p->common.null_fd);
	close(p->common.net_fd);
	free(p);
}

int
parent_add(struct parent *p, const struct parent_spec *s, unsigned *ret_child)
{
	int err;

	if (p->n == LIMIT_PROC_MAX) {
		return ERR_FULL;
	}
	err = child_init(&p->child[p->n], &p->common, s);
	if (err != 0) {
		return err;
	}
	*ret_child = p->n++;
	return 0;
}

int
parent_fd(struct parent *p, unsigned child, enum proc_fd_kind kind,
    const char *name, int fd)
{
	struct child *c = &p->child[child];
	struct proc_fd *f;

	assert(child < p->n && fd >= 0);
	if (c->start.nfds == PROC_FDS_MAX) {
		close(fd);
		return ERR_FULL;
	}
	f = &c->start.fd[c->start.nfds++];
	f->kind = (uint8_t)kind;
	snprintf(f->name, sizeof(f->name), "%s", name);
	f->fd = fd;
	return 0;
}

int
parent_link(struct parent *p, unsigned a, const char *name_a, unsigned b,
    const char *name_b)
{
	int fd[2], err;

	assert(a < p->n && b < p->n);
	err = chan_pair(fd);
	if (err != 0) {
		return err;
	}
	err = parent_fd(p, a, PROC_FD_CHANNEL, name_a, fd[0]);
	if (err != 0) {
		close(fd[1]);
		return err;
	}
	err = parent_fd(p, b, PROC_FD_CHANNEL, name_b, fd[1]);
	if (err != 0) {
		return err;
	}
	p->child[a].peer[p->child[a].start.nfds - 1] = (int)b;
	p->child[b].peer[p->child[b].start.nfds - 1] = (int)a;
	return 0;
}

int
parent_config(struct parent *p, unsigned child, const void *config, size_t len)
{
	struct child *c = &p->child[child];
	int err;

	assert(child < p->n);
	if (rd_left(&c->start.config) == len &&
	    (len == 0 || memcmp(c->start.config.p, config, len) == 0)) {
		return 0;
	}
	err = child_set_config(c, config, len);
	if (err != 0) {
		return err;
	}
	if (c->pid != 0 && !p->stopping) {
		child_stop(c, true);
	}
	return 0;
}

const char *
parent_sandbox(const struct parent *p)
{
	return p->sandbox;
}

/* --- what happened ---------------------------------------------------------*/

/* Those with a channel to c learn that a new process is behind it. */
static void
tell_peers(struct parent *p, const struct child *c)
{
	const int self = (int)(c - p->child);
	struct msg_peer m = {.generation = c->start.generation};

	for (unsigned i = 0; i < p->n; i++) {
		struct child *o = &p->child[i];

		for (unsigned k = 0; k < o->start.nfds; k++) {
			if (o->peer[k] == self) {
				memcpy(m.name, o->start.fd[k].name,
				    sizeof(m.name));
				child_send(o, PM_PEER, p->body,
				    msg_peer_encode(
					p->body, sizeof(p->body), &m));
			}
		}
	}
}

static void
forget_crash(struct parent *p, const struct msg_kept *k)
{
	for (unsigned i = 0; i < p->n; i++) {
		struct child *c = &p->child[i];

		if (c->crash_pending && c->crash.generation == k->generation &&
		    strcmp(c->crash.role, k->role) == 0 &&
		    strcmp(c->crash.label, k->label) == 0) {
			c->crash_pending = false;
		}
	}
}

static void
begin_stop(struct parent *p)
{
	if (!p->stopping) {
		p->stopping = true;
		p->stop_ns = clock_mono_ns();
		p->stop_phase = PARENT_PHASES;
	}
}

/* Who gives up before it ever ran will do so again. */
static void
check_start(struct parent *p, const struct child *c)
{
	char name[CHILD_NAME_MAX];

	if (p->up || p->stopping || c->ever_ready || c->end != PROC_END_EXIT ||
	    c->state == PROC_LOST) {
		return;
	}
	log_error("%s could not start; stopping", child_name(c, name));
	p->exit_code = c->end_value == 0 || c->end_value == PROC_EXIT_SPAWN ||
			       c->end_value == PROC_EXIT_LOST
			   ? err_exit_code(ERR_INTERNAL)
			   : c->end_value;
	begin_stop(p);
}

static void
on_event(void *arg, struct child *c, enum child_event ev)
{
	struct parent *p = arg;
	struct proc_health h;

	switch (ev) {
	case CHILD_EV_READY:
		if (c->start.generation > 0) {
			tell_peers(p, c);
		}
		for (unsigned i = 0; c->takes_health && i < p->n; i++) {
			p->child[i].news = true;
			p->child[i].crash_sent = false;
		}
		break;
	case CHILD_EV_DEAD: check_start(p, c); break;
	case CHILD_EV_KEPT: forget_crash(p, &c->kept); return;
	case CHILD_EV_STATE:
	case CHILD_EV_BARRIER: break;
	}
	if (p->o.changed != NULL) {
		child_health(c, &h);
		p->o.changed(p->o.arg, &h);
	}
}

static void
on_health(void *arg)
{
	struct parent *p = arg;

	for (unsigned i = 0; i < p->n; i++) {
		p->child[i].news = true;
	}
	p->health.at_ns = clock_mono_ns() + HEALTH_NS;
}

static void
reload(struct parent *p)
{
	int err;

	if (p->o.reload == NULL) {
		begin_stop(p);
	}
	if (p->stopping) {
		return;
	}
	err = p->o.reload(p->o.arg, p);
	if (err != 0) {
		log_error(
		    "the new configuration is not used: %s", err_text(err));
	}
}

static void
kill_all(struct parent *p)
{
	for (unsigned i = 0; i < p->n; i++) {
		child_kill(&p->child[i]);
	}
}

static void
on_signals(void *arg, short revents)
{
	struct parent *p = arg;
	struct signalfd_siginfo si;

	while (read(p->signal_fd, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		switch (si.ssi_signo) {
		case SIGCHLD:
			for (unsigned i = 0; i < p->n; i++) {
				(void)child_reap(&p->child[i]);
			}
			break;
		case SIGHUP: reload(p); break;
		default: /* SIGTERM, SIGINT; insisting means now */
			/* timeout(1) and terminals signal the group as well
			 * as the process: that is one request, not two. */
			if (p->stopping &&
			    clock_mono_ns() > p->stop_ns + INSIST_NS) {
				kill_all(p);
			}
			begin_stop(p);
			break;
		}
	}
}

/* --- what follows ----------------------------------------------------------*/

static void
stop_on(struct parent *p)
{
	for (;;) {
		for (unsigned i = 0; i < p->n; i++) {
			if (p->child[i].phase == p->stop_phase &&
			    p->child[i].pid != 0) {
				return;
			}
		}
		if (p->stop_phase == 0) {
			p->done = true;
			return;
		}
		p->stop_phase--;
		for (unsigned i = 0; i < p->n; i++) {
			if (p->child[i].phase == p->stop_phase) {
				child_stop(&p->child[i], false);
			}
		}
	}
}

static void
start_phase(struct parent *p)
{
	for (unsigned i = 0; i < p->n; i++) {
		if (p->child[i].phase == p->phase) {
			child_start(&p->child[i]);
		}
	}
}

static void
start_on(struct parent *p)
{
	while (!p->up) {
		for (unsigned i = 0; i < p->n; i++) {
			const struct child *c = &p->child[i];

			if (c->phase == p->phase && c->state != PROC_RUNNING &&
			    c->state != PROC_LOST) {
				return;
			}
		}
		p->phase++;
		if (p->phase < PARENT_PHASES) {
			start_phase(p);
			continue;
		}
		p->up = true;
		if (p->o.ready != NULL) {
			p->o.ready(p->o.arg);
		}
	}
}

/* A group passes when none of it is still on its way to the barrier; one
 * that is dead or lost does not hold up the others. */
static void
open_barriers(struct parent *p)
{
	for (unsigned i = 0; i < p->n; i++) {
		struct child *c = &p->child[i];
		bool open = c->at_barrier;

		for (unsigned k = 0; k < p->n && open; k++) {
			const struct child *o = &p->child[k];

			open = o->group != c->group || o->at_barrier ||
			       o->past_barrier || o->state != PROC_STARTING;
		}
		for (unsigned k = 0; k < p->n && open; k++) {
			if (p->child[k].group == c->group &&
			    p->child[k].at_barrier) {
				child_go(&p->child[k]);
			}
		}
	}
}

static void
send_health(struct parent *p, struct child *to)
{
	struct proc_health h;

	for (unsigned i = 0; i < p->n; i++) {
		struct child *c = &p->child[i];

		if (c->news) {
			c->news = false;
			child_health(c, &h);
			child_send(to, PM_HEALTH, p->body,
			    msg_health_encode(p->body, sizeof(p->body), &h));
		}
		if (c->crash_pending && !c->crash_sent) {
			c->crash_sent = true;
			child_send(to, PM_CRASH, p->body,
			    msg_crash_encode(
				p->body, sizeof(p->body), &c->crash));
		}
	}
}

static void
settle(struct parent *p)
{
	if (p->stopping) {
		stop_on(p);
	} else {
		for (unsigned i = 0; i < p->n; i++) {
			if (p->child[i].state == PROC_STOPPED &&
			    p->child[i].again) {
				child_start(&p->child[i]);
			}
		}
		start_on(p);
		open_barriers(p);
	}
	for (unsigned i = 0; i < p->n; i++) {
		if (p->child[i].takes_health &&
		    p->child[i].state == PROC_RUNNING) {
			send_health(p, &p->child[i]);
		}
	}
}

/* --- running ---------------------------------------------------------------*/

static int
take_signals(struct parent *p)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	/* Default, not ignored: an ignored SIGCHLD would lose exit codes. */
	if (signal(SIGCHLD, SIG_DFL) == SIG_ERR ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
		return ERR_IO;
	}
	p->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (p->signal_fd < 0) {
		return ERR_IO;
	}
	return loop_add(&p->loop, p->signal_fd, POLLIN, on_signals, p);
}

static int
confine(struct parent *p)
{
	struct sandbox_options o = {.profile = SANDBOX_PARENT};
	struct sandbox_state st;
	int err;

	if (p->o.id != NULL) {
		err = priv_hold(p->o.id);
		if (err != 0) {
			return err;
		}
	}
	p->common.can_change = priv_can_change();
	p->common.self = (struct priv_id){.uid = getuid(), .gid = getgid()};
	for (unsigned i = 0; i < p->n; i++) {
		if (p->child[i].net_raw && !priv_has_net_raw()) {
			log_warn("no right to capture (CAP_NET_RAW): start as "
				 "root, or once: setcap cap_net_raw+ep on the "
				 "program");
			break;
		}
	}
	err = priv_harden(NOFILE);
	if (err != 0 || !p->o.confine) {
		return err;
	}
	err = sandbox_enter(&o, &st);
	if (err != 0) {
		return err;
	}
	sandbox_describe(&st, p->sandbox);
	log_info("parent: %s", p->sandbox);
	return 0;
}

int
parent_run(struct parent *p)
{
	int err;

	err = take_signals(p);
	if (err == 0) {
		err = confine(p);
	}
	if (err != 0) {
		log_error("cannot run: %s", err_text(err));
		return err_exit_code(err);
	}
	p->health.at_ns = clock_mono_ns() + HEALTH_NS;
	start_phase(p);
	settle(p);
	while (!p->done) {
		err = loop_wait(&p->loop, LOOP_NEVER);
		if (err != 0) {
			/* The kernel has no memory for poll(2): give up. */
			log_error("cannot wait: %s", err_text(err));
			kill_all(p);
			return err_exit_code(err);
		}
		settle(p);
	}
	return p->exit_code;
}

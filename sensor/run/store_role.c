/*
 * The store process: the only writer of the database.
 *
 * Takes events, ticks and counters from the sensors' channels, in bounded
 * rounds so that no sensor starves another, and what the parent tells of the
 * processes.  Everything received is decoded from a private copy and checked;
 * what is not ours is counted and dropped.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "event/ev_wire.h"
#include "run/outbox_serve.h"
#include "run/run.h"
#include "store/process.h"
#include "store/store.h"

#define CHANNELS_MAX    24
#define MESSAGES_A_TURN 256
#define WAIT_MS         250

struct input {
	struct chan chan;
	const char *name; /* of the sensor */
	uint64_t bad;
};

struct keeper {
	struct proc_env *env;
	struct run_store_config conf;
	struct store *store;
	struct arena arena;
	struct input in[CHANNELS_MAX];
	size_t nin;
	struct outbox_server outbox;
	uint64_t stream_ns;
	struct ev ev;
};

/* --- messages of a sensor ------------------------------------------------ */

static int
take_event(struct keeper *k, struct rd body)
{
	arena_clear(&k->arena);
	if (ev_wire_decode(&body, &k->arena, &k->ev) < 0) {
		return ERR_PEER;
	}
	return store_event(k->store, &k->ev);
}

static int
take_tick(struct keeper *k, struct rd body)
{
	uint64_t ns = rd_le64(&body);

	if (!rd_ok(&body) || rd_left(&body) != 0) {
		return ERR_PEER;
	}
	/* Several sensors: stream time is the furthest of them. */
	if (ns <= k->stream_ns) {
		return 0;
	}
	k->stream_ns = ns;
	return store_tick(k->store, ns);
}

static int
take_counters(struct keeper *k, const char *sensor, struct rd body)
{
	while (rd_left(&body) > 0) {
		char name[64];
		uint8_t n = rd_u8(&body);
		uint64_t v;
		int err;

		if (n == 0 || n >= sizeof name) {
			return ERR_PEER;
		}
		rd_copy(&body, name, n);
		name[n] = '\0';
		v = rd_le64(&body);
		if (!rd_ok(&body) || strlen(name) != n) {
			return ERR_PEER;
		}
		if ((err = store_counter(k->store, sensor, name, v)) < 0) {
			return err;
		}
	}
	return 0;
}

static int
take_coverage(struct keeper *k, const char *sensor, struct rd body)
{
	struct coverage c;
	int err = coverage_decode(body, &c);

	return err < 0 ? err : store_coverage(k->store, sensor, &c);
}

static int
take(struct keeper *k, struct input *in, const struct chan_msg *m)
{
	int err;

	switch (m->type) {
	case RUN_EVENT: err = take_event(k, m->body); break;
	case RUN_TICK: err = take_tick(k, m->body); break;
	case RUN_COUNTERS: err = take_counters(k, in->name, m->body); break;
	case RUN_COVERAGE: err = take_coverage(k, in->name, m->body); break;
	default: err = ERR_PEER; break;
	}
	if (err == ERR_PEER) {
		in->bad++;
		return store_counter(
		    k->store, in->name, "queue.dropped_bad", in->bad);
	}
	return err;
}

static int
drain(struct keeper *k, struct input *in)
{
	struct chan_msg m;
	int rc, err;

	for (int i = 0; i < MESSAGES_A_TURN; i++) {
		rc = chan_recv(&in->chan, &m);
		if (rc == 0 || rc == ERR_LOST) {
			return 0;
		}
		if (rc == ERR_PEER) {
			in->bad++;
			continue;
		}
		if ((err = take(k, in, &m)) < 0) {
			return err;
		}
	}
	return 0;
}

/* --- start and loop ------------------------------------------------------ */

static int
open_inputs(struct keeper *k)
{
	const char *name;
	int fd, err;

	while (k->nin < CHANNELS_MAX &&
	       (fd = proc_fd_at(k->env, "events:", k->nin, &name)) >= 0) {
		struct input *in = &k->in[k->nin];

		if ((err = chan_init(&in->chan, fd, CHAN_MSG_MAX)) < 0) {
			return err;
		}
		in->name = name + strlen("events:");
		k->nin++;
	}
	return outbox_serve_init(&k->outbox, proc_fd(k->env, "outbox"));
}

static int
start(struct keeper *k)
{
	static const char *const live[] = {""};
	struct store_options so = {0};
	struct landlock_path path[2];
	struct proc_needs needs = {path, 1, NULL, 0};
	int err;

	so.dir = k->conf.dir;
	so.rules_dir = k->conf.rules[0] != '\0' ? k->conf.rules : NULL;
	so.learn_ns = k->conf.learn_ns;
	if ((err = arena_init(&k->arena, EV_WIRE_ARENA)) < 0 ||
	    (err = open_inputs(k)) < 0) {
		return err;
	}
	if ((err = store_open(&so, &k->store)) < 0) {
		log_error("%s: %s", k->conf.dir, err_text(err));
		return err;
	}
	if ((err = store_inputs(k->store, live, 1)) < 0 ||
	    (err = store_processes_clear(k->store)) < 0) {
		return err;
	}
	memset(path, 0, sizeof path);
	path[0] = (struct landlock_path){k->conf.dir, -1, LANDLOCK_WRITE};
	return proc_confine(k->env, &needs);
}

static void
wait(struct keeper *k)
{
	struct pollfd p[CHANNELS_MAX + 2];
	size_t n = 0;

	for (size_t i = 0; i < k->nin; i++) {
		p[n].fd = k->in[i].chan.fd;
		p[n++].events = chan_events(&k->in[i].chan);
	}
	p[n].fd = k->outbox.chan.fd;
	p[n++].events = chan_events(&k->outbox.chan);
	p[n].fd = k->env->parent.fd;
	p[n++].events = chan_events(&k->env->parent);
	(void)poll(p, n, WAIT_MS);
}

/* --- the parent's news ---------------------------------------------------- */

static int
keep_health(struct store *s, const struct proc_health *h)
{
	char ended[64] = "";
	struct store_process p = {
	    .role = h->role,
	    .label = h->label,
	    .state = proc_state_name(h->state),
	    .ended = ended,
	    .status = h->status,
	    .sandbox = h->sandbox,
	    .pid = h->pid,
	    .restarts = h->restarts,
	    .crashes = h->crashes,
	};

	if (h->end != PROC_END_NONE) {
		proc_end_text(ended, h->end, h->value);
	}
	return store_process(s, &p);
}

static int
keep_crash(struct store *s, const struct proc_crash *c)
{
	const struct store_evidence e = {
	    .role = c->role,
	    .label = c->label,
	    .generation = c->generation,
	    .reason = c->reason,
	    .wall_ns = c->wall_ns,
	    .number = c->number,
	    .ts_ns = c->ts_ns,
	    .linktype = c->linktype,
	    .len = c->len,
	    .data = c->has_frame ? c->data : NULL,
	    .data_len = c->data_len,
	};

	return store_evidence(s, &e);
}

static int
parent_says(struct keeper *k)
{
	struct proc_note note;
	int rc;

	while ((rc = proc_next(k->env, &note)) == 1) {
		int err = 0;

		switch (note.kind) {
		case PROC_NOTE_HEALTH:
			err = keep_health(k->store, &note.health);
			break;
		case PROC_NOTE_CRASH:
			err = keep_crash(k->store, &note.crash);
			if (err == 0) {
				proc_kept(k->env, &note.crash);
			}
			break;
		case PROC_NOTE_STOP:
		case PROC_NOTE_PEER: break;
		}
		if (err < 0) {
			return err;
		}
	}
	return rc;
}

static int
work(struct keeper *k)
{
	int err;

	while (!k->env->stop) {
		wait(k);
		for (size_t i = 0; i < k->nin; i++) {
			if ((err = drain(k, &k->in[i])) < 0) {
				return err;
			}
		}
		/* What is here is kept soon, also when nothing follows. */
		if ((err = outbox_serve(&k->outbox, k->store)) < 0 ||
		    (err = store_idle(k->store)) < 0 ||
		    (err = parent_says(k)) < 0) {
			return err;
		}
		proc_alive(k->env);
	}
	for (size_t i = 0; i < k->nin; i++) {
		if ((err = drain(k, &k->in[i])) < 0) {
			return err;
		}
	}
	return outbox_serve(&k->outbox, k->store);
}

int
store_role(struct proc_env *env)
{
	static struct keeper k;
	int err, rc;

	k.env = env;
	if ((err = run_store_decode(env->config, &k.conf)) < 0 ||
	    (err = start(&k)) < 0) {
		return err;
	}
	err = work(&k);
	rc = store_close(k.store);
	if (err < 0) {
		log_error("store: %s", err_text(err));
	}
	return err < 0 ? err : rc;
}

/*
 * otus read: replays captures into the data directory: the whole pipeline in
 * one process, by direct calls, dropping nothing (architecture.md, 3).
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/datadir.h"
#include "cli/lockin.h"
#include "cli/pipeline.h"
#include "net/cover.h"
#include "net/novelty.h"
#include "store/store.h"

#define SENSOR_NAME "replay"

struct reader {
	struct pipeline line;
	struct novelty *novelty;
	struct store *store;
	int err; /* first that the store said; the rest is not asked */
};

static void
to_store(void *arg, const struct ev *e)
{
	struct reader *r = arg;

	if (r->err == 0) {
		r->err = store_event(r->store, e);
	}
}

static void
on_event(void *arg, struct ev *e, struct link *link)
{
	struct reader *r = arg;

	novelty_event(r->novelty, e, link);
}

static bool
knows(void *arg, const struct ev *e, struct link *link)
{
	struct reader *r = arg;

	return novelty_knows(r->novelty, e, link);
}

static bool
fresh(void *arg, const struct dis_ctx *ctx, const struct dis_reading *reading,
    struct link *link)
{
	struct reader *r = arg;

	return novelty_fresh(r->novelty, ctx, reading, link);
}

static bool
wants(
    void *arg, const struct ev_sub *who, uint64_t req_frame, struct link *link)
{
	struct reader *r = arg;

	return novelty_wants(r->novelty, who, req_frame, link);
}

static void
on_tick(void *arg, uint64_t stream_ns)
{
	struct reader *r = arg;

	novelty_tick(r->novelty, stream_ns);
	if (r->err == 0) {
		r->err = store_tick(r->store, stream_ns);
	}
}

static int
tell_counters(struct reader *r)
{
	const struct net_counters *c = net_counters(r->line.net);
	int err;

	for (unsigned i = 0; i < NET_COUNTER_COUNT; i++) {
		err = store_counter(r->store, SENSOR_NAME, net_counter_name(i),
		    net_counter_value(c, i));
		if (err < 0) {
			return err;
		}
	}
	return 0;
}

/*
 * The interface's name where all files that have one in this place call it
 * so; else its number, as a capture without names has it.
 */
static void
name_interface(const struct replay *p, uint32_t iface, char *buf, size_t size)
{
	const char *name = NULL, *other;

	snprintf(buf, size, "%u", iface);
	for (uint32_t i = 0; i < replay_inputs(p); i++) {
		if (iface >= replay_ifaces(p, i)) {
			continue;
		}
		other = replay_iface_name(p, i, iface);
		if (name != NULL && strcmp(name, other) != 0) {
			return;
		}
		name = other;
	}
	if (name != NULL && name[0] != '\0') {
		snprintf(buf, size, "%s", name);
	}
}

static int
tell_coverage(struct reader *r)
{
	struct coverage c;
	uint32_t at = 0, iface;
	int err = 0;

	while (
	    err == 0 && cover_next(net_cover(r->line.net), &at, &c, &iface)) {
		name_interface(r->line.replay, iface, c.iface, sizeof c.iface);
		err = store_coverage(r->store, SENSOR_NAME, &c);
	}
	return err;
}

static int
open_store(struct reader *r, const struct options *o)
{
	struct store_options so = {0};
	char dir[DATADIR_MAX];
	int err;

	so.dir = datadir(o, dir);
	so.rules_dir = options_get(o, "rules");
	so.deterministic = true;
	if (options_time(options_get(o, "learn"), &so.learn_ns) < 0) {
		fprintf(stderr,
		    "otus: --learn takes a time such as 30s, 20m, 24h or 7d, "
		    "not '%s'\n",
		    options_get(o, "learn"));
		return ERR_USAGE;
	}
	if ((err = store_open(&so, &r->store)) < 0) {
		fprintf(stderr, "otus: %s: %s\n", dir, err_text(err));
	}
	return err;
}

/* A frame's number says little once its capture is one of several. */
static int
tell_inputs(struct reader *r)
{
	size_t n = replay_inputs(r->line.replay);
	const char **names = calloc(n, sizeof(*names));
	int err = ERR_NOMEM;

	if (names != NULL) {
		for (uint32_t i = 0; i < n; i++) {
			names[i] = replay_input_name(r->line.replay, i);
		}
		err = store_inputs(r->store, names, n);
	}
	free(names);
	return err;
}

static int
run(struct reader *r)
{
	int err = pipeline_run(&r->line), e2;

	novelty_finish(r->novelty);
	if (r->err == 0 && r->store != NULL) {
		r->err = tell_counters(r);
		r->err = r->err == 0 ? tell_coverage(r) : r->err;
	}
	e2 = store_close(r->store);
	r->store = NULL;
	if (r->err == 0) {
		r->err = e2;
	}
	return err < 0 ? err : r->err;
}

static void
summary(struct reader *r, uint64_t started_ns)
{
	const struct net_counters *c = net_counters(r->line.net);
	double s = (double)(clock_mono_ns() - started_ns) / 1e9;

	if (r->line.quiet) {
		return;
	}
	fprintf(stderr,
	    "otus: %llu frames, %llu operations, %llu violations in %.1f s\n",
	    (unsigned long long)c->frames, (unsigned long long)c->operations,
	    (unsigned long long)c->malformed, s);
}

int
cmd_read(const struct options *o)
{
	static struct reader r;
	const struct net_options opt = {.links = true,
	    .brief = true,
	    .second = !options_has(o, "no-second")};
	const struct net_sink sink = {.event = on_event,
	    .tick = on_tick,
	    .arg = &r,
	    .knows = knows,
	    .fresh = fresh,
	    .wants = wants};
	uint64_t started_ns = clock_mono_ns();
	struct ev_memos memos;
	char dir[DATADIR_MAX];
	int err;

	if ((err = open_store(&r, o)) < 0) {
		return err_exit_code(err);
	}
	if ((err = pipeline_open(&r.line, o, &opt, &sink)) < 0) {
		goto out;
	}
	err = novelty_new(net_links(r.line.net), to_store, &r, &r.novelty);
	if (err < 0) {
		fprintf(stderr, "otus: %s\n", err_text(err));
		goto out;
	}
	memos = novelty_memos(r.novelty);
	net_memos(r.line.net, &memos);
	if ((err = lock_in(o, datadir(o, dir))) < 0) {
		goto out;
	}
	if ((err = tell_inputs(&r)) < 0 || (err = run(&r)) < 0) {
		fprintf(stderr, "otus: %s\n", err_text(err));
		goto out;
	}
	summary(&r, started_ns);
	if (options_has(o, "totals")) {
		pipeline_totals(&r.line);
	}
	err = r.line.problems > 0 ? ERR_DAMAGED : 0;
out:
	if (r.store != NULL && store_close(r.store) < 0) {
		err = ERR_DB;
	}
	novelty_free(r.novelty);
	pipeline_close(&r.line);
	return err == 0 ? 0 : err_exit_code(err);
}

/*
 * pipeline: see pipeline.h.
 */
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/pipeline.h"
#include "cli/progress.h"

#define SHOW_EVERY 4096 /* frames between looks at the clock */

static void
tell_problem(void *arg, const struct replay_problem *x)
{
	struct pipeline *p = arg;

	p->problems++;
	if (x->frame == 0 && x->offset == 0) {
		fprintf(stderr, "otus: %s: %s\n", x->file, x->reason);
		return;
	}
	fprintf(stderr,
	    "otus: %s: %s at byte %llu, after frame %llu; what came before "
	    "is used\n",
	    x->file, x->reason, (unsigned long long)x->offset,
	    (unsigned long long)x->frame);
}

int
pipeline_open(struct pipeline *p, const struct options *o,
    const struct net_options *no, const struct net_sink *sink)
{
	struct net_options net_opt = *no;
	int err;

	memset(p, 0, sizeof *p);
	p->opt = o;
	p->quiet = options_has(o, "quiet");
	if (o->nargs == 0) {
		fprintf(stderr,
		    "otus: %s which files? Name captures, folders of them, or "
		    "- for standard input\n",
		    o->command);
		return ERR_USAGE;
	}
	err =
	    replay_open(o->args, (size_t)o->nargs, tell_problem, p, &p->replay);
	if (err < 0) {
		return err;
	}
	net_opt.several_inputs = replay_inputs(p->replay) > 1;
	if ((err = net_new(&net_opt, sink, &p->net)) < 0) {
		fprintf(stderr, "otus: %s\n", err_text(err));
		pipeline_close(p);
	}
	return err;
}

int
pipeline_run(struct pipeline *p)
{
	struct progress bar;
	struct frame frame[NET_AHEAD];
	/* Whoever looks after each frame gets them one by one. */
	const size_t at_once = p->after != NULL ? 1 : NET_AHEAD;
	uint64_t n = 0, shown = 0, done, total;
	int rc;

	progress_start(&bar, p->quiet || isatty(STDOUT_FILENO));
	while ((rc = replay_some(p->replay, frame, at_once)) > 0) {
		net_frames(p->net, frame, (size_t)rc);
		n += (uint64_t)rc;
		if (p->after != NULL) {
			p->after(p->arg);
		}
		if (bar.on && n - shown >= SHOW_EVERY) {
			shown = n;
			replay_progress(p->replay, &done, &total);
			progress_show(&bar, done, total, n);
		}
	}
	net_finish(p->net);
	progress_end(&bar);
	return rc;
}

void
pipeline_close(struct pipeline *p)
{
	net_free(p->net);
	replay_close(p->replay);
	p->net = NULL;
	p->replay = NULL;
}

static int
to_stderr(void *arg, const char *text, size_t n)
{
	(void)arg;
	return fwrite(text, 1, n, stderr) == n ? 0 : ERR_IO;
}

void
pipeline_totals(struct pipeline *p)
{
	const struct net_counters *c = net_counters(p->net);
	struct json j;
	char buf[4096];

	json_init(&j, buf, sizeof buf, to_stderr, NULL);
	json_object(&j);
	for (unsigned i = 0; i < NET_COUNTER_COUNT; i++) {
		json_kuint(&j, net_counter_name(i), net_counter_value(c, i));
	}
	json_object_end(&j);
	json_line_end(&j);
	if (json_flush(&j) < 0) {
		return;
	}
}

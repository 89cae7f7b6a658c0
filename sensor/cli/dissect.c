/*
 * otus dissect: every event of captures, one JSON object a line, to standard
 * output.  The novelty filter is not in the way: this is what was said on
 * the wire, PDU by PDU (events.md).
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/cli.h"
#include "cli/lockin.h"
#include "cli/order.h"
#include "cli/output.h"
#include "cli/pipeline.h"

struct dissect {
	struct pipeline line;
	struct json out;
	struct order *order;
	bool several;
	char buf[1 << 18];
};

static int
to_stdout(void *arg, const char *p, size_t n)
{
	(void)arg;
	while (n > 0) {
		ssize_t k = write(STDOUT_FILENO, p, n);

		if (k < 0 && errno == EINTR) {
			continue;
		}
		if (k <= 0) {
			return ERR_IO;
		}
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

static void
on_event(void *arg, struct ev *e, struct link *link)
{
	struct dissect *d = arg;
	const struct replay *r = d->line.replay;
	const char *file = NULL, *iface = NULL;

	(void)link;
	if (d->several) {
		file = replay_input_name(r, e->input);
	}
	if (replay_ifaces(r, e->input) > 1) {
		iface = replay_iface_name(r, e->input, e->iface);
	}
	order_line(d->order, e, file, iface);
}

static void
on_tick(void *arg, uint64_t stream_ns)
{
	(void)arg;
	(void)stream_ns;
}

static void
after_frame(void *arg)
{
	struct dissect *d = arg;
	uint64_t frame = 0, ts_ns = 0;
	bool waits = net_waits(d->line.net, &frame, &ts_ns);

	order_settle(d->order, waits, frame, ts_ns);
}

int
cmd_dissect(const struct options *o)
{
	static struct dissect d;
	const struct net_options opt = {0};
	const struct net_sink sink = {
	    .event = on_event, .tick = on_tick, .arg = &d};
	int err;

	json_init(&d.out, d.buf, sizeof d.buf, to_stdout, NULL);
	if ((err = pipeline_open(&d.line, o, &opt, &sink)) < 0) {
		return err_exit_code(err);
	}
	d.several = replay_inputs(d.line.replay) > 1;
	if ((err = order_new(&d.out, d.several, &d.order)) < 0) {
		fprintf(stderr, "otus: %s\n", err_text(err));
		goto out;
	}
	if ((err = lock_in(o, NULL)) < 0) {
		goto out;
	}
	d.line.after = after_frame;
	d.line.arg = &d;
	if ((err = pipeline_run(&d.line)) < 0) {
		fprintf(stderr, "otus: %s\n", err_text(err));
	}
	order_settle(d.order, false, 0, 0);
	if (json_flush(&d.out) < 0) {
		if (!output_unread()) {
			fprintf(stderr, "otus: cannot write: %s\n",
			    strerror(errno));
		}
		err = ERR_IO;
	}
	if (err == 0 && options_has(o, "totals")) {
		pipeline_totals(&d.line);
	}
	if (err == 0 && d.line.problems > 0) {
		err = ERR_DAMAGED;
	}
out:
	order_free(d.order);
	pipeline_close(&d.line);
	return err == 0 ? 0 : err_exit_code(err);
}

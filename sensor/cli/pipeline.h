/*
 * pipeline: what `dissect` and `read` share: captures through net, with a
 * progress bar, problems told, and the process locked in.
 */
#ifndef OTUS_CLI_PIPELINE_H
#define OTUS_CLI_PIPELINE_H

#include "capture/replay.h"
#include "cli/options.h"
#include "net/net.h"

struct pipeline {
	const struct options *opt;
	struct replay *replay;
	struct net *net;
	unsigned problems;
	bool quiet;
	/* After each frame, for whoever waits for data behind holes. */
	void (*after)(void *arg);
	void *arg;
};

/* Opens the files that the command line names; complains about bad ones. */
int pipeline_open(struct pipeline *, const struct options *,
    const struct net_options *, const struct net_sink *) MUST_CHECK;
/* To the end of all inputs. */
int pipeline_run(struct pipeline *) MUST_CHECK;
void pipeline_close(struct pipeline *);
/* Everything counted, as one JSON object to standard error. */
void pipeline_totals(struct pipeline *);

#endif

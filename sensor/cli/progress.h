/*
 * progress: a bar on the terminal while a long command works.
 */
#ifndef OTUS_CLI_PROGRESS_H
#define OTUS_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool on;
	uint64_t started_ns, shown_ns;
};

/* Shows nothing when quiet or when standard error is no terminal. */
void progress_start(struct progress *, bool quiet);
/* Cheap enough for every few thousand frames; draws ten times a second. */
void progress_show(
    struct progress *, uint64_t done, uint64_t total, uint64_t frames);
/* Takes the bar away. */
void progress_end(struct progress *);

#endif

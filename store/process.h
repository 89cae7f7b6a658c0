/*
 * process: how the processes of `otus run` are, and what killed one of them.
 *
 * Not part of the event stream and of no replay: kept so that the status page
 * and `otus status` can show it.
 */
#ifndef OTUS_STORE_PROCESS_H
#define OTUS_STORE_PROCESS_H

#include <stdint.h>

#include "base/err.h"

struct store;
struct query;

struct store_process {
	const char *role, *label; /* together one process                */
	const char *state;        /* running, waiting, lost, ...         */
	const char *ended;        /* how its last life ended, "" = never */
	const char *status;       /* its own words                       */
	const char *sandbox;      /* what is in force there              */
	uint64_t pid, restarts, crashes;
};

/* The frame that killed a sensor. */
struct store_evidence {
	const char *role, *label;
	uint64_t generation; /* the life that it ended; unique with the two */
	const char *reason;
	uint64_t wall_ns; /* when it was found                          */
	uint64_t number, ts_ns;
	uint32_t linktype, len;
	const void *data; /* NULL: the frame is not known               */
	uint32_t data_len;
};

/* Forgets the processes of an earlier run. */
int store_processes_clear(struct store *) MUST_CHECK;
int store_process(struct store *, const struct store_process *) MUST_CHECK;
/* The same evidence twice is one.  Committed when this returns. */
int store_evidence(struct store *, const struct store_evidence *) MUST_CHECK;
/* When nothing arrives: commits what is old enough. */
int store_idle(struct store *) MUST_CHECK;

int query_processes(struct query *,
    int (*row)(void *, const struct store_process *), void *arg) MUST_CHECK;
/* Newest first, at most 20. */
int query_evidence(struct query *,
    int (*row)(void *, const struct store_evidence *), void *arg) MUST_CHECK;

#endif

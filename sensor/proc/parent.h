/*
 * parent: starts the processes, watches them, starts them again.
 *
 *	parent_new      what it runs as
 *	parent_add      one call a process: role, descriptors, configuration
 *	parent_fd       a descriptor for it, opened by the caller
 *	parent_link     a channel between two of them
 *	parent_run      drops privileges, starts them by phase, and returns
 *	                when everything has ended
 *
 * A channel between two children outlives both: the parent holds its two
 * ends (and never reads them), so a restarted store finds the events that
 * were on their way, and a sensor keeps its descriptor and its sandbox.
 * Whoever is at the other end of a restarted process is told (PEER).
 *
 * Start: a phase begins when all of the one before are running or wait for
 * their interface; store is phase 0.  A process that gives up before it ever
 * ran (a wrong configuration, a database in use) ends everything: start-up
 * fails loudly.  Stop: the phases in reverse, each with a bounded time to
 * drain.
 */
#ifndef OTUS_PROC_PARENT_H
#define OTUS_PROC_PARENT_H

#include "base/log.h"
#include "limits.h"
#include "proc/msg.h"
#include "proc/priv.h"

#define PARENT_PHASES 4

struct parent;

struct parent_options {
	const struct priv_id *id; /* NULL: keeps its own, and all it holds */
	bool confine;             /* seccomp; off in tests under a tracer  */
	enum log_level log_level; /* of the children                       */
	/*
	 * SIGHUP: reads the configuration again and calls parent_config() for
	 * each process.  A negative err is logged and changes nothing.  NULL:
	 * SIGHUP stops, as it does an ordinary program whose terminal goes.
	 */
	int (*reload)(void *arg, struct parent *);
	/* A process changed its state; for the terminal.  May be NULL. */
	void (*changed)(void *arg, const struct proc_health *);
	/* All phases have started; for systemd and the terminal.  May be NULL. */
	void (*ready)(void *arg);
	void *arg;
};

struct parent_spec {
	const char *role, *label; /* together unique; copied               */
	unsigned phase;
	const struct priv_id *id;  /* NULL: as the parent                   */
	bool net_raw;              /* executed with CAP_NET_RAW             */
	bool crash;                /* keeps the frame that kills it         */
	bool health;               /* gets HEALTH and CRASH: store          */
	unsigned group;            /* barrier (fan-out); 0 = none           */
	const char *const *ifaces; /* what to wait for when it exits LOST  */
	size_t nifaces;            /* at most LIMIT_LIVE_IFACES_MAX */
	unsigned silent_ms;        /* ended when its loop is silent for longer,
			       with SIGABRT so that the frame is kept; 0 = never */
	unsigned grace_ms;  /* to drain at a stop; 0 = LIMIT_PROC_STOP_S */
	const void *config; /* copied; at most PROC_CONFIG_MAX */
	size_t config_len;
};

int parent_new(const struct parent_options *, struct parent **ret) MUST_CHECK;
void parent_free(struct parent *); /* accepts NULL; closes what it holds */

/* ERR_FULL, ERR_TOOBIG; *ret_child names it in the calls below. */
int parent_add(struct parent *, const struct parent_spec *,
    unsigned *ret_child) MUST_CHECK;
/* Takes the descriptor over, also when it fails. */
int parent_fd(struct parent *, unsigned child, enum proc_fd_kind,
    const char *name, int fd) MUST_CHECK;
/* name_a is what a calls its end. */
int parent_link(struct parent *, unsigned a, const char *name_a, unsigned b,
    const char *name_b) MUST_CHECK;

/* In reload(): a new configuration; the process is restarted in an orderly
 * way when it differs from the old one. */
int parent_config(
    struct parent *, unsigned child, const void *config, size_t len) MUST_CHECK;

/*
 * Returns the program's exit code.  The process is confined by then, and
 * leaves with _exit().
 */
int parent_run(struct parent *);

/* What is in force in the parent itself, for status and log. */
const char *parent_sandbox(const struct parent *);

#endif

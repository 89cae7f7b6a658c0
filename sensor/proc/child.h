/*
 * child: the life of one process as the parent sees it.
 *
 *	WAITING --start--> STARTING --READY--> RUNNING
 *	   ^                  |                   |
 *	   +---- back-off ----+------ death ------+---> LOST --interface is
 *	                      |                   |          back--> STARTING
 *	                      +---- stop ---------+---> STOPPING ---> STOPPED
 *
 * Internal to proc: parent.c decides when to start and stop, this decides
 * what a death means.
 */
#ifndef OTUS_PROC_CHILD_H
#define OTUS_PROC_CHILD_H

#include "proc/crash.h"
#include "proc/loop.h"
#include "proc/parent.h"
#include "proc/proc.h"

#define CHILD_BACKOFF_MIN_NS (50 * NS_PER_MS)
#define CHILD_BACKOFF_MAX_NS (LIMIT_PROC_RESTART_S * NS_PER_SEC)
/* Doublings at most for a process that has reached READY: 0.8 s. */
#define CHILD_READY_LEVEL 4
/* A life this long after READY clears the back-off. */
#define CHILD_STABLE_NS (1 * NS_PER_SEC)
#define CHILD_LOOK_NS   (1 * NS_PER_SEC) /* at a lost interface */

enum child_event {
	CHILD_EV_STATE,   /* state, status: for health              */
	CHILD_EV_READY,   /* reached RUNNING                        */
	CHILD_EV_BARRIER, /* waits for its group                    */
	CHILD_EV_DEAD,    /* state says what follows                */
	CHILD_EV_KEPT,    /* store has evidence: kept               */
};

struct child;

/* What all children share. */
struct child_common {
	struct loop *loop;
	int null_fd;
	int net_fd; /* for interface flags */
	enum log_level log_level;
	struct priv_id self; /* the parent's own */
	bool can_change;     /* users: else children are the parent's */
	void (*event)(void *arg, struct child *, enum child_event);
	void *arg;
};

struct child {
	const struct child_common *common;
	struct msg_start start; /* fd[]: the parent's descriptors; config */
	int peer[PROC_FDS_MAX]; /* index of the child at its other end, or -1 */
	uint8_t *config;
	unsigned phase, group, silent_ms, grace_ms;
	bool has_id, net_raw, takes_health;
	struct priv_id id;
	char iface[LIMIT_LIVE_IFACES_MAX][16]; /* IFNAMSIZ */
	size_t nifaces;
	int crash_fd;
	uint8_t *crash_buf;   /* what crash.data points into */
	uint8_t *crash_spare; /* for reading the next one    */
	struct proc_crash crash;
	bool crash_pending; /* evidence that store has not yet kept */
	bool crash_sent;    /* to store's present life              */

	enum proc_state state;
	pid_t pid; /* 0 = none */
	struct chan chan;
	struct loop_timer timer; /* what it is for depends on the state */
	uint64_t since_ns, ready_ns;
	bool news;      /* for health: parent.c clears it */
	unsigned level; /* of back-off */
	bool at_barrier, past_barrier;
	bool ever_ready;
	bool again;   /* after an orderly stop: start with new configuration */
	bool aborted; /* SIGABRT was sent; SIGKILL is next */
	bool fault;   /* it broke the protocol */
	uint8_t end;
	uint16_t end_value;
	uint32_t restarts, crashes;
	struct msg_kept kept; /* of CHILD_EV_KEPT */
	char status[PROC_TEXT_MAX], sandbox[PROC_TEXT_MAX];
};

int child_init(struct child *, const struct child_common *,
    const struct parent_spec *) MUST_CHECK;
void child_done(struct child *); /* accepts a zeroed child */
int child_set_config(struct child *, const void *, size_t) MUST_CHECK;

void child_start(struct child *);
/* Orderly; again: starts anew afterwards. */
void child_stop(struct child *, bool again);
void child_kill(struct child *); /* at once */
/* Looks whether it has ended; true when it had. */
bool child_reap(struct child *);
/* Lets it past the barrier. */
void child_go(struct child *);
void child_send(struct child *, uint16_t type, const void *body, size_t n);
void child_health(const struct child *, struct proc_health *ret);

/* evidence.c: the crash memory. */
int evidence_init(struct child *) MUST_CHECK;
void evidence_done(struct child *);
void evidence_collect(struct child *); /* after its death */

/* For log lines: "sensor eth1". */
#define CHILD_NAME_MAX (PROC_ROLE_MAX + PROC_LABEL_MAX + 1)
const char *child_name(const struct child *, char buf[CHILD_NAME_MAX]);

#endif

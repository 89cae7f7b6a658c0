/*
 * loop: poll(2) over a few descriptors, and a few deadlines.
 *
 * Our processes watch at most some dozens of descriptors, so one poll table
 * is all that is needed.  The order of dispatch is the order of addition.
 * Handlers may add and remove anything, themselves included.
 */
#ifndef OTUS_PROC_LOOP_H
#define OTUS_PROC_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define LOOP_FDS_MAX    64
#define LOOP_TIMERS_MAX 64
#define LOOP_NEVER      UINT64_MAX

struct loop_timer {
	uint64_t at_ns;        /* monotonic; LOOP_NEVER = off. Set it at will */
	void (*fn)(void *arg); /* called once: at_ns is off before the call */
	void *arg;
};

struct loop_watch {
	void (*fn)(void *arg, short revents);
	void *arg;
};

struct loop {
	struct pollfd pfd[LOOP_FDS_MAX]; /* fd -1: removed */
	struct loop_watch watch[LOOP_FDS_MAX];
	unsigned nfds;
	struct loop_timer *timer[LOOP_TIMERS_MAX]; /* the caller's */
	unsigned ntimers;
};

void loop_init(struct loop *);
/* ERR_FULL beyond LOOP_FDS_MAX.  A descriptor is watched once. */
int loop_add(struct loop *, int fd, short events,
    void (*fn)(void *arg, short revents), void *arg) MUST_CHECK;
void loop_events(struct loop *, int fd, short events);
void loop_del(struct loop *, int fd); /* unknown: nothing */
/* The timer stays the caller's and must outlive the loop; starts off. */
int loop_timer_add(struct loop *, struct loop_timer *) MUST_CHECK;

/*
 * Waits until a descriptor is ready, a timer is due or until_ns has come, and
 * calls the handlers of all that is.  One round; LOOP_NEVER = no limit.
 * ERR_IO when poll(2) itself fails.
 */
int loop_wait(struct loop *, uint64_t until_ns) MUST_CHECK;

#endif

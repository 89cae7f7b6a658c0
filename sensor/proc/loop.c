/*
 * loop: one poll table, one row of deadlines.
 *
 * Not here: priorities, threads, signals (they come through a signalfd).
 */
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "proc/loop.h"

void
loop_init(struct loop *l)
{
	memset(l, 0, sizeof(*l));
}

int
loop_add(
    struct loop *l, int fd, short events, void (*fn)(void *, short), void *arg)
{
	assert(fd >= 0);
	if (l->nfds == LOOP_FDS_MAX) {
		return ERR_FULL;
	}
	l->pfd[l->nfds] = (struct pollfd){.fd = fd, .events = events};
	l->watch[l->nfds] = (struct loop_watch){fn, arg};
	l->nfds++;
	return 0;
}

static unsigned
find(const struct loop *l, int fd)
{
	unsigned i = 0;

	while (i < l->nfds && l->pfd[i].fd != fd) {
		i++;
	}
	return i;
}

void
loop_events(struct loop *l, int fd, short events)
{
	unsigned i = find(l, fd);

	assert(i < l->nfds);
	l->pfd[i].events = events;
}

void
loop_del(struct loop *l, int fd)
{
	unsigned i = find(l, fd);

	if (fd >= 0 && i < l->nfds) {
		l->pfd[i].fd = -1; /* closed up before the next round */
	}
}

int
loop_timer_add(struct loop *l, struct loop_timer *t)
{
	if (l->ntimers == LOOP_TIMERS_MAX) {
		return ERR_FULL;
	}
	t->at_ns = LOOP_NEVER;
	l->timer[l->ntimers++] = t;
	return 0;
}

static void
close_up(struct loop *l)
{
	unsigned n = 0;

	for (unsigned i = 0; i < l->nfds; i++) {
		if (l->pfd[i].fd >= 0) {
			l->pfd[n] = l->pfd[i];
			l->watch[n] = l->watch[i];
			n++;
		}
	}
	l->nfds = n;
}

/* Rounded up: a timer must not be found a millisecond early, again and
 * again. */
static int
timeout_ms(const struct loop *l, uint64_t until_ns)
{
	uint64_t now, ms;

	for (unsigned i = 0; i < l->ntimers; i++) {
		if (l->timer[i]->at_ns < until_ns) {
			until_ns = l->timer[i]->at_ns;
		}
	}
	if (until_ns == LOOP_NEVER) {
		return -1;
	}
	now = clock_mono_ns();
	if (until_ns <= now) {
		return 0;
	}
	ms = (until_ns - now + NS_PER_MS - 1) / NS_PER_MS;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

int
loop_wait(struct loop *l, uint64_t until_ns)
{
	unsigned nfds, ntimers = l->ntimers;
	uint64_t now;
	int n;

	close_up(l);
	nfds = l->nfds;
	n = poll(l->pfd, nfds, timeout_ms(l, until_ns));
	if (n < 0 && errno != EINTR) {
		return ERR_IO;
	}
	for (unsigned i = 0; n > 0 && i < nfds; i++) {
		/* A handler before this one may have removed it. */
		if (l->pfd[i].fd >= 0 && l->pfd[i].revents != 0) {
			l->watch[i].fn(l->watch[i].arg, l->pfd[i].revents);
		}
	}
	now = clock_mono_ns();
	for (unsigned i = 0; i < ntimers; i++) {
		struct loop_timer *t = l->timer[i];

		if (t->at_ns <= now) {
			t->at_ns = LOOP_NEVER;
			t->fn(t->arg);
		}
	}
	return 0;
}

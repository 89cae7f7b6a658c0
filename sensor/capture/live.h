/*
 * live: frames from a group of interfaces as they arrive.
 *
 * A group is what one sensor process reads: one mirror port, both legs of a
 * TAP, both networks of PRP.  Everything that needs a privilege or a new
 * descriptor happens in live_open() and live_start(); afterwards the process
 * may drop all capabilities and install a filter that allows, of this
 * module's system calls, only:
 *
 *	poll          on the packet sockets (libpcap, once a block of frames)
 *	getsockopt    SO_ERROR (libpcap), PACKET_STATISTICS
 *	getsockname   whether the interface still exists (libpcap)
 *	ioctl         SIOCGIFFLAGS
 *	pread64       the interface's own counters, open since live_open()
 *	clock_gettime where the vDSO does not answer it
 *
 * A packet socket transmits what is written to it.  Nothing here writes, and
 * the process's filter must see to it that nothing can.
 */
#ifndef OTUS_CAPTURE_LIVE_H
#define OTUS_CAPTURE_LIVE_H

#include <poll.h>

#include "base/err.h"
#include "capture/capture.h"

struct live;

struct live_options {
	const char *const *iface;
	size_t ifaces;      /* at most LIVE_IFACES_MAX               */
	const char *filter; /* as of tcpdump; NULL: everything       */
	uint32_t snaplen;   /* 0: FRAME_MAX                          */
	size_t ring_bytes;  /* of each interface; 0: LIVE_RING_MIB   */
	/*
	 * Fan-out group of the first interface, the next one plus 1, and so
	 * on; 0: the process reads alone.  See fanout.h for the order in
	 * which processes must join.
	 */
	uint16_t fanout;
};

/* Counted since live_start(). */
struct live_stats {
	uint64_t received;     /* frames that the kernel put into the ring */
	uint64_t dropped;      /* that found it full                      */
	uint64_t iface_missed; /* that the interface lost before that     */
	bool running;          /* the link is up                          */
};

#define LIVE_WHY_MAX 320

/*
 * Opens the group.  On failure why says, in one line, what is wrong and what
 * to do: ERR_NOENT (no such interface), ERR_PERM, ERR_STATE (interface down),
 * ERR_CONFIG (bad filter), ERR_USAGE, ERR_TOOBIG, ERR_UNSUPPORTED, ERR_IO,
 * ERR_NOMEM.
 *
 * A group that shares its interfaces lets nothing through until
 * live_start(), which is called when all of its processes have joined.
 * Without fan-out frames come at once and live_start() does nothing.
 */
int live_open(const struct live_options *, struct live **ret_live,
    char why[static LIVE_WHY_MAX]) MUST_CHECK;
int live_start(struct live *, char why[static LIVE_WHY_MAX]) MUST_CHECK;
void live_close(struct live *); /* accepts NULL */

/*
 * 1 and a frame, valid until the next call; 0 when there is none now; or
 * ERR_LOST when an interface was taken down or is gone, after its last
 * frames, and again on each call: live_lost() names it.  ERR_IO otherwise.
 *
 * Several interfaces are merged by time: a frame waits, for about twice
 * LIVE_WAIT_MS, for what an idle interface may still hold.  Frames whose
 * stamps are ahead of the clock do not wait.
 */
int live_next(struct live *, struct frame *ret_frame) MUST_CHECK;

/*
 * What to poll for before the next live_next(): fills fd and events of at
 * most max entries and returns how many.  An interface whose next frame waits
 * for another is left out, being always ready; then *ret_timeout_ms is the
 * longest to wait, else -1.
 */
size_t live_fds(
    const struct live *, struct pollfd *ret, size_t max, int *ret_timeout_ms);

size_t live_ifaces(const struct live *);
const char *live_iface_name(const struct live *, uint32_t iface);
/* Name of the interface that was lost, NULL when none is. */
const char *live_lost(const struct live *);
/* Not written when the interface is gone: ERR_LOST. */
int live_stats(
    struct live *, uint32_t iface, struct live_stats *ret) MUST_CHECK;

#endif

/*
 * replay: pcap and pcapng files, folders of them and standard input, as one
 * sequence of frames in time order.
 *
 * Own reader, because libpcap refuses pcapng files that mix link types or
 * snap lengths, and because the format itself is hostile input here: it is
 * read through the bounded reader and fuzzed.  A truncated or damaged file
 * is reported by name, frame and offset; what was good before it is kept and
 * the next file goes on.
 */
#ifndef OTUS_CAPTURE_REPLAY_H
#define OTUS_CAPTURE_REPLAY_H

#include "capture/capture.h"
#include "base/err.h"

struct replay;

/* What was wrong with an input, for the caller to print and to count. */
struct replay_problem {
	const char *file;   /* path as opened                          */
	uint64_t frame;     /* last good frame before it, 0 = none     */
	uint64_t offset;    /* byte offset of the damage               */
	int err;            /* ERR_TRUNC, ERR_DAMAGED, ERR_FORMAT, ... */
	const char *reason; /* one clause, plain words                 */
};

/*
 * Opens the inputs: files, folders (all capture files directly in them and
 * below), or "-".  Those that cannot be opened at all are reported through
 * problem and skipped; ERR_NOENT and no replay when none can.
 */
int replay_open(char *const *paths, size_t n,
    void (*problem)(void *arg, const struct replay_problem *), void *arg,
    struct replay **ret_replay) MUST_CHECK;
void replay_close(struct replay *); /* accepts NULL */

/* 1 and a frame, 0 at the end of everything, negative on a failure that
 * ends the replay (damage in one file does not: it goes to problem). */
int replay_next(struct replay *, struct frame *ret_frame);
/*
 * As replay_next(), with as many frames as stand side by side in the buffer,
 * at most max: their number.  All are valid until the next call.
 */
int replay_some(struct replay *, struct frame *ret, size_t max);

size_t replay_inputs(const struct replay *);
/* Regular files in folders that were passed over: no captures. */
uint64_t replay_skipped(const struct replay *);
/* Base name of an input, for `file` in events. */
const char *replay_input_name(const struct replay *, uint32_t input);
/* Interfaces seen so far in an input, and the name of one ("eth0", "0"). */
size_t replay_ifaces(const struct replay *, uint32_t input);
const char *replay_iface_name(
    const struct replay *, uint32_t input, uint32_t iface);
/* For progress bars: bytes read and bytes there are (0 = unknown). */
void replay_progress(
    const struct replay *, uint64_t *ret_done, uint64_t *ret_total);

#endif

/*
 * leg: one interface of a group, read through libpcap.
 *
 * What live.c needs of an interface, and all that it knows of libpcap; tests
 * of the merge put their own legs here.
 */
#ifndef OTUS_CAPTURE_LEG_H
#define OTUS_CAPTURE_LEG_H

#include "capture/live.h"

struct leg;

/* Opens an interface by its name; o as of live_open(), group its own.  0, or
 * negative with why; *ret_leg is set in both cases, or NULL. */
int leg_open(const char *name, const struct live_options *o, uint16_t group,
    struct leg **ret_leg, char *why) MUST_CHECK;
/* Opens the gate of a leg that shares its interface. */
int leg_start(struct leg *, const char *filter, char *why) MUST_CHECK;
void leg_close(struct leg *); /* accepts NULL */

/* 1 and the next frame (number and iface are not set), valid until the next
 * call; 0 when there is none; ERR_LOST, ERR_IO. */
int leg_next(struct leg *, struct frame *ret) MUST_CHECK;
int leg_stats(struct leg *, struct live_stats *ret) MUST_CHECK;
int leg_fd(const struct leg *);
const char *leg_name(const struct leg *);

/* Writes one line into why (LIVE_WHY_MAX bytes) and returns err. */
int live_tell(char *why, int err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif

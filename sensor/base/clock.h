/*
 * clock: the two clocks of the world outside the pipeline.
 *
 * Stream time (architecture.md, section 2) is not here: it is the highest
 * capture stamp seen and belongs to net.  These two serve commit batching,
 * retention, back-off and HTTP, and must never change a result.
 */
#ifndef OTUS_BASE_CLOCK_H
#define OTUS_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_SEC 1000000000ULL
#define NS_PER_MS  1000000ULL
#define NS_PER_US  1000ULL

uint64_t clock_mono_ns(void);
uint64_t clock_wall_ns(void);

/* "1093521681.696827000": seconds with nine decimals.  Needs 32 bytes. */
#define CLOCK_STAMP_MAX 32
size_t clock_stamp(char *buf, uint64_t ts_ns);
/* "2004-08-26T12:01:21.696Z": for people and syslog.  Needs 32 bytes. */
size_t clock_rfc3339(char *buf, uint64_t ts_ns);

#endif

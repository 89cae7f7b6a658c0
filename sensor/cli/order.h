/*
 * order: puts the lines of `otus dissect` in frame order.
 *
 * Data behind a hole in a TCP stream is dissected later than it was
 * captured, when the hole is filled or given up; its lines belong before
 * those of the frames in between.  While net says that data waits, lines are
 * held; else they pass straight through.  Bounded: when the room is used up
 * what is held is printed as it stands, in order.
 */
#ifndef OTUS_CLI_ORDER_H
#define OTUS_CLI_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "event/event.h"

struct order;

/* out is where lines go; by_time: key is the stamp (several inputs). */
int order_new(struct json *out, bool by_time, struct order **ret)
    __attribute__((warn_unused_result));
void order_free(struct order *);
/* One event's line. */
void order_line(
    struct order *, const struct ev *, const char *file, const char *iface);
/* After each frame: data of frame or ts_ns and later still waits (waits), or
 * nothing does. */
void order_settle(struct order *, bool waits, uint64_t frame, uint64_t ts_ns);

#endif

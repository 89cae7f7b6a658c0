/*
 * ev_sample: events made up for tests, of every kind, type and nesting.
 * Tests only.
 */
#ifndef OTUS_EVENT_EV_SAMPLE_H
#define OTUS_EVENT_EV_SAMPLE_H

#include "event/event.h"

#define EV_SAMPLE_FIELDS 48
#define EV_SAMPLE_BYTES  (32 * 1024)

/* Fields of the protocol that samples speak. */
enum {
	SAMPLE_ADDR = EV_PROTO_BASE,
	SAMPLE_QTY,
	SAMPLE_VALUES,
	SAMPLE_VALUE,
	SAMPLE_TEXT,
	SAMPLE_QUALITY,
	SAMPLE_ITEM,
	SAMPLE_FILE,
	SAMPLE_END,
};
#define SAMPLE_PROTO 3

/* An event and what it points to; it must not be moved. */
struct ev_sample {
	struct ev ev;
	struct ev_field f[EV_SAMPLE_FIELDS];
	uint8_t bytes[EV_SAMPLE_BYTES];
	size_t used;
	uint64_t seed;
};

/* Registers the protocol "sample". */
void ev_sample_register(void);
/* An event without fields that says nothing. */
void ev_sample_init(struct ev_sample *, enum ev_kind);
/* Any event that a dissector could make, closed; equal seeds, equal events. */
void ev_sample_random(struct ev_sample *, uint64_t seed);

#endif

/*
 * coverage: how well a sensor sees the network at one interface and VLAN; what
 * it counted there since it said so last.  `otus doctor` judges it.
 *
 * The row of VLAN 0 (untagged) also has what is the interface's as a whole:
 * its longest pause and what it dropped.
 */
#ifndef OTUS_EVENT_COVERAGE_H
#define OTUS_EVENT_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rd.h"

enum coverage_count {
#define C(NAME, column, text) COVERAGE_##NAME,
#include "event/coverage.def"
#undef C
	COVERAGE_COUNTS
};

#define COVERAGE_NAME_MAX 64
#define COVERAGE_WIRE_MAX 512

struct coverage {
	char iface[COVERAGE_NAME_MAX];
	uint16_t vlan; /* the outermost tag's id; 0: none */
	uint64_t count[COVERAGE_COUNTS];
	/* of all runs of this sensor process; first 0: no frame yet */
	uint64_t first_ns, last_ns;
	uint64_t pause_ns, pause_end_ns; /* longest time without a station */
	uint64_t spoke_ns; /* last frame of a station; 0: none yet     */
	uint64_t protos;   /* a bit for each protocol's number */
	/* Stations that are an end of every frame to one station: none when it
	 * is not always the same; two when there are no more. */
	uint8_t stations;
	uint8_t station[2][6];
};

const char *coverage_name(enum coverage_count); /* the column's */

/* Between processes of one program; returns the length. */
size_t coverage_encode(
    const struct coverage *, uint8_t buf[static COVERAGE_WIRE_MAX]);
int coverage_decode(struct rd, struct coverage *ret) MUST_CHECK;

#endif

/*
 * run: the roles of `otus run` and what they say to each other.
 *
 *	sensor -> store    EVENT, TICK, COUNTERS, COVERAGE
 *	web    -> store    (none yet: it reads the database)
 *	courier <-> store  the outbox (run/outbox_msg.h)
 *
 * Each role's configuration is made by the parent and decoded by the child
 * as hostile input, like everything that crosses a process border.
 */
#ifndef OTUS_RUN_RUN_H
#define OTUS_RUN_RUN_H

#include "base/err.h"
#include "base/rd.h"
#include "proc/proc.h"

#define RUN_IFACES_MAX 4
#define RUN_TEXT_MAX   256
#define RUN_PATH_MAX   4096

enum run_msg {
	RUN_EVENT = 128, /* one record of ev_wire                        */
	RUN_TICK,        /* u64: stream time                             */
	RUN_COUNTERS,    /* pairs of a name and a u64                    */
	RUN_COVERAGE,    /* one row (event/coverage.h)                   */
};

/* Priorities in the event channel's queue: 0 is dropped last. */
enum { RUN_PRIO_FIRST, RUN_PRIO_HIGH, RUN_PRIO_MIDDLE, RUN_PRIO_LOW };

struct run_sensor_config {
	char name[PROC_LABEL_MAX]; /* what its counters are filed under   */
	uint8_t nifaces;
	char iface[RUN_IFACES_MAX][32];
	char filter[RUN_TEXT_MAX];
	uint32_t snaplen, ring_mib;
	uint16_t fanout;
	bool second;
};

struct run_store_config {
	char dir[RUN_PATH_MAX], rules[RUN_PATH_MAX]; /* "" = built-in     */
	uint64_t learn_ns;
};

struct run_courier_config {
	char host[RUN_TEXT_MAX]; /* name or address                       */
	uint16_t port;
	uint8_t form; /* enum message_form                                */
};

size_t run_sensor_encode(
    uint8_t *buf, size_t size, const struct run_sensor_config *);
int run_sensor_decode(struct rd, struct run_sensor_config *ret) MUST_CHECK;
size_t run_store_encode(
    uint8_t *buf, size_t size, const struct run_store_config *);
int run_store_decode(struct rd, struct run_store_config *ret) MUST_CHECK;
size_t run_courier_encode(
    uint8_t *buf, size_t size, const struct run_courier_config *);
int run_courier_decode(struct rd, struct run_courier_config *ret) MUST_CHECK;

int sensor_role(struct proc_env *);
int store_role(struct proc_env *);
int courier_role(struct proc_env *);

#endif

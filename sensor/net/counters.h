/*
 * counters: what the sensor counts about itself, from one list.
 */
#ifndef OTUS_NET_COUNTERS_H
#define OTUS_NET_COUNTERS_H

#include <stdint.h>

struct net_counters {
#define C(member, name, text) uint64_t member;
#include "counters.def"
#undef C
};

enum {
#define C(member, name, text) NET_COUNTER_##member,
#include "counters.def"
#undef C
	NET_COUNTER_COUNT
};

/* "capture.frames", ...; in the order of the struct's members. */
const char *net_counter_name(unsigned);
const char *net_counter_text(unsigned);
uint64_t net_counter_value(const struct net_counters *, unsigned);

#endif

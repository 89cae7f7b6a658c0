/*
 * counters: see counters.h.
 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "net/counters.h"

static const struct {
	const char *name, *text;
	size_t at;
} row[] = {
#define C(member, name, text) \
	{name, text, offsetof(struct net_counters, member)},
#include "counters.def"
#undef C
};

const char *
net_counter_name(unsigned i)
{
	assert(i < NET_COUNTER_COUNT);
	return row[i].name;
}

const char *
net_counter_text(unsigned i)
{
	assert(i < NET_COUNTER_COUNT);
	return row[i].text;
}

uint64_t
net_counter_value(const struct net_counters *c, unsigned i)
{
	uint64_t v;

	assert(i < NET_COUNTER_COUNT);
	memcpy(&v, (const char *)c + row[i].at, sizeof v);
	return v;
}

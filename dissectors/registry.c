/*
 * registry: see registry.h.
 */
#include <assert.h>

#include "dissectors/registry.h"

#define DISSECTOR(NAME, symbol) \
	extern const struct dissector dissector_##symbol;
#include "registry.def"
#undef DISSECTOR

static const struct dissector *const dissectors[PROTO_COUNT] = {
#define DISSECTOR(NAME, symbol) [PROTO_##NAME] = &dissector_##symbol,
#include "registry.def"
#undef DISSECTOR
};

void
registry_init(void)
{
	for (uint16_t i = 1; i < PROTO_COUNT; i++) {
		const struct dissector *d = dissectors[i];

		assert(d->proto == i);
		assert(d->state_size <= DIS_STATE_MAX);
		ev_proto_register(i, d->fields);
	}
}

const struct dissector *
registry_get(uint16_t proto)
{
	return proto < PROTO_COUNT ? dissectors[proto] : NULL;
}

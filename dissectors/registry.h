/*
 * registry: which protocols there are.
 *
 * PROTO_ numbers count from 1 in the order of registry.def; 0 is no
 * protocol.
 */
#ifndef OTUS_DISSECTORS_REGISTRY_H
#define OTUS_DISSECTORS_REGISTRY_H

#include "dissectors/dissector.h"

enum proto {
	PROTO_NONE,
#define DISSECTOR(NAME, symbol) PROTO_##NAME,
#include "registry.def"
#undef DISSECTOR
	PROTO_COUNT
};

/* Registers every protocol's fields with event.  Once, at start. */
void registry_init(void);
const struct dissector *registry_get(uint16_t proto); /* NULL: none */

#endif

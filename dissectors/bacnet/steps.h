/*
 * steps.h: short words for the rows of the service tables.
 */
#ifndef OTUS_DISSECTORS_BACNET_STEPS_H
#define OTUS_DISSECTORS_BACNET_STEPS_H

#include "dissectors/bacnet/bacnet.h"

/* A context tag; the same, optional; an application tag, optional. */
#define C(tag, type, field)                               \
	{                                                 \
		BS_PRIM, (tag), BN_##type, false, (field) \
	}
#define CO(tag, type, field)                             \
	{                                                \
		BS_PRIM, (tag), BN_##type, true, (field) \
	}
#define A(type, field)                                          \
	{                                                       \
		BS_PRIM, BN_UNTAGGED, BN_##type, false, (field) \
	}
#define AO(type, field)                                        \
	{                                                      \
		BS_PRIM, BN_UNTAGGED, BN_##type, true, (field) \
	}
/* Constructed: opening tag, optional one, closing one. */
#define OPEN(tag)                           \
	{                                   \
		BS_OPEN, (tag), 0, false, 0 \
	}
#define OPENO(tag)                         \
	{                                  \
		BS_OPEN, (tag), 0, true, 0 \
	}
#define CLOSE(tag)                           \
	{                                    \
		BS_CLOSE, (tag), 0, false, 0 \
	}
#define OBJ(tag, field)                          \
	{                                        \
		BS_OPEN, (tag), 0, true, (field) \
	}
#define OBJEND(tag, field)                         \
	{                                          \
		BS_CLOSE, (tag), 0, false, (field) \
	}
#define LOOP                            \
	{                               \
		BS_LOOP, 0, 0, false, 0 \
	}
#define ARRAY(field)                          \
	{                                     \
		BS_LOOP, 0, 0, false, (field) \
	}
#define NEXT                            \
	{                               \
		BS_NEXT, 0, 0, false, 0 \
	}
#define TREE(tag, field)                          \
	{                                         \
		BS_TREE, (tag), 0, false, (field) \
	}
#define TREEO(tag, field)                        \
	{                                        \
		BS_TREE, (tag), 0, true, (field) \
	}
#define VALUE(tag)                           \
	{                                    \
		BS_VALUE, (tag), 0, false, 0 \
	}
#define VALUEO(tag)                         \
	{                                   \
		BS_VALUE, (tag), 0, true, 0 \
	}
#define STAMP(tag, field)                          \
	{                                          \
		BS_STAMP, (tag), 0, false, (field) \
	}
#define STAMPO(tag, field)                        \
	{                                         \
		BS_STAMP, (tag), 0, true, (field) \
	}
#define STAMPS(field)                           \
	{                                       \
		BS_STAMPS, 0, 0, false, (field) \
	}
#define ANY(field)                           \
	{                                    \
		BS_ANY, 0, 0, false, (field) \
	}
#define REST(field)                           \
	{                                     \
		BS_REST, 0, 0, false, (field) \
	}
#define STOP                            \
	{                               \
		BS_STOP, 0, 0, false, 0 \
	}

#endif

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
#define MUST(tag, field)                          \
	{                                         \
		BS_OPEN, (tag), 0, false, (field) \
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
/* One of several, each begun by its own tag; what is none of them is told as
 * it is. */
#define CHOICE                            \
	{                                 \
		BS_CHOICE, 0, 0, false, 0 \
	}
#define OR                            \
	{                             \
		BS_OR, 0, 0, false, 0 \
	}
#define CHOSEN                            \
	{                                 \
		BS_CHOSEN, 0, 0, false, 0 \
	}
#define STATES(tag, field)                          \
	{                                           \
		BS_STATES, (tag), 0, false, (field) \
	}
#define HIDE(tag, field)                          \
	{                                         \
		BS_HIDE, (tag), 0, false, (field) \
	}
#define HIDEO(tag, field)                        \
	{                                        \
		BS_HIDE, (tag), 0, true, (field) \
	}
#define STOP                            \
	{                               \
		BS_STOP, 0, 0, false, 0 \
	}

/* --- what several productions share (clause 21) -------------------------- */

/* BACnetDateTime in a context of its own */
#define DATETIME(tag, field)                                           \
	MUST(tag, field), A(DATE, BNF_DATE), A(TIME, BNF_TIME_OF_DAY), \
	    OBJEND(tag, field)
#define DATETIMEO(tag, field)                                         \
	OBJ(tag, field), A(DATE, BNF_DATE), A(TIME, BNF_TIME_OF_DAY), \
	    OBJEND(tag, field)
/* BACnetAddress; BACnetRecipient */
#define ADDRESS A(UINT, BNF_NET), A(OCTETS, BNF_MAC)
#define RECIPIENT \
	CHOICE, C(0, OID, BI_DEVICE), OR, OPEN(1), ADDRESS, CLOSE(1), CHOSEN
/* Error */
#define ERROR_PAIR A(ENUM, BNF_ERROR_CLASS), A(ENUM, BNF_ERROR_CODE)
/* BACnetPropertyReference, as fields */
#define REFERENCE C(0, ENUM, BNF_PROPERTY), CO(1, UINT, BNF_INDEX)
/* BACnetPropertyValue, any number of them: items of the object at hand */
#define PROPERTY_VALUES                                             \
	LOOP, C(0, ENUM, BI_PROP), CO(1, UINT, BI_INDEX), VALUE(2), \
	    CO(3, UINT, BI_PRIO), NEXT
/* What all types of event but a few tell; those that left a range */
#define FLAGS1 C(1, BITS, BNF_STATUS_FLAGS)
#define RANGE(type, band)                                                  \
	C(0, type, BNF_EXCEEDING_VALUE), FLAGS1, C(2, band, BNF_DEADBAND), \
	    C(3, type, BNF_EXCEEDED_LIMIT)
/* BACnetAuditNotification */
#define AUDIT_NOTIFICATION                                                 \
	STAMPO(0, BNF_SOURCE_TIME), STAMPO(1, BNF_TARGET_TIME),            \
	    MUST(2, BNF_SOURCE_DEVICE), RECIPIENT,                         \
	    OBJEND(2, BNF_SOURCE_DEVICE), CO(3, OID, BNF_SOURCE_OBJECT),   \
	    C(4, ENUM, BNF_OPERATION), CO(5, TEXT, BNF_SOURCE_COMMENT),    \
	    CO(6, TEXT, BNF_TARGET_COMMENT), CO(7, UINT, BNF_INVOKE),      \
	    CO(8, UINT, BNF_USER_ID), CO(9, UINT, BNF_USER_ROLE),          \
	    MUST(10, BNF_TARGET_DEVICE), RECIPIENT,                        \
	    OBJEND(10, BNF_TARGET_DEVICE), CO(11, OID, BNF_TARGET_OBJECT), \
	    OBJ(12, BNF_TARGET_PROPERTY), REFERENCE,                       \
	    OBJEND(12, BNF_TARGET_PROPERTY), CO(13, UINT, BNF_PRIORITY),   \
	    TREEO(14, BNF_TARGET_VALUE), TREEO(15, BNF_CURRENT_VALUE),     \
	    OPENO(16), ERROR_PAIR, CLOSE(16)

#endif

/*
 * values: properties whose values have a form of their own (clauses 12, 21):
 * the records of logs, the tables of broadcast managers.  All others are told
 * as the tagged values that they are.
 */
#include "dissectors/bacnet/steps.h"

#define OBJ_TREND_LOG          20
#define OBJ_EVENT_LOG          25
#define OBJ_TREND_LOG_MULTIPLE 27
#define OBJ_AUDIT_LOG          61

/* BACnetHostNPort: an address, or a name */
#define HOST_PORT                                                           \
	OPEN(0), CHOICE, C(0, NULL, BNF_HOST), OR, C(1, OCTETS, BI_IP), OR, \
	    C(2, TEXT, BNF_HOST), CHOSEN, CLOSE(0), C(1, UINT, BNF_PORT)

/* BACnetLogRecord */
static const struct bn_step trend_log[] = {ARRAY(EVF_VALUE),
    DATETIME(0, BNF_TIMESTAMP), OPEN(1), CHOICE, C(0, BITS, BNF_LOG_STATUS), OR,
    C(1, BOOL, EVF_VALUE), OR, C(2, REAL, EVF_VALUE), OR, C(3, ENUM, EVF_VALUE),
    OR, C(4, UINT, EVF_VALUE), OR, C(5, INT, EVF_VALUE), OR,
    C(6, BITS, EVF_VALUE), OR, C(7, NULL, EVF_VALUE), OR, OPEN(8), ERROR_PAIR,
    CLOSE(8), OR, C(9, REAL, BNF_TIME_CHANGE), OR, TREE(10, EVF_VALUE), CHOSEN,
    CLOSE(1), CO(2, BITS, BNF_STATUS_FLAGS), NEXT, STOP};

/* BACnetLogMultipleRecord */
static const struct bn_step trend_log_multiple[] = {ARRAY(EVF_VALUE),
    DATETIME(0, BNF_TIMESTAMP), OPEN(1), CHOICE, C(0, BITS, BNF_LOG_STATUS), OR,
    OPEN(1), ARRAY(BNF_LIST), CHOICE, C(0, BOOL, EVF_VALUE), OR,
    C(1, REAL, EVF_VALUE), OR, C(2, ENUM, EVF_VALUE), OR, C(3, UINT, EVF_VALUE),
    OR, C(4, INT, EVF_VALUE), OR, C(5, BITS, EVF_VALUE), OR,
    C(6, NULL, EVF_VALUE), OR, OPEN(7), ERROR_PAIR, CLOSE(7), OR,
    TREE(8, EVF_VALUE), CHOSEN, NEXT, CLOSE(1), OR, C(2, REAL, BNF_TIME_CHANGE),
    CHOSEN, CLOSE(1), NEXT, STOP};

/* BACnetEventLogRecord: a notification is what the service says */
#define EVENT_OBJECT     EVF_OBJECT
#define EVENT_PROPERTIES REST(BNF_PARAMETERS)
static const struct bn_step event_log[] = {ARRAY(EVF_VALUE),
    DATETIME(0, BNF_TIMESTAMP), OPEN(1), CHOICE, C(0, BITS, BNF_LOG_STATUS), OR,
    MUST(1, BNF_NOTIFICATION),
#include "dissectors/bacnet/event_steps.def"
    , OBJEND(1, BNF_NOTIFICATION), OR, C(2, REAL, BNF_TIME_CHANGE), CHOSEN,
    CLOSE(1), NEXT, STOP};

/* BACnetAuditLogRecord */
static const struct bn_step audit_log[] = {ARRAY(EVF_VALUE),
    DATETIME(0, BNF_TIMESTAMP), OPEN(1), CHOICE, C(0, BITS, BNF_LOG_STATUS), OR,
    OPEN(1), AUDIT_NOTIFICATION, CLOSE(1), OR, C(2, REAL, BNF_TIME_CHANGE),
    CHOSEN, CLOSE(1), NEXT, STOP};

/* BACnetBDTEntry, BACnetFDTEntry */
static const struct bn_step broadcast_table[] = {ARRAY(EVF_VALUE), OPEN(0),
    HOST_PORT, CLOSE(0), CO(1, OCTETS, BI_MASK), NEXT, STOP};
static const struct bn_step foreign_table[] = {ARRAY(EVF_VALUE),
    C(0, OCTETS, BI_ADDRESS), C(1, UINT, BNF_TTL), C(2, UINT, BNF_REMAINING),
    NEXT, STOP};

/* BACnetRouterEntry, BACnetVMACEntry */
static const struct bn_step routing_table[] = {ARRAY(EVF_VALUE),
    C(0, UINT, BNF_NET), C(1, OCTETS, BI_ADDRESS), C(2, ENUM, BNF_STATE),
    CO(3, UINT, BNF_PERFORMANCE), NEXT, STOP};
static const struct bn_step vmac_table[] = {ARRAY(EVF_VALUE),
    C(0, OCTETS, BNF_VMAC), C(1, OCTETS, BI_ADDRESS), NEXT, STOP};

/* Where it registers as a foreign device: a lone BACnetHostNPort. */
static const struct bn_step host_port[] = {
    ARRAY(EVF_VALUE), HOST_PORT, NEXT, STOP};

static const struct bn_step *
log_steps(uint16_t type)
{
	switch (type) {
	case OBJ_TREND_LOG: return trend_log;
	case OBJ_EVENT_LOG: return event_log;
	case OBJ_TREND_LOG_MULTIPLE: return trend_log_multiple;
	case OBJ_AUDIT_LOG: return audit_log;
	default: return NULL;
	}
}

const struct bn_step *
bn_value_steps(const struct bn_item *i)
{
	const uint16_t need = BN_HAS_OID | BN_HAS_PROP | BN_HAS_VALUE;

	if ((i->has & need) != need) {
		return NULL;
	}
	if (i->property == BN_PROP_LOG_BUFFER) {
		return log_steps(i->type);
	}
	if (i->type != BN_OBJ_NETWORK_PORT) {
		return NULL;
	}
	switch (i->property) {
	case BN_PROP_BDT: return broadcast_table;
	case BN_PROP_FDT: return foreign_table;
	case BN_PROP_FD_BBMD: return host_port;
	case BN_PROP_ROUTING_TABLE: return routing_table;
	case BN_PROP_VMAC_TABLE: return vmac_table;
	default: return NULL;
	}
}

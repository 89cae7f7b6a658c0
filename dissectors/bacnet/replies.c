/*
 * replies: what acknowledgements and errors say (clauses 13 to 17, 21).
 *
 * A service without a row here is answered by a SimpleACK.
 */
#include "dissectors/bacnet/steps.h"

/* 13.10 */
static const struct bn_step alarm_summary[] = {ARRAY(BNF_EVENTS),
    A(OID, BI_BOTH), A(ENUM, BNF_EVENT_STATE), A(BITS, BNF_ACKED), NEXT, STOP};

/* 13.11 */
static const struct bn_step enrollment_summary[] = {ARRAY(BNF_EVENTS),
    A(OID, BI_BOTH), A(ENUM, BNF_EVENT_TYPE), A(ENUM, BNF_EVENT_STATE),
    A(UINT, BNF_EVENT_PRIORITY), AO(UINT, BNF_NOTIFICATION_CLASS), NEXT, STOP};

/* 14.1, 14.2 */
static const struct bn_step read_file[] = {A(BOOL, BNF_EOF), OBJ(0, BNF_STREAM),
    A(INT, BNF_START), A(OCTETS, BNF_DATA), OBJEND(0, BNF_STREAM),
    OBJ(1, BNF_RECORDS), A(INT, BNF_START), A(UINT, BNF_COUNT), ARRAY(BNF_LIST),
    A(OCTETS, BNF_DATA), NEXT, OBJEND(1, BNF_RECORDS), STOP};
static const struct bn_step write_file[] = {
    CO(0, INT, BNF_START), CO(1, INT, BNF_START), STOP};

/* 15.3 */
static const struct bn_step create_object[] = {A(OID, BI_OID), STOP};

/* 15.5 */
static const struct bn_step read_property[] = {C(0, OID, BI_OID),
    C(1, ENUM, BI_PROP), CO(2, UINT, BI_INDEX), VALUE(3), STOP};

/* 15.7: a value or an error for each property */
static const struct bn_step read_multiple[] = {LOOP, C(0, OID, BI_OID),
    OPENO(1), LOOP, C(2, ENUM, BI_PROP), CO(3, UINT, BI_INDEX), VALUEO(4),
    OPENO(5), A(ENUM, BI_CLASS), A(ENUM, BI_CODE), CLOSE(5), NEXT, CLOSE(1),
    NEXT, STOP};

/* 15.8 */
static const struct bn_step read_range[] = {C(0, OID, BI_OID),
    C(1, ENUM, BI_PROP), CO(2, UINT, BI_INDEX), C(3, BITS, BNF_FLAGS),
    C(4, UINT, BNF_COUNT), VALUE(5), CO(6, UINT, BNF_FIRST_SEQ), STOP};

/* 16.2 */
static const struct bn_step private_transfer[] = {C(0, UINT, BNF_VENDOR_ID),
    C(1, UINT, BNF_SERVICE_NUMBER), TREEO(2, BNF_PARAMETERS), STOP};

/* 17.2, 17.4 */
static const struct bn_step vt_open[] = {A(UINT, BNF_SESSION), STOP};
static const struct bn_step vt_data[] = {
    C(0, BOOL, BNF_ACCEPTED), CO(1, UINT, BNF_COUNT), STOP};

/* 24 of 135-2004 */
static const struct bn_step authenticate[] = {A(UINT, BNF_RANDOM), STOP};

/* 13.12 */
static const struct bn_step event_information[] = {OPEN(0), ARRAY(BNF_EVENTS),
    C(0, OID, BI_BOTH), C(1, ENUM, BNF_EVENT_STATE), C(2, BITS, BNF_ACKED),
    OPEN(3), STAMPS(BNF_TIMESTAMPS), CLOSE(3), C(4, ENUM, BNF_NOTIFY_TYPE),
    C(5, BITS, BNF_EVENT_ENABLE), TREE(6, BNF_PRIORITIES), NEXT, CLOSE(0),
    C(1, BOOL, BNF_MORE_EVENTS), STOP};

/* 13.21 */
static const struct bn_step audit_query[] = {C(0, OID, BI_OID), OPEN(1),
    ARRAY(BNF_RECORDS), C(0, UINT, BNF_SEQUENCE), OPEN(1),
    DATETIME(0, BNF_TIMESTAMP), OPEN(1), CHOICE, C(0, BITS, BNF_LOG_STATUS), OR,
    OPEN(1), AUDIT_NOTIFICATION, CLOSE(1), OR, C(2, REAL, BNF_TIME_CHANGE),
    CHOSEN, CLOSE(1), CLOSE(1), NEXT, CLOSE(1), C(2, BOOL, BNF_NO_MORE), STOP};

/* AuthRequest, 135-2020cp: the token itself is a secret. */
static const struct bn_step auth_request[] = {
    CHOICE, HIDE(0, BNF_TOKEN), CHOSEN, STOP};

static const struct bn_step *const acks[BN_CONFIRMED_MAX] = {
    [3] = alarm_summary,
    [4] = enrollment_summary,
    [6] = read_file,
    [7] = write_file,
    [10] = create_object,
    [12] = read_property,
    [13] = read_multiple, /* 15.6 of 135-2004 */
    [14] = read_multiple,
    [18] = private_transfer,
    [21] = vt_open,
    [23] = vt_data,
    [24] = authenticate,
    [26] = read_range,
    [29] = event_information,
    [33] = audit_query,
    [34] = auth_request,
};

const struct bn_step *
bn_ack_steps(uint8_t service, bool *ret_known)
{
	*ret_known = service < BN_CONFIRMED_MAX && acks[service] != NULL;
	return *ret_known ? acks[service] : NULL;
}

/* --- errors -------------------------------------------------------------- */

/* 18: class and code */
static const struct bn_step plain_error[] = {
    A(ENUM, BI_ERROR_CLASS), A(ENUM, BI_ERROR_CODE), STOP};

/* 15.1 to 15.3: which element failed */
static const struct bn_step element_error[] = {OPEN(0), A(ENUM, BI_ERROR_CLASS),
    A(ENUM, BI_ERROR_CODE), CLOSE(0), C(1, UINT, BNF_FAILED_ELEMENT), STOP};

/* 16.2 */
static const struct bn_step private_error[] = {OPEN(0), A(ENUM, BI_ERROR_CLASS),
    A(ENUM, BI_ERROR_CODE), CLOSE(0), C(1, UINT, BNF_VENDOR_ID),
    C(2, UINT, BNF_SERVICE_NUMBER), TREEO(3, BNF_PARAMETERS), STOP};

/* 15.10: the first write that failed */
static const struct bn_step write_error[] = {OPEN(0), A(ENUM, BI_ERROR_CLASS),
    A(ENUM, BI_ERROR_CODE), CLOSE(0), OPEN(1), C(0, OID, BI_OID),
    C(1, ENUM, BI_PROP), CO(2, UINT, BI_INDEX), CLOSE(1), STOP};

/* 17.3 */
static const struct bn_step vt_close_error[] = {OPEN(0),
    A(ENUM, BI_ERROR_CLASS), A(ENUM, BI_ERROR_CODE), CLOSE(0),
    TREEO(1, BNF_SESSIONS), STOP};

/* 13.16: of the whole, or of the first subscription */
static const struct bn_step subscribe_error[] = {OPENO(0),
    A(ENUM, BI_ERROR_CLASS), A(ENUM, BI_ERROR_CODE), CLOSE(0), OPENO(1),
    OPEN(0), C(0, OID, BI_OID), OPEN(1), C(0, ENUM, BI_PROP),
    CO(1, UINT, BI_INDEX), CLOSE(1), CLOSE(0), OPEN(1), A(ENUM, BI_ERROR_CLASS),
    A(ENUM, BI_ERROR_CODE), CLOSE(1), CLOSE(1), STOP};

const struct bn_step *
bn_error_steps(uint8_t service)
{
	switch (service) {
	case 8:
	case 9:
	case 10: return element_error;
	case 16: return write_error;
	case 18: return private_error;
	case 22: return vt_close_error;
	case 30: return subscribe_error;
	default: return plain_error;
	}
}

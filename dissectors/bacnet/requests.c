/*
 * requests: what confirmed requests say (clauses 13 to 17, 21).
 */
#include "dissectors/bacnet/steps.h"

/* 13.5 */
static const struct bn_step acknowledge_alarm[] = {C(0, UINT, BNF_PROCESS),
    C(1, OID, BI_OID), C(2, ENUM, BNF_EVENT_STATE), STAMP(3, BNF_TIMESTAMP),
    C(4, TEXT, BNF_SOURCE_NAME), STAMP(5, BNF_ACK_TIME), STOP};

/* 13.6, 13.7 */
static const struct bn_step cov_notification[] = {C(0, UINT, BNF_PROCESS),
    C(1, OID, BI_DEVICE), C(2, OID, BI_OID), C(3, UINT, BNF_TIME_REMAINING),
    OPEN(4), LOOP, C(0, ENUM, BI_PROP), CO(1, UINT, BI_INDEX), VALUE(2),
    CO(3, UINT, BI_PRIO), NEXT, CLOSE(4), STOP};

/* 13.8, 13.9 */
#define EVENT_OBJECT     BI_OID
#define EVENT_PROPERTIES PROPERTY_VALUES
static const struct bn_step event_notification[] = {
#include "dissectors/bacnet/event_steps.def"
    , STOP};

/* 13.11 */
static const struct bn_step get_enrollment_summary[] = {
    C(0, ENUM, BNF_ACK_FILTER), OBJ(1, BNF_ENROLLMENT), OPEN(0), RECIPIENT,
    CLOSE(0), C(1, UINT, BNF_PROCESS), OBJEND(1, BNF_ENROLLMENT),
    CO(2, ENUM, BNF_STATE_FILTER), CO(3, ENUM, BNF_EVENT_TYPE), OPENO(4),
    C(0, UINT, BNF_MIN_PRIORITY), C(1, UINT, BNF_MAX_PRIORITY), CLOSE(4),
    CO(5, UINT, BNF_NOTIFICATION_CLASS), STOP};

/* 13.14 */
static const struct bn_step subscribe_cov[] = {C(0, UINT, BNF_PROCESS),
    C(1, OID, BI_OID), CO(2, BOOL, BNF_CONFIRMED), CO(3, UINT, BNF_LIFETIME),
    STOP};

/* 14.1 */
static const struct bn_step read_file[] = {A(OID, BI_OID), OBJ(0, BNF_STREAM),
    A(INT, BNF_START), A(UINT, BNF_COUNT), OBJEND(0, BNF_STREAM),
    OBJ(1, BNF_RECORDS), A(INT, BNF_START), A(UINT, BNF_COUNT),
    OBJEND(1, BNF_RECORDS), STOP};

/* 14.2 */
static const struct bn_step write_file[] = {A(OID, BI_OID), OBJ(0, BNF_STREAM),
    A(INT, BNF_START), A(OCTETS, BNF_DATA), OBJEND(0, BNF_STREAM),
    OBJ(1, BNF_RECORDS), A(INT, BNF_START), A(UINT, BNF_COUNT), ARRAY(BNF_LIST),
    A(OCTETS, BNF_DATA), NEXT, OBJEND(1, BNF_RECORDS), STOP};

/* 15.1, 15.2 */
static const struct bn_step list_element[] = {C(0, OID, BI_OID),
    C(1, ENUM, BI_PROP), CO(2, UINT, BI_INDEX), VALUE(3), STOP};

/* 15.3: a type, or an object; then its first values */
static const struct bn_step create_object[] = {OPEN(0), CO(0, ENUM, BI_TYPE),
    CO(1, OID, BI_OID), CLOSE(0), OPENO(1), LOOP, C(0, ENUM, BI_PROP),
    CO(1, UINT, BI_INDEX), VALUE(2), CO(3, UINT, BI_PRIO), NEXT, CLOSE(1),
    STOP};

/* 15.4 */
static const struct bn_step delete_object[] = {A(OID, BI_OID), STOP};

/* 15.5 */
static const struct bn_step read_property[] = {
    C(0, OID, BI_OID), C(1, ENUM, BI_PROP), CO(2, UINT, BI_INDEX), STOP};

/* 15.6 of 135-2004; gone since 135-2010 */
static const struct bn_step read_conditional[] = {OPEN(0),
    C(0, ENUM, BNF_LOGIC), OPENO(1), ARRAY(BNF_CRITERIA), REFERENCE,
    C(2, ENUM, BNF_RELATION), TREE(3, EVF_VALUE), NEXT, CLOSE(1), CLOSE(0),
    OPENO(1), LOOP, C(0, ENUM, BI_PROP), CO(1, UINT, BI_INDEX), NEXT, CLOSE(1),
    STOP};

/* 15.7 */
static const struct bn_step read_multiple[] = {LOOP, C(0, OID, BI_OID), OPEN(1),
    LOOP, C(0, ENUM, BI_PROP), CO(1, UINT, BI_INDEX), NEXT, CLOSE(1), NEXT,
    STOP};

/* 15.8 */
static const struct bn_step read_range[] = {C(0, OID, BI_OID),
    C(1, ENUM, BI_PROP), CO(2, UINT, BI_INDEX), OBJ(3, BNF_BY_POSITION),
    A(UINT, BNF_REF), A(INT, BNF_COUNT), OBJEND(3, BNF_BY_POSITION),
    TREEO(4, BNF_BY_TIME), OBJ(6, BNF_BY_SEQUENCE), A(UINT, BNF_REF),
    A(INT, BNF_COUNT), OBJEND(6, BNF_BY_SEQUENCE), OBJ(7, BNF_BY_TIME),
    A(DATE, BNF_DATE), A(TIME, BNF_TIME_OF_DAY), A(INT, BNF_COUNT),
    OBJEND(7, BNF_BY_TIME), STOP};

/* 15.9 */
static const struct bn_step write_property[] = {C(0, OID, BI_OID),
    C(1, ENUM, BI_PROP), CO(2, UINT, BI_INDEX), VALUE(3), CO(4, UINT, BI_PRIO),
    STOP};

/* 15.10 */
static const struct bn_step write_multiple[] = {LOOP, C(0, OID, BI_OID),
    OPEN(1), LOOP, C(0, ENUM, BI_PROP), CO(1, UINT, BI_INDEX), VALUE(2),
    CO(3, UINT, BI_PRIO), NEXT, CLOSE(1), NEXT, STOP};

/* 16.1 */
static const struct bn_step communication_control[] = {
    CO(0, UINT, BNF_DURATION), C(1, ENUM, BNF_STATE), CO(2, TEXT, BI_PASSWORD),
    STOP};

/* 16.2, 16.3 */
static const struct bn_step private_transfer[] = {C(0, UINT, BNF_VENDOR_ID),
    C(1, UINT, BNF_SERVICE_NUMBER), TREEO(2, BNF_PARAMETERS), STOP};

/* 16.5, 16.6 */
static const struct bn_step text_message[] = {C(0, OID, BI_DEVICE), OPENO(1),
    CO(0, UINT, BNF_CLASS_NUMBER), CO(1, TEXT, BNF_CLASS_TEXT), CLOSE(1),
    C(2, ENUM, BNF_EVENT_PRIORITY), C(3, TEXT, BNF_MESSAGE), STOP};

/* 16.4 */
static const struct bn_step reinitialize[] = {
    C(0, ENUM, BNF_STATE), CO(1, TEXT, BI_PASSWORD), STOP};

/* 17.2 to 17.4; what is typed may be a password */
static const struct bn_step vt_open[] = {
    A(ENUM, BNF_VT_CLASS), A(UINT, BNF_SESSION), STOP};
static const struct bn_step vt_close[] = {
    ARRAY(BNF_SESSIONS), A(UINT, BNF_SESSION), NEXT, STOP};
static const struct bn_step vt_data[] = {
    A(UINT, BNF_SESSION), A(OCTETS, BI_TYPED), A(UINT, BNF_FLAG), STOP};

/* 24 of 135-2004: who speaks under which password; it is not told */
static const struct bn_step authenticate[] = {C(0, UINT, BNF_RANDOM),
    CO(1, UINT, BI_SKIP), CO(2, TEXT, BNF_SOURCE_NAME),
    CO(3, TEXT, BI_PASSWORD), CO(4, BOOL, BI_SKIP), STOP};
static const struct bn_step request_key[] = {A(OID, BI_DEVICE),
    A(UINT, BNF_SNET), A(OCTETS, BNF_SADR), A(OID, BNF_TARGET_OBJECT),
    A(UINT, BNF_DNET), A(OCTETS, BNF_DADR), STOP};

/* 13.13 */
static const struct bn_step life_safety[] = {C(0, UINT, BNF_PROCESS),
    C(1, TEXT, BNF_SOURCE_NAME), C(2, ENUM, BNF_LIFE_SAFETY),
    CO(3, OID, BI_OID), STOP};

/* 13.15 */
static const struct bn_step subscribe_property[] = {C(0, UINT, BNF_PROCESS),
    C(1, OID, BI_OID), CO(2, BOOL, BNF_CONFIRMED), CO(3, UINT, BNF_LIFETIME),
    OPEN(4), C(0, ENUM, BI_PROP), CO(1, UINT, BI_INDEX), CLOSE(4),
    CO(5, REAL, BNF_COV_INCREMENT), STOP};

/* 13.12 */
static const struct bn_step event_information[] = {CO(0, OID, BI_OID), STOP};

/* 13.16 */
static const struct bn_step subscribe_multiple[] = {C(0, UINT, BNF_PROCESS),
    CO(1, BOOL, BNF_CONFIRMED), CO(2, UINT, BNF_LIFETIME),
    CO(3, UINT, BNF_MAX_DELAY), OPEN(4), LOOP, C(0, OID, BI_OID), OPEN(1), LOOP,
    OPEN(0), C(0, ENUM, BI_PROP), CO(1, UINT, BI_INDEX), CLOSE(0),
    CO(1, REAL, BI_INCREMENT), CO(2, BOOL, BI_STAMPED), NEXT, CLOSE(1), NEXT,
    CLOSE(4), STOP};

/* 13.17, 13.18 */
static const struct bn_step cov_multiple[] = {C(0, UINT, BNF_PROCESS),
    C(1, OID, BI_DEVICE), C(2, UINT, BNF_TIME_REMAINING),
    DATETIMEO(3, BNF_TIMESTAMP), OPEN(4), LOOP, C(0, OID, BI_OID), OPEN(1),
    LOOP, C(0, ENUM, BI_PROP), CO(1, UINT, BI_INDEX), VALUE(2),
    CO(3, TIME, BI_TIME), NEXT, CLOSE(1), NEXT, CLOSE(4), STOP};

/* 13.19, 13.20 */
static const struct bn_step audit_notification[] = {OPEN(0),
    ARRAY(BNF_NOTIFICATIONS), AUDIT_NOTIFICATION, NEXT, CLOSE(0), STOP};

/* 13.21: by who was changed, or by who changed */
static const struct bn_step audit_query[] = {C(0, OID, BI_OID), OPEN(1), CHOICE,
    MUST(0, BNF_BY_TARGET), C(0, OID, BI_DEVICE), OPENO(1), ADDRESS, CLOSE(1),
    CO(2, OID, EVF_OBJECT), CO(3, ENUM, BNF_PROPERTY), CO(4, UINT, BNF_INDEX),
    CO(5, UINT, BNF_PRIORITY), CO(6, BITS, BNF_OPERATIONS),
    CO(7, ENUM, BNF_SUCCESS), OBJEND(0, BNF_BY_TARGET), OR,
    MUST(1, BNF_BY_SOURCE), C(0, OID, BI_DEVICE), OPENO(1), ADDRESS, CLOSE(1),
    CO(2, OID, EVF_OBJECT), CO(3, BITS, BNF_OPERATIONS),
    CO(4, ENUM, BNF_SUCCESS), OBJEND(1, BNF_BY_SOURCE), CHOSEN, CLOSE(1),
    CO(2, UINT, BNF_FIRST_SEQ), C(3, UINT, BNF_COUNT), STOP};

/* AuthRequest, 135-2020cp: a token is asked for. */
static const struct bn_step auth_request[] = {CHOICE,
    MUST(0, BNF_TOKEN_REQUEST), C(0, UINT, BNF_CLIENT), TREE(1, BNF_AUDIENCE),
    OPEN(2), A(BITS, BNF_SCOPE), TREEO(0, BNF_EXTENDED), CLOSE(2),
    OBJEND(0, BNF_TOKEN_REQUEST), CHOSEN, STOP};

static const struct bn_step *const requests[BN_CONFIRMED_MAX] = {
    [0] = acknowledge_alarm,
    [1] = cov_notification,
    [2] = event_notification,
    [3] = NULL, /* GetAlarmSummary asks without a word */
    [4] = get_enrollment_summary,
    [5] = subscribe_cov,
    [6] = read_file,
    [7] = write_file,
    [8] = list_element,
    [9] = list_element,
    [10] = create_object,
    [11] = delete_object,
    [12] = read_property,
    [13] = read_conditional,
    [14] = read_multiple,
    [15] = write_property,
    [16] = write_multiple,
    [17] = communication_control,
    [18] = private_transfer,
    [19] = text_message,
    [20] = reinitialize,
    [21] = vt_open,
    [22] = vt_close,
    [23] = vt_data,
    [24] = authenticate,
    [25] = request_key,
    [26] = read_range,
    [27] = life_safety,
    [28] = subscribe_property,
    [29] = event_information,
    [30] = subscribe_multiple,
    [31] = cov_multiple,
    [32] = audit_notification,
    [33] = audit_query,
    [34] = auth_request,
};

const struct bn_step *
bn_request_steps(uint8_t service, bool *ret_known)
{
	*ret_known = service < BN_CONFIRMED_MAX;
	return *ret_known ? requests[service] : NULL;
}

/* --- unconfirmed --------------------------------------------------------- */

/* 16.10 */
static const struct bn_step i_am[] = {A(OID, BI_OID), A(UINT, BNF_MAX_APDU),
    A(ENUM, BNF_SEGMENTATION), A(UINT, BNF_VENDOR_ID), STOP};
static const struct bn_step who_is[] = {
    CO(0, UINT, BNF_LOW), CO(1, UINT, BNF_HIGH), STOP};

/* 16.9 */
static const struct bn_step i_have[] = {
    A(OID, BI_DEVICE), A(OID, BI_OID), A(TEXT, BNF_OBJECT_NAME), STOP};
static const struct bn_step who_has[] = {CO(0, UINT, BNF_LOW),
    CO(1, UINT, BNF_HIGH), CO(2, OID, BI_OID), CO(3, TEXT, BNF_OBJECT_NAME),
    STOP};

/* 16.7, 16.8 */
static const struct bn_step time_sync[] = {
    A(DATE, BNF_DATE), A(TIME, BNF_TIME_OF_DAY), STOP};

/* 15.11 */
static const struct bn_step write_group[] = {C(0, UINT, BNF_GROUP),
    C(1, UINT, BNF_PRIORITY), OPEN(2), ARRAY(BNF_CHANGES),
    C(0, UINT, BNF_CHANNEL), CO(1, UINT, BNF_PRIORITY), ANY(EVF_VALUE), NEXT,
    CLOSE(2), CO(3, BOOL, BNF_INHIBIT), STOP};

/* 16.11, 16.12 */
static const struct bn_step who_am_i[] = {
    A(UINT, BNF_VENDOR_ID), A(TEXT, BNF_MODEL), A(TEXT, BNF_SERIAL), STOP};
static const struct bn_step you_are[] = {A(UINT, BNF_VENDOR_ID),
    A(TEXT, BNF_MODEL), A(TEXT, BNF_SERIAL), AO(OID, BI_DEVICE),
    AO(OCTETS, BNF_MAC), STOP};

static const struct bn_step *const unconfirmed[BN_UNCONFIRMED_MAX] = {
    [0] = i_am,
    [1] = i_have,
    [2] = cov_notification,
    [3] = event_notification,
    [4] = private_transfer,
    [5] = text_message,
    [6] = time_sync,
    [7] = who_has,
    [8] = who_is,
    [9] = time_sync,
    [10] = write_group,
    [11] = cov_multiple,
    [12] = audit_notification,
    [13] = who_am_i,
    [14] = you_are,
};

const struct bn_step *
bn_unconfirmed_steps(uint8_t service, bool *ret_known)
{
	*ret_known = service < BN_UNCONFIRMED_MAX;
	return *ret_known ? unconfirmed[service] : NULL;
}

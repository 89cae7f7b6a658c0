/*
 * services: name and class of each service (clause 21, protocols.md).
 *
 * A write's class is what it writes: an output, a setting, a program.
 */
#include "dissectors/bacnet/bacnet.h"

#define READ      EV_CLASS_READ
#define WRITE     EV_CLASS_WRITE
#define CONTROL   EV_CLASS_CONTROL
#define PROGRAM   EV_CLASS_PROGRAM
#define CONFIG    EV_CLASS_CONFIG
#define DISCOVERY EV_CLASS_DISCOVERY
#define SESSION   EV_CLASS_SESSION
#define REPORT    EV_CLASS_REPORT
#define FILES     EV_CLASS_FILE
#define OTHER     EV_CLASS_OTHER

#define ASKS  EV_DIR_REQUEST
#define TELLS EV_DIR_NOTIFY

const struct bn_service bn_confirmed[BN_CONFIRMED_MAX] = {
    [0] = {"acknowledge_alarm", OTHER, ASKS},
    [1] = {"confirmed_cov_notification", REPORT, TELLS},
    [2] = {"confirmed_event_notification", REPORT, TELLS},
    [3] = {"get_alarm_summary", READ, ASKS},
    [4] = {"get_enrollment_summary", READ, ASKS},
    [5] = {"subscribe_cov", READ, ASKS},
    [6] = {"atomic_read_file", FILES, ASKS},
    [7] = {"atomic_write_file", FILES, ASKS},
    [8] = {"add_list_element", WRITE, ASKS},
    [9] = {"remove_list_element", WRITE, ASKS},
    [10] = {"create_object", PROGRAM, ASKS},
    [11] = {"delete_object", PROGRAM, ASKS},
    [12] = {"read_property", READ, ASKS},
    [13] = {"read_property_conditional", READ, ASKS},
    [14] = {"read_property_multiple", READ, ASKS},
    [15] = {"write_property", WRITE, ASKS},
    [16] = {"write_property_multiple", WRITE, ASKS},
    [17] = {"device_communication_control", CONTROL, ASKS},
    [18] = {"confirmed_private_transfer", OTHER, ASKS},
    [19] = {"confirmed_text_message", OTHER, ASKS},
    [20] = {"reinitialize_device", CONTROL, ASKS},
    [21] = {"vt_open", SESSION, ASKS},
    [22] = {"vt_close", SESSION, ASKS},
    [23] = {"vt_data", OTHER, ASKS},
    [24] = {"authenticate", SESSION, ASKS},
    [25] = {"request_key", SESSION, ASKS},
    [26] = {"read_range", READ, ASKS},
    [27] = {"life_safety_operation", CONTROL, ASKS},
    [28] = {"subscribe_cov_property", READ, ASKS},
    [29] = {"get_event_information", READ, ASKS},
    [30] = {"subscribe_cov_property_multiple", READ, ASKS},
    [31] = {"confirmed_cov_notification_multiple", REPORT, TELLS},
    [32] = {"confirmed_audit_notification", REPORT, TELLS},
    [33] = {"audit_log_query", READ, ASKS},
    [34] = {"auth_request", SESSION, ASKS},
};

const struct bn_service bn_unconfirmed[BN_UNCONFIRMED_MAX] = {
    [0] = {"i_am", DISCOVERY, TELLS},
    [1] = {"i_have", DISCOVERY, TELLS},
    [2] = {"unconfirmed_cov_notification", REPORT, TELLS},
    [3] = {"unconfirmed_event_notification", REPORT, TELLS},
    [4] = {"unconfirmed_private_transfer", OTHER, ASKS},
    [5] = {"unconfirmed_text_message", OTHER, ASKS},
    [6] = {"time_synchronization", CONFIG, ASKS},
    [7] = {"who_has", DISCOVERY, ASKS},
    [8] = {"who_is", DISCOVERY, ASKS},
    [9] = {"utc_time_synchronization", CONFIG, ASKS},
    [10] = {"write_group", CONTROL, ASKS},
    [11] = {"unconfirmed_cov_notification_multiple", REPORT, TELLS},
    [12] = {"unconfirmed_audit_notification", REPORT, TELLS},
    [13] = {"who_am_i", DISCOVERY, ASKS},
    [14] = {"you_are", CONFIG, ASKS},
};

/* How much each class weighs where one request does several things. */
static unsigned
weight(enum ev_class c)
{
	switch (c) {
	case EV_CLASS_PROGRAM: return 3;
	case EV_CLASS_CONTROL: return 2;
	case EV_CLASS_CONFIG: return 1;
	default: return 0;
	}
}

enum ev_class
bn_write_class(const struct bn_item *i)
{
	if (!(i->has & BN_HAS_PROP)) {
		return EV_CLASS_WRITE;
	}
	if (i->has & BN_HAS_OID && i->type == BN_OBJ_NETWORK_PORT) {
		return EV_CLASS_CONFIG;
	}
	switch (i->property) {
	case 85:  /* present-value */
	case 81:  /* out-of-service */
	case 160: /* mode of life safety objects */
	case 218: /* shed-... requested-shed-level */ return EV_CLASS_CONTROL;
	case 90:  /* program-change */
	case 38:  /* exception-schedule */
	case 123: /* weekly-schedule */
	case 32:  /* effective-period */
	case 174: /* schedule-default */
	case 54:  /* list-of-object-property-references */
	case 2: /* action, of a Command object */ return EV_CLASS_PROGRAM;
	case 45:  /* high-limit */
	case 59:  /* low-limit */
	case 35:  /* event-enable */
	case 52:  /* limit-enable */
	case 25:  /* deadband */
	case 102: /* recipient-list */
	case 17:  /* notification-class */
	case 86:  /* priority of a notification class */
	case 113: /* time-delay */
	case 354: /* event-detection-enable */
	case 414: /* bbmd-broadcast-distribution-table */
	case 415: /* bbmd-foreign-device-table */ return EV_CLASS_CONFIG;
	default: return EV_CLASS_WRITE;
	}
}

/* 16.4.1: a restore loads a program, a backup takes it. */
static enum ev_class
reinitialize_class(const struct bn_pdu *p)
{
	const struct ev_field *f = ev_find(&p->m->args, BNF_STATE);
	uint64_t state = f != NULL ? f->u : 0;

	if (state >= 2 && state <= 6) {
		return EV_CLASS_PROGRAM;
	}
	return state == 7 ? EV_CLASS_CONFIG : EV_CLASS_CONTROL;
}

enum ev_class
bn_request_class(const struct bn_pdu *p)
{
	enum ev_class cls = EV_CLASS_WRITE, c;

	if (p->service >= BN_CONFIRMED_MAX) {
		return EV_CLASS_OTHER;
	}
	switch (p->service) {
	case 8:
	case 9:
	case 15:
	case 16:
		for (uint16_t i = 0; i < p->m->n; i++) {
			c = bn_write_class(&p->m->item[i]);
			cls = weight(c) > weight(cls) ? c : cls;
		}
		return cls;
	case 20: return reinitialize_class(p);
	default: return (enum ev_class)bn_confirmed[p->service].cls;
	}
}

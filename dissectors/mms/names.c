/*
 * names: what the numbers of MMS are called.
 */
#include "dissectors/mms/mms.h"

#include "dissectors/names.h"

static const struct mms_service services[] = {
#define SERVICE(number, name, cls, shape) \
	[number] = {(name), EV_CLASS_##cls, MMS_##shape},
#include "dissectors/mms/services.def"
#undef SERVICE
};

const struct mms_service *
mms_service(uint32_t number)
{
	if (number >= sizeof(services) / sizeof(services[0]) ||
	    services[number].name == NULL) {
		return NULL;
	}
	return &services[number];
}

#define ERROR(cls, code) ((uint32_t)(cls) << 8 | (code))

/* ServiceError, [1] 7.4: what went wrong, class by class. */
static const struct name errors[] = {
    {ERROR(0, 1), "vmd_state_conflict"},
    {ERROR(0, 2), "vmd_operational_problem"},
    {ERROR(0, 3), "domain_transfer_problem"},
    {ERROR(0, 4), "state_machine_id_invalid"},
    {ERROR(1, 1), "application_unreachable"},
    {ERROR(1, 2), "connection_lost"},
    {ERROR(1, 3), "application_reference_invalid"},
    {ERROR(1, 4), "context_unsupported"},
    {ERROR(2, 1), "object_undefined"},
    {ERROR(2, 2), "invalid_address"},
    {ERROR(2, 3), "type_unsupported"},
    {ERROR(2, 4), "type_inconsistent"},
    {ERROR(2, 5), "object_exists"},
    {ERROR(2, 6), "object_attribute_inconsistent"},
    {ERROR(3, 1), "memory_unavailable"},
    {ERROR(3, 2), "processor_resource_unavailable"},
    {ERROR(3, 3), "mass_storage_unavailable"},
    {ERROR(3, 4), "capability_unavailable"},
    {ERROR(3, 5), "capability_unknown"},
    {ERROR(4, 1), "primitives_out_of_sequence"},
    {ERROR(4, 2), "object_state_conflict"},
    {ERROR(4, 3), "pdu_size"},
    {ERROR(4, 4), "continuation_invalid"},
    {ERROR(4, 5), "object_constraint_conflict"},
    {ERROR(5, 1), "timeout"},
    {ERROR(5, 2), "deadlock"},
    {ERROR(5, 3), "cancelled"},
    {ERROR(6, 1), "unsupportable_time_resolution"},
    {ERROR(7, 1), "object_access_unsupported"},
    {ERROR(7, 2), "object_non_existent"},
    {ERROR(7, 3), "object_access_denied"},
    {ERROR(7, 4), "object_invalidated"},
    {ERROR(8, 3), "max_services_outstanding_insufficient"},
    {ERROR(8, 4), "parameters_insufficient"},
    {ERROR(8, 5), "services_insufficient"},
    {ERROR(8, 6), "nesting_insufficient"},
    {ERROR(9, 1), "further_communication_required"},
    {ERROR(10, 1), "invoke_id_unknown"},
    {ERROR(10, 2), "cancel_not_possible"},
    {ERROR(11, 1), "filename_ambiguous"},
    {ERROR(11, 2), "file_busy"},
    {ERROR(11, 3), "filename_syntax_error"},
    {ERROR(11, 4), "content_type_invalid"},
    {ERROR(11, 5), "position_invalid"},
    {ERROR(11, 6), "file_access_denied"},
    {ERROR(11, 7), "file_non_existent"},
    {ERROR(11, 8), "duplicate_filename"},
    {ERROR(11, 9), "insufficient_space"},
};

static const char *const classes[] = {"vmd_state", "application_reference",
    "definition", "resource", "service", "service_preempt", "time_resolution",
    "access", "initiate", "conclude", "cancel", "file", "others"};

const char *
mms_error_class(uint32_t cls)
{
	return cls < sizeof(classes) / sizeof(classes[0]) ? classes[cls]
							  : "unknown";
}

/* What is not in the table is called as its class is. */
const char *
mms_error_name(uint32_t cls, uint64_t code)
{
	const char *s = code < 256 && cls < 256
			    ? NAME_OF(errors, ERROR(cls, (uint32_t)code))
			    : NULL;

	return s != NULL ? s : mms_error_class(cls);
}

/* Reject, [1] 7.4.6: by the kind of message that was wrong, and why. */
static const struct name rejects[] = {
    {ERROR(1, 1), "unrecognized_service"},
    {ERROR(1, 2), "unrecognized_modifier"},
    {ERROR(1, 3), "invalid_invoke_id"},
    {ERROR(1, 4), "invalid_argument"},
    {ERROR(1, 5), "invalid_modifier"},
    {ERROR(1, 6), "max_services_outstanding_exceeded"},
    {ERROR(1, 8), "max_recursion_exceeded"},
    {ERROR(1, 9), "value_out_of_range"},
    {ERROR(2, 1), "unrecognized_service"},
    {ERROR(2, 2), "invalid_invoke_id"},
    {ERROR(2, 3), "invalid_result"},
    {ERROR(2, 5), "max_recursion_exceeded"},
    {ERROR(2, 6), "value_out_of_range"},
    {ERROR(3, 1), "unrecognized_service"},
    {ERROR(3, 2), "invalid_invoke_id"},
    {ERROR(3, 3), "invalid_service_error"},
    {ERROR(3, 4), "value_out_of_range"},
    {ERROR(4, 1), "unrecognized_service"},
    {ERROR(4, 2), "invalid_argument"},
    {ERROR(4, 3), "max_recursion_exceeded"},
    {ERROR(4, 4), "value_out_of_range"},
    {ERROR(5, 0), "unknown_pdu_type"},
    {ERROR(5, 1), "invalid_pdu"},
    {ERROR(5, 2), "illegal_acse_mapping"},
};

const char *
mms_reject_name(uint32_t cls, uint64_t code)
{
	const char *s = code < 256 && cls < 256
			    ? NAME_OF(rejects, ERROR(cls, (uint32_t)code))
			    : NULL;

	return s != NULL ? s : "rejected";
}

#define NAME_AT(table, v) \
	((v) < sizeof(table) / sizeof((table)[0]) ? (table)[(v)] : "unknown")

const char *
mms_object_class(uint64_t v)
{
	static const char *const names[] = {"named_variable",
	    "scattered_access", "named_variable_list", "named_type",
	    "semaphore", "event_condition", "event_action", "event_enrollment",
	    "journal", "domain", "program_invocation", "operator_station",
	    "data_exchange", "access_control_list"};

	return NAME_AT(names, v);
}

const char *
mms_logical(uint64_t v)
{
	static const char *const names[] = {"state_changes_allowed",
	    "no_state_changes_allowed", "limited_services_allowed",
	    "support_services_allowed"};

	return NAME_AT(names, v);
}

const char *
mms_physical(uint64_t v)
{
	static const char *const names[] = {"operational",
	    "partially_operational", "inoperable", "needs_commissioning"};

	return NAME_AT(names, v);
}

/* Why a control was refused or has failed; IEC 61850-7-2, 20.5. */
const char *
mms_add_cause(uint64_t v)
{
	static const char *const names[] = {"unknown", "not_supported",
	    "blocked_by_switching_hierarchy", "select_failed",
	    "invalid_position", "position_reached",
	    "parameter_change_in_execution", "step_limit", "blocked_by_mode",
	    "blocked_by_process", "blocked_by_interlocking",
	    "blocked_by_synchrocheck", "command_already_in_execution",
	    "blocked_by_health", "1_of_n_control", "abortion_by_cancel",
	    "time_limit_over", "abortion_by_trip", "object_not_selected",
	    "object_already_selected", "no_access_authority",
	    "ended_with_overshoot", "abortion_due_to_deviation",
	    "abortion_by_communication_loss", "blocked_by_command", "none",
	    "inconsistent_parameters", "locked_by_other_client"};

	return NAME_AT(names, v);
}

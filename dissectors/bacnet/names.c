/*
 * names: numbers to names, from tables in ascending order.
 */
#include "dissectors/bacnet/bacnet.h"
#include "dissectors/names.h"

#define N(number, text) {(number), (text)},

static const struct name properties[] = {
#include "dissectors/bacnet/properties.def"
};

static const struct name objects[] = {
#include "dissectors/bacnet/object_types.def"
};

static const struct name errors[] = {
#include "dissectors/bacnet/error_codes.def"
};

static const struct name vendors[] = {
#include "dissectors/bacnet/vendors.def"
};

#undef N

const char *
bn_property_name(uint32_t n)
{
	return NAME_OF(properties, n);
}

const char *
bn_object_name(uint32_t n)
{
	return NAME_OF(objects, n);
}

const char *
bn_error_name(uint32_t n)
{
	return NAME_OF(errors, n);
}

const char *
bn_vendor_name(uint32_t n)
{
	return NAME_OF(vendors, n);
}

/* 18.8 */
const char *
bn_reject_name(uint8_t n)
{
	static const char *const names[] = {"reject_other",
	    "reject_buffer_overflow", "reject_inconsistent_parameters",
	    "reject_invalid_parameter_data_type", "reject_invalid_tag",
	    "reject_missing_required_parameter",
	    "reject_parameter_out_of_range", "reject_too_many_arguments",
	    "reject_undefined_enumeration", "reject_unrecognized_service",
	    "reject_invalid_data_encoding"};

	if (n >= 64) {
		return "reject_proprietary";
	}
	return n < sizeof(names) / sizeof(names[0]) ? names[n]
						    : "reject_unknown";
}

/* 18.9 */
const char *
bn_abort_name(uint8_t n)
{
	static const char *const names[] = {"abort_other",
	    "abort_buffer_overflow", "abort_invalid_apdu_in_this_state",
	    "abort_preempted_by_higher_priority_task",
	    "abort_segmentation_not_supported", "abort_security_error",
	    "abort_insufficient_security", "abort_window_size_out_of_range",
	    "abort_application_exceeded_reply_time", "abort_out_of_resources",
	    "abort_tsm_timeout", "abort_apdu_too_long"};

	if (n >= 64) {
		return "abort_proprietary";
	}
	return n < sizeof(names) / sizeof(names[0]) ? names[n]
						    : "abort_unknown";
}

/*
 * functions: function codes, internal indications and control status codes by
 * name; IEEE 1815-2012 4.2.2.5, 4.2.2.6 and 11.
 */
#include "dissectors/dnp3/dnp3.h"

#define DATA  DN_DATA
#define QUIET DN_QUIET

static const struct dn_function functions[256] = {
#define FN(code, name, class, what) [code] = {name, EV_CLASS_##class, what},
#include "dissectors/dnp3/functions.def"
};

const struct dn_function *
dn_function(uint8_t fc)
{
	return &functions[fc];
}

const char *
dn_phase(uint8_t fc)
{
	switch (fc) {
	case 3: return "select";
	case 4: return "operate";
	case 5: return "direct";
	case 6: return "direct_no_ack";
	default: return NULL;
	}
}

const char *
dn_iin_name(unsigned bit)
{
	static const char *const names[DN_IIN_BITS] = {
	    "broadcast",
	    "class_1_events",
	    "class_2_events",
	    "class_3_events",
	    "need_time",
	    "local_control",
	    "device_trouble",
	    "device_restart",
	    "no_func_code_support",
	    "object_unknown",
	    "parameter_error",
	    "event_buffer_overflow",
	    "already_executing",
	    "config_corrupt",
	    "reserved_1",
	    "reserved_2",
	};

	return names[bit];
}

const char *
dn_status(uint16_t iin)
{
	static const unsigned errors[] = {8, 9, 10, 12};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (iin >> errors[i] & 1) {
			return dn_iin_name(errors[i]);
		}
	}
	return "ok";
}

const char *
dn_control_status(uint8_t code)
{
	static const char *const names[128] = {
	    [0] = "success",
	    [1] = "timeout",
	    [2] = "no_select",
	    [3] = "format_error",
	    [4] = "not_supported",
	    [5] = "already_active",
	    [6] = "hardware_error",
	    [7] = "local",
	    [8] = "too_many_objs",
	    [9] = "not_authorized",
	    [10] = "automation_inhibit",
	    [11] = "processing_limited",
	    [12] = "out_of_range",
	    [13] = "downstream_local",
	    [14] = "already_complete",
	    [15] = "blocked",
	    [16] = "canceled",
	    [17] = "blocked_other_master",
	    [18] = "downstream_fail",
	    [126] = "non_participating",
	    [127] = "undefined",
	};
	const char *s = names[code & 0x7f];

	return s != NULL ? s : "control_status_reserved";
}

/*
 * names: what numbers of HART are called ([1], [5], [6]).
 *
 * Of the tables of units and manufacturers, which have hundreds of lines and
 * grow, only those are here that are met most.
 */
#include "dissectors/hartip/hartip.h"
#include "dissectors/names.h"

static const struct hart_command commands[] = {
#define C(number, name, cls) {(number), (name), EV_CLASS_##cls},
#include "dissectors/hartip/commands.def"
#undef C
};

/* Those that are not in the list are devices' own. */
const struct hart_command *
hart_command(uint16_t number)
{
	static const struct hart_command other = {
	    0, "device_command", EV_CLASS_OTHER};
	size_t lo = 0, n = sizeof(commands) / sizeof(commands[0]);

	while (lo < n) {
		size_t mid = lo + (n - lo) / 2;

		if (commands[mid].number == number) {
			return &commands[mid];
		}
		if (commands[mid].number < number) {
			lo = mid + 1;
		} else {
			n = mid;
		}
	}
	return &other;
}

/*
 * The codes that mean the same for each command; warnings, with which the
 * command was carried out, are "ok" ([6]).
 */
const char *
hart_response_name(uint8_t code)
{
	static const struct name names[] = {
	    {0, "ok"},
	    {1, "undefined_error"},
	    {2, "invalid_selection"},
	    {3, "parameter_too_large"},
	    {4, "parameter_too_small"},
	    {5, "too_few_data"},
	    {6, "device_specific_error"},
	    {7, "write_protected"},
	    {8, "ok"},
	    {14, "ok"},
	    {16, "access_restricted"},
	    {17, "invalid_variable_index"},
	    {18, "invalid_units"},
	    {19, "variable_index_not_allowed"},
	    {20, "invalid_extended_command"},
	    {24, "ok"},
	    {25, "ok"},
	    {26, "ok"},
	    {27, "ok"},
	    {30, "ok"},
	    {32, "busy"},
	    {33, "delayed_response_initiated"},
	    {34, "delayed_response_running"},
	    {35, "delayed_response_dead"},
	    {36, "delayed_response_conflict"},
	    {60, "payload_too_long"},
	    {61, "no_buffers"},
	    {62, "no_event_buffers"},
	    {63, "priority_too_low"},
	    {64, "command_not_implemented"},
	};
	const char *text;

	if (code & 0x80) {
		return "communication_error";
	}
	if (code >= 96) {
		return "ok";
	}
	text = NAME_OF(names, code);
	return text != NULL ? text : "command_error";
}

const char *
hart_message_status(uint8_t status)
{
	static const struct name names[] = {
	    {0, "ok"},
	    {2, "invalid_selection"},
	    {5, "too_few_data"},
	    {6, "device_specific_error"},
	    {8, "ok"},
	    {14, "version_not_supported"},
	    {15, "all_sessions_in_use"},
	    {16, "access_restricted"},
	};
	const char *text = NAME_OF(names, status);

	return text != NULL ? text : "unknown_error";
}

/* Table 2. */
const char *
hart_unit(uint8_t code)
{
	static const struct name names[] = {
	    {1, "inH2O"},
	    {2, "inHg"},
	    {3, "ftH2O"},
	    {4, "mmH2O"},
	    {5, "mmHg"},
	    {6, "psi"},
	    {7, "bar"},
	    {8, "mbar"},
	    {9, "g/cm2"},
	    {10, "kg/cm2"},
	    {11, "Pa"},
	    {12, "kPa"},
	    {13, "torr"},
	    {14, "atm"},
	    {15, "ft3/min"},
	    {16, "gal/min"},
	    {17, "l/min"},
	    {19, "m3/h"},
	    {20, "ft/s"},
	    {21, "m/s"},
	    {24, "l/s"},
	    {28, "m3/s"},
	    {32, "degC"},
	    {33, "degF"},
	    {34, "degR"},
	    {35, "K"},
	    {36, "mV"},
	    {37, "ohm"},
	    {38, "Hz"},
	    {39, "mA"},
	    {40, "gal"},
	    {41, "l"},
	    {43, "m3"},
	    {44, "ft"},
	    {45, "m"},
	    {47, "in"},
	    {48, "cm"},
	    {49, "mm"},
	    {50, "min"},
	    {51, "s"},
	    {52, "h"},
	    {53, "d"},
	    {57, "%"},
	    {58, "V"},
	    {59, "pH"},
	    {60, "g"},
	    {61, "kg"},
	    {62, "t"},
	    {70, "g/s"},
	    {73, "kg/s"},
	    {74, "kg/min"},
	    {75, "kg/h"},
	    {91, "g/cm3"},
	    {92, "kg/m3"},
	    {127, "kW"},
	    {237, "MPa"},
	};

	return NAME_OF(names, code);
}

/* Table 8. */
const char *
hart_vendor(uint16_t id)
{
	static const struct name names[] = {
	    {17, "Endress+Hauser"},
	    {19, "Fisher Controls"},
	    {23, "Honeywell"},
	    {26, "ABB"},
	    {31, "Micro Motion"},
	    {38, "Rosemount"},
	    {42, "Siemens"},
	    {55, "Yokogawa"},
	    {62, "VEGA"},
	};

	return NAME_OF(names, id);
}

/* Table 57. */
const char *
hart_profile(uint8_t code)
{
	static const struct name names[] = {
	    {1, "HART process device"},
	    {2, "HART discrete device"},
	    {3, "HART process and discrete device"},
	    {4, "HART I/O system"},
	    {129, "WirelessHART process device"},
	    {130, "WirelessHART discrete device"},
	    {131, "WirelessHART process and discrete device"},
	    {132, "WirelessHART gateway"},
	    {141, "WirelessHART process adapter"},
	    {142, "WirelessHART discrete adapter"},
	    {144, "WirelessHART handheld"},
	};

	return NAME_OF(names, code);
}

/* Of a device variable: the two bits of its process data status. */
const char *
hart_quality(uint8_t status)
{
	static const char *const names[] = {"bad", "poor", "manual", "good"};

	return names[status >> 6];
}

/*
 * names: what numbers are called.
 */
#include <stddef.h>

#include "dissectors/ethercat/ethercat.h"
#include "dissectors/names.h"

const char *
ec_command_name(uint8_t cmd)
{
	static const char *const names[EC_COMMANDS] = {[EC_NOP] = "NOP",
	    [EC_APRD] = "APRD",
	    [EC_APWR] = "APWR",
	    [EC_APRW] = "APRW",
	    [EC_FPRD] = "FPRD",
	    [EC_FPWR] = "FPWR",
	    [EC_FPRW] = "FPRW",
	    [EC_BRD] = "BRD",
	    [EC_BWR] = "BWR",
	    [EC_BRW] = "BRW",
	    [EC_LRD] = "LRD",
	    [EC_LWR] = "LWR",
	    [EC_LRW] = "LRW",
	    [EC_ARMW] = "ARMW",
	    [EC_FRMW] = "FRMW"};

	return cmd < EC_COMMANDS ? names[cmd] : NULL;
}

const char *
ec_al_name(uint8_t state)
{
	switch (state) {
	case EC_INIT: return "init";
	case EC_PREOP: return "preop";
	case EC_BOOT: return "bootstrap";
	case EC_SAFEOP: return "safeop";
	case EC_OP: return "op";
	default: return NULL;
	}
}

/* AL Status Code; [2] 5.3.2, table 11 */
static const struct name al_codes[] = {
    {0x0001, "unspecified_error"},
    {0x0002, "no_memory"},
    {0x0003, "invalid_device_setup"},
    {0x0011, "invalid_state_change"},
    {0x0012, "unknown_state"},
    {0x0013, "bootstrap_not_supported"},
    {0x0014, "no_valid_firmware"},
    {0x0015, "invalid_mailbox_configuration"},
    {0x0016, "invalid_mailbox_configuration"},
    {0x0017, "invalid_sync_manager_configuration"},
    {0x0018, "no_valid_inputs"},
    {0x0019, "no_valid_outputs"},
    {0x001a, "synchronization_error"},
    {0x001b, "sync_manager_watchdog"},
    {0x001c, "invalid_sync_manager_types"},
    {0x001d, "invalid_output_configuration"},
    {0x001e, "invalid_input_configuration"},
    {0x001f, "invalid_watchdog_configuration"},
    {0x0020, "needs_cold_start"},
    {0x0021, "needs_init"},
    {0x0022, "needs_preop"},
    {0x0023, "needs_safeop"},
    {0x0024, "invalid_input_mapping"},
    {0x0025, "invalid_output_mapping"},
    {0x0026, "inconsistent_settings"},
    {0x0027, "freerun_not_supported"},
    {0x0028, "synchronization_not_supported"},
    {0x0029, "freerun_needs_three_buffers"},
    {0x002a, "background_watchdog"},
    {0x002b, "no_valid_inputs_and_outputs"},
    {0x002c, "fatal_sync_error"},
    {0x002d, "no_sync_error"},
    {0x0030, "invalid_clock_configuration"},
    {0x0031, "invalid_latch_configuration"},
    {0x0032, "pll_error"},
    {0x0033, "clock_io_error"},
    {0x0034, "clock_timeout"},
    {0x0042, "eoe_error"},
    {0x0043, "coe_error"},
    {0x0044, "soe_error"},
    {0x0045, "foe_error"},
    {0x0046, "voe_error"},
    {0x0050, "no_access_to_sii"},
    {0x0051, "sii_error"},
    {0x0060, "restarted"},
    {0x0061, "identification_changed"},
};

const char *
ec_al_code_name(uint16_t code)
{
	return NAME_OF(al_codes, code);
}

/*
 * A few of those who have an id of the EtherCAT Technology Group; many of the
 * ids are those of CiA.  Of others the number is told.
 */
static const struct name vendors[] = {
    {0x00000002, "Beckhoff"},
    {0x0000001b, "HMS Industrial Networks"},
    {0x0000001d, "Festo"},
    {0x00000021, "WAGO"},
    {0x0000003b, "Lenze"},
    {0x00000044, "Hilscher"},
    {0x0000006a, "Kollmorgen"},
    {0x00000083, "Omron"},
    {0x0000009a, "Elmo Motion Control"},
    {0x000000ab, "Copley Controls"},
    {0x000000b9, "Stober"},
    {0x000000fb, "maxon"},
    {0x00000114, "SMC"},
    {0x000001dd, "Delta Electronics"},
    {0x00000539, "Yaskawa"},
    {0x0000066f, "Panasonic"},
};

const char *
ec_vendor_name(uint32_t id)
{
	return NAME_OF(vendors, id);
}

/* [4] 7.2.4.3.17 */
static const struct name aborts[] = {
    {0x05030000, "toggle_bit"},
    {0x05040000, "timeout"},
    {0x05040001, "unknown_command"},
    {0x05040005, "no_memory"},
    {0x06010000, "unsupported_access"},
    {0x06010001, "write_only"},
    {0x06010002, "read_only"},
    {0x06020000, "no_object"},
    {0x06040041, "not_mappable"},
    {0x06040042, "mapping_too_long"},
    {0x06040043, "incompatible_parameter"},
    {0x06040047, "incompatible_device"},
    {0x06060000, "hardware_error"},
    {0x06070010, "wrong_length"},
    {0x06070012, "too_long"},
    {0x06070013, "too_short"},
    {0x06090011, "no_subindex"},
    {0x06090030, "value_range"},
    {0x06090031, "value_too_high"},
    {0x06090032, "value_too_low"},
    {0x06090036, "maximum_below_minimum"},
    {0x08000000, "general_error"},
    {0x08000020, "cannot_be_stored"},
    {0x08000021, "local_control"},
    {0x08000022, "device_state"},
    {0x08000023, "no_dictionary"},
};

const char *
ec_abort_name(uint32_t code)
{
	const char *name = NAME_OF(aborts, code);

	return name != NULL ? name : "error";
}

/*
 * commands: names, classes and forms of commands and functions ([D] 7), and
 * names of statuses ([D] 8).
 *
 * Changing the mode is control; what carries the program is program, with the
 * protected file services, by which stations up- and download.
 */
#include "dissectors/pccc/pccc.h"

#define R  EV_CLASS_READ
#define W  EV_CLASS_WRITE
#define CT EV_CLASS_CONTROL
#define P  EV_CLASS_PROGRAM
#define CF EV_CLASS_CONFIG
#define DG EV_CLASS_DIAGNOSTIC
#define SE EV_CLASS_SESSION
#define OT EV_CLASS_OTHER

static const struct pccc_command commands[] = {
    {0x00, 0x00, W, PCCC_BASIC, true, "protected_write"},
    {0x01, 0x00, R, PCCC_BASIC, false, "unprotected_read"},
    {0x02, 0x00, W, PCCC_BASIC, true, "protected_bit_write"},
    {0x03, 0x00, P, PCCC_DATA, true, "physical_write"},
    {0x04, 0x00, P, PCCC_DATA, false, "physical_read"},
    {0x05, 0x00, W, PCCC_BASIC, true, "unprotected_bit_write"},
    {0x08, 0x00, W, PCCC_BASIC, true, "unprotected_write"},
    {0x06, 0x00, DG, PCCC_DATA, false, "echo"},
    {0x06, 0x01, DG, PCCC_DATA, false, "read_diagnostic_counters"},
    {0x06, 0x02, CF, PCCC_DATA, true, "set_variables"},
    {0x06, 0x03, DG, PCCC_DATA, false, "diagnostic_status"},
    {0x06, 0x04, CF, PCCC_DATA, true, "set_timeout"},
    {0x06, 0x05, CF, PCCC_DATA, true, "set_naks"},
    {0x06, 0x06, CF, PCCC_DATA, true, "set_enqs"},
    {0x06, 0x07, DG, PCCC_DATA, true, "reset_diagnostic_counters"},
    {0x06, 0x08, CF, PCCC_DATA, true, "set_data_table_size"},
    {0x06, 0x09, DG, PCCC_DATA, false, "read_link_parameters"},
    {0x06, 0x0a, CF, PCCC_DATA, true, "set_link_parameters"},
    {0x07, 0x00, CT, PCCC_DATA, true, "disable_outputs"},
    {0x07, 0x01, CT, PCCC_DATA, true, "enable_outputs"},
    {0x07, 0x03, CT, PCCC_DATA, true, "enable_scanning"},
    {0x07, 0x04, P, PCCC_DATA, true, "enter_download_mode"},
    {0x07, 0x05, P, PCCC_DATA, true, "exit_transfer_mode"},
    {0x07, 0x06, P, PCCC_DATA, true, "enter_upload_mode"},
    {0x0f, 0x00, W, PCCC_RANGE, true, "word_range_write"},
    {0x0f, 0x01, R, PCCC_RANGE, false, "word_range_read"},
    {0x0f, 0x02, W, PCCC_PLC5, true, "bit_write"},
    {0x0f, 0x03, W, PCCC_DATA, true, "file_write"},
    {0x0f, 0x04, R, PCCC_DATA, false, "file_read"},
    {0x0f, 0x05, P, PCCC_DATA, true, "download_request"},
    {0x0f, 0x06, P, PCCC_DATA, false, "upload"},
    {0x0f, 0x07, CT, PCCC_DATA, true, "shutdown"},
    {0x0f, 0x08, W, PCCC_DATA, true, "physical_write"},
    {0x0f, 0x09, R, PCCC_DATA, false, "physical_read"},
    {0x0f, 0x0a, CT, PCCC_DATA, true, "restart_request"},
    {0x0f, 0x11, P, PCCC_DATA, true, "get_edit_resource"},
    {0x0f, 0x12, P, PCCC_DATA, true, "return_edit_resource"},
    {0x0f, 0x17, R, PCCC_DATA, false, "read_bytes_physical"},
    {0x0f, 0x18, W, PCCC_DATA, true, "write_bytes_physical"},
    {0x0f, 0x26, W, PCCC_PLC5, true, "read_modify_write"},
    {0x0f, 0x29, R, PCCC_DATA, false, "read_section_size"},
    {0x0f, 0x3a, CT, PCCC_MODE, true, "set_cpu_mode"},
    {0x0f, 0x41, CT, PCCC_DATA, true, "disable_forces"},
    {0x0f, 0x50, P, PCCC_DATA, true, "download_all_request"},
    {0x0f, 0x52, P, PCCC_DATA, true, "download_completed"},
    {0x0f, 0x53, P, PCCC_DATA, false, "upload_all_request"},
    {0x0f, 0x55, P, PCCC_DATA, false, "upload_completed"},
    {0x0f, 0x57, P, PCCC_DATA, true, "initialize_memory"},
    {0x0f, 0x5e, W, PCCC_DATA, true, "modify_plc2_compatibility_file"},
    {0x0f, 0x67, W, PCCC_TYPED, true, "typed_write"},
    {0x0f, 0x68, R, PCCC_TYPED, false, "typed_read"},
    {0x0f, 0x79, W, PCCC_DATA, true, "read_modify_write_n"},
    {0x0f, 0x80, CT, PCCC_MODE, true, "change_cpu_mode"},
    {0x0f, 0x81, P, PCCC_DATA, false, "open_file"},
    {0x0f, 0x82, P, PCCC_DATA, false, "close_file"},
    {0x0f, 0x88, OT, PCCC_MULTI, false, "execute_multiple_commands"},
    {0x0f, 0x8f, CF, PCCC_DATA, true, "apply_port_configuration"},
    {0x0f, 0xa1, R, PCCC_LOGICAL2, false, "protected_typed_logical_read_2"},
    {0x0f, 0xa2, R, PCCC_LOGICAL3, false, "protected_typed_logical_read_3"},
    {0x0f, 0xa7, P, PCCC_FILE, false, "protected_typed_file_read"},
    {0x0f, 0xa9, W, PCCC_LOGICAL2, true, "protected_typed_logical_write_2"},
    {0x0f, 0xaa, W, PCCC_LOGICAL3, true, "protected_typed_logical_write_3"},
    {0x0f, 0xab, W, PCCC_LOGICAL3, true,
	"protected_typed_logical_masked_write"},
    {0x0f, 0xaf, P, PCCC_FILE, true, "protected_typed_file_write"},
};

bool
pccc_has_function(uint8_t cmd)
{
	return cmd == 0x06 || cmd == 0x07 || cmd == 0x0b || cmd == 0x0f;
}

const struct pccc_command *
pccc_command(uint8_t cmd, uint8_t fnc)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].cmd == cmd &&
		    (commands[i].fnc == fnc || !pccc_has_function(cmd))) {
			return &commands[i];
		}
	}
	return NULL;
}

/* The high half is the remote node's word, the low half the local one's. */
const char *
pccc_status_name(uint8_t sts)
{
	static const char *const remote[16] = {
	    "ok",
	    "illegal_command",
	    "host_problem",
	    "host_missing",
	    "hardware_fault",
	    "addressing_problem",
	    "command_protection",
	    "program_mode",
	    "compatibility_file_missing",
	    "cannot_buffer",
	    "wait_ack",
	    "download_problem",
	    "wait_ack",
	    "unknown_status",
	    "unknown_status",
	    "extended_status",
	};
	static const char *const local[16] = {
	    "ok",
	    "no_buffer_space",
	    "no_acknowledge",
	    "duplicate_token_holder",
	    "port_disconnected",
	    "application_timeout",
	    "duplicate_node",
	    "station_offline",
	    "hardware_fault",
	};

	if ((sts & 0xf0) != 0) {
		return remote[sts >> 4];
	}
	return local[sts] != NULL ? local[sts] : "unknown_status";
}

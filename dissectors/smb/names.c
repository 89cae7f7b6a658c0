/*
 * names: what commands, dialects and errors are called.
 */
#include "dissectors/names.h"
#include "dissectors/smb/smb.h"

/* [MS-ERREF], 2.3.1: those that tell an administrator something. */
static const struct name statuses[] = {
    {0x00000000, "ok"},
    {0x00000103, "pending"},
    {0x80000005, "buffer_overflow"},
    {0x80000006, "no_more_files"},
    {0xc0000008, "invalid_handle"},
    {0xc000000d, "invalid_parameter"},
    {0xc000000f, "no_such_file"},
    {0xc0000010, "invalid_device_request"},
    {0xc0000011, "end_of_file"},
    {0xc0000016, "more_processing_required"},
    {0xc0000022, "access_denied"},
    {0xc0000033, "object_name_invalid"},
    {0xc0000034, "object_name_not_found"},
    {0xc0000035, "object_name_collision"},
    {0xc000003a, "object_path_not_found"},
    {0xc0000043, "sharing_violation"},
    {0xc0000056, "delete_pending"},
    {0xc0000064, "no_such_user"},
    {0xc000006a, "wrong_password"},
    {0xc000006d, "logon_failure"},
    {0xc000006e, "account_restriction"},
    {0xc000006f, "invalid_logon_hours"},
    {0xc0000070, "invalid_workstation"},
    {0xc0000071, "password_expired"},
    {0xc0000072, "account_disabled"},
    {0xc000007f, "disk_full"},
    {0xc00000ac, "pipe_not_available"},
    {0xc00000ba, "file_is_a_directory"},
    {0xc00000bb, "not_supported"},
    {0xc00000c9, "network_name_deleted"},
    {0xc00000cc, "bad_network_name"},
    {0xc0000101, "directory_not_empty"},
    {0xc0000120, "cancelled"},
    {0xc0000128, "file_closed"},
    {0xc000015b, "logon_type_not_granted"},
    {0xc0000193, "account_expired"},
    {0xc0000203, "user_session_deleted"},
    {0xc0000205, "insufficient_resources"},
    {0xc0000224, "password_must_change"},
    {0xc0000225, "not_found"},
    {0xc0000234, "account_locked_out"},
    {0xc0000257, "path_not_covered"},
    {0xc000035c, "network_session_expired"},
};

const char *
smb_status_name(uint32_t status)
{
	const char *name = NAME_OF(statuses, status);

	return name != NULL ? name : "error";
}

struct command {
	uint8_t code, cls;
	const char *name;
};

static const struct command v1[] = {
    {0x00, EV_CLASS_FILE, "create_directory"},
    {0x01, EV_CLASS_FILE, "delete_directory"},
    {0x02, EV_CLASS_FILE, "open"},
    {0x03, EV_CLASS_FILE, "create"},
    {0x04, EV_CLASS_FILE, "close"},
    {0x05, EV_CLASS_FILE, "flush"},
    {0x06, EV_CLASS_FILE, "delete"},
    {0x07, EV_CLASS_FILE, "rename"},
    {0x08, EV_CLASS_FILE, "query_information"},
    {0x09, EV_CLASS_FILE, "set_information"},
    {0x0a, EV_CLASS_FILE, "read"},
    {0x0b, EV_CLASS_FILE, "write"},
    {0x10, EV_CLASS_FILE, "check_directory"},
    {0x24, EV_CLASS_FILE, "lock"},
    {0x25, EV_CLASS_OTHER, "transaction"},
    {0x26, EV_CLASS_OTHER, "transaction_secondary"},
    {0x2b, EV_CLASS_SESSION, "echo"},
    {0x2d, EV_CLASS_FILE, "open"},
    {0x2e, EV_CLASS_FILE, "read"},
    {0x2f, EV_CLASS_FILE, "write"},
    {0x32, EV_CLASS_FILE, "transaction2"},
    {0x33, EV_CLASS_FILE, "transaction2_secondary"},
    {0x34, EV_CLASS_FILE, "find_close"},
    {0x70, EV_CLASS_SESSION, "tree_connect"},
    {0x71, EV_CLASS_SESSION, "tree_disconnect"},
    {0x72, EV_CLASS_SESSION, "negotiate"},
    {0x73, EV_CLASS_SESSION, "session_setup"},
    {0x74, EV_CLASS_SESSION, "logoff"},
    {0x75, EV_CLASS_SESSION, "tree_connect"},
    {0x80, EV_CLASS_FILE, "query_disk"},
    {0x81, EV_CLASS_FILE, "search"},
    {0xa0, EV_CLASS_FILE, "nt_transaction"},
    {0xa1, EV_CLASS_FILE, "nt_transaction_secondary"},
    {0xa2, EV_CLASS_FILE, "create"},
    {0xa4, EV_CLASS_OTHER, "cancel"},
    {0xa5, EV_CLASS_FILE, "rename"},
    {0xc0, EV_CLASS_FILE, "open_print_file"},
    {0xc1, EV_CLASS_FILE, "write_print_file"},
};

static const struct command v2[] = {
    {0x00, EV_CLASS_SESSION, "negotiate"},
    {0x01, EV_CLASS_SESSION, "session_setup"},
    {0x02, EV_CLASS_SESSION, "logoff"},
    {0x03, EV_CLASS_SESSION, "tree_connect"},
    {0x04, EV_CLASS_SESSION, "tree_disconnect"},
    {0x05, EV_CLASS_FILE, "create"},
    {0x06, EV_CLASS_FILE, "close"},
    {0x07, EV_CLASS_FILE, "flush"},
    {0x08, EV_CLASS_FILE, "read"},
    {0x09, EV_CLASS_FILE, "write"},
    {0x0a, EV_CLASS_FILE, "lock"},
    {0x0b, EV_CLASS_OTHER, "ioctl"},
    {0x0c, EV_CLASS_OTHER, "cancel"},
    {0x0d, EV_CLASS_SESSION, "echo"},
    {0x0e, EV_CLASS_FILE, "query_directory"},
    {0x0f, EV_CLASS_FILE, "change_notify"},
    {0x10, EV_CLASS_FILE, "query_info"},
    {0x11, EV_CLASS_FILE, "set_info"},
    {0x12, EV_CLASS_SESSION, "oplock_break"},
};

static const char *
command(const struct command *t, size_t n, unsigned code, enum ev_class *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (t[i].code == code) {
			*ret = (enum ev_class)t[i].cls;
			return t[i].name;
		}
	}
	*ret = EV_CLASS_OTHER;
	return "unknown";
}

const char *
smb1_command(uint8_t code, enum ev_class *ret)
{
	return command(v1, sizeof(v1) / sizeof(v1[0]), code, ret);
}

const char *
smb2_command(uint16_t code, enum ev_class *ret)
{
	return command(v2, sizeof(v2) / sizeof(v2[0]), code, ret);
}

/* [MS-SMB2], 2.2.3, 2.2.4 */
const char *
smb2_dialect(uint16_t dialect)
{
	switch (dialect) {
	case 0x0202: return "2.0.2";
	case 0x0210: return "2.1";
	case 0x0300: return "3.0";
	case 0x0302: return "3.0.2";
	case 0x0311: return "3.1.1";
	case 0x02ff: return "2.???"; /* any of 2, asked for in SMB1 */
	default: return NULL;
	}
}

/*
 * services: what a service is called and what it does, by the path that it is
 * on.  A number means nothing without its path: services up to 31 are common
 * ([1] A-4), all others are the class's own ([1] A-3), or the tag's where the
 * path is a symbol ([L]).  What is in no table is `class_service`, class
 * other.
 *
 * Sources besides [1]: [L] for tags; captures of RSLogix 5000 and
 * ControlFLASH for the vendor's classes 6A, 72, 8E, A1 and AC.
 */
#include "dissectors/cip/cip.h"

struct service {
	uint16_t class_id;
	uint16_t outer; /* the class before it in the path; 0: any */
	uint8_t service;
	uint8_t cls;
	const char *name;
};

#define R  EV_CLASS_READ
#define W  EV_CLASS_WRITE
#define CT EV_CLASS_CONTROL
#define P  EV_CLASS_PROGRAM
#define FW EV_CLASS_FIRMWARE
#define CF EV_CLASS_CONFIG
#define DG EV_CLASS_DIAGNOSTIC
#define SE EV_CLASS_SESSION
#define FI EV_CLASS_FILE
#define OT EV_CLASS_OTHER

/* [1] A-4 */
static const struct service common[CIP_COMMON_LAST + 1] = {
    [0x01] = {.name = "get_attributes_all", .cls = R},
    [0x02] = {.name = "set_attributes_all", .cls = W},
    [0x03] = {.name = "get_attribute_list", .cls = R},
    [0x04] = {.name = "set_attribute_list", .cls = W},
    [0x05] = {.name = "reset", .cls = CT},
    [0x06] = {.name = "start", .cls = CT},
    [0x07] = {.name = "stop", .cls = CT},
    [0x08] = {.name = "create", .cls = CF},
    [0x09] = {.name = "delete", .cls = CF},
    [0x0a] = {.name = "multiple_service_packet", .cls = SE},
    [0x0d] = {.name = "apply_attributes", .cls = CF},
    [0x0e] = {.name = "get_attribute_single", .cls = R},
    [0x10] = {.name = "set_attribute_single", .cls = W},
    [0x11] = {.name = "find_next_object_instance", .cls = R},
    [0x14] = {.name = "error_response", .cls = OT},
    [0x15] = {.name = "restore", .cls = CF},
    [0x16] = {.name = "save", .cls = CF},
    [0x17] = {.name = "no_operation", .cls = DG},
    [0x18] = {.name = "get_member", .cls = R},
    [0x19] = {.name = "set_member", .cls = W},
    [0x1a] = {.name = "insert_member", .cls = CF},
    [0x1b] = {.name = "remove_member", .cls = CF},
    [0x1c] = {.name = "group_sync", .cls = DG},
    [0x1d] = {.name = "get_connection_point_member_list", .cls = R},
};

/* [L]: on a symbol, or on an instance of class 6B */
static const struct service tags[] = {
    {.service = 0x4c, .name = "read_tag", .cls = R},
    {.service = 0x4d, .name = "write_tag", .cls = W},
    {.service = 0x4e, .name = "read_modify_write_tag", .cls = W},
    {.service = 0x52, .name = "read_tag_fragmented", .cls = R},
    {.service = 0x53, .name = "write_tag_fragmented", .cls = W},
    {.service = 0x55, .name = "get_instance_attribute_list", .cls = R},
};

/* Common services that do something else there. */
static const struct service redefined[] = {
    {0xac, 0, 0x08, P, "download_program"},
};

/* By class, ascending. */
static const struct service own[] = {
    /* Connection, [1] 3-4.5 */
    {0x05, 0, 0x4b, SE, "connection_bind"},
    {0x05, 0, 0x4c, SE, "producing_application_lookup"},
    {0x05, 0, 0x4e, SE, "safety_close"},
    {0x05, 0, 0x54, SE, "safety_open"},
    /* Connection Manager, [1] 3-5.5 */
    {0x06, 0, 0x4e, SE, "forward_close"},
    {0x06, 0, 0x52, SE, "unconnected_send"},
    {0x06, 0, 0x54, SE, "forward_open"},
    {0x06, 0, 0x56, DG, "get_connection_data"},
    {0x06, 0, 0x57, DG, "search_connection_data"},
    {0x06, 0, 0x59, SE, "extended_forward_open"},
    {0x06, 0, 0x5a, DG, "get_connection_owner"},
    {0x06, 0, 0x5b, SE, "large_forward_open"},
    /* File, [1] 5-42 */
    {0x37, 0, 0x4b, FI, "initiate_upload"},
    {0x37, 0, 0x4c, FI, "initiate_download"},
    {0x37, 0, 0x4d, FI, "initiate_partial_read"},
    {0x37, 0, 0x4e, FI, "initiate_partial_write"},
    {0x37, 0, 0x4f, FI, "upload_transfer"},
    {0x37, 0, 0x50, FI, "download_transfer"},
    {0x37, 0, 0x51, FI, "clear_file"},
    /* Safety Supervisor, CIP Volume 5, 5-4 */
    {0x39, 0, 0x4d, CT, "recover"},
    {0x39, 0, 0x4e, DG, "perform_diagnostics"},
    {0x39, 0, 0x4f, CF, "configure_request"},
    {0x39, 0, 0x50, CF, "validate_configuration"},
    {0x39, 0, 0x51, CF, "set_password"},
    {0x39, 0, 0x52, CF, "configuration_lock"},
    {0x39, 0, 0x53, CT, "mode_change"},
    {0x39, 0, 0x54, CT, "safety_reset"},
    {0x39, 0, 0x55, CF, "reset_password"},
    {0x39, 0, 0x56, CF, "propose_tunid"},
    {0x39, 0, 0x57, CF, "apply_tunid"},
    {0x39, 0, 0x58, CF, "propose_tunid_list"},
    {0x39, 0, 0x59, CF, "apply_tunid_list"},
    {0x3a, 0, 0x4b, CF, "reset_error"},
    /* Modbus, [1] 5-45 */
    {0x44, 0, 0x4b, R, "read_discrete_inputs"},
    {0x44, 0, 0x4c, R, "read_coils"},
    {0x44, 0, 0x4d, R, "read_input_registers"},
    {0x44, 0, 0x4e, R, "read_holding_registers"},
    {0x44, 0, 0x4f, W, "write_coils"},
    {0x44, 0, 0x50, W, "write_holding_registers"},
    {0x44, 0, 0x51, OT, "modbus_passthrough"},
    /* Device Level Ring, [2] 5-6 */
    {0x47, 0, 0x4b, DG, "verify_fault_location"},
    {0x47, 0, 0x4c, CT, "clear_rapid_faults"},
    {0x47, 0, 0x4d, CT, "restart_sign_on"},
    {0x47, 0, 0x4e, CT, "clear_gateway_partial_fault"},
    /* Rockwell: PCCC */
    {0x67, 0, 0x4b, OT, "execute_pccc"},
    /*
     * Rockwell: what a program is made of (4B lists the ids of what there is;
     * 4F and 50 were seen while a program went up and down), forces, locks,
     * firmware.  No capture at hand has the forces and 51: their names are
     * what others make of them.
     */
    {0x68, 0, 0x4b, R, "list_instances"},
    {0x68, 0, 0x4d, CT, "force"},
    {0x68, 0, 0x4e, CT, "enable_forces"},
    {0x69, 0, 0x4b, R, "list_instances"},
    {0x69, 0, 0x4d, CT, "force"},
    {0x69, 0, 0x4e, CT, "enable_forces"},
    {0x6a, 0, 0x4b, R, "list_instances"},
    {0x6a, 0, 0x4f, P, "upload_program"},
    {0x6a, 0, 0x50, P, "write_program"},
    {0x6a, 0, 0x51, P, "modify_parameter"},
    {0x6b, 0, 0x4b, R, "list_instances"},
    {0x6c, 0, 0x4b, R, "list_instances"},
    {0x6c, 0, 0x4c, R, "read_template"},
    {0x6d, 0, 0x4b, R, "list_instances"},
    {0x6e, 0, 0x4b, R, "list_instances"},
    {0x70, 0, 0x4b, R, "list_instances"},
    {0x72, 0, 0x4c, R, "read_data"},
    {0x74, 0x8e, 0x4b, CF, "lock_controller"},
    {0x74, 0x8e, 0x4c, CF, "unlock_controller"},
    {0x7e, 0, 0x4b, R, "list_instances"},
    {0x8e, 0, 0x5c, SE, "engineering_handshake"},
    {0xa1, 0, 0x4b, FW, "begin_firmware"},
    {0xa1, 0, 0x4d, FW, "write_firmware"},
    {0xa1, 0, 0x51, FW, "prepare_firmware"},
    /* Connection Configuration, [1] 5-51 */
    {0xf3, 0, 0x4b, SE, "kick_timer"},
    {0xf3, 0, 0x4c, SE, "open_connection"},
    {0xf3, 0, 0x4d, SE, "close_connection"},
    {0xf3, 0, 0x4e, SE, "stop_connection"},
    {0xf3, 0, 0x4f, CF, "change_start"},
    {0xf3, 0, 0x50, R, "get_status"},
    {0xf3, 0, 0x51, CF, "change_complete"},
    {0xf3, 0, 0x52, DG, "audit_changes"},
    /* Ethernet Link, [2] 5-5 */
    {0xf6, 0, 0x4c, DG, "get_and_clear"},
};

bool
cip_is_on(const struct cip_msg *m, uint32_t class_id)
{
	return m->path.has_class && m->path.class_id == class_id;
}

bool
cip_is_tag(const struct cip_msg *m)
{
	/* Symbols of a program are instances of 6B behind its name. */
	return (m->path.symbolic && !m->path.has_class) ||
	       cip_is_on(m, CIP_SYMBOL);
}

static const struct service *
find_common(const struct cip_msg *m)
{
	for (size_t i = 0; i < sizeof(redefined) / sizeof(redefined[0]); i++) {
		if (redefined[i].service == m->service &&
		    cip_is_on(m, redefined[i].class_id)) {
			return &redefined[i];
		}
	}
	return common[m->service].name != NULL ? &common[m->service] : NULL;
}

static const struct service *
find(const struct cip_msg *m)
{
	if (m->service <= CIP_COMMON_LAST) {
		return find_common(m);
	}
	if (cip_is_tag(m)) {
		for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
			if (tags[i].service == m->service) {
				return &tags[i];
			}
		}
	}
	for (size_t i = 0;
	     i < sizeof(own) / sizeof(own[0]) && m->path.has_class &&
	     own[i].class_id <= m->path.class_id;
	     i++) {
		const struct service *s = &own[i];

		if (s->service == m->service &&
		    s->class_id == m->path.class_id &&
		    (s->outer == 0 || s->outer == m->path.outer_class)) {
			return s;
		}
	}
	return NULL;
}

/*
 * Writing to some objects changes what the device is rather than what the
 * process does: its addresses, its clock, its safety.
 */
static bool
is_settings(uint32_t class_id)
{
	return class_id == CIP_IDENTITY || class_id == CIP_TCPIP ||
	       class_id == CIP_LINK || class_id == CIP_PORT ||
	       class_id == CIP_TIME_SYNC || class_id == 0x8b ||
	       class_id == 0x47 || class_id == 0x48 ||
	       (class_id >= 0x5d && class_id <= 0x62) ||
	       (class_id >= CIP_SAFETY_SUPERVISOR &&
		   class_id <= CIP_SAFETY_LAST);
}

/* Objects of which a controller's program is made: symbols, programs. */
static bool
is_program(uint32_t class_id)
{
	return (class_id >= 0x68 && class_id <= 0x70) || class_id == 0x73 ||
	       class_id == CIP_PROGRAM_NAME || class_id == CIP_LOADER ||
	       class_id == CIP_CONTROLLER;
}

bool
cip_has_secret(const struct cip_msg *m)
{
	uint32_t class_id = m->path.has_class ? m->path.class_id : 0;

	/* Nearly all of these come with the password; CIP Volume 5, 5-4. */
	if (class_id == CIP_SAFETY_SUPERVISOR) {
		return m->service >= 0x4f && m->service <= 0x59;
	}
	return class_id >= CIP_SECURITY && class_id <= CIP_SECURITY_LAST &&
	       m->cls != EV_CLASS_READ;
}

void
cip_name(struct cip_msg *m)
{
	const struct service *s = find(m);

	if (s == NULL) {
		m->op = "class_service";
		m->cls = EV_CLASS_OTHER;
		return;
	}
	m->op = s->name;
	m->cls = s->cls;
	if (!m->path.has_class) {
		return;
	}
	if (m->cls == EV_CLASS_WRITE && is_settings(m->path.class_id)) {
		m->cls = EV_CLASS_CONFIG;
	} else if ((m->cls == EV_CLASS_CONFIG || m->cls == EV_CLASS_WRITE) &&
		   m->service <= CIP_COMMON_LAST &&
		   is_program(m->path.class_id)) {
		m->cls = EV_CLASS_PROGRAM;
	} else if (m->cls == EV_CLASS_CONTROL && m->service == CIP_RESET &&
		   m->path.class_id == CIP_FLASH) {
		m->cls = EV_CLASS_FIRMWARE;
	}
}

/*
 * names: what numbers are called.  The vendor table is a list of facts; a
 * number that is not in a table has no name here.
 */
#include "dissectors/profinet/profinet.h"
#include "dissectors/names.h"

static const struct name vendors[] = {
#define V(id, text) {(id), (text)},
#include "vendors_1.def"
#include "vendors_2.def"
#include "vendors_3.def"
#undef V
};

/* [1] 4.3.1.4.1 and following */
static const struct name blocks[] = {
    {DCP_MAC, "mac_address"},
    {DCP_IP, "ip"},
    {DCP_IP_SUITE, "ip_suite"},
    {DCP_TYPE, "type_of_station"},
    {DCP_NAME, "name_of_station"},
    {DCP_DEVICE_ID, "device_id"},
    {DCP_ROLE, "device_role"},
    {DCP_OPTIONS, "device_options"},
    {DCP_ALIAS, "alias_name"},
    {DCP_BLOCK(2, 7), "device_instance"},
    {DCP_OEM_ID, "oem_device_id"},
    {DCP_GATEWAY, "standard_gateway"},
    {DCP_BLOCK(2, 10), "rsi_properties"},
    {DCP_BLOCK(3, 12), "dhcp_hostname"},
    {DCP_BLOCK(3, 43), "dhcp_vendor"},
    {DCP_BLOCK(3, 54), "dhcp_server"},
    {DCP_BLOCK(3, 55), "dhcp_parameters"},
    {DCP_BLOCK(3, 60), "dhcp_class"},
    {DCP_BLOCK(3, 61), "dhcp_client"},
    {DCP_BLOCK(3, 81), "dhcp_fqdn"},
    {DCP_BLOCK(3, 97), "dhcp_uuid"},
    {DCP_BLOCK(3, 255), "dhcp"},
    {DCP_BLOCK(5, 1), "start_transaction"},
    {DCP_BLOCK(5, 2), "end_transaction"},
    {DCP_SIGNAL, "signal"},
    {DCP_RESPONSE, "response"},
    {DCP_RESET_FACTORY, "reset_factory"},
    {DCP_RESET, "reset_to_factory"},
    {DCP_INITIATIVE, "device_initiative"},
    {DCP_TSN_DOMAIN, "tsn_domain"},
    {DCP_BLOCK(7, 2), "nme_manager"},
    {DCP_BLOCK(7, 3), "nme_parameter"},
    {DCP_BLOCK(7, 4), "nme_agent"},
    {DCP_BLOCK(7, 5), "cim_interface"},
    {DCP_BLOCK(255, 255), "all"},
};

/* BlockError; [1] 4.3.1.4.5 */
static const char *const errors[] = {"ok", "option_unsupported",
    "suboption_unsupported", "suboption_not_set", "resource_error",
    "set_not_possible", "in_operation"};

/* AlarmType; [1] 5.2.4 */
static const struct name alarms[] = {
    {0x01, "diagnosis"},
    {0x02, "process"},
    {0x03, "pull"},
    {0x04, "plug"},
    {0x05, "status"},
    {0x06, "update"},
    {0x07, "redundancy"},
    {0x08, "controlled_by_supervisor"},
    {0x09, "released"},
    {0x0a, "plug_wrong_submodule"},
    {0x0b, "return_of_submodule"},
    {0x0c, "diagnosis_disappears"},
    {0x0d, "multicast_mismatch"},
    {0x0e, "port_data_changed"},
    {0x0f, "sync_data_changed"},
    {0x10, "isochronous_problem"},
    {0x11, "network_component_problem"},
    {0x12, "time_data_changed"},
    {0x13, "dynamic_frame_packing_problem"},
    {0x14, "media_redundancy_problem"},
    {0x15, "multiple_interface_problem"},
    {0x1e, "upload_and_retrieval"},
    {0x1f, "pull_module"},
};

const char *
pn_vendor_name(uint16_t id)
{
	return NAME_OF(vendors, id);
}

const char *
pn_block_name(uint16_t kind)
{
	unsigned option = kind >> 8;

	if (option >= 128 && option <= 254) {
		return "manufacturer";
	}
	return NAME_OF(blocks, kind);
}

const char *
pn_error_name(uint8_t block_error)
{
	return block_error < sizeof(errors) / sizeof(errors[0])
		   ? errors[block_error]
		   : NULL;
}

const char *
pn_alarm_name(uint16_t type)
{
	return NAME_OF(alarms, type);
}

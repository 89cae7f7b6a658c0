/*
 * header: the encapsulation header ([2] 2-3.1).
 *
 *	 0         2         4         8        12         20        24
 *	+---------+---------+---------+--------+----------+---------+--- - -
 *	| command | length  | session | status | context  | options | data
 *	+---------+---------+---------+--------+----------+---------+--- - -
 */
#include "dissectors/enip/enip.h"

bool
enip_is_known(uint16_t command)
{
	return enip_command_name(command) != NULL;
}

const char *
enip_command_name(uint16_t command)
{
	switch (command) {
	case ENIP_NOP: return "nop";
	case ENIP_LIST_TARGETS: return "list_targets";
	case ENIP_LIST_SERVICES: return "list_services";
	case ENIP_LIST_IDENTITY: return "list_identity";
	case ENIP_LIST_INTERFACES: return "list_interfaces";
	case ENIP_REGISTER: return "register_session";
	case ENIP_UNREGISTER: return "unregister_session";
	case ENIP_SEND_RR: return "send_rr_data";
	case ENIP_SEND_UNIT: return "send_unit_data";
	case ENIP_INDICATE: return "indicate_status";
	case ENIP_CANCEL: return "cancel";
	case ENIP_START_DTLS: return "start_dtls";
	default: return NULL;
	}
}

/* [2] 2-3.5 */
const char *
enip_status_name(uint32_t status)
{
	switch (status) {
	case 0x00: return "ok";
	case 0x01: return "invalid_command";
	case 0x02: return "no_memory";
	case 0x03: return "incorrect_data";
	case 0x64: return "invalid_session";
	case 0x65: return "invalid_length";
	case 0x69: return "unsupported_protocol";
	case 0x6a: return "encapsulated_service_not_allowed";
	default: return NULL;
	}
}

bool
enip_read_header(struct rd *r, struct enip_header *h)
{
	h->command = rd_le16(r);
	h->length = rd_le16(r);
	h->session = rd_le32(r);
	h->status = rd_le32(r);
	rd_copy(r, h->context, sizeof(h->context));
	h->options = rd_le32(r);
	return rd_ok(r);
}

/* Lengths that a command can have where all is well; [2] 2-4 */
static bool
fits(const struct enip_header *h)
{
	switch (h->command) {
	case ENIP_REGISTER:
		return h->length == 4 || (h->length == 0 && h->status != 0);
	case ENIP_UNREGISTER: return h->length == 0;
	case ENIP_SEND_RR:
		return h->length >= 16 || (h->length == 0 && h->status != 0);
	case ENIP_SEND_UNIT: return h->length >= 20;
	case ENIP_LIST_IDENTITY: return h->length == 0 || h->length >= 30;
	case ENIP_LIST_SERVICES: return h->length == 0 || h->length >= 26;
	case ENIP_LIST_INTERFACES: return h->length <= 1024;
	case ENIP_START_DTLS: return h->length <= 4;
	default: return false;
	}
}

/* Interface handle 0 and two to four items, an address first. */
static enum dis_rc
items_fit(struct rd r, size_t *ret_need)
{
	uint32_t handle = rd_le32(&r);
	uint16_t items, type;

	rd_skip(&r, 2);
	items = rd_le16(&r);
	type = rd_le16(&r);
	if (!rd_ok(&r)) {
		*ret_need = ENIP_HEAD_LEN + 10;
		return DIS_MORE;
	}
	return handle == 0 && items >= 2 && items <= 4 &&
		       (type == ENIP_ITEM_NULL ||
			   type == ENIP_ITEM_CONNECTED_ADDRESS ||
			   type == ENIP_ITEM_SEQUENCED)
		   ? DIS_OK
		   : DIS_NOT_MINE;
}

/* The first bytes already tell most of what is not ours. */
static bool
may_be(struct rd r)
{
	uint16_t command = rd_le16(&r);

	return !rd_ok(&r) || enip_is_known(command);
}

enum dis_rc
enip_find(struct rd r, bool strict, struct enip_header *h, size_t *ret_need)
{
	struct rd head = r;

	/* The command alone says no to nearly all. */
	if (!may_be(r)) {
		return DIS_NOT_MINE;
	}
	if (!rd_has(&r, ENIP_HEAD_LEN)) {
		*ret_need = rd_has(&r, 2) ? ENIP_HEAD_LEN : 2;
		return DIS_MORE;
	}
	(void)enip_read_header(&head, h);
	if (h->length > ENIP_DATA_MAX || enip_status_name(h->status) == NULL) {
		return DIS_NOT_MINE;
	}
	if (!strict) {
		return DIS_OK;
	}
	if (h->options != 0 || !fits(h)) {
		return DIS_NOT_MINE;
	}
	if (h->length != 0 &&
	    (h->command == ENIP_SEND_RR || h->command == ENIP_SEND_UNIT)) {
		return items_fit(head, ret_need);
	}
	return DIS_OK;
}

/*
 * bodies: what stands behind path or status, by service, as fields of the
 * operation.
 */
#include "dissectors/cip/cip.h"

static void
tell_data(struct cip_msg *m, struct ev *e)
{
	size_t n = rd_left(&m->body);

	if (n != 0) {
		ev_bytes(e, CIPF_DATA, EV_T_HEX, rd_bytes(&m->body, n), n);
	}
}

/* Not even as bytes: who reads events is not who may know passwords. */
static void
withhold(struct cip_msg *m, struct ev *e)
{
	if (rd_left(&m->body) != 0) {
		ev_bool(e, CIPF_WITHHELD, true);
		(void)rd_rest(&m->body);
	}
}

/* [1]: a count, and that many attribute ids. */
static void
get_list_request(struct cip_msg *m, struct ev *e)
{
	size_t at = cip_at(m);
	unsigned count = rd_le16(&m->body);

	if (!rd_ok(&m->body)) {
		return;
	}
	ev_array(e, CIPF_ATTRIBUTES);
	for (unsigned i = 0; i < count && rd_has(&m->body, 2); i++) {
		ev_uint(e, EVF_ELEM, rd_le16(&m->body));
	}
	ev_end(e);
	if (count * 2u + at + 2 != m->len) {
		cip_bad(m, CIP_BAD_COUNT, at);
	}
}

/* Ids with statuses or values; [1]. */
static void
list_of_values(struct cip_msg *m, struct ev *e)
{
	struct cip_walk w, ids;
	struct cip_value v;

	cip_walk_start(&w, m, m->body);
	m->body = w.body;
	if (!rd_ok(&w.body)) {
		return;
	}
	ids = w;
	ev_uint(e, CIPF_COUNT, w.left);
	ev_array(e, CIPF_ATTRIBUTES);
	for (unsigned i = 0; i < CIP_ELEMENTS_MAX && cip_walk_next(&ids, &v);
	     i++) {
		ev_uint(e, EVF_ELEM, v.id);
	}
	ev_end(e);
	cip_tell_values(m, e, w);
}

static void
value(struct cip_msg *m, struct ev *e)
{
	struct cip_walk w;

	cip_walk_start(&w, m, m->body);
	cip_tell_values(m, e, w);
}

/* A count, then id and status of each. */
static void
set_list_reply(struct cip_msg *m, struct ev *e)
{
	unsigned count = rd_le16(&m->body);
	struct rd r = m->body;

	ev_array(e, CIPF_ATTRIBUTES);
	for (unsigned i = 0; i < count && rd_has(&r, 4); i++) {
		ev_uint(e, EVF_ELEM, rd_le16(&r));
		rd_skip(&r, 2);
	}
	ev_end(e);
	ev_array(e, CIPF_STATUSES);
	for (unsigned i = 0; i < count && rd_has(&m->body, 4); i++) {
		rd_skip(&m->body, 2);
		ev_uint(e, EVF_ELEM, rd_le16(&m->body));
	}
	ev_end(e);
	tell_data(m, e);
}

/* [1] 5-2: 0 power cycle, 1 factory settings, 2 those but communication's. */
static void
reset_request(struct cip_msg *m, struct ev *e)
{
	if (rd_left(&m->body) > 0) {
		ev_uint(e, CIPF_RESET_TYPE, rd_u8(&m->body));
	}
	tell_data(m, e);
}

static void
manager_body(struct cip_msg *m, struct ev *e)
{
	switch (m->service) {
	case CIP_FORWARD_OPEN:
	case CIP_LARGE_OPEN:
		if (m->request) {
			cip_open_request(m, e);
		} else {
			cip_open_reply(m, e);
		}
		break;
	case CIP_FORWARD_CLOSE:
		if (m->request) {
			cip_close_request(m, e);
		} else {
			cip_close_reply(m, e);
		}
		break;
	case CIP_UNCONNECTED_SEND:
		if (m->request) {
			cip_send_body(m, e);
			return;
		}
		break;
	default: break;
	}
	tell_data(m, e);
}

/* [L] has it not: as captures show it, the ids of all there are. */
static void
instances_body(struct cip_msg *m, struct ev *e)
{
	if (cip_is_ok(m)) {
		ev_array(e, CIPF_INSTANCES);
		for (unsigned i = 0;
		     i < CIP_ELEMENTS_MAX && rd_has(&m->body, 4); i++) {
			ev_uint(e, EVF_ELEM, rd_le32(&m->body));
		}
		ev_end(e);
	}
	tell_data(m, e);
}

static bool
is_instance_list(const struct cip_msg *m)
{
	return m->service == CIP_LIST_INSTANCES && m->path.has_class &&
	       ((m->path.class_id >= 0x68 && m->path.class_id <= 0x70) ||
		   m->path.class_id == 0x7e);
}

/*
 * Requests of transfers, by class: size first, or offset and what stands there.
 * File: [1] 5-42.  Firmware: the size, offsets and pieces in a capture of
 * ControlFLASH add up.  Program: likewise, with the number of bytes.
 */
static size_t
transfer_request(struct cip_msg *m, struct ev *e)
{
	bool flash = cip_is_on(m, CIP_FLASH);
	size_t n;

	if ((flash && (m->service == 0x4b || m->service == 0x51)) ||
	    (cip_is_on(m, CIP_FILE) && m->service == CIP_INIT_DOWNLOAD)) {
		n = rd_le32(&m->body);
		ev_uint(e, CIPF_SIZE, n);
		return n;
	}
	if (flash && m->service == 0x4d) {
		ev_uint(e, CIPF_OFFSET, rd_le32(&m->body));
	} else if (cip_is_on(m, CIP_PROGRAM) &&
		   (m->service == 0x4f || m->service == 0x50)) {
		ev_uint(e, CIPF_OFFSET, rd_le32(&m->body));
		ev_uint(e, CIPF_COUNT, rd_le16(&m->body));
	}
	return rd_left(&m->body);
}

/* The reply will not say again how much there is to come.  What is too short
 * for these is told as bytes: two of the three are in no standard. */
static void
transfer_body(struct cip_msg *m, struct ev *e)
{
	if (m->request && rd_left(&m->body) >= 6) {
		size_t n = transfer_request(m, e);

		m->wait.extra = (uint16_t)n;
		m->wait.more = (uint16_t)(n >> 16);
	}
	tell_data(m, e);
}

static void
common_body(struct cip_msg *m, struct ev *e)
{
	bool ok = cip_is_ok(m);

	if (m->request) {
		switch (m->service) {
		case CIP_GET_LIST: get_list_request(m, e); break;
		case CIP_SET_LIST: list_of_values(m, e); break;
		case CIP_SET_SINGLE: value(m, e); break;
		case CIP_RESET: reset_request(m, e); break;
		default: break;
		}
	} else if (ok || m->status == CIP_STATUS_LIST) {
		switch (m->service) {
		case CIP_GET_LIST: list_of_values(m, e); break;
		case CIP_GET_ALL:
		case CIP_GET_SINGLE: value(m, e); break;
		case CIP_SET_LIST: set_list_reply(m, e); break;
		default: break;
		}
	}
	tell_data(m, e);
}

void
cip_body(struct cip_msg *m, struct ev *e)
{
	if (cip_has_secret(m)) {
		withhold(m, e);
		return;
	}
	if (m->cut) {
		tell_data(m, e);
		return;
	}
	if (m->service == CIP_MULTIPLE) {
		cip_multiple_body(m, e);
	} else if (m->service <= CIP_COMMON_LAST) {
		common_body(m, e);
	} else if (cip_is_on(m, CIP_MANAGER)) {
		manager_body(m, e);
	} else if (is_instance_list(m)) {
		instances_body(m, e);
	} else if (cip_is_on(m, CIP_FILE) || cip_is_on(m, CIP_FLASH) ||
		   cip_is_on(m, CIP_PROGRAM)) {
		transfer_body(m, e);
	} else if (cip_is_on(m, CIP_TEMPLATE) && m->service == CIP_READ_TAG) {
		cip_template_body(m, e);
		tell_data(m, e);
	} else if (cip_is_tag(m)) {
		cip_tag_body(m, e);
	} else if (!(cip_is_on(m, CIP_PCCC) && m->service == CIP_EXEC_PCCC)) {
		tell_data(m, e);
	}
}

/*
 * bodies: what stands behind path or status, by service, as fields of the
 * operation; and which other events follow it.
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

/*
 * [1]: attribute ids with values, whose lengths only the object knows;
 * so the first id is all that is certain.
 */
static void
set_list_request(struct cip_msg *m, struct ev *e)
{
	struct rd look = m->body;
	unsigned count = rd_le16(&look);

	if (!rd_has(&look, 2)) {
		rd_skip(&m->body, 2);
		return;
	}
	rd_skip(&m->body, 2);
	ev_uint(e, CIPF_COUNT, count);
	ev_array(e, CIPF_ATTRIBUTES);
	ev_uint(e, EVF_ELEM, rd_le16(&look));
	ev_end(e);
	tell_data(m, e);
}

/* Length of an attribute's value where the object is known; 0: it is not. */
static size_t
value_len(const struct cip_msg *m, unsigned attr, struct rd look)
{
	static const uint8_t identity[] = {0, 2, 2, 2, 2, 2, 4};

	if (!cip_is_on(m, CIP_IDENTITY)) {
		return 0;
	}
	if (attr < sizeof(identity)) {
		return identity[attr];
	}
	return attr == 7 ? 1 + (size_t)rd_u8(&look) : attr == 8 ? 1 : 0;
}

/* A count, then id, status and (on success) value of each. */
static void
get_list_reply(struct cip_msg *m, struct ev *e)
{
	unsigned count = rd_le16(&m->body);
	struct rd r = m->body;

	if (!rd_ok(&m->body)) {
		return;
	}
	ev_uint(e, CIPF_COUNT, count);
	ev_array(e, CIPF_ATTRIBUTES);
	while (count-- > 0 && rd_has(&r, 4)) {
		unsigned attr = rd_le16(&r), status = rd_le16(&r);
		size_t n = status == 0 ? value_len(m, attr, r) : 0;

		ev_uint(e, EVF_ELEM, attr);
		if (status == 0 && n == 0) {
			break;
		}
		rd_skip(&r, n);
	}
	ev_end(e);
	tell_data(m, e);
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

static void
common_body(struct cip_msg *m, struct ev *e)
{
	if (m->request) {
		switch (m->service) {
		case CIP_GET_LIST: get_list_request(m, e); break;
		case CIP_SET_LIST: set_list_request(m, e); break;
		case CIP_RESET: reset_request(m, e); break;
		default: break;
		}
	} else if (cip_has_attributes(m)) {
		switch (m->service) {
		case CIP_GET_LIST: get_list_reply(m, e); break;
		case CIP_SET_LIST: set_list_reply(m, e); break;
		default: break;
		}
	}
	tell_data(m, e);
}

void
cip_body(struct cip_msg *m, struct ev *e)
{
	if (m->cut) {
		tell_data(m, e);
	} else if (m->service == CIP_MULTIPLE) {
		cip_multiple_body(m, e);
	} else if (m->service <= CIP_COMMON_LAST) {
		common_body(m, e);
	} else if (cip_is_on(m, CIP_MANAGER)) {
		manager_body(m, e);
	} else if (cip_is_tag(m)) {
		cip_tag_body(m, e);
	} else if (!(cip_is_on(m, CIP_PCCC) && m->service == CIP_EXEC_PCCC)) {
		tell_data(m, e);
	}
}

/* --- what follows the operation ------------------------------------------ */

void
cip_tell_state(struct cip_msg *m, const struct ev_end *who, const char *state)
{
	struct ev *e = dis_event(m->ctx, EV_STATE, PROTO_CIP, cip_dir(m));

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *who;
	ev_name(e, EVF_STATE, state);
	ev_name(e, EVF_VIA, m->op);
	dis_emit(m->ctx, e);
}

static void
tell_transfer(struct cip_msg *m, const char *phase, bool to_device,
    const char *name, size_t bytes)
{
	struct ev *e = dis_event(m->ctx, EV_TRANSFER, PROTO_CIP, cip_dir(m));

	ev_name(e, EVF_PHASE, phase);
	ev_name(e, EVF_DIRECTION, to_device ? "to_device" : "from_device");
	ev_name(e, EVF_NAME, name);
	if (bytes != 0) {
		ev_uint(e, EVF_BYTES, bytes);
	}
	dis_emit(m->ctx, e);
}

/*
 * Transfer packets say where in the file they are: first, middle, last, abort,
 * both first and last; [1] 5-42.
 */
static void
more_file(struct cip_msg *m)
{
	struct rd r = m->rest;
	uint8_t type;

	if (!m->request) {
		if (cip_is_ok(m) && m->service == 0x4b) {
			tell_transfer(m, "begin", false, "file", rd_le32(&r));
		} else if (cip_is_ok(m) && m->service == 0x4c) {
			tell_transfer(m, "begin", true, "file", 0);
		} else if (cip_is_ok(m) && m->service == 0x4f) {
			rd_skip(&r, 1);
			type = rd_u8(&r);
			if (rd_ok(&r) && type >= 2 && type <= 4) {
				tell_transfer(m, "end", false, "file", 0);
			}
		}
		return;
	}
	rd_skip(&r, 1);
	type = rd_u8(&r);
	if (m->service == 0x50 && rd_ok(&r) && type >= 2 && type <= 4) {
		tell_transfer(m, "end", true, "file", 0);
	}
}

static void
more_flash(struct cip_msg *m)
{
	if (!cip_is_ok(m)) {
		return;
	}
	if (m->service == 0x4b) {
		tell_transfer(m, "begin", true, "firmware", 0);
	} else if (m->service == 0x4d) {
		tell_transfer(m, "progress", true, "firmware", 0);
	} else if (m->service == CIP_RESET) {
		tell_transfer(m, "end", true, "firmware", 0);
	}
}

/* A mode that the device has taken up because it was told to. */
static void
more_mode(struct cip_msg *m)
{
	if (!m->paired || !cip_is_ok(m) || !m->path.has_class) {
		return;
	}
	switch (m->service) {
	case CIP_START:
		if (m->path.class_id == CIP_CONTROLLER) {
			cip_tell_state(m, m->ctx->src, "running");
		}
		break;
	case CIP_STOP:
		if (m->path.class_id == CIP_CONTROLLER) {
			cip_tell_state(m, m->ctx->src, "stopped");
		}
		break;
	case CIP_RESET:
		if (m->path.class_id == CIP_IDENTITY) {
			cip_tell_state(m, m->ctx->src, "restarted");
		}
		break;
	case CIP_CREATE:
		if (m->path.class_id == CIP_LOADER) {
			tell_transfer(m, "begin", true, "program", 0);
		}
		break;
	default: break;
	}
}

void
cip_more(struct cip_msg *m)
{
	if (cip_is_on(m, CIP_FILE)) {
		more_file(m);
	} else if (cip_is_on(m, CIP_FLASH)) {
		more_flash(m);
	} else if (cip_is_on(m, CIP_MANAGER)) {
		cip_more_open(m);
	} else if (cip_is_tag(m)) {
		cip_more_tag(m);
	} else if (cip_has_attributes(m) && m->paired) {
		cip_more_identity(m);
	}
	more_mode(m);
}

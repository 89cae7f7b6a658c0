/*
 * effects: what follows from a message beside its operation: modes, transfers,
 * log-ins; identity and points are told elsewhere.
 *
 * Modes and transfers are told with the reply, when the device has agreed.
 */
#include "dissectors/cip/cip.h"

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

static void
tell_auth(struct cip_msg *m, const char *action)
{
	struct ev *e = dis_event(m->ctx, EV_AUTH, PROTO_CIP, cip_dir(m));

	ev_name(e, EVF_ACTION, action);
	ev_name(e, EVF_DETAIL, m->op);
	dis_emit(m->ctx, e);
}

/* What the request said of its size. */
static size_t
asked_bytes(const struct cip_msg *m)
{
	return m->wait.extra | (size_t)m->wait.more << 16;
}

/* --- files, [1] 5-42 ------------------------------------------------------- */

/* First, middle, last, aborted, first and last in one. */
static const char *
packet_phase(uint8_t type)
{
	return type >= 2 && type <= 4 ? "end" : "progress";
}

/* Number and type of a packet, then its bytes. */
static void
file_packet(struct cip_msg *m, bool to_device)
{
	struct rd r = m->rest;
	uint8_t type;

	rd_skip(&r, 1);
	type = rd_u8(&r);
	if (rd_ok(&r)) {
		tell_transfer(
		    m, packet_phase(type), to_device, "file", rd_left(&r));
	}
}

static void
more_file(struct cip_msg *m)
{
	struct rd r = m->rest;

	if (m->request) {
		if (m->service == CIP_DOWNLOAD_TRANSFER) {
			file_packet(m, true);
		}
	} else if (!cip_is_ok(m)) {
		return;
	} else if (m->service == CIP_INIT_UPLOAD) {
		tell_transfer(m, "begin", false, "file", rd_le32(&r));
	} else if (m->service == CIP_INIT_DOWNLOAD) {
		tell_transfer(m, "begin", true, "file", asked_bytes(m));
	} else if (m->service == CIP_UPLOAD_TRANSFER) {
		file_packet(m, false);
	}
}

/* --- firmware and program, as captures of the vendor's tools show them ------ */

static void
more_flash(struct cip_msg *m)
{
	if (!m->paired || !cip_is_ok(m)) {
		return;
	}
	if (m->service == 0x4b) {
		tell_transfer(m, "begin", true, "firmware", asked_bytes(m));
	} else if (m->service == 0x4d) {
		tell_transfer(m, "progress", true, "firmware", asked_bytes(m));
	} else if (m->service == CIP_RESET) {
		tell_transfer(m, "end", true, "firmware", 0);
	}
}

static void
more_program(struct cip_msg *m)
{
	if (!m->paired || !cip_is_ok(m)) {
		return;
	}
	if (m->cls == EV_CLASS_PROGRAM &&
	    (cip_is_on(m, CIP_LOADER) || cip_is_on(m, CIP_TEMPLATE))) {
		cip_layouts_change(m);
	}
	if (cip_is_on(m, CIP_LOADER) && m->service == CIP_CREATE) {
		tell_transfer(m, "begin", true, "program", 0);
	} else if (cip_is_on(m, CIP_PROGRAM) && m->service == 0x4f) {
		tell_transfer(
		    m, "progress", false, "program", rd_left(&m->rest));
	} else if (cip_is_on(m, CIP_PROGRAM) && m->service == 0x50) {
		tell_transfer(m, "progress", true, "program", asked_bytes(m));
	}
}

/* --- modes ------------------------------------------------------------------ */

static const char *
new_state(const struct cip_msg *m)
{
	switch (m->path.class_id) {
	case CIP_CONTROLLER:
		return m->service == CIP_START  ? "running"
		       : m->service == CIP_STOP ? "stopped"
						: NULL;
	case CIP_IDENTITY: return m->service == CIP_RESET ? "restarted" : NULL;
	case CIP_SAFETY_SUPERVISOR:
		return m->service == CIP_RESET || m->service == CIP_SAFETY_RESET
			   ? "restarted"
			   : NULL;
	default: return NULL;
	}
}

static void
more_mode(struct cip_msg *m)
{
	const char *state;
	struct ev_end who;

	if (!m->paired || !cip_is_ok(m) || !m->path.has_class) {
		return;
	}
	state = new_state(m);
	if (state != NULL) {
		cip_target(m, &who);
		cip_tell_state(m, &who, state);
	}
}

/* --- locks and passwords ----------------------------------------------------- */

/* That there was a password, never which. */
static const char *
auth_action(const struct cip_msg *m)
{
	uint32_t class_id = m->path.class_id;

	if (class_id == CIP_LOCK && m->path.outer_class == CIP_CONTROLLER) {
		return m->service == 0x4b   ? "lock"
		       : m->service == 0x4c ? "unlock"
					    : NULL;
	}
	if (class_id == CIP_SAFETY_SUPERVISOR) {
		return m->service == 0x51   ? "set_password"
		       : m->service == 0x52 ? "lock"
		       : m->service == 0x55 ? "reset_password"
					    : NULL;
	}
	/* [1] CIP Security, Volume 8: credentials and who may use them. */
	if (class_id >= CIP_SECURITY && class_id <= CIP_SECURITY_LAST &&
	    m->cls != EV_CLASS_READ) {
		return "change_credentials";
	}
	return NULL;
}

static void
more_auth(struct cip_msg *m)
{
	const char *action;

	if (!m->paired || !m->path.has_class) {
		return;
	}
	action = auth_action(m);
	if (action != NULL) {
		tell_auth(m, cip_is_ok(m) ? action : "fail");
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
	} else if (cip_is_on(m, CIP_SAFETY_SUPERVISOR)) {
		cip_more_safety(m);
	} else if (cip_is_tag(m)) {
		cip_more_tag(m);
	} else if (m->paired &&
		   (cip_is_ok(m) || m->status == CIP_STATUS_LIST)) {
		cip_more_identity(m);
	}
	more_program(m);
	more_mode(m);
	more_auth(m);
}

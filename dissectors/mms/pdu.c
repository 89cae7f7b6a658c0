/*
 * pdu: the kinds of message ([1] 7.3), and who answers whom.
 *
 *	a0 request   { 02 invoke, service }
 *	a1 response  { 02 invoke, service }
 *	a2 error     { 80 invoke, 81 modifier, a2 { a0 { class: code }, 81, 82 } }
 *	a3 unconfirmed { service }
 *	a4 reject    { 80 invoke, 8x why, by the kind of message }
 *	85, 86 cancel and its answer: invoke; a7 { 80 invoke, a1 error }
 *	a8, a9, aa   initiate, see initiate.c
 *	8b, 8c conclude and its answer; ad { error }
 *
 * A service's tag is its number.  Either end may ask the other: a request's
 * direction is its own, whoever opened the connection.
 */
#include <string.h>

#include "dissectors/mms/mms.h"

enum {
	REQUEST = 0xa0,
	RESPONSE = 0xa1,
	ERROR = 0xa2,
	UNCONFIRMED = 0xa3,
	REJECT = 0xa4,
	CANCEL = 0x85,
	CANCELLED = 0x86,
	CANCEL_ERROR = 0xa7,
	INITIATE = 0xa8,
	INITIATE_ERROR = 0xaa,
	CONCLUDE = 0x8b,
	CONCLUDED = 0x8c,
	CONCLUDE_ERROR = 0xad,
};

enum { INTEGER = 0x02, SEQUENCE = 0x30 };

bool
mms_is_pdu(uint32_t tag)
{
	switch (tag) {
	case REQUEST:
	case RESPONSE:
	case ERROR:
	case UNCONFIRMED:
	case REJECT:
	case CANCEL:
	case CANCELLED:
	case CANCEL_ERROR:
	case CONCLUDE:
	case CONCLUDED:
	case CONCLUDE_ERROR: return true;
	default: return tag >= INITIATE && tag <= INITIATE_ERROR;
	}
}

/* --- errors ---------------------------------------------------------------- */

const char *
mms_error(struct mms_msg *m, struct ev *e, struct rd r)
{
	struct rd chosen = ber_find(r, 0xa0), detail = ber_find(r, 0x82);
	struct ber_item it;
	uint64_t code = 0;
	uint32_t cls;

	if (!ber_item(&chosen, &it) || !ber_number(it.body, &code)) {
		mms_bad(m, MMS_BAD_PDU, &r);
		return "error";
	}
	cls = it.tag & 0x1f;
	if (e != NULL) {
		ev_name(e, MMSF_ERROR_CLASS, mms_error_class(cls));
		ev_uint(e, MMSF_ERROR, code);
		if (rd_left(&detail) > 0) {
			ev_bytes(e, MMSF_DETAIL, EV_T_TEXT, detail.p,
			    rd_left(&detail));
		}
	}
	return mms_error_name(cls, code);
}

/* --- pairs ----------------------------------------------------------------- */

static void
name_service(struct mms_msg *m)
{
	const struct mms_service *s = mms_service(m->service);

	m->op = s != NULL ? s->name : "unknown_service";
	m->cls = s != NULL ? s->cls : EV_CLASS_OTHER;
}

static void
name_control(struct mms_msg *m)
{
	static const char *const controls[] = {
	    [MMS_OPERATE] = "operate",
	    [MMS_SELECT] = "select",
	    [MMS_CANCEL] = "cancel_control",
	};

	if (m->control != MMS_PLAIN) {
		m->op = controls[m->control];
		m->cls = EV_CLASS_CONTROL;
	}
}

static void
client_is(struct mms_msg *m, uint8_t side)
{
	if (!m->ctx->client_sure) {
		m->ctx->client = side;
		m->ctx->client_sure = true;
	}
}

static void
wait_for_answer(struct mms_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	struct mms_wait *w = &m->wait;

	w->service = m->service;
	w->control = m->control;
	w->cls = (uint8_t)m->cls;
	w->flags |= m->list ? MMS_A_LIST : 0;
	if (m->name != NULL && m->name_n <= sizeof(w->name)) {
		w->n = (uint8_t)m->name_n;
		memcpy(w->name, m->name, m->name_n);
	}
	(void)ctx->sv->put(
	    ctx, MMS_KEY(MMS_CONFIRMED, m->invoke), w, sizeof(*w));
}

static void
find_request(struct mms_msg *m)
{
	struct dis_ctx *ctx = m->ctx;

	m->dir = EV_DIR_RESPONSE;
	m->paired = ctx->sv->take(ctx, MMS_KEY(MMS_CONFIRMED, m->invoke),
	    &m->wait, sizeof(m->wait), &m->pair);
	client_is(m, !ctx->side);
}

/* --- confirmed ------------------------------------------------------------- */

static bool
read_invoke(struct mms_msg *m, struct rd *r, uint32_t tag)
{
	struct rd at = *r;
	struct ber_item it;
	uint64_t v;

	if (!ber_item(r, &it) || it.tag != tag || !ber_number(it.body, &v) ||
	    v > UINT32_MAX) {
		mms_bad(m, MMS_BAD_PDU, &at);
		return false;
	}
	m->invoke = (uint32_t)v;
	return true;
}

/* The service's element, behind modifiers that a request may have. */
static void
read_service(struct mms_msg *m, struct rd *r)
{
	struct rd at = *r;
	struct ber_item it;
	uint32_t number;

	if (!ber_item(r, &it) || (it.tag == SEQUENCE && !ber_item(r, &it))) {
		mms_bad(m, MMS_BAD_PDU, &at);
		return;
	}
	/* Context-specific; one of two octets has 31 to 127. */
	number = it.tag > 0xff ? it.tag & 0x7f : it.tag & 0x1f;
	m->primitive = ((it.tag > 0xff ? it.tag >> 8 : it.tag) & 0x20) == 0;
	m->body = it.body;
	if (mms_service(number) == NULL) {
		mms_bad(m, MMS_BAD_SERVICE, &it.at);
		return;
	}
	m->service = (uint8_t)number;
}

static void
tell_head(struct mms_msg *m, struct ev *e)
{
	ev_uint(e, MMSF_INVOKE, m->invoke);
	if (m->service != MMS_NO_SERVICE) {
		ev_uint(e, MMSF_SERVICE, m->service);
	}
}

static void
request(struct mms_msg *m, struct rd r)
{
	struct ev *e;

	m->dir = EV_DIR_REQUEST;
	client_is(m, m->ctx->side);
	if (read_invoke(m, &r, INTEGER)) {
		read_service(m, &r);
	}
	name_service(m);
	if (m->bad == NULL) {
		mms_look(m);
		name_control(m);
		wait_for_answer(m);
	}
	e = mms_start(m, m->service);
	tell_head(m, e);
	if (m->service != MMS_NO_SERVICE) {
		mms_tell_argument(m, e);
	}
	mms_finish(m, e);
	if (m->bad == NULL) {
		mms_request_facts(m);
	}
}

/* It answers what was asked for: that has another class, perhaps. */
static void
as_asked(struct mms_msg *m)
{
	name_service(m);
	if (m->paired) {
		m->control = m->wait.control;
		name_control(m);
		m->cls = (enum ev_class)m->wait.cls;
		m->name = m->wait.n > 0 ? m->wait.name : NULL;
		m->name_n = m->wait.n;
	}
}

static bool
is_good(const struct mms_msg *m)
{
	return m->paired && m->bad == NULL && strcmp(m->status, "ok") == 0;
}

static void
response(struct mms_msg *m, struct rd r)
{
	struct ev *e;

	m->dir = EV_DIR_RESPONSE;
	m->status = "ok";
	if (read_invoke(m, &r, INTEGER)) {
		find_request(m);
		read_service(m, &r);
	}
	if (m->paired && m->service == MMS_NO_SERVICE) {
		m->service = m->wait.service;
	} else if (m->paired && m->wait.service != m->service) {
		mms_bad(m, MMS_BAD_SERVICE, &m->body);
		m->paired = false;
		memset(&m->wait, 0, sizeof(m->wait));
	}
	as_asked(m);
	if (m->bad == NULL) {
		mms_check_answer(m);
	}
	if (m->paired && m->bad == NULL) {
		dis_confirm(m->ctx);
	}
	if (!is_good(m) || !dis_answered(m->ctx, PROTO_MMS, &m->pair)) {
		e = mms_start(m, m->service);
		tell_head(m, e);
		if (m->service != MMS_NO_SERVICE && m->body.p != NULL) {
			mms_tell_answer(m, e);
		}
		mms_finish(m, e);
	}
	if (m->bad == NULL && m->paired) {
		mms_answer_facts(m);
	}
}

static void
error(struct mms_msg *m, struct rd r)
{
	struct ev *e;

	m->dir = EV_DIR_RESPONSE;
	if (read_invoke(m, &r, 0x80)) {
		find_request(m);
	}
	if (m->paired) {
		m->service = m->wait.service;
		as_asked(m);
	} else {
		m->op = "error";
		m->cls = EV_CLASS_OTHER;
	}
	r = ber_find(r, 0xa2);
	m->status = mms_error(m, NULL, r);
	e = mms_start(m, m->paired ? m->service : ERROR & 0x1f);
	tell_head(m, e);
	if (m->name != NULL) {
		ev_bytes(e, MMSF_OBJECT, EV_T_TEXT, m->name, m->name_n);
	}
	(void)mms_error(m, e, r);
	mms_finish(m, e);
}

/* --- the others ------------------------------------------------------------ */

static void
reject(struct mms_msg *m, struct rd r)
{
	struct ber_item it;
	uint64_t code = 0;
	uint32_t cls = 0;
	struct ev *e;

	m->op = "reject";
	m->cls = EV_CLASS_OTHER;
	m->dir = EV_DIR_NOTIFY;
	while (ber_item(&r, &it)) {
		if (it.tag == 0x80 && ber_number(it.body, &code)) {
			m->invoke = (uint32_t)code;
			find_request(m);
		} else if (ber_number(it.body, &code)) {
			cls = it.tag & 0x1f;
		}
	}
	if (cls == 0) {
		mms_bad(m, MMS_BAD_PDU, &r);
	}
	if (m->paired) {
		m->service = m->wait.service;
		as_asked(m);
	}
	m->status = mms_reject_name(cls, code);
	e = mms_start(m, m->paired ? m->service : REJECT & 0x1f);
	if (m->dir == EV_DIR_RESPONSE) {
		tell_head(m, e);
	}
	ev_name(e, MMSF_DETAIL, m->status);
	mms_finish(m, e);
}

/* Conclude, and cancel of a request that waits: neither says more. */
static void
simple(struct mms_msg *m, uint32_t tag, const char *op, uint64_t key)
{
	struct dis_ctx *ctx = m->ctx;
	bool asks = tag == CANCEL || tag == CONCLUDE;
	struct ev *e;

	m->op = op;
	m->cls = EV_CLASS_SESSION;
	m->dir = asks ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
	if (asks) {
		(void)ctx->sv->put(ctx, key, NULL, 0);
	} else {
		m->paired = ctx->sv->take(ctx, key, NULL, 0, &m->pair);
	}
	client_is(m, asks ? ctx->side : !ctx->side);
	e = mms_start(m, tag & 0x1f);
	if (tag != CONCLUDE && tag != CONCLUDED && tag != CONCLUDE_ERROR) {
		ev_uint(e, MMSF_INVOKE, m->invoke);
	}
	mms_finish(m, e);
}

static void
conclude(struct mms_msg *m, uint32_t tag, struct rd r)
{
	m->status = tag == CONCLUDE_ERROR ? mms_error(m, NULL, r) : "ok";
	simple(m, tag, "conclude", MMS_KEY(MMS_CONCLUDE, 0));
}

static void
cancel(struct mms_msg *m, uint32_t tag, struct rd r)
{
	struct rd of = tag == CANCEL_ERROR ? ber_find(r, 0x80) : r;
	uint64_t v = 0;

	if (!ber_number(of, &v) || v > UINT32_MAX) {
		mms_bad(m, MMS_BAD_PDU, &r);
	}
	m->invoke = (uint32_t)v;
	m->status =
	    tag == CANCEL_ERROR ? mms_error(m, NULL, ber_find(r, 0xa1)) : "ok";
	simple(m, tag, "cancel", MMS_KEY(MMS_CANCELS, m->invoke));
}

static void
unknown(struct mms_msg *m, const struct rd *at)
{
	mms_bad(m, MMS_BAD_PDU, at);
	m->op = "unknown_pdu";
	m->cls = EV_CLASS_OTHER;
	mms_finish(m, mms_start(m, 0));
}

void
mms_pdu(struct mms_msg *m, struct rd r)
{
	struct rd at = r;
	struct ber_item it;

	if (!ber_item(&r, &it) || !mms_is_pdu(it.tag)) {
		unknown(m, &at);
		return;
	}
	switch (it.tag) {
	case REQUEST: request(m, it.body); break;
	case RESPONSE: response(m, it.body); break;
	case ERROR: error(m, it.body); break;
	case UNCONFIRMED: mms_unconfirmed(m, it.body); break;
	case REJECT: reject(m, it.body); break;
	case CANCEL:
	case CANCELLED:
	case CANCEL_ERROR: cancel(m, it.tag, it.body); break;
	case CONCLUDE:
	case CONCLUDED:
	case CONCLUDE_ERROR: conclude(m, it.tag, it.body); break;
	default: mms_initiate(m, it.tag, it.body); break;
	}
}

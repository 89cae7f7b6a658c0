/*
 * initiate: associations ([5] ISO 8650-1, 9.1) and what either end of one
 * offers ([1] 8.2).
 *
 *	60 request, 61 answer: a1 context | a2, a3 who is called | a6, a7 who
 *	calls | ac authentication | be { 28 { 02 context, a0 { message } } };
 *	the answer: a2 result | a3 why | a4, a5 who answers | be
 *
 *	a8 request, a9 answer: 80 longest message | 81, 82 requests at a time
 *	| 83 nesting | a4 { 80 version | 81 parameters | 82 services }
 *
 * Of an authentication it is told that there was one, and how it ended.
 */
#include <stdio.h>

#include "dissectors/mms/mms.h"

enum {
	ASSOCIATE = 0x60,
	ASSOCIATED = 0x61,
	RESULT = 0xa2,
	CALLED_TITLE = 0xa2,
	CALLING_TITLE = 0xa6,
	AUTHENTICATION = 0xac,
	CHARSTRING = 0x80,
	USER_INFORMATION = 0xbe,
	EXTERNAL = 0x28,
	SINGLE_TYPE = 0xa0,
	OBJECT_ID = 0x06,
	INTEGER = 0x02,
};

enum { REQUEST = 0xa8, RESPONSE = 0xa9, ERROR = 0xaa };

/* An AP title of form 2 is an object identifier. */
static struct rd
title(struct rd list, uint32_t tag)
{
	return ber_find(ber_find(list, tag), OBJECT_ID);
}

#define OID_TEXT 64

/* X.690, 8.19: the first octet has two arcs; 7 bits an octet. */
static void
tell_oid(struct mms_msg *m, struct ev *e, uint16_t id, struct rd r)
{
	char *p = rd_left(&r) > 0 ? mms_room(&m->text, OID_TEXT) : NULL;
	uint32_t arc = 0;
	size_t n = 0;
	bool first = true;

	if (p == NULL) {
		return;
	}
	while (rd_left(&r) > 0 && n + 14 < OID_TEXT) {
		uint8_t b = rd_u8(&r);
		int len;

		arc = arc << 7 | (b & 0x7f);
		if (b & 0x80) {
			continue;
		}
		if (first) {
			uint32_t top = arc < 80 ? arc / 40 : 2;

			len = snprintf(
			    p + n, OID_TEXT - n, "%u.%u", top, arc - 40 * top);
		} else {
			len = snprintf(p + n, OID_TEXT - n, ".%u", arc);
		}
		n += len > 0 ? (size_t)len : 0;
		first = false;
		arc = 0;
	}
	ev_bytes(e, id, EV_T_TEXT, p, n < OID_TEXT ? n : OID_TEXT - 1);
}

void
mms_tell_ends(struct mms_msg *m, struct ev *e)
{
	tell_oid(m, e, MMSF_CALLING_AP, m->calling);
	tell_oid(m, e, MMSF_CALLED_AP, m->called);
}

void
mms_associate(struct mms_msg *m, struct rd r)
{
	struct rd at = r, info, message, result;
	struct ber_item it, mms;
	uint64_t v = 0;

	if (!ber_item(&r, &it) ||
	    (it.tag != ASSOCIATE && it.tag != ASSOCIATED)) {
		mms_bad(m, MMS_BAD_ACSE, &at);
		return;
	}
	if (it.tag == ASSOCIATE) {
		struct rd how = ber_find(it.body, AUTHENTICATION);

		m->calling = title(it.body, CALLING_TITLE);
		m->called = title(it.body, CALLED_TITLE);
		m->wait.flags = rd_ok(&how) ? MMS_LOGIN : 0;
		how = ber_find(how, CHARSTRING);
		m->wait.flags |= rd_ok(&how) ? MMS_CLEAR : 0;
	} else {
		result = ber_find(ber_find(it.body, RESULT), INTEGER);
		m->status =
		    ber_number(result, &v) && v != 0 ? "rejected" : "ok";
	}
	info = ber_find(it.body, USER_INFORMATION);
	message = ber_find(ber_find(info, EXTERNAL), SINGLE_TYPE);
	if (ber_item(&message, &mms) && mms.tag >= REQUEST &&
	    mms.tag <= ERROR) {
		mms_initiate(m, mms.tag, mms.body);
	} else if (v == 0) {
		mms_bad(m, MMS_BAD_ACSE, &at);
	}
}

static void
tell_number(struct ev *e, uint16_t id, struct rd r)
{
	uint64_t v;

	if (ber_number(r, &v)) {
		ev_uint(e, id, v);
	}
}

static void
tell_bits(struct ev *e, uint16_t id, struct rd r)
{
	rd_skip(&r, 1); /* bits that are not used */
	if (rd_left(&r) > 0) {
		ev_bytes(e, id, EV_T_HEX, r.p, rd_left(&r));
	}
}

static void
tell_offer(struct ev *e, struct rd r)
{
	struct rd detail = ber_find(r, 0xa4);

	tell_number(e, MMSF_MAX_PDU, ber_find(r, 0x80));
	tell_number(e, MMSF_MAX_CALLING, ber_find(r, 0x81));
	tell_number(e, MMSF_MAX_CALLED, ber_find(r, 0x82));
	tell_number(e, MMSF_NESTING, ber_find(r, 0x83));
	tell_number(e, MMSF_VERSION, ber_find(detail, 0x80));
	tell_bits(e, MMSF_PARAMETERS, ber_find(detail, 0x81));
	tell_bits(e, MMSF_SERVICES, ber_find(detail, 0x82));
}

static void
direct(struct mms_msg *m, uint32_t tag)
{
	struct dis_ctx *ctx = m->ctx;
	uint64_t key = MMS_KEY(MMS_INITIATE, 0);

	if (tag == REQUEST) {
		m->dir = EV_DIR_REQUEST;
		m->wait.service = MMS_NO_SERVICE;
		(void)ctx->sv->put(ctx, key, &m->wait, sizeof(m->wait));
	} else {
		m->dir = EV_DIR_RESPONSE;
		m->paired = ctx->sv->take(
		    ctx, key, &m->wait, sizeof(m->wait), &m->pair);
		m->status = m->status == NULL ? "ok" : m->status;
	}
	ctx->client = tag == REQUEST ? ctx->side : !ctx->side;
	ctx->client_sure = true;
}

void
mms_initiate(struct mms_msg *m, uint32_t tag, struct rd r)
{
	struct ev *e;

	direct(m, tag);
	m->op = "initiate";
	m->cls = EV_CLASS_SESSION;
	if (tag == ERROR) {
		m->status = mms_error(m, NULL, r);
	}
	e = mms_start(m, tag & 0x1f);
	mms_tell_ends(m, e);
	if (tag == ERROR) {
		(void)mms_error(m, e, r);
	} else {
		tell_offer(e, r);
	}
	mms_finish(m, e);
	if (m->dir == EV_DIR_RESPONSE && m->paired) {
		mms_login_fact(m);
	}
}

/*
 * pccc: one command or reply as Execute PCCC carries it.
 *
 *	 0     1         3         7
 *	+-----+---------+---------+-------+-----+-----+-----------+--- - -
 *	| len | vendor  | serial  | other | CMD | STS | TNS       | [FNC] data
 *	+-----+---------+---------+-------+-----+-----+-----------+--- - -
 *
 * len counts the requestor's id with itself.  A reply has bit 40 of CMD set,
 * no FNC, and EXT STS where STS is F0 ([D] 6).
 */
#include <stdio.h>

#include "dissectors/cip/cip.h"
#include "dissectors/pccc/pccc.h"

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[PCF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(CMD, "cmd", EV_R_KEY, "D 6"),
    F(FNC, "fnc", EV_R_KEY, "D 6"),
    F(STS, "sts", EV_R_NONE, "D 8"),
    F(EXT_STS, "ext_sts", EV_R_NONE, "D 8"),
    F(TXN, "txn", EV_R_NONE, "D 6"),
    F(FILE, "file", EV_R_KEY, "D 13"),
    F(FILE_TYPE, "file_type", EV_R_KEY, "D 13"),
    F(ELEMENT, "element", EV_R_KEY, "D 13"),
    F(SUBELEMENT, "subelement", EV_R_KEY, "D 13"),
    F(ADDRESS, "address", EV_R_KEY, "D 13"),
    F(OFFSET, "offset", EV_R_NONE, "D 7"),
    F(SIZE, "size", EV_R_NONE, "D 7"),
    F(MODE, "mode", EV_R_KEY, "D 7"),
    F(DATA_TYPE, "data_type", EV_R_NONE, "D 7-29"),
    F(MASK, "mask", EV_R_NONE, "D 7"),
    F(SET, "set", EV_R_NONE, "D 7"),
    F(RESET, "reset", EV_R_NONE, "D 7"),
    F(AND, "and", EV_R_NONE, "D 7"),
    F(OR, "or", EV_R_NONE, "D 7"),
    F(TOTAL, "total", EV_R_NONE, "D 7"),
    F(TAG, "tag", EV_R_NONE, "D 7"),
    F(COUNT, "count", EV_R_NONE, "D 7"),
    F(COMMANDS, "commands", EV_R_NONE, "D 7"),
    F(VALUES, "values", EV_R_VALUES, "D 7"),
    F(ORIG_VENDOR, "orig_vendor", EV_R_NONE, "1 3-5.5.1.6"),
    F(ORIG_SERIAL, "orig_serial", EV_R_NONE, "1 3-5.5.1.7"),
    F(DATA, "data", EV_R_NONE, "D 7"),
    F(POINT, "point", EV_R_POINT, "D 13"),
#undef F
};

static const struct ev_proto proto = {
    .name = "pccc",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == PCF_END - EV_PROTO_BASE,
    "a field has no name");

struct requestor {
	uint16_t vendor;
	uint32_t serial;
	bool there;
};

static bool
read_requestor(struct pccc_msg *m, struct requestor *ret)
{
	size_t n = rd_u8(&m->body);
	struct rd id;

	if (n < 7) {
		pccc_bad(m, PCCC_BAD_REQUESTOR, 0);
		return false;
	}
	id = rd_sub(&m->body, n - 1);
	ret->vendor = rd_le16(&id);
	ret->serial = rd_le32(&id);
	ret->there = rd_ok(&id);
	return ret->there;
}

static void
read_head(struct pccc_msg *m)
{
	uint8_t cmd = rd_u8(&m->body);
	size_t at = (size_t)(m->body.p - m->start) - 1;

	m->sts = rd_u8(&m->body);
	m->txn = rd_le16(&m->body);
	m->has_head = rd_ok(&m->body);
	if (!m->has_head) {
		return;
	}
	m->cmd = cmd & (uint8_t)~PCCC_REPLY;
	if (m->request == ((cmd & PCCC_REPLY) != 0)) {
		pccc_bad(m, PCCC_BAD_REPLY_BIT, at);
	}
	if (m->request && pccc_has_function(m->cmd)) {
		m->fnc = rd_u8(&m->body);
		m->has_fnc = rd_ok(&m->body);
	}
	if (!m->request && m->sts == PCCC_EXT_STS) {
		m->ext = rd_u8(&m->body);
		m->has_ext = rd_ok(&m->body);
	}
}

static void
pair(struct pccc_msg *m, uint64_t key)
{
	const struct dis_services *sv = m->ctx->sv;

	m->paired = sv->take(m->ctx, key, &m->wait, sizeof(m->wait), &m->pair);
	if (m->paired && m->wait.cmd != m->cmd) {
		m->paired = false;
	}
	if (!m->paired) {
		memset(&m->wait, 0, sizeof(m->wait));
		return;
	}
	m->has_fnc = pccc_has_function(m->cmd);
	m->fnc = m->wait.fnc;
	dis_confirm(m->ctx);
}

static void
name(struct pccc_msg *m)
{
	bool named = m->has_head && (m->has_fnc || !pccc_has_function(m->cmd));

	m->command = named ? pccc_command(m->cmd, m->fnc) : NULL;
	m->op = m->command != NULL ? m->command->name : "unknown_command";
	m->cls = m->command != NULL ? (enum ev_class)m->command->cls
				    : EV_CLASS_OTHER;
	if (m->request && m->command != NULL &&
	    m->command->form == PCCC_MULTI) {
		m->cls = m->wait.cls = pccc_multiple_class(m);
	}
	/* A reply has its request's. */
	if (!m->request && m->wait.cls != 0) {
		m->cls = (enum ev_class)m->wait.cls;
	}
}

static void
tell_head(const struct pccc_msg *m, struct ev *e)
{
	ev_uint(e, PCF_CMD, m->cmd);
	if (m->has_fnc) {
		ev_uint(e, PCF_FNC, m->fnc);
	}
	ev_uint(e, PCF_STS, m->sts);
	if (!m->request) {
		e->status = pccc_status_name(m->sts);
	}
	if (m->has_ext) {
		ev_uint(e, PCF_EXT_STS, m->ext);
	}
	ev_uint(e, PCF_TXN, m->txn);
}

static void
tell(struct pccc_msg *m, const struct requestor *who)
{
	enum ev_dir dir = m->request ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
	uint32_t code = m->has_fnc ? m->cmd << 8 | m->fnc : m->cmd;
	struct ev *e =
	    dis_operation(m->ctx, PROTO_PCCC, dir, m->op, code, m->cls);

	if (m->paired) {
		dis_paired(e, &m->pair);
	}
	if (m->has_head) {
		tell_head(m, e);
	} else {
		e->flags &= (uint16_t)~EV_HAS_CODE;
	}
	if (who->there) {
		ev_uint(e, PCF_ORIG_VENDOR, who->vendor);
		ev_uint(e, PCF_ORIG_SERIAL, who->serial);
	}
	pccc_body(m, e);
	pccc_tell_point(m, e);
	if (!rd_ok(&m->body)) {
		pccc_bad(m, PCCC_BAD_SHORT, m->len);
	}
	dis_emit(m->ctx, e);
}

static void
tell_originator(struct pccc_msg *m, const struct requestor *who)
{
	const char *vendor = cip_vendor_name(who->vendor);
	char text[128];
	int n = snprintf(text, sizeof(text), "%s (%u), serial 0x%08x",
	    vendor != NULL ? vendor : "unknown vendor", who->vendor,
	    (unsigned)who->serial);

	if (n > 0 && (size_t)n < sizeof(text)) {
		dis_identity(m->ctx, PROTO_PCCC, m->ctx->src, "originator",
		    EV_T_TEXT, text, (size_t)n, m->op);
	}
}

static enum dis_rc
pccc_parse(struct dis_ctx *ctx, struct rd *in)
{
	const struct pccc_call *call = ctx->state;
	struct requestor who = {0};
	struct pccc_msg m = {
	    .ctx = ctx, .request = call->request, .who = call->who};
	struct pccc_text text;
	uint64_t key;

	text.n = 0;
	m.text = &text;
	m.start = in->p;
	m.len = rd_left(in);
	m.body = rd_rest(in);
	if (read_requestor(&m, &who)) {
		read_head(&m);
	} else {
		rd_fail(&m.body);
	}
	key = m.key = cip_mix(call->key, m.txn);
	if (!m.request && rd_ok(&m.body)) {
		pair(&m, key);
	}
	m.rest = m.body;
	name(&m);
	tell(&m, &who);
	if (m.request && m.has_head) {
		m.wait.cmd = m.cmd;
		m.wait.fnc = m.fnc;
		if (m.command != NULL && m.command->form == PCCC_MULTI) {
			pccc_multiple_keep(&m);
		}
		(void)ctx->sv->put(ctx, key, &m.wait, sizeof(m.wait));
		if (who.serial != 0 && m.bad == NULL) {
			tell_originator(&m, &who);
		}
	}
	if (rd_ok(&m.rest)) {
		pccc_more(&m);
	}
	if (!m.request && m.wait.form == PCCC_MULTI) {
		pccc_multiple_forget(&m);
	}
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_PCCC,
	    m.request ? EV_DIR_REQUEST : EV_DIR_RESPONSE, m.bad, m.bad_at);
	return DIS_BAD;
}

const struct dissector dissector_pccc = {
    .name = "pccc",
    .proto = PROTO_PCCC,
    .parse = pccc_parse,
    .fields = &proto,
};

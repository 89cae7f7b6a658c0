/*
 * hartip: the message of HART-IP ([1]), and what opens and closes sessions.
 *
 *	 0         1      2    3        4          6            8
 *	+---------+------+----+--------+----------+------------+----------+
 *	| version | type | id | status | sequence | byte count | body     |
 *	+---------+------+----+--------+----------+------------+----------+
 *	type  request, response, published unasked, not acknowledged
 *	id    session opened (master, time until it is closed), closed, kept
 *	      alive; a frame of the token-passing data link; commands without
 *	      one; the log of sessions
 *
 * The byte count has the header in it.  One message is one operation, whatever
 * it carries.  The server is a field device or a gateway; who asks a gateway's
 * devices names them by their unique identifier, which is the address behind
 * it (facts.c).  Servers answer datagrams from another port than they were
 * asked at, and a session goes on there.
 *
 * Left out: what is encrypted (version 2 by TLS), the records of the log,
 * aggregated commands, trends, what devices' own commands mean.
 */
#include "dissectors/hartip/hartip.h"

#define PORT       5094
#define REPLY_PORT 5095 /* that gateways answer datagrams from */
#define VERSION    1
#define VERSION_2  2
#define BODY_OPEN  5

/* A message that is not waited for after damage: the stream's own limit. */
#define SEARCH_LEN_MAX 512

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[HARTF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(MESSAGE, "message", EV_R_KEY, "1"),
    F(SEQ, "seq", EV_R_NONE, "1"),
    F(CODE, "message_status", EV_R_NONE, "1"),
    F(MASTER, "master", EV_R_NONE, "1"),
    F(TIMER, "close_ms", EV_R_NONE, "1"),
    F(FRAME, "frame_type", EV_R_NONE, "2"),
    F(POLL, "poll", EV_R_KEY, "2"),
    F(DEVICE, "device", EV_R_KEY, "2"),
    F(COMMAND, "command", EV_R_KEY, "3"),
    F(CARD, "card", EV_R_KEY, "4"),
    F(CHANNEL, "channel", EV_R_KEY, "4"),
    F(REVISION, "device_revision", EV_R_NONE, "3"),
    F(RESPONSE, "response_code", EV_R_NONE, "6"),
    F(STATUS, "device_status", EV_R_NONE, "3"),
    F(COMMANDS, "commands", EV_R_NONE, "1"),
    F(VARIABLES, "variables", EV_R_NONE, "3"),
    F(VARIABLE, "variable", EV_R_NONE, "3"),
    F(VALUE, "value", EV_R_NONE, "3"),
    F(UNIT, "unit", EV_R_NONE, "5"),
    F(QUALITY, "quality", EV_R_NONE, "5"),
    F(DATA, "data", EV_R_NONE, "3"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == HARTF_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "hartip",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

void
hart_bad(struct hart_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

/* --- framing --------------------------------------------------------------- */

static bool
is_type(uint8_t type)
{
	return type <= HART_ERROR || type == HART_NAK;
}

/* The header; MORE for no more than it takes to refuse it. */
static enum dis_rc
find(struct rd r, size_t *ret_len, size_t *ret_need)
{
	size_t have = rd_left(&r);
	uint8_t version = rd_u8(&r), type, id;
	uint16_t count;

	*ret_need = have < 3 ? have + 1 : HART_HEADER;
	if (have > 0 && version != VERSION && version != VERSION_2) {
		return DIS_NOT_MINE;
	}
	type = rd_u8(&r);
	if (have > 1 && !is_type(type)) {
		return DIS_NOT_MINE;
	}
	id = rd_u8(&r);
	if (have > 2 && id >= HART_IDS) {
		return DIS_NOT_MINE;
	}
	rd_skip(&r, 3);
	count = rd_be16(&r);
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	if (count < HART_HEADER) {
		return DIS_NOT_MINE;
	}
	*ret_len = *ret_need = count;
	return rd_has(&r, count - HART_HEADER) ? DIS_OK : DIS_MORE;
}

/* Whole, and no other protocol's: what has no check byte proves little. */
static bool
is_beyond_doubt(struct rd r, size_t len)
{
	struct rd body = rd_sub(&r, len);
	uint8_t version = rd_u8(&body), type = rd_u8(&body);
	uint8_t id = rd_u8(&body), status = rd_u8(&body), master;
	bool opens;

	rd_skip(&body, HART_HEADER - 4);
	if (version != VERSION || type > HART_PUBLISH) {
		return false;
	}
	if (id == HART_TOKEN) {
		return hart_is_frame(body);
	}
	opens = id == HART_INITIATE && rd_left(&body) == BODY_OPEN;
	master = rd_u8(&body);
	/* The time is less than 50 days, and is no fraction of a second. */
	return opens && master <= 1 && status == 0 && rd_be32(&body) >= 1000;
}

static enum dis_rc
hartip_probe(struct rd in, const struct dis_probe *pr)
{
	size_t len = 0, need;
	enum dis_rc rc;

	if (pr->transport != DIS_TCP && pr->transport != DIS_UDP) {
		return DIS_NOT_MINE;
	}
	rc = find(in, &len, &need);
	if (rc == DIS_NOT_MINE) {
		return rc;
	}
	if (pr->searching && len > SEARCH_LEN_MAX) {
		return DIS_NOT_MINE;
	}
	/* Of a cut one its header has to do, at its own port. */
	if (rc == DIS_MORE && !(pr->cut && pr->hinted && len != 0)) {
		return rc;
	}
	if (!pr->hinted && !is_beyond_doubt(in, len)) {
		return DIS_NOT_MINE;
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	return DIS_OK;
}

/* --- the message ----------------------------------------------------------- */

static void
direct(struct hart_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	struct hart_wait wait = {.command = m->outer};
	uint64_t key = (uint64_t)m->id << 16 | m->seq;

	switch (m->type) {
	case HART_REQUEST: m->dir = EV_DIR_REQUEST; break;
	case HART_PUBLISH: m->dir = EV_DIR_NOTIFY; break;
	default: m->dir = EV_DIR_RESPONSE; break;
	}
	ctx->client = m->dir == EV_DIR_REQUEST ? ctx->side : !ctx->side;
	ctx->client_sure = true;
	if (m->cut) {
		return;
	}
	if (m->dir == EV_DIR_REQUEST) {
		(void)ctx->sv->put(ctx, key, &wait, sizeof(wait));
	} else if (m->dir == EV_DIR_RESPONSE) {
		m->paired =
		    ctx->sv->take(ctx, key, &wait, sizeof(wait), &m->pair);
		/* The number is used again: not this one's answer. */
		m->paired = m->paired && (wait.command == m->outer ||
					     m->type != HART_RESPONSE);
	}
}

static void
name_message(struct hart_msg *m)
{
	static const char *const ops[] = {[HART_INITIATE] = "session_initiate",
	    [HART_CLOSE] = "session_close",
	    [HART_KEEP_ALIVE] = "keep_alive",
	    [HART_TOKEN] = "token_passing",
	    [HART_DIRECT] = "direct",
	    [HART_AUDIT] = "read_audit_log"};

	m->op = ops[m->id];
	m->code = m->outer = m->id;
	m->cls = m->id == HART_AUDIT  ? EV_CLASS_DIAGNOSTIC
		 : m->id < HART_TOKEN ? EV_CLASS_SESSION
				      : EV_CLASS_OTHER;
}

static const char *
message_name(uint8_t id)
{
	return id == HART_TOKEN ? "token_passing" : "direct";
}

static void
tell_session(struct hart_msg *m, struct ev *e, struct rd body)
{
	uint8_t master = rd_u8(&body);
	uint32_t timer = rd_be32(&body);

	if (m->id == HART_INITIATE && rd_ok(&body)) {
		ev_name(e, HARTF_MASTER, master == 1 ? "primary" : "secondary");
		ev_uint(e, HARTF_TIMER, timer);
	}
}

static void
tell(struct hart_msg *m, struct rd body)
{
	struct ev *e =
	    dis_operation(m->ctx, PROTO_HARTIP, m->dir, m->op, m->code, m->cls);
	bool carries = m->id == HART_TOKEN || m->id == HART_DIRECT;
	bool unread = carries && m->bad != NULL && !m->cmd.reply;

	if (m->dir == EV_DIR_RESPONSE && !m->cut && !unread) {
		e->status = hart_status(m);
		if (m->paired) {
			dis_paired(e, &m->pair);
		}
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	if (carries) {
		ev_name(e, HARTF_MESSAGE, message_name(m->id));
	}
	ev_uint(e, HARTF_SEQ, m->seq);
	if (m->status != 0) {
		ev_uint(e, HARTF_CODE, m->status);
	}
	if (carries) {
		hart_tell_pdu(m, e);
	} else {
		tell_session(m, e, body);
	}
	dis_emit(m->ctx, e);
}

static void
read_body(struct hart_msg *m, struct rd body)
{
	name_message(m);
	switch (m->id) {
	case HART_INITIATE:
		/* Who refuses need not say for how long. */
		if (rd_left(&body) < BODY_OPEN && m->status == 0) {
			hart_bad(m, HART_BAD_BODY, &body);
		}
		break;
	case HART_TOKEN:
		if (rd_left(&body) > 0 || m->status == 0) {
			hart_read_token(m, body);
		}
		break;
	case HART_DIRECT:
		if (rd_left(&body) > 0 || m->status == 0) {
			hart_read_direct(m, body);
		}
		break;
	default: break;
	}
}

static void
tell_message(struct hart_msg *m, struct rd pdu)
{
	struct dis_ctx *ctx = m->ctx;
	bool good;

	rd_skip(&pdu, 1);
	m->type = rd_u8(&pdu);
	m->id = rd_u8(&pdu);
	m->status = rd_u8(&pdu);
	m->seq = rd_be16(&pdu);
	rd_skip(&pdu, 2);
	read_body(m, pdu);
	direct(m);
	if (m->paired && m->bad == NULL) {
		dis_confirm(ctx);
	}
	hart_place(m);
	good = m->paired && m->bad == NULL && hart_status(m)[0] == 'o';
	if (!good || !dis_answered(ctx, PROTO_HARTIP, &m->pair)) {
		tell(m, pdu);
	}
	if (m->bad == NULL && !m->cut) {
		hart_facts(m);
	}
}

static enum dis_rc
hartip_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct hart_msg m = {.ctx = ctx, .start = in->p, .dir = EV_DIR_UNKNOWN};
	size_t len = 0, have;
	enum dis_rc rc = find(*in, &len, &ctx->need);

	if (rc == DIS_NOT_MINE) {
		if (!ctx->confirmed) {
			return DIS_NOT_MINE;
		}
		dis_malformed(
		    ctx, PROTO_HARTIP, EV_DIR_UNKNOWN, HART_BAD_HEADER, 0);
		return DIS_BAD;
	}
	have = rd_left(in) < len ? rd_left(in) : len;
	m.cut = rc == DIS_MORE;
	if (m.cut && !(ctx->cut && len != 0)) {
		return DIS_MORE;
	}
	tell_message(&m, rd_sub(in, have));
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_HARTIP, m.dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_hartip;

const struct dissector dissector_hartip = {
    .name = "hartip",
    .proto = PROTO_HARTIP,
    .hints = {{DIS_TCP, PORT}, {DIS_UDP, PORT}, {DIS_UDP, REPLY_PORT}},
    .probe = hartip_probe,
    .parse = hartip_parse,
    .fields = &proto,
};

/*
 * iec104: frames, and which end is which ([2] 5).
 *
 *	 0    1        2                           6
 *	+----+--------+---------------------------+-----------------------+
 *	| 68 | length | control (4)               | ASDU, in format I     |
 *	+----+--------+---------------------------+-----------------------+
 *	I  sent << 1 | received << 1     S  1, 0 | received << 1
 *	U  one of six, then zeros: start and stop data transfer, test
 *
 * A frame is a PDU and one operation.  The controlling station is the client:
 * it starts data transfer, asks and commands; the controlled station reports.
 * Common addresses are stations behind the controlled end.  Both ends test and
 * acknowledge, which says nothing of who they are.
 *
 * Left out: the content of files, what bits of strings mean, TLS (IEC
 * 62351-3), authentication (IEC 62351-5).
 */
#include <stddef.h>
#include <string.h>

#include "dissectors/iec104/iec104.h"

#define PORT  2404
#define START 0x68

/* Functions of format U. */
enum {
	START_ACT = 0x07,
	START_CON = 0x0b,
	STOP_ACT = 0x13,
	STOP_CON = 0x23,
	TEST_ACT = 0x43,
	TEST_CON = 0x83,
};

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[T104F_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(FRAME, "frame_format", EV_R_NONE, "[2] 5.1"),
    F(SENT, "sent", EV_R_NONE, "[2] 5.1"),
    F(RECEIVED, "received", EV_R_NONE, "[2] 5.1"),
    F(TYPE, "type", EV_R_KEY, "[1] 7.2.1"),
    F(CAUSE, "cause", EV_R_KEY, "[1] 7.2.3"),
    F(NEGATIVE, "negative", EV_R_NONE, "[1] 7.2.3"),
    F(TEST, "test", EV_R_KEY, "[1] 7.2.3"),
    F(ORIGINATOR, "originator", EV_R_NONE, "[1] 7.2.3"),
    F(STATION, "station", EV_R_KEY, "[1] 7.2.4"),
    F(ADDR, "addr", EV_R_ADDR, "[1] 7.2.5"),
    F(COUNT, "count", EV_R_NONE, "[1] 7.2.2"),
    F(OBJECTS, "objects", EV_R_NONE, "[1] 7.3"),
    F(VALUE, "value", EV_R_NONE, "[1] 7.2.6"),
    F(QUALITY, "quality", EV_R_NONE, "[1] 7.2.6.3"),
    F(TIME, "time", EV_R_NONE, "[1] 7.2.6.18"),
    F(PHASE, "phase", EV_R_KEY, "[1] 7.2.6.26"),
    F(QUALIFIER, "qualifier", EV_R_KEY, "[1] 7.2.6.22"),
    F(FILE, "file", EV_R_NONE, "[1] 7.2.6.33"),
    F(SECTION, "section", EV_R_NONE, "[1] 7.2.6.34"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == T104F_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "iec104",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

void
t104_bad(struct t104_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

struct ev *
t104_start(struct t104_msg *m, uint32_t code)
{
	struct ev *e =
	    dis_operation(m->ctx, PROTO_IEC104, m->dir, m->op, code, m->cls);

	e->status = m->dir == EV_DIR_RESPONSE && !m->cut ? m->status : NULL;
	if (m->paired && e->status != NULL) {
		dis_paired(e, &m->pair);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	return e;
}

void
t104_finish(struct t104_msg *m, struct ev *e)
{
	if (m->paired && m->bad == NULL) {
		dis_confirm(m->ctx);
	}
	dis_emit(m->ctx, e);
}

/* --- framing --------------------------------------------------------------- */

static enum dis_rc
find(struct rd r, size_t *ret_len, size_t *ret_need)
{
	uint8_t start = rd_u8(&r), len;

	*ret_need = rd_ok(&r) ? 2 : 1;
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	if (start != START) {
		return DIS_NOT_MINE;
	}
	len = rd_u8(&r);
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	if (len < T104_LEN_LEAST || len > T104_LEN_MOST) {
		return DIS_NOT_MINE;
	}
	*ret_len = *ret_need = 2 + (size_t)len;
	return rd_has(&r, len) ? DIS_OK : DIS_MORE;
}

static const char *
unnumbered_op(uint8_t function)
{
	switch (function) {
	case START_ACT:
	case START_CON: return "start_transfer";
	case STOP_ACT:
	case STOP_CON: return "stop_transfer";
	case TEST_ACT:
	case TEST_CON: return "test_frame";
	default: return NULL;
	}
}

/* The control field of a whole frame is that of a format. */
static bool
is_control(struct rd r)
{
	uint8_t len, c[4];
	bool rest;

	rd_skip(&r, 1);
	len = rd_u8(&r);
	rd_copy(&r, c, sizeof(c));
	rest = c[1] == 0 && c[2] == 0 && c[3] == 0;
	if ((c[0] & 1) == 0) {
		return (c[2] & 1) == 0 && len >= T104_LEN_LEAST + T104_HEAD;
	}
	if (len != T104_LEN_LEAST) {
		return false;
	}
	return c[0] == 1 ? c[1] == 0 && (c[2] & 1) == 0
			 : rest && unnumbered_op(c[0]) != NULL;
}

static enum dis_rc
iec104_probe(struct rd in, const struct dis_probe *pr)
{
	size_t len = 0, need;
	struct rd asdu = in;
	enum dis_rc rc;

	if (pr->transport != DIS_TCP) {
		return DIS_NOT_MINE;
	}
	rc = find(in, &len, &need);
	if (rc != DIS_OK) {
		return rc;
	}
	asdu = rd_sub(&asdu, len);
	if (!is_control(asdu)) {
		return DIS_NOT_MINE;
	}
	rd_skip(&asdu, T104_APCI);
	if (rd_left(&asdu) > 0 && !t104_is_asdu(asdu)) {
		return DIS_NOT_MINE;
	}
	/* Elsewhere six octets of which most are zero may be anything's. */
	if (!pr->hinted && rd_left(&asdu) == 0 && in.p[2] == 1) {
		return DIS_NOT_MINE;
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	return DIS_OK;
}

/* --- frames ---------------------------------------------------------------- */

/* Both ends send these: by what is known of who sends. */
static enum ev_dir
by_sender(const struct dis_ctx *ctx, bool answer)
{
	bool client = ctx->client == ctx->side;

	if (!ctx->client_sure) {
		if (ctx->to_hint == ctx->from_hint) {
			return EV_DIR_UNKNOWN;
		}
		client = ctx->to_hint;
	}
	return client   ? EV_DIR_REQUEST
	       : answer ? EV_DIR_RESPONSE
			: EV_DIR_NOTIFY;
}

static void
tell_unnumbered(struct t104_msg *m, uint8_t function)
{
	struct dis_ctx *ctx = m->ctx;
	bool answer = function & 0x88 || function == STOP_CON;
	uint8_t act = function == START_CON  ? START_ACT
		      : function == STOP_CON ? STOP_ACT
		      : answer               ? TEST_ACT
					     : function;
	struct ev *e;

	m->op = unnumbered_op(function);
	m->cls = EV_CLASS_SESSION;
	m->status = "ok";
	if (act == TEST_ACT) {
		m->dir = by_sender(ctx, answer);
	} else {
		m->dir = answer ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
		ctx->client = answer ? !ctx->side : ctx->side;
		ctx->client_sure = true;
	}
	if (!answer) {
		(void)ctx->sv->put(ctx, act, NULL, 0);
	} else {
		m->paired = ctx->sv->take(ctx, act, NULL, 0, &m->pair);
	}
	e = t104_start(m, function);
	ev_name(e, T104F_FRAME, answer ? "U confirm" : "U");
	t104_finish(m, e);
}

static void
tell_supervisory(struct t104_msg *m, struct rd r)
{
	struct ev *e;

	rd_skip(&r, 2);
	m->op = "acknowledge";
	m->cls = EV_CLASS_SESSION;
	m->dir = by_sender(m->ctx, false);
	e = t104_start(m, 1);
	ev_name(e, T104F_FRAME, "S");
	ev_uint(e, T104F_RECEIVED, rd_le16(&r) >> 1);
	t104_finish(m, e);
}

static void
tell_unknown(struct t104_msg *m, const struct rd *at)
{
	t104_bad(m, T104_BAD_CONTROL, at);
	m->op = "unknown_frame";
	m->cls = EV_CLASS_OTHER;
	t104_finish(m, t104_start(m, 0));
}

static void
tell_frame(struct t104_msg *m, struct rd pdu)
{
	struct rd whole = pdu, look, at;
	uint8_t control;

	rd_skip(&pdu, 2);
	at = look = pdu;
	control = rd_u8(&look);
	if (!is_control(whole)) {
		tell_unknown(m, &at);
	} else if ((control & 1) == 0) {
		m->sent = rd_le16(&pdu) >> 1;
		m->received = rd_le16(&pdu) >> 1;
		t104_asdu(m, pdu);
	} else if (control == 1) {
		tell_supervisory(m, pdu);
	} else {
		tell_unnumbered(m, control);
	}
}

static enum dis_rc
iec104_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct t104_msg m;
	size_t len = 0, have;
	enum dis_rc rc = find(*in, &len, &ctx->need);

	if (rc == DIS_NOT_MINE) {
		if (!ctx->confirmed) {
			return DIS_NOT_MINE;
		}
		dis_malformed(
		    ctx, PROTO_IEC104, EV_DIR_UNKNOWN, T104_BAD_HEADER, 0);
		return DIS_BAD;
	}
	have = rd_left(in) < len ? rd_left(in) : len;
	/* Of a cut one, what says what it is. */
	if (rc == DIS_MORE &&
	    !(ctx->cut && len != 0 && have >= T104_APCI + T104_HEAD)) {
		return DIS_MORE;
	}
	memset(&m, 0, offsetof(struct t104_msg, times));
	m.ctx = ctx;
	m.start = in->p;
	m.dir = EV_DIR_UNKNOWN;
	m.cut = rc == DIS_MORE;
	tell_frame(&m, rd_sub(in, have));
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_IEC104, m.dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_iec104;

const struct dissector dissector_iec104 = {
    .name = "iec104",
    .proto = PROTO_IEC104,
    .hints = {{DIS_TCP, PORT}},
    .probe = iec104_probe,
    .parse = iec104_parse,
    .fields = &proto,
};

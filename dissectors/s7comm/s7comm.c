/*
 * s7comm: TPKT ([2] 6), COTP ([3] 13) and the head of what they carry.
 *
 *	 0    1    2       4    5    6
 *	+----+----+-------+----+----+------+--------------------+
 *	| 3  | 0  | length| LI | PDU| ...  | S7                 |
 *	+----+----+-------+----+----+------+--------------------+
 *	                  '-- COTP: LI bytes behind LI --'
 *
 *	 0     1        2          4     6       8       10
 *	+-----+--------+----------+-----+-------+-------+---------------+
 *	| 32  | ROSCTR | reserved | ref | param | data  | error, of 2, 3|
 *	+-----+--------+----------+-----+-------+-------+---------------+
 *
 * One TPKT is one PDU and one operation.  A connect request tells in its TSAP
 * which rack and slot it wants; those are S7's TSAPs where they have two bytes
 * of which the first is 1 to 3, and who calls has none that begins with 0, so
 * that MMS, which has the same layers below, is left to others.  S7comm-plus
 * (72) is named and not read.
 *
 * Left out: a PDU in several COTP segments (each is told as one), the meaning
 * of values but those of one simple item, message services, NC functions.
 */
#include <string.h>

#include "dissectors/cotp.h"
#include "dissectors/s7comm/s7comm.h"

#define PORT 102
#define HEAD 10

/* A message that is not waited for after damage: the stream's own limit. */
#define SEARCH_LEN_MAX 512

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[S7F_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(ROSCTR, "rosctr", EV_R_NONE, ""),
    F(REF, "ref", EV_R_NONE, ""),
    F(FUNC, "func", EV_R_KEY, ""),
    F(ERROR, "error", EV_R_NONE, ""),
    F(ABOUT, "about", EV_R_KEY, ""),
    F(ITEMS, "items", EV_R_NONE, ""),
    F(AREA, "area", EV_R_NONE, ""),
    F(DB, "db", EV_R_NONE, ""),
    F(ADDR, "addr", EV_R_NONE, ""),
    F(BIT, "bit", EV_R_NONE, ""),
    F(TYPE, "type", EV_R_NONE, ""),
    F(COUNT, "count", EV_R_NONE, ""),
    F(SYNTAX, "syntax", EV_R_NONE, ""),
    F(VALUE, "value", EV_R_NONE, ""),
    F(DATA, "data", EV_R_NONE, ""),
    F(RESULT, "result", EV_R_NONE, ""),
    F(RESULTS, "results", EV_R_NONE, ""),
    F(AMQ_CALLING, "amq_calling", EV_R_NONE, ""),
    F(AMQ_CALLED, "amq_called", EV_R_NONE, ""),
    F(PDU, "pdu", EV_R_NONE, ""),
    F(BLOCK, "block", EV_R_KEY, ""),
    F(BYTES, "bytes", EV_R_NONE, ""),
    F(SERVICE, "service", EV_R_KEY, ""),
    F(GROUP, "group", EV_R_KEY, ""),
    F(SUB, "sub", EV_R_KEY, ""),
    F(SEQ, "seq", EV_R_NONE, ""),
    F(SZL_ID, "szl_id", EV_R_KEY, "1"),
    F(SZL_INDEX, "szl_index", EV_R_KEY, "1"),
    F(MODE, "mode", EV_R_NONE, "1"),
    F(COTP, "cotp", EV_R_KEY, "3 13"),
    F(CALLING, "calling", EV_R_NONE, "3 13.3.4"),
    F(CALLED, "called", EV_R_KEY, "3 13.3.4"),
    F(CONNECTION, "connection", EV_R_NONE, ""),
    F(RACK, "rack", EV_R_NONE, ""),
    F(SLOT, "slot", EV_R_NONE, ""),
    F(TPDU, "tpdu", EV_R_NONE, "3 13.3.4"),
    F(REASON, "cause", EV_R_NONE, "3 13.5.3"),
    F(PROTOCOL, "protocol", EV_R_NONE, ""),
    F(VERSION, "version", EV_R_NONE, ""),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == S7F_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "s7comm",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

/* --- what S7 shares -------------------------------------------------------- */

void
s7_bad(struct s7_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

void
s7_put(struct s7_msg *m, const char *text, size_t n)
{
	size_t room = sizeof(m->about) - m->about_n;

	n = n < room ? n : room;
	memcpy(m->about + m->about_n, text, n);
	m->about_n += n;
}

void
s7_put_number(struct s7_msg *m, char before, uint32_t v)
{
	char digits[12];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	if (before != 0) {
		digits[--at] = before;
	}
	s7_put(m, digits + at, sizeof(digits) - at);
}

/* Starts the operation; m has op, class, direction, status and pair. */
struct ev *
s7_start(struct s7_msg *m, uint32_t code)
{
	struct ev *e =
	    dis_operation(m->ctx, PROTO_S7COMM, m->dir, m->op, code, m->cls);

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
s7_finish(struct s7_msg *m, struct ev *e)
{
	if (m->about_n > 0) {
		ev_bytes(e, S7F_ABOUT, EV_T_TEXT, m->about, m->about_n);
	}
	if (m->paired && m->bad == NULL) {
		dis_confirm(m->ctx);
	}
	dis_emit(m->ctx, e);
}

void
s7_state_event(struct s7_msg *m, const char *state, const char *detail)
{
	struct ev *e = dis_event(m->ctx, EV_STATE, PROTO_S7COMM, m->dir);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->src;
	ev_name(e, EVF_STATE, state);
	if (detail != NULL) {
		ev_name(e, EVF_DETAIL, detail);
	}
	ev_name(e, EVF_VIA, m->op);
	dis_emit(m->ctx, e);
}

/* --- framing --------------------------------------------------------------- */

#define CALLING 0xc1
#define CALLED  0xc2

/* Connect: 2 references, a class, then parameters; LI tells where it ends. */
static struct rd
parameters(struct rd r)
{
	struct rd c;

	rd_skip(&r, TPKT);
	c = rd_sub(&r, rd_u8(&r));
	rd_skip(&c, 6);
	return c;
}

static bool
is_s7_tsap(struct rd v)
{
	uint8_t type = rd_u8(&v);

	return rd_left(&v) == 1 && type >= 1 && type <= 3;
}

/* S7 is where the called TSAP says so, or names what S7-1200 has.  One that
 * calls itself by a number alone, as 0002, is none of its clients. */
static bool
connects_s7(struct rd in)
{
	struct rd p = parameters(in), called = cotp_parameter(p, CALLED);
	struct rd calling = cotp_parameter(p, CALLING);
	static const char root[] = "SIMATIC-ROOT";
	bool number = rd_left(&calling) == 2 && rd_u8(&calling) == 0;

	return (is_s7_tsap(called) && !number) ||
	       (rd_left(&called) >= sizeof(root) - 1 &&
		   memcmp(called.p, root, sizeof(root) - 1) == 0);
}

/* Behind protocol id and ROSCTR: the parts are all of the user's data. */
static enum dis_rc
parts_fit(struct rd r, uint8_t rosctr, size_t user)
{
	size_t param, data, head = HEAD;

	if (rosctr == S7_ACK || rosctr == S7_ACK_DATA) {
		head += 2;
	} else if (rosctr != S7_JOB && rosctr != S7_USERDATA) {
		return DIS_NOT_MINE;
	}
	rd_skip(&r, 4);
	param = rd_be16(&r);
	data = rd_be16(&r);
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	return head + param + data == user ? DIS_OK : DIS_NOT_MINE;
}

/* What follows COTP's head is S7's, as far as it is there. */
static enum dis_rc
carries_s7(struct rd in, size_t len)
{
	uint8_t li, id, rosctr;
	size_t user;

	rd_skip(&in, TPKT);
	li = rd_u8(&in);
	rd_skip(&in, li);
	user = len - TPKT - 1 - li;
	if (user < 2) {
		return DIS_NOT_MINE;
	}
	if (!rd_has(&in, 2)) {
		return DIS_MORE;
	}
	id = rd_u8(&in);
	rosctr = rd_u8(&in);
	if (id == S7_ID_PLUS) {
		return rosctr >= 1 && rosctr <= 3 ? DIS_OK : DIS_NOT_MINE;
	}
	return id == S7_ID ? parts_fit(in, rosctr, user) : DIS_NOT_MINE;
}

static enum dis_rc
s7comm_probe(struct rd in, const struct dis_probe *pr)
{
	size_t len = 0, need;
	enum dis_rc rc;
	struct rd r = in;
	uint8_t pdu;

	if (pr->transport != DIS_TCP) {
		return DIS_NOT_MINE;
	}
	rc = cotp_find(in, &len, &need);
	if (rc == DIS_NOT_MINE || len == 0 ||
	    (pr->searching && len > SEARCH_LEN_MAX)) {
		return len == 0 ? rc : DIS_NOT_MINE;
	}
	rd_skip(&r, 5);
	pdu = rd_u8(&r) & 0xf0;
	if (pdu == DT) {
		rc = carries_s7(in, len);
	} else if (pdu == CR && rc == DIS_OK) {
		rc = connects_s7(in) ? DIS_OK : DIS_NOT_MINE;
	} else if (rc == DIS_OK) {
		rc = DIS_NOT_MINE;
	}
	if (rc == DIS_OK && pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	return rc;
}

/* --- COTP ------------------------------------------------------------------ */

static void
tell_tsap(struct ev *e, uint16_t id, struct rd v)
{
	bool text = rd_left(&v) > 2;

	for (size_t i = 0; i < rd_left(&v); i++) {
		text = text && v.p[i] >= 0x20 && v.p[i] < 0x7f;
	}
	if (rd_left(&v) > 0) {
		ev_bytes(e, id, text ? EV_T_TEXT : EV_T_HEX, v.p, rd_left(&v));
	}
}

/* The called TSAP: connection type, then rack (3 bits) and slot (5). */
static void
tell_place(struct ev *e, struct rd v)
{
	static const char *const types[] = {"", "pg", "op", "basic"};
	uint8_t type = rd_u8(&v), place = rd_u8(&v);

	ev_name(e, S7F_CONNECTION, types[type & 3]);
	ev_uint(e, S7F_RACK, place >> 5);
	ev_uint(e, S7F_SLOT, place & 0x1f);
}

static const char *
cotp_op(uint8_t pdu)
{
	switch (pdu & 0xf0) {
	case CR:
	case CC: return "connect";
	case DR: return "disconnect";
	case DC: return "disconnect_confirm";
	case ER: return "cotp_error";
	default: return "cotp_data";
	}
}

static void
tell_connect(struct ev *e, struct rd pdu)
{
	struct rd p = parameters(pdu), size = cotp_parameter(p, 0xc0);
	struct rd called = cotp_parameter(p, CALLED);
	uint8_t exponent = rd_u8(&size);

	tell_tsap(e, S7F_CALLING, cotp_parameter(p, CALLING));
	tell_tsap(e, S7F_CALLED, called);
	if (is_s7_tsap(called)) {
		tell_place(e, called);
	}
	if (rd_ok(&size) && exponent >= 7 && exponent <= 13) {
		ev_uint(e, S7F_TPDU, 1u << exponent);
	}
}

/* Who connects is the client; a confirmation finds its request. */
static void
direct(struct s7_msg *m, uint8_t kind)
{
	struct dis_ctx *ctx = m->ctx;

	if (kind == CR) {
		m->dir = EV_DIR_REQUEST;
		ctx->client = ctx->side;
		ctx->client_sure = true;
		(void)ctx->sv->put(ctx, CR, NULL, 0);
	} else if (kind == CC) {
		m->dir = EV_DIR_RESPONSE;
		m->status = "ok";
		ctx->client = !ctx->side;
		ctx->client_sure = true;
		m->paired = ctx->sv->take(ctx, CR, NULL, 0, &m->pair);
	}
}

/*
 * Everything below S7: connections, and data that is not S7's.  TPKT and COTP
 * are others', too: they prove nothing of S7.
 */
static void
tell_cotp(struct s7_msg *m, uint8_t pdu, struct rd whole, struct rd user)
{
	uint8_t kind = pdu & 0xf0, id = rd_u8(&user);
	bool data = kind == DT && rd_ok(&user);
	bool plus = data && id == S7_ID_PLUS;
	struct ev *e;

	direct(m, kind);
	m->cls = plus ? EV_CLASS_OTHER : EV_CLASS_SESSION;
	m->op = plus ? "s7comm_plus" : cotp_op(kind);
	e = s7_start(m, kind);
	ev_uint(e, S7F_COTP, kind);
	if (kind == CR || kind == CC) {
		tell_connect(e, whole);
	} else if (kind == DR) {
		rd_skip(&whole, TPKT + 6);
		ev_uint(e, S7F_REASON, rd_u8(&whole));
	}
	if (data) {
		ev_hexnum(e, S7F_PROTOCOL, id, 1);
	}
	if (plus) {
		ev_uint(e, S7F_VERSION, rd_u8(&user));
	}
	dis_emit(m->ctx, e);
}

/* --- S7 -------------------------------------------------------------------- */

/* Nothing that says what it is. */
static void
tell_unknown(struct s7_msg *m)
{
	struct ev *e;

	m->dir = EV_DIR_UNKNOWN;
	m->op = "unknown_pdu";
	m->cls = EV_CLASS_OTHER;
	e = s7_start(m, m->rosctr);
	ev_uint(e, S7F_ROSCTR, m->rosctr);
	dis_emit(m->ctx, e);
}

static void
tell_s7(struct s7_msg *m, struct rd r)
{
	struct rd at = r;
	size_t param, data;

	rd_skip(&r, 1);
	m->rosctr = rd_u8(&r);
	rd_skip(&r, 2);
	m->ref = rd_be16(&r);
	param = rd_be16(&r);
	data = rd_be16(&r);
	if (m->rosctr == S7_ACK || m->rosctr == S7_ACK_DATA) {
		m->error = rd_be16(&r);
	}
	if (!rd_ok(&r)) {
		s7_bad(m, S7_BAD_LENGTH, &at);
		tell_unknown(m);
		return;
	}
	if (param + data != rd_left(&r)) {
		rd_skip(&at, 6);
		s7_bad(m, S7_BAD_LENGTH, &at);
	}
	m->param = rd_sub(&r, param < rd_left(&r) ? param : rd_left(&r));
	m->data = rd_sub(&r, data < rd_left(&r) ? data : rd_left(&r));
	switch (m->rosctr) {
	case S7_JOB:
	case S7_ACK:
	case S7_ACK_DATA: s7_job(m); break;
	case S7_USERDATA: s7_userdata(m); break;
	default:
		rd_skip(&at, 1);
		s7_bad(m, S7_BAD_ROSCTR, &at);
		tell_unknown(m);
		break;
	}
}

static enum dis_rc
tell(struct s7_msg *m, struct rd pdu)
{
	struct rd r = pdu, whole = pdu, look;
	uint8_t li, kind, eot;

	rd_skip(&r, TPKT);
	li = rd_u8(&r);
	look = rd_sub(&r, li);
	kind = rd_u8(&look);
	eot = rd_u8(&look);
	look = r;
	if ((kind & 0xf0) == DT && rd_u8(&look) == S7_ID && (eot & 0x80)) {
		tell_s7(m, r);
	} else {
		tell_cotp(m, kind, whole, r);
	}
	if (m->bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(m->ctx, PROTO_S7COMM, m->dir, m->bad, m->bad_at);
	return DIS_BAD;
}

/* Data of another protocol above COTP, on a connection that looked like S7. */
static bool
is_others(struct rd r, size_t len)
{
	struct rd pdu = rd_sub(&r, len), head;
	uint8_t id;

	rd_skip(&pdu, TPKT);
	head = rd_sub(&pdu, rd_u8(&pdu));
	id = rd_u8(&pdu);
	return (rd_u8(&head) & 0xf0) == DT && rd_ok(&pdu) && id != S7_ID &&
	       id != S7_ID_PLUS;
}

static enum dis_rc
s7comm_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct s7_msg m = {.ctx = ctx, .start = in->p, .dir = EV_DIR_UNKNOWN};
	struct s7_state *st = ctx->state;
	size_t len = 0, have;
	enum dis_rc rc = cotp_find(*in, &len, &ctx->need);

	if (ctx->after_gap) {
		st->open = false;
	}
	if (rc == DIS_NOT_MINE) {
		if (!ctx->confirmed) {
			return DIS_NOT_MINE;
		}
		dis_malformed(
		    ctx, PROTO_S7COMM, EV_DIR_UNKNOWN, S7_BAD_HEADER, 0);
		return DIS_BAD;
	}
	have = rd_left(in) < len ? rd_left(in) : len;
	/* Of a cut one, what names it has to be there. */
	if (rc == DIS_MORE && !(ctx->cut && len != 0 && have >= 20)) {
		return DIS_MORE;
	}
	if (!ctx->confirmed && is_others(*in, have)) {
		return DIS_NOT_MINE;
	}
	m.cut = rc == DIS_MORE;
	return tell(&m, rd_sub(in, have));
}

extern const struct dissector dissector_s7comm;

const struct dissector dissector_s7comm = {
    .name = "s7comm",
    .proto = PROTO_S7COMM,
    .state_size = sizeof(struct s7_state),
    .hints = {{DIS_TCP, PORT}},
    .probe = s7comm_probe,
    .parse = s7comm_parse,
    .fields = &proto,
};

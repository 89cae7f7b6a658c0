/*
 * mms: TPKT ([3] RFC 1006, 6), COTP (X.224, 13) and its segments, and what is
 * told of them.
 *
 *	 0    1    2       4    5    6
 *	+----+----+-------+----+----+-----+---------------------------+
 *	| 3  | 0  | length| LI | f0 | EOT | session, or its continuation
 *	+----+----+-------+----+----+-----+---------------------------+
 *	                  '-- COTP: LI bytes behind LI --'
 *
 *	session:  0d, 0e connect, accept   presentation > association > MMS
 *	          01 00 01 00 data         presentation > MMS
 *	          09, 0a, 0c, 19           release, refuse, abort
 *
 * A message may come in several data units of COTP: it is told, as one
 * operation, with the one that has EOT.  MMS directly on COTP, without a
 * session, is read too.  S7comm has the same port and the same layers below:
 * a connect is taken where its TSAPs are none of S7's, and data where they are
 * a session's.  What is neither is left to others until the flow is sure.
 *
 * Left out: cut messages; values of Reads of several variables as points (the
 * response does not repeat their names; the operation has them), and of names
 * longer than 42 octets; what a type description says; alternate access; event
 * and journal services beyond their names; security of the association beyond
 * that it is there.
 */
#include <stddef.h>
#include <string.h>

#include "dissectors/cotp.h"
#include "dissectors/mms/mms.h"

#define PORT 102
#define EOT  0x80

/* Parameters of a connect; X.224, 13.3.4 */
enum { TPDU_SIZE = 0xc0, CALLING = 0xc1, CALLED = 0xc2 };

/* Of what a side sends: nothing, a message's segments, some to pass over. */
enum { CLOSED, COLLECTS, PASSES };

/* A message that is not waited for after damage: the stream's own limit. */
#define SEARCH_LEN_MAX 512

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[MMSF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(COTP, "cotp", EV_R_KEY, "3 13"),
    F(CALLING, "calling", EV_R_NONE, "3 13.3.4"),
    F(CALLED, "called", EV_R_KEY, "3 13.3.4"),
    F(TPDU, "tpdu", EV_R_NONE, "3 13.3.4"),
    F(CAUSE, "cause", EV_R_NONE, "3 13.5.3"),
    F(SPDU, "spdu", EV_R_KEY, "4 8.3"),
    F(CALLING_AP, "calling_ap", EV_R_NONE, "5 9.1"),
    F(CALLED_AP, "called_ap", EV_R_NONE, "5 9.1"),
    F(MAX_PDU, "max_pdu", EV_R_NONE, "1 8.2"),
    F(MAX_CALLING, "max_calling", EV_R_NONE, "1 8.2"),
    F(MAX_CALLED, "max_called", EV_R_NONE, "1 8.2"),
    F(NESTING, "nesting", EV_R_NONE, "1 8.2"),
    F(VERSION, "version", EV_R_NONE, "1 8.2"),
    F(PARAMETERS, "parameters", EV_R_NONE, "1 8.2"),
    F(SERVICES, "services", EV_R_NONE, "1 8.2"),
    F(INVOKE, "invoke", EV_R_NONE, "1 7.4"),
    F(SERVICE, "service", EV_R_KEY, "1 7.5.2"),
    F(OBJECT, "object", EV_R_NAME, "1 7.5.3"),
    F(OBJECTS, "objects", EV_R_NONE, "1 14.5"),
    F(LIST, "list", EV_R_KEY, "1 14.8"),
    F(OF, "of", EV_R_KEY, "1 7.6"),
    F(AFTER, "after", EV_R_NONE, "1 10.3"),
    F(FILE, "file", EV_R_KEY, "1 C.2"),
    F(HANDLE, "handle", EV_R_NONE, "1 C.2"),
    F(SIZE, "size", EV_R_NONE, "1 C.2"),
    F(BYTES, "bytes", EV_R_NONE, "1 C.3"),
    F(MORE, "more", EV_R_NONE, "1 10.3"),
    F(NAMES, "names", EV_R_NONE, "1 10.3"),
    F(VALUES, "values", EV_R_VALUES, "1 14.4.2"),
    F(VALUE, "value", EV_R_NONE, "1 14.4.2"),
    F(VENDOR, "vendor", EV_R_NONE, "1 10.4"),
    F(MODEL, "model", EV_R_NONE, "1 10.4"),
    F(REVISION, "revision", EV_R_NONE, "1 10.4"),
    F(LOGICAL, "logical", EV_R_NONE, "1 10.1"),
    F(PHYSICAL, "physical", EV_R_NONE, "1 10.1"),
    F(REPORT, "report", EV_R_KEY, "2 17.2"),
    F(DATASET, "dataset", EV_R_KEY, "2 17.2"),
    F(SEQ, "seq", EV_R_NONE, "2 17.2"),
    F(CONF_REV, "conf_rev", EV_R_NONE, "2 17.2"),
    F(ENTRY, "entry", EV_R_NONE, "2 17.2"),
    F(CONTROL, "control", EV_R_KEY, "2 20.8"),
    F(ADD_CAUSE, "add_cause", EV_R_KEY, "2 20.8"),
    F(ERROR_CLASS, "error_class", EV_R_NONE, "1 7.4"),
    F(ERROR, "error", EV_R_NONE, "1 7.4"),
    F(DETAIL, "detail", EV_R_NONE, "1 7.4"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == MMSF_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "mms",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

/* --- what the rest shares -------------------------------------------------- */

void
mms_bad(struct mms_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

struct ev *
mms_start(struct mms_msg *m, uint32_t code)
{
	struct ev *e =
	    dis_operation(m->ctx, PROTO_MMS, m->dir, m->op, code, m->cls);

	/* What cannot be read is neither good nor an error. */
	if (m->dir == EV_DIR_RESPONSE && m->bad == NULL) {
		e->status = m->status;
		if (m->paired && e->status != NULL) {
			dis_paired(e, &m->pair);
		}
	}
	return e;
}

void
mms_finish(struct mms_msg *m, struct ev *e)
{
	if (m->paired && m->bad == NULL) {
		dis_confirm(m->ctx);
	}
	dis_emit(m->ctx, e);
}

/* --- framing --------------------------------------------------------------- */

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

/*
 * TSAPs of MMS are short numbers as a rule, as 0001 and 00000001 are; S7's
 * begin with a kind of connection, or are words.
 */
static bool
is_number(struct rd v)
{
	size_t n = rd_left(&v);

	return (n == 2 || n == 4) && rd_u8(&v) == 0;
}

static bool
connects_mms(struct rd in)
{
	struct rd p = parameters(in);

	return is_number(cotp_parameter(p, CALLED)) ||
	       is_number(cotp_parameter(p, CALLING));
}

/* The user's data of a DT, how much there shall be of it, and EOT. */
static struct rd
user_data(struct rd in, size_t len, size_t *ret_user, bool *ret_eot)
{
	struct rd head;
	uint8_t li;

	rd_skip(&in, TPKT);
	li = rd_u8(&in);
	head = rd_sub(&in, li);
	rd_skip(&head, 1);
	*ret_eot = rd_u8(&head) & EOT;
	*ret_user = len - TPKT - 1 - li;
	return in;
}

static enum dis_rc
carries_mms(struct rd in, size_t len, bool lenient)
{
	size_t user;
	bool eot;
	struct rd r = user_data(in, len, &user, &eot);

	/* A message without session is all there, or is not told from noise. */
	return mms_is_session(r, user, lenient && eot);
}

static enum dis_rc
mms_probe(struct rd in, const struct dis_probe *pr)
{
	bool lenient = pr->hinted && !pr->searching;
	size_t len = 0, need;
	struct rd r = in;
	enum dis_rc rc;
	uint8_t kind;

	if (pr->transport != DIS_TCP) {
		return DIS_NOT_MINE;
	}
	rc = cotp_find(in, &len, &need);
	if (rc == DIS_NOT_MINE || len == 0) {
		return rc;
	}
	if (pr->searching && len > SEARCH_LEN_MAX) {
		return DIS_NOT_MINE;
	}
	rd_skip(&r, 5);
	kind = rd_u8(&r) & 0xf0;
	if (kind == DT) {
		rc = carries_mms(in, len, lenient);
	} else if (kind != CR || !lenient) {
		rc = DIS_NOT_MINE;
	} else if (rc == DIS_OK) {
		rc = connects_mms(in) ? DIS_OK : DIS_NOT_MINE;
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
	if (rd_left(&v) > 0) {
		ev_bytes(e, id, EV_T_HEX, v.p, rd_left(&v));
	}
}

static void
tell_connect(struct ev *e, struct rd pdu)
{
	struct rd p = parameters(pdu), size = cotp_parameter(p, TPDU_SIZE);
	uint8_t exponent = rd_u8(&size);

	tell_tsap(e, MMSF_CALLING, cotp_parameter(p, CALLING));
	tell_tsap(e, MMSF_CALLED, cotp_parameter(p, CALLED));
	if (rd_ok(&size) && exponent >= 7 && exponent <= 13) {
		ev_uint(e, MMSF_TPDU, 1u << exponent);
	}
}

static const char *
cotp_op(uint8_t kind)
{
	switch (kind) {
	case CR:
	case CC: return "connect";
	case DR: return "disconnect";
	case DC: return "disconnect_confirm";
	case ER: return "cotp_error";
	default: return "cotp_data";
	}
}

/* Who connects is the client; a confirmation finds its request. */
static void
direct(struct mms_msg *m, uint8_t kind)
{
	struct dis_ctx *ctx = m->ctx;
	uint64_t key = MMS_KEY(MMS_CONNECT, 0);

	if (kind == CR) {
		m->dir = EV_DIR_REQUEST;
		ctx->client = ctx->side;
		ctx->client_sure = true;
		(void)ctx->sv->put(ctx, key, NULL, 0);
	} else if (kind == CC) {
		m->dir = EV_DIR_RESPONSE;
		m->status = "ok";
		ctx->client = !ctx->side;
		ctx->client_sure = true;
		m->paired = ctx->sv->take(ctx, key, NULL, 0, &m->pair);
	}
}

/* TPKT and COTP are others', too: they prove nothing. */
static void
tell_cotp(struct mms_msg *m, uint8_t kind, struct rd pdu)
{
	struct ev *e;

	direct(m, kind);
	m->op = cotp_op(kind);
	m->cls = EV_CLASS_SESSION;
	e = mms_start(m, kind);
	ev_uint(e, MMSF_COTP, kind);
	if (kind == CR || kind == CC) {
		tell_connect(e, pdu);
	} else if (kind == DR) {
		rd_skip(&pdu, TPKT + 6);
		ev_uint(e, MMSF_CAUSE, rd_u8(&pdu));
	}
	dis_emit(m->ctx, e);
}

/* --- segments -------------------------------------------------------------- */

/* Another segment; true when *user has become a whole message. */
static bool
collect(struct mms_msg *m, struct rd *user, bool eot)
{
	struct dis_ctx *ctx = m->ctx;
	struct mms_state *st = ctx->state;
	struct mms_side *s = &st->side[ctx->side & 1];
	uint32_t key, at;
	enum dis_rc rc;

	if (s->open == PASSES) {
		s->open = eot ? CLOSED : PASSES;
		return false;
	}
	if (s->open == CLOSED) {
		s->bytes = 0;
		s->number++;
	}
	key = (uint32_t)s->number << 1 | (ctx->side & 1);
	at = s->bytes;
	s->bytes += (uint32_t)rd_left(user);
	rc = ctx->sv->reassemble(ctx, &key, sizeof(key), at, *user, eot, user);
	s->open = eot ? CLOSED : rc == DIS_MORE ? COLLECTS : PASSES;
	if (rc != DIS_OK || !eot) {
		return false;
	}
	m->start = user->p;
	return true;
}

/* What does not begin a message, behind lost bytes, is the rest of one. */
static bool
is_rest(struct mms_side *s, struct rd user, bool eot)
{
	bool lost = s->lost;

	s->lost = false;
	if (!lost || s->open != CLOSED ||
	    mms_is_session(user, rd_left(&user), true) == DIS_OK) {
		return false;
	}
	s->open = eot ? CLOSED : PASSES;
	return true;
}

static void
data(struct mms_msg *m, struct rd pdu)
{
	struct mms_state *st = m->ctx->state;
	struct mms_side *s = &st->side[m->ctx->side & 1];
	size_t n;
	bool eot;
	struct rd user = user_data(pdu, rd_left(&pdu), &n, &eot);

	if (is_rest(s, user, eot)) {
		return;
	}
	if (s->open == CLOSED && eot) {
		if (rd_left(&user) == 0) {
			tell_cotp(m, DT, pdu);
		} else {
			mms_session(m, user);
		}
	} else if (collect(m, &user, eot)) {
		mms_session(m, user);
	}
}

/* Another protocol's, on a connection that looked like MMS. */
static bool
is_others(struct dis_ctx *ctx, struct rd pdu)
{
	struct mms_state *st = ctx->state;
	const struct mms_side *s = &st->side[ctx->side & 1];
	struct rd head = pdu, user;
	uint8_t kind;
	size_t n;
	bool eot;

	rd_skip(&head, TPKT + 1);
	kind = rd_u8(&head) & 0xf0;
	if (kind == CR) {
		return !connects_mms(pdu);
	}
	if (kind != DT || s->open != CLOSED) {
		return false;
	}
	user = user_data(pdu, rd_left(&pdu), &n, &eot);
	return rd_left(&user) > 0 &&
	       mms_is_session(user, n, true) == DIS_NOT_MINE;
}

/* Behind lost bytes, or where a connection opens. */
static void
forget(struct dis_ctx *ctx, bool lost)
{
	struct mms_state *st = ctx->state;
	struct mms_side *s = &st->side[ctx->side & 1];

	s->open = CLOSED;
	s->lost = lost;
}

static enum dis_rc
mms_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct rd r = *in, pdu, head;
	struct mms_msg m;
	enum dis_rc rc;
	size_t len = 0;
	uint8_t kind;

	if (ctx->after_gap) {
		forget(ctx, true);
	}
	rc = cotp_find(r, &len, &ctx->need);
	if (rc == DIS_MORE) {
		return DIS_MORE;
	}
	if (rc == DIS_NOT_MINE) {
		if (!ctx->confirmed) {
			return DIS_NOT_MINE;
		}
		dis_malformed(
		    ctx, PROTO_MMS, EV_DIR_UNKNOWN, MMS_BAD_HEADER, 0);
		return DIS_BAD;
	}
	pdu = head = rd_sub(&r, len);
	if (!ctx->confirmed && is_others(ctx, pdu)) {
		return DIS_NOT_MINE;
	}
	*in = r;
	memset(&m, 0, offsetof(struct mms_msg, text.bytes));
	m.ctx = ctx;
	m.start = pdu.p;
	m.dir = EV_DIR_UNKNOWN;
	m.service = MMS_NO_SERVICE;
	rd_skip(&head, TPKT + 1);
	kind = rd_u8(&head) & 0xf0;
	if (kind == DT) {
		data(&m, pdu);
	} else {
		forget(ctx, false);
		tell_cotp(&m, kind, pdu);
	}
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_MMS, m.dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_mms;

const struct dissector dissector_mms = {
    .name = "mms",
    .proto = PROTO_MMS,
    .state_size = sizeof(struct mms_state),
    .hints = {{DIS_TCP, PORT}},
    .probe = mms_probe,
    .parse = mms_parse,
    .fields = &proto,
};

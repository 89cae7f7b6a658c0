/*
 * gesrtp: the frame ([1] 4, [3] 6), and its ways.
 *
 *	 0     1   2       4           8           26          30    31    32
 *	+-----+---+-------+-----------+-----------+-----------+-----+-----+----+
 *	| type| 0 | seq   | length    |           | time      | seq | mail| ...|
 *	+-----+---+-------+-----------+-----------+-----------+-----+-----+----+
 *	 32      36      40      42                                50     56
 *	+-------+-------+---+---+-----------------------------------------+----+
 *	| from  | to    | n |of | what the mailbox message has (mail.c)   |text|
 *	+-------+-------+---+---+-----------------------------------------+----+
 *
 *	type    0 connect, 1 its answer, 2 a request, 3 its reply, 4 a request
 *	        without reply, 5 an error, 6 and 7 destinations, 8 a session
 *	seq     of a request, and of its reply; little endian, as all is
 *	length  of the text behind 56 octets
 *	mail    c0 a request, 80 one with text, d4 done, 94 done with text,
 *	        d1 an error
 *	to      slot (the upper 4 bits), 0e the task of service requests
 *
 * A PDU is one operation, by the name of its service.  A connect has nothing
 * in it: 56 zeros prove nothing, so that is one on SRTP's own port alone.
 * Elsewhere a request or a reply is known by its mailbox message, which has to
 * fit its type, its text and the task.
 *
 * Left out: the time in a message (which of three octets is what is told in two
 * ways), what replies say but those of memory, the long status and the clock;
 * which way "store" and "load" carry a program: published sources disagree.
 */
#include "dissectors/gesrtp/gesrtp.h"

#define PORT     18245
#define HEADER   56
#define MAIL_AT  31
#define TEXT_MAX 16384 /* a mailbox message has 2048 octets of text at most */
#define TASK     0x0e  /* [4]: whom service requests are for */

/* A message that is not waited for after damage: the stream's own limit. */
#define SEARCH_LEN_MAX 512

#define KEY_CONNECT (1ULL << 32)

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[SRTPF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(SEQ, "seq", EV_R_NONE, "1"),
    F(MAILBOX, "mailbox", EV_R_NONE, "2 3"),
    F(SLOT, "slot", EV_R_KEY, "4"),
    F(PACKET, "packet", EV_R_NONE, "1"),
    F(PACKETS, "packets", EV_R_NONE, "1"),
    F(AREA, "area", EV_R_KEY, "1"),
    F(UNIT, "unit", EV_R_NONE, "1"),
    F(ADDR, "addr", EV_R_ADDR, "1"),
    F(COUNT, "count", EV_R_QTY, "1"),
    F(VALUES, "values", EV_R_VALUES, "4"),
    F(PARAMS, "params", EV_R_NONE, "1"),
    F(DATA, "data", EV_R_NONE, "1"),
    F(BYTES, "bytes", EV_R_NONE, "1"),
    F(MAJOR, "major", EV_R_NONE, "2 3"),
    F(MINOR, "minor", EV_R_NONE, "2 3"),
    F(PRIVILEGE, "privilege", EV_R_NONE, "2 3"),
    F(STATUS, "status_word", EV_R_NONE, "2 3"),
    F(STATE, "plc_state", EV_R_NONE, "2 3"),
    F(PROGRAMMER, "programmer", EV_R_NONE, "2 3"),
    F(PROGRAM, "program", EV_R_NONE, "4"),
    F(TIME, "time", EV_R_NONE, "4"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == SRTPF_LAST - EV_PROTO_BASE,
    "a field has no name");
_Static_assert(sizeof(struct srtp_wait) <= DIS_BLOB_MAX, "waits");

static const struct ev_proto proto = {
    .name = "gesrtp",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

void
srtp_bad(struct srtp_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

/* --- framing --------------------------------------------------------------- */

/* Whether this type may carry such a mailbox message. */
static bool
carries(uint8_t type, uint8_t mail)
{
	switch (mail) {
	case MAIL_REQUEST:
	case MAIL_REQUEST_TEXT:
		return type == SRTP_REQUEST || type == SRTP_UNCONFIRMED ||
		       type == SRTP_SESSION;
	case MAIL_ACK:
	case MAIL_ACK_TEXT:
	case MAIL_NACK: return type == SRTP_REPLY || type == SRTP_SESSION_REPLY;
	default: return false;
	}
}

static bool
has_mail(uint8_t type)
{
	return type == SRTP_REQUEST || type == SRTP_REPLY ||
	       type == SRTP_UNCONFIRMED || type == SRTP_SESSION ||
	       type == SRTP_SESSION_REPLY;
}

static enum dis_rc
find(struct rd r, size_t *ret_len, size_t *ret_need)
{
	size_t have = rd_left(&r);
	uint8_t type = rd_u8(&r), version = rd_u8(&r);
	uint32_t text;

	*ret_need = have < 2 ? 2 : have < 8 ? 8 : HEADER;
	if (have < 2) {
		return DIS_MORE;
	}
	if (type > SRTP_SESSION_REPLY || version != 0) {
		return DIS_NOT_MINE;
	}
	rd_skip(&r, 2);
	text = rd_le32(&r);
	if (have < 8) {
		return DIS_MORE;
	}
	if (text > TEXT_MAX) {
		return DIS_NOT_MINE;
	}
	if (have < HEADER) {
		return DIS_MORE;
	}
	*ret_len = *ret_need = HEADER + (size_t)text;
	rd_skip(&r, HEADER - 8);
	return rd_has(&r, text) ? DIS_OK : DIS_MORE;
}

/* On its own port: what has a mailbox has a message of a type. */
static bool
is_likely(struct rd r)
{
	uint8_t type = rd_u8(&r), mail;
	uint32_t text;

	rd_skip(&r, 3);
	text = rd_le32(&r);
	rd_skip(&r, MAIL_AT - 8);
	mail = rd_u8(&r);
	return has_mail(type) ? carries(type, mail) : text == 0;
}

/* Elsewhere only what can hardly be another's. */
static bool
is_beyond_doubt(struct rd r)
{
	uint8_t type = rd_u8(&r), mail, from, to;
	uint32_t text;

	rd_skip(&r, 3);
	text = rd_le32(&r);
	rd_skip(&r, MAIL_AT - 8);
	mail = rd_u8(&r);
	rd_skip(&r, 1);
	from = rd_u8(&r);
	rd_skip(&r, 3);
	to = rd_u8(&r);
	if ((type != SRTP_REQUEST && type != SRTP_REPLY) ||
	    !carries(type, mail)) {
		return false;
	}
	return (type == SRTP_REQUEST ? to : from) == TASK &&
	       (text > 0) ==
		   (mail == MAIL_REQUEST_TEXT || mail == MAIL_ACK_TEXT);
}

/* Many begin with a zero: elsewhere those keep nobody waiting but for what
 * looks like a connect as far as it is there. */
static bool
may_be(struct rd r)
{
	uint8_t type = rd_u8(&r);

	for (size_t i = 1; i < 8 && type <= SRTP_CONNECTED; i++) {
		if (rd_u8(&r) != 0) {
			return false;
		}
	}
	return type <= SRTP_REPLY;
}

static enum dis_rc
gesrtp_probe(struct rd in, const struct dis_probe *pr)
{
	bool lenient = pr->hinted && !pr->searching;
	size_t len = 0, need;
	enum dis_rc rc;

	if (pr->transport != DIS_TCP || !(lenient || may_be(in))) {
		return DIS_NOT_MINE;
	}
	rc = find(in, &len, &need);
	if (len == 0) {
		return rc;
	}
	if ((pr->searching && len > SEARCH_LEN_MAX) ||
	    !(lenient ? is_likely(in) : is_beyond_doubt(in))) {
		return DIS_NOT_MINE;
	}
	if (rc == DIS_OK && pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	return rc;
}

/* --- one PDU --------------------------------------------------------------- */

static bool
is_reply(uint8_t type)
{
	return type == SRTP_CONNECTED || type == SRTP_REPLY ||
	       type == SRTP_DESTINATIONS_REPLY || type == SRTP_SESSION_REPLY;
}

/* Under which key a request and its reply meet. */
static uint64_t
key_of(const struct srtp_msg *m)
{
	return m->type <= SRTP_CONNECTED
		   ? KEY_CONNECT
		   : (uint64_t)(m->type & ~1u) << 16 | m->seq;
}

static void
direct(struct srtp_msg *m)
{
	struct dis_ctx *ctx = m->ctx;

	if (m->type == SRTP_ERROR) {
		m->dir = EV_DIR_NOTIFY;
		return;
	}
	m->reply = is_reply(m->type);
	m->dir = m->reply ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	ctx->client = m->reply ? !ctx->side : ctx->side;
	ctx->client_sure = true;
	if (m->cut) {
		return;
	}
	if (m->reply) {
		m->paired = ctx->sv->take(
		    ctx, key_of(m), &m->wait, sizeof(m->wait), &m->pair);
	} else if (m->type != SRTP_UNCONFIRMED && m->bad == NULL) {
		(void)ctx->sv->put(ctx, key_of(m), &m->wait, sizeof(m->wait));
	}
}

static const char *
type_name(uint8_t type)
{
	switch (type) {
	case SRTP_CONNECT:
	case SRTP_CONNECTED: return "connect";
	case SRTP_ERROR: return "error";
	case SRTP_DESTINATIONS:
	case SRTP_DESTINATIONS_REPLY: return "destinations";
	default: return "session";
	}
}

static void
name(struct srtp_msg *m)
{
	const struct srtp_service *s;

	m->op = type_name(m->type);
	m->cls = EV_CLASS_SESSION;
	m->code = m->type;
	if (!has_mail(m->type)) {
		m->status = "ok";
		return;
	}
	if (!m->wait.known) {
		m->op = m->reply ? "reply" : "unknown";
		m->cls = EV_CLASS_OTHER;
		m->code = m->mail;
		return;
	}
	s = srtp_service(m->wait.service);
	m->op = s->name;
	m->cls = s->cls;
	m->code = m->wait.service;
}

static void
tell(struct srtp_msg *m)
{
	struct ev *e =
	    dis_operation(m->ctx, PROTO_GESRTP, m->dir, m->op, m->code, m->cls);

	if (m->reply && !m->cut && m->bad == NULL) {
		e->status = m->status;
	}
	if (m->paired && e->status != NULL) {
		dis_paired(e, &m->pair);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	ev_uint(e, SRTPF_SEQ, m->seq);
	if (has_mail(m->type)) {
		srtp_tell_mail(m, e);
	}
	dis_emit(m->ctx, e);
}

static void
read_frame(struct srtp_msg *m, struct rd r)
{
	struct rd length;

	m->type = rd_u8(&r);
	rd_skip(&r, 1);
	m->seq = rd_le16(&r);
	length = r;
	rd_skip(&r, MAIL_AT - 4);
	m->body = rd_sub(&r, HEADER - MAIL_AT);
	m->text = r;
	if (!has_mail(m->type)) {
		if (rd_left(&r) > 0) {
			srtp_bad(m, SRTP_BAD_LENGTH, &length);
		}
		return;
	}
	length = m->body;
	m->mail = rd_u8(&m->body);
	if (!carries(m->type, m->mail)) {
		srtp_bad(m, SRTP_BAD_MAILBOX, &length);
		return;
	}
	srtp_read_mail(m);
}

static bool
is_good(const struct srtp_msg *m)
{
	return m->paired && m->bad == NULL && m->status != NULL &&
	       m->status[0] == 'o' && m->status[1] == 'k';
}

static void
handle(struct srtp_msg *m, struct rd r)
{
	read_frame(m, r);
	direct(m);
	if (has_mail(m->type) && m->bad == NULL && !m->cut) {
		srtp_check_mail(m);
	}
	name(m);
	if (m->paired && m->bad == NULL) {
		dis_confirm(m->ctx);
	}
	if (!is_good(m) || !dis_answered(m->ctx, PROTO_GESRTP, &m->pair)) {
		tell(m);
	}
	if (m->bad == NULL && !m->cut) {
		srtp_facts(m);
	}
}

static enum dis_rc
gesrtp_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct srtp_msg m = {.ctx = ctx, .st = ctx->state, .start = in->p};
	size_t len = 0, have;
	enum dis_rc rc = find(*in, &len, &ctx->need);

	if (rc == DIS_NOT_MINE) {
		if (!ctx->confirmed) {
			return DIS_NOT_MINE;
		}
		dis_malformed(
		    ctx, PROTO_GESRTP, EV_DIR_UNKNOWN, SRTP_BAD_HEADER, 0);
		return DIS_BAD;
	}
	have = rd_left(in) < len ? rd_left(in) : len;
	/* Of a cut one its frame has to be there. */
	if (rc == DIS_MORE && !(ctx->cut && len != 0)) {
		return DIS_MORE;
	}
	m.cut = rc == DIS_MORE;
	handle(&m, rd_sub(in, have));
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_GESRTP, m.dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_gesrtp;

const struct dissector dissector_gesrtp = {
    .name = "gesrtp",
    .proto = PROTO_GESRTP,
    .state_size = sizeof(struct srtp_state),
    .hints = {{DIS_TCP, PORT}, {DIS_TCP, PORT + 1}},
    .probe = gesrtp_probe,
    .parse = gesrtp_parse,
    .fields = &proto,
};

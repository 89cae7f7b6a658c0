/*
 * tls: records ([1] 6.2), and the messages in them ([1] 7).
 *
 *	 0    1       3       5
 *	+----+-------+-------+----------- - -     type 20 change cipher spec,
 *	|type|version| length| fragment           21 alert, 22 handshake,
 *	+----+-------+-------+----------- - -     23 application data
 *
 *	+----+-----------+------------ - -        in fragments of type 22, one
 *	|type| length(3) | body                   behind the other: several in a
 *	+----+-----------+------------ - -        record, one in several
 *
 * ClientHello, ServerHello, Certificate and CertificateRequest are the PDUs
 * that are told, and alerts; the other messages say nothing of anybody and go
 * by.  When the ends begin to encrypt, behind ServerHello in TLS 1.3 and at
 * the first change of the cipher before, the dissector is done with the
 * connection: what it carries is nobody's to see.
 *
 * Left out: DTLS, SSL 2.0 and hellos in its form, TLS within other protocols
 * (STARTTLS), messages whose head is in two records, what the capture cut.
 */
#include "dissectors/tls/tls.h"

#define HEAD     5
#define MSG_HEAD 4
/* [1] 6.2.3: 2^14 octets and what encryption adds. */
#define RECORD_MAX  (16384 + 2048)
#define MESSAGE_MAX 32768 /* of one in several records */

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[TLF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(VERSION, "version", EV_R_KEY, "2 4.2.1"),
    F(VERSIONS, "versions", EV_R_NONE, "2 4.2.1"),
    F(OBSOLETE, "obsolete", EV_R_KEY, "6 4, 5"),
    F(SNI, "server_name", EV_R_KEY, "3 3"),
    F(ALPN, "alpn", EV_R_NONE, "4 3.1"),
    F(CARRIES, "carries", EV_R_NONE, ""),
    F(CIPHERS, "ciphers", EV_R_NONE, "1 7.4.1.2"),
    F(CIPHER, "cipher", EV_R_KEY, "1 7.4.1.3"),
    F(WEAK, "weak_cipher", EV_R_KEY, ""),
    F(SUBJECT, "cert_subject", EV_R_KEY, "5 4.1.2.6"),
    F(ISSUER, "cert_issuer", EV_R_KEY, "5 4.1.2.4"),
    F(SELF_SIGNED, "self_signed", EV_R_NONE, "5 3.2"),
    F(NOT_BEFORE, "not_before", EV_R_NONE, "5 4.1.2.5"),
    F(NOT_AFTER, "not_after", EV_R_KEY, "5 4.1.2.5"),
    F(EXPIRED, "expired", EV_R_KEY, "5 4.1.2.5"),
    F(NOT_YET, "not_yet_valid", EV_R_KEY, "5 4.1.2.5"),
    F(NAMES, "names", EV_R_NONE, "5 4.2.1.6"),
    F(KEY, "key_type", EV_R_NONE, "5 4.1.2.7"),
    F(BITS, "key_bits", EV_R_NONE, "5 4.1.2.7"),
    F(SIGNATURE, "signature", EV_R_NONE, "5 4.1.1.2"),
    F(LEVEL, "level", EV_R_NONE, "1 7.2"),
    F(ALERT, "alert", EV_R_KEY, "1 7.2"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == TLF_END - EV_PROTO_BASE,
    "a field has no name");
_Static_assert(sizeof(struct tls_state) <= DIS_STATE_MAX, "fits a flow");

static const struct ev_proto proto = {
    .name = "tls",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
    .program = true,
};

void
tls_bad(struct tls_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

/* --- records --------------------------------------------------------------- */

struct record {
	uint8_t type;
	uint16_t len;
};

/* Not one octet more is asked for than it takes to see that it is none. */
static enum dis_rc
find(struct rd r, struct record *ret)
{
	uint8_t v;

	if (rd_left(&r) == 0) {
		return DIS_MORE;
	}
	ret->type = rd_u8(&r);
	if (ret->type < TLS_CHANGE || ret->type > TLS_HEARTBEAT) {
		return DIS_NOT_MINE;
	}
	if (rd_left(&r) == 0) {
		return DIS_MORE;
	}
	v = rd_u8(&r);
	if (v != 3) {
		return DIS_NOT_MINE;
	}
	if (rd_left(&r) == 0) {
		return DIS_MORE;
	}
	v = rd_u8(&r);
	if (v > 4) {
		return DIS_NOT_MINE;
	}
	if (!rd_has(&r, 2)) {
		return rd_left(&r) == 1 && rd_u8(&r) > RECORD_MAX >> 8
			   ? DIS_NOT_MINE
			   : DIS_MORE;
	}
	ret->len = rd_be16(&r);
	return ret->len <= RECORD_MAX ? DIS_OK : DIS_NOT_MINE;
}

/* A hello begins here: its length fits the record, its version is one. */
static enum dis_rc
begins_hello(struct rd r, size_t len, bool others)
{
	uint8_t type, v;
	uint32_t n;

	if (rd_left(&r) == 0) {
		return DIS_MORE;
	}
	type = rd_u8(&r);
	if (type != TLS_CLIENT_HELLO && type != TLS_SERVER_HELLO) {
		return others && type == TLS_CERTIFICATE && len > MSG_HEAD
			   ? DIS_OK
			   : DIS_NOT_MINE;
	}
	if (rd_left(&r) == 0) {
		return DIS_MORE;
	}
	if (rd_u8(&r) != 0) {
		return DIS_NOT_MINE;
	}
	if (!rd_has(&r, 3)) {
		return DIS_MORE;
	}
	n = rd_be16(&r);
	v = rd_u8(&r);
	if (n < 38 || v != 3) {
		return DIS_NOT_MINE;
	}
	if (rd_left(&r) == 0) {
		return DIS_MORE;
	}
	v = rd_u8(&r);
	return v <= 4 ? DIS_OK : DIS_NOT_MINE;
}

/*
 * Off TLS's ports only a hello proves it; there, or of a flow that is known to
 * be TLS, other records do.
 */
static enum dis_rc
tls_probe(struct rd in, const struct dis_probe *pr)
{
	struct record rec = {0};
	enum dis_rc rc = find(in, &rec);

	if (pr->transport != DIS_TCP) {
		return DIS_NOT_MINE;
	}
	if (rc != DIS_OK || rec.len == 0) {
		return rc == DIS_OK ? DIS_NOT_MINE : rc;
	}
	rd_skip(&in, HEAD);
	if (rec.type == TLS_HANDSHAKE) {
		rc = begins_hello(in, rec.len, pr->hinted || pr->searching);
	} else if (!pr->hinted || rec.type == TLS_HEARTBEAT ||
		   (rec.type == TLS_CHANGE && rec.len != 1) ||
		   (rec.type == TLS_ALERT && rec.len != 2)) {
		rc = DIS_NOT_MINE;
	}
	if (rc == DIS_OK && pr->ret_len != NULL) {
		*pr->ret_len = HEAD + (size_t)rec.len;
	}
	return rc;
}

/* --- messages -------------------------------------------------------------- */

static enum dis_rc
finish(struct tls_msg *m)
{
	if (m->bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(m->ctx, PROTO_TLS, m->dir, m->bad, m->bad_at);
	return DIS_BAD;
}

static bool
is_told(uint8_t type)
{
	return type == TLS_CLIENT_HELLO || type == TLS_SERVER_HELLO ||
	       type == TLS_CERTIFICATE || type == TLS_CERTIFICATE_REQUEST;
}

/* A whole message, with its head. */
static enum dis_rc
tell(struct dis_ctx *ctx, struct rd r)
{
	struct tls_msg m = {
	    .ctx = ctx, .st = ctx->state, .start = r.p, .dir = EV_DIR_NOTIFY};
	uint8_t type = rd_u8(&r);

	rd_skip(&r, 3);
	switch (type) {
	case TLS_CLIENT_HELLO: tls_client_hello(&m, r); break;
	case TLS_SERVER_HELLO: tls_server_hello(&m, r); break;
	case TLS_CERTIFICATE: tls_certificate(&m, r); break;
	default:
		dis_emit(
		    ctx, dis_operation(ctx, PROTO_TLS, m.dir,
			     "certificate_request", type, EV_CLASS_SESSION));
		break;
	}
	return finish(&m);
}

/* Octets of one message in several records, those of the record at hand. */
static enum dis_rc
collect(struct dis_ctx *ctx, struct tls_side *s, struct rd *in)
{
	uint32_t n = s->want - s->got;
	struct rd piece, whole;
	enum dis_rc rc;

	n = n < s->record ? n : s->record;
	if (!rd_has(in, n)) {
		ctx->need = n;
		return DIS_MORE;
	}
	piece = rd_sub(in, n);
	rc = ctx->sv->reassemble(ctx, &ctx->side, sizeof(ctx->side), s->got,
	    piece, s->got + n == s->want, &whole);
	s->record -= n;
	s->got += n;
	if (s->got == s->want || rc == DIS_BAD) {
		s->pass = s->want - s->got;
		s->whole = false;
		s->want = s->got = 0;
	}
	return rc == DIS_OK ? tell(ctx, whole) : DIS_OK;
}

/* What goes by: of a message as far as the record has it, or of a record. */
static enum dis_rc
pass(struct tls_side *s, struct rd *in)
{
	size_t n = rd_left(in);

	if (n > s->pass) {
		n = s->pass;
	}
	if (!s->whole && n > s->record) {
		n = s->record;
	}
	rd_skip(in, n);
	s->pass -= (uint32_t)n;
	if (!s->whole) {
		s->record -= (uint32_t)n;
	}
	return DIS_OK;
}

static enum dis_rc
message(struct dis_ctx *ctx, struct tls_side *s, struct rd *in)
{
	struct rd r = *in;
	uint8_t type = rd_u8(&r);
	uint32_t len = rd_be24(&r) + MSG_HEAD;

	if (s->record < MSG_HEAD) {
		s->astray = true;
		s->pass = s->record;
		s->whole = true;
		s->record = 0;
		return pass(s, in);
	}
	if (!rd_ok(&r)) {
		ctx->need = MSG_HEAD;
		return DIS_MORE;
	}
	if (!is_told(type) || (len > s->record && len > MESSAGE_MAX)) {
		s->pass = len - MSG_HEAD;
		s->whole = false;
		s->record -= MSG_HEAD;
		*in = r;
		return DIS_OK;
	}
	if (len > s->record) {
		if (!rd_has(in, s->record)) {
			ctx->need = s->record;
			return DIS_MORE;
		}
		s->want = len;
		return collect(ctx, s, in);
	}
	if (!rd_has(in, len)) {
		ctx->need = len;
		return DIS_MORE;
	}
	s->record -= len;
	return tell(ctx, rd_sub(in, len));
}

/* --- records of other types ------------------------------------------------ */

static enum ev_dir
dir_of(const struct dis_ctx *ctx)
{
	return ctx->client_sure ? EV_DIR_NOTIFY : EV_DIR_UNKNOWN;
}

static enum dis_rc
alert(struct dis_ctx *ctx, struct rd *in)
{
	struct rd r = *in;
	uint8_t level, what;
	struct ev *e;

	rd_skip(&r, HEAD);
	level = rd_u8(&r);
	what = rd_u8(&r);
	if (!rd_ok(&r)) {
		ctx->need = HEAD + 2;
		return DIS_MORE;
	}
	*in = r;
	e = dis_operation(
	    ctx, PROTO_TLS, dir_of(ctx), "alert", what, EV_CLASS_SESSION);
	ev_name(e, TLF_LEVEL, level == 1 ? "warning" : "fatal");
	ev_name(e, TLF_ALERT, tls_alert_name(what));
	dis_emit(ctx, e);
	return DIS_OK;
}

/* A connection whose beginning was not seen: that there is one, and no more. */
static void
tell_data(struct dis_ctx *ctx)
{
	if (!ctx->client_sure && ctx->hinted &&
	    ctx->to_hint != ctx->from_hint) {
		ctx->client = ctx->to_hint ? ctx->side : !ctx->side;
	}
	dis_emit(ctx, dis_operation(ctx, PROTO_TLS, dir_of(ctx),
			  "application_data", TLS_DATA, EV_CLASS_SESSION));
	ctx->done = DIS_ALL_DONE;
}

/* The head of a record that is none of messages. */
static enum dis_rc
other(struct dis_ctx *ctx, struct tls_side *s, const struct record *rec,
    struct rd *in)
{
	const struct tls_state *st = ctx->state;
	/* Another ClientHello, or its early data, is still to come. */
	bool early = st->retry || (st->early && !st->server_hello);

	if (rec->type == TLS_ALERT && rec->len == 2) {
		return alert(ctx, in);
	}
	rd_skip(in, HEAD);
	s->pass = rec->len;
	s->whole = true;
	if (rec->type == TLS_CHANGE && !early) {
		ctx->done = DIS_ALL_DONE;
	} else if (rec->type == TLS_DATA && !early) {
		tell_data(ctx);
	}
	return DIS_OK;
}

static enum dis_rc
record(struct dis_ctx *ctx, struct tls_side *s, struct rd *in)
{
	struct record rec = {0};
	enum dis_rc rc = find(*in, &rec);

	if (rc == DIS_NOT_MINE && ctx->confirmed) {
		dis_malformed(
		    ctx, PROTO_TLS, EV_DIR_UNKNOWN, TLS_BAD_HEADER, 0);
		return DIS_BAD;
	}
	if (rc != DIS_OK) {
		return rc;
	}
	if (rec.type != TLS_HANDSHAKE) {
		return other(ctx, s, &rec, in);
	}
	rd_skip(in, HEAD);
	if (rec.len == 0) { /* [1] 6.2.1 */
		dis_malformed(ctx, PROTO_TLS, dir_of(ctx), TLS_BAD_LENGTH, 3);
		return DIS_BAD;
	}
	s->record = rec.len;
	if (s->astray) {
		s->pass = s->record;
		s->whole = true;
		s->record = 0;
	}
	return DIS_OK;
}

static enum dis_rc
tls_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct tls_state *st = ctx->state;
	struct tls_side *s = &st->side[ctx->side];

	if (ctx->after_gap) {
		*s = (struct tls_side){0};
	}
	if (s->pass > 0 && (s->whole || s->record > 0)) {
		return pass(s, in);
	}
	if (s->record == 0) {
		return record(ctx, s, in);
	}
	if (s->want > 0) {
		return collect(ctx, s, in);
	}
	return message(ctx, s, in);
}

extern const struct dissector dissector_tls;

const struct dissector dissector_tls = {
    .name = "tls",
    .proto = PROTO_TLS,
    .state_size = sizeof(struct tls_state),
    .secret = true,
    .hints = {{DIS_TCP, 443}, {DIS_TCP, 8443}, {DIS_TCP, 802}, {DIS_TCP, 2221},
	{DIS_TCP, 4843}, {DIS_TCP, 636}, {DIS_TCP, 8883}, {DIS_TCP, 6514}},
    .probe = tls_probe,
    .parse = tls_parse,
    .fields = &proto,
};

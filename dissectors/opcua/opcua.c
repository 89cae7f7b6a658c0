/*
 * opcua: messages, their chunks and secure channels ([1] 6.7.2, 7.1.2).
 *
 *	 0       3     4      8
 *	+-------+-----+------+-----------------------------------------------+
 *	| type  | F,C | size | HEL ACK ERR RHE: body                         |
 *	|       | A   |      | OPN: channel | policy, certificates | seq, body |
 *	|       |     |      | MSG CLO: channel | token | seq, body           |
 *	+-------+-----+------+-----------------------------------------------+
 *
 * A chunk is one PDU and one operation; a message that comes in several is
 * told as what it is with its last one.  Where a channel is encrypted, its
 * opening names the policy and both certificates, and nothing else is to be
 * had; that it is so is told once.  Where it is signed only, bodies are read
 * and the signature behind each chunk is passed over.
 *
 * Left out: chunks of more than DIS_NEED_MAX, HTTPS and WebSockets, JSON and
 * XML, PubSub.  An authentication token is a session's secret and not told.
 */
#include <stddef.h>
#include <string.h>

#include "dissectors/opcua/opcua.h"

#define PORT            4840
#define HEAD            8
#define SIZE_MAX_LIKELY DIS_NEED_MAX
/* A message that is not waited for after damage: the stream's own limit. */
#define SEARCH_LEN_MAX 512
/* Of a cut one, what names its service. */
#define CUT_LEAST 32

/* Keys of what waits besides requests of services. */
#define KEY_HELLO ((uint64_t)1 << 63)
#define KEY_OPEN  ((uint64_t)1 << 62)

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[UAF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(MESSAGE, "message", EV_R_NONE, "6 7.1.2.2"),
    F(CHUNK, "chunk", EV_R_NONE, "6 6.7.2.2"),
    F(CHANNEL, "channel", EV_R_NONE, "6 6.7.2.2"),
    F(REQUEST, "request", EV_R_NONE, "6 6.7.2.4"),
    F(SERVICE, "service", EV_R_NONE, "6 A.2"),
    F(VERSION, "version", EV_R_NONE, "6 7.1.2.3"),
    F(URL, "url", EV_R_KEY, "6 7.1.2.3"),
    F(SERVER, "server", EV_R_KEY, "6 7.1.2.6"),
    F(POLICY, "policy", EV_R_KEY, "6 6.7.2.3"),
    F(MODE, "mode", EV_R_KEY, "4 7.20"),
    F(RENEW, "renew", EV_R_NONE, "4 5.5.2"),
    F(LIFETIME, "lifetime", EV_R_NONE, "4 5.5.2"),
    F(CERTIFICATE, "certificate", EV_R_NONE, "6 6.7.2.3"),
    F(APPLICATION, "application", EV_R_NONE, "4 7.2"),
    F(APPLICATION_URI, "application_uri", EV_R_KEY, "4 7.2"),
    F(PRODUCT_URI, "product_uri", EV_R_NONE, "4 7.2"),
    F(APPLICATION_TYPE, "application_type", EV_R_NONE, "4 7.4"),
    F(URLS, "urls", EV_R_NONE, "4 7.2"),
    F(SERVERS, "servers", EV_R_NONE, "4 5.4.2"),
    F(ENDPOINTS, "endpoints", EV_R_NONE, "4 7.14"),
    F(TOKENS, "tokens", EV_R_NONE, "4 7.42"),
    F(SESSION, "session", EV_R_NONE, "4 5.6.2"),
    F(TOKEN, "token", EV_R_KEY, "4 7.40"),
    F(CLEAR, "clear", EV_R_KEY, "4 7.40.4"),
    F(ABOUT, "about", EV_R_KEY, ""),
    F(NODES, "nodes", EV_R_NONE, ""),
    F(NODE, "node", EV_R_NONE, "6 5.3.1.10"),
    F(ATTRIBUTE, "attribute", EV_R_NONE, "6 A.1"),
    F(METHOD, "method", EV_R_NONE, "4 5.11.2"),
    F(TYPE, "type", EV_R_NONE, "6 5.1.2"),
    F(VALUE, "value", EV_R_NONE, ""),
    F(RESULT, "result", EV_R_NONE, ""),
    F(RESULTS, "results", EV_R_NONE, ""),
    F(COUNT, "count", EV_R_NONE, ""),
    F(SUBSCRIPTION, "subscription", EV_R_NONE, "4 5.13"),
    F(INTERVAL, "interval_ms", EV_R_NONE, "4 5.13.2"),
    F(ERROR, "error", EV_R_NONE, "4 7.39"),
    F(REASON, "cause", EV_R_NONE, "6 7.1.2.5"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == UAF_END - EV_PROTO_BASE,
    "a field has no name");

const struct ev_proto ua_proto = {
    .name = "opcua",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .program = true,
};

/* --- what is shared -------------------------------------------------------- */

void
ua_bad(struct ua_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL && !m->cut && !m->lost) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

/* Starts the operation; m has op, class, direction, status and pair. */
struct ev *
ua_start(struct ua_msg *m, uint32_t code)
{
	struct ev *e =
	    dis_operation(m->ctx, PROTO_OPCUA, m->dir, m->op, code, m->cls);

	e->status = m->dir == EV_DIR_RESPONSE && !m->cut ? m->status : NULL;
	if (m->paired && e->status != NULL) {
		dis_paired(e, &m->pair);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	ev_name(e, UAF_MESSAGE, m->message);
	if (m->chunk != 'F') {
		ev_name(e, UAF_CHUNK, m->chunk == 'C' ? "more" : "abort");
	}
	return e;
}

void
ua_finish(struct ua_msg *m, struct ev *e)
{
	if (m->about_n > 0) {
		ev_bytes(e, UAF_ABOUT, EV_T_TEXT, m->about, m->about_n);
	}
	if (m->paired && m->bad == NULL) {
		dis_confirm(m->ctx);
	}
	dis_emit(m->ctx, e);
}

void
ua_text_field(struct ev *e, uint16_t id, struct rd text)
{
	if (rd_left(&text) > 0) {
		ev_bytes(e, id, EV_T_TEXT, text.p, rd_left(&text));
	}
}

void
ua_identity(
    struct ua_msg *m, const struct ev_end *who, const char *key, struct rd text)
{
	if (rd_left(&text) > 0) {
		dis_identity(m->ctx, PROTO_OPCUA, who, key, EV_T_TEXT, text.p,
		    rd_left(&text), m->op);
	}
}

void
ua_auth(struct ua_msg *m, const char *action, const char *detail,
    const void *user, size_t n)
{
	struct ev *e = dis_event(m->ctx, EV_AUTH, PROTO_OPCUA, m->dir);

	ev_name(e, EVF_ACTION, action);
	if (n > 0) {
		ev_bytes(e, EVF_USER, EV_T_TEXT, user, n);
	}
	ev_name(e, EVF_DETAIL, detail);
	dis_emit(m->ctx, e);
}

struct rd
ua_policy_name(struct rd uri)
{
	struct rd r = uri;

	while (rd_left(&r) > 0) {
		if (rd_u8(&r) == '#') {
			return r;
		}
	}
	return uri;
}

/* --- framing --------------------------------------------------------------- */

static const struct {
	char type[4];
	const char *chunks; /* that it may come in */
} types[] = {
    {"HEL", "F"},
    {"ACK", "F"},
    {"ERR", "F"},
    {"RHE", "F"},
    {"OPN", "FCA"},
    {"MSG", "FCA"},
    {"CLO", "FCA"},
};

#define TYPES (sizeof(types) / sizeof(types[0]))

static bool
begins(size_t i, const struct rd *r, size_t n)
{
	return memcmp(types[i].type, r->p, n < 3 ? n : 3) == 0 &&
	       (n < 4 || strchr(types[i].chunks, r->p[3]) != NULL);
}

/* Its length; MORE and NOT_MINE without one.  No more is asked for than it
 * takes to refuse it. */
static enum dis_rc
find(struct rd r, size_t *ret_type, size_t *ret_len, size_t *ret_need)
{
	size_t n = rd_left(&r) < 4 ? rd_left(&r) : 4, i = 0;
	uint32_t size;

	*ret_need = n + 1;
	if (n == 0) {
		return DIS_MORE;
	}
	while (i < TYPES && !begins(i, &r, n)) {
		i++;
	}
	/* A null octet is in no list of letters. */
	if (i == TYPES || (n == 4 && r.p[3] == 0)) {
		return DIS_NOT_MINE;
	}
	if (n < 4) {
		return DIS_MORE;
	}
	*ret_need = HEAD;
	*ret_type = i;
	rd_skip(&r, 4);
	size = rd_le32(&r);
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	if (size < HEAD || size > INT32_MAX) {
		return DIS_NOT_MINE;
	}
	*ret_len = *ret_need = size;
	return rd_has(&r, size - HEAD) ? DIS_OK : DIS_MORE;
}

static enum dis_rc
opcua_probe(struct rd in, const struct dis_probe *pr)
{
	size_t len = 0, need, type = 0;
	enum dis_rc rc;

	if (pr->transport != DIS_TCP) {
		return DIS_NOT_MINE;
	}
	rc = find(in, &type, &len, &need);
	if (len > (pr->searching ? SEARCH_LEN_MAX : SIZE_MAX_LIKELY)) {
		return DIS_NOT_MINE;
	}
	if (rc == DIS_NOT_MINE || len == 0) {
		return rc;
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	/* Four letters and a length of which two octets are known. */
	return DIS_OK;
}

/* --- what carries messages ------------------------------------------------- */

static void
set_client(struct ua_msg *m, bool by_sender)
{
	m->ctx->client = by_sender ? m->ctx->side : !m->ctx->side;
	m->ctx->client_sure = true;
	m->dir = by_sender ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
}

/* Version, receive and send buffer, message and chunk limits; then a URL. */
static void
tell_hello(struct ua_msg *m, struct rd r, bool ack)
{
	uint32_t version = rd_le32(&r);
	struct ev *e;
	struct rd url;

	rd_skip(&r, 16);
	url = ack ? rd_sub(&r, 0) : ua_string(m, &r);
	if (!rd_ok(&r)) {
		ua_bad(m, UA_BAD_SHORT, &r);
	}
	m->op = "hello";
	m->cls = EV_CLASS_SESSION;
	set_client(m, !ack);
	if (ack) {
		m->paired =
		    m->ctx->sv->take(m->ctx, KEY_HELLO, NULL, 0, &m->pair);
	} else if (!m->cut) {
		(void)m->ctx->sv->put(m->ctx, KEY_HELLO, NULL, 0);
	}
	e = ua_start(m, 0);
	ev_uint(e, UAF_VERSION, version);
	ua_text_field(e, UAF_URL, url);
	ua_finish(m, e);
}

/* The server calls the client: who it is, and where. */
static void
tell_reverse(struct ua_msg *m, struct rd r)
{
	struct rd server = ua_string(m, &r), url = ua_string(m, &r);
	struct ev *e;

	if (!rd_ok(&r)) {
		ua_bad(m, UA_BAD_SHORT, &r);
	}
	m->op = "reverse_hello";
	m->cls = EV_CLASS_SESSION;
	set_client(m, false);
	m->dir = EV_DIR_NOTIFY;
	e = ua_start(m, 0);
	ua_text_field(e, UAF_SERVER, server);
	ua_text_field(e, UAF_URL, url);
	ua_finish(m, e);
}

/* Who speaks where a message does not say: as it was seen before, or by the
 * port. */
static void
guess_dir(struct ua_msg *m)
{
	const struct dis_ctx *ctx = m->ctx;

	if (ctx->client_sure) {
		m->dir =
		    ctx->client == ctx->side ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
	} else if (ctx->to_hint != ctx->from_hint) {
		m->dir = ctx->to_hint ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
	}
}

static void
tell_error(struct ua_msg *m, struct rd r)
{
	struct rd at = r, text;
	struct ev *e;

	m->result = rd_le32(&r);
	text = ua_string(m, &r);
	if (!rd_ok(&r)) {
		ua_bad(m, UA_BAD_SHORT, &at);
	}
	m->op = m->chunk == 'A' ? "abort" : "error";
	m->cls = EV_CLASS_SESSION;
	m->status = ua_status_name(m->result);
	m->dir = EV_DIR_RESPONSE;
	if (m->chunk == 'A') {
		guess_dir(m);
	}
	e = ua_start(m, 0);
	ev_hexnum(e, UAF_ERROR, m->result, 4);
	ua_text_field(e, UAF_REASON, text);
	ua_finish(m, e);
}

/* --- channels -------------------------------------------------------------- */

/* Octets of the signature behind each chunk, by policy (OPC 10000-7). */
static uint8_t
signature_of(struct rd policy)
{
	static const struct {
		const char *name;
		uint8_t n;
	} known[] = {
	    {"Basic128Rsa15", 20},
	    {"Basic256", 20},
	    {"Basic256Sha256", 32},
	    {"Aes128_Sha256_RsaOaep", 32},
	    {"Aes256_Sha256_RsaPss", 32},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t n = strlen(known[i].name);

		if (rd_left(&policy) == n &&
		    memcmp(policy.p, known[i].name, n) == 0) {
			return known[i].n;
		}
	}
	return 0;
}

/* An opening that nobody else can read: what its head says. */
static void
tell_sealed(struct ua_msg *m, struct rd policy, struct rd certificate)
{
	struct rd name = ua_common_name(certificate);
	struct ev *e;

	m->op = "open_secure_channel";
	m->cls = EV_CLASS_SESSION;
	m->status = NULL;
	guess_dir(m);
	e = ua_start(m, UA_OPEN);
	ev_uint(e, UAF_CHANNEL, m->channel);
	ua_text_field(e, UAF_POLICY, policy);
	ua_text_field(e, UAF_CERTIFICATE, name);
	ua_finish(m, e);
	if (!m->cut && m->bad == NULL) {
		ua_identity(m, m->ctx->src, "name", name);
	}
}

static void
tell_open(struct ua_msg *m, struct rd r)
{
	struct ua_state *st = m->ctx->state;
	struct rd at = r, policy, certificate;

	m->channel = rd_le32(&r);
	policy = ua_policy_name(ua_string(m, &r));
	certificate = ua_string(m, &r);
	(void)ua_string(m, &r);
	if (!rd_ok(&r)) {
		ua_bad(m, UA_BAD_SHORT, &at);
	}
	if (rd_ok(&r) && ua_is_none(policy)) {
		st->policy = UA_POLICY_NONE;
		st->signature = 0;
		rd_skip(&r, 4);
		m->request = rd_le32(&r);
		m->channel = 0; /* the answer tells the one that is given */
		ua_service(m, r);
		return;
	}
	if (rd_ok(&r)) {
		st->policy = UA_POLICY_SOME;
		st->signature = signature_of(policy);
	}
	tell_sealed(m, policy, certificate);
}

/* --- messages -------------------------------------------------------------- */

static void
tell_plain(struct ua_msg *m, const char *op)
{
	struct ev *e;

	m->op = op;
	m->cls = EV_CLASS_OTHER;
	m->status = NULL; /* is not to be seen */
	guess_dir(m);
	e = ua_start(m, 0);
	ev_uint(e, UAF_CHANNEL, m->channel);
	ua_finish(m, e);
}

static void
tell_secured(struct ua_msg *m)
{
	struct ua_state *st = m->ctx->state;

	tell_plain(m, "secured_message");
	if (st->policy == UA_POLICY_SOME && !st->told) {
		st->told = true;
		ua_auth(m, "encrypted", "secure_channel", NULL, 0);
	}
}

/* A chunk of several; true when *body has become the whole. */
static bool
collect(struct ua_msg *m, struct rd *body)
{
	struct dis_ctx *ctx = m->ctx;
	struct ua_state *st = ctx->state;
	struct ua_side *s = &st->side[ctx->side];
	uint32_t key[2] = {m->request, ctx->side};
	uint32_t at = s->bytes;
	bool last = m->chunk == 'F';
	enum dis_rc rc;

	if (s->open == UA_PASSES) {
		s->open = last ? UA_CLOSED : UA_PASSES;
		return false;
	}
	s->bytes += (uint32_t)rd_left(body);
	rc = ctx->sv->reassemble(ctx, key, sizeof(key), at, *body, last, body);
	s->open = last ? UA_CLOSED : rc == DIS_MORE ? UA_COLLECTS : UA_PASSES;
	return rc == DIS_OK && last;
}

/* Whether the chunk goes with those before it. */
static bool
goes_on(struct ua_msg *m)
{
	struct ua_state *st = m->ctx->state;
	struct ua_side *s = &st->side[m->ctx->side];

	if (s->open != UA_CLOSED && s->request == m->request) {
		return true;
	}
	s->request = m->request;
	s->bytes = 0;
	s->open = UA_CLOSED;
	return false;
}

static struct rd
without_signature(struct ua_msg *m, struct rd body)
{
	const struct ua_state *st = m->ctx->state;
	size_t n = st->signature;

	m->is_signed = st->policy != UA_POLICY_NONE;
	return n < rd_left(&body) ? rd_sub(&body, rd_left(&body) - n) : body;
}

static void
tell_body(struct ua_msg *m, struct rd body)
{
	struct ua_state *st = m->ctx->state;
	bool on = goes_on(m), readable = ua_is_readable(body);

	if (!on && !readable && st->policy != UA_POLICY_NONE) {
		tell_secured(m);
		return;
	}
	if (m->chunk == 'A') {
		st->side[m->ctx->side].open = UA_CLOSED;
		tell_error(m, body);
		return;
	}
	body = without_signature(m, body);
	if (on || m->chunk == 'C') {
		if (m->cut || !collect(m, &body)) {
			tell_plain(m, "message_chunk");
			return;
		}
		m->start = body.p;
	}
	ua_service(m, body);
}

static void
tell_message(struct ua_msg *m, struct rd r)
{
	struct rd at = r;

	m->channel = rd_le32(&r);
	rd_skip(&r, 8); /* token and sequence number */
	m->request = rd_le32(&r);
	if (!rd_ok(&r)) {
		ua_bad(m, UA_BAD_SIZE, &at);
		tell_plain(m, "unknown_message");
		return;
	}
	tell_body(m, r);
}

static enum dis_rc
tell(struct ua_msg *m, struct rd pdu, size_t type)
{
	m->message = types[type].type;
	rd_skip(&pdu, 3);
	m->chunk = (char)rd_u8(&pdu);
	rd_skip(&pdu, 4);
	switch (m->message[0]) {
	case 'H': tell_hello(m, pdu, false); break;
	case 'A': tell_hello(m, pdu, true); break;
	case 'E': tell_error(m, pdu); break;
	case 'R': tell_reverse(m, pdu); break;
	case 'O': tell_open(m, pdu); break;
	default: tell_message(m, pdu); break;
	}
	if (m->bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(m->ctx, PROTO_OPCUA, m->dir, m->bad, m->bad_at);
	return DIS_BAD;
}

static enum dis_rc
opcua_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct ua_state *st = ctx->state;
	size_t len = 0, have, type = 0;
	struct ua_msg m;
	enum dis_rc rc = find(*in, &type, &len, &ctx->need);

	if (ctx->after_gap) {
		st->side[ctx->side].open = UA_CLOSED;
	}
	if (rc == DIS_NOT_MINE) {
		if (!ctx->confirmed) {
			return DIS_NOT_MINE;
		}
		dis_malformed(
		    ctx, PROTO_OPCUA, EV_DIR_UNKNOWN, UA_BAD_HEADER, 0);
		return DIS_BAD;
	}
	have = rd_left(in) < len ? rd_left(in) : len;
	if (rc == DIS_MORE && !(ctx->cut && len != 0 && have >= CUT_LEAST)) {
		return DIS_MORE;
	}
	memset(&m, 0, offsetof(struct ua_msg, about));
	m.ctx = ctx;
	m.start = in->p;
	m.status = "ok";
	m.dir = EV_DIR_UNKNOWN;
	m.cut = rc == DIS_MORE;
	return tell(&m, rd_sub(in, have), type);
}

extern const struct dissector dissector_opcua;

const struct dissector dissector_opcua = {
    .name = "opcua",
    .proto = PROTO_OPCUA,
    .state_size = sizeof(struct ua_state),
    .hints = {{DIS_TCP, PORT}},
    .probe = opcua_probe,
    .parse = opcua_parse,
    .fields = &ua_proto,
};

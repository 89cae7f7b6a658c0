/*
 * rdp: TPKT ([2] 4.3), connections in it ([3] 13, [1] 2.2.1.1 and 2.2.1.2), and
 * what goes on behind them.
 *
 *	 0    1    2       4    5
 *	+----+----+-------+----+-----+-----+-----+-----+---------------------+
 *	| 3  | 0  | length| LI | e0  |  0  | src |  0  | cookie | negotiation|
 *	+----+----+-------+----+-----+-----+-----+-----+---------------------+
 *	| 3  | 0  | length| LI | d0  | dst | src |  0  | negotiation         |
 *	+----+----+-------+----+-----+-----+-----+-----+---------------------+
 *	| 3  | 0  | length| 2  | f0  | 80  | MCS                             |
 *	+----+----+-------+----+-----+-----+---------------------------------+
 *
 *	cookie       "Cookie: mstshash=" user, or a token for load balancers; a
 *	             line with CR LF at its end
 *	negotiation  type | flags | 8 (2) | value (4), little endian
 *	             type 1 asks for security protocols, a set; 2 has the one that
 *	             was chosen; 3 says why there is none
 *
 * One TPKT is one PDU and one operation.  What is told from S7 and MMS, which
 * have the same layers below: a cookie or a negotiation where those have the
 * parameters of X.224; no reference to the other end, class 0.  A bare request
 * is one on RDP's own port alone.
 *
 * Where TLS is agreed on its records follow, which are told by the dissector
 * for TLS: hellos, the certificate, and whom that names.  What is in TLS is
 * nobody's to see.  With RDP's own security the settings of both ends are in
 * the clear, and all up to the log-in; then screens and keys follow, of which
 * nothing is told.
 *
 * Left out: RDP over UDP, gateways (RPC and HTTP), early log-ins (CredSSP,
 * which is in TLS), licences, capabilities, updates (fast path).
 */
#include <string.h>

#include "dissectors/rdp/rdp.h"

#define PORT       3389
#define TPKT       4
#define TPKT_LEAST 7
#define CONNECT    11 /* octets of a bare one */

/* The longest that is waited for: settings have some 500 octets, and server's
 * certificates a few thousand. */
#define TPKT_MOST 16384

/* A message that is not waited for after damage: the stream's own limit. */
#define SEARCH_LEN_MAX 512

enum { CR = 0xe0, CC = 0xd0, DR = 0x80, DT = 0xf0 };
enum { NEG_REQUEST = 1, NEG_RESPONSE = 2, NEG_FAILURE = 3 };

#define NEG_LEN        8
#define NEG_RESTRICTED 0x01 /* of a request: no credentials are sent */

#define KEY_CONNECT 1

/* [1] 2.2.1.1: 16384 octets, and what encryption adds (RFC 5246, 6.2.3) */
#define TLS_HEAD 5
#define TLS_MOST (16384 + 2048)

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[RDPF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(USER, "user", EV_R_KEY, "1 2.2.1.1"),
    F(DOMAIN, "domain", EV_R_NONE, "1 2.2.1.11.1.1"),
    F(TOKEN, "token", EV_R_NONE, "1 2.2.1.1"),
    F(REQUESTED, "requested", EV_R_NONE, "1 2.2.1.1.1"),
    F(RESTRICTED, "restricted_admin", EV_R_KEY, "1 2.2.1.1.1"),
    F(SELECTED, "selected", EV_R_KEY, "1 2.2.1.2.1"),
    F(FAILURE, "failure", EV_R_NONE, "1 2.2.1.2.2"),
    F(VERSION, "version", EV_R_KEY, "1 2.2.1.3.2"),
    F(CLIENT, "client_name", EV_R_KEY, "1 2.2.1.3.2"),
    F(BUILD, "client_build", EV_R_KEY, "1 2.2.1.3.2"),
    F(PRODUCT, "product_id", EV_R_NONE, "1 2.2.1.3.2"),
    F(WIDTH, "width", EV_R_NONE, "1 2.2.1.3.2"),
    F(HEIGHT, "height", EV_R_NONE, "1 2.2.1.3.2"),
    F(KEYBOARD, "keyboard", EV_R_NONE, "1 2.2.1.3.2"),
    F(CHANNELS, "channels", EV_R_NONE, "1 2.2.1.3.4"),
    F(METHODS, "methods", EV_R_NONE, "1 2.2.1.3.3"),
    F(ENCRYPTION, "encryption", EV_R_KEY, "1 2.2.1.4.3"),
    F(LEVEL, "level", EV_R_KEY, "1 2.2.1.4.3"),
    F(CHANNEL, "channel", EV_R_NONE, "4 7"),
    F(REASON, "cause", EV_R_NONE, "4 7"),
    F(ENCRYPTED, "encrypted", EV_R_NONE, "1 2.2.8.1.1.2.1"),
    F(SHELL, "program", EV_R_KEY, "1 2.2.1.11.1.1"),
    F(ADDRESS, "client_address", EV_R_NONE, "1 2.2.1.11.1.1.1"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == RDPF_LAST - EV_PROTO_BASE,
    "a field has no name");
_Static_assert(sizeof(struct rdp_wait) <= DIS_BLOB_MAX, "waits");
_Static_assert(sizeof(struct rdp_state) <= DIS_STATE_MAX, "fits a flow");

static const struct ev_proto proto = {
    .name = "rdp",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
};

/* --- what the parts share -------------------------------------------------- */

void
rdp_bad(struct rdp_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

void
rdp_from_client(struct rdp_msg *m, bool client)
{
	m->ctx->client = client ? m->ctx->side : !m->ctx->side;
	m->ctx->client_sure = true;
}

void
rdp_ask(struct rdp_msg *m, uint64_t key, const void *blob, size_t n)
{
	m->dir = EV_DIR_REQUEST;
	rdp_from_client(m, true);
	if (!m->cut && m->bad == NULL) {
		(void)m->ctx->sv->put(m->ctx, key, blob, n);
	}
}

void
rdp_answer(struct rdp_msg *m, uint64_t key, void *ret_blob, size_t n)
{
	m->dir = EV_DIR_RESPONSE;
	rdp_from_client(m, false);
	if (!m->cut) {
		m->paired =
		    m->ctx->sv->take(m->ctx, key, ret_blob, n, &m->pair);
	}
	if (m->paired && m->bad == NULL) {
		dis_confirm(m->ctx);
	}
}

struct ev *
rdp_start(struct rdp_msg *m, uint32_t code)
{
	struct ev *e = dis_operation(
	    m->ctx, PROTO_RDP, m->dir, m->op, code, EV_CLASS_SESSION);

	if (m->dir == EV_DIR_RESPONSE && !m->cut && m->bad == NULL) {
		e->status = m->status;
	}
	if (m->paired && e->status != NULL) {
		dis_paired(e, &m->pair);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	return e;
}

/* --- framing --------------------------------------------------------------- */

/* Connections end with their head; data have one of 2 octets. */
static bool
is_head(uint8_t pdu, size_t li, size_t len)
{
	switch (pdu) {
	case CR:
	case CC:
	case DR: return li >= 6 && li + 5 == len;
	case DT: return li == 2 && len >= TPKT_LEAST;
	default: return false;
	}
}

/* A TPKT with an X.224 head that RDP has; MORE and NOT_MINE without. */
static enum dis_rc
find(struct rd r, size_t *ret_len, size_t *ret_need)
{
	size_t have = rd_left(&r), len, li;
	uint8_t pdu;

	/* No more than it takes to refuse it. */
	*ret_need = have < 2 ? 2 : TPKT + 2;
	if (have == 0) {
		return DIS_MORE;
	}
	if (rd_u8(&r) != 3 || (have > 1 && rd_u8(&r) != 0)) {
		return DIS_NOT_MINE;
	}
	len = rd_be16(&r);
	li = rd_u8(&r);
	pdu = rd_u8(&r);
	if (!rd_ok(&r) || have < TPKT + 2) {
		return DIS_MORE;
	}
	if (len > TPKT_MOST || !is_head(pdu, li, len)) {
		return DIS_NOT_MINE;
	}
	*ret_len = *ret_need = len;
	return rd_has(&r, len - (TPKT + 2)) ? DIS_OK : DIS_MORE;
}

/* A line, without its end; false: there is none. */
static bool
take_line(struct rd *r, struct rd *ret_line)
{
	const uint8_t *p = r->p;

	for (size_t i = 0; i + 1 < rd_left(r); i++) {
		if (p[i] == '\r' && p[i + 1] == '\n') {
			*ret_line = rd_sub(r, i);
			rd_skip(r, 2);
			return true;
		}
	}
	return false;
}

static bool
begins(struct rd *r, const char *text)
{
	size_t n = strlen(text);

	if (!rd_has(r, n) || memcmp(r->p, text, n) != 0) {
		return false;
	}
	rd_skip(r, n);
	return true;
}

static bool
is_negotiation(struct rd r, uint8_t least, uint8_t most)
{
	uint8_t type = rd_u8(&r);

	rd_skip(&r, 1);
	return type >= least && type <= most && rd_le16(&r) == NEG_LEN &&
	       rd_has(&r, 4);
}

/* A whole connect: what makes it RDP's; bare: one that has nothing will do. */
static bool
connects(struct rd r, bool bare)
{
	uint16_t dst;
	uint8_t pdu, class;
	struct rd line;

	rd_skip(&r, TPKT + 1);
	pdu = rd_u8(&r);
	dst = rd_be16(&r);
	rd_skip(&r, 2);
	class = rd_u8(&r);
	if (pdu == DR || class != 0 || (pdu == CR && dst != 0)) {
		return false;
	}
	if (rd_left(&r) == 0) {
		return bare;
	}
	if (pdu == CC) {
		return is_negotiation(r, NEG_RESPONSE, NEG_FAILURE);
	}
	if (is_negotiation(r, NEG_REQUEST, NEG_REQUEST)) {
		return true;
	}
	return (bare || begins(&r, "Cookie: mst")) && take_line(&r, &line);
}

/* Elsewhere data have a connect of MCS in them, or keep nobody waiting. */
static bool
may_be(struct rd r, bool hinted)
{
	uint8_t pdu, mcs;

	rd_skip(&r, TPKT + 1);
	pdu = rd_u8(&r);
	rd_skip(&r, 1);
	mcs = rd_u8(&r);
	return hinted || pdu != DT || !rd_ok(&r) || mcs == 0x7f;
}

static enum dis_rc
rdp_probe(struct rd in, const struct dis_probe *pr)
{
	size_t len = 0, need;
	enum dis_rc rc;
	struct rd r = in;
	uint8_t pdu;

	if (pr->transport != DIS_TCP) {
		return DIS_NOT_MINE;
	}
	rc = find(in, &len, &need);
	if (len == 0) {
		return rc;
	}
	if ((pr->searching && len > SEARCH_LEN_MAX) ||
	    !may_be(in, pr->hinted)) {
		return DIS_NOT_MINE;
	}
	if (rc == DIS_OK) {
		in = r = rd_sub(&r, len);
		rd_skip(&r, TPKT + 1);
		pdu = rd_u8(&r);
		rd_skip(&r, 1);
		if (pdu == DT ? !rdp_is_mcs(r, pr->hinted)
			      : !connects(in, pr->hinted && !pr->searching)) {
			return DIS_NOT_MINE;
		}
		if (pr->ret_len != NULL) {
			*pr->ret_len = len;
		}
	}
	return rc;
}

/* --- connections ----------------------------------------------------------- */

static void
read_cookie(struct rd *r, struct rd *ret_user, struct rd *ret_token)
{
	struct rd line;

	if (is_negotiation(*r, NEG_REQUEST, NEG_REQUEST) ||
	    !take_line(r, &line)) {
		return;
	}
	if (begins(&line, "Cookie: mstshash=")) {
		*ret_user = line;
	} else {
		(void)begins(&line, "Cookie: ");
		*ret_token = line;
	}
}

static void
tell_text(struct ev *e, uint16_t id, struct rd text)
{
	if (rd_left(&text) > 0) {
		ev_bytes(e, id, EV_T_TEXT, text.p, rd_left(&text));
	}
}

static void
request(struct rdp_msg *m, struct rd r)
{
	struct rd user = rd_failed(), token = rd_failed(), at;
	struct rdp_wait wait = {0};
	bool negotiates;
	uint8_t flags = 0;
	uint32_t protocols = 0;
	struct ev *e;

	m->op = "connect";
	read_cookie(&r, &user, &token);
	at = r;
	negotiates = is_negotiation(r, NEG_REQUEST, NEG_REQUEST);
	if (negotiates) {
		rd_skip(&r, 1);
		flags = rd_u8(&r);
		rd_skip(&r, 2);
		protocols = rd_le32(&r);
	} else if (rd_left(&r) > 0) {
		rdp_bad(m, RDP_BAD_NEGOTIATION, &at);
	}
	at = user;
	if (rd_left(&user) <= sizeof(wait.user)) {
		wait.n = (uint8_t)rd_left(&user);
		rd_copy(&at, wait.user, wait.n);
	}
	rdp_ask(m, KEY_CONNECT, &wait, sizeof(wait));
	e = rdp_start(m, CR);
	tell_text(e, RDPF_USER, user);
	tell_text(e, RDPF_TOKEN, token);
	if (negotiates) {
		rdp_protocols(e, RDPF_REQUESTED, protocols);
	}
	if (flags & NEG_RESTRICTED) {
		ev_bool(e, RDPF_RESTRICTED, true);
	}
	dis_emit(m->ctx, e);
}

/* Whom the client has announced may now log in: how, the server has said. */
static void
login(struct rdp_msg *m, const struct rdp_wait *w, const char *security)
{
	struct ev *e;

	if (!m->paired || w->n == 0) {
		return;
	}
	e = dis_event(m->ctx, EV_AUTH, PROTO_RDP, m->dir);
	ev_name(e, EVF_ACTION, "login");
	ev_bytes(e, EVF_USER, EV_T_TEXT, w->user, w->n);
	ev_name(e, EVF_DETAIL, security);
	dis_emit(m->ctx, e);
}

static void
confirm(struct rdp_msg *m, struct rd r)
{
	uint8_t type = NEG_RESPONSE;
	const char *security;
	struct rdp_wait wait = {0};
	uint32_t value = 0;
	struct ev *e;

	m->op = "connect";
	m->status = "ok";
	/* Without an answer to the question: RDP's own security. */
	if (is_negotiation(r, NEG_RESPONSE, NEG_FAILURE)) {
		type = rd_u8(&r);
		rd_skip(&r, 3);
		value = rd_le32(&r);
	} else if (rd_left(&r) > 0) {
		rdp_bad(m, RDP_BAD_NEGOTIATION, &r);
	}
	security = rdp_protocol(value);
	if (type == NEG_FAILURE) {
		m->status = rdp_failure(value);
	}
	rdp_answer(m, KEY_CONNECT, &wait, sizeof(wait));
	e = rdp_start(m, CC);
	if (type == NEG_FAILURE) {
		ev_uint(e, RDPF_FAILURE, value);
	} else if (m->bad == NULL && !m->cut) {
		ev_name(e, RDPF_SELECTED, security);
	}
	dis_emit(m->ctx, e);
	if (type != NEG_FAILURE && m->bad == NULL && !m->cut) {
		login(m, &wait, security);
	}
}

static void
connection(struct rdp_msg *m, uint8_t pdu, struct rd r)
{
	uint16_t dst = rd_be16(&r);
	struct rd at = r;
	uint8_t class;

	rd_skip(&r, 2);
	class = rd_u8(&r);
	if (pdu == DR) {
		m->op = "disconnect";
		m->dir = EV_DIR_NOTIFY;
		dis_emit(m->ctx, rdp_start(m, DR));
		return;
	}
	if (class != 0 || (pdu == CR && dst != 0)) {
		rdp_bad(m, RDP_BAD_CONNECT, &at);
	}
	if (pdu == CR) {
		*m->st = (struct rdp_state){0};
		request(m, r);
	} else {
		confirm(m, r);
	}
}

/* --- TLS behind it ----------------------------------------------------------- */

/* A record, as long as it is told; MORE and NOT_MINE without. */
static enum dis_rc
find_record(struct rd r, size_t *ret_len, size_t *ret_need)
{
	uint8_t type = rd_u8(&r), major = rd_u8(&r), minor = rd_u8(&r);
	uint16_t len = rd_be16(&r);

	*ret_need = TLS_HEAD;
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	if (type < TLS_CHANGE || type > TLS_DATA || major != 3 || minor > 4 ||
	    len == 0 || len > TLS_MOST) {
		return DIS_NOT_MINE;
	}
	*ret_len = *ret_need = TLS_HEAD + (size_t)len;
	return rd_has(&r, len) ? DIS_OK : DIS_MORE;
}

/* One at a time: what comes behind the last in the clear is not looked at. */
static enum dis_rc
record(struct dis_ctx *ctx, struct rd *in)
{
	struct rdp_state *st = ctx->state;
	size_t len = 0;
	enum dis_rc rc = find_record(*in, &len, &ctx->need);
	struct rd one;

	if (rc == DIS_NOT_MINE) {
		dis_malformed(
		    ctx, PROTO_RDP, EV_DIR_UNKNOWN, RDP_BAD_HEADER, 0);
		return DIS_BAD;
	}
	if (rc != DIS_OK) {
		return rc;
	}
	st->tls_begun = true;
	one = rd_sub(in, len);
	rc = ctx->sv->inner(ctx, PROTO_TLS, &one, &st->tls);
	return rc == DIS_BAD ? DIS_BAD : DIS_OK;
}

static bool
is_tls(const struct dis_ctx *ctx, struct rd r)
{
	const struct rdp_state *st = ctx->state;
	uint8_t type = rd_u8(&r);

	return type == TLS_HANDSHAKE ||
	       (st->tls_begun && type >= TLS_CHANGE && type <= TLS_DATA);
}

/* --- one PDU --------------------------------------------------------------- */

/* Screens and keys, in a form of their own ([1] 2.2.8.1.2, 2.2.9.1.2), where
 * the log-in was not seen. */
static bool
is_update(const struct rdp_state *st, struct rd r)
{
	return st->begun && (rd_u8(&r) & 0x03) == 0;
}

static enum dis_rc
rdp_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct rdp_msg m = {
	    .ctx = ctx, .st = ctx->state, .start = in->p, .dir = EV_DIR_NOTIFY};
	size_t len = 0, have;
	enum dis_rc rc;
	struct rd r;
	uint8_t pdu;

	if (ctx->after_gap) {
		m.st->tls_begun = false;
	}
	if (ctx->client_sure && is_tls(ctx, *in)) {
		return record(ctx, in);
	}
	rc = find(*in, &len, &ctx->need);
	if (rc == DIS_NOT_MINE) {
		if (is_update(m.st, *in)) {
			(void)rd_rest(in);
			ctx->done = DIS_ALL_DONE;
			return DIS_OK;
		}
		if (!ctx->confirmed) {
			return DIS_NOT_MINE;
		}
		dis_malformed(
		    ctx, PROTO_RDP, EV_DIR_UNKNOWN, RDP_BAD_HEADER, 0);
		return DIS_BAD;
	}
	have = rd_left(in) < len ? rd_left(in) : len;
	/* Of a cut one, what names it has to be there. */
	if (rc == DIS_MORE && !(ctx->cut && have > CONNECT)) {
		return DIS_MORE;
	}
	m.cut = rc == DIS_MORE;
	r = rd_sub(in, have);
	rd_skip(&r, TPKT + 1);
	pdu = rd_u8(&r);
	if (pdu == DT) {
		rd_skip(&r, 1);
		rdp_mcs(&m, r);
	} else {
		connection(&m, pdu, r);
	}
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_RDP, m.dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_rdp;

const struct dissector dissector_rdp = {
    .name = "rdp",
    .proto = PROTO_RDP,
    .secret = true, /* as good as always */
    .state_size = sizeof(struct rdp_state),
    .hints = {{DIS_TCP, PORT}},
    .probe = rdp_probe,
    .parse = rdp_parse,
    .fields = &proto,
};

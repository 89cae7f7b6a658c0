/*
 * http: heads, and what is told of them.
 *
 *	GET /path?query HTTP/1.1 CRLF      HTTP/1.1 200 OK CRLF
 *	Host: ... CRLF                     Server: ... CRLF
 *	CRLF                               CRLF
 *	[body]                             [body]
 *
 * A head is a PDU and an operation; bodies are passed over as they come
 * (body.c), of those that may name the device some octets are read (page.c).
 * A response answers the oldest request that has none ([2] 9.3.2).  A start
 * line proves the protocol, on any port.  After an upgrade and in a tunnel
 * there is no HTTP any more: the dissector is done.
 *
 * Queries, session ids, cookies and credentials are secrets or may be: that
 * they are there is told, and who logged in, and nothing else.
 *
 * Left out: HTTP/0.9, 2 and 3, what was compressed, forms by which users log
 * in, the names that NTLM has, heads that the capture cut.
 */
#include <string.h>

#include "dissectors/http/http.h"

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[HTF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(PATH, "path", EV_R_KEY, "2 3.2"),
    F(QUERY, "query", EV_R_NONE, "1 4.2.2"),
    F(HOST, "host", EV_R_NONE, "1 7.2"),
    F(VERSION, "version", EV_R_NONE, "2 2.3"),
    F(STATUS, "http_status", EV_R_NONE, "1 15"),
    F(SOAP, "soap_action", EV_R_KEY, "SOAP 1.1 6.1.1"),
    F(UPGRADE, "upgrade", EV_R_NONE, "1 7.8"),
    F(AGENT, "user_agent", EV_R_NONE, "1 10.1.5"),
    F(SERVER, "server", EV_R_NONE, "1 10.2.4"),
    F(REALM, "realm", EV_R_NONE, "1 11.5"),
    F(CREDENTIALS, "credentials", EV_R_NONE, "1 11.6.2"),
    F(CLEAR, "cleartext", EV_R_NONE, "3"),
    F(COOKIE, "cookie", EV_R_NONE, "RFC 6265"),
    F(TYPE, "content_type", EV_R_NONE, "1 8.3"),
    F(LENGTH, "length", EV_R_NONE, "1 8.6"),
    F(CHUNKED, "chunked", EV_R_NONE, "2 7.1"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == HTF_END - EV_PROTO_BASE,
    "a field has no name");
_Static_assert(sizeof(struct http_wait) <= DIS_BLOB_MAX, "fits a blob");
_Static_assert(sizeof(struct http_state) <= DIS_STATE_MAX, "fits a flow");

static const struct ev_proto proto = {
    .name = "http",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
    .program = true,
};

#define PAIR_KEY 1

static enum dis_rc
http_probe(struct rd in, const struct dis_probe *pr)
{
	size_t len;

	if (pr->transport != DIS_TCP) {
		return DIS_NOT_MINE;
	}
	return http_start_line(in, &len);
}

/* --- what a head is -------------------------------------------------------- */

static const char *
status_name(uint16_t status)
{
	static const struct {
		uint16_t status;
		const char *name;
	} names[] = {{400, "bad_request"}, {401, "unauthorized"},
	    {403, "forbidden"}, {404, "not_found"}, {405, "method_not_allowed"},
	    {407, "proxy_unauthorized"}, {408, "request_timeout"},
	    {413, "too_large"}, {429, "too_many_requests"},
	    {500, "internal_error"}, {501, "not_implemented"},
	    {502, "bad_gateway"}, {503, "unavailable"},
	    {504, "gateway_timeout"}};

	if (status < 400) {
		return "ok";
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].status == status) {
			return names[i].name;
		}
	}
	return status < 500 ? "client_error" : "server_error";
}

/* A page that people come to first, and that is named after the device. */
static bool
is_front(struct rd path)
{
	static const char *const names[] = {"index", "home", "default", "main",
	    "login", "logon", "start", "welcome", "portal"};
	struct rd last = path;

	if (rd_left(&path) == 0 || *path.p != '/') {
		return false;
	}
	while (rd_left(&path) > 0) {
		if (rd_u8(&path) == '/') {
			last = path;
		}
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (http_begins(last, names[i])) {
			return true;
		}
	}
	return rd_left(&last) == 0;
}

static void
pair_request(struct http_msg *m)
{
	struct http_wait w = {.method = m->method,
	    .scheme = (uint8_t)http_scheme_of(m->authorization),
	    .front = is_front(m->path),
	    .proxied = m->absolute};

	w.user_n = http_user(m, w.user);
	(void)m->ctx->sv->put(m->ctx, PAIR_KEY, &w, sizeof(w));
}

/* The oldest request; one that came later than this is not its own. */
static bool
take(struct http_msg *m)
{
	const struct dis_ctx *ctx = m->ctx;

	return ctx->sv->take(
		   m->ctx, PAIR_KEY, &m->wait, sizeof(m->wait), &m->pair) &&
	       m->pair.ts_ns <= ctx->ts_ns;
}

/*
 * 1xx are not yet the answer, but for a switch ([1] 15.2).  Behind lost ones it
 * is the newest request that is answered: the others had been.
 */
static void
pair_response(struct http_msg *m)
{
	struct http_wait wait;
	struct dis_pair pair;

	if (m->status < 200 && m->status != 101) {
		return;
	}
	m->paired = take(m);
	while (m->st->lost && m->paired) {
		wait = m->wait;
		pair = m->pair;
		if (!take(m)) {
			m->wait = wait;
			m->pair = pair;
			break;
		}
	}
	m->st->lost = false;
	if (!m->paired) {
		m->wait = (struct http_wait){0};
	}
}

/* --- telling --------------------------------------------------------------- */

static void
add_text(struct ev *e, uint16_t id, struct rd v)
{
	if (rd_left(&v) > 0) {
		ev_bytes(e, id, EV_T_TEXT, v.p, rd_left(&v));
	}
}

static void
add_true(struct ev *e, uint16_t id, bool is)
{
	if (is) {
		ev_bool(e, id, true);
	}
}

static void
add_request(struct http_msg *m, struct ev *e)
{
	enum http_scheme scheme = http_scheme_of(m->authorization);

	add_text(e, HTF_PATH, m->path);
	add_true(e, HTF_QUERY, m->query);
	add_text(e, HTF_HOST, m->host);
	add_text(e, HTF_SOAP, m->soap);
	add_text(e, HTF_AGENT, m->agent);
	if (scheme != HTTP_NONE) {
		ev_name(e, HTF_CREDENTIALS, http_scheme_name(scheme));
	}
	add_true(e, HTF_CLEAR, scheme == HTTP_BASIC);
}

static void
add_response(struct http_msg *m, struct ev *e)
{
	struct rd realm = http_param(m->challenge, "realm");

	ev_uint(e, HTF_STATUS, m->status);
	add_text(e, HTF_SERVER, m->server);
	add_text(e, HTF_REALM, realm);
}

static void
add_common(struct http_msg *m, struct ev *e)
{
	struct rd type = m->type;
	size_t n = 0;

	while (n < rd_left(&type) && type.p[n] != ';') {
		n++;
	}
	add_text(e, HTF_TYPE, rd_sub(&type, n));
	add_text(e, HTF_UPGRADE, m->upgrade);
	add_true(e, HTF_COOKIE, m->cookie);
	if (m->has_length) {
		ev_uint(e, HTF_LENGTH, m->length);
	}
	add_true(e, HTF_CHUNKED, m->chunked);
	if (m->minor != 1) {
		ev_name(e, HTF_VERSION, m->minor == 0 ? "1.0" : "1.x");
	}
}

static void
operation(struct http_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	struct ev *e;

	m->op =
	    http_method_name(m->request ? m->method : m->wait.method, &m->cls);
	if (m->paired && m->status < 400 && m->bad == NULL &&
	    dis_answered(ctx, PROTO_HTTP, &m->pair)) {
		return;
	}
	e = dis_operation(ctx, PROTO_HTTP, m->dir, m->op,
	    m->request ? m->method : m->wait.method, m->cls);
	if (m->paired) {
		dis_paired(e, &m->pair);
	}
	if (m->request) {
		add_request(m, e);
	} else {
		e->status = status_name(m->status);
		add_response(m, e);
	}
	add_common(m, e);
	dis_emit(ctx, e);
}

/* Behind it there is no HTTP: a switch, or the tunnel that was asked for. */
static bool
is_over(const struct http_msg *m)
{
	return !m->request &&
	       (m->status == 101 ||
		   (m->paired && m->wait.method == HTTP_CONNECT &&
		       m->status < 300 && m->status >= 200));
}

static enum dis_rc
tell(struct http_msg *m, struct rd head)
{
	struct dis_ctx *ctx = m->ctx;

	http_read(m, head);
	m->dir = m->request ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
	ctx->client = m->request ? ctx->side : !ctx->side;
	ctx->client_sure = true;
	dis_confirm(ctx);
	if (m->request) {
		pair_request(m);
	} else {
		pair_response(m);
	}
	http_body_of(m);
	if (!m->request && m->status >= 200) {
		http_page_begin(m);
	}
	operation(m);
	http_facts(m);
	ctx->done = is_over(m) ? DIS_ALL_DONE : DIS_GOES_ON;
	if (m->bad != NULL) {
		dis_malformed(ctx, PROTO_HTTP, m->dir, m->bad, m->bad_at);
		return DIS_BAD;
	}
	return DIS_OK;
}

/* Empty lines between messages ([2] 2.2). */
static bool
empty_line(struct rd *in, enum dis_rc *ret_rc)
{
	struct rd r = *in;
	uint8_t c = rd_u8(&r);

	*ret_rc = DIS_OK;
	if (c == '\r' && rd_left(&r) == 0) {
		*ret_rc = DIS_MORE;
		return true;
	}
	if (c == '\r') {
		c = rd_u8(&r);
	}
	if (c == '\n') {
		*in = r;
	}
	return c == '\n';
}

static enum dis_rc
no_head(struct dis_ctx *ctx, const char *reason)
{
	if (!ctx->confirmed && strcmp(reason, HTTP_BAD_HEADER) == 0) {
		return DIS_NOT_MINE;
	}
	dis_malformed(ctx, PROTO_HTTP, EV_DIR_UNKNOWN, reason, 0);
	return DIS_BAD;
}

static enum dis_rc
http_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct http_state *st = ctx->state;
	struct http_side *s = &st->side[ctx->side];
	struct http_msg m = {
	    .ctx = ctx, .st = st, .start = in->p, .op = "response"};
	size_t len = 0;
	enum dis_rc rc;

	if (ctx->after_gap) {
		*s = (struct http_side){.body = BODY_NONE};
		if (ctx->side != ctx->client) {
			st->page.budget = 0;
			st->lost = true;
		}
	}
	if (s->body != BODY_NONE) {
		return http_body(ctx, s, in);
	}
	if (ctx->confirmed && empty_line(in, &rc)) {
		return rc;
	}
	rc = http_find(*in, &len);
	switch (rc) {
	case DIS_OK: return tell(&m, rd_sub(in, len));
	case DIS_BAD: return no_head(ctx, HTTP_BAD_HEAD);
	case DIS_NOT_MINE: return no_head(ctx, HTTP_BAD_HEADER);
	default: return rc;
	}
}

extern const struct dissector dissector_http;

const struct dissector dissector_http = {
    .name = "http",
    .proto = PROTO_HTTP,
    .state_size = sizeof(struct http_state),
    .hints = {{DIS_TCP, 80}, {DIS_TCP, 8080}, {DIS_TCP, 8000}, {DIS_TCP, 8008},
	{DIS_TCP, 8081}, {DIS_TCP, 8888}, {DIS_TCP, 3128}},
    .probe = http_probe,
    .parse = http_parse,
    .fields = &proto,
};

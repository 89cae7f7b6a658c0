/*
 * session: who servers and clients say that they are ([2] 5.4, 5.6, 7.2,
 * 7.14, 7.40).
 *
 *	ApplicationDescription  uri | product | name | kind | gateway | profile
 *	                        | URLs
 *	EndpointDescription     URL | application | certificate | mode | policy
 *	                        | user tokens | transport | level
 *
 * A client describes itself when it creates a session, a server in each of its
 * endpoints.  Of other servers, which a discovery server lists, there is a
 * topology event each.  Passwords, signatures, nonces are passed over.
 */
#include <stdio.h>
#include <string.h>

#include "dissectors/opcua/opcua.h"
#include "dissectors/names.h"

/* Ids of encodings of user identity tokens. */
enum { ANONYMOUS = 321, USER_NAME = 324, CERTIFICATE = 327, ISSUED = 940 };

#define MODE_NONE  1
#define OFFERS_MAX 12 /* there are three modes and some eight policies    */
#define POLICY_MAX 48 /* of a policy's name; the longest has 21           */

struct application {
	struct rd uri, product, name, urls, url; /* url: the first */
	uint32_t kind;
};

struct endpoint {
	struct rd url, policy, tokens;
	struct application application;
	uint32_t mode;
};

static const char *
kind_name(uint32_t kind)
{
	static const char *const names[] = {
	    "server", "client", "client_and_server", "discovery_server"};

	return kind < 4 ? names[kind] : "unknown";
}

static const char *
mode_name(uint32_t mode)
{
	static const char *const names[] = {
	    "invalid", "none", "sign", "sign_and_encrypt"};

	return mode < 4 ? names[mode] : "unknown";
}

/* As an endpoint offers it, and as a session uses it. */
static const char *
token_name(uint32_t kind)
{
	static const char *const names[] = {
	    "anonymous", "user_name", "certificate", "issued"};

	return kind < 4 ? names[kind] : "unknown";
}

static uint32_t
token_kind(const struct ua_object *o)
{
	switch (o->type.number) {
	case ANONYMOUS: return 0;
	case USER_NAME: return 1;
	case CERTIFICATE: return 2;
	case ISSUED: return 3;
	default: return UINT32_MAX;
	}
}

/* --- what they are made of ------------------------------------------------- */

static void
read_urls(struct ua_msg *m, struct rd *r, struct application *ret)
{
	uint32_t n;

	ret->urls = *r;
	ret->url = rd_failed();
	for (n = ua_count(m, r); n > 0 && rd_ok(r); n--) {
		struct rd url = ua_string(m, r);

		if (!rd_ok(&ret->url)) {
			ret->url = url;
		}
	}
}

static void
read_application(struct ua_msg *m, struct rd *r, struct application *ret)
{
	ret->uri = ua_string(m, r);
	ret->product = ua_string(m, r);
	ret->name = ua_localized(m, r);
	ret->kind = rd_le32(r);
	(void)ua_string(m, r);
	(void)ua_string(m, r);
	read_urls(m, r, ret);
}

/* Policy id, kind, issued type, issuer, security policy. */
static uint32_t
read_token(struct ua_msg *m, struct rd *r)
{
	uint32_t kind;

	(void)ua_string(m, r);
	kind = rd_le32(r);
	for (unsigned i = 0; i < 3; i++) {
		(void)ua_string(m, r);
	}
	return kind;
}

static void
read_endpoint(struct ua_msg *m, struct rd *r, struct endpoint *ret)
{
	ret->url = ua_string(m, r);
	read_application(m, r, &ret->application);
	(void)ua_string(m, r);
	ret->mode = rd_le32(r);
	ret->policy = ua_policy_name(ua_string(m, r));
	ret->tokens = *r;
	for (uint32_t n = ua_count(m, r); n > 0 && rd_ok(r); n--) {
		(void)read_token(m, r);
	}
	(void)ua_string(m, r);
	rd_skip(r, 1);
}

/* Server's URI, product, names, kind, gateway, URLs, file, whether online. */
static void
read_registered(struct ua_msg *m, struct rd *r, struct application *ret)
{
	uint32_t n;

	ret->uri = ua_string(m, r);
	ret->product = ua_string(m, r);
	ret->name = rd_failed();
	for (n = ua_count(m, r); n > 0 && rd_ok(r); n--) {
		struct rd name = ua_localized(m, r);

		if (!rd_ok(&ret->name)) {
			ret->name = name;
		}
	}
	ret->kind = rd_le32(r);
	(void)ua_string(m, r);
	read_urls(m, r, ret);
}

/* --- the operation --------------------------------------------------------- */

static void
put_application(struct ev *e, const struct application *a)
{
	ua_text_field(e, UAF_APPLICATION, a->name);
	ua_text_field(e, UAF_APPLICATION_URI, a->uri);
	ua_text_field(e, UAF_PRODUCT_URI, a->product);
	ev_name(e, UAF_APPLICATION_TYPE, kind_name(a->kind));
}

static void
put_urls(struct ua_msg *m, struct ev *e, struct rd urls)
{
	uint32_t n = ua_count(m, &urls);

	ev_array(e, UAF_URLS);
	for (uint32_t i = 0; i < n && i < UA_TOLD_MAX && rd_ok(&urls); i++) {
		ua_text_field(e, EVF_ELEM, ua_string(m, &urls));
	}
	ev_end(e);
}

static void
put_tokens(struct ua_msg *m, struct ev *e, struct rd tokens)
{
	uint32_t n = ua_count(m, &tokens);

	ev_array(e, UAF_TOKENS);
	for (uint32_t i = 0; i < n && i < UA_TOLD_MAX && rd_ok(&tokens); i++) {
		ev_name(e, EVF_ELEM, token_name(read_token(m, &tokens)));
	}
	ev_end(e);
}

/* All are walked, so that a violation shows; the first are told. */
static void
tell_endpoints(struct ua_msg *m, struct ev *e, struct rd *r)
{
	struct endpoint p;
	uint32_t n = ua_count(m, r);

	ev_array(e, UAF_ENDPOINTS);
	for (uint32_t i = 0; i < n && rd_ok(r); i++) {
		read_endpoint(m, r, &p);
		if (!rd_ok(r) || i >= UA_TOLD_MAX) {
			continue;
		}
		ev_object(e, EVF_ELEM);
		ua_text_field(e, UAF_URL, p.url);
		put_application(e, &p.application);
		ev_name(e, UAF_MODE, mode_name(p.mode));
		ua_text_field(e, UAF_POLICY, p.policy);
		put_tokens(m, e, p.tokens);
		ev_end(e);
	}
	ev_end(e);
}

static void
tell_servers(struct ua_msg *m, struct ev *e, struct rd *r)
{
	struct application a;
	uint32_t n = ua_count(m, r);

	ev_array(e, UAF_SERVERS);
	for (uint32_t i = 0; i < n && rd_ok(r); i++) {
		read_application(m, r, &a);
		if (!rd_ok(r) || i >= UA_TOLD_MAX) {
			continue;
		}
		ev_object(e, EVF_ELEM);
		put_application(e, &a);
		put_urls(m, e, a.urls);
		ev_end(e);
	}
	ev_end(e);
}

static void
tell_open(struct ua_msg *m, struct ev *e, struct rd *r)
{
	uint32_t renew;

	rd_skip(r, 4);
	if (m->dir == EV_DIR_RESPONSE) {
		ev_uint(e, UAF_CHANNEL, rd_le32(r));
		rd_skip(r, 12);
		ev_uint(e, UAF_LIFETIME, rd_le32(r));
		return;
	}
	renew = rd_le32(r);
	ev_name(e, UAF_POLICY, "None");
	ev_name(e, UAF_MODE, mode_name(rd_le32(r)));
	ev_bool(e, UAF_RENEW, renew != 0);
	(void)ua_string(m, r);
	ev_uint(e, UAF_LIFETIME, rd_le32(r));
}

/* Up to the endpoints: ids, timeout, nonce, certificate. */
static struct rd
session_answer(struct ua_msg *m, struct rd *r)
{
	struct ua_node id;

	ua_node(m, r, &id);
	ua_node(m, r, &id);
	rd_skip(r, 8);
	(void)ua_string(m, r);
	return ua_string(m, r);
}

static void
tell_create(struct ua_msg *m, struct ev *e, struct rd *r)
{
	struct application a;
	struct rd certificate;

	if (m->dir == EV_DIR_RESPONSE) {
		certificate = session_answer(m, r);
		ua_text_field(e, UAF_CERTIFICATE, ua_common_name(certificate));
		tell_endpoints(m, e, r);
		return;
	}
	read_application(m, r, &a);
	put_application(e, &a);
	ua_text_field(e, UAF_SERVER, ua_string(m, r));
	ua_text_field(e, UAF_URL, ua_string(m, r));
	ua_text_field(e, UAF_SESSION, ua_string(m, r));
	(void)ua_string(m, r);
	ua_text_field(e, UAF_CERTIFICATE, ua_common_name(ua_string(m, r)));
}

/* Behind signature, certificates and locales: the user's token. */
static void
read_activation(struct ua_msg *m, struct rd *r, struct ua_object *ret)
{
	(void)ua_string(m, r);
	(void)ua_string(m, r);
	for (uint32_t n = ua_count(m, r); n > 0 && rd_ok(r); n--) {
		(void)ua_string(m, r);
		(void)ua_string(m, r);
	}
	ua_strings(m, r);
	ua_object(m, r, ret);
}

/* Who it is; *ret_clear: with a password that anybody can read. */
static struct rd
user_of(struct ua_msg *m, const struct ua_object *token, bool *ret_clear)
{
	struct rd r = token->body, user, password, algorithm;

	*ret_clear = false;
	(void)ua_string(m, &r); /* the policy's id */
	switch (token->type.number) {
	case USER_NAME:
		user = ua_string(m, &r);
		password = ua_string(m, &r);
		algorithm = ua_string(m, &r);
		*ret_clear = rd_ok(&r) && rd_left(&password) > 0 &&
			     rd_left(&algorithm) == 0;
		return user;
	case CERTIFICATE: return ua_common_name(ua_string(m, &r));
	default: return rd_failed();
	}
}

static void
tell_activate(struct ua_msg *m, struct ev *e, struct rd *r)
{
	struct ua_object token;
	bool clear;

	if (m->dir == EV_DIR_RESPONSE) {
		return;
	}
	read_activation(m, r, &token);
	if (!rd_ok(r)) {
		return;
	}
	ev_name(e, UAF_TOKEN, token_name(token_kind(&token)));
	(void)user_of(m, &token, &clear);
	if (clear) {
		ev_bool(e, UAF_CLEAR, true);
	}
}

static void
tell_register(struct ua_msg *m, struct ev *e, struct rd *r)
{
	struct application a;

	if (m->dir == EV_DIR_RESPONSE) {
		return;
	}
	read_registered(m, r, &a);
	put_application(e, &a);
	if (rd_ok(r)) {
		put_urls(m, e, a.urls);
	}
}

static void
tell_it(struct ua_msg *m, struct ev *e, struct rd *r)
{
	switch (m->service) {
	case UA_OPEN: tell_open(m, e, r); break;
	case UA_FIND_SERVERS:
		if (m->dir == EV_DIR_RESPONSE) {
			tell_servers(m, e, r);
			break;
		}
		ua_text_field(e, UAF_URL, ua_string(m, r));
		break;
	case UA_GET_ENDPOINTS:
		if (m->dir == EV_DIR_RESPONSE) {
			tell_endpoints(m, e, r);
			break;
		}
		ua_text_field(e, UAF_URL, ua_string(m, r));
		break;
	case UA_CREATE_SESSION: tell_create(m, e, r); break;
	case UA_ACTIVATE_SESSION: tell_activate(m, e, r); break;
	case UA_REGISTER_SERVER:
	case UA_REGISTER_SERVER_2: tell_register(m, e, r); break;
	default: break;
	}
}

void
ua_tell_session(struct ua_msg *m, struct ev *e, struct rd r)
{
	struct rd at = r;

	tell_it(m, e, &r);
	if (!rd_ok(&r)) {
		ua_bad(m, UA_BAD_SHORT, &at);
	}
}

/* --- what follows ---------------------------------------------------------- */

static bool
is_address(struct rd host)
{
	while (rd_left(&host) > 0) {
		uint8_t c = rd_u8(&host);

		if (c == '[' || c == ':') {
			return true;
		}
		if (c != '.' && (c < '0' || c > '9')) {
			return false;
		}
	}
	return true;
}

/* The host of opc.tcp://host:4840/path, where it is a name of one. */
static struct rd
host_of(struct rd url)
{
	static const char scheme[] = "opc.tcp://", local[] = "localhost";
	size_t n = 0, skip = sizeof(scheme) - 1;
	struct rd host;

	if (rd_left(&url) <= skip || memcmp(url.p, scheme, skip) != 0) {
		return rd_failed();
	}
	rd_skip(&url, skip);
	while (n < rd_left(&url) && url.p[n] != ':' && url.p[n] != '/') {
		n++;
	}
	host = rd_sub(&url, n);
	if (is_address(host) ||
	    (n == sizeof(local) - 1 && memcmp(host.p, local, n) == 0)) {
		return rd_failed();
	}
	return host;
}

static void
application_facts(
    struct ua_msg *m, const struct ev_end *who, const struct application *a)
{
	ua_identity(m, who, "name", a->name);
	ua_identity(m, who, "description", a->product);
	ua_identity(m, who, "application_uri", a->uri);
}

/* What endpoints offer, each kind once. */
struct offers {
	size_t n, len;
	struct {
		uint32_t mode;
		struct rd policy;
	} kind[OFFERS_MAX];
	char text[OFFERS_MAX * (POLICY_MAX + 24)];
};

static bool
is_offered(const struct offers *o, const struct endpoint *p)
{
	size_t len = rd_left(&p->policy);

	for (size_t i = 0; i < o->n; i++) {
		if (o->kind[i].mode == p->mode &&
		    rd_left(&o->kind[i].policy) == len &&
		    (len == 0 ||
			memcmp(o->kind[i].policy.p, p->policy.p, len) == 0)) {
			return true;
		}
	}
	return false;
}

/* "none" is what devices say that were told nothing: it is put in words. */
static void
add_offer(struct offers *o, const struct endpoint *p)
{
	bool none = p->mode == MODE_NONE && ua_is_none(p->policy);
	size_t room = sizeof(o->text) - o->len, len = rd_left(&p->policy);
	int n;

	if (is_offered(o, p) || o->n == OFFERS_MAX) {
		return;
	}
	if (len > POLICY_MAX) {
		len = POLICY_MAX;
	}
	n = snprintf(o->text + o->len, room, "%s%s%s%.*s", o->n > 0 ? "; " : "",
	    none ? "no security" : mode_name(p->mode),
	    none || len == 0 ? "" : " ", none ? 0 : (int)len,
	    len > 0 ? (const char *)p->policy.p : "");
	if (n < 0 || (size_t)n >= room) {
		return;
	}
	o->len += (size_t)n;
	o->kind[o->n].mode = p->mode;
	o->kind[o->n++].policy = p->policy;
}

/*
 * They all describe the same server.  Which security they offer is one fact:
 * that there is a second endpoint with it takes nothing from the first without.
 */
static void
endpoint_facts(struct ua_msg *m, struct rd r)
{
	struct offers o = {.n = 0};
	struct endpoint p;
	uint32_t n = ua_count(m, &r);

	for (uint32_t i = 0; i < n; i++) {
		read_endpoint(m, &r, &p);
		if (!rd_ok(&r)) {
			break;
		}
		if (i == 0) {
			application_facts(m, m->ctx->src, &p.application);
			ua_identity(m, m->ctx->src, "hostname", host_of(p.url));
		}
		add_offer(&o, &p);
	}
	ua_identity(m, m->ctx->src, "endpoint_security",
	    rd_make((const uint8_t *)o.text, o.len));
}

/* Each by where it is to be found. */
static void
server_topology(struct ua_msg *m, struct rd r)
{
	struct application a;
	uint32_t n = ua_count(m, &r);

	for (uint32_t i = 0; i < n && i < UA_TOLD_MAX && rd_ok(&r); i++) {
		read_application(m, &r, &a);
		if (rd_ok(&r) && rd_left(&a.url) > 0) {
			dis_topology(m->ctx, PROTO_OPCUA, m->ctx->src,
			    "lists_server", (const char *)a.url.p,
			    rd_left(&a.url));
		}
	}
}

static void
after_create(struct ua_msg *m, struct rd r)
{
	struct application a;

	if (m->dir == EV_DIR_REQUEST) {
		read_application(m, &r, &a);
		application_facts(m, m->ctx->src, &a);
	} else {
		(void)session_answer(m, &r);
		endpoint_facts(m, r);
	}
}

static void
after_activate(struct ua_msg *m)
{
	if (m->dir == EV_DIR_RESPONSE && m->paired) {
		ua_auth(m, ua_is_bad(m->result) ? "fail" : "login",
		    token_name(m->wait.n), m->wait.bytes, m->wait.used);
	}
}

static void
after_register(struct ua_msg *m, struct rd r)
{
	struct application a;

	if (m->dir == EV_DIR_REQUEST) {
		read_registered(m, &r, &a);
		application_facts(m, m->ctx->src, &a);
	}
}

void
ua_after_session(struct ua_msg *m, struct rd r)
{
	bool answer = m->dir == EV_DIR_RESPONSE && m->code != UA_FAULT;

	switch (m->service) {
	case UA_FIND_SERVERS:
		if (answer) {
			server_topology(m, r);
		}
		break;
	case UA_GET_ENDPOINTS:
		if (answer) {
			endpoint_facts(m, r);
		}
		break;
	case UA_CREATE_SESSION:
		if (m->code != UA_FAULT) {
			after_create(m, r);
		}
		break;
	case UA_ACTIVATE_SESSION: after_activate(m); break;
	case UA_REGISTER_SERVER:
	case UA_REGISTER_SERVER_2: after_register(m, r); break;
	default: break;
	}
}

/* The answer does not say who it is that may or may not come in. */
void
ua_keep_session(struct ua_msg *m, struct rd r)
{
	struct ua_object token;
	struct rd user;
	bool clear;
	size_t n;

	if (m->service != UA_ACTIVATE_SESSION) {
		return;
	}
	read_activation(m, &r, &token);
	user = user_of(m, &token, &clear);
	n = rd_left(&user) < UA_WAIT_BYTES ? rd_left(&user) : UA_WAIT_BYTES;
	m->wait.n = (uint8_t)token_kind(&token);
	m->wait.used = (uint8_t)n;
	if (n > 0) {
		memcpy(m->wait.bytes, user.p, n);
	}
}

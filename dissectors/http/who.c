/*
 * who: what a head says of the two ends, and who has logged in.
 *
 * Server and User-Agent name software ([1] 10.1.5, 10.2.4); the realm of a
 * challenge ([1] 11.5) is the name that a device gives to what it protects,
 * often its model.  What went through a proxy is said by nobody in view.
 *
 * Basic ([3]) sends user and password readable to anybody; Digest ([4]) the
 * user alone.  Whether they were right tells the response.
 */
#include <string.h>

#include "dissectors/http/http.h"

/* --- credentials ----------------------------------------------------------- */

enum http_scheme
http_scheme_of(struct rd v)
{
	if (rd_left(&v) == 0) {
		return HTTP_NONE;
	}
	if (http_begins(v, "basic ")) {
		return HTTP_BASIC;
	}
	if (http_begins(v, "digest ")) {
		return HTTP_DIGEST;
	}
	if (http_begins(v, "bearer ")) {
		return HTTP_BEARER;
	}
	return http_begins(v, "negotiate ") || http_begins(v, "ntlm ")
		   ? HTTP_NEGOTIATE
		   : HTTP_OTHER_SCHEME;
}

const char *
http_scheme_name(enum http_scheme s)
{
	switch (s) {
	case HTTP_BASIC: return "basic";
	case HTTP_DIGEST: return "digest";
	case HTTP_BEARER: return "bearer";
	case HTTP_NEGOTIATE: return "negotiate";
	default: return "other";
	}
}

static bool
is_word(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* The text between quotes, or a word; the reader moves behind it. */
static struct rd
value(struct rd *r)
{
	size_t n = 0;
	struct rd v;

	if (rd_left(r) > 0 && *r->p == '"') {
		rd_skip(r, 1);
		while (n < rd_left(r) && r->p[n] != '"') {
			n += r->p[n] == '\\' && n + 1 < rd_left(r) ? 2 : 1;
		}
		v = rd_sub(r, n);
		rd_skip(r, 1);
		return v;
	}
	while (n < rd_left(r) && r->p[n] != ',' && r->p[n] != ' ') {
		n++;
	}
	return rd_sub(r, n);
}

struct rd
http_param(struct rd r, const char *name)
{
	while (rd_left(&r) > 0) {
		size_t n = 0;
		struct rd word, v;

		while (n < rd_left(&r) && is_word(r.p[n])) {
			n++;
		}
		word = rd_sub(&r, n);
		if (n == 0 || rd_left(&r) == 0 || *r.p != '=') {
			rd_skip(&r, n == 0);
			continue;
		}
		rd_skip(&r, 1);
		v = value(&r);
		if (http_is(word, name)) {
			return v;
		}
	}
	return rd_failed();
}

static int
base64(uint8_t c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* Up to the colon; without one it may be all secret, and nothing is told. */
static uint8_t
basic_user(struct rd v, char ret[HTTP_USER_MAX])
{
	uint32_t bits = 0;
	unsigned nbits = 0;
	uint8_t n = 0;

	rd_skip(&v, sizeof("basic ") - 1);
	while (rd_left(&v) > 0) {
		int digit = base64(rd_u8(&v));
		uint8_t c;

		if (digit < 0) {
			return 0;
		}
		bits = bits << 6 | (uint32_t)digit;
		nbits += 6;
		if (nbits < 8) {
			continue;
		}
		nbits -= 8;
		c = (uint8_t)(bits >> nbits);
		if (c == ':') {
			return n;
		}
		if (n < HTTP_USER_MAX) {
			ret[n++] = (char)c;
		}
	}
	return 0;
}

uint8_t
http_user(const struct http_msg *m, char ret[HTTP_USER_MAX])
{
	struct rd v;
	size_t n;

	switch (http_scheme_of(m->authorization)) {
	case HTTP_BASIC: return basic_user(m->authorization, ret);
	case HTTP_DIGEST: v = http_param(m->authorization, "username"); break;
	default: return 0;
	}
	n = rd_left(&v) < HTTP_USER_MAX ? rd_left(&v) : HTTP_USER_MAX;
	rd_copy(&v, ret, n);
	return (uint8_t)n;
}

/* --- once a connection ----------------------------------------------------- */

static uint32_t
hash_of(struct rd r, uint32_t h)
{
	h ^= 2166136261u; /* FNV-1a: told again at worst */
	while (rd_left(&r) > 0) {
		h = (h ^ rd_u8(&r)) * 16777619u;
	}
	return h != 0 ? h : 1;
}

static bool
is_news(uint32_t *told, uint32_t hash)
{
	bool news = *told != hash;

	*told = hash;
	return news;
}

/* --- log-ins --------------------------------------------------------------- */

static const char *
detail_of(uint8_t scheme)
{
	return scheme == HTTP_BASIC ? "basic, password readable by anybody"
				    : "digest";
}

static void
login(struct http_msg *m)
{
	const struct http_wait *w = &m->wait;
	bool denied = m->status == 401 || m->status == 403 || m->status == 407;
	struct ev *e;

	if (!m->paired || w->user_n == 0 || m->status >= 500 ||
	    (!denied && m->status >= 400)) {
		return;
	}
	if (denied && http_is(http_param(m->challenge, "stale"), "true")) {
		return; /* the nonce was old, not the password wrong */
	}
	if (!is_news(&m->st->user, hash_of(rd_make(w->user, w->user_n), 0)) &&
	    !denied) {
		return;
	}
	if (denied) {
		m->st->user = 0;
	}
	e = dis_event(m->ctx, EV_AUTH, PROTO_HTTP, m->dir);
	ev_name(e, EVF_ACTION, denied ? "fail" : "login");
	ev_bytes(e, EVF_USER, EV_T_TEXT, w->user, w->user_n);
	ev_name(e, EVF_DETAIL, detail_of(w->scheme));
	dis_emit(m->ctx, e);
}

/* --- identities ------------------------------------------------------------ */

static bool
has_letter(struct rd r)
{
	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r) | 0x20;

		if (c >= 'a' && c <= 'z') {
			return true;
		}
	}
	return false;
}

static void
fact(struct http_msg *m, const char *key, struct rd v, const char *via)
{
	dis_identity(m->ctx, PROTO_HTTP, m->ctx->src, key, EV_T_TEXT, v.p,
	    rd_left(&v), via);
}

/* In the first brackets, what says on which system ([1] 10.1.5: a comment). */
static struct rd
system_of(struct rd r)
{
	static const char *const systems[] = {"windows nt", "windows ce",
	    "windows phone", "android", "linux", "mac os x", "intel mac os x",
	    "freebsd", "openbsd", "netbsd", "sunos", "qnx", "vxworks"};
	struct rd best = rd_failed();

	while (rd_left(&r) > 0 && rd_u8(&r) != '(') {
	}
	while (rd_left(&r) > 0 && *r.p != ')') {
		size_t n = 0;
		struct rd part;

		while (n < rd_left(&r) && r.p[n] != ';' && r.p[n] != ')') {
			n++;
		}
		part = rd_sub(&r, n);
		for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]);
		     i++) {
			/* The last one says most: "Linux; Android 9". */
			best = http_begins(part, systems[i]) ? part : best;
		}
		while (rd_left(&r) > 0 && (*r.p == ';' || *r.p == ' ')) {
			rd_skip(&r, 1);
		}
	}
	return best;
}

static void
client_facts(struct http_msg *m)
{
	struct rd os = system_of(m->agent);

	if (m->via || !has_letter(m->agent) ||
	    !is_news(&m->st->agent, hash_of(m->agent, 0))) {
		return;
	}
	fact(m, "software", m->agent, "user_agent");
	if (rd_left(&os) > 0) {
		fact(m, "os", os, "user_agent");
	}
}

/* Host names the server that is meant: a name, and not an address. */
static void
host_fact(struct http_msg *m)
{
	struct rd v = m->host;
	struct ev *e;
	size_t n = 0;

	while (n < rd_left(&v) && is_word(v.p[n])) {
		n++;
	}
	v = rd_sub(&v, n);
	if (m->absolute || m->method == HTTP_CONNECT || !has_letter(v) ||
	    http_is(v, "localhost") || !is_news(&m->st->host, hash_of(v, 0))) {
		return;
	}
	e = dis_event(m->ctx, EV_IDENTITY, PROTO_HTTP, m->dir);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->dst;
	ev_name(e, EVF_KEY, "hostname");
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, v.p, rd_left(&v));
	ev_name(e, EVF_VIA, "host");
	ev_name(e, EVF_CLAIM, "peer");
	dis_emit(m->ctx, e);
}

static bool
names_nothing(struct rd realm)
{
	static const char *const none[] = {"login", "log in", "restricted",
	    "restricted area", "protected", "protected area", "secure area",
	    "authorization required", "authentication required",
	    "authorization", "authentication", "auth", "realm", "users", "user",
	    "admin", "administrator", "default", "web server", "webserver",
	    "private", "secure", "localhost", "please login",
	    "password required", "access", "embedded web server"};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		if (http_is(realm, none[i])) {
			return true;
		}
	}
	return !has_letter(realm);
}

static void
server_facts(struct http_msg *m)
{
	struct rd realm = http_param(m->challenge, "realm");

	if (m->via || (m->paired && m->wait.proxied)) {
		return;
	}
	if (has_letter(m->server) &&
	    is_news(&m->st->server, hash_of(m->server, 0))) {
		fact(m, "software", m->server, "server");
	}
	if (m->status == 401 && !names_nothing(realm) &&
	    is_news(&m->st->realm, hash_of(realm, 0))) {
		fact(m, "description", realm, "www_authenticate");
	}
}

void
http_facts(struct http_msg *m)
{
	if (m->request) {
		client_facts(m);
		host_fact(m);
	} else {
		server_facts(m);
		login(m);
	}
}

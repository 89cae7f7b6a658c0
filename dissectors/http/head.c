/*
 * head: start line ([2] 3 and 4) and fields ([1] 5, [2] 5).
 *
 *	METHOD SP target SP HTTP/1.x CRLF        name: value CRLF
 *	HTTP/1.x SP status SP reason CRLF        CRLF
 *
 * A line may end with LF alone ([2] 2.2).
 */
#include <string.h>

#include "dissectors/http/http.h"

#define METHOD_MAX 16
#define TARGET_MAX 8192

static const struct method {
	const char *word, *name;
	enum ev_class cls;
} methods[] = {
    /* What POST does only the application knows. */
    {"GET", "get", EV_CLASS_READ},
    {"HEAD", "head", EV_CLASS_READ},
    {"POST", "post", EV_CLASS_OTHER},
    {"PUT", "put", EV_CLASS_WRITE},
    {"DELETE", "delete", EV_CLASS_WRITE},
    {"CONNECT", "connect", EV_CLASS_SESSION},
    {"OPTIONS", "options", EV_CLASS_DISCOVERY},
    {"TRACE", "trace", EV_CLASS_DIAGNOSTIC},
    {"PATCH", "patch", EV_CLASS_WRITE},
    {"PROPFIND", "propfind", EV_CLASS_READ}, /* RFC 4918 */
    {"PROPPATCH", "proppatch", EV_CLASS_WRITE},
    {"MKCOL", "mkcol", EV_CLASS_FILE},
    {"COPY", "copy", EV_CLASS_FILE},
    {"MOVE", "move", EV_CLASS_FILE},
    {"LOCK", "lock", EV_CLASS_FILE},
    {"UNLOCK", "unlock", EV_CLASS_FILE},
    {"SUBSCRIBE", "subscribe", EV_CLASS_SESSION}, /* [5] 4 */
    {"UNSUBSCRIBE", "unsubscribe", EV_CLASS_SESSION},
    {"NOTIFY", "notify", EV_CLASS_REPORT},
    {"REPORT", "report", EV_CLASS_READ},              /* RFC 3253 */
    {"RPC_IN_DATA", "rpc_in_data", EV_CLASS_SESSION}, /* MS-RPCH */
    {"RPC_OUT_DATA", "rpc_out_data", EV_CLASS_SESSION},
};

#define METHODS (sizeof(methods) / sizeof(methods[0]))

const char *
http_method_name(uint8_t method, enum ev_class *ret_class)
{
	if (method == 0 || method > METHODS) {
		*ret_class = EV_CLASS_OTHER;
		return "response";
	}
	*ret_class = methods[method - 1].cls;
	return methods[method - 1].name;
}

/* --- text ------------------------------------------------------------------ */

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

bool
http_begins(struct rd r, const char *text)
{
	for (; *text != '\0'; text++) {
		if (lower(rd_u8(&r)) != (uint8_t)*text) {
			return false;
		}
	}
	return rd_ok(&r);
}

bool
http_is(struct rd r, const char *text)
{
	return rd_left(&r) == strlen(text) && http_begins(r, text);
}

bool
http_has(struct rd r, const char *text)
{
	while (rd_left(&r) > 0) {
		if (http_begins(r, text)) {
			return true;
		}
		rd_skip(&r, 1);
	}
	return false;
}

bool
http_line(struct rd *r, struct rd *ret_line)
{
	size_t left = rd_left(r), n;
	const uint8_t *at = left > 0 ? memchr(r->p, '\n', left) : NULL;

	if (at == NULL) {
		return false;
	}
	n = (size_t)(at - r->p);
	*ret_line = rd_sub(r, n);
	rd_skip(r, 1);
	if (n > 0 && at[-1] == '\r') {
		ret_line->end--;
	}
	return true;
}

/* Without the white space around it. */
static struct rd
trimmed(struct rd r)
{
	while (rd_left(&r) > 0 && (*r.p == ' ' || *r.p == '\t')) {
		rd_skip(&r, 1);
	}
	while (rd_left(&r) > 0 && (r.end[-1] == ' ' || r.end[-1] == '\t')) {
		r.end--;
	}
	return r;
}

/* --- start line ------------------------------------------------------------ */

/* As much of a word as there is; MORE where it goes on. */
static enum dis_rc
word(struct rd *r, const char *text)
{
	for (; *text != '\0'; text++) {
		if (rd_left(r) == 0) {
			return DIS_MORE;
		}
		if (rd_u8(r) != (uint8_t)*text) {
			return DIS_NOT_MINE;
		}
	}
	return DIS_OK;
}

static enum dis_rc
line_end(struct rd *r)
{
	uint8_t c;

	if (rd_left(r) == 0) {
		return DIS_MORE;
	}
	c = rd_u8(r);
	if (c == '\r') {
		return word(r, "\n");
	}
	return c == '\n' ? DIS_OK : DIS_NOT_MINE;
}

/* Behind "HTTP/1.": the response is known by its first 12 octets. */
static enum dis_rc
status_line(struct rd *r)
{
	for (int i = 0; i < 5; i++) {
		uint8_t c;

		if (rd_left(r) == 0) {
			return DIS_MORE;
		}
		c = rd_u8(r);
		if (i == 1 ? c != ' ' : c < '0' || c > '9') {
			return DIS_NOT_MINE;
		}
		if (i == 2 && (c < '1' || c > '5')) {
			return DIS_NOT_MINE;
		}
	}
	return DIS_OK;
}

/* Whatever has no blank; a target of a kind that HTTP has. */
static enum dis_rc
target(struct rd *r)
{
	uint8_t c;

	for (size_t n = 0; n < TARGET_MAX; n++) {
		if (rd_left(r) == 0) {
			return DIS_MORE;
		}
		c = rd_u8(r);
		if (c == ' ' && n > 0) {
			return DIS_OK;
		}
		if (c <= ' ' || c == 0x7f) {
			return DIS_NOT_MINE;
		}
	}
	return DIS_NOT_MINE;
}

/* The word before the first blank, as a place in the table. */
static enum dis_rc
method(struct rd *r, uint8_t *ret_method)
{
	enum dis_rc rc = DIS_NOT_MINE;

	for (size_t i = 0; i < METHODS && rc == DIS_NOT_MINE; i++) {
		struct rd look = *r;

		rc = word(&look, methods[i].word);
		if (rc == DIS_OK) {
			rc = word(&look, " ");
		}
		if (rc == DIS_OK) {
			*r = look;
			*ret_method = (uint8_t)(i + 1);
		}
	}
	return rc;
}

static enum dis_rc
request_line(struct rd *r)
{
	uint8_t m = 0;
	enum dis_rc rc = method(r, &m);

	if (rc == DIS_OK) {
		rc = target(r);
	}
	if (rc == DIS_OK) {
		rc = word(r, "HTTP/1.");
	}
	if (rc == DIS_OK) {
		if (rd_left(r) == 0) {
			return DIS_MORE;
		}
		if (*r->p < '0' || *r->p > '9') {
			return DIS_NOT_MINE;
		}
		rd_skip(r, 1);
		rc = line_end(r);
	}
	return rc;
}

enum dis_rc
http_start_line(struct rd in, size_t *ret_len)
{
	struct rd r = in;
	enum dis_rc rc;

	if (rd_left(&r) == 0) {
		return DIS_MORE;
	}
	rc = word(&r, "HTTP/1.");
	if (rc == DIS_OK) {
		rc = status_line(&r);
	} else if (rc == DIS_NOT_MINE) {
		r = in;
		rc = request_line(&r);
	}
	*ret_len = (size_t)(r.p - in.p);
	return rc;
}

enum dis_rc
http_find(struct rd in, size_t *ret_len)
{
	size_t len = 0;
	enum dis_rc rc = http_start_line(in, &len);
	struct rd r = in, line;

	if (rc != DIS_OK) {
		return rc;
	}
	/* A response's line may be longer than what tells that it is one. */
	while (http_line(&r, &line)) {
		*ret_len = (size_t)(r.p - in.p);
		if (*ret_len > HTTP_HEAD_MAX) {
			return DIS_BAD;
		}
		if (rd_left(&line) == 0) {
			return DIS_OK;
		}
	}
	return rd_left(&in) > HTTP_HEAD_MAX ? DIS_BAD : DIS_MORE;
}

/* --- reading --------------------------------------------------------------- */

static void
bad(struct http_msg *m, const char *reason, const uint8_t *at)
{
	if (m->bad == NULL) {
		m->bad = reason;
		m->bad_at = (size_t)(at - m->start);
	}
}

/* Up to the first of these characters, which stays. */
static struct rd
until(struct rd *r, const char *ends)
{
	struct rd in = *r;

	while (rd_left(&in) > 0) {
		struct rd next = in;
		uint8_t c = rd_u8(&next);

		if (c != '\0' && strchr(ends, c) != NULL) {
			break;
		}
		in = next;
	}
	return rd_sub(r, rd_left(r) - rd_left(&in));
}

/*
 * A path may have behind it what only its server understands, and secrets
 * among that: sessions (;) and queries (?).  So may an authority (user@).
 */
static void
read_target(struct http_msg *m)
{
	struct rd r = m->target;
	struct rd scheme = until(&r, ":/?");

	if (m->method == HTTP_CONNECT || rd_left(&scheme) == 0 ||
	    !http_begins(r, "://")) {
		r = m->target;
	} else {
		struct rd authority, user;

		rd_skip(&r, 3);
		authority = until(&r, "/?#");
		user = until(&authority, "@");
		if (rd_left(&authority) > 0) {
			rd_skip(&authority, 1);
			user = authority;
		}
		m->host = user;
		m->absolute = true;
	}
	m->path = until(&r, ";?#");
	m->query = rd_left(&r) > 0;
}

static void
read_start(struct http_msg *m, struct rd line)
{
	struct rd r = line;

	m->request = !http_begins(line, "http/1.");
	if (!m->request) {
		rd_skip(&r, 7);
		m->minor = (uint8_t)(rd_u8(&r) - '0');
		rd_skip(&r, 1);
		for (int i = 0; i < 3; i++) {
			m->status =
			    (uint16_t)(m->status * 10 + rd_u8(&r) - '0');
		}
		return;
	}
	(void)method(&r, &m->method);
	m->target = until(&r, " ");
	rd_skip(&r, 8);
	m->minor = (uint8_t)(rd_u8(&r) - '0');
	read_target(m);
}

static void
read_length(struct http_msg *m, struct rd v)
{
	uint64_t n = 0;
	const uint8_t *at = v.p;
	size_t digits = rd_left(&v);

	while (rd_left(&v) > 0) {
		uint8_t c = rd_u8(&v);

		if (c < '0' || c > '9' || digits > 18) {
			bad(m, HTTP_BAD_LENGTH, at);
			return;
		}
		n = n * 10 + (uint64_t)(c - '0');
	}
	if (digits == 0 || (m->has_length && n != m->length)) {
		bad(m, HTTP_BAD_LENGTH, at);
		return;
	}
	m->length = n;
	m->has_length = true;
}

/* Chunked is the last coding, or the body ends with the connection. */
static void
read_transfer(struct http_msg *m, struct rd v)
{
	static const char chunked[] = "chunked";
	size_t n = sizeof(chunked) - 1;

	m->transfer = true;
	if (rd_left(&v) >= n) {
		rd_skip(&v, rd_left(&v) - n);
		m->chunked = http_is(v, chunked);
	}
}

/* Of a field that comes again, the first stands. */
static void
first(struct rd *to, struct rd v)
{
	if (rd_left(to) == 0) {
		*to = v;
	}
}

static void
read_text(struct http_msg *m, struct rd name, struct rd v)
{
	const struct {
		const char *name;
		struct rd *to;
	} texts[] = {{"user-agent", &m->agent}, {"server", &m->server},
	    {"authorization", &m->authorization},
	    {"proxy-authorization", &m->authorization},
	    {"www-authenticate", &m->challenge},
	    {"proxy-authenticate", &m->challenge}, {"content-type", &m->type},
	    {"upgrade", &m->upgrade}, {"soapaction", &m->soap}};

	if (http_is(name, "host") && !m->absolute) {
		first(&m->host, v);
		return;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (http_is(name, texts[i].name)) {
			first(texts[i].to, v);
			return;
		}
	}
}

static void
read_field(struct http_msg *m, struct rd name, struct rd v)
{
	if (http_is(name, "content-length")) {
		read_length(m, v);
	} else if (http_is(name, "transfer-encoding")) {
		read_transfer(m, v);
	} else if (http_is(name, "content-encoding")) {
		m->coded = !http_is(v, "identity");
	} else if (http_is(name, "cookie") || http_is(name, "set-cookie")) {
		m->cookie = true;
	} else if (http_is(name, "via") || http_is(name, "x-forwarded-for") ||
		   http_is(name, "forwarded")) {
		m->via = true;
	} else {
		read_text(m, name, v);
	}
}

void
http_read(struct http_msg *m, struct rd head)
{
	struct rd line;

	if (!http_line(&head, &line)) {
		return;
	}
	read_start(m, line);
	while (http_line(&head, &line) && rd_left(&line) > 0) {
		struct rd name;
		const uint8_t *at = line.p;

		/* A line that goes on from the one before ([2] 5.2). */
		if (*at == ' ' || *at == '\t') {
			continue;
		}
		name = until(&line, ":");
		if (rd_left(&name) == 0 || rd_left(&line) == 0) {
			bad(m, HTTP_BAD_FIELD, at);
			continue;
		}
		rd_skip(&line, 1);
		read_field(m, name, trimmed(line));
	}
	if (m->chunked && m->has_length) {
		bad(m, HTTP_BAD_LENGTHS, m->start);
	}
}

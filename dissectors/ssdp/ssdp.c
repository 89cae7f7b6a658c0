/*
 * ssdp: who announces itself, who searches, who answers (UPnP Device
 * Architecture 2.0, chapter 1): lines as of HTTP in a datagram.
 *
 *	NOTIFY * HTTP/1.1     to 239.255.255.250; NTS says alive, byebye, update
 *	M-SEARCH * HTTP/1.1   to there, or to one device
 *	HTTP/1.1 200 OK       to who has searched
 *	name: value           ...
 *
 * SERVER and USER-AGENT are "system/version UPnP/1.0 product/version": system
 * and software.  A device's type is the target of its own messages.  Whose
 * LOCATION is at another address speaks for another: that is told, and no
 * identity.
 *
 * Left out: the description that LOCATION leads to, which HTTP carries, and
 * which headers a message should have besides.
 */
#include "dissectors/line.h"
#include "dissectors/registry.h"

#define PORT        1900
#define LINE_MAX    4096 /* ours; a datagram has few lines */
#define HEADERS_MAX 64   /* ours */

/* Reasons of malformed events are an interface: rules name them. */
#define BAD_START  "start_line" /* no request and no answer of SSDP's    */
#define BAD_HEADER "header"     /* no name, or no colon behind it        */
#define BAD_MAN    "man"        /* a search that is none: 1.3.2          */
#define BAD_NTS    "nts"        /* a notice of nothing: 1.2              */
#define BAD_TARGET "target"     /* neither ST nor NT                     */

enum field {
	F_TARGET = EV_PROTO_BASE,
	F_USN,
	F_LOCATION,
	F_SERVER,
	F_AGENT,
	F_FRIENDLY,
	F_MX,
	F_CACHE,
	F_STATUS,
	F_END
};

static const struct ev_field_info fields[] = {
    [F_TARGET - EV_PROTO_BASE] = {"target", EV_R_NONE, "1.2"},
    [F_USN - EV_PROTO_BASE] = {"usn", EV_R_NONE, "1.1.4"},
    [F_LOCATION - EV_PROTO_BASE] = {"location", EV_R_NONE, "1.2.2"},
    [F_SERVER - EV_PROTO_BASE] = {"server", EV_R_NONE, "1.2.2"},
    [F_AGENT - EV_PROTO_BASE] = {"user_agent", EV_R_NONE, "1.3.2"},
    [F_FRIENDLY - EV_PROTO_BASE] = {"friendly_name", EV_R_NONE, "1.3.2"},
    [F_MX - EV_PROTO_BASE] = {"mx", EV_R_NONE, "1.3.2"},
    [F_CACHE - EV_PROTO_BASE] = {"cache_control", EV_R_NONE, "1.2.2"},
    [F_STATUS - EV_PROTO_BASE] = {"http_status", EV_R_NONE, "1.3.3"},
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == F_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "ssdp",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
    .program = true,
};

enum start { NONE, NOTIFY, SEARCH, ANSWER };

enum header { NTS = F_END, MAN, HEADERS_END };

/* What a header's name, in lower case, is told as. */
static const struct {
	const char *name;
	uint16_t id;
} headers[] = {
    {"nt", F_TARGET},
    {"st", F_TARGET},
    {"usn", F_USN},
    {"location", F_LOCATION},
    {"server", F_SERVER},
    {"user-agent", F_AGENT},
    {"cpfn.upnp.org", F_FRIENDLY},
    {"mx", F_MX},
    {"cache-control", F_CACHE},
    {"nts", NTS},
    {"man", MAN},
};

struct msg {
	struct dis_ctx *ctx;
	enum start start;
	struct rd code; /* of an answer */
	struct rd header[HEADERS_END - EV_PROTO_BASE];
	const char *op;
	enum ev_dir dir;
	const char *bad;
	size_t bad_at;
};

static const struct rd *
header(const struct msg *m, unsigned id)
{
	return &m->header[id - EV_PROTO_BASE];
}

/* --- reading ---------------------------------------------------------------- */

static enum start
start_of(struct rd line, struct rd *ret_code)
{
	struct rd word = line_word(&line);

	if (line_has(&word, "http/1.") && rd_left(&line) >= 3) {
		*ret_code = line_word(&line);
		return ANSWER;
	}
	if (!line_has(&line, "* http/1.")) {
		return NONE;
	}
	return line_is(&word, "notify")     ? NOTIFY
	       : line_is(&word, "m-search") ? SEARCH
					    : NONE;
}

static void
bad(struct msg *m, const char *reason, size_t at)
{
	if (m->bad == NULL) {
		m->bad = reason;
		m->bad_at = at;
	}
}

static void
read_header(struct msg *m, struct rd line, size_t at)
{
	size_t n = rd_left(&line);
	const uint8_t *colon = n != 0 ? memchr(line.p, ':', n) : NULL;
	struct rd name;

	if (colon == NULL || colon == line.p) {
		bad(m, BAD_HEADER, at);
		return;
	}
	name = line_trim(rd_sub(&line, (size_t)(colon - line.p)));
	rd_skip(&line, 1);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		if (line_is(&name, headers[i].name)) {
			m->header[headers[i].id - EV_PROTO_BASE] =
			    line_trim(line);
		}
	}
}

/* The lines up to the empty one; the last may lack its end. */
static void
read_lines(struct msg *m, struct rd r)
{
	const uint8_t *from = r.p;
	struct rd line;
	size_t len = 0;
	unsigned n = 0;

	while (rd_left(&r) > 0 && n <= HEADERS_MAX) {
		size_t at = (size_t)(r.p - from);
		enum dis_rc rc = line_find(&r, LINE_MAX, &line, &len);

		if (rc == DIS_OK) {
			rd_skip(&r, len);
		} else if (m->ctx != NULL && m->ctx->cut) {
			return;
		} else {
			line = rd_rest(&r);
		}
		if (n++ == 0) {
			m->start = start_of(line, &m->code);
			continue;
		}
		if (rd_left(&line) == 0) {
			return;
		}
		read_header(m, line, at);
	}
}

/* NOTIFY, M-SEARCH or HTTP: asked of every flow. */
static bool
may_be(const struct rd *in)
{
	return line_has(in, "notify * http/1.") ||
	       line_has(in, "m-search * http/1.") || line_has(in, "http/1.");
}

static enum dis_rc
ssdp_probe(struct rd in, const struct dis_probe *pr)
{
	struct msg m = {0};

	if (pr->transport != DIS_UDP || !may_be(&in)) {
		return DIS_NOT_MINE;
	}
	read_lines(&m, in);
	/* HTTP in datagrams is others', too: CoAP's gateways, GENA. */
	if (m.start == NONE ||
	    (!pr->hinted && rd_left(header(&m, F_USN)) == 0 &&
		!line_is(header(&m, MAN), "\"ssdp:discover\""))) {
		return DIS_NOT_MINE;
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = rd_left(&in);
	}
	return DIS_OK;
}

/* --- what is told ----------------------------------------------------------- */

static void
name_notice(struct msg *m)
{
	const struct rd *nts = header(m, NTS);

	m->dir = EV_DIR_NOTIFY;
	if (line_is(nts, "ssdp:alive")) {
		m->op = "alive";
	} else if (line_is(nts, "ssdp:byebye")) {
		m->op = "byebye";
	} else if (line_is(nts, "ssdp:update")) {
		m->op = "update";
	} else {
		m->op = "notify";
		bad(m, BAD_NTS, 0);
	}
}

static void
name_message(struct msg *m)
{
	switch (m->start) {
	case NOTIFY: name_notice(m); break;
	case SEARCH:
		m->op = "search";
		m->dir = EV_DIR_REQUEST;
		if (!line_is(header(m, MAN), "\"ssdp:discover\"")) {
			bad(m, BAD_MAN, 0);
		}
		break;
	case ANSWER:
		m->op = "search";
		m->dir = EV_DIR_RESPONSE;
		break;
	default:
		m->op = "unknown";
		m->dir = EV_DIR_UNKNOWN;
		m->bad = NULL;
		bad(m, BAD_START, 0);
		return;
	}
	if (rd_left(header(m, F_TARGET)) == 0) {
		bad(m, BAD_TARGET, 0);
	}
}

static bool
is_group(const struct ev_end *end)
{
	return (end->ipver == 4 && end->ip.a[0] >> 4 == 14) ||
	       (end->ipver == 6 && end->ip.a[0] == 0xff);
}

/* What is asked of all is answered in another flow. */
static bool
pair(struct msg *m, struct dis_pair *ret)
{
	struct dis_ctx *ctx = m->ctx;

	if (m->start == SEARCH && !is_group(ctx->dst) && !ctx->dup) {
		(void)ctx->sv->put(ctx, 1, NULL, 0);
	}
	return m->start == ANSWER && ctx->sv->take(ctx, 1, NULL, 0, ret);
}

static bool
is_ok(const struct msg *m)
{
	return line_is(&m->code, "200");
}

static void
tell(struct msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	struct dis_pair request;
	bool paired = pair(m, &request);
	struct ev *e = dis_operation(
	    ctx, PROTO_SSDP, m->dir, m->op, 0, EV_CLASS_DISCOVERY);

	if (paired) {
		dis_paired(e, &request);
	}
	if (ctx->cut) {
		e->flags |= EV_CUT;
	} else if (m->start == ANSWER) {
		e->status = is_ok(m) ? "ok" : "error";
	}
	if (m->bad == NULL && !ctx->cut) {
		dis_confirm(ctx);
	}
	for (uint16_t id = F_TARGET; id < F_STATUS; id++) {
		const struct rd *v = header(m, id);

		if (rd_left(v) > 0) {
			ev_bytes(e, id, EV_T_TEXT, v->p, rd_left(v));
		}
	}
	if (m->start == ANSWER && !is_ok(m)) {
		ev_bytes(e, F_STATUS, EV_T_TEXT, m->code.p, rd_left(&m->code));
	}
	dis_emit(ctx, e);
}

/* --- who it is --------------------------------------------------------------- */

static struct rd
without_commas(struct rd r)
{
	r = line_trim(r);
	while (rd_left(&r) > 0 && (*r.p == ',' || *r.p == ' ')) {
		rd_skip(&r, 1);
	}
	while (rd_left(&r) > 0 && (r.end[-1] == ',' || r.end[-1] == ' ')) {
		r.end--;
	}
	return r;
}

static void
identity(const struct msg *m, const char *key, struct rd text)
{
	text = without_commas(text);
	if (rd_left(&text) > 0 && line_is_text(text) &&
	    !line_has(&text, "unspecified") && !line_has(&text, "unknown")) {
		dis_identity(m->ctx, PROTO_SSDP, m->ctx->src, key, EV_T_TEXT,
		    text.p, rd_left(&text), m->op);
	}
}

/* "Linux/3.14 UPnP/1.0 Product/1.2": what is before, and what behind. */
static void
tell_software(const struct msg *m, const struct rd *text)
{
	struct rd r = *text, before = *text;

	for (; rd_left(&r) > 0; rd_skip(&r, 1)) {
		if (line_has(&r, "upnp/")) {
			before.end = r.p;
			identity(m, "os", before);
			/* Some say it twice. */
			do {
				(void)line_word(&r);
			} while (line_has(&r, "upnp/"));
			identity(m, "software", r);
			return;
		}
	}
	identity(m, "software", *text);
}

/* "urn:schemas-upnp-org:device:MediaRenderer:1": the word before the version;
 * not of what others are made of. */
static void
tell_type(const struct msg *m, struct rd target)
{
	static const char *const parts[] = {
	    "landevice", "wandevice", "wanconnectiondevice"};
	const uint8_t *colon;

	if (!line_has(&target, "urn:")) {
		return;
	}
	while (rd_left(&target) > 0 && !line_has(&target, ":device:")) {
		rd_skip(&target, 1);
	}
	rd_skip(&target, strlen(":device:"));
	if (rd_left(&target) == 0) {
		return;
	}
	colon = memchr(target.p, ':', rd_left(&target));
	if (colon != NULL) {
		target.end = colon;
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (line_is(&target, parts[i])) {
			return;
		}
	}
	identity(m, "device_type", target);
}

/* The host of a URL that is an IPv4 address; empty when it is none. */
static struct rd
location_host(struct rd url)
{
	struct rd r;

	while (rd_left(&url) > 0 && !line_has(&url, "://")) {
		rd_skip(&url, 1);
	}
	rd_skip(&url, 3);
	r = url;
	while (
	    rd_left(&r) > 0 && ((*r.p >= '0' && *r.p <= '9') || *r.p == '.')) {
		rd_skip(&r, 1);
	}
	if (rd_left(&r) > 0 && *r.p != ':' && *r.p != '/') {
		return rd_make(r.p, 0);
	}
	url.end = r.p;
	return url;
}

/* Whether it speaks of itself: its description is at its own address. */
static bool
is_own(const struct msg *m)
{
	const struct ev_end *src = m->ctx->src;
	struct rd host = location_host(*header(m, F_LOCATION));
	char own[EV_IP_TEXT];
	size_t n;

	if (rd_left(&host) == 0 || src->ipver != 4) {
		return true;
	}
	n = ev_ip_text(own, src->ipver, &src->ip);
	if (n == rd_left(&host) && memcmp(own, host.p, n) == 0) {
		return true;
	}
	dis_topology(m->ctx, PROTO_SSDP, src, "announces", (const char *)host.p,
	    rd_left(&host));
	return false;
}

static void
facts(const struct msg *m)
{
	if (m->start == SEARCH) {
		tell_software(m, header(m, F_AGENT));
		identity(m, "name", *header(m, F_FRIENDLY));
	} else if ((m->start == NOTIFY || is_ok(m)) && is_own(m)) {
		tell_software(m, header(m, F_SERVER));
		tell_type(m, *header(m, F_TARGET));
	}
}

static enum dis_rc
ssdp_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct msg m = {.ctx = ctx};

	if (!may_be(in) && !ctx->confirmed) {
		return DIS_NOT_MINE;
	}
	read_lines(&m, *in);
	if (ctx->cut && m.start == NONE) {
		return DIS_MORE;
	}
	(void)rd_rest(in);
	name_message(&m);
	if (ctx->cut) {
		m.bad = NULL;
	}
	ctx->client = m.dir == EV_DIR_RESPONSE ? !ctx->side : ctx->side;
	ctx->client_sure = m.start != NONE;
	tell(&m);
	if (m.bad != NULL) {
		dis_malformed(ctx, PROTO_SSDP, m.dir, m.bad, m.bad_at);
		return DIS_BAD;
	}
	if (!ctx->cut) {
		facts(&m);
	}
	return DIS_OK;
}

extern const struct dissector dissector_ssdp;

const struct dissector dissector_ssdp = {
    .name = "ssdp",
    .proto = PROTO_SSDP,
    .hints = {{DIS_UDP, PORT}},
    .probe = ssdp_probe,
    .parse = ssdp_parse,
    .fields = &proto,
};

/*
 * ssh: the line with which either end says what it is (RFC 4253, 4.2).
 *
 *	SSH-protoversion-softwareversion SP comments CR LF
 *
 * One line a side, then the key exchange begins and nothing more is read: net
 * passes over the rest.  A server may say other lines before (4.2); they are
 * passed over.
 *
 * The software names the vendor where a vendor has its own, the comments the
 * system where its packagers say so.
 *
 * Left out: the algorithms of the key exchange, which tell versions apart, too.
 */
#include "dissectors/line.h"
#include "dissectors/registry.h"

#define PORT     22
#define LINE_MAX 255 /* with CR LF: RFC 4253, 4.2 */
#define NOTE_MAX 512 /* ours: of a line before it */

/* Reasons of malformed events are an interface: rules name them. */
#define BAD_LONG "length"         /* no end where the longest has one     */
#define BAD_LINE "identification" /* no version, no software, or no text  */

enum field { F_VERSION = EV_PROTO_BASE, F_SOFTWARE, F_COMMENTS, F_END };

static const struct ev_field_info fields[] = {
    [F_VERSION - EV_PROTO_BASE] = {"version", EV_R_NONE, "4.2"},
    [F_SOFTWARE - EV_PROTO_BASE] = {"software", EV_R_NONE, "4.2"},
    [F_COMMENTS - EV_PROTO_BASE] = {"comments", EV_R_NONE, "4.2"},
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == F_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "ssh",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
    .program = true,
};

/* What a line's software or comments begin with, in lower case, tells more. */
struct known {
	const char *start, *key, *value;
};

static const struct known known_software[] = {
    {"cisco-", "vendor", "Cisco"},
    {"comware-", "os", "Comware"},
    {"huawei-", "vendor", "Huawei"},
    {"lancom", "vendor", "LANCOM Systems"},
    {"netscreen", "os", "ScreenOS"},
    {"openssh_for_windows", "os", "Windows"},
    {"rosssh", "os", "RouterOS"},
    {"rosssh", "vendor", "MikroTik"},
    {"sun_ssh", "os", "Solaris"},
    {"zyxel", "vendor", "Zyxel"},
};

static const struct known known_comments[] = {
    {"debian", "os", "Debian"},
    {"freebsd", "os", "FreeBSD"},
    {"netbsd", "os", "NetBSD"},
    {"raspbian", "os", "Raspbian"},
    {"ubuntu", "os", "Ubuntu"},
};

/* The parts of a line. */
struct line {
	struct rd version, software, comments;
};

/* Printable ASCII; one blank is the comments' beginning. */
static bool
is_ascii(struct rd r)
{
	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r);

		if (c < 0x20 || c > 0x7e) {
			return false;
		}
	}
	return true;
}

static bool
split(struct rd text, struct line *ret)
{
	const uint8_t *minus;

	rd_skip(&text, 4);
	if (rd_left(&text) == 0) {
		return false;
	}
	minus = memchr(text.p, '-', rd_left(&text));
	if (minus == NULL) {
		return false;
	}
	ret->version = rd_sub(&text, (size_t)(minus - text.p));
	rd_skip(&text, 1);
	ret->software = line_word(&text);
	ret->comments = line_trim(text);
	return rd_left(&ret->version) > 0 && rd_left(&ret->software) > 0 &&
	       is_ascii(ret->version) && is_ascii(ret->software) &&
	       line_is_text(ret->comments);
}

static bool
is_version(const struct rd *v)
{
	return line_is(v, "2.0") || line_is(v, "1.99") || line_is(v, "1.5");
}

/* The line's start; MORE as long as it may still be one. */
static enum dis_rc
begins(const struct rd *r)
{
	static const char start[] = {'S', 'S', 'H', '-'};
	size_t n = rd_left(r) < sizeof(start) ? rd_left(r) : sizeof(start);

	if (n != 0 && memcmp(r->p, start, n) != 0) {
		return DIS_NOT_MINE;
	}
	return n == sizeof(start) ? DIS_OK : DIS_MORE;
}

/* A line that a server says before: text up to its end. */
static enum dis_rc
find_note(const struct rd *r, size_t *ret_len)
{
	struct rd text = *r;
	enum dis_rc rc = line_find(r, NOTE_MAX, &text, ret_len);

	/* Its LF may follow. */
	if (rc == DIS_MORE && rd_left(&text) > 0 && text.end[-1] == '\r') {
		text.end--;
	}
	return rc == DIS_BAD || !line_is_text(text) ? DIS_NOT_MINE : rc;
}

static enum dis_rc
pass_notes(struct rd *r)
{
	size_t len = 0;
	enum dis_rc rc = begins(r);

	while (rc == DIS_NOT_MINE) {
		rc = find_note(r, &len);
		if (rc != DIS_OK) {
			return rc;
		}
		rd_skip(r, len);
		rc = begins(r);
	}
	return rc;
}

static enum dis_rc
ssh_probe(struct rd in, const struct dis_probe *pr)
{
	enum dis_rc rc = begins(&in);
	struct line line;
	struct rd text;
	size_t len = 0;

	if (rc == DIS_NOT_MINE && pr->from_hint && !pr->searching) {
		rc = pass_notes(&in);
	}
	if (rc != DIS_OK || pr->transport != DIS_TCP) {
		return pr->transport == DIS_TCP ? rc : DIS_NOT_MINE;
	}
	rc = line_find(&in, LINE_MAX, &text, &len);
	if (pr->hinted && !pr->searching) {
		return DIS_OK;
	}
	if (rc != DIS_OK) {
		return rc == DIS_MORE ? DIS_MORE : DIS_NOT_MINE;
	}
	if (!split(text, &line) || !is_version(&line.version)) {
		return DIS_NOT_MINE;
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	return DIS_OK;
}

/* --- what is told ---------------------------------------------------------- */

/* Both ends say the same: who connected, or else whose port it is. */
static enum ev_dir
direct(struct dis_ctx *ctx)
{
	if (ctx->opened != DIS_SIDE_UNKNOWN) {
		ctx->client = ctx->opened;
	} else if (ctx->to_hint != ctx->from_hint) {
		ctx->client = ctx->to_hint ? ctx->side : !ctx->side;
	}
	if (ctx->client == DIS_SIDE_UNKNOWN) {
		return EV_DIR_UNKNOWN;
	}
	return ctx->client == ctx->side ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
}

static void
tell_known(
    struct dis_ctx *ctx, const struct known *t, size_t n, const struct rd *text)
{
	for (size_t i = 0; i < n; i++) {
		if (line_has(text, t[i].start)) {
			dis_identity(ctx, PROTO_SSH, ctx->src, t[i].key,
			    EV_T_NAME, t[i].value, 0, "identification");
		}
	}
}

static void
tell_text(struct ev *e, uint16_t id, const struct rd *text)
{
	if (rd_left(text) > 0) {
		ev_bytes(e, id, EV_T_TEXT, text->p, rd_left(text));
	}
}

static void
tell(struct dis_ctx *ctx, enum ev_dir dir, const struct line *line)
{
	struct ev *e = dis_operation(
	    ctx, PROTO_SSH, dir, "identification", 0, EV_CLASS_SESSION);

	tell_text(e, F_VERSION, &line->version);
	tell_text(e, F_SOFTWARE, &line->software);
	tell_text(e, F_COMMENTS, &line->comments);
	dis_confirm(ctx);
	dis_emit(ctx, e);
	dis_identity(ctx, PROTO_SSH, ctx->src, "software", EV_T_TEXT,
	    line->software.p, rd_left(&line->software), "identification");
	tell_known(ctx, known_software,
	    sizeof(known_software) / sizeof(known_software[0]),
	    &line->software);
	tell_known(ctx, known_comments,
	    sizeof(known_comments) / sizeof(known_comments[0]),
	    &line->comments);
}

/* A line that is none of SSH's: what follows cannot be told either. */
static enum dis_rc
refuse(struct dis_ctx *ctx, struct rd *in, const char *reason, size_t at)
{
	enum ev_dir dir = direct(ctx);
	struct ev *e = dis_operation(
	    ctx, PROTO_SSH, dir, "identification", 0, EV_CLASS_SESSION);

	dis_emit(ctx, e);
	dis_malformed(ctx, PROTO_SSH, dir, reason, at);
	(void)rd_rest(in);
	ctx->done = DIS_SIDE_DONE;
	return DIS_BAD;
}

/* What no line begins with: the capture came too late for this side's. */
static bool
is_late(const struct dis_ctx *ctx, const struct rd *in)
{
	return ctx->confirmed && (*in->p < 0x20 || *in->p > 0x7e) &&
	       *in->p != '\r' && *in->p != '\n' && *in->p != '\t';
}

static enum dis_rc
ssh_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct line line;
	struct rd text;
	size_t len = 0;
	enum dis_rc rc = begins(in);

	if (rc == DIS_NOT_MINE && is_late(ctx, in)) {
		(void)rd_rest(in);
		ctx->done = DIS_SIDE_DONE;
		return DIS_OK;
	}
	if (rc == DIS_NOT_MINE && direct(ctx) == EV_DIR_RESPONSE) {
		rc = find_note(in, &len);
		if (rc == DIS_OK) {
			rd_skip(in, len);
		}
		return rc;
	}
	if (rc != DIS_OK) {
		return rc;
	}
	rc = line_find(in, LINE_MAX, &text, &len);
	if (rc == DIS_MORE) {
		return DIS_MORE;
	}
	if (rc == DIS_BAD) {
		return refuse(ctx, in, BAD_LONG, LINE_MAX);
	}
	if (!split(text, &line)) {
		return refuse(ctx, in, BAD_LINE, 0);
	}
	rd_skip(in, len);
	tell(ctx, direct(ctx), &line);
	ctx->done = DIS_SIDE_DONE;
	return DIS_OK;
}

extern const struct dissector dissector_ssh;

const struct dissector dissector_ssh = {
    .name = "ssh",
    .proto = PROTO_SSH,
    .secret = true,
    .hints = {{DIS_TCP, PORT}},
    .probe = ssh_probe,
    .parse = ssh_parse,
    .fields = &proto,
};

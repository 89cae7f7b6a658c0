/*
 * ftp: the control connection of RFC 959: lines of commands, and of replies.
 *
 *	client  VERB SP argument CR LF
 *	server  ddd SP text CR LF
 *	        ddd-text CR LF  any lines CR LF  ddd SP text CR LF   (4.2)
 *
 * A line is a PDU; of a reply in several the first is told, the others are
 * passed over.  Commands are answered one by one, and a transfer twice: when
 * it begins (1xx, told as a notice) and when it has ended (facts.c).
 *
 * Passwords are not told, nor what might be one: arguments of verbs that are
 * not known, and replies to them, which repeat what was typed.  Once TLS is
 * agreed upon (RFC 4217) nothing more is read.
 *
 * Left out: data connections, and who is meant by PORT and PASV.
 */
#include "dissectors/ftp/ftp.h"

#define PORT     21
#define LINE_MAX 1024 /* ours: nothing says how long a line may be */

/* Reasons of malformed events are an interface: rules name them. */
#define BAD_LONG    "length"  /* no end within LINE_MAX             */
#define BAD_COMMAND "command" /* no verb                            */
#define BAD_REPLY   "reply"   /* no three digits, or not from 1 to 6 */

#define IAC 0xff /* ABOR comes behind Telnet's interrupt: 4.1.3 */

static const struct ev_field_info fields[] = {
    [FTPF_ARGUMENT - EV_PROTO_BASE] = {"argument", EV_R_NONE, "4.1"},
    [FTPF_TEXT - EV_PROTO_BASE] = {"text", EV_R_NONE, "4.2"},
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == FTPF_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "ftp",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
    .program = true,
};

/* --- lines ----------------------------------------------------------------- */

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Three digits of which the first is 1 to 6, then a blank, a minus or none. */
static bool
read_reply(struct rd r, struct ftp_reply *ret)
{
	uint8_t a = rd_u8(&r), b = rd_u8(&r), c = rd_u8(&r);

	if (!rd_ok(&r) || a < '1' || a > '6' || !is_digit(b) || !is_digit(c)) {
		return false;
	}
	ret->code = (uint16_t)((a - '0') * 100 + (b - '0') * 10 + (c - '0'));
	ret->goes_on = false;
	if (rd_left(&r) > 0) {
		uint8_t mark = rd_u8(&r);

		if (mark != ' ' && mark != '-') {
			return false;
		}
		ret->goes_on = mark == '-';
	}
	ret->text = line_trim(r);
	return true;
}

static void
skip_telnet(struct rd *r)
{
	while (rd_has(r, 2) && *r->p == IAC) {
		rd_skip(r, 2);
	}
}

static bool
is_verb(struct rd word)
{
	size_t n = rd_left(&word);

	while (rd_left(&word) > 0) {
		char c = line_lower(rd_u8(&word));

		if (c < 'a' || c > 'z') {
			return false;
		}
	}
	return n >= 3 && n <= 4;
}

static enum dis_rc
judge(struct rd text, const struct dis_probe *pr)
{
	struct ftp_reply reply;
	struct rd word;

	if (read_reply(text, &reply)) {
		if (!line_is_text(reply.text)) {
			return DIS_NOT_MINE;
		}
		if (!pr->hinted) {
			return reply.code == 220 && ftp_is_greeting(&reply.text)
				   ? DIS_OK
				   : DIS_NOT_MINE;
		}
		return pr->from_hint ? DIS_OK : DIS_NOT_MINE;
	}
	skip_telnet(&text);
	word = line_word(&text);
	return pr->to_hint && is_verb(word) &&
		       ftp_verb_is_known(ftp_verb_find(&word))
		   ? DIS_OK
		   : DIS_NOT_MINE;
}

/* Whether a line may begin so: it is asked of every flow. */
static bool
may_begin(const struct rd *in, const struct dis_probe *pr)
{
	uint8_t c = rd_left(in) > 0 ? *in->p : 0;

	if (pr->transport != DIS_TCP) {
		return false;
	}
	if (!pr->hinted) {
		static const char start[] = "220";
		size_t n = rd_left(in) < 3 ? rd_left(in) : 3;

		return n == 0 || memcmp(in->p, start, n) == 0;
	}
	c = (uint8_t)line_lower(c);
	return (pr->from_hint && c >= '1' && c <= '6') ||
	       (pr->to_hint && ((c >= 'a' && c <= 'z') || c == IAC));
}

static enum dis_rc
ftp_probe(struct rd in, const struct dis_probe *pr)
{
	struct rd text;
	size_t len = 0;
	enum dis_rc rc;

	if (!may_begin(&in, pr)) {
		return DIS_NOT_MINE;
	}
	rc = line_find(&in, LINE_MAX, &text, &len);
	if (rc != DIS_OK) {
		return rc == DIS_MORE ? DIS_MORE : DIS_NOT_MINE;
	}
	rc = judge(text, pr);
	if (rc == DIS_OK && pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	return rc;
}

/* --- what is told ---------------------------------------------------------- */

static void
put_text(struct ev *e, uint16_t id, const struct rd *text)
{
	if (rd_left(text) > 0) {
		ev_bytes(e, id, EV_T_TEXT, text->p, rd_left(text));
	}
}

static enum dis_rc
bad(struct dis_ctx *ctx, enum ev_dir dir, const char *op, const char *reason,
    size_t at)
{
	dis_emit(
	    ctx, dis_operation(ctx, PROTO_FTP, dir, op, 0, EV_CLASS_OTHER));
	dis_malformed(ctx, PROTO_FTP, dir, reason, at);
	return DIS_BAD;
}

static enum dis_rc
tell_command(struct dis_ctx *ctx, struct rd text)
{
	struct ftp_state *st = ctx->state;
	const struct ftp_verb *v;
	struct rd word;
	struct ev *e;
	uint8_t verb;

	ctx->client = ctx->side;
	skip_telnet(&text);
	word = line_word(&text);
	text = line_trim(text);
	verb = ftp_verb_find(&word);
	v = &ftp_verbs[verb];
	st->verb = (uint8_t)(verb + 1);
	/* What is refused is answered, too. */
	(void)ctx->sv->put(ctx, 1, &verb, sizeof(verb));
	if (!is_verb(word)) {
		return bad(ctx, EV_DIR_REQUEST, v->name, BAD_COMMAND, 0);
	}
	ctx->client_sure |= ftp_verb_is_known(verb);
	e = dis_operation(
	    ctx, PROTO_FTP, EV_DIR_REQUEST, v->name, 0, (enum ev_class)v->cls);
	if (v->does != FTP_SECRET) {
		put_text(e, FTPF_ARGUMENT, &text);
	}
	dis_emit(ctx, e);
	ftp_asked(ctx, verb, &text);
	return DIS_OK;
}

/* Good or bad by the first digit: 4.2.1. */
static const char *
status(uint16_t code)
{
	return code < 400 ? "ok" : code < 500 ? "transient" : "permanent";
}

static void
begin_tls(struct dis_ctx *ctx, const struct ftp_reply *r)
{
	struct ftp_state *st = ctx->state;

	if (ftp_verbs[r->verb].does == FTP_AUTH && r->code == 234) {
		st->encrypted = true;
		ctx->done = DIS_SIDE_DONE;
	}
}

/* A first line of a reply, or its only one. */
static void
tell_reply(struct dis_ctx *ctx, struct ftp_reply *r)
{
	struct ftp_state *st = ctx->state;
	bool notice = r->code < 200;
	enum ev_dir dir = notice ? EV_DIR_NOTIFY : EV_DIR_RESPONSE;
	bool greets = r->code == 220 || r->code == 120;
	const struct ftp_verb *v;
	struct dis_pair pair;
	struct ev *e;

	r->verb = ftp_verb_find(NULL);
	if (notice) {
		r->verb = st->verb != 0 ? (uint8_t)(st->verb - 1) : r->verb;
	} else {
		r->paired =
		    ctx->sv->take(ctx, 1, &r->verb, sizeof(r->verb), &pair);
	}
	v = &ftp_verbs[r->verb];
	greets = greets && !r->paired;
	e = dis_operation(ctx, PROTO_FTP, dir, greets ? "greeting" : v->name,
	    r->code, greets ? EV_CLASS_SESSION : (enum ev_class)v->cls);
	if (!notice) {
		e->status = status(r->code);
	}
	if (r->paired) {
		dis_paired(e, &pair);
	}
	if (r->paired || (greets && ftp_is_greeting(&r->text))) {
		dis_confirm(ctx);
	}
	if (greets || v->does != FTP_SECRET) {
		put_text(e, FTPF_TEXT, &r->text);
	}
	dis_emit(ctx, e);
	ftp_answered(ctx, r);
	begin_tls(ctx, r);
}

/* A line behind the first; one that begins with the code may end the reply. */
static void
goes_on(struct dis_ctx *ctx, struct rd text, const struct ftp_reply *r, bool is)
{
	struct ftp_state *st = ctx->state;

	is = is && r->code == st->multi;
	text = is ? r->text : line_trim(text);
	if (st->multi == 220) {
		ftp_greets_on(ctx, &text);
	}
	if (is && !r->goes_on) {
		st->multi = 0;
	}
}

static enum dis_rc
server_line(struct dis_ctx *ctx, struct rd text)
{
	struct ftp_state *st = ctx->state;
	struct ftp_reply r = {0};
	bool is = read_reply(text, &r);

	ctx->client = !ctx->side;
	ctx->client_sure |= is;
	if (st->multi != 0) {
		goes_on(ctx, text, &r, is);
		return DIS_OK;
	}
	if (!is) {
		return bad(ctx, EV_DIR_RESPONSE, "unknown", BAD_REPLY, 0);
	}
	st->multi = r.goes_on ? r.code : 0;
	tell_reply(ctx, &r);
	return DIS_OK;
}

/* Who sends replies is the server; before that is known a digit shows it. */
static bool
is_server(const struct dis_ctx *ctx, const struct rd *text)
{
	struct ftp_reply r;

	return ctx->client_sure ? ctx->client != ctx->side
				: read_reply(*text, &r);
}

static enum dis_rc
ftp_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct ftp_state *st = ctx->state;
	struct rd text;
	size_t len = 0;
	enum dis_rc rc;
	bool rest, server;

	if (st->encrypted) {
		(void)rd_rest(in);
		ctx->done = DIS_SIDE_DONE;
		return DIS_OK;
	}
	if (ctx->after_gap) {
		st->multi = 0;
		st->began = st->rest_of[ctx->side] = false;
	}
	rc = line_find(in, LINE_MAX, &text, &len);
	if (rc == DIS_MORE) {
		return DIS_MORE;
	}
	rest = st->rest_of[ctx->side];
	st->rest_of[ctx->side] = rc == DIS_BAD;
	if (rc == DIS_BAD) {
		text = rd_sub(in, LINE_MAX);
	} else {
		rd_skip(in, len);
	}
	if (rest) {
		return DIS_OK;
	}
	server = is_server(ctx, &text);
	if (rc == DIS_BAD && (!server || st->multi == 0)) {
		return bad(ctx, server ? EV_DIR_RESPONSE : EV_DIR_REQUEST,
		    "unknown", BAD_LONG, LINE_MAX);
	}
	return server ? server_line(ctx, text) : tell_command(ctx, text);
}

extern const struct dissector dissector_ftp;

const struct dissector dissector_ftp = {
    .name = "ftp",
    .proto = PROTO_FTP,
    .state_size = sizeof(struct ftp_state),
    .hints = {{DIS_TCP, PORT}},
    .probe = ftp_probe,
    .parse = ftp_parse,
    .fields = &proto,
};

/*
 * telnet: commands and lines (RFC 854), until somebody has logged in.
 *
 *	IAC command                            a command (240 to 249)
 *	IAC WILL, WONT, DO or DONT option      negotiation
 *	IAC SB option any bytes IAC SE         subnegotiation (RFC 855)
 *	text CR, text LF                       a line; CR LF and CR NUL end one
 *	text:                                  a prompt (login.c) ends there
 *
 * Each is a PDU; a command in the midst of a line ends it.  What is told of
 * lines is in login.c: what the server says before it asks who is there, who
 * logs in.  Never what is typed besides, nor what answers it.
 *
 * Once somebody is in, nothing more is read.
 *
 * Left out: environment, authentication and encryption as options; what
 * terminals are called.
 */
#include "dissectors/telnet/telnet.h"

#include "dissectors/names.h"

#define PORT 23

#define SUB_MAX     512 /* ours: nothing says how long a subnegotiation is */
#define SEARCH_SURE 3   /* negotiations in a row that are no accident      */

/* Reasons of malformed events are an interface: rules name them. */
#define BAD_COMMAND "command"        /* IAC, and no command behind it   */
#define BAD_SUB     "subnegotiation" /* no end within SUB_MAX           */

enum { SE = 240, SB = 250, WILL = 251, DONT = 254, IAC = 255 };

#define COM_PORT  44  /* RFC 2217 */
#define SIGNATURE 100 /* from the server */

static const struct ev_field_info fields[] = {
    [TELNETF_OPTION - EV_PROTO_BASE] = {"option", EV_R_NONE, ""},
    [TELNETF_TEXT - EV_PROTO_BASE] = {"text", EV_R_NONE, ""},
};

_Static_assert(
    sizeof(fields) / sizeof(fields[0]) == TELNETF_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "telnet",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
};

static const struct name commands[] = {
    {240, "subnegotiation_end"},
    {241, "nop"},
    {242, "data_mark"},
    {243, "break"},
    {244, "interrupt"},
    {245, "abort_output"},
    {246, "are_you_there"},
    {247, "erase_character"},
    {248, "erase_line"},
    {249, "go_ahead"},
    {250, "subnegotiation"},
    {251, "will"},
    {252, "wont"},
    {253, "do"},
    {254, "dont"},
};

/* IANA's table of Telnet options, as far as they are in use. */
static const struct name options[] = {
    {0, "binary"},
    {1, "echo"},
    {3, "suppress_go_ahead"},
    {5, "status"},
    {6, "timing_mark"},
    {24, "terminal_type"},
    {25, "end_of_record"},
    {31, "window_size"},
    {32, "terminal_speed"},
    {33, "flow_control"},
    {34, "linemode"},
    {35, "x_display"},
    {36, "environment"},
    {37, "authentication"},
    {38, "encryption"},
    {39, "new_environment"},
    {42, "charset"},
    {44, "com_port"},
    {46, "start_tls"},
};

/* --- PDUs ------------------------------------------------------------------- */

enum kind { COMMAND, LINE, PROMPT, PIECE, LINE_END };

struct pdu {
	enum kind kind;
	enum telnet_prompt prompt;
	struct rd text; /* of a line; of a subnegotiation behind its option */
	size_t len;
	uint8_t command, option;
	const char *bad;
};

/* Behind IAC SB option: its bytes, up to IAC SE. */
static enum dis_rc
find_sub(struct rd r, struct pdu *ret)
{
	const uint8_t *from = r.p;

	while (rd_left(&r) > 0) {
		size_t n = (size_t)(r.p - from);

		if (n >= SUB_MAX) {
			ret->bad = BAD_SUB;
			ret->len = 3 + n;
			return DIS_OK;
		}
		if (rd_u8(&r) != IAC) {
			continue;
		}
		if (!rd_has(&r, 1)) {
			return DIS_MORE;
		}
		if (rd_u8(&r) == SE) {
			ret->text = rd_make(from, n);
			ret->len = 3 + n + 2;
			return DIS_OK;
		}
	}
	return DIS_MORE;
}

static enum dis_rc
find_command(struct rd r, struct pdu *ret, size_t *ret_need)
{
	ret->kind = COMMAND;
	*ret_need = 2;
	rd_skip(&r, 1);
	ret->command = rd_u8(&r);
	ret->len = 2;
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	if (ret->command < SE) {
		ret->bad = BAD_COMMAND;
	}
	if (ret->command < SB) {
		return DIS_OK;
	}
	*ret_need = ret->len = 3;
	ret->option = rd_u8(&r);
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	if (ret->command != SB) {
		return DIS_OK;
	}
	*ret_need = 0;
	return find_sub(r, ret);
}

static bool
ends_line(uint8_t c)
{
	return c == '\r' || c == '\n';
}

/* A line, or what of one is before a command; a prompt ends where it is one. */
static enum dis_rc
find_text(struct rd r, bool prompts, struct pdu *ret)
{
	const uint8_t *from = r.p;

	while (rd_left(&r) > 0) {
		size_t n = (size_t)(r.p - from);
		uint8_t c = rd_u8(&r);

		ret->text = rd_make(from, n);
		ret->len = n + 1;
		if (ends_line(c)) {
			ret->kind = LINE;
			return DIS_OK;
		}
		ret->prompt = c == ':' && prompts ? telnet_prompt_of(ret->text)
						  : TELNET_NONE;
		if (ret->prompt != TELNET_NONE) {
			ret->kind = PROMPT;
			return DIS_OK;
		}
		if ((c == IAC && !(rd_left(&r) > 0 && *r.p == IAC)) ||
		    n == TELNET_LINE_MAX) {
			ret->kind = PIECE;
			ret->len = n;
			return c == IAC && rd_left(&r) == 0 &&
				       n < TELNET_LINE_MAX
				   ? DIS_MORE
				   : DIS_OK;
		}
		if (c == IAC) {
			rd_skip(&r, 1);
		}
	}
	return DIS_MORE;
}

/* The PDU that r, which has one byte at least, stands at. */
static enum dis_rc
find(const struct rd *r, bool prompts, bool cr, struct pdu *ret, size_t *need)
{
	struct rd look = *r;

	*need = 0;
	*ret = (struct pdu){.kind = LINE_END};
	if (cr && (*r->p == '\n' || *r->p == '\0')) {
		ret->len = 1;
		return DIS_OK;
	}
	if (*r->p != IAC) {
		return find_text(look, prompts, ret);
	}
	rd_skip(&look, 1);
	if (rd_left(&look) > 0 && *look.p == IAC) {
		return find_text(*r, prompts, ret);
	}
	return find_command(*r, ret, need);
}

/* --- the probe -------------------------------------------------------------- */

/* So many negotiations in a row; MORE as long as they may still come. */
static enum dis_rc
negotiates(struct rd r, unsigned n)
{
	while (n-- > 0) {
		bool whole = rd_has(&r, 3);
		uint8_t iac, command, option;

		iac = rd_left(&r) > 0 ? rd_u8(&r) : IAC;
		command = rd_left(&r) > 0 ? rd_u8(&r) : WILL;
		option = rd_left(&r) > 0 ? rd_u8(&r) : 0;
		if (iac != IAC || command < WILL || command > DONT ||
		    NAME_OF(options, option) == NULL) {
			return DIS_NOT_MINE;
		}
		if (!whole) {
			return DIS_MORE;
		}
	}
	return DIS_OK;
}

/* A server on its port may greet without any negotiation. */
static enum dis_rc
greets(struct rd in)
{
	struct pdu pdu;
	struct rd look = in;
	size_t need;
	enum dis_rc rc;

	while (rd_left(&look) > 0 && ends_line(*look.p)) {
		rd_skip(&look, 1);
	}
	if (rd_left(&look) == 0) {
		return DIS_MORE;
	}
	if (*look.p == IAC) {
		return negotiates(look, 1);
	}
	rc = find(&look, true, false, &pdu, &need);
	if (rc == DIS_OK && pdu.kind != PIECE) {
		return line_is_text(pdu.text) ? DIS_OK : DIS_NOT_MINE;
	}
	return rc == DIS_OK || !line_is_text(look) ? DIS_NOT_MINE : DIS_MORE;
}

static enum dis_rc
telnet_probe(struct rd in, const struct dis_probe *pr)
{
	bool strict = !pr->hinted || pr->searching;
	enum dis_rc rc;

	if (pr->transport != DIS_TCP || rd_left(&in) == 0) {
		return DIS_NOT_MINE;
	}
	if (*in.p != IAC) {
		return pr->from_hint && !strict ? greets(in) : DIS_NOT_MINE;
	}
	rc = negotiates(in, strict ? SEARCH_SURE : 1);
	if (rc == DIS_OK && pr->ret_len != NULL) {
		*pr->ret_len = 3;
	}
	return rc;
}

/* --- what is told ----------------------------------------------------------- */

static enum ev_dir
dir_of(const struct dis_ctx *ctx)
{
	return ctx->client == DIS_SIDE_UNKNOWN ? EV_DIR_UNKNOWN
	       : ctx->client == ctx->side      ? EV_DIR_REQUEST
					       : EV_DIR_RESPONSE;
}

struct ev *
telnet_start(struct dis_ctx *ctx, const char *op, uint32_t code)
{
	return dis_operation(
	    ctx, PROTO_TELNET, dir_of(ctx), op, code, EV_CLASS_SESSION);
}

/* Text of a serial port's server: RFC 2217, section 3. */
static void
signature(struct dis_ctx *ctx, struct rd text)
{
	uint8_t clean[TELNET_LINE_MAX];
	size_t n;

	if (rd_u8(&text) != SIGNATURE || rd_left(&text) == 0) {
		return;
	}
	n = telnet_clean(text, clean);
	if (n != 0) {
		dis_identity(ctx, PROTO_TELNET, ctx->src, "description",
		    EV_T_TEXT, clean, n, "subnegotiation");
	}
}

static enum dis_rc
command(struct dis_ctx *ctx, const struct pdu *p)
{
	const char *op = NAME_OF(commands, p->command);
	const char *option = NAME_OF(options, p->option);
	struct ev *e =
	    telnet_start(ctx, op != NULL ? op : "unknown", p->command);

	if (p->command >= SB && option != NULL) {
		ev_name(e, TELNETF_OPTION, option);
	} else if (p->command >= SB) {
		ev_numbered(e, TELNETF_OPTION, "option", p->option);
	}
	if (p->bad == NULL && p->command >= SB && option != NULL) {
		dis_confirm(ctx);
	}
	dis_emit(ctx, e);
	if (p->bad != NULL) {
		dis_malformed(ctx, PROTO_TELNET, dir_of(ctx), p->bad,
		    p->command == SB ? p->len : 1);
		return DIS_BAD;
	}
	if (p->command == SB && p->option == COM_PORT) {
		signature(ctx, p->text);
	}
	return DIS_OK;
}

static void
text(struct dis_ctx *ctx, const struct pdu *p)
{
	if (p->kind == PROMPT) {
		ctx->client = !ctx->side;
		ctx->client_sure = true;
		telnet_asks(ctx, p->text, p->prompt);
	} else if (ctx->client == ctx->side) {
		telnet_typed(ctx, p->text);
	} else {
		telnet_said(ctx, p->text);
	}
}

static void
direct(struct dis_ctx *ctx)
{
	if (ctx->client_sure) {
		return;
	}
	if (ctx->opened != DIS_SIDE_UNKNOWN) {
		ctx->client = ctx->opened;
	} else if (ctx->to_hint != ctx->from_hint) {
		ctx->client = ctx->to_hint ? ctx->side : !ctx->side;
	}
}

static enum dis_rc
telnet_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct telnet_state *st = ctx->state;
	struct pdu pdu;
	enum dis_rc rc;

	direct(ctx);
	if (ctx->after_gap) {
		/* Who asked for what is no longer known. */
		st->prompt = TELNET_NONE;
		st->asked = true;
		st->cr[ctx->side] = false;
	}
	if (!st->over) {
		rc = find(in, ctx->client != ctx->side, st->cr[ctx->side], &pdu,
		    &ctx->need);
		if (rc != DIS_OK) {
			return rc;
		}
		st->cr[ctx->side] =
		    pdu.kind == LINE && in->p[pdu.len - 1] == '\r';
		rd_skip(in, pdu.len);
		if (pdu.kind == COMMAND) {
			rc = command(ctx, &pdu);
		} else if (pdu.kind != LINE_END) {
			text(ctx, &pdu);
		}
		if (!st->over) {
			return rc;
		}
	}
	(void)rd_rest(in);
	ctx->done = DIS_SIDE_DONE;
	return DIS_OK;
}

extern const struct dissector dissector_telnet;

const struct dissector dissector_telnet = {
    .name = "telnet",
    .proto = PROTO_TELNET,
    .state_size = sizeof(struct telnet_state),
    .hints = {{DIS_TCP, PORT}},
    .probe = telnet_probe,
    .parse = telnet_parse,
    .fields = &proto,
};

/*
 * telnet: what a server says before it asks who is there, and who logs in.
 *
 * Until the first prompt, or the first line that the client types, the
 * server's lines are told; together they describe it.  Behind that nothing of
 * what it says is told: it may repeat what was typed.  Of the client only the
 * answer to a prompt for a name is told.
 *
 * Whether a log-in was successful is not said by Telnet: a prompt behind a
 * password, or words for a refusal, say that it was not, and who types on
 * after a password is in.
 */
#include "dissectors/telnet/telnet.h"

#define LINES_MAX  48 /* of a server that asks nothing        */
#define INPUTS_MAX 3  /* of a client that nobody has asked    */

#define ESC 0x1b

/* --- text ------------------------------------------------------------------- */

/* Behind ESC: "[", parameters, a letter; or one character. */
static void
skip_escape(struct rd *r)
{
	uint8_t c = rd_u8(r);

	if (c != '[') {
		return;
	}
	do {
		c = rd_u8(r);
	} while (rd_left(r) > 0 && c >= 0x20 && c < 0x40);
}

size_t
telnet_clean(struct rd text, uint8_t ret[TELNET_LINE_MAX])
{
	size_t n = 0;

	while (rd_left(&text) > 0 && n < TELNET_LINE_MAX) {
		uint8_t c = rd_u8(&text);

		if (c == ESC) {
			skip_escape(&text);
		} else if ((c == '\b' || c == 0x7f) && n > 0) {
			n--;
		} else if (c == '\t') {
			ret[n++] = ' ';
		} else if (c >= 0x20 && c != 0x7f && (c != ' ' || n > 0)) {
			ret[n++] = c;
		}
	}
	while (n > 0 && ret[n - 1] == ' ') {
		n--;
	}
	return n;
}

static bool
ends_with(const struct rd *r, const char *text)
{
	size_t n = strlen(text);
	struct rd end = *r;

	if (!rd_has(r, n)) {
		return false;
	}
	rd_skip(&end, rd_left(r) - n);
	return line_has(&end, text);
}

static bool
contains(struct rd r, const char *text)
{
	for (; rd_left(&r) > 0; rd_skip(&r, 1)) {
		if (line_has(&r, text)) {
			return true;
		}
	}
	return false;
}

/* What is before the colon. */
enum telnet_prompt
telnet_prompt_of(struct rd text)
{
	static const char *const names[] = {
	    "login", "username", "user name", "user", "user id", "userid"};

	text = line_trim(text);
	if (contains(text, "passw") || contains(text, "passcode")) {
		return TELNET_PASSWORD;
	}
	if (ends_with(&text, "last login")) {
		return TELNET_NONE;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (ends_with(&text, names[i])) {
			return TELNET_USER;
		}
	}
	return TELNET_NONE;
}

/* Letters and digits, not a frame of stars; and not what all servers say. */
static bool
says_something(const uint8_t *p, size_t n)
{
	static const char *const plain[] = {
	    "access verification", "authorised", "authorized", "prohibited"};
	unsigned letters = 0;

	for (size_t i = 0; i < n; i++) {
		char c = line_lower(p[i]);

		letters += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (contains(rd_make(p, n), plain[i])) {
			return false;
		}
	}
	return letters > 1;
}

/* --- what a server says ------------------------------------------------------ */

static void
remember(struct telnet_state *st, const uint8_t *p, size_t n)
{
	static const char between[] = {' ', '/', ' '};
	size_t room = TELNET_ABOUT_MAX - st->about_n;

	if (st->about_n != 0) {
		if (room < sizeof(between) + 1) {
			return;
		}
		memcpy(st->about + st->about_n, between, sizeof(between));
		st->about_n += (uint8_t)sizeof(between);
		room -= sizeof(between);
	}
	n = n < room ? n : room;
	memcpy(st->about + st->about_n, p, n);
	st->about_n = (uint8_t)(st->about_n + n);
}

static void
tell_fail(struct dis_ctx *ctx)
{
	struct ev *e = dis_event(ctx, EV_AUTH, PROTO_TELNET, EV_DIR_RESPONSE);

	ev_name(e, EVF_ACTION, "fail");
	ev_name(e, EVF_DETAIL, "clear text");
	dis_emit(ctx, e);
}

void
telnet_said(struct dis_ctx *ctx, struct rd text)
{
	struct telnet_state *st = ctx->state;
	bool known = ctx->client != DIS_SIDE_UNKNOWN;
	uint8_t clean[TELNET_LINE_MAX];
	size_t n = telnet_clean(text, clean);
	struct ev *e;

	if (n == 0) {
		return;
	}
	e = telnet_start(ctx, "text", 0);
	if (known && !st->asked) {
		ev_bytes(e, TELNETF_TEXT, EV_T_TEXT, clean, n);
	}
	dis_emit(ctx, e);
	if (known && !st->asked && says_something(clean, n)) {
		remember(st, clean, n);
	}
	if (st->tried && !st->failed &&
	    (contains(text, "incorrect") || contains(text, "invalid") ||
		contains(text, "denied") || contains(text, "fail"))) {
		st->failed = true;
		tell_fail(ctx);
	}
	st->over |= ++st->lines >= LINES_MAX;
}

/* All that was said before somebody was asked, once. */
static void
describe(struct dis_ctx *ctx, const struct ev_end *server)
{
	struct telnet_state *st = ctx->state;

	if (!st->asked && st->about_n != 0) {
		dis_identity(ctx, PROTO_TELNET, server, "description",
		    EV_T_TEXT, st->about, st->about_n, "greeting");
	}
	st->asked = true;
}

/* "plc7 login": who asks has a name; others ask "Please login". */
static void
host_name(struct dis_ctx *ctx, struct rd text)
{
	static const char *const others[] = {
	    "enter", "please", "the", "to", "user", "your"};
	struct rd word, line = line_trim(text);

	word = line_word(&line);
	if (!line_is(&line, "login") || rd_left(&word) == 0 ||
	    !line_is_text(word)) {
		return;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (line_is(&word, others[i])) {
			return;
		}
	}
	dis_identity(ctx, PROTO_TELNET, ctx->src, "hostname", EV_T_TEXT, word.p,
	    rd_left(&word), "login");
}

void
telnet_asks(struct dis_ctx *ctx, struct rd text, enum telnet_prompt prompt)
{
	struct telnet_state *st = ctx->state;
	bool user = prompt == TELNET_USER;
	struct ev *e =
	    telnet_start(ctx, user ? "user_prompt" : "password_prompt", 0);

	dis_confirm(ctx);
	dis_emit(ctx, e);
	if (user && !st->asked) {
		host_name(ctx, text);
	}
	describe(ctx, ctx->src);
	if (st->tried && !st->failed) {
		tell_fail(ctx);
	}
	st->tried = st->failed = false;
	st->prompt = (uint8_t)prompt;
}

/* --- what a client types ----------------------------------------------------- */

static void
tell_login(struct dis_ctx *ctx, const uint8_t *user, size_t n)
{
	struct ev *e = dis_event(ctx, EV_AUTH, PROTO_TELNET, EV_DIR_REQUEST);

	ev_name(e, EVF_ACTION, "login");
	if (n != 0) {
		ev_bytes(e, EVF_USER, EV_T_TEXT, user, n);
	}
	ev_name(e, EVF_DETAIL, "clear text");
	dis_emit(ctx, e);
}

void
telnet_typed(struct dis_ctx *ctx, struct rd text)
{
	struct telnet_state *st = ctx->state;
	uint8_t prompt = st->prompt, user[TELNET_LINE_MAX];
	size_t n = telnet_clean(text, user);
	struct ev *e;

	if (n == 0 && prompt != TELNET_PASSWORD) {
		return;
	}
	st->prompt = TELNET_NONE;
	e = telnet_start(ctx,
	    prompt == TELNET_USER       ? "user"
	    : prompt == TELNET_PASSWORD ? "password"
					: "input",
	    0);
	dis_emit(ctx, e);
	if (prompt == TELNET_USER) {
		st->named = true;
		tell_login(ctx, user, n);
	} else if (prompt == TELNET_PASSWORD) {
		if (!st->named) {
			tell_login(ctx, NULL, 0);
		}
		st->named = false;
		st->tried = true;
	} else {
		describe(ctx, ctx->dst);
		st->over |=
		    (st->tried && !st->failed) || ++st->inputs >= INPUTS_MAX;
	}
}

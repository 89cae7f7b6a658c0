/*
 * fox: frames, which end is which, and what answers what.
 *
 *	fox a 1 -1 fox hello\n     type, number, whose answer, channel, command
 *	{\n
 *	fox.version=s:1.0\n        name, type, value
 *	sysInfo=o:bog 61[...]\n    of 61 octets
 *	};;\n
 *
 * A frame is a PDU and one operation.  Types are s (waits for an answer), r, n
 * and e (answers: with something, with nothing, an error), a (does not wait),
 * k (keep alive) and c (close).  The client, a tool or another station, begins
 * with number 1, the station with 0: so their greetings say who is who.  What
 * goes on over the channel called fox is the session; of the others the names
 * are told.
 *
 * Nothing says how long a frame is.  Of one that does not end within WINDOW so
 * much is told; the rest is passed over until a frame begins behind an end.
 *
 * Left out: TLS (port 4911), what other channels carry, announcements by
 * multicast, time zones; nonces, keys and proofs of a log-in.
 */
#include <string.h>

#include "dissectors/fox/fox.h"

#define PORT     1911
#define WINDOW   4096
#define HEAD_MAX 200 /* octets of a header's line that are looked at */
#define DEPTH    8

static const struct ev_field_info fields[] = {
#define F(id, name, role) [FOXF_##id - EV_PROTO_BASE] = {(name), (role), ""}
    F(FRAME, "frame_type", EV_R_KEY),
    F(SEQ, "seq", EV_R_NONE),
    F(REPLY, "reply", EV_R_NONE),
    F(CHANNEL, "channel", EV_R_KEY),
    F(COMMAND, "command", EV_R_KEY),
    F(VERSION, "version", EV_R_NONE),
    F(HOST, "host_name", EV_R_NONE),
    F(ADDRESS, "address", EV_R_NONE),
    F(APP, "application", EV_R_NONE),
    F(APP_VERSION, "application_version", EV_R_NONE),
    F(VM, "vm", EV_R_NONE),
    F(VM_VERSION, "vm_version", EV_R_NONE),
    F(OS, "os", EV_R_NONE),
    F(OS_VERSION, "os_version", EV_R_NONE),
    F(STATION, "station", EV_R_NONE),
    F(HOST_ID, "host_id", EV_R_NONE),
    F(BRAND, "brand", EV_R_NONE),
    F(METHOD, "method", EV_R_KEY),
    F(SCHEMES, "schemes", EV_R_NONE),
    F(CAUSE, "cause", EV_R_NONE),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == FOXF_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "fox",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

/* --- the header's line ----------------------------------------------------- */

static const struct {
	char letter;
	const char *name;
} types[] = {
    {'s', "sync"},
    {'a', "async"},
    {'r', "reply"},
    {'n', "null"},
    {'e', "error"},
    {'k', "keepalive"},
    {'c', "close"},
};

static const char *
type_name(uint8_t letter)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if ((uint8_t)types[i].letter == letter) {
			return types[i].name;
		}
	}
	return NULL;
}

/* What may stand at an octet of a word; words count from 0. */
static bool
fits(unsigned word, size_t at, uint8_t c)
{
	static const char magic[] = "fox";

	switch (word) {
	case 0: return at < 3 && c == (uint8_t)magic[at];
	case 1: return at == 0 && type_name(c) != NULL;
	case 2:
	case 3:
		return (c >= '0' && c <= '9' && at < 11) ||
		       (c == '-' && at == 0);
	default: return c > ' ' && c < 0x7f;
	}
}

static int64_t
number(struct rd r)
{
	bool minus = rd_left(&r) > 0 && r.p[0] == '-';
	int64_t v = 0;

	rd_skip(&r, minus);
	while (rd_left(&r) > 0) {
		v = v * 10 + (rd_u8(&r) - '0');
	}
	return minus ? -v : v;
}

/* Six words, and the reader behind their line. */
static enum dis_rc
read_head(struct rd *r, struct rd word[6])
{
	struct rd from = *r;
	unsigned i = 0;
	size_t n = 0;

	for (size_t at = 0; at < HEAD_MAX; at++) {
		uint8_t c = rd_u8(r);

		if (!rd_ok(r)) {
			return DIS_MORE;
		}
		if (c != (i == 5 ? '\n' : ' ')) {
			if (!fits(i, n++, c)) {
				return DIS_NOT_MINE;
			}
			continue;
		}
		if (n < (i == 0 ? 3 : 1)) {
			return DIS_NOT_MINE;
		}
		word[i++] = rd_sub(&from, n);
		if (i == 6) {
			return DIS_OK;
		}
		rd_skip(&from, 1);
		n = 0;
	}
	return DIS_NOT_MINE;
}

static enum dis_rc
fox_probe(struct rd in, const struct dis_probe *pr)
{
	struct rd word[6];

	/* The line says all: six words, of which the first three have a form. */
	return pr->transport == DIS_TCP ? read_head(&in, word) : DIS_NOT_MINE;
}

/* --- where it ends ---------------------------------------------------------- */

/* A letter that is there or comes. */
static enum dis_rc
expect(struct rd *r, const char *text, size_t *ret_need)
{
	for (; *text != '\0'; text++) {
		if (rd_left(r) == 0) {
			*ret_need = 1;
			return DIS_MORE;
		}
		if (r->p[0] != (uint8_t)*text) {
			return DIS_BAD;
		}
		rd_skip(r, 1);
	}
	return DIS_OK;
}

/* From the first brace to behind the last; *ret_need counts from the reader's
 * place. */
static enum dis_rc
find_end(struct rd *r, size_t *ret_need, const char **ret_bad)
{
	struct fox_tuple t;
	unsigned depth = 1;
	enum dis_rc rc = expect(r, "{\n", ret_need);

	*ret_bad = FOX_BAD_BODY;
	while (rc == DIS_OK) {
		rc = fox_next(r, &t, ret_need);
		if (rc != DIS_OK) {
			return rc;
		}
		if (t.type == 'm' && ++depth > DEPTH) {
			*ret_bad = FOX_BAD_DEPTH;
			return DIS_BAD;
		}
		if (t.type == '}') {
			depth--;
			rc = expect(r, depth == 0 ? ";;\n" : "\n", ret_need);
			if (depth == 0) {
				return rc;
			}
		}
	}
	return rc;
}

/* --- what it is ------------------------------------------------------------- */

enum sender { EITHER, CLIENT, STATION, BY_NUMBER };

/* Of the channel called fox: the session. */
static const struct command {
	const char *name, *op;
	uint8_t sender; /* enum sender */
} commands[] = {
    {"hello", "hello", BY_NUMBER},
    {"username", "username", CLIENT},
    {"clientKeyExchangeMethod", "key_exchange", CLIENT},
    {"kerberos", "kerberos", STATION},
    {"challenge", "challenge", STATION},
    {"welcome", "welcome", STATION},
    {"rejected", "rejected", STATION},
    {"retry", "retry", STATION},
    {"redirect", "redirect", STATION},
    {"authMessage1", "authenticate", EITHER},
    {"authMessage2", "authenticate", EITHER},
};

/* What other channels are for, by what they are called. */
static const struct {
	const char *name;
	uint8_t cls; /* enum ev_class */
} channels[] = {
    {"file", EV_CLASS_FILE},
    {"spy", EV_CLASS_DIAGNOSTIC},
};

static bool
is_answer(const struct fox_msg *m)
{
	return m->type == 'r' || m->type == 'n' || m->type == 'e';
}

static enum ev_dir
by_sender(const struct fox_msg *m, bool answer)
{
	const struct dis_ctx *ctx = m->ctx;
	bool client = ctx->client == ctx->side;

	if (!ctx->client_sure) {
		if (ctx->to_hint == ctx->from_hint) {
			return EV_DIR_UNKNOWN;
		}
		client = ctx->to_hint;
	}
	return client   ? EV_DIR_REQUEST
	       : answer ? EV_DIR_RESPONSE
			: EV_DIR_NOTIFY;
}

static void
know_sender(struct fox_msg *m, uint8_t sender)
{
	bool client = sender == CLIENT || (sender == BY_NUMBER && m->seq == 1);

	if (sender == EITHER || (sender == BY_NUMBER && m->seq > 1)) {
		m->dir = by_sender(m, true);
		return;
	}
	m->ctx->client = client ? m->ctx->side : !m->ctx->side;
	m->ctx->client_sure = true;
	m->dir = client ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
}

static void
name_session(struct fox_msg *m)
{
	m->cls = EV_CLASS_SESSION;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (m->type == 'a' && fox_is(m->command, commands[i].name)) {
			m->op = commands[i].op;
			know_sender(m, commands[i].sender);
			return;
		}
	}
}

/* Operation, class and direction. */
static void
name_it(struct fox_msg *m)
{
	m->op = m->type == 's'   ? "request"
		: is_answer(m)   ? "answer"
		: m->type == 'k' ? "keep_alive"
		: m->type == 'c' ? "close"
				 : "message";
	m->cls = m->type == 'k' || m->type == 'c' ? EV_CLASS_SESSION
						  : EV_CLASS_OTHER;
	m->dir = by_sender(m, is_answer(m));
	m->status = m->type == 'e' ? "error" : "ok";
	for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++) {
		if (fox_is(m->channel, channels[i].name)) {
			m->cls = (enum ev_class)channels[i].cls;
		}
	}
	if (fox_is(m->channel, "fox")) {
		name_session(m);
	}
	if (strcmp(m->op, "rejected") == 0) {
		m->status = "rejected";
	}
}

/* --- pairs ------------------------------------------------------------------ */

#define KEY_HELLO ((uint64_t)1 << 62)

struct wait {
	uint8_t cls; /* enum ev_class */
};

static void
pair(struct fox_msg *m)
{
	bool hello = strcmp(m->op, "hello") == 0;
	uint64_t key = hello ? KEY_HELLO : (uint64_t)m->reply & UINT32_MAX;
	struct wait w = {.cls = (uint8_t)m->cls};

	if (m->part || (!hello && m->reply < 0)) {
		return;
	}
	if (m->dir == EV_DIR_REQUEST && (hello || m->type == 's')) {
		(void)m->ctx->sv->put(m->ctx, key, &w, sizeof(w));
	} else if (m->dir == EV_DIR_RESPONSE && (hello || is_answer(m))) {
		m->paired =
		    m->ctx->sv->take(m->ctx, key, &w, sizeof(w), &m->pair);
	}
	m->cls = m->paired ? (enum ev_class)w.cls : m->cls;
}

/* --- frames ----------------------------------------------------------------- */

static void
text_field(struct ev *e, uint16_t id, struct rd text)
{
	if (rd_left(&text) > 0) {
		ev_bytes(e, id, EV_T_TEXT, text.p, rd_left(&text));
	}
}

static void
tell(struct fox_msg *m)
{
	struct ev *e;

	name_it(m);
	pair(m);
	e = dis_operation(m->ctx, PROTO_FOX, m->dir, m->op, m->type, m->cls);
	e->status = m->dir == EV_DIR_RESPONSE && !m->part ? m->status : NULL;
	if (m->paired) {
		dis_paired(e, &m->pair);
	}
	if (m->part && m->ctx->cut && m->bad == NULL) {
		e->flags |= EV_CUT;
	}
	ev_name(e, FOXF_FRAME, type_name(m->type));
	ev_int(e, FOXF_SEQ, m->seq);
	if (m->reply >= 0) {
		ev_int(e, FOXF_REPLY, m->reply);
	}
	text_field(e, FOXF_CHANNEL, m->channel);
	text_field(e, FOXF_COMMAND, m->command);
	fox_fields(m, e);
	/* Six words and a body that ends as it shall. */
	if (!m->part) {
		dis_confirm(m->ctx);
	}
	dis_emit(m->ctx, e);
	fox_facts(m);
	if (m->bad != NULL) {
		dis_malformed(m->ctx, PROTO_FOX, m->dir, m->bad, m->bad_at);
	}
}

static const char end_and_next[] = {';', ';', '\n', 'f', 'o', 'x', ' '};

/* Passes over octets until a frame begins behind an end; by windows, so that
 * how they were cut into segments changes nothing. */
static enum dis_rc
pass_over(struct dis_ctx *ctx, struct rd *in, bool *rest)
{
	size_t n = rd_left(in) < WINDOW ? rd_left(in) : WINDOW;

	for (size_t i = 0; i + sizeof(end_and_next) <= n; i++) {
		if (memcmp(in->p + i, end_and_next, sizeof(end_and_next)) ==
		    0) {
			rd_skip(in, i + 3);
			*rest = false;
			return DIS_OK;
		}
	}
	if (n < WINDOW) {
		ctx->need = n + 1;
		return DIS_MORE;
	}
	rd_skip(in, WINDOW - sizeof(end_and_next) + 1);
	return DIS_OK;
}

static enum dis_rc
refuse(struct dis_ctx *ctx)
{
	if (!ctx->confirmed) {
		return DIS_NOT_MINE;
	}
	dis_malformed(ctx, PROTO_FOX, EV_DIR_UNKNOWN, FOX_BAD_HEADER, 0);
	return DIS_BAD;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static enum dis_rc
fox_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct fox_state *st = ctx->state;
	struct rd r = *in, word[6], body;
	struct fox_msg m = {.ctx = ctx, .st = st, .start = in->p};
	size_t have = least(rd_left(in), WINDOW), need = 0;
	const char *bad = NULL;
	enum dis_rc rc;
	bool lost;

	if (ctx->after_gap) {
		st->rest[ctx->side] = false;
	}
	if (st->rest[ctx->side]) {
		return pass_over(ctx, in, &st->rest[ctx->side]);
	}
	r = rd_sub(&r, have);
	rc = read_head(&r, word);
	if (rc == DIS_NOT_MINE) {
		return refuse(ctx);
	}
	if (rc == DIS_MORE) {
		ctx->need = rd_left(in) + 1;
		return DIS_MORE;
	}
	body = m.body = r;
	rc = find_end(&body, &need, &bad);
	if (rc == DIS_MORE && have < WINDOW && !ctx->cut) {
		ctx->need = least((size_t)(body.p - in->p) + need, WINDOW);
		return DIS_MORE;
	}
	m.type = word[1].p[0];
	m.seq = number(word[2]);
	m.reply = number(word[3]);
	m.channel = word[4];
	m.command = word[5];
	m.part = rc != DIS_OK;
	m.bad = rc == DIS_BAD ? bad : NULL;
	m.bad_at = (size_t)(body.p - in->p);
	m.body = rd_sub(&m.body, (size_t)(body.p - r.p));
	/* An end may begin with the last octets of what is told. */
	lost = ctx->cut && rc == DIS_MORE && have < WINDOW;
	st->rest[ctx->side] = rc != DIS_OK && !lost;
	if (rc != DIS_MORE) {
		have = m.bad_at;
	} else if (!lost) {
		have -= sizeof(end_and_next) - 1;
	}
	ctx->need = 0; /* how long a cut one was nobody knows */
	rd_skip(in, have);
	tell(&m);
	return m.bad == NULL ? DIS_OK : DIS_BAD;
}

extern const struct dissector dissector_fox;

const struct dissector dissector_fox = {
    .name = "fox",
    .proto = PROTO_FOX,
    .state_size = sizeof(struct fox_state),
    .hints = {{DIS_TCP, PORT}},
    .probe = fox_probe,
    .parse = fox_parse,
    .fields = &proto,
};

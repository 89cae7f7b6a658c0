/*
 * slmp: frames 3E and 4E ([1] 4), who speaks, which answer is whose.
 *
 *	50 00 | [serial (2) | 00 00] | route (5) | length (2) | timer (2) |
 *	    command (2) | subcommand (2) | data
 *	d0 00 | [serial (2) | 00 00] | route (5) | length (2) | end code (2) |
 *	    data; of an error: route (5) | command (2) | subcommand (2)
 *
 *	50, d0  3E; 54, d4  4E, which alone has a serial number
 *	route   network | station | module (2) | multidrop station
 *	length  of what follows
 *	timer   how long the CPU may take, in 250 ms; 0 as long as it likes
 *
 * Numbers are binary, low octet first; or, as the controller is set, all of
 * the frame is hexadecimal digits, high digit first: "5000" "00" "FF" "03FF"
 * "00" "0018"...  The local route is 00 ff 03ff 00: network 0, the station that
 * is connected, its CPU; what else is named is behind it.
 *
 * Answers do not say what they answer.  Those of 4E have their request's
 * serial number; those of 3E come in the order of the requests, of which those
 * that have run out of time are no longer answered.  A reset that succeeds is
 * not answered, and an error says itself of which command it is.
 *
 * Cyclic data of CC-Link IE Field Basic are frames of 3E, sent to all, whose
 * answers come from the port of its own ([3]).
 *
 * Left out: 1E frames, which say neither how long they are nor what they
 * answer; divided messages (68 00); what is in files, in cyclic data, in
 * devices of modules (extensions) and behind conditions.
 */
#include <string.h>

#include "dissectors/slmp/slmp.h"

#define MAGIC_MAX  4
#define ROUTE      5
#define LEAST_ASK  6    /* timer, command, subcommand      */
#define LEAST_BACK 2    /* end code                        */
#define MOST       8192 /* answers of label_read are long  */
#define TIMER_NS   250000000ULL
#define SPARE_NS   1000000000ULL /* for the way */

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[SLMPF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(FRAME, "framing", EV_R_NONE, "1 4.1"),
    F(ASCII, "ascii", EV_R_NONE, "1 4.1"),
    F(SERIAL, "serial", EV_R_NONE, "1 4.2"),
    F(TO, "to", EV_R_KEY, "1 4.2"),
    F(FROM, "from", EV_R_NONE, "1 4.2"),
    F(COMMAND, "command", EV_R_KEY, "1 5.1"),
    F(SUBCOMMAND, "subcommand", EV_R_KEY, "1 5.1"),
    F(END, "end", EV_R_NONE, "1 4.3"),
    F(DEVICE, "device", EV_R_KEY, "1 5.2"),
    F(ADDR, "addr", EV_R_ADDR, "1 5.2"),
    F(COUNT, "count", EV_R_QTY, "1 5.2"),
    F(DOUBLE, "double", EV_R_NONE, "1 5.2"),
    F(VALUE, "value", EV_R_NONE, "1 5.2"),
    F(VALUES, "values", EV_R_VALUES, "1 5.2"),
    F(DATA, "data", EV_R_NONE, "1 5"),
    F(ITEMS, "items", EV_R_NONE, "1 5.2"),
    F(LABEL, "label", EV_R_NONE, "1 5.3"),
    F(LABELS, "labels", EV_R_NONE, "1 5.3"),
    F(MODULE, "module", EV_R_KEY, "1 5.5"),
    F(MODE, "mode", EV_R_KEY, "1 5.6"),
    F(CLEAR, "clear", EV_R_KEY, "1 5.6"),
    F(DRIVE, "drive", EV_R_KEY, "1 5.7"),
    F(FILE, "file_name", EV_R_KEY, "1 5.7"),
    F(POINTER, "pointer", EV_R_NONE, "1 5.7"),
    F(OFFSET, "offset", EV_R_NONE, "1 5.7"),
    F(MODEL, "model", EV_R_NONE, "1 5.6"),
    F(MODEL_CODE, "model_code", EV_R_NONE, "1 5.6"),
    F(MAC, "mac", EV_R_NONE, "3"),
    F(IP, "ip", EV_R_NONE, "3"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == SLMPF_LAST - EV_PROTO_BASE,
    "a field has no name");
_Static_assert(sizeof(struct slmp_wait) <= DIS_BLOB_MAX, "does not wait");
_Static_assert(sizeof(struct slmp_state) <= DIS_STATE_MAX, "not a state");

static const struct ev_proto proto = {
    .name = "slmp",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

void
slmp_bad(struct slmp_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

/* --- numbers --------------------------------------------------------------- */

static int
digit(uint8_t c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

static uint32_t
number(struct rd *r, size_t octets, bool ascii)
{
	uint32_t v = 0;

	if (!ascii) {
		for (size_t i = 0; i < octets; i++) {
			v |= (uint32_t)rd_u8(r) << 8 * i;
		}
		return rd_ok(r) ? v : 0;
	}
	for (size_t i = 0; i < 2 * octets; i++) {
		int d = digit(rd_u8(r));

		if (d < 0) {
			rd_fail(r);
			return 0;
		}
		v = v << 4 | (uint32_t)d;
	}
	return v;
}

uint32_t
slmp_num(const struct slmp_msg *m, struct rd *r, size_t octets)
{
	return number(r, octets, m->ascii);
}

/* --- framing --------------------------------------------------------------- */

/* What frames begin with. */
struct shape {
	uint8_t magic[MAGIC_MAX];
	uint8_t n; /* octets of it */
	bool ascii, numbered, reply;
	const char *name;
};

static const struct shape shapes[] = {
    {{0x50, 0x00}, 2, false, false, false, "3e"},
    {{0xd0, 0x00}, 2, false, false, true, "3e"},
    {{0x54, 0x00}, 2, false, true, false, "4e"},
    {{0xd4, 0x00}, 2, false, true, true, "4e"},
    {"5000", 4, true, false, false, "3e"},
    {"D000", 4, true, false, true, "3e"},
    {"5400", 4, true, true, false, "4e"},
    {"D400", 4, true, true, true, "4e"},
};

/* Octets, or digits, up to the end of the length. */
static size_t
header_of(const struct shape *s)
{
	size_t octets = ROUTE + 2 + (s->numbered ? 4 : 0);

	return s->n + (s->ascii ? 2 * octets : octets);
}

/* NULL: none; *ret_need is not 0 where it may yet become one. */
static const struct shape *
shape_of(struct rd r, size_t *ret_need)
{
	size_t have = rd_left(&r);

	*ret_need = 0;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const struct shape *s = &shapes[i];
		size_t n = have < s->n ? have : s->n;

		if (n != 0 && memcmp(r.p, s->magic, n) != 0) {
			continue;
		}
		if (n == s->n) {
			return s;
		}
		*ret_need = have + 1;
	}
	return NULL;
}

static struct slmp_route
read_route(struct rd *r, bool ascii)
{
	struct slmp_route a;

	a.net = (uint8_t)number(r, 1, ascii);
	a.station = (uint8_t)number(r, 1, ascii);
	a.io = (uint16_t)number(r, 2, ascii);
	a.drop = (uint8_t)number(r, 1, ascii);
	return a;
}

static bool
is_local(const struct slmp_route *a)
{
	return a->net == 0 && a->station == 0xff && a->io == 0x03ff &&
	       a->drop == 0;
}

/* What the manual knows ([1] 4.2). */
static bool
is_route(const struct slmp_route *a)
{
	bool module = a->io <= 0x01ff || (a->io >= 0x03d0 && a->io <= 0x03d3) ||
		      (a->io >= 0x03e0 && a->io <= 0x03e3) || a->io == 0x03ff;
	bool station = a->station <= 120 || a->station == 0x7d ||
		       a->station == 0x7e || a->station == 0xff;

	return module && station && a->net <= 0xef && a->drop <= 31;
}

/* A frame; MORE for no more than it takes to refuse it. */
static enum dis_rc
find_frame(struct rd r, size_t *ret_len, size_t *ret_need)
{
	struct rd all = r;
	const struct shape *s = shape_of(r, ret_need);
	size_t length, unit;

	if (s == NULL) {
		return *ret_need != 0 ? DIS_MORE : DIS_NOT_MINE;
	}
	*ret_need = header_of(s);
	if (rd_left(&r) < *ret_need) {
		return DIS_MORE;
	}
	unit = s->ascii ? 2 : 1;
	rd_skip(&r, s->n + (s->numbered ? 4 * unit : 0));
	(void)read_route(&r, s->ascii);
	length = number(&r, 2, s->ascii);
	if (!rd_ok(&r) || length > MOST * unit ||
	    length < unit * (s->reply ? LEAST_BACK : LEAST_ASK)) {
		return DIS_NOT_MINE;
	}
	*ret_len = *ret_need = header_of(s) + length;
	return rd_left(&all) >= *ret_len ? DIS_OK : DIS_MORE;
}

static enum dis_rc
find(struct rd r, bool stream, size_t *ret_len, size_t *ret_need)
{
	struct rd first = r;
	uint8_t magic = rd_u8(&first);

	switch (rd_ok(&first) ? magic : 0) {
	case 0x57:
	case 0x5a:
	case 0xd7:
	case 0xda: return melsoft_find(r, stream, ret_len, ret_need);
	default: return find_frame(r, ret_len, ret_need);
	}
}

/* Whether it says what nobody else does: a known command to a route that can
 * be; an answer from the local one, with an end that is known. */
static bool
is_certain(struct rd r)
{
	size_t need, unit;
	const struct shape *s = shape_of(r, &need);
	struct slmp_route route;
	uint32_t length;
	uint16_t code;

	if (s == NULL) {
		return melsoft_is_certain(r);
	}
	unit = s->ascii ? 2 : 1;
	rd_skip(&r, s->n);
	if (s->numbered) {
		(void)number(&r, 2, s->ascii);
		if (number(&r, 2, s->ascii) != 0) {
			return false;
		}
	}
	route = read_route(&r, s->ascii);
	length = number(&r, 2, s->ascii);
	if (!rd_ok(&r) || rd_left(&r) < length) {
		return false;
	}
	if (s->reply) {
		code = (uint16_t)number(&r, 2, s->ascii);
		return rd_ok(&r) && is_local(&route) &&
		       (code == 0 ||
			   (slmp_end(code) != NULL && length >= 11 * unit));
	}
	rd_skip(&r, 2 * unit); /* timer */
	code = (uint16_t)number(&r, 2, s->ascii);
	return rd_ok(&r) && is_route(&route) && slmp_command(code) != NULL;
}

static enum dis_rc
slmp_probe(struct rd in, const struct dis_probe *pr)
{
	bool stream = pr->transport == DIS_TCP;
	size_t len = 0, need = 0;
	enum dis_rc rc;

	if (!stream && pr->transport != DIS_UDP) {
		return DIS_NOT_MINE;
	}
	rc = find(in, stream, &len, &need);
	if (rc == DIS_MORE && pr->cut && len != 0 && pr->hinted) {
		rc = DIS_OK;
	} else if (rc == DIS_OK) {
		/* A datagram is one frame. */
		if ((!stream && len != rd_left(&in)) ||
		    ((!pr->hinted || pr->searching) && !is_certain(in))) {
			rc = DIS_NOT_MINE;
		}
	}
	if (rc == DIS_OK && pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	return rc;
}

/* --- ways ------------------------------------------------------------------ */

static size_t
put_number(char *to, uint8_t v)
{
	size_t n = 0;

	if (v >= 100) {
		to[n++] = (char)('0' + v / 100);
	}
	if (v >= 10) {
		to[n++] = (char)('0' + v / 10 % 10);
	}
	to[n++] = (char)('0' + v % 10);
	return n;
}

#define ROUTE_TEXT 20 /* 255.255.03ff.255 */

static size_t
route_text(const struct slmp_route *a, char *to)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = put_number(to, a->net);

	to[n++] = '.';
	n += put_number(to + n, a->station);
	to[n++] = '.';
	for (int shift = 12; shift >= 0; shift -= 4) {
		to[n++] = digits[a->io >> shift & 15];
	}
	to[n++] = '.';
	return n + put_number(to + n, a->drop);
}

void
slmp_place(struct ev_end *end, const struct slmp_route *a)
{
	if (!is_local(a)) {
		memset(&end->sub, 0, sizeof(end->sub));
		end->sub.kind = EV_SUB_PATH;
		end->sub.len = (uint8_t)route_text(a, end->sub.path);
	}
}

/* --- pairs ----------------------------------------------------------------- */

#define NUMBERED_KEY 0x100000000ULL

/* Is told to all, or is not answered when all goes well. */
static bool
is_not_answered(const struct slmp_msg *m)
{
	return m->command == SLMP_CYCLIC || m->command == SLMP_ONDEMAND ||
	       (m->command == SLMP_RESET && m->sub == 0);
}

static void
ask(struct slmp_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	struct slmp_state *st = ctx->state;
	uint64_t key;

	if (m->bad != NULL || is_not_answered(m)) {
		return;
	}
	m->wait.command = m->command;
	m->wait.sub = m->sub;
	if (m->numbered) {
		key = NUMBERED_KEY | m->serial;
	} else {
		if (ctx->after_gap || ctx->ts_ns > st->until_ns) {
			st->answered = st->asked;
		}
		st->until_ns =
		    m->timer == 0 ? UINT64_MAX
				  : ctx->ts_ns + SPARE_NS + m->timer * TIMER_NS;
		key = st->asked++;
	}
	(void)ctx->sv->put(ctx, key, &m->wait, sizeof(m->wait));
}

static void
answer(struct slmp_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	struct slmp_state *st = ctx->state;
	uint64_t key = NUMBERED_KEY | m->serial;

	if (!m->numbered) {
		if (ctx->after_gap) {
			st->answered = st->asked;
		}
		if (st->answered == st->asked) {
			return;
		}
		key = st->answered++;
	}
	m->paired =
	    ctx->sv->take(ctx, key, &m->wait, sizeof(m->wait), &m->pair);
}

/* What an answer answers; an error says it, and then that is what it is. */
static void
name_answer(struct slmp_msg *m)
{
	struct rd r = m->data;
	uint16_t command, sub;

	if (m->paired) {
		m->has_command = true;
		m->command = m->wait.command;
		m->sub = m->wait.sub;
	}
	if (m->end != 0) {
		(void)read_route(&r, m->ascii);
		command = (uint16_t)slmp_num(m, &r, 2);
		sub = (uint16_t)slmp_num(m, &r, 2);
		if (rd_ok(&r) && slmp_command(command) != NULL) {
			m->paired = m->paired && command == m->command;
			m->has_command = true;
			m->command = command;
			m->sub = sub;
		}
	} else if (!m->has_command && m->ctx->src->has_port) {
		m->has_command = true;
		switch (m->ctx->src->port) {
		case SLMP_CYCLIC_PORT: m->command = SLMP_CYCLIC; break;
		case SLMP_SEARCH_PORT: m->command = SLMP_NODE_SEARCH; break;
		default: m->has_command = false; break;
		}
	}
}

/* --- the frame ------------------------------------------------------------- */

static void
read_frame(struct slmp_msg *m, struct rd r)
{
	size_t need;
	const struct shape *s = shape_of(r, &need);

	if (s == NULL) {
		return; /* never: the framing has found one */
	}
	m->frame = s->name;
	m->ascii = s->ascii;
	m->numbered = s->numbered;
	m->reply = s->reply;
	rd_skip(&r, s->n);
	if (s->numbered) {
		m->serial = (uint16_t)slmp_num(m, &r, 2);
		(void)slmp_num(m, &r, 2);
	}
	m->route = read_route(&r, m->ascii);
	(void)slmp_num(m, &r, 2);
	if (s->reply) {
		struct rd at = r;

		m->end = (uint16_t)slmp_num(m, &r, 2);
		if (!rd_ok(&r)) {
			slmp_bad(m, SLMP_BAD_NUMBER, &at);
		}
	} else {
		struct rd at = r;

		m->timer = (uint16_t)slmp_num(m, &r, 2);
		m->command = (uint16_t)slmp_num(m, &r, 2);
		m->sub = (uint16_t)slmp_num(m, &r, 2);
		m->has_command = rd_ok(&r);
		if (!rd_ok(&r)) {
			slmp_bad(m, SLMP_BAD_NUMBER, &at);
		}
	}
	m->data = rd_rest(&r);
}

static void
name_frame(struct slmp_msg *m)
{
	const struct slmp_command *known =
	    m->has_command ? slmp_command(m->command) : NULL;

	m->op = known != NULL                 ? known->name
		: m->has_command || !m->reply ? "unknown_command"
					      : "answer";
	m->cls = known != NULL ? known->cls : EV_CLASS_OTHER;
	/* What slaves send is theirs. */
	if (m->reply && m->command == SLMP_CYCLIC) {
		m->cls = EV_CLASS_REPORT;
	}
	m->status = slmp_end(m->end);
	if (m->status == NULL) {
		m->status = "unknown_end";
	}
}

static void
direct(struct slmp_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	bool from_server =
	    m->reply || (m->has_command && m->command == SLMP_ONDEMAND);

	m->dir = m->reply      ? EV_DIR_RESPONSE
		 : from_server ? EV_DIR_NOTIFY
			       : EV_DIR_REQUEST;
	if (!ctx->client_sure) {
		ctx->client = from_server ? !ctx->side : ctx->side;
		ctx->client_sure = true;
	}
	slmp_place(from_server ? ctx->src : ctx->dst, &m->route);
}

struct ev *
slmp_start(struct slmp_msg *m)
{
	struct ev *e = dis_operation(
	    m->ctx, PROTO_SLMP, m->dir, m->op, m->command, m->cls);

	if (!m->has_command) {
		e->flags &= (uint16_t)~EV_HAS_CODE;
	}
	e->status = m->dir == EV_DIR_RESPONSE && !m->cut ? m->status : NULL;
	if (m->paired && e->status != NULL) {
		dis_paired(e, &m->pair);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	ev_name(e, SLMPF_FRAME, m->frame);
	return e;
}

static void
tell_frame(struct slmp_msg *m)
{
	char route[ROUTE_TEXT];
	struct ev *e = slmp_start(m);

	if (m->ascii) {
		ev_bool(e, SLMPF_ASCII, true);
	}
	if (m->numbered) {
		ev_uint(e, SLMPF_SERIAL, m->serial);
	}
	if (!is_local(&m->route)) {
		ev_bytes(e, m->reply ? SLMPF_FROM : SLMPF_TO, EV_T_TEXT, route,
		    route_text(&m->route, route));
	}
	if (m->has_command) {
		ev_hexnum(e, SLMPF_COMMAND, m->command, 2);
		ev_hexnum(e, SLMPF_SUBCOMMAND, m->sub, 2);
	}
	if (m->reply && m->end != 0 && !m->cut) {
		ev_hexnum(e, SLMPF_END, m->end, 2);
	}
	slmp_tell(m, e);
	dis_emit(m->ctx, e);
}

bool
slmp_is_good(const struct slmp_msg *m)
{
	return m->paired && m->bad == NULL && m->end == 0 && !m->cut;
}

/* Judges it, and lets it wait: of what is whole. */
static void
judge(struct slmp_msg *m)
{
	slmp_check(m);
	if (!m->reply) {
		ask(m);
	} else if (m->bad == NULL && (m->paired || slmp_is_node(m))) {
		dis_confirm(m->ctx);
	}
}

static void
frame(struct slmp_msg *m, struct rd r)
{
	read_frame(m, r);
	if (!m->reply) {
		slmp_read_wait(m);
	} else if (m->bad == NULL && !m->cut) {
		answer(m);
		name_answer(m);
	}
	name_frame(m);
	direct(m);
	if (m->bad == NULL && !m->cut) {
		judge(m);
	}
	m->hushed = slmp_is_good(m) && m->ctx->brief;
	if (!slmp_is_good(m) || !dis_answered(m->ctx, PROTO_SLMP, &m->pair)) {
		tell_frame(m);
	}
	if (m->bad == NULL && !m->cut) {
		slmp_facts(m);
	}
}

static enum dis_rc
slmp_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct slmp_msg m = {.ctx = ctx, .start = in->p, .dir = EV_DIR_UNKNOWN};
	bool stream = ctx->transport == DIS_TCP;
	size_t len = 0, have, need;
	enum dis_rc rc = find(*in, stream, &len, &ctx->need);
	const uint8_t *at = in->p;

	if (rc == DIS_NOT_MINE) {
		if (!ctx->confirmed) {
			return DIS_NOT_MINE;
		}
		dis_malformed(
		    ctx, PROTO_SLMP, EV_DIR_UNKNOWN, SLMP_BAD_HEADER, 0);
		return DIS_BAD;
	}
	have = rd_left(in) < len ? rd_left(in) : len;
	/* Of a cut one, its header has to be there. */
	if (rc == DIS_MORE && !(ctx->cut && len != 0)) {
		return DIS_MORE;
	}
	need = ctx->need;
	m.cut = rc == DIS_MORE;
	if (at[0] == 0x57 || at[0] == 0x5a || at[0] == 0xd7 || at[0] == 0xda) {
		melsoft_frame(&m, rd_sub(in, have));
	} else {
		frame(&m, rd_sub(in, have));
	}
	if (m.cut) {
		ctx->need = need;
	}
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_SLMP, m.dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_slmp;

/* Ports of modules and CPUs ([1] appendix); most are whatever was set. */
const struct dissector dissector_slmp = {
    .name = "slmp",
    .proto = PROTO_SLMP,
    .state_size = sizeof(struct slmp_state),
    .hints = {{DIS_TCP, 5007}, {DIS_UDP, 5006}, {DIS_TCP, 5002},
	{DIS_UDP, 5000}, {DIS_TCP, 5562}, {DIS_UDP, 5560},
	{DIS_UDP, SLMP_SEARCH_PORT}, {DIS_UDP, SLMP_CYCLIC_PORT}},
    .probe = slmp_probe,
    .parse = slmp_parse,
    .fields = &proto,
};

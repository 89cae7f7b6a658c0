/*
 * fins: the frame ([1] 5-1), FINS/TCP around it ([2] 7-4), and its ways.
 *
 *	 0     1   2     3      6      9     10        12
 *	+-----+---+-----+------+------+-----+---------+------------------+
 *	| ICF | 0 | GCT | to   | from | SID | command | data             |
 *	+-----+---+-----+------+------+-----+---------+------------------+
 *	ICF   80 through gateways, 40 an answer, 01 none is wanted
 *	GCT   how many gateways it may still pass
 *	to, from   network, node, unit; network 0 is the local one
 *	data  of answers: end code, then the data
 *
 *	"FINS" | length (4) | function (4) | error (4) | frame, or nodes
 *	function  0 a client asks for node addresses, 1 it is told, 2 a frame,
 *	          3 an error, 6 is somebody there
 *
 * One frame, or one message of FINS/TCP without, is one operation.  A frame
 * for another network, or for a unit beside the CPU, is for what is behind the
 * end: its address is network, node and unit.
 *
 * Left out: what data links, error logs and file memories have in them.
 */
#include <string.h>

#include "dissectors/fins/fins.h"

#define PORT       9600
#define HEADER     12
#define TCP_HEADER 16
#define TCP_BEFORE 8    /* what the length does not count */
#define TCP_MOST   4096 /* a frame has 2012 octets at most */

enum { ASK_NODE = 0, TELL_NODE = 1, FRAME = 2, ERROR = 3, CONFIRM = 6 };

#define GATEWAY   0x80
#define ANSWER    0x40
#define NO_ANSWER 0x01
#define RESERVED  0x3e

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[FINSF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(TCP, "tcp", EV_R_NONE, "2 7-4"),
    F(CLIENT_NODE, "client_node", EV_R_NONE, "2 7-4"),
    F(SERVER_NODE, "server_node", EV_R_NONE, "2 7-4"),
    F(TCP_ERROR, "tcp_error", EV_R_NONE, "2 7-4"),
    F(TO, "to", EV_R_KEY, "1 5-1"),
    F(FROM, "from", EV_R_NONE, "1 5-1"),
    F(SID, "sid", EV_R_NONE, "1 5-1"),
    F(NO_ANSWER, "no_answer", EV_R_NONE, "1 5-1"),
    F(COMMAND, "command", EV_R_KEY, "1 5-1"),
    F(END, "end", EV_R_NONE, "1 5-1"),
    F(AREA, "area", EV_R_KEY, "1 5-2"),
    F(ADDR, "addr", EV_R_ADDR, "1 5-2"),
    F(BIT, "bit", EV_R_KEY, "1 5-2"),
    F(COUNT, "count", EV_R_QTY, "1 5-3"),
    F(VALUES, "values", EV_R_VALUES, "1 5-3"),
    F(DATA, "data", EV_R_NONE, "1 5-3"),
    F(TO_AREA, "to_area", EV_R_KEY, "1 5-3"),
    F(TO_ADDR, "to_addr", EV_R_KEY, "1 5-3"),
    F(ITEMS, "items", EV_R_NONE, "1 5-3"),
    F(FORCE, "force", EV_R_NONE, "1 5-3"),
    F(PROGRAM, "program", EV_R_KEY, "1 5-3"),
    F(MODE, "mode", EV_R_KEY, "1 5-3"),
    F(TIME, "time", EV_R_NONE, "1 5-3"),
    F(FILE, "file", EV_R_KEY, "1 5-3"),
    F(OFFSET, "offset", EV_R_NONE, "1 5-3"),
    F(UNITS, "units", EV_R_NONE, "1 5-3"),
    F(UNIT, "unit", EV_R_NONE, "1 5-3"),
    F(MODEL, "model", EV_R_NONE, "1 5-3"),
    F(FATAL, "fatal", EV_R_NONE, "1 5-3"),
    F(NON_FATAL, "non_fatal", EV_R_NONE, "1 5-3"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == FINSF_LAST - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "fins",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

void
fins_bad(struct fins_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

/* --- framing --------------------------------------------------------------- */

/* FINS/TCP; MORE for no more than it takes to refuse it. */
static enum dis_rc
find_tcp(struct rd r, size_t *ret_len, size_t *ret_need)
{
	static const char magic[] = "FINS";
	size_t have = rd_left(&r);
	uint32_t length, function;

	for (size_t i = 0; i < 4 && i < have; i++) {
		if (rd_u8(&r) != (uint8_t)magic[i]) {
			return DIS_NOT_MINE;
		}
	}
	*ret_need = have < 4 ? have + 1 : have < 8 ? 8 : 12;
	if (have < 8) {
		return DIS_MORE;
	}
	length = rd_be32(&r);
	if (length < TCP_HEADER - TCP_BEFORE || length > TCP_MOST) {
		return DIS_NOT_MINE;
	}
	function = rd_be32(&r);
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	if (function > ERROR && function != CONFIRM) {
		return DIS_NOT_MINE;
	}
	*ret_len = *ret_need = TCP_BEFORE + (size_t)length;
	rd_skip(&r, TCP_HEADER - 12);
	return rd_has(&r, length - (TCP_HEADER - TCP_BEFORE)) && rd_ok(&r)
		   ? DIS_OK
		   : DIS_MORE;
}

/* A datagram is a frame. */
static enum dis_rc
find_frame(struct rd r, size_t *ret_len, size_t *ret_need)
{
	size_t have = rd_left(&r);
	uint8_t icf = rd_u8(&r), reserved = rd_u8(&r), gateways = rd_u8(&r);

	*ret_need = HEADER;
	if (have < HEADER) {
		return DIS_MORE;
	}
	if ((icf & RESERVED) != 0 || reserved != 0 || gateways > 7) {
		return DIS_NOT_MINE;
	}
	*ret_len = have;
	return DIS_OK;
}

/* How long the data of requests are that have no two lengths. */
static bool
is_request(uint16_t command, size_t n)
{
	switch (command) {
	case FINS_READ: return n == 6;
	case FINS_FILL: return n == 8;
	case FINS_STATUS:
	case FINS_CLOCK_READ: return n == 0;
	case FINS_CONTROLLER: return n <= 1;
	default: return false;
	}
}

/* Elsewhere only what can hardly be another's: a request of a known length. */
static bool
is_beyond_doubt(struct rd r)
{
	uint8_t icf = rd_u8(&r), to, from;
	uint16_t command;

	rd_skip(&r, 2);
	to = rd_u8(&r);
	rd_skip(&r, 2);
	from = rd_u8(&r);
	rd_skip(&r, 3);
	command = rd_be16(&r);
	return icf == GATEWAY && to < 128 && from < 128 &&
	       is_request(command, rd_left(&r));
}

static bool
has_command(struct rd r)
{
	rd_skip(&r, HEADER - 2);
	return fins_command(rd_be16(&r)) != NULL;
}

static enum dis_rc
fins_probe(struct rd in, const struct dis_probe *pr)
{
	size_t len = 0, need;
	enum dis_rc rc;

	if (pr->transport == DIS_TCP) {
		rc = find_tcp(in, &len, &need);
		if (rc == DIS_MORE && pr->cut && len != 0) {
			rc = DIS_OK;
		}
	} else if (pr->transport == DIS_UDP) {
		rc = find_frame(in, &len, &need);
		if (rc == DIS_OK &&
		    !(pr->hinted ? has_command(in) : is_beyond_doubt(in))) {
			rc = DIS_NOT_MINE;
		}
	} else {
		return DIS_NOT_MINE;
	}
	if (rc == DIS_OK && pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	return rc;
}

/* --- the frame ------------------------------------------------------------- */

static struct fins_addr
read_addr(struct rd *r)
{
	struct fins_addr a;

	a.net = rd_u8(r);
	a.node = rd_u8(r);
	a.unit = rd_u8(r);
	return a;
}

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

#define ADDR_TEXT 12 /* 255.255.255 */

static size_t
addr_text(const struct fins_addr *a, char *to)
{
	size_t n = put_number(to, a->net);

	to[n++] = '.';
	n += put_number(to + n, a->node);
	to[n++] = '.';
	return n + put_number(to + n, a->unit);
}

/* What is in another network, or beside the CPU, is behind the server. */
static void
place(struct ev_end *end, const struct fins_addr *a)
{
	if (a->net != 0 || a->unit != 0) {
		memset(&end->sub, 0, sizeof(end->sub));
		end->sub.kind = EV_SUB_PATH;
		end->sub.len = (uint8_t)addr_text(a, end->sub.path);
	}
}

static void
direct(struct fins_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	uint64_t key = (uint64_t)m->command << 8 | m->sid;

	m->dir = m->reply ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	if (!ctx->client_sure) {
		ctx->client = m->reply ? !ctx->side : ctx->side;
		ctx->client_sure = true;
	}
	if (m->reply) {
		place(ctx->src, &m->from);
	} else {
		place(ctx->dst, &m->to);
	}
	if (m->cut) {
		return;
	}
	if (m->reply) {
		m->paired = ctx->sv->take(
		    ctx, key, &m->wait, sizeof(m->wait), &m->pair);
	} else if ((m->icf & NO_ANSWER) == 0 && m->bad == NULL) {
		m->wait.command = m->command;
		(void)ctx->sv->put(ctx, key, &m->wait, sizeof(m->wait));
	}
}

static struct ev *
start(struct fins_msg *m, uint32_t code)
{
	struct ev *e =
	    dis_operation(m->ctx, PROTO_FINS, m->dir, m->op, code, m->cls);

	e->status = m->dir == EV_DIR_RESPONSE && !m->cut ? m->status : NULL;
	if (m->paired && e->status != NULL) {
		dis_paired(e, &m->pair);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	return e;
}

static void
tell_frame(struct fins_msg *m)
{
	char to[ADDR_TEXT], from[ADDR_TEXT];
	struct ev *e = start(m, m->command);

	if (m->tcp) {
		ev_bool(e, FINSF_TCP, true);
	}
	ev_bytes(e, FINSF_TO, EV_T_TEXT, to, addr_text(&m->to, to));
	ev_bytes(e, FINSF_FROM, EV_T_TEXT, from, addr_text(&m->from, from));
	ev_uint(e, FINSF_SID, m->sid);
	if (!m->reply && m->icf & NO_ANSWER) {
		ev_bool(e, FINSF_NO_ANSWER, true);
	}
	ev_hexnum(e, FINSF_COMMAND, m->command, 2);
	if (m->reply && m->end != 0) {
		ev_hexnum(e, FINSF_END, m->end, 2);
	}
	fins_tell(m, e);
	dis_emit(m->ctx, e);
}

static bool
is_good(const struct fins_msg *m)
{
	return m->paired && m->bad == NULL && m->status[0] == 'o' &&
	       m->status[1] == 'k';
}

static void
read_frame(struct fins_msg *m, struct rd r)
{
	struct rd at = r;

	m->icf = rd_u8(&r);
	rd_skip(&r, 2);
	m->to = read_addr(&r);
	m->from = read_addr(&r);
	m->sid = rd_u8(&r);
	m->command = rd_be16(&r);
	m->reply = m->icf & ANSWER;
	if (m->reply && rd_ok(&r)) {
		at = r;
		m->end = rd_be16(&r);
	}
	if (!rd_ok(&r)) {
		fins_bad(m, FINS_BAD_FRAME, &at);
	}
	m->data = rd_rest(&r);
}

static void
name_frame(struct fins_msg *m)
{
	const struct fins_command *known = fins_command(m->command);

	m->op = known != NULL ? known->name : "unknown_command";
	m->cls = known != NULL ? known->cls : EV_CLASS_OTHER;
	m->status = m->bad == NULL ? fins_end(m->end) : NULL;
}

static void
frame(struct fins_msg *m, struct rd r)
{
	read_frame(m, r);
	name_frame(m);
	fins_read_wait(m);
	direct(m);
	if (m->bad == NULL && !m->cut) {
		fins_check(m);
	}
	if (m->paired && m->bad == NULL) {
		dis_confirm(m->ctx);
	}
	if (!is_good(m) || !dis_answered(m->ctx, PROTO_FINS, &m->pair)) {
		tell_frame(m);
	}
	if (m->bad == NULL && !m->cut) {
		fins_facts(m);
	}
}

/* --- FINS/TCP -------------------------------------------------------------- */

static void
nodes(struct fins_msg *m, struct ev *e, uint32_t function, struct rd r)
{
	uint32_t client = rd_be32(&r), server = rd_be32(&r);

	if (function == TELL_NODE && rd_ok(&r)) {
		ev_uint(e, FINSF_CLIENT_NODE, client);
		ev_uint(e, FINSF_SERVER_NODE, server);
	} else if (function == ASK_NODE && client != 0) {
		ev_uint(e, FINSF_CLIENT_NODE, client);
	}
}

/* Who asks for a node is the client, and is told it. */
static void
direct_nodes(struct fins_msg *m, bool answer, size_t n, const struct rd *at)
{
	struct dis_ctx *ctx = m->ctx;

	m->dir = answer ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	ctx->client = answer ? !ctx->side : ctx->side;
	ctx->client_sure = true;
	if (n < (answer ? 8u : 4u)) {
		fins_bad(m, FINS_BAD_FRAME, at);
	}
	if (m->cut) {
		return;
	}
	if (answer) {
		m->paired = ctx->sv->take(ctx, UINT32_MAX, NULL, 0, &m->pair);
	} else {
		(void)ctx->sv->put(ctx, UINT32_MAX, NULL, 0);
	}
}

/* What FINS/TCP itself says. */
static void
session(struct fins_msg *m, uint32_t function, uint32_t error, struct rd r)
{
	static const char *const ops[] = {[ASK_NODE] = "node_address",
	    [TELL_NODE] = "node_address",
	    [ERROR] = "frame_error",
	    [CONFIRM] = "confirm_connection"};
	struct ev *e;

	m->op = ops[function];
	m->cls = EV_CLASS_SESSION;
	m->status = error == 0 ? "ok" : "error";
	m->dir = EV_DIR_NOTIFY;
	if (function <= TELL_NODE) {
		direct_nodes(m, function == TELL_NODE, rd_left(&r), &r);
	}
	e = start(m, function);
	ev_bool(e, FINSF_TCP, true);
	nodes(m, e, function, r);
	if (error != 0) {
		ev_uint(e, FINSF_TCP_ERROR, error);
	}
	/* Four letters and a pair: nothing else is so. */
	if (m->paired && m->bad == NULL) {
		dis_confirm(m->ctx);
	}
	dis_emit(m->ctx, e);
}

static void
tcp(struct fins_msg *m, struct rd r)
{
	uint32_t function, error;

	m->tcp = true;
	rd_skip(&r, TCP_BEFORE);
	function = rd_be32(&r);
	error = rd_be32(&r);
	if (function == FRAME) {
		frame(m, rd_rest(&r));
	} else {
		session(m, function, error, r);
	}
}

static enum dis_rc
fins_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct fins_msg m = {.ctx = ctx, .start = in->p, .dir = EV_DIR_UNKNOWN};
	bool stream = ctx->transport == DIS_TCP;
	size_t len = 0, have;
	enum dis_rc rc = stream ? find_tcp(*in, &len, &ctx->need)
				: find_frame(*in, &len, &ctx->need);

	if (rc == DIS_NOT_MINE) {
		if (!ctx->confirmed) {
			return DIS_NOT_MINE;
		}
		dis_malformed(
		    ctx, PROTO_FINS, EV_DIR_UNKNOWN, FINS_BAD_HEADER, 0);
		return DIS_BAD;
	}
	have = rd_left(in) < len ? rd_left(in) : len;
	/* Of a cut one, what names it has to be there. */
	if (rc == DIS_MORE &&
	    !(ctx->cut && len != 0 && have >= TCP_HEADER + HEADER)) {
		return DIS_MORE;
	}
	m.cut = rc == DIS_MORE || (!stream && ctx->cut);
	if (m.cut && !stream) {
		ctx->need = 0;
	}
	if (stream) {
		tcp(&m, rd_sub(in, have));
	} else {
		frame(&m, rd_sub(in, have));
	}
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_FINS, m.dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_fins;

const struct dissector dissector_fins = {
    .name = "fins",
    .proto = PROTO_FINS,
    .hints = {{DIS_UDP, PORT}, {DIS_TCP, PORT}},
    .probe = fins_probe,
    .parse = fins_parse,
    .fields = &proto,
};

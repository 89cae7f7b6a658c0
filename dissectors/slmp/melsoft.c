/*
 * melsoft: frames of MELSOFT, as engineering tools speak with CPUs of MELSEC
 * (GX Works and others: UDP 5006 and 5560, TCP 5007 and 5562).
 *
 *	 0    1    2       5    6         9       19     21
 *	+----+----+-----+----+----+-----+-------+------+----------------------+
 *	| 57 | 0x | ... | 11 | 11 | ... | route | size | header, command, ... |
 *	+----+----+-----+----+----+-----+-------+------+----------------------+
 *	header   1c | . | left (1) | fixed (1) | fixed octets
 *	answer   9c | . | left (1) | fixed (1) | status (2) | fixed octets
 *	command  code (2, high octet first) | reference (2) | 0 (2) | data
 *
 *	57, d7   a request, an answer, as in SLMP frames 50 and d0
 *	route    network | station | module (2) | multidrop station
 *	size     of what follows; left: what is left of the header
 *	status   0: well done; it is repeated by nothing else
 *
 * The header and the names of some commands are published ([4]), and how one
 * asks for a CPU's name ([5]); lengths and references agree with every frame
 * of the captures at hand.  A command that nobody has published has the name
 * melsoft and its code, and what is in it is not told.  5a and da come before
 * in datagrams; nobody has published what they say.
 */
#include "dissectors/slmp/slmp.h"

#define BEFORE   21 /* up to the header */
#define HEADER   4  /* of it, before what is fixed */
#define COMMAND  6
#define MOST     16384
#define HELLO    4 /* of 5a, and at least of da */
#define ASK      0x57
#define BACK     0xd7
#define HELLO_TO 0x5a

#define NAME_LEN 16

enum {
	READ_CPU_NAME = 0x0101,
	OPEN_INITIAL = 0x0121,
	LOGIN_USER = 0x0131,
	LOGIN_PASSWORD = 0x0132,
	REMOTE_STOP = 0x1002
};

static bool
is_hello(uint8_t magic)
{
	return (magic & 0x7f) == HELLO_TO;
}

/* --- framing --------------------------------------------------------------- */

/* In streams nobody knows where da ends. */
static enum dis_rc
find_hello(struct rd r, bool stream, size_t *ret_len, size_t *ret_need)
{
	size_t have = rd_left(&r);
	uint8_t magic = rd_u8(&r);
	uint16_t zero = rd_be16(&r);

	if (stream) {
		return DIS_NOT_MINE;
	}
	*ret_need = HELLO;
	if (have < HELLO) {
		return DIS_MORE;
	}
	if (zero != 0 || (magic == HELLO_TO && have != HELLO)) {
		return DIS_NOT_MINE;
	}
	*ret_len = have;
	return DIS_OK;
}

/* Whether the header is as long as it says, and the command is there. */
static bool
is_header(struct rd r, uint8_t magic, size_t size)
{
	uint8_t kind = rd_u8(&r), left, fixed;
	size_t status = magic == BACK ? 2 : 0;

	rd_skip(&r, 1);
	left = rd_u8(&r);
	fixed = rd_u8(&r);
	return rd_ok(&r) && kind == (magic == BACK ? 0x9c : 0x1c) &&
	       left == 2 + status + fixed &&
	       size >= HEADER + status + fixed + COMMAND;
}

enum dis_rc
melsoft_find(struct rd r, bool stream, size_t *ret_len, size_t *ret_need)
{
	struct rd all = r;
	uint8_t magic = rd_u8(&r), version = rd_u8(&r);
	size_t size;

	if (is_hello(magic)) {
		return find_hello(all, stream, ret_len, ret_need);
	}
	if (rd_ok(&r) && version > 1) {
		return DIS_NOT_MINE;
	}
	*ret_need = rd_ok(&r) ? BEFORE + HEADER : 2;
	if (rd_left(&all) < BEFORE + HEADER) {
		return DIS_MORE;
	}
	rd_skip(&r, 3);
	if (rd_be16(&r) != 0x1111) {
		return DIS_NOT_MINE;
	}
	rd_skip(&r, 12);
	size = rd_le16(&r);
	if (size > MOST || !is_header(r, magic, size)) {
		return DIS_NOT_MINE;
	}
	*ret_len = *ret_need = BEFORE + size;
	return rd_left(&all) >= *ret_len ? DIS_OK : DIS_MORE;
}

bool
melsoft_is_certain(struct rd r)
{
	return !is_hello(rd_u8(&r));
}

/* --- the frame ------------------------------------------------------------- */

static void
read_frame(struct slmp_msg *m, struct rd r)
{
	uint8_t fixed;

	m->reply = rd_u8(&r) == BACK;
	rd_skip(&r, 8);
	m->route.net = rd_u8(&r);
	m->route.station = rd_u8(&r);
	m->route.io = rd_le16(&r);
	m->route.drop = rd_u8(&r);
	rd_skip(&r, 7);
	rd_skip(&r, 3);
	fixed = rd_u8(&r);
	if (m->reply) {
		m->end = rd_le16(&r);
	}
	rd_skip(&r, fixed);
	m->command = rd_be16(&r);
	m->serial = rd_le16(&r);
	rd_skip(&r, 2);
	m->has_command = rd_ok(&r);
	m->data = rd_rest(&r);
}

static void
name_frame(struct slmp_msg *m)
{
	const struct slmp_command *known =
	    m->has_command ? melsoft_command(m->command) : NULL;

	m->op = known != NULL ? known->name : "melsoft";
	m->cls = known != NULL ? known->cls : EV_CLASS_OTHER;
	m->status = m->end == 0 ? "ok" : "error";
}

/* Answers have another route in its place: theirs is their request's. */
static void
direct(struct slmp_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	uint64_t key = 0x200000000ULL | (uint64_t)m->command << 16 | m->serial;

	m->dir = m->reply ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	if (!ctx->client_sure) {
		ctx->client = m->reply ? !ctx->side : ctx->side;
		ctx->client_sure = true;
	}
	if (!m->reply) {
		m->wait.route = m->route;
		slmp_place(ctx->dst, &m->route);
	}
	if (m->cut) {
		return;
	}
	if (m->reply) {
		m->paired = ctx->sv->take(
		    ctx, key, &m->wait, sizeof(m->wait), &m->pair);
		if (m->paired) {
			slmp_place(ctx->src, &m->wait.route);
		}
	} else {
		(void)ctx->sv->put(ctx, key, &m->wait, sizeof(m->wait));
	}
}

static void
tell(struct slmp_msg *m)
{
	struct ev *e = slmp_start(m);

	if (m->has_command) {
		ev_uint(e, SLMPF_SERIAL, m->serial);
		ev_hexnum(e, SLMPF_COMMAND, m->command, 2);
	}
	if (m->reply && m->end != 0 && !m->cut) {
		ev_hexnum(e, SLMPF_END, m->end, 2);
	}
	dis_emit(m->ctx, e);
}

/* Both commands that ask who is there have the same answer. */
static void
facts(struct slmp_msg *m)
{
	struct rd r = m->data, name;
	uint16_t code;

	switch (m->command) {
	case READ_CPU_NAME:
	case OPEN_INITIAL:
		name = rd_sub(&r, NAME_LEN);
		code = rd_le16(&r);
		if (m->end == 0 && rd_ok(&r) && slmp_is_melsec(code)) {
			slmp_cpu(m, name, code);
		}
		break;
	case LOGIN_PASSWORD:
		slmp_auth(m, m->end == 0 ? "login" : "fail", "password");
		break;
	case LOGIN_USER:
		if (m->end != 0) {
			slmp_auth(m, "fail", "user");
		}
		break;
	case REMOTE_STOP:
		if (slmp_is_good(m)) {
			slmp_state_fact(m, "stopped", NULL);
		}
		break;
	default: break;
	}
}

/* 5a and da: that they were there. */
static void
hello(struct slmp_msg *m, struct rd r)
{
	m->reply = rd_u8(&r) != HELLO_TO;
	m->dir = m->reply ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	m->op = "melsoft";
	m->cls = EV_CLASS_OTHER;
	if (!m->ctx->client_sure) {
		m->ctx->client = m->reply ? !m->ctx->side : m->ctx->side;
		m->ctx->client_sure = true;
	}
	dis_emit(m->ctx, slmp_start(m));
}

void
melsoft_frame(struct slmp_msg *m, struct rd r)
{
	struct rd first = r;

	m->frame = "melsoft";
	m->melsoft = true;
	if (is_hello(rd_u8(&first))) {
		hello(m, r);
		return;
	}
	read_frame(m, r);
	name_frame(m);
	direct(m);
	/* Two signs, and lengths within lengths that agree: nobody else's. */
	dis_confirm(m->ctx);
	if (!slmp_is_good(m) || !dis_answered(m->ctx, PROTO_SLMP, &m->pair)) {
		tell(m);
	}
	if (m->reply && !m->cut) {
		facts(m);
	}
}

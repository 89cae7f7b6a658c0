/*
 * direction: who is the client, and which request a response answers.
 *
 * Modbus does not mark direction, and the port is only a hint.  In order of
 * weight: a pair that was seen; one side's port being Modbus's, unless the
 * other side opened the connection; what the message can be; who opened the
 * connection ([T] 4.2.1: the client does).  Most functions have different
 * requests and responses; functions 5, 6, 8, 21 and 22 answer with an echo,
 * and where nothing else tells, the first of two equal messages is the
 * request.  Whatever was guessed gives way to contradiction until a pair has
 * proven it.
 *
 * Pairing ([T] 4.2): by transaction and unit, in order.  Some masters use one
 * transaction id for everything and RTU has none; there a request that is
 * sent long after an unanswered one means that its sender has given up on
 * that, and so has otus.  Otherwise one lost response would shift every later
 * pair by one, and values would be shown under the wrong address.
 *
 * A write to unit 0 is a broadcast on a serial line and is not answered ([S]
 * 2.1); many TCP devices answer to unit 0 all the same.  So it does not wait
 * until such a device was seen, but its reply is recognised.
 */
#include "dissectors/modbus/modbus.h"

/* Masters wait for a serial device for at least this long. */
#define GIVEN_UP_NS (100ULL * 1000 * 1000)
/* Requests of another function passed over to find a response's own. */
#define SKIP_MAX 8

enum { CONTRA_REQUEST = 1, CONTRA_RESPONSE = 2 };

static uint64_t
pair_key(const struct mb_pdu *p)
{
	return (uint64_t)p->st->epoch << 32 | (uint32_t)p->txn << 8 | p->unit;
}

/* An echo answers what it repeats. */
static bool
is_echo(const struct mb_pdu *p)
{
	struct rd b = p->body;
	uint16_t addr = rd_be16(&b), value = rd_be16(&b);

	return p->exception || (p->fc != 5 && p->fc != 6) ||
	       (addr == p->wait.addr && value == p->wait.qty);
}

static bool
take_quiet(struct mb_pdu *p)
{
	struct dis_ctx *ctx = p->ctx;
	struct mb_state *st = p->st;

	if (!st->quiet.used || st->quiet.side == ctx->side ||
	    st->quiet.txn != p->txn || st->quiet.unit != p->unit ||
	    st->quiet.fc != p->fc) {
		return false;
	}
	st->quiet.used = false;
	p->wait.known = st->quiet.known;
	p->wait.addr = st->quiet.addr;
	p->wait.qty = st->quiet.qty;
	p->wait.waddr = st->quiet.waddr;
	p->wait.wqty = st->quiet.wqty;
	p->pair.frame = st->quiet.frame;
	p->pair.ts_ns = st->quiet.ts_ns;
	p->pair.rtt_us = 0;
	if (ctx->ts_ns > st->quiet.ts_ns) {
		uint64_t us = (ctx->ts_ns - st->quiet.ts_ns) / 1000;

		p->pair.rtt_us = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
	}
	return true;
}

/* Finds the request of a response; true when there is one. */
static bool
take(struct mb_pdu *p, bool *ret_other)
{
	struct dis_ctx *ctx = p->ctx;
	uint64_t key = pair_key(p);
	size_t n = p->fc == 20 ? sizeof(p->wait) : MB_WAIT_BASE;

	*ret_other = false;
	for (int i = 0; i < SKIP_MAX; i++) {
		if (!ctx->sv->take(ctx, key, &p->wait, n, &p->pair)) {
			break;
		}
		if (p->st->waiting > 0) {
			p->st->waiting--;
		}
		if (p->wait.fc == p->fc) {
			return true;
		}
		*ret_other = true;
	}
	return take_quiet(p);
}

static void
find_request(struct mb_pdu *p)
{
	bool other;

	p->paired = take(p, &other);
	/* After a loss it may answer what was not seen. */
	if (!p->paired && other && !p->st->gap) {
		mb_bad(p, MB_BAD_NOT_FUNCTION, mb_at(p) - 1);
	}
}

static uint8_t
other_side(uint8_t side)
{
	return side == DIS_SIDE_A ? DIS_SIDE_B : DIS_SIDE_A;
}

static unsigned
shape_of(const struct mb_pdu *p, struct rd body)
{
	return p->cut
		   ? 0
		   : mb_shape(p->fc | (p->exception ? MB_EXCEPTION : 0), body);
}

/* No port tells: the message itself must.  True: a request. */
static bool
by_content(struct mb_pdu *p)
{
	struct dis_ctx *ctx = p->ctx;
	bool other;

	switch (shape_of(p, p->body)) {
	case MB_SHAPE_REQUEST: p->st->weak = false; return true;
	case MB_SHAPE_RESPONSE: p->st->weak = false; return false;
	case 0:
		p->st->weak |= ctx->client == DIS_SIDE_UNKNOWN;
		return ctx->client == DIS_SIDE_UNKNOWN ||
		       ctx->client == ctx->side;
	default: break;
	}
	if (ctx->client != DIS_SIDE_UNKNOWN && !p->st->weak) {
		return ctx->client == ctx->side;
	}
	p->st->weak = true;
	if (take(p, &other) && is_echo(p)) {
		p->paired = true;
		return false;
	}
	mb_wait_clear(&p->wait);
	return true;
}

/*
 * A port that the SYN contradicts is a client's that happens to be Modbus's.
 * The SYN alone decides nothing: modems dial out to the master that then asks
 * them.
 */
bool
mb_port_tells(const struct dis_ctx *ctx)
{
	uint8_t client = ctx->to_hint ? ctx->side : other_side(ctx->side);

	return ctx->to_hint != ctx->from_hint &&
	       (ctx->opened == DIS_SIDE_UNKNOWN || ctx->opened == client);
}

void
mb_direct(struct mb_pdu *p)
{
	struct dis_ctx *ctx = p->ctx;

	if (ctx->client_sure) {
		p->request = ctx->client == ctx->side;
	} else {
		p->request = mb_port_tells(ctx) ? ctx->to_hint : by_content(p);
		ctx->client = p->request ? ctx->side : other_side(ctx->side);
	}
	if (p->request) {
		return;
	}
	if (!p->paired) {
		find_request(p);
	}
	p->st->zero_answers |= p->unit == 0;
}

/* Whether anybody will answer. */
static bool
is_quiet(const struct mb_pdu *p)
{
	if (p->fc == MB_FC_DIAG) {
		return p->wait.addr == MB_DIAG_SILENT;
	}
	return p->unit == 0 && mb_functions[p->fc].write &&
	       !p->st->zero_answers;
}

void
mb_expect(struct mb_pdu *p)
{
	struct dis_ctx *ctx = p->ctx;
	struct mb_state *st = p->st;
	bool late = st->gap || (ctx->ts_ns > st->last_ns &&
				   ctx->ts_ns - st->last_ns >= GIVEN_UP_NS);

	if (ctx->dup) {
		return;
	}
	if (st->asked && st->last_txn == p->txn && st->waiting > 0 && late) {
		st->epoch++;
		st->waiting = 0;
	}
	st->asked = true;
	st->gap = false;
	st->last_txn = p->txn;
	st->last_ns = ctx->ts_ns;
	p->wait.fc = p->fc;
	if (is_quiet(p)) {
		st->quiet.used = true;
		st->quiet.side = ctx->side;
		st->quiet.frame = ctx->frame;
		st->quiet.ts_ns = ctx->ts_ns;
		st->quiet.txn = p->txn;
		st->quiet.unit = p->unit;
		st->quiet.fc = p->fc;
		st->quiet.known = p->wait.known;
		st->quiet.addr = p->wait.addr;
		st->quiet.qty = p->wait.qty;
		st->quiet.waddr = p->wait.waddr;
		st->quiet.wqty = p->wait.wqty;
		return;
	}
	if (ctx->sv->put(ctx, pair_key(p), &p->wait,
		MB_WAIT_BASE + p->wait.nrec * sizeof(p->wait.rec[0])) &&
	    st->waiting < UINT16_MAX) {
		st->waiting++;
	}
}

/*
 * A port that lies: each side has sent what only the other role could, and
 * nothing has spoken for the port.  One side alone proves nothing: an
 * exception sent by a client is an attack or a fault, and stays one.
 */
static void
contradict(struct mb_pdu *p)
{
	size_t head = p->framing == MB_RTU ? 2 : MB_HEAD_LEN;
	size_t tail = p->framing == MB_RTU ? 2 : 0;
	struct rd whole = rd_make(p->start, p->len);
	struct dis_ctx *ctx = p->ctx;
	unsigned shape;

	rd_skip(&whole, head);
	shape = shape_of(p, rd_sub(&whole, p->len - head - tail));
	if (p->request && shape == MB_SHAPE_RESPONSE) {
		p->st->contra |= CONTRA_REQUEST;
	} else if (!p->request && shape == MB_SHAPE_REQUEST) {
		p->st->contra |= CONTRA_RESPONSE;
	}
	if (p->st->contra == (CONTRA_REQUEST | CONTRA_RESPONSE)) {
		ctx->client = other_side(ctx->client);
		ctx->client_sure = true;
	}
}

void
mb_conclude(struct mb_pdu *p)
{
	struct dis_ctx *ctx = p->ctx;
	struct mb_state *st = p->st;

	if (p->bad != NULL) {
		if (!ctx->client_sure) {
			contradict(p);
		}
		return;
	}
	if (!p->paired) {
		return;
	}
	st->proven = true;
	st->contra = 0;
	dis_confirm(ctx);
	/* An echo proves the order of two messages, not who began. */
	if (!ctx->client_sure && !st->weak) {
		ctx->client_sure = true;
	}
}

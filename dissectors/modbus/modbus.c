/*
 * modbus: the dissector itself: what is asked of it (dissector.h), and the
 * way of one PDU from its bytes to its events.
 *
 * Covers Modbus on TCP and UDP, and RTU frames in TCP or UDP, on any port
 * ([A], [T], [S] of modbus.h).  TLS (port 802) is not decoded.
 *
 * A PDU gives one operation, then what follows from it (identity, state,
 * transfer), then at most one malformed: its first violation.  What was
 * understood of a malformed PDU is told all the same; only where no ADU can
 * be made out is there no operation.  Of a PDU that the capture cut, all that
 * is there is told and nothing is judged.
 */
#include "dissectors/modbus/modbus.h"

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[MBF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(FRAMING, "framing", EV_R_NONE, "T 3.1.3"),
    F(TXN, "txn", EV_R_NONE, "T 3.1.3"),
    F(UNIT, "unit", EV_R_KEY, "T 3.1.3"),
    F(FC, "fc", EV_R_KEY, "A 4.1"),
    F(EXCEPTION, "exception", EV_R_KEY, "A 7"),
    F(ADDR, "addr", EV_R_ADDR, "A 6.1"),
    F(QTY, "qty", EV_R_QTY, "A 6.1"),
    F(VALUES, "values", EV_R_VALUES, "A 6.1"),
    F(AND, "and", EV_R_VALUES, "A 6.16"),
    F(OR, "or", EV_R_VALUES, "A 6.16"),
    F(WADDR, "waddr", EV_R_KEY, "A 6.17"),
    F(WQTY, "wqty", EV_R_KEY, "A 6.17"),
    F(RECORDS, "records", EV_R_NONE, "A 6.14"),
    F(SUB, "sub", EV_R_KEY, "A 6.8"),
    F(MEI, "mei", EV_R_KEY, "A 6.19"),
    F(UMAS, "umas", EV_R_KEY, "umas.c"),
    F(FILE, "file", EV_R_NONE, "A 6.14"),
    F(RECORD, "record", EV_R_NONE, "A 6.14"),
    F(LENGTH, "length", EV_R_NONE, "A 6.14"),
    F(DATA, "data", EV_R_NONE, "A 6.8"),
    F(LEN, "len", EV_R_NONE, "umas.c"),
    F(COUNTER, "counter", EV_R_NONE, "A 6.8.1"),
    F(OUTPUTS, "outputs", EV_R_NONE, "A 6.7"),
    F(BUSY, "busy", EV_R_NONE, "A 6.9"),
    F(EVENT_COUNT, "event_count", EV_R_NONE, "A 6.9"),
    F(MESSAGE_COUNT, "message_count", EV_R_NONE, "A 6.10"),
    F(EVENTS, "events", EV_R_NONE, "A 6.10"),
    F(SERVER_ID, "server_id", EV_R_NONE, "A 6.13"),
    F(RUN, "run", EV_R_NONE, "A 6.13"),
    F(READ_CODE, "read_code", EV_R_NONE, "A 6.21"),
    F(OBJECT_ID, "object_id", EV_R_NONE, "A 6.21"),
    F(CONFORMITY, "conformity", EV_R_NONE, "A 6.21"),
    F(MORE, "more", EV_R_NONE, "A 6.21"),
    F(NEXT, "next", EV_R_NONE, "A 6.21"),
    F(OBJECTS, "objects", EV_R_NONE, "A 6.21"),
    F(ID, "id", EV_R_NONE, "A 6.21"),
#undef F
};

static const struct ev_proto proto = {
    .name = "modbus",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == MBF_END - EV_PROTO_BASE,
    "a field has no name");

static const char *const framing_names[] = {
    [MB_TCP] = "tcp", [MB_UDP] = "udp", [MB_RTU] = "rtu"};

/* --- probe --------------------------------------------------------------- */

/* A datagram of a port that is not ours is filled by one ADU. */
static enum dis_rc
probe_datagram(struct rd in, const struct dis_probe *pr, struct mb_adu *adu)
{
	enum dis_rc rc = mb_find_mbap(in, !pr->hinted, adu);

	if (pr->cut && pr->hinted && mb_find_cut(in, adu) == DIS_OK) {
		return DIS_OK;
	}
	if (!pr->hinted) {
		/* The 16 bits of a CRC prove too little there. */
		return rc == DIS_OK && adu->len == rd_left(&in) ? DIS_OK
								: DIS_NOT_MINE;
	}
	if (rc == DIS_OK || mb_find_faulty(in, adu) == DIS_BAD) {
		return DIS_OK;
	}
	rc = mb_detect(in, false, adu);
	return rc == DIS_OK && adu->framing == MB_RTU &&
		       adu->len == rd_left(&in)
		   ? DIS_OK
		   : DIS_NOT_MINE;
}

static enum dis_rc
modbus_probe(struct rd in, const struct dis_probe *pr)
{
	struct mb_adu adu = {0};
	enum dis_rc rc;

	if (pr->transport == DIS_UDP) {
		return probe_datagram(in, pr, &adu);
	}
	if (pr->cut && pr->hinted && !pr->searching &&
	    mb_find_cut(in, &adu) == DIS_OK) {
		return DIS_OK;
	}
	rc = mb_detect(in, pr->hinted && !pr->searching, &adu);
	if (rc == DIS_OK && pr->ret_len != NULL) {
		*pr->ret_len = adu.len;
	}
	if (rc != DIS_NOT_MINE || !pr->hinted || pr->searching) {
		return rc;
	}
	/* On its own port even the first message may be a wrong one. */
	rc = mb_find_faulty(in, &adu);
	return rc == DIS_BAD ? DIS_OK : rc;
}

/* --- one PDU ------------------------------------------------------------- */

/* From the ADU's n bytes; read where they are kept, without a copy. */
static void
open_pdu(struct mb_pdu *p, struct rd *in, size_t n)
{
	uint8_t fc;

	p->body = rd_sub(in, n);
	p->start = p->body.p;
	p->txn = 0;
	if (p->framing == MB_RTU) {
		p->unit = rd_u8(&p->body);
		fc = rd_u8(&p->body);
		p->body = rd_sub(&p->body, p->len - MB_RTU_MIN);
	} else {
		p->txn = rd_be16(&p->body);
		rd_skip(&p->body, 4);
		p->unit = rd_u8(&p->body);
		fc = rd_u8(&p->body);
	}
	p->st->unit = p->unit;
	p->fc = fc & (uint8_t)~MB_EXCEPTION;
	p->exception = fc & MB_EXCEPTION;
	p->paired = false;
	p->bad = NULL;
	mb_wait_clear(&p->wait);
}

static inline void
set_sub(struct ev_end *e, enum ev_sub_kind kind, uint8_t unit)
{
	e->sub.kind = (uint8_t)kind;
	e->sub.len = 0;
	e->sub.net = 0;
	e->sub.num = unit;
}

/* The unit is an address behind the server's end, whichever that is. */
static void
set_ends(struct dis_ctx *ctx, const struct mb_pdu *p)
{
	struct ev_end *server = p->request ? ctx->dst : ctx->src;
	struct ev_end *client = p->request ? ctx->src : ctx->dst;

	set_sub(client, EV_SUB_NONE, 0);
	set_sub(server, EV_SUB_UNIT, p->unit);
}

static void
tell_header(const struct mb_pdu *p, struct ev *e)
{
	ev_name(e, MBF_FRAMING, framing_names[p->framing]);
	if (p->framing != MB_RTU) {
		ev_uint(e, MBF_TXN, p->txn);
	}
	ev_uint(e, MBF_UNIT, p->unit);
	ev_uint(e, MBF_FC, p->fc);
}

static void
tell_body(struct mb_pdu *p, struct ev *e)
{
	const struct mb_function *f = &mb_functions[p->fc];

	if (p->request && p->exception) {
		mb_bad(p, MB_BAD_EXCEPTION_BIT, mb_at(p) - 1);
		if (rd_left(&p->body) > 0) {
			ev_uint(e, MBF_EXCEPTION, rd_u8(&p->body));
		}
		(void)rd_rest(&p->body);
	} else if (p->request) {
		f->request(p, e);
	} else {
		e->status = "ok";
		if (p->exception) {
			mb_rsp_exception(p, e);
		} else {
			f->response(p, e);
		}
	}
	if (!rd_ok(&p->body)) {
		mb_bad(p, MB_BAD_SHORT, p->len);
	} else if (rd_left(&p->body) > 0) {
		mb_bad(p, MB_BAD_LONG, mb_at(p));
	}
}

/* Which of the four tables of [A] 4.3 an address counts in. */
static uint8_t
space_of(uint8_t fc)
{
	enum { COILS = 1, DISCRETES, HOLDING, INPUTS };

	switch (fc) {
	case 1:
	case 5:
	case 15: return COILS;
	case 2: return DISCRETES;
	case 3:
	case 6:
	case 16:
	case 22:
	case 23: return HOLDING;
	case 4: return INPUTS;
	default: return 0;
	}
}

/* Coils and registers: a device that refuses says so by an exception. */
static bool
is_good_reply(const struct mb_pdu *p)
{
	return !p->request && p->paired && !p->exception && !p->cut &&
	       space_of(p->fc) != 0;
}

static enum dis_rc
end(struct mb_pdu *p, enum ev_dir dir)
{
	if (p->bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(p->ctx, PROTO_MODBUS, dir, p->bad, p->bad_at);
	return DIS_BAD;
}

/* All but the event: its fields go where nobody looks. */
static enum dis_rc
count(struct mb_pdu *p)
{
	tell_body(p, p->ctx->ev);
	mb_conclude(p);
	dis_count(p->ctx, PROTO_MODBUS, &p->pair);
	return end(p, EV_DIR_RESPONSE);
}

static enum dis_rc
tell(struct mb_pdu *p)
{
	const struct mb_function *f = &mb_functions[p->fc];
	struct dis_ctx *ctx = p->ctx;
	struct rd body = p->body;
	enum ev_dir dir;
	struct ev *e;

	mb_direct(p);
	set_ends(ctx, p);
	if (is_good_reply(p) && dis_only_counts(ctx, &p->pair)) {
		return count(p);
	}
	mb_name(p);
	dir = p->request ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
	e = dis_operation(ctx, PROTO_MODBUS, dir, p->op, p->fc, p->cls);
	e->space = space_of(p->fc);
	if (p->paired) {
		dis_paired(e, &p->pair);
	}
	if (p->cut) {
		e->flags |= EV_CUT;
	}
	tell_header(p, e);
	tell_body(p, e);
	if (p->request) {
		mb_expect(p);
	}
	mb_conclude(p);
	dis_emit(ctx, e);
	if (f->more != NULL && !p->cut) {
		p->body = body;
		f->more(p);
	}
	return end(p, dir);
}

static enum dis_rc
modbus_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct mb_state *st = ctx->state;
	struct mb_adu adu = {0};
	struct mb_pdu p;
	enum dis_rc rc;

	rc = mb_next(ctx, st, in, &adu);
	if (rc != DIS_OK) {
		ctx->need = adu.need;
		return rc;
	}
	p.ctx = ctx;
	p.st = st;
	p.framing = adu.framing;
	p.len = adu.len;
	p.cut = adu.cut;
	if (p.cut) {
		ctx->need = adu.len;
	}
	open_pdu(&p, in, p.cut ? rd_left(in) : adu.len);
	return tell(&p);
}

const struct dissector dissector_modbus = {
    .name = "modbus",
    .proto = PROTO_MODBUS,
    .state_size = sizeof(struct mb_state),
    .hints = {{DIS_TCP, 502}, {DIS_UDP, 502}},
    .probe = modbus_probe,
    .parse = modbus_parse,
    .fields = &proto,
};

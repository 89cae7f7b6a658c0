/*
 * io: class 0 and 1 data in datagrams ([2] 3-2.2), the protocol cipio.
 *
 *	 0        2        4       6      8          12           16
 *	+--------+--------+-------+------+-----------+------------+--- - -
 *	| items  | 8002   | 8     | (len) connection | sequence   | 00B1, len,
 *	+--------+--------+-------+------+-----------+------------+--- - -
 *
 *	data, class 1:  sequence (2) | [run/idle header (4)] | application
 *
 * Some stacks put an encapsulation header of SendUnitData before that, which
 * [2] 2-2 has no room for on this port: it is told, and read past.
 *
 * Whose data it is and which way it goes only the opening tells; without it
 * there is an id and nothing more.  Nor does anything say whether a run/idle
 * header stands before the data of the originator (the usual case, [1]
 * 3-6.1.4): that is assumed where the bits that must be zero are, and marked.
 */
#include "dissectors/cip/cip.h"

enum io_field {
	IOF_CONN = EV_PROTO_BASE,
	IOF_ESEQ,
	IOF_LEN,
	IOF_SEQ,
	IOF_LEG,
	IOF_ORIG,
	IOF_TARG,
	IOF_PATH,
	IOF_SAFETY,
	IOF_RUN,
	IOF_ASSUMED,
	IOF_MISSED,
	IOF_REPEAT,
	IOF_DATA,
	IOF_END
};

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[IOF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(CONN, "conn", EV_R_KEY, "2 2-6.2"),
    F(ESEQ, "eseq", EV_R_NONE, "2 2-6.2"),
    F(LEN, "len", EV_R_NONE, "2 2-6.3"),
    F(SEQ, "seq", EV_R_NONE, "1 3-4.6"),
    F(LEG, "leg", EV_R_KEY, "1 3-5.5"),
    F(ORIG, "orig", EV_R_NONE, "1 3-5.5"),
    F(TARG, "targ", EV_R_NONE, "1 3-5.5"),
    F(PATH, "path", EV_R_NONE, "1 C-1.4.1"),
    F(SAFETY, "safety", EV_R_NONE, "5"),
    F(RUN, "run", EV_R_KEY, "1 3-6.1.4"),
    F(ASSUMED, "run_assumed", EV_R_NONE, "1 3-6.1.4"),
    F(MISSED, "missed", EV_R_NONE, "2 3-4.1"),
    F(REPEAT, "repeat", EV_R_NONE, "2 3-4.1"),
    F(DATA, "data", EV_R_NONE, "1 3-6.1"),
#undef F
};

static const struct ev_proto proto = {
    .name = "cipio",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == IOF_END - EV_PROTO_BASE,
    "a field has no name");

#define ITEM_SEQUENCED 0x8002
#define ITEM_CONNECTED 0x00b1
#define ITEM_ADDRESS   0x00a1
#define ITEMS_MAX      4
#define ENCAPSULATED   0x0070 /* SendUnitData */
#define ENCAPSULATION  30     /* its header, interface handle, timeout */

struct io {
	uint32_t id, eseq;
	struct rd data;
	size_t len; /* of the data item, as it says */
	size_t total;
	bool encapsulated, has_eseq;
};

/* Steps over a header that should not be there. */
static bool
step_over(struct rd *in)
{
	struct rd look = *in;
	uint16_t command = rd_le16(&look);
	size_t n = rd_le16(&look);

	if (command != ENCAPSULATED || !rd_has(in, ENCAPSULATION) ||
	    n + 24 != rd_left(in)) {
		return false;
	}
	rd_skip(in, ENCAPSULATION);
	return true;
}

/* DIS_OK, DIS_MORE (cut behind the head), DIS_NOT_MINE */
static enum dis_rc
find(struct rd in, struct io *io)
{
	const uint8_t *start = in.p;
	unsigned items, type, n;

	io->encapsulated = step_over(&in);
	items = rd_le16(&in);
	type = rd_le16(&in);
	n = rd_le16(&in);
	io->has_eseq = type == ITEM_SEQUENCED && n == 8;
	if (!rd_ok(&in) || items < 2 || items > ITEMS_MAX ||
	    !(io->has_eseq ||
		(io->encapsulated && type == ITEM_ADDRESS && n == 4))) {
		return DIS_NOT_MINE;
	}
	io->id = rd_le32(&in);
	io->eseq = io->has_eseq ? rd_le32(&in) : 0;
	type = rd_le16(&in);
	io->len = rd_le16(&in);
	if (!rd_ok(&in) || type != ITEM_CONNECTED) {
		return DIS_NOT_MINE;
	}
	io->total = (size_t)(in.p - start) + io->len;
	if (rd_left(&in) < io->len) {
		io->data = rd_rest(&in);
		return DIS_MORE;
	}
	io->data = rd_sub(&in, io->len);
	return DIS_OK;
}

static enum dis_rc
cipio_probe(struct rd in, const struct dis_probe *pr)
{
	struct io io = {0};
	enum dis_rc rc;

	if (pr->transport != DIS_UDP) {
		return DIS_NOT_MINE;
	}
	rc = find(in, &io);
	if (io.encapsulated && !pr->hinted) {
		return DIS_NOT_MINE; /* elsewhere that is enip's */
	}
	if (rc == DIS_MORE) {
		return pr->hinted || pr->cut ? DIS_OK : DIS_NOT_MINE;
	}
	return rc;
}

/* --- what the opening adds ------------------------------------------------ */

struct seen {
	uint16_t seq;
	uint32_t missed;
	bool has_seq, repeat, late, run_changed;
};

static void
read_run(struct cip_leg *leg, struct rd r, struct seen *s)
{
	struct rd look = r;
	uint32_t header = rd_le32(&look);
	bool run = header & 1;

	/* A heartbeat has no data; bits from 4 on are reserved. */
	if (!leg->o2t || leg->safety || !rd_ok(&look) || header > 0x0f) {
		return;
	}
	s->run_changed = leg->has_run && leg->run != run;
	leg->has_run = true;
	leg->run = run;
}

static struct seen
follow(struct dis_ctx *ctx, struct cip_leg *leg, const struct io *io)
{
	struct seen s = {0};
	struct rd data = io->data;
	uint64_t age_ms = (ctx->ts_ns - leg->last_ns) / 1000000;

	if (leg->transport == 1) {
		s.seq = rd_le16(&data);
		s.has_seq = rd_ok(&data);
	}
	if (leg->started && io->has_eseq) {
		uint32_t step = io->eseq - leg->eseq;

		/* A step back is one that was overtaken. */
		s.repeat = step == 0;
		s.missed = step > 1 && step < 0x80000000u ? step - 1 : 0;
		s.late = ctx->ts_ns > leg->last_ns && leg->timeout_ms != 0 &&
			 age_ms > leg->timeout_ms;
	}
	read_run(leg, data, &s);
	if (!leg->started || io->eseq - leg->eseq < 0x80000000u) {
		leg->eseq = io->eseq;
		leg->seq = s.seq;
		leg->last_ns = ctx->ts_ns;
	}
	leg->started = true;
	return s;
}

static void
tell_leg(struct ev *e, const struct cip_leg *leg, const struct seen *s)
{
	size_t n = leg->ipver == 6 ? 16 : 4;

	if (s->has_seq) {
		ev_uint(e, IOF_SEQ, s->seq);
	}
	ev_name(e, IOF_LEG, leg->o2t ? "o2t" : "t2o");
	if (leg->ipver != 0) {
		ev_bytes(e, IOF_ORIG, EV_T_IP, leg->orig.a, n);
		ev_bytes(e, IOF_TARG, EV_T_IP, leg->targ.a, n);
	}
	if (leg->route_len != 0) {
		ev_bytes(e, IOF_PATH, EV_T_TEXT, leg->route, leg->route_len);
	}
	if (leg->safety) {
		ev_bool(e, IOF_SAFETY, true);
	}
	if (leg->has_run) {
		ev_bool(e, IOF_RUN, leg->run);
		ev_bool(e, IOF_ASSUMED, true);
	}
	if (s->missed != 0) {
		ev_uint(e, IOF_MISSED, s->missed);
	}
	if (s->repeat) {
		ev_bool(e, IOF_REPEAT, true);
	}
}

static void
tell_state(struct dis_ctx *ctx, const struct ev_end *who, const char *state,
    const char *detail)
{
	struct ev *e = dis_event(ctx, EV_STATE, PROTO_CIPIO, EV_DIR_NOTIFY);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *who;
	ev_name(e, EVF_STATE, state);
	ev_name(e, EVF_DETAIL, detail);
	ev_name(e, EVF_VIA, "io_data");
	dis_emit(ctx, e);
}

static void
set_route(struct dis_ctx *ctx, const struct cip_leg *leg)
{
	struct ev_end *target = leg->o2t ? ctx->dst : ctx->src;

	if (leg->route_len != 0) {
		target->sub.kind = EV_SUB_PATH;
		target->sub.len = leg->route_len;
		memcpy(target->sub.path, leg->route, leg->route_len);
	}
}

/* Who sent it: the originator, or what stands at the end of the route. */
static void
sender(const struct dis_ctx *ctx, const struct cip_leg *leg, struct ev_end *ret)
{
	*ret = *ctx->src;
	if (!leg->o2t && leg->route_len != 0) {
		cip_route_end(ret, leg->route, leg->route_len);
	}
}

/* What the datagram says beside its fields. */
static void
tell_more(struct dis_ctx *ctx, const struct cip_leg *leg, const struct seen *s)
{
	struct ev_end who;

	if (!s->run_changed && !s->late) {
		return;
	}
	sender(ctx, leg, &who);
	if (s->run_changed) {
		tell_state(ctx, &who, leg->run ? "running" : "stopped",
		    leg->run ? "run" : "idle");
	}
	if (s->late) {
		tell_state(ctx, &who, "trouble", "connection_timeout");
	}
}

/* Who is the originator, and what has changed since the last datagram. */
static struct seen
take_leg(
    struct dis_ctx *ctx, struct cip_leg *leg, const struct io *io, bool cut)
{
	struct seen s = {0};

	ctx->client = leg->o2t ? ctx->side : !ctx->side;
	ctx->client_sure = true;
	set_route(ctx, leg);
	if (!cut) {
		s = follow(ctx, leg, io);
	}
	return s;
}

static struct ev *
operation(struct dis_ctx *ctx, const struct cip_leg *leg)
{
	struct ev *e;

	if (leg == NULL) {
		e = dis_operation(ctx, PROTO_CIPIO, EV_DIR_UNKNOWN, "io_data",
		    0, EV_CLASS_OTHER);
	} else {
		e = dis_operation(ctx, PROTO_CIPIO, EV_DIR_NOTIFY, "io_data", 0,
		    leg->o2t ? EV_CLASS_CONTROL : EV_CLASS_REPORT);
		dis_confirm(ctx);
	}
	e->flags &= (uint16_t)~EV_HAS_CODE;
	return e;
}

static void
tell(struct dis_ctx *ctx, const struct io *io, bool cut)
{
	struct cip_leg *leg = cip_leg_find(ctx, io->id);
	struct seen s = {0};
	struct ev *e;
	size_t n = rd_left(&io->data);

	if (leg != NULL) {
		s = take_leg(ctx, leg, io, cut);
	}
	e = operation(ctx, leg);
	if (cut && ctx->cut) {
		e->flags |= EV_CUT;
	}
	ev_hexnum(e, IOF_CONN, io->id, 4);
	if (io->has_eseq) {
		ev_uint(e, IOF_ESEQ, io->eseq);
	}
	ev_uint(e, IOF_LEN, io->len);
	if (leg != NULL) {
		tell_leg(e, leg, &s);
	}
	if (n != 0) {
		ev_bytes(e, IOF_DATA, EV_T_HEX, io->data.p, n);
	}
	dis_emit(ctx, e);
	if (leg != NULL) {
		tell_more(ctx, leg, &s);
	}
}

static enum dis_rc
cipio_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct io io = {0};
	enum dis_rc rc = find(*in, &io);

	if (rc == DIS_OK || (rc == DIS_MORE && ctx->cut)) {
		if (rc == DIS_MORE) {
			ctx->need = io.total;
		}
		tell(ctx, &io, rc == DIS_MORE);
		/* Whatever follows, socket addresses for one, is the
		 * datagram's: one message fills it. */
		(void)rd_rest(in);
		if (!io.encapsulated) {
			return DIS_OK;
		}
		dis_malformed(ctx, PROTO_CIPIO, (enum ev_dir)ctx->ev->dir,
		    "encapsulated", 0);
		return DIS_BAD;
	}
	if (rc == DIS_NOT_MINE && !ctx->confirmed && !ctx->hinted) {
		return DIS_NOT_MINE;
	}
	if (rc == DIS_MORE) {
		tell(ctx, &io, true);
	}
	dis_malformed(ctx, PROTO_CIPIO, EV_DIR_UNKNOWN,
	    rc == DIS_MORE ? "item_length" : "items", rc == DIS_MORE ? 16 : 0);
	(void)rd_rest(in);
	return DIS_BAD;
}

const struct dissector dissector_cipio = {
    .name = "cipio",
    .proto = PROTO_CIPIO,
    .hints = {{DIS_UDP, 2222}},
    .probe = cipio_probe,
    .parse = cipio_parse,
    .fields = &proto,
};

/*
 * profinet: which frame of ethertype 0x8892 it is, by its FrameID ([1]
 * 4.2.2.2), and the way to its events.
 *
 *	 0         2
 *	+---------+------------------------------------+
 *	| FrameID | data                               |
 *	+---------+------------------------------------+
 *
 *	0020, 0080, ff00 to ff43     time (PTCP), some of these
 *	0100 to fbff                 cyclic data, its status in the last
 *	                             four bytes: cycle (2) | data | transfer
 *	fc01, fe01                   alarms (RTA), high and low priority
 *	fefc to feff                 DCP, see dcp.c
 *	ff80 to ff8f                 fragments
 *
 * A controller sends all of these to one device, which makes them one flow.
 * It is taken whatever its first frame is: on a mirror port that is cyclic
 * data, and a Set that comes later would not be seen.  So cyclic data is one
 * short operation a frame, which the novelty filter counts; whether it goes to
 * a device or comes from one is not in the frame, so its class is `report`
 * both ways.  What is told of it beside is whether its provider runs, when
 * that is first seen and when it changes: a PLC that goes to stop says so here.
 *
 * Left out: what cyclic data means (that is in the connection's opening, over
 * RPC), diagnosis behind an alarm's head, PTCP's content, fragments, RSI.
 */
#include "dissectors/profinet/profinet.h"

#define ETHERTYPE 0x8892

/* DataStatus; [1] 4.2.2.4.4 */
#define STATUS_RUN     0x10
#define STATUS_NORMAL  0x20
#define STATUS_IGNORE  0x80
#define STATUS_PRIMARY 0x01

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[PNF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(FRAME_ID, "frame_id", EV_R_KEY, "4.2.2.2"),
    F(XID, "xid", EV_R_NONE, "4.3.1.2.4"),
    F(DELAY, "delay", EV_R_NONE, "4.3.1.2.5"),
    F(ABOUT, "about", EV_R_KEY, "4.3.1.4"),
    F(BLOCKS, "blocks", EV_R_VALUES, "4.3.1.4"),
    F(OPTION, "option", EV_R_NONE, "4.3.1.4.1"),
    F(SUB, "suboption", EV_R_NONE, "4.3.1.4.1"),
    F(BLOCK, "block", EV_R_NONE, "4.3.1.4.1"),
    F(INFO, "info", EV_R_NONE, "4.3.1.4.3"),
    F(QUALIFIER, "qualifier", EV_R_NONE, "4.3.1.4.2"),
    F(VALUE, "value", EV_R_NONE, "4.3.1.4"),
    F(IP, "ip", EV_R_NONE, "4.3.1.4.6"),
    F(NETMASK, "netmask", EV_R_NONE, "4.3.1.4.6"),
    F(GATEWAY, "gateway", EV_R_NONE, "4.3.1.4.6"),
    F(VENDOR_ID, "vendor_id", EV_R_NONE, "4.3.1.4.9"),
    F(DEVICE_ID, "device_id", EV_R_NONE, "4.3.1.4.9"),
    F(OF, "of", EV_R_NONE, "4.3.1.4.5"),
    F(ERROR, "error", EV_R_NONE, "4.3.1.4.5"),
    F(DATA, "data", EV_R_NONE, "4.3.1.4"),
    F(LENGTH, "length", EV_R_NONE, "4.2.2.3"),
    F(CYCLE, "cycle", EV_R_NONE, "4.2.2.4.3"),
    F(DATA_STATUS, "data_status", EV_R_NONE, "4.2.2.4.4"),
    F(TRANSFER_STATUS, "transfer_status", EV_R_NONE, "4.2.2.4.5"),
    F(PRIORITY, "priority", EV_R_KEY, "4.2.2.2"),
    F(ALARM, "alarm", EV_R_KEY, "5.2.4"),
    F(ALARM_TYPE, "alarm_type", EV_R_NONE, "5.2.4"),
    F(SLOT, "slot", EV_R_KEY, "5.2.3"),
    F(SUBSLOT, "subslot", EV_R_KEY, "5.2.3"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == PNF_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "profinet",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

enum kind { OTHER, CYCLIC, ALARM, TIME, DCP, FRAGMENT };

/* Sync, announce, follow-up, delay; what is between them is reserved. */
static bool
is_time(uint16_t frame_id)
{
	switch (frame_id & 0xfffe) {
	case 0x0020:
	case 0x0080:
	case 0xff00:
	case 0xff20:
	case 0xff22:
	case 0xff40:
	case 0xff42: return true;
	default: return false;
	}
}

static enum kind
kind_of(uint16_t frame_id)
{
	if (is_time(frame_id)) {
		return TIME;
	}
	if (frame_id >= 0x0100 && frame_id < 0xfc00) {
		return CYCLIC;
	}
	if (frame_id == 0xfc01 || frame_id == 0xfe01) {
		return ALARM;
	}
	if (frame_id >= PN_HELLO && frame_id <= PN_IDENTIFY_RES) {
		return DCP;
	}
	return frame_id >= 0xff80 && frame_id < 0xff90 ? FRAGMENT : OTHER;
}

static enum dis_rc
profinet_probe(struct rd in, const struct dis_probe *pr)
{
	uint16_t frame_id;

	if (pr->transport != DIS_ETHER || !pr->hinted) {
		return DIS_NOT_MINE;
	}
	frame_id = rd_be16(&in);
	return rd_ok(&in) && kind_of(frame_id) != OTHER ? DIS_OK : DIS_NOT_MINE;
}

/* --- cyclic data ----------------------------------------------------------- */

/* Whether that is news; which cyclic data it is of is kept for a few. */
static bool
is_news(struct pn_state *st, uint8_t side, uint16_t id, uint8_t status)
{
	uint8_t i = 0;

	side &= 1;
	while (i < st->n[side] && st->id[side][i] != id) {
		i++;
	}
	if (i == PN_CYCLIC_MAX) {
		return false;
	}
	if (i < st->n[side] && st->status[side][i] == status) {
		return false;
	}
	st->n[side] += i == st->n[side];
	st->id[side][i] = id;
	st->status[side][i] = status;
	return true;
}

static void
provider(struct dis_ctx *ctx, uint16_t frame_id, uint8_t status)
{
	struct ev *e;

	/* A reserve that only stands by says nothing of the plant. */
	if ((status & (STATUS_IGNORE | STATUS_PRIMARY)) != STATUS_PRIMARY ||
	    !is_news(ctx->state, ctx->side, frame_id,
		status & (STATUS_RUN | STATUS_NORMAL))) {
		return;
	}
	e = dis_event(ctx, EV_STATE, PROTO_PROFINET, EV_DIR_NOTIFY);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = *ctx->src;
	ev_name(e, EVF_STATE, status & STATUS_RUN ? "running" : "stopped");
	if (!(status & STATUS_NORMAL)) {
		ev_name(e, EVF_DETAIL, "problem");
	}
	ev_name(e, EVF_VIA, "cyclic");
	dis_emit(ctx, e);
}

static enum dis_rc
cyclic(struct dis_ctx *ctx, uint16_t frame_id, struct rd r)
{
	bool whole = !ctx->cut && rd_left(&r) >= 4;
	size_t n = rd_left(&r) - (whole ? 4 : 0);
	struct ev *e = dis_operation(ctx, PROTO_PROFINET, EV_DIR_NOTIFY,
	    "cyclic", frame_id, EV_CLASS_REPORT);
	uint8_t status = 0;

	if (ctx->cut) {
		e->flags |= EV_CUT;
	}
	ev_hexnum(e, PNF_FRAME_ID, frame_id, 2);
	ev_uint(e, PNF_LENGTH, n);
	rd_skip(&r, n);
	if (whole) {
		ev_uint(e, PNF_CYCLE, rd_be16(&r));
		status = rd_u8(&r);
		ev_hexnum(e, PNF_DATA_STATUS, status, 1);
		ev_hexnum(e, PNF_TRANSFER_STATUS, rd_u8(&r), 1);
	}
	dis_emit(ctx, e);
	if (whole) {
		provider(ctx, frame_id, status);
	} else if (!ctx->cut) {
		dis_malformed(
		    ctx, PROTO_PROFINET, EV_DIR_NOTIFY, PN_BAD_STATUS, 2);
		return DIS_BAD;
	}
	return DIS_OK;
}

/* --- alarms ---------------------------------------------------------------- */

/*
 * RTA: ends (2, 2) | version, type | flags | numbers (2, 2) | length (2), then
 * in data: block type (2) | length (2) | version (2) | alarm type (2) | API
 * (4) | slot (2) | subslot (2); [1] 4.5 and 5.2.3
 */
static enum dis_rc
alarm(struct dis_ctx *ctx, uint16_t frame_id, struct rd r)
{
	static const char *const ops[] = {
	    "alarm", "alarm_data", "alarm_nack", "alarm_ack", "alarm_error"};
	enum { DATA = 1, NOTIFICATION = 0x0001, NOTIFICATION_LOW = 0x0002 };
	uint16_t block, type, slot, subslot;
	unsigned pdu;
	struct ev *e;
	bool head;

	rd_skip(&r, 4);
	pdu = rd_u8(&r) & 0x0f;
	rd_skip(&r, 1 + 4 + 2);
	head = rd_ok(&r);
	block = rd_be16(&r);
	rd_skip(&r, 4);
	type = rd_be16(&r);
	rd_skip(&r, 4);
	slot = rd_be16(&r);
	subslot = rd_be16(&r);
	e = dis_operation(ctx, PROTO_PROFINET, EV_DIR_NOTIFY,
	    head && pdu <= 4 ? ops[pdu] : ops[0], pdu, EV_CLASS_REPORT);
	if (ctx->cut) {
		e->flags |= EV_CUT;
	}
	ev_hexnum(e, PNF_FRAME_ID, frame_id, 2);
	ev_name(e, PNF_PRIORITY, frame_id == 0xfc01 ? "high" : "low");
	if (head && rd_ok(&r) && pdu == DATA &&
	    (block == NOTIFICATION || block == NOTIFICATION_LOW)) {
		const char *name = pn_alarm_name(type);

		e->op = "alarm";
		ev_name(e, PNF_ALARM, name != NULL ? name : "unknown");
		ev_uint(e, PNF_ALARM_TYPE, type);
		ev_uint(e, PNF_SLOT, slot);
		ev_hexnum(e, PNF_SUBSLOT, subslot, 2);
	}
	dis_emit(ctx, e);
	if (!head && !ctx->cut) {
		dis_malformed(
		    ctx, PROTO_PROFINET, EV_DIR_NOTIFY, PN_BAD_HEADER, 2);
		return DIS_BAD;
	}
	return DIS_OK;
}

/* --- the rest -------------------------------------------------------------- */

static enum dis_rc
plain(struct dis_ctx *ctx, uint16_t frame_id, const char *op)
{
	struct ev *e = dis_operation(
	    ctx, PROTO_PROFINET, EV_DIR_NOTIFY, op, frame_id, EV_CLASS_OTHER);

	if (ctx->cut) {
		e->flags |= EV_CUT;
	}
	ev_hexnum(e, PNF_FRAME_ID, frame_id, 2);
	dis_emit(ctx, e);
	return DIS_OK;
}

static enum dis_rc
profinet_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct rd r = *in;
	uint16_t frame_id = rd_be16(&r);
	enum kind kind = kind_of(frame_id);

	if (!rd_ok(&r)) {
		ctx->need = 2;
		return DIS_MORE;
	}
	if (kind == OTHER) {
		return DIS_NOT_MINE;
	}
	if (kind == DCP) {
		return dcp_parse(ctx, in);
	}
	ctx->need = rd_left(in);
	(void)rd_rest(in);
	switch (kind) {
	case CYCLIC: return cyclic(ctx, frame_id, r);
	case ALARM: return alarm(ctx, frame_id, r);
	case TIME: return plain(ctx, frame_id, "time_sync");
	default: return plain(ctx, frame_id, "fragment");
	}
}

extern const struct dissector dissector_profinet;

const struct dissector dissector_profinet = {
    .name = "profinet",
    .proto = PROTO_PROFINET,
    .state_size = sizeof(struct pn_state),
    .hints = {{DIS_ETHER, ETHERTYPE}},
    .probe = profinet_probe,
    .parse = profinet_parse,
    .fields = &proto,
};

/*
 * dnp3: the dissector itself: what is asked of it (dissector.h), and the way
 * of one link frame from its bytes to its events.
 *
 * Covers DNP3 on TCP and UDP (IEEE 1815-2012 clause 13), on any port.  TLS
 * (13) is not decoded.
 *
 * The unit that is consumed is the link frame; events come with the frame that
 * completes a fragment, or with a frame that has nothing but a link.  A frame
 * in the middle of a fragment prints nothing.
 */
#include "dissectors/dnp3/dnp3.h"

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[DNF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(FC, "fc", EV_R_NONE, "4.2.2.5"),
    F(LINK, "link", EV_R_NONE, "9.2"),
    F(SRC, "src", EV_R_NONE, "9.2"),
    F(DST, "dst", EV_R_NONE, "9.2"),
    F(FUNC, "func", EV_R_NONE, "9.2"),
    F(DIR, "dir", EV_R_NONE, "9.2"),
    F(PRM, "prm", EV_R_NONE, "9.2"),
    F(FCB, "fcb", EV_R_NONE, "9.2"),
    F(DFC, "dfc", EV_R_NONE, "9.2"),
    F(SEQ, "seq", EV_R_NONE, "4.2.2.4.5"),
    F(FIR, "fir", EV_R_NONE, "4.2.2.4.1"),
    F(FIN, "fin", EV_R_NONE, "4.2.2.4.2"),
    F(CON, "con", EV_R_NONE, "4.2.2.4.3"),
    F(UNS, "uns", EV_R_NONE, "4.2.2.4.4"),
    F(IIN, "iin", EV_R_NONE, "4.2.2.6"),
    F(OBJECTS, "objects", EV_R_NONE, "4.2.2.7"),
    F(GROUP, "group", EV_R_NONE, "4.2.2.7"),
    F(VAR, "var", EV_R_NONE, "4.2.2.7"),
    F(QUAL, "qual", EV_R_NONE, "4.2.2.7"),
    F(COUNT, "count", EV_R_NONE, "4.2.2.7"),
    F(START, "start", EV_R_NONE, "4.2.2.7"),
    F(STOP, "stop", EV_R_NONE, "4.2.2.7"),
    F(INDEX, "index", EV_R_NONE, "4.2.2.7"),
    F(VALUE, "value", EV_R_VALUES, "A"),
    F(VALUES, "values", EV_R_VALUES, "A"),
    F(FLAGS, "flags", EV_R_NONE, "11"),
    F(TIME, "time", EV_R_NONE, "11"),
    F(CONTROLS, "controls", EV_R_NONE, "A (g12)"),
    F(CODE, "code", EV_R_NONE, "A (g12)"),
    F(OP_TYPE, "op_type", EV_R_NONE, "A (g12)"),
    F(TRIP_CLOSE, "trip_close", EV_R_NONE, "A (g12)"),
    F(CLEAR, "clear", EV_R_NONE, "A (g12)"),
    F(ON_MS, "on_ms", EV_R_NONE, "A (g12)"),
    F(OFF_MS, "off_ms", EV_R_NONE, "A (g12)"),
    F(STATUS, "status", EV_R_NONE, "A (g12)"),
    F(FILE, "file", EV_R_NONE, "A (g70)"),
    F(NAME, "name", EV_R_NONE, "A (g0), A (g70), A (g121)"),
    F(HANDLE, "handle", EV_R_NONE, "A (g70)"),
    F(BLOCK, "block", EV_R_NONE, "A (g70)"),
    F(PHASE, "phase", EV_R_NONE, "4.4"),
    F(SELECT_FRAME, "select_frame", EV_R_NONE, "4.4"),
    F(UNTOLD, "untold", EV_R_NONE, "points.c"),
    F(UNPARSED, "unparsed", EV_R_NONE, "walk.c"),
    F(LAST, "last", EV_R_NONE, "A (g70)"),
    F(SIZE, "size", EV_R_NONE, "A (g70)"),
    F(MODE, "mode", EV_R_NONE, "A (g70)"),
    F(USER, "user", EV_R_NONE, "A (g70), A (g120)"),
    F(ENTRIES, "entries", EV_R_NONE, "A (g70)"),
    F(TYPE, "type", EV_R_NONE, "A (g70), A (g86)"),
    F(CUT, "cut", EV_R_NONE, "A (g70)"),
    F(ELEMENTS, "elements", EV_R_NONE, "A (g85) to A (g91)"),
    F(VENDOR, "vendor", EV_R_NONE, "A (g83)"),
    F(OBJECT, "object", EV_R_NONE, "A (g83)"),
    F(ASSOCIATION, "association", EV_R_NONE, "A (g120), A (g121)"),
    F(AUTH, "auth", EV_R_NONE, "A (g120)"),
    F(MAC, "mac", EV_R_NONE, "A (g120)"),
    F(REASON, "reason", EV_R_NONE, "A (g120)"),
    F(KEY_WRAP, "key_wrap", EV_R_NONE, "A (g120)"),
    F(ERROR, "error", EV_R_NONE, "A (g120)"),
    F(METHOD, "method", EV_R_NONE, "A (g120)"),
    F(CHANGE, "change", EV_R_NONE, "A (g120)"),
    F(ROLE, "role", EV_R_NONE, "A (g120)"),
    F(EXPIRY, "expiry_days", EV_R_NONE, "A (g120)"),
    F(TEXT, "text", EV_R_NONE, "A (g91), A (g120)"),
    F(ABOUT, "about", EV_R_KEY, "about.c"),
    F(CONFIRMS, "confirms_frame", EV_R_NONE, "4.2.2.4.3"),
    F(POINT, "point", EV_R_POINT, "A"),
    F(VARIATIONS, "variations", EV_R_NONE, "A (g0)"),
    F(WRITABLE, "writable", EV_R_NONE, "A (g0)"),
    F(INTERVAL, "interval", EV_R_NONE, "A (g50)"),
    F(UNITS, "units", EV_R_NONE, "A (g50)"),
    F(OVERFLOW, "overflow", EV_R_NONE, "A (g81)"),
    F(BUFFER, "buffer", EV_R_NONE, "A (g81)"),
    F(DELAY, "delay_ms", EV_R_NONE, "A (g91)"),
#undef F
};

static const struct ev_proto proto = {
    .name = "dnp3",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == DNF_END - EV_PROTO_BASE,
    "a field has no name");

static enum dis_rc
dnp3_probe(struct rd in, const struct dis_probe *pr)
{
	struct dn_link l = {0};
	enum dis_rc rc = dn_find(in, &l);

	if (rc == DIS_OK && pr->ret_len != NULL) {
		*pr->ret_len = l.total;
	}
	if (rc == DIS_BAD) {
		/* On its own port even the first frame may be a wrong one. */
		rc = pr->hinted && !pr->searching ? DIS_OK : DIS_NOT_MINE;
	}
	if (rc == DIS_MORE && pr->transport == DIS_UDP) {
		rc = DIS_NOT_MINE; /* a datagram does not go on */
	}
	return rc;
}

static void
set_ends(struct dis_ctx *ctx, const struct dn_link *l)
{
	ctx->src->sub.kind = ctx->dst->sub.kind = EV_SUB_ADDR;
	ctx->src->sub.len = ctx->dst->sub.len = 0;
	ctx->src->sub.net = ctx->dst->sub.net = 0;
	ctx->src->sub.num = l->src;
	ctx->dst->sub.num = l->dst;
}

static enum dis_rc
bad(struct dis_ctx *ctx, const char *reason, size_t at)
{
	dis_malformed(ctx, PROTO_DNP3, EV_DIR_UNKNOWN, reason, at);
	return DIS_BAD;
}

/* The capture has only the beginning of the frame. */
static enum dis_rc
cut_frame(struct dis_ctx *ctx, const struct dn_link *l, struct rd frame)
{
	uint8_t user[DN_USER_MAX];
	size_t wrong, n = dn_unblock(frame, l, user, &wrong);
	struct rd r = rd_make(user, n);
	bool first = rd_left(&r) > 0 && rd_u8(&r) & 0x40;

	dn_forget(ctx->state, ctx->side);
	if (!first || wrong != 0 || dn_link_func(l) < 3 ||
	    dn_link_func(l) > 4 || !dn_link_prm(l)) {
		dn_tell_frame(ctx, l, true);
		return DIS_OK;
	}
	return dn_fragment(ctx, l, r, true);
}

/*
 * User data goes with two functions.  With one that nobody has assigned it is
 * read all the same, since there is nothing else that it could be.
 */
static bool
carries_data(const struct dn_link *l)
{
	return dn_link_prm(l) &&
	       (dn_link_func(l) == 3 || dn_link_func(l) == 4 ||
		   (dn_link_name(l) == NULL && l->len > DN_LEN_MIN));
}

static enum dis_rc
whole_frame(struct dis_ctx *ctx, const struct dn_link *l, struct rd frame)
{
	bool data = carries_data(l);
	uint8_t user[DN_USER_MAX];
	size_t wrong, n = dn_unblock(frame, l, user, &wrong);
	const char *reason;
	struct rd fragment;
	enum dis_rc rc;

	if (wrong != 0 || !data || n == 0) {
		dn_tell_frame(ctx, l, false);
		if (wrong != 0) {
			return bad(ctx, DN_BAD_BLOCK_CRC, wrong);
		}
		if (dn_link_name(l) == NULL) {
			return bad(ctx, DN_BAD_LINK_FUNC, 3);
		}
		/* 9.2: user data where it belongs and nowhere else */
		return data == (n == 0) ? bad(ctx, DN_BAD_LENGTH, 2) : DIS_OK;
	}
	rc = dn_segment(ctx, l, rd_make(user, n), &fragment, &reason);
	if (rc == DIS_OK) {
		rc = dn_fragment(ctx, l, fragment, false);
		return rc == DIS_OK && dn_link_name(l) == NULL
			   ? bad(ctx, DN_BAD_LINK_FUNC, 3)
			   : rc;
	}
	return rc == DIS_BAD && reason != NULL ? bad(ctx, reason, DN_HEAD_LEN)
					       : DIS_OK;
}

/* What is left of a datagram may still have a good frame. */
static void
skip_to_header(struct rd *in)
{
	struct dn_link l = {0};

	do {
		rd_skip(in, 1);
	} while (rd_left(in) > 0 && dn_find(*in, &l) != DIS_OK);
}

static enum dis_rc
no_frame(struct dis_ctx *ctx, struct dn_state *st, struct rd *in,
    const struct dn_link *l, enum dis_rc rc)
{
	if (rc == DIS_NOT_MINE && !ctx->hinted && !ctx->confirmed) {
		return DIS_NOT_MINE;
	}
	if (!st->lost[ctx->side] || ctx->transport == DIS_UDP) {
		(void)bad(ctx, rc == DIS_BAD ? l->bad : DN_BAD_NO_HEADER,
		    rc == DIS_BAD ? l->bad_at : 0);
	}
	dn_forget(st, ctx->side);
	if (ctx->transport == DIS_UDP) {
		skip_to_header(in);
	} else {
		st->lost[ctx->side] = true;
	}
	return DIS_BAD;
}

static enum dis_rc
dnp3_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct dn_state *st = ctx->state;
	struct dn_link l = {0};
	enum dis_rc rc = dn_find(*in, &l);

	if (ctx->after_gap) {
		dn_forget(st, ctx->side);
		st->asked[ctx->side] = false;
	}
	if (rc == DIS_MORE) {
		/* Two tell what is none; then the header's CRC does. */
		ctx->need = rd_left(in) < 2 ? 2 : DN_HEAD_LEN;
		return DIS_MORE;
	}
	if (rc != DIS_OK) {
		return no_frame(ctx, st, in, &l, rc);
	}
	if (!rd_has(in, l.total)) {
		ctx->need = l.total;
		if (!ctx->cut) {
			return DIS_MORE;
		}
		set_ends(ctx, &l);
		return cut_frame(ctx, &l, rd_rest(in));
	}
	st->lost[ctx->side] = false;
	set_ends(ctx, &l);
	return whole_frame(ctx, &l, rd_sub(in, l.total));
}

const struct dissector dissector_dnp3 = {
    .name = "dnp3",
    .proto = PROTO_DNP3,
    .state_size = sizeof(struct dn_state),
    .hints = {{DIS_TCP, 20000}, {DIS_UDP, 20000}},
    .probe = dnp3_probe,
    .parse = dnp3_parse,
    .fields = &proto,
};

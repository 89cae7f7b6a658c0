/*
 * flow: which framing a flow has, and where its next ADU is.
 *
 * The framing of a TCP flow is learned from its first message and kept once
 * a pair has proven it.  A header that cannot be right is told once; then the
 * stream layer searches, and what is passed over is no news.  A wrong
 * protocol id in an otherwise perfect message is told, and the message is
 * passed over as a whole.
 */
#include "dissectors/modbus/modbus.h"

static enum ev_dir
dir_of_side(const struct dis_ctx *ctx)
{
	if (!ctx->client_sure && mb_port_tells(ctx)) {
		return ctx->to_hint ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
	}
	if (ctx->client == DIS_SIDE_UNKNOWN) {
		return EV_DIR_UNKNOWN;
	}
	return ctx->client == ctx->side ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
}

/*
 * After lost bytes the next ones may be from the middle of a message, and
 * registers full of zeros look much like a header.  At a side's very first
 * bytes there is nothing to lose.
 */
static inline bool
is_strict(const struct dis_ctx *ctx, const struct mb_state *st)
{
	return st->lost[ctx->side] && st->seen[ctx->side];
}

/*
 * A function that only its vendor knows cannot be beyond doubt.  Where the
 * bytes after a loss begin with the header of one, on our own port and for the
 * unit that was spoken of last, it is taken for one all the same.
 */
static bool
is_likely(const struct dis_ctx *ctx, const struct mb_state *st, struct rd in)
{
	uint8_t unit;

	return ctx->hinted && ctx->after_gap && mb_is_opaque(in, &unit) &&
	       unit == st->unit;
}

/* There is no unit to speak of where no ADU is. */
static void
tell_broken(struct dis_ctx *ctx, const struct mb_adu *adu)
{
	ctx->src->sub.kind = ctx->dst->sub.kind = EV_SUB_NONE;
	dis_malformed(
	    ctx, PROTO_MODBUS, dir_of_side(ctx), adu->bad, adu->bad_at);
}

/*
 * Told once; while the next header is searched for there is nothing new.  On
 * a port that is not ours, what was never proven was never Modbus.
 */
static enum dis_rc
lost_track(struct dis_ctx *ctx, struct mb_state *st, const struct mb_adu *adu)
{
	if (!ctx->hinted && !ctx->confirmed) {
		st->gave_up = true;
		return DIS_NOT_MINE;
	}
	if (!st->lost[ctx->side]) {
		tell_broken(ctx, adu);
	}
	st->lost[ctx->side] = true;
	if (!st->proven) {
		st->framing = MB_UNKNOWN;
	}
	return DIS_BAD;
}

/* The framing is MBAP and something is wrong with the header. */
static enum dis_rc
faulty_header(
    struct dis_ctx *ctx, struct mb_state *st, struct rd *in, struct mb_adu *adu)
{
	struct mb_adu look = {0};
	enum dis_rc rc = mb_find_faulty(*in, &look);

	if (rc == DIS_MORE) {
		adu->need = look.need;
		return DIS_MORE;
	}
	if (rc != DIS_BAD || look.len == 0 || st->lost[ctx->side]) {
		return lost_track(ctx, st, adu);
	}
	tell_broken(ctx, &look);
	rd_skip(in, look.len);
	return DIS_BAD;
}

/* The framing of a flow is learned from its first message. */
static enum dis_rc
find_first(
    struct dis_ctx *ctx, struct mb_state *st, struct rd *in, struct mb_adu *adu)
{
	bool lenient =
	    ctx->hinted && (!is_strict(ctx, st) || is_likely(ctx, st, *in));
	enum dis_rc rc = mb_detect(*in, lenient, adu);

	if (rc != DIS_NOT_MINE) {
		return rc;
	}
	if (st->lost[ctx->side]) {
		return DIS_BAD;
	}
	if (lenient) {
		rc = mb_find_faulty(*in, adu);
		if (rc == DIS_BAD) {
			return faulty_header(ctx, st, in, adu);
		}
		if (rc == DIS_MORE) {
			return rc;
		}
	}
	if (!ctx->confirmed) {
		return DIS_NOT_MINE;
	}
	adu->bad = MB_BAD_PROTOCOL_ID;
	adu->bad_at = 2;
	return lost_track(ctx, st, adu);
}

/* What nearly every message is: nothing wrong, whole, and in MBAP. */
static inline bool
is_plain(const struct rd *in, size_t *ret_len)
{
	struct rd r = rd_make(in->p, rd_left(in));
	uint16_t protocol, len;

	rd_skip(&r, 2);
	protocol = rd_be16(&r);
	len = rd_be16(&r);
	if (protocol != 0 || len < MB_LEN_MIN || len > MB_LEN_MAX ||
	    !rd_has(&r, len)) {
		return false;
	}
	*ret_len = MB_MBAP_LEN + (size_t)len;
	return true;
}

static enum dis_rc
find_stream(
    struct dis_ctx *ctx, struct mb_state *st, struct rd *in, struct mb_adu *adu)
{
	enum dis_rc rc;

	if (st->gave_up) {
		return DIS_NOT_MINE;
	}
	switch (st->framing) {
	case MB_TCP:
		if (!is_strict(ctx, st) && is_plain(in, &adu->len)) {
			adu->framing = MB_TCP;
			return DIS_OK;
		}
		rc = mb_find_mbap(
		    *in, is_strict(ctx, st) && !is_likely(ctx, st, *in), adu);
		if (rc == DIS_NOT_MINE) {
			return DIS_BAD;
		}
		return rc == DIS_BAD ? faulty_header(ctx, st, in, adu) : rc;
	case MB_RTU:
		rc = mb_find_rtu(*in, st->lost[ctx->side], adu);
		if (rc == DIS_NOT_MINE) {
			return DIS_BAD;
		}
		return rc == DIS_BAD ? lost_track(ctx, st, adu) : rc;
	default:
		rc = find_first(ctx, st, in, adu);
		if (rc == DIS_OK) {
			st->framing = adu->framing;
		}
		return rc;
	}
}

/*
 * The message's end was not captured.  Its header must be beyond doubt by its
 * place: the first on our own port, or behind a message of this framing.
 */
static enum dis_rc
find_cut(const struct dis_ctx *ctx, struct mb_state *st, struct rd in,
    struct mb_adu *adu)
{
	struct mb_adu look = {0};

	if (ctx->transport == DIS_UDP
		? !ctx->confirmed && !ctx->hinted
		: is_strict(ctx, st) || st->framing == MB_RTU ||
		      (st->framing == MB_UNKNOWN && !ctx->hinted)) {
		return DIS_MORE;
	}
	if (mb_find_cut(in, &look) != DIS_OK) {
		return DIS_MORE;
	}
	if (ctx->transport == DIS_UDP) {
		look.framing = MB_UDP;
	} else {
		st->framing = MB_TCP;
	}
	*adu = look;
	return DIS_OK;
}

/* A datagram ends where it ends: whatever is wrong, the next one is whole. */
static enum dis_rc
find_datagram(struct dis_ctx *ctx, struct rd *in, struct mb_adu *adu)
{
	struct mb_adu rtu = {0};
	enum dis_rc rc = mb_find_mbap(*in, false, adu);

	if (rc == DIS_OK) {
		adu->framing = MB_UDP;
		return DIS_OK;
	}
	if (mb_find_rtu(*in, false, &rtu) == DIS_OK && rtu.len == rd_left(in)) {
		*adu = rtu;
		return DIS_OK;
	}
	if (rc == DIS_MORE && ctx->cut) {
		return DIS_MORE;
	}
	if (!ctx->confirmed && !ctx->hinted) {
		return DIS_NOT_MINE;
	}
	if (rc == DIS_MORE) {
		adu->bad = MB_BAD_DATAGRAM;
		adu->bad_at = rd_left(in);
	}
	tell_broken(ctx, adu);
	(void)rd_rest(in);
	return DIS_BAD;
}

enum dis_rc
mb_next(
    struct dis_ctx *ctx, struct mb_state *st, struct rd *in, struct mb_adu *ret)
{
	enum dis_rc rc;

	if (ctx->after_gap) {
		st->lost[ctx->side] = true;
		st->gap = true;
	}
	if (ctx->transport == DIS_UDP) {
		rc = find_datagram(ctx, in, ret);
	} else {
		rc = find_stream(ctx, st, in, ret);
	}
	if (rc == DIS_MORE && ctx->cut) {
		rc = find_cut(ctx, st, *in, ret);
	}
	if (rc == DIS_OK) {
		st->lost[ctx->side] = false;
		st->seen[ctx->side] = true;
	}
	return rc;
}

/*
 * dissector: how an event starts, and the few that every protocol tells.
 *
 * ctx->ev is one block that is used again for each event, some 600 bytes of
 * which an operation needs a quarter.  So nothing is cleared that its flags
 * already declare absent: origin without EV_HAS_ORIGIN, subject without
 * EV_HAS_SUBJECT, rtt_us without EV_HAS_RTT, a sub's bytes by its kind.
 *
 * Vlan tags, input and interface are the packet's: net sets them before
 * parse, and they stay.
 */
#include "dissectors/dissector.h"

static inline void
sub_copy(struct ev_sub *to, const struct ev_sub *from)
{
	to->kind = from->kind;
	to->len = from->len;
	to->net = from->net;
	to->num = from->num;
	if (from->kind == EV_SUB_BACNET || from->kind == EV_SUB_PATH) {
		memcpy(to->path, from->path, sizeof(to->path));
	}
}

/*
 * In three pieces: sub was written a moment ago, in halves, and a load across
 * both would wait for the stores to leave the pipeline.
 */
static inline void
end_copy(struct ev_end *to, const struct ev_end *from)
{
	memcpy(to, from, offsetof(struct ev_end, sub));
	sub_copy(&to->sub, &from->sub);
}

/* All but the ends. */
static inline struct ev *
start(struct dis_ctx *ctx, enum ev_kind kind, uint16_t proto, enum ev_dir dir)
{
	struct ev *e = ctx->ev;

	e->kind = (uint8_t)kind;
	e->cls = EV_CLASS_NONE;
	e->code = 0;
	e->dir = (uint8_t)dir;
	e->proto = proto;
	e->flags = (uint16_t)((ctx->confirmed ? 0 : EV_TENTATIVE) |
			      (ctx->dup ? EV_DUP : 0));
	e->frame = ctx->frame;
	e->ts_ns = ctx->ts_ns;
	e->op = NULL;
	e->status = NULL;
	e->space = 0;
	e->nfields = 0;
	e->overflow = false;
	return e;
}

struct ev *
dis_event(
    struct dis_ctx *ctx, enum ev_kind kind, uint16_t proto, enum ev_dir dir)
{
	struct ev *e = start(ctx, kind, proto, dir);

	end_copy(&e->src, ctx->src);
	end_copy(&e->dst, ctx->dst);
	return e;
}

struct ev *
dis_operation(struct dis_ctx *ctx, uint16_t proto, enum ev_dir dir,
    const char *op, uint32_t code, enum ev_class cls)
{
	struct ev *e = dis_event(ctx, EV_OPERATION, proto, dir);

	e->op = op;
	e->code = code;
	e->cls = (uint8_t)cls;
	e->flags |= EV_HAS_CODE;
	return e;
}

void
dis_emit(struct dis_ctx *ctx, struct ev *e)
{
	ctx->sv->emit(ctx, e);
}

void
dis_paired(struct ev *e, const struct dis_pair *p)
{
	e->flags |= EV_HAS_RTT;
	e->rtt_us = p->rtt_us;
	e->req_frame = p->frame;
}

bool
dis_only_counts(struct dis_ctx *ctx, const struct dis_pair *p)
{
	return ctx->brief && ctx->sv->answered != NULL &&
	       (ctx->sv->wanted == NULL || !ctx->sv->wanted(ctx, p));
}

void
dis_count(struct dis_ctx *ctx, uint16_t proto, const struct dis_pair *p)
{
	ctx->sv->answered(ctx, p);
	/* Facts follow in its direction. */
	(void)start(ctx, EV_OPERATION, proto, EV_DIR_RESPONSE);
}

bool
dis_answered(struct dis_ctx *ctx, uint16_t proto, const struct dis_pair *p)
{
	if (!dis_only_counts(ctx, p)) {
		return false;
	}
	dis_count(ctx, proto, p);
	return true;
}

void
dis_malformed(struct dis_ctx *ctx, uint16_t proto, enum ev_dir dir,
    const char *reason, size_t offset)
{
	struct ev *e = dis_event(ctx, EV_MALFORMED, proto, dir);

	ev_name(e, EVF_REASON, reason);
	ev_uint(e, EVF_OFFSET, offset);
	dis_emit(ctx, e);
}

void
dis_identity(struct dis_ctx *ctx, uint16_t proto, const struct ev_end *who,
    const char *key, enum ev_type type, const void *text, size_t len,
    const char *via)
{
	/* A fact follows its PDU's operation and has that one's direction. */
	struct ev *e =
	    dis_event(ctx, EV_IDENTITY, proto, (enum ev_dir)ctx->ev->dir);

	e->flags |= EV_HAS_SUBJECT;
	end_copy(&e->subject, who);
	ev_name(e, EVF_KEY, key);
	if (type == EV_T_NAME) {
		ev_name(e, EVF_VALUE, text);
	} else {
		ev_bytes(e, EVF_VALUE, type, text, len);
	}
	ev_name(e, EVF_VIA, via);
	ev_name(e, EVF_CLAIM, "self");
	dis_emit(ctx, e);
}

struct ev *
dis_value(struct dis_ctx *ctx, uint16_t proto, enum ev_dir dir)
{
	struct ev *e = start(ctx, EV_VALUE, proto, dir);

	sub_copy(&e->src.sub, &ctx->src->sub);
	sub_copy(&e->dst.sub, &ctx->dst->sub);
	return e;
}

bool
dis_is_fresh(struct dis_ctx *ctx, const struct dis_reading *r)
{
	return ctx->sv->fresh != NULL && ctx->sv->fresh(ctx, r);
}

void
dis_tell_value(struct dis_ctx *ctx, struct ev *e)
{
	if (ctx->sv->known != NULL && ctx->sv->known(ctx, e)) {
		return;
	}
	memcpy(&e->src, ctx->src, offsetof(struct ev_end, sub));
	memcpy(&e->dst, ctx->dst, offsetof(struct ev_end, sub));
	dis_emit(ctx, e);
}

void
dis_topology(struct dis_ctx *ctx, uint16_t proto, const struct ev_end *who,
    const char *relation, const char *peer, size_t len)
{
	struct ev *e =
	    dis_event(ctx, EV_TOPOLOGY, proto, (enum ev_dir)ctx->ev->dir);

	e->flags |= EV_HAS_SUBJECT;
	end_copy(&e->subject, who);
	ev_name(e, EVF_RELATION, relation);
	ev_bytes(e, EVF_PEER, EV_T_TEXT, peer, len);
	dis_emit(ctx, e);
}

void
dis_endpoint(struct dis_ctx *ctx, const struct ev_end *who, const char *how)
{
	struct ev *e = start(ctx, EV_ENDPOINT, 0, EV_DIR_UNKNOWN);

	end_copy(&e->src, who);
	memset(&e->dst, 0, sizeof(e->dst));
	ev_name(e, EVF_HOW, how);
	dis_emit(ctx, e);
}

void
dis_confirm(struct dis_ctx *ctx)
{
	ctx->confirmed = true;
	/* What proves the flow is itself no longer tentative. */
	ctx->ev->flags &= (uint16_t)~EV_TENTATIVE;
}

/*
 * facts: what changes from one message of a control block to the next.
 *
 * Values are told of a new state only, under the data set's name and their
 * place in it, of those that are no structure.  A state's number that falls
 * back to 1 is a publisher that has begun anew ([2] 18.2.3.6: it counts from 1
 * and, at its end, from 1 again).  A publisher is called as in the reference
 * of its control block, where that is evident (mms/data.h); where it is not,
 * its logical device is told as such: it may be more than the name.
 */
#include <stdio.h>
#include <string.h>

#include "dissectors/goose/goose.h"

#define LAST_STATE UINT32_MAX

/* FNV-1a, of APPID and reference: which block of the publisher it is. */
static uint32_t
id_of(const struct goose_msg *m)
{
	uint32_t h = 2166136261u ^ m->appid ^ (uint32_t)m->ctx->side << 16;
	struct rd r = m->gocb;

	while (rd_left(&r) > 0) {
		h = (h ^ rd_u8(&r)) * 16777619u;
	}
	return h != 0 ? h : 1;
}

void
goose_compare(struct goose_msg *m, struct goose_news *ret)
{
	struct goose_state *st = m->ctx->state;
	uint32_t id = id_of(m), now = (uint32_t)m->state_number;
	struct goose_block *b = NULL;

	for (size_t i = 0; i < GOOSE_BLOCKS_MAX && b == NULL; i++) {
		if (st->block[i].id == id || st->block[i].id == 0) {
			b = &st->block[i];
		}
	}
	if (b == NULL) {
		return;
	}
	ret->first = b->id == 0;
	ret->changed = ret->first || b->state != now;
	ret->restarted =
	    !ret->first && now == 1 && b->state > 1 && b->state != LAST_STATE;
	ret->flags = b->flags ^ m->flags;
	b->id = id;
	b->state = now;
	b->flags = m->flags;
}

static void
state(struct goose_msg *m, const char *what, const char *detail)
{
	struct ev *e = dis_event(m->ctx, EV_STATE, PROTO_GOOSE, EV_DIR_NOTIFY);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->src;
	ev_bytes(e, EVF_OBJECT, EV_T_TEXT, m->gocb.p, rd_left(&m->gocb));
	ev_name(e, EVF_STATE, what);
	if (detail != NULL) {
		ev_name(e, EVF_DETAIL, detail);
	}
	ev_name(e, EVF_VIA, "publish");
	dis_emit(m->ctx, e);
}

static void
states(struct goose_msg *m, const struct goose_news *news)
{
	if (news->restarted) {
		state(m, "restarted", NULL);
	}
	if (news->flags & GOOSE_SIMULATED) {
		state(m, m->flags & GOOSE_SIMULATED ? "test" : "normal",
		    "simulation");
	}
	if (news->flags & GOOSE_COMMISSION) {
		state(m, m->flags & GOOSE_COMMISSION ? "trouble" : "normal",
		    "needs_commissioning");
	}
}

#define OBJECT_MAX 160

static void
values(struct goose_msg *m)
{
	int name =
	    (int)(rd_left(&m->dataset) < 130 ? rd_left(&m->dataset) : 130);
	size_t kept = m->text.n, n = 0;
	const char *t = mms_utc(&m->text, m->time, &n);
	struct rd r = m->data;
	struct ber_item it;
	char object[OBJECT_MAX];
	struct ev *e;
	int len;

	for (unsigned i = 0; ber_item(&r, &it); i++) {
		if (!mms_is_scalar(it.tag)) {
			continue;
		}
		len = snprintf(object, sizeof(object), "%.*s[%u]", name,
		    (const char *)m->dataset.p, i);
		e = dis_value(m->ctx, PROTO_GOOSE, EV_DIR_NOTIFY);
		ev_bytes(e, EVF_OBJECT, EV_T_TEXT, object,
		    len > 0 && len < OBJECT_MAX ? (size_t)len : 0);
		mms_tell_scalar(&m->text, e, EVF_VALUE, &it);
		if (t != NULL) {
			ev_bytes(e, EVF_TIME, EV_T_TEXT, t, n);
		}
		ev_name(e, EVF_SOURCE, ev_reported);
		dis_tell_value(m->ctx, e);
		/* Its texts are told: their room is free, but for the time. */
		m->text.n = t != NULL ? (size_t)(t - m->text.bytes) + n : kept;
	}
}

static void
identity(struct goose_msg *m, const char *key, const void *text, size_t n)
{
	if (n > 0) {
		dis_identity(m->ctx, PROTO_GOOSE, m->ctx->src, key, EV_T_TEXT,
		    text, n, "publish");
	}
}

static void
says_who(struct goose_msg *m)
{
	const char *ref = (const char *)m->gocb.p;
	const char *slash =
	    rd_left(&m->gocb) > 0 ? memchr(ref, '/', rd_left(&m->gocb)) : NULL;
	size_t device = slash != NULL ? (size_t)(slash - ref) : 0;
	size_t ied = device > 0 ? mms_ied_name(ref, device) : 0;

	if (ied > 0) {
		identity(m, "name", ref, ied);
	} else {
		identity(m, "logical_device", ref, device);
	}
	identity(m, "control_block", ref, rd_left(&m->gocb));
	identity(m, "dataset", m->dataset.p, rd_left(&m->dataset));
	identity(m, "goose_id", m->id.p, rd_left(&m->id));
}

void
goose_facts(struct goose_msg *m, const struct goose_news *news)
{
	if (news->first) {
		says_who(m);
	}
	if (news->changed) {
		values(m);
	}
	states(m, news);
}

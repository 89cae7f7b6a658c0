/*
 * app: one application fragment; IEEE 1815-2012 clause 4.
 *
 *	+---------------------+----+-----------------+---------------- ...
 *	|FIR|FIN|CON|UNS| seq | fc | IIN (responses) | object headers, objects
 *	+---------------------+----+-----------------+---------------- ...
 *
 * Who is master is told by the function code.  A response has its request's
 * sequence number; a master waits for one before it asks again, so the newest
 * request with that number is the one that is answered.
 */
#include <string.h>

#include "dissectors/dnp3/dnp3.h"

#define APP_FIR 0x80
#define APP_FIN 0x40
#define APP_CON 0x20
#define APP_UNS 0x10

enum {
	FC_CONFIRM = 0,
	FC_READ = 1,
	FC_WRITE = 2,
	FC_AUTH = 32,
	FC_RESPONSE = 129,
	FC_UNSOLICITED = 130,
	FC_CHALLENGE = 131,
};

#define KEY_LINK    (1ULL << 56)
#define KEY_CONFIRM (1ULL << 57)

static uint64_t
key_of(uint16_t asks, uint16_t answers, uint8_t what)
{
	return (uint64_t)asks << 32 | (uint64_t)answers << 16 | what;
}

/* --- the link's part ------------------------------------------------------ */

void
dn_tell_link(struct ev *e, const struct dn_link *l)
{
	ev_object(e, DNF_LINK);
	ev_uint(e, DNF_SRC, l->src);
	ev_uint(e, DNF_DST, l->dst);
	ev_uint(e, DNF_FUNC, dn_link_func(l));
	ev_uint(e, DNF_DIR, l->ctl >> 7);
	ev_uint(e, DNF_PRM, l->ctl >> 6 & 1);
	/* The same two bits mean other things each way; 9.2. */
	if (dn_link_prm(l)) {
		ev_uint(e, DNF_FCB, l->ctl >> 5 & 1);
	} else {
		ev_uint(e, DNF_DFC, l->ctl >> 4 & 1);
	}
	ev_end(e);
}

/* 9.2: all but unconfirmed user data are answered. */
static void
expect_link(struct dis_ctx *ctx, const struct dn_link *l)
{
	uint8_t fn = dn_link_func(l);

	if (dn_link_prm(l) && fn != 4 && dn_link_name(l) != NULL &&
	    l->dst < DN_BROADCAST) {
		(void)ctx->sv->put(
		    ctx, KEY_LINK | key_of(l->src, l->dst, 0), &fn, sizeof(fn));
	}
}

static bool
take_newest(struct dis_ctx *ctx, uint64_t key, void *blob, size_t n,
    struct dis_pair *ret)
{
	bool any = false;

	while (ctx->sv->take(ctx, key, blob, n, ret)) {
		any = true;
	}
	return any;
}

/* What a station was asked under its own address, or as whoever hears it. */
static bool
take_answered(struct dis_ctx *ctx, const struct dn_link *l, uint64_t key,
    uint8_t what, void *blob, size_t n, struct dis_pair *ret)
{
	return take_newest(
		   ctx, key | key_of(l->dst, l->src, what), blob, n, ret) ||
	       take_newest(
		   ctx, key | key_of(l->dst, DN_SELF, what), blob, n, ret);
}

static const char *
link_status(const struct dn_link *l)
{
	switch (dn_link_func(l)) {
	case 0:
	case 11: return "ok";
	default: return dn_link_name(l) != NULL ? dn_link_name(l) : "reserved";
	}
}

/* Of user data that cannot be read, only a master's is a request for sure. */
static enum ev_dir
frame_dir(const struct dn_link *l)
{
	bool data = dn_link_func(l) == 3 || dn_link_func(l) == 4;

	if (!dn_link_prm(l)) {
		return EV_DIR_RESPONSE;
	}
	return data && !dn_link_dir(l) ? EV_DIR_UNKNOWN : EV_DIR_REQUEST;
}

void
dn_tell_frame(struct dis_ctx *ctx, const struct dn_link *l, bool cut)
{
	const char *op = dn_link_name(l);
	bool prm = dn_link_prm(l), paired = false;
	struct dis_pair pair;
	uint8_t fn;
	struct ev *e;

	if (!ctx->client_sure) {
		/* 9.2: DIR is set in what a master sends */
		ctx->client = dn_link_dir(l) ? ctx->side : !ctx->side;
	}
	if (!prm) {
		paired =
		    take_answered(ctx, l, KEY_LINK, 0, &fn, sizeof(fn), &pair);
	}
	e = dis_operation(ctx, PROTO_DNP3, frame_dir(l),
	    op != NULL ? op : "link_reserved", dn_link_func(l),
	    EV_CLASS_SESSION);
	if (paired) {
		dis_paired(e, &pair);
		dis_confirm(ctx);
	}
	if (!prm) {
		e->status = link_status(l);
	}
	if (cut) {
		e->flags |= EV_CUT;
	}
	dn_tell_link(e, l);
	dis_emit(ctx, e);
	if (!cut) {
		expect_link(ctx, l);
	}
}

/* --- direction and pairs --------------------------------------------------- */

static void
direct(struct dn_frag *f)
{
	bool response = dn_is_response(f);

	f->ctx->client = response ? !f->ctx->side : f->ctx->side;
	f->ctx->client_sure = dn_function(f->fc)->name != NULL;
	f->dir = !response                 ? EV_DIR_REQUEST
		 : f->fc == FC_UNSOLICITED ? EV_DIR_NOTIFY
					   : EV_DIR_RESPONSE;
}

static struct dn_cont *
find_cont(struct dn_frag *f)
{
	for (int i = 0; i < DN_CONTS; i++) {
		struct dn_cont *c = &f->st->cont[i];

		if (c->used && c->src == f->link->src &&
		    c->dst == f->link->dst) {
			return c;
		}
	}
	return NULL;
}

/* What a later fragment of the same answer belongs to. */
static void
remember(struct dn_frag *f, uint8_t seq)
{
	struct dn_cont *c = find_cont(f);

	if (c == NULL) {
		c = &f->st->cont[f->st->next_cont];
		f->st->next_cont = (uint8_t)((f->st->next_cont + 1) % DN_CONTS);
	}
	*c = (struct dn_cont){.frame = f->pair.frame,
	    .ts_ns = f->pair.ts_ns,
	    .src = f->link->src,
	    .dst = f->link->dst,
	    .seq = seq,
	    .used = 1,
	    .cls = f->wait.cls,
	    .fc = f->wait.fc};
}

/* It answers what the fragment before it, or a challenge, answered too. */
static void
go_on(struct dn_frag *f, const struct dn_cont *c)
{
	uint64_t now = f->ctx->ts_ns, us;

	us = now > c->ts_ns ? (now - c->ts_ns) / 1000 : 0;
	f->wait.cls = c->cls;
	f->wait.fc = c->fc;
	f->pair = (struct dis_pair){.frame = c->frame,
	    .ts_ns = c->ts_ns,
	    .rtt_us = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX};
	f->paired = true;
}

/*
 * An answer in several fragments (4.3): FIR only in the first.  And clause 7:
 * a challenge comes between a request and its answer.
 */
static bool
goes_on(const struct dn_frag *f, const struct dn_cont *c, uint8_t seq)
{
	if (c == NULL || f->fc != FC_RESPONSE) {
		return false;
	}
	return f->paired ? f->wait.fc == FC_AUTH
			 : !(f->ctl & APP_FIR) && c->seq == seq;
}

static void
find_request(struct dn_frag *f)
{
	uint8_t seq = f->ctl & 15;
	struct dn_cont *c = find_cont(f);

	if (f->fc != FC_RESPONSE && f->fc != FC_CHALLENGE) {
		return;
	}
	f->paired = take_answered(
	    f->ctx, f->link, 0, seq, &f->wait, sizeof(f->wait), &f->pair);
	if (goes_on(f, c, seq)) {
		go_on(f, c);
	}
	if (f->fc == FC_CHALLENGE && f->paired && f->wait.fc != FC_AUTH) {
		remember(f, seq);
	} else if (f->fc == FC_RESPONSE && !(f->ctl & APP_FIN) && f->paired) {
		remember(f, (seq + 1) & 15);
	} else if (c != NULL && f->fc == FC_RESPONSE) {
		c->used = 0;
	}
}

/* 4.2.2.4.3: a fragment with CON is confirmed by its sequence number. */
static uint8_t
confirm_key(const struct dn_frag *f)
{
	return f->ctl & (APP_UNS | 15);
}

static void
tell_confirmed(struct dn_frag *f, struct ev *e)
{
	struct dis_pair pair;

	if (f->fc == FC_CONFIRM && take_answered(f->ctx, f->link, KEY_CONFIRM,
				       confirm_key(f), NULL, 0, &pair)) {
		ev_uint(e, DNF_CONFIRMS, pair.frame);
	}
}

static void
expect_confirm(struct dn_frag *f)
{
	if (dn_is_response(f) && f->ctl & APP_CON && !f->cut) {
		(void)f->ctx->sv->put(f->ctx,
		    KEY_CONFIRM |
			key_of(f->link->src, f->link->dst, confirm_key(f)),
		    NULL, 0);
	}
}

static void
expect(struct dn_frag *f)
{
	if (dn_is_response(f) || f->cut ||
	    dn_function(f->fc)->what & DN_QUIET ||
	    f->link->dst >= DN_BROADCAST) {
		return;
	}
	f->wait.fc = f->fc;
	f->wait.cls = (uint8_t)f->cls;
	(void)f->ctx->sv->put(f->ctx,
	    key_of(f->link->src, f->link->dst, f->ctl & 15), &f->wait,
	    sizeof(f->wait));
}

/* --- violations ------------------------------------------------------------ */

static void
judge(struct dn_frag *f)
{
	const uint8_t *at = f->start;
	bool response = dn_is_response(f);
	uint8_t both = APP_FIR | APP_FIN;

	if (dn_function(f->fc)->name == NULL) {
		dn_bad(f, DN_BAD_FUNCTION, at + 1);
	}
	if (!response && (f->ctl & both) != both) {
		dn_bad(f, DN_BAD_FIR_FIN, at); /* 4.2.2.4.1 */
	}
	if (!response && f->ctl & APP_CON) {
		dn_bad(f, DN_BAD_CON, at); /* 4.2.2.4.3 */
	}
	/* 4.2.2.4.4: in unsolicited responses and what confirms them */
	if (f->fc == FC_UNSOLICITED ? !(f->ctl & APP_UNS)
				    : f->fc != FC_CONFIRM && f->ctl & APP_UNS) {
		dn_bad(f, DN_BAD_UNS, at);
	}
	if (response && f->iin & 0xc000) {
		dn_bad(f, DN_BAD_IIN, at + 3);
	}
	if (dn_function(f->fc)->name != NULL &&
	    dn_link_dir(f->link) == response) {
		dn_bad(f, DN_BAD_DIRECTION, at); /* 9.2 */
	}
	if (!dn_is_station(f->link->src)) {
		dn_bad(f, DN_BAD_SOURCE, at); /* 9.2 */
	}
}

/* --- the operation --------------------------------------------------------- */

static void
tell_header(struct dn_frag *f, struct ev *e)
{
	ev_uint(e, DNF_FC, f->fc);
	dn_tell_link(e, f->link);
	ev_uint(e, DNF_SEQ, f->ctl & 15);
	ev_uint(e, DNF_FIR, f->ctl >> 7);
	ev_uint(e, DNF_FIN, f->ctl >> 6 & 1);
	ev_uint(e, DNF_CON, f->ctl >> 5 & 1);
	ev_uint(e, DNF_UNS, f->ctl >> 4 & 1);
}

static void
tell_iin(struct dn_frag *f, struct ev *e)
{
	ev_array(e, DNF_IIN);
	for (unsigned i = 0; i < DN_IIN_BITS; i++) {
		if (f->iin >> i & 1) {
			ev_name(e, EVF_ELEM, dn_iin_name(i));
		}
	}
	ev_end(e);
}

/* A reply has its request's class; alone, what is in it must do. */
static enum ev_class
class_of_reply(const struct dn_frag *f)
{
	if (f->wait.fc != 0) {
		return (enum ev_class)f->wait.cls;
	}
	if (f->fc == FC_CHALLENGE) {
		return EV_CLASS_SESSION;
	}
	if (f->has_file) {
		return EV_CLASS_FILE;
	}
	if (f->has_control) {
		return EV_CLASS_CONTROL;
	}
	return f->headers > 0 ? EV_CLASS_READ : EV_CLASS_OTHER;
}

/* By what is in it, where the function code does not say. */
static enum ev_class
class_of(const struct dn_frag *f)
{
	bool is_write = f->fc == FC_WRITE && f->headers > 0;

	if (dn_function(f->fc)->name == NULL) {
		return EV_CLASS_OTHER;
	}
	if (f->fc == FC_RESPONSE || f->fc == FC_CHALLENGE) {
		return class_of_reply(f);
	}
	if (f->has_file && (f->fc == FC_READ || f->fc == FC_WRITE)) {
		return EV_CLASS_FILE;
	}
	if (f->fc == FC_AUTH && f->changes_user) {
		return EV_CLASS_CONFIG;
	}
	if (is_write && f->only_session) {
		return EV_CLASS_SESSION; /* at every reconnect */
	}
	if (is_write && (f->only_attribute || f->only_terminal)) {
		return EV_CLASS_CONFIG; /* a terminal is an engineer's */
	}
	return (enum ev_class)dn_function(f->fc)->cls;
}

static void
tell_phase(const struct dn_frag *f, struct ev *e)
{
	const char *s = dn_phase(dn_is_response(f) ? f->wait.fc : f->fc);

	if (s != NULL) {
		ev_name(e, DNF_PHASE, s);
	}
}

static void
follow(struct dn_frag *f)
{
	if (f->cut) {
		return;
	}
	dn_attributes(f);
	dn_values(f);
	dn_indications(f);
	dn_roles(f);
	dn_authentication(f);
	dn_activation(f);
	dn_transfers(f);
}

static void
tell_all(struct dn_frag *f, struct ev *e, struct dn_about *about)
{
	tell_header(f, e);
	if (dn_is_response(f) && f->whole) {
		tell_iin(f, e);
	}
	if (f->whole && dn_function(f->fc)->name != NULL) {
		dn_tell_about(f, e, about);
		if (!f->ctx->brief || f->fc != FC_READ) {
			dn_tell_objects(f, e); /* else about says it all */
		}
		dn_tell_controls(f, e);
		dn_tell_file(f, e);
		dn_tell_auth(f, e);
		dn_judge_activation(f, e);
	}
	tell_phase(f, e);
	tell_confirmed(f, e);
}

/* Whether the answer needs no more than to be counted (dis_ctx, brief). */
static bool
is_counted_only(struct dn_frag *f)
{
	if (!f->ctx->brief || !f->paired || f->dir != EV_DIR_RESPONSE ||
	    f->cut || dn_status(f->iin)[0] != 'o') {
		return false;
	}
	dn_learn(f);
	return !f->has_control && !f->has_file && !f->has_auth &&
	       !f->has_outcome && f->bad == NULL;
}

static void
tell_operation(struct dn_frag *f, bool counted_only)
{
	struct dn_about about;
	struct ev *e = dis_operation(
	    f->ctx, PROTO_DNP3, f->dir, f->op, f->fc, EV_CLASS_OTHER);

	if (f->paired) {
		dis_paired(e, &f->pair);
	}
	if (f->cut) {
		e->flags |= EV_CUT;
	}
	if (f->dir == EV_DIR_RESPONSE) {
		e->status = dn_status(f->iin);
	}
	if (counted_only) {
		ev_uint(e, DNF_FC, f->fc);
	} else {
		tell_all(f, e, &about);
	}
	f->cls = class_of(f);
	e->cls = (uint8_t)f->cls;
	dis_emit(f->ctx, e);
}

static enum dis_rc
tell(struct dn_frag *f)
{
	const struct dn_function *fn = dn_function(f->fc);
	struct dis_ctx *ctx = f->ctx;
	bool counted_only;

	f->op = fn->name != NULL ? fn->name : "function_reserved";
	if (!f->cut && fn->name != NULL) {
		dis_confirm(ctx);
	}
	counted_only = f->whole && fn->name != NULL && is_counted_only(f);
	if (counted_only && dis_answered(ctx, PROTO_DNP3, &f->pair)) {
		f->cls = class_of(f);
	} else {
		tell_operation(f, counted_only);
	}
	if (f->whole) {
		expect(f);
		expect_confirm(f);
		follow(f);
		f->st->asked[ctx->side] |= f->dir == EV_DIR_REQUEST && !f->cut;
	}
	if (f->bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_DNP3, f->dir, f->bad, f->bad_at);
	return DIS_BAD;
}

enum dis_rc
dn_fragment(struct dis_ctx *ctx, const struct dn_link *l, struct rd r, bool cut)
{
	struct dn_frag f;

	if (rd_left(&r) < 2) {
		dn_tell_frame(ctx, l, cut);
		if (!cut) {
			dis_malformed(ctx, PROTO_DNP3, EV_DIR_UNKNOWN,
			    DN_BAD_SHORT, rd_left(&r));
		}
		return cut ? DIS_OK : DIS_BAD;
	}
	memset(&f, 0, offsetof(struct dn_frag, text));
	f.ctx = ctx;
	f.st = ctx->state;
	f.link = l;
	f.start = r.p;
	f.cut = cut;
	f.whole = true;
	f.ctl = rd_u8(&r);
	f.fc = rd_u8(&r);
	direct(&f);
	if (dn_is_response(&f)) {
		f.whole = rd_has(&r, 2);
		f.iin = f.whole ? rd_le16(&r) : 0;
		if (!f.whole) {
			dn_bad(&f, DN_BAD_SHORT, r.p);
		}
	}
	f.objects = r;
	if (dn_link_prm(l) && dn_link_func(l) == 3 && !cut) {
		expect_link(ctx, l);
	}
	find_request(&f);
	judge(&f);
	return tell(&f);
}

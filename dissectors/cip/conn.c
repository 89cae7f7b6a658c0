/*
 * conn: Forward Open and Forward Close ([1] 3-5.5), and the table of what
 * they open, by which connected messages and class 0 and 1 data are read.
 *
 * An opening is kept from its request on under what the originator calls it
 * (serial number, vendor, its own serial number).  The reply says the ids; then
 * each direction becomes a leg, kept under its id and the target's address:
 * that is the destination of what goes to the target and the source of what
 * comes back, also where that goes to a multicast group.
 */
#include <stdio.h>

#include "dissectors/cip/cip.h"

struct opening {
	uint32_t id_o2t, id_t2o; /* 0: not known yet */
	uint32_t rpi_o2t, rpi_t2o;
	uint16_t size_o2t, size_t2o;
	uint8_t multiplier, trigger;
	bool fixed_o2t, fixed_t2o, safety;
	uint8_t route_len;
	char route[CIP_ROUTE_MAX];
};

_Static_assert(sizeof(struct opening) <= 192, "more than is shared");

/* What the originator calls a connection. */
struct triple {
	uint16_t serial, vendor;
	uint32_t orig_serial;
};

static struct triple
read_triple(struct rd *r)
{
	struct triple t;

	t.serial = rd_le16(r);
	t.vendor = rd_le16(r);
	t.orig_serial = rd_le32(r);
	return t;
}

static void
tell_triple(struct ev *e, const struct triple *t)
{
	ev_uint(e, CIPF_SERIAL, t->serial);
	ev_uint(e, CIPF_ORIG_VENDOR, t->vendor);
	ev_uint(e, CIPF_ORIG_SERIAL, t->orig_serial);
}

/* --- the table ------------------------------------------------------------ */

#define OPENING_KEY 9

static void
opening_key(
    const struct cip_msg *m, const struct triple *t, uint8_t ret[OPENING_KEY])
{
	const struct ev_end *o = m->request ? m->ctx->src : m->ctx->dst;
	const struct ev_end *g = m->request ? m->ctx->dst : m->ctx->src;
	uint64_t hash = (uint64_t)t->serial << 48 | (uint64_t)t->vendor << 32 |
			t->orig_serial;

	hash = cip_mix_bytes(hash, o->ip.a, o->ipver == 6 ? 16 : 4);
	hash = cip_mix_bytes(hash, g->ip.a, g->ipver == 6 ? 16 : 4);
	ret[0] = 'O';
	memcpy(ret + 1, &hash, sizeof(hash));
}

static struct opening *
opening(const struct cip_msg *m, const struct triple *t, bool make)
{
	uint8_t key[OPENING_KEY];

	opening_key(m, t, key);
	return m->ctx->sv->shared(
	    m->ctx, key, sizeof(key), sizeof(struct opening), make);
}

static void
drop_opening(const struct cip_msg *m, const struct triple *t)
{
	uint8_t key[OPENING_KEY];

	opening_key(m, t, key);
	m->ctx->sv->shared_drop(m->ctx, key, sizeof(key));
}

#define LEG_KEY 22

static void
leg_key(
    uint8_t ret[LEG_KEY], bool o2t, const struct ev_end *target, uint32_t id)
{
	memset(ret, 0, LEG_KEY);
	ret[0] = o2t ? 'l' : 'm';
	ret[1] = target->ipver;
	memcpy(ret + 2, target->ip.a, target->ipver == 6 ? 16 : 4);
	memcpy(ret + 18, &id, 4);
}

struct cip_leg *
cip_leg_find(struct dis_ctx *ctx, uint32_t id)
{
	/* Of datagrams the last one's originator may be the other end. */
	bool o2t = ctx->client != !ctx->side;
	struct cip_leg *leg = NULL;
	uint8_t key[LEG_KEY];

	for (int i = 0; i < 2 && leg == NULL; i++, o2t = !o2t) {
		leg_key(key, o2t, o2t ? ctx->dst : ctx->src, id);
		leg =
		    ctx->sv->shared(ctx, key, sizeof(key), sizeof(*leg), false);
	}
	return leg;
}

static void
drop_leg(const struct cip_msg *m, bool o2t, uint32_t id)
{
	uint8_t key[LEG_KEY];

	leg_key(key, o2t, m->request ? m->ctx->dst : m->ctx->src, id);
	m->ctx->sv->shared_drop(m->ctx, key, sizeof(key));
}

/* api: the actual packet interval, in microseconds. */
static void
make_leg(
    const struct cip_msg *m, const struct opening *o, bool o2t, uint32_t api)
{
	const struct ev_end *orig = m->ctx->dst, *targ = m->ctx->src;
	uint32_t id = o2t ? o->id_o2t : o->id_t2o;
	struct cip_leg *leg;
	uint8_t key[LEG_KEY];

	leg_key(key, o2t, targ, id);
	leg = m->ctx->sv->shared(m->ctx, key, sizeof(key), sizeof(*leg), true);
	if (leg == NULL) {
		return;
	}
	memset(leg, 0, sizeof(*leg));
	leg->id = id;
	leg->o2t = o2t;
	leg->rpi_us = api;
	/* [1] 3-5.5.1.4: 4 intervals, 8, 16, ... */
	leg->timeout_ms =
	    (uint32_t)(((uint64_t)api << (o->multiplier + 2)) / 1000);
	leg->size = o2t ? o->size_o2t : o->size_t2o;
	leg->fixed = o2t ? o->fixed_o2t : o->fixed_t2o;
	leg->transport = o->trigger & 0x0f;
	leg->safety = o->safety;
	leg->orig = orig->ip;
	leg->targ = targ->ip;
	leg->ipver = targ->ipver;
	leg->route_len = o->route_len;
	memcpy(leg->route, o->route, sizeof(leg->route));
}

/* --- Forward Open --------------------------------------------------------- */

struct open_request {
	uint32_t ot, to, rpi_ot, rpi_to, params_ot, params_to;
	struct triple triple;
	struct rd path;
	uint8_t multiplier, trigger;
	bool large, good;
};

static struct open_request
read_open(struct rd r, bool large)
{
	struct open_request o = {.large = large};

	rd_skip(&r, 2); /* priority and ticks */
	o.ot = rd_le32(&r);
	o.to = rd_le32(&r);
	o.triple = read_triple(&r);
	o.multiplier = rd_u8(&r);
	rd_skip(&r, 3);
	o.rpi_ot = rd_le32(&r);
	o.params_ot = large ? rd_le32(&r) : rd_le16(&r);
	o.rpi_to = rd_le32(&r);
	o.params_to = large ? rd_le32(&r) : rd_le16(&r);
	o.trigger = rd_u8(&r);
	o.good = rd_ok(&r);
	o.path = rd_sub(&r, 2 * (size_t)rd_u8(&r));
	return o;
}

/* [1] 3-5.5.1.1: nine bits of size, sixteen in the large one. */
static uint16_t
size_of(const struct open_request *o, uint32_t params)
{
	return (uint16_t)(params & (o->large ? 0xffff : 0x1ff));
}

static bool
is_fixed(const struct open_request *o, uint32_t params)
{
	return (params >> (o->large ? 25 : 9) & 1) == 0;
}

static void
tell_key(struct ev *e, const struct cip_key *k)
{
	if (!k->there) {
		return;
	}
	ev_object(e, CIPF_KEY);
	ev_uint(e, CIPF_VENDOR, k->vendor);
	ev_uint(e, CIPF_DEVICE_TYPE, k->device_type);
	ev_uint(e, CIPF_PRODUCT_CODE, k->product_code);
	ev_array(e, CIPF_REVISION);
	ev_uint(e, EVF_ELEM, k->major & 0x7f);
	ev_uint(e, EVF_ELEM, k->minor);
	ev_end(e);
	ev_end(e);
}

void
cip_open_request(struct cip_msg *m, struct ev *e)
{
	struct open_request o =
	    read_open(m->body, m->service == CIP_LARGE_OPEN);
	size_t at = cip_at(m);
	struct cip_path path;
	struct opening *keep;

	if (!o.good || !rd_ok(&o.path)) {
		rd_fail(&m->body);
		if (!o.good) {
			return;
		}
		o.path = rd_make(NULL, 0);
	}
	(void)rd_rest(&m->body);
	cip_path_read(o.path, &path);
	if (path.bad) {
		cip_bad(m, CIP_BAD_PATH,
		    (size_t)(o.path.p - m->start) + path.bad_at);
	}
	if ((o.trigger & 0x0f) > 6) {
		cip_bad(m, CIP_BAD_TRIGGER, at + (o.large ? 38 : 34));
	}
	ev_object(e, CIPF_OPEN);
	ev_hexnum(e, CIPF_OT, o.ot, 4);
	ev_hexnum(e, CIPF_TO, o.to, 4);
	ev_uint(e, CIPF_RPI, o.rpi_ot);
	ev_uint(e, CIPF_RPI_TO, o.rpi_to);
	ev_uint(e, CIPF_SIZE, size_of(&o, o.params_ot));
	ev_uint(e, CIPF_SIZE_TO, size_of(&o, o.params_to));
	ev_uint(e, CIPF_CLASS, o.trigger & 0x0f);
	ev_uint(e, CIPF_TRIGGER, o.trigger >> 4 & 7);
	ev_uint(e, CIPF_MULTIPLIER, 4u << (o.multiplier & 7));
	tell_triple(e, &o.triple);
	tell_key(e, &path.key);
	cip_tell_safety(e, o.path);
	cip_path_tell(e, CIPF_CONN_PATH, o.path);
	ev_end(e);
	/* The reply has none of this but the triple. */
	keep = opening(m, &o.triple, true);
	if (keep == NULL) {
		return;
	}
	memset(keep, 0, sizeof(*keep));
	keep->id_t2o = o.to;
	keep->id_o2t = o.ot;
	keep->rpi_o2t = o.rpi_ot;
	keep->rpi_t2o = o.rpi_to;
	keep->size_o2t = size_of(&o, o.params_ot);
	keep->size_t2o = size_of(&o, o.params_to);
	keep->fixed_o2t = is_fixed(&o, o.params_ot);
	keep->fixed_t2o = is_fixed(&o, o.params_to);
	keep->multiplier = o.multiplier & 7;
	keep->trigger = o.trigger;
	keep->safety = cip_is_safety(o.path);
	/* By the way of the message, and on from there. */
	keep->route_len = m->call->route_len;
	memcpy(keep->route, m->call->route, keep->route_len);
	cip_route_add(
	    keep->route, &keep->route_len, path.route, path.route_len);
}

static void
open_failed(struct cip_msg *m, struct ev *e)
{
	struct triple t = {0};

	if (!rd_has(&m->body, 8)) {
		return;
	}
	t = read_triple(&m->body);
	ev_object(e, CIPF_OPEN);
	tell_triple(e, &t);
	ev_end(e);
	drop_opening(m, &t);
}

void
cip_open_reply(struct cip_msg *m, struct ev *e)
{
	uint32_t ot, to, api_ot, api_to;
	struct opening *o;
	struct triple t;

	if (m->status != 0) {
		open_failed(m, e);
		return;
	}
	ot = rd_le32(&m->body);
	to = rd_le32(&m->body);
	t = read_triple(&m->body);
	api_ot = rd_le32(&m->body);
	api_to = rd_le32(&m->body);
	rd_skip(&m->body, 2);
	if (!rd_ok(&m->body)) {
		return;
	}
	o = opening(m, &t, false);
	ev_object(e, CIPF_OPEN);
	ev_hexnum(e, CIPF_OT, ot, 4);
	ev_hexnum(e, CIPF_TO, to, 4);
	ev_uint(e, CIPF_RPI, api_ot);
	ev_uint(e, CIPF_RPI_TO, api_to);
	if (o != NULL) {
		ev_uint(e, CIPF_CLASS, o->trigger & 0x0f);
	}
	tell_triple(e, &t);
	ev_end(e);
	if (o == NULL) {
		return;
	}
	o->id_o2t = ot;
	o->id_t2o = to;
	make_leg(m, o, true, api_ot);
	make_leg(m, o, false, api_to);
}

/* --- Forward Close -------------------------------------------------------- */

void
cip_close_request(struct cip_msg *m, struct ev *e)
{
	struct triple t;

	rd_skip(&m->body, 2); /* priority and ticks */
	t = read_triple(&m->body);
	if (!rd_ok(&m->body)) {
		return;
	}
	ev_object(e, CIPF_OPEN);
	tell_triple(e, &t);
	if (rd_has(&m->body, 2)) {
		size_t words = rd_u8(&m->body);
		struct rd path;

		rd_skip(&m->body, 1);
		path = rd_sub(&m->body, 2 * words);
		cip_path_tell(e, CIPF_CONN_PATH, path);
	}
	ev_end(e);
}

void
cip_close_reply(struct cip_msg *m, struct ev *e)
{
	struct opening *o;
	struct triple t;

	if (!rd_has(&m->body, 8)) {
		return;
	}
	t = read_triple(&m->body);
	ev_object(e, CIPF_OPEN);
	tell_triple(e, &t);
	ev_end(e);
	o = opening(m, &t, false);
	if (m->status == 0 && o != NULL) {
		drop_leg(m, true, o->id_o2t);
		drop_leg(m, false, o->id_t2o);
		drop_opening(m, &t);
	}
}

/* --- who the two are ------------------------------------------------------ */

static void
fact(struct cip_msg *m, const struct ev_end *who, const char *key,
    const char *text, const char *claim)
{
	struct ev *e = dis_event(m->ctx, EV_IDENTITY, PROTO_CIP, cip_dir(m));

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *who;
	ev_name(e, EVF_KEY, key);
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, text, strlen(text));
	ev_name(e, EVF_VIA, m->op);
	ev_name(e, EVF_CLAIM, claim);
	dis_emit(m->ctx, e);
}

/* What the originator expects of the target; zeros are wildcards. */
static void
expected(struct cip_msg *m, const struct cip_path *path)
{
	const struct cip_key *k = &path->key;
	char text[64], route[CIP_ROUTE_MAX];
	uint8_t n = m->call->route_len;
	struct ev_end who = *m->ctx->dst;

	memcpy(route, m->call->route, n);
	cip_route_add(route, &n, path->route, path->route_len);
	cip_route_end(&who, route, n);
	if (k->vendor != 0) {
		snprintf(text, sizeof(text), "%u", k->vendor);
		fact(m, &who, "vendor_id", text, "expected");
		if (cip_vendor_name(k->vendor) != NULL) {
			fact(m, &who, "vendor", cip_vendor_name(k->vendor),
			    "expected");
		}
	}
	if (k->device_type != 0) {
		const char *name = cip_device_type_name(k->device_type);

		snprintf(text, sizeof(text), "%u", k->device_type);
		fact(m, &who, "device_type", name != NULL ? name : text,
		    "expected");
	}
	if (k->product_code != 0) {
		snprintf(text, sizeof(text), "%u", k->product_code);
		fact(m, &who, "product_code", text, "expected");
	}
	if ((k->major & 0x7f) != 0) {
		snprintf(
		    text, sizeof(text), "%u.%03u", k->major & 0x7fu, k->minor);
		fact(m, &who, "firmware", text, "expected");
	}
}

static void
originator(struct cip_msg *m, const struct triple *t)
{
	const char *name = cip_vendor_name(t->vendor);
	char text[128];

	snprintf(text, sizeof(text), "%s (%u), serial 0x%08x",
	    name != NULL ? name : "unknown vendor", t->vendor,
	    (unsigned)t->orig_serial);
	fact(m, m->ctx->src, "originator", text, "self");
}

/* A connection of CIP Safety is open: both ends are part of it. */
static void
opened(struct cip_msg *m)
{
	struct rd r = m->rest;
	struct ev_end who = *m->ctx->src;
	const struct opening *o;
	struct triple t;

	rd_skip(&r, 8); /* the connection's ids */
	t = read_triple(&r);
	o = rd_ok(&r) && m->has_status && m->status == 0 ? opening(m, &t, false)
							 : NULL;
	if (o == NULL || !o->safety) {
		return;
	}
	cip_route_end(&who, o->route, o->route_len);
	cip_has_safety(m, &who);
	cip_has_safety(m, m->ctx->dst);
}

void
cip_more_open(struct cip_msg *m)
{
	struct open_request o;
	struct cip_path path;

	if (m->service != CIP_FORWARD_OPEN && m->service != CIP_LARGE_OPEN) {
		return;
	}
	if (!m->request) {
		opened(m);
		return;
	}
	o = read_open(m->rest, m->service == CIP_LARGE_OPEN);
	if (!o.good) {
		return;
	}
	if (o.triple.orig_serial != 0) {
		originator(m, &o.triple);
	}
	cip_path_read(o.path, &path);
	if (path.key.there && !path.bad) {
		expected(m, &path);
	}
}

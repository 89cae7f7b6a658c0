/*
 * bacnet: the dissector itself: what is asked of it (dissector.h), and the
 * way of one message through its layers.
 *
 * Covers BACnet/IP and BACnet/IPv6 on any UDP port, and BACnet over Ethernet
 * (7; LLC).  One datagram is one message.  Not here: BACnet/SC (TLS), the
 * inside of secured messages, MS/TP.
 *
 * A message gives one operation, then what follows from it, then at most one
 * malformed: its first violation.  What was understood of a malformed message
 * is told in its operation; facts are drawn from good ones alone.
 */
#include "dissectors/bacnet/bacnet.h"

static const struct ev_field_info fields[] = {
#define F(id, name, role, clause) \
	[BNF_##id - EV_PROTO_BASE] = {(name), (role), (clause)},
#include "dissectors/bacnet/fields.def"
#undef F
};

static const struct ev_proto proto = {
    .name = "bacnet",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == BNF_END - EV_PROTO_BASE,
    "a field has no name");

#define BVLL_HEADER  4
#define FUNCTION_MAX 12
#define RECORD_NS    60000000000ull /* how long a record is not renewed */
#define CTL_RESERVED 0x50

/* --- probe --------------------------------------------------------------- */

/* An NPDU that nothing contradicts: version, reserved bits, APDU type. */
static bool
npdu_plausible(struct rd r)
{
	uint8_t version = rd_u8(&r), control = rd_u8(&r);

	if (!rd_ok(&r) || version != BN_VERSION || control & CTL_RESERVED) {
		return false;
	}
	if (control & 0x20) {
		rd_skip(&r, 2);
		rd_skip(&r, rd_u8(&r));
	}
	if (control & 0x08) {
		rd_skip(&r, 2);
		rd_skip(&r, rd_u8(&r));
	}
	if (control & 0x20) {
		rd_skip(&r, 1);
	}
	return control & 0x80 ? rd_ok(&r)
			      : rd_u8(&r) >> 4 < BN_PDU_TYPES && rd_ok(&r);
}

/* What stands between the BVLL header and the NPDU; -1: it has none. */
static int
npdu_at(bool v6, uint8_t function)
{
	if (v6) {
		switch (function) {
		case 1: return 6;
		case 2:
		case 12: return 3;
		case 8: return 21;
		default: return -1;
		}
	}
	switch (function) {
	case 4: return 6;
	case 9:
	case 10:
	case 11: return 0;
	default: return -1;
	}
}

/* On a port that is not BACnet's: the whole datagram, and nothing odd. */
static bool
bvll_plausible(struct rd in, bool cut)
{
	struct rd r = in;
	uint8_t type = rd_u8(&r), function = rd_u8(&r);
	uint16_t len = rd_be16(&r);
	int at = npdu_at(type == BN_BVLL6, function);

	if (function > FUNCTION_MAX || len < BVLL_HEADER ||
	    (cut ? len < rd_left(&in) : len != rd_left(&in))) {
		return false;
	}
	if (at < 0) {
		/* Short messages of a known length are all the proof. */
		return type == BN_BVLL4 && function != 12;
	}
	rd_skip(&r, (size_t)at);
	return npdu_plausible(r);
}

static enum dis_rc
bacnet_probe(struct rd in, const struct dis_probe *pr)
{
	struct rd r = in;
	uint8_t type = rd_u8(&r);
	bool mine;

	if (pr->transport == DIS_LLC) {
		return pr->hinted && npdu_plausible(in) ? DIS_OK : DIS_NOT_MINE;
	}
	rd_skip(&r, 3);
	mine = pr->transport == DIS_UDP && rd_ok(&r) &&
	       (type == BN_BVLL4 || type == BN_BVLL6);
	if (!mine || (!pr->hinted && !bvll_plausible(in, pr->cut))) {
		return DIS_NOT_MINE;
	}
	return DIS_OK;
}

/* --- ends ---------------------------------------------------------------- */

/* B/IP addresses that were seen to speak, for all flows. */
struct known {
	char what[2];
	uint8_t ver, spare;
	uint8_t port[2];
	uint8_t ip[16];
};

static bool
known(struct dis_ctx *ctx, uint8_t ver, const uint8_t *ip, uint16_t port,
    bool make)
{
	struct known k = {.what = {'b', 'i'}, .ver = ver};

	memcpy(k.ip, ip, ver == 4 ? 4 : 16);
	k.port[0] = (uint8_t)(port >> 8);
	k.port[1] = (uint8_t)port;
	return ctx->sv->shared(ctx, &k, sizeof(k), 1, make) != NULL;
}

static void
set_sub(struct ev_end *e, const struct bn_addr *a)
{
	e->sub.kind = EV_SUB_BACNET;
	e->sub.net = a->net;
	e->sub.num = 0;
	e->sub.len = a->len;
	memcpy(e->sub.mac, a->mac, a->len);
}

bool
bn_is_known(struct bn_pdu *p, struct rd mac)
{
	const uint8_t *b = rd_left(&mac) == 6 ? rd_bytes(&mac, 6) : NULL;

	return b != NULL &&
	       known(p->ctx, 4, b, (uint16_t)(b[4] << 8 | b[5]), false);
}

/*
 * A source that a router put in front, though it is a B/IP address that is
 * known: that device, not one behind the router.
 */
static bool
is_known_device(struct bn_pdu *p, const struct bn_addr *a)
{
	return bn_is_known(p, rd_make(a->mac, a->len));
}

void
bn_bip(struct rd mac, struct ev_end *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->ipver = 4;
	rd_copy(&mac, ret->ip.a, 4);
	ret->port = rd_be16(&mac);
	ret->has_port = true;
}

/* Who stands in front of a network, for all flows. */
struct router {
	struct ev_end end;
	bool there;
};

static struct router *
router(struct bn_pdu *p, uint16_t net, bool make)
{
	const uint8_t key[4] = {'b', 'r', (uint8_t)(net >> 8), (uint8_t)net};

	return p->ctx->sv->shared(
	    p->ctx, key, sizeof(key), sizeof(struct router), make);
}

bool
bn_router_of(struct bn_pdu *p, uint16_t net, struct ev_end *ret)
{
	const struct router *r = router(p, net, false);

	if (r == NULL || !r->there) {
		return false;
	}
	*ret = r->end;
	return true;
}

void
bn_router_put(struct bn_pdu *p, uint16_t net)
{
	struct router *r = router(p, net, true);

	if (r != NULL) {
		r->end = p->has_origin ? p->origin : *p->ctx->src;
		memset(&r->end.sub, 0, sizeof(r->end.sub));
		r->there = true;
	}
}

/*
 * That the sender speaks is put on record from time to time, not always: what
 * flows share goes when it was not used for long.
 */
static void
remember(struct bn_pdu *p)
{
	struct bn_state *st = p->ctx->state;
	const struct ev_end *s = p->ctx->src;
	uint64_t now = p->ctx->ts_ns, *since = &st->since_ns[p->ctx->side & 1];

	if (p->cut || p->bvlc < 0) {
		return;
	}
	if (s->ipver != 0 && (*since == 0 || now > *since + RECORD_NS)) {
		(void)known(p->ctx, s->ipver, s->ip.a, s->port, true);
		memset(st->nets[p->ctx->side & 1], 0, sizeof(st->nets[0]));
		*since = now;
	}
	if (p->has_origin) {
		(void)known(p->ctx, p->origin.ipver, p->origin.ip.a,
		    p->origin.port, true);
	}
}

/* The networks of its routers a flow remembers, so as not to look each time. */
static void
remember_router(struct bn_pdu *p)
{
	struct bn_state *st = p->ctx->state;
	uint8_t side = p->ctx->side & 1;

	if (p->cut || p->has_origin) {
		return;
	}
	for (unsigned i = 0; i < BN_NETS_KEPT; i++) {
		if (st->nets[side][i] == p->s.net) {
			return;
		}
	}
	st->nets[side][st->next[side]++ % BN_NETS_KEPT] = p->s.net;
	bn_router_put(p, p->s.net);
}

/* Who is behind it is not said yet. */
static void
set_who(struct bn_pdu *p, const struct ev_end *from)
{
	struct ev_sub *sub = &p->who.sub;

	memcpy(&p->who, from, offsetof(struct ev_end, sub));
	sub->kind = EV_SUB_NONE;
	sub->len = 0;
	sub->net = 0;
	sub->num = 0;
}

/*
 * Who speaks.  Behind a forwarding broadcast manager the originator is the
 * device and src the carrier (J.4.5): nothing is put on the carrier.
 */
static void
set_ends(struct bn_pdu *p)
{
	struct dis_ctx *ctx = p->ctx;
	bool routed = p->s.there && p->s.len != 0;

	remember(p);
	if (routed && is_known_device(p, &p->s)) {
		bn_bip(rd_make(p->s.mac, p->s.len), &p->origin);
		p->has_origin = true;
		routed = false;
	}
	if (routed && !p->has_origin) {
		set_sub(ctx->src, &p->s);
	}
	if (p->d.there && p->d.len != 0 && p->d.net != BN_NET_ALL &&
	    !is_known_device(p, &p->d)) {
		set_sub(ctx->dst, &p->d);
	}
	set_who(p, p->has_origin ? &p->origin : ctx->src);
	if (routed) {
		set_sub(&p->who, &p->s);
		remember_router(p);
	}
}

/* --- help for the layers ------------------------------------------------- */

void
bn_client(struct bn_pdu *p, bool sender, bool sure)
{
	struct dis_ctx *ctx = p->ctx;

	if (ctx->client_sure || (!sure && ctx->client != DIS_SIDE_UNKNOWN)) {
		return;
	}
	/* Whatever is said to all: it is no broadcast address that acts. */
	if (ctx->dst->has_mac && (ctx->dst->mac[0] & 1) != 0) {
		sender = true;
	}
	ctx->client = sender ? ctx->side : !ctx->side;
	ctx->client_sure = sure;
}

struct ev *
bn_event(struct bn_pdu *p, enum ev_kind kind)
{
	struct ev *e = kind == EV_VALUE
			   ? dis_value(p->ctx, PROTO_BACNET, p->dir)
			   : dis_event(p->ctx, kind, PROTO_BACNET, p->dir);

	if (p->has_origin) {
		e->flags |= EV_HAS_ORIGIN;
		e->origin = p->origin;
	}
	return e;
}

struct ev *
bn_fact(struct bn_pdu *p, enum ev_kind kind)
{
	struct ev *e = bn_event(p, kind);

	/* src is the carrier then, and has no address behind it. */
	if (p->has_origin) {
		e->flags |= EV_HAS_SUBJECT;
		e->subject = p->who;
	}
	return e;
}

struct ev *
bn_operation(struct bn_pdu *p, const char *op, uint32_t code, enum ev_class cls)
{
	struct ev *e = bn_event(p, EV_OPERATION);

	e->op = op;
	e->code = code;
	e->cls = (uint8_t)cls;
	e->flags |= EV_HAS_CODE;
	if (p->has_pair) {
		dis_paired(e, &p->pair);
	}
	if (p->cut) {
		e->flags |= EV_CUT;
	}
	return e;
}

static void
tell_address(struct ev *e, uint16_t net, uint16_t mac, const struct bn_addr *a)
{
	if (!a->there) {
		return;
	}
	ev_uint(e, net, a->net);
	if (a->len != 0) {
		ev_bytes(e, mac, EV_T_HEX, a->mac, a->len);
	}
}

void
bn_tell_layers(struct bn_pdu *p, struct ev *e)
{
	if (p->bvlc >= 0) {
		ev_uint(e, BNF_BVLC, (uint64_t)p->bvlc);
	}
	if (!p->has_npdu) {
		return;
	}
	ev_object(e, BNF_NPDU);
	tell_address(e, BNF_SNET, BNF_SADR, &p->s);
	tell_address(e, BNF_DNET, BNF_DADR, &p->d);
	if (p->d.there) {
		ev_uint(e, BNF_HOP, p->hop);
	}
	ev_uint(e, BNF_PRIO, p->control & 3);
	if (p->msg >= 0) {
		ev_uint(e, BNF_MSG, (uint64_t)p->msg);
	}
	ev_end(e);
}

static uint64_t
mix_addr(uint64_t h, const struct bn_addr *a)
{
	if (a->len == 0) {
		return h * 0x100000001b3ull;
	}
	h = (h ^ a->net) * 0x100000001b3ull;
	for (uint8_t i = 0; i < a->len; i++) {
		h = (h ^ a->mac[i]) * 0x100000001b3ull;
	}
	return h;
}

uint64_t
bn_key(const struct bn_pdu *p, uint8_t kind, uint8_t number)
{
	bool reply = kind == 'a' && p->type >= BN_SIMPLE_ACK;
	uint64_t h = 0xcbf29ce484222325ull;

	/* The client's address, then the server's. */
	h = mix_addr(h, reply ? &p->d : &p->s);
	h = mix_addr(h, reply ? &p->s : &p->d);
	return h << 16 ^ (uint64_t)kind << 8 ^ number;
}

bool
bn_take(struct bn_pdu *p, uint64_t key, int service)
{
	struct dis_pair pair;
	struct bn_wait wait;
	bool found = false;

	while (p->ctx->sv->take(p->ctx, key, &wait, sizeof(wait), &pair)) {
		if (service < 0 || wait.service == service) {
			p->pair = pair;
			p->wait = wait;
			found = true;
			if (service == BN_OLDEST) {
				break;
			}
		}
	}
	return found;
}

/* --- parse --------------------------------------------------------------- */

static void
unreadable(struct bn_pdu *p)
{
	struct ev *e = bn_operation(p,
	    p->bvlc >= 0 && !p->has_npdu ? bn_bvlc_name(p) : "npdu_unknown",
	    p->bvlc >= 0 ? (uint32_t)p->bvlc : 0, EV_CLASS_OTHER);

	bn_tell_layers(p, e);
	dis_emit(p->ctx, e);
}

static void
network(struct bn_pdu *p)
{
	bool good = bn_npdu(p);

	if (good) {
		set_ends(p);
	}
	if (!good) {
		unreadable(p);
	} else if (p->msg >= 0) {
		bn_npdu_message(p);
		if (p->bad == NULL && !p->cut) {
			dis_confirm(p->ctx);
		}
	} else {
		bn_apdu(p);
	}
}

/* Header of the virtual link; false when there is none. */
static bool
link_header(struct bn_pdu *p)
{
	const uint8_t *at = p->body.p;
	uint8_t type = rd_u8(&p->body), function = rd_u8(&p->body);
	size_t len = rd_be16(&p->body), have = (size_t)(p->end - p->start);

	if (!rd_ok(&p->body)) {
		bn_bad(p, BN_BAD_BVLC_LENGTH, at);
		return false;
	}
	if (type != BN_BVLL4 && type != BN_BVLL6) {
		bn_bad(p, BN_BAD_BVLC_TYPE, at);
		return false;
	}
	p->v6 = type == BN_BVLL6;
	p->bvlc = function;
	p->len = len;
	if (function > FUNCTION_MAX) {
		bn_bad(p, BN_BAD_BVLC_FUNCTION, at + 1);
	}
	if (p->cut && len <= have) {
		p->cut = false; /* what is cut is not the message */
	}
	/* With a wrong length the datagram says where the message ends. */
	if (!p->cut && len != have) {
		bn_bad(p, BN_BAD_BVLC_LENGTH, at + 2);
	}
	return true;
}

static void
open_pdu(struct bn_pdu *p, struct dis_ctx *ctx, struct rd *in, struct bn_msg *m)
{
	memset(p, 0, offsetof(struct bn_pdu, origin));
	p->ctx = ctx;
	p->body = rd_rest(in);
	p->start = p->body.p;
	p->end = p->body.end;
	p->len = rd_left(&p->body);
	p->cut = ctx->cut;
	p->bvlc = p->msg = -1;
	p->m = m;
	m->n = 0;
	m->lost = false;
	m->scratch_n = 0;
	m->args.f = m->fields;
	m->args.max_fields = BN_ARGS_MAX;
	m->args.nfields = 0;
	m->args.overflow = false;
}

static enum dis_rc
bacnet_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct bn_msg m;
	struct bn_pdu p;

	open_pdu(&p, ctx, in, &m);
	if (ctx->transport == DIS_LLC) {
		if (p.cut) {
			ctx->need = p.len + 1;
		}
		network(&p);
	} else if (!link_header(&p)) {
		unreadable(&p);
	} else {
		if (p.cut) {
			ctx->need = p.len;
		}
		if (bn_bvlc_carries(&p)) {
			network(&p);
		} else {
			set_ends(&p);
			bn_bvlc_message(&p);
			if (p.bad == NULL && !p.cut) {
				dis_confirm(ctx);
			}
		}
	}
	if (p.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_BACNET, p.dir, p.bad, p.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_bacnet;

const struct dissector dissector_bacnet = {
    .name = "bacnet",
    .proto = PROTO_BACNET,
    .state_size = sizeof(struct bn_state),
    .hints = {{DIS_UDP, BN_PORT}, {DIS_UDP, BN_PORT + 1},
	{DIS_UDP, BN_PORT + 2}, {DIS_UDP, BN_PORT + 3}, {DIS_UDP, BN_PORT + 4},
	{DIS_UDP, BN_PORT + 5}, {DIS_LLC, BN_SAP}},
    .probe = bacnet_probe,
    .parse = bacnet_parse,
    .fields = &proto,
};

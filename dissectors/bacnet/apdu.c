/*
 * apdu: the application layer (20.1): which type, which service, which
 * request a reply answers.
 *
 *	ConfirmedRequest   0 flags | max | invoke | [seq win] | service ...
 *	UnconfirmedRequest 1 | service ...
 *	SimpleACK          2 | invoke | service
 *	ComplexACK         3 flags | invoke | [seq win] | service ...
 *	SegmentACK         4 flags | invoke | seq | win
 *	Error              5 | invoke | service ...
 *	Reject             6 | invoke | reason
 *	Abort              7 flags | invoke | reason
 */
#include "dissectors/bacnet/bacnet.h"

/* Bits of the first octet. */
#define SEGMENTED 0x08
#define MORE      0x04
#define ACCEPTS   0x02
#define NAK       0x02
#define SERVER    0x01

#define NO_TYPE 255

/* Which bits of the first octet a type has. */
static const uint8_t flags_of[BN_PDU_TYPES] = {
    [BN_CONFIRMED] = SEGMENTED | MORE | ACCEPTS,
    [BN_COMPLEX_ACK] = SEGMENTED | MORE,
    [BN_SEGMENT_ACK] = NAK | SERVER,
    [BN_ABORT] = SERVER,
};

static bool
is_reply(const struct bn_pdu *p)
{
	switch (p->type) {
	case BN_CONFIRMED:
	case BN_UNCONFIRMED: return false;
	case BN_SEGMENT_ACK:
	case BN_ABORT: return p->server;
	default: return true;
	}
}

static void
service(struct bn_pdu *p)
{
	p->service = rd_u8(&p->body);
	p->has_service = rd_ok(&p->body);
}

/* False when it is too short. */
static bool
header(struct bn_pdu *p, uint8_t first)
{
	p->segmented = false;
	if (p->type == BN_UNCONFIRMED) {
		service(p);
		return rd_ok(&p->body);
	}
	if (p->type == BN_CONFIRMED) {
		rd_skip(&p->body, 1); /* the largest answer it takes */
		p->accepts = first & ACCEPTS;
	}
	p->invoke = rd_u8(&p->body);
	switch (p->type) {
	case BN_CONFIRMED:
	case BN_COMPLEX_ACK:
		p->segmented = first & SEGMENTED;
		p->more = first & MORE;
		if (p->segmented) {
			p->seq = rd_u8(&p->body);
			p->window = rd_u8(&p->body);
		}
		service(p);
		break;
	case BN_SIMPLE_ACK:
	case BN_ERROR: service(p); break;
	case BN_SEGMENT_ACK:
		p->nak = first & NAK;
		p->server = first & SERVER;
		p->seq = rd_u8(&p->body);
		p->window = rd_u8(&p->body);
		break;
	default:
		p->server = p->type == BN_REJECT || (first & SERVER);
		p->reason = rd_u8(&p->body);
		break;
	}
	return rd_ok(&p->body);
}

/* --- the service --------------------------------------------------------- */

/* 16.9, 16.10: both limits of a range or none, the lower one first. */
static void
judge_range(struct bn_pdu *p, const uint8_t *at)
{
	const struct ev_field *low = ev_find(&p->m->args, BNF_LOW);
	const struct ev_field *high = ev_find(&p->m->args, BNF_HIGH);

	if (low == NULL && high == NULL) {
		return;
	}
	if (low == NULL || high == NULL || low->u > high->u ||
	    high->u > BN_INSTANCES) {
		bn_bad(p, BN_BAD_RANGE, at);
	}
}

static const struct bn_step *
steps_of(struct bn_pdu *p, bool *ret_known)
{
	*ret_known = true;
	switch (p->type) {
	case BN_CONFIRMED: return bn_request_steps(p->service, ret_known);
	case BN_UNCONFIRMED: return bn_unconfirmed_steps(p->service, ret_known);
	case BN_COMPLEX_ACK: return bn_ack_steps(p->service, ret_known);
	case BN_ERROR: return bn_error_steps(p->service);
	default: return NULL;
	}
}

static void
parameters(struct bn_pdu *p)
{
	const struct bn_step *steps;
	bool known;

	if (p->segmented) {
		bn_segment(p);
	} else {
		p->whole = true;
	}
	if (!p->whole) {
		(void)rd_rest(&p->body);
		return;
	}
	steps = steps_of(p, &known);
	if (!known) {
		bn_bad(p,
		    p->type == BN_COMPLEX_ACK && p->service < BN_CONFIRMED_MAX
			? BN_BAD_REPLY
			: BN_BAD_SERVICE,
		    p->body.p - 1);
		(void)rd_rest(&p->body);
	} else if (steps != NULL) {
		const uint8_t *at = p->body.p;

		if (!bn_direct(p)) {
			bn_steps(p, steps);
			judge_range(p, at);
		}
	} else if (rd_left(&p->body) > 0) {
		bn_bad(p, BN_BAD_TRAILING, p->body.p);
	}
}

/* --- name, class, pair, status ------------------------------------------- */

/* Reads by the request what a reply does not say. */
static void
match(struct bn_pdu *p)
{
	int want = p->has_service ? p->service : BN_ANY;
	uint64_t key = bn_key(p, 'a', p->invoke);

	switch (p->type) {
	case BN_COMPLEX_ACK:
		if (p->segmented) {
			break; /* bn_segment() does, for all of them */
		}
		/* fallthrough */
	case BN_SIMPLE_ACK:
	case BN_ERROR: p->has_pair = bn_take(p, key, want); break;
	case BN_REJECT: p->has_pair = bn_take(p, key, BN_ANY); break;
	case BN_ABORT:
		p->has_pair = p->server && bn_take(p, key, BN_ANY);
		bn_segments_drop(p);
		break;
	default: break;
	}
	if (p->has_pair && p->wait.segmented && p->type != BN_ABORT) {
		bn_segments_answered(p);
	}
}

static const char *
op_name(const struct bn_pdu *p)
{
	const struct bn_service *s;
	bool confirmed = p->type != BN_UNCONFIRMED;
	uint8_t n = p->service;

	if (p->type == BN_SEGMENT_ACK) {
		return "segment_ack";
	}
	if (p->type == BN_REJECT || p->type == BN_ABORT) {
		if (!p->has_pair || p->wait.service >= BN_CONFIRMED_MAX) {
			return p->type == BN_REJECT ? "reject" : "abort";
		}
		n = p->wait.service;
	}
	if (n >= (confirmed ? BN_CONFIRMED_MAX : BN_UNCONFIRMED_MAX)) {
		return confirmed ? "confirmed_unknown" : "unconfirmed_unknown";
	}
	s = confirmed ? &bn_confirmed[n] : &bn_unconfirmed[n];
	return s->name;
}

static enum ev_class
class_of(const struct bn_pdu *p)
{
	if (p->type == BN_UNCONFIRMED) {
		return p->service < BN_UNCONFIRMED_MAX
			   ? (enum ev_class)bn_unconfirmed[p->service].cls
			   : EV_CLASS_OTHER;
	}
	if (p->type == BN_CONFIRMED) {
		return bn_request_class(p);
	}
	if (p->has_pair) {
		return (enum ev_class)p->wait.cls;
	}
	if (p->has_service && p->service < BN_CONFIRMED_MAX) {
		return (enum ev_class)bn_confirmed[p->service].cls;
	}
	return EV_CLASS_OTHER;
}

static enum ev_dir
dir_of(const struct bn_pdu *p)
{
	if (p->type == BN_UNCONFIRMED) {
		return p->service < BN_UNCONFIRMED_MAX
			   ? (enum ev_dir)bn_unconfirmed[p->service].dir
			   : EV_DIR_REQUEST;
	}
	if (p->type == BN_CONFIRMED) {
		return p->service < BN_CONFIRMED_MAX
			   ? (enum ev_dir)bn_confirmed[p->service].dir
			   : EV_DIR_REQUEST;
	}
	return is_reply(p) ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
}

static const char *
status_of(const struct bn_pdu *p)
{
	const char *name;

	switch (p->type) {
	case BN_ERROR:
		if (!p->has_error) {
			return "unknown_error";
		}
		name = bn_error_name(p->err_code);
		return name != NULL         ? name
		       : p->err_code >= 256 ? "proprietary_error"
					    : "unknown_error";
	case BN_REJECT: return bn_reject_name(p->reason);
	case BN_ABORT: return bn_abort_name(p->reason);
	default: return "ok";
	}
}

/* Who asks: notifications come from the server (13.6). */
static void
client(struct bn_pdu *p)
{
	bool tells = p->dir == EV_DIR_NOTIFY;
	bool sender = !is_reply(p) && !tells;
	bool sure = p->type != BN_UNCONFIRMED && !tells;

	if (sure && is_reply(p) && p->has_pair &&
	    p->wait.cls == EV_CLASS_REPORT) {
		sure = false; /* the answer to a notification */
	}
	bn_client(p, sender, sure);
}

/* --- printing ------------------------------------------------------------ */

static void
tell_segment(const struct bn_pdu *p, struct ev *e)
{
	if (!p->segmented && p->type != BN_SEGMENT_ACK) {
		return;
	}
	ev_object(e, BNF_SEG);
	ev_uint(e, BNF_SEQ, p->seq);
	ev_uint(e, BNF_WIN, p->window);
	if (p->type == BN_SEGMENT_ACK) {
		ev_bool(e, BNF_NAK, p->nak);
		ev_bool(e, BNF_SERVER, p->server);
	} else {
		ev_bool(e, BNF_MORE, p->more);
		if (p->repeat) {
			ev_bool(e, BNF_REPEAT, true);
		}
		if (p->abandoned) {
			ev_bool(e, BNF_ABANDONED, true);
		}
	}
	ev_end(e);
}

static void
tell_header(const struct bn_pdu *p, struct ev *e)
{
	ev_uint(e, BNF_APDU, p->type);
	if (p->has_service) {
		ev_uint(e, BNF_SERVICE, p->service);
	}
	if (p->type != BN_UNCONFIRMED) {
		ev_uint(e, BNF_INVOKE, p->invoke);
	}
	tell_segment(p, e);
	if (p->has_error) {
		ev_array(e, BNF_ERROR);
		ev_uint(e, EVF_ELEM, p->err_class);
		ev_uint(e, EVF_ELEM, p->err_code);
		ev_end(e);
	}
	if (p->type == BN_REJECT || p->type == BN_ABORT) {
		ev_uint(e, p->type == BN_REJECT ? BNF_REJECT : BNF_ABORT,
		    p->reason);
	}
}

/* A value that no table of ours fits is told as any other. */
static void
tell_value(struct bn_pdu *p, struct ev *e, const struct bn_item *i)
{
	const struct bn_step *form = bn_value_steps(i);

	if (form == NULL || !bn_steps_value(p, e, i->value, form)) {
		bn_print(p->m, e, EVF_VALUE, i->value, BN_ITEM_LEVEL);
	}
}

static void
tell_item(struct bn_pdu *p, struct ev *e, const struct bn_item *i)
{
	ev_object(e, EVF_ELEM);
	if (i->has & (BN_HAS_OID | BN_HAS_TYPE)) {
		ev_uint(e, BNF_TYPE, i->type);
	}
	if (i->has & BN_HAS_OID) {
		ev_uint(e, BNF_INSTANCE, i->instance);
	}
	if (i->has & BN_HAS_PROP) {
		ev_uint(e, BNF_PROPERTY, i->property);
	}
	if (i->has & BN_HAS_INDEX) {
		ev_uint(e, BNF_INDEX, i->index);
	}
	if (i->has & BN_HAS_VALUE) {
		tell_value(p, e, i);
	}
	if (i->has & BN_HAS_PRIO) {
		ev_uint(e, BNF_PRIORITY, i->priority);
	}
	if (i->has & BN_HAS_INCREMENT) {
		bn_print_prim(p->m, e, BNF_COV_INCREMENT, BN_REAL,
		    rd_make(i->change, sizeof(i->change)));
	}
	if (i->has & BN_HAS_STAMPED) {
		ev_bool(e, BNF_TIMESTAMPED, i->stamped);
	}
	if (i->has & BN_HAS_TIME) {
		bn_print_prim(p->m, e, EVF_TIME, BN_TIME,
		    rd_make(i->time, sizeof(i->time)));
	}
	if (i->has & BN_HAS_ERROR) {
		ev_array(e, BNF_ERROR);
		ev_uint(e, EVF_ELEM, i->err_class);
		ev_uint(e, EVF_ELEM, i->err_code);
		ev_end(e);
	}
	ev_end(e);
}

/*
 * What is read is in `about`, what is reported in the values behind it: who
 * wants no more than keys has no use for the objects.
 */
static bool
needs_objects(const struct bn_pdu *p, enum ev_class cls)
{
	return !p->ctx->brief || p->cut || p->bad != NULL ||
	       p->dir == EV_DIR_RESPONSE ||
	       (cls != EV_CLASS_READ && cls != EV_CLASS_REPORT);
}

static void
tell_service(struct bn_pdu *p, struct ev *e, enum ev_class cls)
{
	struct bn_msg *m = p->m;

	if (m->n != 0 && needs_objects(p, cls)) {
		ev_array(e, BNF_OBJECTS);
		for (uint16_t i = 0; i < m->n && !e->overflow; i++) {
			tell_item(p, e, &m->item[i]);
		}
		ev_end(e);
	}
	if (m->args.nfields != 0) {
		ev_object(e, BNF_ARGS);
		for (uint16_t i = 0; i < m->args.nfields; i++) {
			*ev_add(e, 0, 0) = m->args.f[i];
		}
		ev_end(e);
	}
	e->overflow |= m->lost || m->args.overflow;
}

/* A request waits, with what its reply will not repeat. */
static void
expect(struct bn_pdu *p, enum ev_class cls)
{
	const struct ev_field *f;
	struct bn_wait *w = &p->wait;

	memset(w, 0, sizeof(*w));
	w->service = p->service;
	w->cls = (uint8_t)cls;
	w->segmented = p->segmented;
	w->file = BN_NONE;
	if (p->m->n != 0 && p->m->item[0].has & BN_HAS_OID) {
		w->file = p->m->item[0].instance;
	}
	f = ev_find(&p->m->args, BNF_STATE);
	w->state = f != NULL ? (uint8_t)f->u : 0;
	f = ev_find(&p->m->args, BNF_DURATION);
	w->minutes = f != NULL ? (uint16_t)f->u : 0;
	w->password = ev_find(&p->m->args, BNF_PASSWORD) != NULL;
	(void)p->ctx->sv->put(p->ctx, bn_key(p, 'a', p->invoke), w, sizeof(*w));
}

static void
unknown(struct bn_pdu *p, const char *op)
{
	struct ev *e;

	p->dir = EV_DIR_UNKNOWN;
	e = bn_operation(p, op, p->type, EV_CLASS_OTHER);
	bn_tell_layers(p, e);
	if (p->type != NO_TYPE) {
		ev_uint(e, BNF_APDU, p->type);
	}
	(void)rd_rest(&p->body);
	dis_emit(p->ctx, e);
}

/* What the header itself breaks, once it could be read. */
static void
judge_header(struct bn_pdu *p, const uint8_t *at, uint8_t first)
{
	bool windowed = p->segmented || p->type == BN_SEGMENT_ACK;

	if (first & 15 & ~flags_of[p->type]) {
		bn_bad(p, BN_BAD_APDU_FLAGS, at);
	}
	if (windowed && (p->window == 0 || p->window > 127)) {
		bn_bad(p, BN_BAD_WINDOW, p->body.p - 1);
	}
}

/* Whether the answer needs no more than to be counted (dis_ctx, brief). */
static bool
is_counted_only(const struct bn_pdu *p)
{
	return p->ctx->brief && p->has_pair && !p->cut && p->bad == NULL &&
	       (p->type == BN_COMPLEX_ACK || p->type == BN_SIMPLE_ACK);
}

/* A notification tells of another object each time. */
static bool
has_about(const struct bn_pdu *p)
{
	return p->dir == EV_DIR_REQUEST ||
	       (p->dir == EV_DIR_RESPONSE && !p->has_pair);
}

static void
tell_all(
    struct bn_pdu *p, struct ev *e, enum ev_class cls, struct bn_about *about)
{
	bn_tell_layers(p, e);
	tell_header(p, e);
	if (has_about(p)) {
		bn_tell_about(p->m, e, about);
	}
	tell_service(p, e, cls);
}

static void
tell(struct bn_pdu *p, enum ev_class cls)
{
	struct bn_about about;
	struct ev *e;

	if (is_counted_only(p)) {
		dis_confirm(p->ctx);
		if (dis_answered(p->ctx, PROTO_BACNET, &p->pair)) {
			return;
		}
	}
	e = bn_operation(p, op_name(p), p->service, cls);
	if (!p->has_service) {
		e->flags &= (uint16_t)~EV_HAS_CODE;
	}
	if (p->dir == EV_DIR_RESPONSE && p->type != BN_SEGMENT_ACK) {
		e->status = status_of(p);
	}
	if (is_counted_only(p)) {
		ev_uint(e, BNF_APDU, p->type);
	} else {
		tell_all(p, e, cls, &about);
	}
	if (p->bad == NULL && !p->cut) {
		dis_confirm(p->ctx);
	}
	dis_emit(p->ctx, e);
}

static bool
is_asking(const struct bn_pdu *p)
{
	return p->type == BN_CONFIRMED && !p->cut && !p->repeat &&
	       (p->whole || !p->more);
}

void
bn_apdu(struct bn_pdu *p)
{
	const uint8_t *at = p->body.p;
	uint8_t first = rd_u8(&p->body);
	enum ev_class cls;

	p->type = rd_ok(&p->body) ? first >> 4 : NO_TYPE;
	if (p->type >= BN_PDU_TYPES) {
		bn_bad(p,
		    p->type == NO_TYPE ? BN_BAD_APDU_SHORT : BN_BAD_APDU_TYPE,
		    at);
		unknown(p, "apdu_unknown");
		return;
	}
	if (!header(p, first)) {
		bn_bad(p, BN_BAD_APDU_SHORT, p->end);
		unknown(p, "apdu_short");
		return;
	}
	judge_header(p, at, first);
	match(p);
	parameters(p);
	p->dir = dir_of(p);
	cls = class_of(p);
	client(p);
	if (is_asking(p)) {
		expect(p, cls);
	}
	tell(p, cls);
	if (p->bad == NULL && !p->cut && p->whole && !p->repeat) {
		bn_facts(p);
		bn_effects(p);
	}
}

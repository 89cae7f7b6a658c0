/*
 * objects: what an ASDU says of points ([1] 7.2.5, 7.2.6, 7.3).
 *
 *	single      address (3) | element | time    for each object
 *	sequence    address (3) | { element | time } of that address and those
 *	            behind it
 *
 * Lowest octet first.  A quality is the names of its bits, the worst first;
 * a value without any is "good".  Times are what the station says, mostly in
 * its own zone, so they are told as they are written and not as instants.
 */
#include <string.h>

#include "dissectors/iec104/iec104.h"

#include "base/real.h"

/* Octets of elements. */
static const uint8_t lengths[T104_ELEMENTS] = {
    [T104_SP] = 1,
    [T104_DP] = 1,
    [T104_ST] = 2,
    [T104_BO] = 5,
    [T104_NVA] = 3,
    [T104_NVQ] = 2,
    [T104_SVA] = 3,
    [T104_FLT] = 5,
    [T104_BCR] = 5,
    [T104_SEP] = 3,
    [T104_SPE] = 4,
    [T104_OCI] = 4,
    [T104_PS] = 5,
    [T104_SCO] = 1,
    [T104_DCO] = 1,
    [T104_RCO] = 1,
    [T104_SNV] = 3,
    [T104_SSV] = 3,
    [T104_SFL] = 5,
    [T104_SBO] = 4,
    [T104_COI] = 1,
    [T104_QOI] = 1,
    [T104_QCC] = 1,
    [T104_QRP] = 1,
    [T104_PNV] = 3,
    [T104_PSV] = 3,
    [T104_PFL] = 5,
    [T104_OTHER1] = 1,
    [T104_OTHER2] = 2,
    [T104_FILE4] = 4,
    [T104_FILE5] = 5,
    [T104_FILE6] = 6,
    [T104_FILE7] = 7,
    [T104_FILE16] = 16,
};

size_t
t104_element_len(uint8_t element)
{
	return lengths[element];
}

bool
t104_next(const struct t104_msg *m, struct rd *r, unsigned at,
    struct t104_object *ret)
{
	const struct t104_type *t = m->type;
	uint32_t low;

	if (at >= m->count || rd_left(r) == 0) {
		return false;
	}
	if (at == 0 || !m->sequence) {
		low = rd_le16(r);
		ret->address = low | (uint32_t)rd_u8(r) << 16;
	} else {
		ret->address = (ret->address + 1) & 0xffffff;
	}
	/* A segment is all that is left. */
	ret->element = t->element == T104_SEG ? rd_rest(r)
					      : rd_sub(r, lengths[t->element]);
	ret->time = rd_sub(r, t->time);
	return rd_ok(r);
}

/* --- qualities ------------------------------------------------------------- */

/* Blocked, substituted, not topical, invalid are the upper four bits. */
#define OVERFLOW 0x01
#define INVALID  0x80

static const char *
quality(uint8_t q)
{
	static const char *const names[16][2] = {
	    {"good", "overflow"},
	    {"blocked", "blocked overflow"},
	    {"substituted", "substituted overflow"},
	    {"substituted blocked", "substituted blocked overflow"},
	    {"not_topical", "not_topical overflow"},
	    {"not_topical blocked", "not_topical blocked overflow"},
	    {"not_topical substituted", "not_topical substituted overflow"},
	    {"not_topical substituted blocked",
		"not_topical substituted blocked overflow"},
	    {"invalid", "invalid overflow"},
	    {"invalid blocked", "invalid blocked overflow"},
	    {"invalid substituted", "invalid substituted overflow"},
	    {"invalid substituted blocked",
		"invalid substituted blocked overflow"},
	    {"invalid not_topical", "invalid not_topical overflow"},
	    {"invalid not_topical blocked",
		"invalid not_topical blocked overflow"},
	    {"invalid not_topical substituted",
		"invalid not_topical substituted overflow"},
	    {"invalid not_topical substituted blocked",
		"invalid not_topical substituted blocked overflow"},
	};

	return names[q >> 4][q & OVERFLOW];
}

/* Of a counter: carry, adjusted, invalid. */
static const char *
counter_quality(uint8_t q)
{
	return q & INVALID ? "invalid"
	       : q & 0x40  ? "adjusted"
	       : q & 0x20  ? "carry"
			   : "good";
}

/* --- values ---------------------------------------------------------------- */

static void
put_int(struct t104_value *v, int64_t i)
{
	v->kind = EV_T_INT;
	v->i = i;
}

static void
put_name(struct t104_value *v, const char *s)
{
	v->kind = EV_T_NAME;
	v->s = s;
}

/* From -1 to 1 - 2^-15. */
static void
put_normalized(struct t104_value *v, uint16_t raw)
{
	v->kind = EV_T_DOUBLE;
	v->d = (int16_t)raw / 32768.0;
}

static void
put_real(struct t104_value *v, uint32_t raw)
{
	v->kind = EV_T_DOUBLE;
	v->d = real_from32(raw);
}

static const char *
double_name(unsigned v)
{
	static const char *const names[] = {
	    "intermediate", "off", "on", "indeterminate"};

	return names[v & 3];
}

static const char *
step_name(unsigned v)
{
	static const char *const names[] = {
	    "not_permitted", "lower", "higher", "not_permitted"};

	return names[v & 3];
}

/* Commands: a value, how, and whether it is only selected. */
static void
command(uint8_t element, struct rd *r, struct t104_value *v)
{
	uint8_t q = 0;

	switch (element) {
	case T104_SCO:
		q = rd_u8(r);
		put_name(v, q & 1 ? "on" : "off");
		break;
	case T104_DCO:
		q = rd_u8(r);
		put_name(v, (q & 3) == 1   ? "off"
			    : (q & 3) == 2 ? "on"
					   : "not_permitted");
		break;
	case T104_RCO:
		q = rd_u8(r);
		put_name(v, step_name(q));
		break;
	case T104_SNV: put_normalized(v, rd_le16(r)); break;
	case T104_SSV: put_int(v, (int16_t)rd_le16(r)); break;
	case T104_SFL: put_real(v, rd_le32(r)); break;
	default:
		v->kind = EV_T_UINT;
		v->u = rd_le32(r);
		return; /* has no qualifier */
	}
	if (element == T104_SCO || element == T104_DCO || element == T104_RCO) {
		v->qualifier = q >> 2 & 0x1f;
	} else {
		q = rd_u8(r);
		v->qualifier = q & 0x7f;
	}
	v->select = q & 0x80;
}

static void
measured(uint8_t element, struct rd *r, struct t104_value *v)
{
	v->measured = true;
	switch (element) {
	case T104_NVA: put_normalized(v, rd_le16(r)); break;
	case T104_SVA: put_int(v, (int16_t)rd_le16(r)); break;
	case T104_FLT: put_real(v, rd_le32(r)); break;
	default: put_normalized(v, rd_le16(r)); return;
	}
	v->quality = quality(rd_u8(r));
}

/* A parameter's qualifier is what kind it is. */
static void
parameter(uint8_t element, struct rd *r, struct t104_value *v)
{
	switch (element) {
	case T104_PNV: put_normalized(v, rd_le16(r)); break;
	case T104_PSV: put_int(v, (int16_t)rd_le16(r)); break;
	default: put_real(v, rd_le32(r)); break;
	}
	v->qualifier = rd_u8(r);
}

static void
point(uint8_t element, struct rd *r, struct t104_value *v)
{
	uint8_t q;

	switch (element) {
	case T104_SP:
		q = rd_u8(r);
		put_name(v, q & 1 ? "on" : "off");
		v->quality = quality(q & 0xf0);
		break;
	case T104_DP:
		q = rd_u8(r);
		put_name(v, double_name(q));
		v->quality = quality(q & 0xf0);
		break;
	case T104_ST: /* seven bits with a sign, then: in transit */
		q = rd_u8(r);
		put_int(v, (q & 0x40 ? (int)(q & 0x7f) - 128 : q & 0x7f));
		v->quality = quality(rd_u8(r));
		break;
	case T104_BO:
		v->kind = EV_T_UINT;
		v->u = rd_le32(r);
		v->quality = quality(rd_u8(r));
		break;
	case T104_BCR:
		v->measured = true;
		put_int(v, (int32_t)rd_le32(r));
		v->quality = counter_quality(rd_u8(r));
		break;
	case T104_SEP:
		q = rd_u8(r);
		put_name(v, double_name(q));
		v->quality = quality(q & 0xf0);
		break;
	default: break;
	}
}

void
t104_value(uint8_t element, struct rd r, struct t104_value *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->kind = EV_T_NULL;
	ret->qualifier = -1;
	if (element >= T104_SCO && element <= T104_SBO) {
		command(element, &r, ret);
	} else if (element >= T104_NVA && element <= T104_FLT) {
		measured(element, &r, ret);
	} else if (element >= T104_PNV && element <= T104_PFL) {
		parameter(element, &r, ret);
	} else if (element >= T104_COI && element <= T104_QRP) {
		ret->qualifier = rd_u8(&r);
	} else {
		point(element, &r, ret);
	}
}

static void
put_value(struct ev *e, uint16_t id, const struct t104_value *v)
{
	switch (v->kind) {
	case EV_T_UINT: ev_uint(e, id, v->u); break;
	case EV_T_INT: ev_int(e, id, v->i); break;
	case EV_T_DOUBLE: ev_double(e, id, v->d); break;
	case EV_T_NAME: ev_name(e, id, v->s); break;
	default: break;
	}
}

/* --- times ----------------------------------------------------------------- */

static char *
put_digits(char *to, unsigned v, unsigned n, char behind)
{
	for (unsigned i = n; i > 0; i--) {
		to[i - 1] = (char)('0' + v % 10);
		v /= 10;
	}
	to[n] = behind;
	return to + n + 1;
}

/*
 * CP56Time2a: milliseconds (2), minute, hour, day, month, year; CP24Time2a
 * ends behind the minute.  0 where it is no time, or said to be invalid.
 */
static size_t
time_text(struct rd r, char to[T104_TIME_MAX])
{
	bool whole = rd_left(&r) == 7;
	unsigned ms = rd_le16(&r), minute = rd_u8(&r);
	unsigned hour = rd_u8(&r) & 0x1f, day = rd_u8(&r) & 0x1f;
	unsigned month = rd_u8(&r) & 0x0f, year = rd_u8(&r) & 0x7f;
	char *at = to;

	if (ms > 59999 || minute & 0x80 || (minute & 0x3f) > 59) {
		return 0;
	}
	if (whole) {
		if (hour > 23 || day == 0 || month == 0 || month > 12 ||
		    year > 99) {
			return 0;
		}
		at = put_digits(at, 2000 + year, 4, '-');
		at = put_digits(at, month, 2, '-');
		at = put_digits(at, day, 2, 'T');
		at = put_digits(at, hour, 2, ':');
	}
	at = put_digits(at, minute & 0x3f, 2, ':');
	at = put_digits(at, ms / 1000, 2, '.');
	at = put_digits(at, ms % 1000, 3, '\0');
	return (size_t)(at - to) - 1;
}

/* --- telling --------------------------------------------------------------- */

/* File and section, in front of what else there is. */
static void
put_file(struct ev *e, uint8_t element, struct rd r)
{
	ev_uint(e, T104F_FILE, rd_le16(&r));
	if (element != T104_FILE6 && element != T104_FILE16) {
		ev_uint(e, T104F_SECTION, rd_le16(&r) & 0xff);
	}
}

static void
tell_object(
    struct t104_msg *m, struct ev *e, const struct t104_object *o, unsigned at)
{
	uint8_t element = m->type->element;
	struct t104_value v;
	size_t n;

	t104_value(element, o->element, &v);
	ev_object(e, EVF_ELEM);
	ev_uint(e, T104F_ADDR, o->address);
	put_value(e, T104F_VALUE, &v);
	if (v.quality != NULL) {
		ev_name(e, T104F_QUALITY, v.quality);
	}
	if (element >= T104_FILE4) {
		put_file(e, element, o->element);
	}
	n = m->type->time != 0 ? time_text(o->time, m->times[at]) : 0;
	if (n > 0) {
		ev_bytes(e, T104F_TIME, EV_T_TEXT, m->times[at], n);
	}
	ev_end(e);
}

void
t104_tell_objects(struct t104_msg *m, struct ev *e)
{
	struct rd r = m->objects;
	struct t104_object o = {0};
	struct t104_value v;

	ev_uint(e, T104F_COUNT, m->count);
	if (m->type == NULL || !t104_next(m, &r, 0, &o)) {
		return;
	}
	ev_uint(e, T104F_ADDR, o.address);
	t104_value(m->type->element, o.element, &v);
	if (v.qualifier >= 0) {
		ev_int(e, T104F_QUALIFIER, v.qualifier);
	}
	if (m->type->element >= T104_SCO && m->type->element <= T104_SFL) {
		ev_name(e, T104F_PHASE, v.select ? "select" : "execute");
	}
	ev_array(e, T104F_OBJECTS);
	r = m->objects;
	for (unsigned i = 0; t104_next(m, &r, i, &o); i++) {
		tell_object(m, e, &o, i);
	}
	ev_end(e);
}

/* Whether it is told as what it is, or shall become. */
static const char *
source_of(const struct t104_msg *m, const struct t104_value *v)
{
	if (m->dir == EV_DIR_REQUEST) {
		/* Parameters are no values of the points that they are of. */
		return v->select || m->cause != T104_ACT || m->number >= 110
			   ? NULL
			   : ev_commanded;
	}
	/* Confirmations repeat the command. */
	return m->number < 45 ? ev_reported : NULL;
}

static void
tell_value(struct t104_msg *m, const struct t104_object *o)
{
	struct dis_reading reading = {
	    .name = "ioa", .number = o->address, .proto = PROTO_IEC104};
	struct t104_value v;
	const char *source;
	struct ev *e;
	size_t n;

	t104_value(m->type->element, o->element, &v);
	source = source_of(m, &v);
	reading.quality = v.quality;
	if (v.kind == EV_T_NULL || source == NULL ||
	    (v.measured && source == ev_reported &&
		dis_is_fresh(m->ctx, &reading))) {
		return;
	}
	e = dis_value(m->ctx, PROTO_IEC104, m->dir);
	ev_numbered(e, EVF_OBJECT, "ioa", o->address);
	put_value(e, EVF_VALUE, &v);
	if (v.quality != NULL) {
		ev_name(e, EVF_QUALITY, v.quality);
	}
	n = m->type->time != 0 ? time_text(o->time, m->times[T104_OBJECTS_MAX])
			       : 0;
	if (n > 0) {
		ev_bytes(e, EVF_TIME, EV_T_TEXT, m->times[T104_OBJECTS_MAX], n);
	}
	ev_name(e, EVF_SOURCE, source);
	dis_tell_value(m->ctx, e);
}

/* End of initialization: the station was switched on or reset. */
static void
tell_start(struct t104_msg *m, struct rd element)
{
	static const char *const how[] = {
	    "power_on", "local_reset", "remote_reset"};
	uint8_t cause = rd_u8(&element) & 0x7f;
	struct ev *e = dis_event(m->ctx, EV_STATE, PROTO_IEC104, m->dir);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->src;
	ev_name(e, EVF_STATE, "restarted");
	ev_name(e, EVF_DETAIL, cause < 3 ? how[cause] : "other");
	ev_name(e, EVF_VIA, m->op);
	dis_emit(m->ctx, e);
}

void
t104_facts(struct t104_msg *m)
{
	struct rd r = m->objects;
	struct t104_object o = {0};

	/* What is only a test has no effect ([1] 7.2.3). */
	if (m->test) {
		return;
	}
	for (unsigned i = 0; t104_next(m, &r, i, &o); i++) {
		if (m->type->element == T104_COI) {
			tell_start(m, o.element);
		} else {
			tell_value(m, &o);
		}
	}
}

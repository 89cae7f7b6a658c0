/*
 * ev_sample: random events.  Every type, every part of the envelope, present
 * or absent, within the limits and just at them; bytes that are text, almost
 * text and noise.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "event/ev_sample.h"

static const struct ev_field_info fields[] = {
    {"addr", EV_R_ADDR, "1"},
    {"qty", EV_R_QTY, "1"},
    {"values", EV_R_VALUES, "2"},
    {"value", EV_R_NONE, "2"},
    {"text", EV_R_NONE, "3"},
    {"quality", EV_R_NONE, "3"},
    {"item", EV_R_KEY, "4"},
    {"file", EV_R_NONE, "5"},
};

static const struct ev_proto sample = {

    .name = "sample", .fields = fields, .nfields = SAMPLE_END - EV_PROTO_BASE};

void
ev_sample_register(void)
{
	ev_proto_register(SAMPLE_PROTO, &sample);
}

void
ev_sample_init(struct ev_sample *s, enum ev_kind kind)
{
	s->used = 0;
	s->ev = (struct ev){
	    .kind = (uint8_t)kind, .f = s->f, .max_fields = EV_SAMPLE_FIELDS};
}

/* splitmix64 */
static uint64_t
bits(struct ev_sample *s)
{
	uint64_t z = s->seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* 0 to n - 1 */
static uint32_t
below(struct ev_sample *s, uint32_t n)
{
	return (uint32_t)(bits(s) % n);
}

static bool
chance(struct ev_sample *s)
{
	return bits(s) & 1;
}

/* Small numbers as often as large ones. */
static uint64_t
number(struct ev_sample *s)
{
	return bits(s) >> below(s, 64);
}

static uint8_t *
take(struct ev_sample *s, size_t n)
{
	uint8_t *p = s->bytes + s->used;

	assert(n <= sizeof(s->bytes) - s->used);
	s->used += n;
	return p;
}

/* Up to max bytes: printable, Latin-1 or UTF-8 pieces, or noise. */
static const uint8_t *
some_bytes(struct ev_sample *s, size_t n)
{
	static const char pieces[] = "\xc3\xbc\xe2\x82\xac\xf0\x9f\x8f\xad\xed";
	unsigned how = below(s, 3);
	uint8_t *p = take(s, n);

	for (size_t i = 0; i < n; i++) {
		p[i] = how == 0   ? (uint8_t)(0x20 + below(s, 0x5f))
		       : how == 1 ? (uint8_t)pieces[(i + n) % 10]
				  : (uint8_t)bits(s);
	}
	return p;
}

static const char *
some_name(struct ev_sample *s)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz0123456789_ /:-.";
	size_t n = chance(s) ? below(s, 12) : below(s, EV_NAME_MAX + 1);
	char *p = (char *)take(s, n + 1);

	for (size_t i = 0; i < n; i++) {
		p[i] = set[below(s, sizeof(set) - 1)];
	}
	p[n] = '\0';
	return p;
}

static void
random_sub(struct ev_sample *s, struct ev_sub *sub)
{
	static const char path[] = "1,0,192.168.1.7";
	size_t n;

	sub->kind = (uint8_t)below(s, EV_SUB_KIND_COUNT);
	switch ((enum ev_sub_kind)sub->kind) {
	case EV_SUB_BACNET:
		sub->net = (uint16_t)bits(s);
		sub->len = (uint8_t)below(s, EV_SUB_MAC_MAX + 1);
		memcpy(sub->mac, some_bytes(s, sub->len), sub->len);
		break;
	case EV_SUB_ADDR:
	case EV_SUB_UNIT: sub->num = (uint32_t)number(s); break;
	case EV_SUB_PATH:
		n = below(s, EV_SUB_PATH_MAX + 1);
		for (size_t i = 0; i < n; i++) {
			sub->path[i] = path[i % (sizeof(path) - 1)];
		}
		sub->len = (uint8_t)n;
		break;
	case EV_SUB_NONE:
	case EV_SUB_KIND_COUNT: break;
	}
}

static void
random_end(struct ev_sample *s, struct ev_end *d)
{
	*d = (struct ev_end){0};
	d->has_mac = chance(s);
	if (d->has_mac) {
		memcpy(d->mac, some_bytes(s, 6), 6);
	}
	d->has_port = chance(s);
	if (d->has_port) {
		d->port = (uint16_t)bits(s);
	}
	d->ipver = (uint8_t)(2 * below(s, 4));
	d->ipver = d->ipver == 2 ? 0 : d->ipver;
	if (d->ipver != 0) {
		size_t n = d->ipver == 4 ? 4 : 16;

		memcpy(d->ip.a, some_bytes(s, n), n);
	}
	random_sub(s, &d->sub);
}

static double
random_double(struct ev_sample *s)
{
	static const double special[] = {
	    0, -0.0, 1.5, -21.25, 1e300, 5e-324, NAN, INFINITY, -INFINITY};
	uint64_t b = bits(s);
	double d;

	if (chance(s)) {
		return special[below(s, sizeof(special) / sizeof(double))];
	}
	memcpy(&d, &b, sizeof(d));
	return d;
}

static size_t
some_length(struct ev_sample *s)
{
	return below(s, 8) != 0 ? below(s, 20) : below(s, 1500);
}

static void
random_field(struct ev_sample *s, uint16_t id)
{
	enum ev_type type = (enum ev_type)below(s, EV_T_OBJECT);
	size_t n = some_length(s);
	struct ev *e = &s->ev;

	if (s->used + n + EV_NAME_MAX + 1 > sizeof(s->bytes)) {
		type = EV_T_NULL;
	}
	switch (type) {
	case EV_T_UINT: ev_uint(e, id, number(s)); break;
	case EV_T_INT: ev_int(e, id, (int64_t)number(s)); break;
	case EV_T_DOUBLE: ev_double(e, id, random_double(s)); break;
	case EV_T_BOOL: ev_bool(e, id, chance(s)); break;
	case EV_T_NAME: ev_name(e, id, some_name(s)); break;
	case EV_T_TEXT:
	case EV_T_LATIN1:
	case EV_T_UCS2BE:
	case EV_T_UCS2LE:
	case EV_T_UCS4BE:
	case EV_T_HEX: ev_bytes(e, id, type, some_bytes(s, n), n); break;
	case EV_T_HEXNUM: ev_hexnum(e, id, number(s), below(s, 9)); break;
	case EV_T_REGS:
		ev_bytes(
		    e, id, type, some_bytes(s, n & ~(size_t)1), n & ~(size_t)1);
		break;
	case EV_T_BITS:
		ev_bytes(e, id, type, some_bytes(s, (n + 7) / 8), n);
		break;
	case EV_T_MAC: ev_bytes(e, id, type, some_bytes(s, 6), 6); break;
	case EV_T_IP:
		n = chance(s) ? 4 : 16;
		ev_bytes(e, id, type, some_bytes(s, n), n);
		break;
	default: ev_add(e, id, EV_T_NULL)->u = 0; break;
	}
}

/* A name that the open level does not have yet; 0 when none is left. */
static uint16_t
fresh_id(struct ev_sample *s, uint64_t *taken)
{
	unsigned protocol = s->ev.proto != 0 ? SAMPLE_END - SAMPLE_ADDR : 0;
	unsigned n = EVF_COMMON_COUNT - 1 + protocol;

	for (int tries = 0; tries < 8; tries++) {
		unsigned k = 1 + below(s, n);

		/* "value" and "quality" have an id here and one there. */
		if (*taken >> k & 1) {
			continue;
		}
		*taken |= (uint64_t)1 << k;
		if (k < EVF_COMMON_COUNT) {
			return (uint16_t)k;
		}
		k += SAMPLE_ADDR - EVF_COMMON_COUNT;
		if ((k == SAMPLE_VALUE && *taken >> EVF_VALUE & 1) ||
		    (k == SAMPLE_QUALITY && *taken >> EVF_QUALITY & 1)) {
			continue;
		}
		*taken |= k == SAMPLE_VALUE ? 1 << EVF_VALUE : 0;
		*taken |= k == SAMPLE_QUALITY ? 1 << EVF_QUALITY : 0;
		return (uint16_t)k;
	}
	return 0;
}

static void
random_fields(struct ev_sample *s)
{
	uint64_t taken[EV_DEPTH_MAX + 1] = {0};
	bool array[EV_DEPTH_MAX + 1] = {false};
	unsigned n = below(s, 24), depth = 0;
	struct ev *e = &s->ev;

	for (unsigned i = 0; i < n; i++) {
		unsigned what = below(s, 8);
		uint16_t id = EVF_ELEM;

		if (!array[depth]) {
			id = fresh_id(s, &taken[depth]);
			if (id == 0) {
				continue;
			}
		}
		if (what < 2 && depth < EV_DEPTH_MAX) {
			depth++;
			array[depth] = what == 0;
			taken[depth] = 0;
			ev_add(e, id, what == 0 ? EV_T_ARRAY : EV_T_OBJECT)->u =
			    0;
		} else if (what == 2 && depth > 0) {
			ev_end(e);
			depth--;
		} else {
			random_field(s, id);
		}
	}
	while (depth-- > 0) {
		ev_end(e);
	}
}

void
ev_sample_random(struct ev_sample *s, uint64_t seed)
{
	struct ev *e = &s->ev;

	s->seed = seed;
	ev_sample_init(s, (enum ev_kind)below(s, EV_KIND_COUNT));
	e->cls = (uint8_t)below(s, EV_CLASS_COUNT);
	e->dir = (uint8_t)below(s, EV_DIR_COUNT);
	e->proto = chance(s) ? SAMPLE_PROTO : 0;
	e->flags = (uint16_t)below(s, 2 * EV_CUT);
	e->vlan_n = (uint8_t)below(s, EV_VLANS_MAX + 1);
	for (size_t i = 0; i < e->vlan_n; i++) {
		e->vlan[i] = (uint16_t)below(s, 4096);
	}
	e->input = (uint32_t)number(s);
	e->iface = (uint32_t)number(s);
	e->frame = number(s);
	e->ts_ns = bits(s);
	random_end(s, &e->src);
	random_end(s, &e->dst);
	if (e->flags & EV_HAS_ORIGIN) {
		random_end(s, &e->origin);
		e->origin.sub.kind = EV_SUB_NONE;
	}
	if (e->flags & EV_HAS_SUBJECT) {
		random_end(s, &e->subject);
	}
	e->op = chance(s) ? some_name(s) : NULL;
	e->status = chance(s) ? some_name(s) : NULL;
	e->code = e->flags & EV_HAS_CODE ? (uint32_t)number(s) : 0;
	if (e->flags & EV_HAS_RTT) {
		e->rtt_us = (uint32_t)number(s);
		e->req_frame = number(s);
	}
	e->overflow = below(s, 8) == 0;
	random_fields(s);
}

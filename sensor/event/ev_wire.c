/*
 * ev_wire: one event as one record; all numbers little-endian.
 *
 *	u8 version  u8 kind  u8 class  u8 dir  u16 proto  u16 flags
 *	u32 input   u32 iface   u64 frame   u64 ts_ns
 *	u8 n        n x u16 VLAN id
 *	end src     end dst
 *	end origin              when flags has EV_HAS_ORIGIN
 *	end subject             when flags has EV_HAS_SUBJECT
 *	u8 has                  WIRE_OP, WIRE_STATUS, WIRE_OVERFLOW
 *	name op                 when has WIRE_OP
 *	name status             when has WIRE_STATUS
 *	u32 code                when flags has EV_HAS_CODE
 *	u32 rtt_us u64 req_frame     when flags has EV_HAS_RTT
 *	u16 n       n x field
 *
 *	end     u8 has: WIRE_MAC, WIRE_PORT, WIRE_IP4 or WIRE_IP6; sub kind
 *	        in the upper half.  Then of these what there is:
 *	        mac[6], u16 port, ip[4 or 16], and by sub kind:
 *	        BACNET  u16 net  u8 n  mac[n]
 *	        ADDR, UNIT  u32    PATH  u8 n  path[n]
 *	name    u8 n, n printable ASCII characters without '"' and '\'
 *	field   u16 id  u8 type, then by type:
 *	        UINT, INT, DOUBLE  8 bytes     BOOL  u8, 0 or 1
 *	        NAME  name                     HEXNUM  u8 bytes  u64
 *	        MAC  6 bytes                   IP  u8 4 or 16, so many bytes
 *	        texts, HEX, REGS  u16 n, n bytes
 *	        BITS  u16 bits, as many bytes as hold them; spare bits 0
 *	        NULL, OBJECT, ARRAY, END  nothing
 *
 * There is one encoding of an event, and decoding accepts no other: what
 * decodes encodes to the same bytes again.  Fields are as ev_close() left
 * them: balanced, at most EV_DEPTH_MAX deep; elements of an array, and only
 * they, have the id EVF_ELEM.
 *
 * Not here: framing, queues, versions other than this one.  Both ends are
 * one binary, so a different version is a stranger.
 */
#include <string.h>

#include "base/err.h"
#include "event/ev_wire.h"

enum {
	WIRE_MAC = 1 << 0,
	WIRE_PORT = 1 << 1,
	WIRE_IP4 = 1 << 2,
	WIRE_IP6 = 1 << 3,
	WIRE_SUB_SHIFT = 4,
};

enum {
	WIRE_OP = 1 << 0,
	WIRE_STATUS = 1 << 1,
	WIRE_OVERFLOW = 1 << 2,
	WIRE_HAS_ALL = WIRE_OP | WIRE_STATUS | WIRE_OVERFLOW,
};

#define FLAGS_ALL                                                           \
	(EV_TENTATIVE | EV_DUP | EV_HAS_CODE | EV_HAS_RTT | EV_HAS_ORIGIN | \
	    EV_HAS_SUBJECT | EV_REPEAT | EV_CUT | EV_UNROUTED | EV_ROUTED)
#define VLAN_ID_MAX    4095 /* IEEE 802.1Q, 12 bits */
#define FIELD_MIN_SIZE 3    /* id and type: what bounds a claimed count */

/* --- encoding -------------------------------------------------------------*/

/* Writes what fits; full is sticky. */
struct wr {
	uint8_t *start, *p, *end;
	bool full;
};

static uint8_t *
wr_get(struct wr *w, size_t n)
{
	uint8_t *p = w->p;

	if (w->full || (size_t)(w->end - p) < n) {
		w->full = true;
		return NULL;
	}
	w->p = p + n;
	return p;
}

/* The low n bytes of v. */
static inline void
wr_le(struct wr *w, uint64_t v, size_t n)
{
	uint8_t *p = wr_get(w, n);

	for (size_t i = 0; p != NULL && i < n; i++) {
		p[i] = (uint8_t)(v >> (8 * i));
	}
}

static void
wr_bytes(struct wr *w, const void *b, size_t n)
{
	uint8_t *p = wr_get(w, n);

	if (p != NULL && n != 0) {
		memcpy(p, b, n);
	}
}

static void
wr_name(struct wr *w, const char *s)
{
	size_t n = strnlen(s, EV_NAME_MAX);

	wr_le(w, n, 1);
	wr_bytes(w, s, n);
}

static void
wr_sub(struct wr *w, const struct ev_sub *s)
{
	size_t max = s->kind == EV_SUB_PATH ? EV_SUB_PATH_MAX : EV_SUB_MAC_MAX;
	size_t n = s->len < max ? s->len : max;

	switch ((enum ev_sub_kind)s->kind) {
	case EV_SUB_BACNET:
		wr_le(w, s->net, 2);
		wr_le(w, n, 1);
		wr_bytes(w, s->mac, n);
		break;
	case EV_SUB_ADDR:
	case EV_SUB_UNIT: wr_le(w, s->num, 4); break;
	case EV_SUB_PATH:
		wr_le(w, n, 1);
		wr_bytes(w, s->path, n);
		break;
	case EV_SUB_NONE:
	case EV_SUB_KIND_COUNT: break;
	}
}

static void
wr_end(struct wr *w, const struct ev_end *d)
{
	unsigned has = (unsigned)d->sub.kind << WIRE_SUB_SHIFT;

	has |= d->has_mac ? WIRE_MAC : 0;
	has |= d->has_port ? WIRE_PORT : 0;
	has |= d->ipver == 4 ? WIRE_IP4 : d->ipver == 6 ? WIRE_IP6 : 0;
	wr_le(w, has, 1);
	if (d->has_mac) {
		wr_bytes(w, d->mac, 6);
	}
	if (d->has_port) {
		wr_le(w, d->port, 2);
	}
	if (has & (WIRE_IP4 | WIRE_IP6)) {
		wr_bytes(w, d->ip.a, d->ipver == 4 ? 4 : 16);
	}
	wr_sub(w, &d->sub);
}

/* Sent as the text that it is. */
static void
wr_numbered(struct wr *w, const struct ev_field *f)
{
	char buf[EV_NUMBERED_TEXT];
	size_t n = ev_numbered_text(buf, f);

	wr_le(w, n, 2);
	wr_bytes(w, buf, n);
}

static void
wr_bits(struct wr *w, const struct ev_field *f)
{
	uint32_t bits = ev_len(f), n = (bits + 7) / 8;

	wr_le(w, bits, 2);
	wr_bytes(w, f->p, n);
	if (bits % 8 != 0 && !w->full) {
		w->p[-1] &= (uint8_t)((1u << bits % 8) - 1);
	}
}

/* What prints as null is sent as null: no name, no address of that length. */
static uint8_t
wire_type(const struct ev_field *f)
{
	bool none = false;

	switch ((enum ev_type)f->type) {
	case EV_T_NAME: none = f->s == NULL; break;
	case EV_T_MAC: none = ev_len(f) != 6; break;
	case EV_T_IP: none = ev_len(f) != 4 && ev_len(f) != 16; break;
	case EV_T_NUMBERED: return EV_T_TEXT;
	default: break;
	}
	return none ? EV_T_NULL : f->type;
}

static void
wr_field(struct wr *w, const struct ev_field *f)
{
	uint8_t type = wire_type(f);

	wr_le(w, f->id, 2);
	wr_le(w, type, 1);
	if (f->type == EV_T_NUMBERED) {
		wr_numbered(w, f);
		return;
	}
	switch ((enum ev_type)type) {
	case EV_T_UINT:
	case EV_T_INT:
	case EV_T_DOUBLE: wr_le(w, f->u, 8); break;
	case EV_T_BOOL: wr_le(w, f->u != 0, 1); break;
	case EV_T_NAME: wr_name(w, f->s); break;
	case EV_T_HEXNUM:
		wr_le(w, f->len < 8 ? f->len : 8, 1);
		wr_le(w, f->u, 8);
		break;
	case EV_T_MAC: wr_bytes(w, f->p, 6); break;
	case EV_T_IP:
		wr_le(w, f->len, 1);
		wr_bytes(w, f->p, f->len);
		break;
	case EV_T_TEXT:
	case EV_T_LATIN1:
	case EV_T_UCS2BE:
	case EV_T_UCS2LE:
	case EV_T_UCS4BE:
	case EV_T_HEX:
	case EV_T_REGS:
		wr_le(w, ev_len(f), 2);
		wr_bytes(w, f->p, ev_len(f));
		break;
	case EV_T_BITS: wr_bits(w, f); break;
	case EV_T_NULL:
	case EV_T_OBJECT:
	case EV_T_ARRAY:
	case EV_T_END:
	case EV_T_NUMBERED:
	case EV_T_COUNT: break;
	}
}

static void
wr_envelope(struct wr *w, const struct ev *e)
{
	size_t vlans = e->vlan_n < EV_VLANS_MAX ? e->vlan_n : EV_VLANS_MAX;

	wr_le(w, EV_WIRE_VERSION, 1);
	wr_le(w, e->kind, 1);
	wr_le(w, e->cls, 1);
	wr_le(w, e->dir, 1);
	wr_le(w, e->proto, 2);
	wr_le(w, e->flags & FLAGS_ALL, 2);
	wr_le(w, e->input, 4);
	wr_le(w, e->iface, 4);
	wr_le(w, e->frame, 8);
	wr_le(w, e->ts_ns, 8);
	wr_le(w, vlans, 1);
	for (size_t i = 0; i < vlans; i++) {
		wr_le(w, e->vlan[i] & VLAN_ID_MAX, 2);
	}
	wr_end(w, &e->src);
	wr_end(w, &e->dst);
	if (e->flags & EV_HAS_ORIGIN) {
		wr_end(w, &e->origin);
	}
	if (e->flags & EV_HAS_SUBJECT) {
		wr_end(w, &e->subject);
	}
}

static void
wr_operation(struct wr *w, const struct ev *e)
{
	unsigned has = e->overflow ? WIRE_OVERFLOW : 0;

	has |= e->op != NULL ? WIRE_OP : 0;
	has |= e->status != NULL ? WIRE_STATUS : 0;
	wr_le(w, has, 1);
	if (e->op != NULL) {
		wr_name(w, e->op);
	}
	if (e->status != NULL) {
		wr_name(w, e->status);
	}
	if (e->flags & EV_HAS_CODE) {
		wr_le(w, e->code, 4);
	}
	if (e->flags & EV_HAS_RTT) {
		wr_le(w, e->rtt_us, 4);
		wr_le(w, e->req_frame, 8);
	}
}

int
ev_wire_encode(const struct ev *e, void *buf, size_t size, size_t *ret_len)
{
	struct wr w = {.start = buf, .p = buf};

	w.end = w.start + (size < EV_WIRE_MAX ? size : EV_WIRE_MAX);
	if (e->nfields > EV_FIELDS_MAX) {
		return ERR_TOOBIG;
	}
	wr_envelope(&w, e);
	wr_operation(&w, e);
	wr_le(&w, e->nfields, 2);
	for (size_t i = 0; i < e->nfields; i++) {
		wr_field(&w, &e->f[i]);
	}
	if (w.full) {
		return ERR_TOOBIG;
	}
	*ret_len = (size_t)(w.p - w.start);
	return 0;
}

/* --- decoding -------------------------------------------------------------*/

/*
 * What a function below finds wrong it tells by failing the reader, which is
 * sticky; the record is judged once, at the end.
 */
struct de {
	struct rd r;
	struct arena *arena;
	bool full; /* the arena, not the peer, is at fault */
};

static void
check(struct de *d, bool good)
{
	if (!good) {
		rd_fail(&d->r);
	}
}

/* One byte below max. */
static uint8_t
de_enum(struct de *d, unsigned max)
{
	uint8_t v = rd_u8(&d->r);

	check(d, v < max);
	return v < max ? v : 0;
}

static bool
is_plain(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] < 0x20 || p[i] > 0x7e || p[i] == '"' || p[i] == '\\') {
			return false;
		}
	}
	return true;
}

/* n bytes of the record. */
static const uint8_t *
de_bytes(struct de *d, size_t n, size_t max)
{
	check(d, n <= max);
	return rd_bytes(&d->r, n);
}

/* A terminated copy in the arena; "" when anything is wrong. */
static const char *
de_name(struct de *d)
{
	size_t n = rd_u8(&d->r);
	const uint8_t *p = de_bytes(d, n, EV_NAME_MAX);
	char *s;

	if (p == NULL || !is_plain(p, n)) {
		rd_fail(&d->r);
		return "";
	}
	s = arena_get(d->arena, n + 1);
	if (s == NULL) {
		d->full = true;
		rd_fail(&d->r);
		return "";
	}
	memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

static void
de_sub(struct de *d, unsigned kind, struct ev_sub *ret)
{
	const uint8_t *p;

	ret->kind = (uint8_t)kind;
	switch ((enum ev_sub_kind)kind) {
	case EV_SUB_NONE: break;
	case EV_SUB_BACNET:
		ret->net = rd_le16(&d->r);
		ret->len = rd_u8(&d->r);
		p = de_bytes(d, ret->len, EV_SUB_MAC_MAX);
		if (p != NULL) {
			memcpy(ret->mac, p, ret->len);
		}
		break;
	case EV_SUB_ADDR:
	case EV_SUB_UNIT: ret->num = rd_le32(&d->r); break;
	case EV_SUB_PATH:
		ret->len = rd_u8(&d->r);
		p = de_bytes(d, ret->len, EV_SUB_PATH_MAX);
		if (p != NULL && is_plain(p, ret->len)) {
			memcpy(ret->path, p, ret->len);
		} else {
			rd_fail(&d->r);
		}
		break;
	case EV_SUB_KIND_COUNT:
	default: rd_fail(&d->r); break;
	}
}

static void
de_end(struct de *d, struct ev_end *ret)
{
	unsigned has = rd_u8(&d->r);
	unsigned ip = has & (WIRE_IP4 | WIRE_IP6);

	check(d, ip != (WIRE_IP4 | WIRE_IP6));
	if (has & WIRE_MAC) {
		ret->has_mac = true;
		rd_copy(&d->r, ret->mac, 6);
	}
	if (has & WIRE_PORT) {
		ret->has_port = true;
		ret->port = rd_le16(&d->r);
	}
	if (ip != 0) {
		ret->ipver = ip == WIRE_IP4 ? 4 : 6;
		rd_copy(&d->r, ret->ip.a, ret->ipver == 4 ? 4 : 16);
	}
	de_sub(d, has >> WIRE_SUB_SHIFT, &ret->sub);
}

static void
de_envelope(struct de *d, struct ev *e)
{
	check(d, rd_u8(&d->r) == EV_WIRE_VERSION);
	e->kind = de_enum(d, EV_KIND_COUNT);
	e->cls = de_enum(d, EV_CLASS_COUNT);
	e->dir = de_enum(d, EV_DIR_COUNT);
	e->proto = rd_le16(&d->r);
	check(d, e->proto == 0 || ev_proto(e->proto) != NULL);
	e->flags = rd_le16(&d->r);
	check(d, (e->flags & ~FLAGS_ALL) == 0);
	e->input = rd_le32(&d->r);
	e->iface = rd_le32(&d->r);
	e->frame = rd_le64(&d->r);
	e->ts_ns = rd_le64(&d->r);
	e->vlan_n = de_enum(d, EV_VLANS_MAX + 1);
	for (size_t i = 0; i < e->vlan_n; i++) {
		e->vlan[i] = rd_le16(&d->r);
		check(d, e->vlan[i] <= VLAN_ID_MAX);
	}
	de_end(d, &e->src);
	de_end(d, &e->dst);
	if (e->flags & EV_HAS_ORIGIN) {
		de_end(d, &e->origin);
	}
	if (e->flags & EV_HAS_SUBJECT) {
		de_end(d, &e->subject);
	}
}

static void
de_operation(struct de *d, struct ev *e)
{
	unsigned has = de_enum(d, WIRE_HAS_ALL + 1);

	e->overflow = (has & WIRE_OVERFLOW) != 0;
	if (has & WIRE_OP) {
		e->op = de_name(d);
	}
	if (has & WIRE_STATUS) {
		e->status = de_name(d);
	}
	if (e->flags & EV_HAS_CODE) {
		e->code = rd_le32(&d->r);
	}
	if (e->flags & EV_HAS_RTT) {
		e->rtt_us = rd_le32(&d->r);
		e->req_frame = rd_le64(&d->r);
	}
}

static void
de_bits(struct de *d, struct ev_field *f)
{
	const uint8_t *p;
	size_t n;

	f->len = rd_le16(&d->r);
	n = ((size_t)f->len + 7) / 8;
	p = de_bytes(d, n, EV_BLOB_MAX);
	f->p = p;
	check(d, p == NULL || f->len % 8 == 0 || p[n - 1] >> f->len % 8 == 0);
}

static void
de_value(struct de *d, struct ev_field *f)
{
	switch ((enum ev_type)f->type) {
	case EV_T_UINT:
	case EV_T_INT:
	case EV_T_DOUBLE: f->u = rd_le64(&d->r); break;
	case EV_T_BOOL: f->u = de_enum(d, 2); break;
	case EV_T_NAME: f->s = de_name(d); break;
	case EV_T_HEXNUM:
		f->len = de_enum(d, 8 + 1);
		f->u = rd_le64(&d->r);
		break;
	case EV_T_MAC:
		f->len = 6;
		f->p = rd_bytes(&d->r, 6);
		break;
	case EV_T_IP:
		f->len = rd_u8(&d->r);
		check(d, f->len == 4 || f->len == 16);
		f->p = rd_bytes(&d->r, f->len);
		break;
	case EV_T_TEXT:
	case EV_T_LATIN1:
	case EV_T_UCS2BE:
	case EV_T_UCS2LE:
	case EV_T_UCS4BE:
	case EV_T_HEX:
	case EV_T_REGS:
		f->len = rd_le16(&d->r);
		check(d, f->type != EV_T_REGS || f->len % 2 == 0);
		f->p = de_bytes(d, f->len, EV_BLOB_MAX);
		break;
	case EV_T_BITS: de_bits(d, f); break;
	case EV_T_NULL:
	case EV_T_OBJECT:
	case EV_T_ARRAY:
	case EV_T_END: break;
	case EV_T_NUMBERED:
	case EV_T_COUNT:
	default: rd_fail(&d->r); break;
	}
}

/* Fields must nest, and be named outside arrays and nowhere else. */
static void
de_fields(struct de *d, struct ev *e)
{
	bool array[EV_DEPTH_MAX + 1] = {false};
	unsigned depth = 0;

	for (size_t i = 0; i < e->nfields && rd_ok(&d->r); i++) {
		struct ev_field *f = &e->f[i];

		*f = (struct ev_field){.id = rd_le16(&d->r)};
		f->type = de_enum(d, EV_T_COUNT);
		check(d, ev_field_name(e->proto, f->id) != NULL);
		if (f->type == EV_T_END) {
			check(d, depth > 0 && f->id == EVF_ELEM);
			depth -= depth != 0;
			continue;
		}
		check(d, (f->id == EVF_ELEM) == array[depth]);
		if (f->type == EV_T_OBJECT || f->type == EV_T_ARRAY) {
			check(d, depth < EV_DEPTH_MAX);
			depth += depth < EV_DEPTH_MAX;
			array[depth] = f->type == EV_T_ARRAY;
		}
		de_value(d, f);
	}
	check(d, depth == 0);
}

int
ev_wire_decode(struct rd *in, struct arena *a, struct ev *ret_ev)
{
	struct de d = {.r = *in, .arena = a};
	size_t used = a->used;
	struct ev e = {0};

	de_envelope(&d, &e);
	de_operation(&d, &e);
	e.nfields = rd_le16(&d.r);
	e.max_fields = e.nfields;
	check(&d, e.nfields <= EV_FIELDS_MAX &&
		      e.nfields <= rd_left(&d.r) / FIELD_MIN_SIZE);
	if (rd_ok(&d.r)) {
		e.f = arena_get(a, e.nfields * sizeof(e.f[0]));
		d.full = e.f == NULL;
		check(&d, e.f != NULL);
	}
	de_fields(&d, &e);
	if (!rd_ok(&d.r) || rd_left(&d.r) != 0) {
		a->used = used;
		return d.full ? ERR_FULL : ERR_PEER;
	}
	*in = d.r;
	*ret_ev = e;
	return 0;
}

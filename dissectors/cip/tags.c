/*
 * tags: Rockwell's services on controller tags ([L]).
 *
 *	read      request count | reply type, values
 *	fragment  request count, offset (4) | reply type, values
 *	write     type, count, values
 *	fragment  type, count, offset (4), values
 *	modify    mask size, or mask, and mask
 *
 * The type is two bytes; A0 02 is followed by the structure's handle.  Values
 * of structures stay bytes: only the template tells them apart.
 */
#include <stdio.h>

#include "dissectors/cip/cip.h"

#define TYPE_STRUCT 0x02a0
#define VALUES_MAX  512 /* told of one message */
#define POINTS_MAX  32  /* of these, as value events */

#define WHOLE        SIZE_MAX /* not one of several elements */
#define INDEX_DIGITS 10       /* of an index, with what closes it */

struct type {
	const char *name;
	uint8_t size;
	char kind; /* i signed, u unsigned, f real, b bool */
};

/* [1] C-6.1 */
static const struct type types[256] = {
    [0xc1] = {"BOOL", 1, 'b'},
    [0xc2] = {"SINT", 1, 'i'},
    [0xc3] = {"INT", 2, 'i'},
    [0xc4] = {"DINT", 4, 'i'},
    [0xc5] = {"LINT", 8, 'i'},
    [0xc6] = {"USINT", 1, 'u'},
    [0xc7] = {"UINT", 2, 'u'},
    [0xc8] = {"UDINT", 4, 'u'},
    [0xc9] = {"ULINT", 8, 'u'},
    [0xca] = {"REAL", 4, 'f'},
    [0xcb] = {"LREAL", 8, 'f'},
    [0xcc] = {"STIME", 4, 'i'},
    [0xcd] = {"DATE", 2, 'u'},
    [0xce] = {"TIME_OF_DAY", 4, 'u'},
    [0xcf] = {"DATE_AND_TIME", 0, 0},
    [0xd0] = {"STRING", 0, 0},
    [0xd1] = {"BYTE", 1, 'u'},
    [0xd2] = {"WORD", 2, 'u'},
    [0xd3] = {"DWORD", 4, 'u'},
    [0xd4] = {"LWORD", 8, 'u'},
    [0xd6] = {"FTIME", 4, 'i'},
    [0xd7] = {"LTIME", 8, 'i'},
    [0xd8] = {"ITIME", 2, 'i'},
    [0xda] = {"SHORT_STRING", 0, 0},
    [0xdb] = {"TIME", 4, 'i'},
};

static const struct type *
type_of(unsigned type)
{
	/* Bits 8 to 10 are the position of a BOOL in its byte; [L] p. 14. */
	const struct type *t = &types[type & 0xff];

	return t->name != NULL && (type < 0x100 || t->kind == 'b') ? t : NULL;
}

static void
tell_value(struct ev *e, uint16_t id, const struct type *t, struct rd *r)
{
	uint64_t v = 0;
	double d;
	float f;
	uint32_t w;

	for (unsigned i = 0; i < t->size; i++) {
		v |= (uint64_t)rd_u8(r) << 8 * i;
	}
	switch (t->kind) {
	case 'b': ev_uint(e, id, v != 0); break;
	case 'u': ev_uint(e, id, v); break;
	case 'i':
		ev_int(e, id,
		    (int64_t)(v << (64 - 8 * t->size)) >> (64 - 8 * t->size));
		break;
	default:
		if (t->size == 4) {
			w = (uint32_t)v;
			memcpy(&f, &w, sizeof(f));
			ev_double(e, id, (double)f);
		} else {
			memcpy(&d, &v, sizeof(d));
			ev_double(e, id, d);
		}
		break;
	}
}

/* Type, and handle of a structure; 0 when it is not there. */
static unsigned
tell_type(struct cip_msg *m, struct ev *e)
{
	unsigned type = rd_le16(&m->body);
	const struct type *t = type_of(type);

	if (!rd_ok(&m->body)) {
		return 0;
	}
	if (t != NULL) {
		ev_name(e, CIPF_TYPE, t->name);
	} else if (type == TYPE_STRUCT) {
		ev_name(e, CIPF_TYPE, "STRUCT");
		rd_skip(&m->body, 2);
	} else {
		ev_hexnum(e, CIPF_TYPE, type, 2);
	}
	return type;
}

static void
tell_values(struct cip_msg *m, struct ev *e, unsigned type)
{
	const struct type *t = type_of(type);
	size_t left = rd_left(&m->body);

	if (left == 0) {
		return;
	}
	if (t == NULL || t->size == 0 || left % t->size != 0) {
		if (t != NULL && t->size != 0) {
			cip_bad(m, CIP_BAD_TYPE, cip_at(m));
		}
		ev_bytes(
		    e, CIPF_DATA, EV_T_HEX, rd_bytes(&m->body, left), left);
		return;
	}
	ev_array(e, CIPF_VALUES);
	for (unsigned i = 0; i < VALUES_MAX && rd_left(&m->body) > 0; i++) {
		tell_value(e, EVF_ELEM, t, &m->body);
	}
	ev_end(e);
	(void)rd_rest(&m->body);
}

static void
tell_rest(struct cip_msg *m, struct ev *e)
{
	size_t n = rd_left(&m->body);

	if (n != 0) {
		ev_bytes(e, CIPF_DATA, EV_T_HEX, rd_bytes(&m->body, n), n);
	}
}

static void
write_request(struct cip_msg *m, struct ev *e)
{
	unsigned type = tell_type(m, e);
	unsigned count = rd_le16(&m->body);

	if (!rd_ok(&m->body)) {
		return;
	}
	ev_uint(e, CIPF_COUNT, count);
	if (m->service == CIP_WRITE_FRAGMENT) {
		ev_uint(e, CIPF_OFFSET, rd_le32(&m->body));
	}
	tell_values(m, e, type);
}

static void
modify_request(struct cip_msg *m, struct ev *e)
{
	size_t n = rd_le16(&m->body);
	struct rd or = rd_sub(&m->body, n), and = rd_sub(&m->body, n);

	if (rd_ok(&m->body)) {
		ev_bytes(e, CIPF_OR, EV_T_HEX, or.p, n);
		ev_bytes(e, CIPF_AND, EV_T_HEX, and.p, n);
	}
}

static void
tag_request(struct cip_msg *m, struct ev *e)
{
	switch (m->service) {
	case CIP_READ_TAG:
	case CIP_READ_FRAGMENT:
		ev_uint(e, CIPF_COUNT, rd_le16(&m->body));
		if (m->service == CIP_READ_FRAGMENT) {
			uint32_t offset = rd_le32(&m->body);

			ev_uint(e, CIPF_OFFSET, offset);
			m->wait.extra = (uint16_t)offset;
			m->wait.more = (uint16_t)(offset >> 16);
		}
		break;
	case CIP_WRITE_TAG:
	case CIP_WRITE_FRAGMENT: write_request(m, e); break;
	case CIP_MODIFY_TAG: modify_request(m, e); break;
	case CIP_LIST_SYMBOLS: {
		unsigned n = rd_le16(&m->body);

		ev_array(e, CIPF_ATTRIBUTES);
		while (n-- > 0 && rd_has(&m->body, 2)) {
			ev_uint(e, EVF_ELEM, rd_le16(&m->body));
		}
		ev_end(e);
		break;
	}
	default: break;
	}
	tell_rest(m, e);
}

void
cip_tag_body(struct cip_msg *m, struct ev *e)
{
	unsigned type;

	if (m->request) {
		tag_request(m, e);
		return;
	}
	if (cip_is_ok(m) &&
	    (m->service == CIP_READ_TAG || m->service == CIP_READ_FRAGMENT)) {
		if (m->service == CIP_READ_FRAGMENT && m->paired) {
			ev_uint(e, CIPF_OFFSET,
			    m->wait.extra | (uint32_t)m->wait.more << 16);
		}
		type = tell_type(m, e);
		tell_values(m, e, type);
		return;
	}
	tell_rest(m, e);
}

/* --- points -------------------------------------------------------------- */

/* Where the last index in a name begins, Ab[3]: 3; or the name's end. */
static size_t
index_at(const char *name, size_t len)
{
	size_t at;

	if (len == 0 || name[len - 1] != ']') {
		return len;
	}
	for (at = len - 1; at > 0 && len - at < INDEX_DIGITS; at--) {
		if (name[at - 1] < '0' || name[at - 1] > '9') {
			break;
		}
	}
	return at > 0 && (name[at - 1] == '[' || name[at - 1] == ',') ? at
								      : len;
}

/*
 * Of several elements each has its own name.  Behind an element of an array
 * come its neighbours; otherwise the name is the array's.
 */
static size_t
object_name(const struct cip_msg *m, char *buf, size_t size, size_t index)
{
	const struct cip_path *p = &m->path;
	size_t len = p->symbol_len, at = index_at(p->symbol, len);
	int n;

	if (p->has_class) {
		n = snprintf(buf, size, "%.*s%ssymbol %u", (int)len, p->symbol,
		    len != 0 ? " " : "", (unsigned)p->instance);
	} else if (index != WHOLE && at < len) {
		size_t base = 0;

		for (size_t i = at; i < len - 1; i++) {
			base = 10 * base + (size_t)(p->symbol[i] - '0');
		}
		n = snprintf(
		    buf, size, "%.*s%zu]", (int)at, p->symbol, base + index);
		index = WHOLE;
	} else {
		n = snprintf(buf, size, "%.*s", (int)len, p->symbol);
	}
	if (index != WHOLE && n > 0 && (size_t)n < size) {
		n += snprintf(buf + n, size - (size_t)n, "[%zu]", index);
	}
	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

static void
tell_points(struct cip_msg *m, unsigned type, struct rd r, uint32_t offset,
    const char *source)
{
	char name[CIP_SYMBOL_MAX + 16];
	const struct type *t = type_of(type);
	size_t n, first;

	if (t == NULL || t->size == 0 || offset % t->size != 0) {
		return;
	}
	n = rd_left(&r) / t->size;
	first = offset / t->size;
	for (size_t i = 0; i < n && i < POINTS_MAX; i++) {
		struct ev *e =
		    dis_event(m->ctx, EV_VALUE, PROTO_CIP, cip_dir(m));
		size_t index = n > 1 || first != 0 ? first + i : WHOLE;
		size_t len = object_name(m, name, sizeof(name), index);

		ev_bytes(e, EVF_OBJECT, EV_T_TEXT, name, len);
		tell_value(e, EVF_VALUE, t, &r);
		ev_name(e, EVF_SOURCE, source);
		dis_emit(m->ctx, e);
	}
}

/* A fragment's offset says with which element it begins. */
void
cip_more_tag(struct cip_msg *m)
{
	struct rd r = m->rest;
	uint32_t offset = 0;
	unsigned type;

	if (m->path.symbol_len == 0 && !m->path.has_instance) {
		return;
	}
	type = rd_le16(&r);
	if (!m->request && cip_is_ok(m) && m->paired &&
	    (m->service == CIP_READ_TAG || m->service == CIP_READ_FRAGMENT)) {
		if (m->service == CIP_READ_FRAGMENT) {
			offset = m->wait.extra | (uint32_t)m->wait.more << 16;
		}
		tell_points(m, type, r, offset, "reported");
	} else if (m->request && (m->service == CIP_WRITE_TAG ||
				     m->service == CIP_WRITE_FRAGMENT)) {
		rd_skip(&r, 2);
		if (m->service == CIP_WRITE_FRAGMENT) {
			offset = rd_le32(&r);
		}
		tell_points(m, type, r, offset, "commanded");
	}
}

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
 * of structures stay bytes: only the template tells them apart.  One structure
 * is every controller's own, the string (handle 0FCE): length (4), 82 bytes,
 * padded to 88.
 */
#include "base/real.h"
#include "dissectors/cip/cip.h"

#define TYPE_STRUCT 0x02a0
#define TYPE_TEXT   0xfce02a0 /* as tell_type() gives it */
#define TEXT_SIZE   88
#define TEXT_MAX    82
#define VALUES_MAX  512 /* told of one message */
#define POINTS_MAX  32  /* of these, as value events */

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

const char *
cip_type_name(unsigned type)
{
	return type < 256 ? types[type].name : NULL;
}

static void
tell_value(struct ev *e, uint16_t id, const struct type *t, struct rd *r)
{
	uint64_t v;

	if (t->size == 0) {
		return;
	}
	switch (t->size) {
	case 1: v = rd_u8(r); break;
	case 2: v = rd_le16(r); break;
	case 4: v = rd_le32(r); break;
	default: v = rd_le64(r); break;
	}
	switch (t->kind) {
	case 'b': ev_uint(e, id, v != 0); break;
	case 'u': ev_uint(e, id, v); break;
	case 'i':
		ev_int(e, id,
		    (int64_t)(v << (64 - 8 * t->size)) >> (64 - 8 * t->size));
		break;
	default:
		ev_double(e, id,
		    t->size == 4 ? real_from32((uint32_t)v) : real_from64(v));
		break;
	}
}

/* A string's characters, of its 88 bytes. */
static void
tell_text(struct ev *e, uint16_t id, struct rd *r)
{
	struct rd text = rd_sub(r, TEXT_SIZE);
	uint32_t n = rd_le32(&text);

	n = n < TEXT_MAX ? n : TEXT_MAX;
	ev_bytes(e, id, EV_T_LATIN1, rd_bytes(&text, n), n);
}

static unsigned
read_type(struct rd *r)
{
	unsigned type = rd_le16(r);

	return type == TYPE_STRUCT ? type | (unsigned)rd_le16(r) << 16 : type;
}

/* Type, and handle of a structure; 0 when it is not there. */
static unsigned
tell_type(struct cip_msg *m, struct ev *e)
{
	unsigned type = read_type(&m->body);
	const struct type *t = type_of(type);

	if (!rd_ok(&m->body)) {
		return 0;
	}
	if (t != NULL) {
		ev_name(e, CIPF_TYPE, t->name);
	} else if (type == TYPE_TEXT) {
		ev_name(e, CIPF_TYPE, "STRING");
	} else if ((type & 0xffff) == TYPE_STRUCT) {
		ev_name(e, CIPF_TYPE, "STRUCT");
		ev_hexnum(e, CIPF_HANDLE, type >> 16, 2);
	} else {
		ev_hexnum(e, CIPF_TYPE, type, 2);
	}
	return type;
}

static void
tell_texts(struct cip_msg *m, struct ev *e)
{
	ev_array(e, CIPF_VALUES);
	for (unsigned i = 0; i < VALUES_MAX && rd_left(&m->body) > 0; i++) {
		tell_text(e, EVF_ELEM, &m->body);
	}
	ev_end(e);
}

static void
tell_values(struct cip_msg *m, struct ev *e, unsigned type)
{
	const struct type *t = type_of(type);
	size_t left = rd_left(&m->body);

	if (left == 0) {
		return;
	}
	if (type == TYPE_TEXT && left % TEXT_SIZE == 0) {
		tell_texts(m, e);
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
	if (cip_is_brief(m)) {
		(void)rd_rest(&m->body);
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
	case CIP_LIST_SYMBOLS: cip_symbols_request(m, e); break;
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
	if (cip_is_ok(m) && m->service == CIP_LIST_SYMBOLS) {
		cip_symbols_reply(m, e);
	}
	tell_rest(m, e);
}

/* --- points -------------------------------------------------------------- */

/* The number in brackets that a name ends with; 0 characters: none. */
static size_t
last_index(const char *name, size_t n, uint32_t *ret)
{
	size_t digits = 0;

	*ret = 0;
	if (n < 3 || name[n - 1] != ']') {
		return 0;
	}
	while (digits < n - 2 && digits < 9 && name[n - digits - 2] >= '0' &&
	       name[n - digits - 2] <= '9') {
		digits++;
	}
	if (digits == 0 || name[n - digits - 2] != '[') {
		return 0;
	}
	for (size_t i = n - digits - 1; i < n - 1; i++) {
		*ret = *ret * 10 + (uint32_t)(name[i] - '0');
	}
	return digits + 2;
}

/*
 * The element that stands at an index of what was asked for: Table[2] and the
 * next is Table[3].  How far the last of several dimensions goes is not known
 * here: what follows Grid[1,2] is Grid[1,2]+1.
 */
static size_t
element_name(const struct cip_msg *m, char *buf, uint32_t index)
{
	size_t n = m->path.symbol_len, brackets;
	uint32_t first;

	memcpy(buf, m->path.symbol, n);
	brackets = last_index(buf, n, &first);
	if (brackets == 0 && n != 0 && buf[n - 1] == ']') {
		buf[n++] = '+';
		return n + cip_put_number(buf + n, index);
	}
	n -= brackets;
	buf[n++] = '[';
	n += cip_put_number(buf + n, first + index);
	buf[n++] = ']';
	return n;
}

static void
tell_point(struct cip_msg *m, const char *name, size_t len,
    const struct type *t, struct rd *r, const char *source)
{
	struct ev *e = dis_value(m->ctx, PROTO_CIP, cip_dir(m));

	ev_bytes(e, EVF_OBJECT, EV_T_TEXT, name, len);
	if (t != NULL) {
		tell_value(e, EVF_VALUE, t, r);
	} else {
		tell_text(e, EVF_VALUE, r);
	}
	ev_name(e, EVF_SOURCE, source);
	dis_tell_value(m->ctx, e);
}

static void
tell_points(struct cip_msg *m, unsigned type, uint32_t offset, struct rd r,
    const char *source)
{
	const struct type *t = type_of(type);
	size_t size = type == TYPE_TEXT ? TEXT_SIZE : t != NULL ? t->size : 0;
	char name[CIP_SYMBOL_MAX + 16];
	uint32_t first;
	size_t n;

	if (size == 0 || offset % size != 0) {
		return;
	}
	first = offset / (uint32_t)size;
	n = rd_left(&r) / size;
	if (first == 0 && n == 1) {
		tell_point(
		    m, m->path.symbol, m->path.symbol_len, t, &r, source);
		return;
	}
	for (uint32_t i = 0; i < n && i < POINTS_MAX; i++) {
		size_t len = element_name(m, name, first + i);

		tell_point(m, name, len, t, &r, source);
	}
}

static void
more_read(struct cip_msg *m)
{
	uint32_t offset = m->wait.extra | (uint32_t)m->wait.more << 16;
	struct rd r = m->rest;
	unsigned type = read_type(&r);

	if (cip_is_ok(m) && m->paired) {
		tell_points(m, type,
		    m->service == CIP_READ_FRAGMENT ? offset : 0, r,
		    ev_reported);
	}
}

static void
more_write(struct cip_msg *m)
{
	struct rd r = m->rest;
	unsigned type = read_type(&r);
	uint32_t offset = 0;

	rd_skip(&r, 2);
	if (m->service == CIP_WRITE_FRAGMENT) {
		offset = rd_le32(&r);
	}
	if (rd_ok(&r)) {
		tell_points(m, type, offset, r, ev_commanded);
	}
}

void
cip_more_tag(struct cip_msg *m)
{
	if (m->path.symbol_len == 0) {
		return;
	}
	if (!m->request &&
	    (m->service == CIP_READ_TAG || m->service == CIP_READ_FRAGMENT)) {
		more_read(m);
	} else if (m->request && (m->service == CIP_WRITE_TAG ||
				     m->service == CIP_WRITE_FRAGMENT)) {
		more_write(m);
	}
}

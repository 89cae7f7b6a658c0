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
 * of structures are told by members.c, where the template was seen.  One
 * structure is every controller's own, the string (handle 0FCE): length (4),
 * 82 bytes, padded to 88.
 */
#include "dissectors/cip/cip.h"

#define TYPE_STRUCT 0x02a0
#define TYPE_TEXT   0xfce02a0 /* as tell_type() gives it */
#define VALUES_MAX  512       /* told of one message */
#define POINTS_MAX  32        /* of these, as value events */

/* What a message says of values. */
struct said {
	unsigned type;
	struct cip_part part;
};

static unsigned
read_type(struct rd *r)
{
	unsigned type = rd_le16(r);

	return type == TYPE_STRUCT ? type | (unsigned)rd_le16(r) << 16 : type;
}

/* A reply does not say how many were asked for, nor from where on. */
static struct said
read_reply(const struct cip_msg *m)
{
	bool part = m->service == CIP_READ_FRAGMENT;
	struct said s = {.type = 0};
	struct rd r = m->rest;

	s.type = read_type(&r);
	s.part.handle = s.type >> 16;
	if (m->paired) {
		s.part.offset =
		    part ? m->wait.extra | (uint32_t)m->wait.more << 16 : 0;
		s.part.count =
		    m->wait.flags & CIP_WAIT_ATTRIBUTE ? 0 : m->wait.count;
	}
	s.part.whole = !part && m->status == 0;
	s.part.data = r;
	return s;
}

static struct said
read_write(const struct cip_msg *m)
{
	struct said s = {.type = 0};
	struct rd r = m->rest;

	s.type = read_type(&r);
	s.part.handle = s.type >> 16;
	s.part.count = rd_le16(&r);
	s.part.whole = m->service == CIP_WRITE_TAG;
	if (!s.part.whole) {
		s.part.offset = rd_le32(&r);
	}
	s.part.data = r;
	return s;
}

/* Of strings that are all there it is known without their template. */
static bool
is_texts(const struct said *s)
{
	return s->type == TYPE_TEXT && s->part.offset % CIP_TEXT_SIZE == 0 &&
	       rd_left(&s->part.data) % CIP_TEXT_SIZE == 0;
}

static bool
is_structure(const struct said *s)
{
	return (s->type & 0xffff) == TYPE_STRUCT && !is_texts(s);
}

/* Type, and handle of a structure. */
static void
tell_type(struct cip_msg *m, struct ev *e)
{
	unsigned type = read_type(&m->body);
	const struct cip_type *t = cip_type(type);

	if (!rd_ok(&m->body)) {
		return;
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
}

static void
tell_texts(struct cip_msg *m, struct ev *e)
{
	ev_array(e, CIPF_VALUES);
	for (unsigned i = 0; i < VALUES_MAX && rd_left(&m->body) > 0; i++) {
		cip_tell_text(
		    e, EVF_ELEM, rd_sub(&m->body, CIP_TEXT_SIZE), CIP_TEXT_MAX);
	}
	ev_end(e);
}

static void
tell_values(struct cip_msg *m, struct ev *e, const struct said *s)
{
	const struct cip_type *t = cip_type(s->type);
	size_t left = rd_left(&m->body);

	if (left == 0) {
		return;
	}
	if (is_texts(s)) {
		tell_texts(m, e);
		return;
	}
	if (is_structure(s) && cip_tell_members(m, e, &s->part)) {
		(void)rd_rest(&m->body);
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
		cip_tell_elementary(e, EVF_ELEM, t, &m->body);
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
	struct said s = read_write(m);
	unsigned count;

	tell_type(m, e);
	count = rd_le16(&m->body);
	if (!rd_ok(&m->body)) {
		return;
	}
	ev_uint(e, CIPF_COUNT, count);
	if (m->service == CIP_WRITE_FRAGMENT) {
		ev_uint(e, CIPF_OFFSET, rd_le32(&m->body));
	}
	tell_values(m, e, &s);
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
		m->wait.count = rd_le16(&m->body);
		ev_uint(e, CIPF_COUNT, m->wait.count);
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
	struct said s;

	if (m->request) {
		tag_request(m, e);
		return;
	}
	if (cip_is_ok(m) &&
	    (m->service == CIP_READ_TAG || m->service == CIP_READ_FRAGMENT)) {
		s = read_reply(m);
		if (m->service == CIP_READ_FRAGMENT && m->paired) {
			ev_uint(e, CIPF_OFFSET, s.part.offset);
		}
		tell_type(m, e);
		tell_values(m, e, &s);
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
size_t
cip_element_name(const struct cip_msg *m, char *buf, uint32_t index)
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
    const struct cip_type *t, struct rd *r, const char *source)
{
	struct ev *e = dis_value(m->ctx, PROTO_CIP, cip_dir(m));

	ev_bytes(e, EVF_OBJECT, EV_T_TEXT, name, len);
	if (t != NULL) {
		cip_tell_elementary(e, EVF_VALUE, t, r);
	} else {
		cip_tell_text(
		    e, EVF_VALUE, rd_sub(r, CIP_TEXT_SIZE), CIP_TEXT_MAX);
	}
	ev_name(e, EVF_SOURCE, source);
	dis_tell_value(m->ctx, e);
}

static void
tell_points(struct cip_msg *m, const struct said *s, const char *source)
{
	const struct cip_type *t = cip_type(s->type);
	size_t size = is_texts(s) ? CIP_TEXT_SIZE : t != NULL ? t->size : 0;
	char name[CIP_ELEMENT_MAX];
	struct rd r = s->part.data;
	uint32_t first;
	size_t n;

	if (size == 0 || s->part.offset % size != 0) {
		return;
	}
	first = s->part.offset / (uint32_t)size;
	n = rd_left(&r) / size;
	if (first == 0 && n == 1 && s->part.count <= 1) {
		tell_point(
		    m, m->path.symbol, m->path.symbol_len, t, &r, source);
		return;
	}
	for (uint32_t i = 0; i < n && i < POINTS_MAX; i++) {
		size_t len = cip_element_name(m, name, first + i);

		tell_point(m, name, len, t, &r, source);
	}
}

static void
more_values(struct cip_msg *m, const struct said *s, const char *source)
{
	if (!rd_ok(&s->part.data)) {
		return;
	}
	if (is_structure(s)) {
		cip_more_members(m, &s->part, source);
	} else {
		tell_points(m, s, source);
	}
}

void
cip_more_tag(struct cip_msg *m)
{
	struct said s;

	if (m->path.symbol_len == 0) {
		return;
	}
	if (!m->request &&
	    (m->service == CIP_READ_TAG || m->service == CIP_READ_FRAGMENT)) {
		if (cip_is_ok(m) && m->paired) {
			s = read_reply(m);
			more_values(m, &s, ev_reported);
		}
	} else if (m->request && (m->service == CIP_WRITE_TAG ||
				     m->service == CIP_WRITE_FRAGMENT)) {
		s = read_write(m);
		more_values(m, &s, ev_commanded);
	}
}

/*
 * epath: paths, segment by segment ([1] C-1).
 *
 *	port       000x pppp  [size] [port, 2] link [pad]   x: size is there
 *	logical    001t ttff  [pad] value                   f: 8, 16, 32 bits
 *	network    010x xxxx  data
 *	symbolic   011n nnnn  n characters, or format and characters
 *	data       100x xxxx  size, data; 91: size and an ANSI symbol
 *
 * Types 5 to 7 are data types and reserved: a path ends there.  Only padded
 * paths are read, which is what messages carry ([1] C-1.3).
 */
#include "dissectors/cip/cip.h"

#define PORT_EXTENDED 15

static bool
port_segment(struct rd *r, uint8_t first, struct cip_segment *s)
{
	size_t size = 1;

	s->kind = CIP_SEG_PORT;
	s->value = first & 0x0f;
	if (first & 0x10) {
		size = rd_u8(r);
	}
	if (s->value == PORT_EXTENDED) {
		s->value = rd_le16(r);
	}
	s->bytes = rd_sub(r, size);
	if (first & 0x10 && size % 2 != 0) {
		rd_skip(r, 1);
	}
	return rd_ok(r);
}

/* The electronic key, [1] C-1.4.2.5.2: format 4 is eight bytes. */
static bool
special_segment(struct rd *r, uint8_t first, struct cip_segment *s)
{
	uint8_t format = rd_u8(r);

	s->kind = CIP_SEG_KEY;
	s->type = format;
	if ((first & 3) != 0 || (format != 4 && format != 5)) {
		rd_fail(r);
		return false;
	}
	s->bytes = rd_sub(r, format == 4 ? 8 : 12);
	return rd_ok(r);
}

static bool
logical_segment(struct rd *r, uint8_t first, struct cip_segment *s)
{
	uint8_t format = first & 3;

	s->kind = CIP_SEG_LOGICAL;
	s->type = first >> 2 & 7;
	if (s->type == CIP_LOG_SPECIAL) {
		return special_segment(r, first, s);
	}
	if (s->type == CIP_LOG_EXTENDED) {
		rd_skip(r, 1);
	}
	switch (format) {
	case 0:
		s->value = rd_u8(r);
		if (s->type == CIP_LOG_EXTENDED) {
			rd_skip(r, 1);
		}
		break;
	case 1:
		if (s->type != CIP_LOG_EXTENDED) {
			rd_skip(r, 1);
		}
		s->value = rd_le16(r);
		break;
	case 2:
		if (s->type != CIP_LOG_EXTENDED) {
			rd_skip(r, 1);
		}
		s->value = rd_le32(r);
		break;
	default: rd_fail(r); break;
	}
	return rd_ok(r);
}

/* [1] C-1.4.3: one byte of data up to subtype 15, words from there on. */
static bool
network_segment(struct rd *r, uint8_t first, struct cip_segment *s)
{
	s->kind = CIP_SEG_NETWORK;
	s->type = first & 0x1f;
	s->bytes = rd_sub(r, s->type < 16 ? 1 : 2 * (size_t)rd_u8(r));
	return rd_ok(r);
}

/* [1] C-1.4.4; a size of zero: the extended string. */
static bool
symbol_segment(struct rd *r, uint8_t first, struct cip_segment *s)
{
	size_t n = first & 0x1f;

	s->kind = CIP_SEG_SYMBOL;
	if (n == 0) {
		uint8_t format = rd_u8(r);

		n = format & 0x1f;
		switch (format >> 5) {
		case 1: n *= 2; break;
		case 2: n *= 3; break;
		case 6: break;
		default: rd_fail(r); return false;
		}
		s->bytes = rd_sub(r, n);
		s->type = 1; /* not single characters */
		rd_skip(r, n % 2);
		return rd_ok(r);
	}
	s->bytes = rd_sub(r, n);
	rd_skip(r, (n + 1) % 2);
	return rd_ok(r);
}

static bool
data_segment(struct rd *r, uint8_t first, struct cip_segment *s)
{
	size_t n = rd_u8(r);

	if (first == 0x91) { /* ANSI extended symbol, [1] C-1.4.5.2 */
		s->kind = CIP_SEG_SYMBOL;
		s->bytes = rd_sub(r, n);
		rd_skip(r, n % 2);
	} else if (first == 0x80) {
		s->kind = CIP_SEG_DATA;
		s->bytes = rd_sub(r, 2 * n);
	} else {
		rd_fail(r);
	}
	return rd_ok(r);
}

bool
cip_segment(struct rd *r, struct cip_segment *s)
{
	uint8_t first;
	bool good;

	if (rd_left(r) == 0) {
		return false;
	}
	*s = (struct cip_segment){.raw = r->p, .bytes = rd_make(NULL, 0)};
	first = rd_u8(r);
	switch (first >> 5) {
	case 0: good = port_segment(r, first, s); break;
	case 1: good = logical_segment(r, first, s); break;
	case 2: good = network_segment(r, first, s); break;
	case 3: good = symbol_segment(r, first, s); break;
	case 4: good = data_segment(r, first, s); break;
	default:
		rd_fail(r);
		good = false;
		break;
	}
	if (good) {
		s->raw_len = (size_t)(r->p - s->raw);
	}
	return good;
}

/* --- texts --------------------------------------------------------------- */

static void
put(char *text, uint8_t *len, size_t size, bool *overlong, const void *p,
    size_t n)
{
	if (n > size - *len) {
		n = size - *len;
		*overlong = true;
	}
	if (n != 0) {
		memcpy(text + *len, p, n);
		*len += (uint8_t)n;
	}
}

#define HOP_MAX (10 + 1 + 255)

/* "1,0" for slot 0 of the backplane; further hops follow behind commas. */
static void
add_route(struct cip_path *p, const struct cip_segment *s)
{
	struct rd link = s->bytes;
	char hop[HOP_MAX];
	size_t n = cip_put_number(hop, s->value);

	hop[n++] = ',';
	if (rd_left(&link) == 1) {
		n += cip_put_number(hop + n, rd_u8(&link));
	}
	/* An IP address or a host name, as text; [2] 3-3.7. */
	while (rd_left(&link) > 0) {
		char c = (char)rd_u8(&link);

		if (c > ' ' && c <= '~' && c != ',') {
			hop[n++] = c;
		} else if (c != 0 && c != ' ') {
			hop[n++] = '?';
		}
	}
	cip_route_add(p->route, &p->route_len, hop, n);
}

static void
add_symbol(struct cip_path *p, const struct cip_segment *s)
{
	struct rd r = s->bytes;
	size_t n = rd_left(&r);

	if (s->type != 0) {
		return;
	}
	if (p->symbol_len != 0) {
		put(p->symbol, &p->symbol_len, sizeof(p->symbol), &p->overlong,
		    ".", 1);
	}
	put(p->symbol, &p->symbol_len, sizeof(p->symbol), &p->overlong,
	    rd_bytes(&r, n), n);
}

/* Members behind a symbol are its indexes: Tag[3], Tag[1,2]; [L] p. 18. */
static void
add_index(struct cip_path *p, uint32_t index, bool again)
{
	char buf[16];
	size_t n;

	if (again && p->symbol_len < sizeof(p->symbol)) {
		p->symbol_len--; /* the bracket that closed */
	}
	buf[0] = again ? ',' : '[';
	n = 1 + cip_put_number(buf + 1, index);
	buf[n++] = ']';
	put(p->symbol, &p->symbol_len, sizeof(p->symbol), &p->overlong, buf, n);
}

/* A symbol by its number has no name but that: "Program:Main.symbol 12". */
static void
add_numbered(struct cip_path *p, uint32_t instance)
{
	char buf[20] = ".symbol ";
	size_t n = 8 + cip_put_number(buf + 8, instance);
	size_t from = p->symbol_len == 0;

	put(p->symbol, &p->symbol_len, sizeof(p->symbol), &p->overlong,
	    buf + from, n - from);
}

static void
add_logical(struct cip_path *p, const struct cip_segment *s, bool *index)
{
	bool was_index = *index;

	*index = false;
	switch (s->type) {
	case CIP_LOG_CLASS:
		if (p->has_class) {
			p->outer_class = p->class_id;
			p->has_instance = false;
		}
		p->has_class = true;
		p->class_id = s->value;
		break;
	case CIP_LOG_INSTANCE:
		p->has_instance = true;
		p->instance = s->value;
		if (p->has_class && p->class_id == CIP_SYMBOL &&
		    s->value != 0) {
			add_numbered(p, s->value);
		}
		break;
	case CIP_LOG_MEMBER:
		if (p->symbol_len != 0) {
			add_index(p, s->value, was_index);
			*index = true;
		}
		p->has_member = true;
		p->member = s->value;
		break;
	case CIP_LOG_POINT:
		p->has_point = true;
		p->point = s->value;
		break;
	case CIP_LOG_ATTRIBUTE:
		p->has_attribute = true;
		p->attribute = s->value;
		break;
	default: break;
	}
}

static void
read_key(struct cip_key *k, struct rd r)
{
	k->vendor = rd_le16(&r);
	k->device_type = rd_le16(&r);
	k->product_code = rd_le16(&r);
	k->major = rd_u8(&r);
	k->minor = rd_u8(&r);
	k->there = true;
}

void
cip_path_read(struct rd path, struct cip_path *p)
{
	const uint8_t *start = path.p;
	struct cip_segment s;
	bool index = false;

	/* Texts count for nothing without their lengths. */
	memset(p, 0, offsetof(struct cip_path, route));
	while (rd_left(&path) > 0) {
		size_t at = (size_t)(path.p - start);

		if (!cip_segment(&path, &s)) {
			p->bad = true;
			p->bad_at = at;
			return;
		}
		switch (s.kind) {
		case CIP_SEG_PORT: add_route(p, &s); break;
		case CIP_SEG_LOGICAL: add_logical(p, &s, &index); break;
		case CIP_SEG_SYMBOL:
			p->symbolic = true;
			index = false;
			add_symbol(p, &s);
			break;
		case CIP_SEG_KEY: read_key(&p->key, s.bytes); break;
		default: break;
		}
	}
}

void
cip_path_tell(struct ev *e, uint16_t id, struct rd path)
{
	struct cip_segment s;

	ev_array(e, id);
	while (rd_left(&path) > 0) {
		const uint8_t *at = path.p;
		size_t left = rd_left(&path);

		if (!cip_segment(&path, &s)) {
			ev_bytes(e, EVF_ELEM, EV_T_HEX, at, left);
			break;
		}
		ev_bytes(e, EVF_ELEM, EV_T_HEX, s.raw, s.raw_len);
	}
	ev_end(e);
}

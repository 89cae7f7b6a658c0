/*
 * sets: objects that are no points and have a form of their own: storage
 * (group 81), private registration (83), data sets (85 to 88), applications
 * (90), virtual terminals (112, 113); IEEE 1815-2012 Annex A.
 *
 * A data set is a chain of elements, each behind an octet that says how long
 * it is.  In a prototype or a descriptor (85, 86 variation 1):
 *
 *	+--------+------+-----------+------------+----------------- ...
 *	| length | code | data type | max. length| ancillary value
 *	+--------+------+-----------+------------+----------------- ...
 *
 * in its values (87, 88) the number of the set, then a time (six octets), then
 * the octets of each element; in point index attributes (86 variation 3)
 * the number of the set, then what point each element is:
 *
 *	+--------+------------+-------------- ...
 *	| length | point type | point index
 *	+--------+------------+-------------- ...
 *
 * where a type is the group of the point's static objects.  Chains that do not
 * end with their object, or begin otherwise, are told as bytes.
 *
 * What these forms were checked against, since Annex A itself was not at hand:
 *
 *	83v1, 85v1, 86v1, 86v2, 87v1, 88v1   two implementations of it that agree,
 *	         one citing A.31.1, A.32.1, A.33.1, A.33.2, A.34.1 and A.35.1
 *	86v3     one implementation, citing A.33.3; point types and data types
 *	         (0 none, 1 text, 2 unsigned, 3 signed, 4 floating-point,
 *	         5 octets, 6 bits, 7 time) a manufacturer's manual
 *	81v1     one implementation
 *
 * Descriptor codes by number were found nowhere: they are told as numbers, and
 * an ancillary value is text when it looks like it.  Bytes for want of any
 * source are
 *
 *	82v1     device profile, functions and indexes
 *	83v2     private registration object descriptor
 *
 * and the values of 87 and 88: what they are is in a descriptor, which may have
 * been read long before the capture.
 */
#include "dissectors/dnp3/dnp3.h"

#define HEAD       3 /* of a descriptor's element, behind its length */
#define NUMBER_MAX 4 /* octets of a data set's number, or of an index */
#define TIME       6
#define TEXT_MIN   2

/* What an event keeps for the elements of its other objects. */
#define ROOM 64

static bool
is_chain(struct rd r, size_t least)
{
	if (rd_left(&r) == 0) {
		return false;
	}
	while (rd_left(&r) > 0) {
		size_t n = rd_u8(&r);

		if (n < least || !rd_has(&r, n)) {
			return false;
		}
		rd_skip(&r, n);
	}
	return true;
}

static bool
has_room(const struct ev *e)
{
	return (unsigned)e->nfields + ROOM < e->max_fields;
}

/* A name rather than a number: see above. */
static bool
is_text(struct rd r)
{
	if (rd_left(&r) < TEXT_MIN) {
		return false;
	}
	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r);

		if (c < 0x20 || c > 0x7e) {
			return false;
		}
	}
	return true;
}

static void
descriptor(struct rd r, struct ev *e)
{
	ev_object(e, EVF_ELEM);
	ev_uint(e, DNF_CODE, rd_u8(&r));
	ev_uint(e, DNF_TYPE, rd_u8(&r));
	ev_uint(e, DNF_SIZE, rd_u8(&r));
	if (rd_left(&r) > 0) {
		ev_bytes(e, DNF_VALUE, is_text(r) ? EV_T_TEXT : EV_T_HEX, r.p,
		    rd_left(&r));
	}
	ev_end(e);
}

static uint32_t
number(struct rd r)
{
	uint32_t v = 0;

	for (unsigned at = 0; rd_left(&r) > 0; at += 8) {
		v |= (uint32_t)rd_u8(&r) << at;
	}
	return v;
}

/* What an element of the set is: a point, or none (type 0). */
static void
point(struct rd r, struct ev *e)
{
	const struct dn_group *g;
	uint8_t type = rd_u8(&r);

	ev_object(e, EVF_ELEM);
	ev_uint(e, DNF_TYPE, type);
	if (rd_left(&r) > 0) {
		ev_uint(e, DNF_INDEX, number(r));
		g = dn_group(type);
		if (g->what != DN_GROUP_NONE) {
			ev_numbered(e, DNF_NAME, g->name, number(r));
		}
	}
	ev_end(e);
}

static void
octets(struct rd r, struct ev *e)
{
	ev_bytes(e, EVF_ELEM, EV_T_HEX, r.p, rd_left(&r));
}

static void
chain(struct rd r, void (*tell)(struct rd, struct ev *), struct ev *e)
{
	ev_array(e, DNF_ELEMENTS);
	while (rd_left(&r) > 0 && has_room(e)) {
		size_t n = rd_u8(&r);

		tell(rd_sub(&r, n), e);
	}
	ev_end(e);
}

/* The number of a data set; false: none stands there. */
static bool
set_number(struct rd *r, const struct dn_item *it, struct ev *e)
{
	size_t n = rd_u8(r);
	struct rd id;

	if (n == 0 || n > NUMBER_MAX || !rd_has(r, n)) {
		return false;
	}
	id = rd_sub(r, n);
	if (!it->has_index) {
		ev_uint(e, DNF_INDEX, number(id));
	}
	return true;
}

static bool
tell_points(const struct dn_item *it, struct ev *e)
{
	struct rd r = it->data, look = r;
	size_t n = rd_u8(&look);

	rd_skip(&look, n);
	/* each has its type; indexes are numbers */
	for (struct rd at = look; rd_left(&at) > 0;) {
		n = rd_u8(&at);
		if (n == 0 || n > 1 + NUMBER_MAX || !rd_has(&at, n)) {
			return false;
		}
		rd_skip(&at, n);
	}
	if (!set_number(&r, it, e)) {
		return false;
	}
	chain(r, point, e);
	return true;
}

static bool
tell_values(const struct dn_item *it, struct ev *e)
{
	struct rd r = it->data, look = r;
	size_t n = rd_u8(&look);

	rd_skip(&look, n);
	if (!is_chain(r, 0) || rd_u8(&look) != TIME || !set_number(&r, it, e)) {
		return false;
	}
	rd_skip(&r, 1);
	n = rd_le32(&r);
	ev_uint(e, DNF_TIME, n | (uint64_t)rd_le16(&r) << 32);
	chain(r, octets, e);
	return true;
}

/* How full, and whether something was lost, then whose buffer it is. */
static void
storage(struct rd r, struct ev *e)
{
	uint8_t fill = rd_u8(&r);

	ev_uint(e, DNF_VALUE, fill & 0x7f);
	ev_bool(e, DNF_OVERFLOW, fill >> 7);
	ev_object(e, DNF_BUFFER);
	ev_uint(e, DNF_GROUP, rd_u8(&r));
	ev_uint(e, DNF_VAR, rd_u8(&r));
	ev_end(e);
}

static void
registration(struct rd r, struct ev *e)
{
	const uint8_t *vendor = rd_bytes(&r, 4);
	unsigned object = rd_le16(&r), n = rd_le16(&r);

	if (!rd_ok(&r)) {
		return;
	}
	ev_bytes(e, DNF_VENDOR, EV_T_TEXT, vendor, 4);
	ev_uint(e, DNF_OBJECT, object);
	ev_uint(e, DNF_SIZE, n);
	n = n < rd_left(&r) ? n : (unsigned)rd_left(&r);
	ev_bytes(e, DNF_VALUE, EV_T_HEX, r.p, n);
}

/* Groups 85 to 88; false: bytes. */
static bool
tell_data_set(const struct dn_item *it, struct ev *e)
{
	struct rd r = it->data;

	switch (it->group << 8 | it->var) {
	case 85 << 8 | 1:
	case 86 << 8 | 1:
		if (!is_chain(r, HEAD)) {
			return false;
		}
		chain(r, descriptor, e);
		return true;
	case 86 << 8 | 2: ev_uint(e, DNF_FLAGS, rd_u8(&r)); return true;
	case 86 << 8 | 3: return tell_points(it, e);
	case 87 << 8 | 1:
	case 88 << 8 | 1: return tell_values(it, e);
	default: return false;
	}
}

bool
dn_tell_set(const struct dn_item *it, struct ev *e)
{
	struct rd r = it->data;

	switch (it->group) {
	case 81: storage(r, e); return true;
	case 83:
		if (it->var != 1) {
			return false;
		}
		registration(r, e);
		return true;
	case 85:
	case 86:
	case 87:
	case 88: return tell_data_set(it, e);
	case 91: return dn_tell_activation(it, e);
	case 90:
		ev_bytes(e, DNF_VALUE, EV_T_TEXT, r.p, rd_left(&r));
		return true;
	case 112:
	case 113: /* what is typed there may be a password */
		ev_uint(e, DNF_SIZE, rd_left(&r));
		return true;
	default: return false;
	}
}

/*
 * attributes: device attributes (group 0) as an operation tells them: what one
 * is called, and its value; IEEE 1815-2012 5.5 and A (g0).
 *
 *	+-----------+--------+------- ... -------+
 *	| data type | length | length octets     |
 *	+-----------+--------+------- ... -------+
 *
 *	1 text   2 unsigned   3 signed   4 floating-point   5 octets   6 bits
 *	7 time   254 list of attributes   255 the same, 256 octets longer
 *
 * The index is the set; only set 0 is the standard's, and only there does a
 * variation have a name.  A list has two octets an attribute: its variation,
 * and its properties, whose bit 0 says that it can be written.
 */
#include "dissectors/dnp3/dnp3.h"

enum {
	TYPE_TEXT = 1,
	TYPE_UNSIGNED = 2,
	TYPE_SIGNED = 3,
	TYPE_REAL = 4,
	TYPE_TIME = 7,
	TYPE_LIST = 254,
	TYPE_LONG_LIST = 255,
};

#define LONG     256 /* what the length of a long list does not say */
#define WRITABLE 0x01

/* What a list and the fields behind it may not use up. */
#define LIST_ROOM 640

size_t
dn_attribute_size(const struct rd *in)
{
	struct rd r = *in;
	unsigned head = rd_le16(&r); /* the length is the second of them */

	return 2 + (head >> 8) + ((head & 255) == TYPE_LONG_LIST ? LONG : 0);
}

static const char *
name(uint8_t var)
{
	static const char *const names[256] = {
#define ATTR(v, n) [v] = (n),
#include "dissectors/dnp3/attributes.def"
	};

	return names[var];
}

void
dn_tell_attribute_name(const struct dn_item *it, struct ev *e)
{
	uint32_t set = it->has_index   ? it->index
		       : it->has_range ? it->start
				       : 0;

	if (set == 0 && name(it->var) != NULL) {
		ev_name(e, DNF_NAME, name(it->var));
	}
}

static void
integer(struct ev *e, struct rd r, bool is_signed)
{
	size_t n = rd_left(&r);

	if (n == 1) {
		ev_int(e, DNF_VALUE,
		    is_signed ? (int8_t)rd_u8(&r) : (int64_t)rd_u8(&r));
	} else if (n == 2) {
		ev_int(e, DNF_VALUE,
		    is_signed ? (int16_t)rd_le16(&r) : (int64_t)rd_le16(&r));
	} else if (n == 4) {
		ev_int(e, DNF_VALUE,
		    is_signed ? (int32_t)rd_le32(&r) : (int64_t)rd_le32(&r));
	} else {
		ev_bytes(e, DNF_VALUE, EV_T_HEX, r.p, n);
	}
}

/* Each second octet of the list; all of them, or those that can be written. */
static void
pick(struct rd r, bool writable, struct ev *e)
{
	while (rd_left(&r) >= 2) {
		uint8_t var = rd_u8(&r), properties = rd_u8(&r);

		if (!writable || properties & WRITABLE) {
			ev_uint(e, EVF_ELEM, var);
		}
	}
}

static void
list(struct rd r, struct ev *e)
{
	if ((unsigned)e->nfields + LIST_ROOM > e->max_fields) {
		ev_bytes(e, DNF_VALUE, EV_T_HEX, r.p, rd_left(&r));
		return;
	}
	ev_array(e, DNF_VARIATIONS);
	pick(r, false, e);
	ev_end(e);
	ev_array(e, DNF_WRITABLE);
	pick(r, true, e);
	ev_end(e);
}

void
dn_tell_attribute(struct dn_frag *f, const struct dn_item *it, struct ev *e)
{
	struct dn_item as = *it;
	struct rd r = it->data;
	struct dn_point p;
	uint8_t type;

	dn_tell_attribute_name(it, e);
	if (rd_left(&r) < 2) {
		return;
	}
	type = rd_u8(&r);
	rd_skip(&r, 1);
	as.data = r;
	switch (type) {
	case TYPE_TEXT:
		ev_bytes(e, DNF_VALUE, EV_T_TEXT, r.p, rd_left(&r));
		return;
	case TYPE_UNSIGNED:
	case TYPE_SIGNED: integer(e, r, type == TYPE_SIGNED); return;
	case TYPE_LIST:
	case TYPE_LONG_LIST: list(r, e); return;
	case TYPE_REAL: as.layout = rd_left(&r) == 8 ? "R" : "r"; break;
	case TYPE_TIME: as.layout = "T"; break;
	default: as.layout = "x"; break;
	}
	dn_decode(f, &as, &p);
	dn_put_value(e, DNF_VALUE, &p);
}

/*
 * sets: objects that are no points and have a form of their own: private
 * registration (group 83), data sets (85 to 88), applications (90), virtual
 * terminals (112, 113); IEEE 1815-2012 Annex A.
 *
 * A data set is a chain of elements, each behind an octet that says how long
 * it is.  In a prototype or a descriptor (85, 86 variation 1):
 *
 *	+--------+------+-----------+------------+----------------- ...
 *	| length | code | data type | max. length| ancillary value
 *	+--------+------+-----------+------------+----------------- ...
 *
 * in its values (87, 88) the octets themselves.  A chain that does not end
 * with its object is told as bytes.
 */
#include "dissectors/dnp3/dnp3.h"

#define CODE_NAMESPACE 3
#define CODE_NAME      4
#define HEAD           3 /* of a descriptor's element, behind its length */

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

static void
descriptor(struct rd r, struct ev *e)
{
	uint8_t code = rd_u8(&r);

	ev_uint(e, DNF_CODE, code);
	ev_uint(e, DNF_TYPE, rd_u8(&r));
	ev_uint(e, DNF_SIZE, rd_u8(&r));
	if (rd_left(&r) > 0) {
		bool text = code == CODE_NAMESPACE || code == CODE_NAME;

		ev_bytes(e, DNF_VALUE, text ? EV_T_TEXT : EV_T_HEX, r.p,
		    rd_left(&r));
	}
}

static void
chain(struct rd r, bool descriptors, struct ev *e)
{
	ev_array(e, DNF_ELEMENTS);
	while (rd_left(&r) > 0 && e->nfields + 64 < e->max_fields) {
		size_t n = rd_u8(&r);
		struct rd one = rd_sub(&r, n);

		if (!descriptors) {
			ev_bytes(e, EVF_ELEM, EV_T_HEX, one.p, n);
			continue;
		}
		ev_object(e, EVF_ELEM);
		descriptor(one, e);
		ev_end(e);
	}
	ev_end(e);
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
registration(struct rd r, bool counts, struct ev *e)
{
	const uint8_t *vendor = rd_bytes(&r, 4);
	unsigned object = rd_le16(&r), n = rd_le16(&r);

	if (!rd_ok(&r)) {
		return;
	}
	ev_bytes(e, DNF_VENDOR, EV_T_TEXT, vendor, 4);
	ev_uint(e, DNF_OBJECT, object);
	/* objects that follow, or octets of the one that does */
	ev_uint(e, counts ? DNF_OBJECT_COUNT : DNF_SIZE, n);
}

bool
dn_tell_set(const struct dn_item *it, struct ev *e)
{
	bool descriptors = it->group == 85 || it->group == 86;
	bool chained = it->group >= 85 && it->group <= 88;
	struct rd r = it->data;

	if (it->group == 86 && it->var == 2) { /* its characteristics */
		ev_uint(e, DNF_FLAGS, rd_u8(&r));
		return true;
	}
	if (chained) {
		if ((it->group == 86 && it->var != 1) ||
		    !is_chain(r, descriptors ? HEAD : 0)) {
			return false;
		}
		chain(r, descriptors, e);
		return true;
	}
	switch (it->group) {
	case 81: storage(r, e); return true;
	case 83: registration(r, it->var == 2, e); return true;
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

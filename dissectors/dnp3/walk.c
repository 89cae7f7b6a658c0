/*
 * walk: from object header to object header, and over the objects of each;
 * IEEE 1815-2012 4.2.2.7.
 *
 *	+------+------+------+----------+ +--------+-------- ... +
 *	| group| var. | qual.| range    | | prefix | object       | ...
 *	+------+------+------+----------+ +--------+-------- ... +
 *
 *	qualifier: 0 | prefix (3 bits) | range (4 bits)
 *
 * A variation that the library does not have ends the walk where its data
 * would be, since nobody knows how long it is; a size prefix helps over it.
 */
#include "dissectors/dnp3/dnp3.h"

enum { PREFIX_SIZE_1 = 4, PREFIX_SIZE_4 = 6, RANGE_ALL = 6 };

static uint32_t
number(struct rd *r, unsigned width)
{
	switch (width) {
	case 1: return rd_u8(r);
	case 2: return rd_le16(r);
	default: return rd_le32(r);
	}
}

static bool
bad(struct dn_frag *f, const char *reason, const uint8_t *at)
{
	dn_bad(f, reason, at);
	return false;
}

/* The range that the qualifier announces; false: no way to go on. */
static bool
read_range(struct dn_frag *f, struct dn_item *it, struct rd *r)
{
	static const uint8_t width[16] = {
	    1, 2, 4, 1, 2, 4, 0, 1, 2, 4, 0, 1, 0, 0, 0, 0};
	unsigned code = it->qual & 15;
	const uint8_t *at = r->p;

	it->count = 0;
	if (code == RANGE_ALL) {
		return true;
	}
	if (width[code] == 0) {
		return bad(f, DN_BAD_QUALIFIER, at - 1);
	}
	if (code < RANGE_ALL) {
		it->start = number(r, width[code]);
		it->stop = number(r, width[code]);
		if (!rd_ok(r)) {
			return bad(f, DN_BAD_OBJ_HEADER, at);
		}
		it->has_range = true;
		if (it->stop < it->start) {
			/* none of them, and the next header behind it */
			(void)bad(f, DN_BAD_RANGE, at);
			return true;
		}
		/* 2^32 of them do not fit, and not into any fragment. */
		it->count = it->stop - it->start;
		it->count += it->count != UINT32_MAX;
		return true;
	}
	it->count = number(r, width[code]);
	if (!rd_ok(r)) {
		return bad(f, DN_BAD_OBJ_HEADER, at);
	}
	it->has_count = true;
	return true;
}

static bool
read_header(struct dn_frag *f, struct dn_item *it, struct rd *r)
{
	const uint8_t *at = r->p;

	it->has_qual = it->has_count = it->has_range = it->points = false;
	it->data = rd_make(NULL, 0);
	it->group = rd_u8(r);
	it->var = rd_u8(r);
	it->has_type = rd_ok(r);
	it->qual = rd_u8(r);
	it->has_qual = rd_ok(r);
	if (!rd_ok(r)) {
		return bad(f, DN_BAD_OBJ_HEADER, at);
	}
	it->layout = dn_layout(it->group, it->var);
	if (it->qual & 0x80 || it->qual >> 4 == 7) {
		return bad(f, DN_BAD_QUALIFIER, at + 2);
	}
	return read_range(f, it, r);
}

bool
dn_carries(const struct dn_frag *f, const struct dn_item *it)
{
	unsigned prefix = it->qual >> 4;

	if ((prefix >= PREFIX_SIZE_1 && prefix <= PREFIX_SIZE_4) ||
	    dn_function(f->fc)->what & DN_DATA) {
		return true;
	}
	/* 4.4: the time stands before what is to be frozen; clause 7: the
	 * objects of authentication go along with any request */
	return it->group == 120 ||
	       (it->group == 50 && (f->fc == 11 || f->fc == 12));
}

/* The octets that a header's packed bits take, as far as they are there. */
static bool
packed_block(struct dn_item *it, struct rd *r)
{
	uint64_t bits = (uint64_t)it->count * (it->layout[0] == 'p' ? 1 : 2);
	size_t n = (size_t)((bits + 7) / 8);
	bool whole = rd_has(r, n);

	it->data = whole ? rd_sub(r, n) : rd_rest(r);
	return whole;
}

static void
packed(struct dn_frag *f, struct dn_item *it, dn_visit visit, void *arg)
{
	unsigned width = it->layout[0] == 'p' ? 1 : 2, byte = 0, left = 0;
	struct rd data = it->data;

	for (uint32_t i = 0; i < it->count && !f->only_headers; i++) {
		if (left == 0) {
			if (rd_left(&data) == 0) {
				break;
			}
			byte = rd_u8(&data);
			left = 8;
		}
		it->packed = (uint8_t)(byte & ((1u << width) - 1));
		byte >>= width;
		left -= width;
		it->has_index = it->has_range;
		it->index = it->start + i;
		visit(f, it, false, arg);
	}
}

/* Whether the length of an object is in its own octets. */
static bool
tells_its_size(const struct dn_item *it)
{
	return it->layout != NULL &&
	       (it->layout[0] == '@' || it->layout[0] == '%');
}

/* Length of the object at the reader. */
static size_t
object_size(
    const struct dn_item *it, const struct rd *r, size_t fixed, bool data)
{
	if (data && it->layout != NULL && it->layout[0] == '@') {
		return dn_attribute_size(r);
	}
	if (data && it->layout != NULL && it->layout[0] == '%') {
		return dn_activation_size(r);
	}
	return fixed;
}

/* What relative times behind it count from. */
static void
common_time(struct dn_frag *f, const struct dn_item *it)
{
	struct rd r = it->data;

	if (it->group == 51 && rd_has(&r, 6)) {
		f->cto = rd_le32(&r);
		f->cto |= (uint64_t)rd_le16(&r) << 32;
		f->has_cto = true;
	}
}

/* All of them at once, when nobody asks for each and they are there. */
static bool
pass_over(const struct dn_frag *f, const struct dn_item *it, struct rd *r,
    size_t each)
{
	uint64_t all = (uint64_t)it->count * each;

	if (!f->only_headers || all > rd_left(r) || tells_its_size(it)) {
		return false;
	}
	rd_skip(r, (size_t)all);
	return true;
}

/* Every turn takes bytes: the caller has seen to it. */
static void
objects(struct dn_frag *f, struct dn_item *it, struct rd *r, bool data,
    dn_visit visit, void *arg)
{
	static const uint8_t widths[8] = {0, 1, 2, 4, 1, 2, 4, 0};
	unsigned prefix = it->qual >> 4, width = widths[prefix];
	bool sized = prefix >= PREFIX_SIZE_1;
	size_t fixed = data && it->layout != NULL
			   ? dn_layout_size(it->layout, it->var)
			   : 0;

	if (!sized && pass_over(f, it, r, width + fixed)) {
		return;
	}
	for (uint32_t i = 0; i < it->count; i++) {
		const uint8_t *at = r->p;
		uint32_t k = width != 0 ? number(r, width) : 0;
		size_t n = sized ? k : object_size(it, r, fixed, data);

		if (!rd_ok(r) || !rd_has(r, n)) {
			dn_bad(f, DN_BAD_OBJECT, at);
			rd_fail(r);
			return;
		}
		it->data = rd_sub(r, n);
		common_time(f, it);
		it->has_index = (width != 0 && !sized) || it->has_range;
		it->index = width != 0 && !sized ? k : it->start + i;
		visit(f, it, false, arg);
	}
}

/* Whether bits of several points share an octet. */
static bool
is_packed(const struct dn_item *it)
{
	return it->layout != NULL &&
	       (it->layout[0] == 'p' || it->layout[0] == 'q') &&
	       it->qual >> 4 == 0;
}

/* Whether a header of a fragment with data has none behind it. */
static bool
is_empty(const struct dn_item *it, bool data)
{
	if (it->count == 0) {
		return true;
	}
	if (it->qual >> 4 != 0) {
		return false;
	}
	if (!data) {
		return true;
	}
	return it->layout != NULL && it->layout[0] != '~' &&
	       !tells_its_size(it) && !is_packed(it) &&
	       dn_layout_size(it->layout, it->var) == 0;
}

/* What follows a header; false: the walk ends here. */
static bool
body(struct dn_frag *f, struct dn_item *it, struct rd *r, dn_visit visit,
    void *arg)
{
	bool data = dn_carries(f, it), sized = it->qual >> 4 >= PREFIX_SIZE_1;
	bool known = it->layout != NULL && it->layout[0] != '~';
	bool none = is_empty(it, data), whole;
	const uint8_t *at = r->p;

	it->points = !none && (!data || known || sized);
	if (it->points && data && is_packed(it)) {
		whole = packed_block(it, r);
		visit(f, it, true, arg);
		packed(f, it, visit, arg);
		if (!whole) {
			dn_bad(f, DN_BAD_OBJECT, at);
		}
		return whole;
	}
	visit(f, it, true, arg);
	if (none) {
		return true;
	}
	if (!it->points) {
		f->unparsed = rd_left(r);
		return false;
	}
	objects(f, it, r, data, visit, arg);
	return rd_ok(r);
}

void
dn_walk(struct dn_frag *f, dn_visit visit, void *arg)
{
	struct rd r = f->objects;
	struct dn_item it = {0};

	f->has_cto = false;
	f->headers = 0;
	while (rd_left(&r) > 0) {
		bool good = read_header(f, &it, &r);

		f->headers++;
		if (!good) {
			/* What there is of it is told. */
			if (it.has_type) {
				visit(f, &it, true, arg);
			}
			break;
		}
		if (!body(f, &it, &r, visit, arg)) {
			break;
		}
	}
}

/*
 * tags: where a tagged value begins and ends (20.2.1).
 *
 *	 7  4   3   2  0
 *	+----+-----+----+   number 15: the number follows; class 1: context
 *	|num |class|len |   len 5: length follows, 254 and 255: wider ones
 *	+----+-----+----+   class 1, len 6 and 7: opening and closing tag
 *
 * Nothing here recurses; nesting is counted.
 */
#include "dissectors/bacnet/bacnet.h"

#define NUM_EXTENDED 15
#define LEN_EXTENDED 5
#define LVT_OPEN     6

bool
bn_tag_long(struct rd *r, struct bn_tag *ret)
{
	uint8_t first = rd_u8(r), lvt = first & 7;

	ret->num = first >> 4;
	ret->cls = first & 8 ? BN_CTX : BN_APP;
	ret->len = lvt;
	if (ret->num == NUM_EXTENDED) {
		ret->num = rd_u8(r);
		if (ret->num < NUM_EXTENDED) {
			rd_fail(r); /* it belongs in the first octet */
		}
	}
	if (ret->cls == BN_CTX && lvt >= LVT_OPEN) {
		ret->cls = lvt == LVT_OPEN ? BN_OPEN : BN_CLOSE;
		ret->len = 0;
	} else if (ret->cls == BN_APP && ret->num == BN_BOOL) {
		ret->len = lvt;
	} else if (lvt == LEN_EXTENDED) {
		ret->len = rd_u8(r);
		if (ret->len == 254) {
			ret->len = rd_be16(r);
		} else if (ret->len == 255) {
			ret->len = rd_be32(r);
		}
	} else if (lvt > LEN_EXTENDED) {
		rd_fail(r); /* an application tag cannot open or close */
	}
	return rd_ok(r);
}

struct rd
bn_content(struct rd *r, const struct bn_tag *t)
{
	bool none =
	    t->cls >= BN_OPEN || (t->cls == BN_APP && t->num == BN_BOOL);

	return rd_sub(r, none ? 0 : t->len);
}

bool
bn_enclosed(struct rd *r, uint8_t num, struct rd *ret)
{
	struct rd all = *r;
	unsigned depth = 0;

	while (rd_left(r) > 0) {
		const uint8_t *before = r->p;
		struct bn_tag t;

		if (!bn_tag(r, &t)) {
			return false;
		}
		if (t.cls == BN_CLOSE && depth == 0) {
			*ret = rd_sub(&all, (size_t)(before - all.p));
			return t.num == num;
		}
		depth += t.cls == BN_OPEN;
		depth -= t.cls == BN_CLOSE;
		(void)bn_content(r, &t);
	}
	rd_fail(r);
	return false;
}

bool
bn_element(struct rd *r, struct rd *ret)
{
	struct rd all = *r, inside;
	struct bn_tag t;

	if (!bn_tag(r, &t) || t.cls == BN_CLOSE) {
		rd_fail(r);
		return false;
	}
	if (t.cls == BN_OPEN) {
		if (!bn_enclosed(r, t.num, &inside)) {
			rd_fail(r);
			return false;
		}
	} else {
		(void)bn_content(r, &t);
	}
	if (!rd_ok(r)) {
		return false;
	}
	*ret = rd_sub(&all, (size_t)(r->p - all.p));
	return true;
}

bool
bn_unsigned(struct rd c, uint64_t *ret)
{
	size_t n = rd_left(&c);
	uint64_t v = 0;

	if (!rd_ok(&c) || n == 0 || n > 8) {
		return false;
	}
	while (rd_left(&c) > 0) {
		v = v << 8 | rd_u8(&c);
	}
	*ret = v;
	return true;
}

bool
bn_signed(struct rd c, int64_t *ret)
{
	unsigned bits = 8 * (unsigned)rd_left(&c);
	uint64_t v;

	if (!bn_unsigned(c, &v)) {
		return false;
	}
	if (bits < 64 && v >> (bits - 1) & 1) {
		v |= ~(uint64_t)0 << bits;
	}
	*ret = (int64_t)v;
	return true;
}

bool
bn_lone(struct rd value, uint8_t type, struct rd *ret)
{
	struct bn_tag t;

	if (!bn_tag(&value, &t) || t.cls != BN_APP || t.num != type) {
		return false;
	}
	*ret = bn_content(&value, &t);
	return rd_ok(ret) && rd_left(&value) == 0;
}

bool
bn_lone_uint(struct rd value, uint8_t type, uint64_t *ret)
{
	struct rd c;

	return bn_lone(value, type, &c) && bn_unsigned(c, ret);
}

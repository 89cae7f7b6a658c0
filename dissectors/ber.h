/*
 * ber: tag, length and value of ITU-T X.690, for protocols whose messages are
 * trees of them (MMS, GOOSE, certificates).
 *
 *	+-----+--------+-------+    length  00-7f        the length
 *	| tag | length | value |            81-84 n...   1 to 4 octets of it
 *	+-----+--------+-------+            80           indefinite: refused
 *
 * A tag is read as it stands, of up to 3 octets: class, form and number, so
 * that 0xbf48 is context-specific, constructed, 72.  Nothing here knows what
 * a tag means, and nothing descends by itself: whoever reads a tree bounds
 * its depth.  SNMP has a reader of its own, which is stricter.
 */
#ifndef OTUS_DISSECTORS_BER_H
#define OTUS_DISSECTORS_BER_H

#include <stdbool.h>

#include "base/rd.h"

#define BER_TAG_LONG   0x1f /* 8.1.2.4: the number is in the next octets */
#define BER_LEN_LONG   0x80 /* 8.1.3.5 */
#define BER_LEN_OCTETS 4

struct ber_item {
	uint32_t tag;
	struct rd body;
	struct rd at; /* from the tag on: where it stands */
};

/* Of up to 3 octets; a longer one fails the reader. */
static inline uint32_t
ber_tag(struct rd *r)
{
	uint32_t tag = rd_u8(r);
	uint8_t b;

	if ((tag & BER_TAG_LONG) != BER_TAG_LONG) {
		return tag;
	}
	do {
		b = rd_u8(r);
		if (tag > 0xffff) {
			rd_fail(r);
		}
		tag = tag << 8 | b;
	} while (rd_ok(r) && (b & 0x80));
	return tag;
}

/* An indefinite one, or one of more octets, fails the reader. */
static inline size_t
ber_length(struct rd *r)
{
	size_t n = rd_u8(r), octets;

	if (n < BER_LEN_LONG) {
		return n;
	}
	octets = n - BER_LEN_LONG;
	if (octets == 0 || octets > BER_LEN_OCTETS) {
		rd_fail(r);
		return 0;
	}
	for (n = 0; octets > 0; octets--) {
		n = n << 8 | rd_u8(r);
	}
	return n;
}

/* The next of a list.  False at its end, and where the reader has failed. */
static inline bool
ber_item(struct rd *r, struct ber_item *ret)
{
	if (rd_left(r) == 0) {
		return false;
	}
	ret->at = *r;
	ret->tag = ber_tag(r);
	ret->body = rd_sub(r, ber_length(r));
	return rd_ok(r);
}

/* The first of a list that has the tag; an already failed reader: none. */
static inline struct rd
ber_find(struct rd r, uint32_t tag)
{
	struct ber_item it;

	while (ber_item(&r, &it)) {
		if (it.tag == tag) {
			return it.body;
		}
	}
	return rd_failed();
}

/* An integer without its sign, 8.3: leading zeros do not count. */
static inline bool
ber_number(struct rd r, uint64_t *ret)
{
	uint64_t v = 0;

	if (!rd_ok(&r) || rd_left(&r) == 0) {
		return false;
	}
	while (rd_left(&r) > 8) {
		if (rd_u8(&r) != 0) {
			return false;
		}
	}
	while (rd_left(&r) > 0) {
		v = v << 8 | rd_u8(&r);
	}
	*ret = v;
	return true;
}

/* An integer with its sign, of up to 8 octets. */
static inline bool
ber_integer(struct rd r, int64_t *ret)
{
	uint64_t v;

	if (!rd_ok(&r) || rd_left(&r) == 0 || rd_left(&r) > 8) {
		return false;
	}
	v = r.p[0] & 0x80 ? UINT64_MAX : 0;
	while (rd_left(&r) > 0) {
		v = v << 8 | rd_u8(&r);
	}
	*ret = (int64_t)v;
	return true;
}

#endif

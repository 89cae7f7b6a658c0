/*
 * ber: tags, lengths and values as SNMP uses them: ITU-T X.690 8.1, narrowed
 * by RFC 3417, section 8.
 *
 *	+-----+--------+-------+    length  00-7f        the length
 *	| tag | length | value |            81-84 n...   1 to 4 octets of it
 *	+-----+--------+-------+            80           indefinite: refused
 *
 * Tags are of one octet.  A value that goes over its parent's end is a
 * violation, but for where the capture ends.  More octets than a length or a
 * number needs are taken, since old agents send them; more than the type can
 * hold is refused.
 */
#include "dissectors/snmp/snmp.h"

#define LONG_TAG    0x1f /* X.690 8.1.2.4 */
#define LENGTH_LONG 0x80
#define LENGTH_MAX  4

/* Below snmpModules no more numbers than name a column: behind it come
 * communities and users (RFC 3584 5.3, RFC 3414, RFC 3415). */
#define MODULES_ARCS 11

void
snmp_bad(struct snmp_msg *m, const char *reason, size_t at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at;
	}
}

size_t
snmp_at(const struct snmp_msg *m, const struct rd *r)
{
	return (size_t)(r->p - m->start);
}

/* False when there is none, or one that is no length. */
static bool
ber_length(struct snmp_msg *m, struct rd *r, size_t *ret)
{
	size_t at = snmp_at(m, r), n = rd_u8(r), octets;

	if (rd_ok(r) && n == LENGTH_LONG) {
		snmp_bad(m, SNMP_BAD_INDEFINITE, at);
		return false;
	}
	if (n > LENGTH_LONG) {
		octets = n - LENGTH_LONG;
		if (octets > LENGTH_MAX) {
			snmp_bad(m, SNMP_BAD_LENGTH, at);
			return false;
		}
		for (n = 0; octets > 0; octets--) {
			n = n << 8 | rd_u8(r);
		}
	}
	if (!rd_ok(r)) {
		snmp_bad(m, SNMP_BAD_LENGTH, at);
		return false;
	}
	*ret = n;
	return true;
}

bool
ber_next(struct snmp_msg *m, struct rd *r, struct ber *ret)
{
	size_t n, at;

	if (rd_left(r) == 0) {
		return false;
	}
	ret->at = snmp_at(m, r);
	ret->tag = rd_u8(r);
	if ((ret->tag & LONG_TAG) == LONG_TAG) {
		snmp_bad(m, SNMP_BAD_TAG, ret->at);
		return false;
	}
	at = snmp_at(m, r);
	if (!ber_length(m, r, &n)) {
		return false;
	}
	ret->end = snmp_at(m, r) + n;
	ret->whole = rd_has(r, n);
	if (!ret->whole) {
		snmp_bad(m, SNMP_BAD_LENGTH, at);
		n = rd_left(r);
	}
	ret->body = rd_sub(r, n);
	return ret->whole || m->cut;
}

bool
ber_expect(struct snmp_msg *m, struct rd *r, uint8_t tag, struct ber *ret)
{
	size_t at = snmp_at(m, r);

	if (rd_left(r) == 0) {
		snmp_bad(m, SNMP_BAD_LENGTH, at);
		return false;
	}
	if (!ber_next(m, r, ret)) {
		return false;
	}
	if (ret->tag != tag) {
		snmp_bad(m, SNMP_BAD_TAG, at);
		return false;
	}
	return true;
}

/* Two's complement, RFC 2578 7.1.1: -2^31 to 2^31 - 1. */
bool
ber_signed(const struct ber *v, int32_t *ret)
{
	struct rd r = v->body;
	size_t n = rd_left(&r);
	uint32_t x;

	if (n == 0 || n > 4) {
		return false;
	}
	x = r.p[0] & 0x80 ? UINT32_MAX : 0;
	while (rd_left(&r) > 0) {
		x = x << 8 | rd_u8(&r);
	}
	*ret = (int32_t)x;
	return true;
}

/* A sign that is not there is forgiven: much is sent without the zero. */
bool
ber_unsigned(const struct ber *v, unsigned bits, uint64_t *ret)
{
	struct rd r = v->body;
	uint64_t x = 0;

	if (rd_left(&r) == 0) {
		return false;
	}
	if (rd_left(&r) == bits / 8 + 1 && rd_u8(&r) != 0) {
		return false;
	}
	if (rd_left(&r) > bits / 8) {
		return false;
	}
	while (rd_left(&r) > 0) {
		x = x << 8 | rd_u8(&r);
	}
	*ret = x;
	return true;
}

bool
ber_int(struct snmp_msg *m, struct rd *r, int32_t *ret)
{
	struct ber v;

	if (!ber_expect(m, r, BER_INTEGER, &v) || !v.whole) {
		return false;
	}
	if (!ber_signed(&v, ret)) {
		snmp_bad(m, SNMP_BAD_INTEGER, v.at);
		return false;
	}
	return true;
}

/* --- object identifiers: X.690 8.19 --------------------------------------- */

/* Not empty, each number the shortest way and of 32 bits, none unfinished. */
bool
oid_is_good(struct rd r)
{
	unsigned arcs = 1;

	if (rd_left(&r) == 0) {
		return false;
	}
	while (rd_left(&r) > 0) {
		uint64_t arc = 0;
		uint8_t b = rd_u8(&r);

		if (b == 0x80) {
			return false;
		}
		for (arc = b & 0x7f; b & 0x80; arc = arc << 7 | (b & 0x7f)) {
			b = rd_u8(&r);
			if (!rd_ok(&r) || arc > UINT32_MAX >> 7) {
				return false;
			}
		}
		if (++arcs > OID_ARCS_MAX) {
			return false;
		}
	}
	return true;
}

bool
oid_begins(struct rd r, const char *prefix, size_t n)
{
	return rd_left(&r) >= n && memcmp(r.p, prefix, n) == 0;
}

uint32_t
oid_arc(struct rd *r)
{
	uint32_t arc = 0;
	uint8_t b;

	do {
		b = rd_u8(r);
		arc = arc << 7 | (b & 0x7f);
	} while (b & 0x80);
	return arc;
}

static size_t
put_number(char *to, uint32_t v)
{
	char digits[10];
	size_t n = 0, i;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	for (i = 0; i < n; i++) {
		to[i] = digits[n - 1 - i];
	}
	return n;
}

const char *
oid_text(struct snmp_msg *m, struct rd r, size_t *ret_len)
{
	char *text = m->text + m->text_n;
	unsigned most =
	    OID_BEGINS(r, OID_SNMP_MODULES) ? MODULES_ARCS : OID_ARCS_MAX;
	unsigned arcs = 2;
	uint32_t arc, top;
	size_t n;

	if (sizeof(m->text) - m->text_n < OID_TEXT_MAX) {
		return NULL;
	}
	arc = oid_arc(&r);
	top = arc < 80 ? arc / 40 : 2; /* X.690 8.19.4 */
	n = put_number(text, top);
	text[n++] = '.';
	n += put_number(text + n, arc - top * 40);
	for (; rd_left(&r) > 0 && arcs < most; arcs++) {
		text[n++] = '.';
		n += put_number(text + n, oid_arc(&r));
	}
	m->text_n += n;
	*ret_len = n;
	return text;
}

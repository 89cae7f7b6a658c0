/*
 * der: the walk through a certificate ([5] 4.1; X.690, distinguished rules).
 *
 *	Certificate { tbs { [0] version, serial, signature, issuer,
 *	    validity { notBefore, notAfter }, subject, key { algorithm, bits },
 *	    [1], [2], [3] extensions }, algorithm, bits }
 *
 * Each element is a reader within that of the one around it; depth is fixed.
 */
#include <string.h>

#include "dissectors/tls/tls.h"

enum {
	OID = 0x06,
	OCTETS = 0x04,
	BMP_STRING = 0x1e,
	UTC_TIME = 0x17,
	GENERAL_TIME = 0x18,
	SEQUENCE = 0x30,
	SET = 0x31,
	VERSION = 0xa0,
	EXTENSIONS = 0xa3,
	DNS_NAME = 0x82,
};

struct rd
der_next(struct rd *r, uint8_t *ret_tag)
{
	uint8_t n;
	size_t len;

	*ret_tag = rd_u8(r);
	n = rd_u8(r);
	len = n;
	switch (n) {
	case 0x81: len = rd_u8(r); break;
	case 0x82: len = rd_be16(r); break;
	case 0x83: len = rd_be24(r); break;
	default:
		if (n >= 0x80) {
			rd_fail(r);
		}
		break;
	}
	return rd_ok(r) ? rd_sub(r, len) : rd_failed();
}

/* One that has to be of this kind. */
static struct rd
expect(struct rd *r, uint8_t tag)
{
	uint8_t t;
	struct rd v = der_next(r, &t);

	return t == tag ? v : rd_failed();
}

static bool
is_oid(struct rd oid, const char *bytes, size_t n)
{
	return rd_left(&oid) == n && memcmp(oid.p, bytes, n) == 0;
}

static void
alt_names(struct cert *c, struct rd octets)
{
	struct rd list = expect(&octets, SEQUENCE);

	while (rd_left(&list) > 0 && c->nnames < CERT_NAMES_MAX) {
		uint8_t tag;
		struct rd v = der_next(&list, &tag);

		if (tag == DNS_NAME && rd_left(&v) > 0) {
			c->names[c->nnames++] = v;
		}
	}
}

static void
extensions(struct cert *c, struct rd r)
{
	struct rd list = expect(&r, SEQUENCE);

	while (rd_left(&list) > 0) {
		struct rd e = expect(&list, SEQUENCE), oid = expect(&e, OID), v;
		uint8_t tag;

		v = der_next(&e, &tag);
		if (tag != OCTETS && rd_left(&e) > 0) {
			v = der_next(&e, &tag); /* behind `critical` */
		}
		if (tag == OCTETS && is_oid(oid, "\x55\x1d\x11", 3)) {
			alt_names(c, v);
		}
	}
}

bool
der_certificate(struct rd r, struct cert *c)
{
	struct rd cert = expect(&r, SEQUENCE), tbs = expect(&cert, SEQUENCE);
	struct rd v, look = tbs;
	uint8_t tag;

	memset(c, 0, sizeof(*c));
	if (rd_u8(&look) == VERSION) {
		(void)der_next(&tbs, &tag);
	}
	c->serial = der_next(&tbs, &tag);
	v = expect(&tbs, SEQUENCE);
	c->signature = expect(&v, OID);
	c->issuer = expect(&tbs, SEQUENCE);
	v = expect(&tbs, SEQUENCE);
	c->not_before = der_next(&v, &c->before_tag);
	c->not_after = der_next(&v, &c->after_tag);
	c->subject = expect(&tbs, SEQUENCE);
	v = expect(&tbs, SEQUENCE);
	look = expect(&v, SEQUENCE);
	c->key = expect(&look, OID);
	c->key_bits = der_next(&v, &tag);
	if (!rd_ok(&tbs) || !rd_ok(&c->issuer) || !rd_ok(&c->subject) ||
	    !rd_ok(&c->not_after) || !rd_ok(&c->key)) {
		return false;
	}
	while (rd_left(&tbs) > 0) {
		v = der_next(&tbs, &tag);
		if (tag == EXTENSIONS) {
			extensions(c, v);
		}
	}
	return rd_ok(&tbs);
}

/* --- names ----------------------------------------------------------------- */

/* Attributes of X.520 are 2.5.4.n. */
static enum der_attr
attr_of(struct rd oid)
{
	if (rd_be16(&oid) != 0x5504 || rd_left(&oid) != 1) {
		return DER_OTHER;
	}
	switch (rd_u8(&oid)) {
	case 3: return DER_CN;
	case 5: return DER_SERIAL;
	case 6: return DER_C;
	case 7: return DER_L;
	case 8: return DER_ST;
	case 10: return DER_O;
	case 11: return DER_OU;
	case 15: return DER_CATEGORY;
	default: return DER_OTHER;
	}
}

bool
der_attribute(
    struct rd *name, struct rd *rdn, enum der_attr *ret, struct rd *ret_value)
{
	struct rd pair, oid;
	uint8_t tag;

	while (rd_left(rdn) == 0) {
		if (rd_left(name) == 0) {
			return false;
		}
		*rdn = expect(name, SET);
	}
	pair = expect(rdn, SEQUENCE);
	oid = expect(&pair, OID);
	*ret = attr_of(oid);
	*ret_value = der_next(&pair, &tag);
	if (tag == BMP_STRING) {
		*ret_value = rd_failed(); /* two octets a character: rare */
	}
	return true;
}

/* --- time ------------------------------------------------------------------ */

static unsigned
digits(struct rd *r, unsigned n)
{
	unsigned v = 0;

	while (n-- > 0) {
		uint8_t c = rd_u8(r);

		if (c < '0' || c > '9') {
			rd_fail(r);
			return 0;
		}
		v = v * 10 + (unsigned)(c - '0');
	}
	return v;
}

/* Days since 1970-01-01, of the Gregorian calendar; years begin in March. */
static int64_t
days(unsigned y, unsigned m, unsigned d)
{
	unsigned year = m <= 2 ? y - 1 : y, month = m <= 2 ? m + 9 : m - 3;

	return (int64_t)365 * year + year / 4 - year / 100 + year / 400 +
	       (153 * month + 2) / 5 + d - 1 - 719468;
}

int64_t
der_time(uint8_t tag, struct rd r)
{
	unsigned y, m, d, h, min, s;

	if (tag == UTC_TIME) {
		y = digits(&r, 2);
		y += y < 50 ? 2000 : 1900; /* [5] 4.1.2.5.1 */
	} else if (tag == GENERAL_TIME) {
		y = digits(&r, 4);
	} else {
		return -1;
	}
	m = digits(&r, 2);
	d = digits(&r, 2);
	h = digits(&r, 2);
	min = digits(&r, 2);
	s = digits(&r, 2);
	if (!rd_ok(&r) || y < 1970 || m < 1 || m > 12 || d < 1 || d > 31 ||
	    h > 23 || min > 59 || s > 60) {
		return -1;
	}
	return days(y, m, d) * 86400 + (int64_t)(h * 3600 + min * 60 + s);
}

/*
 * print: tagged values as event fields (20.2).
 *
 * A lone primitive is its value; several, or a constructed value, are an
 * array.  What only its place in a service would explain (context tags) is
 * {"tag": n, "data": hex}, or {"tag": n, "list": [...]}; beyond NEST levels
 * the bytes.  Object identifiers, dates and times are text.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/real.h"
#include "dissectors/bacnet/bacnet.h"

#define NEST 2 /* levels of tags; each is an object and its list */

/* Character sets, 20.2.9. */
enum { SET_UTF8, SET_DBCS, SET_JIS, SET_UCS4, SET_UCS2, SET_LATIN1 };

char *
bn_text(struct bn_msg *m, const char *fmt, ...)
{
	size_t room = sizeof(m->scratch) - m->scratch_n;
	char *at = m->scratch + m->scratch_n;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(at, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room) {
		m->lost = true;
		return NULL;
	}
	m->scratch_n += (size_t)n + 1;
	return at;
}

const char *
bn_numbered(struct bn_msg *m, const char *what, uint32_t number)
{
	size_t n = strlen(what), room = sizeof(m->scratch) - m->scratch_n;
	char digits[10], *at = m->scratch + m->scratch_n;
	size_t k = sizeof(digits);

	do {
		digits[--k] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	if (n + 2 + sizeof(digits) > room) {
		m->lost = true;
		return NULL;
	}
	memcpy(at, what, n);
	at[n++] = ' ';
	memcpy(at + n, digits + k, sizeof(digits) - k);
	n += sizeof(digits) - k;
	at[n++] = '\0';
	m->scratch_n += n;
	return at;
}

const char *
bn_object_text(struct bn_msg *m, uint32_t type, uint32_t instance)
{
	const char *name = bn_object_name(type);

	return name != NULL ? bn_numbered(m, name, instance)
			    : bn_text(m, "object-type-%u %u", type, instance);
}

void
bn_put_text(struct ev *e, uint16_t id, const char *s)
{
	if (s != NULL) {
		ev_bytes(e, id, EV_T_TEXT, s, strlen(s));
	} else {
		ev_add(e, id, EV_T_NULL)->u = 0;
	}
}

enum ev_type
bn_string(struct rd c, struct rd *ret)
{
	uint8_t set = rd_u8(&c);
	enum ev_type type = EV_T_TEXT;

	switch (set) {
	case SET_DBCS: rd_skip(&c, 2); break; /* code page, 20.2.9.1 */
	case SET_UCS4: type = EV_T_UCS4BE; break;
	case SET_UCS2: type = EV_T_UCS2BE; break;
	case SET_LATIN1: type = EV_T_LATIN1; break;
	default: break;
	}
	*ret = rd_rest(&c);
	return type;
}

const char *
bn_hex_text(struct bn_msg *m, struct rd a)
{
	char hex[2 * BN_MAC_MAX + 1];

	hex[0] = '\0';
	for (size_t k = 0; k < BN_MAC_MAX && rd_left(&a) > 0; k++) {
		(void)snprintf(hex + 2 * k, 3, "%02x", rd_u8(&a));
	}
	return bn_text(m, "%s", hex);
}

const char *
bn_address_text(struct bn_msg *m, struct rd a)
{
	char ip[EV_IP_TEXT];
	struct ev_ip addr = {0};
	size_t n = rd_left(&a);

	if (n != 6 && n != 18) {
		return bn_hex_text(m, a);
	}
	rd_copy(&a, addr.a, n - 2);
	(void)ev_ip_text(ip, n == 6 ? 4 : 6, &addr);
	return bn_text(m, n == 6 ? "%s:%u" : "[%s]:%u", ip, rd_be16(&a));
}

/* 255 is any: 20.2.12. */
static const char *
part(char buf[8], unsigned v)
{
	if (v == 255) {
		return "*";
	}
	(void)snprintf(buf, 8, "%02u", v);
	return buf;
}

#define DATE_TEXT 32
#define TIME_TEXT 40

static void
date_text(char buf[DATE_TEXT], struct rd c)
{
	unsigned y = rd_u8(&c), mon = rd_u8(&c), d = rd_u8(&c);
	char a[8], b[8], year[8] = "*";

	if (y != 255) {
		(void)snprintf(year, sizeof(year), "%04u", 1900 + y);
	}
	(void)snprintf(
	    buf, DATE_TEXT, "%s-%s-%s", year, part(a, mon), part(b, d));
}

static void
time_text(char buf[TIME_TEXT], struct rd c)
{
	unsigned h = rd_u8(&c), min = rd_u8(&c), s = rd_u8(&c), x = rd_u8(&c);
	char a[8], b[8], d[8], f[8];

	(void)snprintf(buf, TIME_TEXT, "%s:%s:%s.%s", part(a, h), part(b, min),
	    part(d, s), part(f, x));
}

const char *
bn_date_time_text(struct bn_msg *m, struct rd date, struct rd time)
{
	char a[DATE_TEXT], b[TIME_TEXT];

	date_text(a, date);
	time_text(b, time);
	return bn_text(m, "%s %s", a, b);
}

static void
print_date(struct bn_msg *m, struct ev *e, uint16_t id, struct rd c)
{
	char buf[DATE_TEXT];

	date_text(buf, c);
	bn_put_text(e, id, bn_text(m, "%s", buf));
}

static void
print_time(struct bn_msg *m, struct ev *e, uint16_t id, struct rd c)
{
	char buf[TIME_TEXT];

	time_text(buf, c);
	bn_put_text(e, id, bn_text(m, "%s", buf));
}

static void
print_oid(struct bn_msg *m, struct ev *e, uint16_t id, struct rd c)
{
	uint32_t v = rd_be32(&c);

	const char *name = bn_object_name(v >> 22);

	if (name != NULL) {
		ev_numbered(e, id, name, v & BN_INSTANCES);
	} else {
		bn_put_text(
		    e, id, bn_object_text(m, v >> 22, v & BN_INSTANCES));
	}
}

/* First bit first (20.2.10), where EV_T_BITS has the low bit first. */
static void
print_bits(struct bn_msg *m, struct ev *e, uint16_t id, struct rd c)
{
	size_t n = rd_left(&c), unused = rd_u8(&c);
	uint8_t *at = (uint8_t *)m->scratch + m->scratch_n;

	if (n == 0 || unused > 7 || (n == 1 && unused != 0)) {
		ev_bytes(e, id, EV_T_HEX, c.p, rd_left(&c));
		return;
	}
	n--;
	if (n > sizeof(m->scratch) - m->scratch_n) {
		m->lost = true;
		ev_bytes(e, id, EV_T_HEX, c.p, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		uint8_t b = rd_u8(&c), r = 0;

		for (int k = 0; k < 8; k++) {
			r = (uint8_t)(r << 1 | (b >> k & 1));
		}
		at[i] = r;
	}
	m->scratch_n += n;
	ev_bytes(e, id, EV_T_BITS, at, 8 * n - unused);
}

static void
print_real(struct ev *e, uint16_t id, uint8_t type, struct rd c)
{
	ev_double(e, id,
	    type == BN_REAL ? real_from32(rd_be32(&c))
			    : real_from64(rd_be64(&c)));
}

/* Lengths that the type has: 20.2.6 to 20.2.14; 0: any. */
static bool
length_fits(uint8_t type, size_t n)
{
	switch (type) {
	case BN_UINT:
	case BN_INT:
	case BN_ENUM: return n >= 1 && n <= 8;
	case BN_REAL:
	case BN_DATE:
	case BN_TIME:
	case BN_OID: return n == 4;
	case BN_DOUBLE: return n == 8;
	case BN_TEXT:
	case BN_BITS: return n >= 1;
	default: return true;
	}
}

void
bn_print_prim(
    struct bn_msg *m, struct ev *e, uint16_t id, uint8_t type, struct rd c)
{
	struct rd text;
	enum ev_type how;
	uint64_t u = 0;
	int64_t i = 0;

	if (!length_fits(type, rd_left(&c))) {
		ev_bytes(e, id, EV_T_HEX, c.p, rd_left(&c));
		return;
	}
	switch (type) {
	case BN_NULL: ev_add(e, id, EV_T_NULL)->u = 0; break;
	case BN_UINT:
	case BN_ENUM:
		(void)bn_unsigned(c, &u);
		ev_uint(e, id, u);
		break;
	case BN_INT:
		(void)bn_signed(c, &i);
		ev_int(e, id, i);
		break;
	case BN_REAL:
	case BN_DOUBLE: print_real(e, id, type, c); break;
	case BN_TEXT:
		how = bn_string(c, &text);
		ev_bytes(e, id, how, text.p, rd_left(&text));
		break;
	case BN_BITS: print_bits(m, e, id, c); break;
	case BN_DATE: print_date(m, e, id, c); break;
	case BN_TIME: print_time(m, e, id, c); break;
	case BN_OID: print_oid(m, e, id, c); break;
	default: ev_bytes(e, id, EV_T_HEX, c.p, rd_left(&c)); break;
	}
}

static void
print_app(struct bn_msg *m, struct ev *e, uint16_t id, const struct bn_tag *t,
    struct rd c)
{
	if (t->num == BN_BOOL) {
		ev_bool(e, id, t->len != 0);
	} else {
		bn_print_prim(m, e, id, t->num, c);
	}
}

/* A context-tagged element: its bytes are all that is known. */
static void
print_unknown(struct ev *e, uint8_t num, struct rd c)
{
	ev_object(e, EVF_ELEM);
	ev_uint(e, BNF_TAG, num);
	ev_bytes(e, BNF_DATA, EV_T_HEX, c.p, rd_left(&c));
	ev_end(e);
}

/* How many levels of tags fit: the array, two marks each, one unknown. */
static unsigned
nest_max(unsigned level)
{
	unsigned room = level + 2 < EV_DEPTH_MAX ? EV_DEPTH_MAX - 2 - level : 0;

	return room / 2 < NEST ? room / 2 : NEST;
}

static void
print_list(
    struct bn_msg *m, struct ev *e, uint16_t id, struct rd v, unsigned level)
{
	unsigned depth = 0, max = nest_max(level);

	ev_array(e, id);
	while (rd_left(&v) > 0 && !e->overflow) {
		struct rd inside;
		struct bn_tag t;

		if (!bn_tag(&v, &t)) {
			break;
		}
		if (t.cls == BN_CLOSE && depth > 0) {
			ev_end(e);
			ev_end(e);
			depth--;
		} else if (t.cls == BN_OPEN && depth < max) {
			ev_object(e, EVF_ELEM);
			ev_uint(e, BNF_TAG, t.num);
			ev_array(e, BNF_LIST);
			depth++;
		} else if (t.cls == BN_OPEN) {
			if (bn_enclosed(&v, t.num, &inside)) {
				print_unknown(e, t.num, inside);
			}
		} else if (t.cls == BN_CTX) {
			print_unknown(e, t.num, bn_content(&v, &t));
		} else if (t.cls == BN_APP) {
			inside = bn_content(&v, &t);
			if (rd_ok(&v)) {
				print_app(m, e, EVF_ELEM, &t, inside);
			}
		}
	}
	for (; depth > 0; depth--) {
		ev_end(e);
		ev_end(e);
	}
	ev_end(e);
}

void
bn_print(
    struct bn_msg *m, struct ev *e, uint16_t id, struct rd v, unsigned level)
{
	struct rd look = v, c;
	struct bn_tag t;

	if (bn_tag(&look, &t) && t.cls == BN_APP) {
		c = bn_content(&look, &t);
		if (rd_ok(&look) && rd_left(&look) == 0) {
			print_app(m, e, id, &t, c);
			return;
		}
	}
	print_list(m, e, id, v, level);
}

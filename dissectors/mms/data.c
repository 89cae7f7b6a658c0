/*
 * data: see data.h.
 *
 *	83 boolean         1 octet
 *	84 bit string      unused bits (1) | bits
 *	85 integer, 86 unsigned
 *	87 floating point  width of the exponent (1) | IEEE 754
 *	89 octets, 8a visible string, 90 string
 *	8c binary time     milliseconds of the day (4) | days since 1984 (2)
 *	91 UTC time        seconds (4) | fraction (3) | quality (1)
 *	a1 array, a2 structure: of these
 *
 * Nothing is called by itself: a list of lists is walked with a stack of
 * MMS_DEPTH, and what is deeper is told as octets.
 */
#include <stdio.h>

#include "dissectors/mms/data.h"

#include "base/real.h"
#include "dissectors/names.h"

#define BITS_MAX 64 /* longer strings of bits are told as octets */
#define DAY_S    86400
#define TIME_MAX 32

/* 1 January 1984, in days since 1970; [1] 14.4.2.5 */
#define DAYS_1984 5113

static const struct name failures[] = {
    {0, "object_invalidated"},
    {1, "hardware_fault"},
    {2, "temporarily_unavailable"},
    {3, "object_access_denied"},
    {4, "object_undefined"},
    {5, "invalid_address"},
    {6, "type_unsupported"},
    {7, "type_inconsistent"},
    {8, "object_attribute_inconsistent"},
    {9, "object_access_unsupported"},
    {10, "object_non_existent"},
    {11, "object_value_invalid"},
};

const char *
mms_failure(struct rd r)
{
	uint64_t v = 0;
	const char *s = ber_number(r, &v) && v <= UINT32_MAX
			    ? NAME_OF(failures, (uint32_t)v)
			    : NULL;

	return s != NULL ? s : "access_failure";
}

char *
mms_room(struct mms_text *t, size_t n)
{
	char *p = t->bytes + t->n;

	if (n > sizeof(t->bytes) - t->n) {
		return NULL;
	}
	t->n += n;
	return p;
}

#define IED_NAME_LEAST 3

size_t
mms_ied_name(const char *p, size_t n)
{
	size_t digits = 0;

	while (digits < n && p[n - 1 - digits] >= '0' &&
	       p[n - 1 - digits] <= '9') {
		digits++;
	}
	n -= digits;
	if (digits == 0 || n < 2 + IED_NAME_LEAST || p[n - 2] != 'L' ||
	    p[n - 1] != 'D') {
		return 0;
	}
	return n - 2;
}

/* --- times ----------------------------------------------------------------- */

/* Days since 1 March of the year 0, by 400 years of 146097 days. */
static void
date_of(uint32_t days, uint32_t *y, uint32_t *m, uint32_t *d)
{
	uint32_t z = days + 719468, era = z / 146097, doe = z % 146097;
	uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	uint32_t mp = (5 * doy + 2) / 153;

	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp < 10 ? mp + 3 : mp - 9;
	*y = yoe + era * 400 + (*m <= 2);
}

static const char *
time_text(struct mms_text *t, uint64_t s, uint32_t us, size_t *ret_n)
{
	uint32_t y, m, d, of_day = (uint32_t)(s % DAY_S);
	char *p = mms_room(t, TIME_MAX);
	int n;

	if (p == NULL) {
		return NULL;
	}
	date_of((uint32_t)(s / DAY_S), &y, &m, &d);
	n = snprintf(p, TIME_MAX, "%04u-%02u-%02uT%02u:%02u:%02u.%06uZ", y, m,
	    d, of_day / 3600, of_day / 60 % 60, of_day % 60, us);
	*ret_n = n > 0 && n < TIME_MAX ? (size_t)n : 0;
	return p;
}

const char *
mms_utc(struct mms_text *t, struct rd r, size_t *ret_n)
{
	uint32_t s = rd_be32(&r), fraction = rd_be24(&r);

	rd_skip(&r, 1);
	if (!rd_ok(&r) || rd_left(&r) != 0) {
		return NULL;
	}
	return time_text(
	    t, s, (uint32_t)((uint64_t)fraction * 1000000 >> 24), ret_n);
}

static const char *
binary_time(struct mms_text *t, struct rd r, size_t *ret_n)
{
	uint32_t ms = rd_be32(&r);
	uint16_t days = rd_be16(&r);

	if (!rd_ok(&r) || rd_left(&r) != 0) {
		return NULL; /* of the day alone, too */
	}
	return time_text(t, (uint64_t)(days + DAYS_1984) * DAY_S + ms / 1000,
	    ms % 1000 * 1000, ret_n);
}

/* --- values ---------------------------------------------------------------- */

static bool
is_tree(uint32_t tag)
{
	return tag == MMS_ARRAY || tag == MMS_STRUCTURE;
}

bool
mms_is_scalar(uint32_t tag)
{
	return (tag >= MMS_BOOLEAN && tag <= MMS_FLOAT) ||
	       (tag >= MMS_OCTETS && tag <= MMS_UTC);
}

static bool
scalar_ok(const struct ber_item *it)
{
	size_t n = rd_left(&it->body);

	switch (it->tag) {
	case MMS_BOOLEAN: return n == 1;
	case MMS_BITS: return n >= 1 && it->body.p[0] < 8;
	case MMS_INTEGER:
	case MMS_UNSIGNED: return n >= 1 && n <= 9;
	case MMS_FLOAT: return n == 5 || n == 9;
	case MMS_BINARY_TIME: return n == 4 || n == 6;
	case MMS_UTC: return n == 8;
	case MMS_FAILURE: return n >= 1;
	default: return mms_is_scalar(it->tag);
	}
}

bool
mms_data_ok(struct rd list)
{
	struct rd at[MMS_DEPTH];
	unsigned depth = 0;
	struct ber_item it;

	at[0] = list;
	for (;;) {
		if (!ber_item(&at[depth], &it)) {
			if (!rd_ok(&at[depth])) {
				return false;
			}
			if (depth-- == 0) {
				return true;
			}
			continue;
		}
		if (!is_tree(it.tag)) {
			if (!scalar_ok(&it)) {
				return false;
			}
		} else if (depth + 1 < MMS_DEPTH) {
			at[++depth] = it.body;
		}
	}
}

static void
hex(struct ev *e, uint16_t id, struct rd r)
{
	ev_bytes(e, id, EV_T_HEX, r.p, rd_left(&r));
}

static void
text(struct ev *e, uint16_t id, const char *p, size_t n, struct rd r)
{
	if (p == NULL) {
		hex(e, id, r);
	} else {
		ev_bytes(e, id, EV_T_TEXT, p, n);
	}
}

/* As people write them: the first bit first. */
static void
bits(struct mms_text *t, struct ev *e, uint16_t id, struct rd r)
{
	struct rd whole = r;
	uint8_t unused = rd_u8(&r);
	size_t n = 8 * rd_left(&r);
	char *p;

	n = n >= unused ? n - unused : 0;
	p = n <= BITS_MAX ? mms_room(t, n) : NULL;
	for (size_t i = 0; p != NULL && i < n; i++) {
		p[i] = r.p[i / 8] & 0x80 >> i % 8 ? '1' : '0';
	}
	text(e, id, p, n, whole);
}

static void
real(struct ev *e, uint16_t id, struct rd r)
{
	struct rd whole = r;
	uint8_t width = rd_u8(&r);

	if (width == 8 && rd_left(&r) == 4) {
		ev_double(e, id, real_from32(rd_be32(&r)));
	} else if (width == 11 && rd_left(&r) == 8) {
		ev_double(e, id, real_from64(rd_be64(&r)));
	} else {
		hex(e, id, whole);
	}
}

static void
number(struct ev *e, uint16_t id, const struct ber_item *it)
{
	uint64_t u;
	int64_t i;

	if (it->tag == MMS_UNSIGNED && ber_number(it->body, &u)) {
		ev_uint(e, id, u);
	} else if (it->tag != MMS_UNSIGNED && ber_integer(it->body, &i)) {
		ev_int(e, id, i);
	} else {
		hex(e, id, it->body);
	}
}

void
mms_tell_scalar(
    struct mms_text *t, struct ev *e, uint16_t id, const struct ber_item *it)
{
	struct rd r = it->body;
	size_t n = 0;
	const char *p;

	switch (it->tag) {
	case MMS_BOOLEAN: ev_bool(e, id, rd_u8(&r) != 0); break;
	case MMS_BITS:
	case MMS_BOOLEANS: bits(t, e, id, r); break;
	case MMS_INTEGER:
	case MMS_BCD:
	case MMS_UNSIGNED: number(e, id, it); break;
	case MMS_FLOAT: real(e, id, r); break;
	case MMS_VISIBLE:
	case MMS_GENERAL_TIME:
	case MMS_STRING: ev_bytes(e, id, EV_T_TEXT, r.p, rd_left(&r)); break;
	case MMS_BINARY_TIME:
		p = binary_time(t, r, &n);
		text(e, id, p, n, r);
		break;
	case MMS_UTC:
		p = mms_utc(t, r, &n);
		text(e, id, p, n, r);
		break;
	default: hex(e, id, r); break;
	}
}

static void
failed(struct ev *e, uint16_t id, struct rd r)
{
	ev_object(e, id);
	ev_name(e, EVF_REASON, mms_failure(r));
	ev_end(e);
}

void
mms_tell_data(struct mms_text *t, struct ev *e, uint16_t id, struct rd list)
{
	struct rd at[MMS_DEPTH];
	unsigned depth = 0;
	struct ber_item it;

	at[0] = list;
	for (;;) {
		if (!ber_item(&at[depth], &it)) {
			if (depth-- == 0) {
				return;
			}
			ev_end(e);
			continue;
		}
		if (it.tag == MMS_FAILURE) {
			failed(e, depth == 0 ? id : EVF_ELEM, it.body);
		} else if (!is_tree(it.tag) || depth + 1 == MMS_DEPTH) {
			mms_tell_scalar(t, e, depth == 0 ? id : EVF_ELEM, &it);
		} else {
			ev_array(e, depth == 0 ? id : EVF_ELEM);
			at[++depth] = it.body;
		}
	}
}

/*
 * items: what Read Var and Write Var name, and what came of it.
 *
 *	request   function | count | items;  data of Write Var: values
 *	item      12 | length | syntax | its own
 *	syntax 10 type | count (2) | DB (2) | area | address in bits (3)
 *	value     result | size | length (2) | bytes | pad to an even length
 *	answer    function | count;  data: values, of Write Var results alone
 *
 * The length of a value is in bits where its size says so.
 */
#include <string.h>

#include "base/real.h"
#include "dissectors/s7comm/s7comm.h"

enum { SYNTAX_ANY = 0x10, ITEM = 0x12 };
enum { BIT = 1, BYTE = 2, WORD = 4, INT = 5, DWORD = 6, DINT = 7, REAL = 8 };

struct item {
	uint8_t type, area;
	uint16_t count, db;
	uint32_t address;
};

static const char *
area_name(uint8_t area)
{
	switch (area) {
	case 0x03: return "SYS";
	case 0x05: return "SF";
	case 0x06: return "AI";
	case 0x07: return "AQ";
	case 0x1c: return "C";
	case 0x1d: return "T";
	case 0x1e: return "IEC_C";
	case 0x1f: return "IEC_T";
	case 0x80: return "P";
	case 0x81: return "I";
	case 0x82: return "Q";
	case 0x83: return "M";
	case 0x84: return "DB";
	case 0x85: return "DI";
	case 0x86: return "L";
	case 0x87: return "V";
	default: return "unknown";
	}
}

static const char *
type_name(uint8_t type)
{
	static const char *const names[] = {NULL, "BIT", "BYTE", "CHAR", "WORD",
	    "INT", "DWORD", "DINT", "REAL", "DATE", "TOD", "TIME", "S5TIME",
	    NULL, NULL, "DATE_AND_TIME"};

	if (type == 0x1c || type == 0x1d) {
		return type == 0x1c ? "COUNTER" : "TIMER";
	}
	return type < sizeof(names) / sizeof(names[0]) && names[type] != NULL
		   ? names[type]
		   : "unknown";
}

/* Timers and counters are numbered; all else is in bytes and bits. */
static bool
is_numbered(uint8_t area)
{
	return area >= 0x1c && area <= 0x1f;
}

/* "DB 1.10.0 BYTE 4", "M 3.1 BIT" */
static void
about_item(struct s7_msg *m, const struct item *x)
{
	const char *area = area_name(x->area), *type = type_name(x->type);

	s7_put(m, ", ", m->about_n > 0 ? 2 : 0);
	s7_put(m, area, strlen(area));
	if (x->area == 0x84 || x->area == 0x85) {
		s7_put_number(m, ' ', x->db);
		s7_put(m, ".", 1);
	} else {
		s7_put(m, " ", 1);
	}
	if (is_numbered(x->area)) {
		s7_put_number(m, 0, x->address);
	} else {
		s7_put_number(m, 0, x->address >> 3);
		s7_put_number(m, '.', x->address & 7);
	}
	s7_put(m, " ", 1);
	s7_put(m, type, strlen(type));
	if (x->count != 1) {
		s7_put_number(m, ' ', x->count);
	}
}

static void
tell_item(struct ev *e, const struct item *x)
{
	ev_name(e, S7F_AREA, area_name(x->area));
	if (x->area == 0x84 || x->area == 0x85) {
		ev_uint(e, S7F_DB, x->db);
	}
	if (is_numbered(x->area)) {
		ev_uint(e, S7F_ADDR, x->address);
	} else {
		ev_uint(e, S7F_ADDR, x->address >> 3);
		ev_uint(e, S7F_BIT, x->address & 7);
	}
	ev_name(e, S7F_TYPE, type_name(x->type));
	ev_uint(e, S7F_COUNT, x->count);
}

/* Whether it is one value, of a type that is a number here. */
static bool
is_number(const struct item *x, size_t n)
{
	static const uint8_t sizes[] = {[BIT] = 1,
	    [BYTE] = 1,
	    [WORD] = 2,
	    [INT] = 2,
	    [DWORD] = 4,
	    [DINT] = 4,
	    [REAL] = 4};

	return x->count == 1 && x->type < sizeof(sizes) && n > 0 &&
	       sizes[x->type] == n;
}

/* Several values, and what is long, as bytes. */
static void
tell_value(struct ev *e, const struct item *x, struct rd v)
{
	size_t n = rd_left(&v);

	if (!is_number(x, n)) {
		n = n < 64 ? n : 64;
		if (n > 0) {
			ev_bytes(e, S7F_DATA, EV_T_HEX, v.p, n);
		}
		return;
	}
	switch (x->type) {
	case WORD: ev_uint(e, S7F_VALUE, rd_be16(&v)); break;
	case INT: ev_int(e, S7F_VALUE, (int16_t)rd_be16(&v)); break;
	case DWORD: ev_uint(e, S7F_VALUE, rd_be32(&v)); break;
	case DINT: ev_int(e, S7F_VALUE, (int32_t)rd_be32(&v)); break;
	case REAL: ev_double(e, S7F_VALUE, real_from32(rd_be32(&v))); break;
	default: ev_uint(e, S7F_VALUE, rd_u8(&v)); break;
	}
}

/* Takes a value; with a result that is none there are no bytes. */
static struct rd
value(struct s7_msg *m, struct rd *r, uint8_t *ret_result)
{
	struct rd at = *r, v;
	uint8_t size;
	size_t n;

	*ret_result = rd_u8(r);
	size = rd_u8(r);
	n = rd_be16(r);
	if (size >= 3 && size <= 5) {
		n = (n + 7) / 8;
	}
	/* What was refused has a length at times, and never bytes. */
	n = *ret_result == 0xff || *ret_result == 0 ? n : 0;
	v = rd_sub(r, n);
	if (!rd_ok(&v)) {
		s7_bad(m, S7_BAD_DATA, &at);
	} else if (n % 2 != 0 && rd_left(r) > 0) {
		rd_skip(r, 1);
	}
	return v;
}

void
s7_items(struct s7_msg *m, struct ev *e)
{
	struct rd r = m->param, values = m->data;
	unsigned count, told = 0;

	rd_skip(&r, 1);
	count = rd_u8(&r);
	if (!rd_ok(&r)) {
		s7_bad(m, S7_BAD_PARAM, &m->param);
		return;
	}
	ev_array(e, S7F_ITEMS);
	for (; count > 0 && told < S7_ITEMS_MAX; count--, told++) {
		struct rd at = r, item;
		uint8_t syntax, mark = rd_u8(&r), result;
		struct item x = {0};

		item = rd_sub(&r, rd_u8(&r));
		syntax = rd_u8(&item);
		if (!rd_ok(&item) || mark != ITEM) {
			s7_bad(m, S7_BAD_ITEM, &at);
			break;
		}
		if (rd_left(&item) % 2 == 0 && rd_left(&r) > 0) {
			rd_skip(&r, 1); /* items begin at even places */
		}
		ev_object(e, EVF_ELEM);
		if (syntax == SYNTAX_ANY && rd_left(&item) >= 9) {
			x.type = rd_u8(&item);
			x.count = rd_be16(&item);
			x.db = rd_be16(&item);
			x.area = rd_u8(&item);
			x.address = rd_be24(&item);
			tell_item(e, &x);
			about_item(m, &x);
		} else {
			ev_hexnum(e, S7F_SYNTAX, syntax, 1);
			ev_bytes(e, S7F_DATA, EV_T_HEX, item.p, rd_left(&item));
			s7_put(m, ", symbol", m->about_n > 0 ? 8 : 0);
			s7_put(m, "symbol", m->about_n > 0 ? 0 : 6);
		}
		if (m->func == S7_WRITE && m->bad == NULL && !m->cut) {
			tell_value(e, &x, value(m, &values, &result));
		}
		ev_end(e);
	}
	ev_end(e);
}

void
s7_results(struct s7_msg *m, struct ev *e)
{
	struct rd r = m->param, values = m->data;
	unsigned count, told = 0;
	bool refused = false;

	rd_skip(&r, 1);
	count = rd_u8(&r);
	if (!rd_ok(&r) || m->error != 0) {
		return;
	}
	ev_array(e, S7F_RESULTS);
	for (; count > 0 && told < S7_ITEMS_MAX; count--, told++) {
		struct rd at = values;
		uint8_t result;

		if (m->func == S7_WRITE) {
			result = rd_u8(&values);
			if (!rd_ok(&values)) {
				s7_bad(m, S7_BAD_DATA, &at);
			}
		} else {
			(void)value(m, &values, &result);
		}
		if (m->bad != NULL || !rd_ok(&values)) {
			break;
		}
		ev_name(e, EVF_ELEM, s7_result_name(result));
		if (result != 0xff && !refused && e->status != NULL) {
			e->status = s7_result_name(result);
			refused = true;
		}
	}
	ev_end(e);
}

/*
 * objects: the object library (objects.def) by group and variation, and how
 * an object's bytes become a value; IEEE 1815-2012 Annex A.
 */
#include <string.h>

#include "base/real.h"
#include "dissectors/dnp3/dnp3.h"

static const struct dn_group groups[256] = {
#define GROUP(g, n, w) [g] = {n, DN_GROUP_##w},
#include "dissectors/dnp3/objects.def"
};

enum {
#define OBJ(g, v, l) ROW_##g##_##v,
#include "dissectors/dnp3/objects.def"
	ROWS
};

static const char layouts[ROWS][6] = {
#define OBJ(g, v, l) l,
#include "dissectors/dnp3/objects.def"
};

#define GROUPS 128
#define VARS   16

/* Row and 1; every object header asks. */
static const uint8_t row_of[GROUPS][VARS] = {
#define OBJ(g, v, l) [g][v] = ROW_##g##_##v + 1,
#include "dissectors/dnp3/objects.def"
};

_Static_assert(ROWS < 256, "a row fits an octet");

const struct dn_group *
dn_group(uint8_t group)
{
	return &groups[group];
}

const char *
dn_layout(uint8_t group, uint8_t var)
{
	if (group == 0) {
		return "@";
	}
	if (group >= 110 && group <= 113) {
		return "*";
	}
	if (group < GROUPS && var < VARS && row_of[group][var] != 0) {
		return layouts[row_of[group][var] - 1];
	}
	return NULL;
}

static size_t
part_size(char c)
{
	switch (c) {
	case '1':
	case 'f':
	case 'B':
	case 'D':
	case 'C':
	case 's':
	case 'n':
	case 'c': return 1;
	case '2':
	case 'i':
	case 'u':
	case 'a':
	case 'd': return 2;
	case '4':
	case 'I':
	case 'U':
	case 'N':
	case 'r': return 4;
	case 't':
	case 'T': return 6;
	case '8':
	case 'R': return 8;
	case 'K': return 11;
	default: return 0;
	}
}

size_t
dn_layout_size(const char *layout, uint8_t var)
{
	size_t n = 0;

	if (layout[0] == '*') {
		return var;
	}
	for (; *layout != '\0'; layout++) {
		n += part_size(*layout);
	}
	return n;
}

static uint64_t
time48(struct rd *r)
{
	uint64_t lo = rd_le32(r);

	return lo | (uint64_t)rd_le16(r) << 32;
}

static void
put_uint(struct dn_point *p, uint64_t v)
{
	p->kind = DN_UINT;
	p->u = v;
}

static void
put_int(struct dn_point *p, int64_t v)
{
	p->kind = DN_INT;
	p->i = v;
}

static void
put_double(struct dn_point *p, double v)
{
	p->kind = DN_DOUBLE;
	p->d = v;
}

static void
put_flags(struct dn_point *p, uint8_t flags)
{
	p->has_flags = true;
	p->flags = flags;
}

/* Two digits an octet, low ones first; what is none is told as bytes. */
static void
decimal(struct dn_point *p, struct rd *r)
{
	struct rd all = rd_rest(r), at = all;
	uint64_t v = 0, unit = 1;

	while (rd_left(&at) > 0) {
		unsigned b = rd_u8(&at);

		if ((b & 15) > 9 || b >> 4 > 9 || rd_left(&all) > 8) {
			p->kind = DN_HEX;
			p->bytes = all;
			return;
		}
		v += unit * ((b >> 4) * 10 + (b & 15));
		unit *= 100;
	}
	put_uint(p, v);
}

/* A (g50): how an interval counts. */
static const char *const units[] = {"none", "milliseconds", "seconds",
    "minutes", "hours", "days", "weeks", "months", "months_by_weekday",
    "months_by_weekday_from_end", "seasons"};

#define UNITS_MS 1

/* Relative times count from the last common time of occurrence (g51). */
static void
relative(struct dn_frag *f, struct dn_point *p, uint16_t ms)
{
	if (f->has_cto) {
		p->has_time = true;
		p->time = f->cto + ms;
	}
}

/* Numbers; false: the letter is none. */
static bool
number(struct dn_point *p, struct rd *r, char c)
{
	switch (c) {
	case 'i': put_int(p, (int16_t)rd_le16(r)); return true;
	case 'I': put_int(p, (int32_t)rd_le32(r)); return true;
	case 'c': put_uint(p, rd_u8(r)); return true;
	case 'u': put_uint(p, rd_le16(r)); return true;
	case 'U': put_uint(p, rd_le32(r)); return true;
	case 'r': put_double(p, real_from32(rd_le32(r))); return true;
	case 'R': put_double(p, real_from64(rd_le64(r))); return true;
	case 'T': put_uint(p, time48(r)); return true;
	default: return false;
	}
}

static void
part(struct dn_frag *f, struct dn_point *p, struct rd *r, char c)
{
	if (number(p, r, c)) {
		return;
	}
	switch (c) {
	case 'f': put_flags(p, rd_u8(r)); break;
	case 'B':
		put_flags(p, rd_u8(r));
		put_uint(p, p->flags >> 7);
		break;
	case 'D':
		put_flags(p, rd_u8(r));
		put_uint(p, p->flags >> 6);
		break;
	case 'C':
	case 's':
		p->has_status = true;
		p->status = rd_u8(r);
		if (c == 'C') {
			put_uint(p, p->status >> 7);
			p->status &= 0x7f;
		}
		break;
	case 't':
		p->has_time = true;
		p->time = time48(r);
		break;
	case 'd': relative(f, p, rd_le16(r)); break;
	case 'a':
		p->has_association = true;
		p->association = rd_le16(r);
		break;
	case 'N':
		p->has_interval = true;
		p->interval = rd_le32(r);
		p->units = UNITS_MS;
		break;
	case 'n': p->units = rd_u8(r); break;
	case 'b': decimal(p, r); break;
	case 'x':
		p->kind = DN_HEX;
		p->bytes = rd_rest(r);
		break;
	default: rd_skip(r, part_size(c)); break;
	}
}

void
dn_decode(struct dn_frag *f, const struct dn_item *it, struct dn_point *p)
{
	struct rd r = it->data;
	const char *l = it->layout;

	*p = (struct dn_point){.kind = DN_NONE};
	if (l == NULL) {
		return;
	}
	if (*l == 'p' || *l == 'q') {
		put_uint(p, it->packed);
		return;
	}
	if (*l == '*') {
		p->kind = DN_TEXT;
		p->bytes = r;
		return;
	}
	for (; *l != '\0' && rd_left(&r) > 0; l++) {
		part(f, p, &r, *l);
	}
	if (!rd_ok(&r)) {
		p->kind = DN_NONE;
	}
}

void
dn_put_value(struct ev *e, uint16_t id, const struct dn_point *p)
{
	switch ((enum dn_value)p->kind) {
	case DN_UINT: ev_uint(e, id, p->u); break;
	case DN_INT: ev_int(e, id, p->i); break;
	case DN_DOUBLE: ev_double(e, id, p->d); break;
	case DN_TEXT:
		ev_bytes(e, id, EV_T_TEXT, p->bytes.p, rd_left(&p->bytes));
		break;
	case DN_HEX:
		ev_bytes(e, id, EV_T_HEX, p->bytes.p, rd_left(&p->bytes));
		break;
	case DN_NONE: break;
	}
}

void
dn_put_rest(struct ev *e, const struct dn_point *p)
{
	if (p->has_association) {
		ev_uint(e, DNF_ASSOCIATION, p->association);
	}
	if (p->has_flags) {
		ev_uint(e, DNF_FLAGS, p->flags);
	}
	if (p->has_status) {
		ev_uint(e, DNF_STATUS, p->status);
	}
	if (p->has_time) {
		ev_uint(e, DNF_TIME, p->time);
	}
	if (!p->has_interval) {
		return;
	}
	ev_uint(e, DNF_INTERVAL, p->interval);
	if (p->units < sizeof(units) / sizeof(units[0])) {
		ev_name(e, DNF_UNITS, units[p->units]);
	} else {
		ev_uint(e, DNF_UNITS, p->units);
	}
}

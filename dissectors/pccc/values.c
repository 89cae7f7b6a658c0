/*
 * values: what stands in a file, by its type ([D] 13; MicroLogix: 1762-RM001).
 *
 *	N, S, B, I, O, D    a word an element
 *	T, C, R             three: control, preset (length), accumulator (position)
 *	F, L                four bytes
 *	A                   two characters, the first in the high byte
 *	ST                  length, and 82 characters in words like those of A
 *
 * PLC-5 says the type itself, before the values:
 *
 *	flags: bit 7 and 4-6: type, or how many bytes of it follow; bit 3 and 0-2:
 *	the same of its size ([D] 7-28)
 *
 * An array (type 9) is followed by the description of its elements.
 */
#include "base/real.h"
#include "dissectors/cip/cip.h"
#include "dissectors/pccc/pccc.h"

static const struct pccc_type types[] = {
    {0x82, "O", 'w', 1},
    {0x83, "I", 'w', 1},
    {0x84, "S", 'w', 1},
    {0x85, "B", 'w', 1},
    {0x86, "T", 't', 3},
    {0x87, "C", 'c', 3},
    {0x88, "R", 'r', 3},
    {0x89, "N", 'i', 1},
    {0x8a, "F", 'f', 1},
    {0x8b, "O", 'w', 1},
    {0x8c, "I", 'w', 1},
    {0x8d, "ST", 's', 1},
    {0x8e, "A", 'a', 1},
    {0x8f, "D", 'd', 1},
    {0x91, "L", 'l', 1},
    {0x92, "MG", 'w', 25},
    {0x93, "PD", 'w', 23},
    {0x94, "PLS", 'w', 6},
};

const struct pccc_type *
pccc_type(uint8_t code)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].code == code) {
			return &types[i];
		}
	}
	return NULL;
}

#define TEXT_SIZE 84

static size_t
size_of(const struct pccc_type *t)
{
	switch (t->kind) {
	case 'f':
	case 'l': return 4;
	case 's': return TEXT_SIZE;
	default: return 2;
	}
}

/* --- one value ------------------------------------------------------------ */

/* Characters of words, in their order; they live in the message. */
static void
tell_text(struct pccc_msg *m, struct ev *e, uint16_t id, struct rd r, size_t n)
{
	struct pccc_text *room = m->text;
	char *text = room->text + room->n;

	n = n < sizeof(room->text) - room->n ? n : sizeof(room->text) - room->n;
	for (size_t i = 0; i < n; i += 2) {
		uint16_t w = rd_le16(&r);

		text[i] = (char)(w >> 8);
		if (i + 1 < n) {
			text[i + 1] = (char)(w & 0xff);
		}
	}
	room->n += n;
	ev_bytes(e, id, EV_T_LATIN1, text, n);
}

static void
tell_bcd(struct ev *e, uint16_t id, uint16_t w)
{
	unsigned v = 0;

	for (int shift = 12; shift >= 0; shift -= 4) {
		unsigned digit = w >> shift & 15;

		if (digit > 9) {
			ev_hexnum(e, id, w, 2);
			return;
		}
		v = v * 10 + digit;
	}
	ev_uint(e, id, v);
}

/* at: which word of its element it is */
static void
tell_value(struct pccc_msg *m, struct ev *e, uint16_t id,
    const struct pccc_type *t, unsigned at, struct rd *r)
{
	struct rd piece = rd_sub(r, size_of(t));
	uint16_t n;

	switch (t->kind) {
	case 'f': ev_double(e, id, real_from32(rd_le32(&piece))); break;
	case 'l': ev_int(e, id, (int32_t)rd_le32(&piece)); break;
	case 's':
		n = rd_le16(&piece);
		tell_text(m, e, id, piece,
		    n < TEXT_SIZE - 2 ? n : (size_t)TEXT_SIZE - 2);
		break;
	case 'a': tell_text(m, e, id, piece, 2); break;
	case 'd': tell_bcd(e, id, rd_le16(&piece)); break;
	case 't':
	case 'c':
	case 'r':
		if (at == 0) {
			ev_uint(e, id, rd_le16(&piece));
			break;
		}
		/* FALLTHROUGH */
	case 'i': ev_int(e, id, (int16_t)rd_le16(&piece)); break;
	default: ev_uint(e, id, rd_le16(&piece)); break;
	}
}

/* --- names ---------------------------------------------------------------- */

static const char *
part_name(char kind, unsigned at)
{
	static const char *const parts[3][3] = {
	    {".CTL", ".PRE", ".ACC"},
	    {".CTL", ".PRE", ".ACC"},
	    {".CTL", ".LEN", ".POS"},
	};

	return parts[kind == 't' ? 0 : kind == 'c' ? 1 : 2][at];
}

/* N7:10, T4:2.PRE, S:1, O:3.1; [D] 13-16 */
static size_t
file_point(const struct pccc_wait *w, const struct pccc_type *t, unsigned index,
    char text[PCCC_NAME_MAX])
{
	unsigned word = (t->words > 1 ? w->subelement : 0) + index;
	uint32_t element = w->element + word / t->words;
	unsigned at = t->words > 1 ? word % t->words : w->subelement;
	size_t n = strlen(t->name);

	memcpy(text, t->name, n);
	/* Inputs, outputs and status are one file each. */
	if (n > 1 || strchr("IOS", t->name[0]) == NULL) {
		n += cip_put_number(text + n, w->file);
	}
	text[n++] = ':';
	n += cip_put_number(text + n, element);
	if (t->words == 3) {
		memcpy(text + n, part_name(t->kind, at), 4);
		return n + 4;
	}
	if (at != 0) {
		text[n++] = '.';
		n += cip_put_number(text + n, at);
	}
	return n;
}

/* What the first files of a PLC-5 are; others are called by their values. */
static size_t
levels_point(const struct pccc_wait *w, const struct pccc_type *t,
    unsigned index, char text[PCCC_NAME_MAX])
{
	static const char first[] = "OISBTCRNF";
	size_t n = 1;

	text[0] = w->file < sizeof(first) - 1 ? first[w->file] : t->name[0];
	n += cip_put_number(text + n, w->file);
	text[n++] = ':';
	n += cip_put_number(text + n, (uint32_t)w->element + index);
	if (w->levels & 1 << 3) {
		text[n++] = '.';
		n += cip_put_number(text + n, w->subelement);
	}
	return n;
}

/* The number that the text ends with counts on; without one there is [1]. */
static size_t
text_point(const struct pccc_wait *w, unsigned index, char text[PCCC_NAME_MAX])
{
	size_t n = w->text_len, digits = 0;
	uint32_t v = 0;

	memcpy(text, w->text, n);
	if (index == 0) {
		return n;
	}
	while (digits < n && digits < 5 && text[n - digits - 1] >= '0' &&
	       text[n - digits - 1] <= '9') {
		digits++;
	}
	if (digits == 0 || digits == n || text[n - digits - 1] != ':') {
		text[n++] = '[';
		n += cip_put_number(text + n, index);
		text[n++] = ']';
		return n;
	}
	for (size_t i = n - digits; i < n; i++) {
		v = v * 10 + (uint32_t)(text[i] - '0');
	}
	n -= digits;
	return n + cip_put_number(text + n, v + index);
}

static size_t
point_name(const struct pccc_wait *w, const struct pccc_type *t, unsigned index,
    char text[PCCC_NAME_MAX])
{
	if (w->form == PCCC_LOGICAL2 || w->form == PCCC_LOGICAL3) {
		return file_point(w, t, index, text);
	}
	index += w->offset;
	if (w->text_len != 0) {
		return text_point(w, index, text);
	}
	return w->levels != 0 ? levels_point(w, t, index, text) : 0;
}

/* --- all of them ---------------------------------------------------------- */

static bool
is_whole(const struct pccc_type *t, size_t n)
{
	return t != NULL && n != 0 && n % size_of(t) == 0;
}

void
pccc_tell_values(struct pccc_msg *m, struct ev *e, const struct pccc_type *t)
{
	if (!is_whole(t, rd_left(&m->body))) {
		pccc_tell_rest(m, e);
		return;
	}
	m->type = t;
	m->values = m->body;
	ev_array(e, PCF_VALUES);
	for (unsigned i = 0; rd_left(&m->body) > 0; i++) {
		unsigned first = t->words > 1 ? m->wait.subelement : 0;

		tell_value(m, e, EVF_ELEM, t, (first + i) % t->words, &m->body);
	}
	ev_end(e);
}

void
pccc_tell_point(struct pccc_msg *m, struct ev *e)
{
	size_t n = 0;

	if (m->request && m->type != NULL &&
	    rd_left(&m->values) == size_of(m->type)) {
		n = point_name(&m->wait, m->type, 0, m->point);
	}
	if (n != 0) {
		ev_bytes(e, PCF_POINT, EV_T_TEXT, m->point, n);
	}
}

void
pccc_tell_points(struct pccc_msg *m, const struct pccc_type *t, struct rd r,
    const char *source)
{
	char name[PCCC_NAME_MAX];

	/* Of whole PID and message blocks the values are in the operation. */
	if (!is_whole(t, rd_left(&r)) ||
	    (t->words > 3 && rd_left(&r) > size_of(t))) {
		return;
	}
	for (unsigned i = 0; i < PCCC_POINTS_MAX && rd_left(&r) > 0; i++) {
		unsigned first = t->words > 1 ? m->wait.subelement : 0;
		size_t n = point_name(&m->wait, t, i, name);
		struct ev *e;

		if (n == 0) {
			return;
		}
		e = dis_value(m->ctx, PROTO_PCCC,
		    m->request ? EV_DIR_REQUEST : EV_DIR_RESPONSE);
		ev_bytes(e, EVF_OBJECT, EV_T_TEXT, name, n);
		m->text->n = 0;
		tell_value(m, e, EVF_VALUE, t, (first + i) % t->words, &r);
		ev_name(e, EVF_SOURCE, source);
		dis_tell_value(m->ctx, e);
	}
}

/* --- values that say their type, of PLC-5 ---------------------------------- */

static uint32_t
more_bytes(struct rd *r, unsigned n)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < n; i++) {
		uint32_t byte = rd_u8(r);

		v |= i < 4 ? byte << 8 * i : 0;
	}
	return v;
}

struct described {
	uint32_t type, size;
};

static struct described
description(struct rd *r)
{
	uint8_t flags = rd_u8(r);
	struct described d = {.type = flags >> 4 & 7, .size = flags & 7};

	if (flags & 0x80) {
		d.type = more_bytes(r, d.type);
	}
	if (flags & 0x08) {
		d.size = more_bytes(r, d.size);
	}
	return d;
}

/* [D] 7-29: types and their sizes as a file's type; NULL: bytes. */
static const struct pccc_type *
type_of(const struct described *d)
{
	switch (d->type) {
	case 4: return d->size == 2 ? pccc_type(0x89) : NULL;
	case 6: return d->size == 6 ? pccc_type(0x87) : NULL;
	case 7: return d->size == 6 ? pccc_type(0x88) : NULL;
	case 8: return d->size == 4 ? pccc_type(0x8a) : NULL;
	case 16: return d->size == 2 ? pccc_type(0x8f) : NULL;
	default: return NULL;
	}
}

static const char *
type_name(uint32_t type)
{
	static const char *const names[17] = {
	    [1] = "bit",
	    [2] = "bit_string",
	    [3] = "byte_string",
	    [4] = "integer",
	    [5] = "timer",
	    [6] = "counter",
	    [7] = "control",
	    [8] = "float",
	    [9] = "array",
	    [15] = "address",
	    [16] = "bcd",
	};

	return type < 17 ? names[type] : NULL;
}

const struct pccc_type *
pccc_described(struct rd *r, const char **ret_name)
{
	struct described d = description(r);

	if (rd_ok(r) && d.type == 9) {
		d = description(r);
	}
	*ret_name = rd_ok(r) ? type_name(d.type) : NULL;
	return rd_ok(r) ? type_of(&d) : NULL;
}

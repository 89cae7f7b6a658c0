/*
 * address: what a command reads or writes ([D] 7, 13).
 *
 *	logical   size | file | type | element | [subelement]
 *	PLC-5     00 $ text 00, or a byte of bits and a level for each of them
 *
 * A number is one byte, or FF and two.
 */
#include <stdio.h>

#include "dissectors/pccc/pccc.h"

struct file_type {
	uint8_t code;
	const char *name;
	char kind; /* of values: i 16 bit signed, l 32, f float, u 16 bits */
};

static const struct file_type file_types[] = {
    {0x82, "O", 'u'},
    {0x83, "I", 'u'},
    {0x84, "S", 'u'},
    {0x85, "B", 'u'},
    {0x86, "T", 'u'},
    {0x87, "C", 'u'},
    {0x88, "R", 'u'},
    {0x89, "N", 'i'},
    {0x8a, "F", 'f'},
    {0x8b, "O", 'u'},
    {0x8c, "I", 'u'},
    {0x8d, "ST", 0},
    {0x8e, "A", 0},
    {0x8f, "D", 'u'},
    {0x91, "L", 'l'},
    {0x92, "MG", 0},
    {0x93, "PD", 0},
    {0x94, "PLS", 0},
};

static const struct file_type *
find_type(uint8_t code)
{
	for (size_t i = 0; i < sizeof(file_types) / sizeof(file_types[0]);
	     i++) {
		if (file_types[i].code == code) {
			return &file_types[i];
		}
	}
	return NULL;
}

const char *
pccc_file_type(uint8_t code)
{
	const struct file_type *t = find_type(code);

	return t != NULL ? t->name : NULL;
}

static uint16_t
number(struct rd *r)
{
	uint8_t n = rd_u8(r);

	return n == 0xff ? rd_le16(r) : n;
}

static void
tell_rest(struct pccc_msg *m, struct ev *e)
{
	size_t n = rd_left(&m->body);

	if (n != 0) {
		ev_bytes(e, PCF_DATA, EV_T_HEX, rd_bytes(&m->body, n), n);
	}
}

static void
tell_values(struct pccc_msg *m, struct ev *e, uint8_t type)
{
	const struct file_type *t = find_type(type);
	size_t left = rd_left(&m->body);
	size_t size = t == NULL || t->kind == 0          ? 0
		      : t->kind == 'f' || t->kind == 'l' ? 4
							 : 2;
	uint32_t w;
	float f;

	if (size == 0 || left == 0 || left % size != 0) {
		tell_rest(m, e);
		return;
	}
	ev_array(e, PCF_VALUES);
	while (rd_left(&m->body) > 0) {
		switch (t->kind) {
		case 'f':
			w = rd_le32(&m->body);
			memcpy(&f, &w, sizeof(f));
			ev_double(e, EVF_ELEM, (double)f);
			break;
		case 'l':
			ev_int(e, EVF_ELEM, (int32_t)rd_le32(&m->body));
			break;
		case 'i':
			ev_int(e, EVF_ELEM, (int16_t)rd_le16(&m->body));
			break;
		default: ev_uint(e, EVF_ELEM, rd_le16(&m->body)); break;
		}
	}
	ev_end(e);
}

static void
tell_file(const struct pccc_wait *w, struct ev *e)
{
	const char *name = pccc_file_type(w->file_type);

	ev_uint(e, PCF_FILE, w->file);
	if (name != NULL) {
		ev_name(e, PCF_FILE_TYPE, name);
	} else {
		ev_hexnum(e, PCF_FILE_TYPE, w->file_type, 1);
	}
	ev_uint(e, PCF_ELEMENT, w->element);
	if (w->has_subelement) {
		ev_uint(e, PCF_SUBELEMENT, w->subelement);
	}
	ev_uint(e, PCF_SIZE, w->size);
}

/* [D] 7-17 on */
static void
logical(struct pccc_msg *m, struct ev *e, bool three)
{
	struct pccc_wait *w = &m->wait;
	size_t at = (size_t)(m->body.p - m->start);
	bool masked = m->fnc == 0xab;

	w->size = rd_u8(&m->body);
	w->file = number(&m->body);
	w->file_type = rd_u8(&m->body);
	w->element = number(&m->body);
	w->has_subelement = three;
	w->subelement = three ? number(&m->body) : 0;
	w->has_file = rd_ok(&m->body);
	if (!w->has_file) {
		return;
	}
	tell_file(w, e);
	if (!m->command->write) {
		tell_rest(m, e);
		return;
	}
	/* The mask counts for nothing in the size. */
	if (rd_left(&m->body) != w->size + (masked ? 2u : 0u)) {
		pccc_bad(m, PCCC_BAD_SIZE, at);
	}
	if (masked) {
		tell_rest(m, e);
	} else {
		tell_values(m, e, w->file_type);
	}
}

/* [D] 13-11: levels are data table, file, element, subelement, bit. */
static void
plc5(struct pccc_msg *m, struct ev *e)
{
	struct pccc_wait *w = &m->wait;
	uint8_t mask = rd_u8(&m->body);
	size_t n = 0;

	if (mask == 0) { /* text, between a dollar sign and a zero */
		const uint8_t *p;

		rd_skip(&m->body, 1);
		p = m->body.p;
		while (rd_left(&m->body) > 0 && rd_u8(&m->body) != 0) {
			n++;
		}
		if (!rd_ok(&m->body) || n == 0) {
			return;
		}
		ev_bytes(e, PCF_ADDRESS, EV_T_TEXT, p, n);
		w->text_len =
		    (uint8_t)(n < sizeof(w->text) ? n : sizeof(w->text));
		memcpy(w->text, p, w->text_len);
		return;
	}
	for (int bit = 0; bit < 7; bit++) {
		uint16_t level;

		if ((mask >> bit & 1) == 0) {
			continue;
		}
		level = number(&m->body);
		if (!rd_ok(&m->body)) {
			return;
		}
		switch (bit) {
		case 1: ev_uint(e, PCF_FILE, level); break;
		case 2: ev_uint(e, PCF_ELEMENT, level); break;
		case 3: ev_uint(e, PCF_SUBELEMENT, level); break;
		default: break;
		}
	}
}

static void
request_body(struct pccc_msg *m, struct ev *e)
{
	switch (m->command->form) {
	case PCCC_LOGICAL2: logical(m, e, false); break;
	case PCCC_LOGICAL3: logical(m, e, true); break;
	case PCCC_RANGE:
		ev_uint(e, PCF_OFFSET, rd_le16(&m->body));
		ev_uint(e, PCF_SIZE, rd_le16(&m->body));
		plc5(m, e);
		break;
	case PCCC_PLC5: plc5(m, e); break;
	case PCCC_MODE: {
		uint8_t mode = rd_u8(&m->body);

		if (rd_ok(&m->body)) {
			ev_uint(e, PCF_MODE, mode);
			m->wait.size = mode;
		}
		break;
	}
	case PCCC_BASIC: ev_uint(e, PCF_OFFSET, rd_le16(&m->body)); break;
	default: break;
	}
	tell_rest(m, e);
}

static void
reply_body(struct pccc_msg *m, struct ev *e)
{
	const struct pccc_wait *w = &m->wait;

	if (m->paired && w->has_file) {
		tell_file(w, e);
		if (m->command != NULL && !m->command->write && m->sts == 0) {
			if (rd_left(&m->body) != w->size) {
				pccc_bad(m, PCCC_BAD_SIZE,
				    (size_t)(m->body.p - m->start));
			}
			tell_values(m, e, w->file_type);
			return;
		}
	} else if (m->paired && w->text_len != 0) {
		ev_bytes(e, PCF_ADDRESS, EV_T_TEXT, w->text, w->text_len);
	}
	tell_rest(m, e);
}

void
pccc_body(struct pccc_msg *m, struct ev *e)
{
	if (!m->request) {
		reply_body(m, e);
	} else if (m->command != NULL) {
		request_body(m, e);
	} else {
		tell_rest(m, e);
	}
}

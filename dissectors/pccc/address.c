/*
 * address: what a command reads or writes ([D] 7, 13).
 *
 *	logical   size | file | type | element | [subelement] | [mask] | [values]
 *	PLC-5     00 $ text 00, or a byte of bits and a level for each of them
 *	range     offset | total | PLC-5 address | size, or words
 *	typed     offset | total | PLC-5 address | size, or type and values
 *
 * A number is one byte, or FF and two.  Levels are data table, file, element,
 * subelement, bit ([D] 13-11).
 */
#include "dissectors/pccc/pccc.h"

static uint16_t
number(struct rd *r)
{
	uint8_t n = rd_u8(r);

	return n == 0xff ? rd_le16(r) : n;
}

void
pccc_tell_rest(struct pccc_msg *m, struct ev *e)
{
	size_t n = rd_left(&m->body);

	if (n != 0) {
		ev_bytes(e, PCF_DATA, EV_T_HEX, rd_bytes(&m->body, n), n);
	}
}

static size_t
at(const struct pccc_msg *m)
{
	return (size_t)(m->body.p - m->start);
}

/* --- SLC 500, MicroLogix --------------------------------------------------- */

static void
tell_file(const struct pccc_wait *w, struct ev *e)
{
	const struct pccc_type *t = pccc_type(w->file_type);

	ev_uint(e, PCF_FILE, w->file);
	if (t != NULL) {
		ev_name(e, PCF_FILE_TYPE, t->name);
	} else {
		ev_hexnum(e, PCF_FILE_TYPE, w->file_type, 1);
	}
	ev_uint(e, PCF_ELEMENT, w->element);
	if (w->form == PCCC_LOGICAL3) {
		ev_uint(e, PCF_SUBELEMENT, w->subelement);
	}
	ev_uint(e, PCF_SIZE, w->size);
}

/* [D] 7-17 on */
static void
logical(struct pccc_msg *m, struct ev *e, uint8_t form)
{
	struct pccc_wait *w = &m->wait;
	bool masked = m->fnc == PCCC_MASKED_WRITE;
	size_t start = at(m);

	w->size = rd_u8(&m->body);
	w->file = number(&m->body);
	w->file_type = rd_u8(&m->body);
	w->element = number(&m->body);
	w->subelement = form == PCCC_LOGICAL3 ? number(&m->body) : 0;
	if (!rd_ok(&m->body)) {
		return;
	}
	w->form = form;
	tell_file(w, e);
	if (!m->command->write) {
		pccc_tell_rest(m, e);
		return;
	}
	m->whole = true;
	if (masked) {
		uint16_t mask = rd_le16(&m->body);

		/* Of a word that is written in part nobody knows the rest. */
		m->whole = mask == 0xffff;
		ev_hexnum(e, PCF_MASK, mask, 2);
	}
	/* The mask counts for nothing in the size. */
	if (rd_left(&m->body) != w->size) {
		pccc_bad(m, PCCC_BAD_SIZE, start);
	}
	pccc_tell_values(m, e, pccc_type(w->file_type));
}

/* Words of a file are known but by that; [D] 7-16. */
static void
open_file(struct pccc_msg *m, struct ev *e)
{
	struct pccc_wait *w = &m->wait;
	const struct pccc_type *t;

	w->size = rd_u8(&m->body);
	ev_uint(e, PCF_SIZE, w->size);
	ev_uint(e, PCF_TAG, rd_le16(&m->body));
	ev_uint(e, PCF_OFFSET, rd_le16(&m->body));
	w->file_type = rd_u8(&m->body);
	t = pccc_type(w->file_type);
	if (t != NULL) {
		ev_name(e, PCF_FILE_TYPE, t->name);
	} else {
		ev_hexnum(e, PCF_FILE_TYPE, w->file_type, 1);
	}
	pccc_tell_rest(m, e);
}

/* --- PLC-5 ----------------------------------------------------------------- */

/* Text between a dollar sign and a zero. */
static bool
text_address(struct pccc_msg *m, struct ev *e)
{
	struct pccc_wait *w = &m->wait;
	const uint8_t *p;
	size_t n = 0;

	rd_skip(&m->body, 1);
	p = m->body.p;
	while (rd_left(&m->body) > 0 && rd_u8(&m->body) != 0) {
		n++;
	}
	if (!rd_ok(&m->body) || n == 0) {
		return rd_ok(&m->body);
	}
	ev_bytes(e, PCF_ADDRESS, EV_T_LATIN1, p, n);
	if (n <= sizeof(w->text)) {
		w->text_len = (uint8_t)n;
		memcpy(w->text, p, n);
	}
	return true;
}

static void
tell_levels(const struct pccc_wait *w, struct ev *e)
{
	if (w->levels & 1 << 1) {
		ev_uint(e, PCF_FILE, w->file);
	}
	if (w->levels & 1 << 2) {
		ev_uint(e, PCF_ELEMENT, w->element);
	}
	if (w->levels & 1 << 3) {
		ev_uint(e, PCF_SUBELEMENT, w->subelement);
	}
}

static bool
address(struct pccc_msg *m, struct ev *e)
{
	struct pccc_wait *w = &m->wait;
	uint8_t mask = rd_u8(&m->body);

	w->form = m->command->form;
	if (mask == 0) {
		return text_address(m, e);
	}
	for (int bit = 0; bit < 7; bit++) {
		uint16_t level;

		if ((mask >> bit & 1) == 0) {
			continue;
		}
		level = number(&m->body);
		switch (bit) {
		case 1: w->file = level; break;
		case 2: w->element = level; break;
		case 3: w->subelement = level; break;
		default: break;
		}
	}
	if (!rd_ok(&m->body)) {
		return false;
	}
	w->levels = mask & 0x0e;
	tell_levels(w, e);
	return true;
}

static void
described_values(struct pccc_msg *m, struct ev *e)
{
	const struct pccc_type *t;
	struct rd r = m->body;
	const char *name;

	t = pccc_described(&r, &name);
	if (name == NULL) {
		pccc_tell_rest(m, e);
		return;
	}
	m->body = r;
	ev_name(e, PCF_DATA_TYPE, name);
	pccc_tell_values(m, e, t);
}

static void
range(struct pccc_msg *m, struct ev *e, bool typed)
{
	struct pccc_wait *w = &m->wait;

	w->offset = rd_le16(&m->body);
	ev_uint(e, PCF_OFFSET, w->offset);
	ev_uint(e, PCF_TOTAL, rd_le16(&m->body));
	if (!address(m, e)) {
		return;
	}
	if (!m->command->write) {
		size_t n = rd_left(&m->body);

		ev_uint(
		    e, PCF_SIZE, n >= 2 ? rd_le16(&m->body) : rd_u8(&m->body));
		return;
	}
	m->whole = true;
	if (typed) {
		described_values(m, e);
	} else {
		pccc_tell_values(m, e, pccc_type(PCCC_WORDS));
	}
}

/* Masks of what is set and reset, or of what stays and is set. */
static void
bits(struct pccc_msg *m, struct ev *e)
{
	uint16_t first, second;

	if (!address(m, e)) {
		return;
	}
	first = rd_le16(&m->body);
	second = rd_le16(&m->body);
	if (!rd_ok(&m->body)) {
		return;
	}
	if (m->fnc == PCCC_BIT_WRITE) {
		ev_hexnum(e, PCF_SET, first, 2);
		ev_hexnum(e, PCF_RESET, second, 2);
	} else {
		ev_hexnum(e, PCF_AND, first, 2);
		ev_hexnum(e, PCF_OR, second, 2);
	}
}

/* --- requests and replies --------------------------------------------------- */

static void
request_body(struct pccc_msg *m, struct ev *e)
{
	switch (m->command->form) {
	case PCCC_LOGICAL2:
	case PCCC_LOGICAL3: logical(m, e, m->command->form); break;
	case PCCC_FILE: open_file(m, e); break;
	case PCCC_RANGE: range(m, e, false); break;
	case PCCC_TYPED: range(m, e, true); break;
	case PCCC_PLC5: bits(m, e); break;
	case PCCC_MODE: {
		uint8_t mode = rd_u8(&m->body);

		if (rd_ok(&m->body)) {
			ev_uint(e, PCF_MODE, mode);
			m->wait.size = mode;
		}
		break;
	}
	case PCCC_BASIC: ev_uint(e, PCF_OFFSET, rd_le16(&m->body)); break;
	case PCCC_MULTI: pccc_multiple_body(m, e); break;
	default: break;
	}
	pccc_tell_rest(m, e);
}

static bool
is_read(const struct pccc_msg *m)
{
	return m->command != NULL && !m->command->write && m->sts == 0;
}

/* The address outlives the message that it is kept with: it may be a part. */
static void
tell_address(struct pccc_msg *m, struct ev *e)
{
	struct pccc_text *room = m->text;
	size_t n = m->wait.text_len;

	if (n != 0 && n <= sizeof(room->text) - room->n) {
		memcpy(room->text + room->n, m->wait.text, n);
		ev_bytes(e, PCF_ADDRESS, EV_T_LATIN1, room->text + room->n, n);
		room->n += n;
	}
}

static void
reply_body(struct pccc_msg *m, struct ev *e)
{
	const struct pccc_wait *w = &m->wait;

	m->whole = is_read(m);
	switch (w->form) {
	case PCCC_LOGICAL2:
	case PCCC_LOGICAL3:
		tell_file(w, e);
		if (!is_read(m)) {
			break;
		}
		if (rd_left(&m->body) != w->size) {
			pccc_bad(m, PCCC_BAD_SIZE, at(m));
		}
		pccc_tell_values(m, e, pccc_type(w->file_type));
		return;
	case PCCC_RANGE:
	case PCCC_TYPED:
	case PCCC_PLC5:
		tell_address(m, e);
		tell_levels(w, e);
		if (is_read(m) && w->form == PCCC_TYPED) {
			described_values(m, e);
		} else if (is_read(m)) {
			pccc_tell_values(m, e, pccc_type(PCCC_WORDS));
		}
		break;
	case PCCC_MULTI: (void)pccc_multiple_reply(m, e); break;
	default: break;
	}
	pccc_tell_rest(m, e);
}

void
pccc_body(struct pccc_msg *m, struct ev *e)
{
	if (!m->request) {
		reply_body(m, e);
	} else if (m->command != NULL) {
		request_body(m, e);
	} else {
		pccc_tell_rest(m, e);
	}
}

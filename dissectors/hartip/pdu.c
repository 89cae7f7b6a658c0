/*
 * pdu: frames of the token-passing data link ([2]), commands and answers.
 *
 *	 0           1         1 or 5      expansion  1         1
 *	+-----------+---------+-----------+---------+-------+------+-------+
 *	| delimiter | address | expansion | command | count | data | check |
 *	+-----------+---------+-----------+---------+-------+------+-------+
 *	delimiter  80 the address is long; 60 how many bytes of expansion; 07
 *	           type: 1 burst, 2 request, 6 answer
 *	address    short: polling address; long: primary master (80), burst (40),
 *	           then the unique identifier: 14 bits of device type, 24 of id
 *	data       of answers and bursts: response code, field device status, ...
 *	check      all bytes from the delimiter on, one over the other
 *
 * Command 31 has the number of another in its data.  Command 77 has a frame
 * without check for a device behind a gateway: it is that frame's command that
 * is told, of that device.  A direct message has no frame:
 *
 *	device status | extended status | { command (2) | count | data } ...
 *
 * and is for the server itself; where it has several commands, it is called
 * after the one that does most.  Some servers put preambles (ff) in front of a
 * frame.
 */
#include "dissectors/hartip/hartip.h"

enum { BURST = 1, ASK = 2, ANSWER = 6 };

#define LONG_ADDRESS 0x80
#define PREAMBLE     0xff

static void
read_address(struct rd *r, uint8_t delimiter, struct hart_addr *ret)
{
	*ret = (struct hart_addr){0};
	if (delimiter & LONG_ADDRESS) {
		rd_copy(r, ret->id, sizeof(ret->id));
		ret->id[0] &= 0x3f;
		for (size_t i = 0; i < sizeof(ret->id); i++) {
			ret->is_long = ret->is_long || ret->id[i] != 0;
		}
	} else {
		ret->poll = rd_u8(r) & 0x3f;
		ret->is_poll = rd_ok(r);
	}
	rd_skip(r, (delimiter & 0x60) >> 5);
}

/* The data of an answer: what it says first is how it went. */
static void
split_answer(struct hart_cmd *c)
{
	c->reply = true;
	c->code = rd_u8(&c->data);
	if (!c->has_status) {
		return;
	}
	/* A device that did not understand has no status to tell. */
	c->status = rd_u8(&c->data);
	c->has_status = (c->code & 0x80) == 0 && rd_ok(&c->data);
}

static void
extended(struct hart_cmd *c)
{
	struct rd look = c->data;
	uint16_t number = rd_be16(&look);

	if (c->number == HART_CMD_EXTENDED && rd_ok(&look)) {
		c->number = number;
		c->data = look;
	}
}

/* Behind the preambles; false when it ends too early. */
static bool
read_frame(
    struct rd *r, uint8_t *ret_type, struct hart_addr *addr, struct hart_cmd *c)
{
	uint8_t delimiter = rd_u8(r);

	*ret_type = delimiter & 7;
	read_address(r, delimiter, addr);
	*c = (struct hart_cmd){.number = rd_u8(r)};
	c->data = rd_sub(r, rd_u8(r));
	if (!rd_ok(r)) {
		return false;
	}
	if (*ret_type != ASK) {
		c->has_status = true;
		split_answer(c);
	}
	extended(c);
	return rd_ok(&c->data);
}

static void
skip_preambles(struct rd *r)
{
	while (rd_left(r) > 0 && *r->p == PREAMBLE) {
		rd_skip(r, 1);
	}
}

static uint8_t
check_of(struct rd frame, const struct rd *end)
{
	uint8_t check = 0;

	for (const uint8_t *p = frame.p; p != end->p; p++) {
		check ^= *p;
	}
	return check;
}

bool
hart_is_frame(struct rd body)
{
	struct hart_addr addr;
	struct hart_cmd c;
	struct rd frame;
	uint8_t type, check;

	skip_preambles(&body);
	frame = body;
	if (!read_frame(&body, &type, &addr, &c) ||
	    (type != ASK && type != ANSWER && type != BURST)) {
		return false;
	}
	check = check_of(frame, &body);
	return rd_u8(&body) == check && rd_ok(&body) && rd_left(&body) == 0;
}

/* card | channel | preambles, of a request | frame without check */
static void
read_embedded(struct hart_msg *m)
{
	struct rd r = m->cmd.data, at = r;
	struct hart_addr addr;
	struct hart_cmd c;
	uint8_t card, channel, type;

	/* The gateway has refused, or waits. */
	if (m->cmd.reply && rd_left(&r) == 0) {
		return;
	}
	card = rd_u8(&r);
	channel = rd_u8(&r);
	if (!m->cmd.reply) {
		rd_skip(&r, 1);
	}
	if (!read_frame(&r, &type, &addr, &c)) {
		hart_bad(m, HART_BAD_DATA, &at);
		return;
	}
	/* Whatever its type says: it is asked with what is asked. */
	if (m->cmd.reply != c.reply) {
		hart_bad(m, HART_BAD_FRAME, &at);
		return;
	}
	m->embedded = true;
	m->card = card;
	m->channel = channel;
	m->addr = addr;
	m->cmd = c;
}

static void
name_after(struct hart_msg *m)
{
	const struct hart_command *known = hart_command(m->cmd.number);

	m->op = known->name;
	m->cls = m->type == HART_PUBLISH ? EV_CLASS_REPORT : known->cls;
	m->code = m->cmd.number;
}

static bool
fits(uint8_t message, uint8_t frame)
{
	return message == HART_REQUEST   ? frame == ASK
	       : message == HART_PUBLISH ? frame == BURST
					 : frame == ANSWER;
}

void
hart_read_token(struct hart_msg *m, struct rd body)
{
	struct rd frame, at = body;
	uint8_t check;

	skip_preambles(&body);
	frame = body;
	if (!read_frame(&body, &m->frame, &m->addr, &m->cmd)) {
		hart_bad(m, HART_BAD_BODY, &at);
		m->cmd.data = rd_failed();
		m->cmd.reply = false;
		/* What is there of it: the command's name at most. */
		if (m->cut && m->cmd.number != 0) {
			name_after(m);
		}
		return;
	}
	if (!fits(m->type, m->frame)) {
		hart_bad(m, HART_BAD_FRAME, &frame);
	}
	m->outer = m->cmd.number;
	if (m->cmd.number == HART_CMD_SUB) {
		read_embedded(m);
	}
	name_after(m);
	check = check_of(frame, &body);
	at = body;
	if (rd_u8(&body) != check || !rd_ok(&body)) {
		hart_bad(m, HART_BAD_CHECK, &at);
	}
}

/* --- direct ---------------------------------------------------------------- */

/* The next of a direct message; false behind the last, or what is cut off. */
bool
hart_next(struct hart_msg *m, struct rd *cmds, struct hart_cmd *ret)
{
	struct rd at = *cmds;

	if (rd_left(cmds) == 0) {
		return false;
	}
	*ret = (struct hart_cmd){.number = rd_be16(cmds)};
	ret->data = rd_sub(cmds, rd_u8(cmds));
	if (rd_ok(cmds) && m->type != HART_REQUEST) {
		split_answer(ret);
	}
	if (!rd_ok(cmds) || !rd_ok(&ret->data)) {
		hart_bad(m, HART_BAD_DATA, &at);
		return false;
	}
	return true;
}

/* What a class does to a process. */
static int
weight(enum ev_class cls)
{
	switch (cls) {
	case EV_CLASS_CONTROL: return 3;
	case EV_CLASS_WRITE: return 2;
	case EV_CLASS_CONFIG: return 1;
	default: return 0;
	}
}

void
hart_read_direct(struct hart_msg *m, struct rd body)
{
	struct rd at = body, all;
	struct hart_cmd c;
	uint8_t status = rd_u8(&body);

	rd_skip(&body, 1);
	if (!rd_ok(&body)) {
		hart_bad(m, HART_BAD_BODY, &at);
		return;
	}
	m->cmds = all = body;
	while (hart_next(m, &all, &c)) {
		if (m->ncmds++ == 0 ||
		    weight(hart_command(c.number)->cls) > weight(m->cls)) {
			m->cmd = c;
			name_after(m);
			m->outer = m->code;
		}
	}
	m->cmd.status = status;
	m->cmd.has_status = m->type != HART_REQUEST;
}

/* --- telling --------------------------------------------------------------- */

/* The gateway's word, then the device's. */
const char *
hart_status(const struct hart_msg *m)
{
	const char *text = hart_message_status(m->status);

	return m->cmd.reply && text[0] == 'o' ? hart_response_name(m->cmd.code)
					      : text;
}

static void
tell_address(struct hart_msg *m, struct ev *e)
{
	if (m->addr.is_long) {
		ev_bytes(e, HARTF_DEVICE, EV_T_HEX, m->addr.id, HART_ID_LEN);
	} else if (m->addr.is_poll) {
		ev_uint(e, HARTF_POLL, m->addr.poll);
	}
	if (m->embedded) {
		ev_uint(e, HARTF_CARD, m->card);
		ev_uint(e, HARTF_CHANNEL, m->channel);
	}
}

static void
tell_status(const struct hart_cmd *c, struct ev *e)
{
	static const char *const bits[] = {"primary_variable_out_of_limits",
	    "other_variable_out_of_limits", "loop_current_saturated",
	    "loop_current_fixed", "more_status_available", "cold_start",
	    "configuration_changed", "malfunction"};

	if (!c->has_status || c->status == 0) {
		return;
	}
	ev_array(e, HARTF_STATUS);
	for (size_t i = 8; i-- > 0;) {
		if (c->status & 1u << i) {
			ev_name(e, EVF_ELEM, bits[i]);
		}
	}
	ev_end(e);
}

/*
 * What is written, of commands that everybody knows: those for wireless
 * networks write keys.
 */
static void
tell_data(struct hart_msg *m, struct ev *e)
{
	const struct rd *d = &m->cmd.data;

	if (m->type == HART_REQUEST && m->cls != EV_CLASS_READ &&
	    m->cmd.number < HART_CMD_COMMON_END && rd_left(d) > 0) {
		ev_bytes(e, HARTF_DATA, EV_T_HEX, d->p, rd_left(d));
	}
}

static void
tell_commands(struct hart_msg *m, struct ev *e)
{
	struct rd all = m->cmds;
	struct hart_cmd c;

	ev_array(e, HARTF_COMMANDS);
	while (hart_next(m, &all, &c)) {
		ev_uint(e, EVF_ELEM, c.number);
	}
	ev_end(e);
}

void
hart_tell_pdu(struct hart_msg *m, struct ev *e)
{
	static const char *const frames[] = {
	    [BURST] = "burst", [ASK] = "request", [ANSWER] = "answer"};

	if (m->id == HART_TOKEN && m->frame < ANSWER + 1 &&
	    frames[m->frame] != NULL) {
		ev_name(e, HARTF_FRAME, frames[m->frame]);
	}
	tell_address(m, e);
	if (m->code != m->id || m->cmd.data.p != NULL) {
		ev_uint(e, HARTF_COMMAND, m->cmd.number);
	}
	if (m->ncmds > 1) {
		tell_commands(m, e);
	}
	if (m->cmd.reply && m->cmd.code != 0) {
		ev_uint(e, HARTF_RESPONSE, m->cmd.code);
	}
	tell_status(&m->cmd, e);
	hart_tell_variables(&m->cmd, e);
	tell_data(m, e);
}

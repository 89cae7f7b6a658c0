/*
 * multiple: Execute Multiple Commands (0F/88), the way in which one message
 * carries several functions of command 0F.
 *
 *	count | length | function | data | length | function | data ...
 *
 * A length counts its function code.  [D] does not describe it; the form is
 * what tshark reads and no capture at hand has one, so replies stay bytes.
 *
 * The functions are told as an array; the class of the message is that of the
 * one that changes most, so that no write hides in here.
 */
#include "dissectors/pccc/pccc.h"

/* What changes more, in ascending order. */
static unsigned
weight(enum ev_class cls)
{
	switch (cls) {
	case EV_CLASS_DIAGNOSTIC: return 1;
	case EV_CLASS_READ: return 2;
	case EV_CLASS_SESSION: return 3;
	case EV_CLASS_WRITE: return 4;
	case EV_CLASS_CONFIG: return 5;
	case EV_CLASS_CONTROL: return 6;
	case EV_CLASS_PROGRAM: return 7;
	default: return 0;
	}
}

/* The next function, as a message of its own; false where there is none. */
static bool
next(const struct pccc_msg *m, struct rd *r, struct pccc_msg *ret)
{
	size_t n = rd_u8(r);
	struct rd piece = rd_sub(r, n);

	if (!rd_ok(&piece) || n == 0) {
		return false;
	}
	*ret = (struct pccc_msg){.ctx = m->ctx,
	    .start = m->start,
	    .len = m->len,
	    .request = true,
	    .cmd = m->cmd,
	    .fnc = rd_u8(&piece),
	    .has_fnc = true,
	    .text = m->text};
	ret->body = piece;
	ret->command = pccc_command(ret->cmd, ret->fnc);
	ret->wait.cmd = ret->cmd;
	ret->wait.fnc = ret->fnc;
	return true;
}

enum ev_class
pccc_multiple_class(const struct pccc_msg *m)
{
	enum ev_class cls = EV_CLASS_OTHER;
	struct rd r = m->body;
	struct pccc_msg part;
	unsigned count = rd_u8(&r);

	while (count-- > 0 && next(m, &r, &part)) {
		if (part.command != NULL &&
		    weight(part.command->cls) > weight(cls)) {
			cls = part.command->cls;
		}
	}
	return cls;
}

void
pccc_multiple_body(struct pccc_msg *m, struct ev *e)
{
	size_t at = (size_t)(m->body.p - m->start);
	unsigned count = rd_u8(&m->body);
	struct rd r = m->body;
	struct pccc_msg part;

	if (!rd_ok(&m->body)) {
		return;
	}
	ev_uint(e, PCF_COUNT, count);
	ev_array(e, PCF_COMMANDS);
	for (; count > 0 && next(m, &r, &part); count--) {
		m->body = r;
		ev_object(e, EVF_ELEM);
		ev_uint(e, PCF_FNC, part.fnc);
		if (part.command != NULL) {
			ev_name(e, EVF_NAME, part.command->name);
		}
		/* One within another is not read again. */
		if (part.fnc == PCCC_MULTIPLE) {
			part.command = NULL;
		}
		pccc_body(&part, e);
		ev_end(e);
		if (part.bad != NULL) {
			pccc_bad(m, part.bad, part.bad_at);
		}
	}
	ev_end(e);
	if (count > 0 || rd_left(&m->body) > 0) {
		pccc_bad(m, PCCC_BAD_COUNT, at);
		pccc_tell_rest(m, e);
	}
}

/* Reads once more, for the values alone: no field fits into this event. */
void
pccc_multiple_points(struct pccc_msg *m)
{
	struct rd r = m->rest;
	struct pccc_msg part;
	unsigned count = rd_u8(&r);
	struct ev none;

	none.nfields = none.max_fields = 0;
	while (count-- > 0 && next(m, &r, &part)) {
		if (part.command == NULL || part.fnc == PCCC_MULTIPLE) {
			continue;
		}
		pccc_body(&part, &none);
		pccc_more_points(&part);
	}
}

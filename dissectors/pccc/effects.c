/*
 * effects: what follows from a message beside its operation: points, modes,
 * transfers.
 *
 * Modes and transfers are told with the reply, when the processor has agreed.
 */
#include "dissectors/pccc/pccc.h"

static void
tell_transfer(struct pccc_msg *m, const char *phase, bool to, const char *name,
    size_t bytes)
{
	struct ev *e =
	    dis_event(m->ctx, EV_TRANSFER, PROTO_PCCC, EV_DIR_RESPONSE);

	ev_name(e, EVF_PHASE, phase);
	ev_name(e, EVF_DIRECTION, to ? "to_device" : "from_device");
	ev_name(e, EVF_NAME, name);
	if (bytes != 0) {
		ev_uint(e, EVF_BYTES, bytes);
	}
	dis_emit(m->ctx, e);
}

static void
more_transfer(struct pccc_msg *m)
{
	switch (m->cmd << 8 | m->fnc) {
	case 0x0704: /* enter download mode */
	case 0x0f05: /* download request */
	case 0x0f50: /* download all */
		tell_transfer(m, "begin", true, "program", 0);
		break;
	case 0x0f52: tell_transfer(m, "end", true, "program", 0); break;
	case 0x0706: /* enter upload mode */
	case 0x0f06: /* upload */
	case 0x0f53: /* upload all */
		tell_transfer(m, "begin", false, "program", 0);
		break;
	case 0x0f55: tell_transfer(m, "end", false, "program", 0); break;
	/* A file that is open, whole or in part: how programs go too. */
	case 0x0fa7:
		tell_transfer(m, "progress", false, "file", rd_left(&m->rest));
		break;
	case 0x0faf:
		tell_transfer(m, "progress", true, "file", m->wait.size);
		break;
	default: break;
	}
}

/* What the mode that was asked for is; NULL: it says nothing of that. */
static const char *
asked_state(uint16_t command, uint8_t mode)
{
	switch (command) {
	case 0x0f3a:
		/* PLC-5: bits 0 and 1, 3 leaves it; [D] 7-26.  MicroLogix
		 * 1000: 1 is program, 2 is run. */
		return (mode & 3) == 3   ? NULL
		       : (mode & 3) == 2 ? "running"
					 : "stopped";
	case 0x0f80:
		/* 1 program, 6 run, from 7 on tests, whose outputs are off. */
		return mode == 6 ? "running" : "stopped";
	case 0x0f07: return "stopped";   /* shutdown */
	case 0x0f0a: return "restarted"; /* restart request */
	default: return NULL;
	}
}

static void
more_mode(struct pccc_msg *m)
{
	const char *state =
	    asked_state((uint16_t)(m->cmd << 8 | m->fnc), m->wait.size);
	struct ev *e;

	if (state == NULL) {
		return;
	}
	e = dis_event(m->ctx, EV_STATE, PROTO_PCCC, EV_DIR_RESPONSE);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = m->who;
	ev_name(e, EVF_STATE, state);
	ev_name(e, EVF_VIA, m->op);
	dis_emit(m->ctx, e);
}

void
pccc_more_points(struct pccc_msg *m)
{
	if (m->type != NULL && m->whole) {
		pccc_tell_points(m, m->type, m->values,
		    m->request ? ev_commanded : ev_reported);
	}
}

void
pccc_more(struct pccc_msg *m)
{
	if (m->request && m->command != NULL &&
	    m->command->form == PCCC_MULTI) {
		pccc_multiple_points(m);
	} else if (m->request || m->paired) {
		pccc_more_points(m);
	}
	pccc_multiple_effects(m);
	if (m->request || !m->paired || m->sts != 0) {
		return;
	}
	if (m->cmd == 6 && m->fnc == 3) {
		pccc_more_status(m);
	}
	more_transfer(m);
	more_mode(m);
}

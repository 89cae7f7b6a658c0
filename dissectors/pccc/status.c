/*
 * status: the reply to diagnostic status, 06/03 ([D] 10): who the processor is
 * and what it does.
 *
 *	mode | EE | interface | processor | series, revision | name (11) |
 *	    fault (2) | mode (2) | ...
 *
 * That is the form of SLC 500 and MicroLogix, which the type extender EE
 * tells; PLC-2, -3 and -5 use others and are left alone.
 */
#include <stdio.h>

#include "dissectors/pccc/pccc.h"

#define EXTENDER 0xee
#define NAME_LEN 11

static void
fact(struct pccc_msg *m, const char *key, const void *text, size_t n)
{
	dis_identity(m->ctx, PROTO_PCCC, m->ctx->src, key, EV_T_TEXT, text, n,
	    "diagnostic_status");
}

/* Bits 0 to 4 of the mode word; [D] 10-19 */
static const char *
run_state(uint8_t mode)
{
	switch (mode & 0x1f) {
	case 0x06:
	case 0x1e: return "run";
	case 0x01:
	case 0x11: return "stop";
	case 0x07:
	case 0x08:
	case 0x09: return "test";
	case 0x03: return "suspended";
	case 0x00:
	case 0x02:
	case 0x10: return "download";
	default: return NULL;
	}
}

static void
tell_mode(struct pccc_msg *m, uint16_t fault, uint8_t mode)
{
	const char *run = run_state(mode);
	struct ev *e;

	if (run == NULL) {
		return;
	}
	dis_identity(m->ctx, PROTO_PCCC, m->ctx->src, "run_state", EV_T_NAME,
	    run, 0, "diagnostic_status");
	/* 11 and 1E: by the key, the others from afar. */
	dis_identity(m->ctx, PROTO_PCCC, m->ctx->src, "key_switch", EV_T_NAME,
	    (mode & 0x1f) == 0x1e   ? "run"
	    : (mode & 0x1f) == 0x11 ? "program"
				    : "remote",
	    0, "diagnostic_status");
	e = dis_event(m->ctx, EV_STATE, PROTO_PCCC, EV_DIR_RESPONSE);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->src;
	ev_name(e, EVF_STATE,
	    fault != 0                ? "trouble"
	    : strcmp(run, "run") == 0 ? "running"
				      : "stopped");
	ev_name(e, EVF_DETAIL, run);
	ev_name(e, EVF_VIA, "diagnostic_status");
	dis_emit(m->ctx, e);
}

void
pccc_more_status(struct pccc_msg *m, struct rd r)
{
	uint8_t extender, series, mode;
	const uint8_t *name;
	size_t n = NAME_LEN;
	uint16_t fault;
	char text[8];

	rd_skip(&r, 1);
	extender = rd_u8(&r);
	rd_skip(&r, 2);
	series = rd_u8(&r);
	name = rd_bytes(&r, NAME_LEN);
	if (name == NULL || extender != EXTENDER) {
		return;
	}
	while (n > 0 && (name[n - 1] == ' ' || name[n - 1] == 0)) {
		n--;
	}
	fact(m, "vendor", "Rockwell Automation/Allen-Bradley", 33);
	if (n != 0) {
		fact(m, "model", name, n);
	}
	/* Series in the upper three bits, A first; revision below. */
	text[0] = (char)('A' + (series >> 5));
	fact(m, "hardware", text, 1);
	n = (size_t)snprintf(text, sizeof(text), "%u", series & 0x1f);
	fact(m, "firmware", text, n);
	fault = rd_le16(&r);
	mode = rd_u8(&r);
	if (rd_ok(&r)) {
		tell_mode(m, fault, mode);
	}
}

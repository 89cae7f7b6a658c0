/*
 * status: the reply to diagnostic status, 06/03 ([D] 10): who the processor is
 * and what it does.  Two forms are read, told apart by their second byte:
 *
 *	SLC 500, MicroLogix ([D] 10-3, 10-6)
 *	    mode | EE | interface | processor | series, revision | name (11) |
 *	    error (2) | mode (2) | program id (2) | ...
 *	PLC-5 ([D] 10-21, 10-22)
 *	    mode | EB | processor | memory (4) | series, revision | node | ... |
 *	    forces | ...
 *
 * PLC-2, PLC-3 and interface modules have others, and are left alone.
 */
#include <stdio.h>

#include "dissectors/pccc/pccc.h"

#define FORM_SLC  0xee
#define FORM_PLC5 0xeb
#define NAME_LEN  11

static void
fact(struct pccc_msg *m, const char *key, const void *text, size_t n)
{
	dis_identity(m->ctx, PROTO_PCCC, &m->who, key, EV_T_TEXT, text, n,
	    "diagnostic_status");
}

static void
named_fact(struct pccc_msg *m, const char *key, const char *text)
{
	fact(m, key, text, strlen(text));
}

static void
tell_state(struct pccc_msg *m, const char *state, const char *detail)
{
	struct ev *e = dis_event(m->ctx, EV_STATE, PROTO_PCCC, EV_DIR_RESPONSE);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = m->who;
	ev_name(e, EVF_STATE, state);
	ev_name(e, EVF_DETAIL, detail);
	ev_name(e, EVF_VIA, "diagnostic_status");
	dis_emit(m->ctx, e);
}

/* run: as an identity says it */
static void
tell_mode(struct pccc_msg *m, const char *run, const char *key, bool fault)
{
	if (run == NULL) {
		return;
	}
	named_fact(m, "run_state", run);
	named_fact(m, "key_switch", key);
	tell_state(m,
	    fault                     ? "trouble"
	    : strcmp(run, "run") == 0 ? "running"
				      : "stopped",
	    run);
}

/* --- SLC 500, MicroLogix ---------------------------------------------------- */

/* Bits 0 to 4 of the mode word; the upper values by the key: 1762-RM001 C-4. */
static const char *
slc_run_state(uint8_t mode)
{
	switch (mode & 0x1f) {
	case 0x06:
	case 0x1e: return "run";
	case 0x01:
	case 0x11: return "stop";
	case 0x07:
	case 0x08:
	case 0x09: return "test";
	case 0x03:
	case 0x1b: return "suspended";
	case 0x00:
	case 0x10: return "download";
	default: return NULL;
	}
}

static const char *
slc_key(uint8_t mode)
{
	switch (mode & 0x1f) {
	case 0x1e: return "run";
	case 0x10:
	case 0x11:
	case 0x1b: return "program";
	default: return "remote";
	}
}

static void
slc_mode(struct pccc_msg *m, struct rd r)
{
	uint16_t error = rd_le16(&r), id;
	uint8_t mode = rd_u8(&r), high = rd_u8(&r);
	char text[8];

	if (!rd_ok(&r)) {
		return;
	}
	id = rd_le16(&r);
	if (rd_ok(&r)) {
		fact(m, "config_version", text,
		    (size_t)snprintf(text, sizeof(text), "0x%04x", id));
	}
	tell_mode(m, slc_run_state(mode), slc_key(mode),
	    error != 0 || (high & 1 << 5) != 0);
	/* Bit 5 is always set on a MicroLogix, forced or not. */
	if (mode & 1 << 6) {
		tell_state(m, "forced", "installed");
	}
}

static void
slc(struct pccc_msg *m, struct rd r)
{
	uint8_t series;
	const uint8_t *name;
	size_t n = NAME_LEN;
	char text[8];

	rd_skip(&r, 2); /* interface, processor */
	series = rd_u8(&r);
	name = rd_bytes(&r, NAME_LEN);
	if (name == NULL) {
		return;
	}
	while (n > 0 && (name[n - 1] == ' ' || name[n - 1] == 0)) {
		n--;
	}
	named_fact(m, "vendor", "Rockwell Automation/Allen-Bradley");
	if (n != 0) {
		fact(m, "model", name, n);
	}
	/* Series in the upper three bits, A first; releases count from 1. */
	text[0] = (char)('A' + (series >> 5));
	fact(m, "hardware", text, 1);
	n = (size_t)snprintf(text, sizeof(text), "%u", 1u + (series & 0x1f));
	fact(m, "firmware", text, n);
	slc_mode(m, r);
}

/* --- PLC-5 ------------------------------------------------------------------- */

static const char *
plc5_model(uint8_t processor)
{
	switch (processor) {
	case 0x13: return "1785-LT3 (PLC-5/12)";
	case 0x14: return "1785-LT2 (PLC-5/25)";
	case 0x15: return "1785-L40B (PLC-5/40)";
	case 0x22: return "1785-LT4 (PLC-5/10)";
	case 0x23: return "1785-L60B (PLC-5/60)";
	case 0x28: return "1785-L40L (PLC-5/40)";
	case 0x29: return "1785-L60L (PLC-5/60)";
	case 0x31: return "1785-L11B (PLC-5/11)";
	case 0x32: return "1785-L20B (PLC-5/20)";
	case 0x33: return "1785-L30B (PLC-5/30)";
	case 0x4a: return "1785-L20E (PLC-5/20E)";
	case 0x4b: return "1785-L40E (PLC-5/40E)";
	case 0x55: return "1785-L80B (PLC-5/80)";
	case 0x59: return "1785-L80E (PLC-5/80E)";
	default: return NULL;
	}
}

static void
plc5_mode(struct pccc_msg *m, uint8_t status)
{
	static const char *const runs[8] = {
	    [0] = "stop", [2] = "run", [4] = "stop", [5] = "test", [6] = "run"};
	unsigned mode = status & 7;

	tell_mode(m, (status & 1 << 4) ? "download" : runs[mode],
	    mode == 0   ? "program"
	    : mode == 2 ? "run"
			: "remote",
	    (status & 1 << 3) != 0);
}

static void
plc5(struct pccc_msg *m, struct rd r, uint8_t status)
{
	const char *model = plc5_model(rd_u8(&r));
	uint8_t series, forces;
	char text[1];

	rd_skip(&r, 4); /* memory */
	series = rd_u8(&r);
	if (!rd_ok(&r)) {
		return;
	}
	named_fact(m, "vendor", "Rockwell Automation/Allen-Bradley");
	if (model != NULL) {
		named_fact(m, "model", model);
	}
	/* Series and revision are letters both. */
	text[0] = (char)('A' + (series >> 5));
	fact(m, "hardware", text, 1);
	if ((series & 0x1f) < 26) {
		text[0] = (char)('A' + (series & 0x1f));
		fact(m, "firmware", text, 1);
	}
	plc5_mode(m, status);
	rd_skip(&r, 7);
	forces = rd_u8(&r);
	if (rd_ok(&r) && (forces & 0x11) != 0) {
		tell_state(m, "forced", forces & 1 ? "active" : "installed");
	}
}

void
pccc_more_status(struct pccc_msg *m)
{
	struct rd r = m->rest;
	uint8_t status = rd_u8(&r), form = rd_u8(&r);

	if (form == FORM_SLC) {
		slc(m, r);
	} else if (form == FORM_PLC5) {
		plc5(m, r, status);
	}
}

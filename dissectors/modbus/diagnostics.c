/*
 * diagnostics: functions 7, 8, 11, 12 and 17: a server about itself.
 *
 * Function 8 is where the harm is ([A] 6.8): restart and listen-only take a
 * device off its line, and clearing counters covers tracks.  Function 17 says
 * what a device is and whether it runs ([A] 6.13); its layout is the
 * vendor's, so only the two forms seen in the field are read.
 */
#include "dissectors/modbus/modbus.h"

#define DIAG    EV_CLASS_DIAGNOSTIC
#define CONTROL EV_CLASS_CONTROL
#define CONFIG  EV_CLASS_CONFIG

/* [A] 6.8.1; 19 and 21 are from [P]. */
static const struct {
	const char *name;
	uint8_t cls;
	bool echo;
} subs[] = {
    [0] = {"return_query_data", DIAG, true},
    [1] = {"restart_communications", CONTROL, true},
    [2] = {"return_diagnostic_register", DIAG, false},
    [3] = {"change_ascii_delimiter", CONFIG, true},
    [4] = {"force_listen_only", CONTROL, true},
    [10] = {"clear_counters", CONFIG, true},
    [11] = {"return_bus_message_count", DIAG, false},
    [12] = {"return_bus_communication_error_count", DIAG, false},
    [13] = {"return_bus_exception_error_count", DIAG, false},
    [14] = {"return_server_message_count", DIAG, false},
    [15] = {"return_server_no_response_count", DIAG, false},
    [16] = {"return_server_nak_count", DIAG, false},
    [17] = {"return_server_busy_count", DIAG, false},
    [18] = {"return_bus_character_overrun_count", DIAG, false},
    [19] = {"return_overrun_error_count", DIAG, false},
    [20] = {"clear_overrun_counter", CONFIG, true},
    [21] = {"modbus_plus_statistics", DIAG, false},
};

#define SUB_RESTART   1
#define SUB_DELIMITER 3
#define SUB_MB_PLUS   21

static bool
is_known(uint16_t sub)
{
	return sub < sizeof(subs) / sizeof(subs[0]) && subs[sub].name != NULL;
}

static bool
is_counter(uint16_t sub)
{
	return sub >= 11 && sub <= 19;
}

void
mb_diag_name(uint16_t sub, const char **op, enum ev_class *cls)
{
	if (is_known(sub)) {
		*op = subs[sub].name;
		*cls = (enum ev_class)subs[sub].cls;
	}
}

/* [A] 6.8.1, column "Data Field (Request)" */
static bool
is_allowed(uint16_t sub, uint16_t data)
{
	switch (sub) {
	case 0: return true;
	case SUB_RESTART: return data == 0x0000 || data == 0xff00;
	case SUB_DELIMITER: return (data & 0xff) == 0;
	case SUB_MB_PLUS: return true;
	default: return !is_known(sub) || data == 0;
	}
}

/* Length of the data, for what is known of it. */
static void
check_data_len(struct mb_pdu *p, uint16_t sub, size_t len)
{
	if (sub == 0) {
		return; /* echoes any number of words */
	}
	if (len < 2) {
		mb_bad(p, MB_BAD_SHORT, mb_at(p));
	} else if (len > 2 && sub != SUB_MB_PLUS && is_known(sub)) {
		mb_bad(p, MB_BAD_LONG, mb_at(p) + 2);
	}
}

void
mb_req_diagnostics(struct mb_pdu *p, struct ev *e)
{
	struct rd look;
	uint16_t sub;

	if (!mb_u16(p, e, MBF_SUB, &sub)) {
		return;
	}
	look = p->body;
	p->wait.addr = sub;
	p->wait.known |= MB_HAS_ADDR;
	p->wait.waddr = (uint16_t)rd_left(&look);
	p->wait.qty = rd_be16(&look);
	if (rd_ok(&look) && !p->cut) {
		p->wait.known |= MB_HAS_QTY | MB_HAS_WADDR;
	}
	if (rd_ok(&look) && !is_allowed(sub, p->wait.qty)) {
		mb_bad(p, MB_BAD_DIAG_DATA, mb_at(p));
	}
	check_data_len(p, sub, p->wait.waddr);
	mb_opaque(p, e);
}

void
mb_rsp_diagnostics(struct mb_pdu *p, struct ev *e)
{
	size_t at = mb_at(p), len;
	uint16_t sub, data;
	struct rd look;

	if (!mb_u16(p, e, MBF_SUB, &sub)) {
		return;
	}
	look = p->body;
	len = rd_left(&look);
	data = rd_be16(&look);
	if (mb_was_asked(p, MB_HAS_ADDR) && sub != p->wait.addr) {
		mb_bad(p, MB_BAD_NOT_FUNCTION, at);
	}
	check_data_len(p, sub, len);
	if (mb_was_asked(p, MB_HAS_QTY | MB_HAS_WADDR) && is_known(sub) &&
	    subs[sub].echo && (data != p->wait.qty || len != p->wait.waddr)) {
		mb_bad(p, MB_BAD_NOT_ECHO, mb_at(p));
	}
	if (is_counter(sub) && len == 2) {
		ev_uint(e, MBF_COUNTER, data);
		rd_skip(&p->body, 2);
		return;
	}
	mb_opaque(p, e);
}

/* [A] 6.7: eight outputs whose meaning is the device's. */
void
mb_rsp_exception_status(struct mb_pdu *p, struct ev *e)
{
	uint8_t outputs = rd_u8(&p->body);

	if (rd_ok(&p->body)) {
		ev_uint(e, MBF_OUTPUTS, outputs);
	}
}

/* Status word and event count, which 11 and 12 share. */
static void
comm_events(struct mb_pdu *p, struct ev *e)
{
	size_t at = mb_at(p);
	uint16_t status = rd_be16(&p->body), count = rd_be16(&p->body);

	if (!rd_ok(&p->body)) {
		return;
	}
	/* [A] 6.9: FFFF while a program command is still being worked on. */
	if (status != 0x0000 && status != 0xffff) {
		mb_bad(p, MB_BAD_STATUS, at);
	}
	ev_bool(e, MBF_BUSY, status == 0xffff);
	ev_uint(e, MBF_EVENT_COUNT, count);
}

/* [A] 6.9 */
void
mb_rsp_event_counter(struct mb_pdu *p, struct ev *e)
{
	comm_events(p, e);
}

/* [A] 6.10: a byte for each of the last events, at most 64 */
void
mb_rsp_event_log(struct mb_pdu *p, struct ev *e)
{
	size_t at = mb_at(p), n, have;
	uint16_t messages;

	n = rd_u8(&p->body);
	if (!rd_ok(&p->body)) {
		return;
	}
	have = rd_left(&p->body);
	if (n != have || n < 6 || n > 6 + 64) {
		mb_bad(p, MB_BAD_BYTE_COUNT, at);
	}
	comm_events(p, e);
	messages = rd_be16(&p->body);
	if (!rd_ok(&p->body)) {
		return;
	}
	ev_uint(e, MBF_MESSAGE_COUNT, messages);
	n = rd_left(&p->body);
	ev_bytes(e, MBF_EVENTS, EV_T_HEX, rd_bytes(&p->body, n), n);
}

/* What a Report Server ID response says; p, n: text, n = 0: none. */
struct server_id {
	const uint8_t *text;
	size_t n;
	bool has_run, run;
};

/* Without what pads it; n = 0 when it is not plain text. */
static size_t
plain_text(struct rd r)
{
	const uint8_t *first = r.p;
	size_t n = 0;

	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r);

		if (c > 0x20 && c < 0x7f) {
			n = (size_t)(r.p - first);
		} else if (c != 0x20 && c != 0) {
			return 0;
		}
	}
	return n;
}

/*
 * One byte of id, run indicator, text; or text as id and the run indicator at
 * the end.  Anything else says nothing that could be relied on.
 */
static void
read_server_id(struct rd r, struct server_id *ret)
{
	struct rd text = r, tail = r;
	uint8_t run;

	*ret = (struct server_id){0};
	rd_skip(&text, 1);
	run = rd_u8(&text);
	if (rd_ok(&text) && (run == 0x00 || run == 0xff)) {
		ret->has_run = true;
		ret->run = run == 0xff;
		ret->text = text.p;
		ret->n = plain_text(text);
		return;
	}
	if (rd_left(&r) < 2) {
		return;
	}
	text = rd_sub(&tail, rd_left(&r) - 1);
	run = rd_u8(&tail);
	if ((run == 0x00 || run == 0xff) && plain_text(text) > 0) {
		ret->has_run = true;
		ret->run = run == 0xff;
		ret->text = text.p;
		ret->n = plain_text(text);
	}
}

/* [A] 6.13 */
void
mb_rsp_server_id(struct mb_pdu *p, struct ev *e)
{
	size_t at = mb_at(p), n, have;
	struct server_id id;

	n = rd_u8(&p->body);
	if (!rd_ok(&p->body)) {
		return;
	}
	have = rd_left(&p->body);
	if (n != have || n == 0) {
		mb_bad(p, MB_BAD_BYTE_COUNT, at);
		n = n < have ? n : have;
	}
	read_server_id(p->body, &id);
	/* Some have it at the end. */
	if (id.has_run && !p->cut) {
		ev_bool(e, MBF_RUN, id.run);
	}
	ev_bytes(e, MBF_SERVER_ID, EV_T_HEX, rd_bytes(&p->body, n), n);
}

void
mb_more_server_id(struct mb_pdu *p)
{
	static const char via[] = "report_server_id";
	struct dis_ctx *ctx = p->ctx;
	struct server_id id;
	struct ev *e;

	if (p->request || p->exception || p->bad != NULL) {
		return;
	}
	rd_skip(&p->body, 1);
	read_server_id(p->body, &id);
	if (id.n > 0) {
		dis_identity(ctx, PROTO_MODBUS, ctx->src, "description",
		    EV_T_TEXT, id.text, id.n, via);
	}
	if (!id.has_run) {
		return;
	}
	dis_identity(ctx, PROTO_MODBUS, ctx->src, "run_state", EV_T_NAME,
	    id.run ? "run" : "stop", 0, via);
	e = dis_event(ctx, EV_STATE, PROTO_MODBUS, EV_DIR_RESPONSE);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = *ctx->src;
	ev_name(e, EVF_STATE, id.run ? "running" : "stopped");
	ev_name(e, EVF_VIA, via);
	dis_emit(ctx, e);
}

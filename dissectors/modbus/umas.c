/*
 * umas: function 90, Schneider Electric's UMAS: how its programming software
 * talks to Modicon controllers.  There is no public standard; names and
 * layouts are those on which public research and captures agree, and what is
 * not known is not guessed.
 *
 *	request   session sub data
 *	response  session fe|fd data      fe: done, fd: refused
 *
 * A response does not repeat the sub-function: it is its request's, or
 * unknown.  33 to 35 were seen to carry the program out of the controller
 * (short requests, long replies); 30 to 32 go the other way.  The data itself
 * is not told: it may hold passwords, and the program is its owner's.
 */
#include <stdio.h>

#include "dissectors/modbus/modbus.h"

#define STATUS_OK    0xfe
#define STATUS_ERROR 0xfd

#define SUB_READ_ID      0x02
#define SUB_READ_PROJECT 0x03
#define SUB_RESERVE      0x10
#define SUB_BEGIN_TO     0x30
#define SUB_BLOCK_TO     0x31
#define SUB_END_TO       0x32
#define SUB_BEGIN_FROM   0x33
#define SUB_BLOCK_FROM   0x34
#define SUB_END_FROM     0x35
#define SUB_START        0x40
#define SUB_STOP         0x41

static const struct {
	const char *name;
	uint8_t cls;
} subs[] = {
    [0x01] = {"umas_init_comm", EV_CLASS_SESSION},
    [0x02] = {"umas_read_id", EV_CLASS_DISCOVERY},
    [0x03] = {"umas_read_project_info", EV_CLASS_DISCOVERY},
    [0x04] = {"umas_read_plc_info", EV_CLASS_DIAGNOSTIC},
    [0x06] = {"umas_read_card_info", EV_CLASS_DISCOVERY},
    [0x0a] = {"umas_repeat", EV_CLASS_DIAGNOSTIC},
    [0x10] = {"umas_take_reservation", EV_CLASS_SESSION},
    [0x11] = {"umas_release_reservation", EV_CLASS_SESSION},
    [0x12] = {"umas_keep_alive", EV_CLASS_SESSION},
    [0x20] = {"umas_read_memory", EV_CLASS_READ},
    [0x21] = {"umas_write_memory", EV_CLASS_WRITE},
    [0x22] = {"umas_read_variables", EV_CLASS_READ},
    [0x23] = {"umas_write_variables", EV_CLASS_WRITE},
    [0x24] = {"umas_read_coils_registers", EV_CLASS_READ},
    [0x25] = {"umas_write_coils_registers", EV_CLASS_WRITE},
    [0x26] = {"umas_read_data_dictionary", EV_CLASS_READ},
    [0x30] = {"umas_begin_download", EV_CLASS_PROGRAM},
    [0x31] = {"umas_download_block", EV_CLASS_PROGRAM},
    [0x32] = {"umas_end_download", EV_CLASS_PROGRAM},
    [0x33] = {"umas_begin_upload", EV_CLASS_PROGRAM},
    [0x34] = {"umas_upload_block", EV_CLASS_PROGRAM},
    [0x35] = {"umas_end_upload", EV_CLASS_PROGRAM},
    [0x39] = {"umas_read_eth_master_data", EV_CLASS_READ},
    [0x40] = {"umas_start_plc", EV_CLASS_CONTROL},
    [0x41] = {"umas_stop_plc", EV_CLASS_CONTROL},
    [0x50] = {"umas_monitor_plc", EV_CLASS_READ},
    [0x58] = {"umas_check_plc", EV_CLASS_DIAGNOSTIC},
    [0x70] = {"umas_read_io_object", EV_CLASS_READ},
    [0x71] = {"umas_write_io_object", EV_CLASS_WRITE},
    [0x73] = {"umas_get_status_module", EV_CLASS_DIAGNOSTIC},
};

bool
mb_umas_known(uint8_t sub)
{
	return sub < sizeof(subs) / sizeof(subs[0]) && subs[sub].name != NULL;
}

bool
mb_umas_is_status(uint8_t b)
{
	return b == STATUS_OK || b == STATUS_ERROR;
}

void
mb_umas_name(uint8_t sub, const char **op, enum ev_class *cls)
{
	if (mb_umas_known(sub)) {
		*op = subs[sub].name;
		*cls = (enum ev_class)subs[sub].cls;
	}
}

static void
tell_len(struct mb_pdu *p, struct ev *e)
{
	ev_uint(e, MBF_LEN, p->cut ? p->len - mb_at(p) : rd_left(&p->body));
	(void)rd_rest(&p->body);
}

void
mb_req_umas(struct mb_pdu *p, struct ev *e)
{
	uint8_t sub;

	rd_skip(&p->body, 1);
	sub = rd_u8(&p->body);
	if (!rd_ok(&p->body)) {
		return;
	}
	p->wait.sub = sub;
	p->wait.known |= MB_HAS_SUB;
	ev_uint(e, MBF_UMAS, sub);
	tell_len(p, e);
}

void
mb_rsp_umas(struct mb_pdu *p, struct ev *e)
{
	uint8_t status;

	rd_skip(&p->body, 1);
	status = rd_u8(&p->body);
	if (!rd_ok(&p->body)) {
		return;
	}
	if (status != STATUS_OK) {
		e->status = "umas_error";
	}
	if (!mb_umas_is_status(status)) {
		mb_bad(p, MB_BAD_UMAS, mb_at(p) - 1);
	}
	if (mb_was_asked(p, MB_HAS_SUB)) {
		ev_uint(e, MBF_UMAS, p->wait.sub);
	}
	tell_len(p, e);
}

static void
tell_transfer(
    struct mb_pdu *p, const char *phase, const char *direction, size_t bytes)
{
	struct ev *e = dis_event(p->ctx, EV_TRANSFER, PROTO_MODBUS,
	    p->request ? EV_DIR_REQUEST : EV_DIR_RESPONSE);

	ev_name(e, EVF_PHASE, phase);
	ev_name(e, EVF_DIRECTION, direction);
	ev_name(e, EVF_NAME, "program");
	if (bytes != 0) {
		ev_uint(e, EVF_BYTES, bytes);
	}
	dis_emit(p->ctx, e);
}

static void
identify(struct mb_pdu *p, const struct ev_end *who, const char *key,
    const void *text, size_t len)
{
	const char *s = text;

	while (len > 0 && (s[len - 1] == 0 || s[len - 1] == ' ')) {
		len--;
	}
	if (len > 0) {
		dis_identity(p->ctx, PROTO_MODBUS, who, key, EV_T_TEXT, text,
		    len, p->op);
	}
}

/*
 * Read ID: range(2) ident(4) model(2) version(2, BCD, low byte first)
 * patch(2) internal(2) hardware(2) crash(4) unknown(2), then the controller's
 * type as a counted text.
 */
static void
more_read_id(struct mb_pdu *p, struct rd r)
{
	const uint8_t *type;
	uint16_t version;
	char buf[16];
	size_t n;
	int len;

	rd_skip(&r, 8);
	version = rd_le16(&r);
	rd_skip(&r, 12);
	n = rd_u8(&r);
	type = rd_bytes(&r, n);
	if (!rd_ok(&r)) {
		return;
	}
	identify(p, p->ctx->src, "model", type, n);
	len = snprintf(
	    buf, sizeof(buf), "%x.%02x", version >> 8u, version & 0xffu);
	if (version != 0) {
		identify(p, p->ctx->src, "firmware", buf, (size_t)len);
	}
}

/*
 * Read Project Info, asked with 00: two stamps, the project's revision (least
 * significant byte first) and its name, counted with its NUL, which must end
 * the message: the reply has other forms.
 */
static void
more_read_project(struct mb_pdu *p, struct rd r)
{
	const uint8_t *name;
	uint8_t rev[3];
	char buf[16];
	size_t n;
	int len;

	rd_skip(&r, 34);
	rd_copy(&r, rev, sizeof(rev));
	rd_skip(&r, 1);
	n = rd_u8(&r);
	name = rd_bytes(&r, n);
	if (!rd_ok(&r) || rd_left(&r) != 0 || n == 0 || name[n - 1] != 0) {
		return;
	}
	identify(p, p->ctx->src, "program_name", name, n);
	len = snprintf(buf, sizeof(buf), "%u.%u.%u", rev[2], rev[1], rev[0]);
	identify(p, p->ctx->src, "config_version", buf, (size_t)len);
}

/* Take Reservation: the station's number (4), its name as counted text. */
static void
more_reserve(struct mb_pdu *p, struct rd r)
{
	const uint8_t *name;
	size_t n;

	rd_skip(&r, 4);
	n = rd_u8(&r);
	name = rd_bytes(&r, n);
	if (rd_ok(&r) && rd_left(&r) == 0) {
		identify(p, p->ctx->src, "hostname", name, n);
	}
}

static void
more_request(struct mb_pdu *p, uint8_t sub, struct rd data)
{
	switch (sub) {
	case SUB_RESERVE: more_reserve(p, data); break;
	case SUB_BEGIN_TO: tell_transfer(p, "begin", "to_device", 0); break;
	case SUB_BLOCK_TO:
		tell_transfer(p, "progress", "to_device", rd_left(&data));
		break;
	case SUB_END_TO: tell_transfer(p, "end", "to_device", 0); break;
	case SUB_BEGIN_FROM: tell_transfer(p, "begin", "from_device", 0); break;
	case SUB_END_FROM: tell_transfer(p, "end", "from_device", 0); break;
	default: break;
	}
}

/* Upload block: last, unused, length(2), that many bytes. */
static size_t
block_bytes(struct rd data)
{
	struct rd look = data;
	size_t n;

	rd_skip(&look, 2);
	n = rd_le16(&look);
	return rd_ok(&look) && n == rd_left(&look) ? n : rd_left(&data);
}

static void
tell_state(struct mb_pdu *p, const char *state)
{
	struct ev *e =
	    dis_event(p->ctx, EV_STATE, PROTO_MODBUS, EV_DIR_RESPONSE);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *p->ctx->src;
	ev_name(e, EVF_STATE, state);
	ev_name(e, EVF_VIA, p->op);
	dis_emit(p->ctx, e);
}

void
mb_more_umas(struct mb_pdu *p)
{
	struct rd r = p->body;
	uint8_t code;

	rd_skip(&r, 1);
	code = rd_u8(&r);
	if (!rd_ok(&r) || p->exception || p->bad != NULL) {
		return;
	}
	if (p->request) {
		more_request(p, code, r);
		return;
	}
	if (!mb_was_asked(p, MB_HAS_SUB) || code != STATUS_OK) {
		return;
	}
	switch (p->wait.sub) {
	case SUB_READ_ID: more_read_id(p, r); break;
	case SUB_READ_PROJECT: more_read_project(p, r); break;
	case SUB_BLOCK_FROM:
		tell_transfer(p, "progress", "from_device", block_bytes(r));
		break;
	case SUB_START: tell_state(p, "running"); break;
	case SUB_STOP: tell_state(p, "stopped"); break;
	default: break;
	}
}

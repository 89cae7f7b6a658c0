/*
 * job: what is asked for, and acknowledged with or without data.
 *
 *	job       function | its own
 *	ack_data  function | its own;  the head has error class and code
 *
 * An answer names its function again, but for a refusal (ack): that is its
 * request's, found by the reference.  Blocks go down at the PLC's pace: it
 * asks for the pieces with jobs of its own, and does not become the client.
 */
#include <string.h>

#include "dissectors/s7comm/s7comm.h"

static const struct {
	uint8_t func;
	const char *op;
	enum ev_class cls;
} functions[] = {
    {S7_CPU_SERVICES, "cpu_services", EV_CLASS_OTHER},
    {S7_READ, "read_var", EV_CLASS_READ},
    {S7_WRITE, "write_var", EV_CLASS_WRITE},
    {S7_REQUEST_DOWNLOAD, "request_download", EV_CLASS_PROGRAM},
    {S7_DOWNLOAD, "download_block", EV_CLASS_PROGRAM},
    {S7_DOWNLOAD_END, "download_ended", EV_CLASS_PROGRAM},
    {S7_START_UPLOAD, "start_upload", EV_CLASS_PROGRAM},
    {S7_UPLOAD, "upload", EV_CLASS_PROGRAM},
    {S7_UPLOAD_END, "end_upload", EV_CLASS_PROGRAM},
    {S7_STOP, "plc_stop", EV_CLASS_CONTROL},
    {S7_SETUP, "setup_communication", EV_CLASS_SESSION},
};

/* Program invocations, by name. */
enum pi { PI_NONE, PI_START, PI_COLD, PI_OTHER };

static const struct {
	const char *name, *op;
	enum ev_class cls;
} services[] = {
    {"", "pi_service", EV_CLASS_CONTROL},
    {"P_PROGRAM", "plc_start", EV_CLASS_CONTROL},
    {"P_PROGRAM", "plc_cold_start", EV_CLASS_CONTROL},
    {"_INSE", "insert_block", EV_CLASS_PROGRAM},
    {"_INS2", "insert_block", EV_CLASS_PROGRAM},
    {"_DELE", "delete_block", EV_CLASS_PROGRAM},
    {"_GARB", "compress_memory", EV_CLASS_PROGRAM},
    {"_MODU", "copy_ram_to_rom", EV_CLASS_PROGRAM},
};

#define SERVICES (sizeof(services) / sizeof(services[0]))

/* --- names ----------------------------------------------------------------- */

static const char *
block_type(uint8_t type)
{
	switch (type) {
	case '8': return "OB";
	case 'A': return "DB";
	case 'B': return "SDB";
	case 'C': return "FC";
	case 'D': return "SFC";
	case 'E': return "FB";
	case 'F': return "SFB";
	default: return NULL;
	}
}

/* "_0800001P", as files have it, or "0800001P": two characters of type, five
 * digits, where to.  Told as "OB 1"; other text as it is. */
static void
block_name(struct rd r, char *ret)
{
	const char *type;
	uint32_t number = 0;
	size_t n = rd_left(&r);
	const uint8_t *p;

	*ret = '\0';
	if (n > 0 && r.p[0] == '_') {
		rd_skip(&r, 1);
		n--;
	}
	p = rd_bytes(&r, n);
	type = p != NULL && n == 8 && p[0] == '0' ? block_type(p[1]) : NULL;
	for (size_t i = 2; type != NULL && i < 7; i++) {
		if (p[i] < '0' || p[i] > '9') {
			return;
		}
		number = number * 10 + (p[i] - '0');
	}
	if (type != NULL) {
		size_t at = strlen(type);
		char digits[6];
		size_t d = sizeof(digits);

		memcpy(ret, type, at);
		ret[at++] = ' ';
		do {
			digits[--d] = (char)('0' + number % 10);
			number /= 10;
		} while (number != 0);
		memcpy(ret + at, digits + d, sizeof(digits) - d);
		ret[at + sizeof(digits) - d] = '\0';
	}
}

/* --- requests -------------------------------------------------------------- */

static void
tell_block(struct s7_msg *m, struct ev *e)
{
	if (m->wait.name[0] != '\0') {
		ev_bytes(e, S7F_BLOCK, EV_T_TEXT, m->wait.name,
		    strlen(m->wait.name));
	}
}

/* Six digits; 0 where they are none. */
static uint32_t
digits(struct rd r, size_t skip)
{
	uint32_t v = 0;

	rd_skip(&r, skip);
	for (int i = 0; i < 6; i++) {
		uint8_t c = rd_u8(&r);

		if (c < '0' || c > '9') {
			return 0;
		}
		v = v * 10 + (c - '0');
	}
	return v;
}

/* status | 2 unknown | id (4) | length, file name | length, "1" and sizes */
static void
file_request(struct s7_msg *m, struct ev *e)
{
	struct rd r = m->param, sizes;
	uint32_t bytes;

	rd_skip(&r, 8);
	block_name(rd_sub(&r, rd_u8(&r)), m->wait.name);
	if (!rd_ok(&r)) {
		s7_bad(m, S7_BAD_PARAM, &m->param);
		return;
	}
	tell_block(m, e);
	sizes = rd_sub(&r, rd_u8(&r));
	bytes = digits(sizes, 1);
	if (m->func == S7_REQUEST_DOWNLOAD && bytes != 0) {
		ev_uint(e, S7F_BYTES, bytes);
	}
}

/* Six bytes, then the length of a block, the block, and the name. */
static struct rd
pi_name(struct s7_msg *m, struct rd *ret_block)
{
	struct rd r = m->param;

	rd_skip(&r, 8);
	*ret_block = m->func == S7_PI ? rd_sub(&r, rd_be16(&r)) : rd_failed();
	if (m->func == S7_STOP) {
		r = m->param;
		rd_skip(&r, 6);
	}
	return rd_sub(&r, rd_u8(&r));
}

static void
name_pi(struct s7_msg *m)
{
	struct rd block, name = pi_name(m, &block);
	size_t i = SERVICES;

	m->wait.op = 0;
	while (--i > 0) {
		size_t n = strlen(services[i].name);

		if (i == PI_COLD && rd_left(&block) == 0) {
			continue;
		}
		if (rd_ok(&name) && rd_left(&name) == n &&
		    memcmp(name.p, services[i].name, n) == 0) {
			m->wait.op = (uint8_t)i;
			break;
		}
	}
	m->op = services[m->wait.op].op;
	m->cls = services[m->wait.op].cls;
	if (m->cls == EV_CLASS_PROGRAM && rd_left(&block) >= 10) {
		rd_skip(&block, 2);
		block_name(rd_sub(&block, 8), m->wait.name);
	}
}

static void
pi_request(struct s7_msg *m, struct ev *e)
{
	struct rd block, name = pi_name(m, &block);

	if (!rd_ok(&name)) {
		s7_bad(m, S7_BAD_PARAM, &m->param);
		return;
	}
	if (rd_left(&name) > 0) {
		ev_bytes(e, S7F_SERVICE, EV_T_TEXT, name.p, rd_left(&name));
	}
	tell_block(m, e);
}

static void
setup(struct s7_msg *m, struct ev *e)
{
	struct rd r = m->param;
	unsigned calling, called, pdu;

	rd_skip(&r, 2);
	calling = rd_be16(&r);
	called = rd_be16(&r);
	pdu = rd_be16(&r);
	if (!rd_ok(&r)) {
		s7_bad(m, S7_BAD_PARAM, &m->param);
		return;
	}
	ev_uint(e, S7F_AMQ_CALLING, calling);
	ev_uint(e, S7F_AMQ_CALLED, called);
	ev_uint(e, S7F_PDU, pdu);
}

static void
request_body(struct s7_msg *m, struct ev *e)
{
	switch (m->func) {
	case S7_SETUP: setup(m, e); break;
	case S7_READ:
	case S7_WRITE: s7_items(m, e); break;
	case S7_REQUEST_DOWNLOAD:
	case S7_DOWNLOAD:
	case S7_DOWNLOAD_END:
	case S7_START_UPLOAD: file_request(m, e); break;
	case S7_PI:
	case S7_STOP: pi_request(m, e); break;
	default: break;
	}
}

/* --- answers --------------------------------------------------------------- */

static void
transfer(struct s7_msg *m, const char *phase, bool to, uint32_t bytes)
{
	struct ev *e = dis_event(m->ctx, EV_TRANSFER, PROTO_S7COMM, m->dir);
	const struct s7_state *st = m->ctx->state;
	const char *name;

	ev_name(e, EVF_PHASE, phase);
	ev_name(e, EVF_DIRECTION, to ? "to_device" : "from_device");
	name = m->func == S7_UPLOAD_END ? st->block : m->wait.name;
	ev_bytes(e, EVF_NAME, EV_T_TEXT, name, strlen(name));
	if (bytes != 0) {
		ev_uint(e, EVF_BYTES, bytes);
	}
	dis_emit(m->ctx, e);
}

/* What a good answer, to what was seen to be asked, changes. */
static void
effects(struct s7_msg *m)
{
	struct s7_state *st = m->ctx->state;
	struct rd r = m->param;
	uint8_t pi = m->wait.op;

	if (!m->paired || m->error != 0 || m->cut || m->bad != NULL) {
		return;
	}
	switch (m->func) {
	case S7_REQUEST_DOWNLOAD: transfer(m, "begin", true, 0); break;
	case S7_DOWNLOAD_END: transfer(m, "end", true, 0); break;
	case S7_START_UPLOAD:
		rd_skip(&r, 8);
		r = rd_sub(&r, rd_u8(&r));
		memcpy(st->block, m->wait.name, sizeof(st->block));
		transfer(m, "begin", false, digits(r, 1));
		break;
	case S7_UPLOAD_END: transfer(m, "end", false, 0); break;
	case S7_STOP: s7_state_event(m, "stopped", NULL); break;
	case S7_PI:
		if (pi == PI_START || pi == PI_COLD) {
			s7_state_event(m, "running", NULL);
		}
		break;
	default: break;
	}
}

static void
answer_body(struct s7_msg *m, struct ev *e)
{
	struct rd r = m->param;
	uint32_t bytes;

	switch (m->func) {
	case S7_SETUP:
		if (m->error == 0) {
			setup(m, e);
		}
		break;
	case S7_READ:
	case S7_WRITE: s7_results(m, e); break;
	case S7_START_UPLOAD:
		tell_block(m, e);
		rd_skip(&r, 8);
		r = rd_sub(&r, rd_u8(&r));
		bytes = digits(r, 1);
		if (bytes != 0) {
			ev_uint(e, S7F_BYTES, bytes);
		}
		break;
	default: tell_block(m, e); break;
	}
}

/* --- both ------------------------------------------------------------------ */

static void
name_it(struct s7_msg *m)
{
	m->op = "unknown_function";
	m->cls = EV_CLASS_OTHER;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (functions[i].func == m->func) {
			m->op = functions[i].op;
			m->cls = functions[i].cls;
		}
	}
}

static void
pair(struct s7_msg *m)
{
	struct dis_ctx *ctx = m->ctx;

	if (m->rosctr == S7_JOB) {
		return;
	}
	m->paired =
	    ctx->sv->take(ctx, m->ref, &m->wait, sizeof(m->wait), &m->pair);
	if (m->paired && rd_left(&m->param) == 0) {
		m->func = m->wait.func;
	}
	/* A reference that is used again: not this one's answer. */
	if (m->paired && m->func != m->wait.func) {
		m->paired = false;
		m->wait = (struct s7_wait){0};
	}
}

static void
direct(struct s7_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	bool plcs = m->func == S7_DOWNLOAD || m->func == S7_DOWNLOAD_END;

	m->dir = m->rosctr == S7_JOB ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
	if (!ctx->client_sure && !plcs) {
		ctx->client = m->rosctr == S7_JOB ? ctx->side : !ctx->side;
		ctx->client_sure = m->func == S7_SETUP;
	}
}

void
s7_job(struct s7_msg *m)
{
	struct rd r = m->param;
	bool known;
	struct ev *e;

	m->func = rd_u8(&r);
	known = rd_ok(&r);
	pair(m);
	known = known || m->paired;
	direct(m);
	name_it(m);
	if (m->func == S7_PI) {
		if (m->rosctr == S7_JOB) {
			name_pi(m);
		} else {
			m->op = services[m->wait.op % SERVICES].op;
			m->cls = services[m->wait.op % SERVICES].cls;
		}
	}
	if (!known) {
		m->op = m->rosctr == S7_JOB ? "empty_job" : "ack";
		m->cls = EV_CLASS_OTHER;
	}
	m->status = s7_error_name(m->error);
	e = s7_start(m, m->func);
	ev_uint(e, S7F_ROSCTR, m->rosctr);
	ev_uint(e, S7F_REF, m->ref);
	if (known) {
		ev_uint(e, S7F_FUNC, m->func);
	}
	if (m->error != 0) {
		ev_hexnum(e, S7F_ERROR, m->error, 2);
	}
	if (m->rosctr == S7_JOB && known) {
		request_body(m, e);
	} else if (known) {
		answer_body(m, e);
	}
	if (m->rosctr == S7_JOB && known && !m->cut) {
		m->wait.func = m->func;
		(void)m->ctx->sv->put(
		    m->ctx, m->ref, &m->wait, sizeof(m->wait));
	}
	s7_finish(m, e);
	effects(m);
}

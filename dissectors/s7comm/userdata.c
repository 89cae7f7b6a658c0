/*
 * userdata: groups of functions, asked, answered and told unasked.
 *
 *	parameter   00 01 12 | length | 11 or 12 | type, group | function | seq
 *	            and in answers: piece | more follow | error (2)
 *	data        result | size | length (2) | payload
 *
 * A long list comes in pieces, each fetched with the sequence number that the
 * PLC gave the first and told as a message of its own; the pieces are put together before they are read.
 * A password is never told, only that there was one.
 */
#include <string.h>

#include "dissectors/s7comm/s7comm.h"

enum {
	MODE = 0,
	TEST = 1,
	CYCLIC = 2,
	BLOCKS = 3,
	CPU = 4,
	SECURITY = 5,
	PBC = 6,
	CLOCK = 7,
};
enum { PUSH = 0, REQUEST = 4, RESPONSE = 8 };
#define READ_SZL   1
#define PIECES_MAX 4096 /* of a list; the longest have less */

static const struct {
	uint8_t group, sub;
	const char *op;
	enum ev_class cls;
} functions[] = {
    {TEST, 1, "block_status", EV_CLASS_DIAGNOSTIC},
    {TEST, 2, "variable_status", EV_CLASS_READ},
    {TEST, 3, "read_istack", EV_CLASS_DIAGNOSTIC},
    {TEST, 4, "read_bstack", EV_CLASS_DIAGNOSTIC},
    {TEST, 5, "read_lstack", EV_CLASS_DIAGNOSTIC},
    {TEST, 7, "force_selection", EV_CLASS_READ},
    {TEST, 8, "modify_variable", EV_CLASS_WRITE},
    {TEST, 9, "force", EV_CLASS_WRITE},
    {TEST, 10, "breakpoint", EV_CLASS_CONTROL},
    {TEST, 11, "exit_hold", EV_CLASS_CONTROL},
    {TEST, 12, "memory_reset", EV_CLASS_CONTROL},
    {TEST, 19, "block_status", EV_CLASS_DIAGNOSTIC},
    {TEST, 22, "flash_led", EV_CLASS_CONTROL},
    {CYCLIC, 1, "cyclic_read", EV_CLASS_READ},
    {CYCLIC, 4, "cyclic_unsubscribe", EV_CLASS_READ},
    {BLOCKS, 1, "list_blocks", EV_CLASS_READ},
    {BLOCKS, 2, "list_blocks_of_type", EV_CLASS_READ},
    {BLOCKS, 3, "block_info", EV_CLASS_READ},
    {CPU, READ_SZL, "read_szl", EV_CLASS_DIAGNOSTIC},
    {CPU, 2, "message_service", EV_CLASS_OTHER},
    {CPU, 3, "diagnostic_message", EV_CLASS_OTHER},
    {SECURITY, 1, "password", EV_CLASS_SESSION},
    {CLOCK, 1, "read_clock", EV_CLASS_READ},
    {CLOCK, 2, "set_clock", EV_CLASS_CONFIG},
    {CLOCK, 3, "read_clock", EV_CLASS_READ},
    {CLOCK, 4, "set_clock", EV_CLASS_CONFIG},
};

static const char *const groups[] = {[MODE] = "mode_transition",
    [TEST] = "test",
    [CYCLIC] = "cyclic",
    [BLOCKS] = "block_function",
    [CPU] = "cpu_function",
    [SECURITY] = "security",
    [PBC] = "block_transfer",
    [CLOCK] = "clock"};

/* Error class and code, of acknowledgements and of userdata. */
const char *
s7_error_name(uint16_t error)
{
	switch (error) {
	case 0: return "ok";
	case 0x8104: return "not_implemented";
	case 0x8304: return "no_resources";
	case 0x8402: return "wrong_state";
	case 0x8500: return "wrong_frame";
	case 0x8703: return "access_refused";
	case 0xd209: return "block_not_found";
	case 0xd241: return "protected";
	case 0xd401: return "szl_unknown";
	case 0xd402: return "szl_index_unknown";
	case 0xd602: return "wrong_password";
	default: break;
	}
	switch (error >> 8) {
	case 0x81: return "application_relationship";
	case 0x82: return "object_definition";
	case 0x83: return "no_resources";
	case 0x84: return "service_processing";
	case 0x85: return "supplies";
	case 0x87: return "access";
	case 0xd0: return "test_function";
	case 0xd2: return "block";
	case 0xd4: return "szl";
	case 0xd6: return "protection";
	default: return "unknown_error";
	}
}

/* Of one item, or of userdata's data. */
const char *
s7_result_name(uint8_t result)
{
	switch (result) {
	case 0x00: return "reserved";
	case 0x01: return "hardware_fault";
	case 0x03: return "access_denied";
	case 0x05: return "address_out_of_range";
	case 0x06: return "type_not_supported";
	case 0x07: return "type_inconsistent";
	case 0x0a: return "no_object";
	case 0xff: return "ok";
	default: return "unknown_result";
	}
}

static void
name_it(struct s7_msg *m, uint8_t type)
{
	bool known = m->group < sizeof(groups) / sizeof(groups[0]);

	m->op = known ? groups[m->group] : "userdata";
	m->cls = EV_CLASS_OTHER;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (functions[i].group == m->group &&
		    functions[i].sub == m->sub) {
			m->op = functions[i].op;
			m->cls = functions[i].cls;
		}
	}
	if (type == PUSH) {
		m->cls = EV_CLASS_REPORT;
	}
}

static void
direct(struct s7_msg *m, uint8_t type)
{
	struct dis_ctx *ctx = m->ctx;
	uint64_t key = 1u << 16 | m->ref;

	switch (type) {
	case REQUEST: m->dir = EV_DIR_REQUEST; break;
	case RESPONSE: m->dir = EV_DIR_RESPONSE; break;
	default: m->dir = EV_DIR_NOTIFY; return;
	}
	if (!ctx->client_sure) {
		ctx->client = type == REQUEST ? ctx->side : !ctx->side;
	}
	m->wait.func = m->group;
	m->wait.set = m->sub;
	if (type == REQUEST && !m->cut) {
		(void)ctx->sv->put(ctx, key, &m->wait, sizeof(m->wait));
	} else if (type == RESPONSE) {
		m->paired = ctx->sv->take(
		    ctx, key, &m->wait, sizeof(m->wait), &m->pair);
		m->paired = m->paired && m->wait.func == m->group &&
			    m->wait.set == m->sub;
	}
}

/* --- what follows ---------------------------------------------------------- */

/* Pushed by a PLC whose mode changes; the function is the new one. */
static void
mode_transition(struct s7_msg *m)
{
	switch (m->sub) {
	case 0: s7_state_event(m, "stopped", NULL); break;
	case 1: s7_state_event(m, "starting", "warm"); break;
	case 2: s7_state_event(m, "running", NULL); break;
	case 3: s7_state_event(m, "starting", "hot"); break;
	case 4: s7_state_event(m, "stopped", "hold"); break;
	case 6: s7_state_event(m, "starting", "cold"); break;
	default: break;
	}
}

static void
password(struct s7_msg *m)
{
	struct ev *e = dis_event(m->ctx, EV_AUTH, PROTO_S7COMM, m->dir);
	bool out = m->sub == 2;

	ev_name(e, EVF_ACTION,
	    m->error != 0 ? "fail"
	    : out         ? "logout"
			  : "login");
	ev_name(e, EVF_DETAIL, "password");
	dis_emit(m->ctx, e);
}

/*
 * The pieces of a list; true when *ret is all of it.  A piece that comes
 * without its first one is nobody's.
 */
static bool
whole_list(struct s7_msg *m, struct rd *ret, uint16_t *ret_id)
{
	struct s7_state *st = m->ctx->state;
	struct rd r = m->payload;
	bool more = m->last != 0;

	if (!st->open || st->seq != m->seq) {
		*ret_id = rd_be16(&r);
		rd_skip(&r, 2);
		*ret = r;
		st->open = more && rd_ok(&r);
		st->seq = m->seq;
		st->id = *ret_id;
		st->pieces = 0;
		if (!more) {
			return rd_ok(&r);
		}
	}
	*ret_id = st->id;
	if (!st->open || rd_left(&r) + st->pieces > PIECES_MAX) {
		st->open = false;
		return false;
	}
	st->open = more;
	st->pieces += (uint32_t)rd_left(&r);
	return m->ctx->sv->reassemble(m->ctx, &m->seq, sizeof(m->seq),
		   st->pieces - (uint32_t)rd_left(&r), r, !more, ret) == DIS_OK;
}

static void
more(struct s7_msg *m, uint8_t type)
{
	struct rd list;
	uint16_t id;

	if (m->cut || m->bad != NULL) {
		return;
	}
	if (m->group == MODE && type == PUSH) {
		mode_transition(m);
	} else if (m->group == SECURITY && type == RESPONSE) {
		password(m);
	} else if (m->group == CPU && m->sub == READ_SZL && type == RESPONSE &&
		   m->error == 0 && whole_list(m, &list, &id)) {
		s7_szl(m, id, list);
	}
}

/* --- the message ----------------------------------------------------------- */

/* Which list is asked for, or comes: a later piece does not say. */
static void
tell_szl(struct s7_msg *m, struct ev *e, uint8_t type)
{
	const struct s7_state *st = m->ctx->state;
	struct rd r = m->payload;
	unsigned id, index;

	if (m->group != CPU || m->sub != READ_SZL ||
	    (type == RESPONSE && st->open && st->seq == m->seq)) {
		return;
	}
	id = rd_be16(&r);
	index = rd_be16(&r);
	if (rd_ok(&r)) {
		ev_hexnum(e, S7F_SZL_ID, id, 2);
		ev_hexnum(e, S7F_SZL_INDEX, index, 2);
	}
}

void
s7_userdata(struct s7_msg *m)
{
	struct rd p = m->param, d = m->data;
	uint8_t length, type, result;
	bool plain;
	struct ev *e;

	plain = rd_be24(&p) == 0x000112;
	length = rd_u8(&p);
	/* Mode transitions have another head, and no such length. */
	p = plain ? rd_sub(&p, length) : rd_rest(&p);
	rd_skip(&p, 1);
	type = rd_u8(&p);
	m->group = type & 0x0f;
	type >>= 4;
	m->sub = rd_u8(&p);
	m->seq = rd_u8(&p);
	if (!rd_ok(&p)) {
		s7_bad(m, S7_BAD_PARAM, &m->param);
	}
	if (rd_left(&p) >= 4) {
		rd_skip(&p, 1);
		m->last = rd_u8(&p);
		m->error = rd_be16(&p);
	}
	result = rd_u8(&d);
	rd_skip(&d, 1);
	m->payload = rd_sub(&d, rd_be16(&d));
	if (!rd_ok(&d) && rd_left(&m->data) > 0) {
		s7_bad(m, S7_BAD_DATA, &m->data);
	}
	name_it(m, type);
	direct(m, type);
	m->status = s7_error_name(m->error);
	e = s7_start(m, (uint32_t)m->group << 8 | m->sub);
	ev_uint(e, S7F_ROSCTR, m->rosctr);
	ev_uint(e, S7F_REF, m->ref);
	ev_uint(e, S7F_GROUP, m->group);
	ev_uint(e, S7F_SUB, m->sub);
	ev_uint(e, S7F_SEQ, m->seq);
	if (m->error != 0) {
		ev_hexnum(e, S7F_ERROR, m->error, 2);
	}
	if (m->dir == EV_DIR_RESPONSE && rd_left(&m->payload) > 0) {
		ev_name(e, S7F_RESULT, s7_result_name(result));
	}
	tell_szl(m, e, type);
	s7_finish(m, e);
	more(m, type);
}

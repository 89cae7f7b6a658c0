/*
 * enip: the dissector itself: what is asked of it (dissector.h), and the way
 * of one encapsulation message from its bytes to its events.
 *
 * Covers EtherNet/IP encapsulation on TCP and UDP, on any port ([2] chapter
 * 2); what it carries is handed to cip.  Class 0 and 1 data has datagrams of
 * its own: cipio (cip/io.c).  DTLS and TLS (port 2221) are not decoded.
 *
 * A message gives one operation, then what follows from it, then at most one
 * malformed, then the lines of the CIP message inside.
 */
#include "dissectors/enip/enip.h"

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[ENF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(CMD, "cmd", EV_R_KEY, "2 2-3.2"),
    F(SESSION, "session", EV_R_NONE, "2 2-3.4"),
    F(STATUS, "enip_status", EV_R_KEY, "2 2-3.5"),
    F(CONTEXT, "context", EV_R_NONE, "2 2-3.6"),
    F(OPTIONS, "options", EV_R_NONE, "2 2-3.7"),
    F(VERSION, "version", EV_R_NONE, "2 2-4.4"),
    F(FLAGS, "flags", EV_R_NONE, "2 2-4.4"),
    F(INTERFACE, "interface", EV_R_NONE, "2 2-4.7"),
    F(TIMEOUT, "timeout", EV_R_NONE, "2 2-4.7"),
    F(ITEMS, "items", EV_R_NONE, "2 2-6"),
    F(TYPE, "type", EV_R_NONE, "2 2-6"),
    F(LENGTH, "length", EV_R_NONE, "2 2-6"),
    F(CONN, "conn", EV_R_NONE, "2 2-6.2"),
    F(SEQ, "eseq", EV_R_NONE, "2 2-6.2"),
    F(IP, "ip", EV_R_NONE, "2 2-6.3.3"),
    F(PORT, "port", EV_R_NONE, "2 2-6.3.3"),
    F(NAME, "name", EV_R_NONE, "2 2-4.6"),
    F(CAPABILITY, "capability", EV_R_NONE, "2 2-4.6"),
    F(DEVICE_STATE, "device_state", EV_R_NONE, "2 2-4.2"),
    F(DATA, "data", EV_R_NONE, "2 2-6"),
#undef F
};

static const struct ev_proto proto = {
    .name = "enip",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == ENF_END - EV_PROTO_BASE,
    "a field has no name");

/*
 * After damage only messages up to this length are taken for one: a longer one
 * is not waited for (net/stream.c), and what looks like its header would
 * swallow good ones.
 */
#define SEARCH_LEN_MAX 512

/* --- probe --------------------------------------------------------------- */

static enum dis_rc
enip_probe(struct rd in, const struct dis_probe *pr)
{
	bool strict = !pr->hinted || pr->searching;
	struct enip_header h = {0};
	size_t need = 0, len;
	enum dis_rc rc;

	rc = enip_find(in, strict, &h, &need);
	if (rc != DIS_OK) {
		return pr->transport == DIS_UDP ? DIS_NOT_MINE : rc;
	}
	len = ENIP_HEAD_LEN + (size_t)h.length;
	if (pr->searching && len > SEARCH_LEN_MAX) {
		return DIS_NOT_MINE;
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	/* A datagram of another port is filled by one message. */
	if (pr->transport == DIS_UDP && strict && len != rd_left(&in) &&
	    !pr->cut) {
		return DIS_NOT_MINE;
	}
	return DIS_OK;
}

/* --- finding the next message --------------------------------------------- */

static enum dis_rc
lost_track(struct dis_ctx *ctx, struct enip_state *st)
{
	if (!st->lost[ctx->side]) {
		st->lost[ctx->side] = true;
		dis_malformed(
		    ctx, PROTO_ENIP, EV_DIR_UNKNOWN, ENIP_BAD_HEADER, 0);
	}
	return DIS_BAD;
}

static enum dis_rc
next_datagram(struct dis_ctx *ctx, struct rd *in, struct enip_msg *m)
{
	struct rd head = *in;

	if (!enip_read_header(&head, &m->h) ||
	    (!enip_is_known(m->h.command) && !ctx->cut)) {
		if (ctx->cut && !rd_ok(&head)) {
			return DIS_MORE;
		}
		if (!ctx->confirmed && !ctx->hinted) {
			return DIS_NOT_MINE;
		}
		dis_malformed(ctx, PROTO_ENIP, EV_DIR_UNKNOWN,
		    rd_ok(&head) ? ENIP_BAD_COMMAND : ENIP_BAD_HEADER, 0);
		(void)rd_rest(in);
		return DIS_BAD;
	}
	m->len = ENIP_HEAD_LEN + (size_t)m->h.length;
	if (rd_left(in) < m->len) {
		if (ctx->cut) {
			m->cut = true;
			ctx->need = m->len;
		} else {
			enip_bad(m, ENIP_BAD_DATAGRAM, 2);
		}
	}
	return DIS_OK;
}

static enum dis_rc
next_message(struct dis_ctx *ctx, struct enip_state *st, struct rd *in,
    struct enip_msg *m)
{
	size_t need = 0;
	enum dis_rc rc;

	if (ctx->after_gap) {
		st->lost[ctx->side] = true;
	}
	if (ctx->transport == DIS_UDP) {
		return next_datagram(ctx, in, m);
	}
	rc = enip_find(*in, st->lost[ctx->side], &m->h, &need);
	if (rc == DIS_NOT_MINE) {
		return lost_track(ctx, st);
	}
	if (rc == DIS_OK) {
		m->len = ENIP_HEAD_LEN + (size_t)m->h.length;
		if (rd_left(in) < m->len) {
			need = m->len;
			rc = DIS_MORE;
			m->cut = ctx->cut && !st->lost[ctx->side];
		}
	}
	ctx->need = need;
	if (rc == DIS_MORE && !m->cut) {
		return DIS_MORE;
	}
	st->lost[ctx->side] = false;
	return DIS_OK;
}

/* --- direction and pairs --------------------------------------------------- */

static bool
is_request(const struct enip_msg *m)
{
	const struct dis_ctx *ctx = m->ctx;
	int reply;

	if (m->h.status != 0) {
		return false;
	}
	switch (m->h.command) {
	case ENIP_REGISTER: return m->h.session == 0;
	case ENIP_LIST_SERVICES:
	case ENIP_LIST_IDENTITY:
	case ENIP_LIST_INTERFACES: return m->h.length == 0;
	default: break;
	}
	reply = enip_says_reply(m);
	if (reply >= 0) {
		return reply == 0;
	}
	if (ctx->to_hint != ctx->from_hint) {
		return ctx->to_hint;
	}
	return ctx->client == DIS_SIDE_UNKNOWN || ctx->client == ctx->side;
}

/* Commands that are answered, whoever asks. */
static bool
is_answered(uint16_t command)
{
	return command != ENIP_NOP && command != ENIP_UNREGISTER &&
	       command != ENIP_SEND_UNIT;
}

static void
direct(struct enip_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	uint64_t key =
	    cip_mix_bytes(m->h.command, m->h.context, sizeof(m->h.context));

	m->request = is_request(m);
	if (m->h.command == ENIP_REGISTER || ctx->client == DIS_SIDE_UNKNOWN) {
		ctx->client = m->request ? ctx->side : !ctx->side;
		ctx->client_sure |= m->h.command == ENIP_REGISTER;
	}
	if (!is_answered(m->h.command)) {
		return;
	}
	if (m->request) {
		(void)ctx->sv->put(ctx, key, NULL, 0);
		return;
	}
	m->paired = ctx->sv->take(ctx, key, NULL, 0, &m->pair);
	if (m->paired) {
		dis_confirm(ctx);
	}
}

/* --- telling -------------------------------------------------------------- */

static enum ev_class
class_of(uint16_t command)
{
	switch (command) {
	case ENIP_LIST_TARGETS:
	case ENIP_LIST_SERVICES:
	case ENIP_LIST_IDENTITY:
	case ENIP_LIST_INTERFACES: return EV_CLASS_DISCOVERY;
	default:
		return enip_is_known(command) ? EV_CLASS_SESSION
					      : EV_CLASS_OTHER;
	}
}

static void
send_body(struct enip_msg *m, struct ev *e)
{
	uint32_t handle;
	uint16_t timeout;

	if (rd_left(&m->body) == 0 && m->h.status != 0) {
		return;
	}
	handle = rd_le32(&m->body);
	timeout = rd_le16(&m->body);
	if (!rd_ok(&m->body)) {
		enip_bad(m, ENIP_BAD_LENGTH, 2);
		return;
	}
	ev_uint(e, ENF_INTERFACE, handle);
	ev_uint(e, ENF_TIMEOUT, timeout);
	enip_tell_items(m, e);
	if (handle != 0) {
		enip_bad(m, ENIP_BAD_INTERFACE, ENIP_HEAD_LEN);
	}
	if (m->ctx->transport != DIS_TCP) {
		enip_bad(m, ENIP_BAD_TRANSPORT, 0);
	}
}

static void
tell_body(struct enip_msg *m, struct ev *e)
{
	size_t n;

	switch (m->h.command) {
	case ENIP_SEND_RR:
	case ENIP_SEND_UNIT: send_body(m, e); return;
	case ENIP_REGISTER: enip_register_body(m, e); break;
	case ENIP_LIST_SERVICES:
	case ENIP_LIST_IDENTITY:
	case ENIP_LIST_INTERFACES: enip_list_body(m, e); break;
	case ENIP_UNREGISTER:
		if (m->h.length != 0) {
			enip_bad(m, ENIP_BAD_LENGTH, 2);
		}
		break;
	default: break;
	}
	n = rd_left(&m->body);
	if (n != 0) {
		ev_bytes(e, ENF_DATA, EV_T_HEX, rd_bytes(&m->body, n), n);
	}
}

static void
tell(struct enip_msg *m)
{
	const char *name = enip_command_name(m->h.command);
	struct ev *e;

	direct(m);
	e = dis_operation(m->ctx, PROTO_ENIP, enip_dir(m),
	    name != NULL ? name : "unknown_command", m->h.command,
	    class_of(m->h.command));
	if (m->paired) {
		dis_paired(e, &m->pair);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	if (!m->request) {
		e->status = enip_status_name(m->h.status);
		if (e->status == NULL) {
			e->status = "unknown_status";
		}
	}
	ev_uint(e, ENF_CMD, m->h.command);
	ev_hexnum(e, ENF_SESSION, m->h.session, 4);
	ev_uint(e, ENF_STATUS, m->h.status);
	ev_bytes(e, ENF_CONTEXT, EV_T_HEX, m->start + ENIP_CONTEXT_AT,
	    sizeof(m->h.context));
	if (m->h.options != 0) {
		ev_uint(e, ENF_OPTIONS, m->h.options);
		enip_bad(m, ENIP_BAD_OPTIONS, 20);
	}
	tell_body(m, e);
	dis_emit(m->ctx, e);
}

static enum dis_rc
enip_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct enip_state *st = ctx->state;
	struct enip_msg m = {.ctx = ctx};
	enum dis_rc rc;

	m.start = in->p;
	rc = next_message(ctx, st, in, &m);
	if (rc != DIS_OK) {
		return rc;
	}
	m.body = rd_sub(in, rd_left(in) < m.len ? rd_left(in) : m.len);
	rd_skip(&m.body, ENIP_HEAD_LEN);
	m.rest = m.body;
	enip_read_items(&m);
	tell(&m);
	if (!m.cut) {
		enip_more_list(&m);
	}
	if (m.bad != NULL) {
		dis_malformed(ctx, PROTO_ENIP, enip_dir(&m), m.bad, m.bad_at);
	}
	enip_hand_on(&m);
	return m.bad != NULL ? DIS_BAD : DIS_OK;
}

const struct dissector dissector_enip = {
    .name = "enip",
    .proto = PROTO_ENIP,
    .state_size = sizeof(struct enip_state),
    .hints = {{DIS_TCP, 44818}, {DIS_UDP, 44818}, {DIS_TCP, 2222}},
    .probe = enip_probe,
    .parse = enip_parse,
    .fields = &proto,
};

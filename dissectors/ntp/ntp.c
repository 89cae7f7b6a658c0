/*
 * ntp: who asks whom for the time, and what servers say of themselves.
 *
 *	modes 1 to 5, RFC 5905, 7.3 (SNTP is the same)
 *	 0        1        2        3        4 ...      12     16 ...   48
 *	+--------+--------+--------+--------+----------+------+---------+
 *	|LI VN mo| stratum| poll   | precis.| root     | ref. | 4 times | more
 *	+--------+--------+--------+--------+----------+------+---------+
 *
 *	mode 6, control, RFC 9327, 2
 *	 0        1        2       4       6       8       10      12
 *	+--------+--------+-------+-------+-------+-------+-------+------+
 *	|LI VN 6 |R E M op| seq   | status| assoc | offset| count | data |
 *	+--------+--------+-------+-------+-------+-------+-------+------+
 *
 *	mode 7, private: the response bit, version, sequence, implementation,
 *	request code: named, not read (monlist is 20 and 42)
 *
 * Of stratum 1 the reference is four letters that name a clock, of others the
 * IPv4 address of who the server has its time from: topology.  Variables of
 * a control answer, name="value", are the server's system, hardware and
 * software.
 *
 * Left out: the times themselves, extension fields and authentication, answers
 * to control messages in several pieces (each is read as far as it goes).
 */
#include "dissectors/line.h"
#include "dissectors/names.h"
#include "dissectors/registry.h"

#define PORT         123
#define TIME_LEN     48
#define CONTROL_HEAD 12
#define PRIVATE_HEAD 8

/* Reasons of malformed events are an interface: rules name them. */
#define BAD_LENGTH  "length"  /* ends before its header, or its data      */
#define BAD_MODE    "mode"    /* 0 is none                                */
#define BAD_VERSION "version" /* not 1 to 4                               */

enum { ACTIVE = 1, PASSIVE, CLIENT, SERVER, BROADCAST, CONTROL, PRIVATE };

enum field {
	F_MODE = EV_PROTO_BASE,
	F_VERSION,
	F_LEAP,
	F_STRATUM,
	F_POLL,
	F_REFERENCE,
	F_SEQ,
	F_ASSOCIATION,
	F_IMPLEMENTATION,
	F_REQUEST,
	F_END
};

static const struct ev_field_info fields[] = {
    [F_MODE - EV_PROTO_BASE] = {"mode", EV_R_KEY, "7.3"},
    [F_VERSION - EV_PROTO_BASE] = {"version", EV_R_NONE, "7.3"},
    [F_LEAP - EV_PROTO_BASE] = {"leap", EV_R_NONE, "7.3"},
    [F_STRATUM - EV_PROTO_BASE] = {"stratum", EV_R_NONE, "7.3"},
    [F_POLL - EV_PROTO_BASE] = {"poll", EV_R_NONE, "7.3"},
    [F_REFERENCE - EV_PROTO_BASE] = {"reference", EV_R_NONE, "7.3"},
    [F_SEQ - EV_PROTO_BASE] = {"seq", EV_R_NONE, ""},
    [F_ASSOCIATION - EV_PROTO_BASE] = {"association", EV_R_NONE, ""},
    [F_IMPLEMENTATION - EV_PROTO_BASE] = {"implementation", EV_R_NONE, ""},
    [F_REQUEST - EV_PROTO_BASE] = {"request", EV_R_KEY, ""},
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == F_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "ntp",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
    .program = true,
};

static const struct name control_ops[] = {
    {1, "read_status"},
    {2, "read_variables"},
    {3, "write_variables"},
    {4, "read_clock"},
    {5, "write_clock"},
    {6, "set_trap"},
    {7, "trap"},
    {8, "configure"},
    {9, "save_configuration"},
    {10, "monitor_list"},
    {11, "ordered_list"},
    {12, "nonce"},
    {31, "unset_trap"},
};

struct msg {
	struct dis_ctx *ctx;
	uint8_t leap, version, mode;
	enum ev_dir dir;
	const char *op;
	enum ev_class cls;
	const char *bad;
	size_t bad_at;
};

static void
read_first(struct rd r, struct msg *ret)
{
	uint8_t first = rd_u8(&r);

	ret->leap = first >> 6;
	ret->version = first >> 3 & 7;
	ret->mode = first & 7;
}

static size_t
head_len(const struct msg *m)
{
	return m->mode == CONTROL   ? CONTROL_HEAD
	       : m->mode == PRIVATE ? PRIVATE_HEAD
				    : TIME_LEN;
}

/* A port of its own only: nothing in a message is beyond doubt. */
static enum dis_rc
ntp_probe(struct rd in, const struct dis_probe *pr)
{
	struct msg m = {0};

	read_first(in, &m);
	if (pr->transport != DIS_UDP || !pr->hinted || m.mode == 0 ||
	    m.version == 0 || m.version > 4 ||
	    (!pr->cut && rd_left(&in) < head_len(&m))) {
		return DIS_NOT_MINE;
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = rd_left(&in);
	}
	return DIS_OK;
}

/* --- time ------------------------------------------------------------------- */

static bool
is_letters(const uint8_t ref[4])
{
	size_t n = 0;

	while (n < 4 && ref[n] > 0x20 && ref[n] < 0x7f) {
		n++;
	}
	for (size_t i = n; i < 4; i++) {
		if (ref[i] != 0) {
			return false;
		}
	}
	return n > 0;
}

static size_t
letters(const uint8_t ref[4])
{
	size_t n = 0;

	while (n < 4 && ref[n] != 0) {
		n++;
	}
	return n;
}

static void
name_time(struct msg *m)
{
	static const char *const names[] = {"", "symmetric_active",
	    "symmetric_passive", "time", "time", "broadcast"};

	m->op = names[m->mode];
	m->cls = EV_CLASS_READ;
	m->dir = m->mode == CLIENT || m->mode == ACTIVE ? EV_DIR_REQUEST
		 : m->mode == BROADCAST                 ? EV_DIR_NOTIFY
							: EV_DIR_RESPONSE;
}

/* A request's own time comes back as the answer's origin: 8. */
static bool
pair(struct msg *m, struct rd r, struct dis_pair *ret)
{
	const struct dis_services *sv = m->ctx->sv;
	uint64_t origin;

	rd_skip(&r, 24);
	origin = rd_be64(&r);
	if (m->dir == EV_DIR_RESPONSE) {
		return sv->take(m->ctx, origin, NULL, 0, ret);
	}
	if (m->dir == EV_DIR_REQUEST && !m->ctx->dup) {
		rd_skip(&r, 8);
		(void)sv->put(m->ctx, rd_be64(&r), NULL, 0);
	}
	return false;
}

/* Who has time from where; stratum 1 has it from a clock. */
static void
upstream(const struct msg *m, uint8_t stratum, const uint8_t ref[4])
{
	char text[EV_IP_TEXT];
	struct ev_ip ip = {0};
	size_t n;

	if (stratum == 1 && is_letters(ref)) {
		dis_topology(m->ctx, PROTO_NTP, m->ctx->src, "time_source",
		    (const char *)ref, letters(ref));
	} else if (stratum > 1 && stratum < 16 && ref[0] != 0 &&
		   m->ctx->src->ipver == 4) {
		memcpy(ip.a, ref, 4);
		n = ev_ip_text(text, 4, &ip);
		dis_topology(
		    m->ctx, PROTO_NTP, m->ctx->src, "time_source", text, n);
	}
}

static void
tell_time(struct msg *m, struct rd r)
{
	struct rd head = r;
	uint8_t stratum, poll, ref[4];
	struct dis_pair request;
	bool paired, good = m->bad == NULL && !m->ctx->cut;
	struct ev *e;

	rd_skip(&head, 1);
	stratum = rd_u8(&head);
	poll = rd_u8(&head);
	rd_skip(&head, 9);
	rd_copy(&head, ref, sizeof(ref));
	paired = good && pair(m, r, &request);
	e = dis_operation(m->ctx, PROTO_NTP, m->dir, m->op, m->mode, m->cls);
	if (m->dir == EV_DIR_RESPONSE && good) {
		e->status = stratum == 0 ? "kiss_of_death" : "ok";
	}
	if (paired) {
		dis_paired(e, &request);
		dis_confirm(m->ctx);
	}
	if (m->ctx->cut) {
		e->flags |= EV_CUT;
	}
	ev_uint(e, F_MODE, m->mode);
	ev_uint(e, F_VERSION, m->version);
	ev_uint(e, F_LEAP, m->leap);
	if (rd_ok(&head)) {
		ev_uint(e, F_STRATUM, stratum);
		ev_int(e, F_POLL, (int8_t)poll);
		if (stratum <= 1 && is_letters(ref)) {
			ev_bytes(e, F_REFERENCE, EV_T_TEXT, ref, letters(ref));
		} else if (stratum > 1) {
			ev_bytes(e, F_REFERENCE, EV_T_IP, ref, sizeof(ref));
		}
	}
	dis_emit(m->ctx, e);
	if (good && m->mode != CLIENT) {
		upstream(m, stratum, ref);
	}
}

/* --- control ------------------------------------------------------------------ */

static const struct {
	const char *name, *key;
} variables[] = {
    {"processor", "hardware"},
    {"system", "os"},
    {"version", "software"},
};

static struct rd
up_to(struct rd *r, const char *ends)
{
	const uint8_t *from = r->p;

	while (rd_left(r) > 0 && strchr(ends, *r->p) == NULL) {
		rd_skip(r, 1);
	}
	return rd_make(from, (size_t)(r->p - from));
}

/* name="value" or name=value; commas and line ends between them.  False at
 * the end, and where a value's end is in another piece. */
static bool
next_variable(struct rd *r, struct rd *ret_name, struct rd *ret_value)
{
	bool quoted;

	while (rd_left(r) > 0 && (*r->p <= ' ' || *r->p == ',')) {
		rd_skip(r, 1);
	}
	*ret_name = up_to(r, "=,");
	*ret_value = rd_make(r->p, 0);
	if (rd_left(r) == 0 || *r->p == ',') {
		return rd_left(ret_name) > 0;
	}
	rd_skip(r, 1);
	quoted = rd_left(r) > 0 && *r->p == '"';
	if (quoted) {
		rd_skip(r, 1);
	}
	*ret_value = up_to(r, quoted ? "\"" : ",");
	if (!quoted) {
		return true;
	}
	if (rd_left(r) == 0) {
		return false;
	}
	rd_skip(r, 1);
	return true;
}

static void
tell_variables(const struct msg *m, struct rd data)
{
	struct rd name, value;

	while (next_variable(&data, &name, &value)) {
		for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]);
		     i++) {
			if (line_is(&name, variables[i].name) &&
			    rd_left(&value) > 0 &&
			    !line_is(&value, "unknown")) {
				dis_identity(m->ctx, PROTO_NTP, m->ctx->src,
				    variables[i].key, EV_T_TEXT, value.p,
				    rd_left(&value), m->op);
			}
		}
	}
}

static void
name_control(struct msg *m, uint8_t flags)
{
	uint8_t op = flags & 0x1f;

	m->op = NAME_OF(control_ops, op);
	m->op = m->op != NULL ? m->op : "unknown";
	m->cls = op == 3 || op == 5 || op == 8 ? EV_CLASS_CONFIG
					       : EV_CLASS_DIAGNOSTIC;
	m->dir = op == 7        ? EV_DIR_NOTIFY
		 : flags & 0x80 ? EV_DIR_RESPONSE
				: EV_DIR_REQUEST;
}

struct control {
	uint8_t flags;
	uint16_t seq, association, offset;
	struct rd data;
};

static void
read_control(struct msg *m, struct rd r, struct control *ret)
{
	uint16_t count;

	rd_skip(&r, 1);
	ret->flags = rd_u8(&r);
	ret->seq = rd_be16(&r);
	rd_skip(&r, 2);
	ret->association = rd_be16(&r);
	ret->offset = rd_be16(&r);
	count = rd_be16(&r);
	ret->data = rd_sub(&r, count);
	name_control(m, ret->flags);
}

/* Of an association they are another's. */
static bool
has_variables(const struct msg *m, const struct control *c)
{
	return m->bad == NULL && !m->ctx->cut && !(c->flags & 0x40) &&
	       m->dir == EV_DIR_RESPONSE && (c->flags & 0x1f) == 2 &&
	       c->association == 0;
}

static void
tell_control(struct msg *m, struct rd r)
{
	struct dis_ctx *ctx = m->ctx;
	struct control c;
	struct dis_pair request;
	bool paired;
	struct ev *e;

	read_control(m, r, &c);
	if (!rd_ok(&c.data) && !ctx->cut) {
		m->bad = BAD_LENGTH;
		m->bad_at = CONTROL_HEAD - 2;
	}
	paired = m->dir == EV_DIR_RESPONSE && c.offset == 0 &&
		 ctx->sv->take(ctx, c.seq, NULL, 0, &request);
	if (m->dir == EV_DIR_REQUEST && !ctx->dup) {
		(void)ctx->sv->put(ctx, c.seq, NULL, 0);
	}
	e = dis_operation(ctx, PROTO_NTP, m->dir, m->op, m->mode, m->cls);
	if (m->dir == EV_DIR_RESPONSE && !ctx->cut) {
		e->status = c.flags & 0x40 ? "error" : "ok";
	}
	if (paired) {
		dis_paired(e, &request);
		dis_confirm(ctx);
	}
	e->flags |= ctx->cut ? EV_CUT : 0;
	ev_uint(e, F_MODE, m->mode);
	ev_uint(e, F_VERSION, m->version);
	ev_uint(e, F_SEQ, c.seq);
	ev_uint(e, F_ASSOCIATION, c.association);
	dis_emit(ctx, e);
	if (has_variables(m, &c)) {
		tell_variables(m, c.data);
	}
}

static void
tell_private(struct msg *m, struct rd r)
{
	bool response = rd_u8(&r) & 0x80;
	uint8_t implementation, request;
	struct ev *e;

	rd_skip(&r, 1);
	implementation = rd_u8(&r);
	request = rd_u8(&r);
	m->dir = response ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	m->op = request == 20 || request == 42 ? "monlist" : "private";
	e = dis_operation(
	    m->ctx, PROTO_NTP, m->dir, m->op, m->mode, EV_CLASS_DIAGNOSTIC);
	if (m->ctx->cut) {
		e->flags |= EV_CUT;
	}
	ev_uint(e, F_MODE, m->mode);
	ev_uint(e, F_IMPLEMENTATION, implementation);
	ev_uint(e, F_REQUEST, request);
	dis_emit(m->ctx, e);
}

/* --- a message ---------------------------------------------------------------- */

static void
tell_unknown(struct msg *m)
{
	m->dir = EV_DIR_UNKNOWN;
	dis_emit(m->ctx, dis_operation(m->ctx, PROTO_NTP, m->dir, "unknown",
			     m->mode, EV_CLASS_OTHER));
}

static void
direct(struct msg *m, struct rd r)
{
	struct dis_ctx *ctx = m->ctx;
	bool answer =
	    m->mode == SERVER || m->mode == PASSIVE || m->mode == BROADCAST;

	rd_skip(&r, m->mode == CONTROL ? 1 : 0);
	if (m->mode == CONTROL || m->mode == PRIVATE) {
		answer = rd_u8(&r) & 0x80;
	}
	ctx->client = answer ? !ctx->side : ctx->side;
	ctx->client_sure = m->bad == NULL;
}

static enum dis_rc
ntp_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct msg m = {.ctx = ctx};
	struct rd r = *in;

	read_first(r, &m);
	if (ctx->cut && rd_left(&r) < head_len(&m)) {
		return DIS_MORE;
	}
	(void)rd_rest(in);
	if (m.version == 0 || m.version > 4) {
		m.bad = BAD_VERSION;
	} else if (m.mode == 0) {
		m.bad = BAD_MODE;
	} else if (rd_left(&r) < head_len(&m)) {
		m.bad = BAD_LENGTH;
		m.bad_at = rd_left(&r);
	}
	direct(&m, r);
	if (m.bad != NULL) {
		tell_unknown(&m);
	} else if (m.mode == CONTROL) {
		tell_control(&m, r);
	} else if (m.mode == PRIVATE) {
		tell_private(&m, r);
	} else {
		name_time(&m);
		tell_time(&m, r);
	}
	if (m.bad != NULL) {
		dis_malformed(ctx, PROTO_NTP, m.dir, m.bad, m.bad_at);
		return DIS_BAD;
	}
	return DIS_OK;
}

extern const struct dissector dissector_ntp;

const struct dissector dissector_ntp = {
    .name = "ntp",
    .proto = PROTO_NTP,
    .hints = {{DIS_UDP, PORT}},
    .probe = ntp_probe,
    .parse = ntp_parse,
    .fields = &proto,
};

/*
 * ethercat: the frame, and the datagrams in it; [1] 5.
 *
 *	 0                  2
 *	+------------------+------------+------------+-----
 *	| length (11), type| datagram   | datagram   | ...
 *	+------------------+------------+------------+-----
 *	type  1 datagrams, 4 network variables, 5 a mailbox (gateway)
 *
 *	 0     1     2         6           8     10       10+n   12+n
 *	+-----+-----+---------+-----------+-----+--------+------+
 *	| cmd | idx | address | length, M | irq | data n | WKC  |
 *	+-----+-----+---------+-----------+-----+--------+------+
 *	address  position or station (2) and register (2), or logical (4)
 *	M        80 another one follows, 40 it has been all around
 *	WKC      each slave that did something has counted there
 *
 * All is little-endian.  A frame goes out to all slaves, each of which reads
 * and writes as it passes, and comes back to the master as their answer: the
 * same frame with other data, counted by WKC, and its sender's address marked
 * by the first slave.  net hands over what came back as the other direction
 * (net/ring.h); where it could not, WKC tells.
 *
 * Each datagram is an operation, out and back, paired by command, index, its
 * number in the frame, and address.  A slave is behind the end that is not the
 * master (`slave 1001`, `position 3`); what it says of itself is told of the
 * slave behind the master, which is all that has an address of its own.
 *
 * Cyclic data are datagrams as all others are: they repeat, and are counted;
 * what is in them is known to the configuration alone.
 *
 * Left out: what process data mean (and so FSoE in them), the content of EoE,
 * AoE and VoE, values of SDOs in segments, the SII's names and categories,
 * what clocks and memory mapping are set to, EtherCAT over TCP (gateway).
 */
#include <stdio.h>
#include <string.h>

#include "dissectors/ethercat/ethercat.h"

#define ETHERTYPE 0x88a4
#define PORT      34980

#define HEAD   2
#define LENGTH 0x07ff
#define CIRCLE 0x4000
#define MORE   0x8000

enum { DATAGRAMS = 1, ADS = 2, RAW = 3, VARIABLES = 4, MAILBOX = 5 };

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[ECF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(CMD, "cmd", EV_R_KEY, "1 5.4.1"),
    F(IDX, "idx", EV_R_NONE, "1 5.4.1"),
    F(ADDR, "addr", EV_R_ADDR, "1 6"),
    F(LENGTH, "length", EV_R_QTY, "1 5.4.1"),
    F(REGISTER, "register", EV_R_NONE, "1 6"),
    F(LOGICAL, "logical", EV_R_KEY, "1 5.4.4"),
    F(WKC, "wkc", EV_R_NONE, "1 5.4.1"),
    F(CIRCULATING, "circulating", EV_R_NONE, "1 5.4.1"),
    F(ADDRESS, "address", EV_R_KEY, "1 6.1.3"),
    F(AL_STATE, "al_state", EV_R_KEY, "2 5.3.1"),
    F(AL_ERROR, "al_error", EV_R_NONE, "2 5.3.1"),
    F(AL_CODE, "al_code", EV_R_NONE, "2 5.3.2"),
    F(WORD, "word", EV_R_KEY, "1 6.4"),
    F(VALUE, "value", EV_R_VALUES, "2 5.6.2"),
    F(DATA, "data", EV_R_NONE, "2 5.6.2"),
    F(SLAVES, "slaves", EV_R_NONE, "1 5.4.3"),
    F(MAILBOX, "mailbox", EV_R_KEY, "2 5.6.1"),
    F(INDEX, "index", EV_R_KEY, "2 5.6.2"),
    F(SUBINDEX, "subindex", EV_R_KEY, "2 5.6.2"),
    F(COMPLETE, "complete", EV_R_NONE, "2 5.6.2"),
    F(SIZE, "size", EV_R_NONE, "2 5.6.2"),
    F(ABORT, "abort", EV_R_NONE, "4 7.2.4"),
    F(ERROR, "error", EV_R_KEY, "2 5.6"),
    F(FILE, "file", EV_R_KEY, "2 5.8"),
    F(PASSWORD, "password", EV_R_NONE, "2 5.8"),
    F(PACKET, "packet", EV_R_NONE, "2 5.8"),
    F(TEXT, "text", EV_R_NONE, "2 5.8"),
    F(IDN, "idn", EV_R_KEY, "2 5.9"),
    F(DRIVE, "drive", EV_R_KEY, "2 5.9"),
    F(INFO, "info", EV_R_KEY, "2 5.6.3"),
    F(VENDOR, "vendor", EV_R_KEY, "2 5.10"),
    F(PUBLISHER, "publisher", EV_R_KEY, "1 5.5"),
    F(VARIABLES, "variables", EV_R_NONE, "1 5.5"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == ECF_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "ethercat",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

void
ec_bad(struct ec_msg *m, const char *reason, size_t at)
{
	if (m->bad == NULL && reason != NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at;
	}
}

static struct ev *
start(struct ec_msg *m, uint32_t code)
{
	struct ev *e =
	    dis_operation(m->ctx, PROTO_ETHERCAT, m->dir, m->op, code, m->cls);

	e->status = m->dir == EV_DIR_RESPONSE && !m->partial ? m->status : NULL;
	if (m->paired && m->dir == EV_DIR_RESPONSE && !m->partial) {
		dis_paired(e, &m->pair);
	}
	if (m->cut && m->partial) {
		e->flags |= EV_CUT;
	}
	return e;
}

/* --- one datagram -------------------------------------------------------------- */

static const struct {
	uint8_t to;
	bool reads, writes;
} commands[EC_COMMANDS] = {
    [EC_NOP] = {EC_TO_NOBODY, false, false},
    [EC_APRD] = {EC_TO_POSITION, true, false},
    [EC_APWR] = {EC_TO_POSITION, false, true},
    [EC_APRW] = {EC_TO_POSITION, true, true},
    [EC_FPRD] = {EC_TO_STATION, true, false},
    [EC_FPWR] = {EC_TO_STATION, false, true},
    [EC_FPRW] = {EC_TO_STATION, true, true},
    [EC_BRD] = {EC_TO_ALL, true, false},
    [EC_BWR] = {EC_TO_ALL, false, true},
    [EC_BRW] = {EC_TO_ALL, true, true},
    [EC_LRD] = {EC_TO_LOGICAL, true, false},
    [EC_LWR] = {EC_TO_LOGICAL, false, true},
    [EC_LRW] = {EC_TO_LOGICAL, true, true},
    /* One slave is read, and all behind it are written. */
    [EC_ARMW] = {EC_TO_POSITION, true, true},
    [EC_FRMW] = {EC_TO_STATION, true, true},
};

enum part { WHOLE, PARTIAL, NOTHING };

/* The next datagram; PARTIAL has no data and no WKC. */
static enum part
next(const struct ec_msg *m, struct rd *r, struct ec_datagram *d)
{
	uint16_t n;

	*d = (struct ec_datagram){.at = (size_t)(r->p - m->start)};
	d->cmd = rd_u8(r);
	d->idx = rd_u8(r);
	d->adp = rd_le16(r);
	d->ado = rd_le16(r);
	d->logical = (uint32_t)d->ado << 16 | d->adp;
	n = rd_le16(r);
	rd_skip(r, 2);
	if (!rd_ok(r)) {
		return NOTHING;
	}
	d->circulating = n & CIRCLE;
	d->more = n & MORE;
	d->data_at = d->at + 10;
	d->data = rd_sub(r, n & LENGTH);
	d->wkc = rd_le16(r);
	if (d->cmd < EC_COMMANDS) {
		d->to = commands[d->cmd].to;
		d->reads = commands[d->cmd].reads;
		d->writes = commands[d->cmd].writes;
	}
	if (!rd_ok(r)) {
		d->data = rd_make(NULL, 0);
		d->wkc = 0;
		return PARTIAL;
	}
	return WHOLE;
}

static void
name_it(struct ec_msg *m)
{
	switch (m->d.cmd) {
	case EC_NOP:
		m->op = "nop";
		m->cls = EV_CLASS_OTHER;
		break;
	case EC_LRD:
		m->op = "read_process_data";
		m->cls = EV_CLASS_READ;
		break;
	case EC_LWR:
		m->op = "write_process_data";
		m->cls = EV_CLASS_CONTROL;
		break;
	case EC_LRW:
		m->op = "exchange_process_data";
		m->cls = EV_CLASS_CONTROL;
		break;
	default:
		if (m->d.cmd < EC_COMMANDS) {
			ec_name_registers(m);
		} else {
			m->op = "unknown_command";
			m->cls = EV_CLASS_OTHER;
		}
		break;
	}
}

static bool
is_memory(const struct ec_datagram *d)
{
	return (d->to == EC_TO_POSITION || d->to == EC_TO_STATION) &&
	       d->ado >= EC_MEMORY;
}

static uint64_t
key_of(const struct ec_datagram *d)
{
	uint32_t at = d->to == EC_TO_LOGICAL ? d->logical : d->ado;

	return (uint64_t)at << 24 | (uint32_t)d->nth << 16 |
	       (uint32_t)d->idx << 8 | d->cmd;
}

static void
tell_datagram(struct ec_msg *m)
{
	const struct ec_datagram *d = &m->d;
	const char *name = ec_command_name(d->cmd);
	struct ev *e = start(m, d->cmd);

	if (name != NULL) {
		ev_name(e, ECF_CMD, name);
	}
	ev_uint(e, ECF_IDX, d->idx);
	if (d->to == EC_TO_LOGICAL) {
		ev_hexnum(e, ECF_LOGICAL, d->logical, 4);
	} else if (d->to != EC_TO_NOBODY) {
		ev_uint(e, ECF_ADDR, d->ado);
		ev_name(e, ECF_REGISTER, ec_register(d->ado)->name);
	}
	if (!m->partial) {
		ev_uint(e, ECF_LENGTH, rd_left(&d->data));
	}
	if (m->back && !m->partial) {
		ev_uint(e, ECF_WKC, d->wkc);
	}
	if (d->circulating) {
		ev_bool(e, ECF_CIRCULATING, true);
	}
	if (m->box.there) {
		ec_tell_mailbox(m, e);
	} else if (d->to != EC_TO_LOGICAL && !m->partial) {
		ec_tell_registers(m, e);
	}
	dis_emit(m->ctx, e);
}

static void
keep_file(struct ec_msg *m, struct ec_wait *w)
{
	size_t n = rd_left(&m->box.value);

	if (strcmp(m->op, "foe_read") == 0 || strcmp(m->op, "foe_write") == 0) {
		w->file_n = (uint8_t)(n < EC_FILE_MAX ? n : EC_FILE_MAX);
		memcpy(w->file, m->box.value.p, w->file_n);
	}
}

static void
await_mailbox(struct ec_msg *m, struct ec_wait *w)
{
	if (m->box.there && m->box.request && m->box.key != 0) {
		keep_file(m, w);
		(void)m->ctx->sv->put(m->ctx, m->box.key, w, sizeof(*w));
	}
}

static void
goes_out(struct ec_msg *m)
{
	struct ec_wait w;

	memset(&w, 0, sizeof(w));
	if (!m->partial) {
		if (m->d.writes && is_memory(&m->d)) {
			(void)ec_read_mailbox(m, m->d.data, m->d.data_at);
		}
		w.op = m->op;
		w.cls = (uint8_t)m->cls;
		w.mailbox = m->box.there;
		w.adp = m->d.adp;
		(void)m->ctx->sv->put(m->ctx, key_of(&m->d), &w, sizeof(w));
		await_mailbox(m, &w);
	}
	tell_datagram(m);
}

/* What a mailbox answers was asked by another datagram. */
static void
pair_mailbox(struct ec_msg *m)
{
	struct dis_pair pair;
	struct ec_wait w;

	if (!m->box.there || !m->box.reply || m->box.key == 0 ||
	    !m->ctx->sv->take(m->ctx, m->box.key, &w, sizeof(w), &pair)) {
		return;
	}
	m->paired = true;
	m->pair = pair;
	m->cls = (enum ev_class)w.cls;
	if (strcmp(m->op, "sdo_abort") == 0) {
		m->op = w.op;
	}
	w.adp = m->wait.adp;
	m->wait = w;
}

static const char *
status_of(const struct ec_msg *m)
{
	const struct ec_datagram *d = &m->d;

	if (m->box.there && m->box.abort != 0) {
		return m->box.type == 3 ? ec_abort_name(m->box.abort) : "error";
	}
	if (d->wkc != 0 || d->cmd == EC_NOP || m->gateway) {
		return "ok";
	}
	/* A mailbox in which nothing is counts for nothing. */
	return d->reads && is_memory(d) ? NULL : "not_processed";
}

static void
name_answer(struct ec_msg *m)
{
	const struct ec_datagram *d = &m->d;
	bool mailbox = m->paired && m->wait.mailbox;

	if (m->paired) {
		m->op = m->wait.op;
		m->cls = (enum ev_class)m->wait.cls;
	}
	if (is_memory(d) && d->reads && d->wkc != 0) {
		(void)ec_read_mailbox(m, d->data, d->data_at);
		pair_mailbox(m);
	} else if (is_memory(d) && d->writes && !m->paired) {
		mailbox = ec_read_mailbox(m, d->data, d->data_at);
		m->box.there = false;
	}
	if (mailbox) {
		m->op = "mailbox_sent";
	}
}

static void
comes_back(struct ec_msg *m)
{
	bool good;

	if (m->partial) {
		tell_datagram(m);
		return;
	}
	m->paired = m->ctx->sv->take(
	    m->ctx, key_of(&m->d), &m->wait, sizeof(m->wait), &m->pair);
	ec_find_slave(m, false);
	ec_sub(m, &m->ctx->src->sub);
	name_answer(m);
	m->status = status_of(m);
	if (m->paired) {
		dis_confirm(m->ctx);
	}
	good = m->paired && (m->status == NULL || strcmp(m->status, "ok") == 0);
	if (!good || !dis_answered(m->ctx, PROTO_ETHERCAT, &m->pair)) {
		tell_datagram(m);
	}
}

static void
one(struct ec_msg *m)
{
	struct ev_sub *sub = m->back ? &m->ctx->src->sub : &m->ctx->dst->sub;

	m->box.there = m->paired = false;
	m->status = NULL;
	m->ctx->src->sub.kind = m->ctx->dst->sub.kind = EV_SUB_NONE;
	name_it(m);
	ec_find_slave(m, false);
	ec_sub(m, sub);
	if (m->back) {
		comes_back(m);
	} else {
		goes_out(m);
	}
	if (m->partial || m->d.cmd >= EC_COMMANDS) {
		return;
	}
	if (m->box.there) {
		ec_mailbox_facts(m);
	} else {
		ec_register_facts(m);
	}
}

/* --- all of them ---------------------------------------------------------------- */

/* Whether slaves have counted; and whether the frame is what it says. */
static bool
survey(const struct ec_msg *m, struct rd r, bool *ret_whole)
{
	struct ec_datagram d = {.more = true};
	bool counted = false;

	*ret_whole = true;
	while (rd_left(&r) > 0) {
		*ret_whole &= d.more;
		if (next(m, &r, &d) != WHOLE) {
			*ret_whole = false;
			break;
		}
		counted |= d.wkc != 0;
		*ret_whole &= d.cmd < EC_COMMANDS;
	}
	*ret_whole &= !d.more;
	return counted;
}

static void
direct(struct ec_msg *m, struct rd r)
{
	struct dis_ctx *ctx = m->ctx;
	bool whole;

	m->back = survey(m, r, &whole) ||
		  (ctx->client_sure && ctx->client != ctx->side);
	m->dir = m->back ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	if (!ctx->client_sure) {
		ctx->client = m->back ? !ctx->side : ctx->side;
		ctx->client_sure = true;
	}
	m->turned = ctx->client != ctx->side;
	if (whole && ctx->transport == DIS_ETHER) {
		dis_confirm(ctx);
	}
}

static void
tell_empty(struct ec_msg *m, const char *op, uint32_t code)
{
	m->op = op;
	m->cls = EV_CLASS_OTHER;
	dis_emit(m->ctx, start(m, code));
}

/* What is not whole says no more than that it was there. */
static enum part
take_one(struct ec_msg *m, struct rd *r, uint8_t nth)
{
	size_t at = (size_t)(r->p - m->start);
	enum part part = next(m, r, &m->d);

	m->d.nth = nth;
	m->partial = part != WHOLE;
	if (part != NOTHING || nth == 0) {
		one(m);
	}
	if (part != WHOLE) {
		ec_bad(m, EC_BAD_DATAGRAM, at);
	} else if (m->d.cmd >= EC_COMMANDS) {
		ec_bad(m, EC_BAD_COMMAND, at);
	}
	return part;
}

static void
datagrams(struct ec_msg *m, struct rd r)
{
	enum part part = WHOLE;

	direct(m, r);
	m->d.more = true;
	if (rd_left(&r) == 0) {
		tell_empty(m, "no_datagram", DATAGRAMS);
	}
	for (uint8_t nth = 0; rd_left(&r) > 0 && part == WHOLE && m->d.more;
	     nth++) {
		part = take_one(m, &r, nth);
	}
	if (part == WHOLE && m->d.more != (rd_left(&r) > 0)) {
		ec_bad(m, EC_BAD_MORE, (size_t)(r.p - m->start));
	}
	ec_release(m);
}

/* --- the other kinds of frames ---------------------------------------------------- */

/*
 * Network variables: publisher (6) | count (2) | cycle (2) | 0 (2), then for
 * each: id (2) | hash (2) | length (2) | quality (2) | data; [1] 5.5
 */
static void
variables(struct ec_msg *m, struct rd r)
{
	const uint8_t *id = rd_bytes(&r, 6);
	uint16_t count = rd_le16(&r);
	char text[24];
	struct ev *e;

	rd_skip(&r, 4);
	m->op = "publish";
	m->cls = EV_CLASS_REPORT;
	m->dir = EV_DIR_NOTIFY;
	e = start(m, VARIABLES);
	if (rd_ok(&r)) {
		int n = snprintf(text, sizeof(text), "%u.%u.%u.%u.%u.%u", id[0],
		    id[1], id[2], id[3], id[4], id[5]);

		ev_bytes(e, ECF_PUBLISHER, EV_T_TEXT, text, (size_t)n);
		ev_uint(e, ECF_VARIABLES, count);
	}
	dis_emit(m->ctx, e);
	for (uint16_t i = 0; i < count && rd_ok(&r); i++) {
		rd_skip(&r, 4);
		uint16_t n = rd_le16(&r);
		rd_skip(&r, 2u + n);
	}
	if (!rd_ok(&r)) {
		ec_bad(m, EC_BAD_VARIABLE, HEAD);
	}
}

/* Both ends are stations of a network, and the gateway has the port; [3] */
static void
gateway(struct ec_msg *m, struct rd r)
{
	struct dis_ctx *ctx = m->ctx;
	struct ec_wait w;
	struct ev *e;

	m->gateway = true;
	m->back = ctx->client_sure ? ctx->client != ctx->side
				   : ctx->from_hint && !ctx->to_hint;
	ctx->client = m->back ? !ctx->side : ctx->side;
	m->op = "mailbox";
	m->cls = EV_CLASS_OTHER;
	memset(&w, 0, sizeof(w));
	if (!m->partial && ec_read_mailbox(m, r, HEAD)) {
		ec_sub(m, m->back ? &ctx->src->sub : &ctx->dst->sub);
	}
	m->dir = m->back ? (m->box.reply ? EV_DIR_RESPONSE : EV_DIR_NOTIFY)
			 : EV_DIR_REQUEST;
	m->status = status_of(m);
	if (m->back) {
		pair_mailbox(m);
	} else if (m->box.there) {
		w.op = m->op;
		w.cls = (uint8_t)m->cls;
		await_mailbox(m, &w);
	}
	if (m->paired) {
		ctx->client_sure = true;
		dis_confirm(ctx);
	}
	e = start(m, m->box.there ? m->box.type : MAILBOX);
	if (m->box.there) {
		ec_tell_mailbox(m, e);
	}
	dis_emit(ctx, e);
	if (m->box.there) {
		ec_mailbox_facts(m);
	}
}

/* --- the frame --------------------------------------------------------------------- */

static bool
is_type(unsigned type)
{
	return type >= DATAGRAMS && type <= MAILBOX;
}

static enum dis_rc
ethercat_probe(struct rd in, const struct dis_probe *pr)
{
	uint16_t head = rd_le16(&in);

	if ((pr->transport != DIS_ETHER && pr->transport != DIS_UDP) ||
	    !pr->hinted || !rd_ok(&in) || !is_type(head >> 12)) {
		return DIS_NOT_MINE;
	}
	/* A port is no more than a hint. */
	if (pr->transport == DIS_UDP && !pr->cut &&
	    rd_left(&in) < (head & LENGTH)) {
		return DIS_NOT_MINE;
	}
	return DIS_OK;
}

static void
frame(struct ec_msg *m, unsigned type, struct rd body)
{
	switch (type) {
	case DATAGRAMS: datagrams(m, body); break;
	case VARIABLES: variables(m, body); break;
	case MAILBOX: gateway(m, body); break;
	default:
		m->dir = EV_DIR_NOTIFY;
		tell_empty(m,
		    type == ADS   ? "ads"
		    : type == RAW ? "raw_io"
				  : "unknown_frame",
		    type);
		break;
	}
}

static enum dis_rc
ethercat_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct ec_msg m = {.ctx = ctx,
	    .st = ctx->state,
	    .start = in->p,
	    .slave = EC_NO_SLAVE,
	    .dir = EV_DIR_UNKNOWN};
	struct rd r = *in;
	uint16_t head = rd_le16(&r);
	size_t n = head & LENGTH;

	if (rd_ok(&r) && !is_type(head >> 12) && !ctx->confirmed) {
		return DIS_NOT_MINE;
	}
	m.cut = m.partial = ctx->cut && (!rd_ok(&r) || rd_left(&r) < n);
	if (m.cut && rd_left(&r) < 10) {
		ctx->need = rd_ok(&r) ? HEAD + n : HEAD;
		return DIS_MORE;
	}
	if (rd_left(&r) < n) {
		ctx->need = HEAD + n;
		ec_bad(&m, EC_BAD_LENGTH, 0);
		n = rd_left(&r);
	}
	if (!rd_ok(&r)) {
		ec_bad(&m, EC_BAD_LENGTH, 0);
	} else if (!is_type(head >> 12)) {
		ec_bad(&m, EC_BAD_TYPE, 0);
	}
	frame(&m, head >> 12, rd_sub(&r, n));
	/* What is left is the frame's padding. */
	(void)rd_rest(in);
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_ETHERCAT, m.dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_ethercat;

const struct dissector dissector_ethercat = {
    .name = "ethercat",
    .proto = PROTO_ETHERCAT,
    .state_size = sizeof(struct ec_state),
    .hints = {{DIS_ETHER, ETHERTYPE}, {DIS_UDP, PORT}},
    .probe = ethercat_probe,
    .parse = ethercat_parse,
    .fields = &proto,
};

/*
 * dcp: the Discovery and basic Configuration Protocol; [1] 4.3.
 *
 *	 0         2         3      4     8            10       12
 *	+---------+---------+------+-----+------------+--------+-----------+
 *	| FrameID | service | type | Xid | delay or 0 | length | blocks    |
 *	+---------+---------+------+-----+------------+--------+-----------+
 *
 *	block     option | suboption | length (2) | info (2) | value | pad
 *
 * Info is BlockInfo in what a device says of itself (Hello, and responses to
 * Identify and Get) and BlockQualifier in a Set request; an Identify request
 * filters by value and has none, nor have the Response blocks of Set and of a
 * Get that was refused.  A Get request names options, two bytes each.  The pad
 * makes a block's length even; the last one may lack it.
 *
 * Get and Set go from station to station and are paired by Xid.  Identify asks
 * everybody and is answered one by one: those are two flows, and not paired.
 * A message of which all agrees proves itself.
 */
#include <string.h>

#include "dissectors/profinet/profinet.h"

#define HEADER_LEN 12 /* FrameID included */

/* What a Set does, by what matters most; a response has its request's. */
enum set {
	SET_OTHER,
	SET_SIGNAL,
	SET_DHCP,
	SET_NAME,
	SET_IP,
	SET_RESET,
	SET_COUNT
};

static const struct {
	const char *op;
	enum ev_class cls;
} sets[SET_COUNT] = {
    [SET_OTHER] = {"set", EV_CLASS_CONFIG},
    /* The device shows where it is: nothing stays, but something happens. */
    [SET_SIGNAL] = {"signal", EV_CLASS_CONTROL},
    [SET_DHCP] = {"set_dhcp", EV_CLASS_CONFIG},
    [SET_NAME] = {"set_name", EV_CLASS_CONFIG},
    [SET_IP] = {"set_ip", EV_CLASS_CONFIG},
    [SET_RESET] = {"factory_reset", EV_CLASS_CONFIG},
};

struct wait {
	uint8_t set;
};

void
dcp_bad(struct dcp_msg *m, const char *reason, size_t at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at;
	}
}

/* --- blocks ---------------------------------------------------------------- */

static bool
has_info(const struct dcp_msg *m, uint16_t kind)
{
	switch (m->service) {
	case DCP_SET: return m->type == DCP_REQUEST;
	case DCP_GET:
	case DCP_IDENTIFY:
		return m->type != DCP_REQUEST && kind != DCP_RESPONSE;
	default: return true; /* Hello */
	}
}

bool
dcp_next(struct dcp_msg *m, struct rd *r, struct dcp_block *b)
{
	size_t n;

	*b = (struct dcp_block){.at = (size_t)(r->p - m->start)};
	if (rd_left(r) == 0) {
		return false;
	}
	b->kind = rd_be16(r);
	if (rd_ok(r) && b->kind >> 8 == 0) {
		dcp_bad(m, PN_BAD_OPTION, b->at);
		return false;
	}
	if (m->service == DCP_GET && m->type == DCP_REQUEST) {
		b->body = rd_make(NULL, 0);
	} else {
		n = rd_be16(r);
		b->body = rd_sub(r, n);
		if (rd_ok(r) && n % 2 != 0 && rd_left(r) > 0) {
			rd_skip(r, 1);
		}
	}
	if (!rd_ok(r)) {
		dcp_bad(m, PN_BAD_BLOCK, b->at);
		return false;
	}
	if (has_info(m, b->kind) && rd_left(&b->body) >= 2) {
		b->has_info = true;
		b->info = rd_be16(&b->body);
	}
	return true;
}

/* --- what it does ---------------------------------------------------------- */

static enum set
set_of(uint16_t kind)
{
	switch (kind) {
	case DCP_RESET_FACTORY:
	case DCP_RESET: return SET_RESET;
	case DCP_MAC:
	case DCP_IP:
	case DCP_IP_SUITE:
	case DCP_GATEWAY: return SET_IP;
	case DCP_NAME: return SET_NAME;
	case DCP_SIGNAL: return SET_SIGNAL;
	default: return kind >> 8 == DCP_OPTION_DHCP ? SET_DHCP : SET_OTHER;
	}
}

/* All blocks once: what a Set does, and what was refused. */
static enum set
survey(struct dcp_msg *m)
{
	enum set set = SET_OTHER, one;
	struct rd r = m->blocks;
	struct dcp_block b;

	while (dcp_next(m, &r, &b)) {
		one = set_of(b.kind);
		if (b.kind == DCP_RESPONSE && m->type != DCP_REQUEST) {
			uint8_t error;

			one = set_of(rd_be16(&b.body));
			error = rd_u8(&b.body);
			if (rd_ok(&b.body) && error != 0 && m->error == NULL) {
				m->error = pn_error_name(error);
				m->error = m->error != NULL ? m->error
							    : "unknown_error";
			}
		}
		if (one > set) {
			set = one;
		}
	}
	return set;
}

static void
name_it(struct dcp_msg *m)
{
	enum set set = survey(m);
	struct wait w = {.set = (uint8_t)set};
	uint64_t key = (uint64_t)m->xid << 8 | m->service;
	bool waits = m->frame_id == PN_GET_SET;

	if (waits && m->dir == EV_DIR_REQUEST) {
		(void)m->ctx->sv->put(m->ctx, key, &w, sizeof(w));
	} else if (waits && m->dir == EV_DIR_RESPONSE) {
		m->paired =
		    m->ctx->sv->take(m->ctx, key, &w, sizeof(w), &m->pair);
	}
	switch (m->service) {
	case DCP_GET:
		m->op = "get";
		m->cls = EV_CLASS_READ;
		break;
	case DCP_SET:
		m->op = sets[w.set].op;
		m->cls = sets[w.set].cls;
		break;
	case DCP_IDENTIFY:
		m->op = "identify";
		m->cls = EV_CLASS_DISCOVERY;
		break;
	default:
		m->op = "hello";
		m->cls = EV_CLASS_DISCOVERY;
		break;
	}
}

/* --- the message ----------------------------------------------------------- */

/* A block that is cut off may have been refused. */
static const char *
status_of(const struct dcp_msg *m)
{
	bool open = m->cut && m->error == NULL && m->frame_id == PN_GET_SET;

	if (m->dir != EV_DIR_RESPONSE || (open && m->type == DCP_SUCCESS)) {
		return NULL;
	}
	if (m->type == DCP_UNSUPPORTED) {
		return "not_supported";
	}
	return m->error != NULL ? m->error : "ok";
}

/* FrameID, service and type have to agree; [1] 4.3.1.1 */
static bool
agrees(const struct dcp_msg *m)
{
	bool request = m->type == DCP_REQUEST;
	bool known =
	    request || m->type == DCP_SUCCESS || m->type == DCP_UNSUPPORTED;

	switch (m->frame_id) {
	case PN_HELLO: return m->service == DCP_HELLO && request;
	case PN_IDENTIFY_REQ: return m->service == DCP_IDENTIFY && request;
	case PN_IDENTIFY_RES:
		return m->service == DCP_IDENTIFY && known && !request;
	default:
		return (m->service == DCP_GET || m->service == DCP_SET) &&
		       known;
	}
}

static void
direct(struct dcp_msg *m)
{
	struct dis_ctx *ctx = m->ctx;

	if (m->frame_id == PN_HELLO) {
		m->dir = EV_DIR_NOTIFY;
		return;
	}
	m->dir = m->type == DCP_REQUEST ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
	ctx->client = m->type == DCP_REQUEST ? ctx->side : !ctx->side;
	ctx->client_sure = true;
}

static void
tell(struct dcp_msg *m)
{
	struct ev *e;

	direct(m);
	name_it(m);
	e = dis_operation(
	    m->ctx, PROTO_PROFINET, m->dir, m->op, m->service, m->cls);
	e->status = status_of(m);
	if (m->paired && e->status != NULL) {
		dis_paired(e, &m->pair);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	ev_hexnum(e, PNF_FRAME_ID, m->frame_id, 2);
	ev_hexnum(e, PNF_XID, m->xid, 4);
	if (m->frame_id == PN_IDENTIFY_REQ) {
		ev_uint(e, PNF_DELAY, m->delay);
	}
	dcp_tell_blocks(m, e);
	if (m->bad == NULL && !m->cut) {
		dis_confirm(m->ctx);
	}
	dis_emit(m->ctx, e);
}

/* Nothing is read of what contradicts itself in its header. */
static void
tell_unknown(struct dcp_msg *m)
{
	struct ev *e = dis_operation(m->ctx, PROTO_PROFINET, m->dir,
	    "unknown_service", m->service, EV_CLASS_OTHER);

	if (m->cut) {
		e->flags |= EV_CUT;
	}
	ev_hexnum(e, PNF_FRAME_ID, m->frame_id, 2);
	ev_hexnum(e, PNF_XID, m->xid, 4);
	dis_emit(m->ctx, e);
}

/* The header's numbers; false where it is cut off. */
static bool
header(struct dcp_msg *m, struct rd *r)
{
	size_t n;

	m->frame_id = rd_be16(r);
	m->service = rd_u8(r);
	m->type = rd_u8(r);
	m->xid = rd_be32(r);
	m->delay = rd_be16(r);
	n = rd_be16(r);
	if (!rd_ok(r)) {
		return false;
	}
	if (!agrees(m)) {
		dcp_bad(m, PN_BAD_SERVICE, 2);
	}
	if (rd_left(r) < n) {
		m->cut = m->ctx->cut;
		m->ctx->need = HEADER_LEN + n;
		dcp_bad(m, PN_BAD_LENGTH, 10);
		n = rd_left(r);
	}
	m->blocks = rd_sub(r, n);
	return true;
}

enum dis_rc
dcp_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct dcp_msg m = {.ctx = ctx, .start = in->p};
	struct rd r = *in;

	if (!header(&m, &r)) {
		if (ctx->cut) {
			ctx->need = HEADER_LEN;
			return DIS_MORE;
		}
		dis_malformed(
		    ctx, PROTO_PROFINET, EV_DIR_UNKNOWN, PN_BAD_HEADER, 0);
		(void)rd_rest(in);
		return DIS_BAD;
	}
	/* What is left is the frame's padding. */
	(void)rd_rest(in);
	if (!agrees(&m)) {
		m.dir = EV_DIR_UNKNOWN;
		tell_unknown(&m);
	} else {
		tell(&m);
		if (!m.cut) {
			dcp_more(&m);
		}
	}
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_PROFINET, m.dir, m.bad, m.bad_at);
	return DIS_BAD;
}

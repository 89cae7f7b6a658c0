/*
 * v3: the header of a version 3 message, RFC 3412 6 and RFC 3414 2.4.
 *
 *	SEQUENCE { version
 *	  SEQUENCE { msg id | max size | flags (1) | security model }
 *	  OCTET STRING of SEQUENCE { engine id | boots | time | user | ... }
 *	  scoped PDU in the clear, or encrypted: an OCTET STRING }
 *
 *	flags  01 authenticated, 02 encrypted, 04 reportable: wants an answer
 *
 *	engine id (RFC 3411 5)  80000000 + enterprise (4) | 03 | MAC (6)
 *	                                                  | other forms
 *
 * The body is not read, in the clear or not: nor is the user's name told.
 * What kind of message it is, is thus known by flags and port alone, and how a
 * request went is not: a pair proves the flow and is not told.  The engine is
 * the one that is authoritative, the sender of responses and traps.
 */
#include "dissectors/snmp/snmp.h"

#define FLAG_AUTH       0x01
#define FLAG_PRIV       0x02
#define FLAG_REPORTABLE 0x04
#define MODEL_USM       3

#define ENGINE_MIN 5
#define ENGINE_MAX 32
#define ENGINE_NEW 0x80000000 /* the form of RFC 3411 */
#define FORM_MAC   3

/* Behind the ids of requests in the clear. */
#define MSG_KEY ((uint64_t)1 << 32)

static void
read_usm(struct snmp_msg *m, struct rd r)
{
	struct snmp_v3 *v = &m->v3;
	struct ber s, engine;
	size_t n;

	if (!ber_expect(m, &r, BER_SEQUENCE, &s) ||
	    !ber_expect(m, &s.body, BER_STRING, &engine) || !engine.whole) {
		return;
	}
	n = rd_left(&engine.body);
	if (n != 0 && (n < ENGINE_MIN || n > ENGINE_MAX)) {
		snmp_bad(m, SNMP_BAD_ENGINE, engine.at);
		return;
	}
	v->engine = engine.body;
	v->has_times =
	    ber_int(m, &s.body, &v->boots) && ber_int(m, &s.body, &v->time);
}

static void
read_body(struct snmp_msg *m, struct rd *r)
{
	bool encrypted = m->v3.flags & FLAG_PRIV;
	struct ber data;

	if (ber_expect(m, r, encrypted ? BER_STRING : BER_SEQUENCE, &data) &&
	    rd_left(r) != 0) {
		snmp_bad(m, SNMP_BAD_TRAILING, snmp_at(m, r));
	}
}

bool
snmp_v3_read(struct snmp_msg *m, struct rd body)
{
	struct snmp_v3 *v = &m->v3;
	int32_t max_size;
	struct ber head, s;

	if (!ber_expect(m, &body, BER_SEQUENCE, &head) ||
	    !ber_int(m, &head.body, &v->id) ||
	    !ber_int(m, &head.body, &max_size) ||
	    !ber_expect(m, &head.body, BER_STRING, &s)) {
		return false;
	}
	if (rd_left(&s.body) != 1) {
		snmp_bad(m, SNMP_BAD_FLAGS, s.at);
		return false;
	}
	v->flags = rd_u8(&s.body);
	if ((v->flags & (FLAG_AUTH | FLAG_PRIV)) == FLAG_PRIV) {
		snmp_bad(m, SNMP_BAD_FLAGS, s.at + 2);
	}
	if (!ber_int(m, &head.body, &v->model)) {
		return false;
	}
	if (!ber_expect(m, &body, BER_STRING, &s)) {
		return true;
	}
	if (v->model == MODEL_USM) {
		read_usm(m, s.body);
	}
	if (s.whole) {
		read_body(m, &body);
	}
	return true;
}

/*
 * An agent answers from its port, a taker of traps from that one, and only
 * what is confirmed is reportable (RFC 3412 6.4).  Some say so of responses.
 */
static enum ev_dir
direction(const struct snmp_msg *m)
{
	const struct ev_end *src = m->ctx->src, *dst = m->ctx->dst;

	if ((src->port == SNMP_PORT && dst->port != SNMP_PORT) ||
	    src->port == SNMP_TRAP_PORT) {
		return EV_DIR_RESPONSE;
	}
	if (m->v3.flags & FLAG_REPORTABLE) {
		return EV_DIR_REQUEST;
	}
	return dst->port == SNMP_TRAP_PORT ? EV_DIR_NOTIFY : EV_DIR_RESPONSE;
}

/* 0: not of the form that says it. */
static uint32_t
enterprise(const struct snmp_v3 *v)
{
	struct rd r = v->engine;
	uint32_t n = rd_be32(&r);

	return n & ENGINE_NEW ? n & ~ENGINE_NEW : 0;
}

static void
engine_facts(struct snmp_msg *m)
{
	struct rd r = m->v3.engine;

	if (!snmp_is_agent(m) || enterprise(&m->v3) == 0) {
		return;
	}
	snmp_vendor_fact(m, enterprise(&m->v3), "engine_id");
	rd_skip(&r, 4);
	if (rd_u8(&r) == FORM_MAC && rd_left(&r) == 6 && (r.p[0] & 1) == 0 &&
	    memcmp(r.p, "\0\0\0\0\0", 6) != 0) {
		dis_identity(m->ctx, PROTO_SNMP, m->ctx->src, "mac", EV_T_MAC,
		    r.p, 6, "engine_id");
	}
}

void
snmp_v3_tell(struct snmp_msg *m)
{
	struct snmp_v3 *v = &m->v3;
	struct ev *e;

	m->dir = direction(m);
	snmp_set_client(m);
	snmp_pair(m, MSG_KEY | (uint32_t)v->id);
	e = dis_operation(m->ctx, PROTO_SNMP, m->dir, "v3_message", 0,
	    m->dir == EV_DIR_NOTIFY ? EV_CLASS_REPORT : EV_CLASS_OTHER);
	e->flags &= (uint16_t)~EV_HAS_CODE;
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	ev_name(e, SNF_VERSION, "v3");
	if (enterprise(v) != 0) {
		ev_uint(e, SNF_VENDOR_NUMBER, enterprise(v));
	}
	ev_int(e, SNF_MSG_ID, v->id);
	ev_bool(e, SNF_AUTH, v->flags & FLAG_AUTH);
	ev_bool(e, SNF_PRIV, v->flags & FLAG_PRIV);
	ev_bool(e, SNF_REPORTABLE, v->flags & FLAG_REPORTABLE);
	ev_int(e, SNF_SECURITY_MODEL, v->model);
	if (rd_left(&v->engine) != 0) {
		ev_bytes(e, SNF_ENGINE_ID, EV_T_HEX, v->engine.p,
		    rd_left(&v->engine));
	}
	if (v->has_times) {
		ev_int(e, SNF_ENGINE_BOOTS, v->boots);
		ev_int(e, SNF_ENGINE_TIME, v->time);
	}
	dis_emit(m->ctx, e);
	if (m->bad == NULL && !m->cut) {
		engine_facts(m);
	}
}

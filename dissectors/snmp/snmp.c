/*
 * snmp: the management protocol that switches, power supplies and gateways
 * answer: who they are, what state they are in, what happened.
 *
 * Versions 1 (RFC 1157) and 2c (RFC 1901, 3416, 3417) are read whole; of
 * version 3 (RFC 3412, 3414) the header (v3.c).
 *
 *	SEQUENCE { version | community | PDU }             RFC 1157 4, 1901 3
 *
 *	PDU   get, get_next, response, set, get_bulk, inform, trap_v2, report
 *	      { request id | error status | error index | varbinds }
 *	                     non-repeaters, max-repetitions of a get_bulk
 *	      trap of version 1 { enterprise OID | agent address | generic |
 *	                          specific | time ticks | varbinds }
 *	varbinds  SEQUENCE OF SEQUENCE { OID | value }     RFC 3416 3
 *
 * A community is a password in the clear: it is looked at, to say whether it
 * is one that everybody knows, and told nowhere.  Other secrets travel as
 * values: texts are told of the groups that have none, of all else the length.
 *
 * Left out: SNMP over TCP (RFC 3430), what Opaque values hold, names of the
 * objects that are not asked for identity, the proxies' view (RFC 3413).
 */
#include "dissectors/snmp/snmp.h"

static const struct snmp_pdu pdus[] = {
    {"get", EV_CLASS_READ, EV_DIR_REQUEST, true, true},
    {"get_next", EV_CLASS_READ, EV_DIR_REQUEST, true, true},
    {"response", EV_CLASS_OTHER, EV_DIR_RESPONSE, true, true},
    {"set", EV_CLASS_WRITE, EV_DIR_REQUEST, true, true},
    {"trap", EV_CLASS_REPORT, EV_DIR_NOTIFY, true, false},
    {"get_bulk", EV_CLASS_READ, EV_DIR_REQUEST, false, true},
    {"inform", EV_CLASS_REPORT, EV_DIR_REQUEST, false, true},
    {"trap_v2", EV_CLASS_REPORT, EV_DIR_NOTIFY, false, true},
    {"report", EV_CLASS_OTHER, EV_DIR_RESPONSE, false, true},
};

#define PDUS (sizeof(pdus) / sizeof(pdus[0]))

const struct snmp_pdu *
snmp_pdu(uint8_t tag)
{
	return tag >= SNMP_GET && tag < SNMP_GET + PDUS ? &pdus[tag - SNMP_GET]
							: NULL;
}

/* --- finding the message -------------------------------------------------- */

static void
begin(struct snmp_msg *m, const struct rd *in, bool cut)
{
	memset(m, 0, offsetof(struct snmp_msg, text));
	m->start = in->p;
	m->cut = cut;
}

/*
 * The message and its version; ret_body is behind that.  What a version has
 * next is looked at, since a sequence that begins with a number is common.
 */
static bool
open_message(struct snmp_msg *m, struct rd in, struct ber *ret_whole,
    struct rd *ret_body)
{
	int32_t version;
	struct rd look;
	uint8_t next;

	if (!ber_expect(m, &in, BER_SEQUENCE, ret_whole)) {
		return false;
	}
	m->cut &= !ret_whole->whole; /* not what is cut behind the message */
	*ret_body = ret_whole->body;
	if (!ber_int(m, ret_body, &version)) {
		return false;
	}
	look = *ret_body;
	next = rd_u8(&look);
	m->version = (uint8_t)version;
	return version == SNMP_V3
		   ? next == BER_SEQUENCE
		   : (version == SNMP_V1 || version == SNMP_V2C) &&
			 next == BER_STRING;
}

/* Whether every length down to the first number fits, to the last octet. */
static bool
is_beyond_doubt(struct snmp_msg *m, struct rd body)
{
	struct ber v;
	int32_t number;

	if (m->version == SNMP_V3) {
		return ber_expect(m, &body, BER_SEQUENCE, &v) &&
		       ber_int(m, &v.body, &number) &&
		       ber_int(m, &v.body, &number) &&
		       ber_expect(m, &v.body, BER_STRING, &v) &&
		       rd_left(&v.body) == 1 &&
		       ber_expect(m, &body, BER_STRING, &v);
	}
	if (!ber_expect(m, &body, BER_STRING, &v) || !ber_next(m, &body, &v) ||
	    snmp_pdu(v.tag) == NULL || rd_left(&body) != 0) {
		return false;
	}
	if (v.tag == SNMP_TRAP) {
		return ber_expect(m, &v.body, BER_OID, &v) &&
		       oid_is_good(v.body);
	}
	for (int i = 0; i < 3; i++) {
		if (!ber_int(m, &v.body, &number)) {
			return false;
		}
	}
	return true;
}

static enum dis_rc
snmp_probe(struct rd in, const struct dis_probe *pr)
{
	bool strict = !pr->hinted || pr->searching;
	struct rd look = in, body;
	struct snmp_msg m;
	struct ber whole;

	if (rd_u8(&look) != BER_SEQUENCE || pr->transport != DIS_UDP) {
		return DIS_NOT_MINE;
	}
	/* On its own port a length that does not fit is a violation. */
	begin(&m, &in, !strict);
	if (!open_message(&m, in, &whole, &body)) {
		return DIS_NOT_MINE;
	}
	if (strict &&
	    (whole.end != rd_left(&in) || !is_beyond_doubt(&m, body))) {
		return DIS_NOT_MINE;
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = whole.end;
	}
	return DIS_OK;
}

/* --- reading -------------------------------------------------------------- */

bool
snmp_varbind(struct snmp_msg *m, struct rd *list, struct varbind *ret)
{
	struct ber pair, name;

	if (rd_left(list) == 0 || !ber_expect(m, list, BER_SEQUENCE, &pair) ||
	    !ber_expect(m, &pair.body, BER_OID, &name) || !name.whole) {
		return false;
	}
	if (!oid_is_good(name.body)) {
		snmp_bad(m, SNMP_BAD_OID, name.at);
		return false;
	}
	ret->oid = name.body;
	if (rd_left(&pair.body) == 0) {
		snmp_bad(m, SNMP_BAD_LENGTH, pair.at);
		return false;
	}
	if (!ber_next(m, &pair.body, &ret->value) || !ret->value.whole) {
		return false;
	}
	if (rd_left(&pair.body) != 0) {
		snmp_bad(m, SNMP_BAD_LENGTH, pair.at);
		return false;
	}
	return true;
}

static void
read_varbinds(struct snmp_msg *m, struct rd *body)
{
	struct varbind x;
	struct ber list;
	struct rd r;

	if (!ber_expect(m, body, BER_SEQUENCE, &list)) {
		return;
	}
	m->varbinds = r = list.body;
	while (snmp_varbind(m, &r, &x)) {
		if (!snmp_value_is_good(&x.value)) {
			snmp_bad(m,
			    x.value.tag == BER_OID ? SNMP_BAD_OID
						   : SNMP_BAD_VALUE,
			    x.value.at);
			return;
		}
		m->nvarbinds++;
	}
}

/* RFC 1157 4.1.6 */
static void
read_trap(struct snmp_msg *m, struct rd *body)
{
	struct ber v;
	uint64_t ticks;

	if (!ber_expect(m, body, BER_OID, &v) || !v.whole) {
		return;
	}
	if (!oid_is_good(v.body)) {
		snmp_bad(m, SNMP_BAD_OID, v.at);
		return;
	}
	m->enterprise = v.body;
	if (!ber_expect(m, body, SNMP_IP, &v) || !v.whole) {
		return;
	}
	if (rd_left(&v.body) != sizeof(m->agent)) {
		snmp_bad(m, SNMP_BAD_VALUE, v.at);
		return;
	}
	rd_copy(&v.body, m->agent, sizeof(m->agent));
	m->has_agent = true;
	if (!ber_int(m, body, &m->generic) || !ber_int(m, body, &m->specific) ||
	    !ber_expect(m, body, SNMP_TICKS, &v) || !v.whole) {
		return;
	}
	if (!ber_unsigned(&v, 32, &ticks)) {
		snmp_bad(m, SNMP_BAD_INTEGER, v.at);
		return;
	}
	m->uptime = (uint32_t)ticks;
	m->has_trap = true;
	read_varbinds(m, body);
}

static void
read_pdu(struct snmp_msg *m, struct rd body)
{
	int32_t *const to[] = {&m->request_id, &m->error, &m->index};

	if (m->tag == SNMP_TRAP) {
		read_trap(m, &body);
	} else {
		while (m->have < 3) {
			if (!ber_int(m, &body, to[m->have])) {
				return;
			}
			m->have++;
		}
		read_varbinds(m, &body);
	}
	if (rd_left(&body) != 0) {
		snmp_bad(m, SNMP_BAD_TRAILING, snmp_at(m, &body));
	}
}

static bool
is_default(struct rd name)
{
	size_t n = rd_left(&name);

	return (n == 6 && memcmp(name.p, "public", 6) == 0) ||
	       (n == 7 && memcmp(name.p, "private", 7) == 0);
}

/* False when there is no PDU to speak of. */
static bool
read_message(struct snmp_msg *m, struct rd body)
{
	const struct snmp_pdu *pdu;
	struct ber v;
	size_t at;

	if (!ber_expect(m, &body, BER_STRING, &v) || !v.whole) {
		return false;
	}
	m->has_community = rd_left(&v.body) != 0;
	m->is_default = is_default(v.body);
	at = snmp_at(m, &body);
	if (!ber_next(m, &body, &v)) {
		snmp_bad(m, SNMP_BAD_LENGTH, at);
		return false;
	}
	pdu = snmp_pdu(v.tag);
	if (pdu == NULL) {
		snmp_bad(m, SNMP_BAD_PDU, v.at);
		return false;
	}
	m->tag = v.tag;
	m->dir = (enum ev_dir)pdu->dir;
	if (m->version == SNMP_V1 ? !pdu->v1 : !pdu->v2c) {
		snmp_bad(m, SNMP_BAD_PDU, v.at);
	}
	read_pdu(m, v.body);
	if (rd_left(&body) != 0) {
		snmp_bad(m, SNMP_BAD_TRAILING, snmp_at(m, &body));
	}
	return true;
}

/* --- pairs -------------------------------------------------------------------- */

/* The message itself says who asks; who sends a trap does so unasked. */
void
snmp_set_client(struct snmp_msg *m)
{
	struct dis_ctx *ctx = m->ctx;

	ctx->client = m->dir == EV_DIR_RESPONSE ? !ctx->side : ctx->side;
	ctx->client_sure = true;
}

void
snmp_pair(struct snmp_msg *m, uint64_t key)
{
	struct dis_ctx *ctx = m->ctx;
	struct snmp_wait wait = {.tag = m->tag};

	if (m->dir == EV_DIR_REQUEST) {
		(void)ctx->sv->put(ctx, key, &wait, sizeof(wait));
	} else if (m->dir == EV_DIR_RESPONSE) {
		m->paired =
		    ctx->sv->take(ctx, key, &wait, sizeof(wait), &m->pair);
		m->asked = wait.tag;
	}
	if (m->paired && m->bad == NULL && !m->cut) {
		dis_confirm(ctx);
	}
}

static void
tell(struct snmp_msg *m)
{
	bool good;

	snmp_set_client(m);
	if (m->have > 0) {
		snmp_pair(m, (uint32_t)m->request_id);
	}
	good = m->paired && m->bad == NULL && !m->cut &&
	       m->tag == SNMP_RESPONSE && m->error == 0;
	if (!good || !dis_answered(m->ctx, PROTO_SNMP, &m->pair)) {
		snmp_tell(m);
	}
	if (m->bad == NULL && !m->cut) {
		snmp_facts(m);
	}
}

/* Not even a header: of a port that is not ours, another protocol. */
static enum dis_rc
no_message(struct dis_ctx *ctx, struct snmp_msg *m, struct rd *in)
{
	if (m->cut) {
		ctx->need = 0;
		return DIS_MORE;
	}
	if (!ctx->confirmed && !ctx->hinted) {
		return DIS_NOT_MINE;
	}
	dis_malformed(ctx, PROTO_SNMP, EV_DIR_UNKNOWN,
	    m->bad != NULL ? m->bad : SNMP_BAD_HEADER, m->bad_at);
	(void)rd_rest(in);
	return DIS_BAD;
}

static bool
read_any(struct snmp_msg *m, struct rd in, size_t *ret_end)
{
	struct ber whole;
	struct rd body;

	if (!open_message(m, in, &whole, &body)) {
		return false;
	}
	*ret_end = whole.end;
	return m->version == SNMP_V3 ? snmp_v3_read(m, body)
				     : read_message(m, body);
}

static enum dis_rc
snmp_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct snmp_msg m;
	size_t end;

	begin(&m, in, ctx->cut);
	m.ctx = ctx;
	if (!read_any(&m, *in, &end)) {
		return no_message(ctx, &m, in);
	}
	if (m.cut) {
		ctx->need = end;
	} else if (rd_left(in) != end) {
		snmp_bad(&m, SNMP_BAD_TRAILING, end);
	}
	(void)rd_rest(in);
	if (m.version == SNMP_V3) {
		snmp_v3_tell(&m);
	} else {
		tell(&m);
	}
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_SNMP, m.dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_snmp;

const struct dissector dissector_snmp = {
    .name = "snmp",
    .proto = PROTO_SNMP,
    .hints = {{DIS_UDP, SNMP_PORT}, {DIS_UDP, SNMP_TRAP_PORT}},
    .probe = snmp_probe,
    .parse = snmp_parse,
    .fields = &snmp_proto,
};

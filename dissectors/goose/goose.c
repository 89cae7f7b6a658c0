/*
 * goose: the frame ([1] C.2) and its message ([1] A.1).
 *
 *	 0       2        4           6           8
 *	+-------+--------+-----------+-----------+---------------+
 *	| APPID | length | reserved 1| reserved 2| message       |
 *	+-------+--------+-----------+-----------+---------------+
 *	         from APPID on, without the frame's padding
 *
 *	61 { 80 control block | 81 time allowed to live, ms | 82 data set
 *	   | 83 id | 84 time of the state | 85 number of the state
 *	   | 86 number of the message in it | 87 simulation (test)
 *	   | 88 revision | 89 needs commissioning | 8a entries
 *	   | ab { values } }
 *
 * A publisher repeats what it says as long as it is so, and numbers states:
 * each message is one operation, and what follows from it (facts.c) is told
 * when there is a new state.  Nobody answers; the flow is the publisher's, to
 * a group.
 *
 * Left out: GSE management (0x88b9), routable GOOSE, whether its signature is
 * right; gaps in the numbers of messages.
 */
#include <stddef.h>
#include <string.h>

#include "dissectors/goose/goose.h"

#define ETHERTYPE 0x88b8
#define HEAD      8
#define SIMULATED 0x8000 /* in reserved 1 */
#define GOOSE_PDU 0x61

/* APPIDs of GOOSE, and those of trips among them; others are of sampled
 * values, or not used.  [1] C.2, table C.2 */
#define APPID_KIND  0xc000
#define APPID_GOOSE 0x0000
#define APPID_TRIP  0x8000

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[GOF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(APPID, "appid", EV_R_KEY, "1 C.2"),
    F(GOCB, "gocb_ref", EV_R_KEY, "2 18.2.2"),
    F(LIVES, "time_allowed_to_live", EV_R_NONE, "1 A.1"),
    F(DATASET, "dat_set", EV_R_KEY, "2 18.2.2"),
    F(ID, "go_id", EV_R_KEY, "2 18.2.2"),
    F(TIME, "t", EV_R_NONE, "1 A.1"),
    F(STATE, "st_num", EV_R_NONE, "1 A.1"),
    F(SEQ, "sq_num", EV_R_NONE, "1 A.1"),
    F(SIMULATION, "simulation", EV_R_KEY, "1 A.1"),
    F(CONF_REV, "conf_rev", EV_R_KEY, "2 18.2.2"),
    F(COMMISSION, "nds_com", EV_R_KEY, "2 18.2.2"),
    F(ENTRIES, "entries", EV_R_KEY, "1 A.1"),
    F(VALUES, "values", EV_R_VALUES, "1 A.1"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == GOF_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "goose",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

static void
bad(struct goose_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : HEAD;
	}
}

static enum dis_rc
goose_probe(struct rd in, const struct dis_probe *pr)
{
	if (pr->transport != DIS_ETHER || !pr->hinted) {
		return DIS_NOT_MINE;
	}
	rd_skip(&in, HEAD);
	return rd_u8(&in) == GOOSE_PDU ? DIS_OK : DIS_NOT_MINE;
}

/* --- the message ----------------------------------------------------------- */

static void
sort(struct goose_msg *m, const struct ber_item *it)
{
	switch (it->tag) {
	case 0x80: m->gocb = it->body; break;
	case 0x81: m->lives = it->body; break;
	case 0x82: m->dataset = it->body; break;
	case 0x83: m->id = it->body; break;
	case 0x84: m->time = it->body; break;
	case 0x85: m->state = it->body; break;
	case 0x86: m->seq = it->body; break;
	case 0x87: m->simulation = it->body; break;
	case 0x88: m->conf_rev = it->body; break;
	case 0x89: m->commission = it->body; break;
	case 0x8a: m->entries = it->body; break;
	case 0xab: m->data = it->body; break;
	default: break; /* security, and what is still to come */
	}
}

static void
check_numbers(struct goose_msg *m)
{
	const struct rd *const numbers[] = {
	    &m->lives, &m->state, &m->seq, &m->conf_rev, &m->entries};
	const struct rd *const flags[] = {&m->simulation, &m->commission};
	uint64_t v;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (rd_ok(numbers[i]) &&
		    (!ber_number(*numbers[i], &v) || v > UINT32_MAX)) {
			bad(m, GOOSE_BAD_VALUE, numbers[i]);
		}
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (rd_ok(flags[i]) && rd_left(flags[i]) != 1) {
			bad(m, GOOSE_BAD_VALUE, flags[i]);
		}
	}
	if (rd_ok(&m->time) && rd_left(&m->time) != 8) {
		bad(m, GOOSE_BAD_VALUE, &m->time);
	}
}

static void
check(struct goose_msg *m, const struct rd *pdu)
{
	struct rd data = m->data;
	struct ber_item it;
	uint64_t entries = 0, n = 0;

	if (!rd_ok(&m->gocb) || !rd_ok(&m->lives) || !rd_ok(&m->dataset) ||
	    !rd_ok(&m->time) || !rd_ok(&m->state) || !rd_ok(&m->seq) ||
	    !rd_ok(&m->conf_rev) || !rd_ok(&m->entries) || !rd_ok(&m->data)) {
		bad(m, GOOSE_BAD_MISSING, pdu);
		return;
	}
	check_numbers(m);
	if (!mms_data_ok(m->data)) {
		bad(m, GOOSE_BAD_DATA, &m->data);
		return;
	}
	while (ber_item(&data, &it)) {
		n++;
	}
	if (ber_number(m->entries, &entries) && entries != n) {
		bad(m, GOOSE_BAD_ENTRIES, &m->entries);
	}
}

static bool
is_true(struct rd r)
{
	return rd_u8(&r) != 0;
}

static void
read_message(struct goose_msg *m, struct rd r)
{
	struct rd at = r, body;
	struct ber_item it;
	size_t n, head;

	rd_skip(&r, 1);
	n = ber_length(&r);
	head = (size_t)(r.p - at.p);
	body = rd_sub(&r, m->cut && n > rd_left(&r) ? rd_left(&r) : n);
	if (!rd_ok(&body)) {
		bad(m, GOOSE_BAD_PDU, &at);
		return;
	}
	if ((size_t)m->length != HEAD + head + n) {
		at = rd_make(m->start + 2, 2);
		bad(m, GOOSE_BAD_LENGTH, &at);
	}
	at = body;
	while (ber_item(&body, &it)) {
		sort(m, &it);
	}
	if (!rd_ok(&body)) {
		bad(m, GOOSE_BAD_PDU, &at);
	}
	check(m, &at);
	m->flags =
	    is_true(m->simulation) || m->reserved_s ? GOOSE_SIMULATED : 0;
	m->flags |= is_true(m->commission) ? GOOSE_COMMISSION : 0;
	(void)ber_number(m->state, &m->state_number);
}

/* --- the operation --------------------------------------------------------- */

static void
tell_text(struct ev *e, uint16_t id, struct rd r)
{
	if (rd_left(&r) > 0) {
		ev_bytes(e, id, EV_T_TEXT, r.p, rd_left(&r));
	}
}

static void
tell_number(struct ev *e, uint16_t id, struct rd r)
{
	uint64_t v;

	if (ber_number(r, &v)) {
		ev_uint(e, id, v);
	}
}

static void
tell(struct goose_msg *m, const struct goose_news *news)
{
	struct ev *e = dis_operation(m->ctx, PROTO_GOOSE, EV_DIR_NOTIFY,
	    "publish", GOOSE_PDU & 0x1f, EV_CLASS_REPORT);
	size_t n = 0;
	const char *p;

	e->flags |= m->cut ? EV_CUT : 0;
	ev_hexnum(e, GOF_APPID, m->appid, 2);
	tell_text(e, GOF_GOCB, m->gocb);
	tell_number(e, GOF_LIVES, m->lives);
	tell_text(e, GOF_DATASET, m->dataset);
	tell_text(e, GOF_ID, m->id);
	p = mms_utc(&m->text, m->time, &n);
	if (p != NULL) {
		ev_bytes(e, GOF_TIME, EV_T_TEXT, p, n);
	}
	tell_number(e, GOF_STATE, m->state);
	tell_number(e, GOF_SEQ, m->seq);
	if (m->flags & GOOSE_SIMULATED) {
		ev_bool(e, GOF_SIMULATION, true);
	}
	tell_number(e, GOF_CONF_REV, m->conf_rev);
	if (m->flags & GOOSE_COMMISSION) {
		ev_bool(e, GOF_COMMISSION, true);
	}
	tell_number(e, GOF_ENTRIES, m->entries);
	/* What is repeated was told when it was new. */
	if (rd_left(&m->data) > 0 && (!m->ctx->brief || news->changed)) {
		ev_array(e, GOF_VALUES);
		mms_tell_data(&m->text, e, EVF_ELEM, m->data);
		ev_end(e);
	}
	dis_emit(m->ctx, e);
}

static enum dis_rc
message(struct goose_msg *m, struct rd r)
{
	struct goose_news news = {0};

	read_message(m, r);
	if (m->bad == NULL && !m->cut) {
		goose_compare(m, &news);
		/* Whole, and each part is what it must be: it is no other. */
		dis_confirm(m->ctx);
	}
	tell(m, &news);
	if (m->bad == NULL) {
		if (!m->cut) {
			goose_facts(m, &news);
		}
		return DIS_OK;
	}
	dis_malformed(m->ctx, PROTO_GOOSE, EV_DIR_NOTIFY, m->bad, m->bad_at);
	return DIS_BAD;
}

static enum dis_rc
goose_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct rd r = *in, at;
	struct goose_msg m;
	uint16_t kind;

	if (!rd_has(&r, HEAD + 1)) {
		ctx->need = HEAD + 1;
		return DIS_MORE;
	}
	memset(&m, 0, offsetof(struct goose_msg, text.bytes));
	m.gocb = m.lives = m.dataset = m.id = m.time = m.state = rd_failed();
	m.seq = m.simulation = m.conf_rev = m.commission = rd_failed();
	m.entries = m.data = rd_failed();
	m.ctx = ctx;
	m.start = r.p;
	m.cut = ctx->cut;
	at = r;
	m.appid = rd_be16(&r);
	m.length = rd_be16(&r);
	m.reserved_s = rd_be16(&r) & SIMULATED;
	rd_skip(&r, 2);
	if (r.p[0] != GOOSE_PDU) {
		return DIS_NOT_MINE;
	}
	ctx->need = m.length > rd_left(in) ? m.length : rd_left(in);
	(void)rd_rest(in);
	kind = m.appid & APPID_KIND;
	if (kind != APPID_GOOSE && kind != APPID_TRIP) {
		bad(&m, GOOSE_BAD_APPID, &at);
	}
	return message(&m, r);
}

extern const struct dissector dissector_goose;

const struct dissector dissector_goose = {
    .name = "goose",
    .proto = PROTO_GOOSE,
    .state_size = sizeof(struct goose_state),
    .hints = {{DIS_ETHER, ETHERTYPE}},
    .probe = goose_probe,
    .parse = goose_parse,
    .fields = &proto,
};

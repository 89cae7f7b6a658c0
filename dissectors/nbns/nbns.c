/*
 * nbns: the NetBIOS name service: which names a station has, and who asks
 * for them.  Windows and what talks to it announce themselves so.
 *
 * RFC 1002, 4.2 (messages), RFC 1001, 14.1 (how names are written).  UDP 137.
 * What the last byte of a name means is Microsoft's: [MS-NBTE], 1.8.
 *
 *	  0      2       4         6         8         10
 *	+------+-------+---------+---------+---------+---------+
 *	| txn  | flags | qdcount | ancount | nscount | arcount |
 *	+------+-------+---------+---------+---------+---------+
 *	| question:  name | type | class                       |
 *	| record:    name | type | class | ttl (4) | len | data|
 *	+------------------------------------------------------+
 *
 *	flags  R 1 | opcode 4 | AA TC RD RA 0 0 B | rcode 4
 *	name   32 | 16 bytes as 32 letters A to P | scope labels | 0
 *	data   of NB: (flags (2) address (4))...
 *	       of NBSTAT: count | (name (16) flags (2))... | MAC (6) | numbers
 *
 * A datagram is a message with one name: in the question, else in the answer.
 * A station registers what is its own, and answers for it; who tells another
 * one's address is a name server.  Answers to broadcasts are no pair: they
 * come from other ends.  Datagrams (UDP 138) are ../nbdgm.
 *
 * Left out: the numbers behind the MAC, redirects (NS records).
 */
#include "dissectors/dissector.h"
#include "dissectors/nbns/name.h"
#include "dissectors/registry.h"

#define HEAD_LEN    12
#define MAC_LEN     6
#define STATUS_LEN  (NB_RAW_LEN + 2)
#define ADDRESS_LEN (2 + 4)
#define POINTER     0xc0

#define FLAG_RESPONSE  0x8000
#define FLAG_BROADCAST 0x0010
#define TYPE_NB        0x0020
#define TYPE_NBSTAT    0x0021
#define CLASS_IN       1
#define NAME_GROUP     0x8000 /* RFC 1002, 4.2.1.3, 4.2.18 */

/* Reasons of malformed events are an interface: rules name them. */
#define BAD_HEADER "header"
#define BAD_OPCODE "opcode"
#define BAD_COUNT  "count"
#define BAD_NAME   "name"
#define BAD_RECORD "record"
#define BAD_DATA   "data_length"

enum opcode {
	OP_QUERY = 0,
	OP_REGISTER = 5,
	OP_RELEASE = 6,
	OP_WACK = 7,
	OP_REFRESH = 8,
	OP_REFRESH_TOO = 9, /* RFC 1002's own contradiction: 4.2.1.1, 4.2.4 */
	OP_MULTIHOMED = 15, /* [MS-NBTE], 2.2.4 */
};

enum field {
	F_TXN = EV_PROTO_BASE,
	F_BROADCAST,
	F_NAME,
	F_SUFFIX,
	F_USE,
	F_GROUP,
	F_SCOPE,
	F_TTL,
	F_ADDRESSES,
	F_NAMES,
	F_MAC,
	F_END
};

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[F_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(TXN, "txn", EV_R_NONE, "RFC 1002, 4.2.1.1"),
    F(BROADCAST, "broadcast", EV_R_NONE, "RFC 1002, 4.2.1.1"),
    F(NAME, "name", EV_R_KEY, "RFC 1001, 14.1"),
    F(SUFFIX, "suffix", EV_R_KEY, "MS-NBTE, 1.8"),
    F(USE, "use", EV_R_NONE, "MS-NBTE, 1.8"),
    F(GROUP, "group", EV_R_NONE, "RFC 1002, 4.2.1.3"),
    F(SCOPE, "scope", EV_R_NONE, "RFC 1001, 14.1"),
    F(TTL, "ttl", EV_R_NONE, "RFC 1002, 4.2.1.3"),
    F(ADDRESSES, "addresses", EV_R_NONE, "RFC 1002, 4.2.13"),
    F(NAMES, "names", EV_R_NONE, "RFC 1002, 4.2.18"),
    F(MAC, "unit_id", EV_R_NONE, "RFC 1002, 4.2.18"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == F_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "nbns",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
};

struct msg {
	struct dis_ctx *ctx;
	struct rd whole;
	uint16_t txn, flags, type;
	uint8_t opcode, rcode;
	bool response, cut;
	struct nb_name name;
	uint8_t raw[NB_RAW_LEN];
	char scope[NB_SCOPE_MAX];
	size_t scope_n;
	uint32_t ttl;
	bool has_record;
	struct rd data; /* of the record: NB or NBSTAT */
	size_t data_at;
	const char *op;
	const char *bad;
	size_t bad_at;
};

static void
bad(struct msg *m, const char *reason, size_t at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at;
	}
}

static size_t
offset(const struct msg *m, const struct rd *r)
{
	return (size_t)(r->p - m->whole.p);
}

/* --- names ----------------------------------------------------------------- */

static bool
read_name(struct msg *m, struct rd *r)
{
	if (!nb_read_letters(r, m->raw) ||
	    !nb_read_scope(r, m->scope, &m->scope_n)) {
		return false;
	}
	m->name = nb_name_of(m->raw);
	return true;
}

/* A use that suffix and kind of name leave no doubt of; else NULL. */
static const char *
use_of(uint8_t suffix, const bool *group)
{
	bool unique = group != NULL && !*group;

	switch (suffix) {
	case 0x00:
		return group == NULL ? NULL : unique ? "workstation" : "domain";
	case 0x01: return unique ? "messenger" : "browsers";
	case 0x03: return "messenger";
	case 0x06: return "ras_server";
	case 0x1b: return "domain_master_browser";
	case 0x1c: return "domain_controllers";
	case 0x1d: return "master_browser";
	case 0x1e: return "browser_elections";
	case 0x1f: return "netdde";
	case 0x20: return "file_server";
	case 0x21: return "ras_client";
	default: return NULL;
	}
}

/* --- finding --------------------------------------------------------------- */

static bool
is_opcode(uint8_t opcode)
{
	switch ((enum opcode)opcode) {
	case OP_QUERY:
	case OP_REGISTER:
	case OP_RELEASE:
	case OP_WACK:
	case OP_REFRESH:
	case OP_REFRESH_TOO:
	case OP_MULTIHOMED: return true;
	}
	return false;
}

/* The head alone says no to nearly all. */
static bool
may_be(struct rd r)
{
	uint16_t flags, questions, answers;

	rd_skip(&r, 2);
	flags = rd_be16(&r);
	questions = rd_be16(&r);
	answers = rd_be16(&r);
	rd_skip(&r, 4);
	return rd_ok(&r) && is_opcode(flags >> 11 & 15) && questions <= 1 &&
	       answers <= 1 && (flags & 0x0060) == 0;
}

/* Beyond doubt: one name in letters A to P, of a type that DNS has not. */
static bool
is_sure(struct rd r)
{
	uint8_t raw[NB_RAW_LEN];
	char scope[NB_SCOPE_MAX];
	uint16_t type;
	size_t n;

	rd_skip(&r, HEAD_LEN);
	if (!nb_read_letters(&r, raw) || !nb_read_scope(&r, scope, &n)) {
		return false;
	}
	type = rd_be16(&r);
	return rd_be16(&r) == CLASS_IN && rd_ok(&r) &&
	       (type == TYPE_NB || type == TYPE_NBSTAT);
}

static enum dis_rc
nbns_probe(struct rd in, const struct dis_probe *pr)
{
	if (pr->transport != DIS_UDP || !may_be(in)) {
		return DIS_NOT_MINE;
	}
	if (!is_sure(in) && !(pr->hinted && pr->cut)) {
		return DIS_NOT_MINE;
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = rd_left(&in);
	}
	return DIS_OK;
}

/* --- reading --------------------------------------------------------------- */

/* A record's own name is a pointer to the question's, or it is written. */
static bool
read_record(struct msg *m, struct rd *r)
{
	struct rd look = *r;
	size_t len;

	if ((rd_u8(&look) & POINTER) == POINTER) {
		rd_skip(r, 2);
	} else if (!read_name(m, r)) {
		return false;
	}
	m->type = rd_be16(r);
	rd_skip(r, 2);
	m->ttl = rd_be32(r);
	len = rd_be16(r);
	m->data_at = offset(m, r);
	m->data = rd_sub(r, len);
	m->has_record = rd_ok(&m->data);
	return m->has_record;
}

static bool
read_head(
    struct msg *m, struct rd *r, unsigned *ret_questions, unsigned *ret_records)
{
	m->txn = rd_be16(r);
	m->flags = rd_be16(r);
	*ret_questions = rd_be16(r);
	*ret_records = rd_be16(r);
	*ret_records += rd_be16(r);
	*ret_records += rd_be16(r);
	m->response = m->flags & FLAG_RESPONSE;
	m->opcode = m->flags >> 11 & 15;
	m->rcode = m->flags & 15;
	return rd_ok(r);
}

/* True when there is a name to tell of. */
static bool
read_message(struct msg *m, struct rd r)
{
	unsigned questions, records;
	size_t at;

	if (!read_head(m, &r, &questions, &records)) {
		bad(m, BAD_HEADER, 0);
		return false;
	}
	at = offset(m, &r);
	if (questions != 0 && !read_name(m, &r)) {
		bad(m, BAD_NAME, at);
		return false;
	}
	if (questions != 0) {
		m->type = rd_be16(&r);
		rd_skip(&r, 2);
		if (!rd_ok(&r)) {
			bad(m, BAD_RECORD, at);
			return true;
		}
	}
	at = offset(m, &r);
	if (records != 0 && !read_record(m, &r)) {
		bad(m, BAD_RECORD, at);
	} else if (questions + records == 0) {
		bad(m, BAD_COUNT, 4);
	}
	return m->name.text != NULL;
}

/* --- telling --------------------------------------------------------------- */

static const char *
op_of(const struct msg *m, enum ev_class *ret_class)
{
	*ret_class = EV_CLASS_SESSION;
	switch ((enum opcode)m->opcode) {
	case OP_QUERY:
		*ret_class = EV_CLASS_DISCOVERY;
		return m->type == TYPE_NBSTAT ? "node_status" : "name_query";
	case OP_REGISTER: return "name_registration";
	case OP_RELEASE: return "name_release";
	case OP_WACK: return "wait";
	case OP_REFRESH:
	case OP_REFRESH_TOO: return "name_refresh";
	case OP_MULTIHOMED: return "multihomed_registration";
	}
	*ret_class = EV_CLASS_OTHER;
	return "unknown";
}

/* RFC 1002, 4.2.6, 4.2.11, 4.2.14 */
static const char *
status_of(uint8_t rcode)
{
	switch (rcode) {
	case 0: return "ok";
	case 1: return "format_error";
	case 2: return "server_failure";
	case 3: return "name_error";
	case 4: return "unsupported";
	case 5: return "refused";
	case 6: return "active";
	case 7: return "conflict";
	default: return "unknown_status";
	}
}

static void
put_name(struct ev *e, const struct nb_name *n, const bool *group)
{
	const char *use = use_of(n->suffix, group);

	ev_bytes(e, F_NAME, EV_T_TEXT, n->text, n->n);
	ev_hexnum(e, F_SUFFIX, n->suffix, 1);
	if (use != NULL) {
		ev_name(e, F_USE, use);
	}
	if (group != NULL) {
		ev_bool(e, F_GROUP, *group);
	}
}

static void
put_addresses(struct msg *m, struct ev *e)
{
	struct rd r = m->data;

	if (rd_left(&r) == 0 || rd_left(&r) % ADDRESS_LEN != 0) {
		bad(m, BAD_DATA, m->data_at);
	}
	ev_array(e, F_ADDRESSES);
	while (rd_has(&r, ADDRESS_LEN)) {
		rd_skip(&r, 2);
		ev_bytes(e, EVF_ELEM, EV_T_IP, rd_bytes(&r, 4), 4);
	}
	ev_end(e);
}

/* The next name of a status; false at their end. */
static bool
next_status(
    struct rd *r, unsigned *left, struct nb_name *ret_name, bool *ret_group)
{
	if (*left == 0 || !rd_has(r, STATUS_LEN)) {
		return false;
	}
	--*left;
	*ret_name = nb_name_of(rd_bytes(r, NB_RAW_LEN));
	*ret_group = rd_be16(r) & NAME_GROUP;
	return true;
}

static void
put_status(struct msg *m, struct ev *e)
{
	struct rd r = m->data;
	unsigned left = rd_u8(&r);
	struct nb_name n;
	bool group;

	ev_array(e, F_NAMES);
	while (next_status(&r, &left, &n, &group)) {
		ev_object(e, EVF_ELEM);
		put_name(e, &n, &group);
		ev_end(e);
	}
	ev_end(e);
	if (left != 0 || !rd_has(&r, MAC_LEN)) {
		bad(m, BAD_DATA, m->data_at);
	} else {
		ev_bytes(e, F_MAC, EV_T_MAC, rd_bytes(&r, MAC_LEN), MAC_LEN);
	}
}

/* Of NB data the first entry speaks for all: a name is one or the other. */
static bool
is_group(const struct msg *m)
{
	struct rd r = m->data;

	return rd_be16(&r) & NAME_GROUP;
}

static bool
is_one(const struct ev_end *e)
{
	return e->ipver == 4 && e->ip.a[0] != 0 && e->ip.a[0] < 224 &&
	       !(e->has_mac && (e->mac[0] & 1));
}

static bool
pair(struct msg *m, struct dis_pair *ret)
{
	uint64_t key = (uint64_t)m->txn << 8 | m->opcode;

	if (m->flags & FLAG_BROADCAST || !is_one(m->ctx->src) ||
	    !is_one(m->ctx->dst)) {
		return false;
	}
	if (!m->response) {
		(void)m->ctx->sv->put(m->ctx, key, NULL, 0);
		return false;
	}
	/* What is asked to wait goes on waiting. */
	return m->opcode != OP_WACK &&
	       m->ctx->sv->take(m->ctx, key, NULL, 0, ret);
}

static void
put_body(struct msg *m, struct ev *e)
{
	bool nb = m->has_record && m->type == TYPE_NB &&
		  rd_left(&m->data) >= 2 && m->opcode != OP_WACK,
	     group = nb && is_group(m);

	put_name(e, &m->name, nb ? &group : NULL);
	if (m->scope_n != 0) {
		ev_bytes(e, F_SCOPE, EV_T_TEXT, m->scope, m->scope_n);
	}
	if (m->has_record) {
		ev_uint(e, F_TTL, m->ttl);
	}
	if (nb) {
		put_addresses(m, e);
	} else if (m->has_record && m->type == TYPE_NBSTAT) {
		put_status(m, e);
	}
}

static void
tell(struct msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	enum ev_dir dir = m->response ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	bool paired;
	struct dis_pair question;
	enum ev_class cls;
	struct ev *e;

	m->op = op_of(m, &cls);
	paired = pair(m, &question);
	e = dis_operation(ctx, PROTO_NBNS, dir, m->op, m->opcode, cls);
	if (paired) {
		dis_paired(e, &question);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	if (m->response) {
		e->status = status_of(m->rcode);
	}
	ev_uint(e, F_TXN, m->txn);
	if (m->flags & FLAG_BROADCAST) {
		ev_bool(e, F_BROADCAST, true);
	}
	put_body(m, e);
	dis_emit(ctx, e);
}

/* --- what follows ---------------------------------------------------------- */

/* What a name says of the station whose it is. */
static void
station(struct msg *m, const struct ev_end *who, const struct nb_name *n,
    bool group)
{
	struct dis_ctx *ctx = m->ctx;

	if (!nb_is_text(n)) {
		return;
	}
	if (!group && (n->suffix == 0x00 || n->suffix == 0x20)) {
		dis_identity(ctx, PROTO_NBNS, who, "hostname", EV_T_TEXT,
		    n->text, n->n, m->op);
	} else if (who != ctx->src) {
		return; /* a role is told of who says it */
	} else if (group && n->suffix == 0x00) {
		dis_topology(ctx, PROTO_NBNS, who, "member_of",
		    (const char *)n->text, n->n);
	} else if (group && n->suffix == 0x1c) {
		dis_topology(ctx, PROTO_NBNS, who, "domain_controller_of",
		    (const char *)n->text, n->n);
	} else if (!group && n->suffix == 0x1b) {
		dis_topology(ctx, PROTO_NBNS, who, "domain_master_of",
		    (const char *)n->text, n->n);
	}
}

static void
status_facts(struct msg *m)
{
	static const uint8_t zero[MAC_LEN];
	struct dis_ctx *ctx = m->ctx;
	struct rd r = m->data;
	unsigned left = rd_u8(&r);
	const uint8_t *mac;
	struct nb_name n, known = {.n = 0};
	bool group;

	while (next_status(&r, &left, &n, &group)) {
		/* Two uses of one name, mostly: told once. */
		if (!group && n.n == known.n && n.n != 0 &&
		    memcmp(n.text, known.text, n.n) == 0) {
			continue;
		}
		station(m, ctx->src, &n, group);
		if (!group && (n.suffix == 0x00 || n.suffix == 0x20)) {
			known = n;
		}
	}
	mac = rd_bytes(&r, MAC_LEN);
	if (mac != NULL && !(mac[0] & 1) && memcmp(mac, zero, MAC_LEN) != 0) {
		dis_identity(ctx, PROTO_NBNS, ctx->src, "mac", EV_T_MAC, mac,
		    MAC_LEN, m->op);
	}
}

/* The station that somebody else has told the address of. */
static void
other_station(struct msg *m, const struct ev_ip *ip)
{
	struct dis_ctx *ctx = m->ctx;
	struct ev *e;

	if (!nb_is_text(&m->name) ||
	    (m->name.suffix != 0x00 && m->name.suffix != 0x20)) {
		return;
	}
	e = dis_event(ctx, EV_IDENTITY, PROTO_NBNS, EV_DIR_RESPONSE);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = (struct ev_end){.ipver = 4, .ip = *ip};
	ev_name(e, EVF_KEY, "hostname");
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, m->name.text, m->name.n);
	ev_name(e, EVF_VIA, m->op);
	ev_name(e, EVF_CLAIM, "peer");
	dis_emit(ctx, e);
}

static bool
registers(const struct msg *m)
{
	return m->opcode == OP_REGISTER || m->opcode == OP_MULTIHOMED;
}

/*
 * Whose a name is that has his address: who answers for it; who registers it
 * by broadcast, where only silence agrees, or has it; and to whom a name
 * server grants it.  NULL: nobody is known to have it yet, or any more.
 */
static const struct ev_end *
owner(const struct msg *m)
{
	bool all = m->flags & FLAG_BROADCAST;

	if (m->response) {
		return m->opcode == OP_QUERY ? m->ctx->src
		       : registers(m)        ? m->ctx->dst
					     : NULL;
	}
	return m->opcode == OP_REFRESH || m->opcode == OP_REFRESH_TOO ||
		       (registers(m) && all)
		   ? m->ctx->src
		   : NULL;
}

static void
facts(struct msg *m)
{
	const struct ev_end *who = owner(m);
	struct rd r = m->data;
	bool group = is_group(m);
	struct ev_ip ip = {{0}};

	if (!m->has_record || m->rcode != 0 || who == NULL) {
		return;
	}
	if (m->type == TYPE_NBSTAT) {
		status_facts(m);
		return;
	}
	while (rd_has(&r, ADDRESS_LEN)) {
		rd_skip(&r, 2);
		rd_copy(&r, ip.a, 4);
		if (who->ipver == 4 && memcmp(ip.a, who->ip.a, 4) == 0) {
			station(m, who, &m->name, group);
		} else if (m->response && m->opcode == OP_QUERY && !group &&
			   ip.a[0] != 0 && ip.a[0] < 224) {
			other_station(m, &ip);
		}
	}
}

/* --- the message ------------------------------------------------------------ */

static enum dis_rc
nbns_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct msg m = {.ctx = ctx, .whole = *in, .cut = ctx->cut};

	m.data = rd_failed();
	if (!read_message(&m, *in)) {
		if (ctx->cut) {
			return DIS_MORE;
		}
		if (!ctx->confirmed && !ctx->hinted) {
			return DIS_NOT_MINE;
		}
		dis_malformed(ctx, PROTO_NBNS, EV_DIR_UNKNOWN, m.bad, m.bad_at);
		(void)rd_rest(in);
		return DIS_BAD;
	}
	(void)rd_rest(in);
	/* The message itself says who asks. */
	ctx->client = m.response ? !ctx->side : ctx->side;
	ctx->client_sure = true;
	if (!is_opcode(m.opcode)) {
		bad(&m, BAD_OPCODE, 2);
	}
	if (m.bad == NULL) {
		dis_confirm(ctx);
	}
	tell(&m);
	if (!m.cut && m.bad == NULL) {
		facts(&m);
	}
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(
	    ctx, PROTO_NBNS, (enum ev_dir)ctx->ev->dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_nbns;

const struct dissector dissector_nbns = {
    .name = "nbns",
    .proto = PROTO_NBNS,
    .hints = {{DIS_UDP, 137}},
    .probe = nbns_probe,
    .parse = nbns_parse,
    .fields = &proto,
};

/*
 * codesys: the frame ([2], [4]), who asks and who answers.
 *
 *	TCP  00 01 17 e8 | length (4, all of it) | datagram     block driver
 *	UDP  datagram
 *
 *	 0    1        2     3         4     5        6 or 8
 *	+----+--------+-----+---------+-----+--------+-----------+-----------+
 *	| c5 | header | . . | service | id  | sizes  | addresses | payload   |
 *	+----+--------+-----+---------+-----+--------+-----------+-----------+
 *	header   its words (low 3 bits), hops (high 5)
 *	service  1, 2 addresses; 3 asks the name service, 4 is its answer;
 *	         40 channels (channel.c)
 *	sizes    words of either address; the payload begins at the next
 *	         multiple of 4
 *
 *	name service  package (2) | version (2) | id (4) | of c280 what a node
 *	              says of itself (facts.c)
 *
 * One frame is one operation; a block that begins a service is that one.
 *
 * Left out: which of the addresses is whose, since those who found them out
 * differ; services of several blocks behind the first; what is in tags, but for
 * who logs in and with what; of V2 all but its first question (v2.c).
 */
#include "dissectors/codesys/codesys.h"

#define TCP_HEADER 8
#define TCP_MOST   0x2000 /* 520 in practice */
#define TCP_LEAST  (TCP_HEADER + LEAST)
#define LEAST      8 /* of a datagram */
#define MAGIC      0xc5
#define V2_MAGIC   0xbb
#define HEADER     6
#define WORDS_MAX  7

enum {
	ADDRESS_ASK = 1,
	ADDRESS_BACK = 2,
	NAME_ASK = 3,
	NAME_BACK = 4,
	CHANNELS = 0x40
};

enum { RESOLVE_ADDRESS = 0xc201, RESOLVE_NAME = 0xc202, NODE = 0xc280 };

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[CODESYSF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(LAYER, "layer", EV_R_NONE, "2"),
    F(REQUEST_ID, "request_id", EV_R_NONE, "4"),
    F(CHANNEL, "channel", EV_R_NONE, "2"),
    F(BLOCK, "block", EV_R_NONE, "2"),
    F(ACK, "ack", EV_R_NONE, "2"),
    F(REASON_CODE, "reason_code", EV_R_NONE, "4"),
    F(GROUP, "group", EV_R_KEY, "1"),
    F(SERVICE, "service", EV_R_KEY, "1"),
    F(SESSION, "session", EV_R_NONE, "1"),
    F(SIZE, "size", EV_R_NONE, "1"),
    F(SECURED, "secured", EV_R_NONE, "2"),
    F(USER_NAME, "user", EV_R_NONE, "1"),
    F(NODE, "node", EV_R_NONE, "5"),
    F(DEVICE, "device", EV_R_NONE, "5"),
    F(TARGET_TYPE, "target_type", EV_R_NONE, "5"),
    F(TARGET_ID, "target_id", EV_R_NONE, "5"),
    F(CHANNELS, "channels", EV_R_NONE, "5"),
    F(SYSTEM, "system", EV_R_NONE, "6"),
    F(SYSTEM_VERSION, "system_version", EV_R_NONE, "6"),
    F(PRODUCT, "product", EV_R_NONE, "6"),
#undef F
};

_Static_assert(
    sizeof(fields) / sizeof(fields[0]) == CODESYSF_LAST - EV_PROTO_BASE,
    "a field has no name");
_Static_assert(sizeof(struct codesys_wait) <= DIS_BLOB_MAX, "does not wait");

static const struct ev_proto proto = {
    .name = "codesys",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

void
codesys_bad(struct codesys_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

/* --- framing --------------------------------------------------------------- */

static bool
is_layer(uint8_t service)
{
	return (service >= ADDRESS_ASK && service <= NAME_BACK) ||
	       service == CHANNELS;
}

/* Where the payload of a datagram begins; 0: it is none. */
static size_t
payload_at(struct rd r)
{
	uint8_t words, service, sizes;
	size_t at;

	if (rd_u8(&r) != MAGIC) {
		return 0;
	}
	words = rd_u8(&r) & WORDS_MAX;
	rd_skip(&r, 1);
	service = rd_u8(&r);
	rd_skip(&r, 1);
	sizes = rd_u8(&r);
	at = 2u * words + 2u * (sizes & 15u) + 2u * (sizes >> 4u);
	return rd_ok(&r) && words >= HEADER / 2 && words <= 4 &&
		       is_layer(service)
		   ? (at + 3) & ~(size_t)3
		   : 0;
}

/* MORE for no more than it takes to refuse it. */
static enum dis_rc
find_tcp(struct rd r, size_t *ret_len, size_t *ret_need)
{
	static const uint8_t magic[] = {0x00, 0x01, 0x17, 0xe8};
	struct rd all = r;
	uint32_t length;

	for (size_t i = 0; i < sizeof(magic) && rd_left(&r) > 0; i++) {
		if (rd_u8(&r) != magic[i]) {
			return DIS_NOT_MINE;
		}
	}
	*ret_need = rd_left(&all) < sizeof(magic) ? rd_left(&all) + 1
						  : TCP_HEADER + HEADER;
	if (rd_left(&all) < TCP_HEADER + HEADER) {
		return DIS_MORE;
	}
	length = rd_le32(&r);
	if (length < TCP_LEAST || length > TCP_MOST || payload_at(r) == 0) {
		return DIS_NOT_MINE;
	}
	*ret_len = *ret_need = length;
	return rd_left(&all) >= length ? DIS_OK : DIS_MORE;
}

/* Either version: their first octets differ. */
static enum dis_rc
find_stream(struct rd r, size_t *ret_len, size_t *ret_need)
{
	struct rd first = r;

	return rd_u8(&first) == V2_MAGIC ? codesys_v2_find(r, ret_len, ret_need)
					 : find_tcp(r, ret_len, ret_need);
}

static enum dis_rc
find_datagram(struct rd r, size_t *ret_len, size_t *ret_need)
{
	*ret_need = LEAST;
	if (rd_left(&r) < LEAST) {
		return DIS_MORE;
	}
	*ret_len = rd_left(&r);
	return payload_at(r) != 0 ? DIS_OK : DIS_NOT_MINE;
}

/* A datagram that could hardly be another's: of the name service, or one that
 * opens a channel, and as long as that. */
static bool
is_certain(struct rd r)
{
	struct rd head = r;
	size_t at = payload_at(r);
	uint8_t service;
	uint16_t type;

	rd_skip(&head, 3);
	service = rd_u8(&head);
	rd_skip(&r, at);
	type = rd_le16(&r);
	if (!rd_ok(&r)) {
		return false;
	}
	switch (service) {
	case NAME_ASK:
		return (type == RESOLVE_ADDRESS || type == RESOLVE_NAME) &&
		       rd_left(&r) >= 6;
	case NAME_BACK: return type == NODE && rd_left(&r) >= 46;
	case CHANNELS:
		return ((type & 0xff) == 0xc3 || (type & 0xff) == 0x83) &&
		       rd_left(&r) >= 14;
	default: return false;
	}
}

static enum dis_rc
codesys_probe(struct rd in, const struct dis_probe *pr)
{
	size_t len = 0, need;
	enum dis_rc rc;

	if (pr->transport == DIS_TCP) {
		rc = find_stream(in, &len, &need);
		/* What V2 begins with is short: only where it may be. */
		if (!pr->hinted && rd_left(&in) > 0 && *in.p == V2_MAGIC) {
			rc = DIS_NOT_MINE;
		}
		if (rc == DIS_MORE && pr->cut && len != 0) {
			rc = DIS_OK;
		}
	} else if (pr->transport == DIS_UDP) {
		rc = find_datagram(in, &len, &need);
		if (rc == DIS_OK && !pr->hinted && !is_certain(in)) {
			rc = DIS_NOT_MINE;
		}
	} else {
		return DIS_NOT_MINE;
	}
	if (rc == DIS_OK && pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	return rc;
}

/* --- layers ---------------------------------------------------------------- */

static void
names(struct codesys_msg *m, struct rd r)
{
	struct rd at = r;
	uint16_t package = rd_le16(&r), version = rd_le16(&r);

	m->layer = "name_service";
	m->op = package == RESOLVE_ADDRESS ? "resolve_address"
		: package == RESOLVE_NAME  ? "resolve_name"
		: package == NODE          ? "node_info"
					   : "name_service";
	m->cls = EV_CLASS_DISCOVERY;
	m->code = package;
	m->id = rd_le32(&r);
	m->has_id = rd_ok(&r);
	if (!rd_ok(&r)) {
		codesys_bad(m, CODESYS_BAD_DATA, &at);
		return;
	}
	m->tags = rd_rest(&r);
	/* Versions whose layout is known. */
	if (m->reply && package == NODE &&
	    (version == 0x0103 || version == 0x0400)) {
		m->proven = true;
		if (!codesys_is_node(m)) {
			codesys_bad(m, CODESYS_BAD_SIZE, &m->tags);
			m->proven = false;
		}
	}
}

static void
read_frame(struct codesys_msg *m, struct rd r)
{
	size_t at = payload_at(r);
	struct rd head = r, payload = r;
	uint8_t service;

	rd_skip(&head, 3);
	service = rd_u8(&head);
	rd_skip(&payload, at);
	m->op = "address";
	m->layer = "address";
	m->cls = EV_CLASS_DISCOVERY;
	m->code = service;
	m->reply = service == ADDRESS_BACK || service == NAME_BACK;
	m->dir = m->reply ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	if (!rd_ok(&payload)) {
		codesys_bad(m, CODESYS_BAD_DATA, &r);
	} else if (service == CHANNELS) {
		codesys_channel(m, payload);
	} else if (service == NAME_ASK || service == NAME_BACK) {
		names(m, payload);
	}
}

/* --- pairs ----------------------------------------------------------------- */

/* What an answer has in common with its request; 0: it has nothing. */
static uint64_t
key(const struct codesys_msg *m)
{
	if (m->has_service) {
		return 1ULL << 60 | (uint64_t)m->channel << 32 |
		       (uint64_t)m->group << 16 | m->service;
	}
	return m->has_id ? 2ULL << 60 | m->id : 0;
}

static void
direct(struct codesys_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	uint64_t k = key(m);

	/* Anybody notifies; and who has no service here has flags. */
	if ((m->dir == EV_DIR_REQUEST || m->dir == EV_DIR_RESPONSE) &&
	    m->bad == NULL && !ctx->client_sure) {
		ctx->client = m->reply ? !ctx->side : ctx->side;
		ctx->client_sure = true;
	}
	if (m->cut || m->bad != NULL || k == 0) {
		return;
	}
	if (m->reply) {
		m->paired =
		    ctx->sv->take(ctx, k, &m->wait, sizeof(m->wait), &m->pair);
	} else if (m->dir == EV_DIR_REQUEST) {
		(void)ctx->sv->put(ctx, k, &m->wait, sizeof(m->wait));
	}
}

/* --- telling --------------------------------------------------------------- */

static void
tell_service(struct codesys_msg *m, struct ev *e)
{
	const char *group = codesys_group(m->group);

	if (group != NULL) {
		ev_name(e, CODESYSF_GROUP, group);
	} else {
		ev_hexnum(e, CODESYSF_GROUP, m->group, 1);
	}
	ev_hexnum(e, CODESYSF_SERVICE, m->service, 1);
	ev_hexnum(e, CODESYSF_SESSION, m->session, 4);
	ev_uint(e, CODESYSF_SIZE, m->size);
	if (m->wait.user_n != 0 && !m->reply) {
		ev_bytes(e, CODESYSF_USER_NAME, EV_T_TEXT, m->wait.user,
		    m->wait.user_n);
	}
}

static void
tell_channel(struct codesys_msg *m, struct ev *e)
{
	if (m->has_channel) {
		ev_uint(e, CODESYSF_CHANNEL, m->channel);
	}
	if (m->has_block) {
		ev_uint(e, CODESYSF_BLOCK, m->block);
		ev_uint(e, CODESYSF_ACK, m->ack);
	}
	if (m->has_reason) {
		ev_uint(e, CODESYSF_REASON_CODE, m->reason);
	}
	if (m->secured) {
		ev_bool(e, CODESYSF_SECURED, true);
	}
}

static void
tell(struct codesys_msg *m)
{
	struct ev *e = dis_operation(
	    m->ctx, PROTO_CODESYS, m->dir, m->op, m->code, m->cls);

	e->status = m->reply && !m->cut && m->bad == NULL ? m->status : NULL;
	if (m->paired && m->dir == EV_DIR_RESPONSE) {
		dis_paired(e, &m->pair);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	ev_name(e, CODESYSF_LAYER, m->layer);
	if (m->has_id) {
		ev_hexnum(e, CODESYSF_REQUEST_ID, m->id, 4);
	}
	tell_channel(m, e);
	if (m->has_service) {
		tell_service(m, e);
	}
	codesys_tell_node(m, e);
	dis_emit(m->ctx, e);
}

static void
frame(struct codesys_msg *m, struct rd r)
{
	read_frame(m, r);
	if (m->has_service && !m->cut) {
		codesys_read_service(m);
	}
	direct(m);
	/* The magic of the block driver, and a datagram's in it. */
	if (m->bad == NULL && !m->cut && (m->paired || m->proven || m->sure)) {
		dis_confirm(m->ctx);
	}
	tell(m);
	if (m->bad == NULL && !m->cut) {
		codesys_facts(m);
	}
}

static void
either(struct codesys_msg *m, struct rd all, bool stream)
{
	struct rd at = all;

	if (stream && rd_u8(&at) == V2_MAGIC) {
		codesys_v2(m, all);
		return;
	}
	if (stream) {
		rd_skip(&all, TCP_HEADER);
		m->sure = true;
	}
	frame(m, all);
}

static enum dis_rc
codesys_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct codesys_msg m = {
	    .ctx = ctx, .start = in->p, .dir = EV_DIR_UNKNOWN};
	bool stream = ctx->transport == DIS_TCP;
	size_t len = 0, have;
	struct rd all;
	enum dis_rc rc = stream ? find_stream(*in, &len, &ctx->need)
				: find_datagram(*in, &len, &ctx->need);

	if (rc == DIS_NOT_MINE) {
		if (!ctx->confirmed) {
			return DIS_NOT_MINE;
		}
		dis_malformed(
		    ctx, PROTO_CODESYS, EV_DIR_UNKNOWN, CODESYS_BAD_HEADER, 0);
		return DIS_BAD;
	}
	have = rd_left(in) < len ? rd_left(in) : len;
	if (rc == DIS_MORE && !(ctx->cut && len != 0)) {
		return DIS_MORE;
	}
	m.cut = rc == DIS_MORE || (!stream && ctx->cut);
	if (m.cut && !stream) {
		ctx->need = 0;
	}
	all = rd_sub(in, have);
	either(&m, all, stream);
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_CODESYS, m.dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_codesys;

/* The gateway listens on 1217, runtimes on 11740, those of V2 on 1200 and
 * 2455; of several runtimes of one host each takes the next port. */
const struct dissector dissector_codesys = {
    .name = "codesys",
    .proto = PROTO_CODESYS,
    .hints = {{DIS_TCP, 11740}, {DIS_UDP, 1740}, {DIS_UDP, 1741},
	{DIS_UDP, 1742}, {DIS_UDP, 1743}, {DIS_TCP, 1217}, {DIS_TCP, 1200},
	{DIS_TCP, 2455}},
    .probe = codesys_probe,
    .parse = codesys_parse,
    .fields = &proto,
};

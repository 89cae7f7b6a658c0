/*
 * mqtt: packets, which end is which, and what answers what ([1] 2).
 *
 *	 0                 1                       2..5
 *	+--------+--------+-----------------------+--------------------------+
 *	| type 4 | flags 4| length, 7 bits an     | fields, by type; then    |
 *	|        |        | octet, low ones first | properties and a payload |
 *	+--------+--------+-----------------------+--------------------------+
 *
 * A packet is a PDU and one operation.  The broker is the server.  What a
 * client publishes is its report; what the broker passes on to a subscriber is
 * the broker's.  Commands of Sparkplug are control, since their topic says so;
 * what other topics mean is a matter between those who use them.  PUBACK and
 * PUBREC answer a client's PUBLISH, PUBCOMP its PUBREL.
 *
 * A packet may have 256 MB.  Of one that is longer than WINDOW so much is
 * waited for and told, and the rest is passed over, in pieces of that size: so
 * what is counted does not depend on how it was cut into segments.
 *
 * Left out: payloads (their length is told, and of a broker its version), what
 * stands behind an alias of a topic, authentication data, TLS, WebSockets,
 * MQTT-SN.
 */
#include "dissectors/mqtt/mqtt.h"

#define PORT   1883
#define WINDOW 2048
/* Fixed headers have at most so many octets. */
#define HEAD_MAX 5
/* Topics that are looked for after damage. */
#define TOPIC_LEAST 3

struct head {
	uint8_t type, flags;
	size_t n;     /* octets of it */
	uint32_t len; /* what follows */
};

/* What waits with a request for its answer. */
struct wait {
	uint8_t cls; /* enum ev_class */
};

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[MQF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(PACKET, "packet", EV_R_NONE, "2.1.2"),
    F(VERSION, "version", EV_R_KEY, "3.1.2.2"),
    F(BRIDGE, "bridge", EV_R_KEY, ""),
    F(CLIENT, "client", EV_R_NONE, "3.1.3.1"),
    F(CLEAN, "clean", EV_R_NONE, "3.1.2.4"),
    F(KEEP_ALIVE, "keep_alive", EV_R_NONE, "3.1.2.10"),
    F(WILL, "will", EV_R_KEY, "3.1.3.3"),
    F(WILL_LEN, "will_length", EV_R_NONE, "3.1.3.4"),
    F(PRESENT, "session_present", EV_R_NONE, "3.2.2.1.1"),
    F(REASON, "reason_code", EV_R_NONE, "2.4"),
    F(REASONS, "reason_codes", EV_R_NONE, "3.9.3"),
    F(ID, "id", EV_R_NONE, "2.2.1"),
    F(TOPIC, "topic", EV_R_KEY, "3.3.2.1"),
    F(TOPICS, "topics", EV_R_NONE, "3.8.3"),
    F(COUNT, "count", EV_R_NONE, "3.8.3"),
    F(QOS, "qos", EV_R_NONE, "4.3"),
    F(RETAIN, "retain", EV_R_NONE, "3.3.1.3"),
    F(AGAIN, "again", EV_R_NONE, "3.3.1.1"),
    F(PAYLOAD, "payload_length", EV_R_NONE, "3.3.3"),
    F(SPARKPLUG, "sparkplug", EV_R_NONE, ""),
    F(MESSAGE, "message", EV_R_NONE, ""),
    F(GROUP, "group", EV_R_NONE, ""),
    F(NODE, "node", EV_R_NONE, ""),
    F(DEVICE, "device", EV_R_NONE, ""),
    F(EXPIRY, "session_expiry", EV_R_NONE, "3.1.2.11.2"),
    F(MESSAGE_EXPIRY, "message_expiry", EV_R_NONE, "3.3.2.3.3"),
    F(WILL_DELAY, "will_delay", EV_R_NONE, "3.1.3.2.2"),
    F(RECEIVE_MAX, "receive_max", EV_R_NONE, "3.1.2.11.3"),
    F(PACKET_MAX, "packet_max", EV_R_NONE, "3.1.2.11.4"),
    F(QOS_MAX, "qos_max", EV_R_NONE, "3.2.2.3.4"),
    F(ALIAS, "alias", EV_R_NONE, "3.3.2.3.4"),
    F(ASSIGNED, "assigned", EV_R_NONE, "3.2.2.3.7"),
    F(METHOD, "method", EV_R_KEY, "3.1.2.11.9"),
    F(SERVER, "server", EV_R_KEY, "4.11"),
    F(CAUSE, "cause", EV_R_NONE, "3.2.2.3.9"),
    F(RESPONSE, "response_topic", EV_R_NONE, "3.3.2.3.5"),
    F(CONTENT, "content_type", EV_R_NONE, "3.3.2.3.9"),
    F(SUBSCRIPTION, "subscription", EV_R_NONE, "3.8.2.1.2"),
    F(USER_PROPERTIES, "user_properties", EV_R_NONE, "2.2.2.2"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == MQF_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "mqtt",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
    .program = true,
};

static const char *const packets[MQ_TYPES] = {NULL, "CONNECT", "CONNACK",
    "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE", "SUBACK",
    "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH"};

/* --- what is shared -------------------------------------------------------- */

void
mq_bad(struct mq_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

void
mq_is_client(struct mq_msg *m, bool sender)
{
	m->ctx->client = sender ? m->ctx->side : !m->ctx->side;
	m->ctx->client_sure = true;
	m->dir = sender ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
}

enum ev_dir
mq_by_sender(const struct mq_msg *m, bool answer)
{
	const struct dis_ctx *ctx = m->ctx;
	bool client = ctx->client == ctx->side;

	if (!ctx->client_sure) {
		if (ctx->to_hint == ctx->from_hint) {
			return EV_DIR_UNKNOWN;
		}
		client = ctx->to_hint;
	}
	return client   ? EV_DIR_REQUEST
	       : answer ? EV_DIR_RESPONSE
			: EV_DIR_NOTIFY;
}

/* Starts the operation; m has op, class, direction, status and pair. */
struct ev *
mq_start(struct mq_msg *m)
{
	struct ev *e =
	    dis_operation(m->ctx, PROTO_MQTT, m->dir, m->op, m->type, m->cls);

	e->status = m->dir == EV_DIR_RESPONSE ? m->status : NULL;
	if (m->paired && m->dir == EV_DIR_RESPONSE) {
		dis_paired(e, &m->pair);
	}
	if (m->type < MQ_TYPES && packets[m->type] != NULL) {
		ev_name(e, MQF_PACKET, packets[m->type]);
	}
	return e;
}

void
mq_finish(struct mq_msg *m, struct ev *e)
{
	if (m->cut) {
		e->flags |= EV_CUT;
		e->status = NULL;
	}
	if (m->paired && m->bad == NULL) {
		dis_confirm(m->ctx);
	}
	dis_emit(m->ctx, e);
}

static uint64_t
key_of(uint8_t type, uint16_t id)
{
	return (uint64_t)type << 16 | id;
}

void
mq_wait(struct mq_msg *m, uint16_t id)
{
	struct wait w = {.cls = (uint8_t)m->cls};

	if (!m->cut && m->dir == EV_DIR_REQUEST) {
		(void)m->ctx->sv->put(
		    m->ctx, key_of(m->type, id), &w, sizeof(w));
	}
}

void
mq_answer(struct mq_msg *m, uint8_t type, uint16_t id)
{
	struct wait w = {0};

	m->paired =
	    !m->cut && m->dir == EV_DIR_RESPONSE &&
	    m->ctx->sv->take(m->ctx, key_of(type, id), &w, sizeof(w), &m->pair);
	if (m->paired) {
		m->cls = (enum ev_class)w.cls;
	}
}

struct rd
mq_text(struct mq_msg *m, struct rd *r)
{
	struct rd at = *r;
	uint16_t n = rd_be16(r);
	struct rd text = rd_sub(r, n);

	mq_is_there(m, r, &at);
	return text;
}

bool
mq_is_there(struct mq_msg *m, const struct rd *r, const struct rd *at)
{
	if (!rd_ok(r) && m->part) {
		m->cut = true;
	} else if (!rd_ok(r)) {
		mq_bad(m, MQ_BAD_LENGTH, at);
	}
	return rd_ok(r);
}

void
mq_text_field(struct ev *e, uint16_t field, struct rd text)
{
	if (rd_left(&text) > 0) {
		ev_bytes(e, field, EV_T_TEXT, text.p, rd_left(&text));
	}
}

void
mq_ends(struct mq_msg *m, const struct rd *r)
{
	if (mq_is_there(m, r, r) && rd_left(r) > 0 && !m->part) {
		mq_bad(m, MQ_BAD_LENGTH, r);
	}
}

/* --- framing --------------------------------------------------------------- */

/* What the standard has in the fixed header's flags, [1] 2.1.3. */
static bool
is_flags(uint8_t type, uint8_t flags)
{
	switch (type) {
	case MQ_PUBLISH: return (flags & 6) != 6;
	case MQ_PUBREL:
	case MQ_SUBSCRIBE:
	case MQ_UNSUBSCRIBE: return flags == 2;
	default: return flags == 0;
	}
}

/* Whether a packet of its type may be so long. */
static bool
is_length(uint8_t type, uint32_t len)
{
	static const uint8_t least[MQ_TYPES] = {
	    0, 12, 2, 2, 2, 2, 2, 2, 6, 3, 5, 2, 0, 0, 0, 0};

	return len >= least[type] &&
	       (len == 0 || (type != MQ_PINGREQ && type != MQ_PINGRESP));
}

/* The fixed header; the reader moves behind it.  No more is asked for than it
 * takes to refuse it. */
static enum dis_rc
read_head(struct rd *r, struct head *ret, size_t *ret_need)
{
	size_t all = rd_left(r);
	uint8_t octet = rd_u8(r);
	unsigned shift = 0;

	ret->type = octet >> 4;
	ret->flags = octet & 0x0f;
	ret->len = 0;
	ret->n = rd_ok(r);
	*ret_need = 1;
	if (!rd_ok(r)) {
		return DIS_MORE;
	}
	do {
		if (ret->n == HEAD_MAX) {
			return DIS_NOT_MINE;
		}
		octet = rd_u8(r);
		if (!rd_ok(r)) {
			*ret_need = all + 1;
			return DIS_MORE;
		}
		ret->len |= (uint32_t)(octet & 0x7f) << shift;
		shift += 7;
		ret->n++;
	} while (octet & 0x80);
	return DIS_OK;
}

/* A topic that somebody may have thought of, as far as it is there. */
static enum dis_rc
probe_publish(struct rd r, const struct head *h, bool strict)
{
	struct rd look = r, topic;
	size_t n = rd_be16(&look);

	if (!rd_ok(&look)) {
		return rd_left(&r) > 0 && r.p[0] > h->len >> 8 ? DIS_NOT_MINE
							       : DIS_MORE;
	}
	if (n > h->len - 2) {
		return DIS_NOT_MINE;
	}
	if (!strict) {
		return DIS_OK;
	}
	topic = rd_sub(&look, n < rd_left(&look) ? n : rd_left(&look));
	if (n < TOPIC_LEAST || !mq_is_topic(topic)) {
		return DIS_NOT_MINE;
	}
	return rd_left(&topic) < n ? DIS_MORE : DIS_OK;
}

/* Behind a fixed header that may be one.  Elsewhere than on its port, a
 * connection begins with CONNECT; after damage, a topic may be known. */
static enum dis_rc
probe_body(struct rd r, const struct head *h, const struct dis_probe *pr)
{
	switch (h->type) {
	case MQ_CONNECT: return mq_is_connect(r);
	case MQ_PUBLISH: return probe_publish(r, h, pr->searching);
	default: return pr->searching ? DIS_NOT_MINE : DIS_OK;
	}
}

static enum dis_rc
mqtt_probe(struct rd in, const struct dis_probe *pr)
{
	bool anything = pr->hinted || pr->searching;
	struct head h;
	size_t need;
	enum dis_rc rc;

	if (pr->transport != DIS_TCP) {
		return DIS_NOT_MINE;
	}
	rc = read_head(&in, &h, &need);
	if (h.n == 0) {
		return rc;
	}
	if (h.type == 0 || !is_flags(h.type, h.flags) ||
	    (h.type != MQ_CONNECT && !anything)) {
		return DIS_NOT_MINE;
	}
	if (rc == DIS_OK && !is_length(h.type, h.len)) {
		return DIS_NOT_MINE;
	}
	if (rc == DIS_OK) {
		rc = probe_body(in, &h, pr);
	}
	if (rc == DIS_OK && pr->ret_len != NULL) {
		*pr->ret_len = h.n + h.len;
	}
	return rc;
}

/* --- packets of a few octets ----------------------------------------------- */

/* Id, and in version 5 a reason and properties, which may be missing. */
static void
tell_ack(struct mq_msg *m)
{
	static const uint8_t answers[MQ_TYPES] = {[MQ_PUBACK] = MQ_PUBLISH,
	    [MQ_PUBREC] = MQ_PUBLISH,
	    [MQ_PUBCOMP] = MQ_PUBREL};
	struct mq_properties p;
	struct rd r = m->body, at = r;
	uint16_t id = rd_be16(&r);
	uint8_t reason = rd_left(&r) > 0 ? rd_u8(&r) : 0;
	uint8_t to = answers[m->type];
	struct ev *e;

	m->dir = mq_by_sender(m, to != 0);
	m->cls = EV_CLASS_SESSION;
	m->op = m->type == MQ_PUBREL || m->type == MQ_PUBCOMP
		    ? "publish_release"
		    : "publish";
	if (to != 0 && m->dir != EV_DIR_RESPONSE) {
		m->op = "acknowledge"; /* what the broker passed on */
	}
	m->status = mq_reason_name(reason);
	if (mq_is_there(m, &r, &at) && id == 0) {
		mq_bad(m, MQ_BAD_ID, &at);
	}
	if (to != 0) {
		mq_answer(m, to, id);
	} else {
		mq_wait(m, id);
	}
	e = mq_start(m);
	ev_uint(e, MQF_ID, id);
	if (m->len > 2) {
		ev_uint(e, MQF_REASON, reason);
	}
	if (rd_left(&r) > 0) {
		mq_properties(m, &r, e, &p);
	}
	mq_ends(m, &r);
	mq_finish(m, e);
}

static void
tell_ping(struct mq_msg *m)
{
	bool answer = m->type == MQ_PINGRESP;

	mq_is_client(m, !answer);
	m->op = "ping";
	m->cls = EV_CLASS_SESSION;
	m->status = "ok";
	if (answer) {
		mq_answer(m, MQ_PINGREQ, 0);
	} else {
		mq_wait(m, 0);
	}
	mq_ends(m, &m->body);
	mq_finish(m, mq_start(m));
}

static void
tell_unknown(struct mq_msg *m, const char *reason)
{
	struct rd at = rd_make(m->start, 1);

	mq_bad(m, reason, &at);
	m->op = "unknown_packet";
	m->cls = EV_CLASS_OTHER;
	m->dir = mq_by_sender(m, false);
	mq_finish(m, mq_start(m));
}

static void
tell(struct mq_msg *m)
{
	/* Of a publication, the topic is there all the same. */
	if (!is_flags(m->type, m->flags) && m->type != MQ_PUBLISH) {
		tell_unknown(m, m->type == 0 ? MQ_BAD_TYPE : MQ_BAD_FLAGS);
		return;
	}
	switch (m->type) {
	case MQ_CONNECT: mq_connect(m); break;
	case MQ_CONNACK: mq_connack(m); break;
	case MQ_PUBLISH: mq_publish(m); break;
	case MQ_PUBACK:
	case MQ_PUBREC:
	case MQ_PUBREL:
	case MQ_PUBCOMP: tell_ack(m); break;
	case MQ_SUBSCRIBE:
	case MQ_UNSUBSCRIBE: mq_subscribe(m); break;
	case MQ_SUBACK:
	case MQ_UNSUBACK: mq_suback(m); break;
	case MQ_PINGREQ:
	case MQ_PINGRESP: tell_ping(m); break;
	case MQ_DISCONNECT: mq_disconnect(m); break;
	case MQ_AUTH: mq_authenticate(m); break;
	default: tell_unknown(m, MQ_BAD_TYPE); break;
	}
}

/* --- the stream ------------------------------------------------------------ */

/* The rest of a long packet: no event. */
static enum dis_rc
pass_over(struct dis_ctx *ctx, struct rd *in, uint32_t *left)
{
	size_t want = *left < WINDOW ? *left : WINDOW;

	if (!rd_has(in, want)) {
		ctx->need = want;
		return DIS_MORE;
	}
	rd_skip(in, want);
	*left -= (uint32_t)want;
	return DIS_OK;
}

/* Nothing that can be read as a packet. */
static enum dis_rc
refuse(struct dis_ctx *ctx)
{
	if (!ctx->confirmed) {
		return DIS_NOT_MINE;
	}
	dis_malformed(ctx, PROTO_MQTT, EV_DIR_UNKNOWN, MQ_BAD_HEADER, 0);
	return DIS_BAD;
}

/* Broken, and its end is not to be relied on. */
static bool
is_noise(const struct dis_ctx *ctx, const struct head *h)
{
	bool good = h->type != 0 && is_flags(h->type, h->flags);

	return !good && (!ctx->confirmed || h->n + h->len > WINDOW);
}

static enum dis_rc
mqtt_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct mq_state *st = ctx->state;
	struct mq_msg m = {.ctx = ctx, .st = st, .start = in->p};
	struct rd look = *in;
	size_t want, have;
	struct head h;
	enum dis_rc rc;
	bool cut;

	if (ctx->after_gap) {
		st->skip[ctx->side] = 0;
	}
	if (st->skip[ctx->side] > 0) {
		return pass_over(ctx, in, &st->skip[ctx->side]);
	}
	rc = read_head(&look, &h, &ctx->need);
	if (rc == DIS_NOT_MINE || (h.n > 0 && is_noise(ctx, &h))) {
		return refuse(ctx);
	}
	if (rc == DIS_MORE) {
		return rc;
	}
	want = h.n + h.len < WINDOW ? h.n + h.len : WINDOW;
	have = rd_left(in) < want ? rd_left(in) : want;
	if (have < want && !(ctx->cut && have > h.n + 1)) {
		ctx->need = want;
		return DIS_MORE;
	}
	m.type = h.type;
	m.flags = h.flags;
	m.len = h.len;
	m.cut = cut = have < want;
	m.part = have < h.n + h.len;
	m.body = rd_sub(in, have);
	rd_skip(&m.body, h.n);
	tell(&m);
	if (cut) {
		ctx->need = h.n + h.len;
	} else {
		st->skip[ctx->side] = (uint32_t)(h.n + h.len - have);
	}
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_MQTT, m.dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_mqtt;

const struct dissector dissector_mqtt = {
    .name = "mqtt",
    .proto = PROTO_MQTT,
    .state_size = sizeof(struct mq_state),
    .hints = {{DIS_TCP, PORT}},
    .probe = mqtt_probe,
    .parse = mqtt_parse,
    .fields = &proto,
};

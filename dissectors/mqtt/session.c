/*
 * session: CONNECT and CONNACK, DISCONNECT, AUTH ([1] 3.1, 3.2, 3.14, 3.15).
 *
 *	CONNECT   name | version | flags | keep alive | properties
 *	          | client id | will properties, topic, payload | user | password
 *	CONNACK   session present | code | properties
 *
 * A client says who it is by its id, unless its library has made one up; as a
 * node of Sparkplug it leaves a will that says so, too.  User and password go
 * over the wire as they are: that, and who logs in, is an auth event, told with
 * the broker's answer.
 */
#include <string.h>

#include "dissectors/mqtt/mqtt.h"

#define FLAG_USER     0x80
#define FLAG_PASSWORD 0x40
#define FLAG_RETAIN   0x20
#define FLAG_QOS      0x18
#define FLAG_WILL     0x04
#define FLAG_CLEAN    0x02
#define FLAG_NONE     0x01

/* A broker's own client sets it: Mosquitto, and others after it. */
#define VERSION_BRIDGE 0x80

struct connect {
	struct rd client, will, payload, user;
	uint16_t keep_alive;
	uint8_t version, flags;
	bool bridge;
	const char *wrong; /* of name, version, flags */
};

/* --- who it is ------------------------------------------------------------- */

/* How libraries and brokers begin the ids that they make up for each
 * connection anew: of Mosquitto, Paho for Java and Python, MQTT.js. */
static const char *const made_up[] = {
    "mosq-", "mosq/", "mosqpub", "mosqsub", "auto-", "paho", "mqttjs_"};

static bool
is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

/* 32 digits, with or without strokes: a UUID. */
static bool
is_uuid(struct rd r)
{
	unsigned digits = 0;

	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r);

		if (c != '-' && !is_hex(c)) {
			return false;
		}
		digits += c != '-';
	}
	return digits == 32;
}

static bool
is_name(struct rd id)
{
	size_t n = rd_left(&id);

	for (size_t i = 0; i < sizeof(made_up) / sizeof(made_up[0]); i++) {
		size_t len = strlen(made_up[i]);

		if (n >= len && memcmp(id.p, made_up[i], len) == 0) {
			return false;
		}
	}
	return n > 0 && !is_uuid(id);
}

static void
client_facts(struct mq_msg *m, const struct connect *c)
{
	struct rd node = mq_node_of(c->will);

	if (is_name(c->client)) {
		dis_identity(m->ctx, PROTO_MQTT, m->ctx->src, "name", EV_T_TEXT,
		    c->client.p, rd_left(&c->client), m->op);
	}
	if (rd_left(&node) > 0 && !c->bridge) {
		dis_identity(m->ctx, PROTO_MQTT, m->ctx->src, "name", EV_T_TEXT,
		    node.p, rd_left(&node), m->op);
	}
}

/* --- CONNECT --------------------------------------------------------------- */

static uint8_t
version_of(uint8_t octet)
{
	return octet & (uint8_t)~VERSION_BRIDGE;
}

static bool
is_version(size_t name_n, uint8_t version)
{
	return name_n == 6 ? version == 3 : version == 4 || version == 5;
}

/* As many octets of it as are there. */
static bool
is_protocol(const uint8_t *p, size_t n, size_t name_n)
{
	const char *name = name_n == 6 ? "MQIsdp" : "MQTT";

	return memcmp(p, name, n < name_n ? n : name_n) == 0;
}

enum dis_rc
mq_is_connect(struct rd r)
{
	size_t n = rd_left(&r), name_n;
	const uint8_t *p = r.p;

	if (n == 0) {
		return DIS_MORE;
	}
	if (p[0] != 0 || (n > 1 && p[1] != 4 && p[1] != 6)) {
		return DIS_NOT_MINE;
	}
	if (n < 3) {
		return DIS_MORE;
	}
	name_n = p[1];
	if (!is_protocol(p + 2, n - 2, name_n)) {
		return DIS_NOT_MINE;
	}
	if (n < 3 + name_n) {
		return DIS_MORE;
	}
	return is_version(name_n, version_of(p[2 + name_n])) ? DIS_OK
							     : DIS_NOT_MINE;
}

static const char *
wrong_flags(const struct connect *c)
{
	bool will = c->flags & FLAG_WILL;

	if ((c->flags & FLAG_QOS) == FLAG_QOS) {
		return MQ_BAD_QOS;
	}
	if (c->flags & FLAG_NONE ||
	    (!will && c->flags & (FLAG_QOS | FLAG_RETAIN))) {
		return MQ_BAD_FLAGS;
	}
	return c->version < 5 && c->flags & FLAG_PASSWORD &&
		       !(c->flags & FLAG_USER)
		   ? MQ_BAD_FLAGS
		   : NULL;
}

/* Up to keep alive; false when it is none of the versions known. */
static bool
read_protocol(struct mq_msg *m, struct rd *r, struct connect *c)
{
	struct rd at = *r, name = mq_text(m, r);
	size_t n = rd_left(&name);

	if (!rd_ok(&name)) {
		return false;
	}
	if ((n != 4 && n != 6) || !is_protocol(name.p, n, n)) {
		mq_bad(m, MQ_BAD_NAME, &at);
		return false;
	}
	at = *r;
	c->version = rd_u8(r);
	c->bridge = c->version & VERSION_BRIDGE;
	c->version = version_of(c->version);
	if (mq_is_there(m, r, &at) && !is_version(n, c->version)) {
		mq_bad(m, MQ_BAD_VERSION, &at);
		return false;
	}
	at = *r;
	c->flags = rd_u8(r);
	c->wrong = wrong_flags(c);
	c->keep_alive = rd_be16(r);
	if (mq_is_there(m, r, &at) && c->wrong != NULL) {
		mq_bad(m, c->wrong, &at);
	}
	return rd_ok(r);
}

/* What the flags promise; e: the operation. */
static void
read_payload(struct mq_msg *m, struct rd *r, struct connect *c, struct ev *e)
{
	struct mq_properties p;

	c->client = mq_text(m, r);
	if (c->flags & FLAG_WILL) {
		mq_properties(m, r, e, &p);
		c->will = mq_text(m, r);
		c->payload = mq_text(m, r);
	}
	if (c->flags & FLAG_USER) {
		c->user = mq_text(m, r);
	}
	if (c->flags & FLAG_PASSWORD) {
		(void)mq_text(m, r);
	}
	mq_ends(m, r);
}

/* For the answer, which says whether they were right. */
static void
keep(struct mq_state *st, const struct connect *c, bool method)
{
	size_t n = rd_left(&c->user);

	st->version = c->version;
	st->bridge = c->bridge;
	st->secret = c->flags & FLAG_PASSWORD;
	st->named = c->flags & FLAG_USER;
	st->method = method;
	st->user_n = n <= MQ_USER_MAX ? (uint8_t)n : 0;
	if (st->user_n > 0) {
		memcpy(st->user, c->user.p, n);
	}
}

static void
tell_payload(struct ev *e, const struct connect *c)
{
	mq_text_field(e, MQF_CLIENT, c->client);
	ev_bool(e, MQF_CLEAN, c->flags & FLAG_CLEAN);
	ev_uint(e, MQF_KEEP_ALIVE, c->keep_alive);
	if (c->flags & FLAG_WILL) {
		mq_text_field(e, MQF_WILL, c->will);
		ev_uint(e, MQF_WILL_LEN, rd_left(&c->payload));
		ev_uint(e, MQF_QOS, (c->flags & FLAG_QOS) >> 3);
		ev_bool(e, MQF_RETAIN, c->flags & FLAG_RETAIN);
	}
}

static const char *
version_name(uint8_t version)
{
	return version == 3 ? "3.1" : version == 4 ? "3.1.1" : "5.0";
}

void
mq_connect(struct mq_msg *m)
{
	struct mq_properties p = {.method = rd_failed()};
	struct rd none = rd_make(m->start, 0), r = m->body;
	struct connect c = {
	    .client = none, .will = none, .payload = none, .user = none};
	bool known = read_protocol(m, &r, &c);
	struct ev *e;

	mq_is_client(m, true);
	m->op = "connect";
	m->cls = EV_CLASS_SESSION;
	m->st->version = known ? c.version : 0;
	e = mq_start(m);
	if (known) {
		ev_name(e, MQF_VERSION, version_name(c.version));
		if (c.bridge) {
			ev_bool(e, MQF_BRIDGE, true);
		}
		mq_properties(m, &r, e, &p);
		read_payload(m, &r, &c, e);
		tell_payload(e, &c);
		keep(m->st, &c, rd_left(&p.method) > 0);
		mq_wait(m, 0);
	}
	/* Name, version, and fields that fill it: nothing else has these. */
	if (known && !m->cut && m->bad == NULL) {
		dis_confirm(m->ctx);
	}
	mq_finish(m, e);
	if (known && m->bad == NULL) {
		client_facts(m, &c);
	}
}

/* --- CONNACK --------------------------------------------------------------- */

static void
tell_auth(struct mq_msg *m, bool refused)
{
	struct mq_state *st = m->ctx->state;
	struct ev *e = dis_event(m->ctx, EV_AUTH, PROTO_MQTT, m->dir);

	ev_name(e, EVF_ACTION, refused ? "fail" : "login");
	if (st->user_n > 0) {
		ev_bytes(e, EVF_USER, EV_T_TEXT, st->user, st->user_n);
	}
	ev_name(e, EVF_DETAIL,
	    st->method   ? "method"
	    : st->secret ? "password"
	    : st->named  ? "user"
			 : "anonymous");
	dis_emit(m->ctx, e);
}

/* Refused for who the client says that it is, [2] 3.2.2.3, [1] 3.2.2.2. */
static bool
is_denied(const struct mq_msg *m, uint8_t code)
{
	return m->st->version < 5
		   ? code == 4 || code == 5
		   : code == 0x86 || code == 0x87 || code == 0x8c;
}

void
mq_connack(struct mq_msg *m)
{
	struct mq_state *st = m->st;
	struct mq_properties p;
	struct rd r = m->body, at = r;
	uint8_t flags = rd_u8(&r), code = rd_u8(&r);
	struct ev *e;

	mq_is_client(m, false);
	if (st->version == 0 && !m->cut) {
		/* Version 5 has the length of its properties behind this. */
		st->version = m->len == 2 ? 4 : 5;
	}
	if (mq_is_there(m, &r, &at) && flags > 1) {
		mq_bad(m, MQ_BAD_FLAGS, &at);
	}
	m->op = "connect";
	m->cls = EV_CLASS_SESSION;
	m->status = mq_connack_name(m, code);
	mq_answer(m, MQ_CONNECT, 0);
	e = mq_start(m);
	ev_bool(e, MQF_PRESENT, flags & 1);
	ev_uint(e, MQF_REASON, code);
	/* Whoever refuses a version that it does not know may not answer in
	 * it. */
	if (rd_left(&r) > 0 || code < 0x80) {
		mq_properties(m, &r, e, &p);
	}
	mq_ends(m, &r);
	mq_finish(m, e);
	if (!m->paired || m->bad != NULL) {
		return;
	}
	if (is_denied(m, code)) {
		tell_auth(m, true);
	} else if (code == 0 && (st->named || st->secret || st->method)) {
		tell_auth(m, false);
	}
}

/* --- DISCONNECT, AUTH ------------------------------------------------------- */

static void
tell_reason(struct mq_msg *m)
{
	struct mq_properties p;
	struct rd r = m->body;
	uint8_t reason = rd_u8(&r);
	struct ev *e = mq_start(m);

	if (m->len > 0 && rd_ok(&r)) {
		ev_uint(e, MQF_REASON, reason);
		if (rd_left(&r) > 0) {
			mq_properties(m, &r, e, &p);
		}
		mq_ends(m, &r);
	}
	mq_finish(m, e);
}

void
mq_disconnect(struct mq_msg *m)
{
	struct rd at = m->body;

	m->op = "disconnect";
	m->cls = EV_CLASS_SESSION;
	if (m->len == 0 && m->st->version != 5) {
		mq_is_client(m, true);
	} else {
		m->dir = mq_by_sender(m, false);
	}
	if (m->len > 0 && m->st->version != 0 && m->st->version < 5) {
		mq_bad(m, MQ_BAD_LENGTH, &at);
	}
	tell_reason(m);
}

void
mq_authenticate(struct mq_msg *m)
{
	struct rd at = rd_make(m->start, 1);

	m->op = "authenticate";
	m->cls = EV_CLASS_SESSION;
	m->dir = mq_by_sender(m, false);
	if (m->st->version != 0 && m->st->version < 5) {
		mq_bad(m, MQ_BAD_TYPE, &at);
	}
	tell_reason(m);
}

/*
 * topics: PUBLISH, SUBSCRIBE and their like ([1] 3.3, 3.8 to 3.11), and what
 * some topics say by themselves.
 *
 *	spBv1.0/GROUP/MESSAGE/NODE[/DEVICE]    Sparkplug B ([4] 4)
 *	spBv1.0/STATE/HOST                     its host application
 *	$SYS/broker/version                    of Mosquitto: its own version
 *
 * A node of Sparkplug announces itself and the devices behind it by births.
 * What comes through a bridge, others have published.
 */
#include <string.h>

#include "dissectors/mqtt/mqtt.h"

#define TOPICS_MAX  64
#define VERSION_MAX 64 /* octets of a broker's version */

enum message {
	OTHER,
	NBIRTH,
	DBIRTH,
	NCMD,
	DCMD,
	STATE,
	PLAIN, /* of Sparkplug: deaths and data */
};

struct sparkplug {
	enum message message;
	const char *name;
	struct rd group, node, device;
	struct rd behind; /* node and device, as they stand in the topic */
};

/* --- topics ---------------------------------------------------------------- */

bool
mq_is_topic(struct rd r)
{
	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r);

		if (c < ' ' || c == '#' || c == '+' || c == 0x7f) {
			return false;
		}
	}
	return true;
}

/* [1] 4.7.1, 4.7.3. */
static bool
is_for_many(struct rd r)
{
	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r);

		if (c == 0 || c == '#' || c == '+') {
			return true;
		}
	}
	return false;
}

static bool
is_text(struct rd r, const char *text)
{
	while (rd_left(&r) > 0 && *text != '\0') {
		if (rd_u8(&r) != (uint8_t)*text++) {
			return false;
		}
	}
	return rd_left(&r) == 0 && *text == '\0';
}

/* The next level, and the reader behind its stroke. */
static struct rd
level(struct rd *r)
{
	struct rd from = *r;
	size_t n = 0;

	while (rd_left(r) > 0 && rd_u8(r) != '/') {
		n++;
	}
	return rd_sub(&from, n);
}

static enum message
message_of(struct rd text, const char **ret_name)
{
	static const struct {
		const char *name;
		enum message m;
	} known[] = {
	    {"NBIRTH", NBIRTH},
	    {"NDEATH", PLAIN},
	    {"DBIRTH", DBIRTH},
	    {"DDEATH", PLAIN},
	    {"NDATA", PLAIN},
	    {"DDATA", PLAIN},
	    {"NCMD", NCMD},
	    {"DCMD", DCMD},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (is_text(text, known[i].name)) {
			*ret_name = known[i].name;
			return known[i].m;
		}
	}
	return OTHER;
}

static void
read_sparkplug(struct rd topic, struct sparkplug *ret)
{
	struct rd r = topic, space = level(&r);

	*ret = (struct sparkplug){
	    .group = rd_failed(), .node = rd_failed(), .device = rd_failed()};
	if (!is_text(space, "spBv1.0")) {
		return;
	}
	ret->group = level(&r);
	if (is_text(ret->group, "STATE")) {
		ret->message = STATE;
		ret->name = "STATE";
		ret->group = rd_failed();
		ret->node = r;
		return;
	}
	ret->message = message_of(level(&r), &ret->name);
	ret->behind = r;
	ret->node = level(&r);
	ret->device = r;
	if (rd_left(&ret->node) == 0) {
		ret->message = OTHER;
	}
}

struct rd
mq_node_of(struct rd topic)
{
	struct sparkplug s;

	read_sparkplug(topic, &s);
	return s.message != OTHER &&
		       is_text(rd_make(s.name, strlen(s.name)), "NDEATH")
		   ? s.node
		   : rd_failed();
}

static void
tell_sparkplug(struct ev *e, const struct sparkplug *s)
{
	if (s->message == OTHER) {
		return;
	}
	ev_object(e, MQF_SPARKPLUG);
	ev_name(e, MQF_MESSAGE, s->name);
	mq_text_field(e, MQF_GROUP, s->group);
	mq_text_field(e, MQF_NODE, s->node);
	mq_text_field(e, MQF_DEVICE, s->device);
	ev_end(e);
}

/* --- PUBLISH --------------------------------------------------------------- */

static void
name_is(struct mq_msg *m, const char *key, struct rd text)
{
	if (rd_left(&text) > 0) {
		dis_identity(m->ctx, PROTO_MQTT, m->ctx->src, key, EV_T_TEXT,
		    text.p, rd_left(&text), m->op);
	}
}

/* Of a publisher, or of a broker that tells of itself. */
static void
publish_facts(
    struct mq_msg *m, const struct sparkplug *s, struct rd topic, struct rd r)
{
	bool own = m->dir == EV_DIR_REQUEST && !m->st->bridge;

	if (own && (s->message == NBIRTH || s->message == STATE)) {
		name_is(m, "name", s->node);
	}
	if (own && s->message == DBIRTH && rd_left(&s->device) > 0) {
		dis_topology(m->ctx, PROTO_MQTT, m->ctx->src,
		    "sparkplug_device", (const char *)s->behind.p,
		    rd_left(&s->behind));
	}
	if (m->dir == EV_DIR_NOTIFY && !m->part && rd_left(&r) <= VERSION_MAX &&
	    is_text(topic, "$SYS/broker/version")) {
		name_is(m, "software", r);
	}
}

static void
judge_topic(struct mq_msg *m, struct rd topic, const struct mq_properties *p)
{
	bool empty = rd_left(&topic) == 0;

	if (is_for_many(topic) ||
	    (empty && m->st->version != 0 && !p->has_alias)) {
		mq_bad(m, MQ_BAD_TOPIC, &topic);
	}
}

/* The fields behind the topic. */
static void
tell_publish(struct mq_msg *m, struct ev *e, struct rd *r, struct rd topic,
    struct rd id_at, uint16_t id)
{
	uint8_t qos = m->flags >> 1 & 3;
	struct mq_properties p;
	struct rd at;

	ev_uint(e, MQF_QOS, qos);
	if (m->flags & 1) {
		ev_bool(e, MQF_RETAIN, true);
	}
	if (m->flags & 8) {
		ev_bool(e, MQF_AGAIN, true);
	}
	if (qos == 3) {
		at = rd_make(m->start, 1);
		mq_bad(m, MQ_BAD_QOS, &at);
	} else if (qos != 0) {
		ev_uint(e, MQF_ID, id);
		if (rd_ok(r) && id == 0) {
			mq_bad(m, MQ_BAD_ID, &id_at);
		}
	}
	mq_properties(m, r, e, &p);
	if (rd_ok(r) && m->st->version != 0) {
		ev_uint(e, MQF_PAYLOAD, m->len - (size_t)(r->p - m->body.p));
	}
	if (rd_ok(&topic)) {
		judge_topic(m, topic, &p);
	}
}

void
mq_publish(struct mq_msg *m)
{
	struct rd r = m->body, topic = mq_text(m, &r), at = r;
	uint16_t id = m->flags & 6 ? rd_be16(&r) : 0;
	struct sparkplug s;
	struct ev *e;

	(void)mq_is_there(m, &r, &at);
	read_sparkplug(topic, &s);
	m->op = "publish";
	m->cls = s.message == NCMD || s.message == DCMD ? EV_CLASS_CONTROL
							: EV_CLASS_REPORT;
	m->dir = mq_by_sender(m, false);
	e = mq_start(m);
	mq_text_field(e, MQF_TOPIC, topic);
	tell_sparkplug(e, &s);
	tell_publish(m, e, &r, topic, at, id);
	if (m->flags & 6 && m->bad == NULL) {
		mq_wait(m, id);
	}
	mq_finish(m, e);
	if (rd_ok(&topic) && m->bad == NULL) {
		publish_facts(m, &s, topic, r);
	}
}

/* --- SUBSCRIBE, UNSUBSCRIBE ------------------------------------------------- */

/* Whether all that is left are filters, with the options of SUBSCRIBE. */
static bool
are_filters(const struct mq_msg *m, struct rd r)
{
	while (rd_left(&r) > 0) {
		uint16_t n = rd_be16(&r);

		rd_skip(&r, n);
		if (m->type == MQ_SUBSCRIBE) {
			rd_skip(&r, 1);
		}
		if (n == 0) {
			return false;
		}
	}
	return rd_ok(&r);
}

/* Whose beginning was not seen: as its filters stand, with properties before
 * them or without. */
static void
guess_version(struct mq_msg *m, struct rd r)
{
	uint32_t n;

	if (m->st->version != 0 || m->part || are_filters(m, r)) {
		return;
	}
	n = mq_varint(&r);
	rd_skip(&r, n);
	if (rd_ok(&r) && rd_left(&r) > 0 && are_filters(m, r)) {
		m->st->version = 5;
	}
}

static void
tell_filter(struct mq_msg *m, struct ev *e, struct rd *r, unsigned at)
{
	struct rd from = *r, filter = mq_text(m, r);
	uint8_t options = m->type == MQ_SUBSCRIBE ? rd_u8(r) : 0;

	if (mq_is_there(m, r, &from) && rd_left(&filter) == 0) {
		mq_bad(m, MQ_BAD_TOPIC, &from);
	}
	if (rd_ok(r) && (options & 3) == 3) {
		mq_bad(m, MQ_BAD_QOS, &from);
	}
	if (at >= TOPICS_MAX || !rd_ok(r)) {
		return;
	}
	ev_object(e, EVF_ELEM);
	mq_text_field(e, MQF_TOPIC, filter);
	if (m->type == MQ_SUBSCRIBE) {
		ev_uint(e, MQF_QOS, options & 3);
	}
	ev_end(e);
}

void
mq_subscribe(struct mq_msg *m)
{
	struct mq_properties p;
	struct rd r = m->body, at = r;
	uint16_t id = rd_be16(&r);
	unsigned count = 0;
	struct ev *e;

	mq_is_client(m, true);
	m->op = m->type == MQ_SUBSCRIBE ? "subscribe" : "unsubscribe";
	m->cls = EV_CLASS_READ;
	guess_version(m, r);
	if (mq_is_there(m, &r, &at) && id == 0) {
		mq_bad(m, MQ_BAD_ID, &at);
	}
	e = mq_start(m);
	ev_uint(e, MQF_ID, id);
	mq_properties(m, &r, e, &p);
	ev_array(e, MQF_TOPICS);
	while (rd_left(&r) > 0) {
		tell_filter(m, e, &r, count++);
	}
	ev_end(e);
	if (count > TOPICS_MAX) {
		ev_uint(e, MQF_COUNT, count);
	}
	if (count == 0) {
		mq_bad(m, MQ_BAD_NONE, &r);
	}
	if (m->bad == NULL) {
		mq_wait(m, id);
	}
	mq_finish(m, e);
}

/* --- SUBACK, UNSUBACK ------------------------------------------------------- */

void
mq_suback(struct mq_msg *m)
{
	struct mq_properties p;
	struct rd r = m->body, at = r, codes;
	uint16_t id = rd_be16(&r);
	uint8_t to = m->type == MQ_SUBACK ? MQ_SUBSCRIBE : MQ_UNSUBSCRIBE;
	struct ev *e;

	mq_is_client(m, false);
	m->op = to == MQ_SUBSCRIBE ? "subscribe" : "unsubscribe";
	m->cls = EV_CLASS_READ;
	/* Before version 5 that it comes is all that it says. */
	m->status = to == MQ_UNSUBSCRIBE && m->st->version != 5 ? "ok" : NULL;
	if (mq_is_there(m, &r, &at) && id == 0) {
		mq_bad(m, MQ_BAD_ID, &at);
	}
	mq_answer(m, to, id);
	e = mq_start(m);
	ev_uint(e, MQF_ID, id);
	mq_properties(m, &r, e, &p);
	if (m->st->version == 0) {
		/* Codes, or properties before them: it cannot be told. */
		mq_finish(m, e);
		return;
	}
	codes = r;
	if (rd_left(&codes) > 0) {
		e->status = "ok";
		ev_array(e, MQF_REASONS);
	}
	for (unsigned i = 0; rd_left(&codes) > 0; i++) {
		uint8_t code = rd_u8(&codes);

		if (i < TOPICS_MAX) {
			ev_uint(e, EVF_ELEM, code);
		}
		if (code >= 0x80) {
			e->status = mq_reason_name(code);
		}
	}
	if (rd_left(&r) > 0) {
		ev_end(e);
	}
	mq_finish(m, e);
}

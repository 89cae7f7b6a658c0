/*
 * codes: reason codes ([1] 2.4, [2] 3.2.2.3) and properties ([1] 2.2.2).
 *
 *	 1..4
 *	+--------+----+--------------+----+--------------+
 *	| length | id | value by id  | id | value by id  | ...
 *	+--------+----+--------------+----+--------------+
 *
 * Authentication and correlation data, and what users put into properties of
 * their own, are not told.
 */
#include "dissectors/mqtt/mqtt.h"
#include "dissectors/names.h"

static const struct name connack[] = {
    {0, "ok"},
    {1, "unacceptable_protocol_version"},
    {2, "identifier_rejected"},
    {3, "server_unavailable"},
    {4, "bad_user_name_or_password"},
    {5, "not_authorized"},
};

static const struct name reasons[] = {
    {0x80, "unspecified_error"},
    {0x81, "malformed_packet"},
    {0x82, "protocol_error"},
    {0x83, "implementation_specific_error"},
    {0x84, "unsupported_protocol_version"},
    {0x85, "client_identifier_not_valid"},
    {0x86, "bad_user_name_or_password"},
    {0x87, "not_authorized"},
    {0x88, "server_unavailable"},
    {0x89, "server_busy"},
    {0x8a, "banned"},
    {0x8b, "server_shutting_down"},
    {0x8c, "bad_authentication_method"},
    {0x8d, "keep_alive_timeout"},
    {0x8e, "session_taken_over"},
    {0x8f, "topic_filter_invalid"},
    {0x90, "topic_name_invalid"},
    {0x91, "packet_identifier_in_use"},
    {0x92, "packet_identifier_not_found"},
    {0x93, "receive_maximum_exceeded"},
    {0x94, "topic_alias_invalid"},
    {0x95, "packet_too_large"},
    {0x96, "message_rate_too_high"},
    {0x97, "quota_exceeded"},
    {0x98, "administrative_action"},
    {0x99, "payload_format_invalid"},
    {0x9a, "retain_not_supported"},
    {0x9b, "qos_not_supported"},
    {0x9c, "use_another_server"},
    {0x9d, "server_moved"},
    {0x9e, "shared_subscriptions_not_supported"},
    {0x9f, "connection_rate_exceeded"},
    {0xa0, "maximum_connect_time"},
    {0xa1, "subscription_identifiers_not_supported"},
    {0xa2, "wildcard_subscriptions_not_supported"},
};

const char *
mq_connack_name(const struct mq_msg *m, uint8_t code)
{
	const char *name = NAME_OF(connack, code);

	if (m->st->version == 5) {
		return mq_reason_name(code);
	}
	/* A broker that does not know the version may answer in its own. */
	return name != NULL ? name : mq_reason_name(code | 0x80);
}

const char *
mq_reason_name(uint8_t code)
{
	const char *name = NAME_OF(reasons, code);

	return code < 0x80 ? "ok" : name != NULL ? name : "unknown_error";
}

/* --- properties ------------------------------------------------------------ */

enum form { BYTE = 1, SHORT, LONG, VARINT, TEXT, BINARY, PAIR };

/* A field of 0: it is not told. */
static const struct property {
	uint8_t form;
	uint16_t field;
} properties[] = {
    [0x01] = {BYTE, 0}, /* payload format */
    [0x02] = {LONG, MQF_MESSAGE_EXPIRY},
    [0x03] = {TEXT, MQF_CONTENT},
    [0x08] = {TEXT, MQF_RESPONSE},
    [0x09] = {BINARY, 0}, /* correlation data */
    [0x0b] = {VARINT, MQF_SUBSCRIPTION},
    [0x11] = {LONG, MQF_EXPIRY},
    [0x12] = {TEXT, MQF_ASSIGNED},
    [0x13] = {SHORT, MQF_KEEP_ALIVE},
    [0x15] = {TEXT, MQF_METHOD},
    [0x16] = {BINARY, 0}, /* authentication data */
    [0x17] = {BYTE, 0},   /* problem information is wanted */
    [0x18] = {LONG, MQF_WILL_DELAY},
    [0x19] = {BYTE, 0}, /* response information is wanted */
    [0x1a] = {TEXT, 0}, /* response information */
    [0x1c] = {TEXT, MQF_SERVER},
    [0x1f] = {TEXT, MQF_CAUSE},
    [0x21] = {SHORT, MQF_RECEIVE_MAX},
    [0x22] = {SHORT, 0}, /* most aliases */
    [0x23] = {SHORT, MQF_ALIAS},
    [0x24] = {BYTE, MQF_QOS_MAX},
    [0x25] = {BYTE, 0}, /* retained messages are to be had */
    [0x26] = {PAIR, 0}, /* a user's */
    [0x27] = {LONG, MQF_PACKET_MAX},
    [0x28] = {BYTE, 0}, /* subscriptions: with wildcards, ids, shared */
    [0x29] = {BYTE, 0},
    [0x2a] = {BYTE, 0},
};

#define USER_PROPERTY 0x26
#define SUBSCRIPTION  0x0b

/* [1] 1.5.5; the reader fails when it has a fifth octet. */
uint32_t
mq_varint(struct rd *r)
{
	uint32_t v = 0;

	for (unsigned shift = 0; shift < 28; shift += 7) {
		uint8_t octet = rd_u8(r);

		v |= (uint32_t)(octet & 0x7f) << shift;
		if (!(octet & 0x80)) {
			return v;
		}
	}
	rd_fail(r);
	return 0;
}

static struct rd
data(struct rd *r)
{
	uint16_t n = rd_be16(r);

	return rd_sub(r, n);
}

static void
number(struct ev *e, const struct property *p, const struct rd *r, uint32_t v)
{
	if (p->field != 0 && rd_ok(r)) {
		ev_uint(e, p->field, v);
	}
}

/* One value, and what is told of it. */
static void
value(struct rd *r, struct ev *e, const struct property *p,
    struct mq_properties *ret)
{
	struct rd text;

	switch (p->form) {
	case BYTE: number(e, p, r, rd_u8(r)); break;
	case SHORT: number(e, p, r, rd_be16(r)); break;
	case LONG: number(e, p, r, rd_be32(r)); break;
	case VARINT: number(e, p, r, mq_varint(r)); break;
	case PAIR: (void)data(r); /* FALLTHROUGH */
	default:
		text = data(r);
		if (p->field != 0) {
			mq_text_field(e, p->field, text);
		}
		ret->method = p->field == MQF_METHOD ? text : ret->method;
		ret->assigned = p->field == MQF_ASSIGNED ? text : ret->assigned;
		break;
	}
}

static void
list(struct mq_msg *m, struct rd r, struct ev *e, struct mq_properties *ret)
{
	uint64_t seen = 0;
	unsigned users = 0;

	while (rd_left(&r) > 0) {
		struct rd at = r;
		uint8_t id = rd_u8(&r);
		uint64_t bit = id < 64 ? (uint64_t)1 << id : 0;

		if (id >= sizeof(properties) / sizeof(properties[0]) ||
		    properties[id].form == 0 || seen & bit) {
			mq_bad(m, MQ_BAD_PROPERTY, &at);
			return;
		}
		if (id != USER_PROPERTY && id != SUBSCRIPTION) {
			seen |= bit;
		}
		users += id == USER_PROPERTY;
		ret->has_alias |= properties[id].field == MQF_ALIAS;
		value(&r, e, &properties[id], ret);
		if (!rd_ok(&r)) {
			m->cut |= m->part;
			mq_bad(m, MQ_BAD_PROPERTY, &at);
			return;
		}
	}
	if (users > 0) {
		ev_uint(e, MQF_USER_PROPERTIES, users);
	}
}

void
mq_properties(
    struct mq_msg *m, struct rd *r, struct ev *e, struct mq_properties *ret)
{
	struct rd at = *r;
	uint32_t n;

	*ret = (struct mq_properties){
	    .assigned = rd_failed(), .method = rd_failed()};
	if (m->st->version != 5) {
		return;
	}
	n = mq_varint(r);
	if (!mq_is_there(m, r, &at)) {
		return;
	}
	if (!rd_has(r, n) && !m->part) {
		mq_bad(m, MQ_BAD_PROPERTY, &at);
		rd_fail(r);
		return;
	}
	if (!rd_has(r, n)) {
		list(m, rd_rest(r), e, ret);
		rd_fail(r);
		m->cut = true;
		return;
	}
	list(m, rd_sub(r, n), e, ret);
}

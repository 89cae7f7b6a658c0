/*
 * mqtt: who publishes what to whom, through a broker.
 *
 * [1] OASIS, MQTT Version 5.0
 * [2] OASIS, MQTT Version 3.1.1
 * [3] IBM and Eurotech, MQTT V3.1 Protocol Specification
 * [4] Eclipse Foundation, Sparkplug Specification 3.0
 *
 *   mqtt.c     packets: framing, directions, pairs; those of a few octets
 *   session.c  CONNECT, CONNACK, DISCONNECT: who is who
 *   topics.c   PUBLISH, SUBSCRIBE; topics that say what they are about
 *   codes.c    reason codes, properties
 */
#ifndef OTUS_DISSECTORS_MQTT_MQTT_H
#define OTUS_DISSECTORS_MQTT_MQTT_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

/* Reasons of malformed events: an interface, rules name them. */
#define MQ_BAD_HEADER   "no_header"     /* a length of five octets         */
#define MQ_BAD_TYPE     "packet_type"   /* 0; 15 before version 5          */
#define MQ_BAD_FLAGS    "flags"         /* reserved, or none may be set    */
#define MQ_BAD_LENGTH   "length"        /* fields and length disagree      */
#define MQ_BAD_NAME     "protocol_name" /* of CONNECT                      */
#define MQ_BAD_VERSION  "version"       /* neither 3, 4 nor 5              */
#define MQ_BAD_QOS      "qos"           /* 3 is none                       */
#define MQ_BAD_TOPIC    "topic"         /* empty, or for many              */
#define MQ_BAD_NONE     "no_topics"     /* subscribes to nothing           */
#define MQ_BAD_ID       "packet_id"     /* 0 is none                       */
#define MQ_BAD_PROPERTY "properties"    /* unknown, twice, or longer       */

/* Packet types, [1] 2.1.2. */
enum {
	MQ_CONNECT = 1,
	MQ_CONNACK,
	MQ_PUBLISH,
	MQ_PUBACK,
	MQ_PUBREC,
	MQ_PUBREL,
	MQ_PUBCOMP,
	MQ_SUBSCRIBE,
	MQ_SUBACK,
	MQ_UNSUBSCRIBE,
	MQ_UNSUBACK,
	MQ_PINGREQ,
	MQ_PINGRESP,
	MQ_DISCONNECT,
	MQ_AUTH,
	MQ_TYPES
};

enum mq_field {
	MQF_PACKET = EV_PROTO_BASE,
	MQF_VERSION,
	MQF_BRIDGE,
	MQF_CLIENT,
	MQF_CLEAN,
	MQF_KEEP_ALIVE,
	MQF_WILL,
	MQF_WILL_LEN,
	MQF_PRESENT,
	MQF_REASON,
	MQF_REASONS,
	MQF_ID,
	MQF_TOPIC,
	MQF_TOPICS,
	MQF_COUNT,
	MQF_QOS,
	MQF_RETAIN,
	MQF_AGAIN,
	MQF_PAYLOAD,
	MQF_SPARKPLUG,
	MQF_MESSAGE,
	MQF_GROUP,
	MQF_NODE,
	MQF_DEVICE,
	MQF_EXPIRY,
	MQF_MESSAGE_EXPIRY,
	MQF_WILL_DELAY,
	MQF_RECEIVE_MAX,
	MQF_PACKET_MAX,
	MQF_QOS_MAX,
	MQF_ALIAS,
	MQF_ASSIGNED,
	MQF_METHOD,
	MQF_SERVER,
	MQF_CAUSE,
	MQF_RESPONSE,
	MQF_CONTENT,
	MQF_SUBSCRIPTION,
	MQF_USER_PROPERTIES,
	MQF_END
};

#define MQ_USER_MAX 96

/* Of a connection. */
struct mq_state {
	uint32_t skip[2]; /* octets of a long packet that are passed over   */
	uint8_t version;  /* 3, 4, 5; 0: the beginning was not seen         */
	bool bridge;      /* what comes through it others have published    */
	bool secret;      /* CONNECT had a password                         */
	bool method;      /* ... or a method of its own                     */
	bool named;       /* ... and a user, whose name is                  */
	uint8_t user_n;   /* 0: none, or one too long to be kept            */
	uint8_t user[MQ_USER_MAX];
};

struct mq_msg {
	struct dis_ctx *ctx;
	struct mq_state *st;
	const uint8_t *start; /* the PDU's first octet                      */
	uint8_t type, flags;
	bool part; /* not all of it is at hand                          */
	bool cut;  /* ... and fields are missing: nothing is judged     */
	bool paired;
	enum ev_dir dir;
	enum ev_class cls;
	const char *op, *status;
	struct dis_pair pair;
	size_t len; /* behind the fixed header, as that says             */
	struct rd body;
	const char *bad;
	size_t bad_at;
};

/* Properties that more than the operation asks for. */
struct mq_properties {
	struct rd assigned, method;
	bool has_alias;
};

/* --- mqtt.c ---------------------------------------------------------------- */

void mq_bad(struct mq_msg *, const char *reason, const struct rd *at);
/* The sender is the client, or is not, and can be nothing else. */
void mq_is_client(struct mq_msg *, bool sender);
/* Both ends send these: by what is known of who sends. */
enum ev_dir mq_by_sender(const struct mq_msg *, bool answer);
struct ev *mq_start(struct mq_msg *);
void mq_finish(struct mq_msg *, struct ev *);
void mq_wait(struct mq_msg *, uint16_t id);
/* Of the request that it answers the class is had, too. */
void mq_answer(struct mq_msg *, uint8_t type, uint16_t id);
struct rd mq_text(struct mq_msg *, struct rd *);
void mq_text_field(struct ev *, uint16_t field, struct rd text);
/* False when what was read from at on is not there. */
bool mq_is_there(struct mq_msg *, const struct rd *, const struct rd *at);
/* Fields came up short, or octets are left. */
void mq_ends(struct mq_msg *, const struct rd *);

/* --- session.c ------------------------------------------------------------- */

void mq_connect(struct mq_msg *);
void mq_connack(struct mq_msg *);
void mq_disconnect(struct mq_msg *);
void mq_authenticate(struct mq_msg *);
/* Whether name and version, as far as they are there, are MQTT's: the packet
 * behind its fixed header. */
enum dis_rc mq_is_connect(struct rd);

/* --- topics.c -------------------------------------------------------------- */

void mq_publish(struct mq_msg *);
void mq_subscribe(struct mq_msg *);
void mq_suback(struct mq_msg *);
/* Of a node of Sparkplug, by the topic of its messages; failed: it is none. */
struct rd mq_node_of(struct rd topic);
bool mq_is_topic(struct rd);

/* --- codes.c --------------------------------------------------------------- */

/* "ok" below 0x80; version 3 and 4 have codes of their own for CONNACK. */
const char *mq_connack_name(const struct mq_msg *, uint8_t code);
const char *mq_reason_name(uint8_t code);
uint32_t mq_varint(struct rd *);
/* In version 5 the properties, and the reader behind them; they become fields
 * of e, and what else is asked for goes to ret. */
void mq_properties(
    struct mq_msg *, struct rd *, struct ev *e, struct mq_properties *ret);

#endif

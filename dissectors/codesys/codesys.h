/*
 * codesys: CODESYS V3, as engineering tools, gateways, panels and controllers
 * that run it speak with one another; and how V2 begins.
 *
 * Its maker publishes no protocol, but constants that libraries need; the rest
 * was found out by others, who agree where it is told here:
 * [1] CODESYS GmbH, online help of libraries: "Plc Services", PlcServiceHeader;
 *     "Datasource ApplicationV3 Access", GlobalConstants, Services;
 * [2] Kaspersky ICS CERT, "Security research: CODESYS Runtime", part 2 (2019):
 *     the layers, their headers;
 * [3] the dissector "codesys3.lua", after that and Tenable's TRA-2020-04:
 *     services by number;
 * [4] Microsoft, ICS forensics tools, CODESYS V3 plugin: headers, name service;
 * [5] Rapid7, "codesys3", and the scripts broadcast-codesys-discover and
 *     codesys-plc-info: name service;
 * [6] Digital Bond, Redpoint, codesys-v2-discover: V2's first question;
 * [7] Digital Bond, Basecamp, codesys-transfer: what V2's length counts.
 *
 *   codesys.c   the frame, what is in it, fields
 *   channel.c   channels, and services in them
 *   facts.c     who controllers and tools are, log-ins
 *   v2.c        the first question of V2
 *   names.c     names of services
 */
#ifndef OTUS_DISSECTORS_CODESYS_CODESYS_H
#define OTUS_DISSECTORS_CODESYS_CODESYS_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

/* Reasons of malformed events: an interface, rules name them. */
#define CODESYS_BAD_HEADER "no_header" /* no frame of the block driver      */
#define CODESYS_BAD_DATA   "data"      /* ends inside a layer's header      */
#define CODESYS_BAD_SIZE   "size"      /* more is said than is there        */

enum codesys_field {
	CODESYSF_LAYER = EV_PROTO_BASE,
	CODESYSF_REQUEST_ID,
	CODESYSF_CHANNEL,
	CODESYSF_BLOCK,
	CODESYSF_ACK,
	CODESYSF_REASON_CODE,
	CODESYSF_GROUP,
	CODESYSF_SERVICE,
	CODESYSF_SESSION,
	CODESYSF_SIZE,
	CODESYSF_SECURED,
	CODESYSF_USER_NAME,
	CODESYSF_NODE,
	CODESYSF_DEVICE,
	CODESYSF_TARGET_TYPE,
	CODESYSF_TARGET_ID,
	CODESYSF_CHANNELS,
	CODESYSF_SYSTEM,
	CODESYSF_SYSTEM_VERSION,
	CODESYSF_PRODUCT,
	CODESYSF_LAST
};

#define CODESYS_USER 40

/* What waits with a request for its answer. */
struct codesys_wait {
	uint8_t user_n;
	char user[CODESYS_USER];
};

struct codesys_service {
	uint8_t group, service;
	const char *name;
	enum ev_class cls;
};

struct codesys_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	bool cut, paired, reply, proven, sure;
	enum ev_dir dir;
	const char *op, *layer, *status;
	enum ev_class cls;
	uint32_t code;
	/* of which the layer at hand has */
	bool has_id, has_channel, has_block, has_service, has_reason, secured;
	uint32_t id, block, ack, size, session;
	uint16_t channel, group, service, reason;
	struct dis_pair pair;
	struct codesys_wait wait;
	struct rd tags; /* of a service; or what a name service says */
	const char *bad;
	size_t bad_at;
	char text[16]; /* a version */
};

void codesys_bad(struct codesys_msg *, const char *reason, const struct rd *at);

/* channel.c */
void codesys_channel(struct codesys_msg *, struct rd);

/* facts.c */
void codesys_read_service(struct codesys_msg *); /* before it is told */
void codesys_tell_node(struct codesys_msg *, struct ev *);
bool codesys_is_node(const struct codesys_msg *);
void codesys_facts(struct codesys_msg *);

/* v2.c */
enum dis_rc codesys_v2_find(struct rd, size_t *ret_len, size_t *ret_need);
void codesys_v2(struct codesys_msg *, struct rd);

/* names.c */
const struct codesys_service *codesys_service(uint16_t group, uint16_t service);
const char *codesys_group(uint16_t group); /* NULL: nobody has said */

#endif

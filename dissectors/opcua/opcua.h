/*
 * opcua: OPC UA over TCP, binary.
 *
 * [1] OPC 10000-6, Mappings: the types (5), what carries messages (6.7, 7.1)
 * [2] OPC 10000-4, Services
 * [3] OPC 10000-5, Information Model: the nodes that every server has
 *
 *   opcua.c     messages and their chunks, secure channels, fields
 *   types.c     built-in types
 *   services.c  which service it is, headers, pairs
 *   session.c   discovery and sessions: who server and client are
 *   nodes.c     nodes read, written and called, and what they are
 *   cert.c      the common name in a certificate
 */
#ifndef OTUS_DISSECTORS_OPCUA_OPCUA_H
#define OTUS_DISSECTORS_OPCUA_OPCUA_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

/* Reasons of malformed events: an interface, rules name them. */
#define UA_BAD_HEADER  "no_header"     /* no message type or no length    */
#define UA_BAD_SIZE    "size"          /* shorter than its own head       */
#define UA_BAD_SHORT   "short_body"    /* ends inside what it has to have */
#define UA_BAD_STRING  "string_length" /* longer than the message         */
#define UA_BAD_ARRAY   "array_length"
#define UA_BAD_NODE    "node_id" /* an encoding that is not         */
#define UA_BAD_VARIANT "variant" /* a type that is not              */
#define UA_BAD_SERVICE "service" /* nothing that names a service    */

#define UA_TOLD_MAX  32 /* of a list so many are told */
#define UA_TEXT_MAX  4096
#define UA_ABOUT_MAX 160
#define UA_NODE_MAX  128 /* characters of a node id */

/* Ids of binary encodings, [1] A.2. */
enum {
	UA_FAULT = 397,
	UA_FIND_SERVERS = 422,
	UA_GET_ENDPOINTS = 428,
	UA_REGISTER_SERVER = 437,
	UA_OPEN = 446,
	UA_CREATE_SESSION = 461,
	UA_ACTIVATE_SESSION = 467,
	UA_BROWSE = 527,
	UA_READ = 631,
	UA_WRITE = 673,
	UA_CALL = 712,
	UA_CREATE_ITEMS = 751,
	UA_CREATE_SUBSCRIPTION = 787,
	UA_PUBLISH = 826,
	UA_REGISTER_SERVER_2 = 12211,
};

enum ua_field {
	UAF_MESSAGE = EV_PROTO_BASE,
	UAF_CHUNK,
	UAF_CHANNEL,
	UAF_REQUEST,
	UAF_SERVICE,
	UAF_VERSION,
	UAF_URL,
	UAF_SERVER,
	UAF_POLICY,
	UAF_MODE,
	UAF_RENEW,
	UAF_LIFETIME,
	UAF_CERTIFICATE,
	UAF_APPLICATION,
	UAF_APPLICATION_URI,
	UAF_PRODUCT_URI,
	UAF_APPLICATION_TYPE,
	UAF_URLS,
	UAF_SERVERS,
	UAF_ENDPOINTS,
	UAF_TOKENS,
	UAF_SESSION,
	UAF_TOKEN,
	UAF_CLEAR,
	UAF_ABOUT,
	UAF_NODES,
	UAF_NODE,
	UAF_ATTRIBUTE,
	UAF_METHOD,
	UAF_TYPE,
	UAF_VALUE,
	UAF_RESULT,
	UAF_RESULTS,
	UAF_COUNT,
	UAF_SUBSCRIPTION,
	UAF_INTERVAL,
	UAF_ERROR,
	UAF_REASON,
	UAF_END
};

enum ua_policy { UA_POLICY_UNSEEN, UA_POLICY_NONE, UA_POLICY_SOME };
enum ua_open { UA_CLOSED, UA_COLLECTS, UA_PASSES };

/* A message that comes in chunks, of one side. */
struct ua_side {
	uint32_t request, bytes;
	uint8_t open; /* enum ua_open */
};

struct ua_state {
	uint8_t policy;    /* enum ua_policy */
	uint8_t signature; /* bytes behind each signed chunk */
	bool told;         /* that messages are encrypted */
	struct ua_side side[2];
};

#define UA_WAIT_BYTES 44

/* What waits with a request: its nodes, or its user's name. */
struct ua_wait {
	uint16_t service;
	uint8_t n, used;
	uint8_t bytes[UA_WAIT_BYTES];
};

struct ua_node {
	char kind; /* i, s, g, b: as they are written */
	uint16_t ns;
	uint32_t number;
	struct rd id;
};

struct ua_value {
	uint8_t type;
	bool array;
	uint32_t count;
	struct rd first; /* element, and those behind it */
};

struct ua_data {
	bool has_value;
	struct ua_value value;
	uint32_t status;
};

/* An extension object. */
struct ua_object {
	struct ua_node type;
	struct rd body;
};

struct ua_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	const char *message; /* its type, as text */
	char chunk;
	bool cut, paired;
	bool is_signed; /* there are bytes behind the body */
	bool lost;      /* what follows is of a type that is not read */
	enum ev_dir dir;
	enum ev_class cls;
	const char *op, *status;
	uint32_t code, channel, request, result;
	uint16_t service; /* of the request */
	struct dis_pair pair;
	struct ua_wait wait;
	const char *bad;
	size_t bad_at;
	size_t about_n, text_n;
	char about[UA_ABOUT_MAX];
	char text[UA_TEXT_MAX];
};

/* --- opcua.c -------------------------------------------------------------- */

extern const struct ev_proto ua_proto;
/* The first violation stays; none is told of a message that is cut. */
void ua_bad(struct ua_msg *, const char *reason, const struct rd *at);
struct ev *ua_start(struct ua_msg *, uint32_t code);
void ua_finish(struct ua_msg *, struct ev *);
void ua_text_field(struct ev *, uint16_t id, struct rd text);
/* What stands behind the # of a policy's URI. */
struct rd ua_policy_name(struct rd uri);
static inline bool
ua_is_none(struct rd policy)
{
	return rd_left(&policy) == 4 && memcmp(policy.p, "None", 4) == 0;
}

void ua_auth(struct ua_msg *, const char *action, const char *detail,
    const void *user, size_t n);
void ua_identity(
    struct ua_msg *, const struct ev_end *, const char *key, struct rd text);

/* --- types.c -------------------------------------------------------------- */

/* A string or byte string; empty where it is null. */
struct rd ua_string(struct ua_msg *, struct rd *);
/* The length of an array; 0 where it is null. */
uint32_t ua_count(struct ua_msg *, struct rd *);
/* Passes over an array of strings. */
void ua_strings(struct ua_msg *, struct rd *);
struct rd ua_localized(struct ua_msg *, struct rd *);
void ua_node(struct ua_msg *, struct rd *, struct ua_node *ret);
size_t ua_node_text(const struct ua_node *, char to[UA_NODE_MAX]);
void ua_object(struct ua_msg *, struct rd *, struct ua_object *ret);
void ua_diagnostic(struct ua_msg *, struct rd *);
void ua_variant(struct ua_msg *, struct rd *, struct ua_value *ret);
void ua_data(struct ua_msg *, struct rd *, struct ua_data *ret);
/* False, and nothing told, where it is no single simple value. */
bool ua_tell_value(struct ev *, uint16_t id, const struct ua_value *);
const char *ua_type_name(uint8_t type);
const char *ua_status_name(uint32_t);
static inline bool
ua_is_bad(uint32_t status)
{
	return status >> 31;
}

/* --- services.c ----------------------------------------------------------- */

/* Whether a body begins as that of a service that is known. */
bool ua_is_readable(struct rd body);
void ua_service(struct ua_msg *, struct rd body);

/* --- session.c and nodes.c ------------------------------------------------ */

/* Behind the header: what the operation has of it; then what follows. */
void ua_tell_session(struct ua_msg *, struct ev *, struct rd);
void ua_after_session(struct ua_msg *, struct rd);
void ua_tell_nodes(struct ua_msg *, struct ev *, struct rd);
void ua_after_nodes(struct ua_msg *, struct rd);
/* What of a request its answer will want. */
void ua_keep_session(struct ua_msg *, struct rd);
void ua_keep_nodes(struct ua_msg *, struct rd);

/* --- cert.c --------------------------------------------------------------- */

/* The subject's common name; an already failed reader: none. */
struct rd ua_common_name(struct rd der);

#endif

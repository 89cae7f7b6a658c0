/*
 * bacnet: what the parts of this dissector share.
 *
 *   bacnet.c      the dissector: probe, parse, fields, ends
 *   bvlc.c        BACnet virtual link layer, IPv4 and IPv6
 *   npdu.c        network layer: header and its own messages
 *   apdu.c        application layer: PDU types, pairing, status
 *   segments.c    segmented APDUs made whole
 *   tags.c        tagged values: where one begins and ends
 *   print.c       tagged values as event fields
 *   direct.c      reads the services that are nearly all of the traffic
 *   steps.c       reads a service by its table
 *   requests.c, replies.c   those tables
 *   values.c      tables of properties with a form of their own
 *   services.c    name and class of each service
 *   facts.c       what follows from properties: identity, value, state
 *   effects.c     what follows from services: state, auth, transfer
 *   about.c       what an operation is about, in short
 *   netport.c     facts of the Network Port object
 *   names.c       numbers to names, from the .def files
 *
 * References are to clauses of ANSI/ASHRAE Standard 135-2020; J and U are its
 * annexes for IPv4 and IPv6.
 */
#ifndef OTUS_DISSECTORS_BACNET_BACNET_H
#define OTUS_DISSECTORS_BACNET_BACNET_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

#define BN_PORT      0xbac0 /* J.1.2 */
#define BN_SAP       0x82   /* 7.1: LLC */
#define BN_BVLL4     0x81   /* J.2.1.1 */
#define BN_BVLL6     0x82   /* U.2.1.1 */
#define BN_VERSION   1      /* 6.2.1 */
#define BN_MAC_MAX   18
#define BN_NET_ALL   0xffff
#define BN_INSTANCES 0x3fffff /* unspecified instance: 20.2.14 */
#define BN_NONE      0xffffffffu

enum bn_pdu_type {
	BN_CONFIRMED,
	BN_UNCONFIRMED,
	BN_SIMPLE_ACK,
	BN_COMPLEX_ACK,
	BN_SEGMENT_ACK,
	BN_ERROR,
	BN_REJECT,
	BN_ABORT,
	BN_PDU_TYPES
};

/* Application tags, 20.2.1.4. */
enum bn_type {
	BN_NULL,
	BN_BOOL,
	BN_UINT,
	BN_INT,
	BN_REAL,
	BN_DOUBLE,
	BN_OCTETS,
	BN_TEXT,
	BN_BITS,
	BN_ENUM,
	BN_DATE,
	BN_TIME,
	BN_OID
};

/* Objects and properties that this folder knows by number (clause 21). */
enum {
	BN_OBJ_DEVICE = 8,
	BN_OBJ_FILE = 10,
	BN_OBJ_NETWORK_PORT = 56,
	BN_PROP_DEVICE_ADDRESS_BINDING = 30,
	BN_PROP_OBJECT_NAME = 77,
	BN_PROP_PRESENT_VALUE = 85,
	BN_PROP_STATUS_FLAGS = 111,
	BN_PROP_SYSTEM_STATUS = 112,
	BN_PROP_LOG_BUFFER = 131,
	BN_PROP_RESTART_REASON = 196,
	BN_PROP_RESTART_TIME = 203,
	BN_PROP_BDT = 414, /* bbmd-broadcast-distribution-table */
	BN_PROP_FDT = 415, /* bbmd-foreign-device-table */
	BN_PROP_FD_BBMD = 418,
	BN_PROP_NETWORK_TYPE = 427,
	BN_PROP_ROUTING_TABLE = 428,
	BN_PROP_VMAC_TABLE = 429,
};

#include "dissectors/bacnet/fields.h"

/*
 * Reasons of malformed events, explained in README.md.  Rules name them, so
 * they are an interface.
 */
#define BN_BAD_BVLC_TYPE     "bvlc_type"
#define BN_BAD_BVLC_FUNCTION "bvlc_function"
#define BN_BAD_BVLC_LENGTH   "bvlc_length"
#define BN_BAD_BVLC_BODY     "bvlc_body"
#define BN_BAD_RESULT        "bvlc_result"
#define BN_BAD_VERSION       "npdu_version"
#define BN_BAD_CONTROL       "npdu_control"
#define BN_BAD_NET           "npdu_network"
#define BN_BAD_SADR          "npdu_source"
#define BN_BAD_NPDU_SHORT    "npdu_short"
#define BN_BAD_NET_MESSAGE   "network_message"
#define BN_BAD_REASON        "reject_reason"
#define BN_BAD_APDU_TYPE     "apdu_type"
#define BN_BAD_APDU_FLAGS    "apdu_flags"
#define BN_BAD_APDU_SHORT    "apdu_short"
#define BN_BAD_WINDOW        "segment_window"
#define BN_BAD_SERVICE       "service_unknown"
#define BN_BAD_REPLY         "reply_service"
#define BN_BAD_PARAMETER     "parameter_missing"
#define BN_BAD_TRAILING      "parameter_extra"
#define BN_BAD_TAG           "tag"
#define BN_BAD_VALUE         "value"
#define BN_BAD_PRIORITY      "priority"
#define BN_BAD_RANGE         "device_range"

/* --- tags.c -------------------------------------------------------------- */

enum bn_tag_class { BN_APP, BN_CTX, BN_OPEN, BN_CLOSE };

struct bn_tag {
	uint8_t cls;  /* enum bn_tag_class */
	uint32_t len; /* of an application BOOLEAN: its value */
	/* apart from cls: gcc would compare both at once, which waits for the
	 * two stores to leave the pipeline */
	uint8_t num;
};

#define BN_NUM_SHORT 14 /* the largest number that one octet holds */

/* One whose number, length or meaning takes more than its first octet. */
bool bn_tag_long(struct rd *, struct bn_tag *ret);

/* The tag at the reader, consumed; false when there is none that is whole. */
static inline bool
bn_tag(struct rd *r, struct bn_tag *ret)
{
	struct rd look = *r;
	uint8_t first = rd_u8(&look), lvt = first & 7;

	/* 20.2.1.1 to 20.2.1.3 */
	if (!rd_ok(&look) || first >= 0xf0 || lvt == 5 ||
	    (lvt > 5 && !(first & 8))) {
		return bn_tag_long(r, ret);
	}
	ret->num = first >> 4;
	ret->len = lvt < 5 ? lvt : 0;
	ret->cls = !(first & 8) ? BN_APP
		   : lvt < 5    ? BN_CTX
		   : lvt == 6   ? BN_OPEN
				: BN_CLOSE;
	*r = look;
	return true;
}

/* The same without consuming. */
static inline bool
bn_peek(const struct rd *r, struct bn_tag *ret)
{
	struct rd look = *r;

	return bn_tag(&look, ret);
}

static inline bool
bn_at_tag(const struct rd *r, uint8_t cls, uint8_t num)
{
	struct bn_tag t;

	return bn_peek(r, &t) && t.cls == cls && t.num == num;
}

static inline bool
bn_at_ctx(const struct rd *r, uint8_t num)
{
	return bn_at_tag(r, BN_CTX, num);
}

static inline bool
bn_at_open(const struct rd *r, uint8_t num)
{
	struct rd look = *r;
	uint8_t first = rd_u8(&look);

	/* A number of one octet stands beside the mark. */
	return num <= BN_NUM_SHORT ? rd_ok(&look) && first == (num << 4 | 0x0e)
				   : bn_at_tag(r, BN_OPEN, num);
}

static inline bool
bn_at_close(const struct rd *r)
{
	struct rd look = *r;
	uint8_t first = rd_u8(&look);

	if (first >> 4 > BN_NUM_SHORT) {
		rd_skip(&look, 1);
	}
	return rd_ok(&look) && (first & 0x0f) == 0x0f;
}

/* The content of a tag just read: the child is empty for a BOOLEAN. */
struct rd bn_content(struct rd *, const struct bn_tag *);
/* From behind an opening tag to its closing one, which is consumed. */
bool bn_enclosed(struct rd *, uint8_t num, struct rd *ret);
/* One whole element: a primitive, or opening tag to closing tag. */
bool bn_element(struct rd *, struct rd *ret);
/* Numbers of 1 to 8 octets (20.2.4, 20.2.5). */
bool bn_unsigned(struct rd content, uint64_t *ret);
bool bn_signed(struct rd content, int64_t *ret);
/* The single application primitive that a value is. */
bool bn_lone(struct rd value, uint8_t type, struct rd *ret_content);
bool bn_lone_uint(struct rd value, uint8_t type, uint64_t *ret);

/* --- one message --------------------------------------------------------- */

/* A network address behind a router (6.2.2). */
struct bn_addr {
	uint16_t net;
	uint8_t len;
	bool there;
	uint8_t mac[BN_MAC_MAX];
};

enum {
	BN_HAS_OID = 1 << 0,
	BN_HAS_PROP = 1 << 1,
	BN_HAS_INDEX = 1 << 2,
	BN_HAS_VALUE = 1 << 3,
	BN_HAS_PRIO = 1 << 4,
	BN_HAS_ERROR = 1 << 5,
	BN_HAS_TYPE = 1 << 6, /* type alone: CreateObject */
	BN_HAS_TIME = 1 << 7,
	BN_HAS_INCREMENT = 1 << 8,
	BN_HAS_STAMPED = 1 << 9,
};

/* One object, or property of it, that a service speaks of. */
struct bn_item {
	uint16_t has, type;
	uint32_t instance, property, index;
	uint32_t err_class, err_code;
	uint8_t priority;
	bool stamped;      /* changes with their time, 13.16 */
	uint8_t time[4];   /* of change, 13.17 */
	uint8_t change[4]; /* REAL: from when on it is told, 13.16 */
	struct rd value;
};

#define BN_ITEMS_MAX   512
#define BN_ARGS_MAX    768
#define BN_SCRATCH_MAX 8192

/* What a service says, before it becomes fields. */
struct bn_msg {
	uint16_t n;
	bool lost; /* items or text did not fit */
	size_t scratch_n;
	struct ev args;
	struct bn_item item[BN_ITEMS_MAX];
	struct ev_field fields[BN_ARGS_MAX];
	char scratch[BN_SCRATCH_MAX];
};

/* What waits with a request for its reply. */
struct bn_wait {
	uint8_t service, cls;
	uint8_t state; /* reinitialize, communication control */
	bool password, segmented;
	uint16_t minutes;
	uint32_t file;
};

_Static_assert(sizeof(struct bn_wait) <= DIS_BLOB_MAX, "does not fit a blob");

#define BN_NETS_KEPT 4

/* State of a flow, by side: what of it is on record for all flows. */
struct bn_state {
	uint64_t since_ns[2];           /* ... from when on; 0: nothing */
	uint16_t nets[2][BN_NETS_KEPT]; /* whose router it is */
	uint8_t next[2];
};

/* One message under way from bytes to events. */
struct bn_pdu {
	struct dis_ctx *ctx;
	const uint8_t *start, *end; /* of what the capture has of it */
	struct rd body;             /* what is not read yet */
	size_t len;                 /* on the wire */
	bool cut;
	enum ev_dir dir;
	const char *bad; /* first violation */
	size_t bad_at;
	/* virtual link */
	int16_t bvlc; /* function; -1 without */
	bool v6, has_origin;
	/* network layer */
	bool has_npdu;
	uint8_t control, hop;
	int16_t msg; /* network layer message; -1 for an APDU */
	uint16_t vendor;
	struct bn_addr d, s;
	/* application layer */
	uint8_t type, service, invoke, window, seq;
	uint8_t reason; /* Reject, Abort */
	bool has_service, segmented, more, accepts, nak, server;
	bool repeat;    /* a segment that was here already */
	bool abandoned; /* the transfer before it never became whole */
	bool whole;     /* the service's parameters are all there */
	bool has_pair;
	struct dis_pair pair;
	struct bn_wait wait;
	bool has_error;
	uint32_t err_class, err_code;
	struct bn_msg *m;
	/* --- not cleared: what is there is said above, or by set_ends() --- */
	struct ev_end origin;
	struct ev_end who; /* whose facts the message tells */
};

/* --- bacnet.c ------------------------------------------------------------ */

/* An event of this message: envelope with origin. */
struct ev *bn_event(struct bn_pdu *, enum ev_kind);
/* The same of what follows from it: about p->who, where that is not src. */
struct ev *bn_fact(struct bn_pdu *, enum ev_kind);
struct ev *bn_operation(
    struct bn_pdu *, const char *op, uint32_t code, enum ev_class);
/* The layers below, in the order in which they are printed. */
void bn_tell_layers(struct bn_pdu *, struct ev *);
void bn_client(struct bn_pdu *, bool sender, bool sure);
/* Key of requests that wait: what, and who is behind both ends. */
uint64_t bn_key(const struct bn_pdu *, uint8_t kind, uint8_t number);
#define BN_ANY    (-1)
#define BN_OLDEST (-2) /* in order: what has no number of its own */
/*
 * The newest request of the service that waits under the key; older ones are
 * let go: an invoke id is used again (5.4).
 */
bool bn_take(struct bn_pdu *, uint64_t key, int service);

/* A B/IP address (J.1.2) as an end, and whether it was seen to speak. */
void bn_bip(struct rd mac, struct ev_end *ret);
bool bn_is_known(struct bn_pdu *, struct rd mac);
/* Who was seen in front of a network; false when nobody was. */
bool bn_router_of(struct bn_pdu *, uint16_t net, struct ev_end *ret);
void bn_router_put(struct bn_pdu *, uint16_t net);

/* Original-Unicast-NPDU: J.2.11, U.2.2 */
#define BN_UNICAST(p) ((p)->v6 ? 1 : 10)

/* --- bvlc.c -------------------------------------------------------------- */

const char *bn_bvlc_name(const struct bn_pdu *);
/* Whether the function carries an NPDU, and reads what stands before it. */
bool bn_bvlc_carries(struct bn_pdu *);
/* A message of the link layer alone. */
void bn_bvlc_message(struct bn_pdu *);

/* --- npdu.c -------------------------------------------------------------- */

/* False when there is no header that can be read. */
bool bn_npdu(struct bn_pdu *);
void bn_npdu_message(struct bn_pdu *);

/* --- apdu.c -------------------------------------------------------------- */

void bn_apdu(struct bn_pdu *);

/* --- segments.c ---------------------------------------------------------- */

/* Adds the segment at hand; p->body becomes the whole when it is there. */
void bn_segment(struct bn_pdu *);
/* A segmented request has its answer: another may follow under its id. */
void bn_segments_answered(struct bn_pdu *);
/* The transfer has ended early. */
void bn_segments_drop(struct bn_pdu *);

/* --- services.c ---------------------------------------------------------- */

struct bn_service {
	const char *name;
	uint8_t cls;
	uint8_t dir; /* of the unconfirmed ones; a confirmed one asks */
};

#define BN_CONFIRMED_MAX   35
#define BN_UNCONFIRMED_MAX 15

extern const struct bn_service bn_confirmed[BN_CONFIRMED_MAX];
extern const struct bn_service bn_unconfirmed[BN_UNCONFIRMED_MAX];
/* The class of a write, by what is written. */
enum ev_class bn_write_class(const struct bn_item *);
/* The class of a request, by what it says. */
enum ev_class bn_request_class(const struct bn_pdu *);

/* --- direct.c ------------------------------------------------------------ */

/*
 * The parameters of a common service, into items and arguments.  False, and
 * nothing read, when it is none, or not as plain as they mostly are.
 */
bool bn_direct(struct bn_pdu *);

/* --- steps.c ------------------------------------------------------------- */

enum bn_step_op {
	BS_STOP,
	BS_PRIM,   /* a primitive into a field                       */
	BS_OPEN,   /* opening tag; with a field: an object begins     */
	BS_CLOSE,  /* its closing tag                                 */
	BS_LOOP,   /* repeated to the closing tag or the end; with a
		     field: an array of objects                      */
	BS_NEXT,   /* its end                                         */
	BS_TREE,   /* all between opening and closing tag             */
	BS_VALUE,  /* the same, as the value of the item at hand      */
	BS_STAMP,  /* BACnetTimeStamp between opening and closing tag */
	BS_STAMPS, /* any number of them                             */
	BS_ANY,    /* one element of whatever kind                    */
	BS_REST,   /* all that is left of the level at hand           */
	BS_CHOICE, /* one of several, by its first tag                */
	BS_OR,     /* between them                                    */
	BS_CHOSEN, /* behind them                                     */
	BS_STATES, /* BACnetPropertyStates between two tags           */
	BS_HIDE,   /* that there is something between two tags        */
};

#define BN_UNTAGGED 255 /* no context tag: by application type */

struct bn_step {
	uint8_t op, tag, type;
	bool optional;
	uint16_t field;
};

/* The parameters of a service, into items and arguments. */
void bn_steps(struct bn_pdu *, const struct bn_step *);
#define BN_ITEM_LEVEL 2 /* marks around an item's value: objects, its element */
/*
 * A property's value, as fields of the event's item at hand.  False, and
 * nothing added, when it is not of that form.
 */
bool bn_steps_value(
    struct bn_pdu *, struct ev *, struct rd value, const struct bn_step *);

/* The tables; NULL: the service has no parameters. */
const struct bn_step *bn_request_steps(uint8_t service, bool *ret_known);
const struct bn_step *bn_unconfirmed_steps(uint8_t service, bool *ret_known);
const struct bn_step *bn_ack_steps(uint8_t service, bool *ret_known);
const struct bn_step *bn_error_steps(uint8_t service);
/* Of a property whose value has a form of its own; NULL: it has none. */
const struct bn_step *bn_value_steps(const struct bn_item *);

/* --- print.c ------------------------------------------------------------- */

/* A tagged value, or several, as one field within level marks. */
void bn_print(
    struct bn_msg *, struct ev *, uint16_t id, struct rd value, unsigned level);
/* A primitive's content. */
void bn_print_prim(
    struct bn_msg *, struct ev *, uint16_t id, uint8_t type, struct rd content);
/* Text that lives as long as the message; NULL when there is no room. */
char *bn_text(struct bn_msg *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* "2024-02-29 12:30:15.50", with * for what may be any */
const char *bn_date_time_text(struct bn_msg *, struct rd date, struct rd time);
/* "analog-input 3" */
const char *bn_object_text(struct bn_msg *, uint32_t type, uint32_t instance);
/* "net 5" */
const char *bn_numbered(struct bn_msg *, const char *what, uint32_t number);
/* The text of a character string: where it is and how it is coded. */
enum ev_type bn_string(struct rd content, struct rd *ret);
/* 1.2.3.4:47808, or hex where it is no B/IP address */
const char *bn_hex_text(struct bn_msg *, struct rd);
const char *bn_address_text(struct bn_msg *, struct rd addr);
void bn_put_text(struct ev *, uint16_t id, const char *);

/* --- netport.c ----------------------------------------------------------- */

void bn_network_port(struct bn_pdu *, const struct bn_item *, const char *via);

/* --- facts.c, effects.c -------------------------------------------------- */

void bn_facts(struct bn_pdu *);
void bn_effects(struct bn_pdu *);
/* An identity fact about somebody, and whose claim it is; about p->who. */
void bn_identity_of(struct bn_pdu *, const struct ev_end *who,
    const char *claim, const char *key, enum ev_type, const void *, size_t len,
    const char *via);
void bn_identity(struct bn_pdu *, const char *key, enum ev_type, const void *,
    size_t len, const char *via);
void bn_identity_text(
    struct bn_pdu *, const char *key, const char *text, const char *via);
/* name_via: of the name that stands for the number. */
void bn_identity_vendor(
    struct bn_pdu *, uint64_t id, const char *via, const char *name_via);
void bn_topology(struct bn_pdu *, const char *relation, const char *peer,
    const char *detail, int64_t ttl);

/* --- about.c ------------------------------------------------------------- */

#define BN_ABOUT 40

struct bn_about {
	size_t n;
	char text[BN_ABOUT];
};

/* The text is the event's until it is emitted. */
void bn_tell_about(const struct bn_msg *, struct ev *, struct bn_about *);

/* --- names.c ------------------------------------------------------------- */

/* NULL when there is none. */
const char *bn_property_name(uint32_t);
const char *bn_object_name(uint32_t);
const char *bn_error_name(uint32_t);
const char *bn_vendor_name(uint32_t);
const char *bn_reject_name(uint8_t);
const char *bn_abort_name(uint8_t);

/* --- small help ---------------------------------------------------------- */

/* Where the reader stands, from the message's first byte. */
static inline size_t
bn_at(const struct bn_pdu *p, const uint8_t *at)
{
	uintptr_t a = (uintptr_t)at, s = (uintptr_t)p->start;

	return a >= s && a <= (uintptr_t)p->end ? (size_t)(a - s) : 0;
}

/* The first violation is the one that is told; what is cut is not judged. */
static inline void
bn_bad(struct bn_pdu *p, const char *reason, const uint8_t *at)
{
	if (p->bad == NULL && !p->cut) {
		p->bad = reason;
		p->bad_at = bn_at(p, at);
	}
}

#endif

/*
 * cip: what the parts of this dissector share, and what a carrier (EtherNet/IP
 * today) gives to it.
 *
 *   cip.c          one message: header, direction, pairing, events
 *   epath.c        paths, segment by segment
 *   services.c     names and classes of services, by the path they are on
 *   names.c        tables of vendors, device types, classes and statuses
 *   route.c        the way to a module, and the device at its end
 *   bodies.c       what follows the path, by service: lists, reset
 *   attributes.c   values of attributes, where the object is known
 *   symbols.c      Rockwell's lists of symbols
 *   templates.c    ... and templates of structures
 *   layouts.c      what is kept of those
 *   members.c      data of structures, told by their members
 *   safety.c       the safety segment of a Forward Open
 *   effects.c      states, transfers, log-ins that follow from a message
 *   wrapped.c      Multiple Service Packet, Unconnected Send, Execute PCCC
 *   conn.c         Forward Open and Close, the table of connections
 *   io.c           class 0 and 1 data: the protocol cipio
 *   identity.c     Identity, TCP/IP Interface and Ethernet Link objects
 *   types.c        elementary data types
 *   tags.c         Rockwell's tag services
 *
 * References: [1] The CIP Networks Library, Volume 1: Common Industrial
 * Protocol; [2] Volume 2: EtherNet/IP Adaptation of CIP; [L] Logix 5000
 * Controllers Data Access, Rockwell publication 1756-PM020.
 *
 * All numbers are little-endian ([1] C-6).
 */
#ifndef OTUS_DISSECTORS_CIP_CIP_H
#define OTUS_DISSECTORS_CIP_CIP_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

#define CIP_RESPONSE   0x80 /* of the service byte; [1] 2-4.1 */
#define CIP_SYMBOL_MAX 160
#define CIP_ROUTE_MAX  EV_SUB_PATH_MAX
#define CIP_NEST_MAX   3 /* messages within messages */

/* Told of one message: with their fields they fit an event. */
#define CIP_ELEMENTS_MAX 128
#define CIP_SYMBOLS_MAX  128

/* Classes whose services or attributes are read here. */
enum cip_class {
	CIP_IDENTITY = 0x01,
	CIP_ROUTER = 0x02,
	CIP_ASSEMBLY = 0x04,
	CIP_MANAGER = 0x06,
	CIP_FILE = 0x37,
	CIP_SAFETY_SUPERVISOR = 0x39,
	CIP_SAFETY_LAST = 0x3c,
	CIP_TIME_SYNC = 0x43,
	CIP_SECURITY = 0x5d,
	CIP_SECURITY_LAST = 0x62,
	CIP_PROGRAM_NAME = 0x64,
	CIP_PCCC = 0x67,
	CIP_FORCE = 0x69,
	CIP_PROGRAM = 0x6a, /* so called by what captures do with it */
	CIP_SYMBOL = 0x6b,
	CIP_TEMPLATE = 0x6c,
	CIP_LOCK = 0x74, /* behind a controller */
	CIP_CONTROLLER = 0x8e,
	CIP_FLASH = 0xa1,
	CIP_LOADER = 0xac,
	CIP_PORT = 0xf4,
	CIP_TCPIP = 0xf5,
	CIP_LINK = 0xf6,
};

enum cip_service {
	CIP_GET_ALL = 0x01,
	CIP_SET_ALL = 0x02,
	CIP_GET_LIST = 0x03,
	CIP_SET_LIST = 0x04,
	CIP_RESET = 0x05,
	CIP_START = 0x06,
	CIP_STOP = 0x07,
	CIP_CREATE = 0x08,
	CIP_DELETE = 0x09,
	CIP_MULTIPLE = 0x0a,
	CIP_GET_SINGLE = 0x0e,
	CIP_SET_SINGLE = 0x10,
	CIP_COMMON_LAST = 0x31, /* from 32 on: the class's own; [1] A-3 */
	CIP_EXEC_PCCC = 0x4b,
	CIP_LIST_INSTANCES = 0x4b,
	CIP_READ_TAG = 0x4c,
	CIP_WRITE_TAG = 0x4d,
	CIP_FORWARD_CLOSE = 0x4e,
	CIP_MODIFY_TAG = 0x4e,
	CIP_READ_FRAGMENT = 0x52,
	CIP_UNCONNECTED_SEND = 0x52,
	CIP_WRITE_FRAGMENT = 0x53,
	CIP_FORWARD_OPEN = 0x54,
	CIP_LIST_SYMBOLS = 0x55,
	CIP_LARGE_OPEN = 0x5b,
	/* of the File object */
	CIP_INIT_UPLOAD = 0x4b,
	CIP_INIT_DOWNLOAD = 0x4c,
	CIP_UPLOAD_TRANSFER = 0x4f,
	CIP_DOWNLOAD_TRANSFER = 0x50,
	/* of the Safety Supervisor */
	CIP_SAFETY_RESET = 0x54,
};

/* General statuses that change what follows; [1] B-1. */
#define CIP_STATUS_PARTIAL  0x06
#define CIP_STATUS_LIST     0x0a /* of a list some are not there */
#define CIP_STATUS_EMBEDDED 0x1e

/* Field ids, in the order of the table in cip.c. */
enum cip_field {
	CIPF_SERVICE = EV_PROTO_BASE,
	CIPF_EPATH,
	CIPF_CLASS_ID,
	CIPF_INSTANCE,
	CIPF_ATTRIBUTE,
	CIPF_ATTRIBUTES,
	CIPF_MEMBER,
	CIPF_POINT,
	CIPF_SYMBOL,
	CIPF_STATUS,
	CIPF_EXT_STATUS,
	CIPF_EXT_NAME,
	CIPF_PATH,
	CIPF_CONN,
	CIPF_SEQ,
	CIPF_TYPE,
	CIPF_COUNT,
	CIPF_OFFSET,
	CIPF_VALUES,
	CIPF_STATUSES,
	CIPF_RESET_TYPE,
	CIPF_AND,
	CIPF_OR,
	CIPF_SERVICES,
	CIPF_TIMEOUT_MS,
	CIPF_OPEN,
	CIPF_OT,
	CIPF_TO,
	CIPF_RPI,
	CIPF_RPI_TO,
	CIPF_SIZE,
	CIPF_SIZE_TO,
	CIPF_CLASS,
	CIPF_SERIAL,
	CIPF_ORIG_VENDOR,
	CIPF_ORIG_SERIAL,
	CIPF_KEY,
	CIPF_VENDOR,
	CIPF_DEVICE_TYPE,
	CIPF_PRODUCT_CODE,
	CIPF_REVISION,
	CIPF_MULTIPLIER,
	CIPF_TRIGGER,
	CIPF_CONN_PATH,
	CIPF_ATTRIBUTE_VALUES,
	CIPF_OF_ATTRIBUTE,
	CIPF_OF_STATUS,
	CIPF_IP,
	CIPF_NETMASK,
	CIPF_GATEWAY,
	CIPF_DNS,
	CIPF_DNS_2,
	CIPF_DOMAIN,
	CIPF_SYMBOLS,
	CIPF_OF_INSTANCE,
	CIPF_INSTANCES,
	CIPF_TEMPLATE,
	CIPF_MEMBERS,
	CIPF_HANDLE,
	CIPF_BIT,
	CIPF_SYSTEM,
	CIPF_DIMENSIONS,
	CIPF_ACCESS,
	CIPF_SAFETY,
	CIPF_FORMAT,
	CIPF_SCCRC,
	CIPF_SCTS,
	CIPF_TUNID,
	CIPF_OUNID,
	CIPF_STRUCTURE,
	CIPF_POINTS,
	CIPF_WITHHELD,
	CIPF_DATA,
	CIPF_END
};

/* Reasons of malformed events, explained in README.md: an interface. */
#define CIP_BAD_SHORT    "message_short"
#define CIP_BAD_PATH     "path_segment"
#define CIP_BAD_PATHSIZE "path_size"
#define CIP_BAD_OFFSETS  "service_offsets"
#define CIP_BAD_COUNT    "service_count"
#define CIP_BAD_NESTED   "nested_too_deep"
#define CIP_BAD_EMBEDDED "embedded_size"
#define CIP_BAD_SERVICE  "service_zero"
#define CIP_BAD_TYPE     "data_type"
#define CIP_BAD_TRIGGER  "transport_class"

/*
 * What a carrier says about the message that it hands over through
 * sv->inner(), as its state.
 */
struct cip_call {
	uint64_t key;   /* requests and replies of one exchange have it  */
	uint32_t conn;  /* connection id, when connected                 */
	uint16_t seq;   /* of class 2 and 3 transports; [1] 3-4.6        */
	bool connected; /* conn and seq are there                        */
	bool cut;       /* the capture has less of it                    */
	bool routed;    /* by an Unconnected Send                        */
	uint8_t nested; /* messages around this one                      */
	uint8_t route_len;
	char route[CIP_ROUTE_MAX]; /* text, not terminated          */
};

/* --- epath.c ------------------------------------------------------------- */

enum cip_segment_kind {
	CIP_SEG_PORT,
	CIP_SEG_LOGICAL,
	CIP_SEG_NETWORK,
	CIP_SEG_SYMBOL,
	CIP_SEG_DATA,
	CIP_SEG_KEY,
};

enum cip_logical {
	CIP_LOG_CLASS,
	CIP_LOG_INSTANCE,
	CIP_LOG_MEMBER,
	CIP_LOG_POINT,
	CIP_LOG_ATTRIBUTE,
	CIP_LOG_SPECIAL,
	CIP_LOG_SERVICE,
	CIP_LOG_EXTENDED,
};

struct cip_segment {
	uint8_t kind;    /* enum cip_segment_kind                        */
	uint8_t type;    /* CIP_SEG_LOGICAL: enum cip_logical            */
	uint32_t value;  /* logical; port: its number                    */
	struct rd bytes; /* symbol's characters; link address; key; data */
	const uint8_t *raw;
	size_t raw_len;
};

struct cip_key {
	uint16_t vendor, device_type, product_code;
	uint8_t major, minor; /* major: bit 7 compatibility */
	bool there;
};

/* What a path says as a whole. */
struct cip_path {
	bool has_class, has_instance, has_attribute, has_member, has_point;
	bool symbolic, bad;
	bool overlong;        /* symbol or route did not fit its text      */
	uint32_t outer_class; /* the one before the last, 0 = none         */
	uint32_t class_id, instance, attribute, member, point;
	size_t bad_at; /* from the path's first byte                */
	struct cip_key key;
	uint8_t route_len, symbol_len;
	char route[CIP_ROUTE_MAX];
	char symbol[CIP_SYMBOL_MAX];
};

/* The next segment; false when the path ends or cannot be read on (failed
 * reader). */
bool cip_segment(struct rd *path, struct cip_segment *ret);
void cip_path_read(struct rd path, struct cip_path *ret);
/* Adds the segments as an array of hex texts. */
void cip_path_tell(struct ev *, uint16_t id, struct rd path);

/* --- route.c ------------------------------------------------------------- */

/* At most ten characters; returns how many. */
size_t cip_put_number(char *text, uint32_t);
/* Adds another part of the way. */
void cip_route_add(
    char route[CIP_ROUTE_MAX], uint8_t *len, const char *more, size_t n);
/* Makes of the device that was asked the one at the route's end. */
void cip_route_end(struct ev_end *who, const char *route, size_t n);

/* --- cip.c --------------------------------------------------------------- */

/* What waits with a request for its reply. */
#define CIP_WAIT_TEXT 28

enum {
	CIP_WAIT_CLASS = 1 << 0,
	CIP_WAIT_INSTANCE = 1 << 1,
	CIP_WAIT_ATTRIBUTE = 1 << 2,
	CIP_WAIT_SYMBOL = 1 << 3, /* the path was symbolic */
	CIP_WAIT_FAR = 1 << 4,    /* texts are in shared state */
	CIP_WAIT_ROUTED = 1 << 5,
};

struct cip_wait {
	uint8_t service, flags;
	uint8_t route_len, symbol_len;
	union {
		uint16_t attribute;
		uint16_t count; /* of a tag, which has none: elements */
	};
	uint16_t extra; /* the service's own */
	uint32_t class_id, instance;
	uint16_t outer_class;
	uint16_t more;            /* the service's own */
	char text[CIP_WAIT_TEXT]; /* route and symbol, or the key of both */
};

_Static_assert(sizeof(struct cip_wait) <= DIS_BLOB_MAX, "does not fit a blob");

/* Names that are made here, until the event is emitted. */
struct cip_room {
	size_t n;
	char text[4096];
};

struct cip_msg {
	struct dis_ctx *ctx;
	struct cip_call *call;
	struct cip_room *room;
	const uint8_t *start;
	struct rd body; /* behind the path, or behind the status */
	struct rd rest; /* the same, as the operation found it    */
	struct rd path_bytes;
	size_t len;
	bool request, paired, cut, has_status;
	uint8_t service; /* without the response bit */
	uint8_t status;
	uint16_t ext; /* first word of additional status, 0 = none */
	uint8_t next; /* services inside, for their keys */
	enum ev_class cls;
	const char *op;
	const char *bad;
	size_t bad_at;
	uint8_t ips_n;
	struct dis_pair pair;
	struct cip_path path; /* reply: of its request */
	struct cip_wait wait;
	uint8_t ips[5 * 4]; /* addresses in network order, for fields */
};

extern const struct dissector dissector_cip, dissector_cipio;

static inline size_t
cip_at(const struct cip_msg *m)
{
	return (size_t)(m->body.p - m->start);
}

/* The first violation is told; what the capture has cut is not judged. */
static inline void
cip_bad(struct cip_msg *m, const char *reason, size_t at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at;
	}
}

static inline bool
cip_is_ok(const struct cip_msg *m)
{
	return m->has_status &&
	       (m->status == 0 || m->status == CIP_STATUS_PARTIAL);
}

/* Nobody looks at what it says beside its key fields (dissector.h). */
static inline bool
cip_is_brief(const struct cip_msg *m)
{
	return m->ctx->brief && !m->request && m->paired && m->has_status &&
	       m->status == 0;
}

static inline enum ev_dir
cip_dir(const struct cip_msg *m)
{
	return m->request ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
}

/* Mixes a number into a key. */
static inline uint64_t
cip_mix(uint64_t key, uint64_t v)
{
	key ^= v + 0x9e3779b97f4a7c15u + (key << 6) + (key >> 2);
	key *= 0xff51afd7ed558ccdu;
	return key ^ key >> 32;
}

uint64_t cip_mix_bytes(uint64_t key, const void *, size_t n);

/* --- services.c ---------------------------------------------------------- */

/* Sets op and cls from service and path. */
void cip_name(struct cip_msg *);
/* Whether the path makes tag services of 4C, 4D, 4E, 52, 53. */
bool cip_is_tag(const struct cip_msg *);
bool cip_is_on(const struct cip_msg *, uint32_t class_id);

/* Who is asked, or answers: the device at the end of the route. */
void cip_target(const struct cip_msg *, struct ev_end *ret);

/* Whether the message may hold a password, or what stands for one. */
bool cip_has_secret(const struct cip_msg *);

/* --- names.c ------------------------------------------------------------- */

/* NULL when unknown. */
const char *cip_vendor_name(uint32_t);
const char *cip_device_type_name(uint32_t);
const char *cip_class_name(uint32_t);
const char *cip_status_name(uint8_t);
const char *cip_ext_name(uint16_t);

/* --- bodies.c, tags.c, conn.c: fields of an operation --------------------- */

void cip_body(struct cip_msg *, struct ev *);
void cip_tag_body(struct cip_msg *, struct ev *);
void cip_open_request(struct cip_msg *, struct ev *);
void cip_open_reply(struct cip_msg *, struct ev *);
void cip_close_request(struct cip_msg *, struct ev *);
void cip_close_reply(struct cip_msg *, struct ev *);
void cip_multiple_body(struct cip_msg *, struct ev *);
void cip_send_body(struct cip_msg *, struct ev *);

/* --- attributes.c --------------------------------------------------------- */

struct cip_attribute;

/* One value: where it stands and what it is. */
struct cip_value {
	unsigned id, status;
	const struct cip_attribute *attribute; /* NULL: not known            */
	struct rd bytes;
	bool open; /* its end is not known: no bytes, and nothing follows   */
};

struct cip_walk {
	uint8_t service;
	bool list; /* ids stand in the message */
	unsigned left, id;
	const struct cip_attribute *row;
	struct rd body;
};

/* All values of a message, from its body on. */
void cip_walk_start(struct cip_walk *, const struct cip_msg *, struct rd body);
bool cip_walk_next(struct cip_walk *, struct cip_value *ret);
/* One value of an object that is known; false when it is not all there. */
bool cip_take_value(
    uint32_t class_id, unsigned id, struct rd *, struct cip_value *ret);
/* Characters of a value that is a string; none of others. */
struct rd cip_text_of(const struct cip_value *);
/* Tells what the walk gives, and leaves the body behind it. */
void cip_tell_values(struct cip_msg *, struct ev *, struct cip_walk);

/* --- symbols.c ------------------------------------------------------------ */

void cip_symbols_request(struct cip_msg *, struct ev *);
void cip_symbols_reply(struct cip_msg *, struct ev *);
void cip_tell_symbol_type(struct ev *, unsigned type);

/* --- templates.c ---------------------------------------------------------- */

void cip_template_body(struct cip_msg *, struct ev *);
/* Keeps what a reply says of a template, for its reading. */
void cip_keep_template(struct cip_msg *);
/* Up to the character, which is stepped over. */
struct rd cip_take_until(struct rd *, uint8_t end);

/* --- layouts.c ------------------------------------------------------------ */

#define CIP_LAYOUT_KEY  17
#define CIP_TEXT_HANDLE 0x0fce /* the string of every controller; [L] */
#define CIP_TEXT_SIZE   88
#define CIP_TEXT_MAX    82

/* What is kept of a template. */
struct cip_layout {
	uint32_t instance;
	uint32_t words;   /* of its definition; 0: nothing is kept */
	uint32_t size;    /* bytes of a structure; 0: not said */
	uint16_t members; /* of the definition, hidden ones too */
	uint16_t handle;
	bool has_handle;
	bool kept;    /* it was read: what follows is there */
	bool partial; /* ... but not all members are */
	uint8_t name_len;
	uint16_t pages;
	uint32_t text_max; /* it is a string of up to so many; 0: it is none */
	uint32_t first, last; /* programs in which it was seen */
	uint64_t sum;         /* of the definition */
	char name[64];
};

/* Bits or elements, type and offset as the template has them. */
struct cip_member {
	uint16_t info, type;
	uint32_t offset;
	struct rd name;
};

void cip_layout_key(const struct cip_msg *, char kind, uint64_t what,
    uint8_t ret[CIP_LAYOUT_KEY]);
/* Attributes of the template that the path has. */
void cip_layout_said(const struct cip_msg *, const struct cip_layout *);
const struct cip_layout *cip_layout_at(const struct cip_msg *);
/* Its definition: members, then names; all of it. */
void cip_layout_keep(const struct cip_msg *, struct rd whole);
/* The controller gets another program: structures may lie another way. */
void cip_layouts_change(const struct cip_msg *);
/* NULL where none is known for certain. */
const struct cip_layout *cip_layout_of_handle(
    const struct cip_msg *, unsigned handle);
const struct cip_layout *cip_layout_of_member(
    const struct cip_msg *, const struct cip_layout *outer, uint32_t instance);
/* Members, some at a time; false: there are no more, or they are gone. */
bool cip_layout_page(const struct cip_msg *, const struct cip_layout *,
    unsigned no, struct rd *ret);
bool cip_layout_member(struct rd *page, struct cip_member *ret);

/* --- members.c ------------------------------------------------------------ */

/* Data of structures, or a part of them. */
struct cip_part {
	unsigned handle;
	uint32_t offset; /* of the data, in count structures */
	uint32_t count;
	bool whole;
	struct rd data;
};

/* Tells structure and values; false: the bytes say more. */
bool cip_tell_members(struct cip_msg *, struct ev *, const struct cip_part *);
void cip_more_members(
    struct cip_msg *, const struct cip_part *, const char *source);
/* The name of the element at an index of what was asked for. */
size_t cip_element_name(const struct cip_msg *, char *buf, uint32_t index);
#define CIP_ELEMENT_MAX (CIP_SYMBOL_MAX + 16)

/* --- types.c -------------------------------------------------------------- */

/* An elementary data type; size 0: it is known by name only. */
struct cip_type {
	const char *name;
	uint8_t size;
	char kind; /* i signed, u unsigned, f real, b bool */
};

const struct cip_type *cip_type(unsigned type); /* NULL when unknown */
const char *cip_type_name(unsigned type);       /* likewise */
/* One value of a type that has a size. */
void cip_tell_elementary(
    struct ev *, uint16_t id, const struct cip_type *, struct rd *);
/* Length and characters, of which there are max. */
void cip_tell_text(struct ev *, uint16_t id, struct rd, size_t max);

/* --- safety.c -------------------------------------------------------------- */

/* The safety segment of a connection's path, where there is one. */
void cip_tell_safety(struct ev *, struct rd path);
bool cip_is_safety(struct rd path);
/* Says of it that it has CIP Safety. */
void cip_has_safety(struct cip_msg *, const struct ev_end *who);
/* What a Safety Supervisor's answer says. */
void cip_more_safety(struct cip_msg *);

/* --- events behind the operation ------------------------------------------ */

void cip_more(struct cip_msg *);
void cip_more_identity(struct cip_msg *);
void cip_more_tag(struct cip_msg *);
void cip_more_open(struct cip_msg *);
void cip_tell_state(
    struct cip_msg *, const struct ev_end *who, const char *state);
/* Hands on the messages that this one holds. */
void cip_unwrap(struct cip_msg *);

/* The values of an Identity object, told as facts about who. */
struct cip_identity {
	uint16_t vendor, device_type, product_code, status;
	uint8_t major, minor;
	uint32_t serial;
	const void *name;
	size_t name_len;
	bool has_vendor, has_device_type, has_product_code, has_revision;
	bool has_status, has_serial;
};

void cip_tell_identity(struct dis_ctx *, uint16_t proto,
    const struct ev_end *who, const struct cip_identity *, const char *via);

/* --- conn.c: the table ---------------------------------------------------- */

/* One direction of an open connection. */
struct cip_leg {
	uint32_t id;
	uint32_t rpi_us;     /* the actual one */
	uint32_t timeout_ms; /* silence that closes it; [1] 3-5.5.1.4 */
	uint16_t size;
	uint8_t transport; /* class, 0 to 6 */
	bool o2t;
	bool fixed;
	bool safety;  /* of CIP Safety */
	bool started; /* the rest is filled */
	bool has_run, run;
	uint32_t eseq;
	uint16_t seq;
	uint64_t last_ns;
	struct ev_ip orig, targ;
	uint8_t ipver;
	uint8_t route_len;
	char route[CIP_ROUTE_MAX]; /* behind the target's address, as text */
};

_Static_assert(sizeof(struct cip_leg) <= 192, "more than is shared");

/* Finds the leg that a datagram with this id belongs to. */
struct cip_leg *cip_leg_find(struct dis_ctx *, uint32_t id);

#endif
